"""One row of a diary: what a person did, how wet they were, and what else happened."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

COLUMNS = (
    "date", "time", "site", "side", "current_mA", "minutes", "anode_side", "volts", "water", "other_treatment",
    "hdss", "sweat_mg", "sweat_minutes", "wetness_0_10", "anxiety_0_10", "temperature_C", "event", "skin", "note",
)  # fmt: skip
NUMBERS = (
    "current_mA", "minutes", "volts", "hdss", "sweat_mg", "sweat_minutes", "wetness_0_10", "anxiety_0_10",
    "temperature_C",
)  # fmt: skip
TEXTS = ("water", "other_treatment", "event", "skin", "note")
SITES = ("palms", "soles", "axillae")
SIDES = ("left", "right", "both")
ANODE_SIDES = ("left", "right")
# columns that say when and where, and nothing of what happened
PLACE = ("date", "time", "site", "side")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a diary. None means: not given.

    A reading in the row of a session was taken before that session.

    Attributes
    ----------
    row : line of the file, or row of the sheet, that it comes from; two entries that differ only in this are
        equal.
    date, time : when, on the clock of the person.
    site : "palms", "soles" or "axillae".
    side : "left", "right" or "both".
    current_mA, minutes : the session, as the device shows it.
    anode_side : the side that the plus pole was on.
    volts : the highest voltage that the device showed.
    water, other_treatment : in the person's own words.
    hdss : Hyperhidrosis Disease Severity Scale, 1 to 4.
    sweat_mg, sweat_minutes : sweat weighed from one side (one hand), and for how long it was gathered.
    wetness_0_10, anxiety_0_10 : how wet, how anxious, by the person's own judgement.
    temperature_C : of the air.
    event, skin, note : what happened, what the skin looked like, anything else.

    Examples
    --------
    >>> entry = Entry(date=datetime.date(2026, 3, 1), current_mA=12.0, minutes=20.0, hdss=3)
    >>> entry.is_session, entry.is_reading, entry.holds_nothing
    (True, True, False)
    """

    date: datetime.date
    time: datetime.time | None = None
    site: str | None = None
    side: str | None = None
    current_mA: float | None = None
    minutes: float | None = None
    anode_side: str | None = None
    volts: float | None = None
    water: str | None = None
    other_treatment: str | None = None
    hdss: int | None = None
    sweat_mg: float | None = None
    sweat_minutes: float | None = None
    wetness_0_10: float | None = None
    anxiety_0_10: float | None = None
    temperature_C: float | None = None
    event: str | None = None
    skin: str | None = None
    note: str | None = None
    row: int = field(default=0, compare=False)

    @property
    def is_session(self) -> bool:
        """Whether current was applied."""
        return self.current_mA is not None and self.minutes is not None

    @property
    def is_reading(self) -> bool:
        """Whether it says how wet the person was."""
        return self.hdss is not None or self.sweat_mg is not None or self.wetness_0_10 is not None

    @property
    def sweat_mg_per_min(self) -> float | None:
        """The weighed sweat of one side a minute."""
        if self.sweat_mg is None or not self.sweat_minutes:
            return None
        return self.sweat_mg / self.sweat_minutes

    @property
    def holds_nothing(self) -> bool:
        """Whether it says only when and where: a row that was prepared and never filled in."""
        return all(getattr(self, name) is None for name in COLUMNS if name not in PLACE)

    @property
    def order(self) -> tuple[datetime.date, bool, datetime.time, int]:
        """What entries are sorted by: the day, the time (a row without one comes first), the row."""
        return self.date, self.time is not None, self.time or datetime.time.min, self.row
