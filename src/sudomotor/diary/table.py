"""From text to rows of cells: delimiter, quotation marks, comments, line ends."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sudomotor.diary.entry import COLUMNS
from sudomotor.diary.header import bare
from sudomotor.diary.problems import Problem
from sudomotor.diary.text import MOST_ROWS, too_many_rows

DELIMITERS = (",", ";", "\t")
_SEPARATOR = re.compile(r"\s*\"?sep=(.)\"?\s*", re.IGNORECASE)


@dataclass
class Table:
    """Rows of cells with the line that each begins on; comments apart.

    Attributes
    ----------
    rows : (line, cells) each; the first is the header; rows without any content are left out.
    comments : (line, text) of lines that begin with #, without the #.
    commas_part_columns : whether the delimiter is the comma.
    problems : what broke the reading off.
    """

    rows: list[tuple[int, list[Any]]] = field(default_factory=list)
    comments: list[tuple[int, str]] = field(default_factory=list)
    commas_part_columns: bool = False
    notes: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def add(self, line: int, cells: list[Any], source: str) -> None:
        """Take up a row: a comment if its first cell begins with #, nothing if all its cells are empty."""
        first = cells[0] if cells else ""
        if isinstance(first, str) and first.lstrip().startswith("#"):
            self.comments.append((line, first.lstrip().lstrip("#").strip()))
            if self.rows and bare(str(self.rows[0][1][0])) != "date" and any(map(_content, cells[1:])):
                what = "the row begins with #: is it a comment?"
                mend = "let date be the first column, or take the # away; a comment needs its own line"
                self.problems.append(Problem(line, "", what, mend))
            return
        if any(map(_content, cells)):
            if len(self.rows) > MOST_ROWS:
                raise too_many_rows(source)
            self.rows.append((line, cells))


def _content(cell: Any) -> bool:
    return bool(cell.strip()) if isinstance(cell, str) else cell is not None


def read_table(text: str, source: str) -> Table:
    """The rows of a CSV text.

    >>> read_table("# a comment\\ndate;hdss\\n2026-03-01;3\\n", "me.csv").rows
    [(2, ['date', 'hdss']), (3, ['2026-03-01', '3'])]
    """
    table = Table()
    delimiter = delimiter_of(text)
    table.commas_part_columns = delimiter == ","
    lines = _Lines(text, table)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return table
        except csv.Error as error:
            what = "a quotation mark opens a cell and is not closed where the cell ends"
            if "field limit" in str(error):
                what = "a cell is very long, or a quotation mark is not closed"
            what += "; nothing below could be read"
            mend = 'end the cell with a quotation mark; write one inside a quoted cell twice ("")'
            table.problems.append(Problem(lines.first, "", what, mend))
            return table
        table.add(lines.first, cells, source)


class _Lines:
    """Lines for the csv reader that leaves comments out, but not inside a cell of several lines."""

    def __init__(self, text: str, table: Table) -> None:
        self._lines = io.StringIO(text, newline="")
        self._table = table
        self._number = 0
        self._between = True
        self.first = 1

    def begin_row(self) -> None:
        self._between = True

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        while True:
            line = next(self._lines)
            self._number += 1
            if not self._between:
                return line
            plain = line.strip("\ufeff \t\r\n")
            if plain.startswith("#") and bare_first(self._table) == "date":
                self._table.comments.append((self._number, plain.lstrip("#").strip(" ;,\t")))
                continue
            if not plain or (not self._table.rows and _SEPARATOR.fullmatch(plain)):
                continue
            self._between, self.first = False, self._number
            return line


def bare_first(table: Table) -> str:
    """The name of the first column; "date" as long as no header was met."""
    return bare(str(table.rows[0][1][0])) if table.rows else "date"


def delimiter_of(text: str) -> str:
    """What parts the columns: as a first line sep=; says, or what gives the most known names."""
    for line in io.StringIO(text, newline=""):
        plain = line.strip("\ufeff \t\r\n")
        if not plain or plain.lstrip('"').startswith("#"):
            continue
        if (found := _SEPARATOR.fullmatch(plain)) and found[1] in DELIMITERS:
            return found[1]
        known = {bare(name) for name in COLUMNS}

        def score(delimiter: str, plain: str = plain, known: set[str] = known) -> tuple[int, int]:
            names = plain.split(delimiter)
            return sum(bare(name) in known for name in names), len(names)

        return max(DELIMITERS, key=score)
    return ","
