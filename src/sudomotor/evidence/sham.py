"""Two sham arms, -39 % and -1 %: what they say about expectation, and what they cannot say.

What a study prints is taken apart on the logarithm, where the parts add up,

    log(after / before) = expectation + habituation + regression + soak + study effect + chance .

- expectation (hypothesis): log(1 - w E). Belief E rises by a share of what is missing at each session, sham or
  not, and fades between them. w = 0 means that belief does not reach the sweat at all.
- habituation and soak: as the observation model has them (`observe.Follow`, run on one sham course a study).
- regression to the mean: people drawn by the preset's rule of inclusion, whose screening reading is the
  baseline. What the error of one reading leaves of it is small where the rule turns few people away.
- study effect: one log-normal factor a study. Chance: the error of the readings of n people.

The unknown is drawn over its stated ranges (`sham_worlds`), and the draws are weighted by the likelihood of the
printed values, in which study effect and chance are integrated exactly. What else would have to be measured is
in `sham_designs`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.evidence.records import Range
from sudomotor.evidence.sham_designs import Design, Identified, designs, what_would_identify
from sudomotor.evidence.sham_worlds import (
    CAUSES,
    SHARED,
    Middle90,
    Worlds,
    draw_worlds,
    effective,
    middle90,
    normalised,
    stream,
)
from sudomotor.parameters import Parameters

__all__ = [
    "CAUSES",
    "Apportionment",
    "Design",
    "Identified",
    "Part",
    "apportion",
    "designs",
    "posterior_parts",
    "what_would_identify",
]

Array = NDArray[np.float64]

# what each shared cause hangs on first of all
DRIVER = MappingProxyType(
    {
        "expectation": "expectation_direct_weight",
        "habituation": "habituation_log",
        "regression": "gravimetry_noise_log_sd",
        "soak": "soak_log",
    }
)
# A direction counts as determined where the data halve its prior variance.
DETERMINED = 0.5


@dataclass(frozen=True)
class Part:
    """One cause in one study, as log change of sweat; below zero means less sweat.

    `share_prior` and `share` are the same as shares of the printed log change; None where that is smaller than
    its own chance error, so that a share of it means nothing.
    """

    study: str
    cause: str
    prior: Middle90
    posterior: Middle90
    share_prior: Middle90 | None
    share: Middle90 | None


@dataclass(frozen=True, eq=False)
class Apportionment:
    """What the two sham arms say about each cause.

    Attributes
    ----------
    parts : one for each study and cause.
    published_log, predicted_log : by study, the printed log change, and what a new study like it would print
        after what was learned.
    weight_of_expectation : `expectation_direct_weight`, prior and posterior.
    correlations : by study, of the parts after the data; rows and columns in the order of `CAUSES`.
    unknowns : what `sensitivity` has a column for: the shared causes that vary, and each study's own effect.
    sensitivity : (study, unknown), change of the expected log change by one prior SD of the unknown.
    rank : how many combinations of the unknowns the printed values depend on at all.
    singular_values : of the sensitivity in units of chance error; below 1 the data say less than the prior.
    variance_ratios : posterior by prior variance of the directions that the data tell most about, least first.
    directions : (unknown, direction), unit vectors in prior SDs, in that order.
    shared_variance_ratios : the same among the shared causes alone, whatever the study effects are.
    effective_draws : effective number of draws of the posterior.
    notes : what was assumed.
    """

    parts: tuple[Part, ...]
    published_log: Mapping[str, float]
    predicted_log: Mapping[str, Middle90]
    weight_of_expectation: tuple[Middle90, Middle90]
    correlations: Mapping[str, Array]
    unknowns: tuple[str, ...]
    sensitivity: Array
    rank: int
    singular_values: Array
    variance_ratios: Array
    directions: Array
    shared_variance_ratios: Array
    draws: int
    effective_draws: float
    seed: int
    notes: tuple[str, ...]

    @property
    def determined(self) -> int:
        """Number of directions whose prior variance the data at least halve."""
        return int(np.sum(self.variance_ratios < DETERMINED))

    def part(self, study: str, cause: str) -> Part:
        """The part of one cause in one study."""
        for part in self.parts:
            if (part.study, part.cause) == (study, cause):
                return part
        raise InputError(
            f"no part '{cause}' in '{study}'",
            mend=f"studies: {', '.join(self.published_log)}; causes: {', '.join(CAUSES)}",
        )


def posterior_parts(worlds: Worlds) -> tuple[Array, Mapping[str, Mapping[str, Array]]]:
    """Weights of the draws (draw,), and by study and cause the parts in each; they add up to what was printed.

    Given the rest, study effect and chance are normal and share what is left over; they are drawn so.
    """
    rng = stream(worlds.seed, 3)
    s = worlds.values["study_effect_log"]
    found = {}
    for arm in worlds.arms:
        left, chance = arm.published_log - arm.expected, arm.chance_sd
        trust = s**2 / (s**2 + chance**2)
        effect = trust * left + np.sqrt(trust) * chance * rng.standard_normal(s.size)
        found[arm.study] = {**arm.parts, "study effect": effect, "chance": left - effect}
    return normalised(worlds.log_weight), found


def apportion(
    parameters: Parameters | None = None,
    *,
    ranges: Mapping[str, Range] | None = None,
    draws: int = 6000,
    people: int = 10_000,
    seed: int = 1,
) -> Apportionment:
    """Apportion both sham arms among the causes, before and after seeing what they printed.

    Parameters
    ----------
    parameters : constants in force; default: the shipped ones.
    ranges : ranges of unknowns in place of the parameters' own; a range of one value fixes it.
    draws : draws of the unknown.
    people : virtual people that regression to the mean and chance error are computed from.
    seed : the identical call gives identical numbers.

    Examples
    --------
    >>> found = apportion(draws=400, people=500)
    >>> found.rank, len(found.unknowns)
    (2, 6)
    """
    worlds = draw_worlds(parameters, ranges=ranges, draws=draws, people=people, seed=seed)
    weight, after = posterior_parts(worlds)
    rng, s, even = stream(seed, 4), worlds.values["study_effect_log"], np.full(draws, 1.0 / draws)
    parts, predicted, before = [], {}, {}
    for arm in worlds.arms:
        effect, chance = s * rng.standard_normal(draws), arm.chance_sd * rng.standard_normal(draws)
        before[arm.study] = {**arm.parts, "study effect": effect, "chance": chance}
        predicted[arm.study] = middle90(arm.expected + effect + chance, weight)
        said = abs(arm.published_log) > float(np.sum(weight * arm.chance_sd))
        for cause in CAUSES:
            prior, posterior = before[arm.study][cause], after[arm.study][cause]
            parts.append(
                Part(
                    arm.study, cause, middle90(prior, even), middle90(posterior, weight),
                    middle90(prior / arm.published_log, even) if said else None,
                    middle90(posterior / arm.published_log, weight) if said else None,
                )
            )  # fmt: skip
    unknowns, prior_x, posterior_x = _standardised(worlds, before, after)
    slopes = np.linalg.lstsq(
        prior_x, np.stack([_total(before[arm.study]) for arm in worlds.arms], axis=1), rcond=None
    )[0].T
    noise = np.array([[np.sqrt(np.mean(arm.chance_sd**2))] for arm in worlds.arms])
    ratios, directions = _directions(posterior_x, weight)
    pair = (
        middle90(worlds.values["expectation_direct_weight"], even),
        middle90(worlds.values["expectation_direct_weight"], weight),
    )
    return Apportionment(
        parts=tuple(parts),
        published_log=MappingProxyType({arm.study: arm.published_log for arm in worlds.arms}),
        predicted_log=MappingProxyType(predicted),
        weight_of_expectation=pair,
        correlations=MappingProxyType(
            {
                study: _correlation(np.stack([by[c] for c in CAUSES], axis=1), weight)
                for study, by in after.items()
            }
        ),
        unknowns=unknowns,
        sensitivity=np.asarray(slopes, dtype=np.float64),
        rank=int(np.linalg.matrix_rank(slopes)),
        singular_values=np.linalg.svd(slopes / noise, compute_uv=False),
        variance_ratios=ratios,
        directions=directions,
        shared_variance_ratios=_directions(posterior_x[:, [name in SHARED for name in unknowns]], weight)[0],
        draws=draws,
        effective_draws=effective(weight),
        seed=seed,
        notes=_notes(worlds),
    )


def _total(parts: Mapping[str, Array]) -> Array:
    """The log change but for chance (draw,)."""
    return np.asarray(sum(parts[cause] for cause in (*SHARED, "study effect")))


def _standardised(
    worlds: Worlds, before: Mapping[str, Mapping[str, Array]], after: Mapping[str, Mapping[str, Array]]
) -> tuple[tuple[str, ...], Array, Array]:
    """Names of the unknowns that vary, and their draws (draw, unknown) before and after, in prior SDs."""
    columns = {cause: (worlds.values[name],) * 2 for cause, name in DRIVER.items()}
    for arm in worlds.arms:
        columns[f"study effect of {arm.study}"] = (
            before[arm.study]["study effect"],
            after[arm.study]["study effect"],
        )
    varying = {name: pair for name, pair in columns.items() if np.ptp(pair[0]) > 0}
    prior, posterior = (np.stack([pair[i] for pair in varying.values()], axis=1) for i in (0, 1))
    middle, sd = prior.mean(axis=0), prior.std(axis=0)
    return tuple(varying), (prior - middle) / sd, (posterior - middle) / sd


def _covariance(x: Array, weight: Array) -> Array:
    centred = x - weight @ x
    return np.asarray((weight[:, None] * centred).T @ centred)


def _correlation(x: Array, weight: Array) -> Array:
    """Weighted correlations of the columns; nan for a column that does not vary."""
    covariance = _covariance(x, weight)
    sd = np.sqrt(np.diag(covariance))
    sd = np.where(sd > 1e-12, sd, np.nan)
    return np.asarray(covariance / sd[:, None] / sd)


def _directions(x: Array, weight: Array) -> tuple[Array, Array]:
    """Posterior by prior variance (rising) and unit vectors (unknown, direction); the prior is standardised."""
    ratios, vectors = np.linalg.eigh(_covariance(x, weight))
    return ratios, vectors


def _notes(worlds: Worlds) -> tuple[str, ...]:
    drawn = [f"{arm.study}: {note}" for arm in worlds.arms for note in arm.notes]
    return (
        "the printed change is read as that of the mean sweat rate",
        "the low alternating current of karakoc2004 is taken as a sham: it blocks nothing, and is believed in "
        "as much",
        "both cohorts are drawn as if the baseline were the one reading that let people in; the abstracts of "
        "neither study say so",
        "the range of study_effect_log was set with these two arms in view, so its prior has seen them",
        *drawn,
    )
