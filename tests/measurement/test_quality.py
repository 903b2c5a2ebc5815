"""What was measured on skin and what was not: each fault, what must be kept, and that the verdict knows no unit."""

from __future__ import annotations

import csv
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.measurement import Recording, Trace
from sudomotor.measurement.kernels import KERNELS, bateman, kernel
from sudomotor.measurement.quality import REASONS, RULES, judge


def skin(level=4.0, minutes=5.0, fs=8.0, rate_per_min=6.0, amplitude=0.3, noise=0.002, seed=0, of=None):
    """A clean recording's values: responses on a level."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(60 * minutes * fs)) / fs
    y = np.full(len(t), float(level))
    for onset in rng.uniform(0, t[-1], rng.poisson(rate_per_min * minutes)):
        y += amplitude * np.exp(0.8 * rng.normal()) * (of or bateman(2.0, 0.7)).at(t - onset)
    return y + noise * rng.normal(size=len(t))


def seconds(quality, reason, fs=8.0):
    return float((quality.reason == REASONS.index(reason)).sum() / fs)


def test_clean_skin_is_good():
    found = judge(Recording.of(skin(), fs=8))
    assert found.usable.all()
    assert (found.epochs.reason == "good").all()
    assert found.notes == ()
    assert found.usable_share == 1.0
    assert len(found.epochs) == 60


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize(("level", "amplitude"), [(0.5, 0.1), (5.0, 0.5), (40.0, 4.0)])
def test_responses_are_no_artefacts(name, level, amplitude):
    """Of any kernel, on dry and on wet skin, as often as they come."""
    if name == "three_pools":  # whose level rises with every response
        amplitude *= 0.1
    values = skin(level, 10, 8, 15, amplitude, 0.001 * level, of=kernel(name))
    assert judge(Recording.of(values, fs=8)).usable_share > 0.998


@pytest.mark.parametrize("fs", [4.0, 8.0, 31.98, 128.0])
def test_a_dip_is_an_artefact_at_any_rate(fs):
    values = skin(minutes=2, fs=fs, rate_per_min=2)
    at = round(62 * fs)
    values[at : at + max(1, round(0.5 * fs))] *= 0.8
    found = judge(Recording.of(values, fs=fs))
    assert found.words[at] == "artefact"
    assert found.epochs.reason[12] == "artefact"
    assert (found.epochs.reason == "artefact").sum() == 1
    assert found.epochs.artefact_probability[12] > 0.7
    assert found.usable_share > 0.95


def test_a_peak_of_a_moment_is_an_artefact():
    values = skin(minutes=2, rate_per_min=0)
    values[500:503] *= 1.5
    assert judge(Recording.of(values, fs=8)).words[501] == "artefact"


def test_wet_and_dry_skin_are_kept():
    wet = judge(Recording.of(skin(75.0, amplitude=6.0), fs=8))
    assert wet.usable.all()
    assert any("above 60 uS" in note for note in wet.notes)
    dry = judge(Recording.of(np.round(skin(0.03, amplitude=0.004, noise=0.001), 5), fs=8))
    assert dry.usable.all()
    assert any("near zero" in note for note in dry.notes)
    strict = judge(Recording.of(skin(75.0, amplitude=6.0), fs=8), rules="strict")
    assert not strict.usable.any()


def test_no_contact_near_zero():
    values = skin()
    values[800:1600] = 0.0
    found = judge(Recording.of(values, fs=8))
    assert seconds(found, "contact lost") == 100.0
    assert found.usable[:790].all()
    assert (found.epochs.reason[20:40] == "contact lost").all()
    # the amplifier's noise is no dry skin where the skin is far from dry
    values[800:1600] = 0.004 + 0.001 * np.random.default_rng(1).normal(size=800)
    assert seconds(judge(Recording.of(values, fs=8)), "contact lost") == 100.0


def test_missing_samples_do_not_make_dry_skin_flat():
    values = skin(0.03, 3, amplitude=0.004, noise=0.001)
    values[400:900] = np.nan
    found = judge(Recording.of(values, fs=8))
    assert seconds(found, "missing") == 62.5
    assert seconds(found, "contact lost") == 0.0


def test_a_logger_that_stands_still():
    values = skin()
    values[800:1600] = values[800]
    assert seconds(judge(Recording.of(values, fs=8)), "contact lost") == 100.0
    values = skin()
    values[800:1000] = values[800]  # shorter than a coarse converter makes
    assert seconds(judge(Recording.of(values, fs=8)), "contact lost") == 0.0


def test_saturation_declared_and_not():
    values = skin(18.0, amplitude=4.0, minutes=10)
    clipped = np.minimum(values, 20.0)
    there = float((values >= 20.0).sum() / 8)
    assert there > 10
    for maximum in (20.0, None):
        found = judge(Recording.of(clipped, fs=8, maximum_uS=maximum))
        assert seconds(found, "saturated") == pytest.approx(there, rel=0.02)
        assert any("end of its range (20 uS)" in note for note in found.notes)
        assert not found.usable[clipped >= 20.0].any()
    assert seconds(judge(Recording.of(values, fs=8)), "saturated") == 0.0
    # a coarse converter holds every level as long
    assert seconds(judge(Recording.of(np.round(values, 0), fs=8)), "saturated") == 0.0


def test_range_and_slope():
    values = skin()
    values[100:104] = -0.5
    values[900:] += 6.0
    values[1500:1540] = 500.0
    found = judge(Recording.of(values, fs=8))
    assert (found.words[100:104] == "range").all()
    assert (found.words[1500:1540] == "range").all()
    assert found.words[900] == "slope"
    assert seconds(found, "slope") <= 1.0
    # the same jump is a response's rise on wet skin
    wet = skin(40.0)
    wet[900:] += 6.0
    assert seconds(judge(Recording.of(wet, fs=8)), "slope") == 0.0


def test_motion_and_temperature_are_told_and_kept():
    t = np.arange(9600) / 32
    shake = np.where(t < 150, 0.5, 0.002)
    acceleration = Trace("acceleration", "g", t, np.column_stack([1 + shake * np.sin(7 * t), 0 * t, 0 * t]))
    skin_temperature = Trace(
        "temperature", "degC", np.arange(0.0, 300.0), np.where(np.arange(300) < 200, 33.0, 28.0)
    )
    recording = Recording.of(skin(), fs=8, acceleration=acceleration, temperature=skin_temperature)
    found = judge(recording)
    assert found.usable.all()
    assert (found.epochs.reason[:30] == "motion").all()
    assert (found.epochs.reason[40:] == "temperature").all()
    assert found.epochs.motion_g[0] == pytest.approx(0.5 / np.sqrt(2), rel=0.05)
    assert found.epochs.skin_degC[0] == 33.0
    strict = judge(recording, rules="strict")
    assert strict.usable_share == pytest.approx(50 / 300)


def test_other_channels_may_be_short_or_broken():
    acceleration = Trace("acceleration", "g", np.arange(0.0, 20.0), np.full((20, 3), np.nan))
    temperature = Trace("temperature", "degC", np.arange(-5.0, 20.0), np.full(25, 33.0))
    found = judge(Recording.of(skin(), fs=8, acceleration=acceleration, temperature=temperature))
    assert found.epochs.motion_g.isna().all()
    assert found.epochs.skin_degC.notna().sum() == 4


def test_a_slow_recording_says_what_it_cannot_see():
    found = judge(Recording.of(skin(fs=1), fs=1))
    assert found.epochs.artefact_probability.isna().all()
    assert any("1 Hz" in note for note in found.notes)
    assert found.usable.all()


def test_gaps_make_no_epochs():
    times = np.r_[np.arange(0, 60, 0.125), 1e6 + np.arange(0, 60, 0.125)]
    found = judge(Recording.of(np.r_[skin(minutes=1), skin(minutes=1, seed=1)], times=times))
    assert len(found.epochs) == 24
    assert found.usable.all()


@pytest.mark.parametrize(
    "values", [[2.0], [np.nan] * 50, [2.0, 2.1, 2.0], [0.0] * 100, [-3.0] * 100, [5.0] * 1000]
)
@pytest.mark.parametrize("rules", RULES)
def test_nothing_is_too_bad_to_be_judged(values, rules):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = judge(Recording.of(values, fs=4), rules=rules)
    assert len(found.usable) == len(values)
    assert found.epochs.usable_share.between(0, 1).all()


def test_unknown_rules():
    with pytest.raises(InputError, match="did you mean 'strict'"):
        judge(Recording.of([1.0], fs=4), rules="strikt")


def test_a_fault_is_told_once_and_the_worst_first():
    values = skin()
    values[800:1600] = np.nan
    values[1000] = -5.0
    found = judge(Recording.of(values, fs=8))
    assert found.words[1000] == "range"
    assert found.words[900] == "missing"
    assert found.epochs.usable_share[25] == 0.0
    assert found.epochs.reason[25] == "missing"


@settings(max_examples=25, deadline=None)
@given(
    scale=st.floats(1e-3, 1e3), seed=st.integers(0, 50), dips=st.integers(0, 5), missing=st.floats(0, 0.3),
)  # fmt: skip
def test_the_shape_knows_no_unit(scale, seed, dips, missing):
    rng = np.random.default_rng(seed)
    values = skin(seed=seed, minutes=2)
    for at in rng.integers(0, len(values) - 4, dips):
        values[at : at + 3] *= rng.uniform(0.4, 0.97)
    values[rng.random(len(values)) < missing] = np.nan
    one, other = (judge(Recording.of(values * k, fs=8), rules="shape") for k in (1.0, scale))
    np.testing.assert_array_equal(one.reason, other.reason)
    np.testing.assert_allclose(
        one.epochs.artefact_probability, other.epochs.artefact_probability, rtol=1e-6, atol=1e-9
    )


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.floats(-1e6, 1e6) | st.just(float("nan")) | st.sampled_from([0.0, 1.0, 100.0]), min_size=1, max_size=300),
    fs=st.floats(0.05, 500), rules=st.sampled_from(RULES),
)  # fmt: skip
def test_any_numbers_are_judged(values, fs, rules):
    recording = Recording.of(values, fs=fs)
    found = judge(recording, rules=rules)
    assert not found.usable[~np.isfinite(recording.values_uS)].any()
    assert (found.reason[~found.usable] > 0).all()
    assert found.reason.max() < len(REASONS)
    counted = found.epochs.usable_share.to_numpy()
    assert ((counted >= 0) & (counted <= 1)).all()
    chance = found.epochs.artefact_probability.dropna()
    assert chance.between(0, 1).all()


def test_experts_call_the_same_artefacts(recordings):
    """Three experts' majority on two hours; they agree with each other by 0.79."""
    hits = said = called = 0
    for path in sorted(recordings.glob("*_Epochs.csv")):
        from sudomotor.measurement.read import read

        found = (
            judge(read(path.with_name(path.name.replace("_Epochs", "")))).epochs.reason == "artefact"
        ).to_numpy()
        rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
        votes = np.array([[float(row[f"qualityLabel_Expert{i}"]) for i in (1, 2, 3)] for row in rows])
        majority = (votes == 2).sum(axis=1) >= 2
        hits, said, called = hits + (found & majority).sum(), said + majority.sum(), called + found.sum()
    assert 2 * hits / (said + called) >= 0.63
