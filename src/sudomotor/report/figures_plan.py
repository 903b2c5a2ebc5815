"""Figures of a plan: the course of the HDSS with what is to come, and what more minutes would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.report.axes_dates import Named, date_axis, names_at_end, numbers, today_line
from sudomotor.report.drawing import COLOURS, FAINT, INK, Drawing, axes_in, draw
from sudomotor.report.twin_past import past_course
from sudomotor.report.twin_words import day_words
from sudomotor.report.words import lay_site, plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sudomotor.planning import Plan
    from sudomotor.twin import Forecast, Twin

Array = NDArray[np.float64]
PLAN, WITHOUT = COLOURS[0], COLOURS[1]
_SHOWN_DAYS = 180  # of the diary, beside the plan
_ANSWERS = np.arange(1.0, 5.0)


def expected_hdss(f: Forecast) -> Array:
    """Expected answer by day: low, mean and high over what is not known of the person; (3, day)."""
    each = f.outlook.hdss_chance[0] @ _ANSWERS  # (day, draw)
    low, high = np.quantile(each, [0.05, 0.95], axis=1)
    return np.stack([low, each.mean(axis=1), high])


def hdss_figure(twin: Twin, plan: Plan, on: Forecast, off: Forecast, *, height: float = 0.62) -> Drawing:
    """HDSS as it was written, and as it is to be expected with the plan and without any treatment."""
    site = on.outlook.site
    past = past_course(twin, site)
    keep = slice(max(len(past.dates) - _SHOWN_DAYS, 0), None)
    dates, before = past.dates[keep], past.hdss[:, keep]
    read = [
        (e.date, e.hdss)
        for e in twin.diary.entries
        if e.hdss is not None and e.site == site and e.date >= dates[0]
    ]
    held = [s.date for s in twin.diary.sessions if s.site == site and s.date >= dates[0]]
    planned = [s.date for s in plan.sessions if s.site == site]
    # answers of the same height are moved apart a little, the same way each time
    jitter = 0.1 * (np.random.default_rng(1).random(len(read)) - 0.5)

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow, right=0.95)
        ax.set_ylim(0.5, 4.3)
        ax.set_yticks([1, 2, 3, 4])
        ax.fill_between(numbers(dates), before[0], before[2], color=FAINT, alpha=0.2, linewidth=0)
        ax.plot(numbers(dates), before[1], color=FAINT, linewidth=1.2)
        ax.plot(
            numbers([day for day, _ in read]), np.array([value for _, value in read]) + jitter, "o", color=INK,
            markersize=2.4 if narrow else 2.8, alpha=0.75, markeredgewidth=0,
        )  # fmt: skip
        ends = []
        for f, name, colour in ((off, "no treatment", WITHOUT), (on, "with the plan", PLAN)):
            low, mean, high = expected_hdss(f)
            ax.fill_between(numbers(f.dates), low, high, color=colour, alpha=0.17, linewidth=0)
            ax.plot(numbers(f.dates), mean, color=colour)
            ends.append(Named(name, float(mean[-1]), colour))
        ax.axhline(2.5, color=FAINT, linewidth=0.6, linestyle=(0, (4, 3)))
        ax.vlines(numbers(held), 0.5, 0.68, color=INK, linewidth=1.0)
        ax.vlines(numbers(planned), 0.5, 0.68, color=PLAN, linewidth=1.0)
        date_axis(ax, dates[0], on.dates[-1], narrow)
        today_line(ax, twin.diary.last, "to come", narrow)
        ax.set_title("HDSS (1 never noticeable, 4 intolerable)", pad=6)
        names_at_end(ax, numbers(on.dates)[-1], ends)

    told = "; ".join(
        f"{name}: {plain(expected_hdss(f)[1, -1])} on {day_words(f.dates[-1])}"
        for f, name in ((on, "with the plan"), (off, "without treatment"))
    )
    return draw(
        paint,
        title=f"Your {lay_site(site)} as they were, and as they may go on",
        alt=f"HDSS by day, past and to come. Expected: {told}.",
        caption="Dots: what was written. Grey: what was to be expected. Bands: nine in ten of what is not known of the person. "
        "Ticks at the foot: sessions, held (dark) and planned (blue).",
        height=height,
    )


def frontier_figure(plan: Plan) -> Drawing:
    """Minutes a month against the share of good days."""
    points = sorted(plan.frontier, key=lambda point: point.minutes_per_month)
    labels = [(one.minutes_per_month, one.dry_days_pct) for one in plan.label_schedules]
    mine = (plan.minutes_per_month, plan.dry_days_pct)

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow, right=0.1)
        ax.plot(
            [p.minutes_per_month for p in points],
            [p.dry_days_pct for p in points],
            "-",
            color=FAINT,
            linewidth=1.0,
        )
        ax.plot(
            [p.minutes_per_month for p in points],
            [p.dry_days_pct for p in points],
            "o",
            color=FAINT,
            markersize=4,
        )
        ax.plot(
            [x for x, _ in labels],
            [y for _, y in labels],
            "D",
            markerfacecolor="none",
            markeredgecolor=WITHOUT,
            markersize=5,
        )
        ax.plot(*mine, "o", color=PLAN, markersize=9)
        most = max([1.0, mine[0], *(p.minutes_per_month for p in points), *(x for x, _ in labels)])
        ax.set_xlim(0, 1.08 * most)
        ax.set_ylim(0, 112)
        ax.set_yticks([0, 20, 40, 60, 80, 100])
        ax.set_title("Good days, %", pad=7)
        ax.set_xlabel("minutes with current on, a month")
        ax.annotate(
            "your plan",
            mine,
            xytext=(-5, 8),
            textcoords="offset points",
            color=PLAN,
            ha="right",
            fontsize=9,
            annotation_clip=False,
        )

    told = f"The plan: {mine[0]:.0f} minutes a month, {mine[1]:.0f} % good days."
    if points:
        ends = (points[0], points[-1])
        told += (
            " From "
            + " to ".join(f"{p.minutes_per_month:.0f} minutes with {p.dry_days_pct:.0f} %" for p in ends)
            + "."
        )
    kinds = " Diamonds: what makers and clinics would have you do, within the limits." if labels else ""
    return draw(
        paint,
        title="What would more minutes bring?",
        alt=f"Minutes a month against good days. {told}",
        caption=f"Small dots: the schedules that give most for their minutes.{kinds} Higher is better, further left is less time.",
        height=0.95,
    )
