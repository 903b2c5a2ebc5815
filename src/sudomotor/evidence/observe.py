"""What a study would have measured: the layer between the true sweat of a virtual arm and published numbers.

A gravimetric reading of a person is

    reading = true sweat x habituation x soak x exp(e z) x study factor ,   0 where below the floor

- true sweat: of the named side, or the mean of both sides of the site.
- habituation to the test grows with the sessions attended and is lost with the days since the last one.
- soak: hidromeiosis of skin that was in water, sham or not; read 1 h after a session on its day, 24 h later a
  day after.
- e z: the error of one reading about the person's own mean (mostly the state of that day, so common to both
  sides).
- study factor: exp(s N), one for each virtual study, on the follow-up relative to the baseline.

The baseline reading is the screening reading on which people were included: whoever came in by a high reading
reads less the next time, and regression to the mean comes out of that. Starch-iodine is graded on the sweat
of the same days. Courses of sessions and of days (`sessions_to_control`, `failures_pct`, `remission_days`)
are followed on sweat x habituation without the error of single readings, which would make anybody cross a
threshold once in a while. HDSS is about daily life: it is answered on true sweat, without habituation to the
test and without soak.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import TreatStep
from sudomotor.evidence.cohort import RELAPSE_HORIZON_DAYS
from sudomotor.evidence.records import Moment
from sudomotor.evidence.vocabulary import place_site, sides_of
from sudomotor.model.scales import SINGULAR
from sudomotor.parameters import Parameters
from sudomotor.simulation import History

Array = NDArray[np.float64]
Index = NDArray[np.int64]

HOURS_TO_READING = 1.0  # between a session and a reading on its day


@dataclass(frozen=True)
class Criteria:
    """Readings of the file's criteria that are judged: `normal` as a sweat rate of one palm (assumed range
    8-20).
    """

    normal_palm_mg_per_min: float = 10.0

    def threshold(self, criterion: str, site: str, p: Parameters) -> float | None:
        """The threshold in mg/min of one side; None for `halved`, relative to each person's own baseline.

        `normal` of another site is the same share of its control as the palm's.
        """
        if criterion == "halved":
            return None
        control = p.value(f"control_{SINGULAR[site]}_mg_per_min")
        share = self.normal_palm_mg_per_min / p.value("control_palm_mg_per_min")
        return control if criterion == "controlled" else control * share


class Follow:
    """One place of a history, followed day by day; arrays (day, person) unless said."""

    def __init__(self, history: History, place: str, p: Parameters) -> None:
        self.history, self.place, self.p = history, place, p
        self.site = place_site(place)
        self.people = np.arange(history.people.n)

    @cached_property
    def own(self) -> Array:
        """Own mean sweat before treatment, mg/min; (person,)."""
        return self.history.people.baseline(self.site)

    @cached_property
    def screening(self) -> Array:
        """The reading before treatment, mg/min; (person,)."""
        reading = self.history.people.screening_mg_per_min[self.site]
        return np.where(reading < self.p.value("gravimetry_floor_mg_per_min"), 0.0, reading)

    @cached_property
    def sweat(self) -> Array:
        """True sweat before the day's session."""
        return self.history.sweat_of(self.place)

    @cached_property
    def sweat_after(self) -> Array:
        """True sweat after the day's session."""
        return self.history.sweat_of(self.place, after=True)

    @cached_property
    def attended(self) -> Array:
        """Sessions attended up to and with the day."""
        return np.cumsum(self.history.session, axis=0)

    @cached_property
    def last_session(self) -> Index:
        """Day of each person's last session, 0 where there is none; (person,)."""
        held = self.history.session > 0
        return np.where(held.any(axis=0), len(held) - 1 - np.argmax(held[::-1], axis=0), 0)

    @cached_property
    def since_session(self) -> Array:
        """Days since the last session before the day; inf where there was none."""
        days = np.arange(len(self.history.session), dtype=float)[:, None]
        latest = np.maximum.accumulate(np.where(self.history.session > 0, days, -np.inf), axis=0)
        before = np.concatenate([np.full((1, latest.shape[1]), -np.inf), latest[:-1]])
        return np.asarray(days - before)

    @cached_property
    def wet_share(self) -> float:
        """Share of the place's sides that lie in the water of a session, sham or not."""
        wet: set[str] = set()
        for step in self.history.course.steps:
            if isinstance(step, TreatStep):
                wet |= set(step.session.electrodes)
        sides = sides_of(self.place)
        return sum(side in wet for side in sides) / len(sides)

    def habituation(self, visits: Array, days_since: Array) -> Array:
        """Factor on the reading by being used to the test."""
        p = self.p
        grown = -np.expm1(-visits / p.value("habituation_visits"))
        return np.exp(-p.value("habituation_log") * grown * np.exp(-days_since / p.value("habituation_days")))

    @cached_property
    def tested(self) -> Array:
        """True sweat x habituation at a test before the day's session."""
        visits = np.concatenate([np.zeros((1, self.attended.shape[1])), self.attended[:-1]])
        return self.sweat * self.habituation(visits, self.since_session)

    def day_of(self, when: Moment) -> tuple[Index, bool]:
        """Day of the reading of each person (person,), and whether it comes after that day's session."""
        if when.day is not None:
            return np.full(self.people.size, when.day), False
        after = when.days_after_last_session or 0
        return self.last_session + after, after == 0

    def at(self, values: Array, day: Index) -> Array:
        """Values (day, person) on each person's own day; (person,)."""
        return values[day, self.people]

    def clean_reading(self, when: Moment) -> Array:
        """Sweat x habituation x soak at the time of a reading, without error and study factor; (person,)."""
        day, after = self.day_of(when)
        if after:
            visits, since = self.at(self.attended, day), np.zeros(self.people.size)
            hours = np.full(self.people.size, HOURS_TO_READING)
            # a person without any session has not been in the water
            hours = np.where(visits > 0, hours, np.inf)
            sweat = self.at(self.sweat_after, day)
        else:
            visits = np.where(day > 0, self.at(self.attended, np.maximum(day - 1, 0)), 0.0)
            since = self.at(self.since_session, day)
            hours, sweat = 24.0 * since, self.at(self.sweat, day)
        soak = self.p.value("soak_log") * np.exp(-hours / self.p.value("soak_hours"))
        wet = self.wet_share
        return sweat * self.habituation(visits, since) * (wet * np.exp(-soak) + 1.0 - wet)

    def true_sweat(self, when: Moment) -> Array:
        """True sweat at the time of a reading; (person,)."""
        day, after = self.day_of(when)
        return self.at(self.sweat_after if after else self.sweat, day)

    def blocked(self, when: Moment) -> Array:
        """Fraction of glands blocked at the time of a reading, mean of the place's sides; (person,)."""
        day, after = self.day_of(when)
        sides = [self.at(self.history.blocked_of(side, after=after), day) for side in sides_of(self.place)]
        return np.asarray(sum(sides) / len(sides))

    def below(self, sweat: Array, threshold: float | None) -> NDArray[np.bool_]:
        """Whether (error-free) sweat (…, person) meets a criterion."""
        return sweat <= 0.5 * self.own if threshold is None else sweat < threshold

    def sessions_to_control(self, threshold: float | None, log_factor: float = 0.0) -> Array:
        """Sessions until the reading one day after a session is below the threshold; nan for never;
        (person,).
        """
        met = self.below(self.tested * np.exp(log_factor), threshold)[1:] & (self.history.session[:-1] > 0)
        day = np.argmax(met, axis=0)
        return np.where(met.any(axis=0), self.attended[day, self.people], np.nan)

    def remission_days(self, threshold: float | None, log_factor: float = 0.0) -> Array:
        """Days from the last session until above the threshold again; (person,).

        nan for people who are not below it a day after the last session, and for those who are below it
        untreated: they have no relapse to wait for. Whoever is still below after `RELAPSE_HORIZON_DAYS`
        counts with so many. Between two daily readings the crossing is interpolated on the logarithm.
        """
        tested = self.tested * np.exp(log_factor)
        limit = np.log(0.5 * self.own if threshold is None else np.full(self.people.size, threshold))
        days = np.arange(RELAPSE_HORIZON_DAYS + 1)
        day = np.minimum(self.last_session + days[:, None], len(tested) - 1)
        excess = np.log(np.maximum(tested[day, self.people], 1e-9)) - limit
        above = excess[1:] > 0
        first = np.argmax(above, axis=0) + 1
        before, after = self.at(excess, first - 1), self.at(excess, first)
        part = np.where(after > before, -before / np.where(after > before, after - before, 1.0), 0.0)
        crossing = np.where(
            above.any(axis=0), first - 1 + np.clip(part, 0.0, 1.0), float(RELAPSE_HORIZON_DAYS)
        )
        timed = (excess[1] <= 0) & (np.log(np.maximum(self.own, 1e-9)) + log_factor > limit)
        return np.where(timed, crossing, np.nan)

    def volts(self) -> Array:
        """Volts at the end of a session, mean over a person's sessions and the sides in the circuit; nan
        without; (person,).
        """
        volts = self.history.volts
        on = [i for i, side in enumerate(self.history.sides) if side in sides_of(self.place)] or list(
            range(volts.shape[1])
        )
        held = self.history.session > 0
        total = np.where(held[:, None], volts[:, on], 0.0).sum(axis=0).mean(axis=0)
        return np.where(held.any(axis=0), total / np.maximum(held.sum(axis=0), 1), np.nan)
