"""`sudomotor plan`: what it prints, writes, leaves alone and refuses."""

from __future__ import annotations

import datetime
import json
from pathlib import Path

import numpy as np
import pytest

from sudomotor import planning
from sudomotor.cli import plan as command
from sudomotor.diary import Diary, Entry
from sudomotor.errors import InputError, UnsafeError
from sudomotor.limits import Answers
from sudomotor.report.words import NOT_ADVICE

LAST = datetime.date(2026, 3, 29)
TODAY = "2026-03-30"


def diary() -> Diary:
    """Six weeks of a person who gets dry."""
    entries = []
    for day in range(42):
        date = LAST - datetime.timedelta(days=41 - day)
        session = day >= 7 and day % 3 == 0
        entries.append(
            Entry(
                date=date, site="palms", side="both" if session else None, current_mA=12.0 if session else None,
                minutes=20.0 if session else None, hdss=4 if day < 14 else 3 if day < 24 else 2,
            )
        )  # fmt: skip
    return Diary.of(entries, source="invented")


class Someone:
    """Takes a twin's place: dry on more days, the more minutes lie in the last fortnight."""

    class grid:
        sites = ("palms",)

    beats_naive, assumptions, hypotheses, mechanisms = None, ("nothing else",), "none", {}

    def __init__(self) -> None:
        self.diary = diary()

    def evaluate(self, schedules, *, days, missed_pct, draws, seed, site):
        from types import SimpleNamespace

        level = np.linspace(0.7, 1.3, draws)
        blocked = np.zeros((len(schedules), days, draws))
        for i, schedule in enumerate(schedules):
            for step in schedule:
                blocked[i, step.day : step.day + 14] += 0.01 * step.minutes * level
        blocked = np.minimum(blocked, 1.0)
        luck = np.random.default_rng(seed).random((days, draws))
        return SimpleNamespace(
            hdss=np.where(luck < 0.1 + blocked, 2, 3), sweat_mg_per_min=50.0 * (1.0 - blocked), blocked=0.8 * blocked,
            irritation=0.3 * blocked,
        )  # fmt: skip


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder with answers, where someone takes the twin's place and no pages are drawn."""
    find = planning.plan

    def find_quickly(twin, **words):
        return find(twin, evaluate=twin.evaluate, effort="quick", **words)

    def write(target, made, twin, answers, data, words):
        target.mkdir(parents=True, exist_ok=True)
        if not data:
            return ()
        path = target / command.PLAN_FILE
        path.write_text(json.dumps(made.to_dict()), "utf-8")
        return (path,)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(planning, "plan", find_quickly)
    monkeypatch.setattr(command, "load_twin", lambda path: Someone())
    monkeypatch.setattr(command, "_write", write)
    monkeypatch.setattr("sudomotor.cli.twin_inputs.show_trust", lambda twin: None)
    answers = Answers.all_no(LAST, 34)
    (tmp_path / "answers.toml").write_text(Answers.template_text(answers), "utf-8")
    (tmp_path / "open.toml").write_text(Answers.template_text(answers.with_answers(epilepsy=None)), "utf-8")
    return tmp_path


def run(**words) -> None:
    command.plan(
        Path("me.twin.json"), **{"answers": Path("answers.toml"), "today": TODAY, "horizon": 42, **words}
    )


def test_json_is_json_and_nothing_else(folder, capsys):
    run(as_json=True, can_treat="Sun Wed evenings")
    content = json.loads(capsys.readouterr().out)
    assert {
        "sessions",
        "minutes_per_month",
        "p_goal",
        "limits",
        "reasons",
        "fallback",
        "label_schedules",
    } <= set(content)
    assert content["note"] == NOT_ADVICE
    assert content["report"] is None
    assert {datetime.date.fromisoformat(one["date"]).weekday() for one in content["sessions"]} <= {2, 6}
    assert {one["time"] for one in content["sessions"]} == {"19:30"}
    assert not (folder / "sudomotor-report").exists()


