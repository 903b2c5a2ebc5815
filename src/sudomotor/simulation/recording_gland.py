"""Bursts through the simulator's own synapse, gland, duct and horny layer, to conductance at an electrode.

The equations are those of `model.gland`, which a stress test steps as well. Nothing in them is a kernel: acetylcholine saturates
its receptors, ducts fill, sweat's salt follows the flow, and what leaves the pore wets the horny layer.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.gland import conductance_uS, gland_constants, release_uM, steady, step
from sudomotor.model.scales import SIDES, remaining
from sudomotor.parameters import Parameters
from sudomotor.person import median_person

Array = NDArray[np.float64]
Tree = dict[str, Any]
STEP_S = 0.05
_AHEAD_S = 20.0  # a response has long peaked
_MOST_FLOW = 0.5  # of what a gland can do: more is no state that a recording begins with
_VOLUMES_NL = np.geomspace(1e-4, 30.0, 120)


class GlandTrace(NamedTuple):
    """What bursts do at an electrode.

    onsets_s, amplitudes_uS, masses_uS_s : (burst,) arrival at the gland; the most that the burst adds to the conductance, given all
        the others; and the integral of what it adds to the ducts' part in the time within which it is over.
    ducts_uS, layer_uS : (sample,) conductance by the ducts and by the horny layer; their sum is what is measured.
    """

    onsets_s: Array
    amplitudes_uS: Array
    masses_uS_s: Array
    ducts_uS: Array
    layer_uS: Array


def gland_trace(
    t: Array, onsets_s: Array, amplitudes_uS: Array, from_s: float, person: str, site: str, blocked: float,
    per_min: float, p: Parameters,
) -> GlandTrace:  # fmt: skip
    """Conductance at times `t` of a person's left palm or sole, s, for bursts from `from_s` on.

    Parameters
    ----------
    onsets_s : (burst,), s; they are moved to the beginning of their step of 0.05 s.
    amplitudes_uS : (burst,) wished for, of a burst that comes alone to an open gland; those returned are what came of it.
    person : a preset's name.
    site : "palm", "sole" or "axilla".
    blocked : share of glands that a treatment has blocked.
    per_min : bursts a minute, for the state to begin with.
    """
    side = SIDES.index(f"left {site}")
    g = _of_side(gland_constants(median_person(person, p), p), side)
    share = float(remaining(np.asarray(blocked), p.value("unreached_fraction")))
    background = p.value("recording_background_share") * g["mean_flow"]
    flow, volumes = background, np.zeros(len(onsets_s))
    for _ in range(3):  # volumes depend on how wet the skin is, and that on the volumes
        volumes = _volumes(amplitudes_uS, flow, background, g)
        flow = background + (per_min * float(volumes.mean()) if len(volumes) else 0.0)
        flow = min(flow, _MOST_FLOW * g["q_max"])
    steps = int(np.ceil((t[-1] - from_s) / STEP_S)) + 2
    at = np.minimum(np.floor((onsets_s - from_s) / STEP_S + 1e-9).astype(int), steps - 1)
    sent = np.zeros(steps)
    np.add.at(sent, at, volumes)
    released = release_uM(sent, g, np)
    steady_uM = _held(background, g)
    pools = {name: float(value) for name, value in steady(flow, g, np).items()}
    kept = {name: np.zeros(steps + 1) for name in pools}
    for k in range(steps + 1):
        for name, value in pools.items():
            kept[name][k] = value
        if k < steps:
            pools, _ = step(pools, released[k] + steady_uM, 0.0, STEP_S / 60.0, g, np)
    clock = from_s + STEP_S * np.arange(steps + 1)
    ducts, layer = _parts(kept, blocked, share, g)
    rise, mass = _added(kept, released, steady_uM, at, blocked, share, g)
    return GlandTrace(
        clock[at], rise, mass, np.interp(t, clock, ducts), np.interp(t, clock, layer)
    )  # fmt: skip


def _of_side(g: Tree, side: int) -> Tree:
    """Plain numbers of one side and one person: they make a step many times faster."""
    return {
        name: float(value[side, 0] if np.ndim(value) == 2 else np.ravel(value)[0])
        for name, value in g.items()
    }


def _held(flow: float, g: Tree) -> float:
    """Acetylcholine a step that holds a steady flow, uM."""
    # the step's mean occupancy from a0 to a0 exp(-dt/tau_a) is that of the flow where ln((a0 + K)/(a1 + K)) fits it
    keep = np.exp(-STEP_S / 60.0 / g["tau_a"])
    ratio = np.exp(flow / g["q_max"] * STEP_S / 60.0 / g["tau_a"])
    high = g["EC_50"] * (ratio - 1.0) / (1.0 - keep * ratio)
    return float(high * (1.0 - keep))


def _parts(pools: Tree, blocked: float, share: float, g: Tree) -> tuple[Array, Array]:
    """Conductance of the ducts and of the horny layer, uS."""
    whole = conductance_uS(pools, blocked, share, g, np)
    layer = conductance_uS({**pools, "f": np.zeros_like(pools["f"])}, blocked, share, g, np)
    return np.asarray(whole - layer), np.asarray(layer)


def _volumes(amplitudes_uS: Array, flow: float, background: float, g: Tree) -> Array:
    """Volumes, nL, whose bursts would raise conductance by so much, alone on open skin that is as wet as this flow makes it."""
    volumes = np.concatenate([[0.0], _VOLUMES_NL])
    pools: Tree = {name: np.full(len(volumes), value) for name, value in steady(flow, g, np).items()}
    released = release_uM(volumes, g, np)
    held, top = _held(background, g), np.zeros(len(volumes))
    for k in range(round(_AHEAD_S / 2 / STEP_S)):
        pools, _ = step(pools, released * (k == 0) + held, 0.0, STEP_S / 60.0, g, np)
        now = np.add(*_parts(pools, 0.0, 1.0, g))
        top = np.maximum(top, now - now[0])
    return np.asarray(np.exp(np.interp(np.log(amplitudes_uS), np.log(top[1:]), np.log(_VOLUMES_NL))))


def _added(
    kept: Tree, released: Array, held: float, at: NDArray[np.int_], blocked: float, share: float, g: Tree
) -> tuple[Array, Array]:
    """The most that each burst adds to the conductance, uS, and the area that it adds to the ducts' part, uS s."""
    many = len(at)
    ahead = round(_AHEAD_S / STEP_S)
    later = np.concatenate([released, np.zeros(ahead)])
    without = {name: values[at] for name, values in kept.items()}
    with_it = {name: values.copy() for name, values in without.items()}
    top, area = np.zeros(many), np.zeros(many)
    for k in range(ahead):
        now = later[at + k] + held
        with_it, _ = step(with_it, now, 0.0, STEP_S / 60.0, g, np)
        without, _ = step(without, np.where(k == 0, held, now), 0.0, STEP_S / 60.0, g, np)
        of_ducts, of_layer = (
            x - y
            for x, y in zip(
                _parts(with_it, blocked, share, g), _parts(without, blocked, share, g), strict=True
            )
        )
        top = np.maximum(top, of_ducts + of_layer)
        area += of_ducts * STEP_S
    return top, area
