"""From a likelihood to what is believed of a person: the best point, its neighbourhood, and a check of both.

The posterior of z is found by several starts (BFGS on JAX gradients), its curvature gives a Gaussian (Laplace), and a
heavy-tailed copy of that is a proposal for importance sampling. The weights are smoothed (Pareto-smoothed importance
sampling, Vehtari et al. 2024); the shape k of their tail says whether the neighbourhood was a fair picture. Where it was
not, the proposal is fitted anew to the weighted draws (Cappe et al. 2004), and if that does not mend it, a sampler has to.
Traits that a diary says nothing about keep their prior exactly.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine.scan import jax_library
from sudomotor.twin.likelihood import Tree, log_likelihood, measures_of
from sudomotor.twin.priors import COUNT, NAMES

Array = NDArray[np.float64]
# values and gradients of several points at once
Many = Callable[[Array], tuple[Array, Array]]

# draws of one round of importance sampling
BATCH = 1024
# places for a reading times sets of traits above which a batch takes longer for each (measured)
_CACHED = 16384
# tail shape of the weights up to which they may be trusted (Vehtari et al. 2024)
K_TRUSTED = 0.7
# agreement of a sampler's chains, rank-normalised split R-hat, up to which they may be trusted. Vehtari et al. 2021 ask for
# 1.01 of one quantity; this is the worst of some thirty traits, in location and scale and over a few hundred draws, where
# chance alone reaches 1.014 in one fit of twenty
RHAT_TRUSTED = 1.03
# of the proposal: measured on diaries, draws that count are most from here on; tails stay heavier than a Gaussian's
_STUDENT_DF = 20.0
_ROUNDS = 10
# effective draws that make further rounds a waste, unless more are asked for: twice the people of a usual twin
ENOUGH = 800.0
# share of the draws of a further round that is taken to be effective when its size is set
_EFFECTIVE = 0.5
_START_SCALE = 0.7
_STEP = 1e-4
# gradients of so many sets are worked out at once
ABREAST = 4
# of the descent: gradient and fall that end it, share of the promised fall that a step must bring, steps at most
_FLAT, _SAME, _ENOUGH_OF_FALL = 1e-4, 1e-9, 1e-4
_SHORTEST, _MOST_STEPS = 1e-10, 400


def batch_width(places: int) -> int:
    """Sets of traits that are evaluated at once, for so many places for a reading: as many as the processor's cache holds.

    >>> batch_width(64), batch_width(128), batch_width(256), batch_width(4096)
    (128, 128, 64, 32)
    """
    return int(min(max(_CACHED // places, 32), 128))


@cache
def _compiled(has: tuple[str, ...], k: int, m: int) -> tuple[Any, Any]:
    """Log likelihood of a batch, and the same with its gradients, both jitted."""
    jax = jax_library()

    def batch(z: Any, d: Tree) -> Any:
        return log_likelihood(z, d, has, k, m)

    def summed(z: Any, d: Tree) -> Any:
        each = batch(z, d)
        return each.sum(), each

    return jax.jit(batch), jax.jit(jax.grad(summed, has_aux=True))


@dataclass(frozen=True)
class Target:
    """A diary under one account of the block, ready to be evaluated.

    Attributes
    ----------
    data, has, stages : arrays, kinds of entries, and numbers of stages.
    active : (trait,) whether the diary can say anything of the trait.
    """

    data: Tree
    has: tuple[str, ...]
    stages: tuple[int, int]
    active: NDArray[np.bool_]

    def log_likelihood(self, z: Array) -> Array:
        """Log likelihood of z (trait, set), evaluated in batches of one size."""
        batch, _ = _compiled(self.has, *self.stages)
        n, width = z.shape[1], batch_width(self.data["turn"].size)
        out = np.empty(n)
        for first in range(0, n, width):
            part = z[:, first : first + width]
            wide = np.zeros((COUNT, width))
            wide[:, : part.shape[1]] = part
            out[first : first + width] = np.asarray(batch(wide, self.data))[: part.shape[1]]
        return out

    def value_and_gradient(self, z: Array) -> tuple[Array, Array]:
        """Log posterior densities (up to their constant), (set,), and gradients, (trait, set), at z (trait, set)."""
        _, gradients = _compiled(self.has, *self.stages)
        n = z.shape[1]
        width = ABREAST if n > 1 else 1
        value, gradient = np.empty(n), np.empty(z.shape)
        for first in range(0, n, width):
            part = z[:, first : first + width]
            wide = np.zeros((COUNT, width))
            wide[:, : part.shape[1]] = part
            slope, each = (np.asarray(x)[..., : part.shape[1]] for x in gradients(wide, self.data))
            value[first : first + width], gradient[:, first : first + width] = each, slope
        return value - 0.5 * np.sum(z * z, axis=0), gradient - z

    def log_posterior(self, z: Array) -> Array:
        """Log of likelihood times prior density over the active traits, (set,)."""
        a = z[self.active]
        prior = -0.5 * np.sum(a * a, axis=0) - 0.5 * len(a) * math.log(2.0 * math.pi)
        return np.asarray(self.log_likelihood(z) + prior)


def target(data: Tree, stages: tuple[int, int], sites: tuple[str, ...]) -> Target:
    """Prepare a diary's arrays for evaluation."""
    has = measures_of(data)
    seen = {f"baseline_{site}" for site in sites}
    seen |= {
        "strength",
        "repair_days",
        "heal_days",
        "fast",
        "unreached",
        "start_block",
        "day_sd",
        "week_sd",
        "week_memory",
        "weekend",
    }
    seen |= {"logging", "logging_wet", "logging_fade", "logging_session", "logging_streak"}
    if "hdss" in has:
        seen |= {"hdss_shift", "hdss_slope", "hdss_spacing"}
    if "wetness" in has:
        seen |= {"wetness_middle", "wetness_slope", "wetness_noise"}
    if "anxiety" in has:
        seen |= {"anxiety_middle", "anxiety_slope", "anxiety_noise"}
    if "log_rate" in has:
        seen |= {"weighing_noise"}
    if np.any(data["event"] > 0):
        seen |= {"event"} | ({"anxiety_event"} if "anxiety" in has else set())
    if np.any(data["degrees"] != 0):
        seen |= {"temperature"}
    return Target(data, has, stages, np.array([name in seen for name in NAMES]))


