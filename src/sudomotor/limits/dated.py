"""Sessions with their dates, held or proposed, and notes on the skin: checked where they are made."""

from __future__ import annotations

import datetime
import math
import re
from dataclasses import dataclass
from numbers import Real
from typing import Any

from sudomotor.errors import InputError, unknown
from sudomotor.limits.library import SITES, SKIN_WORDS

SIDES = ("both", "left", "right")


def check_day(value: object, name: str) -> datetime.date:
    """A day without a time of day, or an error."""
    if not isinstance(value, datetime.date) or isinstance(value, datetime.datetime):
        raise InputError(f"{name} must be a day, got {value!r}", mend="datetime.date(2026, 3, 1)")
    return value


def amount(name: str, value: object, *, where: str | None = None) -> float:
    """A finite number from zero, or an error that names it."""
    number = float(value) if isinstance(value, Real) and not isinstance(value, bool) else math.nan
    if not 0 <= number < math.inf:
        raise InputError(
            f"{name} must be a finite number from zero, got {value!r}",
            where=where,
            mend=f"give {name} as a number",
        )
    return number


@dataclass(frozen=True)
class DatedSession:
    """One session on a day.

    Attributes
    ----------
    date, time : the day, and the time at which it begins; None if that is not known.
    site : palms, soles or axillae.
    current_mA, minutes : as the device shows it, direct current; length.
    side : "both", "left" or "right"; each side is judged by itself.

    Raises
    ------
    InputError
        for a site or side that is none, a day that is none, a number that is negative or not finite.
    """

    date: datetime.date
    time: datetime.time | None
    site: str
    current_mA: float
    minutes: float
    side: str = "both"

    def __post_init__(self) -> None:
        check_day(self.date, "the date of a session")
        if self.time is not None and not isinstance(self.time, datetime.time):
            raise InputError(f"the time of a session is {self.time!r}", mend="datetime.time(20, 0), or None")
        if self.site not in SITES:
            raise unknown("site", str(self.site), SITES)
        if self.side not in SIDES:
            raise unknown("side", str(self.side), SIDES)
        for name in ("current_mA", "minutes"):
            number = amount(name, getattr(self, name), where=f"session of {self.date}")
            object.__setattr__(self, name, number)

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides that it treats."""
        return ("left", "right") if self.side == "both" else (self.side,)

    @property
    def order(self) -> tuple[Any, ...]:
        """What sorts sessions; sessions of one day without a time come first."""
        return (
            self.date, self.time is not None, _minute(self.time), self.site, self.side, self.current_mA, self.minutes
        )  # fmt: skip

    def to_dict(self) -> dict[str, Any]:
        """The session for JSON."""
        return {
            "date": self.date.isoformat(),
            "time": None if self.time is None else self.time.isoformat("minutes"),
            "site": self.site,
            "current_mA": self.current_mA,
            "minutes": self.minutes,
            "side": self.side,
        }

    def __str__(self) -> str:
        at = "" if self.time is None else f" {self.time:%H:%M}"
        side = "" if self.side == "both" else f" ({self.side})"
        return f"{self.date}{at}, {self.site}{side}, {self.current_mA:g} mA for {self.minutes:g} min"


def _minute(time: datetime.time | None) -> float:
    return 0.0 if time is None else time.hour * 60 + time.minute + time.second / 60


@dataclass(frozen=True)
class LoggedSession(DatedSession):
    """A session that was held."""


@dataclass(frozen=True)
class ProposedSession(DatedSession):
    """A session of a plan."""


def hours_between(before: DatedSession, after: DatedSession) -> float:
    """Hours from one beginning to the next; whole days where a time is not known.

    >>> monday, tuesday = datetime.date(2026, 3, 2), datetime.date(2026, 3, 3)
    >>> late = LoggedSession(monday, datetime.time(22), "palms", 10, 20)
    >>> hours_between(late, ProposedSession(tuesday, datetime.time(7), "palms", 10, 20))
    9.0
    >>> hours_between(late, ProposedSession(tuesday, None, "palms", 10, 20))
    24.0
    """
    hours = 24.0 * (after.date - before.date).days
    if before.time is not None and after.time is not None:
        hours += (_minute(after.time) - _minute(before.time)) / 60
    return hours


@dataclass(frozen=True)
class SkinNote:
    """How the skin was on a day, in one word: ok, dry, red, itchy, cracked, wound, blister or burn.

    Attributes
    ----------
    date : the day.
    site : palms, soles or axillae; None for all of them.
    word : the word; an unknown one is answered with the nearest.
    """

    date: datetime.date
    site: str | None
    word: str

    def __post_init__(self) -> None:
        check_day(self.date, "the date of a note on the skin")
        if self.site is not None and self.site not in SITES:
            raise unknown("site", str(self.site), SITES)
        word = self.word.strip().lower() if isinstance(self.word, str) else str(self.word)
        if word not in SKIN_WORDS:
            raise unknown("word for the skin", word, SKIN_WORDS, where=f"note of {self.date}")
        object.__setattr__(self, "word", word)

    def concerns(self, site: str) -> bool:
        """Whether the note is about a site."""
        return self.site is None or self.site == site


def skin_notes(date: datetime.date, site: str | None, text: str) -> tuple[SkinNote, ...]:
    """The notes of one cell of a diary: words parted by commas, semicolons, "+" or "and".

    >>> [note.word for note in skin_notes(datetime.date(2026, 3, 1), "palms", "Red, itchy and dry")]
    ['red', 'itchy', 'dry']
    """
    words = [word for word in re.split(r"[,;+/]|\band\b", text.lower()) if word.strip()]
    return tuple(SkinNote(date, site, word) for word in words)
