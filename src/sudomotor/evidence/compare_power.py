"""How many people a study needs to tell two means apart.

With an effect size d, the difference of means in standard deviations, two arms of

    n = 2 (z[1 - alpha/2] + z[power])^2 / d^2 + z[1 - alpha/2]^2 / 4

people each find it with the power asked for in a two-sided t-test (Julious 2004; the last term, by Guenther 1981, makes up
for the standard deviation being estimated). In small groups that falls short of the power by up to two per cent, so
up to `_EXACT` people the t-test's own power is used, by the noncentral F distribution.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.parameters import Parameters

Array = NDArray[np.float64]
# a variance needs two people
LEAST_PER_ARM = 2
# at 58 people the formula was found short by a ten-thousandth of power; beyond 200 by less than a hundred-thousandth
_EXACT = 200
# differences of less are rounding errors, not effects
_ROUNDING = 1e-9
# numbers that one chunk of resamples may hold
_CHUNK = 4_000_000


def people_per_arm(d: Any, p: Parameters) -> Array:
    """People that each of two arms needs for an effect size; whole numbers, inf for no effect, shape of `d`.

    >>> from sudomotor.parameters import load
    >>> people_per_arm([0.0, 0.5, 2.0, 50.0], load()).tolist()
    [inf, 64.0, 6.0, 2.0]
    """
    from scipy.special import ndtri

    z = ndtri(1.0 - 0.005 * p.value("study_error_pct"))
    both = z + ndtri(0.01 * p.value("study_power_pct"))
    size = np.abs(np.asarray(d, float))
    with np.errstate(divide="ignore", over="ignore"):
        n = np.ceil(2.0 * both**2 / np.where(size > _ROUNDING, size, 0.0) ** 2 + 0.25 * z**2)
    found = least_effects(p.value("study_error_pct"), p.value("study_power_pct"))
    # the fewest people whose least effect is no more than this one
    few = LEAST_PER_ARM + np.searchsorted(-found, -size, side="left")
    return np.asarray(np.where(size >= found[-1], few, np.maximum(n, _EXACT + 1)))


@cache
def least_effects(error_pct: float, power_pct: float) -> Array:
    """The least effect size that 2, 3, … `_EXACT` people in each arm find with the power; falling."""
    from scipy.optimize import brentq
    from scipy.special import ncfdtr, stdtrit

    def short(d: float, n: int) -> float:
        # the square of t has the noncentral F distribution, which stays finite for large effects
        limit = stdtrit(2 * n - 2, 1.0 - 0.005 * error_pct)
        return 1.0 - float(ncfdtr(1.0, 2 * n - 2, 0.5 * n * d * d, limit**2)) - 0.01 * power_pct

    found = []
    for n in range(LEAST_PER_ARM, _EXACT + 1):
        high = 1.0
        while short(high, n) < 0.0:
            high *= 2.0
        found.append(brentq(short, 1e-6, high, args=(n,)))
    return np.array(found)


def effect_size(difference: Any, variance: Any) -> Array:
    """Difference of means over the standard deviation; 0 where both are nothing, inf where only the spread is."""
    gap, spread = np.broadcast_arrays(np.asarray(difference, float), np.sqrt(np.asarray(variance, float)))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(np.abs(gap) > _ROUNDING, gap / spread, 0.0))


@dataclass(frozen=True)
class Group:
    """One arm as it is under both hypotheses of a pair: changes of its people (person,), each without error."""

    first: Array
    second: Array


def range_of_people(
    arms: Sequence[Group],
    noise: tuple[float, float, float],
    p: Parameters,
    *,
    seed: int,
    resamples: int = 300,
) -> tuple[float, float]:
    """Range (5 % to 95 %) of people per arm as the simulated people are drawn anew, and the error within its range.

    Parameters
    ----------
    arms : the two arms of the study.
    noise : variance of a change by the error of its readings: as taken, and factors on it at either end of its range.
    resamples : how many draws.
    """
    variance, low, high = noise
    n = arms[0].first.size
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x636F6D70])))
    columns = [values for arm in arms for values in (arm.first, arm.second)]
    moments = np.stack([*columns, *(values**2 for values in columns)], axis=1)
    drawn, left = [], resamples
    while left:
        some = min(left, max(1, _CHUNK // n))
        drawn.append(rng.multinomial(n, np.full(n, 1.0 / n), size=some) @ moments / n)
        left -= some
    found = np.concatenate(drawn)
    mean, square = found[:, :4], found[:, 4:]
    between = (square - mean**2).mean(axis=1) * n / max(n - 1, 1)
    # an SD evenly over its range, so the variance goes with its square
    sd = rng.uniform(math.sqrt(low), math.sqrt(high), resamples)
    gap = (mean[:, 0] - mean[:, 2]) - (mean[:, 1] - mean[:, 3])
    needed = people_per_arm(effect_size(gap, np.maximum(between, 0.0) + variance * sd**2), p)
    lowest, highest = np.quantile(needed, [0.05, 0.95], method="nearest")
    return float(lowest), float(highest)
