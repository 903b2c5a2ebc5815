"""The duct solver: against SUNDIALS on transients, and what a duct must do."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.session.carbonate import Equilibria, net_acid_mM, solve_pH
from sudomotor.session.duct import DuctProblem, right_hand_side, solve_duct, without_current
from sudomotor.session.duct_numerics import graded_edges

TIMES_S = (10.0, 40.0)


def _plain(inside):
    def rhs(t, u, out):
        inside(t, u, out)

    return rhs


def reference(problem, times_s, cells, rtol):
    """CVODE (BDF, banded Jacobian) on the same right-hand side, restarted at every break."""
    from sksundae.cvode import CVODE

    rhs, y, breaks = right_hand_side(problem, cells=cells)
    stops = np.unique(np.concatenate((breaks, times_s)))
    stops = stops[stops <= max(times_s)]
    kept = []
    for a, b in pairwise(stops):

        def inside(t, u, out, low=a, high=b - 1e-9 * (b - a)):
            rhs(min(max(t, low), high), u, out)  # never past a jump

        solver = CVODE(
            _plain(inside),
            rtol=rtol,
            atol=rtol * 1e-2,
            linsolver="band",
            lband=7,
            uband=7,
            max_num_steps=200_000,
        )
        found = solver.solve(np.array([a, b]), y)
        assert found.success
        y = found.y[-1]
        if np.any(np.isclose(b, times_s)):
            kept.append(y.reshape(cells, 4))
    return np.array(kept)


CASES = {
    "tap water, anode": {},
    "tap water, cathode": {"current_nA": -177.0},
    "acid bath": {"bath_alkalinity_mM": -1.0, "bath_carbon_mM": 0.1},
    "bath that turns acid, ramp": {
        "bath_minutes": (0.0, 0.5), "bath_alkalinity_mM": (2.0, -1.0), "ramp_s": 20.0, "minutes": 0.7,
    },
    "reversal": {
        "current_nA": (0.0, 177.0, 177.0, -177.0, -177.0), "current_minutes": (0.0, 0.1, 0.3, 0.3, 0.7),
        "bath_alkalinity_mM": -1.0, "minutes": 0.7,
    },
    "no current": {"current_nA": 0.0},
    "much current, narrow, no sweat": {"current_nA": 1500.0, "radius_um": 5.0, "sweat_nL_per_min": 0.0},
    "nearly pure water, much sweat": {
        "bath_sodium_mM": 0.05, "bath_calcium_mM": 0.0, "bath_alkalinity_mM": 0.04, "bath_carbon_mM": 0.05,
        "sweat_nL_per_min": 5.0, "length_mm": 1.0,
    },
    # 150 to 300 thermal volts and as many Peclet units over one cell, against each other
    "drift against much sweat": {
        "current_nA": -1008.0, "sweat_nL_per_min": 3.54, "radius_um": 5.008, "length_mm": 5.0, "bath_sodium_mM": 137.3,
        "bath_calcium_mM": 2.8, "bath_alkalinity_mM": 4.7, "bath_carbon_mM": 5.05,
    },
    "alkaline bath, cathode, long": {
        "current_nA": -600.0, "bath_sodium_mM": 12.0, "bath_alkalinity_mM": 10.0, "bath_carbon_mM": 5.0, "length_mm": 5.0,
    },
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_transients_agree_with_cvode(case):
    base = {"minutes": 40.0 / 60.0, "current_nA": 177.0, "output_minutes": [t / 60.0 for t in TIMES_S]}
    problem = DuctProblem(**{**base, **CASES[case]})
    cells = 40
    fast = solve_duct(problem, cells=cells)
    tight = reference(problem, TIMES_S, cells, 1e-8)
    assert fast.unknowns_mM.shape == tight.shape
    # relative to the span of each unknown over the profile: ten times the tolerance asked for
    for k in range(4):
        scale = np.max(np.abs(tight[..., k]))
        if scale > 1e-6:
            assert np.max(np.abs(fast.unknowns_mM[..., k] - tight[..., k])) < 1e-3 * scale
    # pH wherever it is not resting on less than 1e-3 mM of acid or base
    p = problem.constants
    pH = solve_pH(tight[..., 3], tight[..., 2], p.value("duct_buffer_mM"), Equilibria.of(p))
    assert fast.pH == pytest.approx(pH, abs=0.02)


def test_order_of_the_time_step():
    """A tolerance of a thousandth costs about ten times the steps and gives a thousandth of the error: order 3."""
    problem = DuctProblem(minutes=0.5, current_nA=-177.0, output_minutes=[0.25, 0.5])
    runs = {r: solve_duct(problem, cells=40, rtol=r) for r in (1e-3, 1e-6, 1e-8)}
    error = {r: np.max(np.abs(runs[r].unknowns_mM - runs[1e-8].unknowns_mM)) for r in (1e-3, 1e-6)}
    order = np.log(error[1e-3] / error[1e-6]) / np.log(runs[1e-6].steps / runs[1e-3].steps)
    assert order > 2.5


def test_dose_hardly_depends_on_the_grid():
    problem = DuctProblem(
        minutes=20,
        current_nA=177.0,
        bath_alkalinity_mM=(1.0, -1.0),
        bath_minutes=(0, 20),
        output_minutes=[20],
    )
    coarse, fine = (solve_duct(problem, cells=n, rtol=1e-3).acid_in_nmol[-1] for n in (80, 160))
    assert coarse == pytest.approx(fine, rel=0.05)


def test_acid_water_acidifies_the_duct_and_alkaline_water_does_not():
    acid = solve_duct(DuctProblem(minutes=5, current_nA=177.0, bath_alkalinity_mM=-1.0, bath_carbon_mM=0.1))
    tap = solve_duct(DuctProblem(minutes=5, current_nA=177.0))
    middle = 40
    assert acid.pH[-1, middle] < 3.0
    assert 5.0 < tap.pH[-1, middle] < 7.0
    assert acid.acid_in_nmol[-1] > 10 * tap.acid_in_nmol[-1]


def test_saline_keeps_the_acid_out():
    acid = {
        "minutes": 20,
        "current_nA": 177.0,
        "bath_alkalinity_mM": -1.0,
        "bath_carbon_mM": 0.1,
        "output_minutes": [20],
    }
    water = solve_duct(DuctProblem(**acid), rtol=1e-3)
    saline = solve_duct(DuctProblem(**acid, bath_sodium_mM=154.0, bath_calcium_mM=0.0), rtol=1e-3)
    assert water.acid_in_nmol[-1] > 8 * saline.acid_in_nmol[-1]


def test_sweat_holds_the_acid_back():
    acid = {"minutes": 1.0, "current_nA": 60.0, "bath_alkalinity_mM": -1.0, "bath_carbon_mM": 0.1}
    dry, wet = (solve_duct(DuctProblem(**acid, sweat_nL_per_min=q)) for q in (0.0, 5.0))
    assert dry.pH[-1, 40] < 3.0
    assert wet.pH[-1, 40] > 5.9


def test_acid_passes_the_mouth_before_the_depth():
    s = solve_duct(DuctProblem(minutes=0.2, current_nA=177.0, bath_alkalinity_mM=-1.0, bath_carbon_mM=0.1))
    past = s.acid_past_depth_nmol
    assert past[0] == s.acid_in_nmol[-1]
    assert past[0] > past[40] > past[-1]


def test_cathode_takes_base_and_mirrors_the_sign():
    s = solve_duct(DuctProblem(minutes=5, current_nA=-177.0))
    assert s.acid_in_nmol[-1] < 0
    assert s.pH[-1, 40] > s.pH[0, 40] + 0.5
    assert s.volts[-1] < 0
    assert np.all(s.field_V_per_cm[-1] < 0)


def test_no_current_no_sweat_no_volts_beyond_the_junction():
    s = solve_duct(without_current(DuctProblem(minutes=5, current_nA=177.0, sweat_nL_per_min=0.0)))
    assert abs(s.volts[-1]) < 0.1
    assert np.all(np.isfinite(s.unknowns_mM))


def test_zero_minutes():
    s = solve_duct(DuctProblem(minutes=0, current_nA=177.0))
    assert s.time_s.tolist() == [0.0]
    assert s.acid_in_nmol.tolist() == [0.0]
    assert np.all(s.acid_past_depth_nmol == 0.0)


def test_identical_call_identical_bits():
    problem = DuctProblem(minutes=1, current_nA=300.0, bath_alkalinity_mM=-1.0)
    assert np.array_equal(solve_duct(problem).unknowns_mM, solve_duct(problem).unknowns_mM)


def test_keeps_the_asked_times_and_every_step_otherwise():
    asked = solve_duct(DuctProblem(minutes=1, current_nA=100.0, output_minutes=[0.0, 0.25, 1.0]))
    assert asked.time_s == pytest.approx([0.0, 15.0, 60.0], abs=1e-9)
    every = solve_duct(DuctProblem(minutes=1, current_nA=100.0))
    assert len(every.time_s) == every.steps + 1
    assert every.time_s[-1] == 60.0
    assert asked.acid_in_nmol[-1] == pytest.approx(every.acid_in_nmol[-1], rel=1e-3)


def test_a_jump_of_the_current_is_no_ramp():
    jump = DuctProblem(
        minutes=1,
        current_nA=(100.0, 100.0, -100.0, -100.0),
        current_minutes=(0, 0.5, 0.5, 1),
        output_minutes=[0.5, 1],
    )
    s = solve_duct(jump)
    steady = solve_duct(DuctProblem(minutes=0.5, current_nA=100.0, output_minutes=[0.5]))
    assert s.acid_in_nmol[0] == pytest.approx(steady.acid_in_nmol[0], rel=1e-3)
    assert s.acid_in_nmol[1] < s.acid_in_nmol[0]


@settings(max_examples=15, deadline=None, derandomize=True)
@given(
    st.floats(-1500, 1500),
    st.floats(-5, 10),
    st.floats(0.05, 160),
    st.floats(0, 5),
    st.floats(5, 10),
    st.floats(1, 5),
)
def test_finite_and_conserving_over_the_whole_range(nA, alkalinity, cations, flow, radius, length):
    problem = DuctProblem(
        minutes=1, current_nA=nA, bath_alkalinity_mM=min(alkalinity, cations), bath_sodium_mM=cations, bath_calcium_mM=0.0,
        bath_carbon_mM=max(alkalinity, 0.0) + 0.01, sweat_nL_per_min=flow, radius_um=radius, length_mm=length,
        output_minutes=[0.5, 1.0],
    )  # fmt: skip
    s = solve_duct(problem, cells=40, rtol=1e-3)
    assert np.all(np.isfinite(s.unknowns_mM))
    assert np.all((s.pH > 0) & (s.pH < 14))
    # round-off, amplified by the stiff solve in a duct that the current has all but emptied of ions (worst
    # seen 2e-9); ordinary cases are at machine precision, see B12
    assert s.content_error < 1e-8


@given(st.floats(1.0, 12.5), st.floats(0.0, 20.0), st.floats(0.0, 25.0))
def test_pH_and_net_acid_are_inverse(pH, carbon, buffer):
    k = Equilibria.of(load())
    assert float(solve_pH(net_acid_mM(pH, carbon, buffer, k), carbon, buffer, k)) == pytest.approx(
        pH, abs=1e-6
    )


def test_unbuffered_acid_has_its_own_pH():
    """187 umol of acid (15 mA for 20 min) in a litre without alkalinity: pH 3.73; in half a litre 3.43."""
    k = Equilibria.of(load())
    assert solve_pH(np.array([0.1866, 0.3731]), 0.0, 0.0, k) == pytest.approx([3.73, 3.43], abs=0.005)


def test_grid_reaches_the_end():
    edges = graded_edges(2.6e-3, 80, 1e-6)
    assert edges[-1] == pytest.approx(2.6e-3)
    assert 0.3e-6 < edges[1] < 3e-6


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"minutes": -1}, "minutes"),
        ({"minutes": float("nan")}, "minutes"),
        ({"radius_um": 0.0}, "radius_um"),
        ({"current_nA": float("inf")}, "current_nA"),
        ({"bath_sodium_mM": -1.0}, "bath_sodium_mM"),
        ({"bath_alkalinity_mM": 9.0}, "alkalinity exceeds"),
        ({"bath_minutes": (1.0, 2.0)}, "ascend from 0"),
        ({"bath_minutes": (0.0, 1.0), "bath_sodium_mM": (1.0, 2.0, 3.0)}, "3 values for 2 times"),
    ],
)
def test_wrong_input_says_what_and_where(wrong, says):
    with pytest.raises(InputError, match=says):
        DuctProblem(**{"minutes": 1.0, "current_nA": 100.0, **wrong})


def test_output_past_the_end_is_refused():
    with pytest.raises(InputError, match="past the end"):
        solve_duct(DuctProblem(minutes=1, current_nA=1.0, output_minutes=[2.0]))
