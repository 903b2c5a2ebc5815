"""The days ahead: more sessions never make wetter, luck is the same for all, and words become dates."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.twin import PlannedSession, forecast, hdss_forecast, outlook
from sudomotor.twin.courses import planned
from sudomotor.twin.forecast import relapse

EVERY = {gap: [PlannedSession(d, 15.0, 20.0) for d in range(0, 60, gap)] for gap in (3, 7, 14)}
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def test_chances_are_chances(twin):
    found = outlook(twin, [EVERY[7], []], 60)
    np.testing.assert_allclose(found.hdss_chance.sum(axis=-1), 1.0, atol=1e-9)
    assert found.p_hdss_le_2.min() >= 0
    assert found.p_hdss_le_2.max() <= 1 + 1e-12
    assert set(np.unique(found.hdss)) <= {1, 2, 3, 4}


def test_more_sessions_keep_everybody_at_least_as_dry(twin):
    found = outlook(twin, [EVERY[3], EVERY[14], []], 60)
    # a denser course that holds every session of a sparser one cannot block less
    both = outlook(twin, [sorted({*EVERY[14], *EVERY[7]}), EVERY[14]], 60)
    assert np.all(both.blocked[0] >= both.blocked[1] - 1e-9)
    late = found.p_hdss_le_2[:, 30:].mean(axis=(1, 2))
    assert late[0] > late[1] > late[2]


@FEW
@given(st.floats(2.0, 19.0), st.floats(0.5, 6.0))
def test_more_current_blocks_no_less(twin, current, more):
    a, b = ([PlannedSession(d, mA, 20.0) for d in range(0, 30, 5)] for mA in (current, current + more))
    found = outlook(twin, [a, b], 30, draws=40)
    if twin.accounts == ("charge",):
        assert np.all(found.blocked[1] >= found.blocked[0] - 1e-9)
    assert found.blocked[1].mean() >= found.blocked[0].mean() - 1e-9


def test_without_sessions_the_block_only_fades(twin):
    blocked = outlook(twin, [[]], 90).blocked[0]
    assert np.all(np.diff(blocked, axis=0) <= 1e-9)
    assert blocked[-1].mean() < blocked[0].mean()


def test_sampled_answers_agree_with_their_chances(twin):
    found = outlook(twin, [EVERY[7]], 60)
    said = (found.hdss[0] <= 2).mean()
    assert said == pytest.approx(found.p_hdss_le_2.mean(), abs=0.03)


def test_the_same_people_and_the_same_luck_under_all_schedules(twin):
    one, two = outlook(twin, [EVERY[7]], 60), outlook(twin, [[], EVERY[7]], 60)
    np.testing.assert_array_equal(one.hdss[0], two.hdss[1])
    np.testing.assert_array_equal(
        outlook(twin, [EVERY[14]], 60).noise[:30], outlook(twin, [EVERY[14][:3]], 30).noise
    )


def test_missed_sessions_never_help(twin):
    all_held, missed = (outlook(twin, [EVERY[7]], 60, missed_pct=pct) for pct in (0.0, 40.0))
    assert np.all(missed.blocked <= all_held.blocked + 1e-9)
    assert missed.given.mean() == pytest.approx(0.6, abs=0.02)
    np.testing.assert_allclose(
        outlook(twin, [EVERY[7]], 60, missed_pct=100.0).blocked, outlook(twin, [[]], 60).blocked
    )


def test_the_outlook_goes_on_from_the_state_of_the_last_day(twin):
    past, ahead = twin.past.blocked[-1].mean(axis=0), outlook(twin, [[]], 3).blocked[0, 0]
    assert np.all(np.abs(ahead - past) < 0.35)  # a session on the last day may lie between
    assert np.corrcoef(ahead, past)[0, 1] > 0.9


def test_a_forecast_says_what_scripts_read(twin):
    out = forecast(twin, "Treat palms at 15 mA DC for 20 minutes, every 7 days", days=60).to_dict()
    assert len(out["dates"]) == len(out["p_hdss_le_2"]) == 60
    assert out["dates"][0] == (twin.diary.last + datetime.timedelta(days=1)).isoformat()
    low, median, high = (np.array(out["sweat_mg_per_min"][key]) for key in ("low", "median", "high"))
    assert np.all((low <= median) & (median <= high))
    assert set(out["relapse"]) >= {"median_days", "low_days", "high_days"}
    assert out["beats_naive"] is None


def test_relapse_comes_later_with_sessions(twin):
    # start dry, so that there is something to lose
    dense = [PlannedSession(d, 15.0, 20.0) for d in range(0, 20, 2)]
    stop = relapse(outlook(twin, [dense], 180))
    keep = relapse(
        outlook(twin, [[*dense, *(PlannedSession(d, 15.0, 20.0) for d in range(20, 180, 4))]], 180)
    )
    assert keep.never_pct > stop.never_pct
    early, middle, late = (stop.quantile_days(q) for q in (0.05, 0.5, 0.95))
    assert early is not None
    assert middle is None or early <= middle
    assert late is None or middle <= late


def test_what_a_backtest_scores_sums_to_one(twin):
    np.testing.assert_allclose(hdss_forecast(twin, EVERY[7], 60).sum(axis=1), 1.0)


def test_words_and_dates_are_the_same_course(twin):
    words = forecast(twin, "Treat palms at 15 mA DC for 20 minutes, every 7 days", days=60)
    dates = forecast(twin, EVERY[7], days=60)
    np.testing.assert_array_equal(words.p_hdss_le_2, dates.p_hdss_le_2)


def test_steps_follow_one_another():
    sessions, _, _ = planned(
        "Treat palms at 10 mA DC for 10 minutes, daily for 3 sessions; Pause for 1 week; "
        "Treat palms at 15 mA DC for 20 minutes, every 10 days", 40, "palms",
    )  # fmt: skip
    assert [s.day for s in sessions] == [0, 1, 2, 10, 20, 30]
    assert [s.current_mA for s in sessions] == [10.0, 10.0, 10.0, 15.0, 15.0, 15.0]


@pytest.mark.parametrize(
    ("course", "what"),
    [
        ("Treat palms at 15 mA DC for 20 minutes, daily until HDSS <= 2", "rule on the outcome"),
        ("Treat soles at 15 mA DC for 20 minutes, daily", "says nothing of the soles"),
        ("Antiperspirant on palms, daily for 3 weeks", "another treatment"),
        ("Treat palms at 15 mA AC at 50 Hz for 20 minutes, daily", "direct current only"),
        ([PlannedSession(0, 15.0, 20.0), PlannedSession(0, 10.0, 20.0)], "two sessions"),
        ([PlannedSession(90, 15.0, 20.0)], "outside"),
    ],
)
def test_what_a_forecast_cannot_follow_is_refused(twin, course, what):
    with pytest.raises(InputError, match=what):
        forecast(twin, course, days=90)


@pytest.mark.parametrize("days", [0, -3, 5000])
def test_an_impossible_horizon_is_refused(twin, days):
    with pytest.raises(InputError, match="days must lie"):
        forecast(twin, [], days=days)


def test_the_sessions_of_a_virtual_person_are_those_that_a_forecast_takes():
    from sudomotor.simulation.virtual_life import begin_lives

    lives = begin_lives(1, seed=1).own_way(40)
    held = lives.held(0, 0, 40)
    assert held
    assert {type(each) for each in held} == {PlannedSession}
