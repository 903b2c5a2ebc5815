"""Virtual people with a diary, and what really happens to them afterwards: what a twin's forecasts are held against.

They are drawn and lived by the full simulator, under any account of the block with its own calibrated constants, and
write diaries as poor as real ones. No twin made them, and no twin's equations are in them: noise has a memory, scales
drift, people forget to change poles and misread the date.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sudomotor.diary import Diary
from sudomotor.errors import InputError
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.simulation.planned import PlannedSession
from sudomotor.simulation.virtual_life import START, VirtualLives, begin_lives

Array = NDArray[np.float64]
Progress = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class VirtualLater:
    """What really happens on the days after a diary.

    Attributes
    ----------
    dates : (day,) day 0 is the one after the diary's last.
    hdss : (day,) the answer that the person would truly give, logged or not, without slips of the pen.
    sweat_mg_per_min : (day,) sweat of one side on that day as it was; nan where the generator knows none.
    sessions : sessions really held, `day` counted as in `dates`.
    """

    dates: tuple[datetime.date, ...]
    hdss: NDArray[np.int64]
    sweat_mg_per_min: Array
    sessions: tuple[PlannedSession, ...]


@dataclass(frozen=True, eq=False)
class VirtualPerson:
    """A virtual person: their diary, what happens later, and what they are made of.

    Attributes
    ----------
    diary : as the person kept it.
    later : the days after it.
    truth : numbers that made the person, by name.
    mechanism : the account of the block that is true of them; "stranger" for people of another generator.
    index, seed : which they are; the same two give the same person.
    """

    diary: Diary
    later: VirtualLater
    truth: Mapping[str, float]
    mechanism: str
    kind: str
    seed: int
    index: int
    site: str


def virtual_people(
    n: int,
    seed: int,
    *,
    mechanism: str | Sequence[str] = "charge",
    days: int = 120,
    ahead: int = 28,
    kind: str = "poor",
    person: str = "palmar hyperhidrosis",
    hypotheses: Hypotheses | None = None,
    start: datetime.date = START,
    indices: Sequence[int] | None = None,
    progress: Progress | None = None,
) -> list[VirtualPerson]:
    """Draw people, let them live and write, and see what happens afterwards.

    Parameters
    ----------
    days : length of the diary; it ends on the last of them.
    ahead : days to follow them after it, in their own way.
    n, seed, mechanism, kind, person, hypotheses, start, indices : see `begin_lives`.

    Examples
    --------
    >>> one = virtual_people(1, seed=3, days=30, ahead=7)[0]
    >>> one.diary.last, len(one.later.hdss)
    (datetime.date(2026, 2, 3), 7)
    """
    if isinstance(ahead, bool) or int(ahead) != ahead or ahead < 0:
        raise InputError(f"ahead must be a whole number from 0, got {ahead}", where="ahead", mend="ahead=28")
    lives = begin_lives(
        n,
        seed,
        mechanism=mechanism,
        person=person,
        kind=kind,
        hypotheses=hypotheses,
        start=start,
        indices=indices,
    )
    return people_of(lives.own_way(days + ahead, progress=progress), days)


def people_of(lives: VirtualLives, days: int) -> list[VirtualPerson]:
    """The people of some lives, their diaries cut after the first `days` days."""
    out = []
    dates = lives.dates()[days:]
    for i in range(lives.n):
        later = VirtualLater(
            dates, lives.hdss[days:, i], lives.sweat_mg_per_min[days:, i], lives.held(i, days, len(dates))
        )
        out.append(
            VirtualPerson(
                lives.diary(i, days), later, truth_of(lives, i), lives.accounts[i], lives.habits.kind, lives.seed,
                int(lives.bodies.indices[i]), lives.site,
            )
        )  # fmt: skip
    return out


def truth_of(lives: VirtualLives, i: int) -> Mapping[str, float]:
    """What made a person, by name: their body, their days, their use of the scale, their habits."""
    b, h, r = lives.bodies, lives.habits, lives.reporter
    drawn = (
        "gland_sensitivity", "hdss_shift", "age_years", "virtual_day_sd_log", "virtual_day_memory", "virtual_drift_sd_log",
        "virtual_event_log", "virtual_weekend_log", "virtual_recall_share", "virtual_adapt_share",
    )  # fmt: skip
    found = {name: float(b.people[name][i]) for name in drawn}
    stages = len(lives.state["block"]["shut"])
    found |= {
        "baseline_mg_per_min": float(b.baseline_mg_per_min[i]),
        "repair_days": float(stages / b.const["repair"][i]),
        "hdss_slope": float(r.slope[i]),
        **{f"hdss_threshold_{k + 1}_log": float(r.thresholds[k, i]) for k in range(3)},
        "gap_share": float(h.gap[i]),
        "target_mA": float(h.target_mA[i]),
        "minutes": float(h.minutes[i]),
        "by_feeling": float(h.by_feeling[i]),
        "interval_days": float(h.interval_days[i]),
        "first_session_day": float(h.begins[i] - lives.before),
    }
    return MappingProxyType(found)
