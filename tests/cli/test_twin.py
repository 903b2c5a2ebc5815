"""`sudomotor twin`: what it fits, says, saves and refuses."""

import importlib
import json

import numpy as np
import pytest

from sudomotor.cli.main import main
from sudomotor.model.mechanisms import MECHANISMS
from sudomotor.report.twin_words import trust
from sudomotor.twin import Twin
from sudomotor.twin.priors import COUNT, INDEX
from sudomotor.twin.synthetic import synthetic_diary

SESSIONS = [(d, 15.0, 20.0) for d in (6, 8, 10, 13, 15, 17, 20, 22, 24, 27, 34, 41, 48, 55)]


def somebody(days=60, seed=3):
    z = np.zeros(COUNT)
    z[INDEX["logging"]] = -0.6
    return synthetic_diary(z, [each for each in SESSIONS if each[0] < days], days=days, seed=seed)


@pytest.fixture(scope="module", autouse=True)
def one_account():
    """One account of the mechanism, and two tries of the forecast: more would take longer and show the same."""
    with pytest.MonkeyPatch.context() as patch:
        module = importlib.import_module("sudomotor.twin.fit")  # the name in the package is the function
        patch.setattr(module, "MECHANISMS", {"charge": MECHANISMS["charge"]})
        command = importlib.import_module("sudomotor.cli.twin")
        whole = command.tried
        patch.setattr(command, "tried", lambda *given, **named: whole(*given, **{**named, "origins": 2}))
        yield


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    folder = tmp_path_factory.mktemp("twin")
    somebody().write(folder / "diary.csv")
    return folder


@pytest.fixture(scope="module")
def made(here):
    """The command once, as JSON, with the twin saved."""
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(
            ["twin", str(here / "diary.csv"), "-o", str(here / "me.twin.json"), "--age", "31", "--json"]
        )
    assert code == 0
    return json.loads(out.getvalue())


def refused(capsys, *words):
    assert main(["twin", *map(str, words)]) == 2
    return capsys.readouterr().err


def test_every_parameter_has_its_range_and_whether_it_is_known(made):
    assert {"strength", "repair_days", "event", "baseline_palms"} <= set(made["parameters"])
    assert "baseline_soles" not in made["parameters"]
    for row in made["parameters"].values():
        assert row["low"] <= row["median"] <= row["high"]
        assert row["known"] in ("yes", "partly", "no")
    assert made["parameters"]["temperature"]["known"] == "no"  # no temperature is in the diary
    assert made["mechanisms"] == {"charge": 1.0}
    gains = [each["gain_pct"] for each in made["log_next"]]
    assert gains == sorted(gains, reverse=True)
    assert made["check"]["passed"] is (made["check"]["pareto_k"] <= 0.7)
    assert made["entries_inside"]["entries"] == made["diary"]["readings"]
    assert 0.8 <= made["entries_inside"]["share"] <= 1.0
    assert made["person"] == "palmar hyperhidrosis"
    assert any("nothing was said of the person" in text for text in made["assumptions"])
    assert "no medical advice" in made["note"]


def test_the_forecasts_are_tried_on_the_diary_itself(made):
    assert made["beats_naive"] in (True, False, None)
    assert made["backtest"]["horizon_days"] == 28
    assert "simple guess" in made["trust"]


def test_the_saved_twin_is_the_one_that_was_told(made, here):
    twin = Twin.load(here / "me.twin.json")
    assert twin.person.age_years == 31
    assert twin.backtest is not None
    assert trust(twin).text == made["trust"]
    for row in twin.table:
        assert made["parameters"][row.name]["median"] == pytest.approx(row.median, rel=1e-5)


def test_it_is_said_in_words(here, made, capsys, monkeypatch):
    monkeypatch.chdir(here)
    assert main(["twin", "diary.csv", "--no-backtest"]) == 0
    text = " ".join(capsys.readouterr().out.split())
    for part in (
        "How strongly do sessions work on you?", "How long does it last?", "without sessions half of the effect is gone",
        "No stressful day is noted", "How much does it differ from day to day?", "What cannot be known yet",
        "What to write down next, the most useful first", "How well does it fit?", "lie inside the twin's own 90 % range",
        "How does the current block the glands?", "has not been tried on this diary", "Which claims are on",
        "agree a treatment with your clinician", "Twin: diary.twin.json",
    ):  # fmt: skip
        assert part in text
    assert Twin.load(here / "diary.twin.json").beats_naive is None


def test_too_short_a_diary_cannot_be_tried_and_with_json_nothing_is_saved(
    tmp_path, capsys, made, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    somebody(days=18).write(tmp_path / "short.csv")
    assert main(["twin", "short.csv", "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert out["beats_naive"] is None
    assert "cannot be known yet" in out["trust"]
    assert out["saved"] is None
    assert [path.name for path in tmp_path.iterdir()] == ["short.csv"]


def test_a_twin_that_is_there_is_kept(here, made, capsys):
    before = (here / "me.twin.json").read_bytes()
    told = refused(capsys, here / "diary.csv", "-o", here / "me.twin.json")
    assert "--force" in told
    assert (here / "me.twin.json").read_bytes() == before


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--method", "bayes"], "unknown method 'bayes'"),
        (["--method", "nut"], "did you mean 'nuts'?"),
        (["-o", "me.twin"], "a name that ends in .twin.json"),
        (["-o", "nowhere/me.twin.json"], "there is no such folder"),
        (["--person", "tall"], "--person"),
        (["--age", "-3"], "age_years must be"),
        (["--age", "nan"], "age_years must be"),
        (["--seed", "-1"], "--seed"),
    ],
)
def test_bad_options_are_answered_before_anything_is_fitted(here, capsys, monkeypatch, words, says):
    monkeypatch.chdir(here)
    monkeypatch.setattr("sudomotor.twin.fit", None)  # a fit would fail
    more = [] if "-o" in words else ["-o", "other.twin.json"]
    assert says in refused(capsys, "diary.csv", *words, *more)


def test_what_is_no_diary_is_refused_by_the_reader(here, tmp_path, capsys):
    assert "missing.csv" in refused(capsys, tmp_path / "missing.csv", "--json")
    (tmp_path / "empty.csv").write_text("date,hdss\n", "utf-8")
    assert "no rows" in refused(capsys, tmp_path / "empty.csv", "-o", tmp_path / "x.twin.json")
    assert not (tmp_path / "x.twin.json").exists()


def test_a_diary_without_a_reading_cannot_be_fitted(tmp_path, capsys):
    (tmp_path / "bare.csv").write_text("date,current_mA,minutes,site\n2026-01-05,12,20,palms\n", "utf-8")
    assert "no reading" in refused(capsys, tmp_path / "bare.csv", "-o", tmp_path / "x.twin.json")
