"""Add a row to a diary that is a text, and leave every other byte of it as it is."""

from __future__ import annotations

import csv
import datetime
import io
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sudomotor.diary.canonical import cell
from sudomotor.diary.entry import COLUMNS, NUMBERS, Entry
from sudomotor.diary.header import read_header
from sudomotor.diary.problems import DiaryError, Problem
from sudomotor.diary.reader import decimals, declarations, from_table
from sudomotor.diary.sheets import is_spreadsheet
from sudomotor.diary.table import Table, delimiter_of, read_table
from sudomotor.diary.text import decode, read_bytes
from sudomotor.errors import InputError

_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252")
_THREE = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})")
_NOTE = "note"


@dataclass(frozen=True)
class Added:
    """A row that was added.

    Attributes
    ----------
    entry : what it says.
    line : as it stands in the file.
    row : its line of the file.
    notes : what had to be done for it, in words.
    """

    entry: Entry
    line: str
    row: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Said:
    """Where the diary comes from, and what is declared of it; see `Diary.read`."""

    source: str
    day_first: bool | None
    decimal_comma: bool | None
    today: datetime.date


def append_entry(
    path: Path,
    entry: Entry,
    *,
    day_first: bool | None = None,
    decimal_comma: bool | None = None,
    today: datetime.date | None = None,
) -> Added:
    """Add an entry at the end of a diary, in the spelling of its rows; the file is replaced in one step, or not at all.

    Delimiter, decimal sign, order of dates, line ends, encoding, comments and the order of columns stay what they are. Where the
    diary has no column for a value that is given, the value goes into the note; where it has no note either, that column is
    added to the header. A site that would change what rows without one mean goes into the note too.

    Parameters
    ----------
    path : the diary.
    entry : what to add.
    day_first, decimal_comma : as for `Diary.read`.
    today : the last day that an entry may be of; default: today.

    Returns
    -------
    Added

    Raises
    ------
    DiaryError
        Where the diary cannot be read as it stands, or the row contradicts it or is there already.
    InputError
        For a spreadsheet, and where the file cannot be written. The file is then as it was.

    Examples
    --------
    >>> import datetime, tempfile
    >>> path = Path(tempfile.mkdtemp()) / "me.csv"
    >>> _ = path.write_text("date;hdss;note\\n2026-03-01;3;\\n")
    >>> append_entry(path, Entry(date=datetime.date(2026, 3, 2), note="calm; dry")).line
    '2026-03-02;;"calm; dry"'
    >>> path.read_text().splitlines()[1:]
    ['2026-03-01;3;', '2026-03-02;;"calm; dry"']
    """
    data = read_bytes(path)
    if is_spreadsheet(data):
        raise InputError(
            f"{path.name} is a spreadsheet, and rows are added to CSV texts only: formulas and formats would be lost",
            where=str(path),
            mend=f"save the sheet as CSV and add to that, or type the row yourself: {told(entry)}",
        )
    text, _ = decode(data, path.name)
    said = _Said(path.name, day_first, decimal_comma, today or datetime.date.today())
    table = read_table(text, path.name)
    before = _entries(table, said)
    new, row, added = _with_row(text, table, entry, said)
    problems = _contradictions(new, row, before, said)
    if problems is not None and entry.site is not None and not any(each.row == row for each in problems):
        new, row, added = _with_row(text, table, _in_note(entry, ("site", "side")), said)
        problems = _contradictions(new, row, before, said)
        why = "the site stands in the note: in its column it would change what rows without a site mean"
        added = replace(added, notes=(*added.notes, why))
    if problems is not None:
        raise DiaryError(path.name, problems or [Problem(row, "", "the row would change other rows", told(entry))])
    _replace(path, data, _encoded(new, text, data))
    return added


def told(entry: Entry) -> str:
    """An entry by its columns, to be typed.

    >>> told(Entry(date=datetime.date(2026, 3, 1), site="palms"))
    'date 2026-03-01, site palms'
    """
    return ", ".join(f"{name} {cell(entry, name)}" for name in COLUMNS if cell(entry, name))


def _entries(table: Table, said: _Said) -> list[Entry]:
    """The entries of a diary; none of one that was only begun."""
    try:
        diary = from_table(
            table, said.source, day_first=said.day_first, decimal_comma=said.decimal_comma, today=said.today
        )
    except DiaryError as error:
        if error.empty:
            return []
        raise
    return list(diary.entries)


def _contradictions(
    text: str, row: int, before: list[Entry], said: _Said
) -> tuple[Problem, ...] | None:
    """What is wrong with the diary once the row is in it; none, but not None, where other rows would mean something else."""
    try:
        after = _entries(read_table(text, said.source), said)
    except DiaryError as error:
        return error.problems
    return None if [each for each in after if each.row != row] == before else ()


