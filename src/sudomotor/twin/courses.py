"""From words to sessions on the days ahead."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sudomotor.course import CareStep, Course, PauseStep, TreatStep
from sudomotor.errors import InputError
from sudomotor.simulation.planned import PlannedSession, SessionLike

if TYPE_CHECKING:
    from sudomotor.twin.twin import Twin

LATELY_DAYS = 28


def planned(
    course: Course | str | Sequence[SessionLike], days: int, site: str
) -> tuple[list[PlannedSession], str, tuple[str, ...]]:
    """Sessions of a course on the days ahead, what it is called, and what was assumed.

    Raises
    ------
    InputError
        where the course ends a step by a rule on the outcome, treats one side alone, or is no direct current.

    >>> sessions, _, _ = planned("Treat palms at 15 mA DC for 20 minutes, every 10 days", 30, "palms")
    >>> [session.day for session in sessions]
    [0, 10, 20]
    """
    if not isinstance(course, str | Course):
        rows = [PlannedSession(s.day, s.current_mA, s.minutes, s.site) for s in course]
        return rows, f"{len(rows)} sessions on given days" if rows else "no sessions", ()
    whole = course if isinstance(course, Course) else Course(course)
    out: list[PlannedSession] = []
    begin = 0
    for step in whole.sequence:
        if begin >= days:
            break
        if isinstance(step, CareStep):
            raise InputError(
                f"a forecast follows sessions of current; '{step.words}' is another treatment", where=f"“{step.words}”",
                mend="`sudomotor run` simulates other treatments",
            )  # fmt: skip
        stop = step.stop
        if stop is not None and stop.until is not None:
            raise InputError(
                f"'{step.words}' ends by a rule on the outcome: it has no dates", where=f"“{step.words}”",
                mend="give its length, e.g. 'for 4 weeks'; `sudomotor plan` finds dates",
            )  # fmt: skip
        length = days - begin
        if stop is not None and stop.for_days is not None:
            length = min(length, round(stop.for_days))
        if isinstance(step, PauseStep):
            begin += length
            continue
        assert isinstance(step, TreatStep)
        sessions = _of_step(step, begin, length, stop.for_sessions if stop is not None else None)
        out.extend(sessions)
        if stop is not None and stop.for_sessions is not None and sessions:
            begin = max(session.day for session in sessions) + 1
        else:
            begin += length
    note = () if out else ("no session falls into these days",)
    return out, "; ".join(whole.words), note


def _of_step(step: TreatStep, begin: int, length: int, most: float | None) -> list[PlannedSession]:
    session, schedule = step.session, step.schedule
    if session.waveform is None or session.waveform.kind != "dc":
        raise InputError(
            "the twin knows direct current only: a diary has no other", where=f"“{step.words}”",
            mend="write the mean current of a pulsed device as DC",
        )  # fmt: skip
    if session.side != "both":
        raise InputError(
            f"the twin plans both sides together, not the {session.side} alone", where=f"“{step.words}”",
            mend="leave the side out",
        )  # fmt: skip
    if schedule.per_day > 1.0 + 1e-9:
        raise InputError(
            f"{schedule.per_day:g} sessions a day are more than labels allow", where=f"“{step.words}”",
            mend="at most one a day",
        )  # fmt: skip
    rows = []
    for day in range(length):
        if not schedule.due(day):
            continue
        for site in session.sites:
            rows.append(PlannedSession(begin + day, session.waveform.current_mA, session.minutes, site))
        if most is not None and len(rows) >= most * len(session.sites):
            break
    return rows


def as_lately(twin: Twin, days: int) -> tuple[list[PlannedSession], str, tuple[str, ...]]:
    """Go on as in the last four weeks of the diary: the usual setting, at the mean interval, by site."""
    last = twin.diary.last
    rows: list[PlannedSession] = []
    words = []
    for site in twin.grid.sites:
        mine = [
            s
            for s in twin.diary.sessions
            if (s.site or "palms") == site and (last - s.date).days < LATELY_DAYS
        ]
        if not mine:
            continue
        (current, minutes), _ = Counter((s.current_mA, s.minutes) for s in reversed(mine)).most_common(1)[0]
        assert current is not None
        assert minutes is not None
        span = min(LATELY_DAYS, twin.grid.days)
        interval = max(1.0, span / len(mine))
        next_day = interval - 1.0 - (last - mine[-1].date).days
        for at in np.arange(max(next_day, 0.0), days, interval):
            rows.append(PlannedSession(int(at), float(current), float(minutes), site))
        words.append(f"{site} at {current:g} mA for {minutes:g} minutes, every {interval:.3g} days")
    if not rows:
        note = f"no session in the last {LATELY_DAYS} days of the diary, so none is taken ahead"
        return [], "as lately: no sessions", (note,)
    label = "as lately: " + "; ".join(words)
    return rows, label, (f"sessions go on as in the last {LATELY_DAYS} days of the diary",)
