"""Forecasts that know no physiology, made as strong as a diary allows: what a twin has to beat to be worth anything.

- *last value*: what usually follows such an answer after so many days, from all pairs of answers that lie about so far
  apart.
- *person mean*: how often each answer was given, older ones counting less.
- *label schedule*: how often each answer was given on days that were preceded by as much treatment as the day in
  question; it sees the sessions of the days ahead, as a twin does.

Each has a few settings (how fast the old is forgotten, how strongly rare cases lean on the person's whole, what counts as
treated). Settings, and which of the three is used, are chosen on the training days alone, by forecasts from within them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from sudomotor.twin.scores import ANSWERS, crps_ordinal

Array = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]

NAIVE = ("last value", "person mean", "label schedule")
# settings that are tried; the training days choose among them, and the first of each holds where they cannot
_HALF_LIVES_DAYS = (np.inf, 42.0, 14.0, 7.0)
_LEANS = (2.0, 6.0, 18.0)  # pseudo-answers that a rare case borrows from the person's whole
_WINDOWS_DAYS = (7, 14, 28)
_EDGES = ((1,), (1, 3), (1, 2, 4))  # sessions within the window that part one class from the next
_BAND = 1.5  # answers a lag of h days apart teach about lags from h/1.5 to 1.5 h
_FLATS = (1.0, 4.0, 12.0)  # pseudo-answers, evenly over 1 to 4, in everything
_INNER_LEAST_ANSWERS = 5
_INNER_FROM = 3  # forecasts from within begin after one third of the training days
_INNER_MOST = 16


@dataclass(frozen=True, eq=False)
class Record:
    """A diary as naive forecasters see it.

    Attributes
    ----------
    answer : (day,) HDSS of each day, 0 where there is none.
    held : (day,) whether there was a session of the site.
    """

    answer: Whole
    held: Flags

    @property
    def days(self) -> int:
        """Length in days."""
        return len(self.answer)

    def until(self, days: int) -> Record:
        """The first days only."""
        return Record(self.answer[:days], self.held[:days])


@dataclass(frozen=True)
class Setting:
    """One forecaster with its settings."""

    name: str
    half_life_days: float = np.inf
    lean: float = _LEANS[0]
    window_days: int = _WINDOWS_DAYS[1]
    edges: tuple[int, ...] = _EDGES[0]
    flat: float = _FLATS[0]


def settings(name: str) -> Iterator[Setting]:
    """Everything that is tried of a forecaster."""
    if name == "last value":
        for half, lean, flat in product(_HALF_LIVES_DAYS[:2], _LEANS, _FLATS):
            yield Setting(name, half, lean, flat=flat)
    elif name == "person mean":
        for half, flat in product(_HALF_LIVES_DAYS, _FLATS):
            yield Setting(name, half, flat=flat)
    else:
        for half, lean, window, edges, flat in product(
            _HALF_LIVES_DAYS[:2], _LEANS[:2], _WINDOWS_DAYS, _EDGES, _FLATS[:2]
        ):
            yield Setting(name, half, lean, window, edges, flat)


def naive_forecast(known: Record, ahead_held: Flags, setting: Setting) -> Array:
    """Chances of the answers on the days ahead, (day, 4), from the known days and the sessions to come.

    >>> known = Record(np.array([4, 4, 0, 3, 4]), np.zeros(5, dtype=bool))
    >>> naive_forecast(known, np.zeros(2, dtype=bool), Setting("person mean")).round(2)[0].tolist()
    [0.05, 0.05, 0.25, 0.65]
    """
    return np.asarray(naive_forecasts(known, ahead_held, [setting])[0])


def naive_forecasts(known: Record, ahead_held: Flags, tried: Sequence[Setting]) -> Array:
    """The same under several settings of one forecaster at once, (setting, day, 4)."""
    day = np.flatnonzero(known.answer)
    days = len(ahead_held)
    out = np.empty((len(tried), days, ANSWERS))
    one = np.eye(ANSWERS)[known.answer[day] - 1]  # (answer, 4)
    shared: dict[tuple[object, ...], Array] = {}
    for i, setting in enumerate(tried):
        weight = 0.5 ** ((known.days - 1 - day) / setting.half_life_days)
        whole = _leaning(weight @ one, np.full(ANSWERS, 1.0 / ANSWERS), setting.flat)
        if setting.name == "person mean" or not len(day):
            out[i] = whole
            continue
        key = (setting.half_life_days, setting.window_days, setting.edges)
        if key not in shared:
            if setting.name == "last value":
                shared[key] = _followed(day, weight, one, known.days + np.arange(days) - day[-1])
            else:
                shared[key] = _alike(day, weight, one, *_treated(known.held, ahead_held, setting))
        out[i] = _leaning(shared[key], whole, setting.lean)
    return out


def _leaning(counts: Array, towards: Array, lean: float) -> Array:
    return np.asarray((counts + lean * towards) / (counts.sum(axis=-1, keepdims=True) + lean))


def _followed(day: Whole, weight: Array, one: Array, distance: Whole) -> Array:
    """Weights of what followed answers like the last one after about `distance` days (ahead,): (ahead, 4)."""
    start = one @ one[-1] > 0
    lag = day[None, :] - day[start][:, None]  # from row to column
    far = distance[:, None, None]
    near = (lag >= far / _BAND) & (lag <= far * _BAND)  # (ahead, start, end)
    counts = (near.sum(axis=1) * weight) @ one
    # pairs overlap: twenty pairs that end on five answers tell no more than five answers
    ends = (near.any(axis=1) * weight).sum(axis=1)
    total = counts.sum(axis=1)
    scale = np.where(total > 0, ends / np.where(total > 0, total, 1.0), 0.0)
    return np.asarray(counts * scale[:, None])


def _alike(day: Whole, weight: Array, one: Array, class_known: Whole, class_ahead: Whole) -> Array:
    """Weights of the answers on days with as much treatment before them as each day ahead: (ahead, 4)."""
    same = class_known[day][None, :] == class_ahead[:, None]
    return np.asarray((same * weight) @ one)


def _treated(held: Flags, ahead_held: Flags, setting: Setting) -> tuple[Whole, Whole]:
    """How much treatment the days before each day held, as a class; for the known days and those ahead."""
    count = np.concatenate([[0], np.cumsum(np.concatenate([held, ahead_held]).astype(np.int64))])
    to = np.arange(len(count) - 1)
    lately = count[to] - count[np.maximum(to - setting.window_days, 0)]
    classes = np.digitize(lately, setting.edges)
    return classes[: len(held)], classes[len(held) :]


@dataclass(frozen=True, eq=False)
class NaiveFit:
    """Naive forecasters with settings chosen on a record.

    Attributes
    ----------
    known : the training days.
    chosen : the forecaster that did best on them.
    best : the best setting of each forecaster.
    training_crps : mean score of each on the forecasts from within the training days; nan where there were too few.
    """

    known: Record
    chosen: str
    best: dict[str, Setting]
    training_crps: dict[str, float]

    def predict(self, ahead_held: Flags, name: str | None = None) -> Array:
        """Chances of the answers on the days ahead, (day, 4), by the chosen forecaster or the one that is named."""
        return naive_forecast(self.known, np.asarray(ahead_held, dtype=bool), self.best[name or self.chosen])


def fit_naive(known: Record, horizon_days: int, names: Sequence[str] = NAIVE) -> NaiveFit:
    """Choose settings and forecaster by forecasts from within the training days.

    Where there are too few answers for that, it is the person's mean.
    """
    able = [
        o
        for o in range(known.days // _INNER_FROM, known.days)
        if np.count_nonzero(known.answer[:o]) >= _INNER_LEAST_ANSWERS and known.answer[o:].any()
    ]
    spread = np.linspace(0, len(able) - 1, min(_INNER_MOST, len(able))).round().astype(int)
    origins = [able[i] for i in spread]
    best: dict[str, Setting] = {}
    score: dict[str, float] = {}
    for name in names:
        tried = list(settings(name))
        means = _inner(known, origins, horizon_days, tried)
        at = int(np.argmin(means)) if origins else 0
        best[name], score[name] = tried[at], float(means[at])
    mean = "person mean"
    usual = mean if mean in names else names[0]
    return NaiveFit(known, min(names, key=lambda name: score[name]) if origins else usual, best, score)


def _inner(known: Record, origins: Sequence[int], horizon_days: int, tried: Sequence[Setting]) -> Array:
    """Mean score of each setting over what follows each origin within the training days; nan without any."""
    total, count = np.zeros(len(tried)), 0
    for o in origins:
        ahead = known.answer[o : o + horizon_days]
        asked = np.flatnonzero(ahead)
        if not len(asked):
            continue
        chances = naive_forecasts(known.until(o), known.held[o : o + horizon_days], tried)[:, asked]
        total += crps_ordinal(chances, np.broadcast_to(ahead[asked], chances.shape[:2])).sum(axis=1)
        count += len(asked)
    return np.asarray(total / count if count else np.full(len(tried), np.nan))
