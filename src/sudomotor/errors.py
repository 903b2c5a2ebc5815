"""Errors that a user may see: each says what is wrong, where, and how to mend it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class SudomotorError(Exception):
    """Base of every error raised on purpose.

    Parameters
    ----------
    what : what is wrong, in one sentence.
    where : the place (a file and key, a position in a sentence, an option), if there is one.
    mend : what to write instead, if that is known.
    """

    def __init__(self, what: str, *, where: str | None = None, mend: str | None = None) -> None:
        self.what, self.where, self.mend = what, where, mend
        super().__init__(str(self))

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"  where: {self.where}")
        if self.mend:
            parts.append(f"  mend:  {self.mend}")
        return "\n".join(parts)


class InputError(SudomotorError):
    """What the user typed or a file holds cannot be used as it stands."""


class UnsafeError(SudomotorError):
    """A course passes a safety ceiling and was not explicitly allowed to."""


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word closest to a mistyped one, or None where nothing is close.

    >>> nearest("plams", ["palms", "soles"])
    'palms'
    """
    found = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.5)
    return found[0] if found else None


def unknown(kind: str, word: str, known: Iterable[str], *, where: str | None = None) -> InputError:
    """The error for a name that is not in a list: suggests the nearest and shows the list."""
    names = list(known)
    close = nearest(word, names)
    hint = f"did you mean '{close}'? " if close else ""
    return InputError(f"unknown {kind} '{word}'", where=where, mend=f"{hint}known: {', '.join(names)}")
