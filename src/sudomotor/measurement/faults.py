"""Faults of single samples: out of range, at the amplifier's end, no contact, faster than skin can change."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.grid import quantum_of, to_grid
from sudomotor.measurement.recording import GAP_STEPS
from sudomotor.parameters import Parameters

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
_FEWEST_LEVELS = 10  # of a signal whose clipping can be told from its being constant
_FULL = 0.4  # share of a window that must hold samples


def out_of_range(values: Array, lowest: float, highest: float) -> Bools:
    """(sample,) whether a value lies outside; nan does not.

    >>> out_of_range(np.array([-1.0, 2.0, 300.0]), -0.01, 200.0).tolist()
    [True, False, True]
    """
    with np.errstate(invalid="ignore"):
        return np.asarray((values < lowest) | (values > highest))


def saturated(values: Array, maximum: float | None, p: Parameters) -> Bools:
    """(sample,) samples at the end of the amplifier's range.

    Where the end is declared, whatever reaches it. Where it is not, a signal is clipped when it stays exactly at its largest
    value several times as long as at any other: noise and rounding hold it at any level alike.

    Parameters
    ----------
    values : (sample,), in any unit; nan where nothing was measured.
    maximum : end of the range in that unit, if known.
    p : constants in force.

    Examples
    --------
    >>> from sudomotor.parameters import load
    >>> wave = 5 + 4 * np.sin(np.arange(200) / 7)
    >>> int(saturated(np.minimum(wave, 8.5), None, load()).sum()), int(saturated(wave, None, load()).sum())
    (35, 0)
    """
    found = np.zeros(len(values), dtype=bool)
    good = np.flatnonzero(np.isfinite(values))
    if not len(good):
        return found
    measured = values[good]
    top, bottom = float(measured.max()), float(measured.min())
    if maximum is not None and maximum > 0.0:
        found[good] = measured >= p.value("eda_saturated_share") * maximum
    begin, length = runs(measured)
    at_top = measured[begin] == top
    # the lowest value may be a contact's loss, which lasts as long as it likes
    other = ~at_top & (measured[begin] != bottom)
    longest = int(length[at_top].max())
    fewest = max(
        p.value("eda_clipped_samples"), p.value("eda_clipped_ratio") * int(length[other].max(initial=0))
    )
    if longest >= fewest and len(np.unique(measured[begin])) >= _FEWEST_LEVELS:
        found[good] |= measured == top
    return found


def runs(values: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First index and length of each run of equal values.

    >>> [each.tolist() for each in runs(np.array([1.0, 1.0, 2.0, 1.0]))]
    [[0, 2, 3], [2, 1, 1]]
    """
    edge = np.flatnonzero(np.r_[True, np.diff(values) != 0.0, True])
    return edge[:-1], np.diff(edge)


def frozen(times_s: Array, values: Array, rate_Hz: float, p: Parameters) -> Bools:
    """(sample,) stretches that are exactly constant for longer than skin is: no contact, or a logger that stands still."""
    found = np.zeros(len(values), dtype=bool)
    good = np.flatnonzero(np.isfinite(values))
    if not len(good):
        return found
    begin, length = runs(values[good])
    many = length >= p.value("eda_frozen_samples")
    begin, length = begin[many], length[many]
    lasts = times_s[good[begin + length - 1]] - times_s[good[begin]] + 1.0 / rate_Hz
    still = lasts >= p.value("eda_frozen_s")
    for k in np.flatnonzero(still):
        found[good[begin[k] : begin[k] + length[k]]] = True
    return found


def no_contact(values: Array, rate_Hz: float, p: Parameters) -> Bools:
    """(sample,) near zero and flat, or near zero in a recording that is far from it.

    Dry skin conducts little, but what it conducts varies; such a signal is kept.

    Parameters
    ----------
    values : (sample,), uS; nan where nothing was measured.
    rate_Hz : samples a second.
    p : constants in force.
    """
    from scipy import ndimage

    near = p.value("eda_near_zero_uS")
    with np.errstate(invalid="ignore"):
        low = values < near
    if not low.any():
        return low
    window = max(3, round(p.value("eda_flat_s") * rate_Hz) // 2 * 2 + 1)
    there = np.isfinite(values)
    least = ndimage.minimum_filter1d(np.where(there, values, np.inf), window, mode="constant", cval=np.inf)
    most = ndimage.maximum_filter1d(np.where(there, values, -np.inf), window, mode="constant", cval=-np.inf)
    # at an end half of the window lies outside
    enough = ndimage.uniform_filter1d(there.astype(float), window, mode="constant") > _FULL
    with np.errstate(invalid="ignore"):
        flat = enough & (most < near) & (most - least <= 1.5 * quantum_of(values[low]))
    # every sample that lies in a flat window
    flat = ndimage.maximum_filter1d(flat.astype(np.uint8), window, mode="constant") > 0
    lost = low & flat
    usual = values[np.isfinite(values) & ~low]
    if len(usual) and float(np.median(usual)) >= p.value("eda_lost_ratio") * near:
        lost = low
    return np.asarray(lost)


def too_steep(times_s: Array, values: Array, usable: Bools, rate_Hz: float, p: Parameters) -> Bools:
    """(sample,) where conductance changes faster than it can, between two cells of a quarter of a second.

    The limit is in uS/s, and grows with the level: what is a jolt on dry skin is a response on wet skin.
    """
    grid = to_grid(times_s, values, usable, rate_Hz)
    seen = np.flatnonzero(grid.seen > 0)
    hit = np.zeros(len(grid.y), dtype=bool)
    if len(seen) < 2:
        return np.zeros(len(values), dtype=bool)
    y = grid.y[seen]
    step = np.diff(seen)
    near = step * grid.dt_s <= GAP_STEPS * max(grid.dt_s, 1.0 / rate_Hz)
    slope = np.abs(np.diff(y)) / (step * grid.dt_s)
    limit = np.maximum(
        p.value("eda_steepest_uS_per_s"), p.value("eda_steepest_per_s") * np.minimum(y[1:], y[:-1])
    )
    steep = near & (slope > limit)
    hit[seen[:-1][steep]] = True
    hit[seen[1:][steep]] = True
    return np.asarray(hit[grid.cell] & usable)
