"""The full samplers: on likelihoods whose posterior is known exactly, and on a diary beside importance sampling."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.twin import fit, samplers
from sudomotor.twin.inference_data import to_inference_data
from sudomotor.twin.posterior import Peak, Target, climb, importance
from sudomotor.twin.priors import COUNT
from sudomotor.twin.samplers import (
    bridge,
    ess_of,
    have_blackjax,
    nuts,
    nuts_chains,
    rhat_of,
    smc,
    smc_populations,
)

# where the likelihood says that the first three traits are, and how surely
SEEN = np.array([1.2, -0.8, 0.3])
SURE = np.array([[4.0, 1.0, 0.0], [1.0, 2.0, 0.5], [0.0, 0.5, 1.0]])
N = len(SEEN)
# prior N(0, I) times exp(-(a - seen)' sure (a - seen) / 2)
COVARIANCE = np.linalg.inv(np.eye(N) + SURE)
MEAN = COVARIANCE @ SURE @ SEEN
EVIDENCE = 0.5 * (
    np.linalg.slogdet(COVARIANCE)[1] + MEAN @ np.linalg.solve(COVARIANCE, MEAN) - SEEN @ SURE @ SEEN
)

needs_blackjax = pytest.mark.skipif(not have_blackjax(), reason="the extra `bayes` is not installed")


def known(z, d, has, k, m):
    """A Gaussian likelihood of the first three traits, in the place of a diary's."""
    off = z[:N] - d["seen"][:, None]
    return -0.5 * (off * (d["sure"] @ off)).sum(axis=0)


@pytest.fixture
def gauss(monkeypatch):
    monkeypatch.setattr(samplers, "log_likelihood", known)

    class Gauss(Target):
        def log_likelihood(self, z):
            return known(z, self.data, self.has, 1, 1)

    data = {"seen": SEEN, "sure": SURE, "logged": np.zeros(4)}
    return Gauss(data, ("gauss",), (1, 1), np.arange(COUNT) < N)


@pytest.fixture
def peak():
    return Peak(np.concatenate([MEAN, np.zeros(COUNT - N)]), 0.0, COVARIANCE, 1, 1)


def holds(draws, method):
    """What both samplers must get right of the known target, within four standard errors."""
    assert draws.method == method
    assert draws.z.shape == (COUNT, len(draws.weight))
    assert draws.weight.sum() == pytest.approx(1.0)
    assert np.ptp(draws.weight) == 0.0
    assert math.isnan(draws.pareto_k)
    assert draws.trusted
    a, n = draws.z[:N], draws.ess
    assert 200 < n <= draws.z.shape[1]
    sd = np.sqrt(np.diag(COVARIANCE))
    np.testing.assert_array_less(np.abs(a.mean(axis=1) - MEAN), 4.0 * sd / math.sqrt(n))
    np.testing.assert_allclose(a.std(axis=1), sd, rtol=4.0 / math.sqrt(2.0 * n))
    np.testing.assert_allclose(np.corrcoef(a), COVARIANCE / np.outer(sd, sd), atol=4.0 / math.sqrt(n))
    rest = draws.z[N:]
    assert abs(rest.mean()) < 4.0 / math.sqrt(rest.size)
    assert rest.std() == pytest.approx(1.0, abs=0.03)


def test_nuts_finds_a_known_posterior(gauss, peak):
    draws = nuts(gauss, peak, seed=1)
    holds(draws, "nuts")
    # by bridge sampling, since nobody told it
    assert draws.log_evidence == pytest.approx(EVIDENCE, abs=0.05)
    found = nuts_chains(gauss, peak, seed=1)
    assert found.rhat < 1.01
    assert found.divergent == 0.0
    assert draws.rhat == found.rhat
    np.testing.assert_array_equal(found.a.reshape(N, -1), draws.z[:N])


def test_nuts_takes_an_evidence_that_is_known_and_depends_on_its_seed(gauss, peak):
    first, again, other = (nuts(gauss, peak, seed=seed, log_evidence=-3.0) for seed in (1, 1, 2))
    assert first.log_evidence == -3.0
    np.testing.assert_array_equal(first.z, again.z)
    assert not np.any(first.z == other.z)


def test_nuts_finds_its_way_from_a_peak_that_is_drawn_badly(gauss, peak):
    """Coordinates that are far from round and begin beside the target cost time, not truth."""
    bad = Peak(peak.z + 0.3, 0.0, np.diag([2.0, 0.02, 0.5]), 1, 1)
    draws = nuts(gauss, bad, seed=4, log_evidence=0.0)
    np.testing.assert_allclose(draws.z[:N].mean(axis=1), MEAN, atol=0.1)
    np.testing.assert_allclose(draws.z[:N].std(axis=1), np.sqrt(np.diag(COVARIANCE)), rtol=0.15)


