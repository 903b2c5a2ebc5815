"""What a recording's numbers mean: units of skin conductance and resistance, and declared conversions of raw counts."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError, nearest

Array = NDArray[np.float64]

# conductances, in uS
CONDUCTANCES: dict[str, float] = {"pS": 1e-6, "nS": 1e-3, "uS": 1.0, "mS": 1e3, "S": 1e6}
# resistances, in ohm; the conductance is 1e6 / ohm, in uS
RESISTANCES: dict[str, float] = {"ohm": 1.0, "kohm": 1e3, "Mohm": 1e6}
OHM_TO_US = 1e6
UNITS: tuple[str, ...] = (*CONDUCTANCES, *RESISTANCES)

# how people and files write them, in lower case and without blanks; "ms" and "ns" are left out: they may be times
_SPELLED: dict[str, str] = {
    "us": "uS", "usiemens": "uS", "microsiemens": "uS", "microsiemen": "uS", "micros": "uS", "umho": "uS", "umhos": "uS",
    "micromho": "uS", "micromhos": "uS", "nsiemens": "nS", "nanosiemens": "nS", "nanosiemen": "nS", "nmho": "nS",
    "psiemens": "pS", "picosiemens": "pS", "msiemens": "mS", "millisiemens": "mS", "millisiemen": "mS", "mmho": "mS",
    "siemens": "S", "siemen": "S", "mho": "S", "ohm": "ohm", "ohms": "ohm", "kohm": "kohm", "kohms": "kohm",
    "kiloohm": "kohm", "kiloohms": "kohm", "kilohm": "kohm", "kilohms": "kohm", "megaohm": "Mohm", "megaohms": "Mohm",
    "megohm": "Mohm", "megohms": "Mohm",
}  # fmt: skip
_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_CONVERSION = re.compile(
    rf"(?P<slope>{_NUMBER})\s*(?P<unit>[^\s\d/+]+)\s*(?:per|/)\s*(?P<per>[A-Za-z]+)"
    rf"(?:\s*(?P<sign>[+-])\s*(?P<offset>{_NUMBER})\s*(?P<other>[^\s\d/+]+))?"
)
CONVERT_EXAMPLE = "0.02 uS per count + 0.1 uS"


def find_unit(text: str) -> str | None:
    """The package's spelling of a unit of conductance or resistance, or None where it is no such unit.

    Parameters
    ----------
    text : as written: "µS", "microsiemens", "kΩ", "Mohm".

    Examples
    --------
    >>> find_unit("µS"), find_unit("microSiemens"), find_unit("kΩ"), find_unit("mV")
    ('uS', 'uS', 'kohm', None)
    """
    unit = "".join(text.split()).replace("µ", "u").replace("μ", "u").replace("Ω", "ohm").replace("Ω", "ohm")
    unit = unit.strip("[](){}.")
    if unit in UNITS:
        return unit
    if unit in ("Mohms", "MOhm", "MOhms"):  # not mohm: a thousandth of an ohm is nobody's skin
        return "Mohm"
    return _SPELLED.get(unit.lower())


def unit_of(text: str, *, where: str | None = None) -> str:
    """The package's spelling of a unit of conductance or resistance.

    Raises
    ------
    InputError
        Names the nearest unit, and how to declare a conversion.

    Examples
    --------
    >>> unit_of("µS")
    'uS'
    """
    if not isinstance(text, str):
        raise InputError(f"a unit is a word, not {text!r}", where=where, mend="unit='uS'")
    found = find_unit(text)
    if found is not None:
        return found
    by_lower = {**_SPELLED, **{name.lower(): name for name in UNITS}}
    close = nearest(text, by_lower)
    hint = f"did you mean '{by_lower[close]}'? " if close else ""
    raise InputError(
        f"'{text}' is not a unit of skin conductance or resistance",
        where=where,
        mend=f"{hint}known: {', '.join(UNITS)}; for other numbers declare how they become one: "
        f"--convert '{CONVERT_EXAMPLE}'",
    )


def to_uS(values: Array, unit: str, *, where: str | None = None) -> tuple[Array, str | None]:
    """Values in uS, and a note of what was done to them (None where nothing was).

    Resistances become conductances by the reciprocal; a resistance of 0 gives infinity.

    Parameters
    ----------
    values : (sample,), in `unit`.
    unit : any spelling of one of `UNITS`.
    where : for errors.

    Returns
    -------
    values : (sample,), uS; the same array where the unit is uS.
    note : in words, or None.

    Examples
    --------
    >>> to_uS(np.array([500.0]), "kohm")
    (array([2.]), 'converted from kohm to uS by the reciprocal')
    """
    name = unit_of(unit, where=where)
    if name == "uS":
        return values, None
    if name in CONDUCTANCES:
        with np.errstate(over="ignore"):
            return values * CONDUCTANCES[name], f"converted from {name} to uS"
    with np.errstate(divide="ignore", over="ignore"):
        return OHM_TO_US / RESISTANCES[name] / values, f"converted from {name} to uS by the reciprocal"


@dataclass(frozen=True)
class Conversion:
    """A straight line from raw numbers to a unit of conductance or resistance.

    Attributes
    ----------
    slope : `unit` per raw number.
    offset : in `unit`.
    unit : one of `UNITS`.
    per : what the raw numbers are, in the user's word ("count").
    """

    slope: float
    offset: float
    unit: str
    per: str = "count"

    @property
    def text(self) -> str:
        """The line in words."""
        offset = f" {'-' if self.offset < 0 else '+'} {abs(self.offset):g} {self.unit}" if self.offset else ""
        return f"{self.slope:g} {self.unit} per {self.per}{offset}"

    def to_uS(self, values: Array) -> tuple[Array, str]:
        """Raw numbers (sample,) to uS, and a note.

        >>> Conversion(0.02, 0.1, "uS").to_uS(np.array([100.0]))
        (array([2.1]), 'converted by 0.02 uS per count + 0.1 uS, as declared')
        """
        with np.errstate(over="ignore"):
            out, _ = to_uS(values * self.slope + self.offset, self.unit)
        return out, f"converted by {self.text}, as declared"


def parse_conversion(text: str, *, where: str | None = None) -> Conversion:
    """Read "0.02 uS per count + 0.1 uS": slope, and an offset that may be left out.

    Raises
    ------
    InputError
        Where it is not such a sentence, the slope is 0, or a unit is unknown.

    Examples
    --------
    >>> parse_conversion("0.02 uS per count + 0.1 uS")
    Conversion(slope=0.02, offset=0.1, unit='uS', per='count')
    >>> parse_conversion("25 nS per count - 0.1 uS").offset
    -100.0
    """
    found = _CONVERSION.fullmatch(text.strip()) if isinstance(text, str) else None
    mend = f"write it as '{CONVERT_EXAMPLE}'"
    if found is None:
        raise InputError(f"the conversion {text!r} is not understood", where=where, mend=mend)
    unit = unit_of(found["unit"], where=where)
    slope, offset = float(found["slope"]), float(found["offset"] or 0.0)
    if not (np.isfinite(slope) and np.isfinite(offset)) or slope == 0.0:
        raise InputError(
            "a conversion needs a slope that is finite and not 0",
            where=where,
            mend="write how many uS (or kohm) one count is: 0.02 uS per count",
        )
    if found["other"]:
        other = unit_of(found["other"], where=where)
        tables = [table for table in (CONDUCTANCES, RESISTANCES) if unit in table and other in table]
        if not tables:
            raise InputError(
                f"the conversion mixes {unit}, a slope, with {other}, an offset", where=where, mend=mend
            )
        offset = offset * tables[0][other] / tables[0][unit] * (-1.0 if found["sign"] == "-" else 1.0)
    return Conversion(slope, offset, unit, found["per"])
