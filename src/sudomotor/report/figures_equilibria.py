"""The figure of the loop's balances: felt threat, once settled, against the load, with folds where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sudomotor.model.equilibria import Branch, branch, typical
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.parameters import load
from sudomotor.report.drawing import COLOURS, Drawing, axes_in, draw
from sudomotor.report.words import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# room for the labels at the right end, in inches
_LABELS = (1.75, 0.95)


@dataclass(frozen=True)
class LoopCurve:
    """A loop's steady states, with the word that stands beside it, long and short."""

    label: str
    short: str
    curve: Branch


def loop_curves(person: str = "palmar hyperhidrosis with social anxiety") -> tuple[LoopCurve, ...]:
    """The default, the strong loop, and the strong loop at the upper ends of its stated ranges."""
    p, strong = load(), Hypotheses.parse("strong_loop")
    ends = p.with_values(
        {name: p[name].high for name in ("strong_loop_threat_slope", "strong_loop_weight_wetness")}
    )
    return (
        LoopCurve("default", "default", branch(*typical(person))),
        LoopCurve("strong loop", "strong", branch(*typical(person, hypotheses=strong))),
        LoopCurve(
            "strong loop, steepest", "steepest", branch(*typical(person, hypotheses=strong, parameters=ends))
        ),
    )


def equilibria_figure(curves: Sequence[LoopCurve] | None = None) -> Drawing:
    """Steady states of threat against the load; broken lines are unstable, dots are folds."""
    shown = loop_curves() if curves is None else tuple(curves)

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow, right=_LABELS[narrow])
        ends = []
        for i, one in enumerate(shown):
            colour, stable = COLOURS[i % len(COLOURS)], one.curve.gain < 1.0
            for holds, style in ((stable, "-"), (~stable, (0, (3, 2)))):
                ax.plot(
                    np.where(holds, one.curve.load, np.nan), np.where(holds, one.curve.threat, np.nan),
                    color=colour, linestyle=style, linewidth=1.7 if style == "-" else 1.2,
                )  # fmt: skip
            for c, T in one.curve.folds:
                ax.plot([c], [T], "o", color=colour, markersize=4.5)
            ends.append(float(one.curve.threat[-1]))
        ax.set_xlim(0, 1)
        ax.set_ylim(0, 1.03)
        ax.set_title("Felt threat, once settled", pad=7)
        ax.set_xlabel("load (1 = a public task)")
        at = np.inf
        for i in np.argsort(ends, kind="stable")[::-1]:
            at = min(ends[i], at - 0.085)
            ax.annotate(
                shown[i].short if narrow else shown[i].label, (1.0, at), xytext=(5, 0), textcoords="offset points",
                va="center", annotation_clip=False, color=COLOURS[i % len(COLOURS)], fontsize=8.6, fontweight="bold",
            )  # fmt: skip

    return draw(
        paint,
        title="Balances of the loop",
        alt=f"Felt threat against the load: {'; '.join(_told(one) for one in shown)}.",
        caption="Untreated, the middle person of their kind. Full lines: stable; broken: unstable; dots: folds, where "
        "calm tips into alarm and back. The strong loop is a hypothesis that equal physiology in social anxiety "
        "contradicts; steepest: with slope and weight of wetness at the upper ends of their ranges.",
    )


def _told(one: LoopCurve) -> str:
    of, gain = one.curve, plain(float(one.curve.gain.max()))
    if not of.folds:
        ends = f"{plain(float(of.threat[0]))} to {plain(float(of.threat[-1]))}"
        return f"{one.label}: rises from {ends} without a fold, loop gain at most {gain}"
    low, high = min(c for c, _ in of.folds), max(c for c, _ in of.folds)
    return f"{one.label}: folds between loads of {plain(low)} and {plain(high)}, loop gain up to {gain}"
