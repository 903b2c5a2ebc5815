"""Windows add up to what is known of the bursts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.measurement import Recording
from sudomotor.measurement.features import features


def test_counts_amplitudes_and_the_integral(activity_of):
    a = activity_of([5, 20, 70], [0.5, 0.3, 0.8], sd_uS=0.03)
    table = features(a)
    assert table.start_s.tolist() == [0.0, 60.0]
    assert table.events.tolist() == [2, 1]
    assert table.events_per_min.tolist() == [2.0, 1.0]
    assert table.events_per_min_sd[0] == pytest.approx(np.sqrt(2))
    assert table.amplitude_uS.tolist() == pytest.approx([0.4, 0.8])
    assert table.amplitude_sd_uS.tolist() == pytest.approx([0.03 / np.sqrt(2), 0.03])
    assert table.amplitude_sum_sd_uS[0] == pytest.approx(0.03 * np.sqrt(2))
    # the driver goes through a kernel of unit area: both hold the same uS s
    assert table.iscr_uS_s.tolist() == pytest.approx([0.8 * a.kernel.area_s, 0.8 * a.kernel.area_s])
    assert table.iscr_uS_s.sum() == pytest.approx(a.phasic.sum() / 4, rel=0.01)
    assert table.tonic_uS.tolist() == pytest.approx([4.0, 4.0])
    assert table.tonic_sd_uS.tolist() == pytest.approx([0.0, 0.0], abs=1e-6)
    assert table.phasic_max_uS[1] == pytest.approx(0.8, rel=0.02)


def test_a_response_counts_where_it_shows(activity_of):
    """The burst arrives before the window's end, its response shows after it."""
    a = activity_of([59.9], [0.5])
    assert features(a).events.tolist() == [0, 1]


def test_missing_time_is_not_made_up_for(activity_of):
    a = activity_of([5, 70], [0.5, 0.8])
    a.recording.values_uS[:120] = np.nan
    table = features(a)
    assert table.usable_s.tolist() == [30.0, 60.0]
    assert table.events_per_min[0] == 2.0
    a.recording.values_uS[:240] = np.nan
    row = features(a).iloc[0]
    assert row.usable_s == 0.0
    assert np.isnan(
        row[["events_per_min", "events_per_min_sd", "iscr_uS_s", "tonic_uS", "phasic_max_uS"]].to_numpy(
            dtype=float
        )
    ).all()


def test_gaps_in_time_do_not_count(activity_of):
    a = activity_of([], [])
    times = a.recording.times_s.copy()
    times[240:] += 1000.0
    a.recording = Recording.of(a.recording.values_uS, times=times)
    table = features(a)
    assert table.usable_s.sum() == pytest.approx(120.0)
    assert table.usable_s.max() <= 60.0
    assert len(table) == 19


def test_no_events_is_no_certain_nought(activity_of):
    row = features(activity_of([], [])).iloc[0]
    assert row.events_per_min == 0.0
    assert row.events_per_min_sd == pytest.approx(np.sqrt(0.5))
    assert np.isnan(row.amplitude_uS)
    assert row.amplitude_sum_uS == 0.0


def test_ledalab(activity_of):
    a = activity_of([20.0, 22.0, 60.0], [0.5, 0.3, 0.8])
    table = features(a, 3.0, names="ledalab", starts_s=[19.0, 40.0])
    assert table.columns[3:].tolist() == [
        "CDA.nSCR", "CDA.Latency", "CDA.AmpSum", "CDA.SCR", "CDA.ISCR", "CDA.PhasicMax", "CDA.Tonic",
    ]  # fmt: skip
    first, second = table.iloc[0], table.iloc[1]
    assert first["CDA.nSCR"] == 1
    assert first["CDA.Latency"] == pytest.approx(1.3)
    assert first["CDA.AmpSum"] == pytest.approx(0.5)
    # the mean driver is the integral over the window's length, whatever the sampling rate
    assert first["CDA.SCR"] == pytest.approx(first["CDA.ISCR"] / 3.0)
    assert second["CDA.nSCR"] == 0
    assert np.isnan(second["CDA.Latency"])


@pytest.mark.parametrize("fs", [4.0, 10.0, 31.98])
def test_the_rate_does_not_matter(activity_of, fs):
    a = activity_of([5, 20, 70], [0.5, 0.3, 0.8], fs=fs)
    table = features(a, 60.0, names="ledalab")
    assert table["CDA.ISCR"].tolist() == pytest.approx(
        [0.8 * a.kernel.area_s, 0.8 * a.kernel.area_s], rel=0.01
    )
    assert table["CDA.SCR"].tolist() == pytest.approx([0.8 * a.kernel.area_s / 60] * 2, rel=0.01)


def test_neurokit(activity_of):
    row = features(activity_of([5, 20], [0.5, 0.3]), 60.0, names="neurokit").iloc[0]
    assert row["SCR_Peaks_N"] == 2
    assert row["SCR_Peaks_Amplitude_Mean"] == pytest.approx(0.4)


def test_windows_that_overlap(activity_of):
    assert features(activity_of([], []), 60.0, 30.0).start_s.tolist() == [0.0, 30.0, 60.0, 90.0]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"window_s": 0}, "window_s"), ({"window_s": float("nan")}, "window_s"), ({"step_s": -1}, "step_s"),
        ({"names": "ledalb"}, "ledalab"),
        ({"starts_s": ["a"]}, "seconds"), ({"step_s": 1e-6}, "more than"), ({"window_s": "60"}, "window_s"),
    ],
)  # fmt: skip
def test_what_makes_no_sense(activity_of, asked, words):
    with pytest.raises(InputError, match=words):
        features(activity_of([5], [0.5]), **asked)


@settings(max_examples=30, deadline=None)
@given(
    bursts=st.lists(st.tuples(st.floats(0, 118), st.floats(0.01, 2)), max_size=20), window=st.floats(5, 200),
    scale=st.floats(0.01, 100),
)  # fmt: skip
def test_windows_add_up(activity_of, bursts, window, scale):
    """However they are cut, windows hold each event and each uS s once; and amounts scale with the unit."""
    onsets, sizes = [b[0] for b in bursts], [b[1] for b in bursts]
    a = activity_of(onsets, sizes)
    table = features(a, window)
    assert table.events.sum() == len(bursts)
    assert table.usable_s.sum() == pytest.approx(120.0)
    assert table.amplitude_sum_uS.sum() == pytest.approx(sum(sizes))
    assert table.iscr_uS_s.sum() == pytest.approx(sum(sizes) * a.kernel.area_s, rel=1e-6, abs=1e-9)
    larger = features(activity_of(onsets, [scale * size for size in sizes], tonic_uS=4 * scale), window)
    np.testing.assert_allclose(larger.iscr_uS_s, scale * table.iscr_uS_s, rtol=1e-9)
    np.testing.assert_array_equal(larger.events, table.events)
