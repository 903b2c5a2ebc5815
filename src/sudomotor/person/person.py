"""A person, or a kind of person: a preset, an age, and what is known of this one."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sudomotor.errors import InputError, nearest
from sudomotor.parameters import Parameter, load
from sudomotor.parameters.loader import unknown_parameter
from sudomotor.parameters.units import parse_quantity
from sudomotor.person.presets import Preset, find_preset

_KEYS = ("name", "preset", "age_years", "values")
MAX_AGE_YEARS = 120.0


def checked_value(parameter: Parameter, value: Any, where: str) -> float:
    """A value that a person may have for a parameter: a number in its unit, or a text with a unit."""
    name, unit = parameter.name, parameter.unit
    if isinstance(value, str):
        value, _ = parse_quantity(value, to=unit, where=where)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(
            f"{name} must be a number, got {value!r}", where=where, mend=f"{name} = {parameter.value:g}"
        )
    if not math.isfinite(value):
        raise InputError(f"{name} is not finite ({value})", where=where, mend=f"{name} = {parameter.value:g}")
    # zero glands or zero sweat is a person too; less than none is not
    if parameter.distribution == "lognormal" and value < 0:
        raise InputError(
            f"{name} must not be negative, got {value:g}", where=where, mend=f"{name} = {parameter.value:g}"
        )
    if parameter.distribution == "logitnormal" and not 0 <= value <= 1:
        raise InputError(
            f"{name} must lie from 0 to 1, got {value:g}", where=where, mend=f"{name} = {parameter.value:g}"
        )
    return float(value)


def _age(value: Any, where: str) -> float:
    if isinstance(value, str):
        value, _ = parse_quantity(value, to="years", where=where)
    ordinary = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not ordinary or not 0 <= value <= MAX_AGE_YEARS:
        raise InputError(
            f"age_years must be a number from 0 to {MAX_AGE_YEARS:g}, got {value!r}",
            where=where,
            mend="age_years = 30",
        )
    return float(value)


@dataclass(frozen=True)
class Person:
    """A person or a kind of person.

    Attributes
    ----------
    preset_name : the kind; any spelling that `find_preset` knows, kept as the preset's own name.
    name : what to call the person.
    age_years : the age, or None to draw it.
    values : what is known of this person, by name of parameter, in its unit; it holds for everybody drawn.

    Examples
    --------
    >>> me = Person.preset("palmar, severe", values={"baseline_sweat_palm_mg_per_min": 40.0}, age_years=27)
    >>> me.preset_name, me.values["baseline_sweat_palm_mg_per_min"]
    ('palmar hyperhidrosis, severe', 40.0)
    """

    preset_name: str = "palmar hyperhidrosis"
    name: str = ""
    age_years: float | None = None
    values: Mapping[str, float] = field(default_factory=dict, hash=False)
    where: str = field(default="Person", repr=False, compare=False)

    def __post_init__(self) -> None:
        preset = find_preset(self.preset_name, where=f"{self.where}, preset")
        known, checked = load(), {}
        for name, value in self.values.items():
            at = f"{self.where}, values, {name}"
            if name == "age_years":
                raise InputError(
                    "the age stands beside the values", where=at, mend=f"write age_years = {value} by itself"
                )
            if name not in known:
                raise unknown_parameter(name, known)
            checked[name] = checked_value(known[name], value, at)
        object.__setattr__(self, "preset_name", preset.name)
        object.__setattr__(self, "values", MappingProxyType(checked))
        if self.age_years is not None:
            object.__setattr__(self, "age_years", _age(self.age_years, f"{self.where}, age_years"))

    @classmethod
    def preset(
        cls,
        preset: str,
        *,
        name: str = "",
        age_years: float | None = None,
        values: Mapping[str, float] | None = None,
    ) -> Person:
        """A person of a preset, by any spelling of its name."""
        return cls(preset, name=name, age_years=age_years, values=values or {})

    @property
    def kind(self) -> Preset:
        """The preset itself."""
        return find_preset(self.preset_name)

    @classmethod
    def read(cls, path: str | Path) -> Person:
        """Read a person from a TOML file.

        The keys are `preset`, `name`, `age_years` and a table `values` of parameters, as numbers in the
        parameter's own unit or as texts with a unit (`duct_radius_um = "0.008 mm"`).
        """
        path = Path(path)
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "it is not a text in UTF-8"
            raise InputError(
                f"cannot read the person: {reason}", where=str(path), mend="name a TOML file"
            ) from None
        return cls.parse(text, where=path.name)

    @classmethod
    def parse(cls, text: str, *, where: str = "the person") -> Person:
        """A person from the text of a TOML file; `where` names it in errors."""
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(
                f"not a TOML file: {error}", where=where, mend="correct the line named"
            ) from None
        for key in table:
            if key not in _KEYS:
                close = nearest(key, _KEYS)
                if key in load():
                    mend = f"put {key} under [values]"
                else:
                    mend = f"did you mean '{close}'?" if close else f"known keys: {', '.join(_KEYS)}"
                raise InputError(f"unknown key '{key}'", where=where, mend=mend)
        for key in ("name", "preset"):
            if not isinstance(table.get(key, ""), str):
                raise InputError(
                    f"{key} must be a text, got {table[key]!r}", where=f"{where}, {key}", mend=f'{key} = "…"'
                )
        if "preset" not in table:
            raise InputError(
                "'preset' is missing", where=where, mend='preset = "palmar hyperhidrosis, severe"'
            )
        values = table.get("values", {})
        if not isinstance(values, dict):
            raise InputError(
                "values must be a table", where=f"{where}, values", mend="[values] and its lines below"
            )
        return cls(
            table["preset"],
            name=table.get("name", ""),
            age_years=table.get("age_years"),
            values=values,
            where=where,
        )

    def write(self, path: str | Path) -> None:
        """Write the person to a TOML file that `read` gives back."""
        Path(path).write_text(self.to_toml(), "utf-8")

    def to_toml(self) -> str:
        """The person as the text of a TOML file."""
        lines = [f"preset = {_quoted(self.preset_name)}"]
        if self.name:
            lines.insert(0, f"name = {_quoted(self.name)}")
        if self.age_years is not None:
            lines.append(f"age_years = {self.age_years!r}")
        if self.values:
            lines += ["", "[values]", *(f"{name} = {value!r}" for name, value in self.values.items())]
        return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML basic string."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'
