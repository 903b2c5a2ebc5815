"""`sudomotor backtest`: a diary tests its own twin, against forecasts that know nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sudomotor.cli.diary import DayFirst, DecimalComma, File, Sheet
from sudomotor.cli.inputs import check_seed, read_person
from sudomotor.cli.options import Json, Seed, Who
from sudomotor.cli.output import Progress, print_json, show, show_answers

if TYPE_CHECKING:
    from rich.table import Table

    from sudomotor.twin.backtest_result import Backtest, Calibration


def backtest(
    file: File,
    horizon: Annotated[
        int | None,
        typer.Option("--horizon", metavar="DAYS", show_default=False, help="How far ahead.  (default: 28)"),
    ] = None,
    origins: Annotated[
        int | None,
        typer.Option(
            "--origins",
            metavar="N",
            show_default=False,
            help="Most days of the diary from which a forecast is made; each takes a fit.  (default: 8)",
        ),
    ] = None,
    site: Annotated[
        str | None,
        typer.Option(
            "--site",
            metavar="PLACE",
            show_default=False,
            help="palms, soles or axillae.  (default: the one with most answers)",
        ),
    ] = None,
    person: Who = None,
    method: Annotated[
        str,
        typer.Option(
            "--method", metavar="NAME", help="How the twin is fitted: auto, map, laplace, smc, nuts."
        ),
    ] = "auto",
    day_first: DayFirst = None,
    decimal_comma: DecimalComma = None,
    sheet: Sheet = None,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Score forecasts made from within a diary on what was written afterwards, beside the best simple guess.

    From several days of the diary the days before are fitted and the days after forecast. The sessions of those days are
    taken as known, their readings are not. The simple guess is the best of three on the days before: the last answer,
    the person's usual answers, and their answers on days after as much treatment.

    \b
    Examples:
      sudomotor backtest diary.csv
      sudomotor backtest diary.csv --horizon 14 --origins 4
      sudomotor backtest diary.csv --json
    """
    from sudomotor.course.lexicon import SITE_WORDS
    from sudomotor.diary import Diary
    from sudomotor.report.words import NOT_ADVICE
    from sudomotor.twin.backtest import backtest as run

    check_seed(seed)
    diary = Diary.read(file, day_first=day_first, decimal_comma=decimal_comma, sheet=sheet)
    from sudomotor.twin import fit, hdss_forecast
    from sudomotor.twin.backtest import site_of_diary

    place = site_of_diary(diary, None if site is None else SITE_WORDS.get(site.strip().lower(), site))
    who, notes = read_person(person, place)
    with Progress("fitting and forecasting") as progress:
        found = run(
            diary,
            fit=lambda known: fit(known, person=who, method=method, seed=seed),
            predict=lambda twin, sessions, days: hdss_forecast(twin, sessions, days, site=place),
            horizon_days=horizon,
            origins=origins,
            site=place,
            seed=seed,
            progress=progress.at,
        )
    if as_json:
        print_json({**found.to_dict(), "source": diary.source, "assumptions": notes, "note": NOT_ADVICE})
        return
    from rich.text import Text

    style = {True: "bold", False: "bold red", None: "bold yellow"}[found.beats_naive]
    show(Text(found.verdict, style=style), "")
    if found.readings:
        show(lead_table(found), "")
    show_answers(answers(found))
    if notes:
        show_answers([("What was assumed", "; ".join(notes) + ".")])
    show("", NOT_ADVICE)


def lead_table(found: Backtest) -> Table:
    """Scores by how far ahead, for a terminal."""
    from rich import box
    from rich.table import Table

    out = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for head in ("days ahead", "answers", "twin", "simple guess", "better by"):
        out.add_column(head, justify="left" if head == "days ahead" else "right")
    for lead in found.by_lead:
        out.add_row(
            f"{lead.from_day}-{lead.to_day}",
            f"{lead.answers}",
            f"{lead.crps:.2f}",
            f"{lead.crps_naive:.2f}",
            f"{100.0 * lead.skill:.0f} %",
        )
    out.add_row(
        "all",
        f"{len(found.readings)}",
        f"{found.crps:.2f}",
        f"{found.crps_naive:.2f}",
        f"{100.0 * found.skill:.0f} %",
    )
    return out


def answers(found: Backtest) -> list[tuple[str, str]]:
    """What was found, as questions and answers."""
    if found.calibration is None:
        tried = [f"{o.date}: {o.refused}" for o in found.origins if o.refused]
        return [("What could not be fitted", "; ".join(tried) + ".")] if tried else []
    each = ", ".join(f"{name} {score:.2f}" for name, score in found.naive_crps.items())
    used = [o for o in found.origins if not o.refused]
    told = [
        (
            "What the numbers are",
            "Mean distance between forecast and answer in points of HDSS (CRPS): 0 is perfect, lower is better. Simple "
            f"guesses: {each}; which of them counts was decided anew on each day's past.",
        ),
        (
            "How sure that is",
            f"In {100.0 * found.p_better:.0f} of 100 diaries resampled by weeks the twin is ahead; 90 % interval of "
            f"its lead {100.0 * found.skill_low:.0f} to {100.0 * found.skill_high:.0f} %.",
        ),
        (
            "Other scores",
            f"Log score {found.log_score:.2f} (simple guess {found.log_score_naive:.2f}); Brier score of HDSS <= 2 "
            f"{found.brier:.3f} ({found.brier_naive:.3f}). Lower is better.",
        ),
        ("Whether chances mean what they say", calibration_words(found.calibration)),
        (
            "What was done",
            f"{len(used)} forecasts of up to {found.horizon_days} days for the {found.site}, from {used[0].date} to "
            f"{used[-1].date}; {len(found.readings)} scores on {found.scored_days} days with an answer.",
        ),
    ]
    refused = [f"{o.date}: {o.refused}" for o in found.origins if o.refused]
    return [*told, ("What could not be fitted", "; ".join(refused) + ".")] if refused else told


def calibration_words(found: Calibration) -> str:
    """Coverage and reliability in sentences."""
    rows = "; ".join(
        f"said {100.0 * row.said:.0f} %, came {100.0 * row.happened:.0f} % ({row.count} days)"
        for row in found.reliability
    )
    return (
        f"{100.0 * found.covered_50:.0f} % of the answers fell within the twin's 50 % intervals, "
        f"{100.0 * found.covered_90:.0f} % within its 90 % intervals. HDSS of at most 2: {rows}."
    )
