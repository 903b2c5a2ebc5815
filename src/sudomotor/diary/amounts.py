"""Numbers of a cell: decimal signs are declared or beyond doubt, a unit is the column's own."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from sudomotor.diary.plausible import UNIT, shown, unit_shown
from sudomotor.diary.unread import Unread
from sudomotor.errors import InputError
from sudomotor.parameters.units import canonical_unit, convert

_NUMBER = re.compile(r"([+-]?\s?(?:\d+(?:[.,]\d*)*|[.,]\d+)(?:[eE][+-]?\d+)?)\s*(.*)", re.DOTALL)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}([.,'\u2019 ]\d{3})+")
_NO_NUMBER = {
    "nan",
    "inf",
    "+inf",
    "-inf",
    "infinity",
    "-infinity",
    "n/a",
    "na",
    "none",
    "null",
    "-",
    "?",
    "x",
}
_CELSIUS = {"c", "°c", "℃", "degc", "celsius", "°", "grad", "deg c"}
_FAHRENHEIT = {"f", "°f", "℉", "degf", "fahrenheit", "deg f"}
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::00)?")


def decimal_sign(texts: Iterable[str]) -> tuple[bool | None, bool]:
    """Which decimal sign the numbers of a file use, where commas do not part the columns.

    Returns
    -------
    Whether it is the comma, None if it could be either; and whether any number has a comma at all.

    Examples
    --------
    >>> decimal_sign(["12,5", "3"]), decimal_sign(["12.5"]), decimal_sign(["1,250"])
    ((True, True), (False, False), (None, True))
    """
    comma = doubtful = point = False
    for text in texts:
        if "," in text:
            number = _NUMBER.match(text)
            if number and "," in number[1]:
                if _THOUSANDS.fullmatch(number[1].strip()):
                    doubtful = True
                elif "." not in number[1]:
                    comma = True
        elif "." in text:
            point = True
    if comma:
        return True, True
    if doubtful:
        return (False if point else None), True
    return False, False


def read_number(text: str, name: str, decimal_comma: bool | None, *, commas_part_columns: bool) -> float:
    """The number of a cell, in the column's unit.

    Parameters
    ----------
    text : the cell, with plain blanks and signs.
    name : the column.
    decimal_comma : whether decimals are written with a comma; None if that is in doubt.
    commas_part_columns : whether the file is one where a comma in a number is rather a slip.

    Examples
    --------
    >>> read_number("15 mA", "current_mA", False, commas_part_columns=True)
    15.0
    >>> read_number("12,5", "current_mA", True, commas_part_columns=False)
    12.5
    """
    if text.isascii() and text.isdigit():
        return float(text)
    found = _NUMBER.fullmatch(text)
    if text.lower() in _NO_NUMBER or not found:
        raise Unread(f"'{text}' is no number", _mend_word(text, name))
    digits, unit = found[1].replace(" ", ""), found[2].strip()
    if clock := _CLOCK.fullmatch(text):
        minutes = int(clock[1]) * 60 + int(clock[2])
        hint = f"did you mean {minutes}?" if UNIT.get(name) == "min" and minutes else "write a plain number"
        raise Unread(f"'{text}' is a time, and no number", hint)
    value = _value(digits, text, decimal_comma, commas_part_columns)
    return value if not unit else _in_unit(value, unit, text, name)


def _value(digits: str, text: str, decimal_comma: bool | None, commas_part_columns: bool) -> float:
    points, commas = digits.count("."), digits.count(",")
    if points + commas > 1:
        raise Unread(f"'{text}' has several decimal signs", "write it without signs between the thousands")
    if commas and decimal_comma is None:
        apart = digits.replace(",", ".")
        raise Unread(
            f"'{text}' may be {float(apart):g} or {digits.replace(',', '')}",
            "say what a comma means: --decimal-comma or --decimal-point (decimal_comma=True or False in Python), or a "
            "line above the header: # decimals: comma",
        )
    if commas and not decimal_comma:
        mend = "write decimals with a point, thousands without a sign"
        if commas_part_columns:
            mend = f"write {digits.replace(',', '.')}, or say that commas are decimals: --decimal-comma"
        raise Unread(f"'{text}' has a comma", mend)
    if points and decimal_comma:
        mend = "in this file commas are decimals: write all numbers so, and thousands without a sign"
        raise Unread(f"'{text}' has a point", mend)
    value = float(digits.replace(",", "."))
    if not math.isfinite(value):
        raise Unread(f"'{text}' is no ordinary number", "correct it, or leave the cell empty")
    return value


def _mend_word(text: str, name: str) -> str:
    if text.lower() in _NO_NUMBER:
        return "leave the cell empty if there is nothing to write"
    if re.match(r"[<>~≈]|ca\b|about", text):
        return "write one plain number, and what is to be said of it in note"
    return f"write a number{' in' + unit_shown(name) if name in UNIT else ''}; words belong in note"


def _in_unit(value: float, unit: str, text: str, name: str) -> float:
    """A number with something behind it, which may only be the unit of the column."""
    plain = unit.lower()
    if name in ("wetness_0_10", "anxiety_0_10") and plain.replace(" ", "") in ("/10", "of10", "outof10"):
        return value
    if re.match(r"(-|to\b|bis\b|\d|[/±+])", plain):
        raise Unread(f"'{text}' is more than one number", "write one plain number, without signs in between")
    wanted = UNIT.get(name)
    if wanted is None:
        raise Unread(f"'{text}' is no plain number", "write the number alone; words belong in note")
    if wanted == "degC" and plain in _CELSIUS:
        return value
    if wanted == "degC" and plain in _FAHRENHEIT:
        celsius = (value - 32.0) * 5.0 / 9.0  # the definition of the scale
        raise Unread(f"'{text}' is not in °C", f"did you mean {celsius:.1f} °C?")
    try:
        given = canonical_unit(unit)
    except InputError:
        given = ""
    if given == wanted:
        return value
    if not given or given == "1":
        raise Unread(f"'{text}' has a word behind the number", "write the number alone; words belong in note")
    try:
        meant = convert(value, given, wanted)
    except InputError:
        raise Unread(
            f"'{text}' is in {given}, and the column in {wanted}",
            f"write it in{unit_shown(name)}, or move it to its own column",
        ) from None
    raise Unread(f"'{text}' is in {given}, and the column in {wanted}", f"did you mean {shown(meant)}?")
