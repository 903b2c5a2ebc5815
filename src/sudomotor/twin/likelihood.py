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

import math
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
ENDS = "ends"
_SCALE_END = 10.0
# of an exponent of odds; three such factors are still a number, and beyond one of them nothing is left to tell
_FAR = 100.0
_LOG_ROOT_TAU = 0.5 * math.log(2.0 * math.pi)


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
    return with_ends({
        "middle": prior.middle, "spread": prior.spread, "rehit": np.asarray(prior.rehit),
        "fast_days": np.asarray(prior.fast_days), "half": prior.hdss_half_log,
        "lapse": np.asarray(prior.lapse), "weighing_zero": np.asarray(prior.weighing_zero),
        "weighing_floor": np.asarray(prior.weighing_floor_log), "slot_days": np.asarray(1.0 / grid.slots_per_day),
        "hits": hits, "fast": fast, "at": index + grid.after * slots, "day": grid.day, "weight": grid.weight,
        "site": grid.site, "turn": turns(grid.day, grid.weight.sum(axis=1) > 0, len(grid.logged)),
        "hdss": grid.hdss, "log_rate": grid.log_rate, "empty": grid.empty,
        "wetness": grid.wetness, "anxiety": grid.anxiety,
        "event": grid.event, "weekend": grid.weekend, "degrees": grid.degrees, "logged": grid.logged,
        "habit": habit_of(grid), "week": grid.week, "other": grid.other, "noon": np.arange(len(grid.logged)) * grid.slots_per_day,
        "primary": np.asarray(SITES.index(primary)),
        "primary_side": np.array([float(site_of(side) == primary) for side in grid.sides]),
        "weeks": np.zeros((len(grid.logged) + 12) // 7),
    })  # fmt: skip


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


def measures_of(d: Tree) -> tuple[str, ...]:
    """Which kinds of entries a diary has at all, and whether any lies at an end of its scale; others cost nothing."""
    has = tuple(name for name in MEASURES if bool(np.isfinite(d[name]).any()))
    return (*has, ENDS) if bool(at_end(d).any()) else has


def at_end(d: Tree) -> NDArray[np.bool_]:
    """Rows with a wetness or anxiety of 0 or 10, or a weighing of nothing or below its floor; (reading,)."""
    found = np.isfinite(d["log_rate"]) & ((d["empty"] > 0) | (d["log_rate"] < d["weighing_floor"]))
    for name in ("wetness", "anxiety"):
        found = found | (d[name] <= 0.0) | (d[name] >= _SCALE_END)
    return np.asarray(found)


def with_ends(d: Tree) -> Tree:
    """The arrays with the rows that lie at an end, `end` (place,), and the place of each, `end_at` (turn, day); both by what
    the other arrays say now. What cannot be: the number of rows, and the number of places."""
    none = len(d["day"])
    rows = np.flatnonzero(at_end(d))
    places = 2 ** math.ceil(math.log2(max(len(rows), 4)))
    place = np.full(none + 1, places)
    place[rows] = np.arange(len(rows))
    return {**d, "end": np.append(rows, np.zeros(places - len(rows), dtype=np.int64)), "end_at": place[d["turn"]]}


def turns(day: Array, real: Array, days: int) -> NDArray[np.int64]:
    """Rows of each day in their order, (turn, day): the index of the row, or the number of rows where there is none.

    >>> turns(np.array([0, 2, 2, 0]), np.array([1, 1, 1, 0]), 3)
    array([[0, 4, 1],
           [4, 4, 2]])
    """
    rows = np.flatnonzero(real)
    most = int(np.bincount(day[rows], minlength=1).max()) if len(rows) else 1
    found = np.full((2 ** math.ceil(math.log2(most)), days), len(day))
    place = np.zeros(days, dtype=np.int64)
    for row in rows:
        found[place[day[row]], day[row]] = row
        place[day[row]] += 1
    return found


def _odds(exponent: Array, xp: ModuleType) -> Array:
    """exp(-exponent), within what three factors of it may be."""
    return xp.exp(-xp.clip(exponent, -_FAR, _FAR))


def _answer_chance(u: Array, moved: Array, answer: Array, half: Array, t: Tree, lapse: Array, xp: ModuleType) -> Array:
    """Chance of an HDSS answer (day,), nan being none, at u (day, set) and what day and week bring (week node, day node, set).

    The chance of an answer above a step is 1 / (1 + odds against), and odds against are products: of what the middle, the
    day and the week each make of them. So no exponential is needed for each pair of nodes, which is what this would cost.
    """
    answer = answer[:, None]
    middle = _odds(t["hdss_slope"] * (u - half[:, None] + t["hdss_shift"]), xp)
    step = 1.0 / _odds(t["hdss_slope"] * t["hdss_spacing"], xp)
    # odds against being above the step below the answer, and above that over it; there is none below 1 and none over 4
    below = middle * xp.where(answer == 1, 0.0, xp.where(answer == 2, 1.0 / step, xp.where(answer == 3, 1.0, step)))
    over = middle * xp.where(answer == 1, 1.0 / step, xp.where(answer == 2, 1.0, step))
    chance = 1.0 / (1.0 + below[:, None, None] * moved)
    last = (answer == 4)[:, :, None, None]
    chance = chance - xp.where(last, 0.0, 1.0 / (1.0 + over[:, None, None] * moved))
    said = (1.0 - lapse) * chance + lapse / 4.0
    return xp.where(xp.isnan(answer)[:, :, None, None], 1.0, said)


def _written_chance(noon: Array, moved: Array, d: Tree, t: Tree, xp: ModuleType) -> Array:
    """Chance that a day has an entry where it has one, and none where it has none; (day, week node, day node, set)."""
    logit = t["logging"] + t["logging_wet"] * (noon - d["half"][d["primary"]]) + habit(t, d["habit"])
    against = _odds(logit, xp)[:, None, None] * moved
    flag = d["logged"][:, None, None, None]
    return xp.where(xp.isnan(flag), 1.0, xp.where(flag > 0, 1.0, against) / (1.0 + against))


def _means(u: Array, half: Array, event: Array, t: Tree) -> dict[str, Array]:
    """What wetness and anxiety are noted on average at u."""
    felt = t["anxiety_middle"] + t["anxiety_event"] * event
    return {
        "wetness": t["wetness_middle"] + t["wetness_slope"] * (u - half),
        "anxiety": felt + t["anxiety_slope"] * (u - half),
    }


def _measured(u: Array, row: Tree, t: Tree, d: Tree, has: tuple[str, ...], xp: ModuleType) -> Array | None:
    """Log likelihood of what else was read at u (day, week node, day node, set), but for what lies at an end; 0 where a kind
    was not read, None if none ever was."""
    means = _means(u, _wide(row["half"]), _wide(d["event"]), t)
    parts: list[Array] = []
    for name, mean in means.items():
        if name in has:
            answer, noise = _wide(row[name]), t[f"{name}_noise"]
            inside = (answer > 0.0) & (answer < _SCALE_END)
            parts.append(xp.where(inside, _normal(xp.where(inside, answer, 5.0), mean, noise, xp), 0.0))
    if "log_rate" in has:
        weighed = _wide(row["log_rate"])
        inside = (_wide(row["empty"]) <= 0) & (weighed >= d["weighing_floor"])
        said = xp.log1p(-d["weighing_zero"]) + _normal(xp.where(inside, weighed, 0.0), u, t["weighing_noise"], xp)
        parts.append(xp.where(inside, said, 0.0))
    return sum(parts[1:], parts[0]) if parts else None


def _beyond(u: Array, row: Tree, t: Tree, d: Tree, has: tuple[str, ...], xp: ModuleType, norm: Any) -> Array:
    """Log likelihood of what lies at an end, at u (place, week node, day node, set): that it would have gone on beyond it."""
    total = xp.zeros_like(u)
    for name, mean in _means(u, _wide(row["half"]), _wide(row["event"]), t).items():
        if name in has:
            answer, noise = _wide(row[name]), t[f"{name}_noise"]
            top = answer >= _SCALE_END
            said = norm.logcdf(xp.where(top, mean - _SCALE_END, -mean) / noise)
            total = total + xp.where(top | (answer <= 0.0), said, 0.0)
    if "log_rate" in has:
        weighed, floor = _wide(row["log_rate"]), d["weighing_floor"]
        nothing = xp.logaddexp(
            xp.log(d["weighing_zero"]), xp.log1p(-d["weighing_zero"]) + norm.logcdf((floor - u) / t["weighing_noise"])
        )
        below = (~xp.isnan(weighed)) & ((_wide(row["empty"]) > 0) | (weighed < floor))
        total = total + xp.where(below, nothing, 0.0)
    return total


def _wide(values: Array) -> Array:
    return values[:, None, None, None]


def _normal(x: Array, mean: Array, sd: Array, xp: ModuleType) -> Array:
    """Log density."""
    return -0.5 * ((x - mean) / sd) ** 2 - xp.log(sd) - _LOG_ROOT_TAU


def terms(z: Array, d: Tree, has: tuple[str, ...], k: int, m: int) -> dict[str, Array]:
    """Traits, blocks and the log likelihood by week, week node, day and day node, from standard normals z (trait, set)."""
    jax = jax_library()
    import jax.numpy as jnp
    from jax.scipy.stats import norm

    t = values(z, d["middle"], d["spread"], jnp)
    last, before, after = blocks(t, d, k, m, jnp)
    u, noon = levels(t, d, before, after, jnp)
    (x_day, w_day), (x_week, _) = nodes(DAY_NODES), week_nodes()
    week, today = t["week_sd"] * x_week[:, None, None], t["day_sd"] * x_day[None, :, None]

    def moved(slope: Array) -> Array:
        """What day and week make of the odds against, (week node, day node, set)."""
        return _odds(slope * week, jnp) * _odds(slope * today, jnp)

    by_hdss = moved(t["hdss_slope"])
    seen = {
        **{name: jnp.append(d[name], jnp.nan)[d["turn"]] for name in MEASURES},
        "empty": jnp.append(d["empty"], 0.0)[d["turn"]],
        "half": jnp.append(d["half"][d["site"]], 0.0)[d["turn"]],
        "u": jnp.concatenate([u, jnp.zeros_like(u[:1])])[d["turn"]],
        "end_at": d["end_at"],
    }  # (turn, day, …)
    if ENDS in has:
        at = {name: d[name][d["end"]] for name in (*MEASURES, "empty")}
        at |= {"half": d["half"][d["site"]][d["end"]], "event": d["event"][d["day"]][d["end"]]}
        beyond = _beyond(u[d["end"], None, None] + week + today, at, t, d, has, jnp, norm)
        beyond = jnp.concatenate([beyond, jnp.zeros_like(beyond[:1])])

    def read(chance: Array, rest: Array, row: Tree) -> tuple[Array, Array]:
        """One more reading of each day: its chance, and the log likelihood of what is no answer in steps."""
        if "hdss" in has:
            chance = chance * _answer_chance(row["u"], by_hdss, row["hdss"], row["half"], t, d["lapse"], jnp)
        more = _measured(row["u"][:, None, None] + week + today, row, t, d, has, jnp)
        rest = rest if more is None else rest + more
        return chance, rest + beyond[row["end_at"]] if ENDS in has else rest

    def next_read(carry: Array, row: Tree) -> tuple[Array, None]:
        chance, rest = read(carry[0], carry[1], row)
        # many readings of a day would make a chance too small for a number; its size is kept as a log
        top = jax.lax.stop_gradient(jnp.max(chance, axis=2, keepdims=True))
        return (chance / top, rest + jnp.log(top)), None

    chance, rest = read(
        _written_chance(noon, moved(t["logging_wet"]), d, t, jnp),
        jnp.zeros((len(d["logged"]), len(x_week), 1, z.shape[1])),
        jax.tree.map(lambda each: each[0], seen),
    )
    if len(d["turn"]) > 1:
        (chance, rest), _ = jax.lax.scan(next_read, (chance, rest), jax.tree.map(lambda each: each[1:], seen))
    top = jax.lax.stop_gradient(jnp.max(rest, axis=2, keepdims=True))
    weighed = jnp.exp(w_day)[:, None] * chance * jnp.exp(rest - top)
    day_total = jnp.log(jnp.sum(weighed, axis=2)) + top[:, :, 0]  # (day, week node, set)
    by_week = jax.ops.segment_sum(day_total, d["week"], len(d["weeks"]))
    total, filtered = forward(by_week, transition(t["week_memory"], jnp), jnp)
    return {
        "traits": t, "last": last, "before": before, "after": after, "u": u, "noon": noon,
        "by_day": jnp.log(chance) + rest, "filtered": filtered, "total": total,
    }  # fmt: skip


def log_likelihood(z: Array, d: Tree, has: tuple[str, ...], k: int, m: int) -> Array:
    """Log likelihood of a diary for each set of z (trait, set); (set,)."""
    return terms(z, d, has, k, m)["total"]


def diary_data(grid: Grid, prior: Prior, who: Any, p: Any) -> Tree:
    """The arrays of a diary under one account of the block."""
    hits, fast, _ = effects(grid.held.kinds, who, prior.account, p)
    return data_of(grid, prior, laid_out(grid.held, hits), laid_out(grid.held, fast))
