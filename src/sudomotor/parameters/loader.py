"""The one loader of parameter files: TOML in, unit-checked frozen parameters out."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from sudomotor.errors import InputError, nearest, unknown
from sudomotor.parameters.units import canonical_unit

GRADES = ("measured", "published", "derived", "judged")
DISTRIBUTIONS = ("fixed", "normal", "lognormal", "logitnormal")
_KEYS = {"text", "symbol", "value", "unit", "low", "high", "distribution", "spread", "grade", "source"}
_REQUIRED = ("text", "value", "unit", "low", "high", "grade")
# files of the data folder that hold something else than parameters
_NOT_PARAMETERS = {"calibration.toml", "presets.toml", "limits.toml", "devices.toml"}


@dataclass(frozen=True)
class Parameter:
    """One constant of the model.

    Attributes
    ----------
    name : identifier; ends in the unit where there is one (`duct_radius_um`).
    text : what it is, in words; for judged values also why.
    symbol : the symbol of the paper it comes from, or "".
    value, unit : the value in use (the median person's, where it varies).
    low, high : the published or stated range that the value must lie in.
    distribution, spread : how it varies across people: `fixed`; `normal` (spread = SD); `lognormal`
        (spread = SD of the logarithm); `logitnormal` (spread = SD of the logit).
    grade : `measured` in people, `published`, `derived` by arithmetic on published values, or `judged`.
    source : keys of the bibliography.
    fitted : the 90 % interval found by the calibration, or None if it was not fitted.
    start : the value before the calibration.
    """

    name: str
    text: str
    value: float
    unit: str
    low: float
    high: float
    grade: str
    symbol: str = ""
    distribution: str = "fixed"
    spread: float = 0.0
    source: tuple[str, ...] = ()
    fitted: tuple[float, float] | None = None
    start: float | None = None

    @property
    def in_range(self) -> bool:
        """Whether the value lies in its published or stated range."""
        return self.low <= self.value <= self.high


def _number(name: str, key: str, raw: Any, where: str) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        raise InputError(f"{key} of '{name}' must be a number, got {raw!r}", where=where, mend=f"{key} = 1.0")
    if not math.isfinite(raw):
        raise InputError(
            f"{key} of '{name}' is not finite ({raw})", where=where, mend="write an ordinary number"
        )
    return float(raw)


def _parameter(name: str, table: Any, where: str) -> Parameter:
    at = f"{where}, [{name}]"
    if not isinstance(table, dict):
        raise InputError(
            f"'{name}' must be a table", where=where, mend=f"[{name}] and its keys on the lines below"
        )
    for key in table:
        if key not in _KEYS:
            close = nearest(key, _KEYS)
            raise InputError(
                f"unknown key '{key}'", where=at, mend=f"did you mean '{close}'?" if close else None
            )
    for key in _REQUIRED:
        if key not in table:
            raise InputError(f"'{key}' is missing", where=at, mend=f"add {key} = …")
    value, low, high = (_number(name, key, table[key], at) for key in ("value", "low", "high"))
    distribution = table.get("distribution", "fixed")
    if distribution not in DISTRIBUTIONS:
        raise unknown("distribution", str(distribution), DISTRIBUTIONS, where=at)
    spread = _number(name, "spread", table.get("spread", 0.0), at)
    if (spread > 0) != (distribution != "fixed"):
        raise InputError(
            "spread and distribution disagree",
            where=at,
            mend="a fixed parameter has no spread; any other needs one",
        )
    if table["grade"] not in GRADES:
        raise unknown("grade", str(table["grade"]), GRADES, where=at)
    if not low <= value <= high:
        raise InputError(
            f"value {value:g} lies outside its range {low:g} to {high:g}",
            where=at,
            mend="correct one of them",
        )
    if (distribution == "lognormal" and value <= 0) or (distribution == "logitnormal" and not 0 < value < 1):
        raise InputError(f"value {value:g} cannot be the median of a {distribution}", where=at)
    return Parameter(
        name=name, text=table["text"], symbol=table.get("symbol", ""), value=value,
        unit=canonical_unit(table["unit"], where=at), low=low, high=high, distribution=distribution, spread=spread,
        grade=table["grade"], source=tuple(table.get("source", ())),
    )  # fmt: skip


class Parameters(Mapping[str, Parameter]):
    """A frozen set of parameters; changing one gives a new set.

    >>> p = load()
    >>> p.with_values({"duct_radius_um": 6.0}).value("duct_radius_um")
    6.0
    """

    def __init__(self, items: Mapping[str, Parameter], notes: tuple[str, ...] = ()) -> None:
        self._items = dict(items)
        self.notes = notes
        self._changed: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Parameter:
        try:
            return self._items[name]
        except KeyError:
            raise unknown_parameter(name, self._items) from None

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def value(self, name: str) -> float:
        """The plain number, in the unit that the name ends in."""
        return self[name].value

    @property
    def changed(self) -> tuple[str, ...]:
        """Names whose value was set by hand."""
        return self._changed

    def with_values(self, values: Mapping[str, float]) -> Parameters:
        """A copy with some values replaced; a value outside its range is kept, and noted in `notes`."""
        items, notes = dict(self._items), list(self.notes)
        for name, value in values.items():
            old = self[name]
            number = _number(name, "value", value, "--set or with_values")
            items[name] = replace(old, value=number)
            if not items[name].in_range:
                notes.append(
                    f"{name} = {number:g} {old.unit} lies outside its range {old.low:g} to {old.high:g} {old.unit}"
                )
        new = Parameters(items, tuple(notes))
        new._changed = tuple(dict.fromkeys((*self._changed, *values)))
        return new


def unknown_parameter(name: str, known: Mapping[str, Any]) -> InputError:
    """The error for a parameter that does not exist; suggests the nearest without listing them all."""
    close = nearest(name, known)
    return InputError(
        f"unknown parameter '{name}'",
        mend=(f"did you mean '{close}'? " if close else "") + "`sudomotor parameters` lists them all",
    )


def read_parameter_file(text: str, where: str) -> dict[str, Parameter]:
    """Parameters of one TOML text; `where` names it in errors."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not a TOML file: {error}", where=where, mend="correct the line named") from None
    return {name: _parameter(name, table, where) for name, table in tables.items()}


