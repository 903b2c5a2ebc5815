"""From people, parameters and switches to the constants and the first state of the mind, each person at their own rest.

An untreated person stays as they are: the drive that baseline sweat belongs to (`D_ref`), the wetness, threat and
avoidance that they are used to are worked out from the moment's own equations, and beliefs are measured from there.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine import repeat
from sudomotor.errors import InputError
from sudomotor.model.channels import Channel, with_channel
from sudomotor.model.days import STEPS, avoidance_of
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mind import drive_of, episode, mind_constants, public_mg_per_min, rest_state
from sudomotor.model.tasks import event_loads
from sudomotor.parameters import Parameters
from sudomotor.person import People

Array = NDArray[np.float64]
Tree = dict[str, Any]

_DAYS = {
    "eta": "learning_rate", "al_0": "learning_associability_floor", "g_al": "learning_associability_memory",
    "chi": "learning_device_share", "rho": "learning_carry_over", "g_F": "learning_fear_gate",
    "n_0": "learning_prior_events", "X_ctx": "belief_block", "d_ctx": "belief_days", "k_B": "avoidance_slope",
    "h_B": "avoidance_midpoint", "eta_G": "gain_unlearning", "eta_C": "gain_compensation", "tau_G": "gain_days",
    "e_on": "expectation_gain_per_session", "mood_pull": "mood_pull", "k_K": "control_per_session",
    "event_minutes": "event_minutes", "a_x": "exposure_unlearning", "b_x": "exposure_avoidance",
    "a_cbt": "cbt_unlearning", "b_cbt": "cbt_attention", "k_F": "biofeedback_training",
}  # fmt: skip
_ROUNDS = 60
_EVENTS = 15


def setup(
    people: People, p: Parameters, hypotheses: Hypotheses, *, channel: Channel | None = None
) -> tuple[Tree, Tree]:
    """The constants and the slow states on the first morning.

    Raises
    ------
    InputError
        for a person whose sudomotor gain is 0: nothing can be told to sweat, and no drive can be scaled by it.
    """
    if not (people["drive_sudomotor_gain"] > 0).all():
        raise InputError(
            "a person with a sudomotor gain of 0 has no drive to sweat", where="drive_sudomotor_gain",
            mend="give one above 0 (healthy 0.35, hyperhidrosis 1); for glands that give no sweat set the baseline to 0",
        )  # fmt: skip
    m = constants(people, p, hypotheses, channel=channel)
    m |= settled(m, np)
    return m, first_morning(m, np)


def constants(
    people: People, p: Parameters, hypotheses: Hypotheses, *, channel: Channel | None = None
) -> Tree:
    """The constants as the parameters and switches give them, before each person's baseline is worked out of them."""
    m = mind_constants(people, p, hypotheses)
    m |= {symbol: np.asarray(p.value(name)) for symbol, name in _DAYS.items()}
    m |= _switched(people, p, hypotheses)
    if channel is not None:
        with_channel(m, channel, p)
    m.setdefault("visible_own", public_mg_per_min(m["base"], m["visible"], np))
    m["raw_mg"] = 0.5 * m["base"].sum(axis=0)
    m["G_min"], m["G_max"] = (m["G_0"] * p.value(name) for name in ("gain_floor", "gain_ceiling"))
    m["clinic"] = np.asarray(p.value("clinic_load"))
    # events that stand for equal shares of those of a life; (event, 1)
    m["usual"] = event_loads((np.arange(_EVENTS) + 0.5) / _EVENTS, p)[:, None]
    return m


def _switched(people: People, p: Parameters, hypotheses: Hypotheses) -> Tree:
    """Constants that a switch turns off, and those of the day's steps."""

    def on(switch: str, value: float) -> Array:
        return np.asarray(value if switch in hypotheses else 0.0)

    score = _score(people, p)
    believes = "expectation" in hypotheses or "suggestion" in hypotheses
    found: Tree = {
        "eta": on("loop", p.value("learning_rate")),
        "eta_G": on("central", p.value("gain_unlearning")),
        "eta_C": on("compensation", p.value("gain_compensation")),
        "e_on": np.asarray(p.value("expectation_gain_per_session") if believes else 0.0),
        "mood_pull": on("mood", p.value("mood_pull")),
        "k_K": on("agency", p.value("control_per_session")),
        "needs_fear": np.asarray(1.0 if hypotheses.gate == "fear" else 0.0),
        "counting": np.asarray(1.0 if hypotheses.rule == "beta-bernoulli" else 0.0),
        # 1 - 0.4 z for small z, and between 0 and 2 for any
        "safety_ratio": 2.0 / (1.0 + np.exp(2.0 * p.value("learning_unlearning_trait") * score)),
        "tau_G": np.asarray(p.value("gain_reset_days" if "central" in hypotheses else "gain_days")),
        "B_rate": on("avoidance", -np.expm1(-1.0 / p.value("avoidance_days"))),
        "confidence_rate": np.asarray(1.0 / p.value("confidence_events")),
        "K_rate": np.asarray(-np.expm1(-1.0 / p.value("control_days"))),
        "E_keep": np.exp(-1.0 / p.value("expectation_days")),
        "N_keep": np.exp(-1.0 / p.value("mood_days")),
        "F_keep": np.exp(-1.0 / p.value("biofeedback_days")),
        "probe_loads": np.array([p.value("clinic_load"), 1.0]),
    }
    # a day's pushes add up to the stationary spread of the continuous process
    days = p.value("mood_days")
    found["N_push"] = np.asarray(p.value("mood_noise") * np.sqrt(-np.expm1(-2.0 / days) * days / 2.0))
    return found


