"""Time constants of one person's responses, by marginal likelihood."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.deconvolve import Settings, deconvolve
from sudomotor.measurement.grid import Grid
from sudomotor.measurement.kernels import Kernel, bateman
from sudomotor.parameters import Parameters

Array = NDArray[np.float64]
_MOST_CELLS = 2400  # ten minutes: more tells little about two numbers
# along each constant and along their product and ratio, between which the likelihood has its ridge
_MOVES = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, -1), (1, -1), (-1, 1))
_STRICT = 0.2  # of the kernel's error that is reckoned with otherwise
_SHRINK = (1.0, 0.5, 0.25)  # of the steps of the search


def personal_kernel(grid: Grid, settings: Settings, floor: float, p: Parameters) -> tuple[Kernel, str]:
    """The Bateman kernel that makes the liveliest ten minutes most likely, and a sentence on it.

    The likelihood of the values is that with amplitudes and tonic level integrated out (`Deconvolved.log_evidence`), times a
    log-normal prior about the published constants. The search steps over (slow, fast) on a grid of ratios that is made finer.
    """
    piece = _liveliest(grid)
    # a kernel that is allowed to be wrong tells little of what is right
    settings = settings._replace(mismatch=_STRICT * settings.mismatch)
    slow, fast = p["eda_slow_s"], p["eda_fast_s"]
    centre = np.log([slow.value, fast.value])
    wide = np.log([slow.high / slow.low, fast.high / fast.low]) / (2 * 1.645)
    seen: dict[tuple[float, float], float] = {}

    def score(at: Array) -> float:
        a, b = (float(x) for x in np.exp(at))
        if not (slow.low <= a <= slow.high and fast.low <= b <= fast.high and a >= 1.15 * b):
            return -np.inf
        key = (round(a, 6), round(b, 6))
        if key not in seen:
            found = deconvolve(
                grid.y[piece],
                grid.seen[piece],
                grid.dt_s,
                bateman(a, b),
                settings,
                floor=floor,
                breaks=grid.breaks[piece],
            )
            prior = -0.5 * float(np.sum(((at - centre) / wide) ** 2))
            seen[key] = found.log_evidence + prior if np.isfinite(found.log_evidence) else -np.inf
        return seen[key]

    best = centre.copy()
    for shrink in _SHRINK:
        step = np.log([1.35, 1.4]) * shrink
        while True:
            around = [best + step * np.array(move) for move in _MOVES]
            top = max(around, key=score)
            if score(top) <= score(best):
                break
            best = top
    a, b = (float(x) for x in np.exp(best))
    gain = score(best) - score(centre)
    return bateman(a, b), (
        f"time constants of this recording: {a:.2f} s and {b:.2f} s, by marginal likelihood ({gain:.0f} nats over "
        f"{slow.value:g} s and {fast.value:g} s)"
    )


def _liveliest(grid: Grid) -> slice:
    """Ten minutes with most change among those that were measured."""
    n = len(grid.y)
    if n <= _MOST_CELLS:
        return slice(0, n)
    both = (grid.seen[1:] > 0) & (grid.seen[:-1] > 0) & ~grid.breaks[1:]
    change = np.where(both, np.abs(np.diff(grid.y)), 0.0)
    # large steps are artefacts rather than life
    change = np.minimum(change, np.quantile(change[both], 0.99) if both.any() else 0.0)
    total = np.concatenate([[0.0], np.cumsum(change)])
    width = _MOST_CELLS
    at = int(np.argmax(total[width:] - total[:-width]))
    return slice(at, at + width)
