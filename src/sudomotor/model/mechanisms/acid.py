"""Acid lesion of the duct: protons made at the anode are driven into the duct and injure its wall.

Sato et al. 1993: anode above cathode, water above saline, acidified anode water above alkaline. The dose is the
net acid that enters a duct during the session, as the electro-diffusion of the duct gives it from the bath at the
skin. Only acid counts: base entering at the cathode does nothing here.

    hits = H_max a^h / (a_50^h + a^h) ,   a = net acid per open duct
"""

from __future__ import annotations

import numpy as np

from sudomotor.model.mechanisms.interface import Dose, Effect, hill
from sudomotor.parameters import Parameters


def effect(dose: Dose, p: Parameters) -> Effect:
    """Hits and fast block by the net acid per open duct."""
    if dose.acid_nmol is None:
        raise ValueError(
            "this account needs the acid that enters the ducts: prepare the course with acid=True"
        )
    acid = np.maximum(dose.acid_nmol, 0.0)
    share = hill(acid, p.value("acid_half_nmol"), p.value("acid_steepness"))
    return Effect(
        p.value("acid_max_hits") * share, p.value("fast_block_max") * share, p.value("fast_block_days")
    )
