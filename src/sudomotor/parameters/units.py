"""Units at the door: words to numbers, and back. Inside, plain floats carry their unit in their name.

A table of the units that the field uses is enough here, and keeps the start-up light. Each unit has a dimension and a
factor to that dimension's base unit; two units convert when their dimensions agree.
"""

from __future__ import annotations

import math
import re

from sudomotor.errors import InputError, nearest

# unit -> (dimension, factor to the base unit of that dimension, offset)
UNITS: dict[str, tuple[str, float]] = {
    "1": ("none", 1.0),
    "%": ("none", 0.01),
    "pct": ("none", 0.01),
    "A": ("current", 1e3),
    "mA": ("current", 1.0),
    "uA": ("current", 1e-3),
    "nA": ("current", 1e-6),
    "V": ("voltage", 1.0),
    "mV": ("voltage", 1e-3),
    "ms": ("time", 1.0 / 60000.0),
    "s": ("time", 1.0 / 60.0),
    "min": ("time", 1.0),
    "h": ("time", 60.0),
    "d": ("time", 1440.0),
    "week": ("time", 10080.0),
    "years": ("time", 525960.0),
    "mm": ("length", 1.0),
    "cm": ("length", 10.0),
    "um": ("length", 1e-3),
    "cm2": ("area", 1.0),
    "l": ("volume", 1.0),
    "mL": ("volume", 1e-3),
    "nL": ("volume", 1e-9),
    "nL/min": ("flow", 1.0),
    "uL/min": ("flow", 1e3),
    "g": ("mass", 1e3),
    "mg": ("mass", 1.0),
    "mM": ("concentration", 1.0),
    "uM": ("concentration", 1e-3),
    "M": ("concentration", 1e3),
    "meq/l": ("concentration", 1.0),
    "uS": ("conductance", 1.0),
    "uS/s": ("conductance ramp", 1.0),
    "uS/cm": ("conductivity", 1.0),
    "mS/cm": ("conductivity", 1e3),
    "S/m": ("conductivity", 1e4),
    "ohm": ("resistance", 1.0),
    "kohm": ("resistance", 1e3),
    "kohm.cm2": ("area resistance", 1.0),
    "ohm.cm2": ("area resistance", 1e-3),
    "ohm.cm": ("resistivity", 1.0),
    "nF/cm2": ("area capacitance", 1.0),
    "uF/cm2": ("area capacitance", 1e3),
    "mA/cm2": ("current density", 1.0),
    "mC/cm2": ("charge density", 1.0),
    "mA.min/cm2": ("charge density", 60.0),
    "uC": ("charge", 1.0),
    "mC": ("charge", 1e3),
    "nmol": ("amount", 1.0),
    "umol": ("amount", 1e3),
    "pmol": ("amount", 1e-3),
    "pmol/min": ("amount rate", 1.0),
    "mg/min": ("sweat rate", 1.0),
    "g/h": ("sweat rate", 1e3 / 60.0),
    "mg/cm2/min": ("sweat rate density", 1.0),
    "Hz": ("frequency", 1.0),
    "kHz": ("frequency", 1e3),
    "degC": ("temperature", 1.0),
    "m2/s": ("diffusivity", 1.0),
    "1e-9 m2/s": ("diffusivity", 1e-9),
    "1/d": ("rate", 1.0),
    "1/week": ("rate", 1.0 / 7.0),
    "1/min": ("rate", 1440.0),
    "1/s": ("rate", 86400.0),
    "1/s2": ("rate squared", 1.0),
    "1/s3": ("rate cubed", 1.0),
    "1/cm2": ("number density", 1.0),
    "V/cm": ("field", 1.0),
    "mA/s": ("current ramp", 1.0),
    "logit": ("logit", 1.0),
    "points": ("points", 1.0),
}

# how people write them
_ALIASES: dict[str, str] = {
    "amp": "A", "amps": "A", "ampere": "A", "amperes": "A", "milliamp": "mA", "milliamps": "mA", "milliampere": "mA",
    "microamp": "uA", "volt": "V", "volts": "V", "sec": "s", "secs": "s", "second": "s", "seconds": "s",
    "mins": "min", "minute": "min", "minutes": "min", "hour": "h", "hours": "h", "hr": "h", "hrs": "h",
    "day": "d", "days": "d", "weeks": "week", "wk": "week", "year": "years", "yr": "years",
    "litre": "l", "litres": "l", "liter": "l", "liters": "l", "ml": "mL", "millilitre": "mL", "millilitres": "mL",
    "gram": "g", "grams": "g", "hertz": "Hz", "percent": "%", "mmol/l": "mM", "meq/L": "meq/l", "L": "l",
    "cm^2": "cm2", "cm²": "cm2", "ohms": "ohm", "nl/min": "nL/min", "logits": "logit", "": "1",
}  # fmt: skip

_NUMBER = re.compile(
    r"\s*([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|nan|inf|[+-]inf)\s*(.*?)\s*$", re.IGNORECASE
)


def canonical_unit(text: str, *, where: str | None = None) -> str:
    """The one spelling of a unit that the package uses; an error names the nearest known unit.

    >>> canonical_unit("milliamps"), canonical_unit("µm"), canonical_unit("KHZ")
    ('mA', 'um', 'kHz')
    """
    unit = text.strip().replace("µ", "u").replace("μ", "u").replace("Ω", "ohm").replace("·", ".")
    if unit in UNITS:
        return unit
    if unit in _ALIASES:
        return _ALIASES[unit]
    # only where the case is unambiguous: "M" is not "m", "MA" may be mega
    lowered = {name.lower(): name for name in (*_ALIASES, *UNITS)}
    if unit.lower() in lowered:
        found = lowered[unit.lower()]
        return _ALIASES.get(found, found)
    close = nearest(unit, lowered)
    raise InputError(
        f"unknown unit '{text.strip()}'",
        where=where,
        mend=f"did you mean '{lowered[close]}'?" if close else f"known units: {', '.join(UNITS)}",
    )


def convert(value: float, unit: str, to: str, *, where: str | None = None) -> float:
    """Convert between two units of one dimension.

    >>> convert(15, "mA", "A"), convert(2, "week", "d")
    (0.015, 14.0)
    """
    unit, to = canonical_unit(unit, where=where), canonical_unit(to, where=where)
    if unit == to:
        return value
    (dimension, factor), (wanted, base) = UNITS[unit], UNITS[to]
    if dimension != wanted:
        raise InputError(
            f"'{unit}' is a {dimension}, but a {wanted} is needed here", where=where, mend=f"give it in {to}"
        )
    return value * factor / base


def parse_quantity(text: str, *, to: str | None = None, where: str | None = None) -> tuple[float, str]:
    """Read "15 mA" into (15.0, "mA"); with `to`, convert it as well.

    Raises
    ------
    InputError
        when there is no number, the unit is unknown or of another dimension, or the number is not finite.

    >>> parse_quantity("0.015 A", to="mA")
    (15.0, 'mA')
    """
    found = _NUMBER.match(text)
    if not found:
        raise InputError(
            f"'{text}' holds no number",
            where=where,
            mend=f"write a number and a unit, e.g. '15 {to or 'mA'}'",
        )
    value = float(found[1])
    if not math.isfinite(value):
        raise InputError(f"'{text}' is not a finite number", where=where, mend="write an ordinary number")
    unit = canonical_unit(found[2], where=where)
    if to is None:
        return value, unit
    if unit == "1" and canonical_unit(to) != "1":
        raise InputError(f"'{text}' has no unit", where=where, mend=f"write '{found[1]} {to}'")
    return convert(value, unit, to, where=where), canonical_unit(to)
