"""The words, numbers and units of the course language, as regular expressions over lower-case text.

Texts are folded before matching, one character to one: a place in the folded text is a place in the original.
"""

from __future__ import annotations

import re
from decimal import Decimal

_FOLD = str.maketrans(
    {
        "µ": "u",
        "μ": "u",
        "²": "2",
        "³": "3",
        "×": "x",
        "–": "-",
        "—": "-",
        "−": "-",
        "‑": "-",
        "\u00a0": " ",
        "ß": "s",
    }
)

# every spelling of a unit, in the one dimension in which a clause uses it -> its name in parameters.units
UNITS: dict[str, dict[str, str]] = {
    "current": {
        "ma": "mA", "milliamp": "mA", "milliamps": "mA", "milliampere": "mA", "milliamperes": "mA", "a": "A",
        "amp": "A", "amps": "A", "ampere": "A", "amperes": "A", "ua": "uA", "microamp": "uA",
        "microamps": "uA",
    },
    "voltage": {"v": "V", "volt": "V", "volts": "V", "mv": "mV"},
    "frequency": {"hz": "Hz", "hertz": "Hz", "khz": "kHz", "kilohertz": "kHz"},
    "short": {
        "s": "s", "sec": "s", "secs": "s", "second": "s", "seconds": "s", "min": "min", "mins": "min",
        "minute": "min", "minutes": "min", "h": "h", "hr": "h", "hrs": "h", "hour": "h", "hours": "h",
    },
    "long": {
        "d": "d", "day": "d", "days": "d", "wk": "week", "wks": "week", "week": "week", "weeks": "week",
        "fortnight": "fortnight", "fortnights": "fortnight", "month": "month", "months": "month",
        "year": "year", "years": "year",
    },
    "volume": {
        "l": "l", "litre": "l", "litres": "l", "liter": "l", "liters": "l", "ml": "mL", "millilitre": "mL",
        "millilitres": "mL", "milliliter": "mL", "milliliters": "mL",
    },
    "mass": {"g": "g", "gram": "g", "grams": "g", "gramme": "g", "grammes": "g", "mg": "mg"},
    "conductivity": {"us/cm": "uS/cm", "ms/cm": "mS/cm", "s/m": "S/m"},
    "concentration": {"mm": "mM", "mmol/l": "mM", "mol/l": "M", "meq/l": "meq/l"},
    "area": {
        "cm2": "cm2", "cm^2": "cm2", "square cm": "cm2", "sq cm": "cm2", "square centimetres": "cm2",
        "square centimeters": "cm2",
    },
    "sweat": {"mg/min": "mg/min", "mg per min": "mg/min", "mg per minute": "mg/min", "g/h": "g/h"},
}  # fmt: skip

DAYS = {"d": 1.0, "week": 7.0, "fortnight": 14.0, "month": 30.0, "year": 365.0}
ASSUMED_LENGTH = {"month": "a month is taken as 30 days", "year": "a year is taken as 365 days"}

SITE_WORDS = {
    **dict.fromkeys(("palm", "palms", "hand", "hands"), "palms"),
    **dict.fromkeys(("sole", "soles", "foot", "feet"), "soles"),
    **dict.fromkeys(
        ("axilla", "axillae", "axillas", "armpit", "armpits", "underarm", "underarms"), "axillae"
    ),
}
SINGULAR = ("palm", "hand", "sole", "foot", "axilla", "armpit", "underarm")

