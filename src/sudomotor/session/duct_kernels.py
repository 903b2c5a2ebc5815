"""Compiled kernels of the electroneutral Nernst-Planck solver: one flux, one Jacobian, one time step for every problem.

The flux of species k through a face of width h (mol m-2 s-1) is the Scharfetter-Gummel one in its artificial-diffusion form,

    J_k = D_k/h [ Q(v_k) (c_L - c_R) + v_k (c_L + c_R)/2 ],   v_k = z_k w + u h/D_k,   Q(v) = (v/2) coth(v/2) = 1 + psi_k,

with w = F E h/(R T) the drop of potential over the face in thermal units. At imposed current density i the drop is the root of
F sum_k z_k J_k(w) = i, a strictly increasing function of w, found by Newton to round-off: so charge is
conserved in every face, and the sum of cell contents changes by the fluxes of the two ends alone.

The unknowns u of a cell are mapped to its species by the chemistry (`ALL`: every ion is an unknown; `NEUTRAL`: the last ion
follows from electroneutrality; `CARBONATE`: sodium, calcium, dissolved carbon and net acid, the pH follows
algebraically). Time goes
by RODAS3 (Sandu et al. 1997, Atmospheric Environment 31:3459): order 3 with an embedded order 2, L-stable, linearly implicit.
The cumulative fluxes are integrated by the same scheme, hence telescope exactly.

All of it stands in one file because numba's cache of a function does not notice a change of another file.
Tuples are passed where a length must be known when compiling. All values are SI: mol/m3 (= mM), m, s, A/m2.
"""

from __future__ import annotations

from collections.abc import Callable
from math import exp, isfinite, log
from typing import Any, TypeVar, cast

import numba
import numpy as np

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

ALL, NEUTRAL, CARBONATE = 0, 1, 2
FARADAY = 96485.33212  # C/mol, CODATA 2018 (exact)
GAMMA = 0.5  # the diagonal of RODAS3
FINISHED, STUCK, TOO_MANY_STEPS = 0, 1, 2


def compiled(function: Kernel) -> Kernel:
    """Compile with numba: cached on disk, IEEE division, no reordering of floating-point sums."""
    return cast(Kernel, numba.njit(cache=True, error_model="numpy")(function))


@compiled
def acidity(total: float, carbon: float, site: float, chemistry: Any, guess: float) -> float:
    """Free [H+] (mol/m3) at net acid `total`, dissolved carbon `carbon` and immobile buffer `site`.

    Root of H - Kw/H - [HCO3] - 2[CO3] - [B-] - total, increasing in log H; Newton in log H kept inside a shrinking bracket.
    """
    kw, k1, k2, kb = chemistry[0], chemistry[1], chemistry[2], chemistry[3]
    carbon = max(carbon, 0.0)
    low, high = log(1e-14), log(1e6)
    x = min(max(log(guess), low), high)
    for _ in range(200):
        h = exp(x)
        below = h * h + k1 * h + k1 * k2
        a1, a2 = k1 * h / below, k1 * k2 / below
        bound = kb / (kb + h)
        value = h - kw / h - carbon * (a1 + 2.0 * a2) - site * bound - total
        a0 = 1.0 - a1 - a2
        slope = h + kw / h + carbon * (a0 * a1 + 4.0 * a0 * a2 + a1 * a2) + site * bound * (1.0 - bound)
        if value > 0.0:
            high = x
        else:
            low = x
        step = -value / slope
        new = x + step
        if new <= low or new >= high:
            new = 0.5 * (low + high) if step * step > 1e-20 else x
        if (new - x) * (new - x) < 1e-16 or high - low < 1e-15:
            return exp(new)
        x = new
    return exp(x)


