"""Quality of a recording: which samples were measured well, and what is wrong with the others; nothing is dropped without a word.

Conductance is judged by what skin can do, not by what is usual: tens of microsiemens are wet palms, hundredths are dry ones, and
both are kept. A sample is set aside where it tells of the electrode or the amplifier instead of the skin.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import unknown
from sudomotor.measurement import artefacts, faults
from sudomotor.measurement.recording import Recording, Trace
from sudomotor.parameters import Parameters, load

if TYPE_CHECKING:
    import pandas as pd

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
REASONS: tuple[str, ...] = (
    "good", "missing", "range", "saturated", "slope", "contact lost", "temperature", "motion", "artefact",
)  # fmt: skip
RULES = ("default", "strict", "shape")
# told, and by the default rules no reason to set a sample aside: skin may be cool, and people move
TOLD = ("temperature", "motion")
# what is found last is overwritten by what is found first
_ORDER = ("missing", "range", "saturated", "contact lost", "slope", "artefact", "motion", "temperature")


@dataclass(frozen=True, eq=False)
class Quality:
    """The verdict on a recording.

    Attributes
    ----------
    usable : (sample,) whether the sample counts; where not, it is treated as missing.
    reason : (sample,) index in `REASONS`; 0 is "good". "temperature" and "motion" are told of samples that are usable, unless the
        rules are strict.
    epochs : a row for every five seconds that hold a sample: `start_s`; `usable_share` of its samples; `reason`, the commonest of
        what is not usable, or of what is told where that holds for half of it; `artefact_probability` (nan where the shape cannot
        be seen); `motion_g`, the standard deviation of the acceleration's size, and `skin_degC`, nan where they were not measured.
    rules : by which rules.
    notes : what was found, in words.
    """

    usable: Bools
    reason: NDArray[np.int8]
    epochs: pd.DataFrame
    rules: str
    notes: tuple[str, ...] = ()

    @property
    def usable_share(self) -> float:
        """Share of the samples that is usable."""
        return float(self.usable.mean()) if len(self.usable) else 0.0

    @property
    def words(self) -> NDArray[np.str_]:
        """(sample,) the reason in words."""
        return np.asarray(REASONS)[self.reason]


def judge(recording: Recording, *, rules: str = "default", parameters: Parameters | None = None) -> Quality:
    """Judge each sample and each five seconds of a recording.

    Parameters
    ----------
    recording : which.
    rules : "default"; "strict", the published limits as they stand: what lies outside 0.05 to 60 uS or 30 to 40 degC, or moves, is
        set aside too; "shape", only what does not depend on the unit: missing, clipped, frozen, artefacts by their shape.
    parameters : constants in force.

    Returns
    -------
    Quality

    Raises
    ------
    InputError
        For unknown rules. No recording is too bad to be judged.

    Source: Kleckner et al. 2018 for range, slope and temperature; the score of artefacts was fitted to the experts' labels of Zhang
    et al. 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from sudomotor.measurement import Recording
    >>> values = 3 + 0.01 * np.random.default_rng(0).normal(size=240)
    >>> values[100:102] = 1.5
    >>> found = judge(Recording.of(values, fs=4))
    >>> found.words[[0, 100]].tolist()
    ['good', 'artefact']
    >>> found.epochs.reason.tolist().count("artefact")
    1
    """
    if rules not in RULES:
        raise unknown("rules", rules, RULES, where="rules")
    p = parameters or load()
    values = recording.values_uS
    there = np.isfinite(values)
    rate = recording.rate_Hz if np.isfinite(recording.rate_Hz) else 1.0
    epoch, starts = _epochs_of(recording.times_s, p.value("eda_epoch_s"))
    found = {"missing": ~there, **_of_samples(recording, rules, rate, p)}
    usable = there.copy()
    for mask in found.values():
        usable &= ~mask
    chance, wrong = np.full(len(starts), np.nan), np.zeros(len(starts), dtype=bool)
    if recording.rate_Hz >= p.value("eda_artefact_least_rate_Hz") and usable.sum() > 2:
        shape = artefacts.shape_of(recording, usable, epoch, len(starts), p)
        chance = artefacts.probability(shape, p)
        wrong = np.nan_to_num(chance) > p.value("eda_artefact_threshold")
        found["artefact"] = artefacts.departed(shape, wrong, p) & there
    motion, skin = _beside(recording, starts, p)
    found["motion"] = (motion > p.value("eda_motion_g"))[epoch] & there
    outside = (skin < p.value("eda_coolest_skin_degC")) | (skin > p.value("eda_warmest_skin_degC"))
    found["temperature"] = outside[epoch] & there
    reason = np.zeros(len(values), dtype=np.int8)
    for name in reversed(_ORDER):
        if name in found:
            reason[found[name]] = REASONS.index(name)
    kept = [0] if rules == "strict" else [0, *(REASONS.index(name) for name in TOLD)]
    usable = np.isin(reason, kept)
    table = _table(starts, epoch, usable, reason, wrong, chance, motion, skin)
    return Quality(usable, reason, table, rules, tuple(_notes(recording, usable, reason, rules, rate, p)))


def _of_samples(recording: Recording, rules: str, rate: float, p: Parameters) -> dict[str, Bools]:
    """What is wrong with single samples, by the name of the reason."""
    values = recording.values_uS
    found: dict[str, Bools] = {}
    if rules == "shape":
        found["saturated"] = faults.saturated(values, None, p)
        found["contact lost"] = faults.frozen(recording.times_s, values, rate, p) & ~found["saturated"]
        return found
    lowest, highest = -p.value("eda_zero_error_uS"), p.value("eda_highest_uS")
    if rules == "strict":
        lowest, highest = p.value("eda_near_zero_uS"), p.value("eda_usual_highest_uS")
    found["range"] = faults.out_of_range(values, lowest, highest)
    inside = np.where(found["range"], np.nan, values)
    found["saturated"] = faults.saturated(inside, recording.maximum_uS, p)
    still = faults.frozen(recording.times_s, inside, rate, p) & ~found["saturated"]
    found["contact lost"] = still | faults.no_contact(inside, rate, p)
    usable = np.isfinite(inside) & ~found["saturated"] & ~found["contact lost"]
    if usable.sum() > 1:
        found["slope"] = faults.too_steep(recording.times_s, values, usable, rate, p)
    return found


def _epochs_of(times_s: Array, length_s: float) -> tuple[Ints, Array]:
    """(sample,) the epoch of each, and the start of each epoch that holds a sample, s."""
    number = np.floor((times_s - times_s[0]) / length_s + 1e-9).astype(np.int64)
    new = np.diff(number, prepend=number[0]) > 0
    return np.cumsum(new), times_s[0] + np.append(number[0], number[new]) * length_s


def _beside(recording: Recording, starts: Array, p: Parameters) -> tuple[Array, Array]:
    """(epoch,) standard deviation of the acceleration's size, g, and mean temperature of the skin, degC; nan where unknown."""
    length = p.value("eda_epoch_s")
    motion = skin = np.full(len(starts), np.nan)
    if recording.acceleration is not None:
        values = recording.acceleration.values
        size = np.linalg.norm(values, axis=1) if values.ndim == 2 else np.abs(values)
        motion = _per_epoch(recording.acceleration, size, starts, length, deviation=True)
    if recording.temperature is not None:
        skin = _per_epoch(
            recording.temperature, recording.temperature.values, starts, length, deviation=False
        )
    return motion, skin


