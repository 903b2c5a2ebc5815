"""The solver against dense algebra and against another solver."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import toeplitz

from sudomotor.measurement.banded import pair_variance
from sudomotor.measurement.interior import Problem, driver_of, smooth, solve, state_of
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


def responses(p):
    """(n, n) what a driver of 1 in each sample shows, in extended precision: (C A^-1) without an inverse."""
    n, m = len(p.y), len(p.a) - 1
    a, c, first = (np.asarray(each, dtype=np.longdouble) for each in (p.a, p.c, p.first))
    q = np.eye(n, dtype=np.longdouble)
    for k in range(n):
        for i in range(1, m + 1) if k >= m else range(k):
            q[k] -= a[i] * q[k - i] if k >= m else first[k, i] * q[i]
        if k < m:
            q[k] /= first[k, k]
    out = np.zeros((n, n), dtype=np.longdouble)
    for i in range(m):
        out[i:] += c[i] * q[: n - i]
    return out


def weighed(p, shows, u, b):
    """The objective of a driver and a level, in extended precision."""
    rest = p.y - shows @ u - b
    return 0.5 * np.sum(p.w * rest**2) + 0.5 * np.sum(p.omega[2:] * np.diff(b, 2) ** 2) + np.sum(p.lam * u)


def by_clarabel(p, shows):
    """Driver and level of another solver: drivers counted in 1 / lam, residuals and second differences in their own scale."""
    clarabel = pytest.importorskip("clarabel", reason="the cvxeda extra is not installed")
    import scipy.sparse as sp

    n = len(p.y)
    known = np.flatnonzero(p.w > 0)
    root, stiff = np.sqrt(p.w[known]), np.sqrt(p.omega[2:])
    middle, unit = p.y[known].mean(), 1.0 / np.median(root)
    seen = np.asarray(shows, dtype=float)[known] * root[:, None] / p.lam
    bend = stiff[:, None] * np.diff(unit * np.eye(n), 2, axis=0)
    eye, rests = np.eye(n), len(known) + n - 2
    rows = np.block(
        [
            [seen, unit * root[:, None] * eye[known], np.eye(rests)[: len(known)]],
            [np.zeros((n - 2, n)), bend, np.eye(rests)[len(known) :]],
            [-eye, np.zeros((n, n + rests))],
        ]
    )
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_rel = settings.tol_gap_abs = settings.tol_feas = 1e-12
    answer = clarabel.DefaultSolver(
        sp.csc_matrix(np.diag(np.repeat([0.0, 1.0], [2 * n, rests]))), np.repeat([1.0, 0.0], [n, n + rests]),
        sp.csc_matrix(rows), np.concatenate([root * (p.y[known] - middle), np.zeros(2 * n - 2)]),
        [clarabel.ZeroConeT(rests), clarabel.NonnegativeConeT(n)], settings,
    ).solve()  # fmt: skip
    assert str(answer.status) == "Solved"
    x = np.asarray(answer.x)
    return np.maximum(x[:n] / p.lam, 0.0), middle + unit * x[n : 2 * n]


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("seed", range(2))
def test_the_minimum_is_that_of_another_solver(name, seed):
    p = problem_of(kernel(name), seed=seed)
    if seed:
        p.w[40:70] = 0.0
    shows = responses(p)
    other = float(weighed(p, shows, *by_clarabel(p, shows)))
    found = solve(p)
    assert found.converged
    assert found.gap < 1e-8
    assert float(weighed(p, shows, found.u, found.b)) == pytest.approx(other, rel=1e-8)
    assert found.value == pytest.approx(other, rel=1e-8)
    assert objective(p, found.q, found.b) == pytest.approx(found.value, rel=1e-8)


@pytest.mark.parametrize("name", KERNELS)
def test_the_gap_says_how_far_the_minimum_is_at_most(name):
    """Once it is small, wherever the solver is stopped; before, multipliers below zero make it less than a bound."""
    p = problem_of(kernel(name), seed=5)
    best = solve(p)
    assert best.converged
    near = [found for found in (solve(p, most=most) for most in range(4, best.iterations + 1)) if found.gap < 0.01]
    assert len(near) > 1
    for found in near:
        assert found.value >= best.value * (1 - 1e-9)
        assert found.value - found.gap * (1 + found.value) <= best.value * (1 + 1e-9)


def test_steps_do_not_go_round_in_a_circle():
    assert solve(problem_of(bateman(2.0, 0.7), seed=10)).converged


def test_a_known_minimum_to_begin_from_changes_nothing():
    p = problem_of(bateman(2.0, 0.7), seed=6)
    cold = solve(p)
    warm = solve(p, solve(p._replace(lam=1.3 * p.lam)))
    assert warm.converged
    assert warm.value == pytest.approx(cold.value, rel=1e-8)


@pytest.mark.parametrize("factor", [1e-3, 100.0])
def test_another_unit_is_the_same_problem(factor):
    p = problem_of(kernel("third_order"), seed=7)
    one = solve(p)
    other = solve(p._replace(y=factor * p.y, w=p.w / factor**2, lam=p.lam / factor, omega=p.omega / factor**2))
    assert other.value == pytest.approx(one.value, rel=1e-8)
    assert np.allclose(other.u, factor * one.u, atol=1e-5 * factor * one.u.max())


@pytest.mark.parametrize("name", KERNELS)
def test_what_goes_in_comes_out(name):
    """Once all have died away, the responses add up to the drivers times the kernel's own area."""
    of = kernel(name)
    g = of.on_grid(0.25)
    m, n = of.order, round(25.0 * max(-1.0 / of.poles.real) / 0.25)
    u = np.zeros(n)
    u[m : m + 40] = np.random.default_rng(0).uniform(0.0, 1.0, 40)
    q, back = np.empty(n), np.empty(n)
    state_of(u, g.a, g.first, q)
    driver_of(q, g.a, g.first, False, back)
    assert np.allclose(back, u, atol=1e-9)
    area = 0.25 * np.convolve(q, g.c)[:n].sum()
    assert area == pytest.approx(0.25 * u.sum() * g.response(n).sum(), rel=1e-6)
    assert area == pytest.approx(u.sum() * np.real(-np.sum(of.residues / of.poles)), rel=0.02)


