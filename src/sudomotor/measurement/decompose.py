"""`decompose`: from conductance to sudomotor activity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from sudomotor.errors import InputError, unknown
from sudomotor.measurement.activity import EVENT_COLUMNS, SudomotorActivity
from sudomotor.measurement.deconvolve import Deconvolved, Settings, deconvolve
from sudomotor.measurement.grid import Grid, quantum_of, to_grid
from sudomotor.measurement.kernels import Kernel, kernel
from sudomotor.measurement.recording import Recording
from sudomotor.parameters import Parameters, load

if TYPE_CHECKING:
    import pandas as pd

    from sudomotor.measurement.quality import Quality

Array = NDArray[np.float64]
METHODS = ("map", "cvxeda", "scrf")
PERSONAL = "personal"
_FEWEST_CELLS = 12  # three seconds: less cannot hold a response


def settings_of(p: Parameters) -> Settings:
    """How the fit is made, by the constants in force."""
    names = {
        "kappa": "eda_sparsity", "tonic": "eda_tonic_first", "rest_tonic": "eda_tonic_rest", "mismatch": "eda_kernel_error",
        "keep_z": "eda_event_z", "keep_share": "eda_event_share", "merge_s": "eda_merge_s", "degrees": "eda_noise_degrees",
        "jump_share": "eda_jump_share", "jump_z": "eda_jump_z",
    }  # fmt: skip
    found: dict[str, Any] = {field: p.value(name) for field, name in names.items()}
    return Settings()._replace(**found)


def decompose(
    values_or_recording: Recording | ArrayLike,
    fs: float | None = None,
    times: ArrayLike | None = None,
    unit: str = "uS",
    method: str = "map",
    quality: bool = True,
    *,
    kernel_name: str = "bateman",
    tau: tuple[float, float] | str | None = None,
    parameters: Parameters | None = None,
) -> SudomotorActivity:
    """Take skin conductance apart into a tonic level and the bursts of the nerves behind its responses.

    Parameters
    ----------
    values_or_recording : a Recording, or conductance (sample,); nan where it is missing.
    fs : samples a second, for values on an even clock.
    times : (sample,), s, for values on any clock; one of `fs` and `times` is needed for values.
    unit : of the values: uS, nS, mS, S, or a resistance.
    method : "map" (sparse bursts through a kernel, with error bars), "scrf" (the same with the canonical response function),
        "cvxeda" (exactly the published objective of cvxEDA; no error bars).
    quality : set aside samples that were not measured well (out of range, saturated, no contact, artefact); without it only
        missing values are left out.
    kernel_name : of "map": bateman, third_order, three_pools, scrf.
    tau : (slow, fast) time constants of the Bateman kernel in s, or "personal" for those that this recording makes most
        likely; default (2.0, 0.7).
    parameters : constants in force.

    Returns
    -------
    SudomotorActivity

    Raises
    ------
    InputError
        for an unknown method or kernel, or values without a clock. An empty, constant or very short recording is no error: it
        has no events, and a note says why.

    Source: Greco et al. 2016 for the problem; see `sudomotor.measurement.interior` for the solver.

    Examples
    --------
    >>> import numpy as np
    >>> import sudomotor as sm
    >>> from sudomotor.measurement.kernels import bateman
    >>> t = np.arange(0, 60, 0.25)
    >>> y = 4 + 0.5 * bateman(2.0, 0.7).at(t - 20) + 0.001 * np.random.default_rng(0).normal(size=len(t))
    >>> activity = sm.decompose(y, fs=4)
    >>> len(activity.events), round(float(activity.events.amplitude_uS[0]), 1)
    (1, 0.5)
    """
    if method not in METHODS:
        raise unknown("method", method, METHODS, where="method")
    p = parameters or load()
    recording = (
        values_or_recording
        if isinstance(values_or_recording, Recording)
        else Recording.of(values_or_recording, fs, times, unit)
    )
    if method == "scrf":
        kernel_name = "scrf"
    judged: Quality | None = None
    usable = np.isfinite(recording.values_uS)
    notes: list[str] = []
    if quality and len(recording.values_uS):
        from sudomotor.measurement.quality import judge

        judged = judge(recording, parameters=p)
        usable &= judged.usable
        notes += list(judged.notes)
    of = kernel(kernel_name, tau if isinstance(tau, tuple) else None, p)
    if isinstance(tau, str) and tau != PERSONAL:
        raise InputError(f"tau is '{tau}'", where="tau", mend="give (slow, fast) in s, or 'personal'")
    latency = p.value("eda_latency_s")
    if usable.sum() < 4 or not np.isfinite(recording.rate_Hz):
        return _nothing(
            recording, judged, of, latency, method, [*notes, "too few usable samples to take apart"]
        )
    grid = to_grid(recording.times_s, recording.values_uS, usable, recording.rate_Hz)
    measured = recording.values_uS[usable]
    if len(grid.y) < _FEWEST_CELLS:
        return _nothing(
            recording,
            judged,
            of,
            latency,
            method,
            [*notes, "shorter than three seconds: a response does not fit in"],
        )
    if float(np.ptp(measured)) <= 1e-12 * max(float(np.abs(measured).max()), 1e-300):
        return _nothing(recording, judged, of, latency, method, [*notes, "the values are constant"])
    if method == "cvxeda":
        from sudomotor.measurement.cvxeda import cvxeda_activity

        return cvxeda_activity(recording, judged, usable, notes, p)
    floor = quantum_of(measured) / np.sqrt(12.0)
    del measured
    settings = settings_of(p)
    if tau == PERSONAL:
        from sudomotor.measurement.personal import personal_kernel

        of, said = personal_kernel(grid, settings, floor, p)
        notes.append(said)
    found = deconvolve(grid.y, grid.seen, grid.dt_s, of, settings, floor=floor, breaks=grid.breaks)
    return _activity(recording, judged, grid, found, of, latency, method, notes, p)


def _activity(
    recording: Recording, judged: Quality | None, grid: Grid, found: Deconvolved, of: Kernel, latency: float, method: str,
    notes: list[str], p: Parameters,
) -> SudomotorActivity:  # fmt: skip
    """The result at the recording's own samples."""
    t = recording.times_s
    tonic, phasic = (np.interp(t, grid.times_s, each) for each in (found.tonic, found.response + found.shape))
    driver = (found.driver * of.area_s / grid.dt_s)[grid.cell]
    sd = np.interp(t, grid.times_s, found.phasic_sd)
    if found.solution.converged is False:
        notes.append("the sparse fit did not converge: do not trust the events")
    if len(found.jumps):
        notes.append(
            f"{len(found.jumps)} jumps of the electrode's contact, over which the tonic level was let go"
        )
    return SudomotorActivity(
        recording, tonic, phasic, driver, sd, events_of(grid, found, of, latency, p), judged, found.sigma, found.solution.gap, of,
        latency, grid.rate_Hz, method, tuple(notes),
    )  # fmt: skip


