"""Sweat and the scales it is read on: published rules, order, limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.model.harm import irritation_chances, overdry_chance
from sudomotor.model.scales import (
    SIDES,
    SITES,
    hdss_mean,
    hdss_probabilities,
    remaining,
    sides_at,
    site_of,
    starch_iodine_grade,
    sweat_at_hdss,
)
from sudomotor.parameters import load
from sudomotor.person import draw

P = load()
rates = st.floats(0, 500)


@given(rates, rates, st.sampled_from(SITES), st.floats(-3, 3))
def test_more_sweat_is_never_rated_better(a, b, site, shift):
    low, high = sorted((a, b))
    assert hdss_mean(np.array(low), shift, site, P) <= hdss_mean(np.array(high), shift, site, P) + 1e-12


@given(rates, st.sampled_from(SITES), st.floats(-3, 3))
def test_answers_have_a_probability_and_their_mean(sweat, site, shift):
    chances = hdss_probabilities(np.array(sweat), shift, site, P)
    assert chances.min() >= -1e-12
    assert chances.sum() == pytest.approx(1.0)
    assert (chances * np.arange(1, 5)).sum() == pytest.approx(
        float(hdss_mean(np.array(sweat), shift, site, P))
    )


def test_rule_of_half_and_four_fifths():
    """One HDSS point is about 50 % of the sweat, two about 80 % (Solish 2007), over people around HDSS 3 to 4."""
    shift = draw("palmar hyperhidrosis, severe", 2000, 1)["hdss_shift"]
    start = 45.0
    before, half, fifth = (
        hdss_mean(np.full(2000, start * part), shift, "palms", P).mean() for part in (1.0, 0.5, 0.2)
    )
    assert before - half == pytest.approx(1.0, abs=0.35)
    assert before - fifth == pytest.approx(2.0, abs=0.45)


@given(st.integers(1, 3), st.sampled_from(SITES), st.floats(-3, 3))
def test_a_rule_on_hdss_is_one_on_sweat(level, site, shift):
    limit = float(sweat_at_hdss(level, shift, site, P))
    at_most = hdss_probabilities(np.array(limit), shift, site, P)[:level].sum()
    assert at_most == pytest.approx(0.5, abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 0.1))
def test_remaining_sweat_lies_between_the_unreached_share_and_all(blocked, unreached):
    left = remaining(blocked, unreached)
    assert unreached - 1e-12 <= left <= 1.0
    assert remaining(0.0, unreached) == 1.0


def test_starch_iodine_falls_by_one_for_each_step():
    step = P.value("starch_step")
    grades = [float(starch_iodine_grade(np.array(40.1 / step**i), np.array(1.0), P)) for i in range(4)]
    assert np.all(np.diff(grades) == -1)
    assert float(starch_iodine_grade(np.array(0.0), np.array(0.0), P)) == 0.0


def test_a_small_area_that_still_sweats_still_stains():
    sweat = 0.9 * P.value("starch_lowest_mg_per_min")
    spread, patch = (float(starch_iodine_grade(np.array(sweat), np.array(area), P)) for area in (1.0, 0.3))
    assert (spread, patch) == (0.0, 1.0)


def test_more_irritation_harms_more_people():
    people = draw("palmar hyperhidrosis", 500, 1)
    mild, strong = (irritation_chances(np.full((1, 1, 500), level), people, P) for level in (1.0, 2.0))
    for name in mild:
        assert strong[name].mean() > mild[name].mean()
    assert 100 * mild["erythema"].mean() == pytest.approx(P.value("erythema_reference_pct"), abs=3)
    assert 100 * mild["vesicles"].mean() == pytest.approx(P.value("vesicles_reference_pct"), abs=1.5)


def test_only_a_nearly_total_block_dries_the_skin_out():
    open_skin, dry = (overdry_chance(np.full((30, 2, 1), b), P)[0] for b in (0.5, 0.99))
    assert open_skin == 0.0
    assert dry > 0.1


def test_each_side_belongs_to_one_site():
    assert sorted(i for site in SITES for i in sides_at(site)) == list(range(len(SIDES)))
    for site in SITES:
        assert [site_of(SIDES[i]) for i in sides_at(site)] == [site, site]
        assert sides_at(site, SIDES[::-1]) == [len(SIDES) - 1 - i for i in reversed(sides_at(site))]
    assert sides_at("soles", ("left palm",)) == []
