"""What the user declared about a file, and how that and the file's own words make a recording."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError, nearest
from sudomotor.measurement.recording import Recording
from sudomotor.measurement.units import CONVERT_EXAMPLE, Conversion, find_unit

Array = NDArray[np.float64]
UNIT_MEND = "declare it: --unit uS (or nS, kohm ...)"
COUNT_MEND = f"raw counts: --convert '{CONVERT_EXAMPLE}'"
CLOCK_MEND = "--fs 100 (samples per second), or --times 'COLUMN (s)' to name the column that holds the time"


@dataclass(frozen=True)
class Asked:
    """What the user declared; None where nothing.

    Attributes
    ----------
    unit : of the file's values.
    channel : name of the channel or column, or its number, from 1.
    fs : samples per second.
    conversion : from raw numbers.
    site : where the electrodes were.
    times : the column that holds the time, its unit in brackets behind it where the file does not say it.
    """

    unit: str | None = None
    channel: str | None = None
    fs: float | None = None
    conversion: Conversion | None = None
    site: str | None = None
    times: str | None = None


@dataclass(frozen=True)
class Channel:
    """A channel of a file: its name and the unit that the file states, if it does."""

    name: str
    unit: str | None = None


def unit_problem(name: str, unit: str | None, asked: Asked) -> str | None:
    """Why the values of a channel cannot be taken as uS, or None."""
    if asked.conversion is not None or asked.unit is not None:
        return None
    if not unit:
        return f"the unit of '{name}' is not stated"
    return (
        None if find_unit(unit) else f"the unit of '{name}' is '{unit}', which is not one of skin conductance"
    )


def build(
    values: Array,
    asked: Asked,
    *,
    name: str,
    unit: str | None,
    source: str,
    format: str,
    fs: float | None = None,
    times: Array | None = None,
    maximum_uS: float | None = None,
    notes: Sequence[str] = (),
    **more: Any,
) -> Recording:
    """A recording from a channel, in the unit that the user declared or else the file states.

    Raises
    ------
    InputError
        Where neither does, or the rate that the user declared is not the file's.
    """
    problem = unit_problem(name, unit, asked)
    if problem:
        raise InputError(problem, where=source, mend=f"{UNIT_MEND}; {COUNT_MEND}")
    said = list(notes)
    stated = find_unit(unit) if unit else None
    if asked.conversion is not None:
        values, note = asked.conversion.to_uS(values)
        said.append(note)
        used, maximum_uS = "uS", None
    elif asked.unit is not None:
        used = asked.unit
        if unit and stated != find_unit(asked.unit):
            said.append(f"the file states '{unit}'; taken as {asked.unit}, as declared")
            maximum_uS = None
    else:
        used = stated or "uS"
    rate = fs if times is None else None
    return Recording.of(
        values, fs=rate, times=times, unit=used, source=source, format=format, site=asked.site,
        maximum_uS=maximum_uS, notes=said, **more,
    )  # fmt: skip


def rate_of(asked: Asked, stated: Any, where: str) -> float:
    """The rate that the file states, unless it is not a rate; a declared one must be the same.

    Raises
    ------
    InputError
        Where the file states none that makes sense and none is declared, or both differ.
    """
    try:
        rate = float(stated)
    except (TypeError, ValueError, OverflowError):
        rate = math.nan
    usable = math.isfinite(rate) and rate > 0.0
    if asked.fs is None:
        if not usable:
            raise InputError(
                f"the file states no sampling rate that makes sense ({stated!r})",
                where=where,
                mend=f"declare it: {CLOCK_MEND}",
            )
        return rate
    if usable and abs(asked.fs - rate) > 1e-3 * rate:
        raise InputError(
            f"the file states {rate:g} samples per second, but {asked.fs:g} are declared",
            where=where,
            mend="leave --fs out",
        )
    return rate if usable else asked.fs


def refuse_times(asked: Asked, kind: str, where: str) -> None:
    """Formats with a clock of their own take no time column."""
    if asked.times is not None:
        raise InputError(
            f"{kind} has a clock of its own: no time column can be named",
            where=where,
            mend="leave --times out",
        )


def pick(channels: Sequence[Channel], asked: Asked, where: str, *, likely: Sequence[int]) -> int:
    """Which channel is skin conductance: the one that was asked for, or the only one that it can be.

    Parameters
    ----------
    channels : of the file.
    asked : `channel` is a name, in any case, with or without the unit, or a number from 1.
    where : for errors.
    likely : those that by their name or unit are skin conductance, the likeliest kind only.

    Raises
    ------
    InputError
        Lists the channels.
    """
    names = [channel.name or f"column {i + 1}" for i, channel in enumerate(channels)]
    shown = ", ".join(names[:40]) + (" ..." if len(names) > 40 else "")
    if asked.channel is not None:
        return _named(asked.channel, channels, where, shown)
    if len(likely) == 1:
        return likely[0]
    if not likely:
        raise InputError(
            "no channel is named like skin conductance (EDA, GSR, SC, conductance ...)",
            where=where,
            mend=f"name the one that is: --channel NAME (or its number); channels: {shown}",
        )
    several = ", ".join(names[i] for i in likely)
    raise InputError(
        f"several channels may be skin conductance: {several}",
        where=where,
        mend=f"name one: --channel '{names[likely[0]]}'",
    )


def _named(wanted: str, channels: Sequence[Channel], where: str, shown: str) -> int:
    """The channel of that name or number."""
    bare = " ".join(wanted.split()).lower()
    names = [" ".join(channel.name.split()).lower() for channel in channels]
    if bare in names:
        if names.count(bare) > 1:
            raise InputError(
                f"{names.count(bare)} channels are named '{wanted}'",
                where=where,
                mend=f"give its number instead: --channel {names.index(bare) + 1}",
            )
        return names.index(bare)
    if wanted.strip().isascii() and wanted.strip().isdigit() and 1 <= int(wanted[:9]) <= len(channels):
        return int(wanted) - 1
    within = [i for i, name in enumerate(names) if bare and bare in name]
    if len(within) == 1:
        return within[0]
    close = nearest(bare, names)
    hint = f"did you mean '{channels[names.index(close)].name}'? " if close else ""
    raise InputError(f"there is no channel '{wanted}'", where=where, mend=f"{hint}channels: {shown}")
