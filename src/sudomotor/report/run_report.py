"""The report of a run: a page for the person concerned, with what stands behind it below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sudomotor.limits import injury_risk
from sudomotor.report.drawing import COLOURS, Drawing
from sudomotor.report.figures_mind import mind_figures
from sudomotor.report.figures_run import run_figures
from sudomotor.report.outcome import Outcome
from sudomotor.report.page import render
from sudomotor.report.sentences import Sentence, believed, summary
from sudomotor.report.sentences_mind import mind_summary
from sudomotor.report.sources import run_sources
from sudomotor.report.words import lay_site, listed


@dataclass(frozen=True)
class Sweep:
    """One setting taken through a range: a table in words, and its figures."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    drawings: tuple[Drawing, ...]


def run_report(outcomes: Sequence[Outcome], sweep: Sweep | None = None) -> str:
    """The page of one run, or of several courses side by side, as HTML."""
    first = outcomes[0]
    where = listed([lay_site(place) for place in dict.fromkeys(p for o in outcomes for p in o.places)])
    title = f"{where.capitalize() or 'Nothing'} over {first.horizon} days"
    if len(outcomes) > 1:
        title = f"{title}: {len(outcomes)} courses compared"
    return render(
        "run.html",
        title=title,
        danger=injury_risk(dict.fromkeys(verdict for result in outcomes for verdict in result.verdicts)),
        sources=run_sources(outcomes),
        outcomes=outcomes,
        summary=whole_summary,
        believed=believed,
        colour=lambda i: COLOURS[i % len(COLOURS)],
        drawings=[*run_figures(outcomes), *mind_figures(outcomes)],
        sweep=sweep,
        assumptions=assumptions(outcomes),
        seed=first.history.seed,
    )


def whole_summary(result: Outcome) -> list[Sentence]:
    """The skin first, then the mind, then the limits."""
    lines = summary(result)
    return [*lines[:-1], *mind_summary(result), lines[-1]]


def assumptions(outcomes: Sequence[Outcome]) -> list[str]:
    """What was assumed, each once; with the course it belongs to where not all share it."""
    told: dict[str, list[str]] = {}
    for result in outcomes:
        for text in dict.fromkeys((*result.history.assumptions, *result.history.course.notes, *result.notes)):
            told.setdefault(text, []).append(result.label)
    everywhere = len(outcomes)
    return [text if len(who) == everywhere else f"{listed(who)}: {text}" for text, who in told.items()]
