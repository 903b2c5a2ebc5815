"""A sentence as read: its verb, and the facts that its clauses say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sudomotor.course.care import CARE_NAMES


@dataclass(frozen=True)
class Fact:
    """What a clause says, and where it stands."""

    value: Any
    span: tuple[int, int]


@dataclass
class Sentence:
    """One sentence.

    Parameters
    ----------
    text : the text that it stands in
    span : where it begins and ends there
    then : whether it begins with "Then"
    verb : "treat", "sham", "pause", "continue", a kind of other treatment, or None
    body : where the clauses begin
    meanwhile : whether it begins with "Meanwhile"
    facts : what the clauses say, by name
    """

    text: str
    span: tuple[int, int]
    then: bool
    verb: str | None
    body: int
    meanwhile: bool = False
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def care(self) -> str | None:
        """The kind of other treatment that it is about, by its verb or as in "Treat palms with botulinum toxin"."""
        if self.verb in CARE_NAMES:
            return self.verb
        found: str | None = None if self.verb in ("sham", "pause") else self.get("care")
        return found

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a fact, or a default where nothing is said."""
        return self.facts[name].value if name in self.facts else default

    def end_of(self, *names: str) -> int:
        """Where the last of some clauses ends: the place to add another after them."""
        return max([self.body, *(self.facts[name].span[1] for name in names if name in self.facts)])
