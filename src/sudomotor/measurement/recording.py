"""A recording: skin conductance in uS on a clock that may be uneven and may have gaps, and what was recorded beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.clock import even_times, in_order
from sudomotor.measurement.units import to_uS

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Array = NDArray[np.float64]
MOST_S = 1e12  # times beyond, some 30,000 years, are none in seconds
GAP_STEPS = 1.5  # a step longer than so many median steps is a gap


@dataclass(frozen=True, eq=False)
class Trace:
    """Another channel, with a clock of its own.

    Attributes
    ----------
    name : what it is.
    unit : of its values.
    times_s : (sample,), s, on the clock of the recording that it belongs to.
    values : (sample,) or (sample, axis).
    """

    name: str
    unit: str
    times_s: Array
    values: Array

    def between(self, from_s: float, to_s: float) -> Trace:
        """The samples from `from_s` on and before `to_s`, s."""
        keep = (self.times_s >= from_s) & (self.times_s < to_s)
        return replace(self, times_s=self.times_s[keep], values=self.values[keep])


@dataclass(frozen=True)
class Mark:
    """Something that happened while it was recorded: begin and length in s on the recording's clock, and its name."""

    onset_s: float
    duration_s: float
    label: str


@dataclass(frozen=True, eq=False)
class Recording:
    """Skin conductance over time.

    Make one with `Recording.of`, which checks, or with `sudomotor.read`.

    Attributes
    ----------
    values_uS : (sample,), uS; nan where nothing was measured.
    times_s : (sample,), s since `start`, strictly increasing. Samples that are not there are not filled in.
    rate_Hz : the declared rate, or 1 / the median step; nan for a single sample without a rate.
    start : the time of `times_s` 0: with a zone where the file says the zone, without where it is local time, None where unknown.
    source : where it comes from (a file's path).
    format : in what it was written.
    site : where the electrodes were, if known.
    acceleration : g, (sample, 3).
    temperature : degC, (sample,), of the skin.
    marks : what happened, in order.
    notes : what was done to the numbers of the file, in words.
    maximum_uS : upper end of the amplifier's range, where known.
    """

    values_uS: Array
    times_s: Array
    rate_Hz: float
    start: datetime | None = None
    source: str = "values"
    format: str = "values"
    site: str | None = None
    acceleration: Trace | None = None
    temperature: Trace | None = None
    marks: tuple[Mark, ...] = ()
    notes: tuple[str, ...] = ()
    maximum_uS: float | None = None

    @classmethod
    def of(
        cls,
        values: Any,
        fs: float | None = None,
        times: Any = None,
        unit: str = "uS",
        *,
        start: datetime | None = None,
        source: str = "values",
        format: str = "values",
        site: str | None = None,
        acceleration: Trace | None = None,
        temperature: Trace | None = None,
        marks: Sequence[Mark] = (),
        notes: Sequence[str] = (),
        maximum_uS: float | None = None,
    ) -> Recording:
        """Check values and their clock, and bring them to uS.

        Parameters
        ----------
        values : (sample,), in `unit`; nan or None where nothing was measured. Negative values are kept: they are for
            `judge` to judge. Infinite ones become missing.
        fs : samples per second, any positive number; give either `fs` or `times`.
        times : (sample,), s, or numpy datetimes (then `start` is the first of them). Samples out of order are put in
            order, samples at the same time are averaged; a note says so.
        unit : of the values: a conductance, or a resistance, whose reciprocal is taken.
        start, source, format, site, acceleration, temperature, marks, notes, maximum_uS : see `Recording`.

        Raises
        ------
        InputError
            No values, values that are not numbers or not one-dimensional, no clock or two, an unknown unit.

        Examples
        --------
        >>> rec = Recording.of([2.0, 2.1, 2.0, 2.2], fs=4)
        >>> rec.duration_s, rec.rate_Hz
        (1.0, 4.0)
        >>> Recording.of([500.0, 250.0], times=[0.0, 0.3], unit="kohm").values_uS
        array([2., 4.])
        """
        done = list(notes)
        numbers = _numbers(values, "the values", source)
        if (fs is None) == (times is None):
            what = "the values have no clock" if fs is None else "both a rate and times are given"
            raise InputError(what, where=source, mend="give either fs= (--fs), samples per second, or times=")
        if fs is not None:
            rate = checked_rate(fs, source)
            clock = even_times(len(numbers), rate)
        else:
            seconds, first = _seconds(times, source)
            start = start if first is None else first
            if seconds.shape != numbers.shape:
                raise InputError(
                    f"there are {len(numbers)} values but {len(seconds)} times",
                    where=source,
                    mend="give one time for each value",
                )
            if (np.abs(seconds[np.isfinite(seconds)]) > MOST_S).any():
                raise InputError(
                    "the times are too far off for seconds", where=source, mend="give times in seconds"
                )
            clock, numbers, said = in_order(seconds, numbers)
            done += said
            if len(clock) == 0:
                raise InputError("none of the times is a number", where=source, mend="give times in seconds")
            rate = 1.0 / float(np.median(np.diff(clock))) if len(clock) > 1 else math.nan
            if math.isinf(rate):
                raise InputError("the times are all but the same", where=source, mend="give times in seconds")
        numbers, said_unit = to_uS(numbers, unit, where=source)
        done += [said_unit] if said_unit else []
        infinite = np.isinf(numbers)
        if infinite.any():
            numbers = np.where(infinite, np.nan, numbers)
            done.append(f"{int(infinite.sum())} infinite values are taken as missing")
        return cls(
            numbers, clock, rate, start, source, format, site, acceleration, temperature,
            tuple(sorted(marks, key=lambda mark: mark.onset_s)), tuple(done), maximum_uS,
        )  # fmt: skip

    def __len__(self) -> int:
        """How many samples."""
        return len(self.values_uS)

    def __repr__(self) -> str:
        """A line that says what it is, without its numbers."""
        rate = f"{self.rate_Hz:.6g} Hz" if self.rate_Hz == self.rate_Hz else "one sample"
        return (
            f"Recording({len(self)} samples, {self.duration_s:.6g} s at {rate}, {len(self.gaps)} gaps, "
            f"{len(self.marks)} marks, format={self.format!r}, source={self.source!r})"
        )

    @property
    def duration_s(self) -> float:
        """From the first sample to one step after the last, gaps included, s."""
        step = 1.0 / self.rate_Hz if self.rate_Hz == self.rate_Hz else 0.0
        return float(self.times_s[-1] - self.times_s[0]) + step

    @property
    def gaps(self) -> list[tuple[float, float]]:
        """Where samples are not there: from the last sample before to the first after, s; steps of more than 1.5 median ones.

        >>> Recording.of([1.0, 1.0, 1.0, 1.0], times=[0.0, 1.0, 2.0, 9.0]).gaps
        [(2.0, 9.0)]
        """
        steps = np.diff(self.times_s)
        if len(steps) == 0:
            return []
        at = np.flatnonzero(steps > GAP_STEPS * float(np.median(steps)))
        return [(float(self.times_s[i]), float(self.times_s[i + 1])) for i in at]

    def between(self, from_s: float, to_s: float) -> Recording:
        """The part from `from_s` on and before `to_s`, s, on the same clock, with the marks and channels that fall into it.

        Raises
        ------
        InputError
            Where no sample falls into it.

        Examples
        --------
        >>> Recording.of([1.0, 2.0, 3.0], fs=1).between(1, 3).values_uS
        array([2., 3.])
        """
        keep = (self.times_s >= from_s) & (self.times_s < to_s)
        if not keep.any():
            raise InputError(
                f"nothing was recorded from {from_s:g} to {to_s:g} s",
                where=self.source,
                mend=f"the recording runs from {self.times_s[0]:g} to {self.times_s[-1]:g} s",
            )
        marks = tuple(
            mark for mark in self.marks
            if mark.onset_s < to_s and (mark.onset_s >= from_s or mark.onset_s + mark.duration_s > from_s)
        )  # fmt: skip
        cut = [t.between(from_s, to_s) if t else None for t in (self.acceleration, self.temperature)]
        return replace(
            self, values_uS=self.values_uS[keep], times_s=self.times_s[keep], marks=marks,
            acceleration=cut[0], temperature=cut[1],
        )  # fmt: skip

    def to_pandas(self) -> pd.Series:
        """The values, uS, as a series named EDA_uS over time_s."""
        import pandas as pd

        return pd.Series(self.values_uS, index=pd.Index(self.times_s, name="time_s"), name="EDA_uS")

    def plot(self) -> Figure:
        """The values over time, broken at gaps, with the marks as lines."""
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9.0, 3.0), layout="constrained")
        axes = figure.subplots()
        ends = np.array([end for _, end in self.gaps])
        at = np.searchsorted(self.times_s, ends)
        axes.plot(
            np.insert(self.times_s, at, ends), np.insert(self.values_uS, at, np.nan), color="#1f5a7a", linewidth=0.8
        )  # fmt: skip
        for mark in self.marks:
            axes.axvline(mark.onset_s, color="#b5532a", linewidth=0.8, alpha=0.7)
        axes.set_xlabel("time (s)")
        axes.set_ylabel("skin conductance (uS)")
        return figure


