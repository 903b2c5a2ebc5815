"""What will come: the chance of being dry, day by day, the sweat, and the day on which it is back for good."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import Course
from sudomotor.simulation.planned import PlannedSession, SessionLike
from sudomotor.twin.ahead import Outlook, outlook
from sudomotor.twin.courses import as_lately, planned

if TYPE_CHECKING:
    import xarray as xr

    from sudomotor.twin.twin import Twin

Array = NDArray[np.float64]
RELAPSE_RUN_DAYS = 7  # the same week as `simulation.History.relapse_day`: one wet day is no relapse


@dataclass(frozen=True)
class Relapse:
    """When the sweat is back and stays for a week, in days from the diary's last day, over the twin's people.

    Attributes
    ----------
    days : (draw,) nan where it does not come back within the horizon, or was never away.
    never_pct : per cent of those who were dry for whom it stays away.
    not_dry_pct : per cent who are not dry on any day, and so have nothing to lose.
    """

    days: Array
    never_pct: float
    not_dry_pct: float

    def quantile_days(self, share: float) -> float | None:
        """The day by which the sweat is back in a share of those who get dry; None where that is beyond the horizon."""
        dry = len(self.days) * (1.0 - self.not_dry_pct / 100.0)
        known = np.sort(self.days[np.isfinite(self.days)])
        at = int(np.ceil(share * dry)) - 1
        return float(known[at]) if 0 <= at < len(known) else None


@dataclass(frozen=True)
class Forecast:
    """The days ahead under one schedule.

    Attributes
    ----------
    label : what the schedule is called.
    dates : (day,).
    sessions : what was taken as held.
    p_hdss_le_2 : (day,) chance of an HDSS of at most 2.
    p_low, p_high : (day,) 90 % range of that chance over what is not known of the person.
    hdss_probabilities : (day, 4).
    sweat_mg_per_min : quantiles 5, 25, 50, 75 and 95 % of the sweat of one side as it comes, (5, day).
    relapse : when the sweat is back.
    outlook : the people themselves.
    """

    label: str
    dates: tuple[datetime.date, ...]
    sessions: tuple[PlannedSession, ...]
    p_hdss_le_2: Array
    p_low: Array
    p_high: Array
    hdss_probabilities: Array
    sweat_mg_per_min: Array
    relapse: Relapse
    outlook: Outlook
    assumptions: tuple[str, ...]

    @property
    def beats_naive(self) -> bool | None:
        """Whether the twin's forecasts beat naive ones on its own diary; None where that is not known."""
        return self.outlook.twin.beats_naive

    @property
    def minutes_per_month(self) -> float:
        """Minutes of current in 30 days."""
        return float(sum(session.minutes for session in self.sessions) * 30.0 / len(self.dates))

    def to_dict(self) -> dict[str, Any]:
        """The keys that scripts read."""
        low, median, high = self.sweat_mg_per_min[[0, 2, 4]]
        return {
            "course": self.label,
            "dates": [each.isoformat() for each in self.dates],
            "p_hdss_le_2": self.p_hdss_le_2.tolist(),
            "p_hdss_le_2_low": self.p_low.tolist(),
            "p_hdss_le_2_high": self.p_high.tolist(),
            "sweat_mg_per_min": {
                "median": median.tolist(), "low": low.tolist(), "high": high.tolist(),
                "low50": self.sweat_mg_per_min[1].tolist(), "high50": self.sweat_mg_per_min[3].tolist(),
            },
            "relapse": {
                "median_days": self.relapse.quantile_days(0.5), "low_days": self.relapse.quantile_days(0.05),
                "high_days": self.relapse.quantile_days(0.95), "never_pct": self.relapse.never_pct,
                "not_dry_pct": self.relapse.not_dry_pct,
            },
            "minutes_per_month": self.minutes_per_month,
            "beats_naive": self.beats_naive,
            "site": self.outlook.site,
            "hypotheses": self.outlook.twin.hypotheses.name,
            "assumptions": list(self.assumptions),
        }  # fmt: skip

    def to_xarray(self) -> xr.Dataset:
        """Days by quantile, with units."""
        import xarray as xr

        dates = np.array(self.dates, dtype="datetime64[ns]")
        data: dict[str, Any] = {
            "p_hdss_le_2": (
                "date",
                self.p_hdss_le_2,
                {"units": "1", "long_name": "chance of an HDSS of at most 2"},
            ),
            "hdss_probabilities": (("date", "hdss"), self.hdss_probabilities, {"units": "1"}),
            "sweat_mg_per_min": (("quantile", "date"), self.sweat_mg_per_min, {"units": "mg/min"}),
        }
        return xr.Dataset(
            data, {"date": dates, "hdss": [1, 2, 3, 4], "quantile": [0.05, 0.25, 0.5, 0.75, 0.95]},
            {"title": "sudomotor forecast", "course": self.label, "hypotheses": self.outlook.twin.hypotheses.name},
        )  # fmt: skip


