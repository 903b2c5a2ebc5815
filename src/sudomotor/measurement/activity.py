"""Sudomotor activity: what a recording comes apart into, with error bars and a certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.measurement.kernels import Kernel
from sudomotor.measurement.recording import Recording

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr
    from matplotlib.figure import Figure

    from sudomotor.measurement.quality import Quality

Array = NDArray[np.float64]
EVENT_COLUMNS = ("onset_s", "amplitude_uS", "amplitude_sd_uS", "rise_s", "half_recovery_s")


@dataclass(frozen=True, eq=False)
class SudomotorActivity:
    """Tonic level, responses and the nerve's bursts behind them.

    Attributes
    ----------
    recording : what was taken apart.
    tonic, phasic : (sample,), uS, at the recording's own samples; their sum is the fit. Where a sample is missing they are what
        the rest says of it.
    driver : (sample,), uS: the bursts as a density, through a kernel of unit area, so that its integral over time equals
        that of the phasic part (uS s).
    sd : (sample,), uS: standard deviation of the phasic level, given the times of the bursts.
    events : a row for each burst: `onset_s` (arrival at the gland), `amplitude_uS` (peak of its response), `amplitude_sd_uS`,
        `rise_s` (from a tenth of the response to its peak), `half_recovery_s` (from the peak until half is gone; nan where
        the next burst comes first).
    quality : the verdict on each sample, or None where it was not asked for.
    noise_uS : standard deviation of the noise in a cell of the solver's grid.
    gap : relative duality gap of the sparse fit: how far at most its objective is from the best there is.
    kernel : the response that was taken for a burst's.
    latency_s : from a burst's arrival at the gland until its response has a tenth of its peak.
    solver_rate_Hz : cells a second of the solver's grid.
    method : "map", "cvxeda" or "scrf".
    notes : what was found and what was done, in words.
    """

    recording: Recording
    tonic: Array
    phasic: Array
    driver: Array
    sd: Array
    events: pd.DataFrame
    quality: Quality | None
    noise_uS: float
    gap: float
    kernel: Kernel
    latency_s: float
    solver_rate_Hz: float
    method: str
    notes: tuple[str, ...] = ()

    @property
    def usable_s(self) -> float:
        """Seconds that were measured and not set aside."""
        good = np.isfinite(self.recording.values_uS)
        if self.quality is not None:
            good &= self.quality.usable
        return float(good.sum() / self.recording.rate_Hz)

    @property
    def events_per_min(self) -> float:
        """Bursts a minute of usable time; nan without any."""
        return 60.0 * len(self.events) / self.usable_s if self.usable_s > 0 else float("nan")

    def to_pandas(self) -> pd.DataFrame:
        """A row a sample: time_s, conductance_uS, tonic_uS, phasic_uS, driver_uS, sd_uS and, where it was judged, quality."""
        import pandas as pd

        columns: dict[str, Any] = {
            "time_s": self.recording.times_s, "conductance_uS": self.recording.values_uS, "tonic_uS": self.tonic,
            "phasic_uS": self.phasic, "driver_uS": self.driver, "sd_uS": self.sd,
        }  # fmt: skip
        if self.quality is not None:
            from sudomotor.measurement.quality import REASONS

            columns["quality"] = pd.Categorical.from_codes(self.quality.reason.astype(int), list(REASONS))
        return pd.DataFrame(columns)

    def to_xarray(self) -> xr.Dataset:
        """The same over `time_s`, and the events over `event`, with units."""
        import xarray as xr

        names = {"tonic": self.tonic, "phasic": self.phasic, "driver": self.driver, "sd": self.sd}
        data: dict[str, Any] = {name: ("time_s", values, {"units": "uS"}) for name, values in names.items()}
        data["conductance"] = ("time_s", self.recording.values_uS, {"units": "uS"})
        for name in self.events.columns:
            unit = "uS" if name.endswith("_uS") else "s"
            data[name] = ("event", self.events[name].to_numpy(), {"units": unit})
        return xr.Dataset(
            data, {"time_s": ("time_s", self.recording.times_s, {"units": "s"})},
            {
                "title": "sudomotor activity", "method": self.method, "kernel": self.kernel.name, "noise_uS": self.noise_uS,
                "gap": self.gap, "latency_s": self.latency_s, "solver_rate_Hz": self.solver_rate_Hz,
                "source": self.recording.source, "notes": "; ".join(self.notes),
            },
        )  # fmt: skip

    def to_neurokit(self) -> pd.DataFrame:
        """The same under the column names of NeuroKit2's `eda_process` (`EDA_Tonic`, `EDA_Phasic`, `SCR_Onsets`, ...)."""
        from sudomotor.measurement.neurokit_names import to_neurokit

        return to_neurokit(self)

    def plot(self, from_s: float | None = None, to_s: float | None = None) -> Figure:
        """Conductance with its tonic level, and the bursts below, as a Matplotlib figure."""
        from sudomotor.measurement.figure import activity_figure

        return activity_figure(self, from_s, to_s)
