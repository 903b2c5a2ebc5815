"""The register of claims: complete, sourced, honest about its grades, and strict about its file."""

import re

import pytest

from sudomotor.errors import InputError
from sudomotor.evidence.claims_register import (
    CLAIM_GRADES,
    DEFAULT_GRADES,
    DIRECTIONS,
    claim,
    parse_claims,
    register,
    switch_words,
)
from sudomotor.model.hypotheses import SUPPORTED, SWITCHES
from sudomotor.parameters import load_citations

IDS = (
    "C1.1", "C1.2", "C1.3", "C1.4", "C1.5", "C2.1", "C2.2", "C2.3", "C2.4", "C3.1", "C3.2", "C3.3", "C3.4",
    "C4.1", "C4.2", "C5.1", "C5.2", "C5.3",
)  # fmt: skip
CLAIMS = register()
GOOD = """
schema = 1
[[claim]]
id = "C1.1"
claim = "Current dries skin."
part = "session"
switch = "block"
grade = "established"
grade_note = "locally"
observable = "sweat (mg/min)"
verdict = "It does."
on_by_default = true
  [[claim.evidence]]
  text = "Better than sham."
  source = "kim2017"
  direction = "for"
[[claim]]
id = "C1.4"
claim = "The brain is retrained."
part = "gain"
switch = ""
grade = "speculation"
observable = "sweat of an untreated site (mg/min)"
verdict = "Nobody knows."
on_by_default = false
  [[claim.evidence]]
  text = "Remote benefit fades."
  source = "wolosker2013"
  direction = "against"
"""


def test_the_register_holds_each_claim_once():
    assert tuple(one.id for one in CLAIMS) == IDS


@pytest.mark.parametrize("one", CLAIMS, ids=lambda c: c.id)
def test_each_claim_is_graded_sourced_and_argued_from_both_sides(one):
    assert one.grade in CLAIM_GRADES
    assert {row.direction for row in one.evidence} <= set(DIRECTIONS)
    assert set(one.sources) <= set(load_citations())
    assert one.found("for")
    assert one.found("against")
    assert "(" in one.observable or "share" in one.observable or "days" in one.observable, "gives its unit"
    assert one.text.endswith(".")
    assert one.text.count(".") == 1, "one sentence"
    assert 1 <= len(re.findall(r"[.](?= |$)", one.verdict)) <= 3


@pytest.mark.parametrize("one", CLAIMS, ids=lambda c: c.id)
def test_what_is_not_supported_is_never_on_by_default(one):
    assert not (one.on_by_default and one.grade not in DEFAULT_GRADES)
    assert one.on_by_default == (one.grade in DEFAULT_GRADES and one.switch != "")


def test_all_but_one_claim_rest_on_numbers():
    bare = [one.id for one in CLAIMS if not any(re.search(r"\d", row.text) for row in one.evidence)]
    assert bare == ["C1.2"], "where the block sits has been read from tissue, not counted"


def test_the_register_and_the_switches_say_the_same():
    by_switch: dict[str, list] = {}
    for one in CLAIMS:
        by_switch.setdefault(one.switch, []).append(one)
    for switch, text in SWITCHES.items():
        said = re.findall(r"C\d\.\d", text)
        assert [one.id for one in by_switch.get(switch, [])] == said, switch
        for one in by_switch.get(switch, []):
            assert f"({one.grade}" in text, one.id
            assert one.on_by_default == (switch in SUPPORTED), one.id


def test_the_gap_is_stated():
    assert "No iontophoresis trial has measured anxiety" in claim("C2.3").verdict
    assert not any("iontophoresis" in row.text for row in claim("C2.3").evidence)


def test_a_claim_is_found_in_either_case_and_the_nearest_is_named():
    assert claim("c2.3") is claim(" C2.3 ")
    with pytest.raises(InputError, match=r"unknown claim 'C1\.44'") as error:
        claim("C1.44")
    assert "did you mean 'C1.4'?" in str(error.value)
    with pytest.raises(InputError, match=r"known: C1\.1, C1\.2"):
        claim("reset")


