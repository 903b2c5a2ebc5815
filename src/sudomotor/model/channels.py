"""Responses other than sweat: the same loop over a channel with its own gain, latency, visibility and afference.

What is felt of a response enters appraisal with the weight v w_pub + pi w_priv: how public it is, and how precisely it
is sensed from within. The prediction is that blocking a response helps as far as others see it; blocking the heart's
(a beta-blocker) does nothing to social anxiety (Archer et al. 2024), blushing surgery helps (Drott & Claes 2006).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from sudomotor.errors import unknown
from sudomotor.model.mind import sweat_delay_min
from sudomotor.parameters import Parameters

Tree = dict[str, Any]


@dataclass(frozen=True)
class Channel:
    """A bodily response to stress.

    Attributes
    ----------
    name : sweat, blush, tremor, heart or startle.
    text : what it is.
    gain : size of the response under stress against a patient's sweat (1).
    latency_s : time from the command to the response.
    visibility : how far others see it, 0 to 1.
    precision : how precisely it is sensed from within, 0 to 1.
    """

    name: str
    text: str
    gain: float
    latency_s: float
    visibility: float
    precision: float


TEXTS = {
    "sweat": "sweat that shows",
    "blush": "blushing",
    "tremor": "a trembling hand or voice",
    "heart": "a pounding heart",
    "startle": "a start at a sudden noise",
}
CHANNELS = tuple(TEXTS)


def channel(name: str, p: Parameters, *, where: str = "--channel") -> Channel:
    """A channel by name.

    >>> from sudomotor.parameters import load
    >>> channel("blush", load()).visibility > channel("heart", load()).visibility
    True
    """
    if name not in TEXTS:
        raise unknown("channel", name, CHANNELS, where=where)
    return Channel(
        name, TEXTS[name], p.value(f"channel_{name}_gain"),
        60.0 * sweat_delay_min(p) if name == "sweat" else p.value(f"channel_{name}_latency_s"),
        p.value(f"channel_{name}_visibility"), p.value(f"channel_{name}_precision"),
    )  # fmt: skip


def weight(one: Channel, p: Parameters) -> float:
    """How much what is felt of a channel counts in appraisal, sweat being 1."""
    of = p.value("channel_weight_public"), p.value("channel_weight_private")
    sweat = p.value("channel_sweat_visibility"), p.value("channel_sweat_precision")
    mine = one.visibility * of[0] + one.precision * of[1]
    return mine / (sweat[0] * of[0] + sweat[1] * of[1])


def with_channel(m: Tree, one: Channel, p: Parameters) -> None:
    """Put a channel in the place of sweat, in the constants `m`: weight, latency, and how much of it there is and shows.

    `S_50` stays: half of what a patient's palm gives under stress is half of a full response of any kind, so that a
    response of gain 1 is as large as that sweat. For the sweat channel nothing changes.
    """
    if one.name == "sweat":
        return
    m["w_W"] = m["w_W"] * weight(one, p)
    # what others do not see embarrasses nobody, and its absence teaches nothing
    m["shown"] = np.asarray(one.visibility / p.value("channel_sweat_visibility"))
    m["tau_S"] = np.asarray(one.latency_s / 60.0)
    m["visible_own"] = np.full(np.shape(m["P_0"]), one.gain * 2.0 * float(m["S_50"]))
