"""Virtual people whose days are lived step by step, so that a plan can be made anew as their diary grows.

    lives = begin_lives(20, seed=1).own_way(60)          # two months in their own way
    plans = [make_plan(lives.diary(i)) for i in range(lives.n)]
    lives = lives.live(plans, days=14)                   # two weeks by a plan, and so on

Every step gives a new object and leaves the old one as it was. The state carries on exactly: two weeks and two more are
four weeks. What chance brings does not depend on the treatment, so that two schedules meet the same luck.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.diary import Diary
from sudomotor.errors import InputError
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.person import find_preset
from sudomotor.simulation.planned import PlannedSession, SessionLike
from sudomotor.simulation.virtual_answers import Reporter, extras, first_report, report, reporter
from sudomotor.simulation.virtual_body import Bodies, bodies, dose_tables, live_day, occasions_of
from sudomotor.simulation.virtual_entries import diary_of
from sudomotor.simulation.virtual_habits import (
    Habits,
    after_session,
    first_habits,
    habits,
    wants_session,
    write_day,
)
from sudomotor.simulation.virtual_luck import luck, seed_of_future

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Tree = dict[str, Any]
Progress = Callable[[str], None]
START = datetime.date(2026, 1, 5)
MOST_DAYS = 1500
MOST_PEOPLE = 5000
MOST_MA = 50.0


@dataclass(frozen=True, eq=False)
class VirtualLives:
    """Some virtual people up to a day.

    Attributes
    ----------
    record : what happened, by name, (day lived, person) each; the first `before` days lie before the diary.
    accounts : (person,) the account of the block that is true of each.
    start : the diary's first day.
    """

    bodies: Bodies
    habits: Habits
    reporter: Reporter
    accounts: tuple[str, ...]
    seed: int
    before: int
    start: datetime.date
    missed_pct: float
    state: Tree
    record: dict[str, Array]
    own_kinds: tuple[Array, Array, Array]  # tables, current, minutes of the sessions of their own way

    @property
    def n(self) -> int:
        """How many people."""
        return len(self.accounts)

    @property
    def lived(self) -> int:
        """Days lived, with those before the diary."""
        return len(self.record["answer"])

    @property
    def day(self) -> int:
        """Days of the diary."""
        return self.lived - self.before

    @property
    def site(self) -> str:
        """The site that is treated and asked about."""
        return self.bodies.site

    def dates(self) -> tuple[datetime.date, ...]:
        """The diary's days."""
        return tuple(self.start + datetime.timedelta(days=i) for i in range(self.day))

    def of(self, name: str) -> Array:
        """A record over the diary's days, (day, person): answer, sweat, median, current, minutes, held, idle, event, …"""
        return self.record[name][self.before :]

    @property
    def hdss(self) -> Whole:
        """The answer that each person would truly give on each day, (day, person)."""
        return self.of("answer").astype(np.int64)

    @property
    def sweat_mg_per_min(self) -> Array:
        """Sweat of one side on each day as it was, (day, person)."""
        return self.of("sweat")

    @property
    def minutes(self) -> Array:
        """Minutes of treatment held on each day, (day, person)."""
        return self.of("minutes") * self.of("held")

    def diary(self, i: int, until: int | None = None) -> Diary:
        """The diary of person i over its first `until` days (default: all); its last day always has an answer."""
        days = self.day if until is None else until
        if not 0 <= i < self.n:
            raise InputError(f"there is no person {i}", where="diary", mend=f"people are 0 to {self.n - 1}")
        if not 1 <= days <= self.day:
            raise InputError(
                f"the first {days} days are asked for, and {self.day} have been lived", where="diary",
                mend="live more days first, e.g. lives.own_way(30)",
            )  # fmt: skip
        return diary_of(
            {name: self.of(name)[:days, i] for name in RECORD},
            {name: bool(values[i]) for name, values in self.habits.columns.items()},
            self.start,
            site=self.site,
            source=f"virtual person {int(self.bodies.indices[i])} of seed {self.seed}",
            weighing_minutes=self.bodies.parameters.value("virtual_weighing_minutes"),
        )

    def held(self, i: int, first: int, days: int) -> tuple[PlannedSession, ...]:
        """Sessions that person i held on `days` days from the diary's day `first`, day 0 being that one."""
        on = np.flatnonzero(self.of("held")[first : first + days, i])
        current, minutes = self.of("current"), self.of("minutes")
        return tuple(
            PlannedSession(int(d), float(current[first + d, i]), float(minutes[first + d, i]), self.site)
            for d in on
        )

    def own_way(self, days: int, *, progress: Progress | None = None) -> VirtualLives:
        """Live on as each of them would: induction, maintenance, breaks, missed sessions."""
        tables, current, minutes = self.own_kinds
        return _lived(self, days, None, current, minutes, tables, progress)

    def live(
        self, sessions: Sequence[Sequence[SessionLike]], days: int = 14, *, progress: Progress | None = None
    ) -> VirtualLives:
        """Live on by sessions that are given, of which some are missed by chance (`missed_pct`).

        Parameters
        ----------
        sessions : for each person; `day` 0 is the day after the last one lived, at most one session a day.
        days : how many days.

        Raises
        ------
        InputError
            for a session on a day that is not among them, two on a day, another site, or a current that is none.
        """
        which, current, minutes = _kinds(self, sessions, days)
        return _lived(
            self, days, which, current, minutes, dose_tables(self.bodies, current, minutes), progress
        )

    def futures(
        self, sessions: Sequence[Sequence[SessionLike]], days: int, draws: int = 50, *, seed: int = 1
    ) -> Array:
        """Chances of the answers on the days to come for one who knows everybody's body, habits and noise of today.

        Only what chance will bring is unknown: nobody can forecast better on average, so this is the ceiling that a
        twin's forecasts are held against. The sessions are held as given.

        Returns
        -------
        (day, person, 4), from `draws` futures.
        """
        which, current, minutes = _kinds(self, sessions, days)
        tables = dose_tables(self.bodies, current, minutes)
        count = np.zeros((days, self.n, 4))
        for draw in range(draws):
            other = replace(self, seed=seed_of_future(seed, draw), missed_pct=0.0)
            lived = _lived(other, days, which, current, minutes, tables)
            answer = lived.record["answer"][-days:].astype(np.int64)
            count += np.eye(4)[answer - 1]
        return count / draws


