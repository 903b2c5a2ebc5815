"""The numbers behind the pages of the twin.

docs/data/twin_example.json holds one made-up diary worked through (examples/diary.csv), for the figures; it is made by
`build_pages.py --twin`. docs/data/twin.json holds what the benchmarks found. They run for hours, so they are run by
hand and put in:

    python docs/tools/twin_data.py sbc=sbc.json forecasts=forecasts.json strangers=strangers.json \
                                   closed_loop=closed_loop.json closed_loop_worth=worth.json speed=speed.json

Only the named parts are replaced. Rows of single people are left out. A part that is not there is told as "not run yet".
"""

from __future__ import annotations

import datetime
import json
import sys
from pathlib import Path
from typing import Any

from evidence_page import rounded

ROOT = Path(__file__).resolve().parents[2]
DIARY = ROOT / "examples" / "diary.csv"
DATA = ROOT / "docs" / "data" / "twin.json"
EXAMPLE = ROOT / "docs" / "data" / "twin_example.json"
PARTS = ("sbc", "forecasts", "strangers", "closed_loop", "closed_loop_worth", "speed")
DAYS = 90
SKIPPED = ("2025-02-02", "2025-02-15")  # the fortnight that the replay leaves out
_TOO_LONG = ("rows",)  # one entry a person: the benchmarks keep them, the pages do not need them


def read_data() -> dict[str, Any]:
    """What the benchmarks found; parts that were not run are missing."""
    return _read(DATA) if DATA.exists() else {}


def read_example() -> dict[str, Any]:
    """The example, worked through."""
    if not EXAMPLE.exists():
        raise SystemExit(f"{EXAMPLE.name} is missing; run: python docs/tools/build_pages.py --twin")
    return _read(EXAMPLE)


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def _write(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rounded(content), indent=1, ensure_ascii=False) + "\n", "utf-8")


def put_in(words: list[str]) -> None:
    """Put outputs of benchmarks, `part=file`, into the data."""
    data = read_data()
    for word in words:
        part, _, file = word.partition("=")
        if part not in PARTS or not file:
            raise SystemExit(f"'{word}' is no part and file; parts are {', '.join(PARTS)}")
        found = _read(Path(file))
        data[part] = {key: value for key, value in found.items() if key not in _TOO_LONG}
    _write(DATA, {part: data[part] for part in PARTS if part in data})


def collect_example() -> None:
    """Fit the example, forecast it, live through it again, plan for it."""
    from sudomotor import Answers, Diary, fit, forecast, plan, replay
    from sudomotor.report.twin_past import past_course

    diary = Diary.read(DIARY)
    print("fitting the example diary", file=sys.stderr)
    twin = fit(diary, method="laplace")
    past, site = past_course(twin, diary.sites[0]), diary.sites[0]
    ahead = {"as lately": forecast(twin, days=DAYS), "no sessions": forecast(twin, (), days=DAYS)}
    first, last = (datetime.date.fromisoformat(day) for day in SKIPPED)
    again = replay(twin, skip=(first, last))
    print("planning for it", file=sys.stderr)
    made = plan(twin, answers=Answers.all_no(diary.last, 34), today=diary.last, horizon_days=DAYS)
    content = {
        "diary": {
            "dates": [str(each) for each in past.dates],
            "answers": [[str(e.date), e.hdss] for e in diary.entries if e.hdss is not None],
            "sessions": [str(s.date) for s in diary.sessions],
            "site": site,
        },
        "check": twin.check.words,
        "shares": dict(twin.shares),
        "past": {"p": past.p_dry.tolist()},
        "forecast": {name: _ahead(each) for name, each in ahead.items()},
        "replay": {
            "label": again.label, "p": again.p_hdss_le_2.tolist(), "minutes": list(again.minutes),
            "difference": again.difference, "skipped": list(SKIPPED),
        },
        "plan": {
            key: value for key, value in made.to_dict().items()
            if key in ("sessions", "minutes_per_month", "p_goal", "dry_days_pct", "frontier", "reasons")
        },
        "labels": [
            {key: getattr(one, key) for key in ("name", "text", "minutes_per_month", "p_goal", "dry_days_pct")}
            for one in made.label_schedules
        ],
    }  # fmt: skip
    _write(EXAMPLE, content)


def _ahead(each: Any) -> dict[str, Any]:
    kept = ("course", "dates", "p_hdss_le_2", "p_hdss_le_2_low", "p_hdss_le_2_high", "relapse")
    found = {key: value for key, value in each.to_dict().items() if key in kept}
    return {**found, "sessions": [session.day for session in each.sessions]}


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    put_in(sys.argv[1:])
