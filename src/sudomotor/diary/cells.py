"""One cell at a time: text or a spreadsheet's own type to the value of its column."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from sudomotor.diary.amounts import read_number
from sudomotor.diary.entry import NUMBERS, TEXTS
from sudomotor.diary.plausible import UNIT
from sudomotor.diary.unread import Unread
from sudomotor.diary.when import raise_serial, read_date, read_time
from sudomotor.diary.words import (
    clean_text,
    hidden_character,
    plain,
    read_anode_side,
    read_side,
    read_site,
)

_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class CellReader:
    """What is declared of a file, and the reading of its cells."""

    day_first: bool | None
    decimal_comma: bool | None
    commas_part_columns: bool

    def read(self, name: str, cell: Any, values: dict[str, Any]) -> None:
        """Read a cell and put what it says into the values of its row.

        Raises
        ------
        Unread
            with why, and how to mend it.
        """
        if isinstance(cell, str):
            if hidden := hidden_character(cell):
                raise Unread(f"the cell holds {hidden}", "delete the cell and type it anew")
            if name in TEXTS:  # kept to the letter
                if told := clean_text(cell):
                    values[name] = told
                return
            text = plain(cell)
            if not text:
                return
        else:
            text = ""
        if name == "date":
            self._date(cell, text, values)
        elif name == "time":
            _put_time(_time(cell, text), values)
        elif name in NUMBERS:
            value = self._number(name, cell, text)
            values[name] = int(value) if name == "hdss" and value.is_integer() else value
        elif name == "site":
            site, side = read_site(_said(cell, text))
            values["site"] = site
            if side is not None and values.setdefault("side", side) != side:
                raise Unread(f"the site says {side}, and the side {values['side']}", "let both say the same")
        elif name == "side":
            side = read_side(_said(cell, text))
            if values.setdefault("side", side) != side:
                raise Unread(f"the side says {side}, and the site {values['side']}", "let both say the same")
        elif name == "anode_side":
            values[name] = read_anode_side(_said(cell, text))
        else:
            values[name] = _said(cell, text)

    def _date(self, cell: Any, text: str, values: dict[str, Any]) -> None:
        time = None
        if isinstance(cell, datetime.datetime):
            date = cell.date()
            time = cell.time().replace(microsecond=0) if cell.time() != datetime.time() else None
        elif isinstance(cell, datetime.date):
            date = cell
        elif isinstance(cell, str):
            date, time = read_date(text, self.day_first)
        else:
            if isinstance(cell, int | float) and not isinstance(cell, bool):
                _whole_date(cell)
                raise_serial(float(cell))
            raise Unread(f"{_said(cell, text)} is no date", "write it as year-month-day, e.g. 2026-03-01")
        values["date"] = date
        if time is not None:
            _put_time(time, values)

    def _number(self, name: str, cell: Any, text: str) -> float:
        if isinstance(cell, str):
            number = read_number(text, name, self.decimal_comma, commas_part_columns=self.commas_part_columns)
            return number + 0.0  # no negative zero
        if isinstance(cell, bool):
            raise Unread(f"{_said(cell, text)} is no number", "write a number, or leave the cell empty")
        if isinstance(cell, int | float):
            return float(cell) + 0.0
        if isinstance(cell, datetime.time | datetime.timedelta):
            minutes = _minutes(cell)
            hint = f"did you mean {minutes:g}?" if UNIT.get(name) == "min" else "write a plain number"
            raise Unread(f"{cell} is a time, and no number", hint)
        raise Unread(
            f"the cell holds a date ({_said(cell, text)}), and no number",
            "a spreadsheet makes a date of 3/4 or 3.4: format the column as a number, and type it anew",
        )


def _whole_date(cell: float) -> None:
    """20260301 in a spreadsheet's cell is answered with the date that it means."""
    digits = f"{cell:.0f}"
    if len(digits) == 8:
        date, _ = read_date(digits, None)
        raise Unread(f"{digits} is a number, and no date", f"did you mean {date}?")


def _time(cell: Any, text: str) -> datetime.time:
    if isinstance(cell, str):
        return read_time(text)
    if isinstance(cell, datetime.datetime):
        return cell.time().replace(microsecond=0)
    if isinstance(cell, datetime.time):
        return cell.replace(microsecond=0)
    if isinstance(cell, datetime.timedelta) and datetime.timedelta(0) <= cell < _DAY:
        return (datetime.datetime.min + cell).time().replace(microsecond=0)
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return read_time(f"{cell:g}")
    raise Unread(f"{_said(cell, text)} is no time", "write it on 24 hours, e.g. 19:30")


def _put_time(time: datetime.time, values: dict[str, Any]) -> None:
    if values.setdefault("time", time) != time:
        raise Unread(
            f"the row names two times, {values['time']:%H:%M} and {time:%H:%M}", "keep the one that is right"
        )


def _minutes(cell: datetime.time | datetime.timedelta) -> float:
    if isinstance(cell, datetime.time):
        return cell.hour * 60.0 + cell.minute + cell.second / 60.0
    return cell.total_seconds() / 60.0


def _said(cell: Any, text: str) -> str:
    """A cell in words, as a person would have typed it."""
    if isinstance(cell, str):
        return text
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, int | float):
        return f"{cell:.12g}"
    if isinstance(cell, datetime.datetime):
        return cell.isoformat(sep=" ", timespec="minutes")
    return str(cell)
