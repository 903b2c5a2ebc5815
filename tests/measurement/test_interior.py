"""The solver against dense algebra and against another solver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import toeplitz

from sudomotor.measurement.banded import pair_variance
from sudomotor.measurement.interior import Problem, smooth, solve
from sudomotor.measurement.kernels import KERNELS, bateman, kernel


def problem_of(of, n=160, seed=0, missing=0.15, dt=0.25):
    """A random problem of real size."""
    rng = np.random.default_rng(seed)
    g = of.on_grid(dt)
    u = np.where(rng.random(n) < 0.06, 0.3 * np.exp(0.8 * rng.normal(size=n)), 0.0)
    y = 2 + np.cumsum(rng.normal(size=n)) * 0.01 + np.convolve(u, g.response(n))[:n] + 0.01 * rng.normal(size=n)
    w = np.where(rng.random(n) < missing, 0.0, 1e4 * rng.uniform(0.3, 1.0, n))
    lam = g.norm / 0.01 * rng.uniform(0.5, 2.0, n)
    omega = 1.0 / (rng.uniform(0.01, 0.05, n) ** 2 * dt**3)
    m = len(g.a) - 1
    return Problem(y, w, lam, omega, g.a, g.c, g.first, np.zeros((2 * m, 2 * m)), np.zeros(2 * m))


def dense(p):
    """(A, C, D2) as full matrices: driver, response and second differences."""
    n, m = len(p.y), len(p.a) - 1
    A = toeplitz(np.concatenate([p.a, np.zeros(n - m - 1)]), np.zeros(n))
    A[:m] = 0.0
    A[:m, :m] = p.first
    C = toeplitz(np.concatenate([p.c, np.zeros(n - m)]), np.zeros(n))
    D = np.zeros((n, n))
    for k in range(2, n):
        D[k, k - 2 : k + 1] = 1.0, -2.0, 1.0
    return A, C, D


def objective(p, q, b):
    """The same objective, written down again."""
    A, C, D = dense(p)
    u = A @ q
    assert u.min() > -1e-7
    return 0.5 * p.w @ (p.y - C @ q - b) ** 2 + 0.5 * p.omega @ (D @ b) ** 2 + p.lam @ u


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("seed", range(2))
def test_the_minimum_is_that_of_another_solver(name, seed):
    clarabel = pytest.importorskip("clarabel", reason="the cvxeda extra is not installed")
    import scipy.sparse as sp

    p = problem_of(kernel(name), seed=seed)
    n = len(p.y)
    A, C, D = dense(p)
    # unknowns (u, b, e, s): driver, level, residual, second difference, so that the quadratic form is diagonal
    R = C @ np.linalg.inv(A)
    eye, none = np.eye(n), np.zeros((n, n))
    rows = np.block([[R, eye, eye, none], [none, D, none, -eye], [-eye, none, none, none]])
    P = np.concatenate([np.zeros(2 * n), p.w, p.omega])
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_rel = settings.tol_gap_abs = settings.tol_feas = 1e-11
    answer = clarabel.DefaultSolver(
        sp.csc_matrix(np.diag(P)), np.concatenate([p.lam, np.zeros(3 * n)]), sp.csc_matrix(rows),
        np.concatenate([p.y, np.zeros(2 * n)]), [clarabel.ZeroConeT(2 * n), clarabel.NonnegativeConeT(n)], settings,
    ).solve()  # fmt: skip
    found = solve(p)
    assert found.converged
    assert found.gap < 1e-8
    assert objective(p, found.q, found.b) == pytest.approx(found.value, rel=1e-8)
    assert found.value == pytest.approx(answer.obj_val, rel=2e-7 if name == "three_pools" else 1e-8)


@pytest.mark.parametrize("name", KERNELS)
def test_the_smoother_and_its_variances_are_those_of_dense_algebra(name):
    p = problem_of(kernel(name), n=60, seed=3)._replace(lam=np.zeros(60))
    A, C, D = dense(p)
    tied = np.where(np.arange(60) % 9 < 2, 4.0, 1e5)
    n, m = 60, len(p.a) - 1
    both = np.hstack([C, np.eye(n)])
    H = both.T @ np.diag(p.w) @ both
    H[:n, :n] += A.T @ np.diag(tied) @ A
    H[n:, n:] += D.T @ np.diag(p.omega) @ D
    x = np.linalg.solve(H, both.T @ (p.w * p.y))
    S = np.linalg.inv(H)
    found = smooth(p, tied, width=2 * (m + 1))
    scale = np.abs(C @ x[:n]).max()
    assert np.allclose(C @ found.q + found.b, C @ x[:n] + x[n:], atol=1e-5 * scale)
    assert np.allclose(found.band[1::2, 0], np.diag(S)[n:], rtol=1e-3)
    at = np.array([0, 1, 9, 27, 45])
    out = np.empty(len(at))
    pair_variance(found.band, at, p.a, p.first, out)
    U = A @ S[:n, :n] @ A.T
    assert np.allclose(out, [U[k : k + 2, k : k + 2].sum() for k in at], rtol=1e-3)


def test_a_missing_sample_carries_no_weight():
    p = problem_of(bateman(2.0, 0.7))
    spoilt = p.y.copy()
    spoilt[p.w == 0] = 1e3
    assert solve(p._replace(y=spoilt)).value == pytest.approx(solve(p).value, rel=1e-9)


def test_a_penalty_that_is_too_high_leaves_no_burst():
    p = problem_of(bateman(2.0, 0.7))
    found = solve(p._replace(lam=1e6 * p.lam))
    assert found.u.max() < 1e-6 * solve(p).u.max()


def test_what_came_before_stands_in_for_itself():
    """The last part of a recording, with the first condensed into a prior, comes out as it does in the whole."""
    p = problem_of(bateman(2.0, 0.7), n=120, missing=0.0)._replace(lam=np.zeros(120))
    tied = np.where(np.arange(120) % 20 < 2, 4.0, 1e5)
    whole = smooth(p, tied)
    cut, m = 60, 2
    early = Problem(*(each[: cut + m] if each.ndim == 1 and len(each) == 120 else each for each in p))
    # samples cut, cut + 1 are in both: here they carry no data of their own and no second difference
    early = early._replace(w=np.where(np.arange(cut + m) < cut, early.w, 0.0))
    band = smooth(early, tied[: cut + m])
    last = slice(2 * cut, 2 * (cut + m))
    n = len(early.y)
    A, C, D = dense(early)
    both = np.hstack([C, np.eye(n)])
    H = both.T @ np.diag(early.w) @ both
    H[:n, :n] += A.T @ np.diag(tied[:n]) @ A
    H[n:, n:] += D.T @ np.diag(early.omega) @ D
    order = np.ravel(np.column_stack([np.arange(n), n + np.arange(n)]))
    S = np.linalg.inv(H)[np.ix_(order, order)][last, last]
    mean = np.ravel(np.column_stack([band.q, band.b]))[last]
    prior = np.linalg.inv(S)
    late = Problem(*(each[cut:] if each.ndim == 1 and len(each) == 120 else each for each in p))
    late = late._replace(prior=prior, prior_g=prior @ mean)
    found = smooth(late, np.where(np.arange(60) < m, 0.0, tied[cut:]))
    assert np.allclose(found.q, whole.q[cut:], atol=1e-4)
    assert np.allclose(found.b, whole.b[cut:], atol=1e-4)
