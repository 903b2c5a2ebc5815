"""A course meets people: limits, symmetry, reproducibility, stop rules, and agreement with the reference solver."""

import numpy as np
import pytest

from sudomotor.course import Course
from sudomotor.errors import InputError
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mechanisms import MECHANISMS
from sudomotor.parameters import load
from sudomotor.person import draw, median_person
from sudomotor.simulation import prepare, run_prepared, simulate
from sudomotor.simulation.reference import reference_blocked

PALMS = "Treat palms at 15 mA DC for 20 minutes, 3 times a week for 4 weeks"
THEN = "Then every 10 days"
KIND = "palmar hyperhidrosis"


def run(*words, days=60, people=12, **more):
    """The skin alone, unless hypotheses are given: what the mind adds is tested with the loop."""
    more.setdefault("hypotheses", Hypotheses.peripheral())
    return simulate(KIND, Course(*words), days=days, people=people, **more)


def test_treatment_dries_and_sweat_returns():
    history = run(PALMS, days=180, people=60)
    sweat = np.median(history.sweat_of("palms"), axis=1)
    assert sweat[28] < 0.6 * sweat[0]
    assert sweat[180] > 0.9 * sweat[0]
    assert np.all(np.diff(sweat[30:]) > -1e-9)


def test_maintenance_keeps_what_stopping_loses():
    stopped, kept = run(PALMS, days=120, people=60), run(PALMS, "Then twice a week", days=120, people=60)
    assert kept.sweat_of("palms")[120].mean() < 0.7 * stopped.sweat_of("palms")[120].mean()


@pytest.mark.parametrize("words", ["Sham palms for 20 minutes, 5 times a week for 2 weeks",
                                   "Treat palms at 0 mA DC for 20 minutes, 5 times a week for 2 weeks",
                                   "Treat palms at 15 mA AC 50 Hz for 20 minutes, 5 times a week for 2 weeks"])  # fmt: skip
def test_no_net_current_blocks_nothing(words):
    history = run(words, days=20)
    assert np.abs(history.site_blocked("palms")).max() < 1e-12
    np.testing.assert_allclose(history.sweat_of("palms")[20], history.sweat_of("palms")[0])


def test_identical_calls_give_identical_bits():
    one, two = run(PALMS, THEN), run(PALMS, THEN)
    assert np.array_equal(one.blocked, two.blocked)


