"""Made recordings of skin conductance whose bursts are known, deliberately richer than what any method assumes.

Bursts come at inverse-Gaussian intervals at a rate that wanders; their sizes are log-normal; their responses follow one of eight
accounts, of which one is the simulator's own nerve, gland, duct and electrode; beneath lies a level that moves by itself, above it
noise, and on request all that spoils a recording.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError, unknown
from sudomotor.measurement import Recording
from sudomotor.parameters import Parameters, load
from sudomotor.person import presets
from sudomotor.simulation import recording_responses as responses
from sudomotor.simulation.recording_artefacts import ARTEFACTS, acceleration, spoil, temperature
from sudomotor.simulation.recording_bursts import burst_amplitudes, burst_times
from sudomotor.simulation.recording_gland import gland_trace
from sudomotor.simulation.recording_level import LEVELS, NOISES, level, noise, smoothed

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
KINDS = ("bateman", "bateman_person", "bateman_event", "scrf", "third_order", "three_pools", "poral", "gland")
PLACES = ("palm", "sole", "axilla")
BEFORE_S = 120.0  # bursts before a recording begins, whose responses still last in it
MAX_MINUTES = 48.0 * 60.0
_STREAMS = ("bursts", "sizes", "responses", "level", "noise", "artefacts", "sensors", "missing")


@dataclass(frozen=True, eq=False)
class SyntheticRecording:
    """A recording with what is behind it.

    Attributes
    ----------
    recording : what a device would have written.
    truth : a row for each burst within the recording: `onset_s` (its arrival at the gland), `amplitude_uS` (peak of its response;
        of "gland" the most that it adds to the conductance within 20 s), `area_uS_s` (what its response adds to the phasic
        part over all time; of "gland" within 20 s), `slow_s`, `fast_s` (time constants, where the account has them).
    before : the same for bursts in the two minutes before.
    tonic, clean : (sample,), uS: the level, and level with responses, before noise and artefacts; at the samples of `recording`.
    artefacts : a row for each artefact: `onset_s`, `duration_s`, `kind`, `size_uS`.
    kind : account of how a response comes about.
    """

    recording: Recording
    truth: pd.DataFrame
    before: pd.DataFrame
    tonic: Array
    clean: Array
    artefacts: pd.DataFrame
    kind: str

    @property
    def phasic(self) -> Array:
        """(sample,) the sum of all responses, uS."""
        return self.clean - self.tonic

    @property
    def spoilt(self) -> NDArray[np.bool_]:
        """(sample,) whether an artefact lies over it. After a jump the level stays changed; only the change itself counts."""
        t = self.recording.times_s
        out = np.zeros(len(t), dtype=bool)
        for row in self.artefacts.itertuples():
            out |= (t >= row.onset_s) & (t < row.onset_s + row.duration_s)
        return out


def record(
    kind: str = "bateman_person",
    *,
    minutes: float = 5.0,
    fs: float = 25.0,
    bursts_per_min: float = 8.0,
    amplitude_uS: float | None = None,
    level_uS: float | None = None,
    tonic: str = "mixed",
    noise_uS: float = 0.005,
    noise_kind: str = "white",
    smooth_s: float = 0.0,
    quantum_uS: float = 0.0,
    bits: int | None = None,
    maximum_uS: float | None = None,
    artefacts_per_min: float = 0.0,
    artefact_kinds: tuple[str, ...] = ARTEFACTS,
    missing: float = 0.0,
    gaps_per_min: float = 0.0,
    gap_s: float = 10.0,
    person: str = "healthy",
    place: str = "palm",
    blocked: float = 0.0,
    seed: int = 1,
    parameters: Parameters | None = None,
) -> SyntheticRecording:
    """Make a recording.

    The same seed gives the same bursts whatever the account, the rate, the noise and what spoils it.

    Parameters
    ----------
    kind : account of a response. bateman: time constants of the literature; bateman_person: of one person; bateman_event: of each
        burst; scrf: canonical response function; third_order: equation of spontaneous fluctuations; three_pools: bursts
        feed the level too; poral: large ones open the pore and fall fast; gland: the simulator's own gland, duct and skin.
    minutes, fs : length, and samples a second.
    bursts_per_min : in the long run; 0 for none.
    amplitude_uS : median response; by default 0.3. Of "gland" it is wished for on open skin, and saturates.
    level_uS : level to begin with, 5 by default; of "gland" it follows from the person.
    tonic : flat, wiener, steps, hydration, sinus, or mixed (all but steps); of "gland" on top of its horny layer.
    noise_uS, noise_kind : standard deviation per sample; white, pink, or mixed.
    smooth_s : standard deviation of the amplifier's own Gaussian response.
    quantum_uS, bits : step of the converter, or its bits over `maximum_uS`.
    maximum_uS : upper end of the amplifier; values above are cut off.
    artefacts_per_min, artefact_kinds : artefacts, of motion, ramp, jump, contact lost. With any the recording also has acceleration
        and temperature.
    missing : share of samples, at random, that are nan.
    gaps_per_min, gap_s : stretches without samples at all, and their mean length.
    person, place, blocked : of "gland": a preset's name; palm, sole or axilla; share of glands that a treatment has blocked.
    seed : where chance begins.
    parameters : constants in force.

    Raises
    ------
    InputError
        for an unknown name, and for numbers that make no recording.

    Source: Subramanian et al. 2021 for intervals; for responses see `simulation.recording_responses` and `model.gland`.

    Examples
    --------
    >>> made = record("bateman", minutes=1, fs=4, seed=3)
    >>> len(made.recording), made.truth.columns[:2].tolist()
    (240, ['onset_s', 'amplitude_uS'])
    """
    import pandas as pd

    _check(kind, tonic, noise_kind, artefact_kinds, person, place)
    _check_numbers(
        minutes=minutes, fs=fs, bursts_per_min=bursts_per_min, noise_uS=noise_uS, smooth_s=smooth_s, quantum_uS=quantum_uS,
        artefacts_per_min=artefacts_per_min, missing=missing, gaps_per_min=gaps_per_min, gap_s=gap_s, blocked=blocked,
        amplitude_uS=amplitude_uS, level_uS=level_uS, maximum_uS=maximum_uS,
    )  # fmt: skip
    if kind == "gland" and level_uS is not None:
        raise InputError(
            "the level of a 'gland' follows from the person", where="level_uS", mend="choose person="
        )
    if bits is not None and maximum_uS is None:
        raise InputError("bits need the amplifier's range", where="bits", mend="give maximum_uS too")
    p = parameters or load()
    chance = {name: np.random.default_rng([seed, i]) for i, name in enumerate(_STREAMS)}
    seconds = 60.0 * minutes
    t = np.arange(max(round(seconds * fs), 1)) / fs
    onsets = burst_times(chance["bursts"], -BEFORE_S, seconds, bursts_per_min, p)
    median = p.value("recording_amplitude_uS") if amplitude_uS is None else amplitude_uS
    sizes = burst_amplitudes(chance["sizes"], len(onsets), median, p)
    if kind == "gland":
        gland = gland_trace(t, onsets, sizes, -BEFORE_S, person, place, blocked, bursts_per_min, p)
        table = pd.DataFrame(
            {"onset_s": gland.onsets_s, "amplitude_uS": gland.amplitudes_uS, "area_uS_s": gland.masses_uS_s}
        ).assign(slow_s=np.nan, fast_s=np.nan)
        phasic, base = gland.ducts_uS, gland.layer_uS
    else:
        table, phasic, fed = _by_kernel(kind, chance["responses"], t, onsets, sizes, p)
        base = fed + (5.0 if level_uS is None else level_uS)
    drift = level(tonic, chance["level"], t, float(base[0]), p) - float(base[0])
    below = np.maximum(base + drift, 0.05 * base)
    clean = below + phasic
    values, marks = spoil(chance["artefacts"], t, clean, artefacts_per_min, artefact_kinds, p)
    values = values + noise(noise_kind, chance["noise"], len(t), noise_uS)
    if smooth_s > 0.0:
        values = smoothed(values, fs, smooth_s)
    values = _digitised(values, quantum_uS, bits, maximum_uS)
    seen = _seen(chance["missing"], t, missing, gaps_per_min, gap_s)
    values = np.where(seen == 1, np.nan, values)
    keep = seen < 2
    sensors = artefacts_per_min > 0.0
    recording = Recording.of(
        values[keep], times=t[keep] if not keep.all() else None, fs=fs if keep.all() else None,
        source=f"made: {kind}, seed {seed}", format="made",
        acceleration=acceleration(chance["sensors"], seconds, marks, p) if sensors else None,
        temperature=temperature(chance["sensors"], seconds, marks, p) if sensors else None,
        maximum_uS=maximum_uS,
    )  # fmt: skip
    within = table["onset_s"] >= 0.0
    return SyntheticRecording(
        recording, table[within].reset_index(drop=True), table[~within].reset_index(drop=True), below[keep], clean[keep],
        marks, kind,
    )  # fmt: skip


def _by_kernel(
    kind: str, numbers: np.random.Generator, t: Array, onsets: Array, sizes: Array, p: Parameters
) -> tuple[pd.DataFrame, Array, Array]:
    """Table of bursts, sum of their responses, and what they feed to the level."""
    import pandas as pd

    one = {
        "bateman": lambda: responses.bateman(p.value("eda_slow_s"), p.value("eda_fast_s")),
        "bateman_person": lambda: responses.some_bateman(numbers, p),
        "scrf": lambda: responses.canonical(p),
        "third_order": lambda: responses.third_order(p),
        "three_pools": lambda: responses.three_pools(p),
    }
    shared = one[kind]() if kind in one else None
    phasic, fed = np.zeros(len(t)), np.zeros(len(t))
    rows = []
    for at, size in zip(onsets.tolist(), sizes.tolist(), strict=True):
        if shared is not None:
            of = shared
        elif kind == "poral":
            of = responses.through_pore(size, p)
        else:
            of = responses.some_bateman(numbers, p)
        first, last = np.searchsorted(t, [at + of.from_s, at + of.to_s])
        phasic[first:last] += size * of.at(t[first:last] - at)
        if of.tonic is not None:
            first, last = np.searchsorted(t, [at, at + of.tonic_to_s])
            fed[first:last] += size * of.tonic(t[first:last] - at)
        rows.append((at, size, size * of.area_s, of.slow_s, of.fast_s))
    columns = ["onset_s", "amplitude_uS", "area_uS_s", "slow_s", "fast_s"]
    return pd.DataFrame(np.array(rows).reshape(-1, len(columns)), columns=columns), phasic, fed


def _digitised(values: Array, quantum_uS: float, bits: int | None, maximum_uS: float | None) -> Array:
    """Values as the converter gives them."""
    if maximum_uS is not None:
        values = np.minimum(values, maximum_uS)
        if bits is not None:
            quantum_uS = maximum_uS / 2.0**bits
    if quantum_uS > 0.0:
        values = np.round(values / quantum_uS) * quantum_uS
    return values


def _seen(
    numbers: np.random.Generator, t: Array, missing: float, gaps_per_min: float, gap_s: float
) -> NDArray[np.int_]:
    """For each sample: 0 it is there, 1 it is nan, 2 it was not written at all. The first and last are always there."""
    seen = (numbers.random(len(t)) < missing).astype(int)
    for _ in range(numbers.poisson(gaps_per_min * t[-1] / 60.0)):
        at = numbers.uniform(0.0, t[-1])
        seen[(t >= at) & (t < at + numbers.exponential(gap_s))] = 2
    seen[[0, -1]] = 0
    return seen


def _check(
    kind: str, tonic: str, noise_kind: str, artefact_kinds: tuple[str, ...], person: str, place: str
) -> None:
    for what, name, known in (
        ("kind of recording", kind, KINDS), ("level", tonic, LEVELS), ("noise", noise_kind, NOISES), ("place", place, PLACES),
        ("preset", person, tuple(presets())), *(("artefact", each, ARTEFACTS) for each in artefact_kinds),
    ):  # fmt: skip
        if name not in known:
            raise unknown(what, name, known)


def _check_numbers(**numbers: float | None) -> None:
    most = {"minutes": MAX_MINUTES, "missing": 0.95, "blocked": 1.0}
    above = ("minutes", "fs", "gap_s", "amplitude_uS", "level_uS", "maximum_uS")
    for name, value in numbers.items():
        if value is None:
            continue
        if not np.isfinite(value) or value < 0.0 or (name in above and value == 0.0):
            raise InputError(f"{name} is {value:g}", where=name, mend="give a number above 0")
        if value > most.get(name, np.inf):
            raise InputError(f"{name} is {value:g}", where=name, mend=f"give at most {most[name]:g}")
