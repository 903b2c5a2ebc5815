"""The heart follows its nerves: filters, lags, sizes of a published stress test, and beats that keep count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from sudomotor.errors import InputError
from sudomotor.model import heart
from sudomotor.parameters import load

P = load()
A0, V0 = 0.12, 0.70


def period(drive, vagal, dt_s=0.1, p=P):
    return heart.heart_period_ms(drive, vagal, dt_s, p, drive_rest=A0, vagal_rest=V0)


def step(before, after, seconds=60.0, dt_s=0.1, at_s=10.0):
    times = np.arange(round(seconds / dt_s) + 1) * dt_s
    return times, np.where(times > at_s - 1e-9, after, before)


def test_at_rest_the_heart_keeps_its_rest_period():
    assert period(np.full((50, 3), A0), np.full((50, 3), V0)) == pytest.approx(850.0)


def test_the_gain_at_rest_is_twelve_and_twenty_six_beats_a_minute():
    for drive, vagal, rise in [(A0 + 0.1, V0, 1.2), (A0, V0 - 0.1, 2.6), (A0 + 0.1, V0 - 0.1, 3.8)]:
        _, a = step(A0, drive, 120)
        _, v = step(V0, vagal, 120)
        rate = 60000.0 / period(a, v)
        assert rate[-1] - rate[0] == pytest.approx(rise, rel=1e-4)


def test_the_stress_test_shortens_the_heart_period_by_the_published_amount():
    """Short Sing-a-Song Stress Test: -118.46 ms and -14.67 ms of RMSSD, within 25 %."""
    _, a = step(A0, A0 + 0.42, 120)
    _, v = step(V0, V0 - 0.23, 120)
    change = np.ptp(period(a, v)[[0, -1]])
    assert change == pytest.approx(118.46, rel=0.25)
    fall = heart.rmssd_ms(V0, P) - heart.rmssd_ms(V0 - 0.23, P)
    assert fall == pytest.approx(14.67, rel=0.25)


def test_the_response_is_visible_within_ten_seconds_and_not_complete():
    times, a = step(A0, A0 + 0.42, 120)
    _, v = step(V0, V0 - 0.23, 120)
    answer = period(a, v)
    share = (answer - answer[0]) / (answer[-1] - answer[0])
    assert share[times <= 20.0][-1] > 0.3
    assert share[times <= 11.0][-1] < 0.7


def test_each_path_lags_as_published_and_the_vagus_is_the_faster():
    times, u = step(0.0, 1.0, dt_s=0.01)
    sympathetic, vagal = heart.sympathetic_path(u, 0.01, P), heart.vagal_path(u, 0.01, P)
    assert sympathetic[times < 10.0 + 0.72].max() < 1e-4
    assert vagal[times < 10.0 + 0.10].max() == 0.0
    assert vagal[times > 10.0 + 0.15].min() > 0.0
    # a first-order path has made 63 % of its way one time constant after its lag
    tau = 1.0 / (2 * np.pi * 0.12)
    assert np.interp(10.0 + 0.12 + tau, times, vagal) == pytest.approx(1 - np.exp(-1), abs=0.005)
    assert np.all(vagal[times > 10.2] > sympathetic[times > 10.2])


def test_the_sympathetic_path_solves_its_differential_equation():
    w, zeta, lag, dt = 2 * np.pi * 0.07, 1.96, 0.73, 0.1
    times = np.arange(301) * dt
    drive = 0.3 + 0.2 * np.sin(0.4 * times) * (times > 3)

    def rhs(t, y):
        u = np.interp(t - lag, times, drive)
        return [y[1], w**2 * (u - y[0]) - 2 * zeta * w * y[1]]

    # the lag shifts the bends of the input off the samples, so the solver must not step over them
    reference = solve_ivp(rhs, (0, 30), [0.3, 0.0], t_eval=times, rtol=1e-9, atol=1e-11, max_step=0.05).y[0]
    assert heart.sympathetic_path(drive, dt, P) == pytest.approx(reference, abs=2e-7)


def test_a_finer_time_step_changes_nothing_where_the_input_is_the_same():
    coarse = np.arange(0, 60.01, 0.1)
    fine = np.arange(0, 60.01, 0.05)
    rng = np.random.default_rng(3)
    a, v = rng.uniform(0, 1, (2, coarse.size))
    finer_a, finer_v = np.interp(fine, coarse, a), np.interp(fine, coarse, v)
    once, twice = period(a, v, 0.1), period(finer_a, finer_v, 0.05)[::2]
    assert twice == pytest.approx(once, rel=1e-10)


def test_a_smooth_input_is_followed_alike_at_both_steps():
    def smooth(dt):
        t = np.arange(0, 60.01, dt)
        return period(A0 + 0.4 * np.sin(0.3 * t) ** 2, V0 - 0.2 * np.sin(0.2 * t) ** 2, dt)

    assert smooth(0.05)[::2] == pytest.approx(smooth(0.1), rel=1e-4)


def test_people_do_not_mix():
    rng = np.random.default_rng(0)
    a, v = rng.uniform(0, 1, (2, 200, 3))
    together = period(a, v)
    for i in range(3):
        assert together[:, i] == pytest.approx(period(a[:, i], v[:, i]), rel=1e-12)


@settings(max_examples=40, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_more_drive_and_less_vagal_tone_never_slow_the_heart(a1, a2, v1, v2):
    _, low = step(A0, min(a1, a2), 30)
    _, high = step(A0, max(a1, a2), 30)
    _, more = step(V0, max(v1, v2), 30)
    _, less = step(V0, min(v1, v2), 30)
    assert np.all(period(high, more) <= period(low, more) + 1e-9)
    assert np.all(period(low, less) <= period(low, more) + 1e-9)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=2, max_size=40), st.floats(0.01, 2), st.floats(0, 3))
def test_a_low_pass_stays_within_its_input(values, tau_s, lag_s):
    out = heart.first_order(values, 0.1, tau_s, lag_s)
    assert out.min() >= min(values) - 1e-12
    assert out.max() <= max(values) + 1e-12


def test_beats_fall_where_the_integrated_rate_is_whole():
    beats = heart.beat_times_s(np.full(6001, 800.0), 0.1, 0.0, seed=None)
    assert beats.size == 750
    assert np.diff(beats) == pytest.approx(0.8, abs=1e-9)


def test_variability_neither_makes_nor_loses_beats():
    times = np.arange(0, 600.01, 0.1)
    series = 850 - 120 * (times > 200) * (times < 400)
    plain = heart.beat_times_s(series, 0.1, 42.0, seed=None)
    moved = heart.beat_times_s(series, 0.1, 42.0, seed=5)
    assert moved.size == plain.size == int(np.trapezoid(1000.0 / series, times))
    assert np.abs(moved - plain).max() < 0.15
    assert not np.array_equal(moved, plain)
    assert np.array_equal(moved, heart.beat_times_s(series, 0.1, 42.0, seed=5))
    # the count of every stretch follows the rate there, not only that of the whole
    assert np.sum((moved > 200) & (moved < 400)) == pytest.approx(200 / 0.73, abs=1.5)


@pytest.mark.parametrize("vagal", [0.45, 0.7, 1.0])
def test_the_beats_have_the_rmssd_of_the_vagal_tone(vagal):
    wanted = heart.rmssd_ms(vagal, P)
    n = 40_000
    series = np.full(int(n * 8.5), 850.0)
    beats = heart.beat_times_s(series, 0.1, np.full(series.size, wanted), seed=11)
    intervals_ms = 1000.0 * np.diff(beats)
    found = np.sqrt(np.mean(np.diff(intervals_ms) ** 2))
    # about n/2 independent squares: standard error of the root near 0.5 %
    assert found == pytest.approx(wanted, rel=0.02)
    assert intervals_ms.mean() == pytest.approx(850.0, abs=0.05)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: period([A0, np.nan], [V0, V0]), "not finite"),
        (lambda: period([A0, A0, A0], [V0, V0]), "3 samples"),
        (lambda: period([A0], [V0], dt_s=0.0), "time step"),
        (lambda: period(A0, V0), "series"),
        (lambda: period([A0, A0], [9.0, 9.0]), "stand still"),
        (lambda: period([A0], [V0], p=P.with_values({"heart_sympathetic_damping": 0.9})), "ring"),
        (lambda: heart.beat_times_s([800.0, -1.0], 0.1, 40.0, 1), "positive"),
        (lambda: heart.beat_times_s(np.full(900, 800.0), 0.1, 3000.0, 1), "change places"),
        (lambda: heart.beat_times_s(np.full((9, 2), 800.0), 0.1, 40.0, 1), "one heart"),
    ],
)
def test_what_no_heart_can_do_is_refused(call, words):
    with pytest.raises(InputError, match=words):
        call()
