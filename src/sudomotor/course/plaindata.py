"""Courses to plain data and back, for JSON and TOML files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from sudomotor.course.care import CARE_NAMES, CareStep
from sudomotor.course.checks import choice, keys
from sudomotor.course.schedule import Condition, Schedule, Stop
from sudomotor.course.steps import PauseStep, Step, TreatStep
from sudomotor.course.treatment import Session, Water
from sudomotor.course.waveform import Waveform
from sudomotor.errors import InputError

if TYPE_CHECKING:
    from sudomotor.course.course import Course

_KINDS: dict[str, type] = {"treat": TreatStep, "pause": PauseStep, **dict.fromkeys(CARE_NAMES, CareStep)}
_NESTED: dict[str, type] = {
    "session": Session, "schedule": Schedule, "stop": Stop, "until": Condition, "water": Water,
    "waveform": Waveform,
}  # fmt: skip


def course_dict(course: Course) -> dict[str, Any]:
    """See `Course.to_dict`."""
    return {
        "steps": [step_dict(step) for step in course.steps],
        "start": course.start.isoformat() if course.start else None,
        "missed_pct": course.missed_pct,
    }


def step_dict(step: Step) -> dict[str, Any]:
    """One step; of another treatment its own kind takes the place of "treat"."""
    return {"kind": "treat" if isinstance(step, TreatStep) else "pause", **_dict(step)}


def course_from(data: Mapping[str, Any]) -> Course:
    """See `Course.from_dict`."""
    from sudomotor.course.course import Course

    keys(data, ("steps", "start", "missed_pct"), "course")
    steps = data.get("steps")
    if not isinstance(steps, (list, tuple)):
        raise InputError(
            "a course has a list of steps", where="steps", mend="e.g. the output of Course.to_dict()"
        )
    start = data.get("start")
    try:
        begins = None if start is None else date.fromisoformat(start)
    except (TypeError, ValueError):
        raise InputError(f"start is no date: {start!r}", where="start", mend="e.g. '2026-03-01'") from None
    return Course(
        *(step_from(step, f"steps[{i}]") for i, step in enumerate(steps)),
        start=begins,
        missed_pct=data.get("missed_pct"),
    )


def step_from(data: object, where: str) -> Step:
    """One step from plain data; `where` names it in errors."""
    if not isinstance(data, Mapping):
        raise InputError(
            f"a step must be a table, not {data!r}",
            where=where,
            mend='e.g. {"kind": "pause", "for_days": 14}',
        )
    kind = choice(data.get("kind"), f"{where}.kind", _KINDS)
    # the kind of another treatment is a field of its step
    values = {name: value for name, value in data.items() if name != "kind" or kind in CARE_NAMES}
    step: Step = _object(_KINDS[kind], values, where)
    return step


def _dict(thing: Any) -> dict[str, Any]:
    values = ((each.name, getattr(thing, each.name)) for each in fields(thing))
    return {name: _dict(value) if name in _NESTED and value is not None else value for name, value in values}


def _object(type_: Any, data: object, where: str) -> Any:
    found = keys(data, [each.name for each in fields(type_)], where)
    values = {
        name: _object(_NESTED[name], value, f"{where}.{name}")
        if name in _NESTED and value is not None
        else value
        for name, value in found.items()
    }
    try:
        return type_(**values)
    except InputError as error:
        raise InputError(
            error.what, where=f"{where}.{error.where or ''}".rstrip("."), mend=error.mend
        ) from None
    except TypeError:
        needed = [each.name for each in fields(type_) if each.name not in values]
        raise InputError(f"{where} is incomplete", where=where, mend=f"give {', '.join(needed)}") from None
