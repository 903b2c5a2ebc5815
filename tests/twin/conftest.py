"""One diary and one twin for all tests of a file: a fit takes a second, its first compilation several."""

from __future__ import annotations

import numpy as np
import pytest

from sudomotor.diary import Diary
from sudomotor.twin import Twin, fit
from sudomotor.twin.priors import COUNT, INDEX
from sudomotor.twin.synthetic import synthetic_diary

# three a week for four weeks, then every nine days
SESSIONS = [(d, 15.0, 20.0) for d in range(5, 33) if d % 7 in (0, 2, 4)] + [
    (d, 15.0, 20.0) for d in range(33, 118, 9)
]


def person(**traits: float) -> np.ndarray:
    """Standard normals of a middling person with some traits moved."""
    z = np.zeros(COUNT)
    for name, value in traits.items():
        z[INDEX[name]] = value
    return z


@pytest.fixture(scope="session")
def diary() -> Diary:
    return synthetic_diary(person(logging=0.8), SESSIONS, days=120, seed=3)


@pytest.fixture(scope="session")
def twin(diary: Diary) -> Twin:
    return fit(diary, seed=1)
