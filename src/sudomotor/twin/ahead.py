"""Days to come, or days that might have been: the twin's people under sessions on given days.

Everybody of the twin lives through every schedule, with the same luck: what a day or a week brings, which sessions are
missed, how an answer falls. So two schedules differ by what they do, not by chance.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.model.block import BlockState
from sudomotor.model.scales import SITES, sides_at
from sudomotor.simulation.planned import SessionLike
from sudomotor.twin.doses import effects, laid_out
from sudomotor.twin.grid import Held, Kind, place_sessions, week_numbers, weekend_flags
from sudomotor.twin.kinetics import Kinetics, Sessions, run, start
from sudomotor.twin.likelihood import DAY_NODES, hdss_above, nodes
from sudomotor.twin.weeks import WEEK_NODES, transition, week_nodes

if TYPE_CHECKING:
    from sudomotor.twin.twin import Twin

Array = NDArray[np.float64]
MAX_DAYS = 1100


def kinetics(twin: Twin, columns: NDArray[np.int64], account: str) -> Kinetics:
    """The glands of some draws of one account."""
    t = {name: values[columns] for name, values in twin.traits.items()}
    of = twin.priors[account]
    one = np.ones(len(columns))
    return Kinetics(
        t["strength"], t["repair_days"], t["heal_days"], t["fast"], of.fast_days * one, of.rehit * one, t["start_block"]
    )  # fmt: skip


def by_account(twin: Twin, draws: int | None = None) -> list[tuple[str, NDArray[np.int64]]]:
    """Each account with the columns of its draws, among the first `draws`."""
    account = twin.account[: draws or twin.draws]
    return [
        (name, np.flatnonzero(account == i)) for i, name in enumerate(twin.accounts) if (account == i).any()
    ]


def after_days(twin: Twin, held: Held, draws: int | None = None) -> tuple[BlockState, Array]:
    """Live through the diary's days with some sessions.

    Returns
    -------
    the state after the last day, (stage, side, draw), and the blocked fraction before each day's first session, (day,
    side, draw).
    """
    g = twin.grid
    slots = g.days * g.slots_per_day
    held = Held(held.kinds, held.kind[:slots], held.role[:slots])
    states: list[BlockState] = []
    before: list[Array] = []
    order: list[NDArray[np.int64]] = []
    for name, columns in by_account(twin, draws):
        of = twin.priors[name]
        hits, fast, _ = effects(held.kinds, twin.person, name, twin.constants(name))
        kin = kinetics(twin, columns, name)
        state = start(kin, len(g.sides), of.stages_to_block, of.repair_stages, np)
        last, (first, _after) = run(
            kin, Sessions(laid_out(held, hits), laid_out(held, fast)), state, 1.0 / g.slots_per_day
        )
        states.append(last)
        before.append(first[:: g.slots_per_day])
        order.append(columns)
    back = np.argsort(np.concatenate(order))
    pools = (np.concatenate([state[j] for state in states], axis=-1)[..., back] for j in range(3))
    return BlockState(*pools), np.concatenate(before, axis=-1)[..., back]


@dataclass(frozen=True)
class Outlook:
    """Schedules lived through by the twin's people; arrays (schedule, day, draw) unless said.

    Attributes
    ----------
    dates : (day,).
    site : the site that is looked at.
    log_sweat : log sweat rate (mg/min of one side) on a middling day, what the kind of day adds included.
    blocked : fraction of glands blocked before the day's session, mean of both sides.
    irritation : irritation after the day's session, the worse side, in sessions' worth.
    noise : (day, draw) what day and week bring to the log sweat rate.
    luck : (day, draw) where an answer falls.
    week_chance : (day, week node, draw) chances of the nodes of the week's effect.
    given : (day, draw) 1 where sessions are held, 0 where missed.
    held : (schedule, day) sessions planned; `minutes` (schedule, day) their length.
    """

    twin: Twin
    dates: tuple[datetime.date, ...]
    site: str
    log_sweat: Array
    blocked: Array
    irritation: Array
    noise: Array
    luck: Array
    week_chance: Array
    given: Array
    held: Array
    minutes: Array

    @property
    def draws(self) -> int:
        """How many people."""
        return int(self.log_sweat.shape[-1])

    @cached_property
    def traits(self) -> dict[str, Array]:
        """Traits of the people in the outlook; (draw,)."""
        return {name: values[: self.draws] for name, values in self.twin.traits.items()}

    @property
    def half_log(self) -> Array:
        """Log sweat at which HDSS 2 and 3 are equally likely for the scale's middle person, by account; (draw,)."""
        at = SITES.index(self.site)
        of = np.array([self.twin.priors[name].hdss_half_log[at] for name in self.twin.accounts])
        return np.asarray(of[self.twin.account[: self.draws]])

    @cached_property
    def sweat_mg_per_min(self) -> Array:
        """Sweat rate of one side on a middling day."""
        return np.asarray(np.exp(self.log_sweat))

    @cached_property
    def sweat_as_it_comes(self) -> Array:
        """Sweat rate of one side with what the day and the week bring."""
        return np.asarray(np.exp(self.log_sweat + self.noise))

    @cached_property
    def hdss_chance(self) -> Array:
        """Chance of each answer, (schedule, day, draw, 4): day and week integrated out."""
        (x_day, w_day), (x_week, _) = nodes(DAY_NODES), week_nodes()
        above = np.zeros((3, *self.log_sweat.shape))
        for j, week in enumerate(x_week):
            for x, w in zip(x_day, np.exp(w_day), strict=True):
                moved = self.log_sweat + self.traits["week_sd"] * week + self.traits["day_sd"] * x
                weight = self.week_chance[:, j] * w
                for level, logit in enumerate(hdss_above(moved, self.traits, self.half_log)):
                    above[level] += weight / (1.0 + np.exp(-np.clip(logit, -60.0, 60.0)))
        chance = np.stack([1.0 - above[0], above[0] - above[1], above[1] - above[2], above[2]], axis=-1)
        return np.asarray(np.maximum(chance, 0.0))

    @cached_property
    def p_hdss_le_2(self) -> Array:
        """Chance of an HDSS of at most 2."""
        return np.asarray(self.hdss_chance[..., :2].sum(axis=-1))

    @cached_property
    def hdss(self) -> NDArray[np.int64]:
        """Answers 1 to 4 as they might fall."""
        total = np.ones(self.log_sweat.shape, dtype=np.int64)
        for logit in hdss_above(self.log_sweat + self.noise, self.traits, self.half_log):
            total += self.luck < 1.0 / (1.0 + np.exp(-np.clip(logit, -60.0, 60.0)))
        return total

    @property
    def wet(self) -> NDArray[np.bool_]:
        """Whether an HDSS of 3 or 4 is likelier than not, on days as they come."""
        return np.asarray(self.p_hdss_le_2 < 0.5)


