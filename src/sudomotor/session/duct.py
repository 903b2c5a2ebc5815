"""The inside of one sweat duct during a session: where the acid of the bath gets to, against the sweat that comes out.

One dimension, x = 0 at the pore's mouth (the bath) to x = L at the coil. Sodium (for all univalent strong cations), calcium,
chloride (for all strong anions), H+, OH-, CO2, bicarbonate and carbonate move by diffusion, in the field
and with the sweat; water and
carbonate are in equilibrium; groups of the lining take up protons without moving. The ducts' field follows from the imposed
current and electroneutrality. A site that lets go of its proton holds a sodium ion instead (10 mM of bare
charge would be 4 C/m2 of wall, a
hundredfold of what surfaces bear, and would make the duct a rectifier). Lactate counts among the strong
anions: below pH 4 it would take up some acid that here goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.parameters import Parameters, load
from sudomotor.session.carbonate import Equilibria, net_acid_mM, solve_pH
from sudomotor.session.duct_numerics import FARADAY, gaps, graded_edges, run_march, thermal_volts

Floats = NDArray[np.float64]
Series = float | Sequence[float] | Floats

SPECIES = (
    "sodium",
    "calcium",
    "chloride",
    "hydrogen",
    "hydroxide",
    "carbon_dioxide",
    "bicarbonate",
    "carbonate",
)
CHARGES = (1.0, 2.0, -1.0, 1.0, -1.0, 0.0, -1.0, -2.0)
SODIUM, CALCIUM, CARBON, ACID = range(4)  # the unknowns of a cell
_FIRST_CELL_UM = 1.0  # the potential at the mouth falls over micrometres where the bath is dilute


@dataclass(frozen=True)
class DuctProblem:
    """What a duct is exposed to. Positive current flows from the bath into the duct (the anode's side).

    Attributes
    ----------
    minutes : length of the session.
    current_nA : through one duct; a number, or values at `current_minutes` (linear between them; a repeated time is a jump).
    ramp_s : a constant current is reached linearly in this time.
    radius_um, length_mm, sweat_nL_per_min : the duct and its outflow (a number).
    bath_minutes : times of the bath's composition, linear between them; the series below are numbers or as long as it.
    bath_sodium_mM, bath_calcium_mM : strong cations. bath_alkalinity_mM : negative for mineral acid. bath_carbon_mM : dissolved
        CO2 + bicarbonate + carbonate. The strong anions follow from electroneutrality.
    output_minutes : times to keep; None keeps every step that the solver takes.

    Examples
    --------
    >>> DuctProblem(minutes=20, current_nA=177.0, bath_alkalinity_mM=-1.0).mouth_pH()[0].round(2)
    np.float64(3.0)
    """

    minutes: float
    current_nA: Series
    current_minutes: Sequence[float] | Floats | None = None
    ramp_s: float = 0.0
    radius_um: float = 7.5
    length_mm: float = 3.0
    sweat_nL_per_min: float = 0.4
    bath_minutes: Sequence[float] | Floats = (0.0,)
    bath_sodium_mM: Series = 1.0
    bath_calcium_mM: Series = 1.0
    bath_alkalinity_mM: Series = 2.0
    bath_carbon_mM: Series = 2.14
    output_minutes: Sequence[float] | Floats | None = None
    parameters: Parameters | None = None

    def __post_init__(self) -> None:
        for name in ("minutes", "ramp_s", "radius_um", "length_mm", "sweat_nL_per_min"):
            value = float(getattr(self, name))
            least = 0.0 if name in ("minutes", "ramp_s", "sweat_nL_per_min") else 1e-3
            if not np.isfinite(value) or value < least:
                raise InputError(
                    f"{name} = {value:g} is not possible",
                    where="DuctProblem",
                    mend=f"a finite number from {least:g}",
                )
        _times("bath_minutes", self.bath_minutes, strict=True)
        if self.current_minutes is not None:
            _times("current_minutes", self.current_minutes, strict=False)
        for name in (
            "current_nA",
            "bath_sodium_mM",
            "bath_calcium_mM",
            "bath_alkalinity_mM",
            "bath_carbon_mM",
        ):
            given: Floats = np.atleast_1d(np.asarray(getattr(self, name), dtype=np.float64))
            times = self.bath_minutes if name.startswith("bath") else self.current_minutes
            length = 1 if times is None else len(times)
            if given.ndim != 1 or len(given) not in (1, length):
                raise InputError(
                    f"{name} has {given.size} values for {length} times",
                    where="DuctProblem",
                    mend="one a time, or one",
                )
            if not np.all(np.isfinite(given)):
                raise InputError(f"{name} is not finite", where="DuctProblem", mend="give ordinary numbers")
            if name not in ("current_nA", "bath_alkalinity_mM") and np.any(given < 0):
                raise InputError(f"{name} is negative", where="DuctProblem", mend="a concentration from 0")
        bath = self.bath_unknowns()
        lacking = bath[:, SODIUM] + 2.0 * bath[:, CALCIUM] + bath[:, ACID]
        if np.any(lacking < -1e-9 * (1.0 + np.abs(bath[:, ACID]))):
            raise InputError(
                f"the bath's alkalinity exceeds its strong cations by {-float(lacking.min()):.3g} mM",
                where="DuctProblem, bath", mend="bicarbonate needs a cation: raise bath_sodium_mM or bath_calcium_mM",
            )  # fmt: skip

    @property
    def constants(self) -> Parameters:
        return load() if self.parameters is None else self.parameters

    def bath_unknowns(self) -> Floats:
        """(time, 4): sodium, calcium, dissolved carbon, net acid of the bath at `bath_minutes`."""
        n = len(self.bath_minutes)
        columns = [
            self.bath_sodium_mM,
            self.bath_calcium_mM,
            self.bath_carbon_mM,
            -np.asarray(self.bath_alkalinity_mM, float),
        ]
        return np.stack([np.broadcast_to(np.asarray(c, dtype=np.float64), (n,)) for c in columns], axis=1)

    def mouth_pH(self) -> Floats:
        """pH of the bath at `bath_minutes`."""
        bath = self.bath_unknowns()
        return solve_pH(bath[:, ACID], bath[:, CARBON], 0.0, Equilibria.of(self.constants))

    def current_table(self) -> tuple[Floats, Floats]:
        """Seconds and nA of the piecewise linear current, from 0 to the end of the session."""
        end = 60.0 * self.minutes
        value = np.atleast_1d(np.asarray(self.current_nA, dtype=np.float64))
        if self.current_minutes is None:
            ramp = min(self.ramp_s, end)
            if ramp > 0.0:
                top = value[0] * ramp / self.ramp_s
                return np.array([0.0, ramp, end]), np.array([0.0, top, top])
            return np.array([0.0, end]), np.array([value[0], value[0]])
        times = 60.0 * np.asarray(self.current_minutes, dtype=np.float64)
        value = np.broadcast_to(value, times.shape)
        return np.append(times, max(end, times[-1])), np.append(value, value[-1])


def _times(name: str, values: Sequence[float] | Floats, *, strict: bool) -> None:
    t = np.asarray(values, dtype=np.float64)
    steps = np.diff(t)
    if (
        t.ndim != 1
        or not len(t)
        or not np.all(np.isfinite(t))
        or t[0] != 0.0
        or np.any(steps < 0)
        or (strict and np.any(steps == 0))
    ):
        raise InputError(f"{name} must ascend from 0", where="DuctProblem", mend=f"{name}=(0.0, 5.0, 20.0)")


def _segments(problem: DuctProblem, area_m2: float) -> tuple[Floats, Floats, Floats]:
    """Break points (s), current density and bath at both ends of each linear piece."""
    end = 60.0 * problem.minutes
    tc, nA = problem.current_table()
    tb, bath = 60.0 * np.asarray(problem.bath_minutes, dtype=np.float64), problem.bath_unknowns()
    t = np.unique(np.concatenate((tc, tb, [0.0, end])))
    t = t[t <= end]
    middle = 0.5 * (t[1:] + t[:-1])
    current = np.empty((len(middle), 2))
    for row, (a, b, x) in enumerate(zip(t[:-1], t[1:], middle, strict=True)):
        # the piece that holds the middle, so that a jump belongs to neither side by accident
        i = min(int(np.searchsorted(tc, x, side="right")) - 1, len(tc) - 2)
        slope = (nA[i + 1] - nA[i]) / (tc[i + 1] - tc[i])
        current[row] = nA[i] + slope * (a - tc[i]), nA[i] + slope * (b - tc[i])
        if slope == 0.0:
            current[row] = nA[i]
    ends = np.stack([np.interp(t, tb, bath[:, r]) for r in range(4)], axis=1)
    return t, current * 1e-9 / area_m2, np.stack((ends[:-1], ends[1:]), axis=1)


def duct_setup(problem: DuctProblem, cells: int) -> tuple[dict[str, Any], Floats]:
    """The arrays that the compiled kernels take, and the cell edges (m)."""
    from sudomotor.session import duct_kernels

    p = problem.constants
    k = Equilibria.of(p)
    edges = graded_edges(1e-3 * problem.length_mm, cells, 1e-6 * _FIRST_CELL_UM)
    gap = gaps(edges)
    factor = 1e-9 * p.value("duct_diffusion_factor")
    d = tuple(factor * p.value(f"duct_diffusivity_{name}_1e_9_m2_per_s") for name in SPECIES)
    velocity = -problem.sweat_nL_per_min * 1e-12 / 60.0 / _area(problem)
    peclet = velocity * gap[:, None] / np.asarray(d)
    sites = p.value("duct_buffer_mM")
    carbon = p.value("sweat_dissolved_carbon_mM")
    pH, sodium = p.value("sweat_pH"), p.value("sweat_sodium_mM")
    acid, bare = float(net_acid_mM(pH, carbon, sites, k)), float(net_acid_mM(pH, carbon, 0.0, k))
    sweat = np.array([sodium + bare - acid, 0.0, carbon, acid])
    if sodium + bare < 0.0:
        raise InputError(
            "the sweat has more bicarbonate than cations", where="sweat_sodium_mM, sweat_dissolved_carbon_mM"
        )
    return {
        "kind": duct_kernels.CARBONATE, "z": CHARGES, "d": d, "m": (0.0,) * 4, "scheme": (1.0, 1.0),
        "chemistry": k.as_tuple, "gap": gap, "dx": np.diff(edges), "site": np.full(cells, sites),
        "peclet": peclet, "epeclet": np.exp(np.clip(peclet, -300.0, 300.0)), "wall": np.full(4, np.nan), "given": False,
        "coil": sweat, "start": np.tile(sweat, (cells, 1)),
    }, edges  # fmt: skip


def _area(problem: DuctProblem) -> float:
    return float(np.pi * (1e-6 * problem.radius_um) ** 2)


@dataclass(frozen=True)
class DuctSolution:
    """A solved duct.

    Attributes
    ----------
    time_s : (time,). depth_mm : (cell,) cell centres. edge_mm : (cell + 1,).
    unknowns_mM : (time, cell, 4) sodium (held at the sites too), calcium, dissolved carbon, net acid.
    passed_nmol : (time, edge, 4) net amount of each unknown that crossed each depth inwards, per duct.
    drop_V : (time, edge) potential over each face. current_nA : (time,).
    content_error : largest |change of content - net flux in| over unknowns and times, relative to the amount moved or held.
    charge_error : largest |sum z c| over cells and times with the species recomputed, relative to the ions there (a property).
    steps, rejected : of the time integrator.
    """

    problem: DuctProblem
    time_s: Floats
    depth_mm: Floats
    edge_mm: Floats
    unknowns_mM: Floats
    passed_nmol: Floats
    drop_V: Floats
    current_nA: Floats
    content_error: float
    steps: int
    rejected: int

    @cached_property
    def pH(self) -> Floats:
        """(time, cell)."""
        p = self.problem.constants
        u = self.unknowns_mM
        return solve_pH(
            u[..., ACID], np.maximum(u[..., CARBON], 0.0), p.value("duct_buffer_mM"), Equilibria.of(p)
        )

    @cached_property
    def concentrations_mM(self) -> dict[str, Floats]:
        """(time, cell) of each of `SPECIES`, and of the sites without a proton ("buffer": as much sodium is held there)."""
        p = self.problem.constants
        k = Equilibria.of(p)
        u, h = self.unknowns_mM, 10.0 ** (3.0 - self.pH)
        below = h * h + k.first_mM * h + k.first_mM * k.second_mM
        carbon = np.maximum(u[..., CARBON], 0.0)
        held = p.value("duct_buffer_mM") * k.site_mM / (k.site_mM + h)
        return {
            "sodium": u[..., SODIUM] - held,
            "calcium": u[..., CALCIUM],
            "chloride": u[..., SODIUM] + 2.0 * u[..., CALCIUM] + u[..., ACID],
            "hydrogen": h,
            "hydroxide": k.water_mM2 / h,
            "carbon_dioxide": carbon * h * h / below,
            "bicarbonate": carbon * k.first_mM * h / below,
            "carbonate": carbon * k.first_mM * k.second_mM / below,
            "buffer": held,
        }

    @property
    def charge_error(self) -> float:
        c = self.concentrations_mM
        charges = dict(zip(SPECIES, CHARGES, strict=True))
        net = sum(z * c[name] for name, z in charges.items())
        ions = sum(abs(z) * np.abs(c[name]) for name, z in charges.items())
        return float(np.max(np.abs(net) / ions)) if self.time_s.size else 0.0

    @property
    def field_V_per_cm(self) -> Floats:
        """(time, edge), positive inwards."""
        return np.asarray(self.drop_V / (100.0 * gaps(1e-3 * self.edge_mm)))

    @property
    def volts(self) -> Floats:
        """(time,) potential of the mouth less that of the coil."""
        return np.asarray(self.drop_V.sum(axis=1))

    @property
    def acid_in_nmol(self) -> Floats:
        """(time,) net acid that entered at the mouth since the start: H+ in, and OH-, bicarbonate and carbonate out."""
        return np.asarray(self.passed_nmol[:, 0, ACID])

    @property
    def acid_past_depth_nmol(self) -> Floats:
        """(edge,) net acid that passed each depth over the session."""
        return np.asarray(self.passed_nmol[-1, :, ACID])


def solve_duct(
    problem: DuctProblem,
    *,
    cells: int = 80,
    rtol: float = 1e-4,
    atol_mM: float | None = None,
    max_steps: int = 20_000,
) -> DuctSolution:
    """Solve one duct over one session.

    Parameters
    ----------
    cells : of a grid that is finest (1 um) at the mouth. rtol, atol_mM : tolerance of the time integrator; `atol_mM`
        defaults to 0.1 mM times `rtol`.

    Examples
    --------
    >>> solution = solve_duct(DuctProblem(minutes=1, current_nA=150.0, bath_alkalinity_mM=-1.0, bath_carbon_mM=0.0))
    >>> bool(solution.pH[-1, 0] < 3.5 < solution.pH[0, 0])
    True
    """
    if cells < 3:
        raise InputError(f"{cells} cells are too few", where="solve_duct", mend="cells=80")
    setup, edges = duct_setup(problem, cells)
    area = _area(problem)
    if problem.output_minutes is None:
        out = np.empty(0)
    else:
        _times(
            "output_minutes",
            np.append(0.0, np.asarray(problem.output_minutes, dtype=np.float64)),
            strict=False,
        )
        out = 60.0 * np.unique(np.asarray(problem.output_minutes, dtype=np.float64))
        if out[-1] > 60.0 * problem.minutes * (1 + 1e-12):
            raise InputError(
                "output_minutes go past the end", where="DuctProblem", mend="lower them, or raise minutes"
            )
        out = np.minimum(out, 60.0 * problem.minutes)
    if problem.minutes == 0.0:
        zero = np.zeros((1, cells + 1))
        return DuctSolution(
            problem, np.zeros(1), 5e2 * (edges[1:] + edges[:-1]), 1e3 * edges, setup["start"][None].copy(),
            np.zeros((1, cells + 1, 4)), zero, np.zeros(1), 0.0, 0, 0,
        )  # fmt: skip
    segments = _segments(problem, area)
    made = run_march(setup, segments, out, rtol, 0.1 * rtol if atol_mM is None else atol_mM, max_steps)
    dx = setup["dx"][None, :, None]
    content = (made.unknowns * dx).sum(axis=1)
    moved = content - (setup["start"] * dx[0]).sum(axis=0) - (made.passed[:, 0] - made.passed[:, -1])
    scale = np.maximum((np.abs(made.unknowns) * dx).sum(axis=1), np.abs(made.passed).max(axis=(0, 1)))
    scale = np.maximum(scale, 1e-6 * edges[-1])  # an ion that is not there has no relative error
    tc, nA = problem.current_table()
    return DuctSolution(
        problem=problem,
        time_s=made.time_s,
        depth_mm=5e2 * (edges[1:] + edges[:-1]),
        edge_mm=1e3 * edges,
        unknowns_mM=made.unknowns,
        passed_nmol=made.passed * (1e9 * area),
        drop_V=made.drop * thermal_volts(problem.constants.value("duct_temperature_degC")),
        current_nA=np.interp(made.time_s, tc, nA),
        content_error=float(np.max(np.abs(moved) / scale)),
        steps=made.steps,
        rejected=made.rejected,
    )


def right_hand_side(problem: DuctProblem, *, cells: int = 80) -> tuple[Callable[..., None], Floats, Floats]:
    """The same equations for a general-purpose integrator: rhs(t_s, y, out), the start y (cell * 4,), and the break points (s).

    The integrator has to stop at the break points, where current or bath change their slope or jump. Neighbouring cells make the
    Jacobian banded, with 7 diagonals on either side.

    >>> rhs, y, breaks = right_hand_side(DuctProblem(minutes=1, current_nA=150.0), cells=10)
    >>> out = np.empty_like(y); rhs(0.0, y, out); y.shape, breaks.tolist()
    ((40,), [0.0, 60.0])
    """
    from sudomotor.session import duct_kernels

    setup, _ = duct_setup(problem, cells)
    t, current, bath = _segments(problem, _area(problem))
    y = setup.pop("start").ravel().copy()
    ws = duct_kernels.workspace(cells, 4, len(SPECIES))

    def rhs(t_s: float, u: Floats, out: Floats) -> None:
        # from the right at a break point, from the left at the end of the session
        i = min(max(int(np.searchsorted(t, t_s, side="right")) - 1, 0), len(t) - 2)
        x = (t_s - t[i]) / (t[i + 1] - t[i])
        duct_kernels.right_hand_side(
            **setup, current=current[i, 0] * (1 - x) + current[i, 1] * x, bath=bath[i, 0] * (1 - x) + bath[i, 1] * x,
            u=u.reshape(cells, 4), out=out.reshape(cells, 4), ws=ws,
        )  # fmt: skip

    return rhs, y, t


def without_current(problem: DuctProblem) -> DuctProblem:
    """The same duct in the same bath with no current: what diffusion and sweat alone do."""
    return replace(problem, current_nA=0.0, current_minutes=None)


__all__ = [
    "CHARGES",
    "FARADAY",
    "SPECIES",
    "DuctProblem",
    "DuctSolution",
    "duct_setup",
    "right_hand_side",
    "solve_duct",
    "without_current",
]
