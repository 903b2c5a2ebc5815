"""Every format gives back what was written into it; what is not said in a file is asked for, and what is broken is named."""

from __future__ import annotations

import datetime
import gzip
import json
import logging
import sys
import zipfile

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.measurement.read import read
from sudomotor.measurement.readers.bids import read_events
from sudomotor.measurement.readers.registry import ALIASES, FORMATS, READERS

RESOLUTION = {"edf": 40.0 / 65535, "edf-pause": 40.0 / 65535, "bdf": 1e-5, "acq": 6e-4, "acq-packed": 6e-4}
WITH_MARKS = {
    "bids",
    "bids-plain",
    "xdf",
    "edf",
    "bdf",
    "acq",
    "acq-packed",
    "ledalab-mat",
    "ledalab-mat-plain",
}


def test_every_format_gives_back_its_numbers(built, made):
    name, path, declared = built
    rec = read(path, **declared)
    assert rec.values_uS == pytest.approx(made.VALUES, abs=RESOLUTION.get(name, 1e-6))
    assert rec.rate_Hz == pytest.approx(made.RATE)
    assert rec.source == str(path)
    assert np.diff(rec.times_s) == pytest.approx(0.25) if name != "edf-pause" else rec.gaps == [(5.75, 106.0)]
    if name in WITH_MARKS:
        assert [mark.label for mark in rec.marks] == ["picture", "sound"]
        assert [mark.onset_s for mark in rec.marks] == pytest.approx([2.5, 7.0])


def test_the_name_alone_does_not_make_a_format(built, tmp_path, made):
    name, path, declared = built
    if name.startswith(("bids", "e4-csv")):
        pytest.skip("BIDS is known by its files' names, and only the name of an E4 file says what it holds")
    other = tmp_path / "no_name.dat"
    other.write_bytes(path.read_bytes())
    assert read(other, **declared).values_uS == pytest.approx(made.VALUES, abs=RESOLUTION.get(name, 1e-6))


def test_what_lies_beside_in_an_e4(made, tmp_path):
    for build in (made.e4_zip, made.e4_csv):
        rec = read(build(tmp_path))
        assert rec.start == datetime.datetime(2023, 11, 14, 22, 13, 20, tzinfo=datetime.UTC)
        assert [mark.onset_s for mark in rec.marks] == [2.5, 7.0]
        assert rec.acceleration.values[0] == pytest.approx([-2 / 64, 3 / 64, 1.0])
        assert np.diff(rec.acceleration.times_s) == pytest.approx(1 / 32)
        assert rec.temperature.values == pytest.approx(made.WARM)
        assert rec.maximum_uS == 100.0


def test_a_broken_file_beside_is_left_out_and_said(made, tmp_path):
    path = made.e4_csv(tmp_path)
    (tmp_path / "someone_ACC.csv").write_text("nothing")
    (tmp_path / "someone_tags.csv").write_text("early\n")
    rec = read(path)
    assert rec.acceleration is None
    assert rec.marks == ()
    assert any(note.startswith("ACC.csv is left out") for note in rec.notes)
    assert any(note.startswith("tags.csv") for note in rec.notes)


def test_other_files_of_an_e4(made, tmp_path):
    made.e4_csv(tmp_path)
    with pytest.raises(InputError, match="this is the TEMP file of an E4"):
        read(tmp_path / "someone_TEMP.csv")
    with pytest.raises(InputError, match=r"give the file in it: .*someone_EDA\.csv"):
        read(tmp_path)
    (tmp_path / "someone_EDA.csv").rename(tmp_path / "left.csv")
    with pytest.raises(InputError, match=r"does not say of what.*\n.*\n.*--unit uS"):
        read(tmp_path / "left.csv")
    assert len(read(tmp_path / "left.csv", unit="uS")) == made.COUNT


def test_zips_that_are_none_of_an_e4(made, tmp_path):
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(InputError, match=r"holds no EDA.csv[^$]*readme.txt"):
        read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/EDA.csv", made.e4_texts()["EDA.csv"])
        archive.writestr("b/EDA.csv", made.e4_texts()["EDA.csv"])
    with pytest.raises(InputError, match="2 files of skin conductance"):
        read(path)


