"""The figures of the mind: one moment, a course under rival accounts, what would convince, balances of the loop.

They are narrow and stacked, so that their letters can be read on a phone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, PINK, GREY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#5a5a5a"  # Okabe & Ito
ACCOUNT = {"peripheral": GREY, "loop": BLUE, "reset": ORANGE}


def stress(figure: Figure) -> None:
    """A song in the middle person, the left palm blocked."""
    from sudomotor.report.figures_stress import outline
    from sudomotor.simulation import stress_test

    m = stress_test(
        "palmar hyperhidrosis with social anxiety",
        "sing-a-song",
        block=0.9,
        treated="left palm",
        minutes=14,
        seed=1,
    )
    minutes = m.time_s / 60.0
    treated, other = "left palm", "right palm"

    def both(values: Any) -> list[tuple[str, Any, str]]:
        return [
            (f"{other}, untreated", m.of(values, other)[:, 0], BLUE),
            (f"{treated}, 90 % blocked", m.of(values, treated)[:, 0], ORANGE),
        ]

    panels = [
        ("Threat, 0 to 1", [("", m.threat[:, 0], GREEN)]),
        ("Volleys of the sudomotor nerve a minute", [("", m.burst_rate_per_min[:, 0], GREEN)]),
        ("Sweat, mg/min", both(m.sweat_mg_per_min)),
        ("Skin conductance, µS", both(m.conductance_uS)),
        ("Heart period, ms", [("", m.heart_period_ms[:, 0], PINK)]),
    ]
    axes = figure.subplots(len(panels), 1, sharex=True)
    for ax, (title, lines) in zip(axes, panels, strict=True):
        ax.axvspan(m.task_start_s / 60.0, m.task_end_s / 60.0, color=GREY, alpha=0.14, linewidth=0)
        for name, values, colour in lines:
            ax.plot(*outline(minutes, values, 400), color=colour, linewidth=1.1, label=name or None)
        ax.set_title(title)
        if len(lines) > 1:
            ax.legend(loc="upper left", frameon=False, fontsize=8.5, handlelength=1.2, borderaxespad=0.0)
        if title != "Heart period, ms":
            ax.set_ylim(bottom=0)
    axes[0].text((m.task_start_s + 3) / 60.0, axes[0].get_ylim()[1] * 0.86, "sing!", fontsize=8.5)
    axes[-1].set(xlim=(4, 14), xlabel="minutes")


def mind_course(figure: Figure, data: dict[str, Any]) -> None:
    """Threat, avoidance and sweat over a course, the same people under three accounts."""
    of, sessions = data["course"]["of"], data["course"]["sessions"]
    panels = (
        ("threat", "Threat in a public task, 0 to 1", (0, 1)),
        ("avoidance", "Occasions avoided, %", (0, 100)),
        ("palms", "Sweat of the treated palms, % of before", (0, 120)),
        ("soles", "Sweat of the untreated soles, % of before", (0, 120)),
    )
    axes = figure.subplots(len(panels), 1, sharex=True)
    for ax, (key, title, limits) in zip(axes, panels, strict=True):
        ends = []
        for name, values in of.items():
            # what lies under another line is wider, so that it is seen
            ax.plot(values[key], color=ACCOUNT[name], linewidth=3.2 if name == "peripheral" else 1.6)
            ends.append((values[key][-1], name))
        ax.set(title=title, ylim=limits, xlim=(0, len(values[key]) - 1))
        _ends(ax, ends, 0.13 * (limits[1] - limits[0]))
        ax.plot(sessions, np.zeros(len(sessions)), "|", color="black", markersize=7, clip_on=False)
    axes[-1].set_xlabel("days from the first session (marks)")


def _ends(ax: Axes, ends: list[tuple[float, str]], gap: float) -> None:
    """Names at the right end of the lines, so far apart that they can be read."""
    at, low = -np.inf, ax.get_ylim()[0]
    for height, name in sorted(ends):
        at = max(height, at + gap, low)
        x = ax.get_xlim()[1]
        ax.annotate(
            name, (x, at), xytext=(4, 0), textcoords="offset points", va="center", color=ACCOUNT[name], annotation_clip=False
        )  # fmt: skip


def convince(figure: Figure, data: dict[str, Any]) -> None:
    """People in each arm by the day of the reading, for pairs of accounts."""
    found = data["compare"]
    shown = [one for one in found["pairs"] if one["curves"]]
    most = found["most"]
    axes = figure.subplots(len(shown), 1, sharex=True, sharey=True)
    for ax, one in zip(np.atleast_1d(axes), shown, strict=True):
        ax.axhspan(most, 2 * most, color=GREY, alpha=0.14, linewidth=0)
        for curve, colour in zip(one["curves"], (BLUE, ORANGE, GREEN), strict=False):
            n = np.array([np.nan if v is None else v for v in curve["n_per_arm"]])
            n[0] = np.nan
            short = curve["measure"].replace(" in a public task", "").replace(" (diary)", "")
            study = (
                curve["study"]
                .replace("treated against ", "against ")
                .replace("sham against waiting", "sham only")
            )
            ax.plot(
                np.where(n <= 2 * most, n, np.nan), color=colour, label=f"{short}, {study}: {curve['n']:.0f}"
            )
            ax.plot([curve["day"]], [curve["n"]], "o", color=colour, markersize=4.5)
        ax.set(yscale="log", ylim=(1.6, 2 * most), xlim=(0, len(n) - 1))
        ticks = [t for t in (2, 10, 50, 200, 500) if t <= most]
        ax.set_yticks(ticks, [str(t) for t in ticks])
        ax.set_yticks([], minor=True)
        ax.set_title(f"{one['pair'][0]} or {one['pair'][1]}?", pad=11 + 10.6 * len(one["curves"]))
        ax.legend(
            loc="lower left", bbox_to_anchor=(-0.01, 1.0), frameon=False, fontsize=8.5, handlelength=1.2, borderaxespad=0.0,
            labelspacing=0.25,
        )  # fmt: skip
    axes[-1].set_xlabel("day of the reading")
    for ax in axes:
        ax.text(0.4 * len(n), 1.35 * most, "do not try", ha="center", va="center", fontsize=8.5, color=GREY)
    figure.supylabel("people in each arm", fontsize=9.5)


def equilibria(figure: Figure) -> None:
    """Steady states of threat against the load: default, strong loop, and its steepest."""
    from sudomotor.report.figures_equilibria import loop_curves

    ax = figure.add_subplot()
    for one, colour in zip(loop_curves(), (BLUE, ORANGE, GREEN), strict=True):
        stable = one.curve.gain < 1.0
        for holds, style in ((stable, "-"), (~stable, (0, (3, 2)))):
            ax.plot(
                np.where(holds, one.curve.load, np.nan), np.where(holds, one.curve.threat, np.nan), color=colour,
                linestyle=style, label=f"{one.label}: gain at most {one.curve.gain.max():.2g}" if style == "-" else None,
            )  # fmt: skip
        for load, threat in one.curve.folds:
            ax.plot([load], [threat], "o", color=colour, markersize=5)
    ax.set(
        xlim=(0, 1),
        ylim=(0, 1.02),
        xlabel="load of a situation (1: a public task)",
        title="Felt threat, once settled",
    )
    ax.legend(loc="lower right", frameon=False, fontsize=8.5, handlelength=1.2)
