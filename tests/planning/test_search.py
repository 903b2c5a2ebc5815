"""The pieces of the search: recipes, moves, the bench, the gate."""

from __future__ import annotations

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError, UnsafeError
from sudomotor.limits import Answers, LoggedSession, check_plan
from sudomotor.parameters import load
from sudomotor.planning import Calendar, Goal
from sudomotor.planning.evaluate import Bench, settled, stretches
from sudomotor.planning.gate import Gate, Slot, milder
from sudomotor.planning.moves import Move, apart, applied, filled, savings, shifts
from sudomotor.planning.recipes import Recipe, coarse, densest, grid, neighbours
from sudomotor.planning.search import Target, effort_of
from sudomotor.planning.site import comfort

P = load()
TODAY = datetime.date(2026, 3, 30)
GRID = grid(15.0, P)
SLOTS = st.lists(
    st.builds(Slot, st.integers(0, 60), st.sampled_from([5.0, 9.0, 12.0, 15.0]), st.sampled_from([10.0, 20.0, 30.0])),
    max_size=14, unique_by=lambda slot: slot.day,
).map(lambda slots: tuple(sorted(slots)))  # fmt: skip


def gate_of(log=(), calendar=None, **other) -> Gate:
    answers = Answers.all_no(TODAY, 34)
    return Gate(
        "palms", TODAY, TODAY, tuple(log), (), answers, TODAY, calendar or Calendar.any_day(), **other
    )


def log_at(current: float, count: int = 6) -> list[LoggedSession]:
    return [
        LoggedSession(TODAY - datetime.timedelta(days=3 * k + 2), None, "palms", current, 20.0)
        for k in range(count)
    ]


# ------------------------------------------------------------------ recipes and moves


def test_a_recipe_builds_up_and_then_holds():
    recipe = Recipe(3.0, 3, 2.0, 10.0, 0.0, 15.0, 20.0)
    assert [slot.day for slot in recipe.lay_out(range(40), 40)] == [3, 5, 7, 17, 27, 37]


def test_a_recipe_that_stretches_never_shortens_an_interval():
    days = Recipe(0.0, 2, 1.4, 14.0, 1.5, 15.0, 20.0).wanted(90)
    gaps = np.diff(days)
    assert np.all(np.diff(gaps) >= -1e-9)
    assert gaps[-1] == 14.0


def test_what_is_tried_stays_within_what_was_published():
    assert (GRID.minutes[0], GRID.minutes[-1]) == (10.0, 30.0)
    assert GRID.current_mA[-1] == 15.0
    assert GRID.current_mA[0] >= P.value("plan_lowest_mA")
    assert GRID.hold_days[-1] <= 28.0
    assert grid(4.0, P).current_mA == (4.0,)  # a cap below the lowest leaves the cap


def test_neighbours_lie_on_the_grid_and_differ():
    for recipe in (densest(GRID), *coarse(GRID, dry_now=False, many=True)[::20]):
        for near in neighbours(recipe, GRID):
            assert near != recipe
            for name, values in GRID._asdict().items():
                assert getattr(near, name) in values or getattr(near, name) == getattr(recipe, name)


@given(SLOTS)
def test_savings_save_and_shifts_keep(schedule):
    minutes = sum(slot.minutes for slot in schedule)
    for move in savings(schedule, 10.0, 5.0):
        after = applied(schedule, [move])
        assert sum(slot.minutes for slot in after) < minutes
        assert all(slot.minutes >= 10.0 for slot in after)
    for move in shifts(schedule, range(61)):
        after = applied(schedule, [move])
        assert len({slot.day for slot in after}) == len(schedule)
        assert sum(slot.minutes for slot in after) == minutes


@given(SLOTS)
def test_filling_adds_one_session_until_the_calendar_is_full(schedule):
    after = filled(schedule, range(0, 61, 3), 61)
    if len(after) == len(schedule):
        last = schedule[0].day if schedule else 61
        assert not [
            day for day in range(0, 61, 3) if day > last and day not in {slot.day for slot in schedule}
        ]
    else:
        assert len(after) == len(schedule) + 1
        assert set(schedule) < set(after)


def test_moves_that_meet_on_one_day_are_not_made_together():
    one, other = Move(0, Slot(5, 15.0, 20.0)), Move(1, Slot(5, 15.0, 10.0))
    assert apart([one, other, Move(2, None)], [2]) == [[one, Move(2, None)]]


