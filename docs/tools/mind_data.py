"""The numbers behind the pages of the mind: run once, kept in docs/data/mind.json."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evidence_page import rounded

DATA = Path(__file__).resolve().parents[1] / "data" / "mind.json"
SEED = 1
COURSE = ("Treat palms at 15 mA DC for 20 minutes, 5 times a week for 2 weeks", "Pause for 4 months")
DAYS = 120
ANXIOUS = "palmar hyperhidrosis with social anxiety"
# held against each other in the table; the pairs that the figure shows
ACCOUNTS = ("peripheral", "loop", "central", "expectation", "compensation")
SHOWN = (("peripheral", "loop"), ("loop", "central"), ("loop", "expectation"))
# drawn side by side over a course
DRAWN = ("peripheral", "loop", "reset")
LINES = 3  # measures in one panel of people per arm


def collect(*, people: int = 200) -> None:
    """Run all that the pages of the mind show."""
    data = {
        "seed": SEED,
        "people": people,
        "checks": _checks(),
        "claims": _claims(),
        "sham": _sham(),
        "identify": _identify(),
        "compare": _compare(people),
        "course": _course(people),
    }
    DATA.parent.mkdir(parents=True, exist_ok=True)
    DATA.write_text(json.dumps(rounded(data), indent=1, ensure_ascii=False) + "\n", "utf-8")


def read_data() -> dict[str, Any]:
    """The numbers of the last collection."""
    if not DATA.exists():
        raise SystemExit("docs/data/mind.json is missing; run: python docs/tools/build_pages.py --mind")
    found: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    return found


def _tell(what: str) -> None:
    print(f"\r{what:<70.70}", end="", file=sys.stderr, flush=True)


def _checks() -> list[dict[str, Any]]:
    from sudomotor.evidence.mind_checks import CHECKS
    from sudomotor.parameters import load

    p, rows = load(), []
    for one in CHECKS:
        _tell(f"checks of the mind: {one.__name__}")
        about = (one.__doc__ or "").strip().split("\n")[0]
        rows += [{**asdict(row), "holds": row.holds, "about": about} for row in one(p)]
    return rows


def _claims() -> dict[str, dict[str, Any]]:
    from sudomotor.evidence.claims_predict import predict

    found = predict(seed=SEED, progress=lambda claim: _tell(f"claims: {claim}"))
    keys = ("measure", "unit", "on", "off", "reason")
    return {one.claim.id: {key: getattr(one, key) for key in keys} for one in found}


def _sham() -> dict[str, Any]:
    from sudomotor.evidence.sham import CAUSES, apportion, what_would_identify

    _tell("sham arms")
    found = apportion(seed=SEED)
    return {
        "causes": list(CAUSES),
        "studies": dict(found.published_log),
        "parts": [
            {
                "study": one.study, "cause": one.cause, "prior": asdict(one.prior), "posterior": asdict(one.posterior),
                "share": None if one.share is None else asdict(one.share),
            }
            for one in found.parts
        ],
        "weight": [asdict(one) for one in found.weight_of_expectation],
        "unknowns": list(found.unknowns),
        "rank": found.rank,
        "determined": found.determined,
        "notes": list(found.notes),
        "designs": [
            {"name": one.design.name, "width": one.width, "of_prior": one.of_prior} for one in what_would_identify(seed=SEED)
        ],
    }  # fmt: skip


def _identify() -> dict[str, Any]:
    from sudomotor.evidence.identify import identify

    _tell("what a study could tell")
    return identify().to_dict()


def _compare(people: int) -> dict[str, Any]:
    from sudomotor.course import Course
    from sudomotor.evidence.compare import compare
    from sudomotor.report.compare_words import claims_apart, heads, measure_words, rows

    _tell("rival accounts")
    found = compare(
        "palmar hyperhidrosis", Course(*COURSE), list(ACCOUNTS), days=DAYS, people=people, seed=SEED
    )
    pairs = []
    for pair in found.pairs:
        best = [each for each in found.of_pair(pair, one_each=True) if each.worth][:LINES]
        curves = []
        for each in best if pair in SHOWN else ():
            curve = next(
                c for c in found.curves if (c.pair, c.measure, c.design) == (pair, each.measure, each.design)
            )
            curves.append(
                {
                    "measure": measure_words(each.measure), "day": each.day, "n": each.n_per_arm, "study": each.design,
                    "n_per_arm": curve.n_per_arm.tolist(),
                }
            )  # fmt: skip
        pairs.append(
            {
                "pair": list(pair), "differ": claims_apart(found, pair), "heads": list(heads(found, pair)),
                "rows": [list(row) for row in rows(found, pair)], "curves": curves,
            }
        )  # fmt: skip
    return {
        "pairs": pairs,
        "most": found.parameters.value("study_most_per_arm"),
        "person": "palmar hyperhidrosis",
    }


def _course(people: int) -> dict[str, Any]:
    import numpy as np

    from sudomotor.course import Course
    from sudomotor.model import Hypotheses
    from sudomotor.simulation import simulate

    found: dict[str, Any] = {}
    for name in DRAWN:
        _tell(f"a course under {name}")
        history = simulate(
            ANXIOUS, Course(*COURSE), days=DAYS, people=people, seed=SEED, hypotheses=Hypotheses.parse(name)
        )
        values = {
            "threat": history.mind.threat,
            "avoidance": 100.0 * history.mind.avoidance,
            "palms": 100.0 * history.sweat_of("palms") / history.sweat_of("palms")[0],
            "soles": 100.0 * history.sweat_of("soles") / history.sweat_of("soles")[0],
        }
        found[name] = {key: np.median(each, axis=1).tolist() for key, each in values.items()}
        held = np.flatnonzero(history.session.mean(axis=1) > 0)
    print(file=sys.stderr)
    return {"sessions": held.tolist(), "of": found}
