"""What is known of a person before the first entry: one table of personal parameters, each a transformed standard normal.

Inside the fit a person is a vector z of independent standard normals (prior N(0, I)); a parameter is
`middle + spread * z` on its own scale (plain, log or logit). Middles and spreads come from the drawn people of the
preset, from the calibration with its 90 % interval, and from `parameters/data/twin.toml`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.scales import SINGULAR, SITES
from sudomotor.parameters import Parameters
from sudomotor.person import Person, draw

Array = NDArray[np.float64]
_Z90 = 1.6448536269514722  # standard normal quantile of 0.95
_PRIOR_PEOPLE = 1000  # drawn to learn the baselines of a preset


class Trait(NamedTuple):
    """A personal parameter: its name, scale ("plain", "log", "logit"), unit, and what it is in words."""

    name: str
    scale: str
    unit: str
    text: str


TRAITS = (
    Trait("baseline_palms", "log", "mg/min", "sweat of one palm without treatment"),
    Trait("baseline_soles", "log", "mg/min", "sweat of one sole without treatment"),
    Trait("baseline_axillae", "log", "mg/min", "sweat of one armpit without treatment"),
    Trait("strength", "log", "1", "how strongly sessions work, 1 is the middle person"),
    Trait("repair_days", "log", "d", "how long a blocked gland stays blocked"),
    Trait("heal_days", "log", "d", "how long a gland remembers a session that did not block it"),
    Trait(
        "fast", "log", "1", "how much sweat a single session stops for a day or two, 1 is the middle person"
    ),
    Trait("unreached", "logit", "1", "share of the sweat that the bath does not reach"),
    Trait("start_block", "logit", "1", "glands blocked already when the diary began"),
    Trait(
        "hdss_shift", "plain", "1", "how much more severely than others the same sweat is rated, as log sweat"
    ),
    Trait("hdss_slope", "log", "logit", "how closely the HDSS follows the sweat"),
    Trait("hdss_spacing", "log", "1", "how wide apart the HDSS steps lie, log sweat"),
    Trait("day_sd", "log", "1", "how much sweat differs from day to day, SD of its log"),
    Trait("week_sd", "log", "1", "how much sweat differs from week to week, SD of its log"),
    Trait("week_memory", "logit", "1", "how much of a good or bad week is left in the next one"),
    Trait("event", "plain", "1", "how much more sweat comes with a stressful day, log"),
    Trait("weekend", "plain", "1", "how much more sweat comes at weekends, log"),
    Trait("temperature", "plain", "1", "how much more sweat comes with each degree, log"),
    Trait("wetness_middle", "plain", "1", "wetness noted at the border between HDSS 2 and 3"),
    Trait("wetness_slope", "log", "1", "points of wetness per unit of log sweat"),
    Trait("wetness_noise", "log", "1", "scatter of one wetness answer"),
    Trait("anxiety_middle", "plain", "1", "anxiety noted at the border between HDSS 2 and 3"),
    Trait("anxiety_slope", "plain", "1", "points of anxiety that come with one unit of log sweat"),
    Trait("anxiety_event", "plain", "1", "points of anxiety that come with a stressful day"),
    Trait("anxiety_noise", "log", "1", "scatter of one anxiety answer"),
    Trait("weighing_noise", "log", "1", "scatter of one weighing, SD of its log"),
    Trait("logging", "plain", "logit", "how often an entry is written"),
    Trait("logging_wet", "plain", "logit", "how much likelier an entry is on a wet day"),
    Trait("logging_fade", "plain", "logit", "how much likelier entries become in 60 days"),
    Trait("logging_session", "plain", "logit", "how much likelier an entry is on the day of a session"),
    Trait("logging_streak", "plain", "logit", "how much likelier an entry is on the day after one"),
)
NAMES = tuple(trait.name for trait in TRAITS)
INDEX = {name: i for i, name in enumerate(NAMES)}
COUNT = len(TRAITS)


@dataclass(frozen=True)
class Prior:
    """Middles and spreads of the traits on their own scales, and the constants that no diary can tell.

    Attributes
    ----------
    account : the mechanism whose calibration it is.
    middle, spread : (trait,).
    stages_to_block, repair_stages, rehit, fast_days : of the block.
    hdss_half_log : (site,) log of the sweat at which HDSS 2 and 3 are equally likely.
    lapse, weighing_zero, weighing_floor_log : slips of the pen; empty weighings; least rate that a weighing tells.
    """

    account: str
    middle: Array
    spread: Array
    stages_to_block: int
    repair_stages: int
    rehit: float
    fast_days: float
    hdss_half_log: Array
    lapse: float
    weighing_zero: float
    weighing_floor_log: float


def _calibrated_log_sd(p: Parameters, name: str) -> float:
    """Spread of the log of a constant that the calibration leaves open."""
    found = p[name].fitted
    low, high = found if found is not None else (p[name].low, p[name].high)
    return math.log(max(high, 1e-9) / max(low, 1e-9)) / (2.0 * _Z90)


def _logit(share: float) -> float:
    return math.log(share / (1.0 - share))


def prior(who: Person | str, account: str, p: Parameters) -> Prior:
    """The prior of a person of a preset under one account of the block.

    Parameters
    ----------
    who : the preset, or a person of whom more is known; values that are given have no spread left.
    account : name of the mechanism.
    p : its calibrated constants (`load(account=…)`).
    """
    person = who if isinstance(who, Person) else Person.preset(who)
    drawn = draw(person, _PRIOR_PEOPLE, 1, p)
    at: dict[str, tuple[float, float]] = {}
    for site in SITES:
        log = np.log(drawn[f"baseline_sweat_{SINGULAR[site]}_mg_per_min"])
        at[f"baseline_{site}"] = (float(log.mean()), max(float(log.std()), 1e-3))

    def both(*spreads: float) -> float:
        return math.sqrt(sum(each * each for each in spreads))

    def of(name: str) -> tuple[float, float]:
        value = p[name].value
        return (math.log(value) if p[name].distribution == "lognormal" else value), p[name].spread

    unreached = p["unreached_fraction"]
    low, high = unreached.fitted or (max(unreached.low, 1e-3), unreached.high)
    slope, half = p.value("hdss_slope"), "hdss_half_palm_mg_per_min"
    # over people the answers scatter as a logistic of this SD; most of it stays with each of them
    scatter, stable = math.pi / math.sqrt(3.0) / slope, p.value("twin_hdss_stable_share")
    age = float(np.median(drawn.age_years))
    at |= {
        "strength": of("twin_strength_log"),
        "repair_days": (
            math.log(p.value("repair_days") * _older(age, p)),
            both(p["repair_time_factor"].spread, _calibrated_log_sd(p, "repair_days")),
        ),
        "heal_days": (math.log(p.value("hit_healing_days")), _calibrated_log_sd(p, "hit_healing_days")),
        "fast": (0.0, _calibrated_log_sd(p, "fast_block_max")),
        "unreached": (_logit(unreached.value), (_logit(high) - _logit(max(low, 1e-3))) / (2.0 * _Z90)),
        "start_block": of("twin_start_block_logit"),
        "hdss_shift": (
            p.value("hdss_shift") / slope,
            both(p["hdss_shift"].spread / slope, math.sqrt(stable) * scatter, _calibrated_log_sd(p, half)),
        ),
        "hdss_slope": (
            math.log(slope / math.sqrt(1.0 - stable)) + p.value("twin_hdss_slope_log"), p["twin_hdss_slope_log"].spread,
        ),
        "hdss_spacing": (
            math.log(p.value("hdss_spacing_log")) + p.value("twin_hdss_spacing_log"), p["twin_hdss_spacing_log"].spread,
        ),
        "day_sd": of("twin_day_sd_log"),
        "week_sd": of("twin_week_sd_log"),
        "week_memory": (_logit(p.value("twin_week_memory_share")), p["twin_week_memory_share"].spread),
        "event": of("twin_event_log"),
        "weekend": of("twin_weekend_log"),
        "temperature": of("twin_heat_log"),
        "wetness_middle": of("twin_wetness_middle"),
        "wetness_slope": of("twin_wetness_per_log"),
        "wetness_noise": of("twin_wetness_noise"),
        "anxiety_middle": of("twin_anxiety_middle"),
        "anxiety_slope": of("twin_anxiety_per_log"),
        "anxiety_event": of("twin_anxiety_event"),
        "anxiety_noise": of("twin_anxiety_noise"),
        "weighing_noise": of("twin_weighing_noise_log_sd"),
        "logging": of("twin_logging_logit"),
        "logging_wet": of("twin_logging_per_log"),
        "logging_fade": of("twin_logging_fade_logit"),
        "logging_session": of("twin_logging_session_logit"),
        "logging_streak": of("twin_logging_streak_logit"),
    }  # fmt: skip
    table = np.array([at[name] for name in NAMES])
    return Prior(
        account=account,
        middle=table[:, 0],
        spread=table[:, 1],
        stages_to_block=round(p.value("stages_to_block")),
        repair_stages=round(p.value("repair_stages")),
        rehit=p.value("rehit_fraction"),
        fast_days=p.value("fast_block_days"),
        hdss_half_log=np.log([p.value(f"hdss_half_{SINGULAR[site]}_mg_per_min") for site in SITES]),
        lapse=p.value("twin_lapse_share"),
        weighing_zero=p.value("twin_weighing_empty_share"),
        weighing_floor_log=math.log(p.value("gravimetry_floor_mg_per_min")),
    )


def _older(age_years: float, p: Parameters) -> float:
    from sudomotor.simulation.simulate import renewal_factor

    return float(renewal_factor(age_years, p))


def values(z: Any, middle: Any, spread: Any, xp: Any = np) -> dict[str, Any]:
    """Traits on their natural scales from standard normals z (trait, …)."""
    shape = (-1, *[1] * (z.ndim - 1))
    raw = xp.reshape(xp.asarray(middle), shape) + xp.reshape(xp.asarray(spread), shape) * z
    out = {}
    for i, trait in enumerate(TRAITS):
        if trait.scale == "log":
            out[trait.name] = xp.exp(raw[i])
        elif trait.scale == "logit":
            out[trait.name] = 1.0 / (1.0 + xp.exp(-raw[i]))
        else:
            out[trait.name] = raw[i]
    return out


def known_words(rows: Mapping[str, float], yes: float, partly: float) -> dict[str, str]:
    """Whether a trait is known from the data, from what is left of its prior standard deviation.

    >>> known_words({"strength": 0.2, "event": 0.99}, 0.4, 0.8)
    {'strength': 'yes', 'event': 'no'}
    """
    return {
        name: "yes" if left <= yes else "partly" if left <= partly else "no" for name, left in rows.items()
    }
