"""Affectiva Q: a CSV with a header of words, columns of acceleration, battery, temperature and skin conductance."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

import numpy as np

from sudomotor.errors import InputError
from sudomotor.measurement.clock import even_times
from sudomotor.measurement.readers.asked import Asked, build, rate_of, refuse_times
from sudomotor.measurement.readers.columns import Numbers, read_columns
from sudomotor.measurement.readers.layout import Layout
from sudomotor.measurement.readers.names import split
from sudomotor.measurement.readers.probe import Probe
from sudomotor.measurement.recording import Recording, Trace

_TITLE = re.compile(r"log file created by q", re.IGNORECASE)
_RULE = re.compile(r"-{10,}[,\s]*")
_WORD = re.compile(r"([A-Za-z ]+):\s*(.*?)[,\s]*")
_START = re.compile(
    r"(\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?)\s*(?:Offset:\s*([+-]?\d{1,2})(?::?(\d\d))?)?"
)
_MOST_HEADER = 30


def looks(probe: Probe) -> bool:
    """Whether it begins with Q's title, or has its rule below a sampling rate."""
    head = probe.lines[:_MOST_HEADER]
    return bool(head) and (
        bool(_TITLE.match(head[0]))
        or (any(line.startswith("Sampling Rate:") for line in head) and _rule(head) is not None)
    )


def read(probe: Probe, asked: Asked) -> Recording:
    """Skin conductance, with acceleration and temperature."""
    where = str(probe.path)
    refuse_times(asked, "a file of an Affectiva Q", where)
    head = probe.lines[:_MOST_HEADER]
    rule = _rule(head)
    if rule is None or rule < 1:
        raise InputError(
            "the header of this Affectiva Q file has no line of dashes above the numbers",
            where=where,
            mend="export it again",
        )
    words = {
        found[1].strip().lower(): found[2] for line in head[:rule] if (found := _WORD.fullmatch(line.strip()))
    }
    names = [name.strip() for name in head[rule - 1].rstrip(", ").split("|")]
    eda = next((i for i, name in enumerate(names) if split(name).base.startswith("eda")), None)
    if eda is None:
        raise InputError(
            "the header names no column EDA", where=f"{where}, line {rule}", mend="export it again with EDA"
        )
    layout = Layout(probe.encoding, ",", ".", (), (), rule + 1, len(names), ())
    lower = [name.lower() for name in names]
    axes = [
        next((i for i, name in enumerate(lower) if name.startswith(f"{axis}-axis")), -1) for axis in "xyz"
    ]
    warm = next((i for i, name in enumerate(lower) if "celsius" in name), None)
    wanted = {eda, *(axis for axis in axes if axis >= 0), *([warm] if warm is not None else [])}
    columns = read_columns(probe.source, layout, {i: Numbers(layout) for i in wanted}, names)
    rate = rate_of(asked, words.get("sampling rate"), where)
    times = even_times(len(columns[eda]), rate)
    acceleration = None
    if min(axes) >= 0:
        acceleration = Trace("acceleration", "g", times, np.column_stack([columns[axis] for axis in axes]))
    temperature = Trace("temperature", "degC", times, columns[warm]) if warm is not None else None
    return build(
        columns[eda], asked, name=names[eda], unit=split(names[eda]).unit, source=where, format="affectiva", fs=rate,
        start=_start(words.get("start time", "")), acceleration=acceleration, temperature=temperature,
    )  # fmt: skip


def _rule(lines: list[str]) -> int | None:
    """The line of dashes that ends the header."""
    return next((i for i, line in enumerate(lines) if _RULE.fullmatch(line.strip())), None)


def _start(text: str) -> datetime | None:
    """The start with its offset from UTC."""
    found = _START.match(text)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found[1])
        if found[2] is None:
            return moment
        hours, minutes = int(found[2]), int(found[3] or 0)
        return moment.replace(
            tzinfo=timezone(timedelta(hours=hours, minutes=-minutes if found[2][0] == "-" else minutes))
        )
    except ValueError:
        return None
