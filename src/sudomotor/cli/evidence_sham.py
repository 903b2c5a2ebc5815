"""`sudomotor evidence sham`: two sham arms, six causes, and what would tell them apart."""

from __future__ import annotations

from typing import Annotated

import typer

from sudomotor.cli.inputs import check_seed
from sudomotor.cli.options import Json, Seed
from sudomotor.cli.output import Progress, print_json, show, show_answers
from sudomotor.errors import InputError

_DRAWS = 6000
_LEAST, _MOST = 100, 60_000
_DESIGN_DRAWS = 20_000  # at so many draws of the apportionment as are usual, in proportion else


def evidence_sham(
    draws: Annotated[
        int,
        typer.Option("--draws", metavar="N", help="Draws of what is unknown; more take longer."),
    ] = _DRAWS,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Apportion two sham arms, −39 % and −1 %, among belief, habit, water and chance; say what would tell them apart.

    \b
    Examples:
      sudomotor evidence sham
      sudomotor evidence sham --json > sham.json
    """
    from sudomotor.evidence.sham import apportion, what_would_identify
    from sudomotor.parameters import load_citations
    from sudomotor.report import sham_words as words
    from sudomotor.report.words import NOT_ADVICE

    if not _LEAST <= draws <= _MOST:
        raise InputError(
            f"the draws must be a whole number from {_LEAST} to {_MOST}, got {draws}",
            where="--draws",
            mend=f"--draws {_DRAWS}",
        )
    check_seed(seed)
    with Progress("apportioning the sham arms, and trying designs", 2) as progress:
        found = apportion(draws=draws, seed=seed)
        progress.step()
        designs = what_would_identify(draws=draws * _DESIGN_DRAWS // _DRAWS, seed=seed)
        progress.step()
    cited = load_citations()
    sources = {study: cited[study].text for study in found.published_log}
    if as_json:
        print_json({**words.to_dict(found, designs), "sources": sources, "note": NOT_ADVICE})
        return
    from rich.text import Text

    for study in found.published_log:
        show(Text(f"{words.study_line(found, study)}.", style="bold"), words.parts_table(found, study), "")
    show(
        "Below each median the middle 90 %, before (prior) and after (posterior) what the two studies printed. A share is of the "
        "printed log change; it is left out where that is smaller than its own chance error.",
        "",
    )
    show_answers(
        [
            ("The causes", "\n".join(f"{cause}: {text}" for cause, text in words.CAUSE_WORDS.items())),
            ("What two arms can tell", words.verdict(found)),
        ]
    )
    show("", Text("What would tell expectation from the rest", style="bold"))
    show(words.designs_table(designs), "", words.designs_line(designs), "")
    show_answers(
        [
            ("What was assumed", "\n".join(f"{note[0].upper()}{note[1:]}." for note in found.notes)),
            ("Sources", "\n".join(f"{key}: {text}" for key, text in sources.items())),
        ]
    )
    show("", NOT_ADVICE)
