"""What is written is read back; no bytes whatever bring anything but a diary or an error that says how to mend it."""

from __future__ import annotations

import datetime
import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sudomotor.diary import COLUMNS, Diary, DiaryError, Entry
from sudomotor.diary.canonical import to_text
from sudomotor.diary.template import template

TODAY = datetime.date(2100, 1, 1)
WORDS = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\n\t"), max_size=20)
FAST = settings(
    max_examples=50,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def maybe(strategy):
    return st.none() | strategy


def amount(low, high):
    return st.floats(low, high) | st.integers(int(low) + 1, int(high)).map(float)


@st.composite
def entries(draw):
    """Any row that a diary may hold, the date and time aside."""
    values = {
        "site": draw(st.sampled_from(["palms", "soles", "axillae"])),
        "side": draw(maybe(st.sampled_from(["left", "right", "both"]))),
        "hdss": draw(maybe(st.integers(1, 4))),
        "wetness_0_10": draw(maybe(amount(0, 10))),
        "anxiety_0_10": draw(maybe(amount(0, 10))),
        "temperature_C": draw(maybe(amount(-40, 50))),
        **{name: draw(maybe(WORDS)) for name in ("water", "other_treatment", "event", "skin", "note")},
    }
    if draw(st.booleans()):
        values |= {"current_mA": draw(amount(0.5, 50)), "minutes": draw(amount(1, 120))}
        values |= {
            "anode_side": draw(maybe(st.sampled_from(["left", "right"]))),
            "volts": draw(maybe(amount(0.1, 120))),
        }
    if draw(st.booleans()):
        values |= {"sweat_mg": draw(st.just(0.0) | amount(1, 499)), "sweat_minutes": draw(amount(0.5, 60))}
    return values


@st.composite
def diaries(draw):
    """Any diary: rows at different moments, at least one of which says something."""
    days = st.dates(datetime.date(1980, 1, 1), datetime.date(2099, 12, 31))
    times = maybe(st.times().map(lambda time: time.replace(microsecond=0)))
    moments = draw(st.lists(st.tuples(days, times), min_size=1, max_size=6, unique=True))
    rows = [Entry(date=date, time=time, **draw(entries())) for date, time in moments]
    rows.append(Entry(date=datetime.date(1999, 9, 9), site="palms", side="left", hdss=3, note="the last"))
    return Diary.of(rows)


@given(
    diary=diaries(),
    delimiter=st.sampled_from(",;\t"),
    comma=st.booleans(),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    end=st.sampled_from(["\n", "\r\n"]),
)
@FAST
def test_a_written_diary_reads_back_in_every_dialect(diary, delimiter, comma, encoding, end, tmp_path):
    text = diary.to_csv_text(delimiter=delimiter, decimal_comma=comma)
    path = tmp_path / "diary.csv"
    path.write_bytes(text.replace("\n", end).encode(encoding))
    again = Diary.read(path, today=TODAY)
    assert again == diary
    assert again.sha256 == diary.sha256
    assert again.to_csv_text() == diary.to_csv_text()


@given(diary=diaries(), seed=st.integers(0, 1000))
@FAST
def test_neither_the_order_of_columns_nor_of_rows_matters(diary, seed, tmp_path):
    shuffle = random.Random(seed)
    columns = list(COLUMNS)
    shuffle.shuffle(columns)
    columns.remove("date")
    rows = list(diary.entries)
    shuffle.shuffle(rows)
    path = tmp_path / "diary.csv"
    path.write_text(to_text(rows, ["date", *columns]), encoding="utf-8", newline="")
    again = Diary.read(path, today=TODAY)
    assert again.sha256 == diary.sha256
    assert again == diary


@given(diary=diaries())
@FAST
def test_reading_twice_changes_nothing(diary, tmp_path):
    path = diary.write(tmp_path / "diary.csv", force=True)
    before = path.read_bytes()
    assert Diary.read(path, today=TODAY) == Diary.read(path, today=TODAY)
    assert path.read_bytes() == before


def outcome(path, **options):
    """A diary, or our own error; any other error passes."""
    try:
        return Diary.read(path, today=TODAY, **options)
    except DiaryError as error:
        return error


def holds(found):
    """A diary that would be checked again without fault, or an error with what is wrong and how to mend it."""
    if isinstance(found, Diary):
        return bool(found.entries) and Diary.of(found.entries) == found
    return (
        bool(found.problems)
        and all(problem.what and problem.mend for problem in found.problems)
        and bool(str(found))
    )


@given(data=st.binary(max_size=300))
@FAST
def test_any_bytes_bring_a_diary_or_an_error_of_ours(data, tmp_path):
    path = tmp_path / "any"
    path.write_bytes(data)
    assert holds(outcome(path))
    path.write_bytes(b"date,hdss,note\n2026-03-01," + data)
    assert holds(outcome(path))


CELLS = st.sampled_from(
    [
        "", "3", "150", "12,5", "1.250", "2026-03-01", "01/03/2026", "19:30", "palms", "hands and feet", '"', '""', "#", "nan",
        "1e999", "-", "\u22125", "15 mA", "15 V", "left", "\u201cx\u201d", "\r", "\n", "0", "46082", "99999999999", "٣",
    ]
)  # fmt: skip
NAMES = st.sampled_from([*COLUMNS, "current", "", "sweat_g", "#date", "sep=;", "Date"])


@given(
    header=st.lists(NAMES, max_size=6),
    rows=st.lists(st.lists(CELLS, max_size=7), max_size=6),
    delimiter=st.sampled_from(",;\t| "),
    day_first=st.sampled_from([None, True, False]),
    comma=st.sampled_from([None, True, False]),
)
@FAST
def test_any_table_brings_a_diary_or_an_error_of_ours(header, rows, delimiter, day_first, comma, tmp_path):
    path = tmp_path / "any.csv"
    lines = [delimiter.join(["date", *header]), *(delimiter.join(["2026-03-01", *row]) for row in rows)]
    lines += [delimiter.join(row) for row in rows]
    path.write_text("\n".join(lines), encoding="utf-8", newline="")
    assert holds(outcome(path, day_first=day_first, decimal_comma=comma))


@given(at=st.integers(0, 3000), byte=st.integers(0, 255), cut=st.booleans())
@FAST
def test_a_damaged_template_brings_a_diary_or_an_error_of_ours(at, byte, cut, tmp_path):
    data = bytearray((template() + "2026-03-01,19:30,palms,,12,20,,,,,3,,,,,,,,\n").encode())
    at %= len(data)
    data[at] = byte
    path = tmp_path / "damaged.csv"
    path.write_bytes(bytes(data[:at]) if cut else bytes(data))
    assert holds(outcome(path))
