"""What a study could measure of a course, and how much one reading of it strays.

Each measure is read as the change from a person's own day 0, so that the errors of two readings are in it. Sweat is
read on the log, as ratios: its error is one of ratios too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import CareStep, Course, TreatStep
from sudomotor.model.heart import rmssd_ms
from sudomotor.model.scales import SIDES, SINGULAR, SITES, hdss_probabilities, site_of
from sudomotor.simulation import History

Array = NDArray[np.float64]
TREATED, UNTREATED, PERSON = "treated", "untreated", "whole person"


@dataclass(frozen=True)
class Measure:
    """Something that a study can measure.

    Attributes
    ----------
    name : key, e.g. "sweat_untreated".
    text : what it is, in words.
    site : `treated`, `untreated`, or `whole person`.
    place : the site or side it is read at, "" for the whole person.
    unit : of a change; sweat changes as a ratio, in %.
    noise : the parameter with the standard deviation of one reading; "" where answers have a chance of their own.
    """

    name: str
    text: str
    site: str
    place: str
    unit: str
    noise: str

    @property
    def ratio(self) -> bool:
        """Whether it changes as a ratio."""
        return self.unit == "%"


def treated_sides(course: Course) -> tuple[str, ...]:
    """Sides that a course does something to, returns of the current with them.

    >>> treated_sides(Course("Treat left palm at 10 mA for 20 minutes, daily, return on right sole"))
    ('left palm', 'right sole')
    """
    found: set[str] = set()
    for step in course.steps:
        if isinstance(step, TreatStep):
            found |= {*step.session.electrodes, str(step.session.return_electrode)}
        elif isinstance(step, CareStep):
            found |= set(step.treated_sides)
    return tuple(side for side in SIDES if side in found)


def places(course: Course) -> tuple[str, str]:
    """The first treated and the first untreated place of a course; "" where there is none.

    >>> places(Course("Treat palms at 15 mA DC for 20 minutes, daily"))
    ('palms', 'soles')
    """
    sides = treated_sides(course)
    whole = {site: [f"{side} {SINGULAR[site]}" in sides for side in ("left", "right")] for site in SITES}
    treated = next((site for site in SITES if all(whole[site])), sides[0] if sides else "")
    untreated = next((site for site in SITES if not any(whole[site])), "")
    return treated, untreated or next((side for side in SIDES if side not in sides), "")


def measures(course: Course) -> tuple[Measure, ...]:
    """What can be measured of a course.

    >>> [m.name for m in measures(Course("Treat palms at 15 mA DC for 20 minutes, daily"))][:3]
    ['sweat_treated', 'sweat_untreated', 'hdss_treated']
    """
    at = dict(zip((TREATED, UNTREATED), places(course), strict=True))
    found = [
        Measure(f"sweat_{site}", "sweat", site, place, "%", "gravimetry_noise_log_sd")
        for site, place in at.items()
    ]
    found += [Measure(f"hdss_{site}", "HDSS", site, place, "points", "") for site, place in at.items()]
    return (
        *(measure for measure in found if measure.place),
        Measure("stai_s", "anxiety in a public task (STAI-S)", PERSON, "", "points", "stai_noise"),
        Measure("lsas", "social anxiety (LSAS)", PERSON, "", "points", "lsas_noise"),
        Measure("dlqi", "burden on daily life (DLQI)", PERSON, "", "points", "dlqi_noise"),
        Measure("avoidance", "avoidance (diary)", PERSON, "", "share", "diary_share_noise"),
        Measure("confidence", "confidence (diary)", PERSON, "", "of 0 to 1", "diary_rating_noise"),
        Measure(
            "rmssd", "heart rate variability in a public task (RMSSD)", PERSON, "", "ms", "rmssd_noise_ms"
        ),
    )


def change(history: History, measure: Measure) -> Array:
    """Change of a measure from each person's own day 0, without error, (day, person); sweat as log ratio."""
    p, name = history.parameters, measure.name
    if measure.ratio:
        floor = p.value("gravimetry_floor_mg_per_min")
        values = np.log(np.maximum(history.sweat_of(measure.place), floor))
    elif name.startswith("hdss"):
        values = history.hdss_of(measure.place)
    elif name in ("stai_s", "lsas", "dlqi"):
        values = getattr(history, name)
    elif name == "rmssd":
        values = rmssd_ms(history.mind.vagal, p)
    else:
        values = getattr(history.mind, name)
    return np.asarray(values - values[0])


def noise_variance(history: History, measure: Measure) -> Array:
    """Variance of that change by the error of its two readings; (day,)."""
    if measure.noise:
        return np.full(len(history.days), 2.0 * history.parameters.value(measure.noise) ** 2)
    # an answer on a scale of four steps has the chance that its probabilities give it
    place, points = measure.place, np.arange(1.0, 5.0)
    site = place if place in SITES else site_of(place)
    chances = hdss_probabilities(
        history.sweat_of(place), history.people["hdss_shift"], site, history.parameters
    )
    mean = np.einsum("k,kdn->dn", points, chances)
    each = (np.einsum("k,kdn->dn", points**2, chances) - mean**2).mean(axis=1)
    return np.asarray(each + each[0])
