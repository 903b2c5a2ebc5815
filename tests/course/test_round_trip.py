"""Any typed step, said in words, reads back to the same step, whatever the order of the clauses."""

import json
import re
from datetime import date

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sudomotor.course import (
    CareStep,
    Condition,
    Course,
    PauseStep,
    Schedule,
    Session,
    Stop,
    TreatStep,
    Water,
    Waveform,
    with_setting,
)
from sudomotor.course import settings as course_settings
from sudomotor.course.treatment import ONE, RETURNS, SITE_CHOICES


def amounts(low, high):
    """Round numbers as people write them, and any other float in the range."""
    return st.one_of(st.integers(int(low) + 1, int(high)).map(float), st.floats(low, high, exclude_min=True))


def maybe(strategy):
    return st.none() | strategy


dc = st.builds(Waveform, st.just("dc"), amounts(0, 100))
ac = st.builds(
    Waveform,
    st.just("ac"),
    amounts(0, 100),
    frequency_Hz=amounts(0, 1e5),
    offset_mA=st.just(0.0) | amounts(0, 100),
)
fractions = st.integers(1, 100).map(lambda pct: pct / 100) | st.floats(0.01, 1)
pulsed = st.builds(
    Waveform, st.just("pulsed"), amounts(0, 100), st.just("peak"), amounts(0, 1e5), fractions
) | st.builds(
    Waveform, st.just("pulsed"), amounts(0, 10), st.just("mean"), amounts(0, 1e5), st.floats(0.1, 1)
)

added = {
    "litres": maybe(amounts(0, 10)),
    "salt_g": st.just(0.0) | amounts(0, 50),
    "baking_soda_g": st.just(0.0) | amounts(0, 50),
}
waters = st.builds(
    Water,
    st.just("tap"),
    conductivity_uS_per_cm=maybe(amounts(0, 5000)),
    alkalinity_mM=maybe(st.floats(0, 20)),
    **added,
) | st.builds(Water, st.sampled_from(["saline", "deionised"]), **added)


@st.composite
def sessions(draw):
    site, side = draw(st.sampled_from(SITE_CHOICES)), draw(st.sampled_from(["both", "left", "right"]))
    back = None if side == "both" else draw(maybe(st.sampled_from(RETURNS)))
    assume(back not in [f"{side} {ONE[each]}" for each in site.split(" and ")])
    minutes = draw(amounts(0, 360))
    return Session(
        draw(maybe(dc | ac | pulsed)),
        minutes,
        site,
        side=side,
        anode=draw(st.sampled_from(["alternating", "left", "right"])),
        reversed_halfway=draw(st.booleans()),
        water=draw(waters),
        one_pan=draw(st.booleans()),
        sealed_skin=draw(st.booleans()),
        area_cm2=draw(maybe(amounts(0, 500))),
        return_electrode=back,
        max_volts=draw(maybe(amounts(0, 200))),
        ramp_s=draw(maybe(st.floats(0, 1).map(lambda part: part * 29 * minutes))),
    )


schedules = st.sampled_from(
    [
        Schedule(3, 7),
        Schedule(1, 10),
        Schedule(7, 28),
        Schedule(1, 1),
        Schedule(1, 7),
        Schedule(2, 1),
        Schedule(1, 14),
    ]
) | st.builds(Schedule, amounts(0.01, 3), amounts(1, 60))
conditions = st.builds(
    Condition,
    st.just("HDSS"),
    st.sampled_from(["<=", ">=", "<", ">"]),
    st.floats(1, 4) | st.sampled_from([1, 2, 3]),
) | st.builds(Condition, st.just("sweat"), st.sampled_from(["<=", ">=", "<", ">"]), amounts(0, 200))
lengths = st.sampled_from([7.0, 10.0, 28.0]) | amounts(0, 400)


@st.composite
def stops(draw):
    days, count, until = draw(maybe(lengths)), draw(maybe(st.integers(1, 100))), draw(maybe(conditions))
    assume(days or count or until)
    return Stop(days, count, until)


@st.composite
def treatments(draw, ends=True):
    session, schedule = draw(sessions()), draw(schedules)
    assume(session.minutes * schedule.per_day <= 1440)
    return TreatStep(session, schedule, draw(stops() if ends else maybe(stops())))


