"""What a week brings, and how much of it the next one keeps: a Markov chain on a few nodes.

The effect of a week on the log sweat rate is `week_sd` times a stationary AR(1) process of unit variance. It is carried on the
nodes of Rouwenhorst's (1995) chain, whose mean, variance and correlation are exactly those of the process for any number
of nodes, and integrated out by the forward recursion of hidden Markov models. It stands for seasons and hard weeks, and for
all that lasts and that the model does not know: a forecast starts from how the last weeks really were.
"""

from __future__ import annotations

import math
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine import repeat

Array = Any
WEEK_NODES = 7


def week_nodes() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes of unit variance and their stationary log weights (binomial).

    >>> x, w = week_nodes()
    >>> bool(abs((np.exp(w) * x**2).sum() - 1.0) < 1e-12)
    True
    """
    n = WEEK_NODES - 1
    x = math.sqrt(n) * np.linspace(-1.0, 1.0, WEEK_NODES)
    return x, np.array([math.log(math.comb(n, i)) - n * math.log(2.0) for i in range(WEEK_NODES)])


def transition(memory: Array, xp: ModuleType = np) -> Array:
    """Chances of going from node i to node j in a week, (i, j, set), for a correlation `memory` (set,).

    >>> P = transition(np.array([0.6]))
    >>> x, w = week_nodes()
    >>> bool(np.allclose(P.sum(axis=1), 1.0)), bool(np.allclose(P[..., 0] @ x, 0.6 * x))
    (True, True)
    """
    p = 0.5 * (1.0 + memory)
    table = xp.stack([xp.stack([p, 1.0 - p]), xp.stack([1.0 - p, p])])
    for size in range(3, WEEK_NODES + 1):

        def placed(i: int, j: int, old: Array = table) -> Array:
            return xp.pad(old, [(i, 1 - i), (j, 1 - j), (0, 0)])

        whole = p * (placed(0, 0) + placed(1, 1)) + (1.0 - p) * (placed(0, 1) + placed(1, 0))
        half = np.ones(size)
        half[1:-1] = 0.5
        table = whole * half[:, None, None]
    return table


def forward(log_likelihood: Array, step: Array, xp: ModuleType = np) -> tuple[Array, Array]:
    """Run the chain through weeks.

    Parameters
    ----------
    log_likelihood : (week, node, set) of what was read in each week.
    step : (i, j, set) transition.

    Returns
    -------
    log likelihood of all weeks, (set,), and the chances of the nodes after each week given all up to it, (week, node, set).
    """
    _, w = week_nodes()
    first = xp.broadcast_to(xp.exp(w)[:, None], log_likelihood.shape[1:])

    def week(carry: Array, seen: Array) -> tuple[Array, Array]:
        before, total = carry
        top = xp.max(seen, axis=0)
        joint = before * xp.exp(seen - top)
        norm = xp.sum(joint, axis=0)
        now = joint / norm
        after = xp.sum(now[:, None] * step, axis=0)
        return (after, total + xp.log(norm) + top), now

    zero = xp.zeros(log_likelihood.shape[2:])
    (_, total), filtered = repeat(week, (first, zero), log_likelihood, xp)
    return total, filtered
