"""People: who is treated. A preset or a file makes a person; a draw makes people like that person."""

from __future__ import annotations

from sudomotor.person.draw import draw, median_person
from sudomotor.person.people import People
from sudomotor.person.person import Person
from sudomotor.person.presets import Inclusion, Preset, find_preset, presets
from sudomotor.person.sites import SITE_PARAMETERS, SITES, SiteParameters

__all__ = [
    "SITES",
    "SITE_PARAMETERS",
    "Inclusion",
    "People",
    "Person",
    "Preset",
    "SiteParameters",
    "draw",
    "find_preset",
    "median_person",
    "presets",
]
