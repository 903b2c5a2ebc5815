"""`sudomotor replay`: one person's own past under a change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sudomotor.cli.options import Folder, Json
from sudomotor.cli.output import Progress, print_json, show, show_answers, show_path
from sudomotor.cli.twin_inputs import (
    TwinPath,
    check_folder,
    check_safe,
    default_folder,
    load_twin,
    read_interval_days,
    read_span,
    show_trust,
    write_page,
)
from sudomotor.errors import InputError

if TYPE_CHECKING:
    from sudomotor.limits import Verdict
    from sudomotor.twin import Twin


def replay(
    file: TwinPath,
    skip: Annotated[
        str | None,
        typer.Option(
            "--skip",
            metavar="FROM..TO",
            show_default=False,
            help="Leave out the sessions of some days, e.g. 2026-03-01..2026-03-14.",
        ),
    ] = None,
    current_mA: Annotated[
        float | None,
        typer.Option(
            "--current-mA", metavar="X", show_default=False, help="Another current in every session."
        ),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option("--minutes", metavar="X", show_default=False, help="Another length of every session."),
    ] = None,
    every: Annotated[
        str | None,
        typer.Option(
            "--every", metavar="WORDS", show_default=False, help="Sessions at this interval, e.g. '10 days'."
        ),
    ] = None,
    hypotheses: Annotated[
        str | None,
        typer.Option(
            "--hypotheses",
            metavar="WORDS",
            show_default=False,
            help="Other claims about the mind: evidence, peripheral, reset, or single ones joined with +.",
        ),
    ] = None,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """Your own past under a change: the same days, the same luck, other sessions.

    \b
    Examples:
      sudomotor replay me.twin.json --skip 2026-03-01..2026-03-14
      sudomotor replay me.twin.json --current-mA 12 --minutes 15
      sudomotor replay me.twin.json --every "10 days" --json
      sudomotor replay me.twin.json --hypotheses peripheral
    """
    from sudomotor.model import Hypotheses

    span = None if skip is None else read_span(skip)
    days = None if every is None else read_interval_days(every)
    if all(each is None for each in (skip, current_mA, minutes, every, hypotheses)):
        raise InputError(
            "nothing is changed", where="sudomotor replay",
            mend="say what: --skip 2026-03-01..2026-03-14, --current-mA 12, --minutes 15, --every '10 days' or --hypotheses",
        )  # fmt: skip
    if hypotheses is not None:
        Hypotheses.parse(hypotheses)
    target = folder if folder is not None else None if as_json else default_folder()
    check_folder(target)
    twin = load_twin(file)
    verdicts = _check(twin, current_mA, minutes, days)
    with Progress("living through your days again"):
        from sudomotor.twin.replay import replay as again

        found = again(
            twin, skip=span, current_mA=current_mA, minutes=minutes, every_days=days, hypotheses=hypotheses
        )
    page: Path | None = None
    if target is not None:
        with Progress("drawing the report"):
            from sudomotor.report.twin_report import replay_report

            page = write_page(
                target,
                replay_report(twin, found, verdicts),
                command="replay",
                words=[str(file), found.label],
                twin=twin,
            )
    if as_json:
        from sudomotor.report.twin_words import trust
        from sudomotor.report.words import NOT_ADVICE

        print_json(
            {
                "trust": trust(twin).text, **found.to_dict(), "beats_naive": twin.beats_naive,
                "report": None if page is None else str(page), "note": NOT_ADVICE,
            }
        )  # fmt: skip
        return
    from rich.text import Text

    from sudomotor.report.twin_report import believed, label_words, limits_words, replay_lines
    from sudomotor.report.twin_words import header
    from sudomotor.report.words import NOT_ADVICE

    show_trust(twin)
    show(Text(header(twin), style="dim"), "")
    show(Text(f"With {label_words(found.label)}", style="bold underline"))
    answers = [(line.question, line.answer) for line in replay_lines(found)]
    if verdicts:
        answers.append(("Limits?", limits_words(verdicts)))
    show_answers(answers)
    show("")
    told = dict.fromkeys(found.assumptions)
    show_answers(
        [
            ("Which claims are on", believed(twin, found.hypotheses)),
            ("What was assumed", "; ".join(told) + "."),
        ]
    )
    show("", NOT_ADVICE)
    if page is not None:
        show_path("Report", page)


def _check(
    twin: Twin, current_mA: float | None, minutes: float | None, every_days: float | None
) -> tuple[Verdict, ...]:
    """Hold a changed setting against the limits, site by site; what was really done is not judged again."""
    from sudomotor.course import Course

    if current_mA is None and minutes is None and every_days is None:
        return ()
    courses = []
    for site in twin.grid.sites:
        mine = [s for s in twin.diary.sessions if (s.site or "palms") == site]
        strong = current_mA or max((float(s.current_mA or 0.0) for s in mine), default=0.0)
        long = minutes or max((float(s.minutes or 0.0) for s in mine), default=0.0)
        if strong > 0 and long > 0:
            apart = max(1, round(every_days or 7))
            often = "daily" if apart == 1 else f"every {apart} days"
            courses.append(Course(f"Treat {site} at {strong:g} mA DC for {long:g} minutes, {often}"))
    return check_safe(courses, twin.grid.days, twin)
