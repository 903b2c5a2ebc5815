"""When a person can treat, read from words."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.planning import Calendar

MONDAY = datetime.date(2026, 3, 30)


def days_of(text: str) -> list[int]:
    return list(Calendar.parse(text).days(MONDAY, 7))


@pytest.mark.parametrize(
    ("text", "days", "time"),
    [
        ("Sun Wed evenings", [2, 6], "evening"),
        ("Mon-Fri mornings", [0, 1, 2, 3, 4], "morning"),
        ("any day", list(range(7)), None),
        ("weekends", [5, 6], None),
        ("Tue 19:30", [1], "19:30"),
        ("Mon, Wed, Fri 6 pm", [0, 2, 4], "18:00"),
        ("Sat-Mon 7am", [0, 5, 6], "07:00"),
        ("Monday to Wednesday", [0, 1, 2], None),
        ("Mo/We & Fr", [0, 2, 4], None),
        ("any day except Fri", [0, 1, 2, 3, 5, 6], None),
        ("evenings", list(range(7)), "evening"),
    ],
)
def test_calendars_are_read(text, days, time):
    calendar = Calendar.parse(text)
    assert days_of(text) == days
    hours = {name: load().value(f"plan_{name}_hours") for name in ("morning", "evening")}
    if time in hours:
        time = f"{int(hours[time]):02d}:{round(60 * (hours[time] % 1)):02d}"
    at = calendar.time_on(MONDAY + datetime.timedelta(days=days[0]))
    assert (None if at is None else f"{at:%H:%M}") == time


def test_days_of_one_clause_share_the_time_that_follows_and_others_keep_theirs():
    calendar = Calendar.parse("weekday mornings; Sat, Sun 20:15")
    assert f"{calendar.time_on(MONDAY):%H:%M}" == "07:30"
    assert f"{calendar.time_on(MONDAY + datetime.timedelta(days=5)):%H:%M}" == "20:15"


def test_dates_that_are_taken_are_left_out():
    calendar = Calendar.parse("any day except 2026-04-01..2026-04-03 and 2026-04-05")
    assert calendar.days(MONDAY, 8) == (0, 1, 5, 7)


@pytest.mark.parametrize(
    ("text", "says", "mend"),
    [
        ("Sun Wendsday evenings", "'Wendsday'", "Wednesday"),
        ("Sun Wed eveings", "'eveings'", "evenings"),
        ("Mon 25:00", "25:00", "19:30"),
        ("Mon 7", "'7'", "19:30"),
        ("", "no day", "Sun Wed"),
        ("mornings and evenings", "two times", "comma"),
        ("Mon 7:00; Mon 19:00", "twice", "once"),
        ("every other day", "how often", "the plan finds"),
        ("Mon-Fri except weekdays", "no day is left", "e.g."),
        ("any day except 2026-04-31", "no date", "2026-03-01"),
        ("any day except 2026-04-10..2026-04-01", "before it begins", "2026-04-01..2026-04-10"),
    ],
)
def test_what_is_no_calendar_is_answered_with_the_nearest(text, says, mend):
    with pytest.raises(InputError) as caught:
        Calendar.parse(text)
    assert says in caught.value.what
    assert mend in caught.value.mend
    assert "can-treat" in caught.value.where


@given(st.lists(st.none() | st.booleans() | st.times(), min_size=7, max_size=7), st.integers(0, 3))
def test_a_calendar_survives_being_written_and_read(times, away):
    times = [False if at in (True, False) else at and at.replace(second=0, microsecond=0) for at in times]
    if all(at is False for at in times):
        return
    taken = tuple((MONDAY + datetime.timedelta(days=9 * k),) * 2 for k in range(away))
    calendar = Calendar(tuple(times), taken)
    again = Calendar.parse(calendar.words)
    assert (again.times, again.away) == (calendar.times, calendar.away)
