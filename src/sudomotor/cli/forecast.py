"""`sudomotor forecast`: the days ahead of one person, from their twin."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.inputs import split_alternatives
from sudomotor.cli.options import Folder, Json
from sudomotor.cli.output import Progress, print_json, show, show_answers, show_path
from sudomotor.cli.twin_inputs import (
    TwinPath,
    check_folder,
    check_safe,
    default_folder,
    load_twin,
    read_site,
    show_trust,
    write_page,
)
from sudomotor.errors import InputError

if TYPE_CHECKING:
    from rich.table import Table

    from sudomotor.course import Course
    from sudomotor.limits import Verdict
    from sudomotor.report.figures_twin import Shown
    from sudomotor.twin import Twin

AS_LATELY, NO_SESSIONS = "as lately", "no sessions"
_WITH_RANGES = 2  # courses beside each other whose table has room for ranges
_MOST_COURSES = 6  # as many as the figures have colours for


def forecast(
    file: TwinPath,
    course: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[COURSE]",
            show_default=False,
            help="The sessions to come, in words; or 'as lately', or 'no sessions'.  (default: both of these, side by side)",
        ),
    ] = None,
    versus: Annotated[
        list[str] | None,
        typer.Option(
            "--versus",
            metavar="COURSE",
            show_default=False,
            help="Another course to compare with; may be repeated. A sentence that begins with Then or "
            "Pause continues the --versus before it.",
        ),
    ] = None,
    days: Annotated[int, typer.Option("--days", metavar="N", help="How far ahead.")] = 90,
    site: Annotated[
        str | None,
        typer.Option(
            "--site",
            metavar="PLACE",
            show_default=False,
            help="palms, soles or axillae.  (default: the first one that the diary names)",
        ),
    ] = None,
    missed_pct: Annotated[
        float,
        typer.Option("--missed-pct", metavar="X", help="Share of the sessions that will be missed."),
    ] = 0.0,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """The days ahead: how likely a good day is, how much sweat, and when it is back.

    Without a course: going on as in the last four weeks of the diary, beside no sessions at all.

    \b
    Examples:
      sudomotor forecast me.twin.json
      sudomotor forecast me.twin.json "Treat palms at 12 mA DC for 20 minutes, every 10 days" --days 120
      sudomotor forecast me.twin.json "as lately" --versus "Treat palms at 10 mA DC for 15 minutes, weekly"
      sudomotor forecast me.twin.json "Pause for 2 weeks" "Treat palms at 12 mA DC for 20 minutes, weekly" --json
    """
    wanted = _courses(course or [], versus or [])
    if not 0.0 <= missed_pct <= 100.0:
        raise InputError(f"{missed_pct:g} % is no share", where="--missed-pct", mend="a number from 0 to 100")
    target = folder if folder is not None else None if as_json else default_folder()
    check_folder(target)
    twin = load_twin(file)
    place = read_site(site, twin)
    verdicts = check_safe([each for each in wanted if not isinstance(each, str)], days, twin)
    with Progress(f"living through {days} days with {twin.draws} people like you", len(wanted)) as progress:
        shown = _lived(twin, wanted, days, place, missed_pct, progress)
    page = None
    if target is not None:
        with Progress("drawing the report"):
            from sudomotor.report.twin_report import forecast_report

            page = write_page(
                target, forecast_report(twin, shown, verdicts), command="forecast",
                words=[str(file), *(course or []), *(f"--versus {text}" for text in versus or [])], twin=twin, days=days,
            )  # fmt: skip
    if as_json:
        _print_json(twin, shown, verdicts, page)
        return
    _show(twin, shown, verdicts)
    if page is not None:
        show_path("Report", page)


def _courses(main: list[str], versus: list[str]) -> list[Course | str]:
    """The courses that were asked for; the two that have names stay words."""
    from sudomotor.course import Course

    def one(sentences: list[str]) -> Course | str:
        word = " ".join(sentences[0].lower().strip(" .").split()) if len(sentences) == 1 else ""
        return word if word in (AS_LATELY, NO_SESSIONS) else Course(*sentences)

    if not main and not versus:
        return [AS_LATELY, NO_SESSIONS]
    groups = ([main] if main else [[AS_LATELY]]) + split_alternatives(versus)
    if len(groups) > _MOST_COURSES:
        raise InputError(
            f"{len(groups)} courses are more than a figure can hold",
            where="--versus",
            mend=f"at most {_MOST_COURSES}",
        )
    return [one(group) for group in groups]


def _lived(
    twin: Twin, wanted: list[Course | str], days: int, site: str | None, missed_pct: float, progress: Progress
) -> list[Shown]:
    """Forecasts of the courses, with the same people and the same luck."""
    from sudomotor.report.figures_twin import Shown
    from sudomotor.twin import forecast as ahead

    found = []
    for each in wanted:
        course: Any = {AS_LATELY: None, NO_SESSIONS: ()}.get(each, each) if isinstance(each, str) else each
        found.append((each, ahead(twin, course, days=days, missed_pct=missed_pct, site=site)))
        progress.step()
    words = all(isinstance(each, str) for each, _ in found)
    shown = [
        Shown(str(each) if words or len(found) == 1 else chr(ord("A") + i), one)
        for i, (each, one) in enumerate(found)
    ]
    if wanted == [AS_LATELY, NO_SESSIONS] and not shown[0].forecast.sessions:
        return [Shown(NO_SESSIONS, shown[0].forecast)]  # nothing was done lately: the two are one
    return shown


def _print_json(twin: Twin, shown: list[Shown], verdicts: tuple[Verdict, ...], page: Path | None) -> None:
    from sudomotor.report.twin_words import trust
    from sudomotor.report.words import NOT_ADVICE

    content: dict[str, Any] = {"trust": trust(twin).text, **shown[0].forecast.to_dict()}
    if len(shown) > 1:
        content["label"] = shown[0].name
        content["versus"] = [{"label": each.name, **each.forecast.to_dict()} for each in shown[1:]]
    content["limits_broken"] = [
        {"name": v.name, "text": v.text, "value": v.value, "limit": v.limit, "unit": v.unit}
        for v in verdicts
        if v.broken
    ]
    content["report"] = None if page is None else str(page)
    content["note"] = NOT_ADVICE
    print_json(content)


def _show(twin: Twin, shown: list[Shown], verdicts: tuple[Verdict, ...]) -> None:
    from rich.text import Text

    from sudomotor.report.sentences import Sentence
    from sudomotor.report.twin_report import believed, forecast_lines, limits_words, when_words
    from sudomotor.report.twin_words import header
    from sudomotor.report.words import NOT_ADVICE

    show_trust(twin)
    show(Text(header(twin), style="dim"), "")
    show(Text(when_words(shown[0].forecast), style="bold"))
    for each in shown:
        name = f"{each.name}: " if len(shown) > 1 and not each.forecast.label.startswith(each.name) else ""
        show(Text(f"{name}{each.forecast.label}", style="bold underline"))
    lines = forecast_lines(shown)
    if verdicts:
        lines.append(Sentence("Limits?", limits_words(verdicts)))
    show_answers([(line.question, line.answer) for line in lines])
    show("", _table(shown), "")
    told = dict.fromkeys(text for each in shown for text in each.forecast.assumptions)
    show_answers([("Which claims are on", believed(twin)), ("What was assumed", "; ".join(told) + ".")])
    show("", NOT_ADVICE)


def _table(shown: list[Shown]) -> Table:
    """A row a week."""
    from textwrap import wrap

    from rich.table import Table

    from sudomotor.report.figures_twin import GOOD
    from sudomotor.report.twin_report import week_rows

    heads, rows = week_rows(shown)
    few = len(shown) <= _WITH_RANGES
    title = "Week by week" if few else f"Week by week: chance of {GOOD} (%), and sweat of one side (mg/min)"
    made = Table(
        title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 2 if few else 1, 0, 0)
    )
    for head in heads:
        made.add_column("\n".join(wrap(head, 16 if few else 6)), no_wrap=True)
    for row in rows:
        made.add_row(*row)
    return made
