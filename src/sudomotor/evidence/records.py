"""What an evidence file holds: studies, arms, outcomes and ordinal facts, as frozen records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sudomotor.course import CareStep, Course, TreatStep
from sudomotor.evidence.vocabulary import Measure

Range = tuple[float, float]


@dataclass(frozen=True)
class Moment:
    """When an outcome is read: whole days after the last session, or a day counted from the first session."""

    days_after_last_session: int | None = None
    day: int | None = None

    @property
    def words(self) -> str:
        """The time in words.

        >>> Moment(days_after_last_session=7).words, Moment(day=21).words
        ('7 d after the last session', 'week 3')
        """
        if self.day is not None:
            return f"week {self.day / 7:g}"
        return f"{self.days_after_last_session} d after the last session"


@dataclass(frozen=True)
class Baseline:
    """What a study says of its people before treatment; sweat is the mean reading of one side."""

    sweat_mg_per_min: float | None = None
    hdss_mean: float | None = None


@dataclass(frozen=True)
class Outcome:
    """One published number."""

    measure: Measure
    criterion: str | None
    when: Moment | None
    place: str
    value: float
    tolerance: float
    counts: bool
    weight: str

    @property
    def at(self) -> str:
        """When it was read, in words."""
        return self.when.words if self.when else "over the course"


@dataclass(frozen=True)
class Arm:
    """One arm of a study, with what holds for it from the study and the file."""

    name: str
    course: Course
    place: str
    population: str
    n: int
    baseline: Baseline
    assumed: Mapping[str, Range]
    outcomes: tuple[Outcome, ...]
    notes: tuple[str, ...] = ()

    @property
    def sham(self) -> bool:
        """Whether nothing in any step treats: no current flows, and no other treatment is given."""
        return all(
            step.sham if isinstance(step, TreatStep) else not isinstance(step, CareStep)
            for step in self.course.steps
        )


@dataclass(frozen=True)
class Study:
    """A published study."""

    id: str
    citation: str
    arms: tuple[Arm, ...]


@dataclass(frozen=True)
class OrderArm:
    """One side of an ordinal fact."""

    arm: Arm
    criterion: str | None
    when: Moment | None


@dataclass(frozen=True)
class Order:
    """An ordinal fact: the measure of `more` exceeds that of `less` by at least `min_ratio`."""

    id: str
    citation: str
    measure: Measure
    min_ratio: float
    more: OrderArm
    less: OrderArm


@dataclass(frozen=True)
class Evidence:
    """A whole file."""

    name: str
    studies: tuple[Study, ...]
    orders: tuple[Order, ...]

    @property
    def counted(self) -> tuple[Outcome, ...]:
        """The outcomes that count towards the score."""
        return tuple(o for s in self.studies for a in s.arms for o in a.outcomes if o.counts)
