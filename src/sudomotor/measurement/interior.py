"""Sparse non-negative driver through a linear kernel plus a smooth tonic level: an interior-point solver that is linear in n.

Per sample k of an even grid the unknowns are q_k, the kernel's state, and b_k, the tonic level:

    minimise   1/2 sum w_k (y_k - sum_i c_i q_(k-i) - b_k)^2  +  1/2 sum omega_k (b_k - 2 b_(k-1) + b_(k-2))^2  +  sum lambda_k u_k
    over q, b  where  u_k = sum_i a_i q_(k-i) >= 0

(a, c) is the kernel as a recursion (`sudomotor.measurement.kernels`). A sample that is missing has w = 0, so gaps cost nothing.
With q and b side by side the Hessian has half-bandwidth 2m (m is the kernel's order), and so has every Newton system of the
barrier: one banded Cholesky factor and two substitutions an iteration, each O(n m^2). The iteration count does not grow with n.

Source: Mehrotra 1992 (predictor and corrector); Vogelstein et al. 2010 for such a solver in calcium imaging; Greco et al. 2016
for the problem; Takahashi 1973 for the selected inverse.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sudomotor.measurement.banded import factor, factor_band, selected_inverse, solve_band, substitute

Array = NDArray[np.float64]

MAX_ITERATIONS = 80
_TO_BOUNDARY = 0.995
# below this relative gap the normal equations have too few digits left
_CAREFUL = 1e-6
# relative gap that is good enough to be called a minimum
_CERTAIN = 1e-6
# iterations after which the predictor is no longer trusted: on one problem in hundreds its steps go round in a circle
_SLOW = 30


class Problem(NamedTuple):
    """One problem on an even grid; n samples, a kernel of order m.

    Attributes
    ----------
    y, w : (n,) values and weights (1/variance; 0 where nothing was measured).
    lam : (n,) penalty per unit of the driver.
    omega : (n,) weight of the second difference that ends at k; entries 0 and 1 are not used; 0 lets the tonic level jump.
    a : (m + 1,) recursion of the driver, a[0] = 1.
    c : (m,) how the state is seen.
    first : (m, m) lower triangular: what is held non-negative in place of the driver while its recursion has no past.
    prior : (2m, 2m) information on q_0, b_0, q_1, ... from what came before; with it `first` is not used.
    prior_g : (2m,) the same times its mean.
    """

    y: Array
    w: Array
    lam: Array
    omega: Array
    a: Array
    c: Array
    first: Array
    prior: Array
    prior_g: Array


class Solution(NamedTuple):
    """A minimum.

    Attributes
    ----------
    q, b, u : (n,) kernel's state, tonic level, driver.
    z : (n,) multipliers of u >= 0.
    value : objective.
    gap : relative duality gap, (u . |z|) / (1 + |value|), with multipliers that make the rest of the optimality conditions
        exact; near the minimum it bounds the excess, while far from it (multipliers below zero) it only measures it.
    iterations : of the barrier.
    converged : whether the gap and the residual came below the tolerance.
    """

    q: Array
    b: Array
    u: Array
    z: Array
    value: float
    gap: float
    iterations: int
    converged: bool


@njit(cache=True, error_model="numpy")
def driver_of(q, a, first, use_prior, out):  # type: ignore[no-untyped-def]
    """out = A q."""
    n, m = q.shape[0], a.shape[0] - 1
    for k in range(n):
        s = 0.0
        if k >= m:
            for i in range(m + 1):
                s += a[i] * q[k - i]
        elif not use_prior:
            for i in range(k + 1):
                s += first[k, i] * q[i]
        out[k] = s


@njit(cache=True, error_model="numpy")
def state_of(u, a, first, out):  # type: ignore[no-untyped-def]
    """The state that a driver leads to: the inverse of `driver_of` without a prior."""
    n, m = u.shape[0], a.shape[0] - 1
    for k in range(n):
        s = u[k]
        if k >= m:
            for i in range(1, m + 1):
                s -= a[i] * out[k - i]
        else:
            for i in range(k):
                s -= first[k, i] * out[i]
            s /= first[k, k]
        out[k] = s


@njit(cache=True, error_model="numpy")
def _gradient(q, b, y, w, lam, omega, a, c, first, prior, prior_g, use_prior, out):  # type: ignore[no-untyped-def]
    """out = gradient of the objective, without the multipliers; returns the objective."""
    n, m = q.shape[0], a.shape[0] - 1
    out[:] = 0.0
    value = 0.0
    for k in range(n):
        if w[k] > 0.0:
            e = y[k] - b[k]
            top = min(m, k + 1)
            for i in range(top):
                e -= c[i] * q[k - i]
            g = -w[k] * e
            value -= 0.5 * g * e
            for i in range(top):
                out[2 * (k - i)] += g * c[i]
            out[2 * k + 1] += g
        if k >= 2:
            s = b[k] - 2.0 * b[k - 1] + b[k - 2]
            g = omega[k] * s
            value += 0.5 * g * s
            out[2 * k + 1] += g
            out[2 * k - 1] -= 2.0 * g
            out[2 * k - 3] += g
        s = 0.0
        if k >= m:
            for i in range(m + 1):
                out[2 * (k - i)] += lam[k] * a[i]
                s += a[i] * q[k - i]
        elif not use_prior:
            for i in range(k + 1):
                out[2 * i] += lam[k] * first[k, i]
                s += first[k, i] * q[i]
        value += lam[k] * s
    if use_prior:
        for i in range(2 * m):
            xi = q[i // 2] if i % 2 == 0 else b[i // 2]
            s = 0.0
            for j in range(2 * m):
                s += prior[i, j] * (q[j // 2] if j % 2 == 0 else b[j // 2])
            value += xi * (0.5 * s - prior_g[i])
            out[i] += s - prior_g[i]
    return value


@njit(cache=True, error_model="numpy")
def _add_transposed(v, a, first, use_prior, sign, out):  # type: ignore[no-untyped-def]
    """out += sign A' v, on the places of q."""
    n, m = v.shape[0], a.shape[0] - 1
    for k in range(n):
        s = sign * v[k]
        if k >= m:
            for i in range(m + 1):
                out[2 * (k - i)] += s * a[i]
        elif not use_prior:
            for i in range(k + 1):
                out[2 * i] += s * first[k, i]


