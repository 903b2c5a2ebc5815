"""Exact propagation of staged (Erlang) chains: stages left one after another at one common rate.

Between jumps such a chain is linear, and the chance of passing j stages in a time t is the Poisson weight
exp(-a) a^j / j!, a = rate * t. Moving the stages by these weights is the matrix exponential in closed form, so a
step of any length is exact, positive and conserves the total.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

Array = Any  # numpy or jax array: one code serves both


def poisson_weights(a: Array, stages: int, xp: ModuleType) -> list[Array]:
    """Chances of exactly 0 … stages-1 events when `a` are expected; shape of `a` each.

    >>> import numpy as np
    >>> [round(float(w), 4) for w in poisson_weights(np.float64(1.0), 3, np)]
    [0.3679, 0.3679, 0.1839]
    """
    weight = xp.exp(-a)
    weights = [weight]
    for j in range(1, stages):
        weight = weight * a / j
        weights.append(weight)
    return weights


def advance(stages: list[Array], weights: list[Array]) -> tuple[list[Array], Array]:
    """Move a chain forward; what leaves the last stage is returned beside the new stages.

    The amount that leaves is total-before minus total-after, so nothing is lost to round-off drift.
    """
    n = len(stages)
    new = []
    for j in range(n):
        total = stages[0] * weights[j]
        for i in range(1, j + 1):
            total = total + stages[i] * weights[j - i]
        new.append(total)
    before, after = stages[0], new[0]
    for i in range(1, n):
        before, after = before + stages[i], after + new[i]
    return new, before - after
