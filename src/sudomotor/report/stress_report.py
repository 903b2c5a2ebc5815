"""One moment second by second: the middle person in full, people like them in numbers, in words and on a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.scales import SIDES, stai_s
from sudomotor.parameters import Parameters, load_citations
from sudomotor.person import Person
from sudomotor.report.page import render
from sudomotor.report.sentences import Sentence
from sudomotor.report.sentences_mind import grade_of_claims
from sudomotor.report.sources import parameter_sources
from sudomotor.report.words import NOT_ADVICE, lay_site, plain, spread
from sudomotor.simulation.moment import Moment, stress_test
from sudomotor.simulation.simulate import count_of_people

if TYPE_CHECKING:
    from sudomotor.simulation.thermal import ThermalDrive

Array = NDArray[np.float64]
STEPS = 3  # of the work that `stress` reports: the middle person, people like them, nothing done
_DIGITS = 6  # of the numbers in JSON


@dataclass(frozen=True)
class StressResult:
    """A stress test of the middle person in full and of people like them.

    Attributes
    ----------
    middle : the person in the middle, n = 1.
    many : people like them.
    bare : the middle person with nothing done; `middle` itself where nothing acts.
    notes : what was assumed or set by hand before the simulation.
    """

    middle: Moment
    many: Moment
    bare: Moment
    notes: tuple[str, ...]

    @property
    def acts(self) -> bool:
        """Whether anything is blocked."""
        return self.middle.treated_side is not None

    @property
    def places(self) -> dict[str, str]:
        """The side that stands for the treated place, and the one that it is held against."""
        inside = [side for side in SIDES if self._treated(side)]
        outside = [side for side in SIDES if not self._treated(side)]
        return {"treated": inside[0], "untreated": outside[0]}

    def _treated(self, side: str) -> bool:
        from sudomotor.model.scales import site_of

        return self.middle.treated in (side, site_of(side))

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was assumed or adjusted, each once."""
        where = f"skin conductance and its responses are told of the {lay_site(self.middle.measured_side)}"
        why = ", where nothing is blocked" if self.acts else ""
        count = (
            f"numbers are means and ranges of {self.many.people.n} people, courses those of the middle person"
        )
        return tuple(dict.fromkeys((*self.notes, *self.middle.assumptions, f"{where}{why}", count)))

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the bibliography behind the moment."""
        keys = set(parameter_sources(self.middle.parameters, self.middle.hypotheses.mechanism))
        return tuple(sorted(keys & set(load_citations())))


def stress(
    person: Person,
    task_name: str,
    *,
    parameters: Parameters,
    hypotheses: Hypotheses,
    block: float = 0.0,
    treated: str = "palms",
    minutes: float = 20.0,
    people: int = 50,
    seed: int = 1,
    heat: ThermalDrive | None = None,
    dt_s: float = 0.1,
    notes: tuple[str, ...] = (),
    done: Callable[[], None] = lambda: None,
) -> StressResult:
    """Put the middle person and people like them through a stress test; see `stress_test` for what is given.

    `done` is called when each of the `STEPS` is.
    """
    count = count_of_people(people)

    def one(n: int | None, fraction: float) -> Moment:
        moment = stress_test(
            person,
            task_name,
            block=fraction,
            treated=treated,
            minutes=minutes,
            people=n,
            seed=seed,
            hypotheses=hypotheses,
            parameters=parameters,
            heat=heat,
            dt_s=dt_s,
        )
        done()
        return moment

    middle = one(None, block)
    bare = middle if block == 0 else one(None, 0.0)
    return StressResult(middle, one(count, block), bare, notes)


def numbers(moment: Moment, places: dict[str, str]) -> dict[str, Array]:
    """What is told of a moment as one number a person, (person,) each: changes, and rest and task themselves."""
    found = moment.summary()
    for name, values in (("threat", moment.threat), ("drive", moment.drive), ("vagal", moment.vagal)):
        found |= _both(moment, name, "", values)
    found |= _both(moment, "wetness", "", moment.wetness)
    found |= _both(moment, "heart_period", "_ms", moment.heart_period_ms)
    found |= _both(moment, "rmssd", "_ms", moment.rmssd_ms)
    found |= _both(moment, "stai_s", "", stai_s(moment.threat, moment.parameters))
    for which, side in places.items():
        found |= _both(moment, f"sweat_{which}", "_mg_per_min", moment.of(moment.sweat_mg_per_min, side))
        found |= _both(moment, f"scl_{which}", "_uS", moment.of(moment.conductance_uS, side))
        found[f"scl_change_{which}_uS"] = moment.change(moment.of(moment.conductance_uS, side))
        marks = moment.responses_at(side)
        found[f"ns_scr_{which}_at_rest_per_min"] = moment.per_minute(marks, during=False)
        found[f"ns_scr_{which}_in_task_per_min"] = moment.per_minute(marks, during=True)
    found["bursts_at_rest_per_min"] = moment.per_minute(moment.burst, during=False)
    found["bursts_in_task_per_min"] = moment.per_minute(moment.burst, during=True)
    return found


def _both(moment: Moment, name: str, unit: str, values: Array) -> dict[str, Array]:
    return {
        f"{name}_at_rest{unit}": moment.window(values, during=False),
        f"{name}_in_task{unit}": moment.window(values, during=True),
    }


def to_dict(result: StressResult) -> dict[str, Any]:
    """The moment for JSON.

    Arrays are the middle person's. Scalars are means over the people; beside each, in `ranges`, are the low and high
    ends of nine people in ten, their median, and the middle person's own.
    """
    m, places = result.middle, result.places
    many, own = numbers(result.many, places), numbers(m, places)
    where = {**places, **{side: side for side in SIDES}}
    arrays = {
        "appraisal": m.appraisal, "threat": m.threat, "drive": m.drive, "vagal": m.vagal, "wetness": m.wetness,
        "habituation": m.habituation, "sudomotor_drive": m.sudomotor_drive,
        "burst_rate_per_min": m.burst_rate_per_min, "acetylcholine_uM": m.of(m.acetylcholine_uM, places["treated"]),
        "occupancy": m.of(m.occupancy, places["treated"]), "heart_period_ms": m.heart_period_ms, "rmssd_ms": m.rmssd_ms,
    }  # fmt: skip
    by_place = {"sweat_mg_per_min": m.sweat_mg_per_min, "conductance_uS": m.conductance_uS}
    return {
        "task": m.task.name,
        "task_start_s": m.task_start_s,
        "task_end_s": m.task_end_s,
        "person": m.people.person.preset_name,
        "people": result.many.people.n,
        "treated": m.treated,
        "block": float(m.blocked.max()),
        "places": places,
        "measured_at": m.measured_side,
        **{name: float(values.mean()) for name, values in many.items()},
        "ranges": {name: _range(values, float(own[name][0])) for name, values in many.items()},
        "time_s": _listed(m.time_s),
        **{name: _listed(values[:, 0]) for name, values in arrays.items()},
        "burst_times_s": _listed(m.time_s[m.burst[:, 0] > 0]),
        **{
            name: {place: _listed(m.of(values, side)[:, 0]) for place, side in where.items()}
            for name, values in by_place.items()
        },
        "hypotheses": {"name": m.hypotheses.name, "on": list(m.hypotheses.on)},
        "mechanism": m.hypotheses.mechanism,
        "seed": m.seed,
        "assumptions": list(result.assumptions),
        "note": NOT_ADVICE,
    }


def _range(values: Array, middle_person: float) -> dict[str, float]:
    low, median, high = (float(v) for v in np.quantile(values, (0.05, 0.5, 0.95)))
    return {"low": low, "median": median, "high": high, "middle_person": middle_person}


def _listed(values: Array) -> list[float]:
    """Numbers with as many digits as they deserve, so that a long series stays readable."""
    return [float(f"{v:.{_DIGITS}g}") for v in values.tolist()]


def place_words(result: StressResult, which: str) -> str:
    """The treated or the untreated side, and what was done to it."""
    side = result.places[which]
    if which == "treated" and result.acts:
        share = 100.0 * float(result.middle.blocked.max())
        return f"{lay_site(side)} ({plain(share, 3)} % of glands blocked)"
    return lay_site(side)


def stress_summary(result: StressResult) -> list[Sentence]:
    """What happened, in sentences for the person concerned; medians, in brackets nine people in ten."""
    n = numbers(result.many, result.places)

    def told(name: str, unit: str = "", digits: int = 2) -> str:
        before, after = (f"{name}_{when}{unit}" for when in ("at_rest", "in_task"))
        return f"from {plain(float(np.median(n[before])), digits)} to {spread(n[after], digits)}"

    sweat = "; ".join(
        f"{place_words(result, which)} {told(f'sweat_{which}', '_mg_per_min')} mg/min"
        for which in result.places
    )
    scl = "; ".join(
        f"{place_words(result, which)} {told(f'scl_{which}', '_uS')} µS, responses "
        f"{told(f'ns_scr_{which}', '_per_min')} a minute"
        for which in result.places
    )
    return [
        Sentence(
            "What was felt?",
            f"Threat {told('threat')} (0 none, 1 most); as a state-anxiety score (STAI-S, 20 to 80) "
            f"{told('stai_s')}. Wetness that is felt {told('wetness')} (0 to 1). "
            f"({grade_of_claims(result.middle.hypotheses)})",
        ),
        Sentence(
            "What did the nerves do?",
            f"Sympathetic drive {told('drive')}, vagal tone {told('vagal')} (0 to 1). Volleys to the sweat glands "
            f"{told('bursts', '_per_min')} a minute.",
        ),
        Sentence("Sweat?", f"{sweat[0].upper()}{sweat[1:]}."),
        Sentence("Skin conductance?", f"{scl[0].upper()}{scl[1:]}."),
        Sentence(
            "Heart?",
            f"Heart period {told('heart_period', '_ms', 3)} ms, a change of {spread(n['heart_period_change_ms'])} ms; "
            f"beat-to-beat variability (RMSSD) {told('rmssd', '_ms')} ms.",
        ),
        Sentence("What would a measurement mislead about?", misleading(result)),
        Sentence(
            "Which claims are on",
            f"{'; '.join(result.middle.hypotheses.on)}.",
        ),
    ]


def misleading(result: StressResult) -> str:
    """What skin conductance at the treated side says, and what it does not, against the same person with nothing done."""
    side = result.places["treated"]
    name = lay_site(side)
    if not result.acts:
        return (
            "Nothing is blocked here, so skin conductance follows the nerve. Once glands are blocked it does not: "
            f"the conductance of a treated {name.split()[-1]} measures ducts that are shut, not calm. "
            "Then measure where nothing was treated, or the heart."
        )

    def rise(moment: Moment, values: Array) -> float:
        return float(moment.change(values)[0])

    now, bare = result.middle, result.bare
    scl, scl_bare = (rise(m, m.of(m.conductance_uS, side)) for m in (now, bare))
    drive, drive_bare = (rise(m, m.drive) for m in (now, bare))
    threat, threat_bare = (rise(m, m.threat) for m in (now, bare))
    return (
        f"At the treated {name} conductance rises by {plain(scl)} µS instead of {plain(scl_bare)} without the block: "
        f"{_less(scl, scl_bare)}. In the same person the rise of sympathetic drive is {_less(drive, drive_bare)}, that "
        f"of threat {_less(threat, threat_bare)}. So the conductance of a treated {name.split()[-1]} measures ducts that "
        "are shut, not calm: measure where nothing was treated, or the heart."
    )


def _less(now: float, before: float) -> str:
    """How much smaller a rise is than it would have been.

    >>> _less(1.0, 4.0), _less(1.0, 1.001), _less(3.0, 2.0)
    ('75 % less', 'the same to 1 %', '50 % more')
    """
    if before == 0:
        return "the same" if now == 0 else "more"
    fall = 100.0 * (1.0 - now / before)
    if abs(fall) < 1.0:
        return "the same to 1 %"
    return f"{plain(abs(fall))} % {'less' if fall > 0 else 'more'}"


def stress_rows(result: StressResult) -> list[tuple[str, str, str, str]]:
    """The numbers: name, mean, median with nine people in ten, the middle person."""
    many, own = numbers(result.many, result.places), numbers(result.middle, result.places)
    at = lay_site(result.middle.measured_side)
    names = [
        ("Change of heart period, ms", "heart_period_change_ms"),
        ("Change of RMSSD, ms", "rmssd_change_ms"),
        (f"Change of skin conductance at the {at}, µS", "scl_change_uS"),
        (f"Change of its responses at the {at}, a minute", "ns_scr_change_per_min"),
        ("Threat at rest", "threat_at_rest"),
        ("Threat in the task", "threat_in_task"),
        ("State anxiety (STAI-S) in the task", "stai_s_in_task"),
        ("Sympathetic drive in the task", "drive_in_task"),
        ("Vagal tone in the task", "vagal_in_task"),
        ("Wetness felt in the task", "wetness_in_task"),
        ("Volleys in the task, a minute", "bursts_in_task_per_min"),
    ]
    for which in result.places:
        place = place_words(result, which)
        names += [
            (f"Sweat in the task, {place}, mg/min", f"sweat_{which}_in_task_mg_per_min"),
            (f"Change of skin conductance, {place}, µS", f"scl_change_{which}_uS"),
        ]
    return [
        (text, plain(float(many[name].mean()), 3), spread(many[name], 3), plain(float(own[name][0]), 3))
        for text, name in names
    ]


def stress_report(result: StressResult) -> str:
    """The page of one moment, as HTML."""
    from sudomotor.report.figures_stress import stress_figure

    m = result.middle
    return render(
        "stress.html",
        title=f"{m.task.text[0].upper()}{m.task.text[1:]}",
        sources=result.sources,
        who=m.people.person.preset_name,
        people=result.many.people.n,
        lines=stress_summary(result),
        rows=stress_rows(result),
        drawing=stress_figure(result),
        assumptions=result.assumptions,
        parameters=m.parameters,
        seed=m.seed,
    )
