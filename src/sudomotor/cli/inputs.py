"""From the words of the command line to typed values, with errors that name the option."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sudomotor.errors import InputError, nearest

if TYPE_CHECKING:
    from sudomotor.course import Course
    from sudomotor.parameters import Parameters
    from sudomotor.person import Person

_DEFAULT_PERSON = {
    "palm": "palmar hyperhidrosis",
    "sole": "plantar hyperhidrosis",
    "axilla": "axillary hyperhidrosis",
}


def read_person(text: str | None, place: str) -> tuple[Person, list[str]]:
    """The person of --person, a preset or a file; without one, the usual patient of the treated place."""
    from sudomotor.person import Person

    if text is None:
        stem = next((word for word in _DEFAULT_PERSON if place.split()[-1].startswith(word[:4])), "palm")
        name = _DEFAULT_PERSON[stem]
        return Person.preset(name), [f"nothing was said of the person: '{name}' taken"]
    if text.lower().endswith(".toml") or Path(text).is_file():
        return Person.read(text), []
    try:
        return Person.preset(text), []
    except InputError as error:
        raise InputError(
            error.what,
            where="--person",
            mend=f"{error.mend or ''}; or a file that ends in .toml".lstrip("; "),
        ) from None


def read_settings(texts: Sequence[str], parameters: Parameters) -> tuple[Parameters, list[str]]:
    """The parameters with every --set "NAME=VALUE UNIT" laid over them."""
    from sudomotor.parameters.units import parse_quantity

    values: dict[str, float] = {}
    for text in texts:
        name, found, amount = (part.strip() for part in text.partition("="))
        where = f"--set {text!r}"
        if not found or not name or not amount:
            raise InputError(
                "--set needs a name and a value", where=where, mend='e.g. --set "duct_radius_um=6 um"'
            )
        if name not in parameters:
            close = nearest(name, parameters)
            known = f"did you mean '{close}'? " if close else ""
            raise InputError(
                f"unknown parameter '{name}'",
                where=where,
                mend=f"{known}`sudomotor parameters` lists them all",
            )
        if name in values:
            raise InputError(f"'{name}' is set twice", where=where, mend="set it once")
        unit = parameters[name].unit
        value, given = parse_quantity(amount, where=where)
        # a bare number is in the parameter's own unit, which its name says
        values[name] = value if given == "1" else parse_quantity(amount, to=unit, where=where)[0]
    changed = parameters.with_values(values)
    return changed, [
        f"{name} set to {value:g} {parameters[name].unit} by hand" for name, value in values.items()
    ]


def split_alternatives(sentences: Sequence[str]) -> list[list[str]]:
    """Group the sentences of --versus into courses: "Then …" or "Pause …" continues the one before.

    >>> split_alternatives(["Treat palms", "Then daily", "Treat soles"])
    [['Treat palms', 'Then daily'], ['Treat soles']]
    """
    groups: list[list[str]] = []
    for sentence in sentences:
        first = sentence.split()[0].lower().strip(",;") if sentence.split() else ""
        if groups and first in ("then", "pause", "continue", "meanwhile", "alongside"):
            groups[-1].append(sentence)
        else:
            groups.append([sentence])
    return groups


@dataclass(frozen=True)
class SweepRequest:
    """--sweep: a setting of the course, or a parameter, and the values that it takes."""

    name: str
    unit: str
    values: tuple[float, ...]
    of_course: bool


def read_sweep(text: str, course: Course, parameters: Parameters) -> SweepRequest:
    """Read "NAME=LOW:HIGH" or "NAME=LOW:HIGH:STEPS"."""
    from sudomotor.course import SETTINGS, settings

    where = f"--sweep {text!r}"
    example = "e.g. --sweep current_mA=5:20, or --sweep current_mA=5:20:7 for seven values"
    name, found, range_text = (part.strip() for part in text.partition("="))
    parts = [part.strip() for part in range_text.split(":")]
    if not found or len(parts) not in (2, 3):
        raise InputError("--sweep needs a name and a range", where=where, mend=example)
    can = settings(course)
    if name not in can and name not in parameters:
        if name in SETTINGS:
            raise InputError(
                f"{name} does not apply to this course", where=where, mend=f"what applies: {', '.join(can)}"
            )
        close = nearest(name, [*can, *parameters])
        hint = f"did you mean '{close}'? " if close else ""
        raise InputError(
            f"unknown setting '{name}'",
            where=where,
            mend=f"{hint}settings: {', '.join(can)}; or any parameter",
        )
    try:
        low, high = float(parts[0]), float(parts[1])
        count = int(parts[2]) if len(parts) == 3 else 4
    except ValueError:
        raise InputError("the range is not made of numbers", where=where, mend=example) from None
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError("the range must rise from one ordinary number to another", where=where, mend=example)
    if not 2 <= count <= 50:
        raise InputError(f"{count} values are not between 2 and 50", where=where, mend=example)
    values = tuple(low + (high - low) * i / (count - 1) for i in range(count))
    unit = SETTINGS[name].unit if name in can else parameters[name].unit
    return SweepRequest(name, unit, values, name in can)


def check_seed(seed: int) -> int:
    """A seed that a generator takes."""
    if not 0 <= seed < 2**63:
        raise InputError(
            f"the seed must be a whole number from 0, got {seed}", where="--seed", mend="--seed 1"
        )
    return seed
