"""What chance brings to virtual people: one row of uniform numbers a person and day, so that nobody depends on anybody else.

Person i of seed s is the same whatever the size of the group, the length of the diary, or the treatment: two courses
meet the same weather, the same missed evenings and the same slips of the pen.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sudomotor.person.streams import Streams, normal_quantile

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

# one uniform number a day for each; new ones are added at the end, so that the old ones stay what they were
DAILY = (
    "day", "drift", "weather", "event", "mood", "answer", "miss", "idle", "pole", "pause", "pause_length", "silent",
    "write", "write_session", "slip", "slip_way", "copy", "weigh", "wetness", "anxiety", "note_event", "level",
)  # fmt: skip
_NORMAL = ("day", "drift", "weather", "mood", "weigh", "wetness", "anxiety", "level")
_TAG = 0x76697274
_LEAST = 2.0**-53
_FAR = 1000003  # seeds of other futures lie far from those of people


def luck(seed: int, indices: Whole, first: int, days: int) -> dict[str, Array]:
    """Numbers of some days of some people by name, (day, person): standard normal or uniform in (0, 1).

    >>> one = luck(7, np.array([3]), 5, 2)["answer"]
    >>> all_of_them = luck(7, np.arange(6), 0, 9)["answer"]
    >>> bool((one[:, 0] == all_of_them[5:7, 3]).all())
    True
    """
    u = np.empty((days, len(DAILY), len(indices)))
    for column, i in enumerate(indices):
        stream = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, _TAG, int(i)])))
        u[:, :, column] = stream.random((first + days, len(DAILY)))[first:]
    u = np.maximum(u, _LEAST)
    out = {name: u[:, i] for i, name in enumerate(DAILY)}
    for name in _NORMAL:
        out[name] = normal_quantile(out[name].ravel()).reshape(out[name].shape)
    return out


def seed_of_future(seed: int, draw: int) -> int:
    """The seed of one of many futures of the same people, for `luck`.

    >>> seed_of_future(1, 0) != seed_of_future(1, 1)
    True
    """
    return seed + _FAR * (draw + 1)


def once(seed: int, indices: Whole, name: str) -> Array:
    """One uniform number of each person under a name, (person,)."""
    return Streams(seed, int(indices.max()) + 1).uniform(f"virtual: {name}")[indices]


def chosen(u: Array, shares: Mapping[float, float], otherwise: float) -> Array:
    """A value of each person: those of `shares` with their chance, else `otherwise`.

    >>> chosen(np.array([0.1, 0.25, 0.9]), {15.0: 0.2, 30.0: 0.1}, 20.0)
    array([15., 30., 20.])
    """
    out = np.full(u.shape, otherwise)
    below = 0.0
    for value, share in shares.items():
        out = np.where((u >= below) & (u < below + share), value, out)
        below += share
    return out
