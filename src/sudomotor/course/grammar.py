"""Sentences to typed steps.

A text is split into sentences; each begins with a verb, and the rest is clauses in any order. What a sentence
that begins with "Then" or "Continue" does not say is taken from the treatment step before it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TypeVar

from sudomotor.course.build import build_pause, build_session, build_stop, build_treat, only
from sudomotor.course.build_care import build_care, check_meanwhile
from sudomotor.course.care import CareStep
from sudomotor.course.clauses import Clause, table
from sudomotor.course.lexicon import CARE, MEANWHILE, care_kind, fold
from sudomotor.course.nearmiss import near_miss, verb_miss
from sudomotor.course.problem import Problem, SentenceError, caret, tidy
from sudomotor.course.schedule import Stop
from sudomotor.course.sentence import Fact, Sentence
from sudomotor.course.steps import Step, TreatStep, alongside
from sudomotor.course.treatment import Session
from sudomotor.errors import InputError

_CARE = "|".join(CARE.values())
_LEAD = r"(?:(?:do|have|use|apply|inject|add)\s+)?"  # "Apply antiperspirant", "Inject botulinum toxin"
_START = rf"(?:(?:treat|sham|pause|then|continue)\b|{MEANWHILE}\b|{_LEAD}(?:{_CARE})(?![a-z]))"
_SPLIT = re.compile(
    rf"[;|\n\r]+|\.\s+(?={_START})|[,\s]\s*(?:and\s+)?(?=then\b)"
    rf"|(?<!then)(?<!meanwhile)(?<!meantime)(?<!same time)(?<!in parallel)(?<!alongside),\s*(?:and\s+)?(?={_START})"
    rf"|(?<!in the)(?<!then)\s+(?:and\s+)?(?={MEANWHILE}\b)"
)
_VERB = re.compile(
    rf"(?P<then>then\b[\s,]*)?(?P<meanwhile>{MEANWHILE}\b[\s,:]*)?"
    rf"(?:(?P<verb>treat|sham|pause|continue)\b|{_LEAD}(?P<care>{_CARE})(?![a-z]))?"
)
_GAP, _AND = (
    re.compile(r"[\s,.]*(?:whichever\s+(?:comes|is|holds)\s+(?:first|sooner)[\s,.]*)?"),
    re.compile(r"(?:and\s+)?"),
)
_TRAILING = " \t,.;|"

FALLBACK = "Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks"
T = TypeVar("T")


@dataclass
class Parsed:
    """The steps of some sentences, with what holds for the whole course and what was taken for granted."""

    steps: list[Step] = field(default_factory=list)
    start: date | None = None
    missed_pct: float | None = None
    notes: list[str] = field(default_factory=list)


def split(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence in a text that may hold several.

    >>> split("Treat palms for 4 weeks, then every 10 days")
    [(0, 23), (25, 43)]
    """
    # fold() maps a line end to a space, so the split looks at the text itself
    low = "".join(char if char in "\n\r" else folded for char, folded in zip(text, fold(text), strict=True))
    spans, start = [], 0
    for gap in [*_SPLIT.finditer(low), None]:
        end = gap.start() if gap else len(text)
        part = text[start:end]
        left, right = start + len(part) - len(part.lstrip(_TRAILING)), start + len(part.rstrip(_TRAILING))
        if right > left:
            spans.append((left, right))
        start = gap.end() if gap else end
    return spans


def read(text: str, start: int, end: int, bare: bool = False) -> Sentence:
    """The verb and the facts of a sentence (`bare`: it may lack a verb), or the Problem of reading it."""
    low = fold(text)[:end]
    head = _VERB.match(low, start)
    assert head is not None  # it matches everywhere
    then, at = bool(head["then"]), head.end()
    verb = care_kind(head["care"]) if head["care"] else head["verb"]
    sentence = Sentence(text, (start, end), then, verb, at, bool(head["meanwhile"]))
    while True:
        here = _GAP.match(low, at).end()  # type: ignore[union-attr]  # matches everywhere
        if here >= end:
            break
        # "and" may be part of a clause ("and 15 mA DC offset"), or join two
        found = _clauses_at(low, here) or _clauses_at(low, here := _AND.match(low, here).end())  # type: ignore[union-attr]
        if not found:
            if not (bare or then or verb or sentence.facts or sentence.meanwhile):
                raise verb_miss(text, start, end)
            raise near_miss(low, here, sentence)
        match, clause = max(found, key=lambda each: each[0].end())
        for name, value in clause.read(match).items():
            _enter(sentence, name, Fact(value, (here, match.end())))
        at = match.end()
    return sentence


