"""What a simulation found, in sentences for the person concerned: each number with its range."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sudomotor.course import TreatStep
from sudomotor.limits import ceilings_broken, injury_risk
from sudomotor.model.mechanisms import mechanism
from sudomotor.report.outcome import Outcome, dry_day, return_day, threshold, volts_needed
from sudomotor.report.words import lay_site, listed, one_side, per_cent, plain, spread

# symptoms as a person would name them
LAY = {
    "paraesthesia": "tingling or prickling",
    "pruritus": "itch",
    "pain": "pain",
    "erythema": "redness",
    "vesicles": "small blisters",
    "dryness": "over-dry, cracked skin",
}


@dataclass(frozen=True)
class Sentence:
    """A line of the summary: the question it answers, and the answer."""

    question: str
    answer: str


def summary(result: Outcome) -> list[Sentence]:
    """The headline sentences, for each treated place."""
    lines = [Sentence("Warning", injury_risk(result.verdicts))] if ceilings_broken(result.verdicts) else []
    several = len(result.places) > 1
    for place in result.places:
        at = f", {lay_site(place)}" if several else ""
        lines += [
            Sentence(f"When dry{at}?", when_dry(result, place)),
            Sentence(f"How dry{at}?", how_dry(result, place)),
            Sentence(f"When does it return{at}?", when_back(result, place)),
        ]
    if any(isinstance(step, TreatStep) and not step.sham for step in result.history.course.steps):
        lines += [Sentence("Voltage needed?", voltage(result)), Sentence("Skin trouble?", skin(result))]
    return [*lines, Sentence("Limits?", limits(result))]


def when_dry(result: Outcome, place: str) -> str:
    """When people like this are dry, and how many never are."""
    h = result.history
    days = dry_day(h, place)
    level = f"below {plain(threshold(h, place))} mg of sweat a minute {one_side(place)}"
    ever, at_start = np.isfinite(days), days == 0
    if not ever.any():
        return f"Nobody like this gets dry ({level}) within {result.horizon} days."
    if at_start.all():
        return f"Dry from the start ({level}): there is nothing to treat."
    later = days[ever & ~at_start]
    share = float(np.mean(ever))
    who = {0: "All"}.get(int(np.sum(~ever)), per_cent(share).capitalize())
    if later.size == 0:
        return f"{who} of people like this are dry ({level}) before the first session; nobody else gets dry."
    text = (
        f"{who} of people like this get dry ({level}) within {result.horizon} days, "
        f"typically by day {spread(later)}."
    )
    if at_start.any():
        text += f" {per_cent(float(np.mean(at_start))).capitalize()} of them are so before the first session."
    return text if share == 1 else f"{text} {per_cent(1 - share).capitalize()} do not."


def how_dry(result: Outcome, place: str) -> str:
    """Sweat before, at its lowest and at the end; how it feels by HDSS."""
    h = result.history
    sweat, scale = h.sweat_of(place), h.hdss_of(place)
    before, end = sweat[0], sweat[-1]
    best = int(np.argmin(np.median(sweat, axis=1)))
    drop = _fall(before, sweat[best])
    text = f"Before: {spread(before)} mg/min {one_side(place)}."
    if best == 0:
        return f"{text} It does not fall; on day {result.horizon}: {spread(end)}."
    text += f" At its driest (day {best}): {spread(sweat[best])}, a fall of {spread(drop)} %."
    if best < result.horizon:
        text += f" On day {result.horizon}: {spread(end)}."
    return (
        f"{text} HDSS (1 never noticeable, 4 intolerable) from {spread(scale[0])} "
        f"to {spread(scale[best])} at its driest."
    )


def _fall(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(before > 0, 100.0 * (1.0 - after / before), np.nan)


def when_back(result: Outcome, place: str) -> str:
    """When the sweat is back in those who got dry, counted from the start and from the last session."""
    h = result.history
    dry, back = np.isfinite(dry_day(h, place)), return_day(h, place)
    if not dry.any():
        return "There is no dryness to lose."
    if not (dry_day(h, place)[dry] > 0).any() and not np.isfinite(back).any():
        return "Whoever was dry before the first session stays so."
    came = np.isfinite(back)
    kept = 1.0 - float(came.sum()) / float(dry.sum())
    held = h.session.any(axis=1)
    last = int(h.days[np.flatnonzero(held)[-1]]) if held.any() else None
    if not came.any():
        when = "" if last is None else f" (last session on day {last})"
        return f"Within {result.horizon} days in nobody who got dry{when}."
    lead = "In all who got dry," if kept == 0 else f"In {per_cent(1 - kept)} of those who got dry,"
    text = f"{lead} sweat is back for a week or more, typically from day {spread(back)}"
    after = back[came] - last if last is not None else np.zeros(1)  # without a session of current, nothing
    if np.median(after) > 0:
        text += f", {plain(float(np.median(after)))} days after the last session"
    return (
        f"{text}."
        if kept == 0
        else f"{text}. {per_cent(kept).capitalize()} are still dry on day {result.horizon}."
    )


def voltage(result: Outcome) -> str:
    """Volts that the device must give; in how many people it cannot."""
    h = result.history
    volts = volts_needed(h)
    short = max((each["not_reached_pct"] for each in h.sessions), default=0.0)
    text = f"Up to {spread(volts)} V to hold the set current."
    if short > 0:
        text += f" In {per_cent(short / 100)} of people the device cannot reach it."
    return text


def skin(result: Outcome) -> str:
    """Side effects over the whole course, the commonest first."""
    chances = {name: float(np.mean(chance)) for name, chance in result.history.harm().items()}
    order = sorted(chances, key=lambda name: -chances[name])
    told = [f"{LAY[name]} {per_cent(chances[name])}" for name in order if chances[name] >= 0.005]
    if not told:
        return "None to expect."
    return f"Over the course, people like this have: {listed(told)}. Stop where the skin blisters or breaks."


def limits(result: Outcome) -> str:
    """How many limits were checked and which are broken."""
    broken = [verdict for verdict in result.verdicts if verdict.broken]
    if not broken:
        return f"All {len(result.verdicts)} that apply are kept."
    return f"{len(broken)} of {len(result.verdicts)} broken: " + " ".join(
        f"{verdict.text} (here {plain(verdict.value, 3)} {unit_words(verdict.unit)})." for verdict in broken
    )


def unit_words(unit: str) -> str:
    """A unit as a person reads it; nothing for a plain number.

    >>> unit_words("1/week"), unit_words("1"), unit_words("mA/cm2")
    ('a week', '', 'mA/cm²')
    """
    return {"1": "", "1/week": "a week", "1/d": "a day", "d": "days", "min": "minutes"}.get(
        unit, unit.replace("cm2", "cm²")
    )


def believed(result: Outcome) -> str:
    """Which mechanism and hypotheses were on, so that none passes for a finding."""
    h = result.history
    claims = listed(list(h.hypotheses.on)) or h.hypotheses.name
    return f"Mechanism assumed: {h.mechanism} ({mechanism(h.mechanism).text}). Hypotheses on: {claims}."
