"""The library of limits: TOML in, frozen limits out; a limit and a value make a verdict."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import Any

from sudomotor.errors import InputError, nearest, unknown
from sudomotor.parameters.units import canonical_unit

KINDS = ("standard", "label", "trial", "judgement")
SEVERITIES = ("advice", "limit", "ceiling")
SITES = ("palms", "soles", "axillae")
# the parameter that holds the wetted skin of one side of an adult
AREA_OF = {"palms": "area_palm_cm2", "soles": "area_sole_cm2", "axillae": "area_axilla_cm2"}

# what a limit on a session may compare, in which unit
QUANTITIES: dict[str, tuple[str, str]] = {
    "current_mA": (
        "mA",
        "current as the device shows it: mean of direct, peak of pulsed, r.m.s. of alternating current",
    ),
    "rms_mA": ("mA", "root-mean-square current through the person, a direct offset included"),
    "density_mA_per_cm2": ("mA/cm2", "r.m.s. current over the wetted skin of one side"),
    "volts": ("V", "highest voltage across the device's terminals"),
    "charge_mC_per_cm2": ("mC/cm2", "net charge of the session over the wetted skin of one side"),
    "minutes": ("min", "length of the session"),
    "reversals": ("1", "reversals of the current within the session"),
    "age_years": ("years", "age of the person"),
}
# what a limit on a schedule may compare; each is the worst found over the days, for each site by itself
SCHEDULE_QUANTITIES: dict[str, tuple[str, str]] = {
    "sessions_per_day": ("1/d", "most sessions on one day"),
    "sessions_per_week": ("1/week", "most sessions in any seven days"),
    "minutes_per_day": ("min", "most minutes on one day"),
    "rise_mA": ("mA", "largest rise of the current from one session to the next"),
    "gap_days": ("d", "longest gap between two sessions"),
    # the rest needs dates and times, a log or answers: `check_plan` judges it, `check_schedule` cannot
    "rest_hours": ("h", "rest from one session to the next"),
    "first_mA": ("mA", "current of a first session"),
    "pause_days": ("d", "pause after which the current starts lower"),
    "restart_pct": ("%", "share of the last current to start from after a pause"),
    "skin_rest_days": ("d", "rest after a skin reaction"),
    "assumed_area_pct": ("%", "share of an adult's wetted skin that is assumed where it is not measured"),
    "log_age_days": ("d", "days since the last entry of the log"),
    "answers_age_days": ("d", "days since the safety questions were answered"),
}
# words of a note on the skin, from well to worst
SKIN_WORDS = ("ok", "dry", "red", "itchy", "cracked", "wound", "blister", "burn")
# what says where a limit applies, beside its quantity
CONTEXT = ("site", "frequency_Hz", "area_cm2")

_REQUIRED = ("quantity", "relation", "value", "unit", "kind", "severity", "source", "text")
_OPTIONAL = ("sites", "age_below", "age_from", "frequency_above_Hz", "frequency_up_to_Hz", "risk", "skin")


@dataclass(frozen=True)
class Limit:
    """One limit, as the library holds it.

    Attributes
    ----------
    name : identifier.
    quantity : name of what is compared (`QUANTITIES`, `SCHEDULE_QUANTITIES`).
    relation : "<=" (the quantity must not exceed `value`) or ">=" (must not fall below it).
    value, unit : the limit.
    kind : standard, label, trial or judgement.
    severity : advice, limit or ceiling.
    source : keys of the bibliography.
    text : why, for the person whose session passes it.
    risk : the injury to be feared past a ceiling, else "".
    sites, age_below, age_from, frequency_above_Hz, frequency_up_to_Hz : where it applies.
    skin : the word of a skin note that asks for this rest, else "".
    """

    name: str
    quantity: str
    relation: str
    value: float
    unit: str
    kind: str
    severity: str
    source: tuple[str, ...]
    text: str
    risk: str = ""
    sites: tuple[str, ...] = SITES
    age_below: float = math.inf
    age_from: float = 0.0
    frequency_above_Hz: float = -math.inf
    frequency_up_to_Hz: float = math.inf
    skin: str = ""

    @property
    def narrow(self) -> frozenset[str]:
        """The circumstances (`site`, `age_years`, `frequency_Hz`) that decide whether it applies."""
        needs = set()
        if self.sites != SITES:
            needs.add("site")
        if self.age_below < math.inf or self.age_from > 0:
            needs.add("age_years")
        if self.frequency_above_Hz > -math.inf or self.frequency_up_to_Hz < math.inf:
            needs.add("frequency_Hz")
        return frozenset(needs)

    def applies(self, site: str | None, age_years: float | None, frequency_Hz: float | None) -> bool:
        """Whether the limit concerns these circumstances; one that is not known counts as not meeting it."""
        known = {"site": site, "age_years": age_years, "frequency_Hz": frequency_Hz}
        if any(known[need] is None for need in self.narrow):
            return False
        return (
            (site is None or site in self.sites)
            and (age_years is None or self.age_from <= age_years < self.age_below)
            and (frequency_Hz is None or self.frequency_above_Hz < frequency_Hz <= self.frequency_up_to_Hz)
        )

    def broken_by(self, value: float) -> bool:
        """Whether a value is past the limit."""
        # a part in 10^9 is rounding (14.999999999999998 mA + 1e-15), not a breach
        slack = 1e-9 * max(abs(self.value), 1e-12)
        return bool(value > self.value + slack if self.relation == "<=" else value < self.value - slack)

    def verdict(self, value: float) -> Verdict:
        """Hold a value against the limit."""
        return Verdict(
            name=self.name, value=float(value), limit=self.value, unit=self.unit,
            source=", ".join(self.source), kind=self.kind, severity=self.severity, broken=self.broken_by(value),
            text=self.text, risk=self.risk,
        )  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """A value held against one limit; `source` holds keys of the bibliography, `text` the reason."""

    name: str
    value: float
    limit: float
    unit: str
    source: str
    kind: str
    severity: str
    broken: bool
    text: str
    risk: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The verdict for JSON."""
        return asdict(self)

    def __str__(self) -> str:
        relation = "passes" if self.broken else "keeps within"
        return (
            f"{self.value:g} {self.unit} {relation} {self.limit:g} {self.unit}: {self.text} [{self.source}]"
        )


