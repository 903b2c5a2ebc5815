"""From blocked glands to sweat, and from sweat to the scales that clinics use.

Sweat of a side is its owner's baseline times the share of it that still flows. HDSS is an ordered logit on the log
of the sweat rate (one point is about 50 % of the sweat, two about 80 %: Solish et al. 2007). Starch-iodine
grades rise by one for each fixed ratio of rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.parameters import Parameters

Array = Any
SITES = ("palms", "soles", "axillae")
SINGULAR = {"palms": "palm", "soles": "sole", "axillae": "axilla"}
SIDES = tuple(f"{side} {SINGULAR[site]}" for site in SITES for side in ("left", "right"))


def site_of(side_name: str) -> str:
    """The site that a side belongs to.

    >>> site_of("left palm")
    'palms'
    """
    word = side_name.split()[-1]
    return next(site for site, one in SINGULAR.items() if one == word)


def sides_at(site: str, sides: Sequence[str] = SIDES) -> list[int]:
    """Where the sides of a site lie among some sides.

    >>> sides_at("soles"), sides_at("axillae", ("left palm", "right axilla"))
    ([2, 3], [1])
    """
    return [i for i, side in enumerate(sides) if site_of(side) == site]


def remaining(blocked: Array, unreached: float) -> Array:
    """Share of the baseline sweat that still flows when a fraction of the reached glands is blocked.

    >>> round(float(remaining(np.float64(1.0), 0.05)), 6)
    0.05
    """
    return 1.0 - (1.0 - unreached) * blocked


def hdss_thresholds_log(site: str, p: Parameters) -> NDArray[np.float64]:
    """Log sweat rates (mg/min per side) at which HDSS 1|2, 2|3 and 3|4 are equally likely; shape (3,)."""
    middle = np.log(p.value(f"hdss_half_{SINGULAR[site]}_mg_per_min"))
    step = p.value("hdss_spacing_log")
    return np.array([middle - step, middle, middle + step])


def hdss_probabilities(
    sweat_mg_per_min: Array, shift: Array, site: str, p: Parameters
) -> NDArray[np.float64]:
    """Chance of each answer 1 … 4; shape (4, …) for sweat of shape (…).

    `shift` (logits, broadcastable) is how much more severely than usual a person rates the same sweat.
    """
    log_sweat = np.log(np.maximum(sweat_mg_per_min, 1e-6))
    slope = p.value("hdss_slope")
    above = [
        1.0 / (1.0 + np.exp(-np.clip(slope * (log_sweat - t) + shift, -60, 60)))
        for t in hdss_thresholds_log(site, p)
    ]
    return np.stack([1.0 - above[0], above[0] - above[1], above[1] - above[2], above[2]])


def hdss_mean(sweat_mg_per_min: Array, shift: Array, site: str, p: Parameters) -> NDArray[np.float64]:
    """Expected HDSS, 1 to 4; shape of the sweat.

    >>> from sudomotor.parameters import load
    >>> float(hdss_mean(np.array(0.0), 0.0, "palms", load()).round(3))
    1.0
    """
    log_sweat = np.log(np.maximum(sweat_mg_per_min, 1e-6))
    slope = p.value("hdss_slope")
    total = np.ones(np.shape(log_sweat))
    for t in hdss_thresholds_log(site, p):
        total = total + 1.0 / (1.0 + np.exp(-np.clip(slope * (log_sweat - t) + shift, -60, 60)))
    return np.asarray(total)


def sweat_at_hdss(level: int, shift: Array, site: str, p: Parameters) -> Array:
    """Sweat rate (mg/min per side) below which a person's likelier answer is `level` or less; inf for 4.

    This turns a rule such as "until HDSS <= 2" into one on sweat.
    """
    if level >= 4:
        return np.full(np.shape(shift), np.inf)
    if level < 1:
        return np.zeros(np.shape(shift))
    return np.exp(hdss_thresholds_log(site, p)[level - 1] - np.asarray(shift) / p.value("hdss_slope"))


def starch_iodine_grade(sweat_mg_per_min: Array, covered: Array, p: Parameters, xp: ModuleType = np) -> Array:
    """Starch-iodine grade 0, 1, 2, …: one more for each fixed ratio of the rate on the area that is stained.

    `covered` is the share of the site's area with working glands (1 untreated): the same sweat from a smaller area
    stains it no less, so the grade is read from the site's sweat rate, and no lower than 1 while any stain of more
    than a tenth of the area at a visible rate is left.
    """
    lowest, step = p.value("starch_lowest_mg_per_min"), p.value("starch_step")
    raw = xp.floor(xp.log(xp.maximum(sweat_mg_per_min, 1e-9) / lowest) / np.log(step)) + 1.0
    local = sweat_mg_per_min / xp.maximum(covered, 1e-9)
    stained = (covered > 0.1) & (local >= lowest)
    return xp.maximum(xp.maximum(raw, 0.0), xp.where(stained, 1.0, 0.0))


def stai_s(threat: Array, p: Parameters) -> Array:
    """Expected STAI-S (20 to 80) for a felt threat.

    >>> from sudomotor.parameters import load
    >>> float(stai_s(0.0, load()))
    29.0
    """
    return 20.0 + 60.0 * (p.value("stai_base") + p.value("stai_per_threat") * threat)


def lsas(expectation: Array, avoidance: Array, p: Parameters) -> Array:
    """Expected LSAS (0 to 144) for an expected embarrassment and avoidance."""
    part = p.value("lsas_per_expectation") * expectation + p.value("lsas_per_avoidance") * avoidance
    return 144.0 * (p.value("lsas_base") + part)


def dlqi(hdss: Array, avoidance: Array, p: Parameters) -> Array:
    """Expected DLQI (0 to 30) for the HDSS of the worst site and avoidance."""
    return 30.0 * (p.value("dlqi_per_hdss") * (hdss - 1.0) / 3.0 + p.value("dlqi_per_avoidance") * avoidance)
