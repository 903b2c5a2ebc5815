"""The net acid that a session delivers into one duct, without solving the duct: a smooth map fitted to `solve_duct`.

The emulated quantity is the dose *above the baseline*: net acid that entered at the mouth with the current, less what
diffusion and sweat bring in the same bath without current. It is written as charge/F times an effective transport number,

    dose = I t / F * tau(features),

so that it is zero exactly at zero current or zero minutes. `tau` is the mean of three small tanh networks (for each sign of
current) of features that the physics suggests: the shares of H+, of bases and of OH- in the bath's conductance averaged along
the path of its alkalinity, its strength, current density, time, and the pull of the sweat. Base delivered at the cathode
counts as negative acid.

The map is for the sweat, buffer and diffusion of the shipped parameters. The bath's cations are taken as calcium and sodium by
`calcium_share`, its dissolved carbon as that of a water of pH 7.5 with the alkalinity at the start, or in balance with air if acid.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from sudomotor.errors import InputError

FARADAY = 96485.33212  # C/mol, CODATA 2018 (exact)
FLOOR_NMOL = 0.05  # errors are stated relative to max(|dose|, this), a tenth of what a usual session of acid water brings
# Gauss-Legendre nodes and weights on [0, 1]: means along the path of the alkalinity
_NODES = (0.04691007703066802, 0.23076534494715845, 0.5, 0.7692346550528415, 0.9530899229693319)
_WEIGHTS = (
    0.11846344252809454,
    0.23931433524968324,
    0.28444444444444444,
    0.23931433524968324,
    0.11846344252809454,
)
_AIR_CARBON_MM = 0.015  # water in balance with air
_CARBON_PER_ALKALINITY = 1.07  # dissolved carbon of a water of pH 7.5 per alkalinity
_K1_MM = 10.0 ** (3.0 - 6.30)


class Range(NamedTuple):
    """Where the map was fitted."""

    low: float
    high: float


RANGES = {
    "current_nA": Range(-1500.0, 1500.0),
    "minutes": Range(0.0, 60.0),
    "alkalinity_start_mM": Range(-5.0, 10.0),
    "alkalinity_end_mM": Range(-5.0, 10.0),
    "cations_mM": Range(0.05, 160.0),
    "sweat_nL_per_min": Range(0.0, 5.0),
    "radius_um": Range(5.0, 10.0),
    "length_mm": Range(1.0, 5.0),
}


def calcium_share(cations_mM: Any) -> Any:
    """Part of the strong cations' charge that is calcium's: 0.6 in tap water, falling as salt is added.

    >>> round(calcium_share(3.0), 3), round(calcium_share(154.0), 3)
    (0.462, 0.037)
    """
    return 6.0 / (10.0 + cations_mM)


def dissolved_carbon(alkalinity_start_mM: Any, xp: ModuleType = np) -> Any:
    """Dissolved carbon of the bath (mM)."""
    return _AIR_CARBON_MM + _CARBON_PER_ALKALINITY * xp.maximum(alkalinity_start_mM, 0.0)


def _positive(x: Any, soft: float, xp: ModuleType) -> Any:
    """max(x, 0) with a rounded corner."""
    return 0.5 * (x + xp.sqrt(x * x + 4.0 * soft * soft))


def features(
    current_nA: Any, minutes: Any, alkalinity_start_mM: Any, alkalinity_end_mM: Any, cations_mM: Any,
    sweat_nL_per_min: Any, radius_um: Any, length_mm: Any, xp: ModuleType = np,
) -> Any:  # fmt: skip
    """What the network sees, stacked on the first axis: (feature, ...)."""
    carbon = dissolved_carbon(alkalinity_start_mM, xp)
    calcium = calcium_share(cations_mM)
    mobile = cations_mM * ((1.0 - calcium) * 1.334 + calcium * 0.792 * 1.0)
    proton = base = hydroxide = acid_in_cations = weak = 0.0
    for node, weight in zip(_NODES, _WEIGHTS, strict=True):
        alkalinity = alkalinity_start_mM + node * (alkalinity_end_mM - alkalinity_start_mM)
        # strong acid beside dissolved CO2, in closed form; bicarbonate, then carbonate, then hydroxide take up the rest
        h = _positive(-alkalinity, xp.sqrt(_K1_MM * carbon + 1e-8), xp)
        bound = _positive(alkalinity, 0.01, xp)
        above = _positive(alkalinity - carbon, 0.01, xp)
        free = _positive(alkalinity - 2.0 * carbon, 0.01, xp)
        chloride = _positive(cations_mM - alkalinity, 0.01, xp)
        carry_h = 9.311 * h
        carry_b = 1.185 * (bound - above) + 0.923 * 2.0 * (above - free) + 5.273 * free
        total = carry_h + mobile + carry_b + 2.032 * chloride
        proton = proton + weight * carry_h / total
        base = base + weight * carry_b / total
        hydroxide = hydroxide + weight * 5.273 * free / total
        acid_in_cations = acid_in_cations + weight * carry_h / (carry_h + mobile)
        weak = weak + weight * carry_b / (carry_b + 2.032 * chloride)
    density = xp.abs(current_nA) / (radius_um * radius_um)
    speed = sweat_nL_per_min / (radius_um * radius_um)
    columns = [
        proton, base, hydroxide, acid_in_cations, weak,
        xp.log(cations_mM), xp.log1p(density / 0.2), xp.log1p(minutes / 2.0), xp.log1p(speed / 0.005),
        xp.log1p(20.0 * speed / (density + 0.05)), xp.log(length_mm), xp.log1p(density * minutes / (5.0 * length_mm)),
        alkalinity_start_mM, alkalinity_end_mM, xp.log(carbon),
    ]  # fmt: skip
    shape = xp.broadcast_shapes(*(xp.shape(c) for c in columns))
    return xp.stack([xp.broadcast_to(xp.asarray(c, dtype=xp.float64), shape) for c in columns])


@dataclass(frozen=True)
class Network:
    """A tanh network; (out, in) weights. Inputs are standardised by `centre` and `scale`."""

    centre: Any
    scale: Any
    weights: tuple[Any, ...]
    biases: tuple[Any, ...]

    def __call__(self, x: Any, xp: ModuleType) -> Any:
        lead = (slice(None),) + (None,) * (x.ndim - 1)
        y = (x - xp.asarray(self.centre)[lead]) / xp.asarray(self.scale)[lead]
        for layer, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            # one sum over the inputs, not a matrix product: the bits then do not depend on the size of the batch
            y = _affine(xp, w, b, y)
            if layer < len(self.weights) - 1:
                y = xp.tanh(y)
        return y[0]


def _affine(xp: ModuleType, w: Any, b: Any, y: Any) -> Any:
    flat = y.reshape(y.shape[0], -1)
    out = xp.einsum("oi,in->on", xp.asarray(w), flat) + xp.asarray(b)[:, None]
    return out.reshape((w.shape[0], *y.shape[1:]))


def network_of(held: dict[str, Any]) -> Network:
    """A network from plain lists."""
    return Network(
        np.asarray(held["centre"]),
        np.asarray(held["scale"]),
        tuple(np.asarray(w) for w in held["weights"]),
        tuple(np.asarray(b) for b in held["biases"]),
    )


@cache
def networks() -> tuple[dict[str, tuple[Network, ...]], dict[str, Any]]:
    """The shipped networks ("anode", "cathode") and what is known of their error.

    >>> sorted(networks()[1]["anode_held_out"])
    ['max', 'median', 'p95']
    """
    text = resources.files("sudomotor.session").joinpath("data/emulator.json").read_text("utf-8")
    held = json.loads(text)
    return {pole: tuple(network_of(n) for n in nets) for pole, nets in held["networks"].items()}, held[
        "report"
    ]


def transport(nets: tuple[Network, ...], x: Any, xp: ModuleType = np) -> Any:
    """Mean of the networks' effective transport number at `features` x."""
    total = nets[0](x, xp)
    for net in nets[1:]:
        total = total + net(x, xp)
    return total / len(nets)


