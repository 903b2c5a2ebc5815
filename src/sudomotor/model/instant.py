"""One moment in time steps: mind, nerve, synapse, gland, duct and skin as one declared system.

The mind's states move by `model.mind`; the drive fires volleys (`model.nerve`); each volley releases acetylcholine
at every gland (`model.gland`), after conduction; what comes out of open ducts is sweat, which is felt and seen, and
so closes the loop. A volley carries the drive since the last one, so no drive is lost between volleys.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sudomotor.model import gland, nerve
from sudomotor.model.mind import FAST, appraisal, drive_of, expected, public_mg_per_min, step

Array = Any
Tree = dict[str, Any]


def instant(xp: ModuleType, const: Tree, carry: Tree, x: Tree) -> tuple[Tree, Tree]:
    """Advance everybody by one step; the form that `engine.scan` takes.

    const : `m` and `slow` (the mind), `g` (glands), `minutes`, `due`, `size` and `heat_due` (volley, person), `remaining`,
        `blocked`, `release`, `antagonist` (side, person), `rate` (volleys a minute per drive), `learned`
        (1 where what is expected counts).
    x : `load`, `cue`, `speak`, `feedback_mg_per_min` (scalars), `heat_rate` (volleys a minute), `heat` (side, person).
    """
    m, g, dt = const["m"], const["g"], const["minutes"]
    fast = carry["fast"]
    # the moisture that volleys leave takes the place of its mean over volleys
    felt = carry["public"] - fast["M"] * const["slow"]["visible_mg_per_min"] + x["feedback_mg_per_min"]
    slow = {**const["slow"], "feedback_mg_per_min": felt}
    load = x["load"] + x["cue"] * const["learned"] * expected(slow, xp)
    fast, mean = step(fast, load, dt, m, slow, xp, speak=x["speak"])
    fast = {name: fast[name] for name in FAST}
    D = drive_of(mean["A"], m, slow, xp)
    rate = const["rate"] * mean["A"]
    passed, index, came = nerve.fire(carry["passed"], carry["index"], rate, dt, const["due"], xp)
    heat_passed, heat_index, heat_came = nerve.fire(
        carry["heat_passed"], carry["heat_index"], x["heat_rate"], dt, const["heat_due"], xp
    )
    people = xp.arange(passed.shape[0])
    waiting = carry["waiting"] + D / m["D_ref"] * dt
    hot = carry["heat_waiting"] + x["heat"] * dt
    size = const["size"][xp.minimum(carry["index"], const["size"].shape[0] - 1), people]
    sent = xp.where(came, waiting * size, 0.0)  # minutes of baseline flow
    heat_sent = xp.where(heat_came, hot, 0.0)  # nL per gland
    queue = carry["queue"]
    volume = g["mean_flow"] * queue[0] + carry["heat_queue"][0]
    released = gland.release_uM(volume, g, xp) * const["release"]
    pools, flows = gland.step(carry["pools"], released, const["antagonist"], dt, g, xp)
    sweat = flows["out_nL"] * g["glands"] * const["remaining"] / gland.NL_PER_MG / dt
    moist = pools["m"] / (g["chi"] * g["theta_3"]) * g["glands"] * const["remaining"] / gland.NL_PER_MG
    public = public_mg_per_min(moist, m["visible"], xp)
    out = {
        **{name: fast[name] for name in ("T", "A", "V", "W", "h")},
        "z": appraisal(fast["W"], load, m, slow, xp),
        "D": D, "came": xp.where(came, 1.0, 0.0), "rate": rate + x["heat_rate"], "heat_came": xp.where(heat_came, 1.0, 0.0),
        "ACh": pools["a"], "occupancy": flows["occupancy"], "sweat": sweat,
        "conductance": gland.conductance_uS(pools, const["blocked"], const["remaining"], g, xp),
    }  # fmt: skip
    return {
        "fast": fast,
        "pools": pools,
        "passed": passed,
        "index": index,
        "heat_passed": heat_passed,
        "heat_index": heat_index,
        "waiting": xp.where(came, 0.0, waiting),
        "heat_waiting": xp.where(heat_came, 0.0, hot),
        "queue": xp.concatenate([queue[1:], sent[None]]),
        "heat_queue": xp.concatenate([carry["heat_queue"][1:], heat_sent[None]]),
        "public": public,
    }, out
