"""A reason: one limit, what was found, what it allows, and why, in a sentence."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

GRAVE = {"ceiling": 0, "limit": 1, "advice": 2}
_DID = {"lowered": "current lowered", "shortened": "session shortened", "dropped": "session left out"}
# rounding (14.999999999999998 mA + 1e-15), not a breach
SLACK = 1e-9


@dataclass(frozen=True)
class Reason:
    """What one limit says about a session.

    Attributes
    ----------
    limit : name of the limit (or key of the question) that speaks.
    text : why, as a sentence.
    found, bound, unit : what was asked for or found, and what is allowed.
    kind, severity, source : as in the library; kind "device" is a device's own figure, "question" a safety question.
    date, site : of the session, where the reason is about one.
    did : "" (nothing was changed), "lowered", "shortened" or "dropped".
    """

    limit: str
    text: str
    found: float | None
    bound: float | None
    unit: str
    kind: str
    severity: str
    source: tuple[str, ...]
    date: datetime.date | None = None
    site: str | None = None
    did: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The reason for JSON."""
        day = None if self.date is None else self.date.isoformat()
        return asdict(self) | {"date": day, "source": list(self.source)}

    def __str__(self) -> str:
        place = ", ".join(str(each) for each in (self.date, self.site) if each is not None)
        did = _DID.get(self.did, "")
        if self.did in ("lowered", "shortened"):
            did += f" from {self.found:g} to {self.bound:g} {self.unit}"
        head = ": ".join(each for each in (place, did) if each)
        return f"{head}{': ' if head else ''}{self.text} [{self.limit}]"


def exceeds(value: float, bound: float) -> bool:
    """Whether a value is above a bound by more than rounding."""
    return value > bound + SLACK * max(abs(bound), 1.0)


def equals(value: float, bound: float) -> bool:
    """Whether a value meets a bound, up to rounding."""
    return math.isfinite(bound) and abs(value - bound) <= SLACK * max(abs(bound), 1.0)


def gravest_first(reasons: Iterable[Reason]) -> tuple[Reason, ...]:
    """Reasons by day, the gravest of a day first."""
    return tuple(
        sorted(
            reasons,
            key=lambda each: (
                each.date or datetime.date.min, GRAVE[each.severity], each.limit, each.site or "",
                -1.0 if each.found is None else each.found,
            ),
        )
    )  # fmt: skip
