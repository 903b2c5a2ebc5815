"""cvxEDA's objective: no point near the minimum is lower, and the parts add up."""

from __future__ import annotations

import numpy as np
import pytest

import sudomotor as sm
from sudomotor.measurement.kernels import bateman

REFERENCE = 0.964049137

pytest.importorskip("clarabel", reason="the cvxeda extra is not installed")


def made(n=480, fs=4.0):
    t = np.arange(n) / fs
    y = 3 + 0.1 * np.sin(t / 20) + 0.01 * np.random.default_rng(0).normal(size=n)
    for at, size in ((20.0, 0.5), (45.0, 0.9), (70.0, 0.3)):
        y += size * bateman(2.0, 0.7).at(t - at)
    return y


@pytest.mark.parametrize("n", [480, 617])
def test_the_parts_add_up_and_the_gap_is_closed(n):
    from sudomotor.measurement.cvxeda import cvxeda

    y = made(n)
    z = (y - y.mean()) / y.std()
    found = cvxeda(z, 0.25)
    assert np.allclose(found.phasic + found.tonic + found.rest, z, atol=1e-9)
    assert found.gap < 1e-8
    assert (found.driver >= 0).all()
    assert 0.5 * (found.rest**2).sum() + 8e-4 * found.driver.sum() <= found.value + 1e-9


def test_the_value_is_that_of_the_reference():
    """A number noted down from the reference implementation (version 1.1.0 from PyPI, solver tolerances 1e-12) on this signal."""
    from sudomotor.measurement.cvxeda import cvxeda

    y = made(480)
    assert cvxeda((y - y.mean()) / y.std(), 0.25).value == pytest.approx(REFERENCE, rel=1e-6)


def test_a_recording_comes_back_in_its_own_unit():
    y = made()
    activity = sm.decompose(y, fs=4, method="cvxeda", quality=False)
    assert np.std(y - activity.tonic - activity.phasic) < 0.05
    assert np.isnan(activity.sd).all()
    assert any("error bars" in note for note in activity.notes)
    twice = sm.decompose(2 * y, fs=4, method="cvxeda", quality=False)
    assert np.allclose(twice.phasic, 2 * activity.phasic, atol=1e-4)
    assert activity.events.amplitude_uS.max() == pytest.approx(0.9, rel=0.25)