def _in_note(entry: Entry, names: Sequence[str]) -> Entry:
    """An entry with some of its values told in the note."""
    parts = [entry.note] if entry.note else []
    place = [getattr(entry, name) for name in ("side", "site") if name in names and getattr(entry, name)]
    if place:
        parts.append(f"at the {' '.join(place)}" if "site" in names else f"{place[0]} side")
    parts += [f"{name} {cell(entry, name)}" for name in names if name not in ("site", "side")]
    empty: dict[str, Any] = dict.fromkeys(names)
    return replace(entry, note="; ".join(parts), **empty)


def _with_row(
    text: str, table: Table, entry: Entry, said: _Said
) -> tuple[str, int, Added]:
    """The text with a row for the entry at its end, the row's number, and what was done."""
    line, header = table.rows[0]
    names, _ = read_header(line, header, [False] * len(header))
    notes: list[str] = []
    lacking = [name for name in COLUMNS if name != _NOTE and name not in names and cell(entry, name)]
    if lacking:
        entry = _in_note(entry, lacking)
        notes.append(f"without a column in this diary, and so in the note: {', '.join(lacking)}")
    delimiter = delimiter_of(text)
    end = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    if entry.note and _NOTE not in names:
        text = _longer_header(text, line, f"{delimiter}{_NOTE}")
        names = [*names, _NOTE]
        notes.append("the column note was added to the header")
    day_first, comma = _spelling(table, names, said)
    cells = []
    for name in names:
        value = cell(entry, name) if name else ""
        if name == "date":
            value = _date_like(entry.date, table, names, day_first)
        elif name in NUMBERS and comma:
            value = value.replace(".", ",")
        cells.append(value)
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="").writerow(cells)
    new_line = out.getvalue()
    if not text.endswith(("\n", "\r")):
        text += end
    row = sum(1 for _ in io.StringIO(text, newline="")) + 1
    return text + new_line + end, row, Added(entry, new_line, row, tuple(notes))


def _spelling(
    table: Table, names: Sequence[str], said: _Said
) -> tuple[bool | None, bool | None]:
    """Whether the day comes first, and whether decimals have a comma, by what is said, declared or seen."""
    day_first, comma, _ = declarations(table.comments)
    if comma is None and not table.commas_part_columns:
        comma, _ = decimals(names, table.rows[1:])
    return (
        day_first if said.day_first is None else said.day_first,
        comma if said.decimal_comma is None else said.decimal_comma,
    )


def _date_like(date: datetime.date, table: Table, names: Sequence[str], day_first: bool | None) -> str:
    """A date in the order and with the signs of the last row's; year first where that one is written otherwise."""
    at = names.index("date")
    for _, cells in reversed(table.rows[1:]):
        if at < len(cells) and str(cells[at]).strip():
            found = _THREE.fullmatch(str(cells[at]).strip())
            if found is None or day_first is None:
                break
            first, second = (date.day, date.month) if day_first else (date.month, date.day)
            year = f"{date.year:04d}"[-len(found[4]) :]
            return f"{first:02d}{found[2]}{second:02d}{found[2]}{year}"
    return date.isoformat()


def _longer_header(text: str, line: int, more: str) -> str:
    """The text with something added to the end of the header's line."""
    lines = list(io.StringIO(text, newline=""))
    header = lines[line - 1]
    bare_line = header.rstrip("\r\n")
    lines[line - 1] = f"{bare_line}{more}{header[len(bare_line) :]}"
    return "".join(lines)


def _encoded(new: str, old: str, data: bytes) -> bytes:
    """The new text in the bytes of the old one: its byte order mark, its encoding."""
    for bom in ("", "\ufeff"):
        for encoding in _ENCODINGS:
            try:
                if (bom + old).encode(encoding) == data:
                    return (bom + new).encode(encoding)
            except UnicodeEncodeError:
                continue
    raise InputError(
        "the encoding of the diary cannot be kept", mend="save it again as UTF-8 (in Excel: 'CSV UTF-8')"
    )


def _replace(path: Path, before: bytes, after: bytes) -> None:
    """Put the new bytes in the file's place in one step, if nobody has changed it meanwhile."""
    real = Path(os.path.realpath(path))
    part = None
    try:
        with tempfile.NamedTemporaryFile(dir=real.parent, prefix=f".{real.name}.", delete=False) as file:
            part = Path(file.name)
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(real, part)
        if real.read_bytes() != before:
            raise InputError(
                f"{path.name} was changed by another program meanwhile, and was left as it is",
                where=str(path), mend="close it there, and try again",
            )  # fmt: skip
        part.replace(real)
        part = None
    except OSError as error:
        raise InputError(
            f"cannot write {path.name}: {error.strerror or error}", where=str(path),
            mend="close it in other programs; may you write in its folder?",
        ) from None  # fmt: skip
    finally:
        if part is not None:
            part.unlink(missing_ok=True)
