"""`sudomotor session`: one session of treatment in detail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.inputs import check_seed, read_person, read_settings
from sudomotor.cli.options import Folder, GroupSize, Json, Seed, Settings, Who
from sudomotor.cli.output import Progress, print_json, say, show, show_answers, show_path
from sudomotor.errors import InputError, unknown

if TYPE_CHECKING:
    from sudomotor.course import Session
    from sudomotor.report.session_report import SessionResult


def session(
    words: Annotated[
        str,
        typer.Argument(
            metavar="SESSION",
            show_default=False,
            help='The session in words, e.g. "15 mA DC for 20 minutes".',
        ),
    ],
    site: Annotated[
        str | None,
        typer.Option(
            "--site",
            metavar="SITE",
            show_default=False,
            help="palms, soles, axillae, or one side such as 'left palm'.  (default: palms)",
        ),
    ] = None,
    conductivity: Annotated[
        float | None,
        typer.Option(
            "--water-uS-per-cm", metavar="X", show_default=False, help="Conductivity of the tap water."
        ),
    ] = None,
    alkalinity: Annotated[
        float | None,
        typer.Option("--alkalinity-mM", metavar="X", show_default=False, help="Alkalinity of the tap water."),
    ] = None,
    litres: Annotated[
        float | None,
        typer.Option("--litres", metavar="X", show_default=False, help="Water in each pan."),
    ] = None,
    device: Annotated[
        str | None,
        typer.Option(
            "--device",
            metavar="NAME",
            show_default=False,
            help="A device, e.g. 'Hidrex DP450'; it sets the highest voltage.",
        ),
    ] = None,
    max_volts: Annotated[
        float | None,
        typer.Option(
            "--max-volts", metavar="V", show_default=False, help="The highest voltage that the device gives."
        ),
    ] = None,
    person: Who = None,
    setting: Settings = None,
    people: GroupSize = 200,
    seed: Seed = 1,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """One session in detail: voltage, current in the ducts, acid, discomfort, limits.

    \b
    Examples:
      sudomotor session "15 mA DC for 20 minutes" --site palms \\
                        --water-uS-per-cm 500 --alkalinity-mM 2 --litres 2
      sudomotor session "15 mA DC for 20 minutes" --device "Hidrex DP450"
      sudomotor session "10 mA pulsed DC 10 kHz 50 % for 15 minutes in saline" --site soles --json
    """
    from sudomotor.parameters import load
    from sudomotor.report.session_report import (
        deliver_to_people,
        session_report,
        session_rows,
        session_summary,
        to_dict,
    )

    parsed = _session(words, site, conductivity, alkalinity, litres)
    parsed, notes = _with_device(parsed, device, max_volts)
    values, said = read_settings(setting or [], load())
    who, assumed = read_person(person, parsed.electrodes[0])
    check_seed(seed)
    with Progress("solving the ducts (the first time the solver is compiled: a minute or two)"):
        result = deliver_to_people(
            parsed, who, values, people=people, seed=seed, notes=(*notes, *said, *assumed)
        )
    target = folder if folder is not None else None if as_json else _default_folder()
    page = None
    if target is not None:
        with Progress("drawing the report"):
            page = _write(target, session_report(result), result, words)
    if as_json:
        content: dict[str, Any] = {}
        if result.risk:
            content["injury_risk"] = result.risk
            say(result.risk)
        print_json({**content, **to_dict(result), "report": None if page is None else str(page)})
        return
    from rich.table import Table
    from rich.text import Text

    from sudomotor.report.words import NOT_ADVICE

    if result.risk:
        show(Text(result.risk, style="bold red"), "")
    show(Text(f"{parsed.words[0].upper()}{parsed.words[1:]}", style="bold"))
    show(
        Text(
            f"A person like “{who.preset_name}”; in brackets nine in ten of {result.people} of them.",
            style="dim",
        ),
        "",
    )
    show_answers([(line.question, line.answer) for line in session_summary(result)])
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    for name, value in session_rows(result):
        table.add_row(name, value)
    show("", table, "")
    show_answers([("What was assumed", "; ".join(result.assumptions) + ".")])
    show("", NOT_ADVICE)
    if page is not None:
        show_path("Report", page)


def _session(
    words: str, site: str | None, conductivity: float | None, alkalinity: float | None, litres: float | None
) -> Session:
    """The session of the words, with what the options say of site and water."""
    from dataclasses import replace

    from sudomotor.course import Session

    where, side = (None, None) if site is None else _site(site)
    said = Session.parse(words)
    given = {"conductivity_uS_per_cm": conductivity, "alkalinity_mM": alkalinity, "litres": litres}
    changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    water = replace(said.water, **changes)
    return Session(words, site=where, side=side, water=water)  # type: ignore[arg-type]


def _site(text: str) -> tuple[str, str]:
    """Site and side of --site, in any of the words that the course language knows."""
    from sudomotor.course.lexicon import SITE_WORDS
    from sudomotor.course.treatment import SITE_CHOICES

    words = text.lower().split()
    side = words[0] if words and words[0] in ("left", "right", "both") else "both"
    rest = words[1:] if words and words[0] in ("left", "right", "both") else words
    named = " ".join(SITE_WORDS.get(word, word) for word in rest)
    if named not in SITE_CHOICES:
        raise unknown("site", text, sorted(SITE_WORDS), where="--site")
    return named, side


def _with_device(session: Session, name: str | None, max_volts: float | None) -> tuple[Session, list[str]]:
    """The session on a device: its highest voltage, and notes where it does not suit."""
    from dataclasses import replace

    from sudomotor.limits import device

    if name is None:
        return (session if max_volts is None else replace(session, max_volts=max_volts)), []
    if max_volts is not None:
        raise InputError(
            "--device and --max-volts both set the highest voltage",
            where="--device",
            mend="leave one of them out",
        )
    found = device(name)
    notes = [*found.notes]
    wave = session.waveform
    if wave is not None:
        if found.waveforms and wave.kind not in found.waveforms:
            notes.append(
                f"the {found.name} does not give this kind of current (it gives {', '.join(found.waveforms)})"
            )
        if found.max_mA is not None and wave.current_mA > found.max_mA:
            notes.append(f"the {found.name} gives at most {found.max_mA:g} mA, not {wave.current_mA:g} mA")
    if found.max_volts is None:
        return session, notes
    if session.max_volts is not None and session.max_volts != found.max_volts:
        raise InputError(
            f"the words say at most {session.max_volts:g} V, the {found.name} gives {found.max_volts:g} V",
            where="--device",
            mend="leave one of them out",
        )
    return replace(session, max_volts=found.max_volts), [
        f"{found.name}: at most {found.max_volts:g} V",
        *notes,
    ]


def _default_folder() -> Path:
    from sudomotor.report.page import DEFAULT_FOLDER

    return DEFAULT_FOLDER


def _write(folder: Path, text: str, result: SessionResult, words: str) -> Path:
    from sudomotor.report.page import check_free, write, write_manifest

    check_free(folder / "report.html")
    check_free(folder / "manifest.json")
    page = write(text, folder, "report.html")
    write_manifest(
        folder,
        command="session",
        words=[words],
        sources=result.sources,
        seed=result.seed,
        person=result.person.preset_name,
        people=result.people,
    )
    return page
