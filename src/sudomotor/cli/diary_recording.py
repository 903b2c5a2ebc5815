"""`sudomotor diary add-recording`: a recording of skin conductance, summed up in a row of a diary."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, NoReturn

import typer

from sudomotor.cli.measure_options import (
    Channel,
    Convert,
    FileFormat,
    NoQuality,
    Rate,
    Site,
    TimeColumn,
    Treated,
    Unit,
    read_place,
)
from sudomotor.cli.options import Json
from sudomotor.cli.output import BAD_INPUT, Progress, print_json, say, show, show_path
from sudomotor.errors import InputError

if TYPE_CHECKING:
    from sudomotor.diary import Entry
    from sudomotor.measurement import Recording
    from sudomotor.measurement.summary import ActivitySummary

NOT_FITTED = (
    "The row is for you and your clinician: the twin does not fit skin conductance yet, and leaves the note alone."
)


def add_recording(
    diary: Annotated[
        Path, typer.Argument(metavar="DIARY.csv", show_default=False, help="The diary, a CSV text.")
    ],
    file: Annotated[
        Path, typer.Argument(metavar="RECORDING", show_default=False, help="A recording of skin conductance.")
    ],
    date: Annotated[
        str | None,
        typer.Option(
            "--date", metavar="2026-03-01", show_default=False, help="The day.  (default: that of the recording's start)"
        ),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option(
            "--time", metavar="19:30", show_default=False, help="On 24 hours.  (default: that of the recording's start)"
        ),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            "--time-zone", metavar="NAME", show_default=False,
            help="Where the clock of the diary stood, e.g. Europe/Berlin.  (default: the recording's; for UTC this computer's)",
        ),
    ] = None,
    site: Site = None,
    side: Annotated[
        str | None, typer.Option("--side", metavar="SIDE", show_default=False, help="left, right or both.")
    ] = None,
    temperature: Annotated[
        float | None,
        typer.Option(
            "--temperature-C", metavar="X", show_default=False,
            help="Warmest air of the day. The skin's temperature, where it was recorded, goes into the note.",
        ),
    ] = None,
    treated: Treated = False,
    unit: Unit = None,
    convert: Convert = None,
    channel: Channel = None,
    rate: Rate = None,
    times: TimeColumn = None,
    file_format: FileFormat = None,
    no_quality: NoQuality = False,
    day_first: Annotated[
        bool | None,
        typer.Option("--day-first/--month-first", show_default=False, help="How dates are written in the diary."),
    ] = None,
    decimal_comma: Annotated[
        bool | None,
        typer.Option(
            "--decimal-comma/--decimal-point", show_default=False, help="How decimals are written in the diary."
        ),
    ] = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """Measure a recording, and add a row with what was found to a diary: level, bursts a minute, amplitude, each with its error.

    Nothing else in the diary is changed: comments, order of columns, separators and decimals stay as they are.

    \b
    Examples:
      sudomotor diary add-recording diary.csv EDA.csv --site palms --side left
      sudomotor diary add-recording diary.csv rest.txt --unit uS --fs 4 --date 2026-03-01 --time 19:30
    """
    from sudomotor.diary.append import append_entry, told
    from sudomotor.diary.text import read_bytes
    from sudomotor.measurement.decompose import decompose
    from sudomotor.measurement.read import read
    from sudomotor.measurement.summary import summarise
    from sudomotor.report.measure_words import diary_note, place_of

    place = _place(site, side)
    asked = _When.of(date, time, time_zone)
    read_bytes(diary)  # refuses one that is not there before the work is done
    with Progress("measuring"):
        recording = read(
            file, format=file_format, unit=unit, channel=channel, fs=rate, convert=convert, times=times, site=place.text
        )
        summary = summarise(decompose(recording, quality=not no_quality))
    if not summary.usable_s:
        raise InputError(
            f"no sample of the recording can be used ({_why(summary)}); the diary is as it was",
            where=str(file), mend="`sudomotor measure` shows what was set aside; --no-quality takes every sample",
        )  # fmt: skip
    if place.text is None and recording.site is not None:
        place = _place(recording.site, None)
    moment, remarks = asked.moment(recording)
    note = diary_note(summary, file.name, place_of(place.text) if treated else None)
    if place.elsewhere:
        note += f"; at the {place.elsewhere}"
    entry = _entry(moment, place, temperature, note)
    try:
        added = append_entry(diary, entry, day_first=day_first, decimal_comma=decimal_comma)
    except InputError as error:
        _refuse(error, entry, as_json)
    notes = [*remarks, *added.notes]
    if as_json:
        print_json(
            {
                "diary": str(diary),
                "recording": str(file),
                "row": added.row,
                "line": added.line,
                "entry": _plain(added.entry),
                "notes": notes,
                "fitted_by_twin": False,
            }
        )
        return
    from rich.text import Text

    show(f"Added as line {added.row}:", Text(f"  {told(added.entry)}"))
    if notes:
        show(Text(f"What was assumed: {'; '.join(notes)}."))
    show(NOT_FITTED)
    show_path("Diary", diary)


class _Place(NamedTuple):
    """Where it was measured: in words, as columns of a diary, and what no column holds."""

    text: str | None
    site: str | None = None
    side: str | None = None
    elsewhere: str | None = None


def _place(site: str | None, side: str | None) -> _Place:
    """The place of --site and --side in the words of a diary; a place that it does not know goes into the note."""
    from sudomotor.diary.unread import Unread
    from sudomotor.diary.words import read_side, read_site

    sided = None
    if side is not None:
        try:
            sided = read_side(side)
        except Unread as error:
            raise InputError(error.what, where="--side", mend=error.mend) from None
    place = read_place(site)
    if place is None:
        return _Place(None, None, sided)
    try:
        found, said = read_site(place)
    except Unread:
        words = f"{sided} {place}" if sided and sided != "both" else place
        return _Place(words, None, None, words)
    if said and sided and said != sided:
        raise InputError(
            f"--site says {said}, and --side {sided}", where="--side", mend="let both say the same"
        )
    whole = f"{said or sided} {place.split()[-1]}" if (said or sided) in ("left", "right") else place
    return _Place(whole, found, said or sided)


class _When(NamedTuple):
    """What was asked of day and time."""

    date: datetime.date | None
    time: datetime.time | None
    zone: datetime.tzinfo | None

    @classmethod
    def of(cls, date: str | None, time: str | None, time_zone: str | None) -> _When:
        """Read the options."""
        from sudomotor.cli.twin_inputs import read_day
        from sudomotor.diary.unread import Unread
        from sudomotor.diary.when import read_time

        day = None if date is None else read_day(date, "--date")
        try:
            clock = None if time is None else read_time(time)
        except Unread as error:
            raise InputError(error.what, where="--time", mend=error.mend) from None
        return cls(day, clock, None if time_zone is None else _zone(time_zone))

    def moment(self, recording: Recording) -> tuple[tuple[datetime.date, datetime.time | None], list[str]]:
        """The day and the time of the row, on the clock of the person, and what was assumed for it."""
        start, remarks = recording.start, []
        if start is None or (self.date is not None and self.time is not None):
            if self.date is None:
                raise InputError(
                    "the recording does not say when it was begun", where=recording.source,
                    mend="say it: --date 2026-03-01 --time 19:30",
                )  # fmt: skip
            return (self.date, self.time), []
        if start.tzinfo is not None:
            if self.zone is not None:
                start = start.astimezone(self.zone)
            elif start.utcoffset() == datetime.timedelta(0):
                start = start.astimezone()
                remarks.append(
                    f"the recording counts in UTC, and began at {start:%H:%M} on the clock of this computer ({start.tzname()}); "
                    "--time-zone or --time says otherwise"
                )
        elif self.zone is not None:
            remarks.append("the recording has the time of its own clock: --time-zone changed nothing")
        clock = start.time().replace(second=0, microsecond=0) if self.time is None else self.time
        if self.date is not None and self.date != start.date():
            remarks.append(f"the recording itself says {start.date()}")
        return (self.date or start.date(), clock), remarks


def _zone(name: str) -> datetime.tzinfo:
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

    try:
        return ZoneInfo(name.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InputError(f"unknown time zone '{name}'", where="--time-zone", mend="e.g. Europe/Berlin") from None


def _entry(
    moment: tuple[datetime.date, datetime.time | None], place: _Place, temperature: float | None, note: str
) -> Entry:
    """The row as an entry; a temperature that cannot be is told by its option."""
    from sudomotor.diary import Entry
    from sudomotor.diary.plausible import doubt

    if temperature is not None and (why := doubt("temperature_C", temperature)):
        raise InputError(why[0], where="--temperature-C", mend=why[1])
    return Entry(
        date=moment[0], time=moment[1], site=place.site, side=place.side, temperature_C=temperature, note=note
    )


def _refuse(error: InputError, entry: Entry, as_json: bool) -> NoReturn:
    """As every error, with the row that was to be added, so that it can be typed."""
    from sudomotor.diary.append import told

    if as_json:
        content = {"what": error.what, "where": error.where, "mend": error.mend}
        print_json({"error": content, "entry": _plain(entry)})
    say(f"error: {error}", f"The row that was to be added: {told(entry)}")
    raise typer.Exit(BAD_INPUT)


def _plain(entry: Entry) -> dict[str, Any]:
    """An entry as JSON: what is given, in the spelling of a diary."""
    from sudomotor.diary.canonical import cell
    from sudomotor.diary.entry import COLUMNS

    return {name: cell(entry, name) for name in COLUMNS if cell(entry, name)}


def _why(told: ActivitySummary) -> str:
    return ", ".join(told.aside_s) or "it holds no values"
