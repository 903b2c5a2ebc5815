"""From a diary to a twin: the posterior of one person over traits and over accounts of how the treatment works.

Every account of the block is fitted by itself; its share of the draws is its marginal likelihood among the accounts. For
most diaries the shares stay near even: what a person writes down can seldom tell them apart, and the twin says so.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError, unknown
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mechanisms import MECHANISMS
from sudomotor.parameters import Parameters, load
from sudomotor.person import Person
from sudomotor.twin.doses import water_of
from sudomotor.twin.grid import Grid, grid
from sudomotor.twin.likelihood import diary_data
from sudomotor.twin.others import other_factor
from sudomotor.twin.posterior import ENOUGH, Draws, Peak, Target, climb, gaussian, importance, target
from sudomotor.twin.priors import Prior, prior
from sudomotor.twin.twin import Check, Twin

if TYPE_CHECKING:
    from sudomotor.diary import Diary

Array = NDArray[np.float64]
METHODS = ("auto", "map", "laplace", "smc", "nuts")
DRAWS = 400
# effective draws that are wanted for each draw that is handed out
_EFFECTIVE = 0.5
# accounts whose share falls below this are left without draws
_LEAST_SHARE = 0.005
Progress = Callable[[str], None]


def fit(
    diary: Diary,
    *,
    person: Person | str = "palmar hyperhidrosis",
    method: str = "auto",
    accounts: Sequence[str] | None = None,
    seed: int = 1,
    draws: int = DRAWS,
    hypotheses: Hypotheses | None = None,
    parameters: Parameters | None = None,
    progress: Progress | None = None,
) -> Twin:
    """Fit one person's diary.

    Parameters
    ----------
    diary : what was written; a year or a week, with gaps.
    person : the preset that the person is of, or a person of whom more is known (age, a weighed baseline).
    method : "auto" takes the fastest that passes its own check: importance sampling about the best point ("laplace"), else a
        sequential sampler ("smc", needs BlackJAX), else Hamiltonian Monte Carlo ("nuts"). "map" is the best point with its
        Gaussian, unchecked.
    accounts : names of the accounts of the block that are weighed against one another; default: all of them.
    seed : the identical call gives the identical twin.
    draws : how many people the twin holds: draws from the posterior, of equal weight. Importance sampling goes on until
        800 draws are effective, or half as many as are asked for; a sampler's draws are as many as they are.
    hypotheses : what is said to be on; the fit itself looks at the skin, and `evidence` moves its sweat by a per cent or two.
    parameters : constants in force; by default each account's own calibration.
    progress : called with a word on what is being done.

    Returns
    -------
    Twin

    Raises
    ------
    InputError
        for a diary without a single reading, an unknown method or account, or a diary longer than the twin can take.

    Source: importance sampling with smoothed weights, Vehtari et al. 2024; the model, `sudomotor.model.block`.
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS, where="--method")
    names = tuple(accounts) if accounts is not None else tuple(MECHANISMS)
    if not names:
        raise InputError("no account is named", where="accounts", mend=f"name one of {', '.join(MECHANISMS)}, or leave it out")
    for name in names:
        if name not in MECHANISMS:
            raise unknown("mechanism", name, MECHANISMS)
    if not diary.readings:
        raise InputError(
            "the diary holds no reading: nothing says how wet this person was", where=diary.source,
            mend="note the HDSS (1 to 4) on as many days as you can; even one in three is enough",
        )  # fmt: skip
    who = person if isinstance(person, Person) else Person.preset(person)
    say = progress or (lambda _word: None)
    started = time.perf_counter()
    base = parameters or load()
    factor, notes = other_factor(diary, who, base)
    g = grid(diary, factor)
    found: dict[str, tuple[Prior, Target, Draws]] = {}
    peaks: dict[str, Peak] = {}

    def quick_fit(name: str, first: Array | None) -> tuple[Prior, Target, Draws, Peak]:
        p = parameters or load(account=name)
        of = prior(who, name, p)
        at = target(diary_data(g, of, who, p), (of.stages_to_block, of.repair_stages), g.sites)
        peak = climb(at, starts=4 if first is None else 2, seed=seed, first=first)
        if method == "map":
            return of, at, gaussian(at, peak, seed=seed), peak
        quick = importance(at, peak, seed=seed, enough=max(ENOUGH, draws * _EFFECTIVE))
        return of, at, quick, peak

    say(f"fitting the account '{names[0]}'")
    of, at, quick, peaks[names[0]] = quick_fit(names[0], None)
    found[names[0]] = (of, at, quick)
    # the others begin at its best point, each by itself; what they wait for is outside Python
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        waiting = {name: pool.submit(quick_fit, name, peaks[names[0]].z) for name in names[1:]}
        for name, future in waiting.items():
            say(f"fitting the account '{name}'")
            of, at, quick, peaks[name] = future.result()
            found[name] = (of, at, quick)
    agreed = [peak.agreed / peak.starts for peak in peaks.values()]
    shares = share_of({name: each[2].log_evidence for name, each in found.items()})
    for name, (of, at, quick) in found.items():
        if shares[name] > 0 and (method in ("smc", "nuts") or (method == "auto" and not quick.trusted)):
            say(f"sampling the account '{name}' in full")
            found[name] = (of, at, sample(at, peaks[name], quick, method, seed))
    z, account, ess = _mixture(found, shares, draws, seed)
    kept = [found[name][2] for name in shares if shares[name] > 0]
    check = Check(
        method=" and ".join(sorted({each.method for each in kept})), pareto_k=worst(each.pareto_k for each in kept),
        ess=ess, agreed=float(np.min(agreed)), seconds=time.perf_counter() - started, checked=method != "map",
        rhat=worst(each.rhat for each in kept),
    )  # fmt: skip
    return Twin(
        diary=diary, person=who, grid=g, priors={name: found[name][0] for name in shares if shares[name] > 0},
        accounts=tuple(name for name in shares if shares[name] > 0), shares=shares, z=z, account=account,
        active=found[names[0]][1].active, check=check, seed=seed, parameters=parameters,
        hypotheses=hypotheses or Hypotheses.evidence(), other=factor,
        log_evidence={name: each[2].log_evidence for name, each in found.items()},
        assumptions=(*diary.notes, *g.notes, *notes, *_assumptions(g, who), *_waters(g)),
    )  # fmt: skip


