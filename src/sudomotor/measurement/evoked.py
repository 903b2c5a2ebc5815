"""Evoked: what events did to the nerve's bursts, trial by trial and by condition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError, unknown
from sudomotor.measurement.features import Activity, steps_of, usable_samples
from sudomotor.measurement.recording import Mark
from sudomotor.parameters import Parameters, load

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
METHODS = ("window", "glm")
OUTSIDE, UNUSABLE = "outside the recording", "set aside or missing"
_COURSE_S = (-2.0, 12.0, 0.25)  # of the mean course that is drawn: from, to, step
_LABELS = ("label", "trial_type", "condition", "value", "name", "event")
_COLOURS = ("#1f5a7a", "#b5532a", "#5b7d3a", "#7a4a86", "#8a6d1f", "#3f7f86")


@dataclass(frozen=True, eq=False)
class Evoked:
    """What events evoked.

    Attributes
    ----------
    trials : a row an event: `onset_s`, `label`, `usable`, `why` not, `amplitude_uS` (0 where nothing answered: the magnitude),
        `amplitude_sd_uS`, `latency_s` of the first burst's response (nan where none), `n_bursts`.
    conditions : a row a label: `trials`, `usable`; `magnitude_uS`, the mean over usable trials with zeros kept, or by "glm" the
        weight of the condition's response; `sd_uS` over trials; `se_uS`; `response_share` of trials in which a burst answered;
        `responders_uS`, mean amplitude of those, by the bursts; `latency_s`, their mean; `difference_uS` from all other
        conditions, and `difference_se_uS`; by "glm" `shift_s`, how much later than the canonical response.
    course : mean phasic course around the events of each label: `label`, `time_s`, `phasic_uS`, `se_uS`.
    method : "window" or "glm".
    window_s : from, to, in which a burst's response counts as evoked, s after the event.
    notes : what was left out and why, in words.
    """

    trials: pd.DataFrame
    conditions: pd.DataFrame
    course: pd.DataFrame
    method: str
    window_s: tuple[float, float]
    notes: tuple[str, ...] = ()

    def plot(self) -> Figure:
        """Mean courses with their standard errors, and each condition's magnitude beside them."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9.0, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 2))
        left.axvspan(*self.window_s, color="#000000", alpha=0.05, linewidth=0)
        for i, row in enumerate(self.conditions.itertuples()):
            colour = _COLOURS[i % len(_COLOURS)]
            part = self.course[self.course["label"] == row.label]
            t, y, se = (part[name].to_numpy() for name in ("time_s", "phasic_uS", "se_uS"))
            left.plot(t, y, color=colour, linewidth=1.2, label=str(row.label))
            left.fill_between(t, y - se, y + se, color=colour, alpha=0.2, linewidth=0)
            right.errorbar([i], [row.magnitude_uS], yerr=[row.se_uS], fmt="o", color=colour, capsize=3)
        left.set_xlabel("time after the event (s)")
        left.set_ylabel("phasic conductance (uS)")
        if len(self.conditions):
            left.legend(frameon=False)
        right.set_xticks(range(len(self.conditions)), [str(each) for each in self.conditions["label"]])
        right.set_ylabel("magnitude (uS), with its error")
        right.axhline(0.0, color="#888888", linewidth=0.6)
        return figure


