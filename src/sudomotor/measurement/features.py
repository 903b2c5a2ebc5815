"""Features: a recording's activity summed up in windows, under our names, Ledalab's or NeuroKit2's."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.errors import InputError, unknown
from sudomotor.measurement.recording import GAP_STEPS, Recording

if TYPE_CHECKING:
    import pandas as pd

    from sudomotor.measurement.quality import Quality

Array = NDArray[np.float64]
NAMES = ("sudomotor", "ledalab", "neurokit")
MOST_WINDOWS = 1_000_000
# of a window without an event the rate is not known to be nought: Jeffreys's half event
_HALF = 0.5


class Activity(Protocol):
    """What is summed up; `SudomotorActivity` is one."""

    @property
    def recording(self) -> Recording: ...
    @property
    def tonic(self) -> Array: ...
    @property
    def phasic(self) -> Array: ...
    @property
    def driver(self) -> Array: ...
    @property
    def sd(self) -> Array: ...
    @property
    def events(self) -> pd.DataFrame: ...
    @property
    def quality(self) -> Quality | None: ...
    @property
    def latency_s(self) -> float: ...


def features(
    activity: Activity,
    window_s: float = 60.0,
    step_s: float | None = None,
    names: str = "sudomotor",
    *,
    starts_s: ArrayLike | None = None,
) -> pd.DataFrame:
    """Sum up an activity in windows.

    An event belongs to the window in which its response becomes visible, `latency_s` after the burst arrives at the gland. Only
    usable samples count; what lies in a gap or was set aside is not made up for, and `usable_s` says how much there was.

    Parameters
    ----------
    activity : from `decompose`.
    window_s : length of a window.
    step_s : from one window's begin to the next; by default windows do not overlap.
    names : "sudomotor", "ledalab" or "neurokit", see below.
    starts_s : where windows begin on the recording's clock, in place of every `step_s`: one second after each event, say, with
        `window_s=3`.

    Returns
    -------
    A row a window, with `start_s`, `end_s` and `usable_s`, and then

    - sudomotor: `events`; `events_per_min` and `events_per_min_sd` (Poisson; of a window without events that of half of one);
      `amplitude_uS` and `amplitude_sd_uS`, mean and its error; `amplitude_sum_uS` and `amplitude_sum_sd_uS`; `iscr_uS_s`, the
      driver's integral; `tonic_uS`, `tonic_sd_uS`, mean and standard deviation over the window; `phasic_max_uS`.
    - ledalab: `CDA.nSCR`; `CDA.Latency`, s, of the first response after the window's begin; `CDA.AmpSum`, uS; `CDA.SCR`, mean
      driver, uS; `CDA.ISCR`, uS s; `CDA.PhasicMax`, uS; `CDA.Tonic`, uS.
    - neurokit: `SCR_Peaks_N`, `SCR_Peaks_Amplitude_Mean`, `EDA_Tonic_SD` of its interval-related features.

    What a window has no usable samples for is nan.

    Raises
    ------
    InputError
        For lengths that make no sense, and for unknown names.

    Source: Benedek and Kaernbach 2010 for the integrated response; Ledalab's export for its columns.

    Examples
    --------
    >>> import sudomotor as sm
    >>> table = features(sm.decompose([2.0, 2.1] * 240, fs=4, quality=False), window_s=60)
    >>> table[["start_s", "end_s", "usable_s"]].to_numpy().tolist()
    [[0.0, 60.0, 60.0], [60.0, 120.0, 60.0]]
    """
    import pandas as pd

    if names not in NAMES:
        raise unknown("names", names, NAMES, where="names")
    starts = _starts(activity.recording, window_s, step_s, starts_s)
    usable = usable_samples(activity)
    times = activity.recording.times_s
    weight = np.where(usable, steps_of(activity.recording), 0.0)
    visible = activity.events["onset_s"].to_numpy(dtype=float) + activity.latency_s
    order = np.argsort(visible, kind="stable")
    amplitude, error = (
        activity.events[name].to_numpy(dtype=float)[order] for name in ("amplitude_uS", "amplitude_sd_uS")
    )
    visible = visible[order]
    columns: dict[str, list[float]] = {}
    make = {"sudomotor": _ours, "ledalab": _ledalab, "neurokit": _neurokit}[names]
    for start in starts:
        end = start + window_s
        a, b = np.searchsorted(times, (start - 1e-9, end - 1e-9))
        i, j = np.searchsorted(visible, (start, end))
        part = slice(int(a), int(b))
        row = make(
            _Window(
                start, end, weight[part], activity.tonic[part], activity.phasic[part], activity.driver[part],
                visible[i:j], amplitude[i:j], error[i:j],
            )
        )  # fmt: skip
        for name, value in {
            "start_s": start,
            "end_s": end,
            "usable_s": float(weight[part].sum()),
            **row,
        }.items():
            columns.setdefault(name, []).append(value)
    return pd.DataFrame(columns)


class _Window:
    """What a window holds; arrays over its samples, and over its events."""

    def __init__(
        self, start_s: float, end_s: float, weight: Array, tonic: Array, phasic: Array, driver: Array, visible: Array,
        amplitude: Array, error: Array,
    ) -> None:  # fmt: skip
        good = weight > 0.0
        self.start_s, self.end_s = start_s, end_s
        self.weight, self.tonic, self.phasic, self.driver = (
            weight[good],
            tonic[good],
            phasic[good],
            driver[good],
        )
        self.visible, self.amplitude, self.error = visible, amplitude, error
        self.usable_s = float(self.weight.sum())

    def mean(self, values: Array) -> float:
        """Mean over the usable time; nan without any."""
        return float(values @ self.weight) / self.usable_s if self.usable_s > 0.0 else math.nan

    def deviation(self, values: Array) -> float:
        """Standard deviation over the usable time."""
        return (
            math.sqrt(max(self.mean((values - self.mean(values)) ** 2), 0.0))
            if self.usable_s > 0.0
            else math.nan
        )

    @property
    def iscr(self) -> float:
        """The driver's integral, uS s."""
        return float(self.driver @ self.weight) if self.usable_s > 0.0 else math.nan

    @property
    def highest(self) -> float:
        """The largest phasic value."""
        return float(np.max(self.phasic)) if len(self.phasic) else math.nan

    @property
    def sum_error(self) -> float:
        """Standard deviation of the sum of amplitudes."""
        return float(np.sqrt(np.sum(self.error**2)))


