"""Write a BIDS derivative: what a recording came apart into, on an even clock, with its JSON and its events."""

from __future__ import annotations

import gzip
import io
import json
import re
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.recording import GAP_STEPS, Recording

if TYPE_CHECKING:
    from sudomotor.measurement.activity import SudomotorActivity

Array = NDArray[np.float64]
DESC = "desc-sudomotor"
BIDS_VERSION = "1.10.0"
_COLUMNS = {
    "eda": ("skin conductance as recorded", "recording"),
    "tonic": ("tonic level", "tonic"),
    "phasic": ("phasic part: responses", "phasic"),
    "driver": ("bursts of the sudomotor nerve, through a kernel of unit area", "driver"),
    "phasic_sd": ("posterior standard deviation", "sd"),
}
_ENTITY = re.compile(r"(sub-[A-Za-z0-9]+(?:_[a-z]+-[A-Za-z0-9]+)*)(?:_physio)?")
_ROWS = 1 << 17
MOST_ROWS = 50_000_000  # of which most are pauses


def write_bids(
    activity: SudomotorActivity | Any, folder: str | Path, *, name: str | None = None
) -> list[Path]:
    """Write `NAME_desc-sudomotor_physio.tsv.gz` and `NAME_desc-sudomotor_events.tsv`, each with its JSON.

    A recording whose samples lie on an even grid is written as it is, with `n/a` where there are none; one that does not is
    interpolated linearly to such a grid, with `n/a` in its gaps, and the JSON says so.

    Parameters
    ----------
    activity : anything with `recording`, `tonic`, `phasic`, `driver`, `sd` (arrays over the recording's samples) and
        `events` (a table whose columns are lists of numbers, `onset_s` among them).
    folder : of the derivative; made if it is not there.
    name : BIDS entities ("sub-01_task-rest"); by default those of the recording's file, else its name as the subject's.

    Returns
    -------
    The files that were written.

    Raises
    ------
    InputError
        Where the folder cannot be written, or an array is not as long as the recording.
    """
    recording: Recording = activity.recording
    stem = _stem(name, recording)
    arrays = {
        column: np.asarray(
            recording.values_uS if attribute == "recording" else getattr(activity, attribute),
            dtype=np.float64,
        )
        for column, (_, attribute) in _COLUMNS.items()
    }
    for column, values in arrays.items():
        if values.shape != recording.times_s.shape:
            raise InputError(
                f"'{column}' has the shape {values.shape}, the recording {recording.times_s.shape}"
            )
    begin, rate, rows, said = _grid(recording, arrays)
    out = Path(folder)
    paths = {
        "physio": out / f"{stem}_{DESC}_physio.tsv.gz", "json": out / f"{stem}_{DESC}_physio.json",
        "events": out / f"{stem}_{DESC}_events.tsv", "events_json": out / f"{stem}_{DESC}_events.json",
    }  # fmt: skip
    made = {
        "Name": "sudomotor",
        "Version": _version(),
        "Description": getattr(activity, "method", "") or "decomposition",
    }
    meta = {
        "SamplingFrequency": rate, "StartTime": begin, "Columns": list(_COLUMNS),
        "GeneratedBy": [made], "Sources": [recording.source], "Notes": [*recording.notes, *said],
        **({"RecordedFrom": recording.start.isoformat()} if recording.start else {}),
        **{column: {"Description": text, "Units": "uS"} for column, (text, _) in _COLUMNS.items()},
    }  # fmt: skip
    description = out / "dataset_description.json"
    try:
        out.mkdir(parents=True, exist_ok=True)
        _write_table(paths["physio"], rows)
        paths["json"].write_text(_as_json(meta), "utf-8")
        paths["events"].write_text(_events(activity.events), "utf-8")
        paths["events_json"].write_text(_as_json(_events_meta(activity, made)), "utf-8")
        if not description.exists():
            dataset = {
                "Name": "sudomotor activity",
                "BIDSVersion": BIDS_VERSION,
                "DatasetType": "derivative",
                "GeneratedBy": [made],
            }
            description.write_text(_as_json(dataset), "utf-8")
    except OSError as error:
        raise InputError(
            f"the derivative cannot be written ({error.strerror or error})",
            where=str(out),
            mend="choose a folder that you may write",
        ) from error
    return [*paths.values(), description]


