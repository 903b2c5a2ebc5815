"""`sudomotor evidence mind`: what is published of anxiety, nerves and skin, beside what the model gives."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.options import Json
from sudomotor.cli.output import Progress, print_json, show, show_answers
from sudomotor.errors import unknown

if TYPE_CHECKING:
    from rich.table import Table

    from sudomotor.evidence.mind_checks import Row
    from sudomotor.parameters import Parameters

NO_TRIAL = (
    "These are stress tests, surgery, medicines and a published model: no trial of iontophoresis known to us has "
    "measured anxiety."
)
_EDGE = 1e-6  # tolerances that end this near nothing mean "above" or "below" it


def evidence_mind(
    check: Annotated[
        list[int] | None,
        typer.Option(
            "--check",
            metavar="N",
            show_default=False,
            help="Only the check of this number; may be repeated.  (default: all, in half a minute)",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Hold the mind's side against published findings on stress, anxiety and sweat, misses first.

    \b
    Examples:
      sudomotor evidence mind
      sudomotor evidence mind --check 4 --check 10
      sudomotor evidence mind --json > mind.json
    """
    from sudomotor.evidence.mind_checks import CHECKS, held
    from sudomotor.parameters import load, load_citations
    from sudomotor.report.words import NOT_ADVICE

    known = {int(one.__name__.rsplit("_", 1)[1]): one for one in CHECKS}
    for number in check or []:
        if number not in known:
            raise unknown("check", str(number), [str(each) for each in known], where="--check")
    chosen = {number: one for number, one in known.items() if not check or number in check}
    rows = _run(chosen, load())
    holds = held(rows)
    cited = load_citations()
    keys = sorted({key for row in rows for key in row.source})
    if as_json:
        print_json(
            {
                "summary": headline(rows, holds),
                "held": holds,
                "checks": {number: title(one) for number, one in chosen.items()},
                "rows": [{**asdict(row), "holds": row.holds} for row in in_order(rows, holds)],
                "sources": {key: cited[key].text for key in keys},
                "note": f"{NO_TRIAL} {NOT_ADVICE}",
            }
        )
        return
    from rich.text import Text

    show(Text(f"{headline(rows, holds)}.", style="bold"), "")
    for number in sorted(chosen, key=lambda each: (holds[each], each)):
        show(
            Text.assemble(
                (f"Check {number} ", "bold"),
                ("holds", "bold") if holds[number] else ("MISSED", "bold red"),
                f": {title(chosen[number])}",
            ),
            table([row for row in rows if row.check == number]),
            "",
        )
    show(
        "“Predicted”: no parameter was set with this figure in view. “Reproduced”: one was, so that agreement proves "
        "little. A check holds where all its figures lie within the tolerances, which were stated before the run.",
        "",
    )
    show_answers([("Sources", "\n".join(f"{key}: {cited[key].text}" for key in keys))])
    show("", NO_TRIAL, NOT_ADVICE)


def _run(chosen: dict[int, Callable[[Parameters], list[Row]]], parameters: Parameters) -> list[Row]:
    rows: list[Row] = []
    count = "one check" if len(chosen) == 1 else f"{len(chosen)} checks"
    with Progress(f"running {count}", len(chosen)) as progress:
        for done, (number, one) in enumerate(chosen.items()):
            progress.at(done, label=f"check {number} ({done + 1} of {len(chosen)})")
            rows += one(parameters)
        progress.at(len(chosen))
    return rows


def title(check: Callable[..., Any]) -> str:
    """What a check is of, and whose finding.

    >>> title(lambda p: [])
    ''
    """
    return (check.__doc__ or "").strip().split("\n")[0].rstrip(".")


def in_order(rows: list[Row], holds: dict[int, bool]) -> list[Row]:
    """Missed checks first, and in each the rows that miss."""
    return sorted(rows, key=lambda row: (holds[row.check], row.check, row.holds))


def headline(rows: list[Row], holds: dict[int, bool]) -> str:
    """How many hold, and how many of these are predictions."""
    fitted = {row.check for row in rows if row.fitted}
    kept = [number for number, good in holds.items() if good]
    missed = [str(number) for number, good in holds.items() if not good]
    first = sum(number not in fitted for number in kept)
    told = f"{len(kept)} of {len(holds)} {'check holds' if len(holds) == 1 else 'checks hold'}"
    if kept:
        told += f": {first} predicted, {len(kept) - first} reproduced"
    return told + (f"; missed: {', '.join(missed)}" if missed else "")


def tolerance(low: float, high: float) -> str:
    """The range in which a figure holds, in words.

    >>> tolerance(0.8, math.inf), tolerance(-100.0, -1e-9), tolerance(7.0, 7.0), tolerance(0.0, 0.2)
    ('at least 0.8', 'below 0', '7', '0 to 0.2')
    >>> tolerance(1e-9, 100.0)
    'above 0'
    """
    if 0.0 < low < _EDGE:
        return "above 0"
    if -_EDGE < high < 0.0:
        return "below 0"
    if math.isinf(high):
        return f"at least {low:.3g}"
    if math.isinf(low):
        return f"at most {high:.3g}"
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"


def table(rows: list[Row]) -> Table:
    """The figures of one check, those that miss first; the same columns for each check."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, expand=False)
    out.add_column("compared", width=26)
    out.add_column("published", width=14)
    out.add_column("model", width=6, justify="right")
    out.add_column("tolerance", width=12)
    out.add_column("", width=10)
    for row in sorted(rows, key=lambda each: each.holds):
        what = row.what if row.unit in row.published else f"{row.what} ({row.unit})"
        verdict = ("reproduced" if row.fitted else "predicted") if row.holds else "MISSED"
        cells = (what, row.published, f"{row.predicted:.3g}", tolerance(row.low, row.high))
        out.add_row(*(Text(cell) for cell in cells), Text(verdict, style="" if row.holds else "bold red"))
    return out
