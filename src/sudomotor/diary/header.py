"""The header of a diary: which column is which, and what was meant by one that is unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sudomotor.diary.entry import COLUMNS
from sudomotor.diary.problems import Problem
from sudomotor.errors import nearest

# names that lack their unit, have another, or come from other habits, and what to say of them
_MEANT: Mapping[str, tuple[str, str]] = {
    **dict.fromkeys(("current", "ma", "milliamps", "amps", "dose"), ("current_mA", "the unit is missing")),
    **dict.fromkeys(("currenta", "currentua"), ("current_mA", "the current is in mA")),
    **dict.fromkeys(("duration", "length", "min", "mins", "durationmin", "durationminutes"), ("minutes", "")),
    **dict.fromkeys(("hours", "seconds", "durationh", "durations"), ("minutes", "it is in minutes")),
    **dict.fromkeys(("voltage", "v", "voltagev", "volt"), ("volts", "")),
    **dict.fromkeys(("anode", "plus", "polarity"), ("anode_side", "")),
    **dict.fromkeys(("sweat", "weight", "gravimetry"), ("sweat_mg", "the unit is missing")),
    **dict.fromkeys(("sweatg", "sweatml"), ("sweat_mg", "it is in mg, a gram is 1000")),
    **dict.fromkeys(("sweatmin", "sweattime", "sweatseconds"), ("sweat_minutes", "")),
    **dict.fromkeys(("wetness", "wet", "wetness010"), ("wetness_0_10", "the scale is missing")),
    **dict.fromkeys(("anxiety", "stress", "fear"), ("anxiety_0_10", "the scale is missing")),
    **dict.fromkeys(("wetness0100", "wetness010"), ("wetness_0_10", "the scale goes from 0 to 10")),
    **dict.fromkeys(("anxiety0100",), ("anxiety_0_10", "the scale goes from 0 to 10")),
    **dict.fromkeys(("temperature", "temp", "weather"), ("temperature_C", "the unit is missing")),
    **dict.fromkeys(("temperaturef", "tempf"), ("temperature_C", "it is in °C")),
    **dict.fromkeys(("notes", "comment", "comments", "remark"), ("note", "")),
    **dict.fromkeys(("treatment", "medication", "drug", "cream"), ("other_treatment", "")),
    **dict.fromkeys(("day", "when", "datum"), ("date", "")),
    **dict.fromkeys(("hour", "clock"), ("time", "")),
    **dict.fromkeys(("place", "area", "bodysite"), ("site", "")),
    **dict.fromkeys(("score", "severity"), ("hdss", "")),
}
_LOOKS_LIKE_DATE = re.compile(r"\s*\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}")


def bare(name: str) -> str:
    """A column's name without case, blanks and signs.

    >>> bare("Current (mA)"), bare(" anxiety_0-10 ")
    ('currentma', 'anxiety010')
    """
    return re.sub(r"[\W_]+", "", name).lower()


_KNOWN = {bare(name): name for name in COLUMNS}


def read_header(row: int, cells: Sequence[object], filled: Sequence[bool]) -> tuple[list[str], list[Problem]]:
    """The column of each cell, "" for one that has neither a name nor content.

    Parameters
    ----------
    row : the header's row.
    cells : its cells.
    filled : whether anything stands below each of them.

    Returns
    -------
    Names, and what is wrong with them.

    Examples
    --------
    >>> read_header(1, ["Date", "HDSS"], [True, True])[0]
    ['date', 'hdss']
    >>> read_header(1, ["date", "current"], [True, True])[1][0].mend
    "the unit is missing: did you mean 'current_mA'?"
    """
    texts = ["" if cell is None else str(cell).strip() for cell in cells]
    if not any(bare(text) in _KNOWN or bare(text) in _MEANT for text in texts):
        return [], [_no_header(row, texts)]
    names: list[str] = []
    found: list[Problem] = []
    for number, text in enumerate(texts, start=1):
        name = _KNOWN.get(bare(text), "")
        if not text:
            if number <= len(filled) and filled[number - 1]:
                mend = "name it, or delete it"
                found.append(Problem(row, "", f"column {number} has content and no name in the header", mend))
        elif not name:
            found.append(Problem(row, text, f"unknown column '{text}'", _mend_name(text)))
        elif name in names:
            found.append(
                Problem(row, name, f"the column {name} is there twice", "keep one of the two, or rename it")
            )
        names.append(name)
    if "date" not in names and not any(bare(text) in _MEANT and _meant(text) == "date" for text in texts):
        found.append(
            Problem(row, "date", "there is no column 'date'", "add it: it is the only one that must be there")
        )
    return names, found


def _meant(text: str) -> str:
    return _MEANT[bare(text)][0]


def _mend_name(text: str) -> str:
    known = f"known: {', '.join(COLUMNS)}"
    if bare(text) in _MEANT:
        name, why = _MEANT[bare(text)]
        return f"{why + ': ' if why else ''}did you mean '{name}'?"
    close = nearest(bare(text), _KNOWN)
    return (
        f"did you mean '{_KNOWN[close]}'? {known}"
        if close
        else f"what has no column belongs in note; {known}"
    )


def _no_header(row: int, texts: Sequence[str]) -> Problem:
    if any(_LOOKS_LIKE_DATE.match(text) for text in texts):
        what = "the header is missing: the first row holds data"
    else:
        shown = ", ".join(f"'{text[:20]}'" for text in texts if text)
        what = f"the first row names no column of a diary, but {shown[:120]}"
    mend = "the first row names the columns, parted by comma, semicolon or tab, e.g. date,time,current_mA,minutes,hdss"
    return Problem(row, "", what, mend)
