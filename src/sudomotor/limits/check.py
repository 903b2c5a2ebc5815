"""Hold a session, or a row of sessions, against the library of limits."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from sudomotor.errors import InputError, nearest, unknown
from sudomotor.limits.library import (
    AREA_OF,
    CONTEXT,
    QUANTITIES,
    SCHEDULE_QUANTITIES,
    SITES,
    Limits,
    Verdict,
    library_of,
)
from sudomotor.parameters import Parameters, load

_SITE_OF_WORD = {"palm": "palms", "sole": "soles", "axilla": "axillae"}


class SessionOnDay(NamedTuple):
    """One session of a schedule: the day it falls on (fractions allowed), its current, length and site."""

    day: float
    current_mA: float
    minutes: float
    site: str = "palms"


def _site(word: str) -> str:
    """The pair of sites that a site or one side of it belongs to: "left palm" is of the palms."""
    last = word.lower().split()[-1] if word.split() else ""
    site = _SITE_OF_WORD.get(last, last)
    if site not in SITES:
        raise unknown("site", word, SITES)
    return site


def _finite(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{name} must be a finite number, got {value!r}", mend=f"give {name} as a number")
    if value < 0:
        raise InputError(
            f"{name} must not be negative, got {value:g}",
            mend="leave the sign out; polarity is no matter here",
        )
    return float(value)


def check_session(
    values: Mapping[str, float | str], parameters: Parameters | None = None, *, limits: Limits | None = None
) -> tuple[Verdict, ...]:
    """Hold one session against every limit that its values allow to judge.

    Parameters
    ----------
    values : the session by name of quantity (`QUANTITIES`), plus `site` ("palms", "left sole", …),
        `frequency_Hz` (0 for direct current) and `area_cm2` (wetted skin of one side). A quantity that is
        left out is not judged; the density is worked out from `rms_mA` and the area if it is not given.
    parameters : where the area of a site is taken from if `area_cm2` is not given.
    limits : another library than the shipped one.

    Returns
    -------
    Verdicts, broken ones first, the gravest first among these.

    Examples
    --------
    >>> verdicts = check_session({"current_mA": 18.0, "minutes": 20.0, "site": "palms"})
    >>> [verdict.name for verdict in verdicts if verdict.broken]
    ['hands_usual_current']
    """
    known = {**QUANTITIES, **dict.fromkeys(CONTEXT, ("", ""))}
    for name in values:
        if name not in known:
            close = nearest(name, known)
            raise InputError(
                f"unknown quantity '{name}'",
                where="the values of a session",
                mend=(f"did you mean '{close}'? " if close else "") + f"known: {', '.join(known)}",
            )
    site = _site(str(values["site"])) if "site" in values else None
    numbers = {name: _finite(name, value) for name, value in values.items() if name != "site"}
    if "density_mA_per_cm2" not in numbers and "rms_mA" in numbers and (site or "area_cm2" in numbers):
        area = numbers.get("area_cm2")
        if area is None:
            area = (parameters or load()).value(AREA_OF[str(site)])
        if area <= 0:
            raise InputError("area_cm2 must be above zero", mend="give the wetted skin of one side, e.g. 150")
        numbers["density_mA_per_cm2"] = numbers["rms_mA"] / area
    age, frequency = numbers.get("age_years"), numbers.get("frequency_Hz")
    return _sorted(
        limit.verdict(numbers[limit.quantity])
        for limit in library_of(limits).values()
        if limit.quantity in numbers and limit.quantity in QUANTITIES and limit.applies(site, age, frequency)
    )


def check_schedule(
    sessions: Iterable[SessionOnDay | Sequence[float | str]], *, limits: Limits | None = None
) -> tuple[Verdict, ...]:
    """Hold a row of sessions against the limits on how often, how fast and how long.

    Parameters
    ----------
    sessions : (day, current_mA, minutes, site) each, in any order; each side of each site is judged by
        itself and the worst counts.
    limits : another library than the shipped one.

    Examples
    --------
    >>> verdicts = check_schedule([(day, 10.0, 20.0, "palms") for day in range(7)])
    >>> [verdict.name for verdict in verdicts if verdict.broken]
    ['sessions_per_week']
    """
    by_site: dict[str, list[SessionOnDay]] = {}
    for entry in sessions:
        row = SessionOnDay(*entry)
        site = _site(row.site)
        day, current_mA, minutes = (
            _finite(name, getattr(row, name)) for name in ("day", "current_mA", "minutes")
        )  # the two sides of a site may be treated apart on one day: a side is judged by itself
        side = row.site.lower().split()[0] if len(row.site.split()) > 1 else ""
        sides = [side] if side else ["left", "right"]
        for one in sides:
            by_site.setdefault(f"{one} {site}", []).append(SessionOnDay(day, current_mA, minutes, site))
    worst: dict[tuple[str, str], float] = {}
    for rows in by_site.values():
        rows.sort(key=lambda row: row.day)
        for quantity, value in _schedule_values(rows).items():
            key = (quantity, rows[0].site)
            worst[key] = max(value, worst.get(key, -math.inf))
    found = []
    for limit in library_of(limits).values():
        values = [
            value
            for (quantity, site), value in worst.items()
            if quantity == limit.quantity and site in limit.sites
        ]
        if limit.quantity in SCHEDULE_QUANTITIES and values:
            found.append(limit.verdict(max(values)))
    return _sorted(found)


def _schedule_values(rows: list[SessionOnDay]) -> dict[str, float]:
    """The worst of each quantity over the sessions of one side, sorted by day."""
    days = [row.day for row in rows]
    per_day: dict[int, list[SessionOnDay]] = {}
    for row in rows:
        per_day.setdefault(math.floor(row.day), []).append(row)
    week, first = 0, 0
    for last, day in enumerate(days):
        while day - days[first] >= 7:
            first += 1
        week = max(week, last - first + 1)
    values = {
        "sessions_per_day": float(max(len(found) for found in per_day.values())),
        "sessions_per_week": float(week),
        "minutes_per_day": max(sum(row.minutes for row in found) for found in per_day.values()),
    }
    if len(rows) > 1:
        values["rise_mA"] = max(
            0.0, *(after.current_mA - before.current_mA for before, after in pairwise(rows))
        )
        values["gap_days"] = max(after - before for before, after in pairwise(days))
    return values


def _sorted(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    grave = {"ceiling": 0, "limit": 1, "advice": 2}
    return tuple(sorted(verdicts, key=lambda verdict: (not verdict.broken, grave[verdict.severity])))


def ceilings_broken(verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """The broken safety ceilings among some verdicts: a run past one must be asked for in so many words."""
    return tuple(verdict for verdict in verdicts if verdict.broken and verdict.severity == "ceiling")


def injury_risk(verdicts: Iterable[Verdict]) -> str:
    """What may happen past the broken ceilings, in words to be shown before anything else; "" if none is
    broken.

    >>> injury_risk(check_session({"volts": 100.0})).split(" (")[0]
    'RISK OF INJURY. 100 V is past the safety ceiling of 90 V'
    """
    lines = []
    for verdict in ceilings_broken(verdicts):
        below = verdict.value < verdict.limit
        lines.append(
            f"{verdict.value:g} {verdict.unit} is {'below' if below else 'past'} the safety ceiling of "
            f"{verdict.limit:g} {verdict.unit} ({verdict.source}): {verdict.risk}."
        )
    return "RISK OF INJURY. " + " ".join(lines) if lines else ""
