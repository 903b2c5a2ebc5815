"""Simulation-based calibration: what was put in falls evenly among what is drawn (the documented run has 200 people)."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks" / "twin"


@pytest.mark.slow
def test_ranks_are_even_and_intervals_cover_what_they_say():
    sys.path.insert(0, str(FOLDER))
    try:
        bench = runpy.run_path(str(FOLDER / "sbc.py"))
    finally:
        sys.path.remove(str(FOLDER))
    found = bench["summary"](bench["people"]("prior", list(range(50)), 2026, "auto"))
    assert found["least_p_bonferroni"] > 0.01
    assert 0.84 <= found["covered_90"] <= 0.95
    assert found["trusted"] >= 0.98
