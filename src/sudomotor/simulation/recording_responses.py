"""How a burst shows on the skin, by rival accounts: shapes of peak 1 over the time since the burst's arrival at the gland.

They are written from the papers' own equations and not by way of `measurement.kernels`, so that what takes a recording apart is
not held against itself: the canonical response has its Gaussian, and the third-order equation its burst of finite length.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sudomotor.parameters import Parameters

Array = NDArray[np.float64]
_STEP_S = 0.01
_LASTS = 20.0  # slowest time constants until nothing is left of a response


@dataclass(frozen=True)
class Response:
    """A response of peak 1.

    Attributes
    ----------
    at : response at seconds since the burst's arrival; some begin a little before it.
    area_s : its integral over time, s.
    from_s, to_s : where it is not zero.
    slow_s, fast_s : time constants, where it has them; nan otherwise.
    tonic : what it adds to the level, likewise over time; None where nothing.
    """

    at: Callable[[Array], Array]
    area_s: float
    from_s: float
    to_s: float
    slow_s: float = float("nan")
    fast_s: float = float("nan")
    tonic: Callable[[Array], Array] | None = None
    tonic_to_s: float = 0.0


def bateman(slow_s: float, fast_s: float) -> Response:
    """exp(-t/slow) - exp(-t/fast).

    Source: Alexander et al. 2005.

    >>> r = bateman(2.0, 0.7)
    >>> round(float(r.at(np.arange(0.0, 10.0, 0.001)).max()), 6)
    1.0
    """
    peak_s = np.log(slow_s / fast_s) * slow_s * fast_s / (slow_s - fast_s)
    top = np.exp(-peak_s / slow_s) - np.exp(-peak_s / fast_s)

    def at(t: Array) -> Array:
        since = np.maximum(t, 0.0)
        return np.asarray((np.exp(-since / slow_s) - np.exp(-since / fast_s)) / top)

    return Response(at, float((slow_s - fast_s) / top), 0.0, _LASTS * slow_s, slow_s, fast_s)


def canonical(p: Parameters) -> Response:
    """The canonical response function: a Gaussian through the sum of two exponential decays.

    Its clock starts with the event in the brain; the arrival at the gland is later by the conduction to it.

    Source: Bach et al. 2010.
    """
    centre, sd = p.value("recording_canonical_centre_s"), p.value("recording_canonical_sd_s")
    fades = (p.value("scrf_fade_1_per_s"), p.value("scrf_fade_2_per_s"))
    from scipy.special import ndtr

    lasts = _LASTS / min(fades)
    t = np.arange(0.0, lasts, _STEP_S)
    z = (t - centre) / sd
    h = sum(np.exp(0.5 * (k * sd) ** 2 - k * (t - centre)) * ndtr(z - k * sd) for k in fades)
    return _from_table(t - p.value("nerve_delay_s"), np.asarray(h))


def third_order(p: Parameters) -> Response:
    """x''' + theta_3 x'' + theta_2 x' + theta_1 x = a Gaussian burst, centred on its arrival.

    Source: Bach et al. 2011, as the software PsPM has it.
    """
    terms = [
        1.0,
        p.value("third_order_theta_3"),
        p.value("third_order_theta_2"),
        p.value("third_order_theta_1"),
    ]
    poles = np.roots(terms)
    slope = np.array([np.prod(x - np.delete(poles, i)) for i, x in enumerate(poles)])
    sd = p.value("recording_burst_sd_s")
    lasts = _LASTS / float(np.abs(poles.real).min())
    t = np.arange(0.0, lasts, _STEP_S)
    impulse = np.real(np.exp(np.outer(t, poles)) @ (1.0 / slope))
    around = np.arange(-5.0 * sd, 5.0 * sd + _STEP_S / 2, _STEP_S)
    burst = np.exp(-0.5 * (around / sd) ** 2)
    h = np.convolve(impulse, burst)[: len(t)]
    return _from_table(t + around[0], h)


def three_pools(p: Parameters) -> Response:
    """Secretion feeds the duct, from where sweat leaves, and the horny layer, which dries slowly: the tonic level.

    The peak that is 1 is that of the duct's part.

    Source: Amin and Faghih 2022.
    """
    rise, drain, dry = p.value("gland_rise_s"), p.value("duct_drain_s"), p.value("corneum_drying_s")
    share = p.value("corneum_share")
    duct = bateman(drain, rise)
    peak_s = np.log(drain / rise) * drain * rise / (drain - rise)
    duct_top = (np.exp(-peak_s / drain) - np.exp(-peak_s / rise)) * drain / (drain - rise)
    # x3 of a unit impulse over (1 - chi) times the peak of x2; both are inputs through the same rise
    gain = share * dry / (dry - rise) / ((1.0 - share) * duct_top)

    def layer(t: Array) -> Array:
        since = np.maximum(t, 0.0)
        return np.asarray(gain * (np.exp(-since / dry) - np.exp(-since / rise)))

    return Response(duct.at, duct.area_s, 0.0, duct.to_s, drain, rise, layer, _LASTS * dry)


def through_pore(amplitude_uS: float, p: Parameters) -> Response:
    """The larger a response, the further it opens the pore, and the faster it is over; a small one only diffuses.

    Source: Edelberg 1993, in words; the mixture is this project's.
    """
    opened = bateman(p.value("recording_pore_open_s"), p.value("recording_pore_open_rise_s"))
    shut = bateman(p.value("recording_pore_shut_s"), p.value("recording_pore_shut_rise_s"))
    share = amplitude_uS / (amplitude_uS + p.value("recording_pore_uS"))
    fine = np.arange(0.0, 8.0, 0.001)
    top = float((share * opened.at(fine) + (1.0 - share) * shut.at(fine)).max())

    def at(t: Array) -> Array:
        return np.asarray((share * opened.at(t) + (1.0 - share) * shut.at(t)) / top)

    area = (share * opened.area_s + (1.0 - share) * shut.area_s) / top
    return Response(at, area, 0.0, shut.to_s)


def some_bateman(numbers: np.random.Generator, p: Parameters) -> Response:
    """A Bateman function with time constants drawn about those of the literature."""
    spread = p.value("recording_tau_log_sd")
    slow, fast = np.array([p.value("eda_slow_s"), p.value("eda_fast_s")]) * np.exp(
        spread * numbers.standard_normal(2)
    )
    return bateman(float(max(slow, p.value("recording_tau_ratio") * fast)), float(fast))


def _from_table(t: Array, h: Array) -> Response:
    """A response from its values on an even grid."""
    h = h / h.max()

    def at(since: Array) -> Array:
        return np.interp(since, t, h, left=0.0, right=0.0)

    return Response(at, float(np.trapezoid(h, t)), float(t[0]), float(t[-1]))
