"""The questions that a person asks of a plan: what current, what interval, how long until."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sudomotor.planning.evaluate import settled
from sudomotor.planning.gate import Schedule
from sudomotor.planning.recipes import grid
from sudomotor.planning.result import Amount, Answer, Try
from sudomotor.planning.search import Target
from sudomotor.planning.site import SiteJob, with_current, with_interval

_INTERVALS = (2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 21, 24, 28)  # days, tried in answer to a question


def what_current(job: SiteJob, chosen: Schedule, target: Target, month_days: float) -> Answer:
    """The least current that reaches the chance on the plan's own dates."""
    question = "What current?"
    if not chosen:
        return Answer(question, "No session is planned, so no current.", None, "mA")
    top = max(slot.current_mA for slot in chosen)
    currents = [one for one in grid(job.top_mA, job.parameters).current_mA if one < top] + [top]
    tries, met = _tried(job, [with_current(chosen, one) for one in currents], currents, target, month_days)
    if not met:
        return Answer(question, f"No current up to {top:g} mA reaches it on these dates.", None, "mA", tries)
    text = (
        f"{met[0]:g} mA is enough on these dates; the plan takes up to {top:g} mA."
        if met[0] < top
        else f"{top:g} mA: on these dates less does not reach it."
    )
    return Answer(question, text, met[0], "mA", tries)


def what_interval(job: SiteJob, chosen: Schedule, target: Target, month_days: float) -> Answer:
    """The longest equal interval after the build-up that reaches the chance at the plan's own current and length."""
    question, days = "What interval?", job.bench.horizon_days
    if not chosen:
        return Answer(question, "No session is planned, so no interval.", None, "d")
    holds = [float(one) for one in _INTERVALS if one <= job.parameters.value("plan_longest_interval_days")]
    start = job.bench.from_day
    laid = [with_interval(chosen, start, job.allowed, one, days) for one in holds]
    tries, met = _tried(job, laid, holds, target, month_days)
    if not met:
        return Answer(
            question,
            f"No equal interval from {holds[0]:g} days on reaches it at the plan's current and length.",
            None, "d", tries,
        )  # fmt: skip
    once = "once dry, " if start else ""
    return Answer(
        question, f"{once}every {met[-1]:g} days is the longest equal interval that reaches it.".capitalize(), met[-1],
        "d", tries,
    )  # fmt: skip


def _tried(
    job: SiteJob, schedules: Sequence[Schedule], values: Sequence[float], target: Target, month_days: float
) -> tuple[tuple[Try, ...], list[float]]:
    scores = job.final.score([job.gate.lawful(one) for one in schedules])
    per = month_days / job.bench.horizon_days
    tries = tuple(Try(value, one.p, one.minutes * per) for value, one in zip(values, scores, strict=True))
    return tries, [value for value, one in zip(values, scores, strict=True) if target.met(one)]


def until_dry(held: NDArray[np.bool_], share: float) -> Amount:
    """Days until a week is dry on its share of days; `held` is (day, draw) of the plan."""
    return amount(settled(held.astype(float), share).astype(float), held.shape[0])


def until_back(held: NDArray[np.bool_]) -> Amount:
    """Days until a week is dry on fewer than half of its days if there are no sessions; (day, draw) without any."""
    return amount(settled(1.0 - held.astype(float), 0.5).astype(float), held.shape[0])


def amount(days: NDArray[np.float64], horizon: int) -> Amount:
    """Median and nine in ten of some days; None where that is the horizon or beyond.

    >>> amount(np.array([3.0, 5.0, 90.0]), 90)
    Amount(median=5.0, low=3.0, high=None)
    """
    low, median = np.quantile(days, [0.05, 0.5], method="lower")
    high = np.quantile(days, 0.95, method="higher")
    return Amount(*(None if day >= horizon else float(day) for day in (median, low, high)))
