"""Limits: what may be done to skin, and who says so. Values in, verdicts with reasons out; nothing else.

The limits stand outside the model on purpose: no prediction, however favourable, moves one of them. The same holds for
the safety questions: what is not answered refuses.
"""

from __future__ import annotations

from sudomotor.limits.answers import Answers
from sudomotor.limits.caps import Cap, cap, minutes_cap
from sudomotor.limits.check import (
    SessionOnDay,
    ceilings_broken,
    check_schedule,
    check_session,
    injury_risk,
)
from sudomotor.limits.dated import (
    SIDES,
    DatedSession,
    LoggedSession,
    ProposedSession,
    SkinNote,
    skin_notes,
)
from sudomotor.limits.devices import Device, device, devices
from sudomotor.limits.library import (
    KINDS,
    QUANTITIES,
    SCHEDULE_QUANTITIES,
    SEVERITIES,
    SITES,
    SKIN_WORDS,
    Limit,
    Limits,
    Verdict,
)
from sudomotor.limits.log import log_problems
from sudomotor.limits.plan_check import PlanVerdict, Repaired, admissible_dates, check_plan, repair
from sudomotor.limits.questions import Question, question, questions
from sudomotor.limits.reasons import Reason
from sudomotor.limits.rules import Decision, allowed
from sudomotor.limits.screen import Refusal, Screening, screen

__all__ = [
    "KINDS",
    "QUANTITIES",
    "SCHEDULE_QUANTITIES",
    "SEVERITIES",
    "SIDES",
    "SITES",
    "SKIN_WORDS",
    "Answers",
    "Cap",
    "DatedSession",
    "Decision",
    "Device",
    "Limit",
    "Limits",
    "LoggedSession",
    "PlanVerdict",
    "ProposedSession",
    "Question",
    "Reason",
    "Refusal",
    "Repaired",
    "Screening",
    "SessionOnDay",
    "SkinNote",
    "Verdict",
    "admissible_dates",
    "allowed",
    "cap",
    "ceilings_broken",
    "check_plan",
    "check_schedule",
    "check_session",
    "device",
    "devices",
    "injury_risk",
    "log_problems",
    "minutes_cap",
    "question",
    "questions",
    "repair",
    "screen",
    "skin_notes",
]
