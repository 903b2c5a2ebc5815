"""Heat drives sweat: none at rest in a neutral room, more the hotter, and the published rates at given temperatures."""

from __future__ import annotations

import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.simulation.thermal import (
    expulsion_rate_per_min,
    mean_body_degC,
    sweat_from_temperatures,
    thermal_drive,
)

P = load()
SITES = ("palms", "soles", "axillae")
CORE, SKIN = P.value("thermal_core_set_degC"), P.value("thermal_skin_set_degC")


def drive(air=25.0, humidity=50.0, met=1.0, minutes=60.0, **more):
    return thermal_drive(air, humidity, met, minutes, parameters=P, **more)


def test_at_rest_in_a_neutral_room_nothing_is_sweated():
    rest = drive(minutes=120)
    for site in SITES:
        assert rest.sweat_mg_per_min[site].max() == 0.0
    assert rest.expulsion_rate_per_min.max() == pytest.approx(0.0, abs=0.05)
    assert rest.time_minutes[[0, -1]].tolist() == [0.0, 120.0]
    assert 36.5 < rest.core_degC.min() <= rest.core_degC.max() < 37.4
    assert 33.0 < rest.mean_skin_degC.min() <= rest.mean_skin_degC.max() < 35.0


def test_cold_gives_no_sweat_and_cold_hands():
    cold = drive(air=10.0)
    assert all(cold.sweat_mg_per_min[site].max() == 0.0 for site in SITES)
    assert cold.expulsion_rate_per_min[-1] == 0.0
    assert cold.hand_skin_degC[-1] < cold.axilla_skin_degC[-1] < cold.core_degC[-1]


def test_heat_and_work_raise_sweat_temperatures_and_expulsions():
    climates = [drive(air=air) for air in (25.0, 29.0, 33.0, 37.0, 41.0)]
    workloads = [drive(met=met, minutes=30) for met in (1.0, 2.0, 3.0, 4.0)]
    for runs in (climates, workloads):
        for site in SITES:
            assert np.all(np.diff([run.sweat_mg_per_min[site][-1] for run in runs]) > 0)
        assert np.all(np.diff([run.mean_body_degC[-1] for run in runs]) > 0)
        assert np.all(np.diff([run.expulsion_rate_per_min[-1] for run in runs]) > 0)
    assert 5.0 < workloads[-1].expulsion_rate_per_min[-1] < 20.0


def test_moist_heat_is_harder_than_dry_heat():
    dry, moist = drive(air=40.0, humidity=20.0), drive(air=40.0, humidity=70.0)
    assert moist.core_degC[-1] > dry.core_degC[-1]
    assert moist.sweat_mg_per_min["palms"][-1] > dry.sweat_mg_per_min["palms"][-1]


@pytest.mark.parametrize(("core_rise", "skin_rise"), [(1.0, 1.0), (0.9, 1.9), (0.8, 2.8), (0.7, 3.7)])
def test_one_degree_of_mean_body_temperature_gives_the_published_palm(core_rise, skin_rise):
    """Machado-Moreira 2012: volar hand 0.20 +- 0.04 mg/cm2/min at +1.0 degree, however core and skin share it."""
    body = mean_body_degC(CORE + core_rise, SKIN + skin_rise, P) - mean_body_degC(CORE, SKIN, P)
    assert body == pytest.approx(1.0)
    sweat = sweat_from_temperatures(CORE + core_rise, SKIN + skin_rise, P)
    assert sweat["palms"] / P.value("area_palm_cm2") == pytest.approx(0.20, abs=0.04)
    # below every hairy site, and far below the 1.40 of a forehead
    assert sweat["palms"] / P.value("area_palm_cm2") < sweat["axillae"] / P.value("area_axilla_cm2") < 1.4


def test_palm_and_back_of_the_hand_make_up_the_hand_of_jos3():
    gain = P.value("thermal_gain_glabrous")
    palm_area, back_area = P.value("area_palm_cm2"), P.value("area_dorsal_hand_cm2")
    palm = sweat_from_temperatures(CORE + 1.0, SKIN, P)["palms"]
    back = palm / palm_area / gain * back_area
    whole = P.value("thermal_hand_mg_per_cm2_per_min") * (palm_area + back_area)
    assert palm + back == pytest.approx(whole)


