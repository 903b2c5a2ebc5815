"""Forecasts of days 1 to 28 for virtual people that no twin has seen, beside the best naive forecaster.

    python benchmarks/twin/forecasts.py [--people 200] [--jobs 2] [--strangers 100] [-o forecasts.json]

People are drawn and lived by the full simulator, half of them under the default account of the block (charge), half
under a rival (acid, colloid, synaptic in turn), each with its own calibrated constants. Their diaries are poor: HDSS and
sessions, half of the days, missing not at random, slips; five to seventeen weeks long, for a forecast is wanted at any
time. What is forecast is the answer that the person would truly give on each of the 28 days, logged or not; the
sessions of those days are given to everybody. Two futures: `own`, the person goes on in their own way, breaks and all;
`changed`, another schedule begins (none at all, one to two a week, or four a week), which is what one asks a twin about.

The naive forecaster is the one that did best on the training days; the best of the three for the whole group and the best
for each person, both chosen in hindsight, which nobody could know, stand beside it. The ceiling is a forecaster who
knows everybody's body, scale and habits exactly, and only not what chance will bring. Strangers are people of a generator
that is not our model. Wanted: better than the naive for 70 % of people, by 15 % on average.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import Row, arguments, blocks, in_processes, machine, table, write

MECHANISMS = ("charge", "acid", "charge", "colloid", "charge", "synaptic")
AHEAD = 28
WEEKS = 4
LENGTHS = (35, 56, 77, 98, 119)  # of diaries in days; person i has that of place i modulo their number
# days ahead with a session, where the schedule changes: none, one or two a week, four a week
CHANGES = ((), tuple(range(2, AHEAD, 5)), tuple(d for d in range(AHEAD) if d % 7 in (0, 1, 3, 5)))
FUTURES = 30
PER_TASK = 10
FUTURE_WORDS = {"own": "goes on in their own way", "changed": "another schedule begins"}


def futures(
    source: str, future: str, indices: list[int], seed: int, days: int, kind: str
) -> list[tuple[Any, Any]]:
    """People of one length of diary with their future, and the ceiling's chances (day, 4)."""
    from sudomotor.simulation.planned import PlannedSession
    from sudomotor.simulation.virtual_diary import people_of
    from sudomotor.simulation.virtual_life import begin_lives
    from sudomotor.simulation.virtual_stranger import stranger_futures, stranger_people

    if source == "strangers":
        group = stranger_people(1, seed, days=days, ahead=AHEAD, kind=kind, indices=indices)
        ceiling = stranger_futures(
            [p.later.sessions for p in group], seed, days=days, ahead=AHEAD, indices=indices, kind=kind, draws=FUTURES
        )
        return with_ceiling(group, ceiling)
    lives = begin_lives(1, seed, mechanism=MECHANISMS, kind=kind, indices=indices).own_way(days)
    if future == "own":
        later = lives.own_way(AHEAD)
    else:
        plans = []
        for place, i in enumerate(indices):
            current, minutes = float(lives.habits.target_mA[place]), float(lives.habits.minutes[place])
            on = CHANGES[i % len(CHANGES)]
            plans.append([PlannedSession(d, current, minutes, lives.site) for d in on])
        later = lives.live(plans, AHEAD)
    group = people_of(later, days)
    ceiling = lives.futures([p.later.sessions for p in group], AHEAD, FUTURES)
    return with_ceiling(group, ceiling)


def with_ceiling(group: list[Any], ceiling: Any) -> list[tuple[Any, Any]]:
    """People with the ceiling's chances: one of none in so many futures is small, not none."""
    ceiling = (ceiling * FUTURES + 0.25) / (FUTURES + 1.0)
    return [(p, ceiling[:, i]) for i, p in enumerate(group)]


