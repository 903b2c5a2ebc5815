"""`sudomotor measure`: what it reads, prints, writes and refuses."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sudomotor.cli.main import main
from sudomotor.cli.measure import _folders
from sudomotor.measurement.kernels import bateman

MINUTES = 4
ONSETS = np.arange(11.0, 60.0 * MINUTES - 8.0, 19.0)


def values(seed=0, scale=1.0, shift=0.0):
    t = np.arange(0.0, 60.0 * MINUTES, 0.25)
    kernel = bateman(2.0, 0.7)
    y = 4.0 + shift + sum(0.4 * kernel.at(t - at) for at in ONSETS)
    return scale * (y + 0.002 * np.random.default_rng(seed).normal(size=len(t)))


def write_e4(path, seed=0):
    path.parent.mkdir(exist_ok=True, parents=True)
    path.write_text("1541113964.000000\n4.000000\n" + "\n".join(f"{y:.6f}" for y in values(seed)) + "\n")


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_e4(Path("EDA.csv"))
    Path("events.tsv").write_text("onset\tduration\ttrial_type\n28\t1\tpicture\n47\t1\tpicture\n60\t1\tblank\n")
    return tmp_path


def told(capsys, *words, code=0):
    assert main(["measure", *words]) == code
    return capsys.readouterr()


def test_everything_is_written_and_told(here, capsys):
    out = " ".join(told(capsys, "EDA.csv", "--site", "left hand").out.split())
    for part in (
        "EDA.csv", "100 % of 4 min", "12 bursts, 3.0 ±", "a minute of usable time", "A median of 0.4", "4.00", "µS on average",
        "Noise of 0.0", "certificate", "kernel bateman (slow 2 s, fast 0.7 s)", "agree a treatment with your clinician",
        "Report: sudomotor-activity/report.html",
    ):  # fmt: skip
        assert part in out, part
    folder = Path("sudomotor-activity")
    assert sorted(os.listdir(folder)) == ["activity.parquet", "events.tsv", "features.tsv", "manifest.json", "report.html"]
    samples = pd.read_parquet(folder / "activity.parquet")
    assert samples.columns.tolist() == [
        "time_s", "conductance_uS", "tonic_uS", "phasic_uS", "driver_uS", "sd_uS", "quality"
    ]  # fmt: skip
    assert samples.conductance_uS.to_numpy() == pytest.approx(np.round(values(), 6))
    assert np.abs(samples.tonic_uS + samples.phasic_uS - samples.conductance_uS).mean() < 0.01
    assert set(samples.quality) == {"good"}
    events = pd.read_csv(folder / "events.tsv", sep="\t")
    assert events.columns.tolist() == [
        "onset_s", "amplitude_uS", "amplitude_sd_uS", "rise_s", "half_recovery_s", "latency_s"
    ]  # fmt: skip
    assert np.abs(events.onset_s - ONSETS).max() < 0.5
    windows = pd.read_csv(folder / "features.tsv", sep="\t")
    assert windows.start_s.tolist() == [0, 60, 120, 180]
    assert windows.events.sum() == len(events)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert (manifest["command"], manifest["site"]) == ("measure", "left palm")


def test_json_is_one_object_a_file_and_writes_nothing_unless_asked(here, capsys):
    write_e4(Path("b_EDA.csv"), seed=3)
    out = told(capsys, "EDA.csv", "b_EDA.csv", "none.csv", "--json", code=2).out
    first, second, third = (json.loads(line) for line in out.splitlines())
    assert (first["file"], first["bursts"], first["files"]) == ("EDA.csv", 12, None)
    assert (second["file"], second["bursts"]) == ("b_EDA.csv", 12)
    assert third["file"] == "none.csv"
    assert set(third["error"]) == {"what", "where", "mend"}
    assert not Path("sudomotor-activity").exists()
    one = json.loads(told(capsys, "EDA.csv", "--json", "-o", "out").out)
    assert one["files"]["report.html"] == "out/report.html"
    assert {**one, "files": None} == first


def test_events_give_trials_conditions_and_a_section(here, capsys):
    out = " ".join(told(capsys, "EDA.csv", "--events", "events.tsv", "-o", "out").out.split())
    assert re.search(r"picture: 0\.(39|4)\d* ± 0\.\d+ µS on average", out)
    assert "a burst answered in 2 of 2 trials" in out
    assert "a burst answered in 0 of 1 trial." in out
    table = pd.read_csv("out/evoked.tsv", sep="\t")
    assert table.level.tolist() == ["condition"] * 2 + ["trial"] * 3
    assert table.label.tolist() == ["picture", "blank", "picture", "picture", "blank"]
    assert table.usable.tolist() == [2, 1, 1, 1, 1]
    assert table[table.level == "trial"].amplitude_uS.to_numpy() == pytest.approx([0.4, 0.4, 0.0], abs=0.05)
    assert "What the events evoked" in Path("out/report.html").read_text("utf-8")
    # an earlier run's table does not stay beside what is written without events
    told(capsys, "EDA.csv", "-o", "out", "--force")
    assert not Path("out/evoked.tsv").exists()
    assert Path("events.tsv").read_text().startswith("onset\tduration")
    late = json.loads(
        told(capsys, "EDA.csv", "--events", "events.tsv", "--event-window", "8,9", "--event-method", "glm", "--json").out
    )
    assert (late["evoked"]["method"], late["evoked"]["window_s"]) == ("glm", [8.0, 9.0])


def test_many_files_give_a_folder_each_and_one_table(here, capsys):
    write_e4(Path("s1/EDA.csv"), 1)
    write_e4(Path("s2/EDA.csv"), 2)
    done = told(capsys, "s1/EDA.csv", "none.csv", "s2/EDA.csv", "--window", "120", "--events", "events.tsv", code=2)
    assert "there is no such file" in done.err
    assert "1 of 3 files could not be measured" in done.err
    assert "s1/EDA.csv" in done.out
    assert sorted(path.name for path in Path("sudomotor-activity").iterdir()) == [
        "evoked.tsv", "features.tsv", "s1-EDA", "s2-EDA"
    ]  # fmt: skip
    table = pd.read_csv("sudomotor-activity/features.tsv", sep="\t")
    assert table.file.tolist() == ["s1/EDA.csv"] * 2 + ["s2/EDA.csv"] * 2
    assert table.columns[0] == "file"
    evoked = pd.read_csv("sudomotor-activity/evoked.tsv", sep="\t")
    assert len(evoked) == 10
    assert Path("sudomotor-activity/s2-EDA/report.html").exists()


def test_the_other_files_go_on_whatever_one_does(here, capsys, monkeypatch):
    from sudomotor.report import measure_files

    write_e4(Path("b_EDA.csv"))
    write = measure_files.write_measurement

    def breaks(folder, result):
        if folder.name == "EDA":
            raise RuntimeError("broken")
        return write(folder, result)

    monkeypatch.setattr(measure_files, "write_measurement", breaks)
    done = told(capsys, "EDA.csv", "b_EDA.csv", code=2)
    assert "should not happen (RuntimeError: broken)" in done.err
    assert Path("sudomotor-activity/b_EDA/report.html").exists()
    with pytest.raises(RuntimeError):
        main(["measure", "EDA.csv", "-o", "EDA"])


def test_what_is_there_is_kept_unless_asked(here, capsys):
    told(capsys, "EDA.csv", "-o", "out")
    before = {path: path.read_bytes() for path in Path("out").iterdir()}
    error = told(capsys, "EDA.csv", "-o", "out", "--treated", code=2).err
    assert "is there already" in error
    assert "--force" in error
    assert {path: path.read_bytes() for path in Path("out").iterdir()} == before
    out = told(capsys, "EDA.csv", "-o", "out", "--treated", "--site", "palms", "--force").out
    assert "A treated palm's conductance measures how far its ducts are blocked, not calm" in " ".join(out.split())
    # what is not ours is not written over, even then
    Path("other").mkdir()
    Path("other/report.html").write_text("<p>mine</p>")
    assert "not a report of ours" in told(capsys, "EDA.csv", "-o", "other", "--force", code=2).err
    assert Path("other/report.html").read_text() == "<p>mine</p>"
    assert os.listdir("other") == ["report.html"]


def test_what_is_read_is_never_written_over(here, capsys):
    before = Path("events.tsv").read_bytes()
    error = told(capsys, "EDA.csv", "--events", "events.tsv", "-o", ".", "--force", code=2).err
    assert "it is to be read" in error
    assert Path("events.tsv").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["none.csv"], ["no such file", "none.csv"]),
        (["."], ["this is a folder", "EDA.csv"]),
        (["EDA.csv", "--method", "mapp"], ["unknown method", "did you mean 'map'?"]),
        (["EDA.csv", "--kernel", "batman"], ["did you mean 'bateman'?", "third_order"]),
        (["EDA.csv", "--method", "scrf", "--kernel", "bateman"], ["has the kernel scrf"]),
        (["EDA.csv", "--method", "cvxeda", "--tau", "2,0.7"], ["time constants of its own"]),
        (["EDA.csv", "--kernel", "scrf", "--tau", "2,0.7"], ["time constants of its own"]),
        (["EDA.csv", "--tau", "2,0,7"], ["no pair of time constants", "--tau 2.0,0.7"]),
        (["EDA.csv", "--tau", "0.7,2"], ["0.7 s and 2 s", "the slow one first"]),
        (["EDA.csv", "--tau", "nan,1"], ["no pair of time constants"]),
        (["EDA.csv", "--window", "0"], ["makes no sense", "--window 60"]),
        (["EDA.csv", "--window", "nan"], ["makes no sense"]),
        (["EDA.csv", "--window", "x"], ["--window"]),
        (["EDA.csv", "--names", "leda"], ["did you mean 'ledalab'?"]),
        (["EDA.csv", "--unit", "mV"], ["not a unit"]),
        (["EDA.csv", "--convert", "twice"], ["not understood", "per count"]),
        (["EDA.csv", "--format", "zzz"], ["unknown format", "e4"]),
        (["EDA.csv", "--site", ""], ["--site palms"]),
        (["EDA.csv", "--events", "none.tsv"], ["no such file", "trial_type"]),
        (["EDA.csv", "--events", "EDA.csv"], ["no column 'onset'"]),
        (["EDA.csv", "--events", "marks"], ["no marks of its own"]),
        (["EDA.csv", "--event-window", "4,1", "--events", "events.tsv"], ["no stretch of time", "1,4"]),
        (["EDA.csv", "--event-window", "1,4"], ["there are no events"]),
        (["EDA.csv", "-o", "events.tsv"], ["a file of that name", "-o my-activity"]),
        ([], ["FILE..."]),
    ],
)
def test_wrong_things_are_told_with_their_mend(here, capsys, words, parts):
    error = told(capsys, *words, code=2).err
    for part in (*parts, "mend:"):
        assert part in error
    assert not Path("sudomotor-activity").exists()
    assert "error" in json.loads(told(capsys, *words, "--json", code=2).out)


def test_numbers_of_any_unit_are_the_same(here, capsys):
    plain = json.loads(told(capsys, "EDA.csv", "--json").out)
    columns = {"t": np.arange(0, 60 * MINUTES, 0.25), "eda": values(scale=1000.0)}
    pd.DataFrame(columns).to_csv("nano.csv", index=False, float_format="%.3f")
    other = json.loads(told(capsys, "nano.csv", "--times", "t (s)", "--unit", "nS", "--json").out)
    pd.DataFrame({"counts": (values() - 0.1) / 0.0005}).to_csv("counts.csv", index=False)
    words = ["--fs", "4", "--channel", "counts", "--convert", "0.0005 uS per count + 0.1 uS", "--json"]
    counts = json.loads(told(capsys, "counts.csv", *words).out)
    for found in (other, counts):
        assert found["bursts"] == plain["bursts"]
        assert found["tonic_uS"] == pytest.approx(plain["tonic_uS"], rel=1e-3)
    assert any("as declared" in text for text in counts["assumptions"])


@pytest.mark.parametrize("method", ["map", "scrf", "cvxeda"])
def test_every_method_writes_everything(here, capsys, method):
    found = json.loads(told(capsys, "EDA.csv", "--method", method, "--json", "-o", "out").out)
    assert found["method"] == method
    assert found["bursts"] > 5
    assert {"activity.parquet", "events.tsv", "features.tsv", "report.html"} <= set(found["files"])


def test_other_names_and_no_quality(here, capsys):
    told(capsys, "EDA.csv", "--names", "neurokit", "-o", "nk", "--no-quality")
    assert {"EDA_Tonic", "EDA_Phasic", "SCR_Onsets"} <= set(pd.read_parquet("nk/neurokit.parquet"))
    assert "SCR_Peaks_N" in pd.read_csv("nk/features.tsv", sep="\t")
    assert "quality" not in pd.read_parquet("nk/activity.parquet")
    assert "quality was not judged" in told(capsys, "EDA.csv", "--no-quality", "--json").out
    told(capsys, "EDA.csv", "--names", "ledalab", "-o", "ll", "--tau", "personal")
    assert "CDA.nSCR" in pd.read_csv("ll/features.tsv", sep="\t")


def test_folders_are_told_apart():
    files = [Path("a/EDA.csv"), Path("b/EDA.csv"), Path("sub-1_physio.tsv.gz"), Path("x/a-EDA.txt")]
    assert [each.name for each in _folders(files, Path("o"))] == ["a-EDA", "b-EDA", "sub-1_physio", "a-EDA-2"]


@pytest.mark.skipif(
    "SUDOMOTOR_RECORDINGS" not in os.environ, reason="SUDOMOTOR_RECORDINGS names no folder of real recordings"
)
def test_real_recordings(here, capsys):
    folder = Path(os.environ["SUDOMOTOR_RECORDINGS"])
    files = sorted(str(path) for pattern in ("*_EDA.csv", "aww_*[a-z].csv") for path in folder.glob(pattern)
                   if "Epochs" not in path.name)  # fmt: skip
    assert len(files) == 4
    told(capsys, *files, "-o", "out")
    table = pd.read_csv("out/features.tsv", sep="\t")
    assert set(table.file) == set(files)
    assert (table.groupby("file").events.sum() > 10).all()
