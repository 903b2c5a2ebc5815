"""The course language: sentences that a person writes, and the typed steps that they mean.

>>> course = Course("Treat palms at 15 mA DC for 20 minutes, daily for 4 weeks; then every 10 days")
>>> course.steps[1].schedule
Schedule(times=1.0, period_days=10.0)
"""

from sudomotor.course.care import CareStep
from sudomotor.course.course import Course
from sudomotor.course.problem import SentenceError
from sudomotor.course.schedule import Condition, Schedule, Stop
from sudomotor.course.settings import SETTINGS, setting, settings, with_setting
from sudomotor.course.steps import PauseStep, Step, TreatStep, alongside, session_days
from sudomotor.course.treatment import Session, Water
from sudomotor.course.waveform import Waveform

__all__ = [
    "SETTINGS",
    "CareStep",
    "Condition",
    "Course",
    "PauseStep",
    "Schedule",
    "SentenceError",
    "Session",
    "Step",
    "Stop",
    "TreatStep",
    "Water",
    "Waveform",
    "alongside",
    "session_days",
    "setting",
    "settings",
    "with_setting",
]
