"""What a plan is: dated sessions, what they cost and bring, what binds them, and what they were held against."""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sudomotor.errors import InputError

if TYPE_CHECKING:
    import xarray as xr

FORMAT = "sudomotor plan 1"


@dataclass(frozen=True)
class Session:
    """A session to come: both sides of a site, the anode in turns."""

    date: datetime.date
    time: datetime.time | None
    site: str
    current_mA: float
    minutes: float

    def to_dict(self) -> dict[str, Any]:
        """The session for JSON; `time` is null where no time of day was said."""
        at = None if self.time is None else f"{self.time:%H:%M}"
        return {
            "date": self.date.isoformat(),
            "time": at,
            "site": self.site,
            "current_mA": self.current_mA,
            "minutes": self.minutes,
        }

    @classmethod
    def from_dict(cls, table: Mapping[str, Any], where: str = "plan") -> Session:
        """Read a session of a plan's JSON."""
        try:
            at = table.get("time")
            return cls(
                datetime.date.fromisoformat(table["date"]),
                None if at is None else datetime.time.fromisoformat(at),
                str(table["site"]),
                float(table["current_mA"]),
                float(table["minutes"]),
            )
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"a session of the plan cannot be read: {error}",
                where=where,
                mend="give the JSON that `sudomotor plan --json` printed",
            ) from None


class Point(NamedTuple):
    """One point of the frontier: no schedule that was tried gives a better chance for less time."""

    minutes_per_month: float
    sessions_per_month: float
    p_goal: float
    dry_days_pct: float

    def to_dict(self) -> dict[str, float]:
        """The point for JSON."""
        return {key: round(value, 4) for key, value in self._asdict().items()}


class Amount(NamedTuple):
    """A number over the twin's people: the median and nine in ten of them; None where beyond the horizon."""

    median: float | None
    low: float | None
    high: float | None


class Try(NamedTuple):
    """One setting that was tried in answer to a question, and the chance that it gives."""

    value: float
    p_goal: float
    minutes_per_month: float


