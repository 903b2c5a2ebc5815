"""Heat as a drive of the sweat glands: body temperatures by JOS-3, and what palms, soles and axillae make of them.

Temperatures come from JOS-3 (Takahashi et al. 2020; 17 segments, 85 nodes) as carried by pythermalcomfort. Sweat of a
site follows JOS-3's own law, written per skin area (set points are those of its neutral state):

    command  c = max(0, (T_core - T_core,set) + 0.0906 (W - C))        W - C: weighted warm minus cold skin, degrees
    sweat    s = s_site c 2^((T_local - T_local,set)/10)               mg/cm2/min

It is what the glands secrete, not what evaporates. JOS-3 has no palm: the hand's s is the mean over palm and back, and
a palm's skin is `thermal_gain_glabrous` times as responsive as the back; likewise the foot. An axilla is taken as the
upper arm. How far heat moves palms is disputed: 0.20 +- 0.04 mg/cm2/min at +1.0 degree of mean body temperature
(Machado-Moreira et al. 2012), next to nothing in relaxed people (Kerassidis 1994). Stress is not in here.

The rate of sweat expulsions rises linearly with mean body temperature above a threshold (Inukai et al.).
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.parameters import Parameters

Array = Any
# the segment of JOS-3 that stands for each site; the left, for heat knows no side
_SEGMENTS = {"palms": "left_hand", "soles": "left_foot", "axillae": "left_shoulder"}
_BARE = ("head", "neck", "left_hand", "right_hand")


@dataclass(frozen=True)
class ThermalDrive:
    """What a climate and a workload do to a standard adult; every array is (time,), from the neutral state on.

    Attributes
    ----------
    time_minutes : 0, dt, 2 dt, …
    core_degC : core of the head, which leads the sweat command.
    mean_skin_degC, mean_body_degC : over the skin; core and skin weighted by `thermal_core_weight`.
    hand_skin_degC, foot_skin_degC, axilla_skin_degC : of one hand, one foot, one upper arm.
    expulsion_rate_per_min : sweat expulsions a minute.
    sweat_mg_per_min : thermal sweat of one side, by "palms", "soles", "axillae".
    """

    time_minutes: NDArray[np.float64]
    core_degC: NDArray[np.float64]
    mean_skin_degC: NDArray[np.float64]
    mean_body_degC: NDArray[np.float64]
    hand_skin_degC: NDArray[np.float64]
    foot_skin_degC: NDArray[np.float64]
    axilla_skin_degC: NDArray[np.float64]
    expulsion_rate_per_min: NDArray[np.float64]
    sweat_mg_per_min: dict[str, NDArray[np.float64]]


def _glabrous_share(gain: float, glabrous_cm2: float, hairy_cm2: float) -> float:
    """Sweat per area of glabrous skin over the mean of the segment it shares with hairy skin."""
    return gain * (glabrous_cm2 + hairy_cm2) / (gain * glabrous_cm2 + hairy_cm2)


def thermal_density_mg_per_cm2_per_min(
    site: str, command_degC: Array, local_rise_degC: Array, p: Parameters
) -> Array:
    """Thermal sweat per area at a site, mg/cm2/min; shape of the inputs.

    Parameters
    ----------
    site : "palms", "soles" or "axillae".
    command_degC : the sweat command c, in degrees of core temperature; below zero counts as zero.
    local_rise_degC : local skin temperature above its set point.
    p : parameters.
    """
    if site == "axillae":
        per_degree = p.value("thermal_axilla_mg_per_cm2_per_min")
    else:
        gain = p.value("thermal_gain_glabrous")
        if site == "palms":
            share = _glabrous_share(gain, p.value("area_palm_cm2"), p.value("area_dorsal_hand_cm2"))
            per_degree = share * p.value("thermal_hand_mg_per_cm2_per_min")
        else:
            share = _glabrous_share(gain, p.value("area_sole_cm2"), p.value("area_dorsal_foot_cm2"))
            per_degree = share * p.value("thermal_foot_mg_per_cm2_per_min")
    local = 2.0 ** (np.asarray(local_rise_degC) / p.value("thermal_doubling_degC"))
    return per_degree * np.maximum(command_degC, 0.0) * local


def _area_cm2(site: str, p: Parameters) -> float:
    names = {"palms": "area_palm_cm2", "soles": "area_sole_cm2", "axillae": "area_axilla_cm2"}
    return p.value(names[site])


def mean_body_degC(core_degC: Array, mean_skin_degC: Array, p: Parameters) -> Array:
    """Mean body temperature of a core and a mean skin temperature; shape of the inputs."""
    weight = p.value("thermal_core_weight")
    return weight * np.asarray(core_degC) + (1.0 - weight) * np.asarray(mean_skin_degC)


def expulsion_rate_per_min(mean_body_degC: Array, p: Parameters) -> Array:
    """Sweat expulsions a minute at a mean body temperature; linear above the threshold, zero below it.

    >>> from sudomotor.parameters import load
    >>> expulsion_rate_per_min([36.5, 38.0], load()).tolist()
    [0.0, 15.0]
    """
    above = np.asarray(mean_body_degC) - p.value("expulsion_threshold_degC")
    return p.value("expulsion_gain_per_min") * np.maximum(above, 0.0)


def sweat_from_temperatures(
    core_degC: Array, mean_skin_degC: Array, parameters: Parameters
) -> dict[str, NDArray[np.float64]]:
    """Thermal sweat of a standard adult held at given temperatures, as in a water-perfused suit.

    Parameters
    ----------
    core_degC, mean_skin_degC : broadcastable to one shape; all skin is warmed or cooled alike.
    parameters : of the model.

    Returns
    -------
    Sweat of one side, mg/min, by "palms", "soles", "axillae"; shape of the temperatures.

    Raises
    ------
    InputError
        for a temperature that is not a finite number.

    >>> from sudomotor.parameters import load
    >>> p = load()
    >>> warm = sweat_from_temperatures(38.28, 35.46, p)["palms"] / p.value("area_palm_cm2")
    >>> float(warm.round(2))
    0.19
    """
    p = parameters
    core = np.asarray(core_degC, dtype=np.float64) - p.value("thermal_core_set_degC")
    skin = np.asarray(mean_skin_degC, dtype=np.float64) - p.value("thermal_skin_set_degC")
    if not (np.all(np.isfinite(core)) and np.all(np.isfinite(skin))):
        raise InputError(
            "a body temperature is not a finite number",
            where="sweat_from_temperatures",
            mend="temperatures in degC, such as 37.0 and 34.0",
        )
    command = core + p.value("thermal_skin_share") * skin
    return {
        site: np.asarray(_area_cm2(site, p) * thermal_density_mg_per_cm2_per_min(site, command, skin, p))
        for site in _SEGMENTS
    }


def _jos3() -> tuple[ModuleType, ModuleType, ModuleType]:
    """The modules of pythermalcomfort that are used here, loaded on first use."""
    from importlib import import_module

    try:
        return (
            import_module("pythermalcomfort.models"),
            import_module("pythermalcomfort.jos3_functions.thermoregulation"),
            import_module("pythermalcomfort.utilities"),
        )
    except ImportError:
        raise InputError(
            "a thermal drive needs the package pythermalcomfort, which is not installed",
            where="thermal_drive",
            mend="pip install 'pythermalcomfort>=4.8,<5'",
        ) from None


def _series(name: str, values: Array, steps: int, low: float, high: float, unit: str) -> NDArray[np.float64]:
    """One number a step, each within low to high."""
    given = np.asarray(values, dtype=np.float64)
    if given.shape not in {(), (1,), (steps,)}:
        raise InputError(
            f"{given.shape} values are given for {steps} steps",
            where=name,
            mend=f"one number, or {steps} of them",
        )
    outside = given[~((given >= low) & (given <= high))]
    if outside.size:
        raise InputError(
            f"{outside.flat[0]:g} {unit} is not a value that can be used",
            where=name,
            mend=f"{low:.3g} to {high:.3g} {unit}",
        )
    return np.broadcast_to(given, (steps,))


def _steps(minutes: float, dt_minutes: float) -> int:
    if not (np.isfinite(dt_minutes) and dt_minutes > 0 and np.isfinite(minutes) and minutes >= dt_minutes):
        raise InputError(
            f"{minutes} minutes in steps of {dt_minutes} cannot be simulated",
            where="thermal_drive",
            mend="a positive step, and at least one of them",
        )
    steps = round(minutes / dt_minutes)
    if not np.isclose(steps * dt_minutes, minutes, rtol=1e-9, atol=0.0):
        raise InputError(
            f"{minutes:g} minutes is no whole number of steps of {dt_minutes:g}",
            where="thermal_drive",
            mend=f"minutes={steps * dt_minutes:g}",
        )
    return steps


def thermal_drive(
    air_degC: Array,
    humidity_pct: Array,
    metabolic_met: Array,
    minutes: float,
    *,
    parameters: Parameters,
    dt_minutes: float = 1.0,
    clothing_clo: float | None = None,
) -> ThermalDrive:
    """Put a standard adult (JOS-3's default body) from thermal neutrality into a climate, at a workload.

    Parameters
    ----------
    air_degC, humidity_pct : air temperature (walls are as warm) and relative humidity; a number, or one a step. Air is
        still.
    metabolic_met : heat made by the body, in met (1 is sitting quietly); a number, or one a step.
    minutes, dt_minutes : duration, and the step of JOS-3, a whole number of which must fill it.
    parameters : of the model.
    clothing_clo : insulation worn; None takes `thermal_clothing_clo`. Head, neck and hands are bare.

    Returns
    -------
    ThermalDrive with `minutes / dt_minutes + 1` times, the first before the change.

    Raises
    ------
    InputError
        for values outside what can be, a workload below basal metabolism, air from which water would condense on the
        skin (JOS-3 does not describe that), or when pythermalcomfort is not installed.

    >>> from sudomotor.parameters import load
    >>> cool = thermal_drive(25.0, 50.0, 1.0, 20.0, parameters=load())
    >>> float(cool.sweat_mg_per_min["palms"].max())
    0.0
    """
    p, steps = parameters, _steps(minutes, dt_minutes)
    low, high = p.value("thermal_air_lowest_degC"), p.value("thermal_air_highest_degC")
    air = _series("air_degC", air_degC, steps, low, high, "degC")
    humidity = _series("humidity_pct", humidity_pct, steps, 0.0, 100.0, "%")
    clothing = p.value("thermal_clothing_clo") if clothing_clo is None else clothing_clo
    most = p["thermal_clothing_clo"].high
    clothing = float(_series("clothing_clo", clothing, 1, 0.0, most, "clo")[0])
    with warnings.catch_warnings():
        # what JOS-3 warns of inside is told by the checks here and below
        warnings.simplefilter("ignore")
        models, regulation, utilities = _jos3()
        body = models.JOS3()
        basal_met = float(body.bmr / utilities.met_to_w_m2)
        hardest = p.value("thermal_workload_highest")
        met = _series("metabolic_met", metabolic_met, steps, basal_met, hardest, "met")
        names = list(body.body_names)
        core_set, skin_set = np.array(body.cr_set_point), np.array(body.sk_set_point)
        share = np.array(body.bsa) / np.sum(body.bsa)
        body.clo = np.array([0.0 if name in _BARE else clothing for name in names])
        core, skin = [np.array(body.t_core)], [np.array(body.t_skin)]
        for i in range(steps):
            body.tdb, body.tr, body.rh, body.par = air[i], air[i], humidity[i], met[i] / basal_met
            body.simulate(times=1, dtime=dt_minutes * 60.0)
            core.append(np.array(body.t_core))
            skin.append(np.array(body.t_skin))
        room = body.results().e_max
        warm, cold = zip(*(regulation.error_signals(now - skin_set) for now in skin), strict=True)
    if min(float(np.min(getattr(room, name))) for name in names) <= 0.0:
        raise InputError(
            "the air holds so much water that it would condense on the skin, which JOS-3 does not describe",
            where="thermal_drive",
            mend="lower the humidity or the air temperature",
        )
    cores, skins = np.array(core), np.array(skin)
    if not (np.all(np.isfinite(cores)) and np.all(np.isfinite(skins))):
        raise InputError(
            "the body temperatures do not stay finite", where="thermal_drive", mend="a smaller dt_minutes"
        )
    command = (cores - core_set)[:, names.index("head")]
    command = command + p.value("thermal_skin_share") * (np.array(warm) - np.array(cold))
    local = {site: skins[:, names.index(segment)] for site, segment in _SEGMENTS.items()}
    rise = {site: local[site] - skin_set[names.index(segment)] for site, segment in _SEGMENTS.items()}
    head, mean_skin = cores[:, names.index("head")], skins @ share
    mean_body = mean_body_degC(head, mean_skin, p)
    return ThermalDrive(
        time_minutes=np.arange(steps + 1, dtype=np.float64) * float(dt_minutes),
        core_degC=head,
        mean_skin_degC=mean_skin,
        mean_body_degC=mean_body,
        hand_skin_degC=local["palms"],
        foot_skin_degC=local["soles"],
        axilla_skin_degC=local["axillae"],
        expulsion_rate_per_min=expulsion_rate_per_min(mean_body, p),
        sweat_mg_per_min={
            site: _area_cm2(site, p) * thermal_density_mg_per_cm2_per_min(site, command, rise[site], p)
            for site in _SEGMENTS
        },
    )
