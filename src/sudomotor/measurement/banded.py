"""Banded Newton systems of the decomposition: assembled, factored, solved, and inverted within the band; all linear in n.

The unknowns are (q_0, b_0, q_1, b_1, ...). A symmetric matrix of half-bandwidth p is held by rows of its lower band: h[i, j] is the
entry (i, i - j). So is its Cholesky factor, with inverted diagonal.

Source: Golub and Van Loan 2013 (band Cholesky, Givens rotations); Takahashi 1973 for the selected inverse.
"""

from __future__ import annotations

import numpy as np
from numba import njit

# floor of a pivot relative to its diagonal: rounding may eat one where nothing was measured
_PIVOT = 1e-14


@njit(cache=True, error_model="numpy", inline="always")
def assemble(h, d, w, omega, a, c, first, prior, use_prior, ridge):  # type: ignore[no-untyped-def]
    """Lower band of C'wC + D2'omega D2 + A'dA, by rows: h[i, j] = H[i, i - j]."""
    n = w.shape[0]
    m = a.shape[0] - 1
    h[:, :] = 0.0
    for k in range(n):
        r = 2 * k
        wk = w[k]
        if wk > 0.0:
            for i in range(min(m, k + 1)):
                ci = wk * c[i]
                if ci != 0.0:
                    h[r + 1, 1 + 2 * i] += ci
                    row = r - 2 * i
                    for j in range(i, min(m, k + 1)):
                        h[row, 2 * (j - i)] += ci * c[j]
            h[r + 1, 0] += wk
        if k >= 2:
            o = omega[k]
            h[r + 1, 0] += o
            h[r + 1, 2] -= 2.0 * o
            h[r + 1, 4] += o
            h[r - 1, 0] += 4.0 * o
            h[r - 1, 2] -= 2.0 * o
            h[r - 3, 0] += o
        dk = d[k]
        if k >= m:
            for i in range(m + 1):
                di = dk * a[i]
                row = r - 2 * i
                for j in range(i, m + 1):
                    h[row, 2 * (j - i)] += di * a[j]
        elif not use_prior:
            for i in range(k + 1):
                for j in range(i + 1):
                    h[2 * i, 2 * (i - j)] += dk * first[k, i] * first[k, j]
        h[r, 0] += ridge
        h[r + 1, 0] += ridge
    if use_prior:
        for i in range(2 * m):
            for j in range(i + 1):
                h[i, i - j] += prior[i, j]


@njit(cache=True, error_model="numpy", inline="always")
def factor_band(h, p):  # type: ignore[no-untyped-def]
    """Cholesky factor in place: h[i, j] becomes L[i, i - j]; the diagonal is stored inverted."""
    size = h.shape[0]
    for i in range(size):
        top = min(p, i)
        diagonal = h[i, 0]
        for j in range(top, 0, -1):
            s = h[i, j]
            other = i - j
            for t in range(1, min(p - j, other) + 1):
                s -= h[i, j + t] * h[other, t]
            h[i, j] = s * h[other, 0]
        s = diagonal
        for t in range(1, top + 1):
            s -= h[i, t] * h[i, t]
        floor = _PIVOT * diagonal + 1e-290
        if not s > floor:
            s = floor
        h[i, 0] = 1.0 / np.sqrt(s)


@njit(cache=True, error_model="numpy", inline="always")
def solve_band(h, x, p):  # type: ignore[no-untyped-def]
    """x becomes the solution of L L' x = x."""
    size = h.shape[0]
    for i in range(size):
        s = x[i]
        for t in range(1, min(p, i) + 1):
            s -= h[i, t] * x[i - t]
        x[i] = s * h[i, 0]
    for i in range(size - 1, -1, -1):
        s = x[i] * h[i, 0]
        x[i] = s
        for t in range(1, min(p, i) + 1):
            x[i - t] -= h[i, t] * s


