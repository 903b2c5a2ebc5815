"""Signs that a loop nears a fold: threat under small noise grows larger, slower and more like itself a minute ago.

Near a steady state the fast states obey a linear equation with noise, x' = J x + noise in threat (an
Ornstein-Uhlenbeck process), whose covariance S solves J S + S J' + Q = 0 and whose autocovariance after a time s is
exp(J s) S. With the loop gain g -> 1 the slowest rate of J goes to 0, and variance and autocorrelation rise without
bound and to 1 (critical slowing down; van de Leemput et al. 2014). The noise is measured by the spread that threat
would have without the loop.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine import scan
from sudomotor.errors import InputError
from sudomotor.model.equilibria import SteadyState, around, gains_at, of_people, steady_states
from sudomotor.model.mind import FAST, step

Array = NDArray[np.float64]
Tree = dict[str, Any]
# the states that the ring runs through
RING = ("T", "A", "S", "M", "W")


@dataclass(frozen=True)
class EarlyWarning:
    """Statistics of threat about a steady state.

    Attributes
    ----------
    gain : loop gain there.
    variance_ratio : variance of threat over what the same noise gives without the loop.
    autocorrelation : of threat with itself one lag later.
    lag_minutes : that lag.
    recovery_minutes : time constant of the slowest way back after a push.
    """

    gain: float
    variance_ratio: float
    autocorrelation: float
    lag_minutes: float
    recovery_minutes: float


def jacobian(M: float, load: float, m: Tree, slow: Tree) -> Array:
    """J of the ring at a steady state of moisture M, per minute; (5, 5) in the order of RING; the first person's."""
    of = gains_at(np.asarray(M), load, m, slow)
    rate = {name: 1.0 / float(np.ravel(m[f"tau_{name}"])[0]) for name in RING}
    links: dict[tuple[str, str], Any] = {
        ("T", "W"): of.threat_per_wetness, ("A", "T"): of.drive_per_threat, ("A", "M"): of.drive_per_sweat,
        ("S", "A"): of.sweat_per_drive, ("M", "S"): 1.0, ("W", "M"): of.wetness_per_sweat,
    }  # fmt: skip
    J = np.diag([-rate[name] for name in RING])
    for (to, source), gain in links.items():
        J[RING.index(to), RING.index(source)] = rate[to] * float(np.ravel(gain)[0])
    return J


def resting(load: float, m: Tree, slow: Tree, near_threat: float | None) -> SteadyState:
    """The first person's steady state nearest to a threat; without one the calmest."""
    states = steady_states(load, m, slow)[0]
    return (
        states[0] if near_threat is None else min(states, key=lambda state: abs(state.threat - near_threat))
    )


def early_warning(
    load: float, m: Tree, slow: Tree, *, lag_minutes: float = 1.0, near_threat: float | None = None
) -> EarlyWarning:
    """Variance and autocorrelation of threat about the first person's steady state, in closed form.

    Parameters
    ----------
    load, m, slow : see `model.equilibria.steady_states`.
    lag_minutes : of the autocorrelation.
    near_threat : which steady state, where there are several; without it the calmest.

    Raises
    ------
    InputError
        where the state is not stable, or the lag is not above 0.

    >>> from sudomotor.model.equilibria import typical
    >>> found = early_warning(1.0, *typical())
    >>> bool(1.0 < found.variance_ratio < 1.1)
    True
    """
    from scipy.linalg import expm, solve_continuous_lyapunov

    if not lag_minutes > 0.0:
        raise InputError(
            f"a lag must be above 0, got {lag_minutes:g}", where="lag_minutes", mend="lag_minutes=1"
        )
    there = resting(load, m, slow, near_threat)
    if not there.stable:
        raise InputError(f"the loop gain is {there.gain:g}, so the state does not last", where="load")
    J = jacobian(there.sweat_ratio, load, m, slow)
    Q = np.zeros_like(J)
    Q[0, 0] = -2.0 * J[0, 0]  # without the loop a variance of 1
    S = solve_continuous_lyapunov(J, -Q)
    later = expm(J * lag_minutes) @ S
    slowest = float(np.max(np.linalg.eigvals(J).real))
    return EarlyWarning(there.gain, float(S[0, 0]), float(later[0, 0] / S[0, 0]), lag_minutes, -1.0 / slowest)


def with_gain(gain: float, load: float, m: Tree, slow: Tree) -> Tree:
    """The same people, each resting where they do under this load, with another loop gain: a steeper or flatter threat
    about the same point.

    Threat keeps its value because slope and midpoint change together; the short cut by the raw signals stays.
    """
    if not gain >= 0.0:
        raise InputError(f"a loop gain is not negative, got {gain:g}", where="gain", mend="gain=0.5")
    M = np.array([states[0].sweat_ratio for states in steady_states(load, m, slow)])
    of, T = gains_at(M, load, m, slow), around(M, load, m, slow)["T"]
    mind = of.threat_per_wetness * of.drive_per_threat * of.wetness_per_sweat
    if not (mind > 0.0).all():
        raise InputError("the loop is open, so no slope of threat gives it a gain", mend="switch the loop on")
    factor = (gain / of.sweat_per_drive - of.drive_per_sweat) / mind
    if not (factor > 0.0).all():
        raise InputError(
            f"a loop gain of {gain:g} is below what the raw signals of the skin give alone", where="gain",
            mend="give more, or switch 'afferent' off",
        )  # fmt: skip
    score = np.log(T / (1.0 - T))
    danger = score / m["k_T"] + m["h_T"]
    return {**m, "k_T": m["k_T"] * factor, "h_T": danger - score / (m["k_T"] * factor)}


def _noisy(xp: ModuleType, const: Tree, fast: Tree, x: Array) -> tuple[Tree, Array]:
    later, _ = step(fast, const["load"], const["minutes"], const["m"], const["slow"], xp)
    threat = later["T"] + const["push"] * x
    return {**later, "T": threat}, threat


def noisy_threat(
    load: float,
    m: Tree,
    slow: Tree,
    *,
    noise: float,
    minutes: float,
    copies: int,
    seed: int = 1,
    dt_minutes: float = 0.05,
    near_threat: float | None = None,
    backend: str = "numpy",
) -> Array:
    """Threat of copies of the first person under noise, by the moment's own equations; (time, copy).

    Parameters
    ----------
    noise : standard deviation that threat would have without the loop.
    minutes, dt_minutes : how long from the steady state, and the step.
    """
    there = resting(load, m, slow, near_threat)
    who = np.zeros(copies, int)
    many, held = of_people(m, who), of_people(slow, who)
    M = np.full(copies, there.sweat_ratio)
    now = around(M, load, many, held)
    h = m["k_h"] * load / (m["k_h"] * load + 1.0 / m["tau_r"])
    start = {"T": now["T"], "A": now["A"], "V": M * 0.0, "W": now["W"], "h": M * 0.0 + h, "S": M, "M": M}
    push = noise * np.sqrt(-np.expm1(-2.0 * dt_minutes / many["tau_T"]))
    draws = np.random.Generator(np.random.Philox(seed)).standard_normal((round(minutes / dt_minutes), copies))
    const = {
        "m": many,
        "slow": held,
        "load": np.asarray(load),
        "minutes": np.asarray(dt_minutes),
        "push": push,
    }
    _, threat = scan(_noisy, const, {name: start[name] for name in FAST}, draws, backend=backend)
    return np.asarray(threat)