def begin_lives(
    n: int,
    seed: int,
    *,
    mechanism: str | Sequence[str] = "charge",
    person: str = "palmar hyperhidrosis",
    kind: str = "poor",
    hypotheses: Hypotheses | None = None,
    missed_pct: float | None = None,
    start: datetime.date = START,
    indices: Sequence[int] | None = None,
) -> VirtualLives:
    """Draw people and live the weeks before their diaries begin.

    Parameters
    ----------
    n, seed : how many; the draw. Person i is the same whatever `n` is.
    mechanism : the account of the block that is true; of several, person i has that of place i modulo their number.
        Each account has the constants that it was calibrated with.
    person : the preset that they are drawn of; its site is the one that is treated.
    kind : how they keep the diary: "poor" (HDSS and sessions, half of the days), "mixed", "good".
    hypotheses : what is switched on; its account is replaced by `mechanism`.
    missed_pct : chance that a session that was meant is missed; default the parameter.
    start : the diary's first day.
    indices : only these of the people 0, 1, …; `n` is then ignored.

    Examples
    --------
    >>> lives = begin_lives(2, seed=1).own_way(10)
    >>> lives.hdss.shape, lives.diary(0).days <= 10
    ((10, 2), True)
    """
    which = (
        np.arange(whole_number(n, "n", MOST_PEOPLE))
        if indices is None
        else np.asarray(indices, dtype=np.int64)
    )
    if not len(which) or which.min() < 0:
        raise InputError("indices must be whole numbers from 0", where="indices", mend="indices=[0, 1]")
    names = (mechanism,) if isinstance(mechanism, str) else tuple(mechanism)
    if not names:
        raise InputError("no account of the block is named", where="mechanism", mend='mechanism="charge"')
    accounts = tuple(names[int(i) % len(names)] for i in which)
    switches = hypotheses or Hypotheses.evidence()
    b, state = bodies(person, seed, which, accounts, switches, site_treated(person))
    before = round(b.parameters.value("virtual_earlier_days"))
    h = habits(b.people, seed, which, kind, before, b.parameters)
    r = reporter(b)
    x = {name: values[0] for name, values in luck(seed, which, 0, 1).items()}
    state = {
        **state,
        "habit": first_habits(h),
        "report": first_report(r, np.log(b.baseline_mg_per_min), x),
    }
    share = b.parameters.value("virtual_missed_pct") if missed_pct is None else float(missed_pct)
    if not 0.0 <= share < 100.0:
        raise InputError(
            f"missed_pct must lie from 0 to 100, got {share:g}", where="missed_pct", mend="missed_pct=20"
        )
    steps = np.arange(int(np.max(h.target_mA - h.start_mA)) + 1)[:, None]
    current = np.minimum(h.start_mA + steps, h.target_mA)
    minutes = np.broadcast_to(h.minutes, current.shape)
    empty = {name: np.zeros((0, len(accounts))) for name in RECORD}
    own = (dose_tables(b, current, minutes), current, minutes)
    lives = VirtualLives(b, h, r, accounts, seed, before, start, share, state, empty, own)
    return lives.own_way(before)


