"""Columns of numbers out of a text of any length: read in pieces, only the columns that are wanted, nothing kept twice."""

from __future__ import annotations

import csv
import io
import math
import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.readers.layout import BLANKS, MISSING, Layout, cells_of
from sudomotor.measurement.readers.source import Source, opened

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
CHUNK_ROWS = 1 << 17
MEND = "write a number, or leave the cell empty where nothing was measured"


class Parser(Protocol):
    """Turns the cells of a column into floats."""

    def chunk(self, cells: pd.Series) -> Array:
        """Floats (row,); ValueError where a cell is none."""

    def cell(self, text: str) -> None:
        """ValueError where this text is no cell of the column."""


class Numbers:
    """Parses a column of numbers."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout

    def chunk(self, cells: pd.Series) -> Array:
        """Floats (row,); nan where a cell is empty."""
        if cells.dtype.kind in "fiu":
            out: Array = cells.to_numpy(dtype=np.float64)
            return out
        if cells.dtype.kind == "b":
            raise ValueError("not numbers")
        return np.array(
            [self._one(cell) for cell in cells.tolist()], dtype=np.float64
        )  # blanks behind numbers

    def _one(self, cell: Any) -> float:
        if not isinstance(cell, str):
            return float(cell)
        self.cell(cell)
        bare = cell.strip()
        return (
            math.nan
            if bare in MISSING
            else float(bare.replace(",", ".") if self._layout.decimal == "," else bare)
        )

    def cell(self, text: str) -> None:
        """Raises ValueError where a text is no number."""
        if not self._layout.is_number(text):
            raise ValueError(text)


class Growing:
    """Floats whose number is not known beforehand, without a second copy of them."""

    def __init__(self) -> None:
        self._data = np.empty(1 << 14)
        self._count = 0

    def extend(self, values: Array) -> None:
        """Append values (row,)."""
        needed = self._count + len(values)
        if needed > len(self._data):
            self._data.resize(max(needed, len(self._data) * 3 // 2), refcheck=False)
        self._data[self._count : needed] = values
        self._count = needed

    def done(self) -> Array:
        """All of them."""
        self._data.resize(self._count, refcheck=False)
        return self._data


def read_columns(
    source: Source, layout: Layout, parsers: Mapping[int, Parser], names: Sequence[str] = ()
) -> dict[int, Array]:
    """The wanted columns of a text.

    Parameters
    ----------
    source : the text.
    layout : how it is laid out.
    parsers : for each wanted column.
    names : of all columns, for errors.

    Returns
    -------
    By column, (row,); rows without any cell are left out.

    Raises
    ------
    InputError
        Where a cell is not what its column holds, or a row has too many cells: names the line and the column.
    """
    import pandas as pd

    wanted = sorted(parsers)
    out = {column: Growing() for column in wanted}
    as_text = {column: str for column in wanted if not isinstance(parsers[column], Numbers)}
    options: dict[str, Any] = {
        "sep": r"\s+" if layout.delimiter == BLANKS else layout.delimiter,
        "header": None,
        "names": list(range(layout.columns)),
        "index_col": False,  # all columns are parsed: with `usecols`, rows with too many cells would pass
        "skiprows": layout.skip,
        "chunksize": CHUNK_ROWS,
        "decimal": layout.decimal,
        "na_values": list(MISSING),
        "keep_default_na": False,
        "skipinitialspace": True,
        "encoding": layout.encoding,
        "encoding_errors": "replace",
        "dtype": as_text,
        "low_memory": False,
        "engine": "c",
    }
    with opened(source) as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of columns with mixed types: they are looked at below
        warnings.simplefilter("error", pd.errors.ParserWarning)  # of a first row that is too long
        try:
            for chunk in pd.read_csv(stream, **options):
                for column in wanted:
                    out[column].extend(parsers[column].chunk(chunk[column]))
        except pd.errors.EmptyDataError as error:
            raise InputError("the file holds no numbers", where=source.name) from error
        except (
            ValueError,
            TypeError,
            OverflowError,
            pd.errors.ParserError,
            pd.errors.ParserWarning,
        ) as error:
            raise _located(source, layout, parsers, names) or _unlocated(source, error) from error
    found = {column: growing.done() for column, growing in out.items()}
    if not len(next(iter(found.values()))):
        raise InputError("the file holds no numbers", where=source.name)
    return found


def _unlocated(source: Source, error: BaseException) -> InputError:
    said = " ".join(str(error).split())[:200]
    return InputError(
        f"the table cannot be read ({said})", where=source.name, mend="open it in an editor and look for text"
    )


def _located(
    source: Source, layout: Layout, parsers: Mapping[int, Parser], names: Sequence[str]
) -> InputError | None:
    """The error for the first cell that cannot be read; slow, but only run where there is one."""
    with opened(source) as stream:
        text = io.TextIOWrapper(stream, encoding=layout.encoding, errors="replace", newline=None)
        for number, line in enumerate(text, start=1):
            if number <= layout.skip or not line.strip():
                continue
            cells = cells_of(line.rstrip("\r\n"), layout.delimiter)
            if len(cells) > layout.columns:
                return InputError(
                    f"the row has {len(cells)} cells, but those above have {layout.columns}",
                    where=f"{source.name}, line {number}",
                    mend="mend or remove the line",
                )
            for column, parser in sorted(parsers.items()):
                cell = cells[column] if column < len(cells) else ""
                if cell in MISSING:
                    continue
                try:
                    parser.cell(cell)
                except (ValueError, csv.Error):
                    name = f"column {column + 1}" + (
                        f" ('{names[column]}')" if column < len(names) and names[column] else ""
                    )
                    shown = cell if len(cell) <= 40 else cell[:40] + "..."
                    if not shown.isprintable():
                        shown = shown.encode("unicode_escape").decode()
                    kind = "a number" if isinstance(parser, Numbers) else "a time like those above"
                    return InputError(
                        f"'{shown}' is not {kind}",
                        where=f"{source.name}, line {number}, {name}",
                        mend=MEND,
                    )
    return None


def finite(text: str) -> float:
    """A number that is finite, or nan.

    >>> finite(" 4.000000"), finite("x")
    (4.0, nan)
    """
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
