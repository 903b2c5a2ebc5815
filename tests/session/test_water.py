"""Water: from what a water works states to ions, conductivity and pH."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.course import Water
from sudomotor.session.water import (
    DIFFUSION_1E_9_M2_PER_S,
    K1_MM,
    K2_MM,
    KW_MM2,
    Ions,
    bath_pH,
    compose,
    conductivity_uS_per_cm,
    hydrogen_mM,
    tap_water,
)


def ions(sodium: float = 0.0, calcium: float = 0.0, chloride: float = 0.0, total: float = 0.0) -> Ions:
    a = np.asarray
    return Ions(a(sodium), a(calcium), a(chloride), a(sodium + 2 * calcium - chloride), a(total))


@pytest.mark.parametrize(("litres", "expected"), [(1.0, 3.73), (0.5, 3.43)])
def test_faraday_acid_in_water_without_buffer(litres: float, expected: float) -> None:
    made_mmol = 15e-3 * 1200 / 96485.33 * 1e3
    assert made_mmol == pytest.approx(0.1866, abs=1e-4)
    assert float(bath_pH(-made_mmol / litres, 0.0)) == pytest.approx(expected, abs=0.005)


@given(st.floats(-200, 400), st.floats(0, 400))
def test_pH_solves_the_charge_balance_everywhere(alkalinity: float, total: float) -> None:
    h = float(hydrogen_mM(alkalinity, total))
    d = h * h + K1_MM * h + K1_MM * K2_MM
    back = total * (K1_MM * h + 2 * K1_MM * K2_MM) / d + KW_MM2 / h - h
    assert back == pytest.approx(alkalinity, abs=1e-7 * (1 + abs(alkalinity) + total))


@given(st.floats(-10, 10), st.floats(0, 10), st.floats(0.001, 5))
def test_more_alkalinity_is_never_more_acid(alkalinity: float, total: float, more: float) -> None:
    assert float(bath_pH(alkalinity + more, total)) > float(bath_pH(alkalinity, total))


@pytest.mark.parametrize(
    ("water", "measured"),
    # handbook values at 25 degC: NaCl 1, 10 and 100 mM, saline, CaCl2 5 mM, NaHCO3 1 mM
    [
        (ions(sodium=1, chloride=1), 123.7),
        (ions(sodium=10, chloride=10), 1185.0),
        (ions(sodium=100, chloride=100), 10_670.0),
        (ions(sodium=154, chloride=154), 15_900.0),
        (ions(calcium=5, chloride=10), 1203.0),
    ],
)
def test_conductivity_of_known_solutions(water: Ions, measured: float) -> None:
    assert float(conductivity_uS_per_cm(water)) == pytest.approx(measured, rel=0.02)


def test_hard_water_of_the_notes_has_its_conductivity_before_the_ionic_strength() -> None:
    # 2 mM Ca and 1 mM Na bicarbonate: 542 uS/cm at infinite dilution in the physics notes
    d, unit = DIFFUSION_1E_9_M2_PER_S, 96485.33**2 / (8.314463 * 298.15) * 1e-5
    limiting = unit * (4 * 2 * d["calcium"] + d["sodium"] + 5 * d["bicarbonate"])
    assert limiting == pytest.approx(514, abs=40)
    water = ions(sodium=1, calcium=2, total=5.3)
    assert 0.85 * limiting < float(conductivity_uS_per_cm(water)) < limiting


@given(st.floats(50, 1500), st.floats(0, 6))
def test_tap_water_is_neutral_in_charge_and_has_the_conductivity_that_it_says(
    kappa: float, alkalinity: float
) -> None:
    water, made, notes = tap_water(kappa, alkalinity)
    charge = water.sodium_mM + 2 * water.calcium_mM - water.chloride_mM - water.alkalinity_mM
    assert abs(float(charge)) < 1e-9
    assert float(conductivity_uS_per_cm(water)) == pytest.approx(float(made), rel=1e-6)
    assert float(made) >= kappa * (1 - 1e-9)
    assert bool(notes) == (float(made) > kappa * (1 + 1e-6))


def test_an_alkalinity_that_conducts_more_than_stated_raises_the_conductivity_and_says_so() -> None:
    water, made, notes = tap_water(100.0, 4.0)
    assert float(made) > 300
    assert float(water.chloride_mM) == 0.0
    assert "raised" in notes[0]


def test_arrays_give_each_person_his_water() -> None:
    water, made, notes = tap_water(np.array([100.0, 400.0]), np.array([4.0, 1.0]))
    alone, one, _ = tap_water(400.0, 1.0)
    assert made[1] == pytest.approx(float(one), rel=1e-9)
    assert water.chloride_mM[1] == pytest.approx(float(alone.chloride_mM), rel=1e-9)
    assert "50 % of people" in notes[0]


def test_what_is_dissolved_in_the_water() -> None:
    plain = compose(Water(conductivity_uS_per_cm=400, alkalinity_mM=2, litres=2))
    salted = compose(Water(conductivity_uS_per_cm=400, alkalinity_mM=2, litres=2, salt_g=5))
    soda = compose(Water(conductivity_uS_per_cm=400, alkalinity_mM=2, litres=2, baking_soda_g=4))
    assert float(salted.ions.chloride_mM - plain.ions.chloride_mM) == pytest.approx(
        5e3 / 58.443 / 2, rel=1e-9
    )
    assert float(soda.ions.alkalinity_mM) == pytest.approx(2 + 4e3 / 84.007 / 2, rel=1e-9)
    assert float(soda.conductivity_uS_per_cm) > 4 * float(plain.conductivity_uS_per_cm)
    assert 8.0 < float(bath_pH(soda.ions.alkalinity_mM, soda.ions.carbonate_mM)) < 8.6
    assert float(bath_pH(plain.ions.alkalinity_mM, plain.ions.carbonate_mM)) == pytest.approx(7.5, abs=0.01)
    assert plain.notes == ()


def test_pure_waters() -> None:
    saline, pure = compose(Water("saline", litres=1)), compose(Water("deionised", litres=1))
    assert float(saline.ions.cations_mM) == pytest.approx(154)
    assert 1.5 < float(pure.conductivity_uS_per_cm) < 2.5
    assert 5.4 < float(bath_pH(pure.ions.alkalinity_mM, pure.ions.carbonate_mM)) < 5.9


def test_what_is_not_said_is_assumed_aloud_and_overrides_are_not() -> None:
    notes = compose(Water()).notes
    assert {note.split(" assumed")[0] for note in notes} == {
        "water in each pan", "conductivity of the tap water", "alkalinity of the tap water"
    }  # fmt: skip
    given_all = compose(Water(), overrides={"alkalinity_mM": 2.0, "litres": 1.0, "water_uS_per_cm": 500.0})
    assert given_all.notes == ()
    assert float(given_all.conductivity_uS_per_cm) == pytest.approx(500, rel=1e-6)
