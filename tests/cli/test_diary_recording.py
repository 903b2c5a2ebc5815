"""`sudomotor diary add-recording`: a row more, and nothing else changed."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from sudomotor.cli.main import main
from sudomotor.diary import Diary
from sudomotor.measurement.kernels import bateman

HEAD = b"# dates: day-month-year\r\n# decimals: comma\r\n# my own words\r\ndate;time;site;side;hdss;temperature_C;note\r\n"
ROWS = b"01.10.2018;;palms;;3;21,5;\r\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    t = np.arange(0.0, 240.0, 0.25)
    y = 4.0 + sum(0.4 * bateman(2.0, 0.7).at(t - at) for at in np.arange(11.0, 232.0, 19.0))
    y = y + 0.002 * np.random.default_rng(0).normal(size=len(t))
    Path("EDA.csv").write_text("1541113964.000000\n4.000000\n" + "\n".join(f"{each:.6f}" for each in y))
    Path("rest.csv").write_text("EDA (uS)\n" + "\n".join(f"{each:.6f}" for each in y))
    Path("d.csv").write_bytes(HEAD + ROWS)
    return tmp_path


def told(capsys, *words, code=0):
    assert main(["diary", "add-recording", *words]) == code
    return capsys.readouterr()


def test_a_row_is_added_in_the_diarys_own_spelling(here, capsys):
    words = ["--time-zone", "Europe/Berlin", "--site", "left hand", "--temperature-C", "12.5"]
    out = " ".join(told(capsys, "d.csv", "EDA.csv", *words).out.split())
    assert "Added as line 6" in out
    assert "the twin does not fit skin conductance yet" in out
    data = Path("d.csv").read_bytes()
    assert data.startswith(HEAD + ROWS)
    row = data.removeprefix(HEAD + ROWS).decode()
    assert row.startswith("02.11.2018;00:12;palms;left;;12,5;")
    assert row.endswith("\r\n")
    note = Diary.read("d.csv").entries[-1].note
    pattern = (
        r"skin conductance: tonic 4\.\d+ uS \(sd [\d.]+\), 3\.0 bursts/min \(sd [\d.]+\), amplitude 0\.\d+ uS \(sd [\d.]+\), "
        r"100 % usable, 4 min, from EDA\.csv"
    )
    assert re.fullmatch(pattern, note)
    assert main(["diary", "check", "d.csv"]) == 0


def test_the_same_recording_is_added_once(here, capsys):
    told(capsys, "d.csv", "EDA.csv", "--time-zone", "UTC")
    before = Path("d.csv").read_bytes()
    error = told(capsys, "d.csv", "EDA.csv", "--time-zone", "UTC", code=2).err
    assert "says the same as row 6" in error
    assert Path("d.csv").read_bytes() == before


def test_a_recording_without_a_start_asks_for_the_day(here, capsys):
    error = told(capsys, "d.csv", "rest.csv", "--fs", "4", code=2).err
    assert "does not say when it was begun" in error
    assert "--date 2026-03-01" in error
    found = json.loads(
        told(capsys, "d.csv", "rest.csv", "--fs", "4", "--date", "2019-03-01", "--time", "7:30 pm", "--json").out
    )
    assert found["entry"]["date"] == "2019-03-01"
    assert found["entry"]["time"] == "19:30"
    assert found["line"] in Path("d.csv").read_text()
    assert found["fitted_by_twin"] is False
    assert set(found) == {"diary", "recording", "row", "line", "entry", "notes", "fitted_by_twin"}


def test_a_clock_in_utc_is_said(here, capsys):
    assert "counts in UTC" in " ".join(told(capsys, "d.csv", "EDA.csv").out.split())


def test_a_place_that_a_diary_does_not_know_stands_in_the_note(here, capsys):
    told(capsys, "d.csv", "EDA.csv", "--site", "wrist", "--side", "left", "--treated")
    entry = Diary.read("d.csv").entries[-1]
    assert (entry.site, entry.side) == (None, None)
    assert entry.note.endswith("treated wrist: measures duct block, not calm; at the left wrist")


@pytest.mark.parametrize(
    ("diary", "part"),
    [
        (HEAD + b"01.10.2018;;palms;;7;;\r\n", "7 is no answer of the HDSS"),
        (b"PK\x03\x04", "is a spreadsheet"),
        (b"date;mood\n2018-10-01;x\n", "unknown column"),
    ],
)
def test_a_diary_that_cannot_be_added_to_is_left_and_the_row_shown(here, capsys, diary, part):
    Path("d.csv").write_bytes(diary)
    done = told(capsys, "d.csv", "EDA.csv", "--site", "palms", code=2)
    assert part in done.err
    assert "mend:" in done.err
    assert re.search(r"The row that was to be added: date 2018-1\d-\d\d, time .* site palms, note skin conductance", done.err)
    assert Path("d.csv").read_bytes() == diary
    found = json.loads(told(capsys, "d.csv", "EDA.csv", "--json", code=2).out)
    assert found["entry"]["note"].startswith("skin conductance: tonic")
    assert part in found["error"]["what"]


@pytest.mark.parametrize(
    ("words", "part"),
    [
        (["none.csv", "EDA.csv"], "no such file"),
        (["d.csv", "none.csv"], "no such file"),
        (["d.csv", "EDA.csv", "--date", "1.3.2026"], "2026-03-01"),
        (["d.csv", "EDA.csv", "--time", "25:00"], "--time"),
        (["d.csv", "EDA.csv", "--time-zone", "Nowhere"], "Europe/Berlin"),
        (["d.csv", "EDA.csv", "--side", "lefft"], "did you mean 'left'"),
        (["d.csv", "EDA.csv", "--site", "left palm", "--side", "right"], "let both say the same"),
        (["d.csv", "EDA.csv", "--temperature-C", "212"], "--temperature-C"),
        (["d.csv", "EDA.csv", "--date", "2099-01-01"], "future"),
    ],
)
def test_wrong_things_are_told_and_nothing_is_written(here, capsys, words, part):
    before = Path("d.csv").read_bytes()
    assert part in told(capsys, *words, code=2).err
    assert Path("d.csv").read_bytes() == before


def test_a_recording_of_nothing_adds_nothing(here, capsys):
    Path("flat_EDA.csv").write_text("1541113964.0\n4.0\n" + "0.0\n" * 960)
    before = Path("d.csv").read_bytes()
    error = told(capsys, "d.csv", "flat_EDA.csv", code=2).err
    assert "no sample of the recording can be used (contact lost)" in error
    assert Path("d.csv").read_bytes() == before
