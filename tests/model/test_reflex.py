"""The skin response to trains of shocks: habituation, recovery, and the trains that were published."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.model.reflex import first_fall, recovery, train
from sudomotor.parameters import load

P = load()


def test_the_published_trains():
    assert first_fall(10.0, 55, P) == 7
    assert first_fall(5.0, 55, P) == 2
    assert recovery(1.5, P) == 0.0
    assert recovery(1.5, P, patient=True) > 0.0


def test_from_the_eighth_of_fifteen_on_little_more_is_lost():
    sizes = train(10.0, 15, P)
    assert sizes[0] - sizes[7] > 3 * (sizes[7] - sizes[14])


@given(st.floats(2.0, 60.0), st.floats(1.0, 20.0))
def test_longer_intervals_lose_less(interval, more):
    assert np.all(train(interval + more, 10, P)[1:] >= train(interval, 10, P)[1:])
    sizes = train(interval, 12, P)
    assert np.all(np.diff(sizes) < 1e-12)
    assert np.all((sizes >= 0) & (sizes <= 1))


def test_a_train_so_slow_that_nothing_is_lost():
    assert first_fall(1000.0, 55, P) is None
    with pytest.raises(InputError, match="above 0"):
        recovery(0.0, P)
