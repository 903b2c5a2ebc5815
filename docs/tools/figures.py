"""The figures of the documentation, drawn from the code: no date, no random identifiers, text as paths."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib
import mind_figures
import numpy as np
import twin_figures
from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#5a5a5a"  # Okabe & Ito
STYLE = {
    "svg.fonttype": "path", "svg.hashsalt": "sudomotor", "font.family": "DejaVu Sans", "font.size": 9.5,
    "axes.spines.top": False, "axes.spines.right": False, "axes.titlesize": 10, "axes.titlelocation": "left",
    "axes.linewidth": 0.8, "lines.linewidth": 1.8, "axes.edgecolor": GREY, "xtick.color": GREY,
    "ytick.color": GREY, "xtick.labelcolor": "black", "ytick.labelcolor": "black",
}  # fmt: skip
COURSE = ("Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks", "Then every 10 days")


def draw_all(folder: Path, data: dict[str, Any], mind: dict[str, Any], twin: dict[str, Any]) -> None:
    """Draw every figure into a folder: of the trials' data, of the mind's, of the twin's example."""
    folder.mkdir(parents=True, exist_ok=True)
    figures: dict[str, tuple[tuple[float, float], Callable[[Figure], None]]] = {
        "course": ((7.2, 3.4), course),
        "duct_pH": ((7.2, 3.1), duct_pH),
        "evidence": (
            (6.4, 0.25 * len(data["runs"][data["default"]]["outcomes"]) + 1.0),
            lambda figure: evidence(figure, data),
        ),
        "mechanisms": ((7.2, 2.2), lambda figure: mechanisms(figure, data)),
        "stress": ((5.2, 6.6), mind_figures.stress),
        "mind_course": ((5.2, 6.4), lambda figure: mind_figures.mind_course(figure, mind)),
        "convince": ((5.2, 7.0), lambda figure: mind_figures.convince(figure, mind)),
        "equilibria": ((5.2, 3.4), mind_figures.equilibria),
        "twin_forecast": ((7.2, 3.4), lambda figure: twin_figures.forecast(figure, twin)),
        "twin_replay": ((7.2, 3.0), lambda figure: twin_figures.replay(figure, twin)),
        "twin_frontier": ((5.6, 3.6), lambda figure: twin_figures.frontier(figure, twin)),
    }
    with matplotlib.rc_context(STYLE):
        for name, (size, paint) in figures.items():
            figure = Figure(figsize=size, layout="constrained", facecolor="white")
            paint(figure)
            figure.savefig(folder / f"{name}.svg", metadata={"Date": None, "Creator": None})


