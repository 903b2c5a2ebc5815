"""Planning: from a person's twin, a goal, a calendar and limits to the fewest minutes a month that keep them dry."""

from __future__ import annotations

from sudomotor.planning.calendar import Calendar
from sudomotor.planning.goal import Goal
from sudomotor.planning.labels import Label, find_label, label_of, labels
from sudomotor.planning.plan import DEFAULT_GOAL, plan
from sudomotor.planning.recipes import label_schedule
from sudomotor.planning.result import (
    Amount,
    Answer,
    Bound,
    Outcome,
    Plan,
    Point,
    Request,
    Session,
    read_previous,
)

__all__ = [
    "DEFAULT_GOAL",
    "Amount",
    "Answer",
    "Bound",
    "Calendar",
    "Goal",
    "Label",
    "Outcome",
    "Plan",
    "Point",
    "Request",
    "Session",
    "find_label",
    "label_of",
    "label_schedule",
    "labels",
    "plan",
    "read_previous",
]
