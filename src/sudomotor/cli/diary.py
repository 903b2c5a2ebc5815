"""`sudomotor diary`: begin a diary, check one, hand it on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from sudomotor.cli.diary_recording import add_recording
from sudomotor.cli.options import Json
from sudomotor.cli.output import BAD_INPUT, Progress, print_json, say, show, show_answers, show_path

if TYPE_CHECKING:
    from sudomotor.diary import Diary, DiaryError
    from sudomotor.diary.summary import Dose, Summary

app = typer.Typer(
    name="diary",
    help="A diary that a person keeps by hand: begin one, check what is understood of it, hand it on.",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_GAPS_SHOWN = 5
_KIND = {
    "hdss": "HDSS",
    "sweat_mg": "weighed sweat",
    "wetness_0_10": "wetness",
    "anxiety_0_10": "anxiety",
    "temperature_C": "temperature",
}
File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", show_default=False, help="The diary: CSV, or a spreadsheet (.xlsx, .xls, .ods)."
    ),
]
DayFirst = Annotated[
    bool | None,
    typer.Option(
        "--day-first/--month-first",
        show_default=False,
        help="Dates are written 31/12/2026, or 12/31/2026.  (default: 2026-12-31, any other order is asked about)",
    ),
]
DecimalComma = Annotated[
    bool | None,
    typer.Option(
        "--decimal-comma/--decimal-point",
        show_default=False,
        help="Decimals are written 12,5, or 12.5.  (default: a comma is one only where it can be nothing else)",
    ),
]
Sheet = Annotated[
    str | None,
    typer.Option(
        "--sheet", metavar="NAME", show_default=False, help="Sheet of a spreadsheet, by name or number."
    ),
]
Force = Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")]


def new(
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", show_default=False, help="Where to write the empty diary.")
    ],
    semicolon: Annotated[
        bool,
        typer.Option(
            "--semicolon",
            help="Semicolons between columns and decimal commas: for a spreadsheet program that writes 12,5.",
        ),
    ] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Begin a diary: write an empty one, with every column explained.

    \b
    Examples:
      sudomotor diary new diary.csv
      sudomotor diary new diary.csv --semicolon
    """
    from sudomotor.diary.template import new_diary

    path = new_diary(file, semicolon=semicolon, force=force)
    if as_json:
        print_json({"diary": str(path)})
        return
    show_path("Diary", path)
    show(
        "Add a row whenever you treat yourself or can say how wet you are. The dry days count as much as the wet "
        "ones. Then:"
    )
    show(f"  sudomotor diary check {_quoted(path)}")


def check(
    file: File,
    day_first: DayFirst = None,
    decimal_comma: DecimalComma = None,
    sheet: Sheet = None,
    as_json: Json = False,
) -> None:
    """Say what is understood of a diary, what was assumed, and what is missing for a good fit.

    Nothing is changed. What cannot be read is told all at once, by row and column.

    \b
    Examples:
      sudomotor diary check diary.csv
      sudomotor diary check diary.xlsx --sheet 2 --day-first
      sudomotor diary check diary.csv --json
    """
    from sudomotor.diary import DiaryError
    from sudomotor.diary.summary import summarise

    try:
        diary = _read(file, day_first, decimal_comma, sheet)
    except DiaryError as error:
        if not error.empty:
            _refuse(error, as_json)
        if as_json:
            print_json({"source": error.source, "entries": 0, "note": error.what})
            return
        show(f"{error.source}: {error.what}, and nothing is wrong with it.", f"Next: {error.mend}.")
        return
    summary = summarise(diary)
    if as_json:
        print_json(_plain(summary))
    else:
        show_answers(_answers(summary))


