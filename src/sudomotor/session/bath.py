"""What the electrodes do to the water: acid at the anode, base at the cathode, mixing, and what buffers them.

Each pan is two compartments: the gap between plate and skin, where the electrode makes its acid or base, and
the rest. They exchange with one time constant. Alkalinity is conserved but for the electrodes, so the
equations are linear and solved in closed form; pH follows algebraically. In one pan both gaps share one
rest, where acid and base meet.

    V_gap  dA_gap/dt  = q - (V_gap/tau) (A_gap - A_rest)        q = -eta I/F (anode), +I/F (cathode)
    V_rest dA_rest/dt =     (V_gap/tau) (A_gap - A_rest)

Acid that enters the skin is not taken off the bath: an upper bound of the bath's acid (of the order of a
tenth of what the anode makes, in soft water a third).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.parameters import Parameters, load
from sudomotor.session.water import FARADAY_C_PER_MOL, Ions, bath_pH, conductivity_uS_per_cm, hydrogen_mM

Array = NDArray[np.float64]

# alkalinity (mM l) that 1 mA makes in 1 min
_MMOL_PER_MA_MIN = 60.0 / FARADAY_C_PER_MOL


class BathState(NamedTuple):
    """Alkalinity (mM) in the four compartments; in one pan both rests are the same water."""

    anode_gap: Array
    anode_rest: Array
    cathode_gap: Array
    cathode_rest: Array


class Basin(NamedTuple):
    """The pans: volumes and mixing. `litres` is the water of each pan (of the one pan, if it is one)."""

    litres_anode: Array
    litres_cathode: Array
    gap_anode_litres: Array
    gap_cathode_litres: Array
    mixing_minutes: float
    one_pan: bool
    efficiency: Array  # acid made per electron at the anode
    notes: tuple[str, ...] = ()


def acid_per_electron(chloride_mM: ArrayLike, *, parameters: Parameters | None = None) -> Array:
    """Acid made per electron at the anode: 1 where oxygen evolves, towards 0.5 as chlorine takes over.

    >>> float(acid_per_electron(0.0))
    1.0
    """
    k = (parameters or load()).value("chlorine_half_mM")
    chloride = np.asarray(chloride_mM, float)
    out: Array = 1.0 - 0.5 * chloride / (chloride + k)
    return out


def basin(
    litres_anode: ArrayLike,
    litres_cathode: ArrayLike,
    area_anode_cm2: ArrayLike,
    area_cathode_cm2: ArrayLike,
    chloride_mM: ArrayLike,
    *,
    one_pan: bool = False,
    parameters: Parameters | None = None,
) -> Basin:
    """Compartments of the pans under skins of the areas given.

    The gap is `bath_gap_cm` thick; where the pan holds little, the gap takes at most half its water, and a
    note says so. In one pan the water is `litres_anode`, and the gaps are of one (the mean) size.
    """
    p = parameters or load()
    thick = p.value("bath_gap_cm") * 1e-3  # cm3 to litres
    a, c = np.asarray(litres_anode, float), np.asarray(litres_cathode, float)
    gap_a, gap_c = thick * np.asarray(area_anode_cm2, float), thick * np.asarray(area_cathode_cm2, float)
    most = 0.5
    if one_pan:
        c, most = a, 0.25
        gap_a = gap_c = 0.5 * (gap_a + gap_c)
    notes: list[str] = []
    if np.any(gap_a > most * a) or np.any(gap_c > most * c):
        notes.append("little water: the layer at the skin was taken as half of it, not as its full thickness")
    return Basin(
        a, c, np.minimum(gap_a, most * a), np.minimum(gap_c, most * c),
        p.value("bath_mixing_minutes"), one_pan, acid_per_electron(chloride_mM, parameters=p), tuple(notes),
    )  # fmt: skip


def still(alkalinity_anode_mM: ArrayLike, alkalinity_cathode_mM: ArrayLike | None = None) -> BathState:
    """The baths before the current."""
    a = np.asarray(alkalinity_anode_mM, float)
    c = a if alkalinity_cathode_mM is None else np.asarray(alkalinity_cathode_mM, float)
    return BathState(a, a, c, c)


def _relaxed(start: Array, drive: Array, rate: Array, minutes: Array) -> Array:
    """Solution of dx/dt = drive - rate x."""
    kept = np.exp(-rate * minutes)
    out: Array = start * kept + drive / rate * (1.0 - kept)
    return out


def _pan(
    gap: Array, rest: Array, litres: Array, v_gap: Array, q: Array, tau: float, t: Array
) -> tuple[Array, Array]:
    v_rest = litres - v_gap
    mean = (gap * v_gap + rest * v_rest) / litres + q * t / litres
    excess = _relaxed(gap - rest, q / v_gap, (1.0 + v_gap / v_rest) / tau, t)
    return mean + excess * v_rest / litres, mean - excess * v_gap / litres


def advance(state: BathState, pans: Basin, current_mA: ArrayLike, minutes: ArrayLike) -> BathState:
    """The baths after a constant net direct current between the electrodes for some minutes; exact.

    Parameters
    ----------
    current_mA : net direct current through the electrodes; negative swaps what is made where, so that a
        session reversed half-way keeps the names of its first half
    minutes : length of the step

    Examples
    --------
    >>> pans = basin(1.0, 1.0, 160.0, 160.0, 0.0)
    >>> after = advance(still(0.0), pans, 15.0, 20.0)
    >>> made = after.anode_gap * 0.16 + after.anode_rest * 0.84
    >>> round(-1000 * float(made))  # umol of acid, Faraday's law
    187
    """
    current, t = np.asarray(current_mA, float), np.asarray(minutes, float)
    amount = np.abs(current) * _MMOL_PER_MA_MIN
    forward = current >= 0
    acid, base = -pans.efficiency * amount, amount
    q_a, q_c = np.where(forward, acid, base), np.where(forward, base, acid)
    tau = pans.mixing_minutes
    if not pans.one_pan:
        a = _pan(state.anode_gap, state.anode_rest, pans.litres_anode, pans.gap_anode_litres, q_a, tau, t)
        c = _pan(
            state.cathode_gap, state.cathode_rest, pans.litres_cathode, pans.gap_cathode_litres, q_c, tau, t
        )
        return BathState(*a, *c)
    # three compartments: total, mean excess of the two gaps over the rest, half their difference
    v, g = pans.litres_anode, pans.gap_anode_litres
    v_rest = v - 2.0 * g
    both = 0.5 * (state.anode_gap + state.cathode_gap)
    mean = (2.0 * g * both + v_rest * state.anode_rest) / v + (q_a + q_c) * t / v
    excess = _relaxed(both - state.anode_rest, (q_a + q_c) / (2.0 * g), (1.0 + 2.0 * g / v_rest) / tau, t)
    half = _relaxed(
        0.5 * (state.anode_gap - state.cathode_gap), (q_a - q_c) / (2.0 * g), np.asarray(1.0 / tau), t
    )
    rest = mean - 2.0 * g * excess / v
    return BathState(rest + excess + half, rest, rest + excess - half, rest)


def shifted(ions: Ions, alkalinity_mM: Array) -> Ions:
    """The bath's ions once its alkalinity has moved: a loss brings chloride from the skin, a gain sodium."""
    change = alkalinity_mM - ions.alkalinity_mM
    return Ions(
        ions.sodium_mM + np.maximum(change, 0.0),
        ions.calcium_mM,
        ions.chloride_mM + np.maximum(-change, 0.0),
        alkalinity_mM,
        ions.carbonate_mM,
    )


