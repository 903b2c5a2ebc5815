"""The mind and the nerve's centre in the moment: threat, drive, vagal tone, perceived wetness, habituation.

The fast half of LOOP-12, in plain array arithmetic with the person on the last axis; time in minutes. With the load
c of a situation (0 none, 1 a public task) and slow states P, Pc, E, N, G held,

    Pe = clip(P - ctx Pc, 0, 1)                                    expected embarrassment that is left
    z  = c (w_P Pe + w_W phi W_hat) + w_N N - w_E E - w_K (K - K0)  appraised danger
    tau_T dT/dt = sg(k_T (z - h_T)) - T
    tau_A dA/dt = A_0 + a_c c (1 - h_max h) + a_T T - A
    tau_V dV/dt = V_0 - v_c c - v_T T - V
    theta_3 dM/dt = S - M                                          moisture that sweat leaves on the skin
    tau_W dW/dt = M/(M + S_50) - W ;   W_hat = (W + pi_p W_p)/(1 + pi_p)
    dh/dt  = (k_h / T_s) c (1 - h) - h / tau_r
    D = s_D G max(A - A_th, 0) (1 - w_ES E)                         sudomotor drive

What is felt is moisture, which outlasts a volley, and not each volley. Habituation is of the load, not of the
effector: effort goes on to give sweat. A clip at 0 and 1 of Pe is part of
the model (a probability). Sources: Clark & Wells 1995 for self-focused attention and the impression that it gives;
Klumbies et al. 2014 for the small a_T; Robinaugh et al. 2019 for the form of T and A; all weights are judged.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from sudomotor.engine import repeat
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.scales import SIDES, SINGULAR, site_of
from sudomotor.parameters import Parameters
from sudomotor.person import People

Array = Any
Tree = dict[str, Any]

# the fast states; `S` is the sweat that has come through and `M` the moisture that it leaves on the skin, both over
# their values at the clinic's load before treatment
FAST = ("T", "A", "V", "W", "h", "S", "M")
_SCALARS = {
    "tau_T": "threat_time_min", "k_T": "threat_slope", "h_T": "threat_midpoint", "w_P": "weight_expectation",
    "w_W": "weight_wetness", "w_N": "weight_mood", "w_E": "weight_expected_benefit", "w_K": "weight_control",
    "w_ES": "expectation_direct_weight", "tau_A": "drive_time_min", "A_0": "drive_rest", "a_c": "drive_per_load",
    "a_T": "drive_per_threat", "a_S": "drive_per_afferent", "a_N": "drive_per_mood", "A_th": "drive_threshold",
    "s_D": "drive_scale", "tau_V": "vagal_time_min", "V_0": "vagal_rest", "v_c": "vagal_per_load",
    "v_T": "vagal_per_threat", "tau_W": "wetness_time_min", "S_50": "wetness_half_mg_per_min", "W_p": "wetness_prior",
    "pi_p": "wetness_prior_precision", "h_max": "habituation_depth", "e_F": "biofeedback_effect",
    "mood_recovery": "mood_recovery",
}  # fmt: skip


def sigmoid(x: Array, xp: ModuleType) -> Array:
    """1 / (1 + exp(-x)), by tanh so that it cannot overflow."""
    return 0.5 * (1.0 + xp.tanh(0.5 * x))


def visibility(p: Parameters) -> np.ndarray[Any, np.dtype[np.float64]]:
    """How much of each side's sweat counts for what is felt and seen; half for each side of a pair; (side,)."""
    return np.array([0.5 * p.value(f"visibility_{SINGULAR[site_of(side)]}") for side in SIDES])


def mind_constants(people: People, p: Parameters, hypotheses: Hypotheses) -> Tree:
    """The constants of the moment for these people and switches; each (person,) or a scalar.

    A switch that is off sets its weight to zero. Without the loop the wetness that enters appraisal is the person's
    own untreated one (`W_own`), so that baseline threat is the same with and without.
    """
    m: Tree = {symbol: np.asarray(p.value(name)) for symbol, name in _SCALARS.items()}
    m["k_h"] = np.asarray(p.value("habituation_per_stimulus") / (p.value("stimulus_interval_s") / 60.0))
    m["tau_r"] = np.asarray(p.value("habituation_recovery_s") / 60.0)
    m["tau_S"] = np.asarray(sweat_delay_min(p))
    m["tau_M"] = np.asarray(p.value("corneum_drying_s") / 60.0)
    if "strong_loop" in hypotheses:
        m["k_T"] = np.asarray(p.value("strong_loop_threat_slope"))
        m["a_T"] = np.asarray(p.value("strong_loop_drive_per_threat"))
        m["a_c"] = np.asarray(p.value("strong_loop_drive_per_load"))
        m["w_W"] = np.asarray(p.value("strong_loop_weight_wetness"))
    off = {
        "anticipation": ("w_P",), "afferent": ("a_S",), "agency": ("w_K",), "balance": ("a_N",),
        "expectation": ("w_E",), "suggestion": ("w_ES",), "arousal": ("a_c", "a_T", "v_c", "v_T"),
        "mood": ("mood_recovery",),
    }  # fmt: skip
    for switch, weights in off.items():
        # without the skin-only base a person still expects; peripheral freezes what is learned, not what is feared
        if switch not in hypotheses and not (switch == "anticipation" and not hypotheses.has_mind):
            m |= {weight: np.asarray(0.0) for weight in weights}
    m["shown"] = np.asarray(1.0)
    m["felt"] = np.asarray(1.0 if "loop" in hypotheses else 0.0)
    gain = people["drive_sudomotor_gain"]
    m["G_0"] = gain if "gain" in hypotheses else np.full(people.n, p.value("drive_sudomotor_gain"))
    m["phi"] = people["mind_attention"]
    m["P_0"], m["N_0"] = people["mind_expectation"], people["mind_mood"]
    m["visible"] = visibility(p)
    m["base"] = np.stack([people.baseline(site_of(side)) for side in SIDES])
    return m


