"""A diary as arrays: what was held on which slot, what was read when. No model in it.

A day has as many equal slots as the most sessions that any side had on one day (one, for nearly everybody). A reading
belongs to the moment before the first session of its day, or after the last one where its time says so. Shapes are
padded to a few sizes, so that a longer diary does not compile anew.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.model.scales import SIDES, SINGULAR, SITES, site_of

if TYPE_CHECKING:
    from sudomotor.diary import Diary, Entry

Array = NDArray[np.float64]
Ints = NDArray[np.int64]
MAX_SLOTS_PER_DAY = 4
_DAY_SIZES = (64, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096)
_ROW_SIZES = (32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536, 131072)
ANODE, CATHODE = 0, 1


class Kind(NamedTuple):
    """A kind of session: what its dose depends on."""

    site: str
    current_mA: float
    minutes: float
    water: str | None = None


@dataclass(frozen=True)
class Held:
    """Sessions on the grid.

    Attributes
    ----------
    kinds : the distinct kinds.
    kind, role : (slot, side) index of the kind held in a slot, -1 for none; ANODE or CATHODE.
    """

    kinds: tuple[Kind, ...]
    kind: Ints
    role: Ints


@dataclass(frozen=True)
class Grid:
    """A diary on the grid; padded lengths are those of the arrays.

    Attributes
    ----------
    first, days, slots_per_day : the calendar; `days` is the true number.
    sites, sides : sites that the diary speaks of, and the two sides of each.
    held : sessions, (slot, side).
    day : (reading,) day of each reading, 0 for padding.
    after : (reading,) 1 where it was taken after the day's sessions.
    weight : (reading, side) shares of the sides in what was read; all 0 for padding.
    site : (reading,) index in SITES.
    hdss, log_rate, empty, wetness, anxiety : (reading,) what was read; nan where not, `empty` 1 for a weighing of nothing.
    event, weekend, degrees : (day,) flags, and degrees above the diary's mean temperature.
    logged : (day,) 1 where the day has a reading, 0 where not, nan where that says nothing (ends, padding).
    week : (day,) running number of the calendar week.
    other : (day, side) factor of other treatments on the sweat, 1 without.
    notes : what was assumed.
    """

    first: datetime.date
    days: int
    slots_per_day: int
    sites: tuple[str, ...]
    sides: tuple[str, ...]
    held: Held
    day: Ints
    after: Ints
    weight: Array
    site: Ints
    hdss: Array
    log_rate: Array
    empty: Array
    wetness: Array
    anxiety: Array
    event: Array
    weekend: Array
    degrees: Array
    mean_degC: float | None
    logged: Array
    week: Ints
    other: Array
    notes: tuple[str, ...]

    @property
    def last(self) -> datetime.date:
        """The last day of the diary."""
        return self.first + datetime.timedelta(days=self.days - 1)

    @property
    def readings(self) -> int:
        """How many readings there are."""
        return int((self.weight.sum(axis=1) > 0).sum())


def padded(count: int, sizes: tuple[int, ...]) -> int:
    """The least of some sizes that holds a count."""
    for size in sizes:
        if count <= size:
            return size
    raise InputError(
        f"{count} is more than the twin can take ({sizes[-1]})", where="the diary",
        mend="give the part of the diary that matters, e.g. the last two years",
    )  # fmt: skip


def sides_of(sites: Iterable[str]) -> tuple[str, ...]:
    """Both sides of each site, in the fixed order of the model."""
    wanted = set(sites)
    return tuple(side for side in SIDES if site_of(side) in wanted)


def weekend_flags(first: datetime.date, days: int) -> Array:
    """1 on Saturdays and Sundays."""
    return np.array([float((first.weekday() + d) % 7 >= 5) for d in range(days)])


def week_numbers(first: datetime.date, days: int) -> Ints:
    """Running number of the calendar week (from Monday) of each day, from 0."""
    return (first.weekday() + np.arange(days)) // 7


def place_sessions(
    sessions: Iterable[tuple[int, Kind, str, str | None]], sides: tuple[str, ...], slots: int, per_day: int,
    *, held_before: Mapping[str, int] | None = None,
) -> Held:  # fmt: skip
    """Put sessions on the grid.

    Parameters
    ----------
    sessions : (day, kind, side "both", "left" or "right", anode side or None to alternate), in order of time.
    sides : tracked sides.
    slots, per_day : length of the grid, slots a day.
    held_before : sessions already held at each site, which decides whose turn the anode is.
    """
    kinds: dict[Kind, int] = {}
    kind = np.full((slots, len(sides)), -1, dtype=np.int64)
    role = np.zeros((slots, len(sides)), dtype=np.int64)
    on_day: Counter[tuple[int, str]] = Counter()
    count: Counter[str] = Counter(dict(held_before or {}))
    for day, what, side, anode in sessions:
        index = kinds.setdefault(what, len(kinds))
        named = [f"{one} {SINGULAR[what.site]}" for one in (("left", "right") if side == "both" else (side,))]
        slot = day * per_day + max(on_day[(day, name)] for name in named)
        # left is the anode first unless the other is named; then they take turns
        first = anode or ("left" if count[what.site] % 2 == 0 else "right")
        for name in named:
            i = sides.index(name)
            kind[slot, i] = index
            own = name.split()[0]
            role[slot, i] = ANODE if (own == first or (side != "both" and anode is None)) else CATHODE
            on_day[(day, name)] += 1
        count[what.site] += 1
    return Held(tuple(kinds), kind, role)


def sessions_of(diary: Diary, first: datetime.date) -> list[tuple[int, Kind, str, str | None]]:
    """The sessions of a diary in the form that `place_sessions` takes."""
    found = []
    for entry in diary.sessions:
        assert entry.current_mA is not None
        assert entry.minutes is not None
        kind = Kind(entry.site or "palms", entry.current_mA, entry.minutes, entry.water)
        found.append(((entry.date - first).days, kind, entry.side or "both", entry.anode_side))
    return found


def _slots_per_day(diary: Diary) -> int:
    most: Counter[tuple[datetime.date, str]] = Counter()
    for entry in diary.sessions:
        for side in ("left", "right") if (entry.side or "both") == "both" else (entry.side,):
            most[(entry.date, f"{side} {entry.site}")] += 1
    needed = max(most.values(), default=1)
    if needed > MAX_SLOTS_PER_DAY:
        (date, side), _ = most.most_common(1)[0]
        raise InputError(
            f"{needed} sessions of the {side} on {date} are more than the model resolves ({MAX_SLOTS_PER_DAY})",
            where=diary.source, mend="correct the rows of that day",
        )  # fmt: skip
    return needed


def _session_time(entries: Iterable[Entry]) -> dict[tuple[datetime.date, str], datetime.time]:
    """The last time at which a session of a site is known to have been held on a day."""
    out: dict[tuple[datetime.date, str], datetime.time] = {}
    for entry in entries:
        if entry.is_session and entry.time is not None:
            key = (entry.date, entry.site or "palms")
            out[key] = max(entry.time, out.get(key, entry.time))
    return out


def grid(diary: Diary, other: Mapping[str, Array] | None = None) -> Grid:
    """A diary as padded arrays.

    Parameters
    ----------
    diary : what was written.
    other : (day,) factor of other treatments by side, as `twin.others` works it out.

    Raises
    ------
    InputError
        where the diary is longer than the twin can take, or holds more sessions a day than the model resolves.
    """
    first, days = diary.first, diary.days
    per_day = _slots_per_day(diary)
    day_size = padded(days, _DAY_SIZES)
    sites = tuple(site for site in SITES if site in diary.sites) or ("palms",)
    sides = sides_of(sites)
    times = _session_time(diary.entries)
    rows: list[tuple[Entry, int]] = []
    for entry in diary.entries:
        if not (entry.is_reading or entry.anxiety_0_10 is not None):
            continue
        held = times.get((entry.date, entry.site or "palms"))
        later = held is not None and entry.time is not None and not entry.is_session and entry.time > held
        rows.append((entry, int(later)))
    size = padded(max(len(rows), 1), _ROW_SIZES)
    day, after, site = (np.zeros(size, dtype=np.int64) for _ in range(3))
    weight = np.zeros((size, len(sides)))
    hdss, log_rate, wetness, anxiety = (np.full(size, np.nan) for _ in range(4))
    empty = np.zeros(size)
    for i, (entry, is_later) in enumerate(rows):
        place = entry.site or sites[0]
        day[i], after[i], site[i] = (entry.date - first).days, is_later, SITES.index(place)
        mine = [
            sides.index(f"{side} {SINGULAR[place]}")
            for side in (("left", "right") if (entry.side or "both") == "both" else (str(entry.side),))
        ]
        weight[i, mine] = 1.0 / len(mine)
        if entry.hdss is not None:
            hdss[i] = entry.hdss
        if entry.sweat_mg is not None and entry.sweat_minutes:
            rate = entry.sweat_mg / entry.sweat_minutes
            log_rate[i], empty[i] = np.log(max(rate, 1e-9)), float(rate <= 0)
        if entry.wetness_0_10 is not None:
            wetness[i] = entry.wetness_0_10
        if entry.anxiety_0_10 is not None:
            anxiety[i] = entry.anxiety_0_10
    event, degrees, logged = np.zeros(day_size), np.zeros(day_size), np.full(day_size, np.nan)
    logged[:days] = 0.0
    felt: dict[int, list[float]] = {}
    for entry in diary.entries:
        d = (entry.date - first).days
        if entry.event:
            event[d] = 1.0
        if entry.temperature_C is not None:
            felt.setdefault(d, []).append(entry.temperature_C)
        if entry.is_reading:
            logged[d] = 1.0
    # a diary begins and ends with an entry: that these days have one says nothing
    logged[[0, days - 1]] = np.nan
    mean = float(np.mean([np.mean(each) for each in felt.values()])) if felt else None
    for d, each in felt.items():
        degrees[d] = float(np.mean(each)) - (mean or 0.0)
    factor = np.ones((day_size, len(sides)))
    for name, values in (other or {}).items():
        if name in sides:
            factor[: len(values), sides.index(name)] = values[:day_size]
    return Grid(
        first, days, per_day, sites, sides,
        place_sessions(sessions_of(diary, first), sides, day_size * per_day, per_day),
        day, after, weight, site, hdss, log_rate, empty, wetness, anxiety, event,
        weekend_flags(first, day_size), degrees, mean, logged, week_numbers(first, day_size), factor, (),
    )  # fmt: skip