@njit(cache=True, error_model="numpy")
def factor_two(h, d, w, omega, a, c, first):  # type: ignore[no-untyped-def]
    """Assemble and factor at once for a kernel of two poles seen in its last state alone, without a prior: the usual case.

    The same rows as `assemble` and `factor_band` give, with everything that a row needs of those before it in registers.
    """
    n = w.shape[0]
    a1, a2, c0 = a[1], a[2], c[0]
    f00, f10, f11 = first[0, 0], first[1, 0], first[1, 1]
    # inverse diagonals and rows of the factor that are within reach: q and b of one and of two cells before
    ip1 = ib1 = ip2 = ib2 = 0.0
    l_qb1_q1 = 0.0  # L[b_(k-1), q_(k-1)]
    l_q1_b2 = l_q1_q2 = 0.0  # L[q_(k-1), b_(k-2)], L[q_(k-1), q_(k-2)]
    l_b1_b2 = l_b1_q2 = 0.0  # L[b_(k-1), b_(k-2)], L[b_(k-1), q_(k-2)]
    l_b2_q2 = 0.0  # L[b_(k-2), q_(k-2)]
    for k in range(n):
        dk = d[k]
        d1 = d[k + 1] if k + 1 < n else 0.0
        d2 = d[k + 2] if k + 2 < n else 0.0
        o0 = omega[k] if k >= 2 else 0.0
        o1 = omega[k + 1] if 1 <= k < n - 1 else 0.0
        o2 = omega[k + 2] if k + 2 < n else 0.0
        wk = w[k]
        # the driver's rows k, k + 1, k + 2 that q_k is in; the first two are others
        if k >= 2:
            diagonal, side, far = dk + a1 * a1 * d1 + a2 * a2 * d2, a1 * dk + a1 * a2 * d1, a2 * dk
        elif k == 1:
            diagonal, side, far = (
                f11 * f11 * dk + a1 * a1 * d1 + a2 * a2 * d2,
                f11 * f10 * dk + a1 * a2 * d1,
                0.0,
            )
        else:
            diagonal, side, far = f00 * f00 * dk + f10 * f10 * d1 + a2 * a2 * d2, 0.0, 0.0
        diagonal += c0 * c0 * wk
        # row q_k: columns q_(k-2), b_(k-2), q_(k-1), b_(k-1)
        q_q2 = far * ip2
        q_b2 = -q_q2 * l_b2_q2 * ib2
        q_q1 = (side - q_q2 * l_q1_q2 - q_b2 * l_q1_b2) * ip1
        q_b1 = (-q_q2 * l_b1_q2 - q_b2 * l_b1_b2 - q_q1 * l_qb1_q1) * ib1
        left = diagonal - q_q2 * q_q2 - q_b2 * q_b2 - q_q1 * q_q1 - q_b1 * q_b1
        ip0 = 1.0 / np.sqrt(max(left, _PIVOT * diagonal + 1e-290))
        # row b_k: columns b_(k-2), q_(k-1), b_(k-1), q_k
        level = wk + o0 + 4.0 * o1 + o2
        b_b2 = o0 * ib2
        b_q1 = -b_b2 * l_q1_b2 * ip1
        b_b1 = (-2.0 * o0 - 2.0 * o1 - b_b2 * l_b1_b2 - b_q1 * l_qb1_q1) * ib1
        b_q0 = (c0 * wk - b_b2 * q_b2 - b_q1 * q_q1 - b_b1 * q_b1) * ip0
        left = level - b_b2 * b_b2 - b_q1 * b_q1 - b_b1 * b_b1 - b_q0 * b_q0
        ib0 = 1.0 / np.sqrt(max(left, _PIVOT * level + 1e-290))
        r = 2 * k
        h[r, 0], h[r, 1], h[r, 2], h[r, 3], h[r, 4] = ip0, q_b1, q_q1, q_b2, q_q2
        h[r + 1, 0], h[r + 1, 1], h[r + 1, 2], h[r + 1, 3], h[r + 1, 4] = ib0, b_q0, b_b1, b_q1, b_b2
        l_b2_q2, ip2, ib2 = l_qb1_q1, ip1, ib1
        l_q1_b2, l_q1_q2, l_b1_b2, l_b1_q2 = q_b1, q_q1, b_b1, b_q1
        l_qb1_q1, ip1, ib1 = b_q0, ip0, ib0


