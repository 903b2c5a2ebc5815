"""Plans of stand-in people: what they need, what they never do, what they say."""

from __future__ import annotations

import datetime
import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError, SudomotorError, UnsafeError
from sudomotor.limits import Answers, ProposedSession, check_plan
from sudomotor.parameters import load
from sudomotor.planning import Plan, Session, labels, plan, read_previous
from sudomotor.planning.gate import logged
from sudomotor.planning.search import EFFORTS, Effort

TODAY = datetime.date(2026, 3, 30)
TINY = Effort("quick", draws=16, final_draws=24, beam=1, climbs=1, polish=1, starts=1, front=6)


@pytest.fixture
def tiny(monkeypatch) -> None:
    """A search that hardly looks, for tests of anything but how good a plan is."""
    monkeypatch.setitem(EFFORTS, "quick", TINY)


@pytest.fixture(scope="module")
def usual(plan_for, make_twin) -> Plan:
    """A full plan of a person in upkeep who can be kept dry."""
    return plan_for(make_twin(baseline=50.0), effort="full", horizon_days=90, chance_pct=80.0)


def breaks(made: Plan, twin, answers: Answers | None, today: datetime.date) -> tuple:
    log, skin = logged(twin.diary)
    sessions = [ProposedSession(s.date, s.time, s.site, s.current_mA, s.minutes) for s in made.sessions]
    return check_plan(sessions, log, skin, answers, today, logged_until=twin.diary.last).broken


# ------------------------------------------------------------------ what it is


def test_a_plan_reaches_the_chance_for_less_than_any_label_that_does(usual):
    assert usual.reached
    assert usual.p_goal >= 0.8
    reach = [one for one in usual.label_schedules if one.p_goal >= 0.8]
    assert all(usual.minutes_per_month <= one.minutes_per_month for one in reach)
    assert len(usual.label_schedules) == len(labels())
    assert usual.outcome.p_goal_low <= usual.p_goal <= usual.outcome.p_goal_high


def test_minutes_a_month_are_those_of_the_sessions(usual):
    per = load().value("plan_month_days") / usual.request.horizon_days
    assert usual.minutes_per_month == pytest.approx(per * sum(one.minutes for one in usual.sessions))
    assert usual.outcome.sessions_per_month == pytest.approx(per * len(usual.sessions))


def test_the_frontier_rises_and_ends_no_lower_than_the_plan(usual):
    points = usual.frontier
    assert points[0].minutes_per_month == 0.0
    for before, after in pairwise(points):
        assert after.minutes_per_month >= before.minutes_per_month
        assert after.p_goal > before.p_goal
    assert points[-1].p_goal >= usual.p_goal
    assert any(point.minutes_per_month <= usual.minutes_per_month for point in points if point.p_goal >= 0.8)


def test_the_questions_are_answered(usual):
    current, interval = usual.what_current, usual.what_interval
    assert current.value == min(one.value for one in current.tried if one.p_goal >= 0.8)
    if interval.value is not None:
        assert interval.value == max(one.value for one in interval.tried if one.p_goal >= 0.8)
    chances = [one.p_goal for one in current.tried]
    assert chances == sorted(chances)
    back = usual.how_long_until["back"]
    assert back.low <= back.median


def test_json_has_the_keys_that_others_script_against(usual):
    content = json.loads(json.dumps(usual.to_dict(), allow_nan=False))
    keys = {"sessions", "minutes_per_month", "p_goal", "limits", "reasons", "fallback", "label_schedules"}
    assert keys <= set(content)
    assert keys - {"label_schedules"} <= set(content["label_schedules"][0])
    assert set(content["sessions"][0]) == {"date", "time", "site", "current_mA", "minutes"}
    assert all("binding" in one for one in content["limits"])
    assert isinstance(content["p_goal"], float)
    assert content["frontier"][0].keys() == {
        "minutes_per_month",
        "sessions_per_month",
        "p_goal",
        "dry_days_pct",
    }
    datetime.date.fromisoformat(content["replan_on"])


