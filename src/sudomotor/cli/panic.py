"""`sudomotor panic`: the panic model as a named scenario, with a block and its release."""

from __future__ import annotations

from typing import Annotated

import typer

from sudomotor.cli.inputs import check_seed, read_settings
from sudomotor.cli.options import Json, Seed, Settings
from sudomotor.cli.output import Progress, print_json, show, show_answers
from sudomotor.errors import InputError

_MOST_DAYS, _MOST_PATIENTS = 3650, 1000


def panic(
    days: Annotated[int, typer.Option("--days", metavar="N", help="Days to follow.")] = 84,
    patients: Annotated[int, typer.Option("--patients", metavar="N", help="Patients, all alike.")] = 8,
    schema: Annotated[
        float,
        typer.Option(
            "--schema", metavar="X", help="Arousal schema at the start: arousal means danger, 0 to 1."
        ),
    ] = 0.8,
    escape: Annotated[
        float,
        typer.Option("--escape", metavar="X", help="Escape schema at the start: I can get away, 0 to 1."),
    ] = 0.2,
    gain: Annotated[
        float,
        typer.Option("--gain", metavar="X", help="Share of arousal perceived in the block; 1 is no block."),
    ] = 0.5,
    from_day: Annotated[int, typer.Option("--from-day", metavar="N", help="Day the block begins.")] = 0,
    to_day: Annotated[int, typer.Option("--to-day", metavar="N", help="Day the block is released.")] = 42,
    cbt: Annotated[
        bool, typer.Option("--cbt", help="With cognitive behavioural therapy from the first day.")
    ] = False,
    no_gate: Annotated[
        bool, typer.Option("--no-gate", help="Let every day teach, not only days with fear.")
    ] = False,
    setting: Settings = None,
    seed: Seed = 1,
    as_json: Json = False,
) -> None:
    """Panic week by week in a published model: what hiding arousal does, and what comes back on release (hypothesis).

    \b
    Examples:
      sudomotor panic
      sudomotor panic --gain 1
      sudomotor panic --cbt --gain 0.8 --to-day 28
      sudomotor panic --no-gate --days 120 --patients 4 --json
    """
    from sudomotor.parameters import load, load_citations

    _whole("--days", days, _MOST_DAYS, 84)
    _whole("--patients", patients, _MOST_PATIENTS, 8)
    _fraction("--schema", schema, 0.8)
    _fraction("--escape", escape, 0.2)
    _fraction("--gain", gain, 0.5)
    check_seed(seed)
    blocks = gain != 1.0
    if blocks:
        _check_block(from_day, to_day, days)
    values, notes = read_settings(setting or [], load())
    from sudomotor.report import panic_words as words
    from sudomotor.report.words import NOT_ADVICE
    from sudomotor.simulation.panic import PanicHistory, panic_course

    def course(share: float) -> PanicHistory:
        return panic_course(
            days, patients=patients, seed=seed, schema_start=schema, escape_start=escape,
            gain=(share, from_day, to_day) if blocks else 1.0, cbt=cbt, gated=not no_gate, parameters=values,
        )  # fmt: skip

    with Progress("simulating the patients", 1 + blocks) as progress:
        history = course(gain)
        progress.step()
        free = course(1.0) if blocks else None
        progress.step()
    result = words.PanicResult(history, free, gain, from_day, to_day)
    source = load_citations()[words.SOURCE].text
    if as_json:
        content = {**words.to_dict(result), "assumptions": notes, "sources": {words.SOURCE: source}}
        print_json({**content, "note": NOT_ADVICE})
        return
    from rich.text import Text

    told = [
        f"{patients} patient{'s' if patients > 1 else ''} whose own arousal frightens them, {days} days",
        "with therapy" if cbt else "untreated",
        *(["every day teaches"] if no_gate else []),
    ]
    show(Text(f"{', '.join(told)}.", style="bold"))
    show(
        Text(
            "The mean; below it the range over patients. Schemas and avoidance 0 to 1, at the week's end.",
            style="dim",
        )
    )
    show("", words.weeks_table(result), "")
    show_answers([*words.summary(result), ("What this is", " ".join(words.MARKS))])
    if notes:
        show_answers([("What was assumed", "; ".join(notes) + ".")])
    show("", f"Source: {source}", "", NOT_ADVICE)


def _whole(name: str, value: int, most: int, usual: int) -> None:
    if not 1 <= value <= most:
        raise InputError(
            f"{name[2:]} must be a whole number from 1 to {most}, got {value}",
            where=name,
            mend=f"{name} {usual}",
        )


def _fraction(name: str, value: float, usual: float) -> None:
    if not 0.0 <= value <= 1.0:  # refuses nan too
        raise InputError(
            f"{name[2:]} must lie from 0 to 1, got {value:g}", where=name, mend=f"{name} {usual:g}"
        )


def _check_block(first: int, last: int, days: int) -> None:
    if not 0 <= first < days:
        raise InputError(
            f"the block begins on day {first}, and the course has days 0 to {days - 1}",
            where="--from-day",
            mend="--from-day 0, or --gain 1 for no block",
        )
    if last <= first:
        raise InputError(
            f"the block is released on day {last}, and begins on day {first}",
            where="--to-day",
            mend=f"--to-day {first + 42}, or --gain 1 for no block",
        )
