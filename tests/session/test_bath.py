"""Bath: Faraday's acid, buffering, mixing, one pan."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.parameters import load
from sudomotor.session.bath import Basin, BathState, acid_per_electron, advance, basin, pan_pH, still
from sudomotor.session.water import Ions

NONE = Ions(*(np.zeros(()) for _ in range(5)))


def content(state: BathState, pans: Basin) -> tuple[float, float]:
    """Alkalinity in mmol of the two pans (of the one pan and 0)."""
    va, vc, ga, gc = (float(x) for x in pans[:4])
    if pans.one_pan:
        gaps = float(state.anode_gap + state.cathode_gap) * ga
        return gaps + float(state.anode_rest) * (va - 2 * ga), 0.0
    return (
        float(state.anode_gap) * ga + float(state.anode_rest) * (va - ga),
        float(state.cathode_gap) * gc + float(state.cathode_rest) * (vc - gc),
    )


def test_faraday_15_mA_for_20_minutes_is_187_umol_on_either_side() -> None:
    pans = basin(1.0, 1.0, 160.0, 160.0, 0.0)
    acid, base = content(advance(still(0.0), pans, 15.0, 20.0), pans)
    assert -1e3 * acid == pytest.approx(186.6, abs=0.1)
    assert 1e3 * base == pytest.approx(186.6, abs=0.1)


@pytest.mark.parametrize(("litres", "expected"), [(1.0, 3.73), (0.5, 3.43)])
def test_pH_of_the_stirred_water_without_buffer(litres: float, expected: float) -> None:
    pans = basin(litres, litres, 160.0, 160.0, 0.0)
    anode, cathode = pan_pH(NONE, advance(still(0.0), pans, 15.0, 20.0), pans)
    assert float(anode) == pytest.approx(expected, abs=0.005)
    assert float(cathode) == pytest.approx(14 - expected, abs=0.005)


def test_ordinary_tap_water_hardly_turns_acid() -> None:
    water = Ions(np.asarray(0.0), np.asarray(1.0), np.asarray(0.0), np.asarray(2.0), np.asarray(2.13))
    pans = basin(1.5, 1.5, 160.0, 160.0, 0.0)
    anode, _ = pan_pH(water, advance(still(2.0), pans, 15.0, 20.0), pans)
    assert float(anode) > 6.8


@given(
    st.lists(st.tuples(st.floats(-40, 40), st.floats(0.1, 30)), min_size=1, max_size=5),
    st.booleans(),
    st.floats(0.3, 3),
)
def test_acid_is_conserved_whatever_flows(
    parts: list[tuple[float, float]], one_pan: bool, litres: float
) -> None:
    pans = basin(litres, litres, 150.0, 170.0, 40.0, one_pan=one_pan)
    eta, state = float(pans.efficiency), still(2.0)
    made_anode = made_cathode = 0.0
    for current, minutes in parts:
        amount = abs(current) * minutes * 60 / 96485.33212
        made_anode += -eta * amount if current >= 0 else amount
        made_cathode += amount if current >= 0 else -eta * amount
        state = advance(state, pans, current, minutes)
    anode, cathode = content(state, pans)
    if one_pan:
        assert anode == pytest.approx(2 * litres + made_anode + made_cathode, abs=1e-9)
    else:
        assert anode == pytest.approx(2 * litres + made_anode, abs=1e-9)
        assert cathode == pytest.approx(2 * litres + made_cathode, abs=1e-9)


@given(st.booleans(), st.floats(0.5, 3), st.floats(-30, 30))
def test_steps_do_not_matter(one_pan: bool, litres: float, current: float) -> None:
    pans = basin(litres, litres, 160.0, 120.0, 5.0, one_pan=one_pan)
    once, many = advance(still(1.0), pans, current, 20.0), still(1.0)
    for _ in range(50):
        many = advance(many, pans, current, 0.4)
    np.testing.assert_allclose(np.stack(many), np.stack(once), rtol=1e-10, atol=1e-12)


def test_closed_form_agrees_with_the_differential_equation() -> None:
    from scipy.integrate import solve_ivp

    pans = basin(1.2, 1.2, 160.0, 160.0, 0.0, one_pan=True)
    g, v, tau = float(pans.gap_anode_litres), 1.2, pans.mixing_minutes
    q = 15.0 * 60 / 96485.33212

    def rhs(_t: float, y: np.ndarray) -> list[float]:
        a, c, rest = y
        to_a, to_c = (a - rest) * g / tau, (c - rest) * g / tau
        return [-q / g - to_a / g, q / g - to_c / g, (to_a + to_c) / (v - 2 * g)]

    reference = solve_ivp(rhs, (0, 20), [1.0, 1.0, 1.0], rtol=1e-10, atol=1e-12).y[:, -1]
    state = advance(still(1.0), pans, 15.0, 20.0)
    found = [float(state.anode_gap), float(state.cathode_gap), float(state.anode_rest)]
    np.testing.assert_allclose(found, reference, rtol=1e-7)


def test_one_pan_stays_neutral_while_two_do_not() -> None:
    one, two = (basin(0.6, 0.6, 160.0, 160.0, 0.0, one_pan=x) for x in (True, False))
    water = Ions(np.asarray(0.0), np.asarray(0.1), np.asarray(0.0), np.asarray(0.2), np.asarray(0.21))
    mixed, _ = pan_pH(water, advance(still(0.2), one, 15.0, 20.0), one)
    apart, _ = pan_pH(water, advance(still(0.2), two, 15.0, 20.0), two)
    before, _ = pan_pH(water, still(0.2), two)
    assert float(mixed) == pytest.approx(float(before), abs=0.01)
    assert float(apart) < 5


def test_water_at_the_skin_is_more_acid_than_the_pan_and_less_so_if_it_mixes() -> None:
    p = load()
    slow = basin(1.5, 1.5, 160.0, 160.0, 0.0, parameters=p.with_values({"bath_mixing_minutes": 20.0}))
    fast = basin(1.5, 1.5, 160.0, 160.0, 0.0, parameters=p.with_values({"bath_mixing_minutes": 1.0}))
    slow_end, fast_end = (advance(still(2.0), x, 15.0, 20.0) for x in (slow, fast))
    assert float(slow_end.anode_gap) < float(fast_end.anode_gap) < float(fast_end.anode_rest) < 2.0


def test_no_net_current_makes_nothing() -> None:
    pans = basin(1.0, 1.0, 160.0, 160.0, 2.0)
    assert np.stack(advance(still(1.7), pans, 0.0, 30.0)).tolist() == [1.7] * 4


def test_chlorine_halves_the_acid_of_saline() -> None:
    assert float(acid_per_electron(0.5)) > 0.99
    assert 0.5 < float(acid_per_electron(154.0)) < 0.75


def test_little_water_is_said() -> None:
    assert basin(0.1, 1.5, 160.0, 160.0, 0.0).notes
    assert not basin(1.5, 1.5, 160.0, 160.0, 0.0).notes