def sweat_delay_min(p: Parameters) -> float:
    """Mean time from a command to sweat on the skin: conduction, gland and duct, as the moment resolves them."""
    seconds = (
        p.value("nerve_delay_s")
        + p.value("gland_rise_s")
        + p.value("duct_drain_s")
        + p.value("acetylcholine_decay_s")
    )
    return seconds / 60.0


def expected(slow: Tree, xp: ModuleType) -> Array:
    """Pe: the expected embarrassment that is left after the safety bound to the treatment."""
    return xp.clip(slow["P"] - slow["ctx"] * slow["Pc"], 0.0, 1.0)


def drive_of(A: Array, m: Tree, slow: Tree, xp: ModuleType) -> Array:
    """D, the sudomotor drive, 1 for an untreated patient's palm under stress."""
    return m["s_D"] * slow["G"] * xp.maximum(A - m["A_th"], 0.0) * (1.0 - m["w_ES"] * slow["E"])


def appraisal(W: Array, c: Array, m: Tree, slow: Tree, xp: ModuleType) -> Array:
    """z, the appraised danger; `attention` in `slow` is phi as it stands now."""
    sensed = m["felt"] * W + (1.0 - m["felt"]) * m["W_own"]
    W_hat = (sensed + m["pi_p"] * m["W_p"]) / (1.0 + m["pi_p"])
    return (
        c * (m["w_P"] * expected(slow, xp) + m["w_W"] * slow["attention"] * W_hat)
        + m["w_N"] * slow["N"]
        - m["w_E"] * slow["E"]
        - m["w_K"] * (slow["K"] - m["K_0"])
    )


def relax(
    x: Array, mean: Array, rise: Array, tau: Array, minutes: Array, xp: ModuleType
) -> tuple[Array, Array]:
    """A state that relaxes towards a target: its value after `minutes`, and its mean over them.

    The target has a mean over the step and rises by `rise` from its start to its end; the state is exact where it
    does so linearly. The mean of the state follows from the equation, mean(x) = mean(target) - tau (x1 - x0)/dt.
    """
    kept = xp.exp(-minutes / tau)
    start = mean - 0.5 * rise
    later = start + (x - start) * kept + (1.0 - (1.0 - kept) * tau / minutes) * rise
    return later, mean - tau * (later - x) / minutes


def threat_target(W: Array, c: Array, m: Tree, slow: Tree, xp: ModuleType) -> Array:
    """Where threat is heading for a felt wetness."""
    trained = 1.0 - m["e_F"] * slow["F"]
    return sigmoid(m["k_T"] * (appraisal(W, c, m, slow, xp) * trained - m["h_T"]), xp)


def wetness_target(M: Array, m: Tree, slow: Tree) -> Array:
    """Where perceived wetness is heading for a moisture of the skin."""
    wet = M * slow["visible_mg_per_min"] + slow["feedback_mg_per_min"]
    return wet / (wet + m["S_50"])


def afferent(M: Array, m: Tree, slow: Tree) -> Array:
    """What the raw signals of sweating skin add to the drive."""
    raw = M * slow["raw_mg_per_min"]
    return m["a_S"] * (raw / (raw + m["S_50"]) - m["raw_own"])


