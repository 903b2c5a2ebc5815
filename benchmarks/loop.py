"""Time the loop: a wide course of the mind beside SciPy's LSODA, one moment, and a gradient; ratios of one run.

    python benchmarks/loop.py [--people 10000]

(a) 10 000 people, 180 days, three events a day, all states of the mind and every claim but the strong loop, beside the
reference (LSODA through each event of each day, per person), with the error of both against the reference at tight
tolerance. LSODA is given the loosest tolerance whose whole trajectory stays within 1 % of that. (b) Twenty minutes of
one moment at 10 Hz. (c) Value and gradient of mean threat by several constants over 90 days for 100 people, against
the cost of the value alone, checked against central differences. Compile time is shown apart.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

NAMES = (
    "weight_wetness",
    "weight_expectation",
    "drive_per_threat",
    "threat_slope",
    "learning_rate",
    "gain_unlearning",
)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=10_000)
    asked.add_argument("--days", type=int, default=180)
    asked.add_argument("--peers", type=int, default=4, help="people that LSODA is timed on")
    args = asked.parse_args()
    print(
        f"machine: {processor()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )
    crossover()
    wide_course(args.people, args.days, args.peers)
    moment()
    gradient()
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")


def processor() -> str:
    """The processor's name, where the system tells it."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.machine())


def treated(days: int, people: int) -> tuple[np.ndarray, np.ndarray]:
    """Palms dried over the first two thirds of the days, and what is left of their sweat."""
    until = 2 * days // 3
    day = np.arange(days)
    blocked = 0.8 * np.where(day < until, 1.0 - np.exp(-day / 7.0), np.exp(-(day - until) / 14.0))
    remaining = np.ones((days, 6, people))
    remaining[:, :2] -= blocked[:, None, None]
    return remaining, np.where(day < until, 1.0, 0.0)[:, None] * np.ones(people)


def best(call: Callable[[], object], times: int) -> float:
    """Seconds of the quickest of several calls."""
    found = np.inf
    for _ in range(times):
        start = time.perf_counter()
        call()
        found = min(found, time.perf_counter() - start)
    return float(found)


def crossover() -> None:
    """Where JAX begins to pay: its import counts, and its compile cache is as it is."""
    from sudomotor.model.hypotheses import Hypotheses
    from sudomotor.parameters import load
    from sudomotor.person import draw
    from sudomotor.simulation.loop import run_mind

    p = load()
    for backend, people, days in (("numpy", 1, 90), ("numpy", 1000, 90), ("jax", 1, 90), ("jax", 1000, 90)):
        group, arms = draw("healthy", people, 1, p), treated(days, people)
        start = time.perf_counter()
        run_mind(group, *arms, parameters=p, hypotheses=Hypotheses.evidence(), backend=backend)
        print(
            f"    first call of {backend}, {people} people x {days} days: {time.perf_counter() - start:.2f} s"
        )