@njit(cache=True, error_model="numpy")
def _negative(x, out):  # type: ignore[no-untyped-def]
    """out = -x, without a copy in between: a day's takes longer to be allotted than to be filled."""
    for k in range(x.shape[0]):
        out[k] = -x[k]


@njit(cache=True, error_model="numpy")
def _iterate(  # type: ignore[no-untyped-def]
    y, w, lam, omega, a, c, first, prior, root, prior_g, use_prior, q, b, u, z, h, tolerance, most
):
    """Mehrotra's steps until the gap is small; q, b, u, z are changed in place."""
    n, m = y.shape[0], a.shape[0] - 1
    begin = m if use_prior else 0  # rows before it have no constraint
    count = n - begin
    grad, step = np.empty(2 * n), np.empty(2 * n)
    d, du, dz = np.zeros(n), np.empty(n), np.empty(n)
    done, converged, value, settled = 0, False, 0.0, 0
    scale = 1.0 + np.max(lam)
    for done in range(most + 1):
        value = _gradient(q, b, y, w, lam, omega, a, c, first, prior, prior_g, use_prior, grad)
        gap = 0.0
        for k in range(begin, n):
            gap += u[k] * z[k]
            d[k] = z[k] / u[k]
        if gap <= tolerance * (1.0 + abs(value)):
            # what is left of the stationarity condition, against the size of its terms
            step[:] = grad
            _add_transposed(z, a, first, use_prior, -1.0, step)
            worst = np.max(np.abs(step))
            settled += 1
            # in a long recording rounding keeps the residual up: two more steps take out what can be taken out
            if worst <= 1e3 * tolerance * scale or settled > 2:
                converged = True
                break
        if done == most:
            break
        mu = gap / count
        careful = gap < _CAREFUL * (1.0 + abs(value))
        factor(h, d, w, omega, a, c, first, prior, root, use_prior, careful)
        _negative(grad, step)
        substitute(h, step, m)
        if not careful and not np.isfinite(np.sum(step)):
            # values that are many orders apart: the products have no digits left
            factor(h, d, w, omega, a, c, first, prior, root, use_prior, True)
            _negative(grad, step)
            substitute(h, step, m)
        if not np.isfinite(np.sum(step)):
            break  # with what has been reached so far
        _driver_step(step, a, first, use_prior, du)
        # the longest step that leaves all of u and z above zero, by its inverse; z changes by -z - d du
        inverse = 1.0
        for k in range(begin, n):
            relative = du[k] / u[k]
            inverse = max(inverse, max(-relative, 1.0 + relative))
        alpha, ahead = 1.0 / inverse, 0.0
        for k in range(begin, n):
            dz[k] = -z[k] - d[k] * du[k]
            ahead += (u[k] + alpha * du[k]) * (z[k] + alpha * dz[k])
        ratio = max(ahead, 0.0) / max(gap, 1e-300)
        # steps that go round in a circle: from then on along the middle, without the part of second order
        slow = done >= _SLOW
        target = 0.2 * mu if slow else ratio * ratio * ratio * mu
        for k in range(begin, n):
            # what the corrector asks of u z, over u; its part of second order is held within the step's size
            second = 0.0 if slow else min(max(du[k] * dz[k], -10.0 * mu - 10.0 * target), 10.0 * mu)
            dz[k] = (target - second) / u[k]
        _negative(grad, step)
        _add_transposed(dz, a, first, use_prior, 1.0, step)
        substitute(h, step, m)
        _driver_step(step, a, first, use_prior, du)
        inverse = 1e-300
        for k in range(begin, n):
            dz[k] = dz[k] - z[k] - d[k] * du[k]
            inverse = max(inverse, max(-du[k] / u[k], -dz[k] / z[k]))
        alpha = min(1.0, _TO_BOUNDARY / inverse)
        for k in range(n):
            q[k] += alpha * step[2 * k]
            b[k] += alpha * step[2 * k + 1]
        for k in range(begin, n):
            u[k] = max(u[k] + alpha * du[k], 1e-300)
            z[k] = max(z[k] + alpha * dz[k], 1e-300)
    return value, done, converged


