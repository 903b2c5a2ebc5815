"""Scores are proper, agree with brute force (and with `scoringrules` where it is there), and refuse what is no forecast."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.twin.scores import (
    brier,
    checked_chances,
    coverage,
    crps_lognormal,
    crps_ordinal,
    crps_samples,
    even_p,
    log_score,
    paired_bootstrap,
    pit_ordinal,
    reliability,
)

chances = st.lists(st.floats(0.01, 1.0), min_size=4, max_size=4).map(lambda x: np.array(x) / np.sum(x))


@given(chances, st.integers(1, 4))
def test_the_score_of_answers_is_the_integral_over_the_line(p, answer):
    x = np.linspace(0.0, 5.0, 2001)[:-1] + 0.00125
    below = np.array([p[: int(np.floor(each))].sum() for each in x])
    assert crps_ordinal(p, answer) == pytest.approx(np.mean((below - (x >= answer)) ** 2) * 5.0, abs=5e-3)


@given(chances, chances)
def test_nobody_gains_by_saying_something_else(truth, said):
    every = np.arange(1, 5)
    for score in (crps_ordinal, log_score, lambda p, y: brier(p[..., :2].sum(axis=-1), y)):
        honest = np.sum(truth * score(np.tile(truth, (4, 1)), every))
        other = np.sum(truth * score(np.tile(said, (4, 1)), every))
        assert honest <= other + 1e-9


def test_the_score_knows_near_from_far():
    p = np.array([0.7, 0.1, 0.1, 0.1])
    scores = [float(crps_ordinal(p, answer)) for answer in (1, 2, 3, 4)]
    assert scores == sorted(scores)
    assert float(crps_ordinal([0, 0, 0, 1.0], 1)) == 3.0
    assert float(crps_ordinal([1.0, 0, 0, 0], 1)) == 0.0


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=20), st.floats(-6, 6))
def test_the_score_of_samples_is_that_of_their_steps(samples, observed):
    x = np.array(samples)
    pairs = np.abs(x[:, None] - x[None, :]).mean()
    assert crps_samples(x, observed) == pytest.approx(np.abs(x - observed).mean() - 0.5 * pairs, abs=1e-9)


def test_the_score_of_samples_takes_many_days_at_once():
    x, y = np.random.default_rng(1).normal(size=(50, 3, 2)), np.zeros((3, 2))
    each = np.array([[crps_samples(x[:, i, j], 0.0) for j in range(2)] for i in range(3)])
    np.testing.assert_allclose(crps_samples(x, y), each)


@pytest.mark.parametrize(
    ("mu", "sigma", "observed"), [(0.0, 0.5, 1.0), (3.0, 0.8, 5.0), (1.0, 0.2, 40.0), (0.5, 1.0, 0.0)]
)
def test_the_score_of_a_log_normal_is_the_integral(mu, sigma, observed):
    from scipy.stats import lognorm

    x = np.linspace(0.0, np.exp(mu + 7 * sigma) + observed, 100_001)
    f = (lognorm.cdf(x, sigma, scale=np.exp(mu)) - (x >= observed)) ** 2
    assert crps_lognormal(mu, sigma, observed) == pytest.approx(np.trapezoid(f, x), rel=5e-3)


@pytest.mark.slow  # importing it takes seconds
def test_scores_agree_with_scoringrules():
    sr = pytest.importorskip("scoringrules")
    rng = np.random.default_rng(3)
    samples, y = rng.lognormal(1.0, 0.6, size=(40, 60)), rng.lognormal(1.0, 0.6, size=40)
    np.testing.assert_allclose(
        crps_samples(samples.T, y), sr.crps_ensemble(y, samples, estimator="nrg"), rtol=1e-9
    )
    np.testing.assert_allclose(crps_lognormal(1.0, 0.6, y), sr.crps_lognormal(y, 1.0, 0.6), rtol=1e-9)
    p, answer = rng.dirichlet(np.ones(4), size=40), rng.integers(1, 5, size=40)
    np.testing.assert_allclose(crps_ordinal(p, answer), sr.rps_score(answer, p), rtol=1e-9)


def test_calibrated_forecasts_fall_evenly_and_others_do_not():
    rng = np.random.default_rng(5)
    p = rng.dirichlet(np.full(4, 0.8), size=4000)
    answer = 1 + (rng.random(4000)[:, None] > np.cumsum(p, axis=1)[:, :-1]).sum(axis=1)
    pit = pit_ordinal(p, answer, rng.random(4000))
    assert even_p(pit) > 0.01
    assert coverage(pit, 0.9) == pytest.approx(0.9, abs=0.02)
    assert coverage(pit, 0.5) == pytest.approx(0.5, abs=0.03)
    rows = reliability(p[:, :2].sum(axis=1), answer <= 2)
    assert sum(row.count for row in rows) == 4000
    assert all(abs(row.said - row.happened) < 0.06 for row in rows)
    sharp = p**2 / np.sum(p**2, axis=1, keepdims=True)  # too sure of itself
    pit = pit_ordinal(sharp, answer, rng.random(4000))
    assert even_p(pit) < 1e-6
    assert coverage(pit, 0.9) < 0.88


def test_the_place_of_an_answer_lies_in_its_own_share():
    p = np.array([0.1, 0.2, 0.3, 0.4])
    for answer, (low, high) in {1: (0, 0.1), 2: (0.1, 0.3), 3: (0.3, 0.6), 4: (0.6, 1.0)}.items():
        assert float(pit_ordinal(p, answer, 0.0)) == pytest.approx(low)
        assert float(pit_ordinal(p, answer, 1.0)) == pytest.approx(high)


def test_resampling_knows_better_from_alike_and_counts_groups():
    rng = np.random.default_rng(2)
    base = rng.random(200)
    better = paired_bootstrap(0.8 * base, base)
    assert better.skill == pytest.approx(0.2)
    assert better.p_better == 1.0
    alike = paired_bootstrap(base + rng.normal(0, 0.3, 200), base + rng.normal(0, 0.3, 200))
    assert 0.02 < alike.p_better < 0.98
    assert alike.low < 0.1
    assert alike.high > -0.1
    assert paired_bootstrap(base, base).p_better == 0.5
    # ten days of one week are no ten weeks
    difference = np.repeat(rng.normal(0.05, 0.3, 20), 10)
    alone, weeks = (
        paired_bootstrap(base - difference, base, groups=g) for g in (None, np.repeat(np.arange(20), 10))
    )
    assert weeks.groups == 20
    assert weeks.high - weeks.low > 1.5 * (alone.high - alone.low)


def test_resampling_is_repeatable():
    a, b = np.arange(9.0), np.arange(9.0)[::-1]
    assert paired_bootstrap(a, b, seed=4) == paired_bootstrap(a, b, seed=4)
    assert paired_bootstrap(a, b, seed=4) != paired_bootstrap(a, b, seed=5)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: checked_chances([0.5, 0.5]), "shape"),
        (lambda: checked_chances([0.5, 0.5, 0.5, 0.5]), "add up"),
        (lambda: checked_chances([1.2, -0.2, 0.0, 0.0]), "negative"),
        (lambda: checked_chances([np.nan, 0.5, 0.5, 0.0]), "finite"),
        (lambda: crps_ordinal([0.25] * 4, 5), "1 to 4"),
        (lambda: crps_ordinal([0.25] * 4, 2.5), "whole number"),
        (lambda: crps_ordinal([0.25] * 4, np.nan), "whole number"),
        (lambda: crps_samples([], 1.0), "fit"),
        (lambda: crps_samples([1.0, np.inf], 1.0), "finite"),
        (lambda: crps_lognormal(0.0, 0.0, 1.0), "spread"),
        (lambda: crps_lognormal(0.0, 1.0, -1.0), "observation"),
        (lambda: brier(80.0, 2), "outside"),
        (lambda: paired_bootstrap([1.0], [1.0, 2.0]), "paired"),
        (lambda: paired_bootstrap([], []), "paired"),
    ],
)
def test_what_is_no_forecast_is_refused(wrong, says):
    with pytest.raises(InputError, match=says):
        wrong()
