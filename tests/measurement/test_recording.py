"""A recording checks its values and its clock, says what it did to them, and refuses what it cannot understand."""

from __future__ import annotations

import datetime
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sudomotor.errors import InputError
from sudomotor.measurement.recording import Mark, Recording, Trace
from sudomotor.measurement.units import Conversion, find_unit, parse_conversion, to_uS, unit_of


def test_an_even_clock():
    rec = Recording.of([1, 2, 3], fs=3.7)
    assert rec.values_uS.tolist() == [1.0, 2.0, 3.0]
    assert rec.times_s == pytest.approx([0.0, 1 / 3.7, 2 / 3.7])
    assert rec.rate_Hz == 3.7
    assert rec.duration_s == pytest.approx(3 / 3.7)
    assert rec.gaps == []
    assert rec.notes == ()
    assert len(rec) == 3


def test_the_last_of_many_samples_is_on_time():
    rec = Recording.of(np.zeros(3_000_001), fs=3.0)
    assert rec.times_s[-1] == 1_000_000.0


def test_times_out_of_order_and_at_the_same_time():
    rec = Recording.of([3.0, 1.0, 2.0, 4.0, np.nan, 7.0], times=[2.0, 0.0, 1.0, 2.0, 3.0, 3.0])
    assert rec.times_s.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert rec.values_uS.tolist() == [1.0, 2.0, 3.5, 7.0]  # missing ones do not spoil a mean
    assert len(rec.notes) == 2
    assert "goes back" in rec.notes[0]
    assert "averaged" in rec.notes[1]


def test_a_file_that_runs_backwards_is_the_same_recording():
    values, times = np.array([1.0, 5.0, 2.0]), np.array([0.0, 0.25, 0.5])
    there, back = Recording.of(values, times=times), Recording.of(values[::-1], times=times[::-1])
    assert back.values_uS.tolist() == there.values_uS.tolist()
    assert back.notes == ("samples ran backwards: reversed",)


def test_gaps_stay_gaps():
    rec = Recording.of(np.ones(6), times=[0.0, 1.0, 2.0, 7.0, 8.4, 9.0])
    assert rec.gaps == [(2.0, 7.0)]
    assert len(rec) == 6


def test_missing_and_infinite_values():
    rec = Recording.of([1.0, None, math.inf, -2.0], fs=1)
    assert np.isnan(rec.values_uS[1:3]).all()
    assert rec.values_uS[3] == -2.0
    assert rec.notes == ("1 infinite values are taken as missing",)
    assert np.isnan(Recording.of(pd.array([1.0, None], dtype="Float64"), fs=1).values_uS[1])
    assert np.isnan(Recording.of(np.ma.masked_equal([1.0, 9.0], 9.0), fs=1).values_uS[1])


def test_times_as_datetimes():
    stamps = np.array(["2024-01-01T10:00:00", "2024-01-01T10:00:00.25", "NaT"], dtype="datetime64[ms]")
    rec = Recording.of([1, 2, 3], times=stamps)
    assert rec.times_s.tolist() == [0.0, 0.25]
    assert rec.start == datetime.datetime(2024, 1, 1, 10)
    assert rec.notes == ("1 samples without a time are left out",)


def test_times_as_dates_of_python():
    begin = datetime.datetime(2024, 1, 1, 10, tzinfo=datetime.UTC)
    rec = Recording.of([1, 2], times=[begin, begin + datetime.timedelta(seconds=0.5)])
    assert rec.times_s.tolist() == [0.0, 0.5]
    assert rec.start == begin
    assert (
        Recording.of([1, 2], times=pd.DatetimeIndex([begin, begin + datetime.timedelta(seconds=2)])).rate_Hz
        == 0.5
    )
    with pytest.raises(InputError, match="dates of one kind"):
        Recording.of([1, 2], times=[begin, 3])
    with pytest.raises(InputError, match="dates of one kind"):
        Recording.of([1, 2], times=[begin, begin.replace(tzinfo=None)])


@pytest.mark.parametrize(
    ("unit", "values"),
    [("nS", [2000.0]), ("mS", [0.002]), ("S", [2e-6]), ("pS", [2e6]), ("µS", [2.0]), ("microsiemens", [2.0]),
     ("kOhm", [500.0]), ("kΩ", [500.0]), ("Mohm", [0.5]), ("ohm", [5e5]), ("μmho", [2.0]), ("[uS]", [2.0])],
)  # fmt: skip
def test_units(unit, values):
    assert Recording.of(values, fs=1, unit=unit).values_uS == pytest.approx([2.0])


def test_a_resistance_of_nothing_is_missing():
    rec = Recording.of([0.0, 500.0], fs=1, unit="kohm")
    assert np.isnan(rec.values_uS[0])
    assert rec.notes[0] == "converted from kohm to uS by the reciprocal"


@pytest.mark.parametrize("unit", ["mV", "count", "", "ms", "MS", "mohm?", "V", "degC"])
def test_unknown_units(unit):
    assert find_unit(unit) is None
    with pytest.raises(InputError, match="is not a unit of skin conductance"):
        unit_of(unit)


def test_an_unknown_unit_says_the_nearest_and_how_to_declare():
    with pytest.raises(InputError, match=r"did you mean 'uS'.*\n?.*--convert"):
        Recording.of([1.0], fs=1, unit="microsimens")
    with pytest.raises(InputError, match="a unit is a word"):
        unit_of(3)