def checked_rate(fs: Any, where: str) -> float:
    """A rate in Hz that can be used; InputError where it is none."""
    try:
        rate = float(fs)
    except (TypeError, ValueError):
        rate = math.nan
    if not (math.isfinite(rate) and rate > 0.0 and math.isfinite(1.0 / rate)):
        raise InputError(
            f"a rate of {fs!r} samples per second makes no sense", where=where, mend="fs=4 (--fs 4), in Hz"
        )
    return rate


def _seconds(times: Any, where: str) -> tuple[Array, datetime | None]:
    """Times in s; of datetimes, since the first that is one."""
    array = np.asarray(times)
    if array.dtype.kind == "M":
        if array.ndim != 1 or not len(array) or np.isnat(array).all():
            raise InputError("there are no times", where=where, mend="give one time for each value")
        stamps = array.astype("datetime64[us]")
        first = stamps[~np.isnat(stamps)].min()
        return (
            np.where(np.isnat(stamps), np.nan, (stamps - first) / np.timedelta64(1, "s")),
            cast(datetime, first.item()),
        )
    if array.dtype.kind == "O" and array.ndim == 1 and len(array) and isinstance(array[0], datetime):
        first_one = array[0]
        try:
            return np.array([(one - first_one).total_seconds() for one in array.tolist()]), first_one
        except (TypeError, AttributeError) as error:
            raise InputError(
                "the times are not all dates of one kind",
                where=where,
                mend="give all with a zone, or all without",
            ) from error
    return _numbers(times, "the times", where), None


