"""`sudomotor evidence mind` and `evidence sham`: tables, JSON, and what is refused."""

import json
import math
from dataclasses import replace

import pytest

from sudomotor.cli.evidence_mind import headline, in_order, tolerance
from sudomotor.cli.main import main
from sudomotor.evidence.mind_checks import Row, held

ROW = Row(1, "x", "about 1", 1.0, 0.0, 2.0, "ratio", False, ("manca2000",))


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    assert main(["evidence", *words]) == 0
    return capsys.readouterr().out


def test_mind_json_of_some_checks(capsys):
    out = json.loads(told(capsys, "mind", "--check", "10", "--check", "4", "--json"))
    assert set(out["held"]) == {"4", "10"}
    assert {row["check"] for row in out["rows"]} == {4, 10}
    for row in out["rows"]:
        assert {"what", "published", "predicted", "low", "high", "unit", "fitted", "source", "holds"} <= set(
            row
        )
        assert row["holds"] == (row["low"] <= row["predicted"] <= row["high"])
        assert set(row["source"]) <= set(out["sources"])
    for number, holds in out["held"].items():
        assert holds == all(row["holds"] for row in out["rows"] if str(row["check"]) == number)
    assert "measured anxiety" in out["note"]
    assert "no medical advice" in out["note"]
    assert set(out["checks"]) == {"4", "10"}


def test_mind_table_says_what_is_reproduced(capsys):
    text = " ".join(told(capsys, "mind", "--check", "10").split())
    assert "1 of 1 check holds: 0 predicted, 1 reproduced." in text
    assert "Check 10 holds: Trains of shocks" in text
    assert text.count(" reproduced") >= 5  # four figures, and the headline
    assert "manca2000: Manca" in text


def test_misses_come_first_and_are_counted():
    good, bad = replace(ROW, check=1, fitted=True), replace(ROW, check=2, predicted=3.0)
    fine = replace(ROW, check=3)
    rows = [good, fine, replace(bad, predicted=1.0), bad]
    holds = held(rows)
    assert [row.check for row in in_order(rows, holds)] == [2, 2, 1, 3]
    assert in_order(rows, holds)[0] is bad
    assert headline(rows, holds) == "2 of 3 checks hold: 1 predicted, 1 reproduced; missed: 2"
    assert headline([bad], held([bad])) == "0 of 1 check holds; missed: 2"
    assert tolerance(-math.inf, 1.0) == "at most 1"


@pytest.mark.parametrize(
    ("words", "place", "mend"),
    [
        (["mind", "--check", "5"], "--check", "known: 1, 2, 3, 4, 6"),
        (["mind", "--check", "ten"], "sudomotor evidence mind", "--help"),
        (["sham", "--draws", "0"], "--draws", "--draws 6000"),
        (["sham", "--seed", "-2"], "--seed", "--seed 1"),
        (["minds"], "sudomotor evidence", "--help"),
    ],
)
def test_wrong_option_is_named_and_mended(words, place, mend, capsys):
    assert main(["evidence", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert place in err
    assert mend in err


def test_sham_json_and_words(capsys):
    out = json.loads(told(capsys, "sham", "--draws", "300", "--json"))
    assert {part["study"] for part in out["parts"]} == {"kim2017", "karakoc2004"} == set(out["sources"])
    for part in out["parts"]:
        for when in ("prior", "posterior"):
            assert part[when]["low"] <= part[when]["median"] <= part[when]["high"]
    assert (out["rank"], len(out["unknowns"])) == (2, 6)
    assert out["determined"] < len(out["unknowns"])
    assert "two arms cannot identify the causes" in out["verdict"]
    best = 100 * min(out["shared_variance_ratios"])
    assert f"{best:.0f} % of its prior variance" in out["verdict"]
    assert out["designs"][0]["name"] == "nothing more"
    assert min(one["width_log"] for one in out["designs"]) < out["designs"][0]["width_log"]


def test_sham_table(capsys):
    text = " ".join(told(capsys, "sham", "--draws", "100").split())
    for part in (
        "kim2017 printed −39 %",
        "karakoc2004 printed −1 %",
        "rank 2 of 6",
        "belief in the treatment (hypothesis)",
        "What would tell expectation from the rest",
        "an arm told that it is sham",
        "agree a treatment with your clinician",
    ):
        assert part in text
