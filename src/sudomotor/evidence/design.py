"""Designs of a study of the loop: who, in which arms, what is measured when and how well.

A design file is TOML:

    [design]      name; person (a preset); people (simulated, default as shipped); seed; hypotheses;
                  rank_relative_error (a direction of parameters counts as determined below it)
    [assume]      values of parameters that are taken for true, by name (`sudomotor parameters`)
    [[arm]]       name, course (sentences), n (people in the arm)
    [[measure]]   name (one of MEASURES), days, sd (of one reading of one person about the group's mean; of the
                  logarithm for sweat); false_feedback also takes feedback_mg_per_min
    [[step]]      name, arms, measures: what this step adds to the steps before it; without any step, all at once

Only [[arm]] and [[measure]] have to be there; what is left out is as in the shipped designs.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sudomotor.course import Course
from sudomotor.errors import InputError, unknown
from sudomotor.evidence.fields import Table, number
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.parameters import load
from sudomotor.person import Person

SHIPPED = "designs.toml"
MAX_DAYS = 730
MAX_PEOPLE = 1000
FALSE_FEEDBACK = "false_feedback"
# what may be measured: what it is, and the scale that its standard deviation is on
MEASURES: dict[str, str] = {
    "treated_sweat": "log of the sweat of the treated side in a public task",
    "untreated_sweat": "log of the sweat in a public task of a site that no current reaches",
    "treated_sweat_clinic": "log of the sweat of the treated side as weighed in the clinic",
    "untreated_sweat_clinic": "log of the sweat in the clinic of a site that no current reaches",
    "anxiety": "felt threat in a public task, 0 to 1",
    "expectancy": "expected embarrassment, 0 to 1",
    "avoidance": "share of occasions avoided, 0 to 1",
    "drive": "sympathetic drive in a public task, as heart rate or pupil show it, 0 to 1",
    FALSE_FEEDBACK: "rise of felt threat when wet rather than dry hands are feigned in a public task, 0 to 1",
}
_DESIGN_KEYS = ("name", "person", "people", "seed", "hypotheses", "rank_relative_error")
_TOP = ("design", "assume", "arm", "measure", "step")


@dataclass(frozen=True)
class DesignArm:
    """An arm: what is done, and in how many people."""

    name: str
    course: Course
    n: int


@dataclass(frozen=True)
class Measurement:
    """What is measured, on which days, with which standard deviation; `feedback_mg_per_min` is what is feigned."""

    name: str
    days: tuple[int, ...]
    sd: float
    feedback_mg_per_min: float = 0.0


@dataclass(frozen=True)
class Step:
    """All that a design of this step has: names of arms and of measures."""

    name: str
    arms: tuple[str, ...]
    measures: tuple[str, ...]


@dataclass(frozen=True)
class Design:
    """A study, or several that each have more than the one before.

    Attributes
    ----------
    name, person : what it is called; the preset that takes part.
    people : how many are simulated to work out the group's mean; no number of the study.
    rank_relative_error : relative standard error below which a direction counts as determined.
    assume : values taken for true.
    arms, measures, steps : see the classes.
    """

    name: str
    person: str
    people: int
    seed: int
    hypotheses: Hypotheses
    rank_relative_error: float
    assume: Mapping[str, float]
    arms: tuple[DesignArm, ...]
    measures: tuple[Measurement, ...]
    steps: tuple[Step, ...]

    @property
    def days(self) -> int:
        """The last day on which anything is measured."""
        return max(day for measure in self.measures for day in measure.days)


@cache
def shipped_design() -> Design:
    """The six shipped designs.

    >>> len(shipped_design().steps), shipped_design().days
    (6, 97)
    """
    return parse_design(_shipped_text(), SHIPPED)


def read_design(path: str | Path) -> Design:
    """Read and check a design file.

    Raises
    ------
    InputError
        naming the place and the mend.
    """
    file = Path(path)
    try:
        text = file.read_text("utf-8")
    except FileNotFoundError:
        raise InputError(f"there is no file '{path}'", mend="give the path of a design in TOML") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"'{path}' cannot be read: {error}", mend="give a TOML file in UTF-8") from None
    return parse_design(text, file.name)


def parse_design(text: str, name: str = "design") -> Design:
    """Read and check the text of a design file; `name` stands for the file in errors.

    >>> parse_design("[[arm]]\\nname='a'", "mine.toml")
    Traceback (most recent call last):
    ...
    sudomotor.errors.InputError: 'course' is missing
      where: mine.toml, arm 'a'
      mend:  add course = ["Treat palms at 15 mA DC for 20 minutes, daily for 2 weeks"]
    """
    raw, usual = _toml(text, name), _toml(_shipped_text(), SHIPPED)["design"]
    top = Table(raw, name)
    top.only(_TOP)
    head = Table({**usual, "name": name, **_mapping(top, "design")}, f"{name}, [design]")
    head.only(_DESIGN_KEYS)
    arms = tuple(_arm(row, i, name) for i, row in enumerate(top.tables("arm")))
    measures = tuple(_measure(row, i, name) for i, row in enumerate(top.tables("measure")))
    for kind, found in (("arm", arms), ("measure", measures)):
        if not found:
            raise InputError(f"the design has no {kind}", where=name, mend=f"add [[{kind}]]")
        _once(kind, [one.name for one in found], name)
    person = head.text("person", '"palmar hyperhidrosis with social anxiety"')
    try:
        person = Person.preset(person).preset_name
    except InputError as error:
        raise InputError(error.what, where=head.at("person"), mend=error.mend) from None
    words = head.text("hypotheses", '"evidence"')
    hypotheses = Hypotheses.parse(words, where=head.at("hypotheses"))
    assume = _assumed(Table(_mapping(top, "assume"), f"{name}, [assume]"))
    times = ("gain_reset_days", "gain_days")
    used, idle = times if "central" in hypotheses else times[::-1]
    if idle in assume:
        raise InputError(
            f"{idle} is not in force under these hypotheses", where=f"{name}, [assume]", mend=f"set {used}"
        )
    return Design(
        name=head.text("name", '"my study"'),
        person=person,
        people=head.count("people", 24, most=MAX_PEOPLE),
        seed=_whole(head.raw["seed"], "seed", head.at("seed"), 0, 2**31),
        hypotheses=hypotheses,
        rank_relative_error=head.number("rank_relative_error", above=0.0),
        assume=MappingProxyType(assume),
        arms=arms,
        measures=measures,
        steps=_steps(top, arms, measures, name),
    )


def _shipped_text() -> str:
    return (resources.files("sudomotor.evidence") / "data" / SHIPPED).read_text("utf-8")


def _toml(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not a TOML file: {error}", where=name, mend="correct the line named") from None


def _mapping(top: Table, key: str) -> Mapping[str, Any]:
    found = top.table(key)
    return {} if found is None else found.raw


def _once(kind: str, names: Sequence[str], where: str) -> None:
    for one in names:
        if names.count(one) > 1:
            raise InputError(f"the {kind} '{one}' stands twice", where=where, mend="give it once")


def _whole(value: Any, key: str, where: str, least: int, most: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise InputError(
            f"{key} must be a whole number from {least} to {most}, got {value!r}", where=where,
            mend=f"give a whole number from {least}",
        )  # fmt: skip
    return value


def _assumed(table: Table) -> dict[str, float]:
    known = load()
    for key in table.raw:
        if key not in known:
            raise unknown("parameter", key, known, where=table.where)
    return {key: number(value, key, table.at(key)) for key, value in table.raw.items()}


def _arm(raw: Any, index: int, name: str) -> DesignArm:
    table = Table(raw, f"{name}, arm {index + 1}")
    called = table.text("name", '"active"')
    table.where = f"{name}, arm '{called}'"
    table.only(("name", "course", "n"))
    said = table.need("course", '["Treat palms at 15 mA DC for 20 minutes, daily for 2 weeks"]')
    said = [said] if isinstance(said, str) else said
    if not isinstance(said, list) or not said or not all(isinstance(one, str) for one in said):
        raise InputError(
            f"course must be a list of sentences, got {said!r}",
            where=table.at("course"),
            mend='course = ["Treat …"]',
        )
    try:
        course = Course(*said)
    except InputError as error:
        where = f"{table.where}; {error.where}" if error.where else table.where
        raise InputError(error.what, where=where, mend=error.mend) from None
    table.need("n", "30")
    return DesignArm(called, course, table.count("n", 30))


def _measure(raw: Any, index: int, name: str) -> Measurement:
    table = Table(raw, f"{name}, measure {index + 1}")
    called = table.word("name", MEASURES)
    table.where = f"{name}, measure '{called}'"
    feigned = ("feedback_mg_per_min",) if called == FALSE_FEEDBACK else ()
    table.only(("name", "days", "sd", *feigned))
    days = table.need("days", "[13, 27, 97]")
    if not isinstance(days, list) or not days:
        raise InputError(
            f"days must be a list of days, got {days!r}", where=table.at("days"), mend="days = [13, 97]"
        )
    days = [_whole(day, "a day", table.at("days"), 0, MAX_DAYS) for day in days]
    _once("day", [str(day) for day in days], table.at("days"))
    return Measurement(
        called,
        tuple(sorted(days)),
        table.number("sd", above=0.0, example="0.15"),
        table.number("feedback_mg_per_min", above=0.0, example="70") if feigned else 0.0,
    )


def _steps(
    top: Table, arms: Sequence[DesignArm], measures: Sequence[Measurement], name: str
) -> tuple[Step, ...]:
    known = {"arms": [arm.name for arm in arms], "measures": [measure.name for measure in measures]}
    found: list[Step] = []
    have: dict[str, list[str]] = {"arms": [], "measures": []}
    for i, row in enumerate(top.tables("step")):
        table = Table(row, f"{name}, step {i + 1}")
        called = table.text("name", '"with a sham arm"')
        table.where = f"{name}, step '{called}'"
        table.only(("name", "arms", "measures"))
        for kind, names in known.items():
            more = table.raw.get(kind, [])
            if not isinstance(more, list):
                raise InputError(
                    f"{kind} must be a list", where=table.at(kind), mend=f'{kind} = ["{names[0]}"]'
                )
            for one in more:
                if one not in names:
                    raise unknown(kind[:-1], str(one), names, where=table.at(kind))
                if one in have[kind]:
                    raise InputError(
                        f"'{one}' is there already", where=table.at(kind), mend="name what is added"
                    )
                have[kind].append(one)
        for kind in known:
            if not have[kind]:
                raise InputError(
                    f"the step has no {kind}", where=table.where, mend=f'{kind} = ["{known[kind][0]}"]'
                )
        found.append(Step(called, tuple(have["arms"]), tuple(have["measures"])))
    return tuple(found) or (Step("all at once", tuple(known["arms"]), tuple(known["measures"])),)
