"""What an update of a stream costs, and whether a stream finds what the whole recording holds.

    python benchmarks/measure/stream.py [--minutes 10] [-o stream.json]

Recordings at 25 Hz of five kinds that no method assumes, sent sample by sample. An update is one sample; every sixth closes a cell
of the grid and is the one that costs. Wanted: under 5 ms an update. Events of 0.05 uS and more within a second count as the same.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from pathlib import Path

import numpy as np
import pandas as pd

import sudomotor as sm
from sudomotor.measurement.activity import EVENT_COLUMNS
from sudomotor.simulation.recording import record

KINDS = ("bateman_person", "poral", "third_order", "scrf", "gland")
COUNTS_uS, WITHIN_S = 0.05, 1.0


def found_again(events: pd.DataFrame, others: pd.DataFrame) -> tuple[int, int]:
    """(found, all) of the larger events, each with one of the others for itself."""
    at = others.onset_s.to_numpy()
    free = np.ones(len(at), dtype=bool)
    large = events.onset_s[events.amplitude_uS >= COUNTS_uS]
    hits = 0
    for t in large:
        apart = np.where(free, np.abs(at - t), np.inf)
        if len(at) and apart.min() <= WITHIN_S:
            free[apart.argmin()] = False
            hits += 1
    return hits, len(large)


def one(kind: str, seed: int, minutes: float, rate: float) -> dict[str, float | str]:
    """One recording, sample by sample."""
    recording = record(kind, fs=25.0, minutes=minutes, seed=seed, bursts_per_min=rate).recording
    batch = sm.decompose(recording, quality=False).events
    stream, told, cost = sm.Stream(25.0), [], []
    for value in recording.values_uS:
        began = time.perf_counter()
        told += stream.push([value])
        cost.append(1e3 * (time.perf_counter() - began))
    told += stream.close()
    events = pd.DataFrame([event for moment in told for event in moment.events], columns=list(EVENT_COLUMNS))
    hits, large = found_again(batch, events)
    back, mine = found_again(events, batch)
    solves = np.sort(cost)[-len(told) :]
    return {
        "kind": kind, "bursts_per_min": rate, "hits": hits, "batch": large, "back": back, "stream": mine,
        "mean_ms": float(np.mean(cost)), "solve_median_ms": float(np.median(solves)), "p99_ms": float(np.quantile(cost, 0.99)),
        "worst_ms": float(np.max(cost)),
    }  # fmt: skip


def main() -> None:
    """Run and print."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--minutes", type=float, default=10.0, help="of each recording (default 10)")
    asked.add_argument("-o", "--output", type=Path, help="write everything as JSON")
    args = asked.parse_args()
    told = Path("/proc/cpuinfo")
    names = [line.split(":")[1].strip() for line in told.read_text().splitlines() if "model name" in line] if told.exists() else []
    print(f"machine: {(names or [platform.machine()])[0]}, {os.cpu_count()} cores, Python {platform.python_version()}")
    one("poral", 0, 1.0, 5.0)  # compiles
    rows = [one(kind, 40 + i, args.minutes, rate) for kind in KINDS for i, rate in enumerate((4.0, 10.0))]
    table = pd.DataFrame(rows)
    print(table.round(2).to_string(index=False))
    parts = [(kind, table[table.kind == kind]) for kind in KINDS]
    for name, part in (*parts, ("first three kinds", table[table.kind.isin(KINDS[:3])]), ("all", table)):
        recall, precision = part.hits.sum() / part.batch.sum(), part.back.sum() / part.stream.sum()
        print(f"{name}: F1 against the whole recording {2 * recall * precision / (recall + precision):.3f}")
    mean, solve = table.mean_ms.mean(), table.solve_median_ms.median()
    print(f"an update: mean {mean:.2f} ms, a solve {solve:.2f} ms, 99 % below {table.p99_ms.max():.1f} ms")
    if args.output:
        args.output.write_text(json.dumps(rows, indent=1))


if __name__ == "__main__":
    main()