@needs_blackjax
def test_the_sequential_sampler_finds_a_known_posterior_and_its_evidence(gauss):
    draws = smc(gauss, seed=1)
    holds(draws, "smc")
    assert draws.log_evidence == pytest.approx(EVIDENCE, abs=0.2)
    np.testing.assert_array_equal(smc(gauss, seed=1).z, draws.z)
    found = smc_populations(gauss, seed=1)
    assert found.rhat < 1.03
    assert found.ess == draws.ess
    assert found.rhat == draws.rhat


@needs_blackjax
def test_the_evidence_of_the_sequential_sampler_has_no_bias_to_speak_of(gauss):
    """A likelihood far from the prior, so that many temperatures are needed; the mean over seeds is the truth."""
    far = SEEN + 3.0
    gauss.data["seen"] = far
    gauss.data["sure"] = 25.0 * SURE
    covariance = np.linalg.inv(np.eye(N) + 25.0 * SURE)
    mean = covariance @ (25.0 * SURE) @ far
    exact = 0.5 * (
        np.linalg.slogdet(covariance)[1]
        + mean @ np.linalg.solve(covariance, mean)
        - far @ (25.0 * SURE) @ far
    )
    found = [smc_populations(gauss, seed=seed) for seed in range(8)]
    log_evidence = np.array([each.log_evidence for each in found])
    assert log_evidence.mean() == pytest.approx(exact, abs=0.15)
    assert log_evidence.std() < 0.3
    np.testing.assert_allclose(np.mean([each.a.mean(axis=(1, 2)) for each in found], axis=0), mean, atol=0.02)


def test_without_blackjax_the_error_says_what_to_install(gauss, monkeypatch):
    monkeypatch.setattr(samplers.importlib.util, "find_spec", lambda name: None)
    assert not have_blackjax()
    with pytest.raises(InputError, match="BlackJAX") as told:
        smc(gauss, seed=1)
    assert "pip install 'sudomotor[bayes]'" in str(told.value)
    assert told.value.where == "--method smc"


