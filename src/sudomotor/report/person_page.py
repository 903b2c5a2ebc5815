"""One page for the person: what to do next week, what to expect, what it costs, what to write down, what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sudomotor.report.figures_plan import frontier_figure, hdss_figure
from sudomotor.report.page import render
from sudomotor.report.plan_report import (
    AGREE,
    PlanView,
    ahead,
    amount_words,
    binding_words,
    coming,
    plan_sources,
    session_words,
    signed,
    skin_words,
)
from sudomotor.report.sentences import Sentence
from sudomotor.report.twin_report import believed
from sudomotor.report.twin_words import (
    day_words,
    log_next_words,
    logging_words,
    trust,
    what_is_known,
    what_is_open,
)
from sudomotor.report.words import lay_site, listed, per_cent, plain

if TYPE_CHECKING:
    from sudomotor.planning.result import Amount

_LOG_LINES = 2  # pieces of advice on what to write down; more would not be followed
# measurements that change the treatment, and so go against the plan beside them
_CHANGES = ("pause", "closer sessions")
# beginnings of reasons that the page tells in its own words already
_TOLD = (
    "The chance of ", "If the next ", "Dry after", "You are dry now", "Most would not be dry", "Over-dry", "This is the label",
)  # fmt: skip


def person_page(view: PlanView) -> str:
    """The page, as HTML."""
    site = view.sites[0]
    where = listed([lay_site(each) for each in view.sites])
    return render(
        "person.html",
        title=f"Your {where}: what to do, and what to expect",
        sources=plan_sources(view),
        view=view,
        example=view.example,
        trust=trust(view.twin),
        agree=AGREE,
        next_lines=next_lines(view),
        after=after_words(view),
        ahead=[(lay_site(each).capitalize(), ahead(view, each)) for each in view.sites],
        lines=expectations(view),
        drawings=[
            hdss_figure(view.twin, view.plan, view.on[site], view.off[site], height=0.9),
            frontier_figure(view.plan),
        ],
        log_next=writing(view, changes=False)[:_LOG_LINES],
        log_more=writing(view, changes=True)[:1],
        known=what_is_known(view.twin),
        open_=what_is_open(view.twin),
        habit=logging_words(view.twin),
        reasons=reasons(view),
        limits=binding_words(view.plan),
        cautions=view.plan.cautions,
        believed=believed(view.twin),
        assumptions=list(dict.fromkeys(view.plan.assumptions)),
        seed=view.twin.seed,
    )


def writing(view: PlanView, *, changes: bool) -> list[str]:
    """What to write down next: what goes along with the plan, or what would change it."""
    words = log_next_words(view.twin)
    return [
        text
        for text, advice in zip(words, view.twin.log_next, strict=True)
        if (advice.measure in _CHANGES) == changes
    ]


def reasons(view: PlanView) -> list[str]:
    """Why these sessions, without what the page says elsewhere."""
    return [signed(text) for text in view.plan.reasons if text and not text.startswith(_TOLD)]


def next_lines(view: PlanView) -> list[str]:
    """The sessions of the first week."""
    found = coming(view.plan)
    return [session_words(s, site=len(view.sites) > 1) for s in found]


def after_words(view: PlanView) -> str:
    """What comes after that week, and when to plan anew."""
    p = view.plan
    week = coming(p)
    later = p.sessions[len(week) :]
    anew = f"Make a new plan on {day_words(p.replan_on, weekday=True)} or when anything changes, with what you will have written."
    if not p.sessions:
        return f"No session is {'needed' if p.reached else 'planned'} for now. {anew}"
    if not later:
        return anew
    first = session_words(later[0], site=len(view.sites) > 1)
    lead = "After that" if week else "Nothing in the first week. The next one"
    count = f", and {len(later) - 1} more until {day_words(p.sessions[-1].date)}" if len(later) > 1 else ""
    return f"{lead}: {first}{count}. {anew}"


def expectations(view: PlanView) -> list[Sentence]:
    """What the plan costs and brings."""
    p, horizon = view.plan, view.plan.request.horizon_days
    chance = f"{per_cent(p.p_goal)} for “{signed(p.request.goal)}” from {day_words(p.goal_from)}."
    if p.request.worth_minutes is not None:
        chance += (
            f" The plan does not aim at it: it adds sessions as long as one more good day costs less than "
            f"{p.request.worth_minutes:g} minutes."
        )
    elif p.to_reach is not None:
        chance += (
            f" {per_cent(p.to_reach.p_goal)} would take {p.to_reach.minutes_per_month:.0f} minutes a month; the last of those good "
            "days would cost more time than one is usually worth, so the plan stops before."
        )
    elif not p.reached:
        chance += " That is less than was asked for, and the most that was found."
    if p.robustness.get("next_missed"):
        count = int(p.robustness["next_missed"])
        chance += (
            f" If you miss the next {count if count > 1 else 'session'}{' sessions' if count > 1 else ''}: "
            f"{per_cent(p.robustness['p_goal_if_next_missed'])}."
        )
    lines = [
        Sentence("How likely is your goal?", chance),
        Sentence(
            "How much time does it take?",
            f"{p.minutes_per_month:.0f} minutes a month with the current on, in about "
            f"{plain(p.outcome.sessions_per_month)} sessions. About {p.dry_days_pct:.0f} % of all days would be good ones.",
        ),
        Sentence("How long until good days prevail?", dry_words(p.until_dry_days, horizon)),
        Sentence("And if you stop now?", stop_words(p.until_back_days, horizon)),
        Sentence(
            "What may happen to the skin?",
            f"Within the {horizon} days, of people like you: {skin_words(p)}. Stop where the skin blisters, cracks or burns, "
            "write it down, and ask your clinician before you go on.",
        ),
    ]
    return lines


def dry_words(days: Amount, horizon: int) -> str:
    """How long until good days prevail with the plan.

    >>> from sudomotor.planning.result import Amount
    >>> dry_words(Amount(6.0, 0.0, 23.0), 90), dry_words(Amount(0.0, 0.0, 9.0), 90)
    ('6 days (0 to 23).', 'Most likely they do so now; else within 9 days.')
    """
    if days.median == 0:
        latest = (
            f"within {plain(days.high)} days"
            if days.high is not None
            else f"later, or not within {horizon} days"
        )
        return "They do so now." if days.high == 0 else f"Most likely they do so now; else {latest}."
    text = amount_words(days, horizon)
    return f"{text[:1].upper()}{text[1:]}."


def stop_words(days: Amount, horizon: int) -> str:
    """How long good days would go on without any session.

    >>> from sudomotor.planning.result import Amount
    >>> stop_words(Amount(20.0, 8.0, None), 90)
    'Good days would prevail for another 20 days (8 to over 90).'
    """
    if days.median == 0:
        if days.high == 0:
            return "Good days do not prevail now, so there is nothing to lose."
        most = f"{plain(days.high)} days" if days.high is not None else f"more than {horizon} days"
        return f"Most likely good days do not prevail now; at best they would for another {most}."
    return f"Good days would prevail for another {amount_words(days, horizon)}."
