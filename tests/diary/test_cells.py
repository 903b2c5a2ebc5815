"""One cell at a time: what is understood, what is asked about, and what is offered instead."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.diary.amounts import decimal_sign, read_number
from sudomotor.diary.plausible import bounds, doubt, doubt_rate
from sudomotor.diary.unread import Unread
from sudomotor.diary.when import UndeclaredOrder, read_date, read_time
from sudomotor.diary.words import plain, read_anode_side, read_side, read_site

DAY = datetime.date(2026, 3, 1)


def number(text, name="current_mA", comma=False, parts=True):
    return read_number(plain(text), name, comma, commas_part_columns=parts)


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("15", "current_mA", 15),
        ("15 mA", "current_mA", 15),
        ("15mA", "current_mA", 15),
        ("15 milliamps", "current_mA", 15),
        ("\u00a015\u202fmA ", "current_mA", 15),
        ("\u201c15\u201d", "current_mA", 15),
        ("+1.5e1", "current_mA", 15),
        ("12.", "current_mA", 12),
        (".5", "volts", 0.5),
        ("20 min", "minutes", 20),
        ("20 minutes", "minutes", 20),
        ("\u22125", "temperature_C", -5),
        ("\u2013 5 °C", "temperature_C", -5),
        ("22 C", "temperature_C", 22),
        ("250 mg", "sweat_mg", 250),
        ("5/10", "anxiety_0_10", 5),
    ],
)
def test_numbers_that_are_understood(text, name, value):
    assert number(text, name) == value


@pytest.mark.parametrize(
    ("text", "name", "what", "mend"),
    [
        ("15 V", "current_mA", "'15 V' is in V, and the column in mA", "write it in mA, or move it"),
        ("0.015 A", "current_mA", "is in A", "did you mean 15?"),
        ("0.25 g", "sweat_mg", "is in g", "did you mean 250?"),
        ("0.5 h", "minutes", "is in h", "did you mean 30?"),
        ("72 °F", "temperature_C", "not in °C", "did you mean 22.2 °C?"),
        ("10-12", "current_mA", "more than one number", "one plain number"),
        ("10\u201312 mA", "current_mA", "more than one number", "one plain number"),
        ("1 250", "sweat_mg", "more than one number", "without signs in between"),
        ("<5", "wetness_0_10", "is no number", "what is to be said of it in note"),
        ("about 5", "wetness_0_10", "is no number", "note"),
        ("nan", "hdss", "'nan' is no number", "leave the cell empty"),
        ("-inf", "current_mA", "is no number", "leave the cell empty"),
        ("n/a", "volts", "is no number", "leave the cell empty"),
        ("1e999", "volts", "no ordinary number", "leave the cell empty"),
        ("wet", "hdss", "'wet' is no number", "words belong in note"),
        ("3 or so", "hdss", "is no plain number", "write the number alone"),
        ("15 mAh", "current_mA", "a word behind the number", "the number alone"),
        ("0:20", "minutes", "is a time", "did you mean 20?"),
        ("19:30", "hdss", "is a time", "plain number"),
        ("1.234.5", "sweat_mg", "several decimal signs", "thousands"),
        ("12,5", "current_mA", "has a comma", "write 12.5, or say that commas are decimals: --decimal-comma"),
    ],
)
def test_numbers_that_are_asked_about(text, name, what, mend):
    with pytest.raises(Unread) as error:
        number(text, name)
    assert what in error.value.what
    assert mend in error.value.mend


def test_a_comma_is_a_decimal_sign_only_where_it_is_declared_or_beyond_doubt():
    assert number("12,5", comma=True, parts=False) == 12.5
    assert number("1,250", comma=True, parts=False) == 1.25
    with pytest.raises(Unread, match="has a point"):
        number("1.250", comma=True, parts=False)
    with pytest.raises(Unread, match=r"may be 1.25 or 1250") as error:
        number("1,250", comma=None, parts=False)
    assert "--decimal-comma or --decimal-point" in error.value.mend
    assert decimal_sign(["12,5", "1,250"]) == (True, True)
    assert decimal_sign(["0,125"]) == (True, True)
    assert decimal_sign(["1,250", "3.5"]) == (False, True)
    assert decimal_sign(["1.250", "7"]) == (False, False)


@given(st.floats(min_value=-1e9, max_value=1e9), st.sampled_from(["current_mA", "note"]))
def test_a_number_as_python_writes_it_is_read_as_itself(value, name):
    assert number(repr(value), name) == value
    assert number(repr(value).replace(".", ","), name, comma=True, parts=False) == value


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("current_mA", 150, "did you mean 15 mA?"),
        ("current_mA", 125, "did you mean 12.5 mA?"),
        ("current_mA", 1500, "did you mean 15 mA?"),
        ("current_mA", 15000, "did you mean 15 mA (15000 uA)?"),
        ("current_mA", 0.015, "did you mean 15 mA (0.015 A)?"),
        ("current_mA", -15, "leave the sign out: 15; which side was plus belongs in anode_side"),
        ("current_mA", 0, "leave current_mA and minutes empty if there was no session"),
        ("current_mA", 1e12, "write it in mA, or leave the cell empty and put it in note"),
        ("minutes", 0.3, "did you mean 18 min (0.3 h)?"),
        ("minutes", 1200, "did you mean 20 min (1200 s), or 120 min?"),
        ("minutes", 200, "did you mean 20 min, or 2 min?"),
        ("minutes", 0, "leave current_mA and minutes empty"),
        ("volts", 24000, "did you mean 24 V (24000 mV)?"),
        ("volts", 240, "did you mean 24 V?"),
        ("sweat_mg", 0.25, "did you mean 250 mg (0.25 g)?"),
        ("sweat_minutes", 300, "did you mean 5 min (300 s), or 30 min?"),
        ("sweat_minutes", 0, "for how many minutes"),
        ("temperature_C", 72, "did you mean 22.2 °C (72 °F)?"),
        ("temperature_C", 295, "did you mean 21.9 °C (295 K)?"),
        ("hdss", 0, "is this a scale from 0 to 3? then add 1 to every answer"),
        ("hdss", 2.5, "answer 1, 2, 3 or 4, nothing in between"),
        ("hdss", 7, "an answer from 0 to 10 belongs in wetness_0_10"),
        ("hdss", -1, "write 1, 2, 3 or 4"),
        ("wetness_0_10", 35, "did you mean 3.5 (of a scale from 0 to 100)?"),
        ("anxiety_0_10", -1, "write a number from 0 to 10"),
        ("volts", math.nan, "leave the cell empty"),
        ("temperature_C", math.inf, "leave the cell empty"),
    ],
)
def test_what_is_offered_for_an_unlikely_number(name, value, mend):
    found = doubt(name, value)
    assert found is not None
    assert mend in found.mend


@given(st.sampled_from(sorted(bounds())), st.floats(0, 1))
def test_what_lies_within_the_bounds_is_believed(name, share):
    low, high = bounds()[name]
    high = min(high, 1e6)
    assert doubt(name, low + share * (high - low)) is None


@given(st.sampled_from(sorted(bounds())), st.floats(allow_nan=False, allow_infinity=False))
def test_what_lies_outside_is_doubted_with_a_mend(name, value):
    low, high = bounds()[name]
    found = doubt(name, value)
    if low <= value <= high or (value == 0 and name in ("sweat_mg", "temperature_C")):
        assert found is None
    else:
        assert found is not None
        assert found.what
        assert found.mend


def test_a_weighing_is_judged_by_sweat_a_minute():
    assert doubt_rate(5000.0, 5.0) is None
    assert doubt_rate(5001.0, 5.0) is not None
    assert doubt_rate(52000.0, 5.0).mend == "did you mean 520 mg, or 52 mg?"
    assert doubt("sweat_mg", 0.0) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01", "2026/3/1", "2026.03.01", "20260301", "1 March 2026", "1st mar. 2026", "1-Mar-26", "March 1, 2026",
        "Sun, 1 March 2026", "Sunday 2026-03-01",
    ],
)  # fmt: skip
def test_dates_that_can_be_read_in_one_way_only(text):
    assert read_date(text, None) == (DAY, None)


@pytest.mark.parametrize("text", ["01.03.2026", "1/3/2026", "01-03-26", "1. 3. 2026"])
def test_an_order_is_declared_and_never_guessed(text):
    assert read_date(text, True)[0] == DAY
    assert read_date(text, False)[0] == datetime.date(2026, 1, 3)
    with pytest.raises(UndeclaredOrder) as error:
        read_date(text, None)
    assert "--day-first or --month-first" in error.value.mend
    assert error.value.only is None


def test_a_date_that_allows_one_order_only_is_still_asked_about_and_names_it():
    for text, only in (("25/3/2026", "--day-first"), ("3/25/2026", "--month-first")):
        with pytest.raises(UndeclaredOrder) as error:
            read_date(text, None)
        assert error.value.only == only
    with pytest.raises(Unread, match="no month 25") as wrong:
        read_date("3/25/2026", True)
    assert "--month-first" in wrong.value.mend


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        ("2026-02-29", "has no day 29", "correct the day"),
        ("2026-25-03", "no month 25", "did you mean 2026-03-25?"),
        ("46082", "is a number, and no date", "did you mean 2026-03-01?"),
        ("yesterday", "is no date", "2026-03-01"),
        ("1 Brumaire 2026", "is no date", "2026-03-01"),
        ("0000-01-01", "", ""),
        ("2026-03-01T19:30Z", "is no time", "without a time zone"),
    ],
)
def test_what_is_no_date(text, what, mend):
    with pytest.raises(Unread) as error:
        read_date(text, None)
    assert what in error.value.what
    assert mend in error.value.mend


def test_a_date_may_bring_its_time():
    for text in ("2026-03-01 19:30", "2026-03-01T19:30:00", "1 March 2026 7:30 pm"):
        assert read_date(text, None) == (DAY, datetime.time(19, 30))
    assert read_date("01.03.2026 19:30", True) == (DAY, datetime.time(19, 30))


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [("19:30", 19, 30), ("7:05", 7, 5), ("19.30", 19, 30), ("19h30", 19, 30), ("19:30:00", 19, 30),
     ("7:30 PM", 19, 30), ("12:15 am", 0, 15), ("12:15 p.m.", 12, 15), ("7pm", 19, 0), ("00:00", 0, 0)],
)  # fmt: skip
def test_times(text, hour, minute):
    assert read_time(text) == datetime.time(hour, minute)


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("7", "did you mean 07:00?"),
        ("1930", "did you mean 19:30?"),
        ("0.8125", "did you mean 19:30?"),
        ("25:00", "24 hours"),
        ("13:00 pm", "24 hours"),
        ("24:00", "00:00 with the next date"),
        ("evening", "belongs in note"),
        ("19:30+01:00", "without a time zone"),
    ],
)
def test_what_is_no_time(text, mend):
    with pytest.raises(Unread) as error:
        read_time(text)
    assert mend in error.value.mend


@pytest.mark.parametrize(
    ("words", "site"),
    [
        (("palms", "Palm", "HANDS", "hand", "palmar"), "palms"),
        (("sole", "feet", "Foot"), "soles"),
        (("axilla", "armpits", "underarm"), "axillae"),
    ],
)
def test_words_for_a_site(words, site):
    assert {read_site(word) for word in words} == {(site, None)}
    assert read_site(f"left {words[0]}") == (site, "left")


def test_words_that_are_no_site_or_side():
    for word, mend in (
        ("plams", "did you mean 'palms'?"),
        ("hnads", "did you mean 'palms'?"),
        ("face", "known:"),
    ):
        with pytest.raises(Unread) as error:
            read_site(word)
        assert mend in error.value.mend
    with pytest.raises(Unread, match="more than one site"):
        read_site("hands and feet")
    assert [read_side(word) for word in ("L", "right hand", "left and right", "both")] == [
        "left", "right", "both", "both",
    ]  # fmt: skip
    with pytest.raises(Unread) as error:
        read_side("lefft")
    assert "did you mean 'left'?" in error.value.mend
    with pytest.raises(Unread, match="cannot be on 'both'"):
        read_anode_side("both")
    with pytest.raises(Unread, match="unknown anode side"):
        read_anode_side("up")
