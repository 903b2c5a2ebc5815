"""What an activity comes to: level, bursts, usable share, each with its error, and what was set aside and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.decimate import runs
from sudomotor.measurement.features import usable_samples
from sudomotor.measurement.recording import GAP_STEPS

if TYPE_CHECKING:
    from sudomotor.measurement.activity import SudomotorActivity

Array = NDArray[np.float64]
GAP = "gap"
_MINUTE_S = 60.0
_MEDIAN_ERROR = math.sqrt(0.5 * math.pi)  # standard error of a median over that of a mean, normal values
_NORMAL_HALF = 1.349  # width of the middle half of normal values in standard deviations
_LEAST_S = 10.0  # a minute with less to go by is left out


@dataclass(frozen=True)
class ActivitySummary:
    """An activity in a few numbers; nan where there is nothing to say.

    Attributes
    ----------
    duration_s, usable_s : from begin to end; of it measured and not set aside.
    aside_s : seconds set aside by reason, the commonest first; "gap" where samples are not there.
    bursts : how many.
    bursts_per_min, bursts_per_min_sd : of usable time; the error of a count, or of the course over minutes where that is larger.
    amplitude_uS, amplitude_error_uS : the median, and its standard error; amplitude_low_uS, amplitude_high_uS : the middle half.
    amplitude_sd_uS : what a single amplitude is known to: the median standard deviation.
    tonic_uS, tonic_sd_uS : mean level of the usable time, and the error of that mean (batches of minutes: the level wanders).
    tonic_low_uS, tonic_high_uS : nine tenths of the time lie between.
    noise_uS, gap : of the fit, and its certificate; see `SudomotorActivity`.
    skin_degC : mean temperature of the skin.
    """

    duration_s: float
    usable_s: float
    aside_s: dict[str, float]
    bursts: int
    bursts_per_min: float
    bursts_per_min_sd: float
    amplitude_uS: float
    amplitude_error_uS: float
    amplitude_low_uS: float
    amplitude_high_uS: float
    amplitude_sd_uS: float
    tonic_uS: float
    tonic_sd_uS: float
    tonic_low_uS: float
    tonic_high_uS: float
    noise_uS: float
    gap: float
    skin_degC: float

    @property
    def usable_share(self) -> float:
        """Share of the duration that is usable."""
        return min(self.usable_s / self.duration_s, 1.0) if self.duration_s > 0 else 0.0


def summarise(activity: SudomotorActivity) -> ActivitySummary:
    """Sum an activity up.

    Examples
    --------
    >>> import sudomotor as sm
    >>> told = summarise(sm.decompose([2.0] * 480, fs=4, quality=False))
    >>> told.duration_s, told.usable_share, told.bursts, told.tonic_uS
    (120.0, 1.0, 0, 2.0)
    """
    rec = activity.recording
    usable = usable_samples(activity)
    minutes = activity.usable_s / _MINUTE_S
    tonic = activity.tonic[usable]
    onset, amplitude, sd = (
        activity.events[name].to_numpy(dtype=float) for name in ("onset_s", "amplitude_uS", "amplitude_sd_uS")
    )
    count = len(onset)
    level, seconds, counts = _by_minute(activity, usable, onset)
    rate = _MINUTE_S * counts / seconds
    errors = [math.sqrt(count + 1.0) / minutes if minutes > 0 else math.nan, batch_error(rate)]
    low, middle, high = np.quantile(amplitude, (0.25, 0.5, 0.75)).tolist() if count else (math.nan,) * 3
    bottom, top = np.quantile(tonic, (0.05, 0.95)).tolist() if len(tonic) else (math.nan,) * 2
    skin = rec.temperature.values if rec.temperature is not None else np.zeros(0)
    known_sd = sd[np.isfinite(sd)]
    single = float(np.median(known_sd)) if len(known_sd) else math.nan
    # of the median of normal values with that middle half
    spread = _MEDIAN_ERROR * (high - low) / _NORMAL_HALF
    errors_of_median = [each / math.sqrt(count) for each in (single, spread) if math.isfinite(each)] if count else []
    return ActivitySummary(
        duration_s=rec.duration_s,
        usable_s=activity.usable_s,
        aside_s={name: sum(end - begin for begin, end in each) for name, each in set_aside(activity).items()},
        bursts=count,
        bursts_per_min=activity.events_per_min,
        bursts_per_min_sd=max((each for each in errors if math.isfinite(each)), default=math.nan),
        amplitude_uS=middle,
        amplitude_error_uS=max(errors_of_median, default=math.nan),
        amplitude_low_uS=low,
        amplitude_high_uS=high,
        amplitude_sd_uS=single,
        tonic_uS=float(tonic.mean()) if len(tonic) else math.nan,
        tonic_sd_uS=batch_error(level),
        tonic_low_uS=bottom,
        tonic_high_uS=top,
        noise_uS=float(activity.noise_uS),
        gap=float(activity.gap),
        skin_degC=float(np.nanmean(skin)) if np.isfinite(skin).any() else math.nan,
    )


def _by_minute(
    activity: SudomotorActivity, usable: NDArray[np.bool_], onset: Array
) -> tuple[Array, Array, Array]:
    """Mean tonic level, usable seconds and bursts of each minute that has enough to go by."""
    rec = activity.recording
    first = float(rec.times_s[0]) if len(rec.times_s) else 0.0
    of = ((rec.times_s[usable] - first) // _MINUTE_S).astype(int)
    count = int(of.max()) + 1 if len(of) else 0
    samples = np.bincount(of, minlength=count)
    total = np.bincount(of, weights=activity.tonic[usable], minlength=count)
    inside = ((onset - first) // _MINUTE_S).astype(int)
    bursts = np.bincount(inside[(inside >= 0) & (inside < count)], minlength=count)
    seconds = samples / rec.rate_Hz if math.isfinite(rec.rate_Hz) else 0.0 * samples
    enough = seconds >= _LEAST_S
    return (
        np.asarray(total[enough] / samples[enough], float), np.asarray(seconds[enough], float),
        np.asarray(bursts[enough], float),
    )  # fmt: skip


def batch_error(values: Array) -> float:
    """Standard error of the mean of a course whose neighbours resemble each other, by the means of about root n batches.

    Parameters
    ----------
    values : (minute,).

    Returns
    -------
    float
        nan for fewer than two values.

    Examples
    --------
    >>> round(batch_error(np.array([1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0, 3.0, 3.0])), 3)
    0.577
    """
    n = len(values)
    if n < 2:
        return math.nan
    batches = np.array_split(values, max(2, round(math.sqrt(n))))
    means = np.array([batch.mean() for batch in batches])
    return float(means.std(ddof=1) / math.sqrt(len(means)))


def set_aside(activity: SudomotorActivity, keep: slice = slice(None)) -> dict[str, list[tuple[float, float]]]:
    """Where samples are not there ("gap"), missing or set aside: (from, to) in s by the reason in words, the commonest first.

    Parameters
    ----------
    activity : of which.
    keep : the samples that are looked at.

    Examples
    --------
    >>> import sudomotor as sm
    >>> set_aside(sm.decompose([2.0, 2.0, float("nan"), 2.0], fs=1, quality=False))
    {'missing': [(1.5, 2.5)]}
    """
    rec = activity.recording
    t = rec.times_s[keep]
    names: tuple[str, ...] = ("", "missing")
    if activity.quality is None:
        codes = (~np.isfinite(rec.values_uS[keep])).astype(np.int8)
    else:
        from sudomotor.measurement.quality import REASONS

        names = REASONS
        codes = np.where(activity.quality.usable[keep], 0, activity.quality.reason[keep]).astype(np.int8)
    found: dict[str, list[tuple[float, float]]] = {}
    for code, begin, end in runs(t, codes, rec.rate_Hz):
        found.setdefault(names[code], []).append((begin, end))
    at = np.flatnonzero(np.diff(t) * rec.rate_Hz > GAP_STEPS)
    if len(at):
        found[GAP] = list(zip(t[at].tolist(), t[at + 1].tolist(), strict=True))
    long = {name: sum(end - begin for begin, end in each) for name, each in found.items()}
    return {name: found[name] for name in sorted(long, key=lambda name: -long[name])}
