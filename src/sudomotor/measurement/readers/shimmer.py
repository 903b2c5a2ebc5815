"""Shimmer: CSV of Consensys or Shimmer Capture, with up to four header rows, calibrated skin conductance or resistance."""

from __future__ import annotations

import re

import numpy as np

from sudomotor.errors import InputError
from sudomotor.measurement.readers.asked import Asked, Channel, build, pick, rate_of, unit_problem
from sudomotor.measurement.readers.columns import Numbers, Parser, read_columns
from sudomotor.measurement.readers.layout import Layout
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.readers.tables import is_units_row
from sudomotor.measurement.readers.times import find_clock
from sudomotor.measurement.recording import Recording, Trace
from sudomotor.measurement.units import find_unit
from sudomotor.parameters import load

GRAVITY_m_per_s2 = 9.80665  # standard gravity, by definition
_GSR = re.compile(r"(?:^|[^a-z])gsr(?:[^a-z]|$)", re.IGNORECASE)
_RAW = re.compile(r"(?:^|[^a-z])(raw|range)(?:[^a-z]|$)", re.IGNORECASE)
_ACCEL = re.compile(r"(?P<kind>.*accel.*?)[_ ]?(?P<axis>[xyz])(?P<rest>[_ ].*)?", re.IGNORECASE)


def looks(probe: Probe) -> bool:
    """Whether the header rows name a GSR signal in Shimmer's way: calibrated or raw."""
    if not any("gsr" in line.lower() for line in probe.lines[:8]):
        return False
    try:
        layout = probe.layout
    except InputError:
        return False
    cells = [cell for row in layout.header for cell in row]
    return any(_GSR.search(cell) for cell in cells) and any(
        re.search(r"(^|[_ ])(CAL|RAW)([_ (]|$)", cell) for cell in cells
    )


def read(probe: Probe, asked: Asked) -> Recording:
    """The calibrated signal: conductance where there is one, else resistance."""
    where, layout = str(probe.path), probe.layout
    channels = _channels(layout)
    names = [channel.name for channel in channels]
    gsr = [
        i for i, channel in enumerate(channels) if _GSR.search(channel.name) and not _RAW.search(channel.name)
    ]
    good = [i for i in gsr if find_unit(channels[i].unit or "")]
    conductance = [i for i in good if "ohm" not in str(find_unit(channels[i].unit or ""))]
    index = pick(channels, asked, where, likely=(conductance or good or gsr)[:1])
    chosen = channels[index]
    problem = unit_problem(chosen.name, chosen.unit, asked)
    if problem:
        raise InputError(
            problem, where=where, mend="export calibrated data (CAL), or declare the unit: --unit kohm"
        )
    named = [f"{channel.name} ({channel.unit})" if channel.unit else channel.name for channel in channels]
    clock, why = find_clock(named, layout, asked, where)
    if clock is None and asked.fs is None:
        raise InputError(
            why or "the file has no timestamps", where=where, mend="export a timestamp, or declare --fs 128"
        )
    axes = _axes(channels)
    parsers: dict[int, Parser] = {i: Numbers(layout) for i in (index, *axes)}
    if clock is not None and asked.fs is None:
        parsers[clock.column] = clock.parser
    read_ones = read_columns(probe.source, layout, parsers, names)
    values = read_ones[index]
    if clock is None or asked.fs is not None:
        times, start = None, None
        notes = ["the timestamps are not used: --fs is declared"] if clock else []
    else:
        times, start = clock.seconds(read_ones[clock.column].copy())
        notes = []
    acceleration = None
    if axes and times is not None:
        timed = np.isfinite(times)
        accel = np.column_stack([read_ones[i] for i in axes])[timed] / GRAVITY_m_per_s2
        acceleration = Trace("acceleration", "g", times[timed], accel)
    return build(
        values, asked, name=chosen.name, unit=chosen.unit, source=where, format="shimmer", times=times, start=start,
        fs=rate_of(asked, asked.fs, where) if times is None else None, notes=notes, acceleration=acceleration,
        maximum_uS=load().value("shimmer_maximum_uS"),
    )  # fmt: skip


def _channels(layout: Layout) -> list[Channel]:
    """Each column's header cells in one name, but the device's above and the unit's below."""
    rows = [row for row in layout.header if any(row)]
    units = rows.pop() if len(rows) > 1 and is_units_row(rows[-1]) else ("",) * layout.columns
    if len(rows) > 1 and not any(_GSR.search(cell) for cell in rows[0]):
        rows = rows[1:]  # of the device
    return [
        Channel(" ".join(row[i] for row in rows if row[i]), units[i].strip("[]() ") or None)
        for i in range(layout.columns)
    ]


def _axes(channels: list[Channel]) -> list[int]:
    """The columns of x, y and z of the first accelerometer that is calibrated in m/s²; none where there is none."""
    found: dict[str, dict[str, int]] = {}
    for i, channel in enumerate(channels):
        match = _ACCEL.fullmatch(channel.name)
        if match and (channel.unit or "").replace("(", "").replace(")", "").replace("²", "^2") == "m/s^2":
            found.setdefault(match["kind"].lower(), {})[match["axis"].lower()] = i
    for axes in found.values():
        if set(axes) == {"x", "y", "z"}:
            return [axes[axis] for axis in "xyz"]
    return []