def test_the_law_is_the_one_of_jos3():
    """Where all sweat evaporates, JOS-3's own evaporation of a hand, a foot and an upper arm must come out."""
    from pythermalcomfort.models import JOS3

    body = JOS3()
    body.tdb = body.tr = 36.0
    body.rh, body.par, body.clo = 20.0, 1.3, 0.0
    body.simulate(times=40, dtime=60)
    # the sweat of a step follows from the temperatures before it
    core, skin = np.array(body.t_core), np.array(body.t_skin)
    body.simulate(times=1, dtime=60)
    out = body.results()
    ours = drive(air=36.0, humidity=20.0, met=1.3 * body.bmr / 58.15, minutes=40, clothing_clo=0.0)
    assert ours.core_degC[-1] == pytest.approx(core[0], abs=1e-3)
    assert ours.hand_skin_degC[-1] == pytest.approx(skin[7], abs=1e-3)
    gain = P.value("thermal_gain_glabrous")
    for site, segment, area, back in [
        ("palms", "left_hand", "area_palm_cm2", "area_dorsal_hand_cm2"),
        ("soles", "left_foot", "area_sole_cm2", "area_dorsal_foot_cm2"),
        ("axillae", "left_shoulder", "area_axilla_cm2", None),
    ]:
        watts = float(getattr(out.e_sweat, segment)[-1])
        segment_cm2 = 1e4 * float(body.bsa[list(body.body_names).index(segment)])
        theirs = watts / 2430.0 * 60.0 * 1e3 / segment_cm2
        density = ours.sweat_mg_per_min[site][-1] / P.value(area)
        if back:
            glabrous, hairy = P.value(area), P.value(back)
            density = density * (glabrous + hairy / gain) / (glabrous + hairy)
        assert watts > 0.5
        assert density == pytest.approx(theirs, rel=0.02)


def test_the_set_points_are_those_of_the_neutral_state():
    start = drive(minutes=1)
    assert start.core_degC[0] == pytest.approx(CORE, abs=0.01)
    assert start.mean_skin_degC[0] == pytest.approx(SKIN, abs=0.01)
    assert expulsion_rate_per_min(start.mean_body_degC[0], P) == pytest.approx(0.0, abs=0.05)


@settings(max_examples=80, deadline=None)
@given(st.floats(35, 40), st.floats(25, 39), st.floats(0, 1), st.floats(0, 2))
def test_warmth_never_lessens_thermal_sweat(core, skin, more_core, more_skin):
    before = sweat_from_temperatures(core, skin, P)
    after = sweat_from_temperatures(core + more_core, skin + more_skin, P)
    for site in SITES:
        assert 0.0 <= before[site] <= after[site]
        assert np.isfinite(after[site])


def test_below_both_set_points_there_is_no_sweat_and_series_keep_their_shape():
    out = sweat_from_temperatures(np.full((4, 2), CORE - 0.3), SKIN - 1.0, P)
    for site in SITES:
        assert out[site].shape == (4, 2)
        assert np.all(out[site] == 0.0)


def test_a_less_responsive_palm_sweats_less_and_leaves_the_axilla_alone():
    dull = P.with_values({"thermal_gain_glabrous": 0.2})
    a, b = sweat_from_temperatures(CORE + 1, SKIN + 1, dull), sweat_from_temperatures(CORE + 1, SKIN + 1, P)
    assert a["palms"] < b["palms"]
    assert a["soles"] < b["soles"]
    assert a["axillae"] == b["axillae"]


def test_the_step_hardly_matters_and_series_are_taken_step_by_step():
    coarse, fine = drive(air=38.0, dt_minutes=1.0), drive(air=38.0, dt_minutes=0.5)
    assert coarse.sweat_mg_per_min["palms"][-1] == pytest.approx(fine.sweat_mg_per_min["palms"][-1], rel=0.01)
    air = np.r_[np.full(30, 25.0), np.full(30, 40.0)]
    changing = drive(air=air)
    assert changing.sweat_mg_per_min["palms"][:31].max() == 0.0
    assert changing.sweat_mg_per_min["palms"][-1] > 1.0
    assert np.array_equal(drive(air=np.full(60, 38.0)).core_degC, coarse.core_degC)


def test_twenty_minutes_take_well_under_a_second_and_warn_of_nothing():
    drive(minutes=1)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        start = time.perf_counter()
        drive(air=45.0, humidity=40.0, minutes=20)
        assert time.perf_counter() - start < 1.0
    assert not heard


def test_importing_the_module_does_not_load_the_comfort_library():
    code = "import sys, sudomotor.simulation.thermal; print('pythermalcomfort' in sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "False"


def test_without_the_comfort_library_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pythermalcomfort.models", None)
    with pytest.raises(InputError, match="pip install"):
        drive(minutes=1)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"air": -100.0}, "-100 degC"),
        ({"air": float("nan")}, "nan degC"),
        ({"air": [25.0, 26.0]}, "60 steps"),
        ({"humidity": 150.0}, "150 %"),
        ({"humidity": -1.0}, "-1 %"),
        ({"met": 0.0}, "0 met"),
        ({"met": float("inf")}, "inf met"),
        ({"clothing_clo": -0.5}, "clo"),
        ({"minutes": 0.0}, "cannot be simulated"),
        ({"minutes": 1.5}, "whole number"),
        ({"dt_minutes": -1.0}, "cannot be simulated"),
        ({"air": 45.0, "humidity": 90.0}, "condense"),
    ],
)
def test_impossible_conditions_are_refused_in_words(changes, words):
    with pytest.raises(InputError, match=words) as caught:
        drive(**changes)
    assert caught.value.where
    assert caught.value.mend


def test_impossible_body_temperatures_are_refused():
    with pytest.raises(InputError, match="not a finite number"):
        sweat_from_temperatures(np.inf, 34.0, P)
