"""A whole plan held against every limit, and mended so that it keeps them: lowered, shortened or left out, with reasons."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sudomotor.limits.answers import Answers
from sudomotor.limits.caps import lowest, minutes_reasons
from sudomotor.limits.dated import DatedSession, LoggedSession, ProposedSession, SkinNote
from sudomotor.limits.devices import Device
from sudomotor.limits.library import Limits
from sudomotor.limits.log import log_problems
from sudomotor.limits.past import Found
from sudomotor.limits.questions import sites_of
from sudomotor.limits.reasons import GRAVE, Reason, gravest_first
from sudomotor.limits.rules import (
    Area,
    Pasts,
    Situation,
    current_reasons,
    judge_dose,
    judge_timing,
    pasts_of,
    remember,
    situation,
)
from sudomotor.limits.screen import Refusal, Screening, screen


@dataclass(frozen=True)
class PlanVerdict:
    """A plan held against every limit.

    Attributes
    ----------
    allowed : nothing refuses and nothing is broken.
    refused : answers and faults of the log that refuse any plan at the sites of this one.
    broken : limits that sessions break, by day.
    binding : names of limits that are met with equality, the most frequent first. A count that a single session
        fills (one a day) is not listed.
    met : the same with session and reason.
    cautions : answers that ask for care.
    advice : advice that is not followed, once for each piece.
    notes : what had to be assumed.
    """

    allowed: bool
    refused: tuple[Refusal, ...]
    broken: tuple[Reason, ...]
    binding: tuple[str, ...]
    met: tuple[Reason, ...]
    cautions: tuple[Refusal, ...]
    advice: tuple[Reason, ...]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """The verdict for JSON."""
        listed = ("refused", "broken", "met", "cautions", "advice")
        return {
            "allowed": self.allowed,
            "binding": list(self.binding),
            **{name: [each.to_dict() for each in getattr(self, name)] for name in listed},
            "notes": list(self.notes),
        }


class Repaired(NamedTuple):
    """A plan that breaks nothing, what was changed and why, and what refuses; by day."""

    sessions: tuple[ProposedSession, ...]
    reasons: tuple[Reason, ...]
    refused: tuple[Refusal, ...]

    @property
    def binding(self) -> tuple[str, ...]:
        """Names of the limits that changed something, the most frequent first."""
        return _by_count(each.limit for each in self.reasons)


class _Start(NamedTuple):
    """Everything that is worked out before the first session of a plan."""

    plan: list[ProposedSession]
    here: Situation
    pasts: Pasts
    screened: Screening
    refused: tuple[Refusal, ...]


def _start(
    sessions: Iterable[ProposedSession], log: Iterable[LoggedSession], skin: Iterable[SkinNote],
    answers: Answers | None, today: datetime.date, device: str | Device | None, area_cm2: Area,
    logged_until: datetime.date | None, limits: Limits | None,
) -> _Start:  # fmt: skip
    plan, notes = sorted(sessions, key=lambda each: each.order), list(skin)
    sites = sites_of({each.site for each in plan})
    everything = list(log)
    held = [each for each in everything if each.site in sites]
    here = situation([*held, *plan], notes, answers, today, device=device, area_cm2=area_cm2, limits=limits)
    screened = screen(answers, sites, today, limits=limits)
    faults = log_problems(everything, today, skin=notes, logged_until=logged_until, limits=limits)
    refused = (*screened.refusals, *(each for each in faults if not plan or set(each.sites) & set(sites)))
    return _Start(plan, here, pasts_of(held, here), screened, refused)


def check_plan(
    sessions: Iterable[ProposedSession], log: Iterable[LoggedSession], skin: Iterable[SkinNote],
    answers: Answers | None, today: datetime.date, *, device: str | Device | None = None,
    area_cm2: Area = None, logged_until: datetime.date | None = None, limits: Limits | None = None,
) -> PlanVerdict:  # fmt: skip
    """Hold a plan against every limit, in the order of its dates, after what was held.

    The ramp of the current and the windows of seven days run across the join of log and plan. Each session of the
    plan is taken to be held, whether it breaks a limit or not.

    Parameters
    ----------
    sessions : of the plan, in any order.
    log, skin : sessions that were held, notes on the skin, in any order.
    answers : to the safety questions; None, or an open one, refuses.
    today : the day of planning; no session may lie before it.
    device : in use, by name or as a `Device`.
    area_cm2 : wetted skin of one side; by site where the plan has several.
    logged_until : day of the diary's last row of any kind; it keeps the log fresh.
    limits : another library than the shipped one.

    Examples
    --------
    >>> today = datetime.date(2026, 3, 2)
    >>> week = [ProposedSession(today + datetime.timedelta(days=d), None, "palms", 8.0 + d, 20.0) for d in range(7)]
    >>> verdict = check_plan(week, [], [], Answers.all_no(today, 34), today)
    >>> [(str(reason.date), reason.limit) for reason in verdict.broken]
    [('2026-03-07', 'sessions_per_week'), ('2026-03-08', 'sessions_per_week')]
    >>> check_plan(week, [], [], None, today).allowed
    False
    """
    start = _start(sessions, log, skin, answers, today, device, area_cm2, logged_until, limits)
    broken: list[Reason] = []
    met: list[Reason] = []
    advice: dict[str, Reason] = {}
    for session in start.plan:
        times = judge_timing(session, start.pasts, start.here)
        dose = judge_dose(session, start.pasts, start.here)
        broken += {**dose.broken, **times.broken}.values()
        met += {**dose.met, **times.met}.values()
        for name, reason in {**dose.advice, **times.advice}.items():
            advice.setdefault(name, reason)
        remember(session, start.pasts, start.here)
    notes = dict.fromkeys(note for each in start.here.frames.values() for note in each.notes)
    return PlanVerdict(
        allowed=not start.refused and not broken, refused=start.refused, broken=gravest_first(broken),
        binding=_by_count(each.limit for each in met), met=gravest_first(met), cautions=start.screened.cautions,
        advice=gravest_first(advice.values()), notes=tuple(notes),
    )  # fmt: skip


def _by_count(names: Iterable[str]) -> tuple[str, ...]:
    counted = Counter(names)
    return tuple(sorted(counted, key=lambda name: (-counted[name], name)))


def repair(
    sessions: Iterable[ProposedSession], log: Iterable[LoggedSession], skin: Iterable[SkinNote],
    answers: Answers | None, today: datetime.date, *, device: str | Device | None = None,
    area_cm2: Area = None, logged_until: datetime.date | None = None, limits: Limits | None = None,
) -> Repaired:  # fmt: skip
    """Change a plan until it breaks nothing: lower currents, shorten sessions, leave out what comes too soon.

    Sessions are taken in the order of their dates, and each is kept if the ones before it let it stand. Nothing is
    moved or added. Parameters are those of `check_plan`. What refuses is in `refused`; sessions at a site that is
    refused are left out.

    Examples
    --------
    >>> today = datetime.date(2026, 3, 2)
    >>> asked = [ProposedSession(today + datetime.timedelta(days=d), None, "palms", 15.0, 20.0) for d in range(4)]
    >>> done = repair(asked, [], [], Answers.all_no(today, 34), today)
    >>> [session.current_mA for session in done.sessions]
    [8.0, 9.0, 10.0, 11.0]
    >>> done.reasons[0].limit, done.reasons[0].did
    ('first_current_palms', 'lowered')
    """
    start = _start(sessions, log, skin, answers, today, device, area_cm2, logged_until, limits)
    kept: list[ProposedSession] = []
    reasons: list[Reason] = []
    for session in start.plan:
        refusal = next((each for each in start.refused if session.site in each.sites), None)
        if refusal is not None:
            reasons.append(_refused(refusal, session))
            continue
        done, why = _mend(session, start.pasts, start.here)
        reasons += why
        if done is not None:
            kept.append(done)
            remember(done, start.pasts, start.here)
    return Repaired(tuple(kept), tuple(reasons), start.refused)


def _refused(refusal: Refusal, session: DatedSession) -> Reason:
    return Reason(
        refusal.question, str(refusal), None, None, "", "log" if refusal.question == "log" else "question",
        "ceiling", refusal.source, session.date, session.site, "dropped",
    )  # fmt: skip


def _mend(
    session: ProposedSession, pasts: Pasts, here: Situation
) -> tuple[ProposedSession | None, list[Reason]]:
    """One session as far as the limits let it stand, or None; and why."""
    why: list[Reason] = []
    at = here.frames[session.site]
    # what shortening can mend, where no other session stands on that day at the same side
    length_names = {each.name for each in at.of("minutes_per_day")}
    times = judge_timing(session, pasts, here)
    if not set(times.broken) <= length_names or (times.broken and not _alone(session, pasts, here)):
        return None, [_dropped(times, length_names)]
    length = [each for each in minutes_reasons(at, None) if each.severity != "advice"]
    if length:
        most = lowest(length, session.minutes, "min", (), f"the minutes at the {session.site}")
        if most.clamped and not most.value > 0:
            return None, [_done(most.reason, session, session.minutes, "dropped")]
        if most.clamped:
            why.append(_done(most.reason, session, session.minutes, "shortened"))
            session = replace(session, minutes=most.value)
    caps = current_reasons(session, pasts, here)
    most = lowest(caps, session.current_mA, "mA", (), f"the current at the {session.site}")
    if most.clamped and not most.value > 0:
        return None, [_done(most.reason, session, session.current_mA, "dropped")]
    if most.clamped:
        why.append(_done(most.reason, session, session.current_mA, "lowered"))
        session = replace(session, current_mA=most.value)
    # what lowering and shortening cannot mend, such as a least value of another library
    for left in (judge_dose(session, pasts, here), judge_timing(session, pasts, here)):
        if left.broken:
            return None, [_dropped(left)]
    return session, why


def _alone(session: DatedSession, pasts: Pasts, here: Situation) -> bool:
    """Whether no other session stands on that day at the same side."""
    day = session.date.toordinal()
    return not any(
        past.on(day) for side in here.sides(session) if (past := pasts.get((session.site, side))) is not None
    )


def _dropped(found: Found, last: Collection[str] = ()) -> Reason:
    """The gravest reason that leaves a session out; limits in `last` speak only where no other does."""
    worst = min(found.broken.values(), key=lambda each: (each.limit in last, GRAVE[each.severity]))
    return replace(worst, did="dropped")


def _done(reason: Reason, session: DatedSession, found: float, did: str) -> Reason:
    return replace(reason, found=found, date=session.date, site=session.site, did=did)


def admissible_dates(
    dates: Iterable[datetime.date], sessions: Iterable[ProposedSession], log: Iterable[LoggedSession],
    skin: Iterable[SkinNote], answers: Answers | None, today: datetime.date, *, site: str = "palms",
    side: str = "both", time: datetime.time | None = None, logged_until: datetime.date | None = None,
    limits: Limits | None = None,
) -> tuple[datetime.date, ...]:  # fmt: skip
    """The dates on which one more session may be held beside those of a plan, whatever its current.

    The windows are looked at on both sides of a date. Where the answers or the log refuse, there is none.

    Examples
    --------
    >>> today = datetime.date(2026, 3, 2)
    >>> days = [today + datetime.timedelta(days=d) for d in range(4)]
    >>> planned = [ProposedSession(days[1], None, "palms", 8.0, 20.0)]
    >>> [day.day for day in admissible_dates(days, planned, [], [], Answers.all_no(today, 34), today)]
    [2, 4, 5]
    """
    wanted = [ProposedSession(day, time, site, 0.0, 0.0, side) for day in sorted(set(dates))]
    if not wanted:
        return ()
    start = _start(
        [*sessions, wanted[0]], log, skin, answers, today, None, None, logged_until, limits
    )  # the first stands for all of them in what does not depend on the day
    if any(site in each.sites for each in start.refused):
        return ()
    planned = [each for each in start.plan if each is not wanted[0]]
    return tuple(more.date for more in wanted if _fits(more, planned, start))


def _fits(more: ProposedSession, planned: list[ProposedSession], start: _Start) -> bool:
    """Whether a session breaks no limit on dates, nor makes a later one of its site break one."""
    pasts = {key: past.copy() for key, past in start.pasts.items() if key[0] == more.site}
    for session in sorted(
        (each for each in (*planned, more) if each.site == more.site), key=lambda each: each.order
    ):
        if session.order >= more.order and judge_timing(session, pasts, start.here).broken:
            return False
        remember(session, pasts, start.here)
    return True
