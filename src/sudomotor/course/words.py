"""Typed steps to canonical sentences, each of which reads back to the same step."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sudomotor.course.care import CareStep
from sudomotor.course.checks import plain
from sudomotor.course.schedule import Condition, Schedule, Stop
from sudomotor.course.steps import PauseStep, Step, TreatStep
from sudomotor.course.treatment import FOREARM_PAD, ONE, Session, Water
from sudomotor.course.waveform import Waveform


def count(value: float, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "week"), count(2.5, "day")
    ('1 week', '2.5 days')
    """
    return f"{plain(value)} {one if value == 1 else many or one + 's'}"


def per_cent(fraction: float) -> str:
    """A fraction in per cent, in decimal arithmetic so that it reads back exactly.

    >>> per_cent(0.5), per_cent(0.07)
    ('50 %', '7 %')
    """
    return f"{_shifted(fraction, 2)} %"


def hertz(value: float) -> str:
    """A frequency in Hz, or in kHz where that reads back to the same number.

    >>> hertz(9), hertz(4300)
    ('9 Hz', '4.3 kHz')
    """
    if 1000 <= value < 1e6:
        kilo = _shifted(value, -3)
        if float(kilo) * 1e3 == value:
            return f"{kilo} kHz"
    return f"{plain(value)} Hz"


def span(days: float) -> str:
    """A time in days, in weeks where they are whole.

    >>> span(28), span(10)
    ('4 weeks', '10 days')
    """
    return count(days / 7, "week") if days % 7 == 0 else count(days, "day")


def site_words(session: Session | CareStep) -> str:
    """The sites, or the one side of each.

    >>> site_words(Session("left palm and left sole, 15 mA for 20 minutes"))
    'left palm and left sole'
    """
    if session.side == "both":
        return session.site or ""
    return " and ".join(f"{session.side} {ONE[site]}" for site in session.sites)


def waveform_words(waveform: Waveform) -> str:
    """The current as a clause.

    >>> waveform_words(Waveform("pulsed", 15, frequency_Hz=10_000, duty=0.5))
    '15 mA pulsed DC 10 kHz 50 %'
    """
    current = f"{plain(waveform.current_mA)} mA"
    if waveform.kind == "dc":
        return f"{current} DC"
    frequency = hertz(waveform.frequency_Hz or 0.0)
    if waveform.kind == "pulsed":
        mean = " mean" if waveform.reading == "mean" else ""
        return f"{current}{mean} pulsed DC {frequency} {per_cent(waveform.duty or 0.0)}"
    offset = f" with {plain(waveform.offset_mA)} mA DC offset" if waveform.offset_mA else ""
    return f"{current} AC {frequency}{offset}"


def water_clauses(water: Water) -> list[str]:
    """What the sentence says about the water; nothing for plain tap water.

    >>> water_clauses(Water("saline", litres=2))
    ['in saline', '2 litres']
    """
    clauses = {"tap": [], "saline": ["in saline"], "deionised": ["in deionised water"]}[water.kind].copy()
    if water.conductivity_uS_per_cm is not None:
        clauses.append(f"water {plain(water.conductivity_uS_per_cm)} uS/cm")
    if water.alkalinity_mM is not None:
        clauses.append(f"alkalinity {plain(water.alkalinity_mM)} mM")
    if water.litres is not None:
        clauses.append(count(water.litres, "litre"))
    if water.salt_g:
        clauses.append(f"with {plain(water.salt_g)} g salt")
    if water.baking_soda_g:
        clauses.append(f"with {plain(water.baking_soda_g)} g baking soda")
    return clauses


