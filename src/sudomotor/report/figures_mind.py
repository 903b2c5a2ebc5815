"""Figures of the mind over a course: what is felt, what is believed, what is done, and sweat where no current went."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.scales import SITES
from sudomotor.report.drawing import COLOURS, Drawing, axes_in, draw
from sudomotor.report.outcome import Outcome
from sudomotor.report.sentences_mind import grade_of
from sudomotor.report.words import lay_site

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]


def mind_figures(outcomes: Sequence[Outcome]) -> list[Drawing]:
    """One figure for each course in which anything of the mind is on."""
    return [_mind(result) for result in outcomes if result.history.hypotheses.has_mind]


def _mind(result: Outcome) -> Drawing:
    h, mind = result.history, result.history.mind
    elsewhere = [site for site in SITES if site not in result.places][:1]
    believed = [("embarrassment", mind.expectation)]
    if mind.benefit.any():
        believed.append(("treatment works", mind.benefit))
    panels: list[tuple[str, list[tuple[str, Array]]]] = [
        ("felt, 0 to 1, in a public task", [("threat", mind.threat), ("wetness", mind.wetness)]),
        ("believed, 0 to 1", believed),
        ("done and trusted, 0 to 1", [("avoidance", mind.avoidance), ("confidence", mind.confidence)]),
    ]
    if elsewhere:
        sweat = h.sweat_of(elsewhere[0])
        panels.append(
            (
                f"of before: drive, sweat of {lay_site(elsewhere[0])}",
                [("drive", mind.drive / mind.drive[0]), ("sweat", sweat / np.maximum(sweat[0], 1e-12))],
            )
        )

    def paint(figure: Figure, narrow: bool) -> None:
        axes = axes_in(figure, narrow, rows=len(panels), right=0.95)
        for ax, (title, lines) in zip(axes, panels, strict=True):
            _lines(ax, h.days, lines)
            ax.set_title(title, pad=5)
            ax.tick_params(labelbottom=ax is axes[-1])
        axes[-1].set_xlabel("days since the first session")
        axes[-1].set_xlim(0, max(1.0, float(h.days[-1])))

    label = f"Course {result.label}: the mind" if result.label else "The mind"
    return draw(
        paint,
        title=label,
        alt="Medians over days of threat, perceived wetness, expected embarrassment, avoidance, confidence and drive",
        caption=f"Lines: medians. Bands: the middle half of people. How well this is known: {grade_of(result)}.",
        height=0.55 * len(panels) + 0.25,
    )


def _lines(ax: Axes, days: Array, lines: Sequence[tuple[str, Array]]) -> None:
    ends = []
    for i, (name, values) in enumerate(lines):
        low, middle, high = np.quantile(values, (0.25, 0.5, 0.75), axis=1)
        ax.fill_between(days, low, high, color=COLOURS[i], alpha=0.2, linewidth=0)
        ax.plot(days, middle, color=COLOURS[i])
        ends.append((float(middle[-1]), name, COLOURS[i]))
    bottom, top = ax.get_ylim()
    if max(float(values.max()) for _, values in lines) <= 1.0 + 1e-9:
        ax.set_ylim(0.0, 1.0)
        bottom, top = 0.0, 1.0
    gap = 0.2 * (top - bottom)
    at = -np.inf
    for height, name, colour in sorted(ends):
        at = max(height, at + gap)
        ax.annotate(
            name, (float(days[-1]), at), xytext=(4, 0), textcoords="offset points", va="center", color=colour,
            fontsize=8.6, annotation_clip=False,
        )  # fmt: skip
