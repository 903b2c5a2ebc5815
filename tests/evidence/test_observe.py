"""The layer between true sweat and published numbers."""

import numpy as np
import pytest

from sudomotor.course import Course
from sudomotor.evidence.answers import Question, answer
from sudomotor.evidence.observe import Criteria, Follow
from sudomotor.evidence.records import Moment
from sudomotor.evidence.vocabulary import MEASURES, ORDER_MEASURES
from sudomotor.model import Hypotheses
from sudomotor.parameters import load
from sudomotor.simulation import simulate

SHAM = "Sham palms for 20 minutes, daily for 10 days"
REAL = "Treat palms at 20 mA DC for 20 minutes, daily for 2 weeks"
P = load(calibrated=False)
PEOPLE = 300


def history(course: str, days: int, people: int = PEOPLE, population: str = "palmar hyperhidrosis, moderate"):
    return simulate(
        population,
        Course(course),
        days=days,
        people=people,
        seed=3,
        parameters=P,
        hypotheses=Hypotheses.peripheral(),
    )


@pytest.fixture(scope="module")
def sham():
    return history(SHAM, 60)


@pytest.fixture(scope="module")
def real():
    return history(REAL, 210, people=60)


def ask(of, measure, when=None, criterion=None, place="palms", parameters=P, criteria=None):
    question = Question(ORDER_MEASURES[measure], criterion, when, place)
    return answer(of, question, criteria or Criteria(), parameters)


def after(days: int) -> Moment:
    return Moment(days_after_last_session=days)


def test_a_sham_blocks_nothing_and_still_seems_to_help(sham):
    assert ask(sham, "block", after(1)).expected() == 0.0
    assert ask(sham, "hdss_change", after(1)).expected() == 0.0
    assert ask(sham, "sweat_change_pct", after(1)).expected() < -3.0


def test_people_included_by_a_high_reading_regress_to_their_mean(sham):
    no_test = P.with_values({"habituation_log": 0.0, "soak_log": 0.0})
    assert ask(sham, "sweat_change_pct", after(1), parameters=no_test).expected() < -2.0
    healthy = history(SHAM, 60, people=2000, population="healthy")  # nobody is turned away
    assert abs(ask(healthy, "sweat_change_pct", after(1), parameters=no_test).expected()) < 3.0


def test_soaked_skin_sweats_less_for_hours_and_not_a_day_later(sham):
    dry = P.with_values({"soak_log": 0.0})
    wet = P.with_values({"soak_log": 0.3})

    def change(days, p):
        return ask(sham, "sweat_change_pct", after(days), parameters=p).expected()

    assert change(0, wet) < change(0, dry) - 10.0
    assert change(1, wet) == pytest.approx(change(1, dry), abs=0.2)


def test_only_skin_in_the_water_is_soaked(sham):
    wet, dry = P.with_values({"soak_log": 0.3}), P.with_values({"soak_log": 0.0})
    for place, moves in (("left palm", True), ("soles", False)):
        both = [
            ask(sham, "sweat_change_pct", after(0), place=place, parameters=p).expected() for p in (wet, dry)
        ]
        assert (both[0] < both[1] - 5.0) == moves
    one_side = history("Sham left palm for 20 minutes, daily for 10 days", 12, people=40)
    follow = Follow(one_side, "palms", P)
    assert follow.wet_share == 0.5
    assert Follow(one_side, "right palm", P).wet_share == 0.0


def test_habituation_grows_with_visits_and_is_lost_with_time(sham):
    follow = Follow(sham, "palms", P)
    few, many = (float(follow.habituation(np.array(v), np.array(0.0))) for v in (1.0, 10.0))
    assert many < few < 1.0
    assert float(follow.habituation(np.array(10.0), np.array(300.0))) == pytest.approx(1.0, abs=1e-3)
    assert float(follow.habituation(np.array(0.0), np.array(np.inf))) == 1.0


def test_a_reading_below_the_floor_is_none():
    deep = P.with_values({"gravimetry_floor_mg_per_min": 1000.0})
    got = ask(history(SHAM, 12, people=20), "responders_pct", after(1), "controlled", parameters=deep)
    assert got.expected() == 100.0


def test_days_of_a_reading(real):
    follow = Follow(real, "palms", P)
    assert set(follow.last_session) == {13}
    day, late = follow.day_of(after(0))
    assert late
    assert set(day) == {13}
    day, late = follow.day_of(after(7))
    assert not late
    assert set(day) == {20}
    day, late = follow.day_of(Moment(day=21))
    assert not late
    assert set(day) == {21}
    np.testing.assert_array_equal(follow.since_session[0], np.inf)
    np.testing.assert_array_equal(follow.since_session[5], 1.0)
    np.testing.assert_array_equal(follow.since_session[20], 7.0)