@dataclass(frozen=True)
class Answer:
    """The answer to one question about a setting.

    Attributes
    ----------
    question, text : what was asked, and the answer as a sentence.
    value, unit : the setting, None where none reaches the chance.
    tried : every setting that was tried, in order.
    """

    question: str
    text: str
    value: float | None
    unit: str
    tried: tuple[Try, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The answer for JSON."""
        return {
            "question": self.question,
            "text": self.text,
            "value": self.value,
            "unit": self.unit,
            "tried": [one._asdict() for one in self.tried],
        }


@dataclass(frozen=True)
class Bound:
    """A limit that a plan was held against; `binding` where it is met to the last bit or changed the plan."""

    name: str
    text: str
    binding: bool
    value: float | None
    limit: float | None
    unit: str
    kind: str
    severity: str
    source: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The limit for JSON."""
        return {**self.__dict__, "source": list(self.source)}


@dataclass(frozen=True)
class Outcome:
    """What a schedule is expected to bring.

    Attributes
    ----------
    name, text : of a label schedule; of the plan itself "plan".
    sessions : with dates.
    minutes_per_month, sessions_per_month : of the horizon, with current on.
    p_goal, p_goal_low, p_goal_high : chance of the goal, and its 90 % interval over re-sampling the twin's people.
    dry_days_pct : expected share of all days of the horizon on which the goal's condition holds.
    limits : what it was held against.
    reasons : plain sentences.
    skin : chance over the horizon of over-dry skin and of each irritation, in per cent.
    """

    name: str
    text: str
    sessions: tuple[Session, ...]
    minutes_per_month: float
    sessions_per_month: float
    p_goal: float
    p_goal_low: float
    p_goal_high: float
    dry_days_pct: float
    limits: tuple[Bound, ...]
    reasons: tuple[str, ...]
    skin: Mapping[str, float]
    fallback: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The outcome for JSON."""
        return {
            "name": self.name,
            "text": self.text,
            "sessions": [one.to_dict() for one in self.sessions],
            "minutes_per_month": round(self.minutes_per_month, 2),
            "sessions_per_month": round(self.sessions_per_month, 2),
            "p_goal": round(self.p_goal, 4),
            "p_goal_low": round(self.p_goal_low, 4),
            "p_goal_high": round(self.p_goal_high, 4),
            "dry_days_pct": round(self.dry_days_pct, 2),
            "limits": [one.to_dict() for one in self.limits],
            "reasons": list(self.reasons),
            "fallback": self.fallback,
            "skin": {name: round(value, 2) for name, value in self.skin.items()},
        }


@dataclass(frozen=True)
class Request:
    """What was asked for."""

    goal: str
    can_treat: str
    horizon_days: int
    chance_pct: float
    missed_pct: float
    missed_from: str
    sites: tuple[str, ...]
    device: str | None
    today: datetime.date
    first: datetime.date
    seed: int
    effort: str
    worth_minutes: float | None = None
    at_any_price: bool = True

    def to_dict(self) -> dict[str, Any]:
        """The request for JSON."""
        return {
            **self.__dict__,
            "sites": list(self.sites),
            "today": self.today.isoformat(),
            "first": self.first.isoformat(),
        }


@dataclass(frozen=True)
class Plan:
    """The sessions to come, and why these.

    Attributes
    ----------
    outcome : sessions, minutes a month, chance, dry days, limits, reasons, skin.
    reached : whether the chance that was asked for is reached.
    fallback_reason : why this is the label schedule and no plan of one's own; None where it is one.
    goal_from : first date that counts for the goal.
    frontier : minutes a month against chance and dry days, the cheapest first.
    label_schedules : what labels, clinics and trials would have this person do, on the same calendar and people.
    robustness : chance of the goal if the next sessions are missed, and by how many; and without any miss.
    what_current, what_interval : the least current, the longest interval that still reach the chance.
    until_dry_days, until_back_days : days until dry by this plan; days until the sweat is back without any session.
    by_mechanism : chance of the goal under each account of the block that the twin holds.
    hypotheses, assumptions, cautions : what was on, what was taken for granted, what to take care of.
    replan_on : when to plan again.
    request : what was asked for.
    kept : whether every session of the earlier plan is kept as it was.
    daily : expected share of people for whom the condition holds on each day, with the plan and without any session.
    to_reach : what the chance would take, where its last dry days were held to be too dear; else None.
    """

    outcome: Outcome
    reached: bool
    fallback_reason: str | None
    goal_from: datetime.date
    frontier: tuple[Point, ...]
    label_schedules: tuple[Outcome, ...]
    robustness: Mapping[str, float]
    what_current: Answer | None
    what_interval: Answer | None
    until_dry_days: Amount
    until_back_days: Amount
    by_mechanism: Mapping[str, float]
    hypotheses: str
    assumptions: tuple[str, ...]
    cautions: tuple[str, ...]
    replan_on: datetime.date
    request: Request
    kept: bool = False
    daily: Mapping[str, Sequence[float]] = field(default_factory=dict, repr=False)
    to_reach: Point | None = None

    @property
    def sessions(self) -> tuple[Session, ...]:
        """The sessions, by date."""
        return self.outcome.sessions

    @property
    def minutes_per_month(self) -> float:
        """Minutes with current on, a month."""
        return self.outcome.minutes_per_month

    @property
    def p_goal(self) -> float:
        """Chance of the goal."""
        return self.outcome.p_goal

    @property
    def dry_days_pct(self) -> float:
        """Expected share of dry days over the whole horizon."""
        return self.outcome.dry_days_pct

    @property
    def limits(self) -> tuple[Bound, ...]:
        """The limits, binding ones first."""
        return self.outcome.limits

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why these sessions, in plain sentences."""
        return self.outcome.reasons

    @property
    def skin(self) -> Mapping[str, float]:
        """Chance of skin trouble over the horizon, in per cent."""
        return self.outcome.skin

    @property
    def fallback(self) -> bool:
        """Whether this is the label schedule: too little is known, or nothing was tried fairly yet."""
        return self.fallback_reason is not None

    @property
    def how_long_until(self) -> dict[str, Amount]:
        """Days until dry by this plan, and until the sweat is back if there are no sessions at all."""
        return {"dry": self.until_dry_days, "back": self.until_back_days}

    def next_sessions(self, count: int = 5) -> tuple[Session, ...]:
        """The next sessions."""
        return self.sessions[:count]

    def to_dict(self) -> dict[str, Any]:
        """The plan for JSON."""
        content = self.outcome.to_dict()
        del content["name"], content["text"]
        return {
            "format": FORMAT,
            **content,
            "fallback": self.fallback,
            "fallback_reason": self.fallback_reason,
            "reached": self.reached,
            "to_reach": None if self.to_reach is None else self.to_reach.to_dict(),
            "goal_from": self.goal_from.isoformat(),
            "frontier": [point.to_dict() for point in self.frontier],
            "label_schedules": [one.to_dict() for one in self.label_schedules],
            "robustness": {key: round(value, 4) for key, value in self.robustness.items()},
            "what_current": None if self.what_current is None else self.what_current.to_dict(),
            "what_interval": None if self.what_interval is None else self.what_interval.to_dict(),
            "how_long_until": {key: value._asdict() for key, value in self.how_long_until.items()},
            "by_mechanism": {key: round(value, 4) for key, value in self.by_mechanism.items()},
            "daily": {key: [round(float(v), 4) for v in values] for key, values in self.daily.items()},
            "hypotheses": self.hypotheses,
            "assumptions": list(self.assumptions),
            "cautions": list(self.cautions),
            "kept": self.kept,
            "replan_on": self.replan_on.isoformat(),
            "request": self.request.to_dict(),
        }

    def to_xarray(self) -> xr.Dataset:
        """The plan day by day as an xarray.Dataset: minutes, current and expected dryness over `date`."""
        import numpy as np
        import xarray as xr

        first, days = self.request.first, self.request.horizon_days
        dates = np.datetime64(first.isoformat(), "ns") + np.arange(days) * np.timedelta64(1, "D")
        sites = list(self.request.sites)
        minutes, current = np.zeros((len(sites), days)), np.full((len(sites), days), np.nan)
        for one in self.sessions:
            at = (one.date - first).days
            minutes[sites.index(one.site), at] += one.minutes
            current[sites.index(one.site), at] = one.current_mA
        data: dict[str, Any] = {
            "minutes": (("site", "date"), minutes, {"units": "min", "long_name": "minutes with current on"}),
            "current_mA": (("site", "date"), current, {"units": "mA"}),
        }
        for name, values in self.daily.items():
            data[name] = ("date", np.asarray(values, float), {"units": "1"})
        attributes = {
            "title": "sudomotor plan", "goal": self.request.goal, "p_goal": self.p_goal, "seed": self.request.seed,
            "minutes_per_month": self.minutes_per_month, "fallback": int(self.fallback), "hypotheses": self.hypotheses,
        }  # fmt: skip
        return xr.Dataset(data, {"site": sites, "date": dates}, attributes)


def read_previous(path: str | Path) -> tuple[Session, ...]:
    """The sessions of a plan that was printed as JSON.

    Raises
    ------
    InputError
        where the file is missing, no JSON, or no plan.
    """
    where = str(path)
    try:
        content = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise InputError(
            f"the earlier plan cannot be read: {error.strerror}",
            where=where,
            mend="name a file that `plan --json` wrote",
        ) from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise InputError(
            f"the earlier plan is no JSON: {error}", where=where, mend="name a file that `plan --json` wrote"
        ) from None
    if not isinstance(content, dict) or not isinstance(content.get("sessions"), list):
        raise InputError(
            "this is no plan: 'sessions' is missing", where=where, mend="name a file that `plan --json` wrote"
        )
    return tuple(
        Session.from_dict(table, f"{where}, session {i + 1}")
        if isinstance(table, dict)
        else Session.from_dict({}, f"{where}, session {i + 1}")
        for i, table in enumerate(content["sessions"])
    )
