"""Presets: kinds of people, which differ in baseline sweat, drive and mind and in nothing else."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from sudomotor.errors import InputError, nearest, unknown
from sudomotor.parameters import GRADES, Parameter, Parameters
from sudomotor.person.sites import SITES

# a preset may replace these and no other parameter: how glands answer a dose is the same for all
PRESET_PREFIXES = ("baseline_sweat_", "drive_", "mind_")
_VALUE_KEYS = {"text", "value", "spread", "low", "high", "grade", "source"}
_PRESET_KEYS = {"name", "text", "synonyms", "include", "mixture", "values"}
_INCLUDE_KEYS = {"site", "at_least_mg_per_min", "text", "grade", "source"}

_WORDS = {
    "palm": "palmar", "palms": "palmar", "hand": "palmar", "hands": "palmar", "palmoplantar": "palmar",
    "sole": "plantar", "soles": "plantar", "foot": "plantar", "feet": "plantar",
    "axilla": "axillary", "axillae": "axillary", "armpit": "axillary", "armpits": "axillary",
    "underarm": "axillary", "underarms": "axillary",
    "normal": "healthy", "control": "healthy", "controls": "healthy",
}  # fmt: skip
_FILLERS = {"hyperhidrosis", "with", "of", "the"}


@dataclass(frozen=True)
class Inclusion:
    """The rule by which people are taken in: one reading of `site` of at least so many mg/min per side."""

    site: str
    at_least_mg_per_min: float
    text: str
    grade: str
    source: tuple[str, ...]


@dataclass(frozen=True)
class Replacement:
    """What a preset puts in place of a healthy person's parameter: median, log-SD, range, grade, source."""

    text: str
    value: float
    spread: float
    low: float
    high: float
    grade: str
    source: tuple[str, ...]


@dataclass(frozen=True)
class Preset:
    """A kind of person.

    Attributes
    ----------
    name, text : what it is called and means.
    synonyms : other names for it.
    include : the rule of inclusion, or None.
    mixture : names of the presets that it is an equal mixture of, or ().
    values : replacements by name of parameter.
    """

    name: str
    text: str
    synonyms: tuple[str, ...]
    include: Inclusion | None
    mixture: tuple[str, ...]
    values: Mapping[str, Replacement]

    @property
    def components(self) -> tuple[Preset, ...]:
        """The presets that each person is one of: itself, or those of the mixture."""
        return tuple(presets()[name] for name in self.mixture) or (self,)

    def parameter(self, name: str, parameters: Parameters) -> Parameter:
        """A parameter as this kind of person has it."""
        old, new = parameters[name], self.values.get(name)
        if new is None:
            return old
        # a median that was set by hand holds for every preset; what the preset says of the spread stays
        value = old.value if name in parameters.changed else new.value
        return Parameter(
            name=name, text=new.text, symbol=old.symbol, value=value, unit=old.unit,
            low=new.low, high=new.high, distribution=old.distribution, spread=new.spread, grade=new.grade,
            source=new.source,
        )  # fmt: skip


def _check_keys(table: Mapping[str, Any], known: set[str], required: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            close = nearest(key, known)
            mend = f"did you mean '{close}'?" if close else f"known: {', '.join(sorted(known))}"
            raise InputError(f"unknown key '{key}'", where=where, mend=mend)
    for key in sorted(required - set(table)):
        raise InputError(f"'{key}' is missing", where=where, mend=f"add {key} = …")


def _number(table: Mapping[str, Any], key: str, where: str) -> float:
    value = table[key]
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or value <= 0
    ):
        raise InputError(
            f"{key} must be a number above zero, got {value!r}", where=where, mend=f"{key} = 1.0"
        )
    return float(value)


def _grade(table: Mapping[str, Any], where: str) -> str:
    if table["grade"] not in GRADES:
        raise unknown("grade", str(table["grade"]), GRADES, where=where)
    return str(table["grade"])


