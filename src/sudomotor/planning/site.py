"""The plan of one site: what is known at the start, the search, and what its result is measured by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from sudomotor.parameters import Parameters
from sudomotor.planning.evaluate import Bench, Score, settled
from sudomotor.planning.gate import Gate, Schedule, Slot
from sudomotor.planning.labels import Label
from sudomotor.planning.recipes import densest, grid, label_schedule
from sudomotor.planning.search import Effort, Found, Progress, Search

WEEK_DAYS = 7


@dataclass
class SiteJob:
    """Everything about one site while it is planned.

    Attributes
    ----------
    gate, allowed : what may be done, and on which days of the horizon.
    bench, final : judges while searching and at the end.
    top_mA, comfort_mA : the highest current that the limits let stand, and the highest that this person has settled at.
    done : sessions of the course that is going on.
    worth_minutes : what a dry day more may cost, where the plan is asked for by that and not by a chance.
    at_any_price : whether the chance is wanted whatever its last dry days cost.
    dry_now : whether the goal's condition holds on its share of days before any further session.
    raised : whether more current is planned than the person has settled at.
    """

    gate: Gate
    allowed: tuple[int, ...]
    bench: Bench
    final: Bench
    effort: Effort
    parameters: Parameters
    top_mA: float
    comfort_mA: float
    done: int
    worth_minutes: float | None = None
    at_any_price: bool = True
    dry_now: bool = False
    raised: bool = False

    def begin(self) -> None:
        """Learn from where the person starts: whether dry now, and how long a build-up takes at best."""
        p, goal = self.parameters, self.bench.goal
        share = goal.days_pct / 100.0
        most = self.gate.lawful(densest(grid(self.top_mA, p)).lay_out(self.allowed, self.bench.horizon_days))
        outlook = self.bench.outlook([(), most])
        held = self.bench.dry(outlook)
        self.dry_now = bool(held[0, :WEEK_DAYS].mean() >= share)
        latest = min(p.value("plan_build_up_most_days"), self.bench.horizon_days / 2.0)
        start = goal.from_day
        if start is None and self.worth_minutes is not None:
            start = 0  # each dry day has its worth, those of the build-up too
        if start is None:
            start = int(min(np.median(settled(held[1].astype(float), share)), latest))
        self.bench.from_day = self.final.from_day = start
        if self.comfort_mA >= self.top_mA - 1e-9:  # else it is no candidate until less has failed
            self.bench.learn([(), most], outlook)

    def search(
        self, chance: float, extra: Sequence[Schedule], earlier: Schedule, progress: Progress | None
    ) -> Found:
        """Search at the current that the person has settled at; above it only where that does not reach the goal."""
        found = self._search(min(self.top_mA, self.comfort_mA), chance, extra, earlier, progress)
        if found.reached or found.dear is not None or self.comfort_mA >= self.top_mA - 1e-9:
            return found
        more = self._search(self.top_mA, chance, extra, earlier, progress)
        gain = self.parameters.value("plan_raise_gain_pct") / 100.0
        if more.reached or more.best.share > found.best.share + gain:
            self.raised = True
            return more
        return found

    def _search(
        self, top_mA: float, chance: float, extra: Sequence[Schedule], earlier: Schedule, progress: Progress | None
    ) -> Found:  # fmt: skip
        g = grid(top_mA, self.parameters)
        search = Search(self.bench, self.gate, self.allowed, g, self.effort, self.parameters, progress)
        return search.run(
            self.final, chance, self.dry_now, extra, earlier, self.worth_minutes, self.at_any_price
        )

    def label(self, label: Label, done: int | None = None) -> Schedule:
        """A label schedule on this person's calendar, within the limits; `done` of its first sessions count as held."""
        top = min(self.top_mA, self.comfort_mA)
        days = self.bench.horizon_days
        held = self.done if done is None else done
        return self.gate.lawful(label_schedule(label, self.gate.site, self.allowed, days, top, held))

    def fair_sessions(self, label: Label) -> int:
        """How many sessions, held close together, are a fair trial."""
        return min(round(self.parameters.value("plan_fair_sessions")), len(label.first_days))

    def fair_trial(self, label: Label, planned: Score) -> Schedule | None:
        """The label's first sessions, where a plan gives this person up before so many of their length were held close together.

        None where it does not, or treats as much.
        """
        p = self.parameters
        cheap = self.worth_minutes is not None and self.worth_minutes < p.value("plan_dry_day_minutes")
        if cheap or planned.share >= p.value("plan_give_up_pct") / 100.0:
            return None  # who holds a dry day worth less than is usual has decided
        window = round(p.value("plan_fair_days"))
        long = label.minutes_at(self.gate.site)
        days = [
            (one.date - self.gate.first).days for one in self.gate.log
            if one.site == self.gate.site and one.minutes >= long - 1e-9
        ]  # fmt: skip
        if _most_within(days, window) >= self.fair_sessions(label):
            return None
        trial = self.label(label, sum(day >= -window for day in days))
        if _most_within([*days, *(slot.day for slot in trial)], window) < self.fair_sessions(label):
            return None  # the calendar or a limit stands in the way
        tried, anyway = (sum(slot.day < window for slot in one) for one in (trial, planned.schedule))
        return trial if anyway < tried else None

    def extended(self, sessions: Sequence[Slot]) -> Schedule:
        """Sessions that were planned before, carried on to the end of the horizon at their last interval."""
        days = [slot for slot in sessions if slot.day in set(self.allowed)]
        if not days:
            return ()
        gaps = [after.day - before.day for before, after in pairwise(days)]
        gap = max(1, round(float(np.mean(gaps[-3:])))) if gaps else WEEK_DAYS
        horizon = self.bench.horizon_days
        while True:
            target = days[-1].day + gap
            later = [day for day in self.allowed if day > days[-1].day]
            if target >= horizon or not later:
                break
            days.append(days[-1]._replace(day=min(later, key=lambda day: (abs(day - target), day))))
        return self.gate.lawful(days)


