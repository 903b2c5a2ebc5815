"""Running a declared model over time slots: the same step function on NumPy (small, instant) or JAX (wide, compiled)."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

Tree = Any
Step = Callable[[ModuleType, Tree, Tree, Tree], tuple[Tree, Tree]]

BACKENDS = ("numpy", "jax")
# Below this many state-slots NumPy finishes before JAX has been imported; measured in benchmarks/engine_backends.py.
NUMPY_UP_TO = 1_500_000


def choose_backend(people: int, slots: int, sides: int) -> str:
    """The faster backend for a problem of this size."""
    return "numpy" if people * slots * sides <= NUMPY_UP_TO else "jax"


def jax_library() -> Any:
    import jax as library

    jax: Any = library  # its configuration carries no types

    jax.config.update("jax_enable_x64", True)
    if not jax.config.jax_compilation_cache_dir:
        root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
        jax.config.update("jax_compilation_cache_dir", str(Path(root) / "sudomotor" / "xla"))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.2)
    return jax


@cache
def _compiled(step: Step) -> Callable[[Tree, Tree, Tree], tuple[Tree, Tree]]:
    jax = jax_library()
    import jax.numpy as jnp

    def run(constants: Tree, carry: Tree, xs: Tree) -> tuple[Tree, Tree]:
        return jax.lax.scan(lambda c, x: step(jnp, constants, c, x), carry, xs)  # type: ignore[no-any-return]

    return jax.jit(run)  # type: ignore[no-any-return]


def _stack(rows: list[Tree]) -> Tree:
    first = rows[0]
    if first is None:
        return None
    if isinstance(first, dict):
        return {key: _stack([row[key] for row in rows]) for key in first}
    return np.stack(rows)


def _slot(xs: Tree, i: int) -> Tree:
    return {key: _slot(value, i) for key, value in xs.items()} if isinstance(xs, dict) else xs[i]


def scan(step: Step, constants: Tree, carry: Tree, xs: Tree, *, backend: str) -> tuple[Tree, Tree]:
    """Apply `step(xp, constants, carry, x) -> (carry, y)` over the leading axis of `xs`.

    Parameters
    ----------
    step : a module-level function (it is the key of the compile cache) in plain array arithmetic.
    constants, carry, xs : nested dicts of arrays; every leaf of `xs` has the slots as leading axis.
    backend : "numpy" or "jax".

    Returns
    -------
    the last carry and the stacked outputs, as NumPy arrays.
    """
    if backend == "jax":
        last, ys = _compiled(step)(constants, carry, xs)
        jax = jax_library()
        return jax.tree.map(np.asarray, last), jax.tree.map(np.asarray, ys)
    leaf = xs
    while isinstance(leaf, dict):
        leaf = next(iter(leaf.values()))
    rows = []
    for i in range(len(leaf)):
        carry, y = step(np, constants, carry, _slot(xs, i))
        rows.append(y)
    return carry, _stack(rows)


def repeat(
    step: Callable[[Tree, Tree], tuple[Tree, Tree]], carry: Tree, xs: Tree, xp: ModuleType
) -> tuple[Tree, Tree]:
    """Apply `step(carry, x) -> (carry, y)` over the leading axis of an array `xs`, inside a declared model.

    A loop on NumPy, a compiled one on JAX, so that a model with an inner loop stays small to compile.
    """
    if xp.__name__ != "numpy":
        jax = jax_library()
        return jax.lax.scan(step, carry, xs)  # type: ignore[no-any-return]
    rows = []
    for i in range(len(xs)):
        carry, y = step(carry, xs[i])
        rows.append(y)
    return carry, _stack(rows)