def _score(people: People, p: Parameters) -> Array:
    """Standard score of trait anxiety among the healthy, by the logit of mood; (person,)."""
    name = "mind_mood"
    middle, spread = p.value(name), p[name].spread
    mood = np.clip(people[name], 1e-9, 1.0 - 1e-9)
    return np.asarray((np.log(mood / (1.0 - mood)) - np.log(middle / (1.0 - middle))) / spread)


def first_morning(m: Tree, xp: ModuleType) -> Tree:
    """Slow states of an untreated person."""
    shape = np.shape(m["P_0"])
    zero, one = np.zeros(shape), np.ones(shape)
    return {
        "P": m["P_0"], "Pc": zero, "al": zero, "n": zero, "B": avoidance_of(m["P_0"], m, xp),
        "G": m["G_0"] * one, "E": zero, "N": m["N_0"], "C": m["C_0"], "K": m["K_0"], "F": zero,
        "attention": m["phi"], "since": 1e6 * one, "fear": m["fear_own"],
    }  # fmt: skip


def untreated(m: Tree) -> Tree:
    """What the moment takes as given for a person before any treatment."""
    zero = np.zeros(np.shape(m["P_0"]))
    return {
        "P": m["P_0"], "Pc": zero, "ctx": zero, "G": m["G_0"], "E": zero, "N": m["N_0"], "K": m["K_0"], "F": zero,
        "attention": m["phi"], "visible_mg_per_min": m["visible_own"], "raw_mg_per_min": m["raw_mg"],
        "feedback_mg_per_min": 0.0,
    }  # fmt: skip


def settled(m: Tree, xp: ModuleType) -> Tree:
    """Each person's own baseline, worked out from the constants `m`: what `setup` adds to them at its end.

    The baseline is where the ring of drive, sweat, wetness and threat comes to rest. On NumPy the rounds end once
    nothing moves; on JAX their number is fixed, so that the baseline can be differentiated through. Each round
    shrinks the rest by the loop gain, and the derivative with it. In a loop so steep that rounds overshoot for ever,
    NumPy halves an interval instead.
    """

    def once(now: Tree) -> tuple[Tree, Tree]:
        return one_round(m, now, xp)

    zero = np.zeros(np.shape(m["P_0"]))
    found: Tree = {"D_ref": zero + 1.0, "W_own": zero + 0.5}
    if xp.__name__ == "numpy":
        for _ in range(_ROUNDS):
            before = found
            found, event = once(before)
            _refuse_still(found["D_ref"])
            moved = np.abs(found["D_ref"] / before["D_ref"] - 1.0), np.abs(found["W_own"] - before["W_own"])
            if max(float(np.max(moved[0])), float(np.max(moved[1]))) < 1e-13:
                break
        else:
            found, event = _bisected(once, found)
    else:
        found, each = repeat(lambda now, _: once(now), found, xp.zeros(_ROUNDS), xp)
        event = {name: values[-1] for name, values in each.items()}
    return own_baseline(m, found, event, xp)


def _refuse_still(D_ref: Array) -> None:
    """Refuse people whose drive stays under its threshold in the clinic, where their sweat was weighed."""
    if not (D_ref > 0).all():
        raise InputError(
            "the drive does not pass its threshold under the load of the clinic, where sweat is weighed",
            where="drive_threshold", mend="raise drive_rest, drive_per_load or clinic_load, or lower drive_threshold",
        )  # fmt: skip


def one_round(m: Tree, now: Tree, xp: ModuleType) -> tuple[Tree, Tree]:
    """Once about the ring: the drive in the clinic and the wetness of a usual event (`D_ref`, `W_own`) that follow
    from those in `now`, and what that event is like on average.
    """
    zero = np.zeros(np.shape(m["P_0"]))
    there = {**m, **now, "K_0": zero, "raw_own": zero}
    own = untreated(there)
    # at rest the raw signals are the usual ones, and add nothing
    raw = rest_state({**there, "a_S": zero}, own, xp)["S"] * m["raw_mg"]
    there["raw_own"] = raw / (raw + m["S_50"])
    loads = xp.concatenate([xp.reshape(m["clinic"], (1, 1)), m["usual"]])
    _, each = episode(there, own, loads, m["event_minutes"], STEPS, xp)
    event = {name: xp.mean(values[1:], axis=0) for name, values in each.items()}
    D = drive_of(each["A"][0], there, own, xp)
    return {"D_ref": D, "W_own": event["W"]}, {**event, "raw_own": there["raw_own"]}


def own_baseline(m: Tree, found: Tree, event: Tree, xp: ModuleType) -> Tree:
    """The constants that follow from where the ring rests and from what a usual event is like there."""
    W, T = found["W_own"], event["T"]
    return {
        **found, "raw_own": event["raw_own"], "T_own": T, "C_0": 1.0 - T,
        "beta": xp.where(W > 1e-6, m["P_0"] / xp.maximum(W, 1e-6), 0.0),
        "fear_own": xp.sqrt(xp.maximum(event["A"] * T, 0.0)), "K_0": 1.0 - W,
    }  # fmt: skip


def _bisected(once: Callable[[Tree], tuple[Tree, Tree]], found: Tree) -> tuple[Tree, Tree]:
    """The baseline where rounds do not settle: a greater reference always gives less drive, so that one crossing lies
    between the least and the greatest drive that the rounds have seen.
    """
    seen = [found["D_ref"]]
    for _ in range(2):
        found, _ = once(found)
        seen.append(found["D_ref"])
    low, high = np.log(np.min(seen, axis=0)), np.log(np.max(seen, axis=0))
    for _ in range(_ROUNDS):
        middle = 0.5 * (low + high)
        found, event = once({**found, "D_ref": np.exp(middle)})
        above = np.log(found["D_ref"]) > middle
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return {**found, "D_ref": np.exp(0.5 * (low + high))}, event
