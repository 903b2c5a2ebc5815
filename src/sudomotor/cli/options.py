"""Options that several commands share, declared once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
Seed = Annotated[
    int, typer.Option("--seed", metavar="N", help="Of the draw; the same seed gives the same numbers.")
]
GroupSize = Annotated[int, typer.Option("--people", metavar="N", help="People like this person to draw.")]
Folder = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="DIR",
        show_default=False,
        help="Folder of the report.  (default: sudomotor-report; none with --json unless this is given)",
    ),
]
Who = Annotated[
    str | None,
    typer.Option(
        "--person",
        metavar="PRESET|FILE.toml",
        show_default=False,
        help="Who is treated: healthy; palmar hyperhidrosis, moderate or severe; plantar …; axillary …; "
        "or a file.",
    ),
]
Settings = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE UNIT",
        show_default=False,
        help="Set a parameter by hand; may be repeated. `sudomotor parameters` lists them.",
    ),
]
Studies = Annotated[
    Path | None,
    typer.Argument(
        metavar="[FILE.toml]",
        show_default=False,
        help="A table of studies.  (default: the shipped one)",
    ),
]
