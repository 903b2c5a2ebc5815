"""`run` with hypotheses and channels: what is added, what is refused."""

import json

import pytest

from sudomotor.cli.main import main

COURSE = "Treat palms at 15 mA DC for 20 minutes, 5 times a week for 2 weeks"
MIND = (
    "threat",
    "avoidance",
    "confidence",
    "drive",
    "stai_s",
    "lsas",
    "dlqi",
    "control",
    "gain",
    "benefit",
    "mood",
)


def run(capsys, *more, days=30):
    assert main(["run", COURSE, "--days", str(days), "--people", "20", "--json", *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_mind_has_the_shape_of_the_sites(capsys):
    found = run(capsys, "--hypotheses", "loop+expectation")
    for name in MIND:
        assert set(found[name]) == {"median", "low", "high"}
        assert len(found[name]["median"]) == len(found["days"])
    assert {"palms", "soles", "left sole"} <= set(found["sites"])
    assert found["hypotheses_name"] == "loop+expectation"
    assert any("hypothesis" in text for text in found["hypotheses"])
    assert found["benefit"]["median"][14] > 0.5
    assert found["threat"]["median"][14] < found["threat"]["median"][0]


def test_without_the_mind_sweat_is_the_skins_alone(capsys):
    skin = run(capsys, "--hypotheses", "peripheral")
    assert (
        skin["sites"]["soles"]["sweat_mg_per_min"]["median"][0]
        == skin["sites"]["soles"]["sweat_mg_per_min"]["median"][-1]
    )
    assert skin["benefit"]["median"][-1] == 0


def test_another_response(capsys):
    found = run(capsys, "--channel", "blush", days=15)
    assert found["channel"] == "blush"
    assert found["threat"]["median"][14] < found["threat"]["median"][0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--hypotheses", "peripheral+loop"], "contradict"),
        (["--hypotheses", "lop"], "loop"),
        (["--channel", "blsh"], "blush"),
        (["--set", "event_rate_per_day=-1"], "rate of events"),
        (["--set", "drive_sudomotor_gain=0"], "gain of 0"),
    ],
)
def test_what_is_refused(words, said, capsys):
    assert main(["run", COURSE, "--days", "5", "--people", "3", "--json", *words]) == 2
    assert said in capsys.readouterr().err


def test_the_summary_says_how_well_it_is_known(capsys, tmp_path):
    words = ["run", COURSE, "--days", "20", "--people", "10", "-o", str(tmp_path), "--hypotheses", "reset"]
    assert main(words) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "speculation" in out
    assert "What is felt?" in out
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "The mind" in page
    assert "speculation" in page
