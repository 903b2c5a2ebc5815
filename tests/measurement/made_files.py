"""Small recordings in every format, made here byte by byte or by the format's own library; nothing is copied from a device.

Each builder writes a file (and what lies beside it) into a folder and gives its path. `VALUES` is what it holds, in uS.
"""

from __future__ import annotations

import ctypes
import gzip
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

COUNT = 48
VALUES = np.round(2.0 + 0.5 * np.sin(np.arange(COUNT) / 5.0) + 0.001 * np.arange(COUNT), 6)
RATE = 4.0
START = 1_700_000_000  # 2023-11-14T22:13:20Z
ACCELERATION = np.column_stack([np.arange(COUNT) % 5 - 2, np.full(COUNT, 3), np.full(COUNT, 64)])
WARM = np.round(32.0 + 0.01 * np.arange(COUNT), 2)


def _lines(*cells: object, sep: str = ",") -> str:
    return sep.join(str(cell) for cell in cells) + "\n"


def e4_texts() -> dict[str, str]:
    """The files of an E4, by name."""
    acc = "".join(_lines(*row) for row in np.repeat(ACCELERATION, 8, axis=0))
    return {
        "EDA.csv": f"{START}.000000\n4.000000\n" + "".join(f"{v:.6f}\n" for v in VALUES),
        "ACC.csv": _lines(*[f"{START}.000000"] * 3) + _lines(*["32.000000"] * 3) + acc,
        "TEMP.csv": f"{START}.000000\n4.000000\n" + "".join(f"{v:.2f}\n" for v in WARM),
        "tags.csv": f"{START + 2.5}\n{START + 7}\n",
    }


def e4_zip(folder: Path) -> Path:
    path = folder / "session.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("info.txt", "of an E4")
        for name, text in e4_texts().items():
            archive.writestr(name, text)
    return path


def e4_csv(folder: Path) -> Path:
    for name, text in e4_texts().items():
        (folder / f"someone_{name}").write_text(text)
    return folder / "someone_EDA.csv"


def _stream(name: str, extra: list[dict]) -> dict:
    fields = [{"name": "timestampStart", "type": "long"}, {"name": "samplingFrequency", "type": "float"}]
    return {"type": "record", "name": name, "fields": [*fields, *extra]}


def embrace_schema() -> dict:
    """Empatica's names and nesting, without the streams that no one reads here."""
    floats = [{"name": "values", "type": {"type": "array", "items": "float"}}]
    scale = {
        "type": "record", "name": "ImuParams",
        "fields": [{"name": n, "type": "int"} for n in ("physicalMin", "physicalMax", "digitalMin", "digitalMax")],
    }  # fmt: skip
    axes = [{"name": axis, "type": {"type": "array", "items": "int"}} for axis in "xyz"]
    raw = {
        "type": "record", "name": "RawData",
        "fields": [
            {"name": "accelerometer", "type": _stream("Imu", [{"name": "imuParams", "type": scale}, *axes])},
            {"name": "eda", "type": _stream("Eda", floats)},
            {"name": "temperature", "type": _stream("Temperature", floats)},
            {"name": "tags", "type": {"type": "record", "name": "Tags", "fields": [
                {"name": "tagsTimeMicros", "type": {"type": "array", "items": "long"}}]}},
        ],
    }  # fmt: skip
    enrolled = {
        "type": "record",
        "name": "Enrollment",
        "fields": [{"name": "participantID", "type": "string"}],
    }
    return {
        "type": "record", "name": "Session", "namespace": "empatica.format.avro",
        "fields": [{"name": "timezone", "type": "int"}, {"name": "enrollment", "type": enrolled},
                   {"name": "deviceSn", "type": "string"}, {"name": "rawData", "type": raw}],
    }  # fmt: skip


