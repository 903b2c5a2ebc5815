"""What must hold within a row and between rows; entries made in Python are held to the same."""

from __future__ import annotations

import datetime
from dataclasses import replace

import numpy as np
import pytest

from sudomotor.diary import Diary, DiaryError, Entry
from sudomotor.errors import InputError

DAY = datetime.date(2026, 3, 1)
SESSION = Entry(date=DAY, current_mA=12.0, minutes=20.0)
READING = Entry(date=DAY, hdss=3)


def wrong(*entries, **options):
    with pytest.raises(DiaryError) as error:
        Diary.of(entries, **options)
    return error.value


@pytest.mark.parametrize(
    ("entry", "column", "what"),
    [
        (Entry(date=DAY, current_mA=12.0), "minutes", "current_mA is given, and minutes is missing"),
        (Entry(date=DAY, minutes=20.0), "current_mA", "minutes is given, and current_mA is missing"),
        (Entry(date=DAY, volts=20.0, hdss=3), "volts", "the row has no session"),
        (Entry(date=DAY, anode_side="left", hdss=3), "anode_side", "the row has no session"),
        (Entry(date=DAY, sweat_mg=20.0), "sweat_minutes", "sweat_minutes is missing"),
        (Entry(date=DAY, sweat_minutes=5.0), "sweat_mg", "sweat_mg is missing"),
        (replace(READING, site="hands"), "site", "unknown site 'hands'"),
        (replace(SESSION, anode_side="both"), "anode_side", "unknown anode side 'both'"),
        (replace(READING, hdss=5), "hdss", "no answer of the HDSS"),
        (replace(READING, hdss="3"), "hdss", "hdss must be a number, got '3'"),
        (replace(READING, hdss=True), "hdss", "must be a number"),
        (replace(READING, note=3), "note", "must be a text"),
        (replace(READING, note="a\x00b"), "note", "without the control character U+0000"),
        (replace(READING, note="\ud800"), "note", "without the broken character"),
        (replace(READING, date=datetime.datetime(2026, 3, 1)), "date", "a date without a time"),
        (replace(READING, time=datetime.time(1, tzinfo=datetime.UTC)), "time", "plain time"),
        (replace(READING, date=datetime.date(1979, 12, 31)), "date", "before 1980"),
        (Entry(date=DAY, sweat_mg=9000.0, sweat_minutes=5.0), "sweat_mg", "more than 1000 mg a minute"),
    ],
)
def test_what_one_row_may_not_hold(entry, column, what):
    error = wrong(entry)
    assert len(error.problems) == 1
    assert (error.problems[0].row, error.problems[0].column) == (2, column)
    assert what in error.problems[0].what
    assert error.problems[0].mend


def test_numbers_of_other_kinds_become_plain_ones():
    diary = Diary.of(
        [Entry(date=DAY, current_mA=np.float32(12.5), minutes=20, hdss=np.int64(3), temperature_C=-0.0)]
    )
    entry = diary.entries[0]
    assert [type(value) for value in (entry.current_mA, entry.minutes, entry.hdss)] == [float, float, int]
    assert str(entry.temperature_C) == "0.0"
    assert Diary.of([replace(READING, hdss=3.0)]).entries[0].hdss == 3


def test_today_is_the_last_day_if_it_is_given():
    assert Diary.of([READING], today=DAY).last == DAY
    assert "in the future" in wrong(READING, today=DAY - datetime.timedelta(days=1)).what
    assert Diary.of([replace(READING, date=datetime.date(2199, 1, 1))]).days == 1


def test_a_row_without_a_site_is_of_the_only_site():
    assert Diary.of([READING]).entries[0].site == "palms"
    assert Diary.of([READING]).notes == ("no row names a site: palms taken",)
    diary = Diary.of([replace(SESSION, site="soles"), READING, Entry(date=DAY, event="exam")])
    assert diary.sites == ("soles",)
    assert [entry.site for entry in diary.entries] == ["soles", "soles", None]
    assert diary.notes == ("1 row without a site: taken as soles, the only site of this diary",)
    error = wrong(replace(SESSION, site="soles"), replace(SESSION, site="palms"), READING)
    assert error.problems[0][:2] == (4, "site")
    assert "the diary is of palms and soles: say which" in error.mend


def test_rows_that_say_the_same_twice_are_told_from_rows_that_complete_each_other():
    error = wrong(READING, READING)
    assert error.what == "the row says the same as row 2 (2026-03-01)"
    assert "give each its own time if both are right" in error.mend
    assert len(error.problems) == 1
    morning, evening = datetime.time(8), datetime.time(20)
    assert len(Diary.of([replace(READING, time=morning), replace(READING, time=evening)]).entries) == 2
    assert len(Diary.of([SESSION, READING]).entries) == 2
    assert len(Diary.of([replace(READING, side="left"), replace(READING, side="right")]).entries) == 2
    assert len(Diary.of([replace(READING, site="palms"), replace(READING, site="soles")]).entries) == 2
    notes = [Entry(date=DAY, note="a"), Entry(date=DAY, note="b"), READING]
    assert len(Diary.of(notes).entries) == 3
    assert "says the same" in wrong(notes[0], notes[0], READING).what


