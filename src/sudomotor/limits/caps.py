"""Caps: the lowest of several limits on current or length, each with its own figure and reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sudomotor.errors import InputError, unknown
from sudomotor.limits.dated import amount
from sudomotor.limits.devices import Device
from sudomotor.limits.devices import device as find_device
from sudomotor.limits.library import AREA_OF, SITES, Limit, Limits, library_of
from sudomotor.limits.reasons import Reason, exceeds
from sudomotor.parameters import Parameters, load

_SECONDS = 60.0  # in a minute: 1 mA for a minute is 60 mC


@dataclass(frozen=True)
class Cap:
    """What the limits allow of a current or a length.

    Attributes
    ----------
    value, unit : the cap, in mA or min.
    binding : name of the limit that sets it.
    reasons : every limit with its own cap (`bound`), the lowest first; advice is listed and never binds.
    requested : what was asked for, or None.
    notes : what had to be assumed, in words.
    """

    value: float
    unit: str
    binding: str
    reasons: tuple[Reason, ...]
    requested: float | None = None
    notes: tuple[str, ...] = ()

    @property
    def value_mA(self) -> float:
        """The cap of a current."""
        if self.unit != "mA":
            raise InputError("this is a cap on minutes", mend="use value_minutes")
        return self.value

    @property
    def value_minutes(self) -> float:
        """The cap of a length."""
        if self.unit != "min":
            raise InputError("this is a cap on the current", mend="use value_mA")
        return self.value

    @property
    def clamped(self) -> bool:
        """Whether more was asked for than is allowed."""
        return self.requested is not None and exceeds(self.requested, self.value)

    @property
    def granted(self) -> float:
        """What was asked for, or the cap where that is less."""
        return self.requested if self.requested is not None and not self.clamped else self.value

    @property
    def reason(self) -> Reason:
        """The limit that sets the cap."""
        return next(each for each in self.reasons if each.severity != "advice")

    def to_dict(self) -> dict[str, Any]:
        """The cap for JSON."""
        return {
            "value": self.value,
            "unit": self.unit,
            "binding": self.binding,
            "requested": self.requested,
            "granted": self.granted,
            "clamped": self.clamped,
            "reasons": [each.to_dict() for each in self.reasons],
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class Frame:
    """The limits that hold for one person at one site, by quantity, with the wetted area and the device."""

    site: str
    age_years: float | None
    area_cm2: float
    device: Device | None
    held: dict[tuple[str, str], tuple[Limit, ...]]
    notes: tuple[str, ...]

    def of(self, *quantities: str, relation: str = "<=") -> tuple[Limit, ...]:
        """The limits on some quantities."""
        found: tuple[Limit, ...] = ()
        for name in quantities:
            found += self.held.get((name, relation), ())
        return found

    def tightest(self, quantity: str) -> Limit | None:
        """The lowest limit of a quantity that is more than advice."""
        found = [each for each in self.of(quantity) if each.severity != "advice"]
        return min(found, key=lambda each: (each.value, each.name), default=None)


def frame(
    site: str, age_years: float | None, device: str | Device | None = None, area_cm2: float | None = None,
    limits: Limits | None = None, parameters: Parameters | None = None,
) -> Frame:  # fmt: skip
    """Gather what holds for one person at one site (direct current).

    Raises
    ------
    InputError
        for an unknown site or device, an age or an area that makes no sense.
    """
    if site not in SITES:
        raise unknown("site", str(site), SITES)
    if age_years is not None:
        age_years = amount("age_years", age_years)
    by_quantity: dict[tuple[str, str], list[Limit]] = {}
    for limit in library_of(limits).values():
        if limit.applies(site, age_years, 0.0):
            by_quantity.setdefault((limit.quantity, limit.relation), []).append(limit)
    held = {name: tuple(found) for name, found in by_quantity.items()}
    notes = []
    if area_cm2 is None:
        adult = (parameters or load()).value(AREA_OF[site])
        shares = [each.value for each in held.get(("assumed_area_pct", "<="), ())]
        area_cm2 = adult * min(shares, default=100.0) / 100.0
        whose = "a child's" if shares else "an adult's"
        notes.append(
            f"the wetted skin was not measured: {whose} {area_cm2:.0f} cm2 a side is assumed at the {site}"
        )
    elif amount("area_cm2", area_cm2) == 0:
        raise InputError("area_cm2 must be above zero", mend="give the wetted skin of one side, e.g. 150")
    found = find_device(device) if isinstance(device, str) else device
    if found is not None and found.max_mA is None:
        notes.append(f"the highest current of the {found.name} is not published")
    return Frame(site, age_years, float(area_cm2), found, held, tuple(notes))


def reason_of(limit: Limit, text: str, found: float | None, bound: float | None, unit: str) -> Reason:
    """The reason that a limit gives."""
    return Reason(limit.name, text, found, bound, unit, limit.kind, limit.severity, limit.source)


def fixed_reasons(here: Frame, minutes: float) -> list[Reason]:
    """What caps a current of some length, whatever was done before."""
    area, found = here.area_cm2, []
    if here.age_years is None:
        text = "The age is not known, and without it no current is allowed"
        found.append(Reason("age", text, None, 0.0, "mA", "question", "ceiling", ()))
    for limit in (*here.of("age_years"), *here.of("age_years", relation=">=")):
        if here.age_years is not None and limit.broken_by(here.age_years):
            found.append(reason_of(limit, f"Age {here.age_years:g}: {limit.text}", None, 0.0, "mA"))
    for limit in here.of("current_mA", "rms_mA"):
        found.append(reason_of(limit, limit.text, None, limit.value, "mA"))
    for limit in here.of("density_mA_per_cm2"):
        text = f"{limit.value:g} mA/cm2 over {area:.0f} cm2 of wetted skin: {limit.text}"
        found.append(reason_of(limit, text, None, limit.value * area, "mA"))
    for limit in here.of("charge_mC_per_cm2"):
        if minutes > 0:
            text = f"{limit.value:g} mC/cm2 over {area:.0f} cm2 in {minutes:g} min: {limit.text}"
            found.append(reason_of(limit, text, None, limit.value * area / (_SECONDS * minutes), "mA"))
    if here.device is not None and here.device.max_mA is not None:
        text = f"The {here.device.name} gives at most {here.device.max_mA:g} mA"
        found.append(
            Reason("device", text, None, here.device.max_mA, "mA", "device", "limit", here.device.source)
        )
    return found


def ramp_reasons(here: Frame, last_mA: float | None, pause_days: float | None) -> list[Reason]:
    """What caps a current after the last one at the site: a first current, a rise, a start after a pause."""
    firsts = here.of("first_mA")
    if last_mA is None:
        return [
            reason_of(each, f"No session at the {here.site} is logged. {each.text}", None, each.value, "mA")
            for each in firsts
        ]
    found = [
        reason_of(each, f"The last session had {last_mA:g} mA. {each.text}", None, last_mA + each.value, "mA")
        for each in here.of("rise_mA")
    ]
    longest, share = here.tightest("pause_days"), here.tightest("restart_pct")
    if longest is None or share is None or pause_days is None or not exceeds(pause_days, longest.value):
        return found
    first = here.tightest("first_mA")
    bound = max(last_mA * share.value / 100.0, first.value if first else 0.0)
    text = (
        f"{pause_days:g} days after the last session, of {last_mA:g} mA; more than {longest.value:g} days are a pause "
        f"({longest.name}). {share.text}"
    )
    return [*found, reason_of(share, text, None, bound, "mA")]


def lowest(
    found: Iterable[Reason], requested: float | None, unit: str, notes: Iterable[str], what: str
) -> Cap:
    """The cap that some reasons make together."""
    reasons = sorted(found, key=lambda each: (each.bound or 0.0, each.severity == "advice", each.limit))
    binding = next((each for each in reasons if each.severity != "advice"), None)
    if binding is None:
        raise InputError(f"the library holds no limit on {what}", mend="add one, or use the shipped limits")
    return Cap(float(binding.bound or 0.0), unit, binding.limit, tuple(reasons), requested, tuple(notes))


def cap(
    requested_mA: float | None, minutes: float, *, site: str, age_years: float | None,
    device: str | Device | None = None, area_cm2: float | None = None, last_mA: float | None = None,
    pause_days: float | None = None, ramp: bool = True, limits: Limits | None = None,
    parameters: Parameters | None = None,
) -> Cap:  # fmt: skip
    """The highest current that every limit allows for one session of direct current.

    Parameters
    ----------
    requested_mA : what is asked for, or None.
    minutes : length of the session; the charge limits long ones.
    site : palms, soles or axillae.
    age_years : None, if not known, allows nothing.
    device : in use, by name or as a `Device`.
    area_cm2 : wetted skin of one side; if None, an adult's or a child's is assumed, with a note.
    last_mA : current of the last session at the site; None if there was none, then a first current is the most.
    pause_days : days since that session; None if not known, then no pause is counted, with a note.
    ramp : False leaves out what the last session says.
    limits, parameters : other ones than the shipped.

    Examples
    --------
    >>> found = cap(15.0, 20.0, site="palms", age_years=34, last_mA=9.0, pause_days=2)
    >>> found.value_mA, found.binding, found.clamped
    (10.0, 'rise_per_session', True)
    """
    here = frame(site, age_years, device, area_cm2, limits, parameters)
    asked = None if requested_mA is None else amount("requested_mA", requested_mA)
    last = None if last_mA is None else amount("last_mA", last_mA)
    pause = None if pause_days is None else amount("pause_days", pause_days)
    found = fixed_reasons(here, amount("minutes", minutes))
    notes = list(here.notes)
    if ramp:
        found += ramp_reasons(here, last, pause)
        if last is not None and pause is None:
            notes.append("the days since the last session are not given: no pause is counted")
    return lowest(found, asked, "mA", notes, f"the current at the {site}")


def minutes_reasons(here: Frame, current_mA: float | None) -> list[Reason]:
    """What caps the length of a session of some current; None leaves out the charge."""
    found = [
        reason_of(each, each.text, None, each.value, "min") for each in here.of("minutes", "minutes_per_day")
    ]
    if current_mA:
        for limit in here.of("charge_mC_per_cm2"):
            text = f"{limit.value:g} mC/cm2 over {here.area_cm2:.0f} cm2 at {current_mA:g} mA: {limit.text}"
            most = limit.value * here.area_cm2 / (_SECONDS * current_mA)
            found.append(reason_of(limit, text, None, most, "min"))
    return found


def minutes_cap(
    requested_minutes: float | None, current_mA: float, *, site: str, age_years: float | None,
    area_cm2: float | None = None, limits: Limits | None = None, parameters: Parameters | None = None,
) -> Cap:  # fmt: skip
    """The greatest length that every limit allows at a current.

    Examples
    --------
    >>> found = minutes_cap(90.0, 10.0, site="palms", age_years=34)
    >>> found.value_minutes, found.binding, found.granted
    (60.0, 'long_session', 60.0)
    """
    here = frame(site, age_years, None, area_cm2, limits, parameters)
    asked = None if requested_minutes is None else amount("requested_minutes", requested_minutes)
    found = minutes_reasons(here, amount("current_mA", current_mA))
    return lowest(found, asked, "min", here.notes, f"the minutes at the {site}")
