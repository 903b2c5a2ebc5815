"""The loader refuses what is wrong in a parameter file, and says where."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.parameters import load, read_parameter_file
from sudomotor.parameters.units import UNITS, canonical_unit, convert, parse_quantity

GOOD = """
[pore_radius_um]
text = "Radius of a pore"
value = 7.5
unit = "um"
low = 5.0
high = 10.0
distribution = "lognormal"
spread = 0.1
grade = "judged"
"""


def test_a_good_file_is_read():
    parameter = read_parameter_file(GOOD, "pores.toml")["pore_radius_um"]
    assert (parameter.value, parameter.unit, parameter.spread, parameter.source) == (7.5, "um", 0.1, ())


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('unit = "um"', 'unit = "umm"', "unknown unit 'umm'"),
        ("value = 7.5", "value = nan", "not finite"),
        ("value = 7.5", "value = inf", "not finite"),
        ("value = 7.5", 'value = "7.5"', "must be a number"),
        ("value = 7.5", "value = true", "must be a number"),
        ("value = 7.5", "value = 75.0", "outside its range"),
        ("value = 7.5", "", "'value' is missing"),
        ("spread = 0.1", "", "spread and distribution disagree"),
        ("spread = 0.1", "spraed = 0.1", "unknown key 'spraed'"),
        ('"lognormal"', '"lognorml"', "unknown distribution"),
        ('grade = "judged"', 'grade = "guessed"', "unknown grade"),
        ("[pore_radius_um]", "[pore_radius_um", "not a TOML file"),
    ],
)
def test_a_wrong_file_is_refused_with_its_place(old, new, says):
    with pytest.raises(InputError, match=says) as error:
        read_parameter_file(GOOD.replace(old, new), "pores.toml")
    assert "pores.toml" in str(error.value)


def test_an_unknown_parameter_is_answered_with_the_nearest():
    with pytest.raises(InputError, match="duct_radius_um"):
        load().value("duct_radius_mm")
    with pytest.raises(InputError, match="duct_radius_um"):
        load().with_values({"duct_radius": 5.0})


def test_changed_values_leave_the_old_set_alone_and_note_what_is_out_of_range():
    old = load()
    new = old.with_values({"duct_radius_um": 12.0})
    assert new.value("duct_radius_um") == 12.0
    assert old.value("duct_radius_um") != 12.0
    assert new.changed == ("duct_radius_um",)
    assert any("duct_radius_um" in note and "outside" in note for note in new.notes)
    assert not old.notes


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "8", None, True])
def test_values_that_are_no_numbers_are_refused(value):
    with pytest.raises(InputError):
        load().with_values({"duct_radius_um": value})


@given(st.floats(-1e12, 1e12), st.sampled_from(sorted(UNITS)), st.data())
def test_units_convert_there_and_back(value, unit, data):
    to = data.draw(st.sampled_from([name for name in UNITS if UNITS[name][0] == UNITS[unit][0]]))
    assert convert(convert(value, unit, to), to, unit) == pytest.approx(value, rel=1e-12, abs=1e-300)


@given(st.sampled_from(sorted(UNITS)))
def test_every_unit_is_its_own_canonical_spelling(unit):
    assert canonical_unit(unit) == unit
    if unit != "1":
        assert parse_quantity(f"2.5 {unit}") == (2.5, unit)


@pytest.mark.parametrize(
    ("text", "to", "value"),
    [
        ("15 mA", "mA", 15.0),
        ("0.015 A", "mA", 15.0),
        ("20 minutes", "min", 20.0),
        ("1 week", "d", 7.0),
        ("3.1 g/h", "mg/min", 51.7),
    ],
)
def test_quantities_are_read(text, to, value):
    assert parse_quantity(text, to=to)[0] == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize("text", ["nan mA", "inf mA", "mA", "15 mV", "15 amperees", "15", ""])
def test_quantities_that_make_no_sense_are_refused(text):
    with pytest.raises(InputError):
        parse_quantity(text, to="mA")
