"""`sudomotor limits`: the library of limits, and the safety questions that stand before any plan."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.options import Json
from sudomotor.cli.output import print_json, say, show, show_answers, show_path

if TYPE_CHECKING:
    from sudomotor.limits import Answers, Limit, Question, Screening

app = typer.Typer(
    name="limits",
    add_completion=False,
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
Sites = Annotated[
    list[str] | None,
    typer.Option(
        "--site",
        metavar="SITE",
        show_default=False,
        help="palms, soles or axillae; may be repeated.  (default: all)",
    ),
]
_TITLES = {
    "ceiling": "Safety ceilings: past one lies injury",
    "limit": "Limits: not to be passed at home",
    "advice": "Advice: worth knowing",
}


@app.callback()
def limits(
    ctx: typer.Context,
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            metavar="KIND",
            show_default=False,
            help="Only those of a kind: standard, label, trial or judgement.  (default: all)",
        ),
    ] = None,
    site: Sites = None,
    as_json: Json = False,
) -> None:
    """Every limit: value, unit, source, kind and reason; and the safety questions (ask, check).

    No prediction moves a limit. What is not answered refuses.

    \b
    Examples:
      sudomotor limits
      sudomotor limits --kind label --site palms
      sudomotor limits --json
      sudomotor limits ask -o answers.toml
      sudomotor limits check answers.toml
    """
    if ctx.invoked_subcommand is not None:
        from sudomotor.errors import InputError

        if kind is not None or site:
            raise InputError(
                "--kind and --site before the sub-command choose from the table of limits",
                where=f"sudomotor limits {ctx.invoked_subcommand}",
                mend=f"sudomotor limits {ctx.invoked_subcommand} --site palms",
            )
        ctx.obj = as_json
        return
    from sudomotor.errors import unknown
    from sudomotor.limits import KINDS, SITES, Limits
    from sudomotor.limits.questions import sites_of

    if kind is not None and kind not in KINDS:
        raise unknown("kind", kind, KINDS, where="--kind")
    wanted = set(sites_of(site)) if site else set(SITES)
    chosen = [
        one
        for one in Limits.default().values()
        if (kind is None or one.kind == kind) and wanted & set(one.sites)
    ]
    if as_json:
        print_json({"limits": [_plain(one) for one in chosen]})
    else:
        _show(chosen)


def _plain(one: Limit) -> dict[str, Any]:
    return {
        "name": one.name,
        "quantity": one.quantity,
        "relation": one.relation,
        "value": one.value,
        "unit": one.unit,
        "kind": one.kind,
        "severity": one.severity,
        "source": list(one.source),
        "text": one.text,
        "risk": one.risk,
        "sites": list(one.sites),
        "age_from_years": one.age_from,
        "age_below_years": one.age_below,
        "frequency_above_Hz": one.frequency_above_Hz,
        "frequency_up_to_Hz": one.frequency_up_to_Hz,
        "skin": one.skin,
    }


def _show(chosen: list[Limit]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from sudomotor.limits import QUANTITIES, SCHEDULE_QUANTITIES, SEVERITIES

    meanings = {**QUANTITIES, **SCHEDULE_QUANTITIES}
    for severity in reversed(SEVERITIES):
        found = [one for one in chosen if one.severity == severity]
        if found:
            show(Text(_TITLES[severity], style="bold"), "")
        for one in found:
            must = f"at {'most' if one.relation == '<=' else 'least'} {one.value:g} {_unit(one.unit)}".strip()
            if one.unit in ("1", "%"):  # a bare number says too little
                must += f" ({meanings[one.quantity][1]})"
            show(Text.assemble((one.name, "bold"), f"  {must}"))
            told = f"{one.text}." + (f" Risk: {one.risk}." if one.risk else "")
            where = "; ".join((*_where(one), one.kind, ", ".join(one.source)))
            show(Padding(Text(told), (0, 0, 0, 2)), Padding(Text(where, style="dim"), (0, 0, 0, 2)))
        if found:
            show("")
    show(
        f"{len(chosen)} limits. `sudomotor cite` lists the sources; `sudomotor limits ask` asks the safety questions."
        if chosen
        else "No limit is of that kind there."
    )


def _unit(unit: str) -> str:
    return {"1": "", "1/d": "a day", "1/week": "in seven days", "d": "days", "years": "years"}.get(unit, unit)


def _where(one: Limit) -> list[str]:
    """Where a limit applies, in words; nothing where it is everywhere."""
    from sudomotor.limits import SITES

    found = []
    if one.sites != SITES:
        found.append(", ".join(one.sites))
    if one.age_from > 0:
        found.append(f"from {one.age_from:g} years")
    if one.age_below < float("inf"):
        found.append(f"under {one.age_below:g} years")
    if one.frequency_up_to_Hz == 0:
        found.append("direct current")
    elif one.frequency_above_Hz > float("-inf"):
        top = f" to {one.frequency_up_to_Hz:g}" if one.frequency_up_to_Hz < float("inf") else ""
        found.append(f"over {one.frequency_above_Hz:g}{top} Hz")
    return found


@app.command("ask", short_help="The safety questions: asked here, or written to a file.")
def ask(
    ctx: typer.Context,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE.toml",
            show_default=False,
            help="Write the questions and the answers to this file.  (default: nothing is written)",
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers",
            metavar="FILE.toml",
            show_default=False,
            help="Take the answers of this file; only open questions are asked.",
        ),
    ] = None,
    site: Sites = None,
    blank: Annotated[bool, typer.Option("--blank", help="Ask nothing: write empty answers.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
    as_json: Json = False,
) -> None:
    """Ask what speaks against treatment, and say what the answers refuse.

    In a terminal the questions are asked one by one; press Enter to leave one open. Where nobody can be asked, -o writes
    the file with empty answers. A question that is not answered refuses treatment.

    \b
    Examples:
      sudomotor limits ask
      sudomotor limits ask -o answers.toml --site palms
      sudomotor limits ask -o answers.toml --blank
      sudomotor limits ask --answers answers.toml --json
    """
    from sudomotor.errors import InputError
    from sudomotor.limits import SITES, Answers
    from sudomotor.limits.questions import sites_of

    as_json = as_json or bool(ctx.obj)
    sites = sites_of(site) if site else SITES
    if blank and (answers is not None or output is None):
        raise InputError(
            "--blank writes empty answers to a file",
            where="--blank",
            mend="sudomotor limits ask -o answers.toml --blank, without --answers",
        )
    if output is not None and output.exists() and not force:
        raise InputError(
            f"there is a file {output} already",
            where="-o",
            mend=f"choose another name, or add --force; `sudomotor limits check {output}` reads it",
        )
    given = Answers.read(answers) if answers is not None else Answers(None)
    asking = not blank and _can_ask() and (answers is None or output is not None)
    if asking:
        given = _ask(given, sites)
    elif answers is None and output is None:
        raise InputError(
            "nobody can be asked: this is no terminal",
            where="sudomotor limits ask",
            mend="sudomotor limits ask -o answers.toml writes the questions; fill them in with any editor",
        )
    if output is not None:
        _write(output, Answers.template_text(given, sites))
    _tell(given, sites, output or answers, as_json, written=output is not None)


@app.command("check", short_help="What the answers of a file refuse, and why.")
def check(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", show_default=False, help="The answers.")],
    site: Sites = None,
    as_json: Json = False,
) -> None:
    """Read answers to the safety questions, and say what they refuse and why.

    \b
    Examples:
      sudomotor limits check answers.toml
      sudomotor limits check answers.toml --site palms
      sudomotor limits check answers.toml --json
    """
    from sudomotor.limits import SITES, Answers
    from sudomotor.limits.questions import sites_of

    _tell(
        Answers.read(file), sites_of(site) if site else SITES, file, as_json or bool(ctx.obj), written=False
    )


def _today() -> datetime.date:
    return datetime.date.today()


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _ask(given: Answers, sites: tuple[str, ...]) -> Answers:
    """The open questions, one by one."""
    from dataclasses import replace

    from sudomotor.limits.questions import questions_at

    say("Answer yes or no; press Enter where you do not know. The answers stay on this computer.", "")
    for each in questions_at(sites):
        if given[each.id] is None:
            given = _ask_one(given, each)
    return replace(given, date_answered=_today())


def _ask_one(given: Answers, asked: Question) -> Answers:
    from sudomotor.errors import InputError

    while True:
        word = typer.prompt(asked.text, default="", show_default=False, err=True)
        word = {"y": "yes", "n": "no"}.get(word.strip().lower(), word)
        try:
            return given.with_answers(**{asked.id: word})
        except InputError as error:
            say(f"{error.what}. {'A number of years' if asked.kind == 'age' else 'yes or no'}, or Enter.")


def _write(path: Path, text: str) -> None:
    from sudomotor.errors import InputError

    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(
            f"the file cannot be written: {error.strerror or error}",
            where=str(path),
            mend="choose another place",
        ) from None


def _tell(given: Answers, sites: tuple[str, ...], file: Path | None, as_json: bool, *, written: bool) -> None:
    """What the answers refuse at each site."""
    from sudomotor.limits import SITES, screen

    found = screen(given, sites, _today())
    allowed = [site for site in sites if not found.refuses(site)]
    if as_json:
        date = given.date_answered
        print_json(
            {
                "file": None if file is None else str(file),
                "date_answered": None if date is None else date.isoformat(),
                "allowed_sites": allowed,
                **found.to_dict(),
            }
        )
        return
    if written and file is not None:
        show_path("Answers" if given.date_answered else "Questions", file)
    if len(found.unanswered) > len(sites) and written and given.date_answered is None:
        show(f'Fill in {len(found.unanswered)} answers: the day, the age, and "yes" or "no". Then:')
        only = "" if sites == SITES else "".join(f" --site {site}" for site in sites)
        sys.stdout.write(f"  sudomotor limits check {file}{only}\n")
        return
    _show_screening(found, sites, allowed)


def _show_screening(found: Screening, sites: tuple[str, ...], allowed: list[str]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from sudomotor.report.words import NOT_ADVICE

    for site in sites:
        count = len(found.refuses(site))
        told = (
            "nothing refuses treatment"
            if site in allowed
            else f"refused, for {count} reason{'s' * (count > 1)}"
        )
        show(Text(f"{site}: {told}", style="bold" if site in allowed else "bold red"))
    answered = [each for each in found.refusals if each.why != "unanswered"]
    for title, group in (("Refused", answered), ("Take care", list(found.cautions))):
        if group:
            show("", Text(title, style="bold"))
        show_answers(
            (f"{each.question} ({', '.join(each.sites)})", _words(each.text, each.mend, each.source))
            for each in group
        )
    unanswered = [each for each in found.refusals if each.why == "unanswered"]
    if unanswered:
        show("", Text(f"Not answered ({len(unanswered)}); each of these refuses until it is", style="bold"))
    for each in unanswered:
        only = "" if each.sites == sites else f" ({', '.join(each.sites)})"
        line = Text.assemble(
            (f"{each.question}{only}", "bold"), f": {each.text.removeprefix('Not answered: ')}"
        )
        show(Padding(line, (0, 0, 0, 2)))
    show("", NOT_ADVICE)


def _words(text: str, mend: str, source: tuple[str, ...]) -> str:
    return f"{text} {mend}" + (f" [{', '.join(source)}]" if source else "")
