"""Other treatments beside and between sessions of current: the block does not see them, the sweat does."""

import numpy as np
import pytest

from sudomotor.course import CareStep, Course, PauseStep, Schedule, TreatStep
from sudomotor.evidence.cohort import bounded_course
from sudomotor.evidence.records import Arm, Baseline
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.scales import SIDES
from sudomotor.report.outcome import outcome, planned, to_dict, treated_places
from sudomotor.report.sentences import summary
from sudomotor.simulation import simulate
from sudomotor.simulation.care import care_acts

TREAT = "Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks"
WHO = "palmar hyperhidrosis"


def run(*sentences, days=60, people=12):
    skin_alone = Hypotheses.peripheral()
    return simulate(WHO, Course(*sentences), days=days, people=people, hypotheses=skin_alone)


def counts(*sentences, steps, days=None):
    step = np.array(steps)
    step = step[:, None] if step.ndim == 1 else step
    return [act.count for act in care_acts(Course(*sentences), step, days or len(step) - 1)]


def test_a_course_without_other_treatments_is_as_it_was():
    history = run(TREAT, "Pause")
    assert history.care is None
    assert history.care_factor is None
    assert not any("other treatments" in said for said in history.assumptions)


def test_what_runs_alongside_changes_no_block():
    alone, beside = run(TREAT, "Pause"), run(TREAT, "Meanwhile antiperspirant on soles, daily", "Pause")
    for name in ("blocked", "blocked_after", "session", "irritation", "volts", "step"):
        assert np.array_equal(getattr(alone, name), getattr(beside, name)), name
    assert np.array_equal(alone.sweat_of("palms"), beside.sweat_of("palms"))
    soles, usual = beside.sweat_of("left sole"), alone.sweat_of("left sole")
    assert np.array_equal(soles[0], usual[0])
    assert (soles[1:28] < usual[1:28]).all()
    assert soles[60] == pytest.approx(usual[60], rel=1e-3)  # shed after the four weeks


def test_a_treatment_of_the_mind_changes_no_gland():
    alone, beside = run(TREAT), run(TREAT, "Meanwhile CBT for 50 minutes, weekly")
    assert np.array_equal(alone.to_xarray()["sweat_mg_per_min"], beside.to_xarray()["sweat_mg_per_min"])
    assert beside.care.cbt[:28].sum(axis=0) == pytest.approx(4)
    assert not beside.care.cbt[28:].any()


@pytest.mark.parametrize(
    ("care", "length"),
    [("Exposure daily for 2 weeks", 14), ("CBT weekly for 3 sessions", 21), ("Botox in palms, once", 1)],
)
def test_a_treatment_in_the_sequence_is_a_pause_to_the_block(care, length):
    cared = run(TREAT, care, "Then treat every 10 days")
    paused = run(TREAT, PauseStep(length), "Then every 10 days")
    for name in ("blocked", "blocked_after", "session", "step"):
        assert np.array_equal(getattr(cared, name), getattr(paused, name)), name
    assert cared.sessions[1]["words"].startswith("Treat")


def test_sweat_is_that_of_the_block_times_the_factor():
    history = run(TREAT, "Meanwhile botulinum toxin in left palm, once")
    plain = run(TREAT)
    left = SIDES.index("left palm")
    assert history.care_factor.shape == (61, 6, 12)
    assert np.array_equal(
        history.sweat_of("left palm"), plain.sweat_of("left palm") * history.care_factor[:, left]
    )
    assert np.array_equal(history.sweat_of("right palm"), plain.sweat_of("right palm"))
    assert np.array_equal(history.blocked_of("left palm"), plain.blocked_of("left palm"))


def test_acts_begin_on_each_persons_own_day():
    until = "Treat palms at 15 mA DC for 20 minutes, daily until HDSS <= 2 or for 40 days"
    history = simulate(WHO, Course(until, "Antiperspirant on soles, daily for 1 week"), days=60, people=40)
    (acts,) = care_acts(history.course, history.step, 60)
    entry = np.argmax(history.step >= 1, axis=0)
    assert np.unique(entry).size > 3
    assert np.array_equal(np.argmax(acts.count > 0, axis=0), entry)
    assert (acts.count.sum(axis=0) == 7).all()