def test_conversions():
    assert parse_conversion("0.02 uS per count + 0.1 uS").to_uS(np.array([100.0]))[0] == pytest.approx([2.1])
    assert parse_conversion("20 nS/count").to_uS(np.array([100.0]))[0] == pytest.approx([2.0])
    assert parse_conversion(".5 kohm per bit - 250 ohm").to_uS(np.array([1000.5]))[0] == pytest.approx(
        [4.0 / 2.0], rel=0.01
    )
    assert parse_conversion("-1e-3 µS per volt").slope == -1e-3
    line = Conversion(0.02, -0.1, "uS", "bit")
    assert parse_conversion(line.text) == line


@pytest.mark.parametrize(
    "text", ["", "0.02", "0.02 uS", "0 uS per count", "0.02 mV per count", "1 uS per count + 1 kohm", "x uS per count",
             "1e999 uS per count", "1 uS per count + 1", 3, None],
)  # fmt: skip
def test_conversions_that_are_none(text):
    with pytest.raises(InputError):
        parse_conversion(text)


@pytest.mark.parametrize(
    ("values", "clock", "what"),
    [
        ([], {"fs": 4}, "empty"),
        ([1.0], {}, "no clock"),
        ([1.0], {"fs": 4, "times": [0.0]}, "both"),
        ([1.0, "two"], {"fs": 4}, "'1.0', which is not a number"),
        ([1.0, [2.0]], {"fs": 4}, "not a list of numbers"),
        ([[1.0, 2.0]], {"fs": 4}, "1 x 2"),
        (3.0, {"fs": 4}, "a single number"),
        ("text", {"fs": 4}, "a single number"),
        ([True, False], {"fs": 4}, "not a number"),
        ([1j], {"fs": 4}, "not a number"),
        ([object()], {"fs": 4}, "not a number"),
        ([1.0, 2.0], {"times": [0.0]}, "2 values but 1 times"),
        ([1.0], {"times": [np.nan]}, "none of the times"),
        ([1.0], {"times": np.array(["NaT"], dtype="datetime64[s]")}, "there are no times"),
        ([1.0], {"times": ["a"]}, "not a number"),
        ([1.0], {"fs": 0}, "makes no sense"),
        ([1.0], {"fs": -4}, "makes no sense"),
        ([1.0], {"fs": math.nan}, "makes no sense"),
        ([1.0], {"fs": "fast"}, "makes no sense"),
        ([1.0], {"fs": 1e-320}, "makes no sense"),
    ],
)
def test_what_is_refused(values, clock, what):
    with pytest.raises(InputError, match=what):
        Recording.of(values, **clock)


def test_between():
    clock = np.arange(10.0)
    rec = Recording.of(
        clock, times=clock, marks=[Mark(8.0, 0.0, "late"), Mark(1.0, 3.0, "long"), Mark(0.0, 0.0, "early")],
        acceleration=Trace("acc", "g", clock, np.ones((10, 3))), temperature=Trace("t", "degC", clock, clock),
    )  # fmt: skip
    assert [mark.label for mark in rec.marks] == ["early", "long", "late"]
    cut = rec.between(3.0, 6.0)
    assert cut.values_uS.tolist() == [3.0, 4.0, 5.0]
    assert [mark.label for mark in cut.marks] == ["long"]
    assert cut.acceleration.values.shape == (3, 3)
    assert cut.temperature.values.tolist() == [3.0, 4.0, 5.0]
    with pytest.raises(InputError, match="runs from 0 to 9 s"):
        rec.between(20, 30)


def test_one_sample():
    rec = Recording.of([2.0], times=[5.0])
    assert math.isnan(rec.rate_Hz)
    assert rec.duration_s == 0.0
    assert rec.gaps == []
    assert "one sample" in repr(rec)
    assert Recording.of([2.0], fs=4).duration_s == 0.25


def test_plot_and_pandas():
    rec = Recording.of([1.0, 2.0, 3.0, 4.0], times=[0.0, 1.0, 2.0, 9.0], marks=[Mark(1.0, 0.0, "x")])
    (axes,) = rec.plot().axes
    assert np.isnan(axes.lines[0].get_ydata()).sum() == 1  # the line is broken at the gap
    assert len(axes.lines) == 2
    assert rec.to_pandas().index.tolist() == [0.0, 1.0, 2.0, 9.0]


@given(
    values=hnp.arrays(np.float64, st.integers(1, 30)),
    data=st.data(),
)
def test_any_numbers_make_a_recording_with_a_clock_that_runs(values, data):
    wide = data.draw(st.sampled_from([st.floats(-1e6, 1e6), st.floats(allow_nan=True)]))
    times = data.draw(hnp.arrays(np.float64, len(values), elements=wide))
    try:
        rec = Recording.of(values, times=times)
    except InputError as error:
        assert "times" in error.what  # noqa: PT017 - either may come out
        return
    assert (np.diff(rec.times_s) > 0).all()
    assert not np.isinf(rec.values_uS).any()
    assert set(rec.times_s) == set(times[np.isfinite(times)].tolist())
    assert rec.duration_s >= 0.0
    assert len(rec.gaps) < len(rec)


@given(st.floats(1e-6, 1e6), st.sampled_from(["pS", "nS", "uS", "mS", "S", "ohm", "kohm", "Mohm"]))
def test_a_unit_there_and_back(value, unit):
    once, _ = to_uS(np.array([value]), unit)
    factor = {"pS": 1e6, "nS": 1e3, "uS": 1.0, "mS": 1e-3, "S": 1e-6}
    back = (
        once * factor[unit] if unit in factor else 1e6 / {"ohm": 1.0, "kohm": 1e3, "Mohm": 1e6}[unit] / once
    )
    assert back == pytest.approx([value])
