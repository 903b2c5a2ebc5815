"""Families of schedules: so many sessions to build up, then ever longer intervals, at one current and length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sudomotor.parameters import Parameters
from sudomotor.planning.gate import Schedule, Slot, settable_mA
from sudomotor.planning.labels import Label, snap


@dataclass(frozen=True)
class Recipe:
    """A schedule in a few numbers.

    Attributes
    ----------
    wait_days : days before the first session.
    build : sessions of the build-up.
    every_days : interval of these.
    hold_days : interval after them.
    stretch : factor by which the interval grows from one session to the next until it is `hold_days`; 0 jumps to it.
    current_mA, minutes : of each session.
    """

    wait_days: float
    build: int
    every_days: float
    hold_days: float
    stretch: float
    current_mA: float
    minutes: float

    def wanted(self, horizon_days: int) -> list[float]:
        """Days on which sessions fall if every day will do.

        >>> Recipe(0, 3, 2, 10, 0, 15, 20).wanted(30)
        [0.0, 2.0, 4.0, 14.0, 24.0]
        >>> Recipe(0, 3, 2, 10, 2.0, 15, 20).wanted(30)
        [0.0, 2.0, 4.0, 8.0, 16.0, 26.0]
        """
        days, gap = [float(self.wait_days)], float(self.every_days)
        while days[-1] < horizon_days:
            if len(days) >= self.build:
                gap = min(gap * self.stretch, self.hold_days) if self.stretch else self.hold_days
            days.append(days[-1] + gap)
        return [day for day in days if day < horizon_days]

    def lay_out(self, allowed: Sequence[int], horizon_days: int) -> Schedule:
        """The recipe on the days of a calendar."""
        start = [day for day in allowed if day >= self.wait_days]
        days = snap([day - self.wait_days for day in self.wanted(horizon_days)], start)
        return tuple(Slot(day, self.current_mA, self.minutes) for day in days)


class Grid(NamedTuple):
    """The values that a search tries for each number of a recipe, in order."""

    wait_days: tuple[float, ...]
    build: tuple[int, ...]
    every_days: tuple[float, ...]
    hold_days: tuple[float, ...]
    stretch: tuple[float, ...]
    current_mA: tuple[float, ...]
    minutes: tuple[float, ...]


# sessions of a build-up; days before the first session; intervals in days. What is tried, not what is allowed.
_BUILD = (1, 2, 3, 4, 6, 8, 10, 12, 15, 18, 22, 26, 30, 40, 50)
_WAIT = (0.0, 2.0, 4.0, 7.0, 10.0, 14.0, 18.0, 21.0, 28.0)
_EVERY = (1.0, 1.4, 1.75, 7.0 / 3.0, 3.5)
_HOLD = (1.4, 1.75, 7.0 / 3.0, 3.5, 4.67, 5.8, 7.0, 8.5, 10.0, 12.0, 14.0, 17.5, 21.0, 24.5, 28.0)
_STRETCH = (0.0, 1.25, 1.5, 2.0)


def grid(top_mA: float, p: Parameters) -> Grid:
    """What is tried, up to the highest current that the limits let stand at the site."""
    step = p.value("plan_step_mA")
    low = min(p.value("plan_lowest_mA"), top_mA)
    count = int((top_mA - low) / (2.0 * step) + 1e-9)
    tried = (settable_mA(top_mA - 2.0 * step * i, p.value("plan_settable_mA")) for i in range(count, -1, -1))
    currents = tuple(dict.fromkeys(tried))
    first, last, by = (p.value(f"plan_{name}_minutes") for name in ("shortest", "longest", "step"))
    minutes = tuple(first + by * i for i in range(int((last - first) / by + 1e-9) + 1))
    longest = p.value("plan_longest_interval_days")
    return Grid(
        _WAIT, _BUILD, _EVERY, tuple(day for day in _HOLD if day <= longest), _STRETCH, currents, minutes
    )


def neighbours(recipe: Recipe, g: Grid) -> Iterator[Recipe]:
    """Recipes one step away in one number, and a few in two that belong together."""
    for name, values in g._asdict().items():
        value = getattr(recipe, name)
        at = min(range(len(values)), key=lambda i: abs(values[i] - value))
        for to in (at - 1, at + 1):
            if 0 <= to < len(values):
                yield replace(recipe, **{name: values[to]})
    # a session less in the build-up for a longer session, a longer interval for a longer session
    i = min(range(len(g.minutes)), key=lambda k: abs(g.minutes[k] - recipe.minutes))
    h = min(range(len(g.hold_days)), key=lambda k: abs(g.hold_days[k] - recipe.hold_days))
    b = min(range(len(g.build)), key=lambda k: abs(g.build[k] - recipe.build))
    for step in (-1, 1):
        if 0 <= i + step < len(g.minutes):
            if 0 <= h + step < len(g.hold_days):
                yield replace(recipe, minutes=g.minutes[i + step], hold_days=g.hold_days[h + step])
            if 0 <= b - step < len(g.build):
                yield replace(recipe, minutes=g.minutes[i + step], build=g.build[b - step])


def coarse(g: Grid, dry_now: bool, many: bool) -> list[Recipe]:
    """The first candidates: how long an interval may be, for short, middling and long sessions at the highest current."""
    top, recipes = g.current_mA[-1], []
    middle = g.minutes[len(g.minutes) // 2]
    lengths = (g.minutes[0], middle, g.minutes[-1])
    builds = ((1, 6) if many else (1,)) if dry_now else ((6, 10, 15) if many else (10,))
    for build in builds:
        for minutes in lengths:
            for hold in g.hold_days:
                recipes.append(Recipe(0.0, build, g.every_days[1], hold, 0.0, top, minutes))
    if dry_now:
        recipes += [
            Recipe(wait, 1, g.every_days[1], hold, 0.0, top, middle)
            for wait in (7.0, 14.0)
            for hold in g.hold_days[5::2]
        ]
    return recipes


def densest(g: Grid) -> Recipe:
    """As much as the limits let stand: what a person could reach at all."""
    return Recipe(0.0, 1, g.every_days[0], g.every_days[0], 0.0, g.current_mA[-1], g.minutes[-1])


def label_schedule(
    label: Label, site: str, allowed: Sequence[int], horizon_days: int, top_mA: float, done: int
) -> Schedule:
    """A label schedule on the days of a calendar, the sessions of the course that are held already counted."""
    current = top_mA if label.current_mA is None else min(label.current_mA, top_mA)
    days = snap(label.wanted(horizon_days, done), allowed)
    return tuple(Slot(day, current, label.minutes_at(site)) for day in days)
