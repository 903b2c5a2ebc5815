"""An open simulator of iontophoresis and sweating: from a course of treatment in words to the days after it.

>>> import sudomotor as sm
>>> person = sm.Person.preset("palmar hyperhidrosis")
>>> course = sm.Course("Treat palms at 15 mA DC for 20 minutes, daily for 2 weeks", "Then every 10 days")
>>> history = sm.simulate(person, course, days=60, people=20)
>>> history.mechanism == sm.Hypotheses.evidence().mechanism
True

Names are imported when they are first used, so that `import sudomotor` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sudomotor import errors, evidence, limits, parameters
    from sudomotor.course import (
        CareStep,
        Condition,
        Course,
        PauseStep,
        Schedule,
        Session,
        Stop,
        TreatStep,
        Water,
        Waveform,
        with_setting,
    )
    from sudomotor.diary import Diary, Entry
    from sudomotor.evidence.claims import claims
    from sudomotor.evidence.compare import compare
    from sudomotor.evidence.identify import identify
    from sudomotor.limits import Answers, Limits, check_plan, check_schedule, check_session, device, screen
    from sudomotor.measurement import Recording
    from sudomotor.measurement.activity import SudomotorActivity
    from sudomotor.measurement.decompose import decompose
    from sudomotor.measurement.evoked import Evoked, evoked
    from sudomotor.measurement.features import features
    from sudomotor.measurement.quality import Quality, judge
    from sudomotor.measurement.read import read
    from sudomotor.measurement.stream import Stream
    from sudomotor.model import Hypotheses
    from sudomotor.model.channels import Channel
    from sudomotor.parameters import Parameters
    from sudomotor.person import People, Person, draw, presets
    from sudomotor.planning import Plan, plan
    from sudomotor.session import Dose, deliver
    from sudomotor.simulation import History, Moment, simulate, stress_test
    from sudomotor.simulation.panic import panic_course
    from sudomotor.twin import Forecast, Replay, Twin, fit, forecast, replay
    from sudomotor.twin.backtest import backtest

    __version__: str

_HOMES = {
    "course": (
        "CareStep",
        "Condition",
        "Course",
        "PauseStep",
        "Schedule",
        "Session",
        "Stop",
        "TreatStep",
        "Water",
        "Waveform",
        "with_setting",
    ),
    "diary": ("Diary", "Entry"),
    "evidence.claims": ("claims",),
    "evidence.compare": ("compare",),
    "evidence.identify": ("identify",),
    "limits": ("Answers", "Limits", "check_plan", "check_schedule", "check_session", "device", "screen"),
    "measurement": ("Recording",),
    "measurement.activity": ("SudomotorActivity",),
    "measurement.decompose": ("decompose",),
    "measurement.evoked": ("Evoked", "evoked"),
    "measurement.features": ("features",),
    "measurement.quality": ("Quality", "judge"),
    "measurement.read": ("read",),
    "measurement.stream": ("Stream",),
    "model": ("Hypotheses",),
    "model.channels": ("Channel",),
    "parameters": ("Parameters",),
    "planning": ("Plan", "plan"),
    "person": ("People", "Person", "draw", "presets"),
    "session": ("Dose", "deliver"),
    "simulation": ("History", "Moment", "simulate", "stress_test"),
    "simulation.panic": ("panic_course",),
    "twin": ("Forecast", "Replay", "Twin", "fit", "forecast", "replay"),
    "twin.backtest": ("backtest",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}
_ROOMS = ("errors", "evidence", "limits", "parameters")

__all__ = [
    "Answers",
    "CareStep",
    "Channel",
    "Condition",
    "Course",
    "Diary",
    "Dose",
    "Entry",
    "Evoked",
    "Forecast",
    "History",
    "Hypotheses",
    "Limits",
    "Moment",
    "Parameters",
    "PauseStep",
    "People",
    "Person",
    "Plan",
    "Quality",
    "Recording",
    "Replay",
    "Schedule",
    "Session",
    "Stop",
    "Stream",
    "SudomotorActivity",
    "TreatStep",
    "Twin",
    "Water",
    "Waveform",
    "__version__",
    "backtest",
    "check_plan",
    "check_schedule",
    "check_session",
    "claims",
    "compare",
    "decompose",
    "deliver",
    "device",
    "draw",
    "errors",
    "evidence",
    "evoked",
    "features",
    "fit",
    "forecast",
    "identify",
    "judge",
    "limits",
    "panic_course",
    "parameters",
    "plan",
    "presets",
    "read",
    "replay",
    "screen",
    "simulate",
    "stress_test",
    "with_setting",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        value: Any = version("sudomotor")
    elif name in _HOME_OF:
        value = getattr(import_module(f"sudomotor.{_HOME_OF[name]}"), name)
    elif name in _ROOMS:
        return import_module(f"sudomotor.{name}")
    else:
        raise AttributeError(f"module 'sudomotor' has no attribute '{name}'")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