@pytest.mark.parametrize(
    ("first", "second", "column", "what"),
    [
        (READING, replace(READING, hdss=2), "hdss", "two different things for 2026-03-01: HDSS 3 in row 2, HDSS 2 in row 3"),
        (READING, replace(READING, note="again"), "hdss", "twice the same"),
        (SESSION, replace(SESSION, current_mA=10.0), "current_mA", "12 mA for 20 min in row 2, 10 mA for 20 min in row 3"),
        (SESSION, replace(SESSION, minutes=10.0), "current_mA", "12 mA for 10 min in row 3"),
        (SESSION, replace(SESSION, side="both", note="again"), "current_mA", "twice the same"),
        (Entry(date=DAY, wetness_0_10=3.0), Entry(date=DAY, wetness_0_10=4.0), "wetness_0_10", "different"),
        (
            Entry(date=DAY, sweat_mg=30.0, sweat_minutes=5.0), Entry(date=DAY, sweat_mg=30.0, sweat_minutes=6.0),
            "sweat_mg", "30 mg in 5 min in row 2, 30 mg in 6 min in row 3",
        ),
        (
            replace(READING, site="palms", temperature_C=20.0), replace(READING, site="soles", temperature_C=21.0),
            "temperature_C", "two different things",
        ),
    ],
)  # fmt: skip
def test_rows_that_contradict_each_other_name_both(first, second, column, what):
    error = wrong(first, second)
    assert (error.problems[0].row, error.problems[0].column) == (3, column)
    assert what in error.what
    assert "delete one of the two" in error.mend


def test_the_air_is_as_warm_for_palms_as_for_soles():
    rows = [replace(READING, site=site, temperature_C=20.0, anxiety_0_10=3.0) for site in ("palms", "soles")]
    assert len(Diary.of(rows).entries) == 2


def test_entries_are_sorted_and_rows_without_a_time_come_first():
    late = replace(READING, time=datetime.time(22), hdss=1)
    early = replace(READING, time=datetime.time(0), hdss=2)
    before = replace(READING, date=DAY - datetime.timedelta(days=1), hdss=4)
    diary = Diary.of([late, early, READING, before])
    assert [entry.hdss for entry in diary.entries] == [4, 3, 2, 1]
    assert [entry.row for entry in diary.entries] == [5, 4, 3, 2]


def test_rows_with_nothing_but_a_date_are_left_out_and_counted():
    diary = Diary.of(
        [READING, Entry(date=DAY), Entry(date=datetime.date(2026, 4, 1), site="palms", side="left")]
    )
    assert diary.last == DAY
    assert diary.notes[0] == "2 rows with nothing but a date, a time or a site left out"
    assert wrong().empty
    assert wrong(Entry(date=DAY)).empty


def test_until_keeps_the_day_and_what_was_before():
    days = [replace(READING, date=DAY + datetime.timedelta(days=i)) for i in range(5)]
    diary = Diary.of(days, "me.csv")
    part = diary.until(DAY + datetime.timedelta(days=2))
    assert (part.days, len(part.readings), part.source) == (3, 3, "me.csv")
    assert part.sha256 != diary.sha256
    assert diary.until(datetime.date(2030, 1, 1)) == diary
    assert len(diary.readings) == 5
    with pytest.raises(InputError, match="has no entry up to 2026-02-28") as error:
        diary.until(DAY - datetime.timedelta(days=1))
    assert "2026-03-01" in error.value.mend


def test_the_hash_does_not_see_the_order_of_rows_and_sees_every_value():
    rows = [replace(READING, hdss=4), SESSION, Entry(date=DAY, note="a")]
    one = Diary.of(rows).sha256
    assert Diary.of(rows[::-1]).sha256 == one
    assert Diary.of([*rows[:2], Entry(date=DAY, note="b")]).sha256 != one
    assert Diary.of([*rows[:2], Entry(date=DAY, event="a")]).sha256 != one
    assert len(one) == 64


def test_nothing_is_overwritten_without_being_asked(tmp_path):
    diary, path = Diary.of([READING]), tmp_path / "me.csv"
    assert diary.write(path) == path
    before = path.read_bytes()
    with pytest.raises(InputError, match="is there already") as error:
        Diary.of([SESSION]).write(path)
    assert "force=True" in error.value.mend
    assert path.read_bytes() == before
    Diary.of([SESSION]).write(path, force=True)
    assert Diary.read(path) == Diary.of([SESSION])
    with pytest.raises(InputError, match="cannot write"):
        diary.write(tmp_path / "no" / "folder.csv")
    with pytest.raises(InputError, match="cannot write"):
        diary.write(tmp_path, force=True)