class BathView(NamedTuple):
    """What skin and circuit see of one bath."""

    conductivity_S_per_m: Array  # of the rest, on the way to the plate
    skin_conductivity_S_per_m: Array  # of the gap, at the pores
    cations_mM: Array  # at the skin, charge of strong cations and hydrogen
    strong_cations_mM: Array  # without hydrogen


def view(ions: Ions, gap_mM: Array, rest_mM: Array) -> BathView:
    """Conductivities and cations of a bath whose compartments have the alkalinities given."""
    gap, rest = shifted(ions, gap_mM), shifted(ions, rest_mM)
    h = hydrogen_mM(gap_mM, ions.carbonate_mM)
    per_m = 1e-4  # uS/cm to S/m
    return BathView(
        per_m * conductivity_uS_per_cm(rest),
        per_m * conductivity_uS_per_cm(gap, hydrogen=h),
        gap.cations_mM + h,
        gap.cations_mM + 0.0 * h,
    )


def pan_pH(ions: Ions, state: BathState, pans: Basin) -> tuple[Array, Array]:
    """pH of the whole water, stirred, of the anode's and the cathode's pan."""
    values = []
    for gap, rest, v_gap, litres in (
        (state.anode_gap, state.anode_rest, pans.gap_anode_litres, pans.litres_anode),
        (state.cathode_gap, state.cathode_rest, pans.gap_cathode_litres, pans.litres_cathode),
    ):
        if pans.one_pan:
            both = state.anode_gap + state.cathode_gap
            mean = (both * v_gap + state.anode_rest * (litres - 2.0 * v_gap)) / litres
        else:
            mean = (gap * v_gap + rest * (litres - v_gap)) / litres
        values.append(bath_pH(mean, ions.carbonate_mM))
    return values[0], values[1]
