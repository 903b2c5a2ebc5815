"""The twin: one person's posterior, with the diary that it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.hypotheses import Hypotheses
from sudomotor.parameters import Parameters, load
from sudomotor.person import Person
from sudomotor.twin.grid import Grid
from sudomotor.twin.posterior import K_TRUSTED, RHAT_TRUSTED, passes
from sudomotor.twin.priors import INDEX, TRAITS, Prior, known_words, values

if TYPE_CHECKING:
    import arviz
    import xarray as xr

    from sudomotor.diary import Diary
    from sudomotor.twin.backtest_result import Backtest
    from sudomotor.twin.next_log import Advice
    from sudomotor.twin.past import Past

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Check:
    """How the posterior was found, and what its own check says.

    Attributes
    ----------
    method : what was used in the end.
    pareto_k : tail shape of the importance weights (at most 0.7 is trusted); nan where a method has none.
    ess : effective number of draws.
    agreed : share of starts that ended at the best point.
    seconds : how long it took.
    checked : whether there was a check at all.
    rhat : how far the chains of a sampler agree (at most 1.03 is trusted), the worst of the traits; nan where there were none.
    """

    method: str
    pareto_k: float
    ess: float
    agreed: float
    seconds: float
    checked: bool = True
    rhat: float = math.nan

    @property
    def passed(self) -> bool:
        """Whether the draws may be trusted: there was a check, and nothing that it looked at says no."""
        return self.checked and passes(self.pareto_k, self.rhat)

    @property
    def words(self) -> str:
        """The verdict."""
        if not self.checked:
            return "The best point and its Gaussian, unchecked: take --method auto for anything that matters."
        found = f"({self.method}): worth {self.ess:.0f} independent draws"
        if math.isnan(self.pareto_k) and math.isnan(self.rhat):
            return f"Whether the fit has converged is not known {found}. Fit anew."
        if not math.isnan(self.pareto_k):
            found += f", tail of the weights k = {self.pareto_k:.2f} (trusted up to {K_TRUSTED:g})"
        if not math.isnan(self.rhat):
            found += f", R-hat = {self.rhat:.3f} (trusted up to {RHAT_TRUSTED:g})"
        if self.passed:
            return f"The fit has converged {found}."
        mend = "Look" if "nuts" in self.method else "Take --method nuts, and look"
        return f"The fit has NOT converged {found}. {mend} for entries that contradict each other."


class ParameterRow(NamedTuple):
    """A trait in its own unit: the middle and 90 % interval of the posterior, and whether the diary told it."""

    name: str
    text: str
    unit: str
    median: float
    low: float
    high: float
    known: str


@dataclass(frozen=True)
class Twin:
    """One person, as far as a diary tells.

    Attributes
    ----------
    diary, grid : what was written, and the same as arrays.
    person : the preset or person that was taken for what the diary does not tell.
    accounts, shares : accounts of the block that have draws, and the probability of every account that was weighed.
    z, account : (trait, draw) standard normals of each draw and which account it is of; all draws weigh the same.
    priors : by account.
    active : (trait,) whether the diary can say anything of a trait.
    check : how it was found and whether it may be trusted.
    log_evidence : log marginal likelihood of the diary by account.
    assumptions : what was taken for granted, in words.
    backtest : how its forecasts did on this very diary, or None where it was not tried.
    """

    diary: Diary
    person: Person
    grid: Grid
    priors: Mapping[str, Prior]
    accounts: tuple[str, ...]
    shares: Mapping[str, float]
    z: Array
    account: NDArray[np.int64]
    active: NDArray[np.bool_]
    check: Check
    seed: int
    hypotheses: Hypotheses
    other: Mapping[str, Array]
    log_evidence: Mapping[str, float]
    assumptions: tuple[str, ...]
    parameters: Parameters | None = None
    backtest: Backtest | None = None
    made_by: str = ""

    @property
    def draws(self) -> int:
        """How many people the twin holds."""
        return int(self.z.shape[1])

    def constants(self, account: str | None = None) -> Parameters:
        """The constants in force under an account."""
        return self.parameters or load(account=account or self.accounts[0])

    @cached_property
    def traits(self) -> dict[str, Array]:
        """Each trait of each draw in its own unit; (draw,)."""
        out: dict[str, Array] = {trait.name: np.empty(self.draws) for trait in TRAITS}
        for i, name in enumerate(self.accounts):
            mine = self.account == i
            of = values(self.z[:, mine], self.priors[name].middle, self.priors[name].spread)
            for trait in TRAITS:
                out[trait.name][mine] = of[trait.name]
        return out

    @cached_property
    def table(self) -> tuple[ParameterRow, ...]:
        """What is known of this person, trait by trait; traits of sites that the diary does not name are left out."""
        p = self.constants()
        left = {trait.name: float(self.z[INDEX[trait.name]].std()) for trait in TRAITS}
        known = known_words(left, p.value("twin_known_yes_share"), p.value("twin_known_partly_share"))
        rows = []
        for trait in TRAITS:
            if (
                trait.name.startswith("baseline_")
                and trait.name.removeprefix("baseline_") not in self.grid.sites
            ):
                continue
            low, median, high = np.quantile(self.traits[trait.name], [0.05, 0.5, 0.95])
            told = known[trait.name] if self.active[INDEX[trait.name]] else "no"
            rows.append(
                ParameterRow(trait.name, trait.text, trait.unit, float(median), float(low), float(high), told)
            )
        return tuple(rows)

    @property
    def mechanisms(self) -> Mapping[str, float]:
        """Probability of each account of the block, given the diary."""
        return self.shares

    @property
    def tells_mechanism(self) -> bool:
        """Whether the diary tells the accounts apart: one of them has at least nine tenths."""
        return max(self.shares.values()) >= 0.9

    @cached_property
    def past(self) -> Past:
        """The diary's own days, draw by draw."""
        from sudomotor.twin.past import past

        return past(self)

    @cached_property
    def log_next(self) -> tuple[Advice, ...]:
        """What to log next, the most useful first."""
        from sudomotor.twin.next_log import log_next

        return log_next(self)

    def with_backtest(self, found: Backtest) -> Twin:
        """The same twin with the score of its forecasts."""
        return replace(self, backtest=found)

    @property
    def beats_naive(self) -> bool | None:
        """Whether its forecasts beat the best naive one on this diary; None where that is not known."""
        return None if self.backtest is None else self.backtest.beats_naive

    def save(self, path: str | Path, *, overwrite: bool = False) -> Path:
        """Write the twin as JSON; an existing file is kept unless `overwrite`."""
        from sudomotor.twin.file import write_twin

        return write_twin(self, path, overwrite=overwrite)

    @classmethod
    def load(cls, path: str | Path) -> Twin:
        """Read a twin file; says what is wrong with one that cannot be used."""
        from sudomotor.twin.file import read_twin

        return read_twin(path)

    def to_xarray(self) -> xr.Dataset:
        """The draws as an xarray.Dataset: a variable a trait over `draw`, with units."""
        import xarray as xr

        units = {trait.name: trait for trait in TRAITS}
        data: dict[str, Any] = {
            name: ("draw", values, {"units": units[name].unit, "long_name": units[name].text})
            for name, values in self.traits.items()
        }
        data["account"] = ("draw", np.array(self.accounts)[self.account])
        return xr.Dataset(
            data, {"draw": np.arange(self.draws)}, {"hypotheses": self.hypotheses.name, **_attributes(self)}
        )

    def to_inference_data(self) -> arviz.InferenceData:
        """The draws beside draws of the prior and the readings, for ArviZ; needs the extra `bayes`."""
        from sudomotor.twin.inference_data import to_inference_data

        return to_inference_data(self)


def _attributes(twin: Twin) -> dict[str, Any]:
    return {
        "title": "sudomotor twin", "diary": twin.diary.source, "diary_sha256": twin.diary.sha256, "seed": twin.seed,
        "method": twin.check.method, "assumptions": "; ".join(twin.assumptions),
    }  # fmt: skip