def test_embrace_files_are_joined(made, tmp_path):
    pytest.importorskip("fastavro")
    half = made.COUNT // 2
    late = made.embrace(
        tmp_path, name="b.avro", values=made.VALUES[half:], start_s=made.START + half / 4 + 60
    )
    early = made.embrace(tmp_path, name="a.avro", values=made.VALUES[:half])
    for rec in (read([late, early]), read(tmp_path)):
        assert rec.values_uS == pytest.approx(made.VALUES, abs=1e-6)
        assert rec.gaps == [pytest.approx((half / 4 - 0.25, half / 4 + 60))]
        assert rec.notes[0] == "joined from 2 files"
        assert rec.start.utcoffset() == datetime.timedelta(hours=1)
        assert rec.acceleration.values[0] == pytest.approx([-2 / 64, 3 / 64, 1.0])
    made.embrace(tmp_path, name="c.avro", person="P2")
    with pytest.raises(InputError, match="different people"):
        read(tmp_path)


def test_an_embrace_that_was_not_worn(made, tmp_path):
    pytest.importorskip("fastavro")
    with pytest.raises(InputError, match="no skin conductance was recorded"):
        read(made.embrace(tmp_path, values=np.zeros(0)))


def test_other_avro_and_lists_of_nothing(tmp_path):
    fastavro = pytest.importorskip("fastavro")
    path = tmp_path / "x.avro"
    with path.open("wb") as out:
        fastavro.writer(
            out, {"type": "record", "name": "x", "fields": [{"name": "a", "type": "int"}]}, [{"a": 1}]
        )
    with pytest.raises(InputError, match="not one of an EmbracePlus"):
        read(path)
    lists = {
        "type": "record",
        "name": "x",
        "fields": [{"name": "a", "type": {"type": "array", "items": "null"}}],
    }
    with path.open("wb") as out:
        fastavro.writer(out, lists, [{"a": [None] * 3}])
    with pytest.raises(InputError, match="a list of nothing"):
        read(path)
    (tmp_path / "y.avro").write_text("hello")
    with pytest.raises(InputError, match="this is not an Avro file"):
        read([path.with_name("y.avro"), path])


def test_bids(made, tmp_path):
    path = made.bids(tmp_path)
    rec = read(path)
    assert rec.times_s[0] == -1.5
    assert rec.marks[1].duration_s == 0.0
    side = tmp_path / "sub-01_task-rest_recording-eda_physio.json"
    meta = json.loads(side.read_text())
    for change, what in [
        ({"Columns": ["eda"]}, "the JSON names 1 columns, the table has 3"),
        ({"SamplingFrequency": "often"}, "no sampling rate that makes sense"),
        ({"Columns": None}, "does not list its Columns"),
        ({"eda": {}}, r"unit of 'eda' is not stated[^$]*say it in the JSON"),
        ({"eda": {"Units": "V"}}, "the unit of 'eda' is 'V'"),
        ({"Columns": ["a", "b", "c"]}, "no channel is named like"),
    ]:
        side.write_text(json.dumps({**meta, **change}))
        with pytest.raises(InputError, match=what):
            read(path)
    side.write_text("{")
    with pytest.raises(InputError, match="the JSON cannot be read"):
        read(path)
    side.unlink()
    with pytest.raises(InputError, match="the JSON beside the recording is missing"):
        read(path)
    assert len(read(path, format="csv", channel=2, fs=4, unit="uS")) == made.COUNT


def test_bids_inherits_from_folders_above(made, tmp_path):
    folder = tmp_path / "sub-01" / "func"
    folder.mkdir(parents=True)
    path = made.bids(folder)
    (tmp_path / "dataset_description.json").write_text("{}")
    (tmp_path / "task-rest_physio.json").write_text(json.dumps({"SamplingFrequency": 8, "StartTime": 3}))
    (tmp_path / "task-other_physio.json").write_text(json.dumps({"SamplingFrequency": 99}))
    side = folder / "sub-01_task-rest_recording-eda_physio.json"
    meta = json.loads(side.read_text())
    del meta["SamplingFrequency"]
    side.write_text(json.dumps(meta))
    rec = read(path)
    assert rec.rate_Hz == pytest.approx(8.0)
    assert rec.times_s[0] == -1.5  # the nearest counts


