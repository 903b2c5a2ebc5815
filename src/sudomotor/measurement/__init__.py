"""Measure: from recordings of skin conductance to the nerve's bursts behind them.

>>> import sudomotor as sm
>>> recording = sm.Recording.of([2.0, 2.1, 2.3, 2.2], fs=4, unit="uS")
>>> recording.duration_s
1.0

The verbs (`sm.read`, `sm.decompose`, `sm.judge`, `sm.features`, `sm.evoked`) live in modules of their names, because the
solver's compiled parts are not needed to hold a recording.
"""

from __future__ import annotations

from sudomotor.measurement.recording import Mark, Recording, Trace

__all__ = ["Mark", "Recording", "Trace"]
