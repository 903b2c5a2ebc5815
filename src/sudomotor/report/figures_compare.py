"""Figures of a comparison: what would convince, pair by pair, and how each measure goes under each hypothesis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.evidence.compare import ACTIVE, SHAM, Comparison, Curve
from sudomotor.evidence.compare_measures import Measure, change
from sudomotor.evidence.compare_power import LEAST_PER_ARM
from sudomotor.report.compare_words import grade, measure_words, pair_words, people_words, short_words
from sudomotor.report.drawing import COLOURS, INK, Drawing, draw
from sudomotor.report.words import plain
from sudomotor.simulation import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
_LINES = 4  # measures in one figure of people per arm
_LETTER = 0.073  # inches that a letter of a label takes


def compare_figures(found: Comparison) -> tuple[list[Drawing], Drawing]:
    """The figures “what would convince you”, one a pair, and the courses of all measures."""
    drawings = [_people(found, pair) for pair in found.pairs]
    return [each for each in drawings if each is not None], _courses(found)


def _people(found: Comparison, pair: tuple[str, str]) -> Drawing | None:
    """People per arm by day for the best measures; None where no study is worth trying."""
    most = found.parameters.value("study_most_per_arm")
    top = 2.0 * most
    picked = [each for each in found.of_pair(pair, one_each=True) if each.worth][:_LINES]
    if not picked:
        return None
    curves = [
        next(c for c in found.curves if (c.pair, c.measure, c.design) == (pair, each.measure, each.design))
        for each in picked
    ]
    told = [
        f"{measure_words(each.measure)}: {people_words(each.n_per_arm)} on day {each.day}, {each.design}"
        for each in picked
    ]

    def paint(figure: Figure, narrow: bool) -> None:
        width, tall = figure.get_size_inches()
        key = 0.19 * len(picked) + 0.06
        foot, head, left = 0.5 + key, 0.28, 0.52
        ax = figure.add_axes(
            (left / width, foot / tall, (width - left - 0.2) / width, (tall - foot - head) / tall)
        )
        days = found.histories[0].days
        ax.axhspan(most, top, color=INK, alpha=0.08, linewidth=0)
        for i, (curve, each) in enumerate(zip(curves, picked, strict=True)):
            ax.plot(days[1:], _shown(curve, top)[1:], color=COLOURS[i])
            ax.plot([each.day], [each.n_per_arm], "o", color=COLOURS[i], markersize=5)
        ax.set_yscale("log")
        ax.set_ylim(0.8 * LEAST_PER_ARM, top)
        ticks = [t for t in (2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000) if t <= top]
        ax.set_yticks(ticks, [f"{t}" for t in ticks])
        ax.set_yticks([], minor=True)
        ax.set_title("People per arm for a convincing study", pad=7)
        ax.set_xlim(0, max(1.0, float(days[-1])))
        _whole_days(ax, 6)
        ax.set_xlabel("day of the reading")
        for i, each in enumerate(picked):
            at = (key - 0.19 * i - 0.12) / tall
            figure.text(0.1 / width, at, "●", color=COLOURS[i], fontsize=9, va="center")
            text = f"{people_words(each.n_per_arm)} on day {each.day}: {measure_words(each.measure)}"
            text = f"{text}, {each.design}" if not narrow else text.replace(" in a public task", "")
            figure.text(0.27 / width, at, text, fontsize=8.6, va="center")

    return draw(
        paint,
        title=f"What would convince you: {pair_words(pair)}",
        alt=f"People per arm by day of the reading, {pair_words(pair)}: {'; '.join(told)}.",
        caption="Lower is cheaper. Each line: the best study of one measure; dots: its best day. "
        f"Grey: over {most:.0f} people, do not try.",
        height=1.25,
    )


def _shown(curve: Curve, top: float) -> Array:
    return np.where(curve.n_per_arm <= top, curve.n_per_arm, np.nan)


def _whole_days(ax: Axes, most: int) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(most, integer=True, steps=[1, 2, 3, 5, 10]))


def _means(arms: Mapping[str, History], arm: str, measure: Measure) -> Array:
    """Mean change in an arm by day; of sweat as % of day 0."""
    mean = change(arms[arm], measure).mean(axis=1)
    return np.asarray(100.0 * np.exp(mean) if measure.ratio else mean)


def _courses(found: Comparison) -> Drawing:
    """Small figures, one a measure: its mean change under each hypothesis."""
    names = [f"{h.name} ({grade(h)})" for h in found.hypotheses]
    days = found.histories[0].days
    sham = SHAM in found.arms[0]

    def paint(figure: Figure, narrow: bool) -> None:
        columns = 2 if narrow else 3
        rows = -(-len(found.measures) // columns)
        width, tall = figure.get_size_inches()
        top = _key(figure, names, narrow)
        left, gap, foot, over, right = 0.42, 0.42, 0.42, 0.3, 0.12
        wide = (width - left - right - gap * (columns - 1)) / columns
        high = (tall - top - foot - (over + 0.14) * rows) / rows
        for k, measure in enumerate(found.measures):
            row, column = divmod(k, columns)
            low = tall - top - (row + 1) * (over + high) - row * 0.14
            ax = figure.add_axes(
                ((left + column * (wide + gap)) / width, low / tall, wide / width, high / tall)
            )
            for i, arms in enumerate(found.arms):
                colour = COLOURS[i]
                ax.plot(days, _means(arms, ACTIVE, measure), color=colour, linewidth=_width(i, len(names)))
                if sham:
                    ax.plot(
                        days, _means(arms, SHAM, measure), color=colour, linewidth=1.0, linestyle=(0, (2, 2))
                    )
            _scale(ax, measure)
            ax.set_title(short_words(measure), pad=4, fontsize=8.8)
            ax.set_xlim(0, max(1.0, float(days[-1])))
            _whole_days(ax, 3)
            last = k + columns >= len(found.measures)
            ax.tick_params(labelbottom=last, labelsize=8)
            if last:
                ax.set_xlabel("day", fontsize=8.4)

    return draw(
        paint,
        title="How each measure goes under each hypothesis",
        alt=f"Change from day 0 by day: {_told(found)}.",
        caption="Mean change from day 0 in the same people, without error of reading. Lines: treated"
        + ("; dashed: sham" if sham else "")
        + ". In brackets the weakest grade of the claims that are on.",
        height=0.35 + 0.5 * -(-len(found.measures) // 3),
    )


def _width(i: int, n: int) -> float:
    """Widths that fall from line to line, so that one that lies on another does not hide it."""
    return 1.4 + 1.6 * (n - 1 - i) / max(n - 1, 1)


def _scale(ax: Axes, measure: Measure) -> None:
    """A scale that does not blow up what is next to nothing."""
    least = {"%": 20.0, "points": 1.0, "ms": 2.0}.get(measure.unit, 0.1)
    middle = 100.0 if measure.ratio else 0.0
    low, high = ax.get_ylim()
    ax.set_ylim(min(low, middle - least), max(high, middle + (least if measure.ratio else 0.1 * least)))
    if measure.name in ("confidence", "rmssd"):  # what is good goes up
        ax.set_ylim(min(low, middle - 0.1 * least), max(high, middle + least))
    from matplotlib.ticker import MaxNLocator

    ax.yaxis.set_major_locator(MaxNLocator(4))
    ax.axhline(middle, color=INK, linewidth=0.6, alpha=0.5)


def _key(figure: Figure, names: Sequence[str], narrow: bool) -> float:
    """Name the hypotheses in their colours along the top; gives the inches that this takes."""
    width, tall = figure.get_size_inches()
    x, y = 0.12, 0.14
    for i, name in enumerate(names):
        takes = 0.2 + _LETTER * len(name) + 0.15
        if x + takes > width and x > 0.12:
            x, y = 0.12, y + 0.2
        figure.text(x / width, 1 - y / tall, f"● {name}", color=COLOURS[i], fontsize=8.8, va="center")
        x += takes
    return y + 0.12


def _told(found: Comparison) -> str:
    """The largest change of each measure under each hypothesis, in words."""
    parts = []
    for measure in found.measures:
        each = []
        for h, arms in zip(found.hypotheses, found.arms, strict=True):
            mean = _means(arms, ACTIVE, measure)
            day = int(np.argmax(np.abs(mean - mean[0])))
            value = float(mean[day]) if abs(mean[day]) > 1e-9 else 0.0
            each.append(f"{h.name} {plain(value)} on day {day}")
        parts.append(f"{short_words(measure)}: {', '.join(each)}")
    return "; ".join(parts)