@pytest.mark.parametrize("backend", ["numpy", "jax"])
def test_the_size_of_the_group_does_not_matter(backend):
    words = (PALMS + " missing 20 % of sessions", THEN)
    small, large = (run(*words, people=n, backend=backend) for n in (7, 40))
    np.testing.assert_allclose(large.blocked[..., :7], small.blocked, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(large.sweat_of("palms")[:, :7], small.sweat_of("palms"), rtol=1e-9)


def test_both_backends_agree():
    words = ("Treat palms at 15 mA DC for 20 minutes, 3 times a week until HDSS <= 2 or for 6 weeks", THEN)
    a, b = (run(*words, days=90, backend=backend) for backend in ("numpy", "jax"))
    np.testing.assert_allclose(a.blocked, b.blocked, rtol=1e-9, atol=1e-14)
    assert np.array_equal(a.session, b.session)


def test_the_whole_trajectory_agrees_with_the_reference_solver():
    p = load()
    prepared = prepare(draw(KIND, 40, 3, p), Course(PALMS, THEN), days=120, parameters=p)
    history = run_prepared(prepared, p)
    weakest = int(np.argmin(history.blocked[28].mean(axis=0)))
    for person in (0, weakest):
        reference = reference_blocked(prepared, p, history.session, person)
        np.testing.assert_allclose(history.blocked[:, :, person], reference, atol=1e-7)


def test_a_course_interpolates_the_session_it_tabulated():
    """A session at a blocked fraction between the nodes: interpolated hits against the physics at that fraction."""
    from sudomotor.model.course_model import NODES, interpolate
    from sudomotor.model.mechanisms import mechanism
    from sudomotor.session.course_dose import course_dose

    p, people = load(), draw(KIND, 30, 5)
    session = Course(PALMS).steps[0].session
    effect = mechanism("charge").effect
    grid = np.repeat(NODES[:, None], 30, axis=1)
    between = np.repeat(((NODES[:-1] + NODES[1:]) / 2)[:-1, None], 30, axis=1)
    table, exact = (
        effect(course_dose(session, people, blocked=b, parameters=p, acid=False), p).hits
        for b in (grid, between)
    )
    found = np.stack([interpolate(table, b, np) for b in between])
    np.testing.assert_allclose(found, exact, atol=0.02 * exact.max())


def test_one_side_leaves_the_other_alone():
    history = run("Treat left palm at 10 mA DC for 20 minutes, 5 times a week for 3 weeks", days=25)
    assert history.sides == ("left palm",)
    assert history.blocked_of("left palm")[21].mean() > 0.3
    assert np.all(history.blocked_of("right palm") == 0)
    np.testing.assert_allclose(
        history.sweat_of("palms"), 0.5 * (history.sweat_of("left palm") + history.sweat_of("right palm"))
    )


def test_a_named_return_is_treated_too():
    history = run(
        "Treat left palm at 10 mA DC, return on right palm, for 20 minutes, 5 times a week for 3 weeks",
        days=25,
    )
    assert history.blocked_of("right palm")[21].mean() > 0.3


def test_swapping_the_sides_mirrors_the_result():
    left, right = (
        run(f"Treat palms at 15 mA DC, anode {side}, for 20 minutes, 5 times a week for 2 weeks")
        for side in ("left", "right")
    )
    np.testing.assert_allclose(left.blocked_of("left palm"), right.blocked_of("right palm"), rtol=1e-12)
    assert left.blocked_of("left palm")[14].mean() > 1.05 * left.blocked_of("right palm")[14].mean()


def test_alternating_the_anode_treats_both_sides_alike():
    history = run("Treat palms at 15 mA DC for 20 minutes, 5 times a week for 4 weeks", days=30, people=40)
    left, right = (history.blocked_of(f"{side} palm")[29].mean() for side in ("left", "right"))
    assert abs(left - right) < 0.05


def test_until_stops_each_person_in_their_own_time():
    history = run(
        "Treat palms at 15 mA DC for 20 minutes, 5 times a week until sweat <= 15 mg/min or for 8 weeks",
        days=60,
        people=60,
    )
    sessions = history.session.sum(axis=0)
    assert len(set(sessions)) > 5
    stopped = sessions < sessions.max()
    last = history.session.shape[0] - 1 - np.argmax(history.session[::-1] > 0, axis=0)
    after = history.sweat_of("palms")[:, stopped]
    first_under = np.argmax(after <= 15, axis=0)
    assert np.all(last[stopped] < first_under)
    assert np.all(first_under - last[stopped] <= 3)


def test_hdss_rule_is_the_sweat_rule_of_that_person():
    history = run(
        "Treat palms at 15 mA DC for 20 minutes, 7 times a week until HDSS <= 2 or for 8 weeks",
        days=60,
        people=40,
    )
    ended = history.session.sum(axis=0) < history.session.sum(axis=0).max()
    last = history.session.shape[0] - 1 - np.argmax(history.session[::-1] > 0, axis=0)
    hdss = history.hdss_of("palms")
    reached = hdss[np.minimum(last + 1, 60), np.arange(40)][ended]
    assert np.all(reached < 2.6)


def test_for_sessions_pause_and_schedule_are_kept():
    first = "Treat palms at 10 mA DC for 20 minutes, 3 times a week for 5 sessions"
    history = run(first, "Pause for 1 week", "Then every 4 days for 3 sessions", days=60, people=1)
    days = list(np.flatnonzero(history.session[:, 0]))
    assert days[:5] == [0, 2, 4, 7, 9]
    assert len(days) == 8
    assert days[5] - days[4] >= 7
    assert list(np.diff(days[5:])) == [4, 4]


def test_missed_sessions_are_missed():
    full, some = (
        run(PALMS + miss, people=200, days=28).session.sum() for miss in ("", " missing 25 % of sessions")
    )
    assert some / full == pytest.approx(0.75, abs=0.03)


def test_two_sessions_a_day():
    history = run("Treat palms at 10 mA DC for 10 minutes, twice a day for 1 week", days=10, people=3)
    assert history.session.shape == (11, 3)
    assert np.all(history.session.sum(axis=0) == 14)


def test_zero_days_and_one_person():
    history = run(PALMS, days=0, people=1)
    assert history.sweat_of("palms").shape == (1, 1)
    assert history.site_blocked("palms")[0, 0] == 0.0


def test_median_person_is_a_person():
    history = simulate(median_person(KIND), Course(PALMS), days=30)
    assert history.people.n == 1
    assert np.isfinite(history.sweat_of("palms")).all()


def test_zero_glands_do_not_break_anything():
    p = load().with_values({"gland_density_axilla_per_cm2": 1e-9})
    history = simulate(
        "axillary hyperhidrosis",
        Course("Treat axillae at 5 mA DC for 20 minutes, daily for 1 week"),
        days=7,
        people=3,
        parameters=p,
    )
    assert np.isfinite(history.blocked).all()


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ({"days": -1}, "days"),
        ({"days": 2.5}, "days"),
        ({"people": 0}, "people"),
        ({"backend": "numpi"}, "backend"),
    ],
)
def test_impossible_sizes_are_refused(bad, what):
    with pytest.raises(InputError, match=what):
        run(PALMS, **{"days": 10, "people": 2, **bad})


@pytest.mark.parametrize("name", [name for name in MECHANISMS if name != "acid"])
def test_each_mechanism_runs_and_is_named(name):
    history = run(PALMS, days=20, people=4, hypotheses=Hypotheses.evidence().with_mechanism(name))
    assert history.mechanism == name
    assert np.isfinite(history.blocked).all()
    if name == "acute":
        assert history.blocked.max() < 1e-9


def test_dataset_has_units_and_survives_saving(tmp_path):
    import xarray as xr

    history = run(PALMS, days=10, people=3)
    back = xr.load_dataset(history.save(tmp_path / "h.nc"), engine="scipy")
    assert back["sweat_mg_per_min"].attrs["units"] == "mg/min"
    np.testing.assert_allclose(back["blocked"], history.dataset["blocked"])
    assert back.attrs["mechanism"] == "charge"
    with pytest.raises(InputError, match=r"\.nc"):
        history.save(tmp_path / "h.csv")


@pytest.mark.slow
def test_ten_thousand_people_with_their_tails_stay_finite():
    history = run(PALMS, THEN, days=180, people=10_000)
    for values in (
        history.blocked,
        history.volts,
        history.irritation,
        history.sweat_of("palms"),
        history.hdss_of("palms"),
    ):
        assert np.isfinite(values).all()
    assert history.blocked.min() >= -1e-12
    assert history.blocked.max() <= 1 + 1e-12