def _overlay(items: dict[str, Parameter], tables: Mapping[str, Any], where: str) -> None:
    for name, table in tables.items():
        if name not in items:
            raise unknown_parameter(name, items)
        old = items[name]
        value, low90, high90 = (_number(name, key, table[key], where) for key in ("value", "low90", "high90"))
        start = old.value if old.start is None else old.start
        new = replace(old, value=value, start=start, fitted=(low90, high90))
        if not new.in_range:
            raise InputError(
                f"fitted {name} = {value:g} lies outside {old.low:g} to {old.high:g}",
                where=where,
                mend="fit anew: `sudomotor evidence fit`",
            )
        items[name] = new


def data_folder() -> Path:
    """The folder of the shipped data files."""
    return Path(str(resources.files("sudomotor.parameters") / "data"))


@cache
def load(calibrated: bool = True, account: str | None = None) -> Parameters:
    """All shipped parameters.

    Parameters
    ----------
    calibrated : lay the fitted values over the starting values.
    account : a mechanism; one that rivals the default has been fitted for itself, and gets those values.
    """
    items: dict[str, Parameter] = {}
    for path in sorted(data_folder().glob("*.toml")):
        if path.name in _NOT_PARAMETERS:
            continue
        for name, parameter in read_parameter_file(path.read_text("utf-8"), path.name).items():
            if name in items:
                raise InputError(f"parameter '{name}' is declared twice", where=path.name)
            items[name] = parameter
    path = data_folder() / "calibration.toml"
    if calibrated and path.exists():
        tables = tomllib.loads(path.read_text("utf-8"))
        _overlay(items, tables.get("fitted", {}), path.name)
        _overlay(items, tables.get("rival", {}).get(account, {}), path.name)
    return Parameters(items)
