"""One session in detail: the keys, the series, Faraday, the ducts, the notes."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pytest

from sudomotor.course import Session, Water, Waveform
from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.person import Person, draw
from sudomotor.session import SYMPTOMS, Dose, deliver, feeling, poles
from sudomotor.session.deliver import SCALARS
from sudomotor.session.sensation import alternating_weight, intensity, normal_cdf

SOFT = ", water 100 uS/cm, alkalinity 0.2 mM, 0.5 litres"


@cache
def delivered(words: str) -> Dose:
    return deliver(Session(words), "palmar hyperhidrosis, severe")


def test_keys_of_the_interface_and_json() -> None:
    dose = delivered("15 mA DC for 20 minutes")
    out = json.loads(json.dumps(dose.to_dict(), allow_nan=False))
    for name in SCALARS:
        assert isinstance(out[name], float), name
    assert set(out["limits"][0]) >= {"name", "value", "limit", "unit", "source", "broken"}
    assert isinstance(out["limits"][0]["source"], str)
    lengths = {len(values) for values in out["series"].values()}
    assert len(lengths) == 1
    assert 60 <= lengths.pop() <= 200


def test_dataset_carries_units_and_depth() -> None:
    data = delivered("15 mA DC for 20 minutes").to_xarray()
    assert data["volts"].attrs["units"] == "V"
    assert data["anode_duct_pH"].dims == ("anode_duct_time_s", "anode_depth_mm")
    assert data.attrs["current_mA_reached"] == 15.0
    assert bool(np.isfinite(data["anode_duct_pH"]).all())


def test_charge_and_current_are_what_was_set() -> None:
    session = Session(Waveform("dc", 15), 20, area_cm2=163.5, ramp_s=0.0)
    dose = deliver(session, "palmar hyperhidrosis, severe")
    assert dose.charge_mC_per_cm2 == pytest.approx(15 * 1200 / 163.5, rel=1e-9)
    assert dose.current_mA_reached == pytest.approx(15.0, rel=1e-12)
    assert dose.values["density_mA_per_cm2"] == pytest.approx(15 / 163.5, rel=1e-9)


def test_faraday_in_the_stirred_water() -> None:
    """15 mA for 20 minutes make 187 umol: pH 3.7 in one litre without buffer, base to match."""
    words = "15 mA DC for 20 minutes, water 100 uS/cm, alkalinity 0 mM, 1 litre"
    dose = deliver(Session(words), "palmar hyperhidrosis, severe")
    full = deliver(
        Session(
            Waveform("dc", 15),
            20,
            ramp_s=0.0,
            water=Water(conductivity_uS_per_cm=100, alkalinity_mM=0.0, litres=1.0),
        ),
        "palmar hyperhidrosis, severe",
    )
    assert full.anode_pH == pytest.approx(3.73, abs=0.01)
    assert full.anode_pH < dose.anode_pH < full.anode_pH + 0.02
    assert full.cathode_pH > 9.5


def test_volts_rise_with_the_ramp_and_fall_on_the_plateau() -> None:
    series = delivered("15 mA DC for 20 minutes").series
    volts, mA = series["volts"], series["current_mA"]
    rising = np.argmax(mA >= 15.0)
    assert np.all(np.diff(volts[: rising + 1]) > 0)
    plateau = volts[mA >= 15.0 - 1e-9]
    assert np.all(np.diff(plateau) <= 1e-9)
    assert np.all(np.diff(series["time_s"]) > 0)


def test_acid_in_the_duct_needs_acid_at_the_skin() -> None:
    hard, soft = (
        delivered("15 mA DC for 20 minutes, alkalinity 3 mM"),
        delivered("15 mA DC for 20 minutes" + SOFT),
    )
    soda = delivered("15 mA DC for 20 minutes, with 4 g baking soda" + SOFT)
    assert soft.duct["anode"].pH[-1].max() < 4.5
    assert hard.duct["anode"].pH[-1].min() > 5
    assert soft.proton_nmol_per_duct_anode > 2 * hard.proton_nmol_per_duct_anode
    assert soda.duct["anode"].pH[-1].min() > 5
    assert soft.proton_nmol_per_duct_cathode < soft.proton_nmol_per_duct_anode


def test_saline_delivers_less_acid_than_water_alike_in_alkalinity() -> None:
    saline = deliver(Session("15 mA DC in saline for 20 minutes, 0.5 litres"), "palmar hyperhidrosis, severe")
    water = delivered("15 mA DC for 20 minutes" + SOFT)
    assert 0 < saline.proton_nmol_per_duct_anode < 0.3 * water.proton_nmol_per_duct_anode


def test_profile_ends_in_the_acid_that_entered() -> None:
    dose = delivered("15 mA DC for 20 minutes" + SOFT)
    duct = dose.duct["anode"]
    assert duct.pH.shape == (len(duct.time_s), len(duct.depth_mm))
    # the profile holds all that entered, the dose what entered with the current
    assert dose.proton_nmol_per_duct_anode == pytest.approx(duct.acid_past_depth_nmol[0], abs=0.03)
    assert duct.time_s[-1] == pytest.approx(1200)


def test_one_pan_keeps_the_water_neutral_and_spares_the_skin() -> None:
    one, two = (
        delivered("15 mA DC for 20 minutes in one pan" + SOFT),
        delivered("15 mA DC for 20 minutes" + SOFT),
    )
    assert one.anode_pH == pytest.approx(one.cathode_pH)
    assert two.anode_pH < 4.5 < 7.0 < one.anode_pH
    assert one.skin_current_mA < 14.0
    assert one.current_mA_reached == pytest.approx(15.0)


def test_a_set_current_that_is_not_reached_is_said() -> None:
    dose = delivered("15 mA DC in deionised water for 20 minutes")
    assert dose.current_mA_reached < 5
    assert dose.peak_volts <= 60 * (1 + 1e-9)
    assert any("cannot drive the set current" in note for note in dose.notes)


def test_alternating_current_gives_no_net_dose() -> None:
    dose = delivered("10.5 mA AC 9 Hz for 20 minutes")
    assert dose.charge_mC_per_cm2 == 0.0
    assert dose.current_nA_per_duct == 0.0
    assert dose.anode_pH == pytest.approx(dose.cathode_pH)
    assert dose.proton_nmol_per_duct_anode == dose.proton_nmol_per_duct_cathode == 0.0
    assert 10 < dose.volts_end < 30


def test_sham_is_nothing_and_says_so() -> None:
    dose = deliver(Session(None, 20), "palmar hyperhidrosis")
    for name in (
        "volts_end",
        "current_mA_reached",
        "charge_mC_per_cm2",
        "current_nA_per_duct",
        "intensity",
        "discomfort",
    ):
        assert getattr(dose, name) == 0.0, name
    assert "sham: no current flows" in dose.notes
    assert set(dose.symptoms.values()) == {0.0}


def test_reversal_swaps_what_the_baths_become() -> None:
    plain, reversed_ = (
        delivered("15 mA DC for 20 minutes" + SOFT),
        delivered("15 mA DC reversed halfway for 20 minutes" + SOFT),
    )
    assert reversed_.anode_pH > plain.anode_pH + 2
    assert reversed_.charge_mC_per_cm2 == pytest.approx(plain.charge_mC_per_cm2 / 2, rel=0.02)
    assert abs(reversed_.current_nA_per_duct) < 0.1 * plain.current_nA_per_duct
    assert reversed_.values["reversals"] == 1


def test_who_is_the_anode() -> None:
    assert poles(Session("15 mA DC for 20 minutes")) == ("left palm", "right palm")
    assert poles(Session("15 mA DC, anode right, for 20 minutes")) == ("right palm", "left palm")
    assert poles(Session("left palm, 15 mA DC, anode right, for 20 minutes")) == ("forearm pad", "left palm")
    assert poles(Session("15 mA DC for 20 minutes, palms and soles"), "left sole") == (
        "left sole",
        "right sole",
    )
    dose = deliver(
        Session("15 mA DC for 20 minutes, palms and soles"), "palmar hyperhidrosis", side="left sole"
    )
    assert dose.electrodes == ("left sole", "right sole")


def test_blocked_glands_need_more_volts() -> None:
    dry = deliver(Session("15 mA DC for 20 minutes"), "palmar hyperhidrosis, severe", blocked=0.9)
    assert dry.volts_end > delivered("15 mA DC for 20 minutes").volts_end
    with pytest.raises(InputError, match="blocked"):
        deliver(Session("15 mA DC for 20 minutes"), "palmar hyperhidrosis", blocked=-0.1)


def test_a_drawn_person_and_parameters_of_ones_own() -> None:
    people = draw("palmar hyperhidrosis", 3, seed=1)
    one = deliver(Session("15 mA DC for 20 minutes"), people.take([1]))
    two = deliver(Session("15 mA DC for 20 minutes"), people.take([2]))
    assert one.volts_end != two.volts_end
    with pytest.raises(InputError, match="one person"):
        deliver(Session("15 mA DC for 20 minutes"), people)
    wet = deliver(
        Session("15 mA DC for 20 minutes"), Person("healthy", values={"baseline_sweat_palm_mg_per_min": 80.0})
    )
    dry = deliver(Session("15 mA DC for 20 minutes"), "healthy")
    assert wet.volts_end < dry.volts_end
    thin = load().with_values({"sc_resistance_palm_kohm_cm2": 100.0})
    assert deliver(Session("15 mA DC for 20 minutes"), "healthy", parameters=thin).volts_end < dry.volts_end


def test_notes_name_every_assumption() -> None:
    text = "\n".join(delivered("15 mA DC for 20 minutes").notes)
    for what in ("water in each pan", "conductivity", "alkalinity", "voltage", "alternates"):
        assert what in text
    said = delivered(
        "15 mA DC, anode left, for 20 minutes, water 500 uS/cm, alkalinity 2 mM, 2 litres, at most 60 V"
    )
    assert said.notes == ()


def test_limits_see_the_session() -> None:
    broken = {v.name for v in delivered("25 mA DC for 20 minutes").limits if v.broken}
    assert "adult_current" in broken


def test_frequencies_of_the_reference_session_are_the_published_ones() -> None:
    p = load()
    people = draw("palmar hyperhidrosis", 4000, seed=2)
    felt = feeling(1.0, people["discomfort_threshold_factor"], parameters=p)
    for name in SYMPTOMS:
        published = p.value(f"{name}_reference_pct")
        assert 100 * felt.probability[name].mean() == pytest.approx(published, abs=2.0), name


def test_reference_session_has_unit_intensity() -> None:
    dose = deliver(Session("12 mA DC for 20 minutes"), "palmar hyperhidrosis")
    assert dose.intensity == pytest.approx(1.0, abs=0.1)


def test_feeling_rises_with_current_frequency_and_suddenness() -> None:
    p = load()
    values = [float(feeling(x, 1.0, parameters=p).probability["pain"]) for x in (0.2, 0.5, 1.0, 2.0)]
    assert values == sorted(values)
    assert alternating_weight(10_000, p) < 0.1 * alternating_weight(50, p)
    soft = intensity(0.1, 0, 0.0, 0.5, parameters=p)
    hard = intensity(0.1, 0, 0.0, 1e4, parameters=p)
    assert float(hard) > float(soft)
    # pulses above 1 kHz never feel less than direct current of the same mean
    assert float(intensity(0.1, 0.1, 4300.0, 0.5, parameters=p)) > float(soft)
    assert float(intensity(0, 0, 0.0, 0.0, parameters=p)) == 0.0


def test_normal_distribution_function() -> None:
    from statistics import NormalDist

    for z in np.linspace(-5, 5, 41):
        assert float(normal_cdf(z)) == pytest.approx(NormalDist().cdf(float(z)), abs=1e-7)
