"""Small changes of a schedule: a session less, shorter, on another day, or one more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from sudomotor.planning.gate import Schedule, Slot


class Move(NamedTuple):
    """A change of session number `at`: to another, or to none."""

    at: int
    to: Slot | None


def savings(schedule: Schedule, shortest: float, step: float, shorten: bool = True) -> list[Move]:
    """What makes a schedule cheaper: one session less, or one shorter.

    >>> len(savings((Slot(0, 15.0, 10.0), Slot(3, 15.0, 20.0)), 10.0, 5.0))
    3
    """
    moves = []
    for i, slot in enumerate(schedule):
        moves.append(Move(i, None))
        if shorten and slot.minutes - step >= shortest - 1e-9:
            moves.append(Move(i, slot._replace(minutes=slot.minutes - step)))
    return moves


def shifts(schedule: Schedule, allowed: Sequence[int]) -> list[Move]:
    """One session on the free day before or after it in the calendar."""
    taken = {slot.day for slot in schedule}
    at = {day: i for i, day in enumerate(allowed)}
    moves = []
    for i, slot in enumerate(schedule):
        if slot.day not in at:
            continue
        for to in (at[slot.day] - 1, at[slot.day] + 1):
            if 0 <= to < len(allowed) and allowed[to] not in taken:
                moves.append(Move(i, slot._replace(day=allowed[to])))
    return moves


def apart(moves: Sequence[Move], counts: Iterable[int]) -> list[list[Move]]:
    """The first moves, so many at once, of different sessions that do not end on one day.

    >>> a, b = Move(0, None), Move(0, Slot(1, 15.0, 10.0))
    >>> apart([a, b, Move(1, None)], [2, 3])
    [[Move(at=0, to=None), Move(at=1, to=None)]]
    """
    chosen: list[Move] = []
    for move in moves:
        clash = any(
            move.at == other.at or (move.to and other.to and move.to.day == other.to.day) for other in chosen
        )
        if not clash:
            chosen.append(move)
    return [chosen[:count] for count in counts if count <= len(chosen)]


def applied(schedule: Schedule, moves: Iterable[Move]) -> Schedule:
    """The schedule with some changes."""
    changed = {move.at: move.to for move in moves}
    kept = [changed.get(i, slot) for i, slot in enumerate(schedule)]
    return tuple(sorted(slot for slot in kept if slot is not None))


def filled(schedule: Schedule, allowed: Sequence[int], horizon_days: int) -> Schedule:
    """The schedule with one session more, in the middle of its longest gap; as it is where there is no room.

    >>> [slot.day for slot in filled((Slot(0, 8.0, 20.0), Slot(10, 8.0, 20.0)), range(12), 12)]
    [0, 5, 10]
    """
    edges = [(a, b.day - a.day) for a, b in pairwise(schedule)]
    if schedule:
        edges.append((schedule[-1], horizon_days - schedule[-1].day))
    for slot, gap in sorted(edges, key=lambda edge: -edge[1]):
        free = [day for day in allowed if slot.day < day < slot.day + gap]
        if free:
            middle = min(free, key=lambda day: (abs(day - slot.day - gap / 2.0), day))
            return tuple(sorted([*schedule, slot._replace(day=middle)]))
    return schedule
