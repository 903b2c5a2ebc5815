"""The calendar of stressful events of a person's life: how many a day, at what hour, how heavy.

Sweating patients score their own sweat 0 to 2 of 10 in the morning and the evening and 5 to 6 at midday (Krogstad et
al. 2006): events cluster about midday. The waking day is cut into occasions that hold equal shares of the day's
events; on each, an event comes by chance, at an hour within the occasion, and never nearer than half an hour to
the next, so that one has passed before another begins.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.model.tasks import event_loads
from sudomotor.parameters import Parameters

Array = NDArray[np.float64]

MAX_RATE_PER_DAY = 12.0
_SPREAD_90 = 1.6448536269514722  # standard normal quantile of 0.95
_GAP_HOURS = 0.5


@dataclass(frozen=True)
class Calendar:
    """Events that would be met without avoidance.

    Attributes
    ----------
    load : (day, occasion, person); 0 where there is no event.
    hour : (day, occasion, person) hour of the day at which the event begins, or would.
    """

    load: Array
    hour: Array


def occasions(rate_per_day: float) -> int:
    """Occasions of a day for a rate of events: twice as many, so that there is room for chance.

    >>> occasions(3.0)
    6
    """
    if not math.isfinite(rate_per_day) or not 0 <= rate_per_day <= MAX_RATE_PER_DAY:
        raise InputError(
            f"the rate of events must lie from 0 to {MAX_RATE_PER_DAY:g} a day, got {rate_per_day:g}",
            where="event_rate_per_day", mend="--set event_rate_per_day=3",
        )  # fmt: skip
    return max(1, math.ceil(2.0 * rate_per_day))


def bounds_hours(count: int, p: Parameters) -> Array:
    """Hours of the day between which the occasions lie, (count + 1,): equal shares of a normal curve of the day."""
    from statistics import NormalDist

    early, late = p.value("event_morning_hour"), p.value("event_evening_hour")
    if not early < late:
        raise InputError(
            f"the events' morning hour ({early:g}) is not before their evening hour ({late:g})",
            where="event_morning_hour", mend="--set event_morning_hour=8 --set event_evening_hour=18",
        )  # fmt: skip
    day = NormalDist(0.5 * (early + late), (late - early) / (2.0 * _SPREAD_90))
    inner = [day.inv_cdf(i / count) for i in range(1, count)]
    # the tails end where one in a thousand events would lie beyond
    return np.array([day.inv_cdf(0.001), *inner, day.inv_cdf(0.999)])


def calendar(days: int, people: int, seed: int, p: Parameters) -> Calendar:
    """Draw the events of `days` days.

    Day d of person i is the same whatever the number of days or people. Loads are normal, drawn again where they
    would be 0 or less or above 1 (the public task): no load is clipped to an end.

    >>> from sudomotor.parameters import load
    >>> calendar(3, 2, 1, load()).load.shape
    (3, 6, 2)
    """
    rate = p.value("event_rate_per_day")
    count = occasions(rate)
    edges = bounds_hours(count, p)
    chance = rate / count
    load, hour = np.zeros((days, count, people)), np.empty((days, count, people))
    for i in range(people):
        stream = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x6C696665, i])))
        u = stream.random((days, 3, count))
        load[:, :, i] = np.where(u[:, 0] < chance, event_loads(u[:, 1], p), 0.0)
        inside = np.maximum(np.diff(edges) - _GAP_HOURS, 0.0)
        hour[:, :, i] = edges[:-1] + u[:, 2] * inside
    return Calendar(load, hour)
