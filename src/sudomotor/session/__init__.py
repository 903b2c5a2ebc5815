"""A session of treatment: current, skin, water and duct together give a dose.

`deliver` resolves one session of one person over time and down the duct; `course_dose` gives many people the
same session, by the same equations at few steps and an emulator of the duct.
"""

from __future__ import annotations

from sudomotor.session.course_dose import CourseDose, course_dose
from sudomotor.session.deliver import Dose, DuctProfile, deliver, poles
from sudomotor.session.sensation import SYMPTOMS, Feeling, feeling

__all__ = [
    "SYMPTOMS",
    "CourseDose",
    "Dose",
    "DuctProfile",
    "Feeling",
    "course_dose",
    "deliver",
    "feeling",
    "poles",
]
