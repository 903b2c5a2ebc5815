"""Proper scores of probabilistic forecasts: lower is better, and nobody gains by saying anything but what they believe.

Answers 1 to 4 are scored by the continuous ranked probability score on the whole numbers (the ranked probability
score), sweat by the same score of samples or of a log-normal; the log score and the Brier score of "HDSS <= 2" stand
beside them. A forecast is calibrated if what happened falls evenly over its quantiles.
(Gneiting & Raftery 2007; Czado, Gneiting & Held 2009 for counts and other whole numbers.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.errors import InputError

Array = NDArray[np.float64]
ANSWERS = 4
_SUM_TOLERANCE = 1e-6
_LEAST = 1e-12


def checked_chances(probabilities: ArrayLike, where: str = "probabilities") -> Array:
    """Chances of the answers 1 to 4, (…, 4); an error where they are none.

    >>> checked_chances([0.1, 0.2, 0.3, 0.4]).shape
    (4,)
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if p.ndim < 1 or p.shape[-1] != ANSWERS:
        raise InputError(
            f"chances have the shape {p.shape}, not (…, {ANSWERS})", where=where, mend="one chance for each answer 1 to 4"
        )  # fmt: skip
    if not np.isfinite(p).all() or (p < -_SUM_TOLERANCE).any():
        raise InputError("a chance is negative or not finite", where=where, mend="chances lie from 0 to 1")
    if (np.abs(p.sum(axis=-1) - 1.0) > _SUM_TOLERANCE).any():
        raise InputError(
            "the chances of a day do not add up to 1", where=where, mend="divide them by their sum"
        )
    return p


def _answers(answer: ArrayLike) -> NDArray[np.int64]:
    y = np.asarray(answer)
    if y.size and (not np.isfinite(y).all() or (y != np.round(y)).any() or y.min() < 1 or y.max() > ANSWERS):
        raise InputError(
            "an answer is no whole number from 1 to 4", where="answer", mend="leave days without one out"
        )
    return y.astype(np.int64)


def crps_ordinal(probabilities: ArrayLike, answer: ArrayLike) -> Array:
    """Ranked probability score of chances (…, 4) for answers (…); 0 is perfect, 3 the worst.

    >>> float(crps_ordinal([0.0, 1.0, 0.0, 0.0], 3))
    1.0
    """
    p, y = checked_chances(probabilities), _answers(answer)
    below = np.cumsum(p, axis=-1)[..., :-1]
    happened = y[..., None] <= np.arange(1, ANSWERS)
    return np.asarray(np.sum((below - happened) ** 2, axis=-1))


def crps_samples(samples: ArrayLike, observed: ArrayLike) -> Array:
    """Continuous ranked probability score of samples (draw, …) for what was observed (…).

    That of the empirical distribution of the samples, in the unit of what is observed.

    >>> float(crps_samples([1.0, 3.0], 2.0))
    0.5
    """
    x, y = np.sort(np.asarray(samples, dtype=np.float64), axis=0), np.asarray(observed, dtype=np.float64)
    if x.ndim < 1 or not len(x) or x.shape[1:] != y.shape:
        raise InputError(
            f"samples of the shape {x.shape} do not fit observations of the shape {y.shape}", where="samples",
            mend="(draw, …) for (…)",
        )  # fmt: skip
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise InputError("a sample or an observation is not finite", where="samples", mend="leave it out")
    n = len(x)
    weight = (2.0 * np.arange(1, n + 1) - n - 1.0).reshape(-1, *[1] * y.ndim)
    return np.asarray(np.abs(x - y).mean(axis=0) - (weight * x).sum(axis=0) / n**2)


def crps_lognormal(mu: ArrayLike, sigma: ArrayLike, observed: ArrayLike) -> Array:
    """Continuous ranked probability score of a log-normal forecast (Baran & Lerch 2015), in the unit of the observation.

    >>> bool(crps_lognormal(0.0, 1e-6, 3.0).round(3) == 2.0)
    True
    """
    from scipy.special import ndtr

    m, s, y = (np.asarray(each, dtype=np.float64) for each in (mu, sigma, observed))
    if not ((s > 0).all() and (y >= 0).all()):
        raise InputError(
            "a log-normal needs a spread above 0, and an observation of at least 0", where="crps_lognormal",
            mend="sigma is the standard deviation of the logarithm",
        )  # fmt: skip
    z = (np.log(np.maximum(y, 1e-300)) - m) / s
    half = np.sqrt(0.5)
    mean = np.exp(m + 0.5 * s**2)
    return np.asarray(y * (2.0 * ndtr(z) - 1.0) - 2.0 * mean * (ndtr(z - s) + ndtr(s * half) - 1.0))


def log_score(probabilities: ArrayLike, answer: ArrayLike) -> Array:
    """Minus the log of the chance that was given to what happened; infinite where that was 0.

    >>> float(log_score([0.25, 0.25, 0.25, 0.25], 1).round(3))
    1.386
    """
    p, y = checked_chances(probabilities), _answers(answer)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(np.take_along_axis(p, y[..., None] - 1, axis=-1)[..., 0]))


