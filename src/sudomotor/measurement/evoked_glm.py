"""Evoked responses as a linear model: canonical responses at all events at once, in noise that is correlated over time."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.evoked import deviation_of
from sudomotor.measurement.features import Activity, usable_samples
from sudomotor.measurement.grid import Grid, to_grid
from sudomotor.parameters import Parameters

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
_SUPPORT_S = 90.0  # of the canonical response
_FINE_S = 0.01
_MOST_TRIALS = 2000  # that are estimated one by one; their covariance is dense
_PASSES = 2  # of estimating the noise's correlation


class Fit(NamedTuple):
    """Weights and their covariance."""

    weights: Array
    covariance: Array


def canonical(p: Parameters) -> tuple[Array, Array, Array]:
    """Times after an event, the canonical response with a peak of 1, and its derivative in 1/s.

    A Gaussian through two exponentials (Bach et al. 2010).
    """
    t = np.arange(0.0, _SUPPORT_S, _FINE_S)
    gauss = np.exp(-0.5 * ((t - p.value("scrf_centre_s")) / p.value("scrf_spread_s")) ** 2)
    fades = sum(np.exp(-p.value(name) * t) for name in ("scrf_fade_1_per_s", "scrf_fade_2_per_s"))
    from scipy.signal import fftconvolve

    h = fftconvolve(gauss, fades)[: len(t)]
    h -= h[0]
    h /= h.max()
    return t, h, np.gradient(h, _FINE_S)


def by_glm(activity: Activity, trials: pd.DataFrame, p: Parameters) -> tuple[pd.DataFrame, list[str]]:
    """Each condition's weight; the trials' own amplitudes are put into `trials`.

    Parameters
    ----------
    activity : of which the recording is taken, not what it came apart into.
    trials : a row an event; `amplitude_uS` and `amplitude_sd_uS` are replaced.
    p : constants in force.

    Returns
    -------
    conditions : as in `Evoked.conditions`.
    notes : in words.
    """
    import pandas as pd

    labels = list(dict.fromkeys(trials["label"]))
    usable = trials["usable"].to_numpy()
    member = np.array([[label == each for label in labels] for each in trials["label"]], dtype=float).reshape(
        -1, len(labels)
    )
    notes: list[str] = []
    recording = activity.recording
    grid = to_grid(recording.times_s, recording.values_uS, usable_samples(activity), recording.rate_Hz)
    y, kept = _filtered(grid, p)
    shapes = _blocks(grid, trials["onset_s"].to_numpy(), p)
    own = member * usable[:, None]
    # events whose own windows are not usable evoked something all the same
    rest = (~usable).astype(float)[:, None]
    counted = np.flatnonzero(own.any(axis=0))
    joint = np.column_stack([own[:, counted], rest])
    fit = _fit([shapes[0] @ joint, shapes[1] @ joint], y, kept, grid, p)
    c = len(counted)
    magnitude, se, shift, difference, difference_se = (np.full(len(labels), np.nan) for _ in range(5))
    at = np.arange(c)
    magnitude[counted] = fit.weights[at]
    se[counted] = np.sqrt(np.diag(fit.covariance)[at])
    slope = fit.weights[c + 1 + at]
    with np.errstate(divide="ignore", invalid="ignore"):
        shift[counted] = np.where(fit.weights[at] > 0.0, -slope / fit.weights[at], np.nan)
    for i in range(c if c > 1 else 0):
        contrast = np.full(c, -1.0 / (c - 1))
        contrast[i] = 1.0
        difference[counted[i]] = contrast @ fit.weights[:c]
        spread = float(contrast @ fit.covariance[:c, :c] @ contrast)
        difference_se[counted[i]] = math.sqrt(max(spread, 0.0)) if np.isfinite(spread) else math.nan
    notes += _single(shapes, usable, joint, y, kept, grid, trials, p)
    lost = [label for i, label in enumerate(labels) if i in counted and not np.isfinite(se[i])]
    if lost:
        notes.append(f"not to be told apart from other conditions: {', '.join(lost)}")
    frame = pd.DataFrame({
        "label": labels, "trials": member.sum(axis=0).astype(int), "usable": own.sum(axis=0).astype(int), "magnitude_uS": magnitude,
        "sd_uS": [deviation_of(trials.loc[(trials["label"] == label) & usable, "amplitude_uS"].to_numpy()) for label in labels],
        "se_uS": se, "difference_uS": difference, "difference_se_uS": difference_se, "shift_s": shift,
    })  # fmt: skip
    return frame, notes


def _single(
    shapes: tuple[Any, Any],
    usable: Bools,
    joint: Array,
    y: Array,
    kept: Bools,
    grid: Grid,
    trials: pd.DataFrame,
    p: Parameters,
) -> list[str]:
    """Amplitude of each usable trial, all at once; the time derivative is shared by a condition."""
    from scipy import sparse

    which = np.flatnonzero(usable)
    trials["amplitude_uS"], trials["amplitude_sd_uS"] = np.nan, np.nan
    if not len(which):
        return []
    if len(which) > _MOST_TRIALS:
        return [f"{len(which)} trials are too many to be estimated one by one; conditions are"]
    rest = sparse.csc_array(shapes[0] @ joint[:, -1:])
    fit = _fit(
        [sparse.hstack([shapes[0][:, which], rest], format="csc"), shapes[1] @ joint], y, kept, grid, p
    )
    row = trials.index[which]
    trials.loc[row, "amplitude_uS"] = fit.weights[: len(which)]
    trials.loc[row, "amplitude_sd_uS"] = np.sqrt(np.diag(fit.covariance)[: len(which)])
    return []


def _filtered(grid: Grid, p: Parameters) -> tuple[Array, Bools]:
    """The recording through the high-pass, and which cells count."""
    from scipy.signal import lfilter, lfilter_zi

    seen = grid.seen > 0
    at = np.flatnonzero(seen)
    y = np.interp(np.arange(len(grid.y)), at, grid.y[at]) if len(at) else np.zeros(len(grid.y))
    b, a = _high_pass(grid, p)
    out = np.empty_like(y)
    edges = [0, *np.flatnonzero(grid.breaks).tolist(), len(y)]
    for begin, end in pairwise(edges):
        if end > begin:
            out[begin:end] = lfilter(b, a, y[begin:end], zi=lfilter_zi(b, a) * y[begin])[0]
    return out, seen


def _high_pass(grid: Grid, p: Parameters) -> tuple[Array, Array]:
    """First order, forwards only, so that a response stays after its event."""
    from scipy.signal import butter

    b, a = butter(1, p.value("evoked_high_pass_Hz"), "highpass", fs=grid.rate_Hz)
    return np.asarray(b), np.asarray(a)


def _blocks(grid: Grid, onsets: Array, p: Parameters) -> tuple[Any, Any]:
    """(cell, trial) canonical response and its derivative to each event, through the high-pass; sparse."""
    from scipy import sparse
    from scipy.signal import lfilter

    t, *curves = canonical(p)
    b, a = _high_pass(grid, p)
    breaks = np.append(np.flatnonzero(grid.breaks), len(grid.times_s))
    rows, columns = [], []
    data: tuple[list[Array], list[Array]] = ([], [])
    for k, onset in enumerate(onsets):
        begin = int(np.searchsorted(grid.times_s, onset))
        end = min(int(np.searchsorted(grid.times_s, onset + _SUPPORT_S)), int(breaks[np.searchsorted(breaks, begin, side="right")])
                  if begin < len(grid.times_s) else begin)  # fmt: skip
        if end <= begin:
            continue
        rows.append(np.arange(begin, end))
        columns.append(np.full(end - begin, k))
        for curve, out in zip(curves, data, strict=True):
            out.append(lfilter(b, a, np.interp(grid.times_s[begin:end] - onset, t, curve)))
    size = (len(grid.times_s), len(onsets))
    if not rows:
        return sparse.csc_array(size), sparse.csc_array(size)
    at = (np.concatenate(rows), np.concatenate(columns))
    first, second = (sparse.csc_array((np.concatenate(out), at), shape=size) for out in data)
    return first, second


def _fit(parts: list[Any], y: Array, kept: Bools, grid: Grid, p: Parameters) -> Fit:
    """Generalised least squares; the noise is an autoregression whose constants are found from what is left.

    Weights that the data do not tell are nan.
    """
    from scipy import sparse

    n = len(y)
    x = sparse.csc_array(sparse.hstack([*[sparse.csc_array(part) for part in parts], np.ones((n, 1))]))
    whiten, rows = sparse.eye_array(n, format="csr"), kept
    order = int(p.value("evoked_noise_order"))
    for step in range(_PASSES + 1):
        xw, yw = sparse.csc_array((whiten @ x)[rows]), (whiten @ y)[rows]
        gram = np.asarray((xw.T @ xw).todense())
        scale = np.sqrt(np.maximum(np.diag(gram), np.finfo(float).tiny))
        values, vectors = np.linalg.eigh(gram / np.outer(scale, scale))
        solid = values > 1e-9 * max(len(values), 1)
        inverse = (vectors[:, solid] / values[solid]) @ vectors[:, solid].T / np.outer(scale, scale)
        weights = inverse @ (xw.T @ yw)
        if step == _PASSES:
            break
        left = np.where(kept, y - x @ weights, 0.0)
        whiten, rows = _whitener(left, kept, grid.breaks, order)
    freedom = max(int(rows.sum()) - int(solid.sum()), 1)
    variance = float(np.sum((yw - xw @ weights) ** 2)) / freedom
    told = np.sqrt(np.maximum(np.sum(vectors[:, ~solid] ** 2, axis=1), 0.0)) < 1e-3
    told &= np.diag(gram) > 1e-9 * max(float(np.diag(gram)[:-1].max(initial=0.0)), np.finfo(float).tiny)
    weights = np.where(told, weights, np.nan)
    covariance = variance * inverse
    covariance[~told] = np.nan
    covariance[:, ~told] = np.nan
    return Fit(weights, covariance)


def _whitener(left: Array, kept: Bools, breaks: Bools, order: int) -> tuple[Any, Bools]:
    """The filter that makes the noise white, and the rows whose past is all there."""
    from scipy import sparse
    from scipy.linalg import solve_toeplitz

    n = len(left)
    order = max(0, min(order, int(kept.sum()) // 10))
    segment = np.cumsum(breaks)
    covariance = np.zeros(order + 1)
    for lag in range(order + 1):
        pairs = kept[lag:] & kept[: n - lag] & (segment[lag:] == segment[: n - lag])
        covariance[lag] = float(left[lag:][pairs] @ left[: n - lag][pairs]) / max(int(pairs.sum()), 1)
    if order == 0 or covariance[0] <= 0.0:
        return sparse.eye_array(n, format="csr"), kept
    covariance[0] *= 1.0 + 1e-9
    phi = solve_toeplitz(covariance[:-1], covariance[1:])
    rows = kept.copy()
    for lag in range(1, order + 1):
        rows[lag:] &= kept[: n - lag] & (segment[lag:] == segment[: n - lag])
        rows[:lag] = False
    diagonals = [np.ones(n), *[np.full(n - lag, -phi[lag - 1]) for lag in range(1, order + 1)]]
    return sparse.diags_array(diagonals, offsets=[-lag for lag in range(order + 1)], format="csr"), rows
