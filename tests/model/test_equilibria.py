"""Where the loop comes to rest: gains, all steady states, their stability, folds and early warnings."""

from __future__ import annotations

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.model.early_warning import RING, early_warning, jacobian, noisy_threat, with_gain
from sudomotor.model.equilibria import (
    about_two_balances,
    around,
    bistable_region,
    branch,
    count_states,
    gains_at,
    loop_gain,
    steady_states,
    typical,
)
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mind import FAST, step
from sudomotor.model.persons_mind import setup, untreated
from sudomotor.parameters import load
from sudomotor.person import draw

KINDS = ("healthy", "palmar hyperhidrosis", "social anxiety", "palmar hyperhidrosis with social anxiety")
STRONG = Hypotheses.parse("strong_loop")
STEEPEST = load().with_values({"strong_loop_threat_slope": 25.0, "strong_loop_weight_wetness": 1.5})


@pytest.fixture(scope="module")
def default():
    return typical()


@pytest.fixture(scope="module")
def steepest():
    return typical(hypotheses=STRONG, parameters=STEEPEST)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("at", [0.25, 0.7, 1.0])
def test_the_loop_gain_is_the_slope_of_one_pass(kind, at):
    m, slow = typical(kind, hypotheses=Hypotheses.parse("evidence+afferent"))
    M, h = steady_states(at, m, slow)[0][0].sweat_ratio, 1e-6
    slope = (around(M + h, at, m, slow)["S"] - around(M - h, at, m, slow)["S"]) / (2 * h)
    assert gains_at(np.asarray(M), at, m, slow).loop == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_by_default_the_loop_is_weak_and_rests_in_one_way(kind):
    people = draw(kind, 60, 1)
    m, _ = setup(people, load(), Hypotheses.evidence())
    slow = untreated(m)
    for at in (0.0, 0.25, 0.5, 0.75, 1.0):
        assert (count_states(at, m, slow) == 1).all()
        assert (loop_gain(at, m, slow) < 0.1).all()


def test_the_small_signal_gain_is_that_of_the_sketch(default):
    """0.02 in a public task for a patient with social anxiety, as the loop was first worked out."""
    assert loop_gain(1.0, *default)[0] == pytest.approx(0.02, abs=0.005)


def test_a_steady_state_is_where_the_moment_stays(default):
    m, slow = default
    for at in (0.3, 1.0):
        there = steady_states(at, m, slow)[0][0]
        h = m["k_h"] * at / (m["k_h"] * at + 1 / m["tau_r"])
        fast = {name: np.array([1.0]) for name in FAST} | {"h": np.array([h])}
        for _ in range(400):
            fast, _ = step(fast, np.asarray(at), np.asarray(0.2), m, slow, np)
        for name, value in zip(
            "TAMW", (there.threat, there.drive, there.sweat_ratio, there.wetness), strict=True
        ):
            assert fast[name][0] == pytest.approx(value, abs=1e-9)


def test_without_the_loop_there_is_no_gain():
    m, slow = typical(hypotheses=Hypotheses.parse("peripheral"))
    assert loop_gain(1.0, m, slow)[0] == 0.0


def test_a_steep_loop_rests_in_two_ways_and_not_in_between(steepest):
    m, slow = steepest
    low, high = sorted(c for c, _ in branch(m, slow).folds)
    inside = steady_states(0.5 * (low + high), m, slow)[0]
    assert [state.stable for state in inside] == [True, False, True]
    assert inside[0].threat < inside[1].threat < inside[2].threat
    for outside in (low - 0.02, high + 0.02):
        assert len(steady_states(outside, m, slow)[0]) == 1


def test_stability_is_that_of_the_jacobian(steepest):
    m, slow = steepest
    low, high = sorted(c for c, _ in branch(m, slow).folds)
    at = 0.5 * (low + high)
    for state in steady_states(at, m, slow)[0]:
        values = np.linalg.eigvals(jacobian(state.sweat_ratio, at, m, slow))
        assert (values.real.max() < 0) == state.stable


def test_both_balances_last_and_the_edge_does_not(steepest):
    """From either side of the unstable state the moment's equations go to the stable state of that side."""
    m, slow = steepest
    low, high = sorted(c for c, _ in branch(m, slow).folds)
    at = 0.5 * (low + high)
    calm, edge, alarm = steady_states(at, m, slow)[0]
    h = m["k_h"] * at / (m["k_h"] * at + 1 / m["tau_r"])
    for towards in (calm, alarm):
        M = edge.sweat_ratio + 0.05 * (towards.sweat_ratio - edge.sweat_ratio)
        now = around(np.array([M]), at, m, slow)
        fast = {"T": now["T"], "A": now["A"], "V": now["A"], "W": now["W"], "h": h + 0 * now["A"],
                "S": now["S"], "M": np.array([M])}  # fmt: skip
        for _ in range(600):
            fast, _ = step(fast, np.asarray(at), np.asarray(0.25), m, slow, np)
        assert fast["T"][0] == pytest.approx(towards.threat, abs=1e-3)


def test_the_strong_loop_is_near_a_fold_and_has_none():
    curve = branch(*typical(hypotheses=STRONG))
    assert curve.folds == ()
    assert 0.4 < curve.gain.max() < 1.0
    assert "One balance" in about_two_balances(hypotheses=STRONG)
    assert "Two balances" in about_two_balances(hypotheses=STRONG, parameters=STEEPEST)


