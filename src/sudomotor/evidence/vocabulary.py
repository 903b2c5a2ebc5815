"""The words of an evidence file: measures, criteria, places, and what may be left open in a study's
protocol.
"""

from __future__ import annotations

from dataclasses import dataclass

from sudomotor.model.scales import SIDES, SINGULAR, SITES, site_of


@dataclass(frozen=True)
class Measure:
    """One kind of outcome: its unit, and whether it needs a criterion or a time."""

    name: str
    text: str
    unit: str
    needs_criterion: bool
    needs_time: bool
    signed: bool = False  # a change, of which more means further below zero


MEASURES: dict[str, Measure] = {
    m.name: m
    for m in (
        Measure("sweat_change_pct", "change of the mean sweat rate", "%", False, True, signed=True),
        Measure("responders_pct", "people below the criterion", "%", True, True),
        Measure("sessions_to_control", "sessions until below the criterion", "sessions", True, False),
        Measure("failures_pct", "people who never get below the criterion", "%", True, False),
        Measure("remission_days", "days until above the criterion again", "d", True, False),
        Measure("starch_iodine_improved_pct", "people whose starch-iodine grade falls", "%", False, True),
        Measure("hdss_mean", "mean HDSS", "HDSS points", False, True),
        Measure("hdss_change", "change of the mean HDSS", "HDSS points", False, True, signed=True),
        Measure("circuit_volts", "volts across the device", "V", False, False),
    )
}
# what an order may compare besides
BLOCK = Measure("block", "fraction of glands blocked", "1", False, True)
ORDER_MEASURES: dict[str, Measure] = {BLOCK.name: BLOCK, **MEASURES}

CRITERIA = ("controlled", "normal", "halved")
WEIGHTS = ("high", "medium", "low")
PLACES = (*SITES, *SIDES)
POPULATION_OF = {
    "palms": "palmar hyperhidrosis",
    "soles": "plantar hyperhidrosis",
    "axillae": "axillary hyperhidrosis",
}

# What a source may leave open: the greatest value that makes sense, and whether a course always states it.
ASSUMABLE: dict[str, float] = {
    "current_mA": 100.0,
    "minutes": 360.0,
    "sessions_per_week": 28.0,
    "alkalinity_mM": 100.0,
    "litres": 100.0,
    "water_uS_per_cm": 1e5,
    "area_cm2": 2e4,
}
MAY_BE_ZERO = ("current_mA", "alkalinity_mM")


def place_site(place: str) -> str:
    """The site of a site or of one of its sides.

    >>> place_site("left palm"), place_site("soles")
    ('palms', 'soles')
    """
    return place if place in SITES else site_of(place)


def sides_of(place: str) -> tuple[str, ...]:
    """The sides that a place is read from.

    >>> sides_of("palms")
    ('left palm', 'right palm')
    """
    return (place,) if place in SIDES else tuple(f"{side} {SINGULAR[place]}" for side in ("left", "right"))
