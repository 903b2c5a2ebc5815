"""What must hold within a row, and between the rows of a diary."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sudomotor.diary.entry import ANODE_SIDES, COLUMNS, NUMBERS, PLACE, SIDES, SITES, Entry
from sudomotor.diary.plausible import doubt, doubt_rate
from sudomotor.diary.problems import Problem
from sudomotor.errors import nearest

EARLIEST = datetime.date(1980, 1, 1)  # before the first devices for the home
# what is the same for the palms as for the soles
_EVERYWHERE = ("anxiety_0_10", "temperature_C")
_MEND = "give each its own time if both are right; otherwise delete one of the two"
_WORDS = {"site": SITES, "side": SIDES, "anode_side": ANODE_SIDES}


def check_row(
    values: Mapping[str, Any],
    row: int,
    *,
    today: datetime.date | None = None,
    unread: Collection[str] = (),
) -> list[Problem]:
    """Everything that is wrong within one row.

    Parameters
    ----------
    values : what was read, by column; a column that is absent or None was not given.
    row : its number.
    today : the last day that a date may have; None if it may have any.
    unread : columns whose cell could not be read: nothing more is said of them.
    """
    found: list[Problem] = []

    def wrong(column: str, what: str, mend: str) -> None:
        if column not in unread:
            found.append(Problem(row, column, what, mend))

    empty = not unread and all(values.get(name) is None for name in COLUMNS if name not in PLACE)
    _check_date(values.get("date"), None if empty else today, wrong)  # an empty row may wait for its day
    for name, known in _WORDS.items():
        word = values.get(name)
        if word is not None and word not in known:
            close = nearest(str(word), known)
            hint = f"did you mean '{close}'? " if close else ""
            wrong(name, f"unknown {name.replace('_', ' ')} '{word}'", f"{hint}known: {', '.join(known)}")
    sound = set(NUMBERS) - set(unread)
    for name in NUMBERS:
        value = values.get(name)
        if value is not None and (why := doubt(name, value)):
            wrong(name, *why)
            sound.discard(name)
    _check_pairs(values, unread, wrong)
    mg, minutes = values.get("sweat_mg"), values.get("sweat_minutes")
    if mg is not None and minutes is not None and {"sweat_mg", "sweat_minutes"} <= sound:
        why = doubt_rate(mg, minutes)
        if why:
            wrong("sweat_mg", *why)
    return found


def _check_date(
    date: datetime.date | None, today: datetime.date | None, wrong: Callable[[str, str, str], None]
) -> None:
    if date is None:
        wrong("date", "the date is missing", "give every row its date, as 2026-03-01")
    elif date < EARLIEST:
        wrong("date", f"{date} lies before {EARLIEST.year}", "correct the year")
    elif today is not None and date > today:
        wrong(
            "date",
            f"{date} lies in the future (today is {today})",
            "correct the date; a diary holds what has happened",
        )


def _check_pairs(
    values: Mapping[str, Any], unread: Collection[str], wrong: Callable[[str, str, str], None]
) -> None:
    given = {name for name in (*NUMBERS, "anode_side") if values.get(name) is not None} | set(unread)
    if ("current_mA" in given) != ("minutes" in given):
        missing = "minutes" if "current_mA" in given else "current_mA"
        there = "current_mA" if missing == "minutes" else "minutes"
        wrong(
            missing,
            f"{there} is given, and {missing} is missing",
            "a session needs both, current_mA and minutes",
        )
    elif "current_mA" not in given:
        for name in ("anode_side", "volts"):
            if name in given:
                wrong(
                    name,
                    f"{name} is given, but the row has no session",
                    "add current_mA and minutes, or leave it empty",
                )
    if "sweat_mg" in given and "sweat_minutes" not in given:
        wrong(
            "sweat_minutes",
            "sweat_mg is given, and sweat_minutes is missing",
            "say for how many minutes the sweat was gathered",
        )
    if "sweat_minutes" in given and "sweat_mg" not in given:
        wrong(
            "sweat_mg",
            "sweat_minutes is given, and sweat_mg is missing",
            "add what was weighed; 0 if nothing was there to be weighed",
        )


def fill_sites(entries: Sequence[Entry]) -> tuple[list[Entry], list[str], list[Problem]]:
    """Give sessions and readings that name no site the only site that the diary can mean.

    Returns
    -------
    The entries, what was assumed, and what cannot be known.
    """
    named = [site for site in SITES if any(entry.site == site for entry in entries)]
    lacking = [entry for entry in entries if entry.site is None and (entry.is_session or entry.is_reading)]
    if not lacking:
        return list(entries), [], []
    if len(named) > 1:
        several = " and ".join(named)
        return (
            list(entries),
            [],
            [
                Problem(entry.row, "site", "no site is named", f"the diary is of {several}: say which")
                for entry in lacking
            ],
        )
    site = named[0] if named else SITES[0]
    count = f"{len(lacking)} row{'s' if len(lacking) > 1 else ''}"
    if named:
        note = f"{count} without a site: taken as {site}, the only site of this diary"
    else:
        note = f"no row names a site: {site} taken"
    missing = set(map(id, lacking))
    filled = [replace(entry, site=site) if id(entry) in missing else entry for entry in entries]
    return filled, [note], []


def find_clashes(entries: Iterable[Entry]) -> list[Problem]:
    """Rows that say the same thing twice, or two things that cannot both be.

    Rows of one date and time complete each other: a session in one, a reading in another. Neither may give
    the same for the same site and side twice.
    """
    found: list[Problem] = []
    rows: dict[Entry, int] = {}
    told: dict[tuple[object, ...], tuple[tuple[object, ...], str, int]] = {}
    for entry in entries:
        when = f"{entry.date}" + (f" {entry.time:%H:%M}" if entry.time else "")
        first = rows.setdefault(entry, entry.row)
        if first != entry.row:
            found.append(Problem(entry.row, "", f"the row says the same as row {first} ({when})", _MEND))
            continue
        for column, value, words in _told(entry):
            place = () if column in _EVERYWHERE else (entry.site, entry.side or SIDES[-1])
            key = (column, entry.date, entry.time, *place)
            before, words_before, row = told.setdefault(key, (value, words, entry.row))
            if row == entry.row or (column in _EVERYWHERE and before == value):
                continue
            what = "twice the same" if before == value else "two different things"
            text = f"{what} for {when}: {words_before} in row {row}, {words} in row {entry.row}"
            found.append(Problem(entry.row, column, text, _MEND))
    return found


def _told(entry: Entry) -> list[tuple[str, tuple[object, ...], str]]:
    """What an entry tells: the column that stands for it, the values, the values in words."""
    told: list[tuple[str, tuple[object, ...], str]] = []
    if entry.is_session:
        words = f"{entry.current_mA:g} mA for {entry.minutes:g} min"
        told.append(("current_mA", (entry.current_mA, entry.minutes), words))
    if entry.hdss is not None:
        told.append(("hdss", (entry.hdss,), f"HDSS {entry.hdss}"))
    if entry.sweat_mg is not None:
        words = f"{entry.sweat_mg:g} mg in {entry.sweat_minutes or 0:g} min"
        told.append(("sweat_mg", (entry.sweat_mg, entry.sweat_minutes), words))
    for name in ("wetness_0_10", *_EVERYWHERE):
        value = getattr(entry, name)
        if value is not None:
            told.append((name, (value,), f"{name} {value:g}"))
    return told
