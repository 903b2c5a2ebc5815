"""The register of claims: what is said of iontophoresis, restated so that it can be found wrong, with its evidence.

The head of `data/claims.toml` states the schema. Nothing is computed here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from sudomotor.errors import InputError, unknown
from sudomotor.evidence.fields import Table
from sudomotor.model.hypotheses import SWITCHES
from sudomotor.model.mechanisms import MECHANISMS
from sudomotor.parameters import load_citations

# grades, from the firmest down; the last is a finding against the claim
CLAIM_GRADES = ("established", "supported", "hypothesis", "speculation", "contradicted")
DEFAULT_GRADES = ("established", "supported")
DIRECTIONS = ("for", "against", "neither")
# beside hypotheses and mechanisms: the generic response channels
CHANNELS = "channels"
_ID = re.compile(r"C[1-9]\.[1-9]")
_CLAIM_KEYS = (
    "id", "claim", "part", "switch", "grade", "grade_note", "observable", "verdict", "on_by_default", "evidence",
)  # fmt: skip
_EVIDENCE_KEYS = ("text", "source", "direction")


@dataclass(frozen=True)
class ClaimEvidence:
    """One finding: what was found, the key of its source, and whether it speaks for or against the claim."""

    text: str
    source: str
    direction: str


@dataclass(frozen=True)
class Claim:
    """A claim of the register.

    Attributes
    ----------
    id, text : what it is called; what it says, in one sentence.
    part : the part of the model that holds it.
    switch : the word that turns it on, or "" where nothing can be switched.
    grade, grade_note : one of `CLAIM_GRADES`; what the one word leaves out, or "".
    observable : the reading that decides, with its unit.
    verdict : what the evidence says.
    on_by_default : whether a forecast for a person has it on.
    evidence : the findings, at least one.
    """

    id: str
    text: str
    part: str
    switch: str
    grade: str
    grade_note: str
    observable: str
    verdict: str
    on_by_default: bool
    evidence: tuple[ClaimEvidence, ...]

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the sources, each once, in the order of the findings.

        >>> claim("C5.3").sources
        ('kim2017', 'duller1980', 'oxybutynin2021')
        """
        return tuple(dict.fromkeys(row.source for row in self.evidence))

    def found(self, direction: str) -> tuple[ClaimEvidence, ...]:
        """The findings of one direction: "for", "against" or "neither".

        >>> [row.source for row in claim("C2.3").found("against")]
        ['connor2006']
        """
        if direction not in DIRECTIONS:
            raise unknown("direction", direction, DIRECTIONS)
        return tuple(row for row in self.evidence if row.direction == direction)


def switch_words() -> tuple[str, ...]:
    """The words that a claim may name as its switch: hypotheses, mechanisms of the block, and the channels."""
    return (*SWITCHES, *(name for name in MECHANISMS if name not in SWITCHES), CHANNELS)


@cache
def register() -> tuple[Claim, ...]:
    """All claims, in the order of their ids.

    >>> len(register()), register()[0].switch
    (18, 'block')
    """
    file = resources.files("sudomotor.evidence") / "data" / "claims.toml"
    return parse_claims(file.read_text("utf-8"), "claims.toml")


def claim(id: str) -> Claim:
    """The claim of an id, in either case.

    Raises
    ------
    InputError
        for an id that is not in the register, with the nearest.

    >>> claim("c1.4").grade
    'speculation'
    """
    known = {one.id: one for one in register()}
    found = known.get(id.strip().upper())
    if found is None:
        # the nearest is sought in lower case, in which ids of claims do not stand
        lower = {name.lower(): name for name in known}
        error = unknown("claim", id, lower)
        mend = re.sub(r"c[1-9]\.[1-9]", lambda m: lower[m[0]], error.mend or "")
        raise InputError(error.what, mend=mend)
    return found


def parse_claims(text: str, name: str = "claims") -> tuple[Claim, ...]:
    """Read and check the text of a register; `name` stands for the file in errors.

    Raises
    ------
    InputError
        naming the file, the claim, the key and the mend.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not a TOML file: {error}", where=name, mend="correct the line named") from None
    top = Table(raw, name)
    top.only(("schema", "claim"))
    if top.need("schema", "1") != 1 or isinstance(raw["schema"], bool):
        raise InputError(f"schema {raw['schema']!r} is not known", where=top.at("schema"), mend="schema = 1")
    claims = tuple(_claim(row, number, name) for number, row in enumerate(top.tables("claim"), 1))
    if not claims:
        raise InputError("the file holds no claim", where=name, mend="add [[claim]]")
    _in_order((one.id for one in claims), name)
    return claims


def _in_order(ids: Iterable[str], name: str) -> None:
    last = ""
    for one in ids:
        if one == last:
            raise InputError(f"the claim '{one}' stands twice", where=name, mend="give each its own id")
        if one < last:
            raise InputError(
                f"the claim '{one}' stands after '{last}'", where=name, mend="put claims in the order of ids"
            )
        last = one


def _claim(row: Any, number: int, name: str) -> Claim:
    table = Table(row, f"{name}, claim {number}")
    id = table.text("id", '"C1.1"')
    if not _ID.fullmatch(id):
        raise InputError(f"'{id}' is no id of a claim", where=table.at("id"), mend='write e.g. "C1.1"')
    table = Table(row, f"{name}, claim {id}")
    table.only(_CLAIM_KEYS)
    grade = table.word("grade", CLAIM_GRADES)
    switch = _switch(table)
    table.need("on_by_default", "false")
    on = table.flag("on_by_default", False)
    if on and grade not in DEFAULT_GRADES:
        raise InputError(
            f"a claim that is graded {grade} is never on by default",
            where=table.at("on_by_default"),
            mend="on_by_default = false",
        )
    if on and not switch:
        raise InputError(
            "a claim without a switch cannot be on by default",
            where=table.at("on_by_default"),
            mend="on_by_default = false, or name its switch",
        )
    return Claim(
        id=id,
        text=table.text("claim", '"one sentence"'),
        part=table.text("part", '"the part of the model"'),
        switch=switch,
        grade=grade,
        grade_note=table.text("grade_note", '"a note"') if "grade_note" in table else "",
        observable=table.text("observable", '"what decides, with its unit"'),
        verdict=table.text("verdict", '"what the evidence says"'),
        on_by_default=on,
        evidence=_findings(table),
    )


def _switch(table: Table) -> str:
    switch = table.need("switch", '"loop"')
    return "" if switch == "" else table.word("switch", switch_words())


def _findings(table: Table) -> tuple[ClaimEvidence, ...]:
    rows = table.tables("evidence")
    if not rows:
        raise InputError(
            "a claim without evidence", where=table.where, mend="add [[claim.evidence]] with a source"
        )
    found = []
    for number, row in enumerate(rows, 1):
        inner = Table(row, f"{table.where}, evidence {number}")
        inner.only(_EVIDENCE_KEYS)
        source = inner.text("source", '"kim2017"')
        if source not in load_citations():
            raise unknown("source", source, load_citations(), where=inner.at("source"))
        found.append(
            ClaimEvidence(inner.text("text", '"what was found"'), source, inner.word("direction", DIRECTIONS))
        )
    return tuple(found)
