"""A past under a change: nothing changed is nothing different, and what differs is what was changed."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from sudomotor.diary import Diary, Entry
from sudomotor.errors import InputError
from sudomotor.twin import fit, replay


def dates(twin, first, last):
    return twin.grid.first + datetime.timedelta(days=first), twin.grid.first + datetime.timedelta(days=last)


def test_skipping_days_without_sessions_changes_nothing(twin):
    same = replay(twin, skip=dates(twin, 0, 3))
    np.testing.assert_allclose(same.p_hdss_le_2[0], same.p_hdss_le_2[1])
    assert same.difference["sessions"] == 0
    assert same.difference["days_that_differ"] == 0


def test_a_skipped_month_costs_dry_days_and_nothing_before_it(twin):
    found = replay(twin, skip=dates(twin, 10, 40))
    np.testing.assert_allclose(found.p_hdss_le_2[0, :10], found.p_hdss_le_2[1, :10])
    assert found.difference["dry_days"] < 0
    assert (
        found.difference["dry_days_low"] <= found.difference["dry_days"] <= found.difference["dry_days_high"]
    )
    assert found.difference["sessions"] < 0
    assert found.minutes[1] == 20.0 * found.sessions[1]


def test_less_current_is_wetter_and_more_is_drier(twin):
    less, more = (replay(twin, current_mA=mA).difference["dry_days"] for mA in (5.0, 20.0))
    assert less < 0 < more


def test_every_day_at_an_interval_has_that_many_sessions(twin):
    found = replay(twin, every_days=10)
    first = twin.diary.sessions[0].date
    assert found.sessions[1] == len(range((first - twin.grid.first).days, twin.grid.days, 10))


def test_the_loop_itself_is_what_the_twin_has(twin):
    same = replay(twin, hypotheses="evidence")
    np.testing.assert_allclose(same.p_hdss_le_2[0], same.p_hdss_le_2[1])
    reset = replay(twin, hypotheses="reset")
    assert reset.hypotheses == "reset"
    assert reset.difference["dry_days"] > 0


def test_a_replay_is_plain_data(twin):
    out = replay(twin, minutes=10.0).to_dict()
    assert out["change"] == "10 minutes in every session"
    assert len(out["dates"]) == len(out["hdss"]["as_it_was"])
    assert replay(twin, minutes=10.0).to_xarray().sizes["case"] == 2


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"current_mA": -3.0}, "above 0"),
        ({"minutes": 1000.0}, "up to 240"),
        ({"every_days": 0.5}, "more than one session a day"),
        ({"hypotheses": "lop"}, "did you mean"),
    ],
)
def test_impossible_changes_are_refused(twin, change, what):
    with pytest.raises(InputError, match=what):
        replay(twin, **change)


def test_days_outside_of_the_diary_and_turned_days_are_refused(twin):
    with pytest.raises(InputError, match="the diary runs from"):
        replay(twin, skip=dates(twin, 500, 510))
    with pytest.raises(InputError, match="is after"):
        replay(twin, skip=dates(twin, 20, 10))


def test_a_diary_without_sessions_has_nothing_to_replay():
    rows = [Entry(date=datetime.date(2026, 3, d), hdss=3) for d in range(1, 20)]
    with pytest.raises(InputError, match="no session"):
        replay(fit(Diary.of(rows), accounts=("charge",)), current_mA=10.0)
