"""What plain tables have in common: names and units of their columns."""

from __future__ import annotations

import re

from sudomotor.measurement.readers.asked import Channel
from sudomotor.measurement.readers.layout import Layout
from sudomotor.measurement.readers.names import TIME_UNITS, split
from sudomotor.measurement.units import find_unit

_OTHER_UNITS = {
    "mv", "v", "uv", "g", "c", "degc", "°c", "hz", "bpm", "%", "no units", "no_units", "m/(s^2)", "m/s^2", "deg/s", "mvolts",
    "msecs", "secs", "msec", "u8", "u12", "u16", "u24", "i16", "counts", "count", "local", "beats/min", "volts", "none",
    "yyyy/mm/dd hh:mm:ss.000",
}  # fmt: skip
_LABELS = re.compile(r"(?:labels|columns)\s*[:=]+\s*(.+)", re.IGNORECASE)
_RATE = re.compile(r"(?:sampling|sample)[\s_]*(?:rate|frequency)[^:=]*[:=]+\s*([0-9.eE+]+)", re.IGNORECASE)
_BITS = re.compile(r"resolution[^:=]*[:=]+\s*(\d+)", re.IGNORECASE)


def is_units_row(row: tuple[str, ...]) -> bool:
    """Whether a header row states units.

    >>> is_units_row(("ms", "kOhms", "")), is_units_row(("time", "EDA", ""))
    (True, False)
    """
    words = [cell.strip("[]() ") for cell in row if cell]
    known = [
        bool(find_unit(word)) or word.lower() in TIME_UNITS or word.lower() in _OTHER_UNITS for word in words
    ]
    return bool(words) and sum(known) >= 0.6 * len(words)


def channels_of(layout: Layout) -> list[Channel]:
    """The columns: names from the header (or a comment that lists them), units from a row of their own or from the names."""
    rows = list(layout.header)
    units: tuple[str, ...] = ("",) * layout.columns
    if len(rows) > 1 and is_units_row(rows[-1]):
        units = rows.pop()
    names = rows[-1] if rows else commented_names(layout)
    return [
        Channel(name, unit.strip("[]() ") or split(name).unit)
        for name, unit in zip(names, units, strict=True)
    ]


def commented_names(layout: Layout) -> tuple[str, ...]:
    """Names that a comment lists, or empty ones."""
    for comment in layout.comments:
        found = _LABELS.match(comment)
        names = tuple(name.strip() for name in re.split(r"[,;\t]", found[1])) if found else ()
        if len(names) == layout.columns:
            return names
    return ("",) * layout.columns


def commented_rate(layout: Layout) -> float | None:
    """The sampling rate that a comment states, Hz."""
    for comment in layout.comments:
        found = _RATE.search(comment)
        try:
            rate = float(found[1]) if found else 0.0
        except ValueError:
            continue
        if rate > 0.0:
            return rate
    return None


def commented_bits(layout: Layout) -> int | None:
    """The resolution of the converter that a comment states, bits."""
    found = next((found for comment in layout.comments if (found := _BITS.search(comment))), None)
    return int(found[1][:3]) if found else None
