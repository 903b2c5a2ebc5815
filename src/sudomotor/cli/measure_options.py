"""What the commands that read a recording share: how its file is to be understood, and where the electrodes were."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import typer

from sudomotor.errors import InputError, unknown

FileFormat = Annotated[
    str | None,
    typer.Option(
        "--format", metavar="NAME", show_default=False,
        help="e4, embrace, bids, xdf, edf, acq, shimmer, affectiva, ledalab or csv.  (default: found from the file)",
    ),
]  # fmt: skip
Unit = Annotated[
    str | None,
    typer.Option(
        "--unit", metavar="UNIT", show_default=False,
        help="Of the numbers: uS, nS, mS, S, kohm, ...  (default: what the file says)",
    ),
]  # fmt: skip
Convert = Annotated[
    str | None,
    typer.Option(
        "--convert", metavar="WORDS", show_default=False, help='How raw counts become one: "0.02 uS per count + 0.1 uS".'
    ),
]  # fmt: skip
Channel = Annotated[
    str | None,
    typer.Option(
        "--channel", metavar="NAME", show_default=False, help="Channel or column of skin conductance, by name or number from 1."
    ),
]  # fmt: skip
Rate = Annotated[
    float | None,
    typer.Option("--fs", metavar="HZ", show_default=False, help="Samples a second, where the file does not say."),
]
TimeColumn = Annotated[
    str | None,
    typer.Option(
        "--times", metavar="NAME", show_default=False, help='Column of the time, with its unit if need be: "t (ms)".'
    ),
]  # fmt: skip
Site = Annotated[
    str | None,
    typer.Option(
        "--site", metavar="PLACE", show_default=False,
        help="Where the electrodes were: palms, soles, axillae, one side such as 'left palm', or in your own words.",
    ),
]  # fmt: skip
Treated = Annotated[
    bool, typer.Option("--treated", help="The skin that was measured is treated: its conductance is then no sign of calm.")
]  # fmt: skip
NoQuality = Annotated[
    bool, typer.Option("--no-quality", help="Use every sample that is there; set none aside as artefact.")
]
_PERSONAL = "personal"
_LONGEST_SITE = 60


def read_place(text: str | None) -> str | None:
    """A place of the body: in the package's words where it is one of its sites, else as it was written.

    >>> read_place("Left hand"), read_place("feet"), read_place("wrist")
    ('left palm', 'soles', 'wrist')
    """
    from sudomotor.course.lexicon import SITE_WORDS

    if text is None:
        return None
    words = text.lower().split()
    if not words or len(text) > _LONGEST_SITE or not text.isprintable():
        raise InputError("the place is empty, or too long", where="--site", mend="--site palms")
    side = words[0] if words[0] in ("left", "right", "both") and len(words) > 1 else None
    rest = words[1:] if side else words
    site = SITE_WORDS.get(rest[0]) if len(rest) == 1 else None
    if site is None:
        return " ".join(text.split())
    if side in (None, "both"):
        return site
    return f"{side} {({'axillae': 'axilla'}).get(site, site.removesuffix('s'))}"


def read_tau(text: str | None) -> tuple[float, float] | str | None:
    """Time constants "2.0,0.7", or "personal".

    >>> read_tau("2.0,0.7"), read_tau("personal"), read_tau(None)
    ((2.0, 0.7), 'personal', None)
    """
    if text is None or text.strip().lower() == _PERSONAL:
        return None if text is None else _PERSONAL
    found = _pair(text)
    if found is None:
        raise InputError(
            f"'{text}' is no pair of time constants",
            where="--tau",
            mend="the slow and the fast one in s, decimals with a point: --tau 2.0,0.7; or --tau personal",
        )
    return found


def read_window(text: str) -> tuple[float, float]:
    """A stretch of time after an event, "1,4", in s.

    >>> read_window("1, 4")
    (1.0, 4.0)
    """
    found = _pair(text)
    if found is None or not found[0] < found[1]:
        raise InputError(
            f"'{text}' is no stretch of time", where="--event-window", mend="from and to in s: --event-window 1,4"
        )
    return found


def _pair(text: str) -> tuple[float, float] | None:
    """Two numbers, with a comma, a semicolon or a blank between them."""
    parts = [part.removesuffix("s") for part in text.replace(";", ",").replace(" ", ",").split(",") if part.strip("s")]
    try:
        values = [float(part) for part in parts]
    except ValueError:
        return None
    return (values[0], values[1]) if len(values) == 2 and all(map(math.isfinite, values)) else None


def choose(text: str, known: Sequence[str], where: str) -> str:
    """A word of a list, however it is spelled.

    >>> choose("Third-Order", ("bateman", "third_order"), "--kernel")
    'third_order'
    """
    word = text.strip().lower().replace("-", "_").replace(" ", "_")
    if word not in known:
        raise unknown(where.removeprefix("--"), text, known, where=where)
    return word
