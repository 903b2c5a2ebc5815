"""Virtual people: lived by the full simulator, the same whoever else is drawn, and their diaries as poor as real ones."""

from __future__ import annotations

import datetime
import runpy
from pathlib import Path

import numpy as np
import pytest

from sudomotor.course import Course
from sudomotor.diary import Diary
from sudomotor.errors import InputError
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.simulation import simulate
from sudomotor.simulation.loop import mood_noise
from sudomotor.simulation.planned import PlannedSession
from sudomotor.simulation.virtual_body import bodies, dose_tables, live_day, occasions_of
from sudomotor.simulation.virtual_diary import people_of, virtual_people
from sudomotor.simulation.virtual_life import VirtualLives, begin_lives
from sudomotor.simulation.virtual_luck import luck
from sudomotor.simulation.virtual_stranger import stranger_futures, stranger_people

CYCLE = ("charge", "acid", "colloid", "synaptic")
DAYS = 90
# the skin alone is quick to live; that the mind is lived as well is held in two tests
SKIN = Hypotheses.peripheral()


@pytest.fixture(scope="module")
def lives() -> VirtualLives:
    return begin_lives(40, seed=3, mechanism=CYCLE, hypotheses=SKIN).own_way(DAYS)


@pytest.fixture(scope="module")
def few() -> VirtualLives:
    """Skin only, which is quick; in treatment for three weeks."""
    begun = begin_lives(6, seed=5, mechanism=CYCLE, hypotheses=SKIN)
    return begun.own_way(21)


def every(days: int, step: int, current: float = 15.0, minutes: float = 20.0) -> list[PlannedSession]:
    return [PlannedSession(d, current, minutes) for d in range(0, days, step)]


@pytest.mark.parametrize("account", ["charge", "acid"])
def test_a_body_does_what_the_simulator_does(account):
    """A course that can be said in one sentence, once by `simulate`, once day by day."""
    n, days, seed = 3, 9, 4
    hypotheses = Hypotheses.evidence().with_mechanism(account)
    course = Course("Treat palms at 14 mA DC for 25 minutes, daily")
    wanted = simulate(
        "palmar hyperhidrosis", course, days=days, people=n, seed=seed, hypotheses=hypotheses, backend="numpy"
    )
    b, state = bodies("palmar hyperhidrosis", seed, np.arange(n), [account] * n, hypotheses, "palms")
    tables = dose_tables(b, np.full((1, n), 14.0), np.full((1, n), 25.0))
    life, mood = occasions_of(b, 0, days + 1), mood_noise(days + 1, n, seed)
    on, which = np.ones(n), np.zeros(n, dtype=np.int64)
    for d in range(days + 1):
        pole = np.full(n, d % 2.0)
        state, sweat = live_day(b, state, tables, which, on, on, pole, life.load[d], mood[d])
        np.testing.assert_allclose(sweat, wanted.sweat_of("palms")[d], rtol=1e-10)
    assert wanted.sweat_of("palms")[days].mean() < 0.9 * wanted.sweat_of("palms")[0].mean()


def test_accounts_live_side_by_side_as_they_would_alone(few):
    alone = begin_lives(1, seed=5, mechanism="colloid", indices=[2], hypotheses=SKIN).own_way(21)
    assert few.accounts[2] == "colloid"
    np.testing.assert_allclose(alone.sweat_mg_per_min[:, 0], few.sweat_mg_per_min[:, 2], rtol=1e-12)


def test_a_person_is_the_same_whoever_else_is_drawn():
    three = virtual_people(3, seed=8, days=20, ahead=5, hypotheses=SKIN)
    one = virtual_people(9, seed=8, days=20, ahead=5, indices=[1], hypotheses=SKIN)[0]
    assert one.diary == three[1].diary
    assert one.diary != three[0].diary
    np.testing.assert_array_equal(one.later.hdss, three[1].later.hdss)
    np.testing.assert_allclose(one.later.sweat_mg_per_min, three[1].later.sweat_mg_per_min, rtol=1e-12)
    assert one.truth == three[1].truth
    longer = virtual_people(2, seed=8, days=26, ahead=0, hypotheses=SKIN)[1]
    assert longer.diary.until(three[1].diary.last).entries[:-1] == three[1].diary.entries[:-1]