@dataclass(frozen=True)
class Peak:
    """The best point and the Gaussian about it, over the active traits.

    Attributes
    ----------
    z : (trait,) the best point; 0 for traits that the diary says nothing of.
    value : log posterior there.
    covariance : (active, active).
    starts, agreed : starts tried, and how many ended at the best point.
    """

    z: Array
    value: float
    covariance: Array
    starts: int
    agreed: int


def climb(at: Target, *, starts: int = 4, seed: int = 1, first: Array | None = None) -> Peak:
    """Find the best point from several starts, and the curvature there.

    Parameters
    ----------
    at : the target.
    starts : how many; the first is the prior's middle or `first`.
    """
    rng = np.random.default_rng([seed, 0x706561])
    index = np.flatnonzero(at.active)

    def minus(a: Array) -> tuple[Array, Array]:
        z = np.zeros((COUNT, a.shape[1]))
        z[index] = a
        value, gradient = at.value_and_gradient(z)
        fine = np.isfinite(value)
        return np.where(fine, -value, np.inf), np.where(fine, -gradient[index], 0.0)

    begin = np.zeros((len(index), starts))
    begin[:, 1:] = _START_SCALE * rng.normal(size=(starts - 1, len(index))).T
    if first is not None:
        begin[:, 0] = first[index]
    ends, values = descend(minus, begin)
    best = int(np.argmin(values))
    agreed = int(np.sum(values < values[best] + 0.1))
    z = np.zeros(COUNT)
    z[index] = ends[:, best]
    return Peak(z, -float(values[best]), covariance(minus, ends[:, best]), starts, agreed)


