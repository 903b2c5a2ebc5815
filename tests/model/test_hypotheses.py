"""Sets of switches: what a name turns on, what cannot be on together, and that nothing unproven is on by default."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.model.hypotheses import ALWAYS, BASES, SUPPORTED, SWITCHES, Hypotheses

SINGLE = sorted(set(SWITCHES) - set(ALWAYS))


def test_the_default_has_only_what_is_supported_or_better():
    for switch in Hypotheses.evidence().switches:
        assert "(supported" in SWITCHES[switch] or "(established" in SWITCHES[switch]
    for switch in set(SWITCHES) - set(SUPPORTED):
        assert "(hypothesis" in SWITCHES[switch] or "(speculation" in SWITCHES[switch]


def test_reset_has_every_claim_on_and_peripheral_none_of_the_mind():
    assert Hypotheses.reset().switches == set(SWITCHES) - {"compensation"}
    assert not Hypotheses.peripheral().has_mind
    assert Hypotheses.evidence().has_mind


@pytest.mark.parametrize("name", [*BASES, *SINGLE])
def test_every_name_is_read_in_any_case(name):
    one, other = Hypotheses.parse(name), Hypotheses.parse(name.upper().replace("_", "-"))
    assert one.switches == other.switches
    assert set(ALWAYS) <= one.switches
    assert name in BASES or name in one


@given(st.lists(st.sampled_from(SINGLE), min_size=1, max_size=4, unique=True))
def test_a_sum_has_what_its_parts_have(parts):
    if {"central", "compensation"} <= set(parts):
        with pytest.raises(InputError, match="contradict"):
            Hypotheses.parse("+".join(parts))
        return
    whole = Hypotheses.parse("+".join(parts)).switches
    assert whole == frozenset().union(*(Hypotheses.parse(part).switches for part in parts))
    assert whole == Hypotheses.parse("+".join(reversed(parts))).switches


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("peripheral+loop", "contradict"),
        ("reset+compensation", "contradict"),
        ("central+compensation", "contradict"),
        ("loop+loop", "named twice"),
        ("loop+", "is missing"),
        ("lop", "did you mean 'loop'"),
        ("", "is missing"),
    ],
)
def test_what_makes_no_sense_is_refused_and_mended(words, said):
    with pytest.raises(InputError) as error:
        Hypotheses.parse(words)
    assert said in str(error.value)
    assert error.value.mend


def test_turning_switches():
    without = Hypotheses.evidence().turned(off=("loop",))
    assert "loop" not in without
    assert without.turned(on=("loop",)).switches == Hypotheses.evidence().switches
    with pytest.raises(InputError, match="unknown hypothesis"):
        _ = "lop" in without
    with pytest.raises(InputError, match="learning gate"):
        Hypotheses("x", gate="hope")


def test_words_carry_grades():
    for text in Hypotheses.reset().on:
        assert any(grade in text for grade in ("established", "supported", "hypothesis", "speculation"))
