"""What schedules are worth: chance of the goal, dry days, skin and time, on the same people and the same luck for all."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sudomotor.parameters import Parameters
from sudomotor.planning.gate import Schedule
from sudomotor.planning.goal import Goal

Array = NDArray[np.float64]
MOST_AT_ONCE = 100  # schedules of one call
MOST_VALUES = 4e6  # schedules x days x draws of one call: some 30 MB an array
_SOFT = 0.05  # width, in share of days, of the smoothed chance by which near-equal schedules are ordered
_ROUND = 1e-9
_NOTHING: NDArray[np.bool_] = np.zeros((0, 0), dtype=bool)


class Step(NamedTuple):
    """A session as a forecast takes it: day 0 is the day after the diary's last."""

    day: int
    current_mA: float
    minutes: float
    site: str


class Outlook(Protocol):
    """What a forecast gives; arrays (schedule, day, draw)."""

    @property
    def sweat_mg_per_min(self) -> Any: ...
    @property
    def hdss(self) -> Any: ...
    @property
    def blocked(self) -> Any: ...
    @property
    def irritation(self) -> Any: ...


# evaluate(schedules, days=, missed_pct=, draws=, seed=, site=) -> Outlook
Evaluate = Callable[..., Outlook]


@dataclass(frozen=True)
class Score:
    """One schedule, judged.

    Attributes
    ----------
    schedule, minutes : the sessions, and minutes with current on over the horizon.
    cost_minutes : minutes with current on, time around sessions, and what skin trouble is held to be worth.
    p : share of draws in which the goal holds.
    soft : the same, smoothed; it orders schedules of one `p`.
    share : expected share of the days that count on which the condition holds.
    worst : by how much the wettest stretch is drier than it may be, in shares of days; negative where it is too wet.
    overdry, symptoms : chances over the horizon.
    hits : (draw,) whether the goal holds.
    daily : (day,) expected share of people for whom the condition holds.
    held : (day, draw) whether the condition holds; kept where it is asked for.
    later_days : dry days that are expected after a short horizon, without any further session.
    """

    schedule: Schedule
    minutes: float
    cost_minutes: float
    p: float
    soft: float
    share: float
    worst: float
    overdry: float
    symptoms: Mapping[str, float] = field(repr=False, compare=False)
    hits: NDArray[np.bool_] = field(repr=False, compare=False)
    daily: Array = field(repr=False, compare=False)
    held: NDArray[np.bool_] = field(repr=False, compare=False)
    later_days: float = 0.0

    @property
    def sessions(self) -> int:
        """How many sessions."""
        return len(self.schedule)

    @property
    def dry_days(self) -> float:
        """Expected dry days of the horizon, and those after it that its sessions still bring."""
        return float(self.daily.sum()) + self.later_days

    @property
    def dry_pct(self) -> float:
        """Expected share of all days of the horizon on which the condition holds."""
        return 100.0 * float(self.daily.mean())


