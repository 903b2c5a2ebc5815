"""Rival hypotheses held against each other, in words: what differs, where, when, and what study would show it."""

from __future__ import annotations

import math
import re

from sudomotor.evidence.compare import Comparison, Difference
from sudomotor.evidence.compare_measures import PERSON, Measure
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.report.words import lay_site, listed, plain

GRADES = ("established", "supported", "hypothesis", "speculation", "contradicted")
_SHORT = {
    "stai_s": "STAI-S, points", "lsas": "LSAS, points", "dlqi": "DLQI, points", "avoidance": "Avoidance, share",
    "confidence": "Confidence, 0 to 1", "rmssd": "RMSSD, ms",
}  # fmt: skip


def measure_words(measure: Measure) -> str:
    """What is measured, and where."""
    if measure.site == PERSON:
        return measure.text
    return f"{measure.text} of the {lay_site(measure.place)} ({measure.site})"


def short_words(measure: Measure) -> str:
    """The same for the head of a small figure."""
    if measure.site != PERSON:
        unit = ", %" if measure.ratio else ""
        return f"{'Sweat' if measure.ratio else 'HDSS'}, {lay_site(measure.place)}{unit}"
    return _SHORT[measure.name]


def value_words(value: float, measure: Measure) -> str:
    """What a hypothesis expects between the arms.

    >>> from sudomotor.course import Course
    >>> from sudomotor.evidence.compare_measures import measures
    >>> sweat, *_, rmssd = measures(Course("Treat palms at 15 mA for 20 minutes, daily"))
    >>> value_words(55.3, sweat), value_words(1.24, rmssd), value_words(-1e-17, rmssd)
    ('55 %', '+1.2 ms', 'no difference')
    """
    if measure.ratio:
        return f"{value:.0f} %"
    if abs(value) < 0.005:
        return "no difference"
    unit = {"of 0 to 1": "", "share": ""}.get(measure.unit, f" {measure.unit}")
    return f"{'+' if value > 0 else ''}{plain(value)}{unit}"


def people_words(n: float) -> str:
    """A number of people.

    >>> people_words(8.0), people_words(33386.0), people_words(math.inf)
    ('8', 'about 33000', 'no number')
    """
    if math.isinf(n):
        return "no number"
    if n < 1000:
        return f"{n:.0f}"
    if n >= 1e6:
        return "over a million"
    step = 10 ** (math.floor(math.log10(n)) - 1)
    return f"about {round(n / step) * step:.0f}"


def range_words(found: Difference) -> str:
    """People per arm with their range."""
    low, high = (people_words(n) for n in found.n_range)
    n = people_words(found.n_per_arm)
    return n if math.isinf(found.n_per_arm) else f"{n} ({low} to {high})"


def grade(hypotheses: Hypotheses) -> str:
    """The weakest grade of the claims that are on: a prediction is no surer than that.

    >>> [grade(Hypotheses.parse(name)) for name in ("peripheral", "expectation", "reset")]
    ['supported', 'hypothesis', 'speculation']
    """
    given = [found for text in hypotheses.on for found in re.findall(rf"\(({'|'.join(GRADES)})\b", text)]
    return max(given, key=GRADES.index, default=GRADES[0])


def graded(found: Comparison, pair: tuple[str, str]) -> tuple[str, str]:
    """The two of a pair, each with the weakest grade in it."""
    grades = {h.name: grade(h) for h in found.hypotheses}
    return f"{pair[0]} ({grades[pair[0]]})", f"{pair[1]} ({grades[pair[1]]})"


def pair_words(pair: tuple[str, str]) -> str:
    """The two of a pair."""
    return f"{pair[0]} against {pair[1]}"


def convincing(found: Comparison, best: Difference) -> str:
    """What would tell the two of a pair apart."""
    if math.isinf(best.n_per_arm):
        return "Nothing: they say the same of all that is measured here."
    a, b = graded(found, best.pair)
    said = [value_words(value, best.measure) for value in (best.mean_a, best.mean_b)]
    of = f" of what it is in the {best.design.split()[-1]} arm" if best.measure.ratio else ""
    text = (
        f"Read {measure_words(best.measure)} on day {best.day} in {range_words(best)} people per arm, {best.design}: "
        f"{a} expects {said[0]}{of}, {b} {said[1]}."
    )
    if best.worth:
        return text
    most = found.parameters.value("study_most_per_arm")
    return f"Do not try: the best study needs more than {most:.0f} people per arm. {text}"


def claims_apart(found: Comparison, pair: tuple[str, str]) -> str:
    """In which claims, with their grades, the two differ."""
    parts = [
        f"only {name}: {'; '.join(claims)}"
        for name, claims in zip(pair, found.differ_in(pair), strict=True)
        if claims
    ]
    return ". ".join(part[0].upper() + part[1:] for part in parts) + "."


def not_by(found: Comparison, pair: tuple[str, str]) -> str:
    """What will not tell a pair apart."""
    most = found.parameters.value("study_most_per_arm")
    useless = [measure_words(each.measure) for each in found.of_pair(pair, one_each=True) if not each.worth]
    if not useless:
        return ""
    return f"Do not try (over {most:.0f} people per arm): {listed(useless)}."


def rows(found: Comparison, pair: tuple[str, str]) -> list[tuple[str, ...]]:
    """What can tell a pair apart, the cheapest first: measure, day, people, both expectations, d, study."""
    return [
        (
            measure_words(each.measure),
            f"{each.day}",
            range_words(each),
            *(value_words(value, each.measure) for value in (each.mean_a, each.mean_b)),
            plain(abs(each.d)),
            each.design,
        )
        for each in found.of_pair(pair, one_each=True)
        if each.worth
    ]


def heads(found: Comparison, pair: tuple[str, str]) -> tuple[str, ...]:
    """Heads of those rows."""
    return ("Measure", "Day", "n per arm", *graded(found, pair), "d", "Study")
