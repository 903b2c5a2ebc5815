"""cvxEDA's published objective, solved as it stands: for comparison with work that used it.

    minimise  1/2 |M q + B l + C d - z|^2 + alpha 1'A q + gamma/2 l'l   subject to  A q >= 0

z is the standardised signal; A and M are the Bateman kernel by the bilinear transform; B holds cubic B-splines, one every ten
seconds; C is a straight line. It has no scale of noise and no error bars. Source: Greco et al. 2016, equations 5 to 13.

Nothing comes before the first sample: the recursions begin at rest, and a spline is centred at the end too. cvxEDA 1.1 does the
same. Earlier copies of it, such as NeuroKit2's, leave the first two drivers free and end a spline sooner, so their minimum is
another near both ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.measurement.activity import EVENT_COLUMNS, SudomotorActivity
from sudomotor.measurement.kernels import bateman
from sudomotor.measurement.recording import Recording
from sudomotor.parameters import Parameters

if TYPE_CHECKING:
    from sudomotor.measurement.quality import Quality

Array = NDArray[np.float64]
_ON = 0.02  # a burst's driver is above this share of the large ones
_RISE_S = 4.0  # and its response has its peak within so long
_NOTHING = 1e-6  # rises, in standard deviations of the signal, that are within the solver's own error
_UNEVEN = 0.05  # samples that stand further from even steps, in steps, are told


class CvxEDA(NamedTuple):
    """The minimum; arrays (sample,) in units of the standardised signal.

    Attributes
    ----------
    phasic, driver, tonic, rest : M q, A q, B l + C d, and what is left.
    value : objective, including alpha 1'A q.
    gap : relative duality gap that the solver returned.
    """

    phasic: Array
    driver: Array
    tonic: Array
    rest: Array
    value: float
    gap: float


def cvxeda(
    z: Array, dt_s: float, *, slow_s: float = 2.0, fast_s: float = 0.7, knots_s: float = 10.0, alpha: float = 8e-4,
    gamma: float = 1e-2, weight: Array | None = None,
) -> CvxEDA:  # fmt: skip
    """Minimise the published objective.

    Parameters
    ----------
    z : (sample,), standardised.
    dt_s, slow_s, fast_s, knots_s : step, time constants, distance of the splines, in s.
    alpha, gamma : penalties of the driver and of the splines.
    weight : (sample,), 0 where nothing was measured; the published objective has 1 throughout.

    Raises
    ------
    InputError
        where Clarabel is not installed, or finds no minimum.
    """
    import scipy.sparse as sp

    n = len(z)
    a0, a1 = 1.0 / slow_s, 1.0 / fast_s
    recursion = np.array(
        [(a1 * dt_s + 2) * (a0 * dt_s + 2), 2 * a1 * a0 * dt_s**2 - 8, (a1 * dt_s - 2) * (a0 * dt_s - 2)]
    ) / ((a1 - a0) * dt_s**2)
    # the first two rows reach before the beginning, where there is nothing
    A, M = (
        sp.diags_array([np.full(n - i, c) for i, c in enumerate(row)], offsets=[0, -1, -2], shape=(n, n)).tocsc()
        for row in (recursion, np.array([1.0, 2.0, 1.0]))
    )
    B = _splines(n, max(round(knots_s / dt_s), 1))
    C = sp.csc_array(np.column_stack([np.ones(n), np.arange(1.0, n + 1.0) / n]))
    weight = np.ones(n) if weight is None else weight
    found, gap = _minimum(A, M, B, C, z, weight, alpha, gamma)
    q, spline, line = found[:n], found[n : n + B.shape[1]], found[n + B.shape[1] :]
    phasic, driver, tonic = M @ q, np.maximum(A @ q, 0.0), B @ spline + C @ line
    rest = z - phasic - tonic
    # weighed again at the solution, not taken from the solver's word
    value = float(0.5 * weight @ rest**2 + alpha * driver.sum() + 0.5 * gamma * spline @ spline)
    return CvxEDA(phasic, driver, tonic, rest, value, gap)


def _splines(n: int, every: int) -> Any:
    """Cubic B-splines of peak 1, centred at every `every`-th sample up to the one after the last."""
    import scipy.sparse as sp

    side = np.concatenate([np.arange(1.0, every), np.arange(every, 0.0, -1.0)])
    one = np.convolve(side, side)
    one /= one.max()
    half = len(one) // 2
    centres = np.arange(0, n + 1, every)
    rows = centres[None, :] + np.arange(-half, half + 1)[:, None]
    columns = np.broadcast_to(np.arange(len(centres)), rows.shape)
    values = np.broadcast_to(one[:, None], rows.shape)
    inside = (rows >= 0) & (rows < n)
    return sp.csc_array((values[inside], (rows[inside], columns[inside])), shape=(n, len(centres)))


def _minimum(
    A: Any, M: Any, B: Any, C: Any, z: Array, weight: Array, alpha: float, gamma: float
) -> tuple[Array, float]:
    """(q, l, d) and the relative gap, by Clarabel's interior point."""
    import scipy.sparse as sp

    try:
        import clarabel
    except ImportError:
        raise InputError(
            "the method 'cvxeda' needs Clarabel", where="method", mend="pip install 'sudomotor[cvxeda]', or take method map"
        ) from None  # fmt: skip
    n, splines = len(z), B.shape[1]
    all_of = sp.hstack([M, B, C], format="csc")
    size = all_of.shape[1]
    # the residuals are unknowns of their own, so that the quadratic form is diagonal and the system stays sparse
    P = sp.diags_array(np.concatenate([np.zeros(n), np.full(splines, gamma), np.zeros(2), weight])).tocsc()
    linear = np.concatenate([alpha * np.asarray(A.sum(axis=0)).ravel(), np.zeros(splines + 2 + n)])
    rows = sp.vstack(
        [sp.hstack([all_of, sp.eye_array(n)]), sp.hstack([-A, sp.csc_array((n, size - n + n))])], format="csc"
    )
    settings = clarabel.DefaultSettings()
    settings.verbose = False
    settings.tol_gap_rel = settings.tol_gap_abs = settings.tol_feas = 1e-10
    solver = clarabel.DefaultSolver(
        sp.csc_matrix(P), linear, sp.csc_matrix(rows), np.concatenate([z, np.zeros(n)]),
        [clarabel.ZeroConeT(n), clarabel.NonnegativeConeT(n)], settings,
    )  # fmt: skip
    answer = solver.solve()
    if "Solved" not in str(answer.status):
        raise InputError(f"cvxEDA's objective was not minimised ({answer.status})", where="method", mend="take method map")
    x = np.asarray(answer.x)
    value, dual = float(answer.obj_val), float(answer.obj_val_dual)
    gap = abs(value - dual) / (1.0 + abs(value))
    return x[:size], gap


