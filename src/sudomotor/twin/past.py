"""The days of the diary as each draw of the twin lived them: block, sweat, and what each day and week brought."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine.scan import jax_library
from sudomotor.model.block import BlockState
from sudomotor.twin.ahead import after_days
from sudomotor.twin.likelihood import DAY_NODES, Tree, diary_data, measures_of, nodes, terms
from sudomotor.twin.posterior import batch_width
from sudomotor.twin.priors import COUNT
from sudomotor.twin.weeks import transition, week_nodes

if TYPE_CHECKING:
    from sudomotor.twin.twin import Twin

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """The diary's days; arrays end in the draw.

    Attributes
    ----------
    state : pools of each side after the last day, (stage, side, draw).
    blocked : (day, side, draw) before the day's session.
    level : (day, draw) log sweat rate of a side of the first site on a middling day of that kind.
    noise : (day, draw) what the day and the week brought, drawn given the diary.
    week_now : (week node, draw) chances of the nodes of the last week.
    """

    state: BlockState
    blocked: Array
    level: Array
    noise: Array
    week_now: Array


@cache
def _compiled(has: tuple[str, ...], k: int, m: int) -> Any:
    jax = jax_library()

    def run(z: Any, d: Tree) -> Any:
        found = terms(z, d, has, k, m)
        return {name: found[name] for name in ("noon", "by_day", "filtered")}

    return jax.jit(run)


def past(twin: Twin) -> Past:
    """Run the diary for all draws of a twin."""
    g, rng = twin.grid, np.random.default_rng([twin.seed, 0x70617374])
    parts: dict[str, list[Array]] = {}
    order: list[Array] = []
    u = rng.random((2, len(g.logged), twin.draws))
    for i, name in enumerate(twin.accounts):
        mine = np.flatnonzero(twin.account == i)
        of = twin.priors[name]
        d = diary_data(g, of, twin.person, twin.constants(name))
        width = batch_width(d["turn"].size) // 4
        run = _compiled(measures_of(d), of.stages_to_block, of.repair_stages)
        for first in range(0, len(mine), width):
            columns = mine[first : first + width]
            n = len(columns)
            z = np.zeros((COUNT, width))
            z[:, :n] = twin.z[:, columns]
            out = run(z, d)
            own = {name: values[columns] for name, values in twin.traits.items()}
            noise, now = _drawn(out, own, d["week"], g.days, u[:, :, columns], n)
            found = {
                "level": np.asarray(out["noon"])[: g.days, :n], "noise": noise, "now": now,
            }  # fmt: skip
            for key, values in found.items():
                parts.setdefault(key, []).append(values)
            order.append(columns.astype(float))
    back = np.argsort(np.concatenate(order))
    whole = {key: np.concatenate(values, axis=-1)[..., back] for key, values in parts.items()}
    state, blocked = after_days(twin, g.held)
    return Past(state, blocked, whole["level"], whole["noise"], whole["now"])


def _drawn(
    out: Any, own: dict[str, Array], week: NDArray[np.int64], days: int, u: Array, n: int
) -> tuple[Array, Array]:
    """Draw what each day and week brought from their nodes, given the diary; and the chances of the last week's nodes."""
    (x_day, w_day), (x_week, _) = nodes(DAY_NODES), week_nodes()
    filtered = np.asarray(out["filtered"])[..., :n]
    by_day = np.asarray(out["by_day"])[:days, ..., :n] + w_day[:, None]
    picked = _backward(filtered[: week[days - 1] + 1], transition(own["week_memory"]), u[0])  # (week, draw)
    node = picked[week[:days]]  # (day, draw)
    given = np.take_along_axis(by_day, node[:, None, None, :], axis=1)[:, 0]
    today = _pick(_softmax(given, axis=1), u[1, :days], axis=1)
    return own["week_sd"] * x_week[node] + own["day_sd"] * x_day[today], filtered[week[days - 1]]


def _backward(filtered: Array, step: Array, u: Array) -> NDArray[np.int64]:
    """Draw the weeks' nodes from the last to the first, each given the next (forward filtering, backward sampling)."""
    weeks, _, n = filtered.shape
    out = np.empty((weeks, n), dtype=np.int64)
    chance = filtered[-1]
    for w in range(weeks - 1, -1, -1):
        if w < weeks - 1:
            chance = filtered[w] * step[:, out[w + 1], np.arange(n)]
            chance = chance / chance.sum(axis=0)
        out[w] = _pick(chance[None], u[None, w], axis=1)[0]
    return out


def _softmax(x: Array, axis: int) -> Array:
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return np.asarray(e / e.sum(axis=axis, keepdims=True))


def _pick(chance: Array, u: Array, axis: int) -> NDArray[np.int64]:
    """Index of the node that a uniform number falls on."""
    edges = np.cumsum(chance, axis=axis)
    return np.asarray(np.minimum((u[:, None] > edges).sum(axis=axis), chance.shape[axis] - 1))
