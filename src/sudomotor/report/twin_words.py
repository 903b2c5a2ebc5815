"""What a twin knows of a person, in sentences for that person: known, not known, worth writing down next, how far to trust it."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.mechanisms import MECHANISMS, mechanism
from sudomotor.report.sentences import Sentence
from sudomotor.report.twin_past import entries_inside
from sudomotor.report.words import lay_site, plain, ranged

if TYPE_CHECKING:
    from sudomotor.twin import ParameterRow, Twin

Array = NDArray[np.float64]
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# the accounts of the block in a few words, with the name under which `--mechanism` knows them
LAY_ACCOUNT = {name: f"{each.lay} ({name})" for name, each in MECHANISMS.items()}
# what a person has to write so that a trait can be known at all
_NEEDS = {
    "event": "write in the column 'event' what was special about a day",
    "temperature": "write the temperature of the day",
    "baseline_palms": "weigh the sweat of one hand",
    "baseline_soles": "weigh the sweat of one foot",
    "baseline_axillae": "weigh the sweat of one armpit",
    "repair_days": "keep writing through a pause: how fast it comes back shows only then",
    "strength": "write every session, and how you were on the days after",
}


def day_words(date: datetime.date, *, weekday: bool = False, year: bool = True) -> str:
    """A day as people write it.

    >>> day_words(datetime.date(2026, 5, 5)), day_words(datetime.date(2026, 5, 5), weekday=True, year=False)
    ('5 May 2026', 'Tuesday 5 May')
    """
    text = f"{date.day} {_MONTHS[date.month - 1]}"
    text = f"{text} {date.year}" if year else text
    return f"{_WEEKDAYS[date.weekday()]} {text}" if weekday else text


def span_words(days: float) -> str:
    """A stretch of days in the unit that people would use.

    >>> span_words(5.2), span_words(37.0), span_words(1.0)
    ('5 days', '5.3 weeks', '1 day')
    """
    if days < 14:
        number = plain(days, 1) if days >= 1 else plain(days)
        return f"{number} day{'' if number == '1' else 's'}"
    return f"{plain(days / 7.0)} weeks"


def _span_range(middle: float, low: float, high: float) -> str:
    unit, per = ("days", 1.0) if middle < 14 else ("weeks", 7.0)
    return f"{ranged(middle / per, low / per, high / per)} {unit}"


def row_of(twin: Twin, name: str) -> ParameterRow:
    """One trait of the table."""
    return next(row for row in twin.table if row.name == name)


def what_is_known(twin: Twin) -> list[Sentence]:
    """The answers that people come for; each says where the diary does not tell."""
    return [
        Sentence("How strongly do sessions work on you?", strength_words(twin)),
        Sentence("How long does it last?", lasting_words(twin)),
        Sentence("How much comes with stress, weekends and warmth?", stress_words(twin)),
        Sentence("How much does it differ from day to day?", scatter_words(twin)),
    ]


_OPEN = "Your diary does not tell this yet. Taken for you, from other people: "
_PARTLY = "Only partly known: "


def strength_words(twin: Twin) -> str:
    """Strength of sessions against the middle person."""
    row = row_of(twin, "strength")
    text = f"{ranged(row.median, row.low, row.high)} times as strongly as on the middle person of your kind"
    if row.known == "no":
        return f"{_OPEN}{text}."
    verdict = (
        "less strongly than usual" if row.high < 1 else "more strongly than usual" if row.low > 1
        else "about as usual, as far as can be told"
    )  # fmt: skip
    lead = _PARTLY if row.known == "partly" else ""
    said = f"{lead}{text}: {verdict}."
    return said[0].upper() + said[1:]


def half_back_days(twin: Twin) -> Array:
    """Days until half of the blocked glands are open again without any session; (draw,)."""
    from scipy.stats import gamma

    out = np.empty(twin.draws)
    for i, name in enumerate(twin.accounts):
        mine = twin.account == i
        stages = twin.priors[name].repair_stages
        out[mine] = gamma.ppf(0.5, stages, scale=twin.traits["repair_days"][mine] / stages)
    return out


def lasting_words(twin: Twin) -> str:
    """How long a blocked gland stays blocked, and so how fast the sweat returns."""
    row = row_of(twin, "repair_days")
    low, median, high = (float(v) for v in np.quantile(half_back_days(twin), (0.05, 0.5, 0.95)))
    text = (
        f"a blocked gland stays blocked for {_span_range(row.median, row.low, row.high)}, so without sessions half of the "
        f"effect is gone after {_span_range(median, low, high)}."
    )
    if row.known == "no":
        return f"{_OPEN}{text}"
    return f"{_PARTLY}{text}" if row.known == "partly" else text[0].upper() + text[1:]


def _per_cent_more(row: ParameterRow, times: float = 1.0) -> str:
    """A shift of log sweat as per cent more or less.

    >>> from collections import namedtuple
    >>> Row = namedtuple("Row", "median low high")
    >>> _per_cent_more(Row(0.35, -0.1, 0.8)), _per_cent_more(Row(-0.2, -0.3, -0.1))
    ('42 % more sweat (10 % less to 123 % more)', '18 % less sweat (26 % less to 10 % less)')
    """
    low, middle, high = (100.0 * (np.exp(times * v) - 1.0) for v in (row.low, row.median, row.high))

    def word(value: float) -> str:
        return f"{abs(value):.0f} % {'less' if value < 0 else 'more'}"

    return f"{word(middle)} sweat ({word(low)} to {word(high)})"


_WARMER_DEGC = 5.0  # a difference of temperature that people can picture


def stress_words(twin: Twin) -> str:
    """What stressful days, weekends and warm days add."""
    parts = []
    noted = int(np.nansum(twin.grid.event[: twin.grid.days]))
    rows = {name: row_of(twin, name) for name in ("event", "weekend", "temperature")}
    if not noted:
        parts.append("No stressful day is noted in your diary, so what stress adds cannot be known.")
    else:
        days = "1 day" if noted == 1 else f"{noted} days"
        parts.append(f"On the {days} that you noted as special: {_per_cent_more(rows['event'])}.")
        if rows["event"].known == "no":
            parts[-1] += " That is still what is usual in others."
    weekend = rows["weekend"]
    if weekend.known != "no":
        parts.append(f"At weekends: {_per_cent_more(weekend)}.")
    if rows["temperature"].known != "no":
        parts.append(
            f"On a day {_WARMER_DEGC:g} °C warmer: {_per_cent_more(rows['temperature'], _WARMER_DEGC)}."
        )
    return " ".join(parts)


def scatter_words(twin: Twin) -> str:
    """Scatter from day to day and from week to week."""
    day, week = row_of(twin, "day_sd"), row_of(twin, "week_sd")

    def spread(row: ParameterRow) -> str:
        return ranged(*(100.0 * (np.exp(v) - 1.0) for v in (row.median, row.low, row.high)))

    lead = _OPEN if day.known == "no" else _PARTLY if day.known == "partly" else ""
    text = (
        f"{lead}from day to day the sweat is usually within {spread(day)} % of its average, for no reason that shows; whole "
        f"weeks differ by {spread(week)} %."
    )
    return text[0].upper() + text[1:]


def what_is_open(twin: Twin) -> list[str]:
    """What cannot be known yet of what matters for the days to come, and what would tell."""
    plain_words = {
        "strength": "how strongly sessions work on you",
        "repair_days": "how long a blocked gland stays blocked in you",
        "event": "what stressful days add",
        "temperature": "what warm days add",
        **{
            f"baseline_{site}": f"how much your {lay_site(site)} would sweat untreated"
            for site in twin.grid.sites
        },
    }
    lines = []
    for row in twin.table:
        if row.known == "no" and row.name in plain_words:
            what = plain_words[row.name]
            lines.append(f"{what[0].upper()}{what[1:]}. To know it, {_NEEDS[row.name]}.")
    return lines


def log_next_words(twin: Twin) -> list[str]:
    """What to write down next, the most useful first, with its gain where it has one."""
    lines = []
    for advice in twin.log_next:
        words = advice.words.strip().rstrip(".")
        lines.append(f"{words[0].upper()}{words[1:]}.")
    return lines


def inside_words(twin: Twin) -> str:
    """How many entries lie where the twin would have expected them."""
    found = entries_inside(twin)
    if not found.entries:
        return "There is no entry to hold it against."
    times = "1 entry" if found.entries == 1 else f"{found.entries} entries"
    text = (
        f"Of {times}, {100.0 * found.share:.0f} % lie inside the twin's own 90 % range (if it is right, "
        f"{100.0 * found.expected:.0f} % should: answers come in whole steps)"
    )
    # entries that would have to be elsewhere for the share to be out of line: two standard deviations of counting
    off = found.share - found.expected
    if off < -2.0 * np.sqrt(found.expected * (1.0 - found.expected) / found.entries):
        return f"{text}: fewer than they should. Something in the diary is not as the model has it."
    return f"{text}."


def logging_words(twin: Twin) -> str:
    """Whether more is written on wet days, which the fit allows for; "" where it cannot be told."""
    row = row_of(twin, "logging_wet")
    if row.low > 0:
        return "You write more often on wet days than on dry ones; that is allowed for."
    if row.high < 0:
        return "You write more often on dry days than on wet ones; that is allowed for."
    return ""


def account_words(twin: Twin, *, brief: bool = False) -> str:
    """Which account of how the current blocks the glands the diary favours; usually none."""
    shares = dict(sorted(twin.mechanisms.items(), key=lambda each: -each[1]))
    name = next(iter(shares))
    if len(shares) < 2:
        return f"Only one was fitted: {mechanism(name).text}."
    left = [f"{LAY_ACCOUNT[other]} {100.0 * value:.0f} %" for other, value in shares.items() if value > 0.005]
    lead = (
        f"The diary favours one: {mechanism(name).text}."
        if twin.tells_mechanism
        else "The diary cannot tell."
    )
    text = f"{lead} Chances: {'; '.join(left)}."
    if brief:
        return text
    out = [LAY_ACCOUNT[other] for other, value in shares.items() if value <= 0.005]
    less = f" Next to no chance is left for: {'; '.join(out)}." if out else ""
    return f"{text}{less} Forecasts and plans take all of them by these chances."


class Trust(NamedTuple):
    """How far forecasts may be trusted: "yes", "no" or "unknown", and the sentence that stands at the top."""

    level: str
    text: str


# the simple forecasts that a twin is held against
_GUESS = {
    "last value": "from the last answer",
    "person mean": "from how often each answer was given before",
    "label schedule": "from the answers that followed as much treatment before",
}
_CAUTION = "Take them with caution."


def trust(twin: Twin) -> Trust:
    """Whether this twin's fit has passed its check, and its forecasts have beaten a simple guess on its own diary."""
    found = _against_guess(twin)
    if twin.check.passed:
        return found
    what = "has not passed its own check" if twin.check.checked else "was not checked"
    return Trust("no", f"The fit to this diary {what}, so what follows may be wrong. {found.text}")