def test_what_came_before_stands_in_for_itself_where_bursts_are_sparse():
    """At the minimum of the whole, the first part condensed into any curvature with its own slope leaves the last part as it is."""
    p = problem_of(bateman(2.0, 0.7), n=120, seed=2)
    whole = solve(p)
    cut, m = 60, 2
    n = cut + m
    early = Problem(*(each[:n] if each.ndim == 1 and len(each) == 120 else each for each in p))
    A, C, D = dense(early)
    # samples cut and cut + 1 belong to the last part: they show nothing here; their drivers and bends reach back, and count here
    both = np.hstack([C, np.eye(n)])[:cut]
    stiff = np.minimum(whole.z / whole.u, 1e4)[:n]
    H = both.T @ (p.w[:cut, None] * both)
    H[:n, :n] += A.T @ (stiff[:, None] * A)
    H[n:, n:] += D.T @ (p.omega[:n, None] * D)
    x = np.concatenate([whole.q[:n], whole.b[:n]])
    slope = both.T @ (p.w[:cut] * (both @ x - p.y[:cut]))
    slope[:n] += A.T @ (p.lam - whole.z)[:n]
    slope[n:] += D.T @ (p.omega[:n] * (D @ x[n:]))
    keep = np.ravel(np.column_stack([np.arange(cut, n), n + np.arange(cut, n)]))
    gone = np.setdiff1d(np.arange(2 * n), keep)
    out = H[np.ix_(keep, gone)] @ np.linalg.inv(H[np.ix_(gone, gone)])
    prior = H[np.ix_(keep, keep)] - out @ H[np.ix_(gone, keep)]
    late = Problem(*(each[cut:] if each.ndim == 1 and len(each) == 120 else each for each in p))
    late = late._replace(prior=prior, prior_g=prior @ x[keep] - (slope[keep] - out @ slope[gone]))
    found = solve(late)
    assert found.converged
    top = whole.u.max()
    assert np.allclose(found.u[m:], whole.u[cut + m :], atol=1e-4 * top)
    assert np.allclose(found.q, whole.q[cut:], atol=1e-4 * np.abs(whole.q).max())
    assert np.allclose(found.b, whole.b[cut:], atol=1e-4)


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
