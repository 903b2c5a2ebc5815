"""Draws: reproducible, independent of how many are drawn, and with the law that the presets state."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import kstest, lognorm

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.person import SITES, Person, draw, median_person, presets
from sudomotor.person.baseline import included_mean, included_share

ALL = sorted(presets())


@given(st.sampled_from(ALL), st.integers(1, 40), st.integers(1, 200), st.integers(0, 2**64))
@settings(max_examples=40, deadline=None)
def test_a_person_does_not_depend_on_how_many_are_drawn(preset, few, more, seed):
    a, b = draw(preset, few, seed), draw(preset, few + more, seed)
    for name in a.drawn:
        np.testing.assert_array_equal(a[name], b[name][:few])
    for site in SITES:
        np.testing.assert_array_equal(a.screening_mg_per_min[site], b.screening_mg_per_min[site][:few])
    np.testing.assert_array_equal(a.component, b.component[:few])


def test_the_prefix_holds_with_a_shifted_baseline():
    a, b = (draw("palmar", n, 5, baseline_mean={"palms": 40.0}) for n in (7, 700))
    np.testing.assert_array_equal(a.baseline("palms"), b.baseline("palms")[:7])


def test_seeds_differ_and_streams_are_apart():
    a, b = draw("healthy", 500, 1), draw("healthy", 500, 2)
    names = [name for name in a.drawn if np.std(a[name]) > 0]
    for name in names:
        assert not np.array_equal(a[name], b[name])
    scores = np.array([np.argsort(np.argsort(a[name])) for name in names], dtype=float)
    related = np.corrcoef(scores) - np.eye(len(names))
    assert np.abs(related).max() < 0.2


@pytest.mark.parametrize("preset", ALL)
def test_ten_thousand_people_are_finite_and_positive(preset):
    people = draw(preset, 10_000, seed=11)
    for name, values in people.drawn.items():
        assert values.shape == (10_000,)
        assert values.dtype == np.float64
        assert np.isfinite(values).all(), name
        if load()[name].distribution == "lognormal":
            assert (values > 0).all()


@pytest.mark.parametrize("preset", [name for name in ALL if presets()[name].include])
def test_everybody_included_meets_the_rule_and_the_note_says_how_many_did_not(preset):
    people, rule = draw(preset, 5000, seed=3), presets()[preset].include
    assert rule is not None
    assert (people.screening_mg_per_min[rule.site] >= rule.at_least_mg_per_min).all()
    assert any("drawn again" in note for note in people.notes)
    assert 50 < people.included_pct < 99.9


def test_drawing_until_included_is_what_is_done():
    """The readings have the law that rejection sampling gives."""
    rng = np.random.default_rng(0)
    free = 46.0 * np.exp(0.5 * rng.standard_normal(100_000))
    kept = free[free >= 20.0]
    people = draw("palmar, severe", 20_000, seed=8)
    reading = people.screening_mg_per_min["palms"]
    for q in (0.01, 0.1, 0.5, 0.9, 0.99):
        assert np.quantile(reading, q) == pytest.approx(np.quantile(kept, q), rel=0.03)
    assert people.included_pct == pytest.approx(100 * len(kept) / len(free), abs=0.3)


def test_readings_without_a_rule_are_lognormal():
    reading = draw("healthy", 5000, seed=6).screening_mg_per_min["soles"]
    p = load()["baseline_sweat_sole_mg_per_min"]
    assert kstest(reading, lognorm(p.spread, scale=p.value).cdf).pvalue > 0.01


def test_the_reading_is_the_own_mean_with_the_error_of_gravimetry():
    people = draw("healthy", 40_000, seed=6)
    own, reading = np.log(people.baseline("palms")), np.log(people.screening_mg_per_min["palms"])
    error = load().value("gravimetry_noise_log_sd")
    assert np.std(reading - own) == pytest.approx(error, rel=0.02)
    assert np.mean(reading - own) == pytest.approx(0.0, abs=0.01)
    # the error knows nothing of the person's own mean
    assert abs(np.corrcoef(own, reading - own)[0, 1]) < 0.02


def test_selection_by_one_reading_regresses_to_the_mean():
    people = draw("palmar, moderate", 40_000, seed=6)
    own, reading = people.baseline("palms"), people.screening_mg_per_min["palms"]
    assert float(np.mean(np.log(own))) < float(np.mean(np.log(reading))) - 0.02
    exact = draw("palmar, moderate", 100, 6, load().with_values({"gravimetry_noise_log_sd": 0.0}))
    np.testing.assert_allclose(exact.baseline("palms"), exact.screening_mg_per_min["palms"], rtol=1e-12)


@given(st.floats(1, 100), st.floats(0.1, 1.0), st.floats(0, 60))
def test_mean_and_share_of_the_included_by_quadrature(median, spread, least):
    z = np.linspace(-9, 9, 400_001)
    value, weight = median * np.exp(spread * z), np.exp(-0.5 * z**2)
    inside = weight * (value >= least)
    share = inside.sum() / weight.sum()
    assert included_share(median, spread, least) == pytest.approx(share, abs=1e-4)
    if share > 1e-2:
        assert included_mean(median, spread, least) == pytest.approx(
            (inside * value).sum() / inside.sum(), rel=2e-3
        )


@pytest.mark.parametrize(
    ("preset", "site", "mean"),
    [
        ("palmar, severe", "palms", 52.0),
        ("palmar", "palms", 60.0),
        ("plantar", "soles", 30.0),
        ("healthy", "palms", 10.0),
    ],
)
def test_a_stated_baseline_is_met(preset, site, mean):
    people = draw(preset, 40_000, seed=9, baseline_mean={site: mean})
    reading = people.screening_mg_per_min[site]
    assert float(reading.mean()) == pytest.approx(mean, abs=4 * float(reading.std()) / 200)
    assert any(f"mean reading of {mean:g} mg/min" in note for note in people.notes)
    rule = presets()[people.person.preset_name].include
    if rule and rule.site == site:
        assert (reading >= rule.at_least_mg_per_min).all()


def test_a_baseline_may_be_named_by_its_parameter_or_its_site():
    by_site = draw("palmar", 10, 1, baseline_mean={"palms": 45.0})
    by_name = draw("palmar", 10, 1, baseline_mean={"baseline_sweat_palm_mg_per_min": 45.0})
    np.testing.assert_array_equal(by_site.baseline("palms"), by_name.baseline("palms"))


@pytest.mark.parametrize("mean", [19.0, 20.0, 1e6, math.nan, math.inf, -3.0, "40", True])
def test_a_baseline_that_the_preset_cannot_have_is_refused(mean):
    with pytest.raises(InputError):
        draw("palmar, severe", 10, 1, baseline_mean={"palms": mean})


def test_what_is_given_holds_for_everybody():
    me = Person.preset(
        "palmar, severe",
        age_years=27,
        values={"baseline_sweat_palm_mg_per_min": 12.0, "gland_sensitivity": 3.0},
    )
    people = draw(me, 100, seed=1)
    assert (people.age_years == 27).all()
    assert (people["gland_sensitivity"] == 3.0).all()
    assert (people.baseline("left palm") == 12.0).all()
    assert (people.screening_mg_per_min["palms"] == 12.0).all()
    assert np.std(people["duct_radius_um"]) > 0
    assert any("rule of inclusion is not applied" in note for note in people.notes)
    assert any("gland_sensitivity = 3" in note and "one in a hundred" in note for note in people.notes)
    with pytest.raises(InputError, match="cannot be moved"):
        draw(me, 10, 1, baseline_mean={"palms": 40.0})


def test_a_persons_value_is_noted_only_where_it_is_unusual():
    wet = {"baseline_sweat_palm_mg_per_min": 60.0}
    assert not any("rarer" in note for note in draw(Person.preset("palmar", values=wet), 2, 1).notes)
    assert any("rarer" in note for note in draw(Person.preset("healthy", values=wet), 2, 1).notes)
    noisy = Person.preset("healthy", values={"gravimetry_noise_log_sd": 0.4})
    assert any("outside its range" in note for note in draw(noisy, 2, 1).notes)


def test_zero_sweat_and_zero_glands_are_people_too():
    values = {"baseline_sweat_palm_mg_per_min": 0.0, "gland_density_palm_per_cm2": 0.0}
    people = draw(Person.preset("healthy", values=values), 3, seed=0)
    assert (people.baseline("palms") == 0).all()
    assert (people.density("palms") == 0).all()


def test_a_median_set_by_hand_moves_the_preset_and_nothing_else():
    p = load().with_values({"baseline_sweat_palm_mg_per_min": 60.0, "duct_radius_um": 6.0})
    moved, usual = draw("palmar, severe", 5000, 1, p), draw("palmar, severe", 5000, 1)
    assert float(np.median(moved.baseline("palms"))) == pytest.approx(60.0, rel=0.05)
    np.testing.assert_allclose(moved["duct_radius_um"], usual["duct_radius_um"] * 6.0 / 7.5, rtol=1e-12)
    np.testing.assert_array_equal(moved["body_resistance_ohm"], usual["body_resistance_ohm"])


def test_a_rule_that_fits_nobody_is_refused():
    p = load().with_values({"baseline_sweat_palm_mg_per_min": 0.5})
    with pytest.raises(InputError, match="hardly anybody"):
        draw("palmar, severe", 5, 1, p)


def test_medians_set_to_nothing_or_less():
    none = load().with_values({"baseline_sweat_palm_mg_per_min": 0.0})
    assert (draw("healthy", 5, 1, none).baseline("palms") == 0).all()
    assert median_person("healthy", none).baseline("palms").tolist() == [0.0]
    with pytest.raises(InputError, match="hardly anybody"):
        median_person("palmar", none)
    with pytest.raises(InputError, match="must not be negative"):
        draw("healthy", 5, 1, load().with_values({"duct_radius_um": -5.0}))


def test_noise_that_explains_everything_is_refused():
    p = load().with_values({"gravimetry_noise_log_sd": 0.6})
    with pytest.raises(InputError, match="gravimetry_noise_log_sd"):
        draw("healthy", 5, 1, p)


@pytest.mark.parametrize("preset", ALL)
def test_the_median_person_is_in_the_middle(preset):
    one, many = median_person(preset), draw(preset, 40_000, seed=5)
    assert one.n == len(one) == 1
    for name in many.drawn:
        tolerance = 0.1 if len(presets()[preset].mixture) and "baseline" in name else 0.04
        assert one[name][0] == pytest.approx(float(np.median(many[name])), rel=tolerance, abs=0.02), name
    for site in SITES:
        reading = many.screening_mg_per_min[site]
        assert one.screening_mg_per_min[site][0] == pytest.approx(float(np.median(reading)), rel=0.03)
    assert median_person(preset).baseline("palms") == one.baseline("palms")


def test_a_mixture_is_half_and_half():
    people = draw("palmar hyperhidrosis", 20_000, seed=3)
    assert float(people.component.mean()) == pytest.approx(0.5, abs=0.02)
    severe = people.take(people.component == 1)
    assert severe.n == len(severe.baseline("palms")) == int(people.component.sum())
    assert severe.baseline("palms").mean() > people.baseline("palms").mean()


def test_people_are_read_only_and_give_constants_too():
    people = draw("healthy", 4, seed=0)
    with pytest.raises(ValueError, match="read-only"):
        people["duct_radius_um"][0] = 1.0
    fixed = next(name for name in load() if load()[name].distribution == "fixed")
    assert people[fixed].tolist() == [load().value(fixed)] * 4
    assert people.take([2]).baseline("palms")[0] == people.baseline("palms")[2]
    with pytest.raises(InputError, match="duct_radius_um"):
        people["duct_radius_mm"]
    with pytest.raises(InputError, match="palms"):
        people.area("plam")


@pytest.mark.parametrize(
    ("n", "seed"), [(0, 1), (-1, 1), (2.5, 1), (True, 1), ("3", 1), (3, -1), (3, 0.5), (3, None)]
)
def test_wrong_counts_and_seeds_are_refused(n, seed):
    with pytest.raises(InputError, match="whole number"):
        draw("healthy", n, seed)
