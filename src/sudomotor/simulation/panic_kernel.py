"""Compiled minutes of the panic model: what `sudomotor.model.panic` declares, stepped for one patient over days.

Arousal, threat, homeostasis and escape go by Euler's rule; the disturbance moves by its exact transition, so that its variance and
correlation time do not depend on the step. Fear is kept squared (max(A, 0) PT), which saves a root in every step.
Everything stands in one file, since numba's cache of a function does not notice a change of another.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, sqrt
from typing import Any, TypeVar, cast

import numba
import numpy as np

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile with numba: cached on disk, IEEE division, no reordering of sums; other threads run meanwhile."""
    return cast(Kernel, numba.njit(cache=True, error_model="numpy", nogil=True)(function))


@compiled
def _sg(x: float) -> float:
    return 1.0 / (1.0 + exp(-x))


@compiled
def _step(
    A: float,
    PT: float,
    H: float,
    E: float,
    N: float,
    k: float,
    h: float,
    gain: float,
    rest: float,
    c: Any,
    dt: float,
) -> Any:
    """One Euler step; `rest` is the whole threshold of escape."""
    return (
        A + dt * (c.s * PT + N - H - A) / c.tau_A,
        PT + dt * (_sg(k * (gain * A - c.s_E * E - h)) - PT) / c.tau_PT,
        H + dt * (_sg(c.k_H * (A - c.h_H)) - c.c_H * H) / c.tau_H,
        E + dt * (_sg(c.k_E * (PT - rest)) - E) / c.tau_E,
    )


@compiled
def _kept(V: float, c: Any) -> float:
    return _sg(-c.avoid_steepness * (V - c.avoid_midpoint))


@compiled
def run_minutes(
    c: Any, steps: int, at: int, strength: float, S: float, X: float, V: float, C: float, gain: float, loud: float,
    dt: float, noise: Any, out: Any,
) -> None:  # fmt: skip
    """Fill `out` (steps + 1, 4) with A, PT, H, E from rest; A is set to `strength` at step `at`; `loud` scales the noise."""
    keep = exp(-dt / c.tau_N)
    sd = loud * (c.sigma_0 + c.sigma_1 * _kept(V, c)) ** 2
    fresh = sd * sqrt(1.0 - keep * keep)
    A, PT, H, E, N = 0.0, 0.0, 0.0, 0.0, sd * noise.standard_normal()
    k, h = c.k_0 - c.k_1 * c.b**S + c.k_C * C, c.d**S - c.h_C * C
    for i in range(steps + 1):
        if i == at:
            A = strength
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = A, PT, H, E
        A, PT, H, E = _step(A, PT, H, E, N, k, h, gain, X + c.h_E, c, dt)
        N = keep * N + fresh * noise.standard_normal()
        if C > 0.0 and c.escaped < E:
            C = 0.0
            k, h = c.k_0 - c.k_1 * c.b**S, c.d**S


@compiled
def run_days(
    c: Any, therapy: Any, gains: Any, S: float, X: float, V: float, hours: int, steps: int, dt: float, back: int,
    gap: int, noise: Any, events: Any, slow: Any, attacks: Any, exposed: Any, greatest: Any, spread: Any,
) -> None:  # fmt: skip
    """One patient's days.

    Parameters
    ----------
    therapy, gains : what is done on each day, and the gain of the block on it, (day,).
    hours, steps : situations drawn in a day, and steps of `dt` minutes in each.
    back, gap : steps over which the rise of fear is measured, and steps below it that end an attack.
    noise, events : random generators of the disturbance, and of situations and adherence.
    slow : (day + 1, 3) filled with S, X, V before each day and after the last.
    attacks, exposed, spread : (day,) filled with attacks, exposures done, SD of arousal.
    greatest : (day, 3) filled with the day's greatest fear, threat and escape.
    """
    days = gains.shape[0]
    keep = exp(-dt / c.tau_N)
    innovation = sqrt(1.0 - keep * keep)
    threshold = c.attack_fear * c.attack_fear
    rise = c.attack_rise * c.attack_rise
    past = np.zeros(back)  # fear squared of the last `back` steps, as a ring
    where = 0
    A, PT, H, E = 0.0, 0.0, 0.0, 0.0
    N = (c.sigma_0 + c.sigma_1 * _kept(V, c)) ** 2 * noise.standard_normal()
    in_attack, below, peak, before, peak_arousal, peak_day = False, 0, 0.0, 0.0, 0.0, 0
    for day in range(days):
        slow[day, 0], slow[day, 1], slow[day, 2] = S, X, V
        S -= therapy.schema_share[day] * S
        X += therapy.escape_share[day] * (1.0 - X)
        kept = _kept(V, c)
        fresh = (c.sigma_0 + c.sigma_1 * kept) ** 2 * innovation
        # drawn every day, whatever is done, so that two courses meet the same events
        adheres = events.random() < therapy.adherence
        if therapy.exposure[day] > 0.0 and adheres:
            A = therapy.strength[day]
            exposed[day] = 1.0
        gain, rest = gains[day], X + therapy.resistance[day] + c.h_E
        k_out, h_out = c.k_0 - c.k_1 * c.b**S, c.d**S
        top_fear, top_threat, top_escape, total, squares = 0.0, 0.0, 0.0, 0.0, 0.0
        for hour in range(hours):
            situation = events.random() < c.chance * kept
            if hour == 0 and exposed[day] > 0.0 and therapy.in_situation[day] > 0.0:
                situation = True
            k = k_out + c.k_C if situation else k_out
            h = h_out - c.h_C if situation else h_out
            for _ in range(steps):
                fear = A * PT if A > 0.0 else 0.0
                if fear >= threshold:
                    if not in_attack:
                        in_attack, peak, peak_arousal = True, 0.0, 0.0
                    below = 0
                    if fear > peak:
                        peak, before, peak_day = fear, past[where], day
                    peak_arousal = max(peak_arousal, A)
                elif in_attack:
                    below += 1
                    if below >= gap:
                        in_attack = False
                        if peak >= rise * before and peak_arousal > c.attack_arousal:
                            attacks[peak_day] += 1.0
                past[where] = fear
                where = where + 1 if where + 1 < back else 0
                top_fear, top_threat, top_escape = (
                    max(top_fear, fear),
                    max(top_threat, PT),
                    max(top_escape, E),
                )
                total += A
                squares += A * A
                A, PT, H, E = _step(A, PT, H, E, N, k, h, gain, rest, c, dt)
                N = keep * N + fresh * noise.standard_normal()
                if situation and c.escaped < E:
                    situation = False
                    k, h = k_out, h_out
        count = hours * steps
        spread[day] = sqrt(max(squares / count - (total / count) ** 2, 0.0))
        top_fear = sqrt(top_fear)
        greatest[day, 0], greatest[day, 1], greatest[day, 2] = top_fear, top_threat, top_escape
        if top_fear >= c.learn_fear:
            if top_escape >= c.learn_escape:
                S += c.S_gain * (max(top_threat, S) - S)
            else:
                S -= c.S_loss * S
            if top_escape > c.learn_escape:
                X -= c.X_loss * X
            else:
                X += c.X_gain * (max(top_threat, X) - X)
        V += c.V_rate * (_sg(c.V_steepness * (S - c.V_schema)) - V)
    slow[days, 0], slow[days, 1], slow[days, 2] = S, X, V
    if in_attack and peak >= rise * before and peak_arousal > c.attack_arousal:
        attacks[peak_day] += 1.0
