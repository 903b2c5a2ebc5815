"""The gate: every schedule passes through the limits before it is looked at, and again before it leaves.

The planner holds no limit of its own. What a person answered, what the log says and what the skin says decide here what may be
planned at all; the reasons come back in words.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from sudomotor.errors import InputError, UnsafeError
from sudomotor.limits import (
    Answers,
    Device,
    Limits,
    LoggedSession,
    PlanVerdict,
    ProposedSession,
    Reason,
    Refusal,
    SkinNote,
    cap,
    check_plan,
    log_problems,
    repair,
    screen,
    skin_notes,
)
from sudomotor.parameters import load
from sudomotor.planning.calendar import Calendar

if TYPE_CHECKING:
    from sudomotor.diary import Diary


class Slot(NamedTuple):
    """A session of a schedule: day from the first that can be planned, current and length."""

    day: int
    current_mA: float
    minutes: float


Schedule = tuple[Slot, ...]


def settable_mA(current_mA: float, step_mA: float) -> float:
    """The highest current that a device can be set to and that is no higher than a current.

    >>> settable_mA(14.7, 0.5), settable_mA(15.0, 0.5), settable_mA(0.3, 0.1), settable_mA(0.4, 0.5)
    (14.5, 15.0, 0.3, 0.0)
    """
    steps = math.floor(current_mA / step_mA + 1e-9)
    found = round(steps * step_mA, 9)
    return found if found <= current_mA else round((steps - 1) * step_mA, 9)


def _step_mA() -> float:
    return load().value("plan_settable_mA")


@dataclass(frozen=True)
class Gate:
    """What one person may do at one site from a date on.

    Attributes
    ----------
    site, first : where, and the date of day 0.
    today : the date of planning.
    log, skin, answers, logged_until : what was held, what the skin showed, what was answered, the log's last row.
    calendar : it gives sessions their time of day, which the rest between two of them counts from.
    device, limits : the device in use and the library of limits.
    step_mA : devices are set in such steps; a current is rounded down to them.
    """

    site: str
    first: datetime.date
    today: datetime.date
    log: tuple[LoggedSession, ...]
    skin: tuple[SkinNote, ...]
    answers: Answers | None
    logged_until: datetime.date | None
    calendar: Calendar = field(default_factory=Calendar.any_day)
    device: Device | None = None
    limits: Limits | None = None
    step_mA: float = field(default_factory=_step_mA)
    _known: dict[Schedule, Schedule] = field(default_factory=dict, repr=False, compare=False)

    def _context(self) -> dict[str, Any]:
        return {"device": self.device, "logged_until": self.logged_until, "limits": self.limits}

    def proposed(self, schedule: Iterable[Slot]) -> tuple[ProposedSession, ...]:
        """The schedule as dated sessions."""
        out = []
        for slot in schedule:
            date = self.first + datetime.timedelta(days=slot.day)
            out.append(
                ProposedSession(date, self.calendar.time_on(date), self.site, slot.current_mA, slot.minutes)
            )
        return tuple(out)

    def refuse(self) -> None:
        """Raise where nothing may be planned.

        Raises
        ------
        UnsafeError
            it names the question or the row of the log, and how to mend it.
        """
        if self.answers is None:
            raise UnsafeError(
                "no plan: the safety questions are not answered",
                where="answers",
                mend="`sudomotor limits ask -o answers.toml` writes them; fill the file in and give it with --answers",
            )
        found = screen(self.answers, self.site, self.today, limits=self.limits)
        refused: list[Refusal] = list(found.refuses(self.site))
        refused += log_problems(
            self.log, self.today, skin=self.skin, logged_until=self.logged_until, limits=self.limits
        )
        if refused:
            raise_refusals(refused)

    def lawful(self, schedule: Iterable[Slot], parent: Schedule | None = None) -> Schedule:
        """The schedule with currents lowered, sessions shortened or left out until no limit is broken.

        Currents are then rounded down to what a device can be set to. A lower current may leave less of a rise to the next
        one, so the limits are asked again until nothing changes.

        `parent` is a lawful schedule that this one was made from. Where it only leaves out, shortens or weakens sessions of
        that one, and makes nothing rise or pause anew, it keeps what its parent keeps, and is not looked at again until it is
        chosen. Of another library than the shipped one that is not presumed.
        """
        wanted = self._settable(schedule)
        if wanted not in self._known:
            if parent is not None and self.limits is None and milder(wanted, parent):
                return wanted
            mended = self._repaired(wanted)
            while (lower := self._settable(mended)) != mended:
                mended = self._repaired(lower)
            self._known[wanted] = mended
        return self._known[wanted]

    def _settable(self, schedule: Iterable[Slot]) -> Schedule:
        """The schedule at currents that a device can be set to; sessions of none are left out."""
        lower = (slot._replace(current_mA=settable_mA(slot.current_mA, self.step_mA)) for slot in schedule)
        return tuple(slot for slot in lower if slot.current_mA > 0)

    def _repaired(self, schedule: Schedule) -> Schedule:
        done = repair(
            self.proposed(schedule), self.log, self.skin, self.answers, self.today, **self._context()
        )
        if done.refused:
            raise_refusals(done.refused)
        return tuple(Slot((one.date - self.first).days, one.current_mA, one.minutes) for one in done.sessions)

    def changes(self, schedule: Iterable[Slot]) -> tuple[Reason, ...]:
        """Why the limits would not let a schedule stand as it is."""
        return repair(
            self.proposed(schedule), self.log, self.skin, self.answers, self.today, **self._context()
        ).reasons

    def verdict(self, schedule: Iterable[Slot]) -> PlanVerdict:
        """The schedule held against every limit."""
        return check_plan(
            self.proposed(schedule), self.log, self.skin, self.answers, self.today, **self._context()
        )

    def top_mA(self, minutes: float) -> float:
        """The highest current to plan for that a device can be set to, whatever the last one was.

        It is the lowest limit; and no more than what is usual at the site, unless more was used already.
        """
        age = self.answers.age_years if self.answers is not None else None
        found = cap(
            None, minutes, site=self.site, age_years=age, device=self.device, ramp=False, limits=self.limits
        )
        usual = [one.bound for one in found.reasons if one.severity == "advice" and one.bound is not None]
        used = max((one.current_mA for one in self.log if one.site == self.site), default=0.0)
        return settable_mA(min(found.value_mA, max(min(usual, default=found.value_mA), used)), self.step_mA)


def milder(schedule: Schedule, parent: Schedule) -> bool:
    """Whether a schedule only leaves out, shortens or weakens sessions of another, and nothing rises or pauses anew.

    >>> a = (Slot(0, 8.0, 20.0), Slot(2, 9.0, 20.0), Slot(4, 9.0, 20.0))
    >>> milder((a[0], a[1]), a), milder((a[1], a[2]), a), milder((a[0], a[2]), a)
    (True, False, False)
    """
    if not schedule or not parent or schedule[0].day != parent[0].day:
        return False
    of = {slot.day: (i, slot) for i, slot in enumerate(parent)}
    longest = max((after.day - before.day for before, after in pairwise(parent)), default=0)
    for i, slot in enumerate(schedule):
        found = of.get(slot.day)
        if found is None or slot.minutes > found[1].minutes or slot.current_mA > found[1].current_mA:
            return False
        if i == 0:
            continue
        before = schedule[i - 1]
        same = found[0] > 0 and parent[found[0] - 1] == before
        if not same and (slot.current_mA > before.current_mA or slot.day - before.day > longest):
            return False
    return True


def raise_refusals(refused: Sequence[Refusal]) -> None:
    """Turn refusals into one error that names each."""
    first = refused[0]
    where = f"question '{first.question}'" if first.question not in ("log",) else "the log"
    more = "; ".join(each.text for each in refused[1:])
    raise UnsafeError(
        f"no plan: {first.text}" + (f" Also: {more}" if more else ""), where=where, mend=first.mend
    )


def logged(diary: Diary) -> tuple[tuple[LoggedSession, ...], tuple[SkinNote, ...]]:
    """The sessions held and the notes on the skin of a diary, as the limits take them."""
    held = tuple(
        LoggedSession(
            date=one.date, time=one.time, site=one.site or diary.sites[0],
            current_mA=float(one.current_mA or 0.0), minutes=float(one.minutes or 0.0), side=one.side or "both",
        )
        for one in diary.sessions
    )  # fmt: skip
    skin: list[SkinNote] = []
    for one in diary.entries:
        if one.skin:
            try:
                skin += skin_notes(one.date, one.site, one.skin)
            except InputError as error:
                raise InputError(
                    error.what, where=f"row {one.row} of the diary, column 'skin'", mend=error.mend
                ) from None
    return held, tuple(skin)