@njit(cache=True, error_model="numpy")
def _driver_step(step, a, first, use_prior, out):  # type: ignore[no-untyped-def]
    """A times the q's part of a step over both."""
    n, m = out.shape[0], a.shape[0] - 1
    for k in range(n):
        s = 0.0
        if k >= m:
            for i in range(m + 1):
                s += a[i] * step[2 * (k - i)]
        elif not use_prior:
            for i in range(k + 1):
                s += first[k, i] * step[2 * i]
        out[k] = s


@njit(cache=True, error_model="numpy")
def level_of(rest, w, omega, b):  # type: ignore[no-untyped-def]
    """The smooth level that is best for values `rest` of weights w, written to b; pentadiagonal."""
    n = rest.shape[0]
    h = np.zeros((n, 3))
    for k in range(n):
        h[k, 0] += w[k]
        b[k] = w[k] * rest[k]
        if k >= 2:
            o = omega[k]
            h[k, 0] += o
            h[k, 1] -= 2.0 * o
            h[k, 2] += o
            h[k - 1, 0] += 4.0 * o
            h[k - 1, 1] -= 2.0 * o
            h[k - 2, 0] += o
    factor_band(h, 2)
    solve_band(h, b, 2)


@njit(cache=True, error_model="numpy")
def _multipliers(grad, a, first, z):  # type: ignore[no-untyped-def]
    """The z that make the q's part of the gradient vanish: A' z = gradient, from the end to the beginning."""
    n, m = z.shape[0], a.shape[0] - 1
    for k in range(n - 1, -1, -1):
        s = grad[2 * k]
        for i in range(1, m + 1):
            if k + i < n and k + i >= m:
                s -= a[i] * z[k + i]
        if k < m:
            for j in range(k + 1, min(m, n)):
                s -= first[j, k] * z[j]
            s /= first[k, k]
        z[k] = s


