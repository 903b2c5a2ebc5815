"""The pages of a forecast and of a replay, and the sentences and tables that the terminal shares with them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sudomotor.limits import Verdict
from sudomotor.model.mechanisms import MECHANISMS, mechanism
from sudomotor.parameters import load_citations
from sudomotor.report.figures_twin import GOOD, Shown, colour, forecast_figures, replay_figure
from sudomotor.report.page import render
from sudomotor.report.sentences import Sentence, unit_words
from sudomotor.report.sources import verdict_sources
from sudomotor.report.twin_words import account_words, day_words, header, inside_words, trust, what_is_known
from sudomotor.report.words import lay_site, one_side, per_cent, plain, ranged

if TYPE_CHECKING:
    from sudomotor.twin import Forecast, Twin
    from sudomotor.twin.replay import Replay

WEEK_DAYS = 7
# names of parameters behind a twin; what only other parts use is no source of a forecast
_BEHIND = (
    "twin_", "repair", "hit_", "fast_block", "unreached", "hdss_", "baseline_sweat", "stages_", "rehit", "gravimetry",
    "charge_", "acid_", "colloid_", "synaptic_", "acute_", "plan_",
)  # fmt: skip


class Week(NamedTuple):
    """A week of a forecast: its days, chance of a good day with its range in per cent, sweat, sessions."""

    first: datetime.date
    last: datetime.date
    p_pct: float
    p_low_pct: float
    p_high_pct: float
    sweat: tuple[float, float, float]
    sessions: int


def weeks(forecast: Forecast) -> list[Week]:
    """A forecast week by week; the last one may be shorter."""
    out = []
    for begin in range(0, len(forecast.dates), WEEK_DAYS):
        of = slice(begin, begin + WEEK_DAYS)
        dates = forecast.dates[of]
        low, middle, high = (float(forecast.sweat_mg_per_min[i, of].mean()) for i in (0, 2, 4))
        held = sum(begin <= s.day < begin + len(dates) for s in forecast.sessions)
        p, p_low, p_high = (
            100.0 * float(each[of].mean()) for each in (forecast.p_hdss_le_2, forecast.p_low, forecast.p_high)
        )
        out.append(Week(dates[0], dates[-1], p, p_low, p_high, (middle, low, high), held))
    return out


def week_rows(shown: Sequence[Shown]) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the weekly table of some courses: with ranges where at most two stand side by side."""
    heads = ["Week from"]
    site = shown[0].forecast.outlook.site
    alone, ranges = len(shown) == 1, len(shown) <= 2
    for each in shown:
        of = "" if alone else f", {each.name}"
        if ranges:
            heads += [f"{GOOD}, %{of}", f"mg/min {one_side(site)}{of}", *(["Sessions"] if alone else [])]
        else:
            heads += [f"{each.name}, %", f"{each.name}, mg/min"]
    rows = []
    for row in zip(*(weeks(each.forecast) for each in shown), strict=True):
        cells = [f"{row[0].first.day} {day_words(row[0].first, year=False).split()[1][:3]}"]
        for week in row:
            chance = f"{week.p_pct:.0f}"
            cells += [
                f"{chance} ({week.p_low_pct:.0f} to {week.p_high_pct:.0f})" if ranges else chance,
                ranged(*week.sweat) if ranges else plain(week.sweat[0]),
                *([str(week.sessions) if week.sessions else "–"] if alone else []),
            ]
        rows.append(cells)
    return heads, rows


def forecast_lines(shown: Sequence[Shown]) -> list[Sentence]:
    """What a forecast says, course by course, in sentences."""
    lines = []
    for each in shown:
        of = f" ({each.name})" if len(shown) > 1 else ""
        lines.append(Sentence(f"How likely is a good day{of}?", chance_words(each.forecast)))
        lines.append(Sentence(f"When is it back{of}?", return_words(each.forecast)))
    return lines


def when_words(f: Forecast) -> str:
    """Which site and which days a forecast is of; it begins where the diary ends, whatever the day is today."""
    return f"{lay_site(f.outlook.site).capitalize()}: {len(f.dates)} days from {day_words(f.dates[0])}"