def _text(
    table: Mapping[str, Any], key: str, allowed: tuple[str, ...] | dict[str, Any] | None, where: str
) -> str:
    value = table[key]
    if not isinstance(value, str) or not value.strip():
        raise InputError(f"{key} must be a text", where=where, mend=f'{key} = "…"')
    if allowed is not None and value not in allowed:
        raise unknown(key, value, allowed, where=where)
    return value


def _number(table: Mapping[str, Any], key: str, where: str) -> float:
    value = table[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError(f"{key} must be a finite number, got {value!r}", where=where, mend=f"{key} = 1.0")
    return float(value)


def _strings(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table[key]
    if not isinstance(value, list) or not value or not all(isinstance(item, str) for item in value):
        raise InputError(f"{key} must be a list of texts", where=where, mend=f'{key} = ["…"]')
    return tuple(value)


def _limit(name: str, table: Any, where: str) -> Limit:
    at = f"{where}, [{name}]"
    if not isinstance(table, dict):
        raise InputError(
            f"'{name}' must be a table", where=where, mend=f"[{name}] and its keys on the lines below"
        )
    for key in table:
        if key not in _REQUIRED + _OPTIONAL:
            close = nearest(key, _REQUIRED + _OPTIONAL)
            raise InputError(
                f"unknown key '{key}'", where=at, mend=f"did you mean '{close}'?" if close else None
            )
    for key in _REQUIRED:
        if key not in table:
            raise InputError(f"'{key}' is missing", where=at, mend=f"add {key} = …")
    all_quantities = {**QUANTITIES, **SCHEDULE_QUANTITIES}
    quantity = _text(table, "quantity", all_quantities, at)
    unit = canonical_unit(_text(table, "unit", None, at), where=at)
    if unit != all_quantities[quantity][0]:
        raise InputError(
            f"{quantity} is compared in {all_quantities[quantity][0]}, not in {unit}",
            where=at,
            mend="convert the value",
        )
    severity = _text(table, "severity", SEVERITIES, at)
    if (severity == "ceiling") != ("risk" in table):
        raise InputError("a ceiling needs its risk, any other limit has none", where=at, mend='risk = "…"')
    sites = _strings(table, "sites", at) if "sites" in table else SITES
    for site in sites:
        if site not in SITES:
            raise unknown("site", site, SITES, where=at)
    if (quantity == "skin_rest_days") != ("skin" in table):
        raise InputError(
            "a rest of the skin needs its word, any other limit has none", where=at, mend='skin = "red"'
        )
    bounds = {key: _number(table, key, at) for key in _OPTIONAL[1:5] if key in table}
    return Limit(
        name=name, quantity=quantity, relation=_text(table, "relation", ("<=", ">="), at),
        value=_number(table, "value", at), unit=unit, kind=_text(table, "kind", KINDS, at), severity=severity,
        source=_strings(table, "source", at), text=_text(table, "text", None, at),
        risk=_text(table, "risk", None, at) if "risk" in table else "", sites=sites,
        skin=_text(table, "skin", SKIN_WORDS, at) if "skin" in table else "", **bounds,
    )  # fmt: skip


class Limits(Mapping[str, Limit]):
    """A frozen set of limits by name.

    >>> Limits.default()["device_trip"].value
    35.0
    """

    def __init__(self, items: Mapping[str, Limit]) -> None:
        self._items = dict(items)

    @classmethod
    def default(cls) -> Limits:
        """The shipped library."""
        return _default()

    @classmethod
    def parse(cls, text: str, where: str) -> Limits:
        """The limits of one TOML text; `where` names it in errors."""
        try:
            tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(
                f"not a TOML file: {error}", where=where, mend="correct the line named"
            ) from None
        return cls({name: _limit(name, table, where) for name, table in tables.items()})

    def __getitem__(self, name: str) -> Limit:
        try:
            return self._items[name]
        except KeyError:
            raise unknown("limit", name, self._items) from None

    def __contains__(self, name: object) -> bool:
        return name in self._items

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)


@cache
def _default() -> Limits:
    file = resources.files("sudomotor.parameters") / "data" / "limits.toml"
    return Limits.parse(file.read_text("utf-8"), "limits.toml")


def library_of(limits: Limits | None) -> Limits:
    """A library that was given, be it empty, or else the shipped one."""
    return Limits.default() if limits is None else limits