def _against_guess(twin: Twin) -> Trust:
    found = twin.backtest
    if found is None:
        return Trust(
            "unknown",
            f"Whether these forecasts are better than a simple guess has not been tried on this diary. {_CAUTION}",
        )
    if not np.isfinite(found.skill):
        why = found.reason.strip().rstrip(".")
        return Trust(
            "unknown",
            f"Whether these forecasts are better than a simple guess cannot be known yet: {why}. {_CAUTION}",
        )
    guess = f"the best simple guess ({_GUESS.get(found.baseline, found.baseline)})"
    off = f"{abs(100.0 * found.skill):.0f} % {'closer to' if found.skill > 0 else 'further from'} what was then written than"
    range_ = f"{100.0 * found.skill_low:.0f} to {100.0 * found.skill_high:.0f} %"
    tried = f"tried on {found.scored_days} days of this diary, up to {found.horizon_days} days ahead"
    if found.beats_naive:
        return Trust("yes", f"These forecasts were {off} {guess}, {tried} ({range_}).")
    if found.beats_naive is None:
        return Trust(
            "unknown",
            f"Whether these forecasts are better than a simple guess is not known: they were {off} {guess}, {tried}, which may "
            f"be chance ({range_}). {_CAUTION}",
        )
    return Trust(
        "no",
        "On this diary the forecasts were NOT better than a simple guess. Take them as no more than that. They were "
        f"{off} {guess}, {tried} ({range_}).",
    )


def header(twin: Twin) -> str:
    """What a twin is of: days, sessions, readings."""
    d = twin.diary

    def count(number: int, word: str) -> str:
        return f"{number} {word}{'' if number == 1 else 's'}"

    return (
        f"{d.source}: {count(d.days, 'day')} from {day_words(d.first)} to {day_words(d.last)}, "
        f"{count(len(d.sessions), 'session')}, {count(len(d.readings), 'reading')}. In brackets: nine cases in ten."
    )
