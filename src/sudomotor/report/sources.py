"""Which sources a result rests on: those of its parameters, its mechanism and its limits."""

from __future__ import annotations

from collections.abc import Iterable

from sudomotor.limits import Verdict
from sudomotor.model.mechanisms import MECHANISMS, mechanism
from sudomotor.parameters import Parameters, load_citations
from sudomotor.report.outcome import Outcome


def run_sources(outcomes: Iterable[Outcome]) -> tuple[str, ...]:
    """Keys of the bibliography that a run rests on, sorted."""
    keys: set[str] = set()
    for result in outcomes:
        h = result.history
        keys |= set(parameter_sources(h.parameters, h.mechanism)) | verdict_sources(result.verdicts)
        kinds = (h.people.person.kind, *h.people.person.kind.components)
        for kind in kinds:
            keys |= {key for value in kind.values.values() for key in value.source}
            keys |= set(kind.include.source) if kind.include else set()
    return tuple(sorted(keys & set(load_citations())))


def parameter_sources(parameters: Parameters, name: str | None = None) -> tuple[str, ...]:
    """Keys behind the parameters; those of the mechanisms that were off are left out."""
    off = tuple(f"{other}_" for other in MECHANISMS if name is not None and other != name)
    keys = {key for p in parameters.values() if not (off and p.name.startswith(off)) for key in p.source}
    if name is not None:
        keys |= set(mechanism(name).sources)
    return tuple(sorted(keys))


def verdict_sources(verdicts: Iterable[Verdict]) -> set[str]:
    """Keys behind the limits that were checked."""
    return {key.strip() for verdict in verdicts for key in verdict.source.split(",") if key.strip()}
