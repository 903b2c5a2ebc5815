"""A diary tests its own twin: the future is never seen, verdicts follow the scores, too little data is said to be that."""

from __future__ import annotations

import dataclasses
import datetime
import json
import math

import numpy as np
import pytest

from sudomotor.diary import Diary, Entry
from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.twin.backtest import backtest, record_of, site_of_diary
from sudomotor.twin.backtest_result import Backtest

FIRST = datetime.date(2026, 1, 5)
SESSIONS = set(range(14, 60, 2))


def truth(day: int) -> float:
    """Level of this person: wet, dry from day 24 on while treated, wet again three weeks after the last session."""
    return 3.6 if day < 24 or day > 80 else 1.4


def diary(days: int = 120, seed: int = 1, every: float = 0.7, **more) -> Diary:
    rng = np.random.default_rng(seed)
    entries = []
    for day in range(days):
        on = {"current_mA": 15.0, "minutes": 20.0} if day in SESSIONS else {}
        hdss = int(np.clip(round(truth(day) + 0.4 * rng.normal()), 1, 4)) if rng.random() < every else None
        if on or hdss:
            entries.append(
                Entry(date=FIRST + datetime.timedelta(days=day), site="palms", hdss=hdss, **on, **more)
            )
    return Diary.of(entries)


def knowing(known: Diary) -> int:
    """A fit that knows the law (not the future readings): the day on which the training days end."""
    return (known.last - FIRST).days


def oracle(end: int, sessions, days: int) -> np.ndarray:
    out = np.full((days, 4), 0.02)
    for h in range(days):
        middle = truth(end + 1 + h)
        weight = np.exp(-0.5 * ((np.arange(1, 5) - middle) / 0.5) ** 2)
        out[h] = 0.98 * weight / weight.sum() + 0.005
    return out / out.sum(axis=1, keepdims=True)


def flat(known, sessions, days: int) -> np.ndarray:
    return np.full((days, 4), 0.25)


@pytest.fixture(scope="module")
def good() -> Backtest:
    return backtest(diary(), fit=knowing, predict=oracle)


def test_who_knows_the_law_beats_who_does_not(good):
    assert good.beats_naive is True
    assert good.reason == ""
    assert "beats the best naive forecast" in good.verdict
    assert good.skill > 0.2
    assert good.skill_low <= good.skill <= good.skill_high
    assert good.crps < good.crps_naive
    assert good.crps_naive <= max(good.naive_crps.values()) + 1e-12
    assert good.log_score < good.log_score_naive
    assert good.brier < good.brier_naive


def test_who_knows_nothing_is_told_so():
    found = backtest(diary(), fit=lambda known: None, predict=flat)
    assert found.beats_naive is False
    assert "does not beat" in found.verdict
    assert found.skill < 0
    assert "% worse" in found.verdict


def test_who_repeats_the_naive_is_no_better():
    from sudomotor.twin.naive import fit_naive

    def fit(known: Diary):
        return known, fit_naive(record_of(known, "palms"), 28)

    def predict(fitted, sessions, days):
        held = np.zeros(days, dtype=bool)
        held[[s.day for s in sessions]] = True
        return fitted[1].predict(held)

    found = backtest(diary(), fit=fit, predict=predict)
    assert found.skill == pytest.approx(0.0, abs=1e-12)
    assert found.beats_naive is False


def test_scores_by_lead_add_up(good):
    assert sum(lead.answers for lead in good.by_lead) == len(good.readings)
    assert sum(lead.answers * lead.crps for lead in good.by_lead) / len(good.readings) == pytest.approx(
        good.crps
    )
    assert [(lead.from_day, lead.to_day) for lead in good.by_lead] == [(1, 7), (8, 14), (15, 21), (22, 28)]
    assert good.scored_days == len({r.origin_day + r.lead_days for r in good.readings})
    assert sum(o.scored for o in good.origins) == len(good.readings)
    assert sum(good.calibration.pit_counts) == len(good.readings)


def test_the_future_is_never_seen():
    """What is written after an origin changes nothing of what was known and forecast there."""
    seen: dict[datetime.date, tuple] = {}
    other: dict[datetime.date, tuple] = {}

    def spy(into):
        def fit(known: Diary):
            into[known.last] = (known.entries, None)
            return known.last

        def predict(date, sessions, days):
            into[date] = (into[date][0], [tuple(s) for s in sessions], days)
            return flat(None, sessions, days)

        return {"fit": fit, "predict": predict}

    whole = diary()
    backtest(whole, **spy(seen))
    changed = Diary.of(
        [
            dataclasses.replace(
                e, hdss=None if e.hdss is None else 5 - e.hdss, event="exam", temperature_C=30.0
            )
            if (e.date - FIRST).days > 70
            else e
            for e in whole.entries
        ]
    )
    backtest(changed, **spy(other))
    assert len(seen) >= 3
    for date, what in seen.items():
        assert max(e.date for e in what[0]) <= date
        if (date - FIRST).days <= 70:
            assert other[date] == what
    # the sessions of the days ahead are given, day 0 being the day after
    date = next(each for each in seen if (each - FIRST).days < 40)
    held = {(date - FIRST).days + 1 + s[0] for s in seen[date][1]}
    assert held == {d for d in SESSIONS if 0 < d - (date - FIRST).days <= 28}
    assert all(s[1:] == (15.0, 20.0, "palms") for s in seen[date][1])