def step(
    fast: Tree, c: Array, minutes: Array, m: Tree, slow: Tree, xp: ModuleType, *, speak: Array = 0.0
) -> tuple[Tree, Tree]:
    """Advance the fast states by `minutes` of constant load; also the mean of each over the step.

    Each state relaxes towards a target that moves linearly over the step (exponential time differencing of second
    order, Cox & Matthews 2002), along the chain wetness, threat, drive, sweat, moisture, wetness; what a state passes
    on is its mean over the step, so that a quick one does not have to be resolved.
    """
    trained = 1.0 - m["e_F"] * slow["F"]
    mood = m["a_N"] * (slow["N"] - m["N_0"])
    new, mean = {}, {}

    def go(name: str, target: Array, rise: Array, tau: Array) -> None:
        new[name], mean[name] = relax(fast[name], target, rise, tau, minutes, xp)

    rate = m["k_h"] * c + 1.0 / m["tau_r"]
    go("h", m["k_h"] * c / rate, 0.0 * fast["h"], 1.0 / rate)
    W_goal = wetness_target(fast["M"], m, slow)
    # threat comes before wetness in the chain: wetness is guessed ahead, from the sweat that is on its way
    M_guess = fast["S"] + (fast["M"] - fast["S"]) * xp.exp(-minutes / m["tau_M"])
    goal_guess = wetness_target(M_guess, m, slow)
    W_guess, _ = relax(fast["W"], 0.5 * (W_goal + goal_guess), goal_guess - W_goal, m["tau_W"], minutes, xp)
    T0, T1 = (threat_target(W, c, m, slow, xp) for W in (fast["W"], W_guess))
    # worse mood than one's own makes threat linger, better mood lets it pass; never quicker than half the time
    slower = xp.maximum(1.0 + m["mood_recovery"] * (slow["N"] - m["N_0"]), 0.5)
    go("T", 0.5 * (T0 + T1), T1 - T0, m["tau_T"] * xp.where(fast["T"] > 0.5 * (T0 + T1), slower, 1.0))
    calm = m["A_0"] + mood + afferent(fast["M"], m, slow) + m["a_c"] * speak
    go(
        "A",
        calm + m["a_c"] * c * (1.0 - m["h_max"] * mean["h"]) * trained + m["a_T"] * mean["T"],
        m["a_T"] * (new["T"] - fast["T"]) - m["a_c"] * c * m["h_max"] * trained * (new["h"] - fast["h"]),
        m["tau_A"],
    )
    go(
        "V",
        m["V_0"] - mood - m["v_c"] * (c * trained + speak) - m["v_T"] * mean["T"],
        -m["v_T"] * (new["T"] - fast["T"]),
        m["tau_V"],
    )
    D0, D1, D = (drive_of(A, m, slow, xp) / m["D_ref"] for A in (fast["A"], new["A"], mean["A"]))
    go("S", D, D1 - D0, m["tau_S"])
    go("M", mean["S"], new["S"] - fast["S"], m["tau_M"])
    W1 = wetness_target(new["M"], m, slow)
    go("W", wetness_target(mean["M"], m, slow), W1 - W_goal, m["tau_W"])
    return new, mean


def rest_state(m: Tree, slow: Tree, xp: ModuleType) -> Tree:
    """The fast states without load, at rest: in closed form, because wetness enters appraisal only with a load.

    The afferent path closes a ring through sweat at rest; it is small there and settled by three rounds.
    """
    z = m["w_N"] * slow["N"] - m["w_E"] * slow["E"] - m["w_K"] * (slow["K"] - m["K_0"])
    T = sigmoid(m["k_T"] * (z * (1.0 - m["e_F"] * slow["F"]) - m["h_T"]), xp)
    mood = m["a_N"] * (slow["N"] - m["N_0"])
    calm = m["A_0"] + m["a_T"] * T + mood
    A = calm
    for _ in range(3):
        A = calm + afferent(drive_of(A, m, slow, xp) / m["D_ref"], m, slow)
    ratio = drive_of(A, m, slow, xp) / m["D_ref"]
    V = m["V_0"] - m["v_T"] * T - mood
    return {"T": T, "A": A, "V": V, "W": wetness_target(ratio, m, slow), "h": 0.0 * T, "S": ratio, "M": ratio}


def episode(
    m: Tree, slow: Tree, load: Array, minutes: float, steps: int, xp: ModuleType, *, fast: Tree | None = None
) -> tuple[Tree, Tree]:
    """An episode of constant load from rest: the fast states at its end, and their means over it.

    Steps grow with the square of time, because all that is fast happens at the start.
    """
    start = rest_state(m, slow, xp) if fast is None else fast
    # the shape of what comes out, so that the loop carries the same shape throughout
    size = 0.0 * (start["T"] + load)
    start = {name: start[name] + size for name in FAST}

    def one(carry: tuple[Tree, Tree], share: Array) -> tuple[tuple[Tree, Tree], None]:
        state, total = carry
        state, mean = step(state, load, minutes * share, m, slow, xp)
        return (state, {name: total[name] + mean[name] * share for name in FAST}), None

    shares = np.diff((np.arange(steps + 1) / steps) ** 2)
    (end, total), _ = repeat(one, (start, dict.fromkeys(FAST, size)), xp.asarray(shares), xp)
    return end, total


def public_mg_per_min(side_mg_per_min: Array, visible: Array, xp: ModuleType) -> Array:
    """Sweat that is felt and seen, mg/min of one side, from the sweat of all sides (side, …, person)."""
    return xp.tensordot(visible, side_mg_per_min, axes=(0, 0))
