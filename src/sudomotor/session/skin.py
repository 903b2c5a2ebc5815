"""One side's skin: the horny layer's law between the ducts, and the ducts as resistors that fill.

The horny layer is n identical barriers in series between bath and tissue (Keister & Kasting 1992). With the
field constant, V/n over each, the fluxes of a cation over all n barriers are equal only if

    J+ = k+ (exp((1-a)v) - exp(-a v)) (c_out - c_in exp(-U)) / (1 - exp(-U)),     v = V/(n VT),  U = V/VT

and likewise for an anion with inside and outside exchanged. Summed, with all conductance in two constants t+
and t-,

    j = (n VT/R0) (exp((1-a)v) - exp(-a v)) (P - M exp(-U)) / (1 - exp(-U))
    P = (t+ c_out + t- c_in)/c_ref,   M = (t+ c_in + t- c_out)/c_ref

so that far from zero the current inward goes with P and outward with M: under the anode cations must come
out of the dilute bath, under the cathode they come out of the tissue. The skin passes no current at V* = VT
ln(M/P), some 10 mV; ducts have such a potential too. Volts here are counted from it, so that nothing flows
without a current:

    U = V/VT + ln(M/P):   j = (n VT/R0) P (1 - exp(-V/VT)) (exp((1-a)v) - exp(-a v)) / (1 - exp(-n v))

Between equal solutions of c_ref the small-signal resistance is R0. The cathode is the same with P and M, a
and 1-a exchanged and V counted outward.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.session.water import VT_V

Array = NDArray[np.float64]
Lookup = Callable[[str], Array]  # a parameter's value for each person

ONE_SIDE = {"palms": "palm", "soles": "sole", "axillae": "axilla", "forearm": "forearm"}
_NL_PER_MG = 1e3  # sweat taken as water
_STEPS = 40


class Skin(NamedTuple):
    """One side under an electrode; arrays broadcastable to (node, person)."""

    area_cm2: Array
    layer_ohm_cm2: Array  # small signal, reference salt on both sides
    barriers: Array
    asymmetry: Array
    cation_share: Array
    tissue_mM: Array
    reference_mM: Array
    uncovered: Array  # part of the skin between the pores that is not sealed
    capacitance_F_per_cm2: Array
    cole_alpha: Array
    ducts: Array  # in the wetted area, open and blocked
    blocked: Array  # fraction of them
    blocked_conductance: Array
    radius_m: Array
    length_mm: Array  # of a duct
    electric_length_m: Array  # depth over which the current leaves the duct
    lumen_ohm: Array
    sweat_nL_per_min: Array  # of one open gland
    fill: Array  # part of the ducts that conduct before the current
    breakdown_log: Array  # of the horny layer's conductance, at the reference density
    breakdown_mA_per_cm2: Array
    breakdown_minutes: Array
    recovery_minutes: Array
    opening_mA_per_cm2: Array
    opening_minutes: Array


class SkinState(NamedTuple):
    """What changes in a session: log of the layer's conductance over its start, silent ducts opened."""

    layer_log: Array
    opened: Array