def test_the_horizon_ends_with_the_diary():
    asked = []

    def predict(fitted, sessions, days):
        asked.append(days)
        return flat(fitted, sessions, days)

    found = backtest(diary(60), fit=knowing, predict=predict, horizon_days=28)
    assert max(asked) == 28
    assert all(o.date + datetime.timedelta(days=days) <= FIRST + datetime.timedelta(days=59)
               for o, days in zip(found.origins, asked, strict=True))  # fmt: skip


def test_origins_can_be_chosen():
    dates = [FIRST + datetime.timedelta(days=d) for d in (40, 60, 80)]
    found = backtest(diary(), fit=knowing, predict=oracle, origins=dates)
    assert len(found.origins) == 3
    assert all(o.date <= d for o, d in zip(found.origins, dates, strict=True))
    assert len(backtest(diary(), fit=knowing, predict=oracle, origins=2).origins) == 2
    usual = backtest(diary(), fit=knowing, predict=oracle)
    assert len(usual.origins) <= load().value("backtest_most_origins")
    assert usual.origins[0].training_days >= load().value("backtest_training_days")
    assert usual.origins[0].training_answers >= load().value("backtest_training_answers")


@pytest.mark.parametrize(
    ("short", "says"),
    [
        (lambda: diary(15), "at least 21 days with 8 HDSS answers"),
        (lambda: diary(120, every=0.03), "8 HDSS answers"),
        (lambda: diary(30), "come after the parts that can be fitted"),
    ],
)
def test_too_little_is_said_to_be_that(short, says):
    found = backtest(short(), fit=knowing, predict=oracle)
    assert found.beats_naive is None
    assert says in found.reason
    assert says in found.verdict
    assert math.isnan(found.skill)


def test_a_close_race_is_not_decided():
    """Hardly better than the naive on a few weeks: neither yes nor no."""

    def half_knowing(end: int, sessions, days: int) -> np.ndarray:
        return 0.5 * oracle(end, sessions, days) + 0.5 * flat(end, sessions, days)

    found = [backtest(diary(60, seed=s), fit=knowing, predict=half_knowing) for s in range(4)]
    for each in found:
        sure = load().value("backtest_sure")
        if each.beats_naive is None:
            assert each.skill > 0
            assert each.p_better < sure
            assert "Too close" in each.verdict
        elif each.beats_naive:
            assert each.p_better >= sure
        else:
            assert each.skill <= 0


def test_a_refused_fit_is_told_and_left_out():
    def fit(known: Diary):
        if known.last < FIRST + datetime.timedelta(days=50):
            raise InputError("too early to say")
        return knowing(known)

    found = backtest(diary(), fit=fit, predict=oracle)
    refused = [o for o in found.origins if o.refused]
    assert refused
    assert refused[0].refused == "too early to say"
    assert all(o.scored == 0 for o in refused)
    assert found.beats_naive is not None

    def never(known: Diary):
        raise InputError("no")

    assert backtest(diary(), fit=never, predict=oracle).beats_naive is None


def test_a_result_goes_to_json_and_back(good):
    content = json.loads(json.dumps(good.to_dict(), allow_nan=False))
    assert Backtest.from_dict(content) == good
    nothing = backtest(diary(15), fit=knowing, predict=oracle)
    plain = {
        key: None if isinstance(v, float) and math.isnan(v) else v for key, v in nothing.to_dict().items()
    }
    back = Backtest.from_dict(json.loads(json.dumps(plain)))
    assert (back.beats_naive, back.reason) == (None, nothing.reason)
    with pytest.raises(InputError, match="cannot be read"):
        Backtest.from_dict({"skill": 1.0})


def test_the_same_call_gives_the_same_result(good):
    assert backtest(diary(), fit=knowing, predict=oracle) == good
    assert backtest(diary(), fit=knowing, predict=oracle, seed=2).skill == good.skill


def test_the_site_with_most_answers_is_scored():
    soles = [
        Entry(date=FIRST + datetime.timedelta(days=d), site="soles", hdss=3, time=datetime.time(9))
        for d in range(0, 20, 9)
    ]
    both = Diary.of([*diary().entries, *soles])
    assert site_of_diary(both, None) == "palms"
    assert site_of_diary(both, "soles") == "soles"
    assert backtest(both, fit=knowing, predict=oracle).site == "palms"
    with pytest.raises(InputError, match="axillae"):
        backtest(both, fit=knowing, predict=oracle, site="axillae")


def test_progress_is_told():
    told = []
    backtest(diary(), fit=knowing, predict=oracle, progress=lambda done, total: told.append((done, total)))
    assert told == [(i, told[0][1]) for i in range(told[0][1])]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"predict": lambda f, s, d: np.full((d, 4), 0.5)}, "add up"),
        ({"predict": lambda f, s, d: np.full((d + 1, 4), 0.25)}, "instead of"),
        ({"predict": lambda f, s, d: np.full((d, 3), 1 / 3)}, "shape"),
        ({"horizon_days": 0}, "horizon"),
        ({"horizon_days": 28.5}, "horizon"),
        ({"origins": 0}, "origins"),
        ({"origins": [datetime.date(2030, 1, 1)]}, "outside the diary"),
        ({"predict": None}, "go together"),
    ],
)
def test_wrong_input_is_refused(more, says):
    with pytest.raises(InputError, match=says):
        backtest(diary(), **{"fit": knowing, "predict": oracle, **more})
