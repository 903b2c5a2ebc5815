"""`sudomotor forecast`: what it says of the days ahead, and what it refuses."""

import json

import numpy as np
import pytest

from sudomotor.cli.main import main
from sudomotor.twin import Twin, fit
from sudomotor.twin.priors import COUNT, INDEX
from sudomotor.twin.synthetic import synthetic_diary

SESSIONS = [(d, 15.0, 20.0) for d in (6, 8, 10, 13, 15, 17, 20, 22, 24, 27, 34, 41, 48, 55)]
WEEKLY = "Treat palms at 15 mA DC for 20 minutes, weekly"
DAYS = ["--days", "30"]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with the twin of a synthetic diary."""
    folder = tmp_path_factory.mktemp("forecast")
    z = np.zeros(COUNT)
    z[INDEX["logging"]], z[INDEX["strength"]] = -0.6, 1.5
    diary = synthetic_diary(z, SESSIONS, days=60, seed=3, weigh_every_days=20)
    fit(diary, accounts=("charge",), draws=150).save(folder / "me.twin.json")
    return folder


@pytest.fixture(autouse=True)
def _in_it(here, monkeypatch, tmp_path):
    monkeypatch.chdir(here)


def told(capsys, *words):
    assert main(["forecast", "me.twin.json", *DAYS, *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys, *words):
    assert main(["forecast", *words]) == 2
    return capsys.readouterr().err


def test_json_has_the_keys_that_scripts_read(capsys):
    out = told(capsys, WEEKLY)
    assert len(out["dates"]) == len(out["p_hdss_le_2"]) == 30
    assert out["dates"][0] == "2026-03-06"  # the day after the diary's last
    sweat = out["sweat_mg_per_min"]
    for low, low50, median, high50, high in zip(
        sweat["low"], sweat["low50"], sweat["median"], sweat["high50"], sweat["high"], strict=True
    ):
        assert 0 < low <= low50 <= median <= high50 <= high
    assert {"median_days", "low_days", "high_days"} <= set(out["relapse"])
    assert out["beats_naive"] is None
    assert "has not been tried" in out["trust"]
    assert out["course"] == WEEKLY or "palms at 15 mA" in out["course"]
    assert out["limits_broken"] == []
    assert out["report"] is None
    assert "versus" not in out


def test_without_a_course_going_on_stands_beside_no_sessions(capsys):
    out = told(capsys)
    (other,) = out["versus"]
    assert (out["label"], other["label"]) == ("as lately", "no sessions")
    assert out["minutes_per_month"] > 0 == other["minutes_per_month"]
    assert out["p_hdss_le_2"][-1] > other["p_hdss_le_2"][-1]
    assert out["sweat_mg_per_min"]["median"][-1] < other["sweat_mg_per_min"]["median"][-1]


def test_several_courses_live_through_the_same_luck(capsys):
    out = told(capsys, WEEKLY, "--versus", WEEKLY, "--versus", "no sessions")
    same, nothing = out["versus"]
    assert (out["label"], same["label"], nothing["label"]) == ("A", "B", "C")
    assert same["p_hdss_le_2"] == out["p_hdss_le_2"]
    assert nothing["p_hdss_le_2"] != out["p_hdss_le_2"]


def test_a_versus_alone_is_held_against_going_on(capsys):
    out = told(capsys, "--versus", f"Pause for 2 weeks; {WEEKLY}")
    assert out["course"].startswith("as lately")
    (other,) = out["versus"]
    assert other["minutes_per_month"] == pytest.approx(3 * 20)


def test_missed_sessions_cost_dryness(capsys):
    every, some = (told(capsys, WEEKLY, "--missed-pct", pct) for pct in ("0", "60"))
    assert sum(some["p_hdss_le_2"]) < sum(every["p_hdss_le_2"])


def test_the_words_and_the_page(capsys, here):
    assert main(["forecast", "me.twin.json", *DAYS, "-o", "out"]) == 0
    text = capsys.readouterr().out
    flat = " ".join(text.split())
    # what is not known of the forecasts stands before everything else
    assert flat.startswith("Whether these forecasts are better than a simple guess has not been tried")
    for part in (
        "Palms: 30 days from 6 March 2026", "How likely is a good day (as lately)?", "When is it back (no sessions)?",
        "Week by week", "A good day is one with HDSS 1 or 2", "What was assumed", "Report: out/report.html",
    ):  # fmt: skip
        assert part in flat
    rows = [
        line
        for line in text.splitlines()
        if line.startswith(("6 Mar", "13 Mar", "20 Mar", "27 Mar", "3 Apr"))
    ]
    assert len(rows) == 5
    page = (here / "out" / "report.html").read_text("utf-8")
    assert page.index("has not been tried") < page.index("Day by day")
    assert page.count("<svg") == 6  # three figures, each wide and narrow
    assert json.loads((here / "out" / "manifest.json").read_text("utf-8"))["command"] == "forecast"


def test_a_site_in_everyday_words(capsys):
    assert told(capsys, WEEKLY, "--site", "hands")["site"] == "palms"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["me.twin.json", "Treat plams at 15 mA for 20 minutes, daily"], "palms"),
        (["me.twin.json", "Treat soles at 15 mA DC for 20 minutes, daily"], "soles"),
        (["me.twin.json", "Treat palms at 15 mA DC for 20 minutes, daily until HDSS <= 2"], "has no dates"),
        (["me.twin.json", "Treat palms at 90 mA DC for 20 minutes, daily"], "RISK OF INJURY"),
        (["me.twin.json", "--days", "0"], "--days"),
        (["me.twin.json", "--days", "5000"], "--days"),
        (["me.twin.json", "--missed-pct", "120"], "--missed-pct"),
        (["me.twin.json", "--site", "feet"], "knows nothing of them"),
        (["me.twin.json", "--site", "nose"], "unknown site 'nose'"),
        (["me.twin.json", *(["--versus", WEEKLY] * 6)], "at most 6"),
        (["nobody.twin.json"], "there is no such file"),
        (["."], "this is a folder"),
    ],
)
def test_what_cannot_be_forecast_says_why(capsys, words, says):
    assert says in refused(capsys, *words)


def test_a_broken_limit_that_is_no_ceiling_is_told(capsys):
    out = told(capsys, "Treat palms at 18 mA DC for 20 minutes, daily for 10 sessions")
    assert "sessions_per_week" in [each["name"] for each in out["limits_broken"]]


@pytest.mark.parametrize("how", ["half", "edited", "json", "diary"])
def test_a_file_that_is_no_whole_twin(capsys, here, how, tmp_path):
    whole = (here / "me.twin.json").read_text("utf-8")
    text = {
        "half": whole[: len(whole) // 2],
        "edited": whole.replace('"seed": 1', '"seed": 2'),
        "json": '{"strength": 1}',
        "diary": "date,hdss\n2026-01-05,3\n",
    }[how]
    assert text != whole
    path = tmp_path / "other.twin.json"
    path.write_text(text, "utf-8")
    says = {
        "half": "cut short or damaged",
        "edited": "changed after it was written",
        "json": "no twin file",
        "diary": "sudomotor twin",
    }
    told = refused(capsys, str(path))
    assert says[how] in told
    assert "mend:" in told


def test_a_folder_with_somebody_elses_report_is_left_alone(capsys, tmp_path):
    (tmp_path / "report.html").write_text("<p>mine</p>", "utf-8")
    assert "left alone" in refused(capsys, "me.twin.json", "-o", str(tmp_path))
    assert (tmp_path / "report.html").read_text("utf-8") == "<p>mine</p>"


def test_who_had_no_session_lately_has_one_course_only(capsys, tmp_path):
    diary = synthetic_diary(np.zeros(COUNT), SESSIONS[:4], days=60, seed=4, weigh_every_days=20)
    fit(diary, accounts=("charge",), method="map", draws=100).save(tmp_path / "idle.twin.json")
    assert Twin.load(tmp_path / "idle.twin.json").draws == 100
    assert main(["forecast", str(tmp_path / "idle.twin.json"), *DAYS, "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert "versus" not in out
    assert out["minutes_per_month"] == 0
    assert "was not checked" in out["trust"]
    assert any("no session in the last 28 days" in text for text in out["assumptions"])
