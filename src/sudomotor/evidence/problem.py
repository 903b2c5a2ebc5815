"""The calibration as a minimisation: free parameters in, one number out.

The score sums over counted outcomes, r = |predicted - published| / tolerance,

    w [ r^2 / (1 + r^2/4) + 1 / (1 + exp(-(r - 0.95) / 0.05)) ] ,   w = 1 (high), 0.5 (medium), 0.25 (low),

a robust square, so that one study that cannot be met does not pull all others along, and a softened count of
misses. To it come penalties for ordinal facts that do not hold (3 each, less near the border) and for a sham
interval that does not hold the sham values or is wider than 60 points, and a weak pull of every parameter to
its starting value (0.1 at the end of its range), so that what the evidence does not identify stays where it
was.

Integrals over readings and people use the same random numbers at every evaluation, so the score is a
function.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.evidence.answers import Question, answer
from sudomotor.evidence.observe import Criteria
from sudomotor.evidence.records import Arm, Evidence, Order, Outcome
from sudomotor.evidence.runner import (
    Trial,
    compare,
    follow_trial,
    make_ready,
    most_sessions,
    question_of,
    questions_of,
)
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.parameters import Parameter, Parameters
from sudomotor.simulation import History

Array = NDArray[np.float64]
WEIGHT = {"high": 1.0, "medium": 0.5, "low": 0.25}
SHAM_WIDTH_PCT = 60.0
ORDER_PENALTY = 3.0
PULL = 0.1
_SHAM_STUDIES = 500

# What block, repair, tests and scales have in common under every account of the block. Numbers of stages stay
# fixed: the evidence does not tell them apart.
SHARED = (
    "hit_healing_days",
    "repair_days",
    "rehit_fraction",
    "fast_block_max",
    "fast_block_days",
    "unreached_fraction",
    "habituation_log",
    "soak_log",
    "study_effect_log",
    "hdss_half_palm_mg_per_min",
    "hdss_half_axilla_mg_per_min",
    "hdss_spacing_log",
    "hdss_slope",
    "starch_step",
)


def free_parameters(mechanism: str, parameters: Parameters) -> tuple[str, ...]:
    """Names that a calibration may move: the shared ones, and those of the account of the block.

    >>> from sudomotor.parameters import load
    >>> "charge_half_uC" in free_parameters("charge", load())
    True
    """
    own = tuple(name for name in parameters if name.startswith(f"{mechanism}_"))
    return (*own, *SHARED)


@dataclass(frozen=True)
class Scale:
    """The range of a free parameter as 0 … 1, logarithmic where it spans more than a factor of 3."""

    parameter: Parameter

    @property
    def logarithmic(self) -> bool:
        """Whether the range is walked in ratios."""
        return self.parameter.low > 0 and self.parameter.high > 3.0 * self.parameter.low

    def value(self, x: float) -> float:
        """The value at a place 0 … 1 of the range."""
        low, high = self.parameter.low, self.parameter.high
        found = float(low * (high / low) ** x) if self.logarithmic else low + (high - low) * x
        return min(max(found, low), high)  # round-off at the ends

    def place(self, value: float) -> float:
        """The place 0 … 1 of a value."""
        low, high = self.parameter.low, self.parameter.high
        if self.logarithmic:
            return math.log(value / low) / math.log(high / low)
        return (value - low) / (high - low)


@dataclass(frozen=True)
class Case:
    """One outcome of the table and where its prediction comes from."""

    study: str
    arm: str
    outcome: Outcome
    trial: int
    question: int


@dataclass(frozen=True)
class Predictions:
    """Predicted outcomes (case,), values of both arms of each order, and the sham interval."""

    outcomes: Array
    orders: tuple[tuple[float, float], ...]
    sham: tuple[float, float] | None


class Problem:
    """A table made ready for many evaluations; the physics of the sessions is worked out once.

    Parameters
    ----------
    table : the evidence.
    parameters : values before the fit; what is not free stays.
    mechanism : the account of the block.
    free : names that may move; default `free_parameters`.
    people : virtual people of each arm, each with its own draw of the assumed ranges.
    seed : of people and readings.
    criteria : judged readings of the criteria.
    backend : of the engine; the compiled one pays from a few evaluations on.
    """

    def __init__(
        self,
        table: Evidence,
        parameters: Parameters,
        mechanism: str,
        *,
        free: Sequence[str] | None = None,
        people: int = 300,
        seed: int = 1,
        criteria: Criteria | None = None,
        backend: str = "jax",
    ) -> None:
        self.table, self.start, self.mechanism = table, parameters, mechanism
        self.hypotheses = Hypotheses.evidence().with_mechanism(mechanism)
        # what the mind does to sweat in a clinic is a few per cent and hardly depends on what is fitted here: it is
        # worked out once for each trial, at the values before the fit
        self._ratios: dict[int, Array] = {}
        self.people, self.seed, self.backend = people, seed, backend
        self.criteria = criteria or Criteria()
        self.free = tuple(free) if free is not None else free_parameters(mechanism, parameters)
        self.scales = tuple(Scale(parameters[name]) for name in self.free)
        for scale in self.scales:
            if not scale.parameter.high > scale.parameter.low:
                raise InputError(
                    f"{scale.parameter.name} has no range to be fitted in",
                    mend="leave it out of the free ones",
                )
        self.origin = np.array([scale.place(scale.parameter.value) for scale in self.scales])
        self.trials: list[Trial] = []
        self._known: dict[object, int] = {}
        self.cases: list[Case] = []
        self.order_sides: list[tuple[tuple[int, Question], tuple[int, Question]]] = []
        for study in table.studies:
            for arm in study.arms:
                index = self._trial(f"{study.id}, {arm.name}", arm, questions_of(arm))
                self.cases += [Case(study.id, arm.name, o, index, i) for i, o in enumerate(arm.outcomes)]
        for order in table.orders:
            pair = []
            for half in (order.more, order.less):
                question = question_of(order, half)
                pair.append((self._trial(order.id, half.arm, (question,)), question))
            self.order_sides.append((pair[0], pair[1]))

    def _trial(self, label: str, arm: Arm, questions: tuple[Question, ...]) -> int:
        """Number of the trial of an arm; arms of orders that are the same course in the same people share
        one.
        """
        relapse = any(q.measure.name == "remission_days" for q in questions)
        key = (
            arm.course.words, arm.population, arm.baseline, tuple(sorted(arm.assumed.items())), relapse,
            tuple((q.when, q.measure.name) for q in questions) if arm.outcomes else questions[0].when,
        )  # fmt: skip
        if key not in self._known:
            self._known[key] = len(self.trials)
            ready = make_ready(
                label,
                arm,
                questions,
                people=self.people,
                studies=1,
                seed=self.seed,
                parameters=self.start,
                mechanism=self.mechanism,
                group_size=1,
            )
            self.trials.append(ready)
        return self._known[key]

    def values(self, x: Array) -> dict[str, float]:
        """Parameter values at a place in the unit cube."""
        return {
            name: scale.value(float(xi)) for name, scale, xi in zip(self.free, self.scales, x, strict=True)
        }

    def parameters(self, x: Array) -> Parameters:
        """Parameters in force at a place in the unit cube."""
        return self.start.with_values(self.values(x))

    def _history(self, index: int, p: Parameters) -> History:
        """The history of a trial, with the mind's part as it was at first."""

        def follow(values: Parameters) -> History:
            trial = self.trials[index]
            return follow_trial(trial, values, self.hypotheses, seed=self.seed, backend=self.backend)[0]

        if index not in self._ratios:
            self._ratios[index] = follow(self.start).sweat_ratio
        return replace(follow(p), given_ratio=self._ratios[index])

    def predict(self, p: Parameters) -> Predictions:
        """Run every trial and answer every question."""
        histories = [self._history(i, p) for i in range(len(self.trials))]
        found = np.empty(len(self.cases))
        sham: tuple[float, float] | None = None
        for i, case in enumerate(self.cases):
            trial = self.trials[case.trial]
            given = answer(histories[case.trial], trial.questions[case.question], self.criteria, p)
            found[i] = given.expected()
            if sham is None and trial.arm.sham and case.outcome.measure.name == "sweat_change_pct":
                rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([self.seed, 0x7368616D])))
                who = rng.integers(0, trial.cohort.people.n, (_SHAM_STUDIES, trial.arm.n))
                log = p.value("study_effect_log") * rng.standard_normal(_SHAM_STUDIES)
                low, high = np.quantile(given.simulated(who, log, rng), [0.05, 0.95])
                sham = (float(low), float(high))
        orders = []
        for pair in self.order_sides:
            more, less = (answer(histories[i], q, self.criteria, p).expected() for i, q in pair)
            orders.append((more, less))
        return Predictions(found, tuple(orders), sham)

    def misses(self, predictions: Predictions) -> Array:
        """Distance of each prediction from the published value, in tolerances; (case,)."""
        published = np.array([case.outcome.value for case in self.cases])
        tolerance = np.array([case.outcome.tolerance for case in self.cases])
        r = np.abs(predictions.outcomes - published) / tolerance
        return np.where(np.isfinite(r), r, 10.0)

    def score(self, predictions: Predictions, *, without: Iterable[str] = ()) -> float:
        """The score of predictions, studies named in `without` left out."""
        left_out = set(without)
        total = 0.0
        for case, r in zip(self.cases, self.misses(predictions), strict=True):
            if case.outcome.counts and case.study not in left_out:
                soft_count = 1.0 / (1.0 + math.exp(-min(max((r - 0.95) / 0.05, -50.0), 50.0)))
                total += WEIGHT[case.outcome.weight] * (r * r / (1.0 + r * r / 4.0) + soft_count)
        for order, (more, less) in zip(self.table.orders, predictions.orders, strict=True):
            total += order_penalty(order, more, less)
        return total + self._sham_penalty(predictions, left_out)

    def _sham_penalty(self, predictions: Predictions, left_out: set[str]) -> float:
        if predictions.sham is None:
            return 0.0
        low, high = predictions.sham
        excess = max(0.0, high - low - (SHAM_WIDTH_PCT - 1.0)) / 3.0
        for case in self.cases:
            placebo = self.trials[case.trial].arm.sham or "placebo" in case.arm.lower()
            if placebo and case.outcome.measure.name == "sweat_change_pct" and case.study not in left_out:
                excess += max(0.0, low + 0.5 - case.outcome.value, case.outcome.value - high + 0.5) / 3.0
        return 4.0 * (1.0 - math.exp(-excess))

    def residuals(self, predictions: Predictions, x: Array, *, without: Iterable[str] = ()) -> Array:
        """The score as a vector of signed parts whose squares are about its terms, for least squares."""
        left_out = set(without)
        parts = []
        for case, predicted in zip(self.cases, predictions.outcomes, strict=True):
            if case.outcome.counts and case.study not in left_out:
                r = (predicted - case.outcome.value) / case.outcome.tolerance
                r = max(min(float(r), 10.0), -10.0) if np.isfinite(r) else 10.0
                parts.append(math.sqrt(WEIGHT[case.outcome.weight]) * r)
        for order, (more, less) in zip(self.table.orders, predictions.orders, strict=True):
            parts.append(math.sqrt(order_penalty(order, more, less)))
        parts.append(math.sqrt(self._sham_penalty(predictions, left_out)))
        return np.concatenate([parts, math.sqrt(PULL) * (np.asarray(x) - self.origin)])

    def total(self, predictions: Predictions, x: Array, *, without: Iterable[str] = ()) -> float:
        """The score with the pull to the starting values."""
        pull = PULL * float(np.sum((np.asarray(x) - self.origin) ** 2))
        return self.score(predictions, without=without) + pull

    def objective(self, x: Array, *, without: Iterable[str] = ()) -> float:
        """What is minimised, at a place in the unit cube."""
        return self.total(self.predict(self.parameters(x)), x, without=without)

    def counts(self, predictions: Predictions) -> Mapping[str, int]:
        """How many outcomes are inside and orders true."""
        inside = self.misses(predictions) <= 1.0
        return {
            "counted": sum(c.outcome.counts for c in self.cases),
            "inside": sum(bool(i) for c, i in zip(self.cases, inside, strict=True) if c.outcome.counts),
            "high_weight_inside": sum(
                bool(i)
                for c, i in zip(self.cases, inside, strict=True)
                if c.outcome.counts and c.outcome.weight == "high"
            ),
            "orders_holding": sum(
                compare(o, more, less, most_sessions(o.more.arm)).holds
                for o, (more, less) in zip(self.table.orders, predictions.orders, strict=True)
            ),
        }


def order_penalty(order: Order, more: float, less: float) -> float:
    """0 for an order that holds with 5 % to spare, rising smoothly to `ORDER_PENALTY`."""
    verdict = compare(order, more, less, most_sessions(order.more.arm))
    if verdict.ratio is None:
        return 0.0 if verdict.holds else ORDER_PENALTY
    if verdict.ratio <= 0:
        return ORDER_PENALTY
    short = max(0.0, math.log(1.05 * order.min_ratio / verdict.ratio))
    return ORDER_PENALTY * (1.0 - math.exp(-10.0 * short))