def _numbers(values: Any, what: str, where: str) -> Array:
    """One-dimensional floats; an error says which entry is none."""
    try:
        array = (
            np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
            if np.ma.isMA(values)
            else np.asarray(values)
        )
    except (TypeError, ValueError) as error:
        raise InputError(
            f"{what} are not a list of numbers", where=where, mend="give one number for each sample"
        ) from error
    if array.ndim != 1:
        shape = " x ".join(str(size) for size in array.shape) or "a single number"
        raise InputError(
            f"{what} have the shape {shape}, not that of one channel",
            where=where,
            mend="pass one channel, such as values[:, 0]",
        )
    if array.dtype.kind not in "fiu":
        array = _from_objects(array, what, where)
    if len(array) == 0:
        raise InputError(f"{what} are empty", where=where, mend="give at least one sample")
    return np.ascontiguousarray(array, dtype=np.float64)


def _from_objects(array: NDArray[Any], what: str, where: str) -> Array:
    """Numbers and None (or pandas' NA) among objects; anything else is named with its place."""
    out = np.full(len(array), np.nan)
    for i, value in enumerate(array.tolist()):
        if value is None or type(value).__name__ in ("NAType", "NaTType"):
            continue
        if isinstance(value, bool | str | bytes | complex) or not hasattr(value, "__float__"):
            raise InputError(
                f"{what} hold {value!r}, which is not a number",
                where=f"{where}, entry {i}",
                mend="give numbers, and nan where nothing was measured",
            )
        try:
            out[i] = float(value)
        except (TypeError, ValueError, OverflowError) as error:
            raise InputError(
                f"{what} hold {value!r}, which is not a number", where=f"{where}, entry {i}"
            ) from error
    return out
