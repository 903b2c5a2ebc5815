"""What a simulation says of the mind, in sentences; each names how well what it rests on is known."""

from __future__ import annotations

import numpy as np

from sudomotor.model.hypotheses import SWITCHES, Hypotheses
from sudomotor.model.scales import SITES
from sudomotor.report.outcome import Outcome
from sudomotor.report.sentences import Sentence
from sudomotor.report.words import lay_site, listed, plain, spread

_GRADE = {
    "loop": "supported, in studies without a control group; no trial of iontophoresis has measured anxiety",
    "central": "speculation",
    "balance": "speculation",
    "afferent": "hypothesis",
    "mood": "hypothesis",
    "strong_loop": "hypothesis",
    "agency": "hypothesis",
    "expectation": "hypothesis",
    "suggestion": "hypothesis",
    "compensation": "speculation",
}
# firmest last: the answer is no firmer than the weakest claim that it rests on
_ORDER = ("speculation", "hypothesis", "supported")


def grade_of(result: Outcome) -> str:
    """The grade that a sentence about the mind in a course carries."""
    return grade_of_claims(result.history.hypotheses)


def grade_of_claims(hypotheses: Hypotheses) -> str:
    """The grade that a sentence about the mind carries: that of the weakest claim that is on.

    >>> grade_of_claims(Hypotheses.parse("evidence+central")).split(":")[0]
    'speculation'
    """
    on = [_GRADE[s] for s in SWITCHES if s in _GRADE and s in hypotheses]
    if not on:
        return "the mind is held at its usual state: nothing of it is assumed to change"
    weakest = min(on, key=lambda grade: _ORDER.index(grade.split(",")[0]))
    names = [s for s in SWITCHES if s in _GRADE and s in hypotheses and _GRADE[s] == weakest]
    if weakest.startswith("supported"):
        return weakest
    return f"{weakest}: it rests on {listed([name.replace('_', ' ') for name in names])}, which nothing has shown"


def mind_summary(result: Outcome) -> list[Sentence]:
    """Threat, avoidance and untreated sites, where anything of the mind is on."""
    h = result.history
    if not h.hypotheses.has_mind:
        return []
    mind = h.mind
    middle = np.median(mind.threat, axis=1)
    best = int(np.argmin(middle))
    what = "" if mind.channel == "sweat" else f" The loop runs over another response: {mind.channel}."
    stai = h.stai_s
    text = (
        f"In a public task, felt threat (0 to 1) is {spread(mind.threat[0])} before, {spread(mind.threat[best])} at its "
        f"lowest (day {best}) and {spread(mind.threat[-1])} on day {result.horizon}; STAI-S (20 to 80) {spread(stai[0])}, "
        f"{spread(stai[best])} and {spread(stai[-1])}.{what}"
    )
    avoided = 100.0 * mind.avoidance
    acts = (
        f"Occasions avoided: {spread(avoided[0])} % before, {spread(avoided[best])} % on day {best}, "
        f"{spread(avoided[-1])} % on day {result.horizon}. Confidence (0 to 1) {spread(mind.confidence[0])}, "
        f"{spread(mind.confidence[best])} and {spread(mind.confidence[-1])}."
    )
    lines = [
        Sentence("What is felt?", f"{text} ({grade_of(result)})"),
        Sentence("What is done?", f"{acts} (the same)"),
    ]
    elsewhere = [
        site for site in SITES if site not in result.places and not any(site[:-1] in p for p in result.places)
    ]
    if elsewhere:
        told = []
        for site in elsewhere:
            sweat = h.sweat_of(site)
            change = 100.0 * (np.median(sweat[best] / np.maximum(sweat[0], 1e-12)) - 1.0)
            size = plain(abs(float(change))) if abs(change) >= 0.5 else "under 1"
            told.append(f"{lay_site(site)} {size} % {'less' if change < 0 else 'more'}")
        lines.append(Sentence("Sweat elsewhere?", f"On day {best}: {listed(told)}. ({grade_of(result)})"))
    return lines
