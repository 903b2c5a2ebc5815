"""What is wrong with a diary, row by row, told in one error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sudomotor.errors import InputError

SHOWN = 12
_ROWS_SHOWN = 3


class Problem(NamedTuple):
    """One thing that cannot be read as it stands; row 0 and column "" mean the file as a whole."""

    row: int
    column: str
    what: str
    mend: str


class DiaryError(InputError):
    """A diary that cannot be used as it stands.

    Attributes
    ----------
    problems : all of them, by row; the message shows the first dozen, with like ones put together.
    empty : whether nothing is wrong but that nothing has been written yet.
    """

    def __init__(self, source: str, problems: Iterable[Problem], *, empty: bool = False) -> None:
        found = sorted(problems, key=lambda each: each.row)
        self.problems: tuple[Problem, ...] = tuple(found)
        self.source, self.empty = source, empty
        groups = _alike(found)
        if len(groups) == 1:
            rows, first = next(iter(groups.values())), found[0]
            where = ", ".join(part for part in (source, _rows_in_words(rows), _column(first.column)) if part)
            super().__init__(first.what, where=where, mend=first.mend)
            return
        lines, told = [], 0
        for rows in list(groups.values())[:SHOWN]:
            first, told = rows[0], told + len(rows)
            place = ", ".join(part for part in (_rows_in_words(rows), first.column) if part)
            lines.append(f"  {place or 'the file'}: {first.what}\n      {first.mend}")
        if told < len(found):
            lines.append(f"  and {len(found) - told} more")
        super().__init__(
            f"{len(found)} things in the diary cannot be read as they stand:\n" + "\n".join(lines),
            where=source,
            mend="correct them and try again; the file was not changed",
        )


def _column(name: str) -> str:
    return f"column {name}" if name else ""


def _alike(problems: list[Problem]) -> dict[tuple[str, str], list[Problem]]:
    """Problems of one column that are mended in the same way, in the order of their first rows."""
    groups: dict[tuple[str, str], list[Problem]] = {}
    for each in problems:
        groups.setdefault((each.column, each.mend), []).append(each)
    return groups


def _rows_in_words(rows: list[Problem]) -> str:
    numbers = [each.row for each in rows if each.row]
    if not numbers:
        return ""
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    shown = ", ".join(str(number) for number in numbers[:_ROWS_SHOWN])
    rest = len(numbers) - _ROWS_SHOWN
    return f"rows {shown} and {rest} more" if rest > 0 else f"rows {shown}"
