"""The sudomotor nerve: volleys at a rate set by the drive, more regular than chance, of uneven size.

Between volleys the centre integrates its rate to a threshold that is drawn anew each time from an inverse-Gaussian
distribution of mean 1 (integrate and fire: Subramanian et al. 2021). In that time of its own the process does not
know the step with which it is resolved, so volleys come at the same times however fine the step is.
Each volley carries the drive that its interval stands for, times a log-normal size of mean 1; the mean over time is
the drive.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.parameters import Parameters

Array = Any


# words of the seed, so that no two kinds of draw share their numbers
_STREAMS = {"nerve": 0x6E657276, "heat": 0x68656174}
_SIZES = 0x73697A65


def thresholds(
    count: int, people: int, seed: int, p: Parameters, *, stream: str = "nerve"
) -> NDArray[np.float64]:
    """Operational times of the volleys, (volley, person): running sums of inverse-Gaussian intervals of mean 1.

    Person i has the same stream whatever the number of people. The first is a part of an interval, because nobody
    begins to live when a test begins. Volleys of heat have a `stream` of their own.
    """
    out = np.empty((count, people))
    shape = p.value("burst_shape")
    for i in range(people):
        numbers = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _STREAMS[stream], i])))
        intervals = numbers.wald(1.0, shape, count)
        intervals[0] *= numbers.random()
        out[:, i] = np.cumsum(intervals)
    return out


def sizes(count: int, people: int, seed: int, p: Parameters) -> NDArray[np.float64]:
    """Sizes of the volleys relative to their mean, (volley, person): log-normal of mean 1."""
    out = np.empty((count, people))
    spread = p.value("burst_size_log_sd")
    for i in range(people):
        numbers = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _SIZES, i])))
        out[:, i] = np.exp(spread * numbers.standard_normal(count) - 0.5 * spread**2)
    return out


def fire(
    passed: Array, index: Array, rate_per_min: Array, minutes: Array, due: Array, xp: ModuleType
) -> tuple[Array, Array, Array]:
    """Let operational time pass; the new time, the new index, and whether a volley came; all (person,).

    `due` (volley, person) holds the thresholds. A step is short against the interval, so that at most one volley
    falls into it; one that is crowded out comes with the next step.
    """
    later = passed + rate_per_min * minutes
    people = xp.arange(due.shape[1])
    came = later >= due[xp.minimum(index, due.shape[0] - 1), people]
    return later, index + xp.where(came, 1, 0), came
