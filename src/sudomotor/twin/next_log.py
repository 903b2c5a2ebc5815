"""What to log next: the measurement with the largest expected gain about what the next plan hinges on.

A plan hinges on how dry this person stays at one interval or another. For each measurement that a person could add in the next
two weeks its outcome is imagined as each of the twin's people would give it, the twin is weighed anew by that outcome, and
what is left of the spread of that dryness is averaged: the preposterior analysis of Raiffa and Schlaifer (1961).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.simulation.planned import PlannedSession
from sudomotor.twin.ahead import Outlook, outlook
from sudomotor.twin.courses import as_lately

if TYPE_CHECKING:
    from sudomotor.twin.twin import Twin

Array = NDArray[np.float64]
DAYS, HORIZON_DAYS, DRAWS = 14, 90, 200
_LATE = 30  # dryness counts from here on: the first weeks hang on the past
_INTERVALS = (3, 7, 14)
_USUAL = (15.0, 20.0)  # current and minutes for somebody who has held no session yet

WORDS = {
    "hdss every other day": "Note the HDSS on every other day for the next two weeks, wet or dry, and go on as now",
    "hdss daily": "Note the HDSS every day for the next two weeks, wet or dry, and go on as now",
    "weighing": "Weigh the sweat of one hand twice in the next two weeks (kitchen scales, 5 minutes), and go on as now",
    "pause": "Pause for two weeks and note the HDSS every day: it shows how fast the sweat returns",
    "closer sessions": "Hold a session every third day for two weeks and note the HDSS every day",
}


class Advice(NamedTuple):
    """A measurement, in a word and in a sentence, and the share (per cent) of what a plan does not know that it removes."""

    measure: str
    words: str
    gain_pct: float


def log_next(twin: Twin) -> tuple[Advice, ...]:
    """Measurements for the next two weeks, the most useful first.

    The seed is the twin's, so the same twin gives the same advice.
    """
    site = twin.grid.sites[0]
    n = min(DRAWS, twin.draws)
    last = next((s for s in reversed(twin.diary.sessions) if (s.site or "palms") == site), None)
    setting = _USUAL if last is None else (float(last.current_mA or 0), float(last.minutes or 0))

    def every(gap: int, days: int) -> list[PlannedSession]:
        return [PlannedSession(day, *setting, site) for day in range(0, days, gap)]

    hinges = outlook(
        twin, [*(every(gap, HORIZON_DAYS) for gap in _INTERVALS), []], HORIZON_DAYS, draws=n, site=site
    )
    quantity = hinges.p_hdss_le_2[:, _LATE:].mean(axis=1)  # (schedule, draw)
    lately = [s for s in as_lately(twin, DAYS)[0] if s.site == site]
    now = outlook(twin, [lately, [], every(3, DAYS)], DAYS, draws=n, site=site)
    rng = np.random.default_rng([twin.seed, 0x6C6F67])
    likelihoods = {
        "hdss every other day": _hdss(now, 0, np.arange(0, DAYS, 2), rng),
        "hdss daily": _hdss(now, 0, np.arange(DAYS), rng),
        "weighing": _weighed(now, 0, np.array([0, 7]), rng),
        "pause": _hdss(now, 1, np.arange(DAYS), rng),
        "closer sessions": _hdss(now, 2, np.arange(DAYS), rng),
    }
    advice = [Advice(name, WORDS[name], _gain(quantity, values)) for name, values in likelihoods.items()]
    return tuple(sorted(advice, key=lambda each: -each.gain_pct))


def _hdss(now: Outlook, schedule: int, days: NDArray[np.int64], rng: np.random.Generator) -> Array:
    """Log likelihood (imagined by, seen by) of answers that each of the people might give on some days."""
    chance = np.maximum(now.hdss_chance[schedule, days], 1e-9)  # (day, draw, 4)
    edges = np.cumsum(chance, axis=-1)
    answer = np.minimum((rng.random(chance.shape[:2])[..., None] > edges).sum(axis=-1), 3)
    log = np.log(chance)
    total = np.zeros((chance.shape[1], chance.shape[1]))
    for day in range(len(days)):
        total += log[day].T[answer[day]]  # rows: who imagined, columns: who sees
    return total


def _weighed(now: Outlook, schedule: int, days: NDArray[np.int64], rng: np.random.Generator) -> Array:
    t = now.traits
    spread = np.sqrt(t["day_sd"] ** 2 + t["week_sd"] ** 2 + t["weighing_noise"] ** 2)
    middle = now.log_sweat[schedule, days]
    seen = middle + spread * rng.normal(size=middle.shape)
    z = (seen[:, :, None] - middle[:, None, :]) / spread
    return np.asarray((-0.5 * z**2 - np.log(spread)).sum(axis=0))


def _gain(quantity: Array, likelihood: Array) -> float:
    """Per cent of the variance of what a plan hinges on that an outcome removes on average."""
    weight = np.exp(likelihood - likelihood.max(axis=1, keepdims=True))
    weight /= weight.sum(axis=1, keepdims=True)
    left, before = 0.0, 0.0
    for q in quantity:
        mean = weight @ q
        left += float((weight @ (q * q) - mean**2).mean())
        before += float(q.var())
    return 100.0 * (1.0 - left / before) if before > 1e-12 else 0.0
