"""One recording measured: what it comes apart into, its features, what events evoked; in numbers and on a page."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from sudomotor.measurement.recording import Recording
from sudomotor.measurement.summary import ActivitySummary, summarise
from sudomotor.parameters import Parameters, load_citations
from sudomotor.report.measure_words import length, measure_summary, micro, share
from sudomotor.report.page import render
from sudomotor.report.sentences import Sentence
from sudomotor.report.words import NOT_ADVICE, plain

if TYPE_CHECKING:
    import pandas as pd

    from sudomotor.measurement.activity import SudomotorActivity
    from sudomotor.measurement.evoked import Evoked

STEPS = 3  # of the work on a recording that is told: decomposed, features, evoked
_MOST_ROWS = 200  # of a table on the page; the files hold all
_DIGITS = 3
_LEAST = 1e-4  # smaller numbers are told by their power of ten
_UNITS = {"_uS_s": "µS s", "_uS": "µS", "_s": "s"}
# what the page leaves to the files
_ONLY_IN_FILES = ("end_s", "amplitude_sum_uS", "amplitude_sum_sd_uS", "phasic_max_uS", "sd_uS")


@dataclass(frozen=True)
class Wanted:
    """How a recording is to be measured; see `sudomotor.decompose`, `features` and `evoked`.

    Attributes
    ----------
    treated : whether the skin that was measured is treated.
    events : what happened and may have evoked a response: as `evoked` takes it; None for none.
    event_method, event_window_s : as `evoked` takes them.
    """

    method: str = "map"
    quality: bool = True
    kernel: str = "bateman"
    tau: tuple[float, float] | str | None = None
    window_s: float = 60.0
    names: str = "sudomotor"
    treated: bool = False
    events: Any = None
    event_method: str = "window"
    event_window_s: tuple[float, float] | None = None


@dataclass(frozen=True)
class MeasureResult:
    """A recording that was measured.

    Attributes
    ----------
    activity : what it comes apart into.
    summary : in a few numbers.
    features : a row for each window.
    evoked : what the events evoked, or None where none were given.
    wet : what is to be said of wet skin.
    wanted : how it was measured.
    """

    activity: SudomotorActivity
    summary: ActivitySummary
    features: pd.DataFrame
    evoked: Evoked | None
    wet: tuple[str, ...]
    wanted: Wanted
    parameters: Parameters

    @property
    def site(self) -> str | None:
        """Where it was measured, if that is known."""
        return self.activity.recording.site

    @property
    def treated(self) -> bool:
        """Whether the skin that was measured is treated."""
        return self.wanted.treated

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What was assumed or done, each once."""
        a = self.activity
        constants = ", ".join(f"{name.removesuffix('_s').replace('_', ' ')} {value:.3g} s" for name, value in a.kernel.constants)
        kernel = f"kernel {a.kernel.name.replace('_', ' ')}{f' ({constants})' if constants else ''}"
        rate = f", on a grid of {plain(a.solver_rate_Hz, 3)} Hz" if math.isfinite(a.solver_rate_Hz) else ""
        told = [
            f"method {a.method}, {kernel}{rate}",
            f"a response is seen {plain(a.latency_s)} s after its burst has reached the gland",
            f"read as {a.recording.format}: {len(a.recording)} samples at {plain(a.recording.rate_Hz, 4)} Hz",
            *a.recording.notes,
            *([] if self.wanted.quality else ["quality was not judged: only missing values were left out"]),
            *(note for note in a.notes if note not in self.wet),
        ]
        if self.site is None:
            told.append("nothing was said of where the electrodes were (--site)")
        return tuple(dict.fromkeys(told))

    @property
    def sources(self) -> tuple[str, ...]:
        """Keys of the bibliography behind it."""
        return measure_sources(self)


