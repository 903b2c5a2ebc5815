"""How one burst shows on the skin: rational kernels, and the recursions that they are on an even grid.

A kernel is a sum of exponentials, h(t) = sum_i R_i exp(p_i t), scaled to a peak of 1, so that a driver's amplitude is the peak of
its response. On a grid it is a recursion: with z_i = exp(p_i dt) the driver is u = prod_i (1 - z_i B) q and the response is c(B) q.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError, unknown
from sudomotor.parameters import Parameters, load

Array = NDArray[np.float64]
_ROUNDING = 1e-14
_VISIBLE = 0.1  # a response is seen when it has a tenth of its peak


@dataclass(frozen=True)
class GridKernel:
    """A kernel on an even grid.

    Attributes
    ----------
    dt_s : the grid's step.
    a : (m + 1,) recursion of the driver, a[0] = 1.
    c : (m,) how the whole response is seen in the state; one step late (`shift`).
    c_tonic : (m,) the part of it that belongs to the tonic level.
    first : (m, m) what is non-negative while the recursion has no past.
    shift_s : time of a burst before the sample that its driver stands at.
    """

    dt_s: float
    a: Array
    c: Array
    c_tonic: Array
    first: Array
    shift_s: float

    def response(self, n: int) -> Array:
        """(n,) the response to a driver of 1 in the first sample."""
        from scipy.signal import lfilter

        impulse = np.zeros(n)
        impulse[0] = 1.0
        return np.asarray(lfilter(self.c, self.a, impulse))

    @cached_property
    def norm(self) -> float:
        """Square root of the response's sum of squares: what a burst of 1 weighs against white noise of 1 per sample."""
        long = int(min(600.0 / self.dt_s, 20000)) + 2
        return float(np.linalg.norm(self.response(long)))


@dataclass(frozen=True)
class Kernel:
    """A kernel in continuous time.

    Attributes
    ----------
    name : of its kind.
    poles, residues : (m,) 1/s and 1; peak 1 where `residues` and `tonic_residues` are those of `kernel_of`.
    tonic_residues : (m,) the part of the residues that is tonic.
    delay_s : time from the burst's time in the kernel to the beginning of `poles`' response, before any latency.
    constants : what it was made of, for the record.
    """

    name: str
    poles: NDArray[np.complex128]
    residues: NDArray[np.complex128]
    tonic_residues: NDArray[np.complex128]
    constants: tuple[tuple[str, float], ...] = ()

    @property
    def order(self) -> int:
        """Number of poles."""
        return len(self.poles)

    def at(self, t_s: Array, *, tonic: bool = False) -> Array:
        """The response at times after a burst, or its tonic part."""
        t = np.asarray(t_s, dtype=float)
        r = self.tonic_residues if tonic else self.residues
        e = np.exp(self.poles[:, None] * np.maximum(t, 0.0).ravel())
        return np.where(t >= 0, np.real(r @ e).reshape(t.shape), 0.0)

    @cached_property
    def _fine(self) -> tuple[Array, Array]:
        t = np.arange(0.0, 60.0, 0.005)
        return t, self.at(t) - self.at(t, tonic=True)

    @cached_property
    def area_s(self) -> float:
        """Integral of the phasic response to a burst of amplitude 1 (uS s per uS)."""
        return float(np.real(-np.sum((self.residues - self.tonic_residues) / self.poles)))

    @cached_property
    def visible_s(self) -> float:
        """Time from the kernel's beginning until a response has a tenth of its peak."""
        t, h = self._fine
        return float(t[np.argmax(h >= _VISIBLE * h.max())])

    @cached_property
    def peak_s(self) -> float:
        """Time from the kernel's beginning to the peak."""
        t, h = self._fine
        return float(t[np.argmax(h)])

    @cached_property
    def half_recovery_s(self) -> float:
        """Time from the peak until half of it is left."""
        t, h = self._fine
        top = int(np.argmax(h))
        return float(t[top + np.argmax(h[top:] <= 0.5 * h[top])] - t[top])

    @cached_property
    def _grids(self) -> dict[float, GridKernel]:
        return {}

    def on_grid(self, dt_s: float) -> GridKernel:
        """The recursion for a step of `dt_s` seconds (impulse invariance); made once."""
        if dt_s not in self._grids:
            self._grids[dt_s] = self._on_grid(dt_s)
        return self._grids[dt_s]

    def _on_grid(self, dt_s: float) -> GridKernel:
        z = np.exp(self.poles * dt_s)
        z = z[np.argsort(-np.abs(z), kind="stable")]
        m = len(z)
        a = np.real(np.poly(z))
        k: Array = np.asarray(np.arange(m + 1) * dt_s, dtype=np.float64)
        whole, tonic = (np.convolve(a, self.at(k, tonic=part))[: m + 1] for part in (False, True))
        # what is nought but for rounding is nought: a kernel that is seen in its last state alone is solved faster
        whole[np.abs(whole) < _ROUNDING * np.abs(whole).max()] = 0.0
        first = np.zeros((m, m))
        so_far = np.ones(1)
        for row in range(m):
            first[row, : row + 1] = so_far[::-1]
            so_far = np.convolve(so_far, [1.0, -abs(z[row])])
        # a response begins at zero, so its first coefficient is nought: the driver stands one sample late instead
        return GridKernel(dt_s, a, whole[1:], tonic[1:], first, dt_s)


