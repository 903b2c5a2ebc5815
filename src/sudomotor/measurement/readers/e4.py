"""Empatica E4: the zip of a session, or its EDA.csv with ACC.csv, TEMP.csv and tags.csv beside it.

Line 1 is the start (seconds since 1970, UTC), line 2 the rate, then a value a line, in uS; acceleration in 1/64 g.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.clock import even_times
from sudomotor.measurement.readers.asked import Asked, build, rate_of, refuse_times
from sudomotor.measurement.readers.columns import Numbers, finite, read_columns
from sudomotor.measurement.readers.layout import Layout, lines_of
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.readers.source import AGAIN, HEAD_BYTES, Source, damaged, of_member, of_path
from sudomotor.measurement.readers.stamps import unix_start
from sudomotor.measurement.recording import Mark, Recording, Trace
from sudomotor.parameters import load

Array = NDArray[np.float64]
ZIP = b"PK"
_OTHER = ("acc", "bvp", "temp", "hr", "ibi", "tags")
_LEAST_UNIX, _MOST_RATE = 1e8, 1e5
_MOST_MEMBERS = 10_000


@dataclass(frozen=True)
class Series:
    """What one CSV file of an E4 holds: seconds since 1970 of its first row, rows per second, values (row, column)."""

    start_s: float
    rate_Hz: float
    values: Array


def looks(probe: Probe) -> bool:
    """Whether it is a zip, or its first lines are a time since 1970, a rate, and numbers."""
    return probe.head.startswith(ZIP) or _header(probe.lines) is not None


def read(probe: Probe, asked: Asked) -> Recording:
    """A session in a zip, or EDA.csv with what lies beside it."""
    return _read_zip(probe, asked) if probe.head.startswith(ZIP) else _read_csv(probe, asked)


def _read_zip(probe: Probe, asked: Asked) -> Recording:
    """The session in a zip."""
    where = str(probe.path)
    try:
        with zipfile.ZipFile(probe.path) as archive:
            members = [
                m for m in archive.infolist() if not m.is_dir() and not m.filename.startswith("__MACOSX")
            ]
    except Exception as error:  # the unpacker follows whatever a damaged zip says, and fails in as many ways
        raise damaged("zip", error, where) from error
    if len(members) > _MOST_MEMBERS:
        raise InputError(
            f"the zip holds {len(members)} files", where=where, mend="unpack it, and give one recording"
        )
    eda = [m for m in members if PurePosixPath(m.filename).name.lower().endswith("eda.csv")]
    if len(eda) != 1:
        shown = ", ".join(m.filename for m in (eda or members)[:12]) or "nothing"
        raise InputError(
            "the zip holds no EDA.csv" if not eda else f"the zip holds {len(eda)} files of skin conductance",
            where=where,
            mend=f"unpack it, and give the file that holds skin conductance; it holds: {shown}",
        )
    by_name = {m.filename: m for m in members}

    def beside(kind: str) -> Source | None:
        found = by_name.get(eda[0].filename[: -len("EDA.csv")] + kind)
        return of_member(probe.path, found) if found else None

    return _session(of_member(probe.path, eda[0]), beside, asked, where, "e4")


def _read_csv(probe: Probe, asked: Asked) -> Recording:
    """EDA.csv, with what lies beside it."""
    name, where = probe.path.name, str(probe.path)
    stem = probe.path.stem.lower()
    kind = next((kind for kind in _OTHER if stem.endswith(kind)), None)
    if not stem.endswith("eda") and asked.unit is None and asked.conversion is None:
        what = (
            f"this is the {kind.upper()} file of an E4"
            if kind
            else "this is a file of an E4, but its name does not say of what"
        )
        raise InputError(
            what, where=where, mend="give the EDA file; where this is it, declare its unit: --unit uS"
        )
    prefix = name[: -len("EDA.csv")] if name.lower().endswith("eda.csv") else None

    def beside(kind: str) -> Source | None:
        if prefix is None:
            return None
        path = probe.path.with_name(prefix + kind)
        return of_path(path) if path.is_file() else None

    return _session(probe.source, beside, asked, where, "e4")


def _session(
    source: Source, beside: Callable[[str], Source | None], asked: Asked, where: str, form: str
) -> Recording:
    refuse_times(asked, "a file of an E4", where)
    series = _series(source, 1)
    parameters = load()
    notes: list[str] = []
    traces: dict[str, Trace | None] = {"ACC.csv": None, "TEMP.csv": None}
    for kind, (name, unit, columns, scale) in {
        "ACC.csv": ("acceleration", "g", 3, 1.0 / parameters.value("empatica_steps_per_g")),
        "TEMP.csv": ("temperature", "degC", 1, 1.0),
    }.items():
        other = beside(kind)
        if other is None:
            continue
        try:
            found = _series(other, columns)
        except InputError as error:
            notes.append(f"{kind} is left out: {error.what}")
            continue
        times = even_times(len(found.values), found.rate_Hz, found.start_s - series.start_s)
        values = found.values * scale
        traces[kind] = Trace(name, unit, times, values if columns > 1 else values[:, 0])
    tags = beside("tags.csv")
    marks = _tags(tags, series.start_s, notes) if tags else []
    return build(
        series.values[:, 0], asked, name="EDA", unit="uS", source=where, format=form,
        fs=rate_of(asked, series.rate_Hz, source.name), start=unix_start(series.start_s), marks=marks, notes=notes,
        acceleration=traces["ACC.csv"], temperature=traces["TEMP.csv"],
        maximum_uS=parameters.value("empatica_maximum_uS"),
    )  # fmt: skip


def _header(lines: list[str]) -> tuple[float, float, int] | None:
    """Start in s since 1970, rate in Hz, and how many columns; None where the lines are not of an E4."""
    if len(lines) < 2:
        return None
    cells = [[finite(cell) for cell in line.split(",")] for line in lines[:3]]
    start, rate = cells[0][0], cells[1][0]
    if not all(len(row) == len(cells[0]) for row in cells):
        return None
    if not (start >= _LEAST_UNIX and 0.0 < rate <= _MOST_RATE) or math.isnan(cells[-1][0]):
        return None
    return start, rate, len(cells[0])


def _series(source: Source, columns: int) -> Series:
    """One CSV file."""
    head = source.head()
    found = lines_of(head, whole=len(head) < HEAD_BYTES)
    header = _header(found[0]) if found else None
    if header is None or header[2] != columns:
        raise InputError(
            "this is not a file of an E4: its first line should be the start in seconds since 1970, its second the rate",
            where=source.name,
            mend=f"give the EDA file of the session; {AGAIN}",
        )
    assert found is not None
    layout = Layout(found[1], ",", ".", (), (), 2, columns, ())
    read = read_columns(source, layout, {column: Numbers(layout) for column in range(columns)})
    return Series(header[0], header[1], np.column_stack([read[column] for column in range(columns)]))


def _tags(source: Source, start_s: float, notes: list[str]) -> list[Mark]:
    """Presses of the button: a time since 1970 a line; an empty file where it was not pressed."""
    head = source.head()
    found = lines_of(head, whole=len(head) < HEAD_BYTES)
    times = [finite(line) for line in (found[0] if found else []) if line.strip()]
    good = [time for time in times if time >= _LEAST_UNIX]
    if len(good) < len(times) or found is None:
        notes.append("tags.csv: lines that are no times are left out")
    return [Mark(time - start_s, 0.0, "tag") for time in good]