def skin(
    site: str,
    get: Lookup,
    *,
    age_years: ArrayLike,
    area_cm2: ArrayLike | None,
    blocked: ArrayLike,
    sealed: bool,
) -> Skin:
    """The skin of one side of a site ("palms", "soles", "axillae" or "forearm").

    Parameters
    ----------
    get : gives a parameter's value for each person, shape (person,)
    age_years : shape (person,)
    area_cm2 : wetted area; None takes the person's own site
    blocked : fraction of glands blocked, shape broadcastable to (node, person)
    sealed : the skin between the pores is sealed
    """
    one = ONE_SIDE[site]
    density = get(f"gland_density_{one}_per_cm2")
    if one == "forearm":
        own = get("forearm_pad_area_cm2")
        flow = get("gland_flow_forearm_nL_per_min")
    else:
        own = get(f"area_{one}_cm2")
        glands = density * own
        # without glands there is no flow of one
        flow = np.where(
            glands > 0,
            get(f"baseline_sweat_{one}_mg_per_min") * _NL_PER_MG / np.where(glands > 0, glands, 1.0),
            0.0,
        )
    area = own if area_cm2 is None else np.asarray(area_cm2, float)
    older = np.asarray(age_years, float) - get("sc_reference_age_years")
    layer = 1e3 * get(f"sc_resistance_{one}_kohm_cm2") * get("sc_resistance_factor")
    layer = layer * 10.0 ** (-get("sc_log10_conductance_per_year") * older)
    radius = 1e-6 * get("duct_radius_um")
    leak = 1e-3 * get("duct_length_constant_mm")
    length = leak * np.tanh(1e-3 * get(f"duct_length_{one}_mm") / leak)
    floor = get("duct_fill_floor")
    return Skin(
        area_cm2=area,
        layer_ohm_cm2=layer,
        barriers=get(f"sc_barriers_{one}"),
        asymmetry=get("sc_barrier_asymmetry"),
        cation_share=get("sc_cation_transport_number"),
        tissue_mM=get("sc_tissue_mM"),
        reference_mM=get("sc_reference_mM"),
        uncovered=1.0 - get("sealed_fraction") if sealed else np.ones(()),
        capacitance_F_per_cm2=1e-9 * get("sc_capacitance_nF_per_cm2"),
        cole_alpha=get("sc_cole_alpha"),
        ducts=density * area,
        blocked=np.asarray(blocked, float),
        blocked_conductance=get("blocked_conductance_fraction"),
        radius_m=radius,
        length_mm=get(f"duct_length_{one}_mm"),
        electric_length_m=length,
        lumen_ohm=length / (get("sweat_conductivity_S_per_m") * np.pi * radius * radius),
        sweat_nL_per_min=flow,
        fill=floor + (1.0 - floor) * flow / (flow + get("duct_fill_half_flow_nL_per_min")),
        breakdown_log=np.log1p(get("sc_breakdown_gain")),
        breakdown_mA_per_cm2=get("sc_breakdown_mA_per_cm2"),
        breakdown_minutes=get("sc_breakdown_minutes"),
        recovery_minutes=get("sc_recovery_minutes"),
        opening_mA_per_cm2=get("duct_opening_mA_per_cm2"),
        opening_minutes=get("duct_opening_minutes"),
    )


def at_rest() -> SkinState:
    """The state before a session."""
    return SkinState(np.zeros(()), np.zeros(()))


def relax(s: Skin, state: SkinState, rms_mA: Array, minutes: Array) -> SkinState:
    """The state after some minutes at a constant current, exact (first order in the logarithm)."""
    density = rms_mA / s.area_cm2
    target = s.breakdown_log * density / s.breakdown_mA_per_cm2
    tau = np.where(target >= state.layer_log, s.breakdown_minutes, s.recovery_minutes)
    open_target = density / (density + s.opening_mA_per_cm2)
    return SkinState(
        target + (state.layer_log - target) * np.exp(-minutes / tau),
        open_target + (state.opened - open_target) * np.exp(-minutes / s.opening_minutes),
    )


class Branches(NamedTuple):
    """A side at one moment: its two parallel paths, volts counted in the current's direction."""

    layer_S: Array  # conductance of the layer between reference solutions
    forward: Array  # P for the anode, M for the cathode
    reverse: Array
    asymmetry: Array
    step_V: Array  # n VT
    barriers: Array
    ducts_S: Array  # all ducts
    open_duct_S: Array  # mean of one open duct
    lumen_share: Array  # of a duct's volts along its lumen; the rest is access


def branches(
    s: Skin, state: SkinState, cations_mM: Array, skin_conductivity_S_per_m: Array, *, anode: bool
) -> Branches:
    """The two paths through a side, from its skin, its state and the water at the skin."""
    t, outside, inside = s.cation_share, cations_mM, s.tissue_mM
    p = (t * outside + (1.0 - t) * inside) / s.reference_mM
    m = (t * inside + (1.0 - t) * outside) / s.reference_mM
    access = 1.0 / (4.0 * s.radius_m * skin_conductivity_S_per_m)
    filled = s.fill + (1.0 - s.fill) * state.opened
    one = filled / (s.lumen_ohm + access)
    return Branches(
        layer_S=s.area_cm2 * s.uncovered / s.layer_ohm_cm2 * np.exp(state.layer_log),
        forward=p if anode else m,
        reverse=m if anode else p,
        asymmetry=s.asymmetry if anode else 1.0 - s.asymmetry,
        step_V=s.barriers * VT_V,
        barriers=s.barriers,
        ducts_S=one * s.ducts * (1.0 - s.blocked + s.blocked * s.blocked_conductance),
        open_duct_S=one,
        lumen_share=s.lumen_ohm / (s.lumen_ohm + access),
    )


