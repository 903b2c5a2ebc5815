"""Limits: verdicts with reasons, which no stronger current ever takes back."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.limits import (
    KINDS,
    QUANTITIES,
    SCHEDULE_QUANTITIES,
    SEVERITIES,
    Limits,
    ceilings_broken,
    check_schedule,
    check_session,
    injury_risk,
)

SITES = ("palms", "soles", "axillae")
LIBRARY = Limits.default()


def broken(verdicts):
    return {verdict.name for verdict in verdicts if verdict.broken}


def session(
    current_mA: float = 12.0,
    minutes: float = 20.0,
    site: str = "palms",
    frequency_Hz: float = 0.0,
    **more: float,
):
    area = {"palms": 160.0, "soles": 260.0, "axillae": 90.0}[site]
    values = {
        "current_mA": current_mA,
        "rms_mA": current_mA,
        "minutes": minutes,
        "site": site,
        "frequency_Hz": frequency_Hz,
        "area_cm2": area,
        "age_years": 30.0,
        "charge_mC_per_cm2": 60 * current_mA * minutes / area,
        "volts": 2.5 * current_mA,
    }
    return check_session({**values, **more})


def test_each_limit_gives_its_source_reason_and_unit():
    assert len(LIBRARY) >= 20
    for name, limit in LIBRARY.items():
        assert limit.name == name
        assert limit.kind in KINDS
        assert limit.severity in SEVERITIES
        assert limit.source
        assert len(limit.text.split()) >= 5
        assert bool(limit.risk) == (limit.severity == "ceiling")
        assert limit.unit == {**QUANTITIES, **SCHEDULE_QUANTITIES}[limit.quantity][0]
        if limit.kind == "judgement":
            assert limit.text.startswith("Judged: ")


def test_each_limit_can_be_broken_and_kept():
    for limit in LIBRARY.values():
        step = 1.0 if limit.relation == "<=" else -1.0
        assert limit.verdict(limit.value + step).broken
        assert not limit.verdict(limit.value).broken
        assert not limit.verdict(limit.value - step).broken


def test_each_quantity_has_a_limit():
    assert {limit.quantity for limit in LIBRARY.values()} == set(QUANTITIES) | set(SCHEDULE_QUANTITIES)


def test_an_ordinary_session_keeps_every_limit():
    for site, current in (("palms", 12.0), ("soles", 18.0), ("axillae", 8.0)):
        assert broken(session(current, site=site)) == set()


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"current_mA": 16.0}, "hands_usual_current"),
        ({"current_mA": 21.0}, "adult_current"),
        ({"current_mA": 16.0, "age_years": 12.0}, "child_current"),
        ({"current_mA": 26.0, "site": "soles"}, "feet_current"),
        ({"current_mA": 11.0, "site": "axillae"}, "axilla_current"),
        ({"current_mA": 36.0, "site": "soles"}, "device_trip"),
        ({"density_mA_per_cm2": 0.16}, "mean_density"),
        ({"density_mA_per_cm2": 0.51}, "density_ceiling"),
        ({"density_mA_per_cm2": 2.1}, "electrode_density"),
        ({"area_cm2": 60.0}, "mean_density"),
        ({"volts": 61.0}, "usual_voltage"),
        ({"volts": 91.0}, "voltage_ceiling"),
        ({"charge_mC_per_cm2": 301.0}, "charge_per_session"),
        ({"charge_mC_per_cm2": 901.0}, "charge_ceiling"),
        ({"minutes": 31.0}, "usual_minutes"),
        ({"minutes": 61.0}, "long_session"),
        ({"reversals": 1.0}, "reversal_within_session"),
        ({"age_years": 5.9}, "age_of_youngest"),
        ({"rms_mA": 17.0, "frequency_Hz": 50.0}, "mains_current_let_go"),
        ({"rms_mA": 51.0, "frequency_Hz": 50.0}, "low_frequency_output"),
        ({"rms_mA": 81.0, "frequency_Hz": 1000.0}, "middle_frequency_output"),
        ({"rms_mA": 101.0, "frequency_Hz": 10_000.0}, "high_frequency_output"),
        ({"rms_mA": 81.0}, "direct_current_output"),
    ],
)
def test_each_breach_is_found(change, name):
    assert name in broken(session(**change))


def test_a_limit_speaks_only_where_it_applies():
    names = {verdict.name for verdict in session(site="soles", frequency_Hz=50.0)}
    assert {"feet_current", "low_frequency_output"} <= names
    assert not names & {"hands_usual_current", "axilla_current", "direct_current_output", "child_current"}
    # what is not known is not judged
    assert {verdict.name for verdict in check_session({"minutes": 5.0})} == {"usual_minutes", "long_session"}


def test_frequency_bands_meet_without_gap_or_overlap():
    bands = [limit for limit in LIBRARY.values() if limit.quantity == "rms_mA" and limit.kind == "standard"]
    for frequency in (0.0, 1e-6, 9.0, 50.0, 400.0, 400.5, 1500.0, 1501.0, 1e4, 1e6):
        assert sum(limit.applies("palms", 30.0, frequency) for limit in bands) == 1


def test_sides_are_judged_as_their_site():
    assert broken(check_session({"current_mA": 16.0, "site": "left palm"})) == {"hands_usual_current"}


def test_the_density_comes_from_the_area_of_the_person():
    from sudomotor.parameters import load

    small = load().with_values({"area_palm_cm2": 30.0})
    assert "density_ceiling" in broken(check_session({"rms_mA": 16.0, "site": "palms"}, small))
    assert "density_ceiling" not in broken(check_session({"rms_mA": 16.0, "site": "palms"}))


currents = st.floats(0, 100)


@given(
    currents,
    currents,
    st.floats(0.1, 360),
    st.sampled_from(SITES),
    st.sampled_from([0.0, 9.0, 50.0, 4300.0, 1e4]),
    st.floats(0, 90),
)
def test_raising_the_current_never_unbreaks(a, b, minutes, site, frequency, age):
    low, high = sorted((a, b))
    first = broken(session(low, minutes, site, frequency, age_years=age))
    assert first <= broken(session(high, minutes, site, frequency, age_years=age))


@given(currents, st.floats(0.1, 360), st.floats(0.1, 360), st.sampled_from(SITES))
def test_a_longer_session_never_unbreaks(current, a, b, site):
    short, long = sorted((a, b))
    assert broken(session(current, short, site)) <= broken(session(current, long, site))


@given(currents, st.floats(20, 400), st.floats(20, 400))
def test_a_smaller_area_never_unbreaks(current, a, b):
    small, large = sorted((a, b))
    assert broken(session(current, area_cm2=large)) <= broken(session(current, area_cm2=small))


@given(currents, st.floats(0.1, 360), st.sampled_from(SITES), st.floats(0, 90))
def test_every_verdict_has_a_reason_and_the_gravest_come_first(current, minutes, site, age):
    verdicts = session(current, minutes, site, age_years=age)
    for verdict in verdicts:
        assert verdict.text
        assert verdict.source
        assert set(verdict.to_dict()) >= {
            "name",
            "value",
            "limit",
            "unit",
            "source",
            "broken",
            "kind",
            "severity",
            "text",
        }
        assert str(verdict)
    order = [(not v.broken, ("ceiling", "limit", "advice").index(v.severity)) for v in verdicts]
    assert order == sorted(order)


@given(currents, st.floats(0.1, 360), st.sampled_from(SITES))
def test_past_a_ceiling_the_injury_is_named(current, minutes, site):
    verdicts = session(current, minutes, site)
    ceilings = ceilings_broken(verdicts)
    text = injury_risk(verdicts)
    assert bool(ceilings) == bool(text)
    for verdict in ceilings:
        assert verdict.severity == "ceiling"
        assert verdict.risk in text
    assert text == "" or text.startswith("RISK OF INJURY.")


def test_a_current_that_no_device_gives_is_past_a_ceiling():
    assert {verdict.name for verdict in ceilings_broken(session(50.0))} >= {"device_trip"}
    assert not ceilings_broken(session(30.0, 15.0, "soles"))
    assert "below the safety ceiling of 6 years" in injury_risk(session(age_years=4.0))


@pytest.mark.parametrize("value", [math.nan, math.inf, -1.0, "15", True, None])
def test_values_that_make_no_sense_are_refused(value):
    with pytest.raises(InputError, match="current_mA"):
        check_session({"current_mA": value})


def test_unknown_quantities_and_sites_are_refused_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'current_mA'"):
        check_session({"curent_mA": 15.0})
    with pytest.raises(InputError, match="did you mean 'palms'"):
        check_session({"site": "plams"})
    with pytest.raises(InputError, match="area_cm2"):
        check_session({"rms_mA": 1.0, "area_cm2": 0.0})
    with pytest.raises(InputError, match="did you mean 'device_trip'"):
        LIBRARY["device_trap"]


# ---- schedules


def days(*found: float, current: float = 10.0, minutes: float = 20.0, site: str = "palms"):
    return [(day, current, minutes, site) for day in found]


def test_an_ordinary_schedule_keeps_every_limit():
    assert broken(check_schedule(days(0, 2, 4, 7, 9, 11, 21, 31))) == set()
    assert broken(check_schedule(days(0, 1, 2, 3, 4, 7, 8, 9, 10, 11))) == set()
    assert check_schedule([]) == ()


@pytest.mark.parametrize(
    ("sessions", "name"),
    [
        (days(0, 0.5), "sessions_per_day"),
        (days(*range(6)), "sessions_per_week"),
        (days(1, 2, 3, 4.9, 5, 7.9), "sessions_per_week"),
        (days(0, 29), "longest_gap"),
        (days(0, minutes=61), "minutes_per_day"),
        (days(0, 0.5, minutes=31), "minutes_per_day"),
        ([*days(0, current=8), *days(2, current=9.5)], "rise_per_session"),
        (days(*[0.25 * i for i in range(60)]), "sessions_per_week_ceiling"),
    ],
)
def test_each_breach_of_a_schedule_is_found(sessions, name):
    assert name in broken(check_schedule(sessions))


def test_seven_days_are_any_seven_days():
    assert "sessions_per_week" not in broken(check_schedule(days(0, 1, 2, 3, 4, 7)))
    assert "sessions_per_week" in broken(check_schedule(days(0, 1, 2, 3, 4, 6.9)))


def test_sites_and_sides_are_judged_by_themselves():
    assert not broken(check_schedule([*days(0, 2, 4), *days(0, 2, 4, site="soles")]))
    assert not broken(check_schedule([*days(0, 2, site="left palm"), *days(0, 2, site="right palm")]))
    assert "sessions_per_day" in broken(check_schedule([*days(0, site="left palm"), *days(0, site="palms")]))


@given(st.lists(st.floats(0, 60), min_size=1, max_size=30), st.floats(0, 60))
def test_one_more_session_breaks_no_fewer_limits_on_how_often(found, more):
    often = {"sessions_per_day", "sessions_per_week", "minutes_per_day", "sessions_per_week_ceiling"}
    assert broken(check_schedule(days(*found))) & often <= broken(check_schedule(days(*found, more)))


@given(st.permutations(days(0, 1, 3, 4, 9, 40)))
def test_the_order_of_the_rows_does_not_matter(rows):
    assert check_schedule(rows) == check_schedule(days(0, 1, 3, 4, 9, 40))


@pytest.mark.parametrize(
    "row",
    [(math.nan, 10.0, 20.0, "palms"), (0, -1.0, 20.0, "palms"), (0, 10.0, "20", "palms"), (0, 1, 1, "plams")],
)
def test_rows_that_make_no_sense_are_refused(row):
    with pytest.raises(InputError):
        check_schedule([row])


# ---- the file

GOOD = """
[hot_water]
quantity = "minutes"
relation = "<="
value = 10.0
unit = "min"
kind = "judgement"
severity = "ceiling"
source = ["somebody"]
text = "Judged: because"
risk = "scalds"
"""


def test_another_library_can_be_used():
    other = Limits.parse(GOOD, "other.toml")
    assert broken(check_session({"minutes": 11.0}, limits=other)) == {"hot_water"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('quantity = "minutes"', 'quantity = "minuts"', "unknown quantity"),
        ('"<="', '"<"', "unknown relation"),
        ("value = 10.0", "value = nan", "finite"),
        ("value = 10.0", "", "'value' is missing"),
        ('unit = "min"', 'unit = "h"', "compared in min"),
        ('unit = "min"', 'unit = "mins?"', "unknown unit"),
        ('"judgement"', '"hunch"', "unknown kind"),
        ('"ceiling"', '"limit"', "a ceiling needs its risk"),
        ('["somebody"]', '"somebody"', "list of texts"),
        ('text = "Judged: because"', 'text = ""', "must be a text"),
        ("risk =", "rsik =", "did you mean 'risk'"),
        ("[hot_water]", "[hot_water", "not a TOML"),
        ('quantity = "minutes"', 'skin = "red"\nquantity = "minutes"', "needs its word"),
        (
            'quantity = "minutes"\nrelation = "<="\nvalue = 10.0\nunit = "min"',
            'quantity = "skin_rest_days"\nrelation = ">="\nvalue = 2.0\nunit = "d"',
            "needs its word",
        ),
        (
            'quantity = "minutes"\nrelation = "<="\nvalue = 10.0\nunit = "min"',
            'skin = "rde"\nquantity = "skin_rest_days"\nrelation = ">="\nvalue = 2.0\nunit = "d"',
            "did you mean 'red'",
        ),
        ('risk = "scalds"', 'risk = "scalds"\nsites = ["plams"]', "unknown site"),
    ],
)
def test_a_wrong_library_is_refused_with_its_place(old, new, says):
    with pytest.raises(InputError, match=says) as error:
        Limits.parse(GOOD.replace(old, new, 1), "other.toml")
    assert "other.toml" in str(error.value)


def test_the_page_on_safety_questions_states_the_values_of_the_library():
    page = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "safety-questions.md"
    text = " ".join(page.read_text("utf-8").split())
    stated = {
        "8 mA at first on hands": ("first_current_palms", 8),
        "at most 1 mA more": ("rise_per_session", 1),
        "more than four weeks": ("longest_pause_of_ramp", 28),
        "three quarters of the last current": ("restart_share", 75),
        "once a day": ("sessions_per_day", 1),
        "five times in any seven days": ("sessions_per_week", 5),
        "12 hours between": ("rest_between_sessions", 12),
        "`cracked` for 7 days": ("skin_cracked", 7),
        "`wound` (7 days)": ("skin_wound", 7),
        "`blister` (14)": ("skin_blister", 14),
        "`burn` (21)": ("skin_burn", 21),
        "no older than 35 days": ("log_age", 35),
        "half a year": ("answers_age", 180),
    }
    for words, (name, value) in stated.items():
        assert words in text
        assert LIBRARY[name].value == value
    for name in ("skin_dry", "skin_red", "skin_itchy"):
        assert LIBRARY[name].value == 2, "that day and the next"


def test_an_empty_library_is_not_the_shipped_one():
    assert check_session({"current_mA": 50.0}, limits=Limits({})) == ()
    assert check_schedule(days(0, 1), limits=Limits({})) == ()
