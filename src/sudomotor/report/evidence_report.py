"""The page of an evidence run: each published number beside its prediction, misses first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sudomotor.evidence import EvidenceResult
from sudomotor.evidence.result import OutcomeResult
from sudomotor.parameters import load, load_citations
from sudomotor.report.drawing import ALERT, COLOURS, FAINT, Drawing, axes_in, draw
from sudomotor.report.page import render
from sudomotor.report.sources import parameter_sources
from sudomotor.report.words import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.table import Table


def comparison(results: Sequence[EvidenceResult]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Heads and rows of the table of mechanisms, the best first."""
    heads = ("mechanism", "counted inside", "high weight inside", "ordinal facts", "sham interval")
    rows: list[tuple[str, ...]] = []
    for result in sorted(results, key=lambda r: -r.inside):
        s = result.summary()
        sham = result.sham
        rows.append(
            (
                result.mechanism,
                f"{s['inside']} of {s['counted']}",
                f"{s['high_weight_inside']} of {s['high_weight']}",
                f"{s['orders_holding']} of {s['orders']}",
                "–"
                if sham is None
                else f"{sham.low:.0f} to {sham.high:.0f} %, {'holds' if sham.holds else 'does not hold'}",
            )
        )
    return heads, rows


def comparison_table(results: Sequence[EvidenceResult]) -> Table:
    """The same for a terminal."""
    from rich.table import Table

    heads, rows = comparison(results)
    table = Table(box=None, pad_edge=False)
    for head in heads:
        table.add_column(head)
    for row in rows:
        table.add_row(*row)
    return table


def evidence_report(results: Sequence[EvidenceResult]) -> str:
    """The page of one or several mechanisms, as HTML."""
    keys = {key for result in results for key in parameter_sources(load(), result.mechanism)} & set(
        load_citations()
    )
    many = len(results) > 1
    title = (
        "Mechanisms against the published trials"
        if many
        else f"“{results[0].mechanism}” against the published trials"
    )
    return render(
        "evidence.html",
        title=title,
        sources=keys,
        results=list(results),
        comparison=comparison(results),
        numbering=numbering,
        drawings=[forest(result) for result in results],
        seed=results[0].seed,
    )


def numbering(result: EvidenceResult) -> list[int]:
    """Numbers of the rows that the figure shows; a row without a prediction repeats the one before."""
    return [int(n) for n in np.cumsum([o.predicted is not None for o in result.misses_first()])]


def forest(result: EvidenceResult) -> Drawing:
    """Predictions in tolerances from the published value: within one is inside."""
    shown = [o for o in result.misses_first() if o.predicted is not None]

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow)
        if not narrow:
            box = ax.get_position()
            ax.set_position((0.45, box.y0, 0.53, box.height))
        ax.axvspan(-1, 1, color=FAINT, alpha=0.12, linewidth=0)
        ax.axvline(0, color=FAINT, linewidth=0.7)
        for row, o in enumerate(shown):
            colour = COLOURS[0] if o.inside else ALERT
            low, middle, high = (np.clip(_off(o, v), -5, 5) for v in (o.low, o.predicted, o.high))
            ax.hlines(row, low, high, color=colour, linewidth=1.4, alpha=0.55 if o.counts else 0.25)
            ax.plot([middle], [row], "o", color=colour, markersize=4, alpha=1.0 if o.counts else 0.4)
        ax.set_xlim(-5.1, 5.1)
        ax.set_ylim(len(shown) - 0.4, -0.6)
        ax.spines["left"].set_visible(False)
        ax.tick_params(left=False)
        labels = [f"{i}" if narrow else f"{_short(o)}  {i}" for i, o in enumerate(shown, 1)]
        ax.set_yticks(range(len(shown)), labels, fontsize=8.0)
        ax.set_xlabel("predicted less published, in tolerances")

    inside = sum(o.inside for o in shown)
    return draw(
        paint,
        title="Predicted less published",
        height=max(0.8, (0.2 * len(shown) + 0.9) / 3.0),
        alt=f"{inside} of {len(shown)} predictions lie within one tolerance of the published value, "
        "in the order of the table below.",
        caption="Shaded: within the tolerance. Dots: predicted; strokes: 90 % of studies of that size. "
        "Blue inside, red missed, "
        "pale not counted. Beyond five tolerances cut off. In the order of the table below.",
    )


def _off(o: OutcomeResult, value: float | None) -> float:
    return (float(value) - o.published) / o.tolerance if value is not None else 0.0


def _short(o: OutcomeResult) -> str:
    text = o.label.split(" (")[0].replace("change of the mean", "change of").replace("people whose ", "")
    text = f"{text[:25]}…" if len(text) > 26 else text
    return f"{o.study}, {text} {plain(o.published, 3)} {o.unit.split()[0]}"
