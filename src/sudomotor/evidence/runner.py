"""Running an evidence file: each arm with virtual cohorts, each published number beside its prediction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.evidence.answers import Answer, Question, answer
from sudomotor.evidence.cohort import Cohort, bounded_course, draw_cohort, horizon_days, with_stated_hdss
from sudomotor.evidence.observe import Criteria
from sudomotor.evidence.records import Arm, Evidence, Order, OrderArm, Outcome
from sudomotor.evidence.result import EvidenceResult, OrderResult, OutcomeResult, ShamResult
from sudomotor.evidence.schema import read_evidence, shipped
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mechanisms import MECHANISMS
from sudomotor.model.mechanisms import mechanism as account_of
from sudomotor.parameters import Parameters, load
from sudomotor.simulation import History, Prepared, prepare, run_prepared

Array = NDArray[np.float64]
Progress = Callable[[int, int, str], None]
VIRTUAL_STUDIES = 2000
_CHUNK = 1_000_000


@dataclass(frozen=True)
class Trial:
    """An arm made ready: its cohort, the physics of its sessions, and what is asked of it."""

    label: str
    arm: Arm
    cohort: Cohort
    prepared: Prepared
    questions: tuple[Question, ...]
    notes: tuple[str, ...]


def questions_of(arm: Arm) -> tuple[Question, ...]:
    """What is asked of an arm, one question for each outcome."""
    return tuple(Question(o.measure, o.criterion, o.when, o.place) for o in arm.outcomes)


def question_of(order: Order, half: OrderArm) -> Question:
    """What an order asks of one of its arms."""
    return Question(order.measure, half.criterion, half.when, half.arm.place)


def make_ready(
    label: str,
    arm: Arm,
    questions: tuple[Question, ...],
    *,
    people: int,
    studies: int,
    seed: int,
    parameters: Parameters,
    mechanism: str,
    group_size: int | None = None,
) -> Trial:
    """Draw the people of an arm and work out the physics of its sessions."""
    cohort = draw_cohort(
        arm, people=people, studies=studies, seed=seed, parameters=parameters, group_size=group_size
    )
    relapse = any(q.measure.name == "remission_days" for q in questions)
    course, last, notes = bounded_course(arm)
    days = horizon_days(arm, last, tuple(q.when for q in questions), relapse)
    prepared = prepare(
        cohort.people, course, days=days, parameters=parameters, overrides=cohort.overrides,
        acid=account_of(mechanism).counts_acid,
    )  # fmt: skip
    return Trial(
        label, arm, cohort, prepared, questions, (*notes, *arm.notes, *cohort.notes, *prepared.notes)
    )


def follow_trial(
    trial: Trial, parameters: Parameters, hypotheses: Hypotheses, *, seed: int, backend: str = "auto"
) -> tuple[History, tuple[str, ...]]:
    """Run a trial's course; parameters of block, repair and scales may differ from those it was made ready
    with.
    """
    people, notes = with_stated_hdss(trial.cohort.people, trial.arm, parameters)
    prepared = trial.prepared if people is trial.cohort.people else replace(trial.prepared, people=people)
    return run_prepared(prepared, parameters, hypotheses, seed=seed, backend=backend), notes


def interval(given: Answer, trial: Trial, parameters: Parameters, seed: int) -> tuple[float, float] | None:
    """90 % interval of what single studies of the arm's size would publish; None where none has a number.

    Each virtual study is one group of the cohort with its own protocol and people, its own errors of reading
    and its own study factor.
    """
    n, size, groups = trial.arm.n, trial.cohort.group_size, trial.cohort.groups
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x73747564])))
    studies = max(VIRTUAL_STUDIES // groups, 1) * groups
    study_log = parameters.value("study_effect_log") * rng.standard_normal(studies)
    found = []
    per_chunk = max(1, _CHUNK // n)
    for start in range(0, studies, per_chunk):
        group = np.arange(start, min(start + per_chunk, studies)) % groups
        everyone = n == size
        member = (
            np.broadcast_to(np.arange(n), (group.size, n))
            if everyone
            else rng.integers(0, size, (group.size, n))
        )
        who = group[:, None] * size + member
        found.append(given.simulated(who, study_log[start : start + group.size], rng))
    values = np.concatenate(found)
    values = values[np.isfinite(values)]
    if not values.size:
        return None
    low, high = np.quantile(values, [0.05, 0.95])
    return float(low), float(high)


def run(
    file: Evidence | str | Path | None = None,
    *,
    mechanism: str | None = None,
    hypotheses: Hypotheses | None = None,
    parameters: Parameters | None = None,
    people: int = 1000,
    studies: int = 50,
    seed: int = 1,
    criteria: Criteria | None = None,
    backend: str = "auto",
    progress: Progress | None = None,
) -> EvidenceResult:
    """Hold the simulator against published outcomes.

    Parameters
    ----------
    file : an evidence file, read or as a path; by default the table that is shipped.
    mechanism : the account of the block; by default that of `hypotheses`.
    hypotheses : what is switched on; by default `Hypotheses.evidence()`.
    parameters : constants in force; by default the shipped ones, as calibrated for the mechanism.
    people : least number of virtual people of an arm.
    studies : least number of virtual studies of an arm; the larger of both demands decides.
    seed : the identical call gives identical numbers.
    criteria : judged readings of the criteria.
    progress : called as `progress(done, total, what)` before each arm and once at the end.

    Examples
    --------
    >>> result = run(people=40, studies=2)                                            # doctest: +SKIP
    >>> result.summary()["counted"]                                                   # doctest: +SKIP
    22
    """
    table = file if isinstance(file, Evidence) else shipped() if file is None else read_evidence(file)
    switches = hypotheses or Hypotheses.evidence()
    if mechanism is not None:
        switches = switches.with_mechanism(mechanism)
    p, readings = parameters or load(account=switches.mechanism), criteria or Criteria()
    for name, value in (("people", people), ("studies", studies)):
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 100_000:
            raise InputError(
                f"{name} must be a whole number from 1 to 100000, got {value!r}", mend=f"{name} = 1000"
            )
    total = sum(len(s.arms) for s in table.studies) + len(table.orders)
    done, notes, outcomes = 0, dict[str, list[str]](), list[OutcomeResult]()
    for study in table.studies:
        for arm in study.arms:
            label = f"{study.id}, {arm.name}"
            if progress:
                progress(done, total, label)
            trial = make_ready(
                label, arm, questions_of(arm), people=people, studies=studies, seed=seed, parameters=p,
                mechanism=switches.mechanism,
            )  # fmt: skip
            history, more = follow_trial(trial, p, switches, seed=seed, backend=backend)
            for note in (*trial.notes, *more):
                notes.setdefault(note, []).append(label)
            for outcome, question in zip(arm.outcomes, trial.questions, strict=True):
                given = answer(history, question, readings, p)
                outcomes.append(_outcome(study.id, arm, outcome, given, trial, p, seed))
            done += 1
    orders, known = [], dict[object, History]()
    for order in table.orders:
        if progress:
            progress(done, total, order.id)
        found = _order(
            order, p, switches, readings,
            people=people, studies=studies, seed=seed, backend=backend, known=known,
        )  # fmt: skip
        orders.append(found)
        done += 1
    if progress:
        progress(done, total, "done")
    return EvidenceResult(
        file=table.name,
        mechanism=switches.mechanism,
        seed=seed,
        people=people,
        normal_palm_mg_per_min=readings.normal_palm_mg_per_min,
        outcomes=tuple(outcomes),
        orders=tuple(orders),
        sham=sham_result(outcomes),
        notes=(*(_said_of(note, labels) for note, labels in notes.items()), *p.notes),
    )


def run_all(
    file: Evidence | str | Path | None = None, *, progress: Progress | None = None, **options: object
) -> dict[str, EvidenceResult]:
    """The same under every account of the block, by its name; options as for `run`."""
    found = {}
    for name in MECHANISMS:
        named = None if progress is None else _named(progress, name)
        found[name] = run(file, mechanism=name, progress=named, **options)  # type: ignore[arg-type]
    return found


def _named(progress: Progress, name: str) -> Progress:
    return lambda done, total, what: progress(done, total, f"{name}: {what}")


def _said_of(note: str, labels: list[str]) -> str:
    """A note with the arms that it is about, the first few by name."""
    named = "; ".join(labels[:3]) + (f"; {len(labels) - 3} more arms" if len(labels) > 3 else "")
    return f"{note} ({named})"


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _outcome(
    study: str, arm: Arm, outcome: Outcome, given: Answer, trial: Trial, p: Parameters, seed: int
) -> OutcomeResult:
    predicted = _finite(given.expected())
    between = interval(given, trial, p, seed)
    return OutcomeResult(
        study=study,
        arm=arm.name,
        measure=outcome.measure.name,
        criterion=outcome.criterion,
        site=outcome.place,
        at=outcome.at,
        unit=outcome.measure.unit,
        published=outcome.value,
        predicted=predicted,
        low=between[0] if between else None,
        high=between[1] if between else None,
        tolerance=outcome.tolerance,
        inside=predicted is not None and abs(predicted - outcome.value) <= outcome.tolerance,
        counts=outcome.counts,
        weight=outcome.weight,
        sham=arm.sham,
        people=trial.cohort.people.n,
    )


def _order(
    order: Order,
    p: Parameters,
    switches: Hypotheses,
    criteria: Criteria,
    *,
    people: int,
    studies: int,
    seed: int,
    backend: str,
    known: dict[object, History],
) -> OrderResult:
    values = []
    for half in (order.more, order.less):
        question = question_of(order, half)
        arm = half.arm
        # many facts are about the same course in the same people
        key = (arm.course.words, arm.population, arm.baseline, tuple(sorted(arm.assumed.items())), half.when)
        if key not in known or question.measure.name == "remission_days":
            trial = make_ready(
                order.id,
                arm,
                (question,),
                people=people,
                studies=studies,
                seed=seed,
                parameters=p,
                mechanism=switches.mechanism,
                group_size=1,
            )
            known[key] = follow_trial(trial, p, switches, seed=seed, backend=backend)[0]
        values.append(answer(known[key], question, criteria, p).expected())
    return compare(order, values[0], values[1], most_sessions(order.more.arm))


def most_sessions(arm: Arm) -> float:
    """Sessions that a course has at most, by its words."""
    from sudomotor.course import TreatStep, session_days

    steps = [step for step in arm.course.steps if isinstance(step, TreatStep)]
    return float(sum(len(session_days(step, step.days or 365.0)) for step in steps))


def compare(order: Order, more: float, less: float, sessions: float) -> OrderResult:
    """Hold two values against an order.

    Of a change (which is negative when treatment works) more means further below zero. Where nobody of `more`
    gets to control, its sessions are taken as one more than the course has, a lower bound.
    """
    note = ""
    if order.measure.name == "sessions_to_control" and np.isnan(more):
        more, note = sessions + 1.0, "nobody gets there in the arm that needs more; a lower bound is taken"
    first, second = (-more, -less) if order.measure.signed else (more, less)
    ratio: float | None = None
    if np.isnan(first) or np.isnan(second):
        holds, note = False, "no virtual person has a value in one of the arms"
    elif second > 0:
        ratio = float(first / second)
        holds = ratio >= order.min_ratio
    else:
        # nothing to divide by: any effect is more than none
        holds, note = bool(first > max(second, 0.0)), "no effect in the arm that has less"
    return OrderResult(
        order.id, order.measure.name, holds, ratio, order.min_ratio, _finite(more), _finite(less), note
    )


def sham_result(outcomes: list[OutcomeResult]) -> ShamResult | None:
    """The interval of the first sham arm, and the published changes of sweat that it must hold.

    These are those of sham arms and of arms that the file calls placebo.
    """
    values = [
        o for o in outcomes if o.measure == "sweat_change_pct" and (o.sham or "placebo" in o.arm.lower())
    ]
    first = next((o for o in values if o.sham and o.low is not None), None)
    if first is None or first.low is None or first.high is None:
        return None
    published = tuple(o.published for o in values)
    holds = all(first.low <= value <= first.high for value in published)
    return ShamResult(first.study, first.arm, first.low, first.high, first.high - first.low, published, holds)