def site_treated(person: str) -> str:
    """The site that people of a preset treat: the one that they were included by, else the palms.

    >>> site_treated("plantar hyperhidrosis")
    'soles'
    """
    preset = find_preset(person)
    return preset.include.site if preset.include else "palms"


RECORD = (
    "answer", "sweat", "median", "rated", "event", "temperature", "held", "idle", "current", "minutes", "anode_right",
    "written", "if_asked", "session_noted", "event_noted", "sweat_mg", "wetness", "anxiety",
)  # fmt: skip


def _lived(
    lives: VirtualLives,
    days: int,
    planned: Whole | None,
    current_mA: Array,
    minutes: Array,
    tables: Array,
    progress: Progress | None = None,
) -> VirtualLives:
    """Live some days; `planned` (day, person) is the kind of session of each day, -1 for none, None for their own way."""
    whole_number(days, "days", MOST_DAYS - lives.lived if lives.record else MOST_DAYS)
    b, h, p = lives.bodies, lives.habits, lives.bodies.parameters
    first, everybody = lives.lived, np.arange(lives.n)
    x_all = luck(lives.seed, b.indices, first, days)
    life = occasions_of(b, first, days)
    state, rows = lives.state, []
    for d in range(days):
        if progress is not None:
            progress(f"day {d + 1} of {days}")
        t = first + d
        x = {name: values[d] for name, values in x_all.items()}
        date = lives.start + datetime.timedelta(days=t - lives.before)
        if planned is None:
            wants, habit = wants_session(h, state["habit"], t, x)
            which = np.round(habit["current"] - h.start_mA).astype(np.int64)
        else:  # who follows a plan takes no break of their own, and comes home from one that had begun
            habit = state["habit"]
            habit = {**habit, "silent": habit["silent"] & (t <= habit["away_until"])}
            wants, which = planned[d] >= 0, np.maximum(planned[d], 0)
        which = np.clip(which, 0, len(tables) - 1)
        held = wants & (x["miss"] >= 0.01 * lives.missed_pct)
        idle = held & (x["idle"] < p.value("virtual_idle_share"))
        now, length = current_mA[which, everybody], minutes[which, everybody]
        works, meant = (held & ~idle).astype(float), held.astype(float)
        pole = habit["anode_right"]
        body, median = live_day(b, state, tables, which, works, meant, pole, life.load[d], x["mood"])
        told, seen = report(lives.reporter, state["report"], median, date, x)
        answer = np.asarray(seen["answer"], dtype=np.int64)
        written, habit_written = write_day(h, habit, t - lives.before, answer, held, x)
        more = extras(lives.reporter, seen, x)
        weighs = h.columns["weighing"] & (written["answer"] > 0)
        weighs &= t - habit["weighed"] >= p.value("virtual_weighing_days")
        habit_written["weighed"] = np.where(weighs, t, habit["weighed"])
        rows.append(
            {
                **{name: seen[name] for name in ("answer", "sweat", "rated", "event", "temperature")},
                "median": median, "held": held, "idle": idle, "current": now, "minutes": length, "anode_right": pole,
                "written": written["answer"], "if_asked": written["if_asked"], "session_noted": written["session"],
                "event_noted": x["note_event"] < p.value("virtual_event_noted_share"),
                "sweat_mg": np.where(weighs, more["sweat_mg"], np.nan), "wetness": more["wetness"],
                "anxiety": more["anxiety"],
            }
        )  # fmt: skip
        state = {
            **body, "report": told, "habit": after_session(h, habit_written, t, held, now, x),
        }  # fmt: skip
    record = {
        name: np.concatenate(
            [lives.record[name], np.array([row[name] for row in rows], dtype=float).reshape(-1, lives.n)]
        )
        for name in RECORD
    }
    return replace(lives, state=state, record=record)


