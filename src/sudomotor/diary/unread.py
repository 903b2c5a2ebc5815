"""A cell that cannot be read: why, and how to mend it. The reader turns it into a problem with its place."""

from __future__ import annotations


class Unread(Exception):
    """Raised while one cell is read, and caught by the reader of the row."""

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(what)