def people(
    source: str, future: str, indices: list[int], seed: int, days: int, kind: str, accounts: str, method: str
) -> list[Row]:
    """Draw, fit, forecast, score."""
    from sudomotor.twin import fit, hdss_forecast
    from sudomotor.twin.backtest import record_of
    from sudomotor.twin.naive import NAIVE, fit_naive
    from sudomotor.twin.scores import brier, crps_ordinal, log_score, pit_ordinal

    rows = []
    for person, ceiling in futures(source, future, indices, seed, days, kind):
        started = time.perf_counter()
        twin = fit(
            person.diary, method=method, accounts=None if accounts == "all" else tuple(accounts.split(","))
        )
        spent = time.perf_counter() - started
        chances = np.asarray(hdss_forecast(twin, person.later.sessions, AHEAD))
        record = record_of(person.diary, person.site)
        naive = fit_naive(record, AHEAD)
        held = np.zeros(AHEAD, dtype=bool)
        held[[each.day for each in person.later.sessions]] = True
        each = {name: naive.predict(held, name) for name in NAIVE}
        answer = person.later.hdss
        u = np.random.default_rng([seed, person.index]).random(AHEAD)
        chosen, dry = each[naive.chosen], np.clip(chances[:, :2].sum(axis=1), 0, 1)
        rows.append(
            {
                "source": source, "future": future, "person": person.index, "days": days, "mechanism": person.mechanism,
                "seconds": spent, "method": twin.check.method, "trusted": twin.check.passed, "shares": dict(twin.shares),
                "answers": int(np.count_nonzero(record.answer)), "sessions_ahead": len(person.later.sessions),
                "crps": crps_ordinal(chances, answer).tolist(), "chosen": naive.chosen,
                "naive": {name: crps_ordinal(p, answer).tolist() for name, p in each.items()},
                "ceiling": crps_ordinal(ceiling, answer).tolist(),
                "log": float(log_score(chances, answer).mean()), "log_naive": float(log_score(chosen, answer).mean()),
                "brier": float(brier(dry, answer).mean()),
                "brier_naive": float(brier(np.clip(chosen[:, :2].sum(axis=1), 0, 1), answer).mean()),
                "pit": pit_ordinal(chances, answer, u).tolist(), "truth": {k: float(v) for k, v in person.truth.items()},
            }
        )  # fmt: skip
    return rows


def summary(rows: list[Row]) -> dict[str, Any]:
    """Shares of people and mean skills."""
    from sudomotor.twin.scores import coverage, paired_bootstrap

    twin = np.array([np.mean(row["crps"]) for row in rows])
    chosen = np.array([np.mean(row["naive"][row["chosen"]]) for row in rows])
    names = list(rows[0]["naive"])
    each = {name: np.array([np.mean(row["naive"][name]) for row in rows]) for name in names}
    group_best = min(names, key=lambda name: each[name].mean())
    hindsight = np.min([each[name] for name in names], axis=0)
    against = {
        "chosen on training days": chosen,
        f"best for the group ({group_best})": each[group_best],
        "best for each in hindsight": hindsight,
    }
    found: dict[str, Any] = {"people": len(rows), "crps": float(twin.mean()), "against": {}}
    for name, other in against.items():
        skill = paired_bootstrap(twin, other)
        ratio = 1.0 - twin / np.maximum(other, 1e-9)
        found["against"][name] = {
            "crps": float(other.mean()), "beats_pct": float(100.0 * np.mean(twin < other)), "skill": skill.skill,
            "skill_low": skill.low, "skill_high": skill.high, "median_person": float(np.median(ratio)),
            "worst_tenth": float(np.quantile(ratio, 0.1)),
        }  # fmt: skip
    best = np.array([np.mean(row["ceiling"]) for row in rows])
    found["ceiling"] = {
        "crps": float(best.mean()), "beats_pct": float(100.0 * np.mean(best < chosen)),
        "skill": float(1.0 - best.mean() / chosen.mean()),
    }  # fmt: skip
    found["naive_crps"] = {name: float(values.mean()) for name, values in each.items()}
    lead_twin = np.mean([row["crps"] for row in rows], axis=0).reshape(WEEKS, -1).mean(axis=1)
    lead_naive = (
        np.mean([row["naive"][row["chosen"]] for row in rows], axis=0).reshape(WEEKS, -1).mean(axis=1)
    )
    found["skill_by_week"] = (1.0 - lead_twin / lead_naive).tolist()
    pit = np.concatenate([row["pit"] for row in rows])
    found |= {
        "covered_50": coverage(pit, 0.5), "covered_90": coverage(pit, 0.9),
        "log": float(np.mean([row["log"] for row in rows])), "log_naive": float(np.mean([row["log_naive"] for row in rows])),
        "brier": float(np.mean([row["brier"] for row in rows])),
        "brier_naive": float(np.mean([row["brier_naive"] for row in rows])),
        "seconds_median": float(np.median([row["seconds"] for row in rows])),
        "trusted": float(np.mean([row["trusted"] for row in rows])),
    }  # fmt: skip
    return found


