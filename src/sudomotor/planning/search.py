"""The search: recipes from coarse to fine, then one session at a time, then what is left on fresh draws.

Every candidate passes the gate before it is judged. The cheapest that reaches the chance wins. Where none does, or where its
last dry days are too dear, sessions are added as long as a further dry day is worth its time; so they are from the start
where a plan is asked for by that worth.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sudomotor.errors import unknown
from sudomotor.parameters import Parameters
from sudomotor.planning.evaluate import Bench, Score
from sudomotor.planning.gate import Gate, Schedule
from sudomotor.planning.moves import apart, applied, filled, savings, shifts
from sudomotor.planning.recipes import Grid, Recipe, coarse, densest, neighbours

Progress = Callable[[float], object]
_ALIKE_MINUTES = 1.0  # schedules whose cost differs by less are alike when one looks for a drier one
_USUAL_DAYS = 90  # horizon up to which an effort is as it stands
_LEAST = (48, 150, 1)  # draws, draws at the end, rounds of polish that a long horizon leaves
_TOGETHER = (2, 3, 5, 8, 13, 21, 34)  # how many moves are tried at once


class Effort(NamedTuple):
    """How hard to look: draws while searching and at the end, recipes kept, rounds of each kind, schedules judged anew."""

    name: str
    draws: int
    final_draws: int
    beam: int
    climbs: int
    polish: int
    starts: int
    front: int

    @property
    def full(self) -> bool:
        """Whether labels are compared and questions answered."""
        return self.name == "full"


EFFORTS = {
    "full": Effort("full", draws=128, final_draws=400, beam=3, climbs=8, polish=6, starts=1, front=40),
    "quick": Effort("quick", draws=64, final_draws=200, beam=1, climbs=2, polish=2, starts=1, front=16),
}


def effort_of(name: str, horizon_days: int) -> Effort:
    """The settings of an effort by name; over a long horizon fewer draws and rounds, so that it ends in about the same time.

    >>> effort_of("full", 90) == EFFORTS["full"], effort_of("full", 360).draws
    (True, 48)
    """
    if name not in EFFORTS:
        raise unknown("effort", name, EFFORTS)
    found, share = EFFORTS[name], min(1.0, _USUAL_DAYS / horizon_days)
    least_draws, least_final, least_polish = _LEAST
    return found._replace(
        draws=max(min(found.draws, least_draws), round(found.draws * share)),
        final_draws=max(min(found.final_draws, least_final), round(found.final_draws * share)),
        polish=max(min(found.polish, least_polish), round(found.polish * share)),
    )


@dataclass(frozen=True)
class Target:
    """What a schedule is looked for by.

    Attributes
    ----------
    chance : chance of the goal that is to be reached.
    dry_day_minutes : None; or, where that is out of reach, too dear or not what is asked for, what a dry day more is
        worth, those of the build-up too.
    """

    chance: float
    dry_day_minutes: float | None = None

    def met(self, score: Score) -> bool:
        """Whether a schedule is fit to be chosen."""
        return self.dry_day_minutes is not None or (score.p >= self.chance - 1e-9 and score.worst >= -1e-9)

    def merit(self, score: Score) -> float:
        """What a change may not lose much of."""
        return score.soft if self.dry_day_minutes is None else score.dry_days

    def price(self, score: Score) -> float:
        """What a schedule costs, in minutes, less what its dry days are worth."""
        worth = 0.0 if self.dry_day_minutes is None else self.dry_day_minutes * score.dry_days
        return score.cost_minutes - worth

    def key(self, score: Score) -> tuple[float, float, float]:
        """Order of schedules, the best first."""
        if self.met(score):
            return (0.0, self.price(score), -score.soft)
        short = max(0.0, self.chance - score.p) + max(0.0, -score.worst)
        return (1.0, short + 0.1 * (1.0 - score.soft) + 0.1 * (1.0 - score.share), score.cost_minutes)

    def best(self, scores: Iterable[Score]) -> Score:
        """The best of some schedules."""
        return min(scores, key=self.key)


class Found(NamedTuple):
    """The end of a search.

    Attributes
    ----------
    best, target : the schedule, and by what it was chosen.
    judged : everything judged on fresh draws.
    reached : whether it reaches the chance.
    dear : the schedule that would reach it, where its last dry days were held to be too dear; else None.
    """

    best: Score
    target: Target
    judged: list[Score]
    reached: bool
    dear: Score | None = None


class Search:
    """A search for one site; `run` does it."""

    def __init__(
        self, bench: Bench, gate: Gate, allowed: Sequence[int], g: Grid, effort: Effort, p: Parameters,
        progress: Progress | None = None,
    ) -> None:  # fmt: skip
        self.bench, self.gate, self.allowed, self.grid, self.effort, self.p = (
            bench,
            gate,
            tuple(allowed),
            g,
            effort,
            p,
        )
        self._progress = progress
        self._recipes: dict[Recipe, Score] = {}

    def run(
        self, final: Bench, chance: float, dry_now: bool, extra: Sequence[Schedule], earlier: Schedule = (),
        worth_minutes: float | None = None, at_any_price: bool = True,
    ) -> Found:  # fmt: skip
        """Search with `self.bench`, then judge what is left with `final`, which has draws of its own.

        `extra` are label schedules to be looked at besides; `earlier` is what was planned before. With `worth_minutes`
        sessions are added as long as a dry day more costs less than that, whatever the chance. Unless the chance is wanted
        `at_any_price`, they are added until it is reached, and no longer than a dry day is worth its time.
        """
        target = Target(chance, worth_minutes)
        self._step(0.05)
        self._judge([densest(self.grid), *coarse(self.grid, dry_now, self.effort.full)])
        given = self.bench.score([(), earlier, *extra])
        self._step(0.2)
        self._climb(target)
        if not target.met(target.best([*self._recipes.values(), *given])):
            target = Target(chance, self.p.value("plan_dry_day_minutes"))
            self._climb(target)
        self._step(0.5)
        self._polish_best([*self._recipes.values(), *given], target)
        self._step(0.8)
        judged = self._finals(final, target, [(), earlier, *extra])
        wanted = Target(chance)
        if worth_minutes is not None:
            best = target.best(judged)
            return Found(best, target, judged, wanted.met(best))
        if target == wanted:
            judged += self._strengthened(final, judged, wanted, earlier)
        self._step(0.9)
        best, low = wanted.best(judged), Target(chance, self.p.value("plan_dry_day_minutes"))
        if not wanted.met(best):
            return Found(low.best(judged), low, judged, False)
        if at_any_price or low.best(_no_dearer(judged, best)) is best:
            return Found(best, wanted, judged, True)
        self._climb(low)
        self._polish_best(self._recipes.values(), low)
        judged += self._finals(final, low, [], {one.schedule for one in judged})
        found = low.best(_no_dearer(judged, best))
        if wanted.met(found):
            return Found(found, wanted, judged, True)
        return Found(found, low, judged, False, best)

    def _polish_best(self, among: Iterable[Score], target: Target) -> None:
        for start in sorted(among, key=target.key)[: self.effort.starts]:
            self._polish(start, target)

    def _finals(
        self, final: Bench, target: Target, given: Sequence[Schedule], known: Container[Schedule] = ()
    ) -> list[Score]:
        """What is left, and what is given, judged on the draws of the end."""
        left = front(self.bench.known.values(), self.effort.front, target)
        schedules = dict.fromkeys([*given, *(self.gate.lawful(one.schedule) for one in left)])
        return final.score(one for one in schedules if one not in known)

    def _step(self, done: float) -> None:
        if self._progress is not None:
            self._progress(done)

    def _judge(self, recipes: Iterable[Recipe]) -> None:
        new = [one for one in dict.fromkeys(recipes) if one not in self._recipes]
        laid = [self.gate.lawful(one.lay_out(self.allowed, self.bench.horizon_days)) for one in new]
        self._recipes.update(zip(new, self.bench.score(laid), strict=True))

    def _climb(self, target: Target) -> None:
        """From the best recipes to their neighbours while that helps."""
        for _ in range(self.effort.climbs):
            order = sorted(self._recipes, key=lambda one: target.key(self._recipes[one]))
            beam: dict[Schedule, Recipe] = {}
            for recipe in order:
                beam.setdefault(self._recipes[recipe].schedule, recipe)
                if len(beam) == self.effort.beam:
                    break
            before = target.key(self._recipes[order[0]])
            self._judge(near for recipe in beam.values() for near in neighbours(recipe, self.grid))
            if min(target.key(score) for score in self._recipes.values()) >= before:
                break

    def _polish(self, start: Score, target: Target) -> None:
        """From one schedule on: leave out, shorten and shift single sessions while the target is met."""
        now = start
        for _ in range(self.effort.polish):
            cheaper = self._cheaper(now, target)
            if target.key(cheaper) < target.key(now):
                now = cheaper
                continue
            shifted = self._shifted(now, target) if self.effort.full else now
            if target.merit(shifted) <= target.merit(now) + 1e-6:
                break
            now = shifted

    def _cheaper(self, now: Score, target: Target) -> Score:
        """The best that leaving out or shortening sessions gives, one or several at once."""
        moves = savings(
            now.schedule, self.grid.minutes[0], self.p.value("plan_step_minutes"), self.effort.full
        )
        if not moves:
            return now
        ones = self.bench.score(self.gate.lawful(applied(now.schedule, [one]), now.schedule) for one in moves)
        ranked = []
        for one, move in zip(ones, moves, strict=True):
            saves = now.cost_minutes - one.cost_minutes
            if saves > 0:
                ranked.append(((target.merit(now) - target.merit(one)) / saves, move))
        order = [move for _, move in sorted(ranked, key=lambda each: each[0])]
        mixed = [applied(now.schedule, chosen) for chosen in apart(order, _TOGETHER)]
        several = self.bench.score(self.gate.lawful(one, now.schedule) for one in mixed)
        return target.best([now, *ones, *several])

    def _shifted(self, now: Score, target: Target) -> Score:
        """The driest that shifting sessions by a day of the calendar gives, at no cost."""
        moves = shifts(now.schedule, self.allowed)
        ones = self.bench.score(self.gate.lawful(applied(now.schedule, [one])) for one in moves)
        gains = sorted(
            ((target.merit(one) - target.merit(now), move) for one, move in zip(ones, moves, strict=True)),
            key=lambda each: -each[0],
        )
        mixed = [
            applied(now.schedule, chosen)
            for chosen in apart([move for gain, move in gains if gain > 0], _TOGETHER)
        ]
        found = [*ones, *self.bench.score(self.gate.lawful(one) for one in mixed)]
        alike = [
            one for one in found if target.met(one) >= target.met(now) and one.cost_minutes <= now.cost_minutes + _ALIKE_MINUTES
        ]  # fmt: skip
        return max(alike, key=target.merit, default=now)

    def _strengthened(
        self, final: Bench, judged: Sequence[Score], wanted: Target, earlier: Schedule
    ) -> list[Score]:
        """What fell a little short on fresh draws, with longer sessions or some more, where that can save time.

        The earlier plan is among it, so that a small change of it can be chosen rather than a new one.
        """
        best = wanted.best(judged)
        short = [one for one in judged if one.schedule and not wanted.met(one)]
        if wanted.met(best):
            short = [one for one in short if one.cost_minutes < best.cost_minutes]
        starts = [one.schedule for one in sorted(short, key=wanted.key)[:4]]
        made: list[Schedule] = []
        step, most = self.p.value("plan_step_minutes"), self.grid.minutes[-1]
        for one in dict.fromkeys([*starts, *([earlier] if earlier else [])]):
            for by in (1, 2):
                made.append(tuple(slot._replace(minutes=min(slot.minutes + by * step, most)) for slot in one))
            more = one
            for _ in range(4):
                more = filled(more, self.allowed, self.bench.horizon_days)
                made.append(more)
        known = {one.schedule for one in judged}
        lawful = dict.fromkeys(self.gate.lawful(one) for one in made)
        return final.score(one for one in lawful if one not in known)


def _no_dearer(scores: Iterable[Score], best: Score) -> list[Score]:
    return [one for one in scores if one.cost_minutes <= best.cost_minutes]


def front(scores: Iterable[Score], count: int, target: Target) -> list[Score]:
    """The schedules that no cheaper one surpasses in merit, thinned; those about the best are kept closest."""
    rising: list[Score] = []
    for one in sorted(scores, key=lambda each: (each.cost_minutes, -target.merit(each))):
        if not rising or target.merit(one) > target.merit(rising[-1]) + 1e-9:
            rising.append(one)
    if len(rising) <= count:
        return rising
    middle = min(range(len(rising)), key=lambda i: target.key(rising[i]))
    near = set(range(max(0, middle - count // 4), min(len(rising), middle + count // 2)))
    rest = [i for i in range(len(rising)) if i not in near]
    room = min(count - len(near), len(rest))
    near |= {rest[round(k * (len(rest) - 1) / max(room - 1, 1))] for k in range(room)}
    return [rising[i] for i in sorted(near)]
