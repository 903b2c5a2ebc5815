"""One setting of a whole course at a time: what a sweep, a comparison or a study's stated range changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sudomotor.course.checks import number
from sudomotor.course.course import Course
from sudomotor.course.schedule import Schedule
from sudomotor.course.steps import Step, TreatStep
from sudomotor.course.treatment import Session
from sudomotor.course.waveform import Waveform
from sudomotor.errors import InputError, unknown


@dataclass(frozen=True)
class Setting:
    """A setting: its unit, the steps to which it applies, how to put a value there, and how to read it."""

    unit: str
    applies: Callable[[TreatStep], bool]
    put: Callable[[TreatStep, float], TreatStep]
    get: Callable[[TreatStep], float | None]


def _session(
    field: str,
) -> tuple[Callable[[TreatStep, float], TreatStep], Callable[[TreatStep], float | None]]:
    def put(step: TreatStep, value: float) -> TreatStep:
        changed: dict[str, Any] = {field: value}
        return replace(step, session=replace(step.session, **changed))

    def get(step: TreatStep) -> float | None:
        found: float | None = getattr(step.session, field)
        return found

    return put, get


def _water(field: str) -> tuple[Callable[[TreatStep, float], TreatStep], Callable[[TreatStep], float | None]]:
    def put(step: TreatStep, value: float) -> TreatStep:
        changed: dict[str, Any] = {field: value}
        water = replace(step.session.water, **changed)
        return replace(step, session=replace(step.session, water=water))

    def get(step: TreatStep) -> float | None:
        found: float | None = getattr(step.session.water, field)
        return found

    return put, get


def _wave(step: TreatStep) -> Waveform:
    assert step.session.waveform is not None  # `applies` has seen to it
    return step.session.waveform


def _with_wave(step: TreatStep, waveform: Waveform) -> TreatStep:
    session: Session = replace(step.session, waveform=waveform)
    return replace(step, session=session)


def _put_current(step: TreatStep, value: float) -> TreatStep:
    """The direct offset keeps its proportion to the alternating part."""
    wave = _wave(step)
    if wave.offset_mA and not wave.current_mA:
        raise InputError(
            "the alternating current is 0 mA, so its offset has no proportion to keep",
            where="current_mA",
            mend="write the currents in the sentence",
        )
    offset = wave.offset_mA and wave.offset_mA * value / wave.current_mA
    return _with_wave(step, replace(wave, current_mA=value, offset_mA=offset))


def _put_weekly(step: TreatStep, value: float) -> TreatStep:
    return replace(step, schedule=Schedule(value, 7.0))


def _is(*kinds: str) -> Callable[[TreatStep], bool]:
    return lambda step: step.session.waveform is not None and step.session.waveform.kind in kinds


def _always(step: TreatStep) -> bool:
    return True


def _tap(step: TreatStep) -> bool:
    return step.session.water.kind == "tap"


SETTINGS: dict[str, Setting] = {
    "current_mA": Setting("mA", _is("dc", "pulsed", "ac"), _put_current, lambda step: _wave(step).current_mA),
    "minutes": Setting("min", _always, *_session("minutes")),
    "sessions_per_week": Setting("1/week", _always, _put_weekly, lambda step: step.schedule.per_week),
    "alkalinity_mM": Setting("mM", _tap, *_water("alkalinity_mM")),
    "water_uS_per_cm": Setting("uS/cm", _tap, *_water("conductivity_uS_per_cm")),
    "litres": Setting("l", _always, *_water("litres")),
    "salt_g": Setting("g", _always, *_water("salt_g")),
    "baking_soda_g": Setting("g", _always, *_water("baking_soda_g")),
    "area_cm2": Setting("cm2", _always, *_session("area_cm2")),
    "frequency_Hz": Setting(
        "Hz",
        _is("pulsed", "ac"),
        lambda step, value: _with_wave(step, replace(_wave(step), frequency_Hz=value)),
        lambda step: _wave(step).frequency_Hz,
    ),
    "duty": Setting(
        "1",
        _is("pulsed"),
        lambda step, value: _with_wave(step, replace(_wave(step), duty=value)),
        lambda step: _wave(step).duty,
    ),
    "max_volts": Setting("V", _is("dc", "pulsed", "ac"), *_session("max_volts")),
}


def settings(course: Course) -> tuple[str, ...]:
    """The names that `with_setting` can change in at least one step of a course.

    >>> settings(Course("Sham palms for 20 minutes, 5 times a week for 2 weeks"))[:2]
    ('minutes', 'sessions_per_week')
    """
    steps = [step for step in course.steps if isinstance(step, TreatStep)]
    return tuple(name for name, each in SETTINGS.items() if any(map(each.applies, steps)))


def setting(course: Course, name: str) -> tuple[float | None, ...]:
    """What each step to which a setting applies says of it; None where it says nothing.

    >>> setting(Course("Treat soles at 15 mA for 20 min, daily for 1 week", "Then at 12 mA"), "current_mA")
    (15.0, 12.0)
    """
    each = _known(course, name)
    steps = [step for step in course.steps if isinstance(step, TreatStep)]
    return tuple(each.get(step) for step in steps if each.applies(step))


def with_setting(course: Course, name: str, value: float) -> Course:
    """The course with one setting changed, in every treatment step to which it applies.

    Parameters
    ----------
    course : a course
    name : one of `settings(course)`; its unit is part of the name. "current_mA" is what the course calls the
        current (mean, peak or rms), and a direct offset keeps its proportion to it. "sessions_per_week"
        changes the rhythm; steps keep their length in days, or their number of sessions where that ends them.
    value : in that unit; it overrides what the course says

    Returns
    -------
    Course : with the same start, missed sessions and notes

    Examples
    --------
    >>> with_setting(Course("Treat palms at 15 mA DC for 20 minutes, daily for 1 week"), "current_mA", 10)
    Course('Treat palms at 10 mA DC for 20 minutes, daily for 1 week')
    """
    each = _known(course, name)
    amount = number(value, name, least=0, unit=each.unit if each.unit != "1" else "")
    steps: list[Step] = [
        each.put(step, amount) if isinstance(step, TreatStep) and each.applies(step) else step
        for step in course.steps
    ]
    changed = Course(*steps, start=course.start, missed_pct=course.missed_pct)
    object.__setattr__(changed, "notes", course.notes)
    return changed


def _known(course: Course, name: str) -> Setting:
    if name not in SETTINGS:
        raise unknown("setting of a course", name, SETTINGS, where=name)
    can = settings(course)
    if name not in can:
        raise InputError(
            f"{name} does not apply to this course: {course}",
            where=name,
            mend=f"what applies: {', '.join(can) or 'nothing'}",
        )
    return SETTINGS[name]
