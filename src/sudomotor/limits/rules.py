"""The rules for one session after those that were held: dates, rest, skin, current, density, charge, age."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sudomotor.errors import InputError
from sudomotor.limits.answers import Answers
from sudomotor.limits.caps import Cap, Frame, fixed_reasons, frame, lowest, ramp_reasons
from sudomotor.limits.dated import DatedSession, LoggedSession, ProposedSession, SkinNote, check_day
from sudomotor.limits.devices import Device
from sudomotor.limits.library import Limits
from sudomotor.limits.log import log_problems
from sudomotor.limits.past import Found, Past, Rest, rests_at, timing
from sudomotor.limits.questions import sites_of
from sudomotor.limits.reasons import Reason, gravest_first
from sudomotor.limits.screen import Refusal, screen

Area = float | Mapping[str, float] | None


@dataclass(frozen=True)
class Situation:
    """What holds for one person today: limits by site, rests of the skin, and whether sides differ."""

    today: datetime.date
    frames: dict[str, Frame]
    rests: dict[str, tuple[Rest, ...]]
    split: bool
    _fixed: dict[tuple[str, float], list[Reason]] = field(default_factory=dict, repr=False, compare=False)

    def sides(self, session: DatedSession) -> tuple[str, ...]:
        """The sides to look at: one stands for both where no session ever treats one alone."""
        return session.sides if self.split else ("both",)

    def fixed(self, site: str, minutes: float) -> list[Reason]:
        """Caps on the current that do not depend on what was held before."""
        key = (site, minutes)
        if key not in self._fixed:
            self._fixed[key] = fixed_reasons(self.frames[site], minutes)
        return self._fixed[key]


Pasts = dict[tuple[str, str], Past]


def situation(
    sessions: Iterable[DatedSession], skin: Iterable[SkinNote], answers: Answers | None, today: datetime.date,
    *, device: str | Device | None = None, area_cm2: Area = None, limits: Limits | None = None,
) -> Situation:  # fmt: skip
    """Gather what holds for the sites of some sessions."""
    everything = list(sessions)
    sites = sites_of({each.site for each in everything})
    age = None if answers is None else answers.age_years
    frames = {site: frame(site, age, device, _area(area_cm2, site, sites), limits) for site in sites}
    for site, each in frames.items():  # a library without a limit on the current allows none
        lowest(
            [*fixed_reasons(each, 0.0), *ramp_reasons(each, None, None)],
            None,
            "mA",
            (),
            f"the current at the {site}",
        )
    notes = list(skin)
    return Situation(
        today=check_day(today, "today"), frames=frames,
        rests={site: rests_at(site, notes, frames[site]) for site in sites},
        split=any(each.side != "both" for each in everything),
    )  # fmt: skip


def _area(area_cm2: Area, site: str, sites: tuple[str, ...]) -> float | None:
    if isinstance(area_cm2, Mapping):
        sites_of(tuple(area_cm2))
        return area_cm2.get(site)
    if area_cm2 is not None and len(sites) > 1:
        raise InputError(
            f"one wetted area is given for several sites: {', '.join(sites)}",
            mend='area_cm2={"palms": 160.0, "soles": 260.0}',
        )
    return area_cm2


def pasts_of(held: Iterable[DatedSession], here: Situation) -> Pasts:
    """What was held at each side, in order."""
    pasts: Pasts = {}
    for session in sorted(held, key=lambda each: each.order):
        remember(session, pasts, here)
    return pasts


def remember(session: DatedSession, pasts: Pasts, here: Situation) -> None:
    """One more session was held."""
    for side in here.sides(session):
        pasts.setdefault((session.site, side), Past()).add(session)


def judge_timing(session: DatedSession, pasts: Pasts, here: Situation) -> Found:
    """What the limits say of the date and the length of a session."""
    found = Found(session)
    for side in here.sides(session):
        past = pasts.get((session.site, side)) or Past()
        timing(found, here.frames[session.site], past, here.today, here.rests[session.site])
    return found


def current_reasons(session: DatedSession, pasts: Pasts, here: Situation) -> list[Reason]:
    """Every cap on the current of a session."""
    caps = list(here.fixed(session.site, session.minutes))
    for side in here.sides(session):
        past = pasts.get((session.site, side))
        last = past.last if past else None
        if last is None:
            caps += ramp_reasons(here.frames[session.site], None, None)
        else:
            pause = float((session.date - last.date).days)
            caps += ramp_reasons(here.frames[session.site], last.current_mA, pause)
    return caps


def judge_dose(session: DatedSession, pasts: Pasts, here: Situation) -> Found:
    """What the limits say of the current and the length of a session."""
    found, at = Found(session), here.frames[session.site]
    for reason in current_reasons(session, pasts, here):
        found.cap(reason, session.current_mA)
    for limit in at.of("minutes"):
        found.limit(limit, session.minutes, limit.text)
    density = session.current_mA / at.area_cm2
    values = {  # a library may also hold a least value
        "current_mA": session.current_mA, "rms_mA": session.current_mA, "minutes": session.minutes,
        "density_mA_per_cm2": density, "charge_mC_per_cm2": 60.0 * density * session.minutes,
    }  # fmt: skip
    for name, value in values.items():
        for limit in at.of(name, relation=">="):
            found.limit(limit, value, limit.text)
    return found


@dataclass(frozen=True)
class Decision:
    """Whether one proposed session may be held, and why or why not.

    Attributes
    ----------
    allowed : nothing refuses and nothing is broken.
    refused : what refuses any session at the site.
    broken, advice : limits that this session breaks; advice that it does not follow.
    binding : names of the limits that it meets with equality.
    cap : the highest current that would be allowed, were its date.
    cautions : answers that ask for care.
    """

    allowed: bool
    refused: tuple[Refusal, ...]
    broken: tuple[Reason, ...]
    binding: tuple[str, ...]
    cap: Cap
    cautions: tuple[Refusal, ...]
    advice: tuple[Reason, ...]

    def to_dict(self) -> dict[str, Any]:
        """The decision for JSON."""
        return {
            "allowed": self.allowed,
            "refused": [each.to_dict() for each in self.refused],
            "broken": [each.to_dict() for each in self.broken],
            "binding": list(self.binding),
            "cap": self.cap.to_dict(),
            "cautions": [each.to_dict() for each in self.cautions],
            "advice": [each.to_dict() for each in self.advice],
        }


def allowed(
    session: ProposedSession, log: Iterable[LoggedSession], answers: Answers | None, today: datetime.date, *,
    skin: Iterable[SkinNote] = (), device: str | Device | None = None, area_cm2: float | None = None,
    logged_until: datetime.date | None = None, limits: Limits | None = None,
) -> Decision:  # fmt: skip
    """Decide on one proposed session.

    Parameters
    ----------
    session : what is proposed.
    log, skin : sessions that were held, notes on the skin, in any order.
    answers : to the safety questions; None, or an open one, refuses.
    today : the day of asking.
    device, area_cm2 : the device in use, the wetted skin of one side.
    logged_until : day of the diary's last row of any kind; it keeps the log fresh.
    limits : another library than the shipped one.

    Examples
    --------
    >>> monday = datetime.date(2026, 3, 2)
    >>> held = [LoggedSession(monday, None, "palms", 9.0, 20.0)]
    >>> answers = Answers.all_no(monday, 34)
    >>> wednesday = datetime.date(2026, 3, 4)
    >>> asked = ProposedSession(wednesday, None, "palms", 15.0, 20.0)
    >>> found = allowed(asked, held, answers, wednesday)
    >>> found.allowed, found.cap.value_mA, [reason.limit for reason in found.broken]
    (False, 10.0, ['rise_per_session'])
    """
    held, notes = list(log), list(skin)
    here = situation([*held, session], notes, answers, today, device=device, area_cm2=area_cm2, limits=limits)
    pasts = pasts_of(held, here)
    times, dose = judge_timing(session, pasts, here), judge_dose(session, pasts, here)
    screened = screen(answers, session.site, today, limits=limits)
    refused = (
        *screened.refusals,
        *log_problems(held, today, skin=notes, logged_until=logged_until, limits=limits),
    )
    broken = gravest_first({**dose.broken, **times.broken}.values())
    found = lowest(
        (replace(each, found=session.current_mA) for each in current_reasons(session, pasts, here)),
        session.current_mA, "mA", here.frames[session.site].notes, f"the current at the {session.site}",
    )  # fmt: skip
    return Decision(
        allowed=not refused and not broken, refused=refused, broken=broken,
        binding=tuple(sorted({**dose.met, **times.met})), cap=found, cautions=screened.cautions,
        advice=gravest_first({**dose.advice, **times.advice}.values()),
    )  # fmt: skip
