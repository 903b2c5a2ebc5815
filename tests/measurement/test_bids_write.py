"""The BIDS derivative: read again, it is what was written; pauses are n/a; the same numbers give the same bytes."""

from __future__ import annotations

import gzip
import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from sudomotor.errors import InputError
from sudomotor.measurement import bids
from sudomotor.measurement.bids import write_bids
from sudomotor.measurement.read import read
from sudomotor.measurement.readers.bids import read_events
from sudomotor.measurement.recording import Recording


def activity(rec, events=None):
    """Anything with these names can be written."""
    n = len(rec)
    table = pd.DataFrame({"onset_s": [1.0, 2.5], "amplitude_uS": [0.2, np.nan]}) if events is None else events
    return SimpleNamespace(
        recording=rec, tonic=np.full(n, 1.5), phasic=rec.values_uS - 1.5, driver=np.zeros(n), sd=np.full(n, 0.01),
        events=table, latency_s=1.5, method="map",
    )  # fmt: skip


def test_there_and_back(tmp_path):
    rec = Recording.of(
        2 + np.sin(np.arange(40) / 3.0), fs=3.7, source="somewhere/sub-07_task-rest_physio.tsv.gz"
    )
    written = write_bids(activity(rec), tmp_path / "out")
    assert [path.name for path in written] == [
        "sub-07_task-rest_desc-sudomotor_physio.tsv.gz", "sub-07_task-rest_desc-sudomotor_physio.json",
        "sub-07_task-rest_desc-sudomotor_events.tsv", "sub-07_task-rest_desc-sudomotor_events.json",
        "dataset_description.json",
    ]  # fmt: skip
    again = read(written[0])
    assert again.values_uS == pytest.approx(rec.values_uS, rel=1e-8)
    assert again.rate_Hz == pytest.approx(3.7)
    assert read(written[0], channel="tonic").values_uS == pytest.approx(1.5)
    meta = json.loads(written[1].read_text())
    assert meta["Columns"] == ["eda", "tonic", "phasic", "driver", "phasic_sd"]
    assert meta["driver"]["Units"] == "uS"
    assert meta["GeneratedBy"][0]["Name"] == "sudomotor"
    assert [mark.onset_s for mark in read_events(written[2])] == [1.0, 2.5]
    assert written[2].read_text().splitlines()[0] == "onset\tduration\ttrial_type\tamplitude_uS"
    assert written[2].read_text().splitlines()[2] == "2.5\t0\tburst\tn/a"
    assert json.loads(written[3].read_text())["amplitude_uS"]["Units"] == "uS"
    assert json.loads(written[4].read_text())["DatasetType"] == "derivative"
    before = written[0].read_bytes()
    write_bids(activity(rec), tmp_path / "out")
    assert written[0].read_bytes() == before


def test_pauses_are_not_available(tmp_path):
    rec = Recording.of([1.0, 2.0, 3.0, 4.0], times=[10.0, 10.5, 12.0, 12.5])
    physio, side, *_ = write_bids(activity(rec), tmp_path)
    lines = gzip.decompress(physio.read_bytes()).decode().splitlines()
    assert [line.split("\t")[0] for line in lines] == ["1", "2", "n/a", "n/a", "3", "4"]
    meta = json.loads(side.read_text())
    assert (meta["StartTime"], meta["SamplingFrequency"]) == (10.0, 2.0)
    assert meta["Notes"] == ["2 samples that were not recorded are n/a"]
    assert read(physio).times_s[0] == 10.0


def test_uneven_clocks_are_laid_on_an_even_one(tmp_path):
    times = np.array([0.0, 0.4, 1.2, 1.3, 2.0, 2.9, 3.0, 4.1, 5.0, 20.0, 20.4, 21.2, 22.0])
    rec = Recording.of(times * 2, times=times)
    physio, side, *_ = write_bids(activity(rec), tmp_path)
    again = read(physio)
    known = np.isfinite(again.values_uS)
    assert again.values_uS[known] == pytest.approx(2 * again.times_s[known], rel=1e-6)
    assert not known[(again.times_s > 5.5) & (again.times_s < 19.5)].any()
    assert "interpolated" in json.loads(side.read_text())["Notes"][-1]


def test_rounded_stamps_do_not_drift(tmp_path):
    times = np.round(np.arange(5000) / 128.0, 3)  # steps of 7 and 8 ms
    rec = Recording.of(np.ones(5000), times=times)
    _, side, *_ = write_bids(activity(rec), tmp_path)
    assert json.loads(side.read_text())["SamplingFrequency"] == pytest.approx(128.0, rel=1e-4)


def test_names(tmp_path):
    rec = Recording.of([1.0, 2.0], fs=1, source="/home/x/my file (2).csv")
    assert write_bids(activity(rec), tmp_path)[0].name == "sub-myfile2_desc-sudomotor_physio.tsv.gz"
    assert (
        write_bids(activity(rec), tmp_path, name="sub-3_ses-1")[0].name
        == "sub-3_ses-1_desc-sudomotor_physio.tsv.gz"
    )
    with pytest.raises(InputError, match="no name of BIDS"):
        write_bids(activity(rec), tmp_path, name="../etc")


def test_one_sample_and_no_events(tmp_path):
    rec = Recording.of([2.0], times=[3.0])
    physio, _, events, *_ = write_bids(activity(rec, pd.DataFrame({"onset_s": []})), tmp_path)
    assert read(physio).values_uS.tolist() == [2.0]
    assert events.read_text() == "onset\tduration\ttrial_type\n"


def test_what_cannot_be_written(tmp_path, monkeypatch):
    rec = Recording.of([1.0, 2.0, 3.0], times=[0.0, 1.0, 1e6])
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        write_bids(activity(rec), tmp_path / "file" / "out")
    monkeypatch.setattr(bids, "MOST_ROWS", 1000)
    with pytest.raises(InputError, match=r"recording\.between"):
        write_bids(activity(rec), tmp_path)
    wrong = activity(rec)
    wrong.tonic = np.zeros(2)
    with pytest.raises(InputError, match="'tonic' has the shape"):
        write_bids(wrong, tmp_path)
