"""Analytical solutions of electro-diffusion that the kernels of the duct solver must reproduce (25 degC, V_T = 25.69258 mV).

Tolerances: where Scharfetter-Gummel is exact for the problem (constant field) what remains is the tolerance of the time step;
elsewhere it is the error of the grid, second order in the width of a cell, estimated beside each case.
"""

from __future__ import annotations

import numpy as np
import pytest

from sudomotor.errors import InputError
from sudomotor.parameters import load
from sudomotor.session.carbonate import Equilibria
from sudomotor.session.duct import DuctProblem, solve_duct
from sudomotor.session.duct_numerics import FARADAY, graded_edges, solve_ions, thermal_volts

NA, CL, H, K, CA = 1.334e-9, 2.032e-9, 9.311e-9, 1.957e-9, 0.792e-9
VT = thermal_volts(25.0)


def even(length: float, cells: int) -> np.ndarray:
    return np.linspace(0.0, length, cells + 1)


@pytest.mark.parametrize(
    ("v", "ratio"),
    [(0.5, 1.27075), (1.0, 1.58198), (2.0, 2.31304), (5.0, 5.03392), (10.0, 10.00045), (20.0, 20.0)],
)
def test_b1_goldman_flux(v, ratio):
    length = 1e-3
    s = solve_ions(
        [1],
        [NA],
        even(length, 40),
        [0.0],
        [1.0],
        right_mM=[0.0],
        field_V_per_m=v * VT / length,
        seconds=[4e3, 5e3],
    )
    flux = (s.passed_mol_per_m2[1] - s.passed_mol_per_m2[0])[:, 0] / 1e3
    # exact scheme at constant field: only the rest of the transient and the printed digits are left
    assert flux == pytest.approx(np.full(41, ratio * NA / length), rel=1e-5)


@pytest.mark.parametrize(
    ("v", "lag"),
    [
        (0.0, 1 / 6),
        (0.5, 0.165976),
        (1.0, 0.163953),
        (2.0, 0.156518),
        (5.0, 0.122713),
        (10.0, 0.080009),
        (20.0, 0.045),
    ],
)
def test_b2_time_lag(v, lag):
    length = 1e-3
    unit = length**2 / NA
    s = solve_ions(
        [1], [NA], even(length, 200), [0.0], [1.0], right_mM=[0.0], field_V_per_m=v * VT / length,
        seconds=[4 * unit, 5 * unit], rtol=1e-6,
    )  # fmt: skip
    out = s.passed_mol_per_m2[:, -1, 0]
    flux = (out[1] - out[0]) / unit
    # 200 cells: (v/200)^2/12 of artificial diffusion at most, 1e-3 at v = 20
    assert 4 - out[0] / flux / unit == pytest.approx(lag, rel=1.5e-3)


def junction(first, second, salt_d):
    start = np.zeros((100, 3))
    start[:50], start[50:] = first, second
    s = solve_ions(
        [1, 1, -1],
        [H, salt_d, CL],
        even(1e-4, 100),
        start,
        first,
        right_mM=second,
        current_A_per_m2=0.0,
        seconds=[60.0],
    )
    return -1e3 * s.volts[-1]  # right less left, mV


def test_b3_liquid_junction():
    s = solve_ions(
        [1, -1],
        [NA, CL],
        even(1e-4, 100),
        [50, 50],
        [100, 100],
        right_mM=[10, 10],
        current_A_per_m2=0.0,
        seconds=[60.0],
    )
    # a linear profile over 100 cells: the trapezoid rule of d(ln c) is off by 2e-4
    assert -1e3 * s.volts[-1] == pytest.approx(-12.268, rel=3e-4)


@pytest.mark.parametrize(("salt_d", "mV"), [(K, 26.850), (NA, 31.213)])
def test_b4_junction_of_two_electrolytes(salt_d, mV):
    assert junction([10, 0, 10], [0, 10, 10], salt_d) == pytest.approx(mV, abs=2e-3)


