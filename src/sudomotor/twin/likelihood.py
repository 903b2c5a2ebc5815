"""How likely a diary is for a person: kinetics, then every kind of entry jointly, day and week integrated out.

The log sweat rate of a reading is u = log baseline + log of what still flows + event + weekend + temperature + what the day
brought + what the week brought; the last two are normal and shared by all readings of the day and of the week. The day is
integrated by Gauss-Hermite nodes, the weeks, which remember one another, by a chain (`twin.weeks`). HDSS is an ordered
logit in u with personal thresholds (`model.scales`), wetness and anxiety are normal on a scale that ends at 0 and 10
(Tobin 1958), a weighing is log-normal with a floor and empty readings. Whether a day has an entry at all depends on u too:
people write when they are wet, so a day without an entry says something (missing not at random). So that a diary that is
kept less and less is not mistaken for one of a person who gets dry, time, sessions and runs of entries are in it as well.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray

from sudomotor.engine.scan import jax_library
from sudomotor.model.scales import SITES, site_of
from sudomotor.twin.doses import effects, laid_out
from sudomotor.twin.grid import Grid
from sudomotor.twin.kinetics import Kinetics, Sessions, run, start
from sudomotor.twin.priors import Prior, values
from sudomotor.twin.weeks import forward, transition, week_nodes

Array = Any
Tree = dict[str, Any]
# Gauss-Hermite nodes for what a day brings
DAY_NODES = 7
FADE_DAYS = 60.0
MEASURES = ("hdss", "wetness", "anxiety", "log_rate")
_SCALE_END = 10.0
_FAR = 60.0


def nodes(count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Standard normal nodes and their log weights.

    >>> x, w = nodes(5)
    >>> bool(abs(np.exp(w).sum() - 1.0) < 1e-12), bool(abs((np.exp(w) * x**2).sum() - 1.0) < 1e-12)
    (True, True)
    """
    x, w = hermegauss(count)
    return x, np.log(w / w.sum())


