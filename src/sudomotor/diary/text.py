"""From the bytes of a file to its text: no letter is guessed without saying so."""

from __future__ import annotations

import codecs
from pathlib import Path

from sudomotor.diary.problems import DiaryError, Problem

MOST_ROWS = 100_000  # a row every hour for eleven years: more is no person's diary
MOST_BYTES = 32_000_000
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_KNOWN = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"\x1f\x8b", "a compressed file"),
    (b"7z\xbc\xaf", "a compressed file"),
    (b"Rar!", "a compressed file"),
    (b"{\\rtf", "a word processor's document"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3", "a database"),
)
_MEND = "save the diary as a CSV text or as a spreadsheet (.xlsx, .ods, .xls), one row an entry"


def refuse(source: str, what: str, mend: str) -> DiaryError:
    """The error for a file that cannot be read at all."""
    return DiaryError(source, [Problem(0, "", what, mend)])


def too_many_rows(source: str) -> DiaryError:
    """The error for a file that is no person's diary."""
    return refuse(
        source,
        f"the file has more than {MOST_ROWS} rows, which is no person's diary",
        "give the diary of one person, a row an entry; of a sensor's record, one reading a day",
    )


def read_bytes(path: Path) -> bytes:
    """The content of a file, refused early if it is too large."""
    if path.is_dir():
        raise refuse(path.name, "this is a folder, and no diary", "name a file in it")
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except FileNotFoundError:
        raise refuse(
            str(path), "there is no such file", "check the name; `sudomotor diary new FILE` begins a diary"
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise refuse(str(path), f"the file cannot be opened: {reason}", "check its name and rights") from None
    if len(data) > MOST_BYTES:
        if data.count(b"\n") > MOST_ROWS:
            raise too_many_rows(path.name)
        size = f"{MOST_BYTES // 1_000_000} MB"
        raise refuse(path.name, f"the file is larger than {size}, which is no person's diary", _MEND)
    return data


def decode(data: bytes, source: str) -> tuple[str, list[str]]:
    """The text of a file, and what had to be assumed of its encoding.

    UTF-8 and UTF-16 are known by their form. Whatever else is read as Windows-1252, as older spreadsheets
    write, and the first word that this touches is shown.

    >>> decode(b"date,note\\n2026-03-01,H\\xe4nde", "me.csv")[1]
    ["not in UTF-8: read as Windows-1252, as in 'Hände' on line 2"]
    """
    for start, kind in _KNOWN:
        if data.startswith(start):
            raise refuse(source, f"this is {kind}, and no diary", _MEND)
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return _strict(data[len(bom) :], encoding, source), []
    zeros = data[:2000].count(0)
    if zeros:
        guess = "utf-16-be" if data[:1] == b"\0" else "utf-16-le"
        even, odd = data[:2000:2].count(0), data[1:2000:2].count(0)
        if len(data) % 2 == 0 and min(even, odd) == 0 and zeros * 3 > len(data[:2000]):
            return _strict(data, guess, source), ["the text was taken for UTF-16, by its form"]
        raise _binary(source)
    try:
        return _checked(data.decode("utf-8"), source), []
    except UnicodeDecodeError as error:
        at = error.start
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        raise refuse(
            source,
            f"line {data.count(bytes([10]), 0, at) + 1} is neither UTF-8 nor Windows-1252",
            "save the file again in UTF-8 (in Excel: 'CSV UTF-8')",
        ) from None
    before = data[:at].decode("utf-8")
    word = _word_at(text, len(data[:at].decode("cp1252", errors="replace")))
    line = before.count("\n") + 1
    note = f"not in UTF-8: read as Windows-1252, as in '{word}' on line {line}"
    return _checked(text, source), [note]


def _strict(data: bytes, encoding: str, source: str) -> str:
    try:
        return _checked(data.decode(encoding), source)
    except UnicodeDecodeError:
        raise refuse(
            source,
            f"the file says that it is in {encoding[:6].upper()}, and breaks off or is damaged",
            "save it again, as UTF-8",
        ) from None


def _checked(text: str, source: str) -> str:
    if "\0" in text:
        raise _binary(source)
    if text.lstrip()[:1] in ("<", "{", "["):
        kind = "a web page" if text.lstrip()[:1] == "<" else "JSON"
        raise refuse(source, f"this looks like {kind}, and no diary", _MEND)
    return text


def _binary(source: str) -> DiaryError:
    return refuse(source, "this is no text and no spreadsheet", _MEND)


def _word_at(text: str, at: int) -> str:
    start, end = at, at + 1
    while start > 0 and text[start - 1].isalpha() and at - start < 20:
        start -= 1
    while end < len(text) and text[end].isalpha() and end - at < 20:
        end += 1
    return text[start:end]
