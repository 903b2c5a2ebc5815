"""Time of one duct solve at equal transient error: this package against SUNDIALS CVODE (banded).

    python benchmarks/duct_solver.py [--cells 80] [--repeats 5]

The peer (scikit-sundae) is given the same spatial equations twice: as a vectorised NumPy right-hand side and as a compiled (numba)
one. For each problem every solver is run over a ladder of tolerances; its time at the wanted error (largest
difference of any unknown
over the profile and the transient times, relative to that unknown's span, from a tight solution) is read
off the work-precision curve.
Compile time is excluded; the best of the repeats counts; only CPU time of this process is counted, on one thread.
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import platform
import time
from collections.abc import Callable

import numpy as np

from sudomotor.session import duct_kernels as dk
from sudomotor.session.duct import (
    ACID,
    CHARGES,
    SPECIES,
    DuctProblem,
    duct_setup,
    right_hand_side,
    solve_duct,
)

TIMES_S = (2.0, 10.0, 40.0)
WANTED = 1e-3


def session(**more) -> DuctProblem:
    base = {"minutes": 20.0, "current_nA": 177.0, "output_minutes": [*(t / 60.0 for t in TIMES_S), 20.0]}
    return DuctProblem(**{**base, **more})


PROBLEMS = {
    "tap water, anode": session(),
    "tap water, cathode": session(current_nA=-177.0),
    "acid bath, anode": session(bath_alkalinity_mM=-1.0, bath_carbon_mM=0.1),
}


def numpy_right_hand_side(
    problem: DuctProblem, cells: int
) -> Callable[[float, np.ndarray, np.ndarray], None]:
    """The same fluxes in whole-array NumPy: Newton for pH and for the field, started from the last evaluation."""
    s, _ = duct_setup(problem, cells)
    kw, k1, k2, kb = s["chemistry"]
    z, d = np.array(CHARGES), np.array(s["d"])
    gap, dx, site, peclet = s["gap"], s["dx"], s["site"][:, None], s["peclet"]
    mix = np.array(
        [
            [1, 0, 0, 0, 0, 0, 0, 0],
            [0, 1, 0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 1, 1, 1],
            [0, 0, 0, 1, -1, 0, -1, -2],
        ]
    )
    _, currents, baths = _pieces(problem)
    push = currents[0, 0] / dk.FARADAY
    log_h, w = np.full(cells, np.log(1e-3)), np.zeros(cells + 1)

    def species(u, b, x):
        for _ in range(60):
            h = np.exp(x)
            below = h * h + k1 * h + k1 * k2
            a1, a2 = k1 * h / below, k1 * k2 / below
            held = kb / (kb + h)
            c = np.maximum(u[:, 2], 0.0)
            f = h - kw / h - c * (a1 + 2 * a2) - b * held - u[:, ACID]
            a0 = 1 - a1 - a2
            slope = h + kw / h + c * (a0 * a1 + 4 * a0 * a2 + a1 * a2) + b * held * (1 - held)
            step = np.clip(-f / slope, -3.0, 3.0)
            x = x + step
            if np.max(np.abs(step)) < 1e-9:
                break
        h = np.exp(x)
        below = h * h + k1 * h + k1 * k2
        a1, a2 = k1 * h / below, k1 * k2 / below
        c = u[:, 2]
        free = u[:, 0] - b * kb / (kb + h)
        chloride = u[:, 0] + 2 * u[:, 1] + u[:, 3]
        return np.stack([free, u[:, 1], chloride, h, kw / h, c * (1 - a1 - a2), c * a1, c * a2], axis=1), x

    ends = np.stack((baths[0, 0], s["coil"]))
    first, _ = species(ends[:1], np.zeros(1), np.full(1, np.log(1e-4)))
    last, _ = species(ends[1:], site[-1], np.full(1, np.log(1e-3)))

    def rhs(_t, y, out):
        nonlocal log_h, w
        u = y.reshape(cells, 4)
        inner, log_h = species(u, site[:, 0], log_h)
        c = np.concatenate((first, inner, last))
        fall, mean = c[:-1] - c[1:], 0.5 * (c[:-1] + c[1:])
        scale = d / gap[:, None]
        for _ in range(60):
            v = np.clip(z * w[:, None] + peclet, -600.0, 600.0)
            small = np.abs(v) < 0.05
            half = np.where(small, 1.0, 0.5 * v)
            coth = 1.0 / np.tanh(half)
            q = np.where(small, 1.0 + v * v / 12.0 * (1.0 - v * v / 60.0), half * coth)
            dq = np.where(small, v / 6.0 * (1.0 - v * v / 30.0), 0.5 * (coth - half * (coth * coth - 1.0)))
            flux = scale * (q * fall + v * mean)
            slope = scale * (dq * fall + mean)
            step = (push - flux @ z) / (slope @ (z * z))
            w = w + step
            if np.max(np.abs(step) / (1 + np.abs(w))) < 1e-7:
                flux = flux + z * slope * step[:, None]
                break
        unknown = flux @ mix.T
        out[:] = ((unknown[:-1] - unknown[1:]) / dx[:, None]).ravel()

    return rhs


def _pieces(problem: DuctProblem):
    from sudomotor.session import duct

    return duct._segments(problem, duct._area(problem))


def compiled_right_hand_side(
    problem: DuctProblem, cells: int
) -> Callable[[float, np.ndarray, np.ndarray], None]:
    """The package's own kernel behind the thinnest callback: all constants are frozen into one compiled function."""
    import numba

    s, _ = duct_setup(problem, cells)
    _, currents, baths = _pieces(problem)
    kind, z, d, m, scheme, chemistry = s["kind"], s["z"], s["d"], s["m"], s["scheme"], s["chemistry"]
    gap, dx, site, peclet, epeclet = (s[k] for k in ("gap", "dx", "site", "peclet", "epeclet"))
    wall, coil, current, bath = s["wall"], s["coil"], float(currents[0, 0]), baths[0, 0].copy()
    kernel, ws = dk.right_hand_side, dk.workspace(cells, 4, len(SPECIES))

    @numba.njit(error_model="numpy")
    def inner(y, out, ws):
        kernel(
            kind, z, d, m, scheme, chemistry, gap, dx, site, peclet, epeclet, wall, False, coil, current, bath,
            y.reshape((dx.shape[0], 4)), out.reshape((dx.shape[0], 4)), ws,
        )  # fmt: skip

    def rhs(_t, y, out):
        inner(y, out, ws)

    return rhs


