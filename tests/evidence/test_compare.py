"""Rival hypotheses in the same people: what differs, what does not, and how many people a study needs."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sudomotor.course import Course
from sudomotor.errors import InputError
from sudomotor.evidence.compare import ACTIVE, DESIGNS, SHAM, WAITING, compare, curve_of
from sudomotor.evidence.compare_measures import change, measures, noise_variance, places, treated_sides
from sudomotor.evidence.compare_power import Group, effect_size, people_per_arm, range_of_people
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.parameters import load

P = load()
COURSE = Course("Treat palms at 15 mA DC for 20 minutes, 5 times a week for 2 weeks", "Pause for 3 months")
RIVALS = ["peripheral", "loop", "central", "expectation"]
DAYS, PEOPLE = 104, 60
MOST = P.value("study_most_per_arm")


@pytest.fixture(scope="module")
def found():
    return compare("palmar hyperhidrosis", COURSE, RIVALS, days=DAYS, people=PEOPLE, seed=3, parameters=P)


def best(found, pair, measure, design=None):
    """The cheapest study of a measure."""
    return next(
        each for each in found.of_pair(pair) if each.measure.name == measure and design in (None, each.design)
    )


def t_power(n: float, d: float) -> float:
    """Power of a two-sided t-test at 5 % with n people in each of two arms."""
    df, shift = 2 * n - 2, d * math.sqrt(n / 2)
    limit = stats.t.ppf(0.975, df)
    return float(stats.nct.sf(limit, df, shift) + stats.nct.cdf(-limit, df, shift))


@given(st.floats(0.15, 2.2))
def test_that_many_people_have_the_power_and_fewer_have_not(d):
    n = float(people_per_arm(d, P))
    assert t_power(n, d) > 0.7999
    if n > 2:
        assert t_power(n - (1 if n <= 200 else 2), d) < 0.8


def test_that_many_people_find_a_planted_difference_in_four_studies_of_five():
    rng = np.random.default_rng(5)
    for d in (0.5, 1.0):
        n = int(people_per_arm(d, P))
        one, other = rng.normal(d, 1.0, (4000, n)), rng.normal(0.0, 1.0, (4000, n))
        share = np.mean(stats.ttest_ind(one, other, axis=1).pvalue < 0.05)
        assert share == pytest.approx(0.8, abs=0.03)


@given(st.floats(1e-3, 50.0), st.floats(1.0, 10.0))
def test_fewer_people_are_needed_where_the_difference_is_larger(d, factor):
    assert people_per_arm(d * factor, P) <= people_per_arm(d, P)
    assert people_per_arm(-d, P) == people_per_arm(d, P) >= 2


def test_more_power_and_less_error_need_more_people():
    assert people_per_arm(0.5, P.with_values({"study_power_pct": 90.0})) > people_per_arm(0.5, P)
    assert people_per_arm(0.5, P.with_values({"study_error_pct": 1.0})) > people_per_arm(0.5, P)
    assert people_per_arm(0.0, P) == math.inf


def test_an_effect_is_nothing_over_nothing_and_endless_without_a_spread():
    assert effect_size([0.0, 1.0, -1.0, 1e-15], [0.0, 0.0, 4.0, 0.0]).tolist() == [0.0, math.inf, -0.5, 0.0]


def test_a_planted_difference_is_found_on_its_day():
    rng = np.random.default_rng(1)
    sweat = measures(COURSE)[0]
    still, drop = rng.normal(0.0, 0.3, (2, 11, 400))
    drop[7] -= 0.8
    wait = np.zeros((11, 400))
    curve = curve_of(
        ("a", "b"), sweat, "treated against waiting", [(still, drop), (wait, wait)], np.full(11, 0.1), P
    )
    assert curve.best_day == 7
    # a quarter of the variance is that of each treated group, none that of the waiting ones
    assert curve.d[7] == pytest.approx(0.8 / math.sqrt(0.5 * 0.3**2 + 0.1), rel=0.08)
    assert curve.n_per_arm[7] < 0.1 * np.min(np.delete(curve.n_per_arm, 7))


def test_the_range_of_people_holds_the_number_and_widens_with_the_error():
    rng = np.random.default_rng(2)
    arms = [Group(*rng.normal([[0.0], [1.0]], 0.5, (2, 300))), Group(np.zeros(300), np.zeros(300))]
    narrow = range_of_people(arms, (0.5, 1.0, 1.0), P, seed=1)
    wide = range_of_people(arms, (0.5, 0.25, 4.0), P, seed=1)
    n = float(people_per_arm(1.0 / math.sqrt(0.5 * 0.25 + 0.5), P))
    assert narrow[0] <= n <= narrow[1]
    assert wide[0] < narrow[0]
    assert wide[1] > narrow[1]


def test_the_people_are_the_same_under_each_hypothesis_and_in_each_arm(found):
    assert len(found.arms) == len(RIVALS)
    first = found.arms[0]
    for arms in found.arms:
        assert set(arms) == {ACTIVE, SHAM, WAITING}
        for name, history in arms.items():
            assert np.array_equal(history.baseline_mg_per_min, first[name].baseline_mg_per_min)
            assert np.array_equal(history.mind.events, first[name].mind.events)
            assert np.array_equal(history.session, first[name].session)
    assert np.array_equal(first[SHAM].session, first[ACTIVE].session)
    assert not first[WAITING].session.any()
    assert not first[SHAM].blocked.any()


def test_each_measure_is_a_change_from_the_own_day_0(found):
    for measure in found.measures:
        for history in found.histories:
            assert not change(history, measure)[0].any()
            noise = noise_variance(history, measure)
            assert noise.shape == (DAYS + 1,)
            assert (noise > 0).all()


def test_sham_and_waiting_are_one_where_nothing_is_believed(found):
    peripheral = found.arms[0]
    for measure in found.measures:
        assert np.allclose(change(peripheral[SHAM], measure), change(peripheral[WAITING], measure))


def test_skin_and_loop_differ_in_what_is_felt_while_treated_and_hardly_in_sweat(found):
    pair = ("peripheral", "loop")
    first = found.best[0]
    assert first.pair == pair
    assert first.measure.name in ("stai_s", "lsas", "avoidance")
    assert first.worth
    assert first.day < 60  # while the block lasts
    assert abs(first.mean_a) < 0.01 * abs(first.mean_b)
    assert best(found, pair, "stai_s").n_per_arm < 100
    for sweat in ("sweat_untreated", "sweat_treated"):
        assert best(found, pair, sweat).n_per_arm > MOST
    assert best(found, pair, "sweat_untreated").mean_b > 95.0


def test_loop_and_central_differ_most_in_untreated_sweat_and_late(found):
    pair = ("loop", "central")
    sweat = best(found, pair, "sweat_untreated")
    assert found.of_pair(pair)[0].measure.name.startswith("sweat")
    assert 4 <= sweat.n_per_arm <= 20
    assert sweat.day > 20  # the sessions end on day 12
    assert sweat.mean_b < 75.0 < 95.0 < sweat.mean_a
    assert sweat.n_range[0] <= sweat.n_per_arm <= sweat.n_range[1]
    # it does not go away with the block
    curve = next(
        c for c in found.curves if (c.pair, c.measure, c.design) == (pair, sweat.measure, sweat.design)
    )
    assert curve.n_per_arm[-1] < 20


def test_skin_and_expectation_are_told_apart_by_a_sham_arm(found):
    pair = ("peripheral", "expectation")
    waiting = best(found, pair, "stai_s", "sham against waiting")
    sham = best(found, pair, "stai_s", "treated against sham")
    assert waiting.n_per_arm < MOST
    assert waiting.mean_b < -2.0 < -0.5 < waiting.mean_a
    assert sham.n_per_arm > 4 * waiting.n_per_arm


def test_pairs_are_all_there_once_and_the_cheapest_comes_first(found):
    assert len(found.best) == len(found.pairs) == 6
    for pair, first in zip(found.pairs, found.best, strict=True):
        each = found.of_pair(pair)
        assert first == each[0]
        assert [d.n_per_arm for d in each] == sorted(d.n_per_arm for d in each)
        assert len(each) == len(found.measures) * len(DESIGNS)
        assert len(found.of_pair(pair, one_each=True)) == len(found.measures)


def test_the_claims_that_differ_carry_their_grades(found):
    first, second = found.differ_in(("loop", "central"))
    assert any("(supported)" in text for text in first)
    assert second == ("C1.4 the brain's command to sweat is unlearned (speculation)",)
    assert all(text not in (*first, *second) for text in found.shared)


def test_identical_worlds_differ_nowhere(found):
    history = found.arms[1]
    for measure in found.measures:
        groups = [(change(history[arm], measure),) * 2 for arm in (ACTIVE, WAITING)]
        curve = curve_of(("a", "b"), measure, "", groups, noise_variance(history[ACTIVE], measure), P)
        assert not curve.d.any()
        assert np.isinf(curve.n_per_arm).all()


@pytest.mark.parametrize(
    ("words", "sides", "at"),
    [
        ("Treat palms at 15 mA for 20 minutes, daily", ("left palm", "right palm"), ("palms", "soles")),
        ("Treat palms and soles at 15 mA for 20 minutes, daily", None, ("palms", "axillae")),
        (
            "Treat left palm at 10 mA for 20 minutes, daily, return on right sole",
            ("left palm", "right sole"),
            ("left palm", "axillae"),
        ),
        ("Botulinum toxin in armpits, once", ("left axilla", "right axilla"), ("axillae", "palms")),
        ("CBT for 50 minutes, once a week", (), ("", "palms")),
    ],
)
def test_treated_and_untreated_places(words, sides, at):
    course = Course(words)
    if sides is not None:
        assert treated_sides(course) == sides
    assert places(course) == at
    assert all(m.place for m in measures(course) if m.site in ("treated", "untreated"))


@pytest.mark.parametrize(
    ("hypotheses", "more", "says"),
    [
        ([], {}, "two hypotheses or more"),
        (["loop"], {}, "two hypotheses or more"),
        (["loop", "loop"], {}, "'loop' is named twice"),
        (["loop", "evidence"], {}, "the same set of claims"),
        (["loop", "lop"], {}, "unknown hypothesis 'lop'"),
        (["peripheral", *(f"loop+{c}" for c in ("agency", "mood", "central", "afferent")), "reset", "loop"],
         {}, "more than a page holds"),
        (["loop", Hypotheses.peripheral().with_mechanism("acid")], {}, "different accounts of the block"),
        (["peripheral", "loop"], {"people": 1}, "one person has no spread"),
        (["peripheral", "loop"], {"days": 0}, "nothing has changed"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused_with_a_way_out(hypotheses, more, says):
    with pytest.raises(InputError, match=says) as error:
        compare("palmar hyperhidrosis", COURSE, hypotheses, **{"days": 5, "people": 3, **more})
    assert error.value.mend
