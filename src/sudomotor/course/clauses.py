"""The clauses of the course language: each a pattern, what it says, and how to read it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sudomotor.course.checks import MAX_CURRENT_MA, MAX_DAYS, MAX_SESSIONS, number
from sudomotor.course.lexicon import (
    CARE,
    DAYS,
    END,
    NUMBER,
    OFTEN,
    ORDINALS,
    SINGULAR,
    SITE_WORDS,
    alternatives,
    care_kind,
    percentage,
    quantity,
    unit_of,
    value,
)
from sudomotor.course.lexicon import number as num
from sudomotor.course.problem import Problem
from sudomotor.course.schedule import Condition, Schedule
from sudomotor.course.treatment import ONE, SITES
from sudomotor.errors import InputError
from sudomotor.parameters.units import convert

Read = dict[str, Any]


@dataclass(frozen=True)
class Clause:
    """A kind of clause: `read` gives the facts of a match, by name."""

    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Read]


_ENTRIES: list[tuple[str, Callable[[re.Match[str]], Read]]] = []


@cache
def table() -> tuple[Clause, ...]:
    """Every clause; compiled on first use, which keeps the import light."""
    return tuple(Clause(re.compile(pattern + END), read) for pattern, read in _ENTRIES)


def clause(*patterns: str) -> Callable[[Callable[[re.Match[str]], Read]], Callable[[re.Match[str]], Read]]:
    """Enter a reader into the table of clauses, with the patterns that it reads."""

    def enter(read: Callable[[re.Match[str]], Read]) -> Callable[[re.Match[str]], Read]:
        _ENTRIES.extend((pattern, read) for pattern in patterns)
        return read

    return enter


def _quantity(
    found: re.Match[str], name: str, dimension: str, to: str, what: str, default: str, **limits: float
) -> float:
    """A quantity in a wanted unit and range; one out of range is mended by what was likely meant."""
    unit = unit_of(dimension, found[f"{name}_unit"])
    said = value(found[name])
    amount = said * DAYS[unit] if dimension == "long" else convert(said, unit, to)
    try:
        return number(amount, what, unit=to, **limits)
    except InputError as error:
        span = found.span(name)[0], found.span(f"{name}_unit")[1]
        # a slip of sign or of unit is likelier than a slip of the number
        for guess in (abs(said), amount and abs(amount)):
            word = f"{guess:g} {default.split()[1]}"
            if 0 < guess < float("inf") and _in_range(guess, limits) and word != found.string[slice(*span)]:
                raise Problem(error.what, span, error.mend or what, (*span, word)) from None
        raise Problem(error.what, span, error.mend or what, (*span, default)) from None


def _in_range(amount: float, limits: dict[str, float]) -> bool:
    return amount <= limits.get("most", amount) and amount >= limits.get("least", amount)


_SITE = alternatives(SITE_WORDS)
_SIDE_SITE = rf"(?:(?:left|right|both)\s+)?(?:the\s+)?{_SITE}(?![a-z])"


@clause(
    rf"(?:(?:on|of|at|to|into|in|under)\s+)?(?:the\s+)?(?P<sites>{_SIDE_SITE}(?:\s*(?:,|and|&|\+)\s*{_SIDE_SITE})*)"
)
def _sites(found: re.Match[str]) -> Read:
    sides: dict[str, set[str]] = {}
    start = found.start("sites")
    for each in re.finditer(rf"(?:(left|right|both)\s+)?(?:the\s+)?({_SITE})(?![a-z])", found["sites"]):
        span = start + each.start(), start + each.end()
        site = SITE_WORDS[each[2]]
        if each[1] is None and each[2] in SINGULAR:
            raise Problem(
                f"which {each[2]}?", span, f"'left {each[2]}', 'right {each[2]}' or '{site}'", (*span, site)
            )
        new = {each[1]} if each[1] in ("left", "right") else {"left", "right"}
        if new & sides.setdefault(site, set()):
            raise Problem(
                f"the {each[0]} is named twice", span, "each site once", (start, found.end("sites"), site)
            )
        sides[site] |= new
    if len({frozenset(each) for each in sides.values()}) > 1:
        first, *_ = sides
        raise Problem(
            "one sentence treats the same side of every site",
            (start, found.end("sites")),
            "e.g. 'palms and soles' or 'left palm and left sole', or a sentence for each",
            (start, found.end("sites"), first),
        )
    only = next(iter(sides.values()))
    side = "both" if len(only) == 2 else next(iter(only))
    return {"site": (" and ".join(site for site in SITES if site in sides), side)}


@clause(rf"(?:(?:with|by|using)\s+)?(?P<care>{'|'.join(CARE.values())})")
def _care(found: re.Match[str]) -> Read:
    return {"care": care_kind(found["care"])}


@clause(
    rf"(?:with\s+)?(?:the\s+)?return(?:\s+electrode)?(?:\s+(?:on|at|to|via|is))?\s+(?:the\s+|a\s+)?"
    rf"(?P<on>forearm(?:\s+pad)?|(?:left|right)\s+{_SITE})"
)
def _return(found: re.Match[str]) -> Read:
    if found["on"].startswith("forearm"):
        return {"return": "forearm pad"}
    side, site = found["on"].split()
    return {"return": f"{side} {ONE[SITE_WORDS[site]]}"}


@clause(
    rf"(?:(?:at|with)\s+)?{quantity('current', 'current')}(?:\s+(?P<reading>mean|average|peak|rms))?",
    rf"(?:at\s+)?(?P<reading>mean|average|peak|rms)\s+{quantity('current', 'current')}",
)
def _current(found: re.Match[str]) -> Read:
    limits = {"least": 0.0, "most": MAX_CURRENT_MA}
    read: Read = {"current": _quantity(found, "current", "current", "mA", "the current", "15 mA", **limits)}
    if found["reading"]:
        read["reading"] = "mean" if found["reading"] == "average" else found["reading"]
    return read


@clause(r"(?P<reading>mean|average|peak|rms)")
def _reading(found: re.Match[str]) -> Read:
    return {"reading": "mean" if found["reading"] == "average" else found["reading"]}


@clause(
    r"(?P<kind>pulsed)(?:\s+(?:dc|direct\s+current|current))?",
    r"(?P<kind>dc|ac)",
    r"(?P<kind>direct|alternating)\s+current",
)
def _kind(found: re.Match[str]) -> Read:
    return {"kind": {"direct": "dc", "alternating": "ac"}.get(found["kind"], found["kind"])}


@clause(rf"(?:at\s+)?{quantity('frequency', 'frequency')}")
def _frequency(found: re.Match[str]) -> Read:
    read = _quantity(found, "frequency", "frequency", "Hz", "the frequency", "50 Hz", above=0.0)
    return {"frequency": read}


@clause(
    rf"(?:at\s+)?(?:duty(?:\s+cycle)?(?:\s+of)?\s+)?{num('duty')}\s*(?:%|per\s?cent|pct)(?:\s+duty(?:\s+cycle)?)?",
    rf"duty(?:\s+cycle)?(?:\s+of)?\s+(?P<fraction>{NUMBER})",
)
def _duty(found: re.Match[str]) -> Read:
    groups = found.groupdict()
    name = "duty" if "duty" in groups else "fraction"
    duty = percentage(groups[name]) if name == "duty" else value(groups[name])
    if not 0 < duty <= 1:
        fix = (*found.span(name), "50" if name == "duty" else "0.5")
        raise Problem("the duty is not between 0 and 100 %", found.span(name), "e.g. '50 %'", fix)
    return {"duty": duty}


_WITH_A = r"(?:(?:with|plus|and)\s+)?(?:an?\s+)?"
_DIRECT = r"(?:(?:dc|direct(?:\s+current)?)\s+)?"


@clause(
    rf"{_WITH_A}{quantity('offset', 'current')}\s+{_DIRECT}offset",
    rf"{_WITH_A}{_DIRECT}offset\s+(?:of\s+)?{quantity('offset', 'current')}(?:\s+dc)?",
)
def _offset(found: re.Match[str]) -> Read:
    limits = {"least": 0.0, "most": MAX_CURRENT_MA}
    return {"offset": _quantity(found, "offset", "current", "mA", "the offset", "15 mA", **limits)}


@clause(
    r"(?P<no>not\s+|without\s+)?(?:with\s+)?(?:polarity\s+|current\s+)?(?:revers(?:ed|al|ing))(?:\s+polarity)?"
    r"(?:\s+(?:half-?\s?way|mid-?way|at\s+half-?\s?time|mid-?session)(?:\s+through)?)?"
)
def _reversed(found: re.Match[str]) -> Read:
    if not found["no"] and not re.search("half|mid", found[0]):
        raise Problem(
            "reversed when?", found.span(), "'reversed halfway', or 'anode left' / 'anode right'",
            (*found.span(), "reversed halfway"),
        )  # fmt: skip
    return {"reversed": not found["no"]}


@clause(
    rf"(?:with\s+)?(?:the\s+)?anode\s*(?:on|at|is|:|=)?\s*(?:the\s+)?(?P<anode>left|right|alternating|alternates)"
    rf"(?:\s+(?:side|{alternatives(SINGULAR)}))?",
    r"(?:with\s+)?(?:an?\s+)?(?P<anode>left|right|alternating)\s+anode",
)
def _anode(found: re.Match[str]) -> Read:
    return {"anode": found["anode"].replace("alternates", "alternating")}


_WATER = r"(?:saline|(?:deioni[sz]ed|distilled|demineralised|tap)(?:\s+water)?|water)"


def _water_kind(text: str) -> str:
    return "saline" if text == "saline" else "tap" if text.startswith(("tap", "water")) else "deionised"


@clause(
    rf"(?:in|with|using)\s+(?:plain\s+)?(?P<kind>(?:(?:normal|physiological)\s+)?{_WATER})(?:\s+solution)?"
)
def _water(found: re.Match[str]) -> Read:
    return {"water": _water_kind(found["kind"].split()[-1] if "saline" in found["kind"] else found["kind"])}


@clause(
    rf"(?:in\s+|with\s+)?{quantity('litres', 'volume')}(?:\s+(?:of\s+)?(?P<kind>{_WATER}))?"
    r"(?:\s+(?:in\s+each|per|a|each)\s+pan)?"
)
def _litres(found: re.Match[str]) -> Read:
    read: Read = {"litres": _quantity(found, "litres", "volume", "l", "the volume", "2 litres", above=0.0)}
    if found["kind"] and found["kind"] != "water":
        read["water"] = _water_kind(found["kind"])
    return read


_SALT = r"(?:(?:table|cooking)\s+)?(?:salt|nacl|sodium\s+chloride)"
_SODA = r"(?:baking\s+soda|bicarbonate(?:\s+of\s+soda)?|sodium\s+bicarbonate|nahco3)"


@clause(
    rf"(?:(?:with|plus|and)\s+)?{quantity('salt', 'mass')}\s+(?:of\s+)?{_SALT}",
    rf"(?P<no>without|no)\s+{_SALT}",
)
def _salt(found: re.Match[str]) -> Read:
    if found.groupdict().get("no"):
        return {"salt": 0.0}
    return {"salt": _quantity(found, "salt", "mass", "g", "the salt", "5 g", least=0.0)}


@clause(
    rf"(?:(?:with|plus|and)\s+)?{quantity('soda', 'mass')}\s+(?:of\s+)?{_SODA}",
    rf"(?P<no>without|no)\s+{_SODA}",
)
def _soda(found: re.Match[str]) -> Read:
    if found.groupdict().get("no"):
        return {"soda": 0.0}
    return {"soda": _quantity(found, "soda", "mass", "g", "the baking soda", "4 g", least=0.0)}


@clause(
    rf"(?:in\s+|with\s+)?(?:(?:tap\s+)?water\s+)?(?:conductivity\s+)?(?:(?:of|at)\s+)?"
    rf"{quantity('conductivity', 'conductivity')}(?:\s+(?:tap\s+)?water)?"
)
def _conductivity(found: re.Match[str]) -> Read:
    name = "conductivity"
    return {name: _quantity(found, name, name, "uS/cm", "the water's conductivity", "500 uS/cm", above=0.0)}


@clause(
    rf"(?:with\s+)?(?:an\s+)?alkalinity\s+(?:of\s+)?{quantity('alkalinity', 'concentration')}",
    rf"(?:with\s+)?{quantity('alkalinity', 'concentration')}\s+alkalinity",
)
def _alkalinity(found: re.Match[str]) -> Read:
    name = "alkalinity"
    return {name: _quantity(found, name, "concentration", "mM", "the alkalinity", "2 mM", least=0.0)}


@clause(
    rf"(?:(?:with\s+)?both\s+(?P<both>{_SITE})\s+)?in\s+(?P<pans>one|1|a\s+single|the\s+same|two|2|separate)\s+"
    r"(?:pans?|trays?|basins?|bowls?|baths?)"
)
def _pans(found: re.Match[str]) -> Read:
    read: Read = {"one_pan": found["pans"] not in ("two", "2", "separate")}
    if found["both"]:
        read["both"] = SITE_WORDS[found["both"]]
    return read


@clause(
    r"(?:with\s+)?(?:the\s+)?(?P<sealed>sealed|unsealed|open)\s+skin",
    r"(?:with\s+)?skin\s+(?P<sealed>sealed)",
)
def _sealed(found: re.Match[str]) -> Read:
    return {"sealed": found["sealed"] == "sealed"}


@clause(
    rf"(?:over\s+|on\s+|(?:with\s+)?(?:an?\s+)?(?:electrode\s+)?area\s+(?:of\s+)?)?{quantity('area', 'area')}"
    r"(?:\s+(?:electrodes?|(?:per|a|each|on\s+each)\s+side))?"
)
def _area(found: re.Match[str]) -> Read:
    return {"area": _quantity(found, "area", "area", "cm2", "the area", "150 cm2", above=0.0)}


@clause(
    rf"(?:with\s+)?(?:at\s+most|max(?:imum)?\.?|up\s+to|limited\s+to|no\s+more\s+than|<=|≤)\s*(?:of\s+)?"
    rf"{quantity('volts', 'voltage')}"
)
def _volts(found: re.Match[str]) -> Read:
    return {"volts": _quantity(found, "volts", "voltage", "V", "the voltage", "60 V", above=0.0)}


@clause(rf"(?:with\s+)?(?:an?\s+)?ramp(?:ed|s)?(?:\s+(?:up|over|of|in|for))*\s+{quantity('ramp', 'short')}")
def _ramp(found: re.Match[str]) -> Read:
    return {"ramp": _quantity(found, "ramp", "short", "s", "the ramp", "30 s", least=0.0)}


_EACH = r"(?:\s+(?:each(?:\s+time)?|(?:per|a)\s+session|at\s+a\s+time))?"


@clause(
    rf"(?:for\s+)?{quantity('minutes', 'short')}{_EACH}",
    rf"(?:for\s+)?(?P<half>half\s+an\s+hour){_EACH}",
)
def _minutes(found: re.Match[str]) -> Read:
    if found.groupdict().get("half"):
        return {"minutes": 30.0}
    # six hours at most for a session, but a pause may be longer: the step checks it
    return {"minutes": _quantity(found, "minutes", "short", "min", "the length", "20 minutes", above=0.0)}


_OR = r"(?:or\s+)?(?:at\s+most\s+)?"


@clause(rf"{_OR}for\s+{quantity('days', 'long')}")
def _for_days(found: re.Match[str]) -> Read:
    read: Read = {
        "for_days": _quantity(
            found, "days", "long", "days", "the length of a step", "4 weeks", above=0.0, most=MAX_DAYS
        )
    }
    return read | _assumed(found["days_unit"])


@clause(rf"{_OR}for\s+{num('sessions')}\s*(?:sessions?|treatments?)")
def _for_sessions(found: re.Match[str]) -> Read:
    said = value(found["sessions"])
    if not (1 <= said <= MAX_SESSIONS and said == int(said)):
        raise Problem(
            f"{found['sessions']} is not a number of sessions", found.span("sessions"),
            "a whole number, e.g. '10'", (*found.span("sessions"), "10"),
        )  # fmt: skip
    return {"for_sessions": int(said)}


_RELATIONS = {
    "<=": (r"<=", r"=<", "≤", r"at\s+most", r"no\s+more\s+than"),
    ">=": (r">=", r"=>", "≥", r"at\s+least", r"no\s+less\s+than"),
    "<": ("<", "below", "under", r"less\s+than"),
    ">": (">", "above", "over", r"more\s+than"),
}
_RELATION = "|".join(rf"(?P<r{i}>{'|'.join(words)})" for i, words in enumerate(_RELATIONS.values()))
_IS = r"(?:is|falls|drops|rises|gets|comes)"


@clause(
    rf"(?:or\s+)?until\s+(?P<measure>hdss)\s*(?:{_IS}\s+)?(?:to\s+)?(?:{_RELATION})\s*{num('level')}",
    rf"(?:or\s+)?until\s+(?P<measure>sweat)(?:ing)?(?:\s+rate)?\s*(?:{_IS}\s+)?(?:to\s+)?(?:{_RELATION})\s*"
    + quantity("level", "sweat"),
)
def _until(found: re.Match[str]) -> Read:
    relation: Any = next(name for i, name in enumerate(_RELATIONS) if found[f"r{i}"])
    if found["measure"] == "sweat":
        level = _quantity(found, "level", "sweat", "mg/min", "the sweat rate", "20 mg/min", least=0.0)
        return {"until": Condition("sweat", relation, level)}
    try:
        return {"until": Condition("HDSS", relation, value(found["level"]))}
    except InputError as error:
        fix = (*found.span("level"), "2" if relation.startswith("<") else "3")
        raise Problem(error.what, found.span("level"), "HDSS runs from 1 to 4", fix) from None


_PERIODS = {"day": 1.0, "week": 7.0, "wk": 7.0, "fortnight": 14.0, "month": 30.0}
_PERIOD = rf"(?P<period>{alternatives(_PERIODS)})s?"
_EVERY = {"daily": 1.0, "weekly": 7.0, "fortnightly": 14.0, "monthly": 30.0}
_EVERY_WORD = rf"(?P<every>{alternatives(_EVERY)})"
_TIMES = r"(?:\s*x(?![a-z])|\s*(?:times|time|sessions?|treatments?|days))"
_OFTEN = rf"(?:(?P<often>{alternatives(OFTEN)})|{num('times')}{_TIMES}?)"


@clause(
    rf"{_OFTEN}\s*(?P<per>an?\s|per\s|/|each\s|every\s|in(?:\s+the\s+course\s+of)?\s)\s*"
    rf"(?:{num('count')}\s*)?{_PERIOD}",
    rf"{_OFTEN}\s*{_EVERY_WORD}",
    rf"(?:every|each)\s+(?:(?:{num('count')}|(?P<nth>{alternatives(ORDINALS)}))\s*)?{_PERIOD}",
    rf"(?:once\s+)?{_EVERY_WORD}",
    rf"(?:a|per)\s+{_PERIOD}",
)
def _schedule(found: re.Match[str]) -> Read:
    get = {name: text or "" for name, text in found.groupdict().items()}.get
    often, times_said, nth, count_said = get("often", ""), get("times", ""), get("nth", ""), get("count", "")
    period, every = get("period", ""), get("every", "")
    times = float(OFTEN[often]) if often else value(times_said) if times_said else 1.0
    count = float(ORDINALS[nth]) if nth else value(count_said) if count_said else 1.0
    days = count * _PERIODS[period] if period else _EVERY[every]
    try:
        schedule = Schedule(times, days)
    except InputError as error:
        raise Problem(
            error.what.replace("period_days", "the period").replace("times must", "the number must"),
            found.span(), "e.g. '3 times a week'", (*found.span(), "3 times a week"),
        ) from None  # fmt: skip
    read: Read = {"schedule": schedule}
    if get("per", "").startswith("in"):
        read["implied_days"] = days
    return read | _assumed(period or every)


@clause(r"once")
def _once(found: re.Match[str]) -> Read:
    return {"schedule": Schedule(1, 1), "for_sessions": 1}


def _assumed(period: str) -> Read:
    if period.startswith("month"):
        return {"note month": "a month is taken as 30 days"}
    return {"note year": "a year is taken as 365 days"} if period.startswith("year") else {}


@clause(r"(?:starting|start|from|beginning)\s+(?:on\s+)?(?P<start>\d{4}-\d{1,2}-\d{1,2})")
def _start(found: re.Match[str]) -> Read:
    try:
        year, month, day = map(int, found["start"].split("-"))
        return {"start": date(year, month, day)}
    except ValueError:
        raise Problem(
            f"there is no date {found['start']}", found.span("start"), "year-month-day, e.g. '2026-03-01'",
            (*found.span("start"), "2026-03-01"),
        ) from None  # fmt: skip


@clause(
    rf"missing\s+{num('missed')}\s*(?:%|per\s?cent|pct)(?:\s+(?:of\s+)?(?:the\s+)?(?:sessions|treatments))?"
)
def _missing(found: re.Match[str]) -> Read:
    missed = value(found["missed"])
    if not 0 <= missed < 100:
        fix = (*found.span("missed"), "20")
        raise Problem("missed sessions are not between 0 and 100 %", found.span("missed"), "e.g. '20 %'", fix)
    return {"missing": missed}
