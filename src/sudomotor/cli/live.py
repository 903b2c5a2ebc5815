"""`sudomotor live`: the nerve's bursts while they happen, from a stream or from a file that is played back."""

from __future__ import annotations

import math
import sys
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.measure_options import Channel, Convert, FileFormat, Rate, TimeColumn, Unit, read_tau
from sudomotor.cli.options import Json
from sudomotor.cli.output import console, print_json_line, say, show
from sudomotor.errors import InputError

if TYPE_CHECKING:
    from sudomotor.measurement.stream import Moment, Stream

_CHUNK_S = 0.25
_SHOWN_S = 60.0
_SILENT_S = 30.0
_BARS = " ▁▂▃▄▅▆▇█"


def live(
    lsl: Annotated[
        str | None,
        typer.Option("--lsl", metavar="NAME", show_default=False, help="Listen to this stream of the Lab Streaming Layer."),
    ] = None,
    replay: Annotated[
        Path | None,
        typer.Option("--replay", metavar="FILE", show_default=False, help="Play this recording back instead."),
    ] = None,
    speed: Annotated[
        float, typer.Option("--speed", metavar="TIMES", help="Of --replay: 1 is real time, 0 as fast as it goes.")
    ] = 1.0,
    send: Annotated[
        str | None,
        typer.Option(
            "--send", metavar="NAME", show_default=False,
            help="Send driver, tonic level, responses and error as a stream of this name.",
        ),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", metavar="S", show_default=False, help="Stop after so long.  (default: at the end, or Ctrl-C)"),
    ] = None,
    tau: Annotated[
        str | None,
        typer.Option(
            "--tau", metavar="SLOW,FAST", show_default=False, help="Time constants of a response, s.  (default: 2.0,0.7)"
        ),
    ] = None,
    unit: Unit = None,
    convert: Convert = None,
    channel: Channel = None,
    rate: Rate = None,
    times: TimeColumn = None,
    file_format: FileFormat = None,
    as_json: Json = False,
) -> None:  # fmt: skip
    """The nerve's bursts while they happen, ten seconds behind: a level, a trace of the nerve, bursts a minute.

    It begins to tell after 20 seconds. Only samples out of range are set aside; artefacts are judged in a whole recording, so
    measure the file afterwards. What it shows is no medical reading.

    \b
    Examples:
      sudomotor live --replay EDA.csv --speed 20
      sudomotor live --lsl EDA --send EDA-driver
      sudomotor live --replay EDA.csv --speed 0 --json > moments.jsonl
    """
    from sudomotor.measurement import stream as streaming

    if (lsl is None) == (replay is None):
        raise InputError(
            "it is not clear what to listen to", where="--lsl, --replay", mend="one of them: --lsl NAME, or --replay FILE"
        )
    if not (math.isfinite(speed) and speed >= 0):
        raise InputError(f"a speed of {speed:g} makes no sense", where="--speed", mend="--speed 20, or 0 for no waiting")
    if seconds is not None and not (math.isfinite(seconds) and seconds > 0):
        raise InputError(f"{seconds:g} seconds make no sense", where="--seconds", mend="--seconds 300")
    constants = read_tau(tau)
    if isinstance(constants, str):
        raise InputError("personal constants need a whole recording", where="--tau", mend="two numbers: --tau 2.0,0.7")
    parts: Iterator[tuple[Any, Any]]
    if replay is not None:
        from sudomotor.measurement.read import read

        recording = read(
            replay, format=file_format, unit=unit, channel=channel, fs=rate, convert=convert, times=times
        )
        if not len(recording) or not math.isfinite(recording.rate_Hz):
            raise InputError("there is nothing to play", where=str(replay), mend="a recording of some minutes")
        name, in_unit, fs = replay.name, "uS", recording.rate_Hz
        parts = _played(recording.times_s, recording.values_uS, fs, speed)
    else:
        given = {"--convert": convert, "--times": times, "--format": file_format}
        wrong = [option for option, value in given.items() if value is not None]
        if wrong:
            raise InputError("that is for files only", where=", ".join(wrong), mend="leave it out with --lsl")
        from sudomotor.measurement.lsl import Inlet

        inlet = Inlet(str(lsl), channel, unit, rate)
        name, in_unit, fs = str(lsl), inlet.unit, inlet.rate_Hz
        parts = inlet.chunks(_SILENT_S)
    stream = streaming.Stream(fs, in_unit, constants)
    outlet = None
    if send is not None:
        from sudomotor.measurement.lsl import Outlet

        outlet = Outlet(send, 1.0 / stream.dt_s)
    view = _View(name, stream.lag_s, as_json)
    try:
        with view:
            for moment in _moments(stream, parts, seconds):
                if outlet is not None:
                    outlet.send(moment)
                view.add(moment)
    except KeyboardInterrupt:
        say("stopped")
    view.sum_up(stream)