def descend(minus: Many, begin: Array) -> tuple[Array, Array]:
    """Minimise from several starts side by side: BFGS, each step halved or less until it goes down enough.

    The starts know nothing of one another. They go together because many gradients at once cost little more than one.

    Parameters
    ----------
    minus : values (start,) and gradients (n, start) at (n, start); inf where there is no value.
    begin : (n, start).

    Returns
    -------
    the ends, (n, start), and their values, (start,).

    Source: Nocedal and Wright 2006, algorithm 6.1, with the step of their equation 3.4 and the first scale of 6.20.

    >>> ends, values = descend(lambda a: (np.sum((a - 2.0) ** 2, axis=0), 2.0 * (a - 2.0)), np.array([[0.0, 9.0]]))
    >>> ends.round(6).tolist(), values.round(9).tolist()
    ([[2.0, 2.0]], [0.0, 0.0])
    """
    a = begin.copy()
    n, count = a.shape
    f, g = minus(a)
    curved: list[Array | None] = [None] * count  # inverse of the curvature, once there is a step to tell it by
    way, length = -g, 1.0 / np.maximum(np.sqrt(np.sum(g * g, axis=0)), 1.0)
    still = np.zeros(count, dtype=np.int64)
    going = np.isfinite(f) & (np.max(np.abs(g), axis=0) > _FLAT)
    for _ in range(_MOST_STEPS):
        if not going.any():
            break
        tried = np.where(going, a + length * way, a)
        f_tried, g_tried = minus(tried)
        for i in np.flatnonzero(going):
            fall = float(g[:, i] @ way[:, i])
            if not f_tried[i] <= f[i] + _ENOUGH_OF_FALL * length[i] * fall:
                length[i] *= _shorter(f_tried[i] - f[i], length[i] * fall)
                going[i] = length[i] > _SHORTEST
                continue
            s, y = tried[:, i] - a[:, i], g_tried[:, i] - g[:, i]
            bend = float(s @ y)
            if bend > 1e-10 * math.sqrt((s @ s) * (y @ y)):
                old = curved[i]
                h = np.eye(n) * (bend / float(y @ y)) if old is None else old
                hy = h @ y
                curved[i] = h + (1.0 + y @ hy / bend) / bend * np.outer(s, s) - (np.outer(hy, s) + np.outer(s, hy)) / bend
            # one step that brings nothing may have been a short one by a curvature of elsewhere
            still[i] = still[i] + 1 if f[i] - f_tried[i] <= _SAME * max(abs(f[i]), 1.0) else 0
            a[:, i], f[i], g[:, i] = tried[:, i], f_tried[i], g_tried[:, i]
            h_now = curved[i]
            way[:, i], length[i] = -g[:, i] if h_now is None else -h_now @ g[:, i], 1.0
            going[i] = still[i] < 2 and float(np.max(np.abs(g[:, i]))) > _FLAT
    return a, f


def _shorter(rise: float, fall: float) -> float:
    """By how much a step is too long: to the lowest point of the parabola through what is known, within bounds."""
    if not math.isfinite(rise):
        return 0.1
    return min(max(-fall / (2.0 * (rise - fall)), 0.1), 0.5)


def covariance(minus: Many, a: Array) -> Array:
    """Inverse of the Hessian by central differences of the gradient, made positive where it is not."""
    n = len(a)
    moved = _STEP * np.concatenate([np.eye(n), -np.eye(n)], axis=1)
    _, gradients = minus(a[:, None] + moved)
    hessian = (gradients[:, :n] - gradients[:, n:]) / (2.0 * _STEP)
    values, vectors = np.linalg.eigh(0.5 * (hessian + hessian.T))
    # a posterior is nowhere wider than a few prior standard deviations, nor a point
    values = np.clip(values, 0.1, 1e8)
    return np.asarray((vectors / values) @ vectors.T)