def brier(p_hdss_le_2: ArrayLike, answer: ArrayLike) -> Array:
    """Brier score of the chance of an HDSS of at most 2.

    >>> float(brier(0.8, 2).round(2)), float(brier(0.8, 3).round(2))
    (0.04, 0.64)
    """
    p = np.asarray(p_hdss_le_2, dtype=np.float64)
    if not ((p >= -_SUM_TOLERANCE) & (p <= 1.0 + _SUM_TOLERANCE)).all():
        raise InputError(
            "a chance lies outside 0 to 1", where="p_hdss_le_2", mend="give shares, not per cent"
        )
    return np.asarray((p - (_answers(answer) <= 2)) ** 2)


def pit_ordinal(probabilities: ArrayLike, answer: ArrayLike, u: ArrayLike) -> Array:
    """Where in its forecast an answer fell, 0 to 1; `u`, uniform in (0, 1), places it within the answer's own share.

    Even over (0, 1) for a calibrated forecast.

    >>> float(pit_ordinal([0.1, 0.2, 0.3, 0.4], 2, 0.5))
    0.2
    """
    p, y = checked_chances(probabilities), _answers(answer)
    below = np.concatenate([np.zeros((*p.shape[:-1], 1)), np.cumsum(p, axis=-1)], axis=-1)
    low, high = (np.take_along_axis(below, y[..., None] + k, axis=-1)[..., 0] for k in (-1, 0))
    return np.asarray(np.clip(low + np.asarray(u) * (high - low), 0.0, 1.0))


def coverage(pit: ArrayLike, level: float) -> float:
    """Share of what happened within the central interval of a level.

    >>> coverage([0.01, 0.3, 0.6, 0.99], 0.9)
    0.5
    """
    where = np.asarray(pit)
    return float(np.mean(np.abs(where - 0.5) <= 0.5 * level)) if where.size else float("nan")


def even_p(pit: ArrayLike) -> float:
    """Chance of so uneven values (Kolmogorov-Smirnov) if they were even over 0 to 1 and independent.

    >>> even_p([0.5] * 40) < 0.001
    True
    """
    from scipy.stats import kstest

    values = np.asarray(pit, dtype=np.float64).ravel()
    return float(kstest(values, "uniform").pvalue) if values.size else float("nan")


@dataclass(frozen=True)
class Reliability:
    """Of days on which something was said to come with about this chance: how many, the mean chance, how often it came."""

    count: int
    said: float
    happened: float


def reliability(p: ArrayLike, happened: ArrayLike, bins: int = 5) -> tuple[Reliability, ...]:
    """Said chances beside what happened, in equal bins of what was said; empty bins are left out.

    >>> reliability([0.1, 0.9, 0.9], [0, 1, 0])[-1]
    Reliability(count=2, said=0.9, happened=0.5)
    """
    chance, came = np.asarray(p, dtype=np.float64), np.asarray(happened, dtype=np.float64)
    place = np.minimum((chance * bins).astype(int), bins - 1)
    return tuple(
        Reliability(int((place == i).sum()), float(chance[place == i].mean()), float(came[place == i].mean()))
        for i in range(bins)
        if (place == i).any()
    )


@dataclass(frozen=True)
class Skill:
    """How much better the first of two scores is than the second.

    Attributes
    ----------
    skill : 1 - mean(first)/mean(second); above 0 the first is better.
    low, high : 90 % interval of that over resampled groups.
    p_better : share of the resampled in which the first is better.
    groups : how many groups were resampled.
    """

    skill: float
    low: float
    high: float
    p_better: float
    groups: int


def paired_bootstrap(
    first: ArrayLike, second: ArrayLike, *, groups: ArrayLike | None = None, draws: int = 2000, seed: int = 1
) -> Skill:
    """Compare two forecasts of the same things by resampling, whole groups at a time.

    Parameters
    ----------
    first, second : (n,) scores of the same things.
    groups : (n,) what belongs together, as days of one week do; default: each by itself.

    Examples
    --------
    >>> better = paired_bootstrap([0.1, 0.2, 0.1, 0.2], [0.2, 0.4, 0.3, 0.2])
    >>> round(better.skill, 3), better.p_better > 0.95
    (0.455, True)
    """
    a, b = (np.asarray(each, dtype=np.float64).ravel() for each in (first, second))
    if a.shape != b.shape or not a.size:
        raise InputError(
            f"{a.size} scores cannot be paired with {b.size}",
            where="paired_bootstrap",
            mend="score the same days",
        )
    names = np.arange(a.size) if groups is None else np.asarray(groups).ravel()
    _, place = np.unique(names, return_inverse=True)
    count = int(place.max()) + 1
    sums = np.stack([np.bincount(place, each, count) for each in (a, b)])
    rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x626F6F74])))
    weight = rng.multinomial(count, np.full(count, 1.0 / count), size=draws)
    total = weight @ sums.T  # (draw, 2)
    skill = 1.0 - total[:, 0] / np.maximum(total[:, 1], _LEAST)
    low, high = np.quantile(skill, [0.05, 0.95])
    # a draw in which both are equal counts for neither
    ahead = np.mean(total[:, 0] < total[:, 1]) + 0.5 * np.mean(total[:, 0] == total[:, 1])
    whole = 1.0 - a.sum() / max(float(b.sum()), _LEAST)
    return Skill(float(whole), float(low), float(high), float(ahead), count)
