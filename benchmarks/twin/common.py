"""What the twin's benchmarks share: the machine in words, work in processes, tables, JSON."""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

Row = dict[str, Any]


def arguments(text: str, people: int) -> argparse.ArgumentParser:
    """Options that all of them have."""
    asked = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=people, help=f"virtual people (default {people})")
    asked.add_argument("--jobs", type=int, default=2, help="processes (default 2)")
    asked.add_argument("--seed", type=int, default=2026, help="of the draw of people")
    asked.add_argument("-o", "--output", type=Path, help="write everything as JSON")
    asked.add_argument("--keep", type=Path, help="folder for finished parts: a run that was stopped goes on from them")
    asked.add_argument("--finished", action="store_true", help="only sum up what lies in that folder")
    return asked


def machine() -> str:
    """The machine in words."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    name = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.machine())
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def quiet_start() -> None:
    """One thread a process: the processes share the cores."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")


def in_processes(
    work: Callable[..., list[Row]],
    tasks: Sequence[tuple[Any, ...]],
    jobs: int,
    label: str,
    keep: Path | None = None,
    finished: bool = False,
) -> list[Row]:
    """Rows of all tasks, in their order; a line on stderr says how far it is. A task that fails ends the run.

    With `keep`, the rows of each finished task lie in that folder under a name made of the task, and are taken from there; with
    `finished` the others are left out.
    """
    started = time.perf_counter()
    found: dict[int, list[Row]] = {}
    files = [_kept_at(keep, label, task) for task in tasks]
    for i, file in enumerate(files):
        if file is not None and file.exists():
            found[i] = json.loads(file.read_text("utf-8"))
    before = len(found)

    def done(i: int, rows: list[Row]) -> None:
        file = files[i]
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps(plain(rows)), "utf-8")
        # what was kept and what is new must be alike, so both go through JSON
        found[i] = json.loads(json.dumps(plain(rows)))
        spent = time.perf_counter() - started
        left = spent / (len(found) - before) * (len(tasks) - len(found))
        sys.stderr.write(
            f"\r{label}: {len(found)} of {len(tasks)} parts, {spent:.0f} s, about {left:.0f} s left   "
        )
        sys.stderr.flush()

    todo = [i for i in range(len(tasks)) if i not in found]
    if finished and todo:
        print(f"{len(found)} of {len(tasks)} parts are finished; the others are left out")
        todo = []
    if jobs == 1:
        for i in todo:
            done(i, work(*tasks[i]))
    else:
        with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=quiet_start) as pool:
            waiting = {pool.submit(work, *tasks[i]): i for i in todo}
            for future in as_completed(waiting):
                done(waiting[future], future.result())
    sys.stderr.write("\n")
    return [row for i in range(len(tasks)) for row in found.get(i, [])]


def _kept_at(keep: Path | None, label: str, task: tuple[Any, ...]) -> Path | None:
    if keep is None:
        return None
    name = hashlib.sha256(repr((label, task)).encode()).hexdigest()[:20]
    return keep / f"{name}.json"


def blocks(people: int, size: int) -> list[list[int]]:
    """Indices 0 … people-1 in blocks.

    >>> blocks(5, 2)
    [[0, 1], [2, 3], [4]]
    """
    return [list(range(i, min(i + size, people))) for i in range(0, people, size)]


def table(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table; numbers to three places."""
    cells = [[each if isinstance(each, str) else number(each) for each in row] for row in rows]
    widths = [max(len(head), *(len(row[i]) for row in cells)) for i, head in enumerate(heads)]
    for row in [list(heads), ["-" * w for w in widths], *cells]:
        print(
            "  ".join(
                f"{cell:<{w}}" if i == 0 else f"{cell:>{w}}"
                for i, (cell, w) in enumerate(zip(row, widths, strict=True))
            )
        )


def number(value: float) -> str:
    """A number for a table."""
    if isinstance(value, int):
        return str(value)
    return "-" if math.isnan(value) else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def plain(value: Any) -> Any:
    """Plain values for JSON; numbers that are none become null."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def write(path: Path | None, content: Row) -> None:
    """Write the JSON, if it is asked for."""
    if path is not None:
        path.write_text(json.dumps(plain(content), indent=1) + "\n", "utf-8")
        print(f"written: {path}")
