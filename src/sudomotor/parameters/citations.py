"""The bibliography: BibTeX files beside the parameters, read by a small parser for the entries we write ourselves."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

from sudomotor.errors import InputError, unknown

_ENTRY = re.compile(r"@(\w+)\s*\{\s*([^,\s]+)\s*,(.*?)\n\}", re.DOTALL)
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
            field.get("author", "").replace(" and ", ", "),
            field.get("title", ""),
            place,
            field.get("year", ""),
        ]
        line = ". ".join(p.strip().rstrip(".") for p in parts if p.strip()) + "."
        return (
            line
            + (f" doi {field['doi']}." if "doi" in field else "")
            + (f" {field['note']}." if "note" in field else "")
        )

    @property
    def bibtex(self) -> str:
        """The entry as BibTeX."""
        body = ",\n".join(f"  {name} = {{{value}}}" for name, value in self.fields)
        return f"@{self.kind}{{{self.key},\n{body}\n}}"


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