# every way to name a treatment other than current -> its kind
CARE: dict[str, str] = {
    "exposure": r"(?:graded\s+)?exposure(?:\s+(?:therapy|exercises?|practice|training|sessions?))?",
    "cbt": r"cbt(?:\s+sessions?)?|cognitive[\s-]+behaviou?r(?:al)?(?:\s+therapy)?",
    "biofeedback": r"(?:(?:hrv|heart[\s-]+rate(?:[\s-]+variability)?)\s+)?biofeedback(?:\s+(?:training|sessions?))?",
    "antiperspirant": r"anti-?perspirants?|alumini?um\s+chloride(?:\s+hexahydrate)?(?:\s+antiperspirant)?",
    "glycopyrronium": r"glycopyrr(?:onium|olate)(?:\s+bromide)?(?:\s+iontophoresis)?",
    "botulinum": r"(?:botulinum(?:\s+toxin)?(?:\s+(?:type\s+)?a(?![a-z]))?|botox)(?:\s+injections?)?",
}
CARE_WORDS = (
    "exposure",
    "cbt",
    "biofeedback",
    "antiperspirant",
    "glycopyrronium",
    "botulinum",
    "botox",
    "aluminium",
)
MEANWHILE = r"(?:(?:in\s+the\s+)?(?:meanwhile|meantime)|at\s+the\s+same\s+time|in\s+parallel|alongside)"

NUMBER_WORDS = {
    "zero": 0, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7,
    "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90,
}  # fmt: skip
OFTEN = {"once": 1, "twice": 2, "thrice": 3}
ORDINALS = {
    "other": 2,
    "second": 2,
    "2nd": 2,
    "third": 3,
    "3rd": 3,
    "fourth": 4,
    "4th": 4,
    "fifth": 5,
    "5th": 5,
}

_DIGITS = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:e[-+]?\d+)?"
_ODD = r"[-+]?(?:nan|inf(?:inity)?)(?![a-z])"
_SPELT = rf"(?:minus\s+)?(?:{'|'.join(sorted(NUMBER_WORDS, key=len, reverse=True))})(?![a-z])"
NUMBER = rf"(?:{_DIGITS}|{_ODD}|{_SPELT})"
END = r"(?:(?<=%)|(?![a-z0-9^]))"  # a clause does not end inside a word


def fold(text: str) -> str:
    """Lower case, plain letters, one character for one.

    >>> fold("500 µS/cm × 3")
    '500 us/cm x 3'
    """
    lowered = "".join(low if len(low := char.lower()) == 1 else char for char in text)
    return re.sub(r"\s", " ", lowered.translate(_FOLD))


def care_kind(text: str) -> str:
    """The kind of treatment that some words name.

    >>> care_kind("aluminum chloride"), care_kind("botox injections")
    ('antiperspirant', 'botulinum')
    """
    return next(kind for kind, pattern in CARE.items() if re.fullmatch(pattern, text))


def number(name: str) -> str:
    """A named number as a pattern."""
    return rf"(?P<{name}>{NUMBER})"


def quantity(name: str, dimension: str) -> str:
    """A named number with a unit of a dimension; the unit's group is `<name>_unit`."""
    spellings = sorted(UNITS[dimension], key=len, reverse=True)
    units = "|".join(re.escape(each).replace(r"/", r"\s*/\s*").replace(r"\ ", r"\s+") for each in spellings)
    return rf"{number(name)}[\s-]*(?P<{name}_unit>{units}){END}\.?"


def value(text: str) -> float:
    """A number in digits or words.

    >>> value("three"), value("1.5"), value("minus two")
    (3.0, 1.5, -2.0)
    """
    sign, text = (-1.0, text[5:].strip()) if text.startswith("minus") else (1.0, text)
    return sign * float(NUMBER_WORDS.get(text, text))


def percentage(text: str) -> float:
    """A percentage as a fraction, in decimal arithmetic so that "7" is 0.07 to the last bit.

    >>> percentage("7")
    0.07
    """
    if text in NUMBER_WORDS or not re.fullmatch(_DIGITS, text):
        return value(text) / 100.0
    return float(Decimal(text).scaleb(-2))


def unit_of(dimension: str, text: str) -> str:
    """The unit's name in parameters.units, from any spelling in a text."""
    return UNITS[dimension][re.sub(r"\s+", " ", re.sub(r"\s*/\s*", "/", text))]


def alternatives(words: object) -> str:
    """A group of words, the longest first."""
    return "(?:" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + ")"  # type: ignore[call-overload]
