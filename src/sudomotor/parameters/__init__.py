"""Every constant of the model: a value with its unit, range, spread across people, source and grade.

The values are data (`data/*.toml`), one table a parameter, read by one loader that checks units, ranges and
sources. `data/calibration.toml` holds what `sudomotor evidence fit` found, laid over the starting values.
"""

from __future__ import annotations

from sudomotor.parameters.citations import Citation, load_citations
from sudomotor.parameters.loader import (
    DISTRIBUTIONS,
    GRADES,
    Parameter,
    Parameters,
    load,
    read_parameter_file,
)

__all__ = [
    "DISTRIBUTIONS",
    "GRADES",
    "Citation",
    "Parameter",
    "Parameters",
    "load",
    "load_citations",
    "read_parameter_file",
]
