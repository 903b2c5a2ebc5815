"""When a person can treat: words for days of the week and times of day, to dates."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from sudomotor.errors import InputError, nearest
from sudomotor.parameters import Parameters, load

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
EXAMPLES = ("Sun Wed evenings", "Mon-Fri mornings", "weekends", "Tue 19:30", "any day")
_WHERE = "can-treat"
_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GROUPS = {
    "any": range(7), "every": range(7), "daily": range(7), "always": range(7), "anytime": range(7),
    "weekend": (5, 6), "weekends": (5, 6), "weekday": range(5), "weekdays": range(5), "workdays": range(5),
}  # fmt: skip
_FILLERS = {"day", "days", "and", "on", "in", "the", "at", "or", "o'clock", "only", "time"}
_TIMES = {
    "morning": "plan_morning_hours", "mornings": "plan_morning_hours",
    "afternoon": "plan_afternoon_hours", "afternoons": "plan_afternoon_hours",
    "evening": "plan_evening_hours", "evenings": "plan_evening_hours",
    "night": "plan_evening_hours", "nights": "plan_evening_hours",
}  # fmt: skip
_OFTEN = {
    "other", "second", "third", "week", "weekly", "month", "monthly", "fortnight", "fortnightly", "times", "twice", "once",
}  # fmt: skip
_CLOCK = re.compile(r"^(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm|h)?$", re.IGNORECASE)
_AWAY = re.compile(r"^(\d{4}-\d\d-\d\d)(?:\.\.(\d{4}-\d\d-\d\d))?$")
_EXCEPT = re.compile(r"\b(?:except|but not|not|away)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Calendar:
    """Days of the week on which a person can treat, the time of day of each, and dates that are taken.

    Attributes
    ----------
    times : for each weekday, Monday first: a clock time, None where no time was said, or False where the day is out.
    away : (first, last) dates on which there is no treatment.
    text : the words that it was read from.

    Examples
    --------
    >>> calendar = Calendar.parse("Sun Wed evenings")
    >>> calendar.days(datetime.date(2026, 10, 5), 14), calendar.time_on(datetime.date(2026, 10, 7)).hour
    ((2, 6, 9, 13), 19)
    """

    times: tuple[datetime.time | bool | None, ...]
    away: tuple[tuple[datetime.date, datetime.date], ...] = ()
    text: str = "any day"

    @classmethod
    def any_day(cls) -> Calendar:
        """Every day, at no time in particular."""
        return cls((None,) * 7)

    @classmethod
    def parse(cls, text: str, parameters: Parameters | None = None) -> Calendar:
        """Read "Sun Wed evenings", "Mon-Fri 7:30, Sat", "any day except Fri", "weekends except 2026-03-01..2026-03-14".

        Raises
        ------
        InputError
            where a word is no day and no time; it names the nearest word.

        >>> Calendar.parse("Sun Wendsday evenings")
        Traceback (most recent call last):
        ...
        sudomotor.errors.InputError: 'Wendsday' is no day and no time of day
          where: can-treat "Sun Wendsday evenings"
          mend:  did you mean 'Wednesday'? e.g. "Sun Wed evenings"
        """
        p = parameters or load()
        where = f'{_WHERE} "{text}"'
        positive, *negative = _EXCEPT.split(text)
        if len(negative) > 1:
            raise InputError("'except' may stand once", where=where, mend='e.g. "any day except Fri"')
        times: list[datetime.time | bool | None] = [False] * 7
        groups = [part for part in positive.split(";") if part.strip()]
        if not groups and negative:
            groups = ["any day"]
        if not groups:
            raise InputError("no day is named", where=where, mend=f'e.g. "{EXAMPLES[0]}"')
        for days, at in [found for group in groups for found in _clauses(group, where, p)]:
            for day in days:
                if times[day] is not False and times[day] != at:
                    raise InputError(
                        f"{WEEKDAYS[day]} is named twice, at different times",
                        where=where,
                        mend="one session a day is the most: name each day once",
                    )
                times[day] = at
        away = []
        for words in re.split(r"[,;]|\band\b", negative[0]) if negative else []:
            away += _without(words.strip(), times, where)
        if all(at is False for at in times):
            raise InputError("no day is left on which to treat", where=where, mend=f'e.g. "{EXAMPLES[0]}"')
        return cls(tuple(times), tuple(away), " ".join(text.split()))

    def allows(self, date: datetime.date) -> bool:
        """Whether there can be a session on a date."""
        return self.times[date.weekday()] is not False and not any(a <= date <= b for a, b in self.away)

    def days(self, first: datetime.date, horizon_days: int) -> tuple[int, ...]:
        """Days with room for a session, counted from 0 on `first`, before `horizon_days`."""
        one = datetime.timedelta(days=1)
        return tuple(day for day in range(horizon_days) if self.allows(first + day * one))

    def time_on(self, date: datetime.date) -> datetime.time | None:
        """The clock time of a session on a date; None where none was said."""
        at = self.times[date.weekday()]
        return at if isinstance(at, datetime.time) else None

    @property
    def per_week(self) -> int:
        """Days of a week on which there is room.

        >>> Calendar.parse("Mon-Fri mornings").per_week
        5
        """
        return sum(at is not False for at in self.times)

    @property
    def words(self) -> str:
        """The calendar in words of one form.

        >>> Calendar.parse("evenings").words, Calendar.parse("Wed and Sun 7 pm").words
        ('any day 19:30', 'Wed Sun 19:00')
        """
        by_time: dict[datetime.time | bool | None, list[int]] = {}
        for day, at in enumerate(self.times):
            if at is not False:
                by_time.setdefault(at, []).append(day)
        parts = []
        for at, days in by_time.items():
            names = "any day" if len(days) == 7 else " ".join(WEEKDAYS[day] for day in days)
            parts.append(f"{names} {at:%H:%M}" if isinstance(at, datetime.time) else names)
        gone = " and ".join(f"{a}" if a == b else f"{a}..{b}" for a, b in self.away)
        return "; ".join(parts) + (f" except {gone}" if gone else "")


def _clauses(group: str, where: str, p: Parameters) -> list[tuple[list[int], datetime.time | None]]:
    """Days and time of each clause; days without a time take that of the next clause: "Mon, Wed, Fri 18:00"."""
    clauses = [part for part in group.split(",") if part.strip()]
    found = []
    for clause in clauses:
        # "Mon - Fri" and "Mon to Fri" are one word; so is "7 pm"
        joined = re.sub(r"\s*(?:-|–|\bto\b)\s*", "-", clause.strip())
        joined = re.sub(r"[&/+]", " ", joined)
        joined = re.sub(r"(\d)\s+(am|pm)\b", r"\1\2", joined, flags=re.IGNORECASE)
        days: list[int] = []
        at: datetime.time | None = None
        for word in joined.split():
            plain = word.lower().strip(".")
            if plain in _FILLERS:
                continue
            time = _time(plain, where, p)
            if time is None:
                days += _days(word, where)
            elif at is not None and at != time:
                raise InputError(
                    f"'{clause.strip()}' names two times",
                    where=where,
                    mend='part days of different times by a comma: "Mon 7:30, Wed 19:30"',
                )
            else:
                at = time
        if not days and at is None:
            raise InputError(f"'{clause.strip()}' names no day", where=where, mend=f'e.g. "{EXAMPLES[0]}"')
        found.append((list(dict.fromkeys(days)) or list(range(7)), at))
    for i in range(len(found) - 2, -1, -1):
        days, at = found[i]
        if at is None:
            found[i] = (days, found[i + 1][1])
    return found


def _time(word: str, where: str, p: Parameters) -> datetime.time | None:
    """A time of day, by name or by the clock; None where the word is none."""
    if word in _TIMES:
        hours = p.value(_TIMES[word])
        return datetime.time(int(hours), round(60 * (hours - int(hours))))
    found = _CLOCK.match(word)
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half == "pm" and hour < 12:
        hour += 12
    if half == "am" and hour == 12:
        hour = 0
    if hour > 23 or minute > 59 or (not found[2] and not half):
        raise InputError(
            f"'{word}' is no time of day", where=where, mend='write hours and minutes, e.g. "Tue 19:30"'
        )
    return datetime.time(hour, minute)


def _one_day(word: str) -> int | None:
    plain = (
        word.lower().rstrip(".s") if word.lower().rstrip(".") not in ("tues", "thurs") else word.lower()[:3]
    )
    for day, long in enumerate(_LONG):
        if len(plain) >= 2 and long.startswith(plain):
            return day
    return None


def _days(word: str, where: str) -> list[int]:
    plain = word.lower()
    if plain in _GROUPS:
        return list(_GROUPS[plain])
    first, dash, last = word.partition("-")
    one, other = _one_day(first), _one_day(last) if dash else None
    if one is not None and not dash:
        return [one]
    if one is not None and other is not None:
        return [(one + step) % 7 for step in range((other - one) % 7 + 1)]
    bad = last if dash and one is not None else first
    known = {name.lower(): name for name in (*(long.capitalize() for long in _LONG), *_GROUPS, *_TIMES)}
    close = nearest(bad, known)
    if bad.lower() in _OFTEN:
        raise InputError(
            f"'{bad}' says how often, not when",
            where=where,
            mend=f'name the days on which you can treat; the plan finds how often. E.g. "{EXAMPLES[0]}"',
        )
    raise InputError(
        f"'{bad}' is no day and no time of day",
        where=where,
        mend=(f"did you mean '{known[close]}'? " if close else "") + f'e.g. "{EXAMPLES[0]}"',
    )


def _without(
    words: str, times: list[datetime.time | bool | None], where: str
) -> list[tuple[datetime.date, datetime.date]]:
    """Take days of the week out of `times`; give the dates that are out."""
    away = []
    for word in words.split():
        found = _AWAY.match(word)
        if found is None:
            if word.lower() not in _FILLERS:
                for day in _days(word, where):
                    times[day] = False
            continue
        try:
            first = datetime.date.fromisoformat(found[1])
            last = datetime.date.fromisoformat(found[2] or found[1])
        except ValueError as error:
            raise InputError(f"'{word}' is no date: {error}", where=where, mend="write 2026-03-01") from None
        if last < first:
            raise InputError(f"'{word}' ends before it begins", where=where, mend=f"write {last}..{first}")
        away.append((first, last))
    return away
