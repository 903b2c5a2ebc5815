"""What would have to be measured to tell expectation from the other causes of a sham effect.

The same computation as in `sham.apportion`, with readings added that lack some of the causes: people who are not treated,
who are told that it is a sham, who are read a second time before, or a day later, or who are asked how far they
believe in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError, unknown
from sudomotor.evidence.records import Range
from sudomotor.evidence.sham_worlds import (
    SHARED,
    Worlds,
    draw_worlds,
    effective,
    middle90,
    normalised,
    stream,
)
from sudomotor.parameters import Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Design:
    """A study to come after the two, on the course of kim2017.

    Attributes
    ----------
    name : in words.
    readings : of `READINGS`.
    studies : how many such studies, each with a study effect of its own.
    n : people of each arm.
    """

    name: str
    readings: tuple[str, ...]
    studies: int = 1
    n: int = 40

    def __post_init__(self) -> None:
        for reading in self.readings:
            if reading not in READINGS:
                raise unknown("reading", reading, READINGS)
        if self.n < 2 or self.studies < 0:
            raise InputError(
                f"a design needs 2 people an arm, got n={self.n}, studies={self.studies}",
                mend="n = 40, studies = 1",
            )


# What may be measured, and which causes are in it. `asked` is the slope of log sweat on the belief that people
# of the sham arm state. Untreated people come to as many tests. A second baseline precedes the study effect.
READINGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sham": (*SHARED, "study effect"),
        "a day later": ("expectation", "habituation", "regression", "study effect"),
        "second baseline": ("regression",),
        "no treatment": ("habituation", "regression", "study effect"),
        "told it is sham": ("habituation", "regression", "soak", "study effect"),
        "asked": (),
    }
)
# read in the same people of the sham arm against the same baseline, so half of the error is common
SAME_PEOPLE = ("sham", "a day later", "second baseline")


def designs(n: int = 40, studies: int = 5) -> tuple[Design, ...]:
    """Designs from nothing more to several studies with everything.

    >>> [design.name for design in designs()][:2]
    ['nothing more', 'one more sham arm']
    """
    every = tuple(READINGS)
    return (
        Design("nothing more", (), 0, n),
        Design("one more sham arm", ("sham",), 1, n),
        Design("and a second baseline reading", ("sham", "second baseline"), 1, n),
        Design("and a reading a day later", ("sham", "a day later"), 1, n),
        Design("and belief asked", ("sham", "asked"), 1, n),
        Design("and a no-treatment arm", ("sham", "no treatment"), 1, n),
        Design("and an arm told that it is sham", ("sham", "told it is sham"), 1, n),
        Design("all of these", every, 1, n),
        Design(f"{studies} more sham arms, each its own study", ("sham",), studies, n),
        Design(f"all of these in {studies} studies", every, studies, n),
    )


def expected_readings(worlds: Worlds, design: Design, asked_sd: float) -> tuple[Array, Array]:
    """Expected readings (draw, reading) of a design, and their covariance (draw, reading, reading)."""
    arm, s = worlds.arms[0], worlds.values["study_effect_log"]
    weight, error = worlds.values["expectation_direct_weight"], worlds.values["gravimetry_noise_log_sd"]
    k = len(design.readings)
    mean, covariance = np.zeros((s.size, k)), np.zeros((s.size, k, k))
    for i, name in enumerate(design.readings):
        causes = READINGS[name]
        mean[:, i] = sum((arm.parts[c] for c in SHARED if c in causes), np.zeros(s.size))
        if name == "a day later":
            mean[:, i] += arm.soak_a_day_later
        if name == "asked":
            mean[:, i] = -weight / (1.0 - weight * arm.belief)
            covariance[:, i, i] = 2.0 * error**2 / asked_sd**2 / design.n
            continue
        for j, other in enumerate(design.readings):
            if other == "asked":
                continue
            common = 1.0 if i == j else 0.5 if {name, other} <= set(SAME_PEOPLE) else 0.0
            covariance[:, i, j] = common * arm.person_sd**2 / design.n
            if "study effect" in causes and "study effect" in READINGS[other]:
                covariance[:, i, j] += s**2
    return mean, covariance


def simulate_design(
    worlds: Worlds, design: Design, which: NDArray[np.int64], *, asked_sd: float, seed: int
) -> Array:
    """What a design would print in some of the worlds (world, study, reading)."""
    mean, covariance = expected_readings(worlds, design, asked_sd)
    # the same luck for the same reading in every design, so that designs differ by what they read
    z = np.stack(
        [
            stream(seed, 100 + list(READINGS).index(name)).standard_normal((design.studies, which.size)).T
            for name in design.readings
        ],
        axis=-1,
    )
    return np.asarray(
        mean[which, None, :] + np.einsum("wij,wsj->wsi", np.linalg.cholesky(covariance[which]), z)
    )


def log_likelihood(worlds: Worlds, design: Design, printed: Array, *, asked_sd: float) -> Array:
    """Log likelihood of printed values (world, study, reading) in each draw, up to a constant
    (draw, world).
    """
    mean, covariance = expected_readings(worlds, design, asked_sd)
    precision = np.linalg.inv(covariance)
    studies, middle = printed.shape[1], printed.mean(axis=1)
    within = np.einsum("wsi,wsj->wij", printed - middle[:, None], printed - middle[:, None])
    off = middle[None] - mean[:, None]
    square = studies * np.einsum("dwi,dij,dwj->dw", off, precision, off, optimize=True)
    square += np.einsum("dij,wij->dw", precision, within)
    return np.asarray(-0.5 * (square + studies * np.linalg.slogdet(covariance)[1][:, None]))


@dataclass(frozen=True)
class Identified:
    """How well a design would tell the part of expectation in kim2017.

    `width` is the 90 % width of that part, as log change, to be expected after it; `of_prior` the same by the
    width before any data; `effective_draws` the median over the worlds tried; below about
    100 the width is rough.
    """

    design: Design
    width: float
    of_prior: float
    effective_draws: float


def what_would_identify(
    parameters: Parameters | None = None,
    *,
    ranges: Mapping[str, Range] | None = None,
    tried: Sequence[Design] | None = None,
    asked_sd: float = 0.2,
    worlds: int = 50,
    draws: int = 20_000,
    people: int = 10_000,
    seed: int = 1,
) -> tuple[Identified, ...]:
    """Which added measurements would tell expectation from the other causes.

    Worlds are drawn from what the two arms leave possible; each design is carried out in each of them, and the
    computation of `apportion` repeated with what it would print.

    Parameters
    ----------
    tried : designs; default: `designs()`.
    asked_sd : SD across people of the belief that they state (assumed: no study of this gives it).
    worlds : how many worlds a design is tried in.
    parameters, ranges, draws, people, seed : see `apportion`.

    Examples
    --------
    >>> found = what_would_identify(draws=300, people=300, worlds=5, tried=designs()[:2])
    >>> found[1].design.name
    'one more sham arm'
    """
    if not 0.0 < asked_sd <= 0.5:
        raise InputError(f"asked_sd must lie above 0 to 0.5, got {asked_sd!r}", mend="asked_sd = 0.2")
    given = draw_worlds(parameters, ranges=ranges, draws=draws, people=people, seed=seed)
    log_weight, part = given.log_weight, given.arms[0].parts["expectation"]
    weight = normalised(log_weight)
    prior = middle90(part, np.full(draws, 1.0 / draws)).width
    which = stream(seed, 6).choice(draws, size=worlds, p=weight)
    found = []
    for design in designs() if tried is None else tried:
        after = np.repeat(log_weight[:, None], worlds, axis=1)
        if design.studies and design.readings:
            printed = simulate_design(given, design, which, asked_sd=asked_sd, seed=seed)
            after = after + log_likelihood(given, design, printed, asked_sd=asked_sd)
            after[which, np.arange(worlds)] = -np.inf  # no world is explained by itself
        each = normalised(after)
        width = float(np.mean([middle90(part, one).width for one in each.T]))
        sizes = [effective(one) for one in each.T]
        found.append(Identified(design, width, width / prior if prior else 0.0, float(np.median(sizes))))
    return tuple(found)
