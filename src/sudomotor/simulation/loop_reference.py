"""The slow path that the fast one is held against: one person's days, each event integrated by SciPy's LSODA.

The equations of the moment are written out here anew, as a continuous right-hand side, from those at the head of
`model.mind`; means over an event are states of their own. What is algebra from one event to the next, and from one
evening to the next morning, is called as it is declared.
"""

from __future__ import annotations

from math import exp, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine.reference import integrate
from sudomotor.model.channels import Channel
from sudomotor.model.days import context, evening, outcome_of
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.learning import learn
from sudomotor.model.persons_mind import setup
from sudomotor.simulation.life import Calendar, calendar
from sudomotor.simulation.loop import READINGS, check_inputs, mind_inputs, mood_noise

if TYPE_CHECKING:
    from sudomotor.parameters import Parameters
    from sudomotor.person import People

Array = NDArray[np.float64]
Tree = dict[str, Any]

_FAST = ("T", "A", "V", "W", "h", "S", "M")
_MEANS = ("T", "A", "V", "W", "S")
_SAID = ("P", "Pc", "al", "B", "G", "E", "N", "C", "K", "F")


def reference_days(
    people: People,
    person: int,
    remaining: Array,
    session: Array,
    *,
    parameters: Parameters,
    hypotheses: Hypotheses,
    seed: int = 1,
    channel: Channel | None = None,
    exposure: Array | None = None,
    cbt: Array | None = None,
    biofeedback: Array | None = None,
    events: Calendar | None = None,
    rtol: float = 1e-8,
    atol: float = 1e-10,
) -> dict[str, Array]:
    """The days of one person; inputs are those of `simulation.loop.run_mind`.

    Parameters
    ----------
    person : whose days, an index into the people.
    rtol, atol : tolerances of LSODA.

    Returns
    -------
    name of a reading of `simulation.loop.Mind` -> (day,).
    """
    acts = {"exposure": exposure, "cbt": cbt, "biofeedback": biofeedback}
    check_inputs(people, remaining, session, events, acts)
    one = slice(person, person + 1)
    alone = people.take([person])
    m, slow = setup(alone, parameters, hypotheses, channel=channel)
    life = events if events is not None else calendar(len(session), person + 1, seed, parameters)
    xs = mind_inputs(
        m, alone, remaining[:, :, one], session[:, one], parameters, seed, channel=channel,
        events=Calendar(life.load[:, :, one], life.hour[:, :, one]),
        **{name: None if values is None else values[:, one] for name, values in acts.items()},
    )  # fmt: skip
    xs["noise"] = mood_noise(len(session), person + 1, seed)[:, one]
    rows: list[dict[str, float]] = []
    for i in range(len(session)):
        slow, readings = _day(m, slow, {name: values[i] for name, values in xs.items()}, rtol, atol)
        rows.append(readings)
    found = {name: np.array([row[key] for row in rows]) for name, key in READINGS.items()}
    if not hypotheses.has_mind:
        found["sweat_ratio"] = np.ones(len(session))
    return found


def _day(m: Tree, slow: Tree, x: Tree, rtol: float, atol: float) -> tuple[Tree, dict[str, float]]:
    """One day: the readings of its morning, its events in turn, and its evening."""
    c = _numbers(m)
    clinic, task = (
        episode_means(c, _given(m, slow, x), float(load), rtol=rtol, atol=atol) for load in m["probe_loads"]
    )
    given = _given(m, slow, x)
    said = {name: float(slow[name][0]) for name in _SAID}
    said["Pe"] = given["Pe"]
    said |= {f"probe_{name}": task[name] for name in _MEANS}
    said["probe_D"], said["clinic_ratio"] = (
        _drive(task["A"], c, given),
        _drive(clinic["A"], c, given) / c["D_ref"],
    )
    dry = 1.0 - given["visible"] / max(c["visible_own"], 1e-12)
    sums: Tree = dict.fromkeys((*_MEANS, "events", "met", "unsent"), 0.0)
    for load in x["load"][:, 0]:
        if load <= 0.0:
            continue
        given = _given(m, slow, x)
        mean = episode_means(c, given, float(load), rtol=rtol, atol=atol)
        met = 1.0 - given["B"]
        fear = np.array([sqrt(max(mean["A"] * mean["T"], 0.0))])
        now = {**slow, "ctx": context(slow, x, m, np)}
        after = learn(now, outcome_of(np.array([mean["W"]]), m, np), fear, np.array([met]), m, np)
        slow = {name: after[name] for name in slow}
        slow["C"] = slow["C"] + met * c["confidence_rate"] * (1.0 - mean["T"] - slow["C"])
        slow["fear"] = fear
        for name in _MEANS:
            sums[name] += mean[name]
        sums["events"] += 1.0
        sums["met"] += met
        sums["unsent"] += met * _drive(mean["A"], c, given) * dry
    said |= {f"events_{name}": sums[name] / max(sums["events"], 1.0) for name in _MEANS}
    said["events"], said["met"] = sums["events"], sums["met"]
    arrays = {name: np.array([value]) for name, value in sums.items()}
    return evening(slow, arrays, x, m, np), said