def embrace_record(
    values: np.ndarray = VALUES, start_s: float = START, person: str = "P1", rate: float = RATE
) -> dict:
    micros = int(start_s * 1e6)
    axes = {axis: (ACCELERATION[:, i] * 32).tolist() for i, axis in enumerate("xyz")}
    limits = {"physicalMin": -16, "physicalMax": 16, "digitalMin": -32768, "digitalMax": 32768}
    return {
        "timezone": 3600, "enrollment": {"participantID": person}, "deviceSn": "3YK",
        "rawData": {
            "accelerometer": {"timestampStart": micros, "samplingFrequency": rate, "imuParams": limits, **axes},
            "eda": {"timestampStart": micros, "samplingFrequency": rate, "values": values.tolist()},
            "temperature": {"timestampStart": micros, "samplingFrequency": rate, "values": WARM.tolist()},
            "tags": {"tagsTimeMicros": [micros + 2_500_000] if len(values) else []},
        },
    }  # fmt: skip


def embrace(folder: Path, codec: str = "deflate", name: str = "1-1-P1_1700000000.avro", **of: object) -> Path:
    import fastavro

    path = folder / name
    with path.open("wb") as out:
        fastavro.writer(out, fastavro.parse_schema(embrace_schema()), [embrace_record(**of)], codec=codec)
    return path


def embrace_plain(folder: Path) -> Path:
    return embrace(folder, "null")


def bids(folder: Path, packed: bool = True) -> Path:
    stem = folder / "sub-01_task-rest_recording-eda"
    meta = {
        "SamplingFrequency": RATE, "StartTime": -1.5, "Columns": ["cardiac", "eda", "trigger"],
        "eda": {"Units": "uS"}, "cardiac": {"Units": "mV"},
    }  # fmt: skip
    Path(f"{stem}_physio.json").write_text(json.dumps(meta))
    text = "".join(_lines(i, f"{v:.6f}", "n/a", sep="\t") for i, v in enumerate(VALUES))
    (folder / "sub-01_task-rest_events.tsv").write_text(
        "onset\tduration\ttrial_type\n2.5\t1\tpicture\n7\tn/a\tsound\n"
    )
    path = Path(f"{stem}_physio.tsv" + (".gz" if packed else ""))
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if packed else text.encode())
    return path


def _xdf_chunk(tag: int, content: bytes) -> bytes:
    body = struct.pack("<H", tag) + content
    return b"\x04" + struct.pack("<I", len(body)) + body


def _xdf_header(name: str, kind: str, count: int, rate: float, form: str, desc: str) -> bytes:
    return (
        f"<?xml version='1.0'?><info><name>{name}</name><type>{kind}</type><channel_count>{count}</channel_count>"
        f"<nominal_srate>{rate}</nominal_srate><channel_format>{form}</channel_format><created_at>50.0</created_at>"
        f"<desc>{desc}</desc></info>"
    ).encode()


def xdf(folder: Path, unit: str = "microsiemens") -> Path:
    """A stream of numbers with two channels and one of markers, both on one clock that begins at 100 s."""
    desc = (
        f"<channels><channel><label>EDA</label><unit>{unit}</unit></channel>"
        "<channel><label>PPG</label><unit>mV</unit></channel></channels>"
    )
    samples = b"".join(
        b"\x08" + struct.pack("<d", 100.0 + i / RATE) + struct.pack("<ff", v, i) for i, v in enumerate(VALUES)
    )
    marks = b"".join(
        b"\x08" + struct.pack("<d", at) + b"\x01" + bytes([len(word)]) + word
        for at, word in ((102.5, b"picture"), (107.0, b"sound"))
    )
    one, two = struct.pack("<I", 1), struct.pack("<I", 2)
    out = b"XDF:" + _xdf_chunk(
        1,
        b"<?xml version='1.0'?><info><version>1.0</version><datetime>2023-11-14T22:13:20+0000</datetime></info>",
    )
    out += _xdf_chunk(2, one + _xdf_header("Wrist", "GSR", 2, RATE, "float32", desc))
    out += _xdf_chunk(2, two + _xdf_header("Stimuli", "Markers", 1, 0, "string", ""))
    out += _xdf_chunk(3, one + b"\x04" + struct.pack("<I", COUNT) + samples)
    out += _xdf_chunk(3, two + b"\x01" + bytes([2]) + marks)
    for owner in (one, two):
        for at in (100.0, 105.0):
            out += _xdf_chunk(4, owner + struct.pack("<dd", at, 0.0))
    out += _xdf_chunk(6, one + b"<?xml version='1.0'?><info><first_timestamp>100.0</first_timestamp></info>")
    path = folder / "lab.xdf"
    path.write_bytes(out)
    return path


