"""The mind over days: events are met or avoided, beliefs, gain, belief in the treatment, mood and confidence move.

The slow half of LOOP-12. One day is: a reading at its start (two probes of constant load: the clinic's, and a public
task), then its occasions one after another, then the flow of the slow states to the next morning, each exact for the
day's mean inputs. Sessions and other treatments of the day count after its occasions (people treat in the evening).

    B  <- (sg(k_B (Pe - h_B)) - B)/tau_B                            avoidance
    G' = -eta_G u (G - G_min) + eta_C u (G_max - G) + (G_0 - G)/tau_G   u: commands of the day that no sweat followed
    E  gains e_on (1 - E) a session, fades with tau_E               belief in the treatment
    N' = (N_0 + pull (T_day - T_own) - N)/tau_N + noise              mood, exact Ornstein-Uhlenbeck
    C  follows 1 - T over the events that were met                  confidence (mastery)
    K  follows 1 - W of the day; agency adds k_K (1 - K) a session   perceived control
    F  gains k_F (1 - F) a training, fades with tau_F               skill from biofeedback

An occasion is met by the share 1 - B of people like this one; what it teaches and leaves is weighed by that share.
LOOP-12 as first sketched let every belief drift towards the wetness of the day; here o = P_0 W/W_own, so that an
untreated person stays as they are. G_max bounds compensation, which the sketch left to grow without end.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sudomotor.engine import repeat
from sudomotor.model.learning import fear_gate, learn
from sudomotor.model.mind import drive_of, episode, expected, sigmoid

Array = Any
Tree = dict[str, Any]

# steps of an episode; the error against LSODA and against the moment's own step is tested
STEPS = 16
SLOW = ("P", "Pc", "al", "n", "B", "G", "E", "N", "C", "K", "F", "attention", "since", "fear")


def outcome_of(W: Array, m: Tree, xp: ModuleType) -> Array:
    """o: how embarrassing an event was: the person's own expectation at their own wetness, and as far as the response
    shows (`shown`, 1 for sweat) more or less where more or less of it was felt.
    """
    return xp.clip((m["shown"] * W + (1.0 - m["shown"]) * m["W_own"]) * m["beta"], 0.0, 1.0)


def context(slow: Tree, x: Tree, m: Tree, xp: ModuleType) -> Array:
    """ctx: whether the person holds that a treatment is working: in treatment lately, or clearly drier; else rho."""
    recent = slow["since"] <= m["d_ctx"]
    dry = 1.0 - x["visible_mg_per_min"] / xp.maximum(m["visible_own"], 1e-12)
    return xp.where(recent | (dry > m["X_ctx"]), 1.0, m["rho"])


def avoidance_of(Pe: Array, m: Tree, xp: ModuleType) -> Array:
    """Where avoidance settles for an expectation."""
    return sigmoid(m["k_B"] * (Pe - m["h_B"]), xp)


def situation(slow: Tree, x: Tree, m: Tree, xp: ModuleType) -> Tree:
    """The slow states with what the day brings: what the moment's equations take as given."""
    return {
        **slow,
        "ctx": context(slow, x, m, xp),
        "visible_mg_per_min": x["visible_mg_per_min"],
        "raw_mg_per_min": x["raw_mg_per_min"],
        "feedback_mg_per_min": 0.0,
    }


def occasion(slow: Tree, load: Array, x: Tree, m: Tree, xp: ModuleType) -> tuple[Tree, Tree]:
    """One occasion of the day; a load of 0 is none. The slow states after it, and what it adds to the day's sums."""
    now = situation(slow, x, m, xp)
    _, mean = episode(m, now, load, m["event_minutes"], STEPS, xp)
    here = xp.where(load > 0.0, 1.0, 0.0)
    met = here * (1.0 - slow["B"])
    # a root has no slope at 0, where a calm person without an event may be
    fear = xp.sqrt(xp.maximum(mean["A"] * mean["T"], 1e-12))
    D = drive_of(mean["A"], m, now, xp)
    dry = 1.0 - x["visible_mg_per_min"] / xp.maximum(m["visible_own"], 1e-12)
    after = learn(now, outcome_of(mean["W"], m, xp), fear, met, m, xp)
    kept = {name: after[name] for name in SLOW}
    kept["C"] = slow["C"] + met * m["confidence_rate"] * (1.0 - mean["T"] - slow["C"])
    kept["fear"] = slow["fear"] + here * (fear - slow["fear"])
    sums = {
        "events": here, "met": met, "T": here * mean["T"], "A": here * mean["A"], "V": here * mean["V"],
        "W": here * mean["W"], "S": here * mean["S"], "unsent": met * D * dry,
    }  # fmt: skip
    return kept, sums


