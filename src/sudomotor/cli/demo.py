"""`sudomotor demo`: the whole way once, on a diary that nobody wrote."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.options import Json
from sudomotor.cli.output import Progress, print_json, show, show_answers, show_path
from sudomotor.cli.twin_inputs import check_folder, default_folder
from sudomotor.errors import InputError

if TYPE_CHECKING:
    from sudomotor.diary import Diary
    from sudomotor.limits import Answers
    from sudomotor.report.plan_report import PlanView
    from sudomotor.twin import Twin

DIARY_FILE, TWIN_FILE, ANSWERS_FILE = "demo_diary.csv", "demo.twin.json", "demo_answers.toml"
EXAMPLE = (
    "An example: this diary is synthetic, made by a computer; nobody wrote it. The answers to the safety questions are made up "
    "as well. Follow none of it."
)
_CAN_TREAT = "Tue Thu Sun evenings"
# to be quick, fewer rival accounts of the mechanism and fewer tries of the forecast than `sudomotor twin` takes
_ACCOUNTS = ("charge", "acid")
_ORIGINS = 3
_SESSIONS = 4  # shown on the screen


def demo(
    folder: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            show_default=False,
            help="Folder of the report.  (default: sudomotor-report; none with --json unless this is given)",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """The whole way on an example: a synthetic diary is fitted, forecast and planned for, and the report is written.

    Needs no file of yours, and says nothing about you.

    \b
    Examples:
      sudomotor demo
      sudomotor demo -o example
    """
    target = folder if folder is not None else None if as_json else default_folder()
    check_folder(target, ("report.html", "doctor.html", "manifest.json", TWIN_FILE))
    text = resources.files("sudomotor.diary").joinpath("data", DIARY_FILE).read_text("utf-8")
    if target is not None:
        _check_same(target / DIARY_FILE, text)
        _check_same(target / ANSWERS_FILE, _answers_text())
    diary = _read()
    answers = example_answers(diary)
    twin = _fitted(diary, answers)
    view = _planned(twin, answers)
    pages: tuple[Path, Path] | None = None
    if target is not None:
        from sudomotor.report.plan_report import write_plan_report

        with Progress("drawing the report"):
            pages = write_plan_report(target, view, command="demo")
            twin.save(target / TWIN_FILE, overwrite=True)
            (target / DIARY_FILE).write_text(text, "utf-8")
            (target / ANSWERS_FILE).write_text(_answers_text(), "utf-8")
    if as_json:
        _print_json(view, pages)
        return
    _show(view)
    if pages is not None and target is not None:
        show_path("Report for the person", pages[0])
        show_path("Page for a dermatologist", pages[1])
        _show_next(target)


def _read() -> Diary:
    from sudomotor.diary import Diary

    with resources.as_file(resources.files("sudomotor.diary").joinpath("data", DIARY_FILE)) as path:
        return Diary.read(path)


def _answers_text() -> str:
    return resources.files("sudomotor.cli").joinpath(ANSWERS_FILE).read_text("utf-8")


def example_answers(diary: Diary) -> Answers:
    """The bundled answers, as if they were given on the diary's last day."""
    from dataclasses import replace

    from sudomotor.limits import Answers

    return replace(Answers.parse(_answers_text(), ANSWERS_FILE), date_answered=diary.last)


def _check_same(path: Path, text: str) -> None:
    """Refuse to overwrite a file of that name that holds something else."""
    if path.exists() and (path.is_dir() or path.read_bytes() != text.encode()):
        raise InputError(
            f"{path.name} is there, and it is not the example; it is left alone", where=str(path),
            mend="move it, or name another folder, e.g. -o example",
        )  # fmt: skip


