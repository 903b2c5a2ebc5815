"""The physics of one moment: glands keep their books, volleys do not know the step, sides are alike, drugs lower sweat."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.model import gland
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.persons_mind import setup
from sudomotor.model.scales import SIDES
from sudomotor.parameters import load
from sudomotor.person import Person, draw, median_person
from sudomotor.simulation import Moment, stress_test
from sudomotor.simulation.moment import REST_MINUTES

P = load()
G = gland.gland_constants(median_person("healthy", P), P)
PALM = SIDES.index("left palm")
# one compiled shape for nearly all of the tests
SHORT = {"minutes": 12, "dt_s": 0.5}
STEPS = 1440
releases = st.lists(st.floats(0.0, 50.0), min_size=1, max_size=40)


@pytest.fixture(scope="module")
def song() -> Moment:
    return stress_test("healthy", people=60, **SHORT)


def one(**more) -> Moment:
    return stress_test("palmar hyperhidrosis", **SHORT, **more)


def volume_nL(released: list[float], ratio: float = 0.0, minutes: float = 0.01, rest: int = 0) -> float:
    """What comes out of a pore for a row of releases, palms of the middle person."""
    pools, total = gland.steady(0.0 * G["mean_flow"], G, np), 0.0
    for amount in [*released, *[0.0] * rest]:
        pools, flows = gland.step(pools, amount, ratio, minutes, G, np)
        total += flows["out_nL"][PALM, 0]
    return float(total)


@given(releases, st.floats(1e-4, 0.5), st.floats(0.0, 100.0), st.floats(0.0, 10.0))
@settings(deadline=None, max_examples=60)
def test_a_gland_keeps_its_books(released, minutes, ratio, flow):
    """What is secreted leaves or stays; what the horny layer takes dries or stays."""
    start = gland.steady(flow * np.ones((6, 1)), G, np)
    pools, secreted, out, dried = start, 0.0, 0.0, 0.0
    for amount in released:
        pools, flows = gland.step(pools, amount, ratio, minutes, G, np)
        secreted, out = secreted + flows["secreted_nL"], out + flows["out_nL"]
        dried = dried + flows["evaporated_nL"]
        assert (flows["occupancy"] >= 0).all()
        assert (flows["occupancy"] <= 1).all()
        assert all((pools[name] >= 0).all() for name in gland.POOLS)
    scale = start["f"] + start["m"] + np.abs(secreted) + 1e-300
    assert (np.abs(secreted - out - (pools["f"] - start["f"])) <= 1e-12 * scale).all()
    assert (np.abs(G["chi"] * out - dried - (pools["m"] - start["m"])) <= 1e-12 * scale).all()


def test_steady_pools_stay():
    start = gland.steady(3.0 * np.ones((6, 1)), G, np)
    # acetylcholine is held by hand, as a steady nerve does
    kept = start["a"] * np.expm1(1e-4 / G["tau_a"])
    pools = start
    for _ in range(500):
        pools, _ = gland.step(pools, kept, 0.0, 1e-4, G, np)
    for name in gland.POOLS:
        assert pools[name] == pytest.approx(start[name], rel=5e-3)


@given(st.floats(1e-4, 1.0), st.sampled_from([0.005, 0.01, 0.1]))
@settings(deadline=None, max_examples=40)
def test_a_volley_alone_gives_the_volume_that_it_was_sent_for(volume, minutes):
    released = float(gland.release_uM(volume, G, np))
    assert float(gland.alone_nL(released, 0.0, G, np)) == pytest.approx(volume, rel=1e-9)
    assert volume_nL([released], minutes=minutes, rest=int(4 / minutes)) == pytest.approx(volume, rel=1e-6)


@given(releases, st.floats(0.0, 1.0), st.floats(0.0, 1.0))
@settings(deadline=None, max_examples=40)
def test_less_release_is_never_more_sweat(released, a, b):
    low, high = sorted((a, b))
    less, more = (volume_nL([share * amount for amount in released]) for share in (low, high))
    assert less <= more * (1 + 1e-12) + 1e-15


@given(releases, st.floats(0.0, 300.0), st.floats(0.0, 300.0))
@settings(deadline=None, max_examples=40)
def test_more_antagonist_is_never_more_sweat_and_acetylcholine_overcomes_it(released, a, b):
    low, high = sorted((a, b))
    less, more = volume_nL(released, high), volume_nL(released, low)
    assert less <= more * (1 + 1e-12) + 1e-15
    # Schild: the same effect from 1 + B/K times the acetylcholine
    beaten = volume_nL([(1.0 + high) * amount for amount in released], high)
    assert beaten == pytest.approx(volume_nL(released), rel=1e-9, abs=1e-15)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0), st.floats(0.01, 14.0))
@settings(deadline=None, max_examples=40)
def test_more_block_at_the_same_pools_is_never_more_conductance(a, b, flow):
    low, high = sorted((a, b))
    pools = gland.steady(flow * np.ones((6, 1)), G, np)
    more, less = (gland.conductance_uS(pools, x, 1.0 - 0.95 * x, G, np) for x in (low, high))
    assert (less <= more + 1e-12).all()
    if high - low > 0.01:
        assert (less < more).all()


@pytest.mark.parametrize(("release", "ratio"), [(1.0, 0.0), (0.3, 0.0), (1.0, 20.0)])
def test_a_block_never_raises_sweat_where_it_is(release, ratio):
    """With the skin alone the drive is the same whatever is blocked."""
    moments = [
        one(block=block, treated="left palm", hypotheses=Hypotheses.peripheral(), release=release,
            antagonist_ratio=ratio)
        for block in (0.0, 0.4, 0.9, 1.0)
    ]  # fmt: skip
    for less, more in zip(moments[1:], moments, strict=False):
        assert np.array_equal(less.drive, more.drive)
        assert np.array_equal(less.burst, more.burst)
        assert (less.sweat_mg_per_min[:, PALM] < more.sweat_mg_per_min[:, PALM]).all()
        assert np.array_equal(less.sweat_mg_per_min[:, 1:], more.sweat_mg_per_min[:, 1:])
        assert (less.conductance_uS[:, PALM] < more.conductance_uS[:, PALM]).all()
    # glands that the current does not reach go on
    left = moments[-1].sweat_mg_per_min[:, PALM] / moments[0].sweat_mg_per_min[:, PALM]
    assert left == pytest.approx(P.value("unreached_fraction"))


def test_release_block_and_antagonist_need_no_block_of_ducts():
    palm = [one(treated="palms", **drug).sweat_mg_per_min[:, PALM].mean() for drug in (
        {}, {"release": 0.5}, {"release": 0.1}, {"release": 0.0},
    )]  # fmt: skip
    assert palm[0] > palm[1] > palm[2] > palm[3]
    assert palm[3] < 0.01 * palm[0]
    moments = [one(treated="palms", antagonist_ratio=ratio) for ratio in (0.0, 1.0, 10.0, 100.0)]
    palm = [m.sweat_mg_per_min[:, PALM].mean() for m in moments]
    assert palm[0] > palm[1] > palm[2] > palm[3]
    assert palm[3] < 0.05 * palm[0]
    sole = [m.sweat_mg_per_min[:, SIDES.index("left sole")].mean() for m in moments]
    assert sole[3] > 0.8 * sole[0]
    assert (moments[3].treated_side, moments[3].untreated_side) == ("left palm", "left sole")


def test_a_drug_on_a_healthy_volley_at_a_hundred_times_its_constant_leaves_next_to_nothing():
    released = float(gland.release_uM(float(G["mean_flow"][PALM, 0]) / 10.0, G, np))
    assert volume_nL([released], 100.0, rest=300) < 0.02 * volume_nL([released], rest=300)


def test_volleys_do_not_know_the_step():
    fine, coarse = (stress_test("healthy", people=4, minutes=12, dt_s=dt) for dt in (0.1, 0.2))
    assert (fine.burst.sum(axis=0) == coarse.burst.sum(axis=0)).all()
    for i in range(4):
        at = [m.time_s[m.burst[:, i] > 0] for m in (fine, coarse)]
        assert np.abs(at[0] - at[1]).max() <= 0.2 + 1e-9
    mean = [m.sweat_mg_per_min.mean(axis=(0, 2)) for m in (fine, coarse)]
    assert mean[0] == pytest.approx(mean[1], rel=0.01)
    for name in ("threat", "drive", "vagal", "wetness"):
        ends = [m.window(getattr(m, name), during=True) for m in (fine, coarse)]
        assert ends[0] == pytest.approx(ends[1], rel=0.01)


def test_left_and_right_are_alike():
    left, right = (one(block=0.8, treated=f"{side} palm") for side in ("left", "right"))
    swapped = [1, 0, 3, 2, 5, 4]
    for name in ("sweat_mg_per_min", "conductance_uS", "acetylcholine_uM", "occupancy"):
        assert getattr(left, name)[:, swapped] == pytest.approx(getattr(right, name), rel=1e-12, abs=1e-15)
    for name in ("threat", "drive", "heart_period_ms", "burst"):
        assert getattr(left, name) == pytest.approx(getattr(right, name), rel=1e-12)


@pytest.mark.parametrize("kind", ["healthy", "palmar hyperhidrosis, severe"])
def test_over_a_long_load_sweat_is_what_the_drive_asks_for(kind):
    moment = stress_test(kind, people=60, load_series=np.ones(STEPS), **SHORT)
    m, _ = setup(moment.people, P, moment.hypotheses)
    late = moment.time_s > 120.0
    asked = (moment.sudomotor_drive[late, None] / m["D_ref"] * m["base"]).mean(axis=(0, 2))
    given_ = moment.sweat_mg_per_min[late].mean(axis=(0, 2))
    assert given_[:4] == pytest.approx(asked[:4], rel=0.02)
    # few glands carry an axilla, so that some of what overlapping volleys ask for is lost to saturation
    assert (given_[4:] < asked[4:]).all()
    assert given_[4:] == pytest.approx(asked[4:], rel=0.04)


def test_states_stay_in_their_ranges(song):
    for name in ("threat", "wetness", "habituation", "occupancy"):
        values = getattr(song, name)
        assert values.min() >= 0
        assert values.max() <= 1
    assert song.vagal.max() <= 1
    for name in ("drive", "sudomotor_drive", "acetylcholine_uM", "sweat_mg_per_min", "rmssd_ms"):
        assert getattr(song, name).min() >= 0
    assert song.conductance_uS.min() > 0
    assert song.heart_period_ms.min() > 300
    assert set(np.unique(song.burst)) == {0.0, 1.0}


@pytest.mark.parametrize(
    ("name", "published"),
    [
        ("heart_period_change_ms", -118.46),
        ("scl_change_uS", 4.85),
        ("ns_scr_change_per_min", 8.42),
        ("rmssd_change_ms", -14.67),
    ],
)
def test_a_sung_song_is_as_published(song, name, published):
    """Van der Mee et al. 2020; means of healthy people."""
    assert song.summary()[name].mean() == pytest.approx(published, rel=0.25)


def test_the_task_is_seen_within_ten_seconds(song):
    start = song.task_start_s
    at, soon = (int(np.searchsorted(song.time_s, start + s)) for s in (0.0, 10.0))
    assert (song.heart_period_ms[soon] < song.heart_period_ms[at] - 5.0).mean() > 0.9
    assert (song.drive[soon] > song.drive[at] + 0.02).all()
    # and nothing is seen before it, but for volleys at rest
    assert song.threat[at - 1] == pytest.approx(song.threat[0], abs=1e-3)


def test_the_same_seed_gives_the_same_moment_and_another_other_volleys(song):
    again = stress_test("healthy", people=60, **SHORT)
    assert np.array_equal(again.sweat_mg_per_min, song.sweat_mg_per_min)
    other = stress_test(draw("healthy", 60, 1), seed=2, **SHORT)
    assert not np.array_equal(other.burst, song.burst)
    # a person's volleys do not depend on how many others there are
    alone = stress_test(song.people.take([0]), **SHORT)
    assert np.array_equal(alone.burst[:, 0], song.burst[:, 0])


def test_a_blocked_palm_misleads_about_the_nerve():
    bare, shut = one(), one(block=0.9, treated="left palm")
    nerve = shut.change(shut.drive)[0] / bare.change(bare.drive)[0]
    palm = [m.change(m.of(m.conductance_uS, "left palm"))[0] for m in (shut, bare)]
    assert nerve > 0.95
    assert palm[0] < 0.3 * palm[1]
    assert shut.summary()["scl_change_treated_uS"][0] == palm[0]
    assert (shut.measured_side, bare.measured_side) == ("right palm", "left palm")


def test_what_is_blocked_at_both_palms_is_felt_less():
    bare, shut = one(), one(block=0.9)
    assert shut.window(shut.wetness, during=True)[0] < bare.window(bare.wetness, during=True)[0]
    assert shut.change(shut.threat)[0] < bare.change(bare.threat)[0]
    fooled = one(block=0.9, feedback_mg_per_min=50.0)
    assert fooled.change(fooled.threat)[0] > shut.change(shut.threat)[0]


def test_heat_makes_sweat_without_any_load():
    pytest.importorskip("pythermalcomfort")
    from sudomotor.simulation.thermal import thermal_drive

    rest = np.zeros(STEPS)
    drive = thermal_drive(36.0, 50.0, 1.2, 12.0, parameters=P)
    hot, cool = (
        stress_test("healthy", people=60, load_series=rest, heat=heat, **SHORT) for heat in (drive, None)
    )
    assert (hot.sweat_mg_per_min[-240:].mean(axis=0) > cool.sweat_mg_per_min[-240:].mean(axis=0)).all()
    assert np.array_equal(hot.threat[0], cool.threat[0])
    with pytest.raises(InputError, match="covers 11 minutes"):
        stress_test("healthy", heat=replace(drive, time_minutes=drive.time_minutes[:-1]), **SHORT)


def test_backends_agree():
    compiled, plain = (one(backend=backend) for backend in ("jax", "numpy"))
    assert np.array_equal(compiled.burst, plain.burst)
    assert compiled.sweat_mg_per_min == pytest.approx(plain.sweat_mg_per_min, rel=1e-8, abs=1e-12)


@pytest.mark.parametrize(
    ("given_", "what"),
    [
        ({"block": 90}, "did you mean 0.9"),
        ({"block": -0.1}, "from 0 to 1"),
        ({"block": float("nan")}, "from 0 to 1"),
        ({"treated": "left foot"}, "place"),
        ({"task_name": "sing a song"}, "sing-a-song"),
        ({"minutes": 5}, "no time for rest and task"),
        ({"minutes": 9}, "give at least 12 minutes"),
        ({"minutes": float("nan")}, "no time"),
        ({"dt_s": 0}, "resolve"),
        ({"dt_s": 5.0}, "resolve"),
        ({"release": -1}, "from 0 to 1"),
        ({"antagonist_ratio": -1}, "must not be negative"),
        ({"feedback_mg_per_min": float("inf")}, "must not be negative"),
        ({"load_series": np.ones(3)}, "shape"),
        ({"load_series": np.full(STEPS, np.nan)}, "finite"),
        ({"people": 0}, "at least 1"),
    ],
)
def test_what_cannot_be_is_refused(given_, what):
    with pytest.raises(InputError, match=what) as caught:
        stress_test("healthy", **{**SHORT, **given_})
    assert caught.value.mend


def test_what_is_not_finite_is_never_passed_on():
    bad = P.with_values({"gland_flow_max_nL_per_min": 1e-3})
    with pytest.raises(InputError, match="not finite"), np.errstate(all="ignore"):
        stress_test("healthy", parameters=bad, **SHORT)


def test_more_volleys_than_were_drawn_are_refused():
    with pytest.raises(InputError, match="more volleys"):
        stress_test("healthy", load_series=np.full(STEPS, 60.0), hypotheses=Hypotheses.peripheral(), **SHORT)


def test_a_person_without_any_sudomotor_gain_is_refused():
    who = Person.preset("healthy")
    nobody = replace(who, values={**who.values, "drive_sudomotor_gain": 0.0})
    with pytest.raises(InputError, match="sudomotor gain of 0"):
        stress_test(nobody, **SHORT)


def test_the_task_begins_after_rest(song):
    assert song.task_start_s == 60.0 * REST_MINUTES
    assert song.task_end_s == song.task_start_s + 60.0 * song.task.minutes
    assert len(song.time_s) == STEPS
    assert song.dt_s == pytest.approx(0.5)
    with pytest.raises(InputError, match="side"):
        song.of(song.sweat_mg_per_min, "palms")
