"""How a text file is laid out: encoding, delimiter, decimal sign, comments, rows of names, and where the numbers begin."""

from __future__ import annotations

import codecs
import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sudomotor.errors import InputError
from sudomotor.measurement.readers.stamps import is_stamp

MISSING = (
    "", "NA", "N/A", "n/a", "n.a.", "na", "nan", "NaN", "NAN", "-nan", "-NaN", "null", "NULL", "None", "none", "<NA>", "#N/A",
)  # fmt: skip
_NUMBER = re.compile(r"\s*[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|inf|infinity)\s*", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(?:[eE][+-]?\d+)?")
_DECIMAL_POINT = re.compile(r"[+-]?\d+\.\d+(?:[eE][+-]?\d+)?")
_SEP = re.compile(r'"?sep=(\\t|.)"?', re.IGNORECASE)
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = ("\t", ";", "|", ",")
_MOST_HEADER = 20
BLANKS = " "
_PRINTABLE = bytes([9, 10, 13, *range(32, 127)])
_MOSTLY, _PARTLY = (
    0.9,
    0.6,
)  # of a text with zero bytes, as a crash leaves them, and of one in an old encoding


@dataclass(frozen=True)
class Layout:
    """How a text is laid out.

    Attributes
    ----------
    encoding : as Python names it.
    delimiter : between cells; a blank stands for any number of blanks.
    decimal : "." or ",".
    comments : lines before the numbers that begin with # or %, without the sign.
    header : rows of cells above the numbers, each as wide as the numbers' rows.
    skip : lines before the first row of numbers.
    columns : how many.
    rows : the first rows of numbers, as text.
    """

    encoding: str
    delimiter: str
    decimal: str
    comments: tuple[str, ...]
    header: tuple[tuple[str, ...], ...]
    skip: int
    columns: int
    rows: tuple[tuple[str, ...], ...]

    def is_number(self, cell: str) -> bool:
        """Whether a cell is a number or stands for a missing one."""
        if cell.strip() in MISSING:
            return True
        if self.decimal == ",":
            return "." not in cell and bool(_NUMBER.fullmatch(cell.replace(",", ".")))
        return bool(_NUMBER.fullmatch(cell))


def decode(head: bytes) -> tuple[str, str] | None:
    """The first lines of a text and its encoding, or None where it is not text. The last line may be incomplete.

    >>> decode("EDA (µS)\\n".encode("latin-1")), decode(b"\\x00\\x01")
    (('EDA (µS)\\n', 'latin-1'), None)
    """
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            even = head if encoding != "utf-16" else head[: len(head) // 2 * 2]
            return even.decode(encoding, errors="replace"), encoding
    if b"\x00" in head and _printable(head) < _MOSTLY:
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(head), "utf-8"
    except UnicodeDecodeError:
        return (head.decode("latin-1"), "latin-1") if _printable(head) >= _PARTLY else None


def _printable(head: bytes) -> float:
    """The share of bytes that are letters, numbers and blanks of ASCII."""
    return sum(head.count(byte) for byte in _PRINTABLE) / max(len(head), 1)


def lines_of(head: bytes, whole: bool) -> tuple[list[str], str] | None:
    """The lines of a text's head, without one that is cut off at its end, and the encoding; None where it is not text.

    Parameters
    ----------
    head : the first bytes.
    whole : whether that is all of the file.
    """
    found = decode(head)
    if found is None:
        return None
    text, encoding = found
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if lines[-1] == "" or (not whole and len(lines) > 1):
        lines = lines[:-1]
    return lines, encoding


def cells_of(line: str, delimiter: str) -> list[str]:
    """The cells of a line, stripped.

    >>> cells_of('"a, b", c', ",")
    ['a, b', 'c']
    """
    if delimiter == BLANKS:
        return line.split()
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    except (csv.Error, StopIteration):
        return [cell.strip() for cell in line.split(delimiter)]


def layout_of(lines: Sequence[str], encoding: str, where: str) -> Layout:
    """How a text with these first lines is laid out.

    Raises
    ------
    InputError
        Where no row of numbers is found.

    Examples
    --------
    >>> found = layout_of(["# by hand", "time (s);EDA (uS)", "0,0;1,25", "0,25;1,26"], "utf-8", "me.csv")
    >>> found.delimiter, found.decimal, found.header, found.skip, found.comments
    (';', ',', (('time (s)', 'EDA (uS)'),), 2, ('by hand',))
    """
    comments: list[str] = []
    told: str | None = None
    numbered: list[tuple[int, str]] = []
    for number, line in enumerate(lines):
        bare = line.strip()
        sep = _SEP.fullmatch(bare) if number == 0 else None
        if sep:
            told = "\t" if sep[1] == "\\t" else sep[1]
        elif bare.startswith(("#", "%")) and not numbered:
            comments.append(bare.lstrip("#%").strip())
        elif bare:
            numbered.append((number, line))
    if not numbered:
        raise InputError(
            "the file holds no numbers", where=where, mend="give a file with a column of skin conductance"
        )
    delimiter = told or _delimiter([line for _, line in numbered])
    rows = [(number, cells_of(line, delimiter)) for number, line in numbered]
    decimal = _decimal([cells for _, cells in rows], delimiter)
    layout = Layout(encoding, delimiter, decimal, tuple(comments), (), 0, 0, ())
    begin = _first_numbers([cells for _, cells in rows], layout)
    if begin is None:
        raise InputError(
            "no row of numbers was found in the first lines of the file",
            where=where,
            mend="give a table of numbers with one row of names above it",
        )
    body = [tuple(cells) for _, cells in rows[begin:]]
    columns = Counter(len(cells) for cells in body[:200]).most_common(1)[0][0]
    header = tuple(_as_wide(cells, columns) for _, cells in rows[:begin])
    return replace(layout, header=header, skip=rows[begin][0], columns=columns, rows=tuple(body[:200]))


def _delimiter(lines: Sequence[str]) -> str:
    """The sign that parts the cells of most lines into the same number."""
    sample = lines[-60:]
    for delimiter in _DELIMITERS:
        counts = Counter(len(cells_of(line, delimiter)) - 1 for line in sample)
        often, share = counts.most_common(1)[0]
        if often < 1 or share < 0.6 * len(sample):
            continue
        named_once = delimiter == "," and often == 1 and len(lines) > 1 and "," not in lines[0]
        if named_once and all(
            _DECIMAL_COMMA.fullmatch(line.strip()) for line in sample if line is not lines[0]
        ):
            continue  # one column with a decimal comma
        return delimiter
    parted = [line.split() for line in sample]
    if sum(
        len(cells) > 1 and bool(_NUMBER.fullmatch(cells[-1].replace(",", "."))) for cells in parted
    ) > 0.6 * len(sample):
        return BLANKS
    return BLANKS if any(_DECIMAL_COMMA.fullmatch(line.strip()) for line in sample) else ","


def _decimal(rows: Sequence[Sequence[str]], delimiter: str) -> str:
    """The decimal sign: a comma where more cells are written with it than with a point."""
    if delimiter == ",":
        return "."
    cells = [cell for row in rows[-60:] for cell in row]
    points = sum(bool(_DECIMAL_POINT.fullmatch(cell)) for cell in cells)
    return "," if sum(bool(_DECIMAL_COMMA.fullmatch(cell)) for cell in cells) > points else "."


def _first_numbers(rows: Sequence[Sequence[str]], layout: Layout) -> int | None:
    """The first row with a number that does not stand as a word above numbers."""

    def content(cell: str) -> bool:
        return cell.strip() not in MISSING and (layout.is_number(cell) or is_stamp(cell))

    for i, row in enumerate(rows[:_MOST_HEADER]):
        if not any(content(cell) for cell in row):
            continue
        below = rows[i + 1] if i + 1 < len(rows) else []
        words = [j for j, cell in enumerate(row) if cell.strip() not in MISSING and not content(cell)]
        # only a first row may hold a number and yet be one of names: pandas calls a column without a name 0
        if i > 0 or not any(j < len(below) and content(below[j]) for j in words):
            while i > 0 and all(cell.strip() in MISSING for cell in rows[i - 1]):
                i -= 1  # rows of nothing but missing values: they take their time too
            return i
    return None


def _as_wide(cells: Sequence[str], columns: int) -> tuple[str, ...]:
    """A header row as wide as the numbers; R leaves out the name of the column of row names."""
    if len(cells) == columns - 1 and columns > 1:
        cells = ["", *cells]
    return tuple([*cells, *[""] * columns][:columns])
