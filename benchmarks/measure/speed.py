"""Time and memory of `sm.decompose` beside NeuroKit2's cvxEDA, each in a process of its own.

    python benchmarks/measure/speed.py [--small] [--repeat 3] [-o speed.json]

The signal is made by the published Bateman kernel: six bursts a minute, a slow drift, white noise. Seconds are those of the
call alone: imports and compilation (of a short signal) are over before. Memory is the peak of the process less what it held
before the call. Cases: 24 h at 4 Hz and 1 h at 100 Hz beside the peer; 24 h at 100 Hz alone, for which the peer runs out of
time; and growth from 1 h to 24 h at 4 Hz. The solver's own grid has 4 cells a second in all of them, and says so.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

WAYS = {
    "sudomotor": "sm.decompose(y, fs=fs, quality=False)",
    "sudomotor, with quality": "sm.decompose(y, fs=fs)",
    "sudomotor, personal time constants": "sm.decompose(y, fs=fs, quality=False, tau='personal')",
    "neurokit2 cvxeda": "nk.eda_phasic(y, sampling_rate=fs, method='cvxeda')",
}
ONE = """
import json, resource, sys, time
import numpy as np
from scipy.signal import lfilter
way, hours, fs = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
if way.startswith("nk"):
    import neurokit2 as nk
else:
    import sudomotor as sm

def made(hours):
    rng, n, dt = np.random.default_rng(0), int(hours * 3600 * fs), 1 / fs
    u = np.where(rng.random(n) < 6 / 60 * dt, 0.3 * np.exp(0.8 * rng.normal(size=n)), 0.0)
    a, b = np.exp(-dt / 2.0), np.exp(-dt / 0.7)
    y = lfilter([0, a - b], [1, -(a + b), a * b], u) / 0.4
    return y + 4 + 0.5 * np.sin(np.arange(n) * dt / 200) + 0.005 * rng.normal(size=n)

y = made(0.02)
eval(way)
y = made(hours)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.perf_counter()
found = eval(way)
spent = time.perf_counter() - start
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = {"gap": getattr(found, "gap", None), "Hz": getattr(found, "solver_rate_Hz", None)}
print(json.dumps({"s": spent, "MB": (after - before) / 1024, **told}))
"""


def once(way: str, hours: float, fs: float, limit_s: float = 900.0) -> dict[str, Any]:
    """One process."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", ONE, WAYS[way], str(hours), str(fs)], capture_output=True, text=True, timeout=limit_s
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"over {limit_s:g} s"}
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}"}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def main() -> None:
    """Run and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--small", action="store_true", help="an hour instead of a day, six minutes instead of an hour")
    asked.add_argument("--repeat", type=int, default=3, help="of each timing; the median counts (default 3)")
    asked.add_argument("-o", "--output", type=Path, help="write everything as JSON")
    args = asked.parse_args()
    machine = f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load {os.getloadavg()[0]:.1f} at the beginning"
    print(f"machine: {machine}")
    day, hour = (1.0, 0.1) if args.small else (24.0, 1.0)
    out: dict[str, Any] = {"machine": machine, "cases": {}}
    for hours, fs in ((day, 4.0), (hour, 100.0)):
        case: dict[str, Any] = {}
        for way in WAYS:
            runs = [once(way, hours, fs) for _ in range(args.repeat)]
            bad = next((run for run in runs if "failed" in run), None)
            case[way] = bad or {
                "s": statistics.median(run["s"] for run in runs), "MB": statistics.median(run["MB"] for run in runs),
                "gap": runs[0]["gap"], "Hz": runs[0]["Hz"],
            }  # fmt: skip
            print(f"{hours:g} h at {fs:g} Hz, {way}: {case[way]}", flush=True)
        peer = case["neurokit2 cvxeda"]
        for way, told in case.items():
            if way != "neurokit2 cvxeda" and "s" in told and "s" in peer:
                told["faster"], told["leaner"] = peer["s"] / told["s"], peer["MB"] / max(told["MB"], 1.0)
                print(f"  {way}: {told['faster']:.1f}x faster, {told['leaner']:.1f}x leaner")
        out["cases"][f"{hours:g} h at {fs:g} Hz"] = case
    out["24 h at 100 Hz"] = once("sudomotor", day, 100.0)
    print(f"{day:g} h at 100 Hz, sudomotor: {out['24 h at 100 Hz']} (wanted: under 90 s and 4096 MB)")
    times = [(hours, once("sudomotor", hours, 4.0)) for hours in (day / 24.0, day / 4.0, day)]
    slope = math.log(times[-1][1]["s"] / times[0][1]["s"]) / math.log(24.0)
    out["growth"] = {"times": times, "slope": slope}
    print(f"growth: {[(h, round(t['s'], 3)) for h, t in times]}, slope {slope:.2f} (wanted: at most 1.1)")
    if args.output:
        args.output.write_text(json.dumps(out, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
