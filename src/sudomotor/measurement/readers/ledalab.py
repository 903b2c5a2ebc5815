"""Ledalab: its .mat files (data.conductance in uS, data.time in s, data.event), and its texts of seconds, uS and events."""

from __future__ import annotations

import math
import struct
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.clock import even_times
from sudomotor.measurement.readers.asked import Asked, build, rate_of, refuse_times
from sudomotor.measurement.readers.columns import Numbers, Parser, read_columns
from sudomotor.measurement.readers.layout import MISSING
from sudomotor.measurement.readers.matfile import variables
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.readers.source import damaged
from sudomotor.measurement.recording import Mark, Recording

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
MAGIC = b"MATLAB 5.0"
HDF_MAGIC = (b"MATLAB 7.3", b"\x89HDF")
KIND = "MATLAB file"


def looks(probe: Probe) -> bool:
    """Whether it is a file of MATLAB."""
    return probe.head.startswith((MAGIC, *HDF_MAGIC))


def read(probe: Probe, asked: Asked) -> Recording:
    """A .mat of Ledalab, or a vector of another that is named; a text where it is one."""
    if not probe.head.startswith((MAGIC, *HDF_MAGIC)):
        return _read_text(probe, asked)
    where = str(probe.path)
    refuse_times(asked, "a file of Ledalab", where)
    if probe.head.startswith(HDF_MAGIC):
        raise InputError(
            "this MATLAB file is of version 7.3, which is HDF5",
            where=where,
            mend="in MATLAB: save(name, '-v7'), then give that",
        )
    try:
        found = variables(probe.path.read_bytes(), where)
    except (ValueError, struct.error, zlib.error, OverflowError) as error:
        raise damaged(KIND, error, where) from error
    data = found.get("data")
    if not isinstance(data, dict) or "conductance" not in data:
        return _vector(found, asked, where)
    conductance = data["conductance"]
    values = _floats(conductance, "data.conductance", where)
    times = data.get("time")
    if times is None or np.size(times) != len(values):
        fs = rate_of(asked, None, where)
        clock = even_times(len(values), fs)
    else:
        clock = _floats(times, "data.time", where)
    return build(
        values, asked, name="data.conductance", unit="uS", source=where, format="ledalab", times=clock,
        marks=_events(data.get("event")),
    )  # fmt: skip


def _vector(found: dict[str, Any], asked: Asked, where: str) -> Recording:
    """A variable of a .mat that is not Ledalab's, if it is named."""
    vectors = {
        name: value for name, value in found.items()
        if not name.startswith("__") and isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "fiu"
    }  # fmt: skip
    if asked.channel is None or asked.channel not in vectors:
        shown = ", ".join(sorted(vectors)[:20]) or "none"
        raise InputError(
            "this MATLAB file is not one of Ledalab: it has no data.conductance",
            where=where,
            mend=f"name the variable that is skin conductance: --channel NAME --fs 100 --unit uS; vectors: {shown}",
        )
    values = np.array(vectors[asked.channel], dtype=np.float64)
    return build(
        values,
        asked,
        name=asked.channel,
        unit=None,
        source=where,
        format="mat",
        fs=rate_of(asked, None, where),
    )


def _floats(raw: Any, name: str, where: str) -> Array:
    """A vector of a .mat."""
    array = np.atleast_1d(np.asarray(raw))
    if array.ndim != 1 or array.dtype.kind not in "fiu" or not len(array):
        raise InputError(f"{name} is not a vector of numbers", where=where, mend="save it from Ledalab again")
    return np.array(array, dtype=np.float64)


def _events(raw: Any) -> list[Mark]:
    """Events of a .mat: each has a time in s, a number and mostly a name."""
    marks = []
    for event in [raw] if isinstance(raw, dict) else raw if isinstance(raw, list) else []:
        if not isinstance(event, dict):
            continue
        time, number = _scalar(event.get("time")), _scalar(event.get("nid"))
        name = event.get("name")
        label = name if isinstance(name, str) and name else (f"{number:g}" if number == number else "event")
        if np.isfinite(time):
            marks.append(Mark(time, 0.0, label))
    return marks


def _scalar(raw: Any) -> float:
    """A single number, or nan."""
    return float(raw[0]) if isinstance(raw, np.ndarray) and raw.size == 1 and raw.ndim == 1 else math.nan


class _Words:
    """Parses a column of events, numbers or words; 0 and nothing are none."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []
        self._row = 0

    def chunk(self, cells: pd.Series) -> Array:
        """Keeps the events; the numbers that it returns say nothing."""
        for i, cell in enumerate(cells.tolist()):
            word = cell.strip() if isinstance(cell, str) else ""
            if word and word not in MISSING and word.strip("0.+-") != "":
                self.found.append((self._row + i, word.removesuffix(".0")))
        self._row += len(cells)
        return np.zeros(len(cells))

    def cell(self, text: str) -> None:
        """Any text will do."""


def _read_text(probe: Probe, asked: Asked) -> Recording:
    """Seconds, uS and mostly an event in each row; or, with a declared rate, uS and mostly an event."""
    where, layout = str(probe.path), probe.layout
    refuse_times(asked, "a text of Ledalab", where)
    timed = asked.fs is None
    if layout.columns < 1 + timed or layout.columns > 3:
        raise InputError(
            f"a text of Ledalab has {'seconds, ' if timed else ''}uS and mostly an event in each row, this one has "
            f"{layout.columns} columns",
            where=where,
            mend="--fs 100 where it has no time column, or read it as a table: --format csv",
        )
    words = _Words()
    parsers: dict[int, Parser] = {i: Numbers(layout) for i in range(1 + timed)}
    if layout.columns > 1 + timed:
        parsers[1 + timed] = words
    columns = read_columns(probe.source, layout, parsers)
    values = columns[int(timed)]
    times = columns[0].copy() if timed else even_times(len(values), float(asked.fs or 0.0))
    marks = [Mark(float(times[row]), 0.0, word) for row, word in words.found if np.isfinite(times[row])]
    return build(
        values, asked, name="conductance", unit="uS", source=where, format="ledalab", marks=marks,
        times=times if timed else None, fs=asked.fs,
    )  # fmt: skip
