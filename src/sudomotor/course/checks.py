"""Checks that the typed steps share: every field is a finite number in its range, or an error says so."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from numbers import Real
from typing import Any

from sudomotor.errors import InputError, unknown

MAX_CURRENT_MA = (
    100.0  # above this, or longer than that, nobody means a session of iontophoresis: a typing error
)
MAX_MINUTES = 360.0
MAX_DAYS = 36_500.0  # a hundred years
MAX_SESSIONS = 100_000


def plain(value: float) -> str:
    """A number as one writes it, and as it reads back to the same float: "15", not "15.0".

    >>> plain(15.0), plain(4.3)
    ('15', '4.3')
    """
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def number(
    value: object,
    name: str,
    *,
    above: float | None = None,
    least: float | None = None,
    most: float | None = None,
    unit: str = "",
) -> float:
    """Give the value back as a float, or say which field is wrong and what its range is.

    Parameters
    ----------
    value : what was given
    name : the field, for the message
    above, least, most : the range; `above` excludes its end
    unit : for the message

    >>> number(15, "current_mA", least=0, most=100, unit="mA")
    15.0
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise InputError(
            f"{name} must be a number, not {value!r}", where=name, mend=f"give a plain number{_of(unit)}"
        )
    found = float(value)
    if not math.isfinite(found):
        raise InputError(
            f"{name} is {found}, not a finite number", where=name, mend="give an ordinary number"
        )
    if above is not None and not found > above:
        raise InputError(
            f"{name} must be above {plain(above)}{_of(unit)}, not {plain(found)}",
            where=name,
            mend="give a larger value",
        )
    if least is not None and found < least:
        raise InputError(
            f"{name} must be at least {plain(least)}{_of(unit)}, not {plain(found)}",
            where=name,
            mend=f"give {plain(least)}{_of(unit)} or more",
        )
    if most is not None and found > most:
        raise InputError(
            f"{name} of {plain(found)}{_of(unit)} is over {plain(most)}{_of(unit)}",
            where=name,
            mend=f"give {plain(most)}{_of(unit)} or less",
        )
    return found + 0.0  # -0.0 reads as 0.0


def optional(value: object, name: str, **limits: Any) -> float | None:
    """As `number`, where None means "not said"."""
    return None if value is None else number(value, name, **limits)


def choice(value: object, name: str, known: Iterable[str]) -> str:
    """Give back a word that is in the list, or name the nearest one that is."""
    names = list(known)
    if not isinstance(value, str):
        raise InputError(
            f"{name} must be a word, not {value!r}", where=name, mend=f"one of: {', '.join(names)}"
        )
    if value not in names:
        raise unknown(name, value, names, where=name)
    return value


def flag(value: object, name: str) -> bool:
    """Give back a yes or no."""
    if not isinstance(value, bool):
        raise InputError(
            f"{name} must be True or False, not {value!r}", where=name, mend="give True or False"
        )
    return value


def of_type(value: object, wanted: type, name: str, example: str) -> None:
    """Refuse what is not of a type, with an example of what is."""
    if not isinstance(value, wanted):
        raise InputError(
            f"{name} must be a {wanted.__name__}, not {value!r}", where=name, mend=f"e.g. {example}"
        )


def keys(data: object, known: Iterable[str], where: str) -> Mapping[str, Any]:
    """Give back a mapping whose keys are all known."""
    names = list(known)
    if not isinstance(data, Mapping):
        raise InputError(
            f"{where} must be a table of names and values, not {data!r}",
            where=where,
            mend=f"keys: {', '.join(names)}",
        )
    for key in data:
        if key not in names:
            raise unknown("key", str(key), names, where=where)
    return data


def _of(unit: str) -> str:
    return f" {unit}" if unit else ""