def test_the_dataset_holds_the_same_minutes(usual):
    data = usual.to_xarray()
    assert float(data["minutes"].sum()) == pytest.approx(sum(one.minutes for one in usual.sessions))
    assert data["minutes"].attrs["units"] == "min"
    assert data.sizes["date"] == 90
    assert float(data["p_dry"].mean()) > float(data["p_dry_without"].mean())


def test_reasons_tell_chance_labels_and_misses(usual):
    words = " ".join(usual.reasons)
    assert "The chance of HDSS <= 2 on 80 % of the days" in words
    assert "label schedule" in words
    assert "missed" in words
    assert "skin" in words


def test_the_same_seed_gives_the_same_plan_and_another_may_not(tiny, plan_for, make_twin):
    one, same, other = (plan_for(make_twin(), seed=seed) for seed in (3, 3, 4))
    assert one.to_dict() == same.to_dict()
    assert other.p_goal != one.p_goal or other.sessions != one.sessions


# ------------------------------------------------------------------ what must hold


def test_a_looser_goal_never_needs_more_minutes(plan_for, make_twin):
    goals = ["HDSS <= 2 on 90 % of days", "HDSS <= 2 on 75 % of days", "HDSS <= 3 on 75 % of days"]
    minutes = [
        plan_for(make_twin(strength=1.2, baseline=50.0), goal=f"{goal} from day 14", chance_pct=80.0).minutes_per_month
        for goal in goals
    ]
    assert minutes == sorted(minutes, reverse=True)
    chances = [
        plan_for(make_twin(strength=1.2, baseline=50.0), chance_pct=pct).minutes_per_month for pct in (90, 60)
    ]
    assert chances[0] >= chances[1]


def test_what_a_dry_day_may_cost_buys_dry_days_and_no_label_is_the_better_bargain(plan_for, make_twin):
    worths = (2.0, 15.0, 120.0)
    plans = [
        plan_for(make_twin(strength=1.2, baseline=50.0), worth_minutes=worth, effort="full") for worth in worths
    ]
    minutes, dry = [one.minutes_per_month for one in plans], [one.dry_days_pct for one in plans]
    assert minutes[0] < minutes[1] < minutes[2]
    assert dry[0] < dry[1] < dry[2]
    setup = load().value("plan_setup_minutes")
    for worth, one in zip(worths, plans, strict=True):
        days = one.request.horizon_days

        def price(outcome, worth=worth, days=days) -> float:
            spent = sum(session.minutes + setup for session in outcome.sessions)
            return spent - worth * days * outcome.dry_days_pct / 100.0

        # skin has its price too, which is not told: a quarter of an hour is allowed for it
        assert all(price(one.outcome) <= price(label) + 15.0 for label in one.label_schedules)
        assert one.goal_from == one.request.first


def test_a_plan_by_worth_says_what_it_aimed_at_and_what_it_did_not(plan_for, make_twin):
    made = plan_for(make_twin(strength=1.2, baseline=50.0), worth_minutes=15, effort="full")
    words = " ".join(made.reasons)
    assert "one more dry day costs less than 15 minutes" in words
    assert "asked for" not in words
    assert "out of reach" not in words
    assert made.what_current is None
    assert made.what_interval is None
    assert made.to_dict()["request"]["worth_minutes"] == 15.0


def test_hardly_any_worth_buys_no_session(plan_for, make_twin):
    assert not plan_for(make_twin(), worth_minutes=1).sessions


def test_fewer_days_never_lower_the_minutes_of_a_plan_that_reaches_its_goal(plan_for, make_twin):
    goal = "HDSS <= 2 on 75 % of days from day 14"
    plans = [
        plan_for(make_twin(strength=1.6), goal=goal, can_treat=days, chance_pct=80.0)
        for days in ("any day", "Mon Wed Fri Sun", "Mon Thu")
    ]
    reached = [one for one in plans if one.reached]
    assert reached
    minutes = [one.minutes_per_month for one in reached]
    assert all(after >= 0.95 * minutes[0] for after in minutes)
    for one, wanted in zip(plans[1:], ({0, 2, 4, 6}, {0, 3}), strict=True):
        assert {session.date.weekday() for session in one.sessions} <= wanted


