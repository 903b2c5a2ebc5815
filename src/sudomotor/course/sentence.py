"""A sentence as read: its verb, and the facts that its clauses say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


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
    verb : "treat", "sham", "pause", "continue" or None
    body : where the clauses begin
    facts : what the clauses say, by name
    """

    text: str
    span: tuple[int, int]
    then: bool
    verb: str | None
    body: int
    facts: dict[str, Fact] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of a fact, or a default where nothing is said."""
        return self.facts[name].value if name in self.facts else default

    def end_of(self, *names: str) -> int:
        """Where the last of some clauses ends: the place to add another after them."""
        return max([self.body, *(self.facts[name].span[1] for name in names if name in self.facts)])