def passes(pareto_k: float, rhat: float) -> bool:
    """Whether draws may be trusted by what is known of them, nan being not known; by nothing at all they may not.

    >>> passes(0.3, math.nan), passes(0.9, math.nan), passes(math.nan, 1.01), passes(math.nan, 1.2), passes(math.nan, math.nan)
    (True, False, True, False, False)
    """
    known = [
        value <= most
        for value, most in ((pareto_k, K_TRUSTED), (rhat, RHAT_TRUSTED))
        if not math.isnan(value)
    ]
    return bool(known) and all(known)


@dataclass(frozen=True)
class Draws:
    """Weighted draws of z, and how far they may be trusted.

    Attributes
    ----------
    z : (trait, draw).
    weight : (draw,) sum 1.
    pareto_k, ess : tail shape of the raw weights (nan where they were not weighed), effective number of draws.
    log_evidence : log marginal likelihood of the diary.
    method : how they came about.
    rhat : how far the chains of a sampler agree, of the trait that is known worst; nan where there were none.
    """

    z: Array
    weight: Array
    pareto_k: float
    ess: float
    log_evidence: float
    method: str
    rhat: float = math.nan

    @property
    def trusted(self) -> bool:
        """Whether the check was passed; where there was none, it was not."""
        return passes(self.pareto_k, self.rhat)

    def equal(self, count: int, seed: int) -> Array:
        """As many draws of equal weight, by systematic resampling; (trait, count)."""
        rng = np.random.default_rng([seed, 0x657175])
        order = rng.permutation(len(self.weight))
        edges = np.cumsum(self.weight[order])
        at = (rng.random() + np.arange(count)) / count
        picked = order[np.minimum(np.searchsorted(edges, at), len(order) - 1)]
        return self.z[:, rng.permutation(picked)]


def smooth(log_weight: Array) -> tuple[Array, float]:
    """Pareto-smoothed log weights and the shape k of their tail (Vehtari et al. 2024; Zhang and Stephens 2009).

    >>> import numpy as np
    >>> w, k = smooth(np.zeros(1000))
    >>> bool(k < 0.1)
    True
    """
    w = log_weight - np.max(log_weight)
    n = len(w)
    tail = int(min(math.ceil(0.2 * n), math.ceil(3.0 * math.sqrt(n))))
    order = np.argsort(w)
    cut = w[order[-tail - 1]]
    top = order[-tail:]
    excess = np.exp(w[top]) - math.exp(cut)
    if excess[-1] <= 1e-12:
        return w, 0.0
    k, sigma = _pareto(excess)
    at = (np.arange(tail) + 0.5) / tail
    fitted = sigma * (np.expm1(-k * np.log1p(-at)) / k if abs(k) > 1e-12 else -np.log1p(-at))
    out = w.copy()
    out[top] = np.minimum(np.log(fitted + math.exp(cut)), 0.0)
    return out, float(k)


def _pareto(x: Array) -> tuple[float, float]:
    """Shape and scale of a generalised Pareto distribution for sorted positive x (Zhang and Stephens 2009)."""
    n = len(x)
    tries = 30 + int(math.sqrt(n))
    quartile = x[max(int(n / 4 + 0.5) - 1, 0)]
    b = 1.0 / x[-1] + (1.0 - np.sqrt(tries / (np.arange(1, tries + 1) - 0.5))) / (3.0 * max(quartile, 1e-300))
    shape = np.mean(np.log1p(-b[:, None] * x), axis=1)
    log_lik = n * (np.log(np.maximum(-b / shape, 1e-300)) - shape - 1.0)
    weight = np.exp(log_lik - log_lik.max())
    mean = float(np.sum(b * weight) / weight.sum())
    k = float(np.mean(np.log1p(-mean * x)))
    sigma = -k / mean
    # a weak prior towards 0.5 keeps small tails from being misread
    return (n * k + 10.0 * 0.5) / (n + 10.0), sigma


