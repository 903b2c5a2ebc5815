"""From people and a course to what the engine needs: the calendar, and what each kind of session does to each side.

The physics of a session is worked out here once, against the fraction of glands already blocked; a course then only
interpolates. What depends on parameters of block and repair alone is left to `run`, so that a fit repeats little.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import CareStep, Condition, Course, Session, Step, TreatStep
from sudomotor.errors import InputError
from sudomotor.model.course_model import FOREVER, NODES
from sudomotor.model.scales import SIDES, sweat_at_hdss

if TYPE_CHECKING:
    from sudomotor.parameters import Parameters
    from sudomotor.person import People
    from sudomotor.session.course_dose import CourseDose

Array = NDArray[np.float64]
MAX_DAYS = 3653
MAX_PEOPLE = 1_000_000
MAX_SLOTS_PER_DAY = 4


@dataclass(frozen=True)
class StepPlan:
    """One step of the course, ready for the engine.

    `roles` gives, for each tracked side, +1 where it starts as anode, -1 as cathode, 0 where no current goes;
    `doses` the dose at each side, as anode and as cathode, None for a pause, a sham or another treatment: to the
    block, another treatment is a pause of its length.
    """

    step: Step
    roles: tuple[float, ...]
    alternates: bool
    doses: tuple[tuple[CourseDose, CourseDose] | None, ...]


@dataclass(frozen=True)
class Prepared:
    """People, calendar and doses: all that does not depend on how glands respond.

    `steps` are those that follow one another; what runs alongside them does not concern the block.
    """

    people: People
    course: Course
    days: int
    slots_per_day: int
    sides: tuple[str, ...]
    steps: tuple[StepPlan, ...]
    overrides: Mapping[str, Array]
    notes: tuple[str, ...]


def sides_and_roles(session: Session) -> dict[str, float]:
    """Sides in the circuit, with +1 where the side is the anode of the first session and -1 where it is the cathode.

    For both sides the left one is the anode first unless the right is named. One treated side is the anode first and
    its return the opposite; a return that is a forearm pad is not followed further.
    """
    if session.side == "both":
        left = -1.0 if session.anode == "right" else 1.0
        return {name: left if name.startswith("left") else -left for name in session.electrodes}
    first = -1.0 if session.anode not in ("alternating", session.side) else 1.0
    roles = dict.fromkeys(session.electrodes, first)
    if session.return_electrode in SIDES:
        roles[str(session.return_electrode)] = -first
    return roles


def tracked_sides(course: Course) -> tuple[str, ...]:
    """Sides that any step reaches, in the fixed order of `SIDES`."""
    reached: set[str] = set()
    for step in course.steps:
        if isinstance(step, TreatStep):
            reached |= set(sides_and_roles(step.session))
    return tuple(side for side in SIDES if side in reached) or ("left palm", "right palm")


def slots_per_day(course: Course, overrides: Mapping[str, Array]) -> int:
    """Slots a day that keep any two sessions of a step apart."""
    most = max([step.schedule.per_day for step in course.steps if isinstance(step, TreatStep)], default=1.0)
    if "sessions_per_week" in overrides:
        most = max(most, float(np.max(overrides["sessions_per_week"])) / 7.0)
    needed = max(1, math.ceil(most - 1e-9))
    if needed > MAX_SLOTS_PER_DAY:
        raise InputError(
            f"{most:g} sessions a day are more than the model resolves ({MAX_SLOTS_PER_DAY})",
            where="the schedule of the course", mend="ask for fewer sessions a day; labels allow one",
        )  # fmt: skip
    return needed


def prepare(
    people: People,
    course: Course,
    *,
    days: int,
    parameters: Parameters,
    overrides: Mapping[str, Array] | None = None,
    acid: bool = False,
) -> Prepared:
    """Work out the calendar and the dose of every kind of session.

    Parameters
    ----------
    people : the cohort.
    course : what is done.
    days : horizon in days, 0 to ten years.
    parameters : constants in force.
    overrides : per-person values (person,) that replace the course's own: `current_mA`, `minutes`, `sessions_per_week`,
        `alkalinity_mM`, `litres`, `water_uS_per_cm`, `area_cm2`.
    acid : work out the acid that enters the ducts as well; a mechanism that counts it needs this.

    Raises
    ------
    InputError
        for a horizon out of range, or more sessions a day than the model resolves.
    """
    from sudomotor.session.course_dose import course_dose

    if isinstance(days, bool) or int(days) != days or not 0 <= days <= MAX_DAYS:
        raise InputError(
            f"days must be a whole number from 0 to {MAX_DAYS}, got {days}", where="--days", mend="--days 180"
        )
    given = dict(overrides or {})
    sides = tracked_sides(course)
    plans: list[StepPlan] = []
    notes: list[str] = []
    known: dict[tuple[Any, ...], CourseDose] = {}
    nodes = np.repeat(NODES[:, None], people.n, axis=1)
    physics = {name: value for name, value in given.items() if name != "sessions_per_week"}
    for step in course.sequence:
        roles = np.zeros(len(sides))
        doses: list[tuple[CourseDose, CourseDose] | None] = [None] * len(sides)
        alternates = False
        if isinstance(step, TreatStep) and not step.sham:
            session = step.session
            alternates = session.anode == "alternating"
            for side, role in sides_and_roles(session).items():
                i = sides.index(side)
                roles[i] = role
                pair = []
                for polarity in ("anode", "cathode"):
                    key = (session, side.split()[-1], side in session.electrodes, polarity)
                    if key not in known:
                        known[key] = course_dose(
                            session,
                            people,
                            side=side,
                            role=polarity,
                            blocked=nodes,
                            parameters=parameters,
                            overrides=physics,
                            acid=acid,
                        )
                        notes.extend(known[key].notes)
                    pair.append(known[key])
                doses[i] = (pair[0], pair[1])
        plans.append(StepPlan(step, tuple(roles), alternates, tuple(doses)))
    return Prepared(
        people,
        course,
        int(days),
        slots_per_day(course, given),
        sides,
        tuple(plans),
        given,
        tuple(dict.fromkeys(notes)),
    )


def schedule_arrays(prepared: Prepared, p: Parameters) -> dict[str, Array]:
    """Calendar of all steps, (step, person): sessions per period, period and length in slots, and stop rules."""
    n, per_day, sides = prepared.people.n, prepared.slots_per_day, prepared.sides
    shape = (len(prepared.steps), n)
    out = {
        "times": np.zeros(shape), "period_slots": np.ones(shape), "for_slots": np.full(shape, FOREVER),
        "for_sessions": np.full(shape, FOREVER), "stop_sweat": np.zeros(shape), "stop_above": np.zeros(shape[:1]),
        "has_until": np.zeros(shape[:1]), "stop_sides": np.zeros((shape[0], len(sides))),
    }  # fmt: skip
    stop_site = "palms"
    for s, plan in enumerate(prepared.steps):
        step = plan.step
        if isinstance(step, TreatStep):
            out["times"][s] = step.schedule.times
            out["period_slots"][s] = step.schedule.period_days * per_day
            if "sessions_per_week" in prepared.overrides:
                out["times"][s] = prepared.overrides["sessions_per_week"]
                out["period_slots"][s] = 7.0 * per_day
            stop_site = step.session.sites[0]
        if isinstance(step, CareStep):  # its acts are no sessions of current, so its length is one in days
            out["for_slots"][s] = FOREVER if step.days is None else step.days * per_day
            continue
        stop = step.stop
        if stop is None:
            continue
        if stop.for_days is not None:
            out["for_slots"][s] = stop.for_days * per_day
        if stop.for_sessions is not None:
            out["for_sessions"][s] = stop.for_sessions
        if stop.until is not None:
            out["has_until"][s] = 1.0
            out["stop_above"][s] = float(stop.until.relation.startswith(">"))
            out["stop_sweat"][s] = _threshold(stop.until, stop_site, prepared.people, p)
            on = [
                i
                for i, side in enumerate(sides)
                if side.split()[-1] in (stop_site[:-1], "axilla" if stop_site == "axillae" else "")
            ]
            treated = [i for i in on if plan.roles[i] != 0] or on
            out["stop_sides"][s, treated] = 1.0 / len(treated)
    return out


def _threshold(until: Condition, site: str, people: People, p: Parameters) -> Any:
    """The sweat rate, (person,), that a condition compares with: one on HDSS is turned into one on sweat."""
    if until.measure == "sweat":
        return until.value
    # "HDSS <= 2" is below the 2|3 threshold; "HDSS >= 3" is above the same one
    level = math.floor(until.value) if until.relation in ("<=", ">") else math.ceil(until.value) - 1
    return sweat_at_hdss(level, people["hdss_shift"], site, p)
