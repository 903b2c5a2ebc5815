"""The files of a measurement: samples as Parquet, bursts, windows and events as tables, the page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sudomotor.errors import InputError
from sudomotor.report.measure_report import MeasureResult, measure_report
from sudomotor.report.page import check_free, write, write_manifest

if TYPE_CHECKING:
    import pandas as pd

    from sudomotor.measurement.evoked import Evoked

_DIGITS = 8  # of a table: a millisecond of a day


def write_measurement(folder: Path, result: MeasureResult) -> Path:
    """Write everything of one recording into a folder; gives the page's path.

    Files of an earlier run are written over, each in one step; a page that is not one of ours is left alone, and refused.

    Raises
    ------
    InputError
        Where the folder cannot be written to.
    """
    page, manifest = folder / "report.html", folder / "manifest.json"
    check_free(page)
    check_free(manifest)
    activity = result.activity
    samples = activity.to_pandas()
    events = activity.events.assign(latency_s=activity.latency_s)
    _in_one_step(folder / "activity.parquet", lambda path: _parquet(path, samples, result))
    write_table(folder / "events.tsv", events)
    write_table(folder / "features.tsv", result.features)
    if result.evoked is not None:
        write_table(folder / "evoked.tsv", evoked_table(result.evoked))
    else:
        (folder / "evoked.tsv").unlink(missing_ok=True)  # of an earlier run: it would not belong to the rest
    if result.wanted.names == "neurokit":
        table = activity.to_neurokit()
        _in_one_step(folder / "neurokit.parquet", lambda path: _parquet(path, table, result))
    else:
        (folder / "neurokit.parquet").unlink(missing_ok=True)
    write(measure_report(result), folder, page.name)
    write_manifest(
        folder, command="measure", words=[activity.recording.source], sources=result.sources, method=activity.method,
        kernel=activity.kernel.name, site=result.site, treated=result.treated,
    )  # fmt: skip
    return page


def evoked_table(evoked: Evoked) -> pd.DataFrame:
    """Conditions and trials in one table, told apart by a first column `level`; a trial is one, and usable 1 or 0."""
    import pandas as pd

    each = evoked.trials.assign(trials=1, usable=evoked.trials["usable"].astype(int))
    each["why"] = each["why"].where(each["why"] != "")
    table = pd.concat([evoked.conditions.assign(level="condition"), each.assign(level="trial")], ignore_index=True)
    return table[["level", *(name for name in table.columns if name != "level")]]


def write_table(path: Path, table: pd.DataFrame) -> None:
    """A table as text with tabs; n/a where nothing is, as BIDS has it."""
    _in_one_step(
        path,
        lambda part: table.to_csv(
            part, sep="\t", index=False, na_rep="n/a", float_format=f"%.{_DIGITS}g", lineterminator="\n"
        ),
    )


def _parquet(path: Path, samples: pd.DataFrame, result: MeasureResult) -> None:
    """Samples as Parquet, with what they are in its metadata."""
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    from sudomotor import __version__

    a = result.activity
    said = {
        "generator": f"sudomotor {__version__}", "source": a.recording.source, "method": a.method,
        "kernel": {"name": a.kernel.name, **dict(a.kernel.constants)}, "latency_s": a.latency_s, "gap": float(a.gap),
        "start": None if a.recording.start is None else a.recording.start.isoformat(), "site": a.recording.site,
        "notes": list(result.assumptions),
    }  # fmt: skip
    table = pa.Table.from_pandas(samples, preserve_index=False)
    table = table.replace_schema_metadata({**(table.schema.metadata or {}), b"sudomotor": json.dumps(said).encode()})
    pq.write_table(table, path, compression="zstd")


def _in_one_step(path: Path, make: Callable[[Path], object]) -> None:
    """Write beside the file, then put it in its place, so that nobody finds half of it."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        make(part)
        part.replace(path)
    except OSError as error:
        raise InputError(
            f"cannot write {path.name}: {error.strerror or error}", where=str(path), mend="name another folder: -o my-activity"
        ) from None
    finally:
        part.unlink(missing_ok=True)