def _numbers(m: Tree) -> dict[str, float]:
    """The constants that are one number for this person."""
    return {name: float(np.ravel(values)[0]) for name, values in m.items() if np.size(values) == 1}


def _given(m: Tree, slow: Tree, x: Tree) -> dict[str, float]:
    """What an event takes as given."""
    given = {name: float(slow[name][0]) for name in ("P", "Pc", "G", "E", "N", "K", "F", "B", "attention")}
    share = float(context(slow, x, m, np)[0])
    given["Pe"] = min(max(given["P"] - share * given["Pc"], 0.0), 1.0)
    given["visible"], given["raw"] = (float(x[f"{name}_mg_per_min"][0]) for name in ("visible", "raw"))
    return given


def _drive(A: float, c: dict[str, float], g: dict[str, float]) -> float:
    return c["s_D"] * g["G"] * max(A - c["A_th"], 0.0) * (1.0 - c["w_ES"] * g["E"])


def episode_means(
    c: dict[str, float], g: dict[str, float], load: float, *, rtol: float = 1e-8, atol: float = 1e-10
) -> dict[str, float]:
    """Means of the fast states over one event of constant load, from rest."""
    trained = 1.0 - c["e_F"] * g["F"]
    mood = c["a_N"] * (g["N"] - c["N_0"])
    z_free = c["w_N"] * g["N"] - c["w_E"] * g["E"] - c["w_K"] * (g["K"] - c["K_0"])
    linger = max(1.0 + c["mood_recovery"] * (g["N"] - c["N_0"]), 0.5)

    def target(W: float, load: float) -> float:
        sensed = W if c["felt"] else c["W_own"]
        W_hat = (sensed + c["pi_p"] * c["W_p"]) / (1.0 + c["pi_p"])
        z = load * (c["w_P"] * g["Pe"] + c["w_W"] * g["attention"] * W_hat) + z_free
        return 1.0 / (1.0 + exp(-c["k_T"] * (z * trained - c["h_T"])))

    def felt(M: float) -> float:
        return M * g["visible"] / (M * g["visible"] + c["S_50"])

    def afferent(M: float) -> float:
        return c["a_S"] * (M * g["raw"] / (M * g["raw"] + c["S_50"]) - c["raw_own"])

    def rhs(_: float, y: Array) -> Array:
        T, A, V, W, h, S, M = y[:7].tolist()
        goal = target(W, load)
        return np.array([
            (goal - T) / (c["tau_T"] * (linger if goal < T else 1.0)),
            (c["A_0"] + mood + afferent(M) + c["a_c"] * load * (1.0 - c["h_max"] * h) * trained + c["a_T"] * T - A)
            / c["tau_A"],
            (c["V_0"] - mood - c["v_c"] * load * trained - c["v_T"] * T - V) / c["tau_V"],
            (felt(M) - W) / c["tau_W"],
            c["k_h"] * load * (1.0 - h) - h / c["tau_r"],
            (_drive(A, c, g) / c["D_ref"] - S) / c["tau_S"],
            (S - M) / c["tau_M"],
            T, A, V, W, S,
        ])  # fmt: skip

    T = target(0.0, 0.0)
    A = c["A_0"] + mood + c["a_T"] * T
    for _ in range(100):
        ratio = _drive(A, c, g) / c["D_ref"]
        A = c["A_0"] + mood + c["a_T"] * T + afferent(ratio)
    start = [T, A, c["V_0"] - mood - c["v_T"] * T, felt(ratio), 0.0, ratio, ratio, *(0.0 for _ in _MEANS)]
    minutes = c["event_minutes"]
    end = integrate(rhs, np.array(start), [0.0, minutes], {}, rtol=rtol, atol=atol)[1]
    return {name: float(total) / minutes for name, total in zip(_MEANS, end[len(_FAST) :], strict=True)}
