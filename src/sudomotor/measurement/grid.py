"""The solver's even grid: between 4 and 8 samples a second, made by averaging; long gaps are leapt over, short ones left empty."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_RATE_HZ = 4.0  # bursts hold power up to about 1 Hz; finer grids cost time and digits and tell nothing
LONGEST_GAP_S = 60.0  # after so long without a sample nothing is left of what was before


class Grid(NamedTuple):
    """Values on the solver's grid; n cells.

    Attributes
    ----------
    y, seen : (n,) mean of the samples in a cell; their number relative to the usual one (0: none).
    times_s : (n,) middle of each cell, on the recording's clock.
    breaks : (n,) whether a long gap was leapt over just before a cell.
    cell : (sample,) which cell each sample lies in.
    dt_s : length of a cell.
    """

    y: Array
    seen: Array
    times_s: Array
    breaks: NDArray[np.bool_]
    cell: NDArray[np.int64]
    dt_s: float

    @property
    def rate_Hz(self) -> float:
        """Cells a second."""
        return 1.0 / self.dt_s


def step_of(rate_Hz: float) -> float:
    """Length of a cell, in s: a whole number of samples, or a whole part of one where samples are rarer than 4 Hz.

    >>> step_of(100.0), step_of(4.0), step_of(1.0), round(step_of(31.98), 6)
    (0.25, 0.25, 0.25, 0.218887)
    """
    if rate_Hz >= LEAST_RATE_HZ * (1 - 1e-9):
        return float(np.floor(rate_Hz / LEAST_RATE_HZ + 1e-9) / rate_Hz)
    return float(1.0 / (rate_Hz * np.ceil(LEAST_RATE_HZ / rate_Hz - 1e-9)))


def to_grid(times_s: Array, values: Array, usable: NDArray[np.bool_], rate_Hz: float) -> Grid:
    """Average samples in cells.

    Parameters
    ----------
    times_s, values : (sample,) strictly increasing times in s, and what was measured.
    usable : (sample,) whether a sample counts.
    rate_Hz : the usual rate.
    """
    dt = step_of(rate_Hz)
    position = (times_s - times_s[0]) / dt + min(0.5, 0.5 / (rate_Hz * dt))
    longest = LONGEST_GAP_S / dt
    # what leads across an unusable stretch is measured between usable samples, so that a long one is leapt over too
    good = np.flatnonzero(usable)
    leaps = np.zeros(0, dtype=np.int64)
    shift = np.zeros(len(times_s))
    if len(good) > 1:
        gaps = np.diff(position[good])
        leaps = np.flatnonzero(gaps > longest)
        for i in leaps:
            excess = np.floor(gaps[i] - longest)
            inside = np.arange(good[i] + 1, good[i + 1])
            # unusable samples within the leap share its cells; they weigh nothing
            shift[inside] -= np.minimum(
                excess, np.maximum(position[inside] - position[good[i]] - longest, 0.0)
            )
            shift[good[i + 1] :] -= excess
    cell = np.floor(position + shift + 1e-6).astype(np.int64)
    cell -= cell[0]
    n = int(cell[-1]) + 1
    weight = usable.astype(float)
    number = np.bincount(cell, weight, n)
    total = np.bincount(cell, np.where(usable, values, 0.0), n)
    y = np.where(number > 0, total / np.maximum(number, 1.0), 0.0)
    usual = max(rate_Hz * dt, 1.0)
    origin = times_s[0] + (0.5 - position[0]) * dt
    middle = origin + np.arange(n) * dt
    breaks = np.zeros(n, dtype=bool)
    for i in leaps:
        at = int(cell[good[i + 1]])
        breaks[at] = True
        middle[at:] += np.floor(gaps[i] - longest) * dt
    return Grid(y, number / usual, middle, breaks, cell, dt)


def quantum_of(values: Array) -> float:
    """The step in which values were written: their smallest difference, where most differences are whole multiples of it; else 0.

    >>> import numpy as np
    >>> round(quantum_of(np.round(np.random.default_rng(0).normal(size=500), 2)), 6)
    0.01
    """
    ordered = np.unique(values[np.isfinite(values)][:100_000])
    steps = np.diff(ordered)
    if len(steps) < 3:
        return float(steps.min()) if len(steps) else 0.0
    span = float(ordered[-1] - ordered[0])
    steps = steps[steps > 1e-9 * max(span, np.abs(ordered).max())]
    if not len(steps):
        return 0.0
    least = float(np.quantile(steps, 0.01))
    whole = steps / least
    off = np.abs(whole - np.round(whole))
    return least if np.mean(off < 0.1) > 0.9 and span / least < 1e6 else 0.0