@pytest.mark.parametrize(
    ("volts", "fluxes", "current", "share"),
    [
        (0.05, (2.113940e-5, 2.293213e-5, -3.954449e-5), 8.067720, 0.25282),
        (0.1, None, 15.698652, 0.22737),
        (0.5, None, 78.181325, 0.22362),
        (1.0, (3.624004e-4, None, None), 156.362650, 0.22362),
    ],
)
def test_b5_three_ions_at_constant_total(volts, fluxes, current, share):
    s = solve_ions(
        [1, 1, -1], [H, NA, CL], even(1e-3, 150), [0, 10, 10], [1, 9, 10], right_mM=[0, 10, 10],
        current_A_per_m2=current, seconds=[4e3, 5e3],
    )  # fmt: skip
    j = (s.passed_mol_per_m2[1] - s.passed_mol_per_m2[0])[75] / 1e3
    # constant field, so the scheme is exact: the digits of the reference are what limits
    assert s.volts[-1] == pytest.approx(volts, rel=2e-6)
    assert FARADAY * j[0] / current == pytest.approx(share, abs=6e-6)
    for found, wanted in zip(j, fluxes or (), strict=False):
        if wanted is not None:
            assert found == pytest.approx(wanted, rel=2e-6)


LIMIT = 2 * FARADAY * NA * 10.0 / 1e-3  # A/m2 of a 1 mm film of 10 mM


def film(current, seconds, **more):
    return solve_ions(
        [1, -1],
        [NA, CL],
        even(1e-3, 100),
        [10, 10],
        [10, 10],
        carrier=0,
        current_A_per_m2=current,
        seconds=seconds,
        **more,
    )


def test_b6_limiting_current_gives_a_linear_profile():
    assert pytest.approx(2.57423, rel=1e-6) == LIMIT
    s = film(0.9 * LIMIT, [2e4])
    wanted = 10.0 * (1.0 - 0.9 * s.x_m / 1e-3)
    # the anion rests in the field; central at the mouth, so the error is (v/2)^2/3 of a cell next to the wall
    assert s.conc_mM[-1, :, 0] == pytest.approx(wanted, rel=3e-3)
    assert s.conc_mM[-1, -1, 1] == pytest.approx(s.conc_mM[-1, -1, 0], rel=1e-12)


def test_b6_no_more_than_the_limiting_current():
    with pytest.raises(InputError, match="could not be solved"):
        film(1.05 * LIMIT, [2e4], max_steps=3000)


def test_b7_sand_time():
    bulk, current, length = 10.0, 10.0, 2e-3
    anion = CL / (NA + CL)
    salt = 2 * NA * CL / (NA + CL)
    tau = np.pi * salt * (FARADAY * bulk / (2 * current * anion)) ** 2
    assert tau == pytest.approx(32.314, rel=1e-4)
    edges = length - graded_edges(length, 200, 1e-6)[::-1]
    times = np.array([0.25, 0.5, 0.81]) * tau
    problem = {"carrier": 0, "current_A_per_m2": current}
    s = solve_ions([1, -1], [NA, CL], edges, [bulk, bulk], [bulk, bulk], seconds=times, **problem)
    # at the wall: the last centre lies half a micrometre off, a fall of F-independent slope i t_-/(F D) = 0.3 % of the bulk
    slope = current * anion / (FARADAY * salt)
    wall = s.conc_mM[:, -1, 0] - slope * (length - s.x_m[-1])
    assert wall == pytest.approx(bulk * (1 - np.sqrt(times / tau)), abs=0.01 * bulk * 0.5)
    with pytest.raises(InputError):
        solve_ions(
            [1, -1],
            [NA, CL],
            edges,
            [bulk, bulk],
            [bulk, bulk],
            seconds=1.05 * tau,
            max_steps=3000,
            **problem,
        )


def front(start_left, start_right, current, seconds, length=20e-3, cells=400, junction_m=5e-3):
    edges = even(length, cells)
    x = 0.5 * (edges[1:] + edges[:-1])
    start = np.where((x < junction_m)[:, None], start_left, start_right)
    return solve_ions(
        [1, 1, -1],
        [H, NA, CL],
        edges,
        start,
        start_left,
        right_mM=start_right,
        current_A_per_m2=current,
        seconds=seconds,
    )


