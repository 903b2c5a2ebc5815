"""Wet and treated skin in words: each is said where it holds, and not where it does not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.measurement import Recording
from sudomotor.measurement.quality import judge
from sudomotor.measurement.wet import TREATED, skin_notes


def test_usual_skin_has_no_notes(activity_of):
    a = activity_of([10, 40, 70], [0.5, 0.3, 0.8], noise_uS=0.002, quality=True)
    assert skin_notes(a.recording, a.quality, a.tonic, a.phasic) == ()


def test_wet_skin(activity_of):
    a = activity_of([10, 40, 70], [2.0, 3.0, 2.5], tonic_uS=35.0, noise_uS=0.01, quality=True)
    (note,) = skin_notes(a.recording, a.quality, a.tonic, a.phasic)
    assert note.startswith("wet skin: the level is 35 uS")


def test_full_ducts(activity_of):
    a = activity_of([10, 40, 70], [0.05, 0.1, 0.08], tonic_uS=45.0, noise_uS=0.01, quality=True)
    notes = skin_notes(a.recording, a.quality, a.tonic, a.phasic)
    assert any(note.startswith("filled ducts: at 45 uS") for note in notes)
    # nothing is said of responses that were not given
    assert not any("ducts" in note for note in skin_notes(a.recording, a.quality))


def test_a_saturated_amplifier(activity_of):
    a = activity_of([10, 40, 70], [3.0, 3.0, 3.0], tonic_uS=18.0, noise_uS=0.01)
    clipped = Recording.of(np.minimum(a.recording.values_uS, 20.0), fs=4)
    notes = skin_notes(clipped, judge(clipped))
    assert any("saturated amplifier" in note and "(20 uS)" in note for note in notes)
    assert skin_notes(clipped, None) == ()


@pytest.mark.parametrize(("to_uS", "word"), [(12.0, "soaking"), (2.0, "dries or comes loose")])
def test_a_drift(to_uS, word):
    rng = np.random.default_rng(0)
    values = np.linspace(5.0, to_uS, 4 * 60 * 20) + 0.01 * rng.normal(size=4800)
    (note,) = skin_notes(Recording.of(values, fs=4), None)
    assert word in note
    assert "20 min" in note


@pytest.mark.parametrize("values", [
    5 + 2 * np.sin(np.arange(4800) / 500), np.linspace(5.0, 5.3, 4800), np.linspace(5.0, 12.0, 1200), np.full(4800, 5.0),
])  # fmt: skip
def test_no_drift(values):
    """Up and down; too little; too short; none."""
    assert not any("one direction" in note for note in skin_notes(Recording.of(values, fs=4), None))


def test_treated_skin(activity_of):
    a = activity_of([10], [0.5])
    assert skin_notes(a.recording, None, treated=True) == (TREATED,)
    assert "not how calm the person is" in TREATED


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.floats(-100, 500) | st.just(float("nan")), min_size=1, max_size=200), st.booleans(), st.floats(0.1, 100)
)  # fmt: skip
def test_any_numbers_have_words(values, treated, fs):
    recording = Recording.of(values, fs=fs)
    notes = skin_notes(recording, judge(recording), treated=treated)
    assert (TREATED in notes) == treated
    assert all(note and "nan" not in note for note in notes)
