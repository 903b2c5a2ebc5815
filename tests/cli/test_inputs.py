"""From words of the command line to typed values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.cli.inputs import read_settings, read_sweep, split_alternatives
from sudomotor.cli.main import join_alternatives
from sudomotor.course import Course
from sudomotor.errors import InputError
from sudomotor.parameters import load

WORDS = st.lists(
    st.sampled_from(["run", "A", "B", "Then C", "--versus", "--days", "9", "-o", "--json"]), max_size=9
)


@given(WORDS)
def test_joining_alternatives_loses_no_word(words):
    joined = join_alternatives(words)
    assert "; ".join(joined).split("; ") == "; ".join(words).split("; ")


def test_alternatives_join_only_after_a_course():
    assert join_alternatives(["run", "--versus", "B", "A"]) == ["run", "--versus", "B", "A"]
    assert join_alternatives(["session", "A", "--versus", "B", "C"])[-2:] == ["B", "C"]
    assert join_alternatives(["run", "A", "--versus", "B.", "Then C."])[-1] == "B; Then C"


def test_then_and_pause_continue_an_alternative():
    assert split_alternatives(["A x", "Then y", "Pause z", "B"]) == [["A x", "Then y", "Pause z"], ["B"]]
    assert split_alternatives(["Then y"]) == [["Then y"]]


def test_units_are_converted():
    changed, notes = read_settings(["duct_radius_um=0.006 mm"], load())
    assert changed.value("duct_radius_um") == pytest.approx(6.0)
    assert notes == ["duct_radius_um set to 6 um by hand"]


def test_twice_the_same_is_an_error():
    with pytest.raises(InputError, match="set twice"):
        read_settings(["duct_radius_um=6", "duct_radius_um=7"], load())


@given(low=st.floats(0, 50), width=st.floats(0.5, 50), count=st.integers(2, 50))
def test_a_sweep_spans_its_range(low, width, count):
    course = Course("Treat palms at 15 mA DC for 20 minutes, daily for 1 week")
    sweep = read_sweep(f"current_mA={low!r}:{low + width!r}:{count}", course, load())
    assert len(sweep.values) == count
    assert sweep.values[0] == low
    assert sweep.values[-1] == pytest.approx(low + width)
    assert list(sweep.values) == sorted(sweep.values)
    assert sweep.of_course


def test_a_parameter_can_be_swept():
    course = Course("Treat palms at 15 mA DC for 20 minutes, daily for 1 week")
    assert not read_sweep("duct_radius_um=5:10", course, load()).of_course
