"""What spoils a made recording: movement, electrodes that give way, slip or come off; and what other sensors say of it.

Gaps between artefacts are exponential above a second, sizes are gamma, a contact changes as a step that is a ramp of some rate,
and a pulse of movement has four poles: the equations of the generator EDArt. A movement shakes the accelerometer, sometimes
without harm; an electrode that comes off cools.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement import Trace
from sudomotor.parameters import Parameters
from sudomotor.simulation.recording_bursts import wander

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
ARTEFACTS = ("motion", "ramp", "jump", "contact lost")
COLUMNS = ("onset_s", "duration_s", "kind", "size_uS")
_MOTION_HZ, _TEMPERATURE_HZ = 32.0, 4.0
_LEFT = 0.001  # of the signal, where contact is lost


class Spoilt(NamedTuple):
    """values_uS : (sample,); marks : a row for each artefact, `COLUMNS`."""

    values_uS: Array
    marks: pd.DataFrame


def spoil(
    numbers: np.random.Generator,
    t: Array,
    values_uS: Array,
    per_min: float,
    kinds: tuple[str, ...],
    p: Parameters,
) -> Spoilt:
    """Lay artefacts over values at times from 0 on.

    Parameters
    ----------
    per_min : artefacts a minute.
    kinds : which of `ARTEFACTS` may come; their shares are those of the parameters.

    Source: the equations of EDArt (Rho et al. 2026).
    """
    import pandas as pd

    shares = {
        "motion": p.value("recording_motion_share"), "ramp": p.value("recording_ramp_share"),
        "jump": p.value("recording_jump_share"),
    }  # fmt: skip
    shares["contact lost"] = max(1.0 - sum(shares.values()), 0.0)
    weights = np.array([shares[kind] for kind in kinds])
    rows: list[tuple[float, float, str, float]] = []
    added, held = np.zeros(len(t)), np.ones(len(t))
    pause = p.value("recording_artefact_pause_s")
    end = 0.0
    while per_min > 0.0 and weights.sum() > 0.0:
        at = end + pause + numbers.exponential(max(60.0 / per_min - pause, 0.0))
        kind = kinds[numbers.choice(len(kinds), p=weights / weights.sum())]
        size = numbers.gamma(p.value("recording_artefact_shape"), p.value("recording_artefact_uS"))
        size = float(size if numbers.random() < 0.5 else -size)
        rate = numbers.uniform(p.value("recording_ramp_slow_per_s"), p.value("recording_ramp_fast_per_s"))
        bout = numbers.exponential(p.value("recording_bout_s"))
        if at >= t[-1]:
            break
        since = t - at
        if kind == "motion":
            pulses, lasts = _pulses(numbers, since, bout, size, p)
            added += pulses
        elif kind == "jump":
            added += size * _come(since, rate)
            lasts = 4.0 / rate
        elif kind == "ramp":
            lasts = max(bout, 1.0)
            added += size * (_come(since, rate) - _come(since - lasts, rate))
            lasts += 4.0 / rate
        else:
            size = float("nan")
            lasts = max(bout, 1.0)
            held = np.where((since >= 0.0) & (since < lasts), _LEFT, held)
        rows.append((float(at), float(lasts), kind, size))
        end = at + lasts
    return Spoilt((values_uS + added) * held, pd.DataFrame(rows, columns=list(COLUMNS)))


def _come(since: Array, rate: float) -> Array:
    """A step that is a ramp: 0 before, 1 - exp(-rate t) after."""
    return np.asarray(-np.expm1(-rate * np.maximum(since, 0.0)))


def _pulses(
    numbers: np.random.Generator, since: Array, bout_s: float, size_uS: float, p: Parameters
) -> tuple[Array, float]:
    """Pulses of movement, the largest of `size_uS`, and how long they last."""
    a, b = p.value("recording_spike_per_s"), p.value("recording_spike_fall_per_s")
    count = 1 + numbers.poisson(p.value("recording_pulses_per_s") * bout_s)
    times = np.sort(numbers.uniform(0.0, bout_s, count)) if count > 1 else np.zeros(1)
    times -= times[0]
    sizes = numbers.uniform(-1.0, 1.0, count)
    sizes *= size_uS / sizes[np.argmax(np.abs(sizes))]
    out = np.zeros(len(since))
    fine = np.arange(0.0, 3.0, 0.001)
    top = _four_poles(fine, a, b).max()
    for at, size in zip(times, sizes, strict=True):
        out += size * _four_poles(since - at, a, b) / top
    return out, float(times[-1]) + 1.5


def _four_poles(t: Array, a: float, b: float) -> Array:
    """Impulse response of 1/((s + a)^2 (s + b)^2)."""
    s, d = np.maximum(t, 0.0), a - b
    # partial fractions: of each double pole t e^{-at}/(d^2), and e^{-at} terms of 2/d^3
    return np.asarray((np.exp(-a * s) * (s + 2.0 / d) + np.exp(-b * s) * (s - 2.0 / d)) / d**2)


def acceleration(numbers: np.random.Generator, seconds: float, marks: pd.DataFrame, p: Parameters) -> Trace:
    """Acceleration of the wrist, g, (sample, 3): gravity that turns slowly, shaken while somebody moves."""
    t = np.arange(round(seconds * _MOTION_HZ)) / _MOTION_HZ
    turn = np.stack([wander(numbers, len(t), 1.0 / _MOTION_HZ, 60.0) for _ in range(3)], axis=1)
    turn += numbers.standard_normal(3) * 2.0
    gravity = turn / np.linalg.norm(turn, axis=1, keepdims=True)
    bouts = [(r.onset_s, r.duration_s) for r in marks.itertuples() if r.kind == "motion"]
    harmless = numbers.poisson(p.value("recording_harmless_per_min") * seconds / 60.0)
    bouts += [
        (numbers.uniform(0.0, seconds), 1.0 + numbers.exponential(p.value("recording_bout_s")))
        for _ in range(harmless)
    ]
    moving = np.zeros(len(t), dtype=bool)
    for at, lasts in bouts:
        moving |= (t >= at) & (t < at + lasts)
    shaken = p.value("recording_shaking") * moving[:, None] + 0.01
    return Trace("acceleration", "g", t, gravity + shaken * numbers.standard_normal((len(t), 3)))


def temperature(numbers: np.random.Generator, seconds: float, marks: pd.DataFrame, p: Parameters) -> Trace:
    """Temperature of the sensor, degC: the skin's, and towards the room's while contact is lost."""
    from scipy.signal import lfilter

    t = np.arange(round(seconds * _TEMPERATURE_HZ)) / _TEMPERATURE_HZ
    skin = p.value("recording_skin_degC") + 0.5 * wander(numbers, len(t), 1.0 / _TEMPERATURE_HZ, 300.0)
    off = np.zeros(len(t), dtype=bool)
    for row in marks.itertuples():
        if row.kind == "contact lost":
            off |= (t >= row.onset_s) & (t < row.onset_s + row.duration_s)
    goal = np.where(off, p.value("recording_room_degC"), skin)
    keep = float(np.exp(-1.0 / _TEMPERATURE_HZ / p.value("recording_cooling_s")))
    found, _ = lfilter([1.0 - keep], [1.0, -keep], goal, zi=np.array([keep * goal[0]]))
    return Trace("temperature", "degC", t, np.round(found / 0.02) * 0.02)