def test_steps_carry_on_exactly_and_leave_the_past_alone(few):
    plan = every(20, 3)
    before = few.record["answer"].copy()
    whole = few.live([plan] * few.n, days=20)
    first = few.live([[s for s in plan if s.day < 8]] * few.n, days=8)
    rest = [s._replace(day=s.day - 8) for s in plan if s.day >= 8]
    second = first.live([rest] * few.n, days=12)
    for name in whole.record:
        np.testing.assert_array_equal(second.record[name], whole.record[name], err_msg=name)
    np.testing.assert_array_equal(few.record["answer"], before)
    assert (few.day, first.day, second.day) == (21, 29, 41)
    assert [second.diary(i) for i in range(3)] == [whole.diary(i) for i in range(3)]


def test_the_mind_is_lived_and_carries_on_exactly_as_well():
    begun = begin_lives(2, seed=6)
    one, two = begun.own_way(6), begun.own_way(3).own_way(3)
    np.testing.assert_array_equal(one.sweat_mg_per_min, two.sweat_mg_per_min)
    skin = begin_lives(2, seed=6, hypotheses=SKIN).own_way(6)
    assert not np.array_equal(one.of("median"), skin.of("median"))
    np.testing.assert_allclose(one.of("median"), skin.of("median"), rtol=0.3)


def test_given_sessions_are_held_or_missed_and_no_others(few):
    days = 40
    daily, half = few.live([every(days, 1)] * few.n, days), few.live([every(days, 2)] * few.n, days)
    held = daily.of("held")[-days:] > 0
    assert 0.7 < held.mean() < 0.9
    np.testing.assert_array_equal(half.of("held")[-days:][1::2], 0.0)
    # the same luck under either plan
    np.testing.assert_array_equal(half.of("held")[-days:][::2], held[::2])
    np.testing.assert_array_equal(daily.minutes[-days:], 20.0 * held)
    sessions = daily.held(0, few.day, days)
    assert [s.day for s in sessions] == np.flatnonzero(held[:, 0]).tolist()


def test_more_treatment_never_wets_and_none_lets_it_come_back(few):
    days = 42
    none = few.live([[]] * few.n, days).of("median")[-1]
    some = few.live([every(days, 4)] * few.n, days).of("median")[-1]
    much = few.live([every(days, 1)] * few.n, days).of("median")[-1]
    untreated = few.bodies.baseline_mg_per_min
    assert np.all(some <= none * (1 + 1e-9))
    assert np.all(much <= some * (1 + 1e-9))
    assert much.mean() < 0.7 * none.mean()
    assert np.all(none <= untreated * (1 + 1e-9))
    start = few.of("median")[-1]
    assert np.mean(none / untreated) > np.mean(start / untreated) + 0.1


def test_current_works_person_by_person(few):
    plans = [every(30, 1, current=3.0 if i % 2 else 18.0) for i in range(few.n)]
    mixed = few.live(plans, 30).of("median")[-1]
    strong = few.live([every(30, 1, current=18.0)] * few.n, 30).of("median")[-1]
    np.testing.assert_allclose(mixed[::2], strong[::2], rtol=1e-12)
    assert np.all(mixed[1::2] >= strong[1::2])
    assert mixed[1::2].mean() > 1.1 * strong[1::2].mean()


def test_diaries_are_as_poor_as_real_ones(lives):
    people = people_of(lives, DAYS)
    gap = np.array([1 - len({e.date for e in p.diary.entries}) / DAYS for p in people])
    assert 0.3 < np.median(gap) < 0.6
    assert np.mean((gap > 0.2) & (gap < 0.7)) > 0.8
    optional = ("sweat_mg", "wetness_0_10", "anxiety_0_10", "temperature_C", "event", "volts", "time")
    for person in people[:8]:
        assert all(getattr(e, name) is None for e in person.diary.entries for name in optional)
        assert person.diary.last == lives.start + datetime.timedelta(days=DAYS - 1)
        assert person.diary.entries[-1].hdss is not None
    sessions = [len(p.diary.sessions) for p in people]
    assert 8 < np.median(sessions) < 40


def test_entries_are_missing_but_not_at_random(lives):
    wrote, answer = lives.of("written") > 0, lives.hdss
    # within people: who writes more may well be wetter
    more = [wrote[answer[:, i] >= 3, i].mean() - wrote[answer[:, i] <= 2, i].mean() for i in range(lives.n)
            if 15 < np.sum(answer[:, i] >= 3) < DAYS - 15]  # fmt: skip
    assert len(more) > 10
    assert np.mean(more) > 0.08
    runs = [
        np.corrcoef(wrote[1:, i], wrote[:-1, i])[0, 1]
        for i in range(lives.n)
        if 5 < wrote[:, i].sum() < DAYS - 5
    ]
    assert np.nanmean(runs) > 0.1


