"""`sudomotor evidence run`: the published trials, simulated."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.inputs import check_seed
from sudomotor.cli.options import Json, Seed, Studies
from sudomotor.cli.output import Progress, print_json, show, show_path
from sudomotor.errors import unknown

if TYPE_CHECKING:
    from sudomotor.evidence import EvidenceResult

ALL = "all"


def evidence_run(
    file: Studies = None,
    mechanism: Annotated[
        str | None,
        typer.Option(
            "--mechanism",
            metavar="NAME|all",
            show_default=False,
            help="Account of the block; 'all' puts every one in a table.",
        ),
    ] = None,
    people: Annotated[int, typer.Option("--people", metavar="N", help="Virtual people in each arm.")] = 1000,
    seed: Seed = 1,
    folder: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            show_default=False,
            help="Folder of a report with figures; none is written without it.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Simulate the published studies and hold the predictions against what was found, misses first.

    \b
    Examples:
      sudomotor evidence run
      sudomotor evidence run my-studies.toml --json
      sudomotor evidence run --mechanism all --people 400 -o evidence-report
    """
    from sudomotor.evidence import run, run_all
    from sudomotor.model.mechanisms import MECHANISMS
    from sudomotor.simulation.simulate import count_of_people

    count_of_people(people)
    check_seed(seed)
    if mechanism is not None and mechanism not in (*MECHANISMS, ALL):
        raise unknown("mechanism", mechanism, (*MECHANISMS, ALL), where="--mechanism")
    results: list[EvidenceResult]
    with Progress("simulating the studies", 1.0) as progress:
        if mechanism == ALL:
            results = list(run_all(file, people=people, seed=seed, progress=progress.at).values())
        else:
            results = [run(file, mechanism=mechanism, people=people, seed=seed, progress=progress.at)]
    results.sort(key=lambda result: -result.inside)
    page = None
    if folder is not None:
        from sudomotor.report.evidence_report import evidence_report
        from sudomotor.report.page import write

        page = write(evidence_report(results), folder, "evidence.html")
    if as_json:
        content: dict[str, Any] = results[0].to_dict()
        if len(results) > 1:
            content["mechanisms"] = [result.to_dict() for result in results]
        print_json({**content, "report": None if page is None else str(page)})
        return
    if len(results) > 1:
        from sudomotor.report.evidence_report import comparison_table

        show(comparison_table(results), "")
    for result in results:
        show(result.table(), "")
    show(*dict.fromkeys(note for result in results for note in result.notes))
    if page is not None:
        show_path("Report", page)
