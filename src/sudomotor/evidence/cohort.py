"""The virtual people of an arm, and the protocol that each virtual study carried out.

A real study has one protocol: one water, one current, one schedule. So people come in groups, one group a
virtual study, and what the source leaves open (`assumed`) is drawn once a group, uniformly over its range.
The draw is a low-discrepancy sequence, the same for every arm with the same seed: group g has the same place
in every range, and person i is the same person, so arms differ by their treatment and not by luck.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import CareStep, Course, Step, TreatStep, alongside
from sudomotor.errors import InputError
from sudomotor.evidence.records import Arm, Moment
from sudomotor.evidence.vocabulary import ASSUMABLE, place_site
from sudomotor.model.scales import hdss_mean
from sudomotor.parameters import Parameters
from sudomotor.person import People, draw

Array = NDArray[np.float64]
# People of one virtual study that are simulated at most; a larger study is drawn from them with replacement.
MAX_GROUP = 120
# Days that relapse is waited for; people who are still controlled then count with this many.
RELAPSE_HORIZON_DAYS = 180
# A course that only a condition ends is followed for this long.
CONDITION_HORIZON_DAYS = 365
MAX_HORIZON_DAYS = 3653
MAX_HDSS_SHIFT = 25.0


@dataclass(frozen=True)
class Cohort:
    """People of an arm: `group` (n,) numbers the virtual study of each, `overrides` what their protocol
    was.
    """

    people: People
    group: NDArray[np.int64]
    group_size: int
    overrides: Mapping[str, Array]
    notes: tuple[str, ...]

    @property
    def groups(self) -> int:
        """Number of virtual studies."""
        return int(self.group[-1]) + 1


def draw_cohort(
    arm: Arm, *, people: int, studies: int, seed: int, parameters: Parameters, group_size: int | None = None
) -> Cohort:
    """Draw an arm's people.

    Parameters
    ----------
    arm : the arm.
    people, studies : the least number of people and of virtual studies; whichever asks for more decides.
    seed : the identical seed gives the identical people and protocols.
    group_size : people of one virtual study; by default the arm's own n, at most `MAX_GROUP`.
    """
    size = min(arm.n, MAX_GROUP) if group_size is None else group_size
    groups = max(studies, math.ceil(people / size))
    n = groups * size
    stated = {place_site(arm.place): arm.baseline.sweat_mg_per_min} if arm.baseline.sweat_mg_per_min else None
    try:
        drawn = draw(arm.population, n, seed, parameters, baseline_mean=stated)
    except InputError as error:
        where = f"arm '{arm.name}'" + (f"; {error.where}" if error.where else "")
        raise InputError(error.what, where=where, mend=error.mend) from None
    group = np.repeat(np.arange(groups), size)
    overrides = {key: pair[0] + (pair[1] - pair[0]) * u[group] for key, pair, u in _points(arm, groups, seed)}
    notes = list(drawn.notes)
    if arm.n > MAX_GROUP:
        notes.append(f"{arm.n} people a study: drawn with replacement from {MAX_GROUP} of each virtual study")
    return Cohort(drawn, group, size, MappingProxyType(overrides), tuple(notes))


def _points(arm: Arm, groups: int, seed: int) -> list[tuple[str, tuple[float, float], Array]]:
    """Places in (0, 1) of each group in each assumed range: Roberts' additive sequence with a seeded
    start.
    """
    ratio = 1.0
    for _ in range(60):  # the root of x^(d+1) = x + 1, d = number of keys
        ratio = (1.0 + ratio) ** (1.0 / (len(ASSUMABLE) + 1))
    start = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x617373]))).random(
        len(ASSUMABLE)
    )
    found = []
    for j, key in enumerate(ASSUMABLE):
        if key in arm.assumed:
            step = ratio ** -(j + 1.0)
            found.append((key, arm.assumed[key], np.mod(start[j] + step * np.arange(1, groups + 1), 1.0)))
    return found


def with_stated_hdss(people: People, arm: Arm, parameters: Parameters) -> tuple[People, tuple[str, ...]]:
    """People whose HDSS before treatment has the mean that the study states: all answers moved by one
    shift (bisection).
    """
    target = arm.baseline.hdss_mean
    if target is None:
        return people, ()
    site = place_site(arm.place)
    sweat, own = people.baseline(site), people["hdss_shift"]

    def mean(shift: float) -> float:
        return float(np.mean(hdss_mean(sweat, own + shift, site, parameters)))

    low, high = -MAX_HDSS_SHIFT, MAX_HDSS_SHIFT
    if not mean(low) < target < mean(high):
        raise InputError(
            f"no shift gives these people a mean HDSS of {target:g}",
            where=f"arm '{arm.name}', baseline",
            mend="correct hdss_mean, or name the population that the study had",
        )
    for _ in range(50):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if mean(middle) < target else (low, middle)
    drawn = MappingProxyType({**people.drawn, "hdss_shift": own + high})
    note = f"HDSS answers moved by {high:+.2f} logits, for the stated mean of {target:g} before treatment"
    return replace(people, drawn=drawn), (note,)


def bounded_course(arm: Arm) -> tuple[Course, int, tuple[str, ...]]:
    """The arm's course with an end for every step, the last day that it may take, and what was added.

    A step that only a condition ends is given `CONDITION_HORIZON_DAYS`; one that a number of sessions ends,
    the days that these take at the lowest rate assumed, and at the stated share of missed sessions.
    """
    rate = arm.assumed.get("sessions_per_week")
    taken = 1.0 - arm.course.missed_pct / 100.0
    steps: list[Step] = []
    end, notes = 0.0, list[str]()
    for step in arm.course.steps:
        if alongside(step):
            steps.append(step)
            continue
        stop = step.stop
        days = None if stop is None else stop.for_days
        if (
            stop is not None
            and days is None
            and stop.for_sessions is not None
            and isinstance(step, TreatStep)
        ):
            per_day = rate[0] / 7.0 if rate else step.schedule.per_day
            # missed sessions are made up for, and luck may miss several in a row
            days = math.ceil(stop.for_sessions / per_day * (1.0 if taken == 1.0 else 2.0 / taken)) + 1.0
        elif isinstance(step, CareStep):
            days = step.days
        elif stop is not None and days is None:
            days = float(CONDITION_HORIZON_DAYS)
            notes.append(f"a step that only a condition ends is followed for {CONDITION_HORIZON_DAYS} days")
        if isinstance(step, TreatStep):
            steps.append(step if stop is None else replace(step, stop=replace(stop, for_days=days)))
        elif isinstance(step, CareStep):
            steps.append(step)
        else:
            steps.append(replace(step, for_days=days))
        end += days or 0.0
    course = Course(*steps, start=arm.course.start, missed_pct=arm.course.missed_pct)
    return course, math.ceil(end), tuple(notes)


def horizon_days(arm: Arm, last: int, moments: tuple[Moment | None, ...], relapse: bool) -> int:
    """Days to simulate: to the last reading, where the course is over on day `last`, and through the
    relapse.
    """
    days = last + 1
    for moment in moments:
        if moment is not None:
            days = max(
                days, moment.day if moment.day is not None else last + (moment.days_after_last_session or 0)
            )
    if relapse:
        days = max(days, last + RELAPSE_HORIZON_DAYS)
    if days > MAX_HORIZON_DAYS:
        raise InputError(
            f"the arm would have to be followed for {days} days",
            where=f"arm '{arm.name}'",
            mend=f"the simulator follows people for at most {MAX_HORIZON_DAYS} days: read the outcome sooner",
        )
    return days
