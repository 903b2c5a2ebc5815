"""One person's twin: a diary and the model make a posterior; from it come forecasts, replays, and what to log next."""

from __future__ import annotations

from sudomotor.simulation.planned import PlannedSession
from sudomotor.twin.ahead import Outlook, outlook
from sudomotor.twin.fit import METHODS, fit
from sudomotor.twin.forecast import Forecast, Relapse, forecast, hdss_forecast
from sudomotor.twin.replay import Replay, replay
from sudomotor.twin.twin import Check, ParameterRow, Twin

__all__ = [
    "METHODS",
    "Check",
    "Forecast",
    "Outlook",
    "ParameterRow",
    "PlannedSession",
    "Relapse",
    "Replay",
    "Twin",
    "fit",
    "forecast",
    "hdss_forecast",
    "outlook",
    "replay",
]
