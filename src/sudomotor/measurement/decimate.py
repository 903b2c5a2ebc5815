"""A long course as few points that still show every peak, broken where nothing was measured."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.recording import GAP_STEPS

Array = NDArray[np.float64]


def outline(times_s: Array, values: Array, bins: int, rate_Hz: float) -> tuple[Array, Array]:
    """The lowest and the highest value of each bin of time, in their order; a nan breaks the line at gaps and missing values.

    A course of at most two samples a bin is given back whole. A gap that is shorter than a bin cannot be seen, and breaks nothing.

    Parameters
    ----------
    times_s : (sample,), s, increasing.
    values : (sample,), nan where missing.
    bins : how many to divide the time into.
    rate_Hz : of the recording: longer steps than it has are gaps.

    Returns
    -------
    times_s, values : (point,), at most about three a bin.

    Examples
    --------
    >>> t, v = outline(np.arange(6.0), np.array([0.0, 5.0, 0.0, 0.0, -1.0, 0.0]), 2, 1.0)
    >>> t.tolist(), v.tolist()
    ([0.0, 1.0, 3.0, 4.0], [0.0, 5.0, 0.0, -1.0])
    >>> outline(np.array([0.0, 1.0, 9.0]), np.array([1.0, 2.0, 3.0]), 9, 1.0)[1].tolist()
    [1.0, 2.0, nan, 3.0]
    """
    if len(values) <= 2 * bins:
        whole = np.flatnonzero(np.diff(times_s) * rate_Hz > GAP_STEPS) + 1
        return np.insert(times_s, whole, times_s[whole]), np.insert(values, whole, np.nan)
    edges = np.linspace(times_s[0], times_s[-1], bins + 1)[:-1]
    first = np.unique(np.searchsorted(times_s, edges))
    ends = np.append(first, len(times_s))
    kept: list[int] = []
    for begin, end in pairwise(ends.tolist()):
        part = values[begin:end]
        low, high = int(part.argmin()), int(part.argmax())
        if part[low] != part[low]:  # argmin stops at the first nan
            known = np.flatnonzero(np.isfinite(part))
            if not len(known):
                continue
            low, high = int(known[part[known].argmin()]), int(known[part[known].argmax()])
        kept += [begin + low] if low == high else [begin + min(low, high), begin + max(low, high)]
    t, v = times_s[kept], values[kept]
    # a bin's width without a value between two points is a gap that shows
    width = (times_s[-1] - times_s[0]) / bins
    gaps = np.flatnonzero(np.diff(t) > max(2.0 * width, GAP_STEPS / rate_Hz)) + 1
    return np.insert(t, gaps, t[gaps]), np.insert(v, gaps, np.nan)


def runs(times_s: Array, codes: NDArray[np.integer], rate_Hz: float) -> list[tuple[int, float, float]]:
    """Where a code other than 0 stands without a break: (code, from, to), half a step to each side of its samples.

    Parameters
    ----------
    times_s : (sample,), s, increasing.
    codes : (sample,).
    rate_Hz : of the recording; a gap of its clock parts runs too.

    Examples
    --------
    >>> runs(np.arange(5.0), np.array([1, 1, 0, 2, 1]), 1.0)
    [(1, -0.5, 1.5), (2, 2.5, 3.5), (1, 3.5, 4.5)]
    """
    if not codes.any():
        return []
    half = 0.5 / rate_Hz if np.isfinite(rate_Hz) else 0.5
    apart = (codes[1:] != codes[:-1]) | (np.diff(times_s) > 2.0 * GAP_STEPS * half)
    begin = np.concatenate([[0], np.flatnonzero(apart) + 1])
    end = np.concatenate([begin[1:] - 1, [len(codes) - 1]])
    code = codes[begin]
    said = code != 0
    return list(
        zip(code[said].tolist(), (times_s[begin[said]] - half).tolist(), (times_s[end[said]] + half).tolist(), strict=True)
    )
