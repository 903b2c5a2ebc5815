"""Full samplers of a twin's posterior, for when the neighbourhood of the best point is not enough of a picture.

Two that have nothing in common but the likelihood: the no-U-turn sampler (Hoffman and Gelman 2014, by NumPyro) in
coordinates in which the Gaussian about the best point is round; and tempered sequential Monte Carlo (Del Moral et al. 2006, by
BlackJAX), which walks a population of draws from the prior to the posterior and knows nothing of a best point. Both move
only the traits that the diary can say something of; the others keep their prior.

The diary is an argument of what is compiled, not a constant in it: another account of the block, or another diary of the same
padded size, does not compile anew.
"""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine.scan import jax_library
from sudomotor.errors import InputError
from sudomotor.twin.likelihood import Tree, log_likelihood
from sudomotor.twin.posterior import Draws, Peak, Target
from sudomotor.twin.priors import COUNT

Array = NDArray[np.float64]

# of NUTS, for each chain; moves are made, and counted, in stretches
WARMUP, SAMPLES = 300, 750
_STRETCH = 50
_DEEPEST_TREE = 8
# measured on diaries: gradients for an effective draw are fewest about here, at less than one divergence in a hundred moves
_NUTS_ACCEPT = 0.7
# chains that do not agree to this R-hat yet (Vehtari et al. 2021) are drawn out to so many times their length
_RHAT_WANTED = 1.01
_LONGER = 3
# chains begin somewhat wider than the Gaussian about the best point, so that their agreement says something
_START_WIDTH = 1.5
# of the sequential sampler: populations, draws in each, share of them that a step of the temperature may cost
POPULATIONS, PARTICLES = 2, 384
_KEEP = 0.5
_MOVES = 2
_MOST_STEPS = 100
_ACCEPT = 0.8
_FIRST_STEP = 0.5
_LONGEST_PATH = 10


class Sampled(NamedTuple):
    """What a full sampler found, before it is laid out as `Draws`.

    Attributes
    ----------
    a : (active trait, chain, draw) the active traits; for the sequential sampler a population is a chain.
    ess : effective number of draws of the trait that is known worst.
    rhat : rank-normalised split R-hat, the worst of the traits (Vehtari et al. 2021).
    divergent : share of moves that left the energy surface.
    log_evidence : log marginal likelihood; nan where it was not worked out.
    evaluations : gradients that were needed.
    """

    a: Array
    ess: float
    rhat: float
    divergent: float
    log_evidence: float
    evaluations: int


def have_blackjax() -> bool:
    """Whether BlackJAX is installed (the extra `bayes`)."""
    return importlib.util.find_spec("blackjax") is not None


def nuts(
    at: Target,
    peak: Peak,
    *,
    seed: int,
    log_evidence: float | None = None,
    warmup: int = WARMUP,
    samples: int = SAMPLES,
    chains: int = 2,
) -> Draws:
    """Sample the posterior by Hamiltonian Monte Carlo.

    Parameters
    ----------
    at : the target.
    peak : its best point and covariance, which make the coordinates round.
    seed : the identical call gives identical draws.
    log_evidence : if it is known already; else it is found from the draws by bridge sampling.
    warmup, samples : moves of each chain that adapt, and that count; in full stretches of 50. Chains that do not agree
        yet (R-hat above 1.01) are drawn out to up to three times `samples`.
    chains : how many.

    Returns
    -------
    Draws
        of equal weight; `ess` is the rank-normalised effective number of the worst trait.

    Source: Hoffman and Gelman 2014; Phan et al. 2019 (NumPyro); Meng and Wong 1996 (bridge sampling).
    """
    found = nuts_chains(at, peak, seed=seed, warmup=warmup, samples=samples, chains=chains)
    if log_evidence is None:
        log_evidence = bridge(at, found.a, seed=seed)
    return _draws(at, found._replace(log_evidence=log_evidence), "nuts", seed)


