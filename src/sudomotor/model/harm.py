"""What a course does to the skin besides drying it: irritation that builds up and settles, and skin that gets too dry.

Irritation is counted in sessions' worth: 1 is the session that the published frequencies of side effects belong to
(Dagash et al. 2017), and it settles with a time constant of days. Over-dry skin comes with time spent under a
nearly total block.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sudomotor.parameters import Parameters
from sudomotor.person import People
from sudomotor.session.course_dose import CourseDose
from sudomotor.session.sensation import SYMPTOMS, feeling

Array = NDArray[np.float64]
IRRITATIONS = tuple(name for name in SYMPTOMS if name != "dryness")


def session_harm(dose: CourseDose) -> Array:
    """Irritation that one session adds, in sessions' worth; (node, person)."""
    return dose.intensity


def irritation_chances(irritation: Array, people: People, p: Parameters) -> dict[str, Array]:
    """Chance of each symptom over a course, (person,), from its irritation (day, side, person).

    The highest irritation on any day and side is held against the person's thresholds.
    """
    peak = irritation.max(axis=(0, 1))
    felt = feeling(peak, people["discomfort_threshold_factor"], parameters=p).probability
    return {name: felt[name] for name in IRRITATIONS}


def overdry_chance(blocked: Array, p: Parameters) -> Array:
    """Chance of over-dry, cracked skin over a course, (person,), from the blocked fraction (day, side, person)."""
    days = (blocked > p.value("overdry_block")).sum(axis=0).max(axis=0)
    return np.asarray(1.0 - np.exp(-p.value("overdry_rate_per_day") * days))
