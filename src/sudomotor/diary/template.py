"""The empty diary that a person begins with: every column explained, two examples, no rows."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

from sudomotor.diary.canonical import DATES_LINE, DECIMALS_LINE, cell
from sudomotor.diary.entry import COLUMNS, NUMBERS, Entry
from sudomotor.diary.files import write_text

# what each column holds, as a person reads it
MEANING: dict[str, str] = {
    "date": "the day, as 2026-03-01; every row needs it",
    "time": "on 24 hours, as 19:30",
    "site": "palms, soles or axillae (hands, feet and armpits are understood)",
    "side": "left, right or both",
    "current_mA": "session: the current that the device showed, in mA",
    "minutes": "session: how long the current flowed",
    "anode_side": "session: the side with the plus pole, left or right; empty if it was changed halfway",
    "volts": "session: the highest voltage that the device showed",
    "water": "session: what was in the pans, e.g. tap, or tap with baking soda",
    "other_treatment": "anything else against sweat that day, e.g. a cream, a tablet",
    "hdss": "how bad the sweating was: 1 never noticed, 2 tolerable, 3 barely tolerable, 4 intolerable",
    "sweat_mg": "weighed sweat of one side, in mg; 0 if there was nothing to weigh",
    "sweat_minutes": "for how many minutes that sweat was gathered",
    "wetness_0_10": "how wet, from 0 (dry) to 10 (dripping)",
    "anxiety_0_10": "how anxious, from 0 (calm) to 10 (as bad as it can be)",
    "temperature_C": "warmest air of the day, in degrees Celsius",
    "event": "what was special, e.g. exam, travel, illness",
    "skin": "what the skin looked or felt like, e.g. red, itchy, cracked",
    "note": "anything else",
}
_EXAMPLES = (
    Entry(
        date=datetime.date(2026, 3, 1), time=datetime.time(19, 30), site="palms", side="both", current_mA=12.5,
        minutes=20.0, anode_side="left", water="tap", hdss=4,
    ),
    Entry(
        date=datetime.date(2026, 3, 8), time=datetime.time(8, 0), site="palms", hdss=2, wetness_0_10=3.0,
        anxiety_0_10=5.0, temperature_C=21.5, event="exam",
    ),
)  # fmt: skip


def template(*, semicolon: bool = False) -> str:
    """The text of an empty diary.

    Parameters
    ----------
    semicolon : part the columns by semicolons and write decimals with a comma, as a spreadsheet program does
        where the comma is the decimal sign.

    Examples
    --------
    >>> template().splitlines()[-1].split(",")[:3]
    ['date', 'time', 'site']
    """
    delimiter = ";" if semicolon else ","
    width = max(map(len, COLUMNS))
    lines = [
        "# A diary of sweat and of its treatment. One row for a session, a reading, or both.",
        "# Fill in what you have. Leave the rest empty. Only the date must be there.",
        "# Write what you felt in the row of a session if you felt it before the session; otherwise in a row of its own.",
        "# If there are several rows of one day, give each its time.",
        "# Lines that begin with # are not read, except these two:",
        DATES_LINE,
        DECIMALS_LINE.format("comma" if semicolon else "point"),
        "#",
        *(f"# {name:<{width}}  {MEANING[name]}" for name in COLUMNS),
        "#",
        "# Two rows as an example:",
    ]
    for entry in _EXAMPLES:
        texts = [cell(entry, name) for name in COLUMNS]
        if semicolon:
            texts = [
                text.replace(".", ",") if name in NUMBERS else text
                for name, text in zip(COLUMNS, texts, strict=True)
            ]
        lines.append("# " + delimiter.join(texts))
    lines.append(delimiter.join(COLUMNS))
    return "\n".join(lines) + "\n"


def new_diary(path: str | os.PathLike[str], *, semicolon: bool = False, force: bool = False) -> Path:
    """Write an empty diary; a file that is there is overwritten only if `force` is given.

    Raises
    ------
    InputError
        when the file is there, or cannot be written.
    """
    text = template(semicolon=semicolon)
    return write_text(Path(path), text, force=force, bom=semicolon, asked="--force (force=True in Python)")
