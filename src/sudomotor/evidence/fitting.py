"""The calibration: from the table and the parameter ranges to the values in force, with their uncertainty.

Search: differential evolution (Storn & Price 1997), then robust least squares with wide steps, then a simplex
(Nelder & Mead 1965, adaptive), all seeded, within every parameter's own range. Uncertainty: a random walk
(Metropolis) around the optimum on exp(-score / 2 t), reflected at the ends of the ranges. The tolerances
stand for standard deviations, and t = counted outcomes / separate quantities widens them for outcomes that
repeat one another. What is given as 90 % is the middle of that walk: a statement about this table under this
score, no posterior of a likelihood.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.evidence.observe import Criteria
from sudomotor.evidence.problem import Predictions, Problem
from sudomotor.evidence.records import Arm, Evidence, Order, Study
from sudomotor.evidence.runner import run
from sudomotor.evidence.schema import shipped
from sudomotor.evidence.vocabulary import ASSUMABLE
from sudomotor.model.mechanisms import DEFAULT
from sudomotor.parameters import Parameters, load

Array = NDArray[np.float64]
Progress = Callable[[int, int, str], None]
NORMAL_READINGS = (8.0, 10.0, 12.0, 15.0, 20.0)
_SPREAD_START = 0.15  # of the first population about the starting values, in parts of a range
_STEP = 0.10  # of the random walk, in parts of a range


@dataclass(frozen=True)
class FittedValue:
    """One free parameter after the fit."""

    value: float
    low90: float
    high90: float
    start: float


@dataclass(frozen=True)
class Fit:
    """A calibration.

    Attributes
    ----------
    values : by name.
    score, start_score : what was minimised, at the optimum and before.
    inside, counted, high_weight_inside, orders_holding : on the people of the fit.
    effective_outcomes : how many independent directions the predictions move in over the random walk
        (participation
        ratio of their correlations), beside the number of outcomes.
    at_bound : names whose value lies within 2 % of an end of their range.
    """

    mechanism: str
    seed: int
    people: int
    evaluations: int
    values: dict[str, FittedValue]
    score: float
    start_score: float
    counted: int
    inside: int
    high_weight_inside: int
    orders_holding: int
    effective_outcomes: float
    at_bound: tuple[str, ...]
    normal_palm_mg_per_min: float

    def parameters(self, base: Parameters | None = None) -> Parameters:
        """The parameters with the fitted values in force."""
        start = base if base is not None else load(calibrated=False)
        return start.with_values({name: fitted.value for name, fitted in self.values.items()})

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return asdict(self)


class _Counter:
    """The objective, counted, remembered at its best, and reported."""

    def __init__(
        self, problem: Problem, total: int, progress: Progress | None, without: Sequence[str] = ()
    ) -> None:
        self.problem, self.total, self.progress, self.without = problem, total, progress, tuple(without)
        self.done, self.best, self.x = 0, np.inf, problem.origin

    def _evaluate(self, x: Array) -> tuple[float, Predictions]:
        predictions = self.problem.predict(self.problem.parameters(x))
        value = self.problem.total(predictions, x, without=self.without)
        self.done += 1
        if value < self.best:
            self.best, self.x = value, x.copy()
        if self.progress:
            text = f"{self.problem.mechanism}: score {self.best:.2f}"
            self.progress(min(self.done, self.total), self.total, text)
        return value, predictions

    def __call__(self, x: Array) -> float:
        inside = np.clip(x, 0.0, 1.0)
        # outside the ranges the score is that of the nearest end plus a wall, which leads the simplex back
        return self._evaluate(inside)[0] + 10.0 * float(np.sum(np.abs(x - inside)))

    def residuals(self, y: Array) -> Array:
        """Parts of the score at x = y - 1: least squares takes its steps in parts of y, which must not be
        0.
        """
        x = np.clip(y - 1.0, 0.0, 1.0)
        return self.problem.residuals(self._evaluate(x)[1], x, without=self.without)


def _least_squares(counter: _Counter, x: Array, evaluations: int) -> None:
    from scipy.optimize import least_squares

    # an iteration takes one evaluation a parameter for the slopes; the steps are wide, for counts move in
    # jumps
    iterations = max(2, evaluations // (x.size + 1))
    least_squares(
        counter.residuals, np.clip(x, 1e-6, 1.0 - 1e-6) + 1.0, bounds=(1.0, 2.0), diff_step=0.03,
        loss="soft_l1", max_nfev=iterations,
    )  # fmt: skip


def _simplex(counter: _Counter, x: Array, evaluations: int, size: float = 0.08) -> None:
    from scipy.optimize import minimize

    corners = np.vstack(
        [x, *(x + (size if xi < 0.5 else -size) * unit for xi, unit in zip(x, np.eye(x.size), strict=True))]
    )
    minimize(
        counter, x, method="Nelder-Mead",
        options={
            "initial_simplex": corners, "maxfev": evaluations, "adaptive": True, "xatol": 1e-3, "fatol": 1e-3,
        },
    )  # fmt: skip


def search(counter: _Counter, seed: int, generations: int, population: int, polish: int) -> None:
    """Differential evolution from about the starting values, then least squares, then the simplex."""
    origin, d = counter.problem.origin, counter.problem.origin.size
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x666974])))
    counter(origin)
    if generations:
        from scipy.optimize import differential_evolution

        # half of the first population about the starting values, half anywhere in the ranges
        near = np.clip(origin + _SPREAD_START * rng.standard_normal((population // 2, d)), 0.0, 1.0)
        first = np.vstack([origin, near, rng.random((population - population // 2 - 1, d))])
        differential_evolution(
            counter, [(0.0, 1.0)] * d, init=first, maxiter=generations, strategy="currenttobest1bin",
            mutation=(0.4, 0.9), recombination=0.7, polish=False, tol=0.0, rng=rng,
        )  # fmt: skip
    if polish:
        before = counter.done
        _least_squares(counter, counter.x, polish // 2)
        _simplex(counter, counter.x, max(1, polish - (counter.done - before)))


def _plan(free: int, budget: int) -> tuple[int, int, int]:
    """Generations and population of the search, and evaluations of the polish, out of a budget."""
    population = max(8, min(2 * free, budget // 8))
    return max(0, round(0.6 * budget / population) - 1), population, round(0.2 * budget)


def walk(counter: _Counter, seed: int, steps: int, temperature: float) -> tuple[Array, Array]:
    """Random walk from the best place found: places (step, parameter) and predictions (step, case)."""
    problem = counter.problem
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x77616C6B])))
    here = counter.x
    predictions = problem.predict(problem.parameters(here))
    best = here_score = counter.best
    places, predicted = [here], [predictions.outcomes]
    for _ in range(steps):
        moved = rng.random(here.size) < min(1.0, 4.0 / here.size)
        there = here + _STEP * rng.standard_normal(here.size) * moved
        there = np.abs(there)
        there = np.where(there > 1.0, np.clip(2.0 - there, 0.0, 1.0), there)
        found = problem.predict(problem.parameters(there))
        score = problem.total(found, there)
        counter.done += 1
        if counter.progress:
            counter.progress(
                min(counter.done, counter.total), counter.total, f"{problem.mechanism}: uncertainty"
            )
        if np.log(rng.random()) < (here_score - score) / (2.0 * temperature):
            here, here_score, predictions = there, score, found
        if score < best:
            best, counter.best, counter.x = score, score, there
        places.append(here)
        predicted.append(predictions.outcomes)
    return np.array(places), np.array(predicted)


def participation(predicted: Array) -> float:
    """Effective number of independent columns: (sum of eigenvalues)^2 / sum of their squares, of the
    correlations.
    """
    spread = predicted.std(axis=0)
    moving = predicted[:, np.isfinite(spread) & (spread > 1e-9)]
    if moving.shape[1] == 0 or moving.shape[0] < 3:
        return 0.0
    eigen = np.linalg.eigvalsh(np.atleast_2d(np.corrcoef(moving, rowvar=False)))
    return float(eigen.sum() ** 2 / (eigen**2).sum())


def fit(
    table: Evidence | None = None,
    parameters: Parameters | None = None,
    *,
    free: Sequence[str] | None = None,
    mechanism: str = DEFAULT,
    seed: int = 1,
    budget: int = 2000,
    people: int = 300,
    criteria: Criteria | None = None,
    separate_quantities: int = 13,
    backend: str = "jax",
    progress: Progress | None = None,
) -> Fit:
    """Calibrate the free parameters on a table.

    Parameters
    ----------
    table : the evidence; the shipped one by default.
    parameters : starting values; by default the shipped ones before any calibration.
    free : names that may move; by default those of the mechanism and the shared ones.
    mechanism : the account of the block.
    seed : the identical call gives the identical calibration.
    budget : evaluations of the whole table: about 60 % for the search, 20 % for the polish, 20 % for the
        uncertainty.
    people : virtual people of each arm.
    criteria : judged readings of the criteria.
    separate_quantities : how many separate quantities the outcomes are, for the width of the uncertainty.
    """
    given = table if table is not None else shipped()
    problem = Problem(
        given, parameters if parameters is not None else load(calibrated=False), mechanism,
        free=free, people=people, seed=seed, criteria=criteria, backend=backend,
    )  # fmt: skip
    d = len(problem.free)
    generations, population, polish = _plan(d, budget)
    steps = round(0.2 * budget)
    counter = _Counter(problem, budget, progress)
    search(counter, seed, generations, population, polish)
    start_score = problem.objective(problem.origin)
    counted = len(given.counted)
    temperature = max(1.0, counted / max(1, separate_quantities))
    places, predicted = walk(counter, seed, steps, temperature)
    best = problem.predict(problem.parameters(counter.x))
    counts = problem.counts(best)
    values = {}
    for i, (name, scale) in enumerate(zip(problem.free, problem.scales, strict=True)):
        low, high = np.quantile(places[:, i], [0.05, 0.95])
        here = float(counter.x[i])
        # a short walk need not surround its own starting point
        values[name] = FittedValue(
            value=scale.value(here),
            low90=scale.value(min(float(low), here)),
            high90=scale.value(max(float(high), here)),
            start=scale.parameter.value,
        )
    if progress:
        progress(budget, budget, "done")
    return Fit(
        mechanism=mechanism,
        seed=seed,
        people=people,
        evaluations=counter.done,
        values=values,
        score=float(counter.best),
        start_score=start_score,
        counted=counts["counted"],
        inside=counts["inside"],
        high_weight_inside=counts["high_weight_inside"],
        orders_holding=counts["orders_holding"],
        effective_outcomes=participation(predicted),
        at_bound=tuple(n for n, x in zip(problem.free, counter.x, strict=True) if not 0.02 < x < 0.98),
        normal_palm_mg_per_min=problem.criteria.normal_palm_mg_per_min,
    )


@dataclass(frozen=True)
class Fold:
    """A study predicted by a fit that did not see it, beside the fit that did."""

    study: str
    arm: str
    measure: str
    at: str
    published: float
    tolerance: float
    counts: bool
    fitted: float
    predicted: float
    inside_fitted: bool
    inside_predicted: bool


def kfold(
    fitted: Fit,
    table: Evidence | None = None,
    parameters: Parameters | None = None,
    *,
    budget: int = 80,
    people: int | None = None,
    backend: str = "jax",
    progress: Progress | None = None,
) -> tuple[Fold, ...]:
    """Leave each study out in turn, fit the others anew from the starting values, and predict it.

    The starting values were set with the whole table in view, so this still flatters somewhat; the orders stay
    in every fold.
    """
    given = table if table is not None else shipped()
    problem = Problem(
        given, parameters if parameters is not None else load(calibrated=False), fitted.mechanism,
        free=tuple(fitted.values), people=people or fitted.people, seed=fitted.seed,
        criteria=Criteria(fitted.normal_palm_mg_per_min), backend=backend,
    )  # fmt: skip
    x = np.array([s.place(fitted.values[n].value) for n, s in zip(problem.free, problem.scales, strict=True)])
    full = problem.predict(problem.parameters(x))
    full_misses = problem.misses(full)
    found, total = [], budget * len(given.studies)
    for k, study in enumerate(given.studies):
        counter = _Counter(problem, budget, None, without=(study.id,))
        generations, population, polish = _plan(len(problem.free), budget)
        search(counter, fitted.seed, generations, population, polish)
        predictions = problem.predict(problem.parameters(counter.x))
        misses = problem.misses(predictions)
        if progress:
            progress((k + 1) * budget, total, f"without {study.id}")
        for i, case in enumerate(problem.cases):
            if case.study == study.id:
                fold = Fold(
                    study.id,
                    case.arm,
                    case.outcome.measure.name,
                    case.outcome.at,
                    case.outcome.value,
                    case.outcome.tolerance,
                    case.outcome.counts,
                    fitted=float(full.outcomes[i]),
                    predicted=float(predictions.outcomes[i]),
                    inside_fitted=bool(full_misses[i] <= 1.0),
                    inside_predicted=bool(misses[i] <= 1.0),
                )
                found.append(fold)
    return tuple(found)


@dataclass(frozen=True)
class Reading:
    """The score under one reading of what the sources leave open."""

    assumption: str
    value: str
    inside: int
    counted: int
    high_weight_inside: int
    orders_holding: int


def pinned(table: Evidence, key: str, part: float) -> Evidence:
    """The table with one assumed range narrowed to a point, `part` (0 … 1) of the way from its low to its
    high end.
    """

    def arm(old: Arm) -> Arm:
        if key not in old.assumed:
            return old
        low, high = old.assumed[key]
        point = low + part * (high - low)
        return replace(old, assumed=MappingProxyType({**old.assumed, key: (point, point)}))

    def order(old: Order) -> Order:
        return replace(
            old, more=replace(old.more, arm=arm(old.more.arm)), less=replace(old.less, arm=arm(old.less.arm))
        )

    def study(old: Study) -> Study:
        return replace(old, arms=tuple(arm(a) for a in old.arms))

    return replace(
        table, studies=tuple(study(s) for s in table.studies), orders=tuple(order(o) for o in table.orders)
    )


def sensitivity(
    table: Evidence | None = None,
    parameters: Parameters | None = None,
    *,
    mechanism: str | None = None,
    people: int = 300,
    seed: int = 1,
    progress: Progress | None = None,
) -> tuple[Reading, ...]:
    """How the score moves over each assumed reading: "normal" at several rates, each assumed range at low,
    middle, high.
    """
    given = table if table is not None else shipped()
    cases: list[tuple[str, str, Evidence, Criteria]] = [
        ("normal, mg/min per hand", f"{rate:g}", given, Criteria(rate)) for rate in NORMAL_READINGS
    ]
    used = {key for s in given.studies for a in s.arms for key in a.assumed}
    for key in ASSUMABLE:
        if key in used:
            for part, word in ((0.0, "low end"), (0.5, "middle"), (1.0, "high end")):
                cases.append((key, word, pinned(given, key, part), Criteria()))
    found = []
    for i, (name, value, one, criteria) in enumerate(cases):
        if progress:
            progress(i, len(cases), f"{name}: {value}")
        result = run(
            one,
            mechanism=mechanism,
            parameters=parameters,
            people=people,
            studies=10,
            seed=seed,
            criteria=criteria,
        )
        s = result.summary()
        found.append(
            Reading(name, value, s["inside"], s["counted"], s["high_weight_inside"], s["orders_holding"])
        )
    if progress:
        progress(len(cases), len(cases), "done")
    return tuple(found)