def test_a_course_that_works_is_seen_to_work(real):
    change = [ask(real, "sweat_change_pct", after(days)).expected() for days in (1, 30, 120)]
    assert change[0] < change[1] < change[2]
    assert change[0] < -60.0
    assert ask(real, "hdss_change", after(1)).expected() < -0.5
    assert ask(real, "starch_iodine_improved_pct", after(1)).expected() > 60.0
    assert ask(real, "block", after(1)).expected() > ask(real, "block", after(60)).expected() > 0.0
    assert 5.0 < ask(real, "circuit_volts").expected() < 100.0


def test_criteria_are_nested(real):
    loose = ask(real, "responders_pct", after(10), "controlled").expected()
    tight = ask(real, "responders_pct", after(10), "normal").expected()
    assert loose > tight
    soon = ask(real, "sessions_to_control", criterion="controlled").expected()
    late = ask(real, "sessions_to_control", criterion="normal").expected()
    assert 1.0 <= soon < late <= 14.0
    lenient = ask(real, "sessions_to_control", criterion="normal", criteria=Criteria(20.0)).expected()
    assert lenient == pytest.approx(soon)


def test_sessions_and_failures_share_one_definition(real):
    follow = Follow(real, "palms", P)
    sessions = follow.sessions_to_control(10.0)
    assert ask(real, "failures_pct", criterion="normal").expected() == pytest.approx(
        100 * np.isnan(sessions).mean()
    )
    person = int(np.flatnonzero(np.isfinite(sessions))[0])
    day = int(sessions[person])  # daily sessions: session k is on day k - 1, read on day k
    assert follow.tested[day, person] < 10.0
    assert (follow.tested[1:day, person] >= 10.0).all()


def test_remission_is_the_time_to_the_crossing(real):
    follow = Follow(real, "palms", P)
    days = follow.remission_days(20.0)
    timed = np.flatnonzero(np.isfinite(days) & (days < 180))
    assert timed.size > 10
    for person in timed[:10]:
        last = follow.last_session[person]
        before, later = (
            follow.tested[last + int(days[person]), person],
            follow.tested[last + int(days[person]) + 1, person],
        )
        assert before <= 20.0 + 1e-9
        assert later > 20.0
    untreated_dry = follow.own < 20.0
    assert np.isnan(days[untreated_dry]).all()


def test_halved_is_relative_to_each_person(real):
    assert Criteria().threshold("halved", "palms", P) is None
    follow = Follow(real, "palms", P)
    below = follow.below(follow.tested[14], None)
    np.testing.assert_array_equal(below, follow.tested[14] <= 0.5 * follow.own)


def test_other_sites_have_thresholds_of_their_own():
    assert Criteria().threshold("controlled", "palms", P) == 20.0
    for site, one in (("soles", "sole"), ("axillae", "axilla")):
        control = P.value(f"control_{one}_mg_per_min")
        assert Criteria().threshold("controlled", site, P) == control
        assert Criteria().threshold("normal", site, P) == 0.5 * control


@pytest.mark.parametrize("measure", sorted(MEASURES))
def test_virtual_studies_scatter_about_the_expectation(real, measure):
    criterion = "controlled" if MEASURES[measure].needs_criterion else None
    got = ask(real, measure, after(5) if MEASURES[measure].needs_time else None, criterion)
    rng = np.random.default_rng(1)
    who = rng.integers(0, 60, (400, 25))
    values = got.simulated(who, np.zeros(400), rng)
    assert values.shape == (400,)
    assert np.nanmean(values) == pytest.approx(got.expected(), abs=max(0.25, 0.06 * abs(got.expected())))


def test_the_study_factor_moves_a_whole_study(real):
    got = ask(real, "sweat_change_pct", after(20))
    who = np.tile(np.arange(60), (200, 1))
    low, high = (
        got.simulated(who, np.full(200, log), np.random.default_rng(1)).mean() for log in (-0.3, 0.3)
    )
    assert low < got.expected() < high


def test_nobody_controlled_has_no_mean(sham):
    got = ask(sham, "sessions_to_control", criterion="normal")
    assert np.isnan(got.expected()) or got.expected() >= 1.0
    none = ask(
        history(SHAM, 12, people=5, population="palmar hyperhidrosis, severe"),
        "sessions_to_control",
        criterion="halved",
    )
    assert np.isnan(none.expected())
