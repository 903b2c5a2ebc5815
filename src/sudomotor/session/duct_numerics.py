"""Electroneutral Nernst-Planck transport in one dimension: grids, and the problem of arbitrary strong ions.

`solve_ions` and `session.duct.solve_duct` differ in chemistry only: flux, field and time step are the same compiled kernels, so
that the analytical solutions which hold for strong ions (junctions, limiting currents, moving boundaries) test the duct solver too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.errors import InputError

Floats = NDArray[np.float64]
FARADAY = 96485.33212  # C/mol, CODATA 2018 (exact)
GAS = 8.314462618  # J/(mol K), CODATA 2018 (exact)


def thermal_volts(celsius: float) -> float:
    """RT/F in volts.

    >>> round(1e3 * thermal_volts(25.0), 5)
    25.69258
    """
    return GAS * (celsius + 273.15) / FARADAY


def graded_edges(length: float, cells: int, first: float) -> Floats:
    """Cell edges from 0 to `length` whose widths grow geometrically from about `first` (uniform where that is no finer).

    >>> edges = graded_edges(3e-3, 80, 1e-6)
    >>> len(edges), bool(np.all(np.diff(np.diff(edges)) > 0))
    (81, True)
    """
    if first >= length / cells:
        return np.linspace(0.0, length, cells + 1)
    low, high = 0.0, 5.0
    for _ in range(60):  # log of the growth factor
        mid = 0.5 * (low + high)
        total = first * math.expm1(min(mid * cells, 600.0)) / math.expm1(mid)
        low, high = (mid, high) if total < length else (low, mid)
    edges = np.expm1(0.5 * (low + high) * np.arange(cells + 1))
    return np.asarray(length * edges / edges[-1], dtype=np.float64)


def gaps(edges: Floats) -> Floats:
    """Distance between the two points that a face joins: cell centres, and the edge itself at the two ends."""
    centres = 0.5 * (edges[1:] + edges[:-1])
    return np.diff(np.concatenate(([edges[0]], centres, [edges[-1]])))


@dataclass(frozen=True)
class Marched:
    """What the time loop returns, in SI: see `solve_ions` for the axes."""

    time_s: Floats
    unknowns: Floats  # (time, cell, unknown) mol/m3
    passed: Floats  # (time, face, unknown) mol/m2 since the start
    drop: Floats  # (time, face) potential over each face in units of RT/F
    steps: int
    rejected: int


def run_march(setup: dict[str, Any], segments: tuple[Floats, Floats, Floats], out_s: Floats, rtol: float, atol: float,
              max_steps: int) -> Marched:  # fmt: skip
    """Call the compiled loop; a solve that cannot go on is an error that says so."""
    from sudomotor.session import duct_kernels

    status, count, times, kept, passed, drop, steps, rejected, _ = duct_kernels.march(
        **setup, seg_t=segments[0], seg_i=segments[1], seg_bath=segments[2], out_t=out_s, rtol=rtol, atol=atol,
        max_steps=max_steps,
    )  # fmt: skip
    if status != duct_kernels.FINISHED:
        last = f"the last kept time is {times[count - 1]:.4g} s" if count else "no time to keep was reached"
        reached = f"{steps} steps were taken; {last}"
        raise InputError(
            f"the transport equations could not be solved to the end ({reached})",
            where="current and composition at the ends",
            mend="ions run out where more current is asked than they can carry: lower the current, or allow more steps",
        )
    return Marched(times[:count], kept[:count], passed[:count], drop[:count], int(steps), int(rejected))


@dataclass(frozen=True)
class IonSolution:
    """Solution of a strong-ion problem.

    Attributes
    ----------
    time_s : (time,). x_m : (cell,) cell centres. conc_mM : (time, cell, ion).
    passed_mol_per_m2 : (time, face, ion) amount that crossed each face since the start.
    volts : (time,) potential at the left end less that at the right end; drop_volts : (time, face).
    steps, rejected : of the time integrator.
    """

    time_s: Floats
    x_m: Floats
    edges_m: Floats
    conc_mM: Floats
    passed_mol_per_m2: Floats
    drop_volts: Floats
    steps: int
    rejected: int

    @property
    def volts(self) -> Floats:
        return np.asarray(self.drop_volts.sum(axis=1))


def ion_setup(
    charges: Sequence[float], diffusivities_m2_per_s: Sequence[float], edges_m: Floats, start_mM: ArrayLike,
    *, given_field: bool, right_mM: ArrayLike | None, carrier: int | None, velocity_m_per_s: float, fixed_mM: float,
    diffusion: float, upwind: float,
) -> dict[str, Any]:  # fmt: skip
    """Arrays of a strong-ion problem in the order of the compiled kernels."""
    from sudomotor.session import duct_kernels as dk

    z = tuple(float(c) for c in charges)
    n = len(z)
    mu = n if given_field else n - 1
    cells = len(edges_m) - 1
    gap = gaps(edges_m)
    peclet = velocity_m_per_s * gap[:, None] / np.asarray(diffusivities_m2_per_s, dtype=np.float64)
    start = np.broadcast_to(np.asarray(start_mM, dtype=np.float64), (cells, n))[:, :mu]
    wall = np.full(mu, np.nan)
    if carrier is not None:
        wall = np.array([1.0 / z[k] if k == carrier else 0.0 for k in range(mu)])
    right = np.zeros(mu) if right_mM is None else np.asarray(right_mM, dtype=np.float64)[:mu]
    return {
        "kind": dk.ALL if given_field else dk.NEUTRAL, "z": z, "d": tuple(float(v) for v in diffusivities_m2_per_s),
        "m": (0.0,) * mu, "scheme": (float(diffusion), float(upwind)), "chemistry": (0.0, 0.0, 0.0, 0.0), "gap": gap,
        "dx": np.diff(edges_m), "site": np.full(cells, fixed_mM), "peclet": peclet,
        "epeclet": np.exp(np.clip(peclet, -300.0, 300.0)), "wall": wall, "given": given_field,
        "coil": np.ascontiguousarray(right), "start": np.ascontiguousarray(start),
    }  # fmt: skip


def solve_ions(
    charges: Sequence[float], diffusivities_m2_per_s: Sequence[float], edges_m: ArrayLike, start_mM: ArrayLike,
    left_mM: ArrayLike, *, seconds: float | Sequence[float], right_mM: ArrayLike | None = None,
    carrier: int | None = None, current_A_per_m2: float | None = None, field_V_per_m: float | None = None,
    velocity_m_per_s: float = 0.0, temperature_C: float = 25.0, rtol: float = 1e-5, atol_mM: float = 1e-6,
    diffusion: float = 1.0, upwind: float = 1.0, max_steps: int = 100_000,
) -> IonSolution:  # fmt: skip
    """Transport of strong ions between a reservoir on the left and a reservoir or an ideally selective wall on the right.

    Parameters
    ----------
    charges, diffusivities_m2_per_s : one an ion; the last ion closes electroneutrality unless the field is given.
    edges_m : (cell + 1,) edges. start_mM : (ion,) or (cell, ion). left_mM, right_mM : (ion,) reservoirs.
    carrier : index of the one ion that crosses a wall at the right end (then no `right_mM`).
    current_A_per_m2 or field_V_per_m : exactly one; positive points to the right.
    seconds : the end, or the times to keep (ascending).
    diffusion, upwind : 1, or 0 to leave out diffusion or the Scharfetter-Gummel weighting (then central differences).

    Examples
    --------
    A concentration cell, 100 against 10 mM NaCl: chloride is the faster ion, so the dilute side is negative.

    >>> import numpy as np
    >>> x = np.linspace(0, 1e-4, 101)
    >>> s = solve_ions([1, -1], [1.334e-9, 2.032e-9], x, [50, 50], [100, 100], right_mM=[10, 10],
    ...                current_A_per_m2=0.0, seconds=60)
    >>> round(-1e3 * float(s.volts[-1]), 2)
    -12.27
    """
    if (current_A_per_m2 is None) == (field_V_per_m is None):
        raise InputError(
            "give either the current or the field", where="solve_ions", mend="current_A_per_m2=0.0"
        )
    if (right_mM is None) == (carrier is None):
        raise InputError(
            "give either a reservoir or a wall",
            where="solve_ions, right end",
            mend="right_mM=[…] or carrier=0",
        )
    edges = np.asarray(edges_m, dtype=np.float64)
    volts = thermal_volts(temperature_C)
    given = field_V_per_m is not None
    setup = ion_setup(
        charges, diffusivities_m2_per_s, edges, start_mM, given_field=given, right_mM=right_mM, carrier=carrier,
        velocity_m_per_s=velocity_m_per_s, fixed_mM=0.0, diffusion=diffusion, upwind=upwind,
    )  # fmt: skip
    drive = float(field_V_per_m) / volts if field_V_per_m is not None else float(current_A_per_m2 or 0.0)
    times = np.atleast_1d(np.asarray(seconds, dtype=np.float64))
    out = times if np.ndim(seconds) else np.empty(0)
    mu = len(setup["m"])
    left = np.asarray(left_mM, dtype=np.float64)[:mu]
    segments = (np.array([0.0, times[-1]]), np.array([[drive, drive]]), np.array([[left, left]]))
    made = run_march(setup, segments, out, rtol, atol_mM, max_steps)
    conc, passed = made.unknowns, made.passed
    if not given:
        z = np.asarray(charges, dtype=np.float64)
        conc = np.concatenate((conc, -(conc @ z[:-1])[..., None] / z[-1]), axis=-1)
        charge = drive * made.time_s[:, None] / FARADAY
        passed = np.concatenate((passed, ((charge - passed @ z[:-1]) / z[-1])[..., None]), axis=-1)
    return IonSolution(
        made.time_s,
        0.5 * (edges[1:] + edges[:-1]),
        edges,
        conc,
        passed,
        made.drop * volts,
        made.steps,
        made.rejected,
    )
