"""An activity whose bursts are known, without a solver between."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

import numpy as np
import pandas as pd

from sudomotor.measurement import Recording
from sudomotor.measurement.kernels import Kernel, bateman

LATENCY_S = 0.3


def activity_of(
    onsets_s: Sequence[float],
    amplitudes_uS: Sequence[float],
    *,
    length_s: float = 120.0,
    fs: float = 4.0,
    tonic_uS: float = 4.0,
    noise_uS: float = 0.0,
    sd_uS: float = 0.01,
    seed: int = 0,
    kernel: Kernel | None = None,
    latency_s: float = LATENCY_S,
    quality: bool = False,
    **recording: object,
) -> SimpleNamespace:
    """Bursts through a kernel on a constant level; `quality` has it judged."""
    of = kernel or bateman(2.0, 0.7)
    t = np.arange(round(length_s * fs)) / fs
    phasic, driver = np.zeros(len(t)), np.zeros(len(t))
    for onset, amplitude in zip(onsets_s, amplitudes_uS, strict=True):
        phasic += amplitude * of.at(t - onset - latency_s + of.visible_s)
        at = int(np.clip(round(onset * fs), 0, len(t) - 1))
        driver[at] += amplitude * of.area_s * fs
    values = tonic_uS + phasic + noise_uS * np.random.default_rng(seed).normal(size=len(t))
    rec = Recording.of(values, fs=fs, **recording)
    judged = None
    if quality:
        from sudomotor.measurement.quality import judge

        judged = judge(rec)
    events = pd.DataFrame({
        "onset_s": np.asarray(onsets_s, dtype=float), "amplitude_uS": np.asarray(amplitudes_uS, dtype=float),
        "amplitude_sd_uS": np.full(len(onsets_s), sd_uS), "rise_s": of.peak_s - of.visible_s, "half_recovery_s": of.half_recovery_s,
    })  # fmt: skip
    return SimpleNamespace(
        recording=rec, tonic=np.full(len(t), tonic_uS), phasic=phasic, driver=driver, sd=np.full(len(t), sd_uS), quality=judged,
        events=events, latency_s=latency_s, noise_uS=noise_uS, kernel=of,
    )  # fmt: skip
