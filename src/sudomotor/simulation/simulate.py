"""A course of treatment meets people, and out comes a history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import Course, TreatStep
from sudomotor.engine import BACKENDS, choose_backend, scan
from sudomotor.errors import InputError, unknown
from sudomotor.model.block import fresh
from sudomotor.model.channels import Channel
from sudomotor.model.channels import channel as find_channel
from sudomotor.model.course_model import EFFECTS, NODES, slot
from sudomotor.model.harm import session_harm
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mechanisms import mechanism
from sudomotor.model.scales import SIDES, SINGULAR, SITES, site_of
from sudomotor.model.treatments import care_states
from sudomotor.parameters import Parameters, load
from sudomotor.person import People, Person, draw
from sudomotor.simulation.care import care_acts, care_assumptions
from sudomotor.simulation.history import History
from sudomotor.simulation.prepare import MAX_PEOPLE, Prepared, StepPlan, prepare, schedule_arrays

if TYPE_CHECKING:
    from sudomotor.session.course_dose import CourseDose

Array = NDArray[np.float64]
RENEWAL_AGES_YEARS = (35.0, 60.0)  # Grove et al. 1981


def simulate(
    person: Person | People | str,
    course: Course | str,
    *,
    days: int = 180,
    people: int = 200,
    seed: int = 1,
    hypotheses: Hypotheses | None = None,
    parameters: Parameters | None = None,
    overrides: Mapping[str, Array] | None = None,
    channel: str | None = None,
    backend: str = "auto",
) -> History:
    """Simulate a course in a group of people like one person.

    Parameters
    ----------
    person : a preset's name, a Person, or a cohort already drawn.
    course : the course, typed or as one sentence.
    days : horizon in days from the first session.
    people : size of the virtual group (ignored for a cohort already drawn).
    seed : of the draw of people and of missed sessions; the identical call gives identical numbers.
    hypotheses : what is switched on; the default is `Hypotheses.evidence()`.
    parameters : constants; by default the shipped ones, as calibrated for the mechanism.
    overrides : per-person values that replace the course's own, see `prepare`.
    channel : the response that the mind's loop runs over: sweat (default), blush, tremor, heart, startle. The
        course's block is then taken as a block of that response.
    backend : "numpy", "jax" or "auto" (by size).

    Returns
    -------
    History
        readings for day 0 … days, each before that day's session.

    Examples
    --------
    >>> history = simulate("palmar hyperhidrosis", "Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks",
    ...                    days=30, people=20)
    >>> history.sweat_of("palms").shape
    (31, 20)
    """
    switches = hypotheses or Hypotheses.evidence()
    p = parameters or load(account=switches.mechanism)
    course = course if isinstance(course, Course) else Course(course)
    group = person if isinstance(person, People) else draw(person, count_of_people(people), seed, p)
    acid = mechanism(switches.mechanism).counts_acid
    prepared = prepare(group, course, days=days, parameters=p, overrides=overrides, acid=acid)
    over = None if channel is None else find_channel(channel, p)
    return run_prepared(prepared, p, switches, seed=seed, channel=over, backend=backend)


def count_of_people(people: int) -> int:
    """Check the size of a group."""
    if isinstance(people, bool) or int(people) != people or not 1 <= people <= MAX_PEOPLE:
        raise InputError(
            f"people must be a whole number from 1 to {MAX_PEOPLE}, got {people}",
            where="--people",
            mend="--people 200",
        )
    return int(people)


def run_prepared(
    prepared: Prepared,
    parameters: Parameters,
    hypotheses: Hypotheses | None = None,
    *,
    seed: int = 1,
    channel: Channel | None = None,
    backend: str = "auto",
) -> History:
    """Run a prepared course; parameters of block, repair and scales may differ from those it was prepared with."""
    switches = hypotheses or Hypotheses.evidence()
    slots = prepared.days * prepared.slots_per_day + 1
    if backend == "auto":
        backend = choose_backend(prepared.people.n, slots, len(prepared.sides))
    elif backend not in BACKENDS:
        raise unknown("backend", backend, ("auto", *BACKENDS))
    const = course_constants(prepared, parameters, switches)
    _, out = scan(
        slot, const, first_state(prepared, parameters), slot_inputs(prepared, slots, seed), backend=backend
    )
    return _history(prepared, parameters, switches, seed, channel, out)


def course_constants(prepared: Prepared, p: Parameters, switches: Hypotheses) -> dict[str, Any]:
    """Everything of a course that does not change with time, in the form that `model.course_model.slot` takes."""
    people, sides = prepared.people, prepared.sides
    n = people.n
    repair_days = p.value("repair_days") * people["repair_time_factor"] * renewal_factor(people.age_years, p)
    effects = np.stack([_effects(plan, people, p, switches) for plan in prepared.steps])
    fast_days = [v for v in (_fast_days(plan, p, switches) for plan in prepared.steps) if v is not None]
    dt = 1.0 / prepared.slots_per_day
    return {
        **schedule_arrays(prepared, p),
        "effects": effects,
        "role": np.array([plan.roles for plan in prepared.steps]).reshape(len(prepared.steps), len(sides)),
        "alternates": np.array([float(plan.alternates) for plan in prepared.steps]),
        "baseline": np.stack([baseline(people, side) for side in sides]),
        "reached": np.asarray(1.0 - p.value("unreached_fraction")),
        "rehit": np.asarray(p.value("rehit_fraction")),
        "heal": np.full(n, 1.0 / p.value("hit_healing_days")),
        "repair": round(p.value("repair_stages")) / repair_days,
        "fast_rate": np.full(n, 1.0 / (fast_days[0] if fast_days else p.value("fast_block_days"))),
        "dt": np.asarray(dt),
        "irritation_keep": np.asarray(np.exp(-dt / p.value("irritation_days"))),
    }


def renewal_factor(age_years: Array | float, p: Parameters) -> Array:
    """How much longer repair takes at an age: linear between the two ages that were measured, flat outside.

    >>> from sudomotor.parameters import load
    >>> float(renewal_factor(30.0, load()))
    1.0
    """
    older = np.clip(age_years, *RENEWAL_AGES_YEARS) - RENEWAL_AGES_YEARS[0]
    return np.asarray(1.0 + 0.01 * p.value("repair_age_pct_per_year") * older)


def _effects(plan: StepPlan, people: People, p: Parameters, switches: Hypotheses) -> Array:
    """Table (role, node, effect, side, person) of what a session of this step does."""
    account = mechanism(switches.mechanism)
    table = np.zeros((2, len(NODES), len(EFFECTS), len(plan.roles), people.n))
    known: dict[int, tuple[Array, ...]] = {}
    for i, pair in enumerate(plan.doses):
        if pair is None:
            continue
        for role, dose in enumerate(pair):
            if id(dose) not in known:
                effect = account.effect(dose, p)
                works = 1.0 if "block" in switches else 0.0
                hits = works * effect.hits * people["gland_sensitivity"]
                known[id(dose)] = (hits, works * effect.fast, session_harm(dose), dose.volts_end)
            for e, values in enumerate(known[id(dose)]):
                table[role, :, e, i] = values
    return table


def _fast_days(plan: StepPlan, p: Parameters, switches: Hypotheses) -> float | None:
    for pair in plan.doses:
        if pair is not None:
            return mechanism(switches.mechanism).effect(pair[0], p).fast_days
    return None


def baseline(people: People, side: str) -> Array:
    """Sweat rate of a side without treatment, mg/min; (person,)."""
    return people[f"baseline_sweat_{SINGULAR[site_of(side)]}_mg_per_min"]


def first_state(prepared: Prepared, p: Parameters) -> dict[str, Any]:
    """The carry of `model.course_model.slot` before the first slot: nothing blocked, nothing done."""
    n = prepared.people.n
    state = fresh(
        (len(prepared.sides), n), round(p.value("stages_to_block")), round(p.value("repair_stages"))
    )
    zero = np.zeros(n)
    return {
        "open": state.open, "shut": state.blocked, "fast": state.fast, "step": np.zeros(n, dtype=np.int64), "since": zero,
        "done": zero, "sessions": zero, "irritation": np.zeros((len(prepared.sides), n)),
    }  # fmt: skip


def slot_inputs(prepared: Prepared, slots: int, seed: int) -> dict[str, Any]:
    """Which sessions are missed, slot by slot."""
    n, chance = prepared.people.n, prepared.course.missed_pct / 100.0
    missed = np.zeros((slots, n))
    if chance > 0:
        for i in range(
            slots
        ):  # a stream a slot, so that a person's luck does not depend on the size of the group
            stream = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x6D697373, i])))
            missed[i] = stream.random(n) < chance
    return {"missed": missed}


def _history(
    prepared: Prepared,
    p: Parameters,
    switches: Hypotheses,
    seed: int,
    channel: Channel | None,
    out: dict[str, Array],
) -> History:
    per_day = prepared.slots_per_day
    days = prepared.days + 1

    def daily(values: Array, how: str) -> Array:
        if per_day == 1:
            return values
        padded = np.concatenate(
            [values, np.repeat(values[-1:] * (how != "sum"), days * per_day - len(values), axis=0)]
        )
        grouped = padded.reshape(days, per_day, *values.shape[1:])
        if how == "first":
            return grouped[:, 0]
        if how == "last":
            return grouped[:, -1]
        return np.asarray(grouped.sum(axis=1) if how == "sum" else grouped.max(axis=1))

    step = daily(out["step"], "first").astype(np.int64)
    acts = care_acts(prepared.course, step, prepared.days)
    return History(
        days=np.arange(days, dtype=float),
        sides=prepared.sides,
        blocked=daily(out["blocked"], "first"),
        blocked_after=daily(out["blocked_after"], "last"),
        session=daily(out["session"], "sum"),
        irritation=daily(out["irritation"], "most"),
        volts=daily(out["volts"], "most"),
        baseline_mg_per_min=np.stack([baseline(prepared.people, side) for side in SIDES]),
        people=prepared.people,
        course=prepared.course,
        parameters=p,
        hypotheses=switches,
        seed=seed,
        assumptions=(*_assumptions(prepared, switches), *prepared.people.notes, *prepared.notes, *p.notes),
        sessions=tuple(
            _session_summary(plan) for plan in prepared.steps if any(d is not None for d in plan.doses)
        ),
        step=step,
        channel=channel,
        care=care_states(acts, SIDES, prepared.people, p) if acts else None,
    )


def _session_summary(plan: StepPlan) -> dict[str, Any]:
    """What a session of a step is like on untreated skin: medians over people, anode side."""
    dose: CourseDose = next(pair for pair in plan.doses if pair is not None)[0]
    return {
        "words": plan.step.words,
        "current_mA_reached": float(np.median(dose.reached_mA[0])),
        "volts_end": float(np.median(dose.volts_end[0])),
        "volts_end_dry": float(np.median(dose.volts_end[-2])),
        "share_through_ducts": float(np.median(dose.share_through_ducts[0])),
        "current_density_mA_per_cm2": float(np.median(dose.current_density_mA_per_cm2[0])),
        "charge_mC_per_cm2": float(np.median(np.abs(dose.charge_mC_per_cm2[0]))),
        "not_reached_pct": float(100.0 * np.mean(dose.reached_mA[0] < 0.99 * dose.set_mA[0])),
    }


def _assumptions(prepared: Prepared, switches: Hypotheses) -> list[str]:
    said = []
    treats = [plan.step for plan in prepared.steps if isinstance(plan.step, TreatStep)]
    if any(step.session.anode == "alternating" and not step.sham for step in treats):
        said.append("the anode changes sides from session to session")
    untouched = "all their glands" if switches.has_mind else "their usual sweat"
    said.append(
        f"readings are taken before the day's session; sites that no current reaches keep {untouched}"
    )
    if switches.has_mind:
        said.append("sweat is weighed in a clinic, which is itself a mild load; people treat in the evening")
        if any(plan.step.stop is not None and plan.step.stop.until is not None for plan in prepared.steps):
            said.append("rules that end a step look at what the glands do at the usual drive")
    return [*said, *care_assumptions(prepared.course)]


__all__ = ["SITES", "simulate"]