def outlook(
    twin: Twin,
    schedules: Sequence[Sequence[SessionLike]],
    days: int,
    *,
    missed_pct: float = 0.0,
    draws: int | None = None,
    seed: int | None = None,
    site: str | None = None,
    drive_ratio: Array | None = None,
) -> Outlook:
    """Let the twin's people live through schedules from the day after the diary.

    Parameters
    ----------
    twin : the people.
    schedules : sessions of each schedule, in any order; at most one a day at a site.
    days : how many days.
    missed_pct : chance that a session is missed, the same ones in all schedules.
    draws : the first so many people of the twin; default all.
    seed : of the luck; default the twin's.
    site : the site that is looked at; default the first of the diary.
    drive_ratio : (day,) or (day, draw) factor on the sweat by the mind under other hypotheses.

    Raises
    ------
    InputError
        for a site that the diary does not name, a session outside of the days, two on one day, or too many days.
    """
    if not 1 <= days <= MAX_DAYS:
        raise InputError(f"days must lie from 1 to {MAX_DAYS}, got {days}", where="--days", mend="--days 90")
    g, site = twin.grid, site or twin.grid.sites[0]
    for where in {site, *(session.site for sessions in schedules for session in sessions)}:
        if where not in g.sites:
            raise InputError(
                f"the diary says nothing of the {where}, so the twin knows nothing of them", where="the schedule",
                mend=f"plan for {' or '.join(g.sites)}, or keep a diary of the {where} first",
            )  # fmt: skip
    n = draws or twin.draws
    rng = np.random.default_rng([twin.seed if seed is None else seed, 0x6168656164])
    # each kind of luck from its own stream, so that a longer horizon has the same days
    noise_day, noise_week, luck, missed, events = (
        np.random.default_rng(int(rng.integers(2**62))) for _ in range(5)
    )
    first = g.last + datetime.timedelta(days=1)
    traits = {name: values[:n] for name, values in twin.traits.items()}
    week = week_numbers(first, days)
    weeks = int(week[-1]) + 1
    same_week = first.weekday() != 0  # the week of the diary's last day goes on
    chance, node = _weeks_ahead(twin, weeks, n, same_week, noise_week.random(size=(weeks, n)))
    week_effect = week_nodes()[0][node]
    noise = traits["week_sd"] * week_effect[week] + traits["day_sd"] * noise_day.normal(size=(days, n))
    given = (missed.random(size=(days, n)) >= missed_pct / 100.0).astype(float)
    happens = events.random(size=(days, n)) < _event_rate(twin)
    kind = traits["weekend"] * weekend_flags(first, days)[:, None] + traits["event"] * happens
    log_sweat, blocked, irritation = _lived(twin, schedules, days, n, given, site)
    base = np.log(traits[f"baseline_{site}"])
    total = log_sweat + base + kind
    if drive_ratio is not None:
        total = total + np.log(np.reshape(drive_ratio, (days, -1)))
    held, minutes = np.zeros((len(schedules), days)), np.zeros((len(schedules), days))
    for s, sessions in enumerate(schedules):
        for session in sessions:
            held[s, session.day] += 1.0
            minutes[s, session.day] += session.minutes
    return Outlook(
        twin, tuple(first + datetime.timedelta(days=d) for d in range(days)), site, total, blocked, irritation, noise,
        luck.random(size=(days, n)), chance[week], given, held, minutes,
    )  # fmt: skip


