"""A diary: rows that have been read and checked, sorted by time."""

from __future__ import annotations

import datetime
import numbers
import os
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from sudomotor.diary import canonical
from sudomotor.diary.checks import check_row, fill_sites, find_clashes
from sudomotor.diary.entry import COLUMNS, NUMBERS, SITES, Entry
from sudomotor.diary.problems import DiaryError, Problem
from sudomotor.diary.words import clean_text, hidden_character
from sudomotor.errors import InputError


@dataclass(frozen=True)
class Diary:
    """What a person has kept of sessions and readings.

    Two diaries are equal if their entries are.

    Attributes
    ----------
    entries : sorted by date, time and row; an entry without a time comes first on its day.
    source : name of the file, or another word for where it comes from.
    notes : what was assumed or left out when it was read, in words.

    Examples
    --------
    >>> import datetime
    >>> diary = Diary.of(
    ...     [
    ...         Entry(row=2, date=datetime.date(2026, 3, 1), current_mA=12.0, minutes=20.0, hdss=4),
    ...         Entry(row=3, date=datetime.date(2026, 3, 9), hdss=2),
    ...     ]
    ... )
    >>> diary.days, len(diary.sessions), len(diary.readings), diary.sites
    (9, 1, 2, ('palms',))
    >>> diary.notes
    ('no row names a site: palms taken',)
    """

    entries: tuple[Entry, ...]
    source: str = field(default="a diary", compare=False)
    notes: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of(
        cls,
        entries: Iterable[Entry],
        source: str = "a diary",
        *,
        today: datetime.date | None = None,
        notes: Iterable[str] = (),
    ) -> Diary:
        """Check entries and make a diary of them.

        Parameters
        ----------
        entries : in any order; those that say only when and where are left out, which is noted.
        source : where they come from, for errors.
        today : the last day that an entry may be of; without it any day may come.
        notes : what was assumed before.

        Raises
        ------
        DiaryError
            with everything that is wrong, by row.
        """
        problems: list[Problem] = []
        sound: list[Entry] = []
        for number, entry in enumerate(entries, start=2):
            row = entry.row or number
            plain, wrong = _typed(replace(entry, row=row))
            wrong += check_row(
                {name: getattr(plain, name) for name in COLUMNS},
                row,
                today=today,
                unread=[each.column for each in wrong],
            )
            problems += wrong
            if not wrong:
                sound.append(plain)
        return cls.assemble(sound, problems, source=source, notes=notes)

    @classmethod
    def assemble(
        cls, entries: Iterable[Entry], problems: Iterable[Problem], *, source: str, notes: Iterable[str]
    ) -> Diary:
        """Sort entries that are sound in themselves, complete their sites, and check them against each other."""
        found, told = list(problems), list(notes)
        everything = list(entries)
        kept = [entry for entry in everything if not entry.holds_nothing]
        if len(kept) < len(everything):
            count = len(everything) - len(kept)
            told.append(
                f"{count} row{'s' if count > 1 else ''} with nothing but a date, a time or a site left out"
            )
        kept, assumed, lacking = fill_sites(sorted(kept, key=lambda entry: entry.order))
        found += lacking + find_clashes(kept)
        if not kept and not found:
            what = "no row says anything beyond its date" if everything else "the diary has no rows yet"
            mend = "write down a session (current_mA, minutes) or a reading (hdss, sweat_mg or wetness_0_10)"
            raise DiaryError(source, [Problem(0, "", what, mend)], empty=True)
        if found:
            raise DiaryError(source, found)
        return cls(tuple(kept), source, (*told, *assumed))

    @classmethod
    def read(
        cls,
        path: str | os.PathLike[str],
        *,
        day_first: bool | None = None,
        decimal_comma: bool | None = None,
        today: datetime.date | None = None,
        sheet: str | int | None = None,
    ) -> Diary:
        """Read a diary from a CSV file or a spreadsheet (.xlsx, .xls, .ods).

        Parameters
        ----------
        path : the file.
        day_first : dates are written 31/12/2026 (True) or 12/31/2026 (False). Without it dates are read as
            2026-12-31, and any other order is asked about.
        decimal_comma : decimals are written 12,5 (True) or 12.5 (False). Without it a comma is taken for a
            decimal sign only where it can be nothing else.
        today : the last day that an entry may be of; the day of the computer's clock if it is not given.
        sheet : name or number (from 1) of the sheet of a spreadsheet that has several.

        Raises
        ------
        DiaryError
            with everything that is wrong, by row and column.
        """
        from sudomotor.diary.reader import read

        return read(Path(path), day_first=day_first, decimal_comma=decimal_comma, today=today, sheet=sheet)

    @property
    def first(self) -> datetime.date:
        """The day of the first entry."""
        return self.entries[0].date

    @property
    def last(self) -> datetime.date:
        """The day of the last entry."""
        return self.entries[-1].date

    @property
    def days(self) -> int:
        """Days from the first entry to the last, both counted."""
        return (self.last - self.first).days + 1

    @cached_property
    def sessions(self) -> tuple[Entry, ...]:
        """Entries that hold a session."""
        return tuple(entry for entry in self.entries if entry.is_session)

    @cached_property
    def readings(self) -> tuple[Entry, ...]:
        """Entries that say how wet the person was."""
        return tuple(entry for entry in self.entries if entry.is_reading)

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Sites that entries name."""
        named = {entry.site for entry in self.entries}
        return tuple(site for site in SITES if site in named)

    @cached_property
    def sha256(self) -> str:
        """A hash of what the entries say; order of rows and columns, delimiter and encoding do not change it."""
        return canonical.sha256(self.entries)

    def until(self, date: datetime.date) -> Diary:
        """The entries up to a day, that day included.

        Raises
        ------
        InputError
            when there are none.
        """
        kept = tuple(entry for entry in self.entries if entry.date <= date)
        if not kept:
            raise InputError(
                f"the diary has no entry up to {date}",
                where=self.source,
                mend=f"it begins on {self.first}: name a later day",
            )
        return replace(self, entries=kept)

    def to_csv_text(self, *, delimiter: str = ",", decimal_comma: bool = False) -> str:
        """The diary as a table that `Diary.read` reads back to an equal one.

        Parameters
        ----------
        delimiter : "," or ";" or a tab.
        decimal_comma : write decimals as 12,5; the text then says so in its first lines.
        """
        return canonical.to_text(self.entries, delimiter=delimiter, decimal_comma=decimal_comma)

    def write(self, path: str | os.PathLike[str], *, force: bool = False) -> Path:
        """Write the diary as a CSV file; one that is there is overwritten only if `force` is given."""
        from sudomotor.diary.files import write_text

        return write_text(Path(path), self.to_csv_text(), force=force)


def _typed(entry: Entry) -> tuple[Entry, list[Problem]]:
    """An entry with plain types: whole numbers become floats, texts lose blanks at their ends."""
    changed: dict[str, Any] = {}
    found: list[Problem] = []

    def wrong(name: str, value: object, what: str, mend: str) -> None:
        found.append(Problem(entry.row, name, f"{name} must be {what}, got {value!r}", mend))
        changed[name] = None

    for each in fields(Entry):
        name, value = each.name, getattr(entry, each.name)
        if value is None or name == "row":
            continue
        if name == "date":
            if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
                wrong(name, value, "a date without a time", "give a datetime.date, and the time by itself")
        elif name == "time":
            if not isinstance(value, datetime.time) or value.tzinfo or value.microsecond:
                wrong(name, value, "a plain time in whole seconds", "give a datetime.time without a zone")
        elif name in NUMBERS:
            if isinstance(value, bool) or not isinstance(value, numbers.Real):
                wrong(name, value, "a number", f"{name}=1.0")
                continue
            number = float(value) + 0.0  # no negative zero
            changed[name] = int(number) if name == "hdss" and number.is_integer() else number
        elif not isinstance(value, str):
            wrong(name, value, "a text", "give it as words")
        elif hidden := hidden_character(value):
            wrong(name, value, f"a plain text, without {hidden}", "leave that character out")
        else:
            changed[name] = clean_text(value)
    return replace(entry, **changed), found
