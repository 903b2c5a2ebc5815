"""Bytes of a recording, packed or not, that are opened as often as needed and never unpacked beyond reason."""

from __future__ import annotations

import errno
import gzip
import importlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sudomotor.errors import InputError

HEAD_BYTES = 1 << 16
# what may come out of a packed file: anything below the first, beyond it so many times its packed size, never more than the last
FREE_BYTES = 256 << 20
MOST_RATIO = 100
MOST_BYTES = 16 << 30
GZIP = b"\x1f\x8b"
EXTRA = "pip install 'sudomotor[formats]'"
AGAIN = "copy or download the file again from where it was recorded"


@dataclass(frozen=True)
class Source:
    """Something to read.

    Attributes
    ----------
    name : for errors: the path, and what lies inside it.
    open : gives the bytes from the beginning, unpacked.
    """

    name: str
    open: Callable[[], BinaryIO]

    def head(self, count: int = HEAD_BYTES) -> bytes:
        """The first bytes; fewer where the file is shorter."""
        with opened(self) as stream:
            return stream.read(count)


def of_path(path: Path) -> Source:
    """A file; one packed by gzip is unpacked while it is read."""
    with path.open("rb") as stream:
        packed = stream.read(2) == GZIP
    if not packed:
        return Source(str(path), lambda: path.open("rb"))
    limit = most_unpacked(path.stat().st_size)

    def unpack() -> BinaryIO:
        return io.BufferedReader(_Limited(gzip.open(path, "rb"), limit, str(path)))

    return Source(str(path), unpack)


def of_member(path: Path, member: zipfile.ZipInfo) -> Source:
    """A file inside a zip."""
    name = f"{path}: {member.filename}"

    def unpack() -> BinaryIO:
        archive = zipfile.ZipFile(path)
        try:
            return io.BufferedReader(
                _Limited(archive.open(member), most_unpacked(member.compress_size), name, archive)
            )
        except BaseException:
            archive.close()
            raise

    return Source(name, unpack)


def most_unpacked(packed: int) -> int:
    """How many bytes may come out of so many packed ones.

    >>> most_unpacked(1000) == FREE_BYTES, most_unpacked(10 << 20) == 1000 << 20
    (True, True)
    """
    return min(max(FREE_BYTES, MOST_RATIO * packed), MOST_BYTES)


def too_large(where: str) -> InputError:
    """The error for a packed file that would fill the machine."""
    return InputError(
        "what is packed here would unpack to far more than a recording: it is taken for damaged or hostile",
        where=where,
        mend="unpack it yourself, and give the file that holds skin conductance",
    )


def damaged(kind: str, error: BaseException | str, where: str, mend: str = AGAIN) -> InputError:
    """The error for a file that a parser cannot follow."""
    said = " ".join(str(error).split())[:200]
    if isinstance(error, BaseException) and not said:
        said = type(error).__name__
    return InputError(f"this {kind} is cut off or damaged ({said})", where=where, mend=mend)


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The bytes, closed afterwards; what the unpackers and the file system throw becomes an error that says where."""
    try:
        with source.open() as stream:
            yield stream
    except InputError:
        raise
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, RuntimeError) as error:
        raise damaged("packed file", error, source.name) from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # of a place before the beginning of a zip
            raise damaged("packed file", error, source.name) from error
        raise InputError(f"the file cannot be read ({error.strerror or error})", where=source.name) from error


def library(name: str, kind: str, where: str) -> Any:
    """An optional library.

    Raises
    ------
    InputError
        Where it is not installed: says how to.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise InputError(
            f"reading {kind} needs {name}, which is not installed", where=where, mend=EXTRA
        ) from error


class _Limited(io.RawIOBase):
    """Passes bytes on until there are too many."""

    def __init__(self, inner: Any, limit: int, where: str, also_close: Any = None) -> None:
        super().__init__()
        self._inner, self._left, self._where, self._also = inner, limit, where, also_close

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._inner.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise too_large(self._where)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._inner.close()
            if self._also is not None:
                self._also.close()
        super().close()


class Budgeted(io.RawIOBase):
    """A file for parsers that trust what they read: a damaged count or offset cannot make them read for ever.

    Parameters
    ----------
    path : the file.
    reads : how many reads are allowed, beside one for each 16 bytes of the file.
    """

    def __init__(self, path: Path, reads: int = 100_000) -> None:
        super().__init__()
        self.name = str(path)
        self._file = path.open("rb")
        size = path.stat().st_size
        self._size = size
        self._reads = reads + size // 16
        self._bytes = (32 << 20) + 8 * size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int | None = -1) -> bytes:
        """Bytes from here on; asking for more than the file has gives what there is."""
        wanted = -1 if size is None or size < 0 else min(size, self._size)
        data = self._file.read(wanted)
        self._reads -= 1
        self._bytes -= len(data)
        if self._reads < 0 or self._bytes < 0:
            raise damaged("file", "its parts refer to each other without end", self.name)
        return data

    def readinto(self, buffer: Any) -> int:
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        self._file.close()
        super().close()
