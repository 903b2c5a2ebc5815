"""A file of any dialect to one diary; every fault with its row and column."""

from __future__ import annotations

import datetime
import time

import pytest

from sudomotor.diary import COLUMNS, Diary, DiaryError, Entry
from sudomotor.errors import InputError

TODAY = datetime.date(2026, 7, 1)
GOOD = "date,time,site,current_mA,minutes,hdss\n2026-03-01,19:30,palms,12.5,20,4\n2026-03-08,,palms,,,2\n"


@pytest.fixture
def read(tmp_path):
    def read(content, name="diary.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return Diary.read(path, today=TODAY, **options)

    return read


@pytest.fixture
def wrong(read):
    def wrong(content, **options):
        with pytest.raises(DiaryError) as error:
            read(content, **options)
        return error.value

    return wrong


def test_a_plain_file(read):
    diary = read(GOOD)
    assert diary.entries == (
        Entry(
            date=datetime.date(2026, 3, 1), time=datetime.time(19, 30), site="palms", current_mA=12.5, minutes=20.0,
            hdss=4,
        ),
        Entry(date=datetime.date(2026, 3, 8), site="palms", hdss=2),
    )  # fmt: skip
    assert [entry.row for entry in diary.entries] == [2, 3]
    assert diary.source == "diary.csv"
    assert diary.notes == ()
    assert (diary.first, diary.last, diary.days) == (datetime.date(2026, 3, 1), datetime.date(2026, 3, 8), 8)
    assert (len(diary.sessions), len(diary.readings), diary.sites) == (1, 2, ("palms",))


SAME = {
    "semicolons": GOOD.replace(",", ";"),
    "semicolons and decimal commas": GOOD.replace(",", ";").replace("12.5", "12,5"),
    "tabs": GOOD.replace(",", "\t"),
    "tabs and decimal commas": GOOD.replace(",", "\t").replace("12.5", "12,5"),
    "quoted decimal comma": "# decimals: comma\n" + GOOD.replace("12.5", '"12,5"'),
    "line ends of Windows": GOOD.replace("\n", "\r\n"),
    "line ends of old Macs": GOOD.replace("\n", "\r"),
    "no last line end": GOOD.rstrip("\n"),
    "byte order mark": b"\xef\xbb\xbf" + GOOD.encode(),
    "UTF-16": GOOD.encode("utf-16"),
    "UTF-16 of the other order": b"\xfe\xff" + GOOD.encode("utf-16-be"),
    "UTF-16 without a mark": GOOD.encode("utf-16-le"),
    "trailing separators": GOOD.replace("\n", ",,,\n"),
    "blank lines and rows": "\n\n" + GOOD.replace("\n", "\n\n,,,,,\n   \n"),
    "comments": "# hello; \"you, there\n" + GOOD.replace("\n", "\n# in between, with 'quotes\"\n"),
    "comments that a spreadsheet quoted": '"# hello, you",,,,,\n' + GOOD,
    "sep= of Excel": "sep=;\n" + GOOD.replace(",", ";"),
    "everything quoted": "\n".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) for line in GOOD.splitlines()
    ),
    "blanks around": GOOD.replace(",", " ,\u00a0").replace("\n", " \n"),
    "smart quotes": GOOD.replace("palms", "\u201cpalms\u201d"),
    "names in other letters": GOOD.replace("current_mA", "Current (mA)").replace("date", "DATE").replace("hdss", "HDSS"),
    "units in the cells": GOOD.replace("12.5", "12.5 mA").replace(",20,", ",20 min,"),
    "reversed": "\n".join([GOOD.splitlines()[0], *GOOD.splitlines()[:0:-1]]),
    "days first, declared in the file": "# dates: day-month-year\n"
    + GOOD.replace("2026-03-01", "01.03.2026").replace("2026-03-08", "8/3/2026"),
    "months first, declared in the file": "# Dates: month / day / year\n"
    + GOOD.replace("2026-03-01", "03/01/2026"),
    "am and pm": GOOD.replace("19:30", "7:30 PM"),
    "other words": GOOD.replace("palms", "hands"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_dialects_of_the_same_diary(name, read):
    diary = read(SAME[name])
    assert diary == read(GOOD)
    assert diary.sha256 == read(GOOD).sha256


def test_options_declare_what_the_file_does_not(read, wrong):
    text = GOOD.replace("2026-03-01", "01/03/2026").replace("2026-03-08", "08/03/2026")
    error = wrong(text)
    assert [problem[:2] for problem in error.problems] == [(2, "date"), (3, "date")]
    assert error.where == "diary.csv, rows 2, 3, column date"
    assert "--day-first" in error.mend
    assert read(text, day_first=True) == read(GOOD)
    assert wrong(text, day_first=False).problems == (
        (
            3,
            "date",
            "2026-08-03 lies in the future (today is 2026-07-01)",
            "correct the date; a diary holds what has happened",
        ),
    )
    # an option is the last word
    assert read("# dates: month-day-year\n" + text, day_first=True) == read(GOOD)
    assert "looks like --day-first ('25/03/2026' in row 4" in wrong(text + "25/03/2026,,palms,,,3\n").mend
    quoted = GOOD.replace("12.5", '"12,5"')
    assert "--decimal-comma" in wrong(quoted).mend
    assert read(quoted, decimal_comma=True) == read(GOOD)


def test_a_comma_that_could_part_thousands_is_asked_about(read, wrong):
    text = "date;sweat_mg;sweat_minutes\n2026-03-01;1,250;5\n"
    assert "may be 1.25 or 1250" in wrong(text).what
    assert read(text, decimal_comma=True).entries[0].sweat_mg == 1.25
    assert "thousands without a sign" in wrong(text, decimal_comma=False).mend
    both = "date;sweat_mg;sweat_minutes\n2026-03-01;12,5;5\n2026-03-02;1.250;5\n"
    assert wrong(both).problems[0][:2] == (3, "sweat_mg")
    told = read("date;sweat_mg;sweat_minutes\n2026-03-01;12,5;5\n2026-03-02;1,250;5\n")
    assert [entry.sweat_mg for entry in told.entries] == [12.5, 1.25]
    assert "commas in numbers were taken for decimal signs" in told.notes


def test_declarations_that_cannot_be_followed(wrong):
    assert "did you mean 'day-month-year'" in wrong("# dates: day-month\n" + GOOD).mend
    assert "known: point, comma" in wrong("# decimals: dots\n" + GOOD).mend
    both = wrong("# dates: day-month-year\n# dates: month-day-year\n" + GOOD)
    assert "declared twice: day-month-year in row 1, month-day-year in row 2" in both.what


def test_an_old_encoding_is_read_and_named(read, wrong):
    text = "date,hdss,note\n2026-03-01,3,Hände naß\n"
    assert read(text.encode()).entries[0].note == "Hände naß"
    diary = read(text.encode("cp1252"))
    assert diary.entries[0].note == "Hände naß"
    assert "not in UTF-8: read as Windows-1252, as in 'Hände' on line 2" in diary.notes
    assert "neither UTF-8 nor Windows-1252" in wrong(text.encode() + b"2026-03-02,3,\x81\x8d\n").what
    assert "breaks off" in wrong(text.encode("utf-16")[:-1]).what


def test_texts_are_kept_to_the_letter(read):
    note = '"quoted", with, commas; and\nanother line # not a comment \u201cindeed\u201d \u2212 5'
    text = 'date,note,hdss\n2026-03-01,"' + note.replace('"', '""') + '",3\n2026-03-02,next,2\n'
    diary = read(text)
    assert diary.entries[0].note == note
    assert [entry.row for entry in diary.entries] == [2, 4]


def test_a_date_cell_may_hold_the_time(read, wrong):
    assert read("date,hdss\n2026-03-01 19:30,3\n").entries[0].time == datetime.time(19, 30)
    assert "two times" in wrong("date,time,hdss\n2026-03-01 19:30,8:00,3\n").what


@pytest.mark.parametrize(
    ("header", "what", "mend"),
    [
        (
            "date,current,minutes",
            "unknown column 'current'",
            "the unit is missing: did you mean 'current_mA'?",
        ),
        ("date,sweat_g", "unknown column 'sweat_g'", "it is in mg, a gram is 1000: did you mean 'sweat_mg'?"),
        ("date,temperature_F", "unknown column", "it is in °C: did you mean 'temperature_C'?"),
        ("date,wetness", "unknown column", "the scale is missing: did you mean 'wetness_0_10'?"),
        ("date,mimutes", "unknown column 'mimutes'", "did you mean 'minutes'? known: date, time"),
        ("date,horoscope", "unknown column 'horoscope'", "known: date, time"),
        ("date,hdss,HDSS", "the column hdss is there twice", "keep one"),
        ("time,hdss", "there is no column 'date'", "add it"),
        ("date,hdss,", "column 3 has content and no name", "name it, or delete it"),
        ("2026-03-01,3,x", "the header is missing", "date,time"),
        ("foo,bar,baz", "names no column of a diary, but 'foo', 'bar', 'baz'", "date,time"),
        ("date hdss note", "names no column", "parted by comma, semicolon or tab"),
    ],
)
def test_headers_that_cannot_be_used(header, what, mend, wrong):
    error = wrong(f"{header}\n2026-03-01,1,5\n")
    assert what in error.what
    assert mend in error.mend
    assert error.problems[0].row == 1


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("", "the file is empty"),
        ("\ufeff\n\n", "the file is empty"),
        ("# only\n# comments\n", "only comments"),
        ("date,hdss\n", "no rows yet"),
        ("date,hdss\n2026-03-01,\n2026-03-02,\n", "no row says anything beyond its date"),
        ("<html><body>date,hdss", "looks like a web page"),
        ('{"date": "2026-03-01"}', "looks like JSON"),
        (b"%PDF-1.7 and so on", "a PDF"),
        (b"\x00\x01\x02\x03binary", "no text and no spreadsheet"),
        (b"date,hdss\n2026-03-01,3\x00\n", "no text"),
        ('date,hdss,note\n2026-03-01,3,"open\n2026-03-02,3,x\n', "quotation mark opens"),
        ('date,hdss,note\n2026-03-01,3,"a" b\n', "quotation mark opens"),
        ("date,hdss,note\n2026-03-01,3,a\x07b\n", "control character U+0007"),
        ("date,hdss\n2026-03-01,3,extra\n", "the row has 3 cells, the header 2: 'extra' is in none"),
        ("note,date\n#1 thing,2026-03-01\n", "is it a comment?"),
    ],
)
def test_files_that_hold_no_diary(text, what, wrong):
    error = wrong(text)
    assert what in error.what
    assert error.mend


