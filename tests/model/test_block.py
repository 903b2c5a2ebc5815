"""Block and repair: conservation, limits, exactness against the reference solver."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.engine.reference import integrate
from sudomotor.model.block import BlockRates, BlockState, blocked_fraction, flow, fresh, hit, rhs

RATES = BlockRates(np.array([1 / 30.0]), np.array([3 / 42.0]), np.array([1 / 2.0]))

states = st.tuples(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32 - 1))


def some_state(k: int, m: int, seed: int) -> BlockState:
    rng = np.random.default_rng(seed)
    pools = rng.dirichlet(np.ones(k + m))[:, None]
    return BlockState(pools[:k], pools[k:], rng.random(1))


def total(state: BlockState) -> float:
    return float(state.open.sum() + state.blocked.sum())


@given(states, st.floats(0, 400), st.floats(0, 20), st.floats(0, 1), st.floats(0, 1))
def test_glands_are_conserved_and_fractions_stay_fractions(shape, days, hits, fast, rehit):
    after = flow(hit(some_state(*shape), np.array([hits]), np.array([fast]), rehit), RATES, days)
    assert total(after) == pytest.approx(1.0, abs=1e-12)
    for pool in after:
        assert pool.min() >= -1e-13
        assert pool.max() <= 1 + 1e-12


@given(states, st.floats(0, 60))
@settings(max_examples=25, deadline=None)
def test_flow_agrees_with_the_reference_solver(shape, days):
    k, m, _ = shape
    state = some_state(*shape)
    y = np.concatenate([state.open[:, 0], state.blocked[:, 0], state.fast])
    one = BlockRates(*(np.float64(r[0]) for r in RATES))
    reference = integrate(lambda t, v: rhs(v, one, k, m), y, [0.0, days + 1e-6], {})[-1]
    fast = flow(state, RATES, days + 1e-6)
    np.testing.assert_allclose(
        np.concatenate([fast.open[:, 0], fast.blocked[:, 0], fast.fast]), reference, atol=2e-9
    )


@given(st.floats(0, 5), st.floats(0, 5))
def test_more_hits_block_more(low, more):
    state = fresh((1,), 4, 3)
    few, many = (blocked_fraction(hit(state, np.array([h]), np.zeros(1), 0.5))[0] for h in (low, low + more))
    assert many >= few - 1e-14


def test_no_hits_change_nothing():
    state = some_state(4, 3, 1)
    after = hit(state, np.zeros(1), np.zeros(1), 0.5)
    for old, new in zip(state, after, strict=True):
        np.testing.assert_allclose(new, old, atol=1e-15)


def test_onset_is_sigmoid_and_relapse_delayed():
    """Nothing much after the first session, most of the block between the third and tenth (clinical notes), then a lag."""
    state, seen = fresh((1,), 4, 3), []
    for _ in range(12):
        state = flow(hit(state, np.array([0.7]), np.zeros(1), 0.5), RATES, 1.0)
        seen.append(float(blocked_fraction(state)[0]))
    gains = np.diff([0.0, *seen])
    assert seen[0] < 0.02
    assert gains.argmax() >= 3
    peak = seen[-1]
    week, weeks = (float(blocked_fraction(flow(state, RATES, d))[0]) for d in (7.0, 70.0))
    assert week > 0.9 * peak
    assert weeks < 0.3 * peak


def test_single_hit_single_stage_is_the_simple_exponential():
    state = hit(fresh((1,), 1, 1), np.array([np.log(2.0)]), np.zeros(1), 0.0)
    assert blocked_fraction(state)[0] == pytest.approx(0.5)
    rates = BlockRates(np.array([1.0]), np.array([0.1]), np.array([1.0]))
    assert blocked_fraction(flow(state, rates, 10.0))[0] == pytest.approx(0.5 * np.exp(-1))


def test_a_hit_on_a_blocked_duct_starts_its_repair_anew():
    old = BlockState(np.zeros((4, 1)), np.array([[0.0], [0.0], [1.0]]), np.zeros(1))
    plain, again = (flow(hit(old, np.array([3.0]), np.zeros(1), r), RATES, 20.0) for r in (0.0, 1.0))
    assert blocked_fraction(again)[0] > blocked_fraction(plain)[0] + 0.1
