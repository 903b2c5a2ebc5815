"""The reference for the fast paths: SciPy's LSODA at tight tolerance, restarted at every jump."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


def integrate(
    rhs: Callable[[float, Vector], Vector],
    state: Vector,
    times: Sequence[float],
    jumps: dict[int, Callable[[Vector], Vector]],
    *,
    rtol: float = 1e-10,
    atol: float = 1e-13,
) -> Vector:
    """States just before the jump at each of `times`; shape (time, state).

    Parameters
    ----------
    rhs : dy/dt = rhs(t, y).
    state : y at times[0].
    jumps : index into `times` -> y after the jump there.
    """
    from scipy.integrate import solve_ivp

    out = np.empty((len(times), state.size))
    y = np.array(state, dtype=float)
    for i, t in enumerate(times):
        out[i] = y
        if i in jumps:
            y = jumps[i](y)
        if i + 1 < len(times):
            y = solve_ivp(rhs, (t, times[i + 1]), y, method="LSODA", rtol=rtol, atol=atol).y[:, -1]
    return out
