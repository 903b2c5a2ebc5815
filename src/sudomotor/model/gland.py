"""Synapse, gland, duct and skin conductance of one gland's worth of skin, in plain array arithmetic.

    da/dt  = releases - a/tau_a                       acetylcholine (uM); a volley adds to it at once
    O      = a / (a + EC_50 (1 + B/K_i))               M3 occupancy with a competitive antagonist (Schild)
    theta_1 dq/dt = q_max O - q                        secretion (nL/min)
    df/dt  = q - f/theta_2                             filling of the duct (nL)
    dm/dt  = chi f/theta_2 - m/theta_3                 sweat in the horny layer (nL); the rest leaves at once

Each step conserves what flows: the integral of O over the decay of a is exact (tau_a ln of the ratio of a + K), and
what leaves a pool enters the next. The pools are those of Amin & Faghih 2022 (gland, phasic, tonic). Conductance is
that of the circuit of a session: ducts of the same radius, length and number, filled with sweat whose sodium is
what the duct leaves of the coil's, beside the same horny layer, wetted.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from sudomotor.model.scales import SIDES, SINGULAR, site_of
from sudomotor.parameters import Parameters
from sudomotor.person import People
from sudomotor.person.sites import SITE_PARAMETERS

Array = Any
Tree = dict[str, Any]
POOLS = ("a", "q", "f", "m")
NL_PER_MG = 1e3  # sweat taken as water
_PMOL_PER_NL_MM = 1.0  # 1 mM is 1 pmol per nL


def gland_constants(people: People, p: Parameters) -> Tree:
    """The constants of the glands of every side; (side, person) or scalars; times in minutes."""
    density = np.stack([people.density(site_of(s)) for s in SIDES])
    area = np.stack([people.area(site_of(s)) for s in SIDES])
    length_m = 1e-3 * np.stack([people.duct_length(site_of(s)) for s in SIDES])
    radius_m = 1e-6 * people["duct_radius_um"]
    section_m2 = np.pi * radius_m**2
    layer = np.stack([people[f"sc_resistance_{SINGULAR[site_of(s)]}_kohm_cm2"] for s in SIDES])
    base = np.stack([people[SITE_PARAMETERS[site_of(s)].baseline_mg_per_min] for s in SIDES])
    return {
        "tau_a": np.asarray(p.value("acetylcholine_decay_s") / 60.0),
        "EC_50": np.asarray(p.value("acetylcholine_half_uM")),
        "q_max": np.asarray(p.value("gland_flow_max_nL_per_min")),
        "theta_1": np.asarray(p.value("gland_rise_s") / 60.0),
        "theta_2": np.asarray(p.value("duct_drain_s") / 60.0),
        "theta_3": np.asarray(p.value("corneum_drying_s") / 60.0),
        "chi": np.asarray(p.value("corneum_share")),
        "c_0": np.asarray(p.value("primary_sodium_mM")),
        "J_max": np.asarray(p.value("duct_sodium_uptake_pmol_per_min")),
        "K_m": np.asarray(p.value("duct_sodium_half_mM")),
        "glands": density * area,
        "volume_nL": 1e12 * section_m2 * length_m,
        "mean_flow": base * NL_PER_MG / (density * area),
        "duct_uS": 1e6 * p.value("duct_phasic_share") * p.value("conductance_electrode_cm2") * density
        * p.value("sweat_conductivity_S_per_m") * section_m2 / length_m,
        "sodium_ref": np.asarray(p.value("sweat_sodium_mM")),
        "layer_uS": 1e3 * p.value("conductance_electrode_cm2") / (layer * people["sc_resistance_factor"]),
        "k_m": np.asarray(p.value("corneum_wetting")),
        "blocked_part": np.asarray(p.value("blocked_conductance_fraction")),
    }  # fmt: skip


def release_uM(volume_nL: Array, g: Tree, xp: ModuleType) -> Array:
    """Acetylcholine that lets an open gland without any drug secrete this volume by a volley that comes alone.

    The inverse of the integral of the occupancy over the decay, q_max tau_a ln(1 + a/EC_50): what is measured is the
    sweat, so the release is what that sweat asks for.
    """
    return g["EC_50"] * (xp.exp(volume_nL / (g["q_max"] * g["tau_a"])) - 1.0)


def alone_nL(acetylcholine_uM: Array, antagonist_ratio: Array, g: Tree, xp: ModuleType) -> Array:
    """Volume secreted by a release that comes alone, with B/K_i of an antagonist; `release_uM` backwards."""
    half = g["EC_50"] * (1.0 + antagonist_ratio)
    return g["q_max"] * g["tau_a"] * xp.log1p(acetylcholine_uM / half)


def step(
    pools: Tree, released_uM: Array, antagonist_ratio: Array, minutes: Array, g: Tree, xp: ModuleType
) -> tuple[Tree, Tree]:
    """Advance the pools; also the amounts (nL per gland) that were secreted and that came out of the pore."""
    half = g["EC_50"] * (1.0 + antagonist_ratio)
    a0 = pools["a"] + released_uM
    a1 = a0 * xp.exp(-minutes / g["tau_a"])
    occupied = g["tau_a"] * xp.log((a0 + half) / (a1 + half)) / minutes  # mean over the step
    goal = g["q_max"] * occupied
    q1 = goal + (pools["q"] - goal) * xp.exp(-minutes / g["theta_1"])
    # what does not yet show in q is still to come, so that the volume is goal x minutes in the long run
    secreted = goal * minutes - g["theta_1"] * (q1 - pools["q"])
    kept = xp.exp(-minutes / g["theta_2"])
    f1 = pools["f"] * kept + secreted / minutes * g["theta_2"] * (1.0 - kept)
    out = secreted - (f1 - pools["f"])
    taken = g["chi"] * out
    dry = xp.exp(-minutes / g["theta_3"])
    m1 = pools["m"] * dry + taken / minutes * g["theta_3"] * (1.0 - dry)
    return (
        {"a": a1, "q": q1, "f": f1, "m": m1},
        {
            "occupancy": occupied,
            "secreted_nL": secreted,
            "out_nL": out,
            "evaporated_nL": taken - (m1 - pools["m"]),
        },
    )


def steady(flow_nL_per_min: Array, g: Tree, xp: ModuleType) -> Tree:
    """The pools at a steady flow: what rest begins with."""
    return {
        "a": g["EC_50"] * flow_nL_per_min / xp.maximum(g["q_max"] - flow_nL_per_min, 1e-9),
        "q": flow_nL_per_min,
        "f": flow_nL_per_min * g["theta_2"],
        "m": g["chi"] * flow_nL_per_min * g["theta_3"],
    }


def sodium_mM(flow_nL_per_min: Array, g: Tree, xp: ModuleType) -> Array:
    """Sodium of the sweat that leaves a duct at a steady flow: c q = c_0 q - J_max c/(K_m + c).

    Fast sweat is saltier, because uptake saturates (Buono et al. 2008).
    """
    q = xp.maximum(flow_nL_per_min, 1e-9) * _PMOL_PER_NL_MM
    b = g["K_m"] * q + g["J_max"] - g["c_0"] * q
    root = xp.sqrt(b * b + 4.0 * q * q * g["c_0"] * g["K_m"])
    # the root that does not cancel, for either sign of b
    return xp.where(b > 0, 2.0 * q * g["c_0"] * g["K_m"] / (b + root), (root - b) / (2.0 * q))


def conductance_uS(pools: Tree, blocked: Array, remaining: Array, g: Tree, xp: ModuleType) -> Array:
    """Skin conductance of each side under a measuring electrode; (side, person).

    Ducts fill unevenly, so the share that conducts is 1 - exp(-f/volume). Sodium follows the flow of the last two
    minutes, which is what the horny layer holds. Pools are those of one open gland, and blocked glands wet nothing: the
    horny layer as a whole holds the share that still flows.
    """
    flow = pools["m"] / (g["chi"] * g["theta_3"])
    salt = sodium_mM(flow, g, xp) / g["sodium_ref"]
    filled = -xp.expm1(-pools["f"] / g["volume_nL"])
    ducts = g["duct_uS"] * salt * filled * (1.0 - blocked + blocked * g["blocked_part"])
    return ducts + g["layer_uS"] * (1.0 + g["k_m"] * remaining * pools["m"] / g["volume_nL"])