def _kinds(
    lives: VirtualLives, sessions: Sequence[Sequence[SessionLike]], days: int
) -> tuple[Whole, Array, Array]:
    """Which kind of session each person holds on each day (-1 none), and current and minutes of the kinds, (kind, person)."""
    planned = _planned(lives, sessions, days)
    kinds = [sorted({row for row in rows if row[0] > 0}) for rows in planned]
    count = max(1, max(len(each) for each in kinds))
    # a kind that a person does not use is never held
    full = [
        [*each, *[(1.0, float(m))] * (count - len(each))]
        for each, m in zip(kinds, lives.habits.minutes, strict=True)
    ]
    table = np.array(full).transpose(2, 1, 0)
    which = np.array(
        [[kinds[i].index(row) if row[0] > 0 else -1 for row in rows] for i, rows in enumerate(planned)]
    ).T
    return which, table[0], table[1]


def _planned(
    lives: VirtualLives, sessions: Sequence[Sequence[SessionLike]], days: int
) -> list[list[tuple[float, float]]]:
    """Current and minutes of each day of each person, 0 for none."""
    if len(sessions) != lives.n:
        raise InputError(
            f"sessions for {len(sessions)} people are given, and there are {lives.n}", where="sessions",
            mend="one list of sessions a person, empty for none",
        )  # fmt: skip
    whole_number(days, "days", MOST_DAYS)
    out = [[(0.0, 0.0)] * days for _ in range(lives.n)]
    for i, rows in enumerate(sessions):
        for each in rows:
            where = f"sessions, person {i}, day {each.day}"
            if not 0 <= each.day < days:
                raise InputError(
                    f"day {each.day} is not one of the {days}", where=where, mend="day 0 is the next day"
                )
            if out[i][each.day][0] > 0:
                raise InputError(
                    "there are two sessions on one day", where=where, mend="give at most one a day"
                )
            if each.site != lives.site:
                raise InputError(f"these people treat the {lives.site}, not the {each.site}", where=where)
            if not 0 < each.current_mA <= MOST_MA or not 0 < each.minutes <= 120:
                raise InputError(
                    f"{each.current_mA:g} mA for {each.minutes:g} minutes is no session", where=where,
                    mend="give mA and minutes above 0",
                )  # fmt: skip
            out[i][each.day] = (float(each.current_mA), float(each.minutes))
    return out


def whole_number(number: int, name: str, most: int) -> int:
    """A whole number from 1 to `most`, or an error that names it."""
    if isinstance(number, bool) or not isinstance(number, int | np.integer) or not 1 <= number <= most:
        raise InputError(
            f"{name} must be a whole number from 1 to {most}, got {number!r}", where=name, mend=f"{name}=1"
        )
    return int(number)
