"""Unpack a spreadsheet in a process of its own, which a damaged file may bring down without harm.

Run as a script: the file on stdin, JSON on stdout. It needs nothing of the package, and starts fast.
"""

from __future__ import annotations

import datetime
import io
import json
import sys
from typing import Any

_MOST_BYTES = 4_000_000_000


def unpack(data: bytes, most_rows: int) -> dict[str, Any]:
    """All sheets with their rows of content, as JSON can hold them.

    Returns
    -------
    `sheets`: name and rows (number from 1, cells) each; or `error`: the kind, and what the library says.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    sheets = []
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for name in book.sheet_names:
                rows: list[tuple[int, list[Any]]] = []
                for number, cells in enumerate(book.get_sheet_by_name(name).iter_rows(), start=1):
                    if any(cell != "" for cell in cells):
                        rows.append((number, [plain(cell) for cell in cells]))
                        if len(rows) > most_rows:
                            break
                sheets.append((name, rows))
    except PasswordError:
        return {"error": ["password", ""]}
    except (CalamineError, OSError, ValueError, EOFError, MemoryError) as error:
        return {"error": ["unreadable", str(error) or type(error).__name__]}
    return {"sheets": sheets}


def plain(cell: Any) -> Any:
    """A cell as JSON can hold it: dates, times and lengths of time are named."""
    if cell == "":
        return None
    if isinstance(cell, datetime.timedelta):
        return {"seconds": cell.total_seconds()}
    for kind in (datetime.datetime, datetime.date, datetime.time):  # a datetime is a date too
        if isinstance(cell, kind):
            return {kind.__name__: cell.isoformat()}
    return cell


def rebuilt(cell: Any) -> Any:
    """The cell that `plain` was given.

    >>> rebuilt(plain(datetime.date(2026, 3, 1)))
    datetime.date(2026, 3, 1)
    """
    if not isinstance(cell, dict):
        return cell
    ((kind, value),) = cell.items()
    if kind == "seconds":
        return datetime.timedelta(seconds=value)
    return getattr(datetime, kind).fromisoformat(value)


def main() -> None:
    """Read stdin, write stdout."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MOST_BYTES, _MOST_BYTES))
    except (ImportError, ValueError, OSError):
        sys.stderr.write("memory is not limited here\n")
    json.dump(unpack(sys.stdin.buffer.read(), int(sys.argv[1])), sys.stdout)


if __name__ == "__main__":
    main()