class _Student:
    """A multivariate t over the active traits, standard normal over the rest."""

    def __init__(self, middle: Array, covariance: Array, widen: float) -> None:
        self.middle = middle
        self.root = np.linalg.cholesky(covariance * widen)

    def draw(self, n: int, rng: np.random.Generator) -> Array:
        g = rng.normal(size=(len(self.middle), n))
        c = rng.chisquare(_STUDENT_DF, size=n) / _STUDENT_DF
        return np.asarray(self.middle[:, None] + self.root @ (g / np.sqrt(c)))

    def log_density(self, a: Array) -> Array:
        from scipy.linalg import solve_triangular

        d, v = len(self.middle), _STUDENT_DF
        y = solve_triangular(self.root, a - self.middle[:, None], lower=True)
        constant = math.lgamma((v + d) / 2) - math.lgamma(v / 2) - 0.5 * d * math.log(v * math.pi)
        determinant = float(np.sum(np.log(np.diag(self.root))))
        return np.asarray(constant - determinant - 0.5 * (v + d) * np.log1p(np.sum(y * y, axis=0) / v))


def gaussian(at: Target, peak: Peak, *, seed: int = 1, draws: int = BATCH) -> Draws:
    """Draws of the Gaussian about the peak, unweighted and unchecked; the evidence is Laplace's."""
    rng = np.random.default_rng([seed, 0x6D6170])
    index = np.flatnonzero(at.active)
    root = np.linalg.cholesky(peak.covariance)
    z = rng.normal(size=(COUNT, draws))
    z[index] = peak.z[index][:, None] + root @ z[index]
    n = len(index)
    log_prior = -0.5 * n * math.log(2.0 * math.pi)
    evidence = (
        peak.value + log_prior + 0.5 * n * math.log(2.0 * math.pi) + float(np.sum(np.log(np.diag(root))))
    )
    return Draws(z, np.full(draws, 1.0 / draws), math.nan, float(draws), evidence, "map")


def importance(
    at: Target, peak: Peak, *, seed: int = 1, rounds: int = _ROUNDS, draws: int = BATCH, enough: float = ENOUGH
) -> Draws:
    """Weighted draws about a peak; the proposal is fitted anew to them while their tail is too heavy or they are too few.

    All rounds count in the end: each draw is weighed against the mixture of all proposals (deterministic mixture).

    Parameters
    ----------
    rounds : most rounds.
    draws : of a round; a round after the check is passed has as many more as `enough` needs.
    enough : effective draws at which it ends.
    """
    rng = np.random.default_rng([seed, 0x696D70])
    index = np.flatnonzero(at.active)
    middle, spread = peak.z[index], peak.covariance
    proposals: list[_Student] = []
    kept: list[Array] = []
    values: list[Array] = []
    result, size = None, draws
    for turn in range(rounds):
        proposals.append(_Student(middle, spread, 1.2 if turn == 0 else 1.0))
        a = proposals[-1].draw(size, rng)
        z = rng.normal(size=(COUNT, size))
        z[index] = a
        kept.append(z)
        values.append(at.log_posterior(z))
        whole, log_p = np.concatenate(kept, axis=1), np.concatenate(values)
        mixture = np.logaddexp.reduce(
            [
                each.log_density(whole[index]) + math.log(part.shape[1] / whole.shape[1])
                for each, part in zip(proposals, kept, strict=True)
            ],
            axis=0,
        )
        raw = np.where(np.isfinite(log_p), log_p - mixture, -np.inf)
        smoothed, k = smooth(raw)
        weight = np.exp(smoothed - smoothed.max())
        evidence = float(raw.max() + math.log(np.mean(np.exp(smoothed))))
        weight /= weight.sum()
        result = Draws(
            whole, weight, k, float(1.0 / np.sum(weight**2)), evidence,
            "laplace" if turn == 0 else "laplace, proposal fitted anew",
        )  # fmt: skip
        if result.trusted and result.ess >= enough:
            break
        if result.trusted:
            size = max(draws, math.ceil((enough - result.ess) / _EFFECTIVE))
        middle = whole[index] @ weight
        off = whole[index] - middle[:, None]
        shrink = 0.1 if result.ess > 4 * len(index) else 0.5
        spread = (
            (1.0 - shrink) * ((weight * off) @ off.T) + shrink * peak.covariance + 1e-8 * np.eye(len(index))
        )
    assert result is not None
    return result
