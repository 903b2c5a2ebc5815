"""Diaries that the twin's own model writes: to see whether the fit finds again what was put in (simulation-based calibration)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.scales import SITES
from sudomotor.parameters import Parameters, load
from sudomotor.person import Person
from sudomotor.twin.doses import effects, laid_out
from sudomotor.twin.grid import Kind, place_sessions, sides_of, week_numbers, weekend_flags
from sudomotor.twin.kinetics import Sessions, run, start
from sudomotor.twin.likelihood import FADE_DAYS, habit, hdss_above, kinetics_of
from sudomotor.twin.priors import prior, values

if TYPE_CHECKING:
    from sudomotor.diary import Diary

Array = NDArray[np.float64]


def synthetic_diary(
    z: Array,
    sessions: Sequence[tuple[int, float, float]],
    *,
    days: int,
    seed: int,
    account: str = "charge",
    person: Person | str = "palmar hyperhidrosis",
    site: str = "palms",
    first: datetime.date = datetime.date(2026, 1, 5),
    weigh_every_days: int = 0,
    parameters: Parameters | None = None,
) -> Diary:
    """Write the diary of a person whose traits are known: HDSS on the days on which this person writes, and sessions.

    Parameters
    ----------
    z : (trait,) standard normals of the traits.
    sessions : (day, current_mA, minutes) of each session held.
    days : length; the first and the last day always have an entry.
    seed : of what the days bring and of the answers.
    account, person : what the traits are about.
    weigh_every_days : weigh the sweat of one side so often; 0 for never.

    Examples
    --------
    >>> from sudomotor.twin.priors import COUNT
    >>> diary = synthetic_diary(np.zeros(COUNT), [(0, 15.0, 20.0), (3, 15.0, 20.0)], days=30, seed=1)
    >>> diary.days, len(diary.sessions)
    (30, 2)
    """
    from sudomotor.diary import Diary, Entry

    p = parameters or load(account=account)
    of = prior(person, account, p)
    t = values(z[:, None], of.middle, of.spread)
    rng = np.random.default_rng([seed, 0x73796E])
    sides = sides_of([site])
    rows = [(day, Kind(site, current, minutes), "both", None) for day, current, minutes in sorted(sessions)]
    held = place_sessions(rows, sides, days, 1)
    hits, fast, _ = effects(held.kinds, person, account, p)
    kin = kinetics_of(t, np.asarray(of.rehit), np.asarray(of.fast_days), np)
    state = start(kin, len(sides), of.stages_to_block, of.repair_stages, np)
    _, (before, _after) = run(kin, Sessions(laid_out(held, hits), laid_out(held, fast)), state, 1.0)
    flows = np.log(np.maximum(1.0 - (1.0 - t["unreached"]) * before, 1e-9).mean(axis=1)[:, 0])
    week = week_numbers(first, days)
    weeks = np.empty(week[-1] + 1)
    weeks[0] = rng.normal()
    memory = float(t["week_memory"][0])
    for w in range(1, len(weeks)):
        weeks[w] = memory * weeks[w - 1] + np.sqrt(1.0 - memory**2) * rng.normal()
    brought = t["week_sd"] * weeks[week] + t["day_sd"] * rng.normal(size=days)
    u = np.log(t[f"baseline_{site}"]) + flows + t["weekend"] * weekend_flags(first, days) + brought
    half = of.hdss_half_log[SITES.index(site)]
    answer = np.ones(days, dtype=int)
    luck = rng.random(days)
    for logit in hdss_above(u, t, half):
        answer += luck < 1.0 / (1.0 + np.exp(-logit))
    slips = rng.random(days) < of.lapse
    answer = np.where(slips, rng.integers(1, 5, size=days), answer)
    on = {day: (current, minutes) for day, current, minutes in sessions}
    writes = np.zeros(days, dtype=bool)
    chance = rng.random(days)
    for day in range(days):
        before = day > 0 and writes[day - 1]
        of_day = np.array([[day / FADE_DAYS, float(day in on), float(before)]])
        logit = t["logging"] + t["logging_wet"] * (u[day] - half) + habit(t, of_day)[0]
        writes[day] = day in (0, days - 1) or chance[day] < 1.0 / (1.0 + np.exp(-logit[0]))
    entries = []
    for day in range(days):
        current, minutes = on.get(day, (None, None))
        weighed = None
        if weigh_every_days and day % weigh_every_days == 0 and writes[day]:
            rate = float(np.exp(u[day] + t["weighing_noise"][0] * rng.normal()))
            weighed = (
                0.0 if rate < np.exp(of.weighing_floor_log) or rng.random() < of.weighing_zero else 5.0 * rate
            )
        if not writes[day] and current is None:
            continue
        entries.append(
            Entry(
                date=first + datetime.timedelta(days=day), site=site, current_mA=current, minutes=minutes,
                hdss=int(answer[day]) if writes[day] else None, sweat_mg=weighed,
                sweat_minutes=None if weighed is None else 5.0,
            )
        )  # fmt: skip
    return Diary.of(entries, source="a synthetic diary")
