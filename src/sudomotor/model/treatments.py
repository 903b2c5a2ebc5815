"""Treatments other than current, each on the part of the sweat gland that it acts on.

Aluminium chloride closes ducts with plugs that are shed (Goh 1990). Glycopyrronium competes with acetylcholine at the
M3 receptor; what iontophoresis leaves in the skin is used up in days (Dolianitis et al. 2004). Botulinum toxin cuts
the protein that releases acetylcholine; its light chain lasts for months (Lakraj et al. 2013).

All are linear recursions, solved exactly from one day to the next. A state is read before that day's act, as the block
is, and so is what one day's act does first seen on the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.gland import alone_nL, gland_constants, release_uM
from sudomotor.model.scales import SIDES
from sudomotor.parameters import Parameters

if TYPE_CHECKING:
    from sudomotor.course import CareStep
    from sudomotor.person import People

Array = NDArray[np.float64]
_SIZES = 9  # nodes of the average over sizes of volleys


@dataclass(frozen=True)
class CareActs:
    """When the acts of one step are held.

    Attributes
    ----------
    step : the treatment.
    count : (day, person) acts on each day.
    """

    step: CareStep
    count: Array


@dataclass(frozen=True)
class CareStates:
    """What other treatments have done by each day, before that day's act.

    Attributes
    ----------
    sides : names of the sides.
    plugged : (day, side, person) fraction of ducts closed by an antiperspirant; 0 without.
    antagonist_ratio : (day, side, person) level of an antagonist over its inhibition constant, B/Ki; 0 without.
    release : (day, side, person) share of acetylcholine that a nerve impulse still releases; 1 without.
    exposure, cbt, biofeedback : (day, person) sessions held on each day.
    """

    sides: tuple[str, ...]
    plugged: Array
    antagonist_ratio: Array
    release: Array
    exposure: Array
    cbt: Array
    biofeedback: Array


def care_states(
    acts: Sequence[CareActs], sides: tuple[str, ...], people: People, p: Parameters
) -> CareStates | None:
    """Follow all treatments on the day grid; None where there is none.

    Parameters
    ----------
    acts : the calendars, each (day, person) and on the same days.
    sides : names of the sides to follow; acts elsewhere are left out.
    people : for how long botulinum toxin lasts in each of them.
    p : constants in force.
    """
    if not acts:
        return None
    shape = acts[0].count.shape

    def at_sides(kind: str) -> Array:
        """Acts at each side, of an iontophoresis its minutes; (day, side, person)."""
        total = np.zeros((shape[0], len(sides), shape[1]))
        for one in acts:
            for i, side in enumerate(sides):
                if one.step.kind == kind and side in one.step.treated_sides:
                    total[:, i] += one.count * (one.step.minutes or 1.0)
        return total

    def held(kind: str) -> Array:
        return np.asarray(sum((one.count for one in acts if one.step.kind == kind), np.zeros(shape)))

    return CareStates(
        sides,
        plugged_fraction(at_sides("antiperspirant"), p),
        antagonist_level(at_sides("glycopyrronium"), p),
        released_share(at_sides("botulinum"), people["botulinum_lasting_days"], p),
        held("exposure"),
        held("cbt"),
        held("biofeedback"),
    )


def plugged_fraction(applied: Array, p: Parameters) -> Array:
    """Fraction of ducts that aluminium chloride holds closed before each day's application; shape of `applied`.

    Each application closes a share of the ducts still open; plugs are shed at a constant rate (Goh 1990: within
    48 hours of stopping its effect is gone, within a week the water loss is near what it was).
    """
    closes = -np.expm1(applied * np.log1p(-p.value("antiperspirant_closes_fraction")))
    keep = np.exp(-1.0 / p.value("antiperspirant_plug_days"))
    out = np.zeros_like(applied)
    for day in range(len(applied) - 1):
        out[day + 1] = keep * (out[day] + (1.0 - out[day]) * closes[day])
    return out


def antagonist_level(minutes: Array, p: Parameters) -> Array:
    """Level of glycopyrronium over its inhibition constant, B/Ki, before each day's session; shape of `minutes`.

    Current fills a reservoir in the skin that holds no more than so much; it empties at a constant rate.
    """
    fills = -np.expm1(-minutes / p.value("glycopyrronium_filling_minutes"))
    keep, full = np.exp(-1.0 / p.value("glycopyrronium_emptying_days")), p.value("glycopyrronium_full_ratio")
    out = np.zeros_like(minutes)
    for day in range(len(minutes) - 1):
        out[day + 1] = keep * (out[day] + (full - out[day]) * fills[day])
    return out


def released_share(injected: Array, lasting_days: Array, p: Parameters) -> Array:
    """Share of acetylcholine that is still released before each day's injection; shape of `injected`.

    The toxin is taken up in days, dD/dt = -D/t_u, and its light chain lasts for months, dL/dt = D/t_u - L/t_l. It
    cuts SNAP-25 as fast as that is renewed when L = 1, so that R = 1/(1 + L): a return that begins slowly. Were R
    itself to return at a constant rate, half of the sweat would be back in two to three months of the published four
    to nine. `lasting_days` is t_l; (person,).
    """
    taken, lost = 1.0 / p.value("botulinum_uptake_days"), 1.0 / lasting_days
    dose, left, kept = p.value("botulinum_dose_ratio"), np.exp(-taken), np.exp(-lost)
    apart = np.where(np.abs(taken - lost) < 1e-9, np.inf, taken - lost)
    arrives = np.where(np.isfinite(apart), taken * (kept - left) / apart, taken * kept)
    depot, chain = np.zeros(injected.shape[1:]), np.zeros_like(injected)
    for day in range(len(injected) - 1):
        depot = depot + dose * injected[day]
        chain[day + 1] = chain[day] * kept + depot * arrives
        depot = depot * left
    return np.asarray(1.0 / (1.0 + chain))


def care_factor(states: CareStates, people: People, p: Parameters) -> Array:
    """Factor of other treatments on the sweat of each side; (day, side, person), exactly 1.0 without any.

    Open ducts x what a usual volley makes the gland secrete, with what is left of the transmitter and against the
    antagonist, over what it secreted before: the volley's own answer in the moment (`model.gland.alone_nL`), at the
    load of a clinic. The two are taken as independent of one another.
    """
    g = gland_constants(people, p)
    drive = p.value("drive_rest") + p.value("drive_per_load") * p.value("clinic_load")
    volley_nL = g["mean_flow"] / (p.value("burst_rate_per_drive_per_min") * drive)
    at = [SIDES.index(side) for side in states.sides]
    usual, answer = 0.0, 0.0
    # over the sizes of volleys, log-normal with mean 1
    spread = p.value("burst_size_log_sd")
    for z, weight in zip(*np.polynomial.hermite_e.hermegauss(_SIZES), strict=True):
        released = release_uM(volley_nL * np.exp(spread * z - 0.5 * spread**2), g, np)[at]
        usual = usual + weight * alone_nL(released, 0.0, g, np)
        answer = answer + weight * alone_nL(released * states.release, states.antagonist_ratio, g, np)
    # a gland that never sweated has nothing to lose
    share = np.where(usual > 0, answer / np.where(usual > 0, usual, 1.0), 1.0)
    return np.asarray((1.0 - states.plugged) * share)
