"""Acute suppression: sweating falls while the current flows and is back soon after (Shams & Kavanagh 2011).

No lasting hits. A share of the glands is out of action at the end of the session and returns within minutes.
"""

from __future__ import annotations

import numpy as np

from sudomotor.model.mechanisms.interface import Dose, Effect, hill
from sudomotor.parameters import Parameters


def effect(dose: Dose, p: Parameters) -> Effect:
    """Fast block alone, by the mean current per open duct in the last part of the session."""
    share = hill(np.abs(dose.segment_current_nA[-1]), p.value("acute_half_nA"), p.value("acute_steepness"))
    days = p.value("acute_recovery_min") / 1440.0
    return Effect(np.zeros_like(share), p.value("acute_max_fraction") * share, days)