def test_only_an_empty_diary_counts_as_empty(wrong):
    assert wrong("date,hdss\n").empty
    assert wrong("date,hdss\n2026-03-01,\n").empty
    assert not wrong("").empty
    assert not wrong("date,hdss\n2026-03-01,9\n").empty


def test_places_that_hold_no_file(tmp_path):
    with pytest.raises(DiaryError, match="this is a folder"):
        Diary.read(tmp_path)
    with pytest.raises(DiaryError, match="no such file") as error:
        Diary.read(tmp_path / "none.csv")
    assert "sudomotor diary new" in error.value.mend
    with pytest.raises(DiaryError, match="cannot be opened"):
        Diary.read("a\0b")
    (tmp_path / "a.csv").write_text(GOOD)
    with pytest.raises(DiaryError, match="has no sheets"):
        Diary.read(tmp_path / "a.csv", sheet="x")


def test_dates_out_of_the_ordinary(read, wrong):
    assert "lies in the future (today is 2026-07-01)" in wrong("date,hdss\n2026-07-02,3\n").what
    assert read("date,hdss\n2026-07-01,3\n").last == TODAY
    prepared = read("date,site,hdss\n2026-07-01,palms,3\n2026-07-02,palms,\n2026-07-03,palms,\n")
    assert prepared.last == TODAY
    assert "2 rows with nothing but a date" in prepared.notes[0]
    assert "before 1980" in wrong("date,hdss\n1926-03-01,3\n").what
    assert "date is missing" in wrong("date,hdss\n,3\n").what