def test_more_missed_sessions_never_raise_the_chance_of_one_schedule(make_twin, no_to_all):
    from sudomotor.planning import Goal
    from sudomotor.planning.evaluate import Bench
    from sudomotor.planning.gate import Slot

    schedule = tuple(Slot(day, 15.0, 20.0) for day in range(0, 90, 3))
    chances = []
    for missed in (0.0, 20.0, 40.0, 80.0):
        bench = Bench(
            make_twin().evaluate, "palms", Goal.parse("dry on 80 % of days"), 90, 0, missed, 200, 1, load()
        )
        chances.append(bench.score([schedule])[0].p)
    assert chances == sorted(chances, reverse=True)
    assert chances[0] > chances[-1]


def test_missing_the_next_sessions_never_helps(usual):
    assert usual.robustness["p_goal_if_next_missed"] <= usual.p_goal + 1e-9
    assert usual.robustness["p_goal_if_none_missed"] >= usual.p_goal - 1e-9


GOALS = [
    "HDSS <= 2 on 80 % of days",
    "HDSS <= 1 on 99 % of days",
    "sweat < 20 mg/min on 60 % of days",
    "dry on 50 % of days from day 7",
]
SKIN = st.sampled_from(["ok", "red", "dry", "itchy", "cracked", "burn"])
REQUESTS = st.fixed_dictionaries(
    {
        "goal": st.sampled_from(
            GOALS
        ),
        "can_treat": st.sampled_from(["any day", "Sun Wed evenings", "Mon 22:00; Tue 6:00; Fri", "weekends", "any day except Thu"]),
        "horizon_days": st.integers(14, 40),
        "seed": st.integers(0, 2**31),
        "missed_pct": st.sampled_from([None, 0.0, 60.0]),
        "aim": st.sampled_from([{}, {"chance_pct": 50.0}, {"chance_pct": 99.0}, {"worth_minutes": 4.0}, {"worth_minutes": 240.0}]),
        "device": st.sampled_from([None, "Dermadry", "30 V home device", "Hidroxa"]),
    }
).map(lambda words: {**words.pop("aim"), **words})  # fmt: skip
LOGS = st.fixed_dictionaries(
    {
        "sessions": st.sets(st.integers(-40, 0), min_size=2, max_size=18).map(sorted),
        "readings": st.sets(st.integers(-40, -1), min_size=4, max_size=12).map(lambda days: [*sorted(days), 0]),
        "current": st.sampled_from([3.0, 9.5, 13.7, 19.0, 24.0]),
        "minutes": st.sampled_from([10.0, 25.0, 45.0]),
        "skin": st.just({}) | st.dictionaries(st.integers(-40, 0), SKIN, max_size=2),
    }
)  # fmt: skip
PEOPLE = st.fixed_dictionaries(
    {
        "strength": st.floats(0.01, 6.0), "baseline": st.floats(1.0, 300.0), "repair": st.floats(3.0, 200.0),
        "spread": st.floats(0.0, 1.5), "people": st.integers(0, 1000),
    }
)  # fmt: skip
# mostly answers that allow a plan: refusals have tests of their own
AGES = st.sampled_from([34.0, 34.0, 70.0, 15.0, 8.0, 5.0])
CHANGES = st.sampled_from([{}, {}, {}, {}, {"epilepsy": None}, {"pacemaker": True}])


def planned_or_refused(twin, answers, today, request) -> Plan | None:
    """The plan; None where it is refused in words. That a plan breaks a limit at the last door is no refusal."""
    try:
        return plan(twin, evaluate=twin.evaluate, answers=answers, today=today, effort="quick", **request)
    except SudomotorError as refused:
        if refused.where == "planning" or not refused.what:
            raise AssertionError("a plan got as far as the last door") from refused
        return None


