"""On which day each session falls."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.course import Condition, Course, PauseStep, Schedule, Session, Stop, TreatStep, session_days
from sudomotor.errors import InputError


def step(schedule, stop=None):
    return TreatStep(Session("15 mA DC for 20 minutes"), schedule, stop)


@pytest.mark.parametrize(
    ("schedule", "stop", "days"),
    [
        (Schedule(3, 7), Stop(for_days=14), (0, 2, 4, 7, 9, 11)),
        (Schedule(7, 28), Stop(for_days=28), (0, 4, 8, 12, 16, 20, 24)),
        (Schedule(7, 7), Stop(for_days=10), tuple(range(10))),
        (Schedule(1, 10), Stop(for_days=28), (0, 10, 20)),
        (Schedule(3, 7), Stop(for_sessions=4), (0, 2, 4, 7)),
        (Schedule(2, 1), Stop(for_days=2), (0, 0, 1, 1)),
        (Schedule(2, 1), Stop(for_sessions=3), (0, 0, 1)),
        (Schedule(1, 1), Stop(for_sessions=5, for_days=3), (0, 1, 2)),
        (Schedule(1, 14), None, (0, 14, 28)),
    ],
)
def test_days_of_the_sessions(schedule, stop, days):
    assert session_days(step(schedule, stop), 30) == days


def test_the_horizon_cuts_and_a_pause_has_none():
    assert session_days(step(Schedule(1, 1), Stop(for_days=28)), 3) == (0, 1, 2)
    assert session_days(step(Schedule(1, 1)), 0) == ()
    assert session_days(PauseStep(14), 30) == ()


@given(st.floats(0.1, 20), st.floats(0.9, 60), st.integers(1, 4))
def test_due_counts_every_session_once_and_in_its_slot(times, period, slots):
    schedule = Schedule(times, period)
    counts = [schedule.due(slot, slots) for slot in range(40 * slots)]
    expected = [0] * (40 * slots)
    index = 0
    while (slot := schedule.slot(index, slots)) < 40 * slots:
        expected[slot] += 1
        index += 1
    assert counts == expected
    assert schedule.due(-1) == 0


@given(
    st.integers(1, 50), st.sampled_from([Schedule(3, 7), Schedule(2, 1), Schedule(1, 10), Schedule(7, 28)])
)
def test_a_number_of_sessions_fits_its_days(count, schedule):
    treated = step(schedule, Stop(for_sessions=count))
    days = session_days(treated, 10_000)
    assert len(days) == count
    assert days[-1] < treated.days
    # the rhythm goes on: a further session would fall on the first day after, or later that day
    assert schedule.slot(count) <= treated.days


def test_days_of_a_course():
    assert Course(step(Schedule(3, 7), Stop(for_days=28)), PauseStep(14)).days == 42
    assert Course(step(Schedule(3, 7), Stop(for_days=28)), step(Schedule(1, 10))).days is None
    assert Course("Pause until HDSS >= 3 or for 60 days").days == 60
    assert Course("Pause until HDSS >= 3").days is None


@pytest.mark.parametrize(
    ("relation", "value", "holds"), [("<=", 2, True), ("<", 2, False), (">=", 2, True), (">", 2, False)]
)
def test_conditions_hold_at_their_edge_as_said(relation, value, holds):
    assert Condition("HDSS", relation, value).met(2.0) is holds


@pytest.mark.parametrize(
    "make",
    [
        lambda: Stop(),
        lambda: Stop(for_days=0),
        lambda: Stop(for_sessions=2.5),
        lambda: Stop(until="HDSS <= 2"),
        lambda: Condition("HDSS", "<=", 5),
        lambda: Condition("HDSS", "==", 2),
        lambda: Condition("itch", "<=", 2),
        lambda: Schedule(0, 7),
        lambda: Schedule(30, 1),
        lambda: Schedule(3, float("nan")),
        lambda: PauseStep(-1),
        lambda: TreatStep("15 mA", Schedule(3, 7)),
        lambda: TreatStep(Session("15 mA for 3 hours"), Schedule(12, 1)),
    ],
)
def test_what_cannot_be_is_refused_with_its_mend(make):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where
    assert caught.value.mend