def _played(times_s: Any, values: Any, fs: float, speed: float) -> Iterator[tuple[Any, Any]]:
    """A recording in parts of a quarter of a second, each when its time has come."""
    import numpy as np

    size = max(round(_CHUNK_S * fs), 1)
    began = time.monotonic()
    for k in range(0, len(times_s), size):
        t = np.asarray(times_s[k : k + size])
        if speed > 0:
            wait = began + float(t[-1] - times_s[0]) / speed - time.monotonic()
            if wait > 0:
                time.sleep(wait)
        yield t, values[k : k + size]


def _moments(stream: Any, parts: Iterator[tuple[Any, Any]], seconds: float | None) -> Iterator[Moment]:
    """What becomes certain, until the end."""
    first = None
    for times, values in parts:
        first = float(times[0]) if first is None else first
        yield from stream.push(values, times)
        if seconds is not None and float(times[-1]) - first >= seconds:
            break
    yield from stream.close()


class _View:
    """What is shown while it runs: one panel on a terminal, a line a burst elsewhere, JSON lines where they are wanted."""

    def __init__(self, name: str, lag_s: float, as_json: bool) -> None:
        self._name, self._lag_s, self._json = name, lag_s, as_json
        self._drivers: deque[tuple[float, float]] = deque()
        self._bursts: list[tuple[float, float]] = []
        self._levels: list[float] = []
        self._first: float | None = None
        self._last = 0.0
        self._live: Any = None

    def __enter__(self) -> _View:
        if not self._json and sys.stdout.isatty():
            from rich.live import Live

            self._live = Live("listening ...", console=console(), refresh_per_second=8, transient=True)
            self._live.__enter__()
        elif not self._json:
            say(f"{self._name}: listening; bursts are told {self._lag_s:g} s after they happened")
        return self

    def __exit__(self, *error: Any) -> None:
        if self._live is not None:
            self._live.__exit__(*error)

    def add(self, moment: Moment) -> None:
        """One moment."""
        self._first = moment.time_s if self._first is None else self._first
        self._last = moment.time_s
        self._levels.append(moment.tonic_uS)
        self._drivers.append((moment.time_s, moment.driver_uS))
        while self._drivers[0][0] < moment.time_s - _SHOWN_S:
            self._drivers.popleft()
        for event in moment.events:
            self._bursts.append((event.onset_s, event.amplitude_uS))
            if not self._json and self._live is None:
                print(
                    f"{event.onset_s - self._first:8.1f} s  {event.amplitude_uS:.3f} ± {event.amplitude_sd_uS:.3f} µS", flush=True
                )
        if self._json:
            told = moment._asdict() | {"events": [event._asdict() for event in moment.events]}
            print_json_line(told)
        elif self._live is not None:
            self._live.update(self._panel(moment))

    def _panel(self, moment: Moment) -> Any:
        """The level, the nerve's last minute and how often it fired in it."""
        width = max(min(console().width - 4, 60), 10)
        bins = [0.0] * width
        for at, size in self._drivers:
            i = int((at - moment.time_s + _SHOWN_S) / _SHOWN_S * width)
            bins[min(max(i, 0), width - 1)] += size
        top = max(*bins, 1e-12)
        trace = "".join(_BARS[math.ceil(each / top * (len(_BARS) - 1))] for each in bins)
        span = min(moment.time_s - (self._first or 0.0) + 1e-9, _SHOWN_S)
        count = sum(1 for at, _ in self._bursts if at > moment.time_s - _SHOWN_S)
        rate = f"{60.0 * count / span:.0f} bursts a minute" if span >= 20 else "counting ..."
        last = f", last {self._bursts[-1][1]:.2f} µS" if self._bursts else ""
        return "\n".join(
            [
                f"{self._name}  level {moment.tonic_uS:.2f} µS",
                trace,
                f"the nerve, last {_SHOWN_S:.0f} s, {self._lag_s:g} s behind",
                f"{rate}{last}   (Ctrl-C ends)",
            ]
        )

    def sum_up(self, stream: Stream) -> None:
        """What it came to."""
        if stream.unsure:
            say(f"the fit did not converge in {stream.unsure} cells of {stream.dt_s:.2g} s: do not trust the bursts there")
        if self._json:
            return
        if self._first is None:
            say("nothing was told: it takes 20 seconds of samples within range before there is anything to say")
            return
        minutes = (self._last - self._first) / 60.0
        middle = sorted(self._levels)[len(self._levels) // 2]
        rate = f", {len(self._bursts) / minutes:.1f} a minute" if minutes > 0 else ""
        show(
            f"{self._name}: {len(self._bursts)} bursts in {minutes:.1f} min{rate}; level {middle:.2f} µS (median)"
            + (f"; {stream.set_aside} samples set aside" if stream.set_aside else "")
        )
