"""What this implementation of the panic model gives, beside what an independent run of the published scheme gave.

The reference figures, with their spread over seeds, are the parameters `panic_reference_…`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sudomotor.parameters import Parameters, load
from sudomotor.simulation.panic import Array, Gain, PanicHistory, panic_course

WEEK, FOUR_WEEKS, SIX_WEEKS, TWELVE_WEEKS = 7, 28, 42, 84
SEVERE_S, SEVERE_X, MIDDLE_X = 0.8, 0.2, 0.5  # where the reference runs start
WEAK, STRONG = 0.8, 0.5  # gains of the reference blocks


class ReferenceRow(NamedTuple):
    """One figure: the reference run's value and range, what was got (mean over patients), and whether that is inside."""

    what: str
    reference: float
    low: float
    high: float
    got: float
    inside: bool


def reference_table(
    parameters: Parameters | None = None, seeds: int = 8, *, seed: int = 1, dt_minutes: float = 0.01
) -> list[ReferenceRow]:
    """The reference figures beside what is got here, each the mean over `seeds` patients.

    >>> rows = reference_table(seeds=1, dt_minutes=0.03)
    >>> rows[0].what, rows[0].got
    ('Attacks in a week from escape schema 0.5 and arousal schema 0.2', 0.0)
    """
    p = parameters or load()

    def course(days: int, S: float, X: float, gain: Gain = 1.0, cbt: bool = False) -> PanicHistory:
        return panic_course(
            days, patients=seeds, seed=seed, schema_start=S, escape_start=X, gain=gain, cbt=cbt,
            dt_minutes=dt_minutes, parameters=p,
        )  # fmt: skip

    def severe(gain: float = 1.0, cbt: bool = False) -> PanicHistory:
        return course(TWELVE_WEEKS, SEVERE_S, SEVERE_X, (gain, 0, SIX_WEEKS), cbt)

    def early(history: PanicHistory) -> Array:
        return np.asarray(history.attacks[:SIX_WEEKS].sum(axis=0))

    middle = course(WEEK, 0.5, MIDDLE_X)
    untreated, therapy, weak, block = severe(), severe(cbt=True), severe(WEAK), severe(STRONG)
    both = severe(STRONG, cbt=True)
    got: dict[str, Array] = {
        "panic_reference_attacks_S02": course(WEEK, 0.2, MIDDLE_X).attacks_per_week(),
        "panic_reference_attacks_S05": middle.attacks_per_week(),
        "panic_reference_attacks_S06": course(WEEK, 0.6, MIDDLE_X).attacks_per_week(),
        "panic_reference_attacks_S07": course(WEEK, 0.7, MIDDLE_X).attacks_per_week(),
        "panic_reference_attacks_S1": course(WEEK, 1.0, MIDDLE_X).attacks_per_week(),
        "panic_reference_arousal_sd": middle.arousal_sd[0],
        "panic_reference_attacks_28": untreated.attacks[:FOUR_WEEKS].sum(axis=0) * WEEK / FOUR_WEEKS,
        "panic_reference_untreated_S": untreated.schema[-1],
        "panic_reference_untreated_X": untreated.escape[-1],
        "panic_reference_untreated_avoidance": untreated.avoidance[-1],
        "panic_reference_untreated_attacks": early(untreated),
        "panic_reference_cbt_S": therapy.schema[-1],
        "panic_reference_cbt_X": therapy.escape[-1],
        "panic_reference_cbt_avoidance": therapy.avoidance[-1],
        "panic_reference_cbt_attacks": early(therapy),
        "panic_reference_block_weak_S42": weak.schema[SIX_WEEKS],
        "panic_reference_block_weak_attacks": early(weak),
        "panic_reference_block_weak_S84": weak.schema[-1],
        "panic_reference_block_S42": block.schema[SIX_WEEKS],
        "panic_reference_block_attacks": early(block),
        "panic_reference_block_S84": block.schema[-1],
        "panic_reference_both_S42": both.schema[SIX_WEEKS],
        "panic_reference_both_attacks": early(both),
        "panic_reference_both_S84": both.schema[-1],
    }
    return [_row(p, name, float(np.mean(values))) for name, values in got.items()]


def _row(p: Parameters, name: str, got: float) -> ReferenceRow:
    figure = p[name]
    inside = figure.low <= got <= figure.high
    return ReferenceRow(figure.text, figure.value, figure.low, figure.high, got, inside)
