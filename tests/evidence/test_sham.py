"""Two sham arms and six causes: what is added up, what is learned, and what cannot be."""

import math

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.evidence.sham import CAUSES, Design, apportion, posterior_parts, what_would_identify
from sudomotor.evidence.sham_designs import expected_readings, log_likelihood, simulate_design
from sudomotor.evidence.sham_worlds import (
    SHARED,
    STUDIES,
    UNKNOWN,
    believed,
    draw_worlds,
    middle90,
    normalised,
    prior_range,
)
from sudomotor.parameters import load

P = load()
DRAWS, PEOPLE = 3000, 4000
KIM, KARAKOC = STUDIES


@pytest.fixture(scope="module")
def worlds():
    return draw_worlds(P, draws=DRAWS, people=PEOPLE, seed=2)


@pytest.fixture(scope="module")
def found():
    return apportion(P, draws=DRAWS, people=PEOPLE, seed=2)


def without(*names: str):
    """A world in which these are nothing."""
    return draw_worlds(P, ranges=dict.fromkeys(names, (0.0, 0.0)), draws=200, people=PEOPLE)


def test_the_parts_add_up_to_the_whole_log_change(worlds):
    weight, parts = posterior_parts(worlds)
    assert weight.sum() == pytest.approx(1.0)
    for study, printed_pct in ((KIM, -39.1), (KARAKOC, -1.0)):
        total = sum(parts[study][cause] for cause in CAUSES)
        np.testing.assert_allclose(total, math.log1p(printed_pct / 100.0), atol=1e-12)


def test_belief_that_does_not_reach_the_sweat_has_no_part(found):
    none = apportion(P, ranges={"expectation_direct_weight": (0.0, 0.0)}, draws=500, people=500)
    for study in STUDIES:
        part = none.part(study, "expectation")
        assert part.posterior.low == part.posterior.high == 0.0
        assert found.part(study, "expectation").posterior.high < 0.0
    assert "expectation" not in none.unknowns
    assert len(none.unknowns) == len(found.unknowns) - 1


def test_without_error_of_readings_there_is_no_regression_and_no_chance():
    for arm in without("gravimetry_noise_log_sd").arms:
        np.testing.assert_allclose(arm.parts["regression"], 0.0, atol=1e-12)
        np.testing.assert_allclose(arm.person_sd, 0.0, atol=1e-12)


def test_each_cause_vanishes_with_what_it_hangs_on():
    for arm in without("habituation_log", "soak_log", "expectation_direct_weight").arms:
        np.testing.assert_allclose(arm.expected, arm.parts["regression"], atol=1e-12)


def test_regression_is_what_readings_simulated_one_by_one_show(worlds):
    """A second reading of people let in at 20 mg/min, against the first that let them in."""
    rng, error, median, spread = np.random.default_rng(5), 0.3, 46.0, 0.5
    own = median * np.exp(math.sqrt(spread**2 - error**2) * rng.standard_normal(2_000_000))
    first, second = (own * np.exp(error * rng.standard_normal(own.size)) for _ in range(2))
    inside = first >= 20.0
    brute = math.log(second[inside].mean() / first[inside].mean())
    error_of = worlds.values["gravimetry_noise_log_sd"]
    here = np.interp(error, np.sort(error_of), worlds.arms[0].parts["regression"][np.argsort(error_of)])
    assert brute < -0.004
    assert here == pytest.approx(brute, abs=0.006)


def test_soak_is_in_the_reading_after_a_session_only(worlds):
    kim, karakoc = worlds.arms
    assert kim.parts["soak"].min() < -0.25
    assert np.abs(karakoc.parts["soak"]).max() < 1e-3
    assert np.all(kim.soak_a_day_later >= kim.parts["soak"])


