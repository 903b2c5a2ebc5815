"""Pages: one self-contained HTML file each, written so that no file of somebody else's is lost."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sudomotor.errors import InputError
from sudomotor.parameters.citations import Citation, cite
from sudomotor.report.words import NOT_ADVICE, plain, tied

if TYPE_CHECKING:
    from jinja2 import Environment

DEFAULT_FOLDER = Path("sudomotor-report")
_MARK = "sudomotor"


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from sudomotor.report.sentences import unit_words

    made = Environment(
        loader=PackageLoader("sudomotor.report"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.filters["plain"] = plain
    made.filters["unit"] = unit_words
    made.filters["tied"] = tied
    return made


def render(template: str, *, title: str, sources: Iterable[str], danger: str = "", **content: Any) -> str:
    """A page of a template with what all pages share.

    Parameters
    ----------
    template : name of the file in `report/templates`.
    title : of the page.
    sources : keys of the bibliography.
    danger : the risk of injury, where a safety ceiling is passed; puts a watermark over the page.
    """
    from sudomotor import __version__

    shared = {"seed": None, "not_advice": NOT_ADVICE, "version": __version__}
    return (
        _environment()
        .get_template(template)
        .render({**shared, **content, "title": title, "danger": danger, "citations": cite(sources)})
    )


def write(text: str, folder: str | Path, name: str) -> Path:
    """Write a file that carries our mark into a folder, which is made if need be; the path is given back.

    Raises
    ------
    InputError
        where a file of that name is not one of ours, or the folder cannot be written to.
    """
    path = Path(folder) / name
    check_free(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(
            f"cannot write the report: {error.strerror}",
            where=str(path),
            mend="name another folder, e.g. -o my-report",
        ) from None
    return path


def check_free(path: Path) -> None:
    """Refuse to overwrite what we did not write."""
    if not path.exists():
        return
    if path.is_dir():
        raise InputError(
            "there is a folder of that name", where=str(path), mend="name another one, e.g. -o my-report"
        )
    with path.open("rb") as file:
        head = file.read(4096)
    if _MARK.encode() not in head:
        raise InputError(
            "a file of that name is there, and it is not a report of ours; it is left alone",
            where=str(path),
            mend="move it, or name another folder, e.g. -o my-report",
        )


def write_manifest(
    folder: str | Path, *, command: str, words: list[str], sources: Iterable[str], **more: Any
) -> Path:
    """Write `manifest.json`: what made the report, with versions and the keys of its bibliography."""
    import platform
    from importlib.metadata import version

    from sudomotor import __version__

    content = {
        "generator": f"{_MARK} {__version__}",
        "command": command,
        "arguments": words,
        **more,
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "scipy", "jax")},
        },
        "citations": sorted(set(sources)),
    }
    return write(json.dumps(content, indent=2, ensure_ascii=False) + "\n", folder, "manifest.json")


def read_manifest(folder: str | Path) -> dict[str, Any]:
    """The manifest of an earlier run in a folder."""
    path = Path(folder) / "manifest.json"
    try:
        content = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise InputError(
            "no run was found there",
            where=str(path),
            mend="run `sudomotor run …` first, or ask `sudomotor cite all`",
        ) from None
    except (OSError, UnicodeDecodeError, json.JSONDecodeError):
        raise InputError(
            "the manifest cannot be read", where=str(path), mend="run it again, or name another folder"
        ) from None
    keys = content.get("citations") if isinstance(content, dict) else None
    if not isinstance(keys, list) or not all(isinstance(key, str) for key in keys):
        raise InputError(
            "the manifest lists no citations", where=str(path), mend="run it again, or name another folder"
        )
    found: dict[str, Any] = content
    return found


def bibliography(keys: Iterable[str]) -> list[Citation]:
    """The entries for some keys, sorted."""
    return cite(keys)