def _clauses_at(low: str, at: int) -> list[tuple[re.Match[str], Clause]]:
    return [(match, clause) for clause in table() if (match := clause.pattern.match(low, at))]


def _enter(sentence: Sentence, name: str, fact: Fact) -> None:
    old = sentence.facts.get(name)
    if old is not None and not name.startswith("note"):
        one, two = (sentence.text[slice(*each.span)].strip() for each in (old, fact))
        what = (
            f"'{one}' and '{two}' say the same thing"
            if old.value == fact.value
            else f"'{one}' contradicts '{two}'"
        )
        raise Problem(what, fact.span, "each thing once in a sentence")
    sentence.facts[name] = fact


def parse_course(texts: list[str | Step]) -> Parsed:
    """Sentences and typed steps, mixed, to typed steps.

    Every step but the last must end. Errors are SentenceErrors with the place and the nearest valid sentence.
    """
    parsed = Parsed()
    items = [(item, span) for item in texts for span in (split(item) if isinstance(item, str) else [(0, 0)])]
    # the last step of the sequence may run on, whatever runs alongside it
    in_turn = [i for i, (item, span) in enumerate(items) if not _beside(item, span)]
    before = _Before()
    for index, (item, span) in enumerate(items):
        may_run_on, label = index >= in_turn[-1] if in_turn else True, f"step {index + 1} of {len(items)}"
        if not isinstance(item, str):
            step: Step = item
            if alongside(step) and index == 0:
                raise InputError(
                    f"{label} has no step before it to run alongside",
                    where=f"{label}: {step.words}",
                    mend="put it after the step that it accompanies",
                )
            if step.stop is None and not may_run_on and not alongside(step):
                raise InputError(
                    f"{label} does not end, and another step follows",
                    where=f"{label}: {step.words}",
                    mend="give it a stop rule, e.g. Stop(for_days=28)",
                )
        else:
            one = partial(_one, before=before, first=index == 0, must_end=not may_run_on)
            made = _repairing(item[slice(*span)], one, label)
            step = made.steps[0]
            parsed.notes += [f"{label}: {note}" for note in made.notes]
            if index == 0:
                parsed.start, parsed.missed_pct = made.start, made.missed_pct
        parsed.steps.append(step)
        before = before.after(step)
    return parsed


@dataclass(frozen=True)
class _Before:
    """What a sentence may take from: the last treatment with current or without, and the last with current."""

    latest: TreatStep | CareStep | None = None
    treat: TreatStep | None = None

    def after(self, step: Step) -> _Before:
        if isinstance(step, TreatStep):
            return _Before(step, step)
        return _Before(step, self.treat) if isinstance(step, CareStep) and not step.meanwhile else self


def _beside(item: str | Step, span: tuple[int, int]) -> bool:
    """Whether a sentence or a step runs alongside the one before it."""
    if not isinstance(item, str):
        return alongside(item)
    head = _VERB.match(fold(item), span[0])
    return bool(head and head["meanwhile"])


def parse_session(text: str) -> Session:
    """Words about one session; see `Session.parse`."""
    if not isinstance(text, str) or not text.strip(_TRAILING):
        raise InputError("the session is empty", where="session", mend="e.g. '15 mA DC for 20 minutes'")

    def one(words: str) -> Session:
        sentence = read(words, 0, len(words), bare=True)
        if (
            sentence.then
            or sentence.meanwhile
            or sentence.care
            or sentence.verb not in (None, "treat", "sham")
        ):
            raise Problem("a session has no course", (0, sentence.body), "e.g. '15 mA DC for 20 minutes'")
        only(
            sentence,
            "a session",
            ("schedule", "for_days", "for_sessions", "until", "implied_days", "start", "missing"),
        )
        return build_session(sentence, None, [], site="palms")

    return _repairing(text.strip(_TRAILING), one, "session", "15 mA DC for 20 minutes")


