"""Caps: the lowest of several limits, each with its figure; nothing is lowered without its reason."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.limits import SITES, Limits, cap, minutes_cap
from sudomotor.limits.library import Limit
from sudomotor.parameters import load

ADULT = {"site": "palms", "age_years": 34}


def used_to(current, **more):
    """A session the day after one of that current."""
    return cap(None, 20.0, last_mA=current, pause_days=1, **{**ADULT, **more})


@pytest.mark.parametrize(
    ("given_", "value", "binding"),
    [
        ({}, 8.0, "first_current_palms"),
        ({"site": "soles"}, 10.0, "first_current_soles"),
        ({"site": "axillae"}, 4.0, "first_current_axillae"),
        ({"age_years": 12}, 4.0, "first_current_child"),
        ({"last_mA": 9.0, "pause_days": 2}, 10.0, "rise_per_session"),
        ({"last_mA": 30.0, "pause_days": 2}, 20.0, "adult_current"),
        ({"last_mA": 30.0, "pause_days": 2, "site": "soles"}, 25.0, "feet_current"),
        ({"last_mA": 30.0, "pause_days": 2, "age_years": 15, "area_cm2": 150.0}, 15.0, "child_current"),
        ({"last_mA": 30.0, "pause_days": 2, "area_cm2": 60.0}, 9.0, "mean_density"),
        ({"last_mA": 30.0, "pause_days": 2, "minutes": 60.0, "area_cm2": 120.0}, 10.0, "charge_per_session"),
        ({"last_mA": 16.0, "pause_days": 28}, 17.0, "rise_per_session"),
        ({"last_mA": 16.0, "pause_days": 29}, 12.0, "restart_share"),
        ({"last_mA": 9.0, "pause_days": 400}, 8.0, "restart_share"),
        ({"last_mA": 3.0, "pause_days": 400}, 4.0, "rise_per_session"),
        ({"age_years": 5}, 0.0, "age_of_youngest"),
        ({"age_years": None}, 0.0, "age"),
        ({"last_mA": 30.0, "pause_days": 2, "device": "Idrostar"}, 20.0, "adult_current"),
    ],
)
def test_each_limit_binds_where_it_is_the_lowest(given_, value, binding):
    words = {"requested_mA": None, "minutes": 20.0, **ADULT, **given_}
    found = cap(**words)
    assert found.value_mA == pytest.approx(value)
    assert found.binding == found.reason.limit == binding


def test_a_device_binds_and_one_without_a_figure_is_noted():
    found = used_to(30.0, site="soles", device="30 V home device")
    assert (found.value_mA, found.binding) == (20.0, "device")
    assert any("not published" in note for note in used_to(30.0, device="Dermadry").notes)
    with pytest.raises(InputError, match="did you mean 'Dermadry'"):
        used_to(30.0, device="Dermadri")


def test_every_limit_is_listed_with_its_own_figure_the_lowest_first():
    found = used_to(14.0)
    bounds = [reason.bound for reason in found.reasons]
    assert bounds == sorted(bounds)
    names = {reason.limit: reason for reason in found.reasons}
    assert names["mean_density"].bound == pytest.approx(0.15 * load().value("area_palm_cm2"))
    assert names["hands_usual_current"].severity == "advice"
    for reason in found.reasons:
        assert reason.text
        assert reason.unit == "mA"


def test_advice_is_listed_but_does_not_bind():
    found = used_to(18.0)
    assert found.value_mA == 19.0
    assert found.reasons[0].limit == "hands_usual_current"
    assert found.reason.limit == "rise_per_session"


def test_what_is_lowered_says_so():
    found = cap(15.0, 20.0, last_mA=9.0, pause_days=1, **ADULT)
    assert (found.clamped, found.granted, found.requested) == (True, 10.0, 15.0)
    kept = cap(7.0, 20.0, last_mA=9.0, pause_days=1, **ADULT)
    assert (kept.clamped, kept.granted) == (False, 7.0)
    assert found.to_dict()["binding"] == "rise_per_session"
    # rounding is no breach
    assert not cap(10.0 + 1e-12, 20.0, last_mA=9.0, pause_days=1, **ADULT).clamped


def test_what_is_assumed_is_noted():
    assert any("an adult's 164 cm2" in note for note in used_to(9.0).notes)
    assert any("a child's" in note for note in used_to(9.0, age_years=8).notes)
    assert used_to(9.0, area_cm2=150.0).notes == ()
    assert any("no pause is counted" in note for note in cap(None, 20.0, last_mA=9.0, **ADULT).notes)


def test_a_child_has_less_skin_to_take_the_current():
    child = {reason.limit: reason.bound for reason in used_to(30.0, age_years=7).reasons}
    youth = {reason.limit: reason.bound for reason in used_to(30.0, age_years=12).reasons}
    adult = {reason.limit: reason.bound for reason in used_to(30.0).reasons}
    assert child["mean_density"] < youth["mean_density"] < adult["mean_density"]
    assert used_to(30.0, age_years=7).value_mA < 12.0


def test_without_the_ramp_the_last_session_says_nothing():
    assert cap(None, 20.0, ramp=False, **ADULT).value_mA == 20.0


def test_minutes_are_capped_by_length_and_by_charge():
    short = minutes_cap(20.0, 15.0, **ADULT)
    assert (short.value_minutes, short.binding, short.clamped) == (
        pytest.approx(300 * 163.5 / 60 / 15), "charge_per_session", False,
    )  # fmt: skip
    long = minutes_cap(90.0, 5.0, **ADULT)
    assert (long.value_minutes, long.granted, long.clamped) == (60.0, 60.0, True)
    with pytest.raises(InputError, match="value_minutes"):
        _ = short.value_mA
    with pytest.raises(InputError, match="value_mA"):
        _ = used_to(9.0).value_minutes


@pytest.mark.parametrize(
    "wrong",
    [
        {"site": "plams"}, {"minutes": -1.0}, {"minutes": math.nan}, {"requested_mA": math.inf}, {"last_mA": "9"},
        {"area_cm2": 0.0}, {"age_years": True}, {"pause_days": -1}, {"device": "toaster"},
    ],
)  # fmt: skip
def test_requests_that_make_no_sense_are_refused(wrong):
    with pytest.raises(InputError):
        cap(**{"requested_mA": 10.0, "minutes": 20.0, **ADULT, **wrong})


def test_a_library_without_a_limit_on_the_current_allows_nothing_silently():
    with pytest.raises(InputError, match="no limit on the current"):
        cap(10.0, 20.0, limits=Limits({}), **ADULT)


def tightened(library: Limits, name: str, share: float) -> Limits:
    """The library with one limit nearer to forbidding."""
    old = library[name]
    value = old.value * share if old.relation == "<=" else old.value + (1.0 - share) * max(old.value, 1.0)
    return Limits({**library, name: Limit(**{**old.__dict__, "value": value})})


requests = st.fixed_dictionaries(
    {
        "requested_mA": st.one_of(st.none(), st.floats(0, 60)),
        "minutes": st.floats(0, 120),
        "site": st.sampled_from(SITES),
        "age_years": st.one_of(st.none(), st.floats(0, 90)),
        "device": st.sampled_from([None, "Hidrex DP450", "Idrostar", "Dermadry"]),
        "area_cm2": st.one_of(st.none(), st.floats(20, 300)),
        "last_mA": st.one_of(st.none(), st.floats(0, 40)),
        "pause_days": st.one_of(st.none(), st.floats(0, 200)),
    }
)


@given(requests)
def test_the_cap_is_the_lowest_of_all_that_bind(request_):
    found = cap(**request_)
    binding = [reason.bound for reason in found.reasons if reason.severity != "advice"]
    assert found.value_mA == min(binding)
    assert found.granted <= found.value_mA * (1 + 1e-9) + 1e-9


@given(requests, st.sampled_from(sorted(Limits.default())), st.floats(0.0, 1.0))
def test_tightening_any_limit_never_allows_more(request_, name, share):
    tight = tightened(Limits.default(), name, share)
    assert cap(**request_, limits=tight).value_mA <= cap(**request_).value_mA + 1e-12


@given(requests, st.floats(0, 200), st.floats(0, 200))
def test_a_longer_pause_never_allows_more(request_, a, b):
    short, long = sorted((a, b))
    less = cap(**{**request_, "pause_days": long}).value_mA
    assert less <= cap(**{**request_, "pause_days": short}).value_mA


@given(requests, st.floats(0, 120), st.floats(0, 120))
def test_a_longer_session_never_has_more_current(request_, a, b):
    short, long = sorted((a, b))
    assert cap(**{**request_, "minutes": long}).value_mA <= cap(**{**request_, "minutes": short}).value_mA
