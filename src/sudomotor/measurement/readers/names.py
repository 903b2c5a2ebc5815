"""What the names of columns say: which is skin conductance, which is time, and in what unit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sudomotor.measurement.readers.asked import Channel
from sudomotor.measurement.units import find_unit

TIME_UNITS: dict[str, float] = {
    "s": 1.0, "sec": 1.0, "secs": 1.0, "second": 1.0, "seconds": 1.0, "ms": 1e-3, "msec": 1e-3, "msecs": 1e-3,
    "millis": 1e-3, "millisecond": 1e-3, "milliseconds": 1e-3, "us": 1e-6, "usec": 1e-6, "microsecond": 1e-6,
    "micros": 1e-6, "microseconds": 1e-6, "ns": 1e-9, "nanoseconds": 1e-9, "min": 60.0, "mins": 60.0, "minutes": 60.0,
    "h": 3600.0, "hours": 3600.0,
}  # fmt: skip
# numbers that can only be seconds, or parts of seconds, since 1970: from 1973 to 2286
UNIX_RANGES = ((1e8, 1e10, 1.0), (1e11, 1e13, 1e-3), (1e14, 1e16, 1e-6), (1e17, 1e19, 1e-9))
_BRACKETS = re.compile(r"(.*?)\s*[\(\[]\s*([^()\[\]]*?)\s*[\)\]]\s*")
_TAIL = re.compile(r"(.+?)[_\s.\-/,:]+([^_\s.\-/,:]+)")
_EDA = re.compile(
    r"(?:^|[^a-z])(eda|gsr|sc|scl|scr|edl|edr|electro.?dermal|galvanic|skin.?cond(uctance)?|skin.?res(istance)?|conductance)(?:[^a-z]|$)"
)
_EXACT = re.compile(
    r"(eda|gsr|sc|scl|skin[ _]?conductance|conductance|electrodermal([ _]activity)?|galvanic[ _]skin[ _]response|"
    r"(eda|gsr)[ _]?(raw|signal|1|0|value|skin[ _]conductance([ _]cal)?)?)"
)
_TIME = re.compile(
    r"(?:.*[^a-z])?(times?|t|time.?stamps?|date.?times?|onset|epoch|unix|seconds?|secs?|s|ms|msec|milliseconds?|us|microseconds?|minutes?|"
    r"time.?of.?day|elapsed|local.?time|system.?time)(?:[^a-z].*)?"
)


@dataclass(frozen=True)
class Named:
    """A column's name without its unit, in lower case, and the unit as written, if there is one."""

    name: str
    base: str
    unit: str | None


def split(name: str) -> Named:
    """A column's name and the unit that it carries.

    >>> split("EDA (uS)"), split("eda_us").unit, split("time_ms").unit, split("eda_raw").unit
    (Named(name='EDA (uS)', base='eda', unit='uS'), 'us', 'ms', None)
    """
    bare = " ".join(name.split())
    found = _BRACKETS.fullmatch(bare)
    if found and found[2]:
        return Named(bare, found[1].strip().lower(), found[2])
    found = _TAIL.fullmatch(bare)
    if found and len(found[2]) > 1 and (find_unit(found[2]) or found[2].lower() in TIME_UNITS):
        return Named(bare, found[1].strip().lower(), found[2])
    if found and found[2] == "s":
        return Named(bare, found[1].strip().lower(), "s")
    return Named(bare, bare.lower(), None)


def is_eda(base: str) -> bool:
    """Whether a name, in lower case and without its unit, is one for skin conductance.

    >>> is_eda("eda"), is_eda("gsr raw"), is_eda("score")
    (True, True, False)
    """
    return bool(_EDA.search(base))


def is_time(base: str) -> bool:
    """Whether a name, in lower case and without its unit, is one for the time.

    >>> is_time("time"), is_time("unix_timestamp"), is_time("temperature")
    (True, True, False)
    """
    return bool(_TIME.fullmatch(base))


def likely_eda(channels: Sequence[Channel]) -> list[int]:
    """The channels that are skin conductance: by name and unit, else by an exact name, else by any, else by unit alone."""
    names = [split(channel.name) for channel in channels]
    units = [
        bool(find_unit(channel.unit or named.unit or ""))
        for channel, named in zip(channels, names, strict=True)
    ]
    eda = [i for i, named in enumerate(names) if is_eda(named.base)]
    exact = [i for i in eda if _EXACT.fullmatch(names[i].base)]
    with_unit = [i for i in exact if units[i]] or exact or [i for i in eda if units[i]] or eda
    return with_unit or [i for i, unit in enumerate(units) if unit]


def unix_scale(value: float) -> float | None:
    """Seconds per step of a number that can only count from 1970, or None.

    >>> unix_scale(1700000000.25), unix_scale(1.7e12), unix_scale(250.0)
    (1.0, 0.001, None)
    """
    for low, high, scale in UNIX_RANGES:
        if low <= value < high:
            return scale
    return None