def main() -> None:
    """Run and print the tables."""
    asked = arguments(__doc__ or "", 200)
    asked.add_argument("--strangers", type=int, default=100, help="people of another generator (default 100)")
    asked.add_argument(
        "--kind", default="poor", choices=("poor", "mixed", "good"), help="how well they are kept"
    )
    asked.add_argument(
        "--accounts",
        default="all",
        help="accounts that the twin weighs: all, or names with commas (default all)",
    )
    asked.add_argument("--method", default="auto", help="of the fit (default auto)")
    asked.add_argument(
        "--only", default="own,changed,strangers", help="of these, with commas: own, changed, strangers (default all)"
    )
    asked.add_argument("--days", type=int, choices=LENGTHS, help="only people whose diary has so many days (default all)")
    args = asked.parse_args()
    print(f"machine: {machine()}")
    tasks: list[tuple[Any, ...]] = []
    asked_for = {
        "own": ("own", "own", args.people), "changed": ("own", "changed", args.people),
        "strangers": ("strangers", "own", args.strangers),
    }  # fmt: skip
    for source, future, number in (asked_for[word] for word in args.only.split(",")):
        for place, days in enumerate(LENGTHS):
            if args.days not in (None, days):
                continue
            mine = list(range(place, number, len(LENGTHS)))
            tasks += [
                (source, future, mine[at], args.seed, days, args.kind, args.accounts, args.method)
                for block in blocks(len(mine), PER_TASK)
                for at in [slice(block[0], block[-1] + 1)]
            ]
    rows = in_processes(people, tasks, args.jobs, "people", args.keep, args.finished)
    groups = {}
    for future, words in FUTURE_WORDS.items():
        own = [row for row in rows if row["source"] == "own" and row["future"] == future]
        groups |= {
            f"virtual people, {words}": own,
            f"of these, default account, {words}": [row for row in own if row["mechanism"] == "charge"],
            f"of these, rival accounts, {words}": [row for row in own if row["mechanism"] != "charge"],
        }
    groups["strangers, in their own way"] = [row for row in rows if row["source"] == "strangers"]
    out: dict[str, Any] = {
        "machine": machine(),
        "arguments": {**vars(args), "output": None, "keep": None},
        "groups": {},
        "rows": rows,
    }
    for name, mine in groups.items():
        if not mine:
            continue
        found = summary(mine)
        out["groups"][name] = found
        print(f"\n{name}: {found['people']} people, CRPS of the twin {found['crps']:.3f}")
        table(
            (
                "beside the naive",
                "CRPS",
                "twin better, % of people",
                "mean skill",
                "90 % low",
                "high",
                "median person",
                "worst tenth",
            ),
            [
                (
                    who,
                    e["crps"],
                    e["beats_pct"],
                    e["skill"],
                    e["skill_low"],
                    e["skill_high"],
                    e["median_person"],
                    e["worst_tenth"],
                )
                for who, e in found["against"].items()
            ],
        )
        weeks = ", ".join(f"{100 * s:.0f} %" for s in found["skill_by_week"])
        ceiling = found["ceiling"]
        print(
            f"ceiling: who knows all but the future has a CRPS of {ceiling['crps']:.3f}, a skill of "
            f"{100 * ceiling['skill']:.1f} %, and is better for {ceiling['beats_pct']:.0f} % of people"
        )
        print(
            f"skill by week ahead: {weeks}; 50 % intervals cover {100 * found['covered_50']:.0f} %, 90 % "
            f"{100 * found['covered_90']:.0f} %; log score {found['log']:.3f} ({found['log_naive']:.3f}), Brier "
            f"{found['brier']:.3f} ({found['brier_naive']:.3f}); fits that pass their own check "
            f"{100 * found['trusted']:.0f} %, {found['seconds_median']:.1f} s each (median)"
        )
    print("\nwanted: better than the naive for at least 70 % of people, by at least 15 % on average")
    for name, found in out["groups"].items():
        row = found["against"]["chosen on training days"]
        print(f"  {name}: {row['beats_pct']:.1f} %, {100 * row['skill']:.1f} %")
    write(args.output, out)


if __name__ == "__main__":
    main()
