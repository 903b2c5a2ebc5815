"""Plain tables: however they are written, they are read or the place that is wrong is named."""

from __future__ import annotations

import datetime

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.measurement.read import read
from sudomotor.measurement.readers import columns
from sudomotor.measurement.readers.layout import layout_of
from sudomotor.measurement.readers.names import is_eda, is_time, likely_eda, split


@pytest.fixture
def table(tmp_path):
    """Reads a text as a recording."""

    def make(text, name="me.csv", encoding="utf-8", **declared):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return read(path, **declared)

    return make


@pytest.mark.parametrize(
    "header",
    [
        "eda_uS",
        "EDA (uS)",
        "EDA [µS]",
        "eda_us",
        "GSR_microsiemens",
        "Skin Conductance (uS)",
        "SC_uS",
        "left (uS)",
    ],
)
def test_headers_that_state_the_unit(table, header):
    assert table(f"{header}\n1\n2\n", fs=4).values_uS.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("header", "cells", "times"),
    [
        ("time_s", "0 0.5 1", [0, 0.5, 1]),
        ("time (ms)", "0 500 1000", [0, 0.5, 1]),
        ("t[ms]", "0 500 1000", [0, 0.5, 1]),
        ("time_min", "0 0.5 1", [0, 30, 60]),
        ("seconds", "0 0.5 1", [0, 0.5, 1]),
        ("timestamp", "1700000000 1700000000.5 1700000001", [0, 0.5, 1]),
        ("unix_timestamp", "1700000000000 1700000000500 1700000001000", [0, 0.5, 1]),
        ("timestamp (us)", "1700000000000000 1700000000500000 1700000001000000", [0, 0.5, 1]),
        ("datetime", "2023-11-14T22:13:20 2023-11-14T22:13:20.5 2023-11-14T22:13:21", [0, 0.5, 1]),
        ("time", "2023-11-14T22:13:20Z 2023-11-14T22:13:20.5Z 2023-11-14T22:13:21Z", [0, 0.5, 1]),
        ("time", "2023-11-14T22:13:20+01:00 2023-11-14T22:13:20.5+01:00 2023-11-14T21:13:21Z", [0, 0.5, 1]),
        ("time", "23:59:59.5 00:00:00 00:00:00.5", [86399.5, 86400, 86400.5]),
    ],
)
def test_time_columns(table, header, cells, times):
    rec = table(f"{header},EDA (uS)\n" + "".join(f"{cell},{i}\n" for i, cell in enumerate(cells.split())))
    assert rec.times_s - rec.times_s[0] == pytest.approx(np.array(times) - times[0])
    assert rec.values_uS.tolist() == [0.0, 1.0, 2.0]


def test_starts(table):
    moment = datetime.datetime(2023, 11, 14, 22, 13, 20)
    assert table("time,EDA (uS)\n1700000000,1\n1700000001,2\n").start == moment.replace(tzinfo=datetime.UTC)
    assert table("time,EDA (uS)\n2023-11-14 22:13:20,1\n2023-11-14 22:13:21,2\n").start == moment
    zoned = table("time,EDA (uS)\n2023-11-14 22:13:20+02:00,1\n2023-11-14 22:13:21+02:00,2\n").start
    assert zoned.utcoffset() == datetime.timedelta(hours=2)
    backwards = table("time,EDA (uS)\n2023-11-14 22:13:21,1\n2023-11-14 22:13:20,2\n")
    assert backwards.start == moment
    assert backwards.values_uS.tolist() == [2.0, 1.0]
    german = table("Zeit;time;EDA (uS)\n;14.11.2023 22:13:20;1\n;14.11.2023 22:13:21;2\n")
    assert german.start == moment
    shimmer = table("time,EDA (uS)\n2023/11/14 22:13:20.000,1\n2023/11/14 22:13:21.000,2\n")
    assert shimmer.start == moment


def test_a_time_without_a_unit_is_asked_for(table):
    text = "time,EDA (uS)\n0,1\n1,2\n2,3\n"
    with pytest.raises(
        InputError, match=r"unit of the time column 'time' is not stated[^$]*--times 'time \(s\)'"
    ):
        table(text)
    assert table(text, times="time (ms)").rate_Hz == pytest.approx(1000)
    assert table(text, times="TIME_s").rate_Hz == pytest.approx(1)
    assert table(text, fs=4).notes == ()
    with pytest.raises(InputError, match="unit 'fortnights'"):
        table("time (fortnights),EDA (uS)\n0,1\n1,2\n")


