"""What a person wants, read from words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.course import Condition
from sudomotor.errors import InputError
from sudomotor.planning import Goal


@pytest.mark.parametrize(
    ("text", "measure", "relation", "value", "pct", "start"),
    [
        ("HDSS <= 2 on 80 % of days", "HDSS", "<=", 2, 80, None),
        ("hdss at most 2 on 80% of the days", "HDSS", "<=", 2, 80, None),
        ("HDSS ≤ 1 on 12,5 percent of days", "HDSS", "<=", 1, 12.5, None),
        ("sweat < 20 mg/min on 90 % of days", "sweat", "<", 20, 90, None),
        ("sweat < 1.2 g/h on 90 % of days after 4 weeks", "sweat", "<", 20, 90, 28),
        ("dry on every day from day 14", "HDSS", "<=", 2, 100, 14),
    ],
)
def test_goals_are_read(text, measure, relation, value, pct, start):
    goal = Goal.parse(text)
    assert (goal.condition.measure, goal.condition.relation) == (measure, relation)
    assert goal.condition.value == pytest.approx(value)
    assert (goal.days_pct, goal.from_day) == (pytest.approx(pct), start)


@given(
    st.sampled_from([("HDSS", "<=", 1.0), ("HDSS", "<=", 3.0), ("HDSS", "<", 3.0), ("sweat", "<", 12.5)]),
    st.integers(1, 100),
    st.none() | st.integers(0, 400),
)
def test_a_goal_survives_being_written_and_read(condition, pct, start):
    goal = Goal(Condition(*condition), float(pct), start)
    assert Goal.parse(goal.words) == goal


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("HDSS <= 2", "share of the days"),
        ("HDSS <= 2 on most days", "no share of days"),
        ("HDSS <= 2 on 120 % of days", "120 %"),
        ("HDSS <= 2 on 0 % of days", "above 0"),
        ("HDSS 2 on 80 % of days", "cannot be read"),
        ("HDSS <= 9 on 80 % of days", "over 4"),
        ("HDSS <= 4 on 80 % of days", "every day, treated or not"),
        ("HDSS < 1 on 80 % of days", "on no day"),
        ("HDSS >= 3 on 80 % of days", "sweat more"),
        ("sweat < 20 on 80 % of days", "cannot be read"),
        ("HDSS <= 2 on 80 % of days after Monday", "from when on"),
    ],
)
def test_what_is_no_goal_is_answered_with_one(text, says):
    with pytest.raises(InputError) as caught:
        Goal.parse(text)
    assert says in caught.value.what
    assert "goal" in caught.value.where
    assert caught.value.mend


def test_a_goal_is_held_against_answers_or_sweat():
    answers = np.array([1, 2, 3])
    assert Goal.parse("HDSS <= 2 on 80 % of days").holds(answers, None).tolist() == [True, True, False]
    sweat = np.array([19.9, 20.0])
    assert Goal.parse("sweat < 20 mg/min on 80 % of days").holds(None, sweat).tolist() == [True, False]