def evening(slow: Tree, sums: Tree, x: Tree, m: Tree, xp: ModuleType) -> Tree:
    """Sessions and other treatments of the day, and the flow of the slow states to the next morning."""
    now = situation(slow, x, m, xp)
    count, many = xp.maximum(sums["events"], 1.0), sums["events"] > 0.0
    T_day = xp.where(many, sums["T"] / count, m["T_own"])
    W_day = xp.where(many, sums["W"] / count, 1.0 - slow["K"])
    held = xp.where(x["session"] > 0.0, 1.0, 0.0)
    B = slow["B"] + m["B_rate"] * (avoidance_of(expected(now, xp), m, xp) - slow["B"])
    B = B * (1.0 - m["b_x"]) ** x["exposure"]
    unlearned = m["a_x"] * x["exposure"] * fear_gate(slow["fear"], m, xp) + m["a_cbt"] * x["cbt"]
    pull = (
        m["eta_G"] * sums["unsent"] * m["G_min"]
        + m["eta_C"] * sums["unsent"] * m["G_max"]
        + m["G_0"] / m["tau_G"]
    )
    rate = (m["eta_G"] + m["eta_C"]) * sums["unsent"] + 1.0 / m["tau_G"]
    mu = m["N_0"] + m["mood_pull"] * (T_day - m["T_own"])
    E = slow["E"] + (1.0 - slow["E"]) * (1.0 - (1.0 - m["e_on"]) ** x["session"])
    K = slow["K"] + m["K_rate"] * (1.0 - W_day - slow["K"])
    F = slow["F"] + (1.0 - slow["F"]) * (1.0 - (1.0 - m["k_F"]) ** x["biofeedback"])
    return {
        **slow,
        "P": slow["P"] * xp.exp(-unlearned),
        "B": B,
        "G": pull / rate + (slow["G"] - pull / rate) * xp.exp(-rate),
        "E": E * m["E_keep"],
        "N": xp.clip(mu + (slow["N"] - mu) * m["N_keep"] + m["N_push"] * x["noise"], 0.0, 1.0),
        "K": K + (1.0 - K) * (1.0 - (1.0 - m["k_K"]) ** x["session"]),
        "F": F * m["F_keep"],
        "attention": slow["attention"] * (1.0 - m["b_cbt"]) ** x["cbt"],
        "since": (slow["since"] + 1.0) * (1.0 - held),
    }


def day(xp: ModuleType, m: Tree, slow: Tree, x: Tree) -> tuple[Tree, Tree]:
    """Advance everybody by one day; the form that `engine.scan` takes.

    x : `load` (occasion, person), `visible_mg_per_min`, `raw_mg_per_min`, `session`, `noise`, `exposure`, `cbt`,
    `biofeedback` (person,). Returns the new slow states, and the day's readings: the slow states at its start, the
    probes (`probe_…` under a public task, `clinic_…` under the clinic's load), and means over the day's events.
    """
    now = situation(slow, x, m, xp)
    loads = m["probe_loads"][:, None]  # (probe, 1)
    _, mean = episode(m, now, loads, m["event_minutes"], STEPS, xp)
    readings = {name: slow[name] for name in SLOW if name not in ("since", "n", "fear")}
    readings["Pe"] = expected(now, xp)
    for name in ("T", "A", "V", "W"):
        readings[f"probe_{name}"] = mean[name][1]
    D = drive_of(mean["A"], m, now, xp)
    readings["probe_D"], readings["clinic_ratio"] = D[1], D[0] / m["D_ref"]

    def one(state: Tree, load: Array) -> tuple[Tree, Tree]:
        return occasion(state, load, x, m, xp)

    after, each = repeat(one, {name: slow[name] for name in SLOW}, x["load"], xp)
    sums = {name: xp.sum(values, axis=0) for name, values in each.items()}
    for name in ("T", "A", "V", "W", "S"):
        readings[f"events_{name}"] = sums[name] / xp.maximum(sums["events"], 1.0)
    readings["events"], readings["met"] = sums["events"], sums["met"]
    return evening(after, sums, x, m, xp), readings
