"""The panic model week by week, what a block does in it and what comes back on release: words, table, plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.report.words import plain

if TYPE_CHECKING:
    from rich.table import Table

    from sudomotor.simulation.panic import PanicHistory

Array = NDArray[np.float64]
WEEK = 7
STATES = {"arousal_schema": "schema", "escape_schema": "escape", "avoidance": "avoidance"}
_NOTICEABLE = 0.05  # of a schema, 0 to 1: less is called no change
_COMPLETE, _MOSTLY = 90.0, 50.0  # per cent of the way back that are called complete, and most
SOURCE = "robinaugh2019"
EXPOSED = "Attacks that an exposure of the therapy brings on are counted too."
MARKS = (
    "Hypothesis. This is a theoretical model, that of Robinaugh et al. (2019) written anew from its equations; it has not "
    "been fitted to patients.",
    "That dry skin hides arousal, and so acts as a block here, is an assumption; no trial of iontophoresis known to us has "
    "looked at panic.",
    "The patients start alike and meet different days: a range over them is chance, not how people differ.",
)


@dataclass(frozen=True)
class PanicResult:
    """A course, the same patients without the block (None where there is none), and when it holds.

    Attributes
    ----------
    gain : share of arousal that can be perceived from reading `first` to reading `last`.
    first, last : days; `last` may lie beyond the course.
    """

    history: PanicHistory
    free: PanicHistory | None
    gain: float
    first: int
    last: int

    @property
    def days(self) -> int:
        """Days of the course."""
        return len(self.history.attacks)

    @property
    def patients(self) -> int:
        """Patients of the course."""
        return int(self.history.attacks.shape[1])

    @property
    def released(self) -> bool:
        """Whether the block ends within the course."""
        return self.free is not None and self.last < self.days


def weeks(history: PanicHistory) -> list[dict[str, Any]]:
    """Each week's attacks, and the schemas at its end: mean and range over the patients. The last week may be short."""
    days = len(history.attacks)
    found: list[dict[str, Any]] = []
    for start in range(0, days, WEEK):
        end = min(start + WEEK, days)
        found.append(
            {
                "week": start // WEEK + 1,
                "from_day": start,
                "to_day": end,
                "blocked_days": int((history.gain[start:end] != 1.0).sum()),
                "attacks": _range(history.attacks[start:end].sum(axis=0)),
                **{name: _range(getattr(history, state)[end]) for name, state in STATES.items()},
            }
        )
    return found


def _range(values: Array) -> dict[str, float]:
    return {"mean": float(values.mean()), "low": float(values.min()), "high": float(values.max())}


def effect(result: PanicResult) -> dict[str, float | None] | None:
    """What the block does: attacks a week and arousal schema with it and without, and how far the schema comes back.

    `relapse_pct` is the way from the schema on release to that of the same patients never blocked; None where the block is
    not released, or the two lie too close together to say.
    """
    free, history = result.free, result.history
    if free is None:
        return None
    first, last, end = result.first, min(result.last, result.days), result.days

    def rate(of: PanicHistory, start: int, stop: int) -> float | None:
        return (
            float(of.attacks[start:stop].sum(axis=0).mean()) * WEEK / (stop - start) if stop > start else None
        )

    def schema(of: PanicHistory, day: int) -> float:
        return float(of.schema[day].mean())

    way = schema(free, end) - schema(history, last)
    back = schema(history, end) - schema(history, last)
    return {
        "attacks_per_week_in_block": rate(history, first, last),
        "attacks_per_week_in_block_without": rate(free, first, last),
        "attacks_per_week_after": rate(history, last, end),
        "attacks_per_week_after_without": rate(free, last, end),
        "schema_at_start": schema(history, first),
        "schema_at_release": schema(history, last),
        "schema_at_release_without": schema(free, last),
        "schema_at_end": schema(history, end),
        "schema_at_end_without": schema(free, end),
        "relapse_pct": 100.0 * back / way if result.released and way > _NOTICEABLE else None,
    }


def summary(result: PanicResult) -> list[tuple[str, str]]:
    """Questions and answers."""
    history, found = result.history, effect(result)
    care = "in therapy" if history.cbt else "untreated"
    answers: list[tuple[str, str]] = []
    if found is None:
        answers.append(
            (
                f"What becomes of them, {care}",
                f"{_rate(float(history.attacks_per_week().mean()))} over the whole course. Arousal schema from "
                f"{history.schema[0].mean():.2f} to {history.schema[-1].mean():.2f}, avoidance from "
                f"{history.avoidance[0].mean():.2f} to {history.avoidance[-1].mean():.2f}."
                + (f" {EXPOSED}" if history.cbt else ""),
            )
        )
        return answers
    seen = f"{plain(100.0 * (1.0 - result.gain))} % of arousal goes unperceived"
    before, on = found["schema_at_start"], found["schema_at_release"]
    assert before is not None
    assert on is not None
    answers.append(
        (
            "What the block does",
            f"From day {result.first} to {min(result.last, result.days)} {seen}: "
            f"{_rate(found['attacks_per_week_in_block'])}, against "
            f"{_rate(found['attacks_per_week_in_block_without'])} without the block ({care}). The arousal schema "
            f"{_moved(before, on)}; without the block it is {found['schema_at_release_without']:.2f} by then."
            + (" Without fear there is nothing to learn from, so nothing is unlearned." if _still(result, before, on) else ""),
        )
    )  # fmt: skip
    answers.append(("On release", _capital(_release(result, found))))
    if history.cbt:
        answers.append(("Therapy with the block", f"{_therapy(found, result.days)} {EXPOSED}"))
    return answers