def evoked(
    activity: Activity,
    events: Any = None,
    *,
    window_s: tuple[float, float] | None = None,
    method: str = "window",
    parameters: Parameters | None = None,
) -> Evoked:
    """What events evoked, trial by trial and by condition.

    - "window": a trial's amplitude is the sum of the amplitudes of the bursts whose responses become visible in the window after
      the event, and 0 where there are none. Bursts that overlap were told apart before.
    - "glm": the recording is explained by the canonical response function and its time derivative at each event, all events at
      once, so that events that follow each other quickly are told apart. Data and regressors go through the same high-pass, and
      the noise may be correlated over time. Amplitudes may come out negative; they are not cut at 0.

    A trial whose window is not usable by half is named in `trials` and `notes` and counts nowhere.

    Parameters
    ----------
    activity : from `decompose`.
    events : a table (`onset_s` or `onset` in s on the recording's clock, and perhaps `label`, `trial_type` or `condition`), the
        path of a BIDS `_events.tsv`, marks, or seconds; by default the recording's own marks.
    window_s : from, to, in s after the event; default 1 to 4.
    method : "window" or "glm".
    parameters : constants in force.

    Raises
    ------
    InputError
        Where there are no events, or they are not such a table.

    Source: Boucsein et al. 2012 for the window and for magnitude against amplitude; Bach et al. 2010 for the canonical response.

    Examples
    --------
    >>> import numpy as np
    >>> import sudomotor as sm
    >>> from sudomotor.measurement.kernels import bateman
    >>> t = np.arange(0, 80, 0.25)
    >>> y = 4 + 0.5 * bateman(2.0, 0.7).at(t - 21) + 0.001 * np.random.default_rng(0).normal(size=len(t))
    >>> found = evoked(sm.decompose(y, fs=4), [19.0, 50.0])
    >>> found.trials.amplitude_uS.round(1).tolist(), found.conditions.response_share.tolist()
    ([0.5, 0.0], [0.5])
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS, where="method")
    p = parameters or load()
    window = _window(window_s, p)
    onsets, labels = read_trials(activity, events)
    trials = _trials(activity, onsets, labels, window, p)
    notes = _named(trials)
    answered = _responses(trials)
    if method == "glm":
        from sudomotor.measurement.evoked_glm import by_glm

        conditions, told = by_glm(activity, trials, p)
        notes += told
    else:
        conditions = _by_window(trials)
        both = _claimed_twice(activity, trials, window)
        if both:
            notes.append(
                f"{both} bursts lie in the windows of two trials and count for both; method='glm' tells them apart"
            )
    conditions = conditions.merge(answered, on="label", how="left")
    return Evoked(trials, conditions, _course(activity, trials), method, window, tuple(notes))


def read_trials(activity: Activity, events: Any) -> tuple[Array, list[str]]:
    """Onsets in s, in order, and their labels."""
    import pandas as pd

    if events is None:
        events = activity.recording.marks
        if not len(events):
            raise InputError(
                "the recording has no marks",
                where="events",
                mend="give events: a table, its path, or seconds",
            )
    if isinstance(events, str | Path):
        from sudomotor.measurement.readers.bids import read_events

        events = read_events(events)
    if isinstance(events, Mark):
        events = [events]
    if isinstance(events, pd.DataFrame):
        name = next((each for each in ("onset_s", "onset") if each in events.columns), None)
        if name is None:
            raise InputError(
                "the events have no column of onsets", where="events", mend="name it onset_s, in seconds"
            )
        given = events[name].tolist()
        word = next((each for each in _LABELS if each in events.columns), None)
        labels = [str(each) for each in events[word]] if word else ["event"] * len(given)
    else:
        rows = list(events) if isinstance(events, Sequence | np.ndarray | pd.Series | pd.Index) else [events]
        given = [each.onset_s if isinstance(each, Mark) else each for each in rows]
        labels = [each.label or "event" if isinstance(each, Mark) else "event" for each in rows]
    try:
        onsets = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(
            "the events' onsets are not seconds", where="events", mend="events=[10.24, 49.58]"
        ) from error
    if onsets.ndim != 1 or not len(onsets):
        raise InputError("there are no events", where="events", mend="events=[10.24, 49.58]")
    if not np.isfinite(onsets).all():
        raise InputError(
            f"the onset of event {int(np.flatnonzero(~np.isfinite(onsets))[0]) + 1} is not a number of seconds",
            where="events", mend="leave that event out",
        )  # fmt: skip
    order = np.argsort(onsets, kind="stable")
    return onsets[order], [labels[i] for i in order]


def _window(window_s: tuple[float, float] | None, p: Parameters) -> tuple[float, float]:
    if window_s is None:
        return p.value("evoked_from_s"), p.value("evoked_to_s")
    try:
        low, high = (float(each) for each in window_s)
    except (TypeError, ValueError):
        low = high = math.nan
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        raise InputError(
            f"the window is {window_s!r}", where="window_s", mend="window_s=(1, 4), seconds after the event"
        )
    return low, high


def _trials(
    activity: Activity, onsets: Array, labels: list[str], window: tuple[float, float], p: Parameters
) -> pd.DataFrame:
    """What each trial's window holds."""
    import pandas as pd

    times = activity.recording.times_s
    weight = np.where(usable_samples(activity), steps_of(activity.recording), 0.0)
    so_far = np.append(0.0, np.cumsum(weight))
    a, b = (np.searchsorted(times, onsets + each - 1e-9) for each in window)
    share = (so_far[b] - so_far[a]) / (window[1] - window[0])
    end = float(times[-1] + (steps_of(activity.recording)[-1]))
    outside = (onsets + window[1] <= times[0]) | (onsets + window[0] >= end)
    usable = share >= p.value("evoked_least_usable") - 1e-9
    visible = activity.events["onset_s"].to_numpy(dtype=float) + activity.latency_s
    order = np.argsort(visible, kind="stable")
    visible = visible[order]
    size, error = (
        activity.events[name].to_numpy(dtype=float)[order] for name in ("amplitude_uS", "amplitude_sd_uS")
    )
    i, j = (np.searchsorted(visible, onsets + each) for each in window)
    n = j - i
    amplitude = np.array([size[x:y].sum() for x, y in zip(i, j, strict=True)])
    deviation = np.array([math.sqrt(float((error[x:y] ** 2).sum())) for x, y in zip(i, j, strict=True)])
    for k in np.flatnonzero((n == 0) & usable):  # where nothing answered, what could have hidden there
        sd = activity.sd[a[k] : b[k]]
        deviation[k] = float(np.median(sd[np.isfinite(sd)])) if np.isfinite(sd).any() else math.nan
    latency = np.where(n > 0, np.append(visible, np.nan)[i] - onsets, np.nan)
    why = np.where(usable, "", np.where(outside, OUTSIDE, UNUSABLE))
    return pd.DataFrame({
        "onset_s": onsets, "label": labels, "usable": usable, "why": why, "amplitude_uS": np.where(usable, amplitude, np.nan),
        "amplitude_sd_uS": np.where(usable, deviation, np.nan), "latency_s": np.where(usable, latency, np.nan), "n_bursts": n,
    })  # fmt: skip


