"""The two pages of a plan: one for a dermatologist, one for the person; and what both are made of."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sudomotor.report.sentences import LAY, unit_words
from sudomotor.report.twin_words import day_words
from sudomotor.report.words import lay_site, listed, per_cent, plain

if TYPE_CHECKING:
    from sudomotor.limits import Answers
    from sudomotor.planning import Plan
    from sudomotor.planning.result import Session
    from sudomotor.twin import Forecast, Twin

PERSON_FILE, DOCTOR_FILE = "report.html", "doctor.html"
AGREE = "For research and education; agree it with your clinician."
# weeks ahead of which both pages tell the forecast
_WEEKS = (1, 4, 8, 12)
_LAY_SKIN = {**LAY, "overdry": "over-dry, cracked skin"}


@dataclass(frozen=True)
class PlanView:
    """What the pages of a plan are made of.

    Attributes
    ----------
    plan, twin, answers : the plan, the person, and what they answered to the safety questions.
    on, off : forecasts with the plan and without any treatment, by site.
    example : what is not a real person's, in words; "" for a real diary.
    """

    plan: Plan
    twin: Twin
    answers: Answers
    on: dict[str, Forecast]
    off: dict[str, Forecast]
    example: str = ""

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that the plan is for."""
        return self.plan.request.sites


def plan_view(plan: Plan, twin: Twin, answers: Answers, *, example: str = "") -> PlanView:
    """Forecast a plan, and no treatment, over its horizon with the twin that it was made for.

    Parameters
    ----------
    plan : the plan.
    twin : whose it is.
    answers : to the safety questions, as they were given to the planner.
    example : said on both pages where the diary is not a real person's.
    """
    from sudomotor.twin import PlannedSession, forecast

    next_day = twin.diary.last + datetime.timedelta(days=1)
    days = (plan.request.first - next_day).days + plan.request.horizon_days
    sessions = [
        PlannedSession((s.date - next_day).days, s.current_mA, s.minutes, s.site) for s in plan.sessions
    ]
    missed = plan.request.missed_pct
    on = {
        site: forecast(twin, sessions, days=days, missed_pct=missed, site=site) for site in plan.request.sites
    }
    off = {site: forecast(twin, (), days=days, site=site) for site in plan.request.sites}
    return PlanView(plan, twin, answers, on, off, example)


class Ahead(NamedTuple):
    """The chance of a good day in one week, in per cent with its range: with the plan, and without treatment."""

    first: datetime.date
    weeks: int
    on: tuple[float, float, float]
    off: tuple[float, float, float]


def ahead(view: PlanView, site: str, weeks: Sequence[int] = _WEEKS) -> list[Ahead]:
    """The chance of a good day some weeks ahead, counted from the first day of the plan."""
    begin = (view.plan.request.first - view.on[site].dates[0]).days
    rows = []
    for number in weeks:
        of = slice(begin + 7 * (number - 1), begin + 7 * number)
        if number > 1 and of.stop > len(view.on[site].dates):
            continue

        def chance(f: Forecast, of: slice = of) -> tuple[float, float, float]:
            middle, low, high = (
                100.0 * float(each[of].mean()) for each in (f.p_hdss_le_2, f.p_low, f.p_high)
            )
            return middle, low, high

        rows.append(
            Ahead(view.on[site].dates[of.start], number, chance(view.on[site]), chance(view.off[site]))
        )
    return rows


def session_words(session: Session, *, site: bool, year: bool = False) -> str:
    """A session to come as one line.

    >>> from sudomotor.planning.result import Session
    >>> session_words(Session(datetime.date(2026, 5, 6), datetime.time(19, 30), "palms", 12.0, 20.0), site=False)
    'Wednesday 6 May, 19:30: 12 mA for 20 minutes'
    """
    at = "" if session.time is None else f", {session.time:%H:%M}"
    where = f"{lay_site(session.site)}, " if site else ""
    day = day_words(session.date, weekday=True, year=year)
    # a device is set in tenths at best, and never above what is planned
    current = math.floor(session.current_mA * 10.0 + 1e-6) / 10.0
    return f"{day}{at}: {where}{current:g} mA for {session.minutes:g} minutes"


