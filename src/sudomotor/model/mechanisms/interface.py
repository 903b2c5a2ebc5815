"""What a mechanism is given and what it gives back."""

from __future__ import annotations

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Dose(Protocol):
    """What a session delivers at one side, as the session room computes it; arrays (node, person) unless said.

    A node is a fraction of glands that are blocked already: the dose per open duct depends on it.
    """

    @property
    def segment_current_nA(self) -> Array:
        """Mean net current per open duct in each half of the session, inward positive; (segment, node, person)."""
        ...

    @property
    def segment_minutes(self) -> Array:
        """Length of each half; broadcastable to (segment, 1, person)."""
        ...

    @property
    def acid_nmol(self) -> Array | None:
        """Net acid that enters an open duct; None where it was not worked out."""
        ...

    @property
    def duct_field_V_per_cm(self) -> Array:
        """Net field along an open duct, inward positive."""
        ...

    @property
    def cation_mM(self) -> Array:
        """Strong cations of the bath, charge equivalents."""
        ...

    @property
    def charge_mC_per_cm2(self) -> Array:
        """Net charge through the skin by its wetted area, anode positive."""
        ...


class Effect(NamedTuple):
    """What a session does to the glands of a side; arrays (node, person)."""

    hits: Array  # expected hits on an open duct
    fast: Array  # share of open glands put out of action for a while
    fast_days: float  # time constant of that while


def hill(x: Array, half: float, steepness: float) -> Array:
    """x^h / (half^h + x^h), zero at x <= 0; the saturating, thresholded dose response.

    >>> float(hill(np.array(2.0), 2.0, 5.0))
    0.5
    """
    ratio = np.maximum(x, 0.0) / half
    power = ratio**steepness
    return power / (1.0 + power)
