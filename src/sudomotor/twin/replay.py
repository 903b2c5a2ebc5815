"""The person's own past under a change: the same days, the same luck, other sessions."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.scales import SITES, sides_at
from sudomotor.twin.ahead import after_days
from sudomotor.twin.grid import Held, Kind, place_sessions, sessions_of
from sudomotor.twin.likelihood import hdss_above

if TYPE_CHECKING:
    import xarray as xr

    from sudomotor.twin.twin import Twin

Array = NDArray[np.float64]
_QUANTILES = (0.05, 0.5, 0.95)
# a day on which the chance of being dry moves by less than this is the same day
_SEEN = 0.05


@dataclass(frozen=True)
class Replay:
    """The diary's days as they were (first) and as they would have been (second).

    Attributes
    ----------
    label : what was changed.
    dates : (day,).
    p_hdss_le_2, hdss : (2, day) chance of an HDSS of at most 2, expected HDSS, means over the twin's people.
    sweat_mg_per_min : (2, 3, day) quantiles 5, 50 and 95 % of the sweat of one side of the first site.
    minutes, sessions : (2,) minutes of current and sessions in all.
    dry_days : (2, draw) days with an HDSS of at most 2 that are expected of each of the twin's people.
    """

    label: str
    dates: tuple[datetime.date, ...]
    p_hdss_le_2: Array
    hdss: Array
    sweat_mg_per_min: Array
    minutes: tuple[float, float]
    sessions: tuple[int, int]
    dry_days: Array
    site: str
    hypotheses: str
    assumptions: tuple[str, ...]

    @property
    def difference(self) -> dict[str, Any]:
        """What the change does: minutes, sessions and dry days (with 90 % interval), and the days that differ."""
        more = self.dry_days[1] - self.dry_days[0]
        low, median, high = np.quantile(more, _QUANTILES)
        apart = np.flatnonzero(np.abs(self.p_hdss_le_2[1] - self.p_hdss_le_2[0]) >= _SEEN)
        return {
            "minutes": self.minutes[1] - self.minutes[0],
            "sessions": self.sessions[1] - self.sessions[0],
            "dry_days": float(median),
            "dry_days_low": float(low),
            "dry_days_high": float(high),
            "first_day": self.dates[apart[0]].isoformat() if len(apart) else None,
            "last_day": self.dates[apart[-1]].isoformat() if len(apart) else None,
            "days_that_differ": len(apart),
        }

    def to_dict(self) -> dict[str, Any]:
        """Plain data."""

        def both(values: Any) -> dict[str, Any]:
            return {"as_it_was": values[0], "as_it_would_have_been": values[1]}

        sweat = [
            dict(zip(("low", "median", "high"), each.tolist(), strict=True)) for each in self.sweat_mg_per_min
        ]
        return {
            "change": self.label, "dates": [each.isoformat() for each in self.dates], "site": self.site,
            "p_hdss_le_2": both(self.p_hdss_le_2.tolist()), "hdss": both(self.hdss.tolist()),
            "sweat_mg_per_min": both(sweat), "minutes": both(self.minutes), "sessions": both(self.sessions),
            "difference": self.difference, "hypotheses": self.hypotheses, "assumptions": list(self.assumptions),
        }  # fmt: skip

    def to_xarray(self) -> xr.Dataset:
        """Days by case, with units."""
        import xarray as xr

        data: dict[str, Any] = {
            "p_hdss_le_2": (("case", "date"), self.p_hdss_le_2, {"units": "1"}),
            "hdss": (("case", "date"), self.hdss, {"units": "1", "long_name": "expected HDSS, 1 to 4"}),
            "sweat_mg_per_min": (("case", "quantile", "date"), self.sweat_mg_per_min, {"units": "mg/min"}),
        }
        coords = {
            "case": ["as it was", "as it would have been"], "date": np.array(self.dates, dtype="datetime64[ns]"),
            "quantile": list(_QUANTILES),
        }  # fmt: skip
        return xr.Dataset(
            data, coords, {"title": "sudomotor replay", "change": self.label, "hypotheses": self.hypotheses}
        )


def replay(
    twin: Twin,
    *,
    skip: tuple[datetime.date, datetime.date] | None = None,
    current_mA: float | None = None,
    minutes: float | None = None,
    every_days: float | None = None,
    hypotheses: Hypotheses | str | None = None,
) -> Replay:
    """Live through the diary again with something changed, and with the same luck on every day.

    Parameters
    ----------
    twin : the person.
    skip : first and last day of a time without sessions.
    current_mA, minutes : another current or length for every session.
    every_days : sessions at this interval from the first one on, each with the setting that was last in use by then.
    hypotheses : claims about the mind that are on, in place of the twin's.

    Raises
    ------
    InputError
        where nothing is changed, the days lie outside of the diary, a number is impossible, or there are no sessions.
    """
    g = twin.grid
    rows = sessions_of(twin.diary, g.first)
    changes = _checked(twin, skip, current_mA, minutes, every_days, len(rows))
    new = list(rows)
    if every_days is not None:
        new = _spaced(new, every_days, g.days)
    if skip is not None:
        first, last = ((each - g.first).days for each in skip)
        new = [row for row in new if not first <= row[0] <= last]
    new = [
        (
            day,
            Kind(kind.site, current_mA or kind.current_mA, minutes or kind.minutes, kind.water),
            side,
            anode,
        )
        for day, kind, side, anode in new
    ]
    slots = len(g.held.kind)
    held = place_sessions(new, g.sides, slots, g.slots_per_day)
    blocked = np.stack([twin.past.blocked, _blocked(twin, held)])  # (case, day, side, draw)
    site = g.sites[0]
    flows = _flows(twin, blocked, site)
    level = twin.past.level + np.log(flows) - np.log(flows[0])
    said: list[str] = []
    if hypotheses is not None:
        on = hypotheses if isinstance(hypotheses, Hypotheses) else Hypotheses.parse(hypotheses)
        from sudomotor.twin.minds import drive_ratio

        level[1] += np.log(drive_ratio(twin, blocked[1], _per_day(new, g.days), on))[:, None]
        changes.append(f"hypotheses {on.name}")
        said.append(f"the second course has {on.name} on in place of {twin.hypotheses.name}")
    u = level + twin.past.noise
    half = np.array([twin.priors[name].hdss_half_log[SITES.index(site)] for name in twin.accounts])[
        twin.account
    ]
    above = [1.0 / (1.0 + np.exp(-np.clip(each, -60, 60))) for each in hdss_above(u, twin.traits, half)]
    p = 1.0 - above[1]
    return Replay(
        label=", ".join(changes),
        dates=tuple(g.first + datetime.timedelta(days=d) for d in range(g.days)),
        p_hdss_le_2=p.mean(axis=-1),
        hdss=(1.0 + sum(above)).mean(axis=-1),
        sweat_mg_per_min=np.moveaxis(np.quantile(np.exp(u), _QUANTILES, axis=-1), 0, 1),
        minutes=(sum(row[1].minutes for row in rows), sum(row[1].minutes for row in new)),
        sessions=(len(rows), len(new)),
        dry_days=p.sum(axis=1),
        site=site,
        hypotheses=twin.hypotheses.name if hypotheses is None else on.name,
        assumptions=(
            *twin.assumptions,
            "what each day and week brought is drawn once from what the diary tells, and is the same in both courses",
            *said,
        ),
    )


def _checked(
    twin: Twin,
    skip: tuple[datetime.date, datetime.date] | None,
    current_mA: float | None,
    minutes: float | None,
    every_days: float | None,
    sessions: int,
) -> list[str]:
    """What is changed, in words; refuses what cannot be."""
    g, said = twin.grid, []
    if not sessions:
        raise InputError(
            "the diary holds no session, so there is nothing to change", where=twin.diary.source,
            mend="`sudomotor forecast` looks at sessions to come",
        )  # fmt: skip
    for name, value, most in (
        ("current_mA", current_mA, 100.0),
        ("minutes", minutes, 240.0),
        ("every_days", every_days, 366.0),
    ):
        if value is not None and not 0 < value <= most:
            raise InputError(
                f"{name} must lie above 0 and up to {most:g}, got {value:g}", where=f"--{name.replace('_', '-')}",
                mend="give a possible number",
            )  # fmt: skip
    if every_days is not None:
        if every_days < 1.0:
            raise InputError(
                "more than one session a day is not replayed", where="--every", mend='--every "2 days"'
            )
        said.append(f"a session every {every_days:g} days")
    if skip is not None:
        first, last = skip
        if first > last:
            raise InputError(f"{first} is after {last}", where="--skip", mend=f"--skip {last}..{first}")
        if last < g.first or first > g.last:
            raise InputError(
                f"the diary runs from {g.first} to {g.last}", where="--skip", mend="name days within it"
            )
        said.append(f"no sessions from {first} to {last}")
    if current_mA is not None:
        said.append(f"{current_mA:g} mA in every session")
    if minutes is not None:
        said.append(f"{minutes:g} minutes in every session")
    return said


def _spaced(rows: list[Any], every_days: float, days: int) -> list[Any]:
    """Sessions at an interval from the first of each site, with the setting in use by then."""
    out = []
    for site in dict.fromkeys(row[1].site for row in rows):
        mine = [row for row in rows if row[1].site == site]
        for at in np.arange(mine[0][0], days, every_days):
            latest = [row for row in mine if row[0] <= at][-1]
            out.append((int(at), *latest[1:]))
    return sorted(out, key=lambda row: row[0])


def _blocked(twin: Twin, held: Held) -> Array:
    return after_days(twin, held)[1]


def _flows(twin: Twin, blocked: Array, site: str) -> Array:
    """Share that still flows at a site, both sides together; (case, day, draw)."""
    mine = sides_at(site, twin.grid.sides)
    other = twin.grid.other[: twin.grid.days, mine][None, :, :, None]
    share = (1.0 - (1.0 - twin.traits["unreached"]) * blocked[:, :, mine]) * other
    return np.asarray(np.maximum(share.mean(axis=2), 1e-9))


def _per_day(rows: list[Any], days: int) -> Array:
    return (
        np.bincount([row[0] for row in rows], minlength=days)[:days].astype(float) if rows else np.zeros(days)
    )