def data_of(grid: Grid, prior: Prior, hits: Array, fast: Array) -> Tree:
    """What `log_likelihood` takes besides z: arrays alone, so that another diary of the same padded size does not compile anew."""
    slots = grid.held.kind.shape[0]
    index = grid.day * grid.slots_per_day + grid.after * (grid.slots_per_day - 1)
    primary = grid.sites[0]
    return {
        "middle": prior.middle, "spread": prior.spread, "rehit": np.asarray(prior.rehit),
        "fast_days": np.asarray(prior.fast_days), "half": prior.hdss_half_log,
        "lapse": np.asarray(prior.lapse), "weighing_zero": np.asarray(prior.weighing_zero),
        "weighing_floor": np.asarray(prior.weighing_floor_log), "slot_days": np.asarray(1.0 / grid.slots_per_day),
        "hits": hits, "fast": fast, "at": index + grid.after * slots, "day": grid.day, "weight": grid.weight,
        "site": grid.site, "real": (grid.weight.sum(axis=1) > 0).astype(float),
        "hdss": grid.hdss, "log_rate": grid.log_rate, "empty": grid.empty,
        "wetness": grid.wetness, "anxiety": grid.anxiety,
        "event": grid.event, "weekend": grid.weekend, "degrees": grid.degrees, "logged": grid.logged,
        "habit": habit_of(grid), "week": grid.week, "other": grid.other, "noon": np.arange(len(grid.logged)) * grid.slots_per_day,
        "primary": np.asarray(SITES.index(primary)),
        "primary_side": np.array([float(site_of(side) == primary) for side in grid.sides]),
        "weeks": np.zeros((len(grid.logged) + 12) // 7),
    }  # fmt: skip


def habit_of(grid: Grid) -> NDArray[np.float64]:
    """What else an entry hangs on, (day, 3): time, a session on the day, an entry on the day before."""
    days = len(grid.logged)
    slot = np.any(grid.held.kind >= 0, axis=1)[: days * grid.slots_per_day]
    session = slot.reshape(days, grid.slots_per_day).any(axis=1).astype(float)
    written = np.nan_to_num(grid.logged, nan=1.0)
    before = np.concatenate([[0.0], written[:-1]])
    return np.stack([np.arange(days) / FADE_DAYS, session, before], axis=1)


def habit(t: Tree, of_day: Array) -> Array:
    """What the habit adds to the logit of an entry, (day, set)."""
    fade, session, streak = (of_day[:, i, None] for i in range(3))
    return t["logging_fade"] * fade + t["logging_session"] * session + t["logging_streak"] * streak


def kinetics_of(t: Tree, prior_rehit: Array, fast_days: Array, xp: ModuleType) -> Kinetics:
    """The glands of a person of some traits."""
    one = xp.ones_like(t["strength"])
    return Kinetics(
        t["strength"], t["repair_days"], t["heal_days"], t["fast"], fast_days * one, prior_rehit * one, t["start_block"]
    )  # fmt: skip


def blocks(t: Tree, d: Tree, k: int, m: int, xp: ModuleType) -> tuple[Any, Array, Array]:
    """State after the last slot, and the blocked fractions before and after each slot's session, (slot, side, set)."""
    kin = kinetics_of(t, d["rehit"], d["fast_days"], xp)
    state = start(kin, d["weight"].shape[1], k, m, xp)
    last, (before, after) = run(kin, Sessions(d["hits"], d["fast"]), state, d["slot_days"], xp)
    return last, before, after


def day_part(t: Tree, event: Array, weekend: Array, degrees: Array) -> Array:
    """What the kind of day adds to the log sweat rate; arrays (day, 1)."""
    return t["event"] * event + t["weekend"] * weekend + t["temperature"] * degrees


def levels(t: Tree, d: Tree, before: Array, after: Array, xp: ModuleType) -> tuple[Array, Array]:
    """Middle log sweat rate of each reading (reading, set), and of each day at the first site (day, set)."""
    flows = 1.0 - (1.0 - t["unreached"]) * xp.concatenate([before, after])  # (2 slot, side, set)
    base = xp.log(xp.stack([t[f"baseline_{site}"] for site in SITES]))  # (site, set)
    kind = day_part(t, d["event"][:, None], d["weekend"][:, None], d["degrees"][:, None])
    other = d["other"]
    share = xp.sum((d["weight"] * other[d["day"]])[:, :, None] * flows[d["at"]], axis=1)
    u = base[d["site"]] + xp.log(xp.maximum(share, 1e-9)) + kind[d["day"]]
    weight = d["primary_side"] / xp.sum(d["primary_side"])
    noon = xp.sum((weight * other)[:, :, None] * flows[d["noon"]], axis=1)
    return u, base[d["primary"]] + xp.log(xp.maximum(noon, 1e-9)) + kind


def hdss_above(u: Array, t: Tree, half: Array) -> list[Array]:
    """Logits of an answer above 1, 2 and 3 at log sweat u; `t` and `half` broadcast against u."""
    return [
        t["hdss_slope"] * (u - half - step * t["hdss_spacing"] + t["hdss_shift"]) for step in (-1.0, 0.0, 1.0)
    ]


def _sigmoid(x: Array, xp: ModuleType) -> Array:
    return 1.0 / (1.0 + xp.exp(-xp.clip(x, -_FAR, _FAR)))


def measures_of(d: Tree) -> tuple[str, ...]:
    """Which kinds of entries a diary has at all; others cost nothing."""
    return tuple(name for name in MEASURES if bool(np.isfinite(d[name]).any()))


def entry_terms(u: Array, t: Tree, d: Tree, has: tuple[str, ...], xp: ModuleType, norm: Any) -> Array:
    """Log likelihood of each reading at u (reading, week node, day node, set); 0 where a kind was not read."""

    def col(values: Array) -> Array:
        return values[:, None, None, None]

    def ended(answer: Array, mean: Array, noise: Array) -> Array:
        """Normal on a scale that ends at 0 and at 10."""
        z = (answer - mean) / noise
        inside = norm.logpdf(z) - xp.log(noise)
        return xp.where(
            answer <= 0.0, norm.logcdf(z), xp.where(answer >= _SCALE_END, norm.logcdf(-z), inside)
        )

    half = col(d["half"][d["site"]])
    total = xp.zeros_like(u)
    if "hdss" in has:
        above = hdss_above(u, t, half)
        answer = col(xp.nan_to_num(d["hdss"], nan=1.0))
        upper = xp.where(
            answer == 1, _FAR, xp.where(answer == 2, above[0], xp.where(answer == 3, above[1], above[2]))
        )
        lower = xp.where(
            answer == 1, above[0], xp.where(answer == 2, above[1], xp.where(answer == 3, above[2], -_FAR))
        )
        chance = xp.maximum(_sigmoid(upper, xp) - _sigmoid(lower, xp), 0.0)
        said = xp.log((1.0 - d["lapse"]) * chance + d["lapse"] / 4.0)
        total = total + xp.where(col(xp.isnan(d["hdss"])), 0.0, said)
    if "wetness" in has:
        wet = col(xp.nan_to_num(d["wetness"], nan=5.0))
        mean = t["wetness_middle"] + t["wetness_slope"] * (u - half)
        total = total + xp.where(col(xp.isnan(d["wetness"])), 0.0, ended(wet, mean, t["wetness_noise"]))
    if "anxiety" in has:
        fear = col(xp.nan_to_num(d["anxiety"], nan=5.0))
        event = col(d["event"][d["day"]])
        mean = t["anxiety_middle"] + t["anxiety_slope"] * (u - half) + t["anxiety_event"] * event
        total = total + xp.where(col(xp.isnan(d["anxiety"])), 0.0, ended(fear, mean, t["anxiety_noise"]))
    if "log_rate" in has:
        weighed, floor, noise = col(xp.nan_to_num(d["log_rate"])), d["weighing_floor"], t["weighing_noise"]
        seen = xp.log1p(-d["weighing_zero"]) + norm.logpdf((weighed - u) / noise) - xp.log(noise)
        nothing = xp.logaddexp(
            xp.log(d["weighing_zero"]), xp.log1p(-d["weighing_zero"]) + norm.logcdf((floor - u) / noise)
        )
        below = (col(d["empty"]) > 0) | (weighed < floor)
        total = total + xp.where(col(xp.isnan(d["log_rate"])), 0.0, xp.where(below, nothing, seen))
    return total


def terms(z: Array, d: Tree, has: tuple[str, ...], k: int, m: int) -> dict[str, Array]:
    """Traits, blocks and the log likelihood by week, week node, day and day node, from standard normals z (trait, set)."""
    jax = jax_library()
    import jax.numpy as jnp
    from jax.scipy.stats import norm

    t = values(z, d["middle"], d["spread"], jnp)
    last, before, after = blocks(t, d, k, m, jnp)
    u, noon = levels(t, d, before, after, jnp)
    (x_day, w_day), (x_week, _) = nodes(DAY_NODES), week_nodes()
    moved = (
        t["week_sd"] * x_week[:, None, None] + t["day_sd"] * x_day[None, :, None]
    )  # (week node, day node, set)
    each = entry_terms(u[:, None, None, :] + moved, t, d, has, jnp, norm) * d["real"][:, None, None, None]
    days = len(d["logged"])
    by_day = jax.ops.segment_sum(each, d["day"], days)
    wet = noon[:, None, None, :] + moved - d["half"][d["primary"]]
    logit = t["logging"] + t["logging_wet"] * wet + habit(t, d["habit"])[:, None, None, :]
    flag = jnp.nan_to_num(d["logged"])[:, None, None, None]
    told = jax.nn.log_sigmoid(jnp.where(flag > 0, logit, -logit))
    by_day = by_day + jnp.where(jnp.isnan(d["logged"])[:, None, None, None], 0.0, told)
    day_total = jax.scipy.special.logsumexp(by_day + w_day[:, None], axis=2)  # (day, week node, set)
    by_week = jax.ops.segment_sum(day_total, d["week"], len(d["weeks"]))
    total, filtered = forward(by_week, transition(t["week_memory"], jnp), jnp)
    return {
        "traits": t, "last": last, "before": before, "after": after, "u": u, "noon": noon, "by_day": by_day,
        "filtered": filtered, "total": total,
    }  # fmt: skip


def log_likelihood(z: Array, d: Tree, has: tuple[str, ...], k: int, m: int) -> Array:
    """Log likelihood of a diary for each set of z (trait, set); (set,)."""
    return terms(z, d, has, k, m)["total"]


def diary_data(grid: Grid, prior: Prior, who: Any, p: Any) -> Tree:
    """The arrays of a diary under one account of the block."""
    hits, fast, _ = effects(grid.held.kinds, who, prior.account, p)
    return data_of(grid, prior, laid_out(grid.held, hits), laid_out(grid.held, fast))
