"""`sudomotor evidence fit`: the calibration itself, from the table of studies to the values in force."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sudomotor.cli.inputs import check_seed
from sudomotor.cli.options import Json, Seed, Studies
from sudomotor.cli.output import Progress, print_json, say, show, show_path
from sudomotor.errors import InputError

if TYPE_CHECKING:
    from sudomotor.evidence import Fit

_LEAST_BUDGET = 20
_RIVAL_SHARE = 0.15  # of the budget, for each rival account under --mechanism all


def evidence_fit(
    file: Studies = None,
    mechanism: Annotated[
        str | None,
        typer.Option(
            "--mechanism",
            metavar="NAME",
            show_default=False,
            help="Account of the block to fit, or 'all': the one in force in full, each rival with fewer "
            "simulations.  (default: the one in force)",
        ),
    ] = None,
    budget: Annotated[
        int,
        typer.Option(
            "--budget", metavar="N", help="Simulations of the whole table: search, polish, uncertainty."
        ),
    ] = 2000,
    people: Annotated[int, typer.Option("--people", metavar="N", help="Virtual people in each arm.")] = 300,
    seed: Seed = 1,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE.toml",
            show_default=False,
            help="Write the calibration file; without it nothing is written.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Fit the free parameters, each within its published range, to all studies at once; with uncertainty.

    The shipped calibration is only replaced by hand: copy the file that -o writes.

    \b
    Examples:
      sudomotor evidence fit --budget 200
      sudomotor evidence fit --mechanism all -o calibration.toml
      sudomotor evidence fit --mechanism acid --json
    """
    from sudomotor.evidence import fit, read_evidence, shipped, write_calibration
    from sudomotor.report.page import check_free
    from sudomotor.simulation.simulate import count_of_people

    count_of_people(people)
    check_seed(seed)
    if budget < _LEAST_BUDGET:
        raise InputError(
            f"a budget of {budget} is too small for a fit",
            where="--budget",
            mend=f"--budget {_LEAST_BUDGET} or more",
        )
    names = _accounts(mechanism)
    if output is not None:
        check_free(output)
    table = shipped() if file is None else read_evidence(file)
    budgets = [
        budget if name == names[0] else max(_LEAST_BUDGET, round(_RIVAL_SHARE * budget)) for name in names
    ]
    groups = [people if name == names[0] else people // 2 for name in names]
    found = []
    for name, evaluations, size in zip(names, budgets, groups, strict=True):
        with Progress(f"fitting {name}", float(evaluations)) as progress:
            found.append(
                fit(table, mechanism=name, budget=evaluations, people=size, seed=seed, progress=progress.at)
            )
    written = None if output is None else write_calibration(output, found[0], found[1:])
    if as_json:
        rivals = {"rivals": [each.to_dict() for each in found[1:]]} if found[1:] else {}
        print_json({**found[0].to_dict(), **rivals, "written": None if written is None else str(written)})
        return
    for each in found:
        _show(each)
        if each.at_bound:
            say(f"note: at an end of their range: {', '.join(each.at_bound)}")
    if written is not None:
        show_path("Calibration", written)


def _accounts(mechanism: str | None) -> tuple[str, ...]:
    """Names to fit, the one that is fitted in full first."""
    from sudomotor.model.mechanisms import DEFAULT, MECHANISMS
    from sudomotor.model.mechanisms import mechanism as find

    if mechanism == "all":
        return (DEFAULT, *(name for name in MECHANISMS if name != DEFAULT))
    return (find(mechanism or DEFAULT).name,)


def _show(found: Fit) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for head in ("parameter", "before", "fitted", "90 % interval"):
        table.add_column(head, justify="left" if head == "parameter" else "right")
    for name, one in found.values.items():
        table.add_row(name, f"{one.start:.4g}", f"{one.value:.4g}", f"{one.low90:.4g} to {one.high90:.4g}")
    show(
        f"Mechanism {found.mechanism}: {found.inside} of {found.counted} counted outcomes inside tolerance "
        f"({found.high_weight_inside} of high weight), {found.orders_holding} ordinal facts true.",
        f"Score {found.score:.2f} (before {found.start_score:.2f}) after {found.evaluations} simulations.",
        "",
        table,
    )
