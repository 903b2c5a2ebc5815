"""From a twin, a goal, a calendar and answers to the plan: the fewest minutes that keep this person dry, within the limits."""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from sudomotor.errors import InputError, UnsafeError, unknown
from sudomotor.limits import Answers, Device, Limits
from sudomotor.limits import device as find_device
from sudomotor.parameters import Parameters, load
from sudomotor.planning.assemble import Part, assembled
from sudomotor.planning.calendar import Calendar
from sudomotor.planning.evaluate import Bench, Evaluate
from sudomotor.planning.gate import Gate, Schedule, Slot, logged
from sudomotor.planning.goal import Goal
from sudomotor.planning.labels import course_so_far, label_of, labels
from sudomotor.planning.reasons import trial_words
from sudomotor.planning.result import Plan, Request, Session
from sudomotor.planning.search import Effort, Found, Target, effort_of
from sudomotor.planning.site import SiteJob, comfort, keep

if TYPE_CHECKING:
    from sudomotor.twin import Twin

DEFAULT_GOAL = "HDSS <= 2 on 80 % of days"
_DAYS = (14, 366)  # shortest and longest horizon
_WORTH = (1, 240)  # minutes that one more dry day may cost
_KNOWN_SESSIONS = 5  # sessions planned and due below which one's own share of missed ones is not taken


def plan(
    twin: Twin,
    *,
    answers: Answers | None,
    goal: str | Goal = DEFAULT_GOAL,
    can_treat: str | Calendar = "any day",
    horizon_days: int = 90,
    device: str | Device | None = None,
    missed_pct: float | None = None,
    limits: Limits | None = None,
    chance_pct: float | None = None,
    worth_minutes: float | None = None,
    seed: int = 1,
    today: datetime.date | None = None,
    previous: Plan | Sequence[Session] | None = None,
    sites: Sequence[str] | None = None,
    only_if_better: bool = False,
    effort: str = "full",
    parameters: Parameters | None = None,
    evaluate: Evaluate | None = None,
    progress: Callable[[float], object] | None = None,
) -> Plan:
    """Plan the sessions to come.

    Parameters
    ----------
    twin : the person.
    answers : to the safety questions; None is not answered, and refuses.
    goal : what is wanted, "HDSS <= 2 on 80 % of days" or "sweat < 20 mg/min on 90 % of days".
    can_treat : when there can be sessions, "Sun Wed evenings".
    horizon_days : how far ahead, 14 to 366.
    device : the device in use, by its name or as a `Device` of one's own.
    missed_pct : share of sessions that will be missed; None for one's own share, or the usual one.
    limits : another library of limits.
    chance_pct : chance of the goal that is wanted, whatever it takes within the limits; None for the usual one, and for no dry
        day that is dearer than it is usually worth.
    worth_minutes : what one more dry day may cost, in minutes, from 1 to 240; sessions are then added as long as they give dry
        days for less, and the chance of the goal is told, not aimed at. None aims at the chance.
    seed : of the luck; the same seed gives the same plan.
    today : the date of planning; None for the real one.
    previous : the plan so far; its sessions are kept where that costs little.
    sites : what to treat; None for the sites of the diary.
    only_if_better : fall back on the label schedule unless the twin's own backtest beats the naive forecasts.
    effort : "full" or "quick"; quick compares with no label schedule and answers no questions.
    parameters : what time and skin are worth.
    evaluate : another forecast than the twin's.
    progress : called with the share that is done.

    Raises
    ------
    UnsafeError
        where the answers, the log or the skin forbid treatment; it names the question or the row.
    InputError
        for words that cannot be read or numbers out of range.

    Examples
    --------
    `sudomotor plan --help` shows the same from the command line.
    """
    p = parameters or load()
    aim = goal if isinstance(goal, Goal) else Goal.parse(goal)
    calendar = can_treat if isinstance(can_treat, Calendar) else Calendar.parse(can_treat, p)
    tool = find_device(device) if isinstance(device, str) else device
    diary, horizon = twin.diary, _whole("horizon_days", horizon_days, *_DAYS)
    settings = effort_of(effort, horizon)
    if aim.from_day is not None and aim.from_day >= horizon:
        raise InputError(
            f"the goal counts from day {aim.from_day}, the plan ends after {horizon} days", where="goal",
            mend="plan for longer, or count from an earlier day",
        )  # fmt: skip
    chance = _share("chance_pct", p.value("plan_chance_pct") if chance_pct is None else chance_pct, 1, 99.9)
    worth = _worth(worth_minutes, chance_pct)
    now = today or datetime.date.today()
    if now < diary.last:
        raise InputError(
            f"the diary goes on to {diary.last}, after the day of planning, {now}",
            where="today",
            mend="correct the date in the diary, or plan from its last day on",
        )
    first = max(now, diary.last + datetime.timedelta(days=1))
    where = _sites(sites, diary.sites)
    before = _previous(previous)
    missed, missed_from = _missed(missed_pct, before, diary, p)
    request = Request(
        aim.words, calendar.words, horizon, 100.0 * chance, missed, missed_from, where,
        tool.name if tool is not None else None, now, first, seed, effort, worth,
        chance_pct is not None,
    )  # fmt: skip
    judge = evaluate or _of_twin(twin)
    log, skin = logged(diary)
    allowed = calendar.days(first, horizon)
    if not allowed:
        raise InputError(
            f"there is no day to treat on from {first} on, for {horizon} days", where="can-treat",
            mend="name more days, or plan further ahead",
        )  # fmt: skip
    jobs = []
    for site in where:
        gate = Gate(
            site, first, now, log, skin, answers, diary.last, calendar, tool, limits, p.value("plan_settable_mA")
        )  # fmt: skip
        gate.refuse()
        jobs.append(_job(gate, allowed, aim, request, judge, settings, p, (first - diary.last).days - 1))
    reason = _too_little(twin, p, only_if_better)
    parts = [
        _planned(
            job,
            chance ** (1.0 / len(jobs)),
            before,
            reason,
            tool,
            settings,
            p,
            _within(progress, i, len(jobs)),
        )
        for i, job in enumerate(jobs)
    ]
    if progress is not None:
        progress(1.0)
    reason = reason or "; ".join(
        f"{part.job.gate.site}: {part.fallback}" if len(parts) > 1 else part.fallback for part in parts if part.fallback
    ) or None
    return assembled(twin, request, aim, calendar, chance, parts, reason, answers, p)


