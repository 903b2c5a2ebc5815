"""`sudomotor stress`: what it prints, writes and refuses."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from sudomotor.cli.main import main

QUICK = ["--minutes", "12", "--people", "4"]
SERIES = (
    "appraisal", "threat", "drive", "vagal", "wetness", "habituation", "sudomotor_drive", "burst_rate_per_min",
    "acetylcholine_uM", "occupancy", "heart_period_ms", "rmssd_ms",
)  # fmt: skip
SCALARS = (
    "heart_period_change_ms", "scl_change_uS", "ns_scr_change_per_min", "rmssd_change_ms", "threat_in_task",
    "threat_at_rest", "drive_in_task", "wetness_in_task", "sweat_treated_in_task_mg_per_min",
    "scl_change_treated_uS", "scl_change_untreated_uS", "stai_s_in_task",
)  # fmt: skip


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["stress", *QUICK, *words]) == 0
    return capsys.readouterr().out


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_json_has_everything_on_one_time_axis(here, capsys):
    words = ["--block", "0.9", "--treated", "left palm", "--json", "--beats", "b.csv", "-o", "out"]
    text = told(capsys, *words)
    out = json.loads(text)
    time = out["time_s"]
    assert len(time) == 7200
    assert np.diff(time) == pytest.approx(0.1, abs=1e-6)
    assert all(len(out[name]) == len(time) for name in SERIES)
    places = {"treated", "untreated", "left palm", "right palm", "left sole", "right sole", "left axilla"}
    for name in ("sweat_mg_per_min", "conductance_uS"):
        assert places <= set(out[name])
        assert all(len(values) == len(time) for values in out[name].values())
        assert out[name]["treated"] == out[name]["left palm"]
        assert out[name]["untreated"] == out[name]["right palm"]
        assert sum(out[name]["treated"]) < 0.6 * sum(out[name]["untreated"])
    assert out["places"] == {"treated": "left palm", "untreated": "right palm"}
    assert set(out["burst_times_s"]) <= set(time)
    for name in SCALARS:
        range_ = out["ranges"][name]
        assert range_["low"] <= out[name] <= range_["high"]
        assert range_["low"] <= range_["median"] <= range_["high"]
    assert out["heart_period_change_ms"] < 0 < out["scl_change_uS"]
    assert out["rmssd_change_ms"] < 0 < out["ns_scr_change_per_min"]
    # the middle person's own numbers are those of the arrays
    at = np.array(time)
    threat = np.array(out["threat"])[(at > out["task_end_s"] - 60) & (at <= out["task_end_s"])].mean()
    assert out["ranges"]["threat_in_task"]["middle_person"] == pytest.approx(threat, rel=1e-4)
    assert (out["task"], out["person"], out["seed"]) == ("sing-a-song", "palmar hyperhidrosis", 1)
    assert any("supported" in text for text in out["hypotheses"]["on"])
    assert any("nothing was said of the person" in text for text in out["assumptions"])
    assert "no medical advice" in out["note"]

    assert out["report"] == "out/report.html"
    page = Path("out/report.html").read_text("utf-8")
    assert page.count("<svg") == 2  # one figure, wide and narrow
    for word in (
        "left palm",
        "Heart period, ms",
        "RMSSD, ms",
        "Skin conductance",
        "measures ducts that are shut",
    ):
        assert word in page
    assert json.loads(Path("out/manifest.json").read_text("utf-8"))["block"] == 0.9

    lines = Path("b.csv").read_text("utf-8").splitlines()
    assert lines[0] == "beat_time_s"
    beats = np.array([float(line) for line in lines[1:]])
    assert (np.diff(beats) > 0.3).all()
    assert np.diff(beats).mean() == pytest.approx(np.mean(out["heart_period_ms"]) / 1e3, rel=0.02)

    # the same call gives the same bytes
    again = json.loads(told(capsys, *words[:5]))
    assert {**out, "report": None, "beats": None} == again


def test_answers_in_words(here, capsys):
    text = " ".join(told(capsys, "--person", "healthy", "--set", "rest_heart_period_ms=900 ms").split())
    for part in (
        "What was felt?", "What did the nerves do?", "Sweat?", "Skin conductance?", "Heart?",
        "What would a measurement mislead about?", "Which claims are on", "(supported)",
        "measures ducts that are shut, not calm", "agree a treatment with your clinician",
        "rest_heart_period_ms set to 900 ms", "Report: sudomotor-report/report.html",
    ):  # fmt: skip
        assert part in text
    assert re.search(r"Heart period from 900 to \d+ ", text)


def test_what_is_believed_is_told_and_counts(here, capsys):
    out = json.loads(
        told(capsys, "--hypotheses", "peripheral", "--treated", "both SOLES", "--block", "1", "--json")
    )
    assert (out["places"]["treated"], out["person"]) == ("left sole", "plantar hyperhidrosis")
    assert out["hypotheses"]["name"] == "peripheral"
    assert not any("speculation" in text or "hypothesis" in text for text in out["hypotheses"]["on"])
    assert not list(here.iterdir())


def test_heat_and_a_cue(here, capsys):
    pytest.importorskip("pythermalcomfort")
    hot = json.loads(told(capsys, "--air-degC", "36", "--task", "cue-only", "--seed", "3", "--json"))
    cool = json.loads(told(capsys, "--task", "cue-only", "--seed", "3", "--json"))
    assert any("air of 36 °C at 50 % humidity, 1.2 met" in text for text in hot["assumptions"])
    assert sum(hot["sweat_mg_per_min"]["left palm"]) > sum(cool["sweat_mg_per_min"]["left palm"])
    assert 0 < cool["threat_change"] < 0.2


@pytest.mark.parametrize(
    ("words", "where", "mend"),
    [
        (["--block", "90"], "--block", "did you mean 0.9?"),
        (["--task", "sing-a-sogn"], "--task", "sing-a-song"),
        (["--treated", "left elbow"], "--treated", "palm"),
        (["--minutes", "5"], "--minutes", "more than 8"),
        (["--minutes", "9"], "--minutes", "at least 12"),
        (["--minutes", "0", "--met", "1.2"], "--minutes", "more than 8"),
        (["--hypotheses", "lop"], "--hypotheses", "loop"),
        (["--person", "heathy"], "--person", "healthy"),
        (["--people", "0"], "--people", "--people"),
        (["--seed", "-1"], "--seed", "1"),
        (["--beats", "beats.txt"], "--beats", ".csv"),
        (["--beats", "nowhere/beats.csv"], "--beats", "make it first"),
        (["--beats", "mine.csv"], "--beats", "another file"),
        (["--set", "drive_sudomotor_gain=0"], "drive_sudomotor_gain", "above 0"),
        (["--air-degC", "2000"], "air_degC", "degC"),
    ],
)
def test_errors_say_where_and_how_to_mend(here, capsys, words, where, mend):
    Path("mine.csv").write_text("my data\n", "utf-8")
    kind = [] if "--person" in words or "--treated" in words else ["--person", "healthy"]
    assert main(["stress", *kind, *words, "--json"]) == 2
    told = capsys.readouterr()
    error = json.loads(told.out)["error"]
    assert where in error["where"]
    assert mend in error["mend"]
    assert told.err.startswith("error: ")
    assert [path.name for path in here.iterdir()] == ["mine.csv"]


def test_help_has_examples(capsys):
    assert main(["stress", "--help"]) == 0
    text = capsys.readouterr().out
    assert "Examples:" in text
    for option in ("--task", "--block", "--treated", "--hypotheses", "--beats", "--air-degC", "--json"):
        assert option in text