@njit(cache=True, error_model="numpy")
def _solve_four(h, x):  # type: ignore[no-untyped-def]
    """`solve_band` for a half-bandwidth of four."""
    size = h.shape[0]
    x1 = x2 = x3 = x4 = 0.0
    for i in range(size):
        s = x[i] - h[i, 4] * x4 - h[i, 3] * x3 - h[i, 2] * x2 - h[i, 1] * x1
        s *= h[i, 0]
        x[i] = s
        x4, x3, x2, x1 = x3, x2, x1, s
    p1 = p2 = p3 = p4 = 0.0  # what the rows after take from this one and the three before it
    for i in range(size - 1, -1, -1):
        s = (x[i] - p1) * h[i, 0]
        x[i] = s
        p1, p2, p3, p4 = p2 + h[i, 1] * s, p3 + h[i, 2] * s, p4 + h[i, 3] * s, h[i, 4] * s


@njit(cache=True, error_model="numpy", inline="always")
def _rotate_in(h, v, begin, end, p):  # type: ignore[no-untyped-def]
    """Take the row v, with entries at columns begin ... end, into the factor by Givens rotations; v is used up."""
    for i in range(begin, end + 1):
        x = v[i - begin]
        if x == 0.0:
            continue
        r = h[i, 0]
        if r == 0.0:
            for j in range(end - i + 1):
                h[i + j, j] = v[i - begin + j]
            return
        size = np.sqrt(r * r + x * x)
        cos, sin = r / size, x / size
        for j in range(min(p, end - i) + 1):
            old = h[i + j, j]
            h[i + j, j] = cos * old + sin * v[i - begin + j]
            v[i - begin + j] = cos * v[i - begin + j] - sin * old


@njit(cache=True, error_model="numpy")
def factor_rows(h, d, w, omega, a, c, first, root, use_prior):  # type: ignore[no-untyped-def]
    """The same factor from the rows themselves, without forming their products: kernels of more poles need the digits."""
    n, m, p = w.shape[0], a.shape[0] - 1, h.shape[1] - 1
    h[:, :] = 0.0
    v = np.zeros(2 * m + 2)
    if use_prior:
        for i in range(2 * m):
            for j in range(2 * m):
                v[j] = root[j, i]  # rows of the transposed root
            _rotate_in(h, v, 0, 2 * m - 1, p)
    for k in range(n):
        if k >= m or not use_prior:
            s = np.sqrt(d[k])
            if s > 0.0:
                v[:] = 0.0
                if k >= m:
                    for i in range(m + 1):
                        v[2 * (m - i)] = s * a[i]
                    _rotate_in(h, v, 2 * (k - m), 2 * k, p)
                else:
                    for i in range(k + 1):
                        v[2 * i] = s * first[k, i]
                    _rotate_in(h, v, 0, 2 * k, p)
        if w[k] > 0.0:
            s = np.sqrt(w[k])
            top = min(m, k + 1)
            v[:] = 0.0
            for i in range(top):
                v[2 * (top - 1 - i)] = s * c[i]
            v[2 * top - 1] = s
            _rotate_in(h, v, 2 * (k - top + 1), 2 * k + 1, p)
        if k >= 2 and omega[k] > 0.0:
            s = np.sqrt(omega[k])
            v[:] = 0.0
            v[0], v[2], v[4] = s, -2.0 * s, s
            _rotate_in(h, v, 2 * k - 3, 2 * k + 1, p)
    for i in range(2 * n):
        r = abs(h[i, 0])
        if h[i, 0] < 0.0:
            for j in range(min(p, 2 * n - 1 - i) + 1):
                h[i + j, j] = -h[i + j, j]
        h[i, 0] = 1.0 / max(r, 1e-150)


