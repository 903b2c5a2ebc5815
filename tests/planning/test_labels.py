"""The schedules that labels, clinics and trials name, and their way onto a calendar."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.limits import devices
from sudomotor.parameters import load_citations
from sudomotor.planning import find_label, label_of, labels
from sudomotor.planning.labels import course_so_far, snap


def test_every_label_has_a_known_source_and_says_what_it_assumes():
    assert len(labels()) >= 5
    names = {one.name for one in devices()}
    for label in labels().values():
        assert label.source
        assert set(label.source) <= set(load_citations())
        assert len(label.assumed.split()) > 3
        assert set(label.devices) <= names
        assert 10 <= label.minutes_at("palms") <= 30


@pytest.mark.parametrize(
    ("name", "days"),
    [
        ("hospital", [0, 1, 3, 6, 9, 14, 21, 35, 49]),
        ("hidroxa", [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 29, 36, 43, 50, 57]),
        ("stretched", [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 25, 39]),
    ],
)
def test_labels_lie_as_their_source_says(name, days):
    assert find_label(name).wanted(60) == days


def test_three_a_week_stays_three_a_week():
    days = np.array(find_label("hidroxa_three").wanted(120))
    late = days[days > 30]
    assert np.all([np.sum((late >= a) & (late < a + 7)) == 3 for a in range(40, 100)])


@pytest.mark.parametrize("name", sorted(labels()))
def test_sessions_that_were_held_count_down_the_first_ones(name):
    label = find_label(name)
    whole, rest = label.wanted(400), label.wanted(400, done=4)
    assert rest[0] == 0.0
    assert len(rest) > 0
    shift = whole[4]
    assert rest[: len(whole) - 4] == [day - shift for day in whole[4:]]


@given(
    st.lists(st.floats(0, 60), min_size=1, max_size=30).map(sorted),
    st.sets(st.integers(0, 70), min_size=1).map(sorted),
)
def test_snapping_keeps_to_the_calendar_and_its_order(wanted, allowed):
    days = snap(wanted, allowed)
    assert set(days) <= set(allowed)
    assert days == sorted(set(days))
    assert len(days) <= len(wanted)


def test_on_a_free_calendar_nothing_moves():
    assert snap([0.0, 2.0, 5.0, 12.0], range(20)) == [0, 2, 5, 12]


def test_the_label_of_a_device_is_its_own():
    assert label_of("Dermadry").name == "dermadry"
    assert label_of("fischer").name == "fischer"
    assert label_of(None) == next(iter(labels().values()))
    assert label_of("Saalio") == label_of(None)
    with pytest.raises(InputError, match="hidroxa"):
        find_label("hydroxa")


def test_a_long_gap_begins_a_new_course():
    first = datetime.date(2026, 1, 1)
    dates = [first + datetime.timedelta(days=d) for d in (0, 2, 4, 40, 42)]
    assert course_so_far(dates, first + datetime.timedelta(days=45), 28) == 2
    assert course_so_far(dates, first + datetime.timedelta(days=80), 28) == 0
