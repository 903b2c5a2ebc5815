"""What a session feels like and how it irritates: one intensity against thresholds that differ between
people.

Intensity counts the current by wetted skin and the suddenness of make and break; the weights are judged. The
current of a single duct would be the nearer cause, but it rises as ducts close and then predicts far more
blisters in palms, and fewer in armpits, than trials report (Kim 2017: 1 of 14; Sener 2019: 48 %). It is 1 at
the reference session: 12 mA on the palms for 20 minutes in tap water with slow ramps. Thresholds are
log-normal; their medians are set so that at the reference session the frequencies are those that Dagash et al.
2017 report over seven sessions. A person's threshold is taken as a trait: a course of alike sessions has the
probability of one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.parameters import Parameters

Array = NDArray[np.float64]

SYMPTOMS = ("paraesthesia", "pruritus", "pain", "erythema", "dryness", "vesicles")


class Feeling(NamedTuple):
    """Intensity (1 = reference session), how it feels out of 10, and the probability of each symptom."""

    intensity: Array
    discomfort: Array
    probability: dict[str, Array]


def normal_cdf(z: ArrayLike) -> Array:
    """Standard normal distribution function, to 1e-7 (Abramowitz & Stegun 26.2.17), without further
    libraries.

    >>> round(float(normal_cdf(1.0)), 5)
    0.84134
    """
    x = np.asarray(z, float)
    t = 1.0 / (1.0 + 0.2316419 * np.abs(x))
    poly = t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
    tail = np.exp(-0.5 * x * x) / math.sqrt(2.0 * math.pi) * poly
    out: Array = np.where(x >= 0, 1.0 - tail, tail)
    return out


def _normal_quantile(probability: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(probability)


def alternating_weight(frequency_Hz: float, parameters: Parameters) -> float:
    """Weight of an alternating current (rms) beside a direct one: falls above the nerve's corner."""
    if frequency_Hz <= 0:
        return 0.0
    corner = frequency_Hz / parameters.value("sensation_corner_Hz")
    return parameters.value("sensation_alternating_weight") / math.sqrt(1.0 + corner * corner)


def intensity(
    mean_mA_per_cm2: ArrayLike,
    ripple_mA_per_cm2: ArrayLike,
    frequency_Hz: float,
    ramp_mA_per_s: ArrayLike,
    *,
    parameters: Parameters,
) -> Array:
    """Intensity of a session, 0 without a current.

    Parameters
    ----------
    mean_mA_per_cm2 : direct current by wetted skin, either sign
    ripple_mA_per_cm2 : rms of what alternates about it
    frequency_Hz : of the ripple
    ramp_mA_per_s : steepest rise or fall; infinite counts as a hard break, 1 mA within a millisecond
    """
    p = parameters
    reference = p.value("sensation_reference_mA_per_cm2")
    direct = np.abs(np.asarray(mean_mA_per_cm2, float)) / reference
    alternating = (
        alternating_weight(frequency_Hz, p) * np.abs(np.asarray(ripple_mA_per_cm2, float)) / reference
    )
    rate = np.asarray(ramp_mA_per_s, float) / p.value("sensation_make_break_mA_per_s")
    # a break is felt once, the current all the time: it saturates at the current's own size
    make = (direct + alternating) * rate / (1.0 + rate)
    out: Array = direct + alternating + 0.5 * make
    return out


def feeling(strength: ArrayLike, threshold_factor: ArrayLike, *, parameters: Parameters) -> Feeling:
    """How a session of some intensity feels to a person, and how likely it irritates.

    Parameters
    ----------
    strength : intensity, 1 = reference session
    threshold_factor : the person's thresholds over the median person's

    Examples
    --------
    >>> from sudomotor.parameters import load
    >>> bool(feeling(2.0, 1.0, parameters=load()).probability["vesicles"] < 0.5)
    True
    """
    p = parameters
    within = p.value("sensation_threshold_log_sd")
    between = p["discomfort_threshold_factor"].spread
    total = math.hypot(within, between)
    x = np.asarray(strength, float) / np.asarray(threshold_factor, float)
    log = np.log(np.maximum(x, 1e-300))
    probability = {}
    for name in SYMPTOMS:
        # the frequency over a mixed group fixes the median threshold, with the spread of that group
        threshold = -total * _normal_quantile(p.value(f"{name}_reference_pct") / 100.0)
        probability[name] = np.where(x > 0, normal_cdf((log - threshold) / within), 0.0)
    discomfort: Array = 10.0 * x / (x + p.value("sensation_half_intensity"))
    return Feeling(np.asarray(strength, float), discomfort, probability)
