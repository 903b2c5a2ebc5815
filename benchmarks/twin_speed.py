"""Time the twin: a gradient, a fit, the full posterior, a plan; and effective draws per second beside emcee.

    python benchmarks/twin_speed.py [-o speed.json] [--repeats 5] [--only gradient,fit,full,plan,emcee]
                                    [--people 5] [--replaybg PYTHON]

The diary is 120 days of a person drawn from the prior, who writes HDSS on about two days in three and weighs sweat on some.

(gradient) Value and gradient of its log posterior. (fit) The default: best point, Laplace, importance sampling, for one account
of the block and for all. (full) NUTS and the sequential sampler. (plan) The next 90 days. (replaybg) py_replay_bg fits the
twin of one day of glucose, for scale; PYTHON is an interpreter that has it.

(emcee) The same posterior, the same log density, on the diaries of several people; ratios are medians over them. emcee gets
the batched likelihood (`vectorize=True`), compiled for exactly its batch, and begins at draws of the Laplace Gaussian, for
which it is not charged. Everybody is charged for warming up (emcee: two autocorrelation times) and nobody for compiling. emcee
is run with the move that it has by default and with its mixture of differential evolution, and its effective draws are
counted by its own estimate or by that of chains, whichever is more. Effective draws are those of the trait that is known
worst; for importance sampling those of the weights (Kish), once with the draws that `fit` takes and once as for a twin of 8000
in place of 400; where its check is not passed, it is charged for the sampler that `fit` goes on to as well, and has the
draws of that.

Each figure is the median of the repeats, with the quickest beside it. Seconds are of the clock; `cpu` are those of the
processor, which other work on the machine disturbs less.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

DAYS = 120
LARGE = 4000.0  # effective draws that `fit` asks for where the twin is to hold 8000 people
GOALS = {
    "gradient": 5e-3,
    "fit of all accounts": 10.0,
    "nuts of all accounts": 300.0,
    "plan": 30.0,
    "ratio": 10.0,
}
PARTS = ("gradient", "fit", "full", "plan", "emcee")


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument(
        "--repeats", type=int, default=5, help="of the short timings (default 5); the long ones take fewer"
    )
    asked.add_argument("--people", type=int, default=5, help="diaries on which emcee is run too (default 5)")
    asked.add_argument("--only", default=",".join(PARTS), help=f"some of {', '.join(PARTS)}")
    asked.add_argument("--replaybg", help="a Python that has py_replay_bg, to time its own fit for scale")
    asked.add_argument("-o", "--output", type=Path, help="write everything as JSON")
    args = asked.parse_args()
    wanted = args.only.split(",")
    if wrong := [part for part in wanted if part not in PARTS]:
        asked.error(f"unknown part '{wrong[0]}'; known: {', '.join(PARTS)}")
    out: dict[str, Any] = {"machine": machine(), "load_before": os.getloadavg()[0], "days": DAYS}
    print(f"{out['machine']}, load {out['load_before']:.1f}")
    diary = written()
    out["readings"], out["sessions"] = len(diary.readings), len(diary.sessions)
    print(f"diary: {DAYS} days, {out['readings']} readings, {out['sessions']} sessions")
    done: dict[str, Callable[[Any, int], dict[str, Any]]] = {
        "gradient": gradient, "fit": quick_fit, "full": full, "plan": planned, "emcee": beside_emcee,
    }  # fmt: skip
    for part in wanted:
        out[part] = done[part](diary, args.people if part == "emcee" else args.repeats)
    if args.replaybg:
        out["replaybg"] = replaybg(args.replaybg)
    out["load_after"] = os.getloadavg()[0]
    print(f"load {out['load_after']:.1f}")
    if args.output:
        args.output.write_text(json.dumps(out, indent=1) + "\n", "utf-8")


def machine() -> str:
    """The machine in words."""
    told = Path("/proc/cpuinfo")
    lines = told.read_text("utf-8").splitlines() if told.exists() else []
    name = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.machine())
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}"


def written(person: int = 0) -> Any:
    """The diary that everything is timed on, or that of another person."""
    from sudomotor.twin.priors import COUNT, INDEX
    from sudomotor.twin.synthetic import synthetic_diary

    z = 0.7 * np.random.default_rng(person).normal(size=COUNT)
    z[INDEX["logging"]], z[INDEX["logging_fade"]] = 0.8, 0.0
    sessions = [(day, 15.0, 20.0) for day in range(14, DAYS, 3)]
    return synthetic_diary(z, sessions, days=DAYS, seed=person + 1, weigh_every_days=7)


def target_of(diary: Any, account: str = "charge") -> Any:
    """Its posterior under one account, ready to be evaluated."""
    from sudomotor.parameters import load
    from sudomotor.person import Person
    from sudomotor.twin.grid import grid
    from sudomotor.twin.likelihood import diary_data
    from sudomotor.twin.posterior import target
    from sudomotor.twin.priors import prior

    p, who, g = load(account=account), Person.preset("palmar hyperhidrosis"), grid(diary)
    of = prior(who, account, p)
    return target(diary_data(g, of, who, p), (of.stages_to_block, of.repair_stages), g.sites)


def timed(call: Callable[[], object], times: int) -> dict[str, float]:
    """Seconds by the clock (median, least) and of the processor (least) of several calls."""
    wall, cpu = [], []
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        call()
        wall.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    return {"median_s": statistics.median(wall), "least_s": min(wall), "cpu_s": min(cpu), "times": times}


def told(what: str, found: dict[str, float], goal: float | None = None, first: float | None = None) -> None:
    """One line of the table."""
    unit, scale = ("ms", 1e3) if found["median_s"] < 0.1 else ("s", 1.0)
    median, least, cpu = (scale * found[key] for key in ("median_s", "least_s", "cpu_s"))
    line = f"  {what}: {median:.2f} {unit} (least {least:.2f}, cpu {cpu:.2f})"
    if first is not None:
        line += f", first call {first:.1f} s"
    if goal is not None:
        line += f"; goal {scale * goal:g} {unit}: {'held' if found['median_s'] <= goal else 'MISSED'}"
    print(line, flush=True)


def first_of(call: Callable[[], object]) -> float:
    """Seconds of a call, compilation and all."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def gradient(diary: Any, repeats: int) -> dict[str, Any]:
    """Value and gradient of the log posterior at one point."""
    at = target_of(diary)
    z = 0.1 * np.ones((len(at.active), 1))
    first = first_of(lambda: at.value_and_gradient(z))
    found = timed(lambda: at.value_and_gradient(z), 40 * repeats)
    told(f"one gradient by {int(at.active.sum())} traits", found, GOALS["gradient"], first)
    many = 0.1 * np.random.default_rng(1).normal(size=(len(z), 1024))
    at.log_likelihood(many)
    batch = timed(lambda: at.log_likelihood(many), repeats)
    told("log likelihood of 1024 people", batch)
    return {"gradient": {**found, "first_s": first, "traits": int(at.active.sum())}, "batch_1024": batch}


