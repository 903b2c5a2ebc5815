"""Evidence files: what is read, and what each fault is answered with."""

import pytest

from sudomotor.course import Course
from sudomotor.errors import InputError
from sudomotor.evidence import parse_evidence, read_evidence, shipped
from sudomotor.evidence.schema import stated

GOOD = """
schema = 1
[defaults.assumed]
litres = [0.5, 3]
area_cm2 = [120, 200]
[[study]]
id = "one2020"
site = "palms"
population = "palmar hyperhidrosis"
weight = "high"
  [[study.arm]]
  name = "active"
  course = ["Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks"]
    [[study.arm.outcome]]
    measure = "responders_pct"
    criterion = "controlled"
    days_after_last_session = 7
    value = 80
    tolerance = 10
[[order]]
id = "one"
measure = "block"
min_ratio = 1.1
more = { course = ["Treat palms at 15 mA DC for 20 minutes, daily for 1 week"] }
less = { course = ["Treat palms at 5 mA DC for 20 minutes, daily for 1 week"] }
"""


def swapped(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_the_shipped_table_holds_what_it_is_known_to_hold():
    table = shipped()
    assert len(table.studies) == 9
    assert len(table.counted) == 22
    assert sum(outcome.weight == "high" for outcome in table.counted) == 14
    assert len(table.orders) == 7
    kim = next(study for study in table.studies if study.id == "kim2017")
    assert [arm.n for arm in kim.arms] == [14, 13]
    assert [arm.sham for arm in kim.arms] == [False, True]
    assert kim.arms[0].assumed["current_mA"] == (10.0, 20.0)
    assert kim.arms[0].assumed["alkalinity_mM"] == (0.5, 4.0)
    reinauer = next(study for study in table.studies if study.id == "reinauer1993")
    assert reinauer.arms[0].n == 20
    polarity = next(order for order in table.orders if order.id == "sato1993-polarity")
    assert (polarity.more.arm.place, polarity.less.arm.place) == ("left palm", "right palm")
    assert polarity.more.when.days_after_last_session == 1


def test_defaults_are_filled_in():
    outcome = parse_evidence(GOOD).studies[0].arms[0].outcomes[0]
    assert outcome.counts
    assert outcome.weight == "high"
    assert outcome.at == "7 d after the last session"
    assert outcome.place == "palms"


def test_weeks_are_days_from_the_first_session():
    table = parse_evidence(swapped("days_after_last_session = 7", "week = 10"))
    assert table.studies[0].arms[0].outcomes[0].when.day == 70


def test_a_range_of_the_study_replaces_the_course_and_a_default_only_fills_gaps():
    text = swapped('weight = "high"', "assumed = { minutes = [15, 30], litres = [1, 1] }")
    assert parse_evidence(text).studies[0].arms[0].assumed["minutes"] == (15.0, 30.0)
    assert parse_evidence(text).studies[0].arms[0].assumed["litres"] == (1.0, 1.0)
    said = GOOD.replace("for 20 minutes, 3 times", "for 20 minutes with electrode area 50 cm2, 3 times")
    arm = parse_evidence(said).studies[0].arms[0]
    assert "area_cm2" not in arm.assumed
    assert any("area_cm2" in note for note in arm.notes)
    said = GOOD.replace("for 20 minutes, 3 times", "for 20 minutes in 1 litre, 3 times")
    assert "litres" not in parse_evidence(said).studies[0].arms[0].assumed


def test_armpits_have_no_pans():
    text = GOOD.replace(
        "Treat palms at 15 mA DC for 20 minutes, 3", "Treat axillae at 8 mA DC for 20 minutes, 3"
    )
    assert "litres" not in parse_evidence(text).studies[0].arms[0].assumed


def test_what_a_course_states():
    course = Course("Treat palms at 15 mA for 20 minutes in 2 litres, daily for 1 week")
    assert stated(course) == {"current_mA", "minutes", "sessions_per_week", "litres"}


@pytest.mark.parametrize(("site", "side", "place"), [
    ("palms", "left", "left palm"), ("left palm", "both", "palms"), ("axillae", "right", "right axilla"),
])  # fmt: skip
def test_one_side_only(site, side, place):
    table = parse_evidence(swapped('site = "palms"', f'site = "{site}"\nside = "{side}"'))
    assert table.studies[0].arms[0].place == place


WRONG = [
    # (what stands there, what is written instead, words of the answer)
    ("schema = 1", "schema = 2", ["schema", "schema = 1"]),
    ("schema = 1", "", ["schema", "missing"]),
    ("[defaults.assumed]", "[default.assumed]", ["default", "defaults"]),
    ("litres = [0.5, 3]", "liters = [0.5, 3]", ["liters", "litres"]),
    ("litres = [0.5, 3]", "litres = [3, 0.5]", ["litres", "[0.5, 3]"]),
    ("litres = [0.5, 3]", "litres = 2", ["litres", "range"]),
    ("litres = [0.5, 3]", "litres = [0, 3]", ["litres", "above 0"]),
    ("litres = [0.5, 3]", "litres = [0.5, nan]", ["litres", "finite"]),
    ("litres = [0.5, 3]", 'litres = ["a", 3]', ["litres", "number"]),
    ('id = "one2020"', "", ["study 1", "id"]),
    ('site = "palms"', 'site = "plams"', ["one2020", "plams", "did you mean 'palms'"]),
    ('site = "palms"', 'site = "palms"\nside = "middle"', ["side", "middle"]),
    ('population = "palmar hyperhidrosis"', 'population = "palmer hyperhidrosys"', ["population", "palmar"]),
    ('population = "palmar hyperhidrosis"', "", ["population", "missing"]),
    ('weight = "high"', 'weight = "hgih"', ["weight", "high"]),
    ('weight = "high"', "n = 0", ["n must be", "one2020"]),
    ('weight = "high"', "n = 12.5", ["n must be"]),
    ('weight = "high"', "n = true", ["n must be"]),
    ('weight = "high"', "wieght = 1", ["wieght", "weight"]),
    ('weight = "high"', "baseline = { hdss_mean = 5 }", ["hdss_mean"]),
    ('weight = "high"', "baseline = { sweat = 5 }", ["sweat", "sweat_mg_per_min"]),
    ('weight = "high"', "baseline = { sweat_mg_per_min = -5 }", ["above 0"]),
    ('weight = "high"', "baseline = 5", ["table"]),
    ('weight = "high"', 'site2 = "x"', ["site2"]),
    ('name = "active"', 'nmae = "active"', ["nmae", "name"]),
    ("3 times a week for 4 weeks", "thrice a fortnightly", ["one2020", "active", "course"]),
    ("3 times a week for 4 weeks", "3 times a week", ["last session", "week"]),
    ('course = ["Treat', "course = 5 # [\"Treat", ["course", "sentences"]),
    ("15 mA DC for 20", "15 A DC for 20", ["one2020", "course"]),
    ('measure = "responders_pct"', 'measure = "responder_pct"', ["outcome 1", "responders_pct"]),
    ('criterion = "controlled"', 'criterion = "controled"', ["outcome 1", "controlled"]),
    ('criterion = "controlled"', "", ["criterion", "controlled, normal, halved"]),
    ("days_after_last_session = 7", "", ["time", "week"]),
    ("days_after_last_session = 7", "days_after_last_session = 7\nweek = 3", ["two times"]),
    ("days_after_last_session = 7", "days_after_last_session = -1", ["at least 0"]),
    ("days_after_last_session = 7", "days_after_last_session = 2.5", ["whole"]),
    ("days_after_last_session = 7", "day_after_last_session = 7", ["day_after", "days_after_last_session"]),
    ("value = 80", 'value = "80"', ["value", "number"]),
    ("value = 80", "value = inf", ["value", "finite"]),
    ("value = 80", "", ["value", "missing"]),
    ("tolerance = 10", "tolerance = 0", ["tolerance", "above 0"]),
    ("tolerance = 10", "tolerance = 10\ncounts = 1", ["counts", "true or false"]),
    ("tolerance = 10", "tolerance = 10\ntolerence = 2", ["tolerence", "tolerance"]),
    ('measure = "block"', 'measure = "blocked"', ["order 'one'", "block"]),
    ("min_ratio = 1.1", "min_ratio = 0", ["min_ratio"]),
    ("min_ratio = 1.1", "", ["min_ratio", "missing"]),
    ("more = {", "most = {", ["most", "more"]),
    ('less = { course = ["Treat', 'less = { course = ["Tread', ["order 'one'", "less"]),
    ('less = { course = ["Treat palms at 5 mA DC for 20 minutes, daily for 1 week"] }',
     'less = { side = "left" }', ["order 'one'", "course", "missing"]),
    ('less = { course = ["Treat palms at 5 mA DC for 20 minutes, daily for 1 week"] }',
     'less = { course = ["Pause for 2 weeks"] }', ["treats nothing"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "words"), WRONG)
def test_a_fault_is_answered_with_its_place_and_the_mend(old, new, words):
    with pytest.raises(InputError) as caught:
        parse_evidence(swapped(old, new), "mine.toml")
    message = str(caught.value)
    assert caught.value.where is not None
    assert "mine.toml" in message
    for word in words:
        assert word in message


@pytest.mark.parametrize(
    "text", ["", "schema = 1", "schema = 1\nstudy = 5", "schema = [1", "schema = 1\n[[study]]\nid = 'x'"]
)
def test_what_is_no_evidence_file_is_refused(text):
    with pytest.raises(InputError):
        parse_evidence(text)


def test_the_same_name_twice_is_refused():
    study = GOOD[GOOD.index("[[study]]") : GOOD.index("[[order]]")]
    with pytest.raises(InputError, match="twice"):
        parse_evidence(GOOD + study)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match="no file"):
        read_evidence(tmp_path / "none.toml")
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_evidence(binary)


def test_a_file_is_read_as_its_text(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(GOOD, "utf-8")
    table = read_evidence(file)
    assert table.name == "mine.toml"
    assert table.studies == parse_evidence(GOOD, "mine.toml").studies


def test_hands_are_no_armpits():
    text = swapped('site = "palms"', 'site = "axillae"\nbaseline = { sweat_mg_per_min_per_hand = 50 }')
    with pytest.raises(InputError, match="hands"):
        parse_evidence(text)


def test_an_open_course_may_be_read_at_a_week():
    text = GOOD.replace("3 times a week for 4 weeks", "3 times a week").replace(
        "days_after_last_session = 7", "week = 6"
    )
    assert parse_evidence(text).studies[0].arms[0].outcomes[0].when.day == 42
