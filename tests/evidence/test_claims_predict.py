"""What each claim predicts with its switch on and off: computed, paired, and of the sign that the claim says."""

import json

import pytest

from sudomotor.cli.main import main
from sudomotor.evidence.claims_predict import predict
from sudomotor.evidence.claims_register import register


@pytest.fixture(scope="module")
def found():
    return {row.claim.id: row for row in predict(people=40)}


@pytest.mark.slow
def test_every_claim_has_a_row_and_numbers(found):
    assert list(found) == [claim.id for claim in register()]
    assert not [name for name, row in found.items() if row.on is None]
    for row in found.values():
        assert (row.on is None) == bool(row.reason)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("C1.1", -100, -40), ("C1.2", 0.2, 1), ("C1.3", 10, 90), ("C1.4", -80, -15), ("C1.5", 0.05, 5), ("C2.1", 0.02, 0.5),
        ("C2.2", 1, 40), ("C2.3", -20, -1), ("C2.4", -50, -3), ("C3.1", 2, 10), ("C3.2", 1.2, 5), ("C3.3", 0.05, 30),
        ("C3.4", -30, -0.2), ("C4.2", 0.1, 5), ("C5.1", -500, -10), ("C5.2", -0.6, -0.03), ("C5.3", 0.05, 0.5),
    ],
)  # fmt: skip
def test_a_claim_makes_the_difference_that_it_says(found, name, low, high):
    """On minus off has the claim's sign and a size that is no round-off."""
    difference = found[name].on - found[name].off
    assert low <= difference <= high


@pytest.mark.slow
def test_without_the_claim_nothing_of_it_is_left(found):
    for name in ("C1.3", "C2.1", "C2.4", "C3.4"):
        assert found[name].off == pytest.approx(0.0, abs=1e-9)
    assert abs(found["C1.1"].off) < 1.0


def test_the_register_as_json(capsys):
    assert main(["claims", "C1.2", "c1.3", "--json", "--people", "3"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["id"] for row in rows] == ["C1.2", "C1.3"]
    keys = {
        "id",
        "claim",
        "switch",
        "grade",
        "observable",
        "predicted_on",
        "predicted_off",
        "evidence",
        "verdict",
    }
    for row in rows:
        assert keys <= set(row)
        assert {"text", "source", "direction"} == set(row["evidence"][0])
    assert rows[1]["predicted_on"] > rows[1]["predicted_off"]
    assert rows[1]["reason"] is None


def test_one_claim_in_words(capsys):
    assert main(["claims", "C1.2", "--people", "3"]) == 0
    out = capsys.readouterr().out
    assert "What decides" in out
    assert "hypothesis" in out
    assert main(["claims", "C9.9"]) == 2
    assert "C" in capsys.readouterr().err
