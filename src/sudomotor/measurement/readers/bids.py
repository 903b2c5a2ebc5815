"""BIDS: `_physio.tsv.gz` with its JSON, which may lie in a folder above, and `_events.tsv`."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.clock import even_times
from sudomotor.measurement.readers.asked import (
    Asked,
    Channel,
    build,
    pick,
    rate_of,
    refuse_times,
    unit_problem,
)
from sudomotor.measurement.readers.columns import Numbers, finite, read_columns
from sudomotor.measurement.readers.layout import Layout, cells_of, decode
from sudomotor.measurement.readers.names import likely_eda
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.recording import Mark, Recording, Trace

Array = NDArray[np.float64]
_ENDS = ("_physio.tsv.gz", "_physio.tsv")
_NOT_OF_EVENTS = ("recording-", "desc-")
_LEVELS = 5
_MOST_JSON, _MOST_EVENTS = 16 << 20, 256 << 20
_TEMPERATURES = ("temperature", "skin_temperature", "temp")


def looks(probe: Probe) -> bool:
    """Whether it is a table of BIDS by its name, and text."""
    return probe.name.endswith(_ENDS) and bool(probe.lines)


def read(probe: Probe, asked: Asked) -> Recording:
    """The column of skin conductance."""
    where = str(probe.path)
    refuse_times(asked, "a BIDS recording", where)
    meta = _metadata(probe.path)
    lines = probe.lines
    width = len(lines[0].split("\t"))
    names = meta.get("Columns")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise InputError(
            "the JSON beside the recording does not list its Columns"
            if meta
            else "the JSON beside the recording is missing",
            where=where,
            mend=f"put {_stem(probe.path)}.json beside it, with SamplingFrequency, StartTime and Columns; "
            "or read the table as it is: --format csv --channel 1 --fs 100 --unit uS",
        )
    if len(names) != width:
        raise InputError(
            f"the JSON names {len(names)} columns, the table has {width}",
            where=where,
            mend="correct Columns in the JSON",
        )
    channels = [Channel(name, _unit(meta, name)) for name in names]
    index = pick(channels, asked, where, likely=likely_eda(channels))
    chosen = channels[index]
    problem = unit_problem(chosen.name, chosen.unit, asked)
    if problem:
        raise InputError(
            problem,
            where=where,
            mend=f'say it in the JSON: "{chosen.name}": {{"Units": "uS"}}, or declare it: --unit uS',
        )
    rate = rate_of(asked, meta.get("SamplingFrequency"), where)
    begin = finite(str(meta.get("StartTime", 0.0)))
    notes = [] if math.isfinite(begin) else ["StartTime in the JSON is no number: taken as 0"]
    begin = begin if math.isfinite(begin) else 0.0
    headed = lines[0].split("\t") == names  # not as BIDS wants it, but done
    layout = Layout(probe.encoding, "\t", ".", (), (), int(headed), width, ())
    warm = next((i for i, name in enumerate(names) if name.lower() in _TEMPERATURES and i != index), None)
    read_ones = read_columns(
        probe.source, layout, {i: Numbers(layout) for i in (index, warm) if i is not None}, names
    )
    times = even_times(len(read_ones[index]), rate, begin)
    temperature = None
    if warm is not None and (_unit(meta, names[warm]) or "").lower().strip("°") in (
        "degc",
        "c",
        "celsius",
        "oc",
    ):
        temperature = Trace("temperature", "degC", times, read_ones[warm])
    marks, said = _events_beside(probe.path)
    return build(
        read_ones[index], asked, name=chosen.name, unit=chosen.unit, source=where, format="bids", times=times,
        temperature=temperature, marks=marks, notes=[*notes, *said],
    )  # fmt: skip


def read_events(path: str | Path) -> tuple[Mark, ...]:
    """Events of a BIDS `_events.tsv`: onset and duration in s, and a label.

    The label is `trial_type`, else `value`, `label`, `name` or `event`, else the first other column.

    Raises
    ------
    InputError
        Where it is not such a table: names the line.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "events.tsv"
    >>> _ = path.write_text("onset\\tduration\\ttrial_type\\n10.24\\t3\\tpicture\\n")
    >>> read_events(path)
    (Mark(onset_s=10.24, duration_s=3.0, label='picture'),)
    """
    where = Path(path)
    try:
        if where.stat().st_size > _MOST_EVENTS:
            raise InputError(
                "the table of events is larger than any", where=str(path), mend="give the _events.tsv"
            )
        found = decode(where.read_bytes())
    except OSError as error:
        raise InputError(f"the events cannot be read ({error.strerror})", where=str(path)) from error
    if found is None or not found[0].strip():
        raise InputError(
            "the file of events is empty or not text",
            where=str(path),
            mend="write onset, duration, trial_type",
        )
    lines = list(io.StringIO(found[0].lstrip("\ufeff")))
    delimiter = "\t" if "\t" in lines[0] else ("," if "," in lines[0] else ";")
    names = [name.strip().lower() for name in cells_of(lines[0], delimiter)]
    if "onset" not in names:
        raise InputError(
            "the events have no column 'onset'",
            where=f"{path}, line 1",
            mend="name the column of seconds onset",
        )
    label = next(
        (names.index(name) for name in ("trial_type", "value", "label", "name", "event") if name in names),
        None,
    )
    if label is None:
        label = next((i for i, name in enumerate(names) if name not in ("onset", "duration")), None)
    onset, duration = names.index("onset"), names.index("duration") if "duration" in names else None
    marks = []
    for number, line in enumerate(lines[1:], start=2):
        if not line.strip():
            continue
        try:
            cells = cells_of(line, delimiter)
        except csv.Error as error:
            raise InputError(f"the line cannot be read ({error})", where=f"{path}, line {number}") from error
        text = cells[onset] if onset < len(cells) else ""
        if text.lower() in ("", "n/a", "nan", "na"):
            continue
        begin = finite(text)
        if math.isnan(begin):
            raise InputError(
                f"'{text[:40]}' is not a number of seconds",
                where=f"{path}, line {number}, column 'onset'",
                mend="10.24",
            )
        length = finite(cells[duration]) if duration is not None and duration < len(cells) else 0.0
        word = cells[label] if label is not None and label < len(cells) else ""
        marks.append(Mark(begin, max(length, 0.0) if math.isfinite(length) else 0.0, word or "event"))
    return tuple(sorted(marks, key=lambda mark: mark.onset_s))


def _stem(path: Path) -> str:
    name = path.name
    for end in (".gz", ".tsv"):
        name = name[: -len(end)] if name.lower().endswith(end) else name
    return name


def _events_beside(path: Path) -> tuple[tuple[Mark, ...], list[str]]:
    """Events of the same run, and a note where they cannot be read."""
    parts = [part for part in _stem(path).split("_") if not part.startswith(_NOT_OF_EVENTS)]
    beside = path.with_name("_".join([*parts[:-1], "events.tsv"]))
    if not beside.is_file():
        return (), []
    try:
        return read_events(beside), []
    except InputError as error:
        return (), [f"{beside.name} is left out: {error.what}"]


def _metadata(path: Path) -> dict[str, Any]:
    """The JSON of a recording, with what folders above say of all their recordings; the nearest counts."""
    merged: dict[str, Any] = {}
    folders = [path.resolve().parent, *path.resolve().parent.parents][:_LEVELS]
    top = next((i for i, folder in enumerate(folders) if (folder / "dataset_description.json").is_file()), 0)
    mine = set(_stem(path).split("_"))
    for folder in reversed(folders[: top + 1]):
        several = [file for file in folder.glob("*physio.json") if set(file.stem.split("_")) <= mine]
        for file in sorted(several, key=lambda file: len(file.stem.split("_"))):
            merged.update(_json(file))
    return merged


def _json(path: Path) -> Mapping[str, Any]:
    try:
        if path.stat().st_size > _MOST_JSON:
            raise InputError("the JSON is larger than any", where=str(path))
        found = json.loads(path.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"the JSON cannot be read ({error})", where=str(path), mend="correct it, or export it again"
        ) from error
    if not isinstance(found, dict):
        raise InputError(
            "the JSON is not a table of names and values",
            where=str(path),
            mend='{"SamplingFrequency": 100, ...}',
        )
    return found


def _unit(meta: Mapping[str, Any], name: str) -> str | None:
    """The unit of a column: in its own table, or in one of all units."""
    own, units = meta.get(name), meta.get("Units")
    for table, key in ((own, "Units"), (own, "units"), (units, name)):
        if isinstance(table, dict) and isinstance(table.get(key), str):
            return str(table[key])
    if (
        isinstance(units, list)
        and isinstance(meta.get("Columns"), list)
        and len(units) == len(meta["Columns"])
    ):
        unit = units[meta["Columns"].index(name)]
        return unit if isinstance(unit, str) else None
    return None
