"""What events evoked: by hand-made bursts, by made recordings in correlated noise, and by what must not count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.measurement import Mark, Recording
from sudomotor.measurement.evoked import OUTSIDE, UNUSABLE, evoked
from sudomotor.measurement.evoked_glm import canonical
from sudomotor.parameters import load


def test_magnitude_keeps_zeros(activity_of):
    a = activity_of([11.7, 51.7, 53.0], [0.5, 0.3, 0.2])
    events = pd.DataFrame({"onset": [10.0, 30.0, 50.0], "trial_type": ["loud", "loud", "soft"]})
    found = evoked(a, events)
    assert found.trials.amplitude_uS.tolist() == pytest.approx([0.5, 0.0, 0.5])
    assert found.trials.n_bursts.tolist() == [1, 0, 2]
    assert found.trials.latency_s[0] == pytest.approx(2.0)
    assert np.isnan(found.trials.latency_s[1])
    assert found.trials.amplitude_sd_uS.tolist() == pytest.approx([0.01, 0.01, 0.01 * np.sqrt(2)])
    loud = found.conditions.set_index("label").loc["loud"]
    assert loud.magnitude_uS == pytest.approx(0.25)
    assert loud.responders_uS == pytest.approx(0.5)
    assert loud.response_share == 0.5
    assert loud.sd_uS == pytest.approx(np.std([0.5, 0], ddof=1))
    assert loud.se_uS == pytest.approx(loud.sd_uS / np.sqrt(2))
    assert loud.difference_uS == pytest.approx(-0.25)
    assert found.notes == ()


def test_difference_and_its_error(activity_of):
    onsets = np.arange(10.0, 110.0, 10.0)
    a = activity_of(onsets + 1.5, [0.5, 0.1] * 5)
    found = evoked(a, pd.DataFrame({"onset_s": onsets, "label": ["a", "b"] * 5})).conditions.set_index(
        "label"
    )
    assert found.difference_uS["a"] == pytest.approx(0.4) == -found.difference_uS["b"]
    assert found.difference_se_uS["a"] == pytest.approx(0.0, abs=1e-12)


def test_trials_without_data_are_named(activity_of):
    a = activity_of([11.5, 51.5], [0.5, 0.3])
    a.recording.values_uS[200:240] = np.nan
    found = evoked(a, [10.0, 50.0, 500.0, -20.0])
    assert found.trials.onset_s.tolist() == [-20.0, 10.0, 50.0, 500.0]
    assert found.trials.why.tolist() == [OUTSIDE, "", UNUSABLE, OUTSIDE]
    assert found.trials.usable.tolist() == [False, True, False, False]
    assert found.trials.amplitude_uS.isna().tolist() == [True, False, True, True]
    assert found.conditions.usable[0] == 1
    assert found.conditions.trials[0] == 4
    assert found.conditions.magnitude_uS[0] == pytest.approx(0.5)
    assert any("at -20, 500 s" in note for note in found.notes)
    assert any("at 50 s" in note for note in found.notes)


def test_no_usable_trial_at_all(activity_of):
    for method in ("window", "glm"):
        found = evoked(activity_of([11.5], [0.5]), [500.0, 600.0], method=method)
        assert found.conditions.usable[0] == 0
        assert np.isnan(found.conditions.magnitude_uS[0])
        found.plot()


def test_a_burst_in_two_windows_is_told(activity_of):
    found = evoked(activity_of([13.5], [0.5]), [10.0, 11.5])
    assert found.trials.amplitude_uS.tolist() == [0.5, 0.5]
    assert any("windows of two trials" in note for note in found.notes)


def test_events_in_any_form(activity_of, tmp_path):
    marks = (Mark(10.0, 3.0, "picture"), Mark(50.0, 3.0, "picture"))
    a = activity_of([11.5, 51.5], [0.5, 0.3], marks=marks)
    path = tmp_path / "events.tsv"
    path.write_text("onset\tduration\ttrial_type\n50\t3\tpicture\n10\t3\tpicture\n")
    forms = [
        None,
        marks,
        list(marks),
        str(path),
        path,
        pd.DataFrame({"onset": [50.0, 10.0], "condition": "picture"}),
    ]
    for events in forms:
        trials = evoked(a, events).trials
        assert trials.onset_s.tolist() == [10.0, 50.0]
        assert set(trials.label) == {"picture"}
    for events in ([10.0, 50.0], np.array([50, 10]), pd.Series([10.0, 50.0])):
        trials = evoked(a, events).trials
        assert trials.amplitude_uS.tolist() == [0.5, 0.3]
        assert set(trials.label) == {"event"}


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (None, "no marks"), ([], "no events"), (["a"], "seconds"), ([float("nan")], "event 1"), ([[1.0, 2.0]], "no events"),
        (pd.DataFrame({"time": [1.0]}), "onset_s"), ("nowhere.tsv", "cannot be read"),
    ],
)  # fmt: skip
def test_events_that_cannot_be_used(activity_of, events, words):
    with pytest.raises(InputError, match=words):
        evoked(activity_of([11.5], [0.5]), events)


@pytest.mark.parametrize(
    "asked", [{"window_s": (4, 1)}, {"window_s": 3}, {"window_s": (1, float("inf"))}, {"method": "gml"}]
)
def test_what_makes_no_sense(activity_of, asked):
    with pytest.raises(InputError):
        evoked(activity_of([11.5], [0.5]), [10.0], **asked)


def test_the_figure(activity_of):
    onsets = [10.0, 30.0, 50.0, 70.0]
    found = evoked(
        activity_of([11.5, 51.5], [0.5, 0.3]), pd.DataFrame({"onset_s": onsets, "label": ["a", "b"] * 2})
    )
    assert len(found.plot().axes) == 2
    a = found.course[found.course.label == "a"]
    assert a.time_s[a.phasic_uS.idxmax()] == pytest.approx(3.0, abs=0.75)
    assert found.course.phasic_uS[found.course.label == "b"].max() < 0.1


def test_the_canonical_response():
    """Its peak is 1, some four seconds after the event (Bach et al. 2010), and its derivative is that of the curve."""
    t, h, slope = canonical(load())
    assert h.max() == 1.0
    assert 3.5 < t[h.argmax()] < 5.5
    assert h[0] == 0.0
    np.testing.assert_allclose(np.cumsum(slope) * (t[1] - t[0]), h, atol=0.01)


def made(onsets, sizes, *, fs=8.0, length_s=600.0, noise=0.01, memory=0.95, seed=0, shift_s=0.0, level=5.0):
    """A recording that is canonical responses in correlated noise on a drifting level."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(length_s * fs)) / fs
    fine, h, _ = canonical(load())
    y = level + 0.2 * np.sin(2 * np.pi * t / 900)
    for onset, size in zip(onsets, sizes, strict=True):
        y += size * np.interp(t - onset - shift_s, fine, h, left=0.0, right=0.0)
    e = rng.normal(size=len(t)) * np.sqrt(1 - memory**2)
    for k in range(1, len(t)):
        e[k] += memory * e[k - 1]
    return Recording.of(y + noise * e, fs=fs)


