"""Figures of a measurement that stand still: the whole recording, and how large its bursts are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sudomotor.measurement.figure import BURST, paint_activity
from sudomotor.measurement.summary import ActivitySummary
from sudomotor.report.drawing import COLOURS, FAINT, INK, Drawing, axes_in, draw
from sudomotor.report.words import plain

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sudomotor.measurement.activity import SudomotorActivity
    from sudomotor.measurement.evoked import Evoked

_BINS = {False: 700, True: 330}  # as many points as a width can show
_FEWEST = 10  # bursts that make a histogram
_DECADES = 8  # bars a factor of ten


def recording_figure(activity: SudomotorActivity, told: ActivitySummary) -> Drawing:
    """The whole recording: conductance, tonic level, fit; bursts below."""
    times = activity.recording.times_s

    def paint(figure: Figure, narrow: bool) -> None:
        above, below = axes_in(figure, narrow, rows=2)
        paint_activity(
            above, below, activity, float(times[0]), float(times[-1]), bins=_BINS[narrow], ink=FAINT, named=not narrow
        )
        above.set_title("Skin conductance, µS")
        below.set_title("Bursts, µS")
        above.tick_params(labelbottom=False)
        handles, labels = above.get_legend_handles_labels()
        above.legend(
            handles[:3], labels[:3], loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, frameon=False,
            handlelength=1.0, handletextpad=0.4, columnspacing=0.9, borderaxespad=0.0, borderpad=0.2,
        )  # fmt: skip

    return draw(
        paint,
        title="From begin to end",
        alt=f"Skin conductance over {plain(told.duration_s / 60.0, 3)} minutes with its tonic level, {plain(told.tonic_uS, 3)} µS "
        f"on average, and {told.bursts} bursts, a median of {plain(told.amplitude_uS)} µS",
        caption="Lines are drawn from the lowest to the highest value at each point. Bursts with one standard deviation.",
        height=1.7,
    )


def amplitude_figure(activity: SudomotorActivity, told: ActivitySummary) -> Drawing | None:
    """How many bursts have which amplitude; None where they are too few."""
    amplitude = activity.events["amplitude_uS"].to_numpy(dtype=float)
    amplitude = amplitude[amplitude > 0]
    if len(amplitude) < _FEWEST:
        return None
    low, high = np.floor(np.log10(amplitude.min()) * _DECADES), np.ceil(np.log10(amplitude.max()) * _DECADES)
    edges = 10.0 ** (np.arange(low, max(high, low + 1.0) + 1.0) / _DECADES)

    def paint(figure: Figure, narrow: bool) -> None:
        from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

        (ax,) = axes_in(figure, narrow)
        ax.set_xscale("log")
        ax.hist(amplitude, edges.tolist(), color=BURST, rwidth=0.92)
        ax.axvline(told.amplitude_uS, color=INK, linewidth=1.0, linestyle=":")
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if len(edges) < 3 * _DECADES else (1.0,)))
        ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: plain(value)))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
        ax.set_xlabel("amplitude, µS")
        ax.set_title("Bursts")

    return draw(
        paint,
        title="How large they are",
        alt=f"Histogram of {told.bursts} amplitudes: half of them between {plain(told.amplitude_low_uS)} and "
        f"{plain(told.amplitude_high_uS)} µS, the median {plain(told.amplitude_uS)} µS",
        caption="Dotted: the median. The smallest that can be told from noise set where the bars begin.",
        height=0.8,
    )


def evoked_figure(evoked: Evoked) -> Drawing | None:
    """The mean phasic course around the events of each condition; None where no trial counts."""
    from sudomotor.report.measure_words import evoked_words

    shown = [row.label for row in evoked.conditions.itertuples() if row.usable][: len(COLOURS)]
    if not shown:
        return None

    def paint(figure: Figure, narrow: bool) -> None:
        (ax,) = axes_in(figure, narrow)
        ax.axvspan(*evoked.window_s, color=FAINT, alpha=0.16, linewidth=0)
        ax.axvline(0.0, color=FAINT, linewidth=0.7, linestyle=":")
        for label, colour in zip(shown, COLOURS, strict=False):
            part = evoked.course[evoked.course["label"] == label]
            t, y, se = (part[name].to_numpy(dtype=float) for name in ("time_s", "phasic_uS", "se_uS"))
            ax.plot(t, y, color=colour, label=str(label)[:24])
            known = np.isfinite(se) & np.isfinite(y)
            ax.fill_between(t, y - se, y + se, where=known, color=colour, alpha=0.2, linewidth=0)
        ax.set_title("Phasic part, µS")
        ax.set_xlabel("seconds after the event")
        ax.legend(
            loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=2 if narrow else 3, frameon=False, handlelength=1.0,
            handletextpad=0.4, columnspacing=0.9, borderaxespad=0.0, borderpad=0.2,
        )  # fmt: skip

    more = int((evoked.conditions["usable"] > 0).sum()) - len(shown)
    return draw(
        paint,
        title="Around the events",
        alt=" ".join(evoked_words(evoked)),
        caption="Mean courses with their standard errors; shaded: where a response counts as evoked."
        + (f" The first {len(shown)} conditions are drawn, {more} are not." if more > 0 else ""),
    )
