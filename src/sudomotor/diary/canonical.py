"""A diary as text: one spelling for every value, so that equal diaries have equal texts."""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable

from sudomotor.diary.entry import COLUMNS, NUMBERS, Entry

DATES = {"year-month-day": None, "day-month-year": True, "month-day-year": False}
DECIMALS = {"point": False, "comma": True}
DATES_LINE = "# dates: year-month-day"
DECIMALS_LINE = "# decimals: {}"


def cell(entry: Entry, name: str) -> str:
    """One value as text: dates as 2026-03-01, times on 24 hours, decimal points, nothing where nothing is.

    >>> import datetime
    >>> cell(Entry(date=datetime.date(2026, 3, 1), time=datetime.time(9, 5)), "time")
    '09:05'
    """
    value = getattr(entry, name)
    if value is None:
        return ""
    if name == "date":
        return str(value.isoformat())
    if name == "time":
        return f"{value:%H:%M:%S}".removesuffix(":00") if value.second == 0 else f"{value:%H:%M:%S}"
    if name in NUMBERS:
        return repr(float(value)).removesuffix(".0")
    return str(value)


def to_text(
    entries: Iterable[Entry],
    columns: Iterable[str] = COLUMNS,
    *,
    delimiter: str = ",",
    decimal_comma: bool = False,
) -> str:
    """A table with a header; a dialect other than the usual one is declared in comment lines above it."""
    out = io.StringIO()
    names = tuple(columns)
    if delimiter != "," or decimal_comma:
        out.write(f"{DATES_LINE}\n{DECIMALS_LINE.format('comma' if decimal_comma else 'point')}\n")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names)
    for entry in entries:
        texts = [cell(entry, name) for name in names]
        if decimal_comma:
            texts = [
                text.replace(".", ",") if name in NUMBERS else text
                for name, text in zip(names, texts, strict=True)
            ]
        writer.writerow(texts)
    return out.getvalue()


def sha256(entries: Iterable[Entry]) -> str:
    """Of the rows in canonical spelling and in alphabetical order: neither the order of rows and columns nor
    delimiter, encoding or comments change it."""
    digest = hashlib.sha256()
    for line in sorted("\x1f".join(cell(entry, name) for name in COLUMNS) for entry in entries):
        digest.update(line.encode("utf-8") + b"\x1e")
    return digest.hexdigest()
