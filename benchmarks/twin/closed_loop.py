"""The planner in a closed loop against fixed label schedules, on virtual people whose parameters it does not know.

    python benchmarks/twin/closed_loop.py [--people 200] [--jobs 2] [--goal "HDSS <= 2 on 80 % of days"] [--first 0] [-o loop.json]

People are lived by the full simulator (half of them under a rival account of the block), and write poor diaries. After six
weeks in their own way everybody lives twelve weeks again and again: once by the planner, which fits the diary so far
and plans anew every two weeks, and once by each label schedule, at the current that the person finds comfortable. One in
five sessions is missed. All arms meet the same luck: weather, events, missed evenings. A dry day is one on which the
person would truly answer 1 or 2, logged or not.

The best label is the one with most dry days over the whole group, chosen in hindsight. Wanted: at as many dry days or
more, at least 25 % fewer minutes a month. Where the planner has fewer dry days, its minutes are also held against those that
the labels need for that many dry days (the lower hull of the labels). Who loses is shown.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))
from common import Row, arguments, blocks, in_processes, machine, table, write

MECHANISMS = ("charge", "acid", "charge", "colloid", "charge", "synaptic")
OWN_DAYS, STEP_DAYS, STEPS = 42, 14, 6
MONTH_DAYS = 365.25 / 12.0
PLANNER = "planner"


def people(
    indices: list[int], seed: int, goal: str, worth: float | None, accounts: str, method: str, effort: str
) -> list[Row]:
    """Live all arms for some people."""
    from sudomotor.planning.labels import labels
    from sudomotor.simulation.virtual_life import begin_lives

    days = STEP_DAYS * STEPS
    start = begin_lives(1, seed, mechanism=MECHANISMS, kind="poor", indices=indices).own_way(OWN_DAYS)
    arms, notes = {}, {}
    for name, label in labels().items():
        plans = [label_sessions(start, i, label, days) for i in range(start.n)]
        arms[name] = start.live(plans, days)
    arms["no treatment"] = start.live([[]] * start.n, days)
    arms["their own way"] = start.own_way(days)
    arms[PLANNER], notes = by_planner(start, seed, goal, worth, accounts, method, effort)
    rows = []
    for i in range(start.n):
        row: Row = {
            "person": indices[i], "mechanism": start.accounts[i], "notes": notes[i],
            "dry_before": float(np.mean(start.hdss[-14:, i] <= 2)), "arms": {},
        }  # fmt: skip
        for name, lived in arms.items():
            minutes = lived.minutes[-days:, i]
            row["arms"][name] = {
                "dry": float(np.mean(lived.hdss[-days:, i] <= 2)),
                "dry_last_four_weeks": float(np.mean(lived.hdss[-28:, i] <= 2)),
                "minutes_per_month": float(minutes.sum() / days * MONTH_DAYS),
                "sessions": int(np.count_nonzero(minutes)),
            }
        rows.append(row)
    return rows


def label_sessions(lives: Any, i: int, label: Any, days: int) -> list[Any]:
    """A label's sessions for one person: a course that is going on is continued, the current rises to what is comfortable."""
    from sudomotor.simulation.planned import PlannedSession

    held = np.flatnonzero(lives.of("held")[:, i] > 0)
    gap = lives.bodies.parameters.value("plan_course_gap_days")
    done, after = 0, lives.day
    for day in held[::-1]:
        if after - day > gap:
            break
        done, after = done + 1, int(day)
    top = float(lives.habits.target_mA[i])
    if label.current_mA is not None:
        top = min(top, label.current_mA)
    current = float(lives.of("current")[held[-1], i]) if len(held) else float(lives.habits.start_mA[i]) - 1.0
    out, last = [], -1
    for wanted in label.wanted(days, done):
        day = round(wanted)
        if day <= last or day >= days:
            continue
        current, last = min(current + 1.0, top), day
        out.append(PlannedSession(day, current, label.minutes_at(lives.site), lives.site))
    return out


