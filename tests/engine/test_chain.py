"""The closed-form chains against the matrix exponential, and what must be conserved."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from sudomotor.engine import advance, choose_backend, poisson_weights, scan


def chain_matrix(n: int, rate: float) -> np.ndarray:
    """dy/dt = A y of n stages left at one rate; the last one's outflow leaves the system."""
    return rate * (np.diag(np.ones(n - 1), -1) - np.eye(n))


@given(st.integers(1, 6), st.floats(0.0, 3.0), st.floats(0.0, 30.0), st.integers(0, 2**32 - 1))
def test_advance_is_the_matrix_exponential(n, rate, days, seed):
    start = np.random.default_rng(seed).dirichlet(np.ones(n))
    new, left = advance(list(start), poisson_weights(np.float64(rate * days), n, np))
    np.testing.assert_allclose(new, expm(chain_matrix(n, rate) * days) @ start, atol=1e-12)
    assert left == pytest.approx(1.0 - sum(new), abs=1e-12)


@given(st.floats(0.0, 50.0), st.floats(0.0, 50.0))
def test_two_steps_make_one(a, b):
    start = [np.float64(0.7), np.float64(0.2), np.float64(0.1)]
    once, _ = advance(start, poisson_weights(np.float64(a + b), 3, np))
    half, _ = advance(start, poisson_weights(np.float64(a), 3, np))
    twice, _ = advance(half, poisson_weights(np.float64(b), 3, np))
    np.testing.assert_allclose(once, twice, atol=1e-13)


def grow(xp, const, carry, x):
    value = carry["v"] * const["k"] + x["u"]
    return {"v": value}, {"v": value}


def test_scan_gives_the_same_on_both_backends():
    const, start = {"k": np.full(3, 0.9)}, {"v": np.array([1.0, 2.0, 3.0])}
    xs = {"u": np.linspace(0, 1, 12).reshape(4, 3)}
    last, ys = scan(grow, const, start, xs, backend="numpy")
    last_jax, ys_jax = scan(grow, const, start, xs, backend="jax")
    np.testing.assert_allclose(ys["v"], ys_jax["v"], rtol=1e-14)
    np.testing.assert_allclose(last["v"], last_jax["v"], rtol=1e-14)
    assert ys["v"].shape == (4, 3)


def test_backend_follows_size():
    assert choose_backend(200, 181, 2) == "numpy"
    assert choose_backend(10_000, 181, 2) == "jax"
