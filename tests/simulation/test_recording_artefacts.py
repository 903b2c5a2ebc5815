"""What spoils a made recording: it is marked, it stays where it is marked, and other sensors tell of it."""

from __future__ import annotations

import numpy as np
import pytest

from sudomotor.parameters import load
from sudomotor.simulation.recording import record
from sudomotor.simulation.recording_artefacts import ARTEFACTS, COLUMNS, _four_poles

P = load()


def spoiled(kinds=ARTEFACTS, **asked):
    """A recording without noise and with artefacts."""
    return record(
        **{"kind": "bateman", "minutes": 20.0, "fs": 25.0, "seed": 4, "noise_uS": 0.0, "artefacts_per_min": 3.0, **asked},
        artefact_kinds=kinds,
    )  # fmt: skip


def test_artefacts_come_as_often_as_asked_and_never_two_at_once():
    made = spoiled(minutes=60.0, fs=4.0)
    assert list(made.artefacts.columns) == list(COLUMNS)
    # each lasts some seconds, in which no other begins
    assert 100 < len(made.artefacts) < 200
    ends = (made.artefacts.onset_s + made.artefacts.duration_s).to_numpy()
    assert (made.artefacts.onset_s.to_numpy()[1:] - ends[:-1] >= P.value("recording_artefact_pause_s")).all()
    assert set(made.artefacts.kind) == set(ARTEFACTS)


@pytest.mark.parametrize("kind", ["motion", "ramp", "contact lost"])
def test_outside_of_its_marks_a_recording_is_clean(kind):
    made = spoiled((kind,))
    assert set(made.artefacts.kind) == {kind}
    off = np.abs(made.recording.values_uS - made.clean)
    assert off[made.spoilt].max() > 0.1
    # what an exponential leaves after four time constants
    assert off[~made.spoilt].max() < {"motion": 0.02, "ramp": 0.05, "contact lost": 1e-9}[kind]


def test_a_jump_stays():
    made = spoiled(("jump",), minutes=3.0)
    off = made.recording.values_uS - made.clean
    ends = made.artefacts.onset_s + made.artefacts.duration_s
    over = ends < made.recording.times_s[-1]
    at = np.searchsorted(made.recording.times_s, ends[over].max())
    assert over.sum() >= 3
    # what an exponential leaves after four time constants
    assert off[at] == pytest.approx(made.artefacts.size_uS[over].sum(), abs=0.03)


def test_motion_is_as_large_as_it_says():
    made = spoiled(("motion",))
    off = made.recording.values_uS - made.clean
    t = made.recording.times_s
    for row in made.artefacts.itertuples():
        within = off[(t >= row.onset_s) & (t < row.onset_s + row.duration_s)]
        # pulses of one bout may lie on one another
        assert np.abs(within).max() > 0.45 * abs(row.size_uS)


def test_contact_lost_reads_next_to_nothing_and_cools():
    made = spoiled(("contact lost",), minutes=60.0, fs=4.0)
    assert made.recording.values_uS[made.spoilt].max() < 0.05
    longest = made.artefacts.loc[made.artefacts.duration_s.idxmax()]
    skin = made.recording.temperature
    at = np.interp(longest.onset_s + np.array([0.0, longest.duration_s]), skin.times_s, skin.values)
    assert at[1] < at[0] - 0.5


def test_movement_shakes_the_wrist():
    made = spoiled(("motion",))
    wrist = made.recording.acceleration
    assert wrist.values.shape == (len(wrist.times_s), 3)
    size = np.linalg.norm(wrist.values, axis=1)
    assert np.median(size) == pytest.approx(1.0, abs=0.05)
    row = made.artefacts.iloc[0]
    within = (wrist.times_s >= row.onset_s) & (wrist.times_s < row.onset_s + row.duration_s)
    assert size[within].std() > 5 * np.median(np.abs(np.diff(size)))
    assert record("bateman", minutes=1).recording.acceleration is None


def test_the_pulse_of_movement_has_four_poles():
    from scipy.signal import TransferFunction, impulse

    a, b = P.value("recording_spike_per_s"), P.value("recording_spike_fall_per_s")
    t = np.arange(0.0, 2.0, 0.01)
    _, h = impulse(TransferFunction([1.0], np.poly([-a, -a, -b, -b])), T=t)
    assert np.allclose(_four_poles(t, a, b), h, atol=1e-3 * h.max())
