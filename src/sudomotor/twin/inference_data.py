"""A twin for ArviZ: its draws beside draws of the prior and what was read, in the layout that its plots and tables take."""

from __future__ import annotations

import importlib.util
import warnings
from typing import TYPE_CHECKING, Any

import numpy as np

from sudomotor.errors import InputError
from sudomotor.twin.priors import COUNT, TRAITS, values

if TYPE_CHECKING:
    import arviz
    import xarray as xr

    from sudomotor.twin.twin import Twin

_READINGS = ("hdss", "sweat_mg", "sweat_minutes", "wetness_0_10", "anxiety_0_10")


def to_inference_data(twin: Twin) -> arviz.InferenceData:
    """The twin as `arviz.InferenceData`.

    Groups: `posterior`, every trait in its own unit over (chain, draw), one chain, and `account`, the account of the block
    that each draw is of; `prior`, as many draws of what was thought before the diary, under the same accounts; `observed_data`,
    the readings by row of the diary, nan where a row has none. What each account is worth (`share_…`, `log_evidence_…`) is
    in the attributes of `posterior`. Draws are of equal weight and exchangeable: whatever
    sampler they came from, its own check is in the attributes, so `arviz.rhat` of the one chain says nothing new.

    Raises
    ------
    InputError
        where ArviZ is not installed.

    Examples
    --------
    >>> from sudomotor.twin import fit
    >>> from sudomotor.twin.synthetic import synthetic_diary
    >>> twin = fit(synthetic_diary(np.zeros(COUNT), [], days=20, seed=1), accounts=("charge",), draws=50)
    >>> data = to_inference_data(twin)
    >>> data.groups()
    ['posterior', 'prior', 'observed_data']
    >>> data.posterior["repair_days"].dims, data.posterior["repair_days"].attrs["units"]
    (('chain', 'draw'), 'd')
    """
    if importlib.util.find_spec("arviz") is None:
        raise InputError(
            "this needs ArviZ, which is not installed", where="to_inference_data",
            mend="pip install 'sudomotor[bayes]'; the draws themselves are in `twin.traits` and `twin.to_xarray()`",
        )  # fmt: skip
    with warnings.catch_warnings():
        # it tells of its coming version once a day
        warnings.simplefilter("ignore", FutureWarning)
        import arviz

    posterior = twin.to_xarray().expand_dims(chain=[0])
    check = {
        "pareto_k": twin.check.pareto_k, "rhat": twin.check.rhat, "ess": twin.check.ess, "verdict": twin.check.words,
        **{f"share_{name}": share for name, share in twin.shares.items()},
        **{f"log_evidence_{name}": value for name, value in twin.log_evidence.items()},
    }  # fmt: skip
    posterior.attrs.update(check)
    return arviz.InferenceData(posterior=posterior, prior=_prior(twin), observed_data=_observed(twin))


def _prior(twin: Twin) -> xr.Dataset:
    """Draws of the prior, each under the account of the posterior's draw of the same number."""
    import xarray as xr

    z = np.random.default_rng([twin.seed, 0x7072696F]).normal(size=(COUNT, twin.draws))
    data: dict[str, Any] = {
        trait.name: (
            ("chain", "draw"),
            np.empty((1, twin.draws)),
            {"units": trait.unit, "long_name": trait.text},
        )
        for trait in TRAITS
    }
    for i, name in enumerate(twin.accounts):
        mine = twin.account == i
        of = values(z[:, mine], twin.priors[name].middle, twin.priors[name].spread)
        for trait in TRAITS:
            data[trait.name][1][0, mine] = of[trait.name]
    return xr.Dataset(data, {"chain": [0], "draw": np.arange(twin.draws)})


def _observed(twin: Twin) -> xr.Dataset:
    """The readings of the diary by row."""
    import xarray as xr

    entries = [entry for entry in twin.diary.entries if entry.is_reading or entry.anxiety_0_10 is not None]

    def column(name: str) -> tuple[str, Any]:
        given = [getattr(entry, name) for entry in entries]
        return "reading", np.array([np.nan if value is None else float(value) for value in given])

    date = ("reading", np.array([entry.date for entry in entries], dtype="datetime64[ns]"))
    site = ("reading", np.array([entry.site or twin.grid.sites[0] for entry in entries]))
    return xr.Dataset(
        {name: column(name) for name in _READINGS},
        {"reading": np.arange(len(entries)), "date": date, "site": site},
        {"diary": twin.diary.source, "diary_sha256": twin.diary.sha256},
    )
