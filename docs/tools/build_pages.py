"""Make the generated pages of the documentation from the code.

    python docs/tools/build_pages.py              # what is quick: pages, figures, README
    python docs/tools/build_pages.py --evidence   # runs the evidence first (minutes): docs/data/evidence.json
    python docs/tools/build_pages.py --mind       # runs checks, claims and rival accounts first: docs/data/mind.json
    python docs/tools/build_pages.py --twin       # fits and plans for examples/diary.csv first: docs/data/twin_example.json
    python docs/tools/build_pages.py --kfold      # leaves each study out and fits the others again (long)
    python docs/tools/build_pages.py --check      # exits with 1 if a committed page is out of date

What the benchmarks of the twin found is put in by docs/tools/twin_data.py. Figures are not compared, for their bytes
depend on the version of matplotlib. The README excerpt is compared in the tests.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from commands import commands_page
from evidence_page import DATA, collect, collect_kfold, evidence_page, evidence_summary, read_data
from mind_data import DATA as MIND_DATA
from mind_data import collect as collect_mind
from mind_data import read_data as read_mind
from mind_pages import (
    checks_page,
    claims_page,
    convince_section,
    identify_section,
    sham_section,
    with_section,
)
from readme import README, with_excerpt
from tables import limits_page, parameters_page, symbols_page, write
from twin_data import EXAMPLE, collect_example, read_example
from twin_data import read_data as read_twin
from twin_pages import (
    closed_loop_section,
    forecasts_section,
    label_sources_section,
    labels_section,
    misses_section,
    sbc_section,
    speed_section,
    summary_section,
    traits_section,
    twin_file_page,
)

DOCS = Path(__file__).resolve().parents[1]


def pages() -> dict[Path, str]:
    """The generated pages, by path."""
    data, mind, twin = read_data(), read_mind(), read_twin()
    explained = DOCS / "explanation"
    told = {
        "twin.md": {
            "traits": traits_section(), "sbc": sbc_section(twin), "forecasts": forecasts_section(twin),
            "speed": speed_section(twin),
        },
        "planning.md": {
            "labels": labels_section(), "closed_loop": closed_loop_section(twin), "label_sources": label_sources_section(),
        },
        "failures.md": {"misses": misses_section(twin)},
    }  # fmt: skip
    tables = {"identify": identify_section(mind), "convince": convince_section(mind)}
    return {
        DOCS / "reference" / "cli.md": commands_page(),
        DOCS / "reference" / "parameters.md": parameters_page(),
        DOCS / "reference" / "symbols.md": symbols_page(),
        DOCS / "reference" / "limits.md": limits_page(),
        DOCS / "reference" / "twin-file.md": twin_file_page(),
        DOCS / "explanation" / "evidence.md": evidence_page(data),
        explained / "claims.md": claims_page(mind),
        explained / "mind-checks.md": checks_page(mind),
        explained / "sham.md": _filled(explained / "sham.md", {"sham": sham_section(mind)}),
        explained / "identifiability.md": _filled(explained / "identifiability.md", tables),
        **{explained / name: _filled(explained / name, sections) for name, sections in told.items()},
        README: _filled(README, {"evidence": evidence_summary(data), "twin": summary_section(twin)}),
    }


def _filled(path: Path, sections: dict[str, str]) -> str:
    """A page that is written by hand, with the sections that are not."""
    text = path.read_text("utf-8")
    for name, content in sections.items():
        text = with_section(text, name, content, path.name)
    return text


def check() -> int:
    """Compare the committed pages with what the code gives."""
    wrong = 0
    for path, text in pages().items():
        old = path.read_text("utf-8") if path.exists() else ""
        if old != text:
            wrong += 1
            name = path.relative_to(DOCS.parent)
            difference = difflib.unified_diff(
                old.splitlines(),
                text.splitlines(),
                f"{name} (committed)",
                f"{name} (from the code)",
                lineterm="",
                n=0,
            )
            print("\n".join(list(difference)[:20]))
    if wrong:
        print(f"{wrong} pages are out of date; run: python docs/tools/build_pages.py")
    return 1 if wrong else 0


def main() -> int:
    """Build or check."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--check", action="store_true", help="compare only")
    parser.add_argument("--evidence", action="store_true", help="run the evidence anew")
    parser.add_argument(
        "--mind", action="store_true", help="run the checks, claims and rivals of the mind anew"
    )
    parser.add_argument("--twin", action="store_true", help="work the example diary of the twin through anew")
    parser.add_argument("--kfold", action="store_true", help="fit without each study in turn")
    parser.add_argument("--budget", type=int, default=240, help="evaluations of each refit, for --kfold")
    parser.add_argument("--people", type=int, default=1000, help="virtual people of an arm, for --evidence")
    arguments = parser.parse_args()
    if arguments.check:
        return check()
    if arguments.evidence or not DATA.exists():
        collect(people=arguments.people)
    if arguments.mind or not MIND_DATA.exists():
        collect_mind()
    if arguments.twin or not EXAMPLE.exists():
        collect_example()
    if arguments.kfold:
        collect_kfold(budget=arguments.budget)
    from figures import draw_all

    draw_all(DOCS / "figures", read_data(), read_mind(), read_example())
    README.write_text(with_excerpt(README.read_text("utf-8")), "utf-8")
    for path, text in pages().items():
        write(path, text)
        print(path.relative_to(DOCS.parent))
    return 0


if __name__ == "__main__":
    sys.exit(main())
