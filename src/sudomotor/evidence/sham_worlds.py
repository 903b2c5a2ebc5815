"""Both sham arms in many worlds: everything unknown drawn over its stated range, everything else as it is.

Every unknown is drawn evenly over its range (on the logarithm where that spans more than a factor of 3), and not
about its calibrated value: the calibration has seen the same two arms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import Course, TreatStep
from sudomotor.errors import InputError
from sudomotor.evidence.answers import Question
from sudomotor.evidence.cohort import draw_cohort
from sudomotor.evidence.observe import Follow
from sudomotor.evidence.records import Arm, Moment, Range
from sudomotor.evidence.runner import follow_trial, make_ready
from sudomotor.evidence.schema import shipped
from sudomotor.evidence.vocabulary import MEASURES, place_site
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.parameters import Parameters, load

Array = NDArray[np.float64]

STUDIES = ("kim2017", "karakoc2004")
SHARED = ("expectation", "habituation", "regression", "soak")
CAUSES = (*SHARED, "study effect", "chance")
UNKNOWN = (
    "expectation_direct_weight",
    "expectation_gain_per_session",
    "expectation_days",
    "habituation_log",
    "habituation_visits",
    "habituation_days",
    "gravimetry_noise_log_sd",
    "soak_log",
    "soak_hours",
    "study_effect_log",
)
NOISE_KNOTS = 4
DAY_LATER = Moment(days_after_last_session=1)


@dataclass(frozen=True)
class Middle90:
    """Median and the middle 90 %."""

    median: float
    low: float
    high: float

    @property
    def width(self) -> float:
        """From low to high."""
        return self.high - self.low


@dataclass(frozen=True, eq=False)
class ShamArm:
    """A sham arm in every draw of the unknown.

    Attributes
    ----------
    study, n, published_log : which, its people, and the log of the printed ratio of sweat.
    parts : part of the log change by each shared cause at the printed time (draw,).
    soak_a_day_later : part of soak in a reading a day after the last session (draw,).
    belief : E at the printed time (draw,).
    person_sd : SD of the log ratio of a study of one person, by error of reading alone (draw,).
    notes : how its people were drawn.
    """

    study: str
    n: int
    published_log: float
    parts: Mapping[str, Array]
    soak_a_day_later: Array
    belief: Array
    person_sd: Array
    notes: tuple[str, ...]

    @property
    def expected(self) -> Array:
        """The log change without study effect and chance (draw,)."""
        return np.asarray(sum(self.parts[cause] for cause in SHARED))

    @property
    def chance_sd(self) -> Array:
        """SD of the log change of a study of n people (draw,)."""
        return np.asarray(self.person_sd / np.sqrt(self.n))


@dataclass(frozen=True, eq=False)
class Worlds:
    """Draws of everything unknown: `values` (draw,) by parameter, the arms in each draw, and how well each
    explains the printed values (`log_weight`).
    """

    values: Mapping[str, Array]
    arms: tuple[ShamArm, ...]
    seed: int

    @property
    def log_weight(self) -> Array:
        """Log likelihood of the printed values, up to a constant (draw,)."""
        total = np.zeros(self.values["study_effect_log"].size)
        for arm in self.arms:
            variance = self.values["study_effect_log"] ** 2 + arm.chance_sd**2
            total -= 0.5 * ((arm.published_log - arm.expected) ** 2 / variance + np.log(variance))
        return total


class _Drawn:
    """Stands in for the parameters of a `Follow` whose every person is one draw of the unknown."""

    def __init__(self, parameters: Parameters, values: Mapping[str, Array]) -> None:
        self.parameters, self.values = parameters, values

    def value(self, name: str) -> Any:
        return self.values[name] if name in self.values else self.parameters.value(name)


def prior_range(name: str, parameters: Parameters, ranges: Mapping[str, Range] | None = None) -> Range:
    """The range that an unknown is drawn over: the parameter's own, or one given instead.

    >>> prior_range("soak_log", load(), {"soak_log": (0.1, 0.1)})
    (0.1, 0.1)
    """
    low, high = (ranges or {}).get(name) or (parameters[name].low, parameters[name].high)
    if not 0.0 <= low <= high < np.inf:
        raise InputError(
            f"the range of {name} runs from {low:g} to {high:g}",
            where="ranges",
            mend=f'ranges={{"{name}": ({parameters[name].low:g}, {parameters[name].high:g})}}',
        )
    return float(low), float(high)


def draw_worlds(
    parameters: Parameters | None = None,
    *,
    ranges: Mapping[str, Range] | None = None,
    draws: int = 6000,
    people: int = 10_000,
    seed: int = 1,
) -> Worlds:
    """Draw the unknown over its ranges and run both sham arms in every draw; see `apportion`.

    >>> worlds = draw_worlds(draws=50, people=200)
    >>> [arm.study for arm in worlds.arms], worlds.log_weight.shape
    (['kim2017', 'karakoc2004'], (50,))
    """
    p = parameters or load()
    for name, number, least in (("draws", draws, 20), ("people", people, 100)):
        if isinstance(number, bool) or not isinstance(number, int) or not least <= number <= 200_000:
            raise InputError(
                f"{name} must be a whole number from {least} to 200000, got {number!r}", mend=f"{name} = 6000"
            )
    for name in ranges or {}:
        if name not in UNKNOWN:
            raise InputError(
                f"'{name}' is not drawn here", where="ranges", mend=f"known: {', '.join(UNKNOWN)}"
            )
    rng = stream(seed, 1)
    values = {}
    for name in UNKNOWN:
        low, high = prior_range(name, p, ranges)
        u = (rng.permutation(draws) + rng.random(draws)) / draws  # one draw in each of `draws` equal strips
        values[name] = (
            low * (high / low) ** u if low > 0 and high > 3.0 * low else low + (high - low) * u
        ).clip(low, high)
    frozen = MappingProxyType(values)
    arms = tuple(_arm(study, p, frozen, draws=draws, people=people, seed=seed) for study in STUDIES)
    return Worlds(frozen, arms, seed)


def stream(seed: int, what: int) -> np.random.Generator:
    """Random numbers of one use, the same for the same seed."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x7368616D, what])))