def _per_epoch(trace: Trace, values: Array, starts: Array, length_s: float, *, deviation: bool) -> Array:
    """(epoch,) mean, or standard deviation, of another channel's values; nan where it has none."""
    at = np.searchsorted(starts, trace.times_s + 1e-9, side="right") - 1
    good = np.isfinite(values) & (at >= 0)
    good[good] &= trace.times_s[good] < starts[at[good]] + length_s
    at, x = at[good], np.asarray(values, dtype=float)[good]
    n = np.bincount(at, minlength=len(starts))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(at, x, len(starts)) / n
        if not deviation:
            return np.asarray(mean)
        return np.asarray(np.sqrt(np.bincount(at, (x - mean[at]) ** 2, len(starts)) / n))


def _table(
    starts: Array,
    epoch: Ints,
    usable: Bools,
    reason: NDArray[np.int8],
    wrong: Bools,
    chance: Array,
    motion: Array,
    skin: Array,
) -> pd.DataFrame:
    """A row an epoch."""
    import pandas as pd

    size = (len(starts), len(REASONS))
    counts, aside = (
        np.bincount(epoch * len(REASONS) + each, minlength=size[0] * size[1]).reshape(size)
        for each in (reason, np.where(usable, 0, reason))
    )
    # the margin of a neighbour's artefact does not make an epoch one
    aside[~wrong, REASONS.index("artefact")] = 0
    whole = counts.sum(axis=1)
    worst = np.where(aside[:, 1:].any(axis=1), 1 + aside[:, 1:].argmax(axis=1), 0)
    most = counts.argmax(axis=1)
    word = np.where((worst == 0) & (counts.max(axis=1) >= 0.5 * whole), most, worst)
    return pd.DataFrame({
        "start_s": starts, "usable_share": np.bincount(epoch, usable, len(starts)) / whole, "reason": np.asarray(REASONS)[word],
        "artefact_probability": chance, "motion_g": motion, "skin_degC": skin,
    })  # fmt: skip


