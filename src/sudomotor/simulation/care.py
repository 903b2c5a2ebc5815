"""The calendar of other treatments: on which days each person holds their acts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import CareStep, Course, alongside, session_days
from sudomotor.model.treatments import CareActs

Array = NDArray[np.float64]


def care_acts(course: Course, step_of_day: NDArray[np.int64], days: int) -> tuple[CareActs, ...]:
    """The acts of each treatment of a course that is no current, day by day; () without any.

    A step of the sequence begins on the day on which a person enters it. One that runs alongside begins with the step
    that it accompanies, and lasts as long as that unless it says how long.

    Parameters
    ----------
    course : what is done.
    step_of_day : (day, person) step of the sequence that is in force on each day, from 0.
    days : the last day.

    Examples
    --------
    >>> course = Course("Pause for 3 days", "Exposure for 20 minutes, daily for 2 days")
    >>> care_acts(course, np.array([0, 0, 0, 1, 1, 2])[:, None], 5)[0].count[:, 0].tolist()
    [0.0, 0.0, 0.0, 1.0, 1.0, 0.0]
    """
    found, index = [], -1
    for step in course.steps:
        index += not alongside(step)
        if isinstance(step, CareStep):
            found.append(CareActs(step, _count(step, step_of_day[: days + 1], index)))
    return tuple(found)


def _count(step: CareStep, step_of_day: NDArray[np.int64], index: int) -> Array:
    rows = len(step_of_day)
    planned = np.bincount(session_days(step, rows), minlength=rows)[:rows].astype(float)
    # who passes a step by on the day on which it would begin has reached it on that day
    reached = step_of_day >= index
    entry = np.where(reached.any(axis=0), np.argmax(reached, axis=0), rows)
    since = np.arange(rows)[:, None] - entry
    count = np.where(since >= 0, planned[np.maximum(since, 0)], 0.0)
    if step.meanwhile and step.stop is None:
        count = np.where(step_of_day == index, count, 0.0)
    return count


def care_assumptions(course: Course) -> list[str]:
    """What is taken for granted about the other treatments of a course, in words."""
    steps = [step for step in course.steps if isinstance(step, CareStep)]
    if not steps:
        return []
    said = []
    if course.missed_pct:
        said.append("missed sessions are sessions of current: other treatments are held as planned")
    if any(step.sites for step in steps):
        said.append(
            "other treatments of the skin and current act independently of one another; what they do to the skin "
            "besides drying it is not followed"
        )
        rules = [step.stop for step in course.sequence if not isinstance(step, CareStep)]
        if any(stop is not None and stop.until is not None for stop in rules):
            said.append("rules that end a step look at what the current has done, not at other treatments")
    if any(step.kind == "glycopyrronium" for step in steps):
        said.append("the current that carries glycopyrronium is not counted as a session of current")
    if any(not step.sites for step in steps):
        said.append("exposure, CBT and biofeedback change no gland: they act on the mind alone")
    return said
