"""Biopac AcqKnowledge: the channel of skin conductance in its own unit and rate, markers as marks."""

from __future__ import annotations

import logging
import math
import zlib
from typing import Any

import numpy as np

from sudomotor.errors import InputError
from sudomotor.measurement.readers.asked import Asked, Channel, build, pick, rate_of, refuse_times
from sudomotor.measurement.readers.names import likely_eda
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.readers.source import Budgeted, damaged, library, most_unpacked, too_large
from sudomotor.measurement.recording import Mark, Recording

KIND = "Biopac file"
_MOST_CHANNELS, _MOST_PATTERN = 512, 1 << 22


def looks(probe: Probe) -> bool:
    """Whether it begins with a version of AcqKnowledge."""
    return probe.acq_version is not None


def read(probe: Probe, asked: Asked) -> Recording:
    """The channel of skin conductance."""
    where = str(probe.path)
    refuse_times(asked, f"a {KIND}", where)
    bioread = library("bioread", f"a {KIND}", where)
    logger = logging.getLogger("bioread")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)  # what it logs is either harmless or raised below
    try:
        return _read(bioread, probe, asked, where)
    except InputError:
        raise
    except Exception as error:  # the parser follows whatever a damaged file says, and fails in as many ways
        raise damaged(KIND, error, where) from error
    finally:
        logger.setLevel(level)


def _read(bioread: Any, probe: Probe, asked: Asked, where: str) -> Recording:
    with Budgeted(probe.path) as stream:
        counts = [int.from_bytes(probe.head[10:12], order) for order in ("little", "big")]
        if not any(0 < count <= _MOST_CHANNELS for count in counts):
            raise ValueError(f"it says that it has {counts[0]} channels")
        headers = bioread.reader.Reader.read_headers(stream)
        file = headers.datafile
        if file is None or not file.channels:
            raise ValueError("its headers make no sense")
        _plausible(headers, probe)
        channels = [Channel(channel.name.strip(), channel.units.strip() or None) for channel in file.channels]
        if asked.channel is None and not any(channel.name for channel in channels):
            raise ValueError("its channels have no names")
        index = pick(channels, asked, where, likely=likely_eda(channels))
    with Budgeted(probe.path) as stream:
        file = bioread.read(stream, channel_indexes=[index])
    channel = file.channels[index]
    values = np.array(channel.data, dtype=np.float64)
    if not len(values):
        raise InputError(
            f"the channel '{channels[index].name}' holds no samples", where=where, mend="--channel NAME"
        )
    marks = [
        Mark(
            float(mark.sample_index) / float(file.samples_per_second), 0.0, str(mark.text).strip() or "marker"
        )
        for mark in file.event_markers or []
    ]
    return build(
        values, asked, name=channels[index].name, unit=channels[index].unit, source=where, format="acq", marks=marks,
        fs=rate_of(asked, channel.samples_per_second, where),
    )  # fmt: skip


def _plausible(headers: Any, probe: Probe) -> None:
    """Counts that the file could hold; the parser makes room for whatever the headers say."""
    file, size = headers.datafile, probe.path.stat().st_size
    if not (math.isfinite(file.samples_per_second) and file.samples_per_second > 0.0):
        raise ValueError("its sampling rate makes no sense")
    if not all(channel.name.isprintable() and channel.units.isprintable() for channel in file.channels):
        raise ValueError("its channels have no names")
    if any(channel.frequency_divider < 1 or channel.point_count < 0 for channel in file.channels):
        raise ValueError("its channels' counts make no sense")
    if file.is_compressed:
        limit = most_unpacked(size)
        with probe.path.open("rb") as stream:
            for packed in file.channel_compression_headers or []:
                stream.seek(packed.compressed_data_offset)
                inflater, total, data = (
                    zlib.decompressobj(),
                    0,
                    stream.read(max(packed.compressed_data_len, 0)),
                )
                while data:
                    total += len(inflater.decompress(data, 1 << 20))
                    data = inflater.unconsumed_tail
                    if total > limit:
                        raise too_large(str(probe.path))
        return
    if sum(channel.data_length for channel in file.channels) > size:
        raise ValueError("its headers announce more samples than it holds")
    dividers = math.lcm(*(channel.frequency_divider for channel in file.channels))
    if dividers * len(file.channels) > _MOST_PATTERN:
        raise ValueError("its channels' rates make no sense together")
