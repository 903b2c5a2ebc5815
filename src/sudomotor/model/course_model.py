"""A course as the engine runs it: one time slot = reading, stop rules, session if one is due, then the flow of time.

Everything is declared in plain array arithmetic with the person on the last axis, so that one function runs on NumPy
and on JAX. What a session does to a side was tabulated beforehand against the fraction of glands already blocked
(the nodes), for the side that starts as anode (role 0) and as cathode (role 1).
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.block import BlockRates, BlockState, blocked_fraction, flow, hit

Array = Any
Tree = dict[str, Any]

# Fractions blocked at which a session is tabulated; denser towards 1, where the current crowds into few ducts.
NODES: NDArray[np.float64] = np.array([0.0, 0.3, 0.55, 0.75, 0.88, 0.95, 1.0])
FOREVER = 1e9
# What a session does to a side, in the order of the tables.
EFFECTS = ("hits", "fast", "harm", "volts")


def interpolate(table: Array, blocked: Array, xp: ModuleType) -> Array:
    """Piecewise-linear value of a table (node, …, person) at a blocked fraction (…, person)."""
    value = table[0]
    for i in range(len(NODES) - 1):
        t = xp.clip((blocked - NODES[i]) / (NODES[i + 1] - NODES[i]), 0.0, 1.0)
        value = value + (table[i + 1] - table[i]) * t
    return value


def sessions_due(slot_in_step: Array, times: Array, period_slots: Array, xp: ModuleType) -> Array:
    """Sessions that fall into the first `slot_in_step` slots of a step: the i-th (from 0) is on slot floor(i P / n)."""
    return xp.ceil(slot_in_step * times / period_slots - 1e-9)


def slot(xp: ModuleType, const: Tree, carry: Tree, x: Tree) -> tuple[Tree, Tree]:
    """Advance all people by one slot.

    const : per-step schedules (step, person), tables of effects (step, role, node, effect, side, person), rates, dt.
    carry : pools, position in the course, irritation.
    x     : `missed` (person,) 0/1, `day` scalar.

    Returns the new carry and the readings of this slot, taken before its session (`blocked`) and after it.
    """
    state = BlockState(carry["open"], carry["shut"], carry["fast"])
    blocked = blocked_fraction(state, xp)  # (side, person)
    sweat = const["baseline"] * (1.0 - const["reached"] * blocked)

    # where in the course is each person? A stop rule may end several steps at once.
    step, since, done = carry["step"], carry["since"], carry["done"]
    n_steps = const["times"].shape[0]
    for _ in range(n_steps):
        ends = xp.zeros(step.shape, dtype=bool)
        for s in range(n_steps):
            site_sweat = xp.sum(const["stop_sides"][s][:, None] * sweat, axis=0)
            fulfilled = xp.where(
                const["stop_above"][s] > 0,
                site_sweat >= const["stop_sweat"][s],
                site_sweat <= const["stop_sweat"][s],
            )
            over = (
                (since >= const["for_slots"][s] - 1e-9)
                | (done >= const["for_sessions"][s])
                | ((const["has_until"][s] > 0) & fulfilled)
            )
            ends = ends | ((step == s) & over)
        step = xp.where(ends, step + 1, step)
        since = xp.where(ends, 0.0, since)
        done = xp.where(ends, 0.0, done)

    # a session, if one is due and not missed
    due = xp.zeros(step.shape)
    for s in range(n_steps):
        count = sessions_due(since + 1.0, const["times"][s], const["period_slots"][s], xp) - sessions_due(
            since, const["times"][s], const["period_slots"][s], xp
        )
        due = due + xp.where((step == s) & (count > 0.5), 1.0, 0.0)
    treated = due * (1.0 - x["missed"])

    effects = xp.zeros((len(EFFECTS), *blocked.shape))
    for s in range(n_steps):
        first = const["role"][s][:, None]  # +1 anode first, -1 cathode first, 0 not in the circuit; (side, 1)
        flipped = const["alternates"][s] * (carry["sessions"] % 2.0)  # (person,)
        cathode = xp.where(first > 0, flipped, 1.0 - flipped)
        as_anode, as_cathode = (interpolate(const["effects"][s][role], blocked, xp) for role in (0, 1))
        here = xp.where((step == s) & (first != 0), treated, 0.0)
        effects = effects + here * ((1.0 - cathode) * as_anode + cathode * as_cathode)
    hits, fast, harm, volts = (effects[i] for i in range(len(EFFECTS)))
    after = hit(state, hits, fast, const["rehit"], xp)
    irritation = carry["irritation"] + harm
    readings = {
        "blocked": blocked,
        "blocked_after": blocked_fraction(after, xp),
        "session": treated,
        "irritation": irritation,
        "volts": volts,
        "step": step,
    }
    rates = BlockRates(const["heal"], const["repair"], const["fast_rate"])
    later = flow(after, rates, const["dt"], xp)
    return {
        "open": later.open,
        "shut": later.blocked,
        "fast": later.fast,
        "step": step,
        "since": since + 1.0,
        "done": done + treated,
        "sessions": carry["sessions"] + treated,
        "irritation": irritation * const["irritation_keep"],
    }, readings
