"""What makes a log unfit to plan from: it is stale, it lies in the future, or it cannot be true."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from itertools import pairwise

from sudomotor.limits.caps import fixed_reasons, frame
from sudomotor.limits.dated import LoggedSession, SkinNote, check_day, hours_between
from sudomotor.limits.library import Limits, library_of
from sudomotor.limits.past import Past
from sudomotor.limits.questions import sites_of
from sudomotor.limits.reasons import exceeds
from sudomotor.limits.screen import Refusal


def log_problems(
    log: Iterable[LoggedSession], today: datetime.date, *, skin: Iterable[SkinNote] = (),
    logged_until: datetime.date | None = None, limits: Limits | None = None,
) -> tuple[Refusal, ...]:  # fmt: skip
    """Why a log is unfit to plan from; empty if it is fit.

    An empty log is fit: it says that nothing was held yet. A log that broke a limit is fit too, since it says what
    was done; one that passes a safety ceiling is taken for an error of writing.

    Parameters
    ----------
    log, skin : sessions that were held, notes on the skin, in any order.
    today : the day of asking.
    logged_until : day of the diary's last row of any kind; a reading keeps a log fresh.
    limits : another library than the shipped one.

    Examples
    --------
    >>> held = [LoggedSession(datetime.date(2026, 1, 5), None, "palms", 9.0, 20.0)]
    >>> log_problems(held, datetime.date(2026, 3, 2))[0].why
    'stale'
    """
    held, notes = sorted(log, key=lambda each: each.order), list(skin)
    check_day(today, "today")
    library = library_of(limits)
    days = [each.date for each in held] + [each.date for each in notes]
    if logged_until is not None:
        days.append(check_day(logged_until, "logged_until"))
    found = [*_future(days, today), *_stale(days, today, library)]
    for site in sites_of({each.site for each in held}):
        at_site = [each for each in held if each.site == site]
        found += [*_contradictions(at_site), *_implausible(at_site, site, library)]
    return tuple(found)


def _refusal(
    why: str, text: str, mend: str, site: str | None = None, source: tuple[str, ...] = ()
) -> Refusal:
    sites = ("palms", "soles", "axillae") if site is None else (site,)
    return Refusal("log", why, text, mend, sites, source)


def _future(days: list[datetime.date], today: datetime.date) -> list[Refusal]:
    late = [day for day in days if day > today]
    if not late:
        return []
    text = f"The log holds a day in the future, {max(late)}."
    return [_refusal("future", text, f"Correct the date; today is {today}.")]


def _stale(days: list[datetime.date], today: datetime.date, library: Limits) -> list[Refusal]:
    if not days:
        return []
    silent = (today - max(days)).days
    return [
        _refusal(
            "stale",
            f"The last entry of the log is of {max(days)}, {silent} days ago; a log holds for {limit.value:g} days "
            f"({limit.name}).",
            "Log what you did since; if that was nothing, log how the skin is today.",
            source=limit.source,
        )
        for limit in library.values()
        if limit.quantity == "log_age_days" and limit.broken_by(silent)
    ]


def _contradictions(held: list[LoggedSession]) -> list[Refusal]:
    """Sessions at one side that overlap in time."""
    found = []
    for side in ("left", "right"):
        timed = [each for each in held if side in each.sides and each.time is not None]
        for before, after in pairwise(timed):
            gap = 60.0 * hours_between(before, after)
            same = gap == 0 and (before.current_mA, before.minutes) == (after.current_mA, after.minutes)
            if (gap == 0 or gap < before.minutes) and not same:
                found.append(
                    _refusal(
                        "contradiction", f"The log contradicts itself: {before}; and {after}.",
                        "Strike out the one that was not held.", before.site,
                    )
                )  # fmt: skip
    return list(dict.fromkeys(found))


def _implausible(held: list[LoggedSession], site: str, library: Limits) -> list[Refusal]:
    """Sessions past a safety ceiling: most likely a slip of the pen."""
    here = frame(site, None, limits=library)
    counts = [each for each in here.of("sessions_per_day", "sessions_per_week") if each.severity == "ceiling"]
    found, known = [], set()
    pasts = {"left": Past(), "right": Past()}
    for one in held:
        past_ceilings = [
            reason
            for reason in fixed_reasons(here, one.minutes)
            if reason.severity == "ceiling"
            and reason.limit != "age"
            and exceeds(one.current_mA, reason.bound or 0.0)
        ]
        if past_ceilings:
            reason = min(past_ceilings, key=lambda each: each.bound or 0.0)
            text = f"The log holds a session that nobody has described: {one}. {reason.text}."
            found.append(_refusal("implausible", text, "Correct the entry.", site, reason.source))
        for side in one.sides:
            past, day = pasts[side], one.date.toordinal()
            past.add(one)
            for limit in counts:
                count = past.on(day) if limit.quantity == "sessions_per_day" else past.week_to(day)
                if limit.broken_by(count) and limit.name not in known:
                    known.add(limit.name)
                    text = f"The log holds {count} sessions up to {one.date}: {limit.text} ({limit.name})."
                    found.append(
                        _refusal("implausible", text, "Strike out what was not held.", site, limit.source)
                    )
    return list(dict.fromkeys(found))
