"""The sympathetic skin response to a train of shocks: recovery after a volley, and habituation.

The n-th shock at an interval I gives, against the first,

    R(I) (1 - h_ssr h_n),   R(I) = 1 - exp(-(I - t_ref)/tau_ref) past the refractory time, else 0
    h_n+1 = (h_n + k_h (1 - h_n)) exp(-I/tau_r)

Healthy people give no response to a second shock within 1.5 s; in hyperhidrosis recovery has begun by then (Manca et
al. 2000). At 10 s responses of 55 healthy people fall significantly from the 7th shock on, at 5 s from the 2nd.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.parameters import Parameters

Array = NDArray[np.float64]


def recovery(interval_s: float, p: Parameters, *, patient: bool = False) -> float:
    """R: how far the centre has recovered so long after a volley, 0 to 1."""
    if not (math.isfinite(interval_s) and interval_s > 0):
        raise InputError(
            f"the interval must be above 0 s, got {interval_s:g}", where="interval_s", mend="10 s"
        )
    dead = p.value("refractory_patient_s" if patient else "refractory_control_s")
    if interval_s <= dead:
        return 0.0
    return float(-np.expm1(-(interval_s - dead) / p.value("refractory_recovery_s")))


def train(interval_s: float, count: int, p: Parameters, *, patient: bool = False) -> Array:
    """Expected size of each response of a train against the first, (count,).

    >>> from sudomotor.parameters import load
    >>> train(1.5, 2, load()).tolist()
    [1.0, 0.0]
    """
    recovered = recovery(interval_s, p, patient=patient)
    keep = math.exp(-interval_s / p.value("habituation_recovery_s"))
    k, depth = p.value("habituation_per_stimulus"), p.value("habituation_depth_reflex")
    sizes, h = [], 0.0
    for i in range(count):
        sizes.append((recovered if i else 1.0) * (1.0 - depth * h))
        h = (h + k * (1.0 - h)) * keep
    return np.array(sizes)


def first_fall(interval_s: float, people: int, p: Parameters, *, count: int = 15) -> int | None:
    """The first shock of a train whose response is expected to lie below the first by a paired test at 5 %, or None.

    Logarithms are compared; their difference has the variance of two responses, over so many people.
    """
    from statistics import NormalDist

    error = p.value("reflex_log_sd") * math.sqrt(2.0 / people)
    limit = math.exp(-NormalDist().inv_cdf(0.975) * error)
    below = np.flatnonzero(train(interval_s, count, p) < limit)
    return int(below[0]) + 1 if below.size else None
