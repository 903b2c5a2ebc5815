"""What the commands about a twin share: its file, a site, dates, what stands at the top, the page in its folder."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.errors import InputError, UnsafeError, unknown

if TYPE_CHECKING:
    from sudomotor.course import Course
    from sudomotor.limits import Verdict
    from sudomotor.twin import Twin

TwinPath = Annotated[
    Path,
    typer.Argument(
        metavar="FILE.twin.json",
        show_default=False,
        help="The twin, as `sudomotor twin` saved it.",
    ),
]


def load_twin(path: Path) -> Twin:
    """The twin of a file; a folder is told apart from a file that is not there."""
    from sudomotor.twin import Twin

    if path.is_dir():
        raise InputError(
            "this is a folder, not a twin file", where=str(path), mend="name the file, e.g. me.twin.json"
        )
    return Twin.load(path)


def read_site(text: str | None, twin: Twin) -> str | None:
    """A site in any of the words that the course language knows."""
    from sudomotor.course.lexicon import SITE_WORDS

    if text is None:
        return None
    site = SITE_WORDS.get(text.strip().lower())
    if site not in twin.grid.sites:
        if site is not None:
            raise InputError(
                f"the diary says nothing of the {site}, so the twin knows nothing of them", where="--site",
                mend=f"--site {' or --site '.join(twin.grid.sites)}",
            )  # fmt: skip
        raise unknown("site", text, twin.grid.sites, where="--site")
    return site


def read_day(text: str, where: str) -> datetime.date:
    """A day as 2026-03-01."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text.strip()):
        try:
            return datetime.date.fromisoformat(text.strip())
        except ValueError as error:
            raise InputError(f"'{text}' is no day: {error}", where=where, mend="write 2026-03-01") from None
    raise InputError(f"'{text}' is no day", where=where, mend="write year, month, day: 2026-03-01")


def read_span(text: str, where: str = "--skip") -> tuple[datetime.date, datetime.date]:
    """Two days with two dots or "to" between them; or one day.

    >>> [str(day) for day in read_span("2026-03-01..2026-03-14")]
    ['2026-03-01', '2026-03-14']
    """
    parts = re.split(r"\s*(?:\.\.+|…|\bto\b)\s*", text.strip())
    try:
        days = [read_day(part, f"{where} {text}") for part in parts]
    except InputError as error:
        raise InputError(
            error.what, where=error.where, mend=f"write {where} 2026-03-01..2026-03-14"
        ) from None
    if len(days) > 2:
        raise InputError(
            f"'{text}' names {len(days)} days",
            where=where,
            mend="name the first and the last: 2026-03-01..2026-03-14",
        )
    if days[-1] < days[0]:
        raise InputError(
            f"{days[-1]} is before {days[0]}", where=f"{where} {text}", mend=f"{where} {days[-1]}..{days[0]}"
        )
    return days[0], days[-1]


def read_interval_days(text: str, where: str = "--every") -> float:
    """An interval in words: "10 days", "week", "2 weeks", "10".

    >>> read_interval_days("10 days"), read_interval_days("2 weeks"), read_interval_days("week")
    (10.0, 14.0, 7.0)
    """
    found = re.fullmatch(
        r"(?:every\s+)?(?P<number>\d+(?:[.,]\d+)?)?\s*(?P<unit>days?|d|weeks?|w|months?)?",
        text.strip().lower(),
    )
    if found is None or not (found["number"] or found["unit"]):
        raise InputError(
            f"'{text}' is no interval", where=where, mend='e.g. --every "10 days" or --every "2 weeks"'
        )
    number = float((found["number"] or "1").replace(",", "."))
    per = {"d": 1.0, "w": 7.0, "m": 30.0}[(found["unit"] or "d")[0]]
    return number * per


def check_safe(courses: Iterable[Course], days: int, twin: Twin) -> tuple[Verdict, ...]:
    """Hold courses against the limits; past a safety ceiling nothing is shown but the risk.

    Raises
    ------
    UnsafeError
        with the risk in words.
    """
    from sudomotor.limits import injury_risk
    from sudomotor.report.outcome import check_course

    worst: dict[str, Any] = {}
    for course in courses:
        verdicts = check_course(course, days, twin.person, twin.constants())
        risk = injury_risk(verdicts)
        if risk:
            raise UnsafeError(
                risk, where=f"the course “{'; '.join(course.words)}”",
                mend="stay below the ceiling; `sudomotor run --beyond-limits` simulates it all the same, in nobody's name",
            )  # fmt: skip
        for verdict in verdicts:
            if verdict.name not in worst or verdict.broken:
                worst[verdict.name] = verdict
    return tuple(sorted(worst.values(), key=lambda verdict: not verdict.broken))


def show_trust(twin: Twin) -> None:
    """Whether forecasts may be trusted, before anything else; in colour where they may not."""
    from rich.text import Text

    from sudomotor.cli.output import show
    from sudomotor.report.twin_words import trust

    found = trust(twin)
    style = {"yes": "", "unknown": "bold yellow", "no": "bold red"}[found.level]
    show(Text(found.text, style=style), "")


def default_folder() -> Path:
    """Where reports go if nothing is said."""
    from sudomotor.report.page import DEFAULT_FOLDER

    return DEFAULT_FOLDER


def check_folder(folder: Path | None, names: Sequence[str] = ("report.html", "manifest.json")) -> None:
    """Refuse before the work is done what could not be written after it."""
    from sudomotor.report.page import check_free

    if folder is None:
        return
    if folder.is_file():
        raise InputError(
            "this is a file, not a folder", where=f"-o {folder}", mend="name a folder, e.g. -o my-report"
        )
    for name in names:
        check_free(folder / name)


def write_page(folder: Path, text: str, *, command: str, words: list[str], twin: Twin, **more: Any) -> Path:
    """Write `report.html` with its manifest."""
    from sudomotor.report.page import write, write_manifest
    from sudomotor.report.twin_report import twin_sources

    page = write(text, folder, "report.html")
    write_manifest(
        folder, command=command, words=words, sources=twin_sources(twin), seed=twin.seed, diary_sha256=twin.diary.sha256,
        person=twin.person.preset_name, method=twin.check.method, hypotheses=twin.hypotheses.name, **more,
    )  # fmt: skip
    return page
