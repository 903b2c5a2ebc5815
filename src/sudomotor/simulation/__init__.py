"""A course meets people, and out comes a history."""

from __future__ import annotations

from sudomotor.simulation.history import History, band, day_summary
from sudomotor.simulation.moment import Moment, stress_test
from sudomotor.simulation.prepare import Prepared, prepare
from sudomotor.simulation.simulate import run_prepared, simulate

__all__ = [
    "History",
    "Moment",
    "Prepared",
    "band",
    "day_summary",
    "prepare",
    "run_prepared",
    "simulate",
    "stress_test",
]
