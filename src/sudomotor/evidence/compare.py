"""The same people under rival hypotheses: where they differ most, and which study would tell them apart.

The people, the events of their lives and their moods are the same under each hypothesis, and in each arm of the study:
whatever differs, differs by hypothesis. A study has two arms, of people that are treated, get a sham, or wait; it finds
the difference between its arms, and a hypothesis says how large that will be. What two hypotheses say is as far apart as
their difference in standard deviations of one person's measured change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import Course, PauseStep, TreatStep
from sudomotor.errors import InputError
from sudomotor.evidence.compare_measures import Measure, change, measures, noise_variance
from sudomotor.evidence.compare_power import Group, effect_size, people_per_arm, range_of_people
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mechanisms import mechanism
from sudomotor.parameters import Parameters, load
from sudomotor.person import People, Person, draw
from sudomotor.simulation import History, prepare, run_prepared
from sudomotor.simulation.simulate import count_of_people

Array = NDArray[np.float64]
MOST_HYPOTHESES = 6
ACTIVE, SHAM, WAITING = "treated", "sham", "waiting"
# first arm against second; of two that need as many people on the same day, the one that is named first is taken
DESIGNS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "treated against sham": (ACTIVE, SHAM),
        "treated against waiting": (ACTIVE, WAITING),
        "sham against waiting": (SHAM, WAITING),
    }
)
NO_TRIAL = (
    "No trial of iontophoresis that is known to us has measured anxiety. What is said here of anxiety, of the heart and "
    "of the brain is computed from the hypotheses that are named, each with its grade; it is not a finding."
)


@dataclass(frozen=True)
class Curve:
    """What two hypotheses say of one measure in one study, day by day.

    Attributes
    ----------
    pair : names of the two.
    measure, design : what is measured, in which study (of `DESIGNS`).
    mean_a, mean_b : (day,) difference between the arms in the change from day 0; as a log ratio for sweat.
    d : (day,) effect size between the two.
    n_per_arm : (day,) people that each arm needs, inf where nothing differs.
    """

    pair: tuple[str, str]
    measure: Measure
    design: str
    mean_a: Array
    mean_b: Array
    d: Array
    n_per_arm: Array

    @property
    def best_day(self) -> int:
        """The day that needs the fewest people, the first of several."""
        return int(np.argmin(self.n_per_arm[1:])) + 1


@dataclass(frozen=True)
class Difference:
    """A curve at its best day.

    Attributes
    ----------
    pair, measure, design : see `Curve`.
    day : the day of the reading.
    mean_a, mean_b : what each of the two says; for sweat, sweat of the first arm in % of that of the second.
    d : effect size between them.
    n_per_arm : people that each arm needs; inf where nothing differs.
    n_range : 5 % to 95 % as the simulated people are drawn anew and the error of a reading is taken within its range.
    worth : whether that is a number of people to try with.
    """

    pair: tuple[str, str]
    measure: Measure
    design: str
    day: int
    mean_a: float
    mean_b: float
    d: float
    n_per_arm: float
    n_range: tuple[float, float]
    worth: bool


@dataclass(frozen=True)
class Comparison:
    """Rival hypotheses held against each other in the same people.

    Attributes
    ----------
    hypotheses : the rivals.
    histories : of each, what becomes of the treated people.
    arms : of each, all its arms by name: `treated`, `waiting`, and `sham` where a current can be left out.
    measures : what was read.
    curves : each pair, measure and study, day by day.
    differences : the same at their best days, those first that need the fewest people.
    best : of each pair, the first of those.
    """

    hypotheses: tuple[Hypotheses, ...]
    histories: tuple[History, ...]
    arms: tuple[Mapping[str, History], ...]
    measures: tuple[Measure, ...]
    curves: tuple[Curve, ...]
    differences: tuple[Difference, ...]
    best: tuple[Difference, ...]
    parameters: Parameters
    assumptions: tuple[str, ...]
    seed: int
    people: int

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Names of the pairs."""
        return tuple(dict.fromkeys(found.pair for found in self.differences))

    def of_pair(self, pair: tuple[str, str], *, one_each: bool = False) -> tuple[Difference, ...]:
        """Differences of a pair; with `one_each`, only the best study of each measure."""
        found = tuple(each for each in self.differences if each.pair == pair)
        if not one_each:
            return found
        first: dict[str, Difference] = {}
        for each in found:
            first.setdefault(each.measure.name, each)
        return tuple(first.values())

    def differ_in(self, pair: tuple[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Claims, with their grades, that only the first has on, and only the second."""
        first, second = (next(h for h in self.hypotheses if h.name == name).on for name in pair)
        return tuple(t for t in first if t not in second), tuple(t for t in second if t not in first)

    @property
    def shared(self) -> tuple[str, ...]:
        """Claims, with their grades, that all of them have on."""
        return tuple(t for t in self.hypotheses[0].on if all(t in h.on for h in self.hypotheses))


def compare(
    person: Person | People | str,
    course: Course | str,
    hypotheses: Sequence[Hypotheses | str],
    *,
    days: int = 180,
    people: int = 200,
    seed: int = 1,
    parameters: Parameters | None = None,
) -> Comparison:
    """Hold rival hypotheses against each other in the same people.

    Parameters
    ----------
    person, course, days, people, seed, parameters : see `simulate`.
    hypotheses : two or more, as sets or in the words of `Hypotheses.parse`.

    Raises
    ------
    InputError
        for fewer than two hypotheses, too many, the same one twice, fewer than two people, or less than a day.

    Examples
    --------
    >>> found = compare("palmar hyperhidrosis", "Treat palms at 15 mA DC for 20 minutes, daily",
    ...                 ["peripheral", "central"], days=10, people=8)
    >>> found.best[0].measure.name
    'sweat_untreated'
    """
    sets = check_rivals(hypotheses)
    p = parameters or load(account=sets[0].mechanism)
    course = course if isinstance(course, Course) else Course(course)
    group = person if isinstance(person, People) else draw(person, count_of_people(people), seed, p)
    if group.n < 2:
        raise InputError("one person has no spread", where="--people", mend="--people 200")
    if days < 1:
        raise InputError("nothing has changed on day 0", where="--days", mend="--days 180")
    arms = _simulate(group, course, sets, days, seed, p)
    read = measures(course)
    curves, differences = [], []
    for m in read:  # one measure at a time, so that large groups fit
        changes = [{arm: change(history, m) for arm, history in each.items()} for each in arms]
        noises = [[noise_variance(history, m) for history in each.values()] for each in arms]
        for i, j in combinations(range(len(sets)), 2):
            noise = np.mean([*noises[i], *noises[j]], axis=0)
            for design, (one, other) in DESIGNS.items():
                if {one, other} <= set(changes[i]):
                    groups = [(changes[i][arm], changes[j][arm]) for arm in (one, other)]
                    curve = curve_of((sets[i].name, sets[j].name), m, design, groups, noise, p)
                    curves.append(curve)
                    differences.append(_at_best(curve, groups, noise, p, seed))
    differences.sort(key=_cheapest)
    pairs = [(a.name, b.name) for a, b in combinations(sets, 2)]
    return Comparison(
        hypotheses=sets,
        histories=tuple(each[ACTIVE] for each in arms),
        arms=arms,
        measures=read,
        curves=tuple(curves),
        differences=tuple(sorted(differences, key=lambda each: pairs.index(each.pair))),
        best=tuple(next(each for each in differences if each.pair == pair) for pair in pairs),
        parameters=p,
        assumptions=_assumptions(arms, read, sets, p),
        seed=seed,
        people=group.n,
    )


def check_rivals(
    hypotheses: Sequence[Hypotheses | str], *, where: str = "--hypotheses"
) -> tuple[Hypotheses, ...]:
    """The rivals as sets, each different from the others."""
    sets = [h if isinstance(h, Hypotheses) else Hypotheses.parse(h, where=where) for h in hypotheses]
    if len(sets) < 2:
        raise InputError(
            f"two hypotheses or more are compared, not {len(sets)}",
            where=where,
            mend="e.g. --hypotheses peripheral loop reset",
        )
    if len(sets) > MOST_HYPOTHESES:
        raise InputError(
            f"{len(sets)} hypotheses are more than a page holds ({MOST_HYPOTHESES})",
            where=where,
            mend="compare some of them at a time",
        )
    for one, other in combinations(sets, 2):
        if replace(one, name="") == replace(other, name=""):
            same = (
                f"'{one.name}' is named twice"
                if one.name == other.name
                else f"'{one.name}' and '{other.name}' are the same set of claims"
            )
            raise InputError(same, where=where, mend="leave one of them out, or put another in its place")
    if len({h.name for h in sets}) < len(sets):
        raise InputError("two different sets have the same name", where=where, mend="rename one of them")
    if len({h.mechanism for h in sets}) > 1:
        raise InputError(
            "the hypotheses are about different accounts of the block",
            where=where,
            mend="give all the same mechanism",
        )
    return tuple(sets)


def _simulate(
    group: People, course: Course, sets: Sequence[Hypotheses], days: int, seed: int, p: Parameters
) -> tuple[Mapping[str, History], ...]:
    """All arms under each hypothesis; what a session does is worked out once for all of them."""
    courses = {ACTIVE: course, WAITING: Course(PauseStep())}
    if any(isinstance(step, TreatStep) and not step.sham for step in course.steps):
        steps = [
            replace(step, session=replace(step.session, waveform=None))
            if isinstance(step, TreatStep)
            else step
            for step in course.steps
        ]
        courses[SHAM] = Course(*steps, missed_pct=course.missed_pct)
    acid = mechanism(sets[0].mechanism).counts_acid
    ready = {arm: prepare(group, each, days=days, parameters=p, acid=acid) for arm, each in courses.items()}
    return tuple(
        MappingProxyType({arm: run_prepared(each, p, h, seed=seed) for arm, each in ready.items()})
        for h in sets
    )


def curve_of(
    pair: tuple[str, str],
    measure: Measure,
    design: str,
    groups: Sequence[tuple[Array, Array]],
    noise: Array,
    p: Parameters,
) -> Curve:
    """What two hypotheses say of a measure in a study.

    Parameters
    ----------
    groups : of both arms, the changes under the first and under the second hypothesis, each (day, person).
    noise : (day,) variance of a change by the error of its readings.
    """
    (first_a, first_b), (second_a, second_b) = groups
    mean_a = first_a.mean(axis=1) - second_a.mean(axis=1)
    mean_b = first_b.mean(axis=1) - second_b.mean(axis=1)
    between = np.mean([values.var(axis=1, ddof=1) for both in groups for values in both], axis=0)
    d = effect_size(mean_a - mean_b, between + noise)
    return Curve(pair, measure, design, mean_a, mean_b, d, people_per_arm(d, p))


def _at_best(
    curve: Curve, groups: Sequence[tuple[Array, Array]], noise: Array, p: Parameters, seed: int
) -> Difference:
    day, name = curve.best_day, curve.measure.noise
    factors = [(p[name].low / p.value(name)) ** 2, (p[name].high / p.value(name)) ** 2] if name else [1.0] * 2
    n = float(curve.n_per_arm[day])
    arms = [Group(first[day], second[day]) for first, second in groups]
    spread = (
        range_of_people(arms, (float(noise[day]), factors[0], factors[1]), p, seed=seed)
        if np.isfinite(n)
        else (np.inf, np.inf)
    )
    said = [float(mean[day]) for mean in (curve.mean_a, curve.mean_b)]
    if curve.measure.ratio:
        said = [float(100.0 * np.exp(mean)) for mean in said]
    worth = n <= p.value("study_most_per_arm")
    return Difference(
        curve.pair, curve.measure, curve.design, day, said[0], said[1], float(curve.d[day]), n, spread, worth
    )


def _cheapest(found: Difference) -> tuple[float, int, int, float]:
    """The fewest people first, then the earlier day, then the order of the studies, then the larger effect."""
    return found.n_per_arm, found.day, list(DESIGNS).index(found.design), -abs(found.d)


def _assumptions(
    arms: Sequence[Mapping[str, History]], read: Sequence[Measure], sets: Sequence[Hypotheses], p: Parameters
) -> tuple[str, ...]:
    history = arms[0][ACTIVE]
    told = [*history.assumptions, *history.course.notes]
    sham, sweat = SHAM in arms[0], read[0]
    if any(isinstance(step, TreatStep) for step in history.course.steps) and not sham:
        told.append("the course is a sham itself: “treated” is whoever gets it")
    waiting = [100.0 * np.exp(change(each[WAITING], sweat)[-1].mean()) for each in arms]
    drift = ", ".join(f"{value:.0f} % under {h.name}" for value, h in zip(waiting, sets, strict=True))
    return (
        *dict.fromkeys(told),
        f"people who wait end with the following share of their first sweat of the {sweat.place}: {drift}",
        "the same people, events of life and moods under each hypothesis and in each arm",
        f"two arms, two-sided t-test at {p.value('study_error_pct'):g} %, {p.value('study_power_pct'):g} % power, on "
        "the change from each person's own day 0; the errors of both readings are in it, of sweat, scales, diary and "
        "recording as the parameters have them",
        "readings in the morning, before a session; being used to a test and having been chosen by a high first "
        "reading are the same in both arms and fall out; what soaking does to the skin is left aside",
        "studies are ranked by people per arm, then by the earlier day; every day was tried, so that the best one "
        "flatters a little; what a reading costs is not counted",
        *(
            ["the sham is believed in as much as the treatment; in life, tingling gives it away"]
            if sham
            else []
        ),
        "a study against people who wait finds what belief and attention do as well, whether or not a hypothesis "
        "speaks of them",
        "ranges of n: the simulated people drawn anew and the error of a reading within its range; how "
        "strong each hypothesis is taken to be is not varied, and its parameters are mostly judged",
    )