# ------------------------------------------------------------------ gate


@settings(max_examples=60, deadline=None)
@given(SLOTS, st.sampled_from([5.0, 9.0, 14.0]), st.integers(0, 8))
def test_what_passes_the_gate_breaks_nothing_and_passes_again_unchanged(schedule, current, held):
    gate = gate_of(log_at(current, held))
    lawful = gate.lawful(schedule)
    assert gate.lawful(lawful) == lawful
    if lawful:
        assert gate.verdict(lawful).broken == ()
    days = {slot.day: slot for slot in schedule}
    for slot in lawful:
        assert slot.current_mA <= days[slot.day].current_mA
        assert slot.minutes <= days[slot.day].minutes


@settings(max_examples=80, deadline=None)
@given(SLOTS, st.data())
def test_what_is_milder_than_a_lawful_schedule_is_lawful(schedule, data):
    """The shortcut of the gate: whatever `milder` lets through, the limits let stand."""
    gate = gate_of(log_at(9.0))
    parent = gate.lawful(schedule)
    moves = savings(parent, 10.0, 5.0)
    chosen = apart(data.draw(st.permutations(moves)), [data.draw(st.integers(1, 4))]) if moves else []
    for each in chosen:
        child = applied(parent, each)
        if milder(child, parent):
            sessions = gate.proposed(child)
            assert check_plan(sessions, gate.log, (), gate.answers, TODAY, logged_until=TODAY).broken == ()


@settings(max_examples=60, deadline=None)
@given(SLOTS, st.floats(0.1, 20.0), st.integers(1, 8), st.sampled_from([0.5, 0.1, 1.0]))
def test_a_device_can_be_set_to_what_the_limits_leave(schedule, current, held, step):
    """Rounded down, never up, whatever odd current was used before; and lawful still."""
    gate = gate_of(log_at(current, held), step_mA=step)
    lawful = gate.lawful(schedule)
    of = {slot.day: slot.current_mA for slot in schedule}
    for slot in lawful:
        assert slot.current_mA / step == pytest.approx(round(slot.current_mA / step), abs=1e-6)
        assert 0.0 < slot.current_mA <= of[slot.day]
    if lawful:
        assert gate.verdict(lawful).broken == ()
    assert gate.top_mA(20.0) / step == pytest.approx(round(gate.top_mA(20.0) / step), abs=1e-6)


def test_a_rise_from_a_current_that_was_rounded_down_keeps_to_the_step():
    lawful = gate_of(log_at(7.7)).lawful([Slot(day, 15.0, 20.0) for day in (0, 2, 4)])
    assert [slot.current_mA for slot in lawful] == [8.5, 9.5, 10.5]
    assert P.value("plan_settable_mA") == 0.5
    assert gate_of(log_at(15.8)).top_mA(20.0) == 15.5
    assert set(grid(14.7, P).current_mA) == {14.5, 12.5, 10.5, 8.5, 6.5}


def test_another_library_of_limits_is_always_asked():
    from sudomotor.limits import Limits

    library = Limits.default()
    gate = gate_of(log_at(9.0), limits=library)
    parent = gate.lawful([Slot(0, 9.0, 20.0), Slot(3, 9.0, 20.0)])
    child = parent[:1]
    assert gate.lawful(child, parent) == child
    assert child in gate._known


def test_times_of_day_count_for_the_rest_between_sessions():
    late = Calendar.parse("Mon 22:00; Tue 7:00; Thu 7:00")
    days = [slot.day for slot in gate_of(log_at(9.0), late).lawful([Slot(d, 9.0, 20.0) for d in (0, 1, 3)])]
    assert days == [0, 3]  # Monday night and Tuesday morning are nine hours apart


def test_the_usual_current_is_not_passed_unless_it_was_used_already():
    assert gate_of(log_at(12.0)).top_mA(20.0) == 15.0
    assert gate_of(log_at(17.0)).top_mA(20.0) == 17.0
    assert gate_of(log_at(12.0), device=None).top_mA(20.0) <= 20.0


def test_refusals_name_the_question():
    answers = Answers.all_no(TODAY, 34)
    for changed, where in (
        (answers.with_answers(pacemaker=True), "pacemaker"),
        (answers.with_answers(epilepsy=None), "epilepsy"),
        (None, "answers"),
    ):
        gate = Gate("palms", TODAY, TODAY, (), (), changed, TODAY)
        with pytest.raises(UnsafeError) as caught:
            gate.refuse()
        assert where in caught.value.where
        assert caught.value.mend


