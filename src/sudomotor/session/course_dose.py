"""The dose of one session for many people at once: the same equations as `deliver`, at few steps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.course import Session
from sudomotor.errors import InputError, unknown
from sudomotor.parameters import Parameters
from sudomotor.person import People
from sudomotor.session.bath import BathState
from sudomotor.session.march import FOREARM_PAD, Moment, Setup, coarse_steps, march, partner, set_up
from sudomotor.session.sensation import intensity
from sudomotor.session.water import bath_pH

Array = NDArray[np.float64]

ROLES = ("anode", "cathode")


class CourseDose(NamedTuple):
    """What one session delivers at one side; arrays (node, person), or (segment, node, person) where said.

    A node is a fraction of glands that are blocked already. A segment is a half of the session if it is
    reversed half-way, else the whole. Signs: inward positive, as under the anode.
    """

    segment_current_nA: Array  # (segment, node, person) mean net current per open duct
    segment_minutes: Array  # (segment, 1, person)
    acid_nmol: Array | None  # net acid entering an open duct with the current; None where not asked for
    duct_field_V_per_cm: Array  # net, mean over the session
    cation_mM: Array  # strong cations of the bath at the skin, charge
    charge_mC_per_cm2: Array  # net, by the wetted skin
    moved_charge_mC_per_cm2: Array  # direct charge of both directions
    share_through_ducts: Array  # of the charge
    volts_start: Array
    volts_end: Array
    reached_mA: Array  # in the device's own reading
    set_mA: Array
    current_density_mA_per_cm2: Array  # r.m.s. over the wetted skin
    alkalinity_start_mM: Array  # (segment, node, person) of the bath at the skin
    alkalinity_mean_mM: Array
    alkalinity_end_mM: Array
    skin_pH_end: Array  # of the bath at the skin
    sweat_nL_per_min: Array  # of one open gland
    intensity: Array  # of what is felt, see `sensation`
    notes: tuple[str, ...]


class _Sums:
    """What is gathered over the steps of a march, for one side."""

    def __init__(self, index: int, segments: int) -> None:
        self.index, self.segments = index, segments
        zero = np.zeros(())
        self.charge = [zero] * segments  # nA min per open duct
        self.field = self.skin_charge = self.moved = self.through = zero
        self.gap = [zero] * segments
        self.start, self.end = [zero] * segments, [zero] * segments
        self.started = [False] * segments
        self.volts_start: Array | None = None
        self.volts_end = self.reached = self.density = zero

    def gap_of(self, bath: BathState) -> Array:
        return bath.anode_gap if self.index == 0 else bath.cathode_gap

    def add(self, m: Moment) -> None:
        i, t, k = m.step.segment, m.step.minutes, self.index
        inward = m.step.sign * (1 if k == 0 else -1)
        self.charge[i] = self.charge[i] + m.open_duct_nA[k] * t
        self.field = self.field + m.field_V_per_cm[k] * t
        body = m.loop.body_mA * t
        self.skin_charge = self.skin_charge + inward * body
        self.moved = self.moved + body
        self.through = self.through + m.share[k] * t * m.step.level
        if not self.started[i]:
            self.start[i], self.started[i] = self.gap_of(m.before), True
        # Simpson's rule over the step
        gaps = self.gap_of(m.before) + 4.0 * self.gap_of(m.middle) + self.gap_of(m.after)
        self.gap[i] = self.gap[i] + gaps * t / 6.0
        self.end[i] = self.gap_of(m.after)
        if not m.step.ramp:
            if self.volts_start is None:
                self.volts_start = m.loop.volts
            self.volts_end = m.loop.volts
            self.reached = m.loop.reached
            self.density = np.maximum(self.density, m.loop.body_rms_mA)


def course_dose(
    session: Session,
    people: People,
    *,
    side: str | None = None,
    role: str = "anode",
    blocked: ArrayLike = 0.0,
    blocked_other: ArrayLike | None = None,
    parameters: Parameters | None = None,
    overrides: Mapping[str, ArrayLike] | None = None,
    acid: bool = True,
) -> CourseDose:
    """Deliver a session to one side of many people, without solving the duct.

    Parameters
    ----------
    session : what is done
    people : the cohort, n people
    side : the electrode that is asked about, e.g. "left palm"; default: the first that is treated
    role : its pole at the start, "anode" or "cathode"
    blocked : fraction of its glands that are blocked, broadcastable to (node, n)
    blocked_other : the same of the other electrode; default: as `blocked` where that is the other side of
        the same site, else none
    parameters : constants in force; default: those of `people`
    overrides : per-person values (n,) used instead of the session's: `current_mA`, `minutes`,
        `alkalinity_mM`, `litres`, `water_uS_per_cm`, `area_cm2` (of treated sides)
    acid : give the acid per duct as well, by the emulator of the duct

    Returns
    -------
    CourseDose

    Examples
    --------
    >>> from sudomotor.course import Session
    >>> from sudomotor.person import draw
    >>> people = draw("palmar hyperhidrosis, severe", 50, seed=1)
    >>> dose = course_dose(Session("15 mA DC for 20 minutes"), people, acid=False)
    >>> bool((dose.segment_current_nA > 0).all())
    True
    """
    if role not in ROLES:
        raise unknown("role", role, ROLES, where="role")
    p = parameters if parameters is not None else people.parameters
    side = session.electrodes[0] if side is None else side
    other = partner(session, side)
    nodes = np.atleast_2d(np.asarray(blocked, float))
    if not (np.all(nodes >= 0) and np.all(nodes <= 1)):
        raise InputError("blocked must lie from 0 to 1", where="blocked", mend="give a fraction of glands")
    if blocked_other is None:
        same = other != FOREARM_PAD and other.split()[-1] == side.split()[-1] and session.side == "both"
        blocked_other = nodes if same else 0.0
    first = role == "anode"
    anode, cathode = (side, other) if first else (other, side)
    setup = set_up(
        session,
        people,
        anode=anode,
        cathode=cathode,
        blocked=(nodes, blocked_other) if first else (blocked_other, nodes),
        parameters=p,
        overrides=overrides or {},
    )
    sums = _Sums(0 if first else 1, setup.segments)
    for moment in march(setup, coarse_steps(setup)):
        sums.add(moment)
    return _dose(session, setup, sums, nodes, people.n, acid)


def _dose(session: Session, setup: Setup, sums: _Sums, nodes: Array, n: int, acid: bool) -> CourseDose:
    p, d = setup.parameters, setup.drive
    body = setup.first if sums.index == 0 else setup.second
    shape = (nodes.shape[0], n)

    def full(values: ArrayLike) -> Array:
        return np.ascontiguousarray(np.broadcast_to(values, shape), dtype=np.float64)

    def stack(values: list[Array]) -> Array:
        return np.stack([full(each) for each in values])

    minutes = full(setup.minutes)[:1]
    lengths = np.broadcast_to(minutes / setup.segments, (setup.segments, 1, n)).copy()
    currents = stack(sums.charge) / lengths
    mean_gap = stack(sums.gap) / lengths
    end = stack(sums.end)
    mc_per_cm2 = 60.0 / body.area_cm2  # mA min to mC/cm2
    weight = setup.minutes - (setup.ramp_minutes if np.any(setup.ramp_minutes > 0) else 0.0) * setup.segments
    stated = {"mean": d.mean_mA, "peak": d.peak_mA, "rms": d.ripple_rms_mA}[d.reading]
    cations = setup.ions.cations_mM + np.maximum(mean_gap.mean(axis=0) - setup.ions.alkalinity_mM, 0.0)
    delivered, beyond = None, tuple[str, ...]()
    if acid:
        from sudomotor.session.acid import emulated_acid

        delivered, beyond = emulated_acid(currents, lengths, mean_gap, end, cations, body)
    ramp_s = 60.0 * np.asarray(setup.ramp_minutes)
    steepest = np.where(ramp_s > 0, d.peak_mA / np.where(ramp_s > 0, ramp_s, 1.0), 1e3 * d.peak_mA)
    share = full(sums.through / weight)
    passed = (
        sums.density / np.where(d.rms_mA > 0, d.rms_mA, 1.0) / body.area_cm2
    )  # of the set current, by skin
    felt = intensity(passed * d.mean_mA, passed * d.ripple_rms_mA, d.frequency_Hz, steepest, parameters=p)
    return CourseDose(
        segment_current_nA=currents,
        segment_minutes=lengths,
        acid_nmol=delivered,
        duct_field_V_per_cm=full(sums.field / setup.minutes),
        cation_mM=full(cations),
        charge_mC_per_cm2=full(sums.skin_charge * mc_per_cm2),
        moved_charge_mC_per_cm2=full(sums.moved * mc_per_cm2),
        share_through_ducts=share,
        volts_start=full(0.0 if sums.volts_start is None else sums.volts_start),
        volts_end=full(sums.volts_end),
        reached_mA=full(sums.reached * stated),
        set_mA=full(stated),
        current_density_mA_per_cm2=full(sums.density / body.area_cm2),
        alkalinity_start_mM=stack(sums.start),
        alkalinity_mean_mM=mean_gap,
        alkalinity_end_mM=end,
        skin_pH_end=full(bath_pH(end[-1], setup.ions.carbonate_mM)),
        sweat_nL_per_min=full(body.sweat_nL_per_min),
        intensity=full(felt),
        notes=(*setup.notes, *beyond),
    )
