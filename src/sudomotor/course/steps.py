"""The steps of a course: to treat (or sham) on a schedule, to pause, and other treatments."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sudomotor.course.care import CareStep
from sudomotor.course.checks import MAX_DAYS, of_type, optional
from sudomotor.course.schedule import Condition, Schedule, Stop, sessions_end_days
from sudomotor.course.treatment import Session
from sudomotor.errors import InputError


@dataclass(frozen=True)
class TreatStep:
    """Sessions on a schedule, until a stop rule holds. A sham step is one whose session has no waveform.

    Parameters
    ----------
    session : what happens each time
    schedule : when
    stop : when the step ends; None runs on, which only the last step of a course may do

    Examples
    --------
    >>> TreatStep(Session("15 mA DC for 20 minutes"), Schedule(3, 7), Stop(for_days=28)).words
    'Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks'
    """

    session: Session
    schedule: Schedule
    stop: Stop | None = None

    def __post_init__(self) -> None:
        of_type(self.session, Session, "session", 'Session("15 mA DC for 20 minutes")')
        of_type(self.schedule, Schedule, "schedule", "Schedule(3, 7)")
        if self.stop is not None:
            of_type(self.stop, Stop, "stop", "Stop(for_days=28)")
        if self.session.minutes * self.schedule.per_day > 1440:
            raise InputError(
                f"{self.session.minutes:g} minutes do not fit {self.schedule.per_day:g} times into a day",
                where="schedule",
                mend="fewer or shorter sessions, e.g. '3 times a week'",
            )

    @property
    def sham(self) -> bool:
        """Whether no current flows."""
        return self.session.waveform is None

    @property
    def days(self) -> float | None:
        """The longest that the step can last, in days; None where only a condition or the horizon ends it.

        >>> TreatStep(Session("15 mA DC for 20 minutes"), Schedule(3, 7), Stop(for_sessions=10)).days
        23.0
        """
        if self.stop is None:
            return None
        ends = []
        if self.stop.for_days is not None:
            ends.append(self.stop.for_days)
        if self.stop.for_sessions is not None:
            ends.append(float(sessions_end_days(self.schedule, self.stop.for_sessions)))
        return min(ends, default=None)

    @property
    def words(self) -> str:
        """The step as a sentence that reads back to it."""
        from sudomotor.course.words import step_words

        return step_words(self)


@dataclass(frozen=True)
class PauseStep:
    """No sessions, for a time or until a condition holds, whichever comes first.

    Parameters
    ----------
    for_days : length in days
    until : a condition
        Without either the pause runs on, which only the last step of a course may do.

    Examples
    --------
    >>> PauseStep(14).words
    'Pause for 2 weeks'
    """

    for_days: float | None = None
    until: Condition | None = None

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "for_days", optional(self.for_days, "for_days", above=0, most=MAX_DAYS, unit="days")
        )
        if self.until is not None:
            of_type(self.until, Condition, "until", 'Condition("HDSS", ">=", 3)')

    @property
    def stop(self) -> Stop | None:
        """The stop rule in the form that treatment steps have."""
        if self.for_days is None and self.until is None:
            return None
        return Stop(for_days=self.for_days, until=self.until)

    @property
    def days(self) -> float | None:
        """The longest that it can last, in days; None where only a condition or the horizon ends it."""
        return self.for_days

    @property
    def words(self) -> str:
        """The step as a sentence that reads back to it."""
        from sudomotor.course.words import step_words

        return step_words(self)


Step = TreatStep | PauseStep | CareStep


def alongside(step: object) -> bool:
    """Whether a step runs alongside the one before it.

    >>> alongside(CareStep("cbt", Schedule(1, 7), meanwhile=True))
    True
    """
    return isinstance(step, CareStep) and step.meanwhile


def session_days(step: Step, n_days: float) -> tuple[int, ...]:
    """The day of each session of a step, counted from the step's first day, conditions aside.

    Parameters
    ----------
    step : a step; of other treatments the acts are counted
    n_days : days that are left for it; the step's own end comes first if it is sooner

    Returns
    -------
    tuple of int : non-decreasing, shape (sessions,); a day stands twice where two sessions fall on it

    Examples
    --------
    >>> seven_in_four_weeks = TreatStep(Session("12 mA for 20 minutes"), Schedule(7, 28), Stop(for_days=28))
    >>> session_days(seven_in_four_weeks, 180)
    (0, 4, 8, 12, 16, 20, 24)
    """
    if isinstance(step, PauseStep):
        return ()
    end = n_days if step.stop is None or step.stop.for_days is None else min(n_days, step.stop.for_days)
    # a session belongs to a step when it begins before the step's end
    count = max(0, math.floor(end * step.schedule.per_day) + 2) if end > 0 else 0
    if step.stop is not None and step.stop.for_sessions is not None:
        count = min(count, step.stop.for_sessions)
    days = (step.schedule.slot(index) for index in range(count))
    return tuple(
        day for index, day in enumerate(days) if day < end and step.schedule.at_days(index) < end - 1e-9
    )