def test_all_faults_are_told_at_once_each_with_its_place(wrong):
    rows = ["2026-02-30,3,10", "2026-03-01,5,10", "x,3,150 V", "2026-03-03,3,150"]
    error = wrong("date,hdss,current_mA\n" + "\n".join(rows) + "\n")
    assert isinstance(error, InputError)
    places = [(problem.row, problem.column) for problem in error.problems]
    assert {
        (2, "date"),
        (3, "hdss"),
        (4, "date"),
        (4, "current_mA"),
        (5, "current_mA"),
        (5, "minutes"),
    } <= set(places)
    assert places == sorted(places, key=lambda place: place[0])
    assert "row 5, current_mA: 150 mA" in str(error)
    assert "did you mean 15 mA?" in str(error)


def test_many_faults_are_counted_and_like_ones_put_together(wrong):
    rows = [f"2026-03-{day:02d},{100 + day}" for day in range(1, 31)]
    error = wrong("date,hdss\n" + "\n".join(rows) + "\n")
    assert len(error.problems) == 30
    assert error.where == "diary.csv, rows 2, 3, 4 and 27 more, column hdss"
    rows = [f"2026-03-{day:02d},{day + 200},20" for day in range(1, 31)]
    error = wrong("date,current_mA,minutes\n" + "\n".join(rows) + "\n")
    assert error.what.startswith("30 things in the diary")
    assert "and 18 more" in error.what