pauses = st.builds(PauseStep, lengths, maybe(conditions)) | st.builds(PauseStep, st.none(), conditions)


care_stops = st.builds(Stop, lengths, maybe(st.integers(1, 100))) | st.builds(
    Stop, st.none(), st.integers(1, 100)
)


@st.composite
def cares(draw, ends=True, meanwhile=False):
    kind = draw(
        st.sampled_from(["exposure", "cbt", "biofeedback", "antiperspirant", "glycopyrronium", "botulinum"])
    )
    on_skin, schedule = kind in ("antiperspirant", "glycopyrronium", "botulinum"), draw(schedules)
    timed = amounts(0, 360) if kind == "glycopyrronium" else maybe(amounts(0, 360))
    minutes = draw(timed) if kind not in ("antiperspirant", "botulinum") else None
    assume((minutes or 0) * schedule.per_day <= 1440)
    return CareStep(
        kind,
        schedule,
        draw(care_stops if ends else maybe(care_stops)),
        draw(st.sampled_from(SITE_CHOICES)) if on_skin else None,
        draw(st.sampled_from(["both", "left", "right"])) if on_skin else "both",
        minutes,
        meanwhile,
    )


@st.composite
def courses(draw):
    steps = draw(st.lists(treatments() | pauses | cares(), max_size=3))
    steps.append(draw(treatments(ends=False) | cares(ends=False) | pauses | st.just(PauseStep())))
    for _ in range(draw(st.integers(0, 2))):
        steps.insert(draw(st.integers(1, len(steps))), draw(cares(ends=False, meanwhile=True)))
    start = draw(maybe(st.dates(date(2000, 1, 1), date(2099, 12, 31))))
    return Course(*steps, start=start, missed_pct=draw(st.just(0.0) | st.floats(0, 99)))


@settings(max_examples=150, deadline=None)
@given(courses())
def test_words_read_back_to_the_same_course(course):
    again = Course(*course.words)
    assert again == course
    assert again.words == course.words
    assert hash(again) == hash(course)
    assert Course("; ".join(course.words)) == course


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_clauses_may_stand_in_any_order(data):
    step = data.draw(treatments())
    check_any_order(data, step)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_clauses_of_another_treatment_may_stand_in_any_order(data):
    step = data.draw(cares())
    assume(" " not in step.name)  # a verb of one word
    check_any_order(data, step)


def check_any_order(data, step):
    verb, _, body = step.words.partition(" ")
    pieces = re.split(r", | (?=at \d)| (?<!or )(?=for )| (?=until )| (?=or )", body)
    pieces = data.draw(st.permutations(pieces))
    gaps = data.draw(
        st.lists(st.sampled_from([" ", ", ", ",", " , "]), min_size=len(pieces), max_size=len(pieces))
    )
    shuffled = verb + " " + "".join(piece + gap for piece, gap in zip(pieces, gaps, strict=True))
    cased = data.draw(st.sampled_from([str, str.upper, str.lower, str.title]))(shuffled)
    assert Course(cased).steps == (step,)


@settings(max_examples=60, deadline=None)
@given(courses())
def test_plain_data_survive_json(course):
    assert Course.from_dict(json.loads(json.dumps(course.to_dict()))) == course


@settings(max_examples=60, deadline=None)
@given(sessions())
def test_a_session_alone_reads_back(session):
    assert Session.parse(session.words) == session
    assert Session(session.words) == session


@settings(max_examples=60, deadline=None)
@given(stops())
def test_a_stop_rule_alone_reads_back(stop):
    assert Stop.parse(stop.words) == stop


@settings(max_examples=60, deadline=None)
@given(courses(), st.floats(0.5, 1.0), st.data())
def test_a_changed_setting_is_said_in_words_too(course, value, data):
    names = course_settings(course)
    assume(names)
    name = data.draw(st.sampled_from(names))
    # AC at exactly 0 mA cannot scale an offset; ramps need their minutes
    assume(
        name != "minutes"
        or all(getattr(step, "session", None) is None or not step.session.ramp_s for step in course.steps)
    )
    assume(name not in ("current_mA", "duty"))
    changed = with_setting(course, name, value)
    assert Course(*changed.words) == changed
    assert with_setting(changed, name, value) == changed