def of(recording):
    """An activity that was not taken apart: a linear model does not need it."""
    from types import SimpleNamespace

    n = len(recording.values_uS)
    none = pd.DataFrame({
        name: np.zeros(0) for name in ("onset_s", "amplitude_uS", "amplitude_sd_uS", "rise_s", "half_recovery_s")
    })  # fmt: skip
    return SimpleNamespace(
        recording=recording, tonic=recording.values_uS, phasic=np.zeros(n), driver=np.zeros(n), sd=np.full(n, 0.01), quality=None,
        events=none, latency_s=0.3,
    )  # fmt: skip


def test_glm_tells_events_apart_that_overlap():
    onsets = 10.0 + np.cumsum(np.random.default_rng(3).uniform(2.0, 5.0, 120))
    label = np.random.default_rng(4).permutation(["loud", "soft"] * 60)
    sizes = np.where(label == "loud", 0.5, 0.2)
    found = evoked(of(made(onsets, sizes)), pd.DataFrame({"onset_s": onsets, "label": label}), method="glm")
    c = found.conditions.set_index("label")
    assert c.magnitude_uS["loud"] == pytest.approx(0.5, abs=4 * c.se_uS["loud"])
    assert c.magnitude_uS["soft"] == pytest.approx(0.2, abs=4 * c.se_uS["soft"])
    assert c.se_uS.max() < 0.02
    assert c.difference_uS["loud"] == pytest.approx(0.3, abs=4 * c.difference_se_uS["loud"])
    assert c.shift_s["loud"] == pytest.approx(0.0, abs=0.15)
    trials = found.trials
    assert abs((trials.amplitude_uS - sizes) / trials.amplitude_sd_uS).mean() < 1.5
    found.plot()


