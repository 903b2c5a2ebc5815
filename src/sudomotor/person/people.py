"""People: draws of a person, one float64 array a parameter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.parameters import Parameters
from sudomotor.person.person import Person
from sudomotor.person.sites import SITE_PARAMETERS, site_of

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class People:
    """`n` people drawn of one person or kind.

    Attributes
    ----------
    person : whom they are draws of.
    n, seed : how many, and the seed (None for the median person).
    parameters : the parameters they were drawn with, the person's own values laid over.
    drawn : arrays (n,) of the parameters that differ between them, read-only.
    screening_mg_per_min : by site (`palms`, `soles`, `axillae`), the one gravimetric reading (n,) per side at
        screening, on which the rule of inclusion was applied. It is the person's own mean,
        `baseline(site)`, with the error of a reading; whoever was included by a high reading reads less the
        next time on average (regression to the mean).
    component : which preset of a mixture each person is of (n,), an index into `person.kind.components`.
    included_pct : how many per cent of those drawn met the rule of inclusion.
    notes : what was assumed or set by hand, in words.
    """

    person: Person
    n: int
    seed: int | None
    parameters: Parameters
    drawn: Mapping[str, Array]
    screening_mg_per_min: Mapping[str, Array]
    component: NDArray[np.int64]
    included_pct: float
    notes: tuple[str, ...]

    def __len__(self) -> int:
        return self.n

    def __getitem__(self, name: str) -> Array:
        """A parameter of each person (n,), read-only; the same for all where it does not differ."""
        if name in self.drawn:
            return self.drawn[name]
        return np.broadcast_to(np.float64(self.parameters.value(name)), (self.n,))

    @property
    def age_years(self) -> Array:
        """Ages (n,)."""
        return self["age_years"]

    def baseline(self, site: str) -> Array:
        """Mean sweat rate before treatment of one side of a site, mg/min (n,)."""
        return self[SITE_PARAMETERS[site_of(site)].baseline_mg_per_min]

    def density(self, site: str) -> Array:
        """Glands per cm2 of a site (n,)."""
        return self[SITE_PARAMETERS[site_of(site)].density_per_cm2]

    def area(self, site: str) -> Array:
        """Skin area of one side of a site, cm2 (n,)."""
        return self[SITE_PARAMETERS[site_of(site)].area_cm2]

    def duct_length(self, site: str) -> Array:
        """Length of the ducts of a site, mm (n,)."""
        return self[SITE_PARAMETERS[site_of(site)].duct_length_mm]

    def take(self, index: ArrayLike) -> People:
        """Some of these people, by a slice's indices or a mask."""
        which = np.atleast_1d(np.arange(self.n)[np.asarray(index)])
        return replace(
            self,
            n=len(which),
            drawn=MappingProxyType({name: frozen(values[which]) for name, values in self.drawn.items()}),
            screening_mg_per_min=MappingProxyType(
                {site: frozen(values[which]) for site, values in self.screening_mg_per_min.items()}
            ),
            component=self.component[which],
        )


def frozen(values: ArrayLike) -> Array:
    """A read-only float64 array."""
    array = np.ascontiguousarray(values, dtype=np.float64)
    array.setflags(write=False)
    return array
