"""The bodies of virtual people: the full simulator, driven day by day by what each of them really does.

`simulate` follows a course that all people share; a diary's people differ in current, minutes and dates. The same
declared equations are used: the session's physics is tabulated for each current that a person uses, by the same
`prepare`, and `model.course_model.slot` and `model.days.day` are stepped through the days. For a course that can be
said in one sentence the result is that of `simulate` to the last bits (tested).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import Course
from sudomotor.model.course_model import slot
from sudomotor.model.days import day as mind_day
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mechanisms import mechanism
from sudomotor.model.persons_mind import setup
from sudomotor.model.scales import SIDES, site_of
from sudomotor.parameters import Parameters, load
from sudomotor.person import People, draw
from sudomotor.simulation.life import Calendar, calendar
from sudomotor.simulation.loop import mind_inputs
from sudomotor.simulation.prepare import Prepared, prepare
from sudomotor.simulation.simulate import course_constants, first_state

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Tree = dict[str, Any]
# what differs from person to person, with the person on the last axis; the rest is the same for every account
_BY_PERSON = (
    "times", "period_slots", "for_slots", "for_sessions", "stop_sweat", "effects", "baseline", "reached", "rehit", "heal",
    "repair", "fast_rate",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Group:
    """People under one account of the block: `at` are their places among all."""

    account: str
    at: Whole
    people: People
    parameters: Parameters
    hypotheses: Hypotheses


@dataclass(frozen=True, eq=False)
class Bodies:
    """People whose days can be lived; all arrays in the order of `people`.

    `const` and `mind` are what `slot` and the mind's `day` take.
    """

    people: People
    indices: Whole
    site: str
    seed: int
    hypotheses: Hypotheses
    groups: tuple[Group, ...]
    sides: tuple[str, ...]
    const: Tree
    mind: Tree
    parameters: Parameters

    @property
    def baseline_mg_per_min(self) -> Array:
        """Sweat of one side of the site without treatment, (person,)."""
        return np.asarray(np.mean(self.const["baseline"], axis=0))


def bodies(
    person: str,
    seed: int,
    indices: Whole,
    accounts: Sequence[str],
    hypotheses: Hypotheses,
    site: str,
) -> tuple[Bodies, Tree]:
    """Draw people and bring them to their first morning, untreated; also their first state."""
    usual = load()
    everybody = draw(person, int(indices.max()) + 1, seed, usual).take(indices)
    groups: list[Group] = []
    consts: list[Tree] = []
    states: list[Tree] = []
    sides: tuple[str, ...] = ()
    for account in dict.fromkeys(accounts):
        at = np.flatnonzero(np.array([each == account for each in accounts]))
        p = load(account=account)
        people = draw(person, int(indices.max()) + 1, seed, p).take(indices[at])
        group = Group(account, at, people, p, hypotheses.with_mechanism(account))
        prepared = _prepared(group, site, np.ones(len(at)), np.ones(len(at)))
        const = course_constants(prepared, p, group.hypotheses)
        for name in ("reached", "rehit"):
            const[name] = np.full(len(at), const[name])
        sides = prepared.sides
        groups.append(group)
        consts.append(const)
        states.append(first_state(prepared, p))
    order = np.argsort(np.concatenate([group.at for group in groups]), kind="stable")
    const = {
        name: np.concatenate([each[name] for each in consts], axis=-1)[..., order]
        if name in _BY_PERSON
        else consts[0][name]
        for name in consts[0]
    }
    state = {name: np.concatenate([each[name] for each in states], axis=-1)[..., order] for name in states[0]}
    mind, morning = setup(everybody, usual, hypotheses)
    found = Bodies(everybody, indices, site, seed, hypotheses, tuple(groups), sides, const, mind, usual)
    return found, {"block": state, "mind": morning}


def _prepared(group: Group, site: str, current_mA: Array, minutes: Array) -> Prepared:
    return prepare(
        group.people, Course(f"Treat {site} at 10 mA DC for 20 minutes, daily"), days=0, parameters=group.parameters,
        overrides={"current_mA": current_mA, "minutes": minutes}, acid=mechanism(group.account).counts_acid,
    )  # fmt: skip


def dose_tables(b: Bodies, current_mA: Array, minutes: Array) -> Array:
    """What sessions do, by the full physics of a session.

    Parameters
    ----------
    b : whose.
    current_mA, minutes : (kind, person) the kinds of sessions that each of them uses.

    Returns
    -------
    (kind, role, node, effect, side, person)
    """
    kinds = len(current_mA)
    out = np.zeros((kinds, *b.const["effects"].shape[1:]))
    for group in b.groups:
        # every person once for each kind, so that the physics is worked out in one go
        n = len(group.at)
        many = replace(group, people=group.people.take(np.tile(np.arange(n), kinds)))
        prepared = _prepared(many, b.site, current_mA[:, group.at].ravel(), minutes[:, group.at].ravel())
        table = course_constants(prepared, group.parameters, group.hypotheses)["effects"][0]
        out[..., group.at] = np.moveaxis(table.reshape(*table.shape[:-1], kinds, n), -2, 0)
    return out


def occasions_of(b: Bodies, first: int, days: int) -> Calendar:
    """Events that life offers on some days, of each person's own stream."""
    whole = calendar(first + days, int(b.indices.max()) + 1, b.seed, b.parameters)
    return Calendar(whole.load[first:, :, b.indices], whole.hour[first:, :, b.indices])


def live_day(
    b: Bodies,
    state: Tree,
    tables: Array,
    which: Whole,
    works: Array,
    meant: Array,
    anode_right: Array,
    load: Array,
    mood: Array,
) -> tuple[Tree, Array]:
    """Live one day.

    Parameters
    ----------
    state : as `bodies` gave it, or the last day.
    tables, which : of `dose_tables`, and which kind of session each person holds.
    works : (person,) 1 where current flows today.
    meant : (person,) 1 where the person believes to have treated.
    anode_right : (person,) 1 where the plus pole lies on the right.
    load : (occasion, person) events; mood : (person,) standard normal.

    Returns
    -------
    the next morning's state, and the sweat of one side before the day's session, mg/min (person,).
    """
    effects = np.take_along_axis(tables, which[None, None, None, None, None, :], axis=0)
    const = {**b.const, "effects": effects}
    # the pole of a session follows from how many went before: here the person says which it is
    carry = {**state["block"], "sessions": anode_right}
    after, out = slot(np, const, carry, {"missed": 1.0 - works})
    left = np.ones((len(SIDES), len(which)))
    for i, side in enumerate(b.sides):
        left[SIDES.index(side)] = 1.0 - b.const["reached"] * out["blocked"][i]
    flows = [left[i] for i, side in enumerate(SIDES) if site_of(side) == b.site]
    sweat = b.baseline_mg_per_min * np.mean(flows, axis=0)
    if not b.hypotheses.has_mind:
        return {"block": after, "mind": state["mind"]}, sweat
    x = mind_inputs(
        b.mind,
        b.people,
        left[None],
        meant[None],
        b.parameters,
        b.seed,
        events=Calendar(load[None], load[None]),
    )
    x["noise"] = mood[None]
    later, seen = mind_day(np, b.mind, state["mind"], {name: values[0] for name, values in x.items()})
    return {"block": after, "mind": later}, sweat * np.asarray(seen["clinic_ratio"])
