"""A diary tests its own twin: forecasts from days within it, scored on what was written afterwards, beside naive ones.

From each of several days (origins) the diary up to that day is fitted, and the following days are forecast. The sessions
of those days are taken as known, because they were held; readings, events and temperatures are not. Naive forecasters
get exactly the same, and the best of them is chosen on the training days. Whether the twin beats it is said in words.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError, unknown
from sudomotor.parameters import Parameters, load
from sudomotor.twin.backtest_result import (
    Backtest,
    Calibration,
    Lead,
    Origin,
    Reading,
    too_little,
    verdict_of,
)
from sudomotor.twin.naive import NAIVE, Record, fit_naive
from sudomotor.twin.scores import (
    brier,
    checked_chances,
    coverage,
    crps_ordinal,
    log_score,
    paired_bootstrap,
    pit_ordinal,
    reliability,
)

if TYPE_CHECKING:
    from sudomotor.diary import Diary, Entry
    from sudomotor.simulation.planned import PlannedSession

Array = NDArray[np.float64]
Progress = Callable[[int, int], object]
Fit = Callable[["Diary"], Any]
Predict = Callable[[Any, "Sequence[PlannedSession]", int], Array]
_WEEK = 7
LEVELS = (0.5, 0.9)


def backtest(
    diary: Diary,
    *,
    fit: Fit | None = None,
    predict: Predict | None = None,
    horizon_days: int | None = None,
    origins: int | Sequence[datetime.date] | None = None,
    site: str | None = None,
    seed: int = 1,
    parameters: Parameters | None = None,
    progress: Progress | None = None,
) -> Backtest:
    """Score forecasts from within a diary.

    Parameters
    ----------
    diary : what was written.
    fit : from the diary up to an origin to anything that `predict` takes; default `sudomotor.fit`.
    predict : from that, the sessions held afterwards (`day` 0 is the day after the diary's last), and a number of
        days, to chances of the answers 1 to 4, (day, 4); default the twin's own forecast.
    horizon_days : how far ahead; default the parameter (28).
    origins : how many at most, or their dates; by default as many as the parameters say, spread from the first day
        with enough to fit.
    site : whose HDSS is scored; default the one with most answers.
    seed : of the resampling.
    progress : is told how many of how many forecasts have been made.

    Returns
    -------
    Backtest
        with `beats_naive` None and the reason where there is too little to say.

    Raises
    ------
    InputError
        where a forecast is none (shape, sum, sign), an origin lies outside the diary, a site is not in it.

    Examples
    --------
    >>> from sudomotor.simulation.virtual_diary import virtual_people
    >>> diary = virtual_people(1, seed=2, days=90, ahead=0)[0].diary
    >>> even = backtest(diary, fit=lambda known: None, predict=lambda known, sessions, days: np.full((days, 4), 0.25))
    >>> even.beats_naive
    False
    """
    p = parameters or load()
    horizon = round(p.value("backtest_horizon_days")) if horizon_days is None else horizon_days
    if isinstance(horizon, bool) or int(horizon) != horizon or not 1 <= horizon <= 366:
        raise InputError(
            f"the horizon must be a whole number of days from 1 to 366, got {horizon}", where="horizon_days", mend="28"
        )  # fmt: skip
    place = site_of_diary(diary, site)
    whole = record_of(diary, place)
    starts, reason = _origins(diary, whole, origins, int(horizon), p)
    if not starts:
        return too_little(reason, int(horizon), place)
    fit, predict = _twins(fit, predict, place)
    readings: list[Reading] = []
    told: list[Origin] = []
    for i, o in enumerate(starts):
        date = diary.first + datetime.timedelta(days=o)
        if progress is not None:
            progress(i, len(starts))
        known = diary.until(date)
        days = min(int(horizon), whole.days - o - 1)
        try:
            fitted = fit(known)
        except InputError as error:
            told.append(Origin(date, o + 1, int(np.count_nonzero(whole.answer[: o + 1])), 0, "", error.what))
            continue
        chances = checked_chances(predict(fitted, _sessions(diary, date, days), days), "predict")
        if chances.shape[0] != days:
            raise InputError(f"predict gave {chances.shape[0]} days instead of {days}", where="predict")
        naive = fit_naive(whole.until(o + 1), int(horizon))
        ahead = slice(o + 1, o + 1 + days)
        rows = _scored(whole, o, chances, naive.predict(whole.held[ahead]), naive.chosen)
        for name in NAIVE:
            each = naive.predict(whole.held[ahead], name)
            for row in rows:
                row.naive_crps[name] = float(crps_ordinal(each[row.lead_days - 1], row.answer))
        readings += rows
        told.append(
            Origin(date, o + 1, int(np.count_nonzero(whole.answer[: o + 1])), len(rows), naive.chosen)
        )
    return _result(diary, readings, tuple(told), int(horizon), place, seed, p)


def _twins(fit: Fit | None, predict: Predict | None, site: str) -> tuple[Fit, Predict]:
    """The functions that were given, or the twin's own."""
    if fit is not None and predict is not None:
        return fit, predict
    if fit is not None or predict is not None:
        raise InputError("fit and predict go together", where="backtest", mend="give both, or neither")
    from sudomotor.twin.fit import fit as fit_twin
    from sudomotor.twin.forecast import hdss_forecast

    return fit_twin, lambda twin, sessions, days: hdss_forecast(twin, sessions, days, site=site)


def record_of(diary: Diary, site: str) -> Record:
    """A diary as naive forecasters see it: the first answer and the sessions of each day at a site."""
    answer = np.zeros(diary.days, dtype=np.int64)
    held = np.zeros(diary.days, dtype=bool)
    for entry in diary.entries:
        day = (entry.date - diary.first).days
        if _of(entry, site):
            if entry.hdss is not None and not answer[day]:
                answer[day] = entry.hdss
            held[day] |= entry.is_session
    return Record(answer, held)


def _of(entry: Entry, site: str) -> bool:
    return (entry.site or site) == site


def site_of_diary(diary: Diary, site: str | None) -> str:
    """The site whose answers are scored: the one that is named, or the one with most of them."""
    if site is not None:
        if site not in diary.sites:
            raise unknown("site", site, diary.sites, where="site")
        return site
    counts = {
        each: sum(entry.hdss is not None and entry.site == each for entry in diary.entries)
        for each in diary.sites
    }
    return max(counts, key=lambda each: counts[each], default="palms")


def _sessions(diary: Diary, after: datetime.date, days: int) -> list[PlannedSession]:
    from sudomotor.simulation.planned import PlannedSession

    return [
        PlannedSession((entry.date - after).days - 1, entry.current_mA, entry.minutes, entry.site or "palms")
        for entry in diary.sessions
        if entry.current_mA is not None
        and entry.minutes is not None
        and 0 < (entry.date - after).days <= days
    ]


def _origins(
    diary: Diary, whole: Record, asked: int | Sequence[datetime.date] | None, horizon: int, p: Parameters
) -> tuple[list[int], str]:
    """Days of the diary from which forecasts are made, each one with an entry; or none, and why."""
    written = sorted({(entry.date - diary.first).days for entry in diary.entries})
    if asked is not None and not isinstance(asked, int):
        out = []
        for date in asked:
            day = (date - diary.first).days
            if not 0 <= day < whole.days - 1:
                raise InputError(
                    f"{date} lies outside the diary, which goes from {diary.first} to {diary.last}", where="origins",
                    mend="name days before the diary's last",
                )  # fmt: skip
            out.append(max(each for each in written if each <= day))
        return sorted(set(out)), "no origins are named"
    if isinstance(asked, bool) or (asked is not None and asked < 1):
        raise InputError(f"origins must be at least 1, got {asked}", where="origins", mend="origins=6")
    count = np.cumsum(whole.answer > 0)
    least_days, least_answers = (round(p.value(f"backtest_training_{name}")) for name in ("days", "answers"))
    able = [o for o in written if o + 1 >= least_days and count[o] >= least_answers and o < whole.days - 1]
    if not able:
        return [], (
            f"a forecast from within the diary needs at least {least_days} days with {least_answers} HDSS answers before "
            f"it; this diary has {whole.days} days with {int(count[-1])}"
        )
    step = round(p.value("backtest_origin_days"))
    chosen = [able[0]]
    for o in able[1:]:
        if o - chosen[-1] >= step and count[-1] > count[o]:
            chosen.append(o)
    most = asked if asked is not None else round(p.value("backtest_most_origins"))
    if len(chosen) > most:
        # spread over all that are possible, so that the scores are of the whole diary
        chosen = [chosen[round(i)] for i in np.linspace(0, len(chosen) - 1, most)]
    return sorted(set(chosen)), ""


def _scored(whole: Record, o: int, twin: Array, naive: Array, chosen: str) -> list[Reading]:
    out = []
    for h in range(len(twin)):
        answer = int(whole.answer[o + 1 + h])
        if not answer:
            continue
        out.append(
            Reading(
                origin_day=o, lead_days=h + 1, answer=answer, chances=tuple(float(x) for x in twin[h]),
                naive_chances=tuple(float(x) for x in naive[h]), naive=chosen,
                crps=float(crps_ordinal(twin[h], answer)), crps_naive=float(crps_ordinal(naive[h], answer)),
                naive_crps={},
            )
        )  # fmt: skip
    return out


def _result(
    diary: Diary,
    readings: list[Reading],
    told: tuple[Origin, ...],
    horizon: int,
    site: str,
    seed: int,
    p: Parameters,
) -> Backtest:
    least, weeks_needed = (round(p.value(f"backtest_scored_{name}")) for name in ("answers", "weeks"))
    day = np.array([r.origin_day + r.lead_days for r in readings], dtype=np.int64)
    weeks = (day + diary.first.weekday()) // _WEEK
    days, distinct = len(set(day.tolist())), len(set(weeks.tolist()))
    if days < least or distinct < weeks_needed:
        refused = [each.refused for each in told if each.refused]
        reason = (
            f"only {days} days with an answer in {distinct} weeks come after the parts that can be fitted; a verdict "
            f"needs {least} in {weeks_needed}" + (f". {refused[0]}" if refused else "")
        )
        return too_little(reason, horizon, site, told)
    twin, naive = (np.array([getattr(r, name) for r in readings]) for name in ("crps", "crps_naive"))
    chances, others = (
        np.array([getattr(r, name) for r in readings]) for name in ("chances", "naive_chances")
    )
    answer = np.array([r.answer for r in readings])
    skill = paired_bootstrap(twin, naive, groups=weeks, seed=seed)
    lead = np.array([r.lead_days for r in readings])
    by_lead = []
    for first in range(1, horizon + 1, _WEEK):
        at = (lead >= first) & (lead < first + _WEEK)
        if at.any():
            a, b = float(twin[at].mean()), float(naive[at].mean())
            last = min(first + _WEEK - 1, horizon)
            by_lead.append(Lead(first, last, int(at.sum()), a, b, 1.0 - a / max(b, 1e-12)))
    u = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x706974]))).random(len(answer))
    pit = pit_ordinal(chances, answer, u)
    dry = chances[:, :2].sum(axis=1)
    calibration = Calibration(
        covered_50=coverage(pit, LEVELS[0]),
        covered_90=coverage(pit, LEVELS[1]),
        reliability=reliability(np.clip(dry, 0.0, 1.0), answer <= 2),
        pit_counts=tuple(int(x) for x in np.histogram(pit, bins=10, range=(0.0, 1.0))[0]),
    )
    used = [each.naive for each in told if each.naive]
    baseline = max(NAIVE, key=used.count)
    beats, reason, verdict = verdict_of(skill, p.value("backtest_sure"), baseline, days, horizon)
    return Backtest(
        beats_naive=beats,
        reason=reason,
        verdict=verdict,
        site=site,
        horizon_days=horizon,
        baseline=baseline,
        skill=skill.skill,
        skill_low=skill.low,
        skill_high=skill.high,
        p_better=skill.p_better,
        crps=float(twin.mean()),
        crps_naive=float(naive.mean()),
        naive_crps={name: float(np.mean([r.naive_crps[name] for r in readings])) for name in NAIVE},
        log_score=float(log_score(chances, answer).mean()),
        log_score_naive=float(log_score(others, answer).mean()),
        brier=float(brier(np.clip(dry, 0.0, 1.0), answer).mean()),
        brier_naive=float(brier(np.clip(others[:, :2].sum(axis=1), 0.0, 1.0), answer).mean()),
        scored_days=days,
        by_lead=tuple(by_lead),
        calibration=calibration,
        origins=told,
        readings=tuple(readings),
    )
