"""How virtual people treat themselves and keep their diary: their own schedule, their lapses, what they write down.

An induction of some weeks with a current that rises from session to session, then maintenance by the label's interval or
by feeling, with breaks; every fifth session is missed. Entries come in runs, more of them on wet days, on days of a
session, and in the first weeks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import unknown
from sudomotor.parameters import Parameters
from sudomotor.person import People
from sudomotor.simulation.virtual_luck import chosen, once

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Tree = dict[str, Any]

# poor: HDSS and sessions only, half of the days without an entry; mixed: some note more; good: nearly every day, everything
KINDS = ("poor", "mixed", "good")
NEVER = 10**6


@dataclass(frozen=True, eq=False)
class Habits:
    """How each person treats and writes; arrays (person,), days counted from the first day lived.

    Attributes
    ----------
    begins : day of the first session.
    induction_days, per_week : how long the induction is, how many sessions a week it has.
    start_mA, target_mA, minutes : of sessions.
    interval_days : between maintenance sessions.
    by_feeling : whether maintenance follows the person's feeling instead.
    gap : share of days without an entry.
    columns : which optional columns the person fills, by name.
    """

    kind: str
    begins: Whole
    induction_days: Whole
    per_week: Array
    start_mA: Array
    target_mA: Array
    minutes: Array
    interval_days: Array
    by_feeling: NDArray[np.bool_]
    gap: Array
    columns: dict[str, NDArray[np.bool_]]
    wet_logit: Array
    copy: Array
    parameters: Parameters


def habits(people: People, seed: int, indices: Whole, kind: str, before: int, p: Parameters) -> Habits:
    """Draw the habits of people; `before` is how many days are lived before the diary begins."""
    if kind not in KINDS:
        raise unknown("kind of diary", kind, KINDS, where="kind")

    def u(name: str) -> Array:
        return once(seed, indices, name)

    def between(name: str, low: float, high: float) -> Whole:
        return np.asarray(np.floor(low + u(name) * (high + 1.0 - low)), dtype=np.int64)

    earlier = u("earlier") < p.value("virtual_earlier_share")
    lead = between("lead", 0.0, p.value("virtual_lead_days"))
    start = np.maximum(np.round(people["virtual_start_mA"]), 1.0)
    target = np.minimum(np.round(people["virtual_target_mA"]), p.value("virtual_most_mA"))
    minutes = chosen(
        u("minutes"),
        {
            p.value("virtual_short_minutes"): p.value("virtual_short_share"),
            p.value("virtual_long_minutes"): p.value("virtual_long_share"),
        },
        p.value("virtual_usual_minutes"),
    )
    shares = {
        "weighing": p.value("virtual_weighing_share"), "wetness": p.value("virtual_wetness_share"),
        "anxiety": p.value("virtual_anxiety_share"), "temperature": p.value("virtual_temperature_share"),
        "events": p.value("virtual_events_share"), "anode": p.value("virtual_anode_share"),
    }  # fmt: skip
    filled = {}
    for name, share in shares.items():
        share = {"poor": share if name == "anode" else 0.0, "mixed": share, "good": 1.0}[kind]
        filled[name] = u(f"column {name}") < share
    return Habits(
        kind=kind,
        begins=np.where(earlier, 0, before + lead),
        induction_days=between(
            "induction", p.value("virtual_induction_least_days"), p.value("virtual_induction_most_days")
        ),
        per_week=between("per week", p.value("virtual_induction_least"), p.value("virtual_induction_most")).astype(float),
        start_mA=np.minimum(start, target),
        target_mA=target,
        minutes=minutes,
        interval_days=np.maximum(np.round(people["virtual_interval_days"]), 1.0),
        by_feeling=u("feeling") < p.value("virtual_feeling_share"),
        gap=people["virtual_gap_share_good" if kind == "good" else "virtual_gap_share"],
        columns=filled,
        wet_logit=people["virtual_log_wet_logit"],
        copy=people["virtual_copy_share"],
        parameters=p,
    )  # fmt: skip


def first_habits(h: Habits) -> Tree:
    """What a person keeps in mind from day to day: the current they are at, what is due, whether they are away."""
    n = len(h.begins)
    return {
        "current": h.start_mA.copy(), "due": h.begins + h.induction_days + h.interval_days, "last": np.full(n, -NEVER),
        "away_until": np.full(n, -NEVER), "silent": np.zeros(n, dtype=bool), "wet": np.zeros((3, n)),
        "anode_right": np.zeros(n), "logged": np.zeros(n), "written": np.zeros(n, dtype=np.int64),
        "weighed": np.full(n, -NEVER),
    }  # fmt: skip


def wants_session(h: Habits, mind: Tree, t: int, x: Tree) -> tuple[NDArray[np.bool_], Tree]:
    """Whether each person means to treat on day t in their own way; and breaks that begin or end."""
    p = h.parameters
    into = t - h.begins
    inducing = (into >= 0) & (into < h.induction_days)
    due = np.floor((into + 1) * h.per_week / 7.0) > np.floor(into * h.per_week / 7.0)
    maintaining = into >= h.induction_days
    least, most = p.value("virtual_break_least_days"), p.value("virtual_break_most_days")
    leaves = maintaining & (t > mind["away_until"]) & (x["pause"] < p.value("virtual_break_chance"))
    length = np.floor(least + x["pause_length"] * (most + 1.0 - least))
    until = np.where(leaves, t + length, mind["away_until"]).astype(np.int64)
    silent = np.where(leaves, x["silent"] < p.value("virtual_break_silent_share"), mind["silent"])
    # after a break the current starts lower, as labels advise
    lower = np.maximum(h.start_mA, mind["current"] - p.value("virtual_break_down_mA"))
    here = t > until
    by_label = maintaining & ~h.by_feeling & (t >= mind["due"])
    felt = (mind["wet"].sum(axis=0) >= p.value("virtual_feeling_wet_days")) & (
        t - mind["last"] >= p.value("virtual_feeling_gap_days")
    )
    wants = here & ((inducing & due) | by_label | (maintaining & h.by_feeling & felt))
    ahead = np.where(wants & by_label, t + h.interval_days, mind["due"])
    return wants, {
        **mind, "away_until": until, "silent": silent & ~here, "due": ahead, "current": np.where(leaves, lower, mind["current"]),
    }  # fmt: skip


def after_session(h: Habits, mind: Tree, t: int, held: NDArray[np.bool_], current: Array, x: Tree) -> Tree:
    """What is kept in mind after the day's session: the next current, which pole comes next."""
    p = h.parameters
    higher = np.minimum(current + p.value("virtual_climb_mA"), np.maximum(h.target_mA, current))
    forgets = x["pole"] < p.value("virtual_pole_slip_share")
    return {
        **mind,
        "current": np.where(held, higher, mind["current"]),
        "last": np.where(held, t, mind["last"]),
        "anode_right": np.where(held & ~forgets, 1.0 - mind["anode_right"], mind["anode_right"]),
    }


