"""The figure of an activity: conductance, tonic level and fit, what was set aside and why; below, the bursts with their errors."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.decimate import outline
from sudomotor.measurement.summary import set_aside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sudomotor.measurement.activity import SudomotorActivity

Array = NDArray[np.float64]
# Okabe & Ito's palette, as in the reports
MEASURED, TONIC, FIT, BURST = "#5c6670", "#0072B2", "#D55E00", "#009E73"
SHADES = ("#E69F00", "#CC79A7", "#56B4E9", "#C0392B", "#8C6D31", "#7A5195", "#B8B000", "#2F6B4F")
GAP_SHADE = "#9aa4ae"
_DOTS = 500  # so few samples are drawn as dots
_LABELS = 12  # so many marks are named
_MOST_STEMS = 4000  # more stems only blacken the page: then the highest of each bin
_Z90 = 1.645
_UNITS = ((600.0, 1.0, "s"), (3.0 * 3600.0, 60.0, "min"), (math.inf, 3600.0, "h"))


@dataclass(frozen=True)
class _View:
    """What is looked at: samples, their times, the part in s, the scale of the axis, points across it, the ink."""

    activity: SudomotorActivity
    keep: slice
    begin: float
    end: float
    scale: float
    bins: int
    ink: str

    def line(self, values: Array) -> tuple[Array, Array]:
        """A course of the part as few points."""
        rec = self.activity.recording
        at, seen = outline(rec.times_s[self.keep], values, self.bins, rec.rate_Hz)
        return at / self.scale, seen


def activity_figure(activity: SudomotorActivity, from_s: float | None = None, to_s: float | None = None) -> Figure:
    """Draw an activity, or a part of it.

    Parameters
    ----------
    activity : what to draw.
    from_s, to_s : the part, s on the recording's clock; default: all of it.

    Returns
    -------
    matplotlib.figure.Figure
        Above: conductance (dots where they are few), tonic level and fit with its 90 % band, in uS; shaded what was not measured
        or set aside, by reason. Below: a stem for each burst at its onset, its amplitude with one standard deviation. Long
        recordings are drawn from the lowest to the highest value of each point of the screen.

    Raises
    ------
    InputError
        Where nothing was recorded in that part.

    Examples
    --------
    >>> import sudomotor as sm
    >>> figure = activity_figure(sm.decompose([2.0] * 40, fs=4, quality=False), 2, 8)
    >>> [axes.get_ylabel() for axes in figure.axes]
    ['skin conductance (µS)', 'bursts (µS)']
    """
    from matplotlib.figure import Figure

    begin, end = _window(activity, from_s, to_s)
    figure = Figure(figsize=(9.0, 5.0), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.4, 1.0))
    paint_activity(above, below, activity, begin, end)
    above.set_ylabel("skin conductance (µS)")
    below.set_ylabel("bursts (µS)")
    above.legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=6, frameon=False, fontsize="small", handlelength=1.2
    )
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    return figure


def paint_activity(
    above: Axes, below: Axes, activity: SudomotorActivity, begin: float, end: float, *, bins: int = 1200, ink: str = MEASURED,
    named: bool = True,
) -> None:  # fmt: skip
    """Draw a part of an activity on two axes.

    Parameters
    ----------
    above, below : for the courses in uS, and for the bursts.
    activity : what to draw.
    begin, end : the part, s.
    bins : points across the axes.
    ink : colour of what was measured.
    named : whether marks have their labels, where they are few.
    """
    times = activity.recording.times_s
    keep = slice(int(np.searchsorted(times, begin)), int(np.searchsorted(times, end, side="right")))
    scale, unit = next((scale, name) for most, scale, name in _UNITS if end - begin < most)
    view = _View(activity, keep, begin, end, scale, bins, ink)
    _courses(above, view)
    _stems(below, view)
    _shade((above, below), view)
    _marks(above, view, named)
    below.set_xlabel(f"time ({unit})")
    room = 0.0 if end > begin else 0.5
    below.set_xlim((begin - room) / scale, (end + room) / scale)


def _window(activity: SudomotorActivity, from_s: float | None, to_s: float | None) -> tuple[float, float]:
    times = activity.recording.times_s
    first, last = (float(times[0]), float(times[-1])) if len(times) else (0.0, 0.0)
    begin, end = first if from_s is None else float(from_s), last if to_s is None else float(to_s)
    if not begin <= end or np.searchsorted(times, begin) == np.searchsorted(times, end, side="right"):
        raise InputError(
            f"nothing was recorded from {begin:g} to {end:g} s",
            where=activity.recording.source,
            mend=f"the recording runs from {first:g} to {last:g} s",
        )
    return max(begin, first), min(end, last)


def _courses(axes: Axes, view: _View) -> None:
    """What was measured, the tonic level, and the fit with its band."""
    activity, keep = view.activity, view.keep
    rec = activity.recording
    t, measured, tonic = rec.times_s[keep] / view.scale, rec.values_uS[keep], activity.tonic[keep]
    fit, sd = tonic + activity.phasic[keep], activity.sd[keep]
    if len(t) <= _DOTS:
        axes.plot(t, measured, ".", color=view.ink, markersize=3.0, label="measured", zorder=3)
    else:
        axes.plot(*view.line(measured), color=view.ink, linewidth=1.0, label="measured", zorder=2)
    axes.plot(*view.line(tonic), color=TONIC, linewidth=1.2, label="tonic", zorder=4)
    axes.plot(*view.line(fit), color=FIT, linewidth=0.9, label="fit", zorder=5)
    if len(t) <= 2 * view.bins and np.isfinite(sd).any():  # else the band is thinner than the line
        axes.fill_between(
            t, fit - _Z90 * sd, fit + _Z90 * sd, where=np.isfinite(sd), color=FIT, alpha=0.25, linewidth=0, zorder=1
        )
    # what was set aside may leave the frame: it must not flatten the rest
    usable = measured if activity.quality is None else measured[activity.quality.usable[keep]]
    seen = [part for part in (usable, fit, tonic) if np.isfinite(part).any()] or [np.array([0.0, 1.0])]
    low, high = min(float(np.nanmin(part)) for part in seen), max(float(np.nanmax(part)) for part in seen)
    room = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    axes.set_ylim(low - room, high + room)


def _stems(axes: Axes, view: _View) -> None:
    """Bursts from zero to their amplitude, with one standard deviation."""
    columns = ("onset_s", "amplitude_uS", "amplitude_sd_uS")
    onset, amplitude, sd = (view.activity.events[name].to_numpy(dtype=float) for name in columns)
    inside = (onset >= view.begin) & (onset <= view.end)
    onset, amplitude, sd = onset[inside], amplitude[inside], sd[inside]
    if len(onset) > _MOST_STEMS:
        at = ((onset - view.begin) / (view.end - view.begin) * view.bins).astype(int)
        order = np.lexsort((-amplitude, at))
        top = order[np.unique(at[order], return_index=True)[1]]
        onset, amplitude, sd = onset[top], amplitude[top], sd[top]
    onset = onset / view.scale
    axes.vlines(onset, 0.0, amplitude, color=BURST, linewidth=1.0)
    known = np.isfinite(sd)
    low, high = (amplitude - sd)[known], (amplitude + sd)[known]
    axes.vlines(onset[known], low, high, color=view.ink, linewidth=2.2, alpha=0.55)
    if len(onset) <= _DOTS:
        axes.plot(onset, amplitude, "o", color=BURST, markersize=2.6)
    highest = float((amplitude + np.nan_to_num(sd)).max()) if len(onset) else 0.0
    axes.set_ylim(0.0, 1.1 * highest if highest > 0 else 1.0)


def shade_of(name: str) -> str:
    """The colour of a reason, the same in every figure.

    >>> shade_of("gap") == GAP_SHADE
    True
    """
    from sudomotor.measurement.quality import REASONS

    return SHADES[(REASONS.index(name) - 2) % len(SHADES)] if name in REASONS[2:] else GAP_SHADE


def _shade(both: tuple[Axes, Axes], view: _View) -> None:
    for name, where in set_aside(view.activity, view.keep).items():
        colour = GAP_SHADE if view.activity.quality is None else shade_of(name)
        wide = [(begin / view.scale, (end - begin) / view.scale) for begin, end in where]
        for axes in both:
            axes.broken_barh(
                wide, (0.0, 1.0), transform=axes.get_xaxis_transform(), facecolors=colour, alpha=0.3, linewidth=0.3,
                edgecolor=colour, zorder=0, label=name if axes is both[0] else None,
            )  # fmt: skip


def _marks(axes: Axes, view: _View, named: bool) -> None:
    """What happened, as dotted lines; named where they are few."""
    marks = [mark for mark in view.activity.recording.marks if view.begin <= mark.onset_s <= view.end]
    for mark in marks:
        axes.axvline(mark.onset_s / view.scale, color=view.ink, linewidth=0.7, linestyle=":", zorder=1)
        if named and len(marks) <= _LABELS:
            axes.annotate(
                mark.label[:24], (mark.onset_s / view.scale, 0.99), xycoords=("data", "axes fraction"), rotation=90,
                va="top", ha="right", fontsize="x-small",
            )  # fmt: skip
