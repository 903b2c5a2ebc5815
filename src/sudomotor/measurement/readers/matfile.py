"""MATLAB's files of level 5 (`save -v6` and `-v7`), as published by MathWorks: numbers, texts, structures and cells.

SciPy reads them too, but a damaged file can crash its compiled parser, and Python with it; here every length is held to
what the file has.
"""

from __future__ import annotations

import struct
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.readers.source import most_unpacked, too_large

HEADER_BYTES = 128
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXTS = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_MATRIX, _COMPRESSED = 14, 15
_CELL, _STRUCT, _CHAR, _FIRST_NUMBER, _LAST_NUMBER = 1, 2, 4, 6, 15
_DEEPEST = 12


def variables(data: bytes, where: str) -> dict[str, Any]:
    """The variables of a file.

    Parameters
    ----------
    data : the file.
    where : its name, for errors.

    Returns
    -------
    By name: arrays (flat in MATLAB's order where one dimension is all), texts, dicts for structures (a list of them for an
    array of structures), lists for cells; None for other classes.

    Raises
    ------
    ValueError
        Where it is damaged.
    InputError
        Where it would unpack without end.
    """
    if len(data) < HEADER_BYTES + 8:
        raise ValueError("it ends in its header")
    marker = data[126:128]
    if marker not in (b"IM", b"MI"):
        raise ValueError("its header does not say its order of bytes")
    order = "<" if marker == b"IM" else ">"
    found: dict[str, Any] = {}
    limit, at = most_unpacked(len(data)), HEADER_BYTES
    while at < len(data):
        if len(data) - at < 8:
            raise ValueError("it ends within a variable")
        kind, length = struct.unpack_from(order + "II", data, at)
        content = data[at + 8 : at + 8 + length]
        if len(content) < length:
            raise ValueError("a variable is longer than the file")
        at += 8 + length
        if kind == _COMPRESSED:
            content = _inflate(content, limit, where)
            limit -= len(content)
            kind, length = struct.unpack_from(order + "II", content, 0)
            content = content[8 : 8 + length]
            if len(content) < length:
                raise ValueError("a packed variable is cut off")
        else:
            at += -length % 8
        if kind == _MATRIX:
            name, value = _Parser(content, order).matrix(0)
            found[name] = value
    return found


def _inflate(packed: bytes, limit: int, where: str) -> bytes:
    """Unpack, but no more than so many bytes."""
    inflater = zlib.decompressobj()
    out = inflater.decompress(packed, limit)
    if inflater.unconsumed_tail:
        raise too_large(where)
    if not inflater.eof:
        raise ValueError("a packed variable is cut off")
    if len(out) < 8:
        raise ValueError("a packed variable is empty")
    return out


class _Parser:
    """Goes through the elements of one variable."""

    def __init__(self, data: bytes, order: str) -> None:
        self._data, self._order, self._at = data, order, 0

    def _element(self) -> tuple[int, bytes]:
        """The type and the content of the next element."""
        if self._at + 8 > len(self._data):
            raise ValueError("a variable ends too early")
        first, length = struct.unpack_from(self._order + "II", self._data, self._at)
        if first >> 16:  # a small one: its content stands in the place of its length
            kind, length = first & 0xFFFF, first >> 16
            if length > 4:
                raise ValueError("a small element is too long")
            content = self._data[self._at + 4 : self._at + 4 + length]
            self._at += 8
            return kind, content
        begin = self._at + 8
        content = self._data[begin : begin + length]
        if len(content) < length:
            raise ValueError("an element is longer than its variable")
        self._at = begin + length + (-length % 8)
        return first, content

    def _numbers(self) -> NDArray[Any]:
        kind, content = self._element()
        if kind not in _NUMBERS:
            raise ValueError(f"numbers of the type {kind}")
        dtype = np.dtype(self._order + _NUMBERS[kind])
        if len(content) % dtype.itemsize:
            raise ValueError("a part of a number is missing")
        return np.frombuffer(content, dtype=dtype).astype(dtype.newbyteorder("="))

    def _text(self) -> str:
        kind, content = self._element()
        encoding = _TEXTS.get(kind, "latin-1")
        if encoding in ("utf-16", "utf-32"):
            encoding += "-le" if self._order == "<" else "-be"
        return content.decode(encoding, errors="replace")

    def matrix(self, depth: int) -> tuple[str, Any]:
        """The name and the value of the variable that begins here."""
        if depth > _DEEPEST:
            raise ValueError("structures within structures without end")
        flags = self._numbers()
        shape = [int(size) for size in self._numbers()]
        name = self._text()
        if not len(flags) or len(shape) < 2 or min(shape) < 0:
            raise ValueError("a variable has no shape")
        kind, count = int(flags[0]) & 0xFF, 1
        for size in shape:
            count *= size
        if kind == _CHAR:
            return name, self._text()[: max(count, 0)]
        if _FIRST_NUMBER <= kind <= _LAST_NUMBER:
            values = self._numbers() if count else np.zeros(0)
            if len(values) != count:
                raise ValueError("a matrix has not as many numbers as its shape says")
            flat = sum(size != 1 for size in shape) <= 1
            return name, values if flat else values.reshape(shape, order="F")
        if kind == _CELL:
            return name, [self._inner(depth) for _ in range(self._fits(count))]
        if kind == _STRUCT:
            width = self._numbers()
            _, text = self._element()
            if len(width) != 1 or not 0 < int(width[0]) <= 4096:
                raise ValueError("a structure has no names")
            step = int(width[0])
            fields = [
                text[i : i + step].split(b"\x00")[0].decode("latin-1") for i in range(0, len(text), step)
            ]
            rows = [
                {field: self._inner(depth) for field in fields}
                for _ in range(self._fits(count * len(fields), count))
            ]
            return name, rows[0] if count == 1 else rows
        return name, None

    def _fits(self, parts: int, count: int | None = None) -> int:
        """How many things are to be read, if the file has room for them."""
        if parts * 8 > len(self._data) - self._at:
            raise ValueError("more parts than the file has room for")
        return parts if count is None else (count if parts else 0)

    def _inner(self, depth: int) -> Any:
        """A variable inside another."""
        kind, content = self._element()
        if kind != _MATRIX:
            raise ValueError("a part of a structure is no variable")
        return _Parser(content, self._order).matrix(depth + 1)[1] if content else np.zeros(0)
