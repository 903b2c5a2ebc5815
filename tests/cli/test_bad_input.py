"""Whatever is wrong is answered with what, where and how to mend it; exit code 2, no traceback."""

import json
import subprocess
import sys

import pytest

from sudomotor.cli.main import main

GOOD = "Treat palms at 15 mA DC for 20 minutes, daily for 2 weeks"

SENTENCES = {
    "unknown unit": "Treat palms at 15 blorps DC for 20 minutes, daily for 2 weeks",
    "15 A": "Treat palms at 15 A DC for 20 minutes, daily for 2 weeks",
    "negative minutes": "Treat palms at 15 mA DC for -20 minutes, daily for 2 weeks",
    "48 hours": "Treat palms at 15 mA DC for 48 hours, daily for 2 weeks",
    "empty": "",
    "fortnightly": "Treat palms at 15 mA DC for 20 minutes, thrice a fortnightly for 4 weeks",
    "unknown site": "Treat plams at 15 mA DC for 20 minutes, daily for 2 weeks",
    "nan": "Treat palms at nan mA DC for 20 minutes, daily for 2 weeks",
}


def answer(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The error of a call, which must be one."""
    assert main([*words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert "Traceback" not in err
    return err


@pytest.mark.parametrize("sentence", SENTENCES.values(), ids=SENTENCES.keys())
def test_wrong_sentence_is_placed_and_mended(sentence, capsys):
    err = answer(capsys, "run", sentence)
    assert "where:" in err
    assert "mend:" in err
    assert "Treat palms at 15 mA" in err


@pytest.mark.parametrize(
    ("words", "place", "mend"),
    [
        (["--person", "palmer hyperhydrosis"], "--person", "palmar hyperhidrosis"),
        (["--set", "duct_radius_um=nan um"], "--set", "ordinary number"),
        (["--set", "duct_radius_um=inf"], "--set", "ordinary number"),
        (["--set", "duct_radus_um=6 um"], "--set", "duct_radius_um"),
        (["--set", "duct_radius_um=6 mA"], "--set", "um"),
        (["--set", "duct_radius_um"], "--set", "e.g."),
        (["--days", "-3"], "--days", "180"),
        (["--days", "soon"], "sudomotor run", "--help"),
        (["--people", "0"], "--people", "200"),
        (["--seed", "-1"], "--seed", "--seed 1"),
        (["--sweep", "current=5:20"], "--sweep", "current_mA"),
        (["--sweep", "current_mA=20:5"], "--sweep", "5:20"),
        (["--sweep", "current_mA=nan:5"], "--sweep", "5:20"),
        (["--sweep", "current_mA=5:20:1"], "--sweep", "5:20"),
        (["--sweep", "frequency_Hz=5:20"], "--sweep", "what applies"),
        (["--save", "history.csv"], "--save", ".nc"),
        (["--versus", "Treat plams at 15 mA for 20 minutes, daily"], "^^^^^", "palms"),
        (["--bogus"], "sudomotor run", "--help"),
    ],
)
def test_wrong_option_is_named(words, place, mend, capsys):
    err = answer(capsys, "run", GOOD, *words)
    assert place in err
    assert mend in err


def test_wrong_mechanism_suggests_the_nearest(capsys):
    assert "'acid'" in answer(capsys, "run", GOOD, "--mechanism", "acidd")
    assert "'acid'" in answer(capsys, "evidence", "run", "--mechanism", "acidd")
    assert "'acid'" in answer(capsys, "evidence", "fit", "--mechanism", "acidd")


def test_wrong_person_file(tmp_path, capsys):
    file = tmp_path / "me.toml"
    file.write_text('preset = "healthy"\nage_yeers = 30\n', "utf-8")
    err = answer(capsys, "run", GOOD, "--person", str(file))
    assert "me.toml" in err
    assert "age_years" in err
    assert "cannot read" in answer(capsys, "run", GOOD, "--person", str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (["15 mA DC for 20 minutes", "--site", "plams"], "'palms'"),
        (["15 mA DC for 20 minutes", "--site", ""], "known:"),
        (["15 mA DC for 20 minutes", "--litres", "nan"], "ordinary number"),
        (["15 mA DC for 20 minutes", "--alkalinity-mM", "-3"], "0 mM or more"),
        (["15 mA DC for 20 minutes", "--device", "hidrex dp540"], "Hidrex DP450"),
        (["15 mA DC for 20 minutes", "--device", "Hidrex DP450", "--max-volts", "30"], "leave one"),
        (["15 A DC for 20 minutes"], "15 mA"),
        (["15 mA DC"], "minutes"),
    ],
)
def test_wrong_session(words, mend, capsys):
    assert mend in answer(capsys, "session", *words)


def test_other_commands(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert "duct_radius_um" in answer(capsys, "parameters", "duct_radus_um")
    assert "cite all" in answer(capsys, "cite")
    assert "'all'" in answer(capsys, "cite", "al")
    assert "none.toml" in answer(capsys, "evidence", "run", "none.toml")
    assert "--budget" in answer(capsys, "evidence", "fit", "--budget", "1")
    assert "sudomotor --help" in answer(capsys, "fly")
    (tmp_path / "manifest.json").write_text("[]", "utf-8")
    assert "lists no citations" in answer(capsys, "cite", "--run", str(tmp_path))


def test_json_errors_are_json(capsys):
    assert main(["run", SENTENCES["15 A"], "--json"]) == 2
    out, err = capsys.readouterr()
    error = json.loads(out)["error"]
    assert "over 100 mA" in error["what"]
    assert "^^^^" in error["where"]
    assert "15 mA" in error["mend"]
    assert err.startswith("error: ")


def test_past_a_ceiling_only_the_risk_is_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    err = answer(capsys, "run", "Treat palms at 50 mA DC for 20 minutes, daily for 3 days")
    assert err.startswith("error: RISK OF INJURY")
    assert "--beyond-limits" in err
    assert not list(tmp_path.iterdir())


def test_a_sweep_or_an_alternative_past_a_ceiling_is_refused_too(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    few = ["--people", "5", "--days", "5"]
    assert "RISK" in answer(capsys, "run", GOOD, "--sweep", "current_mA=10:60:2", *few)
    assert "RISK" in answer(capsys, "run", GOOD, "--versus", GOOD.replace("15 mA", "60 mA"), *few)


def test_in_a_process_of_its_own():
    done = subprocess.run(
        [sys.executable, "-m", "sudomotor", "run", SENTENCES["48 hours"]], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
