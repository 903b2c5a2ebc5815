"""Bursts through the simulator's own gland: more rises more, a blocked site answers less, a wet one is tens of uS."""

from __future__ import annotations

import numpy as np
import pytest

from sudomotor.model.gland import conductance_uS, gland_constants, steady, step
from sudomotor.parameters import load
from sudomotor.person import median_person
from sudomotor.simulation.recording import record
from sudomotor.simulation.recording_gland import STEP_S, _held, _of_side, gland_trace

P = load()


def quiet(**asked):
    """A recording of the gland whose conductance is all its own."""
    return record(
        "gland", **{"minutes": 3.0, "fs": 20.0, "seed": 6, "noise_uS": 0.0, "tonic": "flat", **asked}
    )


def test_between_bursts_a_held_flow_stays():
    g = _of_side(gland_constants(median_person("healthy", P), P), 0)
    flow = 0.4 * g["mean_flow"]
    pools = {name: float(x) for name, x in steady(flow, g, np).items()}
    first = float(conductance_uS(pools, 0.0, 1.0, g, np))
    for _ in range(2000):
        pools, flows = step(pools, _held(flow, g), 0.0, STEP_S / 60.0, g, np)
    assert flows["secreted_nL"] / (STEP_S / 60.0) == pytest.approx(flow, rel=1e-6)
    assert float(conductance_uS(pools, 0.0, 1.0, g, np)) == pytest.approx(first, rel=1e-3)


def test_conductance_is_that_of_the_model_step_by_step():
    onsets = np.array([3.0, 5.5])
    t = np.arange(0.0, 12.0, STEP_S)
    found = gland_trace(t, onsets, np.array([0.3, 0.5]), 0.0, "healthy", "palm", 0.0, 0.0, P)
    assert found.onsets_s == pytest.approx(onsets)
    before = t < 3.0
    assert np.ptp((found.ducts_uS + found.layer_uS)[before]) < 1e-3
    after = (t > 3.0) & (t < 3.5)
    assert (np.diff((found.ducts_uS + found.layer_uS)[after]) > 0).all()


def test_amplitudes_come_out_as_wished_on_open_skin():
    made = quiet(minutes=10.0, bursts_per_min=2.0)
    wished = record("bateman", minutes=10.0, fs=4.0, bursts_per_min=2.0, seed=6).truth.amplitude_uS
    small = wished < 1.0
    assert np.corrcoef(np.log(made.truth.amplitude_uS[small]), np.log(wished[small]))[0, 1] > 0.98
    assert np.median(made.truth.amplitude_uS / wished) == pytest.approx(1.0, abs=0.2)


def test_a_blocked_site_answers_less_and_conducts_less():
    open_site, treated = quiet(), quiet(blocked=0.9)
    assert np.allclose(open_site.truth.onset_s, treated.truth.onset_s)
    assert (treated.truth.amplitude_uS < 0.4 * open_site.truth.amplitude_uS).all()
    assert treated.clean.mean() < 0.6 * open_site.clean.mean()


def test_a_hyperhidrotic_palm_conducts_tens_of_microsiemens():
    made = quiet(person="palmar hyperhidrosis", bursts_per_min=20.0)
    assert 15.0 < made.clean.mean() < 80.0
    assert made.clean.mean() > quiet(bursts_per_min=20.0).clean.mean()


def test_large_bursts_saturate():
    wished, made = (
        record(kind, minutes=3.0, fs=4.0, amplitude_uS=100.0, seed=6) for kind in ("bateman", "gland")
    )
    assert (made.truth.amplitude_uS < wished.truth.amplitude_uS).mean() > 0.5