def test_b8_moving_boundary():
    s = front([0, 100, 100], [100, 0, 100], 100.0, [600.0, 1000.0])
    width = s.edges_m[1] - s.edges_m[0]
    # what is swept of the leading ion by the boundary, which moves as it stands
    lost = s.conc_mM[:, :, 0].sum(axis=1) * width
    speed = -(lost[1] - lost[0]) / 100.0 / 400.0
    assert speed == pytest.approx(8.5076e-6, rel=1e-3)
    # between the first junction (which spreads by diffusion) and the boundary at 13.5 mm, Kohlrausch's concentration
    behind = s.conc_mM[-1, np.searchsorted(s.x_m, 11e-3), 1]
    assert behind == pytest.approx(48.281, rel=5e-3)


def test_b9_spreading_fan():
    current = 1e4
    s = front([100, 0, 100], [0, 100, 100], current, [3.0, 6.0], length=30e-3, cells=1200)
    omega = 100 / NA + 100 / CL

    def speed(h):
        """Characteristic speed where [H+] is h on the Kohlrausch line of 100 mM NaCl."""
        n = (omega - h * (1 / H + 1 / CL)) / (1 / NA + 1 / CL)
        slope = -(1 / H + 1 / CL) / (1 / NA + 1 / CL)
        sigma = H * h + NA * n + CL * (n + h)
        rise = H + NA * slope + CL * (1 + slope)
        return current / FARADAY * (H / sigma - H * h * rise / sigma**2)

    for row, seconds in enumerate((3.0, 6.0)):
        for h in (20.0, 60.0, 120.0):
            x = 5e-3 + speed(h) * seconds
            found = np.interp(x, s.x_m, s.conc_mM[row, :, 0])
            # smeared over V_T/E + v/2 cells = 0.05 mm of a fan that falls by 207 mM over 6 mm or more: 1.5 mM
            assert found == pytest.approx(h, abs=1.5)
    # self-similar in x/t: the same value at the same speed
    same = [np.interp(5e-3 + 1e-3 * t / 3, s.x_m, s.conc_mM[r, :, 0]) for r, t in enumerate((3.0, 6.0))]
    assert same[0] == pytest.approx(same[1], rel=0.02)


def test_b9_acid_where_the_salt_is_replaced():
    # after 80 s the old junction has spread to 0.7 mm about 5 mm, and the slow edge of the fan stands at 9.7 mm
    s = front([100, 0, 100], [0, 100, 100], 1e4, [80.0], length=25e-3, cells=500)
    replaced = np.interp(7.6e-3, s.x_m, s.conc_mM[-1, :, 0])
    assert replaced == pytest.approx(207.12, rel=3e-3)


def test_b10_kohlrausch_invariant():
    """Without diffusion sum c_k/D_k stays what it was at every place (J_k = z_k mu_k c_k E, sum z_k c_k = 0)."""
    edges = even(1e-3, 60)
    x = 0.5 * (edges[1:] + edges[:-1]) / 1e-3
    h, n, ca = 3 + 2 * np.sin(3 * x), 10 + 3 * np.cos(5 * x), 4 + np.sin(4 * x)
    start = np.stack([h, n, ca, h + n + 2 * ca], axis=1)
    d = np.array([H, NA, CA, CL])
    s = solve_ions(
        [1, 1, 2, -1], d, edges, start, start[0], right_mM=start[-1], current_A_per_m2=100.0, seconds=[2.0], diffusion=0.0,
        upwind=0.0,
    )  # fmt: skip
    before, after = start @ (1 / d), s.conc_mM[-1] @ (1 / d)
    assert np.max(np.abs(s.conc_mM[-1] - start)) > 0.5  # something moved
    assert after == pytest.approx(before, rel=1e-12)


