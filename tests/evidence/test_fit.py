"""The calibration, on a table small enough to be fitted in seconds."""

import math
import tomllib
from dataclasses import replace

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.evidence import fit, kfold, parse_evidence, sensitivity, shipped, write_calibration
from sudomotor.evidence.fitting import participation, pinned
from sudomotor.evidence.problem import ORDER_PENALTY, Problem, Scale, free_parameters, order_penalty
from sudomotor.model.mechanisms import MECHANISMS
from sudomotor.parameters import Parameters, load

P = load(calibrated=False)
TABLE = parse_evidence("""
schema = 1
[[study]]
id = "one"
site = "palms"
population = "palmar hyperhidrosis, severe"
weight = "high"
[[study.arm]]
course = ["Treat palms at 15 mA DC for 20 minutes, daily for 8 days"]
[[study.arm.outcome]]
measure = "sweat_change_pct"
days_after_last_session = 1
value = -25
tolerance = 3
[[study]]
id = "two"
site = "palms"
population = "palmar hyperhidrosis, severe"
[[study.arm]]
course = ["Sham palms for 20 minutes, daily for 5 days"]
[[study.arm.outcome]]
measure = "sweat_change_pct"
days_after_last_session = 0
value = -10
tolerance = 20
[[order]]
id = "current"
measure = "block"
min_ratio = 1.1
more = { course = ["Treat palms at 15 mA DC for 20 minutes, daily for 5 days"] }
less = { course = ["Treat palms at 5 mA DC for 20 minutes, daily for 5 days"] }
""")
FREE = ("charge_half_uC", "charge_max_hits", "soak_log")
OPTIONS = {"free": FREE, "people": 20, "backend": "numpy"}


@pytest.fixture(scope="module")
def fitted():
    return fit(TABLE, P, budget=60, seed=1, **OPTIONS)


@pytest.fixture(scope="module")
def problem():
    return Problem(TABLE, P, "charge", **OPTIONS)


def test_every_account_has_free_parameters_of_its_own():
    for name in MECHANISMS:
        free = free_parameters(name, P)
        assert any(one.startswith(f"{name}_") for one in free)
        assert len(set(free)) == len(free)
        assert all(P[one].high > P[one].low for one in free)


@pytest.mark.parametrize("name", ["charge_half_uC", "soak_log", "repair_days"])
def test_a_scale_goes_there_and_back(name):
    scale = Scale(P[name])
    for x in (0.0, 0.3, 1.0):
        assert scale.place(scale.value(x)) == pytest.approx(x, abs=1e-12)
        assert P[name].low <= scale.value(x) <= P[name].high


def test_the_fit_is_better_than_the_start_and_stays_in_range(fitted):
    assert fitted.score < fitted.start_score
    assert fitted.inside == fitted.counted == 2
    assert fitted.orders_holding == 1
    for name, one in fitted.values.items():
        assert P[name].low <= one.low90 <= one.value <= one.high90 <= P[name].high
        assert one.start == P.value(name)


def test_the_identical_fit_gives_identical_values(fitted):
    assert fit(TABLE, P, budget=60, seed=1, **OPTIONS).values == fitted.values


def test_the_file_is_read_back_by_the_loader(fitted, tmp_path):
    file = write_calibration(tmp_path / "calibration.toml", fitted, [fitted])
    raw = tomllib.loads(file.read_text("utf-8"))
    assert set(raw["fitted"]) == set(FREE)
    assert raw["fitted"]["soak_log"]["value"] == pytest.approx(fitted.values["soak_log"].value, rel=1e-5)
    assert set(raw["rival"]["charge"]) == set(FREE)
    with pytest.raises(InputError, match="cannot write"):
        write_calibration(tmp_path / "none" / "calibration.toml", fitted)


def test_a_left_out_study_is_predicted_from_the_others(fitted):
    folds = kfold(fitted, TABLE, P, budget=12, backend="numpy")
    assert [fold.study for fold in folds] == ["one", "two"]
    assert all(math.isfinite(fold.predicted) for fold in folds)
    for fold in folds:
        assert fold.inside_predicted == (abs(fold.predicted - fold.published) <= fold.tolerance)


def test_a_left_out_study_does_not_count(problem):
    predictions = problem.predict(P)
    assert problem.score(predictions, without=["one"]) < problem.score(predictions)


def test_misses_weigh_and_are_bounded(problem):
    predictions = problem.predict(P)
    good = type(predictions)(np.array([-25.0, -10.0]), predictions.orders, predictions.sham)
    bad = type(predictions)(np.array([90.0, -10.0]), predictions.orders, predictions.sham)
    none = type(predictions)(np.array([np.nan, -10.0]), predictions.orders, predictions.sham)
    assert problem.score(good) < problem.score(bad) < problem.score(good) + 6.0
    assert problem.score(good) < problem.score(none) < problem.score(good) + 6.0


def test_an_order_that_fails_costs():
    order = TABLE.orders[0]
    assert order_penalty(order, 0.9, 0.1) == 0.0
    assert 0.0 < order_penalty(order, 0.11, 0.1) < order_penalty(order, 0.1, 0.1) < ORDER_PENALTY
    assert order_penalty(order, 0.0, 0.1) == ORDER_PENALTY


def test_equal_arms_of_orders_are_run_once():
    table = shipped()
    full = Problem(replace(table, studies=()), P, "charge", people=4, backend="numpy", free=("soak_log",))
    assert len(full.trials) < 2 * len(table.orders)


def test_a_parameter_without_range_cannot_be_fitted():
    stiff = Parameters({**P, "soak_log": replace(P["soak_log"], low=0.12, high=0.12)})
    with pytest.raises(InputError, match="range"):
        Problem(TABLE, stiff, "charge", **OPTIONS)


def test_participation_counts_directions():
    rng = np.random.default_rng(1)
    one = rng.standard_normal(500)
    assert participation(np.stack([one, 2 * one, -one], axis=1)) == pytest.approx(1.0)
    assert participation(rng.standard_normal((500, 3))) == pytest.approx(3.0, rel=0.05)
    assert participation(np.ones((10, 2))) == 0.0


def test_a_range_is_pinned():
    table = pinned(shipped(), "minutes", 1.0)
    arm = table.studies[0].arms[0]
    assert arm.assumed["minutes"] == (30.0, 30.0)
    assert arm.assumed["litres"] == (0.5, 3.0)


def test_the_score_is_shown_over_every_reading():
    readings = sensitivity(TABLE, P, people=10)
    assert [r.value for r in readings] == ["8", "10", "12", "15", "20"]
    assert all(0 <= r.inside <= r.counted == 2 for r in readings)
