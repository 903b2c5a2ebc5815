"""Parameters as the calibration left them for each account of the block."""

from __future__ import annotations

import tomllib

from sudomotor.parameters import Parameters, load
from sudomotor.parameters.loader import data_folder


def parameters_for(mechanism: str, parameters: Parameters | None = None) -> Parameters:
    """The shipped parameters as calibrated for an account of the block; those given, if any, stay as they
    are.
    """
    if parameters is not None:
        return parameters
    shipped = load()
    path = data_folder() / "calibration.toml"
    if not path.exists():
        return shipped
    rivals = tomllib.loads(path.read_text("utf-8")).get("rival", {})
    return shipped.with_values({name: one["value"] for name, one in rivals.get(mechanism, {}).items()})
