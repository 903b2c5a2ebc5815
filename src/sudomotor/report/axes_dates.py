"""Axes over dates: days as whole numbers, ticks on days that people recognise, names at the ends of lines."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.report.drawing import FAINT

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = NDArray[np.float64]
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEK_DAYS = 7
_LABEL_SIZE = 8.6
_TEXT_HEIGHT = 0.985  # of the text beside the line, as a fraction of the axes
_LABEL_INCHES = 0.155  # least distance of two labels


def numbers(dates: Sequence[datetime.date]) -> Array:
    """Days as numbers for an axis."""
    return np.array([float(each.toordinal()) for each in dates])


def ticks(first: datetime.date, last: datetime.date, most: int) -> list[datetime.date]:
    """At most so many days between two: Mondays where the span is short, else firsts of months.

    >>> [str(day) for day in ticks(datetime.date(2026, 1, 5), datetime.date(2026, 5, 1), 5)]
    ['2026-02-01', '2026-03-01', '2026-04-01', '2026-05-01']
    >>> len(ticks(datetime.date(2026, 1, 5), datetime.date(2036, 5, 1), 6)) <= 6
    True
    """
    span = [first + datetime.timedelta(days=d) for d in range((last - first).days + 1)]
    weekly = [day for day in span if day.weekday() == 0]
    monthly = [day for day in span if day.day == 1]
    if len(weekly) <= most:
        return weekly or [first]
    if len(weekly[::2]) <= most:
        return weekly[::2]
    for step in (1, 2, 3, 6, 12, 24, 60):
        kept = [day for day in monthly if (day.month - 1 + 12 * day.year) % step == 0]
        if len(kept) <= most:
            return kept or [first]
    return [first]


def date_axis(ax: Axes, first: datetime.date, last: datetime.date, narrow: bool) -> None:
    """Limits and ticks of an axis of dates."""
    shown = ticks(first, last, 4 if narrow else 8)
    ax.set_xlim(first.toordinal(), max(last.toordinal(), first.toordinal() + 1))
    long = (last - first).days > 400
    ax.set_xticks(
        numbers(shown),
        [f"{_SHORT[d.month - 1]} {d.year}" if long else f"{d.day} {_SHORT[d.month - 1]}" for d in shown],
    )


def today_line(ax: Axes, date: datetime.date, text: str, narrow: bool) -> None:
    """Where the diary ends and the forecast begins."""
    ax.axvline(date.toordinal(), color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)))
    ax.annotate(
        text, (date.toordinal(), _TEXT_HEIGHT), xycoords=("data", "axes fraction"), xytext=(4, 0), textcoords="offset points",
        ha="left", va="top", color=FAINT, fontsize=7.8 if narrow else 8.2,
    )  # fmt: skip


class Named(NamedTuple):
    """A name beside the end of a line."""

    text: str
    height: float
    colour: str


def names_at_end(ax: Axes, at: float, names: Sequence[Named]) -> None:
    """Name lines at their ends; names that would collide are moved apart, and stay inside of the axes."""
    low, high = ax.get_ylim()
    inches = ax.get_position().height * ax.get_figure().get_size_inches()[1]  # type: ignore[union-attr]
    least = (high - low) * _LABEL_INCHES / inches
    order = sorted(range(len(names)), key=lambda i: names[i].height)
    place = [min(max(names[i].height, low), high) for i in order]
    for rank in range(1, len(place)):
        place[rank] = max(place[rank], place[rank - 1] + least)
    over = place[-1] - high if place else 0.0
    if over > 0:  # pushed out at the top: come back down together
        place[-1] -= over
        for rank in range(len(place) - 2, -1, -1):
            place[rank] = min(place[rank], place[rank + 1] - least)
    for rank, i in enumerate(order):
        ax.annotate(
            names[i].text, (at, place[rank]), xytext=(4, 0), textcoords="offset points", va="center", annotation_clip=False,
            color=names[i].colour, fontsize=_LABEL_SIZE,
        )  # fmt: skip