def _still(result: PanicResult, before: float, on: float) -> bool:
    """Whether the gate is what kept the schema."""
    quiet = (result.history.attacks[result.first : result.last].sum(axis=0) == 0).all()
    return bool(result.history.gated and quiet and abs(on - before) < _NOTICEABLE)


def _release(result: PanicResult, found: dict[str, float | None]) -> str:
    if not result.released:
        return f"The block is not released within the {result.days} days."
    told = (
        f"{_rate(found['attacks_per_week_after'])} from day {result.last} on, against "
        f"{_rate(found['attacks_per_week_after_without'])} in the same patients never blocked. The arousal schema "
        f"{_moved(found['schema_at_release'] or 0.0, found['schema_at_end'] or 0.0)}"
    )
    relapse = found["relapse_pct"]
    if relapse is None:
        return f"{told}; never blocked it is {found['schema_at_end_without']:.2f}."
    how = "complete" if relapse >= _COMPLETE else "mostly there" if relapse >= _MOSTLY else "partial"
    how = "none" if relapse <= 100.0 - _COMPLETE else how
    return (
        f"{told}: {relapse:.0f} % of the way to {found['schema_at_end_without']:.2f}, where those never blocked stand. "
        f"Relapse: {how}."
    )


def _therapy(found: dict[str, float | None], days: int) -> str:
    both, alone = found["schema_at_end"] or 0.0, found["schema_at_end_without"] or 0.0
    how = (
        "the block lets less be unlearned" if both - alone > _NOTICEABLE
        else "the block lets more be unlearned" if alone - both > _NOTICEABLE
        else "the block makes little difference"
    )  # fmt: skip
    return f"Arousal schema on day {days}: {both:.2f} with the block, {alone:.2f} with therapy alone: {how}."


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _moved(before: float, after: float) -> str:
    if abs(after - before) < _NOTICEABLE:
        return f"stays at {after:.2f}"
    return f"{'rises' if after > before else 'falls'} from {before:.2f} to {after:.2f}"


def _rate(per_week: float | None) -> str:
    if per_week is None:
        return "nothing to count"
    return "no attacks" if per_week == 0 else f"{plain(per_week)} attacks a week"


def weeks_table(result: PanicResult) -> Table:
    """Week by week, for a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    heads = ["week", "attacks", "arousal schema", "escape schema", "avoidance"]
    if result.free is not None:
        heads[1:2] = ["block", "attacks", "without block"]
    for head in heads:
        out.add_column(head, justify="left" if head in ("week", "block") else "right")
    start = [_cell(_range(getattr(result.history, state)[0]), 2) for state in STATES.values()]
    out.add_row("start", *[""] * (len(heads) - 4), *start)
    free = weeks(result.free) if result.free is not None else None
    for i, week in enumerate(weeks(result.history)):
        length = week["to_day"] - week["from_day"]
        name = f"{week['week']}" if length == WEEK else f"{week['week']} ({length} d)"
        cells = [name, _cell(week["attacks"], 1)]
        if free is not None:
            blocked = week["blocked_days"]
            word = "" if not blocked else "yes" if blocked == length else f"{blocked} d"
            cells[1:1] = [word]
            cells.append(_cell(free[i]["attacks"], 1))
        cells += [_cell(week[name], 2) for name in STATES]
        out.add_row(*(Text(cell) for cell in cells))
    return out


def _cell(found: dict[str, float], places: int) -> str:
    mean, low, high = (f"{found[key]:.{places}f}" for key in ("mean", "low", "high"))
    if low == high:
        return mean
    # attacks are counted, so their ends are whole
    low, high = (text.removesuffix(".0") for text in (low, high))
    return f"{mean}\n{low}–{high}"


def to_dict(result: PanicResult) -> dict[str, Any]:
    """Everything as plain data."""
    history = result.history
    return {
        "days": result.days,
        "patients": result.patients,
        "schema_start": float(history.schema[0, 0]),
        "escape_start": float(history.escape[0, 0]),
        "gain": result.gain,
        "from_day": result.first,
        "to_day": result.last,
        "cbt": history.cbt,
        "gated": history.gated,
        "seed": history.seed,
        "weeks": weeks(history),
        "weeks_without_block": None if result.free is None else weeks(result.free),
        "block": effect(result),
        "summary": [{"question": question, "answer": answer} for question, answer in summary(result)],
        "grade": "hypothesis",
        "marks": list(MARKS),
    }