def quick_fit(diary: Any, repeats: int) -> dict[str, Any]:
    """The default method, for one account and for all."""
    from sudomotor.twin import fit

    out = {}
    for what, accounts in (("one account", ("charge",)), ("all accounts", None)):
        made: list[Any] = []

        def run(accounts: Any = accounts, made: list[Any] = made) -> None:
            made.append(fit(diary, accounts=accounts, method="laplace"))

        first = first_of(run)
        found = timed(run, repeats)
        goal = GOALS["fit of all accounts"] if accounts is None else None
        told(f"fit of {what}", found, goal, first)
        check = made[-1].check
        print(f"    {check.words}")
        out[what] = {**found, "first_s": first, "pareto_k": check.pareto_k, "ess": check.ess}
    return out


def full(diary: Any, repeats: int) -> dict[str, Any]:
    """The full samplers: one account a few times, all accounts once by `fit`."""
    from sudomotor.twin import fit
    from sudomotor.twin.posterior import climb
    from sudomotor.twin.samplers import have_blackjax, nuts_chains, smc_populations

    at = target_of(diary)
    peak = climb(at)
    runs = {"nuts": lambda: nuts_chains(at, peak, seed=1)}
    if have_blackjax():
        runs["smc"] = lambda: smc_populations(at, seed=1)
    else:
        print("  smc: BlackJAX is not installed (pip install 'sudomotor[bayes]'), left out")
    out: dict[str, Any] = {}
    for name, run in runs.items():
        made: list[Any] = []
        first = first_of(lambda run=run, made=made: made.append(run()))
        found = timed(run, max(1, repeats // 2))
        one = made[-1]
        told(f"{name} of one account", found, None, first)
        print(
            f"    {one.ess:.0f} effective draws, R-hat {one.rhat:.3f}, divergent {one.divergent:.2%}, {one.evaluations} gradients"
        )
        out[f"{name} of one account"] = {
            **found, "first_s": first, "ess": one.ess, "rhat": one.rhat, "evaluations": one.evaluations,
        }  # fmt: skip
        whole = timed(lambda name=name: fit(diary, method=name), 1)
        told(f"{name} of all accounts", whole, GOALS["nuts of all accounts"])
        out[f"{name} of all accounts"] = whole
    return out


def planned(diary: Any, repeats: int) -> dict[str, Any]:
    """A plan of 90 days."""
    try:
        from sudomotor.planning import plan
    except ImportError as error:
        print(f"  plan: left out, {error}")
        return {"left_out": str(error)}
    from sudomotor.limits import Answers
    from sudomotor.twin import fit

    twin = fit(diary)
    answers = Answers.all_no(diary.last, 34)

    def run() -> object:
        return plan(
            twin, answers=answers, can_treat="Sun Wed Fri evenings", horizon_days=90, today=diary.last
        )

    first = first_of(run)
    found = timed(run, max(1, repeats // 2))
    told("plan of 90 days", found, GOALS["plan"], first)
    return {**found, "first_s": first}


def beside_emcee(diary: Any, people: int) -> dict[str, Any]:
    """Effective draws per second beside emcee, on this diary and those of other people."""
    if importlib.util.find_spec("emcee") is None:
        print("  emcee: not installed (pip install emcee), left out")
        return {"left_out": "emcee is not installed"}
    each = [one_beside_emcee(diary if i == 0 else written(i)) for i in range(people)]
    out: dict[str, Any] = {"each": each}
    print(f"  over {people} diaries:")
    for name in each[0]["ratios"]:
        cpu, wall = ([one["ratios"][name][key] for one in each] for key in ("cpu", "wall"))
        median = statistics.median(cpu)
        out[name] = {
            "median": median,
            "least": min(cpu),
            "most": max(cpu),
            "median_wall": statistics.median(wall),
        }
        held = "held" if median >= GOALS["ratio"] else "MISSED"
        print(
            f"  {name}: {median:.1f}x by the processor ({min(cpu):.1f} to {max(cpu):.1f}), "
            f"{statistics.median(wall):.1f}x by the clock; goal {GOALS['ratio']:g}x: {held}"
        )
    return out


def one_beside_emcee(diary: Any) -> dict[str, Any]:
    """The same for one diary, each way in turn."""
    import emcee

    from sudomotor.engine.scan import jax_library
    from sudomotor.twin.fit import sample
    from sudomotor.twin.likelihood import log_likelihood
    from sudomotor.twin.posterior import climb, importance
    from sudomotor.twin.samplers import ess_of, have_blackjax, nuts_chains, smc_populations

    jax = jax_library()
    at = target_of(diary)
    peak, index, count = climb(at), np.flatnonzero(at.active), len(at.active)
    density = jax.jit(lambda z, d: log_likelihood(z, d, at.has, *at.stages))
    root = np.linalg.cholesky(peak.covariance)
    walkers, steps = 128, 1200

    def log_p(a: Any) -> Any:
        """Log posterior of (walker, active trait), at exactly as many as emcee asks for."""
        z = np.zeros((count, len(a)))
        z[index] = a.T
        return np.asarray(density(z, at.data)) - 0.5 * np.sum(a * a, axis=1)

    moves = {
        "stretch": emcee.moves.StretchMove(),
        "differential evolution": [(emcee.moves.DEMove(), 0.8), (emcee.moves.DESnookerMove(), 0.2)],
    }

    def by_emcee(name: str) -> tuple[float, float, float]:
        rng = np.random.default_rng(1)
        begin = peak.z[index] + rng.normal(size=(walkers, len(index))) @ root.T
        sampler = emcee.EnsembleSampler(walkers, len(index), log_p, vectorize=True, moves=moves[name])
        np.random.seed(1)  # noqa: NPY002 - emcee draws from the global generator
        start, used = time.perf_counter(), time.process_time()
        sampler.run_mcmc(begin, steps)
        wall, cpu = time.perf_counter() - start, time.process_time() - used
        tau = float(np.max(sampler.get_autocorr_time(quiet=True, tol=0)))
        warm = min(int(2.0 * tau), steps // 2)
        chains = np.transpose(sampler.get_chain(discard=warm), (2, 1, 0))  # (trait, walker, step)
        return max(walkers * (steps - warm) / tau, ess_of(chains)), wall, cpu

    def by_default(**wanted: float) -> tuple[float, float, float]:
        start, used = time.perf_counter(), time.process_time()
        best = climb(at)
        found = importance(at, best, **wanted)
        if not found.trusted:
            found = sample(at, best, found, "auto", 1)
        print(f"      ({found.method})")
        return found.ess, time.perf_counter() - start, time.process_time() - used

    def by_nuts() -> tuple[float, float, float]:
        start, used = time.perf_counter(), time.process_time()
        found = nuts_chains(at, climb(at), seed=1)
        return found.ess, time.perf_counter() - start, time.process_time() - used

    log_p(np.zeros((walkers, len(index))))
    log_p(np.zeros((walkers // 2, len(index))))
    importance(at, peak)
    nuts_chains(at, peak, seed=1, samples=50)
    if have_blackjax():
        smc_populations(at, seed=1)
    ways: dict[str, Callable[[], tuple[float, float, float]]] = {
        "default": by_default, "default, 20 times the draws": lambda: by_default(enough=LARGE), "nuts": by_nuts,
        **{f"emcee, {name}": (lambda name=name: by_emcee(name)) for name in moves},
    }  # fmt: skip
    rows: dict[str, Any] = {}
    print(f"  {len(diary.readings)} readings:")
    for name, run in ways.items():
        ess, wall, cpu = run()
        rows[name] = {"ess": ess, "wall_s": wall, "cpu_s": cpu}
        print(f"    {name}: {ess:.0f} effective draws in {wall:.1f} s, {ess / wall:.1f} a second", flush=True)
    emcees = [name for name in rows if name.startswith("emcee")]
    ratios = {
        f"{ours} / {theirs}": {
            key: (rows[ours]["ess"] / rows[ours][f"{key}_s"]) / (rows[theirs]["ess"] / rows[theirs][f"{key}_s"])
            for key in ("wall", "cpu")
        }
        for ours in rows if ours not in emcees for theirs in emcees
    }  # fmt: skip
    return {"readings": len(diary.readings), "ways": rows, "ratios": ratios}


# its own example's settings (a day, meals and boluses, 5 minutes apart), on a day that is made up: the package comes without data
_REPLAYBG = """
import json, os, sys, tempfile, time
import numpy as np, pandas as pd
from py_replay_bg.py_replay_bg import ReplayBG

if __name__ == "__main__":
    n = 264
    minutes = 5.0 * np.arange(n)
    cho, bolus = np.zeros(n), np.zeros(n)
    meal, shot = np.full(n, "", dtype=object), np.full(n, "", dtype=object)
    for i, grams, units, label in ((65, 27.0, 3.4, "L"), (135, 20.0, 2.8, "D"), (185, 8.0, 1.5, "S")):
        cho[i], bolus[i], meal[i], shot[i] = grams, units, label, label
    glucose = 160 + 40 * np.sin(minutes / 150.0) + np.random.default_rng(1).normal(size=n) * 3
    data = pd.DataFrame(dict(t=pd.date_range("2027-05-11 06:00", periods=n, freq="5min"), glucose=glucose, cho=cho,
                             bolus=bolus, basal=0.025, bolus_label=shot, cho_label=meal))
    how, steps = sys.argv[1], int(sys.argv[2])
    more = {"n_steps": steps} if how == "mcmc" else {}
    with tempfile.TemporaryDirectory() as folder:
        rbg = ReplayBG(blueprint="multi-meal", save_folder=folder, yts=5, exercise=False, seed=1, verbose=False,
                       plot_mode=False)
        start = time.perf_counter()
        rbg.twin(data=data, bw=100.0, save_name="day", twinning_method=how, parallelize=True, u2ss=0.244, **more)
        print("SECONDS", time.perf_counter() - start)
"""
_STEPS_RUN, _STEPS_EXAMPLE = 100, 5000


def replaybg(python: str) -> dict[str, Any]:
    """py_replay_bg's own fit of one day: the best point, and its MCMC scaled up from a short run."""
    out: dict[str, Any] = {}
    for how in ("map", "mcmc"):
        done = subprocess.run(
            [python, "-c", _REPLAYBG, how, str(_STEPS_RUN)], capture_output=True, text=True, timeout=7200
        )
        line = next((each for each in done.stdout.splitlines() if each.startswith("SECONDS")), None)
        if line is None:
            out[how] = {"failed": (done.stderr.splitlines() or ["no output"])[-1]}
            print(f"  py_replay_bg, {how}: failed, {out[how]['failed']}")
            continue
        seconds = float(line.split()[1])
        out[how] = {"seconds": seconds}
        if how == "mcmc":
            scaled = seconds * _STEPS_EXAMPLE / _STEPS_RUN
            out[how] |= {"steps": _STEPS_RUN, "seconds_of_its_example": scaled}
            print(f"  py_replay_bg, mcmc: {seconds:.0f} s for {_STEPS_RUN} steps, {scaled / 60:.0f} minutes for the"
                  f" {_STEPS_EXAMPLE} of its example")  # fmt: skip
        else:
            print(f"  py_replay_bg, map: {seconds:.0f} s")
    return out


if __name__ == "__main__":
    sys.exit(main())