def _as_sham(arm: Arm) -> Arm:
    """The arm with no current in any session: a placebo current is taken to block nothing."""
    steps = [
        replace(step, session=replace(step.session, waveform=None)) if isinstance(step, TreatStep) else step
        for step in arm.course.steps
    ]
    return replace(arm, course=Course(*steps, start=arm.course.start, missed_pct=arm.course.missed_pct))


def _arm(
    study: str, p: Parameters, values: Mapping[str, Array], *, draws: int, people: int, seed: int
) -> ShamArm:
    found = next(s for s in shipped().studies if s.id == study)
    arm = _as_sham(next(a for a in found.arms if a.sham or "placebo" in a.name.lower()))
    outcome = next(o for o in arm.outcomes if o.measure.name == "sweat_change_pct")
    when = outcome.when
    assert when is not None, "the schema gives every change of sweat a time"
    measure = MEASURES["sweat_change_pct"]
    questions = tuple(Question(measure, None, moment, outcome.place) for moment in (when, DAY_LATER))
    # one virtual person a draw, each with the protocol of a virtual study of its own
    trial = make_ready(
        study, arm, questions, people=draws, studies=1, seed=seed, parameters=p,
        mechanism=Hypotheses.peripheral().mechanism, group_size=1,
    )  # fmt: skip
    history, _ = follow_trial(trial, p, Hypotheses.peripheral(), seed=seed)

    def log_reading(moment: Moment, **fixed: float) -> Array:
        held = {**values, **{name: np.full(draws, value) for name, value in fixed.items()}}
        follow = Follow(history, outcome.place, cast(Parameters, _Drawn(p, held)))
        return np.asarray(np.log(follow.clean_reading(moment) / follow.true_sweat(moment)))

    dry = log_reading(when, soak_log=0.0)
    belief = believed(
        history.session, values["expectation_gain_per_session"], values["expectation_days"],
        *Follow(history, outcome.place, p).day_of(when),
    )  # fmt: skip
    regression, person_sd, notes = _readings(arm, p, values["gravimetry_noise_log_sd"], people, seed)
    parts = {
        "expectation": np.log1p(-values["expectation_direct_weight"] * belief),
        "habituation": dry,
        "regression": regression,
        "soak": log_reading(when) - dry,
    }
    later = log_reading(DAY_LATER) - log_reading(DAY_LATER, soak_log=0.0)
    published = float(np.log1p(outcome.value / 100.0))
    return ShamArm(study, arm.n, published, MappingProxyType(parts), later, belief, person_sd, notes)


