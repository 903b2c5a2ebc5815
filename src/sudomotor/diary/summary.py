"""What a diary holds, and what it lacks for a model of the person."""

from __future__ import annotations

import datetime
import statistics
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from sudomotor.diary.diary import Diary
from sudomotor.diary.entry import SITES, Entry
from sudomotor.parameters import Parameters, load

KINDS = ("hdss", "sweat_mg", "wetness_0_10", "anxiety_0_10", "temperature_C")


class Gap(NamedTuple):
    """Days in a row without an entry."""

    first: datetime.date
    last: datetime.date
    days: int


class Lack(NamedTuple):
    """What is not there, and what to write down."""

    what: str
    log: str


class Dose(NamedTuple):
    """Sessions of one site: how many, and the least, median and most of current and length."""

    site: str
    sessions: int
    current_mA: tuple[float, float, float]
    minutes: tuple[float, float, float]


@dataclass(frozen=True)
class Summary:
    """A diary at a glance.

    Attributes
    ----------
    days, days_with_entries : from the first entry to the last, both counted; and those that have one.
    doses : sessions by site.
    readings : how many there are of each kind.
    gaps : long stretches without an entry.
    lacks : what is missing for a good fit, the gravest first; empty if nothing is.
    """

    diary: Diary
    days: int
    days_with_entries: int
    doses: tuple[Dose, ...]
    readings: dict[str, int]
    gaps: tuple[Gap, ...]
    lacks: tuple[Lack, ...]


def summarise(diary: Diary, parameters: Parameters | None = None) -> Summary:
    """What was understood of a diary, and what it lacks.

    Parameters
    ----------
    diary : the diary.
    parameters : where it stands how long a gap is long, and how many readings are enough.

    Examples
    --------
    >>> import datetime
    >>> from sudomotor.diary import Entry
    >>> diary = Diary.of([Entry(date=datetime.date(2026, 3, 1), hdss=3)])
    >>> found = summarise(diary)
    >>> found.readings["hdss"], found.lacks[0].what
    (1, 'no session is written down')
    """
    p = parameters or load()
    with_entries = sorted({entry.date for entry in diary.entries})
    long = p.value("diary_long_gap_days")
    gaps = []
    for before, after in pairwise(with_entries):
        missing = (after - before).days - 1
        if missing >= long:
            one = datetime.timedelta(days=1)
            gaps.append(Gap(before + one, after - one, missing))
    counts = Counter(name for entry in diary.entries for name in KINDS if getattr(entry, name) is not None)
    return Summary(
        diary=diary,
        days=diary.days,
        days_with_entries=len(with_entries),
        doses=tuple(_doses(diary)),
        readings={name: counts[name] for name in KINDS},
        gaps=tuple(gaps),
        lacks=tuple(_lacks(diary, p)),
    )


def _doses(diary: Diary) -> list[Dose]:
    doses = []
    for site in SITES:
        sessions = [entry for entry in diary.sessions if entry.site == site]
        if sessions:
            doses.append(
                Dose(
                    site,
                    len(sessions),
                    _spread([entry.current_mA or 0.0 for entry in sessions]),
                    _spread([entry.minutes or 0.0 for entry in sessions]),
                )
            )
    return doses


def _spread(values: list[float]) -> tuple[float, float, float]:
    return min(values), statistics.median(values), max(values)


def _lacks(diary: Diary, p: Parameters) -> list[Lack]:
    """What is missing for a model to know the person, the gravest first."""
    lacks = []
    readings, sessions = diary.readings, diary.sessions
    if not sessions:
        lacks.append(Lack("no session is written down", "write current_mA and minutes of each session"))
    if not readings:
        lacks.append(
            Lack("nothing says how wet you were", "write hdss, 1 to 4, on most days; dry days count as much")
        )
        return lacks
    enough = p.value("diary_enough_readings")
    if len(readings) < enough:
        lacks.append(
            Lack(
                f"{len(readings)} reading{'s' if len(readings) > 1 else ''}; below {enough:g} little can be known",
                "write hdss, 1 to 4, on most days; dry days count as much",
            )
        )
    if sessions and not any(_before(reading, sessions[0]) for reading in readings):
        lacks.append(
            Lack(
                "no reading from before the first session",
                "write how it was before treatment, if you kept it; what would come back is known by little else",
            )
        )
    hdss = {entry.hdss for entry in diary.entries if entry.hdss is not None}
    if len(hdss) == 1 and diary.days > 1 and not any(entry.sweat_mg is not None for entry in readings):
        lacks.append(
            Lack(
                f"every HDSS is {hdss.pop()}: how far it is to the next answer cannot be seen",
                "weigh the sweat of one hand now and then (sweat_mg, sweat_minutes), or give wetness_0_10",
            )
        )
    elif not any(entry.sweat_mg is not None for entry in readings):
        lacks.append(
            Lack(
                "no sweat was weighed",
                "weigh the sweat of one hand once or twice (sweat_mg, sweat_minutes): it ties the answers to a number",
            )
        )
    pause = p.value("diary_pause_days")
    if len(sessions) > 1 and not _seen_fading(diary, pause):
        lacks.append(
            Lack(
                f"no reading later than {pause:g} days after a session: how fast it comes back cannot be seen",
                "keep writing hdss when you pause",
            )
        )
    return lacks


def _before(reading: Entry, session: Entry) -> bool:
    """Whether a reading was taken before a session; one in its own row was."""
    return reading.order <= session.order


def _seen_fading(diary: Diary, pause_days: float) -> bool:
    """Whether there is a reading so many days after the session before it."""
    last: dict[str | None, datetime.date] = {}
    for entry in diary.entries:
        if entry.is_reading and entry.site in last and (entry.date - last[entry.site]).days >= pause_days:
            return True
        if entry.is_session:
            last[entry.site] = entry.date
    return False