@compiled
def speciate(kind: int, u: Any, site: float, chemistry: Any, z: Any, c: Any, dc: Any, h: float) -> float:
    """Fill the species `c` (n,) and, if `dc` is not empty, d c/d u (n, m) of one cell; returns [H+] as the next guess."""
    n = len(z)
    m = u.shape[0]
    wants = dc.shape[0] > 0
    if kind == ALL:
        for k in range(m):
            c[k] = u[k]
        if wants:
            for k in range(m):
                for j in range(m):
                    dc[k, j] = 1.0 if k == j else 0.0
        return h
    if kind == NEUTRAL:
        charge = 0.0
        for k in range(n - 1):
            c[k] = u[k]
            charge += z[k] * u[k]
        c[n - 1] = -charge / z[n - 1]
        if wants:
            for k in range(n - 1):
                for j in range(n - 1):
                    dc[k, j] = 1.0 if k == j else 0.0
            for j in range(n - 1):
                dc[n - 1, j] = -z[j] / z[n - 1]
        return h
    kw, k1, k2, kb = chemistry[0], chemistry[1], chemistry[2], chemistry[3]
    if not (h > 0.0 and h < 1e7):  # a failed stage may have left nonsense as the guess
        h = 1e-4
    h = acidity(u[3], u[2], site, chemistry, h)
    below = h * h + k1 * h + k1 * k2
    a1, a2 = k1 * h / below, k1 * k2 / below
    a0 = 1.0 - a1 - a2
    # the error of a step may leave a trace less than no carbon: it moves nothing, and its charge must not count
    carbon = max(u[2], 0.0)
    c[0] = u[0] - site * kb / (
        kb + h
    )  # a site without its proton holds a sodium: no net charge of the lining
    c[1] = u[1]
    c[2] = u[0] + 2.0 * u[1] + u[3]
    c[3] = h
    c[4] = kw / h
    c[5] = carbon * a0
    c[6] = carbon * a1
    c[7] = carbon * a2
    if wants:
        bound = kb / (kb + h)
        # d ln h: every derivative below is taken along ln h, so that nothing is divided by a small h
        held = carbon
        slope = h + kw / h + held * (a0 * a1 + 4.0 * a0 * a2 + a1 * a2) + site * bound * (1.0 - bound)
        by_acid = 1.0 / slope
        by_carbon = (a1 + 2.0 * a2) / slope if carbon > 0.0 else 0.0
        released = site * bound * (1.0 - bound)
        dc[0, 0], dc[0, 2], dc[0, 3] = 1.0, released * by_carbon, released * by_acid
        dc[1, 1] = 1.0
        dc[2, 0], dc[2, 1], dc[2, 3] = 1.0, 2.0, 1.0
        d0 = held * a0 * (a1 + 2.0 * a2)
        d1 = held * a1 * (a2 - a0)
        d2 = -held * a2 * (2.0 * a0 + a1)
        dc[3, 2], dc[3, 3] = h * by_carbon, h * by_acid
        dc[4, 2], dc[4, 3] = -kw / h * by_carbon, -kw / h * by_acid
        dc[5, 2], dc[5, 3] = a0 + d0 * by_carbon, d0 * by_acid
        dc[6, 2], dc[6, 3] = a1 + d1 * by_carbon, d1 * by_acid
        dc[7, 2], dc[7, 3] = a2 + d2 * by_carbon, d2 * by_acid
    return h


@compiled
def weighting(v: float, e: float) -> tuple[float, float]:
    """Q(v) = (v/2) coth(v/2) and its derivative, given e = exp(v)."""
    # selections, no branches, so that the compiler can work on several species at once; past 36 coth is 1 to round-off
    e = 1e17 if v > 36.0 else (1e-17 if v < -36.0 else e)
    s = v * v
    small = s < 2.5e-3
    r = 1.0 / (1.0 if small else e - 1.0)
    coth = (e + 1.0) * r
    q = 1.0 + s / 12.0 * (1.0 - s / 60.0 * (1.0 - s / 42.0)) if small else 0.5 * v * coth
    dq = v / 6.0 * (1.0 - s / 30.0 * (1.0 - s / 28.0)) if small else 0.5 * coth - v * (e * r) * r
    return q, dq


