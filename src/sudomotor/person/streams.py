"""Random numbers by name: one stream for each (seed, name), so that a person depends on nothing else."""

from __future__ import annotations

import hashlib

import numpy as np

from sudomotor.person.people import Array


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
        from scipy.special import ndtri

        return np.asarray(ndtri(self.uniform(name)), dtype=np.float64)
