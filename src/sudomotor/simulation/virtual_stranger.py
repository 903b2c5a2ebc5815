"""Virtual people of a generator that is not our model: no glands, no current, no sweat, only days and answers.

Each session, once a few have been held within two weeks, goes a share of the way to dryness; dryness holds for some days
and is then lost in a straight line. The answer is an ordinal probit of a level with noise that has a memory. They treat
themselves and keep their diary as the other virtual people do. A twin that only does well on its own kind of people
shows it here.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.person import draw
from sudomotor.person.people import People
from sudomotor.person.streams import normal_quantile
from sudomotor.simulation.planned import PlannedSession, SessionLike
from sudomotor.simulation.virtual_diary import VirtualLater, VirtualPerson
from sudomotor.simulation.virtual_entries import diary_of
from sudomotor.simulation.virtual_habits import (
    Habits,
    after_session,
    first_habits,
    habits,
    wants_session,
    write_day,
)
from sudomotor.simulation.virtual_life import MOST_DAYS, MOST_PEOPLE, START, whole_number
from sudomotor.simulation.virtual_luck import luck, seed_of_future

Array = NDArray[np.float64]
Tree = dict[str, Any]
STRANGER = "stranger"
_TWO_WEEKS = 14


def stranger_people(
    n: int,
    seed: int,
    *,
    days: int = 120,
    ahead: int = 28,
    kind: str = "poor",
    start: datetime.date = START,
    indices: Sequence[int] | None = None,
) -> list[VirtualPerson]:
    """Draw strangers, let them live and write, and see what happens afterwards; as `virtual_people`.

    Their sweat is not known (nan), so that no diary of theirs has weighings.

    Examples
    --------
    >>> stranger_people(1, seed=1, days=30, ahead=7)[0].mechanism
    'stranger'
    """
    which = np.arange(whole_number(n, "n", MOST_PEOPLE)) if indices is None else np.asarray(indices)
    life = _begin(which, seed, days, ahead, kind)
    x_all = luck(seed, which, 0, life.before + days + ahead)
    rows, _ = _live(life, _first(life, x_all["level"][0]), x_all)
    p, h, people = life.people.parameters, life.habits, life.people
    record = {name: np.array([row[name] for row in rows], dtype=float)[life.before :] for name in rows[0]}
    columns = dict.fromkeys(h.columns, False)
    out = []
    for i, index in enumerate(which):
        mine = {name: values[:, i] for name, values in record.items()}
        diary = diary_of(
            {name: values[:days] for name, values in mine.items()},
            {**columns, "anode": bool(h.columns["anode"][i])},
            start,
            site="palms",
            source=f"stranger {int(index)} of seed {seed}",
            weighing_minutes=p.value("virtual_weighing_minutes"),
        )
        held_on = np.flatnonzero(mine["held"][days:])
        later = VirtualLater(
            tuple(start + datetime.timedelta(days=days + d) for d in range(ahead)),
            mine["answer"][days:].astype(np.int64),
            np.full(ahead, np.nan),
            tuple(
                PlannedSession(int(d), mine["current"][days + d], mine["minutes"][days + d]) for d in held_on
            ),
        )
        truth = {name: float(people[name][i]) for name in _TRUTH}
        out.append(
            VirtualPerson(diary, later, MappingProxyType(truth), STRANGER, kind, seed, int(index), "palms")
        )
    return out


def stranger_futures(
    sessions: Sequence[Sequence[SessionLike]],
    seed: int,
    *,
    days: int,
    ahead: int,
    indices: Sequence[int],
    kind: str = "poor",
    draws: int = 50,
    other: int = 1,
) -> Array:
    """Chances of the answers on the days to come for one who knows everything of these strangers, and not what chance will bring.

    Nobody can forecast better on average, so this is the ceiling of their forecasts; as `VirtualLives.futures`.

    Parameters
    ----------
    sessions : held by each person; `day` 0 is the one after the diary.
    seed, days, indices, kind : as the people were drawn.
    ahead, draws, other : days to come; futures of each person; the seed of those.

    Returns
    -------
    (day, person, 4)

    Raises
    ------
    InputError
        for a session on a day that is not among them, or sessions of more or fewer people.

    Examples
    --------
    >>> stranger_futures([[]], seed=1, days=30, ahead=7, indices=[0], draws=4).sum(axis=-1).tolist()
    [[1.0], [1.0], [1.0], [1.0], [1.0], [1.0], [1.0]]
    """
    which = np.asarray(indices)
    if len(sessions) != len(which):
        raise InputError(
            f"sessions for {len(sessions)} people are given, and there are {len(which)}", where="sessions",
            mend="one list of sessions a person, empty for none",
        )  # fmt: skip
    life = _begin(which, seed, days, ahead, kind)
    x_all = luck(seed, which, 0, life.before + days)
    _, now = _live(life, _first(life, x_all["level"][0]), x_all)
    held = np.zeros((ahead, len(which)), dtype=bool)
    for i, each in enumerate(sessions):
        for session in each:
            if not 0 <= session.day < ahead:
                raise InputError(
                    f"a session on day {session.day} is outside of the {ahead} days to come", where="sessions",
                    mend="day 0 is the day after the diary's last",
                )  # fmt: skip
            held[session.day, i] = True
    count = np.zeros((ahead, len(which), 4))
    for i in range(draws):
        to_come = luck(seed_of_future(other, i), which, 0, ahead)
        body = now["body"]
        for day in range(ahead):
            body, answer = _day(life, body, held[day], {name: values[day] for name, values in to_come.items()})
            count[day] += np.eye(4)[answer - 1]
    return count / draws


@dataclass(frozen=True, eq=False)
class _Life:
    """What strangers are and stay: who they are, their habits, and the borders between their answers, (border, person)."""

    people: People
    habits: Habits
    cuts: Array
    before: int


def _begin(which: NDArray[np.int64], seed: int, days: int, ahead: int, kind: str) -> _Life:
    p = load()
    before = round(p.value("virtual_earlier_days"))
    whole_number(days, "days", MOST_DAYS - before - ahead)
    people = draw("palmar hyperhidrosis", int(which.max()) + 1, seed, p).take(which)
    step = people["virtual_stranger_step_factor"]
    cuts = 2.5 + np.stack([-step, np.zeros(len(which)), step])
    return _Life(people, habits(people, seed, which, kind, before, p), cuts, before)


def _first(life: _Life, level: Array) -> Tree:
    """Body and mind before the first day, of whose level of noise the standard normals are given, (person,)."""
    n = life.people.n
    body = {
        "dry": np.zeros(n), "since": np.full(n, 1e6), "lately": np.zeros((_TWO_WEEKS, n)),
        "noise": life.people["virtual_stranger_sd"] * level,
    }  # fmt: skip
    return {"body": body, "mind": first_habits(life.habits)}


def _live(life: _Life, state: Tree, x_all: Tree) -> tuple[list[Tree], Tree]:
    """Days in their own way from the first on: what happened on each, and the state after the last."""
    body, mind, h, p = state["body"], state["mind"], life.habits, life.people.parameters
    rows: list[Tree] = []
    for t in range(len(x_all["level"])):
        x = {name: values[t] for name, values in x_all.items()}
        wants, mind = wants_session(h, mind, t, x)
        held = wants & (x["miss"] >= 0.01 * p.value("virtual_missed_pct"))
        body, answer = _day(life, body, held, x)
        current, pole = mind["current"], mind["anode_right"]
        written, mind = write_day(h, mind, t - life.before, answer, held, x)
        mind = after_session(h, mind, t, held, current, x)
        rows.append(
            {
                "answer": answer, "held": held, "current": current, "minutes": h.minutes, "anode_right": pole,
                "written": written["answer"], "if_asked": written["if_asked"], "session_noted": written["session"],
                "sweat_mg": np.full(life.people.n, np.nan),
            }
        )  # fmt: skip
    return rows, {"body": body, "mind": mind}


_TRUTH = (
    "virtual_stranger_wet", "virtual_stranger_dry", "virtual_stranger_approach", "virtual_stranger_hold_days",
    "virtual_stranger_return_days", "virtual_stranger_sd", "virtual_stranger_memory", "virtual_stranger_scatter",
)  # fmt: skip


def _day(life: _Life, body: Tree, held: NDArray[np.bool_], x: Tree) -> tuple[Tree, NDArray[np.int64]]:
    """One day: the answer before the day's session, then what the session does or a day without one takes away."""
    people, p = life.people, life.people.parameters
    works = held & (x["idle"] >= p.value("virtual_idle_share"))
    keep = people["virtual_stranger_memory"]
    noise = keep * body["noise"] + np.sqrt(1.0 - keep**2) * people["virtual_stranger_sd"] * x["level"]
    wet, dry = people["virtual_stranger_wet"], people["virtual_stranger_dry"]
    level = wet - (wet - dry) * body["dry"] + noise
    # one uniform number through the probit's own quantile: answer k+1 where it falls below the chance of more than k
    push = normal_quantile(1.0 - x["answer"])
    answer = 1 + np.sum(level + people["virtual_stranger_scatter"] * push > life.cuts, axis=0)
    lately = np.concatenate([body["lately"][1:], works[None].astype(float)])
    counts = works & (lately.sum(axis=0) > p.value("virtual_stranger_need"))
    after = body["dry"] + counts * people["virtual_stranger_approach"] * (1.0 - body["dry"])
    since = np.where(works, 0.0, body["since"] + 1.0)
    fades = ~works & (since > people["virtual_stranger_hold_days"])
    # dryness cannot fall below none
    after = np.where(fades, np.maximum(after - 1.0 / people["virtual_stranger_return_days"], 0.0), after)
    return {"dry": after, "since": since, "lately": lately, "noise": noise}, np.asarray(
        answer, dtype=np.int64
    )