def _replacement(name: str, table: Mapping[str, Any], where: str) -> Replacement:
    at = f"{where}, {name}"
    if not name.startswith(PRESET_PREFIXES):
        raise InputError(
            f"a preset may not set '{name}'",
            where=at,
            mend=f"presets set only {' and '.join(PRESET_PREFIXES)}…",
        )
    _check_keys(table, _VALUE_KEYS, _VALUE_KEYS, at)
    value, spread, low, high = (_number(table, key, at) for key in ("value", "spread", "low", "high"))
    if not low <= value <= high:
        raise InputError(f"value {value:g} lies outside its range {low:g} to {high:g}", where=at)
    return Replacement(table["text"], value, spread, low, high, _grade(table, at), tuple(table["source"]))


def _preset(table: Mapping[str, Any], where: str) -> Preset:
    at = f"{where}, preset {table.get('name', '?')!r}"
    _check_keys(table, _PRESET_KEYS, {"name", "text", "synonyms"}, at)
    include = None
    if "include" in table:
        rule, place = table["include"], f"{at}, include"
        _check_keys(rule, _INCLUDE_KEYS, _INCLUDE_KEYS, place)
        if rule["site"] not in SITES:
            raise unknown("site", str(rule["site"]), SITES, where=place)
        least = _number(rule, "at_least_mg_per_min", place)
        include = Inclusion(rule["site"], least, rule["text"], _grade(rule, place), tuple(rule["source"]))
    values = {name: _replacement(name, value, at) for name, value in table.get("values", {}).items()}
    return Preset(
        table["name"], table["text"], tuple(table["synonyms"]), include, tuple(table.get("mixture", ())),
        MappingProxyType(values),
    )  # fmt: skip


def read_presets(text: str, where: str) -> dict[str, Preset]:
    """Presets of one TOML text by name; `where` names it in errors."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not a TOML file: {error}", where=where, mend="correct the line named") from None
    found = {preset.name: preset for preset in (_preset(table, where) for table in tables.get("preset", []))}
    for preset in found.values():
        for name in preset.mixture:
            if name not in found:
                raise unknown("preset", name, found, where=f"{where}, mixture of '{preset.name}'")
    return found


@cache
def presets() -> Mapping[str, Preset]:
    """The shipped presets by name."""
    file = resources.files("sudomotor.parameters") / "data" / "presets.toml"
    return MappingProxyType(read_presets(file.read_text("utf-8"), "presets.toml"))


def _meaning(name: str) -> frozenset[str]:
    """The words of a name that carry its meaning, in one spelling and without their order."""
    words = re.findall(r"[a-z]+", name.lower())
    return frozenset(_WORDS.get(word, word) for word in words if word not in _FILLERS)


def find_preset(name: str, *, where: str | None = None) -> Preset:
    """A preset by name or synonym, in any case and any order of its words.

    >>> find_preset("severe palmar hyperhidrosis").name
    'palmar hyperhidrosis, severe'
    >>> find_preset("Hands").name
    'palmar hyperhidrosis'
    """
    by_meaning: dict[frozenset[str], Preset] = {}
    for preset in presets().values():
        for word in (preset.name, *preset.synonyms):
            by_meaning.setdefault(_meaning(word), preset)
    found = by_meaning.get(_meaning(name))
    if found is None:
        # the names hold commas, so they are listed in quotes
        spellings = {
            word: p.name for p in presets().values() for word in (p.name, *p.synonyms, p.name.split()[0])
        }
        near = nearest(name, reversed(spellings))
        close = "palmar hyperhidrosis" if near == "palmar" else spellings[near] if near else None
        listed = "; ".join(f"'{known}'" for known in presets())
        mend = (f"did you mean '{close}'? " if close else "") + f"known: {listed}"
        raise InputError(f"unknown preset '{name}'", where=where, mend=mend)
    return found
