"""Water and carbonate equilibria of a bath or of sweat, in plain arrays (mM)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.parameters import Parameters

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Equilibria:
    """Dissociation constants in mM (Kw in mM2); `site_mM` is that of the immobile buffer."""

    water_mM2: float
    first_mM: float
    second_mM: float
    site_mM: float

    @classmethod
    def of(cls, p: Parameters) -> Equilibria:
        """Those of the duct."""
        return cls(
            10.0 ** (6.0 - p.value("duct_pKw")),
            10.0 ** (3.0 - p.value("duct_pK1_carbonic")),
            10.0 ** (3.0 - p.value("duct_pK2_carbonic")),
            10.0 ** (3.0 - p.value("duct_buffer_pK")),
        )

    @property
    def as_tuple(self) -> tuple[float, float, float, float]:
        return (self.water_mM2, self.first_mM, self.second_mM, self.site_mM)


def net_acid_mM(pH: ArrayLike, carbon_mM: ArrayLike, buffer_mM: ArrayLike, k: Equilibria) -> Floats:
    """T_H = [H] - [OH] - [HCO3] - 2 [CO3] - [B-] at a known pH; without buffer, minus the alkalinity.

    >>> k = Equilibria(1e-8, 10**-3.35, 10**-7.33, 10**-1.5)
    >>> round(float(net_acid_mM(7.0, 0.0, 0.0, k)), 12)
    0.0
    """
    h = 10.0 ** (3.0 - np.asarray(pH, dtype=np.float64))
    below = h * h + k.first_mM * h + k.first_mM * k.second_mM
    bound = np.asarray(carbon_mM) * (k.first_mM * h + 2.0 * k.first_mM * k.second_mM) / below
    return np.asarray(h - k.water_mM2 / h - bound - np.asarray(buffer_mM) * k.site_mM / (k.site_mM + h))


def solve_pH(net_acid: ArrayLike, carbon_mM: ArrayLike, buffer_mM: ArrayLike, k: Equilibria) -> Floats:
    """The pH at which `net_acid_mM` takes the given value: bisection in pH, to round-off, for arrays of any shape.

    >>> k = Equilibria(1e-8, 10**-3.35, 10**-7.33, 10**-1.5)
    >>> round(float(solve_pH(net_acid_mM(6.2, 3.0, 10.0, k), 3.0, 10.0, k)), 9)
    6.2
    """
    total, carbon, sites = np.broadcast_arrays(
        *(np.asarray(x, dtype=np.float64) for x in (net_acid, carbon_mM, buffer_mM))
    )
    low, high = np.full(total.shape, -3.0), np.full(total.shape, 17.0)
    for _ in range(60):
        middle = 0.5 * (low + high)
        too_acid = net_acid_mM(middle, carbon, sites, k) > total
        low, high = np.where(too_acid, middle, low), np.where(too_acid, high, middle)
    return np.asarray(0.5 * (low + high))