@dataclass
class Bench:
    """Judges schedules of one site for one goal, each once.

    Attributes
    ----------
    evaluate : the forecast.
    site, goal, horizon_days : what is judged.
    offset_days : days between the diary's last and day 0 of the schedules.
    from_day : first day of the horizon that counts for the goal.
    missed_pct, draws, seed : of the forecast.
    parameters : what time and skin are worth.
    keep : whether scores keep `held`, day by day and draw by draw.
    """

    evaluate: Evaluate
    site: str
    goal: Goal
    horizon_days: int
    offset_days: int
    missed_pct: float
    draws: int
    seed: int
    parameters: Parameters
    from_day: int = 0
    known: dict[Schedule, Score] = field(default_factory=dict)
    keep: bool = False

    def outlook(self, schedules: Sequence[Schedule], missed_pct: float | None = None) -> Outlook:
        """The forecast for some schedules."""
        steps = [
            [Step(slot.day + self.offset_days, slot.current_mA, slot.minutes, self.site) for slot in schedule]
            for schedule in schedules
        ]
        return self.evaluate(
            steps, days=self.offset_days + self.horizon_days + self.later, draws=self.draws, seed=self.seed, site=self.site,
            missed_pct=self.missed_pct if missed_pct is None else missed_pct,
        )  # fmt: skip

    @property
    def later(self) -> int:
        """Days after a short horizon that are looked at: most of what a session brings would else come after it."""
        p = self.parameters
        return max(0, min(round(p.value("plan_later_days")), round(p.value("plan_usual_days")) - self.horizon_days))

    def dry(self, outlook: Outlook) -> NDArray[np.bool_]:
        """Whether the condition holds; (schedule, day of the horizon, draw)."""
        return self._holds(outlook)[:, : self.horizon_days]

    def _holds(self, outlook: Outlook) -> NDArray[np.bool_]:
        if self.goal.condition.measure == "HDSS":
            held = self.goal.holds(np.asarray(outlook.hdss), None)
        else:
            held = self.goal.holds(None, np.asarray(outlook.sweat_mg_per_min))
        return np.asarray(held[:, self.offset_days :])

    def score(self, schedules: Iterable[Schedule]) -> list[Score]:
        """Judge schedules, those that are new in batches; in the order given."""
        wanted = list(schedules)
        new = [one for one in dict.fromkeys(wanted) if one not in self.known]
        size = max(1, min(MOST_AT_ONCE, int(MOST_VALUES / (self.horizon_days * self.draws))))
        for start in range(0, len(new), size):
            batch = new[start : start + size]
            self.learn(batch, self.outlook(batch))
        return [self.known[one] for one in wanted]

    def learn(self, schedules: Sequence[Schedule], outlook: Outlook) -> None:
        """Judge schedules whose forecast is at hand."""
        p, target = self.parameters, self.goal.days_pct / 100.0
        every = self._holds(outlook)
        held, later = every[:, : self.horizon_days], every[:, self.horizon_days :].sum(axis=1).mean(axis=-1)
        counted = held[:, self.from_day :]
        share = counted.mean(axis=1)
        hits = share >= target - _ROUND
        soft = (1.0 / (1.0 + np.exp(np.clip((target - share) / _SOFT, -60, 60)))).mean(axis=-1)
        daily = held.mean(axis=-1)  # (schedule, day)
        late = daily[:, self.from_day :]
        parts = [late[:, a:b].mean(axis=1) for a, b in stretches(late.shape[1], p.value("plan_stretch_days"))]
        worst = np.min(parts, axis=0) - late.mean(axis=1) + p.value("plan_stretch_slack_pct") / 100.0
        blocked = np.asarray(outlook.blocked)[:, self.offset_days :][:, : self.horizon_days]
        days = (blocked > p.value("overdry_block")).sum(axis=1)
        overdry = (1.0 - np.exp(-p.value("overdry_rate_per_day") * days)).mean(axis=-1)
        felt = self._symptoms(outlook)
        scale = self.horizon_days / 90.0
        for i, schedule in enumerate(schedules):
            minutes = float(sum(slot.minutes for slot in schedule))
            skin = scale * (
                p.value("plan_overdry_cost_minutes") * float(overdry[i])
                + p.value("plan_irritation_cost_minutes") * float(felt["pain"][i])
            )
            cost = minutes + p.value("plan_setup_minutes") * len(schedule) + skin
            symptoms = {name: float(each[i]) for name, each in felt.items()}
            self.known[schedule] = Score(
                schedule, minutes, cost, float(hits[i].mean()), float(soft[i]), float(share[i].mean()), float(worst[i]),
                float(overdry[i]), symptoms, hits[i], daily[i], held[i] if self.keep else _NOTHING,
                float(later[i]),
            )  # fmt: skip

    def _symptoms(self, outlook: Outlook) -> dict[str, Array]:
        """Chance of each symptom over the horizon for each schedule; (schedule,) each."""
        from sudomotor.model.harm import IRRITATIONS
        from sudomotor.session.sensation import feeling

        peak = np.asarray(outlook.irritation, float)[:, self.offset_days :][:, : self.horizon_days].max(axis=1)  # (schedule, draw)
        felt = feeling(peak, 1.0, parameters=self.parameters).probability
        return {name: np.asarray(felt[name]).mean(axis=-1) for name in IRRITATIONS}


def stretches(days: int, length: float) -> list[tuple[int, int]]:
    """Consecutive stretches of about a length; what is left over joins the last where it is short.

    >>> stretches(90, 28), stretches(10, 28)
    ([(0, 28), (28, 56), (56, 90)], [(0, 10)])
    """
    count = max(1, round(days / length))
    edges = [round(length) * i for i in range(count)] + [days]
    return [(a, b) for a, b in pairwise(edges) if b > a] or [(0, max(days, 1))]


def settled(chance: Array, share: float) -> NDArray[np.int64]:
    """First day from which a week on average is dry on a share of its days; (draw,), or the number of days where never.

    `chance` is that of a dry day, (day, draw).
    """
    days = chance.shape[0]
    week = min(7, days)
    sums = np.cumsum(np.concatenate([np.zeros((1, chance.shape[1])), chance]), axis=0)
    means = (sums[week:] - sums[:-week]) / week
    reached = means >= share - _ROUND
    return np.asarray(np.where(reached.any(axis=0), reached.argmax(axis=0), days))


def date_of(first: datetime.date, day: int) -> datetime.date:
    """The date of a day of the horizon."""
    return first + datetime.timedelta(days=int(day))