def _weeks_ahead(
    twin: Twin, weeks: int, n: int, same_week: bool, u: Array
) -> tuple[Array, NDArray[np.int64]]:
    """Chances of the nodes of each week to come, (week, node, draw), and a path through them, (week, draw)."""
    step = transition(twin.traits["week_memory"][:n])
    chance = np.empty((weeks, WEEK_NODES, n))
    node = np.empty((weeks, n), dtype=np.int64)
    now = twin.past.week_now[:, :n]
    path = now
    for w in range(weeks):
        if w or not same_week:
            now = np.sum(now[:, None] * step, axis=0)
            # a path knows where it was; at first nobody does
            path = now if w == 0 else step[node[w - 1], :, np.arange(n)].T
        chance[w] = now
        node[w] = np.minimum((u[w] > np.cumsum(path, axis=0)).sum(axis=0), WEEK_NODES - 1)
    return chance, node


def _event_rate(twin: Twin) -> float:
    """Share of the days with an entry that a stressful event was noted on."""
    g = twin.grid
    noted = np.nansum(g.event[: g.days])
    return float(noted / max(np.nansum(g.logged[: g.days]), 1.0)) if noted else 0.0


def _lived(
    twin: Twin, schedules: Sequence[Sequence[SessionLike]], days: int, n: int, given: Array, site: str
) -> tuple[Array, Array, Array]:
    """Log of the share that still flows, blocked fraction and irritation at a site; (schedule, day, draw)."""
    g = twin.grid
    held = [_placed(twin, sessions, days) for sessions in schedules]
    kinds = tuple(dict.fromkeys(kind for each in held for kind in each.kinds))
    mine = sides_at(site, g.sides)
    shape = (len(schedules), days, n)
    share, blocked, irritation = np.empty(shape), np.empty(shape), np.empty(shape)
    p = twin.constants()
    keep = float(np.exp(-1.0 / p.value("irritation_days")))
    past = twin.past.state
    for name, columns in by_account(twin, n):
        tables = effects(kinds, twin.person, name, twin.constants(name))
        hits, fast, harm = (_stack(held, kinds, table) for table in tables)
        state = BlockState(
            *(np.repeat(pool[..., None, columns], len(schedules), axis=-2) for pool in past)
        )  # (stage, side, schedule, draw)
        kin = kinetics(twin, columns, name)
        _, (before, _) = run(kin, Sessions(hits, fast, given[:, columns]), state, 1.0)
        unreached = twin.traits["unreached"][columns]
        flows = (1.0 - (1.0 - unreached) * before)[:, mine].mean(axis=1)  # (day, schedule, draw)
        share[:, :, columns] = np.log(np.maximum(flows, 1e-9)).swapaxes(0, 1)
        blocked[:, :, columns] = before[:, mine].mean(axis=1).swapaxes(0, 1)
        irritation[:, :, columns] = _irritated(
            harm[:, :, mine], before[:, mine], given[:, columns], keep
        ).swapaxes(0, 1)
    return share, blocked, irritation


def _irritated(harm: Array, before: Array, given: Array, keep: float) -> Array:
    """Irritation after each day's session, the worse side; (day, schedule, draw)."""
    from sudomotor.model.course_model import interpolate

    now = np.zeros(before.shape[1:])
    out = np.empty((before.shape[0], *before.shape[2:]))
    for day in range(len(before)):
        now = now * keep + interpolate(harm[day] * given[day], before[day], np)
        out[day] = now.max(axis=0)
    return out


def _placed(twin: Twin, sessions: Sequence[SessionLike], days: int) -> Held:
    """Sessions of a schedule on the days ahead."""
    seen: set[tuple[int, str]] = set()
    rows = []
    for session in sorted(sessions, key=lambda each: each.day):
        if not 0 <= session.day < days:
            raise InputError(
                f"a session on day {session.day} is outside of the {days} days ahead", where="the schedule",
                mend="day 0 is the day after the diary's last day",
            )  # fmt: skip
        if (session.day, session.site) in seen:
            raise InputError(
                f"two sessions of the {session.site} on day {session.day}",
                where="the schedule",
                mend="one a day",
            )
        seen.add((session.day, session.site))
        water = next((entry.water for entry in reversed(twin.diary.sessions)), None)
        kind = Kind(session.site, float(session.current_mA), float(session.minutes), water)
        rows.append((session.day, kind, "both", None))
    before: dict[str, int] = {}
    for entry in twin.diary.sessions:
        before[entry.site or "palms"] = before.get(entry.site or "palms", 0) + 1
    return place_sessions(rows, twin.grid.sides, days, 1, held_before=before)


def _stack(held: Sequence[Held], kinds: tuple[Kind, ...], table: Array) -> Array:
    """Tables of all schedules side by side: (slot, node, side, schedule, 1)."""
    index = {kind: i for i, kind in enumerate(kinds)}
    parts: list[Any] = []
    for each in held:
        own = table[[index[kind] for kind in each.kinds]] if each.kinds else table[:0]
        parts.append(laid_out(each, own))
    return np.stack(parts, axis=3)