def cvxeda_activity(
    recording: Recording, judged: Quality | None, usable: NDArray[np.bool_], notes: list[str], p: Parameters
) -> SudomotorActivity:
    """The same for a recording, at its own rate, back in uS."""
    import pandas as pd

    of = bateman(p.value("eda_slow_s"), p.value("eda_fast_s"))
    dt = 1.0 / recording.rate_Hz
    # an even clock: each sample at its nearest step, steps without one weigh nothing
    position = (recording.times_s - recording.times_s[0]) / dt
    cell = np.round(position).astype(np.int64)
    n = int(cell[-1]) + 1
    if n > 4 * len(cell) + 1000:
        raise InputError(
            "the recording is mostly gaps, over which the published objective does not lead", where="method",
            mend="cut it (Recording.between), or take method map",
        )  # fmt: skip
    number = np.bincount(cell[usable], minlength=n)
    y = np.bincount(cell[usable], recording.values_uS[usable], n) / np.maximum(number, 1)
    weight = np.where(number > 0, 1.0, 0.0)
    middle, scale = float(y[number > 0].mean()), float(y[number > 0].std()) or 1.0
    found = cvxeda(
        np.where(weight > 0, (y - middle) / scale, 0.0), dt, slow_s=p.value("eda_slow_s"), fast_s=p.value("eda_fast_s"),
        knots_s=p.value("cvxeda_knots_s"), alpha=p.value("cvxeda_alpha"), gamma=p.value("cvxeda_gamma"), weight=weight,
    )  # fmt: skip
    phasic, tonic = scale * found.phasic[cell], middle + scale * found.tonic[cell]
    # the published kernel, exp(-t/slow) - exp(-t/fast), has the area slow - fast: ours has 1
    driver = found.driver * scale * (p.value("eda_slow_s") - p.value("eda_fast_s"))
    events = _events(found.driver, scale, dt, of.visible_s - p.value("eda_latency_s"), recording.times_s[0], found.phasic)
    told = [*notes, "cvxEDA's objective has no scale of noise, so there are no error bars"]
    if np.abs(position - cell).max() > _UNEVEN:
        told.append(f"the clock is uneven: each sample stands at the nearest of steps of {1e3 * dt:.4g} ms")
    if (weight == 0).any():
        told.append("missing samples weigh nothing here; the published objective does not know gaps")
    return SudomotorActivity(
        recording, tonic, phasic, driver[cell], np.full(len(cell), np.nan), pd.DataFrame(events), judged,
        float(scale * found.rest[weight > 0].std()), found.gap, of, p.value("eda_latency_s"), recording.rate_Hz, "cvxeda",
        tuple(told),
    )  # fmt: skip


def _events(driver: Array, scale: float, dt: float, later: float, start_s: float, phasic: Array) -> dict[str, Array]:
    """Runs of the driver above a fiftieth of its large values, with the rise of the phasic part after each."""
    if not (driver > 0).any():
        return {name: np.zeros(0) for name in EVENT_COLUMNS}
    on = driver > _ON * np.quantile(driver[driver > 0], 0.99)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], on, [False]]).astype(int))).reshape(-1, 2)
    middles = np.array([np.average(np.arange(a, b), weights=driver[a:b]) for a, b in edges])
    reach = max(round(_RISE_S / dt), 1)
    tops = np.array([a + int(np.argmax(phasic[a : a + reach])) for a, _ in edges])
    sizes = np.array([phasic[top] - phasic[max(a - 1, 0)] for top, (a, _) in zip(tops, edges, strict=True)])
    # with no scale of noise, a driver that only slows a fall is told as well: not as an event
    rises = sizes > _NOTHING
    middles, sizes, tops = middles[rises], sizes[rises], tops[rises]
    nothing = np.full(len(sizes), np.nan)
    columns = (start_s + middles * dt + later, scale * sizes, nothing, (tops - middles) * dt - later, nothing.copy())
    return dict(zip(EVENT_COLUMNS, columns, strict=True))