def signed(text: str) -> str:
    """A condition with the sign that people know.

    >>> signed("HDSS <= 2 on 80 % of days")
    'HDSS ≤ 2 on 80 % of days'
    """
    return text.replace("<=", "≤").replace(">=", "≥")


def coming(plan: Plan, days: int = 7) -> tuple[Session, ...]:
    """Sessions of the first days of a plan."""
    end = plan.request.first + datetime.timedelta(days=days)
    return tuple(s for s in plan.sessions if s.date < end)


def skin_words(plan: Plan) -> str:
    """Skin trouble to be expected over the horizon, the commonest first; what is under one in a hundred is left out."""
    order = sorted(plan.skin.items(), key=lambda each: -each[1])
    told = [f"{_LAY_SKIN.get(name, name)} {per_cent(pct / 100.0)}" for name, pct in order if pct >= 0.5]
    return listed(told) if told else "none to expect"


def binding_words(plan: Plan) -> list[str]:
    """The limits that bind, each once, as the plan tells them."""
    return list(dict.fromkeys(one.text.rstrip(".") + "." for one in plan.limits if one.binding))


def binding_briefly(plan: Plan) -> list[str]:
    """The limits that bind, each in a few words with its value and kind."""
    told = []
    for one in plan.limits:
        if one.binding:
            value = "" if one.limit is None else f" {plain(one.limit, 3)} {unit_words(one.unit)}".rstrip()
            told.append(f"{one.name.replace('_', ' ')}{value} ({one.kind})")
    return list(dict.fromkeys(told))


def amount_words(days: tuple[float | None, float | None, float | None], horizon: int) -> str:
    """A number of days with its range, where some lie beyond the horizon.

    >>> amount_words((12.0, 5.0, None), 90), amount_words((None, None, None), 90)
    ('12 days (5 to over 90)', 'more than 90 days')
    """
    median, low, high = days
    if median is None:
        return f"more than {horizon} days"
    if low is None:
        return f"{plain(median)} days"
    middle = "now" if median == 0 else f"{plain(median)} days"
    return f"{middle} ({plain(low)} to {plain(high) if high is not None else f'over {horizon}'})"


def plan_sources(view: PlanView) -> tuple[str, ...]:
    """Keys of the bibliography behind a plan."""
    from sudomotor.limits import questions
    from sudomotor.report.twin_report import twin_sources

    limits = {key for one in view.plan.limits for key in one.source}
    asked = {key for each in questions() for key in each.source}
    return twin_sources(view.twin, more=limits | asked)


def plan_pages(view: PlanView) -> dict[str, str]:
    """Both pages as HTML, by name of their file."""
    from sudomotor.report.doctor_page import doctor_page
    from sudomotor.report.person_page import person_page

    return {PERSON_FILE: person_page(view), DOCTOR_FILE: doctor_page(view)}


def check_plan_folder(folder: str | Path) -> None:
    """Refuse before the work is done what could not be written after it."""
    from sudomotor.report.page import check_free

    for name in (PERSON_FILE, DOCTOR_FILE, "manifest.json"):
        check_free(Path(folder) / name)


def write_plan_report(
    folder: str | Path, view: PlanView, *, command: str = "plan", words: Sequence[str] = ()
) -> tuple[Path, Path]:
    """Write both pages and the manifest into a folder.

    Parameters
    ----------
    folder : is made if need be; a file that is not ours is left alone, and is an error.
    view : see `plan_view`.
    command, words : what made it, for the manifest.

    Returns
    -------
    the page for the person and the page for the dermatologist.
    """
    from sudomotor.report.page import write, write_manifest

    check_plan_folder(folder)
    pages = plan_pages(view)
    person, doctor = (write(pages[name], folder, name) for name in (PERSON_FILE, DOCTOR_FILE))
    twin, request = view.twin, view.plan.request
    write_manifest(
        folder, command=command, words=list(words), sources=plan_sources(view), seed=request.seed,
        diary_sha256=twin.diary.sha256, person=twin.person.preset_name, method=twin.check.method,
        hypotheses=twin.hypotheses.name, goal=request.goal, days=request.horizon_days,
    )  # fmt: skip
    return person, doctor
