"""The bibliography: BibTeX files beside the parameters, read by a small parser for the entries we write ourselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from sudomotor.errors import InputError, unknown

_ENTRY = re.compile(r"@(\w+)\s*\{\s*([^,\s]+)\s*,(.*?)\n\}", re.DOTALL)
# accents of BibTeX: acute, grave, diaeresis, circumflex, tilde
_MARKS = {"'": "\u0301", "`": "\u0300", '"': "\u0308", "^": "\u0302", "~": "\u0303"}
_ACCENT = re.compile(r"""\\(['`"^~])\{?([A-Za-z])\}?""")
_FIELD = re.compile(r"(\w+)\s*=\s*\{(.*?)\}\s*,?\s*(?=\n\s*\w+\s*=|\s*$)", re.DOTALL)


@dataclass(frozen=True)
class Citation:
    """One entry of the bibliography."""

    key: str
    kind: str
    fields: tuple[tuple[str, str], ...]

    @property
    def text(self) -> str:
        """One line: authors, title, where, year, DOI."""
        field = dict(self.fields)
        where = (
            field.get("journal")
            or field.get("booktitle")
            or field.get("publisher")
            or field.get("howpublished", "")
        )
        place = " ".join(x for x in (where, field.get("volume", "")) if x) + (
            f":{field['pages']}" if "pages" in field else ""
        )
        parts = [
            ", ".join(authors(field.get("author", ""))),
            plain(field.get("title", "")),
            plain(place),
            field.get("year", ""),
        ]
        line = ". ".join(p.strip().rstrip(".") for p in parts if p.strip()) + "."
        return (
            line
            + (f" doi {field['doi']}." if "doi" in field else "")
            + (f" {plain(field['note'])}." if "note" in field else "")
        )

    @property
    def bibtex(self) -> str:
        """The entry as BibTeX."""
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in self.fields)
        return f"@{self.kind}{{{self.key},\n{body}\n}}"


def authors(field: str) -> list[str]:
    """The names of an author field; what stands in braces of its own is one name, as that of an office.

    >>> authors("Sato, K. and Ohtsuyama, M."), authors("{U.S. Food and Drug Administration} and Sato, K.")
    (['Sato, K.', 'Ohtsuyama, M.'], ['U.S. Food and Drug Administration', 'Sato, K.'])
    """
    names, depth = [""], 0
    for piece in re.split(r"( and |[{}])", field):
        depth += {"{": 1, "}": -1}.get(piece, 0)
        if piece == " and " and depth == 0:
            names.append("")
        else:
            names[-1] += piece
    return [name for name in map(plain, names) if name]


def plain(text: str) -> str:
    r"""A field as one reads it: accents and signs set, without the braces that hold names and capitals together.

    >>> plain(r"Van{\'y}sek, P."), plain(r"{TENS} \& {EMS}")
    ('Vanýsek, P.', 'TENS & EMS')
    """
    accented = _ACCENT.sub(lambda found: unicodedata.normalize("NFC", found[2] + _MARKS[found[1]]), text)
    return re.sub(r"\\([&%$#_])", r"\1", accented).replace("{", "").replace("}", "").strip()


@cache
def load_citations() -> dict[str, Citation]:
    """All entries of the shipped `*.bib` files by key."""
    entries: dict[str, Citation] = {}
    for path in sorted(Path(str(resources.files("sudomotor.parameters") / "data")).glob("*.bib")):
        for kind, key, body in _ENTRY.findall(path.read_text("utf-8")):
            fields = tuple(
                (name.lower(), " ".join(value.split())) for name, value in _FIELD.findall(body.strip())
            )
            if key in entries and entries[key].fields != fields:
                raise InputError(f"citation '{key}' is given twice with different text", where=path.name)
            entries[key] = Citation(key, kind.lower(), fields)
    return entries


def cite(keys: Iterable[str]) -> list[Citation]:
    """The entries for some keys, each once, sorted by key."""
    known = load_citations()
    wanted = sorted(set(keys))
    for key in wanted:
        if key not in known:
            raise unknown("citation", key, known)
    return [known[key] for key in wanted]