def smc(
    at: Target, *, seed: int, particles: int = PARTICLES, populations: int = POPULATIONS, moves: int = _MOVES
) -> Draws:
    """Sample the posterior by walking populations of draws from the prior to it.

    Parameters
    ----------
    at : the target.
    seed : the identical call gives identical draws.
    particles : draws of each population.
    populations : how many, independent of each other: how far they agree is the check.
    moves : Hamiltonian moves of every draw at every temperature.

    Returns
    -------
    Draws
        of equal weight, with the evidence of the walk itself.

    Raises
    ------
    InputError
        where BlackJAX is not installed.

    Source: Del Moral et al. 2006; Buchholz et al. 2021 (Hamiltonian moves); Cabezas et al. 2024 (BlackJAX).
    """
    return _draws(
        at,
        smc_populations(at, seed=seed, particles=particles, populations=populations, moves=moves),
        "smc",
        seed,
    )


def _draws(at: Target, found: Sampled, method: str, seed: int) -> Draws:
    rng = np.random.default_rng([seed, 0x66756C6C])
    a = found.a.reshape(len(found.a), -1)
    z = rng.normal(size=(COUNT, a.shape[1]))
    z[at.active] = a
    weight = np.full(a.shape[1], 1.0 / a.shape[1])
    return Draws(z, weight, math.nan, found.ess, found.log_evidence, method, found.rhat)


def _key(seed: int, word: int) -> Any:
    jax = jax_library()
    return jax.random.key(int(np.random.SeedSequence([seed, word]).generate_state(1)[0]))


@cache
def density(has: tuple[str, ...], k: int, m: int) -> Callable[[Any, Tree], Any]:
    """Log likelihood of one z (trait,) that runs as one batch, sets last, wherever a sampler maps it over many."""
    jax = jax_library()
    import jax.numpy as jnp

    def batch(z: Any, d: Tree) -> Any:
        return log_likelihood(z, d, has, k, m)

    def each(z: Any, d: Tree) -> tuple[Any, Any]:
        values, back = jax.vjp(lambda x: batch(x.T, d), z)
        return values, back(jnp.ones_like(values))[0]

    mapped = jax.custom_batching.custom_vmap
    value = mapped(lambda z, d: batch(z[:, None], d)[0])
    value.def_vmap(lambda _size, _which, z, d: (batch(z.T, d), True))
    both = mapped(lambda z, d: jax.value_and_grad(lambda x: batch(x[:, None], d)[0])(z))
    both.def_vmap(lambda _size, _which, z, d: (each(z, d), (True, True)))
    one = jax.custom_vjp(lambda z, d: value(z, d))
    one.defvjp(both, lambda slope, given: (given * slope, None))
    return one  # type: ignore[no-any-return]


@cache
def _chain(has: tuple[str, ...], k: int, m: int, warmup: int) -> tuple[Any, Any]:
    """One chain of NUTS, compiled: its beginning, and a stretch of moves. `index` says where the active traits lie in z."""
    jax = jax_library()
    import jax.numpy as jnp
    from numpyro.infer.hmc import hmc

    likelihood = density(has, k, m)

    def potential(d: Tree, index: Any, middle: Any, root: Any) -> Callable[[Any], Any]:
        def energy(y: Any) -> Any:
            a = middle + root @ y
            return 0.5 * jnp.sum(a * a) - likelihood(jnp.zeros(COUNT).at[index].set(a), d)

        return energy

    # the functional form of NumPyro's kernel: its `MCMC` would compile anew for every diary
    begin, move = hmc(potential_fn_gen=potential, algo="NUTS")

    def first(y: Any, key: Any, *of: Any) -> Any:
        return begin(
            y,
            warmup,
            target_accept_prob=_NUTS_ACCEPT,
            max_tree_depth=_DEEPEST_TREE,
            model_args=of,
            rng_key=key,
        )

    def stretch(state: Any, *of: Any) -> Any:
        def step(s: Any, _x: None) -> Any:
            s = move(s, of)
            return s, (s.z, s.num_steps, s.diverging)

        return jax.lax.scan(step, state, None, length=_STRETCH)

    return jax.jit(first), jax.jit(stretch)