def test_no_plan_breaks_a_limit(tiny, make_twin, diary_of):
    """For any person, log, skin, answers, request and seed: a plan that keeps every limit, or a refusal in words."""
    plans: list[Plan] = []

    @settings(max_examples=90, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(
        person=PEOPLE, log=LOGS, request=REQUESTS, age=AGES, changes=CHANGES, answered=st.sampled_from([0, 30, 179, 200]),
        gap=st.sampled_from([0, 1, 9]),
    )  # fmt: skip
    def each(person, log, request, age, changes, answered, gap):
        twin = make_twin(diary_of(**log), **person)
        today = twin.diary.last + datetime.timedelta(days=gap)
        answers = Answers.all_no(today - datetime.timedelta(days=answered), age).with_answers(**changes)
        made = planned_or_refused(twin, answers, today, request)
        if made is None:
            return
        plans.append(made)
        assert breaks(made, twin, answers, today) == ()
        assert all(one.date >= made.request.first for one in made.sessions)
        assert len({one.date for one in made.sessions}) == len(made.sessions)
        assert 0.0 <= made.p_goal <= 1.0
        assert all(one.current_mA == round(2.0 * one.current_mA) / 2.0 for one in made.sessions)

    each()
    assert len(plans) > 20
    assert sum(not made.fallback for made in plans) > 10
    assert any(made.sessions for made in plans if not made.fallback)


# words that nobody who is treated should have to know
JARGON = (
    "re-sampl",
    "posterior",
    "draw",
    "horizon",
    "binds",
    "bind ",
    "account",
    "naive",
    "“charge”",
    "schedule tried",
)


def test_reasons_are_in_words_that_a_patient_understands(tiny, usual, plan_for, make_twin, diary_of):
    twins = (
        make_twin(strength=0.15),
        make_twin(baseline=3.0),
        make_twin(diary_of(current=13.7), strength=3.0),
    )
    plans = [
        usual,
        *(plan_for(twin, effort="full", horizon_days=21) for twin in twins),
        plan_for(only_if_better=True),
    ]
    for made in plans:
        told = [
            *made.reasons,
            *(one.text for one in (made.what_current, made.what_interval) if one is not None),
        ]
        assert [(word, text) for word in JARGON for text in told if word in text] == []


def test_what_the_chance_hangs_on_is_told_without_the_names_of_accounts():
    from sudomotor.planning.reasons import mechanism_words

    words = mechanism_words({"charge": 0.85, "colloid": 0.7}, {"charge": 0.4, "colloid": 0.6})
    assert "if particles of the water plug the duct, the chance is 70 %" in words
    assert "electrical effect on the sweat duct that lasts, 85 %" in words
    assert words.endswith("is that particles of the water plug the duct (60 %).")
    assert "it matters little" in mechanism_words({"charge": 0.85, "colloid": 0.83}, {})
    assert mechanism_words({"charge": 0.85}, {}) is None


def test_a_limit_that_leaves_less_than_a_step_binds_all_the_same(tiny, plan_for, make_twin, diary_of):
    from sudomotor.limits import device

    weak = replace(device("30 V home device"), name="a device of my own", max_mA=9.7, max_mA_grade="label")
    made = plan_for(make_twin(diary_of(current=9.7), strength=0.8, baseline=40.0), device=weak)
    assert max(one.current_mA for one in made.sessions) == 9.5
    bound = next(one for one in made.limits if one.name == "device")
    assert (bound.binding, bound.value, bound.limit) == (True, 9.5, 9.7)
    assert any("gives at most 9.7 mA" in reason for reason in made.reasons)


# ------------------------------------------------------------------ out of reach, fallback, refusal


def test_out_of_reach_is_said_with_what_binds(plan_for, make_twin, diary_of):
    tried = diary_of(sessions=range(-40, 0, 2))  # a fair trial
    weak = plan_for(make_twin(tried, strength=0.15), effort="full")
    assert not weak.reached
    words = " ".join(weak.reasons)
    assert "out of reach" in words
    assert "in the way" in words


def test_a_calendar_that_binds_is_named(plan_for, make_twin):
    made = plan_for(
        make_twin(strength=1.2), can_treat="Sun", effort="full", goal="HDSS <= 2 on 80 % of days from day 30",
        chance_pct=80.0,
    )
    assert not made.reached
    assert "Your days are what stands in the way" in " ".join(made.reasons)


@pytest.mark.parametrize(
    ("diary", "says"),
    [
        ({"sessions": (-4, -2)}, "2 sessions"),
        ({"readings": (-9, 0)}, "2 readings"),
        ({"sessions": range(-8, 0, 2), "readings": range(-8, 1)}, "9 days"),
    ],
)
def test_with_too_little_data_the_label_schedule_is_taken_and_said(
    tiny, plan_for, make_twin, diary_of, diary, says
):
    made = plan_for(make_twin(diary_of(**diary)), device="Dermadry")
    assert made.fallback
    assert says in made.fallback_reason
    assert made.reasons[0].startswith("This is the label schedule")
    assert made.to_dict()["fallback"] is True
    assert {one.minutes for one in made.sessions} == {labels()["dermadry"].minutes}


def test_unproven_forecasts_fall_back_only_where_that_is_asked_for(tiny, plan_for, make_twin):
    for beats, falls in ((None, True), (False, True), (True, False)):
        twin = make_twin()
        twin.beats_naive = beats
        assert plan_for(twin, only_if_better=True).fallback is falls
        assert not plan_for(twin).fallback


@pytest.mark.parametrize(
    ("change", "where", "says"),
    [
        ({"pacemaker": True}, "pacemaker", "pacemaker"),
        ({"epilepsy": None}, "epilepsy", "Not answered"),
        ({"age": None}, "age", "Not answered"),
    ],
)
def test_answers_that_forbid_are_named(plan_for, no_to_all, change, where, says):
    with pytest.raises(UnsafeError) as caught:
        plan_for(answers=no_to_all.with_answers(**change))
    assert where in caught.value.where
    assert says.lower() in caught.value.what.lower()
    assert caught.value.mend


def test_without_answers_a_stale_log_or_skin_that_must_heal_there_is_no_plan(
    tiny, plan_for, make_twin, diary_of, no_to_all
):
    with pytest.raises(UnsafeError, match="limits ask"):
        plan_for(answers=None)
    with pytest.raises(UnsafeError, match="days ago"):
        plan_for(today=TODAY + datetime.timedelta(days=60), answers=Answers.all_no(TODAY, 34))
    with pytest.raises(UnsafeError, match="burn"):
        plan_for(make_twin(diary_of(skin={-1: "burn"})))


def test_red_skin_waits_and_then_goes_on(tiny, plan_for, make_twin, diary_of):
    made = plan_for(make_twin(diary_of(skin={0: "cracked"}), strength=0.8))
    assert made.sessions[0].date >= TODAY + datetime.timedelta(days=6)


def test_a_word_for_the_skin_that_is_none_names_its_row(plan_for, make_twin, diary_of):
    with pytest.raises(InputError) as caught:
        plan_for(make_twin(diary_of(skin={-3: "crackd"})))
    assert "row" in caught.value.where
    assert "cracked" in caught.value.mend


@pytest.mark.parametrize(
    ("words", "where"),
    [
        ({"horizon_days": 3}, "horizon_days"),
        ({"horizon_days": 5000}, "horizon_days"),
        ({"chance_pct": 0}, "chance_pct"),
        ({"worth_minutes": 0}, "worth_minutes"),
        ({"worth_minutes": float("nan")}, "worth_minutes"),
        ({"worth_minutes": 20, "chance_pct": 80}, "worth_minutes"),
        ({"missed_pct": 120}, "missed_pct"),
        ({"goal": "HDSS <= 2 on 80 % of days from day 95"}, "goal"),
        ({"sites": ["soles"]}, "sites"),
        ({"sites": []}, "sites"),
        ({"can_treat": "any day except 2026-03-30..2026-12-31"}, "can-treat"),
        ({"today": datetime.date(2026, 3, 1)}, "today"),
    ],
)
def test_requests_that_make_no_sense_are_refused_by_name(plan_for, words, where):
    with pytest.raises(InputError) as caught:
        plan_for(**words)
    assert where in caught.value.where
    assert caught.value.mend


# ------------------------------------------------------------------ planning anew


def test_an_earlier_plan_is_kept_where_little_would_be_saved(plan_for, make_twin):
    who, of = make_twin(strength=2.5), {"chance_pct": 80.0}
    first = plan_for(who, **of)
    other, again = plan_for(who, seed=3, **of), plan_for(who, previous=first, seed=3, **of)
    shared = [len(set(first.sessions) & set(each.sessions)) for each in (other, again)]
    assert shared[1] > shared[0]
    assert shared[1] >= 0.75 * len(again.sessions)
    assert again.minutes_per_month < first.minutes_per_month
    assert any("of the plan so far" in reason for reason in again.reasons)
    same = plan_for(who, previous=first, **of)
    assert same.kept or same.minutes_per_month < 0.95 * first.minutes_per_month
    far_too_much = [
        Session(TODAY + datetime.timedelta(days=day), None, "palms", 12.0, 30.0) for day in range(0, 90, 2)
    ]
    changed = plan_for(make_twin(strength=3.0), previous=far_too_much, **of)
    assert not changed.kept
    assert changed.minutes_per_month < 0.8 * first.minutes_per_month


def test_ones_own_share_of_missed_sessions_is_counted(tiny, plan_for, make_twin, diary_of):
    past = [
        Session(datetime.date(2026, 3, 29) - datetime.timedelta(days=d), None, "palms", 12.0, 20.0)
        for d in range(2, 41, 3)
    ]
    none_held = make_twin(diary_of(sessions=range(-70, -45, 4), readings=range(-70, 1, 3)))
    all_held = make_twin(diary_of(sessions=range(-41, 0, 3)))
    missed = [plan_for(twin, previous=past).request.missed_pct for twin in (all_held, none_held)]
    assert missed[0] < 20.0 < missed[1]
    assert plan_for(all_held, previous=past).request.missed_from == "your own share"
    assert plan_for(all_held, previous=past, missed_pct=33.0).request.missed_pct == 33.0


def test_a_plan_can_be_read_back_from_its_json(usual, tmp_path):
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(usual.to_dict()), "utf-8")
    assert read_previous(path) == usual.sessions


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"sessions": 3}', '{"sessions": [3]}', '{"sessions": [{"date": "x"}]}']
)
def test_a_file_that_is_no_plan_is_answered(tmp_path, text):
    path = tmp_path / "plan.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError) as caught:
        read_previous(path)
    assert "plan.json" in caught.value.where
    with pytest.raises(InputError, match="cannot be read"):
        read_previous(tmp_path / "none.json")