def cvode(rhs, start, seconds, rtol, atol):
    from sksundae.cvode import CVODE

    solver = CVODE(rhs, rtol=rtol, atol=atol, linsolver="band", lband=7, uband=7, max_num_steps=500_000)
    found = solver.solve(np.array([0.0, *seconds]), start)
    if not found.success:
        raise RuntimeError(found.message)
    return found.y[1:].reshape(len(seconds), -1, 4)


def error(found: np.ndarray, truth: np.ndarray) -> float:
    n = len(TIMES_S)
    span = np.maximum(np.abs(truth[:n]).max(axis=(0, 1)), 1e-6)
    return float(np.max(np.abs(found[:n] - truth[:n]) / span))


def best_time(run: Callable[[], object], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        began = time.process_time()
        run()
        taken.append(time.process_time() - began)
    return min(taken)


def at_error(points: list[tuple[float, float]], wanted: float) -> float:
    """Time at which the work-precision curve crosses the wanted error: log-log between the fastest run that is good enough
    and the slowest that is not; where even the loosest is better than wanted, its own time."""
    good = [(e, t) for e, t in points if e <= wanted]
    poor = [(e, t) for e, t in points if e > wanted]
    if not good:
        return float("nan")
    e1, t1 = min(good, key=lambda p: p[1])
    poor = [(e, t) for e, t in poor if t < t1]
    if not poor:
        return t1
    e0, t0 = max(poor, key=lambda p: p[1])
    share = np.log(wanted / e0) / np.log(e1 / e0)
    return float(np.exp(np.log(t0) + share * np.log(t1 / t0)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=80)
    parser.add_argument("--repeats", type=int, default=3)
    args = parser.parse_args()
    print(f"machine: {platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
          f"numpy {np.__version__}, load {os.getloadavg()[0]:.1f}")  # fmt: skip
    print(
        f"{args.cells} cells, 20 minutes, error at {TIMES_S} s against a tight solution, wanted {WANTED:g}; CPU milliseconds"
    )
    for name, problem in PROBLEMS.items():
        cells, seconds = args.cells, [*TIMES_S, 1200.0]
        _, start, _ = right_hand_side(problem, cells=cells)
        slow, fast = numpy_right_hand_side(problem, cells), compiled_right_hand_side(problem, cells)
        a, b = np.empty_like(start), np.empty_like(start)
        slow(0.0, start, a)
        fast(0.0, start, b)
        assert np.allclose(a, b, rtol=1e-9, atol=1e-9 * np.abs(b).max())
        truth = cvode(fast, start, seconds, 1e-10, 1e-11)
        curves: dict[str, list[tuple[float, float]]] = {}
        for rtol in (1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5):

            def ours(problem=problem, cells=cells, rtol=rtol):
                return solve_duct(problem, cells=cells, rtol=rtol)

            curves.setdefault("sudomotor", []).append(
                (error(ours().unknowns_mM, truth), best_time(ours, args.repeats))
            )
        for label, rhs, repeats in (
            ("CVODE, compiled rhs", fast, args.repeats),
            ("CVODE, NumPy rhs", slow, 1),
        ):
            for rtol in (1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 1e-6):

                def peer(rhs=rhs, start=start, seconds=seconds, rtol=rtol):
                    return cvode(rhs, start, seconds, rtol, rtol * 0.1)

                began = time.process_time()
                found = peer()
                first = time.process_time() - began
                taken = first if repeats == 1 else best_time(peer, repeats)
                curves.setdefault(label, []).append((error(found, truth), taken))
        print(f"\n{name}")
        for label, points in curves.items():
            print(f"  {label:22s}" + "  ".join(f"{e:.1e}:{1e3 * t:7.1f}" for e, t in points))
        mine = at_error(curves["sudomotor"], WANTED)
        for label in ("CVODE, NumPy rhs", "CVODE, compiled rhs"):
            peer_time = at_error(curves[label], WANTED)
            print(
                f"  at {WANTED:g}: {label} {1e3 * peer_time:.1f} ms, sudomotor {1e3 * mine:.1f} ms: {peer_time / mine:.1f} x"
            )


if __name__ == "__main__":
    main()