def nuts_chains(
    at: Target, peak: Peak, *, seed: int, warmup: int = WARMUP, samples: int = SAMPLES, chains: int = 2
) -> Sampled:
    """The chains of `nuts` with their diagnostics; the evidence is left out."""
    jax = jax_library()
    index = np.flatnonzero(at.active)
    middle, root = peak.z[index], np.linalg.cholesky(peak.covariance)
    of = (at.data, index, middle, root)
    y = _START_WIDTH * np.random.default_rng([seed, 0x6E757473]).normal(size=(chains, len(index)))
    keys = jax.random.split(_key(seed, 0x6E757473), chains)
    first, stretch = _chain(at.has, *at.stages, warmup)

    def on(state: Any, moves: int) -> tuple[Any, list[Array]]:
        rows = []
        for _ in range(math.ceil(moves / _STRETCH)):
            state, drawn = stretch(state, *of)
            rows.append(jax.tree.map(np.asarray, drawn))
        return state, [np.concatenate([row[j] for row in rows]) for j in range(3)]

    # side by side in threads rather than mapped: in lockstep every chain would wait for the longest path
    with ThreadPoolExecutor(chains) as pool:
        states = [first(y[i], keys[i], *of) for i in range(chains)]
        warm = list(pool.map(lambda state: on(state, warmup), states))
        states, evaluations = [each[0] for each in warm], sum(int(each[1][1].sum()) for each in warm)
        kept: list[list[Array]] = [[] for _ in range(3)]
        for _ in range(_LONGER):
            found = list(pool.map(lambda state: on(state, samples), states))
            states = [each[0] for each in found]
            for j in range(3):
                kept[j].append(np.stack([each[1][j] for each in found]))
            moved = np.concatenate(kept[0], axis=1)
            a = middle[:, None, None] + np.einsum("ij,cdj->icd", root, moved)
            rhat = rhat_of(a)
            if rhat <= _RHAT_WANTED:
                break
    steps, diverging = (np.concatenate(kept[j], axis=1) for j in (1, 2))
    return Sampled(
        a, min(ess_of(a), float(steps.size)), rhat, float(diverging.mean()), math.nan, evaluations + int(steps.sum())
    )  # fmt: skip


