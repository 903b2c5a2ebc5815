"""Charge-only functional block: what counts is the net charge that the duct still holds when the current stops.

Reinauer et al. 1993, 1995: direct current and alternating current with a direct offset work alike, pure alternating current
does not, pulsed current works by its mean; so the net charge matters. It leaks away with a time constant of minutes
(ten minutes do about as well as thirty; reversing half-way costs sessions):

    dD/dt = i_duct - D / tau_leak ,   hits = H_max |D_end|^h / (D_50^h + |D_end|^h)

Everything about water, salt, polarity and sealed skin enters through i_duct alone, which the circuit gives: the
sign of D has no meaning here beyond cancelling under a reversed current. The leaky integral is a judged form.
"""

from __future__ import annotations

import numpy as np

from sudomotor.model.mechanisms.interface import Array, Dose, Effect, hill
from sudomotor.parameters import Parameters

_NA_MIN_IN_UC = 0.06  # 1 nA for 1 min = 60 nC


def held_charge_uC(dose: Dose, leak_min: float) -> Array:
    """|D| at the end of the session, in microcoulombs per open duct; shape (node, person)."""
    held: Array = np.zeros(dose.segment_current_nA.shape[1:])
    for current, minutes in zip(dose.segment_current_nA, dose.segment_minutes, strict=True):
        kept = np.exp(-minutes / leak_min)
        held = held * kept + current * leak_min * (1.0 - kept) * _NA_MIN_IN_UC
    return np.abs(held)


def effect(dose: Dose, p: Parameters) -> Effect:
    """Hits and fast block by the charge held at the end of the session."""
    share = hill(
        held_charge_uC(dose, p.value("charge_leak_min")),
        p.value("charge_half_uC"),
        p.value("charge_steepness"),
    )
    return Effect(
        p.value("charge_max_hits") * share, p.value("fast_block_max") * share, p.value("fast_block_days")
    )