def test_events(tmp_path):
    path = tmp_path / "e.tsv"
    path.write_text("onset\tduration\tvalue\n3\tn/a\t7\nn/a\t1\t8\n1.5\t2\tx\n")
    assert [(m.onset_s, m.duration_s, m.label) for m in read_events(path)] == [
        (1.5, 2.0, "x"),
        (3.0, 0.0, "7"),
    ]
    path.write_text("onset\tduration\nsoon\t1\n")
    with pytest.raises(InputError, match=r"'soon' is not a number of seconds[^$]*line 2"):
        read_events(path)
    path.write_text("time\n1\n")
    with pytest.raises(InputError, match="no column 'onset'"):
        read_events(path)
    path.write_text("")
    with pytest.raises(InputError, match="empty"):
        read_events(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_events(tmp_path / "none.tsv")


@pytest.mark.parametrize(("name", "library"), [("xdf", "pyxdf"), ("edf", "edfio"), ("acq", "bioread")])
def test_units_that_the_file_states_wrongly(name, library, made, tmp_path):
    pytest.importorskip(library)
    path = getattr(made, name)(tmp_path, unit=b"mV" if name == "acq" else "mV")
    with pytest.raises(
        InputError, match=r"unit of '.*' is 'mV', which is not one of skin conductance[^$]*--convert"
    ):
        read(path)
    rec = read(path, unit="uS")
    assert "the file states 'mV'; taken as uS, as declared" in rec.notes
    assert read(path, convert="2 uS per mV").values_uS == pytest.approx(2 * rec.values_uS)


@pytest.mark.parametrize("unit", ["µS", "uS", "microS"])
def test_units_in_any_encoding(unit, made, tmp_path):
    pytest.importorskip("pyxdf")
    assert read(made.xdf(tmp_path, unit=unit)).values_uS == pytest.approx(made.VALUES, abs=1e-6)


def test_a_latin_header_of_an_edf(made, tmp_path):
    pytest.importorskip("edfio")
    path = made.edf(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"uS      ", "µS      ".encode("latin-1")))
    assert read(path).values_uS == pytest.approx(made.VALUES, abs=1e-3)


def test_missing_libraries_say_how_to_get_them(made, tmp_path, monkeypatch):
    for name, library in (("embrace", "fastavro"), ("xdf", "pyxdf"), ("edf", "edfio"), ("acq", "bioread")):
        pytest.importorskip(library)
        path = made.BUILDERS[name](tmp_path)
        monkeypatch.setitem(sys.modules, library, None)
        with pytest.raises(InputError, match=rf"needs {library}[^$]*pip install 'sudomotor\[formats\]'"):
            read(path)


def test_parsers_do_not_write_to_the_screen(built, capfd, caplog):
    _, path, declared = built
    path.write_bytes(path.read_bytes()[:-40])
    with caplog.at_level(logging.DEBUG):
        try:
            read(path, **declared)
        except InputError as error:
            assert error.mend or error.where  # noqa: PT017 - some formats lose nothing but their end
    out = capfd.readouterr()
    assert out.out == out.err == ""


def test_a_cut_edf_says_so(made, tmp_path):
    pytest.importorskip("edfio")
    path = made.edf(tmp_path)
    path.write_bytes(path.read_bytes()[:-70])
    rec = read(path)
    assert len(rec) < made.COUNT
    assert any("truncated" in note for note in rec.notes)


