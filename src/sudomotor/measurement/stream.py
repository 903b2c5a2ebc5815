"""Sudomotor activity while it is being recorded: a fixed lag behind the last sample, in constant time and memory a sample.

The last seconds (`eda_stream_window_s`) are kept as samples and taken apart anew with each cell of the grid, by the same fit as
a whole recording. What is older weighs in by what it says of the first states and levels that are kept (the arrival cost): the
oldest cell's terms, at the minimum and with the barrier's curvature, are condensed onto its neighbours by a Schur complement.

Source: Rao, Rawlings and Lee 2001 for moving horizons and their arrival cost; `sudomotor.measurement.interior` for the solver.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.decompose import event_arrays, settings_of
from sudomotor.measurement.deconvolve import (
    Arrival,
    Deconvolved,
    change_scale,
    deconvolve_counted,
    in_units,
    least_noise,
    spread,
    unit_for,
)
from sudomotor.measurement.faults import out_of_range
from sudomotor.measurement.grid import LONGEST_GAP_S, quantum_of, step_of
from sudomotor.measurement.kernels import bateman
from sudomotor.measurement.recording import checked_rate
from sudomotor.measurement.units import to_uS, unit_of
from sudomotor.parameters import Parameters, load

if TYPE_CHECKING:
    from collections.abc import Iterator

Array = NDArray[np.float64]
_LATE_S = 3.0  # a burst that shows so long after its time was told is left out
_FEWEST = 8  # measured cells of a window, once the noise is known
_TOLD = 50  # bursts that are remembered, so that none is told twice
_STIFFEST = 1e6  # weight of a driver that stands at nought, in units of the noise


class StreamEvent(NamedTuple):
    """A burst: see `SudomotorActivity.events`."""

    onset_s: float
    amplitude_uS: float
    amplitude_sd_uS: float
    rise_s: float
    half_recovery_s: float


class Moment(NamedTuple):
    """What is known of one cell of the grid, a lag after it was measured.

    Attributes
    ----------
    time_s : middle of the cell, on the stream's clock.
    tonic_uS, phasic_uS, driver_uS, sd_uS : as of `SudomotorActivity`.
    events : bursts that became certain with it.
    """

    time_s: float
    tonic_uS: float
    phasic_uS: float
    driver_uS: float
    sd_uS: float
    events: tuple[StreamEvent, ...]


class Stream:
    """Takes skin conductance apart as it comes in.

    Parameters
    ----------
    fs : samples a second.
    unit : of the values.
    tau : (slow, fast) time constants of the Bateman kernel in s; default (2.0, 0.7). Other kernels see the past through more than
        one state, for which the arrival cost is not exact: decompose the recording with those.
    parameters : constants in force.

    Samples that are nan, negative or beyond the range weigh nothing; `set_aside` counts them. While nothing is measured, nothing is
    told. `unsure` counts the cells whose fit did not converge. Artefacts are judged in a whole recording only: see
    `sudomotor.judge`.

    Examples
    --------
    >>> import numpy as np
    >>> from sudomotor.measurement.kernels import bateman
    >>> t = np.arange(0, 90, 0.04)
    >>> y = 4 + 0.5 * bateman(2.0, 0.7).at(t - 40) + 0.002 * np.random.default_rng(0).normal(size=len(t))
    >>> stream = Stream(fs=25)
    >>> told = [moment for part in np.split(y, 90) for moment in stream.push(part)] + list(stream.close())
    >>> [round(event.amplitude_uS, 1) for moment in told for event in moment.events]
    [0.5]
    """

    def __init__(
        self, fs: float, unit: str = "uS", tau: tuple[float, float] | None = None, parameters: Parameters | None = None
    ) -> None:
        p = self._p = parameters or load()
        self.rate_Hz = checked_rate(fs, "fs")
        self.dt_s = step_of(self.rate_Hz)
        self.kernel = bateman(*(tau or (p.value("eda_slow_s"), p.value("eda_fast_s"))))
        self.latency_s = p.value("eda_latency_s")
        self.lag_s = p.value("eda_stream_lag_s")
        self.set_aside = 0
        self.unit = unit_of(unit, where="unit")
        self._settings = settings_of(p)
        self._window = round(p.value("eda_stream_window_s") / self.dt_s)
        self._learn = round(p.value("eda_stream_learn_s") / self.dt_s)
        self._lag = round(self.lag_s / self.dt_s)
        self._back = round(p.value("eda_stream_scale_s") / self.dt_s)
        self._start: float | None = None
        self._last_s = -np.inf
        self._pushed = 0
        self._told: deque[float] = deque(maxlen=_TOLD)
        self.unsure = 0
        self._restart(0)

    def _restart(self, cell: int) -> None:
        """Begin at a cell with no past: at first, and after a gap over which nothing is carried."""
        self._next = cell  # that is being filled
        self._y: list[float] = []
        self._seen: list[float] = []
        self._long: deque[float] = deque(maxlen=self._back)  # mean values, for how much the signal changes
        self._samples: list[float] = []  # those of the cell that is being filled
        self._heard: deque[float] = deque(maxlen=round(self._learn * self.dt_s * self.rate_Hz))  # those before the unit is known
        self._arrival: Arrival | None = None
        self._noise: deque[float] = deque(maxlen=self._back)  # what each window's fit left
        self._found: Deconvolved | None = None
        self._unit = 0.0
        self._floor = 0.0
        self._given = cell  # cells before this were told

    def push(self, values: ArrayLike, times_s: ArrayLike | None = None) -> Iterator[Moment]:
        """Take in samples, in the order of time; what became certain with them.

        Parameters
        ----------
        values : (sample,) conductance; nan where it is missing.
        times_s : (sample,) on any clock in s; default: the next of an even clock that begins at 0.

        Raises
        ------
        InputError
            for times that do not increase, or are not as many as the values. Samples before the fault are taken in.
        """
        y = to_uS(np.atleast_1d(np.array(values, dtype=np.float64)), self.unit, where="unit")[0]
        if times_s is None:
            t = (self._pushed + np.arange(len(y))) / self.rate_Hz
        else:
            t = np.atleast_1d(np.asarray(times_s, dtype=np.float64))
        if t.shape != y.shape or y.ndim != 1:
            raise InputError(
                f"{y.size} values came with {t.size} times", where="times_s", mend="one time for each value"
            )
        y[~np.isfinite(y)] = np.nan
        bad = out_of_range(y, -self._p.value("eda_zero_error_uS"), self._p.value("eda_highest_uS"))
        y[bad] = np.nan
        for time_s, value in zip(t.tolist(), y.tolist(), strict=True):
            if not self._last_s < time_s < np.inf:
                raise InputError(
                    f"a sample at {time_s:g} s came after one at {self._last_s:g} s", where="times_s",
                    mend="send samples in the order of time, each once",
                )  # fmt: skip
            yield from self._take(time_s, value)

    def close(self) -> Iterator[Moment]:
        """What the last seconds say, without waiting for more; afterwards a stream begins anew on the same clock."""
        if self._samples:
            yield from self._fill(self._next + 1)
        if self._found is not None:
            yield from self._tell(self._found, 0, ending=True)
        self._restart(self._next)

    def _take(self, time_s: float, value: float) -> Iterator[Moment]:
        """One sample. One that was not measured fills no cell: a long stretch of them is a gap."""
        if self._start is None:
            self._start = time_s
        self._last_s, self._pushed = time_s, self._pushed + 1
        if np.isnan(value):
            self.set_aside += 1
            return
        position = (time_s - self._start) / self.dt_s + min(0.5, 0.5 / (self.rate_Hz * self.dt_s))
        cell = int(np.floor(position + 1e-6))
        if (cell - self._next) * self.dt_s > LONGEST_GAP_S:
            yield from self.close()
            self._restart(cell)
        elif cell > self._next:
            yield from self._fill(cell)
        self._samples.append(value)
        if not self._unit:
            self._heard.append(value)

    def _fill(self, until: int) -> Iterator[Moment]:
        """The cell that was being filled is done, and those up to `until` are empty."""
        usual = max(self.rate_Hz * self.dt_s, 1.0)
        while self._next < until:
            y = float(np.mean(self._samples)) if self._samples else np.nan
            self._y.append(y)
            self._seen.append(len(self._samples) / usual)
            self._long.append(y)
            self._samples = []
            self._next += 1
            if self._next == until:
                yield from self._solve()

    def _solve(self) -> Iterator[Moment]:
        """Take the window apart, tell what is old enough, let the oldest go."""
        seen = np.array(self._seen)
        known = seen > 0
        if known.sum() < (_FEWEST if self._unit else self._learn):
            self._let_go(None)
            return
        y = np.where(known, np.array(self._y), 0.0)
        if not self._unit:
            # counted in about the noise, as a whole recording is
            self._floor = quantum_of(np.array(self._heard)) / np.sqrt(12.0)
            noise = least_noise(y, known, self._floor)
            self._floor = max(self._floor, 1e-9 * float(np.abs(y[known]).max()))
            self._unit = unit_for(noise)
            if not self._unit:
                self._let_go(None)
                return  # nothing but nought so far
            self._heard.clear()
        past = np.array(self._long)
        there = np.isfinite(past)
        scale = change_scale(np.where(there, past, 0.0), there, self.dt_s) / self._unit
        y /= self._unit
        floor = self._floor / self._unit
        # a window of many bursts shows little of the noise: that of the last ten minutes' windows counts, once there are some
        usual = float(np.median(self._noise)) if len(self._noise) >= self._learn // 2 else None
        found = deconvolve_counted(
            y, seen, known, self.dt_s, self.kernel, self._settings, floor, None, usual, scale, self._arrival
        )
        rest = y - found.response - found.shape - found.tonic
        left = max(spread(rest[known]), least_noise(y, known, floor))
        self._noise.append(left if usual else found.sigma)
        self.unsure += not found.solution.converged
        self._found = found
        yield from self._tell(found, self._lag)
        self._let_go(found)

    def _let_go(self, found: Deconvolved | None) -> None:
        """Drop the cells before the window; what they say stays, once there is a fit. Before, they said nothing yet."""
        if found is None and self._unit:
            return
        old = max(len(self._y) - self._window, 0)
        if found is not None:
            for cell in range(old):
                self._arrival = condensed(found, self._arrival, cell)
        del self._y[:old], self._seen[:old]

    def _tell(self, found: Deconvolved, lag: int, ending: bool = False) -> Iterator[Moment]:
        """The cells that are `lag` cells old and were not told yet."""
        assert self._start is not None
        n = len(found.tonic)
        first = self._next - n
        end = self._next - lag
        if end <= self._given:
            return
        real = in_units(found, self._unit, n)
        middle = min(0.5, 0.5 / (self.rate_Hz * self.dt_s))
        times: Array = self._start + (np.arange(first, first + n, dtype=np.float64) + 0.5 - middle) * self.dt_s
        events: list[StreamEvent] = []
        # the first time, and at the end, all that is there is new
        late = np.inf if self._given <= first else _LATE_S + ending * self.lag_s
        if len(real.bursts.at):
            until = self._start + (end - middle) * self.dt_s
            columns = event_arrays(times, self.dt_s, real, self.kernel, self.latency_s, self._p)
            for row in np.column_stack(columns).tolist():
                event = StreamEvent(*row)
                # later samples may move a burst a little: it is told once; what shows long after it was told as calm is not
                age = until - event.onset_s - self.latency_s
                near = min((abs(event.onset_s - told) for told in self._told), default=np.inf)
                if 0.0 <= age <= late and near > self._settings.merge_s:
                    events.append(event)
                    self._told.append(event.onset_s)
        density = self.kernel.area_s / self.dt_s
        for cell in range(max(self._given, first), end):
            i = cell - first
            yield Moment(
                float(times[i]), float(real.tonic[i]), float(real.response[i] + real.shape[i]), float(real.driver[i] * density),
                float(real.phasic_sd[i]), tuple(events) if cell == end - 1 else (),
            )  # fmt: skip
        self._given = end


def condensed(found: Deconvolved, before: Arrival | None, cell: int = 0) -> Arrival:
    """What a cell says of the states and levels after it, once it is let go.

    Parameters
    ----------
    found : the window's minimum; its kernel is seen in the last state alone.
    before : what came before the cell.
    cell : the oldest that is still there.

    Returns
    -------
    Arrival
        of the next cell and those after it.
    """
    p, x = found.problem, found.solution
    m = len(p.a) - 1
    n = m + 1  # the cells that the oldest one's terms reach
    q, b, u, z, lam = (each[cell : cell + n] for each in (x.q, x.b, x.u, x.z, p.lam))
    at = np.ravel(np.column_stack([q, b]))
    weight, slope = np.zeros((2 * n, 2 * n)), np.zeros(2 * n)
    if before is not None:
        weight[: 2 * m, : 2 * m] = before.weight
        slope[: 2 * m] = before.weight @ at[: 2 * m] - before.slope

    def add(places: slice, row: Array, stiff: float, pull: float) -> None:
        """A term of curvature `stiff` along a row, which pulls with `pull`."""
        weight[places, places] += stiff * np.outer(row, row)
        slope[places] += pull * row

    # its sample
    seen = np.array([p.c[0], 1.0])
    add(slice(0, 2), seen, p.w[cell], p.w[cell] * (seen @ at[:2] - p.y[cell]))
    # drivers that reach back to it; without a past also those of the first cells themselves
    for k in range(0 if before is None else m, n):
        row = p.a[::-1] if k == m else p.first[k, : k + 1]
        add(slice(0, 2 * k + 1, 2), row, min(z[k] / max(u[k], 1e-300), _STIFFEST), lam[k] - z[k])
    # the level's bend
    bend = np.array([1.0, -2.0, 1.0])
    add(slice(1, 6, 2), bend, p.omega[cell + 2], p.omega[cell + 2] * (bend @ b[:3]))
    # its own state and level are taken at their best for whatever the others are
    out = np.linalg.lstsq(weight[:2, :2], weight[:2, 2:], rcond=1e-14)[0].T
    kept = weight[2:, 2:] - out @ weight[:2, 2:]
    kept = 0.5 * (kept + kept.T)
    return Arrival(kept, kept @ at[2:] - (slope[2:] - out @ slope[:2]))
