"""Numbers in plain words, alike in the terminal and on the page."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

NOT_ADVICE = "For research and education. It is no medical advice: agree a treatment with your clinician."


def plain(value: float, digits: int = 2) -> str:
    """A number with as many digits as it deserves.

    >>> plain(0.0123456), plain(15.0), plain(1234.5), plain(7.49)
    ('0.012', '15', '1234', '7.5')
    """
    if not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    places = digits - 1 - math.floor(math.log10(abs(value)))
    text = f"{round(value, places):.{max(places, 0)}f}" if abs(value) < 10 ** (digits + 2) else f"{value:.0f}"
    if abs(value) >= 10**digits:
        text = f"{value:.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def spread(values: ArrayLike, digits: int = 2) -> str:
    """The median and the range of nine people in ten.

    >>> spread([1.0, 2.0, 3.0])
    '2 (1.1 to 2.9)'
    """
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    if not known.size:
        return "–"
    low, middle, high = (float(v) for v in np.quantile(known, [0.05, 0.5, 0.95]))
    return ranged(middle, low, high, digits)


def ranged(middle: float | None, low: float | None, high: float | None, digits: int = 2) -> str:
    """A value and its range; the value alone where the range has no width.

    >>> ranged(12.0, 8.0, 25.0), ranged(12.0, 12.0, 12.0), ranged(None, None, None)
    ('12 (8 to 25)', '12', '–')
    """
    if middle is None or low is None or high is None:
        return "–"
    inner = plain(low, digits), plain(high, digits)
    return (
        plain(middle, digits)
        if inner[0] == inner[1]
        else f"{plain(middle, digits)} ({inner[0]} to {inner[1]})"
    )


def per_cent(share: float) -> str:
    """A share of people in words that do not pretend to more than a simulation of some hundreds knows.

    >>> per_cent(0.0), per_cent(0.004), per_cent(0.934), per_cent(1.0)
    ('none', 'under 1 %', '93 %', 'all')
    """
    pct = 100.0 * share
    if pct <= 0:
        return "none"
    if pct >= 100:
        return "all"
    return "under 1 %" if pct < 1 else "over 99 %" if pct > 99 else f"{pct:.0f} %"


def tied(text: str) -> str:
    """Numbers bound to their units by spaces at which no line breaks.

    >>> tied("up to 15 mA in 4 %") == "up to 15\u00a0mA in 4\u00a0%"
    True
    """
    return re.sub(r"(?<=\d) (?=(?:%|mA|nA|nmol|V|mg|mC)(?![a-z]))", "\u00a0", text)


def listed(items: Sequence[str], last: str = "and") -> str:
    """Items in a row.

    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def one_side(place: str) -> str:
    """What a rate at a place counts for.

    >>> one_side("palms"), one_side("left sole")
    ('per palm', 'at the left sole')
    """
    single = {"palms": "palm", "soles": "sole", "axillae": "armpit"}
    return f"per {single[place]}" if place in single else f"at the {lay_site(place)}"


def lay_site(place: str) -> str:
    """A site as people call it.

    >>> lay_site("axillae"), lay_site("left axilla"), lay_site("palms")
    ('armpits', 'left armpit', 'palms')
    """
    return place.replace("axillae", "armpits").replace("axilla", "armpit")
