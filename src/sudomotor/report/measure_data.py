"""What the figure that can be zoomed is drawn from: courses on an even grid of bins, packed into the page."""

from __future__ import annotations

import base64
import json
from datetime import UTC
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.figure import BURST, FIT, GAP_SHADE, TONIC, shade_of
from sudomotor.measurement.summary import set_aside

if TYPE_CHECKING:
    from sudomotor.measurement.activity import SudomotorActivity

Array = NDArray[np.float64]
MOST_SAMPLES = 400_000  # up to a day at 4 Hz every sample stands in the page
BINS = 131_072  # of longer ones the lowest and highest of so many bins
_MOST_SPANS = 3000
_MISSING = 65535  # of a number packed into two bytes


def activity_script(activity: SudomotorActivity) -> str:
    """The two elements that draw the figure: its data, and the script. "" where there is too little to zoom into.

    Nothing is fetched: both stand in the page.
    """
    rec = activity.recording
    if len(rec.times_s) < 8:
        return ""
    text = json.dumps(figure_data(activity), allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    text = text.replace("<", "\\u003c")  # a label cannot end the element
    code = (resources.files("sudomotor.report") / "scripts" / "activity.js").read_text("utf-8")
    return f'<script type="application/json" id="activity-data">{text}</script>\n<script>\n{code}</script>'


def bin_s(activity: SudomotorActivity) -> float | None:
    """The width of the bins that the page holds of a long recording; None where it holds every sample."""
    rec = activity.recording
    if round(rec.duration_s * rec.rate_Hz) <= MOST_SAMPLES:
        return None
    return float(rec.times_s[-1] - rec.times_s[0]) / BINS


def figure_data(activity: SudomotorActivity) -> dict[str, Any]:
    """The figure's data for JSON; courses in base64, see `packed`."""
    rec = activity.recording
    first, last = float(rec.times_s[0]), float(rec.times_s[-1])
    rate = rec.rate_Hz
    width = bin_s(activity)
    binned = width is not None
    n = BINS if binned else round((last - first) * rate) + 1
    step = width or 1.0 / rate
    offset = 0.0 if binned else 0.5
    at = np.clip(((rec.times_s - first) / step + offset).astype(int), 0, n - 1)
    # finer steps than a fraction of the noise cannot be seen
    noise = activity.noise_uS
    finest = 0.5 * noise if np.isfinite(noise) and noise > 0 else 0.0
    courses: dict[str, Array] = {
        "measured": rec.values_uS, "tonic": activity.tonic, "fit": activity.tonic + activity.phasic,
    }  # fmt: skip
    data: dict[str, Any] = {}
    for name, values in courses.items():
        low, high = _ends(values, at, n)
        data[name] = {
            "low": packed(low, finest),
            "high": packed(high, finest) if binned and name != "tonic" else None,
        }
    events = activity.events
    aside = set_aside(activity)
    reasons = list(aside)
    spans = sorted(
        [round(begin, 3), round(end, 3), which] for which, name in enumerate(reasons) for begin, end in aside[name]
    )
    return {
        "t0": first,
        "dt": step,
        "n": n,
        "binned": binned,
        # the clock on the wall, as if it were UTC, in ms
        "start": None if rec.start is None else rec.start.replace(tzinfo=UTC).timestamp() * 1e3,
        **data,
        "bursts": {
            "onset": _text(events["onset_s"].to_numpy(dtype="<f8")),
            "amplitude": _text(events["amplitude_uS"].to_numpy(dtype="<f4")),
            "sd": _text(np.nan_to_num(events["amplitude_sd_uS"].to_numpy(dtype="<f4"))),
        },
        "aside": _fewer(spans, last - first),
        "reasons": [[name, GAP_SHADE if activity.quality is None else shade_of(name)] for name in reasons],
        "marks": [[round(mark.onset_s, 3), mark.label[:60]] for mark in rec.marks],
        "colours": {"tonic": TONIC, "fit": FIT, "burst": BURST},
    }


def _ends(values: Array, at: NDArray[np.intp], n: int) -> tuple[Array, Array]:
    """The lowest and the highest value of each bin; nan where it has none."""
    first = np.flatnonzero(np.concatenate([[True], np.diff(at) > 0]))
    known = np.isfinite(values)
    low, high = np.full(n, np.nan), np.full(n, np.nan)
    low[at[first]] = np.minimum.reduceat(np.where(known, values, np.inf), first)
    high[at[first]] = np.maximum.reduceat(np.where(known, values, -np.inf), first)
    low[~np.isfinite(low)] = np.nan
    high[~np.isfinite(high)] = np.nan
    return low, high


def packed(values: Array, finest: float) -> dict[str, Any]:
    """Numbers in base64: in two bytes each where that is as fine as asked, else in four.

    Parameters
    ----------
    values : (bin,), nan where missing.
    finest : the largest step that is fine enough.

    Examples
    --------
    >>> packed(np.array([0.0, 1.0]), 0.01)["kind"], packed(np.array([0.0, 1e6]), 0.01)["kind"]
    ('u2', 'f4')
    """
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    step = (high - low) / (_MISSING - 1)
    if step > finest:
        return {"kind": "f4", "text": _text(values.astype("<f4"))}
    steps = np.round((values - low) / step) if step > 0 else np.where(np.isfinite(values), 0.0, np.nan)
    counts = np.where(np.isfinite(values), steps, _MISSING).astype("<u2")
    return {"kind": "u2", "low": low, "step": step, "text": _text(counts)}


def _text(values: NDArray[Any]) -> str:
    return base64.b64encode(np.ascontiguousarray(values).tobytes()).decode("ascii")


def _fewer(spans: list[list[float]], duration_s: float) -> list[list[float]]:
    """Neighbours of one reason that lie closer than can be seen as one, where there are very many."""
    near = 0.0
    while len(spans) > _MOST_SPANS:
        near = max(2.0 * near, duration_s / 20_000)
        kept = spans[:1]
        for begin, end, which in spans[1:]:
            if which == kept[-1][2] and begin - kept[-1][1] <= near:
                kept[-1] = [kept[-1][0], max(end, kept[-1][1]), which]
            else:
                kept.append([begin, end, which])
        if near > duration_s:
            return kept[:_MOST_SPANS]
        spans = kept
    return spans
