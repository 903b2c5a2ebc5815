"""The vocabulary: what people write, and what it means."""

from datetime import date

import pytest

from sudomotor.course import Condition, Course, PauseStep, Schedule, Session, Stop, TreatStep, Water, Waveform
from sudomotor.errors import InputError

BASE = "Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks"


def session(text):
    return Session.parse(text)


def one(text):
    (step,) = Course(text).steps
    return step


@pytest.mark.parametrize(
    ("words", "waveform"),
    [
        ("15 mA DC", Waveform("dc", 15)),
        ("15 mA", Waveform("dc", 15)),
        ("0.015 A direct current", Waveform("dc", 15)),
        ("15000 µA DC", Waveform("dc", 15)),
        ("fifteen milliamps", Waveform("dc", 15)),
        ("0 mA DC", Waveform("dc", 0)),
        ("15 mA pulsed DC 10 kHz 50 %", Waveform("pulsed", 15, "peak", 10_000, 0.5)),
        ("15 mA mean pulsed DC 10 kHz 50%", Waveform("pulsed", 15, "mean", 10_000, 0.5)),
        ("pulsed, 4.3 kHz, duty cycle 0.3, mean 15 mA", Waveform("pulsed", 15, "mean", 4300, 0.3)),
        ("10.5 mA AC 9 Hz", Waveform("ac", 10.5, "rms", 9)),
        ("15 mA AC 50 Hz with 15 mA DC offset", Waveform("ac", 15, "rms", 50, offset_mA=15)),
        ("50 Hz AC, offset of 5 mA, 15 mA rms", Waveform("ac", 15, "rms", 50, offset_mA=5)),
    ],
)
def test_currents(words, waveform):
    assert session(f"{words} for 20 minutes").waveform == waveform


@pytest.mark.parametrize(
    ("words", "site", "side"),
    [
        ("palms", "palms", "both"),
        ("both hands", "palms", "both"),
        ("the feet", "soles", "both"),
        ("Underarms", "axillae", "both"),
        ("armpits", "axillae", "both"),
        ("left palm", "palms", "left"),
        ("right foot", "soles", "right"),
        ("left axilla", "axillae", "left"),
        ("left and right palm", None, None),
        ("left palm and right palm", "palms", "both"),
        ("palms and soles", "palms and soles", "both"),
        ("soles, hands", "palms and soles", "both"),
        ("left palm and left sole", "palms and soles", "left"),
        ("hands, feet and underarms", "palms and soles and axillae", "both"),
    ],
)
def test_sites(words, site, side):
    text = f"Treat {words} at 15 mA DC for 20 minutes, daily"
    if site is None:
        with pytest.raises(InputError):
            Course(text)
        return
    assert (one(text).session.site, one(text).session.side) == (site, side)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("reversed halfway", {"reversed_halfway": True}),
        ("polarity reversed half-way", {"reversed_halfway": True}),
        ("anode left", {"anode": "left"}),
        ("right anode", {"anode": "right"}),
        ("anode alternating", {}),
        ("in saline", {"water": Water("saline")}),
        ("with saline solution", {"water": Water("saline")}),
        ("in tap water", {}),
        ("in deionised water", {"water": Water("deionised")}),
        ("in distilled water", {"water": Water("deionised")}),
        ("with 5 g salt", {"water": Water(salt_g=5)}),
        ("with 5 grams of table salt", {"water": Water(salt_g=5)}),
        ("with 4 g baking soda", {"water": Water(baking_soda_g=4)}),
        ("in saline with 5 g salt", {"water": Water("saline", salt_g=5)}),
        ("water 500 µS/cm", {"water": Water(conductivity_uS_per_cm=500)}),
        ("water 0.5 mS / cm", {"water": Water(conductivity_uS_per_cm=500)}),
        ("alkalinity 2 mM", {"water": Water(alkalinity_mM=2)}),
        ("2 litres", {"water": Water(litres=2)}),
        ("in 1500 ml of saline", {"water": Water("saline", litres=1.5)}),
        ("in one pan", {"one_pan": True}),
        ("both hands in one pan", {"one_pan": True}),
        ("in two pans", {}),
        ("with sealed skin", {"sealed_skin": True}),
        ("over 150 cm²", {"area_cm2": 150}),
        ("electrode area 150 cm2", {"area_cm2": 150}),
        ("left palm", {"side": "left", "return_electrode": "forearm pad"}),
        ("left hand, return on right hand", {"side": "left", "return_electrode": "right palm"}),
        ("right palm with the return on forearm", {"side": "right", "return_electrode": "forearm pad"}),
        ("at most 60 V", {"max_volts": 60}),
        ("max. 60 volts", {"max_volts": 60}),
        ("ramp 30 s", {"ramp_s": 30}),
    ],
)
def test_clauses_of_a_session(words, fields):
    expected = Session(Waveform("dc", 15), 20, **fields)
    assert session(f"15 mA DC for 20 minutes, {words}") == expected
    assert session(f"{words}, 20 min, 15 mA") == expected


