"""Taking conductance apart: known bursts come back, nothing comes out of noise, units and rates do not matter."""

from __future__ import annotations

import numpy as np
import pytest

import sudomotor as sm
from sudomotor.errors import InputError
from sudomotor.measurement.kernels import KERNELS, bateman, kernel
from sudomotor.parameters import load

TRUE = ((20.0, 0.4), (41.3, 0.15), (60.0, 0.8), (63.1, 0.3), (90.7, 0.25))
LATENCY_S = load().value("eda_latency_s")


def made(rate_Hz=4.0, noise_uS=0.003, seconds=120.0, seed=0, of=None, bursts=TRUE, level_uS=4.0):
    """Times, conductance of bursts at known times on a slow level, with noise."""
    of = of or bateman(2.0, 0.7)
    t = np.arange(0.0, seconds, 1.0 / rate_Hz)
    y = level_uS + 0.2 * np.sin(2 * np.pi * t / 150.0)
    for at, size in bursts:
        y = y + size * of.at(t - at)
    return t, y + noise_uS * np.random.default_rng(seed).normal(size=len(t))


def beginnings(activity):
    """Times at which the kernel begins, from the arrivals."""
    return activity.events.onset_s.to_numpy() + activity.latency_s - activity.kernel.visible_s


def test_known_bursts_come_back_with_their_amplitudes():
    _, y = made()
    activity = sm.decompose(y, fs=4, quality=False)
    assert np.allclose(beginnings(activity), [at for at, _ in TRUE], atol=0.3)
    assert np.allclose(activity.events.amplitude_uS, [size for _, size in TRUE], rtol=0.12)
    assert activity.gap < 1e-8
    assert np.all(np.diff(activity.events.onset_s) > 0)


def test_the_level_and_the_responses_add_up_to_what_was_measured():
    _, y = made()
    activity = sm.decompose(y, fs=4, quality=False)
    assert np.std(y - activity.tonic - activity.phasic) < 1.3 * 0.003
    assert activity.noise_uS == pytest.approx(0.003, rel=0.3)


def test_the_level_is_smooth_under_a_response():
    """Its slow wave comes back within a tenth of the largest response, however long the responses' tails."""
    t, y = made(noise_uS=0.001)
    activity = sm.decompose(y, fs=4, quality=False)
    wave = 4.0 + 0.2 * np.sin(2 * np.pi * t / 150.0)
    assert np.max(np.abs(activity.tonic - wave)[20:-20]) < 0.1 * 0.8


def test_the_integral_of_the_driver_is_that_of_its_responses():
    _, y = made()
    activity = sm.decompose(y, fs=4, quality=False)
    of = activity.kernel
    assert activity.driver.sum() * 0.25 == pytest.approx(sum(size for _, size in TRUE) * of.area_s, rel=0.1)
    assert (activity.driver >= 0).all()


@pytest.mark.parametrize("factor", [1e-3, 0.01, 7.0, 100.0])
def test_a_scale_changes_nothing_but_the_scale(factor):
    _, y = made()
    one, other = (sm.decompose(k * y, fs=4, quality=False).events for k in (1.0, factor))
    assert np.allclose(other.onset_s, one.onset_s, atol=1e-6)
    assert np.allclose(other.amplitude_uS, factor * one.amplitude_uS, rtol=1e-5)
    assert np.allclose(other.amplitude_sd_uS, factor * one.amplitude_sd_uS, rtol=1e-4)


def test_a_unit_is_a_scale():
    _, y = made()
    one = sm.decompose(y, fs=4, quality=False).events
    for unit, factor in (("nS", 1e3), ("mS", 1e-3)):
        other = sm.decompose(factor * y, fs=4, unit=unit, quality=False).events
        assert np.allclose(other.to_numpy(), one.to_numpy(), rtol=1e-4, equal_nan=True)


@pytest.mark.parametrize("rate_Hz", [8.0, 25.0, 31.98, 100.0])
def test_the_sampling_rate_does_not_matter(rate_Hz):
    found = sm.decompose(made(rate_Hz, noise_uS=0.002 * np.sqrt(rate_Hz / 4.0))[1], fs=rate_Hz, quality=False)
    assert np.allclose(beginnings(found), [at for at, _ in TRUE], atol=0.3)
    assert 4.0 <= found.solver_rate_Hz < 8.0
    assert len(found.tonic) == len(found.recording.values_uS)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("rate_Hz", "step"), [(4.0, 0.0), (25.0, 0.0), (4.0, 0.01)])
def test_nothing_comes_out_of_noise(rate_Hz, step, seed):
    y = 5.0 + 0.01 * np.random.default_rng(seed).normal(size=int(600 * rate_Hz))
    if step:
        y = np.round(y / step) * step
    assert len(sm.decompose(y, fs=rate_Hz, quality=False).events) <= 1


@pytest.mark.parametrize("quality", [True, False])
def test_what_holds_nothing_gives_nothing_and_says_so(quality):
    for values in (np.full(400, 3.0), np.full(99, np.nan), [1.0, 2.0, 1.5]):
        activity = sm.decompose(values, fs=4, quality=quality)
        assert len(activity.events) == 0
        assert activity.notes
        assert len(activity.tonic) == len(values)


