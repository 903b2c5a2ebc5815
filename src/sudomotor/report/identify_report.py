"""The page of `sudomotor identify`: how well each design knows each parameter, in a figure and a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sudomotor.evidence.identify import Identified, shown
from sudomotor.evidence.sensitivity import VARIED
from sudomotor.parameters import load
from sudomotor.report.drawing import COLOURS, FAINT, Drawing, axes_in, draw
from sudomotor.report.page import render

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# errors that the figure shows; what lies beyond is drawn at its edge
_LEAST, _MOST = 0.01, 10.0


def identify_report(found: Identified) -> str:
    """The page, as HTML."""
    known = load()
    keys = {key for one in VARIED if one.name in known for key in known[one.name].source}
    return render(
        "identify.html",
        title=f"What a study could tell: {found.design.name}",
        sources=keys,
        found=found,
        varied=VARIED,
        shown=shown,
        drawings=[errors_figure(found)],
        seed=found.design.seed,
    )


def errors_figure(found: Identified) -> Drawing:
    """Relative standard error of each parameter, a dot for each design."""
    numbers = np.array([info.errors for info in found.steps])  # (design, parameter)
    held = np.clip(np.where(np.isfinite(numbers), numbers, _MOST), _LEAST, _MOST)

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow)
        if not narrow:
            box = ax.get_position()
            ax.set_position((0.33, box.y0, 0.64, box.height))
        ax.axvspan(1.0, _MOST * 1.3, color=FAINT, alpha=0.12, linewidth=0)
        for row in range(len(VARIED)):
            ax.hlines(row, held[:, row].min(), held[:, row].max(), color=FAINT, linewidth=0.6, alpha=0.6)
            for i, error in enumerate(held[:, row]):
                ax.plot(
                    [error], [row], "o", color=COLOURS[i % len(COLOURS)], markersize=6.4 - 0.5 * min(i, 6)
                )
        ax.set_xscale("log")
        ax.set_xlim(_LEAST / 1.3, _MOST * 1.3)
        ax.set_xticks([0.01, 0.1, 1, 10], ["0.01", "0.1", "1", "10"])
        ax.minorticks_off()
        ax.set_ylim(len(VARIED) - 0.4, -0.6)
        labels = [one.symbol if narrow else f"{one.name}  {one.symbol}" for one in VARIED]
        ax.set_yticks(range(len(VARIED)), labels, fontsize=8.0)
        ax.tick_params(left=False)
        ax.spines["left"].set_visible(False)
        ax.set_xlabel("relative standard error at best")
        handles = [
            ax.plot([], [], "o", color=COLOURS[i % len(COLOURS)], label=f"{i + 1}")[0]
            for i in range(len(held))
        ]
        figure.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(0.0, 1.0), ncols=len(held), frameon=False,
            fontsize=8.2, handletextpad=0.0, columnspacing=0.5,
        )  # fmt: skip

    told = "; ".join(
        f"{one.symbol} {', '.join(shown(float(error)) for error in numbers[:, k])}"
        for k, one in enumerate(VARIED)
    )
    return draw(
        paint,
        title="How well each parameter could be known",
        height=1.25,
        alt=f"Relative standard errors by design, in the order of the list: {told}.",
        caption="A dot is a design, numbered as in the list. Shaded: not known to within its own size.",
    )