@pytest.mark.parametrize(
    "name", ["e4-zip", "embrace", "xdf", "bids", "ledalab-mat", "acq-packed", "csv-stamps"]
)
def test_cut_files_are_refused(name, made, tmp_path):
    library = made.needs(name)
    if library:
        pytest.importorskip(library)
    path = made.BUILDERS[name](tmp_path)
    whole = path.read_bytes()
    for part in (0.2, 0.5, 0.8, 0.95):
        path.write_bytes(whole[: int(part * len(whole))])
        with pytest.raises(InputError) as found:
            read(path)
        assert "cut off" in found.value.what or "damaged" in found.value.what
        assert str(path) in found.value.where
        assert found.value.mend


def test_a_cut_xdf_says_how_much_of_it_is_whole(made, tmp_path):
    pytest.importorskip("pyxdf")
    path = made.xdf(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(InputError, match="head -c") as found:
        read(path)
    count = int(found.value.mend.split("head -c ")[1].split()[0])
    path.write_bytes(path.read_bytes()[:count])
    assert len(read(path)) == made.COUNT


# what would fill the machine


def test_bombs(made, tmp_path, monkeypatch):
    from sudomotor.measurement.readers import source

    monkeypatch.setattr(source, "FREE_BYTES", 100_000)
    text = "time_s,EDA (uS)\n" + "0,0\n" * 500_000
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(InputError, match="unpack to far more"):
        read(path)
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("EDA.csv", f"{made.START}\n4\n" + "0.000000\n" * 500_000)
    with pytest.raises(InputError, match="unpack to far more"):
        read(path)
    from scipy.io import savemat

    savemat(tmp_path / "bomb.mat", {"data": {"conductance": np.zeros(1_000_000)}}, do_compression=True)
    with pytest.raises(InputError, match="unpack to far more"):
        read(tmp_path / "bomb.mat")
    fastavro = pytest.importorskip("fastavro")
    with (tmp_path / "bomb.avro").open("wb") as out:
        record = made.embrace_record(values=np.zeros(1_000_000))
        fastavro.writer(out, fastavro.parse_schema(made.embrace_schema()), [record], codec="deflate")
    with pytest.raises(InputError, match="unpack to far more"):
        read(tmp_path / "bomb.avro")


def test_counts_that_no_file_could_hold(made, tmp_path):
    pytest.importorskip("pyxdf")
    path = made.xdf(tmp_path)
    count = made.COUNT.to_bytes(4, "little")
    path.write_bytes(path.read_bytes().replace(b"\x04" + count, b"\x04" + b"\xff\xff\xff\x7f", 1))
    with pytest.raises(InputError, match="do not fit"):
        read(path)


# files that are none


def test_files_that_are_no_recordings(tmp_path):
    for content, what in [
        (b"", "the file is empty"),
        (b" \n\n\t\n", "only blanks"),
        (b"\x00" * 50, "only blanks"),
        (bytes(range(256)) * 4, "not text"),
        (b"dear diary\nit was a nice day\n", "no row of numbers"),
        (b"# a comment\n", "holds no numbers"),
        (b"MATLAB 7.3 MAT-file" + b"\x00" * 200, "-v7"),
        (b"PK\x03\x04 and nothing more", "this zip is cut off or damaged"),
        (b"\x1f\x8bnothing", "packed file is cut off or damaged"),
        (b"XDF:", "holds no stream"),
        (b"Obj\x01", "Avro file is cut off or damaged"),
        (b"0       " + b"1" * 500, "no row of numbers|EDF file is cut off|unit of"),
    ]:
        path = tmp_path / "x.bin"
        path.write_bytes(content)
        with pytest.raises(InputError, match=what) as found:
            read(path)
        assert str(path) in (found.value.where or "")


def test_places_that_are_no_files(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read(tmp_path / "none.csv")
    with pytest.raises(InputError, match="folder"):
        read(tmp_path)
    with pytest.raises(InputError, match="zero bytes"):
        read("a\x00b")
    with pytest.raises(InputError, match="no file"):
        read([])
    with pytest.raises(InputError, match=r"cannot be read|no such file"):
        read(tmp_path / ("x" * 5000))


def test_declarations_are_checked(tmp_path, made):
    path = made.csv_seconds(tmp_path)
    for declared, what in [
        ({"format": "xlsx"}, "unknown format 'xlsx'"),
        ({"unit": "mV"}, "not a unit"),
        ({"convert": "twice"}, "is not understood"),
        ({"unit": "uS", "convert": "1 uS per count"}, "both a unit and a conversion"),
        ({"fs": -1}, "makes no sense"),
        ({"channel": "blood"}, r"no channel 'blood'[^$]*channels: time_s, EDA \(uS\), note"),
        ({"channel": 9}, "no channel '9'"),
        ({"channel": "note"}, "unit of 'note' is not stated"),
        ({"channel": "note", "unit": "uS"}, r"'calm' is not a number[^$]*line 2, column 3 \('note'\)"),
        ({"times": "hour"}, "no column 'hour'"),
        ({"times": "time_s", "fs": 4}, "both a rate and a time column"),
        ({"channel": "time_s", "unit": "uS"}, "both the time and the values"),
        ({"format": "edf"}, "cut off or damaged|needs edfio"),
        ({"format": "affectiva"}, "no line of dashes"),
    ]:
        with pytest.raises(InputError, match=what):
            read(path, **declared)
    assert read(path, site="left palm").site == "left palm"


def test_rates_that_disagree(made, tmp_path):
    with pytest.raises(InputError, match="states 4 samples per second, but 8 are declared"):
        read(made.e4_csv(tmp_path), fs=8)
    assert read(made.e4_csv(tmp_path), fs=4.0).rate_Hz == 4.0
    with pytest.raises(InputError, match="clock of its own"):
        read(made.e4_csv(tmp_path), times="t")


def test_the_registry():
    assert len(set(FORMATS)) == len(FORMATS) == len(READERS)
    assert set(ALIASES.values()) <= set(FORMATS)
    assert READERS[-1].name == "csv"


def test_a_shimmer_without_calibrated_data(made, tmp_path):
    path = made.shimmer_old(tmp_path)
    path.write_text(path.read_text().replace("\tkOhms", "\tno units"))
    with pytest.raises(InputError, match="export calibrated data"):
        read(path)
    assert read(path, unit="kohm").values_uS == pytest.approx(made.VALUES)
    assert read(path, unit="kohm", fs=4).notes[0] == "the timestamps are not used: --fs is declared"


def test_a_shimmer_in_full(made, tmp_path):
    rec = read(made.shimmer(tmp_path, sep=","))
    assert rec.start == datetime.datetime(2023, 11, 14, 22, 13, 20, tzinfo=datetime.UTC)
    assert rec.acceleration.values[0] == pytest.approx([0.0, 0.0, 1.0])
    assert read(made.shimmer(tmp_path), channel="resistance").values_uS == pytest.approx(made.VALUES)


def test_an_affectiva(made, tmp_path):
    rec = read(made.affectiva(tmp_path))
    assert rec.start.isoformat() == "2013-05-28T08:18:02+01:00"
    assert rec.acceleration.values[0].tolist() == [-0.25, 0.5, 1.0]  # x, y, z; the file has z, y, x
    assert rec.temperature.values[0] == 32.0


def test_ledalab(made, tmp_path):
    path = made.ledalab_text(tmp_path)
    with pytest.raises(InputError, match="--format ledalab"):
        read(path, channel=2)
    rec = read(path, format="ledalab")
    assert [(mark.onset_s, mark.label) for mark in rec.marks] == [(2.5, "1"), (7.0, "2")]
    without = tmp_path / "two.txt"
    without.write_text("2.0\t0\n2.5\tgo\n2.1\t0\n")
    rec = read(without, format="ledalab", fs=10)
    assert [(mark.onset_s, mark.label) for mark in rec.marks] == [(0.1, "go")]
    from scipy.io import savemat

    savemat(tmp_path / "other.mat", {"eda": np.arange(5.0) + 1})
    with pytest.raises(InputError, match="--channel NAME --fs 100 --unit uS; vectors: eda"):
        read(tmp_path / "other.mat")
    assert read(tmp_path / "other.mat", channel="eda", fs=2, unit="nS").values_uS[-1] == pytest.approx(0.005)