def test_the_review_comes_soon_while_building_up_and_later_once_dry(tiny, plan_for, make_twin, diary_of):
    wet = plan_for(make_twin(diary_of(sessions=range(-8, 0, 2), readings=range(-20, 1)), strength=1.0))
    dry = plan_for(
        make_twin(diary_of(sessions=range(-60, 0, 2), readings=range(-60, 1, 2)), strength=3.0, baseline=30.0)
    )
    assert (wet.replan_on - TODAY).days <= load().value("plan_first_review_days")
    assert (dry.replan_on - TODAY).days == load().value("plan_review_days")


def test_sessions_have_the_time_of_the_calendar(tiny, plan_for, make_twin):
    made = plan_for(make_twin(strength=1.5), can_treat="Sun Wed 21:15")
    assert {one.time for one in made.sessions} == {datetime.time(21, 15)}
    assert {one.date.weekday() for one in made.sessions} <= {2, 6}


def test_a_current_that_a_person_settled_at_is_not_passed_without_need(plan_for, make_twin, diary_of):
    settled_at = plan_for(make_twin(diary_of(current=10.0), strength=3.0))
    assert max(one.current_mA for one in settled_at.sessions) <= 10.0
    needs_more = plan_for(make_twin(diary_of(current=10.0), strength=0.6, baseline=60.0, spread=0.1))
    assert max(one.current_mA for one in needs_more.sessions) > 10.0
    assert any("only as far as it is comfortable" in reason for reason in needs_more.reasons)


