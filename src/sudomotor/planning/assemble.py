"""From the schedules that were found to the plan that is handed out: checked once more, compared, and told in words."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import UnsafeError
from sudomotor.limits import Answers, Limits, PlanVerdict, ProposedSession, Reason, check_plan, screen
from sudomotor.parameters import Parameters
from sudomotor.planning.calendar import Calendar
from sudomotor.planning.evaluate import Score, date_of
from sudomotor.planning.gate import Schedule
from sudomotor.planning.goal import Goal
from sudomotor.planning.labels import labels
from sudomotor.planning.questions import until_back, until_dry, what_current, what_interval
from sudomotor.planning.reasons import (
    chance_words,
    label_words,
    limit_words,
    mechanism_words,
    missed_words,
    shape_words,
    skin_words,
    until_words,
    what_binds,
)
from sudomotor.planning.result import Amount, Bound, Outcome, Plan, Point, Request, Session
from sudomotor.planning.search import Found, Target
from sudomotor.planning.site import SiteJob, without_next

if TYPE_CHECKING:
    from sudomotor.twin import Twin

MISSED_NEXT = 2  # sessions in a row whose loss a plan is tried against
_RESAMPLES = 2000
_FEWEST_DRAWS = 10  # draws of an account below which no chance is told for it


@dataclass
class Part:
    """A site with what was found for it.

    Attributes
    ----------
    kept, before : sessions of the earlier plan that are kept, and how many it had.
    labels : the label schedules' scores by name.
    fallback : why this site has the label schedule, though there is enough in the diary; else None.
    """

    job: SiteJob
    found: Found
    score: Score
    chance: float
    kept: int = 0
    before: int = 0
    labels: dict[str, Score] = field(default_factory=dict)
    fallback: str | None = None


def _bounds(verdict: PlanVerdict, next_step: Sequence[Reason], limits: Limits) -> tuple[Bound, ...]:
    """Every limit that was looked at and says something, binding ones first."""
    found: dict[str, Bound] = {}
    names = {*verdict.binding, *(reason.limit for reason in next_step)}
    for reason in (*verdict.met, *next_step, *verdict.advice):
        binding = reason.limit in names
        if reason.limit in found and found[reason.limit].binding >= binding:
            continue
        text = limits[reason.limit].text if reason.limit in limits else reason.text
        found[reason.limit] = Bound(
            reason.limit, text, binding, reason.found, reason.bound, reason.unit, reason.kind, reason.severity,
            reason.source,
        )  # fmt: skip
    return tuple(sorted(found.values(), key=lambda one: not one.binding))


def _dated(job: SiteJob, calendar: Calendar, schedule: Schedule) -> list[Session]:
    out = []
    for slot in schedule:
        date = date_of(job.gate.first, slot.day)
        out.append(Session(date, calendar.time_on(date), job.gate.site, slot.current_mA, slot.minutes))
    return out


def _interval(hits: NDArray[np.bool_], seed: int) -> tuple[float, float, float]:
    """Share of draws, and its 90 % interval if the draws are drawn anew."""
    share = float(hits.mean())
    again = np.random.default_rng([seed, len(hits)]).binomial(len(hits), share, _RESAMPLES) / len(hits)
    low, high = np.quantile(again, [0.05, 0.95])
    return share, float(low), float(high)


def _verdict(parts: Sequence[tuple[SiteJob, Score]], more_mA: float = 0.0) -> PlanVerdict:
    """The sessions of all sites held against every limit, as they are or with more current."""
    gate = parts[0][0].gate
    sessions: list[ProposedSession] = []
    for job, score in parts:
        sessions += job.gate.proposed(
            slot._replace(current_mA=slot.current_mA + more_mA) for slot in score.schedule
        )
    return check_plan(
        sessions, gate.log, gate.skin, gate.answers, gate.today, device=gate.device, logged_until=gate.logged_until,
        limits=gate.limits,
    )  # fmt: skip


def _next_step(parts: Sequence[tuple[SiteJob, Score]]) -> list[Reason]:
    """The limits that the next current a device can be set to would break: they bind, though rounding leaves a rest to them."""
    step = parts[0][0].gate.step_mA
    return [
        replace(reason, found=reason.found - step)
        for reason in _verdict(parts, step).broken
        if reason.unit == "mA" and reason.found is not None
    ]


def _checked(parts: Sequence[tuple[SiteJob, Score]]) -> PlanVerdict:
    """Hold the whole of a plan against every limit once more.

    Raises
    ------
    UnsafeError
        where it breaks one. No plan does; this is the last door.
    """
    verdict = _verdict(parts)
    if any(score.schedule for _, score in parts) and not verdict.allowed:
        raise UnsafeError(
            f"the plan breaks a limit: {(*verdict.broken, *verdict.refused)[0]}",
            where="planning",
            mend="keep the twin file and report it: no plan may do this",
        )
    return verdict


def _outcome(
    name: str, text: str, parts: Sequence[tuple[SiteJob, Score]], calendar: Calendar, request: Request, p: Parameters,
    *, fallback: bool = False,
) -> Outcome:  # fmt: skip
    """A schedule of all sites with what it brings; checked against the limits once more."""
    verdict = _checked(parts)
    sessions = [one for job, score in parts for one in _dated(job, calendar, score.schedule)]
    hits = np.logical_and.reduce([score.hits for _, score in parts])
    share, low, high = _interval(hits, request.seed)
    per = p.value("plan_month_days") / request.horizon_days
    skin: dict[str, float] = {"overdry": 100.0 * max(score.overdry for _, score in parts)}
    for _, score in parts:
        for symptom, chance in score.symptoms.items():
            skin[symptom] = max(100.0 * chance, skin.get(symptom, 0.0))
    return Outcome(
        name, text, tuple(sorted(sessions, key=lambda one: (one.date, one.site))),
        per * sum(score.minutes for _, score in parts), per * sum(score.sessions for _, score in parts),
        share, low, high, float(np.mean([score.dry_pct for _, score in parts])),
        _bounds(verdict, _next_step(parts), parts[0][0].gate.limits or Limits.default()), (), skin, fallback,
    )  # fmt: skip


def _frontier(parts: Sequence[Part], request: Request, p: Parameters) -> tuple[Point, ...]:
    """The cheapest schedules of each chance, over all sites together."""
    per = p.value("plan_month_days") / request.horizon_days
    levels = sorted({round(score.p, 3) for part in parts for score in part.found.judged})
    points: list[Point] = []
    for level in levels:
        chosen = []
        for part in parts:
            enough = [score for score in part.found.judged if score.p >= level - 1e-9]
            if enough:
                chosen.append(min(enough, key=lambda score: (score.minutes, -score.p)))
        if len(chosen) < len(parts):
            break
        hits = np.logical_and.reduce([score.hits for score in chosen])
        point = Point(
            per * sum(score.minutes for score in chosen), per * sum(score.sessions for score in chosen),
            float(hits.mean()), float(np.mean([score.dry_pct for score in chosen])),
        )  # fmt: skip
        if not points or point.p_goal > points[-1].p_goal:
            points.append(point)
    return tuple(points)


def _to_reach(parts: Sequence[Part], request: Request, p: Parameters) -> Point | None:
    """What the chance would take, where its last dry days were held to be too dear."""
    if not any(part.found.dear for part in parts):
        return None
    chosen = [part.found.dear or part.score for part in parts]
    per = p.value("plan_month_days") / request.horizon_days
    return Point(
        per * sum(one.minutes for one in chosen), per * sum(one.sessions for one in chosen),
        float(np.logical_and.reduce([one.hits for one in chosen]).mean()), float(np.mean([one.dry_pct for one in chosen])),
    )  # fmt: skip


def assembled(
    twin: Twin, request: Request, goal: Goal, calendar: Calendar, chance: float, parts: Sequence[Part],
    reason: str | None, answers: Answers | None, p: Parameters,
) -> Plan:  # fmt: skip
    chosen = [(part.job, part.score) for part in parts]
    text = "the label schedule" if reason else "the plan"
    outcome = _outcome("plan", text, chosen, calendar, request, p, fallback=reason is not None)
    full = request.effort == "full"
    compared = tuple(
        _outcome(name, one.text, [(part.job, part.labels[name]) for part in parts], calendar, request, p)
        for name, one in labels().items()
        if all(name in part.labels for part in parts)
    )
    reached = all(Target(part.chance).met(part.score) for part in parts)
    with_it = np.logical_and.reduce([part.score.held for part in parts])  # (day, draw)
    without = np.logical_and.reduce([part.job.final.score([()])[0].held for part in parts])
    dry, back = until_dry(with_it, goal.days_pct / 100.0), until_back(without)
    dry_now = all(part.job.dry_now for part in parts)
    robust = _robustness(parts, full)
    hits = np.logical_and.reduce([part.score.hits for part in parts])
    by_mechanism = _by_mechanism(twin, hits)
    start = max(part.job.bench.from_day for part in parts)
    goal_from = date_of(request.first, start)
    first = parts[0]
    current = interval = None
    if full and len(parts) == 1 and request.worth_minutes is None:  # both ask what still reaches the chance
        target = Target(first.chance)
        current = what_current(first.job, first.score.schedule, target, p.value("plan_month_days"))
        interval = what_interval(first.job, first.score.schedule, target, p.value("plan_month_days"))
    most = max(score.p for score in first.found.judged) if len(parts) == 1 else None
    to_reach = _to_reach(parts, request, p) if reason is None else None
    words = [
        chance_words(
            outcome, goal, chance, reached, most, f"{goal_from.day} {goal_from:%B %Y}", request.worth_minutes,
            any(part.fallback for part in parts), to_reach, p.value("plan_dry_day_minutes"),
        )
    ]  # fmt: skip
    if reason is not None:
        own = sum(part.fallback is None for part in parts)
        of_sites = "In part this" if any(part.fallback for part in parts) and own else "This"
        words.insert(0, f"{of_sites} is the label schedule, not a plan of your own: {reason}.")
    for part in parts:
        of = f"{part.job.gate.site.capitalize()}: " if len(parts) > 1 else ""
        words.append(of + shape_words(part.score.schedule, part.job.bench.from_day, reached))
        if part.before:
            words.append(
                f"{of}{part.kept} of the {part.before} sessions of the plan so far are kept as they are."
            )
        if not (reached or to_reach) and full and reason is None and request.worth_minutes is None:
            words.append(of + what_binds(part.job, part.chance, range(request.horizon_days)))
        words += [of + note for note in _notes(part) if part.score.schedule]
    words += limit_words(outcome.limits)
    words += [one for one in (label_words(outcome, compared, chance, request.worth_minutes),) if one and reason is None]
    words.append(until_words(dry, back, dry_now))
    if outcome.sessions:
        words += [missed_words(robust), skin_words(outcome.skin)]
    words += [one for one in (mechanism_words(by_mechanism, getattr(twin, "mechanisms", {})),) if one]
    cautions = [
        str(one)
        for one in screen(answers, request.sites, request.today, limits=parts[0].job.gate.limits).cautions
    ]
    return Plan(
        outcome=replace(outcome, reasons=tuple(words)), reached=reached, fallback_reason=reason, goal_from=goal_from,
        frontier=_frontier(parts, request, p), label_schedules=compared, robustness=robust, what_current=current,
        what_interval=interval, until_dry_days=dry, until_back_days=back, by_mechanism=by_mechanism,
        hypotheses=_hypotheses(twin), assumptions=_assumptions(twin, request, goal, parts, start),
        cautions=tuple(cautions), replan_on=_replan_on(request, dry, dry_now, reason, p), request=request,
        to_reach=to_reach,
        kept=all(0 < part.before == part.kept for part in parts),
        daily={
            "p_dry": with_it.mean(axis=-1).tolist(), "p_dry_without": without.mean(axis=-1).tolist(),
        },
    )  # fmt: skip


def _robustness(parts: Sequence[Part], full: bool) -> dict[str, float]:
    """Chance of the goal if the next sessions are missed, and (with full effort) if none ever is."""
    goal = parts[0].job.bench.goal
    lost = [part.job.final.score([without_next(part.score.schedule, MISSED_NEXT)])[0].hits for part in parts]
    found = {
        "next_missed": float(MISSED_NEXT),
        "p_goal_if_next_missed": float(np.logical_and.reduce(lost).mean()),
    }
    if full:
        sure = []
        for part in parts:
            final = part.job.final
            held = final.dry(final.outlook([part.score.schedule], missed_pct=0.0))[0, final.from_day :]
            sure.append(held.mean(axis=0) >= goal.days_pct / 100.0 - 1e-9)
        found["p_goal_if_none_missed"] = float(np.logical_and.reduce(sure).mean())
    return found


def _by_mechanism(twin: Twin, hits: NDArray[np.bool_]) -> dict[str, float]:
    """Chance of the goal under each account of the block that has draws."""
    account, names = getattr(twin, "account", None), getattr(twin, "accounts", ())
    if account is None:
        return {}
    account = np.asarray(account)[: len(hits)]
    found = {name: hits[account == i] for i, name in enumerate(names)}
    return {name: float(each.mean()) for name, each in found.items() if each.size >= _FEWEST_DRAWS}


def _hypotheses(twin: Twin) -> str:
    found = getattr(twin, "hypotheses", "")
    return str(getattr(found, "name", found))


def _notes(part: Part) -> list[str]:
    job, notes = part.job, []
    if job.raised:
        short = "do not reach it" if job.worth_minutes is None else "bring fewer dry days"
        notes.append(
            f"The {job.comfort_mA:g} mA that you have settled at {short}: raise the current by 1 mA a session, only as "
            "far as it is comfortable."
        )
    elif math.isfinite(job.comfort_mA) and job.comfort_mA < job.top_mA - 1e-9:
        notes.append(f"No current above the {job.comfort_mA:g} mA that you have settled at is planned.")
    return notes


def _assumptions(
    twin: Twin, request: Request, goal: Goal, parts: Sequence[Part], start: int
) -> tuple[str, ...]:
    out = [f"{request.missed_pct:.0f} % of the sessions are missed ({request.missed_from})"]
    if goal.from_day is None and start:
        out.append(
            f"the first {start} days do not count for the goal: even the densest schedule on your days would need about as long"
        )
    out.append("both sides are treated together, the anode in turns")
    if goal.condition.measure == "sweat":
        out.append("the goal is held against the sweat of one side on a middling day")
    out += list(getattr(twin, "assumptions", ()))
    return tuple(out)


def _replan_on(
    request: Request, dry: Amount, dry_now: bool, reason: str | None, p: Parameters
) -> datetime.date:
    """When new readings may change the plan: soon while it builds up, later once it holds."""
    soon, late = p.value("plan_first_review_days"), p.value("plan_review_days")
    if reason is not None or dry.median is None:
        days = soon
    elif dry_now:
        days = late
    else:
        days = min(max(dry.median, soon / 2.0), soon)
    return date_of(request.first, min(round(days), request.horizon_days))