@compiled
def face(
    z: Any,
    d: Any,
    scheme: Any,
    width: float,
    push: float,
    given: bool,
    w: float,
    peclet: Any,
    epeclet: Any,
    left: Any,
    right: Any,
    flux: Any,
    a: Any,
    b: Any,
    g: Any,
) -> tuple[float, float]:
    """Fluxes of every species through one face, with their derivatives.

    push : sum z J wanted (mol m-2 s-1), or w itself where `given`.
    Fills flux (n,), a = dJ/dc_L, b = dJ/dc_R, g = dJ/dv; returns (w, sum z^2 g).
    """
    n = len(z)
    diffusion, upwind = scheme[0], scheme[1]
    scale = 1.0 / width
    if given:
        w = push
    elif not w * w < 1e12:  # the guess left by a failed stage
        w = 0.0
    for attempt in range(60):
        within = -300.0 < w < 300.0
        ew = exp(w) if within else 1.0
        iew = 1.0 / ew
        excess, stiffness = 0.0, 0.0
        for k in range(n):
            v = z[k] * w + peclet[k]
            # one exponential serves all ions; past its range, where drift and sweat might cancel, each takes its own
            if not (within and -300.0 < peclet[k] < 300.0):
                e = exp(min(max(v, -36.0), 36.0))
            elif z[k] == 1.0:
                e = ew * epeclet[k]
            elif z[k] == -1.0:
                e = iew * epeclet[k]
            elif z[k] == 2.0:
                e = ew * ew * epeclet[k]
            elif z[k] == -2.0:
                e = iew * iew * epeclet[k]
            elif z[k] == 0.0:
                e = epeclet[k]
            else:
                e = exp(min(max(v, -36.0), 36.0))
            q, dq = weighting(v, e)
            q = diffusion + upwind * (q - 1.0)
            dq = upwind * dq
            r = d[k] * scale
            fall, mean = left[k] - right[k], 0.5 * (left[k] + right[k])
            flux[k] = r * (q * fall + v * mean)
            a[k] = r * (q + 0.5 * v)
            b[k] = r * (0.5 * v - q)
            g[k] = r * (dq * fall + mean)
            excess += z[k] * flux[k]
            stiffness += z[k] * z[k] * g[k]
        if given:
            return w, stiffness
        step = (push - excess) / stiffness
        # the last step is applied to the fluxes linearly: the charge is then exact, the field to step^2
        if step * step < 1e-14 * (1.0 + w * w) or attempt == 59:
            for k in range(n):
                flux[k] += z[k] * g[k] * step
            return w + step, stiffness
        w += step
    return w, stiffness


@compiled
def assemble(
    kind: int,
    z: Any,
    d: Any,
    m: Any,
    scheme: Any,
    chemistry: Any,
    gap: Any,
    site: Any,
    peclet: Any,
    epeclet: Any,
    wall: Any,
    given: bool,
    current: float,
    bath: Any,
    coil: Any,
    u: Any,
    jacobian: bool,
    ws: Any,
) -> None:
    """Face fluxes of the unknowns (`ws` flux_u) and, on demand, their derivatives to the left and right cell.

    u (cells, m); wall (m,) is nan where the deep end is a reservoir, else the share of the current that crosses the wall.
    """
    c, dc, h, w, flux_u, by_left, by_right, jk, a, b, g = ws
    cells = u.shape[0]
    mu = len(m)
    none = dc[0, :0]
    for j in range(cells):
        h[j + 1] = speciate(
            kind, u[j], site[j], chemistry, z, c[j + 1], dc[j + 1] if jacobian else none, h[j + 1]
        )
    h[0] = speciate(kind, bath, 0.0, chemistry, z, c[0], none, h[0])
    walled = not np.isnan(wall[0])
    if not walled:
        last = cells + 1
        h[last] = speciate(kind, coil, site[cells - 1], chemistry, z, c[last], none, h[last])
    for f in range(cells + 1):
        if f == cells and walled:
            for r in range(mu):
                flux_u[f, r] = wall[r] * current / FARADAY
            if jacobian:
                by_left[f] = 0.0
                by_right[f] = 0.0
            w[f] = 0.0
            continue
        push = current * gap[f] if given else current / FARADAY
        w[f], stiffness = face(
            z, d, scheme, gap[f], push, given, w[f], peclet[f], epeclet[f], c[f], c[f + 1], jk, a, b, g
        )
        if kind == CARBONATE:
            flux_u[f, 0] = jk[0]
            flux_u[f, 1] = jk[1]
            flux_u[f, 2] = jk[5] + jk[6] + jk[7]
            flux_u[f, 3] = jk[3] - jk[4] - jk[6] - 2.0 * jk[7]
        else:
            for r in range(mu):
                flux_u[f, r] = jk[r]
        if jacobian:
            share = 0.0 if given else 1.0 / stiffness
            if kind == CARBONATE:
                if f > 0:
                    derive_carbonate(a, g, share, dc[f], by_left[f])
                if f < cells:
                    derive_carbonate(b, g, share, dc[f + 1], by_right[f])
                continue
            if f > 0:
                derive(z, m, a, g, share, dc[f], by_left[f])
            if f < cells:
                derive(z, m, b, g, share, dc[f + 1], by_right[f])


