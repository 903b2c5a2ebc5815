"""What an evidence run found: published beside predicted, misses first."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sudomotor.evidence.vocabulary import MEASURES, ORDER_MEASURES

if TYPE_CHECKING:
    from rich.console import Group


@dataclass(frozen=True)
class OutcomeResult:
    """One published number and its prediction; `predicted` is None where no virtual person has a value."""

    study: str
    arm: str
    measure: str
    criterion: str | None
    site: str
    at: str
    unit: str
    published: float
    predicted: float | None
    low: float | None
    high: float | None
    tolerance: float
    inside: bool
    counts: bool
    weight: str
    sham: bool
    people: int

    @property
    def label(self) -> str:
        """The measure in words, with its criterion."""
        text = MEASURES[self.measure].text
        return f"{text} ({self.criterion})" if self.criterion else text

    @property
    def misses_by(self) -> float:
        """Distance from the published value in tolerances; inf where there is no prediction."""
        return (
            float("inf") if self.predicted is None else abs(self.predicted - self.published) / self.tolerance
        )


@dataclass(frozen=True)
class OrderResult:
    """One ordinal fact; `ratio` is None where nothing can be divided (`note` says why)."""

    id: str
    measure: str
    holds: bool
    ratio: float | None
    min_ratio: float
    more: float | None
    less: float | None
    note: str


@dataclass(frozen=True)
class ShamResult:
    """Whether one predicted interval of a sham arm holds every published change of sweat without an
    effective current.
    """

    study: str
    arm: str
    low: float
    high: float
    width: float
    published: tuple[float, ...]
    holds: bool


@dataclass(frozen=True)
class EvidenceResult:
    """Outcomes, orders and what the score amounts to."""

    file: str
    mechanism: str
    seed: int
    people: int
    normal_palm_mg_per_min: float
    outcomes: tuple[OutcomeResult, ...]
    orders: tuple[OrderResult, ...]
    sham: ShamResult | None
    notes: tuple[str, ...]

    @property
    def counted(self) -> tuple[OutcomeResult, ...]:
        """Outcomes that count, in the order of the file."""
        return tuple(o for o in self.outcomes if o.counts)

    @property
    def inside(self) -> int:
        """Counted outcomes inside their tolerance."""
        return sum(o.inside for o in self.counted)

    def independent(self) -> tuple[int, str]:
        """How many separate quantities the counted outcomes are, with the reasoning.

        Outcomes of a study that follow from one another are one: what is read of sweat at the end of
        treatment (rates, responders, starch-iodine, HDSS), what is read of its return, the number of
        sessions, the volts. Arms without net current are one quantity for the whole file, as is the sham
        response.
        """
        found = set()
        for o in self.counted:
            if o.sham:
                found.add(("all studies", "sham response"))
            elif o.measure == "sweat_change_pct" and abs(o.published) <= o.tolerance:
                found.add(("all studies", "no effect without net current"))
            else:
                found.add((o.study, _FAMILY[o.measure] if not _late(o) else "return of sweat"))
        text = (
            f"{len(self.counted)} counted outcomes are about {len(found)} separate quantities: those of one "
            "study that follow from one another count once (sweat, responders, starch-iodine and HDSS at one "
            "time; all session counts; all late readings), arms without effect once for the whole file"
        )
        return len(found), text

    def summary(self) -> dict[str, Any]:
        """The score in a few numbers."""
        high = [o for o in self.counted if o.weight == "high"]
        number, text = self.independent()
        return {
            "counted": len(self.counted),
            "inside": self.inside,
            "high_weight": len(high),
            "high_weight_inside": sum(o.inside for o in high),
            "orders": len(self.orders),
            "orders_holding": sum(o.holds for o in self.orders),
            "sham_interval": asdict(self.sham) if self.sham else None,
            "independent_quantities": number,
            "independent_reasoning": text,
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        return {
            "file": self.file,
            "mechanism": self.mechanism,
            "seed": self.seed,
            "people": self.people,
            "normal_palm_mg_per_min": self.normal_palm_mg_per_min,
            "outcomes": [asdict(o) for o in self.outcomes],
            "orders": [asdict(o) for o in self.orders],
            "summary": self.summary(),
            "notes": list(self.notes),
        }

    def misses_first(self) -> list[OutcomeResult]:
        """Outcomes sorted for reading: counted misses by size, then those inside, then those that do not
        count.
        """
        return sorted(
            self.outcomes, key=lambda o: (not o.counts, o.inside, -o.misses_by if not o.inside else 0.0)
        )

    def headline(self) -> str:
        """The score in one sentence."""
        s = self.summary()
        words = (
            f"{s['inside']} of {s['counted']} counted outcomes inside tolerance "
            f"({s['high_weight_inside']} of {s['high_weight']} of high weight); "
            f"{s['orders_holding']} of {s['orders']} ordinal facts true"
        )
        if self.sham:
            words += (
                f"; sham values {'inside' if self.sham.holds else 'not all inside'} one 90 % interval "
                f"{self.sham.low:.0f} to {self.sham.high:.0f} %"
            )
        return words

    def table(self) -> Group:
        """The result for a terminal, misses first."""
        from rich.console import Group
        from rich.table import Table
        from rich.text import Text

        rows = Table(
            title=f"mechanism: {self.mechanism}", title_justify="left", show_edge=False, pad_edge=False
        )
        for name in ("study, arm", "outcome", "published", "predicted", "90 % of studies", ""):
            rows.add_column(name, justify="left" if name in ("study, arm", "outcome", "") else "right")
        for o in self.misses_first():
            cells = (f"{o.study}\n{o.arm}", f"{o.label}\n{o.at}", *_numbers(o), _verdict(o))
            # plain text: a name in brackets is no markup
            rows.add_row(*(Text(cell) for cell in cells))
        orders = Table(show_edge=False, pad_edge=False)
        for name in ("ordinal fact", "ratio", "at least", ""):
            orders.add_column(name, justify="right" if name in ("ratio", "at least") else "left")
        for order in sorted(self.orders, key=lambda o: o.holds):
            ratio = "-" if order.ratio is None else f"{order.ratio:.2f}"
            verdict = "true" if order.holds else "NOT TRUE"
            orders.add_row(*(Text(cell) for cell in (order.id, ratio, f"{order.min_ratio:g}", verdict)))
        return Group(Text(self.headline()), rows, orders, Text(self.independent()[1]))

    def markdown(self) -> str:
        """The result as a section of a page, misses first."""
        lines = [f"## Mechanism: {self.mechanism}", "", self.headline() + ".", ""]
        if self.outcomes:
            lines += [
                "| study | arm | outcome | published | predicted | 90 % of studies | |",
                "|---|---|---|---|---|---|---|",
            ]
        for o in self.misses_first():
            published, predicted, interval = _numbers(o)
            cells = (o.study, o.arm, f"{o.label}, {o.at}", published, predicted, interval, _verdict(o))
            lines.append(f"| {' | '.join(cells)} |")
        if self.orders:
            lines += ["", "| ordinal fact | ratio | at least | |", "|---|---|---|---|"]
        for order in sorted(self.orders, key=lambda o: o.holds):
            ratio = "-" if order.ratio is None else f"{order.ratio:.2f}"
            verdict = "true" if order.holds else "**not true**"
            lines.append(f"| {order.id} | {ratio} | {order.min_ratio:g} | {verdict} |")
        lines += ["", self.independent()[1] + ".", ""]
        lines += [f"- {note}" for note in self.notes]
        return "\n".join(lines) + "\n"


_FAMILY = {
    "sweat_change_pct": "sweat at the end",
    "responders_pct": "sweat at the end",
    "starch_iodine_improved_pct": "sweat at the end",
    "hdss_mean": "sweat at the end",
    "hdss_change": "sweat at the end",
    "sessions_to_control": "sessions",
    "failures_pct": "sessions",
    "remission_days": "return of sweat",
    "circuit_volts": "volts",
}
assert set(_FAMILY) == set(MEASURES) < set(ORDER_MEASURES)


def _late(o: OutcomeResult) -> bool:
    """Whether an outcome is read so long after the course that it is about the return of sweat."""
    words = o.at.split()
    if words[0] == "week":
        return float(words[1]) > 8
    return o.at.endswith("after the last session") and float(words[0]) >= 14


def _numbers(o: OutcomeResult) -> tuple[str, str, str]:
    published = f"{o.published:g} ± {o.tolerance:g} {o.unit}"
    predicted = "nobody" if o.predicted is None else f"{o.predicted:.3g}"
    interval = "-" if o.low is None or o.high is None else f"{o.low:.3g} to {o.high:.3g}"
    return published, predicted, interval


def _verdict(o: OutcomeResult) -> str:
    verdict = "inside" if o.inside else f"MISS by {o.misses_by:.1f} tolerances"
    return verdict if o.counts else f"({verdict}, not counted)"