def fhir(
    file: File,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE.json",
            show_default=False,
            help="Where to write it.  (default: to the terminal)",
        ),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            "--time-zone",
            metavar="NAME",
            show_default=False,
            help="Where the clock of the diary stood, e.g. Europe/Berlin.  (default: dates only, times in words)",
        ),
    ] = None,
    day_first: DayFirst = None,
    decimal_comma: DecimalComma = None,
    sheet: Sheet = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Hand a diary on as a bundle of HL7 FHIR R4B resources. It names nobody; what you wrote in words is in it.

    Needs the extra: pip install 'sudomotor[fhir]'

    \b
    Examples:
      sudomotor diary fhir diary.csv -o diary.fhir.json
      sudomotor diary fhir diary.csv --time-zone Europe/Berlin -o diary.fhir.json
      sudomotor diary fhir diary.csv > diary.fhir.json
    """
    import json

    from sudomotor.diary import DiaryError
    from sudomotor.diary.fhir import diary_to_fhir, need_fhir
    from sudomotor.diary.files import write_text

    need_fhir()
    try:
        diary = _read(file, day_first, decimal_comma, sheet)
    except DiaryError as error:
        _refuse(error, as_json)
    with Progress("writing the resources"):
        bundle = diary_to_fhir(diary, time_zone=time_zone)
    if output is None:
        print_json(bundle)
        return
    write_text(output, json.dumps(bundle, indent=2, ensure_ascii=False) + "\n", force=force, asked="--force")
    if as_json:
        print_json({"bundle": str(output), "resources": len(bundle["entry"])})
        return
    show_path("Bundle", output)
    show(
        f"{len(bundle['entry'])} resources of HL7 FHIR R4B. It holds what you wrote in words: read it before you send it."
    )


def _read(file: Path, day_first: bool | None, decimal_comma: bool | None, sheet: str | None) -> Diary:
    from sudomotor.diary import Diary

    return Diary.read(file, day_first=day_first, decimal_comma=decimal_comma, sheet=sheet)


def _refuse(error: DiaryError, as_json: bool) -> NoReturn:
    """As every error, with the problems one by one in the JSON."""
    if as_json:
        problems = [each._asdict() for each in error.problems]
        told = {"what": error.what, "where": error.where, "mend": error.mend, "problems": problems}
        print_json({"error": told})
        say(f"error: {error}")
        raise typer.Exit(BAD_INPUT)
    raise error


def _plain(summary: Summary) -> dict[str, Any]:
    """The summary as JSON; every number's unit is in its name."""
    diary = summary.diary
    return {
        "source": diary.source,
        "sha256": diary.sha256,
        "first": str(diary.first),
        "last": str(diary.last),
        "days": summary.days,
        "days_with_entries": summary.days_with_entries,
        "entries": len(diary.entries),
        "sites": list(diary.sites),
        "sessions": [
            {
                "site": dose.site,
                "count": dose.sessions,
                "current_mA": dict(zip(("least", "median", "most"), dose.current_mA, strict=True)),
                "minutes": dict(zip(("least", "median", "most"), dose.minutes, strict=True)),
            }
            for dose in summary.doses
        ],
        "readings": summary.readings,
        "gaps": [{"first": str(gap.first), "last": str(gap.last), "days": gap.days} for gap in summary.gaps],
        "notes": list(diary.notes),
        "missing": [{"what": lack.what, "log": lack.log} for lack in summary.lacks],
    }


def _answers(summary: Summary) -> list[tuple[str, str]]:
    from sudomotor.diary.entry import TEXTS

    diary = summary.diary
    filled = summary.days_with_entries
    days = (
        f"{diary.first} to {diary.last}: {_count(summary.days, 'day')}, {filled} of them with an entry "
        f"({_count(len(diary.entries), 'row')})"
    )
    told = [
        ("Which days", f"{days}."),
        ("Sessions", " ".join(map(_dose, summary.doses)) or "None."),
        ("Readings", f"{_readings(summary)}."),
    ]
    words = [(name, sum(getattr(entry, name) is not None for entry in diary.entries)) for name in TEXTS]
    if any(count for _, count in words):
        told.append(("In words", "; ".join(f"{name} {count}" for name, count in words if count) + "."))
    if summary.gaps:
        gaps = [f"{gap.first} to {gap.last} ({_count(gap.days, 'day')})" for gap in summary.gaps]
        told.append(("Long gaps", f"{'; '.join(gaps[:_GAPS_SHOWN])}{_rest(len(gaps) - _GAPS_SHOWN)}."))
    if diary.notes:
        told.append(("What was assumed", "; ".join(diary.notes) + "."))
    lacks = "\n".join(f"{lack.what[0].upper()}{lack.what[1:]}. To do: {lack.log}." for lack in summary.lacks)
    told.append(("What is missing for a good fit", lacks or "Nothing that can be told from the diary alone."))
    return told


def _dose(dose: Dose) -> str:
    current, minutes = _range(dose.current_mA, "mA"), _range(dose.minutes, "minutes")
    return f"{dose.site.capitalize()}: {_count(dose.sessions, 'session')}, {current} for {minutes}."


def _range(values: tuple[float, float, float], unit: str) -> str:
    least, median, most = values
    return f"{least:g} {unit}" if least == most else f"{least:g} to {most:g} (median {median:g}) {unit}"


def _readings(summary: Summary) -> str:
    parts = [f"{_KIND[name]} {count}" for name, count in summary.readings.items() if count]
    answers = dict.fromkeys((1, 2, 3, 4), 0)
    for entry in summary.diary.entries:
        if entry.hdss is not None:
            answers[entry.hdss] += 1
    if summary.readings["hdss"]:
        times = ", ".join(f"{value}: {count}" for value, count in answers.items() if count)
        parts[0] += f" (answer and how often: {times})"
    return "; ".join(parts) or "None"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _rest(number: int) -> str:
    return f"; and {number} more" if number > 0 else ""


def _quoted(path: Path) -> str:
    import shlex

    return shlex.quote(str(path))


app.command("new", short_help="Write an empty diary, with every column explained.")(new)
app.command("check", short_help="What is understood of a diary, and what is missing.")(check)
app.command("fhir", short_help="Hand a diary on as HL7 FHIR R4B.")(fhir)
app.command("add-recording", short_help="Sum a recording up in a row of the diary.")(add_recording)