def test_slips_are_few_and_near(lives):
    written, true = lives.of("written").astype(int), lives.hdss
    wrong = written[written > 0] != true[written > 0]
    assert 0.005 < wrong.mean() < 0.08
    off = np.abs(written - true)[(written > 0) & (written != true)]
    assert np.mean(off == 1) > 0.6


def test_days_are_noisy_with_a_memory(lives):
    noise = np.log(lives.sweat_mg_per_min / lives.of("median"))
    assert 0.2 < noise.std(axis=0).mean() < 0.5
    near = np.mean([np.corrcoef(noise[1:, i], noise[:-1, i])[0, 1] for i in range(lives.n)])
    far = np.mean([np.corrcoef(noise[30:, i], noise[:-30, i])[0, 1] for i in range(lives.n)])
    assert near > 0.3
    assert abs(far) < 0.2


def test_untreated_people_answer_again_about_as_published():
    """Kappa of test and retest 0.73 in a clinic; of a daily question less, and far from none."""
    record = begin_lives(150, seed=7, hypotheses=SKIN)
    answers = record.record["answer"][:, record.habits.begins >= record.before].astype(int)
    kappa = []
    for t in range(5, 40, 5):
        table = np.zeros((4, 4))
        np.add.at(table, (answers[t] - 1, answers[t + 7] - 1), 1.0)
        table /= table.sum()
        chance = table.sum(axis=0) @ table.sum(axis=1)
        kappa.append((np.trace(table) - chance) / (1 - chance))
    assert 0.35 < np.mean(kappa) < 0.73
    assert (answers >= 3).mean() > 0.6


def test_a_good_diary_is_good():
    people = virtual_people(3, seed=2, days=60, ahead=0, kind="good", hypotheses=SKIN)
    for person in people:
        entries = person.diary.entries
        assert len({e.date for e in entries}) > 42
        assert sum(e.sweat_mg is not None for e in entries) >= 2
        assert any(e.temperature_C is not None and e.wetness_0_10 is not None for e in entries)
        assert all(e.anode_side for e in person.diary.sessions)
    assert any(e.event for person in people for e in person.diary.entries)


def test_a_diary_goes_to_a_file_and_back(lives, tmp_path):
    diary = lives.diary(0)
    assert Diary.read(diary.write(tmp_path / "d.csv"), today=diary.last) == diary


def test_what_happens_later_is_what_was_lived(lives):
    person = people_of(lives, 60)[4]
    np.testing.assert_array_equal(person.later.hdss, lives.hdss[60:, 4])
    assert person.later.dates[0] == person.diary.last + datetime.timedelta(days=1)
    assert len(person.later.dates) == DAYS - 60
    held = lives.of("held")[60:, 4] > 0
    assert [s.day for s in person.later.sessions] == np.flatnonzero(held).tolist()
    assert (person.mechanism, person.index, person.site) == ("charge", 4, "palms")


def test_who_knows_all_but_the_future_sees_what_a_pause_does(few):
    treated = few.live([every(28, 1)] * few.n, 28)
    pause = treated.futures([[]] * few.n, 40, draws=8)
    kept = treated.futures([every(40, 1)] * few.n, 40, draws=8)
    np.testing.assert_allclose(pause.sum(axis=-1), 1.0)
    dry_pause, dry_kept = pause[..., :2].sum(axis=-1), kept[..., :2].sum(axis=-1)
    assert dry_kept[-10:].mean() > dry_pause[-10:].mean() + 0.1
    # nobody's sessions have done anything on the first morning
    np.testing.assert_array_equal(pause[0], kept[0])


def test_soles_are_treated_by_who_has_wet_soles():
    person = virtual_people(1, seed=1, days=20, ahead=0, person="plantar hyperhidrosis", hypotheses=SKIN)[0]
    assert person.diary.sites == ("soles",)


def test_luck_of_different_people_and_names_is_unrelated():
    x = luck(1, np.arange(200), 0, 30)
    assert abs(np.corrcoef(x["day"].ravel(), x["drift"].ravel())[0, 1]) < 0.05
    assert abs(np.corrcoef(x["day"][:, 0::2].ravel(), x["day"][:, 1::2].ravel())[0, 1]) < 0.05
    assert abs(x["day"].std() - 1) < 0.03
    assert abs(x["miss"].mean() - 0.5) < 0.02


