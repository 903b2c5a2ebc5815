"""Whether the minimum is the minimum: the solver against another one, and the cvxEDA mode against cvxEDA.

    python benchmarks/measure/exactness.py [--problems 20] [-o exactness.json]

Needs `pip install 'sudomotor[cvxeda]'`; for the second table `pip install cvxeda neurokit2` too (GPL: run, not read).

1. `interior.solve` against Clarabel on random problems: four kernels in turn, 40 to 125 s at 4 to 8 Hz, uneven weights, samples
   missing at random and in a stretch, places where the level may jump. Clarabel is given another form of the problem, in drivers
   and level, scaled to the noise. Both minima are then weighed by one sum in extended precision that shares no code with either.
   The relative difference of the objectives must be 1e-8 at most; what the solver says of its own gap stands beside it. On many
   more problems it is counted how many the solver alone brings to the end.
2. The cvxEDA mode against the package `cvxeda`, run to the end of its tolerances, on made recordings of every kind at 3.7 to
   100 Hz: 1e-6 at most. NeuroKit2 carries an earlier copy, which leaves the first two drivers free and ends a spline sooner: its
   phasic part is set beside a minimum with those edges, and beside ours.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.interior import Problem, solve
from sudomotor.measurement.kernels import KERNELS, kernel

Array = NDArray[np.float64]
Long = NDArray[np.longdouble]
WANTED, WANTED_CVXEDA = 1e-8, 1e-6
MADE = (
    ("scrf", 4.0, 2.0), ("bateman_person", 4.0, 2.57), ("gland", 4.0, 10.0), ("bateman", 3.7, 3.0), ("poral", 25.0, 1.0),
    ("three_pools", 8.0, 5.0), ("bateman_event", 25.0, 2.0), ("third_order", 100.0, 1.0),
)  # fmt: skip


def random_problem(name: str, seed: int) -> Problem:
    """A problem of real size, with what recordings have: gaps, uneven weights, jumps."""
    rng = np.random.default_rng([seed, 7])
    dt = float(rng.uniform(0.125, 0.25))
    n, noise = int(rng.integers(320, 501)), float(10 ** rng.uniform(-3, -1.3))
    g = kernel(name).on_grid(dt)
    u = np.where(rng.random(n) < 0.25 * dt, 0.3 * np.exp(0.8 * rng.normal(size=n)), 0.0)
    level = 3 + np.cumsum(np.cumsum(rng.normal(size=n))) * 0.01 * dt**1.5
    y = level + np.convolve(u, g.response(n))[:n] + noise * rng.normal(size=n)
    w = rng.uniform(0.3, 1.0, n) / noise**2
    w[rng.random(n) < rng.choice([0.0, 0.2])] = 0.0
    at = int(rng.integers(0, n - 60))
    w[at : at + int(rng.integers(0, 60))] = 0.0
    omega = 1.0 / (rng.uniform(0.01, 0.05, n) ** 2 * dt**3)
    if seed % 3 == 0:
        omega[n // 2 : n // 2 + 2] = 0.0
    lam = g.norm / noise * rng.uniform(0.3, 2.0, n)
    m = len(g.a) - 1
    return Problem(y, w, lam, omega, g.a, g.c, g.first, np.zeros((2 * m, 2 * m)), np.zeros(2 * m))


def responses(p: Problem) -> Long:
    """(n, n) what a driver of 1 in each sample shows, in extended precision."""
    n, m = len(p.y), len(p.a) - 1
    a, c, first = (np.asarray(each, dtype=np.longdouble) for each in (p.a, p.c, p.first))
    one = np.eye(n, dtype=np.longdouble)
    q = np.zeros((n, n), dtype=np.longdouble)
    for k in range(n):
        q[k] = one[k]
        for i in range(1, m + 1) if k >= m else range(k):
            q[k] -= a[i] * q[k - i] if k >= m else first[k, i] * q[i]
        if k < m:
            q[k] /= first[k, k]
    out = np.zeros((n, n), dtype=np.longdouble)
    for i in range(m):
        out[i:] += c[i] * q[: n - i]
    return out


def objective(p: Problem, shows: Long, u: Array, b: Array) -> np.longdouble:
    """The objective of a driver and a level, summed again."""
    rest = p.y.astype(np.longdouble) - shows @ u.astype(np.longdouble) - b
    bend = np.diff(b.astype(np.longdouble), 2)
    return 0.5 * np.sum(p.w * rest**2) + 0.5 * np.sum(p.omega[2:] * bend**2) + np.sum(p.lam * u.astype(np.longdouble))


def by_clarabel(p: Problem, shows: Long) -> tuple[Array, Array, str]:
    """Driver, level and status. Each driver is counted in 1 / lam, each residual and second difference in its own scale."""
    import clarabel
    import scipy.sparse as sp

    n = len(p.y)
    known, held = np.flatnonzero(p.w > 0), 2 + np.flatnonzero(p.omega[2:] > 0)
    root, stiff = np.sqrt(p.w[known]), np.sqrt(p.omega[held])
    middle, unit = float(p.y[known].mean()), 1.0 / float(np.median(root))
    seen = np.asarray(shows, dtype=float)[known] * root[:, None] / p.lam
    bend = sp.diags_array([np.ones(n - 2), np.full(n - 2, -2.0), np.ones(n - 2)], offsets=[0, 1, 2], shape=(n - 2, n)).tocsr()
    see = sp.csr_array((unit * root, (np.arange(len(known)), known)), shape=(len(known), n))
    rows = sp.block_array(
        [
            [sp.csr_array(seen), see, sp.eye_array(len(known)), None],
            [None, sp.diags_array(unit * stiff) @ bend[held - 2], None, -sp.eye_array(len(held))],
            [-sp.eye_array(n), sp.csr_array((n, n)), None, None],
        ],
        format="csc",
    )
    rests = len(known) + len(held)
    P = sp.diags_array(np.concatenate([np.zeros(2 * n), np.ones(rests)]))
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_rel = settings.tol_gap_abs = settings.tol_feas = 1e-12
    answer = clarabel.DefaultSolver(
        sp.csc_matrix(P), np.concatenate([np.ones(n), np.zeros(n + rests)]), sp.csc_matrix(rows),
        np.concatenate([root * (p.y[known] - middle), np.zeros(len(held) + n)]),
        [clarabel.ZeroConeT(rests), clarabel.NonnegativeConeT(n)], settings,
    ).solve()  # fmt: skip
    x = np.asarray(answer.x)
    return np.maximum(x[:n] / p.lam, 0.0), middle + unit * x[n : 2 * n], str(answer.status)


def against_clarabel(problems: int) -> list[dict[str, Any]]:
    """The first table."""
    out = []
    for seed in range(problems):
        name = KERNELS[seed % len(KERNELS)]
        p = random_problem(name, seed)
        shows = responses(p)
        found = solve(p)
        u, b, status = by_clarabel(p, shows)
        ours, theirs = objective(p, shows, np.maximum(found.u, 0.0), found.b), objective(p, shows, u, b)
        row = {
            "kernel": name, "n": len(p.y), "objective": float(ours), "clarabel": status,
            "difference": float((ours - theirs) / abs(theirs)), "told": abs(found.value / float(ours) - 1.0),
            "gap": found.gap, "converged": found.converged, "iterations": found.iterations,
        }  # fmt: skip
        out.append(row)
        print(
            f"{seed + 1:>3} {name:<12} n {row['n']}  objective {row['objective']:.8g}  less Clarabel's {row['difference']:+.1e} "
            f"({status})  own gap {row['gap']:.1e}", flush=True,
        )  # fmt: skip
    worst = max(abs(row["difference"]) for row in out)
    print(f"map: largest relative difference {worst:.1e} over {problems} problems (wanted: at most {WANTED:g})")
    return out


def convergence(problems: int) -> dict[str, Any]:
    """How many of many more problems are solved to the end, and in how many iterations."""
    iterations, failed = [], []
    for seed in range(1000, 1000 + problems):
        found = solve(random_problem(KERNELS[seed % len(KERNELS)], seed))
        iterations.append(found.iterations)
        if not found.converged:
            failed.append({"kernel": KERNELS[seed % len(KERNELS)], "seed": seed, "gap": found.gap})
    print(
        f"map: {problems - len(failed)} of {problems} more problems converged (wanted: all); iterations: mean "
        f"{np.mean(iterations):.1f}, most {np.max(iterations)}"
    )
    return {"problems": problems, "failed": failed, "iterations": iterations}


def value_of(z: Array, phasic: Array, driver: Array, tonic: Array, spline: Array) -> float:
    """cvxEDA's published objective at a solution."""
    return float(
        0.5 * np.sum((z - phasic - tonic) ** 2) + 8e-4 * np.sum(np.maximum(driver, 0.0)) + 0.5e-2 * np.sum(spline**2)
    )