def forecast(
    twin: Twin,
    course: Course | str | Sequence[SessionLike] | None = None,
    *,
    days: int = 90,
    missed_pct: float = 0.0,
    site: str | None = None,
    seed: int | None = None,
) -> Forecast:
    """Forecast the days after the diary.

    Parameters
    ----------
    twin : the person.
    course : sentences of the course language, or sessions; None goes on as in the last weeks of the diary. An empty
        sequence is no treatment at all.
    days : horizon.
    missed_pct : chance that a session is missed.
    site : the site that is looked at; default the first of the diary.

    Raises
    ------
    InputError
        for a course that no calendar can hold (rules "until"), sites unknown to the twin, a horizon out of range.
    """
    place = site or twin.grid.sites[0]
    if course is None:
        sessions, label, said = as_lately(twin, days)
    else:
        sessions, label, said = planned(course, days, place)
    found = outlook(twin, [sessions], days, missed_pct=missed_pct, site=place, seed=seed)
    return _forecast(found, 0, label, sessions, (*twin.assumptions, *said))


def _forecast(
    found: Outlook, i: int, label: str, sessions: Sequence[SessionLike], assumptions: tuple[str, ...]
) -> Forecast:
    p = found.p_hdss_le_2[i]
    low, high = np.quantile(p, [0.05, 0.95], axis=1)
    sweat = np.quantile(found.sweat_as_it_comes[i], [0.05, 0.25, 0.5, 0.75, 0.95], axis=1)
    kept = tuple(PlannedSession(s.day, s.current_mA, s.minutes, s.site) for s in sessions)
    return Forecast(
        label, found.dates, kept, p.mean(axis=1), low, high, found.hdss_chance[i].mean(axis=1), sweat, relapse(found, i),
        found, assumptions,
    )  # fmt: skip


def relapse(found: Outlook, i: int = 0) -> Relapse:
    """When an HDSS of 3 or 4 is likelier than not for a week on end, after it was not."""
    wet = found.wet[i]
    days, n = wet.shape
    was_dry = ~wet
    first = np.where(was_dry.any(axis=0), was_dry.argmax(axis=0), days)
    out = np.full(n, np.nan)
    run = np.zeros(n, dtype=int)
    need = min(RELAPSE_RUN_DAYS, days)
    for day in range(days):
        run = np.where(wet[day] & (day > first), run + 1, 0)
        hit = (run >= need) & np.isnan(out)
        out[hit] = day - need + 2  # day 0 of the outlook is the first after the diary
    dry = first < days
    never = float(100.0 * np.mean(np.isnan(out[dry]))) if dry.any() else 0.0
    return Relapse(out, never, float(100.0 * np.mean(~dry)))


def hdss_forecast(
    twin: Twin, sessions: Sequence[SessionLike], days: int, *, site: str | None = None
) -> Array:
    """Chances of the answers 1 to 4 on each of the days ahead, (day, 4); what a backtest scores."""
    return np.asarray(outlook(twin, [sessions], days, site=site).hdss_chance[0].mean(axis=1))
