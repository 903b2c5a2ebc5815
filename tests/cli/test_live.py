"""`sudomotor live`: a file that is played back, and a stream on this machine."""

from __future__ import annotations

import json
import threading
import time

import pytest

from sudomotor.cli.main import main
from sudomotor.simulation.recording import record


@pytest.fixture(scope="module")
def made():
    return record("poral", fs=25, minutes=2, seed=5, bursts_per_min=8)


@pytest.fixture
def here(tmp_path, monkeypatch, made):
    monkeypatch.chdir(tmp_path)
    rows = "\n".join(f"{v:.6f}" for v in made.recording.values_uS)
    (tmp_path / "EDA.csv").write_text(f"1541113964.0\n25.0\n{rows}\n")
    return tmp_path


def told(capsys, *words, code=0):
    assert main(["live", *words]) == code
    return capsys.readouterr()


def test_a_file_is_played_back(here, capsys, made):
    out = told(capsys, "--replay", "EDA.csv", "--speed", "0").out
    lines = out.splitlines()
    assert "bursts in 2.0 min" in lines[-1]
    assert abs(len(lines) - 1 - len(made.truth)) <= 4
    assert all("±" in line and line.endswith("µS") for line in lines[:-1])


def test_json_lines(here, capsys):
    out = told(capsys, "--replay", "EDA.csv", "--speed", "0", "--json", "--seconds", "60").out
    moments = [json.loads(line) for line in out.splitlines()]
    assert set(moments[0]) == {"time_s", "tonic_uS", "phasic_uS", "driver_uS", "sd_uS", "events"}
    assert 55 < moments[-1]["time_s"] - moments[0]["time_s"] < 62
    assert any(moment["events"] for moment in moments)


def test_the_speed_is_kept(here, capsys):
    began = time.monotonic()
    told(capsys, "--replay", "EDA.csv", "--speed", "20", "--seconds", "40")
    assert time.monotonic() - began > 1.9


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "what to listen to"),
        (("--lsl", "a", "--replay", "b"), "what to listen to"),
        (("--replay", "EDA.csv", "--speed", "-1"), "a speed of -1"),
        (("--replay", "EDA.csv", "--seconds", "0"), "0 seconds"),
        (("--replay", "EDA.csv", "--tau", "personal"), "whole recording"),
        (("--replay", "none.csv"), "no such file"),
        (("--lsl", "a", "--convert", "1 uS per count"), "for files only"),
    ],
)
def test_what_makes_no_sense_is_refused(here, capsys, words, said):
    assert said in told(capsys, *words, code=2).err


def test_a_stream_in_and_a_stream_out(here, capsys, made):
    try:
        import pylsl
    except (ImportError, RuntimeError) as error:
        pytest.skip(f"the streaming layer cannot be used here: {error}")
    name, stop, received = "sudomotor-test", threading.Event(), []
    info = pylsl.StreamInfo(name, "EDA", 1, 25.0, "float32", "sudomotor-test-source")
    channel = info.desc().append_child("channels").append_child("channel")
    channel.append_child_value("label", "EDA").append_child_value("unit", "microsiemens")
    outlet = pylsl.StreamOutlet(info)
    if not pylsl.resolve_byprop("name", name, timeout=5.0):
        pytest.skip("streams are not seen on this machine's network")

    def send():
        outlet.wait_for_consumers(20.0)
        values = made.recording.values_uS
        for k in range(0, len(values), 25):  # a second of samples at a time, much faster than they were measured
            if stop.is_set():
                return
            for i, value in enumerate(values[k : k + 25]):
                outlet.push_sample([float(value)], 1000.0 + (k + i) / 25.0)
            time.sleep(0.08)

    def receive():
        for found in pylsl.resolve_byprop("name", f"{name}-driver", timeout=15.0)[:1]:
            inlet = pylsl.StreamInlet(found)
            while not stop.is_set():
                rows, stamps = inlet.pull_chunk(timeout=0.2)
                received.extend(zip(stamps, rows, strict=True))

    threads = [threading.Thread(target=each, daemon=True) for each in (send, receive)]
    for thread in threads:
        thread.start()
    try:
        out = told(capsys, "--lsl", name, "--send", f"{name}-driver", "--json", "--seconds", "100").out
    finally:
        stop.set()
        for thread in threads:
            thread.join(5.0)
    moments = [json.loads(line) for line in out.splitlines()]
    assert sum(len(moment["events"]) for moment in moments) >= 5
    assert moments[0]["time_s"] == pytest.approx(1000.0, abs=1.5)
    assert received
    sent = {round(moment["time_s"], 3): moment for moment in moments}
    for at, row in received:
        assert row[0] == pytest.approx(sent[round(at, 3)]["driver_uS"], rel=1e-5, abs=1e-6)