@compiled
def derive(z: Any, m: Any, a: Any, g: Any, share: float, dc: Any, out: Any) -> None:
    """d(flux of the unknowns)/d(unknowns of one neighbour), the field's own response included (a rank-one term).

    The unknowns of strong ions are the ions themselves, the last one apart.
    """
    mu, n = len(m), len(z)
    for j in range(mu):
        drift = 0.0
        for k in range(n):
            drift += z[k] * a[k] * dc[k, j]
        drift *= -share
        for r in range(mu):
            out[r, j] = a[r] * dc[r, j] + z[r] * g[r] * drift


@compiled
def derive_carbonate(a: Any, g: Any, share: float, dc: Any, out: Any) -> None:
    """`derive` written out for `CARBONATE`, where most of dc and of the map to unknowns is zero."""
    g0, g1, g2, g3 = g[0], 2.0 * g[1], -g[6] - 2.0 * g[7], g[3] + g[4] + g[6] + 4.0 * g[7]
    for j in range(4):
        e0 = a[0] * dc[0, j]
        e1 = e2 = e3 = 0.0
        if j < 2:
            e1 = a[1] * dc[1, j]
        else:
            t4, t6, t7 = a[4] * dc[4, j], a[6] * dc[6, j], a[7] * dc[7, j]
            e2 = a[5] * dc[5, j] + t6 + t7
            e3 = a[3] * dc[3, j] - t4 - t6 - 2.0 * t7
        drift = -share * (e0 + 2.0 * e1 - a[2] * dc[2, j] + e3)
        out[0, j] = e0 + g0 * drift
        out[1, j] = e1 + g1 * drift
        out[2, j] = e2 + g2 * drift
        out[3, j] = e3 + g3 * drift


@compiled
def invert(m: Any, s: Any, out: Any) -> None:
    """Inverse of a small matrix by Gauss-Jordan with partial pivoting; `s` is destroyed."""
    mu = len(m)
    for r in range(mu):
        for j in range(mu):
            out[r, j] = 1.0 if r == j else 0.0
    for p in range(mu):
        best = p
        for r in range(p + 1, mu):
            if abs(s[r, p]) > abs(s[best, p]):
                best = r
        if best != p:
            for j in range(mu):
                s[p, j], s[best, j] = s[best, j], s[p, j]
                out[p, j], out[best, j] = out[best, j], out[p, j]
        r0 = 1.0 / s[p, p]
        for j in range(mu):
            s[p, j] *= r0
            out[p, j] *= r0
        for r in range(mu):
            if r != p:
                t = s[r, p]
                for j in range(mu):
                    s[r, j] -= t * s[p, j]
                    out[r, j] -= t * out[p, j]


@compiled
def factor(
    m: Any, dx: Any, by_left: Any, by_right: Any, shift: float, inverse: Any, upper: Any, s: Any
) -> None:
    """Block LU of shift*I - dF/du: keeps the inverse of each pivot block and pivot^-1 times the upper block."""
    mu = len(m)
    cells = dx.shape[0]
    for j in range(cells):
        over = 1.0 / dx[j]
        for r in range(mu):
            for k in range(mu):
                s[r, k] = (by_left[j + 1, r, k] - by_right[j, r, k]) * over
            s[r, r] += shift
        if j > 0:
            for r in range(mu):
                for k in range(mu):
                    t = 0.0
                    for q in range(mu):
                        t += by_left[j, r, q] * upper[j - 1, q, k]
                    s[r, k] += t * over  # minus (-by_left/dx) times upper
        invert(m, s, inverse[j])
        if j < cells - 1:
            for r in range(mu):
                for k in range(mu):
                    t = 0.0
                    for q in range(mu):
                        t += inverse[j, r, q] * by_right[j + 1, q, k]
                    upper[j, r, k] = t * over


