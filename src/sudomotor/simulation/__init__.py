"""A course meets people, and out comes a history."""

from __future__ import annotations

from sudomotor.simulation.history import History, band, day_summary
from sudomotor.simulation.prepare import Prepared, prepare
from sudomotor.simulation.simulate import run_prepared, simulate

__all__ = ["History", "Prepared", "band", "day_summary", "prepare", "run_prepared", "simulate"]
