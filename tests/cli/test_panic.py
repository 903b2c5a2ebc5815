"""`sudomotor panic`: what it prints and refuses, and that its words are its numbers."""

import json

import pytest

from sudomotor.cli.main import main
from sudomotor.report.panic_words import PanicResult, effect, summary, weeks
from sudomotor.simulation.panic import panic_course

QUICK = ["--days", "17", "--patients", "2", "--to-day", "9"]


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["panic", *words]) == 0
    return capsys.readouterr().out


def test_json_by_week(capsys):
    out = json.loads(told(capsys, *QUICK, "--json"))
    assert [(w["from_day"], w["to_day"], w["blocked_days"]) for w in out["weeks"]] == [
        (0, 7, 7), (7, 14, 2), (14, 17, 0),
    ]  # fmt: skip
    for week in (*out["weeks"], *out["weeks_without_block"]):
        for name in ("attacks", "arousal_schema", "escape_schema", "avoidance"):
            assert week[name]["low"] <= week[name]["mean"] <= week[name]["high"]
    assert {w["blocked_days"] for w in out["weeks_without_block"]} == {0}
    assert (out["days"], out["patients"], out["gain"], out["from_day"], out["to_day"]) == (17, 2, 0.5, 0, 9)
    assert out["grade"] == "hypothesis"
    assert "not been fitted to patients" in " ".join(out["marks"])
    assert "robinaugh2019" in out["sources"]
    assert "no medical advice" in out["note"]
    # half the arousal unseen: no attack, and the schema as it was
    assert out["weeks"][0]["attacks"]["high"] == 0
    assert out["block"]["schema_at_release"] == pytest.approx(0.8, abs=0.01)
    assert out["block"]["schema_at_release"] < out["block"]["schema_at_release_without"]


def test_words_in_the_terminal(capsys):
    text = " ".join(told(capsys, *QUICK, "--set", "panic_schema_gain=0.2").split())
    for part in (
        "2 patients whose own arousal frightens them, 17 days, untreated",
        "What the block does From day 0 to 9 50 % of arousal goes unperceived: no attacks",
        "nothing is unlearned",
        "On release",
        "Hypothesis. This is a theoretical model",
        "panic_schema_gain set to 0.2",
        "agree a treatment with your clinician",
    ):
        assert part in text
    free = " ".join(told(capsys, "--gain", "1", "--days", "3", "--patients", "1", "--from-day", "9").split())
    assert "What becomes of them, untreated" in free
    assert "On release" not in free
    assert "without block" not in free


def test_a_block_that_is_not_released_and_days_that_all_teach(capsys):
    out = json.loads(told(capsys, "--days", "7", "--patients", "1", "--no-gate", "--cbt", "--json"))
    assert out["gated"] is False
    assert out["cbt"] is True
    assert out["block"]["relapse_pct"] is None
    answers = {row["question"]: row["answer"] for row in out["summary"]}
    assert answers["On release"] == "The block is not released within the 7 days."
    assert "therapy alone" in answers["Therapy with the block"]
    # without the gate the schema falls even though nothing is feared
    assert out["weeks"][-1]["arousal_schema"]["mean"] < 0.75
    assert "nothing is unlearned" not in answers["What the block does"]


def test_relapse_is_complete_only_where_the_schema_comes_back():
    """The same block, released early or late: the words follow the way back."""
    free = panic_course(42, patients=2, schema_start=0.8, escape_start=0.2, dt_minutes=0.03)
    found = {}
    for last in (7, 40):
        blocked = panic_course(
            42, patients=2, schema_start=0.8, escape_start=0.2, gain=(0.5, 0, last), dt_minutes=0.03
        )
        result = PanicResult(blocked, free, 0.5, 0, last)
        found[last] = effect(result)["relapse_pct"], dict(summary(result))["On release"]
        assert sum(week["attacks"]["mean"] for week in weeks(blocked)) == blocked.attacks.sum() / 2
    assert found[7][0] > 90 > 50 > found[40][0]
    assert "Relapse: complete." in found[7][1]
    assert "Relapse: complete." not in found[40][1]


@pytest.mark.parametrize(
    ("words", "place", "mend"),
    [
        (["--patients", "0"], "--patients", "--patients 8"),
        (["--days", "0"], "--days", "--days 84"),
        (["--days", "1000000"], "--days", "--days 84"),
        (["--schema", "2"], "--schema", "--schema 0.8"),
        (["--schema", "nan"], "--schema", "--schema 0.8"),
        (["--escape", "-0.1"], "--escape", "--escape 0.2"),
        (["--gain", "-1"], "--gain", "--gain 0.5"),
        (["--gain", "1.5"], "--gain", "--gain 0.5"),
        (["--from-day", "84"], "--from-day", "--gain 1"),
        (["--from-day", "50"], "--to-day", "--to-day 92"),
        (["--to-day", "-1"], "--to-day", "--to-day 42"),
        (["--seed", "-1"], "--seed", "--seed 1"),
        (["--set", "panic_schema_gian=1"], "--set", "panic_schema_gain"),
        (["--patients", "few"], "sudomotor panic", "--help"),
        (["speech"], "sudomotor panic", "--help"),
    ],
)
def test_wrong_option_is_named_and_mended(words, place, mend, capsys):
    assert main(["panic", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("error: ")
    assert place in err
    assert mend in err