def session_words(session: Session) -> str:
    """One session: site, current, whatever differs from the usual, length.

    >>> session_words(Session("15 mA for 20 minutes in saline"))
    'palms at 15 mA DC, in saline, for 20 minutes'
    """
    clauses = []
    if session.anode != "alternating":
        clauses.append(f"anode {session.anode}")
    if session.reversed_halfway:
        clauses.append("reversed halfway")
    clauses += water_clauses(session.water)
    if session.one_pan:
        clauses.append("in one pan")
    if session.sealed_skin:
        clauses.append("with sealed skin")
    if session.area_cm2 is not None:
        clauses.append(f"over {plain(session.area_cm2)} cm2")
    if session.return_electrode not in (None, FOREARM_PAD):
        clauses.append(f"return on {session.return_electrode}")
    if session.max_volts is not None:
        clauses.append(f"at most {plain(session.max_volts)} V")
    if session.ramp_s is not None:
        clauses.append(f"ramp {plain(session.ramp_s)} s")
    sham = session.waveform is None
    head = f"sham {site_words(session)}" if sham else site_words(session)
    if session.waveform is not None:
        head += f" at {waveform_words(session.waveform)}"
    extra = f", {', '.join(clauses)}, " if clauses else " "
    return f"{head}{extra}for {count(session.minutes, 'minute')}"


def schedule_words(schedule: Schedule) -> str:
    """The schedule as a clause.

    >>> schedule_words(Schedule(7, 28)), schedule_words(Schedule(1, 1))
    ('7 times per 4 weeks', 'daily')
    """
    times, period = schedule.times, schedule.period_days
    if times == 1 and period != 7:
        return "daily" if period == 1 else f"every {span(period)}"
    often = "once" if times == 1 else f"{plain(times)} times"
    if period in (1, 7):
        return f"{often} a {'day' if period == 1 else 'week'}"
    return f"{often} per {span(period)}"


def condition_words(condition: Condition) -> str:
    """The condition as it stands after "until"."""
    unit = " mg/min" if condition.measure == "sweat" else ""
    return f"{condition.measure} {condition.relation} {plain(condition.value)}{unit}"


def stop_words(stop: Stop) -> str:
    """The stop rule: the condition first, then the limits, joined by "or"."""
    rules = [] if stop.until is None else [f"until {condition_words(stop.until)}"]
    if stop.for_days is not None:
        rules.append(f"for {span(stop.for_days)}")
    if stop.for_sessions is not None:
        rules.append(f"for {count(stop.for_sessions, 'session')}")
    return " or ".join(rules)


def step_words(step: Step) -> str:
    """The whole step as a sentence.

    >>> step_words(PauseStep())
    'Pause'
    """
    if isinstance(step, PauseStep):
        return f"Pause {stop_words(step.stop)}" if step.stop is not None else "Pause"
    if isinstance(step, CareStep):
        return care_words(step)
    session = session_words(step.session)
    head = session[0].upper() + session[1:] if step.sham else f"Treat {session}"
    return f"{head}, {_when(step)}"


def care_words(step: CareStep) -> str:
    """Another treatment: what, where, how long, how often.

    >>> care_words(CareStep("cbt", Schedule(1, 7), Stop(for_days=84), minutes=50, meanwhile=True))
    'Meanwhile CBT for 50 minutes, once a week for 12 weeks'
    """
    head = step.name
    if step.site is not None:
        head += f" {'in' if step.kind == 'botulinum' else 'on'} {site_words(step)}"
    if step.minutes is not None:
        head += f" for {count(step.minutes, 'minute')}"
    head = f"Meanwhile {head}" if step.meanwhile else head[0].upper() + head[1:]
    single = step.schedule == Schedule(1, 1) and step.stop == Stop(for_sessions=1)
    return f"{head}, {'once' if single else _when(step)}"


def course_words(steps: tuple[Step, ...], start: date | None, missed_pct: float) -> tuple[str, ...]:
    """The sentences of a course; what holds for all of it stands in the first."""
    sentences = [step_words(step) for step in steps]
    if start is not None:
        sentences[0] += f", starting {start.isoformat()}"
    if missed_pct:
        sentences[0] += f", missing {plain(missed_pct)} % of sessions"
    return tuple(sentences)


def _when(step: TreatStep | CareStep) -> str:
    schedule, stop = step.schedule, step.stop
    if stop is None:
        return schedule.words
    # "7 times in 4 weeks" says both; elsewhere "per" leaves the end open
    if stop == Stop(for_days=schedule.period_days) and " per " in schedule.words:
        return schedule.words.replace(" per ", " in ")
    return f"{schedule.words} {stop.words}"


def _shifted(value: float, places: int) -> str:
    """The value times 10**places, written out; exact, for it only moves the point."""
    text = format(Decimal(repr(value)).scaleb(places), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
