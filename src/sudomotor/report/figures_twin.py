"""Figures of a twin: what was, what will be, what would have been, and when the sweat returns."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.report.axes_dates import Named, date_axis, names_at_end, numbers, today_line
from sudomotor.report.drawing import COLOURS, FAINT, INK, Drawing, axes_in, draw
from sudomotor.report.twin_past import PastCourse, past_course
from sudomotor.report.twin_words import day_words
from sudomotor.report.words import lay_site, one_side, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sudomotor.twin import Forecast, Twin
    from sudomotor.twin.replay import Replay

Array = NDArray[np.float64]
# days of the diary that are shown beside a forecast
_SHOWN_DAYS = 150
_END_ROOM = 0.82  # inches for names at the ends of lines
GOOD = "HDSS 1 or 2"


class Shown(NamedTuple):
    """A forecast and what it is called in figures and tables."""

    name: str
    forecast: Forecast


def forecast_figures(twin: Twin, shown: Sequence[Shown]) -> list[Drawing]:
    """The chance of a good day, the sweat, and the day of return, past and future on one axis."""
    site = shown[0].forecast.outlook.site
    past = past_course(twin, site)
    return [chance_figure(twin, shown, past), sweat_figure(twin, shown, past), return_figure(shown)]


def colour(i: int) -> str:
    """Colour of the i-th course."""
    return COLOURS[i % len(COLOURS)]


def _window(past: PastCourse) -> slice:
    return slice(max(len(past.dates) - _SHOWN_DAYS, 0), None)


def _entries(twin: Twin, site: str, since: datetime.date) -> list[tuple[datetime.date, int]]:
    return [
        (entry.date, entry.hdss)
        for entry in twin.diary.entries
        if entry.hdss is not None and entry.site == site and entry.date >= since
    ]


def _session_ticks(ax: Axes, twin: Twin, site: str, since: datetime.date) -> None:
    """Sessions held, as ticks along the foot."""
    days = [s.date for s in twin.diary.sessions if s.site == site and s.date >= since]
    low, high = ax.get_ylim()
    ax.vlines(numbers(days), low, low + 0.045 * (high - low), color=INK, linewidth=1.0)


def _planned_ticks(ax: Axes, shown: Sequence[Shown]) -> None:
    """Sessions to come of each course, a row each."""
    low, high = ax.get_ylim()
    tall = 0.045 * (high - low)
    for i, each in enumerate(shown):
        site = each.forecast.outlook.site
        days = [each.forecast.dates[s.day] for s in each.forecast.sessions if s.site == site]
        foot = low + 1.25 * tall * i
        ax.vlines(numbers(days), foot, foot + tall, color=colour(i), linewidth=1.0)


def chance_figure(twin: Twin, shown: Sequence[Shown], past: PastCourse) -> Drawing:
    """Chance of an HDSS of 1 or 2 by day."""
    site, keep = shown[0].forecast.outlook.site, _window(past)
    dates = past.dates[keep]
    entries = _entries(twin, site, dates[0])

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow, right=_END_ROOM)
        ax.set_ylim(-9, 109)
        ax.set_yticks([0, 25, 50, 75, 100])
        low, mean, high = 100.0 * past.p_dry[:, keep]
        ax.fill_between(numbers(dates), low, high, color=FAINT, alpha=0.22, linewidth=0)
        ax.plot(numbers(dates), mean, color=FAINT, linewidth=1.3)
        good = [day for day, answer in entries if answer <= 2]
        bad = [day for day, answer in entries if answer > 2]
        ax.plot(numbers(good), [104.0] * len(good), "o", color=INK, markersize=3.2)
        ax.plot(
            numbers(bad), [-2.5] * len(bad), "o", markerfacecolor="none", markeredgecolor=INK, markersize=3.4
        )
        for i, each in enumerate(shown):
            f = each.forecast
            x = numbers(f.dates)
            if len(shown) <= 2:
                ax.fill_between(x, 100 * f.p_low, 100 * f.p_high, color=colour(i), alpha=0.16, linewidth=0)
            ax.plot(x, 100 * f.p_hdss_le_2, color=colour(i))
        _session_ticks(ax, twin, site, dates[0])
        _planned_ticks(ax, shown)
        date_axis(ax, dates[0], shown[0].forecast.dates[-1], narrow)
        today_line(ax, twin.diary.last, "to come", narrow)
        ax.set_title(f"Chance of a day with {GOOD}, %", pad=7)
        ends = [
            Named(each.name, 100 * float(each.forecast.p_hdss_le_2[-1]), colour(i))
            for i, each in enumerate(shown)
        ]
        names_at_end(ax, numbers(shown[0].forecast.dates)[-1], ends)

    told = "; ".join(
        f"{each.name}: {100 * each.forecast.p_hdss_le_2[0]:.0f} % on the first day, "
        f"{100 * each.forecast.p_hdss_le_2[-1]:.0f} % on {day_words(each.forecast.dates[-1])}"
        for each in shown
    )
    bands = " Bands: nine cases in ten of what is not known of the person." if len(shown) <= 2 else ""
    return draw(
        paint,
        title="How likely is a good day?",
        alt=f"Chance of {GOOD} by day, past and to come. {told}.",
        caption=f"A good day is one with {GOOD}. Dots: what was written, at the top where it was a good day, open ones at the "
        f"foot where it was not. Grey: what was to be expected of the past.{bands} Ticks at the foot: sessions.",
    )


def sweat_figure(twin: Twin, shown: Sequence[Shown], past: PastCourse) -> Drawing:
    """Sweat with its 50 and 90 % bands."""
    site, keep = shown[0].forecast.outlook.site, _window(past)
    dates = past.dates[keep]
    weighed = [
        (e.date, e.sweat_mg_per_min)
        for e in twin.diary.entries
        if e.site == site and e.sweat_mg_per_min is not None and e.date >= dates[0]
    ]

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow, right=_END_ROOM)
        low, median, high = past.sweat_mg_per_min[:, keep]
        ax.fill_between(numbers(dates), low, high, color=FAINT, alpha=0.22, linewidth=0)
        ax.plot(numbers(dates), median, color=FAINT, linewidth=1.3)
        tops = [float(np.quantile(high, 0.98)), *(float(rate) for _, rate in weighed)]
        for i, each in enumerate(shown):
            x, q = numbers(each.forecast.dates), each.forecast.sweat_mg_per_min
            if len(shown) == 1:
                ax.fill_between(x, q[0], q[4], color=colour(i), alpha=0.14, linewidth=0)
            if len(shown) <= 2:
                ax.fill_between(x, q[1], q[3], color=colour(i), alpha=0.24, linewidth=0)
            if len(shown) == 2:
                for edge in (q[0], q[4]):
                    ax.plot(x, edge, color=colour(i), linewidth=0.7, linestyle=(0, (3, 2)))
            ax.plot(x, q[2], color=colour(i))
            tops.append(float(q[4 if len(shown) <= 2 else 3].max()))
        ax.plot(
            numbers([day for day, _ in weighed]),
            [rate for _, rate in weighed],
            "D",
            color=INK,
            markersize=3.6,
        )
        ax.set_ylim(0, 1.05 * max(tops))
        _session_ticks(ax, twin, site, dates[0])
        date_axis(ax, dates[0], shown[0].forecast.dates[-1], narrow)
        today_line(ax, twin.diary.last, "to come", narrow)
        ax.set_title(f"Sweat, mg/min {one_side(site)}", pad=7)
        ends = [
            Named(each.name, float(each.forecast.sweat_mg_per_min[2, -1]), colour(i))
            for i, each in enumerate(shown)
        ]
        names_at_end(ax, numbers(shown[0].forecast.dates)[-1], ends)

    told = "; ".join(
        f"{each.name}: median {plain(each.forecast.sweat_mg_per_min[2, 0])} mg/min on the first day, "
        f"{plain(each.forecast.sweat_mg_per_min[2, -1])} on the last"
        for each in shown
    )
    outer = "light band" if len(shown) == 1 else "broken lines"
    bands = f" Dark band: half of the days; {outer}: nine days in ten." if len(shown) <= 2 else ""
    dots = (
        " Diamonds: what was weighed."
        if weighed
        else " Nothing was weighed, so the scale rests on other people."
    )
    return draw(
        paint,
        title=f"How much sweat of the {lay_site(site)}?",
        alt=f"Sweat by day, past and to come. {told}.",
        caption=f"Line: the middle.{bands} Grey: the past.{dots}",
    )


def return_figure(shown: Sequence[Shown]) -> Drawing:
    """Chance that the sweat is back for a week, by day."""
    dates = shown[0].forecast.dates

    def back(f: Forecast) -> Array:
        known = np.sort(f.relapse.days[np.isfinite(f.relapse.days)])
        dry = max(len(f.relapse.days) * (1.0 - f.relapse.not_dry_pct / 100.0), 1.0)
        return np.asarray(100.0 * np.searchsorted(known, np.arange(1, len(dates) + 1), side="right") / dry)

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow, right=_END_ROOM)
        ax.set_ylim(-2, 112)
        ax.set_yticks([0, 25, 50, 75, 100])
        for i, each in enumerate(shown):
            ax.step(numbers(dates), back(each.forecast), where="post", color=colour(i))
        date_axis(ax, dates[0], dates[-1], narrow)
        ax.set_title("Chance that the sweat is back by then, %", pad=7)
        ends = [Named(each.name, float(back(each.forecast)[-1]), colour(i)) for i, each in enumerate(shown)]
        names_at_end(ax, numbers(dates)[-1], ends)

    told = "; ".join(
        f"{each.name}: {back(each.forecast)[-1]:.0f} % by {day_words(dates[-1])}" for each in shown
    )
    return draw(
        paint,
        title="When is it back?",
        alt=f"Chance that the sweat is back for a week or more. {told}.",
        caption="Back means that for a week on end a bad day is likelier than a good one, after it was not so. Of those of the "
        "twin's people who are dry at all.",
        height=0.8,
    )


def replay_figure(twin: Twin, replay: Replay) -> Drawing:
    """The past as it was and as it would have been."""
    dates, x = replay.dates, numbers(replay.dates)
    entries = _entries(twin, replay.site, dates[0])
    names = ("as it was", "changed")

    def paint(figure: Figure, narrow: bool) -> None:
        upper, lower = axes_in(figure, narrow, rows=2, right=_END_ROOM)
        upper.set_ylim(-9, 109)
        upper.set_yticks([0, 25, 50, 75, 100])
        for day, answer in entries:
            good = answer <= 2
            upper.plot(
                day.toordinal(), 104.0 if good else -2.5, "o", markersize=3.2, color=INK,
                markerfacecolor=INK if good else "none",
            )  # fmt: skip
        for i in (0, 1):
            upper.plot(x, 100 * replay.p_hdss_le_2[i], color=colour(i), linewidth=1.4)
            low, median, high = replay.sweat_mg_per_min[i]
            lower.fill_between(x, low, high, color=colour(i), alpha=0.13, linewidth=0)
            lower.plot(x, median, color=colour(i), linewidth=1.4)
        upper.set_title(f"Chance of a day with {GOOD}, %", pad=7)
        lower.set_title(f"Sweat, mg/min {one_side(replay.site)}", pad=7)
        lower.set_ylim(bottom=0)
        _session_ticks(upper, twin, replay.site, dates[0])
        date_axis(lower, dates[0], dates[-1], narrow)
        upper.tick_params(labelbottom=False)
        names_at_end(
            upper, x[-1], [Named(names[i], 100 * float(replay.p_hdss_le_2[i, -1]), colour(i)) for i in (0, 1)]
        )
        names_at_end(
            lower,
            x[-1],
            [Named(names[i], float(replay.sweat_mg_per_min[i, 1, -1]), colour(i)) for i in (0, 1)],
        )

    told = "; ".join(
        f"{name}: on average {100 * replay.p_hdss_le_2[i].mean():.0f} % chance of {GOOD}, sweat "
        f"{plain(float(np.median(replay.sweat_mg_per_min[i, 1])))} mg/min"
        for i, name in enumerate(names)
    )
    return draw(
        paint,
        title="As it was, and as it would have been",
        alt=f"The diary's days twice. {told}.",
        caption="The same days, with the same good and bad luck on each. Dots: what was written, at the top where it was a good "
        "day. Bands: nine cases in ten. Ticks at the foot: sessions as they were held.",
        height=1.5,
    )
