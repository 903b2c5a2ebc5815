"""Baseline sweat, as a study sees it: one reading a person, a rule of inclusion, and what the reading hides.

The log of ONE READING is normal across people (median and spread of the preset); the person's own mean is
what is left without the error of the reading. With m the log-median, s the spread and e the log-SD of a
reading about the person's mean, the reading M and the mean B of a person have the regression

    log B = m + r (log M - m) + s sqrt(r (1 - r)) z,    r = 1 - e^2/s^2,   z standard normal.

People below the rule of inclusion are drawn again until they meet it. That is the same as drawing M from
the upper part of its distribution, which is what is done here: one number a person, and nobody's draw
depends on another's.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.parameters import Parameter
from sudomotor.person.people import Array
from sudomotor.person.presets import Inclusion
from sudomotor.person.sites import SITE_PARAMETERS
from sudomotor.person.streams import Streams, normal_quantile

# baselines of a study further than this from the preset's are another kind of people
MAX_SHIFT = math.log(10.0)
# fewer than this share meeting the rule of inclusion means that it was set against people it does not fit
MIN_INCLUDED = 1e-4


def included_share(median: float, spread: float, at_least: float) -> float:
    """Share of readings, log-normal with this median and log-SD, of at least so much."""
    if at_least <= 0 or median <= 0:
        return float(at_least <= 0)
    return 0.5 * math.erfc((math.log(at_least) - math.log(median)) / spread / math.sqrt(2.0))


def included_mean(median: float, spread: float, at_least: float) -> float:
    """Mean of the readings of at least so much, of a log-normal with this median and log-SD.

    >>> round(included_mean(46.0, 0.5, 20.0), 1)
    53.9
    """
    mean = median * math.exp(0.5 * spread**2)
    if at_least <= 0:
        return mean
    return (
        mean
        * included_share(median * math.exp(spread**2), spread, at_least)
        / included_share(median, spread, at_least)
    )


def shift_to_mean(components: list[Parameter], at_least: float, target: float, where: str) -> float:
    """The shift of the log-medians that gives the included people this mean reading."""

    def mean(shift: float) -> float:
        found = [included_mean(c.value * math.exp(shift), c.spread, at_least) for c in components]
        return sum(found) / len(found)

    low, high = -MAX_SHIFT, MAX_SHIFT
    if not mean(low) < target < mean(high):
        raise InputError(
            f"people of this preset cannot have a mean baseline of {target:g} mg/min", where=where,
            mend=f"give one from {mean(low):.3g} to {mean(high):.3g} mg/min, or another preset",
        )  # fmt: skip
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if mean(middle) < target else (low, middle)
    return 0.5 * (low + high)


def _reliability(spread: float, error: float, site: str) -> float:
    """Share of the log-variance of one reading that is between people."""
    if error < 0 or error >= spread:
        raise InputError(
            f"gravimetry_noise_log_sd = {error:g} leaves no spread across people at the {site}",
            mend=f"give one from 0 to below {spread:g}",
        )
    return 1.0 - (error / spread) ** 2


def site_baseline(
    site: str,
    components: list[Parameter],
    of: NDArray[np.int64],
    at_least: float,
    error: float,
    streams: Streams,
) -> tuple[Array, Array]:
    """Readings at screening and own means of the people at one site, mg/min (n,) each."""
    name = SITE_PARAMETERS[site].baseline_mg_per_min
    median = np.array([c.value for c in components])[of]
    spread = np.array([c.spread for c in components])[of]
    share = np.array([included_share(c.value, c.spread, at_least) for c in components])[of]
    trust = np.array([_reliability(c.spread, error, site) for c in components])[of]
    # upper part of the distribution: u in (0, 1) becomes the tail probability share (1 - u)
    z = -normal_quantile(share * (1.0 - streams.uniform(name)))
    reading = median * np.exp(spread * z)
    own = median * np.exp(
        trust * spread * z + spread * np.sqrt(trust * (1.0 - trust)) * streams.normal(name + " own")
    )
    return np.asarray(reading), np.asarray(own)


def median_baseline(
    components: list[Parameter], at_least: float, error: float, site: str
) -> tuple[float, float]:
    """Median reading of the included people, and the mean to expect of who reads that (median of log)."""

    def above(reading: float) -> float:
        shares = [
            included_share(c.value, c.spread, reading) / included_share(c.value, c.spread, at_least)
            for c in components
        ]
        return sum(shares) / len(shares)

    if min(c.value for c in components) <= 0:
        return 0.0, 0.0
    low = max(at_least, 1e-3 * min(c.value for c in components))
    high = 1e3 * max(c.value for c in components)
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if above(middle) > 0.5 else (low, middle)
    reading = math.sqrt(low * high)
    weights, logs = [], []
    for c in components:
        z, trust = math.log(reading / c.value) / c.spread, _reliability(c.spread, error, site)
        weights.append(math.exp(-0.5 * z**2) / c.spread / included_share(c.value, c.spread, at_least))
        logs.append(math.log(c.value) + trust * c.spread * z)
    return reading, math.exp(sum(w * x for w, x in zip(weights, logs, strict=True)) / sum(weights))


def moved(
    parts: list[Parameter], least: float, target: float, site: str, notes: list[str]
) -> list[Parameter]:
    """The parts of a preset, medians moved so that the included people have the mean that a study states."""
    shift = shift_to_mean(parts, least, target, f"baseline_mean, {site}")
    shifted = [replace(part, value=part.value * math.exp(shift)) for part in parts]
    notes.append(
        f"baselines of the {site} times {math.exp(shift):.2f}, for a mean reading of {target:g} mg/min"
    )
    for part in shifted:
        if not part.in_range:
            notes.append(f"that puts {part.name} at {part.value:.3g}, outside {part.low:g} to {part.high:g}")
    return shifted


def inclusion_note(rule: Inclusion, included: float) -> str:
    """The rule of inclusion in words; an error where it fits almost nobody."""
    if included < MIN_INCLUDED:
        raise InputError(
            f"hardly anybody ({100 * included:.2g} %) has the {rule.at_least_mg_per_min:g} mg/min "
            f"at the {rule.site} that the preset asks for", mend="set a higher baseline, or another preset",
        )  # fmt: skip
    return (
        f"included are people with one reading of at least {rule.at_least_mg_per_min:g} mg/min per side at "
        f"the {rule.site} ({', '.join(rule.source)}); {100 * (1 - included):.0f} % of those drawn read less "
        "and are drawn again"
    )
