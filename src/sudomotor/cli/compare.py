"""`sudomotor compare`: the same people under rival hypotheses, and what would tell these apart."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sudomotor.cli.inputs import check_seed, read_person, read_settings
from sudomotor.cli.options import Folder, GroupSize, Json, Seed, Settings, Who
from sudomotor.cli.output import Progress, print_json, show, show_answers, show_path
from sudomotor.errors import UnsafeError

if TYPE_CHECKING:
    from rich.table import Table

    from sudomotor.course import Course
    from sudomotor.evidence.compare import Comparison
    from sudomotor.parameters import Parameters
    from sudomotor.person import Person


def compare(
    course: Annotated[
        list[str],
        typer.Argument(
            metavar="COURSE",
            show_default=False,
            help="The course: one sentence or several, each in quotes.",
        ),
    ],
    hypotheses: Annotated[
        list[str] | None,
        typer.Option(
            "--hypotheses",
            metavar="NAME NAME …",
            show_default=False,
            help="Two or more: peripheral, evidence, reset, or claims joined with + (loop, central, expectation, "
            "compensation, suggestion, …).",
        ),
    ] = None,
    person: Who = None,
    setting: Settings = None,
    mechanism: Annotated[
        str | None,
        typer.Option(
            "--mechanism",
            metavar="NAME",
            show_default=False,
            help="Account of the block: charge, acid, colloid, synaptic, acute.  (default: the one in force)",
        ),
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", help="Days to simulate.")] = 180,
    people: GroupSize = 200,
    seed: Seed = 1,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Hold rival hypotheses against each other: where they differ most, and the cheapest study to tell them apart.

    \b
    Examples:
      sudomotor compare "Treat palms at 15 mA DC for 20 minutes, 5 times a week for 2 weeks" \\
                        "Pause for 3 months" --hypotheses peripheral loop reset
      sudomotor compare "Treat left palm at 10 mA for 20 minutes, daily for 3 weeks" \\
                        --hypotheses loop central loop+expectation --days 120 --json
    """
    from sudomotor.cli.run import _default_folder, _place
    from sudomotor.course import Course
    from sudomotor.evidence.compare import check_rivals
    from sudomotor.evidence.compare import compare as hold
    from sudomotor.parameters import load

    treated = Course(*course)
    rivals = check_rivals(split_hypotheses(hypotheses or []))
    if mechanism is not None:
        rivals = tuple(each.with_mechanism(mechanism) for each in rivals)
    values, notes = read_settings(setting or [], load(account=rivals[0].mechanism))
    who, said = read_person(person, _place(treated))
    check_seed(seed)
    _refuse_unsafe(treated, days, who, values)
    with Progress(f"simulating {people} people over {days} days under {len(rivals)} hypotheses"):
        found = hold(who, treated, rivals, days=days, people=people, seed=seed, parameters=values)
    target = folder if folder is not None else None if as_json else _default_folder()
    page = None
    told = (*notes, *said)
    if target is not None:
        with Progress("drawing the report"):
            page = _write(target, found, told, course)
    if as_json:
        from sudomotor.report.compare_report import to_dict

        print_json({**to_dict(found, told), "report": None if page is None else str(page)})
        return
    _print(found, told)
    if page is not None:
        show_path("Report", page)


def split_hypotheses(words: list[str]) -> list[str]:
    """The names of --hypotheses, however they are given.

    >>> split_hypotheses(["peripheral, loop", "reset", "loop + expectation"])
    ['peripheral', 'loop', 'reset', 'loop+expectation']
    """
    joined = [re.sub(r"\s*\+\s*", "+", word.strip()) for word in words]
    return [part for word in joined for part in re.split(r"[\s,]+", word) if part]


def join_hypotheses(words: list[str]) -> list[str]:
    """Let `--hypotheses` of `compare` take all the names that follow it; a sentence of the course ends them.

    >>> join_hypotheses(["compare", "A b", "--hypotheses", "loop", "reset", "--days", "9"])
    ['compare', 'A b', '--hypotheses', 'loop reset', '--days', '9']
    >>> join_hypotheses(["compare", "--hypotheses", "loop", "reset", "Treat palms daily"])
    ['compare', '--hypotheses', 'loop reset', 'Treat palms daily']
    """
    out, i = words[:1], 1
    while i < len(words):
        out.append(words[i])
        i += 1
        if out[-1] != "--hypotheses":
            continue
        end = i
        while end < len(words) and not words[end].startswith("-") and len(split_hypotheses([words[end]])) < 3:
            if re.search(r"\s", words[end].strip()) and not re.search(r"[+,]", words[end]):
                break
            end += 1
        if end > i:
            out.append(" ".join(words[i:end]))
            i = end
    return out


def _refuse_unsafe(course: Course, days: int, person: Person, parameters: Parameters) -> None:
    from sudomotor.limits import injury_risk
    from sudomotor.report.outcome import check_course

    risk = injury_risk(check_course(course, days, person, parameters))
    if risk:
        raise UnsafeError(
            risk,
            where=f"the course “{'; '.join(course.words)}”",
            mend="stay below the ceiling",
        )


def _write(folder: Path, found: Comparison, notes: tuple[str, ...], words: list[str]) -> Path:
    from sudomotor.report.compare_report import compare_report, compare_sources
    from sudomotor.report.page import check_free, write, write_manifest

    check_free(folder / "report.html")
    check_free(folder / "manifest.json")
    page = write(compare_report(found, notes), folder, "report.html")
    history = found.histories[0]
    write_manifest(
        folder,
        command="compare",
        words=words,
        sources=compare_sources(found),
        seed=found.seed,
        hypotheses=[h.name for h in found.hypotheses],
        mechanism=history.mechanism,
        person=history.people.person.preset_name,
        people=found.people,
        days=int(history.days[-1]),
    )
    return page


def _print(found: Comparison, notes: tuple[str, ...]) -> None:
    from rich.text import Text

    from sudomotor.evidence.compare import NO_TRIAL
    from sudomotor.report.compare_report import assumptions
    from sudomotor.report.compare_words import claims_apart, convincing, not_by, pair_words
    from sudomotor.report.words import NOT_ADVICE

    h = found.histories[0]
    show(
        Text(
            f"{found.people} people like “{h.people.person.preset_name}”, {int(h.days[-1])} days, the same under each "
            "hypothesis.",
            style="dim",
        )
    )
    for best in found.best:
        show("", Text(pair_words(best.pair), style="bold underline"))
        show_answers(
            [
                ("They differ in", claims_apart(found, best.pair)),
                ("What would convince you", convincing(found, best)),
            ]
        )
        if best.worth:
            show(_table(found, best.pair))
        useless = not_by(found, best.pair)
        if useless:
            show(Text(useless, style="dim"))
    show("")
    show_answers(
        [
            ("Under all of them", "; ".join(found.shared) + "."),
            ("What was assumed", "; ".join(assumptions(found, notes)) + "."),
            ("What has been measured", NO_TRIAL),
        ]
    )
    show("", NOT_ADVICE)


def _table(found: Comparison, pair: tuple[str, str]) -> Table:
    from rich.table import Table

    from sudomotor.report.compare_words import heads, rows

    made = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for i, head in enumerate(heads(found, pair)):
        made.add_column(head, ratio=3 if i == 0 else None, justify="right" if i in (1,) else "left")
    for row in rows(found, pair):
        made.add_row(*row)
    return made