def wide_course(people: int, days: int, peers: int) -> None:
    """Part (a)."""
    from sudomotor.model.hypotheses import Hypotheses
    from sudomotor.parameters import load
    from sudomotor.person import draw
    from sudomotor.simulation.loop import READINGS, run_mind
    from sudomotor.simulation.loop_reference import reference_days

    p, hypotheses = load(), Hypotheses.reset().turned(off=("strong_loop",))
    group = draw("palmar hyperhidrosis with social anxiety", people, 1, p)
    remaining, session = treated(days, people)

    def run() -> object:
        return run_mind(group, remaining, session, parameters=p, hypotheses=hypotheses, backend="jax")

    start = time.perf_counter()
    mind = run()
    first = time.perf_counter() - start
    total = best(run, 2)
    print(f"(a) {people} people x {days} days, {mind.events.sum() / people / days:.2f} events a day: {total:.2f} s"
          f" (first call with compilation {first:.2f} s), {1e6 * total / people / days:.2f} us per person-day")  # fmt: skip
    # the extremes of the first of these people
    some = group.take(np.arange(min(people, 200)))
    few = sorted({int(np.argmin(some["mind_mood"])), int(np.argmax(some["drive_sudomotor_gain"])),
                  *np.linspace(0, some.n - 1, peers).astype(int).tolist()})[:peers]  # fmt: skip
    remaining, session = remaining[:, :, : some.n], session[:, : some.n]

    def reference(rtol: float) -> dict[int, dict[str, np.ndarray]]:
        return {
            i: reference_days(
                some, i, remaining, session, parameters=p, hypotheses=hypotheses, rtol=rtol, atol=1e-2 * rtol
            )
            for i in few
        }

    tight = reference(1e-9)

    def error(of: Callable[[int, str], np.ndarray]) -> float:
        return max(
            float(np.abs(of(i, name) - tight[i][name]).max() / max(np.abs(tight[i][name]).max(), 1e-3))
            for i in few
            for name in READINGS
        )

    for rtol in (1e-2, 1e-3, 1e-4, 1e-5):
        start = time.perf_counter()
        loose = reference(rtol)
        seconds = (time.perf_counter() - start) / len(few)
        wrong = error(lambda i, name, found=loose: found[i][name])
        print(f"    LSODA rtol {rtol:.0e}: {1e3 * seconds / days:.2f} ms per person-day, error {wrong:.1e}")
        if wrong <= 0.01:
            break
    wrong = error(lambda i, name: getattr(mind, name)[:, i])
    print(f"    ours: {1e3 * total / people / days:.4f} ms per person-day, error {wrong:.1e}")
    print(f"    ratio LSODA / ours per person-day: {seconds / (total / people):.0f}x")


def moment() -> None:
    """Part (b)."""
    from sudomotor.simulation.moment import stress_test

    start = time.perf_counter()
    stress_test("palmar hyperhidrosis", minutes=20.0, dt_s=0.1)
    first = time.perf_counter() - start
    warm = best(lambda: stress_test("palmar hyperhidrosis", minutes=20.0, dt_s=0.1), 5)
    print(f"(b) a moment of 20 minutes at 10 Hz: {warm:.3f} s (first call with compilation {first:.2f} s)")


def gradient() -> None:
    """Part (c)."""
    import jax

    from sudomotor.model.hypotheses import Hypotheses
    from sudomotor.parameters import load
    from sudomotor.person import draw
    from sudomotor.simulation.loop import run_mind
    from sudomotor.simulation.loop_gradient import gradient_tree, loop_gradient, mean_threat, valued

    p, hypotheses, days, people = load(), Hypotheses.reset().turned(off=("strong_loop",)), 90, 100
    group = draw("palmar hyperhidrosis", people, 1, p)
    arms = treated(days, people)

    def whole() -> tuple[float, dict[str, float]]:
        return loop_gradient(group, *arms, NAMES, parameters=p, hypotheses=hypotheses)

    start = time.perf_counter()
    _, found = whole()
    first = time.perf_counter() - start
    tree = gradient_tree(group, *arms, p, hypotheses)
    moved = {symbol: tree["m"][symbol] for symbol in ("w_W", "w_P", "a_T", "k_T", "eta", "eta_G")}

    def seconds(slope: bool) -> float:
        of = valued(mean_threat, slope)
        jax.block_until_ready(of(moved, tree))
        return best(lambda: jax.block_until_ready(of(moved, tree)), 12)

    # in turn, so that other work on the machine slows both alike
    alone, both = np.min([(seconds(False), seconds(True)) for _ in range(3)], axis=0)
    print(f"(c) {people} people x {days} days: value {1e3 * alone:.0f} ms, value and gradient by {len(NAMES)} constants"
          f" {1e3 * both:.0f} ms: {both / alone:.1f}x (with all preparation {best(whole, 3):.2f} s,"
          f" first call with compilation {first:.1f} s)")  # fmt: skip

    def threat(name: str, x: float) -> float:
        changed = p.with_values({name: x})
        return float(
            run_mind(group, *arms, parameters=changed, hypotheses=hypotheses, backend="jax").threat.mean()
        )

    worst = 0.0
    for name in NAMES:
        x, step = p.value(name), 1e-5 * p.value(name)
        difference = (threat(name, x + step) - threat(name, x - step)) / (2 * step)
        worst = max(worst, abs(found[name] / difference - 1.0))
    print(f"    greatest relative difference from central differences {worst:.1e}")


if __name__ == "__main__":
    main()