def _most_within(days: Sequence[int], window: int) -> int:
    """The most of some days that lie in any window of so many days.

    >>> _most_within([-9, -3, 0, 2, 30], 7)
    3
    """
    return max((sum(0 <= day - start < window for day in days) for start in days), default=0)


def comfort(currents: Sequence[float], settled_sessions: int) -> float:
    """The current that somebody has settled at: the highest of the last sessions, where it has stopped to rise.

    Infinite where it is still rising, or where there are too few sessions to tell.

    >>> comfort([5, 6, 7, 8, 8, 8, 8], 3), comfort([5, 6, 7], 3)
    (8.0, inf)
    """
    if len(currents) <= settled_sessions:
        return float("inf")
    last = currents[-settled_sessions:]
    before = currents[-settled_sessions - 1]
    return float(max(last)) if max(last) <= before + 1e-9 else float("inf")


class Kept(NamedTuple):
    """The schedule that is chosen, and how many sessions of the earlier plan it holds, of how many."""

    score: Score
    kept: int
    of: int


def keep(found: Found, previous: Schedule, keep_pct: float) -> Kept:
    """Of the schedules that cost little more than the best, the one that holds most of the earlier plan."""
    best = found.best
    if not previous:
        return Kept(best, 0, 0)
    room = best.cost_minutes * keep_pct / 100.0 + 1e-9
    near = [
        one for one in found.judged if found.target.met(one) and one.cost_minutes - best.cost_minutes <= room
        and found.target.price(one) - found.target.price(best) <= room
    ]  # fmt: skip
    days = {slot.day for slot in previous}

    def alike(one: Score) -> tuple[int, int, float]:
        return (
            len(set(previous) & set(one.schedule)),
            len(days & {slot.day for slot in one.schedule}) - abs(len(one.schedule) - len(previous)),
            -found.target.price(one),
        )

    chosen = max(near, key=alike, default=best)
    return Kept(chosen, alike(chosen)[0], len(previous))


def without_next(schedule: Schedule, count: int) -> Schedule:
    """The schedule if its next sessions are missed."""
    return schedule[count:]


def with_current(schedule: Schedule, current_mA: float) -> Schedule:
    """The schedule at another current."""
    return tuple(slot._replace(current_mA=current_mA) for slot in schedule)


def with_interval(
    schedule: Schedule, from_day: int, allowed: Sequence[int], interval: float, horizon: int
) -> Schedule:
    """The sessions of the build-up, and then one at every interval."""
    head = [slot for slot in schedule if slot.day < from_day]
    rest = [slot for slot in schedule if slot.day >= from_day] or head
    if not rest:
        return ()
    like = rest[0]
    day = float(head[-1].day + interval) if head else 0.0
    out = list(head)
    while day < horizon:
        later = [one for one in allowed if one > (out[-1].day if out else -1)]
        if not later:
            break
        at = min(later, key=lambda one: (abs(one - day), one))
        out.append(like._replace(day=at))
        day = at + interval
    return tuple(out)
