"""One session after those that were held; and logs that nothing may be planned from."""

from __future__ import annotations

import datetime
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.limits import (
    SKIN_WORDS,
    Answers,
    Limits,
    LoggedSession,
    ProposedSession,
    SkinNote,
    allowed,
    log_problems,
    skin_notes,
)

TODAY = datetime.date(2026, 3, 10)
WELL = Answers.all_no(TODAY, 34)


def day(days: float) -> datetime.date:
    return TODAY + datetime.timedelta(days=days)


def at(hour: float | None) -> datetime.time | None:
    return None if hour is None else datetime.time(int(hour), round(60 * (hour % 1)))


def held(days, current=9.0, minutes=20.0, site="palms", hour=None, side="both"):
    return LoggedSession(day(days), at(hour), site, current, minutes, side)


def asked(days=0, current=9.0, minutes=20.0, site="palms", hour=None, side="both"):
    return ProposedSession(day(days), at(hour), site, current, minutes, side)


def broken(session, log=(), skin=(), answers=WELL, **more):
    return {reason.limit for reason in allowed(session, log, answers, TODAY, skin=skin, **more).broken}


# ---- one session


@pytest.mark.parametrize(
    ("session", "log", "limits"),
    [
        (asked(current=8.0), [], set()),
        (asked(current=8.1), [], {"first_current_palms"}),
        (asked(current=10.0), [held(-1)], set()),
        (asked(current=10.1), [held(-1)], {"rise_per_session"}),
        (asked(current=9.0), [held(-1, site="soles")], {"first_current_palms"}),
        (asked(), [held(0)], {"sessions_per_day", "rest_between_sessions"}),
        (asked(), [held(0, site="soles"), held(-1)], set()),
        (asked(), [held(-d) for d in (1, 2, 3, 4)], set()),
        (asked(), [held(-d) for d in (1, 2, 3, 4, 6)], {"sessions_per_week"}),
        (asked(), [held(-d) for d in (1, 2, 3, 4, 7)], set()),
        (asked(hour=7), [held(-1, hour=20)], {"rest_between_sessions"}),
        (asked(hour=8), [held(-1, hour=20)], set()),
        (asked(hour=7), [held(-1)], set()),
        (asked(minutes=61.0, current=5.0), [], {"long_session", "minutes_per_day"}),
        (asked(-1, current=8.0), [], {"past"}),
        (asked(current=21.0), [held(-1, current=22.0)], {"adult_current"}),
        (asked(current=16.0), [held(-29, current=16.0)], {"restart_share"}),
        (asked(current=12.0), [held(-29, current=16.0)], set()),
    ],
)
def test_each_rule_is_broken_just_past_it(session, log, limits):
    assert broken(session, log) == limits


def test_sides_are_judged_by_themselves():
    left = [held(-1, current=14.0, side="left")]
    assert broken(asked(current=15.0, side="left"), left) == set()
    assert broken(asked(current=15.0, side="right"), left) == {"first_current_palms"}
    assert broken(asked(current=15.0), left) == {"first_current_palms"}
    assert broken(asked(current=8.0, side="right"), [held(0, side="left")]) == set()
    assert "sessions_per_day" in broken(asked(current=8.0), [held(0, side="left")])


@pytest.mark.parametrize(
    ("word", "days"), [("dry", 2), ("red", 2), ("itchy", 2), ("cracked", 7), ("wound", 7), ("blister", 14), ("burn", 21)]
)  # fmt: skip
def test_skin_rests_for_the_days_of_its_word(word, days):
    graver = word in ("wound", "blister", "burn")
    for site in (None, "palms"):
        note = SkinNote(day(-days), site, word)
        early = SkinNote(day(1 - days), site, word)
        well = [SkinNote(day(0), None, "ok")]
        assert broken(asked(), [held(-1)], [early, *well]) == {f"skin_{word}"}
        assert broken(asked(), [held(-1)], [note, *well]) == set()
        assert broken(asked(), [held(-1)], [note]) == ({f"skin_{word}"} if graver else set())
    assert broken(asked(), [held(-1)], [SkinNote(day(-1), "soles", word)]) == set()


