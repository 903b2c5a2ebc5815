"""Other treatments in the course language: what is read, what is refused, and what runs alongside what."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.course import (
    CareStep,
    Course,
    PauseStep,
    Schedule,
    SentenceError,
    Session,
    Stop,
    TreatStep,
    session_days,
    setting,
    with_setting,
)
from sudomotor.errors import InputError

TREAT = "Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks"
ONCE = (Schedule(1, 1), Stop(for_sessions=1))

READ = {
    "Exposure for 20 minutes, twice a week for 4 weeks": CareStep(
        "exposure", Schedule(2, 7), Stop(28), minutes=20
    ),
    "CBT for 50 minutes, once a week for 12 weeks": CareStep("cbt", Schedule(1, 7), Stop(84), minutes=50),
    "Biofeedback for 15 minutes, daily for 6 weeks": CareStep(
        "biofeedback", Schedule(1, 1), Stop(42), minutes=15
    ),
    "Antiperspirant on palms, daily for 3 weeks": CareStep(
        "antiperspirant", Schedule(1, 1), Stop(21), "palms"
    ),
    "Botulinum toxin in palms, once": CareStep("botulinum", *ONCE, "palms"),
    "Botox in left palm, every 6 months": CareStep("botulinum", Schedule(1, 180), site="palms", side="left"),
    "Glycopyrronium iontophoresis on palms for 10 minutes, weekly for 4 weeks": CareStep(
        "glycopyrronium", Schedule(1, 7), Stop(28), "palms", minutes=10
    ),
    # other spellings
    "Exposure exercises daily for half an hour": CareStep("exposure", Schedule(1, 1), minutes=30),
    "Do exposure therapy, 3x/week": CareStep("exposure", Schedule(3, 7)),
    "Cognitive-behavioral therapy once a week": CareStep("cbt", Schedule(1, 7)),
    "CBT sessions weekly for 12 sessions": CareStep("cbt", Schedule(1, 7), Stop(for_sessions=12)),
    "HRV biofeedback 15 min, every day": CareStep("biofeedback", Schedule(1, 1), minutes=15),
    "Apply aluminum chloride to the armpits, every other day": CareStep(
        "antiperspirant", Schedule(1, 2), site="axillae"
    ),
    "Anti-perspirant under the armpits daily": CareStep("antiperspirant", Schedule(1, 1), site="axillae"),
    "Inject botulinum toxin type A into both palms once": CareStep("botulinum", *ONCE, "palms"),
    "Treat soles with botox injections, once": CareStep("botulinum", *ONCE, "soles"),
    "Glycopyrrolate, right hand, 20 min, weekly": CareStep(
        "glycopyrronium", Schedule(1, 7), site="palms", side="right", minutes=20
    ),
    "ANTIPERSPIRANT ON LEFT PALM AND LEFT SOLE, DAILY": CareStep(
        "antiperspirant", Schedule(1, 1), site="palms and soles", side="left"
    ),
}


@pytest.mark.parametrize("sentence", READ)
def test_a_sentence_is_read_and_written_back(sentence):
    course = Course(sentence)
    assert course.steps == (READ[sentence],)
    assert Course(*course.words) == course
    assert Course.from_dict(course.to_dict()) == course
    assert CareStep.from_dict(course.steps[0].to_dict()) == course.steps[0]


def test_canonical_words():
    assert Course("Botox in hands, once").words == ("Botulinum toxin in palms, once",)
    assert Course(TREAT, "Meanwhile cbt weekly").words[1] == "Meanwhile CBT, once a week"
    assert Course(TREAT, "Meanwhile, antiperspirant on the feet, daily").words[1] == (
        "Meanwhile antiperspirant on soles, daily"
    )


@pytest.mark.parametrize(
    "text",
    [
        f"{TREAT}; Meanwhile exposure for 20 minutes, twice a week",
        f"{TREAT}, meanwhile exposure for 20 minutes, twice a week",
        f"{TREAT} and meanwhile, exposure for 20 minutes, twice a week",
        f"{TREAT}. In the meantime: exposure for 20 minutes, twice a week",
        f"{TREAT}, at the same time exposure for 20 minutes, twice a week",
        f"{TREAT} alongside exposure for 20 minutes, twice a week",
        f"{TREAT}\nIn parallel, do exposure for 20 minutes, twice a week",
    ],
)
def test_meanwhile_in_many_words(text):
    treat, beside = Course(text).steps
    assert treat == Course(TREAT).steps[0]
    assert beside == CareStep("exposure", Schedule(2, 7), minutes=20, meanwhile=True)


def test_meanwhile_takes_no_time_and_leaves_then_to_the_treatment():
    course = Course(
        TREAT, "Meanwhile CBT for 50 minutes, weekly for 12 weeks", "Then every 10 days for 20 days"
    )
    assert course.sequence == (course.steps[0], course.steps[2])
    assert course.steps[2].session == course.steps[0].session
    assert course.days == 84  # the accompanying step outlasts 28 + 20
    assert Course(TREAT, "Meanwhile CBT weekly for 2 weeks").days == 28
    assert Course(TREAT, "Pause for 9 weeks", "Meanwhile CBT weekly for 12 weeks").days == 28 + 84


def test_only_steps_of_the_sequence_must_end():
    endless = "Treat palms at 15 mA DC for 20 minutes, daily"
    assert Course(endless, "Meanwhile CBT weekly", "Meanwhile biofeedback daily").days is None
    Course(TREAT, "Meanwhile CBT weekly", "Pause")
    with pytest.raises(SentenceError, match="does not end"):
        Course(endless, "Meanwhile CBT weekly", "Pause")
    with pytest.raises(SentenceError, match="does not end"):
        Course("CBT weekly", "Pause")
    with pytest.raises(SentenceError, match="nothing is said after 'Then'"):
        Course("CBT weekly for 2 weeks", "Then")
    with pytest.raises(InputError, match="step 1 of 2 does not end"):
        Course(CareStep("cbt", Schedule(1, 7)), PauseStep(14))


def test_then_goes_on_with_another_treatment():
    first, second = Course("CBT for 50 minutes, weekly for 12 weeks, then every 4 weeks").steps
    assert second == CareStep("cbt", Schedule(1, 28), minutes=50)
    course = Course("Antiperspirant on soles, daily for 1 week", "Continue on palms, every 2 days for 1 week")
    assert course.steps[1] == CareStep("antiperspirant", Schedule(1, 2), Stop(7), "palms")
    assert Course(first, "Continue CBT daily").steps[1] == CareStep("cbt", Schedule(1, 1), minutes=50)
    assert Course(first, "Continue with exposure daily").steps[1] == CareStep("exposure", Schedule(1, 1))
    # of another kind it takes nothing, and a treatment with current may begin afresh
    assert Course(first, "Then exposure daily").steps[1] == CareStep("exposure", Schedule(1, 1))
    assert Course(first, f"Then {TREAT}").steps[1:] == Course(TREAT).steps
    # "Then treat" takes from the last treatment with current
    again = Course(TREAT, "CBT weekly for 3 weeks", "Then treat every 10 days").steps[2]
    assert again == TreatStep(Session("15 mA DC for 20 minutes"), Schedule(1, 10))


# sentence, what the caret points at, the nearest valid sentence
FAULTS = [
    ("Exposre for 20 minutes, daily", "Exposre", "Exposure for 20 minutes, daily"),
    ("Antipersprant on palms, daily", "Antipersprant", "Antiperspirant on palms, daily"),
    ("Botulin toxin in palms, once", "Botulin", "Botulinum toxin in palms, once"),
    ("Exposure on palms, daily", "on palms", "Exposure, daily"),
    ("Antiperspirant, daily", "", "Antiperspirant on palms, daily"),
    ("Antiperspirant on plams, daily", "plams", "Antiperspirant on palms, daily"),
    ("Botox in palm, once", "palm", "Botox in palms, once"),
    ("Botox in palms", "", "Botox in palms, once"),
    ("CBT for 50 minutes", "", "CBT for 50 minutes, once a week"),
    ("Glycopyrronium on palms, weekly", "", "Glycopyrronium on palms for 10 minutes, weekly"),
    ("Antiperspirant on palms for 10 minutes, daily", "for 10 minutes", "Antiperspirant on palms, daily"),
    ("Botulinum toxin at 15 mA in palms, once", "at 15 mA", "Botulinum toxin in palms, once"),
    ("Exposure until HDSS <= 2, daily", "until HDSS <= 2", "Exposure for 4 weeks, daily"),
    ("Exposure for 20, daily", "", "Exposure for 20 minutes, daily"),
    ("Exposure for 10 hours, daily", "for 10 hours", "Exposure for 20 minutes, daily"),
    ("Meanwhile exposure daily", "Meanwhile", "exposure daily"),
    ("Treat palms with botox", "", "Treat palms with botox, once"),
    ("Exposure with biofeedback, daily", "with biofeedback", "Exposure, daily"),
    (
        "Sham palms with antiperspirant for 20 minutes, daily",
        "with antiperspirant",
        "Sham palms for 20 minutes, daily",
    ),
    (
        "Treat palms at 8 mA with glycopyrronium for 10 minutes, weekly",
        "at 8 mA",
        "Treat palms with glycopyrronium for 10 minutes, weekly",
    ),
]


@pytest.mark.parametrize(("sentence", "place", "nearest"), FAULTS, ids=[case[0] for case in FAULTS])
def test_a_fault_is_answered_with_the_nearest_sentence(sentence, place, nearest):
    with pytest.raises(SentenceError) as caught:
        Course(sentence)
    error = caught.value
    assert sentence[error.position :].startswith(place)
    assert error.suggestion == nearest
    Course(nearest)


@pytest.mark.parametrize(
    "sentence",
    [
        "Meanwile CBT weekly",
        "Meanwhile treat soles at 15 mA for 20 minutes, daily",
        "Meanwhile",
        "Meanwhile pause",
    ],
)
def test_what_cannot_run_alongside_is_answered_with_what_can(sentence):
    with pytest.raises(SentenceError) as caught:
        Course(TREAT, sentence)
    assert caught.value.suggestion.startswith("Meanwhile ")
    Course(TREAT, caught.value.suggestion)


@settings(max_examples=60, deadline=None)
@given(
    st.permutations(["Meanwhile", "exposure", "for", "20", "minutes,", "twice", "a week"]), st.integers(1, 7)
)
def test_any_damaged_parallel_sentence_is_read_or_answered_with_one_that_is(words, kept):
    try:
        Course(TREAT, " ".join(["Meanwhile", *words[:kept]]))
    except SentenceError as error:
        Course(TREAT, error.suggestion)


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda: CareStep("massage", Schedule(1, 7)), "kind"),
        (lambda: CareStep("cbt", "weekly"), "schedule must be"),
        (lambda: CareStep("cbt", Schedule(1, 7), site="palms"), "has no site"),
        (lambda: CareStep("cbt", Schedule(1, 7), side="left"), "has no site"),
        (lambda: CareStep("botulinum", *ONCE), "needs a site"),
        (lambda: CareStep("botulinum", *ONCE, "elbows"), "site"),
        (lambda: CareStep("botulinum", *ONCE, "palms", minutes=5), "has no length"),
        (lambda: CareStep("glycopyrronium", *ONCE, "palms"), "needs its minutes"),
        (lambda: CareStep("exposure", Schedule(1, 7), minutes=-1), "minutes must be above"),
        (lambda: CareStep("exposure", Schedule(12, 1), minutes=300), "do not fit"),
        (lambda: CareStep("exposure", Schedule(1, 7), Stop.parse("until HDSS <= 2")), "condition"),
        (lambda: CareStep("exposure", Schedule(1, 7), meanwhile="yes"), "True or False"),
        (lambda: Course(CareStep("cbt", Schedule(1, 7), meanwhile=True)), "no step before it"),
        (lambda: CareStep.from_dict({"kind": "pause", "for_days": 3}), "must be a CareStep"),
        (lambda: CareStep.from_dict({"kind": "cbt"}), "incomplete"),
    ],
)
def test_a_wrong_step_is_refused(make, what):
    with pytest.raises(InputError, match=what):
        make()


def test_acts_fall_as_sessions_do():
    assert session_days(Course("Botox in palms, once").steps[0], 100) == (0,)
    assert session_days(Course("CBT weekly for 3 sessions").steps[0], 100) == (0, 7, 14)


def test_settings_are_of_current_only():
    course = Course(TREAT, "Meanwhile exposure for 25 minutes, twice a week")
    assert setting(course, "minutes") == (20.0,)
    assert with_setting(course, "minutes", 10).steps[1] == course.steps[1]
