"""The past of a twin in numbers that a reader wants: how it was before, how it is now, and whether the entries fit.

Everything here is worked out from the draws of a twin; words and pages are made of it elsewhere.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.scales import SITES, sides_at
from sudomotor.twin.courses import LATELY_DAYS
from sudomotor.twin.likelihood import hdss_above, nodes

if TYPE_CHECKING:
    from sudomotor.diary import Entry
    from sudomotor.twin import Twin

Array = NDArray[np.float64]
_QUANTILES = (0.05, 0.5, 0.95)
_SCALE_END = 10.0
_NODES = 9  # Gauss-Hermite nodes for what a day brings
# words in the column `skin` that report no trouble
_SOUND = ("ok", "okay", "fine", "good", "normal", "none", "no", "nothing", "-")


@dataclass(frozen=True)
class Range:
    """A number over the people of a twin: the middle, and nine in ten of them."""

    median: float
    low: float
    high: float


@dataclass(frozen=True)
class PastCourse:
    """The days of the diary at one site, as a forecast would have put them; in the same terms as a forecast of days to come.

    Attributes
    ----------
    dates : of the diary's days.
    hdss, p_dry : (3, day) expected answer, and chance of an HDSS of at most 2, on a day that may turn out better or worse: low,
        mean and high over what is not known of the person (90 %).
    sweat_mg_per_min : (3, day) of one side as it comes, quantiles 5, 50 and 95 %.
    """

    dates: tuple[datetime.date, ...]
    hdss: Array
    p_dry: Array
    sweat_mg_per_min: Array


@dataclass(frozen=True)
class Inside:
    """How many entries lie inside the range that the twin holds nine times in ten.

    `expected` is the share that should: above nine in ten, as an answer from 1 to 4 has no fractions.
    """

    entries: int
    inside: int
    expected: float

    @property
    def share(self) -> float:
        """The share that does."""
        return self.inside / self.entries if self.entries else float("nan")


@dataclass(frozen=True)
class Answers4:
    """HDSS answers of a stretch of days: how many, their mean, and how many of them are 1 or 2."""

    count: int
    mean: float
    dry: int
    first: datetime.date
    last: datetime.date


@dataclass(frozen=True)
class Response:
    """How a site has answered to treatment.

    Attributes
    ----------
    before, now : entries up to the first session of the diary, and of its last four weeks; None where there are none.
    fall_pct : fall of the sweat against no treatment over those four weeks, by the model from all entries.
    dry_days_pct : share of the days of those weeks with an HDSS of at most 2, days without an entry included.
    weighed_before, weighed_now : mean of what was weighed, mg/min of one side; None where nothing was.
    """

    site: str
    before: Answers4 | None
    now: Answers4 | None
    fall_pct: Range
    dry_days_pct: Range
    weighed_before: float | None
    weighed_now: float | None


def _range(values: Array) -> Range:
    low, median, high = (float(v) for v in np.quantile(values, _QUANTILES))
    return Range(median, low, high)


def half_log(twin: Twin, site: str) -> Array:
    """Log sweat at which HDSS 2 and 3 are equally likely for the scale's middle person, by draw; (draw,)."""
    at = SITES.index(site)
    return np.array([twin.priors[name].hdss_half_log[at] for name in twin.accounts])[twin.account]


def _flows(twin: Twin, site: str) -> Array:
    """Share of the sweat of a site that still flows on each day of the diary, both sides together; (day, draw)."""
    g = twin.grid
    mine = sides_at(site, g.sides)
    open_ = 1.0 - (1.0 - twin.traits["unreached"]) * twin.past.blocked[:, mine]
    return np.asarray((open_ * g.other[: g.days, mine][:, :, None]).mean(axis=1))


def _kind_of_day(twin: Twin) -> Array:
    """What event, weekend and temperature add to the log sweat; (day, draw)."""
    g, t = twin.grid, twin.traits
    event, weekend, degrees = (each[: g.days, None] for each in (g.event, g.weekend, g.degrees))
    return np.asarray(t["event"] * event + t["weekend"] * weekend + t["temperature"] * degrees)


def _chances(u: Array, twin: Twin, half: Array) -> list[Array]:
    """Chance of an answer above 1, 2 and 3 at log sweat u; arrays end in the draw."""
    return [1.0 / (1.0 + np.exp(-np.clip(each, -60.0, 60.0))) for each in hdss_above(u, twin.traits, half)]


def _level(twin: Twin, site: str) -> Array:
    """Log sweat of a site on each day of the diary, before what the day and the week bring; (day, draw)."""
    flows = np.log(np.maximum(_flows(twin, site), 1e-9))
    return np.asarray(np.log(twin.traits[f"baseline_{site}"]) + flows + _kind_of_day(twin))