def test_belief_grows_with_sessions_and_fades():
    one = np.ones(1)
    held = np.zeros((60, 1))
    held[:10] = 1.0
    gain, days = 0.3 * one, 30.0 * one

    def at(day: int, after: bool) -> float:
        return float(believed(held, gain, days, np.array([day]), after)[0])

    assert at(0, False) == 0.0
    assert at(0, True) == pytest.approx(0.3)
    assert at(9, True) > at(9, False) > at(5, True)
    assert at(39, False) == pytest.approx(at(9, True) * math.exp(-1.0))
    twice = believed(2.0 * one[None], gain, days, np.array([0]), True)
    assert float(twice[0]) == pytest.approx(1.0 - 0.7**2)


def test_the_posterior_stays_within_the_prior(found, worlds):
    prior, posterior = found.weight_of_expectation
    low, high = prior_range("expectation_direct_weight", P)
    assert low <= posterior.low < posterior.median < posterior.high <= high
    assert posterior.width <= prior.width
    for name in UNKNOWN:
        least, most = prior_range(name, P)
        assert least <= worlds.values[name].min()
        assert worlds.values[name].max() <= most


def test_what_was_learned_predicts_both_printed_values(found):
    for study, printed in found.published_log.items():
        assert found.predicted_log[study].low < printed < found.predicted_log[study].high


def test_two_arms_cannot_tell_the_causes_apart(found):
    shared = [name for name in found.unknowns if name in SHARED]
    assert len(shared) == 4
    assert found.sensitivity.shape == (2, 6)
    assert found.rank <= 2 < len(shared)
    assert 1 <= found.determined <= 2
    assert np.sum(found.variance_ratios > 0.75) >= len(found.unknowns) - 2
    # what is learned is mostly about the two studies: of the causes alone no combination is determined
    assert found.shared_variance_ratios.min() > 0.5
    assert np.abs(found.directions[-2:, :2]).max(axis=0).min() > 0.8
    # and of the one that is asked for, little is learned
    part = found.part(KIM, "expectation")
    assert part.posterior.width > 0.6 * part.prior.width
    np.testing.assert_allclose(found.directions.T @ found.directions, np.eye(6), atol=1e-9)


def test_causes_trade_off_against_each_other(found):
    table = found.correlations[KIM]
    np.testing.assert_allclose(np.diag(table), 1.0)
    one, other = CAUSES.index("expectation"), CAUSES.index("study effect")
    assert table[one, other] < -0.1
    assert table[one, CAUSES.index("soak")] < -0.1


def test_study_effect_and_chance_share_what_is_left_by_their_variances():
    fixed = {"study_effect_log": (0.2, 0.2), "gravimetry_noise_log_sd": (0.27, 0.27)}
    worlds = draw_worlds(P, ranges=fixed, draws=20_000, people=PEOPLE)
    _, parts = posterior_parts(worlds)
    arm = worlds.arms[0]
    left, effect = arm.published_log - arm.expected, parts[KIM]["study effect"]
    trust = 0.2**2 / (0.2**2 + arm.chance_sd[0] ** 2)
    slope, start = np.polyfit(left, effect, 1)
    assert slope == pytest.approx(trust, abs=0.03)
    assert start == pytest.approx(0.0, abs=0.01)
    assert np.std(effect - trust * left) == pytest.approx(0.2 * math.sqrt(1.0 - trust), rel=0.03)


def test_shares_are_given_where_there_is_something_to_share(found):
    assert found.part(KARAKOC, "expectation").share is None
    share, part = found.part(KIM, "soak").share, found.part(KIM, "soak").posterior
    assert share.median == pytest.approx(part.median / found.published_log[KIM])
    assert share.low == pytest.approx(part.high / found.published_log[KIM])


def test_a_wider_study_effect_explains_the_gap_by_itself(found):
    tight = apportion(P, ranges={"study_effect_log": (0.05, 0.05)}, draws=DRAWS, people=PEOPLE, seed=2)
    gap = [
        f.part(KARAKOC, "study effect").posterior.median - f.part(KIM, "study effect").posterior.median
        for f in (tight, found)
    ]
    assert 0.0 < gap[0] < gap[1]


