"""Why a plan is as it is, in plain sentences."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from sudomotor.model.mechanisms import mechanism
from sudomotor.planning.gate import Schedule
from sudomotor.planning.goal import Goal
from sudomotor.planning.recipes import densest, grid
from sudomotor.planning.result import Amount, Bound, Outcome, Point
from sudomotor.planning.search import Target
from sudomotor.planning.site import SiteJob

_SPARSE = 3  # sessions a week at which it is tried whether more would still help


def pct(share: float) -> str:
    """A chance in words that do not pretend to more than some hundred draws know.

    >>> pct(0.842), pct(0.998), pct(0.0)
    ('84 %', 'over 99 %', 'under 1 %')
    """
    value = 100.0 * share
    return "over 99 %" if value > 99 else "under 1 %" if value < 1 else f"{value:.0f} %"


def chance_words(
    outcome: Outcome, goal: Goal, chance: float, reached: bool, most: float | None, goal_from: str,
    worth_minutes: float | None = None, own: bool = True, to_reach: Point | None = None, dry_day_minutes: float = 0.0,
) -> str:  # fmt: skip
    """The chance of the goal, and whether it is what was asked for.

    `own` is whether the diary carries a forecast of one's own; `to_reach` is what the chance would take, where its last dry
    days are dearer than `dry_day_minutes`.
    """
    of = (
        f"The chance of {goal.condition.words} on {goal.days_pct:g} % of the days from {goal_from} is "
        f"{pct(outcome.p_goal)} ({pct(outcome.p_goal_low)} to {pct(outcome.p_goal_high)}, for it is counted in no more than some "
        "hundred people whom your diary fits)"
    )
    if worth_minutes is not None and not outcome.fallback:
        return (
            f"{of}. It is not what was planned for: sessions were added as long as one more dry day costs less than "
            f"{worth_minutes:g} minutes, with all that is around a session."
        )
    if reached:
        return f"{of}; asked for were {pct(chance)}."
    if outcome.fallback:
        return f"{of}." if own else f"{of}, by what is known of people in general."
    if to_reach is not None:
        return (
            f"{of}. For {pct(to_reach.p_goal)} it would take {to_reach.minutes_per_month:.0f} minutes a month. The last of "
            f"those dry days would cost more than {dry_day_minutes:g} minutes each, with all that is around a session, so the "
            f"plan stops before; name a chance, {pct(chance)} or another, and it is planned for whatever it takes."
        )
    best = (
        ""
        if most is None or most <= outcome.p_goal + 0.005
        else f": the best that any schedule tried has is {pct(most)}"
    )
    return (
        f"{of}. The {pct(chance)} that were asked for are out of reach{best}. The plan stops where a further dry day would cost "
        "more time than it is held to be worth."
    )


def trial_words(sessions: int, minutes: float, days: float) -> str:
    """Why somebody who seems not to respond has the label schedule."""
    return (
        f"by this diary most days would stay wet, but it holds no fair trial yet ({sessions} sessions of {minutes:g} minutes "
        f"within {days:g} days), and before one nobody is given up"
    )


def shape_words(schedule: Schedule, from_day: int, reached: bool) -> str:
    """How the sessions lie: so many first, then how far apart."""
    if not schedule:
        if reached:
            return "No session is needed in the time that is planned for."
        return (
            "No session is planned: by this diary none would bring dry days that are worth its time. Ask your clinician what "
            "else could help."
        )
    head = [slot for slot in schedule if slot.day < from_day]
    tail = [slot for slot in schedule if slot.day >= from_day]
    minutes = sorted({slot.minutes for slot in schedule})
    long = f"{minutes[0]:g}" if len(minutes) == 1 else f"{minutes[0]:g} to {minutes[-1]:g}"
    currents = sorted({slot.current_mA for slot in schedule})
    strong = f"{currents[0]:g}" if len(currents) == 1 else f"{currents[0]:g} to {currents[-1]:g}"
    parts = []
    if head:
        parts.append(f"{_times(len(head))} in the first {from_day} days")
    if tail:
        gaps = [after.day - before.day for before, after in pairwise(tail)]
        apart = f", about every {np.mean(gaps):.2g} days" if gaps else ""
        parts.append(f"{_times(len(tail))} {'after that' if head else 'in all'}{apart}")
    return f"{' and '.join(parts)}; {long} minutes at {strong} mA.".capitalize().replace(" ma.", " mA.")


def _times(count: int) -> str:
    return "one session" if count == 1 else f"{count} sessions"


def limit_words(limits: Sequence[Bound]) -> list[str]:
    """What the plan may not pass, limit by limit."""
    return [f"The plan goes as far as this limit: {one.text}" for one in limits if one.binding]


def label_words(
    outcome: Outcome, labels: Sequence[Outcome], chance: float, worth_minutes: float | None = None
) -> str | None:
    """How the plan compares with the label schedules: by the chance, or by dry days where it was planned by their worth."""
    if not labels:
        return None
    if worth_minutes is not None:
        return _label_words_by_days(outcome, labels)
    reach = [one for one in labels if one.p_goal >= chance - 1e-9]
    if reach:
        best = min(reach, key=lambda one: one.minutes_per_month)
        saved = 1.0 - outcome.minutes_per_month / max(best.minutes_per_month, 1e-9)
        than = f"{abs(100 * saved):.0f} % {'fewer' if saved >= 0 else 'more'} minutes than"
        return (
            f"{than} the cheapest label schedule that reaches the chance: “{best.text}”, {best.minutes_per_month:.0f} "
            f"minutes a month, {pct(best.p_goal)}."
        )
    best = max(labels, key=lambda one: (one.p_goal, one.dry_days_pct))
    return (
        f"No label schedule reaches the chance; the nearest, “{best.text}”, has {pct(best.p_goal)} for "
        f"{best.minutes_per_month:.0f} minutes a month."
    )


def _label_words_by_days(outcome: Outcome, labels: Sequence[Outcome]) -> str:
    as_dry = [one for one in labels if one.dry_days_pct >= outcome.dry_days_pct - 1e-9]
    if not as_dry:
        best = max(labels, key=lambda one: one.dry_days_pct)
        return (
            f"No label schedule has as many dry days; the nearest, “{best.text}”, has {best.dry_days_pct:.0f} % for "
            f"{best.minutes_per_month:.0f} minutes a month."
        )
    best = min(as_dry, key=lambda one: one.minutes_per_month)
    saved = 1.0 - outcome.minutes_per_month / max(best.minutes_per_month, 1e-9)
    return (
        f"{abs(100 * saved):.0f} % {'fewer' if saved >= 0 else 'more'} minutes than the cheapest label schedule with as many dry "
        f"days: “{best.text}”, {best.minutes_per_month:.0f} minutes a month, {best.dry_days_pct:.0f} % of days."
    )


def mechanism_words(by_mechanism: Mapping[str, float], shares: Mapping[str, float]) -> str | None:
    """Whether the chance hangs on how the treatment works."""
    if len(by_mechanism) < 2:
        return None
    low = min(by_mechanism, key=lambda name: by_mechanism[name])
    high = max(by_mechanism, key=lambda name: by_mechanism[name])
    if by_mechanism[high] - by_mechanism[low] < 0.1:
        return (
            "Nobody knows for sure how the current stops the sweat. For this plan it matters little: every explanation that fits "
            "your diary gives much the same chance."
        )
    likely = max(shares, key=lambda name: shares[name]) if shares else high
    return (
        f"Nobody knows for sure how the current stops the sweat, and for this plan it matters: if {mechanism(low).lay}, the chance "
        f"is {pct(by_mechanism[low])}; if {mechanism(high).lay}, {pct(by_mechanism[high])}. Likeliest by your diary is that "
        f"{mechanism(likely).lay} ({pct(shares.get(likely, 0.0))})."
    )


def missed_words(robustness: Mapping[str, float]) -> str:
    """What missed sessions do."""
    count = int(robustness["next_missed"])
    next_ones = "the next session is" if count == 1 else f"the next {count} sessions are"
    sure = robustness.get("p_goal_if_none_missed")
    return (
        f"If {next_ones} missed and nothing is planned anew, the chance is {pct(robustness['p_goal_if_next_missed'])}"
        + (f"; if none is ever missed, {pct(sure)}" if sure is not None else "")
        + "."
    )


def until_words(until: Amount, back: Amount, dry_now: bool) -> str:
    """How long until dry, how long until the sweat is back."""
    first = (
        "You are dry now"
        if dry_now
        else "Most would not be dry in the time that is planned for"
        if until.median is None
        else f"Dry after about {until.median:.0f} days ({_range(until)})"
        if until.median >= 1
        else "Dry after a few days at most, as things stand"
    )
    if dry_now and back.median is not None:
        return f"{first}; without any session the sweat would be back after about {back.median:.0f} days ({_range(back)})."
    if dry_now:
        return f"{first}; without any session you would most likely stay so all that time."
    return f"{first}."


def _range(a: Amount) -> str:
    if a.low is None:
        return "nobody sooner"
    return f"{a.low:.0f} to {a.high:.0f}" if a.high is not None else f"{a.low:.0f} or more"


def what_binds(job: SiteJob, chance: float, every_day: Sequence[int]) -> str:
    """Why the chance is out of reach: the calendar, missed sessions, the limits, or the person."""
    days, target = job.bench.horizon_days, Target(chance)
    most = densest(grid(job.top_mA, job.parameters))
    own = job.gate.lawful(most.lay_out(job.allowed, days))
    free = job.gate.lawful(most.lay_out(every_day, days))
    sparse = job.gate.lawful(_thinned(own, 7.0 / _SPARSE))
    mine, all_days, less = job.final.score([own, free, sparse])
    if target.met(all_days) and not target.met(mine):
        return f"Your days are what stands in the way: with every day free the chance would be {pct(all_days.p)}."
    sure = job.final.dry(job.final.outlook([own], missed_pct=0.0))[0, job.bench.from_day :]
    kept = float((sure.mean(axis=0) >= job.bench.goal.days_pct / 100.0 - 1e-9).mean())
    if kept >= chance:
        return (
            f"Missed sessions are what stands in the way: if none were missed, as many as there may be would have a chance of "
            f"{pct(kept)}."
        )
    if all_days.p > mine.p + 0.05:
        return (
            f"Your days stand in the way in part: with every day free the chance would be {pct(all_days.p)}, still below what was "
            "asked for."
        )
    if mine.p > less.p + 0.05:
        names = ", ".join(name.replace("_", " ") for name in job.gate.verdict(own).binding)
        return (
            f"The limits stand in the way{f' ({names})' if names else ''}: the most that they allow has a chance of {pct(mine.p)}, "
            "and more sessions would still help."
        )
    return (
        f"What stands in the way is how little sessions do for you: the most that the limits allow has a chance of {pct(mine.p)}, "
        f"{_SPARSE} sessions a week {pct(less.p)}; more sessions would hardly help."
    )


def _thinned(schedule: Schedule, every_days: float) -> Schedule:
    kept: list[int] = []
    for slot in schedule:
        if not kept or slot.day - kept[-1] >= every_days - 0.5:
            kept.append(slot.day)
    days = set(kept)
    return tuple(slot for slot in schedule if slot.day in days)


def skin_words(skin: Mapping[str, float]) -> str:
    """What the skin may suffer."""
    return (
        f"Over-dry, cracked skin is expected in {pct(skin['overdry'] / 100)}, pain in {pct(skin['pain'] / 100)} of people "
        "like you."
    )
