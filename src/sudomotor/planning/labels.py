"""The schedules that labels, clinics and trials name: what a plan is held against, and what it falls back on."""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import count
from typing import Any

from sudomotor.errors import InputError, nearest, unknown
from sudomotor.limits import Device
from sudomotor.limits import device as find_device

_KEYS = (
    "text", "induction_days", "every_days", "sessions", "then_days", "repeat", "minutes", "minutes_soles",
    "current_mA", "devices", "assumed", "source",
)  # fmt: skip


@dataclass(frozen=True)
class Label:
    """A schedule as its source names it.

    Attributes
    ----------
    name, text, source : identifier; a sentence; keys of the bibliography.
    first_days : days of the first sessions, from 0.
    then_days : intervals of the sessions after these; the last one goes on, or all are repeated (`repeat`).
    minutes, minutes_soles : length of a session.
    current_mA : current aimed at; None for the highest that is usual at the site.
    devices : names of the devices whose label it is.
    assumed : what the source leaves open and was taken.

    Examples
    --------
    >>> labels()["hospital"].first_days
    (0, 1, 3, 6, 9, 14, 21)
    """

    name: str
    text: str
    source: tuple[str, ...]
    first_days: tuple[int, ...]
    then_days: tuple[float, ...]
    minutes: float
    assumed: str
    minutes_soles: float | None = None
    current_mA: float | None = None
    repeat: bool = False
    devices: tuple[str, ...] = ()

    def minutes_at(self, site: str) -> float:
        """Length of a session at a site."""
        return self.minutes_soles if site == "soles" and self.minutes_soles is not None else self.minutes

    def wanted(self, horizon_days: int, done: int = 0) -> list[float]:
        """Days on which sessions are due if any day will do.

        Parameters
        ----------
        horizon_days : days that are planned.
        done : sessions of the course that are held already, the first sessions count down by them.

        >>> labels()["hospital"].wanted(60, done=5)
        [0.0, 7.0, 21.0, 35.0, 49.0]
        """
        left = list(self.first_days[done:])
        days = [float(day - left[0]) for day in left]
        over = max(0, done - len(self.first_days))
        for i in count(over):
            if not self.then_days:
                break
            at = i % len(self.then_days) if self.repeat else min(i, len(self.then_days) - 1)
            days.append(days[-1] + self.then_days[at] if days else 0.0)
            if days[-1] >= horizon_days:
                break
        return [day for day in days if day < horizon_days]


def snap(wanted: Sequence[float], allowed: Sequence[int]) -> list[int]:
    """The days of a calendar nearest to some wanted days: each later than the one before, late rather than skipped.

    What a session is late by, the later ones are late by too: intervals are kept, not dates.

    >>> snap([0.0, 2.0, 4.0], [1, 2, 5, 6])
    [1, 2, 5]
    """
    days: list[int] = []
    rest = list(allowed)
    for i, day in enumerate(wanted):
        if not rest:
            break
        target = day if not days else days[-1] + (day - wanted[i - 1])
        best = min(rest, key=lambda one: (abs(one - target), -one)) if days else rest[0]
        if not days and best < target:
            best = min(rest, key=lambda one: (abs(one - target), -one))
        days.append(best)
        rest = [one for one in rest if one > best]
    return days


def label_of(device: str | Device | None) -> Label:
    """The label schedule of a device, or the first of the list where it has none.

    A name must be that of a device that is known; a device of one's own has no label.

    >>> label_of("Dermadry").name, label_of(None).name
    ('dermadry', 'hidroxa')
    """
    known = labels()
    if device is not None:
        name = device.name if isinstance(device, Device) else find_device(device).name
        for one in known.values():
            if name in one.devices:
                return one
    return next(iter(known.values()))


def find_label(name: str) -> Label:
    """A label schedule by its name."""
    if name not in labels():
        raise unknown("label schedule", name, labels())
    return labels()[name]


def course_so_far(dates: Iterable[datetime.date], today: datetime.date, gap_days: float) -> int:
    """Sessions of the course that is going on: those after the last gap longer than `gap_days`.

    >>> course_so_far([datetime.date(2026, 1, 1), datetime.date(2026, 3, 1)], datetime.date(2026, 3, 5), 28)
    1
    """
    held, after = 0, today
    for date in sorted(dates, reverse=True):
        if (after - date).days > gap_days:
            break
        held, after = held + 1, date
    return held


@cache
def labels() -> dict[str, Label]:
    """All label schedules of the shipped list, by name."""
    file = resources.files("sudomotor.planning") / "data" / "labels.toml"
    tables = tomllib.loads(file.read_text("utf-8"))
    return {name: _label(name, table, f"labels.toml, [{name}]") for name, table in tables.items()}


def _label(name: str, table: dict[str, Any], where: str) -> Label:
    for key in table:
        if key not in _KEYS:
            close = nearest(key, _KEYS)
            raise InputError(
                f"unknown key '{key}'", where=where, mend=f"did you mean '{close}'?" if close else None
            )
    for key in ("text", "then_days", "minutes", "assumed", "source"):
        if key not in table:
            raise InputError(f"'{key}' is missing", where=where, mend=f"add {key} = …")
    if ("induction_days" in table) == ("every_days" in table):
        raise InputError(
            "the first sessions are given by induction_days, or by every_days and sessions",
            where=where,
            mend="every_days = [2.0] and sessions = 10",
        )
    first = list(table.get("induction_days", ()))
    day, every = 0.0, table.get("every_days", ())
    for i in range(table.get("sessions", 0)):
        first.append(int(day))
        day += every[i % len(every)]
    return Label(
        name=name, text=table["text"], source=tuple(table["source"]), first_days=tuple(first),
        then_days=tuple(table["then_days"]), minutes=table["minutes"], assumed=table["assumed"],
        minutes_soles=table.get("minutes_soles"), current_mA=table.get("current_mA"),
        repeat=table.get("repeat", False), devices=tuple(table.get("devices", ())),
    )  # fmt: skip
