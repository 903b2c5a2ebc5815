"""What a study could tell of the loop: Fisher information of its measurements about twelve parameters.

With the derivatives J of what is measured by the logarithms of the parameters, n people in each arm and independent
normal errors of standard deviation s, the information of a design is F = sum n J'J/s^2, and no unbiased estimate has
a smaller variance than the inverse of F (Cramér and Rao). So the relative standard error of a parameter is at least
sqrt(F^-1_ii). The eigenvectors of F are the combinations of parameters that the design tells apart one by one; the
rank is the number of those whose relative standard error, 1/sqrt(eigenvalue), is below a stated limit, which is the
same for all designs. Information adds up: a measurement never makes anything less certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.evidence.design import MEASURES, Design, Step, read_design, shipped_design
from sudomotor.evidence.sensitivity import SYMBOLS, VARIED, Sensitivity, assumed_values, sensitivities

if TYPE_CHECKING:
    from rich.table import Table

Array = NDArray[np.float64]
# singular values below this share of the greatest are round-off of the derivatives
_ROUND_OFF = 1e-12
# a relative standard error below which a combination is known to a factor of e
WELL_KNOWN = 1.0


@dataclass(frozen=True)
class Information:
    """What one design tells.

    Attributes
    ----------
    step : the design.
    fisher : (parameter, parameter) information about the logarithms of the parameters, in the order of VARIED.
    errors : (parameter,) least relative standard error; inf where the design cannot tell at all.
    direction_errors : (direction,) the same of the eigenvectors, the best known first.
    directions : (direction, parameter) the eigenvectors.
    limit : below which a direction counts as determined.
    """

    step: Step
    fisher: Array
    errors: Array
    direction_errors: Array
    directions: Array
    limit: float

    @property
    def rank(self) -> int:
        """Directions that the data determine."""
        return int((self.direction_errors < self.limit).sum())

    @property
    def well_known(self) -> int:
        """Directions that are known to a factor of e."""
        return int((self.direction_errors < WELL_KNOWN).sum())

    def error(self, symbol: str) -> float:
        """Relative standard error of a parameter by its symbol."""
        return float(self.errors[SYMBOLS.index(symbol)])

    @property
    def blurred(self) -> tuple[str, ...]:
        """The parameters that make up the worst known direction, the greatest part first."""
        part = np.abs(self.directions[-1])
        order = np.argsort(-part)
        # those that make up nine tenths of it, as squares add up to 1
        count = int(np.searchsorted(np.cumsum(part[order] ** 2), 0.9)) + 1
        return tuple(SYMBOLS[i] for i in order[:count])


@dataclass(frozen=True)
class Identified:
    """What each step of a design tells.

    Attributes
    ----------
    values : the values taken for true, by symbol; 0 for a mechanism that is off.
    steps : one for each step of the design.
    """

    design: Design
    values: Mapping[str, float]
    steps: tuple[Information, ...]

    def headline(self) -> str:
        """The finding in one sentence."""
        first, last = self.steps[0], self.steps[-1]
        count = sum(value > 0 for value in self.values.values())
        if len(self.steps) == 1:
            return f"The design determines {first.rank} of {count} directions of the loop's parameters"
        return (
            f"The first design determines {first.rank} of {count} directions of the loop's parameters, "
            f"the last {last.rank}"
        )

    def notes(self) -> tuple[str, ...]:
        """What to keep in mind."""
        d = self.design
        said = [
            "local: the model is taken for true, at the values assumed, and so are the people's own baselines of sweat, "
            "mood, expectation and attention; real studies do worse",
            f"relative standard errors at the least (Cramér-Rao), from exact derivatives of the mean over {d.people} "
            f"simulated people of the kind '{d.person}'; errors of readings taken for independent and normal",
            f"rank: eigen-directions of the information about the logarithms of the parameters with a relative standard "
            f"error below {d.rank_relative_error:g}, the same limit for every design",
            "a parameter also moves the day on which a person ceases to hold that the treatment works; that is left out",
        ]
        worst = self.steps[-1]
        if worst.rank < sum(value > 0 for value in self.values.values()):
            said.append(f"not told apart even by the last design: {', '.join(worst.blurred)}")
        off = [f"{one.symbol} ({one.name})" for one in VARIED if not self.values[one.symbol]]
        if off:
            said.append(f"of mechanisms that are off, and so beyond any design: {', '.join(off)}")
        return tuple(said)

    def table(self) -> Table:
        """Relative standard errors by parameter (rows) and design (columns), for a terminal."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False)
        table.add_column("relative standard error", overflow="fold")
        table.add_column("assumed", justify="right")
        for i, _ in enumerate(self.steps, 1):
            table.add_column(f"({i})", justify="right")
        for k, one in enumerate(VARIED):
            value = self.values[one.symbol]
            row = [shown(float(info.errors[k])) for info in self.steps]
            table.add_row(f"{one.symbol}  {one.name}", f"{value:.3g}" if value else "off", *row)
        table.add_row("rank", "", *(str(info.rank) for info in self.steps), style="bold")
        table.add_row("known to a factor of e", "", *(str(info.well_known) for info in self.steps))
        return table

    def legend(self) -> list[str]:
        """What the columns are."""
        return [f"({i}) {info.step.name}" for i, info in enumerate(self.steps, 1)]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain data; an error that is infinite is none in JSON."""
        return {
            "design": self.design.name,
            "person": self.design.person,
            "hypotheses": list(self.design.hypotheses.on),
            "headline": self.headline(),
            "parameters": [
                {"symbol": one.symbol, "name": one.name, "text": one.text, "assumed": self.values[one.symbol]}
                for one in VARIED
            ],
            "steps": [
                {
                    "name": info.step.name,
                    "arms": list(info.step.arms),
                    "measures": list(info.step.measures),
                    "relative_standard_error": dict(zip(SYMBOLS, info.errors.tolist(), strict=True)),
                    "rank": info.rank,
                    "well_known": info.well_known,
                    "direction_errors": info.direction_errors.tolist(),
                    "least_known_direction": list(info.blurred),
                }
                for info in self.steps
            ],
            "rank_relative_error": self.design.rank_relative_error,
            "notes": list(self.notes()),
        }


def shown(error: float) -> str:
    """A relative standard error as the table shows it: two digits, none where there is none.

    >>> shown(0.2345), shown(4.14), shown(120.0), shown(float("inf"))
    ('0.23', '4.1', '120', '–')
    """
    if not np.isfinite(error):
        return "–"
    return f"{error:.2f}" if error < 1 else f"{error:.1f}" if error < 10 else f"{error:.0f}"


def identify(design: Design | str | Path | None = None) -> Identified:
    """What a design, or each of its steps, could tell of the loop.

    Parameters
    ----------
    design : a design, the path of one, or None for the six shipped ones.

    Returns
    -------
    Identified

    Examples
    --------
    `sudomotor identify` prints the table of the shipped designs:

    >>> from sudomotor.evidence.identify import identify
    >>> identify().steps[-1].rank  # doctest: +SKIP
    12
    """
    if design is None:
        design = shipped_design()
    elif not isinstance(design, Design):
        design = read_design(design)
    moves = sensitivities(design)
    steps = tuple(information(design, step, moves) for step in design.steps)
    return Identified(design, assumed_values(design), steps)


def information(design: Design, step: Step, moves: Mapping[str, Sensitivity]) -> Information:
    """Fisher information of one step of a design, from the sensitivities of its arms."""
    rows = [
        moves[arm.name].gradient[list(MEASURES).index(measure.name), list(measure.days)]
        * np.sqrt(arm.n)
        / measure.sd
        for arm in design.arms
        if arm.name in step.arms
        for measure in design.measures
        if measure.name in step.measures
    ]
    return of_rows(np.concatenate(rows), step, design.rank_relative_error)


def of_rows(rows: Array, step: Step, limit: float) -> Information:
    """Information from derivatives in units of their standard errors, (reading, parameter).

    By singular values of the rows, which lose no digits as the square of them would.
    """
    count = rows.shape[1]
    padded = np.concatenate([rows, np.zeros((max(count - len(rows), 0), count))])
    _, singular, directions = np.linalg.svd(padded, full_matrices=False)
    told = singular > _ROUND_OFF * max(float(singular[0]), 1e-300)
    direction_errors = np.where(told, 1.0 / np.where(told, singular, 1.0), np.inf)
    variance = np.sum((directions[told] / singular[told, None]) ** 2, axis=0)
    # a parameter with a part in a direction that nothing tells is not told either
    lost = np.sum(directions[~told] ** 2, axis=0) > np.sqrt(_ROUND_OFF)
    errors = np.where(lost, np.inf, np.sqrt(variance))
    return Information(step, rows.T @ rows, errors, direction_errors, directions, limit)
