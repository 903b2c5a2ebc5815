"""What lies beneath and above the responses of a made recording: a level that moves by itself, and noise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sudomotor.parameters import Parameters
from sudomotor.simulation.recording_bursts import wander

Array = NDArray[np.float64]
LEVELS = ("flat", "wiener", "steps", "hydration", "sinus", "mixed")
NOISES = ("white", "pink", "mixed")
_STEP_S = 0.25
_REFERENCE_US = 5.0  # level at which the slope's spread is given


def level(kind: str, numbers: np.random.Generator, t: Array, level_uS: float, p: Parameters) -> Array:
    """The level at times from 0 on, uS, by one of `LEVELS`; it begins near `level_uS` and stays above 0.

    flat; wiener: it wanders, its slope forgetting in half a minute where it was; steps: up and down, in a second or two;
    hydration: an electrode soaks; sinus: a slow wave; mixed: wandering, soaking and wave together.
    """
    own = {name: np.random.default_rng(numbers.integers(2**63)) for name in LEVELS}
    moved = np.zeros(len(t))
    if kind in ("wiener", "mixed"):
        # on a clock of its own, so that the same seed gives the same level at any rate
        clock = np.arange(0.0, t[-1] + 2.0 * _STEP_S, _STEP_S)
        slope = p.value("recording_slope_uS_per_s") * level_uS / _REFERENCE_US
        walk = slope * wander(own["wiener"], len(clock), _STEP_S, p.value("recording_slope_memory_s"))
        moved += np.interp(t, clock, np.cumsum(walk) * _STEP_S)
    if kind == "steps":
        moved += _steps(own["steps"], t, p)
    if kind in ("hydration", "mixed"):
        soak = own["hydration"].uniform(0.5, 1.5) * p.value("recording_soak_share") * level_uS
        moved += soak * -np.expm1(-t / p.value("recording_soak_s"))
    if kind in ("sinus", "mixed"):
        period = p.value("recording_wave_s") * 2.0 ** own["sinus"].uniform(-1.0, 1.0)
        phase = own["sinus"].random()
        moved += p.value("recording_wave_share") * level_uS * np.sin(2.0 * np.pi * (t / period + phase))
    # nearly additive for small moves, and never below 0
    return np.asarray(level_uS * np.exp(moved / level_uS))


def _steps(numbers: np.random.Generator, t: Array, p: Parameters) -> Array:
    from scipy.special import ndtr

    count = numbers.poisson(p.value("recording_steps_per_min") * t[-1] / 60.0)
    times = numbers.uniform(0.0, t[-1], count)
    sizes = p.value("recording_step_uS") * numbers.standard_normal(count)
    out = np.zeros(len(t))
    for at, size in zip(times, sizes, strict=True):
        out += size * ndtr((t - at) / p.value("recording_step_rise_s"))
    return out


def noise(kind: str, numbers: np.random.Generator, count: int, sd_uS: float) -> Array:
    """Noise of a standard deviation per sample, uS: white, pink (power falling as 1/f), or half of each."""
    white = numbers.standard_normal(count)
    if kind == "white" or count < 3:
        return np.asarray(sd_uS * white)
    shaped = np.fft.rfft(numbers.standard_normal(count))
    weight = 1.0 / np.sqrt(np.maximum(np.arange(len(shaped)), 1.0))
    weight[0] = 0.0
    pink = np.fft.irfft(shaped * weight, count)
    pink /= pink.std()
    return np.asarray(sd_uS * (pink if kind == "pink" else np.sqrt(0.5) * (white + pink)))


def smoothed(values: Array, fs: float, sd_s: float) -> Array:
    """Values as an amplifier with a Gaussian response of `sd_s` seconds gives them."""
    from scipy.ndimage import gaussian_filter1d

    return np.asarray(gaussian_filter1d(values, sd_s * fs, mode="nearest"))
