"""A stream tells what the whole recording tells, a lag later; and what it has let go still counts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sudomotor as sm
from sudomotor.errors import InputError
from sudomotor.measurement.activity import EVENT_COLUMNS
from sudomotor.measurement.deconvolve import deconvolve
from sudomotor.measurement.kernels import bateman
from sudomotor.measurement.stream import Stream, condensed
from sudomotor.simulation.recording import record


def streamed(values, fs=25.0, size=10, times=None, **more):
    """Moments, and events in the order of time."""
    stream = Stream(fs, **more)
    told = []
    for k in range(0, len(values), size):
        told += stream.push(values[k : k + size], None if times is None else times[k : k + size])
    told += stream.close()
    events = pd.DataFrame([event for moment in told for event in moment.events], columns=list(EVENT_COLUMNS))
    return stream, told, events.sort_values("onset_s", ignore_index=True)


def made(kind="poral", fs=25.0, minutes=4.0, seed=900, rate=6.0):
    return record(kind, fs=fs, minutes=minutes, seed=seed, bursts_per_min=rate).recording


def hits(some, others):
    """How many of the larger events are within a second of one of the others."""
    large = some.onset_s[some.amplitude_uS >= 0.05].to_numpy()
    return sum(np.abs(others.onset_s - t).min() < 1.0 for t in large), len(large)


def test_a_stream_finds_what_the_whole_recording_holds():
    there = back = np.zeros(2)
    for kind in ("bateman_person", "poral", "third_order"):
        for seed, rate in ((900, 4.0), (901, 10.0)):
            recording = made(kind, seed=seed, rate=rate)
            batch = sm.decompose(recording, quality=False).events
            _, _, events = streamed(recording.values_uS)
            there, back = there + hits(batch, events), back + hits(events, batch)
    assert there[1] > 80
    assert there[0] >= 0.95 * there[1]
    assert back[0] >= 0.95 * back[1]


def test_levels_and_responses_agree_with_the_whole_recording():
    recording = made()
    batch = sm.decompose(recording, quality=False)
    stream, told, _ = streamed(recording.values_uS)
    times = np.array([moment.time_s for moment in told])
    assert np.diff(times) == pytest.approx(stream.dt_s)
    assert times[-1] - times[0] > recording.duration_s - 1.0  # nothing is lost at either end
    total = np.interp(times, recording.times_s, batch.tonic + batch.phasic)
    assert np.sqrt(np.mean((total - [m.tonic_uS + m.phasic_uS for m in told]) ** 2)) < 3 * batch.noise_uS
    swing = np.ptp(batch.tonic + batch.phasic)
    assert np.sqrt(np.mean((np.interp(times, recording.times_s, batch.tonic) - [m.tonic_uS for m in told]) ** 2)) < 0.05 * swing
    assert min(moment.driver_uS for moment in told) >= -1e-9


def test_how_it_is_cut_does_not_matter():
    values = made(minutes=2.0).values_uS
    _, one, a = streamed(values, size=1)
    _, other, b = streamed(values, size=777)
    assert [m.time_s for m in one] == [m.time_s for m in other]
    pd.testing.assert_frame_equal(a, b)


def test_nothing_is_told_before_its_lag():
    stream = Stream(25.0)
    for pushed, value in enumerate(made(minutes=2.0).values_uS, 1):
        for moment in stream.push([value]):
            assert pushed / 25.0 - moment.time_s >= stream.lag_s - stream.dt_s
            for event in moment.events:
                assert event.onset_s + stream.latency_s <= pushed / 25.0 - stream.lag_s + stream.dt_s


@pytest.mark.parametrize(("unit", "factor"), [("nS", 1e3), ("mS", 1e-3)])
def test_the_unit_does_not_matter(unit, factor):
    values = made(minutes=2.0).values_uS
    one, other = streamed(values)[2], streamed(factor * values, unit=unit)[2]
    assert np.allclose(one.onset_s, other.onset_s, atol=1e-4)
    assert np.allclose(one.amplitude_uS, other.amplitude_uS, rtol=1e-3)


def test_what_is_let_go_still_counts():
    """Two fits of the last part agree where the first knows the past only by its arrival cost."""
    recording = made(minutes=1.0)
    y = recording.values_uS[: len(recording.values_uS) // 6 * 6].reshape(-1, 6).mean(axis=1)
    from sudomotor.measurement.decompose import settings_of
    from sudomotor.measurement.interior import solve
    from sudomotor.parameters import load

    whole = deconvolve(y, np.ones(len(y)), 0.24, bateman(2.0, 0.7), settings_of(load()))
    arrival, gone = None, 60
    for cell in range(gone):
        arrival = condensed(whole, arrival, cell)
    assert arrival is not None
    p = whole.problem
    late = p._replace(
        y=p.y[gone:], w=p.w[gone:], lam=p.lam[gone:], omega=p.omega[gone:], prior=arrival.weight, prior_g=arrival.slope
    )
    found = solve(late)
    assert np.allclose(found.b, whole.solution.b[gone:], atol=0.05)  # in units of the noise
    assert np.allclose(found.u[2:], whole.solution.u[gone + 2 :], atol=0.02 * whole.solution.u.max())
    forgotten = solve(late._replace(prior=0 * arrival.weight, prior_g=0 * arrival.slope))
    error, worse = (np.abs(each.b - whole.solution.b[gone:])[:8].max() for each in (found, forgotten))
    assert error < 0.2 * worse


def test_calm_and_noise_hold_no_burst():
    noise = 5 + 0.003 * np.random.default_rng(0).normal(size=25 * 180)
    assert len(streamed(noise)[2]) <= 1
    assert len(streamed(np.full(25 * 60, 5.0))[2]) == 0
    assert len(streamed(np.zeros(25 * 60))[2]) == 0


def test_missing_samples_weigh_nothing():
    recording = made()
    values = recording.values_uS.copy()
    values[1000:1100] = np.nan
    values[2000:2010] = 1e6
    values[3000:3010] = -5.0
    stream, told, events = streamed(values)
    assert stream.set_aside == 120
    assert all(np.isfinite(moment[:4]).all() for moment in told)
    whole = streamed(recording.values_uS)[2]
    assert abs(len(events) - len(whole)) <= 3


def test_after_a_long_gap_it_begins_anew():
    values = made(minutes=2.0).values_uS
    t = np.arange(len(values)) / 25.0
    t[len(t) // 2 :] += 600.0
    _, told, events = streamed(values, times=t)
    times = np.array([moment.time_s for moment in told])
    assert (np.diff(times) > 0).all()
    assert not ((times > 61.0) & (times < 659.0)).any()
    assert not ((events.onset_s > 61.0) & (events.onset_s < 658.0)).any()
    assert (events.onset_s > 660.0).any()


def test_time_does_not_go_back():
    stream = Stream(4.0)
    list(stream.push([1.0, 2.0], [0.0, 0.25]))
    with pytest.raises(InputError, match="came after"):
        list(stream.push([3.0], [0.25]))
    with pytest.raises(InputError, match="came after"):
        list(stream.push([3.0], [np.inf]))
    with pytest.raises(InputError, match="2 values came with 1"):
        list(stream.push([3.0, 4.0], [1.0]))
    with pytest.raises(InputError):
        Stream(0.0)
    with pytest.raises(InputError):
        Stream(4.0, unit="furlongs")


def test_memory_does_not_grow():
    stream = Stream(4.0)
    rng = np.random.default_rng(0)
    for _ in range(12):
        list(stream.push(5 + 0.01 * rng.normal(size=240)))
    assert len(stream._y) <= stream._window
    assert len(stream._long) <= stream._back
    assert len(stream._noise) <= stream._back
    assert not stream._heard


def test_an_electrode_that_is_off_for_an_hour_is_a_gap():
    values = made(minutes=2.0).values_uS
    away = np.full(25 * 3600, np.nan)
    stream, told, events = streamed(np.concatenate([values, away, values]))
    assert stream.set_aside == len(away)
    assert len(told) < 1.1 * 2 * len(values) / 6
    times = np.array([moment.time_s for moment in told])
    assert not ((times > 121.0) & (times < 3719.0)).any()
    assert (events.onset_s > 3720.0).sum() == pytest.approx((events.onset_s < 120.0).sum(), abs=2)


def test_what_comes_after_half_a_minute_without_contact_is_found():
    values = made().values_uS.copy()
    whole = streamed(values)[2]
    values[2500:3500] = np.nan
    stream, told, events = streamed(values)
    assert stream.unsure == 0
    assert len(stream._y) <= stream._window
    assert all(np.isfinite(moment[:4]).all() for moment in told)
    late = [each.onset_s[each.onset_s > 145.0] for each in (whole, events)]
    assert len(late[1]) == pytest.approx(len(late[0]), abs=1)


def test_nothing_but_nought_costs_no_memory():
    stream = Stream(4.0)
    assert list(stream.push(np.zeros(4 * 600))) == []
    assert len(stream._y) <= stream._window
    assert len(stream._heard) <= stream._learn
