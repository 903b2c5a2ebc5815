"""Read a recording from a file: find out its format, read it, and never fail but with words of what, where and how to mend."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sudomotor.errors import InputError, SudomotorError, unknown
from sudomotor.measurement.recording import Recording
from sudomotor.measurement.units import parse_conversion, unit_of

if TYPE_CHECKING:
    from sudomotor.measurement.readers.asked import Asked
    from sudomotor.measurement.readers.registry import Reader

AnyPath = str | Path


def read(
    path: AnyPath | Sequence[AnyPath],
    *,
    format: str | None = None,
    unit: str | None = None,
    channel: str | int | None = None,
    fs: float | None = None,
    convert: str | None = None,
    site: str | None = None,
    times: str | None = None,
) -> Recording:
    """Read skin conductance from a file.

    The format is found from what the file holds. Numbers whose unit is not known are refused: declare `unit`, or how raw
    counts become one.

    Parameters
    ----------
    path : a file; or several Avro files of one EmbracePlus, or their folder.
    format : one of `readers.registry.FORMATS`, where it is not to be found from the file.
    unit : of the values (uS, nS, mS, S, kohm ...); overrides what the file states.
    channel : name of the channel or column, or its number, from 1.
    fs : samples per second, where the file does not say.
    convert : from raw counts: "0.02 uS per count + 0.1 uS".
    site : where the electrodes were.
    times : the column of a table that holds the time, with its unit where the header does not say it: "t (ms)".

    Raises
    ------
    InputError
        Where the file is missing, empty, damaged or not understood, and where its unit or clock is not known.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp()) / "me.csv"
    >>> _ = path.write_text("time_s,EDA (nS)\\n0.0,2000\\n0.25,2100\\n0.5,2050\\n")
    >>> read(path).values_uS
    array([2.  , 2.1 , 2.05])
    """
    asked = _asked(unit, channel, fs, convert, site, times)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            rec = _read(path, format, asked)
        except SudomotorError:
            raise
        except MemoryError as error:
            raise InputError(
                "the recording needs more memory than there is",
                where=_shown(path),
                mend="cut it into shorter files",
            ) from error
        except OSError as error:
            raise InputError(
                f"the file cannot be read ({error.strerror or error})",
                where=_shown(path),
                mend="is it there, and may you read it?",
            ) from error
        except Exception as error:  # whatever a damaged file makes of a parser, the user is told in words
            said = " ".join(str(error).split())[:200]
            raise InputError(
                f"the file cannot be understood ({type(error).__name__}: {said})",
                where=_shown(path),
                mend="is it whole? name its format: --format csv",
            ) from error
    said_by_parsers = dict.fromkeys(
        " ".join(str(w.message).split())[:200] for w in caught if w.category is UserWarning
    )
    return replace(rec, notes=(*rec.notes, *said_by_parsers)) if said_by_parsers else rec


def _asked(
    unit: str | None,
    channel: str | int | None,
    fs: float | None,
    convert: str | None,
    site: str | None,
    times: str | None,
) -> Asked:
    """The declarations, checked."""
    from sudomotor.measurement.readers.asked import Asked
    from sudomotor.measurement.recording import checked_rate

    if unit is not None and convert is not None:
        raise InputError(
            "both a unit and a conversion are declared", mend="leave --unit out: --convert says the unit"
        )
    return Asked(
        unit=unit_of(unit, where="--unit") if unit is not None else None,
        channel=str(channel) if channel is not None else None,
        fs=checked_rate(fs, "--fs") if fs is not None else None,
        conversion=parse_conversion(convert, where="--convert") if convert is not None else None,
        site=site,
        times=times,
    )


def _shown(path: AnyPath | Sequence[AnyPath]) -> str:
    if isinstance(path, str | Path):
        return str(path)
    return ", ".join(str(one) for one in path)


def _read(path: AnyPath | Sequence[AnyPath], format: str | None, asked: Asked) -> Recording:
    from sudomotor.measurement.readers.embrace import read_several
    from sudomotor.measurement.readers.probe import Probe
    from sudomotor.measurement.readers.registry import READERS

    reader = _reader_named(format) if format is not None else None
    if not isinstance(path, str | Path):
        paths = [Path(one) for one in path]
        if not paths:
            raise InputError("no file is given", mend="sudomotor measure FILE")
        if len(paths) > 1:
            return read_several(paths, asked)
        path = paths[0]
    file = Path(path)
    if "\x00" in str(file):
        raise InputError("a path has no zero bytes", mend="give the path of a file")
    if file.is_dir():
        parts = sorted(file.glob("*.avro"))
        if parts and (reader is None or reader.name == "embrace"):
            return read_several(parts, asked)
        eda = next(
            (str(found) for found in sorted(file.iterdir()) if found.name.lower().endswith("eda.csv")), None
        )
        raise InputError(
            "this is a folder, not a recording",
            where=str(file),
            mend=f"give the file in it: {eda}" if eda else "give a file in it",
        )
    if not file.exists():
        raise InputError("there is no such file", where=str(file), mend="check the path")
    if not file.is_file():
        raise InputError("this is not an ordinary file", where=str(file), mend="copy it into a file first")
    probe = Probe.of(file)
    if reader is None:
        reader = next((one for one in READERS if one.looks(probe)), None)
    if reader is None:
        _ = probe.layout  # says that it is not text
        raise InputError("the format is not known", where=str(file), mend="export it as CSV")
    return reader.read(probe, asked)


def _reader_named(name: str) -> Reader:
    from sudomotor.measurement.readers.registry import ALIASES, FORMATS, READERS

    wanted = ALIASES.get(name.strip().lower(), name.strip().lower())
    found = next((reader for reader in READERS if reader.name == wanted), None)
    if found is None:
        raise unknown("format", name, FORMATS)
    return found
