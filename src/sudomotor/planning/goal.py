"""What a person wants: a condition, and the share of days on which it is to hold."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sudomotor.course import Condition, Stop
from sudomotor.errors import InputError

EXAMPLES = ("HDSS <= 2 on 80 % of days", "sweat < 20 mg/min on 90 % of days")
_WHERE = "goal"
_SHARE = re.compile(r"^(?P<what>.+?)\s+on\s+(?P<share>.+)$", re.IGNORECASE | re.DOTALL)
_PERCENT = re.compile(
    r"^(?:at\s+least\s+)?(?P<number>\d+(?:[.,]\d+)?)\s*(?:%|per\s*cent|percent|pct)\s*(?:of\s+)?(?:the\s+|all\s+)?days?"
    r"(?:\s+(?:from|after)\s+(?P<from>.+))?$",
    re.IGNORECASE,
)
_EVERY = re.compile(r"^(?:every|each|all)\s+days?(?:\s+(?:from|after)\s+(?P<from>.+))?$", re.IGNORECASE)
_FROM = re.compile(
    r"^(?:day\s+(?P<day>\d+)|(?P<number>\d+)\s*(?P<unit>days?|weeks?|months?))$", re.IGNORECASE
)
_DAYS = {"day": 1, "week": 7, "month": 30}
# words for which no number is needed
_WORDS = {"dry": "HDSS <= 2", "never bothered": "HDSS <= 1"}


@dataclass(frozen=True)
class Goal:
    """A condition and the share of days on which it is to hold.

    Attributes
    ----------
    condition : "HDSS <= 2" or "sweat < 20 mg/min" (of one side), as the course language writes it.
    days_pct : share of the days, above 0 and up to 100 %.
    from_day : first day that counts, from 0; None leaves the build-up out, however long this person needs.

    Examples
    --------
    >>> goal = Goal.parse("HDSS <= 2 on 80 % of days")
    >>> goal.condition.value, goal.days_pct, goal.words
    (2.0, 80.0, 'HDSS <= 2 on 80 % of days')
    """

    condition: Condition
    days_pct: float
    from_day: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.condition, Condition):
            raise InputError(
                f"a goal needs a Condition, not {self.condition!r}",
                where=_WHERE,
                mend=f'e.g. "{EXAMPLES[0]}"',
            )
        if self.condition.relation not in ("<=", "<"):
            raise InputError(
                f"'{self.condition.words}' would be a goal to sweat more",
                where=_WHERE,
                mend=f'write {self.condition.measure} <= …, e.g. "{EXAMPLES[0]}"',
            )
        if self.condition.measure == "HDSS":
            always = self.condition.relation == "<=" and self.condition.value >= 4
            if always or (self.condition.relation == "<" and self.condition.value <= 1):
                raise InputError(
                    f"'{self.condition.words}' holds {'on every day, treated or not' if always else 'on no day'}",
                    where=_WHERE,
                    mend=f'HDSS runs from 1 to 4: "{EXAMPLES[0]}"',
                )
        if not 0 < self.days_pct <= 100:
            raise InputError(
                f"{self.days_pct:g} % of days is not a share above 0 and up to 100 %",
                where=_WHERE,
                mend=f'e.g. "{EXAMPLES[0]}"',
            )
        if self.from_day is not None and self.from_day < 0:
            raise InputError(
                "the first day that counts must not be negative", where=_WHERE, mend="0 counts every day"
            )

    @classmethod
    def parse(cls, text: str) -> Goal:
        """Read a goal from words.

        Raises
        ------
        InputError
            where the words are no goal; it shows a valid one.

        >>> Goal.parse("dry on 3 days").words
        Traceback (most recent call last):
        ...
        sudomotor.errors.InputError: '3 days' is no share of days
          where: goal "dry on 3 days"
          mend:  write a percentage, e.g. "HDSS <= 2 on 80 % of days"
        >>> Goal.parse("sweat little on 90% of days")
        Traceback (most recent call last):
        ...
        sudomotor.errors.InputError: 'sweat little' cannot be read as a condition
          where: goal "sweat little on 90% of days"
          mend:  write HDSS <= 2 or sweat < 20 mg/min, e.g. "sweat < 20 mg/min on 90 % of days"
        >>> Goal.parse("sweat < 1.2 g/h on 90% of days after 4 weeks").words
        'sweat < 20 mg/min on 90 % of days from day 28'
        """
        where = f'goal "{text}"'
        plain = " ".join(text.split()).rstrip(".")
        if not plain:
            raise InputError("the goal is empty", where=_WHERE, mend=f'e.g. "{EXAMPLES[0]}"')
        parts = _SHARE.match(plain)
        if parts is None:
            raise InputError(
                "a goal says on which share of the days it is to hold",
                where=where,
                mend=f'add "on 80 % of days", e.g. "{EXAMPLES[0]}"',
            )
        condition = _condition(parts["what"], where)
        share, start = _share(parts["share"], where)
        try:
            return cls(condition, share, start)
        except InputError as error:
            raise InputError(error.what, where=where, mend=error.mend) from None

    @property
    def words(self) -> str:
        """The goal as it is written."""
        start = "" if self.from_day is None else f" from day {self.from_day}"
        return f"{self.condition.words} on {self.days_pct:g} % of days{start}"

    def holds(self, hdss: Any, sweat_mg_per_min: Any) -> Any:
        """Whether the condition holds, elementwise, for answers or sweat of one shape."""
        return self.condition.met(hdss if self.condition.measure == "HDSS" else sweat_mg_per_min)


def _condition(text: str, where: str) -> Condition:
    words = _WORDS.get(text.lower(), text)
    try:
        found = Stop.parse(f"until {words}").until
    except InputError as error:
        over = "runs from" in (error.mend or "")
        raise InputError(
            error.what if over else f"'{text}' cannot be read as a condition",
            where=where,
            mend=f'HDSS runs from 1 to 4, e.g. "{EXAMPLES[0]}"'
            if over
            else f'write HDSS <= 2 or sweat < 20 mg/min, e.g. "{EXAMPLES["sweat" in text.lower()]}"',
        ) from None
    if found is None:
        raise InputError(f"'{text}' is no condition", where=where, mend=f'e.g. "{EXAMPLES[0]}"')
    return found


def _share(text: str, where: str) -> tuple[float, int | None]:
    every = _EVERY.match(text)
    found = every or _PERCENT.match(text)
    if found is None:
        raise InputError(
            f"'{text}' is no share of days", where=where, mend=f'write a percentage, e.g. "{EXAMPLES[0]}"'
        )
    start = found["from"]
    share = 100.0 if every else float(found["number"].replace(",", "."))
    if start is None:
        return share, None
    later = _FROM.match(start.strip())
    if later is None:
        raise InputError(
            f"'{start}' does not say from when on",
            where=where,
            mend='write "from day 28" or "after 4 weeks"',
        )
    if later["day"]:
        return share, int(later["day"])
    return share, int(later["number"]) * _DAYS[later["unit"].lower().rstrip("s")]
