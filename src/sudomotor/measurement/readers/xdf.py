"""XDF, what LabRecorder writes: the stream of skin conductance on its own timestamps, markers of all streams on the same clock."""

from __future__ import annotations

import logging
import re
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.readers.asked import Asked, Channel, build, pick, refuse_times
from sudomotor.measurement.readers.names import is_eda, likely_eda, split
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.readers.source import AGAIN, GZIP, damaged, library
from sudomotor.measurement.recording import Mark, Recording

Array = NDArray[np.float64]
MAGIC = b"XDF:"
KIND = "XDF file"
_HEADER, _STREAM, _SAMPLES = 1, 2, 3
_CHANNEL_COUNT = re.compile(rb"<channel_count>\s*(\d+)\s*</channel_count>")
_MOST_CHANNELS = 100_000
# a stream with a nominal rate is laid on straight lines between breaks, as usual; unlike usual, slow streams break too
_BREAK_S, _BREAK_SAMPLES = 1, 2


def looks(probe: Probe) -> bool:
    """Whether it begins as XDF does."""
    return probe.head.startswith(MAGIC)


def read(probe: Probe, asked: Asked) -> Recording:
    """The stream of skin conductance."""
    where = str(probe.path)
    refuse_times(asked, f"an {KIND}", where)
    pyxdf = library("pyxdf", f"an {KIND}", where)
    with probe.path.open("rb") as stream:
        if stream.read(2) == GZIP:
            raise InputError("the XDF file is packed", where=where, mend="unpack it: gunzip")
    _whole(probe.path)
    logger = logging.getLogger("pyxdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # what it logs is either harmless or raised below
    try:
        with probe.path.open("rb") as stream_in:
            streams, header = pyxdf.load_xdf(
                stream_in,
                jitter_break_threshold_seconds=_BREAK_S,
                jitter_break_threshold_samples=_BREAK_SAMPLES,
            )
    except InputError:
        raise
    except Exception as error:  # the parser follows whatever a damaged file says, and fails in as many ways
        raise damaged(KIND, error, where) from error
    finally:
        logger.setLevel(level)
    return _recording(streams, header, asked, where)


def _recording(streams: Sequence[Mapping[str, Any]], header: Any, asked: Asked, where: str) -> Recording:
    channels: list[Channel] = []
    places: list[tuple[int, int]] = []
    for s, stream in enumerate(streams):
        if _text(stream, "channel_format") == "string":
            continue
        found = _channels(stream)
        channels += found
        places += [(s, c) for c in range(len(found))]
    if not channels:
        raise InputError("the file holds no stream of numbers", where=where, mend=AGAIN)
    index = pick(channels, asked, where, likely=likely_eda(channels))
    s, c = places[index]
    series, stamps = (
        np.asarray(streams[s]["time_series"]),
        np.asarray(streams[s]["time_stamps"], dtype=np.float64),
    )
    if not len(stamps):
        name = _text(streams[s], "name")
        raise InputError(
            f"the stream '{name}' holds no samples", where=where, mend="name another: --channel NAME"
        )
    known = stamps[np.isfinite(stamps)]
    begin = float(known.min()) if len(known) else 0.0
    marks = [
        Mark(float(at) - begin, 0.0, " ".join(str(word) for word in words if word) or "event")
        for stream in streams if _text(stream, "channel_format") == "string"
        for at, words in zip(stream["time_stamps"], stream["time_series"], strict=False)
        if np.isfinite(at)
    ]  # fmt: skip
    return build(
        np.array(series[:, c], dtype=np.float64), asked, name=channels[index].name, unit=channels[index].unit,
        source=where, format="xdf", times=stamps - begin, marks=marks, start=_start(header),
        notes=["the start is when the file was begun"] if _start(header) else [],
    )  # fmt: skip


def _text(stream: Mapping[str, Any], key: str) -> str:
    """A word of a stream's header; each stands in a list."""
    found = stream["info"].get(key)
    return str(found[0] or "") if isinstance(found, list) and found else ""


def _channels(stream: Mapping[str, Any]) -> list[Channel]:
    """Names and units of a stream's channels; those without a name get the stream's, and its type where that says more."""
    count = np.asarray(stream["time_series"]).shape[1]
    described = _described(stream)
    name, kind = _text(stream, "name"), _text(stream, "type")
    out = []
    for i in range(count):
        table = described[i] if i < len(described) and isinstance(described[i], dict) else {}
        label, unit = (str((table.get(key) or [""])[0] or "") for key in ("label", "unit"))
        type_ = str((table.get("type") or [""])[0] or "")
        shown = label or (name if count == 1 else f"{name} {i + 1}")
        if not is_eda(split(shown).base):
            words = [
                word for word in (type_, kind, name) if is_eda(word.lower()) and (count == 1 or word == type_)
            ]
            shown = f"{shown} {words[0]}" if words else shown
        out.append(Channel(shown.strip(), unit or split(label).unit))
    return out


def _described(stream: Mapping[str, Any]) -> list[Any]:
    """The descriptions of a stream's channels, wherever its writer put them."""
    try:
        found = stream["info"]["desc"][0]["channels"][0]["channel"]
    except (KeyError, IndexError, TypeError):
        return []
    return found if isinstance(found, list) else []


def _start(header: Any) -> datetime | None:
    """When the file was begun, as its writer says."""
    try:
        return datetime.fromisoformat(header["info"]["datetime"][0])
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _whole(path: Path) -> None:
    """Follow the chunks from end to end: a length or a count that is more than the file holds is found here, not by the parser."""
    size, where = path.stat().st_size, str(path)
    channels: dict[bytes, int] = {}
    last = len(MAGIC)
    try:
        with path.open("rb") as stream:
            stream.seek(last)
            while True:
                length = _length(stream)
                if length is None:
                    break
                begin = stream.tell()
                if length < 2 or begin + length > size:
                    raise ValueError(f"a part is longer than what is left after {last} bytes")
                tag = struct.unpack("<H", stream.read(2))[0]
                if tag in (_STREAM, _SAMPLES):
                    owner = stream.read(4)
                    if length < 6:
                        raise ValueError("a part is too short")
                    if tag == _STREAM:
                        found = _CHANNEL_COUNT.search(stream.read(length - 6))
                        channels[owner] = int(found[1][:9]) if found else 0
                        if not 0 < channels[owner] <= _MOST_CHANNELS:
                            raise ValueError("a stream has no or too many channels")
                    else:
                        count = _length(stream)
                        if owner not in channels or count is None or count * (channels[owner] + 1) > length:
                            raise ValueError(f"the samples after {last} bytes do not fit into their part")
                stream.seek(begin + length)
                last = begin + length
    except (ValueError, struct.error) as error:
        raise damaged(
            KIND,
            error,
            where,
            f"{AGAIN}; or cut it after the last whole part: head -c {last} {path.name} > whole.xdf",
        ) from error
    if not channels:
        raise InputError("the XDF file holds no stream", where=where, mend=AGAIN)


def _length(stream: BinaryIO) -> int | None:
    """A number of 1, 4 or 8 bytes, or None at the end."""
    first = stream.read(1)
    if not first:
        return None
    form = {1: "<B", 4: "<I", 8: "<Q"}.get(first[0])
    if form is None:
        raise ValueError(f"a length of {first[0]} bytes")
    return int(struct.unpack(form, stream.read(first[0]))[0])
