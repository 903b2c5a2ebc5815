"""The panic model of Robinaugh and others as a named scenario: arousal, threat, escape, and what days of them teach.

A person whose arousal frightens them: arousal A feeds perceived threat PT, which feeds arousal. A homeostatic feedback H
and escape E end it. Minutes (sg is the logistic function, N the disturbance by the day's events, g the gain of a block):

    dA/dt  = [ s PT + N - H - A ] / tau_A
    dPT/dt = [ sg( k (g A - s_E E - h) ) - PT ] / tau_PT      k = k0 - k1 b^S + kC C ,   h = d^S - hC C
    dH/dt  = [ sg( k_H (A - h_H) ) - c_H H ] / tau_H
    dE/dt  = [ sg( k_E (PT - X - Tx - h_E) ) - E ] / tau_E
    dN     = -N dt / tau_N + noise, SD sigma^2,               sigma = sigma_0 + sigma_1 sg(-5 (V - 1/2))

A feared situation C comes by chance each hour and ends at the next, or when it is escaped (E > 1/2). Once a day the arousal
schema S, the escape schema X and avoidance V learn from the day's greatest PT, E and fear, which is sqrt(max(A, 0) PT).

A block of sweat enters as g: arousal is there, but little of it can be perceived. That the body's signs carry the fear of them
is the model's assumption (hypothesis); that learning waits for fear (the gate) is another, and can be taken away.
Everything is written from the published equations. Where their words leave two readings open (whether avoidance follows the schema
of before or after the night; whether exposures strengthen by the calendar or by how many were done), the reading was taken that
agrees with the reference figures in `panic_reference_…`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.parameters import Parameters

Array = NDArray[np.float64]


class PanicConstants(NamedTuple):
    """What the minutes and the nights run on, as plain numbers; names are the symbols of the equations above."""

    tau_A: float
    tau_PT: float
    tau_H: float
    tau_E: float
    s: float
    s_E: float
    k_H: float
    h_H: float
    c_H: float
    k_E: float
    h_E: float
    escaped: float
    k_0: float
    k_1: float
    b: float
    d: float
    k_C: float
    h_C: float
    chance: float
    avoid_steepness: float
    avoid_midpoint: float
    tau_N: float
    sigma_0: float
    sigma_1: float
    learn_fear: float
    learn_escape: float
    S_gain: float
    S_loss: float
    X_gain: float
    X_loss: float
    V_rate: float
    V_steepness: float
    V_schema: float
    attack_fear: float
    attack_rise: float
    attack_arousal: float


def panic_constants(p: Parameters, *, gated: bool = True) -> PanicConstants:
    """The constants from the parameters; without the gate any day teaches, however calm."""
    return PanicConstants(
        tau_A=p.value("panic_arousal_minutes"),
        tau_PT=p.value("panic_threat_minutes"),
        tau_H=p.value("panic_homeostasis_minutes"),
        tau_E=p.value("panic_escape_minutes"),
        s=p.value("panic_threat_on_arousal"),
        s_E=p.value("panic_escape_on_threat"),
        k_H=p.value("panic_homeostasis_steepness"),
        h_H=p.value("panic_homeostasis_threshold"),
        c_H=p.value("panic_homeostasis_decay"),
        k_E=p.value("panic_escape_steepness"),
        h_E=p.value("panic_escape_threshold"),
        escaped=p.value("panic_escaped"),
        k_0=p.value("panic_threat_steepness_max"),
        k_1=p.value("panic_threat_steepness_span"),
        b=p.value("panic_threat_steepness_base"),
        d=p.value("panic_threat_threshold_base"),
        k_C=p.value("panic_situation_steepness"),
        h_C=p.value("panic_situation_threshold"),
        chance=p.value("panic_situation_chance"),
        avoid_steepness=p.value("panic_avoidance_steepness"),
        avoid_midpoint=p.value("panic_avoidance_midpoint"),
        tau_N=p.value("panic_noise_minutes"),
        sigma_0=p.value("panic_noise_base"),
        sigma_1=p.value("panic_noise_span"),
        learn_fear=p.value("panic_learning_fear") if gated else 0.0,
        learn_escape=p.value("panic_learning_escape"),
        S_gain=p.value("panic_schema_gain"),
        S_loss=p.value("panic_schema_loss"),
        X_gain=p.value("panic_escape_gain"),
        X_loss=p.value("panic_escape_loss"),
        V_rate=p.value("panic_avoidance_rate"),
        V_steepness=p.value("panic_avoidance_schema_steepness"),
        V_schema=p.value("panic_avoidance_schema"),
        attack_fear=p.value("panic_attack_fear"),
        attack_rise=p.value("panic_attack_rise"),
        attack_arousal=p.value("panic_attack_arousal"),
    )


def logistic(x: float) -> float:
    """The logistic function of one number."""
    return float(1.0 / (1.0 + np.exp(-x)))


def threat_sigmoid(S: float, C: float, c: PanicConstants) -> tuple[float, float]:
    """Steepness k and threshold h of threat on arousal at arousal schema S, in (C = 1) or out of a feared situation."""
    return c.k_0 - c.k_1 * c.b**S + c.k_C * C, c.d**S - c.h_C * C


def kept_by_avoidance(V: float, c: PanicConstants) -> float:
    """Share of feared situations and of the avoidable disturbance that are left at avoidance V."""
    return logistic(-c.avoid_steepness * (V - c.avoid_midpoint))


def noise_sd(V: float, c: PanicConstants) -> float:
    """Standard deviation of the disturbance N: sigma squared.

    >>> from sudomotor.parameters import load
    >>> c = panic_constants(load())
    >>> round(noise_sd(0.0, c), 2), round(noise_sd(1.0, c), 2)
    (0.6, 0.27)
    """
    return (c.sigma_0 + c.sigma_1 * kept_by_avoidance(V, c)) ** 2


def avoidance_target(S: float, c: PanicConstants) -> float:
    """Avoidance that an arousal schema S leads to."""
    return logistic(c.V_steepness * (S - c.V_schema))


def rhs(
    y: Array,
    c: PanicConstants,
    *,
    S: float,
    X: float,
    C: float = 0.0,
    N: float = 0.0,
    gain: float = 1.0,
    resistance: float = 0.0,
) -> Array:
    """d(A, PT, H, E)/dt per minute at y = (A, PT, H, E); `resistance` is what therapy adds to the threshold of escape."""
    A, PT, H, E = (float(v) for v in y)
    k, h = threat_sigmoid(S, C, c)
    return np.array(
        [
            (c.s * PT + N - H - A) / c.tau_A,
            (logistic(k * (gain * A - c.s_E * E - h)) - PT) / c.tau_PT,
            (logistic(c.k_H * (A - c.h_H)) - c.c_H * H) / c.tau_H,
            (logistic(c.k_E * (PT - X - resistance - c.h_E)) - E) / c.tau_E,
        ]
    )


def learn(
    S: float, X: float, V: float, fear: float, threat: float, escape: float, c: PanicConstants
) -> tuple[float, float, float]:
    """Schemas and avoidance after a night, from the day's greatest fear, threat and escape.

    Fear that was escaped from confirms the danger; fear that was stayed with unlearns it, and teaches another way. A day without
    fear teaches nothing of either: a block that takes the fear away keeps the schema as it was. Avoidance follows the schema as
    it is after the night.

    >>> from sudomotor.parameters import load
    >>> c = panic_constants(load())
    >>> [round(v, 2) for v in learn(0.8, 0.2, 0.68, fear=0.7, threat=1.0, escape=0.1, c=c)]
    [0.72, 0.28, 0.39]
    >>> learn(0.8, 0.2, 0.68, fear=0.3, threat=0.4, escape=0.1, c=c)[:2]
    (0.8, 0.2)
    """
    if fear >= c.learn_fear:
        S, X = (
            S + (c.S_gain * (max(threat, S) - S) if escape >= c.learn_escape else -c.S_loss * S),
            X + (-c.X_loss * X if escape > c.learn_escape else c.X_gain * (max(threat, X) - X)),
        )
    return S, X, V + c.V_rate * (avoidance_target(S, c) - V)


class Therapy(NamedTuple):
    """What is done on which day, (day,) each; `strength` is the arousal that the day's exposure calls up."""

    schema_share: Array
    escape_share: Array
    exposure: Array
    strength: Array
    in_situation: Array
    resistance: Array
    adherence: float


