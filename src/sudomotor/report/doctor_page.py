"""One page for a dermatologist to read in two minutes; it prints on one A4 side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from sudomotor.limits import screen
from sudomotor.limits.questions import questions_at
from sudomotor.report.figures_plan import hdss_figure
from sudomotor.report.page import render
from sudomotor.report.plan_report import (
    AGREE,
    PlanView,
    ahead,
    amount_words,
    binding_briefly,
    plan_sources,
    session_words,
    signed,
    skin_words,
)
from sudomotor.report.twin_past import Answers4, Range, Response, response, skin_trouble
from sudomotor.report.twin_words import account_words, day_words, half_back_days, inside_words, row_of, trust
from sudomotor.report.words import lay_site, listed, per_cent, plain, ranged

_SOUND_GRADES = ("established", "supported")
# what a page of one A4 side has room for; the rest is counted, not dropped in silence
_SESSIONS, _SKIN, _LIMITS, _CAUTIONS, _ASSUMED, _CAUTION_CHARS = 6, 4, 4, 3, 6, 110
_WEEKS = {1: (1, 4, 8, 12), 2: (1, 4, 12)}  # weeks of the forecast by number of sites
_FEW_WEEKS = (1, 12)
_MOST_SITES = 3  # the print is a little smaller with each further site


class Row(NamedTuple):
    """A line of the table of response: what it is, and a cell for each site."""

    what: str
    cells: tuple[str, ...]


def doctor_page(view: PlanView) -> str:
    """The page, as HTML."""
    site = view.sites[0]
    return render(
        "doctor.html",
        title=f"Iontophoresis of the {listed([lay_site(each) for each in view.sites])}: one page for the clinician",
        sources=plan_sources(view),
        view=view,
        example=view.example,
        trust=trust(view.twin),
        agree=AGREE,
        facts=facts(view),
        sites=[lay_site(each).capitalize() for each in view.sites],
        rows=response_rows(view),
        drawing=hdss_figure(view.twin, view.plan, view.on[site], view.off[site]),
        ahead=[
            (lay_site(each).capitalize(), ahead(view, each, _WEEKS.get(len(view.sites), _FEW_WEEKS)))
            for each in view.sites
        ],
        back=[back_words(view, each) for each in view.sites],
        plan_lines=plan_lines(view),
        sessions=session_lines(view),
        safety=safety(view),
        care=care(view),
        dense=min(len(view.sites), _MOST_SITES),
        basis=basis(view),
        seed=view.twin.seed,
    )


def facts(view: PlanView) -> list[tuple[str, str]]:
    """Who, when, what was done, what the skin did; no name."""
    d, p = view.twin.diary, view.plan
    age = view.answers.age_years
    who = f"Taken as “{view.twin.person.preset_name}”" + ("" if age is None else f", {age:g} years")
    rows = [
        ("Person", f"{who}. No name is kept."),
        (
            "Diary",
            f"{day_words(d.first)} to {day_words(d.last)}: {d.days} days, {len(d.readings)} readings. Page of "
            f"{day_words(p.request.today)}.",
        ),
    ]
    rows += [("Sessions held", held_words(view, site)) for site in view.sites]
    others = Counter(e.other_treatment.strip().lower() for e in d.entries if e.other_treatment)
    if others:
        told = [f"{name} (noted {count}×)" for name, count in others.most_common(3)]
        rows.append(("Also used", f"{'; '.join(told)}{_more(len(others) - 3)}."))
    rows.append(("Skin noted", skin_lines(view)))
    return rows


def held_words(view: PlanView, site: str) -> str:
    """Sessions held at a site: count, how often, current and minutes, the last one."""
    d = view.twin.diary
    mine = [s for s in d.sessions if s.site == site]
    name = f"{lay_site(site).capitalize()}: "
    if not mine:
        return f"{name}none in the diary."
    weeks = max(d.days / 7.0, 1.0)
    current = _spread([float(s.current_mA or 0.0) for s in mine])
    minutes = _spread([float(s.minutes or 0.0) for s in mine])
    return (
        f"{name}{len(mine)}, {plain(len(mine) / weeks)} a week; {current} mA for {minutes} minutes; last on "
        f"{day_words(mine[-1].date)} at {mine[-1].current_mA:g} mA."
    )


def _spread(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return (
        plain(low, 3)
        if low == high
        else f"{plain(low, 3)} to {plain(high, 3)} (median {plain(float(np.median(values)), 3)})"
    )


def skin_lines(view: PlanView) -> str:
    """Skin trouble that was noted, the latest first."""
    found = skin_trouble(view.twin)[::-1]
    if not found:
        return "No trouble is noted."
    told = [f"{word} ({day_words(date, year=False)})" for date, word in found[:_SKIN]]
    return f"{'; '.join(told)}{_more(len(found) - _SKIN)}."


def _more(count: int) -> str:
    return f"; and {count} more" if count > 0 else ""


def response_rows(view: PlanView) -> list[Row]:
    """Response measures, a column a site."""
    found = [response(view.twin, site) for site in view.sites]

    def row(what: str, cells: list[str]) -> Row:
        return Row(what, tuple(cells))

    rows = [
        row("HDSS before treatment", [_answers(each.before) for each in found]),
        row("HDSS, last 4 weeks", [_answers(each.now) for each in found]),
        row("Entries with 1 or 2 then", [_dry(each.now) for each in found]),
        row("Days with 1 or 2 then (model)", [_range_pct(each.dry_days_pct) for each in found]),
        row("Fall of sweat (model)", [_range_pct(each.fall_pct) for each in found]),
    ]
    if any(each.weighed_before is not None or each.weighed_now is not None for each in found):
        rows.append(
            row(
                "Weighed, mg/min: before, then",
                [_weighings(each) for each in found],
            )
        )
    return rows


def _answers(found: Answers4 | None) -> str:
    if found is None:
        return "none noted"
    return f"{found.mean:.1f} (n = {found.count})"


def _dry(found: Answers4 | None) -> str:
    return "none noted" if found is None else f"{found.dry} of {found.count}"


def _range_pct(found: Range) -> str:
    if found.high < 0.5:
        return "none"
    return f"{found.median:.0f} % ({max(found.low, 0.0):.0f} to {found.high:.0f})"


def _weighings(found: Response) -> str:
    if found.weighed_before is None and found.weighed_now is None:
        return "not weighed"
    return ", ".join(
        "–" if value is None else plain(value) for value in (found.weighed_before, found.weighed_now)
    )


def back_words(view: PlanView, site: str) -> str:
    """When the sweat returns without treatment, briefly."""
    f = view.off[site]
    r = f.relapse
    name = (
        f"{lay_site(site).capitalize()} without treatment: " if len(view.sites) > 1 else "Without treatment: "
    )
    if r.not_dry_pct >= 99.5:
        return f"{name}good days do not prevail now."

    def date(share: float) -> str:
        day = r.quantile_days(share)
        return f"after day {len(f.dates)}" if day is None else day_words(f.dates[int(day) - 1], year=False)

    now = f"good days prevail now in {100 - r.not_dry_pct:.0f} % of cases; " if r.not_dry_pct >= 0.5 else ""
    return f"{name}{now}back most likely {date(0.5)} ({date(0.05)} to {date(0.95)})."


def plan_lines(view: PlanView) -> list[tuple[str, str]]:
    """Goal, chance, time, comparison, expected trouble of the skin."""
    p = view.plan
    reached = "" if p.reached else f" (asked for: {p.request.chance_pct:.0f} %; out of reach)"
    if p.to_reach:
        reached = f" ({per_cent(p.to_reach.p_goal)} would take {p.to_reach.minutes_per_month:.0f} minutes a month)"
    elif p.request.worth_minutes is not None:
        reached = f" (not aimed at; a dry day more may cost {p.request.worth_minutes:g} min)"
    lines = [
        ("Goal", f"{signed(p.request.goal)}, from {day_words(p.goal_from)}"),
        (
            "Chance",
            f"{per_cent(p.p_goal)}{reached}; {per_cent(p.robustness['p_goal_if_next_missed'])} if the next "
            f"{p.robustness['next_missed']:.0f} are missed"
            if p.robustness.get("next_missed")
            else f"{per_cent(p.p_goal)}{reached}",
        ),
        (
            "Time",
            f"{p.minutes_per_month:.0f} minutes a month in {plain(p.outcome.sessions_per_month)} sessions; "
            f"good days {p.dry_days_pct:.0f} % of all",
        ),
    ]
    if p.label_schedules:
        best = max(p.label_schedules, key=lambda one: (one.p_goal, -one.minutes_per_month))
        lines.append(
            (
                "Best label",
                f"“{best.text}”: {per_cent(best.p_goal)} for {best.minutes_per_month:.0f} minutes a month",
            )
        )
    lines.append(("Dry in", amount_words(p.until_dry_days, p.request.horizon_days)))
    lines.append(("Skin to expect", skin_words(p)))
    return lines


def session_lines(view: PlanView) -> list[str]:
    """The next sessions with their dates."""
    p, several = view.plan, len(view.sites) > 1
    lines = [session_words(s, site=several) for s in p.sessions[:_SESSIONS]]
    left = len(p.sessions) - _SESSIONS
    if left > 0:
        lines.append(f"and {left} more until {day_words(p.sessions[-1].date)}")
    return lines or ["No session is needed within the horizon."]


def safety(view: PlanView) -> list[tuple[str, str]]:
    """Limits that bind, and what was answered to the safety questions."""
    binding = binding_briefly(view.plan)
    limits = (
        "; ".join(binding[:_LIMITS]) + ("." if binding else "") + _more_in("limit", len(binding) - _LIMITS)
    )
    answers, sites = view.answers, view.sites
    asked = [each for each in questions_at(sites) if each.kind != "age"]
    yes = [each.id.replace("_", " ") for each in asked if answers.given[each.id] is True]
    when = "on no stated day" if answers.date_answered is None else f"on {day_words(answers.date_answered)}"
    said = f"yes to: {'; '.join(yes)}" if yes else f"no to all {len(asked)} that are asked for these sites"
    return [
        ("Limits that bind", limits or "None."),
        ("Contraindications", f"Answered {when}: {said}."),
    ]


def care(view: PlanView) -> str:
    """What to take care of by the answers; "" where nothing is."""
    found = [str(each) for each in screen(view.answers, view.sites, view.plan.request.today).cautions]
    told = " ".join(_cut(text) for text in found[:_CAUTIONS])
    return told + _more_in("caution", len(found) - _CAUTIONS)


def _more_in(what: str, count: int) -> str:
    return f" And {count} more {what}{'s' if count > 1 else ''}: see the other page." if count > 0 else ""


def _cut(text: str) -> str:
    """A sentence that fits; what is left out is on the other page."""
    return text if len(text) <= _CAUTION_CHARS else f"{text[: _CAUTION_CHARS - 1].rsplit(' ', 1)[0]} …"


def basis(view: PlanView) -> list[tuple[str, str]]:
    """What all this rests on: uncertainty, accounts, hypotheses, assumptions."""
    twin, p = view.twin, view.plan
    strength, repair = row_of(twin, "strength"), row_of(twin, "repair_days")
    half = half_back_days(twin)
    low, median, high = (float(v) / 7.0 for v in np.quantile(half, (0.05, 0.5, 0.95)))
    known = {"yes": "known from the diary", "partly": "partly known", "no": "not known from the diary"}
    assumed = list(dict.fromkeys(p.assumptions))
    return [
        (
            "Person-specific",
            f"Sessions work {ranged(strength.median, strength.low, strength.high)} times as strongly as on the middle person "
            f"({known[strength.known]}); half of the effect gone {ranged(median, low, high)} weeks after the last session "
            f"({known[repair.known]}).",
        ),
        ("Fit", f"{twin.check.words} {inside_words(twin)}"),
        ("Mechanism", account_words(twin, brief=True)),
        ("Hypotheses on", _switches(view)),
        ("Assumed", "; ".join(assumed[:_ASSUMED]) + _more(len(assumed) - _ASSUMED) + "."),
        (
            "Uncertainty",
            "In brackets: 90 % intervals over what is not known of this person, given the model; an error of the model itself "
            "is not in them.",
        ),
    ]


def _switches(view: PlanView) -> str:
    """Which claims are on: those that are not graded supported or better in full, the others counted."""
    on = view.twin.hypotheses
    weak = [text for text in on.on if not any(grade in text for grade in _SOUND_GRADES)]
    if not weak:
        return f"“{on.name}”: {len(on.on)} claims, all graded supported or better (listed on the other page)."
    return f"“{on.name}”: {len(on.on) - len(weak)} claims graded supported or better; and, weaker, {'; '.join(weak)}."
