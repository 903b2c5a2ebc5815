"""Read a diary from a file: text or spreadsheet to rows, rows to entries, every fault with its place."""

from __future__ import annotations

import datetime
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sudomotor.diary.amounts import decimal_sign
from sudomotor.diary.canonical import DATES, DECIMALS
from sudomotor.diary.cells import CellReader
from sudomotor.diary.checks import check_row
from sudomotor.diary.entry import NUMBERS, Entry
from sudomotor.diary.header import read_header
from sudomotor.diary.problems import DiaryError, Problem
from sudomotor.diary.sheets import is_spreadsheet, read_sheet
from sudomotor.diary.table import Table, read_table
from sudomotor.diary.text import decode, read_bytes, refuse
from sudomotor.diary.unread import Unread
from sudomotor.diary.when import DECLARE, UndeclaredOrder
from sudomotor.diary.words import plain
from sudomotor.errors import nearest

if TYPE_CHECKING:
    from sudomotor.diary.diary import Diary

_DECLARED = re.compile(r"(dates?|decimals?)\s*[:=]\s*(.+)", re.IGNORECASE)


def read(
    path: Path,
    *,
    day_first: bool | None = None,
    decimal_comma: bool | None = None,
    today: datetime.date | None = None,
    sheet: str | int | None = None,
) -> Diary:
    """Read a diary; `Diary.read` says what the arguments mean."""
    data = read_bytes(path)
    notes: list[str] = []
    if is_spreadsheet(data):
        table = read_sheet(data, path.name, sheet)
    else:
        if sheet is not None:
            raise refuse(path.name, "the file is a text, and has no sheets", "leave --sheet out")
        text, notes = decode(data, path.name)
        table = read_table(text, path.name)
    return from_table(
        table,
        path.name,
        notes=notes,
        day_first=day_first,
        decimal_comma=decimal_comma,
        today=today or datetime.date.today(),
    )


def from_table(
    table: Table,
    source: str,
    *,
    notes: Sequence[str] = (),
    day_first: bool | None = None,
    decimal_comma: bool | None = None,
    today: datetime.date | None = None,
) -> Diary:
    """A diary from rows of cells, of which the first is the header."""
    from sudomotor.diary.diary import Diary

    told = [*notes, *table.notes]
    declared_day_first, declared_comma, problems = declarations(table.comments)
    problems += table.problems
    day_first = declared_day_first if day_first is None else day_first
    decimal_comma = declared_comma if decimal_comma is None else decimal_comma
    if not table.rows:
        if not problems:
            what = "the file holds only comments" if table.comments else "the file is empty"
            problems.append(
                Problem(0, "", what, "`sudomotor diary new FILE` begins a diary with all columns")
            )
        raise DiaryError(source, problems)
    (header_row, header), *rows = table.rows
    names, wrong = read_header(header_row, header, _filled(rows))
    if wrong:
        raise DiaryError(source, [*problems, *wrong])
    if decimal_comma is None:
        decimal_comma, seen = (False, False) if table.commas_part_columns else decimals(names, rows)
        if decimal_comma and seen:
            told.append("commas in numbers were taken for decimal signs")
    cells = CellReader(day_first, decimal_comma, commas_part_columns=table.commas_part_columns)
    entries: list[Entry] = []
    undeclared: list[tuple[int, UndeclaredOrder]] = []
    for row, content in rows:
        entry, wrong = _entry(row, names, content, cells, today, undeclared)
        problems += wrong
        if entry is not None:
            entries.append(entry)
    problems += _undeclared_problems(undeclared)
    if any(before.order[:3] > after.order[:3] for before, after in pairwise(entries)):
        told.append("the rows were not in the order of time, and were sorted")
    return Diary.assemble(entries, problems, source=source, notes=told)


def _filled(rows: Sequence[tuple[int, list[Any]]]) -> list[bool]:
    """Whether each column has content anywhere below the header."""
    filled: list[bool] = []
    for _, cells in rows:
        if len(cells) > len(filled):
            filled += [False] * (len(cells) - len(filled))
        for i, cell in enumerate(cells):
            if not filled[i] and cell is not None and cell != "":
                filled[i] = not isinstance(cell, str) or bool(cell.strip())
    return filled