def _named(trials: pd.DataFrame) -> list[str]:
    """The trials that do not count, by reason."""
    notes = []
    for why in (OUTSIDE, UNUSABLE):
        at = trials.loc[trials["why"] == why, "onset_s"].tolist()
        if at:
            some = ", ".join(f"{each:.6g}" for each in at[:8]) + (", ..." if len(at) > 8 else "")
            notes.append(f"{len(at)} of {len(trials)} trials do not count, {why}: at {some} s")
    return notes


def _claimed_twice(activity: Activity, trials: pd.DataFrame, window: tuple[float, float]) -> int:
    """How many bursts lie in the windows of more than one usable trial."""
    onsets = trials.loc[trials["usable"], "onset_s"].to_numpy()
    visible = activity.events["onset_s"].to_numpy(dtype=float) + activity.latency_s
    first, last = (np.searchsorted(onsets, visible - each, side="right") for each in (window[1], window[0]))
    return int((last - first > 1).sum())


def mean_of(values: Array) -> float:
    """Mean; nan of nothing."""
    return float(values.mean()) if len(values) else math.nan


def deviation_of(values: Array) -> float:
    """Standard deviation over trials; nan of fewer than two."""
    return float(values.std(ddof=1)) if len(values) > 1 else math.nan


def _by_window(trials: pd.DataFrame) -> pd.DataFrame:
    """Each condition's magnitude and what sets it apart."""
    import pandas as pd

    rows = []
    for label in dict.fromkeys(trials["label"]):
        mine, good = trials["label"] == label, trials["usable"]
        x, other = (trials.loc[each & good, "amplitude_uS"].to_numpy() for each in (mine, ~mine))
        se, other_se = (
            deviation_of(each) / math.sqrt(len(each)) if len(each) else math.nan for each in (x, other)
        )
        rows.append({
            "label": label, "trials": int(mine.sum()), "usable": len(x), "magnitude_uS": mean_of(x), "sd_uS": deviation_of(x),
            "se_uS": se, "difference_uS": mean_of(x) - mean_of(other), "difference_se_uS": math.hypot(se, other_se),
        })  # fmt: skip
    return pd.DataFrame(rows)


def _responses(trials: pd.DataFrame) -> pd.DataFrame:
    """Of each condition: how often a burst answered, how strongly where it did, and when."""
    import pandas as pd

    rows = []
    for label, each in trials[trials["usable"]].groupby("label", sort=False):
        answered = each[each["n_bursts"] > 0]
        rows.append({
            "label": label, "response_share": len(answered) / len(each),
            "responders_uS": mean_of(answered["amplitude_uS"].to_numpy()), "latency_s": mean_of(answered["latency_s"].to_numpy()),
        })  # fmt: skip
    return pd.DataFrame(rows, columns=["label", "response_share", "responders_uS", "latency_s"])


def _course(activity: Activity, trials: pd.DataFrame) -> pd.DataFrame:
    """Mean phasic course around the events of each label."""
    import pandas as pd

    begin, end, step = _COURSE_S
    t = begin + step * np.arange(round((end - begin) / step) + 1)
    phasic = np.where(usable_samples(activity), activity.phasic, np.nan)
    parts = []
    for label in dict.fromkeys(trials["label"]):
        onsets = trials.loc[(trials["label"] == label) & trials["usable"], "onset_s"].to_numpy()
        total, squares, count = np.zeros(len(t)), np.zeros(len(t)), np.zeros(len(t))
        for onset in onsets:
            y = np.interp(onset + t, activity.recording.times_s, phasic, left=np.nan, right=np.nan)
            seen = np.isfinite(y)
            y = np.where(seen, y, 0.0)
            total, squares, count = total + y, squares + y**2, count + seen
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = total / count
            spread = np.sqrt(
                np.maximum(squares / count - mean**2, 0.0) / np.where(count > 1, count - 1, np.nan)
            )
        parts.append(pd.DataFrame({"label": label, "time_s": t, "phasic_uS": mean, "se_uS": spread}))
    return pd.concat(parts, ignore_index=True)
