"""`sudomotor cite`: the bibliography of what was run, or all of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sudomotor.cli.options import Json
from sudomotor.cli.output import print_json, show
from sudomotor.errors import unknown


def cite(
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="[all]",
            show_default=False,
            help="'all' for the whole bibliography; else that of the last run.",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "--run",
            metavar="DIR",
            show_default=False,
            help="Folder of the run's report.  (default: sudomotor-report)",
        ),
    ] = None,
    bibtex: Annotated[bool, typer.Option("--bibtex", help="As BibTeX.")] = False,
    as_json: Json = False,
) -> None:
    """Print the sources that a run rests on.

    \b
    Examples:
      sudomotor cite
      sudomotor cite --run my-report --bibtex
      sudomotor cite all
    """
    from sudomotor.parameters import load_citations
    from sudomotor.report.page import DEFAULT_FOLDER, bibliography, read_manifest

    if what is not None and what != "all":
        raise unknown("bibliography", what, ["all"], where="sudomotor cite")
    # "all" is no folder that anybody would mean
    everything = what == "all" or (folder is not None and str(folder) == "all")
    keys = load_citations() if everything else read_manifest(folder or DEFAULT_FOLDER)["citations"]
    entries = bibliography(keys)
    if as_json:
        print_json({"citations": [{"key": e.key, "kind": e.kind, **dict(e.fields)} for e in entries]})
    elif bibtex:
        typer.echo("\n\n".join(entry.bibtex for entry in entries))
    else:
        from rich.text import Text

        for entry in entries:
            show(Text.assemble((f"[{entry.key}] ", "bold"), entry.text))