def test_strangers_follow_another_law_and_other_people():
    group = stranger_people(30, seed=1, days=120, ahead=28)
    again = stranger_people(1, seed=1, days=120, ahead=28, indices=[7])[0]
    assert again.diary == group[7].diary
    assert group[7].mechanism == "stranger"
    assert np.isnan(group[7].later.sweat_mg_per_min).all()
    before, after = [], []
    for person in group:
        sessions = [e.date for e in person.diary.sessions]
        for e in person.diary.entries:
            if e.hdss is not None:
                (
                    before
                    if e.date <= sessions[0]
                    else after
                    if 14 <= (e.date - sessions[0]).days < 35
                    else []
                ).append(e.hdss)
    assert np.mean(before) > np.mean(after) + 0.8
    answers = {e.hdss for person in group for e in person.diary.entries if e.hdss}
    assert answers == {1, 2, 3, 4}


def test_who_knows_a_stranger_knows_the_chances_and_not_what_chance_brings():
    days, who = 77, list(range(40))
    group = stranger_people(40, seed=1, days=days, ahead=28)
    same = {"days": days, "ahead": 28, "indices": who}
    held = stranger_futures([person.later.sessions for person in group], 1, draws=60, **same)
    answer = np.stack([person.later.hdss for person in group], axis=1)
    good = held[..., :2].sum(axis=-1)
    assert good.mean() == pytest.approx((answer <= 2).mean(), abs=0.06)  # right on average,
    by_group = np.mean(answer <= 2) - (answer <= 2)
    assert np.mean((good - (answer <= 2)) ** 2) < 0.7 * np.mean(by_group**2)  # and of each by themselves
    none = stranger_futures([[]] * 40, 1, draws=60, **same)
    daily = stranger_futures([every(28, 1)] * 40, 1, draws=60, **same)
    with pytest.raises(InputError, match="day -1 is outside of the 28 days"):
        stranger_futures([[PlannedSession(-1, 15.0, 20.0)], *[[]] * 39], 1, draws=1, **same)
    with pytest.raises(InputError, match="sessions for 2 people are given, and there are 40"):
        stranger_futures([[]] * 2, 1, draws=1, **same)
    steps = np.arange(1, 5)
    assert (none[0] == daily[0]).all()  # a day's answer is given before its session
    assert (none[-1] @ steps).mean() > (held[-1] @ steps).mean() > (daily[-1] @ steps).mean() + 0.1


@pytest.mark.slow
def test_the_bundled_example_is_what_its_maker_makes():
    root = Path(__file__).resolve().parents[2]
    maker = runpy.run_path(str(root / "docs" / "tools" / "build_demo_diary.py"))
    content = maker["TARGET"].read_text("utf-8")
    assert content == maker["text"]()
    assert content.startswith("# SYNTHETIC")
    assert maker["shows_a_course"](Diary.read(maker["TARGET"]))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda x: x.live([[PlannedSession(14, 10, 20)]] + [[]] * 5, 14), "day 14 is not one of"),
        (lambda x: x.live([[PlannedSession(0, 10, 20)] * 2] + [[]] * 5, 14), "two sessions on one day"),
        (lambda x: x.live([[PlannedSession(0, 10, 20, "soles")]] + [[]] * 5, 14), "treat the palms"),
        (lambda x: x.live([[PlannedSession(0, 0, 20)]] + [[]] * 5, 14), "no session"),
        (lambda x: x.live([[PlannedSession(0, 10, float("nan"))]] + [[]] * 5, 14), "no session"),
        (lambda x: x.live([[]], 14), "there are 6"),
        (lambda x: x.live([[]] * 6, 0), "days must be"),
        (lambda x: x.own_way(10**6), "days must be"),
        (lambda x: x.diary(6), "no person 6"),
        (lambda x: x.diary(0, until=500), "500 days"),
        (lambda x: begin_lives(0, 1), "n must be"),
        (lambda x: begin_lives(1, 1, kind="awful"), "unknown kind"),
        (lambda x: begin_lives(1, 1, mechanism="chrage"), "unknown mechanism"),
        (lambda x: begin_lives(1, 1, mechanism=()), "no account"),
        (lambda x: begin_lives(1, 1, missed_pct=100.0), "missed_pct"),
        (lambda x: begin_lives(1, 1, indices=[]), "indices"),
        (lambda x: virtual_people(1, 1, ahead=-1), "ahead"),
    ],
)
def test_wrong_input_is_refused_with_its_reason(few, wrong, says):
    with pytest.raises(InputError, match=says):
        wrong(few)
