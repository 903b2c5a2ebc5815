"""The duct emulator against the solver that it stands for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.session.emulator import FARADAY, FLOOR_NMOL, RANGES, acid_nmol, networks, outside
from sudomotor.session.emulator_fit import design, problem, relative_error, solved_doses

# what the map is held to: relative to max(|dose|, 0.05 nmol)
MEDIAN, P95 = 0.03, 0.15

INPUTS = st.tuples(
    st.floats(-1500, 1500), st.floats(0, 60), st.floats(-5, 10), st.floats(-5, 10), st.floats(0.05, 160), st.floats(0, 5),
    st.floats(5, 10), st.floats(1, 5),
)  # fmt: skip


def errors(sign: float, n: int, seed: int) -> np.ndarray:
    x = design(np.random.default_rng(seed).random((n, 8)), sign)
    return relative_error(acid_nmol(*x), solved_doses(x, workers=1))


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_fresh_points(sign):
    e = errors(sign, 40, 4711)
    assert np.median(e) < MEDIAN
    # 40 points: five may lie past the 95 % mark (p = 0.01 that more do)
    assert np.count_nonzero(e > P95) <= 5


@pytest.mark.slow
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_many_fresh_points(sign):
    e = errors(sign, 300, 815)
    assert np.median(e) < MEDIAN
    assert np.quantile(e, 0.95) < P95


def test_usual_sessions_are_emulated_closely():
    """Where people are treated: 50-400 nA, 10-30 min, tap water, moderate sweat."""
    rng = np.random.default_rng(3)
    n = 16
    cations = rng.uniform(1.0, 8.0, n)
    start = rng.uniform(0.3, 0.9, n) * cations.clip(max=5.0)
    x = np.stack([
        rng.uniform(50, 400, n), rng.uniform(10, 30, n), start, start - rng.uniform(0.0, 4.0, n), cations,
        rng.uniform(0.05, 1.5, n), rng.uniform(6, 9, n), rng.uniform(2, 4, n),
    ])  # fmt: skip
    e = relative_error(acid_nmol(*x), solved_doses(x, workers=1))
    assert np.median(e) < 0.04
    assert np.quantile(e, 0.9) < 0.12


def test_the_stated_error_is_the_one_that_is_tested():
    _, report = networks()
    assert report["floor_nmol"] == FLOOR_NMOL
    for pole in ("anode", "cathode"):
        assert report[f"{pole}_held_out"]["median"] < MEDIAN
        assert report[f"{pole}_held_out"]["p95"] < P95


@given(INPUTS)
def test_nothing_without_current_or_time(x):
    assert acid_nmol(0.0, *x[1:]) == 0.0
    assert acid_nmol(x[0], 0.0, *x[2:]) == 0.0


@settings(max_examples=200)
@given(INPUTS)
def test_finite_and_no_more_than_the_charge(x):
    dose = float(acid_nmol(*x))
    assert np.isfinite(dose)
    # H+ carries at most 0.82 of a current; the map may overshoot by its own error
    assert abs(dose) <= 1.1 * abs(x[0]) * x[1] * 60.0 / FARADAY


def test_the_order_of_waters():
    common = (0.4, 7.5, 3.0)
    soft = acid_nmol(177.0, 20.0, 0.5, -1.0, 1.0, *common)
    hard = acid_nmol(177.0, 20.0, 4.0, 3.0, 6.0, *common)
    saline = acid_nmol(177.0, 20.0, 0.5, -1.0, 154.0, *common)
    assert soft > 3 * hard > 0
    assert soft > 3 * saline > 0
    assert acid_nmol(300.0, 20.0, 0.5, -1.0, 1.0, *common) > soft
    assert acid_nmol(-177.0, 20.0, 0.5, 2.0, 3.0, *common) < 0


def test_batches_agree():
    x = design(np.random.default_rng(1).random((257, 8)), 1.0)
    x[0, ::2] *= -1.0
    whole = acid_nmol(*x)
    single = np.array([acid_nmol(*c) for c in x.T])
    assert single == pytest.approx(whole, rel=1e-9)
    folded = acid_nmol(*(row[:256].reshape(2, 8, 16) for row in x))
    assert folded.ravel() == pytest.approx(whole[:256], rel=1e-9)
    assert np.array_equal(acid_nmol(*x), whole)


def test_jax_gives_the_same_and_a_gradient():
    jax = pytest.importorskip("jax")
    jax.config.update("jax_enable_x64", True)
    x = design(np.random.default_rng(2).random((20, 8)), -1.0)
    assert np.asarray(acid_nmol(*x, xp=jax.numpy)) == pytest.approx(acid_nmol(*x), rel=1e-9)
    rest = (20.0, 0.5, -1.0, 1.0, 0.4, 7.5, 3.0)
    slope = jax.grad(lambda i: acid_nmol(i, *rest, xp=jax.numpy))(177.0)
    difference = (acid_nmol(178.0, *rest) - acid_nmol(176.0, *rest)) / 2.0
    assert float(slope) == pytest.approx(float(difference), rel=1e-3)


def test_design_stays_inside_the_stated_ranges():
    for sign in (1.0, -1.0):
        x = design(np.random.default_rng(5).random((500, 8)), sign)
        assert outside(**dict(zip(RANGES, x, strict=True))) == []
        for column in x.T[:20]:
            problem(column)  # every one is a possible bath


def test_leaving_the_range_is_noted():
    notes = outside(minutes=90.0, radius_um=np.array([7.5, 4.0]))
    assert len(notes) == 2
    assert "minutes reaches 90" in notes[0]
    with pytest.raises(InputError):
        outside(colour=1.0)
