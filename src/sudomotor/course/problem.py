"""What is wrong in a sentence, where, and how to mend it there."""

from __future__ import annotations

from sudomotor.errors import InputError


class Problem(Exception):
    """A fault at a place of a text, with one change that would mend it.

    Parameters
    ----------
    what : what is wrong
    span : start and end of the place, in characters
    expected : what may stand there
    fix : (start, end, text) to put in; None deletes the place
    """

    def __init__(
        self, what: str, span: tuple[int, int], expected: str, fix: tuple[int, int, str] | None = None
    ) -> None:
        super().__init__(what)
        self.what, self.span, self.expected = what, span, expected
        self.fix = fix or (*span, "")


class SentenceError(InputError):
    """A sentence of a course cannot be read.

    Attributes
    ----------
    position : the place, in characters from the start of the text
    suggestion : the nearest text that can be read
    """

    def __init__(self, what: str, *, where: str, mend: str, position: int, suggestion: str) -> None:
        super().__init__(what, where=where, mend=mend)
        self.position, self.suggestion = position, suggestion


def caret(text: str, span: tuple[int, int], label: str) -> str:
    """The text with the place marked under it.

    >>> print(caret("Treat plams", (6, 11), "step 1"))
    step 1
        Treat plams
              ^^^^^
    """
    start, end = span
    line = "".join(char if char.isprintable() else " " for char in text)
    return f"{label}\n    {line}\n    {' ' * start}{'^' * max(1, end - start)}"


def tidy(text: str) -> str:
    """Spaces and commas set right after a repair.

    >>> tidy("Treat palms , , for 20 minutes ,")
    'Treat palms, for 20 minutes'
    """
    parts = [" ".join(part.split()) for part in text.split(",")]
    return ", ".join(part for part in parts if part).strip(" ,;")
