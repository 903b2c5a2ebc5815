"""The file that a calibration is kept in: written here, read by the loader of parameters.

`[fitted.<name>]` holds the values in force. `[rival.<mechanism>.<name>]` holds what a rival account of the
block was fitted with; a run under that account lays them over, so that every account is judged at its own
best.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sudomotor.errors import InputError
from sudomotor.evidence.fitting import Fit


def _tables(fitted: Fit, head: str) -> list[str]:
    lines = [
        f"# {fitted.mechanism}: {fitted.inside} of {fitted.counted} outcomes, {fitted.orders_holding} orders",
        f"# score {fitted.score:.3f} (start {fitted.start_score:.3f}); "
        f"seed {fitted.seed}, {fitted.people} people, {fitted.evaluations} evaluations",
        "",
    ]
    for name, one in fitted.values.items():
        lines += [
            f"[{head}.{name}]",
            f"value = {one.value:.6g}",
            f"low90 = {one.low90:.6g}",
            f"high90 = {one.high90:.6g}",
            "",
        ]
    return lines


def calibration_text(best: Fit, rivals: Sequence[Fit] = ()) -> str:
    """The calibration file: the fit in force and those of the rival accounts."""
    lines = [
        "# Written by `sudomotor evidence fit`; not edited by hand.",
        "# value: at the best score; low90, high90: the middle 90 % of a",
        "# random walk about it within the parameter's range. All studies share these values.",
        f'mechanism = "{best.mechanism}"',
        "",
        *_tables(best, "fitted"),
    ]
    for rival in rivals:
        lines += _tables(rival, f"rival.{rival.mechanism}")
    return "\n".join(lines).rstrip() + "\n"


def write_calibration(path: str | Path, best: Fit, rivals: Sequence[Fit] = ()) -> Path:
    """Write the calibration file."""
    target = Path(path)
    try:
        target.write_text(calibration_text(best, rivals), "utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write '{path}': {error}", mend="name a file in a folder that exists"
        ) from None
    return target