def test_a_note_that_the_skin_is_well_lifts_only_what_came_before_it_and_is_about_the_site():
    burn = SkinNote(day(-30), "palms", "burn")

    def waits(*notes):
        return broken(asked(), [held(-1)], [burn, *notes]) == {"skin_burn"}

    assert waits()
    assert waits(SkinNote(day(-31), "palms", "ok"))
    assert waits(SkinNote(day(-30), "palms", "ok")), "on the same day it says nothing of the healing"
    assert waits(SkinNote(day(-2), "soles", "ok"))
    assert waits(SkinNote(day(-2), "palms", "red"))
    assert waits(SkinNote(day(1), "palms", "ok")), "what is not yet so lifts nothing"
    assert not waits(SkinNote(day(-2), "palms", "ok"))
    assert not waits(SkinNote(day(-2), None, "ok"))


def test_a_decision_tells_everything():
    found = allowed(
        asked(current=15.0), [held(-1)], WELL.with_answers(epilepsy=None, breastfeeding=True), TODAY
    )
    assert not found.allowed
    assert [each.question for each in found.refused] == ["epilepsy"]
    assert [each.question for each in found.cautions] == ["breastfeeding"]
    assert found.cap.value_mA == 10.0
    reason = found.broken[0]
    assert (reason.limit, reason.found, reason.bound, reason.date) == ("rise_per_session", 15.0, 10.0, TODAY)
    assert "The last session had 9 mA" in str(reason)
    assert found.to_dict()["cap"]["binding"] == "rise_per_session"
    met = allowed(asked(current=10.0), [held(-1)], WELL, TODAY)
    assert met.allowed
    assert met.binding == ("rise_per_session",)
    above = allowed(asked(current=16.0), [held(-1, current=16.0)], WELL, TODAY)
    assert above.allowed
    assert [each.limit for each in above.advice] == ["hands_usual_current"]


def test_age_device_and_area_count():
    log = [held(-1, current=30.0, site="soles")]
    strong = asked(current=24.0, site="soles")
    assert broken(strong, log) == set()
    assert broken(strong, log, device="Idrostar") == {"device"}
    assert broken(strong, log, area_cm2=100.0) == {"mean_density"}
    assert "child_current" in broken(strong, log, answers=WELL.with_answers(age=12))
    assert "age_of_youngest" in broken(strong, log, answers=WELL.with_answers(age=5))
    assert "age" in broken(strong, log, answers=None)


def test_another_library_may_also_hold_a_least_value():
    text = """
    [least]
    quantity = "current_mA"
    relation = ">="
    value = 5.0
    unit = "mA"
    kind = "judgement"
    severity = "limit"
    source = ["x"]
    text = "Judged: less does nothing"
    """
    library = Limits({**Limits.default(), **Limits.parse(text, "x.toml")})
    assert broken(asked(current=4.0), limits=library) == {"least"}
    with pytest.raises(InputError, match="no limit on the current"):
        allowed(asked(), [], WELL, TODAY, limits=Limits({}))


# ---- what is put in


@pytest.mark.parametrize(
    "change",
    [
        {"site": "plams"}, {"side": "top"}, {"current_mA": -1.0}, {"current_mA": math.nan}, {"minutes": math.inf},
        {"minutes": "20"}, {"current_mA": True}, {"date": "2026-03-01"}, {"date": datetime.datetime(2026, 3, 1)},
        {"time": "20:00"},
    ],
)  # fmt: skip
def test_sessions_that_make_no_sense_are_refused(change):
    good = {"date": TODAY, "time": None, "site": "palms", "current_mA": 9.0, "minutes": 20.0}
    assert LoggedSession(**good).sides == ("left", "right")
    with pytest.raises(InputError):
        LoggedSession(**{**good, **change})


def test_unknown_words_for_the_skin_are_answered_with_the_nearest():
    with pytest.raises(InputError, match="did you mean 'blister'"):
        SkinNote(TODAY, None, "blisters")
    with pytest.raises(InputError, match="did you mean 'palms'"):
        SkinNote(TODAY, "plams", "ok")
    with pytest.raises(InputError, match="must be a day"):
        SkinNote("today", None, "ok")
    assert SkinNote(TODAY, None, " OK ").word == "ok"
    assert [note.word for note in skin_notes(TODAY, None, "red; itchy + dry and cracked")] == [
        "red", "itchy", "dry", "cracked",
    ]  # fmt: skip
    assert skin_notes(TODAY, None, "") == ()


