"""The columns that users of NeuroKit2 know, with what they hold there."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.measurement.neurokit_names import COLUMNS, to_neurokit


def test_marks_and_values_stand_where_neurokit_puts_them(activity_of):
    a = activity_of([10, 40, 70], [0.5, 0.3, 0.8], fs=100.0)
    frame = to_neurokit(a)
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == len(a.recording.times_s)
    onsets, peaks, recoveries = (
        np.flatnonzero(frame[name]) for name in ("SCR_Onsets", "SCR_Peaks", "SCR_Recovery")
    )
    np.testing.assert_allclose(onsets / 100, [10.3, 40.3, 70.3], atol=0.01)
    # the peak of the curve that the bursts make
    for peak in peaks:
        assert frame.EDA_Phasic[peak] == pytest.approx(
            frame.EDA_Phasic[peak - 300 : peak + 300].max(), rel=1e-4
        )
    assert frame.SCR_Amplitude[peaks].tolist() == [0.5, 0.3, 0.8]
    np.testing.assert_allclose(frame.SCR_Height[peaks], frame.EDA_Phasic[peaks])
    np.testing.assert_allclose(frame.SCR_RiseTime[peaks], (peaks - onsets) / 100, atol=0.011)
    np.testing.assert_allclose(frame.SCR_RecoveryTime[recoveries], (recoveries - peaks) / 100, atol=0.011)
    np.testing.assert_allclose(frame.EDA_Phasic[recoveries], 0.5 * frame.EDA_Phasic[peaks], rtol=0.02)
    np.testing.assert_allclose(frame.EDA_Clean, frame.EDA_Raw)
    for name in COLUMNS[4:]:
        assert (frame[name] != 0).sum() == 3


def test_no_events(activity_of):
    frame = to_neurokit(activity_of([], []))
    assert (frame[list(COLUMNS[4:])] == 0).all().all()


def test_unknown_rise_and_recovery(activity_of):
    a = activity_of([10, 40], [0.5, 0.3], fs=20.0)
    a.events["rise_s"] = np.nan
    a.events["half_recovery_s"] = [np.nan, 2.0]
    frame = to_neurokit(a)
    peaks = np.flatnonzero(frame.SCR_Peaks)
    np.testing.assert_allclose(frame.EDA_Phasic[peaks], [0.5, 0.3], rtol=0.01)
    assert frame.SCR_Recovery.sum() == 1


def test_a_response_that_is_cut_off_is_left_out(activity_of):
    frame = to_neurokit(activity_of([-5.0, 10.0, 119.5], [0.5, 0.4, 0.3], fs=20.0))
    assert frame.SCR_Amplitude[frame.SCR_Peaks == 1].tolist() == [0.4]


@settings(max_examples=30, deadline=None)
@given(
    bursts=st.lists(st.tuples(st.floats(-2, 122), st.floats(0.01, 2)), max_size=30),
    fs=st.sampled_from([1.0, 4.0, 25.0]),
)
def test_marks_come_in_pairs(activity_of, bursts, fs):
    frame = to_neurokit(activity_of([b[0] for b in bursts], [b[1] for b in bursts], fs=fs))
    assert frame.SCR_Onsets.sum() == frame.SCR_Peaks.sum() <= len(bursts)
    assert frame.SCR_Recovery.sum() <= frame.SCR_Peaks.sum()
    assert ((frame.SCR_Amplitude > 0) == (frame.SCR_Peaks == 1)).all()
    assert np.isfinite(frame.to_numpy(dtype=float)).all()


def test_the_columns_are_neurokits():
    """Where it is installed."""
    nk = pytest.importorskip("neurokit2", reason="neurokit2 is not installed", exc_type=ImportError)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs, _ = nk.eda_process(
            nk.eda_simulate(30, sampling_rate=50, scr_number=3, random_state=1), sampling_rate=50
        )
    assert set(theirs.columns) == set(COLUMNS)
