"""An activity in a few numbers, each with its error."""

import math

import numpy as np
import pytest

import sudomotor as sm
from sudomotor.measurement import Recording, Trace
from sudomotor.measurement.kernels import bateman
from sudomotor.measurement.summary import batch_error, set_aside, summarise

KERNEL = bateman(2.0, 0.7)


def made(minutes=12.0, every_s=12.0, fs=4.0, level=4.0, seed=3):
    rng = np.random.default_rng(seed)
    t = np.arange(0.0, 60.0 * minutes, 1.0 / fs)
    y = level + 0.002 * rng.normal(size=len(t))
    for at in np.arange(8.0, 60.0 * minutes - 6.0, every_s):
        y = y + 0.2 * KERNEL.at(t - at)
    return t, y


def test_what_was_put_in_comes_out_within_its_error():
    _, y = made()
    told = summarise(sm.decompose(y, fs=4))
    assert (told.duration_s, told.usable_share) == (720.0, 1.0)
    assert told.bursts == 59
    assert told.bursts_per_min == pytest.approx(5.0, abs=0.1)
    assert 0.3 < told.bursts_per_min_sd < 1.0
    assert told.amplitude_uS == pytest.approx(0.2, abs=0.02)
    assert told.amplitude_low_uS <= told.amplitude_uS <= told.amplitude_high_uS
    assert 0 < told.amplitude_error_uS < told.amplitude_sd_uS < 0.05
    assert told.tonic_uS == pytest.approx(4.0, abs=0.03)
    assert told.tonic_low_uS < told.tonic_uS < told.tonic_high_uS
    assert told.tonic_sd_uS < 0.05
    assert told.noise_uS == pytest.approx(0.002, rel=0.5)
    assert math.isnan(told.skin_degC)
    assert told.aside_s == {}


def test_what_is_missing_is_told_by_its_reason():
    t, y = made()
    y[1000:1240] = np.nan  # a minute
    keep = np.ones(len(t), bool)
    keep[2000:2480] = False  # two
    skin = Trace("temperature", "degC", t, np.full(len(t), 33.0))
    activity = sm.decompose(Recording.of(y[keep], times=t[keep], temperature=skin), quality=False)
    told = summarise(activity)
    assert told.aside_s == {"gap": pytest.approx(120.25), "missing": pytest.approx(60.0)}
    assert told.usable_share == pytest.approx(9 / 12, abs=0.001)
    assert told.skin_degC == 33.0
    assert list(set_aside(activity)) == ["gap", "missing"]


def test_a_level_that_wanders_has_an_error_that_says_so():
    t, y = made()
    still, wanders = (summarise(sm.decompose(y + drift, fs=4)) for drift in (0 * t, t / 720.0))
    assert wanders.tonic_sd_uS > 5 * still.tonic_sd_uS
    assert wanders.tonic_sd_uS > 0.1


@pytest.mark.parametrize("values", [[2.0], [float("nan")] * 100, [3.0] * 500])
def test_nothing_is_told_of_nothing(values):
    told = summarise(sm.decompose(values, fs=4))
    assert told.bursts == 0
    assert math.isnan(told.amplitude_uS)
    assert 0.0 <= told.usable_share <= 1.0


def test_no_burst_is_no_proof_of_none():
    told = summarise(sm.decompose(4.0 + 0.002 * np.random.default_rng(0).normal(size=2400), fs=4))
    assert told.bursts == 0
    assert told.bursts_per_min == 0.0
    assert told.bursts_per_min_sd == pytest.approx(0.1)


def test_neighbours_that_resemble_each_other_count_less():
    rng = np.random.default_rng(5)
    wander = np.cumsum(rng.normal(size=400))
    assert batch_error(wander) > 3 * wander.std() / math.sqrt(400)
    assert batch_error(rng.normal(size=400)) == pytest.approx(1 / math.sqrt(400), rel=0.5)
    assert math.isnan(batch_error(np.array([1.0])))
