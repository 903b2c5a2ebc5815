"""From values on an even grid to bursts with error bars: sparse fit, noise and sparsity from the data, pruning, refit.

The penalty of a burst is `kappa` times what a burst must exceed to stand out of the noise (‖h‖/sigma), so that the
answer depends neither on the unit nor on the sampling rate. Two passes: the noise is first taken from differences, then
from what the fit leaves; bursts that stand out are penalised less in the next pass (Candes et al. 2008), samples that do
not fit weigh less (Student's t), and where the tonic level jumps it is let go.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from sudomotor.measurement.banded import pair_variance
from sudomotor.measurement.interior import Problem, Solution, level_of, smooth, solve
from sudomotor.measurement.kernels import GridKernel, Kernel

Array = NDArray[np.float64]
_TIED = 1e5  # weight of a driver that is no burst, relative to what the data say of it; more costs digits with five poles
_LEAN_S, _LEAN_PEAKS = 3.0, 2.0  # bursts nearer than this, or than so many times to the peak, lean on each other
_LASTING_S = 8.0  # a response hides the level for longer than its kernel says
_WIDE = 3.0  # standard deviation of a burst's amplitude before the data, in units of the signal's own changes


class Settings(NamedTuple):
    """How the fit is made; all without a unit of conductance.

    Attributes
    ----------
    kappa : penalty of a burst, in units of norm(h) / sigma.
    reweigh : how fast the penalty falls with a burst's size.
    tonic : how much the tonic level's slope may change, per square root of a second, relative to the signal's own changes; in
        the first pass.
    rest_tonic : the same in later passes, where no response is.
    keep_z : a burst counts when its amplitude is so many times its standard deviation.
    mismatch : and where one is, in units of the response: the error of the kernel's shape that is reckoned with.
    keep_share : and when it is at least this share of the response that it rides on.
    merge_s : bursts nearer than this are one.
    degrees : of freedom of Student's t that weighs samples; 0 weighs all alike.
    jump_share, jump_z : a jump of the level is at least this share of the signal's own changes and so many times the noise.
    passes : of the sparse fit.
    """

    kappa: float = 1.0
    reweigh: float = 1.0
    tonic: float = 0.01
    keep_z: float = 4.0
    rest_tonic: float = 0.005
    mismatch: float = 0.1
    keep_share: float = 0.05
    merge_s: float = 1.3
    degrees: float = 4.0
    jump_share: float = 0.5
    jump_z: float = 8.0
    passes: int = 2


class Bursts(NamedTuple):
    """Bursts on the grid: sample of the first of its two drivers, share of the second, amplitude, its standard deviation."""

    at: NDArray[np.int64]
    share: Array
    amplitude: Array
    sd: Array


class Arrival(NamedTuple):
    """What the samples before the first say of the first states and levels (q_0, b_0, q_1, ...).

    Attributes
    ----------
    weight, slope : (2m, 2m), (2m,) information, and the same times the mean.
    """

    weight: Array
    slope: Array


class Deconvolved(NamedTuple):
    """What the values came apart into; all (n,) but the bursts.

    Attributes
    ----------
    response, shape, tonic, driver : the sparse fit, refitted on its bursts without the penalty: what the kernel makes of the
        bursts, what their responses have that the kernel has not, the level under both, and the bursts (amplitude per sample).
    phasic_sd, fit_sd : standard deviations of the responses and of the whole fit, given the bursts' times.
    bursts : see `Bursts`.
    sigma : noise per grid sample.
    weight : relative weights of the samples (Student's t; 0 where nothing was measured).
    jumps : samples at which the tonic level was let go.
    solution : the sparse fit, with its certificate.
    problem : what it solved.
    log_evidence : logarithm of the marginal likelihood of the values, for kernels and settings to be compared by.
    """

    response: Array
    shape: Array
    tonic: Array
    driver: Array
    phasic_sd: Array
    fit_sd: Array
    bursts: Bursts
    sigma: float
    weight: Array
    jumps: NDArray[np.int64]
    solution: Solution
    problem: Problem
    log_evidence: float


def deconvolve(
    y: Array, seen: Array, dt_s: float, kernel: Kernel, settings: Settings, *, floor: float = 0.0,
    breaks: NDArray[np.bool_] | None = None, sigma: float | None = None,
) -> Deconvolved:  # fmt: skip
    """Take values on an even grid apart.

    Parameters
    ----------
    y, seen : (n,) values, and how many measured samples stand behind each relative to the usual number (0: none).
    dt_s, kernel, settings : the grid's step, the response to a burst, how the fit is made.
    floor : least standard deviation of the noise (quantisation).
    breaks : (n,) whether the grid leaps over a long gap before a sample: nothing is carried over there.
    sigma : noise, where it is known; default: estimated.
    """
    known = seen > 0
    y = np.where(known, y, 0.0)
    unit = unit_for(sigma or least_noise(y, known, floor)) or 1.0
    y = y / unit
    found = deconvolve_counted(
        y, seen, known, dt_s, kernel, settings, floor / unit, breaks, None if sigma is None else sigma / unit
    )
    return in_units(found, unit, int(known.sum()))


def unit_for(noise: float) -> float:
    """What values are counted in: about their noise, so that no unit matters; by a power of two, which rounds nothing."""
    return float(2.0 ** np.round(np.log2(noise))) if noise > 0 else 0.0


def least_noise(y: Array, known: NDArray[np.bool_], floor: float) -> float:
    """The noise before anything is fitted; of what far-flung samples cannot tell, a rounding is left: nothing divides by nought."""
    return max(first_noise(y, known), floor, 1e-9 * float(np.abs(y[known]).max()))


_IN_UNITS = ("response", "shape", "tonic", "driver", "phasic_sd", "fit_sd", "sigma")


def in_units(found: Deconvolved, unit: float, measured: int) -> Deconvolved:
    """What was found of values counted in `unit`, in the values' own unit; the sparse fit stays as it was solved."""
    return found._replace(
        **{name: getattr(found, name) * unit for name in _IN_UNITS}, log_evidence=found.log_evidence - measured * np.log(unit),
        bursts=found.bursts._replace(amplitude=found.bursts.amplitude * unit, sd=found.bursts.sd * unit),
    )  # fmt: skip


def deconvolve_counted(
    y: Array, seen: Array, known: NDArray[np.bool_], dt_s: float, kernel: Kernel, settings: Settings, floor: float,
    breaks: NDArray[np.bool_] | None, sigma: float | None, scale: float | None = None, before: Arrival | None = None,
) -> Deconvolved:  # fmt: skip
    """`deconvolve` of values that are counted in about their noise; with what is known from before the first of them."""
    g = kernel.on_grid(dt_s)
    n = len(y)
    least = least_noise(y, known, floor)
    noise = sigma if sigma is not None else least
    scale = change_scale(y, known, dt_s) if scale is None else scale
    jumps = find_jumps(y, known, noise, scale, settings.jump_share, settings.jump_z)
    free = np.zeros(n, dtype=bool) if breaks is None else breaks.copy()
    free[jumps] = True
    omega = _omega(np.full(n, max(settings.tonic * scale, 1e-3 * noise)), dt_s, free)
    trust, cheap = np.ones(n), np.ones(n)
    if before is None:
        before = Arrival(np.zeros((2 * kernel.order, 2 * kernel.order)), np.zeros(2 * kernel.order))
    found: Solution | None = None
    for turn in range(settings.passes):
        last = turn == settings.passes - 1
        unit = noise / g.norm
        problem = Problem(
            y, seen * trust / noise**2, settings.kappa / unit * cheap, omega, g.a, g.c, g.first, before.weight,
            before.slope,
        )  # fmt: skip
        found = solve(problem, found, tolerance=1e-9 if last else 1e-4)
        rest = y - np.convolve(found.q, g.c)[:n] - found.b
        active = found.u > 0.05 * unit
        freedom = max(1.0 - (2.0 * active.sum()) / max(known.sum(), 1), 0.3)
        if sigma is None:
            noise = max(spread(rest[known]) / np.sqrt(freedom), least)
        if not last:
            if settings.mismatch > 0:
                phasic = np.maximum(np.convolve(found.q, g.c)[:n], 0.0)
                rest_slope = max(settings.rest_tonic * scale, 1e-3 * noise)
                omega = _omega(np.hypot(rest_slope, settings.mismatch * phasic), dt_s, free)
                del phasic
            if settings.degrees > 0:
                nu = settings.degrees
                trust = (nu + 1.0) / (nu + seen * (rest / noise) ** 2)
                trust = np.minimum(trust, 1.0)
            near = found.u.copy()
            near[:-1] += found.u[1:]
            near[1:] += found.u[:-1]
            cheap = 1.0 / (1.0 + settings.reweigh * near * g.norm / noise / settings.kappa)
            del near
        del rest
    assert found is not None
    del cheap, omega  # of a day each is as large as the recording itself
    clusters = _clusters(found.u, 0.05 * noise / g.norm, settings.merge_s / dt_s)
    return _refit(problem, found, clusters, g, noise, scale, settings, trust * known, jumps, free)


def _omega(slope: Array, dt_s: float, free: NDArray[np.bool_]) -> Array:
    """Weights of the tonic level's second differences for a standard deviation of its slope's change, per square root of a second.

    Where it is free the level may jump: neither difference that reaches across is held.
    """
    omega = 1.0 / (slope**2 * dt_s**3)
    omega[free] = 0.0
    omega[1:][free[:-1]] = 0.0
    return omega


def find_jumps(
    y: Array, known: NDArray[np.bool_], noise: float, scale: float, share: float, least_z: float
) -> NDArray[np.int64]:
    """Samples before which the electrode's contact jumped: the level changes within one step and stays.

    A response takes a second to rise and longer to fall, so a change counts where one step holds most of what happens within
    a second about it, and the level afterwards keeps it.
    """
    n = len(y)
    if n < 12 or least_z <= 0:
        return np.zeros(0, dtype=np.int64)
    step = np.diff(y)
    ok = known[1:] & known[:-1]
    bar = max(least_z * noise, share * scale)
    found = []
    for k in np.flatnonzero(ok & (np.abs(step) > bar)) + 1:
        if k < 4 or k > n - 5 or not known[k - 4 : k + 4].all():
            continue
        before, after = y[k - 4 : k], y[k : k + 4]
        # the straight lines before and after, met at the step
        change = (after[0] - 0.25 * (after[3] - after[0])) - (before[3] + 0.25 * (before[3] - before[0]))
        around = max(abs(before[3] - before[0]), abs(after[3] - after[0]))
        if abs(change) > bar and abs(step[k - 1]) > 3.0 * around and change * step[k - 1] > 0:
            found.append(k)
    return np.array(found, dtype=np.int64)


def first_noise(y: Array, known: NDArray[np.bool_]) -> float:
    """Standard deviation of the noise from third differences of samples side by side; of what there is, where none are."""
    d = np.diff(y, 3)
    ok = known[3:] & known[2:-1] & known[1:-2] & known[:-3]
    if ok.sum() < 8:
        d = np.diff(y[known], 3)
        ok = np.ones(len(d), dtype=bool)
    noise = spread(d[ok]) / 20.0**0.5
    # values that seldom change show no noise: then what they do change is the best that is known of it
    return float(noise or np.std(np.diff(y[known])) / 2.0**0.5)


def spread(x: Array) -> float:
    """A standard deviation that a few large values do not move: 1.4826 of the median absolute deviation."""
    return float(1.4826 * np.median(np.abs(x - np.median(x)))) if len(x) else 0.0


def change_scale(y: Array, known: NDArray[np.bool_], dt_s: float, lag_s: float = 5.0) -> float:
    """How much the values change in five seconds (root of the mean square of what is not far out)."""
    lag = max(round(lag_s / dt_s), 1)
    d = y[lag:] - y[:-lag]
    d = np.abs(d[known[lag:] & known[:-lag]])
    if not len(d):
        return 0.0
    return float(np.quantile(d, 0.9))


def _clusters(u: Array, least: float, reach: float) -> Array:
    """Times (in samples) of bursts: neighbouring drivers joined, nearest first, while they are within `reach`."""
    at = np.flatnonzero(u > least)
    if not len(at):
        return np.zeros(0)
    times, sizes = list(at.astype(float)), list(u[at])
    # drivers side by side are one burst between samples
    merged_t, merged_s, last = [times[0]], [sizes[0]], at[0]
    for t, s in zip(at[1:], sizes[1:], strict=True):
        if t - last <= 1 and t - merged_t[-1] <= reach:
            total = merged_s[-1] + s
            merged_t[-1] = (merged_t[-1] * merged_s[-1] + t * s) / total
            merged_s[-1] = total
        else:
            merged_t.append(float(t))
            merged_s.append(s)
        last = t
    times, sizes = merged_t, merged_s
    while len(times) > 1:
        gaps = np.diff(times)
        close = np.flatnonzero(gaps < reach)
        if not len(close):
            break
        # of each run of close ones the closest pair
        order = close[np.argsort(gaps[close])]
        taken: set[int] = set()
        drop = []
        for i in order:
            if i in taken or i + 1 in taken or i - 1 in taken:
                continue
            taken.update((i, i + 1))
            total = sizes[i] + sizes[i + 1]
            times[i] = (times[i] * sizes[i] + times[i + 1] * sizes[i + 1]) / total
            sizes[i] = total
            drop.append(i + 1)
        for i in sorted(drop, reverse=True):
            del times[i], sizes[i]
    return np.array(times)


def _refit(
    problem: Problem,
    sparse: Solution,
    times: Array,
    g: GridKernel,
    noise: float,
    scale: float,
    s: Settings,
    weight: Array,
    jumps: NDArray[np.int64],
    broken: NDArray[np.bool_],
) -> Deconvolved:
    """Amplitudes without the penalty, on the bursts' own samples; those that do not stand out are left out in turn."""
    n, m = len(problem.y), len(g.a) - 1
    free = problem._replace(lam=np.zeros(n))
    unit = noise / g.norm
    loose = 1.0 / max(_WIDE * scale, 10.0 * unit) ** 2
    lean_s = max(_LEAN_S, _LEAN_PEAKS * g.dt_s * float(np.argmax(g.response(int(60.0 / g.dt_s)))))
    keep = times
    alone = np.zeros(len(keep), dtype=np.int64)  # 1, 2: only the first, the second of a burst's two drivers is left to it
    fit = None
    while True:
        del fit  # a day's covariances need not lie there twice
        at = np.clip(np.floor(keep).astype(np.int64), 0, max(n - 2, 0))
        tied = np.full(n, _TIED / unit**2)
        tied[at[alone != 2]] = loose
        tied[np.minimum(at + 1, n - 1)[alone != 1]] = loose
        fit = smooth(free, tied, width=2 * (m + 1))
        amplitude = fit.u[at] + fit.u[np.minimum(at + 1, n - 1)]
        sd = np.empty(len(at))
        pair_variance(fit.band, at, g.a, g.first, sd)
        sd = np.sqrt(sd)
        z = amplitude / np.maximum(sd, 1e-300)
        phasic = np.convolve(fit.q, g.c)[:n]
        under = np.maximum(phasic[np.maximum(at - 1, 0)], 0.0)
        bad = (z < s.keep_z) | (amplitude < s.keep_share * under)
        # weakest first; of neighbours that lean on each other only one goes at a time
        drop, stay = np.zeros(len(keep), dtype=bool), np.ones(len(keep), dtype=bool)
        for i in np.argsort(z):
            if not bad[i]:
                continue
            near = np.abs(keep - keep[i]) * g.dt_s < lean_s
            stay[near] = False
            if not drop[near].any():
                drop[i] = True
        # a driver is nowhere negative: where the better of the two would pull the other below, it stands alone
        below = np.where(fit.u[at] < 0, 2, np.where(fit.u[np.minimum(at + 1, n - 1)] < 0, 1, 0))
        below[(alone != 0) | ~stay] = 0
        if not (drop.any() or below.any()):
            break
        alone += below
        keep, alone = keep[~drop], alone[~drop]
    total = np.where(np.abs(amplitude) > 0, amplitude, 1.0)
    share = np.clip(fit.u[np.minimum(at + 1, n - 1)] / total, 0.0, 1.0)
    sd_q, sd_all = _seen_sd(fit.band, g.c - g.c_tonic, 0.0), _seen_sd(fit.band, g.c, 1.0)
    fit = fit._replace(band=np.empty((0, 0)))
    driver = np.where(tied == loose, fit.u, 0.0)
    del tied
    of_level = np.convolve(fit.q, g.c_tonic)[:n]
    tonic, response = fit.b + of_level, phasic - of_level
    rest_omega = _omega(np.full(n, max(s.rest_tonic * scale, 1e-3 * noise)), g.dt_s, broken)
    level = np.empty(n)
    level_of(tonic, 1.0 / (noise**2 + _lasting(response, _LASTING_S / g.dt_s) ** 2), rest_omega, level)
    return Deconvolved(
        response, tonic - level, level, driver, sd_q, sd_all, Bursts(at, share, amplitude, sd), noise,
        weight, jumps, sparse, problem,
        fit.log_evidence - len(at) * np.log(max(n, 2) / max(len(at), 1)),
    )  # fmt: skip


@njit(cache=True, error_model="numpy")
def _lasting(response, cells):  # type: ignore[no-untyped-def]
    """The response as it would be with a long tail: where the level under it is not seen."""
    out = np.empty_like(response)
    fade, so_far = np.exp(-1.0 / cells), 0.0
    for k in range(response.shape[0]):
        so_far = max(response[k], so_far * fade)
        out[k] = so_far
    return out


def _seen_sd(band: Array, c: Array, level: float) -> Array:
    """Standard deviation of sum_i c_i q_(k-i) + level b_k, from the band of covariances."""
    n = len(band) // 2
    out = level * level * band[1::2, 0]
    for i in np.flatnonzero(c):
        out[i:] += 2.0 * level * c[i] * band[1::2, 1 + 2 * i][i:]  # covariances of b_k and q_(k - i)
        for j in np.flatnonzero(c):
            late, apart = min(i, j), abs(i - j)
            rows = band[0::2, 2 * apart]  # of q_k and q_(k - apart)
            out[late:] += c[i] * c[j] * rows[: n - late]
    return np.sqrt(np.maximum(out, 0.0))