@compiled
def substitute(m: Any, dx: Any, by_left: Any, inverse: Any, upper: Any, x: Any, t: Any) -> None:
    """Solve the factored system in place; x (cells, m) holds the right-hand side, then the solution."""
    mu = len(m)
    cells = dx.shape[0]
    for j in range(cells):
        for r in range(mu):
            t[r] = x[j, r]
        if j > 0:
            over = 1.0 / dx[j]
            for r in range(mu):
                s = 0.0
                for q in range(mu):
                    s += by_left[j, r, q] * x[j - 1, q]
                t[r] += s * over
        for r in range(mu):
            s = 0.0
            for q in range(mu):
                s += inverse[j, r, q] * t[q]
            x[j, r] = s
    for j in range(cells - 2, -1, -1):
        for r in range(mu):
            s = 0.0
            for q in range(mu):
                s += upper[j, r, q] * x[j + 1, q]
            x[j, r] -= s


@compiled
def accumulate(m: Any, by_left: Any, by_right: Any, x: Any, out: Any) -> None:
    """out[f] += (d flux/d u) x: the linear part of the flux that a Rosenbrock stage sees."""
    mu = len(m)
    cells = x.shape[0]
    for f in range(cells + 1):
        for r in range(mu):
            s = 0.0
            if f > 0:
                for q in range(mu):
                    s += by_left[f, r, q] * x[f - 1, q]
            if f < cells:
                for q in range(mu):
                    s += by_right[f, r, q] * x[f, q]
            out[f, r] += s


@compiled
def workspace(cells: int, mu: int, n: int) -> Any:
    """Scratch arrays of `assemble`: species, d species/d unknowns, [H+], field, fluxes and their derivatives."""
    return (
        np.zeros((cells + 2, n)), np.zeros((cells + 2, n, mu)), np.full(cells + 2, 1e-4), np.zeros(cells + 1),
        np.zeros((cells + 1, mu)), np.zeros((cells + 1, mu, mu)), np.zeros((cells + 1, mu, mu)),
        np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n),
    )  # fmt: skip


@compiled
def rate(dx: Any, flux: Any, out: Any) -> None:
    """du/dt (cells, m) from the face fluxes."""
    for j in range(out.shape[0]):
        over = 1.0 / dx[j]
        for r in range(out.shape[1]):
            out[j, r] = (flux[j, r] - flux[j + 1, r]) * over