def _root(prior: Array, use_prior: bool) -> Array:
    """A lower triangular root of the information from before."""
    if not use_prior:
        return np.zeros_like(prior)
    values, vectors = np.linalg.eigh(0.5 * (prior + prior.T))
    return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))


def solve(
    problem: Problem, start: Solution | None = None, *, tolerance: float = 1e-9, most: int = MAX_ITERATIONS
) -> Solution:
    """Minimise; see the module.

    Parameters
    ----------
    problem : what is asked.
    start : the solution of a like problem of the same length, to begin from; its arrays become those of the new one.
    tolerance : of the relative gap.
    most : iterations.

    Examples
    --------
    >>> import numpy as np
    >>> from sudomotor.measurement.kernels import bateman
    >>> k = bateman(2.0, 0.7).on_grid(0.25)
    >>> y = np.convolve(np.eye(1, 80, 20)[0], k.response(60))[:80]
    >>> one = np.ones(80)
    >>> p = Problem(y, 1e4 * one, 20 * one, 1e8 * one, k.a, k.c, k.first, np.zeros((4, 4)), np.zeros(4))
    >>> found = solve(p)
    >>> found.converged, int(np.argmax(found.u)), bool(abs(found.u.sum() - 1) < 0.1)
    (True, 20, True)
    """
    y, w, lam, omega, a, c, first, prior, prior_g = problem
    n, m = len(y), len(a) - 1
    use_prior = bool(np.any(prior))
    root = _root(prior, use_prior)
    h = np.empty((2 * n, 2 * m + 1))
    y = _nought_where_missing(y, w)
    size = 1.0 / np.maximum(lam, 1e-300)
    if start is None:
        # a first guess: every driver loosely tied to nothing, by its own penalty
        factor(h, 1.0 / size**2, w, omega, a, c, first, prior, root, use_prior, False)
        x = np.empty(2 * n)
        q, b, u = np.zeros(n), np.zeros(n), np.empty(n)
        _gradient(q, b, y, w, lam, omega, a, c, first, prior, prior_g, use_prior, x)
        x *= -1.0
        substitute(h, x, m)
        q[:], b[:] = x[0::2], x[1::2]
        del x
        driver_of(q, a, first, use_prior, u)
        np.maximum(u, 0.3 * size, out=u)
        z = np.maximum(lam - u / size**2, 0.3 * lam)
    else:
        # a known minimum stands too near to the walls to move from: off them, to where every u z is about the same
        q, b, u, z = start.q, start.b, start.u, start.z
        np.maximum(u, 0.05 * size, out=u)
        np.maximum(z, 0.05 / u, out=z)
    del size
    if use_prior:
        u[:m], z[:m] = 0.0, 0.0
        _restate(u, a, m, q)
    else:
        state_of(u, a, first, q)
    value, iterations, converged = _iterate(
        y, w, lam, omega, a, c, first, prior, root, prior_g, use_prior, q, b, u, z, h, tolerance, most
    )
    gap = float(u @ z) / (1.0 + abs(value))
    del h
    if not use_prior:
        value, gap = _certified(problem._replace(y=y), q, b, u, z)
    return Solution(q, b, u, z, float(value), gap, int(iterations), bool(converged and gap <= max(1e3 * tolerance, _CERTAIN)))


