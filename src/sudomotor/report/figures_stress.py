"""The figure of a moment: mind, nerves, glands, skin and heart in panels over one time axis, the task shaded."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.report.drawing import COLOURS, FAINT, Drawing, axes_in, draw
from sudomotor.report.words import lay_site, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sudomotor.report.stress_report import StressResult

Array = NDArray[np.float64]
Line = tuple[str, Array, str]
_BINS = {False: 700, True: 330}  # as many points as a width can show
_HEIGHT = 3.7
_NARROW_FONT = 8.0


def stress_figure(result: StressResult) -> Drawing:
    """Everything of the middle person on one time axis."""
    m, places = result.middle, result.places
    minutes = m.time_s / 60.0
    treated, untreated = COLOURS[1], COLOURS[0]

    def one(values: Array) -> Array:
        return np.asarray(values[:, 0])

    def sides(values: Array, narrow: bool) -> list[Line]:
        if np.allclose(m.of(values, places["treated"]), m.of(values, places["untreated"])):
            return [("both", one(m.of(values, places["untreated"])), COLOURS[2])]
        return [
            (_name(result, which, narrow), one(m.of(values, places[which])), colour)
            for which, colour in (("untreated", untreated), ("treated", treated))
        ]

    def paint(figure: Figure, narrow: bool) -> None:
        panels: list[tuple[str, list[Line]]] = [
            ("Mind", [("appraisal", one(m.appraisal), COLOURS[4]), ("threat", one(m.threat), COLOURS[0])]),
            ("Nerves", [("sympathetic", one(m.drive), COLOURS[1]), ("vagal", one(m.vagal), COLOURS[2])]),
            ("Volleys a minute", [("", one(m.burst_rate_per_min), COLOURS[1])]),
            ("Acetylcholine, µM", sides(m.acetylcholine_uM, narrow)),
            ("Receptors occupied", sides(m.occupancy, narrow)),
            ("Sweat, mg/min", sides(m.sweat_mg_per_min, narrow)),
            ("Skin conductance, µS", sides(m.conductance_uS, narrow)),
            ("Heart period, ms", [("", one(m.heart_period_ms), COLOURS[3])]),
            ("RMSSD, ms", [("", one(m.rmssd_ms), COLOURS[3])]),
            ("Wetness felt", [("", one(m.wetness), COLOURS[5])]),
        ]
        axes = axes_in(figure, narrow, rows=len(panels))
        for ax, (title, lines) in zip(axes, panels, strict=True):
            _panel(ax, minutes, title, lines, narrow)
            ax.axvspan(m.task_start_s / 60.0, m.task_end_s / 60.0, color=FAINT, alpha=0.16, linewidth=0)
            ax.tick_params(labelbottom=ax is axes[-1])
        _ticks(axes[2], minutes[one(m.burst) > 0])
        axes[0].annotate(
            "task", (m.task_start_s / 60.0, 1.0), xycoords=("data", "axes fraction"), xytext=(0, 3),
            textcoords="offset points", fontsize=_NARROW_FONT,
        )  # fmt: skip
        axes[-1].set_xlim(0, float(minutes[-1]))
        axes[-1].set_xlabel("minutes")

    return draw(
        paint,
        title="One moment, from mind to skin and heart",
        alt=_alt(result),
        height=_HEIGHT,
        caption=f"The middle person; shaded: {m.task.text}. {_who(result)} Ticks are single volleys. Spiky courses are "
        "drawn from their lowest to their highest value at each point.",
    )


def _name(result: StressResult, which: str, narrow: bool) -> str:
    side = lay_site(result.places[which])
    if not result.acts:
        return side
    return which if narrow else f"{side}, {which}"


def _who(result: StressResult) -> str:
    """Which sides the lines stand for."""
    at = {which: lay_site(side) for which, side in result.places.items()}
    if not result.acts:
        return f"Orange: {at['treated']}; blue: {at['untreated']}; nothing is blocked."
    share = plain(100.0 * float(result.middle.blocked.max()), 3)
    return f"Treated: {at['treated']}, {share} % of its glands blocked; untreated: {at['untreated']}."


def _panel(ax: Axes, minutes: Array, title: str, lines: list[Line], narrow: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    for text, values, colour in lines:
        at, seen = outline(minutes, values, _BINS[narrow])
        ax.plot(at, seen, color=colour, label=text or None, linewidth=1.1, alpha=0.9)
    ax.set_title(title, pad=6)
    ax.yaxis.set_major_locator(MaxNLocator(3))
    _limits(ax, [values for _, values, _ in lines])
    if any(text for text, _, _ in lines):
        made = ax.legend(
            loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2, frameon=False, handlelength=1.0,
            handletextpad=0.4, columnspacing=0.9, borderaxespad=0.0, borderpad=0.2,
            fontsize=_NARROW_FONT if narrow else None,
        )  # fmt: skip
        for handle in made.get_lines():
            handle.set_linewidth(2.0)


def _limits(ax: Axes, courses: list[Array]) -> None:
    low, high = (float(f([f(values) for values in courses])) for f in (np.min, np.max))
    room = 0.08 * max(high - low, 1e-6)
    # what begins near nothing is seen against nothing
    ax.set_ylim(0.0 if 0.0 <= low < 0.5 * high else low - room, high + room)


def _ticks(ax: Axes, at: Array) -> None:
    """Single volleys as ticks along the top."""
    low, high = ax.get_ylim()
    top = high + 0.28 * (high - low)
    ax.set_ylim(low, top)
    ax.vlines(at, high + 0.04 * (high - low), top, color=FAINT, linewidth=0.45)


def outline(time: Array, values: Array, bins: int) -> tuple[Array, Array]:
    """A course as few points that still show every peak: the lowest and the highest of each bin, in their order.

    >>> at, seen = outline(np.arange(6.0), np.array([0.0, 5.0, 0.0, 0.0, -1.0, 0.0]), 2)
    >>> at.tolist(), seen.tolist()
    ([0.0, 1.0, 3.0, 4.0], [0.0, 5.0, 0.0, -1.0])
    """
    if len(values) <= 2 * bins:
        return time, values
    edges = np.linspace(0, len(values), bins + 1).astype(int)
    kept: list[int] = []
    ends: tuple[Callable[[Array], np.intp], ...] = (np.argmin, np.argmax)
    for low, high in pairwise(edges.tolist()):
        kept += sorted(int(low + end(values[low:high])) for end in ends)
    return time[kept], values[kept]


def _alt(result: StressResult) -> str:
    """The figure in words."""
    m = result.middle

    def told(name: str, values: Array, unit: str = "") -> str:
        before, after = (float(m.window(values, during=during)[0]) for during in (False, True))
        return f"{name} {plain(before)} before and {plain(after)} in the task{unit}"

    at = {which: lay_site(side) for which, side in result.places.items()}
    sweat = [
        told(f"sweat of the {at[which]}", m.of(m.sweat_mg_per_min, side), " (mg/min)")
        for which, side in result.places.items()
    ]
    skin = [
        told(f"skin conductance of the {at[which]}", m.of(m.conductance_uS, side), " (µS)")
        for which, side in result.places.items()
    ]
    parts = [
        told("threat", m.threat),
        told("sympathetic drive", m.drive),
        told("vagal tone", m.vagal),
        *sweat,
        *skin,
        told("heart period", m.heart_period_ms, " (ms)"),
        told("RMSSD", m.rmssd_ms, " (ms)"),
        told("felt wetness", m.wetness),
    ]
    return f"Ten panels over {plain(m.time_s[-1] / 60.0)} minutes: {'; '.join(parts)}."