def sample(at: Target, peak: Peak, quick: Draws, method: str, seed: int) -> Draws:
    """Draws by a sampler. Its shares keep the evidence of the importance sample, which is the best there is."""
    from sudomotor.twin.samplers import have_blackjax, nuts, smc

    if method == "smc" or (method == "auto" and have_blackjax()):
        return smc(at, seed=seed)
    return nuts(at, peak, seed=seed, log_evidence=quick.log_evidence)


def share_of(log_evidence: dict[str, float]) -> dict[str, float]:
    """Posterior probabilities of accounts that were equally likely before; those of no weight are 0 and sum is 1.

    >>> share_of({"a": 0.0, "b": 0.0, "c": -50.0})
    {'a': 0.5, 'b': 0.5, 'c': 0.0}
    """
    top = max(log_evidence.values())
    raw = {name: float(np.exp(value - top)) for name, value in log_evidence.items()}
    total = sum(raw.values())
    kept = {name: (value / total if value / total >= _LEAST_SHARE else 0.0) for name, value in raw.items()}
    total = sum(kept.values())
    return {name: value / total for name, value in kept.items()}


def worst(values: Iterable[float]) -> float:
    """The greatest of those that are known; nan where none is.

    >>> worst([math.nan, 0.2, 0.9]), worst([0.9, math.nan]), worst([math.nan])
    (0.9, 0.9, nan)
    """
    return max((value for value in values if not math.isnan(value)), default=math.nan)


def _mixture(
    found: dict[str, tuple[Prior, Target, Draws]], shares: dict[str, float], draws: int, seed: int
) -> tuple[Array, NDArray[np.int64], float]:
    """Draws of all accounts by their shares; which account each is of; the effective number."""
    names = [name for name in shares if shares[name] > 0]
    exact = np.array([shares[name] for name in names]) * draws
    count = np.floor(exact).astype(int)
    for i in np.argsort(count - exact)[: draws - int(count.sum())]:
        count[i] += 1
    parts = [found[name][2].equal(max(n, 1), seed)[:, :n] for name, n in zip(names, count, strict=True)]
    account = np.repeat(np.arange(len(names)), count)
    ess = sum(shares[name] * found[name][2].ess for name in names)
    order = np.random.default_rng([seed, 0x6D6978]).permutation(draws)
    return np.concatenate(parts, axis=1)[:, order], account[order], float(ess)


def _assumptions(g: Grid, who: Person) -> list[str]:
    said = [
        f"a person like '{who.preset_name}' before the first entry",
        "the current is direct current; readings of a row with a session were taken before it",
        "sessions that are not in the diary were not held",
    ]
    if g.slots_per_day > 1:
        said.append(f"up to {g.slots_per_day} sessions a day, at equal distances")
    return said


def _waters(g: Grid) -> list[str]:
    """Words for the water that the session's physics has no water of."""
    words = dict.fromkeys(kind.water for kind in g.held.kinds if water_of(kind.water) is None)
    return [f"'{word}' is taken for ordinary tap water" for word in words]
