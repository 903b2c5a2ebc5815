"""Made recordings: the same seed gives the same, amplitudes are peaks, areas add up, and what spoils them is marked."""

from __future__ import annotations

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.simulation import recording_responses as responses
from sudomotor.simulation.recording import KINDS, record
from sudomotor.simulation.recording_bursts import burst_amplitudes, burst_times
from sudomotor.simulation.recording_level import LEVELS, level, noise

P = load()
QUIET = {"noise_uS": 0.0, "tonic": "flat"}
SHAPES = {
    "bateman": responses.bateman(2.0, 0.7), "scrf": responses.canonical(P), "third_order": responses.third_order(P),
    "three_pools": responses.three_pools(P), "poral, small": responses.through_pore(0.05, P),
    "poral, large": responses.through_pore(3.0, P),
    "drawn": responses.some_bateman(np.random.default_rng(4), P),
}  # fmt: skip


def plain(**asked):
    """A short recording of which every part can be told."""
    return record(**{"minutes": 2.0, "fs": 4.0, "seed": 7, **asked})


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_recording_and_another_does_not(kind):
    one, same, other = plain(kind=kind), plain(kind=kind), plain(kind=kind, seed=8)
    assert np.array_equal(one.recording.values_uS, same.recording.values_uS)
    assert one.truth.equals(same.truth)
    assert not np.array_equal(one.recording.values_uS, other.recording.values_uS)


def test_a_seed_means_the_same_bursts_by_any_account_rate_and_noise():
    first = plain(kind="bateman")
    for asked in (
        {"kind": "scrf"},
        {"fs": 25.0},
        {"noise_uS": 0.1},
        {"artefacts_per_min": 5.0},
        {"tonic": "steps"},
    ):
        other = plain(**{"kind": "bateman", **asked})
        assert np.allclose(other.truth.onset_s, first.truth.onset_s)
        assert np.allclose(other.truth.amplitude_uS, first.truth.amplitude_uS)


def test_the_same_level_lies_beneath_at_any_rate():
    slow, fast = (plain(kind="bateman", fs=fs, tonic="mixed") for fs in (4.0, 100.0))
    assert np.allclose(slow.tonic, fast.tonic[::25], atol=1e-6)
    assert np.allclose(slow.clean, fast.clean[::25], atol=1e-6)


@pytest.mark.parametrize("name", SHAPES)
def test_the_amplitude_is_the_peak_of_a_lone_response_and_the_area_its_integral(name):
    of = SHAPES[name]
    t = np.arange(of.from_s, of.to_s, 0.002)
    h = of.at(t)
    assert h.max() == pytest.approx(1.0, abs=1e-4)
    assert h.min() >= -1e-3
    assert abs(h[-1]) < 1e-4
    assert of.at(np.array([of.from_s - 1.0]))[0] == pytest.approx(0.0, abs=1e-6)
    assert np.trapezoid(h, t) == pytest.approx(of.area_s, rel=1e-3)


def test_the_canonical_response_is_the_convolution_that_its_paper_gives():
    t = np.arange(0.0, 60.0, 0.01)
    centre, sd = P.value("recording_canonical_centre_s"), P.value("recording_canonical_sd_s")
    gaussian = np.exp(-0.5 * ((t - centre) / sd) ** 2)
    decays = np.exp(-P.value("scrf_fade_1_per_s") * t) + np.exp(-P.value("scrf_fade_2_per_s") * t)
    h = np.convolve(gaussian, decays)[: len(t)]
    found = SHAPES["scrf"].at(t - P.value("nerve_delay_s"))
    assert np.allclose(found, h / h.max(), atol=0.01)


def test_the_third_order_response_solves_its_equation():
    from scipy.integrate import solve_ivp

    one, two, three = (P.value(f"third_order_theta_{i}") for i in (1, 2, 3))
    sd = P.value("recording_burst_sd_s")

    def change(t, x):
        return [x[1], x[2], np.exp(-0.5 * (t / sd) ** 2) - one * x[0] - two * x[1] - three * x[2]]

    t = np.arange(-1.0, 20.0, 0.05)
    solved = solve_ivp(change, (-3.0, 20.0), [0.0] * 3, t_eval=t, rtol=1e-9, atol=1e-12, max_step=0.05).y[0]
    assert np.allclose(SHAPES["third_order"].at(t), solved / solved.max(), atol=0.005)


