"""Running declared models: exact chains, scans over time slots, and the reference they are tested against.

Knows no physiology and imports nothing else of the package.
"""

from __future__ import annotations

from sudomotor.engine.chain import advance, poisson_weights
from sudomotor.engine.scan import BACKENDS, choose_backend, repeat, scan

__all__ = ["BACKENDS", "advance", "choose_backend", "poisson_weights", "repeat", "scan"]