def no_therapy(days: int) -> Therapy:
    """Nothing is done on any day."""
    nothing = np.zeros(days)
    return Therapy(nothing, nothing, nothing, nothing, nothing, nothing, adherence=0.0)


def cognitive_behavioural_therapy(days: int, p: Parameters) -> Therapy:
    """Education, restructuring, exposure to arousal of rising strength at home and then in feared situations; day 1 is first.

    An exposure is done with the chance of `adherence`. Its strength rises by the calendar, so one that is missed is not made up;
    the last strength stays to the end.
    """
    day = np.arange(1, days + 1)

    def during(first: str, last: str, after: float = 0.0) -> Array:
        return ((day >= p.value(first)) & (day <= p.value(last) + after)).astype(float)

    first, last = "panic_cbt_exposure_first_day", "panic_cbt_exposure_last_day"
    education = day == p.value("panic_cbt_education_day")
    restructuring = (day == p.value("panic_cbt_restructuring_first_day")) | (
        day == p.value("panic_cbt_restructuring_second_day")
    )
    share = p.value("panic_cbt_share")
    runs = [p.value("panic_cbt_run_1_days"), p.value("panic_cbt_run_2_days"), p.value("panic_cbt_run_3_days")]
    strengths = np.array(
        [
            p.value("panic_cbt_strength_1"),
            p.value("panic_cbt_strength_2"),
            p.value("panic_cbt_strength_3"),
            p.value("panic_cbt_strength_4"),
        ]
    )
    run = np.searchsorted(np.cumsum(runs), day - p.value(first), side="right")
    return Therapy(
        schema_share=share * (education | restructuring),
        escape_share=share * education,
        exposure=during(first, last),
        strength=strengths[run] * during(first, last),
        in_situation=during("panic_cbt_situation_first_day", "panic_cbt_situation_last_day"),
        resistance=p.value("panic_cbt_resistance")
        * during(first, last, p.value("panic_cbt_resistance_after_days")),
        adherence=p.value("panic_cbt_adherence"),
    )
