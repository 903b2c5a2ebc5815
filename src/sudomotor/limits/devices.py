"""Treatment devices as far as their figures are published. Nothing here drives one."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sudomotor.errors import InputError, nearest, unknown
from sudomotor.parameters import GRADES

WAVEFORMS = ("dc", "pulsed", "ac")
_NUMBERS = ("max_mA", "max_volts", "pulse_Hz", "pulse_duty")
_KEYS = ("name", "synonyms", "text", "waveforms", "source", *_NUMBERS, "max_mA_grade", "max_volts_grade")


@dataclass(frozen=True)
class Device:
    """A treatment device; a figure that no source states is None.

    Attributes
    ----------
    name, synonyms, text : what it is called and what is known of it.
    waveforms : of "dc", "pulsed", "ac"; empty if not stated.
    max_mA, max_volts : where it limits or trips, and the most that it puts out; None if not stated.
    max_mA_grade, max_volts_grade : how well each is known.
    pulse_Hz, pulse_duty : of its pulsed current, if stated.
    source : keys of the bibliography.
    """

    name: str
    text: str
    waveforms: tuple[str, ...]
    source: tuple[str, ...]
    synonyms: tuple[str, ...] = ()
    max_mA: float | None = None
    max_mA_grade: str | None = None
    max_volts: float | None = None
    max_volts_grade: str | None = None
    pulse_Hz: float | None = None
    pulse_duty: float | None = None

    @property
    def notes(self) -> list[str]:
        """What a simulation with this device has to assume, in words."""
        notes = []
        for name, what in (("max_volts", "the highest voltage"), ("max_mA", "the highest current")):
            if getattr(self, name) is None:
                notes.append(f"{what} of the {self.name} is not published")
            elif getattr(self, f"{name}_grade") == "judged":
                unit = "V" if name == "max_volts" else "mA"
                notes.append(
                    f"{what} of the {self.name}, {getattr(self, name):g} {unit}, is that of its class, "
                    "not its maker's figure"
                )
        return notes


def _device(table: dict[str, Any], where: str) -> Device:
    at = f"{where}, device {table.get('name', '?')!r}"
    for key in table:
        if key not in _KEYS:
            close = nearest(key, _KEYS)
            raise InputError(
                f"unknown key '{key}'", where=at, mend=f"did you mean '{close}'?" if close else None
            )
    for key in ("name", "text", "waveforms", "source"):
        if key not in table:
            raise InputError(f"'{key}' is missing", where=at, mend=f"add {key} = …")
    for waveform in table["waveforms"]:
        if waveform not in WAVEFORMS:
            raise unknown("waveform", str(waveform), WAVEFORMS, where=at)
    for key in _NUMBERS:
        value = table.get(key)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf
        ):
            raise InputError(
                f"{key} must be a number above zero, got {value!r}", where=at, mend=f"{key} = 30.0"
            )
    for key in ("max_mA", "max_volts"):
        if (key in table) != (f"{key}_grade" in table):
            raise InputError(
                f"{key} and {key}_grade go together", where=at, mend=f'{key}_grade = "published"'
            )
        if key in table and table[f"{key}_grade"] not in GRADES:
            raise unknown("grade", str(table[f"{key}_grade"]), GRADES, where=at)
    fields: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in table.items()
    }
    return Device(**fields)


@cache
def devices() -> tuple[Device, ...]:
    """All devices of the shipped list."""
    file = resources.files("sudomotor.parameters") / "data" / "devices.toml"
    return tuple(_device(table, "devices.toml") for table in tomllib.loads(file.read_text("utf-8"))["device"])


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def device(name: str) -> Device:
    """A device by its name or a synonym; case, spaces and stops do not matter.

    >>> device("hidrex dp450").max_mA
    35.0
    >>> device("Dermadry").notes[0]
    'the highest voltage of the Dermadry is not published'
    """
    by_name = {_plain(word): one for one in devices() for word in (one.name, *one.synonyms)}
    found = by_name.get(_plain(name))
    if found is None:
        close = nearest(_plain(name), by_name)
        known = [one.name for one in devices()]
        if close:
            raise InputError(
                f"unknown device '{name}'",
                mend=f"did you mean '{by_name[close].name}'? known: {', '.join(known)}",
            )
        raise unknown("device", name, known)
    return found