def _whole(name: str, value: float, low: int, high: int) -> int:
    if isinstance(value, bool) or not math.isfinite(value) or value != int(value) or not low <= value <= high:
        raise InputError(
            f"{name} must be a whole number from {low} to {high}, got {value:g}", where=name, mend="e.g. 90"
        )
    return int(value)


def _share(name: str, value: float, low: float, high: float) -> float:
    if isinstance(value, bool) or not math.isfinite(value) or not low <= value <= high:
        raise InputError(
            f"{name} must lie from {low:g} to {high:g} %, got {value:g}", where=name, mend="e.g. 80"
        )
    return float(value) / 100.0


def _worth(worth_minutes: float | None, chance_pct: float | None) -> float | None:
    if worth_minutes is None:
        return None
    if chance_pct is not None:
        raise InputError(
            "a plan is asked for by its chance or by what a dry day may cost, not by both",
            where="chance_pct, worth_minutes",
            mend="leave one of them out",
        )
    low, high = _WORTH
    if (
        isinstance(worth_minutes, bool)
        or not math.isfinite(worth_minutes)
        or not low <= worth_minutes <= high
    ):
        raise InputError(
            f"worth_minutes must lie from {low:g} to {high:g} minutes a dry day, got {worth_minutes:g}",
            where="worth_minutes",
            mend="e.g. 20",
        )
    return float(worth_minutes)


def _sites(asked: Sequence[str] | None, known: Sequence[str]) -> tuple[str, ...]:
    if not known:
        raise InputError(
            "the diary names no site", where="diary", mend="fill in the column 'site', e.g. palms"
        )
    if asked is None:
        return (known[0],)
    if not asked:
        raise InputError("no site is named", where="sites", mend=f"name {' or '.join(known)}")
    for site in asked:
        if site not in known:
            raise unknown("site of the diary", site, known, where="sites")
    return tuple(dict.fromkeys(asked))


def _previous(previous: Plan | Sequence[Session] | None) -> tuple[Session, ...]:
    if previous is None:
        return ()
    return previous.sessions if isinstance(previous, Plan) else tuple(previous)


def _missed(asked: float | None, before: Sequence[Session], diary: Any, p: Parameters) -> tuple[float, str]:
    """Share of sessions that will be missed, and where it is from."""
    if asked is not None:
        return 100.0 * _share("missed_pct", asked, 0, 100), "as asked for"
    usual = p.value("plan_missed_pct")
    due = [one for one in before if one.date <= diary.last]
    if len(due) < _KNOWN_SESSIONS:
        return usual, "the usual share"
    held = {(one.site or diary.sites[0], one.date) for one in diary.sessions}
    day = datetime.timedelta(days=1)
    lost = sum(not any((one.site, one.date + k * day) in held for k in (-1, 0, 1)) for one in due)
    # one's own share, drawn towards the usual one as if that had been seen in as many sessions
    return (100.0 * lost + usual * _KNOWN_SESSIONS) / (len(due) + _KNOWN_SESSIONS), "your own share"


