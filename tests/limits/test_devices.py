"""Devices: only what is published, found by any spelling."""

from __future__ import annotations

import pytest

from sudomotor.errors import InputError
from sudomotor.limits import device, devices
from sudomotor.limits.devices import WAVEFORMS, _device


def test_each_device_is_found_by_each_of_its_names():
    seen = set()
    for one in devices():
        for name in (one.name, *one.synonyms):
            assert device(name) is one
            assert device(name.upper().replace(" ", "")) is one
            assert name.lower() not in seen, "a name stands for one device"
            seen.add(name.lower())


def test_figures_are_plausible_and_graded():
    for one in devices():
        assert set(one.waveforms) <= set(WAVEFORMS)
        assert one.text
        for value, grade, low, high in (
            (one.max_mA, one.max_mA_grade, 5, 60),
            (one.max_volts, one.max_volts_grade, 5, 120),
        ):
            assert (value is None) == (grade is None)
            assert value is None or low <= value <= high


def test_what_is_not_published_is_said():
    assert device("Dermadry").max_volts is None
    assert any("not published" in note for note in device("Dermadry").notes)
    assert any("class" in note for note in device("Hidrex DP450").notes)
    assert device("60 V").notes == []


def test_unknown_devices_are_answered_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'Dermadry'"):
        device("dermdry")
    with pytest.raises(InputError, match="known: "):
        device("toaster")


GOOD = {
    "name": "X",
    "text": "x",
    "waveforms": ["dc"],
    "source": ["s"],
    "max_volts": 30.0,
    "max_volts_grade": "judged",
}


def test_a_good_entry_is_read():
    assert _device(GOOD, "x.toml").max_volts == 30.0


@pytest.mark.parametrize(
    "change",
    [
        {"max_volts": -1.0},
        {"max_volts": float("nan")},
        {"max_volts": "30"},
        {"waveforms": ["dcc"]},
        {"max_mA": 20.0},
        {"max_volts_grade": "sure"},
        {"volts": 3.0},
    ],
)
def test_a_wrong_entry_is_refused_with_its_place(change):
    with pytest.raises(InputError, match=r"x\.toml"):
        _device({**GOOD, **change}, "x.toml")