def measure(
    recording: Recording, wanted: Wanted, parameters: Parameters, done: Callable[[], None] = lambda: None
) -> MeasureResult:
    """Judge a recording, take it apart, and sum it up.

    `done` is called when each of the `STEPS` is.

    Raises
    ------
    InputError
        For options that do not go together, and for events that cannot be used.
    """
    from sudomotor.measurement.decompose import decompose
    from sudomotor.measurement.features import features

    activity = decompose(
        recording, method=wanted.method, quality=wanted.quality, kernel_name=wanted.kernel, tau=wanted.tau,
        parameters=parameters,
    )  # fmt: skip
    done()
    table = features(activity, window_s=wanted.window_s, names=wanted.names)
    done()
    found = None
    if wanted.events is not None:
        from sudomotor.measurement.evoked import evoked

        found = evoked(
            activity, wanted.events, window_s=wanted.event_window_s, method=wanted.event_method, parameters=parameters
        )
    done()
    return MeasureResult(activity, summarise(activity), table, found, _wet(activity, parameters), wanted, parameters)


def to_dict(result: MeasureResult) -> dict[str, Any]:
    """The measurement for JSON; the keys that others script against."""
    told, a = result.summary, result.activity
    rec = a.recording
    content: dict[str, Any] = {
        "file": rec.source,
        "format": rec.format,
        "site": result.site,
        "treated": result.treated,
        "start": None if rec.start is None else rec.start.isoformat(),
        "duration_s": told.duration_s,
        "rate_Hz": rec.rate_Hz,
        "usable_share": told.usable_share,
        "set_aside_s": told.aside_s,
        "method": a.method,
        "kernel": {"name": a.kernel.name, **dict(a.kernel.constants)},
        "latency_s": a.latency_s,
        "solver_rate_Hz": a.solver_rate_Hz,
        "bursts": told.bursts,
        "bursts_per_min": told.bursts_per_min,
        "bursts_per_min_sd": told.bursts_per_min_sd,
        "amplitude_uS": told.amplitude_uS,
        "amplitude_error_uS": told.amplitude_error_uS,
        "amplitude_low_uS": told.amplitude_low_uS,
        "amplitude_high_uS": told.amplitude_high_uS,
        "amplitude_sd_uS": told.amplitude_sd_uS,
        "tonic_uS": told.tonic_uS,
        "tonic_sd_uS": told.tonic_sd_uS,
        "tonic_low_uS": told.tonic_low_uS,
        "tonic_high_uS": told.tonic_high_uS,
        "skin_degC": told.skin_degC,
        "noise_uS": told.noise_uS,
        "gap": told.gap,
        "windows": len(result.features),
        "evoked": None,
        "wet": list(result.wet),
        "assumptions": list(result.assumptions),
        "note": NOT_ADVICE,
    }
    if result.evoked is not None:
        e = result.evoked
        content["evoked"] = {
            "method": e.method, "window_s": list(e.window_s), "conditions": _records(e.conditions), "notes": list(e.notes),
        }  # fmt: skip
    return content


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values."""
    columns = {str(name): table[name].tolist() for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


class Table(NamedTuple):
    """A table of the page: names, which columns hold words, cells as text, and what is left out."""

    header: list[str]
    words: list[bool]
    rows: list[list[str]]
    rest: str = ""


def table_of(frame: pd.DataFrame, file: str) -> Table:
    """The first rows of a table, as text; `file` holds the rest."""
    records = _records(frame.iloc[:_MOST_ROWS])
    rows = [[_cell(value) for value in row.values()] for row in records]
    words = [any(isinstance(row[str(name)], str | bool) for row in records) for name in frame.columns]
    more = len(frame) - _MOST_ROWS
    rest = f"And {more} more, in {file}." if more > 0 else ""
    return Table([_heading(str(name)) for name in frame.columns], words, rows, rest)


def _heading(name: str) -> str:
    """A column's name with its unit set apart.

    >>> _heading("amplitude_sd_uS"), _heading("iscr_uS_s"), _heading("events_per_min"), _heading("CDA.nSCR")
    ('amplitude sd, µS', 'iscr, µS s', 'events per min', 'CDA.nSCR')
    """
    if "." in name or name[:1].isupper():
        return name
    for ending, unit in _UNITS.items():
        if name.endswith(ending):
            return f"{name.removesuffix(ending).replace('_', ' ')}, {unit}"
    return name.replace("_", " ")


def _cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.0e}" if 0.0 < abs(value) < _LEAST else plain(value, _DIGITS)
    return "–" if value is None else str(value)


def measure_report(result: MeasureResult) -> str:
    """The page of one recording, as HTML."""
    from pathlib import Path

    from sudomotor.measurement.figure import BURST, FIT, GAP_SHADE, TONIC, shade_of
    from sudomotor.report.figures_measure import amplitude_figure, recording_figure
    from sudomotor.report.measure_data import activity_script, bin_s

    told, a = result.summary, result.activity
    width = bin_s(a)
    return render(
        "measure.html",
        title=Path(a.recording.source).name or a.recording.source,
        sources=result.sources,
        lines=[Sentence(line.question, _together(line.answer)) for line in measure_summary(result)],
        drawing=recording_figure(a, told),
        histogram=amplitude_figure(a, told),
        script=activity_script(a),
        colours={"tonic": TONIC, "fit": FIT, "burst": BURST},
        binned=plain(width) if width else "",
        reasons=[
            (name, GAP_SHADE if a.quality is None else shade_of(name), f"{length(seconds)}, {share(seconds / told.duration_s)}")
            for name, seconds in told.aside_s.items()
        ],
        windows=table_of(_fewer(result.features), "features.tsv"),
        evoked=_evoked(result),
        assumptions=[micro(f"{text[:1].upper()}{text[1:]}.") for text in result.assumptions],
    )


def _fewer(table: pd.DataFrame) -> pd.DataFrame:
    """Without the columns that the page leaves to the files."""
    return table.drop(columns=[name for name in _ONLY_IN_FILES if name in table.columns])


def _together(text: str) -> str:
    """Numbers bound to their units and errors by spaces at which no line breaks.

    >>> _together("4.2 ± 0.1 µS").count("\u00a0")
    3
    """
    return re.sub(r"(?<=\d) (?=(?:µS|±|%|s|min|h|Hz)\b|±|%)|(?<=±) ", "\u00a0", text)


def _evoked(result: MeasureResult) -> dict[str, Any] | None:
    """What the page shows of events."""
    from sudomotor.report.figures_measure import evoked_figure

    if result.evoked is None:
        return None
    trials = result.evoked.trials
    if trials["usable"].all():
        trials = trials.drop(columns=["usable", "why"])
    return {
        "drawing": evoked_figure(result.evoked),
        "conditions": table_of(_fewer(result.evoked.conditions), "evoked.tsv"),
        "trials": table_of(trials, "evoked.tsv"),
    }


def _wet(activity: SudomotorActivity, parameters: Parameters) -> tuple[str, ...]:
    """What is to be said of wet skin and of the electrode on it; that it is treated is told apart."""
    from sudomotor.measurement.wet import skin_notes

    return skin_notes(
        activity.recording, activity.quality, activity.tonic, activity.phasic, parameters=parameters
    )


def measure_sources(result: MeasureResult) -> tuple[str, ...]:
    """Keys of the bibliography behind a measurement: of the constants in force for its method and kernel."""
    kernel = result.activity.kernel.name
    stems = ["eda_", {"scrf": "scrf_", "third_order": "third_order_"}.get(kernel, "eda_")]
    if kernel == "three_pools":
        stems += ["gland_rise_s", "duct_drain_s", "corneum_"]
    if result.evoked is not None:
        stems += ["evoked_", "scrf_"]
    stems += {"e4": ["empatica_"], "embrace": ["empatica_"], "shimmer": ["shimmer_"]}.get(result.activity.recording.format, [])
    keys = {
        key for p in result.parameters.values() if p.name.startswith(tuple(stems)) for key in p.source
    }
    return tuple(sorted(keys & set(load_citations())))
