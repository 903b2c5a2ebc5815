"""EDF, EDF+ and BDF: the signal of skin conductance in its physical unit, annotations as marks, pauses of EDF+D as gaps."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.readers.asked import Asked, Channel, build, pick, rate_of, refuse_times
from sudomotor.measurement.readers.names import likely_eda
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.readers.source import damaged, library
from sudomotor.measurement.recording import Mark, Recording

Array = NDArray[np.float64]
EDF_MAGIC, BDF_MAGIC = b"0       ", b"\xffBIOSEMI"
KIND = "EDF file"


def looks(probe: Probe) -> bool:
    """Whether it begins as EDF or BDF does, with a header whose counts are numbers."""
    return probe.head.startswith((EDF_MAGIC, BDF_MAGIC)) and (
        probe.head.startswith(BDF_MAGIC)
        or probe.head[184:192].strip().isdigit()
        or probe.name.endswith(".edf")
    )


def read(probe: Probe, asked: Asked) -> Recording:
    """The signal of skin conductance."""
    where = str(probe.path)
    refuse_times(asked, f"an {KIND}", where)
    edfio = library("edfio", f"an {KIND}", where)
    try:
        edf = _open(edfio, probe)
        channels = [
            Channel(signal.label.strip(), signal.physical_dimension.strip() or None) for signal in edf.signals
        ]
    except Exception as error:  # the parser follows whatever a damaged file says, and fails in as many ways
        raise damaged(KIND, error, where) from error
    if not channels:
        raise InputError(
            "the file holds annotations only, no signal", where=where, mend="give the file with the signals"
        )
    index = pick(channels, asked, where, likely=likely_eda(channels))
    notes: list[str] = []
    try:
        signal = edf.signals[index]
        values = np.array(signal.data, dtype=np.float64)
        per_record, rate = int(signal.samples_per_data_record), float(signal.sampling_frequency)
        record_s = float(edf.data_record_duration)
    except Exception as error:  # as above
        raise damaged(KIND, error, where) from error
    if not len(values):
        raise InputError("the signal holds no samples", where=where, mend="copy or export the file again")
    times = _times(probe.path, str(edf.reserved), len(values), per_record, record_s, where)
    rate = rate_of(asked, rate, where)
    start: datetime | None = None
    marks: list[Mark] = []
    try:
        start = edf.startdatetime
    except Exception:  # the date is often taken out on purpose
        notes.append("the file does not say when it was recorded")
    try:
        marks = [
            Mark(float(a.onset), float(a.duration or 0.0), str(a.text) or "annotation")
            for a in edf.annotations
        ]
    except Exception as error:  # annotations are not worth a recording
        notes.append(f"annotations are left out: {' '.join(str(error).split())[:80]}")
    chosen = channels[index]
    return build(
        values, asked, name=chosen.name, unit=chosen.unit, source=where, format="edf", notes=notes, marks=marks,
        start=start, fs=rate, times=times,
    )  # fmt: skip


def _open(edfio: Any, probe: Probe) -> Any:
    """The file, its words in UTF-8 where they are, else in Latin-1."""
    opener = edfio.read_bdf if probe.head.startswith(BDF_MAGIC) else edfio.read_edf
    for encoding in ("utf-8", "latin-1"):
        try:
            edf = opener(probe.path, header_encoding=encoding)
            words = "".join(signal.label + signal.physical_dimension for signal in edf.signals)
        except UnicodeDecodeError:
            continue
        if "\ufffd" not in words:
            return edf
    return opener(probe.path, header_encoding="latin-1")


def _times(
    path: Path, reserved: str, count: int, per_record: int, record_s: float, where: str
) -> Array | None:
    """Times in s of a file with pauses between its records; None where there are none."""
    if not reserved.startswith(("EDF+D", "BDF+D")):
        return None
    try:
        onsets = _onsets(path, 3 if reserved.startswith("B") else 2)
    except (OSError, ValueError, IndexError, StopIteration) as error:
        raise damaged(KIND, f"the times of its records cannot be read: {error}", where) from error
    records = count // per_record
    if len(onsets) < records:
        raise damaged(KIND, f"it has {records} records but {len(onsets)} times of them", where)
    begins = np.array(onsets[:records]) - onsets[0]
    return (begins[:, None] + np.arange(per_record) * (record_s / per_record)).ravel()


def _onsets(path: Path, width: int) -> list[float]:
    """When each record begins, s: the first words of its annotations."""
    with path.open("rb") as stream:
        fixed = stream.read(256)
        signals = int(fixed[252:256])
        table = stream.read(256 * signals)
        labels = [table[16 * i : 16 * (i + 1)].decode("latin-1").strip() for i in range(signals)]
        counts = [int(table[216 * signals + 8 * i : 216 * signals + 8 * (i + 1)]) for i in range(signals)]
        own = next(i for i, label in enumerate(labels) if label in ("EDF Annotations", "BDF Annotations"))
        before, length, total = width * sum(counts[:own]), width * counts[own], width * sum(counts)
        out = []
        stream.seek(int(fixed[184:192]))
        while len(record := stream.read(total)) == total:
            words = record[before : before + length]
            out.append(float(words[: words.index(b"\x14")].split(b"\x15")[0]))
    return out
