"""A first look at a file: its first bytes, and its first lines where it is text."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sudomotor.errors import InputError
from sudomotor.measurement.readers.layout import Layout, layout_of, lines_of
from sudomotor.measurement.readers.source import HEAD_BYTES, Source, of_path

# Biopac counts the versions of its files from 30 (AcqKnowledge 2.0a) up; none is near the upper number yet
_ACQ_VERSIONS = range(30, 400)


@dataclass(frozen=True)
class Probe:
    """A file and its beginning.

    Attributes
    ----------
    path : of the file.
    source : its bytes, unpacked where gzip packed them.
    head : the first of them.
    """

    path: Path
    source: Source
    head: bytes

    @classmethod
    def of(cls, path: Path) -> Probe:
        """Open a file and look at it; InputError where it is empty."""
        source = of_path(path)
        head = source.head()
        if not head.strip(b"\x00 \r\n\t"):
            raise InputError(
                "the file is empty" if not head else "the file holds only blanks",
                where=str(path),
                mend="export or copy it again",
            )
        return cls(path, source, head)

    @cached_property
    def name(self) -> str:
        """The file's name in lower case."""
        return self.path.name.lower()

    @cached_property
    def _text(self) -> tuple[list[str], str] | None:
        return lines_of(self.head, whole=len(self.head) < HEAD_BYTES)

    @property
    def lines(self) -> list[str]:
        """The first lines; none where the file is not text."""
        return self._text[0] if self._text else []

    @property
    def encoding(self) -> str:
        """Of the text."""
        return self._text[1] if self._text else "latin-1"

    @cached_property
    def layout(self) -> Layout:
        """How the text is laid out.

        Raises
        ------
        InputError
            Where it is not text, or holds no numbers.
        """
        if self._text is None:
            raise InputError(
                "the file is not text, and none of the binary formats that can be read",
                where=str(self.path),
                mend="export it as CSV with a unit in the header, such as EDA (uS)",
            )
        return layout_of(*self._text, str(self.path))

    @cached_property
    def acq_version(self) -> int | None:
        """The version that a Biopac file states at its beginning, in either byte order, or None."""
        if len(self.head) < 12 or self._text is not None:
            return None
        found = [struct.unpack(order + "i", self.head[2:6])[0] for order in "<>"]
        return next((version for version in found if version in _ACQ_VERSIONS), None)
