"""The claims by their identifiers, each with what the model predicts of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from sudomotor.evidence.claims_predict import Prediction, predict
from sudomotor.evidence.claims_register import claim

if TYPE_CHECKING:
    from sudomotor.parameters import Parameters


def claims(
    *ids: str,
    parameters: Parameters | None = None,
    people: int = 60,
    seed: int = 1,
    progress: Callable[[str], None] | None = None,
) -> list[Prediction]:
    """The register of claims, all or the named ones, with what the model predicts of each.

    These are the predictions of `evidence.claims_predict.predict`: the deciding reading with the claim's switch on and
    off, in the same people. The row of the register (grade, evidence for and against, verdict) is `.claim`.

    Parameters
    ----------
    ids : identifiers such as "C1.2"; none stands for all 18. An unknown one is refused.
    parameters : constants in force; default: the shipped ones.
    people, seed : people that are drawn, and with which seed.
    progress : called with the identifier of the claim that is being worked out.

    Returns
    -------
    list of Prediction, in the order of the register.

    Examples
    --------
    >>> row = claims("C1.2", people=2)[0]
    >>> row.claim.grade, 0.9 < row.on < 1.0
    ('hypothesis', True)
    """
    wanted = tuple(claim(one).id for one in ids) or None
    return predict(wanted, parameters=parameters, people=people, seed=seed, progress=progress)
