"""What a backtest found: scores, calibration, and a verdict in words; to JSON and back."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sudomotor.errors import InputError
from sudomotor.twin.scores import Reliability, Skill


@dataclass(frozen=True)
class Lead:
    """Scores of forecasts from `from_day` to `to_day` days ahead."""

    from_day: int
    to_day: int
    answers: int
    crps: float
    crps_naive: float
    skill: float


@dataclass(frozen=True)
class Origin:
    """A day from which a forecast was made: what it was fitted on, what was scored, the naive forecaster chosen there.

    `refused` says why there was no fit.
    """

    date: datetime.date
    training_days: int
    training_answers: int
    scored: int
    naive: str
    refused: str = ""


@dataclass(frozen=True)
class Reading:
    """One scored answer: both forecasts of it, and their scores; `naive_crps` those of each naive forecaster."""

    origin_day: int
    lead_days: int
    answer: int
    chances: tuple[float, ...]
    naive_chances: tuple[float, ...]
    naive: str
    crps: float
    crps_naive: float
    naive_crps: dict[str, float]


@dataclass(frozen=True)
class Calibration:
    """Whether chances mean what they say.

    Attributes
    ----------
    covered_50, covered_90 : share of answers within the central intervals of that level (answers are whole numbers:
        each is placed within its own share by chance).
    reliability : said chances of an HDSS of at most 2 beside how often it came.
    pit_counts : answers in ten equal parts of their forecasts; even where calibrated.
    """

    covered_50: float
    covered_90: float
    reliability: tuple[Reliability, ...]
    pit_counts: tuple[int, ...]


@dataclass(frozen=True)
class Backtest:
    """How forecasts from within a diary did.

    Attributes
    ----------
    beats_naive : whether the twin beats the best naive forecaster; None where the diary cannot say.
    reason : why it cannot, else "".
    verdict : the whole in a sentence.
    baseline : the naive forecaster that was chosen most often.
    skill, skill_low, skill_high : 1 - CRPS/CRPS of the naive, and its 90 % interval over resampled weeks.
    p_better : share of resampled diaries in which the twin is better.
    crps, log_score, brier : means over all scored answers; the same of the chosen naive forecaster (`…_naive`), and the
        CRPS of each (`naive_crps`). nan where nothing was scored.
    """

    beats_naive: bool | None
    reason: str
    verdict: str
    site: str
    horizon_days: int
    baseline: str
    skill: float
    skill_low: float
    skill_high: float
    p_better: float
    crps: float
    crps_naive: float
    naive_crps: dict[str, float]
    log_score: float
    log_score_naive: float
    brier: float
    brier_naive: float
    scored_days: int
    by_lead: tuple[Lead, ...]
    calibration: Calibration | None
    origins: tuple[Origin, ...]
    readings: tuple[Reading, ...]

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values; `from_dict` gives the same result back."""
        out = asdict(self)
        for each in out["origins"]:
            each["date"] = each["date"].isoformat()
        return out

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Backtest:
        """From what `to_dict` gave; null stands for a number that is none.

        Raises
        ------
        InputError
            where a part is missing or not of its kind.
        """
        try:
            rest = dict(content)
            calibration = rest["calibration"]
            rest["by_lead"] = tuple(Lead(**each) for each in rest["by_lead"])
            rest["origins"] = tuple(
                Origin(**{**each, "date": datetime.date.fromisoformat(each["date"])})
                for each in rest["origins"]
            )
            rest["readings"] = tuple(_reading(each) for each in rest["readings"])
            rest["calibration"] = None if calibration is None else _calibration(calibration)
            for name in _NUMBERS:
                rest[name] = float("nan") if rest[name] is None else float(rest[name])
            return cls(**rest)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(
                f"the backtest cannot be read ({error})",
                where="backtest",
                mend="run `sudomotor backtest` anew",
            ) from None


_NUMBERS = (
    "skill", "skill_low", "skill_high", "p_better", "crps", "crps_naive", "log_score", "log_score_naive", "brier",
    "brier_naive",
)  # fmt: skip


def _reading(each: Mapping[str, Any]) -> Reading:
    return Reading(
        **{**each, "chances": tuple(each["chances"]), "naive_chances": tuple(each["naive_chances"])}
    )


def _calibration(each: Mapping[str, Any]) -> Calibration:
    rows = tuple(Reliability(**row) for row in each["reliability"])
    return Calibration(**{**each, "reliability": rows, "pit_counts": tuple(each["pit_counts"])})


def too_little(reason: str, horizon: int, site: str, origins: tuple[Origin, ...] = ()) -> Backtest:
    """The result where nothing can be said."""
    nan = float("nan")
    return Backtest(
        beats_naive=None, reason=reason, verdict=f"There is too little to say whether the twin forecasts well: {reason}.",
        site=site, horizon_days=horizon, baseline="", skill=nan, skill_low=nan, skill_high=nan, p_better=nan, crps=nan,
        crps_naive=nan, naive_crps={}, log_score=nan, log_score_naive=nan, brier=nan, brier_naive=nan, scored_days=0,
        by_lead=(), calibration=None, origins=origins, readings=(),
    )  # fmt: skip


def verdict_of(
    skill: Skill, sure: float, baseline: str, days: int, horizon: int
) -> tuple[bool | None, str, str]:
    """Whether the twin beats the naive forecaster, why that cannot be said, and the verdict in a sentence.

    >>> verdict_of(Skill(0.2, 0.1, 0.3, 0.99, 8), 0.8, "person mean", 40, 28)[0]
    True
    >>> verdict_of(Skill(0.02, -0.1, 0.1, 0.6, 8), 0.8, "person mean", 40, 28)[0] is None
    True
    """
    on = f"on {days} days of this diary, 1 to {horizon} days ahead"
    better, how_sure = 100.0 * skill.skill, 100.0 * skill.p_better
    interval = f"90 % interval {100.0 * skill.low:.0f} to {100.0 * skill.high:.0f} %"
    against = f"the best naive forecast ({baseline})"
    if skill.skill > 0 and skill.p_better >= sure:
        return True, "", f"The twin beats {against} by {better:.0f} % {on} ({interval})."
    if skill.skill <= 0:
        behind = "is no better" if better > -0.5 else f"is {-better:.0f} % worse"
        return False, "", f"The twin does not beat {against}: it {behind} {on} ({interval})."
    reason = (
        f"the twin is {better:.0f} % ahead of {against} {on}, but that would be so in only {how_sure:.0f} of 100 "
        f"resampled diaries ({interval})"
    )
    return None, reason, f"Too close to say: {reason}."
