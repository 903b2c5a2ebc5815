"""Naive forecasters: each knows what it claims to know and nothing else, and the better one is found on the training days."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.twin.naive import NAIVE, Record, Setting, fit_naive, naive_forecast, settings
from sudomotor.twin.scores import crps_ordinal

AHEAD = 28


def no(days: int = AHEAD) -> np.ndarray:
    return np.zeros(days, dtype=bool)


def record(answer, held=None) -> Record:
    y = np.asarray(answer, dtype=np.int64)
    return Record(y, np.zeros(len(y), dtype=bool) if held is None else np.asarray(held, dtype=bool))


def score(chances, answer) -> float:
    return float(crps_ordinal(chances, answer).mean())


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=60),
    st.lists(st.booleans(), min_size=60, max_size=60),
    st.integers(1, 30),
)
def test_every_forecast_is_one(answers, held, days):
    known = record(answers, held[: len(answers)])
    fitted = fit_naive(known, AHEAD)
    for name in NAIVE:
        chances = fitted.predict(np.array(held[:days]), name)
        assert chances.shape == (days, 4)
        np.testing.assert_allclose(chances.sum(axis=1), 1.0)
        assert (chances > 0).all()


def test_with_nothing_known_all_answers_are_alike():
    fitted = fit_naive(record([0] * 30), AHEAD)
    assert fitted.chosen == "person mean"
    np.testing.assert_allclose(fitted.predict(no()), 0.25)


def test_the_mean_follows_how_often_answers_were_given():
    p = naive_forecast(record([1] * 10 + [3] * 30), no(5), Setting("person mean"))
    assert p[0].argmax() == 2
    assert p[0, 0] == pytest.approx(10.25 / 41)
    recent = naive_forecast(record([3] * 30 + [1] * 10), no(5), Setting("person mean", half_life_days=7.0))
    assert recent[0].argmax() == 0


def test_the_last_value_is_followed_soon_and_forgotten_late():
    # a month of this, a month of that: what holds today holds tomorrow
    answers = ([1] * 20 + [4] * 20) * 3 + [1] * 8
    p = naive_forecast(record(answers), no(), Setting("last value"))
    assert p[0, 0] > 0.85
    assert p[20, 0] < 0.5


def test_last_values_do_not_wander_where_they_never_did():
    p = naive_forecast(record([2] * 40), no(), Setting("last value"))
    assert (p[:, 1] > 0.8).all()


def test_the_label_forecaster_sees_the_sessions_to_come():
    # dry after weeks with sessions, wet after weeks without
    held = np.tile([True] * 21 + [False] * 21, 4)
    answers = np.where(np.roll(held, 7), 1, 4)
    known = record(answers, held)
    setting = Setting("label schedule", window_days=7, edges=(1,))
    treated, untreated = (naive_forecast(known, np.full(AHEAD, on), setting) for on in (True, False))
    assert treated[-1, 0] > 0.7
    assert untreated[-1, 3] > 0.7
    others = [name for name in NAIVE if name != "label schedule"]
    for name in others:
        np.testing.assert_array_equal(
            naive_forecast(known, no(), Setting(name)), naive_forecast(known, ~no(), Setting(name))
        )
    assert fit_naive(known, AHEAD).chosen == "label schedule"


def test_the_sessions_of_a_day_count_only_for_the_days_after():
    known = record([4] * 10 + [1] * 10, [False] * 10 + [True] * 10)
    setting = Setting("label schedule", window_days=7, edges=(1,))
    on = no()
    on[20] = True
    off = naive_forecast(known, no(), setting)
    with_it = naive_forecast(known, on, setting)
    np.testing.assert_array_equal(off[:21], with_it[:21])
    assert not np.allclose(off[21], with_it[21])


def test_settings_are_chosen_on_training_days_and_help():
    first = {name: next(settings(name)) for name in NAIVE}
    chosen, plain = [], []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        level, rows = 2.5, []
        for _ in range(140):  # slow wandering: the last answers tell most
            level = float(np.clip(level + 0.15 * rng.normal(), 1, 4))
            rows.append(int(np.clip(round(level + 0.4 * rng.normal()), 1, 4)) if rng.random() < 0.6 else 0)
        known, later = record(rows[:120]), np.array(rows[120:])
        asked = np.flatnonzero(later)
        fitted = fit_naive(known, 20)
        assert fitted.chosen == min(NAIVE, key=lambda name: fitted.training_crps[name])
        chosen.append(score(fitted.predict(no(20))[asked], later[asked]))
        plain.append(score(naive_forecast(known, no(20), first["person mean"])[asked], later[asked]))
    assert np.mean(chosen) < 0.97 * np.mean(plain)


def test_no_answer_after_the_training_days_is_seen():
    answers = np.random.default_rng(3).integers(1, 5, size=90)
    changed = answers.copy()
    changed[60:] = 1
    one, two = (fit_naive(record(each).until(60), AHEAD) for each in (answers, changed))
    assert one.best == two.best
    np.testing.assert_array_equal(one.predict(no()), two.predict(no()))


def test_they_are_no_straw_men():
    """On answers that come at random the chosen one is hardly worse than the true frequencies."""
    rng = np.random.default_rng(8)
    truth = np.array([0.1, 0.5, 0.3, 0.1])
    lost = []
    for _ in range(20):
        answers = rng.choice(4, size=148, p=truth) + 1
        answers[:120][rng.random(120) < 0.5] = 0
        p = fit_naive(record(answers[:120]), AHEAD).predict(no())
        lost.append(score(p, answers[120:]) / score(np.tile(truth, (AHEAD, 1)), answers[120:]))
    assert np.mean(lost) < 1.06
