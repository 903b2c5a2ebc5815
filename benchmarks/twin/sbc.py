"""Simulation-based calibration of the twin: does the fit find again what was put in, as often as it says?

    python benchmarks/twin/sbc.py [--people 200] [--jobs 2] [--arm prior --arm wider --arm other] [-o sbc.json]

People are drawn from the prior, the twin's own model writes their diaries (HDSS only, half of the days missing, missing
not at random), and they are fitted. Where the true value of a trait falls among the draws must then be even over
people (Talts et al. 2018). Tested for each trait by Kolmogorov-Smirnov with Bonferroni's correction; the 90 %
intervals must cover 84 to 95 %.

Arms: `prior` is the gate. `wider`: people half as far again from the middle as the prior says. `other`: the diary is
written under another account of the block than the one that is fitted (the constants of each as calibrated). The last
two tell what happens when the prior or the account is wrong; nothing is required of them.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import Row, arguments, blocks, in_processes, machine, table, write

ARMS = ("prior", "wider", "other")
DAYS = 120
WIDER = 1.5
RIVALS = ("acid", "colloid", "synaptic")
FITTED = "charge"
BAND = (0.84, 0.95)


def sessions(rng: np.random.Generator, days: int) -> list[tuple[int, float, float]]:
    """A course as a person would hold it: an induction with a rising current, then intervals, a holiday, some missed."""
    begin, length = int(rng.integers(0, 12)), int(rng.integers(14, 36))
    per_week, every = int(rng.integers(3, 6)), int(rng.integers(3, 15))
    current, top = float(rng.integers(5, 10)), float(rng.integers(10, 19))
    minutes = float(rng.choice([15.0, 20.0, 20.0, 30.0]))
    away = int(rng.integers(begin + length, days))
    away_until = away + int(rng.integers(7, 22))
    out = []
    for day in range(begin, days):
        into = day - begin
        if into < length:
            due = (into + 1) * per_week // 7 > into * per_week // 7
        else:
            due = (into - length) % every == 0 and not away <= day < away_until
        if due and rng.random() >= 0.2:
            out.append((day, current, minutes))
            current = min(current + 1.0, top)
    return out


def people(arm: str, indices: list[int], seed: int, method: str) -> list[Row]:
    """Draw, write, fit, rank."""
    from sudomotor.parameters import load
    from sudomotor.twin import fit
    from sudomotor.twin.priors import COUNT, NAMES, prior, values
    from sudomotor.twin.synthetic import synthetic_diary

    rows = []
    who = "palmar hyperhidrosis"
    for i in indices:
        rng = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x736263, i])))
        z = rng.standard_normal(COUNT) * (WIDER if arm == "wider" else 1.0)
        account = RIVALS[i % len(RIVALS)] if arm == "other" else FITTED
        diary = synthetic_diary(
            z, sessions(rng, DAYS), days=DAYS, seed=int(rng.integers(2**31)), account=account
        )
        of = prior(who, account, load(account=account))
        truth = values(z[:, None], of.middle, of.spread)
        started = time.perf_counter()
        twin = fit(diary, person=who, method=method, accounts=(FITTED,), seed=i + 1)
        spent = time.perf_counter() - started
        row: Row = {
            "arm": arm, "person": i, "seconds": spent, "method": twin.check.method, "pareto_k": twin.check.pareto_k,
            "ess": twin.check.ess, "trusted": twin.check.passed,
            "no_entry": 1.0 - len({entry.date for entry in diary.entries}) / DAYS, "rank": {}, "covered": {}, "active": [],
        }  # fmt: skip
        for name, active in zip(NAMES, twin.active, strict=True):
            draws, true = twin.traits[name], float(truth[name][0])
            below, equal = int((draws < true).sum()), int((draws == true).sum())
            row["rank"][name] = (below + rng.random() * (equal + 1)) / (len(draws) + 1)
            low, high = np.quantile(draws, [0.05, 0.95])
            row["covered"][name] = bool(low <= true <= high)
            if active:
                row["active"].append(name)
        rows.append(row)
    return rows


def summary(rows: list[Row]) -> dict[str, Any]:
    """Evenness and coverage of each trait that the diaries can say anything of."""
    from sudomotor.twin.scores import even_p

    names = [name for name in rows[0]["rank"] if any(name in row["active"] for row in rows)]
    ranks = {name: np.array([row["rank"][name] for row in rows]) for name in names}
    found = {
        name: {
            "p": even_p(ranks[name]),
            "covered_90": float(np.mean([row["covered"][name] for row in rows])),
            "covered_50": float(np.mean(np.abs(ranks[name] - 0.5) <= 0.25)),
            "mean_rank": float(ranks[name].mean()),
        }
        for name in names
    }
    least = min(each["p"] for each in found.values())
    all_covered = [each["covered_90"] for each in found.values()]
    return {
        "people": len(rows), "traits": found, "least_p": least, "least_p_bonferroni": min(1.0, least * len(found)),
        "covered_90": float(np.mean(all_covered)), "covered_90_least": min(all_covered), "covered_90_most": max(all_covered),
        "even": least * len(found) > 0.01, "inside_band": all(BAND[0] <= c <= BAND[1] for c in all_covered),
        "band_on_average": BAND[0] <= float(np.mean(all_covered)) <= BAND[1],
        "trusted": float(np.mean([row["trusted"] for row in rows])),
        "methods": {m: sum(row["method"] == m for row in rows) for m in {row["method"] for row in rows}},
        "ess_median": float(np.median([row["ess"] for row in rows])),
        "seconds_median": float(np.median([row["seconds"] for row in rows])),
        "no_entry": np.quantile([row["no_entry"] for row in rows], [0.05, 0.5, 0.95]).tolist(),
    }  # fmt: skip


def main() -> None:
    """Run the arms and print their tables."""
    asked = arguments(__doc__ or "", 200)
    asked.add_argument("--arm", action="append", choices=ARMS, help="may be repeated (default: all)")
    asked.add_argument("--method", default="auto", help="of the fit (default auto)")
    args = asked.parse_args()
    print(f"machine: {machine()}")
    out: dict[str, Any] = {
        "machine": machine(),
        "seed": args.seed,
        "method": args.method,
        "arms": {},
        "rows": [],
    }
    for arm in args.arm or ARMS:
        tasks = [(arm, each, args.seed, args.method) for each in blocks(args.people, 5)]
        rows = in_processes(people, tasks, args.jobs, f"arm '{arm}'", args.keep, args.finished)
        found = summary(rows)
        out["arms"][arm] = found
        out["rows"] += rows
        print(
            f"\narm '{arm}': {found['people']} people, {DAYS} days, days without an entry (5, 50, 95 %) {found['no_entry']}"
        )
        table(
            ("trait", "p", "90 % covers", "50 % covers", "mean rank"),
            [
                (name, each["p"], each["covered_90"], each["covered_50"], each["mean_rank"])
                for name, each in found["traits"].items()
            ],
        )
        print(
            f"least p {found['least_p']:.4f}, after Bonferroni {found['least_p_bonferroni']:.3f}; 90 % intervals cover "
            f"{100 * found['covered_90']:.1f} % on average, {100 * found['covered_90_least']:.1f} to "
            f"{100 * found['covered_90_most']:.1f} % by trait; fits that pass their own check "
            f"{100 * found['trusted']:.0f} %, {found['methods']}; effective draws (median) {found['ess_median']:.0f}; "
            f"{found['seconds_median']:.1f} s a fit (median)"
        )
        if arm == "prior":
            print(
                f"ranks even: {found['even']}; coverage within 84 to 95 %: every trait {found['inside_band']}, "
                f"average {found['band_on_average']}"
            )
    write(args.output, out)


if __name__ == "__main__":
    main()
