"""cvxEDA's objective: no point near the minimum is lower, and the parts add up."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import sudomotor as sm
from sudomotor.errors import InputError
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


@pytest.mark.parametrize("seed", range(4))
def test_no_point_near_the_minimum_is_lower(seed):
    """The objective written down again, by filters, at the minimum and about it."""
    from scipy.signal import lfilter

    from sudomotor.measurement.cvxeda import _splines, cvxeda

    y = made(400)
    z = (y - y.mean()) / y.std()
    rng = np.random.default_rng(seed)
    weight = (rng.random(400) > 0.2).astype(float)
    dt, a0, a1 = 0.25, 0.5, 1 / 0.7
    ar = np.array([(a1 * dt + 2) * (a0 * dt + 2), 2 * a0 * a1 * dt**2 - 8, (a1 * dt - 2) * (a0 * dt - 2)]) / ((a1 - a0) * dt**2)
    B, line = _splines(400, 40).toarray(), np.column_stack([np.ones(400), np.arange(400.0)])
    found = cvxeda(z, dt, weight=weight)

    def value(p):
        """At the best tonic level for a driver."""
        rest = z - lfilter([1.0, 2.0, 1.0], ar, p)
        X = np.hstack([B, line])
        ridge = np.diag(np.repeat([1e-2, 0.0], [B.shape[1], 2]))
        coef = np.linalg.solve(X.T @ (weight[:, None] * X) + ridge, X.T @ (weight * rest))
        spline = coef[: B.shape[1]]
        return 0.5 * weight @ (rest - X @ coef) ** 2 + 8e-4 * p.sum() + 0.5e-2 * spline @ spline

    assert value(found.driver) == pytest.approx(found.value, rel=1e-7)
    for size in (1e-4, 1e-2, 1.0):
        for _ in range(5):
            step = size * rng.normal(size=400) * rng.choice([0.0, 1.0], 400, p=[0.9, 0.1])
            assert value(np.maximum(found.driver + step, 0.0)) >= found.value * (1 - 1e-7)


def test_a_missing_sample_carries_no_weight():
    from sudomotor.measurement.cvxeda import cvxeda

    y = made(300)
    z = (y - y.mean()) / y.std()
    weight = np.ones(300)
    weight[120:140] = 0.0
    spoilt = np.where(weight > 0, z, 1e3)
    one, other = cvxeda(z, 0.25, weight=weight), cvxeda(spoilt, 0.25, weight=weight)
    assert other.value == pytest.approx(one.value, rel=1e-7)
    assert np.allclose(one.tonic, other.tonic, atol=1e-4)


@pytest.mark.parametrize("n", [184, 600])
def test_the_driver_leads_to_the_responses_through_a_kernel_of_unit_area(n):
    """Also where the recording ends before a response has died away (here at 46 s, a second after a burst)."""
    from scipy.signal import lfilter

    activity = sm.decompose(made(800)[:n], fs=4, method="cvxeda", quality=False)
    a0, a1, dt = 0.5, 1 / 0.7, 0.25
    ar = np.array([(a1 * dt + 2) * (a0 * dt + 2), 2 * a0 * a1 * dt**2 - 8, (a1 * dt - 2) * (a0 * dt - 2)])
    ma = np.array([1.0, 2.0, 1.0]) * ar.sum() / 4.0
    assert np.allclose(lfilter(ma, ar, activity.driver), activity.phasic, atol=1e-5)
    if n == 600:  # all responses have died away
        assert activity.driver.sum() == pytest.approx(activity.phasic.sum(), rel=0.02)


def test_what_the_published_objective_does_not_know_is_said():
    y = made()
    t = np.arange(480) / 4.0
    told = sm.decompose(y, times=t + 0.05 * np.random.default_rng(0).uniform(-1, 1, 480), method="cvxeda", quality=False).notes
    assert any("uneven" in note for note in told)
    y[100:130] = np.nan
    activity = sm.decompose(y, fs=4, method="cvxeda", quality=False)
    assert any("gaps" in note for note in activity.notes)
    assert not any("uneven" in note for note in activity.notes)
    assert np.isfinite(activity.phasic).all()
    with pytest.raises(InputError, match="gaps"):
        sm.decompose(y, times=np.where(t < 60, t, t + 1e6), method="cvxeda", quality=False)


def test_what_lies_within_the_solvers_error_is_no_event():
    activity = sm.decompose(1 + np.arange(600) / 4.0, fs=4, method="cvxeda", quality=False)
    assert len(activity.events) == 0


def test_without_the_extra_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "clarabel", None)
    with pytest.raises(InputError, match=r"pip install 'sudomotor\[cvxeda\]'"):
        sm.decompose(made(), fs=4, method="cvxeda", quality=False)