def decimals(names: Sequence[str], rows: Sequence[tuple[int, list[Any]]]) -> tuple[bool | None, bool]:
    """Which decimal sign the columns of numbers use; see `decimal_sign`."""
    columns = [i for i, name in enumerate(names) if name in NUMBERS]
    return decimal_sign(
        plain(cells[i]) for _, cells in rows for i in columns if i < len(cells) and isinstance(cells[i], str)
    )


def declarations(comments: Sequence[tuple[int, str]]) -> tuple[bool | None, bool | None, list[Problem]]:
    """What comment lines such as "dates: day-month-year" and "decimals: comma" declare."""
    said: dict[str, tuple[str, int]] = {}
    problems: list[Problem] = []
    for row, text in comments:
        found = _DECLARED.fullmatch(text.strip(" ;,\t"))
        if not found:
            continue
        kind = "dates" if found[1].lower().startswith("date") else "decimals"
        known = DATES if kind == "dates" else DECIMALS
        word = re.sub(r"[\s/.,;_-]+", "-", found[2].strip().lower()).strip("-")
        if word not in known:
            close = nearest(word, known)
            hint = f"did you mean '{close}'? " if close else ""
            what = (
                f"unknown order of {kind} '{found[2].strip()}'"
                if kind == "dates"
                else f"unknown {kind} '{word}'"
            )
            problems.append(Problem(row, "", what, f"{hint}known: {', '.join(known)}"))
        elif kind in said and said[kind][0] != word:
            before, line = said[kind]
            what = f"{kind} are declared twice: {before} in row {line}, {word} in row {row}"
            problems.append(Problem(row, "", what, "keep the line that is right"))
        else:
            said[kind] = (word, row)
    day_first = DATES[said["dates"][0]] if "dates" in said else None
    comma = DECIMALS[said["decimals"][0]] if "decimals" in said else None
    return day_first, comma, problems


def _entry(
    row: int,
    names: Sequence[str],
    content: Sequence[Any],
    cells: CellReader,
    today: datetime.date | None,
    undeclared: list[tuple[int, UndeclaredOrder]],
) -> tuple[Entry | None, list[Problem]]:
    """The entry of one row, None where something is wrong with it."""
    problems: list[Problem] = []
    extra = [cell for cell in content[len(names) :] if cell is not None and str(cell).strip()]
    if extra:
        what = f"the row has {len(content)} cells, the header {len(names)}: '{str(extra[0])[:30]}' is in none"
        mend = "put a cell that holds the separator into quotation marks"
        if cells.commas_part_columns:
            mend += "; numbers need a decimal point, or quotation marks and --decimal-comma"
        return None, [Problem(row, "", what, mend)]
    values: dict[str, Any] = {}
    unread: set[str] = set()
    for name, cell in zip(names, content, strict=False):
        if not name or cell is None or cell == "":
            continue
        try:
            cells.read(name, cell, values)
        except UndeclaredOrder as error:
            undeclared.append((row, error))
            unread.add(name)
        except Unread as error:
            problems.append(Problem(row, name, error.what, error.mend))
            unread.add(name)
    problems += check_row(values, row, today=today, unread=unread)
    if problems or unread:
        return None, problems
    return Entry(row=row, **values), []


def _undeclared_problems(undeclared: Sequence[tuple[int, UndeclaredOrder]]) -> list[Problem]:
    """All dates whose order was not declared share one mend, which names the order if only one can be."""
    only = {(error.only, error.text, row) for row, error in undeclared if error.only}
    mend = DECLARE
    if len({option for option, _, _ in only}) == 1:
        option, text, row = min(only, key=lambda each: each[2])
        mend = f"it looks like {option} ('{text}' in row {row} can be nothing else): {DECLARE}"
    return [Problem(row, "date", error.what, mend) for row, error in undeclared]
