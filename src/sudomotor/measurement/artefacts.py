"""Artefacts by their shape: what skin and sweat cannot do. Nothing here knows a unit, so that the verdict does not depend on it.

Skin conductance rises when glands fill their ducts and falls as the ducts drain, and the drain has a quickest pace. A dip that
closes again within a second, and falls faster than that pace allows above what stays, is the electrode. So is a peak that has lost
half of its height within a second. Both are measured as shares of the conductance at that moment.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.grid import quantum_of, to_grid
from sudomotor.measurement.recording import Recording
from sudomotor.parameters import Parameters

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
_LEAST_SHARE = 1e-3  # where the logarithm of a share begins: below the noise of any amplifier


class Shape(NamedTuple):
    """What an epoch's shape is like, and where.

    Attributes
    ----------
    departure : (epoch,) largest departure within a second that is faster than skin allows, as a share of the conductance; nan in an
        epoch without samples.
    spike : (epoch,) largest narrow rise, as a share of the conductance.
    residual : (cell,) departure from what was before and after, in the recording's unit, at each cell of the grid.
    sigma : noise of a cell, in the recording's unit.
    cell : (sample,) which cell each sample lies in.
    epoch : (cell,) which epoch each cell lies in; -1 where the cell holds no sample.
    dt_s : length of a cell.
    """

    departure: Array
    spike: Array
    residual: Array
    sigma: float
    cell: Ints
    epoch: Ints
    dt_s: float


def shape_of(recording: Recording, usable: Bools, epoch: Ints, epochs: int, p: Parameters) -> Shape:
    """Departures from what skin can do, in each epoch.

    Parameters
    ----------
    recording : of which.
    usable : (sample,) samples that count.
    epoch : (sample,) the epoch of each.
    epochs : how many there are.
    p : constants in force.
    """
    from scipy import ndimage

    grid = to_grid(recording.times_s, recording.values_uS, usable, recording.rate_Hz)
    seen = grid.seen > 0
    at = np.flatnonzero(seen)
    y = np.interp(np.arange(len(grid.y)), at, grid.y[at])
    sigma = _noise(y, recording.values_uS[usable])
    narrow = _cells(p.value("eda_artefact_narrow_s"), grid.dt_s)
    wide = _cells(p.value("eda_artefact_wide_s"), grid.dt_s)
    kept = _odd(p.value("eda_artefact_kept_s"), grid.dt_s)
    long = _odd(p.value("eda_artefact_baseline_s"), grid.dt_s)
    # what stays: the lowest level nearby that lasted longer than a dip
    floor = ndimage.minimum_filter1d(ndimage.median_filter(y, kept, mode="nearest"), long, mode="nearest")
    over, under = ndimage.grey_closing(y, narrow), ndimage.grey_opening(y, narrow)
    dip, spike = over - y, y - under
    allowed = 1.0 - np.exp(-p.value("eda_artefact_narrow_s") / p.value("eda_artefact_decay_s"))
    noise = p.value("eda_artefact_noise_z") * sigma
    least = max(noise, np.finfo(float).tiny)
    beyond = np.maximum(
        (dip - allowed * np.maximum(over - floor, 0.0) - noise) / np.maximum(over, least),
        (spike - p.value("eda_artefact_spike_share") * np.maximum(y - floor, 0.0) - noise)
        / np.maximum(y, least),
    )
    narrow_rise = spike / np.maximum(y, least)
    residual = np.maximum(ndimage.grey_closing(y, wide) - y, spike)
    of_cell = np.full(len(y), -1, dtype=np.int64)
    of_cell[grid.cell[usable]] = epoch[usable]
    departure, rises = (
        _largest(np.clip(each, 0.0, 1.0)[seen], of_cell[seen], epochs) for each in (beyond, narrow_rise)
    )
    return Shape(departure, rises, residual, sigma, grid.cell, of_cell, grid.dt_s)


def logs_of(shape: Shape) -> Array:
    """(epoch, 2) logarithms, base 10, of the two shares that the score weighs."""
    with np.errstate(invalid="ignore"):
        return np.log10(np.maximum(np.column_stack([shape.departure, shape.spike]), _LEAST_SHARE))


def probability(shape: Shape, p: Parameters) -> Array:
    """(epoch,) probability that experts would call it an artefact; nan in an epoch without samples."""
    weights = np.array([p.value("eda_artefact_departure_weight"), p.value("eda_artefact_spike_weight")])
    score = p.value("eda_artefact_intercept") + logs_of(shape) @ weights
    return np.asarray(1.0 / (1.0 + np.exp(-score)))


def departed(shape: Shape, wrong: Bools, p: Parameters) -> Bools:
    """(sample,) samples of the epochs that are `wrong` which depart, with a margin; at least one of each such epoch.

    Parameters
    ----------
    shape : of the recording.
    wrong : (epoch,) which epochs are artefacts.
    p : constants in force.
    """
    from scipy import ndimage

    inside = (shape.epoch >= 0) & wrong[np.maximum(shape.epoch, 0)]
    if not inside.any():
        return np.zeros(len(shape.cell), dtype=bool)
    top = _largest(shape.residual[inside], shape.epoch[inside], len(wrong))
    limit = np.maximum(p.value("eda_artefact_extent_share") * top, shape.sigma)
    # an epoch whose departures all lie within the noise still has its largest
    limit = np.minimum(limit, top)
    hit = inside & (shape.residual >= limit[np.maximum(shape.epoch, 0)])
    margin = int(np.ceil(p.value("eda_artefact_margin_s") / shape.dt_s))
    return np.asarray(ndimage.binary_dilation(hit, iterations=margin) if margin else hit)[shape.cell]


def _noise(y: Array, measured: Array) -> float:
    """Standard deviation of a cell's noise, from second differences; not less than that of rounding."""
    rounding = quantum_of(measured) / np.sqrt(12.0)
    if len(y) < 3:
        return float(rounding)
    spread = np.median(np.abs(np.diff(y, 2))) / 0.6745 / np.sqrt(6.0)
    return float(max(spread, rounding))


def _largest(values: Array, epoch: Ints, epochs: int) -> Array:
    """(epoch,) largest of the values; nan where there are none."""
    out = np.full(epochs, -np.inf)
    np.maximum.at(out, epoch, values)
    out[np.isneginf(out)] = np.nan
    return out


def _cells(seconds: float, dt_s: float) -> int:
    """Cells that span so many seconds from the first to the last."""
    return round(seconds / dt_s) + 1


def _odd(seconds: float, dt_s: float) -> int:
    """An odd number of cells, so that a window has a middle."""
    return round(seconds / dt_s) // 2 * 2 + 1
