"""Rows of a spreadsheet: Excel's .xlsx and .xls, and .ods."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
import zlib
from typing import Any

from sudomotor.diary import sheet_child
from sudomotor.diary.entry import COLUMNS
from sudomotor.diary.header import bare
from sudomotor.diary.table import Table
from sudomotor.diary.text import MOST_ROWS, refuse, too_many_rows
from sudomotor.errors import nearest

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_CHUNK = 1 << 20
_MOST_UNPACKED = 400_000_000
_MOST_SECONDS = 120
_PEEK = 40
_CSV = "save it again in a spreadsheet program, or save the sheet as CSV"
Rows = list[tuple[int, list[Any]]]


def is_spreadsheet(data: bytes) -> bool:
    """Whether a file is one, by its first bytes; its name does not matter."""
    return data.startswith((ZIP, OLE))


def read_sheet(data: bytes, source: str, sheet: str | int | None) -> Table:
    """The rows of one sheet.

    Parameters
    ----------
    data : the file.
    source : its name, for errors.
    sheet : name or number (from 1); None for the only one that looks like a diary.
    """
    if data.startswith(ZIP):
        _look_inside(data, source)
    sheets = _unpacked(data, source)
    name = _choose(sheets, sheet, source)
    table = Table()
    for number, cells in sheets[name]:
        table.add(number, [sheet_child.rebuilt(cell) for cell in cells], source)
    if len(sheets) > 1:
        table.notes.append(f"sheet '{name}' read, of {len(sheets)}")
    return table


def _unpacked(data: bytes, source: str) -> dict[str, Rows]:
    """All sheets by name. The library may take the process down over a damaged file: it gets one of its own."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", sheet_child.__file__, str(MOST_ROWS + 1)],
            input=data,
            capture_output=True,
            timeout=_MOST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise refuse(source, "the spreadsheet takes too long to read", _CSV) from None
    try:
        told = json.loads(done.stdout)
    except ValueError:
        if b"No module named 'python_calamine'" in done.stderr:
            raise refuse(source, "python-calamine is not installed", "pip install python-calamine") from None
        what = "the spreadsheet is damaged, or has a cell far away from all others"
        raise refuse(source, what, "copy the rows into a new spreadsheet, or save the sheet as CSV") from None
    if "error" in told:
        kind, text = told["error"]
        if kind == "password":
            raise refuse(source, "the spreadsheet has a password", "save a copy of it without a password")
        raise refuse(source, f"the spreadsheet cannot be read: {text}", _CSV)
    if not told["sheets"]:
        raise refuse(source, "the spreadsheet has no sheets", _CSV)
    return {name: [(number, cells) for number, cells in rows] for name, rows in told["sheets"]}


def _look_inside(data: bytes, source: str) -> None:
    """Refuse a damaged file, one that is no spreadsheet, and one with too many rows, before it is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            sheets = [n for n in names if n.startswith("xl/worksheets/sheet") or n == "content.xml"]
            if not sheets:
                raise refuse(
                    source,
                    "this is a packed file, and no spreadsheet",
                    "name the diary itself, .xlsx or .csv",
                )
            _count_rows(archive, sheets, source)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError):
        raise refuse(
            source,
            "the spreadsheet is damaged or was cut off",
            "take a copy that opens in a spreadsheet program, or save the sheet as CSV",
        ) from None


def _count_rows(archive: zipfile.ZipFile, sheets: list[str], source: str) -> None:
    unpacked = 0
    for name in sheets:
        mark = b"<table:table-row" if name == "content.xml" else b"<row "
        rows, tail = 0, b""
        with archive.open(name) as part:
            while chunk := part.read(_CHUNK):
                unpacked += len(chunk)
                rows += (tail + chunk).count(mark)
                tail = chunk[1 - len(mark) :]
                if rows > MOST_ROWS + 1:
                    raise too_many_rows(source)
                if unpacked > _MOST_UNPACKED:
                    raise refuse(source, "the spreadsheet is too large for a diary", _CSV)


def _choose(sheets: dict[str, Rows], sheet: str | int | None, source: str) -> str:
    names = list(sheets)
    if sheet is not None:
        return _named(names, sheet, source)
    looks = [name for name in names if _looks_like_diary(sheets[name])]
    if len(looks) == 1 or len(names) == 1:
        return (looks or names)[0]
    if looks:
        raise refuse(
            source,
            f"{len(looks)} sheets look like a diary: {', '.join(repr(name) for name in looks)}",
            f"say which one: --sheet '{looks[0]}' (sheet= in Python)",
        )
    listed = ", ".join(f"'{name}'" for name in names)
    raise refuse(
        source,
        f"none of the sheets {listed} has a column 'date'",
        f"say which one is the diary: --sheet '{names[0]}' (sheet= in Python)",
    )


def _named(names: list[str], sheet: str | int, source: str) -> str:
    if isinstance(sheet, str) and sheet in names:
        return sheet
    text = str(sheet).strip()
    if text.isascii() and text.isdigit() and 1 <= int(text) <= len(names):
        return names[int(text) - 1]
    lowered = {name.lower().strip(): name for name in names}
    if text.lower() in lowered:
        return lowered[text.lower()]
    close = nearest(text, lowered)
    hint = f"did you mean '{lowered[close]}'? " if close else ""
    raise refuse(source, f"there is no sheet '{sheet}'", f"{hint}known: {', '.join(names)}")


def _looks_like_diary(rows: Rows) -> bool:
    """Whether one of the first rows holds the names of a diary's columns."""
    known = {bare(name) for name in COLUMNS}
    for _, cells in rows[:_PEEK]:
        texts = {bare(cell) for cell in cells if isinstance(cell, str)}
        if "date" in texts and known & texts:
            return True
    return False
