"""The flow of the slow states from one evening to the next morning, against their differential equations."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sudomotor.model.days import evening
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.persons_mind import setup
from sudomotor.parameters import load
from sudomotor.person import median_person

ONE = median_person("palmar hyperhidrosis")
M, START = setup(ONE, load(), Hypotheses.evidence())
QUIET = {
    "visible_mg_per_min": M["visible_own"], "raw_mg_per_min": M["raw_mg"], "session": np.zeros(1), "noise": np.zeros(1),
    "exposure": np.zeros(1), "cbt": np.zeros(1), "biofeedback": np.zeros(1),
}  # fmt: skip


def night(m, slow, *, unsent=0.0, T=None, W=None, **x):
    events = 0.0 if T is None else 1.0
    sums = {name: np.zeros(1) for name in ("T", "A", "V", "W", "S", "met")}
    sums |= {"events": np.array([events]), "unsent": np.array([unsent])}
    if T is not None:
        sums |= {"T": np.array([T]), "W": np.array([W])}
    return evening(slow, sums, {**QUIET, **{name: np.array([v]) for name, v in x.items()}}, m, np)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 0.2), st.floats(0, 0.05), st.floats(0, 6), st.floats(10, 400), st.floats(0.35, 1.9))
def test_the_gain_follows_its_differential_equation(eta_G, eta_C, unsent, tau_G, G):
    own = float(M["G_0"][0])
    low, high = float(M["G_min"][0]), float(M["G_max"][0])
    m = {**M, "eta_G": np.asarray(eta_G), "eta_C": np.asarray(eta_C), "tau_G": np.asarray(tau_G)}
    found = night(m, {**START, "G": np.array([G])}, unsent=unsent)["G"][0]

    def rhs(_, g):
        return -eta_G * unsent * (g - low) + eta_C * unsent * (high - g) + (own - g) / tau_G

    exact = solve_ivp(rhs, (0, 1), [G], rtol=1e-10, atol=1e-12).y[0, -1]
    assert found == pytest.approx(exact, rel=1e-7)
    assert min(low, G) - 1e-9 <= found <= max(high, G) + 1e-9


@settings(max_examples=30, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_mood_avoidance_and_belief_relax_to_where_they_belong(N, B, E):
    p = load()
    slow = {**START, "N": np.array([N]), "B": np.array([B]), "E": np.array([E])}
    after = night(M, slow)
    own = float(M["N_0"][0])
    assert after["N"][0] - own == pytest.approx((N - own) * np.exp(-1 / p.value("mood_days")), abs=1e-12)
    assert after["E"][0] == pytest.approx(E * np.exp(-1 / p.value("expectation_days")), abs=1e-12)
    goal = float(START["B"][0])
    assert after["B"][0] - goal == pytest.approx(
        (B - goal) * np.exp(-1 / p.value("avoidance_days")), abs=1e-12
    )


def test_a_day_of_more_threat_lowers_mood_only_where_that_is_assumed():
    m, start = setup(ONE, load(), Hypotheses.parse("evidence+mood"))
    calm, tense = (night(m, start, T=T, W=0.5)["N"][0] for T in (0.1, 0.9))
    assert tense > calm
    same = [night(M, START, T=T, W=0.5)["N"][0] for T in (0.1, 0.9)]
    assert same[0] == same[1]


def test_acts_of_the_day_add_up_and_leave_from_none():
    one, two = (night(M, START, cbt=n)["P"][0] / START["P"][0] for n in (1.0, 2.0))
    assert one**2 == pytest.approx(two)
    assert one < 1.0
    trained = night(M, START, biofeedback=1.0)["F"][0]
    assert 0 < trained < load().value("biofeedback_training") + 1e-12
    assert night(M, START)["F"][0] == 0.0
    assert night(M, START, exposure=1.0)["B"][0] < START["B"][0]


def test_perceived_control_follows_dryness_and_agency_adds_to_it():
    dry, wet = (night(M, START, T=0.3, W=W)["K"][0] for W in (0.1, 0.9))
    assert dry > wet
    m, start = setup(ONE, load(), Hypotheses.parse("evidence+agency"))
    assert night(m, start, session=1.0)["K"][0] > night(m, start)["K"][0]
