"""The clock of a recording: even times from a rate, and times of a file put in order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def even_times(count: int, rate_Hz: float, first_s: float = 0.0) -> Array:
    """Times (sample,), s, of `count` samples at an even rate.

    >>> even_times(3, 4.0)
    array([0.  , 0.25, 0.5 ])
    """
    times = np.arange(count, dtype=np.float64)
    times /= rate_Hz  # not times a rounded step: the last of millions would be off
    if first_s:
        times += first_s
    return times


def in_order(times_s: Array, values: Array) -> tuple[Array, Array, list[str]]:
    """Times that strictly increase, their values, and notes of what that took.

    Samples without a time are left out, samples out of order are sorted, samples at the same time are averaged (over
    those that are not missing).

    Parameters
    ----------
    times_s : (sample,), s.
    values : (sample,) or (sample, axis).

    Returns
    -------
    times_s : (kept,), s, strictly increasing.
    values : (kept,) or (kept, axis).
    notes : in words.

    Examples
    --------
    >>> times, values, notes = in_order(np.array([1.0, 0.0, 1.0]), np.array([2.0, 5.0, 4.0]))
    >>> times, values
    (array([0., 1.]), array([5., 3.]))
    >>> notes
    ['the clock goes back once, by 1 s: samples sorted', '1 of 3 samples at the time of another: averaged']
    """
    notes: list[str] = []
    timed = np.isfinite(times_s)
    if not timed.all():
        notes.append(f"{int((~timed).sum())} samples without a time are left out")
        times_s, values = times_s[timed], values[timed]
    steps = np.diff(times_s)
    if (steps > 0.0).all():
        return times_s, values, notes
    if (steps < 0.0).any():
        back = steps[steps < 0.0]
        if (steps <= 0.0).all():
            notes.append("samples ran backwards: reversed")
        else:
            often = "once, by" if len(back) == 1 else f"{len(back)} times, by up to"
            notes.append(f"the clock goes back {often} {-float(back.min()):.6g} s: samples sorted")
        order = np.argsort(times_s, kind="stable")
        times_s, values = times_s[order], values[order]
    first = np.flatnonzero(np.concatenate([[True], np.diff(times_s) > 0.0]))
    if len(first) < len(times_s):
        notes.append(
            f"{len(times_s) - len(first)} of {len(times_s)} samples at the time of another: averaged"
        )
        values = mean_of_runs(values, first)
        times_s = times_s[first]
    return times_s, values, notes


def mean_of_runs(values: Array, first: NDArray[np.intp]) -> Array:
    """The mean of each run of samples, without the missing ones; nan where all are missing.

    Parameters
    ----------
    values : (sample,) or (sample, axis).
    first : (run,), where each run begins.
    """
    known = np.isfinite(values)
    counts = np.add.reduceat(known.astype(np.float64), first, axis=0)
    with np.errstate(over="ignore"):  # numbers that no one measured: they become infinite, and then missing
        sums = np.add.reduceat(np.where(known, values, 0.0), first, axis=0)
    means: Array = np.divide(sums, counts, out=np.full(sums.shape, np.nan), where=counts > 0)
    return means
