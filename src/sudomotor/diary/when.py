"""Dates and times of a cell. An order of day and month is declared, never guessed."""

from __future__ import annotations

import datetime
import re

from sudomotor.diary.unread import Unread

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), start=1)
    for name in names.split()
}  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_THREE = re.compile(r"(\d{1,2})([-/.])\s?(\d{1,2})\2\s?(\d{4}|\d{2})", re.ASCII)
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s.-]*([a-z]+)[\s.,-]*(\d{4}|\d{2})")
_NAMED_US = re.compile(r"([a-z]+)[\s.]*(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})")
_WEEKDAY = re.compile(
    r"(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|nesday|sday|rsday|urday)?\.?,?\s+"
)
_WITH_TIME = re.compile(r"(.*\d)(?:[T ]\s*)(\d{1,2}:\d\d.*)")
_CLOCK = re.compile(r"(\d{1,2})[:.h](\d\d)(?:[:.](\d\d)(?:\.0+)?)?\s*(?:([ap])\.?\s?m\.?)?(?:\s*h)?")
_HOUR = re.compile(r"(\d{1,2})\s*([ap])\.?m\.?")
_CENTURY = 2000
# what a spreadsheet counts days from
_SERIAL_ZERO = datetime.date(1899, 12, 30)
_SERIALS = (20_000, 80_000)  # 1954 to 2119: numbers that are days of a spreadsheet, if they are dates at all

DECLARE = (
    "write it as year-month-day, or say the order: --day-first or --month-first (day_first=True or False in "
    "Python), or a line above the header: # dates: day-month-year"
)


class UndeclaredOrder(Unread):
    """A date whose order of day and month was not declared; `only` tells if it can be read in one way alone."""

    def __init__(self, text: str, only: str | None) -> None:
        self.text, self.only = text, only
        super().__init__(f"'{text}': which is the day, which the month?", DECLARE)


def read_date(text: str, day_first: bool | None) -> tuple[datetime.date, datetime.time | None]:
    """A date, and the time if the cell holds one too.

    Parameters
    ----------
    text : the cell.
    day_first : the declared order of dates that do not begin with the year; None if none was declared.

    Examples
    --------
    >>> read_date("2026-03-01", None)[0], read_date("01.03.2026", True)[0], read_date("1 March 2026", None)[0]
    (datetime.date(2026, 3, 1), datetime.date(2026, 3, 1), datetime.date(2026, 3, 1))
    """
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            return datetime.date.fromisoformat(text), None
        except ValueError:
            pass
    if with_time := _WITH_TIME.fullmatch(text):
        date, _ = read_date(with_time[1].strip(), day_first)
        return date, read_time(with_time[2])
    plain = _WEEKDAY.sub("", text.lower().strip(), count=1)
    if found := _YEAR_FIRST.fullmatch(plain):
        return _date(text, int(found[1]), int(found[3]), int(found[4])), None
    if found := _THREE.fullmatch(plain):
        return _ordered(text, int(found[1]), int(found[3]), found[4], day_first), None
    if found := _COMPACT.fullmatch(plain):
        return _date(text, int(found[1]), int(found[2]), int(found[3])), None
    for pattern, day, month in ((_NAMED, 1, 2), (_NAMED_US, 2, 1)):
        if (found := pattern.fullmatch(plain)) and found[month] in _MONTHS:
            return _date(text, _year(found[3]), _MONTHS[found[month]], int(found[day])), None
    if plain.isascii() and plain.isdigit():
        raise_serial(float(plain))
    raise Unread(f"'{text}' is no date", "write it as year-month-day, e.g. 2026-03-01")


def raise_serial(value: float) -> None:
    """A number in the column of dates: the day count of a spreadsheet, most likely."""
    hint = ""
    if _SERIALS[0] <= value <= _SERIALS[1]:
        date = _SERIAL_ZERO + datetime.timedelta(days=int(value))
        hint = (
            f"did you mean {date}? it looks like a spreadsheet's count of days: format the column as a date"
        )
    raise Unread(f"{value:g} is a number, and no date", hint or "write it as year-month-day, e.g. 2026-03-01")


def _ordered(text: str, first: int, second: int, year: str, day_first: bool | None) -> datetime.date:
    if day_first is None:
        only = None
        if first > 12 >= second:
            only = "--day-first"
        elif second > 12 >= first:
            only = "--month-first"
        raise UndeclaredOrder(text, only)
    day, month = (first, second) if day_first else (second, first)
    if month > 12 >= day:
        said, other = ("first", "--month-first") if day_first else ("second", "--day-first")
        raise Unread(
            f"'{text}' has no month {month}, if its day comes {said}",
            f"correct it, or declare the other order: {other}",
        )
    return _date(text, _year(year), month, day)


def _year(text: str) -> int:
    return int(text) + (_CENTURY if len(text) == 2 else 0)


def _date(text: str, year: int, month: int, day: int) -> datetime.date:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        pass
    if not 1 <= month <= 12:
        mend = f"did you mean {year:04d}-{day:02d}-{month:02d}?" if 1 <= day <= 12 and month <= 31 else None
        raise Unread(f"'{text}' has no month {month}", mend or "write it as year-month-day, e.g. 2026-03-01")
    raise Unread(f"'{text}': that month has no day {day}", "correct the day")


def read_time(text: str) -> datetime.time:
    """A time of the day on 24 hours.

    >>> read_time("19:30"), read_time("7:05 pm")
    (datetime.time(19, 30), datetime.time(19, 5))
    """
    plain = text.lower().strip()
    found = _CLOCK.fullmatch(plain)
    hour, minute, second, half = 0, 0, 0, None
    if found:
        hour, minute, second, half = int(found[1]), int(found[2]), int(found[3] or 0), found[4]
    elif found := _HOUR.fullmatch(plain):
        hour, half = int(found[1]), found[2]
    else:
        raise Unread(f"'{text}' is no time", _time_mend(plain))
    if half:
        if not 1 <= hour <= 12:
            raise Unread(f"'{text}' is no time", "write it on 24 hours, e.g. 19:30")
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour == 24 and minute == 0:
        raise Unread(f"'{text}' is the next day's 00:00", "write 23:59, or 00:00 with the next date")
    try:
        return datetime.time(hour, minute, second)
    except ValueError:
        raise Unread(f"there is no time '{text}'", "write it on 24 hours, e.g. 19:30") from None


def _time_mend(plain: str) -> str:
    if re.fullmatch(r"\d{1,2}", plain) and int(plain) < 24:
        return f"did you mean {int(plain):02d}:00?"
    if re.fullmatch(r"\d{3,4}", plain) and int(plain[:-2]) < 24 and int(plain[-2:]) < 60:
        return f"did you mean {int(plain[:-2]):02d}:{plain[-2:]}?"
    if re.fullmatch(r"0?\.\d+", plain):  # a spreadsheet's share of a day
        minutes = round(float(plain) * 1440)
        return f"did you mean {minutes // 60:02d}:{minutes % 60:02d}? format the column as a time"
    if "+" in plain or plain.endswith("z"):
        return "write the time of your own clock, without a time zone, e.g. 19:30"
    return "write it on 24 hours, e.g. 19:30; a word such as 'evening' belongs in note"
