"""From the facts of a sentence about another treatment to a typed step."""

from __future__ import annotations

import re
from typing import Any

from sudomotor.course.build import add, build_stop, check_minutes, check_then, placed
from sudomotor.course.care import CARE_NAMES, EXAMPLES, NEEDS_MINUTES, ON_SKIN, UNTIMED, CareStep
from sudomotor.course.lexicon import MEANWHILE, fold
from sudomotor.course.problem import Problem
from sudomotor.course.sentence import Sentence
from sudomotor.course.steps import TreatStep
from sudomotor.errors import InputError

_PARTS = (
    "care",
    "site",
    "minutes",
    "schedule",
    "for_days",
    "for_sessions",
    "implied_days",
    "start",
    "missing",
)


def check_meanwhile(sentence: Sentence, first: bool) -> None:
    """Refuse what cannot run alongside another step, and a first sentence that has none to accompany."""
    begin, end = sentence.span
    word = re.compile(rf"(?:then[\s,]*)?{MEANWHILE}[\s,:]*").match(fold(sentence.text), begin)
    opening = begin, word.end() if word else begin
    example = EXAMPLES["exposure"]
    alongside = f"Meanwhile {example[0].lower()}{example[1:]}"
    if sentence.then:
        raise Problem(
            "'Then' and 'Meanwhile' exclude one another", opening, "one of the two", (*opening, "Then ")
        )
    if sentence.care is None:
        what = "only other treatments run alongside a step: current follows current"
        if opening[1] == end:
            what = "nothing is said after 'Meanwhile'"
        fix = begin, end, example if first else alongside
        raise Problem(what, (begin, sentence.body), f"e.g. '{alongside}'", fix)
    if first:
        raise Problem(
            "there is no step before this to run alongside", opening, f"e.g. '{EXAMPLES[sentence.care]}'"
        )


def build_care(sentence: Sentence, base: TreatStep | CareStep | None) -> CareStep:
    """A step of another treatment; "Then" and "Continue" take what is not said from `base` if it is of its kind."""
    check_then(sentence)
    said = sentence.care
    inherits = sentence.then or sentence.verb == "continue"
    before = base if inherits and isinstance(base, CareStep) and said in (None, base.kind) else None
    kind: Any = said or (before.kind if before else None)
    assert kind is not None  # without a verb of its own it goes on with another treatment
    _refuse(sentence, kind)
    site, side = sentence.get("site", (before.site, before.side) if before else (None, "both"))
    if kind in ON_SKIN and site is None:
        at, word = sentence.body, "in" if kind == "botulinum" else "on"
        raise Problem(
            "the site is missing", (at, at), f"'{word} palms', '{word} soles' or one side, '{word} left palm'",
            (at, at, f" {word} palms "),
        )  # fmt: skip
    minutes = sentence.get("minutes", before.minutes if before else None)
    if minutes is None and kind in NEEDS_MINUTES:
        raise add(
            "the length of a session is missing",
            sentence,
            "'for 10 minutes'",
            " for 10 minutes",
            "site",
            "care",
        )
    if minutes is not None:
        check_minutes(sentence, minutes)
    schedule = sentence.get("schedule", before.schedule if before else None)
    if schedule is None:
        often = {"antiperspirant": "daily", "botulinum": "once"}.get(kind, "once a week")
        raise add(
            "how often is missing",
            sentence,
            f"'{often}' or 'every 10 days'",
            f", {often}",
            "minutes",
            "site",
            "care",
        )
    try:
        return CareStep(
            kind, schedule, build_stop(sentence), site, side, minutes, meanwhile=sentence.meanwhile
        )
    except InputError as error:
        raise placed(error, sentence) from None


def _refuse(sentence: Sentence, kind: str) -> None:
    """Refuse clauses that have no place in this kind of treatment."""
    name = CARE_NAMES[kind]
    for clause, fact in sentence.facts.items():
        if clause == "until":
            raise Problem(
                f"{name} cannot end by a condition", fact.span, "a time or a number of sessions, e.g. 'for 4 weeks'",
                (*fact.span, "" if {"for_days", "for_sessions"} & sentence.facts.keys() else " for 4 weeks "),
            )  # fmt: skip
        if clause == "site" and kind not in ON_SKIN:
            raise Problem(f"{name} has no site", fact.span, f"e.g. '{EXAMPLES[kind]}'")
        if clause == "minutes" and kind in UNTIMED:
            raise Problem(f"{name} has no length", fact.span, f"e.g. '{EXAMPLES[kind]}'")
        second = clause == "care" and sentence.verb in CARE_NAMES
        if (second or clause not in _PARTS) and not clause.startswith("note"):
            raise Problem(f"this is not part of {name}", fact.span, f"e.g. '{EXAMPLES[kind]}'")