def past_course(twin: Twin, site: str) -> PastCourse:
    """The diary's days at a site as they were to be expected, with what day and week bring integrated out.

    Parameters
    ----------
    twin : the person.
    site : one of the diary's sites.
    """
    g, half, level = twin.grid, half_log(twin, site), _level(twin, site)
    spread = np.sqrt(twin.traits["day_sd"] ** 2 + twin.traits["week_sd"] ** 2)
    hdss, p = np.ones(level.shape), np.ones(level.shape)
    for x, log_weight in zip(*nodes(_NODES), strict=True):
        above = _chances(level + x * spread, twin, half)
        hdss += np.exp(log_weight) * sum(above)
        p -= np.exp(log_weight) * above[1]
    dates = tuple(g.first + datetime.timedelta(days=d) for d in range(g.days))
    rng = np.random.default_rng([twin.seed, 0x70636F])
    sweat = np.exp(level + spread * rng.normal(size=level.shape))

    def around_mean(values: Array) -> Array:
        low, high = np.quantile(values, [0.05, 0.95], axis=1)
        return np.stack([low, values.mean(axis=1), high])

    return PastCourse(dates, around_mean(hdss), around_mean(p), np.quantile(sweat, _QUANTILES, axis=1))


def entries_inside(twin: Twin) -> Inside:
    """Hold every entry against what the twin would have expected of it, had it not been written.

    HDSS, weighings and wetness count, each entry by itself. What a day and a week bring is drawn anew, so an entry is not
    held against itself.
    """
    g, t = twin.grid, twin.traits
    real = np.flatnonzero(g.weight.sum(axis=1) > 0)
    if not real.size:
        return Inside(0, 0, float("nan"))
    rng = np.random.default_rng([twin.seed, 0x696E73])
    day = np.minimum(g.day[real] + g.after[real], g.days - 1)
    open_ = 1.0 - (1.0 - t["unreached"]) * twin.past.blocked[day]
    share = np.sum((g.weight[real] * g.other[g.day[real]])[:, :, None] * open_, axis=1)
    base = np.log(np.stack([t[f"baseline_{site}"] for site in SITES]))[g.site[real]]
    u = base + np.log(np.maximum(share, 1e-9)) + _kind_of_day(twin)[g.day[real]]
    u = u + t["week_sd"] * rng.normal(size=u.shape) + t["day_sd"] * rng.normal(size=u.shape)
    half = np.stack([half_log(twin, site) for site in SITES])[g.site[real]]
    luck = rng.random(u.shape)
    hdss = 1.0 + sum((luck < chance).astype(float) for chance in _chances(u, twin, half))
    wet = (
        t["wetness_middle"] + t["wetness_slope"] * (u - half) + t["wetness_noise"] * rng.normal(size=u.shape)
    )
    weighed = u + t["weighing_noise"] * rng.normal(size=u.shape)
    count, inside, expected = 0, 0, 0.0
    for seen, drawn in (
        (g.hdss[real], hdss),
        (g.wetness[real], np.clip(wet, 0.0, _SCALE_END)),
        (np.where(g.empty[real] > 0, np.nan, g.log_rate[real]), weighed),
    ):
        rows = np.flatnonzero(np.isfinite(seen))
        if not rows.size:
            continue
        low, high = np.quantile(drawn[rows], [0.05, 0.95], axis=1, method="inverted_cdf")
        count += len(rows)
        inside += int(((seen[rows] >= low) & (seen[rows] <= high)).sum())
        expected += float(((drawn[rows] >= low[:, None]) & (drawn[rows] <= high[:, None])).mean(axis=1).sum())
    return Inside(count, inside, expected / count if count else float("nan"))


def response(twin: Twin, site: str) -> Response:
    """Before treatment and now, at one site."""
    diary = twin.diary
    mine = [entry for entry in diary.entries if entry.site == site]
    sessions = [entry for entry in mine if entry.is_session]
    before = [entry for entry in mine if not sessions or entry.order <= sessions[0].order]
    since = diary.last - datetime.timedelta(days=LATELY_DAYS - 1)
    now = [entry for entry in mine if entry.date >= since] if sessions else []
    lately = slice(max(twin.grid.days - LATELY_DAYS, 0), None)
    fall = 100.0 * (1.0 - _flows(twin, site)[lately].mean(axis=0))
    u = _level(twin, site)[lately] + twin.past.noise[lately]  # the days as they were, given the entries
    dry = 100.0 * (1.0 - _chances(u, twin, half_log(twin, site))[1]).mean(axis=0)
    return Response(
        site, _answers(before), _answers(now), _range(fall), _range(dry), _weighed(before), _weighed(now)
    )


def _answers(entries: list[Entry]) -> Answers4 | None:
    read = [(entry.date, entry.hdss) for entry in entries if entry.hdss is not None]
    if not read:
        return None
    values = [value for _, value in read]
    return Answers4(
        len(values), float(np.mean(values)), sum(value <= 2 for value in values), read[0][0], read[-1][0]
    )


def _weighed(entries: list[Entry]) -> float | None:
    rates = [entry.sweat_mg_per_min for entry in entries if entry.sweat_mg_per_min is not None]
    return float(np.mean(rates)) if rates else None


def skin_trouble(twin: Twin, site: str | None = None) -> list[tuple[datetime.date, str]]:
    """What was noted of the skin and is not that it is well, by date."""
    found: list[tuple[datetime.date, str]] = []
    for entry in twin.diary.entries:
        word: Any = (entry.skin or "").strip()
        if word and word.lower() not in _SOUND and (site is None or entry.site in (None, site)):
            found.append((entry.date, word))
    return found