def _notes(
    recording: Recording, usable: Bools, reason: NDArray[np.int8], rules: str, rate: float, p: Parameters
) -> Sequence[str]:
    """What was found, in sentences."""
    values = recording.values_uS
    seconds = {name: float((reason == i).sum() / rate) for i, name in enumerate(REASONS)}
    told_only = ("missing",) if rules == "strict" else ("missing", *TOLD)
    aside = {name: seconds[name] for name in _ORDER if seconds[name] > 0.0 and name not in told_only}
    notes: list[str] = []
    if aside:
        told = ", ".join(f"{name} {_length(each)}" for name, each in aside.items())
        notes.append(f"set aside: {told}")
    if seconds["saturated"] > 0.0:
        top = float(np.max(values[reason == REASONS.index("saturated")]))
        notes.append(
            f"the amplifier was at the end of its range ({top:.4g} uS) for {_length(seconds['saturated'])}: treated as missing"
        )
    if seconds["temperature"] > 0.0 and rules != "strict":
        notes.append(
            f"skin outside {p.value('eda_coolest_skin_degC'):g} to {p.value('eda_warmest_skin_degC'):g} degC for "
            f"{_length(seconds['temperature'])}: kept"
        )
    if rules != "shape":
        good = values[usable]
        dry = int((good < p.value("eda_near_zero_uS")).sum())
        if dry:
            below = p.value("eda_near_zero_uS")
            notes.append(
                f"near zero (below {below:g} uS) but varying for {_length(dry / rate)}: dry skin, kept"
            )
        wet = int((good > p.value("eda_usual_highest_uS")).sum())
        if wet:
            notes.append(
                f"above {p.value('eda_usual_highest_uS'):g} uS for {_length(wet / rate)}: beyond the usual range, kept"
            )
    if len(values) > 2 and not rate >= p.value("eda_artefact_least_rate_Hz"):
        notes.append(f"at {rate:.3g} Hz an artefact's shape cannot be seen: it was not looked for")
    return notes


def _length(seconds: float) -> str:
    """A length in words."""
    return f"{seconds:.3g} s" if seconds < 120.0 else f"{seconds / 60.0:.3g} min"