def chance_words(f: Forecast) -> str:
    """Chance of a good day in the first and in the last week, and over all."""
    found = weeks(f)
    first, last = found[0], found[-1]
    text = f"{first.p_pct:.0f} % in the week from {day_words(first.first)} ({first.p_low_pct:.0f} to {first.p_high_pct:.0f})"
    if len(found) > 1:
        text += f", {last.p_pct:.0f} % in the one from {day_words(last.first)} ({last.p_low_pct:.0f} to {last.p_high_pct:.0f})"
    good = float(f.p_hdss_le_2.sum())
    return f"{text}. Over all {len(f.dates)} days about {plain(good, 2)} good ones. A good day is one with {GOOD}."


def return_words(f: Forecast) -> str:
    """When the sweat is back for a week, as a date with its range."""
    r, days = f.relapse, len(f.dates)
    if r.not_dry_pct >= 99.5:
        return "There is no dryness to lose: on no day is a good day likelier than a bad one."
    who = (
        f"In {100 - r.not_dry_pct:.0f} % of cases good days prevail for a time; for these "
        if r.not_dry_pct >= 0.5
        else ""
    )
    median = r.quantile_days(0.5)
    low, high = r.quantile_days(0.05), r.quantile_days(0.95)

    def date(day: float) -> str:
        return day_words(f.dates[0] + datetime.timedelta(days=int(day) - 1))

    if r.never_pct >= 99.5:
        text = f"it is not back within {days} days."
    elif median is None:
        early = f"; in the worst twentieth by {date(low)}" if low is not None else ""
        stay = per_cent(r.never_pct / 100)
        text = f"it is most likely not back within {days} days ({stay} stay dry){early}."
    else:
        latest = f"to {date(high)}" if high is not None else f"or not at all within {days} days"
        since = f"from {date(low)} " if low is not None else ""
        text = f"it is back most likely by {date(median)}, {plain(median)} days after the last entry ({since}{latest})."
    said = f"{who}{text}"
    return said[0].upper() + said[1:]


def limits_words(verdicts: Sequence[Verdict]) -> str:
    """Which limits a course breaks; "" where there is nothing to check."""
    if not verdicts:
        return ""
    broken = [v for v in verdicts if v.broken]
    if not broken:
        return f"All {len(verdicts)} that apply are kept."
    return f"{len(broken)} of {len(verdicts)} broken: " + " ".join(
        f"{v.text} (here {plain(v.value, 3)} {unit_words(v.unit)})." for v in broken
    )


def believed(twin: Twin, hypotheses: str | None = None) -> str:
    """Which claims were on, so that none passes for a finding."""
    from sudomotor.model.hypotheses import Hypotheses

    on = (
        twin.hypotheses
        if hypotheses is None or hypotheses == twin.hypotheses.name
        else Hypotheses.parse(hypotheses)
    )
    return f"{on.name}: {'; '.join(on.on)}."


def twin_sources(twin: Twin, verdicts: Iterable[Verdict] = (), more: Iterable[str] = ()) -> tuple[str, ...]:
    """Keys of the bibliography behind a twin and what is made of it."""
    off = tuple(f"{name}_" for name in MECHANISMS if name not in twin.accounts)
    keys = {
        key
        for p in twin.constants().values()
        if p.name.startswith(_BEHIND) and not (off and p.name.startswith(off))
        for key in p.source
    }
    for name in twin.accounts:
        keys |= set(mechanism(name).sources)
    keys |= verdict_sources(verdicts) | set(more)
    return tuple(sorted(keys & set(load_citations())))


