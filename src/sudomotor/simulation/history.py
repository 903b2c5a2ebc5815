"""What became of the people of a simulation: the result type, and how it is summarised and saved."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.model.harm import irritation_chances, overdry_chance
from sudomotor.model.heart import rmssd_ms
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.scales import (
    SIDES,
    SINGULAR,
    SITES,
    dlqi,
    hdss_mean,
    lsas,
    remaining,
    site_of,
    stai_s,
)
from sudomotor.model.treatments import care_factor

if TYPE_CHECKING:
    import xarray as xr

    from sudomotor.course import Course
    from sudomotor.model.channels import Channel
    from sudomotor.model.treatments import CareStates
    from sudomotor.parameters import Parameters
    from sudomotor.person import People
    from sudomotor.simulation.loop import Mind

Array = NDArray[np.float64]
# Sweat rate per side under which a site counts as controlled ("dry" in words).
CONTROL = {site: f"control_{SINGULAR[site]}_mg_per_min" for site in SITES}


@dataclass(frozen=True)
class History:
    """Days of a course in a group of people like one person.

    Attributes
    ----------
    days : (day,) readings 0, 1, … days; each is taken before that day's session.
    sides : names of the sides that the current reaches; all others keep their baseline.
    blocked, blocked_after : (day, side, person) fraction of glands blocked, before and after the day's session.
    session : (day, person) sessions held on that day.
    irritation : (day, side, person) irritation after the day's session, in sessions' worth.
    volts : (day, side, person) volts needed at the end of the day's session; 0 on days without one.
    baseline_mg_per_min : (side of all six, person).
    sessions : one for each treating step: medians over people of what its session is like.
    step : (day, person) which step of the course's sequence is in force, from 0; as many as there are once it is over.
    care : what other treatments do to each of the six sides, and when those of the mind are held; None without any.
    channel : the response that the mind's loop runs over; None is sweat.
    given_ratio : (day, person) what the mind does to sweat, where it is known already; None works it out.
    """

    days: Array
    sides: tuple[str, ...]
    blocked: Array
    blocked_after: Array
    session: Array
    irritation: Array
    volts: Array
    baseline_mg_per_min: Array
    people: People
    course: Course
    parameters: Parameters
    hypotheses: Hypotheses
    seed: int
    assumptions: tuple[str, ...]
    sessions: tuple[dict[str, Any], ...]
    step: NDArray[np.int64] | None = None
    care: CareStates | None = None
    channel: Channel | None = None
    given_ratio: Array | None = None

    def blocked_of(self, side: str, *, after: bool = False) -> Array:
        """Fraction of glands blocked at one side; (day, person); zero where no current goes."""
        if side in self.sides:
            return (self.blocked_after if after else self.blocked)[:, self.sides.index(side)]
        return np.zeros((len(self.days), self.people.n))

    def sweat_of(self, place: str, *, after: bool = False) -> Array:
        """Sweat in mg/min of a side ("left palm"), or the mean of both sides of a site ("palms"); (day, person).

        Other treatments act within days, so that they stand the same before and `after` a day's session.
        """
        if place in SITES:
            left, right = (
                self.sweat_of(f"{side} {SINGULAR[place]}", after=after) for side in ("left", "right")
            )
            return 0.5 * (left + right)
        if place not in SIDES:
            raise InputError(f"unknown site or side '{place}'", mend=f"known: {', '.join((*SITES, *SIDES))}")
        base = self.baseline_mg_per_min[SIDES.index(place)]
        unreached = self.parameters.value("unreached_fraction")
        sweat = np.asarray(base * remaining(self.blocked_of(place, after=after), unreached))
        if self.care_factor is not None:
            sweat = sweat * self.care_factor[:, SIDES.index(place)]
        # the skin alone is not multiplied by a ratio of 1, but left as it is
        return sweat * self.sweat_ratio if self.hypotheses.has_mind else sweat

    @property
    def sweat_ratio(self) -> Array:
        """What the mind does to sweat in a clinic, over the same glands at the usual drive; (day, person)."""
        return self.mind.sweat_ratio if self.given_ratio is None else self.given_ratio

    @cached_property
    def care_factor(self) -> Array | None:
        """Factor of other treatments on sweat, (day, side of all six, person); None without any."""
        return None if self.care is None else care_factor(self.care, self.people, self.parameters)

    @cached_property
    def remaining(self) -> Array:
        """Share of the baseline sweat that the glands still give at the usual drive, (day, side of all six, person)."""
        unreached = self.parameters.value("unreached_fraction")
        left = np.stack([remaining(self.blocked_of(side), unreached) for side in SIDES], axis=1)
        return np.asarray(left if self.care_factor is None else left * self.care_factor)

    @cached_property
    def mind(self) -> Mind:
        """Threat, drive, avoidance and the rest of the mind, worked out when first asked for."""
        from sudomotor.simulation.loop import run_mind

        care = self.care
        return run_mind(
            self.people, self.remaining, self.session, parameters=self.parameters, hypotheses=self.hypotheses,
            seed=self.seed, channel=self.channel, exposure=None if care is None else care.exposure,
            cbt=None if care is None else care.cbt, biofeedback=None if care is None else care.biofeedback,
        )  # fmt: skip

    @cached_property
    def stai_s(self) -> Array:
        """State anxiety in a public task, expected STAI-S, 20 to 80; (day, person)."""
        return np.asarray(stai_s(self.mind.threat, self.parameters))

    @cached_property
    def lsas(self) -> Array:
        """Social anxiety, expected LSAS, 0 to 144; (day, person)."""
        return np.asarray(lsas(self.mind.expectation, self.mind.avoidance, self.parameters))

    @cached_property
    def dlqi(self) -> Array:
        """Burden on daily life, expected DLQI, 0 to 30; (day, person)."""
        worst = np.max([self.hdss_of(site) for site in SITES], axis=0)
        return np.asarray(dlqi(worst, self.mind.avoidance, self.parameters))

    def site_blocked(self, place: str) -> Array:
        """Fraction of glands blocked of a side or, as the mean of both, of a site; (day, person)."""
        if place in SITES:
            left, right = (self.blocked_of(f"{side} {SINGULAR[place]}") for side in ("left", "right"))
            return 0.5 * (left + right)
        return self.blocked_of(place)

    def hdss_of(self, place: str) -> Array:
        """Expected HDSS of a site or side; (day, person)."""
        site = place if place in SITES else site_of(place)
        return hdss_mean(self.sweat_of(place), self.people["hdss_shift"], site, self.parameters)

    def dry(self, site: str) -> NDArray[np.bool_]:
        """Whether the site's sweat is below its threshold of control; (day, person)."""
        return np.asarray(self.sweat_of(site) < self.parameters.value(CONTROL[site]))

    def dry_day(self, site: str) -> Array:
        """First day on which a person is dry; nan where that never happens; (person,)."""
        dry = self.dry(site)
        return np.where(dry.any(axis=0), self.days[np.argmax(dry, axis=0)], np.nan)

    def return_day(self, site: str) -> Array:
        """First day, after having been dry, on which the sweat is back and stays back for a week; nan if never.

        A week, because a single wet day between maintenance sessions is no relapse.
        """
        dry = self.dry(site)
        week = min(7, len(self.days))
        first = np.where(dry.any(axis=0), np.argmax(dry, axis=0), len(self.days))
        out = np.full(dry.shape[1], np.nan)
        wet = ~dry
        run = np.zeros(dry.shape[1], dtype=int)
        for i in range(len(self.days)):
            run = np.where(wet[i] & (i > first), run + 1, 0)
            hit = (run >= week) & np.isnan(out)
            out[hit] = self.days[i] - week + 1
        return out

    def harm(self) -> dict[str, Array]:
        """Chance of each side effect over the whole course, (person,); over-dry skin is `dryness`."""
        irritated = irritation_chances(self.irritation, self.people, self.parameters)
        return {**irritated, "dryness": overdry_chance(self.blocked, self.parameters)}

    @property
    def mechanism(self) -> str:
        """The account of the block that was in force."""
        return self.hypotheses.mechanism

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The whole history as an xarray.Dataset with units and attributes."""
        return self.to_xarray()

    def to_xarray(self) -> xr.Dataset:
        """Variables `sweat_mg_per_min`, `blocked`, `hdss` (day, side, person) and `session` (day, person)."""
        import xarray as xr

        def stack(of: Any) -> Array:
            return np.stack([of(side) for side in SIDES], axis=1)

        where = ("day", "side", "person")
        data = {
            "sweat_mg_per_min": (
                where,
                stack(self.sweat_of),
                {"units": "mg/min", "long_name": "sweat rate of the side"},
            ),
            "blocked": (
                where,
                stack(self.blocked_of),
                {"units": "1", "long_name": "fraction of glands blocked"},
            ),
            "hdss": (where, stack(self.hdss_of), {"units": "1", "long_name": "expected HDSS, 1 to 4"}),
            "session": (("day", "person"), self.session, {"units": "1", "long_name": "sessions on that day"}),
        }
        when = ("day", "person")
        for name, (values, text) in self.of_mind.items():
            data[name] = (when, values, {"units": "1", "long_name": text})
        attributes = {
            "title": "sudomotor history", "course": " | ".join(self.course.words), "seed": self.seed,
            "mechanism": self.mechanism, "hypotheses": "; ".join(self.hypotheses.on) or self.hypotheses.name,
            "assumptions": "; ".join(self.assumptions),
        }  # fmt: skip
        coords = {
            "day": ("day", self.days, {"units": "d"}),
            "side": list(SIDES),
            "person": np.arange(self.people.n),
        }
        return xr.Dataset(data, coords, attributes)

    @property
    def of_mind(self) -> dict[str, tuple[Array, str]]:
        """What is reported of the mind: name -> values (day, person), and what it is."""
        mind = self.mind
        return {
            "threat": (mind.threat, "felt threat in a public task, 0 to 1"),
            "drive": (mind.drive, "sudomotor drive in a public task; 1 is an untreated patient's palm"),
            "expectation": (mind.expectation, "expected embarrassment, 0 to 1"),
            "safety_bound": (mind.safety_bound, "safety that is bound to the treatment, 0 to 1"),
            "avoidance": (mind.avoidance, "share of occasions that are avoided"),
            "confidence": (mind.confidence, "confidence from events that were met, 0 to 1"),
            "control": (mind.control, "perceived control over sweat, 0 to 1"),
            "gain": (mind.gain, "central sudomotor gain"),
            "benefit": (mind.benefit, "belief in the treatment, 0 to 1"),
            "mood": (mind.mood, "mood as trait anxiety, 0 to 1"),
            "wetness": (mind.wetness, "perceived wetness in a public task, 0 to 1"),
            "rmssd_ms": (
                rmssd_ms(mind.vagal, self.parameters),
                "heart rate variability in a public task, ms",
            ),
            "stai_s": (self.stai_s, "expected STAI-S, 20 to 80"),
            "lsas": (self.lsas, "expected LSAS, 0 to 144"),
            "dlqi": (self.dlqi, "expected DLQI, 0 to 30"),
        }

    def save(self, path: str | Path) -> Path:
        """Write the dataset as NetCDF (`.nc`); other endings are refused."""
        target = Path(path)
        if target.suffix != ".nc":
            raise InputError(f"cannot write '{target.name}'", mend="use a name that ends in .nc (NetCDF)")
        self.to_xarray().to_netcdf(target, engine="scipy")
        return target


def band(values: Array, *, axis: int = -1) -> dict[str, list[float]]:
    """Median and 90 % range over people, as the JSON has them."""
    low, median, high = np.quantile(values, [0.05, 0.5, 0.95], axis=axis)
    return {"median": median.tolist(), "low": low.tolist(), "high": high.tolist()}


def day_summary(days: Array) -> dict[str, float | None]:
    """Median and 90 % range of a day over those who have one, and per cent who never do."""
    known = days[np.isfinite(days)]
    never = 100.0 * (1.0 - known.size / days.size)
    if not known.size:
        return {"median": None, "low": None, "high": None, "never_pct": never}
    low, median, high = np.quantile(known, [0.05, 0.5, 0.95])
    return {"median": float(median), "low": float(low), "high": float(high), "never_pct": never}