def by_planner(
    start: Any, seed: int, goal: str, worth: float | None, accounts: str, method: str, effort: str
) -> tuple[Any, list[dict[str, Any]]]:
    """Twelve weeks by plans that are made anew every two weeks."""
    from sudomotor.errors import SudomotorError
    from sudomotor.limits import Answers
    from sudomotor.planning import plan
    from sudomotor.planning.labels import labels
    from sudomotor.simulation.planned import PlannedSession
    from sudomotor.twin import fit

    names = None if accounts == "all" else tuple(accounts.split(","))
    usual = next(iter(labels().values()))
    lives = start
    notes: list[dict[str, Any]] = [
        {"refused": [], "fallbacks": 0, "seconds_fit": 0.0, "seconds_plan": 0.0, "p_goal": []}
        for _ in range(start.n)
    ]
    before: list[Any] = [None] * start.n
    for _ in range(STEPS):
        plans: list[Sequence[Any]] = []
        for i in range(lives.n):
            diary, note = lives.diary(i), notes[i]
            try:
                began = time.perf_counter()
                twin = fit(diary, accounts=names, method=method)
                note["seconds_fit"] += time.perf_counter() - began
                began = time.perf_counter()
                made = plan(
                    twin, answers=Answers.all_no(diary.last, 27), goal=goal, worth_minutes=worth, today=diary.last, effort=effort,
                    previous=before[i], seed=seed,
                )  # fmt: skip
                note["seconds_plan"] += time.perf_counter() - began
            except SudomotorError as error:
                # what a person would do who is refused a plan: go on by the usual label
                note["refused"].append(error.what)
                plans.append([s for s in label_sessions(lives, i, usual, STEP_DAYS) if s.day < STEP_DAYS])
                continue
            before[i] = made
            note["fallbacks"] += int(made.fallback)
            note["p_goal"].append(float(made.p_goal))
            plans.append(
                [
                    PlannedSession(day, s.current_mA, s.minutes, s.site)
                    for s in made.sessions
                    if 0 <= (day := (s.date - diary.last).days - 1) < STEP_DAYS
                ]
            )
        lives = lives.live(plans, STEP_DAYS)
    return lives, notes


def hull_minutes(dry: float, labels: dict[str, tuple[float, float]]) -> float:
    """Least minutes a month for which a mixture of labels (and none) gives so many dry days; nan where none does."""
    points = sorted(labels.values())
    best = float("nan")
    for d0, m0 in points:
        for d1, m1 in points:
            if d0 <= dry <= d1:
                here = m1 if d1 == d0 else m0 + (m1 - m0) * (dry - d0) / (d1 - d0)
                best = here if np.isnan(best) else min(best, here)
    return best


def summary(rows: list[Row]) -> dict[str, Any]:
    """Means over the group, and who loses."""
    names = list(rows[0]["arms"])

    def of(name: str, what: str) -> np.ndarray:
        return np.array([row["arms"][name][what] for row in rows])

    arms = {
        name: {
            what: float(of(name, what).mean())
            for what in ("dry", "dry_last_four_weeks", "minutes_per_month", "sessions")
        }
        for name in names
    }
    fixed = [name for name in names if name not in (PLANNER, "no treatment", "their own way")]
    best = max(fixed, key=lambda name: arms[name]["dry"])
    mine, theirs = of(PLANNER, "minutes_per_month"), of(best, "minutes_per_month")
    dry, dry_best = of(PLANNER, "dry"), of(best, "dry")
    hull = hull_minutes(
        arms[PLANNER]["dry"],
        {n: (arms[n]["dry"], arms[n]["minutes_per_month"]) for n in (*fixed, "no treatment")},
    )
    loses = (dry < dry_best - 0.05) & (mine > 0.95 * theirs)
    return {
        "people": len(rows), "arms": arms, "best_label": best,
        "saves_pct": float(100.0 * (1.0 - mine.mean() / theirs.mean())),
        "more_dry_days_points": float(100.0 * (dry - dry_best).mean()),
        "hull_minutes_per_month": hull, "saves_of_hull_pct": float(100.0 * (1.0 - mine.mean() / hull)),
        "drier_or_equal_pct": float(100.0 * np.mean(dry >= dry_best)), "fewer_minutes_pct": float(100.0 * np.mean(mine < theirs)),
        "both_pct": float(100.0 * np.mean((dry >= dry_best) & (mine < theirs))),
        "loses_both_pct": float(100.0 * loses.mean()),
        "losers": [rows[i]["person"] for i in np.flatnonzero(loses)],
        "dry_difference_quantiles": np.quantile(dry - dry_best, [0.05, 0.25, 0.5, 0.75, 0.95]).tolist(),
        "minutes_ratio_quantiles": np.quantile(mine / np.maximum(theirs, 1e-9), [0.05, 0.25, 0.5, 0.75, 0.95]).tolist(),
        "refused": sum(len(row["notes"]["refused"]) for row in rows),
        "fallbacks": sum(row["notes"]["fallbacks"] for row in rows),
        "seconds_fit": float(np.mean([row["notes"]["seconds_fit"] for row in rows]) / STEPS),
        "seconds_plan": float(np.mean([row["notes"]["seconds_plan"] for row in rows]) / STEPS),
    }  # fmt: skip


