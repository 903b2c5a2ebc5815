"""Write a file that is not there yet; nothing is overwritten without being asked."""

from __future__ import annotations

from pathlib import Path

from sudomotor.errors import InputError


def write_text(
    path: Path, text: str, *, force: bool = False, bom: bool = False, asked: str = "force=True"
) -> Path:
    """Write a text in UTF-8.

    Parameters
    ----------
    path : where to.
    text : what to write.
    force : overwrite a file that is there.
    bom : begin with a byte order mark, which Excel needs to know UTF-8 by.
    asked : how to ask for overwriting, for the error.

    Raises
    ------
    InputError
        when the file is there already, or cannot be written.
    """
    mode = "w" if force else "x"
    try:
        with path.open(mode, encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise InputError(
            f"{path.name} is there already, and was left as it is",
            where=str(path),
            mend=f"choose another name, or overwrite it with {asked}",
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"cannot write {path.name}: {reason}",
            where=str(path),
            mend="name a file in a folder that is there",
        ) from None
    return path