@pytest.mark.parametrize("truth", [0.0, 0.35])
def test_many_arms_with_a_contrast_recover_a_known_cause(worlds, truth):
    design = Design("many", ("sham", "told it is sham"), studies=30, n=200)
    known = {"expectation_direct_weight": (truth, truth), "study_effect_log": (0.2, 0.2)}
    real = draw_worlds(P, ranges=known, draws=100, people=PEOPLE, seed=8)
    which = np.arange(8)
    printed = simulate_design(real, design, which, asked_sd=0.2, seed=3)
    weight = normalised(log_likelihood(worlds, design, printed, asked_sd=0.2))
    part = worlds.arms[0].parts["expectation"]
    for world, one in zip(which, weight.T, strict=True):
        assert middle90(part, one).median == pytest.approx(real.arms[0].parts["expectation"][world], abs=0.06)


def test_likelihood_is_that_of_a_normal(worlds):
    from scipy.stats import multivariate_normal

    design = Design("two", ("sham", "second baseline", "asked"), studies=2, n=30)
    printed = np.array([[[-0.3, -0.02, -0.1], [-0.1, 0.05, -0.4]]])
    mean, covariance = expected_readings(worlds, design, 0.2)
    direct = [
        sum(multivariate_normal.logpdf(y, mean[i], covariance[i]) for y in printed[0]) for i in range(5)
    ]
    here = log_likelihood(worlds, design, printed, asked_sd=0.2)[:5, 0]
    np.testing.assert_allclose(np.diff(here), np.diff(direct), rtol=1e-8)


def test_readings_of_the_same_people_share_half_of_their_error():
    fixed = {"gravimetry_noise_log_sd": (0.27, 0.27), "study_effect_log": (0.0, 0.0)}
    world = draw_worlds(P, ranges=fixed, draws=20, people=20_000)
    _, covariance = expected_readings(world, Design("both", ("sham", "second baseline"), n=40), 0.2)
    rng = np.random.default_rng(4)
    own = 46.0 * np.exp(math.sqrt(0.5**2 - 0.27**2) * rng.standard_normal((60_000, 40)))
    first, again, after = (own * np.exp(0.27 * rng.standard_normal(own.shape)) for _ in range(3))
    brute = np.cov([np.log(x.mean(axis=1) / first.mean(axis=1)) for x in (after, again)])
    # inclusion and the unequal weight of wet people make it a little different
    np.testing.assert_allclose(covariance[0], brute, rtol=0.12)


def test_a_contrast_identifies_better_than_more_of_the_same():
    tried = (
        Design("nothing more", (), 0),
        Design("sham", ("sham",), 3),
        Design("contrast", ("sham", "told it is sham"), 3),
        Design("bigger", ("sham", "told it is sham"), 3, n=150),
    )
    nothing, same, contrast, bigger = what_would_identify(
        P, tried=tried, draws=DRAWS, people=PEOPLE, worlds=20, seed=2
    )
    assert nothing.of_prior > 0.6
    assert nothing.width > same.width > 1.2 * contrast.width > 1.2 * bigger.width
    assert all(one.effective_draws > 20 for one in (nothing, same, contrast, bigger))


def test_the_same_seed_gives_the_same_numbers(found):
    again = apportion(P, draws=DRAWS, people=PEOPLE, seed=2)
    assert again.parts == found.parts
    assert again.effective_draws == found.effective_draws > 0.2 * DRAWS
    other = apportion(P, draws=DRAWS, people=PEOPLE, seed=3)
    assert other.parts != found.parts
    for one, two in zip(found.parts, other.parts, strict=True):
        assert one.posterior.median == pytest.approx(two.posterior.median, abs=0.03)


def test_what_cannot_be_is_named():
    with pytest.raises(InputError, match="not drawn here"):
        draw_worlds(P, ranges={"duct_radius_um": (1.0, 2.0)})
    with pytest.raises(InputError, match="runs from"):
        draw_worlds(P, ranges={"soak_log": (0.3, 0.1)})
    with pytest.raises(InputError, match="draws"):
        apportion(P, draws=0)
    with pytest.raises(InputError, match="reading"):
        Design("none", ("sham arm",))
    with pytest.raises(InputError, match="no part"):
        apportion(P, draws=50, people=200).part("kim", "soak")
