"""The current of a session: direct, pulsed direct, alternating, or alternating with a direct offset."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from sudomotor.course.checks import MAX_CURRENT_MA, choice, number, optional
from sudomotor.errors import InputError

Kind = Literal["dc", "pulsed", "ac"]
Reading = Literal["mean", "peak", "rms"]

READINGS: dict[str, tuple[str, ...]] = {"dc": ("mean",), "pulsed": ("peak", "mean"), "ac": ("rms",)}


@dataclass(frozen=True)
class Waveform:
    """A current waveform, as a device's settings give it.

    Parameters
    ----------
    kind : "dc", "pulsed" (rectangular pulses of one sign) or "ac" (a sine)
    current_mA : the stated current in mA, of the `reading` below
    reading : what the number means: the mean for "dc"; the peak (the device's setting) or the mean for
        "pulsed"; the root mean square of the alternating part for "ac". None takes the first of these.
    frequency_Hz : of "pulsed" and "ac", in Hz
    duty : fraction of a period in which pulsed current flows, 0-1
    offset_mA : direct current added to "ac", in mA

    Examples
    --------
    >>> Waveform("pulsed", 15, frequency_Hz=10_000, duty=0.5).mean_mA
    7.5
    """

    kind: Kind
    current_mA: float
    reading: Reading | None = None
    frequency_Hz: float | None = None
    duty: float | None = None
    offset_mA: float = 0.0

    def __post_init__(self) -> None:
        put = object.__setattr__
        choice(self.kind, "kind", READINGS)
        put(
            self, "current_mA", number(self.current_mA, "current_mA", least=0, most=MAX_CURRENT_MA, unit="mA")
        )
        put(self, "offset_mA", number(self.offset_mA, "offset_mA", least=0, most=MAX_CURRENT_MA, unit="mA"))
        put(self, "reading", choice(self.reading or READINGS[self.kind][0], "reading", READINGS[self.kind]))
        put(self, "frequency_Hz", optional(self.frequency_Hz, "frequency_Hz", above=0, unit="Hz"))
        put(self, "duty", optional(self.duty, "duty", above=0, most=1))
        self._fits("frequency_Hz", self.frequency_Hz is not None, self.kind != "dc", "10 kHz")
        self._fits("duty", self.duty is not None, self.kind == "pulsed", "50 %")
        if self.offset_mA and self.kind != "ac":
            raise InputError(
                f"offset_mA does not apply to {self.kind} current",
                where="offset_mA",
                mend="leave the offset out",
            )
        number(self.peak_mA if self.kind == "pulsed" else 0.0, "peak current", most=MAX_CURRENT_MA, unit="mA")

    def _fits(self, name: str, given: bool, needed: bool, example: str) -> None:
        if given and not needed:
            raise InputError(
                f"{name} does not apply to {self.kind} current", where=name, mend=f"leave {name} out"
            )
        if needed and not given:
            raise InputError(
                f"{self.kind} current needs {name}", where=name, mend=f"say it, e.g. '{example}'"
            )

    @property
    def mean_mA(self) -> float:
        """Net direct current in mA: what moves ions one way and makes acid.

        >>> Waveform("dc", 15).mean_mA, Waveform("ac", 15, frequency_Hz=50, offset_mA=5).mean_mA
        (15.0, 5.0)
        >>> Waveform("pulsed", 15, "mean", 10_000, 0.5).mean_mA
        15.0
        """
        if self.kind == "ac":
            return self.offset_mA
        if self.kind == "pulsed" and self.reading == "peak":
            return self.current_mA * self._duty
        return self.current_mA

    @property
    def peak_mA(self) -> float:
        """Largest instantaneous current in mA.

        >>> Waveform("pulsed", 15, "mean", 10_000, 0.5).peak_mA
        30.0
        >>> round(Waveform("ac", 10, frequency_Hz=50, offset_mA=5).peak_mA, 3)
        19.142
        """
        if self.kind == "ac":
            return self.current_mA * math.sqrt(2.0) + self.offset_mA
        if self.kind == "pulsed" and self.reading == "mean":
            return self.current_mA / self._duty
        return self.current_mA

    @property
    def rms_mA(self) -> float:
        """Root mean square of the whole current in mA: what heats and, in part, what is felt.

        >>> round(Waveform("pulsed", 15, frequency_Hz=10_000, duty=0.5).rms_mA, 3)
        10.607
        >>> Waveform("ac", 12, frequency_Hz=50, offset_mA=5).rms_mA
        13.0
        """
        if self.kind == "ac":
            return math.hypot(self.current_mA, self.offset_mA)
        return self.peak_mA * math.sqrt(self._duty)

    @property
    def _duty(self) -> float:
        return 1.0 if self.duty is None else self.duty