def test_the_three_pools_solve_their_equations():
    from scipy.integrate import solve_ivp

    rise, drain, dry = (P.value(name) for name in ("gland_rise_s", "duct_drain_s", "corneum_drying_s"))
    share = P.value("corneum_share")
    t = np.arange(0.0, 300.0, 0.5)
    solved = solve_ivp(
        lambda _, x: [-x[0] / rise, x[0] / rise - x[1] / drain, x[0] / rise - x[2] / dry],
        (0.0, 300.0), [1.0, 0.0, 0.0], t_eval=t, rtol=1e-9, atol=1e-12,
    ).y  # fmt: skip
    of = SHAPES["three_pools"]
    assert of.tonic is not None
    duct, layer = (1.0 - share) * solved[1], share * solved[2]
    assert np.allclose(of.tonic(t) * duct[1:].sum(), layer * of.at(t)[1:].sum(), rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", ["bateman", "bateman_person", "poral", "third_order", "three_pools"])
def test_masses_are_conserved(kind, monkeypatch):
    from sudomotor.simulation import recording

    monkeypatch.setattr(recording, "burst_times", lambda *_: np.array([5.0, 9.0, 9.9, 30.0]))
    made = record(kind, minutes=4, fs=20, seed=3, **QUIET)
    assert len(made.truth) == 4
    assert made.phasic.sum() / 20.0 == pytest.approx(made.truth.area_uS_s.sum(), rel=2e-3)


def test_a_lone_burst_peaks_at_its_amplitude_by_every_account(monkeypatch):
    from sudomotor.simulation import recording

    monkeypatch.setattr(recording, "burst_times", lambda *_: np.array([20.0]))
    for kind in KINDS:
        made = record(kind, minutes=1.5, fs=50, seed=3, bursts_per_min=0.01, **QUIET)
        at = made.recording.times_s
        seen = made.clean if kind == "gland" else made.phasic
        peak = seen[(at >= 19.0) & (at < 40.0)].max() - seen[at < 19.0].max()
        assert peak == pytest.approx(made.truth.amplitude_uS[0], rel=0.01), kind


def test_intervals_have_the_law_of_the_nerve():
    found = burst_times(
        np.random.default_rng(1), 0.0, 40000.0, 10.0, P.with_values({"recording_rate_log_sd": 0.0})
    )
    gaps = np.diff(found)
    pause = P.value("recording_refractory_s")
    assert gaps.min() > pause
    assert gaps.mean() == pytest.approx(6.0, rel=0.02)
    # inverse-Gaussian of mean m and shape k m: variance m^2 / k
    free = gaps - pause
    assert free.var() / free.mean() ** 2 == pytest.approx(1.0 / P.value("burst_shape"), rel=0.1)
    from scipy.stats import invgauss, kstest

    mean, shape = free.mean(), P.value("burst_shape") * free.mean()
    # the rate is resolved in steps of half a second, so the law holds to the test's own resolution
    assert kstest(free, invgauss(mean / shape, scale=shape).cdf).statistic < 0.02


@pytest.mark.parametrize("per_min", [1.0, 8.0, 20.0, 40.0])
def test_bursts_come_at_the_rate_asked_for(per_min):
    found = burst_times(np.random.default_rng(3), 0.0, 30000.0, per_min, P)
    assert len(found) / 500.0 == pytest.approx(per_min, rel=0.08)


def test_without_bursts_there_are_none_and_too_many_are_refused():
    made = plain(bursts_per_min=0.0)
    assert made.truth.empty
    assert np.allclose(made.phasic, 0.0)
    assert record("gland", minutes=1, fs=4, bursts_per_min=0.0).truth.empty
    with pytest.raises(InputError, match="no pause"):
        plain(bursts_per_min=80.0)


def test_amplitudes_are_log_normal():
    drawn = np.log(burst_amplitudes(np.random.default_rng(2), 20000, 0.4, P))
    assert np.exp(drawn.mean()) == pytest.approx(0.4, rel=0.02)
    assert drawn.std() == pytest.approx(P.value("recording_amplitude_log_sd"), rel=0.02)


def test_time_constants_vary_between_people_or_between_bursts():
    person, event = plain(kind="bateman_person"), plain(kind="bateman_event")
    assert person.truth.slow_s.nunique() == 1
    assert event.truth.slow_s.nunique() == len(event.truth)
    assert (event.truth.slow_s / event.truth.fast_s).min() >= P.value("recording_tau_ratio") * 0.999


@pytest.mark.parametrize("kind", LEVELS)
def test_a_level_begins_where_it_is_told_and_stays_above_nought(kind):
    t = np.arange(0.0, 1200.0, 0.25)
    drawn = level(kind, np.random.default_rng(5), t, 2.0, P)
    assert drawn[0] == pytest.approx(2.0, abs=0.1)
    assert drawn.min() > 0
    assert (np.ptp(drawn) > 0.01) == (kind != "flat")
    if kind == "hydration":
        assert (np.diff(drawn) > 0).all()


def test_noise_has_its_spread_and_colour():
    for kind in ("white", "pink", "mixed"):
        drawn = noise(kind, np.random.default_rng(6), 20000, 0.01)
        assert drawn.std() == pytest.approx(0.01, rel=0.05)
    power = [
        np.abs(np.fft.rfft(noise(kind, np.random.default_rng(6), 20000, 1.0))) ** 2
        for kind in ("white", "pink")
    ]
    low, high = [each[1:100].mean() / each[5000:].mean() for each in power]
    assert low == pytest.approx(1.0, abs=0.3)
    assert high > 50


def test_an_amplifier_can_smooth():
    rough, even = (plain(kind="bateman", fs=25.0, noise_uS=0.01, smooth_s=s) for s in (0.0, 0.2))
    assert np.diff(even.recording.values_uS, 2).std() < 0.2 * np.diff(rough.recording.values_uS, 2).std()


def test_a_converter_has_steps():
    made = plain(quantum_uS=0.0009)
    assert np.allclose(
        made.recording.values_uS / 0.0009, np.round(made.recording.values_uS / 0.0009), atol=1e-6
    )
    twelve = plain(maximum_uS=40.96, bits=12)
    assert np.allclose(
        twelve.recording.values_uS * 100, np.round(twelve.recording.values_uS * 100), atol=1e-6
    )


def test_an_amplifier_saturates():
    made = plain(maximum_uS=5.2, bursts_per_min=20.0)
    assert made.recording.values_uS.max() == 5.2
    assert made.recording.maximum_uS == 5.2
    assert made.clean.max() > 5.2


def test_samples_can_be_missing_and_recordings_can_have_gaps():
    made = record("bateman", minutes=20, fs=4, missing=0.2, gaps_per_min=0.5, seed=9)
    values = made.recording.values_uS
    assert np.isnan(values).mean() == pytest.approx(0.2, abs=0.03)
    assert len(made.recording.gaps) > 3
    assert len(values) == len(made.clean) == len(made.tonic) < 20 * 60 * 4
    there = np.isfinite(values)
    assert np.abs(values - made.clean)[there].max() < 0.03


@pytest.mark.parametrize(
    ("asked", "match"),
    [
        ({"kind": "batman"}, "bateman"), ({"minutes": 0.0}, "minutes"), ({"fs": -4.0}, "fs"), ({"missing": 2.0}, "missing"),
        ({"bits": 12}, "range"), ({"kind": "gland", "level_uS": 3.0}, "person"), ({"tonic": "waves"}, "level"),
        ({"noise_kind": "brown"}, "noise"), ({"artefact_kinds": ("spike",)}, "artefact"), ({"person": "nobody"}, "preset"),
        ({"place": "palms"}, "palm"), ({"noise_uS": float("nan")}, "noise_uS"), ({"minutes": 1e6}, "minutes"),
    ],
)  # fmt: skip
def test_what_makes_no_recording_is_refused(asked, match):
    with pytest.raises(InputError, match=match):
        plain(**asked)
