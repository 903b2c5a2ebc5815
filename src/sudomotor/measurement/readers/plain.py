"""Plain tables: CSV, TSV or columns parted by blanks, with the unit in the header or declared, and a time column or a rate."""

from __future__ import annotations

from dataclasses import replace

from sudomotor.errors import InputError
from sudomotor.measurement.readers.asked import (
    CLOCK_MEND,
    COUNT_MEND,
    UNIT_MEND,
    Asked,
    Channel,
    build,
    pick,
    rate_of,
    unit_problem,
)
from sudomotor.measurement.readers.columns import Numbers, Parser, read_columns
from sudomotor.measurement.readers.layout import Layout
from sudomotor.measurement.readers.names import is_time, likely_eda, split
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.readers.tables import channels_of, commented_bits, commented_rate
from sudomotor.measurement.readers.times import Clock, find_clock
from sudomotor.measurement.recording import Recording


def looks(probe: Probe) -> bool:
    """Whether it is text: the last of the readers to be tried."""
    return bool(probe.lines)


def read(probe: Probe, asked: Asked) -> Recording:
    """The column of skin conductance."""
    where, layout = str(probe.path), probe.layout
    channels = channels_of(layout)
    names = [channel.name for channel in channels]
    index = pick(channels, asked, where, likely=_likely(channels))
    chosen = replace(channels[index], name=channels[index].name or f"column {index + 1}")
    clock, rate, notes = _clock_or_rate(channels, chosen, layout, asked, where)
    parsers: dict[int, Parser] = {index: Numbers(layout)}
    if clock is not None:
        if clock.column == index:
            raise InputError(
                f"'{chosen.name}' cannot be both the time and the values", where=where, mend="--channel NAME"
            )
        parsers[clock.column] = clock.parser
    read_ones = read_columns(probe.source, layout, parsers, names)
    values = read_ones.pop(index)
    if clock is None:
        return build(
            values,
            asked,
            name=chosen.name,
            unit=chosen.unit,
            source=where,
            format="csv",
            fs=rate,
            notes=notes,
        )
    times, start = clock.seconds(read_ones.pop(clock.column))
    return build(
        values,
        asked,
        name=chosen.name,
        unit=chosen.unit,
        source=where,
        format="csv",
        times=times,
        start=start,
        notes=notes,
    )


def _likely(channels: list[Channel]) -> list[int]:
    """The columns that may be skin conductance; a single one beside the time is."""
    found = likely_eda(channels)
    if found:
        return found
    rest = [i for i, channel in enumerate(channels) if not is_time(split(channel.name).base)]
    return rest if len(rest) == 1 else []


def _clock_or_rate(
    channels: list[Channel], chosen: Channel, layout: Layout, asked: Asked, where: str
) -> tuple[Clock | None, float | None, list[str]]:
    """The time column or the rate; all that is not stated, unit included, makes one error."""
    notes: list[str] = []
    problems, mends = [], []
    problem = unit_problem(chosen.name, chosen.unit, asked)
    if problem:
        bits = commented_bits(layout)
        problems.append(problem + (f" (they are counts of a converter of {bits} bits)" if bits else ""))
        mends.append(COUNT_MEND if bits else f"{UNIT_MEND}; {COUNT_MEND}")
    if asked.fs is not None and asked.times is not None:
        raise InputError(
            "both a rate and a time column are declared", where=where, mend="leave --fs or --times out"
        )
    named = [
        f"{channel.name} ({channel.unit})" if channel.unit and not split(channel.name).unit else channel.name
        for channel in channels
    ]
    clock, why = find_clock(named, layout, asked, where)
    stated, rate = commented_rate(layout), asked.fs
    if rate is not None:
        rate_of(asked, stated if stated is not None else rate, where)
        notes += [f"the time column is not used: {asked.fs:g} Hz is declared"] if clock else []
        clock = None
    elif clock is None:
        rate = stated
        if rate is not None:
            notes.append(f"{rate:g} Hz as the comment above the numbers says")
        else:
            problems.append(why or "there is neither a time column nor a sampling rate")
            mends.append(_time_mend(why, asked, channels))
    if problems:
        if not layout.header and layout.columns in (2, 3):
            mends.append("for a text of Ledalab (seconds, uS, event): --format ledalab")
        raise InputError("; and ".join(problems), where=where, mend="; ".join(mends))
    return clock, rate, notes


def _time_mend(why: str | None, asked: Asked, channels: list[Channel]) -> str:
    """How to say when the samples were taken."""
    name = asked.times or next((c.name for c in channels if is_time(split(c.name).base)), None)
    return f"--times '{split(name).base} (s)' (or ms), or --fs 100" if why and name else CLOCK_MEND
