"""`sudomotor measure`: recordings of skin conductance, and the nerve's bursts behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.measure_options import (
    Channel,
    Convert,
    FileFormat,
    NoQuality,
    Rate,
    Site,
    TimeColumn,
    Treated,
    Unit,
    choose,
    read_place,
    read_tau,
    read_window,
)
from sudomotor.cli.options import Json
from sudomotor.cli.output import BAD_INPUT, Progress, print_json_line, say, show, show_answers, show_path
from sudomotor.errors import InputError, SudomotorError

if TYPE_CHECKING:
    import pandas as pd

    from sudomotor.measurement import Mark
    from sudomotor.measurement.evoked import Evoked
    from sudomotor.measurement.summary import ActivitySummary
    from sudomotor.parameters import Parameters
    from sudomotor.report.measure_report import MeasureResult, Wanted

DEFAULT_FOLDER = Path("sudomotor-activity")
OWN_MARKS = "marks"
NAMES = ("sudomotor", "ledalab", "neurokit")
EVENT_METHODS = ("window", "glm")
_PACKED = (".gz", ".zip")
_FILES = (
    "activity.parquet", "events.tsv", "features.tsv", "evoked.tsv", "neurokit.parquet", "report.html", "manifest.json",
)  # fmt: skip


def measure(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", show_default=False, help="Recordings; what can be read: --format."),
    ],
    events: Annotated[
        str | None,
        typer.Option(
            "--events", metavar="FILE.tsv", show_default=False,
            help="What happened, as onset, duration, trial_type: adds what each event evoked. 'marks' takes the recording's own.",
        ),
    ] = None,
    event_method: Annotated[
        str,
        typer.Option(
            "--event-method", metavar="NAME",
            help="window (bursts that answer within the window), glm (canonical response; tells overlapping events apart).",
        ),
    ] = "window",
    event_window: Annotated[
        str | None,
        typer.Option(
            "--event-window", metavar="FROM,TO", show_default=False,
            help="When an answer becomes visible, s after the event.  (default: 1,4)",
        ),
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="DIR", show_default=False,
            help="Where to write.  (default: sudomotor-activity; nowhere with --json unless this is given)",
        ),
    ] = None,
    method: Annotated[
        str,
        typer.Option("--method", metavar="NAME", help="map (sparse, with errors), scrf (the same, canonical response), cvxeda."),
    ] = "map",
    kernel: Annotated[
        str | None,
        typer.Option(
            "--kernel", metavar="NAME", show_default=False,
            help="Response to a burst: bateman, scrf, third_order, three_pools.  (default: bateman)",
        ),
    ] = None,
    tau: Annotated[
        str | None,
        typer.Option(
            "--tau", metavar="SLOW,FAST", show_default=False,
            help="Time constants in s, or 'personal': those that the recording makes most likely.  (default: 2.0,0.7)",
        ),
    ] = None,
    unit: Unit = None,
    convert: Convert = None,
    channel: Channel = None,
    rate: Rate = None,
    times: TimeColumn = None,
    file_format: FileFormat = None,
    no_quality: NoQuality = False,
    window: Annotated[
        float, typer.Option("--window", metavar="S", help="Length of a window of features.tsv.")
    ] = 60.0,
    names: Annotated[
        str,
        typer.Option(
            "--names", metavar="NAME",
            help="Of the columns of features.tsv: sudomotor, ledalab, neurokit (adds neurokit.parquet).",
        ),
    ] = "sudomotor",
    treated: Treated = False,
    site: Site = None,
    force: Annotated[bool, typer.Option("--force", help="Write over what an earlier run has written there.")] = False,
    as_json: Json = False,
) -> None:  # fmt: skip
    """From skin conductance to the nerve's bursts: tonic level and responses, each with its error, and what was set aside.

    Writes activity.parquet, events.tsv, features.tsv and report.html into a folder; of several files into a folder each, and
    one features.tsv of all.

    \b
    Examples:
      sudomotor measure EDA.csv
      sudomotor measure session.zip --site "left palm" --treated -o monday
      sudomotor measure counts.txt --fs 1000 --convert "0.02 uS per count + 0.1 uS"
      sudomotor measure sub-*/*_physio.tsv.gz --events events.tsv --names ledalab
    """
    import math

    from sudomotor.measurement.decompose import METHODS
    from sudomotor.parameters import load
    from sudomotor.report.measure_report import Wanted

    if not (math.isfinite(window) and window > 0):
        raise InputError(f"a window of {window:g} s makes no sense", where="--window", mend="--window 60")
    way = choose(method, METHODS, "--method")
    wanted = Wanted(
        method=way, quality=not no_quality, kernel=_kernel(kernel, way), tau=_tau(tau, kernel, way), window_s=window,
        names=choose(names, NAMES, "--names"), treated=treated,
        event_method=choose(event_method, EVENT_METHODS, "--event-method"),
        event_window_s=None if event_window is None else read_window(event_window),
    )  # fmt: skip
    declared: dict[str, Any] = {
        "format": file_format, "unit": unit, "channel": channel, "fs": rate, "convert": convert, "times": times,
        "site": read_place(site),
    }  # fmt: skip
    if events is None and (event_window is not None or event_method != "window"):
        raise InputError("there are no events", where="--event-method, --event-window", mend="give them: --events events.tsv")
    marks = _events(events)
    target = folder if folder is not None else None if as_json else DEFAULT_FOLDER
    jobs = _jobs(files, target, force, Path(events) if events and events != OWN_MARKS else None)
    values = load()
    failures: list[SudomotorError] = []
    done: list[_Done] = []
    with Progress("measuring", len(jobs)) as progress:
        for job in jobs:
            progress.at(progress.done, label=f"measuring {job.file.name}")
            try:
                result = _one(job, declared, wanted, marks, events == OWN_MARKS, values)
            except Exception as error:
                if len(jobs) == 1 and not isinstance(error, SudomotorError):
                    raise
                # the other files go on, whatever one of them does
                failure = error if isinstance(error, SudomotorError) else _unforeseen(job, error)
                failures.append(failure)
                if as_json:
                    told = {"what": failure.what, "where": failure.where, "mend": failure.mend}
                    print_json_line({"file": str(job.file), "error": told})
            else:
                # the samples of many files need not be kept
                done.append(
                    _Done(job, result.summary, result.features, result.evoked, result if len(jobs) == 1 else None)
                )
                if as_json:
                    _tell_json(job, result)
            progress.step()
    if target is not None and len(jobs) > 1 and done:
        _write_all(target, done)
    if not as_json:
        _tell(done, len(jobs) > 1, target)
    for failure in failures:
        say(f"error: {failure}")
    if failures:
        if len(jobs) > 1:
            say(f"{len(failures)} of {len(jobs)} files could not be measured")
        raise typer.Exit(BAD_INPUT)


@dataclass(frozen=True)
class _Job:
    """A file to measure, and the folder of what comes of it."""

    file: Path
    folder: Path | None


@dataclass(frozen=True)
class _Done:
    """What is kept of a file that was measured."""

    job: _Job
    summary: ActivitySummary
    features: pd.DataFrame
    evoked: Evoked | None
    result: MeasureResult | None


def _kernel(text: str | None, method: str) -> str:
    """The kernel of --kernel; refused where the method has one of its own."""
    from sudomotor.measurement.kernels import KERNELS

    own = {"scrf": "scrf", "cvxeda": "bateman"}.get(method)
    if text is None:
        return own or "bateman"
    name = choose(text, KERNELS, "--kernel")
    if own is not None and name != own:
        raise InputError(
            f"the method {method} has the kernel {own}, not {name}", where="--kernel",
            mend=f"leave --kernel out, or take --method map --kernel {name}",
        )  # fmt: skip
    return name


def _tau(text: str | None, kernel: str | None, method: str) -> tuple[float, float] | str | None:
    """The time constants of --tau; refused where nothing would come of them."""
    found = read_tau(text)
    if found is None:
        return None
    if method != "map" or _kernel(kernel, method) != "bateman":
        what = f"the method {method}" if method != "map" else f"the kernel {kernel}"
        raise InputError(f"{what} has time constants of its own", where="--tau", mend="leave --tau out, or take --method map")
    if isinstance(found, tuple):
        from sudomotor.measurement.kernels import bateman

        try:  # before the work begins
            bateman(*found)
        except InputError as error:
            raise InputError(error.what, where="--tau", mend="the slow one first: --tau 2.0,0.7") from None
    return found


def _events(text: str | None) -> tuple[Mark, ...] | None:
    """The events of --events."""
    if text is None or text == OWN_MARKS:
        return None
    from sudomotor.measurement.readers.bids import read_events

    path = Path(text)
    if not path.is_file():
        raise InputError(
            "there is no such file", where=f"--events {text}",
            mend=f"a table with the columns onset, duration, trial_type; or --events {OWN_MARKS} for the recording's own",
        )  # fmt: skip
    marks = read_events(path)
    if not marks:
        raise InputError("the table holds no event", where=f"--events {text}", mend="a line each: onset, duration, trial_type")
    return marks


def _jobs(files: Sequence[Path], target: Path | None, force: bool, events: Path | None) -> list[_Job]:
    """Each file with its folder; refuses before any work is done what could not be written after it."""
    unique = list(dict.fromkeys(files))
    if target is None:
        return [_Job(file, None) for file in unique]
    folders = _folders(unique, target)
    written = [target / "features.tsv"] if len(unique) > 1 else []
    written += [folder / name for folder in folders for name in _FILES]
    read = {path.resolve() for path in (*unique, *([events] if events else []))}
    for path in written:
        if path.resolve() in read:
            raise InputError(
                f"{path} would be written over, and it is to be read", where=f"-o {target}",
                mend="name another folder: -o my-activity",
            )  # fmt: skip
    there = [path for path in written if path.exists()]
    if there and not force:
        more = f", and {len(there) - 1} more" if len(there) > 1 else ""
        raise InputError(
            f"{there[0]} is there already{more}; nothing was measured, and nothing written",
            where=f"-o {target}", mend="name another folder: -o my-activity; or write over it: --force",
        )  # fmt: skip
    if target.exists() and not target.is_dir():
        raise InputError("there is a file of that name", where=f"-o {target}", mend="name a folder: -o my-activity")
    return [_Job(file, folder) for file, folder in zip(unique, folders, strict=True)]


def _folders(files: Sequence[Path], target: Path) -> list[Path]:
    """The folder itself of one file; of several a folder each, by their names and what tells them apart.

    >>> [str(each) for each in _folders([Path("a/EDA.csv"), Path("b/EDA.csv"), Path("c.csv")], Path("out"))]
    ['out/a-EDA', 'out/b-EDA', 'out/c']
    """
    if len(files) == 1:
        return [target]
    names = [_stem(file) for file in files]
    if len(set(names)) < len(names):
        alike = {name for name in names if names.count(name) > 1}
        names = [
            f"{file.resolve().parent.name}-{name}" if name in alike else name for file, name in zip(files, names, strict=True)
        ]
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        seen[name] = seen.get(name, 0) + 1
        if seen[name] > 1:
            names[i] = f"{name}-{seen[name]}"
    return [target / name for name in names]


def _stem(file: Path) -> str:
    """A file's name without what says its kind."""
    name = file.resolve().name
    for ending in _PACKED:
        name = name.removesuffix(ending) or name
    return Path(name).stem or name


def _one(
    job: _Job, declared: dict[str, Any], wanted: Wanted, marks: tuple[Mark, ...] | None, own: bool, values: Parameters
) -> MeasureResult:  # fmt: skip
    """Read, measure and write one file."""
    from sudomotor.measurement.read import read
    from sudomotor.report.measure_files import write_measurement
    from sudomotor.report.measure_report import measure as measured

    recording = read(job.file, **declared)
    if marks is not None:
        recording = replace(recording, marks=marks)
    elif own and not recording.marks:
        raise InputError(
            "the recording has no marks of its own", where=str(job.file), mend="give a table: --events events.tsv"
        )
    asked = marks is not None or own
    result = measured(recording, replace(wanted, events=recording.marks if asked else None), values)
    if job.folder is not None:
        write_measurement(job.folder, result)
    return result


def _unforeseen(job: _Job, error: Exception) -> InputError:
    """An error that is ours, in the form of those that are not."""
    said = " ".join(str(error).split())[:200]
    return InputError(
        f"this should not happen ({type(error).__name__}: {said})", where=str(job.file),
        mend="measure it alone to see where, and report it; the other files were measured",
    )  # fmt: skip


def _write_all(target: Path, done: Sequence[_Done]) -> None:
    """One table of all windows, and one of all that events evoked, each with the file in its first column."""
    import pandas as pd

    from sudomotor.report.measure_files import evoked_table, write_table

    def joined(tables: list[tuple[Path, pd.DataFrame]]) -> pd.DataFrame:
        parts = [table.assign(file=str(file)) for file, table in tables]
        table = pd.concat(parts, ignore_index=True)
        return table[["file", *(name for name in table.columns if name != "file")]]

    write_table(target / "features.tsv", joined([(each.job.file, each.features) for each in done]))
    evoked = [(each.job.file, evoked_table(each.evoked)) for each in done if each.evoked is not None]
    if evoked:
        write_table(target / "evoked.tsv", joined(evoked))


def _tell_json(job: _Job, result: MeasureResult) -> None:
    from sudomotor.report.measure_report import to_dict

    files = {
        name: str(job.folder / name) for name in _FILES if job.folder is not None and (job.folder / name).exists()
    }
    print_json_line({**to_dict(result), "file": str(job.file), "files": files or None})


def _tell(done: Sequence[_Done], several: bool, target: Path | None) -> None:
    from rich.text import Text

    from sudomotor.report.measure_words import measure_summary, micro
    from sudomotor.report.words import NOT_ADVICE

    if several and done:
        _show_table(done)
        show("", NOT_ADVICE)
        if target is not None:
            show_path("All windows", target / "features.tsv")
            show(f"A report of each file stands in its folder: {_shown(done[0].job.folder)}/report.html …")
    for each in done:
        result = each.result
        if result is None:
            continue
        show(Text(f"{each.job.file}", style="bold"))
        show_answers([(line.question, line.answer) for line in measure_summary(result)])
        show("")
        show_answers([("What was assumed", micro("; ".join(result.assumptions)) + ".")])
        show("", NOT_ADVICE)
        if each.job.folder is not None:
            show_path("Report", each.job.folder / "report.html")


def _shown(folder: Path | None) -> str:
    return "" if folder is None else str(folder)


def _show_table(done: Sequence[_Done]) -> None:
    """A line for each file."""
    import os

    from rich.table import Table

    from sudomotor.report.measure_words import length, share, with_sd

    try:
        shared = os.path.commonpath([each.job.file.absolute().parent for each in done])
    except ValueError:  # on several drives
        shared = ""
    table = Table(box=None, pad_edge=False)
    table.add_column("File", overflow="fold")
    for name in ("Length", "Usable", "Bursts/min", "Amplitude, µS", "Level, µS"):
        table.add_column(name, justify="right", no_wrap=True)
    for each in done:
        s = each.summary
        name = os.path.relpath(each.job.file.absolute(), shared) if shared else str(each.job.file)
        table.add_row(
            name, length(s.duration_s), share(s.usable_share), with_sd(s.bursts_per_min, s.bursts_per_min_sd),
            with_sd(s.amplitude_uS, s.amplitude_error_uS), with_sd(s.tonic_uS, s.tonic_sd_uS),
        )  # fmt: skip
    show(table)