def test_progress_goes_up_to_the_end(tiny, plan_for):
    seen: list[float] = []
    plan_for(progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_two_sites_are_planned_together_and_each_keeps_its_limits(
    tiny, plan_for, make_twin, diary_of, no_to_all
):
    from sudomotor.diary import Diary

    both = Diary.of([*diary_of().entries, *diary_of(site="soles", current=14.0).entries], source="both")
    twin = make_twin(both, strength=1.5)
    made = plan_for(twin, sites=["palms", "soles"])
    alone = plan_for(twin, sites=["palms"])
    assert {one.site for one in made.sessions} == {"palms", "soles"}
    assert made.minutes_per_month > alone.minutes_per_month
    assert breaks(made, twin, no_to_all, TODAY) == ()
    data = made.to_xarray()
    assert list(data["site"].values) == ["palms", "soles"]
    assert any(reason.startswith("Soles: ") for reason in made.reasons)


def test_the_page_states_the_figures_in_force():
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "how-to" / "plan-sessions.md").read_text("utf-8")
    text, p = " ".join(page.split()), load()
    few = [f"{p.value(f'plan_min_{name}'):g}" for name in ("sessions", "readings", "days")]
    assert f"fewer than {few[0]} sessions, {few[1]} readings or {few[2]} days" in text
    assert p.value("plan_setup_minutes") == 5.0
    assert "five minutes around each session" in text
    assert f"is {p.value('plan_chance_pct'):g} % if you say nothing" in text
    assert p.value("plan_missed_pct") == 20.0
    assert "one in five is taken to be missed" in text
    assert p.value("plan_keep_pct") == 5.0
    assert "less than a twentieth of the time" in text
    assert p.value("plan_dry_day_minutes") == 25.0
    assert "one more dry day costs less than 25 minutes" in text
    assert (p.value("plan_fair_sessions"), p.value("plan_fair_days")) == (10.0, 35.0)
    assert "ten sessions of the label's length within five weeks" in text
    assert (p.value("plan_first_review_days"), p.value("plan_review_days")) == (14.0, 28.0)


