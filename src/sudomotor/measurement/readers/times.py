"""The column of a table that holds the time: which it is, in what unit, and seconds from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.readers.asked import Asked
from sudomotor.measurement.readers.columns import Numbers, Parser
from sudomotor.measurement.readers.layout import MISSING, Layout
from sudomotor.measurement.readers.names import TIME_UNITS, is_time, split, unix_scale
from sudomotor.measurement.readers.stamps import Stamps, is_stamp, unix_start

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Clock:
    """A column of times.

    Attributes
    ----------
    column : its place, from 0.
    scale : s per number; 1 for times as text.
    unix : whether the numbers count from 1970.
    parser : of its cells.
    """

    column: int
    scale: float
    unix: bool
    parser: Parser

    def seconds(self, raw: Array) -> tuple[Array, datetime | None]:
        """Times in s, and the moment of 0 where the column says it.

        Parameters
        ----------
        raw : (sample,), as parsed; overwritten.
        """
        start: datetime | None = None
        known = raw[np.isfinite(raw)]
        first = float(known.min()) if len(known) else 0.0
        if isinstance(self.parser, Stamps):
            if self.parser.first is not None:
                raw -= first
                start = self.parser.first + timedelta(seconds=first)
        elif self.unix:
            raw -= first
            start = unix_start(first * self.scale)
        if self.scale != 1.0:
            raw *= self.scale
        return raw, start


def find_clock(
    names: Sequence[str], layout: Layout, asked: Asked, where: str
) -> tuple[Clock | None, str | None]:
    """The column that holds the time, or why there is none.

    Parameters
    ----------
    names : of the columns.
    layout : of the text.
    asked : `times` names the column, and its unit in brackets where the file does not say it.
    where : for errors.

    Returns
    -------
    The clock or None, and the problem in words or None.

    Raises
    ------
    InputError
        Where there is no column as named.
    """
    parts = [split(name) for name in names]
    if asked.times is not None:
        wanted = split(asked.times)
        exact = [i for i, part in enumerate(parts) if part.name.lower() == wanted.name.lower()]
        loose = [i for i, part in enumerate(parts) if wanted.base in (part.base, part.name.lower())]
        found = exact or loose
        if (
            not found
            and wanted.base.isascii()
            and wanted.base.isdigit()
            and 1 <= int(wanted.base[:9]) <= layout.columns
        ):
            found = [int(wanted.base) - 1]
        if not found:
            shown = ", ".join(name or f"column {i + 1}" for i, name in enumerate(names))
            raise InputError(f"there is no column '{asked.times}'", where=where, mend=f"columns: {shown}")
        stated = parts[found[0]].unit if found[0] < len(parts) else None
        return _clock(found[0], wanted.unit or stated, layout, asked.times)
    problem: str | None = None
    for i, part in enumerate(parts):
        if is_time(part.base) or (part.unit is not None and part.base == "" and part.unit in TIME_UNITS):
            clock, why = _clock(
                i, part.unit or (part.base if part.base in TIME_UNITS else None), layout, part.name
            )
            if clock is not None:
                return clock, None
            problem = problem or why
    return None, problem


def _clock(column: int, unit: str | None, layout: Layout, name: str) -> tuple[Clock | None, str | None]:
    """The clock in a column by its first cells."""
    cells = [row[column] for row in layout.rows if column < len(row) and row[column] not in MISSING]
    if not cells:
        return None, f"the time column '{name}' is empty"
    if is_stamp(cells[0]):
        return Clock(column, 1.0, False, Stamps.like(cells[0])), None
    if not layout.is_number(cells[0]):
        return None, f"the time column '{name}' holds '{cells[0]}', which is no time"
    value = abs(float(cells[0].replace(",", ".") if layout.decimal == "," else cells[0]))
    if unit is not None and unit.lower() in TIME_UNITS:
        scale = TIME_UNITS[unit.lower()]
        return Clock(column, scale, unix_scale(value * scale) == 1.0, Numbers(layout)), None
    if unit is not None and is_time(unit.lower()) is False and unix_scale(value) is None:
        return None, f"the unit '{unit}' of the time column '{name}' is not known"
    known = unix_scale(value)
    if known is None:
        return None, f"the unit of the time column '{name}' is not stated"
    return Clock(column, known, True, Numbers(layout)), None
