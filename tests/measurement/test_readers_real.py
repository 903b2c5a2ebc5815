"""Real recordings, where they are at hand (`SUDOMOTOR_RECORDINGS`): each reads as its README says, or is refused as it must be."""

from __future__ import annotations

import pytest

from sudomotor.errors import InputError
from sudomotor.measurement.read import read


def test_an_e4_export(recordings):
    rec = read(recordings / "szpak_e4_EDA.csv")
    assert (rec.rate_Hz, rec.format) == (4.0, "e4")
    assert rec.duration_s / 60 == pytest.approx(115.6, abs=0.1)
    assert rec.start.isoformat() == "2018-11-01T23:12:44+00:00"


def test_an_e4_export_of_dry_skin(recordings):
    rec = read(recordings / "flirt_e4_EDA.csv")
    assert rec.duration_s / 60 == pytest.approx(41.7, abs=0.1)
    assert 0.0 <= rec.values_uS.min() < rec.values_uS.max() < 0.12
    assert rec.acceleration.times_s[-1] / 60 == pytest.approx(5.2, abs=0.1)
    assert rec.temperature.times_s[-1] / 60 == pytest.approx(20.8, abs=0.1)
    with pytest.raises(InputError, match="ACC file of an E4"):
        read(recordings / "flirt_e4_ACC.csv")


def test_affectiva_hours(recordings):
    files = [path for path in sorted(recordings.glob("aww_*.csv")) if not path.stem.endswith("_Epochs")]
    assert files
    for path in files:
        rec = read(path)
        assert (rec.format, rec.rate_Hz) == ("affectiva", 8.0)
        assert rec.duration_s == pytest.approx(3600.0)
        assert rec.acceleration.values.shape == (28800, 3)
        assert 25.0 < rec.temperature.values.mean() < 38.0
        assert rec.start.utcoffset().total_seconds() == 3600.0


def test_labels_are_no_recording(recordings):
    with pytest.raises(InputError, match="no channel is named like skin conductance"):
        read(recordings / "aww_2013_05_28_1hour_walking_Epochs.csv")


def test_neurokits_table_does_not_state_its_unit(recordings):
    path = recordings / "neurokit_bio_eventrelated_100hz.csv"
    with pytest.raises(
        InputError, match=r"unit of 'EDA' is not stated[^$]*sampling rate[^$]*--unit[^$]*--fs"
    ):
        read(path)
    rec = read(path, unit="uS", fs=100)
    assert rec.duration_s == pytest.approx(150.0)
    assert 12.9 < rec.values_uS.min() < rec.values_uS.max() < 16.8


def test_biosppys_counts_are_not_uS(recordings):
    path = recordings / "biosppy_eda_1000hz.txt"
    with pytest.raises(InputError, match=r"12 bits[^$]*--convert"):
        read(path)
    rec = read(path, convert="0.01 uS per count")
    assert rec.rate_Hz == 1000.0
    assert 21.0 < rec.values_uS.min() < rec.values_uS.max() < 27.0