def test_a_good_file_is_read():
    one, other = parse_claims(GOOD)
    assert (one.id, one.grade_note, one.on_by_default) == ("C1.1", "locally", True)
    assert (other.switch, other.grade_note, other.found("for")) == ("", "", ())
    with pytest.raises(InputError, match="unknown direction"):
        other.found("fro")


@pytest.mark.parametrize(
    ("old", "new", "says", "where", "mend"),
    [
        ("schema = 1", "schema = 2", "schema 2 is not known", "schema", "schema = 1"),
        ("schema = 1", "", "'schema' is missing", "r.toml", "add schema = 1"),
        ("schema = 1", "schema 1", "not a TOML file", "r.toml", "correct the line"),
        ("schema = 1", "schema = 1\nextra = 2", "unknown key 'extra'", "r.toml", "known: schema, claim"),
        ('"C1.1"', '"first"', "no id of a claim", "claim 1, key 'id'", '"C1.1"'),
        ('id = "C1.4"', 'id = "C1.1"', "stands twice", "r.toml", "its own id"),
        ('id = "C1.1"', 'id = "C2.1"', "'C1.4' stands after 'C2.1'", "r.toml", "order"),
        ('"established"', '"estabished"', "unknown grade", "claim C1.1, key 'grade'", "'established'"),
        ('"block"', '"blok"', "unknown switch 'blok'", "claim C1.1, key 'switch'", "'block'"),
        ('switch = "block"\n', "", "'switch' is missing", "claim C1.1", 'add switch = "loop"'),
        ('switch = "block"', "switch = 1", "switch must be a text", "claim C1.1", 'switch = "'),
        ('verdict = "It does."', 'verdict = " "', "verdict must be a text", "claim C1.1", 'verdict = "'),
        ("on_by_default = true\n", "", "'on_by_default' is missing", "claim C1.1", "= false"),
        ("on_by_default = true", "on_by_default = 1", "true or false", "claim C1.1", "= false"),
        (
            '"established"',
            '"hypothesis"',
            "never on by default",
            "claim C1.1, key 'on_by_default'",
            "= false",
        ),
        ('"established"', '"speculation"', "never on by default", "claim C1.1", "= false"),
        ('"established"', '"contradicted"', "never on by default", "claim C1.1", "= false"),
        ('switch = "block"', 'switch = ""', "without a switch", "claim C1.1", "name its switch"),
        ("verdict =", "verdit =", "unknown key 'verdit'", "claim C1.1", "'verdict'"),
        ('"kim2017"', '"kim2071"', "unknown source 'kim2071'", "claim C1.1, evidence 1", "'kim2017'"),
        ('direction = "for"', 'direction = "fro"', "unknown direction", "C1.1, evidence 1", "'for'"),
        ('  text = "Better than sham."\n', "", "'text' is missing", "C1.1, evidence 1", "add text"),
        ('  text = "Better', '  texts = "Better', "unknown key 'texts'", "C1.1, evidence 1", "'text'"),
    ],
)
def test_a_bad_file_is_answered_with_place_and_mend(old, new, says, where, mend):
    assert old in GOOD
    with pytest.raises(InputError, match=says) as error:
        parse_claims(GOOD.replace(old, new, 1), "r.toml")
    assert where in (error.value.where or "")
    assert mend in (error.value.mend or "")


def test_a_claim_without_evidence_and_a_file_without_claims_are_refused():
    bare = GOOD[: GOOD.index("  [[claim.evidence]]")]
    with pytest.raises(InputError, match="a claim without evidence") as error:
        parse_claims(bare, "r.toml")
    assert error.value.where == "r.toml, claim C1.1"
    with pytest.raises(InputError, match="the file holds no claim"):
        parse_claims("schema = 1")
    with pytest.raises(InputError, match="must be an array of tables"):
        parse_claims('schema = 1\nclaim = "C1.1"')
    with pytest.raises(InputError, match="a table was expected"):
        parse_claims('schema = 1\nclaim = ["C1.1"]')


def test_switches_are_named_once():
    words = switch_words()
    assert len(words) == len(set(words))
    assert {"loop", "synaptic", "channels"} <= set(words)
