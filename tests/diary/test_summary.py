"""What a diary holds and what it lacks, told before anything is fitted."""

from __future__ import annotations

import datetime
from dataclasses import replace

from sudomotor.diary import Diary, Entry
from sudomotor.diary.summary import summarise
from sudomotor.parameters import load

DAY = datetime.date(2026, 3, 1)


def on(day, **values):
    return Entry(date=DAY + datetime.timedelta(days=day), **values)


def lacks(*entries):
    return [lack.what for lack in summarise(Diary.of(entries)).lacks]


def full():
    """Two weeks of answers, then six sessions, then answers while it comes back."""
    before = [on(day, hdss=4 if day % 3 else 3) for day in range(14)]
    course = [
        on(day, time=datetime.time(20), current_mA=10.0 + day - 14, minutes=20.0) for day in range(14, 20)
    ]
    after = [on(day, hdss=1 + (day - 20) // 5) for day in range(20, 35)]
    weighed = [on(5, time=datetime.time(9), sweat_mg=250.0, sweat_minutes=5.0)]
    return [*before, *course, *after, *weighed]


def test_counts():
    summary = summarise(Diary.of([*full(), on(21, site="soles", current_mA=20.0, minutes=30.0)][:-1]))
    assert (summary.days, summary.days_with_entries) == (35, 35)
    assert summary.readings == {
        "hdss": 29, "sweat_mg": 1, "wetness_0_10": 0, "anxiety_0_10": 0, "temperature_C": 0,
    }  # fmt: skip
    assert summary.doses[0][:3] == ("palms", 6, (10.0, 12.5, 15.0))
    assert summary.doses[0].minutes == (20.0, 20.0, 20.0)
    assert summary.lacks == ()
    assert summary.gaps == ()


def test_sessions_are_told_by_site():
    rows = [
        on(0, site="palms", current_mA=12.0, minutes=20.0),
        on(0, site="soles", current_mA=20.0, minutes=30.0),
        on(2, site="soles", current_mA=22.0, minutes=30.0),
    ]
    doses = summarise(Diary.of(rows)).doses
    assert [(dose.site, dose.sessions) for dose in doses] == [("palms", 1), ("soles", 2)]


def test_a_gap_is_named_from_the_parameter_on():
    long = int(load().value("diary_long_gap_days"))
    for missing, found in ((long - 1, 0), (long, 1)):
        gaps = summarise(Diary.of([on(0, hdss=3), on(missing + 1, hdss=2)])).gaps
        assert len(gaps) == found
    gap = gaps[0]
    assert (gap.first, gap.days) == (DAY + datetime.timedelta(days=1), long)
    assert gap.last == DAY + datetime.timedelta(days=long)


def test_each_lack_is_told_where_it_holds_and_only_there():
    rows = full()
    assert lacks(*rows) == []
    assert lacks(*[row for row in rows if not row.is_session]) == ["no session is written down"]
    assert lacks(*[row for row in rows if row.is_session]) == ["nothing says how wet you were"]
    few = [row for row in rows if row.is_session or row.date.day % 5 == 0 or row.sweat_mg]
    assert "below 14 little can be known" in " ".join(lacks(*few))
    late = [row for row in rows if row.is_session or row.date > DAY + datetime.timedelta(days=18)]
    assert "no reading from before the first session" in lacks(*late)
    assert "no reading from before the first session" not in lacks(*late, replace(late[0], time=None, hdss=4))
    assert lacks(*[row for row in rows if row.sweat_mg is None]) == ["no sweat was weighed"]
    same = [replace(row, hdss=1) if row.hdss else row for row in rows if row.sweat_mg is None]
    assert lacks(*same)[0].startswith("every HDSS is 1")
    early = [row for row in rows if row.date < DAY + datetime.timedelta(days=25)]
    assert lacks(*early) == [
        "no reading later than 7 days after a session: how fast it comes back cannot be seen"
    ]


def test_every_lack_says_what_to_write_down():
    for rows in (full()[:3], full()[14:20], [on(0, note="x")]):
        assert all(lack.log for lack in summarise(Diary.of(rows)).lacks)
        assert summarise(Diary.of(rows)).lacks