def acid_nmol(
    current_nA: Any, minutes: Any, alkalinity_start_mM: Any, alkalinity_end_mM: Any, cations_mM: Any,
    sweat_nL_per_min: Any, radius_um: Any, length_mm: Any, xp: ModuleType = np,
) -> Any:  # fmt: skip
    """Net acid (nmol) that a constant current brings into one duct, above what comes without current.

    Parameters
    ----------
    current_nA : mean current of one open duct, positive into the duct (anode); any shapes that broadcast.
    alkalinity_start_mM, alkalinity_end_mM : of the bath at the skin, linear in time; negative for mineral acid.
    cations_mM : charge of the strong cations (meq/l), at least the alkalinity.
    sweat_nL_per_min, radius_um, length_mm : the duct.
    xp : numpy or jax.numpy (with 64-bit floats).

    Returns
    -------
    Positive at the anode; negative (net base) at the cathode; 0 exactly without current or time. Outside `RANGES` it extrapolates:
    see `outside`.

    Examples
    --------
    Soft water that turns acid delivers far more than water which stays alkaline.

    >>> soft = acid_nmol(177.0, 20.0, 0.0, -1.0, 1.0, 0.4, 7.5, 3.0)
    >>> hard = acid_nmol(177.0, 20.0, 2.0, 1.5, 3.0, 0.4, 7.5, 3.0)
    >>> bool(soft > 5 * hard > 0)
    True
    """
    nets, _ = networks()
    x = features(
        current_nA,
        minutes,
        alkalinity_start_mM,
        alkalinity_end_mM,
        cations_mM,
        sweat_nL_per_min,
        radius_um,
        length_mm,
        xp,
    )
    charge = xp.asarray(current_nA, dtype=xp.float64) * minutes * (60.0 / FARADAY)  # nmol
    tau = xp.where(charge >= 0.0, transport(nets["anode"], x, xp), transport(nets["cathode"], x, xp))
    return charge * tau


def outside(**inputs: Any) -> list[str]:
    """Notes on inputs that leave the range in which the map was fitted.

    >>> outside(radius_um=12.0)
    ['radius_um reaches 12, outside the 5 to 10 of the duct emulator']
    """
    notes = []
    for name, value in inputs.items():
        if name not in RANGES:
            raise InputError(f"'{name}' is no input of the duct emulator", mend=", ".join(RANGES))
        low, high = RANGES[name]
        for extreme, out in (
            (float(np.min(value)), np.min(value) < low),
            (float(np.max(value)), np.max(value) > high),
        ):
            if out:
                notes.append(
                    f"{name} reaches {extreme:g}, outside the {low:g} to {high:g} of the duct emulator"
                )
    return notes
