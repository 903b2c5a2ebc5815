"""Each measure of an evidence file, as the mean over virtual people and as what single virtual studies
would publish.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray

from sudomotor.evidence.observe import Criteria, Follow
from sudomotor.evidence.records import Moment
from sudomotor.evidence.vocabulary import Measure, place_site
from sudomotor.model.scales import hdss_mean, hdss_probabilities, starch_iodine_grade
from sudomotor.parameters import Parameters
from sudomotor.simulation import History

Array = NDArray[np.float64]
Index = NDArray[np.int64]
NOISE_NODES = 21
STUDY_NODES = 9


@dataclass(frozen=True)
class Question:
    """What is asked of a history."""

    measure: Measure
    criterion: str | None
    when: Moment | None
    place: str


@dataclass(frozen=True)
class Answer:
    """What the history says.

    Attributes
    ----------
    expected : () -> float, over all people and the error of readings; nan where nobody has a value.
    simulated : (who, study_log, rng) -> one value for each virtual study, (study,); `who` (study, n) are its
        people.
    """

    expected: Callable[[], float]
    simulated: Callable[[Index, Array, np.random.Generator], Array]


@cache
def _nodes(count: int) -> tuple[float, ...]:
    """Equally likely standard-normal values, mean 0 and variance 1."""
    from scipy.special import ndtri

    z = ndtri((np.arange(count) + 0.5) / count)
    return tuple(float(v) for v in z / z.std())


def answer(history: History, question: Question, criteria: Criteria, p: Parameters) -> Answer:
    """Prepare the answer to one question."""
    follow = Follow(history, question.place, p)
    name = question.measure.name
    if name in ("sweat_change_pct", "responders_pct", "starch_iodine_improved_pct"):
        return _of_readings(follow, question, criteria, p)
    if name in ("hdss_mean", "hdss_change"):
        return _of_hdss(follow, question, p)
    if name == "block":
        return _of_values(follow.blocked(_moment(question)))
    if name == "circuit_volts":
        return _of_values(follow.volts())
    return _of_courses(follow, question, criteria, p)


def _moment(question: Question) -> Moment:
    assert question.when is not None, "the schema gives every such measure a time"
    return question.when


def _threshold(question: Question, criteria: Criteria, p: Parameters) -> float | None:
    assert question.criterion is not None, "the schema gives every such measure a criterion"
    return criteria.threshold(question.criterion, place_site(question.place), p)


def _of_readings(follow: Follow, question: Question, criteria: Criteria, p: Parameters) -> Answer:
    when, name = _moment(question), question.measure.name
    clean, before = follow.clean_reading(when), follow.screening
    error, floor = p.value("gravimetry_noise_log_sd"), p.value("gravimetry_floor_mg_per_min")
    if name == "sweat_change_pct":

        def score(reading: Array, who: Index) -> Array:
            total = before[who].sum(axis=-1)
            return 100.0 * np.where(
                total > 0, reading.sum(axis=-1) / np.where(total > 0, total, 1.0) - 1.0, np.nan
            )

    elif name == "responders_pct":
        threshold = _threshold(question, criteria, p)
        limit = 0.5 * before if threshold is None else np.full(before.size, threshold)

        def score(reading: Array, who: Index) -> Array:
            below = reading <= limit[who] if threshold is None else reading < limit[who]
            return np.asarray(100.0 * below.mean(axis=-1))

    else:
        open_share = 1.0 - follow.blocked(when)
        first = np.asarray(starch_iodine_grade(before, np.ones(before.size), p))

        def score(reading: Array, who: Index) -> Array:
            grade = np.asarray(starch_iodine_grade(reading, open_share[who], p))
            return np.asarray(100.0 * (grade <= first[who] - 1).mean(axis=-1))

    def reading_of(who: Index, log_error: Array) -> Array:
        reading = clean[who] * np.exp(log_error)
        return np.where(reading < floor, 0.0, reading)

    def expected() -> float:
        everybody = np.tile(np.arange(clean.size), (NOISE_NODES, 1))
        log_error = error * np.array(_nodes(NOISE_NODES))[:, None]
        # equal groups, so the mean over nodes is the mean over all readings
        return float(np.mean(score(reading_of(everybody, log_error), everybody)))

    def simulated(who: Index, study_log: Array, rng: np.random.Generator) -> Array:
        log_error = error * rng.standard_normal(who.shape) + study_log[:, None]
        return np.asarray(score(reading_of(who, log_error), who))

    return Answer(expected, simulated)


def _of_hdss(follow: Follow, question: Question, p: Parameters) -> Answer:
    own, then = follow.own, follow.true_sweat(_moment(question))
    shift, change = follow.history.people["hdss_shift"], question.measure.name == "hdss_change"

    def drawn(sweat: Array, who: Index, rng: np.random.Generator) -> Array:
        chance = np.cumsum(hdss_probabilities(sweat, shift[who], follow.site, p), axis=0)
        return np.asarray(1.0 + (rng.random(who.shape) > chance[:-1]).sum(axis=0))

    def expected() -> float:
        after = hdss_mean(then, shift, follow.site, p)
        return float(np.mean(after - hdss_mean(own, shift, follow.site, p) if change else after))

    def simulated(who: Index, study_log: Array, rng: np.random.Generator) -> Array:
        after = np.asarray(drawn(then[who] * np.exp(study_log)[:, None], who, rng).mean(axis=-1))
        return after - np.asarray(drawn(own[who], who, rng).mean(axis=-1)) if change else after

    return Answer(expected, simulated)


def _of_values(values: Array) -> Answer:
    def expected() -> float:
        return _mean(values)

    def simulated(who: Index, study_log: Array, rng: np.random.Generator) -> Array:
        return _means(values[who])

    return Answer(expected, simulated)


def _of_courses(follow: Follow, question: Question, criteria: Criteria, p: Parameters) -> Answer:
    threshold = _threshold(question, criteria, p)
    of = follow.remission_days if question.measure.name == "remission_days" else follow.sessions_to_control
    crossing = partial(of, threshold)
    failures = question.measure.name == "failures_pct"

    def summary(values: Array) -> Array:
        return 100.0 * np.isnan(values).mean(axis=-1) if failures else _means(values)

    def expected() -> float:
        return float(summary(crossing()))

    def simulated(who: Index, study_log: Array, rng: np.random.Generator) -> Array:
        # the study factor moves the crossing, so people are followed at a few values of it
        logs = p.value("study_effect_log") * np.array(_nodes(STUDY_NODES))
        values = np.stack([crossing(log_factor=float(log)) for log in logs])
        nearest = np.argmin(np.abs(study_log[:, None] - logs), axis=1)
        return summary(values[nearest[:, None], who])

    return Answer(expected, simulated)


def _mean(values: Array) -> float:
    return float(_means(values))


def _means(values: Array) -> Array:
    """Mean over the last axis of those who have a value; nan where nobody has."""
    known = np.isfinite(values)
    count = known.sum(axis=-1)
    return np.where(count > 0, np.where(known, values, 0.0).sum(axis=-1) / np.maximum(count, 1), np.nan)