def course(figure: Figure) -> None:
    """Sweat of the palms over the README's course."""
    from sudomotor.course import Course
    from sudomotor.simulation import simulate
    from sudomotor.simulation.history import CONTROL

    history = simulate("palmar hyperhidrosis", Course(*COURSE), days=180, people=500, seed=1)
    sweat, days = history.sweat_of("palms"), history.days
    axes = figure.add_subplot()
    q = np.quantile(sweat, [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
    axes.fill_between(days, q[0], q[4], color=BLUE, alpha=0.15, linewidth=0)
    axes.fill_between(days, q[1], q[3], color=BLUE, alpha=0.30, linewidth=0)
    axes.plot(days, q[2], color=BLUE)
    limit = history.parameters.value(CONTROL["palms"])
    axes.axhline(limit, color=GREY, linewidth=1, linestyle="--")
    axes.text(183, limit, "dry\nbelow", va="center", color=GREY)
    top = float(q[4].max()) * 1.03
    held = days[history.session.mean(axis=1) > 0]
    axes.plot(held, np.full(held.shape, -0.035 * top), "|", color="black", markersize=6, clip_on=False)
    axes.set(
        xlim=(0, 181),
        ylim=(-0.07 * top, top),
        xlabel="days from the first session",
        title="Sweat of each palm, mg/min",
    )
    axes.text(183, -0.035 * top, "sessions", va="center")
    line = {"arrowstyle": "-", "color": BLUE, "linewidth": 0.7}
    for words, day, curve, height in (
        ("nine in ten people", 60, 4, 0.95),
        ("half of the people", 78, 3, 0.80),
        ("the middle person", 100, 2, 0.65),
    ):
        axes.annotate(words, (day, q[curve][day]), (day + 4, height * top), color=BLUE, arrowprops=line)


def duct_pH(figure: Figure) -> None:
    """pH down the duct over a session, in soft and in ordinary water."""
    from sudomotor.course import Session
    from sudomotor.session import deliver

    panels = figure.subplots(1, 2, sharey=True, sharex=True)
    mesh = None
    for axes, (name, water) in zip(
        panels,
        (
            ("0.1 mM alkalinity", "alkalinity 0.1 mM, water 100 uS/cm"),
            ("2 mM alkalinity", "alkalinity 2 mM, water 400 uS/cm"),
        ),
        strict=True,
    ):
        dose = deliver(
            Session(f"15 mA DC for 20 minutes, {water}, 1.5 litres"), "palmar hyperhidrosis, severe"
        )
        duct = dose.duct["anode"]
        mesh = axes.pcolormesh(
            duct.time_s / 60,
            duct.depth_mm,
            duct.pH.T,
            vmin=2,
            vmax=8,
            cmap="cividis",
            shading="nearest",
            rasterized=True,
        )
        axes.set(xlabel="minutes", title=f"Tap water with {name}")
        for side in ("left", "bottom"):
            axes.spines[side].set_visible(False)
    panels[0].set_ylabel("depth below the pore, mm")
    panels[0].invert_yaxis()
    assert mesh is not None
    figure.colorbar(mesh, ax=panels, label="pH, anode's side", extend="both", pad=0.02)


def evidence(figure: Figure, data: dict[str, Any]) -> None:
    """Predicted minus published in tolerances, with the interval of virtual studies."""
    outcomes = [o for o in data["runs"][data["default"]]["outcomes"] if o["predicted"] is not None]
    axes = figure.add_subplot()
    span = 4.0
    axes.axvspan(-1, 1, color=GREEN, alpha=0.13, linewidth=0)
    axes.axvline(0, color=GREY, linewidth=0.8)
    for i, o in enumerate(outcomes):
        off = (o["predicted"] - o["published"]) / o["tolerance"]
        low, high = ((o[key] - o["published"]) / o["tolerance"] for key in ("low", "high"))
        colour = GREY if not o["counts"] else GREEN if o["inside"] else ORANGE
        axes.plot(np.clip([low, high], -span, span), [i, i], color=colour, alpha=0.6, linewidth=1.6)
        axes.plot(
            np.clip(off, -span, span),
            i,
            "o" if abs(off) <= span else ("<" if off < 0 else ">"),
            color=colour,
            markersize=5,
        )
    axes.set_yticks(range(len(outcomes)), [_label(o) for o in outcomes], fontsize=7.5)
    axes.set(
        xlim=(-span - 0.1, span + 0.1),
        ylim=(len(outcomes) - 0.4, -0.6),
        xlabel="(predicted − published) / tolerance",
    )
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    for x, colour, text in ((-4, GREEN, "inside"), (-1.7, ORANGE, "miss"), (0.2, GREY, "not counted")):
        axes.text(x, -0.9, f"● {text}", color=colour, fontsize=8)


def _label(o: dict[str, Any]) -> str:
    """Study, what sets the arm apart, measure and time, in few words."""
    from evidence_page import SHORT

    words = {
        "direct current": "",
        "active": "",
        "ten sessions": "",
        "ten daily sessions": "",
        "seven sessions in four weeks": "",
    }
    arm = (
        o["arm"]
        .replace("pulsed direct current", "pulsed")
        .replace("alternating current", "AC")
        .split(" (")[0]
    )
    arm = words.get(o["arm"], arm.replace("with direct offset", "+ DC"))
    measure = {"starch_iodine_improved_pct": "starch-iodine", "sessions_to_control": "sessions"}.get(
        o["measure"], SHORT[o["measure"]]
    )
    at = "" if o["at"] == "over the course" else ", " + o["at"].replace(" after the last session", " after")
    return f"{o['study']}{' ' + arm if arm else ''}: {measure}{at}"


def mechanisms(figure: Figure, data: dict[str, Any]) -> None:
    """Counted outcomes inside tolerance and ordinal facts that hold, by mechanism."""
    from evidence_page import by_score

    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 1))
    runs = by_score(data)[::-1]
    for axes, key, of, title in (
        (left, "inside", "counted", "Outcomes inside tolerance"),
        (right, "orders_holding", "orders", "Facts that hold"),
    ):
        for i, (name, run) in enumerate(runs):
            score, colour = run["summary"][key], BLUE if name == data["default"] else GREY
            axes.barh(i, score, color=colour, height=0.6)
            axes.text(score + 0.015 * run["summary"][of], i, f"{score}", va="center", color=colour)
        total = runs[0][1]["summary"][of]
        axes.set(
            xlim=(0, 1.06 * total),
            xticks=range(0, total + 1, 5 if total > 10 else total),
            title=f"{title}, of {total}",
        )
        axes.tick_params(axis="y", length=0)
    left.set_yticks(range(len(runs)), [name for name, _ in runs])