def autoregressive(r: float, draws: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    x = np.empty((1, 4, draws))
    x[:, :, 0] = rng.normal(size=(1, 4))
    for i in range(1, draws):
        x[:, :, i] = r * x[:, :, i - 1] + math.sqrt(1.0 - r * r) * rng.normal(size=(1, 4))
    return x


@pytest.mark.parametrize("r", [0.0, 0.6, 0.9])
def test_the_effective_number_is_that_of_theory(r):
    """A chain that keeps r of its last step is worth (1 - r) / (1 + r) of its draws."""
    found = np.mean([ess_of(autoregressive(r, 1000, seed)) for seed in range(5)])
    assert found == pytest.approx(4000 * (1.0 - r) / (1.0 + r), rel=0.15)


def test_chains_that_disagree_are_worth_next_to_nothing():
    x = np.random.default_rng(1).normal(size=(2, 2, 1000))
    assert rhat_of(x) < 1.01
    apart = x + np.array([[0.0, 0.0], [-2.0, 2.0]])[:, :, None]
    assert rhat_of(apart) > 1.5
    assert ess_of(apart) < 10
    wider = x * np.array([[1.0, 1.0], [0.5, 2.0]])[:, :, None]
    assert rhat_of(wider) > 1.05
    drifting = x + np.linspace(-1.0, 1.0, 1000)
    assert rhat_of(drifting) > 1.1


def test_draws_of_chains_that_disagree_are_not_trusted(gauss):
    a = np.random.default_rng(1).normal(size=(N, 2, 400))
    apart = a + np.array([-2.0, 2.0])[:, None]
    found = samplers.Sampled(apart, ess_of(apart), rhat_of(apart), 0.0, 0.0, 0)
    draws = samplers._draws(gauss, found, "nuts", 1)
    assert draws.rhat > 1.5
    assert not draws.trusted


def test_bridge_sampling_is_right_where_a_gaussian_is_not(monkeypatch):
    """A posterior with heavy, lopsided shape: the bridge finds its evidence, the Gaussian that it is built on would not."""

    class Lopsided(Target):
        """The likelihood makes the posterior of the first trait that of log of a gamma variable."""

        def log_likelihood(self, z):
            x = z[0]
            return 2.0 * x - np.exp(x) + 0.5 * x * x + 0.5 * math.log(2.0 * math.pi)

    at = Lopsided({"logged": np.zeros(4)}, ("lopsided",), (1, 1), np.arange(COUNT) < 1)
    draws = np.log(np.random.default_rng(3).gamma(2.0, size=(1, 2, 4000)))
    assert bridge(at, draws) == pytest.approx(math.lgamma(2.0), abs=0.02)


@pytest.fixture(scope="module")
def quick(diary):
    return fit(diary, accounts=("charge", "acid"), method="map", draws=60)


def test_inference_data_holds_the_twin_and_what_arviz_makes_of_it_is_the_twins_table(quick):
    arviz = pytest.importorskip("arviz")
    data = to_inference_data(quick)
    assert data.groups() == ["posterior", "prior", "observed_data"]
    assert dict(data.posterior.sizes) == {"chain": 1, "draw": 60}
    for name, drawn in quick.traits.items():
        np.testing.assert_array_equal(data.posterior[name].values[0], drawn)
        assert data.posterior[name].attrs["units"]
    mean = arviz.summary(data, var_names=["repair_days"], kind="stats")["mean"].iloc[0]
    assert mean == pytest.approx(quick.traits["repair_days"].mean(), abs=1e-2)
    assert data.posterior.attrs["diary_sha256"] == quick.diary.sha256
    assert "unchecked" in data.posterior.attrs["verdict"]
    assert set(data.posterior["account"].values[0]) <= {"charge", "acid"}
    for name in ("charge", "acid"):
        assert data.posterior.attrs[f"log_evidence_{name}"] == quick.log_evidence[name]
        assert data.posterior.attrs[f"share_{name}"] == quick.shares[name]


def test_a_twin_hands_itself_to_arviz(quick):
    pytest.importorskip("arviz")
    data, same = quick.to_inference_data(), to_inference_data(quick)
    assert data.posterior.identical(same.posterior)
    assert data.observed_data.identical(same.observed_data)


def test_inference_data_has_the_prior_beside_it(quick):
    pytest.importorskip("arviz")
    data = to_inference_data(quick)
    for name in ("strength", "repair_days", "hdss_shift"):
        before, after = data.prior[name].values, data.posterior[name].values
        assert before.shape == after.shape
        assert before.std() > 0.0
    # a trait that the diary says nothing of is as it was
    before, after = (np.log(group["wetness_noise"].values) for group in (data.prior, data.posterior))
    assert before.std() == pytest.approx(after.std(), rel=0.4)
    assert data.posterior["logging"].std() < 0.7 * data.prior["logging"].std()


def test_inference_data_holds_what_was_read(quick):
    pytest.importorskip("arviz")
    read = to_inference_data(quick).observed_data
    rows = [entry for entry in quick.diary.entries if entry.is_reading]
    np.testing.assert_array_equal(read["hdss"].values, [entry.hdss for entry in rows])
    assert str(read["date"].values[0])[:10] == rows[0].date.isoformat()
    assert np.all(np.isnan(read["sweat_mg"].values))


def test_without_arviz_the_error_says_what_to_install(quick, monkeypatch):
    monkeypatch.setattr(samplers.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(InputError, match="ArviZ") as told:
        quick.to_inference_data()
    assert "pip install 'sudomotor[bayes]'" in str(told.value)


@pytest.mark.slow
@needs_blackjax
def test_on_a_diary_the_samplers_and_importance_sampling_say_the_same(diary):
    from sudomotor.parameters import load
    from sudomotor.person import Person
    from sudomotor.twin.grid import grid
    from sudomotor.twin.likelihood import diary_data
    from sudomotor.twin.posterior import target
    from sudomotor.twin.priors import prior

    who, p, g = Person.preset("palmar hyperhidrosis"), load(account="charge"), grid(diary)
    of = prior(who, "charge", p)
    at = target(diary_data(g, of, who, p), (of.stages_to_block, of.repair_stages), g.sites)
    best = climb(at)
    weighed = importance(at, best, draws=4096)
    chains, populations = nuts_chains(at, best, seed=1), smc_populations(at, seed=1)
    assert weighed.trusted
    means = [
        weighed.z[at.active] @ weighed.weight,
        chains.a.mean(axis=(1, 2)),
        populations.a.mean(axis=(1, 2)),
    ]
    sd = chains.a.std(axis=(1, 2))
    for first, worth_1, second, worth_2 in (
        (0, weighed.ess, 1, chains.ess), (0, weighed.ess, 2, populations.ess), (1, chains.ess, 2, populations.ess),
    ):  # fmt: skip
        apart = np.abs(means[first] - means[second]) / sd
        assert apart.max() < 4.5 * math.sqrt(1.0 / worth_1 + 1.0 / worth_2)
    evidence = [weighed.log_evidence, bridge(at, chains.a), populations.log_evidence]
    assert np.ptp(evidence) < 0.5
    assert min(chains.ess, populations.ess) > 200
    assert max(chains.rhat, populations.rhat) < 1.03
