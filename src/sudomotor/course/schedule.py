"""When sessions happen, and when a step stops."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from sudomotor.course.checks import MAX_DAYS, MAX_SESSIONS, choice, number, optional
from sudomotor.errors import InputError

_ROUND = 1e-9  # so that 3 * 7 / 3 falls on day 7, not 6.999...

RELATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "<": operator.lt,
    ">": operator.gt,
}


@dataclass(frozen=True)
class Schedule:
    """`times` sessions in every `period_days` days, evenly spread from the first day of the step.

    Parameters
    ----------
    times : sessions in a period
    period_days : length of a period in days

    Examples
    --------
    >>> three_a_week = Schedule(3, 7)
    >>> [day for day in range(10) if three_a_week.due(day)]
    [0, 2, 4, 7, 9]
    """

    times: float
    period_days: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "times", number(self.times, "times", above=0))
        object.__setattr__(
            self, "period_days", number(self.period_days, "period_days", above=0, most=MAX_DAYS, unit="days")
        )
        if not 1 / MAX_DAYS <= self.per_day <= 24:
            raise InputError(
                f"{self.per_day:g} sessions a day are not between 1 in a hundred years and 24 a day",
                where="schedule",
                mend="e.g. '3 times a week'",
            )

    @property
    def per_day(self) -> float:
        """Mean number of sessions a day.

        >>> Schedule(1, 10).per_day
        0.1
        """
        return self.times / self.period_days

    @property
    def per_week(self) -> float:
        """Mean number of sessions in seven days.

        >>> Schedule(1, 1).per_week
        7.0
        """
        return 7.0 * self.per_day

    @property
    def words(self) -> str:
        """The schedule as a clause of a sentence.

        >>> Schedule(3, 7).words, Schedule(1, 10).words, Schedule(2, 1).words
        ('3 times a week', 'every 10 days', '2 times a day')
        """
        from sudomotor.course.words import schedule_words

        return schedule_words(self)

    def at_days(self, index: int) -> float:
        """Time of session `index` (from 0) in days after the start of the step.

        >>> Schedule(2, 1).at_days(3)
        1.5
        """
        return index * self.period_days / self.times

    def slot(self, index: int, slots_per_day: int = 1) -> int:
        """The slot in which session `index` (from 0) falls; with one slot a day, its day after the start.

        >>> Schedule(3, 7).slot(1), Schedule(2, 1).slot(3), Schedule(2, 1).slot(3, slots_per_day=2)
        (2, 1, 3)
        """
        return math.floor(self.at_days(index) * slots_per_day + _ROUND)

    def due(self, day: int, slots_per_day: int = 1) -> int:
        """Number of sessions on a day of the step, counted from 0.

        Parameters
        ----------
        day : the day; with several slots a day, the number of the slot
        slots_per_day : equal parts of a day, for schedules with more than one session a day

        Returns
        -------
        int : 0 where nothing is due

        >>> Schedule(2, 1).due(5), Schedule(2, 1).due(11, slots_per_day=2), Schedule(1, 10).due(9)
        (2, 1, 0)
        """
        if day < 0:
            return 0
        return self._before(day + 1, slots_per_day) - self._before(day, slots_per_day)

    def _before(self, day: int, slots_per_day: int) -> int:
        """Number of sessions before a slot: the smallest index whose slot is not before it."""
        guess = max(0, math.floor(day / slots_per_day * self.per_day) - 1)
        while guess > 0 and self.slot(guess - 1, slots_per_day) >= day:
            guess -= 1
        while self.slot(guess, slots_per_day) < day:
            guess += 1
        return guess


@dataclass(frozen=True)
class Condition:
    """Something measured that ends a step once it holds.

    Parameters
    ----------
    measure : "HDSS" (1-4) or "sweat" (mg/min at the treated site, each side)
    relation : "<=", ">=", "<" or ">"
    value : in `unit`
    unit : "1" for HDSS, "mg/min" for sweat; None takes the measure's own

    Examples
    --------
    >>> Condition("HDSS", "<=", 2).met(1.5)
    True
    """

    measure: Literal["HDSS", "sweat"]
    relation: Literal["<=", ">=", "<", ">"]
    value: float
    unit: str | None = None

    def __post_init__(self) -> None:
        choice(self.measure, "measure", ("HDSS", "sweat"))
        choice(self.relation, "relation", RELATIONS)
        if self.measure == "HDSS":
            value = number(self.value, "HDSS", least=1, most=4)
        else:
            value = number(self.value, "sweat", least=0, unit="mg/min")
        object.__setattr__(self, "value", value)
        unit = "1" if self.measure == "HDSS" else "mg/min"
        object.__setattr__(self, "unit", choice(self.unit or unit, "unit", (unit,)))

    def met(self, measured: Any) -> Any:
        """Whether the condition holds; elementwise for an array of measured values (in `unit`).

        >>> Condition("sweat", "<", 20).met(35.0)
        False
        """
        return RELATIONS[self.relation](measured, self.value)

    @property
    def words(self) -> str:
        """The condition as it stands after "until".

        >>> Condition("sweat", "<", 20).words
        'sweat < 20 mg/min'
        """
        from sudomotor.course.words import condition_words

        return condition_words(self)


@dataclass(frozen=True)
class Stop:
    """When a step ends: the first of its rules to hold wins.

    Parameters
    ----------
    for_days : length of the step in days
    for_sessions : number of sessions
    until : a condition

    Examples
    --------
    >>> Stop.parse("until HDSS <= 2 or for 4 weeks") == Stop(for_days=28, until=Condition("HDSS", "<=", 2))
    True
    """

    for_days: float | None = None
    for_sessions: int | None = None
    until: Condition | None = None

    def __post_init__(self) -> None:
        days = optional(self.for_days, "for_days", above=0, most=MAX_DAYS, unit="days")
        object.__setattr__(self, "for_days", days)
        if self.for_sessions is not None:
            count = number(self.for_sessions, "for_sessions", least=1, most=MAX_SESSIONS)
            if count != int(count):
                raise InputError(
                    f"for_sessions must be a whole number, not {count:g}",
                    where="for_sessions",
                    mend=f"e.g. {max(1, round(count))}",
                )
            object.__setattr__(self, "for_sessions", int(count))
        if self.until is not None and not isinstance(self.until, Condition):
            raise InputError(
                f"until must be a Condition, not {self.until!r}",
                where="until",
                mend='e.g. Condition("HDSS", "<=", 2)',
            )
        if self.for_days is None and self.for_sessions is None and self.until is None:
            raise InputError(
                "a stop rule says nothing",
                where="Stop",
                mend="give for_days, for_sessions or until; or no Stop at all",
            )

    @classmethod
    def parse(cls, text: str) -> Stop:
        """Read a stop rule from words.

        >>> Stop.parse("for 10 sessions")
        Stop(for_days=None, for_sessions=10, until=None)
        """
        from sudomotor.course.grammar import parse_stop

        return parse_stop(text)

    @property
    def words(self) -> str:
        """The rule as a clause of a sentence.

        >>> Stop(for_days=28, until=Condition("HDSS", "<=", 2)).words
        'until HDSS <= 2 or for 4 weeks'
        """
        from sudomotor.course.words import stop_words

        return stop_words(self)


def sessions_end_days(schedule: Schedule, sessions: int) -> int:
    """Days that a number of sessions take: up to the day on which the next one would fall.

    >>> sessions_end_days(Schedule(3, 7), 10)
    23
    """
    return max(schedule.slot(sessions), schedule.slot(sessions - 1) + 1)
