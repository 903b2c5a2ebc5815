"""Wet and treated skin: what a recording of it can tell, and what it cannot, in words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.quality import REASONS, Quality
from sudomotor.measurement.recording import Recording
from sudomotor.parameters import Parameters, load

Array = NDArray[np.float64]
TREATED = (
    "the skin is treated: a treated palm's conductance measures how blocked its ducts are, not how calm the person is; "
    "compare it with the same palm before, not with another person or site"
)
_FEWEST_MINUTES = 5  # of a drift that can be ranked
_HIGH, _LOW = 95.0, 5.0  # percentiles of a response's height above nothing


def skin_notes(
    recording: Recording,
    quality: Quality | None,
    tonic: Array | None = None,
    phasic: Array | None = None,
    treated: bool = False,
    *,
    parameters: Parameters | None = None,
) -> tuple[str, ...]:
    """What is to be said of wet or treated skin: the range, a saturated amplifier, a soaking electrode, filled ducts.

    Parameters
    ----------
    recording : which.
    quality : its verdict; without it every sample that is there counts, and saturation is not told.
    tonic, phasic : (sample,), uS; the level is that of the values, and responses are not judged, where they are not given.
    treated : whether the skin under the electrodes is treated (iontophoresis, aluminium, botulinum toxin, a drug).
    parameters : constants in force.

    Source: Edelberg 1993 for ducts that are full.

    Examples
    --------
    >>> from sudomotor.measurement.quality import judge
    >>> recording = Recording.of(np.linspace(24.0, 26.0, 400) + 0.1 * np.sin(np.arange(400)), fs=4)
    >>> skin_notes(recording, judge(recording))[0]
    'wet skin: the level is 25 uS; so much is usual of palms that sweat too much, and rare in others'
    """
    p = parameters or load()
    usable = np.isfinite(recording.values_uS)
    if quality is not None:
        usable = usable & quality.usable
    notes: list[str] = []
    level = recording.values_uS if tonic is None else np.asarray(tonic, dtype=np.float64)
    usable = usable & np.isfinite(level)
    usual = float(np.median(level[usable])) if usable.any() else float("nan")
    wet = usual >= p.value("eda_wet_level_uS")
    if wet:
        notes.append(
            f"wet skin: the level is {usual:.3g} uS; so much is usual of palms that sweat too much, and rare in others"
        )
    notes += _saturated(recording, quality)
    notes += _drift(recording.times_s[usable], level[usable], p)
    if wet and phasic is not None:
        notes += _full(np.asarray(phasic, dtype=np.float64)[usable], usual, p)
    if treated:
        notes.append(TREATED)
    return tuple(notes)


def _saturated(recording: Recording, quality: Quality | None) -> list[str]:
    """The amplifier at its end."""
    if quality is None:
        return []
    at = quality.reason == REASONS.index("saturated")
    if not at.any():
        return []
    share, top = float(at.mean()), float(np.max(recording.values_uS[at]))
    return [
        f"saturated amplifier: {share:.2g} of the samples lie at the end of its range ({top:.4g} uS) and count as missing; the "
        "true level and responses were higher there. Smaller electrodes, or a wider range, would measure them"
    ]


def _drift(times_s: Array, level: Array, p: Parameters) -> list[str]:
    """A level that moves in one direction for as long as is recorded: the contact, before anything else."""
    from scipy.stats import rankdata

    if len(level) < 2 or times_s[-1] - times_s[0] < 60.0 * p.value("eda_soak_minutes"):
        return []
    minute = np.floor((times_s - times_s[0]) / 60.0).astype(np.int64)
    begin = np.flatnonzero(np.r_[True, np.diff(minute) > 0])
    each = np.array([np.median(part) for part in np.split(level, begin[1:])])
    if len(each) < _FEWEST_MINUTES or np.ptp(each) == 0.0:
        return []
    order = float(np.corrcoef(np.arange(len(each)), rankdata(each))[0, 1])
    first, last = float(each[0]), float(each[-1])
    if abs(order) < p.value("eda_soak_order") or abs(last - first) < p.value("eda_soak_share") * max(
        abs(first), abs(last)
    ):
        return []
    minutes = (times_s[-1] - times_s[0]) / 60.0
    how = f"the level moves in one direction for {minutes:.3g} min, from {first:.3g} to {last:.3g} uS"
    if last > first:
        return [
            f"{how}: gel and skin soaking under the electrode do that too, so the rise is not sweat alone"
        ]
    return [f"{how}: an electrode that dries or comes loose does that too, so the fall is not calm alone"]


def _full(phasic: Array, level: float, p: Parameters) -> list[str]:
    """Ducts that are full: bursts add little to what is there."""
    heights = phasic[np.isfinite(phasic)]
    if not len(heights):
        return []
    size = float(np.percentile(heights, _HIGH) - np.percentile(heights, _LOW))
    if size >= p.value("eda_full_duct_share") * level:
        return []
    return [
        f"filled ducts: at {level:.3g} uS the larger responses reach {size:.2g} uS; ducts that are full take no more, so few and "
        "small responses do not mean few bursts of the nerve"
    ]
