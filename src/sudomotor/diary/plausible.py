"""Whether a number of a diary is believed, and what was probably meant if it is not."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

from sudomotor.parameters import load
from sudomotor.parameters.units import convert

UNIT = {
    "current_mA": "mA",
    "minutes": "min",
    "volts": "V",
    "sweat_mg": "mg",
    "sweat_minutes": "min",
    "temperature_C": "degC",
}
HDSS = (1, 4)
SCALE = (0.0, 10.0)
# the units that people write by mistake
_SLIPS = {
    "current_mA": ("A", "uA"),
    "minutes": ("h", "s"),
    "volts": ("mV",),
    "sweat_mg": ("g",),
    "sweat_minutes": ("h", "s"),
}
_MAY_BE_ZERO = ("sweat_mg", "wetness_0_10", "anxiety_0_10", "temperature_C")
_POINT_SLIPS = (10.0, 100.0)
_OFFERED = 2


class Doubt(NamedTuple):
    """What is doubted, and how to mend it."""

    what: str
    mend: str


@cache
def bounds() -> dict[str, tuple[float, float]]:
    """Least and most of each column that has a unit; nothing at all may be allowed beside it.

    >>> bounds()["current_mA"]
    (0.5, 50.0)
    """
    p = load()
    return {
        "current_mA": (p.value("diary_least_current_mA"), p.value("diary_most_current_mA")),
        "minutes": (p.value("diary_least_session_minutes"), p.value("diary_most_session_minutes")),
        "volts": (p.value("diary_least_volts"), p.value("diary_most_volts")),
        "sweat_mg": (p.value("diary_least_sweat_mg"), math.inf),
        "sweat_minutes": (p.value("diary_least_sweat_minutes"), p.value("diary_most_sweat_minutes")),
        "temperature_C": (p.value("diary_least_temperature_degC"), p.value("diary_most_temperature_degC")),
    }


@cache
def most_sweat_mg_per_min() -> float:
    """The most sweat of one side that is believed."""
    return load().value("diary_most_sweat_mg_per_min")


def unit_shown(name: str) -> str:
    """The unit of a column as people write it, with a space before it; "" if it has none."""
    unit = UNIT.get(name, "")
    return f" {unit}".replace("degC", "°C") if unit else ""


def shown(value: float) -> str:
    """A number as a person would write it.

    >>> shown(15.0), shown(0.1 + 0.2)
    ('15', '0.3')
    """
    return f"{value:.10g}"


def doubt(name: str, value: float) -> Doubt | None:
    """Why a number of a column is not believed, with what was probably meant; None if it is believed.

    >>> doubt("current_mA", 150.0).mend
    'did you mean 15 mA?'
    >>> doubt("current_mA", 0.015).mend
    'did you mean 15 mA (0.015 A)?'
    >>> doubt("temperature_C", 72.0).mend
    'did you mean 22.2 °C (72 °F)?'
    >>> doubt("current_mA", 15.0) is None
    True
    """
    if not math.isfinite(value):
        return Doubt(f"{value} is no ordinary number", "write a number, or leave the cell empty")
    if name == "hdss":
        return _doubt_hdss(value)
    if name in ("wetness_0_10", "anxiety_0_10"):
        return _doubt_scale(value)
    if value < 0 and name != "temperature_C":
        hint = "; which side was plus belongs in anode_side" if name in ("current_mA", "volts") else ""
        return Doubt(f"{shown(value)} is negative", f"leave the sign out: {shown(-value)}{hint}")
    if value == 0 and name not in _MAY_BE_ZERO:
        return Doubt(f"{name} is 0", _MEND_ZERO.get(name, "leave the cell empty if it is not known"))
    least, most = bounds()[name]
    if (value == 0 and name in _MAY_BE_ZERO) or least <= value <= most:
        return None
    unit = unit_shown(name)
    side, extreme, bound = ("less", "least", least) if value < least else ("more", "most", most)
    what = f"{shown(value)}{unit} is {side} than {shown(bound)}{unit}, the {extreme} that a diary is believed to hold"
    return Doubt(what, _did_you_mean(name, value))


_MEND_ZERO = {
    "current_mA": "leave current_mA and minutes empty if there was no session, and say so in note",
    "minutes": "leave current_mA and minutes empty if there was no session, and say so in note",
    "sweat_minutes": "say for how many minutes the sweat was gathered",
}


def _did_you_mean(name: str, value: float) -> str:
    offers = _offers(name, value)
    if not offers:
        unit = unit_shown(name).strip()
        return f"write it in {unit}, or leave the cell empty and put it in note"
    return f"did you mean {', or '.join(offers)}?"


def _offers(name: str, value: float) -> list[str]:
    """Values that were probably meant, the likeliest first: another unit, then a point that was left out."""
    unit = unit_shown(name)
    least, most = bounds()[name]
    if name == "sweat_mg":
        most = most_sweat_mg_per_min() * bounds()["sweat_minutes"][1]
    if name == "temperature_C":
        celsius = (value - 32.0) * 5.0 / 9.0  # the definition of the scale
        if least <= celsius <= most:
            return [f"{celsius:.1f}".removesuffix(".0") + f"{unit} ({shown(value)} °F)"]
        kelvin = value - 273.15
        if least <= kelvin <= most:
            return [f"{kelvin:.1f}".removesuffix(".0") + f"{unit} ({shown(value)} K)"]
    found = []
    for slip in _SLIPS.get(name, ()):
        meant = convert(value, slip, UNIT[name])
        if least <= meant <= most:
            found.append((meant, f"{meant:.4g}{unit} ({shown(value)} {slip})"))
    if value > most:
        for factor in _POINT_SLIPS:
            if least <= value / factor <= most:
                found.append((value / factor, f"{shown(value / factor)}{unit}"))
    # people write round numbers: whole ones, or halves
    for part in (1.0, 2.0):
        smooth = [
            text for meant, text in found if math.isclose(meant * part, round(meant * part), rel_tol=1e-9)
        ]
        if smooth:
            return smooth[:_OFFERED]
    return [text for _, text in found][:_OFFERED]


def _doubt_hdss(value: float) -> Doubt | None:
    low, high = HDSS
    if value in (low, low + 1, high - 1, high):
        return None
    if value == 0:
        return Doubt(
            "0 is no answer of the HDSS, which goes from 1 to 4",
            "is this a scale from 0 to 3? then add 1 to every answer",
        )
    if low < value < high:
        return Doubt(f"{shown(value)} is no answer of the HDSS", "answer 1, 2, 3 or 4, nothing in between")
    mend = "write 1, 2, 3 or 4"
    if high < value <= SCALE[1]:
        mend += "; an answer from 0 to 10 belongs in wetness_0_10"
    return Doubt(f"{shown(value)} is no answer of the HDSS, which goes from 1 to 4", mend)


def _doubt_scale(value: float) -> Doubt | None:
    low, high = SCALE
    if low <= value <= high:
        return None
    if high < value <= high * high:
        mend = f"did you mean {shown(value / high)} (of a scale from 0 to 100)?"
    else:
        mend = "write a number from 0 to 10"
    return Doubt(f"{shown(value)} is not on the scale from 0 to 10", mend)


def doubt_rate(sweat_mg: float, sweat_minutes: float) -> Doubt | None:
    """Why a weighing is not believed, judged by sweat a minute.

    >>> doubt_rate(260.0, 5.0) is None
    True
    >>> doubt_rate(26000.0, 5.0).mend
    'did you mean 2600 mg, or 260 mg?'
    """
    most = most_sweat_mg_per_min()
    if sweat_mg <= most * sweat_minutes:
        return None
    least = bounds()["sweat_mg"][0]
    offers = [
        f"{shown(sweat_mg / factor)} mg"
        for factor in (*_POINT_SLIPS, 1000.0)
        if least <= sweat_mg / factor <= most * sweat_minutes
    ]
    return Doubt(
        f"{shown(sweat_mg)} mg in {shown(sweat_minutes)} min is more than {shown(most)} mg a minute from one side",
        f"did you mean {', or '.join(offers[:_OFFERED])}?" if offers else "weigh in mg, one side at a time",
    )
