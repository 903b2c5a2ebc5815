"""Tasks of a stress test as loads in time: rest, the task, recovery."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError, unknown
from sudomotor.parameters import Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """What is asked of a person.

    Attributes
    ----------
    name, text : what it is.
    minutes : how long it lasts.
    load : its social load, 0 to 1.
    cue : load that it carries only for who expects embarrassment, in proportion to that expectation.
    speak : load of speaking itself on drive and vagal tone.
    """

    name: str
    text: str
    minutes: float
    load: float = 0.0
    cue: float = 0.0
    speak: float = 0.0


TEXTS = {
    "sing-a-song": "told to sing a song before others, and singing it",
    "mental-arithmetic": "mental arithmetic before others",
    "speech": "a prepared speech before others",
    "cue-only": "a cue alone: a hand is held out, a door opens, nothing follows",
    "movement": "a mere movement, with what is associated with it",
}
TASKS = tuple(TEXTS)


def task(name: str, p: Parameters, *, where: str = "--task") -> Task:
    """A task by name.

    >>> from sudomotor.parameters import load
    >>> task("sing-a-song", load()).load
    1.0
    """
    if name not in TEXTS:
        raise unknown("task", name, TASKS, where=where)
    text = TEXTS[name]
    if name == "sing-a-song":
        return Task(name, text, p.value("task_sing_minutes"), load=1.0)
    if name == "mental-arithmetic":
        return Task(name, text, p.value("task_arithmetic_minutes"), load=p.value("task_arithmetic_load"))
    if name == "speech":
        minutes, load = p.value("task_speech_minutes"), p.value("task_speech_load")
        return Task(name, text, minutes, load=load, speak=p.value("speaking_load"))
    if name == "cue-only":
        return Task(name, text, p.value("task_cue_minutes"), cue=p.value("task_cue_load"))
    return Task(name, text, p.value("task_cue_minutes"), cue=p.value("task_movement_load"))


def course_of(one: Task, time_s: Array, start_s: float) -> dict[str, Array]:
    """The task in time: `load`, `cue` and `speak`, (time,) each."""
    end = start_s + 60.0 * one.minutes
    if len(time_s) and end > time_s[-1]:
        raise InputError(
            f"the task ends after {end / 60:g} minutes, the test after {time_s[-1] / 60:g}",
            where="--minutes", mend=f"give at least {np.ceil(end / 60) + 2:g} minutes",
        )  # fmt: skip
    during = np.where((time_s >= start_s - 1e-9) & (time_s < end - 1e-9), 1.0, 0.0)
    return {"load": one.load * during, "cue": one.cue * during, "speak": one.speak * during}


def event_loads(chance: Array, p: Parameters) -> Array:
    """Loads of social events from numbers between 0 and 1: quantiles of a normal curve cut off at 0 and 1.

    The public task (1) is the heaviest there is; nothing is piled up at an end.

    >>> from sudomotor.parameters import load
    >>> round(float(event_loads(np.array(0.5), load())), 2)
    0.7
    """
    from scipy.special import ndtr, ndtri

    mean, spread = p.value("event_load"), p.value("event_load_sd")
    if spread == 0:
        return np.full(np.shape(chance), mean)
    low, high = ndtr(-mean / spread), ndtr((1.0 - mean) / spread)
    # the clip is round-off at the ends
    return np.asarray(np.clip(mean + spread * ndtri(low + chance * (high - low)), 1e-6, 1.0))