def test_each_word_for_the_skin_has_its_rest():
    words = [limit.skin for limit in Limits.default().values() if limit.quantity == "skin_rest_days"]
    assert sorted(words) == sorted(SKIN_WORDS)


# ---- the log


def why(log=(), **more):
    return [each.why for each in log_problems(log, TODAY, **more)]


def test_a_log_is_fit_when_it_is_fresh_and_can_be_true():
    assert why() == []
    assert why([held(-35)]) == []
    assert why([held(-d) for d in range(9)]) == [], "what broke a limit was done all the same"
    assert why([held(-1, hour=8, side="left"), held(-1, hour=8, current=7, side="right")]) == []
    assert why([held(-1, hour=8), held(-1, hour=8, current=7, site="soles")]) == []
    assert why([held(-1, hour=8), held(-1, hour=8.5)]) == []
    assert why([held(-1), held(-1, current=7.0)]) == [], "two sessions of a day, each without its time"


def test_a_stale_log_asks_what_was_done_since():
    assert why([held(-36)]) == ["stale"]
    assert why([held(-400)]) == ["stale"]
    assert why([held(-400)], logged_until=day(-3)) == []
    assert why([held(-400)], skin=[SkinNote(day(-3), None, "ok")]) == []
    assert why([], logged_until=day(-40)) == ["stale"]
    assert "what you did since" in log_problems([held(-36)], TODAY)[0].mend


def test_a_log_of_the_future_refuses():
    assert why([held(1)]) == ["future"]
    assert why([held(-1)], skin=[SkinNote(day(2), None, "ok")]) == ["future"]
    assert why([], logged_until=day(1)) == ["future"]


def test_a_log_that_contradicts_itself_refuses_and_names_both():
    first, second = held(-1, hour=20), held(-1, current=14.0, hour=20)
    found = log_problems([second, first], TODAY)
    assert [each.why for each in found] == ["contradiction"]
    assert "9 mA" in found[0].text
    assert "14 mA" in found[0].text
    assert found[0].sites == ("palms",)
    assert why([held(-1, hour=20), held(-1, hour=20.25)]) == ["contradiction"], (
        "the second begins in the first"
    )
    assert why([held(-2, hour=23.9), held(-1, hour=0.1)]) == ["contradiction"], "across midnight"
    assert why([held(-1, hour=20), held(-1, hour=20, current=14.0, side="left")]) == ["contradiction"]
    assert why([held(-1, hour=20), held(-1, hour=20)]) == [], "one row twice is no contradiction"


@pytest.mark.parametrize(
    "log",
    [
        [held(-1, current=40.0)],
        [held(-1, current=150.0)],
        [held(-1, minutes=600.0)],
        [held(-(i // 3)) for i in range(21)],
    ],
)
def test_a_log_past_a_ceiling_is_taken_for_a_slip(log):
    found = log_problems(log, TODAY)
    assert {each.why for each in found} == {"implausible"}
    assert len(found) == 1
    assert not allowed(asked(8), [*log], WELL, TODAY).allowed


def test_a_faulty_log_refuses_through_the_decision():
    assert [each.why for each in allowed(asked(), [held(-60)], WELL, TODAY).refused] == ["stale"]


sessions = st.builds(
    held, st.integers(-60, 1), st.floats(0, 45), st.floats(0, 120), st.sampled_from(["palms", "soles"]),
    st.one_of(st.none(), st.integers(0, 23)), st.sampled_from(["both", "left", "right"]),
)  # fmt: skip


@given(st.lists(sessions, max_size=12).flatmap(lambda rows: st.tuples(st.just(rows), st.permutations(rows))))
def test_the_order_of_the_log_does_not_matter(pair):
    rows, other = pair
    assert log_problems(rows, TODAY) == log_problems(other, TODAY)
    assert allowed(asked(2), rows, WELL, TODAY) == allowed(asked(2), other, WELL, TODAY)


@given(st.lists(sessions, max_size=12), sessions)
def test_the_cap_never_rises_by_more_than_the_ramp_over_the_last_session(rows, last):
    rows = [row for row in rows if row.site == last.site and row.side == "both" and row.date < last.date]
    last = LoggedSession(last.date, None, last.site, last.current_mA, last.minutes)
    found = allowed(asked(2, site=last.site), [*rows, last], WELL, TODAY)
    assert found.cap.value_mA <= last.current_mA + 1.0 + 1e-9
