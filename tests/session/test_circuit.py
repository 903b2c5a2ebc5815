"""Skin and circuit: the layer's law, Kirchhoff, limits of the device, and what follows from the equations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.course import Session, Waveform
from sudomotor.parameters import load
from sudomotor.person import median_person
from sudomotor.session.circuit import drive
from sudomotor.session.march import Moment, coarse_steps, fine_steps, march, set_up, small_signal
from sudomotor.session.skin import Branches, at_rest, layer_current_A, relax, skin, solve_side
from sudomotor.session.water import VT_V

PEOPLE = median_person("palmar hyperhidrosis, severe")


def side(
    forward: float = 1.0, reverse: float = 1.0, n: float = 100.0, a: float = 0.5, ducts_S: float = 0.0
) -> Branches:
    values = (1e-3, forward, reverse, a, n * VT_V, n, ducts_S, 1e-8, 1.0)
    return Branches(*(np.asarray(x) for x in values))


def walk(words: str, **values: float) -> list[Moment]:
    session = Session(words)
    p = load().with_values(values)
    setup = set_up(
        session,
        PEOPLE,
        anode="left palm",
        cathode="right palm",
        blocked=(0.0, 0.0),
        parameters=p,
        overrides={},
    )
    return list(march(setup, coarse_steps(setup)))


def num(value: object) -> float:
    """The one number of an array."""
    return float(np.asarray(value, float).flat[0])


def last(words: str, **values: float) -> Moment:
    return [m for m in walk(words, **values) if not m.step.ramp][-1]


def test_small_signal_resistance_between_reference_solutions_is_R0() -> None:
    current, slope = layer_current_A(side(), np.asarray(1e-6))
    assert float(current) == pytest.approx(1e-9, rel=1e-4)
    assert float(slope) == pytest.approx(1e-3, rel=1e-4)


@pytest.mark.parametrize(("x", "fall"), [(4.5, 10.0), (3.578, 5.0), (5.370, 20.0), (6.473, 50.0)])
def test_fall_of_resistance_with_volts_of_the_notes(x: float, fall: float) -> None:
    n = 8.6
    volts = np.asarray(2 * x * n * VT_V)
    current, _ = layer_current_A(side(n=n), volts)
    assert float(current / (volts * 1e-3)) == pytest.approx(fall, rel=2e-3)


@given(st.floats(0.2, 2), st.floats(0.2, 2), st.floats(4, 200), st.floats(0.4, 0.6))
def test_law_is_the_sum_of_the_barrier_fluxes(forward: float, reverse: float, n: float, a: float) -> None:
    """Step the n barriers one by one: the flux that carries c_out to c_in is the flux of the closed form."""
    whole = round(n)
    b = side(forward, reverse, n=whole, a=a)
    volts = 0.3
    v = (volts / VT_V + np.log(reverse / forward)) / whole
    # cation only, c_out = forward, c_in = reverse: J = k (c_k e^((1-a)v) - c_(k+1) e^(-a v)) at every barrier
    k = 1e-3 * whole * VT_V
    current, _ = layer_current_A(b, np.asarray(volts))
    level = forward
    for _ in range(whole):
        level = (level * np.exp((1 - a) * v) - float(current) / k) / np.exp(-a * v)
    assert level == pytest.approx(reverse, rel=1e-4, abs=1e-4 * forward * np.exp(whole * v))


@given(st.floats(0.05, 3), st.floats(0.05, 3), st.floats(4, 200), st.floats(1e-6, 40))
def test_slope_is_the_derivative(forward: float, reverse: float, n: float, volts: float) -> None:
    volts = min(volts, 30 * n * VT_V)
    b, h = side(forward, reverse, n=n), 1e-5 * volts
    up, _ = layer_current_A(b, np.asarray(volts + h))
    down, _ = layer_current_A(b, np.asarray(volts - h))
    _, slope = layer_current_A(b, np.asarray(volts))
    assert float(slope) == pytest.approx(float(up - down) / (2 * h), rel=1e-3)


@given(st.floats(0.05, 3), st.floats(0.05, 3))
def test_slope_at_rest_is_the_logarithmic_mean(forward: float, reverse: float) -> None:
    current, slope = layer_current_A(side(forward, reverse, n=1e4), np.zeros(()))
    assert float(current) == 0.0
    expected = 1e-3 * float(small_signal(np.asarray(forward), np.asarray(reverse)))
    assert float(slope) == pytest.approx(expected, rel=1e-3)


@given(st.floats(0, 0.2), st.floats(0, 1e-2), st.floats(0.05, 2), st.floats(0.05, 2), st.floats(4, 200))
def test_currents_of_a_side_add_up(
    current: float, ducts: float, forward: float, reverse: float, n: float
) -> None:
    found = solve_side(side(forward, reverse, n=n, ducts_S=ducts), current)
    assert float(found.ducts_A + found.layer_A) == pytest.approx(current, rel=1e-9, abs=1e-14)
    assert np.isfinite(float(found.volts))
    assert float(found.volts) >= 0


@pytest.mark.parametrize(
    "words",
    [
        "15 mA DC for 20 minutes",
        "15 mA DC for 20 minutes in one pan",
        "40 mA DC for 20 minutes",
        "15 mA DC in deionised water for 20 minutes",
        "30 mA pulsed DC 10 kHz 50 % for 20 minutes",
        "15 mA AC 50 Hz with 15 mA DC offset for 20 minutes",
        "40 mA DC for 20 minutes in one pan, at most 20 V",
    ],
)
def test_kirchhoff_and_the_voltage_limit(words: str) -> None:
    for m in walk(words):
        body = num(m.loop.body_mA) * 1e-3
        for at in (m.loop.anode, m.loop.cathode):
            assert num(at.ducts_A + at.layer_A) == pytest.approx(body, rel=1e-9)
        assert num(m.loop.peak_volts) <= 60.0 * (1 + 1e-9)
        assert num(m.loop.reached) <= 1 + 1e-12


def test_device_gives_what_is_left_at_its_voltage_limit() -> None:
    limited = last("20 mA DC for 20 minutes, at most 30 V")
    assert num(limited.loop.volts) == pytest.approx(30.0, rel=1e-9)
    assert 0.3 < num(limited.loop.reached) < 0.9


@pytest.mark.parametrize("volts", [0.5, 3.0, 12.0, 59.0])
def test_any_voltage_limit_is_met_exactly(volts: float) -> None:
    m = last(f"60 mA DC for 20 minutes, at most {volts} V")
    assert num(m.loop.peak_volts) == pytest.approx(volts, rel=1e-9)


def test_one_pan_takes_the_current_past_the_skin_and_its_volts_agree() -> None:
    two, one = last("15 mA DC for 20 minutes"), last("15 mA DC for 20 minutes in one pan")
    assert num(one.loop.body_mA) < 0.5 * num(two.loop.body_mA)
    assert num(one.loop.device_mA) == pytest.approx(15.0, rel=1e-9)
    assert num(one.loop.volts) < num(two.loop.volts)


def test_one_pan_of_better_water_lets_more_pass_by() -> None:
    soft = last("15 mA DC for 20 minutes in one pan, water 200 uS/cm, alkalinity 0.5 mM")
    salt = last("15 mA DC for 20 minutes in one pan with 5 g salt")
    assert num(salt.loop.body_mA) < 0.3 * num(soft.loop.body_mA)


def test_anode_ducts_carry_more_than_cathode_ducts_and_salt_evens_it_out() -> None:
    water, saline = last("15 mA DC for 20 minutes"), last("15 mA DC in saline for 20 minutes")
    assert water.open_duct_nA[0] > -1.08 * water.open_duct_nA[1]
    assert saline.open_duct_nA[0] == pytest.approx(-saline.open_duct_nA[1], rel=0.02)
    assert saline.open_duct_nA[0] < 0.9 * water.open_duct_nA[0]


def test_seal_raises_the_duct_current_and_lowers_the_conductance() -> None:
    sealed, bare = last("10 mA DC with sealed skin for 20 minutes"), last("10 mA DC for 20 minutes")
    assert sealed.open_duct_nA[0] > 1.2 * bare.open_duct_nA[0]
    assert sealed.loop.anode.volts > 1.2 * bare.loop.anode.volts
    assert sealed.share[0] > 0.95


def test_sealing_a_healthy_palm_takes_about_sixty_per_cent_of_its_conductance() -> None:
    """Sato 1993: between equal salt solutions, at a small current."""
    p, people = load(), median_person("healthy")

    def conductance(sealed: bool) -> float:
        from sudomotor.session.march import lookup
        from sudomotor.session.skin import branches

        s = skin(
            "palms",
            lambda name: lookup(people, p, name),
            age_years=30.0,
            area_cm2=1.0,
            blocked=0.0,
            sealed=sealed,
        )
        b = branches(s, at_rest(), np.asarray(150.0), np.asarray(1.6), anode=True)
        return num(1e-6 / solve_side(b, 1e-6).volts)

    fall = 1 - conductance(True) / conductance(False)
    assert 0.4 < fall < 0.75
    # Adams & Vaughan: a resting palm of 1 cm2
    assert 1e-3 / conductance(False) == pytest.approx(170, rel=0.3)


def test_volts_fall_during_a_session_as_skin_and_ducts_open() -> None:
    plateau = [m for m in walk("15 mA DC for 20 minutes") if not m.step.ramp]
    volts = [num(m.loop.volts) for m in plateau]
    assert volts == sorted(volts, reverse=True)
    assert 0.7 < volts[-1] / volts[0] < 0.95


def test_relaxing_in_steps_or_at_once_is_the_same() -> None:
    setup = set_up(
        Session("15 mA DC for 20 minutes"),
        PEOPLE,
        anode="left palm",
        cathode="right palm",
        blocked=(0.0, 0.0),
        parameters=load(),
        overrides={},
    )
    current, once, many = np.asarray(15.0), at_rest(), at_rest()
    once = relax(setup.first, once, current, np.asarray(20.0))
    for _ in range(40):
        many = relax(setup.first, many, current, np.asarray(0.5))
    np.testing.assert_allclose(np.stack(many), np.stack(once), rtol=1e-12)
    rested = relax(setup.first, once, np.asarray(0.0), np.asarray(30.0))
    # Curdy 2000: the resistance threefold in 30 minutes, for the logarithm that means a third
    assert num(rested.layer_log / once.layer_log) == pytest.approx(1 / 3, abs=0.01)


def test_alternating_current_passes_the_layer_by_its_capacitance() -> None:
    volts = [num(last(f"10 mA AC {f} for 20 minutes").loop.volts) for f in ("9 Hz", "50 Hz", "1 kHz")]
    assert volts == sorted(volts, reverse=True)
    assert volts[2] < 0.8 * volts[0]


def test_direct_current_at_clinical_settings_needs_clinical_volts() -> None:
    """15 mA: 20 to 45 V; 20 mA in severe hyperhidrosis: 40 to 60 V (Karakoc 2004)."""
    for water in (250, 400, 600):
        assert (
            20 < num(last(f"15 mA DC for 20 minutes, water {water} uS/cm, alkalinity 0.5 mM").loop.volts) < 47
        )
    assert 38 < num(last("20 mA DC for 20 minutes").loop.volts) < 60


def test_drives() -> None:
    pulsed = drive(Waveform("pulsed", 15, frequency_Hz=10_000, duty=0.5), np.array([15.0, 30.0]))
    assert pulsed.mean_mA.tolist() == [7.5, 15.0]
    assert pulsed.ripple_rms_mA.tolist() == pytest.approx([7.5, 15.0])
    offset = drive(Waveform("ac", 15, frequency_Hz=50, offset_mA=15), 30.0)
    assert [float(offset.mean_mA), float(offset.ripple_rms_mA)] == pytest.approx([30.0, 30.0])
    assert float(drive(None).peak_mA) == 0.0


def test_fine_steps_fill_the_session() -> None:
    setup = set_up(
        Session("15 mA DC reversed halfway for 20 minutes"),
        PEOPLE,
        anode="left palm",
        cathode="right palm",
        blocked=(0.0, 0.0),
        parameters=load(),
        overrides={},
    )
    plan = list(fine_steps(setup))
    assert 60 <= len(plan) <= 200
    assert sum(float(s.minutes) for s in plan) == pytest.approx(20.0)
    assert {s.sign for s in plan} == {1, -1}
