"""The heart: from sympathetic drive and vagal tone to heart period, its beat-to-beat variability, and beats.

Each nerve reaches the sinus node through a low-pass with a pure lag, measured with random nerve stimulation in
anaesthetised rats (Experimental Physiology 2010; 95:919, "similar to those of larger mammals"):

    sympathetic   H(s) = w^2 / (s^2 + 2 zeta w s + w^2) e^(-L_s s)     w = 2 pi 0.07 Hz, zeta = 1.96, L_s = 0.73 s
    vagal         H(s) = 1 / (1 + tau s) e^(-L_v s)                    tau = 1/(2 pi 0.12 Hz) = 1.3 s, L_v = 0.12 s

Near rest both arms add in heart rate, each on its own: they are two dimensions, not a seesaw.

    heart rate = 60000 / R_0 + k_A (A_f - A_rest) + k_V (V_rest - V_f)    beats a minute

The inputs are taken as straight lines between samples, through which the filters are moved exactly, lag included. So a
finer step changes nothing where the inputs bend only at samples. Before the first sample they have stood still.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.parameters import Parameters
from sudomotor.parameters.units import convert

Array = Any
_MS_PER_MIN = convert(1.0, "min", "ms")
_MS_PER_S = convert(1.0, "s", "ms")


def _checked(name: str, values: Array, dt_s: float) -> NDArray[np.float64]:
    """A series as floats, (time, …): finite, not empty, with a usable time step."""
    if not (np.isfinite(dt_s) and dt_s > 0):
        raise InputError(f"a time step of {dt_s} s is not usable", where="dt_s", mend="a positive number")
    series = np.asarray(values, dtype=np.float64)
    if series.ndim == 0 or series.shape[0] == 0:
        raise InputError(
            "a series in time is needed", where=name, mend="an array of shape (time,) or (time, person)"
        )
    if not np.all(np.isfinite(series)):
        raise InputError("the series holds a number that is not finite", where=name, mend="ordinary numbers")
    return series


def _ramp_weights(step: float) -> tuple[float, float, float]:
    """Weights of the state, and of the input at the start and the end, over `step` time constants of a straight line."""
    if step == 0.0:
        return 1.0, 0.0, 0.0
    kept = float(np.exp(-step))
    mean_kept = float(-np.expm1(-step)) / step
    return kept, mean_kept - kept, 1.0 - mean_kept


def first_order(values: Array, dt_s: float, tau_s: float, lag_s: float) -> NDArray[np.float64]:
    """A series through a first-order low-pass of unit gain and a pure lag, exact for straight lines between samples.

    Parameters
    ----------
    values : input at times 0, dt, 2 dt, …, shape (time, …); it stood at its first value before.
    dt_s, tau_s, lag_s : step, time constant, lag; seconds.

    Returns
    -------
    Array of the input's shape: the output at the same times.

    >>> first_order([1.0, 1.0, 1.0], 0.1, 1.3, 0.12).tolist()
    [1.0, 1.0, 1.0]
    """
    from scipy.signal import lfilter

    u = np.asarray(values, dtype=np.float64)
    kept, early, late = _ramp_weights(dt_s / tau_s)
    # about its first value the series starts from zero, in steady state
    v = u - u[0]
    state = lfilter([late, early], [1.0, -kept], v, axis=0)
    # t_k - lag lies `share` of a step past sample k - back
    back = int(np.ceil(lag_s / dt_s))
    share = back - lag_s / dt_s
    following = np.concatenate([v[1:], v[-1:]])
    kept, early, late = _ramp_weights(share * dt_s / tau_s)
    between = kept * state + early * v + late * ((1.0 - share) * v + share * following)
    lagged = np.zeros_like(v)
    # a moment before the first sample is steady state still
    lagged[back:] = between[: max(v.shape[0] - back, 0)]
    return np.asarray(u[0] + lagged)


def sympathetic_times_s(p: Parameters) -> tuple[float, float]:
    """The slow and the fast time constant of the sympathetic path, seconds.

    >>> from sudomotor.parameters import load
    >>> [round(t, 2) for t in sympathetic_times_s(load())]
    [8.29, 0.62]
    """
    w, zeta = 2.0 * np.pi * p.value("heart_sympathetic_natural_Hz"), p.value("heart_sympathetic_damping")
    if zeta <= 1.0:
        raise InputError(
            f"a damping of {zeta:g} would make the heart ring",
            where="heart_sympathetic_damping",
            mend="a value above 1; published: 1.96 +- 0.64",
        )
    root = np.sqrt(zeta**2 - 1.0)
    # 1/(zeta - root), written without its cancellation
    return float((zeta + root) / w), float(1.0 / (w * (zeta + root)))


def sympathetic_path(drive: Array, dt_s: float, p: Parameters) -> NDArray[np.float64]:
    """Sympathetic drive as the sinus node feels it: second-order low-pass and lag; shape of the drive."""
    slow, fast = sympathetic_times_s(p)
    lag = p.value("heart_sympathetic_lag_s")
    # 1/((1 + slow s)(1 + fast s)) in partial fractions
    return (slow * first_order(drive, dt_s, slow, lag) - fast * first_order(drive, dt_s, fast, lag)) / (
        slow - fast
    )


def vagal_path(vagal: Array, dt_s: float, p: Parameters) -> NDArray[np.float64]:
    """Vagal tone as the sinus node feels it: first-order low-pass and lag; shape of the tone."""
    tau = 1.0 / (2.0 * np.pi * p.value("heart_vagal_corner_Hz"))
    return first_order(vagal, dt_s, tau, p.value("heart_vagal_lag_s"))


def heart_period_ms(
    drive: Array, vagal: Array, dt_s: float, p: Parameters, *, drive_rest: Array, vagal_rest: Array
) -> NDArray[np.float64]:
    """Heart period in time, from steady state at the first sample.

    Parameters
    ----------
    drive, vagal : sympathetic drive A and vagal tone V (0 to 1), shape (time,) or (time, person).
    dt_s : time between samples, seconds.
    p : parameters.
    drive_rest, vagal_rest : their values at rest, at which the period is `rest_heart_period_ms`; a number or (person,).

    Returns
    -------
    Array (time,) or (time, person), milliseconds.

    Raises
    ------
    InputError
        when the series do not fit each other, are not finite, or ask for a heart that stands still.

    >>> from sudomotor.parameters import load
    >>> rest = [0.12, 0.12]
    >>> heart_period_ms(rest, [0.7, 0.7], 0.1, load(), drive_rest=0.12, vagal_rest=0.7).round(6).tolist()
    [850.0, 850.0]
    """
    a, v = _checked("drive", drive, dt_s), _checked("vagal", vagal, dt_s)
    if a.shape[0] != v.shape[0]:
        raise InputError(
            f"drive has {a.shape[0]} samples in time, vagal tone {v.shape[0]}",
            where="heart_period_ms",
            mend="sample both at the same times",
        )
    rise = p.value("heart_rate_per_drive_bpm") * (sympathetic_path(a, dt_s, p) - drive_rest)
    rise = rise + p.value("heart_rate_per_vagal_bpm") * (vagal_rest - vagal_path(v, dt_s, p))
    rest = p.value("rest_heart_period_ms")
    rate_bpm = _MS_PER_MIN / rest + rise
    if not np.all(rate_bpm > 0):
        raise InputError(
            "drive and vagal tone lie so far from rest that the heart would stand still",
            where="heart_period_ms",
            mend="give both between 0 and 1",
        )
    return np.asarray(_MS_PER_MIN / rate_bpm)


def rmssd_ms(vagal: Array, p: Parameters) -> Array:
    """Beat-to-beat variability (RMSSD, ms) of a vagal tone V; shape of the tone.

    >>> from sudomotor.parameters import load
    >>> round(rmssd_ms(0.7, load()), 1)
    42.0
    """
    return p.value("rmssd_per_vagal_ms") * vagal


def beat_times_s(
    heart_period_ms: Array, dt_s: float, rmssd_ms: Array, seed: int | None
) -> NDArray[np.float64]:
    """Times of the beats of one heart, by the integral pulse frequency model (Mateo & Laguna 2000).

    The rate 1/period is integrated from the first sample on, and a beat falls where the integral passes a whole number.
    Each beat is then moved by an independent normal time of SD RMSSD/sqrt(6): an interval's successive difference holds
    three such times with weights 1, -2, 1, so that the RMSSD of the series is the one asked for, and neither the number
    of beats nor the mean rate drifts.

    Parameters
    ----------
    heart_period_ms : heart period, (time,).
    dt_s : time between samples, seconds.
    rmssd_ms : RMSSD, a number or (time,).
    seed : of the variability; None gives the beats without it.

    Returns
    -------
    Array (beat,), seconds after the first sample, rising.

    Raises
    ------
    InputError
        for a period that is not positive, a negative RMSSD, or one so large that beats would change places.

    >>> beat_times_s([1000.0] * 5, 1.0, 0.0, seed=1).round(6).tolist()
    [1.0, 2.0, 3.0, 4.0]
    """
    period = _checked("heart_period_ms", heart_period_ms, dt_s)
    if period.ndim != 1:
        raise InputError(
            "beats are made for one heart at a time",
            where="heart_period_ms",
            mend="an array of shape (time,)",
        )
    spread = np.broadcast_to(_checked("rmssd_ms", np.atleast_1d(rmssd_ms), dt_s), period.shape)
    if np.any(period <= 0) or np.any(spread < 0):
        raise InputError(
            "a heart period must be positive, and its variability not negative", where="beat_times_s"
        )
    rate = _MS_PER_S / period
    times = np.arange(period.shape[0]) * dt_s
    phase = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * dt_s)])
    # rounding must not lose a beat that falls on the last sample
    whole = np.arange(1, int(np.floor(phase[-1] * (1.0 + 1e-12))) + 1)
    beats = np.interp(whole, phase, times)
    if seed is not None:
        sd = np.interp(beats, times, spread) / (np.sqrt(6.0) * _MS_PER_S)
        beats = beats + sd * np.random.default_rng(seed).standard_normal(beats.shape[0])
    if np.any(np.diff(beats) <= 0):
        raise InputError(
            "the variability is so large that beats would change places",
            where="rmssd_ms",
            mend="an RMSSD well below the heart period",
        )
    return np.asarray(beats)
