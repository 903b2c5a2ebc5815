"""Figures of one session: pH in the ducts over depth and time, volts and current over time, acid by depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.report.drawing import COLOURS, FAINT, Drawing, axes_in, draw
from sudomotor.report.words import lay_site, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.contour import ContourSet
    from matplotlib.figure import Figure

    from sudomotor.session import Dose, DuctProfile

# from acid through neutral to alkaline: brown to blue, apart for every kind of colour vision
_PH_COLOURS = (
    "#7F2704",
    "#B84A0B",
    "#E07B39",
    "#F2B48A",
    "#F1EEEA",
    "#A6C6E2",
    "#5E9BCB",
    "#2171B5",
    "#084594",
)
_PH_ENDS = (3.0, 11.0)
Array = NDArray[np.float64]
POLES = (("anode", "positive"), ("cathode", "negative"))


def session_figures(dose: Dose) -> list[Drawing]:
    """All figures of a session; the ducts only where they were solved."""
    drawings = [_ducts(dose), _acid(dose)] if dose.duct else []
    return [*drawings[:1], _electric(dose), *drawings[1:]]


def _name(dose: Dose, pole: str) -> str:
    return lay_site(dose.electrodes[0 if pole == "anode" else 1])


def _ducts(dose: Dose) -> Drawing:
    def paint(figure: Figure, narrow: bool) -> None:
        axes = axes_in(figure, narrow, rows=2, right=0.56)
        levels = _levels(dose)
        for ax, (pole, sign) in zip(axes, POLES, strict=True):
            filled = _field(ax, dose.duct[pole], levels)
            _whole_minutes(ax)
            ax.set_title(f"{_name(dose, pole).capitalize()} ({sign} pole)", pad=6)
            ax.set_ylabel("depth, mm")
        axes[0].tick_params(labelbottom=False)
        axes[1].set_xlabel("minutes")
        width, _ = figure.get_size_inches()
        low, high = axes[1].get_position().y0, axes[0].get_position().y1
        bar = figure.add_axes(((width - 0.52) / width, low, 0.12 / width, high - low))
        made = figure.colorbar(filled, cax=bar, ticks=np.arange(np.ceil(levels[0]), levels[-1] + 0.01))
        bar.minorticks_off()
        made.outline.set_visible(False)
        bar.set_title("pH", pad=6, loc="left")

    told = []
    for pole, sign in POLES:
        d = dose.duct[pole]
        told.append(
            f"at the {sign} pole the mouth of the duct ends at pH {plain(float(d.pH[-1, 0]))}, "
            f"its foot at {plain(float(d.pH[-1, -1]))}; "
            f"range over all depths and times {plain(float(d.pH.min()))} to {plain(float(d.pH.max()))}"
        )
    return draw(
        paint,
        title="pH in the sweat ducts",
        alt=f"Maps of pH over depth and time: {'; '.join(told)}.",
        height=1.5,
        caption="Depth 0 is the mouth of the duct, at the water. Sweat itself is slightly acid to neutral.",
    )


def _levels(dose: Dose) -> Array:
    """Contours that span what occurs, a quarter of a pH apart, or a half where much occurs."""
    low = max(0.0, min(float(duct.pH.min()) for duct in dose.duct.values()))
    high = min(14.0, max(float(duct.pH.max()) for duct in dose.duct.values()))
    step = 0.25 if high - low <= 4 else 0.5
    return np.arange(np.floor(low / step), np.ceil(high / step) + 1.5) * step


def _whole_minutes(ax: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    ax.xaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 5, 10]))


def _field(ax: Axes, duct: DuctProfile, levels: Array) -> ContourSet:
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    colours = LinearSegmentedColormap.from_list("pH", _PH_COLOURS)
    # 120 moments are as many as can be told apart
    keep = np.unique(np.linspace(0, len(duct.time_s) - 1, 120).astype(int))
    filled = ax.contourf(
        duct.time_s[keep] / 60.0,
        duct.depth_mm,
        duct.pH[keep].T,
        levels=levels,
        cmap=colours,
        norm=Normalize(*_PH_ENDS),
    )
    ax.invert_yaxis()
    return filled


def _electric(dose: Dose) -> Drawing:
    minutes = dose.series["time_s"] / 60.0

    def paint(figure: Figure, narrow: bool) -> None:
        upper, lower = axes_in(figure, narrow, rows=2)
        upper.plot(minutes, dose.series["volts"], color=COLOURS[0])
        upper.set_title("Voltage, V", pad=7)
        upper.set_ylim(0, 1.15 * max(1.0, float(dose.series["volts"].max())))
        upper.tick_params(labelbottom=False)
        lower.plot(minutes, dose.series["current_mA"], color=COLOURS[1])
        lower.set_title("Current, mA", pad=7)
        top = max(1.0, float(np.abs(dose.series["current_mA"]).max()))
        lower.set_ylim(-1.15 * top if dose.series["current_mA"].min() < 0 else 0, 1.15 * top)
        lower.set_xlim(0, dose.session.minutes)
        _whole_minutes(lower)
        lower.set_xlabel("minutes")

    alt = (
        f"Voltage {plain(dose.volts_start)} V after the ramp, {plain(dose.volts_end)} V at the end; "
        f"current {plain(dose.current_mA_reached)} mA of {plain(dose.current_mA_set)} mA set."
    )
    caption = "As the ducts fill and the skin soaks, its resistance falls, and with it the voltage needed."
    return draw(paint, title="Voltage and current", alt=alt, caption=caption, height=1.25)


def _acid(dose: Dose) -> Drawing:
    from matplotlib.ticker import MaxNLocator

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow)
        reach = [
            float(v)
            for d in dose.duct.values()
            for v in (d.acid_past_depth_nmol.min(), d.acid_past_depth_nmol.max())
        ]
        low, high = min(0.0, *reach), max(0.0, *reach)
        room = 0.14 * max(high - low, 1e-9)
        ax.set_ylim(low - room, high + room)
        for colour, (pole, sign) in zip((COLOURS[1], COLOURS[0]), POLES, strict=True):
            d = dose.duct[pole]
            ax.plot(d.edge_mm, d.acid_past_depth_nmol, color=colour)
            half = int(np.argmin(np.abs(d.edge_mm - 0.3 * d.edge_mm[-1])))
            ax.annotate(
                f"{sign} pole",
                (float(d.edge_mm[half]), float(d.acid_past_depth_nmol[half])),
                xytext=(4, 5),
                textcoords="offset points",
                color=colour,
                fontsize=8.6,
            )
        ax.axhline(0, color=FAINT, linewidth=0.6)
        ax.set_xlim(0, max(float(d.edge_mm[-1]) for d in dose.duct.values()))
        ax.yaxis.set_major_locator(MaxNLocator(5))
        ax.set_title("Net acid that passes a depth, nmol per duct", pad=7)
        ax.set_xlabel("depth, mm")

    alt = (
        f"Net acid that enters a duct: {plain(dose.proton_nmol_per_duct_anode)} nmol at the positive pole, "
        f"{plain(dose.proton_nmol_per_duct_cathode)} nmol at the negative pole; it falls with depth."
    )
    return draw(
        paint,
        title="Acid by depth",
        alt=alt,
        caption="Below zero: base (hydroxide and bicarbonate) instead of acid.",
    )
