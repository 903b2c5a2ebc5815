"""Mean, peak and root mean square against the sampled waveform."""

import math

import numpy as np
import pytest

from sudomotor.course import Waveform
from sudomotor.errors import InputError

WAVES = [
    Waveform("dc", 15),
    Waveform("pulsed", 15, frequency_Hz=10_000, duty=0.3),
    Waveform("pulsed", 6, "mean", 4300, 0.5),
    Waveform("ac", 10.5, frequency_Hz=9),
    Waveform("ac", 15, frequency_Hz=50, offset_mA=15),
]


def sampled(wave: Waveform) -> np.ndarray:
    phase = (np.arange(200_000) + 0.5) / 200_000
    if wave.kind == "ac":
        return wave.offset_mA + wave.current_mA * math.sqrt(2) * np.sin(2 * np.pi * phase)
    on = phase < (wave.duty or 1.0)
    height = wave.current_mA / wave.duty if wave.reading == "mean" and wave.duty else wave.current_mA
    return height * on


@pytest.mark.parametrize("wave", WAVES, ids=lambda wave: f"{wave.kind}-{wave.reading}")
def test_readings_agree_with_the_sampled_current(wave):
    current = sampled(wave)
    assert wave.mean_mA == pytest.approx(current.mean(), abs=1e-6)
    assert wave.peak_mA == pytest.approx(current.max(), rel=1e-6)
    assert wave.rms_mA == pytest.approx(math.sqrt((current**2).mean()), rel=1e-6)


def test_usual_reading_of_each_kind():
    assert Waveform("dc", 15).reading == "mean"
    assert Waveform("pulsed", 15, frequency_Hz=1, duty=0.5).reading == "peak"
    assert Waveform("ac", 15, frequency_Hz=1).reading == "rms"


def test_no_current_is_allowed():
    assert Waveform("dc", 0).rms_mA == 0


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "dc", "current_mA": 101},
        {"kind": "dc", "current_mA": -1},
        {"kind": "dc", "current_mA": math.nan},
        {"kind": "dc", "current_mA": math.inf},
        {"kind": "dc", "current_mA": "15"},
        {"kind": "dc", "current_mA": True},
        {"kind": "direct", "current_mA": 15},
        {"kind": "dc", "current_mA": 15, "frequency_Hz": 50},
        {"kind": "dc", "current_mA": 15, "offset_mA": 5},
        {"kind": "dc", "current_mA": 15, "reading": "rms"},
        {"kind": "ac", "current_mA": 15},
        {"kind": "ac", "current_mA": 15, "frequency_Hz": 0},
        {"kind": "pulsed", "current_mA": 15, "frequency_Hz": 1e4},
        {"kind": "pulsed", "current_mA": 15, "frequency_Hz": 1e4, "duty": 1.5},
        {"kind": "pulsed", "current_mA": 60, "reading": "mean", "frequency_Hz": 1e4, "duty": 0.1},
    ],
)
def test_a_waveform_that_cannot_be_is_refused_with_its_mend(fields):
    with pytest.raises(InputError) as caught:
        Waveform(**fields)
    assert caught.value.where
    assert caught.value.mend
