"""Colloid jam: particles of the water are carried into the duct and clog it (Griffen 2018, a hypothesis).

The particles ride on the electro-osmotic flow (Smoluchowski, inward at the anode in neutral water) less their own
electrophoresis, both in proportion to the field in the duct, and the charge of wall and particle is screened by
the salt of the bath. The dose is how far particles travel into the duct:

    distance = mu E T / sqrt(1 + c / c_screen) ,   hits = H_max d^h / (d_50^h + d^h)   for d > 0 (inward)
"""

from __future__ import annotations

import numpy as np

from sudomotor.model.mechanisms.interface import Array, Dose, Effect, hill
from sudomotor.parameters import Parameters


def travel_mm(dose: Dose, p: Parameters) -> Array:
    """How far particles are carried into an open duct, inward positive; shape (node, person)."""
    screening = np.sqrt(1.0 + dose.cation_mM / p.value("colloid_screening_mM"))
    minutes = np.sum(dose.segment_minutes, axis=0)
    # 1e-9 m2/V/s x 1 V/cm x 1 min = 6e-3 mm
    mobility = 6e-3 * p.value("colloid_mobility_1e_9_m2_per_V_s")
    return np.asarray(mobility * dose.duct_field_V_per_cm * minutes / screening)


def effect(dose: Dose, p: Parameters) -> Effect:
    """Hits and fast block by the inward travel of the particles."""
    share = hill(travel_mm(dose, p), p.value("colloid_half_mm"), p.value("colloid_steepness"))
    return Effect(
        p.value("colloid_max_hits") * share, p.value("fast_block_max") * share, p.value("fast_block_days")
    )
