"""What the commands print and write."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sudomotor.cli.main import main
from sudomotor.cli.output import Progress, print_json

COURSE = ["Treat palms at 15 mA DC for 20 minutes, 3 times a week for 2 weeks", "Then every 10 days"]
FEW = ["--people", "20", "--days", "30"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main([*words]) == 0
    return capsys.readouterr().out


def test_help_has_examples_and_loads_nothing_heavy():
    commands = [
        "", "run", "session", "stress", "panic", "compare", "claims", "identify", "parameters", "cite",
        "evidence", "evidence run", "evidence mind", "evidence sham", "evidence fit",
    ]  # fmt: skip
    code = (
        "import sys, json, io, contextlib; from sudomotor.cli.main import main; told = {}\n"
        "for words in json.loads(sys.argv[1]):\n"
        "    with contextlib.redirect_stdout(io.StringIO()) as out: code = main([*words.split(), '--help'])\n"
        "    bad = {'numpy', 'scipy', 'jax', 'numba', 'matplotlib', 'xarray'} & set(sys.modules)\n"
        "    if bad or code: sys.exit(f'{words}: loaded {bad}, code {code}')\n"
        "    told[words] = out.getvalue()\n"
        "print(json.dumps(told))"
    )
    done = subprocess.run([sys.executable, "-c", code, json.dumps(commands)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert list(told) == commands
    for words, text in told.items():
        assert f"sudomotor {words}" in text
        assert "Examples:" in text or words in ("", "evidence")


def test_every_command_has_a_line_of_help_that_is_not_cut_short():
    import typer

    from sudomotor.cli.main import app

    def lines(command):
        for name, one in getattr(command, "commands", {}).items():
            yield name, one.short_help
            yield from lines(one)

    found = dict(lines(typer.main.get_command(app)))
    assert {"run", "panic", "mind", "sham", "fit"} <= set(found)
    for name, line in found.items():
        assert str(line).endswith("."), name
        assert len(line) <= 64, name  # a terminal of 80 columns, less the names


@pytest.mark.parametrize("words", [(), ("evidence",)])
def test_no_command_shows_the_help(words, capsys):
    assert main([*words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Usage: sudomotor")
    assert "Commands:" in err


def test_version(capsys):
    import sudomotor

    assert told(capsys, "--version") == f"sudomotor {sudomotor.__version__}\n"


def test_run_answers_in_words_and_writes_a_page(here, capsys):
    text = " ".join(told(capsys, "run", *COURSE, *FEW).split())
    for part in (
        "When dry?",
        "How dry?",
        "When does it return?",
        "Voltage needed?",
        "Skin trouble?",
        "Limits?",
    ):
        assert part in text
    assert "agree a treatment with your clinician" in text
    assert "Mechanism assumed: " in text
    assert "alkalinity of the tap water" in text
    assert "Report: sudomotor-report/report.html" in text
    page = Path("sudomotor-report/report.html").read_text("utf-8")
    assert "BEYOND SAFE LIMITS" not in page
    assert json.loads(Path("sudomotor-report/manifest.json").read_text("utf-8"))["seed"] == 1


def test_run_json(here, capsys):
    out = json.loads(told(capsys, "run", *COURSE, *FEW, "--json", "--seed", "3"))
    assert out["days"] == list(range(31))
    assert out["seed"] == 3
    assert {"assumptions", "hypotheses", "mechanism"} <= set(out)
    assert {"palms", "soles", "axillae", "left palm", "right axilla"} <= set(out["sites"])
    for place in out["sites"].values():
        for measure in ("sweat_mg_per_min", "hdss", "blocked"):
            low, median, high = (place[measure][key] for key in ("low", "median", "high"))
            assert len(median) == 31
            assert all(a <= b <= c for a, b, c in zip(low, median, high, strict=True))
    for day in ("dry_day", "return_day"):
        assert set(out[day]["palms"]) == {"median", "low", "high", "never_pct"}
    blocked = out["sites"]["palms"]["blocked"]["median"]
    assert blocked[0] == 0 < blocked[14]
    assert out["sites"]["soles"]["blocked"]["high"] == [0.0] * 31
    assert not list(here.iterdir())  # nothing is written unless asked for


def test_identical_calls_give_identical_bytes(here, capsys):
    first = told(capsys, "run", *COURSE, *FEW, "-o", "a")
    second = told(capsys, "run", *COURSE, *FEW, "-o", "b")
    assert first.replace("a/report", "b/report") == second
    assert Path("a/report.html").read_bytes() == Path("b/report.html").read_bytes()


def test_alternatives_and_sweep(here, capsys):
    out = json.loads(
        told(
            capsys, "run", *COURSE, *FEW, "--json",
            "--versus", "Treat palms at 5 mA for 20 minutes, daily for 1 week", "Then every 5 days",
            "--versus", "Sham palms for 20 minutes, daily", "--sweep", "current_mA=5:20:3",
        )
    )  # fmt: skip
    assert [len(each["course"]) for each in out["versus"]] == [2, 1]
    assert [each["value"] for each in out["sweep"]] == [5.0, 12.5, 20.0]
    ends = [each["sites"]["palms"]["sweat_mg_per_min"]["median"][14] for each in out["sweep"]]
    assert ends[0] >= ends[1] >= ends[2]
    assert ends[0] > ends[2]
    sham = out["versus"][1]["sites"]["palms"]["blocked"]["high"]
    assert sham == [0.0] * 31


def test_a_set_parameter_is_used_and_told(here, capsys):
    changed = json.loads(
        told(
            capsys, "run", *COURSE, *FEW, "--json", "--set", "tap_alkalinity_mM=9 mM", "--set", "pan_litres=1"
        )
    )
    assert any("tap_alkalinity_mM set to 9 mM" in text for text in changed["assumptions"])
    assert any("outside its range" in text for text in changed["assumptions"])


def test_the_person_follows_the_site_unless_said(here, capsys):
    soles = json.loads(
        told(capsys, "run", "Treat soles at 15 mA for 20 minutes, daily for 5 days", *FEW, "--json")
    )
    assert soles["person"] == "plantar hyperhidrosis"
    assert any("nothing was said of the person" in text for text in soles["assumptions"])
    healthy = json.loads(told(capsys, "run", *COURSE, *FEW, "--json", "--person", "healthy"))
    assert healthy["person"] == "healthy"
    assert not any("nothing was said of the person" in text for text in healthy["assumptions"])


def test_beyond_limits_is_marked_and_told_first(here, capsys):
    hot = "Treat palms at 50 mA DC for 20 minutes, daily for 3 days"
    text = told(capsys, "run", hot, *FEW, "--beyond-limits")
    assert text.startswith("RISK OF INJURY")
    assert "BEYOND SAFE LIMITS" in Path("sudomotor-report/report.html").read_text("utf-8")
    out = json.loads(told(capsys, "run", hot, *FEW, "--beyond-limits", "--json"))
    assert next(iter(out)) == "injury_risk"


def test_days_zero_and_one_person(here, capsys):
    out = json.loads(told(capsys, "run", *COURSE, "--people", "1", "--days", "0", "--json", "-o", "x"))
    assert out["days"] == [0]
    assert Path(out["report"]).exists()


def test_nothing_of_others_is_overwritten(here, capsys):
    folder = here / "mine"
    folder.mkdir()
    (folder / "report.html").write_text("<p>my thesis", "utf-8")
    assert main(["run", *COURSE, *FEW, "-o", "mine"]) == 2
    assert "left alone" in capsys.readouterr().err
    assert (folder / "report.html").read_text("utf-8") == "<p>my thesis"
    (here / "file").write_text("", "utf-8")
    assert main(["run", *COURSE, *FEW, "-o", "file"]) == 2
    told(capsys, "run", *COURSE, *FEW, "-o", "ours")
    told(capsys, "run", *COURSE, *FEW, "-o", "ours")  # our own report may be replaced


def test_history_is_saved(here, capsys):
    import xarray

    told(capsys, "run", *COURSE, *FEW, "--json", "--save", "history.nc")
    with xarray.open_dataset("history.nc", engine="scipy") as data:
        assert data.sizes["day"] == 31
        assert data["sweat_mg_per_min"].attrs["units"] == "mg/min"


def test_session_json_and_page(here, capsys):
    out = json.loads(
        told(
            capsys, "session", "15 mA DC for 20 minutes", "--site", "palms", "--water-uS-per-cm", "500",
            "--alkalinity-mM", "2", "--litres", "2", "--people", "20", "--json", "-o", "s",
        )
    )  # fmt: skip
    for key in (
        "volts_start", "volts_end", "current_mA_reached", "charge_mC_per_cm2", "current_nA_per_duct",
        "share_through_ducts", "anode_pH", "cathode_pH", "proton_nmol_per_duct_anode",
        "proton_nmol_per_duct_cathode",
    ):  # fmt: skip
        assert isinstance(out[key], float)
    for limit in out["limits"]:
        assert {"name", "value", "limit", "unit", "source", "broken"} <= set(limit)
    assert out["current_mA_reached"] == pytest.approx(15.0)
    page = Path("s/report.html").read_text("utf-8")
    assert "pH in the sweat ducts" in page


def test_a_weak_device_falls_short(here, capsys):
    weak = json.loads(
        told(
            capsys,
            "session",
            "15 mA DC for 20 minutes",
            "--device",
            "12 V home-made",
            "--people",
            "5",
            "--json",
        )
    )
    assert weak["current_mA_reached"] < 14
    assert weak["volts_start"] <= 12 + 1e-9
    assert any("12 V" in text for text in weak["assumptions"])
    text = " ".join(
        told(capsys, "session", "15 mA DC for 20 minutes", "--max-volts", "12", "--people", "5").split()
    )
    assert "the device reaches only" in text


def test_parameters(capsys):
    every = json.loads(told(capsys, "parameters", "--json"))["parameters"]
    assert {"name", "value", "unit", "low", "high", "grade", "source"} <= set(every[0])
    one = json.loads(told(capsys, "parameters", "duct_radius_um", "--json"))["parameter"]
    assert one["unit"] == "um"
    text = told(capsys, "parameters", "duct_radius_um")
    assert "Grade" in text
    assert "Source" in text
    names = {p["name"] for p in json.loads(told(capsys, "parameters", "bath", "--json"))["parameters"]}
    assert names < {p["name"] for p in every}
    listed = told(capsys, "parameters")
    assert all(name in listed for name in names)


def test_cite_follows_the_run(here, capsys):
    told(capsys, "run", *COURSE, *FEW, "--mechanism", "colloid")
    keys = {entry["key"] for entry in json.loads(told(capsys, "cite", "--json"))["citations"]}
    assert "griffen2018" in keys
    told(capsys, "run", *COURSE, *FEW, "--mechanism", "charge", "-o", "other")
    others = {
        entry["key"] for entry in json.loads(told(capsys, "cite", "--run", "other", "--json"))["citations"]
    }
    assert "griffen2018" not in others
    every = {entry["key"] for entry in json.loads(told(capsys, "cite", "all", "--json"))["citations"]}
    assert keys | others < every
    assert "@article{" in told(capsys, "cite", "--bibtex")


def test_json_has_no_nan(capsys):
    print_json({"a": float("nan"), "b": [1.0, float("inf")], "c": {"d": (2,)}})
    assert json.loads(capsys.readouterr().out) == {"a": None, "b": [1.0, None], "c": {"d": [2]}}


def test_progress_shows_only_after_its_time(capsys):
    import time

    with Progress("quick"):
        pass
    assert capsys.readouterr().err == ""
    with Progress("slow", total=2, after_s=0.0) as progress:
        progress.step()
        time.sleep(0.1)
    out, err = capsys.readouterr()
    assert out == ""
    assert "slow" in err