def earlier_minimum(z: Array, dt_s: float) -> Array:
    """The phasic part at the minimum with the edges of the earlier copy."""
    import scipy.sparse as sp

    from sudomotor.measurement import cvxeda

    n, a0, a1 = len(z), 1.0 / 2.0, 1.0 / 0.7
    recursion = np.array(
        [(a1 * dt_s + 2) * (a0 * dt_s + 2), 2 * a1 * a0 * dt_s**2 - 8, (a1 * dt_s - 2) * (a0 * dt_s - 2)]
    ) / ((a1 - a0) * dt_s**2)
    keep = np.where(np.arange(n) >= 2, 1.0, 0.0)
    A, M = (
        sp.csc_array(
            sp.diags_array(keep) @ sp.diags_array([np.full(n - i, c) for i, c in enumerate(row)], offsets=[0, -1, -2], shape=(n, n))
        )
        for row in (recursion, np.array([1.0, 2.0, 1.0]))
    )
    every = round(10.0 / dt_s)
    B = cvxeda._splines(n, every)[:, : (n - 1) // every + 1]
    C = sp.csc_array(np.column_stack([np.ones(n), np.arange(1.0, n + 1.0) / n]))
    return np.asarray(M @ cvxeda._minimum(A, M, B, C, z, np.ones(n), 8e-4, 1e-2)[0][:n])


def against_cvxeda() -> list[dict[str, Any]] | str:
    """The second table, or why there is none."""
    try:
        from cvxeda.cvxEDA import cvxEDA as reference
    except ImportError:
        return "pip install cvxeda"
    from sudomotor.measurement.cvxeda import cvxeda
    from sudomotor.simulation.recording import record

    try:
        import neurokit2 as nk
    except ImportError:
        nk = None
    out = []
    for i, (kind, fs, minutes) in enumerate(MADE):
        y = record(kind, fs=fs, minutes=minutes, seed=40 + i).recording.values_uS
        z = (y - y.mean()) / y.std()
        tight = {"show_progress": False, "abstol": 1e-12, "reltol": 1e-12, "feastol": 1e-12}
        start = time.perf_counter()
        with contextlib.redirect_stdout(io.StringIO()):
            phasic, driver, tonic, spline, *_ = (np.ravel(each) for each in reference(z, 1.0 / fs, options=tight))
        then = time.perf_counter()
        ours = cvxeda(z, 1.0 / fs)
        end = time.perf_counter()
        theirs = value_of(z, phasic, driver, tonic, spline)
        row: dict[str, Any] = {
            "kind": kind, "Hz": fs, "n": len(z), "objective": theirs, "difference": ours.value / theirs - 1.0, "gap": ours.gap,
            "phasic": float(np.abs(phasic - ours.phasic).max()), "s": end - then, "reference_s": then - start,
        }  # fmt: skip
        told = ""
        if nk is not None and fs == int(fs):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                other = nk.eda_phasic(z, sampling_rate=int(fs), method="cvxeda")["EDA_Phasic"].to_numpy()
            row["neurokit2_same_edges"] = float(np.abs(other - earlier_minimum(z, 1.0 / fs)).max())
            row["neurokit2"] = float(np.abs(other - ours.phasic).max())
            told = f"  NeuroKit2's phasic part: {row['neurokit2_same_edges']:.0e} with its edges, {row['neurokit2']:.0e} with ours"
        out.append(row)
        print(
            f"{kind:<15} {fs:>5g} Hz, n {len(z):>5}  objective {theirs:.8g}  ours less cvxeda's {row['difference']:+.1e}  "
            f"phasic {row['phasic']:.0e}{told}", flush=True,
        )  # fmt: skip
    worst = max(abs(row["difference"]) for row in out)
    print(f"cvxeda: largest relative difference {worst:.1e} over {len(out)} recordings (wanted: at most {WANTED_CVXEDA:g})")
    return out


def main() -> int:
    """Run and print; 1 where a difference is larger than wanted."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--problems", type=int, default=20, help="random problems (default 20)")
    asked.add_argument("--more", type=int, default=400, help="problems on which convergence is counted (default 400)")
    asked.add_argument("-o", "--output", type=Path, help="write everything as JSON")
    args = asked.parse_args()
    print(f"extended precision: {np.finfo(np.longdouble).eps:.1e}; Python {sys.version.split()[0]}")
    out: dict[str, Any] = {
        "map": against_clarabel(args.problems), "convergence": convergence(args.more), "cvxeda": against_cvxeda(),
    }  # fmt: skip
    if args.output:
        args.output.write_text(json.dumps(out, indent=1) + "\n", "utf-8")
    fine = all(abs(row["difference"]) <= WANTED and row["converged"] for row in out["map"])
    fine &= not out["convergence"]["failed"]
    if isinstance(out["cvxeda"], str):
        print(f"cvxeda: not compared ({out['cvxeda']})")
    else:
        fine &= all(abs(row["difference"]) <= WANTED_CVXEDA for row in out["cvxeda"])
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
