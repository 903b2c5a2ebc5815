"""The report of a comparison of hypotheses: what would convince, pair by pair, and what stands behind it."""

from __future__ import annotations

import math
from typing import Any

from sudomotor.evidence.compare import NO_TRIAL, Comparison, Difference
from sudomotor.limits import injury_risk
from sudomotor.report.compare_words import (
    claims_apart,
    convincing,
    grade,
    heads,
    measure_words,
    not_by,
    pair_words,
    rows,
)
from sudomotor.report.drawing import COLOURS
from sudomotor.report.figures_compare import compare_figures
from sudomotor.report.outcome import Outcome, outcome
from sudomotor.report.page import render
from sudomotor.report.sources import run_sources
from sudomotor.report.words import NOT_ADVICE


def compare_report(found: Comparison, notes: tuple[str, ...] = ()) -> str:
    """The page of a comparison, as HTML."""
    people, courses = compare_figures(found)
    first = found.histories[0]
    days = int(first.days[-1])
    checked = as_outcome(found)
    pairs = [
        {
            "words": pair_words(best.pair),
            "answer": convincing(found, best),
            "claims": claims_apart(found, best.pair),
            "not_by": not_by(found, best.pair),
            "heads": heads(found, best.pair),
            "rows": rows(found, best.pair),
        }
        for best in found.best
    ]
    return render(
        "compare.html",
        title=f"{len(found.hypotheses)} hypotheses in the same people over {days} days",
        danger=injury_risk(checked.verdicts),
        sources=compare_sources(found),
        found=found,
        first=first,
        pairs=pairs,
        people_drawings=people,
        courses_drawing=courses,
        grade=grade,
        colour=lambda i: COLOURS[i % len(COLOURS)],
        no_trial=NO_TRIAL,
        assumptions=assumptions(found, notes),
        verdicts=checked.verdicts,
        seed=found.seed,
    )


def as_outcome(found: Comparison) -> Outcome:
    """The treated people as a run has them, for its limits and sources."""
    return outcome(found.histories[0])


def compare_sources(found: Comparison) -> tuple[str, ...]:
    """Keys of the bibliography that a comparison rests on."""
    return tuple(sorted({*run_sources([as_outcome(found)]), "julious2004", "guenther1981"}))


def assumptions(found: Comparison, notes: tuple[str, ...] = ()) -> list[str]:
    """What was assumed, each once."""
    return list(dict.fromkeys((*found.assumptions, *notes, *found.parameters.notes)))


def to_dict(found: Comparison, notes: tuple[str, ...] = ()) -> dict[str, Any]:
    """The comparison as plain data."""
    history = found.histories[0]
    return {
        "hypotheses": [{"name": h.name, "grade": grade(h), "on": list(h.on)} for h in found.hypotheses],
        "mechanism": history.mechanism,
        "course": list(history.course.words),
        "person": history.people.person.preset_name,
        "days": int(history.days[-1]),
        "measures": [
            {
                "name": m.name,
                "text": measure_words(m),
                "site": m.site,
                "place": m.place or None,
                "unit": m.unit,
                "noise": m.noise or None,
                "noise_sd": found.parameters.value(m.noise) if m.noise else None,
            }
            for m in found.measures
        ],
        "differences": [_difference(each) for each in found.differences],
        "best": [
            {
                **_difference(each),
                "text": convincing(found, each),
                "differ_in": claims_apart(found, each.pair),
            }
            for each in found.best
        ],
        "assumptions": assumptions(found, notes),
        "no_trial": NO_TRIAL,
        "seed": found.seed,
        "people": found.people,
        "note": NOT_ADVICE,
    }


def _difference(each: Difference) -> dict[str, Any]:
    n = each.n_per_arm
    return {
        "pair": list(each.pair),
        "measure": each.measure.name,
        "site": each.measure.site,
        "study": each.design,
        "day": each.day,
        "mean_a": each.mean_a,
        "mean_b": each.mean_b,
        "unit": each.measure.unit,
        "d": each.d,
        "n_per_arm": int(n) if math.isfinite(n) else None,
        "n_range": [int(v) if math.isfinite(v) else None for v in each.n_range],
        "do_not_try": not each.worth,
    }