def _fitted(diary: Diary, answers: Answers) -> Twin:
    """Fit and try the forecasts; what is done by halves to be quick is said."""
    from dataclasses import replace

    from sudomotor.cli.twin import tried
    from sudomotor.person import Person
    from sudomotor.twin import fit

    who = Person.preset("palmar hyperhidrosis", age_years=answers.age_years)
    with Progress("fitting the example diary", len(_ACCOUNTS), after_s=0.3) as progress:
        found = fit(
            diary, person=who, method="laplace", accounts=_ACCOUNTS, progress=lambda _word: progress.step()
        )
    said = (
        "this diary is synthetic, made by a computer: nobody wrote it",
        f"to be quick, the example weighs {len(_ACCOUNTS)} accounts of the mechanism, and tries its forecasts under the likelier "
        f"one from {_ORIGINS} days of the diary; `sudomotor twin` takes more of both",
    )
    found = replace(found, assumptions=(*said, *found.assumptions))
    return tried(found, who, "laplace", found.seed, origins=_ORIGINS, least_share=1.0)


def _planned(twin: Twin, answers: Answers) -> PlanView:
    from sudomotor.planning import plan
    from sudomotor.report.plan_report import plan_view

    with Progress("looking for the fewest minutes", 1.0, after_s=0.3) as progress:
        made = plan(
            twin,
            answers=answers,
            can_treat=_CAN_TREAT,
            today=twin.diary.last,
            progress=lambda done: progress.at(done),
        )
    with Progress("living through the days ahead"):
        return plan_view(made, twin, answers, example=EXAMPLE)


def _print_json(view: PlanView, pages: tuple[Path, Path] | None) -> None:
    from sudomotor.cli.twin import to_dict
    from sudomotor.report.words import NOT_ADVICE

    content: dict[str, Any] = {
        "synthetic": True,
        "example": EXAMPLE,
        "twin": to_dict(view.twin),
        "forecast": {site: each.to_dict() for site, each in view.on.items()},
        "no_sessions": {site: each.to_dict() for site, each in view.off.items()},
        "plan": view.plan.to_dict(),
        "report": None if pages is None else str(pages[0]),
        "doctor": None if pages is None else str(pages[1]),
        "note": NOT_ADVICE,
    }
    print_json(content)


def _show(view: PlanView) -> None:
    from rich.text import Text

    from sudomotor.cli.twin_inputs import show_trust
    from sudomotor.report.person_page import expectations
    from sudomotor.report.plan_report import AGREE, session_words
    from sudomotor.report.twin_report import chance_words
    from sudomotor.report.twin_words import header, lasting_words, strength_words

    twin, plan, site = view.twin, view.plan, view.sites[0]
    show(Text(EXAMPLE, style="bold yellow"), "")
    show(Text(header(twin), style="dim"), "")
    show_trust(twin)
    next_ = [session_words(s, site=len(view.sites) > 1, year=True) for s in plan.sessions[:_SESSIONS]]
    more = len(plan.sessions) - len(next_)
    if more > 0:
        next_.append(f"and {more} more")
    show_answers(
        [
            ("How strongly do sessions work on this person?", strength_words(twin)),
            ("How long does it last?", lasting_words(twin)),
            ("How likely is a good day, with the plan below?", chance_words(view.on[site])),
            ("And without any session?", chance_words(view.off[site])),
            (f"The plan. {AGREE}", "\n".join(next_) or "No session is needed."),
            *((line.question, line.answer) for line in expectations(view)[:2]),
            ("Why this plan", "\n".join(f"- {text}" for text in plan.reasons[1:4])),
        ]
    )
    show("")


def _show_next(folder: Path) -> None:
    import shlex

    twin = shlex.quote(str(folder / TWIN_FILE))
    show(
        "",
        "Go on with the example:",
        f"  sudomotor forecast {twin} -o forecast",
        f"  sudomotor replay {twin} --every '10 days' -o replay",
        "With a diary of your own:",
        "  sudomotor diary new diary.csv        (then write in it, as often as you like)",
        "  sudomotor twin diary.csv -o me.twin.json",
        "  sudomotor limits ask -o answers.toml (the safety questions; fill them in)",
        "  sudomotor plan me.twin.json --answers answers.toml",
    )
