"""A stand-in for the twin: the block of glands in a few people, quick enough for hundreds of plans."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pytest

from sudomotor.diary import Diary, Entry
from sudomotor.limits import Answers
from sudomotor.model.block import BlockRates, blocked_fraction, flow_by, flow_weights, fresh, hit
from sudomotor.planning import plan

LAST = datetime.date(2026, 3, 29)  # a Sunday
TODAY = datetime.date(2026, 3, 30)
K, M = 3, 3
HDSS_LOG = np.log([10.0, 20.0, 40.0])


def day(offset: int) -> datetime.date:
    """A date counted from the diary's last day."""
    return LAST + datetime.timedelta(days=offset)


def make_diary(
    sessions: Sequence[int] = range(-40, 0, 4), readings: Sequence[int] = range(-45, 1, 3), current: float = 12.0,
    minutes: float = 20.0, hdss: int = 3, skin: dict[int, str] | None = None, site: str = "palms",
) -> Diary:  # fmt: skip
    """A diary with sessions and readings on days counted from its last day."""
    entries = [
        Entry(date=day(d), site=site, side="both", current_mA=current, minutes=minutes) for d in sessions
    ]
    entries += [Entry(date=day(d), site=site, hdss=hdss) for d in readings]
    entries += [Entry(date=day(d), site=site, skin=word) for d, word in (skin or {}).items()]
    return Diary.of(entries, source="stand-in")


class StandIn:
    """People whose glands a session blocks by hits and days repair; answers by the log of their sweat."""

    def __init__(
        self, diary: Diary, strength: float = 1.0, baseline: float = 60.0, repair: float = 30.0, spread: float = 0.3,
        people: int = 1,
    ) -> None:  # fmt: skip
        self.diary, self.calls = diary, 0
        self.hypotheses, self.mechanisms, self.assumptions = "stand-in", {}, ()
        self.beats_naive: bool | None = None
        self._args = strength, baseline, repair, spread, people

    def evaluate(self, schedules, *, days, missed_pct, draws, seed, site):
        """As the twin's own outlook."""
        self.calls += 1
        strength, baseline, repair, spread, people = self._args
        who = np.random.default_rng(people)
        z = who.normal(size=(4, 1000))[:, :draws]
        s, base = strength * np.exp(spread * z[0]), np.log(baseline) + spread * z[1]
        luck = np.random.default_rng([seed, people])
        noise = 0.3 * luck.normal(size=(days, draws)) + 0.0 * z[2]
        given = (luck.random((days, draws)) >= missed_pct / 100.0).astype(float)
        rates = BlockRates(1.0 / 12.0, M / (repair * np.exp(0.5 * spread * z[3])), 1.0 / 2.0)
        weights = flow_weights(rates, 1.0, K, M)
        state = fresh((1, draws), K, M)
        past = {
            (one.date - self.diary.first).days: (one.current_mA, one.minutes)
            for one in self.diary.sessions
            if (one.site or site) == site
        }
        for d in range((self.diary.last - self.diary.first).days + 1):
            if d in past:
                state = hit(state, s * dose(*past[d]), 0.0, 0.3)
            state = flow_by(state, weights)
        n = len(schedules)
        state = type(state)(*(np.repeat(pool, n, axis=-2) for pool in state))
        shown = np.zeros((days, n))
        for i, schedule in enumerate(schedules):
            for step in schedule:
                assert step.site == site
                assert 0 <= step.day < days
                shown[step.day, i] += dose(step.current_mA, step.minutes)
        blocked = np.empty((n, days, draws))
        irritation = np.empty((n, days, draws))
        for d in range(days):
            blocked[:, d] = blocked_fraction(state)
            irritation[:, d] = shown[d][:, None] * given[d]
            if shown[d].any():
                state = hit(state, s * shown[d][:, None] * given[d], 0.0, 0.3)
            state = flow_by(state, weights)
        log = base + np.log(1.0 - 0.97 * blocked)
        answer = 1 + ((log + noise)[..., None] > HDSS_LOG).sum(axis=-1)
        return SimpleNamespace(
            sweat_mg_per_min=np.exp(log), hdss=answer, blocked=blocked, irritation=irritation
        )


def dose(current_mA: float, minutes: float) -> float:
    """Hits of a session: more with the current, less than in proportion with the minutes."""
    return 0.9 * current_mA / 15.0 * (minutes / 20.0) ** 0.5


@pytest.fixture(scope="session")
def no_to_all() -> Answers:
    return Answers.all_no(TODAY, 34)


@pytest.fixture(scope="session")
def make_twin():
    """A stand-in for the twin of a diary."""

    def make(diary: Diary | None = None, **of: float) -> StandIn:
        return StandIn(diary if diary is not None else make_diary(), **of)

    return make


@pytest.fixture(scope="session")
def diary_of():
    return make_diary


@pytest.fixture(scope="session")
def plan_for(make_twin, no_to_all):
    """A quick plan of a stand-in."""

    def make(twin: StandIn | None = None, **words):
        who = twin if twin is not None else make_twin()
        given = {"answers": no_to_all, "today": TODAY, "effort": "quick", "horizon_days": 49, **words}
        return plan(who, evaluate=who.evaluate, **given)

    return make
