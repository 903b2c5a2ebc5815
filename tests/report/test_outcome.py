"""What is read off a history, and said of it."""

import numpy as np
import pytest

from sudomotor.course import Course
from sudomotor.limits import ceilings_broken
from sudomotor.parameters import load
from sudomotor.person import Person
from sudomotor.report.outcome import (
    check_course,
    dry_day,
    outcome,
    planned,
    return_day,
    to_dict,
    treated_places,
)
from sudomotor.report.sentences import summary
from sudomotor.simulation import simulate

SEVERE = "palmar hyperhidrosis, severe"


@pytest.fixture(scope="module")
def both():
    course = Course("Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks")
    return simulate(SEVERE, course, days=120, people=60)


@pytest.fixture(scope="module")
def left():
    return simulate(
        SEVERE, Course("Treat left palm at 15 mA DC for 20 minutes, daily for 2 weeks"), days=90, people=40
    )


def test_a_site_and_its_sides_are_read_alike(both):
    # the one reading for sides must agree with the history's own for sites, here where both sides are alike
    for place in ("left palm", "right palm"):
        sweat = both.sweat_of(place)
        dry = dry_day(both, place)
        for person in np.flatnonzero(np.isfinite(dry)):
            below = sweat[:, person] < both.parameters.value("control_palm_mg_per_min")
            assert below[int(dry[person])]
            assert not below[: int(dry[person])].any()


def test_return_is_the_start_of_a_wet_week(left):
    level = left.parameters.value("control_palm_mg_per_min")
    wet = left.sweat_of("left palm") >= level
    dry, back = dry_day(left, "left palm"), return_day(left, "left palm")
    assert np.isfinite(back).any()
    for person in range(left.people.n):
        if np.isfinite(back[person]):
            day = int(back[person])
            assert day > dry[person]
            assert wet[day : day + 7, person].all()
            assert not any(wet[d : d + 7, person].all() for d in range(int(dry[person]) + 1, day))


def test_the_untreated_side_stays_wet(left):
    result = outcome(left)
    assert result.places == ("left palm",)
    out = to_dict(result)
    assert out["sites"]["right palm"]["blocked"]["high"] == [0.0] * 91
    assert max(out["sites"]["left palm"]["blocked"]["median"]) > 0.2
    assert {"palms", "soles", "axillae", "left palm"} == set(out["dry_day"])


def test_places():
    assert treated_places(Course("Treat palms and soles at 10 mA for 20 minutes, daily")) == (
        "palms",
        "soles",
    )
    course = Course(
        "Treat left palm at 10 mA for 20 minutes, daily, return on right palm, for 1 week", "Pause"
    )
    assert treated_places(course) == ("left palm", "right palm")
    assert treated_places(Course("Pause for 2 weeks")) == ()


def test_planned_sessions_fill_the_calendar():
    course = Course(
        "Treat palms at 10 mA for 20 minutes, daily for 3 days",
        "Pause for 2 days",
        "Treat palms at 5 mA for 9 minutes, every 3 days",
    )
    days = [day for day, _ in planned(course, 12)]
    assert days == [0, 1, 2, 5, 8, 11]
    assert [day for day, _ in planned(course, 0)] == [0]


def verdicts(sentence, **more):
    return check_course(Course(sentence), 60, Person(), load(), **more)


def test_limits_are_found_before_and_after_a_simulation():
    calm = verdicts("Treat palms at 15 mA DC for 20 minutes, 3 times a week")
    assert not any(v.broken for v in calm)
    assert {v.name for v in ceilings_broken(verdicts("Treat palms at 40 mA DC for 20 minutes, daily"))} >= {
        "device_trip"
    }
    assert any(
        v.broken and v.name == "sessions_per_week"
        for v in verdicts("Treat palms at 10 mA for 20 minutes, daily")
    )
    volts = verdicts("Treat palms at 15 mA DC for 20 minutes, 3 times a week", volts=95.0)
    assert [v.unit for v in ceilings_broken(volts)] == ["V"]
    assert verdicts("Sham palms for 20 minutes, daily") == ()


def test_reversal_halves_the_largest_net_charge():
    def charge(words):
        return next(v.value for v in verdicts(words) if v.unit == "mC/cm2")

    once = charge("Treat palms at 10 mA DC for 20 minutes, daily")
    assert charge("Treat palms at 10 mA DC, reversed halfway, for 20 minutes, daily") == pytest.approx(
        once / 2
    )


@pytest.mark.parametrize(
    ("words", "days", "said"),
    [
        (("Sham palms for 20 minutes, daily for 2 weeks",), 30, "Nobody like this gets dry"),
        (("Treat palms at 0 mA DC for 20 minutes, daily for 2 weeks",), 30, "It does not fall"),
        (("Pause for 2 weeks",), 20, "All 0"),
        (("Treat palms at 15 mA DC for 20 minutes, daily for 4 weeks",), 120, "days after the last session"),
    ],
)
def test_sentences_fit_what_happened(words, days, said):
    person = Person.preset(SEVERE, values={"baseline_sweat_palm_mg_per_min": 45.0})
    text = " ".join(
        line.answer for line in summary(outcome(simulate(person, Course(*words), days=days, people=30)))
    )
    assert said in text
    assert "nan" not in text


def test_each_number_of_the_summary_has_its_range(both):
    lines = {line.question: line.answer for line in summary(outcome(both))}
    assert " to " in lines["When dry?"]
    assert lines["How dry?"].count("(") >= 5
    assert " to " in lines["Voltage needed?"]


def test_the_healthy_are_dry_from_the_start():
    person = Person.preset("healthy", values={"baseline_sweat_palm_mg_per_min": 5.0})
    result = outcome(
        simulate(person, Course("Treat palms at 5 mA for 10 minutes, weekly for 2 weeks"), days=20, people=10)
    )
    text = {line.question: line.answer for line in summary(result)}
    assert text["When dry?"].startswith("Dry from the start")
    assert "stays so" in text["When does it return?"]