@compiled
def march(
    kind: int,
    z: Any,
    d: Any,
    m: Any,
    scheme: Any,
    chemistry: Any,
    gap: Any,
    dx: Any,
    site: Any,
    peclet: Any,
    epeclet: Any,
    wall: Any,
    given: bool,
    coil: Any,
    start: Any,
    seg_t: Any,
    seg_i: Any,
    seg_bath: Any,
    out_t: Any,
    rtol: float,
    atol: float,
    max_steps: int,
) -> Any:
    """March the unknowns over all segments.

    seg_t (s+1,), seg_i (s, 2), seg_bath (s, 2, m): values at the two ends of each segment.
    out_t : times to land on and keep, ascending; empty: every accepted step is kept.
    Returns status, count, times, u (t, cells, m), cumulative fluxes (t, faces, m), w (t, faces), steps, rejected, factorings.
    """
    cells, mu, n = dx.shape[0], len(m), len(z)
    ws = workspace(cells, mu, n)
    flux, by_left, by_right, w = ws[4], ws[5], ws[6], ws[3]
    keep_all = out_t.shape[0] == 0
    room = 256 if keep_all else out_t.shape[0]
    times, kept = np.empty(room), np.empty((room, cells, mu))
    kept_q, kept_w = np.empty((room, cells + 1, mu)), np.empty((room, cells + 1))
    u, new = start.copy(), start.copy()
    cum = np.zeros((cells + 1, mu))
    k1, k2, k3, k4 = (np.empty_like(u), np.empty_like(u), np.empty_like(u), np.empty_like(u))
    q1, q2, q3, q4 = (np.empty_like(cum), np.empty_like(cum), np.empty_like(cum), np.empty_like(cum))
    slope, q_slope, f0, q0 = np.zeros_like(u), np.zeros_like(cum), np.empty_like(u), np.empty_like(cum)
    inverse, upper = np.zeros((cells, mu, mu)), np.zeros((cells, mu, mu))
    s, t4 = np.empty((mu, mu)), np.empty(mu)
    bath = np.empty(mu)
    count, nxt, steps, rejected, made = 0, 0, 0, 0, 0
    dt = 1e-4
    refused = False
    status = FINISHED
    segments = seg_t.shape[0] - 1
    end = seg_t[segments]
    t = seg_t[0]
    for seg in range(segments):
        t_a, t_b = seg_t[seg], seg_t[seg + 1]
        span = t_b - t_a
        if span <= 0.0:
            continue
        moving = seg_i[seg, 0] != seg_i[seg, 1]
        for r in range(mu):
            moving = moving or seg_bath[seg, 0, r] != seg_bath[seg, 1, r]
        jump = seg == 0
        if seg > 0:
            jump = seg_i[seg - 1, 1] != seg_i[seg, 0]
            for r in range(mu):
                jump = jump or seg_bath[seg - 1, 1, r] != seg_bath[seg, 0, r]
        if jump:
            dt = min(dt, 1e-2)
        fresh = False
        while t < t_b:
            if steps + rejected >= max_steps:
                return TOO_MANY_STEPS, count, times, kept, kept_q, kept_w, steps, rejected, made
            goal = t_b
            if not keep_all and nxt < out_t.shape[0] and out_t[nxt] < t_b:
                goal = out_t[nxt]
            if not keep_all and goal <= t:
                assemble(
                    kind, z, d, m, scheme, chemistry, gap, site, peclet, epeclet, wall, given,
                    seg_i[seg, 0], seg_bath[seg, 0], coil, u, False, ws,
                )  # fmt: skip
                times[count], kept[count], kept_q[count], kept_w[count] = t, u, cum, w
                count += 1
                nxt += 1
                continue
            asked = dt
            left = goal - t
            landing = dt >= left * (1.0 - 1e-12)
            if landing:
                dt = left
            elif dt > 0.5 * left:
                dt = 0.5 * left
            x = (t - t_a) / span
            current = seg_i[seg, 0] * (1.0 - x) + seg_i[seg, 1] * x
            for r in range(mu):
                bath[r] = seg_bath[seg, 0, r] * (1.0 - x) + seg_bath[seg, 1, r] * x
            if not fresh:
                if moving:
                    # inputs run linearly: the explicit time derivative by a small forward difference
                    eps = 1e-6 * span if x < 0.5 else -1e-6 * span
                    x2 = (t + eps - t_a) / span
                    for r in range(mu):
                        bath[r] = seg_bath[seg, 0, r] * (1.0 - x2) + seg_bath[seg, 1, r] * x2
                    assemble(
                        kind, z, d, m, scheme, chemistry, gap, site, peclet, epeclet, wall, given,
                        seg_i[seg, 0] * (1.0 - x2) + seg_i[seg, 1] * x2, bath, coil, u, False, ws,
                    )  # fmt: skip
                    q_slope[:] = flux
                    for r in range(mu):
                        bath[r] = seg_bath[seg, 0, r] * (1.0 - x) + seg_bath[seg, 1, r] * x
                assemble(
                    kind, z, d, m, scheme, chemistry, gap, site, peclet, epeclet, wall, given,
                    current, bath, coil, u, True, ws,
                )  # fmt: skip
                q0[:] = flux
                rate(dx, flux, f0)
                if moving:
                    q_slope[:] = (q_slope - flux) / eps
                    rate(dx, q_slope, slope)
                else:
                    q_slope[:] = 0.0
                    slope[:] = 0.0
                fresh = True
                if count == 0 and keep_all:
                    times[0], kept[0], kept_q[0], kept_w[0] = t, u, cum, w
                    count = 1
            factor(m, dx, by_left, by_right, 1.0 / (GAMMA * dt), inverse, upper, s)
            made += 1
            over, g = 1.0 / dt, GAMMA * dt
            # stage values K_i and, beside them, the same combination of the face fluxes (q_i)
            k1[:] = f0 + (0.5 * dt) * slope
            substitute(m, dx, by_left, inverse, upper, k1, t4)
            q1[:] = q0 + (0.5 * dt) * q_slope
            accumulate(m, by_left, by_right, k1, q1)
            q1 *= g
            k2[:] = f0 + (1.5 * dt) * slope + (4.0 * over) * k1
            substitute(m, dx, by_left, inverse, upper, k2, t4)
            q2[:] = q0 + (1.5 * dt) * q_slope + (4.0 * over) * q1
            accumulate(m, by_left, by_right, k2, q2)
            q2 *= g
            x2 = (t + dt - t_a) / span
            current2 = seg_i[seg, 0] * (1.0 - x2) + seg_i[seg, 1] * x2
            for r in range(mu):
                bath[r] = seg_bath[seg, 0, r] * (1.0 - x2) + seg_bath[seg, 1, r] * x2
            new[:] = u + 2.0 * k1
            assemble(
                kind, z, d, m, scheme, chemistry, gap, site, peclet, epeclet, wall, given,
                current2, bath, coil, new, False, ws,
            )  # fmt: skip
            rate(dx, flux, k3)
            k3 += over * (k1 - k2)
            substitute(m, dx, by_left, inverse, upper, k3, t4)
            q3[:] = flux + over * (q1 - q2)
            accumulate(m, by_left, by_right, k3, q3)
            q3 *= g
            new += k3
            assemble(
                kind, z, d, m, scheme, chemistry, gap, site, peclet, epeclet, wall, given,
                current2, bath, coil, new, False, ws,
            )  # fmt: skip
            rate(dx, flux, k4)
            k4 += over * (k1 - k2 - (8.0 / 3.0) * k3)
            substitute(m, dx, by_left, inverse, upper, k4, t4)
            q4[:] = flux + over * (q1 - q2 - (8.0 / 3.0) * q3)
            accumulate(m, by_left, by_right, k4, q4)
            q4 *= g
            new += k4
            error = 0.0
            for j in range(cells):
                for r in range(mu):
                    e = k4[j, r] / (atol + rtol * max(abs(u[j, r]), abs(new[j, r])))
                    error += e * e
            error = (error / (cells * mu)) ** 0.5
            if not isfinite(error):
                error = 1e6
            if error <= 1.0:
                t = goal if landing else t + dt
                u[:] = new
                cum += 2.0 * q1 + q3 + q4
                steps += 1
                fresh = False
                grown = dt * min(1.0 if refused else 4.0, max(0.3, 0.9 * (error + 1e-12) ** (-1.0 / 3.0)))
                refused = False
                dt = max(grown, asked) if landing or dt < asked else grown
                done = t >= end
                wanted = keep_all or (nxt < out_t.shape[0] and t >= out_t[nxt])
                if wanted:
                    # field of the accepted state, not of the last stage
                    assemble(
                        kind, z, d, m, scheme, chemistry, gap, site, peclet, epeclet, wall, given,
                        current2, bath, coil, u, False, ws,
                    )  # fmt: skip
                    if count == times.shape[0]:
                        times = np.concatenate((times, np.empty_like(times)))
                        kept = np.concatenate((kept, np.empty_like(kept)))
                        kept_q = np.concatenate((kept_q, np.empty_like(kept_q)))
                        kept_w = np.concatenate((kept_w, np.empty_like(kept_w)))
                    times[count], kept[count], kept_q[count], kept_w[count] = t, u, cum, w
                    count += 1
                    nxt += 1
                if done:
                    break
            else:
                rejected += 1
                refused = True
                dt *= max(0.1, 0.9 * error ** (-1.0 / 3.0)) if error < 1e5 else 0.1
                if dt < 1e-12 * max(1.0, end):
                    return STUCK, count, times, kept, kept_q, kept_w, steps, rejected, made
    return status, count, times, kept, kept_q, kept_w, steps, rejected, made


@compiled
def right_hand_side(
    kind: int,
    z: Any,
    d: Any,
    m: Any,
    scheme: Any,
    chemistry: Any,
    gap: Any,
    dx: Any,
    site: Any,
    peclet: Any,
    epeclet: Any,
    wall: Any,
    given: bool,
    coil: Any,
    current: float,
    bath: Any,
    u: Any,
    out: Any,
    ws: Any,
) -> None:
    """du/dt at one state: what a general-purpose integrator is given as the reference."""
    assemble(
        kind, z, d, m, scheme, chemistry, gap, site, peclet, epeclet, wall, given,
        current, bath, coil, u, False, ws,
    )  # fmt: skip
    rate(dx, ws[4], out)
