"""What a study could tell of the loop: exact derivatives, additive information, and the designs in their order."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.cli.main import main
from sudomotor.errors import InputError
from sudomotor.evidence.design import MEASURES, Step, parse_design, read_design, shipped_design
from sudomotor.evidence.identify import Identified, identify, information, of_rows, shown
from sudomotor.evidence.sensitivity import SYMBOLS, VARIED, arm_trees, derived, sensitivities
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.simulation import simulate

ARM = '[[arm]]\nname = "active"\ncourse = ["Treat palms at 15 mA DC for 20 minutes, daily for 2 weeks"]\nn = 30\n'
MEASURE = '[[measure]]\nname = "anxiety"\ndays = [13]\nsd = 0.15\n'


@pytest.fixture(scope="module")
def moves():
    return sensitivities(shipped_design())


@pytest.fixture(scope="module")
def trees():
    return arm_trees(shipped_design())


@pytest.fixture(scope="module")
def found(moves):
    design = shipped_design()
    steps = tuple(information(design, step, moves) for step in design.steps)
    return Identified(design, MappingProxyType(dict.fromkeys(SYMBOLS, 1.0)), steps)


def test_the_rank_rises_from_nine_to_all_twelve(found):
    ranks = [info.rank for info in found.steps]
    assert ranks == [9, 11, 12, 12, 12, 12]
    known = [info.well_known for info in found.steps]
    assert known == sorted(known)
    assert known[-1] == 12


def test_the_central_rate_gets_surer_with_each_design(found):
    errors = [info.error("eta_G") for info in found.steps]
    assert errors[0] > 2  # treated sweat and anxiety say next to nothing of the centre
    assert all(later <= former for former, later in pairwise(errors))
    assert errors[2] < 0.25 * errors[1]  # it is the untreated site that tells
    assert errors[4] < 0.8 * errors[3]  # and a measure of the drive
    assert errors[-1] < 0.4


def test_false_feedback_is_what_tells_the_weight_of_wetness(found):
    before, after = found.steps[-2], found.steps[-1]
    assert after.error("w_W") < 0.3 * before.error("w_W")
    assert after.error("eta_G") > 0.95 * before.error("eta_G")


def test_no_parameter_gets_less_certain_by_a_measurement(found):
    errors = np.array([info.errors for info in found.steps])
    assert (np.diff(errors, axis=0) <= 1e-9 * errors[:-1]).all()


@pytest.mark.parametrize("arm", ["active", "sham"])
def test_derivatives_are_those_of_finite_differences(arm, moves, trees):
    """Along random directions, each measure to 1e-4 of its greatest change over the days."""
    random = np.random.default_rng(7)
    for _ in range(2):
        way = random.standard_normal(len(VARIED))
        h = 1e-5
        up, down = (derived(sign * h * way, trees[arm]).predicted for sign in (1, -1))
        slope = (up - down) / (2 * h)
        exact = moves[arm].gradient @ way
        assert (np.abs(slope - exact).max(axis=1) < 1e-4 * np.abs(exact).max(axis=1)).all()


def test_derivatives_run_through_each_persons_own_baseline(moves):
    """Before any treatment a person's sweat in the clinic is what it is, whatever the constants are; threat is not."""
    of = dict(zip(MEASURES, moves["active"].gradient, strict=True))
    assert np.abs(of["treated_sweat_clinic"][0]).max() < 1e-9
    assert np.abs(of["drive"][0]).max() > 0.1


def test_predictions_are_those_of_the_simulation(moves):
    from sudomotor.parameters import load

    design = shipped_design()
    history = simulate(
        design.person, design.arms[0].course, days=design.days, people=design.people, seed=design.seed,
        hypotheses=design.hypotheses, parameters=load().with_values(design.assume),
    )  # fmt: skip
    of = dict(zip(MEASURES, moves["active"].predicted, strict=True))
    assert of["anxiety"] == pytest.approx(history.mind.threat.mean(axis=1), rel=1e-9)
    assert of["avoidance"] == pytest.approx(history.mind.avoidance.mean(axis=1), rel=1e-9)
    sweat = np.log(history.sweat_of("left palm")).mean(axis=1)
    assert of["treated_sweat_clinic"] == pytest.approx(sweat, rel=1e-9)


def test_a_sham_says_nothing_of_the_block(moves):
    block = [SYMBOLS.index(symbol) for symbol in ("tau_X", "X_s")]
    assert np.abs(moves["sham"].gradient[..., block]).max() == 0.0
    assert np.abs(moves["active"].gradient[..., block]).max() > 1.0


def test_sweat_weighed_at_rest_cannot_tell_gain_from_drive(moves):
    """In the clinic only ratios to a person's own sweat are seen: a scale of drive and gain is free."""
    design = shipped_design()
    days = design.measures[0].days
    at_rest = tuple(replace(m, name=m.name.replace("sweat", "sweat_clinic")) for m in design.measures[:3])
    step = Step("clinic", ("active", "sham"), tuple(m.name for m in at_rest))
    info = information(replace(design, measures=at_rest), step, moves)
    assert len(days) == 9
    assert info.error("eta_G") > 5
    assert {"eta_G", "a_c", "a_T"} <= set(info.blurred)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6))
