"""What must not matter does not: unit, scale, sampling rate, order of the file; and no input brings it down."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sudomotor as sm
from sudomotor.errors import InputError
from sudomotor.simulation.recording import record

COUNTS_uS = 0.05  # a burst of at least this size must be found again
WITHIN_S = 1.0
KINDS = ("bateman_person", "poral", "third_order", "scrf", "gland")


def signal(kind="bateman_person", fs=25.0, seed=0, minutes=2.0, **more):
    """Times and conductance, with bursts at one of four rates."""
    rate = (3.0, 6.0, 10.0, 15.0)[seed % 4]
    made = record(kind, fs=fs, minutes=minutes, seed=700 + seed, bursts_per_min=rate, **more)
    return made.recording.times_s, made.recording.values_uS


def found_again(events, others):
    """(number found, number) of events that count, each with one of the others within a second."""
    at = others.onset_s.to_numpy()
    used = np.zeros(len(at), dtype=bool)
    large = events.onset_s[events.amplitude_uS >= COUNTS_uS].to_numpy()
    hits = 0
    for t in large:
        apart = np.where(used, np.inf, np.abs(at - t))
        if len(at) and apart.min() <= WITHIN_S:
            used[apart.argmin()] = True
            hits += 1
    return np.array([hits, len(large)])


def agreement(pairs):
    """F1 over pairs of tables of events."""
    there = sum(found_again(a, b) for a, b in pairs)
    back = sum(found_again(b, a) for a, b in pairs)
    assert there[1] >= 20  # else it says nothing
    precision, recall = there[0] / there[1], back[0] / back[1]
    return 2 * precision * recall / (precision + recall)


def same_events(one, other, factor=1.0):
    """Whether two tables hold the same bursts, sizes apart by a factor."""
    assert len(one) == len(other)
    assert np.allclose(other.onset_s, one.onset_s, atol=1e-5)
    assert np.allclose(other.amplitude_uS, factor * one.amplitude_uS, rtol=1e-4)
    assert np.allclose(other.amplitude_sd_uS, factor * one.amplitude_sd_uS, rtol=1e-3)
    assert np.allclose(other.rise_s, one.rise_s, atol=1e-3, equal_nan=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("unit", "factor"), [("nS", 1e3), ("mS", 1e-3), ("S", 1e-6)])
@pytest.mark.parametrize("quality", [True, False])
def test_a_unit_changes_nothing(kind, unit, factor, quality):
    _, y = signal(kind, seed=3)
    one = sm.decompose(y, fs=25, quality=quality).events
    other = sm.decompose(factor * y, fs=25, unit=unit, quality=quality).events
    assert len(one) > 5
    same_events(one, other)


@given(exponent=st.floats(-2.0, 2.0), kind=st.sampled_from(KINDS), fs=st.sampled_from([4.0, 25.0]), seed=st.integers(0, 3))
@settings(max_examples=15, deadline=None)
def test_a_scale_changes_nothing_but_the_scale(exponent, kind, fs, seed):
    _, y = signal(kind, fs=fs, seed=seed)
    one, other = (sm.decompose(k * y, fs=fs, quality=False).events for k in (1.0, 10.0**exponent))
    same_events(one, other, 10.0**exponent)


@pytest.mark.parametrize("averaged", [True, False])
def test_the_rate_does_not_matter(averaged):
    """One signal at 100 Hz, and at 25 and 4 Hz by averaging or by taking each so-manyth sample."""
    tables = {}
    for seed, kind in enumerate(KINDS * 2):
        t, y = signal(kind, fs=100.0, seed=seed, minutes=3.0)
        for every in (1, 4, 25):
            n = len(y) // every * every
            rows, times = y[:n].reshape(-1, every), t[:n].reshape(-1, every)
            values = (rows.mean(axis=1), times.mean(axis=1)) if averaged else (rows[:, 0], times[:, 0])
            tables.setdefault(every, []).append(sm.decompose(values[0], times=values[1], quality=False).events)
    for one, other in ((1, 4), (4, 25), (1, 25)):
        assert agreement(list(zip(tables[one], tables[other], strict=True))) >= 0.95


def disturbed(name, t, y):
    """The same signal as a file may hold it."""
    rng = np.random.default_rng(5)
    order = rng.permutation(len(t))
    keep = rng.random(len(t)) > 0.2
    return {
        "reversed": (t[::-1], y[::-1]), "shuffled": (t[order], y[order]), "each stamp twice": (np.repeat(t, 2), np.repeat(y, 2)),
        "a part twice": (np.r_[t, t[300:900]], np.r_[y, y[300:900]]), "a fifth left out": (t[keep], y[keep]),
        "a fifth nan": (t, np.where(keep, y, np.nan)),
    }[name]  # fmt: skip


@pytest.mark.parametrize("how", ["reversed", "shuffled", "each stamp twice", "a part twice"])
def test_the_order_of_a_file_does_not_matter(how):
    t, y = signal(seed=2)
    times, values = disturbed(how, t, y)
    activity = sm.decompose(values, times=times, quality=False)
    same_events(sm.decompose(y, times=t, quality=False).events, activity.events)
    assert activity.recording.notes


@pytest.mark.parametrize("how", ["a fifth left out", "a fifth nan"])
def test_a_fifth_missing_at_random_costs_little(how):
    pairs = []
    for seed, kind in enumerate(KINDS * 2):
        t, y = signal(kind, seed=seed)
        times, values = disturbed(how, t, y)
        pairs.append(tuple(sm.decompose(v, times=s, quality=False).events for s, v in ((t, y), (times, values))))
    assert agreement(pairs) >= 0.95


def test_a_fifth_missing_in_seconds_costs_what_it_covers():
    """Bursts whose rise was measured are found again, and none is made up in what is missing."""
    pairs = []
    for seed, kind in enumerate(KINDS * 2):
        t, y = signal(kind, seed=seed)
        gone = np.repeat(np.random.default_rng(seed).random(len(t) // 25) < 0.2, 25)
        whole = sm.decompose(y, times=t, quality=False)
        part = sm.decompose(y[~gone], times=t[~gone], quality=False)
        assert len(part.events) <= 1.2 * len(whole.events) + 1

        def clear(events, later, gone=gone):
            seen = np.array([not gone[int(25 * max(s + later, 0)) :][:40].any() for s in events.onset_s], dtype=bool)
            return events[seen]

        pairs.append(tuple(clear(each.events, each.latency_s) for each in (whole, part)))
    assert agreement(pairs) >= 0.9


def check(activity):
    """What holds of every result."""
    n = len(activity.recording.values_uS)
    for each in (activity.tonic, activity.phasic, activity.driver, activity.sd):
        assert len(each) == n
    assert np.isfinite(activity.phasic).all()
    assert np.isfinite(activity.driver).all()
    e = activity.events
    assert np.isfinite(e.onset_s).all()
    assert (e.amplitude_uS > 0).all()
    assert (np.diff(e.onset_s) >= 0).all()


def inputs():
    """Values that no one should have recorded, and their rates."""
    _, y = signal("bateman", fs=4.0, seed=1, minutes=3.0)
    i = np.arange(len(y))
    return {
        "constant": (np.full(400, 3.0), 4), "nought": (np.zeros(400), 4), "nothing but nan": (np.full(400, np.nan), 4),
        "one sample": ([2.0], 4), "three samples": ([1.0, 2.0, 3.0], 4), "a sample a second": (y[::4], 1),
        "a sample in ten seconds": (y[::40], 0.1), "saturated": (np.minimum(y, np.quantile(y, 0.6)), 4), "negative": (-y, 4),
        "one usable": (np.where(i == 7, 1.0, np.nan), 4), "two levels": (np.where(i < 300, 1.0, 2.0), 4),
        "infinite now and then": (np.where(i % 50 == 7, np.inf, y), 4), "whole numbers": (i % 7, 4), "a ramp": (0.01 * i, 4),
        "large": (1e6 * y, 4), "tiny": (1e-12 * y, 4), "one spike": (np.where(i == 99, 1e3, y), 4),
    }  # fmt: skip


@pytest.mark.parametrize("name", list(inputs()))
@pytest.mark.parametrize("method", ["map", "scrf", "cvxeda"])
@pytest.mark.parametrize("quality", [True, False])
def test_no_input_brings_it_down(name, method, quality):
    if method == "cvxeda":
        pytest.importorskip("clarabel", reason="the cvxeda extra is not installed")
    values, fs = inputs()[name]
    activity = sm.decompose(values, fs=fs, method=method, quality=quality)
    check(activity)
    if name in ("constant", "nought", "nothing but nan", "one sample", "three samples", "one usable"):
        assert len(activity.events) == 0
        assert activity.notes
    if quality and name in ("saturated", "negative"):
        assert any("set aside" in note for note in activity.notes)


@given(
    values=st.lists(
        st.one_of(st.floats(-50.0, 50.0, allow_subnormal=False), st.just(float("nan")), st.just(3.0)), min_size=1, max_size=120
    ),
    fs=st.sampled_from([0.5, 1.0, 4.0, 32.0]), quality=st.booleans(),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_any_numbers_give_a_result(values, fs, quality):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check(sm.decompose(values, fs=fs, quality=quality))


@given(
    steps=st.lists(st.floats(-5.0, 30.0, allow_subnormal=False), min_size=3, max_size=60), seed=st.integers(0, 99),
    quality=st.booleans(),
)  # fmt: skip
@settings(max_examples=40, deadline=None)
def test_any_clock_gives_a_result_or_says_why_not(steps, seed, quality):
    times = np.cumsum(steps)
    y = 5 + np.random.default_rng(seed).normal(size=len(times))
    try:
        activity = sm.decompose(y, times=times, quality=quality)
    except InputError:
        return
    check(activity)


@pytest.mark.parametrize("kernel_name", ["bateman", "third_order"])
def test_the_driver_is_nowhere_negative(kernel_name):
    for seed in range(6):
        activity = sm.decompose(signal("scrf", seed=seed)[1], fs=25, quality=False, kernel_name=kernel_name)
        assert activity.driver.min() >= -1e-9 * activity.driver.max()


def test_a_monstrous_spike_leaves_numbers():
    _, y = signal("bateman", fs=4.0, seed=1)
    y[99] = 1e4
    check(sm.decompose(y, fs=4, quality=False))


def test_samples_far_apart_give_a_result():
    check(sm.decompose([5.1, 4.9, 5.6, 5.1], times=[0.0, 1.0, 62.0, 123.0], quality=False))


@pytest.mark.parametrize("kernel_name", ["bateman", "scrf", "third_order", "three_pools"])
@pytest.mark.parametrize("factor", [1e-12, 1e12])
def test_a_number_of_any_size_is_a_number(kernel_name, factor):
    _, y = signal(seed=2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one, other = (sm.decompose(k * y, fs=25, quality=False, kernel_name=kernel_name) for k in (1.0, factor))
    check(other)
    assert other.noise_uS == pytest.approx(factor * one.noise_uS, rel=1e-6)


def test_responses_of_the_canonical_shape_are_found_by_the_canonical_function():
    """Its responses are long: neighbours lean on each other, and must not be thrown out together."""
    counts = []
    for seed in range(3):
        made = record("scrf", fs=25, minutes=4, seed=7000 + seed, bursts_per_min=(4.0, 8.0, 14.0)[seed])
        found = len(sm.decompose(made.recording, quality=False, method="scrf").events)
        counts.append(found / len(made.truth))
    assert 0.6 < np.mean(counts) < 1.6
