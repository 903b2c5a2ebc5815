"""Rival mechanisms behind one interface: what each predicts of water, polarity, time and seal (Sato 1993; vendor study 1994)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.course import Session
from sudomotor.errors import InputError
from sudomotor.model.mechanisms import DEFAULT, MECHANISMS, mechanism
from sudomotor.model.mechanisms.charge import held_charge_uC
from sudomotor.parameters import load
from sudomotor.person import draw
from sudomotor.session.course_dose import course_dose

P = load()
PEOPLE = draw("palmar hyperhidrosis", 60, 2)
BASE = "15 mA DC for 20 minutes"


def hits(name: str, words: str, role: str = "anode") -> float:
    dose = course_dose(Session(words), PEOPLE, role=role, parameters=P, acid=mechanism(name).counts_acid)
    return float(mechanism(name).effect(dose, P).hits.mean())


class Held:
    """The two fields that the charge account reads."""

    def __init__(self, currents, minutes):
        self.segment_current_nA = np.array(currents, float)[:, None, None]
        self.segment_minutes = np.array(minutes, float)[:, None, None]


@given(st.floats(0.1, 500), st.floats(0.1, 120), st.floats(1, 30))
def test_held_charge_never_exceeds_what_flowed_nor_the_leak(current, minutes, leak):
    held = float(held_charge_uC(Held([current], [minutes]), leak)[0, 0])
    assert held <= 0.06 * current * minutes * (1 + 1e-12)
    assert held <= 0.06 * current * leak * (1 + 1e-12)


@given(st.floats(1, 500), st.floats(1, 60))
def test_a_session_in_two_equal_pieces_is_the_same_session(current, minutes):
    whole = held_charge_uC(Held([current], [minutes]), 6.0)
    halves = held_charge_uC(Held([current, current], [minutes / 2, minutes / 2]), 6.0)
    assert float(whole[0, 0]) == pytest.approx(float(halves[0, 0]))


def test_reversal_takes_charge_back():
    through, back = (
        float(held_charge_uC(Held([100.0, second], [10.0, 10.0]), 6.0)[0, 0]) for second in (100.0, -100.0)
    )
    assert back < through


def test_the_charge_account_gives_every_order_that_sato_saw():
    assert hits("charge", BASE) > 1.05 * hits("charge", BASE, role="cathode")
    assert hits("charge", BASE) > 1.05 * hits("charge", BASE + " in saline")
    assert hits("charge", "10 mA DC for 20 minutes with sealed skin") > 1.05 * hits(
        "charge", "10 mA DC for 20 minutes"
    )
    assert hits("charge", BASE) > 1.1 * hits("charge", "5 mA DC for 20 minutes")


def test_ten_minutes_do_nearly_what_thirty_do_and_four_much_less():
    four, ten, thirty = (hits("charge", f"15 mA DC for {t} minutes") for t in (4, 10, 30))
    assert ten > 1.3 * four
    assert thirty < 2.0 * ten


def test_the_synaptic_account_knows_nothing_of_ducts():
    assert hits("synaptic", "10 mA DC for 20 minutes with sealed skin") == pytest.approx(
        hits("synaptic", "10 mA DC for 20 minutes")
    )
    assert hits("synaptic", BASE) == pytest.approx(hits("synaptic", BASE, role="cathode"), rel=1e-6)


def test_colloids_enter_under_the_anode_and_are_screened_by_salt():
    assert hits("colloid", BASE, role="cathode") == 0.0
    weak = "3 mA DC for 10 minutes"
    assert hits("colloid", weak) > 1.5 * hits("colloid", weak + " in saline")


def test_acute_suppression_leaves_no_hits_but_acts_at_once():
    dose = course_dose(Session(BASE), PEOPLE, parameters=P, acid=False)
    effect = mechanism("acute").effect(dose, P)
    assert effect.hits.max() == 0.0
    assert effect.fast.mean() > 0.2
    assert effect.fast_days < 0.05


@pytest.mark.parametrize("name", MECHANISMS)
def test_no_current_has_no_effect(name):
    account = mechanism(name)
    dose = course_dose(Session("0 mA DC for 20 minutes"), PEOPLE, parameters=P, acid=account.counts_acid)
    effect = account.effect(dose, P)
    assert np.abs(effect.hits).max() == 0.0
    assert np.abs(effect.fast).max() == 0.0


def test_unknown_mechanism_suggests():
    assert DEFAULT in MECHANISMS
    with pytest.raises(InputError, match="colloid"):
        mechanism("coloid")