def believed(session: Array, gain: Array, days: Array, day: NDArray[np.int64], after: bool) -> Array:
    """Belief E in the treatment on each person's own day (person,).

    Parameters
    ----------
    session : (day, person) sessions held.
    gain : share of the missing belief that a session adds (person,).
    days : time constant in which belief fades, in days (person,).
    day, after : when each is asked, and whether after that day's session.

    >>> one = np.ones(1)
    >>> believed(np.ones((2, 1)), 0.3 * one, 1e9 * one, np.array([1]), True).round(2)
    array([0.51])
    """
    belief, found = np.zeros(session.shape[1]), np.zeros(session.shape[1])
    for today, held in enumerate(session):
        before = belief
        belief = 1.0 - (1.0 - belief) * (1.0 - gain) ** held
        found = np.where(day == today, belief if after else before, found)
        belief = belief * np.exp(-1.0 / days)
    return found


def _readings(
    arm: Arm, p: Parameters, error: Array, people: int, seed: int
) -> tuple[Array, Array, tuple[str, ...]]:
    """Regression to the mean and SD of the log ratio of one person's study, by the error of a reading.

    People are drawn at a few values of the error, the same people each time, with straight lines between.
    """
    site = place_site(arm.place)
    z = stream(seed, 2).standard_normal(people)
    knots = np.unique(np.linspace(error.min(), error.max(), NOISE_KNOTS))
    regression, spread, notes = [], [], tuple[str, ...]()
    for knot in knots:
        at = p.with_values({"gravimetry_noise_log_sd": float(knot)})
        drawn = draw_cohort(arm, people=people, studies=1, seed=seed, parameters=at, group_size=people)
        first, own = drawn.people.screening_mg_per_min[site], drawn.people.baseline(site)
        # the mean over the error of the second reading is exact
        regression.append(float(np.log(own.mean() * np.exp(0.5 * knot**2) / first.mean())))
        second = own * np.exp(knot * z)
        spread.append(float(np.std(second / second.mean() - first / first.mean())))
        notes = drawn.people.notes
    return np.interp(error, knots, regression), np.interp(error, knots, spread), notes


def normalised(log_weight: Array) -> Array:
    """Weights that sum to 1 over the first axis.

    >>> normalised(np.zeros(4))
    array([0.25, 0.25, 0.25, 0.25])
    """
    weight = np.exp(log_weight - log_weight.max(axis=0))
    return np.asarray(weight / weight.sum(axis=0))


def middle90(values: Array, weight: Array) -> Middle90:
    """Weighted median and the middle 90 %.

    >>> found = middle90(np.arange(101.0), np.full(101, 1 / 101))
    >>> [round(value, 1) for value in (found.median, found.width)]
    [50.0, 90.9]
    """
    order = np.argsort(values)
    share = np.cumsum(weight[order]) - 0.5 * weight[order]
    low, median, high = np.interp([0.05, 0.5, 0.95], share, values[order])
    return Middle90(float(median), float(low), float(high))


def effective(weight: Array) -> float:
    """Effective number of draws (Kish)."""
    return float(weight.sum() ** 2 / np.sum(weight**2))
