"""A row is added to a diary, and every other byte stays."""

import datetime

import pytest

from sudomotor.diary import Diary, DiaryError, Entry
from sudomotor.diary.append import append_entry, told
from sudomotor.diary.template import new_diary
from sudomotor.errors import InputError

TODAY = datetime.date(2026, 10, 1)
ENTRY = Entry(
    date=datetime.date(2026, 3, 2), time=datetime.time(14, 3), site="palms", side="left", temperature_C=21.5,
    note="tonic 4.2 uS, calm; dry",
)  # fmt: skip


def add(path, data, entry=ENTRY, **more):
    path.write_bytes(data)
    return append_entry(path, entry, today=TODAY, **more)


@pytest.mark.parametrize(
    ("data", "row"),
    [
        # a comma in the note is quoted, a missing end of line is added
        (b"date,time,site,side,temperature_C,note\n2026-03-01,,,,20,x",
         b'\n2026-03-02,14:03,palms,left,21.5,"tonic 4.2 uS, calm; dry"\n'),
        # decimal commas, the order of the file's dates, Windows line ends, blank lines, a comment, no UTF-8
        ("# dates: day-month-year\r\n# decimals: comma\r\nnote;temperature_C;date;time;side;site\r\nfür;12,5;01.03.2026;;;\r\n\r\n"
         .encode("cp1252"), b'"tonic 4.2 uS, calm; dry";21,5;02.03.2026;14:03;left;palms\r\n'),
        # decimal commas that are only seen
        (b"date;temperature_C;note;time;site;side\n2026-03-01;12,5;;;;\n",
         b'2026-03-02;21,5;"tonic 4.2 uS, calm; dry";14:03;palms;left\n'),
        # a byte order mark, tabs, short years
        ("\ufeffdate\ttime\tsite\tside\ttemperature_C\tnote\n".encode() + b"3/1/26\t\t\t\t\t \n# dates: month-day-year\n",
         b"03/02/26\t14:03\tpalms\tleft\t21.5\ttonic 4.2 uS, calm; dry\n"),
        ("\ufeffdate,note,time,site,side,temperature_C\nx".replace("x", "2026-03-01,y,,,,\n").encode("utf-16-le"),
         '2026-03-02,"tonic 4.2 uS, calm; dry",14:03,palms,left,21.5\n'.encode("utf-16-le")),
        # columns without a name or content at the end
        (b"date,time,site,side,temperature_C,note,,\n", b'2026-03-02,14:03,palms,left,21.5,"tonic 4.2 uS, calm; dry",,\n'),
    ],
)  # fmt: skip
def test_the_row_is_spelled_like_the_others(tmp_path, data, row):
    path = tmp_path / "d.csv"
    added = add(path, data)
    assert path.read_bytes() == data + row
    assert added.entry == ENTRY
    assert added.notes == ()
    assert ENTRY in Diary.read(path).entries
    assert list(tmp_path.iterdir()) == [path]  # nothing is left beside it


@pytest.mark.parametrize("semicolon", [False, True])
def test_a_diary_that_was_only_begun(tmp_path, semicolon):
    path = new_diary(tmp_path / "n.csv", semicolon=semicolon)
    before = path.read_bytes()
    added = append_entry(path, ENTRY, today=TODAY)
    assert path.read_bytes().startswith(before)
    assert Diary.read(path).entries == (ENTRY,)
    assert added.row == len(before.splitlines()) + 1


def test_what_has_no_column_goes_into_the_note_and_the_note_gets_one(tmp_path):
    path = tmp_path / "d.csv"
    added = add(path, b"# mine\ndate,hdss\n2026-03-01,3\n")
    lines = path.read_text().splitlines()
    assert lines[:3] == ["# mine", "date,hdss,note", "2026-03-01,3"]
    assert lines[3] == '2026-03-02,,"tonic 4.2 uS, calm; dry; at the left palms; time 14:03; temperature_C 21.5"'
    assert len(added.notes) == 2
    assert Diary.read(path).entries[0].hdss == 3


@pytest.mark.parametrize(
    "data",
    [
        # the only site of the diary: rows without one would be taken as palms
        b"date,hdss,site,side,time,temperature_C,note\n2026-03-01,3,,,,,\n2026-02-01,3,soles,,,,\n",
        # two sites: nobody would know of which the first row is
        b"date,hdss,site,side,time,temperature_C,note\n2026-03-01,3,,,,,\n2026-02-01,,soles,,,,slept\n",
    ],
)
def test_a_site_does_not_change_what_other_rows_mean(tmp_path, data):
    path = tmp_path / "d.csv"
    path.write_bytes(data)
    before = Diary.read(path).entries
    added = append_entry(path, ENTRY, today=TODAY)
    after = Diary.read(path).entries
    assert after[:-1] == before
    assert (after[-1].site, after[-1].side) == (None, None)
    assert "at the left palms" in after[-1].note
    assert "site stands in the note" in added.notes[-1]


@pytest.mark.parametrize(
    ("data", "entry", "match"),
    [
        (b"date,hdss\n2026-03-01,7\n", ENTRY, "7 is no answer"),
        (b"date,hdss\n01.03.2026,3\n", ENTRY, "which is the day"),
        (b"date,mood\n2026-03-01,3\n", ENTRY, "unknown column"),
        (b"", ENTRY, "the file is empty"),
        (b"date,time,site,side,temperature_C,note\n2026-03-02,14:03,palms,left,21.5,\"tonic 4.2 uS, calm; dry\"\n", ENTRY,
         "says the same as row 2"),
        (b"date,note\n", Entry(date=datetime.date(2027, 1, 1), note="x"), "future"),
        (b"PK\x03\x04xxxx", ENTRY, "is a spreadsheet"),
        (b"%PDF-1.4", ENTRY, "PDF"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_the_file_is_as_it_was(tmp_path, data, entry, match):
    path = tmp_path / "d.csv"
    with pytest.raises(InputError, match=match):
        add(path, data, entry)
    assert path.read_bytes() == data
    assert list(tmp_path.iterdir()) == [path]


def test_a_spreadsheet_is_refused_with_the_row_to_type(tmp_path):
    with pytest.raises(InputError) as caught:
        add(tmp_path / "d.xlsx", b"PK\x03\x04xxxx")
    assert told(ENTRY) in caught.value.mend
    assert "CSV" in caught.value.mend


def test_declared_spelling_counts(tmp_path):
    path = tmp_path / "d.csv"
    path.write_bytes(b"date;note;temperature_C\n01/03/2026;;\n")
    with pytest.raises(DiaryError):
        append_entry(path, ENTRY, today=TODAY)
    append_entry(path, ENTRY, day_first=True, decimal_comma=True, today=TODAY)
    assert path.read_text().splitlines()[-1].startswith("02/03/2026;")
    assert path.read_text().splitlines()[-1].endswith(";21,5")


def test_a_link_stays_a_link_and_rights_stay(tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_bytes(b"date,note\n")
    real.chmod(0o600)
    link.symlink_to(real)
    append_entry(link, Entry(date=datetime.date(2026, 3, 1), note="x"), today=TODAY)
    assert link.is_symlink()
    assert real.read_bytes() == b"date,note\n2026-03-01,x\n"
    assert real.stat().st_mode & 0o777 == 0o600
