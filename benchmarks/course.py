"""Time a wide course simulation against SciPy's LSODA on the same equations, side by side, as ratios.

    python benchmarks/course.py [--people 10000]

10 000 people, 180 days, about 80 sessions. LSODA is given, per person, the same declared right-hand side and jumps and
the loosest tolerance whose whole trajectory stays within 1 % of its own tightest; our path is exact up to round-off.
Compile time is shown apart. Peak memory is that of the whole process.
"""

from __future__ import annotations

import argparse
import os
import platform
import resource
import time

import numpy as np

COURSE = ("Treat palms at 15 mA DC for 20 minutes, 5 times a week for 8 weeks", "Then twice a week")


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=10_000)
    asked.add_argument("--days", type=int, default=180)
    asked.add_argument("--peers", type=int, default=5, help="people that LSODA is timed on")
    args = asked.parse_args()

    from sudomotor import Course
    from sudomotor.parameters import load
    from sudomotor.person import draw
    from sudomotor.simulation import prepare, run_prepared
    from sudomotor.simulation.reference import reference_blocked

    p = load()
    print(
        f"machine: {platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )

    def timed(people: int, backend: str) -> tuple[float, float, object, object]:
        start = time.perf_counter()
        prepared = prepare(
            draw("palmar hyperhidrosis", people, 1, p), Course(*COURSE), days=args.days, parameters=p
        )
        middle = time.perf_counter()
        history = run_prepared(prepared, p, backend=backend)
        return middle - start, time.perf_counter() - middle, prepared, history

    _, first, _, _ = timed(args.people, "jax")
    physics, course, prepared, history = timed(args.people, "jax")
    total = physics + course
    sessions = history.session.sum(axis=0).mean()
    print(f"{args.people} people x {args.days} days, {sessions:.0f} sessions each")
    print(
        f"  session physics {physics:.2f} s, course {course:.2f} s (first call with compilation {first:.2f} s)"
    )
    print(f"  total {total:.2f} s, {args.people / total:.0f} people per second")
    print(f"  peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")

    who = np.linspace(0, args.people - 1, args.peers).astype(int)
    tight = {i: reference_blocked(prepared, p, history.session, i) for i in who}
    ours = max(_error(history.blocked[:, :, i], tight[i]) for i in who)
    for rtol in (1e-2, 1e-3, 1e-4, 1e-5, 1e-6):
        start = time.perf_counter()
        loose = {
            i: reference_blocked(prepared, p, history.session, i, rtol=rtol, atol=rtol * 1e-2) for i in who
        }
        seconds = (time.perf_counter() - start) / len(who)
        error = max(_error(loose[i], tight[i]) for i in who)
        print(
            f"  LSODA rtol {rtol:.0e}: {1e3 * seconds:.1f} ms per person, whole-trajectory error {error:.1e}"
        )
        if error <= 0.01:
            break
    print(f"  ours: {1e3 * total / args.people:.4f} ms per person, whole-trajectory error {ours:.1e}")
    whole, alone = (seconds / (each / args.people) for each in (total, course))
    print(f"  ratio LSODA / ours per person: {whole:.0f}x (course alone {alone:.0f}x)")


def _error(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.max(np.abs(a - b)) / max(float(np.max(np.abs(b))), 1e-12))


if __name__ == "__main__":
    main()