def _nought_where_missing(y: Array, w: Array) -> Array:
    """Values that weigh nothing may be anything, nan too."""
    measured = w > 0
    return y if measured.all() else np.where(measured, y, 0.0)


@njit(cache=True, error_model="numpy")
def _restate(u, a, m, q):  # type: ignore[no-untyped-def]
    """The state from a driver, with the first m states given."""
    for k in range(m, q.shape[0]):
        s = u[k]
        for i in range(1, m + 1):
            s -= a[i] * q[k - i]
        q[k] = s


def _certified(p: Problem, q: Array, b: Array, u: Array, z: Array) -> tuple[float, float]:
    """Objective and relative gap with an exact tonic level and exact multipliers; a multiplier below zero counts as gap too."""
    n = len(q)
    kept = b.copy()
    level_of(p.y - np.convolve(q, p.c)[:n], p.w, p.omega, b)
    if not np.all(np.isfinite(b)):
        b[:] = kept
    grad = np.empty(2 * n)
    value = _gradient(q, b, p.y, p.w, p.lam, p.omega, p.a, p.c, p.first, p.prior, p.prior_g, False, grad)
    exact = np.empty(n)
    _multipliers(grad, p.a, p.first, exact)
    gap = float(u @ np.abs(exact)) / (1.0 + abs(value))
    z[:] = np.maximum(exact, 0.0)
    return float(value), gap


class Smooth(NamedTuple):
    """A Gaussian posterior.

    Attributes
    ----------
    q, b, u : (n,) means.
    band : of its covariance over (q_0, b_0, q_1, ...): [i, j] is the entry (i, i - j); empty where it was not asked for.
    log_evidence : logarithm of the marginal likelihood, up to what does not depend on weights and kernel.
    """

    q: Array
    b: Array
    u: Array
    band: Array
    log_evidence: float


def smooth(problem: Problem, tied: Array, *, width: int | None = None, spread: bool = True) -> Smooth:
    """The same problem with a Gaussian in place of the sparse penalty: each driver is tied to zero with its own weight.

    Parameters
    ----------
    problem : `lam` is a linear penalty still (take zeros for none).
    tied : (n,) weight of u_k^2 / 2: huge where there is no burst, small where there is one.
    width : half-bandwidth that is kept, at least 2m; more gives covariances of samples that are further apart.
    spread : whether covariances are wanted.
    """
    y, w, lam, omega, a, c, first, prior, prior_g = problem
    n, m = len(y), len(a) - 1
    use_prior = bool(np.any(prior))
    h = np.empty((2 * n, max(width or 0, 2 * m) + 1))
    y = _nought_where_missing(y, w)
    factor(h, tied, w, omega, a, c, first, prior, _root(prior, use_prior), use_prior, False)
    x = np.empty(2 * n)
    # twice: the second turn takes out what rounding left
    q, b, u = np.zeros(n), np.zeros(n), np.zeros(n)
    for _ in range(2):
        _gradient(q, b, y, w, lam, omega, a, c, first, prior, prior_g, use_prior, x)
        _add_transposed(tied * u, a, first, use_prior, 1.0, x)
        x *= -1.0
        substitute(h, x, m)
        q += x[0::2]
        b += x[1::2]
        driver_of(q, a, first, use_prior, u)
    value = _gradient(q, b, y, w, lam, omega, a, c, first, prior, prior_g, use_prior, x)
    del x
    value += 0.5 * float(tied @ u**2)
    weights = sum(float(np.sum(np.log(each[each > 0]))) for each in (w, omega[2:], tied))
    log_evidence = -value + 0.5 * weights + float(np.sum(np.log(h[:, 0])))
    if spread:
        selected_inverse(h, m)
    return Smooth(q, b, u, h if spread else np.empty((0, 0)), log_evidence)
