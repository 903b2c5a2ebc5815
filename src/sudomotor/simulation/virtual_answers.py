"""From a day's sweat to a day's answer, in virtual people: noise with a memory, drift, weekdays, heat, events, and a
personal use of the scale. All of it is richer than a model with independent days and weeks.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.scales import hdss_thresholds_log
from sudomotor.parameters import Parameters
from sudomotor.person import People
from sudomotor.simulation.virtual_body import Bodies
from sudomotor.simulation.virtual_luck import once

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Tree = dict[str, Any]
YEAR_DAYS = 365.25
LOGISTIC_SD = math.pi / math.sqrt(3.0)
_MIDSUMMER = 200  # day of the year on which the north is warmest
_SUNDAY = 6


@dataclass(frozen=True, eq=False)
class Reporter:
    """How each person's days differ and how they answer; arrays (person,) unless said.

    `thresholds` (3, person) are log sweat rates of a side at which neighbouring answers are equally likely.
    """

    people: People
    thresholds: Array
    slope: Array
    heavy_weekday: Whole
    parameters: Parameters


def reporter(b: Bodies) -> Reporter:
    """The reporters of some bodies: the calibrated scale of each account, and a personal use of it."""
    people, n = b.people, b.people.n
    thresholds, slope = np.empty((3, n)), np.empty(n)
    for group in b.groups:
        thresholds[:, group.at] = hdss_thresholds_log(b.site, group.parameters)[:, None]
        slope[group.at] = group.parameters.value("hdss_slope")
    # the calibrated scatter (logistic) is split: a part stays with the person, the rest falls anew every day
    stable = b.parameters.value("virtual_stable_share")
    middle = thresholds[1] - people["hdss_shift"] / slope
    middle = middle + np.sqrt(stable) * LOGISTIC_SD / slope * people["virtual_scale_shift"]
    slope = slope / np.sqrt(1.0 - stable) * people["virtual_answer_slope_factor"]
    steps = np.diff(thresholds, axis=0)
    own = np.stack(
        [
            middle - steps[0] * people["virtual_lower_step_factor"],
            middle,
            middle + steps[1] * people["virtual_upper_step_factor"],
        ]
    )
    heavy = np.floor(once(b.seed, b.indices, "heavy weekday") * 7.0).astype(np.int64)
    return Reporter(people, own, slope, heavy, b.parameters)


def first_report(r: Reporter, log_sweat: Array, x: Tree) -> Tree:
    """What carries over from day to day, before the first day: noise at its long-run spread, the usual sweat."""
    people, p = r.people, r.parameters
    return {
        "noise": people["virtual_day_sd_log"] * x["day"],
        "drift": people["virtual_drift_sd_log"] * x["drift"],
        "weather": p.value("virtual_weather_degC") * x["weather"],
        "event": np.zeros(people.n),
        "recalled": log_sweat.copy(),
        "used_to": log_sweat.copy(),
        "usual": log_sweat.copy(),
    }


def report(
    r: Reporter, state: Tree, median_mg_per_min: Array, date: datetime.date, x: Tree
) -> tuple[Tree, Tree]:
    """One day: the sweat as it was, the answer 1 to 4, whether an event stood out, the temperature."""
    people, p = r.people, r.parameters

    def onward(old: Array, keep: Array | float, sd: Array | float, push: Array) -> Array:
        return np.asarray(keep * old + np.sqrt(1.0 - np.square(keep)) * sd * push)

    noise = onward(state["noise"], people["virtual_day_memory"], people["virtual_day_sd_log"], x["day"])
    kept = np.exp(-1.0 / people["virtual_drift_days"])
    drift = onward(state["drift"], kept, people["virtual_drift_sd_log"], x["drift"])
    weather = onward(
        state["weather"], p.value("virtual_weather_memory"), p.value("virtual_weather_degC"), x["weather"]
    )
    season = math.cos(2.0 * math.pi * (date.timetuple().tm_yday - _MIDSUMMER) / YEAR_DAYS)
    usual = people["virtual_room_degC"]
    temperature = usual + p.value("virtual_season_degC") * season + weather
    heat = people["virtual_heat_log"] * (temperature - usual) + people["virtual_hot_log"] * np.maximum(
        temperature - p.value("virtual_hot_degC"), 0.0
    )
    happens = x["event"] < people["virtual_event_chance"]
    event = happens * people["virtual_event_log"] + p.value("virtual_event_carry") * state["event"]
    weekend = people["virtual_weekend_log"] * (date.weekday() >= _SUNDAY - 1)
    heavy = people["virtual_heavy_day_log"] * (r.heavy_weekday == date.weekday())
    log_sweat = np.log(median_mg_per_min) + noise + drift + heat + event + weekend + heavy
    share = people["virtual_recall_share"]
    recalled = (1.0 - share) * log_sweat + share * state["recalled"]
    used_to = state["used_to"] + (log_sweat - state["used_to"]) / p.value("virtual_adapt_days")
    rated = recalled - people["virtual_adapt_share"] * (used_to - state["usual"])
    chance_above = 1.0 / (1.0 + np.exp(-np.clip(r.slope * (rated - r.thresholds), -60.0, 60.0)))
    answer = 1 + np.sum(x["answer"] < chance_above, axis=0)
    later = {
        "noise": noise, "drift": drift, "weather": weather, "event": event, "recalled": recalled, "used_to": used_to,
        "usual": state["usual"],
    }  # fmt: skip
    return later, {
        "sweat": np.exp(log_sweat), "answer": answer, "event": happens, "temperature": np.round(temperature), "rated": rated,
    }  # fmt: skip


def extras(r: Reporter, day: Tree, x: Tree) -> Tree:
    """The optional columns of a day, as the person would fill them in: weighed mg, wetness and anxiety 0 to 10."""
    people, p = r.people, r.parameters
    above = day["rated"] - r.thresholds[1]
    wetness = (
        people["virtual_wetness_middle"]
        + people["virtual_wetness_per_log"] * above
        + p.value("virtual_wetness_noise") * x["wetness"]
    )
    anxiety = (
        people["virtual_anxiety_middle"]
        + people["virtual_anxiety_per_log"] * above
        + p.value("virtual_anxiety_event") * day["event"]
        + p.value("virtual_anxiety_noise") * x["anxiety"]
    )
    weighed = day["sweat"] * np.exp(p.value("virtual_weighing_sd_log") * x["weigh"])
    return {
        "sweat_mg": np.round(weighed * p.value("virtual_weighing_minutes")),
        # a scale has ends: what would lie beyond is written as the end
        "wetness": np.clip(np.round(wetness), 0.0, 10.0),
        "anxiety": np.clip(np.round(anxiety), 0.0, 10.0),
    }
