"""`sudomotor demo`: the whole way on the bundled diary, which says that nobody wrote it."""

import importlib
import json

import pytest

import sudomotor as sm
from sudomotor.cli import demo
from sudomotor.cli.main import main
from sudomotor.diary import Diary
from sudomotor.limits import Answers, screen
from sudomotor.limits.library import SITES
from sudomotor.twin import Twin


@pytest.fixture(scope="module")
def work():
    """The fit and the plan once, the same way but sooner: one account, no tries of the forecast, a short horizon."""
    planning = importlib.import_module("sudomotor.planning")
    whole = planning.plan
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            planning,
            "plan",
            lambda *given, **named: whole(*given, **{**named, "effort": "quick", "horizon_days": 21}),
        )
        patch.setattr(demo, "_ACCOUNTS", ("charge",))
        patch.setattr("sudomotor.cli.twin.tried", lambda twin, *_given, **_named: twin)
        diary = demo._read()
        answers = demo.example_answers(diary)
        twin = demo._fitted(diary, answers)
        return twin, demo._planned(twin, answers)


@pytest.fixture
def quick(work, monkeypatch, tmp_path):
    """A folder to be in, and the work done already."""
    twin, view = work
    monkeypatch.setattr(demo, "_fitted", lambda *_given: twin)
    monkeypatch.setattr(demo, "_planned", lambda *_given: view)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_example_is_made_up_and_says_so(quick, capsys):
    assert main(["demo"]) == 0
    flat = " ".join(capsys.readouterr().out.split())
    assert flat.startswith("An example: this diary is synthetic")
    for part in (
        "agree it with your clinician", "How likely is your goal?", "Report for the person: sudomotor-report/report.html",
        "Page for a dermatologist: sudomotor-report/doctor.html", "sudomotor diary new diary.csv",
        "sudomotor twin diary.csv -o me.twin.json",
    ):  # fmt: skip
        assert part in flat
    folder = quick / "sudomotor-report"
    for name in ("report.html", "doctor.html"):
        page = (folder / name).read_text("utf-8")
        assert demo.EXAMPLE in page
        assert "agree it with your clinician" in page
    assert json.loads((folder / "manifest.json").read_text("utf-8"))["command"] == "demo"
    # what is typed next works on what was written
    assert Twin.load(folder / "demo.twin.json").diary == Diary.read(folder / "demo_diary.csv")
    assert Answers.read(folder / "demo_answers.toml").age_years == 27
    # a second time overwrites its own files
    assert main(["demo"]) == 0


def test_json_alone_writes_nothing(quick, capsys):
    assert main(["demo", "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert out["synthetic"] is True
    assert out["report"] is None
    assert out["twin"]["assumptions"][0].startswith("this diary is synthetic")
    assert "to be quick" in out["twin"]["assumptions"][1]
    assert set(out["forecast"]) == {"palms"}
    assert out["plan"]["sessions"]
    assert not list(quick.iterdir())


def test_the_bundled_answers_leave_nothing_open():
    diary = demo._read()
    answers = demo.example_answers(diary)
    assert answers.date_answered == diary.last
    assert screen(answers, SITES, diary.last).allowed
    assert "made up" in demo._answers_text().splitlines()[0]


def test_the_bundled_diary_calls_itself_synthetic():
    from importlib import resources

    text = resources.files("sudomotor.diary").joinpath("data", "demo_diary.csv").read_text("utf-8")
    assert "SYNTHETIC" in text.splitlines()[0]


@pytest.mark.parametrize(
    "name", ["report.html", "doctor.html", "demo_diary.csv", "demo_answers.toml", "demo.twin.json"]
)
def test_what_is_there_and_not_ours_is_left_alone(tmp_path, capsys, name):
    (tmp_path / name).write_text("mine", "utf-8")
    assert main(["demo", "-o", str(tmp_path)]) == 2
    assert "left alone" in capsys.readouterr().err
    assert (tmp_path / name).read_text("utf-8") == "mine"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.slow
def test_the_whole_example_reaches_its_goal_or_says_what_that_would_take_and_needs_less_than_the_label(tmp_path, capsys):
    assert main(["demo", "-o", str(tmp_path / "out"), "--json"]) == 0
    out = json.loads(capsys.readouterr().out)
    assert out["twin"]["check"]["passed"]
    assert out["twin"]["beats_naive"] is True
    plan = out["plan"]
    if not plan["reached"]:
        assert plan["to_reach"]["p_goal"] >= 0.8 > plan["p_goal"]
        assert plan["to_reach"]["minutes_per_month"] > plan["minutes_per_month"]
    twin = Twin.load(tmp_path / "out" / "demo.twin.json")
    answers = demo.example_answers(twin.diary)
    named = sm.plan(twin, answers=answers, today=twin.diary.last, chance_pct=80.0)
    assert named.reached
    assert named.minutes_per_month >= plan["minutes_per_month"] - 1e-6
    best = max(plan["label_schedules"], key=lambda each: each["p_goal"])
    assert plan["p_goal"] > best["p_goal"] or plan["minutes_per_month"] < best["minutes_per_month"]
    assert out["forecast"]["palms"]["p_hdss_le_2"][-8] > out["no_sessions"]["palms"]["p_hdss_le_2"][-8]