def test_what_runs_alongside_ends_as_it_says_or_with_what_it_accompanies():
    steps = [0, 0, 1, 1, 1, 2, 2, 2]
    pause = ("Pause for 2 days", "Pause for 3 days")
    beside, longer, sessions = counts(
        *pause, "Meanwhile CBT daily", "Meanwhile exposure daily for 5 days",
        "Meanwhile biofeedback every 2 days for 2 sessions", "Pause", steps=steps,
    )  # fmt: skip
    assert beside[:, 0].tolist() == [0, 0, 1, 1, 1, 0, 0, 0]
    assert longer[:, 0].tolist() == [0, 0, 1, 1, 1, 1, 1, 0]
    assert sessions[:, 0].tolist() == [0, 0, 1, 0, 1, 0, 0, 0]


def test_people_enter_when_they_do_or_never():
    steps = [[0, 0, 0], [0, 1, 0], [1, 1, 0], [1, 1, 0]]
    (count,) = counts("Pause until HDSS <= 2 or for 9 days", "CBT daily", steps=steps)
    assert count.T.tolist() == [[0, 0, 1, 1], [0, 1, 1, 1], [0, 0, 0, 0]]
    # a step that a condition ends at once is passed by, what is said to last runs from that day
    (own, none) = counts(
        "Pause for 1 day", "Pause until HDSS >= 1 or for 9 days", "Meanwhile CBT daily for 2 days",
        "Meanwhile exposure daily", "Pause", steps=[0, 2, 2, 2],
    )  # fmt: skip
    assert own[:, 0].tolist() == [0, 1, 1, 0]
    assert not none.any()


def test_several_slots_a_day_change_no_calendar():
    history = run(
        "Treat palms at 5 mA DC for 20 minutes, twice a day for 2 weeks", "CBT weekly for 3 weeks", "Pause"
    )
    held = np.flatnonzero(history.care.cbt[:, 0])
    assert held.tolist() == [14, 21, 28]
    assert history.step.shape == (61, 12)
    assert history.step[[0, 13, 14, 34, 35], 0].tolist() == [0, 0, 1, 1, 2]


def test_missed_sessions_are_sessions_of_current():
    history = run(TREAT + ", missing 40 % of sessions", "Meanwhile CBT weekly")
    assert history.session.sum() < 12 * 12
    assert (history.care.cbt.sum(axis=0) == 4).all()
    assert any("missed sessions" in said for said in history.assumptions)


def test_conditions_look_at_the_current_alone_and_say_so():
    history = run("Botulinum toxin in palms, once", "Pause until HDSS >= 3 or for 30 days", "CBT weekly")
    assert any("rules that end a step" in said for said in history.assumptions)


def test_a_report_of_a_course_without_current():
    result = outcome(
        run("Botulinum toxin in palms and soles, once", "Meanwhile CBT weekly for 2 weeks", days=90)
    )
    assert result.places == ("palms", "soles")
    assert result.verdicts == ()
    data = to_dict(result)
    assert data["sessions_planned"] == 0
    assert data["dry_day"]["palms"]["median"] is not None
    told = {line.question: line.answer for line in summary(result)}
    assert "last session" not in " ".join(told.values())
    assert "Voltage needed?" not in told


def test_places_and_planned_sessions():
    course = Course(
        TREAT, "Meanwhile antiperspirant on left sole, daily", "CBT weekly for 2 weeks", "Then treat daily"
    )
    assert treated_places(course) == ("palms", "left sole")
    assert len(planned(course, 44)) == 12 + 3
    assert planned(course, 44)[12][0] == 42


def test_an_arm_with_another_treatment_is_no_sham_and_can_be_bounded():
    course = Course(
        "Sham palms for 20 minutes, daily for 2 weeks", "Meanwhile CBT weekly", "Botox in palms, once"
    )
    arm = Arm("arm", course, "palms", WHO, 10, Baseline(), {}, ())
    assert not arm.sham
    bounded, last, notes = bounded_course(arm)
    assert bounded.steps == course.steps
    assert (last, notes) == (15, ())
    assert isinstance(bounded.steps[0], TreatStep)
    assert bounded.steps[1] == CareStep("cbt", Schedule(1, 7), meanwhile=True)
