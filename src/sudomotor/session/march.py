"""One session step by step: skins, baths and circuit together, in detail for one person or coarsely for many.

`deliver` and `course_dose` both walk this; they differ in the number of steps and in what they keep. The two
sides keep the names they have at the start: `first` is the anode then. When the current is reversed half-way
it is the cathode.

A step holds the current and takes the slow states at its middle. Their own equations are solved exactly for
each step, so few steps do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.course import Session
from sudomotor.errors import unknown
from sudomotor.parameters import Parameters
from sudomotor.person import People
from sudomotor.session.bath import Basin, BathState, BathView, advance, basin, still, view
from sudomotor.session.circuit import Drive, Loop, drive, solve_loop, way
from sudomotor.session.skin import Skin, SkinState, at_rest, branches, relax, skin
from sudomotor.session.water import Ions, compose

Array = NDArray[np.float64]

OVERRIDES = ("current_mA", "minutes", "alkalinity_mM", "litres", "water_uS_per_cm", "area_cm2")
FOREARM_PAD = "forearm pad"
SITE_OF = {"palm": "palms", "sole": "soles", "axilla": "axillae"}
_OTHER = {"left": "right", "right": "left"}
# short at the start, where things move, and at the end, whose volts are reported
_PLATEAU_COARSE = (0.05, 0.15, 0.32, 0.44, 0.04)


class Setup(NamedTuple):
    """All that a session is before the current; arrays broadcastable to (node, person)."""

    drive: Drive
    minutes: Array
    segments: int
    ramp_minutes: Array
    first: Skin
    second: Skin
    ions: Ions
    pans: Basin
    bath: BathState
    body_ohm: Array
    max_volts: float
    one_pan_litres: Array | None
    parameters: Parameters
    names: tuple[str, str]
    notes: tuple[str, ...]


class Step(NamedTuple):
    """A stretch of a session at one part (0-1) of the set current."""

    segment: int
    sign: int  # +1: `first` is the anode
    minutes: Array
    level: float
    ramp: bool


class Moment(NamedTuple):
    """The middle of a step."""

    step: Step
    loop: Loop
    open_duct_nA: tuple[Array, Array]  # of the first and the second side, inward positive
    field_V_per_cm: tuple[Array, Array]
    share: tuple[Array, Array]
    views: tuple[BathView, BathView]
    before: BathState
    middle: BathState
    after: BathState


def partner(session: Session, side: str) -> str:
    """The other electrode of the circuit that a side belongs to.

    >>> partner(Session("15 mA DC for 20 minutes"), "left palm")
    'right palm'
    """
    if side in session.electrodes and session.side == "both":
        which, one = side.split()
        return f"{_OTHER[which]} {one}"
    if side in session.electrodes:
        return session.return_electrode or FOREARM_PAD
    if session.side != "both" and side == session.return_electrode:
        return session.electrodes[0]
    known = [*session.electrodes, *([session.return_electrode] if session.return_electrode else [])]
    raise unknown("electrode of this session", side, known, where="side")


def lookup(people: People, parameters: Parameters, name: str) -> Array:
    """A parameter for each person: what was drawn or set for them, else the constant in force."""
    return people.drawn[name] if name in people.drawn else np.asarray(parameters.value(name))


def set_up(
    session: Session,
    people: People,
    *,
    anode: str,
    cathode: str,
    blocked: tuple[ArrayLike, ArrayLike],
    parameters: Parameters,
    overrides: Mapping[str, ArrayLike],
) -> Setup:
    """Put a session together for some people.

    Parameters
    ----------
    anode, cathode : the electrodes by name at the start, e.g. "left palm", "forearm pad"
    blocked : fraction of glands blocked under each
    overrides : per-person values used instead of the session's; keys of `OVERRIDES`
    """
    for name in overrides:
        if name not in OVERRIDES:
            raise unknown("override", name, OVERRIDES, where="overrides of a session")
    p, notes = parameters, list[str]()

    def get(name: str) -> Array:
        return lookup(people, p, name)

    treated = session.electrodes
    pads = session.sites[0] == "axillae"
    water = compose(session.water, pads=pads, parameters=p, overrides=overrides)
    notes.extend(water.notes)
    sides, volumes = [], []
    for side, fraction in zip((anode, cathode), blocked, strict=True):
        site = "forearm" if side == FOREARM_PAD else SITE_OF[side.split()[-1]]
        area: ArrayLike | None = None
        if side in treated:
            area = overrides.get("area_cm2", session.area_cm2)
        sealed = session.sealed_skin and side in treated
        sides.append(
            skin(site, get, age_years=people.age_years, area_cm2=area, blocked=fraction, sealed=sealed)
        )
        stated = side in treated and (session.water.litres is not None or "litres" in overrides)
        if site == "forearm" or (site == "axillae" and not stated):
            volumes.append(np.asarray(p.value("sponge_litres")))
            notes.append(f"water held by a pad assumed: {p.value('sponge_litres'):g} l")
        else:
            volumes.append(water.litres)
    one_pan = session.shared_pan
    pans = basin(
        volumes[0],
        volumes[1],
        sides[0].area_cm2,
        sides[1].area_cm2,
        water.ions.chloride_mM,
        one_pan=one_pan,
        parameters=p,
    )
    notes.extend(pans.notes)
    minutes = np.asarray(overrides.get("minutes", session.minutes), float)
    segments = 2 if session.reversed_halfway else 1
    ramp_s = p.value("device_ramp_s") if session.ramp_s is None else session.ramp_s
    ramp = np.minimum(ramp_s / 60.0, 0.5 * minutes / segments)
    if np.any(ramp < ramp_s / 60.0):
        notes.append("the ramps were shortened to fit the session")
    if session.max_volts is None and session.waveform is not None:
        notes.append(f"highest voltage of the device assumed: {p.value('device_max_volts'):g} V")
    return Setup(
        drive=drive(session.waveform, overrides.get("current_mA") if session.waveform is not None else None),
        minutes=minutes,
        segments=segments,
        ramp_minutes=ramp,
        first=sides[0],
        second=sides[1],
        ions=water.ions,
        pans=pans,
        bath=still(water.ions.alkalinity_mM),
        body_ohm=get("body_resistance_ohm"),
        max_volts=p.value("device_max_volts") if session.max_volts is None else session.max_volts,
        one_pan_litres=water.litres if one_pan else None,
        parameters=p,
        names=(anode, cathode),
        notes=tuple(dict.fromkeys(notes)),
    )


def steps(setup: Setup, *, ramp_steps: int, plateau: tuple[float, ...]) -> Iterator[Step]:
    """The stretches of a session: for each half a ramp up, the plateau cut by fractions, a ramp down."""
    length = setup.minutes / setup.segments
    has_ramp = bool(np.any(setup.ramp_minutes > 0))
    for segment in range(setup.segments):
        sign = -1 if segment % 2 else 1
        rise = [(i + 0.5) / ramp_steps for i in range(ramp_steps)] if has_ramp else []
        for level in rise:
            yield Step(segment, sign, setup.ramp_minutes / ramp_steps, level, True)
        for part in plateau:
            yield Step(segment, sign, part * (length - 2.0 * setup.ramp_minutes), 1.0, False)
        for level in reversed(rise):
            yield Step(segment, sign, setup.ramp_minutes / ramp_steps, level, True)


def coarse_steps(setup: Setup) -> Iterator[Step]:
    """Few steps, for many people."""
    return steps(setup, ramp_steps=1, plateau=_PLATEAU_COARSE)


def fine_steps(setup: Setup, plateau_steps: int = 48, ramp_steps: int = 6) -> Iterator[Step]:
    """Many steps, short ones first, for one person."""
    edges = np.linspace(0.0, 1.0, plateau_steps + 1) ** 1.5
    return steps(setup, ramp_steps=ramp_steps, plateau=tuple(np.diff(edges).tolist()))


def march(setup: Setup, plan: Iterator[Step]) -> Iterator[Moment]:
    """Walk a session; yields the middle of each step."""
    s, p = setup, setup.parameters
    states: tuple[SkinState, SkinState] = (at_rest(), at_rest())
    bath, reached, passed = s.bath, np.ones(()), np.ones(())
    for step in plan:
        d, half = s.drive.scaled(step.level), 0.5 * step.minutes
        middle = advance(bath, s.pans, step.sign * d.mean_mA * reached, half)
        rms = d.rms_mA * passed
        mid = (relax(s.first, states[0], rms, half), relax(s.second, states[1], rms, half))
        views = (
            view(s.ions, middle.anode_gap, middle.anode_rest),
            view(s.ions, middle.cathode_gap, middle.cathode_rest),
        )
        forward = step.sign > 0
        one = branches(
            s.first, mid[0], views[0].cations_mM, views[0].skin_conductivity_S_per_m, anode=forward
        )
        two = branches(
            s.second, mid[1], views[1].cations_mM, views[1].skin_conductivity_S_per_m, anode=not forward
        )
        rest = way(
            views[0].conductivity_S_per_m, views[1].conductivity_S_per_m, s.first.area_cm2, s.second.area_cm2,
            s.body_ohm, s.max_volts, one_pan_litres=s.one_pan_litres, parameters=p,
        )  # fmt: skip
        if forward:
            loop = solve_loop(d, rest, one, two, s.first, s.second)
            skins = (loop.anode, loop.cathode)
        else:
            loop = solve_loop(d, rest, two, one, s.second, s.first)
            skins = (loop.cathode, loop.anode)
        reached, passed = loop.reached, loop.through_skin
        rms = loop.body_rms_mA
        states = (relax(s.first, states[0], rms, step.minutes), relax(s.second, states[1], rms, step.minutes))
        after = advance(bath, s.pans, step.sign * loop.device_mA, step.minutes)
        currents, fields, shares = [], [], []
        for side, branch, body, inward in zip(
            skins, (one, two), (s.first, s.second), (step.sign, -step.sign), strict=True
        ):
            currents.append(inward * 1e9 * side.volts * branch.open_duct_S)
            fields.append(inward * side.volts * branch.lumen_share / (100.0 * body.electric_length_m))
            whole = side.ducts_A + side.layer_A
            still_share = branch.ducts_S / (
                branch.ducts_S + branch.layer_S * small_signal(branch.forward, branch.reverse)
            )
            shares.append(np.where(whole > 0, side.ducts_A / np.where(whole > 0, whole, 1.0), still_share))
        yield Moment(
            step,
            loop,
            (currents[0], currents[1]),
            (fields[0], fields[1]),
            (shares[0], shares[1]),
            views,
            bath,
            middle,
            after,
        )
        bath = after


def small_signal(forward: Array, reverse: Array) -> Array:
    """Conductance of the layer at no current over that between reference solutions, many barriers: M P
    ln(M/P)/(M-P).

    >>> float(small_signal(np.array(1.0), np.array(1.0)))
    1.0
    """
    ratio = reverse / forward
    near = np.abs(ratio - 1.0) < 1e-6
    safe = np.where(near, 2.0, ratio)
    out: Array = np.where(near, forward, reverse * np.log(safe) / (safe - 1.0))
    return out
