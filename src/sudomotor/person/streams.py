"""Random numbers by name: one stream for each (seed, name), so that a person depends on nothing else."""

from __future__ import annotations

import hashlib
from statistics import NormalDist

import numpy as np

from sudomotor.person.people import Array

_FEW = 2000


class Streams:
    """Uniform numbers in (0, 1) by name; without a seed, the median (1/2) throughout."""

    def __init__(self, seed: int | None, n: int) -> None:
        self.seed, self.n = seed, n

    def uniform(self, name: str) -> Array:
        if self.seed is None:
            return np.full(self.n, 0.5)
        # a stable hash of the name: Python's own differs from process to process
        words = np.frombuffer(hashlib.sha256(name.encode()).digest()[:16], dtype="<u4")
        sequence = np.random.SeedSequence([self.seed, *(int(word) for word in words)])
        values = np.random.Generator(np.random.Philox(sequence)).random(self.n)
        # random() may give exactly 0, whose quantile is -inf
        return np.maximum(values, 2.0**-53)

    def normal(self, name: str) -> Array:
        return normal_quantile(self.uniform(name))


def normal_quantile(probability: Array) -> Array:
    """Standard-normal quantile, (n,); both ways agree to about 1e-15 (tested).

    SciPy's is the faster by far, but importing it takes longer than a small group is worth.

    >>> normal_quantile(np.array([0.5, 0.975])).round(6)
    array([0.      , 1.959964])
    """
    if probability.size <= _FEW:
        inverse = NormalDist().inv_cdf
        return np.array([inverse(p) for p in probability.tolist()])
    from scipy.special import ndtri

    return np.asarray(ndtri(probability), dtype=np.float64)