def test_who_is_dry_without_treatment_gets_no_session(plan_for, make_twin):
    made = plan_for(make_twin(baseline=3.0), effort="full")
    assert made.sessions == ()
    assert made.minutes_per_month == 0.0
    assert made.p_goal == 1.0
    assert made.what_current.value is None
    assert made.until_back_days.median is None
    assert "No session is needed" in " ".join(made.reasons)
    json.dumps(made.to_dict(), allow_nan=False)
    assert float(made.to_xarray()["minutes"].sum()) == 0.0


def test_where_nothing_helps_no_session_is_planned_and_that_is_said(plan_for, make_twin, diary_of):
    tried = diary_of(sessions=range(-30, 0, 2))  # a fair trial
    made = plan_for(make_twin(tried, strength=0.03, baseline=300.0))
    assert not made.reached
    assert not made.fallback
    assert made.sessions == ()
    words = " ".join(made.reasons)
    assert "none would bring dry days" in words
    assert "clinician" in words
    assert "is needed" not in words


@pytest.mark.parametrize("how", [{}, {"worth_minutes": 30.0}])
@pytest.mark.parametrize(("every", "held"), [(7, 5), (4, 9)])
def test_nobody_is_given_up_before_a_fair_trial(plan_for, make_twin, diary_of, how, every, held):
    """The same hopeless forecast: by a diary of sparse sessions the label is tried, and its first sessions count as held."""
    sparse = diary_of(sessions=range(-every * 20, 0, every), readings=range(-60, 1, 2))
    made = plan_for(make_twin(sparse, strength=0.03, baseline=300.0), **how)
    assert made.fallback
    assert "no fair trial yet (10 sessions of 20 minutes within 35 days)" in made.reasons[0]
    assert "people in general" not in " ".join(made.reasons)
    first = [one for one in made.sessions if (one.date - TODAY).days < 2 * (12 - held)]
    assert len(first) == 12 - held
    # shorter sessions than the label's are none
    short = diary_of(sessions=range(-30, 0, 2), readings=range(-60, 1, 2), minutes=15.0)
    again = plan_for(make_twin(short, strength=0.03, baseline=300.0), **how)
    assert again.fallback
    assert len(again.sessions) > 12
    # long ago or lately, a fair trial is one
    for days in (range(-100, -80, 2), range(-20, 0, 2)):
        tried = diary_of(sessions=[*days, *range(-80, -20, 10)], readings=range(-60, 1, 2))
        assert not plan_for(make_twin(tried, strength=0.03, baseline=300.0), **how).fallback