def test_the_screen_says_what_to_do_what_it_costs_and_that_it_is_no_advice(folder, capsys):
    run()
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count(" ".join(NOT_ADVICE.split())) == 2  # above the sessions and at the end
    for text in (
        "The next sessions",
        "Minutes a month",
        "Chance of HDSS <= 2 on 80 % of days",
        "Skin",
        "Plan again on",
        "Why",
    ):
        assert text in shown
    assert "More time, more dry days" in shown
    assert " mA, " in shown


def test_a_plan_is_written_on_request_and_not_overwritten_unasked(folder, capsys):
    run(folder=Path("mine"), as_json=True)
    path = folder / "mine" / command.PLAN_FILE
    before = path.read_text("utf-8")
    with pytest.raises(InputError) as caught:
        run(folder=Path("mine"), as_json=True)
    assert "--force" in caught.value.mend
    assert path.read_text("utf-8") == before
    capsys.readouterr()
    run(folder=Path("mine"), as_json=True, previous=path, force=True)
    again = json.loads(capsys.readouterr().out)
    assert any("of the plan so far" in reason for reason in again["reasons"])


def test_a_file_of_somebody_else_is_left_alone_even_with_force(folder):
    (folder / "mine").mkdir()
    path = folder / "mine" / command.PLAN_FILE
    path.write_text("my own notes", "utf-8")
    with pytest.raises(InputError, match="left alone"):
        run(folder=Path("mine"), force=True)
    assert path.read_text("utf-8") == "my own notes"


@pytest.mark.parametrize(
    ("words", "error", "where"),
    [
        ({"answers": None}, UnsafeError, "answers"),
        ({"answers": Path("open.toml")}, UnsafeError, "epilepsy"),
        ({"answers": Path("none.toml")}, InputError, "none.toml"),
        ({"goal": "be dry"}, InputError, "goal"),
        ({"can_treat": "Sundy"}, InputError, "Sundy"),
        ({"horizon": 2}, InputError, "horizon"),
        ({"chance": 200.0}, InputError, "chance"),
        ({"missed_pct": -1.0}, InputError, "missed"),
        ({"device": "Hidrx"}, InputError, None),
        ({"site": ["nose"]}, InputError, "--site"),
        ({"previous": Path("none.json")}, InputError, "none.json"),
        ({"today": "tomorrow"}, InputError, "--today"),
        ({"today": "2026-01-01"}, InputError, "today"),
        ({"today": "2026-12-01"}, UnsafeError, "date_answered"),
        ({"seed": -1}, InputError, "--seed"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_writes_nothing(folder, words, error, where):
    with pytest.raises(error) as caught:
        run(**words)
    assert where is None or where in caught.value.where
    assert caught.value.mend
    assert not (folder / "sudomotor-report").exists()


@pytest.mark.slow
def test_from_a_diary_to_the_pages_with_a_real_twin(tmp_path, capsys):
    """Fit, plan and draw with nothing taken out; in the time that a plan may take."""
    import time

    from sudomotor.twin import fit

    twin = fit(diary())
    path = twin.save(tmp_path / "me.twin.json")
    (tmp_path / "answers.toml").write_text(Answers.template_text(Answers.all_no(LAST, 34)), "utf-8")
    begin = time.perf_counter()
    command.plan(path, answers=tmp_path / "answers.toml", today=TODAY, folder=tmp_path / "mine", as_json=True)
    assert time.perf_counter() - begin < 60.0  # half of it is drawing; a loaded machine is slower
    content = json.loads(capsys.readouterr().out)
    assert content["label_schedules"]
    for name in ("report.html", "doctor.html", command.PLAN_FILE):
        assert (tmp_path / "mine" / name).stat().st_size > 1000
    assert planning.read_previous(tmp_path / "mine" / command.PLAN_FILE)