def _of_twin(twin: Twin) -> Evaluate:
    from sudomotor.twin import PlannedSession, outlook

    def evaluate(schedules: Any, *, days: int, missed_pct: float, draws: int, seed: int, site: str) -> Any:
        steps = [[PlannedSession(*step) for step in schedule] for schedule in schedules]
        return outlook(
            twin, steps, days, missed_pct=missed_pct, draws=min(draws, twin.draws), seed=seed, site=site
        )

    return evaluate


def _within(progress: Callable[[float], object] | None, i: int, n: int) -> Callable[[float], object] | None:
    return None if progress is None else lambda done: progress((i + done) / n)


def _job(
    gate: Gate, allowed: tuple[int, ...], goal: Goal, request: Request, judge: Evaluate, effort: Effort,
    p: Parameters, offset: int,
) -> SiteJob:  # fmt: skip
    def bench(draws: int, seed: int, keep_days: bool) -> Bench:
        return Bench(
            judge, gate.site, goal, request.horizon_days, offset, request.missed_pct, draws, seed, p, keep=keep_days
        )  # fmt: skip

    mine = sorted((one for one in gate.log if one.site == gate.site), key=lambda one: one.date)
    done = course_so_far([one.date for one in mine], gate.first, p.value("plan_course_gap_days"))
    top = gate.top_mA(p.value("plan_usual_minutes"))
    job = SiteJob(
        gate, allowed, bench(effort.draws, request.seed, False), bench(effort.final_draws, request.seed + 1, True),
        effort, p, top,
        comfort([one.current_mA for one in mine], round(p.value("plan_comfort_sessions"))), done, request.worth_minutes,
        request.at_any_price,
    )  # fmt: skip
    job.begin()
    return job


def _too_little(twin: Twin, p: Parameters, only_if_better: bool) -> str | None:
    """Why the diary does not carry a plan of one's own; None where it does."""
    diary = twin.diary
    for count, name, what in (
        (len(diary.sessions), "plan_min_sessions", "sessions"),
        (len(diary.readings), "plan_min_readings", "readings"),
        (diary.days, "plan_min_days", "days"),
    ):
        if count < p.value(name):
            return f"the diary holds {count} {what}; a plan of your own needs {p.value(name):g}"
    if only_if_better and not getattr(twin, "beats_naive", None):
        return "on this diary the forecasts have not been shown to be better than a simple guess"
    return None


def _planned(
    job: SiteJob, chance: float, before: Sequence[Session], reason: str | None, tool: Device | None, effort: Effort,
    p: Parameters, progress: Callable[[float], object] | None,
) -> Part:  # fmt: skip
    """The plan of one site, or its label schedule."""
    named = {name: job.label(one) for name, one in labels().items()}
    if not any(named.values()):
        _refuse_lockout(job, named)
    old = [
        Slot((one.date - job.gate.first).days, one.current_mA, one.minutes)
        for one in before
        if one.site == job.gate.site and one.date >= job.gate.first
    ]
    earlier = job.extended(old) if old else ()
    own = label_of(tool)
    wanted = list(named.values()) if effort.full else [named[own.name]]
    if reason is not None:
        judged = job.final.score([(), *wanted])
        score = job.final.score([named[own.name]])[0]
        part = Part(job, Found(score, Target(chance), judged, Target(chance).met(score)), score, chance)
    else:
        found = job.search(chance, wanted, earlier, progress)
        score, kept, of = keep(found, earlier, p.value("plan_keep_pct"))
        part = Part(job, found, score, chance, kept, of)
        trial = job.fair_trial(own, score)
        if trial is not None:
            part.score, part.kept = job.final.score([trial])[0], 0
            part.fallback = trial_words(
                job.fair_sessions(own), own.minutes_at(job.gate.site), p.value("plan_fair_days")
            )
    if effort.full:
        part.labels = dict(zip(named, job.final.score(list(named.values())), strict=True))
    return part


def _refuse_lockout(job: SiteJob, named: dict[str, Schedule]) -> None:
    """Raise where the limits leave no session at all."""
    days = tuple(Slot(day, job.top_mA, job.parameters.value("plan_usual_minutes")) for day in job.allowed)
    why = job.gate.changes(days)
    text = why[0].text if why else "the limits leave no session"
    raise UnsafeError(
        f"no plan: no session is left in the time that is planned for. {text}",
        where=f"the limit '{why[0].limit}'" if why else "the limits",
        mend="let the skin heal, write down how it is, and plan again",
    )
