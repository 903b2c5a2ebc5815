"""What each kind of session does to a gland of the middle person, by the session's own physics and one account of the block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import Session, Water, Waveform
from sudomotor.model.course_model import NODES
from sudomotor.model.mechanisms import MECHANISMS, mechanism
from sudomotor.parameters import Parameters
from sudomotor.person import People, Person, median_person
from sudomotor.twin.grid import ANODE, CATHODE, Held, Kind

Array = NDArray[np.float64]
# words of a diary for the water, and what they are to the model
WATERS = {
    "tap": Water(), "tap water": Water(), "saline": Water(kind="saline"), "salt water": Water(kind="saline"),
    "distilled": Water(kind="deionised"), "deionised": Water(kind="deionised"),
}  # fmt: skip


# what was worked out lately, by the constants in force: a planner asks for the same few kinds again and again. The constants
# are kept beside it, so that no others can come to have their number
_KNOWN: dict[int, tuple[dict[Any, tuple[Array, ...]], Parameters]] = {}
_MOST_KNOWN = 4000


def water_of(words: str | None) -> Water | None:
    """The water that a diary's word stands for; None where the model has none of that name.

    >>> water_of("Tap") == water_of(None)
    True
    """
    return Water() if words is None else WATERS.get(words.strip().lower())


def _many(one: People, n: int) -> People:
    """The same person n times, so that each can have a session of their own."""
    drawn = {name: np.repeat(values, n) for name, values in one.drawn.items()}
    return replace(
        one, n=n, drawn=MappingProxyType(drawn), component=np.repeat(one.component, n),
        screening_mg_per_min=MappingProxyType(
            {site: np.repeat(values, n) for site, values in one.screening_mg_per_min.items()}
        ),
    )  # fmt: skip


def effects(
    kinds: Sequence[Kind], who: Person | str, account: str, p: Parameters
) -> tuple[Array, Array, Array]:
    """Hits, share put out of action for days, and irritation of each kind of session; (kind, role, node) each.

    Examples
    --------
    >>> from sudomotor.parameters import load
    >>> hits, _, _ = effects([Kind("palms", 15.0, 20.0)], "palmar hyperhidrosis", "charge", load())
    >>> hits.shape, bool(hits[0, 0, 0] > 0)
    ((1, 2, 7), True)
    """
    if not kinds:
        empty = np.zeros((0, 2, len(NODES)))
        return empty, empty, empty
    if len(_KNOWN) > len(MECHANISMS) + 3:
        _KNOWN.clear()
    known, _ = _KNOWN.setdefault(id(p), ({}, p))
    new = [kind for kind in dict.fromkeys(kinds) if (kind, who, account) not in known]
    if new:
        if len(known) > _MOST_KNOWN:
            known.clear()
            new = list(dict.fromkeys(kinds))
        for kind, *tables in zip(new, *_worked_out(new, who, account, p), strict=True):
            known[(kind, who, account)] = tuple(tables)
    hits, fast, harm = (np.stack([known[(kind, who, account)][i] for kind in kinds]) for i in range(3))
    return hits, fast, harm


def _worked_out(
    kinds: Sequence[Kind], who: Person | str, account: str, p: Parameters
) -> tuple[Array, Array, Array]:
    """The same by the session's physics, all kinds at once."""
    from sudomotor.session.course_dose import course_dose

    how = mechanism(account)
    hits = np.zeros((len(kinds), 2, len(NODES)))
    fast, harm = np.zeros_like(hits), np.zeros_like(hits)
    one = median_person(who, p)
    groups: dict[tuple[str, str | None], list[int]] = {}
    for i, kind in enumerate(kinds):
        groups.setdefault((kind.site, kind.water), []).append(i)
    for (site, water), members in groups.items():
        people = _many(one, len(members))
        currents = np.array([kinds[i].current_mA for i in members])
        minutes = np.array([kinds[i].minutes for i in members])
        session = Session(
            Waveform("dc", float(currents.max())), float(minutes.max()), site=site, water=water_of(water) or Water()
        )  # fmt: skip
        nodes = np.repeat(NODES[:, None], len(members), axis=1)
        for role, word in ((ANODE, "anode"), (CATHODE, "cathode")):
            dose = course_dose(
                session, people, role=word, blocked=nodes, parameters=p,
                overrides={"current_mA": currents, "minutes": minutes}, acid=how.counts_acid,
            )  # fmt: skip
            effect = how.effect(dose, p)
            hits[members, role], fast[members, role] = effect.hits.T, effect.fast.T
            harm[members, role] = dose.intensity.T
    return hits, fast, harm


def laid_out(held: Held, table: Array) -> Array:
    """A table (kind, role, node) laid over the grid: (slot, node, side, 1), zero where nothing is held."""
    if not held.kinds:
        return np.zeros((held.kind.shape[0], len(NODES), held.kind.shape[1], 1))
    picked = table[np.maximum(held.kind, 0), held.role]  # (slot, side, node)
    picked = np.where((held.kind >= 0)[:, :, None], picked, 0.0)
    return np.ascontiguousarray(np.moveaxis(picked, 2, 1)[..., None])
