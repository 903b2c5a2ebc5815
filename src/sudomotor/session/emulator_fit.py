"""Fit the duct emulator: `python -m sudomotor.session.emulator_fit` writes its weights anew, from a seeded design.

A scrambled Sobol design of sessions is solved with `solve_duct`; two small ensembles of tanh networks are fitted to the
transport number by Levenberg-Marquardt on the error relative to max(|dose|, floor); a fresh random sample tells the error.
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.session.duct import DuctProblem, solve_duct, without_current
from sudomotor.session.emulator import (
    FARADAY,
    FLOOR_NMOL,
    calcium_share,
    dissolved_carbon,
    features,
    network_of,
    transport,
)

Floats = NDArray[np.float64]
SEED = 20
ENSEMBLE = 1
RTOL = 3e-3  # of the solves: a dose is then good to 1e-3
TARGET = Path(__file__).parent / "data" / "emulator.json"


def design(unit: Floats, sign: float) -> Floats:
    """Map points of the unit cube (n, 8) to inputs (8, n) in the order of `emulator.acid_nmol`.

    Current and flow are spread towards their low ends, strong cations by their logarithm; alkalinities reach up to the cations.
    """
    a = unit.T
    current = sign * (5.0 + 1495.0 * a[0] ** 2)
    minutes = 0.5 + 59.5 * a[1]
    cations = 0.05 * 3200.0 ** a[4]
    top = np.minimum(10.0, 0.98 * cations)
    end = -5.0 + a[3] * (top + 5.0)
    # half of the sessions start as tap water does, with an alkalinity between none and that of the cations
    tap = a[2] < 0.5
    start = np.where(tap, 2.0 * a[2] * top, -5.0 + 2.0 * (a[2] - 0.5) * (top + 5.0))
    return np.stack(
        [current, minutes, start, end, cations, 5.0 * a[5] ** 2, 5.0 + 5.0 * a[6], 1.0 + 4.0 * a[7]]
    )


def problem(x: Floats) -> DuctProblem:
    """The duct problem of one column of `design`."""
    current, minutes, start, end, cations, flow, radius, length = (float(v) for v in x)
    calcium = 0.5 * cations * float(calcium_share(cations))
    return DuctProblem(
        minutes=minutes, current_nA=current, radius_um=radius, length_mm=length, sweat_nL_per_min=flow,
        bath_minutes=(0.0, minutes), bath_sodium_mM=cations - 2.0 * calcium, bath_calcium_mM=calcium,
        bath_alkalinity_mM=(start, end), bath_carbon_mM=float(dissolved_carbon(start)), output_minutes=(minutes,),
    )  # fmt: skip


def solved_dose(x: Floats) -> float:
    """Net acid above the baseline (nmol) of one column, by the solver."""
    session = problem(x)
    with_current = solve_duct(session, rtol=RTOL).acid_in_nmol[-1]
    return float(with_current - solve_duct(without_current(session), rtol=RTOL).acid_in_nmol[-1])


def solved_doses(x: Floats, workers: int = 2) -> Floats:
    """Doses of all columns (n,)."""
    columns = list(x.T)
    if workers == 1:
        return np.array([solved_dose(c) for c in columns])
    with ProcessPoolExecutor(workers) as pool:
        return np.array(list(pool.map(solved_dose, columns, chunksize=8)))


def relative_error(found: Floats, truth: Floats) -> Floats:
    """|error| relative to max(|dose|, floor)."""
    return np.asarray(np.abs(found - truth) / np.maximum(np.abs(truth), FLOOR_NMOL))


def train(
    x: Floats, dose: Floats, hidden: tuple[int, ...], seed: int, iterations: int, ridge: float = 1e-6
) -> dict[str, Any]:
    """Levenberg-Marquardt with a small ridge; returns the network as plain lists."""
    import jax
    import jax.numpy as jnp
    from jax.flatten_util import ravel_pytree

    config: Any = jax.config  # carries no types
    config.update("jax_enable_x64", True)
    f = features(*x)
    centre, scale = f.mean(axis=1), f.std(axis=1)
    inputs = jnp.asarray((f - centre[:, None]) / scale[:, None])
    charge = x[0] * x[1] * 60.0 / FARADAY
    weight = jnp.asarray(charge / np.maximum(np.abs(dose), FLOOR_NMOL))
    target = jnp.asarray(dose / charge)
    rng = np.random.default_rng(seed)
    sizes = (len(f), *hidden, 1)
    start = [(rng.normal(0.0, a**-0.5, (b, a)), np.zeros(b)) for a, b in pairwise(sizes)]
    flat, unravel = ravel_pytree(start)

    def tau(p: Any, v: Any) -> Any:
        layers = unravel(p)
        for w, b in layers[:-1]:
            v = jnp.tanh(w @ v + b)
        return (layers[-1][0] @ v + layers[-1][1])[0]

    n = len(dose)
    each = jax.vmap(jax.value_and_grad(tau), in_axes=(None, 1))

    @jax.jit
    def normal(p: Any) -> Any:
        value, jac = each(p, inputs)
        r = (value - target) * weight
        # bounded influence (Cauchy): a few corner points must not rule the rest
        pull = 1.0 / (1.0 + (r / 0.1) ** 2)
        j = jac * weight[:, None]
        return (j * pull[:, None]).T @ j / n, j.T @ (pull * r) / n, jnp.mean(0.01 * jnp.log1p((r / 0.1) ** 2))

    @jax.jit
    def cost(p: Any) -> Any:
        r = (jax.vmap(tau, in_axes=(None, 1))(p, inputs) - target) * weight
        return jnp.mean(0.01 * jnp.log1p((r / 0.1) ** 2)) + ridge * jnp.sum(p**2)

    p, damping = np.asarray(flat), 1e-2
    best = float(cost(p))
    for _ in range(iterations):
        a, g, _ = (np.asarray(v) for v in normal(p))
        a, g = a + ridge * np.eye(len(p)), g + ridge * p
        for _ in range(8):
            new = p - np.linalg.solve(a + damping * np.eye(len(p)), g)
            value = float(cost(new))
            if value < best:
                p, best, damping = new, value, max(damping / 4.0, 1e-10)
                break
            damping *= 4.0
        else:
            break
    layers = unravel(jnp.asarray(p))
    return {
        "centre": centre.tolist(), "scale": scale.tolist(),
        "weights": [np.asarray(w).tolist() for w, _ in layers], "biases": [np.asarray(b).tolist() for _, b in layers],
    }  # fmt: skip


def fit(points: int, held_out: int, hidden: tuple[int, ...], iterations: int, workers: int) -> dict[str, Any]:
    """Solve the design, fit both networks, measure the error on fresh points."""
    from scipy.stats import qmc

    nets: dict[str, Any] = {}
    report: dict[str, Any] = {"points": points, "held_out": held_out, "seed": SEED, "floor_nmol": FLOOR_NMOL}
    solved: dict[str, tuple[Floats, Floats, Floats, Floats]] = {}
    # everything is solved before anything is fitted: worker processes do not go with a running JAX
    for index, (pole, sign) in enumerate((("anode", 1.0), ("cathode", -1.0))):
        began = time.perf_counter()
        unit = qmc.Sobol(8, scramble=True, rng=SEED + index).random(points)
        fresh = np.random.default_rng(1000 + SEED + index).random((held_out, 8))
        x, y = design(unit, sign), design(fresh, sign)
        solved[pole] = x, solved_doses(x, workers), y, solved_doses(y, workers)
        print(f"{pole}: solved in {time.perf_counter() - began:.0f} s", flush=True)
    for pole, (x, dose, y, truth) in solved.items():
        began = time.perf_counter()
        nets[pole] = [train(x, dose, hidden, SEED + i, iterations) for i in range(ENSEMBLE)]
        ensemble = tuple(network_of(n) for n in nets[pole])
        for name, at, known in (("fitted", x, dose), ("held_out", y, truth)):
            e = relative_error(at[0] * at[1] * 60.0 / FARADAY * transport(ensemble, features(*at)), known)
            report[f"{pole}_{name}"] = {
                "median": float(np.median(e)),
                "p95": float(np.quantile(e, 0.95)),
                "max": float(e.max()),
            }
        print(pole, report[f"{pole}_fitted"], report[f"{pole}_held_out"], flush=True)
        print(f"{pole}: fitted in {time.perf_counter() - began:.0f} s", flush=True)
    return {"networks": nets, "report": report}


def main() -> None:
    """Command line of the fit."""
    parser = argparse.ArgumentParser(description="Fit the duct emulator and write its weights.")
    parser.add_argument(
        "--points", type=int, default=4096, help="sessions solved for each polarity (a power of 2)"
    )
    parser.add_argument("--held-out", type=int, default=300)
    parser.add_argument("--hidden", type=int, nargs="+", default=[18, 14])
    parser.add_argument("--iterations", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path, default=TARGET)
    args = parser.parse_args()
    held = fit(args.points, args.held_out, tuple(args.hidden), args.iterations, args.workers)
    args.output.write_text(json.dumps(held, indent=0) + "\n", "utf-8")
    print(f"written: {args.output}")


if __name__ == "__main__":
    main()