def bridge(at: Target, a: Array, *, seed: int = 1) -> float:
    """Log marginal likelihood from draws of the posterior, by bridge sampling.

    Half of each chain gives a Gaussian, the other half is bridged to as many draws of that (Meng and Wong 1996; the
    iteration of Gronau et al. 2017).

    Parameters
    ----------
    a : (active trait, chain, draw).
    """
    n, _, draws = a.shape
    fitted, held = a[:, :, : draws // 2].reshape(n, -1), a[:, :, draws // 2 :].reshape(n, -1)
    middle, covariance = fitted.mean(axis=1), np.atleast_2d(np.cov(fitted))
    root = np.linalg.cholesky(covariance)
    rng = np.random.default_rng([seed, 0x62726467])
    proposed = middle[:, None] + root @ rng.normal(size=held.shape)

    def ratio(x: Array) -> Array:
        """Log of posterior (without its constant) over Gaussian."""
        z = np.zeros((COUNT, x.shape[1]))
        z[at.active] = x
        y = np.linalg.solve(root, x - middle[:, None])
        log_g = (
            -0.5 * np.sum(y * y, axis=0)
            - float(np.sum(np.log(np.diag(root))))
            - 0.5 * n * math.log(2.0 * math.pi)
        )
        return np.asarray(at.log_posterior(z) - log_g)

    of_held, of_proposed = ratio(held), ratio(proposed)
    # draws of a chain are worth fewer than they are many
    s1 = min(ess_of(a) / 2.0, held.shape[1]) / held.shape[1]
    log_s1, log_s2 = math.log(s1 / (1.0 + s1)), math.log(1.0 / (1.0 + s1))
    log_r = float(np.median(of_held))
    for _ in range(1000):
        top = np.logaddexp.reduce(of_proposed - np.logaddexp(log_s1 + of_proposed, log_s2 + log_r))
        bottom = np.logaddexp.reduce(-np.logaddexp(log_s1 + of_held, log_s2 + log_r))
        new = float(top - bottom)
        if abs(new - log_r) < 1e-8:
            break
        log_r = new
    return new


def ranked(a: Array) -> Array:
    """Normal scores of the ranks of each trait over all chains, so that heavy tails do not hide anything; (chain, draw, trait)."""
    from scipy.special import ndtri
    from scipy.stats import rankdata

    n, chains, draws = a.shape
    ranks = rankdata(a.reshape(n, -1), axis=1)
    scores = ndtri((ranks - 0.375) / (chains * draws + 0.25))
    return np.moveaxis(np.asarray(scores).reshape(a.shape), 0, -1)


def _halved(x: Array) -> Array:
    half = x.shape[1] // 2
    return np.concatenate([x[:, :half], x[:, half : 2 * half]])


def rhat_of(a: Array) -> float:
    """Rank-normalised split R-hat of (trait, chain, draw), the worst of the traits, of location and of scale.

    Source: Vehtari et al. 2021.

    Examples
    --------
    >>> import numpy as np
    >>> a = np.random.default_rng(1).normal(size=(3, 2, 400))
    >>> rhat_of(a) < 1.01 < rhat_of(a + np.array([0.0, 0.5])[:, None])
    True
    """
    from numpyro.diagnostics import gelman_rubin

    folded = np.abs(a - np.median(a, axis=(1, 2), keepdims=True))
    return float(max(np.max(gelman_rubin(_halved(ranked(x)))) for x in (a, folded)))


def ess_of(a: Array) -> float:
    """Rank-normalised effective number of draws of (trait, chain, draw), of the worst trait.

    Source: Vehtari et al. 2021; Geyer 1992.

    Examples
    --------
    >>> import numpy as np
    >>> a = np.random.default_rng(1).normal(size=(3, 2, 400))
    >>> 600 < ess_of(a) < 1000, ess_of(np.repeat(a, 4, axis=2)) < 1000
    (True, True)
    """
    from numpyro.diagnostics import effective_sample_size

    return float(np.min(effective_sample_size(_halved(ranked(a)))))


class _Walk(NamedTuple):
    """A population at the end of its walk, (draw, active trait), and how it went."""

    particles: Array
    log_evidence: float
    ess: float
    divergent: float
    evaluations: int


@cache
def _temper(has: tuple[str, ...], k: int, m: int, moves: int) -> tuple[Any, Any]:
    """One step of the temperature by BlackJAX, and the log likelihood of a population; compiled."""
    jax = jax_library()
    import jax.numpy as jnp
    from blackjax import hmc
    from blackjax.smc import resampling
    from blackjax.smc.tempered import TemperedSMCState, build_kernel

    one = density(has, k, m)

    def likelihood(d: Tree, index: Any) -> Callable[[Any], Any]:
        return lambda a: one(jnp.zeros(COUNT).at[index].set(a), d)

    def step(
        key: Any, particles: Any, weights: Any, now: Any, then: Any, how: Any, d: Tree, index: Any
    ) -> Any:
        kernel = build_kernel(
            lambda a: -0.5 * jnp.sum(a * a),
            likelihood(d, index),
            hmc.build_kernel(),
            hmc.init,
            resampling.systematic,
        )
        state, info = kernel(key, TemperedSMCState(particles, weights, now), moves, then, how)
        told = info.update_info
        return (
            state.particles, state.weights, info.log_likelihood_increment, info.ancestors,
            jnp.mean(told.acceptance_rate), jnp.mean(told.is_divergent),
        )  # fmt: skip

    return jax.jit(step), jax.jit(lambda a, d, index: jax.vmap(likelihood(d, index))(a))


def smc_populations(
    at: Target, *, seed: int, particles: int = PARTICLES, populations: int = POPULATIONS, moves: int = _MOVES
) -> Sampled:
    """The populations of `smc` with their diagnostics."""
    if not have_blackjax():
        raise InputError(
            "the sequential sampler needs BlackJAX, which is not installed", where="--method smc",
            mend="pip install 'sudomotor[bayes]', or take --method nuts",
        )  # fmt: skip
    walks = [_walk(at, [seed, 0x736D63, i], particles, moves) for i in range(populations)]
    a = np.stack([walk.particles.T for walk in walks], axis=1)
    each = np.array([walk.log_evidence for walk in walks])
    return Sampled(
        a, sum(walk.ess for walk in walks), rhat_of(a), float(np.mean([walk.divergent for walk in walks])),
        float(np.logaddexp.reduce(each) - math.log(populations)), sum(walk.evaluations for walk in walks),
    )  # fmt: skip


def _walk(at: Target, seed: list[int], count: int, moves: int) -> _Walk:
    """Walk one population from the prior to the posterior.

    How many independent draws it is worth is carried along: weights cost as many as they always do, and a move
    after which a trait, or the likelihood, still correlates by r with where it began leaves r^2 of what was lost.
    """
    jax = jax_library()
    index = np.flatnonzero(at.active)
    rng = np.random.default_rng(seed)
    a, weight = rng.normal(size=(count, len(index))), np.full(count, 1.0 / count)
    temperature, evidence, worth, step_size = 0.0, 0.0, float(count), _FIRST_STEP
    divergent, evaluations = [], 0
    step, likelihood = _temper(at.has, *at.stages, moves)
    told = np.asarray(likelihood(a, at.data, index))
    for _ in range(_MOST_STEPS):
        rise = _rise(told, weight, 1.0 - temperature)
        covariance = np.cov(a.T, aweights=weight).reshape(len(index), -1) + 1e-6 * np.eye(len(index))
        path = int(np.clip(round(0.5 * math.pi / step_size), 1, _LONGEST_PATH))
        how = {
            "step_size": np.array([step_size]), "inverse_mass_matrix": covariance[None],
            "num_integration_steps": np.array([path]),
        }  # fmt: skip
        worth *= 1.0 / (count * float(np.sum(weight**2)))
        key = jax.random.key(int(rng.integers(2**31)))
        before = np.column_stack([a, told])
        a, weight, more, parents, accepted, lost = (
            np.asarray(x) for x in step(key, a, weight, temperature, temperature + rise, how, at.data, index)
        )
        told = np.asarray(likelihood(a, at.data, index))
        r = _kept(before[parents], np.column_stack([a, told]))
        worth = 1.0 / ((1.0 - r * r) / count + r * r / worth)
        step_size = float(np.clip(step_size * math.exp(float(accepted) - _ACCEPT), 0.05, 1.0))
        divergent.append(float(lost))
        evaluations += count * (1 + moves * path)
        if temperature >= 1.0:
            return _Walk(a, evidence, worth, float(np.mean(divergent)), evaluations)
        evidence += float(more)
        temperature = 1.0 if temperature + rise > 1.0 - 1e-9 else temperature + rise
    raise InputError(
        f"the sequential sampler did not reach the posterior in {_MOST_STEPS} steps", where="--method smc",
        mend="take --method nuts, and look for entries that contradict each other",
    )  # fmt: skip


def _kept(before: Array, after: Array) -> float:
    """Greatest correlation of a column of draws with the same column after the moves."""
    x, y = before - before.mean(axis=0), after - after.mean(axis=0)
    return float(
        np.max(np.abs(np.sum(x * y, axis=0)) / np.sqrt(np.sum(x * x, axis=0) * np.sum(y * y, axis=0)))
    )


def _rise(log_like: Array, weight: Array, most: float) -> float:
    """How far the temperature may rise so that the population keeps a share `_KEEP` of its worth."""
    shifted = log_like - log_like.max()

    def kept(rise: float) -> float:
        w = np.exp(rise * shifted)
        return float(np.sum(weight * w) ** 2 / np.sum(weight * w * w))

    if most <= 0.0 or kept(most) >= _KEEP:
        return most
    low, high = 0.0, most
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if kept(middle) > _KEEP else (low, middle)
    return low
