"""What the two claims predict that need a fit of one person: one measurable system (C4.1), deliberate control (C5.1).

Both are tried on diaries of people whose traits are known, written by the twin's own model, so they say what a diary
could show at best.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sudomotor.diary import Diary, Entry
from sudomotor.parameters import load
from sudomotor.person import Person
from sudomotor.simulation.planned import PlannedSession
from sudomotor.twin.ahead import outlook
from sudomotor.twin.fit import fit
from sudomotor.twin.grid import grid
from sudomotor.twin.likelihood import ENDS, diary_data
from sudomotor.twin.posterior import climb, importance, target
from sudomotor.twin.priors import COUNT, INDEX, prior
from sudomotor.twin.synthetic import synthetic_diary

Array = NDArray[np.float64]
# a fit takes half a second, so few people stand for the group
MOST_PEOPLE = 3
_MEASURES = ("both", "hdss", "anxiety")
_WHO = "palmar hyperhidrosis"
_DAYS, _KNOWN_DAYS = 84, 56
_SESSIONS = [(day, 15.0, 20.0) for day in (*range(7, 28, 2), *range(28, 84, 9))]
_GAPS = (3, 4, 5, 7, 10, 14)
_CHANCE = 0.8


def _traits(i: int, seed: int) -> Array:
    """A person who writes on most days."""
    z = np.random.default_rng([seed, i, 0x633431]).normal(size=COUNT)
    z[INDEX["logging"]] = 1.5
    return z


def joint_gain(people: int, seed: int, follows: float) -> float:
    """How much better one fit of sweat and anxiety foresees the last four weeks' answers than two fits, nats an answer.

    Parameters
    ----------
    follows : points of anxiety that go with one unit of log sweat: the loop, or 0 without it.
    """
    gains = []
    for i in range(min(people, MOST_PEOPLE)):
        diary = _with_anxiety(
            synthetic_diary(_traits(i, seed), _SESSIONS, days=_DAYS, seed=i), follows, i, seed
        )
        later = sum((entry.date - diary.first).days >= _KNOWN_DAYS for entry in diary.readings)
        if later:
            both, sweat, fear = (
                _evidence(diary, measure, _DAYS) - _evidence(diary, measure, _KNOWN_DAYS)
                for measure in _MEASURES
            )
            gains.append((both - sweat - fear) / (2.0 * later))
    return float(np.mean(gains))


def _with_anxiety(diary: Diary, follows: float, i: int, seed: int) -> Diary:
    """The same diary with an anxiety answer beside each HDSS, which stands for the sweat of that day."""
    rng = np.random.default_rng([seed, i, 0x616E78])
    rows = []
    for entry in diary.entries:
        said = None
        if entry.hdss is not None:
            # one HDSS step is 0.7 of log sweat
            middle = 4.0 + follows * 0.7 * (entry.hdss - 2.5)
            said = float(np.clip(round(middle + 1.5 * rng.normal()), 0, 10))
        rows.append(
            Entry(
                row=entry.row, date=entry.date, site=entry.site, current_mA=entry.current_mA, minutes=entry.minutes,
                hdss=entry.hdss, anxiety_0_10=said,
            )
        )  # fmt: skip
    return Diary.of(rows, source=diary.source)


def _evidence(diary: Diary, measure: str, days: int) -> float:
    """Log marginal likelihood of the HDSS, of the anxiety, or of both as one system, in the first days of a diary."""
    p, who = load(account="charge"), Person.preset(_WHO)
    of, g = prior(who, "charge", p), grid(diary)
    data = diary_data(g, of, who, p)
    data["logged"] = np.full_like(data["logged"], np.nan)  # what is written is compared, not when
    after = data["day"] >= days
    for name in ("hdss", "anxiety"):
        data[name] = np.where(after | (measure not in (name, "both")), np.nan, data[name])
    if measure == "anxiety":
        middle, spread = data["middle"].copy(), data["spread"].copy()
        middle[INDEX["anxiety_slope"]], spread[INDEX["anxiety_slope"]] = 0.0, 1e-6
        data["middle"], data["spread"] = middle, spread
    # one set of kinds for all, so that nothing is compiled twice
    at = replace(target(data, (of.stages_to_block, of.repair_stages), g.sites), has=("hdss", "anxiety", ENDS))
    return importance(at, climb(at, starts=1)).log_evidence


def effort(people: int, seed: int) -> tuple[float, float]:
    """Minutes of current a month with an interval made for the person, and with one interval for everybody.

    Each person's twin chooses the longest interval that keeps them dry (HDSS of at most 2) on four days of five; the one for
    everybody is the shortest that any of them needs, so that all are as dry. Both are read on the true person.
    """
    gaps = []
    for i in range(min(people, MOST_PEOPLE)):
        twin = fit(
            synthetic_diary(_traits(i, seed), _SESSIONS, days=_DAYS, seed=i),
            person=_WHO,
            accounts=("charge",),
            draws=100,
        )
        found = outlook(
            twin, [[PlannedSession(d, 15.0, 20.0) for d in range(0, 90, gap)] for gap in _GAPS], 90
        )
        dry = found.p_hdss_le_2[:, 30:].mean(axis=(1, 2))
        enough = [gap for gap, share in zip(_GAPS, dry, strict=True) if share >= _CHANCE]
        gaps.append(max(enough) if enough else _GAPS[0])
    own = float(np.mean([20.0 * 30.0 / gap for gap in gaps]))
    return own, 20.0 * 30.0 / min(gaps)
