"""`sudomotor diary`: begin, check, hand on; what is refused leaves everything as it was."""

from __future__ import annotations

import json

import pytest

from sudomotor.cli.main import main
from sudomotor.diary import COLUMNS

GOOD = (
    "date,time,site,current_mA,minutes,hdss,event\n"
    "2026-01-05,,palms,,,4,exam\n2026-01-06,19:30,palms,12,20,4,\n2026-01-08,19:30,palms,13.5,20,,\n2026-02-20,,,,,2,\n"
)


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.csv").write_text(GOOD)
    return tmp_path


def told(capsys, *words, code=0):
    assert main(["diary", *words]) == code
    return capsys.readouterr()


def test_new_then_check_then_the_first_row(here, capsys):
    out = told(capsys, "new", "my diary.csv").out
    assert "sudomotor diary check 'my diary.csv'" in out
    assert (here / "my diary.csv").read_text().splitlines()[-1] == ",".join(COLUMNS)
    assert "no rows yet, and nothing is wrong with it" in told(capsys, "check", "my diary.csv").out
    assert json.loads(told(capsys, "check", "my diary.csv", "--json").out)["entries"] == 0
    with (here / "my diary.csv").open("a") as file:
        file.write("2026-03-01,19:30,palms,both,12.5,20,left,,tap,,4" + "," * 8 + "\n")
    out = told(capsys, "check", "my diary.csv").out
    assert "Palms: 1 session, 12.5 mA for 20 minutes." in out
    assert "HDSS 1 (answer and how often: 4: 1)" in out


def test_a_diary_that_is_there_is_overwritten_only_when_asked(here, capsys):
    before = (here / "good.csv").read_bytes()
    error = told(capsys, "new", "good.csv", code=2).err
    assert "is there already, and was left as it is" in error
    assert "--force" in error
    assert (here / "good.csv").read_bytes() == before
    assert json.loads(told(capsys, "new", "good.csv", "--force", "--semicolon", "--json").out) == {
        "diary": "good.csv"
    }
    assert "# decimals: comma" in (here / "good.csv").read_text("utf-8-sig")


def test_check_says_what_was_understood_and_what_is_missing(here, capsys):
    before = (here / "good.csv").read_bytes()
    out = " ".join(told(capsys, "check", "good.csv").out.split())
    for part in (
        "2026-01-05 to 2026-02-20: 47 days, 4 of them with an entry (4 rows)",
        "Palms: 2 sessions, 12 to 13.5 (median 12.75) mA for 20 minutes",
        "HDSS 3 (answer and how often: 2: 1, 4: 2)",
        "event 1",
        "2026-01-09 to 2026-02-19 (42 days)",
        "1 row without a site: taken as palms",
        "3 readings; below 14 little can be known. To do: write hdss",
    ):
        assert part in out
    assert (here / "good.csv").read_bytes() == before


def test_check_as_json(here, capsys):
    out = json.loads(told(capsys, "check", "good.csv", "--json").out)
    assert (out["first"], out["last"], out["days"], out["days_with_entries"]) == (
        "2026-01-05",
        "2026-02-20",
        47,
        4,
    )
    assert out["sessions"] == [
        {
            "site": "palms", "count": 2, "current_mA": {"least": 12.0, "median": 12.75, "most": 13.5},
            "minutes": {"least": 20.0, "median": 20.0, "most": 20.0},
        }
    ]  # fmt: skip
    assert out["readings"]["hdss"] == 3
    assert out["gaps"] == [{"first": "2026-01-09", "last": "2026-02-19", "days": 42}]
    assert len(out["sha256"]) == 64
    assert out["notes"]
    assert all(set(each) == {"what", "log"} for each in out["missing"])


def test_faults_come_with_row_column_and_mend(here, capsys):
    (here / "bad.csv").write_text("date,current_mA,minutes,hdss\n01/02/2026,150,20,\n2026-03-01,,,0\n")
    seen = told(capsys, "check", "bad.csv", code=2)
    assert seen.out == ""
    for part in (
        "row 2, date",
        "row 2, current_mA: 150 mA",
        "did you mean 15 mA?",
        "row 3, hdss",
        "--day-first",
    ):
        assert part in seen.err
    seen = told(capsys, "check", "bad.csv", "--json", code=2)
    problems = json.loads(seen.out)["error"]["problems"]
    assert {(each["row"], each["column"]) for each in problems} == {
        (2, "date"),
        (2, "current_mA"),
        (3, "hdss"),
    }
    assert "error:" in seen.err
    assert "no such file" in told(capsys, "check", "none.csv", code=2).err
    assert "this is a folder" in told(capsys, "check", ".", code=2).err


def test_declared_orders_and_decimals(here, capsys):
    (here / "a.csv").write_text('date,current_mA,minutes\n01/02/2026,"12,5",20\n')
    out = json.loads(told(capsys, "check", "a.csv", "--day-first", "--decimal-comma", "--json").out)
    assert (out["first"], out["sessions"][0]["current_mA"]["most"]) == ("2026-02-01", 12.5)
    out = json.loads(told(capsys, "check", "a.csv", "--month-first", "--decimal-comma", "--json").out)
    assert out["first"] == "2026-01-02"
    assert "has a comma" in told(capsys, "check", "a.csv", "--month-first", "--decimal-point", code=2).err
    assert "has no sheets" in told(capsys, "check", "a.csv", "--sheet", "2", code=2).err


def test_fhir_to_a_file_or_to_the_terminal(here, capsys):
    pytest.importorskip("fhir.resources")
    shown = json.loads(told(capsys, "fhir", "good.csv").out)
    assert shown["resourceType"] == "Bundle"
    out = told(capsys, "fhir", "good.csv", "-o", "out.json", "--time-zone", "Europe/Berlin").out
    assert "read it before you send it" in " ".join(out.split())
    written = json.loads((here / "out.json").read_text("utf-8"))
    assert len(written["entry"]) == len(shown["entry"])
    assert "2026-01-06T19:30:00+01:00" in json.dumps(written)
    assert "is there already" in told(capsys, "fhir", "good.csv", "-o", "out.json", code=2).err
    out = json.loads(told(capsys, "fhir", "good.csv", "-o", "out.json", "--force", "--json").out)
    assert out == {"bundle": "out.json", "resources": len(shown["entry"])}
    assert "unknown time zone" in told(capsys, "fhir", "good.csv", "--time-zone", "Mars", code=2).err
    (here / "bad.csv").write_text("date,hdss\n2026-01-01,9\n")
    assert json.loads(told(capsys, "fhir", "bad.csv", "--json", code=2).out)["error"]["problems"]


@pytest.mark.parametrize("command", ["new", "check", "fhir"])
def test_help_has_examples(command, capsys):
    out = told(capsys, command, "--help").out
    assert f"sudomotor diary {command} diary." in out