def edf(folder: Path, unit: str = "uS", bdf: bool = False) -> Path:
    import datetime

    import edfio

    kind = (edfio.Bdf, edfio.BdfSignal) if bdf else (edfio.Edf, edfio.EdfSignal)
    ranges = {"physical_range": (0.0, 40.0)}
    signals = [
        kind[1](
            np.arange(COUNT, dtype=float),
            4,
            label="PPG",
            physical_dimension="mV",
            physical_range=(0.0, 100.0),
        ),
        kind[1](VALUES, 4, label="GSR left", physical_dimension=unit, **ranges),
    ]
    path = folder / ("lab.bdf" if bdf else "lab.edf")
    kind[0](
        signals, annotations=[edfio.EdfAnnotation(2.5, 1.0, "picture"), edfio.EdfAnnotation(7, None, "sound")],
        starttime=datetime.time(22, 13, 20), recording=edfio.Recording(startdate=datetime.date(2023, 11, 14)),
    ).write(path)  # fmt: skip
    return path


def bdf(folder: Path) -> Path:
    return edf(folder, bdf=True)


def edf_with_a_pause(folder: Path) -> Path:
    """EDF+D: the second half of the records begins 100 s later."""
    path = edf(folder)
    data = bytearray(path.read_bytes())
    data[192:197] = b"EDF+D"
    begin = int(data[184:192])
    signals = int(data[252:256])
    counts = [
        int(data[256 + signals * 216 + 8 * i : 256 + signals * 216 + 8 * i + 8]) for i in range(signals)
    ]
    size, before = 2 * sum(counts), 2 * sum(counts[: signals - 1])
    for record in range(COUNT // 4):
        at = begin + record * size + before
        end = data.index(b"\x14", at)
        onset = f"+{record if record < 6 else record + 100}".encode()
        rest = bytes(data[end : at + 2 * counts[-1]])
        data[at : at + 2 * counts[-1]] = (onset + rest)[: 2 * counts[-1]].ljust(2 * counts[-1], b"\x00")
    path.write_bytes(data)
    return path


def _of(kind: object, revision: int, **fields: object) -> bytes:
    """A header of Biopac's, laid out as the library that reads it lays it out: there is no writer, and no public specification."""
    layout = kind.for_revision(revision, "<", "latin1")._struct_class  # type: ignore[attr-defined]
    made = layout()
    for name, value in fields.items():
        setattr(made, name, value)
    return bytes(made)


def acq(folder: Path, packed: bool = False, unit: bytes = b"microsiemens") -> Path:
    import bioread.headers as bh

    revision = 41 if packed else 38
    size = {kind: len(_of(kind, revision)) for kind in (bh.GraphHeader, bh.ChannelHeader, bh.ForeignHeader)}
    scale = 0.001
    raw = [np.arange(COUNT, dtype="<i2"), np.round(VALUES / scale).astype("<i2")]
    out = _of(
        bh.GraphHeader, revision, lVersion=revision, lExtItemHeaderLen=size[bh.GraphHeader], nChannels=2, dSampleTime=250.0,
        **({"bCompressed": 1} if packed else {}),
    )  # fmt: skip
    for i, (name, said) in enumerate(((b"PPG", b"mV"), (b"EDA100C", unit))):
        out += _of(
            bh.ChannelHeader, revision, lChanHeaderLen=size[bh.ChannelHeader], nNum=i, szCommentText=name, szUnitsText=said,
            lBufLength=COUNT, dAmplScale=scale if i else 1.0, dAmplOffset=0.0, nChanOrder=i, nVarSampleDivider=1,
        )  # fmt: skip
    out += _of(bh.ForeignHeader, revision, nLength=size[bh.ForeignHeader])
    out += _of(bh.ChannelDTypeHeader, revision, nSize=2, nType=2) * 2
    if not packed:
        out += np.column_stack(raw).tobytes()
    words = [(10, b"picture"), (28, b"sound")]
    items = b"".join(
        _of(bh.MarkerItemHeader, revision, lSample=at, nTextLength=len(word)) + word + b"\x00"
        for at, word in words
    )
    out += _of(bh.MarkerHeader, revision, lLength=len(items), lMarkers=len(words)) + items
    if packed:
        out += _of(
            bh.JournalHeader, revision, tag=(ctypes.c_ubyte * 4)(*bh.JournalHeaderPre4.EXPECTED_TAG_VALUE)
        )
        out += _of(bh.MainCompressionHeader, revision)
        for channel in raw:
            data = zlib.compress(channel.tobytes())
            out += (
                _of(
                    bh.ChannelCompressionHeader,
                    revision,
                    lUncompressedLen=2 * COUNT,
                    lCompressedLen=len(data),
                )
                + data
            )
    path = folder / "lab.acq"
    path.write_bytes(out)
    return path


def acq_packed(folder: Path) -> Path:
    return acq(folder, packed=True)


def shimmer(folder: Path, sep: str = "\t") -> Path:
    """What Consensys exports: names, units, milliseconds since 1970."""
    d = "Shimmer_7C3B_"
    names = ["Timestamp_Unix_CAL", *(f"Accel_LN_{axis}_CAL" for axis in "XYZ"), "GSR_Range_CAL", "GSR_Skin_Conductance_CAL",
             "GSR_Skin_Resistance_CAL", "PPG_A13_CAL"]  # fmt: skip
    units = ["ms", "m/(s^2)", "m/(s^2)", "m/(s^2)", "no_units", "uS", "kOhms", "mV"]
    told = '"sep=' + ("\\t" if sep == "\t" else sep) + '"\n'
    text = told + _lines(*(d + name for name in names), "", sep=sep) + _lines(*units, "", sep=sep)
    for i, v in enumerate(VALUES):
        text += _lines(START * 1000 + 250.0 * i, 0.0, 0.0, 9.80665, 2.0, v, 1000.0 / v, 1400.0, "", sep=sep)
    path = folder / "Session1_Shimmer_7C3B_Calibrated_SD.csv"
    path.write_text(text)
    return path


def shimmer_old(folder: Path) -> Path:
    """What Shimmer Capture wrote: four header rows, resistance only, milliseconds since the device began."""
    rows = [["Shimmer"] * 4, ["Timestamp", "Timestamp", "GSR", "GSR"], ["RAW", "CAL", "RAW", "CAL"],
            ["no units", "mSecs", "no units", "kOhms"]]  # fmt: skip
    text = "".join(_lines(*row, sep="\t") for row in rows)
    text += "".join(_lines(32768 * i, 250.0 * i, 900, 1000.0 / v, sep="\t") for i, v in enumerate(VALUES))
    path = folder / "shimmer.csv"
    path.write_text(text)
    return path


def affectiva(folder: Path) -> Path:
    head = ["Log File Created by Q Live - (c) 2012 Affectiva Inc.", "File Version: 1.01", "Firmware Version: 1.71",
            "UUID: AQL000000", "Sampling Rate: 4", "Start Time: 2013-05-28 08:18:02 Offset:+01",
            " Z-axis | Y-axis | X-axis | Battery | °Celsius | EDA(uS)", "-" * 57]  # fmt: skip
    text = "".join(f"{line},,,,,\n" for line in head)
    text += "".join(_lines(1.0, 0.5, -0.25, -1, t, f"{v:.6f}") for t, v in zip(WARM, VALUES, strict=True))
    path = folder / "walk.csv"
    path.write_bytes(text.encode("latin-1"))
    return path


def ledalab_mat(folder: Path, packed: bool = True) -> Path:
    from scipy.io import savemat

    events = np.zeros(2, dtype=[("time", "O"), ("nid", "O"), ("name", "O"), ("userdata", "O")])
    events[0], events[1] = (2.5, 1, "picture", np.zeros(0)), (7.0, 2, "sound", np.zeros(0))
    data = {"conductance": VALUES, "time": np.arange(COUNT) / RATE, "timeoff": 0, "event": events}
    path = folder / "leda.mat"
    savemat(path, {"fileinfo": {"version": 3.49}, "data": data}, do_compression=packed)
    return path


def ledalab_mat_plain(folder: Path) -> Path:
    return ledalab_mat(folder, packed=False)


def ledalab_text(folder: Path) -> Path:
    events = {10: 1, 28: 2}
    path = folder / "leda.txt"
    path.write_text("".join(_lines(i / RATE, v, events.get(i, 0), sep="\t") for i, v in enumerate(VALUES)))
    return path


def csv_seconds(folder: Path) -> Path:
    path = folder / "me.csv"
    path.write_text(
        "time_s,EDA (uS),note\n" + "".join(_lines(i / RATE, v, "calm") for i, v in enumerate(VALUES))
    )
    return path


def csv_german(folder: Path) -> Path:
    """Semicolons, decimal commas, milliseconds, a byte order mark."""
    path = folder / "ich.csv"
    text = "Zeit;time [ms];Leitwert;SC [µS]\n"
    text += "".join(
        _lines("", 250 * i, "x", f"{v:.6f}".replace(".", ","), sep=";") for i, v in enumerate(VALUES)
    )
    path.write_bytes(text.encode("utf-8-sig"))
    return path


def csv_stamps(folder: Path) -> Path:
    import datetime

    begin = datetime.datetime(2023, 11, 14, 22, 13, 20, tzinfo=datetime.UTC)
    path = folder / "watch.csv.gz"
    text = "timestamp,eda_us\n"
    text += "".join(
        _lines((begin + datetime.timedelta(seconds=i / RATE)).isoformat(), v) for i, v in enumerate(VALUES)
    )
    path.write_bytes(gzip.compress(text.encode(), mtime=0))
    return path


def csv_utf16(folder: Path) -> Path:
    path = folder / "excel.txt"
    buffer = io.StringIO(
        "time_s\tEDA (µS)\r\n" + "".join(_lines(i / RATE, v, sep="\t") for i, v in enumerate(VALUES))
    )
    path.write_bytes(buffer.getvalue().encode("utf-16"))
    return path


def blanks(folder: Path) -> Path:
    path = folder / "r.txt"
    path.write_text(
        '"time (s)" "GSR (uS)"\n'.replace('"', "").replace(" (", "_").replace(")", "")
        + "".join(f"  {i / RATE}   {v}\n" for i, v in enumerate(VALUES))
    )
    return path


BUILDERS: dict[str, Callable[[Path], Path]] = {
    "e4-zip": e4_zip, "e4-csv": e4_csv, "embrace": embrace, "embrace-plain": embrace_plain, "bids": bids,
    "bids-plain": lambda folder: bids(folder, packed=False), "xdf": xdf, "edf": edf, "bdf": bdf, "edf-pause": edf_with_a_pause,
    "acq": acq, "acq-packed": acq_packed, "shimmer": shimmer, "shimmer-old": shimmer_old, "affectiva": affectiva,
    "ledalab-mat": ledalab_mat, "ledalab-mat-plain": ledalab_mat_plain, "ledalab-text": ledalab_text,
    "csv-seconds": csv_seconds, "csv-german": csv_german, "csv-stamps": csv_stamps, "csv-utf16": csv_utf16, "blanks": blanks,
}  # fmt: skip
DECLARED: dict[str, dict[str, str]] = {"ledalab-text": {"format": "ledalab"}}
NEEDS: dict[str, str] = {
    "embrace": "fastavro",
    "xdf": "pyxdf",
    "edf": "edfio",
    "bdf": "edfio",
    "acq": "bioread",
}


def needs(name: str) -> str | None:
    """The optional library that a format needs."""
    return next((library for begin, library in NEEDS.items() if name.startswith(begin)), None)