def main() -> None:
    """Run and print the tables."""
    asked = arguments(__doc__ or "", 200)
    asked.add_argument("--goal", default="HDSS <= 2 on 80 % of days", help="of the plan")
    asked.add_argument(
        "--worth-minutes",
        type=float,
        default=None,
        help="plan by what a dry day may cost, not by the chance of the goal",
    )
    asked.add_argument(
        "--accounts", default="all", help="accounts that the twin weighs: all, or names with commas"
    )
    asked.add_argument("--method", default="auto", help="of the fit (default auto)")
    asked.add_argument(
        "--effort", default="quick", choices=("quick", "full"), help="of the plan (default quick)"
    )
    asked.add_argument(
        "--first", type=int, default=0, help="leave out so many people at the beginning (default 0)"
    )
    args = asked.parse_args()
    print(f"machine: {machine()}")
    tasks = [
        (
            [args.first + one for one in each],
            args.seed,
            args.goal,
            args.worth_minutes,
            args.accounts,
            args.method,
            args.effort,
        )
        for each in blocks(args.people - args.first, 4)
    ]
    rows = in_processes(people, tasks, args.jobs, "people", args.keep, args.finished)
    groups = {
        "all": rows,
        "default account": [row for row in rows if row["mechanism"] == "charge"],
        "rival accounts": [row for row in rows if row["mechanism"] != "charge"],
    }
    out: dict[str, Any] = {
        "machine": machine(),
        "arguments": {**vars(args), "output": None, "keep": None},
        "groups": {},
        "rows": rows,
    }
    for name, mine in groups.items():
        if not mine:
            continue
        found = replace_losers(summary(mine), mine)
        out["groups"][name] = found
        print(f"\n{name}: {found['people']} people, {STEP_DAYS * STEPS} days, goal '{args.goal}'")
        table(
            ("arm", "dry days %", "last 4 weeks %", "minutes a month", "sessions"),
            [
                (arm, 100 * e["dry"], 100 * e["dry_last_four_weeks"], e["minutes_per_month"], e["sessions"])
                for arm, e in sorted(found["arms"].items(), key=lambda pair: -pair[1]["dry"])
            ],
        )
        print(
            f"best label in hindsight: {found['best_label']}. The planner has {found['more_dry_days_points']:+.1f} points of dry "
            f"days and {found['saves_pct']:.1f} % fewer minutes; {found['saves_of_hull_pct']:.1f} % fewer than labels need for as "
            f"many dry days ({found['hull_minutes_per_month']:.0f} minutes a month).\n"
            f"Of people, {found['drier_or_equal_pct']:.0f} % are as dry or drier, {found['fewer_minutes_pct']:.0f} % spend fewer "
            f"minutes, {found['both_pct']:.0f} % both; {found['loses_both_pct']:.0f} % lose both (over 5 points of dry days, "
            f"and no minutes saved): {found['losers']}.\n"
            f"Dry days, planner less label (5, 25, 50, 75, 95 %): {rounded(found['dry_difference_quantiles'])}; ratio of minutes "
            f"{rounded(found['minutes_ratio_quantiles'])}. Refusals {found['refused']}, fallbacks {found['fallbacks']}; a fit "
            f"{found['seconds_fit']:.1f} s, a plan {found['seconds_plan']:.1f} s."
        )
    write(args.output, out)


def replace_losers(found: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
    """The summary with the account of each who loses."""
    of = {row["person"]: row["mechanism"] for row in rows}
    return {**found, "losers": [f"{person} ({of[person]})" for person in found["losers"]]}


def rounded(values: Sequence[float]) -> list[float]:
    """To two places."""
    return [round(float(each), 2) for each in values]


if __name__ == "__main__":
    main()