def test_information_adds_up(seed, more):
    random = np.random.default_rng(seed)
    rows, extra = random.standard_normal((14, 5)), random.standard_normal((more, 5))
    step = Step("any", ("a",), ("anxiety",))
    one, both = of_rows(rows, step, 2.0), of_rows(np.concatenate([rows, extra]), step, 2.0)
    assert both.fisher == pytest.approx(one.fisher + extra.T @ extra)
    assert (both.errors <= one.errors * (1 + 1e-9)).all()
    assert both.rank >= one.rank
    assert one.errors == pytest.approx(np.sqrt(np.diag(np.linalg.inv(one.fisher))), rel=1e-6)


def test_what_nothing_tells_has_no_error_in_numbers():
    rows = np.array([[1.0, 0.0, 1.0], [2.0, 0.0, 0.0]])
    info = of_rows(rows, Step("any", ("a",), ("anxiety",)), 2.0)
    assert np.isinf(info.errors[1])
    assert np.isfinite(info.errors[[0, 2]]).all()
    assert info.rank == 2
    assert shown(info.errors[1]) == "–"


def test_the_example_can_be_read():
    design = read_design("examples/design.toml")
    assert [step.name for step in design.steps] == ["sweat and anxiety", "with the soles, and a diary"]
    assert set(design.steps[0].measures) < set(design.steps[1].measures)


@pytest.mark.parametrize(
    ("text", "what", "mend"),
    [
        (ARM + MEASURE.replace("anxiety", "anxeity"), "unknown name 'anxeity'", "did you mean 'anxiety'"),
        (ARM + MEASURE + "[design]\npeple = 3", "unknown key 'peple'", "people"),
        (ARM + MEASURE + "[[drug]]", "unknown key 'drug'", "known"),
        (MEASURE, "the design has no arm", "add [[arm]]"),
        (ARM, "the design has no measure", "add [[measure]]"),
        (ARM + ARM + MEASURE, "the arm 'active' stands twice", "once"),
        (ARM.replace("palms", "plams") + MEASURE, "", "palms"),
        (ARM.replace("n = 30", "n = 0") + MEASURE, "whole number", "n = 30"),
        (ARM.replace("n = 30", "size = 30") + MEASURE, "unknown key 'size'", "known: name, course, n"),
        (ARM + MEASURE.replace("[13]", "[]"), "days must be a list", "days ="),
        (ARM + MEASURE.replace("[13]", "[13, 13]"), "stands twice", "once"),
        (ARM + MEASURE.replace("[13]", "[1.5]"), "whole number", "from 0"),
        (ARM + MEASURE.replace("0.15", "-1"), "out of range", "above 0"),
        (ARM + MEASURE + "feedback_mg_per_min = 3", "unknown key 'feedback_mg_per_min'", "known"),
        (ARM + MEASURE + "[assume]\nweight_wetnes = 0.4", "unknown parameter", "did you mean 'weight_wetness'"),
        (ARM + MEASURE + "[assume]\ngain_days = 60", "not in force", "gain_reset_days"),
        (ARM + MEASURE + '[[step]]\nname = "x"\narms = ["sham"]', "unknown arm 'sham'", "known: active"),
        (ARM + MEASURE + '[[step]]\nname = "x"\narms = ["active"]', "the step has no measures", "anxiety"),
        ("[[arm", "not a TOML file", "line"),
    ],
)  # fmt: skip
def test_errors_say_what_where_and_how_to_mend(text, what, mend):
    with pytest.raises(InputError) as caught:
        parse_design(text, "mine.toml")
    assert what in caught.value.what
    assert "mine.toml" in (caught.value.where or "")
    assert mend in (caught.value.mend or "")


def test_no_site_left_untreated():
    treat = "{} at 5 mA for 20 minutes, daily for 1 week"
    course = [treat.format(f"Treat {site}") for site in ("palms", "soles", "axillae")]
    text = f'[[arm]]\nname = "all"\ncourse = {course}\nn = 3\n' + MEASURE.replace(
        "anxiety", "untreated_sweat"
    )
    with pytest.raises(InputError, match="none is left untreated"):
        arm_trees(replace(parse_design(text), people=2))


def test_a_loop_too_steep_to_be_differentiated_is_refused():
    ends = {"strong_loop_threat_slope": 25.0, "strong_loop_weight_wetness": 1.5}
    steep = replace(shipped_design(), hypotheses=Hypotheses.parse("strong_loop"), assume=ends)
    with pytest.raises(InputError, match="so steep"):
        sensitivities(steep)


def test_a_missing_file_is_said(capsys):
    assert main(["identify", "no-such-design.toml"]) == 2
    assert "there is no file 'no-such-design.toml'" in capsys.readouterr().err


@pytest.mark.slow
def test_a_mechanism_that_is_off_is_beyond_any_design(tmp_path, capsys):
    import json

    path = tmp_path / "design.toml"
    path.write_text('[design]\nhypotheses = "evidence"\npeople = 4\n' + ARM + MEASURE, "utf-8")
    assert main(["identify", str(path), "--json", "-o", str(tmp_path / "out")]) == 0
    said = json.loads(capsys.readouterr().out)
    errors = said["steps"][0]["relative_standard_error"]
    assert errors["eta_G"] is None
    assert errors["E_on"] is None
    assert any("eta_G" in note and "off" in note for note in said["notes"])
    page = (tmp_path / "out" / "identify.html").read_text("utf-8")
    assert "gain is unlearned" in page
    assert page.count("<svg") == 2


@pytest.mark.slow
def test_the_shipped_table_is_printed(capsys):
    assert main(["identify"]) == 0
    said = capsys.readouterr().out
    assert "9 of 12" in said
    assert "with an untreated site" in said
    assert identify().values["eta_G"] == 0.03
