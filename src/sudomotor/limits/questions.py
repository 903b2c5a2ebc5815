"""The safety questions: what speaks against treatment, at which sites, and who says so. Data in, frozen questions out."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sudomotor.errors import InputError, nearest, unknown
from sudomotor.limits.library import SITES

QUESTION_KINDS = ("yes/no", "age")
_AGES = ("caution_below_years", "implausible_below_years", "implausible_from_years", "most_years")
_KEYS = ("kind", "ask", "refuse", "caution", "why", "source", *_AGES)


@dataclass(frozen=True)
class Question:
    """One safety question.

    Attributes
    ----------
    id : the key of its answer.
    text : the question in plain words.
    kind : "yes/no" or "age" (a number of years).
    refuse, caution : sites at which a "yes" refuses treatment, or asks for care.
    why : what may happen, for the person who answered "yes".
    source : keys of the bibliography.
    caution_below_years : age below which care is asked for (the question of age only).
    implausible_below_years, implausible_from_years : ages at which a "yes" contradicts the age.
    most_years : an age above this is a slip (the question of age only).
    """

    id: str
    text: str
    kind: str
    refuse: tuple[str, ...]
    caution: tuple[str, ...]
    why: str
    source: tuple[str, ...]
    caution_below_years: float = 0.0
    implausible_below_years: float = 0.0
    implausible_from_years: float = math.inf
    most_years: float = math.inf

    def at(self, site: str) -> str | None:
        """What a "yes" means at a site: "refuse", "caution", or None where it does not matter.

        >>> question("metal_iud").at("soles"), question("metal_iud").at("palms")
        ('refuse', 'caution')
        """
        if site not in SITES:
            raise unknown("site", site, SITES)
        return "refuse" if site in self.refuse else "caution" if site in self.caution else None

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites for which it is asked."""
        return tuple(site for site in SITES if site in self.refuse or site in self.caution)


def parse_questions(text: str, where: str) -> tuple[Question, ...]:
    """The questions of one TOML text; `where` names it in errors."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not a TOML file: {error}", where=where, mend="correct the line named") from None
    return tuple(_question(name, table, f"{where}, [{name}]") for name, table in tables.items())


def _question(name: str, table: Any, at: str) -> Question:
    if not isinstance(table, Mapping):
        raise InputError(
            f"'{name}' must be a table", where=at, mend=f"[{name}] and its keys on the lines below"
        )
    for key in table:
        if key not in _KEYS:
            close = nearest(key, _KEYS)
            raise InputError(
                f"unknown key '{key}'", where=at, mend=f"did you mean '{close}'?" if close else None
            )
    texts = {}
    for key in ("kind", "ask", "why"):
        value = table.get(key)
        if not isinstance(value, str) or not value.strip():
            raise InputError(f"'{key}' must be a text", where=at, mend=f'{key} = "…"')
        texts[key] = value
    if texts["kind"] not in QUESTION_KINDS:
        raise unknown("kind of question", texts["kind"], QUESTION_KINDS, where=at)
    lists = {}
    for key in ("refuse", "caution", "source"):
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise InputError(f"'{key}' must be a list of texts", where=at, mend=f'{key} = ["…"]')
        lists[key] = tuple(value)
    for site in (*lists["refuse"], *lists["caution"]):
        if site not in SITES:
            raise unknown("site", site, SITES, where=at)
    if not lists["source"]:
        raise InputError("a question needs its source", where=at, mend='source = ["…"]')
    if not lists["refuse"] and not lists["caution"]:
        raise InputError("the question concerns no site", where=at, mend='refuse = ["palms", …]')
    ages = {}
    for key in _AGES:
        value = table.get(key)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise InputError(f"'{key}' must be a number of years", where=at, mend=f"{key} = 16")
        ages[key] = float(value)
    return Question(
        id=name, text=texts["ask"], kind=texts["kind"], refuse=lists["refuse"], caution=lists["caution"],
        why=texts["why"], source=lists["source"], **ages,
    )  # fmt: skip


@cache
def questions() -> tuple[Question, ...]:
    """All questions, in the order in which they are asked."""
    file = resources.files("sudomotor.limits") / "data" / "contraindications.toml"
    return parse_questions(file.read_text("utf-8"), "contraindications.toml")


def question(name: str, *, where: str | None = None) -> Question:
    """A question by its key.

    >>> question("pacemaker").text
    'Do you have a pacemaker or an implanted defibrillator (ICD)?'
    """
    by_id = {each.id: each for each in questions()}
    if name not in by_id:
        raise unknown("question", name, by_id, where=where)
    return by_id[name]


def questions_at(sites: Iterable[str]) -> tuple[Question, ...]:
    """The questions that matter at any of some sites."""
    wanted = tuple(sites)
    return tuple(each for each in questions() if any(each.at(site) for site in wanted))


def sites_of(sites: str | Iterable[str]) -> tuple[str, ...]:
    """Sites in the order of the list, each once; an unknown one is answered with the nearest."""
    wanted = (sites,) if isinstance(sites, str) else tuple(sites)
    for site in wanted:
        if site not in SITES:
            raise unknown("site", str(site), SITES)
    return tuple(site for site in SITES if site in wanted)
