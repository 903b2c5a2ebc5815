"""The course model of one person at the resolution of a diary: the block of each side, slot by slot, for many parameter sets.

The same equations as `model.course_model` (its tests hold the two together), for a calendar that is known: no rules,
no steps, no other people. What a session does is a table over the fraction already blocked, worked out beforehand by
the session's physics for the middle person; one's own strength multiplies its hits. The parameter sets are on the last
axis, so that one call serves a gradient, a sample of thousands, or a hundred schedules.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from sudomotor.engine import repeat
from sudomotor.model.block import (
    BlockRates,
    BlockState,
    blocked_fraction,
    flow_by,
    flow_weights,
    hit,
)
from sudomotor.model.course_model import interpolate

Array = Any


class Kinetics(NamedTuple):
    """What a person's glands are like; each (set,)."""

    strength: Array  # factor on the hits of a session
    repair_days: Array
    heal_days: Array
    fast_strength: Array  # factor on the share that a session puts out of action for days
    fast_days: Array
    rehit: Array
    start_block: Array  # fraction blocked when the diary begins


class Sessions(NamedTuple):
    """What is held, slot by slot. `hits` and `fast` (slot, node, side, 1 or set): zero where there is no session.

    `given` (slot, set): 1 where the sessions of a slot are held, 0 where they are missed; None where all are held.
    """

    hits: Array
    fast: Array
    given: Array | None = None


def start(kin: Kinetics, sides: int, k: int, m: int, xp: ModuleType) -> BlockState:
    """The state when a diary begins: undamaged, but for the part that is blocked already, spread over the stages of repair."""
    b = xp.broadcast_to(kin.start_block, (sides, *xp.shape(kin.start_block)))
    zero = xp.zeros_like(b)
    return BlockState(xp.stack([1.0 - b] + [zero] * (k - 1)), xp.stack([b / m] * m), zero)


def run(
    kin: Kinetics, sessions: Sessions, state: BlockState, slot_days: float, xp: ModuleType = np
) -> tuple[BlockState, tuple[Array, Array]]:
    """Follow the block over all slots.

    Parameters
    ----------
    kin : parameters, (set,) each.
    sessions : tables of what is held in each slot.
    state : pools at the start, (stage, side, set).
    slot_days : length of a slot in days.

    Returns
    -------
    the state after the last slot, and the blocked fraction before and after the session of each slot, (slot, side, set).
    """
    k, m = state.open.shape[0], state.blocked.shape[0]
    rates = BlockRates(1.0 / kin.heal_days, m / kin.repair_days, 1.0 / kin.fast_days)
    weights = flow_weights(rates, slot_days, k, m, xp)

    def slot(carry: Array, x: Array) -> tuple[Array, Array]:
        now = BlockState(*carry)
        before = blocked_fraction(now, xp)
        hits = interpolate(x[0], before, xp) * kin.strength
        fast = xp.minimum(interpolate(x[1], before, xp) * kin.fast_strength, 1.0)
        after = hit(now, hits, fast, kin.rehit, xp)
        later = flow_by(after, weights, xp)
        return tuple(later), (before, blocked_fraction(after, xp))

    if xp is np:
        rows: list[tuple[Array, Array]] = []
        carry: Array = tuple(state)
        for i in range(len(sessions.hits)):
            share = 1.0 if sessions.given is None else sessions.given[i]
            carry, y = slot(carry, (sessions.hits[i] * share, sessions.fast[i] * share))
            rows.append(y)
        before, after = (np.stack([row[j] for row in rows]) for j in (0, 1))
        return BlockState(*carry), (before, after)
    if sessions.given is not None:
        raise ValueError("missed sessions are for the forecast, which runs on NumPy")
    last, out = repeat(slot, tuple(state), (sessions.hits, sessions.fast), xp)
    return BlockState(*last), out