def test_all_that_is_missing_is_asked_for_at_once(table):
    with pytest.raises(
        InputError, match=r"unit of 'EDA' is not stated; and there is neither a time column nor"
    ) as found:
        table("ECG,EDA,RSP\n0.1,13.2,0.7\n0.2,13.3,0.7\n")
    for word in ("--unit", "--convert", "--fs", "--times"):
        assert word in found.value.mend


def test_raw_counts_are_refused_until_a_conversion_is_declared(table):
    text = "# Simple Text Format\n# Sampling Rate (Hz):= 1000.00\n# Resolution:= 12\n# Labels:= EDA\n2669.0\n2671.0\n"
    with pytest.raises(InputError, match=r"counts of a converter of 12 bits[^$]*--convert"):
        table(text)
    rec = table(text, convert="0.02 uS per count - 1 uS")
    assert rec.values_uS == pytest.approx([52.38, 52.42])
    assert rec.rate_Hz == 1000.0
    assert rec.notes == (
        "1000 Hz as the comment above the numbers says",
        "converted by 0.02 uS per count - 1 uS, as declared",
    )
    with pytest.raises(InputError, match="states 1000 samples per second, but 100"):
        table(text, convert="0.02 uS per count", fs=100)


def test_channels(table):
    text = "time_s,EDA_left (uS),EDA_right (uS)\n0,1,2\n1,3,4\n"
    with pytest.raises(InputError, match=r"several channels[^$]*--channel 'EDA_left \(uS\)'"):
        table(text)
    for wanted in ("EDA_right (uS)", "eda_RIGHT (us)", "right", 3, "3"):
        assert table(text, channel=wanted).values_uS.tolist() == [2.0, 4.0]
    with pytest.raises(InputError, match=r"2 channels are named 'eda'[^$]*--channel 1"):
        table("eda,eda\n1,2\n3,4\n", channel="eda", unit="uS", fs=1)
    assert table("EDA_Raw,EDA_Tonic,EDA_Phasic\n1,2,3\n", unit="uS", fs=1).values_uS.tolist() == [1.0]


def test_tables_of_all_sorts(table):
    assert table("1.5\n2.5\n", unit="uS", fs=1).values_uS.tolist() == [1.5, 2.5]
    assert table("1,5\n2,5\n", unit="uS", fs=1, channel=1).values_uS.tolist() == [1.0, 2.0]  # two columns
    assert table("EDA_uS\n1,5\n2,5\n", fs=1).values_uS.tolist() == [1.5, 2.5]  # a decimal comma
    assert table("time_s;EDA_uS\n0;1,5\n0,5;2,5\n").values_uS.tolist() == [1.5, 2.5]
    assert table("time_s|EDA_uS\n0|1.5\n1|2.5\n").values_uS.tolist() == [1.5, 2.5]
    assert table("sep=;\ntime_s;EDA_uS\n0;1\n1;2\n").values_uS.tolist() == [1.0, 2.0]
    assert table('"time_s","EDA_uS"\n"0","1"\n"1","2"\n').values_uS.tolist() == [1.0, 2.0]
    assert table("time_s,EDA_uS\r0,1\r1,2\r").values_uS.tolist() == [1.0, 2.0]  # old Macintosh
    assert table("EDA_uS\n1 \n 2\n\n\n3\n", fs=1).values_uS.tolist() == [1.0, 2.0, 3.0]
    assert table("time,EDA\ns,uS\n0,1\n1,2\n").values_uS.tolist() == [1.0, 2.0]
    assert table("my recording,\ntime_s,EDA_uS\n0,1\n1,2\n").values_uS.tolist() == [1.0, 2.0]
    assert table(",0,EDA_uS\n0,5,1\n1,5,2\n", fs=1).values_uS.tolist() == [1.0, 2.0]  # as pandas writes
    assert table("EDA_uS x\nr1 1 2\nr2 3 4\n", name="r.txt", fs=1).values_uS.tolist() == [
        1.0,
        3.0,
    ]  # as R writes
    assert table("EDA_µS\n1\n", encoding="latin-1", fs=1).values_uS.tolist() == [1.0]
    assert table("EDA_µS\n1\n", encoding="utf-16", fs=1).values_uS.tolist() == [1.0]