def test_a_plan_that_treats_more_than_the_label_is_not_put_off_for_a_trial(plan_for, make_twin):
    made = plan_for(make_twin(strength=0.3, baseline=55.0), worth_minutes=100.0)
    assert made.dry_days_pct < 50.0
    assert len(made.sessions) > 12
    assert not made.fallback


def test_where_the_days_leave_no_room_for_a_fair_trial_they_are_named_and_not_the_trial(plan_for, make_twin, diary_of):
    sparse = diary_of(sessions=range(-70, 0, 7), readings=range(-60, 1, 2))
    made = plan_for(make_twin(sparse, strength=0.03, baseline=300.0), can_treat="Sun", effort="full")
    assert not made.fallback
    assert not made.sessions


def test_a_short_horizon_does_not_make_sessions_worthless(plan_for, make_twin):
    """Most of what a session brings comes after three weeks; counted with them it is worth its time, as in a long plan."""
    wet = make_twin(strength=1.2, baseline=80.0)
    for days in (21, 90):
        made = plan_for(wet, horizon_days=days)
        assert len([one for one in made.sessions if (one.date - TODAY).days < 21]) >= 6
        assert not made.fallback


def test_the_site_that_has_the_label_is_named_beside_one_with_a_plan_of_its_own(tiny, plan_for, make_twin, diary_of):
    from sudomotor.diary import Diary

    palms, soles = diary_of(sessions=range(-30, 0, 2)), diary_of(sessions=range(-70, 0, 7), site="soles")
    both = Diary.of([*palms.entries, *soles.entries], source="both")
    made = plan_for(make_twin(both, strength=0.03, baseline=300.0), sites=["palms", "soles"])
    assert made.reasons[0].startswith("In part this is the label schedule, not a plan of your own: soles: ")
    assert {one.site for one in made.sessions} == {"soles"}


def test_who_holds_a_dry_day_worth_little_is_not_talked_into_a_trial(plan_for, make_twin):
    made = plan_for(make_twin(strength=0.03, baseline=300.0), worth_minutes=10.0)
    assert not made.fallback
    assert not made.sessions


def test_dry_days_that_are_too_dear_are_left_unless_the_chance_is_named(plan_for, make_twin):
    """The same person: the chance at any price, and what is worth its time; the plan says what the rest would take."""
    usual, named = (plan_for(make_twin(), effort="full", **how) for how in ({}, {"chance_pct": 80.0}))
    assert named.reached
    assert named.to_reach is None
    assert named.p_goal >= 0.8 > usual.p_goal
    assert usual.minutes_per_month < 0.8 * named.minutes_per_month
    more = usual.to_reach
    assert more.p_goal >= 0.8
    assert more.minutes_per_month > usual.minutes_per_month
    days = usual.request.horizon_days
    setup, per = load().value("plan_setup_minutes"), load().value("plan_month_days") / days

    def spent(minutes: float, sessions: float) -> float:
        return (minutes + setup * sessions) / per

    extra = spent(more.minutes_per_month, more.sessions_per_month) - spent(
        usual.minutes_per_month, usual.outcome.sessions_per_month
    )
    gained = days * (more.dry_days_pct - usual.dry_days_pct) / 100.0
    # skin and the days after a short horizon have their price too, which is not told
    assert extra > 0.75 * load().value("plan_dry_day_minutes") * gained
    words = " ".join(usual.reasons)
    assert f"it would take {more.minutes_per_month:.0f} minutes a month" in words
    assert "out of reach" not in words
    assert "in the way" not in words
    told = json.loads(json.dumps(usual.to_dict(), allow_nan=False))
    assert told["to_reach"]["minutes_per_month"] == pytest.approx(more.minutes_per_month, abs=1e-3)
    assert told["request"]["at_any_price"] is False
