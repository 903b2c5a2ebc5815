"""What a place that cannot be read was probably meant to say."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from sudomotor.course.care import ON_SKIN
from sudomotor.course.lexicon import (
    CARE_WORDS,
    NUMBER,
    NUMBER_WORDS,
    OFTEN,
    ORDINALS,
    SITE_WORDS,
    UNITS,
    fold,
)
from sudomotor.course.problem import Problem
from sudomotor.course.sentence import Sentence

VERBS = ("treat", "sham", "pause", "then", "continue", "meanwhile", *CARE_WORDS)
_PERIODS = ("day", "week", "fortnight")
_TIMES = ("minutes", "hours", "days", "weeks", "sessions", "months", "years")
_WATERS = ("saline", "deionised water", "distilled water", "tap water", "one pan", "two pans")

_DATE = ("2026-03-01",)

# (before the doubtful word, what may stand there, and for the message)
_AFTER: tuple[tuple[str, tuple[str, ...]], ...] = (
    (rf"(?:once|twice|thrice|{NUMBER}\s*(?:x|times|sessions)?)\s*(?:a|per|each|/)\s*", _PERIODS),
    (
        rf"(?:{NUMBER}\s*(?:x|times|sessions)\s*)?every\s+(?:{NUMBER}\s*)?",
        (*_PERIODS, "days", "weeks", "other day"),
    ),
    (rf"(?:{NUMBER}\s*(?:x|times|sessions)\s*)in\s+{NUMBER}\s*", ("days", "weeks")),
    (rf"(?:or\s+)?for\s+{NUMBER}\s*", _TIMES),
    (r"(?:or\s+)?until\s+", ("HDSS <= 2", "sweat < 20 mg/min")),
    (r"(?:with\s+)?anode\s+(?:on\s+)?", ("left", "right", "alternating")),
    (
        r"return\s+(?:on\s+)?(?:the\s+)?",
        ("forearm pad", "left palm", "right palm", "left sole", "right sole"),
    ),
    (r"reversed\s+", ("halfway",)),
    (r"in\s+", _WATERS),
    (r"(?:the\s+)?(?:both|left|right)\s+", ("palm", "sole", "axilla", "hand", "foot", "armpit")),
    (rf"with\s+{NUMBER}\s*g\s+(?:of\s+)?", ("salt", "baking soda")),
    (r"(?:starting|start|from|beginning)\s+(?:on\s+)?", _DATE),
)
# a number and a unit that say too little alone: unit -> what is usually meant
_ALONE = {
    "voltage": "at most {}", "long": "for {}", "mass": "with {} salt", "concentration": "alkalinity {}",
    "sweat": "until sweat < {}",
}  # fmt: skip

_PLAIN = (
    "at with for in over on of or and until times every daily weekly fortnightly pulsed dc ac direct "
    "alternating current mean peak rms offset duty reversed halfway anode left right both salt baking soda "
    "water alkalinity conductivity sealed skin area electrode return forearm pad most max ramp hdss sweat "
    "starting missing per x"
)
_WORDS = sorted(
    {
        *_PLAIN.split(),
        *" ".join(_WATERS).split(),
        *(spelling for table in UNITS.values() for spelling in table),
        *SITE_WORDS, *OFTEN, *ORDINALS, *VERBS, *_TIMES, *_PERIODS, *NUMBER_WORDS,
    }
)  # fmt: skip
_WORD = re.compile(r"[^\s,;]+")


def nearest_unit(said: str, sentence: Sentence) -> str | None:
    """The nearest unit or count word; one of what the sentence still lacks comes first."""
    lacking = {"short": "minutes"} if sentence.care else {"current": "current", "short": "minutes"}
    best, found = 0.5, None
    words = {name: (dimension, name) for dimension, table in UNITS.items() for name in table}
    for name, (dimension, _) in {**words, "times a week": ("", ""), "sessions": ("", "")}.items():
        bonus = 0.15 if dimension in lacking and lacking[dimension] not in sentence.facts else 0.0
        score = difflib.SequenceMatcher(None, said.lower(), name).ratio() + bonus
        if score > best:
            best, found = score, UNITS[dimension][name] if len(name) < 4 and dimension else name
    return found


def closest(word: str, known: Iterable[str], cutoff: float = 0.55) -> str | None:
    """The nearest of some words, or None.

    >>> closest("fortnightly", ("day", "week", "fortnight"))
    'fortnight'
    """
    names = {name.lower(): name for name in known}
    found = difflib.get_close_matches(word.lower(), list(names), n=1, cutoff=cutoff)
    return names[found[0]] if found else None


def verb_miss(text: str, start: int, end: int) -> Problem:
    """The Problem of a sentence that does not begin with a verb."""
    low = fold(text)
    word = _WORD.match(low, start)
    span = word.span() if word else (start, end)
    said = low[slice(*span)]
    meant = closest(said, VERBS, 0.6)
    fix = (*span, meant.capitalize()) if meant and said not in _WORDS else (start, start, "Treat ")
    return Problem(
        f"a sentence cannot begin with '{text[slice(*span)]}'",
        span,
        "Treat, Sham, Pause, Then, Continue or Meanwhile, or another treatment, e.g. 'Exposure', 'Antiperspirant'",
        fix,
    )


def near_miss(low: str, at: int, sentence: Sentence) -> Problem:
    """The Problem at a place where no clause can be read."""
    end, text = sentence.span[1], sentence.text
    comma = re.compile(r"(?:at\s+)?\d+(,)\d").match(low, at)
    if comma:
        return Problem(
            "a comma stands inside a number", comma.span(1), "a decimal point", (*comma.span(1), ".")
        )
    state = re.compile(r"(?:or\s+)?(hdss|sweat)(?![a-z])").match(low, at)
    if state:
        here = state.start(1)
        what = f"'{text[slice(*state.span(1))]}' stands without 'until'"
        return Problem(what, state.span(1), "'until HDSS <= 2'", (here, here, "until "))
    best: Problem | None = None
    for before, known in _AFTER:
        head = re.compile(before).match(low, at)
        if not head:
            continue
        word = _WORD.match(low, head.end())
        listed = "a date as '2026-03-01'" if known == _DATE else ", ".join(f"'{each}'" for each in known)
        if not word or head.end() >= end:
            last = at + len(low[at : head.end()].rstrip())
            what = f"something is missing after '{text[at:last]}'"
            return Problem(what, (last, last), listed, (last, last, f" {known[0]} "))
        if best is None or word.start() > best.span[0]:
            meant = closest(word[0].strip("."), known) or known[0]
            best = Problem(
                f"'{text[slice(*word.span())]}' cannot stand here", word.span(), listed, (*word.span(), meant)
            )
    alone = re.compile(rf"(?:(?:at|with|in|over)\s+)?(?P<number>{NUMBER})[\s-]*(?P<word>[^\s,;]*)").match(
        low, at
    )
    if alone and (best is None or best.span[0] == alone.start("number")):
        return _number_miss(low, alone, sentence)
    return best or _word_miss(low, at, sentence)


def _number_miss(low: str, found: re.Match[str], sentence: Sentence) -> Problem:
    """A number whose unit is missing, unknown, or says too little."""
    span, said = found.span(), found["word"].strip(".")
    whole = sentence.text[slice(*span)]
    dimension = next((name for name, table in UNITS.items() if said in table), None)
    if dimension in _ALONE:
        amount = sentence.text[slice(found.start("number"), found.end("word"))].strip()
        return Problem(
            f"'{whole}' does not say what it is", span, f"e.g. '{_ALONE[dimension].format(amount)}'",
            (*span, _ALONE[dimension].format(amount)),
        )  # fmt: skip
    if not said or (dimension is None and said in _WORDS):
        fix, last = _unit_for(sentence), found.end("number")
        expected = "a number with its unit, e.g. '15 mA', '20 minutes'"
        span = span[0], last
        return Problem(
            f"'{sentence.text[slice(*span)]}' has no unit", span, expected, (last, last, fix) if fix else None
        )
    place = found.span("word")
    meant = nearest_unit(said, sentence)
    listed = "a unit, e.g. mA, minutes, weeks, Hz, V, g, litres, uS/cm, mM, cm2, %"
    if dimension is not None or meant is None or meant == said:
        return Problem(f"'{whole}' cannot stand here", span, "a clause, e.g. 'at 15 mA DC', 'for 20 minutes'")
    return Problem(f"unknown unit '{sentence.text[slice(*place)]}'", place, listed, (*place, meant))


def _unit_for(sentence: Sentence) -> str | None:
    facts = sentence.facts
    if sentence.verb != "sham" and not sentence.care and not {"current", "kind"} & facts.keys():
        return " mA"
    return None if "minutes" in facts else " minutes"


def _word_miss(low: str, at: int, sentence: Sentence) -> Problem:
    """The first word from here on that the language does not know, and the nearest that it does."""
    here = at
    while word := _WORD.match(low, here):
        said = word[0].strip(".")
        if said not in _WORDS and not re.fullmatch(NUMBER, said):
            meant = closest(said, _WORDS, 0.6)
            fix = (*word.span(), meant) if meant else None
            if "site" not in sentence.facts and sentence.verb in ("treat", "sham", *ON_SKIN) and here == at:
                meant = closest(said, SITE_WORDS, 0.6) or meant
                plural = (
                    meant
                    if meant is None or meant.endswith(("s", "ae", "feet"))
                    else SITE_WORDS.get(meant, meant)
                )
                sites = "'palms', 'soles', 'axillae', or one side, e.g. 'left palm'"
                return Problem(
                    f"unknown site '{sentence.text[slice(*word.span())]}'",
                    word.span(),
                    sites,
                    (*word.span(), plural or "palms"),
                )
            hint = f"did you mean '{meant}'?" if meant else "a clause, e.g. 'at 15 mA DC', 'for 20 minutes'"
            return Problem(f"unknown word '{sentence.text[slice(*word.span())]}'", word.span(), hint, fix)
        gap = re.compile(r"[\s,]+").match(low, word.end())
        if not gap or gap.end() >= len(low):
            break
        here = gap.end()
    word = _WORD.match(low, at)
    span = word.span() if word else (at, len(low))
    return Problem(
        f"'{sentence.text[slice(*span)]}' cannot stand here",
        span,
        "a clause, e.g. 'at 15 mA DC', 'for 20 minutes', 'every 10 days'",
    )
