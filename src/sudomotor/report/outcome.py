"""A history turned into what people ask of it: when dry, how dry, when it returns, what limits say."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import CareStep, Course, TreatStep, session_days
from sudomotor.limits import SessionOnDay, Verdict, check_schedule, check_session
from sudomotor.model.scales import SIDES, SINGULAR, SITES, site_of
from sudomotor.parameters import Parameters
from sudomotor.person import Person
from sudomotor.simulation import History, band, day_summary
from sudomotor.simulation.history import CONTROL

Array = NDArray[np.float64]
_GRAVITY = {"ceiling": 0, "limit": 1, "advice": 2}


@dataclass(frozen=True)
class Outcome:
    """One course in one group of people, with the verdicts of the limits.

    Attributes
    ----------
    label : "A", "B", … where several are compared, else "".
    history : what became of the people.
    verdicts : every limit that was checked, broken ones first.
    notes : what was assumed or adjusted on the way here, beside the history's own assumptions.
    """

    label: str
    history: History
    verdicts: tuple[Verdict, ...]
    notes: tuple[str, ...] = ()

    @property
    def places(self) -> tuple[str, ...]:
        """The treated sites, or sides where only one side is treated."""
        return treated_places(self.history.course)

    @property
    def horizon(self) -> int:
        """The last day."""
        return int(self.history.days[-1])


def treated_places(course: Course) -> tuple[str, ...]:
    """Sites that a course treats on both sides, then sides that it treats alone, or uses as a return.

    >>> treated_places(Course("Treat left palm at 10 mA for 20 minutes, daily, return on right sole"))
    ('left palm', 'right sole')
    >>> treated_places(Course("Botulinum toxin in armpits, once"))
    ('axillae',)
    """
    sites: list[str] = []
    sides: list[str] = []
    for step in course.steps:
        if isinstance(step, TreatStep):
            if step.session.side == "both":
                sites += step.session.sites
            else:
                sides += [
                    *step.session.electrodes,
                    *(r for r in [step.session.return_electrode] if r in SIDES),
                ]
        elif isinstance(step, CareStep):
            if step.side == "both":
                sites += step.sites
            else:
                sides += step.treated_sides
    kept = [side for side in dict.fromkeys(sides) if site_of(side) not in sites]
    return (*dict.fromkeys(sites), *kept)


def threshold(history: History, place: str) -> float:
    """Sweat in mg/min of one side below which a place counts as dry."""
    return history.parameters.value(CONTROL[place if place in SITES else site_of(place)])


def dry_day(history: History, place: str) -> Array:
    """First dry day of each person at a site or side, nan if never; (person,)."""
    dry = history.sweat_of(place) < threshold(history, place)
    return np.where(dry.any(axis=0), history.days[np.argmax(dry, axis=0)], np.nan)


def return_day(history: History, place: str) -> Array:
    """First day of a wet week after having been dry, nan if none; (person,)."""
    if place in SITES:
        return history.return_day(place)
    wet = np.asarray(history.sweat_of(place) >= threshold(history, place))
    week = min(7, len(wet))
    first = dry_day(history, place)
    # whether the week that starts on a day is wet throughout
    whole = np.asarray(np.lib.stride_tricks.sliding_window_view(wet, week, axis=0).all(axis=-1))
    after = whole & (history.days[: len(whole), None] > first)
    return np.where(after.any(axis=0), history.days[np.argmax(after, axis=0)], np.nan)


def volts_needed(history: History) -> Array:
    """The most volts that the course ever asks for, each person; (person,)."""
    return np.asarray(history.volts.max(axis=(0, 1)))


def planned(course: Course, days: float) -> list[tuple[int, TreatStep]]:
    """Every session of current of a course by day, as if no condition ended a step early: the most that it may come to.

    >>> from sudomotor.course import Course
    >>> [day for day, _ in planned(Course("Treat palms at 10 mA for 20 minutes, daily for 3 days"), 180)]
    [0, 1, 2]
    """
    start, found = 0.0, []
    for step in course.sequence:
        left = max(0.0, days + 1 - start)
        if isinstance(step, TreatStep):
            found += [(math.floor(start) + day, step) for day in session_days(step, left)]
        start += step.days if step.days is not None else left
        if start > days:
            break
    return found


def check_course(
    course: Course, days: float, person: Person, parameters: Parameters, volts: float | None = None
) -> tuple[Verdict, ...]:
    """Hold all sessions and the calendar of a course against the limits; the worst of each counts.

    `volts` is the highest voltage of the middle person, if it is known already.
    """
    worst: dict[str, Verdict] = {}
    for step in course.steps:
        if not isinstance(step, TreatStep) or step.sham:
            continue
        for place in step.session.electrodes if step.session.side != "both" else step.session.sites:
            for verdict in check_session(_values(step, place, person, parameters, volts), parameters):
                old = worst.get(verdict.name)
                if old is None or (verdict.broken, verdict.value) > (old.broken, old.value):
                    worst[verdict.name] = verdict
    rows = []
    for day, step in planned(course, days):
        wave = step.session.waveform
        rows += [
            SessionOnDay(day, wave.current_mA, step.session.minutes, place)
            for place in step.session.electrodes
            if wave is not None
        ]
    verdicts = [*worst.values(), *(check_schedule(rows) if rows else ())]
    return tuple(sorted(verdicts, key=lambda v: (not v.broken, _GRAVITY[v.severity])))


def _values(
    step: TreatStep, place: str, person: Person, parameters: Parameters, volts: float | None
) -> dict[str, float | str]:
    session, wave = step.session, step.session.waveform
    assert wave is not None  # a sham is held against nothing
    site = place if place in SITES else site_of(place)
    name = f"area_{SINGULAR[site]}_cm2"
    area = session.area_cm2 or person.values.get(name) or parameters.value(name)
    net = wave.mean_mA * session.minutes * 60.0 / area  # mA s = mC
    values: dict[str, float | str] = {
        "site": place,
        "current_mA": max(wave.current_mA, abs(wave.offset_mA)),
        "rms_mA": wave.rms_mA,
        "charge_mC_per_cm2": abs(net) * (0.5 if session.reversed_halfway else 1.0),
        "minutes": session.minutes,
        "reversals": float(session.reversed_halfway),
        "frequency_Hz": wave.frequency_Hz or 0.0,
        "area_cm2": area,
        "age_years": person.age_years if person.age_years is not None else parameters.value("age_years"),
    }
    if volts is not None:
        values["volts"] = volts
    return values


def outcome(history: History, *, label: str = "", notes: Sequence[str] = ()) -> Outcome:
    """Judge a history."""
    volts = float(np.median(volts_needed(history)))
    days = float(history.days[-1])
    verdicts = check_course(history.course, days, history.people.person, history.people.parameters, volts)
    return Outcome(label, history, verdicts, tuple(notes))


def to_dict(result: Outcome) -> dict[str, Any]:
    """The outcome for JSON; the keys that others script against, and more."""
    h = result.history
    places = (*SITES, *SIDES)
    dry = {place: dry_day(h, place) for place in (*SITES, *(p for p in result.places if p in SIDES))}
    back = {place: return_day(h, place) for place in dry}
    minutes = [step.session.minutes for _, step in planned(h.course, result.horizon)]
    return {
        "course": list(h.course.words),
        "person": h.people.person.preset_name,
        "people": h.people.n,
        "seed": h.seed,
        "days": [int(day) for day in h.days],
        "treated": list(result.places),
        "sites": {
            place: {
                "sweat_mg_per_min": band(h.sweat_of(place)),
                "hdss": band(h.hdss_of(place)),
                "blocked": band(h.site_blocked(place)),
            }
            for place in places
        },
        "dry_day": {place: day_summary(days) for place, days in dry.items()},
        "return_day": {place: day_summary(days) for place, days in back.items()},
        "dry_below_mg_per_min": {place: threshold(h, place) for place in dry},
        "volts": dict(zip(("low", "median", "high"), _quantiles(volts_needed(h)), strict=True)),
        "skin_pct": {name: float(100.0 * np.mean(chance)) for name, chance in h.harm().items()},
        "sessions_planned": len(minutes),
        "minutes_planned": float(sum(minutes)),
        "session": [dict(each) for each in h.sessions],
        "limits": [verdict.to_dict() for verdict in result.verdicts],
        **_of_mind(h),
        "mechanism": h.mechanism,
        "hypotheses_name": h.hypotheses.name,
        "hypotheses": list(h.hypotheses.on) or [h.hypotheses.name],
        "assumptions": [*h.assumptions, *result.notes],
    }


def _of_mind(h: History) -> dict[str, Any]:
    """The mind over the days: bands as for the sites, and the response that its loop runs over."""
    return {**{name: band(values) for name, (values, _) in h.of_mind.items()}, "channel": h.mind.channel}


def _quantiles(values: Array) -> list[float]:
    return [float(v) for v in np.quantile(values, [0.05, 0.5, 0.95])]