def semi_shock(salt, buffer, per_area):
    """Acid into salt whose lining takes up `buffer`: a front that moves at the speed of the fan behind it.

    Over the front H+ and Na+ are conserved (a site takes H+ and lets Na+ go); behind it sum c/D is constant and the
    front moves at the characteristic speed there. `per_area` is i/F. Returns the speed, [H+] just behind, and [HCl] at
    the mouth, where no Na+ is left.
    """
    from scipy.optimize import brentq

    def fractions(h, n):
        sigma = H * h + NA * n + CL * (h + n)
        return H * h / sigma, NA * n / sigma, sigma

    def behind(h):
        """[Na+] and speed from the two balances: t_H = v' (h + B), t_Na,ahead - t_Na = v' (salt + B - n)."""

        def balance(n):
            t_h, t_na, _ = fractions(h, n)
            return t_h / (h + buffer) - (NA / (NA + CL) - t_na) / (salt + buffer - n)

        n = brentq(balance, 0.0, salt + 0.9 * buffer)
        return n, fractions(h, n)[0] / (h + buffer)

    def sonic(h):
        n, speed = behind(h)
        slope = -(1 / H + 1 / CL) / (1 / NA + 1 / CL)
        sigma = fractions(h, n)[2]
        return H / sigma - H * h * (H + NA * slope + CL * (1 + slope)) / sigma**2 - speed

    h = brentq(sonic, 1.0, 40.0)
    n, speed = behind(h)
    mouth = h + n * (1 / NA + 1 / CL) / (1 / H + 1 / CL)
    return per_area * speed, h, mouth


def test_b11_titration_front():
    """Acid swept into a lining that takes up B mol/m3: v = i t_H,eff/(F (B + h)), and the acid past the mouth is i t_H/F."""
    salt, buffer, nA, radius = 10.0, 25.0, 150.0, 7.5
    p = load().with_values(
        {
            "sweat_sodium_mM": salt,
            "duct_buffer_mM": buffer,
            "sweat_dissolved_carbon_mM": 0.0,
            "duct_diffusion_factor": 1.0,
        }
    )
    per_area = nA * 1e-9 / (np.pi * (radius * 1e-6) ** 2) / FARADAY
    k = Equilibria.of(p)
    vacant = (
        buffer * k.site_mM / (k.site_mM + 10.0 ** (3.0 - p.value("sweat_pH")))
    )  # 97 % of the sites at pH 6
    speed, _, mouth = semi_shock(salt, vacant, per_area)
    problem = DuctProblem(
        minutes=0.4, current_nA=nA, sweat_nL_per_min=0.0, bath_sodium_mM=0.0, bath_calcium_mM=0.0, radius_um=radius,
        bath_alkalinity_mM=-mouth, bath_carbon_mM=0.0, output_minutes=[0.2, 0.4], parameters=p, length_mm=5.0,
    )  # fmt: skip
    s = solve_duct(problem, cells=200)
    where = [float(np.interp(3.5, pH, s.depth_mm)) for pH in s.pH]
    # found to half a cell of 40 um in 1.7 mm; a front that runs with its fan nears its speed slowly, from above
    assert (where[1] - where[0]) * 1e-3 / 12.0 == pytest.approx(speed, rel=0.03)
    # 3 %: until its sodium is gone the mouth passes acid by diffusion too
    assert s.acid_in_nmol[-1] == pytest.approx(nA * 24.0 * H / (H + CL) / FARADAY, rel=0.03)
    # and it stays a front: within four cells the lining goes from titrated to untouched
    sites = s.concentrations_mM["buffer"][-1] / buffer
    assert np.count_nonzero((sites > 0.02) & (sites < 0.95)) <= 4


@pytest.mark.parametrize("nA", [177.0, -177.0, 0.0, 1500.0])
@pytest.mark.parametrize("alkalinity", [2.0, -2.0])
def test_b12_conservation_to_round_off(nA, alkalinity):
    s = solve_duct(DuctProblem(minutes=5, current_nA=nA, bath_alkalinity_mM=alkalinity, ramp_s=5.0))
    assert s.content_error < 1e-12
    assert s.charge_error < 1e-12


def test_b12_charge_crosses_every_face():
    current, seconds = 50.0, 200.0
    s = solve_ions(
        [1, 1, -1], [H, NA, CL], even(1e-3, 50), [0, 10, 10], [5, 5, 10], right_mM=[0, 40, 40],
        current_A_per_m2=current, seconds=[seconds],
    )  # fmt: skip
    width = s.edges_m[1] - s.edges_m[0]
    gained = (s.conc_mM[-1] - [0, 10, 10]).sum(axis=0) * width
    net = s.passed_mol_per_m2[-1, 0] - s.passed_mol_per_m2[-1, -1]
    assert gained == pytest.approx(net, rel=1e-11)
    charge = s.passed_mol_per_m2[-1] @ [1, 1, -1]
    assert charge == pytest.approx(np.full(51, current * seconds / FARADAY), rel=1e-12)
