"""What is in the water: from a conductivity and an alkalinity, as a water works states them, to ions.

Tap water is bicarbonate balanced by calcium, and sodium chloride for the rest of the conductivity. Salt,
baking soda, saline and deionised water are other compositions of the same ions, so that their effects on
current, acid and skin follow from the ions alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sudomotor.course import Water
from sudomotor.parameters import Parameters, load

Array = NDArray[np.float64]

_F = 96485.33212  # C/mol, CODATA 2018
_R = 8.314462618  # J/mol/K, CODATA 2018
_T = 298.15  # K: conductivities are stated at 25 degC
VT_V = _R * _T / _F  # thermal voltage
FARADAY_C_PER_MOL = _F
_KOHLRAUSCH = 0.705  # relative slope of NaCl's conductance, (60.2 + 0.229 * 126.5) / 126.5 per sqrt(M)
_NACL_G_PER_MOL = 58.443
_NAHCO3_G_PER_MOL = 84.007
_FAST_STEPS, _SAFE_STEPS = 10, 80
# diffusion coefficients at infinite dilution, 25 degC, 1e-9 m2/s (CRC Handbook, Vanysek); Nernst-Einstein
# makes them the limiting ionic conductivities, e.g. 50.1 S cm2/mol for sodium
DIFFUSION_1E_9_M2_PER_S = {
    "sodium": 1.334, "calcium": 0.792, "chloride": 2.032, "bicarbonate": 1.185, "carbonate": 0.923,
    "hydrogen": 9.311, "hydroxide": 5.273,
}  # fmt: skip
# carbonic acid and water at 25 degC, zero ionic strength (Stumm & Morgan), in mM and mM^2
K1_MM, K2_MM, KW_MM2 = 10.0 ** (3.0 - 6.35), 10.0 ** (3.0 - 10.33), 1e-14 * 1e6


class Ions(NamedTuple):
    """Composition of a bath; arrays of one shape (or broadcastable), mM unless said."""

    sodium_mM: Array
    calcium_mM: Array
    chloride_mM: Array
    alkalinity_mM: Array  # charge balance: sodium + 2 calcium - chloride
    carbonate_mM: Array  # all dissolved carbonate, CO2 + bicarbonate + carbonate

    @property
    def cations_mM(self) -> Array:
        """Charge of the strong cations, meq/l."""
        return self.sodium_mM + 2.0 * self.calcium_mM


class WaterState(NamedTuple):
    """A bath before the current: its ions, volume and what had to be adjusted."""

    ions: Ions
    litres: Array
    conductivity_uS_per_cm: Array
    notes: tuple[str, ...]


def hydrogen_mM(alkalinity_mM: ArrayLike, carbonate_mM: ArrayLike) -> Array:
    """Hydrogen ions of a closed carbonate solution, by Newton in log h (bisection where that fails).

    Parameters
    ----------
    alkalinity_mM : negative where mineral acid is left over; broadcastable
    carbonate_mM : total dissolved carbonate

    Notes
    -----
    Solves ``Alk = C (K1 h + 2 K1 K2) / (h^2 + K1 h + K1 K2) + Kw/h - h`` (Stumm & Morgan), monotone in log h.

    Examples
    --------
    >>> h = hydrogen_mM(0.0, 0.0)
    >>> round(3 - float(np.log10(h)), 1)
    7.0
    """
    alk, total = np.broadcast_arrays(np.asarray(alkalinity_mM, float), np.asarray(carbonate_mM, float))
    h = _start(alk, total)
    for _ in range(_FAST_STEPS):
        f, slope = _balance(h, alk, total)
        step = np.clip(-f / slope, -2.0, 2.0)  # of log h
        h = h * np.exp(step)
        if np.max(np.abs(step), initial=0.0) < 1e-7:  # quadratic: the next step would be round-off
            return np.asarray(h)
    x = np.log(np.clip(h, 1e-13, 1e5))
    low, high = np.full_like(x, np.log(1e-13)), np.full_like(x, np.log(1e5))
    for _ in range(_SAFE_STEPS):
        f, slope = _balance(np.exp(x), alk, total)
        low, high = np.where(f > 0, x, low), np.where(f > 0, high, x)
        new = x - f / slope
        new = np.where((new > low) & (new < high), new, 0.5 * (low + high))
        moved = float(np.max(np.abs(new - x), initial=0.0))
        x = new
        if moved < 1e-11:
            break
    return np.asarray(np.exp(x))


def _balance(h: Array, alk: Array, total: Array) -> tuple[Array, Array]:
    """Alkalinity at a hydrogen concentration less the one wanted, and its slope in log h (negative)."""
    k1, k2, kw = K1_MM, K2_MM, KW_MM2
    k1h, hydroxide = k1 * h, kw / h
    per = total / (h * h + k1h + k1 * k2)
    bicarbonate, carbonate2 = per * k1h, per * (2.0 * k1 * k2)
    bound = bicarbonate + carbonate2
    acid = h * h + 0.5 * k1h
    share = np.where(total > 0, per / np.where(total > 0, total, 1.0), 0.0)
    return bound + hydroxide - h - alk, bicarbonate - 2.0 * bound * acid * share - hydroxide - h


def _start(alk: Array, total: Array) -> Array:
    """A first guess of h by region: carbonic acid, bicarbonate with some of both, carbonate, hydroxide."""
    k1, k2, kw = K1_MM, K2_MM, KW_MM2
    x = alk - total
    b = k1 + alk
    c = 4.0 * k1 * np.maximum(-x, 0.0)
    q = np.sqrt(b * b + c)
    low = np.where(b > 0, 0.5 * c / np.maximum(b + q, 1e-300), 0.5 * (q - b))
    a2, c2 = total / k1 + 1.0, k2 * total + kw
    q2 = np.sqrt(x * x + 4.0 * a2 * c2)
    middle = np.where(x > 0, 2.0 * c2 / np.maximum(x + q2, 1e-300), (q2 - x) / (2.0 * a2))
    b3 = x * k2 - c2
    q3 = np.sqrt(b3 * b3 + 4.0 * np.maximum(x, 0.0) * kw * k2)
    high = np.where(
        b3 < 0, (q3 - b3) / np.maximum(2.0 * x, 1e-300), 2.0 * kw * k2 / np.maximum(b3 + q3, 1e-300)
    )
    near = np.abs(x) < 0.1 * total
    # above twice the carbonate hydroxide is left over
    strong = x > 1.01 * total
    guess = np.where(
        near | (total < 1e-9),
        middle,
        np.where(x < 0, low, np.where(strong, kw / np.maximum(x - total, 1e-12), high)),
    )
    return np.clip(guess, 1e-13, 1e5)


def bath_pH(alkalinity_mM: ArrayLike, carbonate_mM: ArrayLike) -> Array:
    """pH of a closed carbonate solution.

    >>> round(float(bath_pH(-0.1866, 0.0)), 2)  # 15 mA for 20 min into one litre without buffer
    3.73
    """
    out: Array = 3.0 - np.log10(hydrogen_mM(alkalinity_mM, carbonate_mM))
    return out


def _species(ions: Ions, hydrogen: Array) -> tuple[tuple[Array, int, float], ...]:
    """(concentration mM, charge, diffusion coefficient 1e-9 m2/s) of every ion."""
    k1, k2, kw = K1_MM, K2_MM, KW_MM2
    d = hydrogen * hydrogen + k1 * hydrogen + k1 * k2
    bicarbonate = ions.carbonate_mM * k1 * hydrogen / d
    carbonate = ions.carbonate_mM * k1 * k2 / d

    return (
        (ions.sodium_mM, 1, DIFFUSION_1E_9_M2_PER_S["sodium"]),
        (ions.calcium_mM, 2, DIFFUSION_1E_9_M2_PER_S["calcium"]),
        (ions.chloride_mM, 1, DIFFUSION_1E_9_M2_PER_S["chloride"]),
        (bicarbonate, 1, DIFFUSION_1E_9_M2_PER_S["bicarbonate"]),
        (carbonate, 2, DIFFUSION_1E_9_M2_PER_S["carbonate"]),
        (hydrogen, 1, DIFFUSION_1E_9_M2_PER_S["hydrogen"]),
        (kw / hydrogen, 1, DIFFUSION_1E_9_M2_PER_S["hydroxide"]),
    )


def conductivity_uS_per_cm(ions: Ions, *, hydrogen: Array | None = None) -> Array:
    """Conductivity at 25 degC from the ions' diffusion coefficients (Nernst-Einstein, Kohlrausch's law).

    Each ion's limiting conductivity F^2 z^2 D / RT falls with the ionic strength I (in M) by the factor
    1 - 0.705 |z| sqrt(I) / (1 + sqrt(I)): the limiting slope of NaCl, levelled off as in the Güntelberg form.

    Examples
    --------
    >>> zero = np.array(0.0)
    >>> saline = Ions(np.array(154.0), zero, np.array(154.0), zero, zero)
    >>> 15_000 < float(conductivity_uS_per_cm(saline)) < 16_500
    True
    """
    h = hydrogen_mM(ions.alkalinity_mM, ions.carbonate_mM) if hydrogen is None else hydrogen
    species = _species(ions, h)
    strength = 0.5e-3 * sum(c * z * z for c, z, _ in species)
    root = np.sqrt(strength)
    fall = _KOHLRAUSCH * root / (1.0 + root)
    # mM = mol/m3; F^2/RT z^2 D c is in S/m; 1 S/m = 1e4 uS/cm
    unit = _F * _F / (_R * _T) * 1e-9 * 1e4
    out: Array = sum((unit * z * z * d * c * (1.0 - fall * z) for c, z, d in species), np.zeros(()))
    return out


def tap_water(
    conductivity: ArrayLike, alkalinity_mM: ArrayLike, *, parameters: Parameters | None = None
) -> tuple[Ions, Array, tuple[str, ...]]:
    """Ions of tap water of a stated conductivity (uS/cm) and alkalinity (mM), with what had to be adjusted.

    The bicarbonate is balanced by calcium; sodium chloride makes up the conductivity. Where the bicarbonate
    alone conducts more than stated, the conductivity is raised to what it conducts, and a note says so.

    Returns
    -------
    ions, conductivity_uS_per_cm, notes

    Examples
    --------
    >>> ions, kappa, notes = tap_water(500.0, 2.0)
    >>> round(float(kappa)), notes
    (500, ())
    """
    p = parameters or load()
    kappa, alk = np.broadcast_arrays(np.asarray(conductivity, float), np.asarray(alkalinity_mM, float))
    k1, k2, kw = K1_MM, K2_MM, KW_MM2
    h0 = 10.0 ** (3.0 - p.value("tap_pH"))
    # dissolved carbonate at the tap's pH; water without alkalinity holds what the air gives
    free = np.maximum(alk - kw / h0 + h0, 0.0)
    total = free * (h0 * h0 + k1 * h0 + k1 * k2) / (k1 * h0 + 2.0 * k1 * k2)
    total = np.where(free > 0, total, p.value("deionised_carbonate_mM"))
    h = hydrogen_mM(alk, total)

    def with_salt(salt: Array) -> Ions:
        return Ions(salt, np.maximum(alk, 0.0) / 2.0, salt, alk, total)

    def conducts(salt: Array) -> Array:
        return conductivity_uS_per_cm(with_salt(salt), hydrogen=h)

    zero = np.zeros_like(kappa)
    least = conducts(zero)
    short = least > kappa * (1.0 + 1e-9)
    wanted = np.maximum(kappa, least)
    salt = np.array((wanted - least) / 120.0)
    for _ in range(8):  # almost linear: a secant slope of 1 % steps converges to round-off
        value = conducts(salt)
        step = np.maximum(1e-2 * salt, 1e-6)
        salt = np.maximum(salt - (value - wanted) * step / (conducts(salt + step) - value), 0.0)
    notes: tuple[str, ...] = ()
    if np.any(short):
        notes = (
            "the alkalinity alone conducts more than the conductivity stated"
            + (f" for {100.0 * np.mean(short):.0f} % of people" if short.size > 1 else "")
            + f"; the conductivity was raised to it (to {float(np.max(least[short])):.0f} uS/cm"
            + (" at most)" if short.size > 1 else ")"),
        )
    return with_salt(salt), wanted, notes


def compose(
    water: Water,
    *,
    pads: bool = False,
    parameters: Parameters | None = None,
    overrides: Mapping[str, ArrayLike] | None = None,
) -> WaterState:
    """The water of a session: its ions, the volume it is prepared in and its conductivity.

    Parameters
    ----------
    water : what the session says; what it leaves open takes the assumed tap water, and a note says so
    pads : the electrodes are wet pads: salt and soda are dissolved in a bowl of the usual volume, a pad
        holds less
    overrides : per-person arrays for `alkalinity_mM`, `water_uS_per_cm`, `litres`, used instead of the
        session's. The first two describe tap water and leave saline and deionised water as they are.

    Examples
    --------
    >>> from sudomotor.course import Water
    >>> compose(Water("saline", litres=2.0)).conductivity_uS_per_cm.round(-3)
    np.float64(16000.0)
    """
    p, given = parameters or load(), dict(overrides or {})
    notes: list[str] = []

    def pick(key: str, stated: float | None, name: str, text: str) -> Array:
        if key in given:
            return np.asarray(given[key], float)
        if stated is None:
            notes.append(f"{text} assumed: {p.value(name):g} {p[name].unit}")
            return np.asarray(p.value(name))
        return np.asarray(float(stated))

    text = "water that the pads are wetted from" if pads else "water in each pan"
    litres = pick("litres", water.litres, "pan_litres", text)
    zero, carbonate = np.zeros(()), np.asarray(p.value("deionised_carbonate_mM"))
    if water.kind == "tap":
        kappa = pick(
            "water_uS_per_cm",
            water.conductivity_uS_per_cm,
            "tap_conductivity_uS_per_cm",
            "conductivity of the tap water",
        )
        alk = pick("alkalinity_mM", water.alkalinity_mM, "tap_alkalinity_mM", "alkalinity of the tap water")
        ions, _, adjusted = tap_water(kappa, alk, parameters=p)
        notes.extend(adjusted)
    elif water.kind == "deionised":
        ions, _, _ = tap_water(p.value("deionised_conductivity_uS_per_cm"), 0.0, parameters=p)
    else:
        salt = np.asarray(p.value("saline_mM"))
        ions = Ions(salt, zero, salt, zero, carbonate)
    salt = water.salt_g / _NACL_G_PER_MOL * 1e3 / litres
    soda = water.baking_soda_g / _NAHCO3_G_PER_MOL * 1e3 / litres
    ions = Ions(
        ions.sodium_mM + salt + soda,
        ions.calcium_mM + 0.0 * litres,
        ions.chloride_mM + salt,
        ions.alkalinity_mM + soda,
        ions.carbonate_mM + soda,
    )
    return WaterState(ions, litres, conductivity_uS_per_cm(ions), tuple(notes))