def write_day(
    h: Habits, mind: Tree, since: int, answer: Whole, held: NDArray[np.bool_], x: Tree
) -> tuple[Tree, Tree]:
    """What is written down on a day: `answer` (0 for none), with its slips, and `session`; `since` the diary began."""
    p = h.parameters
    keen = p.value("virtual_log_fade_logit") * np.exp(-max(since, 0) / p.value("virtual_log_fade_days"))
    logit = (
        np.log((1.0 - h.gap) / h.gap)
        + h.wet_logit * (answer - 2.5)
        + p.value("virtual_log_streak_logit") * (mind["logged"] - (1.0 - h.gap))
        + p.value("virtual_log_session_logit") * held
        + keen
    )
    logs = (x["write"] < 1.0 / (1.0 + np.exp(-logit))) & ~mind["silent"]
    noted = held & (x["write_session"] < p.value("virtual_session_noted_share")) & ~mind["silent"]
    written = written_answer(h, mind, answer, x)
    return {"answer": np.where(logs, written, 0), "session": noted, "if_asked": written}, {
        **mind,
        "logged": logs.astype(float),
        "written": np.where(logs, written, mind["written"]),
        "wet": np.concatenate([mind["wet"][1:], (answer >= 3)[None].astype(float)]),
    }


def written_answer(h: Habits, mind: Tree, answer: Whole, x: Tree) -> Whole:
    """The answer as it is put on paper: mostly the true one, at times the one above, at times one off."""
    slips = x["slip"] < h.parameters.value("virtual_slip_share")
    way = np.where(x["slip_way"] < 0.5, -1, 1)
    # one off the end of the scale is the other neighbour
    off = np.where((answer + way < 1) | (answer + way > 4), answer - way, answer + way)
    copies = (x["copy"] < h.copy) & (mind["written"] > 0)
    return np.asarray(np.where(slips, off, np.where(copies, mind["written"], answer)), dtype=np.int64)
