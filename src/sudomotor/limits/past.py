"""What was held at one side of one site so far, and what the limits on dates say of one more session."""

from __future__ import annotations

import datetime
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from sudomotor.limits.caps import Frame, reason_of
from sudomotor.limits.dated import DatedSession, SkinNote, hours_between
from sudomotor.limits.library import Limit
from sudomotor.limits.reasons import Reason, equals, exceeds

_WEEK = 7  # days: any seven, not a week of the calendar


@dataclass
class Past:
    """Sessions at one side, by day; `last` is the latest of them."""

    days: list[int] = field(default_factory=list)
    minutes: dict[int, float] = field(default_factory=dict)
    last: DatedSession | None = None

    def add(self, session: DatedSession) -> None:
        """One more session."""
        day = session.date.toordinal()
        insort(self.days, day)
        self.minutes[day] = self.minutes.get(day, 0.0) + session.minutes
        if self.last is None or session.order >= self.last.order:
            self.last = session

    def copy(self) -> Past:
        """A copy that can be added to by itself."""
        return Past(list(self.days), dict(self.minutes), self.last)

    def on(self, day: int) -> int:
        """Sessions on a day."""
        return bisect_right(self.days, day) - bisect_left(self.days, day)

    def week_to(self, day: int) -> int:
        """Sessions in the seven days that end with a day."""
        return bisect_right(self.days, day) - bisect_left(self.days, day - _WEEK + 1)


@dataclass
class Found:
    """What the limits say of one session: broken, met (with equality), and advice; the worst of each limit."""

    session: DatedSession
    broken: dict[str, Reason] = field(default_factory=dict)
    met: dict[str, Reason] = field(default_factory=dict)
    advice: dict[str, Reason] = field(default_factory=dict)

    def limit(self, limit: Limit, value: float, text: str) -> None:
        """Hold a value against a limit."""
        if limit.broken_by(value):
            self._keep(self.advice if limit.severity == "advice" else self.broken, limit, value, text)
        elif limit.severity != "advice" and equals(value, limit.value):
            self._keep(self.met, limit, value, text)

    def _keep(self, where: dict[str, Reason], limit: Limit, value: float, text: str) -> None:
        old = where.get(limit.name)
        worse = old is None or old.found is None or (value > old.found) == (limit.relation == "<=")
        if worse:
            where[limit.name] = self._here(reason_of(limit, text, value, limit.value, limit.unit))

    def cap(self, reason: Reason, value: float) -> None:
        """Hold a value against the cap that a reason sets."""
        bound = 0.0 if reason.bound is None else reason.bound
        if exceeds(value, bound):
            where = self.advice if reason.severity == "advice" else self.broken
        elif reason.severity != "advice" and equals(value, bound):
            where = self.met
        else:
            return
        old = where.get(reason.limit)
        if old is None or (old.bound or 0.0) > bound:
            where[reason.limit] = self._here(replace(reason, found=value))

    def other(self, name: str, text: str, kind: str) -> None:
        """A breach of something that is no limit of the library."""
        self.broken[name] = self._here(Reason(name, text, None, None, "", kind, "limit", ()))

    def _here(self, reason: Reason) -> Reason:
        return replace(reason, date=self.session.date, site=self.session.site)


def timing(found: Found, here: Frame, past: Past, today: datetime.date, rests: Iterable[Rest]) -> None:
    """Hold the date, the time and the length of a session against what was held before."""
    session, day, last = found.session, found.session.date.toordinal(), past.last
    earlier_that_day = (
        last is not None
        and last.date == session.date
        and last.time is not None
        and session.time is not None
        and session.time < last.time
    )
    if session.date < today:
        found.other("past", f"The day lies before today, {today}", "log")
    elif last is not None and (last.date > session.date or earlier_that_day):
        found.other("past", f"The log holds a later session, {last}", "log")
    for limit in here.of("sessions_per_day"):
        count = past.on(day) + 1
        if count > 1:  # a count that one session fills says nothing
            found.limit(limit, count, f"It would be session {count} of the day. {limit.text}")
    for limit in here.of("sessions_per_week"):
        count = past.week_to(day) + 1
        if count > 1:
            found.limit(limit, count, f"It would be session {count} in seven days. {limit.text}")
    for limit in here.of("minutes_per_day"):
        minutes = past.minutes.get(day, 0.0) + session.minutes
        found.limit(limit, minutes, f"It would make {minutes:g} min on that day. {limit.text}")
    if last is not None:
        hours = hours_between(last, session)
        for limit in here.of("rest_hours", relation=">="):
            found.limit(limit, hours, f"It comes {hours:.3g} h after the session before. {limit.text}")
        for limit in here.of("gap_days"):
            days = float(day - last.date.toordinal())
            found.limit(limit, days, f"It comes {days:g} days after the session before. {limit.text}")
    for rest in rests:
        rest.hold(found, session)


@dataclass(frozen=True)
class Rest:
    """The rest that one note on the skin asks for.

    Attributes
    ----------
    note, limit : the note, and the limit that its word has.
    well : day of the first note "ok" after it, or None; matters only where the limit is a ceiling.
    """

    note: SkinNote
    limit: Limit
    well: datetime.date | None

    def hold(self, found: Found, session: DatedSession) -> None:
        """Hold a session against the rest."""
        days = (session.date - self.note.date).days
        if days < 0 or not self.note.concerns(session.site):
            return
        noted = f'The skin was noted as "{self.note.word}" on {self.note.date}, {days} days before.'
        if self.limit.broken_by(days):
            found.limit(self.limit, days, f"{noted} {self.limit.text}")
        elif self.limit.severity == "ceiling" and (self.well is None or self.well > session.date):
            text = f'{noted} It waits for a later note "ok". {self.limit.text}'
            reason = reason_of(self.limit, text, float(days), self.limit.value, self.limit.unit)
            found.broken[self.limit.name] = replace(reason, date=session.date, site=session.site)


def rests_at(site: str, skin: Iterable[SkinNote], here: Frame) -> tuple[Rest, ...]:
    """The rests that notes on the skin ask for at a site."""
    notes = sorted((note for note in skin if note.concerns(site)), key=lambda note: (note.date, note.word))
    well = [note.date for note in notes if note.word == "ok"]
    found = []
    for note in notes:
        for limit in here.of("skin_rest_days", relation=">="):
            if limit.skin == note.word and (limit.value > 0 or limit.severity == "ceiling"):
                after = bisect_right(well, note.date)
                found.append(Rest(note, limit, well[after] if after < len(well) else None))
    return tuple(found)
