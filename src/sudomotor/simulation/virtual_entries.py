"""From the record of a virtual life to the rows of a diary."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from sudomotor.diary import Diary, Entry

Array = NDArray[np.float64]
SIDE_OF = ("left", "right")


def diary_of(
    rows: Mapping[str, Array],
    columns: Mapping[str, bool],
    start: datetime.date,
    *,
    site: str,
    source: str,
    weighing_minutes: float,
) -> Diary:
    """The diary of one person.

    The last day always has an answer: who hands a diary over adds how they are. An event is noted on days on which
    something is written anyway.

    Parameters
    ----------
    rows : (day,) each: what was written (0 for no answer), `if_asked`, whether a session was noted, and the columns.
    columns : which optional columns this person fills.
    """
    entries: list[Entry] = []
    last = len(rows["written"]) - 1
    for d in range(last + 1):
        answer = int(rows["written"][d]) or (int(rows["if_asked"][d]) if d == last else 0)
        session = bool(rows["session_noted"][d])
        if not answer and not session:
            continue
        weighed = float(rows["sweat_mg"][d])
        weighs = answer > 0 and not math.isnan(weighed)

        def scored(name: str, column: str, day: int = d, asked: bool = answer > 0) -> float | None:
            return float(rows[column][day]) if asked and columns[name] else None

        event = columns["events"] and bool(rows["event"][d]) and bool(rows["event_noted"][d])
        entries.append(
            Entry(
                row=len(entries) + 2,
                date=start + datetime.timedelta(days=d),
                site=site,
                current_mA=float(rows["current"][d]) if session else None,
                minutes=float(rows["minutes"][d]) if session else None,
                anode_side=SIDE_OF[int(rows["anode_right"][d])] if session and columns["anode"] else None,
                hdss=answer or None,
                sweat_mg=weighed if weighs else None,
                sweat_minutes=weighing_minutes if weighs else None,
                wetness_0_10=scored("wetness", "wetness"),
                anxiety_0_10=scored("anxiety", "anxiety"),
                temperature_C=scored("temperature", "temperature"),
                event="stressful day" if event else None,
            )
        )
    return Diary.of(entries, source=source)
