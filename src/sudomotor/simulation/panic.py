"""Days and minutes of the panic model: patients whose arousal frightens them, untreated, blocked, or in therapy.

>>> course = panic_course(14, patients=2, seed=1, schema_start=0.8, escape_start=0.2, gain=0.5)
>>> float(course.attacks.sum()), course.schema[-1].round(2).tolist()
(0.0, [0.8, 0.8])

A block that takes the fear away (here half the arousal goes unperceived) ends the attacks, and leaves the schema as it was.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.model.panic import (
    PanicConstants,
    Therapy,
    avoidance_target,
    cognitive_behavioural_therapy,
    no_therapy,
    panic_constants,
)
from sudomotor.parameters import Parameters, load

Array = NDArray[np.float64]
Gain = float | tuple[float, float, float]
MINUTES_PER_DAY = 1440


@dataclass(frozen=True)
class PanicHistory:
    """Days of the panic model.

    Attributes
    ----------
    days : (day + 1,) readings 0, 1, … days; reading d is taken before day d's (counted from 0) interventions.
    schema, escape, avoidance : (day + 1, patient) arousal schema S, escape schema X, avoidance V, each 0 to 1.
    attacks : (day, patient) panic attacks whose peak lies in the day.
    exposed : (day, patient) 1 where an exposure of the therapy was done.
    fear, threat, escaping : (day, patient) the day's greatest fear, perceived threat PT and escape E.
    arousal_sd : (day, patient) standard deviation of arousal A over the day.
    gain : (day,) gain of arousal in the appraisal of threat; 1 is no block.
    """

    days: Array
    schema: Array
    escape: Array
    avoidance: Array
    attacks: Array
    exposed: Array
    fear: Array
    threat: Array
    escaping: Array
    arousal_sd: Array
    gain: Array
    cbt: bool
    gated: bool
    seed: int
    parameters: Parameters

    def attacks_per_week(self) -> Array:
        """Attacks per week over the whole course, (patient,)."""
        weeks = len(self.attacks) / 7.0
        return np.asarray(self.attacks.sum(axis=0) / weeks)


@dataclass(frozen=True)
class PanicMoment:
    """Minutes of the panic model around a perturbation: each of A, PT, H, E is (time, patient); `minutes` is (time,)."""

    minutes: Array
    arousal: Array
    threat: Array
    homeostasis: Array
    escape: Array

    @property
    def fear(self) -> Array:
        """Fear, sqrt(max(A, 0) PT), (time, patient)."""
        return np.sqrt(np.maximum(self.arousal, 0.0) * self.threat)


def panic_course(
    days: int,
    *,
    patients: int = 1,
    seed: int = 1,
    schema_start: float | None = None,
    escape_start: float | None = None,
    gain: Gain = 1.0,
    cbt: bool = False,
    gated: bool = True,
    dt_minutes: float = 0.01,
    threads: int | None = None,
    parameters: Parameters | None = None,
) -> PanicHistory:
    """Days of panic patients who start alike and meet different days.

    Parameters
    ----------
    schema_start, escape_start : arousal and escape schema at the start, 0 to 1; the model's own where left out.
    gain : what share of arousal the appraisal of threat sees: a number for all days, or (gain, from day, to day), which holds
        from reading `from day` to reading `to day` and is 1 elsewhere.
    cbt : with cognitive behavioural therapy, from the first day.
    gated : whether learning waits for fear, as published; else every day teaches.
    dt_minutes : step; it must divide the time that a situation lasts, and stay below the disturbance's correlation time.
    threads : how many patients are run side by side; all processors where left out. Results do not depend on it.

    Attacks are counted so: fear reaches `panic_attack_fear`; the spell lasts until fear has stayed below it for
    `panic_attack_gap_minutes`; it is one attack if fear at its peak is `panic_attack_rise` times that of
    `panic_attack_rise_minutes` before, and arousal passed `panic_attack_arousal`. An attack that an exposure brings on counts too.

    Patient i depends on the seed and i alone. Two courses of one seed meet the same events and disturbances.
    """
    p = parameters or load()
    days, patients, seed = _whole("days", days, 1), _whole("patients", patients, 1), _whole("seed", seed, 0)
    S = _unit("schema_start", p.value("panic_schema_start") if schema_start is None else schema_start)
    X = _unit("escape_start", p.value("panic_escape_start") if escape_start is None else escape_start)
    c = panic_constants(p, gated=gated)
    steps, hours = _grid(dt_minutes, c, p)
    gains = _gains(gain, days)
    therapy = cognitive_behavioural_therapy(days, p) if cbt else no_therapy(days)
    back = max(1, round(p.value("panic_attack_rise_minutes") / dt_minutes))
    gap = max(1, round(p.value("panic_attack_gap_minutes") / dt_minutes))
    one = partial(_one_patient, c, therapy, gains, S, X, hours, steps, dt_minutes, back, gap, seed)
    results = _side_by_side(one, patients, threads)
    slow, attacks, exposed, greatest, spread = (
        np.stack(arrays, axis=-1) for arrays in zip(*results, strict=True)
    )
    return PanicHistory(
        days=np.arange(days + 1.0),
        schema=slow[:, 0], escape=slow[:, 1], avoidance=slow[:, 2],
        attacks=attacks, exposed=exposed,
        fear=greatest[:, 0], threat=greatest[:, 1], escaping=greatest[:, 2],
        arousal_sd=spread, gain=gains, cbt=cbt, gated=gated, seed=seed, parameters=p,
    )  # fmt: skip


def panic_moment(
    minutes: float,
    perturbation: float,
    *,
    at_minute: float = 0.0,
    patients: int = 1,
    seed: int = 1,
    schema: float | None = None,
    escape: float | None = None,
    gain: float = 1.0,
    in_situation: bool = False,
    noise: bool = True,
    dt_minutes: float = 0.01,
    parameters: Parameters | None = None,
) -> PanicMoment:
    """A perturbation challenge: arousal is set to `perturbation` at a minute, and runs its course.

    Parameters
    ----------
    schema, escape : arousal and escape schema, 0 to 1; avoidance follows the arousal schema.
    in_situation : whether it happens in a feared situation.
    noise : with the disturbance by the day's events; without it all patients are the same.

    >>> calm, anxious = (panic_moment(30, 0.5, schema=s, noise=False).fear.max() for s in (0.0, 1.0))
    >>> bool(anxious > 1.5 * calm)
    True
    """
    from sudomotor.simulation.panic_kernel import run_minutes

    p = parameters or load()
    minutes, at_minute = _number("minutes", minutes), _number("at_minute", at_minute)
    strength = _number("perturbation", perturbation)
    patients, seed = _whole("patients", patients, 1), _whole("seed", seed, 0)
    if not 0.0 <= at_minute <= minutes:
        raise InputError(
            f"at_minute = {at_minute:g} is not within the {minutes:g} minutes",
            mend="0 <= at_minute <= minutes",
        )
    S = _unit("schema", p.value("panic_schema_start") if schema is None else schema)
    X = _unit("escape", p.value("panic_escape_start") if escape is None else escape)
    c = panic_constants(p)
    _grid(dt_minutes, c, p)
    seen = float(_gains(gain, 1)[0])
    steps, at = round(minutes / dt_minutes), round(at_minute / dt_minutes)
    out = np.empty((patients, steps + 1, 4))
    for i in range(patients):
        run_minutes(
            c, steps, at, strength, S, X, avoidance_target(S, c), float(in_situation), seen, float(noise),
            dt_minutes, _stream(seed, "minutes", i), out[i],
        )  # fmt: skip
    A, PT, H, E = (out[:, :, j].T for j in range(4))
    return PanicMoment(np.arange(steps + 1.0) * float(dt_minutes), A, PT, H, E)


def _one_patient(
    c: PanicConstants, therapy: Therapy, gains: Array, S: float, X: float, hours: int, steps: int, dt: float,
    back: int, gap: int, seed: int, patient: int,
) -> tuple[Array, Array, Array, Array, Array]:  # fmt: skip
    from sudomotor.simulation.panic_kernel import run_days

    days = len(gains)
    slow, greatest = np.empty((days + 1, 3)), np.empty((days, 3))
    attacks, exposed, spread = np.zeros(days), np.zeros(days), np.empty(days)
    run_days(
        c, therapy, gains, S, X, avoidance_target(S, c), hours, steps, dt, back, gap,
        _stream(seed, "disturbance", patient), _stream(seed, "events", patient),
        slow, attacks, exposed, greatest, spread,
    )  # fmt: skip
    return slow, attacks, exposed, greatest, spread


def _side_by_side(
    one: Callable[[int], tuple[Array, ...]], patients: int, threads: int | None
) -> list[tuple[Array, ...]]:
    workers = min(patients, os.cpu_count() or 1) if threads is None else _whole("threads", threads, 1)
    if workers == 1:
        return [one(i) for i in range(patients)]
    from concurrent.futures import ThreadPoolExecutor

    first = one(0)  # compiled once, before the threads would each wait for it
    with ThreadPoolExecutor(workers) as pool:
        return [first, *pool.map(one, range(1, patients))]


def _stream(seed: int, name: str, patient: int) -> np.random.Generator:
    """The random stream of one patient and purpose, whatever the number of patients."""
    word = int.from_bytes(hashlib.sha256(f"panic {name}".encode()).digest()[:8], "little")
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, word, patient])))


def _grid(dt: float, c: PanicConstants, p: Parameters) -> tuple[int, int]:
    """Steps in a situation and situations in a day."""
    dt, lasts = _number("dt_minutes", dt), p.value("panic_situation_minutes")
    if not 0.0 < dt < c.tau_N:
        raise InputError(
            f"dt_minutes = {dt:g} is not between 0 and the disturbance's {c.tau_N:g} min",
            mend="dt_minutes=0.01",
        )
    steps, hours = round(lasts / dt), round(MINUTES_PER_DAY / lasts)
    for what, whole, part, count in (
        ("a situation", lasts, dt, steps),
        ("a day", MINUTES_PER_DAY, lasts, hours),
    ):
        if abs(count * part - whole) > 1e-9 * whole:
            raise InputError(
                f"{part:g} min do not divide the {whole:g} min of {what}", mend="dt_minutes=0.01"
            )
    return steps, hours


def _gains(gain: Gain, days: int) -> Array:
    value, first, last = gain if isinstance(gain, tuple) and len(gain) == 3 else (gain, 0.0, float(days))
    if isinstance(value, tuple):
        raise InputError(
            f"gain = {value!r} is not understood", mend="gain=0.5 or gain=(0.5, from_day, to_day)"
        )
    value, first, last = (
        _number("gain", value),
        _number("gain's from_day", first),
        _number("gain's to_day", last),
    )
    if value < 0.0:
        raise InputError(f"gain = {value:g} is below 0", mend="1 is no block, 0 hides all arousal")
    if not 0.0 <= first <= last:
        raise InputError(f"gain holds from day {first:g} to day {last:g}", mend="0 <= from_day <= to_day")
    day = np.arange(days)
    return np.where((day >= first) & (day < last), value, 1.0)


def _number(name: str, value: float) -> float:
    if isinstance(value, bool | str) or not np.isfinite(value):
        raise InputError(f"{name} = {value!r} is not an ordinary number", mend=f"{name}=1.0")
    return float(value)


def _whole(name: str, value: int, least: int) -> int:
    if _number(name, value) != int(value) or value < least:
        raise InputError(
            f"{name} = {value!r} must be a whole number of at least {least}", mend=f"{name}={max(least, 1)}"
        )
    return int(value)


def _unit(name: str, value: float) -> float:
    if not 0.0 <= _number(name, value) <= 1.0:
        raise InputError(f"{name} = {value:g} lies outside 0 to 1", mend=f"{name}=0.5")
    return float(value)