# ------------------------------------------------------------------ bench


def bench_of(twin, **other) -> Bench:
    given = {
        "goal": Goal.parse("HDSS <= 2 on 80 % of days"), "horizon_days": 60, "offset_days": 0, "missed_pct": 0.0,
        "draws": 64, "seed": 1, "parameters": P,
    }  # fmt: skip
    return Bench(twin.evaluate, "palms", **{**given, **other})


def test_scores_count_what_they_say(make_twin):
    bench = bench_of(make_twin(), keep=True, from_day=10)
    schedule = tuple(Slot(day, 15.0, 20.0) for day in range(0, 60, 3))
    score = bench.score([schedule])[0]
    share = score.held[10:].mean(axis=0)
    assert score.p == pytest.approx(np.mean(share >= 0.8))
    assert score.share == pytest.approx(share.mean())
    assert score.dry_pct == pytest.approx(100 * score.held.mean())
    assert score.minutes == 20.0 * len(schedule)
    assert score.cost_minutes > score.minutes + P.value("plan_setup_minutes") * len(schedule) - 1e-9
    assert 0 <= score.overdry <= 1


def test_each_schedule_is_judged_once(make_twin):
    twin = make_twin()
    bench = bench_of(twin)
    one = (Slot(0, 15.0, 20.0),)
    bench.score([one, (), one])
    calls = twin.calls
    assert bench.score([one])[0] is bench.score([one])[0]
    assert twin.calls == calls


def test_the_offset_of_a_later_beginning_is_passed_on(make_twin):
    seen = []
    twin = make_twin()

    def evaluate(schedules, **words):
        seen.append((schedules, words))
        return twin.evaluate(schedules, **words)

    Bench(evaluate, "palms", Goal.parse("dry on 80 % of days"), 30, 5, 10.0, 16, 3, P).score(
        [(Slot(2, 9.0, 20.0),)]
    )
    schedules, words = seen[0]
    assert schedules[0][0].day == 7
    later = round(P.value("plan_later_days"))  # after a short horizon some days more are looked at
    assert words == {"days": 35 + later, "missed_pct": 10.0, "draws": 16, "seed": 3, "site": "palms"}


def test_stretches_cover_every_day_once():
    for days in range(1, 200):
        covered = [day for a, b in stretches(days, 28.0) for day in range(a, b)]
        assert covered == list(range(days))


def test_settled_is_the_first_week_that_is_dry_enough():
    dry = np.zeros((20, 3))
    dry[5:, 0] = 1.0
    dry[[2, 4, 6, 8], 1] = 1.0
    assert settled(dry, 0.8).tolist() == [4, 20, 20]
    assert settled(dry, 0.4).tolist() == [1, 0, 20]


def test_a_target_prefers_what_reaches_it_and_then_what_is_cheap(make_twin):
    bench = bench_of(make_twin())
    none, some, many = bench.score(
        [
            (),
            tuple(Slot(d, 15.0, 20.0) for d in range(0, 60, 9)),
            tuple(Slot(d, 15.0, 20.0) for d in range(0, 60, 2)),
        ]
    )
    assert Target(0.01).best([none, some, many]) in (some, many)
    assert Target(0.0).best([none, some, many]).cost_minutes == min(
        one.cost_minutes for one in (none, some, many) if one.worst >= 0
    )
    worth_nothing, worth_much = Target(0.99, 0.0), Target(0.99, 1000.0)
    assert worth_nothing.best([none, some, many]) is none
    assert worth_much.best([none, some, many]) is many


def test_efforts_have_names():
    assert effort_of("quick", 90).draws < effort_of("full", 90).draws
    assert effort_of("quick", 366).draws <= effort_of("quick", 90).draws
    with pytest.raises(InputError, match="full"):
        effort_of("fool", 90)


@pytest.mark.parametrize(
    ("currents", "settled_at"),
    [
        ([8, 9, 10, 11], np.inf),
        ([12, 12, 12, 12], 12),
        ([8, 14, 12, 12, 12], 12),
        ([], np.inf),
        ([15], np.inf),
    ],
)
def test_a_current_that_stopped_to_rise_is_the_comfortable_one(currents, settled_at):
    assert comfort([float(one) for one in currents], 3) == settled_at