def test_a_missing_stretch_costs_only_what_it_covers():
    _, y = made()
    y[150:175] = np.nan  # 37.5 to 43.75 s: one burst
    found = beginnings(sm.decompose(y, fs=4, quality=False))
    for at, _ in TRUE:
        if at != 41.3:
            assert np.min(np.abs(found - at)) < 0.3
    y = made()[1]
    y[np.random.default_rng(1).random(len(y)) < 0.2] = np.nan
    assert np.allclose(beginnings(sm.decompose(y, fs=4, quality=False)), [at for at, _ in TRUE], atol=0.4)


def test_a_long_gap_is_leapt_over():
    t, y = made()
    late = np.concatenate([t, t + 5 * 3600.0])
    activity = sm.decompose(np.concatenate([y, y + 6.0]), times=late, quality=False)
    found = beginnings(activity)
    assert np.allclose(found[:5], [at for at, _ in TRUE], atol=0.3)
    assert np.allclose(found[-5:] - 5 * 3600.0, [at for at, _ in TRUE], atol=0.3)
    assert len(found) == 10


def test_a_jump_of_the_electrode_is_no_burst():
    _, y = made(bursts=TRUE[:2])
    for size in (0.5, -0.5):
        jumped = y.copy()
        jumped[300:] += size
        activity = sm.decompose(jumped, fs=4, quality=False)
        assert len(activity.events) == 2
        assert any("jump" in note for note in activity.notes)


def test_one_sample_a_second_still_shows_large_bursts():
    _, y = made(1.0, noise_uS=0.002)
    assert np.min(np.abs(beginnings(sm.decompose(y, fs=1, quality=False)) - 60.0)) < 1.0


@pytest.mark.parametrize("name", KERNELS)
def test_every_kernel_finds_its_own_bursts(name):
    of = kernel(name)
    bursts = ((20.0, 0.5), (60.0, 0.8))
    y = made(of=of, bursts=bursts, noise_uS=0.002, seconds=150.0)[1]
    activity = sm.decompose(y, fs=4, quality=False, kernel_name=name)
    large = activity.events[activity.events.amplitude_uS > 0.2]
    assert np.allclose(large.onset_s + activity.latency_s - of.visible_s, [20.0, 60.0], atol=0.5)


def test_arrivals_compare_across_kernels():
    """The arrival is counted back from where a response is seen, so another kernel moves it little."""
    y = made(bursts=((30.0, 0.8),))[1]
    one, other = (sm.decompose(y, fs=4, quality=False, kernel_name=name) for name in ("bateman", "third_order"))
    largest = [a.events.loc[a.events.amplitude_uS.idxmax(), "onset_s"] for a in (one, other)]
    assert largest[0] == pytest.approx(largest[1], abs=0.5)


def test_nine_in_ten_intervals_of_amplitude_hold():
    hits = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        bursts = [(20.0 + 15.0 * i + rng.uniform(0, 3), 0.3 * np.exp(0.5 * rng.normal())) for i in range(8)]
        activity = sm.decompose(made(25.0, 0.01, 160.0, seed, bursts=bursts)[1], fs=25, quality=False)
        found = beginnings(activity)
        for at, size in bursts:
            i = int(np.argmin(np.abs(found - at)))
            if abs(found[i] - at) < 0.5:
                row = activity.events.iloc[i]
                hits.append(abs(row.amplitude_uS - size) < 1.645 * row.amplitude_sd_uS)
    assert len(hits) > 80
    assert np.mean(hits) >= 0.85


def test_personal_time_constants_come_back():
    rng = np.random.default_rng(3)
    bursts = [(8.0 * i + rng.uniform(0, 5), 0.4 * np.exp(0.5 * rng.normal())) for i in range(1, 36)]
    y = made(of=bateman(3.0, 0.5), bursts=bursts, seconds=300.0, noise_uS=0.002)[1]
    of = sm.decompose(y, fs=4, quality=False, tau="personal").kernel
    constants = dict(of.constants)
    assert constants["slow_s"] == pytest.approx(3.0, rel=0.25)
    assert constants["fast_s"] == pytest.approx(0.5, rel=0.35)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"method": "cvx"}, "cvxeda"),
        ({"kernel_name": "batman"}, "bateman"),
        ({"tau": "own"}, "personal"),
        ({"tau": (0.5, 2.0)}, "fast < slow"),
        ({"kernel_name": "scrf", "tau": (2.0, 0.7)}, "leave tau out"),
    ],
)
def test_what_cannot_be_done_is_said(options, word):
    with pytest.raises(InputError, match=word):
        sm.decompose(made()[1], fs=4, quality=False, **options)
    with pytest.raises(InputError):
        sm.decompose(made()[1])


def test_results_go_out_with_units():
    activity = sm.decompose(made()[1], fs=4, quality=False)
    data = activity.to_xarray()
    assert data.tonic.attrs["units"] == "uS"
    assert data.sizes["event"] == len(activity.events)
    assert list(activity.to_pandas())[:2] == ["time_s", "conductance_uS"]
    assert activity.events_per_min == pytest.approx(2.5, rel=0.01)