@njit(cache=True, error_model="numpy")
def factor_products(h):  # type: ignore[no-untyped-def]
    # the usual bandwidths as literals, so that their inner loops are unrolled
    p = h.shape[1] - 1
    if p == 4:
        factor_band(h, 4)
    elif p == 6:
        factor_band(h, 6)
    else:
        factor_band(h, p)


@njit(cache=True, error_model="numpy")
def substitute(h, x, m):  # type: ignore[no-untyped-def]
    """x becomes the solution for a kernel of order m, whose factor has the half-bandwidth 2m however wide `h` is."""
    if m == 2:
        _solve_four(h, x)
    elif m == 3:
        solve_band(h, x, 6)
    else:
        solve_band(h, x, 2 * m)


@njit(cache=True, error_model="numpy")
def factor(h, d, w, omega, a, c, first, prior, root, use_prior, careful):  # type: ignore[no-untyped-def]
    """The factor of a Newton system: from products where few digits are wanted, from the rows where many are."""
    if careful or a.shape[0] > 3:
        factor_rows(h, d, w, omega, a, c, first, root, use_prior)
    elif not use_prior and c[1] == 0.0:
        h[:, 5:] = 0.0
        factor_two(h, d, w, omega, a, c, first)
    else:
        assemble(h, d, w, omega, a, c, first, prior, use_prior, 0.0)
        factor_products(h)


@njit(cache=True, error_model="numpy", inline="always")
def _inverse_band(h, p, width):  # type: ignore[no-untyped-def]
    size = h.shape[0]
    keep = np.empty(width + 1)
    found = np.empty(width + 1)
    for i in range(size - 1, -1, -1):
        below, reach = min(width, size - 1 - i), min(p, size - 1 - i)
        for t in range(1, reach + 1):
            keep[t] = h[i + t, t]  # L[i + t, i], before its place is taken
        inverse = h[i, 0]
        for j in range(below, 0, -1):
            s = 0.0
            for t in range(1, reach + 1):
                s -= (h[i + j, j - t] if j >= t else h[i + t, t - j]) * keep[t]
            found[j] = s * inverse
        s = inverse
        for t in range(1, reach + 1):
            s -= found[t] * keep[t]
        for j in range(1, below + 1):
            h[i + j, j] = found[j]
        h[i, 0] = s * inverse


@njit(cache=True, error_model="numpy")
def selected_inverse(h, m):  # type: ignore[no-untyped-def]
    """Entries of the inverse within the band, in place of the factor of a kernel of order m: h[i, j] becomes S[i, i - j]."""
    if m == 2 and h.shape[1] == 7:
        _inverse_band(h, 4, 6)
    else:
        _inverse_band(h, 2 * m, h.shape[1] - 1)


@njit(cache=True, error_model="numpy")
def pair_variance(band, at, a, first, out):  # type: ignore[no-untyped-def]
    """out[i] = variance of u_k + u_(k+1) for k = at[i]; the band must reach 2 (m + 1) far."""
    m = a.shape[0] - 1
    size = band.shape[0] // 2
    v = np.zeros(m + 2)
    for i in range(at.shape[0]):
        k = at[i]
        v[:] = 0.0  # v[j] stands before q_(k+1-j)
        for row in range(k, min(k + 2, size)):
            late = k + 1 - row
            if row >= m:
                for j in range(m + 1):
                    v[late + j] += a[j]
            else:
                for j in range(row + 1):
                    v[late + j] += first[row, row - j]
        s = 0.0
        for x in range(m + 2):
            for y in range(m + 2):
                late, early = k + 1 - min(x, y), k + 1 - max(x, y)
                if early >= 0 and late < size:
                    s += v[x] * v[y] * band[2 * late, 2 * (late - early)]
        out[i] = max(s, 0.0)
