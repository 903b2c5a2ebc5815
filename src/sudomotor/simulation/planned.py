"""A session on one of the days to come, as twins and virtual people take it."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class PlannedSession(NamedTuple):
    """A session to come: `day` 0 is the first day ahead, the one after a diary's last; both sides, the anode in turns."""

    day: int
    current_mA: float
    minutes: float
    site: str = "palms"


class SessionLike(Protocol):
    """Anything with the fields of a planned session."""

    @property
    def day(self) -> int: ...
    @property
    def current_mA(self) -> float: ...
    @property
    def minutes(self) -> float: ...
    @property
    def site(self) -> str: ...
