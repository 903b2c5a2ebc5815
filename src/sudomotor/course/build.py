"""From the facts of a sentence, and the step before it, to a typed step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sudomotor.course.checks import MAX_MINUTES, plain
from sudomotor.course.problem import Problem
from sudomotor.course.schedule import Stop
from sudomotor.course.sentence import Sentence
from sudomotor.course.steps import PauseStep, TreatStep
from sudomotor.course.treatment import Session, Water
from sudomotor.course.waveform import Kind, Reading, Waveform
from sudomotor.errors import InputError

_WAVE = ("current", "reading", "kind", "frequency", "duty", "offset")
_ASSUMED_HZ = {"pulsed": 10_000.0, "ac": 50.0}

# field of a typed object, as its errors name it -> the fact that it came from
_FACT = {
    "current_mA": "current", "peak current": "current", "offset_mA": "offset", "reading": "reading",
    "frequency_Hz": "frequency", "duty": "duty", "minutes": "minutes", "alkalinity_mM": "alkalinity",
    "conductivity_uS_per_cm": "conductivity", "return_electrode": "return", "ramp_s": "ramp",
    "schedule": "schedule",
}  # fmt: skip


def build_treat(sentence: Sentence, base: TreatStep | None, follows: bool, notes: list[str]) -> TreatStep:
    """A treatment step; `base` is the one before, of which "Then" and "Continue" take what is not said.

    `follows` says whether there is any treatment before it, after which "Then treat ..." may begin afresh.
    """
    inherits = sentence.then or sentence.verb == "continue"
    fresh = follows and sentence.verb in ("treat", "sham")
    if inherits and base is None and not fresh:
        verb = (sentence.span[0], sentence.body)
        raise Problem(
            "there is no treatment before this that could go on",
            verb,
            "'Treat' or 'Sham' first",
            (*verb, "Treat "),
        )
    check_then(sentence)
    if "care" in sentence.facts:
        raise Problem(
            "a sham is one of current", sentence.facts["care"].span, "e.g. 'Sham palms for 20 minutes, daily'"
        )
    before = base if inherits else None
    session = build_session(sentence, before.session if before else None, notes)
    schedule = sentence.get("schedule", before.schedule if before else None)
    if schedule is None:
        raise add(
            "how often is missing",
            sentence,
            "'3 times a week' or 'every 10 days'",
            ", 3 times a week",
            "minutes",
        )
    try:
        return TreatStep(session, schedule, build_stop(sentence))
    except InputError as error:
        raise placed(error, sentence) from None


def build_pause(sentence: Sentence) -> PauseStep:
    """A pause."""
    for name, fact in sentence.facts.items():
        if name not in ("for_days", "minutes", "until", "start", "missing") and not name.startswith("note"):
            raise Problem(
                "this is not part of a pause", fact.span, "'Pause for 2 weeks' or 'Pause until HDSS >= 3'"
            )
    if "minutes" in sentence.facts and "for_days" in sentence.facts:
        raise Problem("the pause has two lengths", sentence.facts["minutes"].span, "one length")
    short = sentence.get("minutes")
    return PauseStep(sentence.get("for_days", None if short is None else short / 1440), sentence.get("until"))


def build_session(
    sentence: Sentence, base: Session | None, notes: list[str], site: str | None = None
) -> Session:
    """The session of a sentence."""
    get = sentence.get
    place = _site(sentence, base, site)
    new_place = base is not None and place != (base.site, base.side)
    waveform = _waveform(sentence, base, notes)
    minutes = get("minutes", base.minutes if base else None)
    if minutes is None:
        raise add(
            "the length of a session is missing",
            sentence,
            "'for 20 minutes'",
            " for 20 minutes",
            *_WAVE,
            "site",
        )
    check_minutes(sentence, minutes)
    area = base.area_cm2 if base else None
    if new_place and area is not None and "area" not in sentence.facts:
        area = None
        notes.append("the electrode area is not carried over to another site")
    back = base.return_electrode if base and not new_place else None
    try:
        return Session(
            waveform,
            minutes,
            place[0],
            side=place[1],
            anode=get("anode", base.anode if base else "alternating"),
            reversed_halfway=get("reversed", base.reversed_halfway if base else False),
            water=_water(sentence, base.water if base else None),
            one_pan=get("one_pan", base.one_pan if base else False),
            sealed_skin=get("sealed", base.sealed_skin if base else False),
            area_cm2=get("area", area),
            return_electrode=get("return", back),
            max_volts=get("volts", base.max_volts if base else None),
            ramp_s=get("ramp", base.ramp_s if base else None),
        )
    except InputError as error:
        raise placed(error, sentence) from None


def check_then(sentence: Sentence) -> None:
    """Refuse a "Then" that nothing follows."""
    if sentence.then and sentence.verb is None and not sentence.facts:
        raise Problem(
            "nothing is said after 'Then'",
            sentence.span,
            "e.g. 'Then every 10 days'",
            (*sentence.span, "Continue"),
        )


def check_minutes(sentence: Sentence, minutes: float) -> None:
    """Refuse a session that is longer than anyone means."""
    if minutes > MAX_MINUTES:
        where = sentence.facts["minutes"].span
        raise Problem(
            f"a session of {plain(minutes)} minutes is over {plain(MAX_MINUTES)} minutes (6 hours)",
            where,
            "e.g. 'for 20 minutes'",
            (*where, "for 20 minutes"),
        )


def only(sentence: Sentence, what: str, not_part: tuple[str, ...]) -> None:
    """Refuse clauses that have no place in this kind of text."""
    for name in not_part:
        if name in sentence.facts:
            raise Problem(
                f"this is not part of {what}", sentence.facts[name].span, "current, length, site, water …"
            )


def _site(sentence: Sentence, base: Session | None, default: str | None) -> tuple[str, Any]:
    """The sites and the side; named, or with both hands or feet in one pan, or as before."""
    both = sentence.get("both")
    said: tuple[str, Any] | None = sentence.get("site")
    if said is None and both is not None:
        return both, "both"
    if said is None and base is not None:
        said = base.site, base.side
    if said is None and default is not None:
        said = default, "both"
    if said is None:
        end = sentence.body
        sites = "'palms', 'soles', 'axillae' or one side, 'left palm'"
        raise Problem("the site is missing", (end, end), sites, (end, end, " palms "))
    if both is not None and said != (both, "both"):
        where = sentence.facts["both"].span
        raise Problem(
            "the pan is for another site than the one treated", where, "'in one pan'", (*where, "in one pan")
        )
    return said


def _waveform(sentence: Sentence, base: Session | None, notes: list[str]) -> Waveform | None:
    said = [name for name in _WAVE if name in sentence.facts]
    if sentence.verb == "sham" or (
        base is not None and base.waveform is None and sentence.verb != "treat" and not said
    ):
        if said:
            raise Problem(
                "a sham session has no current", sentence.facts[said[0]].span, "no current, or 'Treat'"
            )
        return None
    old = base.waveform if base else None
    if not said and old is not None:
        return old
    kind: Kind = sentence.get("kind", old.kind if old else "dc")
    old = old if old is not None and old.kind == kind else None
    if "current" not in sentence.facts and old is None:
        text = " at 15 mA" if "kind" in sentence.facts else " at 15 mA DC"
        raise add("the current is missing", sentence, "'at 15 mA DC'", text, "site")
    if "kind" not in sentence.facts and old is None:
        notes.append("no kind of current is named: direct current (DC) is assumed")
    frequency = sentence.get("frequency", old.frequency_Hz if old else None)
    if frequency is None and kind in _ASSUMED_HZ:
        frequency = _ASSUMED_HZ[kind]
        notes.append(f"no frequency is named: {plain(frequency)} Hz is assumed")
    duty = sentence.get("duty", old.duty if old else None)
    if duty is None and kind == "pulsed":
        duty = 0.5
        notes.append("no duty is named: 50 % is assumed")
    reading: Reading | None = sentence.get("reading", old.reading if old else None)
    try:
        return Waveform(
            kind, sentence.get("current", old.current_mA if old else None), reading, frequency, duty,
            sentence.get("offset", old.offset_mA if old else 0.0),
        )  # fmt: skip
    except InputError as error:
        raise placed(error, sentence) from None


def _water(sentence: Sentence, base: Water | None) -> Water:
    get = sentence.get
    old = base or Water()
    if "water" in sentence.facts:  # fresh water: of the old, only how much there is
        old = Water(get("water"), litres=old.litres)
    said = {
        "conductivity_uS_per_cm": get("conductivity"), "alkalinity_mM": get("alkalinity"),
        "litres": get("litres"), "salt_g": get("salt"), "baking_soda_g": get("soda"),
    }  # fmt: skip
    try:
        return replace(old, **{name: value for name, value in said.items() if value is not None})
    except InputError as error:
        raise placed(error, sentence) from None


def build_stop(sentence: Sentence) -> Stop | None:
    """The stop rule, if there is one."""
    get = sentence.get
    days, sessions, until = get("for_days"), get("for_sessions"), get("until")
    if days is None and sessions is None:
        days = get("implied_days")
    return None if days is None and sessions is None and until is None else Stop(days, sessions, until)


def add(what: str, sentence: Sentence, expected: str, text: str, *after: str) -> Problem:
    """Something is missing: the place is the end, the fix is to put it after some other clause."""
    at = sentence.end_of(*after)
    end = sentence.span[1]
    return Problem(what, (end, end), expected, (at, at, text + ("" if at == end else " ")))


def placed(error: InputError, sentence: Sentence) -> Problem:
    """A typed object's error, at the clause that it came from."""
    fact = sentence.facts.get(_FACT.get(error.where or "", ""))
    span = fact.span if fact else sentence.span
    fix = None if fact else (sentence.span[1], sentence.span[1], "")
    what = error.what
    for name, said in _FACT.items():
        what = what.replace(name, f"the {said}") if what.startswith(name) else what
    return Problem(what, span, error.mend or "another value", fix)
