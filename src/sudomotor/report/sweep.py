"""One setting taken through a range: a small table and a figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.report.drawing import COLOURS, INK, Drawing, axes_in, draw
from sudomotor.report.outcome import Outcome, dry_day, planned, threshold, volts_needed
from sudomotor.report.run_report import Sweep
from sudomotor.report.sentences import unit_words
from sudomotor.report.words import lay_site, one_side, per_cent, plain, spread

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
_LAY = {
    "current_mA": "Current",
    "minutes": "Minutes a session",
    "sessions_per_week": "Sessions a week",
    "litres": "Litres of water",
    "alkalinity_mM": "Alkalinity of the water",
    "water_uS_per_cm": "Conductivity of the water",
    "salt_g": "Salt",
    "baking_soda_g": "Baking soda",
    "area_cm2": "Area of each side",
    "frequency_Hz": "Frequency",
    "duty": "Duty",
    "max_volts": "Highest voltage of the device",
}


def lay_setting(name: str) -> str:
    """A setting as a person calls it; a parameter keeps its name."""
    return _LAY.get(name, name)


def driest(result: Outcome, place: str) -> Array:
    """Sweat on the day on which the middle person is driest, mg/min; (person,)."""
    sweat = result.history.sweat_of(place)
    return np.asarray(sweat[int(np.argmin(np.median(sweat, axis=1)))])


def _short(values: Array) -> str:
    """Median and range as it fits into a cell."""
    return spread(values).replace(" to ", "–")


def sweep_rows(
    name: str, unit: str, values: Sequence[float], outcomes: Sequence[Outcome]
) -> tuple[str, tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Title, heads and rows of the table, for the first treated place."""
    place = next(iter(outcomes[0].places), "palms")
    last = outcomes[0].horizon
    heads = (
        f"{lay_setting(name)}, {unit_words(unit)}".rstrip(", "),
        "People who get dry",
        "Dry by day",
        "Sweat at its driest",
        f"Sweat on day {last}",
        "Volts",
        "Minutes in all",
    )
    rows = []
    for value, result in zip(values, outcomes, strict=True):
        h, days = result.history, dry_day(result.history, place)
        minutes = sum(step.session.minutes for _, step in planned(h.course, last))
        rows.append(
            (
                plain(value, 3),
                per_cent(float(np.mean(np.isfinite(days)))),
                _short(days[~(days == 0)]),
                _short(driest(result, place)),
                _short(h.sweat_of(place)[-1]),
                _short(volts_needed(h)),
                plain(minutes, 3),
            )
        )
    low, high = plain(values[0], 3), plain(values[-1], 3)
    title = f"{lay_setting(name)} from {low} to {high} {unit_words(unit)}".rstrip()
    return title, heads, tuple(rows)


def sweep_of(name: str, unit: str, values: Sequence[float], outcomes: Sequence[Outcome]) -> Sweep:
    """The table and figure of a report."""
    title, heads, rows = sweep_rows(name, unit, values, outcomes)
    return Sweep(title, heads, rows, (_figure(name, unit, values, outcomes),))


def _figure(name: str, unit: str, values: Sequence[float], outcomes: Sequence[Outcome]) -> Drawing:
    from matplotlib.ticker import MaxNLocator

    place = next(iter(outcomes[0].places), "palms")
    level = threshold(outcomes[0].history, place)
    sweat = np.stack([np.quantile(driest(o, place), (0.05, 0.25, 0.5, 0.75, 0.95)) for o in outcomes], axis=1)
    share = np.array([100.0 * np.mean(np.isfinite(dry_day(o.history, place))) for o in outcomes])
    # the label of the dashed line stands where the median is farther from it
    roomy_left = abs(sweat[2, 0] - level) > abs(sweat[2, -1] - level)

    def paint(figure: Figure, narrow: bool) -> None:
        upper, lower = axes_in(figure, narrow, rows=2, right=0.08)
        upper.fill_between(values, sweat[0], sweat[4], color=COLOURS[0], alpha=0.16, linewidth=0)
        upper.fill_between(values, sweat[1], sweat[3], color=COLOURS[0], alpha=0.26, linewidth=0)
        upper.plot(values, sweat[2], color=COLOURS[0], marker="o", markersize=3.5)
        upper.axhline(level, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        upper.set_ylim(0, 1.06 * max(float(sweat[4].max()), 1.3 * level))
        upper.annotate(
            f"dry below {plain(level)}",
            (values[0] if roomy_left else values[-1], level),
            xytext=(4 if roomy_left else -2, 3),
            textcoords="offset points",
            ha="left" if roomy_left else "right",
            fontsize=8.6,
        )
        upper.set_title(f"Sweat at its driest, mg/min {one_side(place)}", pad=7)
        upper.tick_params(labelbottom=False)
        lower.plot(values, share, color=COLOURS[1], marker="o", markersize=3.5)
        lower.set_ylim(0, 104)
        lower.set_yticks([0, 50, 100])
        lower.set_title("People who get dry, %", pad=7)
        lower.set_xlabel(f"{lay_setting(name)}, {unit_words(unit)}".rstrip(", "))
        lower.set_xlim(values[0], values[-1])
        lower.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))

    told = "; ".join(
        f"at {plain(v, 3)} {unit_words(unit)} {plain(float(s))} mg/min, {plain(float(d))} % get dry"
        for v, s, d in zip(values, sweat[2], share, strict=True)
    )
    return draw(
        paint,
        title=f"Sweat of the {lay_site(place)} against {lay_setting(name).lower() if name in _LAY else name}",
        alt=f"Median sweat at its driest, and people who get dry: {told}.",
        caption="Line: median. Bands: the middle half, and nine in ten people.",
        height=1.35,
    )
