"""The dose for many people: water, polarity, seal, volume, pans; numerics; agreement with `deliver`."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.course import Session, Waveform
from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.person import Person, draw, median_person
from sudomotor.session import CourseDose, Dose, course_dose, deliver

PEOPLE = draw("palmar hyperhidrosis, severe", 60, seed=3)
ARRAYS = [name for name in CourseDose._fields if name not in ("notes", "acid_nmol")]


def dose(words: str, role: str = "anode", **options: object) -> CourseDose:
    return course_dose(Session(words), PEOPLE, role=role, acid=False, **options)  # type: ignore[arg-type]


def current(words: str, role: str = "anode", **options: object) -> float:
    return float(np.median(np.abs(dose(words, role, **options).segment_current_nA[0, 0])))


def test_water_beats_saline_and_salt_in_the_ducts() -> None:
    water = current("15 mA DC for 20 minutes")
    assert current("15 mA DC in saline for 20 minutes") < 0.85 * water
    assert current("15 mA DC with 5 g salt for 20 minutes") < 0.96 * water


def test_anode_beats_cathode_in_everybody() -> None:
    anode, cathode = dose("15 mA DC for 20 minutes"), dose("15 mA DC for 20 minutes", "cathode")
    assert np.all(anode.segment_current_nA > -1.03 * cathode.segment_current_nA)
    assert np.all(cathode.segment_current_nA < 0)


def test_more_milliamps_more_current_in_the_ducts() -> None:
    values = [current(f"{x} mA DC for 20 minutes") for x in (1, 5, 10, 15)]
    assert values == sorted(values)


def test_sealing_the_skin_raises_current_and_volts() -> None:
    sealed, bare = dose("10 mA DC with sealed skin for 20 minutes"), dose("10 mA DC for 20 minutes")
    assert np.all(sealed.segment_current_nA > bare.segment_current_nA)
    assert np.all(sealed.volts_end > bare.volts_end)


def test_alkalinity_and_volume_decide_the_acid_at_the_skin() -> None:
    def acid(words: str) -> float:
        return float(np.median(dose(words).alkalinity_end_mM[-1, 0]))

    soft = acid("15 mA DC for 20 minutes, water 100 uS/cm, alkalinity 0.2 mM, 1 litre")
    hard = acid("15 mA DC for 20 minutes, water 500 uS/cm, alkalinity 3 mM, 1 litre")
    large = acid("15 mA DC for 20 minutes, water 100 uS/cm, alkalinity 0.2 mM, 3 litres")
    soda = acid("15 mA DC for 20 minutes, water 100 uS/cm, alkalinity 0.2 mM, 1 litre, with 4 g baking soda")
    assert soft < 0 < hard
    assert soft < large
    assert soda > 40


def test_baking_soda_brings_the_volts_down_in_soft_water() -> None:
    soft = dose("15 mA DC for 20 minutes, water 100 uS/cm, alkalinity 0.2 mM")
    soda = dose("15 mA DC for 20 minutes, water 100 uS/cm, alkalinity 0.2 mM, with 4 g baking soda")
    assert np.all(soda.volts_end < soft.volts_end)


def test_deionised_water_meets_the_voltage_limit() -> None:
    d = dose("15 mA DC in deionised water for 20 minutes")
    assert np.all(d.volts_end <= 60 * (1 + 1e-9))
    assert np.all(d.reached_mA < 5)
    assert np.all(d.set_mA == 15)


def test_one_pan_lowers_the_current_through_the_skin() -> None:
    one, two = dose("15 mA DC for 20 minutes in one pan"), dose("15 mA DC for 20 minutes")
    assert np.all(one.moved_charge_mC_per_cm2 < 0.6 * two.moved_charge_mC_per_cm2)
    assert np.all(one.reached_mA == pytest.approx(15))


def test_alternating_current_moves_exactly_nothing() -> None:
    d = dose("15 mA AC 50 Hz for 20 minutes")
    assert np.all(d.segment_current_nA == 0)
    assert np.all(d.charge_mC_per_cm2 == 0)
    assert np.all(d.alkalinity_end_mM == d.alkalinity_start_mM)
    assert np.all(d.volts_end > 0)


def test_pulsed_current_counts_by_its_mean_and_an_offset_like_direct_current() -> None:
    pulsed, half = current("15 mA pulsed DC 10 kHz 50 % for 20 minutes"), current("7.5 mA DC for 20 minutes")
    assert pulsed == pytest.approx(half, rel=0.03)
    plain = current("8 mA DC for 20 minutes, at most 90 V")
    assert current("8 mA AC 50 Hz with 8 mA DC offset for 20 minutes, at most 90 V") == pytest.approx(
        plain, rel=0.03
    )


def test_reversal_swaps_the_signs() -> None:
    d = dose("15 mA DC reversed halfway for 20 minutes")
    assert d.segment_current_nA.shape == (2, 1, 60)
    assert np.all(d.segment_current_nA[0] > 0)
    assert np.all(d.segment_current_nA[1] < 0)
    assert np.all(d.segment_minutes == 10)
    assert np.allclose(d.charge_mC_per_cm2, 0, atol=1e-9)
    assert np.all(d.alkalinity_end_mM[1] > d.alkalinity_end_mM[0])


def test_blocked_ducts_leave_more_current_to_the_open_ones_and_need_more_volts() -> None:
    d = dose("10 mA DC for 20 minutes", blocked=np.array([[0.0], [0.5], [1.0]]))
    assert d.segment_current_nA.shape == (1, 3, 60)
    assert np.all(np.diff(d.segment_current_nA[0], axis=0) > 0)
    assert np.all(np.diff(d.volts_end, axis=0) > 0)


def test_charge_is_the_current_by_the_area() -> None:
    d = course_dose(
        Session(Waveform("dc", 15), 20, area_cm2=150.0, ramp_s=0.0),
        PEOPLE,
        acid=False,
        overrides={"current_mA": 12.0},
    )
    assert np.allclose(d.charge_mC_per_cm2, 12 * 1200 / 150)
    assert np.allclose(d.current_density_mA_per_cm2, 12 / 150)


def test_overrides_stand_for_what_the_session_says() -> None:
    said = Session("12 mA DC for 25 minutes over 150 cm2, water 500 uS/cm, alkalinity 1.5 mM, 2 litres")
    wanted = course_dose(said, PEOPLE, acid=False)
    given = course_dose(
        Session("15 mA DC for 20 minutes"),
        PEOPLE,
        acid=False,
        overrides={
            "current_mA": np.full(60, 12.0),
            "minutes": 25.0,
            "area_cm2": np.full(60, 150.0),
            "water_uS_per_cm": 500.0,
            "alkalinity_mM": 1.5,
            "litres": np.full(60, 2.0),
        },
    )
    for name in ARRAYS:
        np.testing.assert_allclose(
            getattr(given, name), getattr(wanted, name), rtol=1e-9, atol=1e-12, err_msg=name
        )


def test_sides_of_a_one_sided_session() -> None:
    session = Session("left palm, 12 mA DC for 20 minutes")
    palm = course_dose(session, PEOPLE, acid=False)
    pad = course_dose(session, PEOPLE, side="forearm pad", role="cathode", acid=False)
    assert np.allclose(palm.reached_mA, pad.reached_mA)
    assert np.allclose(palm.volts_end, pad.volts_end)
    assert np.all(pad.segment_current_nA < 0)
    hand = course_dose(
        Session("left palm, 12 mA DC for 20 minutes, return on right palm"), PEOPLE, acid=False
    )
    assert np.all(hand.segment_current_nA > 0)
    with pytest.raises(InputError, match="left pallm"):
        course_dose(session, PEOPLE, side="left pallm", acid=False)


def test_every_site() -> None:
    for words in ("15 mA DC for 20 minutes, soles", "8 mA DC for 20 minutes, axillae"):
        d = course_dose(Session(words), PEOPLE, acid=False)
        assert np.all(d.segment_current_nA > 0)
        assert np.all(d.share_through_ducts > 0)
    palms, axillae = dose("8 mA DC for 20 minutes"), dose("8 mA DC for 20 minutes, axillae")
    # six times fewer glands in far thinner horny layer
    assert np.all(axillae.share_through_ducts < 0.5 * palms.share_through_ducts)


def test_wrong_arguments_are_named() -> None:
    session = Session("15 mA DC for 20 minutes")
    with pytest.raises(InputError, match="litre"):
        course_dose(session, PEOPLE, overrides={"litre": 2.0}, acid=False)
    with pytest.raises(InputError, match="anod"):
        course_dose(session, PEOPLE, role="anod", acid=False)
    with pytest.raises(InputError, match="blocked"):
        course_dose(session, PEOPLE, blocked=1.5, acid=False)


@pytest.mark.parametrize("words", ["0 mA DC for 20 minutes", "sham for 20 minutes"])
def test_no_current_no_dose(words: str) -> None:
    session = Session(None, 20) if words.startswith("sham") else Session(words)
    d = course_dose(session, PEOPLE, blocked=np.array([[0.0], [0.9]]), acid=False)
    for name in (
        "segment_current_nA",
        "charge_mC_per_cm2",
        "volts_end",
        "reached_mA",
        "intensity",
        "duct_field_V_per_cm",
    ):
        assert np.all(getattr(d, name) == 0), name
    assert all(np.isfinite(getattr(d, name)).all() for name in ARRAYS)


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0, 100),
    st.floats(0.5, 360),
    st.floats(20, 2000),
    st.floats(0, 8),
    st.floats(0.05, 10),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["dc", "pulsed", "ac"]),
    st.floats(0, 1),
)
def test_finite_in_the_tails(
    mA: float,
    minutes: float,
    kappa: float,
    alk: float,
    litres: float,
    one_pan: bool,
    reverse: bool,
    kind: str,
    blocked: float,
) -> None:
    waveform = {
        "dc": Waveform("dc", mA),
        "pulsed": Waveform("pulsed", mA, frequency_Hz=4300, duty=0.3),
        "ac": Waveform("ac", mA / 3, frequency_Hz=9, offset_mA=mA / 4),
    }[kind]
    d = course_dose(
        Session(waveform, minutes, one_pan=one_pan, reversed_halfway=reverse),
        PEOPLE,
        blocked=blocked,
        acid=False,
        overrides={"water_uS_per_cm": kappa, "alkalinity_mM": alk, "litres": litres},
    )
    for name in ARRAYS:
        assert np.isfinite(getattr(d, name)).all(), name
    assert np.all(d.volts_end <= 60 * (1 + 1e-9))
    assert np.all((d.share_through_ducts >= 0) & (d.share_through_ducts <= 1))


def test_a_person_without_sweat_or_glands_is_finite() -> None:
    for values in ({"baseline_sweat_palm_mg_per_min": 0.0}, {"gland_density_palm_per_cm2": 0.0}):
        person = median_person(Person("palmar hyperhidrosis", values=values))
        d = course_dose(Session("15 mA DC for 20 minutes"), person, acid=False)
        assert all(np.isfinite(getattr(d, name)).all() for name in ARRAYS)


def test_a_person_does_not_depend_on_the_company() -> None:
    alone = course_dose(Session("20 mA DC for 20 minutes"), PEOPLE.take([7]), acid=False)
    among = dose("20 mA DC for 20 minutes")
    again = dose("20 mA DC for 20 minutes")
    for name in ARRAYS:
        np.testing.assert_allclose(
            getattr(among, name)[..., [7]], getattr(alone, name), rtol=1e-9, atol=1e-12
        )
        assert np.array_equal(getattr(among, name), getattr(again, name))


@pytest.mark.parametrize(
    "words",
    [
        "15 mA DC for 20 minutes",
        "15 mA DC for 8 minutes",
        "20 mA DC for 40 minutes",
        "15 mA DC reversed halfway for 20 minutes",
        "15 mA DC for 20 minutes in one pan",
        "15 mA DC for 20 minutes, at most 30 V",
        "15 mA pulsed DC 10 kHz 50 % for 20 minutes",
        "15 mA DC with sealed skin for 20 minutes",
        "15 mA DC in saline for 20 minutes",
    ],
)
@pytest.mark.parametrize("role", ["anode", "cathode"])
def test_one_model_at_two_resolutions(words: str, role: str) -> None:
    """`deliver` in detail and `course_dose` at few steps agree within 2 %."""
    person = median_person("palmar hyperhidrosis, severe")
    side = "left palm" if role == "anode" else "right palm"
    few = course_dose(Session(words), person, side=side, role=role, acid=False)
    fine = _delivered(words)
    series = fine.series
    nA = series[f"{role}_duct_nA"]
    halves = 2 if "reversed" in words else 1
    edges = np.linspace(0, 60 * fine.session.minutes, halves + 1)
    lengths = np.diff(np.concatenate(([0.0], _ends(series["time_s"]))))
    for i in range(halves):
        inside = (series["time_s"] > edges[i]) & (series["time_s"] < edges[i + 1])
        mean = np.average(nA[inside], weights=lengths[inside])
        assert few.segment_current_nA[i, 0, 0] == pytest.approx(mean, rel=0.02)
    share = fine.share_through_ducts if role == "anode" else fine.share_through_ducts_cathode
    assert few.share_through_ducts[0, 0] == pytest.approx(share, rel=0.02)
    assert few.volts_end[0, 0] == pytest.approx(fine.volts_end, rel=0.02)
    assert few.reached_mA[0, 0] == pytest.approx(fine.current_mA_reached, rel=0.02)
    if halves == 1:
        assert few.charge_mC_per_cm2[0, 0] == pytest.approx(
            (1 if role == "anode" else -1) * fine.charge_mC_per_cm2, rel=0.02
        )
        alkalinity = series[f"{role}_skin_alkalinity_mM"][-1]
        assert few.alkalinity_end_mM[0, 0, 0] == pytest.approx(alkalinity, rel=0.02, abs=0.02)


@cache
def _delivered(words: str) -> Dose:
    return deliver(Session(words), "palmar hyperhidrosis, severe")


def _ends(middles: np.ndarray) -> np.ndarray:
    """Ends of the steps whose middles are given, from 0 on."""
    ends, start = [], 0.0
    for middle in middles:
        start = 2 * middle - start
        ends.append(start)
    return np.array(ends)


def test_parameters_in_force_decide() -> None:
    changed = load().with_values({"sc_resistance_palm_kohm_cm2": 100.0})
    assert current("15 mA DC for 20 minutes", parameters=changed) < current("15 mA DC for 20 minutes")


@pytest.mark.parametrize(
    "words",
    [
        "15 mA DC for 20 minutes",
        "15 mA DC for 20 minutes, water 150 uS/cm, alkalinity 0.5 mM, 0.5 litres",
        "20 mA DC for 30 minutes, water 300 uS/cm, alkalinity 1 mM, 1 litre",
        "15 mA DC in saline for 20 minutes",
    ],
)
@pytest.mark.parametrize("role", ["anode", "cathode"])
def test_emulated_acid_agrees_with_the_solved_duct(words: str, role: str) -> None:
    fine = _delivered(words)
    solved = fine.proton_nmol_per_duct_anode if role == "anode" else fine.proton_nmol_per_duct_cathode
    side = "left palm" if role == "anode" else "right palm"
    few = course_dose(Session(words), median_person("palmar hyperhidrosis, severe"), side=side, role=role)
    assert few.acid_nmol is not None
    # the emulator's own error, and the gap's alkalinity taken as a line in time
    assert few.acid_nmol[0, 0] == pytest.approx(solved, rel=0.25, abs=0.02)


def test_acid_is_exactly_zero_without_a_net_current() -> None:
    d = course_dose(Session("15 mA AC 50 Hz for 20 minutes"), PEOPLE)
    assert d.acid_nmol is not None
    assert np.all(d.acid_nmol == 0)


def test_water_beyond_the_emulator_is_said() -> None:
    words = "15 mA DC for 20 minutes with 10 g baking soda, 0.5 litres"
    d = course_dose(Session(words), PEOPLE)
    assert d.acid_nmol is not None
    assert np.isfinite(d.acid_nmol).all()
    assert any("taken at that edge" in note for note in d.notes)
