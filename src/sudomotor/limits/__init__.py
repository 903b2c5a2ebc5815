"""Limits: what may be done to skin, and who says so. Values in, verdicts with reasons out; nothing else.

The limits stand outside the model on purpose: no prediction, however favourable, moves one of them.
"""

from __future__ import annotations

from sudomotor.limits.check import (
    SessionOnDay,
    ceilings_broken,
    check_schedule,
    check_session,
    injury_risk,
)
from sudomotor.limits.devices import Device, device, devices
from sudomotor.limits.library import (
    KINDS,
    QUANTITIES,
    SCHEDULE_QUANTITIES,
    SEVERITIES,
    Limit,
    Limits,
    Verdict,
)

__all__ = [
    "KINDS",
    "QUANTITIES",
    "SCHEDULE_QUANTITIES",
    "SEVERITIES",
    "Device",
    "Limit",
    "Limits",
    "SessionOnDay",
    "Verdict",
    "ceilings_broken",
    "check_schedule",
    "check_session",
    "device",
    "devices",
    "injury_risk",
]
