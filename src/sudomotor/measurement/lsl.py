"""Lab Streaming Layer: a stream of skin conductance in, the nerve's driver out. Needs the extra `live`.

Source: Kothe et al. 2025 for the layer; https://labstreaminglayer.readthedocs.io
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.stream import Moment
from sudomotor.measurement.units import find_unit, unit_of

Array = NDArray[np.float64]
CHANNELS = ("driver", "tonic", "phasic", "sd")


def _pylsl() -> Any:
    """The library, or how to get it."""
    try:
        import pylsl
    except ImportError:
        raise InputError(
            "the streaming layer is not installed", where="--lsl, --send", mend="pip install 'sudomotor[live]'"
        ) from None
    except RuntimeError as error:
        raise InputError(
            f"the streaming layer's own library cannot be loaded ({' '.join(str(error).split())[:120]})", where="--lsl, --send",
            mend="install liblsl (https://github.com/sccn/liblsl/releases), or replay a file: --replay FILE",
        ) from None  # fmt: skip
    return pylsl


class Inlet:
    """A stream that is being sent.

    Parameters
    ----------
    name : of the stream.
    channel : name, or number from 1; default: the only one, or the only one whose unit is a conductance or resistance.
    unit, fs : where the stream does not say.
    wait_s : how long to look for it.

    Raises
    ------
    InputError
        when there is no such stream (naming those that there are), or its unit, rate or channel is not known.
    """

    def __init__(
        self, name: str, channel: str | None = None, unit: str | None = None, fs: float | None = None, wait_s: float = 10.0
    ) -> None:
        lsl = _pylsl()
        found = lsl.resolve_byprop("name", name, timeout=wait_s)
        if not found:
            others = sorted({each.name() for each in lsl.resolve_streams(wait_time=1.0)})
            raise InputError(
                f"no stream of that name was sent within {wait_s:g} s", where=f"--lsl {name}",
                mend=f"there are: {', '.join(others)}" if others else "start the device's sender; there is no stream at all",
            )  # fmt: skip
        self._inlet = lsl.StreamInlet(found[0], max_buflen=60)
        info = self._inlet.info(timeout=wait_s)
        labels, units = _channels(info)
        self.channel = _choose(name, channel, labels, units)
        said = find_unit(units[self.channel]) if units[self.channel] else None
        if unit is None and said is None:
            raise InputError(
                f"the stream does not say a unit that is known (channel {self.channel + 1}: '{units[self.channel]}')",
                where=f"--lsl {name}", mend="declare it: --unit uS",
            )  # fmt: skip
        self.unit = unit_of(unit, where="--unit") if unit is not None else str(said)
        rate = float(info.nominal_srate())
        if fs is None and not rate > 0:
            raise InputError("the stream has no rate of its own", where=f"--lsl {name}", mend="declare it: --fs 4")
        self.rate_Hz = float(fs) if fs is not None else rate

    def chunks(self, silent_s: float) -> Iterator[tuple[Array, Array]]:
        """(times in s, values) as they come; ends when nothing has come for `silent_s`."""
        silent = 0.0
        while silent < silent_s:
            rows, stamps = self._inlet.pull_chunk(timeout=0.25, max_samples=1024)
            if not stamps:
                silent += 0.25
                continue
            silent = 0.0
            yield np.asarray(stamps, dtype=np.float64), np.asarray(rows, dtype=np.float64)[:, self.channel]


def _channels(info: Any) -> tuple[list[str], list[str]]:
    """Labels and units of a stream's channels, empty where it does not say."""
    labels, units = [], []
    one = info.desc().child("channels").child("channel")
    for _ in range(info.channel_count()):
        labels.append(one.child_value("label"))
        units.append(one.child_value("unit"))
        one = one.next_sibling("channel")
    return labels, units


def _choose(name: str, asked: str | None, labels: list[str], units: list[str]) -> int:
    """Which channel is meant."""
    pairs = enumerate(zip(labels, units, strict=True), 1)
    told = ", ".join(f"{i}: {label or 'no name'} ({unit or 'no unit'})" for i, (label, unit) in pairs)
    if asked is not None:
        if asked in labels:
            return labels.index(asked)
        if asked.isdigit() and 1 <= int(asked) <= len(labels):
            return int(asked) - 1
        raise InputError(f"there is no channel '{asked}'", where=f"--lsl {name}", mend=f"it has {told}")
    if len(labels) == 1:
        return 0
    known = [i for i, unit in enumerate(units) if unit and find_unit(unit)]
    if len(known) == 1:
        return known[0]
    raise InputError("which channel is skin conductance is not clear", where=f"--lsl {name}", mend=f"--channel: it has {told}")


class Outlet:
    """The driver, tonic level, responses and their error (uS) as a stream of their own, each with the time it belongs to."""

    def __init__(self, name: str, rate_Hz: float) -> None:
        lsl = _pylsl()
        info = lsl.StreamInfo(name, "sudomotor", len(CHANNELS), rate_Hz, "float32", f"{name}-sudomotor")
        channels = info.desc().append_child("channels")
        for label in CHANNELS:
            channels.append_child("channel").append_child_value("label", label).append_child_value("unit", "uS")
        self._outlet = lsl.StreamOutlet(info)

    def send(self, moment: Moment) -> None:
        """Send one cell of the grid under its own time, which lies a lag in the past."""
        self._outlet.push_sample([moment.driver_uS, moment.tonic_uS, moment.phasic_uS, moment.sd_uS], moment.time_s)
