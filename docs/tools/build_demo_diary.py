"""Write the bundled example diary: a virtual person's, so that nobody's data is shown.

    python docs/tools/build_demo_diary.py            # write src/sudomotor/diary/data/demo_diary.csv
    python docs/tools/build_demo_diary.py --find     # look for the person anew: the first whose diary shows a whole course
    python docs/tools/build_demo_diary.py --check    # exits with 1 if the file is not what this makes

The person is the first of the seed whose diary has some days before the first session, weighings and events, a clear fall
of the HDSS, and a break; how well a twin fits or forecasts it was not looked at.
"""

from __future__ import annotations

import argparse
import datetime
import sys
from itertools import pairwise
from pathlib import Path

from sudomotor.diary import Diary
from sudomotor.simulation.virtual_diary import virtual_people

TARGET = Path(__file__).resolve().parents[2] / "src" / "sudomotor" / "diary" / "data" / "demo_diary.csv"
SEED, PERSON = 1, 83
DAYS = 120
START = datetime.date(2025, 1, 6)
SEARCHED = 100


def made(indices: list[int]) -> list[Diary]:
    """Diaries of some of the seed's people."""
    people = virtual_people(1, SEED, days=DAYS, ahead=0, kind="mixed", start=START, indices=indices)
    return [person.diary for person in people]


def shows_a_course(diary: Diary) -> bool:
    """Whether a diary shows all that a twin is about."""
    sessions = [entry.date for entry in diary.sessions]
    answers = [(entry.date, entry.hdss) for entry in diary.entries if entry.hdss is not None]
    if len(sessions) < 20 or not any(entry.sweat_mg for entry in diary.entries):
        return False
    before = [hdss for date, hdss in answers if date <= sessions[0]]
    best = [hdss for date, hdss in answers if 21 <= (date - sessions[0]).days < 49]
    away = max((b - a).days for a, b in pairwise(sessions))
    events = any(entry.event for entry in diary.entries)
    return (
        (sessions[0] - START).days >= 4 and len(before) >= 3 and len(best) >= 5 and events and 12 <= away <= 28
        and sum(before) / len(before) - sum(best) / len(best) >= 1.0
    )  # fmt: skip


def text() -> str:
    """The file."""
    diary = made([PERSON])[0]
    head = (
        "# SYNTHETIC. This diary was made by a computer; nobody wrote it, and nobody should follow it.\n"
        f"# Made by docs/tools/build_demo_diary.py: virtual person {PERSON} of seed {SEED}, {DAYS} days, as poor as real "
        "diaries are.\n"
        "# dates: year-month-day\n# decimals: point\n"
    )
    return head + diary.to_csv_text()


def main() -> int:
    """Write, check or look."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--find", action="store_true")
    asked.add_argument("--check", action="store_true")
    args = asked.parse_args()
    if args.find:
        for i, diary in enumerate(made(list(range(SEARCHED)))):
            if shows_a_course(diary):
                print(f"person {i}: {len(diary.sessions)} sessions, {len(diary.readings)} readings")
        return 0
    content = text()
    if args.check:
        return int(not TARGET.exists() or TARGET.read_text("utf-8") != content)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_text(content, "utf-8")
    print(TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
