"""The figures of the twin, drawn from docs/data/twin_example.json: a forecast with its past, a replay, time against dryness."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter, MonthLocator
from matplotlib.figure import Figure

BLUE, ORANGE, GREY, INK = "#0072B2", "#D55E00", "#5a5a5a", "#1a1a1a"  # Okabe & Ito
COURSE = {"as lately": BLUE, "no sessions": ORANGE}


def _days(dates: Any) -> Any:
    return np.array([datetime.date.fromisoformat(each).toordinal() for each in dates], float) - _EPOCH


_EPOCH = datetime.date(1970, 1, 1).toordinal()  # where matplotlib counts days from


def _chance_axis(ax: Axes, example: dict[str, Any]) -> None:
    """Answers as dots above and below, sessions as ticks at the foot."""
    ax.set_ylim(-16, 108)
    ax.set_yticks([0, 25, 50, 75, 100])
    for date, answer in example["diary"]["answers"]:
        good = answer <= 2
        ax.plot(
            _days([date]), 104 if good else -4, "o", color=INK, markersize=3, markerfacecolor=INK if good else "none"
        )  # fmt: skip
    ax.vlines(_days(example["diary"]["sessions"]), -15, -10, color=INK, linewidth=1.0)
    ax.xaxis.set_major_locator(MonthLocator())
    ax.xaxis.set_major_formatter(ConciseDateFormatter(ax.xaxis.get_major_locator()))


def forecast(figure: Figure, example: dict[str, Any]) -> None:
    """Chance of a good day: the diary, then going on as lately beside no sessions."""
    ax = figure.add_subplot()
    _chance_axis(ax, example)
    past = _days(example["diary"]["dates"])
    low, mean, high = (100.0 * np.array(each) for each in example["past"]["p"])
    ax.fill_between(past, low, high, color=GREY, alpha=0.2, linewidth=0)
    ax.plot(past, mean, color=GREY, linewidth=1.3)
    for name, f in example["forecast"].items():
        x = _days(f["dates"])
        p, p_low, p_high = (100.0 * np.array(f[f"p_hdss_le_2{end}"]) for end in ("", "_low", "_high"))
        ax.fill_between(x, p_low, p_high, color=COURSE[name], alpha=0.16, linewidth=0)
        ax.plot(x, p, color=COURSE[name])
        ax.text(x[-1] + 2, p[-1], name.replace(" ", "\n"), color=COURSE[name], va="center")
        if f["sessions"]:
            ax.vlines(x[0] + np.array(f["sessions"], float), -15, -10, color=COURSE[name], linewidth=1.0)
    ax.axvline(past[-1] + 0.5, color=GREY, linewidth=0.8, linestyle="--")
    ax.text(past[-1] + 2, 8, "to come", color=GREY)
    ax.set_xlim(past[0] - 2, x[-1] + 1)
    ax.set_title("Chance of a day with HDSS 1 or 2, %")


def replay(figure: Figure, example: dict[str, Any]) -> None:
    """The same days with a fortnight left out."""
    ax = figure.add_subplot()
    _chance_axis(ax, example)
    x, again = _days(example["diary"]["dates"]), example["replay"]
    first, last = _days(again["skipped"])
    ax.axvspan(first - 0.5, last + 0.5, color=GREY, alpha=0.14, linewidth=0)
    ax.text(first, 50, "left\nout", color=GREY, va="center")
    for values, colour, name, height in (
        (again["p"][0], BLUE, "as it was", 80.0), (again["p"][1], ORANGE, "fortnight\nleft out", 22.0),
    ):  # fmt: skip
        p = 100.0 * np.array(values)
        ax.plot(x, p, color=colour)
        ax.text(x[-1] + 2, height, name, color=colour, va="center")
    ax.set_xlim(x[0] - 2, x[-1] + 1)
    ax.set_title("Chance of a day with HDSS 1 or 2, %")


def frontier(figure: Figure, example: dict[str, Any]) -> None:
    """Minutes a month against good days: what was tried, what labels say, the plan."""
    ax = figure.add_subplot()
    points = sorted((p["minutes_per_month"], p["dry_days_pct"]) for p in example["plan"]["frontier"])
    ax.plot(*zip(*points, strict=True), "-o", color=GREY, markersize=4, linewidth=1.0)
    ax.plot(
        [each["minutes_per_month"] for each in example["labels"]], [each["dry_days_pct"] for each in example["labels"]],
        "D", markerfacecolor="none", markeredgecolor=ORANGE, markersize=5.5,
    )  # fmt: skip
    mine = (example["plan"]["minutes_per_month"], example["plan"]["dry_days_pct"])
    ax.plot(*mine, "o", color=BLUE, markersize=9)
    ax.annotate("the plan", mine, xytext=(-8, 9), textcoords="offset points", color=BLUE, ha="right")
    most = max(x for x, _ in [*points, *((each["minutes_per_month"], 0.0) for each in example["labels"])])
    ax.set(
        xlim=(0, 1.05 * most), ylim=(0, 106), xlabel="minutes with current on, a month", title="Good days, %"
    )
    for y, colour, mark, words in (
        (26, GREY, "o", "best of what was tried"), (14, ORANGE, "D", "label schedules, within the limits"),
    ):  # fmt: skip
        ax.plot(
            0.42 * most,
            y,
            mark,
            color=colour,
            markerfacecolor=colour if mark == "o" else "none",
            markersize=5,
        )
        ax.text(0.45 * most, y, words, color=colour, va="center")