def forecast_report(twin: Twin, shown: Sequence[Shown], verdicts: Sequence[Verdict] = ()) -> str:
    """The page of a forecast, as HTML."""
    first = shown[0].forecast
    heads, rows = week_rows(shown)
    lines = forecast_lines(shown)
    if verdicts:
        lines.append(Sentence("Limits?", limits_words(verdicts)))
    told = dict.fromkeys(text for each in shown for text in each.forecast.assumptions)
    return render(
        "forecast.html",
        title=when_words(first),
        sources=twin_sources(twin, verdicts),
        trust=trust(twin),
        header=header(twin),
        courses=[(each.name, each.forecast.label, colour(i)) for i, each in enumerate(shown)],
        lines=lines,
        drawings=forecast_figures(twin, shown),
        heads=heads,
        rows=rows,
        known=[
            *what_is_known(twin),
            Sentence("How well does it fit?", f"{twin.check.words} {inside_words(twin)}"),
            Sentence("How does the current block the glands?", account_words(twin)),
        ],
        believed=believed(twin),
        assumptions=list(told),
        seed=twin.seed,
    )


def label_words(label: str) -> str:
    """A label with its days as people write them.

    >>> label_words("no sessions from 2026-03-01 to 2026-03-14")
    'no sessions from 1 March 2026 to 14 March 2026'
    """
    return re.sub(r"\d{4}-\d\d-\d\d", lambda found: day_words(datetime.date.fromisoformat(found[0])), label)


def replay_lines(replay: Replay) -> list[Sentence]:
    """What a change of the past would have done, in sentences."""
    d = replay.difference
    middle, low, high = d["dry_days"], d["dry_days_low"], d["dry_days_high"]

    def more(value: float) -> str:
        return f"{plain(abs(value))} {'fewer' if value < 0 else 'more'}"

    if max(abs(low), abs(high)) < 0.5:
        good = f"The same to half a day, of {len(replay.dates)}."
    else:
        was = float(replay.p_hdss_le_2[0].sum())
        good = f"{more(middle)} ({more(low)} to {more(high)}), against {plain(was)} good days of {len(replay.dates)} as it was."
    sessions, minutes = d["sessions"], d["minutes"]
    effort = f"{replay.sessions[1]} sessions in place of {replay.sessions[0]}, {replay.minutes[1]:.0f} minutes in place of "
    effort += f"{replay.minutes[0]:.0f}"
    if sessions == 0 and minutes == 0:
        effort = f"The same: {replay.sessions[0]} sessions, {replay.minutes[0]:.0f} minutes"
    if d["first_day"] is None:
        when = "On no day does the chance of a good day change by 5 points or more."
    else:
        first, last = (datetime.date.fromisoformat(d[name]) for name in ("first_day", "last_day"))
        span = day_words(first) if first == last else f"From {day_words(first)} to {day_words(last)}"
        count = d.get("days_that_differ")
        held = f"; {count} days in all" if count is not None and first != last else ""
        when = f"{span}{held}: days on which the chance of a good day changes by 5 points or more."
    fall = float(np.median(replay.sweat_mg_per_min[1, 1] / np.maximum(replay.sweat_mg_per_min[0, 1], 1e-9)))
    sweat = f"On the middle day {plain(abs(100 * (fall - 1)))} % {'more' if fall > 1 else 'less'}."
    if abs(fall - 1) < 0.005:
        sweat = "On the middle day the same."
    return [
        Sentence("How many more good days?", f"{good} A good day is one with {GOOD}."),
        Sentence("When?", when),
        Sentence("How much sweat?", sweat),
        Sentence("At what cost?", f"{effort}."),
    ]


def replay_report(twin: Twin, replay: Replay, verdicts: Sequence[Verdict] = ()) -> str:
    """The page of a replay, as HTML."""
    lines = replay_lines(replay)
    if verdicts:
        lines.append(Sentence("Limits?", limits_words(verdicts)))
    return render(
        "replay.html",
        title=f"Your own days again, with {label_words(replay.label)}",
        sources=twin_sources(twin, verdicts),
        trust=trust(twin),
        header=header(twin),
        lines=lines,
        drawing=replay_figure(twin, replay),
        believed=believed(twin, replay.hypotheses),
        assumptions=list(dict.fromkeys(replay.assumptions)),
        seed=twin.seed,
    )
