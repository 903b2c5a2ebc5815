"""The apportionment of the sham arms in plain words, tables and plain data."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sudomotor.report.words import listed, plain

if TYPE_CHECKING:
    from rich.table import Table

    from sudomotor.evidence.sham import Apportionment, Identified
    from sudomotor.evidence.sham_worlds import Middle90

# each cause for a reader who has not read the paper; the grade where it is not established
CAUSE_WORDS = {
    "expectation": "belief in the treatment (hypothesis)",
    "habituation": "growing used to being tested",
    "regression": "regression to the mean: people are let in on a reading that was high by chance",
    "soak": "the water itself: swollen skin closes the pores for a while",
    "study effect": "whatever all readings of one study share",
    "chance": "error of the readings",
}


def per_cent(log_change: float) -> str:
    """A log change as per cent of sweat.

    >>> per_cent(math.log(0.61)), per_cent(0.0), per_cent(-1e-9)
    ('−39 %', '0 %', '0 %')
    """
    pct = round(100.0 * math.expm1(log_change))
    return f"{'−' if pct < 0 else '+' if pct > 0 else ''}{abs(pct)} %"


def change(found: Middle90) -> str:
    """A log change with its middle 90 %."""
    return f"{_signed(found.median)}\n{_signed(found.low)} to {_signed(found.high)}"


def share(found: Middle90 | None) -> str:
    """A share in per cent with its middle 90 %; a dash where it means nothing."""
    if found is None:
        return "–"
    low, middle, high = (
        f"{'−' if round(100 * v) < 0 else ''}{abs(round(100 * v))}"
        for v in (found.low, found.median, found.high)
    )
    return f"{middle} %\n{low} to {high}"


def _signed(value: float) -> str:
    text = f"{abs(value):.2f}"
    return text if text == "0.00" else f"{'−' if value < 0 else '+'}{text}"


def parts_table(found: Apportionment, study: str) -> Table:
    """The causes of one study: log change and share, before and after the data."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shares = any(part.share is not None for part in found.parts if part.study == study)
    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    heads = ["cause", "log change, prior", "log change, posterior"]
    heads += ["share, prior", "share, posterior"] if shares else []
    for head in heads:
        out.add_column(head)
    for part in found.parts:
        if part.study == study:
            cells = [part.cause, change(part.prior), change(part.posterior)]
            cells += [share(part.share_prior), share(part.share)] if shares else []
            out.add_row(*(Text(cell) for cell in cells))
    return out


def study_line(found: Apportionment, study: str) -> str:
    """What a study printed, and what one like it would print."""
    seen, again = found.published_log[study], found.predicted_log[study]
    return (
        f"{study} printed {per_cent(seen)} (log change {_signed(seen)}); a new study like it: "
        f"{per_cent(again.median)} (90 %: {per_cent(again.low)} to {per_cent(again.high)})"
    )


def verdict(found: Apportionment) -> str:
    """What two printed values can tell of the causes, with the figures."""
    count, best = len(found.unknowns), float(found.shared_variance_ratios.min(initial=1.0))
    told = (
        f"The {len(found.published_log)} printed values hang on {count} unknowns, by {found.rank} combinations of them "
        f"(rank {found.rank} of {count}). The data halve the prior variance in {found.determined} of {count} directions"
    )
    if found.determined >= count:
        return f"{told}: all are determined."
    before, after = found.weight_of_expectation
    told += (
        ", each of them a mixture of causes. Whatever the studies' own effects are, the combination of shared causes that "
        f"is known best keeps {plain(100.0 * best)} % of its prior variance. So two arms cannot identify the causes"
    )
    if before.width > 0:
        told += (
            f": the weight of expectation lies at {before.low:.2f} to {before.high:.2f} before the data, and at "
            f"{after.low:.2f} to {after.high:.2f} after them"
        )
    return f"{told}."


def designs_table(designs: tuple[Identified, ...]) -> Table:
    """What would have to be measured: the width that would be left of expectation's part."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    out.add_column("to be added to the two arms", min_width=38)
    for head in ("90 % width left, log", "of the prior's"):
        out.add_column(head, justify="right")
    for one in designs:
        rough = " (rough)" if one.effective_draws < 100 else ""
        cells = (one.design.name, f"{one.width:.2f}{rough}", f"{100.0 * one.of_prior:.0f} %")
        out.add_row(*(Text(cell) for cell in cells))
    return out


def designs_line(designs: tuple[Identified, ...]) -> str:
    """Which design of one study says most, in words."""
    single = [one for one in designs if one.design.studies == 1 and len(one.design.readings) <= 2]
    if not single:
        return ""
    best = min(single, key=lambda one: one.width)
    people = sorted({one.design.n for one in designs})
    return (
        f"Of single additions {best.design.name.removeprefix('and ')} tells most of expectation: "
        f"{100.0 * best.of_prior:.0f} % of the prior's width would be left. "
        f"Arms of {listed([str(n) for n in people], 'or')} people."
    )


def to_dict(found: Apportionment, designs: tuple[Identified, ...]) -> dict[str, Any]:
    """Everything as plain data."""
    return {
        "parts": [asdict(part) for part in found.parts],
        "published_log": dict(found.published_log),
        "predicted_log": {study: asdict(value) for study, value in found.predicted_log.items()},
        "weight_of_expectation": dict(
            zip(("prior", "posterior"), map(asdict, found.weight_of_expectation), strict=True)
        ),
        "unknowns": list(found.unknowns),
        "rank": found.rank,
        "determined": found.determined,
        "singular_values": found.singular_values.tolist(),
        "variance_ratios": found.variance_ratios.tolist(),
        "directions": found.directions.tolist(),
        "shared_variance_ratios": found.shared_variance_ratios.tolist(),
        "correlations": {study: values.tolist() for study, values in found.correlations.items()},
        "verdict": verdict(found),
        "designs": [
            {**asdict(one.design), "width_log": one.width, "of_prior": one.of_prior,
             "effective_draws": one.effective_draws}
            for one in designs
        ],
        "draws": found.draws,
        "effective_draws": found.effective_draws,
        "seed": found.seed,
        "notes": list(found.notes),
    }  # fmt: skip
