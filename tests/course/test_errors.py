"""A wrong sentence is answered with the place, what was expected and the nearest valid sentence."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.course import Course, PauseStep, Schedule, SentenceError, Session, Stop, TreatStep
from sudomotor.errors import InputError

GOOD = "Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks"


def fault(*parts):
    with pytest.raises(SentenceError) as caught:
        Course(*parts)
    return caught.value


# sentence, what the caret points at, the nearest valid sentence
CASES = [
    (
        "Treat plams at 15 mA DC for 20 minutes, daily",
        "plams",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    ("Tret palms at 15 mA DC for 20 minutes, daily", "Tret", "Treat palms at 15 mA DC for 20 minutes, daily"),
    ("palms at 15 mA DC for 20 minutes, daily", "palms", "Treat palms at 15 mA DC for 20 minutes, daily"),
    ("Treat palm at 15 mA DC for 20 minutes, daily", "palm", "Treat palms at 15 mA DC for 20 minutes, daily"),
    ("Treat at 15 mA DC for 20 minutes, daily", "", "Treat palms at 15 mA DC for 20 minutes, daily"),
    ("Treat palms for 20 minutes, daily", "", "Treat palms at 15 mA DC for 20 minutes, daily"),
    ("Treat palms at 15 mA DC, daily", "", "Treat palms at 15 mA DC for 20 minutes, daily"),
    ("Treat palms at 15 mA DC for 20 minutes", "", "Treat palms at 15 mA DC for 20 minutes, 3 times a week"),
    (
        "Treat palms at 15 amps DC for 20 minutes, daily",
        "15 amps",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 150 mA DC for 20 minutes, daily",
        "150 mA",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at nan mA DC for 20 minutes, daily",
        "nan mA",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at inf mA DC for 20 minutes, daily",
        "inf mA",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    ("Treat palms at 15 mQ DC for 20 minutes, daily", "mQ", "Treat palms at 15 mA DC for 20 minutes, daily"),
    ("Treat palms at 15 DC for 20 minutes, daily", "at 15", "Treat palms at 15 mA DC for 20 minutes, daily"),
    (
        "Treat palms at 10,5 mA DC for 20 minutes, daily",
        ",",
        "Treat palms at 10.5 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC for -20 minutes, daily",
        "-20 minutes",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC for 0 minutes, daily",
        "0 minutes",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC for 48 hours, daily",
        "for 48 hours",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC for 20 minuts, daily",
        "minuts",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    ("Treat palms at 15 mA DC for 20, daily", "", "Treat palms at 15 mA DC for 20 minutes, daily"),
    (
        "Treat palms at 15 mA DC for 20 minutes, thrice a fortnightly",
        "fortnightly",
        "Treat palms at 15 mA DC for 20 minutes, thrice a fortnight",
    ),
    (
        "Treat palms at 15 mA DC for 20 minutes, 3 times a wek",
        "wek",
        "Treat palms at 15 mA DC for 20 minutes, 3 times a week",
    ),
    (
        "Treat palms at 15 mA, 12 mA DC for 20 minutes, daily",
        "12 mA",
        "Treat palms at 15 mA, DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC for 20 minutes, daily, twice a week",
        "twice a week",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC in saline, water 500 uS/cm, for 20 minutes, daily",
        "water 500 uS/cm",
        "Treat palms at 15 mA DC in saline, for 20 minutes, daily",
    ),
    (
        "Treat palms with seald skin at 15 mA DC for 20 minutes, daily",
        "seald",
        "Treat palms with sealed skin at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC, anode lfet, for 20 minutes, daily",
        "lfet",
        "Treat palms at 15 mA DC, anode left, for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC 50 Hz for 20 minutes, daily",
        "50 Hz",
        "Treat palms at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA pulsed DC 10 kHz 150 % for 20 minutes, daily",
        "150",
        "Treat palms at 15 mA pulsed DC 10 kHz 50 % for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC for 20 minutes, daily until HDSS <= 7",
        "7",
        "Treat palms at 15 mA DC for 20 minutes, daily until HDSS <= 2",
    ),
    (
        "Treat palms at 15 mA DC for 20 minutes, daily 4 weeks",
        "4 weeks",
        "Treat palms at 15 mA DC for 20 minutes, daily for 4 weeks",
    ),
    ("Sham palms at 15 mA for 20 minutes, daily", "at 15 mA", "Sham palms for 20 minutes, daily"),
    ("Pause for 10 sessions", "for 10 sessions", "Pause"),
    ("Pause for 2 weks", "weks", "Pause for 2 weeks"),
    (
        "Treat palms, return on forearm pad, at 15 mA DC for 20 minutes, daily",
        "return on forearm pad",
        "Treat palms, at 15 mA DC for 20 minutes, daily",
    ),
    (
        "Treat palms at 15 mA DC for 20 minutes, daily, starting 2026-02-30",
        "2026-02-30",
        "Treat palms at 15 mA DC for 20 minutes, daily, starting 2026-03-01",
    ),
    (
        "Treat palms at 15 mA DC for 20 minutes, daily, starting 1 March 2026",
        "1",
        "Treat palms at 15 mA DC for 20 minutes, daily, starting 2026-03-01",
    ),
]


@pytest.mark.parametrize(("sentence", "place", "nearest"), CASES, ids=[case[0] for case in CASES])
def test_place_expectation_and_nearest_sentence(sentence, place, nearest):
    error = fault(sentence)
    assert sentence[error.position :].startswith(place)
    text, marks = error.where.split("\n")[1:]
    assert text.strip() == sentence
    assert text[marks.index("^") :].startswith(place)
    assert marks.count("^") == max(1, len(place))
    assert error.suggestion == nearest
    assert nearest in str(error)
    Course(error.suggestion)


@pytest.mark.parametrize("parts", [(), ("",), ("  ,.",), (GOOD, ""), (15,), (None,)])
def test_an_empty_course_or_part_says_so(parts):
    with pytest.raises(InputError) as caught:
        Course(*parts)
    assert caught.value.where
    assert "Treat palms" in caught.value.mend


def test_every_step_but_the_last_must_end():
    error = fault("Treat palms at 15 mA DC for 20 minutes, daily", "Then every 10 days")
    assert error.where.startswith("step 1 of 2")
    assert error.suggestion == "Treat palms at 15 mA DC for 20 minutes, daily for 4 weeks"
    assert fault(GOOD, "Pause", "Then daily").where.startswith("step 2 of 3")
    with pytest.raises(InputError, match="step 1 of 2"):
        Course(TreatStep(Session("15 mA for 20 minutes"), Schedule(3, 7)), PauseStep(14))
    assert (
        Course(TreatStep(Session("15 mA for 20 minutes"), Schedule(3, 7), Stop(28)), PauseStep()).days is None
    )


def test_the_step_of_a_later_fault_is_named():
    error = fault(GOOD + "; then evry 10 days")
    assert error.where.startswith("step 2 of 2")
    assert error.suggestion == "then every 10 days"
    Course(GOOD, error.suggestion)


def test_nothing_to_continue():
    error = fault("Then every 10 days")
    assert "no treatment before" in error.what
    Course(error.suggestion)
    Course(fault("Pause for 2 weeks", "Continue").suggestion)


def test_what_holds_for_the_whole_course_stands_in_the_first_sentence():
    for clause in ("starting 2026-03-01", "missing 20 % of sessions"):
        error = fault(GOOD, f"Then every 10 days, {clause}")
        assert "whole course" in error.what
        assert error.suggestion == "Then every 10 days"


@pytest.mark.parametrize(
    "text", ["", "15 mA DC", "15 mA DC for 20 minutes, daily", "15 mQ for 20 minutes", "Pause"]
)
def test_a_wrong_session_is_answered_likewise(text):
    with pytest.raises(InputError) as caught:
        Session(text)
    assert caught.value.mend
    if isinstance(caught.value, SentenceError):
        Session(caught.value.suggestion)


@pytest.mark.parametrize("text", ["", "daily", "for 4 weks", "HDSS <= 2"])
def test_a_wrong_stop_rule_is_answered_likewise(text):
    with pytest.raises(InputError) as caught:
        Stop.parse(text)
    if isinstance(caught.value, SentenceError):
        Stop.parse(caught.value.suggestion)


NOISE = st.sampled_from(["nan", "-5", "1e400", "°", "%", "<=", "foo", "A", "(", "İ", "/", "and", "2"])
SAMPLES = [
    GOOD,
    "Treat left palm at 10 mA mean pulsed DC 10 kHz 30 %, in saline, return on left sole, for 9 min, daily",
    "Sham soles, 2 litres, alkalinity 2 mM, for 20 minutes, 7 times in 4 weeks",
    "Treat palms and soles at 15 mA AC 50 Hz with 15 mA DC offset for 9 min until HDSS <= 2, daily",
    "Glycopyrronium iontophoresis on left palm for 10 minutes, weekly for 4 weeks",
    "Exposure therapy for 50 minutes, 2 times a week for 10 sessions",
    "Pause until sweat >= 20 mg/min or for 60 days, starting 2026-03-01, missing 20 % of sessions",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SAMPLES), st.data())
def test_any_damaged_sentence_is_read_or_answered_with_one_that_is(sentence, data):
    words = sentence.split(" ")
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(words) - 1))
        kind = data.draw(st.sampled_from(["drop", "repeat", "letter", "swap", "noise"]))
        if kind == "drop" and len(words) > 1:
            del words[at]
        elif kind == "repeat":
            words.insert(at, words[at])
        elif kind == "swap":
            other = data.draw(st.integers(0, len(words) - 1))
            words[at], words[other] = words[other], words[at]
        elif kind == "noise":
            words.insert(
                at,
                data.draw(NOISE),
            )
        else:
            spot = data.draw(st.integers(0, len(words[at])))
            words[at] = words[at][:spot] + data.draw(st.sampled_from("aqx7-.")) + words[at][spot:]
    check(" ".join(words))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=40))
def test_any_text_is_read_or_answered(text):
    check(text)
    check("Treat " + text)


def check(text):
    answer = None
    try:
        Course(text)
    except InputError as error:
        answer = error
    if answer is not None:
        assert answer.mend
    if isinstance(answer, SentenceError):
        assert 0 <= answer.position <= len(text)
        assert Course(answer.suggestion).steps