@pytest.mark.parametrize(
    ("words", "minutes"),
    [
        ("for 20 minutes", 20),
        ("for 20 mins", 20),
        ("for 20 min.", 20),
        ("20-minute", 20),
        ("for twenty minutes each", 20),
        ("for 1.5 hours", 90),
        ("for half an hour", 30),
        ("for an hour", 60),
        ("for 90 s", 1.5),
    ],
)
def test_lengths_of_a_session(words, minutes):
    assert session(f"15 mA DC {words}").minutes == minutes


@pytest.mark.parametrize(
    ("words", "schedule"),
    [
        ("3 times a week", Schedule(3, 7)),
        ("three times per week", Schedule(3, 7)),
        ("thrice a week", Schedule(3, 7)),
        ("3x/week", Schedule(3, 7)),
        ("3 x a week", Schedule(3, 7)),
        ("3 sessions a week", Schedule(3, 7)),
        ("5 days a week", Schedule(5, 7)),
        ("twice weekly", Schedule(2, 7)),
        ("weekly", Schedule(1, 7)),
        ("once a week", Schedule(1, 7)),
        ("every week", Schedule(1, 7)),
        ("daily", Schedule(1, 1)),
        ("a day", Schedule(1, 1)),
        ("every day", Schedule(1, 1)),
        ("twice a day", Schedule(2, 1)),
        ("every other day", Schedule(1, 2)),
        ("every 10 days", Schedule(1, 10)),
        ("every 2 weeks", Schedule(1, 14)),
        ("thrice a fortnight", Schedule(3, 14)),
        ("fortnightly", Schedule(1, 14)),
        ("3 times every 2 weeks", Schedule(3, 14)),
        ("7 times per 4 weeks", Schedule(7, 28)),
    ],
)
def test_schedules(words, schedule):
    step = one(f"Treat palms at 15 mA DC for 20 minutes, {words}")
    assert (step.schedule, step.stop) == (schedule, None)
    assert one(f"Treat palms {words} at 15 mA DC for 20 minutes for 28 days").stop == Stop(for_days=28)


HDSS2 = Condition("HDSS", "<=", 2)


@pytest.mark.parametrize(
    ("words", "stop"),
    [
        ("for 4 weeks", Stop(for_days=28)),
        ("for one week", Stop(for_days=7)),
        ("for 28 days", Stop(for_days=28)),
        ("for 10 sessions", Stop(for_sessions=10)),
        ("until HDSS <= 2", Stop(until=HDSS2)),
        ("until HDSS ≤ 2", Stop(until=HDSS2)),
        ("until HDSS is at most 2", Stop(until=HDSS2)),
        ("until HDSS <= 2 or for 4 weeks", Stop(28, until=HDSS2)),
        ("for 4 weeks or until HDSS <= 2", Stop(28, until=HDSS2)),
        ("for 4 weeks, until HDSS <= 2, whichever comes first", Stop(28, until=HDSS2)),
        ("until sweat < 20 mg/min", Stop(until=Condition("sweat", "<", 20))),
        ("until sweat falls below 1.2 g/h", Stop(until=Condition("sweat", "<", 20))),
        ("until HDSS <= 2 or for 4 weeks or for 10 sessions", Stop(28, 10, HDSS2)),
    ],
)
def test_stops(words, stop):
    assert one(f"Treat palms at 15 mA DC for 20 minutes, daily {words}").stop == stop


def test_two_meanings_of_for():
    step = one("Treat palms for 4 weeks at 15 mA for 20 minutes every 10 days")
    assert (step.session.minutes, step.stop) == (20, Stop(for_days=28))
    assert one("Treat palms at 15 mA for 20 minutes, every 10 days for 28 days").days == 28


def test_times_in_a_period_say_the_end_too():
    step = one("Treat palms at 12 mA DC for 20 minutes, 7 times in 4 weeks")
    assert (step.schedule, step.stop) == (Schedule(7, 28), Stop(for_days=28))
    assert step.words == "Treat palms at 12 mA DC for 20 minutes, 7 times in 4 weeks"
    longer = one("Treat palms at 12 mA DC for 20 minutes, 7 times in 4 weeks for 8 weeks")
    assert longer.stop == Stop(for_days=56)


def test_pause_and_sham():
    assert one("Pause for 2 weeks") == PauseStep(14)
    assert one("Pause for 48 hours") == PauseStep(2)
    assert one("Pause until HDSS >= 3 or for 60 days") == PauseStep(60, Condition("HDSS", ">=", 3))
    assert one("Pause") == PauseStep()
    sham = one("Sham palms for 20 minutes, 5 times a week for 2 weeks")
    assert sham.sham
    assert sham.words == "Sham palms for 20 minutes, 5 times a week for 2 weeks"


def test_once_is_one_session():
    assert one("Treat palms at 15 mA DC for 20 minutes once").stop == Stop(for_sessions=1)


def test_start_and_missed_sessions():
    course = Course(BASE + ", starting 2026-03-01, missing 20 % of sessions", "Then every 10 days")
    assert (course.start, course.missed_pct) == (date(2026, 3, 1), 20)
    assert Course(BASE, "Then every 10 days", start=date(2026, 3, 1), missed_pct=20) == course
    assert course != Course(BASE, "Then every 10 days")
    with pytest.raises(InputError):
        Course(BASE + ", starting 2026-03-01", start=date(2026, 3, 2))


