"""A person is a preset or a file, with an age and what is known of them."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.person import Person, presets

FILE = """
name = "me"
preset = "severe palmar hyperhidrosis"
age_years = 27

[values]
baseline_sweat_palm_mg_per_min = 40
duct_radius_um = "0.008 mm"
"""


def test_a_file_is_read(tmp_path):
    path = tmp_path / "me.toml"
    path.write_text(FILE)
    me = Person.read(path)
    assert (me.name, me.preset_name, me.age_years) == ("me", "palmar hyperhidrosis, severe", 27.0)
    assert dict(me.values) == {"baseline_sweat_palm_mg_per_min": 40.0, "duct_radius_um": pytest.approx(8.0)}


@given(
    st.sampled_from(sorted(presets())),
    st.text(max_size=20),
    st.none() | st.floats(0, 120),
    st.dictionaries(st.sampled_from(sorted(set(load()) - {"age_years"})), st.floats(0, 1), max_size=4),
)
def test_a_person_survives_writing_and_reading(preset, name, age, values):
    person = Person.preset(preset, name=name, age_years=age, values=values)
    assert Person.parse(person.to_toml()) == person


def test_write_and_read_through_a_file(tmp_path):
    person = Person.preset("healthy", name='O"Brien \\ é', values={"gland_sensitivity": 1.5})
    person.write(tmp_path / "p.toml")
    assert Person.read(tmp_path / "p.toml") == person


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "me"', 'nmae = "me"', "did you mean 'name'"),
        ('name = "me"', "name = 7", "name must be a text"),
        ('name = "me"', "duct_radius_um = 8.0", r"put duct_radius_um under \[values\]"),
        ("preset =", "prest =", "did you mean 'preset'"),
        ("severe palmar", "svere plamar", "unknown preset"),
        ("age_years = 27", "age_years = -1", "age_years must be"),
        ("age_years = 27", "age_years = nan", "age_years must be"),
        ("age_years = 27", "age_years = 300", "age_years must be"),
        ("age_years = 27", "age_years = true", "age_years must be"),
        ("min = 40", "min = nan", "not finite"),
        ("min = 40", "min = inf", "not finite"),
        ("min = 40", "min = -40", "must not be negative"),
        ("min = 40", "min = true", "must be a number"),
        ("min = 40", "min = [40]", "must be a number"),
        ("min = 40", 'min = "40 mA"', "is a current"),
        ("min = 40", 'min = "nan mg/min"', "not a finite number"),
        ("duct_radius_um", "duct_radius_mm", "did you mean 'duct_radius_um'"),
        ("duct_radius_um", "age_years", "beside the values"),
        ("[values]", "[values", "not a TOML file"),
        ("[values]", "values = 3\n[value]", "did you mean 'values'"),
    ],
)
def test_a_wrong_file_is_refused_with_place_and_mend(tmp_path, old, new, says):
    path = tmp_path / "me.toml"
    path.write_text(FILE.replace(old, new, 1))
    with pytest.raises(InputError, match=says) as error:
        Person.read(path)
    assert error.value.mend


def test_a_file_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="cannot read"):
        Person.read(tmp_path / "nobody.toml")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot read"):
        Person.read(tmp_path / "binary.toml")


def test_a_person_cannot_be_changed():
    person = Person.preset("healthy", values={"gland_sensitivity": 1.0})
    with pytest.raises(dataclasses.FrozenInstanceError):
        person.age_years = 3.0  # type: ignore[misc]
    with pytest.raises(TypeError):
        person.values["gland_sensitivity"] = math.pi  # type: ignore[index]
    assert len({person, Person.preset("healthy", values={"gland_sensitivity": 1.0})}) == 1