def test_missing_cells_are_missing_samples(table):
    rec = table("EDA_uS,x\nn/a,n/a\n,\n1,2\nNaN,\n2\nnull,1\n", fs=1)
    assert np.isnan(rec.values_uS).tolist() == [True, True, False, True, False, True]
    rec = table("time_s,EDA_uS\n0,1\n,2\n2,3\n")
    assert rec.times_s.tolist() == [0.0, 2.0]
    assert rec.notes == ("1 samples without a time are left out",)


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("time_s,EDA (uS)\n0,1\n1,oops\n2,3\n", "line 3, column 2 ('EDA (uS)')", "'oops'"),
        ("time_s,EDA (uS)\n0,oops\n1,2\n", "line 2, column 2", "'oops'"),
        ("# c\ntime_s,EDA (uS)\n\n0,1\n\nx,2\n", "line 6, column 1", "'x'"),
        ("time_s,EDA (uS)\n0,1\n1,2,3\n", "line 3", "3 cells, but those above have 2"),
        ("time_s,EDA (uS)\n0,1\n1,True\n", "line 3", "'True'"),
        ("time_s,EDA (uS)\n0,1\n1,1_000\n", "line 3", "'1_000'"),
        ("time_s,EDA (uS)\n0,1\n1,0x10\n", "line 3", "'0x10'"),
        ("time,EDA (uS)\n2024-01-01 00:00:00,1\n2024-01-01 00:00:99,1\n", "line 3, column 1", "is not a time"),
        ("time,EDA (uS)\n10:00:00,1\n10:00,1\n", "line 3, column 1", "is not a time"),
        ("time_s,EDA (uS)\n0,1\n1,1\x00\x00\n", "line 3, column 2", r"'1\\x00\\x00'"),
        ("time_s;EDA (uS)\n0;1,5\n1;1.5\n2;1,6\n", "line 3", "'1.5'"),
    ],
)  # fmt: skip
def test_text_among_numbers_is_named_with_its_place(table, text, line, what):
    with pytest.raises(InputError, match=what) as found:
        table(text)
    assert line in found.value.where


def test_text_far_down_is_named_with_its_place(table, monkeypatch):
    monkeypatch.setattr(columns, "CHUNK_ROWS", 1000)
    rows = [f"{i},{i % 7}" for i in range(20_000)]
    whole = table("time_s,EDA (uS)\n" + "\n".join(rows) + "\n")
    assert len(whole) == 20_000
    assert whole.values_uS[-1] == 19_999 % 7
    rows[15_000] = "15000,*"
    with pytest.raises(InputError, match=r"'\*' is not a number") as found:
        table("time_s,EDA (uS)\n" + "\n".join(rows) + "\n")
    assert "line 15002" in found.value.where


def test_only_what_is_wanted_is_kept(tmp_path, monkeypatch):
    """A file is read once, in pieces."""
    opened = []
    whole = columns.opened

    def counted(source):
        opened.append(source.name)
        return whole(source)

    monkeypatch.setattr(columns, "opened", counted)
    path = tmp_path / "me.csv"
    path.write_text("time_s,EDA (uS),label\n" + "".join(f"{i},{i},a\n" for i in range(1000)))
    read(path)
    assert len(opened) == 1


def test_a_quotation_mark_that_is_not_closed(table):
    with pytest.raises(InputError) as found:
        table('time_s,EDA (uS)\n0,1\n1,"2\n2,3\n')
    assert "me.csv" in found.value.where


def test_irregular_clocks(table):
    jump = table("time_s,EDA (uS)\n0,1\n1,2\n2,3\n1.5,4\n2.5,5\n")
    assert jump.values_uS.tolist() == [1.0, 2.0, 4.0, 3.0, 5.0]
    assert jump.notes == ("the clock goes back once, by 0.5 s: samples sorted",)
    twice = table("time_s,EDA (uS)\n0,1\n0,3\n1,2\n")
    assert twice.values_uS.tolist() == [2.0, 2.0]
    gap = table("time_s,EDA (uS)\n0,1\n1,2\n60,2\n61,2\n")
    assert gap.gaps == [(1.0, 60.0)]
    odd = table("time_s,EDA (uS)\n" + "".join(f"{i / 3.7:.9f},1\n" for i in range(50)))
    assert odd.rate_Hz == pytest.approx(3.7)


def test_names():
    assert split("EDA_uS").unit == "uS"
    assert split("eda_s").unit == "s"
    assert split("score").unit is None
    assert not any(map(is_eda, ["score", "scale", "ecg", "sedated", "resp"]))
    assert all(
        map(is_eda, ["eda", "gsr_raw", "left sc", "skin conductance", "electrodermal activity", "eda2"[:3]])
    )
    assert not any(map(is_time, ["temp", "temperature", "events", "status", "times_table"[:4] + "r"]))
    assert likely_eda([]) == []


def test_layouts_of_one_line():
    assert layout_of(["1"], "utf-8", "x").columns == 1
    with pytest.raises(InputError, match="no row of numbers"):
        layout_of(["a,b"], "utf-8", "x")
