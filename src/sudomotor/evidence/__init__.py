"""Published studies against the simulator: the schema, the run, and the calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sudomotor.evidence.calibration import write_calibration
    from sudomotor.evidence.fitting import Fit, fit, kfold, sensitivity
    from sudomotor.evidence.observe import Criteria
    from sudomotor.evidence.result import EvidenceResult
    from sudomotor.evidence.runner import run, run_all
    from sudomotor.evidence.schema import parse_evidence, read_evidence, shipped

_HOME = {
    "write_calibration": "calibration",
    "Criteria": "observe",
    "EvidenceResult": "result",
    "Fit": "fitting",
    "fit": "fitting",
    "kfold": "fitting",
    "parse_evidence": "schema",
    "read_evidence": "schema",
    "run": "runner",
    "run_all": "runner",
    "sensitivity": "fitting",
    "shipped": "schema",
}

__all__ = [
    "Criteria",
    "EvidenceResult",
    "Fit",
    "fit",
    "kfold",
    "parse_evidence",
    "read_evidence",
    "run",
    "run_all",
    "sensitivity",
    "shipped",
    "write_calibration",
]


def __getattr__(name: str) -> Any:
    # the parts are imported on use, so that reading a file does not load the simulator's engine
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