def test_a_row_too_many_is_refused_early(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("date,hdss\n" + "2026-01-01,3\n" * 1_000_000)
    start = time.process_time()
    with pytest.raises(DiaryError, match="more than 100000 rows"):
        Diary.read(path, today=TODAY)
    assert time.process_time() - start < 2.0
    path.write_text("date,hdss,note\n" + f"2026-01-01,3,{'long' * 10}\n" * 1_000_000)
    start = time.process_time()
    with pytest.raises(DiaryError, match="more than 100000 rows"):
        Diary.read(path, today=TODAY)
    assert time.process_time() - start < 2.0
    path.write_text("date,hdss,note\n2026-01-01,3," + "x" * 33_000_000)
    with pytest.raises(DiaryError, match="larger than 32 MB"):
        Diary.read(path, today=TODAY)


def test_ten_years_are_read_in_about_a_second(tmp_path):
    start = datetime.date(2016, 1, 1)
    rows = [
        f"{start + datetime.timedelta(days=day)},{clock},palms,both,{'12.5,20' if clock == '19:30' else ','},3,a note"
        for day in range(3652)
        for clock in ("08:00", "19:30", "22:15")
    ]
    path = tmp_path / "ten.csv"
    path.write_text("date,time,site,side,current_mA,minutes,hdss,note\n" + "\n".join(rows))
    begin = time.process_time()
    diary = Diary.read(path, today=TODAY)
    assert time.process_time() - begin < 2.0  # 0.4 s alone on two cores
    assert len(diary.entries) == 3 * 3652
    assert diary.days == 3652


def test_every_column_is_read(read):
    values = {
        "date": "2026-03-01", "time": "19:30", "site": "soles", "side": "left", "current_mA": "15", "minutes": "20",
        "anode_side": "right", "volts": "24", "water": "tap", "other_treatment": "cream", "hdss": "3", "sweat_mg": "250",
        "sweat_minutes": "5", "wetness_0_10": "7.5", "anxiety_0_10": "4", "temperature_C": "-3", "event": "exam",
        "skin": "red", "note": "n",
    }  # fmt: skip
    assert set(values) == set(COLUMNS)
    entry = read(",".join(values) + "\n" + ",".join(values.values()) + "\n").entries[0]
    assert all(getattr(entry, name) is not None for name in COLUMNS)
    assert entry.sweat_mg_per_min == 50.0
    assert (entry.temperature_C, entry.anode_side, entry.side) == (-3.0, "right", "left")
