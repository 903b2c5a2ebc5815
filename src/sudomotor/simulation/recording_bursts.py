"""When bursts of a made recording arrive at the gland, and how large their responses are.

The nerve integrates its rate to a threshold that is drawn anew each time from an inverse-Gaussian distribution of mean 1, as in
`model.nerve`; here the rate itself wanders, and after each burst there is a pause in which nothing is integrated.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.parameters import Parameters

Array = NDArray[np.float64]
_RATE_STEP_S = 0.5


def wander(numbers: np.random.Generator, steps: int, step_s: float, memory_s: float) -> Array:
    """A stationary process of variance 1 that forgets where it was within `memory_s`, (step,)."""
    from scipy.signal import lfilter

    keep = float(np.exp(-step_s / memory_s))
    drawn = numbers.standard_normal(steps)
    drawn[1:] *= np.sqrt(1.0 - keep**2)
    return np.asarray(lfilter([1.0], [1.0, -keep], drawn))


def burst_times(
    numbers: np.random.Generator, from_s: float, to_s: float, per_min: float, p: Parameters
) -> Array:
    """Times of bursts from `from_s` on and before `to_s`, s.

    Parameters
    ----------
    numbers : where chance comes from.
    per_min : bursts a minute in the long run; 0 for none.

    Raises
    ------
    InputError
        for more bursts than the pause after each leaves time for.

    Source: Subramanian et al. 2021 for the intervals.
    """
    if per_min == 0.0:
        return np.zeros(0)
    pause = p.value("recording_refractory_s")
    mean = 60.0 / per_min - pause
    if mean <= 0.0:
        raise InputError(
            f"{per_min:g} bursts a minute leave no pause of {pause:g} s after each", where="bursts_per_min",
            mend=f"give fewer than {60.0 / pause:g}",
        )  # fmt: skip
    clock = np.arange(from_s, to_s + _RATE_STEP_S, _RATE_STEP_S)
    spread = p.value("recording_rate_log_sd")
    log_rate = spread * wander(numbers, len(clock), _RATE_STEP_S, p.value("recording_rate_memory_s"))
    rate = np.exp(log_rate - 0.5 * spread**2) / mean
    passed = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * _RATE_STEP_S)])
    # nobody begins to live when a recording begins: the first interval is a part of one
    due = numbers.wald(1.0, p.value("burst_shape")) * numbers.random()
    found: list[float] = []
    while due < passed[-1]:
        at = float(np.interp(due, passed, clock))
        if at >= to_s:
            break
        found.append(at)
        due = float(np.interp(at + pause, clock, passed)) + numbers.wald(1.0, p.value("burst_shape"))
    return np.array(found)


def burst_amplitudes(numbers: np.random.Generator, count: int, median_uS: float, p: Parameters) -> Array:
    """Log-normal amplitudes, uS, (burst,)."""
    return median_uS * np.exp(p.value("recording_amplitude_log_sd") * numbers.standard_normal(count))
