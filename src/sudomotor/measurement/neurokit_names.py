"""Drop-in names for users of NeuroKit2: the columns of its `eda_process`, with what we found in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.features import Activity

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
COLUMNS = (
    "EDA_Raw", "EDA_Clean", "EDA_Tonic", "EDA_Phasic", "SCR_Onsets", "SCR_Peaks", "SCR_Height", "SCR_Amplitude", "SCR_RiseTime",
    "SCR_Recovery", "SCR_RecoveryTime",
)  # fmt: skip
_LONGEST_RISE_S = 5.0  # where an event's own rise is not known its peak is looked for so far


def to_neurokit(activity: Activity) -> pd.DataFrame:
    """A row a sample, under the names that `neurokit2.eda_process` gives.

    As there, marks are 1 among zeros, and values stand at the sample that they belong to among zeros: height (the phasic part at
    the peak), amplitude and rise time (s) at the peak, recovery time (s, from the peak until half is gone) at the recovery. What
    differs: `EDA_Clean` is the fit, tonic and phasic part together; responses that overlap are told apart, so that an amplitude is
    that of the burst's own response; an onset is where the response becomes visible. Of two responses whose onsets or peaks fall
    into one sample, the larger is kept. A response whose onset or peak lies outside the recording is left out.

    Parameters
    ----------
    activity : from `decompose`.

    Source: the columns as NeuroKit2 0.2 and 0.3 fill them.

    Examples
    --------
    >>> import sudomotor as sm
    >>> to_neurokit(sm.decompose([2.0, 2.1] * 40, fs=4, quality=False)).columns[:3].tolist()
    ['EDA_Raw', 'EDA_Clean', 'EDA_Tonic']
    """
    import pandas as pd

    recording = activity.recording
    n, times = len(recording.times_s), recording.times_s
    onsets, peaks, recoveries = (np.zeros(n, dtype=np.int64) for _ in range(3))
    height, amplitude, rise, recovery = (np.zeros(n) for _ in range(4))
    table = activity.events
    visible = table["onset_s"].to_numpy(dtype=float) + activity.latency_s
    size, rises, halves = (
        table[name].to_numpy(dtype=float) for name in ("amplitude_uS", "rise_s", "half_recovery_s")
    )
    half_step = 0.5 / recording.rate_Hz if np.isfinite(recording.rate_Hz) else 0.0
    last = float(times[-1]) + half_step
    ordered = np.append(np.sort(visible), np.inf)
    for k in np.argsort(-size, kind="stable"):
        until = min(
            visible[k] + _LONGEST_RISE_S, float(ordered[np.searchsorted(ordered, visible[k], side="right")])
        )
        top_s = (
            visible[k] + rises[k]
            if np.isfinite(rises[k])
            else _peak_time(times, activity.phasic, visible[k], until)
        )
        if not (times[0] - half_step <= visible[k] and top_s <= last):
            continue
        start, top = _nearest(times, visible[k]), _nearest(times, top_s)
        if onsets[start] or peaks[top]:
            continue
        onsets[start] = peaks[top] = 1
        height[top], amplitude[top], rise[top] = activity.phasic[top], size[k], top_s - visible[k]
        at = _nearest(times, top_s + halves[k]) if np.isfinite(halves[k]) else 0
        if np.isfinite(halves[k]) and top_s + halves[k] <= last and not recoveries[at]:
            recoveries[at], recovery[at] = 1, halves[k]
    columns = (
        recording.values_uS, activity.tonic + activity.phasic, activity.tonic, activity.phasic, onsets, peaks, height, amplitude,
        rise, recoveries, recovery,
    )  # fmt: skip
    return pd.DataFrame(dict(zip(COLUMNS, columns, strict=True)))


def _peak_time(times: Array, phasic: Array, from_s: float, to_s: float) -> float:
    """Time of the largest phasic value between two times; the first where there is no sample between."""
    a, b = np.searchsorted(times, (from_s, to_s))
    if b <= a or not np.isfinite(phasic[a:b]).any():
        return from_s
    return max(float(times[a + int(np.nanargmax(phasic[a:b]))]), from_s)


def _nearest(times: Array, at_s: float) -> int:
    """Index of the nearest sample."""
    right = min(int(np.searchsorted(times, at_s)), len(times) - 1)
    left = max(right - 1, 0)
    return left if abs(times[left] - at_s) <= abs(times[right] - at_s) else right