def test_the_curve_passes_through_every_steady_state(steepest):
    m, slow = steepest
    curve = branch(m, slow)
    low, high = sorted(c for c, _ in curve.folds)
    for at in (0.1, 0.5 * (low + high), 0.9):
        crossed = np.flatnonzero(np.diff(np.sign(curve.load - at)))
        states = steady_states(at, m, slow)[0]
        assert len(crossed) == len(states)
        assert curve.threat[crossed] == pytest.approx([state.threat for state in states], abs=0.02)


def test_two_balances_take_a_slope_and_a_weight_at_the_ends_of_the_strong_loop():
    slopes, weights = np.array([6.0, 14.0, 25.0]), np.array([0.45, 0.9, 1.5])
    default = bistable_region(slopes, weights)
    assert not default.bistable.any()
    assert (np.diff(default.gain, axis=0) > 0).all()
    strong = bistable_region(slopes, weights, hypotheses=STRONG)
    assert strong.bistable.tolist() == [[False] * 3, [False] * 3, [False, False, True]]


@pytest.mark.parametrize("hypotheses", ["strong_loop", "reset", "evidence"])
def test_every_persons_baseline_is_at_rest(hypotheses):
    """Also in a loop so steep that rounds overshoot: the drive in the clinic is the one that baseline sweat is of."""
    from sudomotor.model.days import STEPS
    from sudomotor.model.mind import drive_of, episode

    m, _ = setup(draw("palmar hyperhidrosis", 40, 1), load(), Hypotheses.parse(hypotheses))
    own = untreated(m)
    _, clinic = episode(m, own, m["clinic"], m["event_minutes"], STEPS, np)
    assert drive_of(clinic["A"], m, own, np) == pytest.approx(m["D_ref"], rel=1e-9)


GAINS = (0.02, 0.2, 0.4, 0.6, 0.8, 0.95)


def test_the_loop_slows_as_its_gain_nears_one(default):
    m, slow = default
    threat = steady_states(0.5, m, slow)[0][0].threat
    found = [early_warning(0.5, with_gain(g, 0.5, m, slow), slow, near_threat=threat) for g in GAINS]
    assert [w.gain for w in found] == pytest.approx(list(GAINS))
    for name in ("variance_ratio", "autocorrelation", "recovery_minutes"):
        values = [getattr(w, name) for w in found]
        assert values == sorted(values)
        assert values[-1] > 1.5 * values[0]
    # without a loop, threat is a plain Ornstein-Uhlenbeck process of a minute
    assert found[0].variance_ratio == pytest.approx(1.0, abs=0.01)
    assert found[0].autocorrelation == pytest.approx(np.exp(-1.0), abs=0.01)


@pytest.mark.parametrize("gain", [0.02, 0.7])
def test_noise_in_the_moment_does_what_the_closed_form_says(default, gain):
    m, slow = default
    threat = steady_states(0.7, m, slow)[0][0].threat
    m = with_gain(gain, 0.7, m, slow)
    expected = early_warning(0.7, m, slow, near_threat=threat)
    noise = 2e-4
    runs = noisy_threat(
        0.7, m, slow, noise=noise, minutes=90.0, copies=400, dt_minutes=0.1, near_threat=threat
    )
    off = runs[400:] - runs[400:].mean()
    assert off.var() / noise**2 == pytest.approx(expected.variance_ratio, rel=0.06)
    assert (off[10:] * off[:-10]).mean() / off.var() == pytest.approx(expected.autocorrelation, abs=0.03)


def test_the_jacobian_is_that_of_the_moment(default):
    """Against the moment's own step over a short time, in every column."""
    m, slow = default
    there = steady_states(1.0, m, slow)[0][0]
    M = np.array([there.sweat_ratio])
    now = around(M, 1.0, m, slow)
    h = m["k_h"] / (m["k_h"] + 1 / m["tau_r"])
    base = {"T": now["T"], "A": now["A"], "V": now["A"], "W": now["W"], "h": h + 0 * M, "S": M, "M": M}
    J, dt, push = jacobian(there.sweat_ratio, 1.0, m, slow), 1e-4, 1e-5
    still, _ = step(base, np.asarray(1.0), np.asarray(dt), m, slow, np)
    for column, name in enumerate(RING):
        moved, _ = step({**base, name: base[name] + push}, np.asarray(1.0), np.asarray(dt), m, slow, np)
        rate = np.array([(moved[one] - still[one])[0] / push - (one == name) for one in RING]) / dt
        assert rate == pytest.approx(J[:, column], abs=0.02 * np.abs(J).max())


def test_bad_input_is_refused(default):
    m, slow = default
    with pytest.raises(InputError, match="a load lies from 0"):
        steady_states(1.5, m, slow)
    with pytest.raises(InputError, match="a lag must be above 0"):
        early_warning(1.0, m, slow, lag_minutes=0.0)
    with pytest.raises(InputError, match="the loop is open"):
        with_gain(0.5, 1.0, *typical(hypotheses=Hypotheses.parse("peripheral")))
    with pytest.raises(InputError, match="does not last"):
        early_warning(
            0.5, with_gain(1.3, 0.5, m, slow), slow, near_threat=steady_states(0.5, m, slow)[0][0].threat
        )


def test_the_figure_shows_the_fold_where_there_is_one():
    from sudomotor.report.figures_equilibria import equilibria_figure, loop_curves

    curves = loop_curves()
    assert [bool(one.curve.folds) for one in curves] == [False, False, True]
    drawing = equilibria_figure(curves)
    assert "without a fold" in drawing.alt
    assert "folds between loads" in drawing.alt
    assert drawing.wide != drawing.narrow