def events_of(
    grid: Grid, found: Deconvolved, of: Kernel, latency_s: float, p: Parameters
) -> pd.DataFrame:
    """The table of bursts."""
    import pandas as pd

    return pd.DataFrame(
        dict(zip(EVENT_COLUMNS, event_arrays(grid.times_s, grid.dt_s, found, of, latency_s, p), strict=True))
    )


def event_arrays(
    times_s: Array, dt_s: float, found: Deconvolved, of: Kernel, latency_s: float, p: Parameters
) -> tuple[Array, ...]:
    """Its columns. A burst between two cells stands between their times, by its shares."""
    b = found.bursts
    g = of.on_grid(dt_s)
    begin = times_s[b.at] + b.share * dt_s - g.shift_s
    # whatever the kernel: the arrival is `latency_s` before the response has a tenth of its peak
    onset = begin + of.visible_s - latency_s
    rise, recovery = np.full(len(b.at), np.nan), np.full(len(b.at), np.nan)
    amplitude, sd = b.amplitude.copy(), b.sd.copy()
    _shapes(
        found.response + found.shape + found.tonic, found.shape, found.response, found.fit_sd, times_s, begin,
        begin + of.visible_s, of.peak_s, dt_s, p.value("eda_amplitude_under"), p.value("eda_amplitude_left"),
        amplitude, sd, rise, recovery,
    )  # fmt: skip
    return onset, amplitude, sd, rise, recovery


@njit(cache=True, error_model="numpy")
def _shapes(  # type: ignore[no-untyped-def]
    total, shape, response, fit_sd, times, begin, visible, peak_s, dt, under, remains, amplitude, sd, rise, recovery
):
    """Time from a tenth to the peak, and from there until half is gone, on the fitted curve and before the next burst.

    What the response rises beyond its kernel is added to the amplitude, which makes it the rise of the fitted curve from where
    it begins to its peak, less what earlier responses and the level do meanwhile: its error is that of the curve at both
    ends, a share `under` of the earlier responses, and what `remains` of the error of the kernel's amplitude.
    """
    n = total.shape[0]
    for i in range(begin.shape[0]):
        k = np.searchsorted(times, begin[i])
        end = begin[i + 1] if i + 1 < begin.shape[0] else times[n - 1]
        top = k
        while k < n and times[k] <= end and times[k] - begin[i] <= 3.0 * peak_s:
            if total[k] > total[top]:
                top = k
            k += 1
        if top <= 0 or top >= n - 1:
            continue
        # a parabola through the three highest cells
        left, mid, right = total[top - 1], total[top], total[top + 1]
        bend = left - 2.0 * mid + right
        peak = times[top] + (0.5 * dt * (left - right) / bend if bend < 0.0 else 0.0)
        rise[i] = max(peak - visible[i], 0.0)
        foot = max(np.searchsorted(times, begin[i]) - 1, 0)
        amplitude[i] += max(shape[top] - shape[foot], -0.5 * amplitude[i])
        fall = under * max(response[foot], 0.0)
        left = remains * sd[i]
        sd[i] = np.sqrt(fit_sd[top] ** 2 + fit_sd[foot] ** 2 + fall * fall + left * left)
        half = mid - 0.5 * amplitude[i]
        k = top + 1
        while k < n and times[k] <= end:
            if total[k] <= half:
                step = total[k - 1] - total[k]
                part = (total[k - 1] - half) / step if step > 0.0 else 1.0
                recovery[i] = times[k - 1] + part * (times[k] - times[k - 1]) - peak
                break
            k += 1


def _nothing(
    recording: Recording, judged: Quality | None, of: Kernel, latency: float, method: str, notes: list[str]
) -> SudomotorActivity:
    """An honest empty result: the level is what was measured, and there are no events."""
    import pandas as pd

    n = len(recording.values_uS)
    zero = np.zeros(n)
    empty = pd.DataFrame({name: np.zeros(0) for name in EVENT_COLUMNS})
    return SudomotorActivity(
        recording, recording.values_uS.copy(), zero, zero.copy(), np.full(n, np.nan), empty, judged, float("nan"), 0.0, of,
        latency, float("nan"), method, tuple(notes),
    )  # fmt: skip
