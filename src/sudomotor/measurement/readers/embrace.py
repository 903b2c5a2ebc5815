"""Empatica EmbracePlus: Avro files of a quarter of an hour or so each, in Empatica's schema; several are joined."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.clock import even_times, in_order
from sudomotor.measurement.readers.asked import Asked, build, rate_of, refuse_times
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.readers.source import AGAIN, damaged, library, most_unpacked, too_large
from sudomotor.measurement.recording import Mark, Recording, Trace
from sudomotor.parameters import load

Array = NDArray[np.float64]
MAGIC = b"Obj\x01"
KIND = "EmbracePlus Avro file"
_MICRO = 1e-6
_MOST_UTC_OFFSET_S = 18 * 3600


def looks(probe: Probe) -> bool:
    """Whether it is a container of Avro."""
    return probe.head.startswith(MAGIC)


def read(probe: Probe, asked: Asked) -> Recording:
    """One file."""
    return read_several([probe.path], asked)


def read_several(paths: Sequence[Path], asked: Asked) -> Recording:
    """The files of one participant and device, joined by their clocks.

    Raises
    ------
    InputError
        Where they are of different people, a file is damaged, or none holds skin conductance.
    """
    where = str(paths[0]) if len(paths) == 1 else f"{paths[0].parent} ({len(paths)} files)"
    refuse_times(asked, f"an {KIND}", where)
    records = [(path, record) for path in paths for record in _records(path)]
    people = {_who(record) for _, record in records}
    if len(people) > 1:
        shown = "; ".join(" of ".join(part for part in who if part) for who in sorted(people))
        raise InputError(
            f"these files are of different people or devices: {shown}", where=where, mend="give those of one"
        )
    found: dict[str, list[tuple[Array, Array]]] = {"eda": [], "temperature": [], "accelerometer": []}
    marks: list[float] = []
    rates: list[float] = []
    for path, record in records:
        raw = record["rawData"]
        for name, parts in found.items():
            part = _stream(raw.get(name), name, str(path))
            if part is not None:
                parts.append(part[:2])
                if name == "eda":
                    rates.append(part[2])
        tags = raw.get("tags")
        marks += (
            [float(t) * _MICRO for t in (tags.get("tagsTimeMicros") or [])] if isinstance(tags, dict) else []
        )
    if not found["eda"]:
        raise InputError(
            "no skin conductance was recorded in this file",
            where=where,
            mend="give the files of when it was worn",
        )
    begin = min(float(times[0]) for times, _ in found["eda"])
    joined = {name: _join(parts, begin) for name, parts in found.items() if parts}
    times, values, notes = joined["eda"]
    if asked.fs is not None:
        rate_of(asked, float(np.median(rates)), where)

    def trace(key: str, name: str, unit: str) -> Trace | None:
        return Trace(name, unit, *joined[key][:2]) if key in joined else None

    if len(paths) > 1:
        notes = [f"joined from {len(paths)} files", *notes]
    return build(
        values, asked, name="eda", unit="uS", source=where, format="embrace", times=times,
        start=_moment(begin, records[0][1].get("timezone")), marks=[Mark(t - begin, 0.0, "tag") for t in marks],
        notes=notes, maximum_uS=load().value("empatica_maximum_uS"), acceleration=trace("accelerometer", "acceleration", "g"),
        temperature=trace("temperature", "temperature", "degC"),
    )  # fmt: skip


def _join(parts: Sequence[tuple[Array, Array]], begin_s: float) -> tuple[Array, Array, list[str]]:
    """Streams of several files one after the other, in order of time."""
    ordered = sorted(parts, key=lambda part: float(part[0][0]))
    times = np.concatenate([part[0] for part in ordered]) - begin_s
    values = np.concatenate([part[1] for part in ordered])
    return in_order(times, values)


def _stream(raw: Any, name: str, where: str) -> tuple[Array, Array, float] | None:
    """Times in s since 1970, values in uS, degC or g, and the rate; None where the stream is empty."""
    if not isinstance(raw, dict):
        return None
    axes = ("x", "y", "z") if name == "accelerometer" else ("values",)
    columns = [raw.get(axis) for axis in axes]
    if not all(isinstance(column, list) and column for column in columns):
        return None
    try:
        values = np.array(columns, dtype=np.float64).T
        rate, start = float(raw["samplingFrequency"]), float(raw["timestampStart"]) * _MICRO
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise damaged(KIND, error, where) from error
    if not (np.isfinite(rate) and 1e-3 < rate < 1e6 and np.isfinite(start)):
        raise damaged(KIND, f"{name} has {rate:g} samples a second from {start:g} s on", where)
    if name == "accelerometer":
        values = _in_g(values, raw.get("imuParams"))
    return even_times(len(values), rate, start), values if len(axes) > 1 else values[:, 0], rate


def _in_g(values: Array, scale: Any) -> Array:
    """Steps of the accelerometer as multiples of gravity; nan where the file does not say how."""
    try:
        low, high = float(scale["physicalMin"]), float(scale["physicalMax"])
        first, last = float(scale["digitalMin"]), float(scale["digitalMax"])
        return (values - first) * ((high - low) / (last - first)) + low
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return np.full_like(values, np.nan)


def _who(record: Mapping[str, Any]) -> tuple[str, str]:
    """Participant and device."""
    enrolled = record.get("enrollment")
    person = enrolled.get("participantID") if isinstance(enrolled, dict) else None
    return str(person or ""), str(record.get("deviceSn") or "")


def _moment(seconds: float, offset: Any) -> datetime | None:
    """The start, in the zone of the participant where the file says it."""
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except OverflowError:
        return None
    if isinstance(offset, int) and abs(offset) <= _MOST_UTC_OFFSET_S:
        return moment.astimezone(timezone(timedelta(seconds=offset)))
    return moment


def _records(path: Path) -> list[Mapping[str, Any]]:
    """The records of a file, once it is known that it will not unpack without end."""
    fastavro = library("fastavro", f"an {KIND}", str(path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", where=str(path)) from error
    if not data.startswith(MAGIC):
        raise InputError(
            "this is not an Avro file", where=str(path), mend="give only the .avro files of one participant"
        )
    try:
        reader = fastavro.reader(io.BytesIO(data))
        _takes_room(reader.writer_schema, {})
        _bounded(data, str(reader.codec), str(path))
        records = list(reader)
    except InputError:
        raise
    except Exception as error:  # the parser follows whatever a damaged file says, and fails in as many ways
        raise damaged(KIND, error, str(path)) from error
    for record in records:
        if not isinstance(record, dict) or not isinstance(record.get("rawData"), dict):
            raise InputError(
                "this Avro file is not one of an EmbracePlus: it has no rawData",
                where=str(path),
                mend="give Empatica's raw files",
            )
    if not records:
        raise InputError("the Avro file holds no record", where=str(path), mend=AGAIN)
    return records


def _takes_room(schema: Any, known: dict[str, bool]) -> bool:
    """Whether a value of a schema takes room in the file; a list of values that take none may count without end.

    Raises
    ------
    ValueError
        Where there is such a list.
    """
    if isinstance(schema, list):
        for branch in schema:
            _takes_room(branch, known)
        return True  # which branch it is takes a byte
    if isinstance(schema, str):
        return known.get(schema, schema != "null")
    kind = schema.get("type")
    if kind in ("array", "map"):
        if not _takes_room(schema.get("items", schema.get("values")), known):
            raise ValueError("a list of nothing")
        return True
    if kind in ("record", "error"):
        rooms = [_takes_room(field.get("type"), known) for field in schema.get("fields", ())]
        room = any(rooms)
    elif kind == "fixed":
        room = schema.get("size", 0) > 0
    else:
        room = _takes_room(kind, known)
    if "name" in schema:
        known[schema["name"]] = room
    return room


def _bounded(data: bytes, codec: str, where: str) -> None:
    """Refuse blocks that unpack to far more than they are; other codecs than deflate are refused if they pack at all."""
    if codec in ("null", "snappy", "zstandard"):
        return
    if codec != "deflate":
        raise InputError(
            f"the Avro file is packed by {codec}",
            where=where,
            mend="export it packed by deflate, or not at all",
        )
    limit, total = most_unpacked(len(data)), 0
    stream = io.BytesIO(data)
    stream.seek(len(MAGIC))
    while count := _long(stream):  # the header: pairs of a name and a text
        if count < 0:
            _long(stream)
        for _ in range(2 * abs(count)):
            size = _long(stream)
            if size < 0 or len(stream.read(size)) < size:
                raise ValueError("the header is cut off")
    sync = stream.read(16)
    while True:
        head = stream.read(1)
        if not head:
            return
        stream.seek(-1, io.SEEK_CUR)
        _long(stream)
        size = _long(stream)
        if size < 0 or size > len(data):
            raise ValueError("a block is longer than the file")
        inflater = zlib.decompressobj(-15)
        packed = stream.read(size)
        if len(packed) < size or stream.read(16) != sync:
            raise ValueError("a block is cut off")
        while packed:
            total += len(inflater.decompress(packed, 1 << 20))
            packed = inflater.unconsumed_tail
            if total > limit:
                raise too_large(where)


def _long(stream: io.BytesIO) -> int:
    """A number in Avro's variable length."""
    value, shift = 0, 0
    while True:
        byte = stream.read(1)
        if not byte or shift > 63:
            raise ValueError("a number is cut off")
        value |= (byte[0] & 0x7F) << shift
        shift += 7
        if byte[0] < 0x80:
            return (value >> 1) ^ -(value & 1)
