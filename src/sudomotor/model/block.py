"""Block and repair of sweat glands at one site and side: staged damage, staged repair, and a fast reversible pool.

A gland's duct takes *hits*. A session gives each open duct a Poisson number of hits with mean `hits`; the k-th hit
blocks it (multi-target theory of Lea 1946; nothing is seen after the first session, control comes at about the
tenth, which a single-hit exponential cannot give). Hits short of k heal one at a time. A blocked duct is repaired in
m stages (Erlang-m, the epidermis renewing itself around the duct: epidermal turnover 36 d, Maeda 2017), so that
relapse comes with a delay. A duct that is still blocked and hit again starts its repair anew. Beside these, each session
puts a share of the open glands out of action for a few days (`fast`), whatever their damage.

    dx_j/dt = (x_{j+1} - x_j [j>0]) / tau_heal        j = 0 … k-1   (x_k is not a state: it is blocked)
    db_i/dt = (m/tau_repair) (b_{i-1} [i>1] - b_i)    i = 1 … m ;   dx_0/dt gains (m/tau_repair) b_m
    df/dt   = -f / tau_fast

All pools are fractions of the glands: sum x + sum b = 1. Between sessions the system is linear and moved exactly.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine import advance, poisson_weights

Array = Any


class BlockState(NamedTuple):
    """Pools of one or more sites; each leaf (stage, …, person) or, for `fast`, (…, person)."""

    open: Array
    blocked: Array
    fast: Array


class BlockRates(NamedTuple):
    """Rates per day, each broadcastable to (…, person)."""

    heal_per_day: Array
    repair_per_day: Array
    fast_per_day: Array


def fresh(shape: tuple[int, ...], stages_to_block: int, repair_stages: int) -> BlockState:
    """All glands open and undamaged."""
    opened = np.zeros((stages_to_block, *shape))
    opened[0] = 1.0
    return BlockState(opened, np.zeros((repair_stages, *shape)), np.zeros(shape))


def blocked_fraction(state: BlockState, xp: ModuleType = np) -> Array:
    """Fraction of glands that give no sweat, by the slow or the fast pool; shape (…, person)."""
    return 1.0 - xp.sum(state.open, axis=0) * (1.0 - state.fast)


class FlowWeights(NamedTuple):
    """What a stretch of time without a session does: chances of passing stages; each broadcastable to (…, person)."""

    heal: list[Array]
    repair: list[Array]
    fast_keep: Array


def flow_weights(rates: BlockRates, days: Array, k: int, m: int, xp: ModuleType = np) -> FlowWeights:
    """Weights of `flow` for a length of time, to be worked out once where many equal lengths follow."""
    heal = poisson_weights(rates.heal_per_day * days, max(k - 1, 1), xp)
    return FlowWeights(
        heal, poisson_weights(rates.repair_per_day * days, m, xp), xp.exp(-rates.fast_per_day * days)
    )


def flow(state: BlockState, rates: BlockRates, days: Array, xp: ModuleType = np) -> BlockState:
    """Healing and repair over `days` without a session; exact."""
    k, m = state.open.shape[0], state.blocked.shape[0]
    return flow_by(state, flow_weights(rates, days, k, m, xp), xp)


def flow_by(state: BlockState, weights: FlowWeights, xp: ModuleType = np) -> BlockState:
    """The same by weights that are known."""
    k, m = state.open.shape[0], state.blocked.shape[0]
    blocked, repaired = advance([state.blocked[i] for i in range(m)], weights.repair)
    # hits heal towards zero: the chain runs from k-1 down to 1 and empties into x_0
    damaged = [state.open[j] for j in range(k - 1, 0, -1)]
    opened = [state.open[0] + repaired]
    if damaged:
        healed, whole = advance(damaged, weights.heal)
        opened = [opened[0] + whole, *reversed(healed)]
    return BlockState(xp.stack(opened), xp.stack(blocked), state.fast * weights.fast_keep)


def hit(state: BlockState, hits: Array, fast: Array, rehit: Array, xp: ModuleType = np) -> BlockState:
    """One session: `hits` expected hits per open duct, `fast` the share put out of action for days.

    `rehit` is the share of a session's hits that reaches a duct which is blocked already. `hits` = `fast` = 0 leaves
    the state as it was.
    """
    k, m = state.open.shape[0], state.blocked.shape[0]
    opened, newly = advance([state.open[j] for j in range(k)], poisson_weights(hits, k, xp))
    kept = xp.exp(-rehit * hits)
    blocked = [state.blocked[i] * kept for i in range(m)]
    again = state.blocked[0] - blocked[0]
    for i in range(1, m):
        again = again + (state.blocked[i] - blocked[i])
    blocked[0] = blocked[0] + again + newly
    return BlockState(xp.stack(opened), xp.stack(blocked), 1.0 - (1.0 - state.fast) * (1.0 - fast))


def rhs(y: NDArray[np.float64], rates: BlockRates, k: int, m: int) -> NDArray[np.float64]:
    """The same as `flow`, as a right-hand side of one person and side: y = (x_0 … x_{k-1}, b_1 … b_m, f).

    The reference solver integrates this; `flow` must agree with it.
    """
    x, b, f = y[:k], y[k : k + m], y[k + m]
    heal, repair = float(rates.heal_per_day), float(rates.repair_per_day)
    dx, db = np.zeros(k), np.zeros(m)
    dx[:-1] += heal * x[1:]
    dx[1:] -= heal * x[1:]
    db -= repair * b
    db[1:] += repair * b[:-1]
    dx[0] += repair * b[-1]
    return np.concatenate([dx, db, [-float(rates.fast_per_day) * f]])
