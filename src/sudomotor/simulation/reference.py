"""The slow path that the fast one is held against: one person, the same equations, integrated by SciPy's LSODA."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine.reference import integrate
from sudomotor.model.block import BlockRates, BlockState, blocked_fraction, fresh, hit, rhs
from sudomotor.model.course_model import interpolate
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.parameters import Parameters
from sudomotor.simulation.prepare import Prepared
from sudomotor.simulation.simulate import course_constants

Array = NDArray[np.float64]


def reference_blocked(
    prepared: Prepared,
    parameters: Parameters,
    session: Array,
    person: int,
    hypotheses: Hypotheses | None = None,
    *,
    rtol: float = 1e-10,
    atol: float = 1e-13,
) -> Array:
    """Fraction of glands blocked before each day's session, (day, side), for one person.

    `session` (day, person) is the calendar that the fast path kept; one slot a day and a course of one treating step
    per session kind are assumed, as in the checks that use it.
    """
    const = course_constants(prepared, parameters, hypotheses or Hypotheses.evidence())
    k, m = round(parameters.value("stages_to_block")), round(parameters.value("repair_stages"))
    rates = BlockRates(*(np.float64(const[name][person]) for name in ("heal", "repair", "fast_rate")))
    step_of_day = _steps(prepared, len(session))
    out = np.empty((len(session), len(prepared.sides)))
    for side in range(len(prepared.sides)):
        count = np.concatenate([[0.0], np.cumsum(session[:, person])])
        jumps = {
            day: _jump(const, step_of_day[day], side, person, count[day], k, m)
            for day in range(len(session))
            if session[day, person] > 0
        }
        start = fresh((), k, m)
        y0 = np.concatenate([start.open, start.blocked, [0.0]])
        ys = integrate(
            lambda t, y: rhs(y, rates, k, m), y0, list(range(len(session))), jumps, rtol=rtol, atol=atol
        )
        out[:, side] = 1.0 - ys[:, :k].sum(axis=1) * (1.0 - ys[:, -1])
    return out


def _steps(prepared: Prepared, days: int) -> list[int]:
    """The step in force on each day, by the steps' lengths."""
    ends = np.cumsum([plan.step.days if plan.step.days is not None else np.inf for plan in prepared.steps])
    return [int(np.searchsorted(ends, day, side="right")) for day in range(days)]


def _jump(
    const: dict[str, Array], step: int, side: int, person: int, sessions_before: float, k: int, m: int
) -> Callable[[Array], Array]:
    first = const["role"][step, side]
    flipped = const["alternates"][step] * (sessions_before % 2.0)
    role = int(flipped if first > 0 else 1.0 - flipped)
    table = const["effects"][step, role, :, :, side, person]

    def jump(y: Array) -> Array:
        state = BlockState(y[:k], y[k : k + m], y[k + m])
        hits, fast = interpolate(table, blocked_fraction(state), np)[:2]
        after = hit(state, hits, fast, const["rehit"])
        return np.concatenate([after.open, after.blocked, [after.fast]])

    return jump