def layer_current_A(b: Branches, volts: Array) -> tuple[Array, Array]:
    """Current through the horny layer between the ducts (A) and its slope (A/V) at some volts."""
    n, a = b.barriers, b.asymmetry
    ratio = b.reverse / b.forward
    v = (volts / VT_V + np.log(ratio)) / n
    rise, fall = np.exp((1.0 - a) * v), np.exp(-a * v)
    gone = -np.expm1(-volts / VT_V)
    back = (1.0 - gone) / ratio  # exp(-n v)
    top, bottom = rise - fall, 1.0 - back
    near = np.abs(n * v) < 1e-3  # by series there: 1/n (1 + v (n + 1 - 2a)/2)
    safe = np.where(near, 1.0, bottom)
    quotient = np.where(near, (1.0 + 0.5 * v * (n + 1.0 - 2.0 * a)) / n, top / safe)
    slope = np.where(
        near, (n + 1.0 - 2.0 * a) / (2.0 * n), ((1.0 - a) * rise + a * fall - quotient * n * back) / safe
    )
    scale = b.layer_S * b.step_V * b.forward
    current: Array = scale * gone * quotient
    return current, scale * ((1.0 - gone) / VT_V * quotient + gone * slope / b.step_V)


class Side(NamedTuple):
    """A side at a current: volts over its skin and their slope, and how the current divides."""

    volts: Array
    ohm: Array  # dV/dI
    ducts_A: Array
    layer_A: Array


def solve_side(b: Branches, current_A: ArrayLike, start: Array | None = None) -> Side:
    """Volts over one side for a current through it, by Newton (the law is convex: from above no crossing).

    The start, unless it is given, is the least of three upper bounds: all through the ducts, all through the
    layer at its large-signal law, both at the small-signal one.
    """
    current = np.asarray(current_A, float) + 0.0 * (b.ducts_S + b.layer_S + b.forward)
    if start is None:
        scale = b.layer_S * b.forward
        volts = np.minimum(
            current / (b.ducts_S + 1e-300),
            2.0 * b.step_V * np.arcsinh(current / (2.0 * scale * b.step_V)) + 4.0 * VT_V,
        )
        volts = np.minimum(volts, 1.2 * current / (b.ducts_S + scale) + 4.0 * VT_V)
    else:
        volts = np.broadcast_to(start, current.shape)
    volts = np.where(current > 0, volts, 0.0)
    layer, slope = layer_current_A(b, volts)
    for _ in range(_STEPS):
        step = (b.ducts_S * volts + layer - current) / (b.ducts_S + slope)
        volts = np.maximum(volts - step, 0.0)
        layer, slope = layer_current_A(b, volts)
        # quadratic: the next step would be round-off
        if np.all(np.abs(step) <= 1e-15 + 1e-8 * volts):
            break
    return Side(volts, 1.0 / (b.ducts_S + slope), b.ducts_S * volts, layer)


def impedance_ohm(s: Skin, chord_S: Array, frequency_Hz: float) -> Array:
    """|Z| of one side to alternating current: its conductance beside the layer's constant-phase element.

    ``Y = G + Q (j w)^alpha``, with Q such that the layer's effective capacitance is C: ``Q = C^alpha
    R^(alpha-1)``.
    """
    alpha = s.cole_alpha
    q = s.capacitance_F_per_cm2**alpha * s.layer_ohm_cm2 ** (alpha - 1.0) * s.area_cm2 * s.uncovered
    element = q * (2.0 * np.pi * frequency_Hz) ** alpha
    angle = 0.5 * np.pi * alpha
    out: Array = 1.0 / np.hypot(chord_S + element * np.cos(angle), element * np.sin(angle))
    return out