def parse_stop(text: str) -> Stop:
    """Words of a stop rule; see `Stop.parse`."""
    if not isinstance(text, str) or not text.strip(_TRAILING):
        raise InputError("the stop rule is empty", where="stop rule", mend="e.g. 'for 4 weeks'")

    def one(words: str) -> Stop:
        sentence = read(words, 0, len(words), bare=True)
        for name, fact in sentence.facts.items():
            if name not in ("for_days", "for_sessions", "until") and not name.startswith("note"):
                raise Problem(
                    "this is not part of a stop rule", fact.span, "'for 4 weeks', 'until HDSS <= 2'"
                )
        stop = build_stop(sentence)
        if stop is not None:
            return stop
        raise Problem("no stop rule found", (0, len(words)), "'for 4 weeks'", (0, len(words), "for 4 weeks"))

    return _repairing(text.strip(_TRAILING), one, "stop rule", "for 4 weeks")


def _one(text: str, before: _Before, first: bool, must_end: bool) -> Parsed:
    """One sentence to one step, given the treatments before it."""
    sentence = read(text, 0, len(text))
    if len(split(text)) > 1:
        _, (at, _) = split(text)[:2]
        raise Problem("a second sentence begins here", (at, len(text)), "one sentence", (at, len(text), ""))
    if sentence.verb is None and not sentence.then and not sentence.meanwhile:
        raise verb_miss(text, *sentence.span)
    facts = sentence.facts
    if not first:
        for name, what in (("start", "the start date"), ("missing", "the share of missed sessions")):
            if name in facts:
                raise Problem(
                    f"{what} holds for the whole course", facts[name].span, "it stands in the first sentence"
                )
    notes = [str(fact.value) for name, fact in facts.items() if name.startswith("note")]
    if sentence.meanwhile:
        check_meanwhile(sentence, first)
    goes_on = sentence.care is None and sentence.verb in (None, "continue")
    if sentence.verb == "pause":
        step: Step = build_pause(sentence)
    elif sentence.care or (goes_on and isinstance(before.latest, CareStep)):
        step = build_care(sentence, before.latest)
    else:
        step = build_treat(sentence, before.treat, before.latest is not None, notes)
    if must_end and step.stop is None and not alongside(step):
        end = len(text)
        raise Problem(
            "this step does not end, and another step follows",
            (end, end),
            "'for 4 weeks', 'for 10 sessions' or 'until HDSS <= 2'; only the last step may run on",
            (end, end, " for 4 weeks"),
        )
    return Parsed([step], sentence.get("start"), sentence.get("missing"), notes)


def _repairing(text: str, parse: Callable[[str], T], label: str, fallback: str = FALLBACK) -> T:
    """Parse, or raise an error with the place and the nearest text that parses."""
    try:
        return parse(text)
    except Problem as problem:
        suggestion = repair(text, problem, parse) or fallback
        raise SentenceError(
            problem.what,
            where=caret(text, problem.span, label),
            mend=f'{_expected(problem.expected)}\n         nearest valid: "{suggestion}"',
            position=problem.span[0],
            suggestion=suggestion,
        ) from None


def _expected(said: str) -> str:
    """The expectation as a phrase: lists and examples are "expected ...", advice stands as it is."""
    return f"expected {said}" if said.startswith(("'", "a ", "e.g.", "one ", "Treat, ")) else said


def repair(text: str, problem: Problem, parse: Callable[[str], object]) -> str | None:
    """Mend one fault after another until the text can be read; None where that leads nowhere."""
    seen = {text}
    for _ in range(40):
        start, end, new = problem.fix
        text = text[:start] + new + text[end:]
        if text in seen:
            return None
        seen.add(text)
        try:
            parse(text)
        except Problem as found:
            problem = found
            continue
        neat = tidy(text)
        try:
            parse(neat)
        except Problem:
            return text
        return neat
    return None
