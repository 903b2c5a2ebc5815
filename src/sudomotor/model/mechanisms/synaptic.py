"""Synaptic disruption: the current through the tissue around the gland uncouples nerve and gland (Reinauer 1993).

The dose is the net charge through the skin by its area, whatever way it takes; ducts, seal and bath do not enter.
The gland itself stays able to answer an agonist, which is the observation that separates this account from the others
(and glands taken from treated palms do answer: Sato 1993).

    hits = H_max |q|^h / (q_50^h + |q|^h) ,   q = net charge per wetted area
"""

from __future__ import annotations

import numpy as np

from sudomotor.model.mechanisms.interface import Dose, Effect, hill
from sudomotor.parameters import Parameters


def effect(dose: Dose, p: Parameters) -> Effect:
    """Hits and fast block by the net charge density."""
    share = hill(
        np.abs(dose.charge_mC_per_cm2), p.value("synaptic_half_mC_per_cm2"), p.value("synaptic_steepness")
    )
    return Effect(
        p.value("synaptic_max_hits") * share, p.value("fast_block_max") * share, p.value("fast_block_days")
    )