def test_then_takes_what_it_does_not_say():
    first = (
        "Treat left palm at 10 mA mean pulsed DC 10 kHz 30 %, in saline, return on right palm, "
        "for 15 minutes, daily for 1 week"
    )
    course = Course(
        first, "Pause for 2 weeks", "Then every 10 days for 20 days", "Continue twice a week at 12 mA"
    )
    before, _, rarer, stronger = course.steps
    assert rarer == TreatStep(before.session, Schedule(1, 10), Stop(for_days=20))
    assert stronger.schedule == Schedule(2, 7)
    assert stronger.session.waveform == Waveform("pulsed", 12, "mean", 10_000, 0.3)
    assert stronger.session.water == before.session.water
    assert stronger.session.return_electrode == "right palm"


def test_continue_alone_goes_on_as_before():
    course = Course(BASE, "Continue")
    assert course.steps[1] == TreatStep(course.steps[0].session, Schedule(3, 7))


def test_then_to_another_kind_of_current_site_or_water():
    course = Course(
        "Treat left palm at 15 mA pulsed DC 10 kHz 50 %, return on right sole, over 150 cm2, "
        "water 500 uS/cm, 2 litres, with 5 g salt, for 20 minutes, daily for 1 week",
        "Then at 8 mA DC, axillae, in deionised water",
    )
    later = course.steps[1].session
    assert later.waveform == Waveform("dc", 8)
    assert (later.site, later.side, later.return_electrode) == ("axillae", "both", None)
    assert later.water == Water("deionised", litres=2)
    assert later.area_cm2 is None
    assert any("area" in note for note in course.notes)


def test_then_sham_and_then_treat():
    course = Course(BASE, "Then sham for 2 weeks", "Then for 1 week", "Then treat at 5 mA")
    assert [step.sham for step in course.steps] == [False, True, True, False]
    assert course.steps[2].session == course.steps[1].session


def test_sentences_in_one_text_and_mixed_with_steps():
    words = Course(BASE, "Then every 10 days for 30 days", "Pause for 2 weeks")
    assert Course(BASE + ", then every 10 days for 30 days; pause for 2 weeks") == words
    assert Course(BASE + ". Then every 10 days for 30 days.\nPause for 2 weeks.") == words
    assert Course(words.steps[0], "Then every 10 days for 30 days", PauseStep(14)) == words
    assert Course(Course(BASE), "Then every 10 days for 30 days | Pause for 2 weeks") == words


def test_what_was_taken_for_granted_is_noted():
    course = Course("Treat palms at 15 mA for 20 minutes, once a month for 3 months")
    assert any("DC" in note for note in course.notes)
    assert any("30 days" in note for note in course.notes)
    assert course.days == 90
    pulsed = Course("Treat palms at 15 mA pulsed for 20 minutes, daily")
    assert pulsed.steps[0].session.waveform == Waveform("pulsed", 15, "peak", 10_000, 0.5)
    assert len(pulsed.notes) == 2
    assert Course("Treat palms at 15 mA DC for 20 minutes, daily").notes == ()


def test_one_pan_where_it_means_nothing():
    assert Session("15 mA for 20 minutes in one pan").shared_pan
    assert Session("left palm, return on right palm, 15 mA for 20 minutes in one pan").shared_pan
    for site in ("left palm", "axillae"):
        course = Course(f"Treat {site} at 15 mA DC for 20 minutes, in one pan, daily")
        assert not course.steps[0].session.shared_pan
        assert "one pan" in course.notes[0]


def test_arguments_of_a_session_override_its_words():
    session = Session("15 mA DC for 20 minutes, left palm", site="soles", max_volts=30, water=Water(litres=2))
    assert session.words == "left sole at 15 mA DC, 2 litres, at most 30 V, for 20 minutes"
    assert Session("15 mA DC for 20 minutes, left palm", side="both").return_electrode is None


@pytest.mark.parametrize(
    "make",
    [
        lambda: Session(Waveform("dc", 15)),
        lambda: Session(Waveform("dc", 15), 0),
        lambda: Session(Waveform("dc", 15), 361),
        lambda: Session(15, 20),
        lambda: Session(Waveform("dc", 15), 20, "plams"),
        lambda: Session(Waveform("dc", 15), 20, return_electrode="forearm pad"),
        lambda: Session(Waveform("dc", 15), 20, side="left", return_electrode="left palm"),
        lambda: Session(Waveform("dc", 15), 20, ramp_s=900),
        lambda: Session(Waveform("dc", 15), 20, water="saline"),
        lambda: Session(Waveform("dc", 15), 20, one_pan="yes"),
        lambda: Water("saline", conductivity_uS_per_cm=500),
        lambda: Water("deionised", alkalinity_mM=2),
        lambda: Water(litres=0),
        lambda: Water("sea"),
    ],
)
def test_a_session_that_cannot_be_is_refused_with_its_mend(make):
    with pytest.raises(InputError) as caught:
        make()
    assert caught.value.where
    assert caught.value.mend