def _stem(name: str | None, recording: Recording) -> str:
    """Entities of BIDS, subject first."""
    if name is not None:
        found = _ENTITY.fullmatch(name)
        if found is None:
            raise InputError(
                f"'{name}' is no name of BIDS",
                mend="entities with _ between, subject first: sub-01_task-rest",
            )
        return found[1]
    file = Path(recording.source).name
    bare = file.split(".")[0]
    found = _ENTITY.fullmatch(re.sub(r"_desc-[A-Za-z0-9]+", "", bare))
    return found[1] if found else f"sub-{re.sub(r'[^A-Za-z0-9]', '', bare) or 'unknown'}"


def _grid(recording: Recording, arrays: dict[str, Array]) -> tuple[float, float, dict[str, Array], list[str]]:
    """Begin (s), rate (Hz), the columns on an even grid, and notes."""
    times = recording.times_s
    begin = float(times[0])
    if len(times) == 1:
        return begin, recording.rate_Hz if np.isfinite(recording.rate_Hz) else 1.0, arrays, []
    steps = np.diff(times)
    inner = steps[steps <= GAP_STEPS * float(np.median(steps))]
    rate = 1.0 / float(
        inner.mean()
    )  # of all steps but gaps: the median of stamps that are rounded would drift
    if abs(rate - recording.rate_Hz) < 1e-6 * rate:
        rate = float(recording.rate_Hz)
    place = np.rint((times - begin) * rate).astype(np.int64)
    count = int(place[-1]) + 1
    if count > MOST_ROWS and count > 10 * len(times):
        raise InputError(
            f"with its pauses the recording would take {count} rows, for {len(times)} samples",
            where=recording.source,
            mend="write the parts one by one: recording.between(from_s, to_s)",
        )
    if len(np.unique(place)) == len(place):
        if count == len(times):
            return begin, rate, arrays, []
        rows = {column: np.full(count, np.nan) for column in arrays}
        for column, values in arrays.items():
            rows[column][place] = values
        return begin, rate, rows, [f"{count - len(times)} samples that were not recorded are n/a"]
    count = int((times[-1] - begin) * rate + 1e-9) + 1
    grid = begin + np.arange(count) / rate
    holes = np.zeros(count, dtype=bool)
    for after, before in recording.gaps:
        holes |= (grid > after) & (grid < before)
    rows = {
        column: np.where(holes, np.nan, np.interp(grid, times, values)) for column, values in arrays.items()
    }
    return begin, rate, rows, ["samples were not even in time: interpolated linearly"]


def _write_table(path: Path, rows: dict[str, Array]) -> None:
    """Columns with tabs between, without a header, packed; the same numbers give the same bytes."""
    import pandas as pd

    with path.open("wb") as raw, gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as packed:
        text = io.TextIOWrapper(packed, encoding="utf-8", newline="")
        for at in range(0, len(next(iter(rows.values()))), _ROWS):
            piece = pd.DataFrame({column: values[at : at + _ROWS] for column, values in rows.items()})
            piece.to_csv(
                text,
                sep="\t",
                header=False,
                index=False,
                na_rep="n/a",
                float_format="%.9g",
                lineterminator="\n",
            )
        text.flush()
        text.detach()


def _events(events: Any) -> str:
    """A row a burst: onset, duration, trial_type, then what else is known of it."""
    columns = [str(column) for column in events]
    others = [column for column in columns if column != "onset_s"]
    lines = ["\t".join(["onset", "duration", "trial_type", *others])]
    onsets = [float(onset) for onset in events["onset_s"]]
    cells = [[float(value) for value in events[column]] for column in others]
    for i, onset in enumerate(onsets):
        lines.append("\t".join([_cell(onset), "0", "burst", *(_cell(column[i]) for column in cells)]))
    return "\n".join(lines) + "\n"


def _cell(value: float) -> str:
    return f"{value:.9g}" if np.isfinite(value) else "n/a"


def _events_meta(activity: Any, made: dict[str, str]) -> dict[str, Any]:
    """What the columns of events mean."""
    meta: dict[str, Any] = {
        "GeneratedBy": [made],
        "onset": {"Description": "arrival of the nerve's burst at the gland", "Units": "s"},
        "trial_type": {"Levels": {"burst": "a burst of the sudomotor nerve"}},
    }
    for column in activity.events:
        unit = next((unit for end, unit in (("_uS", "uS"), ("_s", "s")) if str(column).endswith(end)), None)
        if column != "onset_s" and unit:
            meta[str(column)] = {"Units": unit}
    latency = getattr(activity, "latency_s", None)
    if latency is not None:
        meta["LatencyToResponse"] = {"Value": float(latency), "Units": "s"}
    return meta


def _as_json(table: dict[str, Any]) -> str:
    return json.dumps(table, indent=2, ensure_ascii=False) + "\n"


def _version() -> str:
    try:
        return version("sudomotor")
    except PackageNotFoundError:
        return "unknown"
