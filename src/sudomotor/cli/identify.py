"""`sudomotor identify`: what a study could tell of the loop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sudomotor.cli.options import Json
from sudomotor.cli.output import Progress, print_json, show, show_path


def identify(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[DESIGN.toml]",
            show_default=False,
            help="A design: arms, measures, days.  (default: six shipped ones)",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="DIR",
            show_default=False,
            help="Folder of a report with a figure; none is written without it.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """How well a study could know each parameter of the loop, at best, from Fisher information.

    \b
    Examples:
      sudomotor identify
      sudomotor identify examples/design.toml
      sudomotor identify examples/design.toml --json -o design-report
    """
    from sudomotor.evidence.identify import identify as work_out

    with Progress("working out what the design can tell", 1.0):
        found = work_out(file)
    page = None
    if folder is not None:
        from sudomotor.report.identify_report import identify_report
        from sudomotor.report.page import write

        page = write(identify_report(found), folder, "identify.html")
    if as_json:
        print_json({**found.to_dict(), "report": None if page is None else str(page)})
        return
    show(f"{found.headline()}.", "", found.table(), "")
    show(*found.legend(), "")
    show(*(f"{note[0].upper()}{note[1:]}." for note in found.notes()))
    if page is not None:
        show_path("Report", page)
