"""`sudomotor stress`: one moment second by second."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.inputs import check_seed, read_person, read_settings
from sudomotor.cli.options import Folder, Json, Seed, Settings, Who
from sudomotor.cli.output import Progress, print_json, show, show_answers, show_path
from sudomotor.errors import InputError

if TYPE_CHECKING:
    from sudomotor.parameters import Parameters
    from sudomotor.report.stress_report import StressResult
    from sudomotor.simulation.thermal import ThermalDrive

_BEATS_HEADER = "beat_time_s"
# what is taken of a climate where only a part of it is given
_AIR_DEGC, _HUMIDITY_PCT, _MET = 25.0, 50.0, 1.2


def stress(
    task: Annotated[
        str,
        typer.Option(
            "--task", metavar="NAME", help="sing-a-song, mental-arithmetic, speech, cue-only or movement."
        ),
    ] = "sing-a-song",
    block: Annotated[
        float,
        typer.Option(
            "--block", metavar="X", help="Fraction of the glands blocked at the treated place, 0 to 1."
        ),
    ] = 0.0,
    treated: Annotated[
        str | None,
        typer.Option(
            "--treated",
            metavar="PLACE",
            show_default=False,
            help="palms, soles, axillae, or one side such as 'left palm'.  (default: palms)",
        ),
    ] = None,
    person: Who = None,
    hypotheses: Annotated[
        str,
        typer.Option(
            "--hypotheses",
            metavar="WORDS",
            help="Claims that are on: evidence, peripheral, reset, or single ones joined with +.",
        ),
    ] = "evidence",
    minutes: Annotated[
        float,
        typer.Option("--minutes", metavar="N", help="Length of the test; the task begins after 8."),
    ] = 20.0,
    air: Annotated[
        float | None,
        typer.Option(
            "--air-degC", metavar="X", show_default=False, help="Air temperature: adds the drive of heat."
        ),
    ] = None,
    humidity: Annotated[
        float | None,
        typer.Option("--humidity-pct", metavar="X", show_default=False, help="Relative humidity of the air."),
    ] = None,
    met: Annotated[
        float | None,
        typer.Option(
            "--met", metavar="X", show_default=False, help="Heat made by the body; 1 is sitting quietly."
        ),
    ] = None,
    beats: Annotated[
        Path | None,
        typer.Option(
            "--beats",
            metavar="FILE.csv",
            show_default=False,
            help="Write the times of the middle person's heart beats.",
        ),
    ] = None,
    setting: Settings = None,
    people: Annotated[
        int,
        typer.Option("--people", metavar="N", help="People like this person to draw for means and ranges."),
    ] = 50,
    seed: Seed = 1,
    folder: Folder = None,
    as_json: Json = False,
) -> None:
    """One moment second by second: threat, nerves, sweat, skin conductance, heart, before, in and after a task.

    \b
    Examples:
      sudomotor stress
      sudomotor stress --block 0.9 --treated "left palm"
      sudomotor stress --person healthy --task mental-arithmetic --hypotheses peripheral --json
      sudomotor stress --air-degC 36 --humidity-pct 50 --met 1.2 --minutes 40
      sudomotor stress --person "social anxiety" --beats beats.csv
    """
    from sudomotor.model import Hypotheses
    from sudomotor.parameters import load
    from sudomotor.report import stress_report as report

    switches = Hypotheses.parse(hypotheses)
    values, notes = read_settings(setting or [], load(account=switches.mechanism))
    place = _place(treated)
    who, said = read_person(person, place)
    check_seed(seed)
    if beats is not None:
        _check_beats(beats)
    heat, climate = _heat(air, humidity, met, minutes, values)
    with Progress("simulating the moment", report.STEPS) as progress:
        result = report.stress(
            who, task, parameters=values, hypotheses=switches, block=block, treated=place, minutes=minutes,
            people=people, seed=seed, heat=heat, notes=(*notes, *said, *climate), done=progress.step,
        )  # fmt: skip
    if beats is not None:
        _write_beats(beats, result)
    target = folder if folder is not None else None if as_json else _default_folder()
    page = None
    if target is not None:
        with Progress("drawing the report"):
            page = _write(target, report.stress_report(result), result)
    if as_json:
        content: dict[str, Any] = report.to_dict(result)
        content["beats"] = None if beats is None else str(beats)
        print_json({**content, "report": None if page is None else str(page)})
        return
    _show(result)
    if beats is not None:
        show_path("Beats", beats)
    if page is not None:
        show_path("Report", page)


def _place(text: str | None) -> str:
    """The place of --treated, in any of the words that the course language knows."""
    from sudomotor.course.lexicon import SITE_WORDS
    from sudomotor.model.scales import SIDES, SINGULAR, SITES

    if text is None:
        return SITES[0]
    words = text.lower().split()
    side = words[0] if words[:1] in (["left"], ["right"]) else None
    rest = words[1:] if side or words[:1] == ["both"] else words
    site = SITE_WORDS.get(rest[0]) if len(rest) == 1 else None
    if site not in SITES:
        from sudomotor.errors import unknown

        raise unknown("place", text, (*SITES, *SIDES), where="--treated")
    return site if side is None else f"{side} {SINGULAR[site]}"


def _heat(
    air: float | None, humidity: float | None, met: float | None, minutes: float, parameters: Parameters
) -> tuple[ThermalDrive | None, list[str]]:
    """The drive of heat, where a climate is given, and what was taken of it."""
    import math

    if air is None and humidity is None and met is None:
        return None, []
    from sudomotor.simulation.moment import MAX_MINUTES
    from sudomotor.simulation.thermal import thermal_drive

    degC = _AIR_DEGC if air is None else air
    pct = _HUMIDITY_PCT if humidity is None else humidity
    work = _MET if met is None else met
    if not 0 < minutes <= MAX_MINUTES:  # refused with its own words where the test is checked
        return None, []
    # the climate is solved in whole minutes
    drive = thermal_drive(degC, pct, work, float(math.ceil(minutes)), parameters=parameters)
    return drive, [
        f"heat: air of {degC:g} °C at {pct:g} % humidity, {work:g} met, from thermal neutrality when the test begins"
    ]


def _default_folder() -> Path:
    from sudomotor.report.page import DEFAULT_FOLDER

    return DEFAULT_FOLDER


def _write(folder: Path, text: str, result: StressResult) -> Path:
    from sudomotor.report.page import check_free, write, write_manifest

    check_free(folder / "report.html")
    check_free(folder / "manifest.json")
    m = result.middle
    page = write(text, folder, "report.html")
    write_manifest(
        folder,
        command="stress",
        words=[m.task.name],
        sources=result.sources,
        seed=m.seed,
        person=m.people.person.preset_name,
        people=result.many.people.n,
        treated=m.treated,
        block=float(m.blocked.max()),
        hypotheses=m.hypotheses.name,
    )
    return page


def _check_beats(path: Path) -> None:
    """Refuse before the work is done what could not be written after it."""
    if path.suffix != ".csv":
        raise InputError(f"cannot write '{path.name}'", where="--beats", mend="use a name that ends in .csv")
    if not path.parent.is_dir():
        raise InputError(
            "there is no such folder", where=f"--beats {path}", mend="make it first, or name another"
        )
    if path.exists() and (path.is_dir() or not path.read_bytes().startswith(_BEATS_HEADER.encode())):
        raise InputError(
            "a file of that name is there, and it holds no beats of ours; it is left alone",
            where=f"--beats {path}",
            mend="move it, or name another file",
        )


def _write_beats(path: Path, result: StressResult) -> None:
    from sudomotor.model.heart import beat_times_s

    m = result.middle
    times = m.time_s[0] + beat_times_s(m.heart_period_ms[:, 0], m.dt_s, m.rmssd_ms[:, 0], m.seed)
    path.write_text("\n".join([_BEATS_HEADER, *(f"{t:.4f}" for t in times)]) + "\n", "utf-8")


def _show(result: StressResult) -> None:
    from rich.text import Text

    from sudomotor.report.stress_report import stress_summary
    from sudomotor.report.words import NOT_ADVICE

    m = result.middle
    show(Text(f"{m.task.text[0].upper()}{m.task.text[1:]}", style="bold"))
    show(
        Text(
            f"{result.many.people.n} people like “{m.people.person.preset_name}”: the median at rest and in the last "
            "minute of the task; in brackets nine in ten.",
            style="dim",
        ),
        "",
    )
    show_answers([(line.question, line.answer) for line in stress_summary(result)])
    show("")
    show_answers([("What was assumed", "; ".join(result.assumptions) + ".")])
    show("", NOT_ADVICE)