def test_glm_is_off_by_little_where_a_response_is_late():
    onsets = np.arange(20.0, 580.0, 20.0)
    c = evoked(of(made(onsets, [0.5] * 28, shift_s=0.3, noise=0.002)), onsets, method="glm").conditions.iloc[
        0
    ]
    assert c.magnitude_uS == pytest.approx(0.5, rel=0.05)
    assert c.shift_s == pytest.approx(0.3, abs=0.08)


def test_glm_error_bars_hold_in_correlated_noise():
    onsets = np.arange(20.0, 580.0, 14.0)
    z = []
    for seed in range(40):
        c = evoked(
            of(made(onsets, [0.3] * len(onsets), noise=0.05, seed=seed, fs=4.0)), onsets, method="glm"
        ).conditions.iloc[0]
        z.append((c.magnitude_uS - 0.3) / c.se_uS)
    assert abs(np.mean(z)) < 0.6
    assert 0.7 < np.std(z) < 1.4


def test_glm_over_gaps_and_missing_samples():
    onsets = np.arange(20.0, 580.0, 20.0)
    recording = made(onsets, [0.5] * 28, noise=0.005)
    values = recording.values_uS.copy()
    values[800:1000] = np.nan
    keep = (recording.times_s < 300) | (recording.times_s > 420)
    found = evoked(of(Recording.of(values[keep], times=recording.times_s[keep])), onsets, method="glm")
    assert found.conditions.magnitude_uS[0] == pytest.approx(0.5, rel=0.05)
    assert 15 < found.conditions.usable[0] < 28
    assert (found.trials.why[~found.trials.usable] == UNUSABLE).all()


def test_glm_says_what_it_cannot_tell_apart():
    onsets = np.arange(20.0, 580.0, 20.0)
    twice = pd.DataFrame({"onset_s": np.r_[onsets, onsets], "label": ["a"] * 28 + ["b"] * 28})
    found = evoked(of(made(onsets, [0.5] * 28)), twice, method="glm")
    assert found.conditions.magnitude_uS.isna().all()
    assert any("not to be told apart" in note for note in found.notes)


@settings(max_examples=15, deadline=None)
@given(scale=st.floats(1e-3, 1e3), seed=st.integers(0, 20))
def test_glm_knows_no_unit(scale, seed):
    onsets = np.arange(20.0, 180.0, 12.0)
    recording = made(onsets, [0.4] * len(onsets), length_s=200, seed=seed, fs=4.0)
    scaled = Recording.of(recording.values_uS * scale, fs=4)
    one, other = (evoked(of(each), onsets, method="glm").conditions for each in (recording, scaled))
    np.testing.assert_allclose(other.magnitude_uS, scale * one.magnitude_uS, rtol=1e-5)
    np.testing.assert_allclose(other.se_uS, scale * one.se_uS, rtol=1e-5)


@settings(max_examples=30, deadline=None)
@given(
    bursts=st.lists(st.tuples(st.floats(0, 118), st.floats(0.01, 2)), max_size=20),
    onsets=st.lists(st.floats(-20, 140), min_size=1, max_size=15), method=st.sampled_from(["window", "glm"]),
)  # fmt: skip
def test_any_events_have_a_row_each(activity_of, bursts, onsets, method):
    a = activity_of([b[0] for b in bursts], [b[1] for b in bursts], noise_uS=0.01)
    found = evoked(a, onsets, method=method)
    assert len(found.trials) == len(onsets)
    assert found.trials.onset_s.is_monotonic_increasing
    assert found.conditions.trials.sum() == len(onsets)
    assert found.conditions.usable.sum() == found.trials.usable.sum()
    assert (found.trials.why == "").equals(found.trials.usable)
    if method == "window":
        usable = found.trials[found.trials.usable]
        assert (usable.amplitude_uS >= 0).all()
        assert usable.amplitude_uS.notna().all()


def test_four_pictures(recordings):
    """Two of the four are answered; by either method each is measured."""
    from sudomotor.measurement.decompose import decompose
    from sudomotor.measurement.read import read

    activity = decompose(
        read(recordings / "neurokit_bio_eventrelated_100hz.csv", channel="EDA", fs=100, unit="uS")
    )
    for method in ("window", "glm"):
        found = evoked(activity, [10.24, 49.58, 92.24, 129.84], method=method)
        assert found.trials.usable.all()
        assert np.isfinite(found.conditions[["magnitude_uS", "se_uS", "response_share"]].to_numpy()).all()
    assert evoked(activity, [10.24]).trials.amplitude_uS[0] > 1.0
