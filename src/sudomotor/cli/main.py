"""The command `sudomotor`: its sub-commands, and what becomes of an error."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from sudomotor.cli import (
    backtest,
    cite,
    claims,
    compare,
    demo,
    diary,
    evidence_fit,
    evidence_mind,
    evidence_run,
    evidence_sham,
    forecast,
    identify,
    limits,
    live,
    measure,
    panic,
    parameters,
    plan,
    replay,
    run,
    session,
    stress,
    twin,
)
from sudomotor.cli.output import BAD_INPUT, print_error, say
from sudomotor.errors import InputError, SudomotorError

app = typer.Typer(
    name="sudomotor",
    help=(
        "A twin of a person who sweats too much: it fits a diary, forecasts, and plans the fewest sessions of tap-water "
        "iontophoresis that keep that person dry. Beneath it lies a simulator, from a course of treatment in words to a "
        "dry palm and back, and of the loop of sweat and fear; every claim about it is held against the evidence."
    ),
    epilog=("For research and education; agree a treatment with your clinician. Start with: sudomotor demo"),
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
evidence = typer.Typer(
    name="evidence",
    help="How far the predictions stand from what is published, what two sham arms can tell, and the calibration itself.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

# in the order of `--help`; the short lines fit a terminal of 80 columns
app.command("demo", short_help="From a made-up diary to a plan and a report: see it all.")(demo.demo)
app.add_typer(diary.app, name="diary", short_help="A diary kept by hand: begin one, check it.")
app.command("twin", short_help="Fit your diary: what is known of you, what to log next.")(twin.twin)
app.command("forecast", short_help="How likely you are to be dry, day by day; when it returns.")(
    forecast.forecast
)
app.command("replay", short_help="Your own past with a change: skipped weeks, less current.")(replay.replay)
app.command("plan", short_help="The fewest sessions that keep you dry, within the limits.")(plan.plan)
app.command("backtest", short_help="Whether forecasts from your diary beat a naive guess.")(backtest.backtest)
app.add_typer(limits.app, name="limits", short_help="What may be done to skin, and the safety questions.")
app.command("run", short_help="A course of treatment: when dry, how dry, until when.")(run.run)
app.command("session", short_help="One session: voltage, current in the ducts, acid, limits.")(
    session.session
)
app.command("stress", short_help="One stressful moment: threat, nerves, sweat, heart.")(stress.stress)
app.command("measure", short_help="Recordings of skin conductance: the nerve's bursts, with errors.")(
    measure.measure
)
app.command("live", short_help="The nerve's bursts while they happen, from a stream or a file.")(live.live)
app.command("panic", short_help="A panic model: what a block does, what returns after.")(panic.panic)
app.command("compare", short_help="Rival hypotheses: where they differ, what tells them apart.")(
    compare.compare
)
app.command("claims", short_help="What is claimed, what would decide it, what is known.")(claims.claims)
app.command("identify", short_help="How well a study could know each part of the loop.")(identify.identify)
app.command("parameters", short_help="Every parameter with its range, grade and source.")(
    parameters.parameters
)
app.command("cite", short_help="The sources that a run rests on.")(cite.cite)
app.add_typer(evidence, short_help="Predictions held against published findings; calibration.")
evidence.command("run", short_help="The published trials of iontophoresis.")(evidence_run.evidence_run)
evidence.command("mind", short_help="Published findings on stress, anxiety and sweat.")(
    evidence_mind.evidence_mind
)
evidence.command("sham", short_help="Why two sham arms differ, and what would tell.")(
    evidence_sham.evidence_sham
)
evidence.command("fit", short_help="Calibrate the parameters to the trials.")(evidence_fit.evidence_fit)

# typer's own usage errors, whichever click stands behind it
_ClickError: type[Exception] = next(
    cls for cls in typer.BadParameter.__mro__ if cls.__name__ == "ClickException"
)


def _version(asked: bool) -> None:
    if asked:
        from sudomotor import __version__

        typer.echo(f"sudomotor {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and leave.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Options that stand before any sub-command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code is 0, or 2 where the input cannot be used.

    >>> main(["parameters", "no_such_parameter", "--json"])  # doctest: +ELLIPSIS
    {
      "error": {
        "what": "unknown parameter 'no_such_parameter'",
    ...
    2
    """
    words = join_alternatives(list(sys.argv[1:] if arguments is None else arguments))
    as_json = "--json" in words
    try:
        code = app(words, prog_name="sudomotor", standalone_mode=False)
    except SudomotorError as error:
        return print_error(error, as_json)
    except typer.Abort:
        return 130
    except _ClickError as error:
        if type(error).__name__ == "NoArgsIsHelpError":  # nothing is wrong yet: the message is the help
            say(str(error.format_message()))  # type: ignore[attr-defined]
            return BAD_INPUT
        return print_error(_usage_error(error), as_json)
    return code if isinstance(code, int) else 0


def join_alternatives(words: list[str]) -> list[str]:
    """Let `--versus` of `run` and `forecast` take all the sentences that follow it, as the course itself does.

    Without a course before it, only the first sentence is the alternative's.

    >>> join_alternatives(["run", "A", "--versus", "B", "Then C", "--days", "9"])
    ['run', 'A', '--versus', 'B; Then C', '--days', '9']
    """
    if words[:1] == ["compare"]:
        return compare.join_hypotheses(words)
    if words[:1] not in (["run"], ["forecast"]):
        return words
    out, i = words[:1], 1
    while i < len(words):
        out.append(words[i])
        i += 1
        if out[-1] != "--versus" or len(out) == 2 or i >= len(words):
            continue
        end = i + 1
        while end < len(words) and not words[end].startswith("-") and not out[1].startswith("-"):
            end += 1
        out.append("; ".join(word.strip().rstrip(";.") for word in words[i:end]))
        i = end
    return out


def _usage_error(error: Exception) -> SudomotorError:
    """An unknown option, a missing argument or a word for a number, in the form of our own errors."""
    context = getattr(error, "ctx", None)
    where = context.command_path if context is not None else "sudomotor"
    what = error.format_message() if hasattr(error, "format_message") else str(error)
    return InputError(what.strip(), where=where, mend=f"{where} --help shows what is possible, with examples")