def kernel_of(
    name: str,
    poles: list[complex],
    weights: Callable[[complex], complex],
    tonic_weights: Callable[[complex], complex] | None = None,
    **constants: float,
) -> Kernel:
    """A kernel from its poles and its numerator as a function of s, scaled to a phasic peak of 1."""
    p = np.asarray(poles, dtype=np.complex128)
    slope = np.array([np.prod([x - y for j, y in enumerate(p) if j != i]) for i, x in enumerate(p)])
    residues = np.array([weights(x) for x in p]) / slope
    tonic = np.zeros_like(residues)
    if tonic_weights is not None:
        tonic = np.array([tonic_weights(x) for x in p]) / slope
    raw = Kernel(name, p, residues, tonic)
    top = raw._fine[1].max()
    return Kernel(name, p, residues / top, tonic / top, tuple(constants.items()))


def bateman(slow_s: float, fast_s: float) -> Kernel:
    """exp(-t/slow) - exp(-t/fast): the gland's rise and the duct's drain (Alexander et al. 2005).

    >>> k = bateman(2.0, 0.7)
    >>> round(float(k.at(k.peak_s)), 6), round(k.peak_s, 2)
    (1.0, 1.13)
    """
    if not 0.0 < fast_s < slow_s < 1000.0:
        raise InputError(
            f"the kernel's time constants are {slow_s:g} s and {fast_s:g} s", where="tau",
            mend="give (slow, fast) with 0 < fast < slow, such as (2.0, 0.7)",
        )  # fmt: skip
    return kernel_of(
        "bateman", [-1.0 / slow_s, -1.0 / fast_s], lambda s: 1.0 + 0.0 * s, slow_s=slow_s, fast_s=fast_s
    )


def scrf(p: Parameters) -> Kernel:
    """The canonical response function (Bach et al. 2010), a Gaussian through two exponentials; its Gaussian as three poles."""
    fade = [p.value("scrf_fade_1_per_s"), p.value("scrf_fade_2_per_s")]
    pair = complex(-p.value("scrf_pair_damping_per_s"), p.value("scrf_pair_frequency_per_s"))
    poles = [-fade[0], -fade[1], -p.value("scrf_pole_per_s"), pair, pair.conjugate()]
    return kernel_of("scrf", [complex(x) for x in poles], lambda s: 2.0 * s + fade[0] + fade[1])


def third_order(p: Parameters) -> Kernel:
    """The third-order equation of spontaneous fluctuations (Bach et al. 2010b)."""
    terms = [1.0, p.value("third_order_theta_3"), p.value("third_order_theta_2"), p.value("third_order_theta_1")]
    return kernel_of("third_order", [complex(x) for x in np.roots(terms)], lambda s: 1.0 + 0.0 * s)


def three_pools(p: Parameters) -> Kernel:
    """Secretion, duct, horny layer: the tonic level is fed by the same bursts (Amin and Faghih 2022)."""
    t1, t2, t3 = p.value("gland_rise_s"), p.value("duct_drain_s"), p.value("corneum_drying_s")
    chi = p.value("corneum_share")
    return kernel_of(
        "three_pools", [-1.0 / t1, -1.0 / t2, -1.0 / t3],
        lambda s: ((1.0 - chi) * (s + 1.0 / t3) + chi * (s + 1.0 / t2)) / t1,
        lambda s: chi * (s + 1.0 / t2) / t1,
        secretion_s=t1, duct_s=t2, horny_layer_s=t3,
    )  # fmt: skip


KERNELS = ("bateman", "scrf", "third_order", "three_pools")


def kernel(name: str, tau: tuple[float, float] | None = None, parameters: Parameters | None = None) -> Kernel:
    """A kernel by its name, with the constants in force.

    Raises
    ------
    InputError
        for an unknown name, or time constants for a kernel that has none.
    """
    p = parameters or load()
    if name not in KERNELS:
        raise unknown("kernel", name, KERNELS, where="kernel")
    if name == "bateman":
        return bateman(*(tau or (p.value("eda_slow_s"), p.value("eda_fast_s"))))
    if tau is not None:
        raise InputError(
            f"the kernel '{name}' has no time constants to set", where="tau", mend="leave tau out"
        )
    makers: dict[str, Callable[[Parameters], Kernel]] = {
        "scrf": scrf, "third_order": third_order, "three_pools": three_pools,
    }  # fmt: skip
    return makers[name](p)
