"""A course of treatment: typed steps, from words or from objects, in a row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sudomotor.course.care import CareStep
from sudomotor.course.checks import number
from sudomotor.course.grammar import FALLBACK, parse_course, split
from sudomotor.course.steps import PauseStep, Step, TreatStep, alongside
from sudomotor.course.words import course_words
from sudomotor.errors import InputError


@dataclass(frozen=True, init=False)
class Course:
    """What a person does: steps one after another.

    Parameters
    ----------
    *parts : sentences, typed steps and other courses, in any mixture. A sentence that begins with "Then"
        takes what it does not say from the treatment before it; one that begins with "Meanwhile" runs
        alongside the step before it.
    start : date of the first day; also said as "starting 2026-03-01" in the first sentence
    missed_pct : share of the sessions that are missed, 0 to under 100; also said as "missing 20 % of
        sessions" in the first sentence

    Attributes
    ----------
    steps : tuple of TreatStep, PauseStep and CareStep
    notes : what the words left open and how it was read; no part of equality

    Raises
    ------
    InputError
        with the place, what was expected there and the nearest sentence that can be read

    Examples
    --------
    >>> course = Course("Treat palms at 15 mA for 20 minutes, daily for 4 weeks", "Then every 10 days")
    >>> course.words[1]
    'Treat palms at 15 mA DC for 20 minutes, every 10 days'
    >>> Course(*course.words) == course
    True
    """

    steps: tuple[Step, ...]
    start: date | None
    missed_pct: float
    notes: tuple[str, ...] = field(compare=False)

    def __init__(
        self, *parts: str | Step | Course, start: date | None = None, missed_pct: float | None = None
    ) -> None:
        flat: list[str | Step] = []
        for index, part in enumerate(parts):
            if isinstance(part, Course):
                if index and (part.start is not None or part.missed_pct):
                    raise InputError(
                        "a course that follows others has a start date or missed sessions of its own",
                        where=f"part {index + 1}",
                        mend="give them to the first part, or to the whole course",
                    )
                flat += part.words if not index and (part.start or part.missed_pct) else part.steps
            elif isinstance(part, (TreatStep, PauseStep, CareStep)):
                flat.append(part)
            elif not isinstance(part, str):
                raise InputError(
                    f"a course is made of sentences and steps, not of {part!r}",
                    where=f"part {index + 1}",
                    mend=f'e.g. "{FALLBACK}"',
                )
            elif not split(part):
                raise InputError(
                    "the sentence is empty", where=f"part {index + 1}", mend=f'e.g. "{FALLBACK}"'
                )
            else:
                flat.append(part)
        if not flat:
            raise InputError("the course is empty", where="course", mend=f'say what to do, e.g. "{FALLBACK}"')
        parsed = parse_course(flat)
        put = object.__setattr__
        put(self, "steps", tuple(parsed.steps))
        put(self, "start", self._once("start", start, parsed.start))
        missed = self._once("missed_pct", missed_pct, parsed.missed_pct)
        put(self, "missed_pct", 0.0 if missed is None else number(missed, "missed_pct", least=0, unit="%"))
        notes = [*parsed.notes, *_idle(self.steps)]
        put(self, "notes", tuple(dict.fromkeys(notes)))
        if self.missed_pct >= 100:
            raise InputError("every session would be missed", where="missed_pct", mend="give less than 100")
        if self.start is not None and type(self.start) is not date:
            raise InputError(
                f"start must be a date, not {self.start!r}", where="start", mend="e.g. date(2026, 3, 1)"
            )

    @staticmethod
    def _once(name: str, given: Any, said: Any) -> Any:
        if given is not None and said is not None and given != said:
            raise InputError(
                f"{name} is given as {given} and said as {said} in the first sentence",
                where=name,
                mend="give it once",
            )
        return said if given is None else given

    @property
    def words(self) -> tuple[str, ...]:
        """Canonical sentences, one a step; each stands alone, and together they read back to the course."""
        return course_words(self.steps, self.start, self.missed_pct)

    @property
    def days(self) -> float | None:
        """The longest that it can last in days; None where only a condition or the horizon ends a step.

        >>> Course("Treat palms at 15 mA DC for 20 minutes, daily for 10 sessions", "Pause for 2 weeks").days
        24.0
        """
        start, end = 0.0, 0.0
        now = 0.0  # where the latest step of the sequence begins
        for step in self.steps:
            if alongside(step):
                end = max(end, now + (step.days or 0.0))
                continue
            if step.days is None:
                return None
            now, start = start, start + step.days
            end = max(end, start)
        return end

    @property
    def sequence(self) -> tuple[Step, ...]:
        """The steps that follow one another: all but those that run alongside another.

        >>> len(Course("Pause for 2 weeks", "Meanwhile CBT for 50 minutes, once a week").sequence)
        1
        """
        return tuple(step for step in self.steps if not alongside(step))

    def __str__(self) -> str:
        return "; ".join(self.words)

    def __repr__(self) -> str:
        return f"Course({', '.join(map(repr, self.words))})"

    def to_dict(self) -> dict[str, Any]:
        """The course as plain data for JSON or TOML.

        >>> Course.from_dict(Course("Pause for 2 weeks").to_dict())
        Course('Pause for 2 weeks')
        """
        from sudomotor.course.plaindata import course_dict

        return course_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Course:
        """The course from what `to_dict` gave."""
        from sudomotor.course.plaindata import course_from

        return course_from(data)


def _idle(steps: tuple[Step, ...]) -> list[str]:
    """What is said but cannot have an effect."""
    notes = []
    for index, step in enumerate(steps):
        if isinstance(step, TreatStep) and step.session.one_pan and not step.session.shared_pan:
            why = (
                "armpits have pads"
                if "axillae" in step.session.sites
                else "the return electrode stands elsewhere"
            )
            notes.append(f"step {index + 1} of {len(steps)}: 'in one pan' changes nothing, for {why}")
    return notes
