"""Figures of a run: sweat, HDSS, blocked glands, volts and irritation over the days, with their range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.report.drawing import COLOURS, INK, Drawing, axes_in, draw
from sudomotor.report.outcome import Outcome, threshold
from sudomotor.report.words import lay_site, one_side, plain
from sudomotor.simulation import History

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
_QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def run_figures(outcomes: Sequence[Outcome]) -> list[Drawing]:
    """All figures of a run; alternatives are laid over each other."""
    places = list(dict.fromkeys(place for result in outcomes for place in result.places))
    drawings = []
    for place in places:
        shown = (
            [result for result in outcomes if place in result.places]
            if len(outcomes) == 1
            else list(outcomes)
        )
        drawings += [_sweat(shown, place), _hdss(shown, place), _blocked(shown, place)]
    if any(result.history.volts.any() for result in outcomes):
        drawings.append(_harm(outcomes))
    return drawings


def _colour(i: int) -> str:
    return COLOURS[i % len(COLOURS)]


def _bands(ax: Axes, outcomes: Sequence[Outcome], of: Callable[[History], Array]) -> list[Array]:
    """Median lines, the 90 % range (one course only) and the 50 % range of people; gives the quantiles."""
    alone, drawn = len(outcomes) == 1, []
    for i, result in enumerate(outcomes):
        days = result.history.days
        q = np.quantile(of(result.history), _QUANTILES, axis=1)
        if alone:
            ax.fill_between(days, q[0], q[4], color=_colour(i), alpha=0.16, linewidth=0)
        ax.fill_between(days, q[1], q[3], color=_colour(i), alpha=0.26 if alone else 0.16, linewidth=0)
        ax.plot(days, q[2], color=_colour(i))
        drawn.append(q)
    return drawn


def _ends(
    ax: Axes, outcomes: Sequence[Outcome], drawn: Sequence[Array], more: Sequence[tuple[str, float]] = ()
) -> None:
    """Name each line at its end, or the parts of the one band; labels that would collide are moved apart."""
    low, high = ax.get_ylim()
    if len(outcomes) == 1:
        q = drawn[0][:, -1]
        wanted = [("9 in 10", float(q[4])), ("median", float(q[2]))]
        colours = [_colour(0)] * 2
    else:
        wanted = [(result.label, float(q[2, -1])) for result, q in zip(outcomes, drawn, strict=True)]
        colours = [_colour(i) for i in range(len(outcomes))]
    wanted, colours = [*wanted, *more], [*colours, *[INK] * len(more)]
    inches = ax.get_position().height * ax.get_figure().get_size_inches()[1]  # type: ignore[union-attr]
    least = (high - low) * 0.155 / inches
    order = sorted(range(len(wanted)), key=lambda i: wanted[i][1])
    at: dict[int, float] = {}
    for rank, i in enumerate(order):
        at[i] = wanted[i][1] if rank == 0 else max(wanted[i][1], at[order[rank - 1]] + least)
    last = float(outcomes[0].history.days[-1])
    for i, (text, _) in enumerate(wanted):
        ax.annotate(
            text,
            (last, at[i]),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            annotation_clip=False,
            color=colours[i],
            fontsize=8.6,
            fontweight="bold" if len(outcomes) > 1 and i < len(outcomes) else "normal",
        )


def _ticks(ax: Axes, outcomes: Sequence[Outcome]) -> None:
    """Sessions as ticks along the foot: taller where more people have one."""
    low, high = ax.get_ylim()
    tall = 0.045 * (high - low)
    for i, result in enumerate(outcomes):
        share = (result.history.session > 0).mean(axis=1)
        days = result.history.days[share > 0]
        foot = low + 1.25 * tall * i
        ax.vlines(days, foot, foot + tall * share[share > 0], color=_colour(i), linewidth=1.0)


def _dress(ax: Axes, outcomes: Sequence[Outcome], title: str) -> None:
    ax.set_title(title, pad=7)
    ax.set_xlim(0, max(1.0, float(outcomes[0].history.days[-1])))
    ax.set_xlabel("days since the first session")
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(6, integer=True, steps=[1, 2, 3, 5, 10]))


def _about(outcomes: Sequence[Outcome]) -> str:
    if len(outcomes) == 1:
        return (
            "Line: median. Dark band: the middle half of people. Light band: nine in ten. "
            "Ticks at the foot: sessions."
        )
    return "Lines: medians. Bands: the middle half of people. Ticks at the foot: sessions of each course."


def _told(outcomes: Sequence[Outcome], drawn: Sequence[Array], unit: str) -> str:
    """What a curve shows, in words."""
    parts = []
    for result, q in zip(outcomes, drawn, strict=True):
        best = int(np.argmin(q[2]))
        who = f"course {result.label}: " if result.label else ""
        parts.append(
            f"{who}median {plain(q[2, 0])} {unit} on day 0, {plain(q[2, best])} at its lowest on day {best}, "
            f"{plain(q[2, -1])} on day {result.horizon}"
        )
    return "; ".join(parts) + "."


def _quantiles(outcomes: Sequence[Outcome], of: Callable[[History], Array]) -> list[Array]:
    return [np.quantile(of(result.history), _QUANTILES, axis=1) for result in outcomes]


def _sweat(outcomes: Sequence[Outcome], place: str) -> Drawing:
    level = threshold(outcomes[0].history, place)
    of = lambda history: history.sweat_of(place)  # noqa: E731 - a name for a one-line reading

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow, right=0.54)
        drawn = _bands(ax, outcomes, of)
        most = max(float(q[4 if len(outcomes) == 1 else 3].max()) for q in drawn)
        ax.set_ylim(0, 1.06 * max(most, 1.3 * level))
        ax.axhline(level, color=INK, linewidth=0.9, linestyle=(0, (4, 3)))
        _dress(ax, outcomes, f"Sweat, mg/min {one_side(place)}")
        _ticks(ax, outcomes)
        _ends(ax, outcomes, drawn, [(f"dry < {plain(level)}", level)])

    told = _told(outcomes, _quantiles(outcomes, of), f"mg/min {one_side(place)}")
    return draw(
        paint,
        title=f"Sweat of the {lay_site(place)}",
        alt=f"Sweat over the days: {told}",
        caption=_about(outcomes),
    )


def _hdss(outcomes: Sequence[Outcome], place: str) -> Drawing:
    of = lambda history: history.hdss_of(place)  # noqa: E731 - a name for a one-line reading

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow, right=0.5 if len(outcomes) == 1 else 0.12)
        drawn = _bands(ax, outcomes, of)
        ax.set_ylim(0.75, 4.05)
        ax.set_yticks([1, 2, 3, 4])
        _dress(ax, outcomes, "HDSS, points (1 never noticeable, 4 intolerable)")
        _ticks(ax, outcomes)
        _ends(ax, outcomes, drawn)

    told = _told(outcomes, _quantiles(outcomes, of), "points")
    caption = f"Average answer on the Hyperhidrosis Disease Severity Scale. {_about(outcomes)}"
    return draw(
        paint,
        title=f"How it feels: HDSS of the {lay_site(place)}",
        alt=f"HDSS over the days: {told}",
        caption=caption,
    )


def _blocked(outcomes: Sequence[Outcome], place: str) -> Drawing:
    of = lambda history: 100.0 * history.site_blocked(place)  # noqa: E731 - a name for a one-line reading

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow, right=0.5 if len(outcomes) == 1 else 0.12)
        drawn = _bands(ax, outcomes, of)
        ax.set_ylim(-7, 102)
        ax.set_yticks([0, 25, 50, 75, 100])
        _dress(ax, outcomes, "Sweat glands blocked, %")
        _ticks(ax, outcomes)
        _ends(ax, outcomes, drawn)

    parts = []
    for result, q in zip(outcomes, _quantiles(outcomes, of), strict=True):
        who = f"course {result.label}: " if result.label else ""
        top = int(np.argmax(q[2]))
        parts.append(
            f"{who}median at most {plain(q[2, top])} % on day {top}, "
            f"{plain(q[2, -1])} % on day {result.horizon}"
        )
    return draw(
        paint,
        title=f"Blocked glands of the {lay_site(place)}",
        alt=f"Share of glands blocked over the days: {'; '.join(parts)}.",
        caption="Each session blocks some of the glands that are still open; renewal of the skin frees them "
        f"again. {_about(outcomes)}",
    )


def _harm(outcomes: Sequence[Outcome]) -> Drawing:
    def paint(figure: Figure, narrow: bool) -> None:
        upper, lower = axes_in(figure, narrow, rows=2, right=0.12)
        for i, result in enumerate(outcomes):
            h = result.history
            volts = np.where(h.session > 0, h.volts.max(axis=1), np.nan)
            on = np.isfinite(volts).any(axis=1)
            q = np.nanquantile(volts[on], _QUANTILES, axis=1)
            upper.vlines(h.days[on], q[0], q[4], color=_colour(i), alpha=0.3, linewidth=1.4)
            upper.plot(h.days[on], q[2], ".", color=_colour(i), markersize=4)
        upper.set_ylim(bottom=0)
        upper.set_title("Volts at the end of a session", pad=7)
        drawn = _bands(lower, outcomes, lambda history: np.asarray(history.irritation.max(axis=1)))
        lower.set_ylim(bottom=0)
        _dress(lower, outcomes, "Irritation of the skin (1 = one usual session)")
        if len(outcomes) > 1:
            _ends(lower, outcomes, drawn)
        upper.tick_params(labelbottom=False)

    parts = []
    for result in outcomes:
        who = f"course {result.label}: " if result.label else ""
        top = np.median(result.history.irritation.max(axis=(0, 1)))
        volts = np.median(result.history.volts.max(axis=(0, 1)))
        parts.append(f"{who}median at most {plain(float(volts))} V, irritation at most {plain(float(top))}")
    return draw(
        paint,
        title="Voltage and irritation",
        alt=f"Volts at each session and irritation over the days: {'; '.join(parts)}.",
        caption="Dots: the middle person; strokes: nine in ten people. Irritation adds up over sessions and "
        "settles within days; "
        "1 is what one usual session (12 mA, 20 minutes) leaves.",
        height=1.35,
    )
