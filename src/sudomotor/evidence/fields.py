"""Checked reading of TOML tables: every fault names the file, the place in it, the key, and the mend."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from sudomotor.errors import InputError, nearest, unknown


class Table:
    """A TOML table with the place it stands at; keys are taken one by one, and what is left over is an
    error.
    """

    def __init__(self, raw: Any, where: str) -> None:
        if not isinstance(raw, Mapping):
            raise InputError(
                f"a table was expected, got {raw!r}",
                where=where,
                mend="write keys and values, e.g. { key = 1 }",
            )
        self.raw, self.where = raw, where

    def at(self, key: str) -> str:
        """The place of a key, for errors."""
        return f"{self.where}, key '{key}'"

    def only(self, known: Iterable[str]) -> None:
        """Refuse keys that the schema does not have."""
        names = list(known)
        for key in self.raw:
            if key not in names:
                close = nearest(key, names)
                hint = f"did you mean '{close}'? " if close else ""
                raise InputError(
                    f"unknown key '{key}'", where=self.where, mend=f"{hint}known: {', '.join(names)}"
                )

    def __contains__(self, key: str) -> bool:
        return key in self.raw

    def need(self, key: str, example: str) -> Any:
        """A value that must be there."""
        if key not in self.raw:
            raise InputError(f"'{key}' is missing", where=self.where, mend=f"add {key} = {example}")
        return self.raw[key]

    def text(self, key: str, example: str, default: str | None = None) -> str:
        """A text that is not empty."""
        value = self.need(key, example) if default is None else self.raw.get(key, default)
        if not isinstance(value, str) or not value.strip():
            raise InputError(
                f"{key} must be a text, got {value!r}", where=self.at(key), mend=f"{key} = {example}"
            )
        return value

    def word(self, key: str, known: Iterable[str], default: str | None = None) -> str:
        """One of a list of words."""
        names = list(known)
        value = self.text(key, f'"{names[0]}"', default)
        if value not in names:
            raise unknown(key, value, names, where=self.at(key))
        return value

    def number(
        self,
        key: str,
        *,
        default: float | None = None,
        least: float = -math.inf,
        most: float = math.inf,
        above: float = -math.inf,
        example: str = "1.0",
    ) -> float:
        """A finite number in a range."""
        value = self.need(key, example) if default is None else self.raw.get(key, default)
        return number(value, key, self.at(key), least=least, most=most, above=above, example=example)

    def count(self, key: str, default: int, *, most: int = 1_000_000) -> int:
        """A whole number from 1."""
        value = self.raw.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= most:
            raise InputError(
                f"{key} must be a whole number from 1 to {most}, got {value!r}",
                where=self.at(key),
                mend=f"{key} = {default}",
            )
        return value

    def flag(self, key: str, default: bool) -> bool:
        """True or false."""
        value = self.raw.get(key, default)
        if not isinstance(value, bool):
            raise InputError(
                f"{key} must be true or false, got {value!r}",
                where=self.at(key),
                mend=f"{key} = {str(default).lower()}",
            )
        return value

    def table(self, key: str) -> Table | None:
        """A table inside this one, or None where it is not given."""
        return Table(self.raw[key], self.at(key)) if key in self.raw else None

    def tables(self, key: str) -> list[Any]:
        """The rows of an array of tables, unread; empty where it is not given."""
        rows = self.raw.get(key, [])
        if not isinstance(rows, list):
            raise InputError(
                f"'{key}' must be an array of tables",
                where=self.where,
                mend=f"write [[{key}]] with two brackets for each",
            )
        return rows


def number(
    value: Any,
    name: str,
    where: str,
    *,
    least: float = -math.inf,
    most: float = math.inf,
    above: float = -math.inf,
    example: str = "1.0",
) -> float:
    """A finite number in a range, or an error that names the place."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{name} must be a number, got {value!r}", where=where, mend=f"{name} = {example}")
    if not math.isfinite(value):
        raise InputError(f"{name} is not finite ({value})", where=where, mend="write an ordinary number")
    if not least <= value <= most or not value > above:
        low = (
            f"above {above:g}" if above > -math.inf else (f"at least {least:g}" if least > -math.inf else "")
        )
        high = f"at most {most:g}" if most < math.inf else ""
        raise InputError(
            f"{name} = {value:g} is out of range",
            where=where,
            mend=f"give a number {' and '.join(x for x in (low, high) if x)}",
        )
    return float(value)
