"""Presets: known by many spellings, and alike in everything but baseline sweat and drive."""

from __future__ import annotations

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.person import SITES, draw, find_preset, presets
from sudomotor.person.presets import PRESET_PREFIXES, read_presets

NAMES = {
    "healthy",
    "palmar hyperhidrosis, moderate",
    "palmar hyperhidrosis, severe",
    "palmar hyperhidrosis",
    "plantar hyperhidrosis",
    "axillary hyperhidrosis",
    "palmar hyperhidrosis with social anxiety",
    "social anxiety",
}


def test_the_shipped_presets():
    assert set(presets()) == NAMES


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("palmar hyperhidrosis severe", "palmar hyperhidrosis, severe"),
        ("Severe Palmar HYPERHIDROSIS", "palmar hyperhidrosis, severe"),
        ("severe palmar", "palmar hyperhidrosis, severe"),
        ("hands, moderate", "palmar hyperhidrosis, moderate"),
        ("palmar", "palmar hyperhidrosis"),
        ("hyperhidrosis of the palms", "palmar hyperhidrosis"),
        ("feet", "plantar hyperhidrosis"),
        ("underarms", "axillary hyperhidrosis"),
        ("normal", "healthy"),
        ("  Healthy ", "healthy"),
        ("social anxiety with palmar hyperhidrosis", "palmar hyperhidrosis with social anxiety"),
        ("social phobia", "social anxiety"),
    ],
)
def test_spellings(spelling, name):
    assert find_preset(spelling).name == name


@pytest.mark.parametrize("name", sorted(NAMES))
def test_each_name_finds_itself(name):
    assert find_preset(name).name == name


@pytest.mark.parametrize(
    "word", ["palmr hyperhidrosis, severe", "plantal", "severe", "", "facial hyperhidrosis", "palmar plantar"]
)
def test_unknown_presets_are_refused_and_all_names_shown(word):
    with pytest.raises(InputError, match="unknown preset") as error:
        find_preset(word)
    assert all(name in str(error.value) for name in NAMES)


def test_the_nearest_preset_is_named_first():
    with pytest.raises(InputError, match="did you mean 'palmar hyperhidrosis, severe'"):
        find_preset("palmr hyperhidrosis, severe")


def test_presets_set_baseline_sweat_drive_and_mind_only():
    for preset in presets().values():
        for name in preset.values:
            assert name.startswith(PRESET_PREFIXES)
            assert name in load()


def test_people_of_two_presets_are_the_same_but_for_their_sweat_and_drive():
    severe, healthy = draw("palmar, severe", 50, seed=4), draw("healthy", 50, seed=4)
    for name, values in severe.drawn.items():
        same = np.array_equal(values, healthy.drawn[name])
        differ = name.startswith(("baseline_sweat_palm", "baseline_sweat_sole", "drive_", "mind_expectation"))
        assert same != differ, name


def test_who_sweats_where():
    def median(preset: str, site: str) -> float:
        return float(np.median(draw(preset, 4000, seed=0).baseline(site)))

    for preset, wet in (("palmar, moderate", "palms"), ("plantar", "soles"), ("axillary", "axillae")):
        assert median(preset, wet) > 2 * median("healthy", wet)
    assert median("palmar, severe", "palms") > 1.2 * median("palmar, moderate", "palms")
    assert median("palmar, moderate", "palms") < median("palmar", "palms") < median("palmar, severe", "palms")
    for site in SITES[1:]:
        assert median("palmar, severe", site) == median("palmar, moderate", site)


def test_nine_in_ten_healthy_palms_read_below_the_published_cut_off():
    reading = draw("healthy", 20_000, seed=2).screening_mg_per_min["palms"]
    assert 0.88 <= float(np.mean(reading < 20)) <= 0.99


GOOD = """
[[preset]]
name = "damp"
text = "Somewhat damp"
synonyms = []
include = { site = "palms", at_least_mg_per_min = 15.0, text = "why", grade = "judged", source = [] }
[preset.values.baseline_sweat_palm_mg_per_min]
text = "why"
value = 20.0
spread = 0.4
low = 10.0
high = 30.0
grade = "judged"
source = []
"""


def test_a_good_preset_is_read():
    damp = read_presets(GOOD, "damp.toml")["damp"]
    assert damp.include is not None
    assert damp.include.at_least_mg_per_min == 15.0
    assert damp.values["baseline_sweat_palm_mg_per_min"].value == 20.0


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("baseline_sweat_palm_mg_per_min", "gland_sensitivity", "may not set"),
        ('site = "palms"', 'site = "plams"', "unknown site"),
        ("value = 20.0", "value = 200.0", "outside its range"),
        ("value = 20.0", "value = nan", "above zero"),
        ("spread = 0.4", "spread = 0.0", "above zero"),
        ("spread = 0.4", "", "'spread' is missing"),
        ('text = "Somewhat damp"', 'txet = "Somewhat damp"', "unknown key 'txet'"),
        ('grade = "judged"', 'grade = "sure"', "unknown grade"),
        ("synonyms = []", 'synonyms = []\nmixture = ["dry"]', "unknown preset"),
        ("[[preset]]", "[[preset]", "not a TOML"),
    ],
)
def test_a_wrong_preset_is_refused_with_its_place(old, new, says):
    with pytest.raises(InputError, match=says) as error:
        read_presets(GOOD.replace(old, new), "damp.toml")
    assert "damp.toml" in str(error.value)