def _ours(w: _Window) -> dict[str, float]:
    n, minutes = len(w.amplitude), w.usable_s / 60.0
    seen = minutes > 0.0
    return {
        "events": n,
        "events_per_min": n / minutes if seen else math.nan,
        "events_per_min_sd": math.sqrt(max(n, _HALF)) / minutes if seen else math.nan,
        "amplitude_uS": float(w.amplitude.mean()) if n else math.nan,
        "amplitude_sd_uS": w.sum_error / n if n else math.nan,
        "amplitude_sum_uS": float(w.amplitude.sum()) if seen else math.nan,
        "amplitude_sum_sd_uS": w.sum_error if seen else math.nan,
        "iscr_uS_s": w.iscr,
        "tonic_uS": w.mean(w.tonic),
        "tonic_sd_uS": w.deviation(w.tonic),
        "phasic_max_uS": w.highest,
    }


def _ledalab(w: _Window) -> dict[str, float]:
    return {
        "CDA.nSCR": len(w.amplitude),
        "CDA.Latency": float(w.visible[0] - w.start_s) if len(w.visible) else math.nan,
        "CDA.AmpSum": float(w.amplitude.sum()) if w.usable_s > 0.0 else math.nan,
        "CDA.SCR": w.mean(w.driver),
        "CDA.ISCR": w.iscr,
        "CDA.PhasicMax": w.highest,
        "CDA.Tonic": w.mean(w.tonic),
    }


def _neurokit(w: _Window) -> dict[str, float]:
    return {
        "SCR_Peaks_N": len(w.amplitude),
        "SCR_Peaks_Amplitude_Mean": float(w.amplitude.mean()) if len(w.amplitude) else math.nan,
        "EDA_Tonic_SD": w.deviation(w.tonic),
    }


def usable_samples(activity: Activity) -> NDArray[np.bool_]:
    """(sample,) what was measured and not set aside, and came apart."""
    good = (
        np.isfinite(activity.recording.values_uS) & np.isfinite(activity.tonic) & np.isfinite(activity.phasic)
    )
    return good if activity.quality is None else good & activity.quality.usable


def steps_of(recording: Recording) -> Array:
    """(sample,) the time that each sample stands for, s: until the next, or a step of the usual rate where a gap follows."""
    usual = 1.0 / recording.rate_Hz if np.isfinite(recording.rate_Hz) else 0.0
    steps = np.append(np.diff(recording.times_s), usual)
    return np.where(steps > GAP_STEPS * usual, usual, steps) if usual > 0.0 else steps


def _starts(
    recording: Recording, window_s: float, step_s: float | None, starts_s: ArrayLike | None
) -> list[float]:
    """Where windows begin."""
    for what, value in (("window_s", window_s), ("step_s", step_s)):
        if value is not None and not (
            isinstance(value, int | float | np.number) and math.isfinite(value) and value > 0.0
        ):
            raise InputError(f"{what} is {value!r}", where=what, mend=f"give seconds above 0: {what}=60")
    if starts_s is not None:
        given: Any = np.atleast_1d(np.asarray(starts_s))
        if given.ndim != 1 or given.dtype.kind not in "fiu" or not np.isfinite(given).all():
            raise InputError(
                "the starts of windows are not a list of seconds",
                where="starts_s",
                mend="starts_s=[10.0, 50.0]",
            )
        return [float(each) for each in given]
    step = float(step_s if step_s is not None else window_s)
    # every window begins before the last sample
    first = float(recording.times_s[0])
    count = math.floor((float(recording.times_s[-1]) - first) / step + 1e-9) + 1
    if count > MOST_WINDOWS:
        raise InputError(
            f"{count} windows are more than can be told",
            where="window_s",
            mend="longer windows, or a longer step_s",
        )
    return [first + i * step for i in range(count)]
