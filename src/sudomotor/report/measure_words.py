"""What was measured, in plain words: the same in the terminal, on the page and in a diary."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from sudomotor.measurement.summary import ActivitySummary
from sudomotor.report.sentences import Sentence
from sudomotor.report.words import listed, plain

if TYPE_CHECKING:
    from sudomotor.measurement.evoked import Evoked
    from sudomotor.report.measure_report import MeasureResult

TREATED = (
    "a treated {place}'s conductance measures how far its ducts are blocked, not calm: hold it against the same {place} before; "
    "for calm, measure where nothing was treated, or the heart"
)
_MOST_CONDITIONS = 8
_SMALL = 0.005  # shares below are told as under 1 %


def place_of(site: str | None) -> str:
    """One of what was measured: "palm" of "left palm" and of "palms".

    >>> place_of("left palm"), place_of("axillae"), place_of(None)
    ('palm', 'armpit', 'place')
    """
    word = (site or "place").split()[-1]
    return {"palms": "palm", "soles": "sole", "axillae": "armpit", "axilla": "armpit"}.get(word, word)


def length(seconds: float) -> str:
    """A length of time as people say it.

    >>> length(45.0), length(740.0), length(6933.0), length(86400.0)
    ('45 s', '12.3 min', '1 h 56 min', '24 h 0 min')
    """
    if seconds < 60.0:
        return f"{plain(seconds, 3)} s"
    minutes = seconds / 60.0
    if minutes < 60.0:
        return f"{plain(minutes, 3)} min"
    hours, rest = divmod(round(minutes), 60)
    return f"{hours} h {rest} min"


def share(value: float) -> str:
    """A share in per cent that says neither 0 of something nor 100 of not all.

    >>> share(0.92), share(0.001), share(0.9999), share(1.0), share(0.0)
    ('92 %', 'under 1 %', 'over 99 %', '100 %', '0 %')
    """
    if 0.0 < value < _SMALL:
        return "under 1 %"
    if 1.0 - _SMALL < value < 1.0:
        return "over 99 %"
    return f"{100.0 * value:.0f} %"


def with_sd(value: float, sd: float) -> str:
    """A value and its standard deviation, with as many digits as the latter leaves standing.

    >>> with_sd(4.2131, 0.0512), with_sd(6.24, 0.83), with_sd(0.0144, 0.0023), with_sd(3.0, math.nan), with_sd(0.0, 0.1)
    ('4.21 ± 0.05', '6.2 ± 0.8', '0.0144 ± 0.0023', '3', '0.00 ± 0.10')
    """
    value_text, sd_text = rounded(value, sd)
    return f"{value_text} ± {sd_text}" if sd_text else value_text


def rounded(value: float, sd: float) -> tuple[str, str]:
    """A value and its standard deviation, to the place of the latter's first digit, or second where it begins with 1 or 2.

    What is not known is "".

    >>> rounded(4.2131, 0.0512), rounded(153.0, 12.0)
    (('4.21', '0.05'), ('153', '12'))
    """
    if not math.isfinite(value):
        return "–", ""
    if not (math.isfinite(sd) and sd > 0.0):
        return plain(value, 3), ""
    ten = math.floor(math.log10(sd))
    leading = sd / 10.0**ten
    places = max(0, (1 if leading < 2.95 or leading >= 9.5 else 0) - ten)  # 0.096 is 0.10
    if leading >= 9.5:
        places = max(0, places - 1)
    return f"{value:.{places}f}", f"{sd:.{places}f}"


def measure_summary(result: MeasureResult) -> list[Sentence]:
    """What was measured, in questions and answers."""
    told = result.summary
    lines = []
    if result.treated:
        lines.append(Sentence("Warning", _capital(TREATED.format(place=place_of(result.site))) + "."))
    lines += [Sentence("How much can be used?", usable(told)), Sentence("How often do the nerves fire?", _rate(told))]
    if told.bursts:
        lines.append(Sentence("How large are the responses?", _size(told)))
    lines.append(Sentence("What level do they ride on?", _level(told)))
    if result.evoked is not None:
        lines.append(Sentence("What did the events evoke?", " ".join(evoked_words(result.evoked))))
    if result.wet:
        notes = ". ".join(_capital(note) for note in result.wet)
        lines.append(Sentence("What of the skin and the electrodes?", f"{micro(notes)}."))
    lines.append(Sentence("How exact is it?", _exact(result)))
    return lines


def usable(told: ActivitySummary) -> str:
    """The usable share, and why not more."""
    first = f"{share(told.usable_share)} of {length(told.duration_s)}"
    why = [f"{name} {share(seconds / told.duration_s)}" for name, seconds in told.aside_s.items()]
    return f"{first}. Set aside: {listed(why)}." if why else f"{first}."


def evoked_words(evoked: Evoked) -> list[str]:
    """What events evoked, a sentence each: by condition, how it was reckoned, what does not count."""
    lines = []
    for row in evoked.conditions.itertuples():
        if not row.usable:
            lines.append(f"{row.label}: no trial counts, of {row.trials}.")
            continue
        trials = f"{row.usable} trial{'' if row.usable == 1 else 's'}"
        answered = f"; a burst answered in {round(row.response_share * row.usable)} of {trials}"
        magnitude = with_sd(float(row.magnitude_uS), float(row.se_uS))
        lines.append(f"{row.label}: {magnitude} µS on average{answered}.")
    more = len(lines) - _MOST_CONDITIONS
    if more > 0:
        lines = [*lines[:_MOST_CONDITIONS], f"And {more} more."]
    low, high = (plain(each) for each in evoked.window_s)
    how = {
        "window": "Averages keep the zeros of trials without an answer. A burst answers an event when its response becomes "
        f"visible {low} to {high} s after it.",
        "glm": "Averages are weights of the canonical response, all events at once, so that overlaps are told apart.",
    }
    return [*lines, how.get(evoked.method, ""), *(micro(f"{_capital(note)}.") for note in evoked.notes)]


def _rate(told: ActivitySummary) -> str:
    if not told.usable_s:
        return "Nothing can be said: no sample can be used."
    rate = with_sd(told.bursts_per_min, told.bursts_per_min_sd)
    if not told.bursts:
        return f"No burst stands out of the noise ({rate} a minute)."
    count = f"{told.bursts} burst{'s' if told.bursts > 1 else ''}"
    return f"{count}, {rate} a minute of usable time."


def _size(told: ActivitySummary) -> str:
    if told.bursts == 1:
        return f"{with_sd(told.amplitude_uS, told.amplitude_sd_uS)} µS."
    text = f"A median of {with_sd(told.amplitude_uS, told.amplitude_error_uS)} µS"
    low, high = plain(told.amplitude_low_uS), plain(told.amplitude_high_uS)
    if told.bursts >= 4 and low != high:
        text += f", half of them from {low} to {high} µS"
    if math.isfinite(told.amplitude_sd_uS):
        text += f"; a single one is known to ± {plain(told.amplitude_sd_uS)} µS"
    return f"{text}."


def _level(told: ActivitySummary) -> str:
    if not math.isfinite(told.tonic_uS):
        return "Nothing can be said: no sample can be used."
    text = f"{with_sd(told.tonic_uS, told.tonic_sd_uS)} µS on average"
    low, high = plain(told.tonic_low_uS, 3), plain(told.tonic_high_uS, 3)
    return f"{text}." if low == high else f"{text}; nine tenths of the time from {low} to {high} µS."


def _exact(result: MeasureResult) -> str:
    told, activity = result.summary, result.activity
    if not math.isfinite(activity.solver_rate_Hz):
        return "Nothing was fitted."
    lines = []
    if math.isfinite(told.noise_uS):
        at = f"standard deviation at {plain(activity.solver_rate_Hz, 3)} Hz"
        lines.append(f"Noise of {plain(told.noise_uS)} µS ({at}).")
    if math.isfinite(told.gap):
        # a gap below what floating point can tell is none
        at_most = "a millionth of a per cent" if told.gap < 1e-8 else f"{plain(told.gap * 100.0, 1)} %"
        lines.append(f"Its certificate proves the fit the best there is, to within {at_most} of the objective.")
    return " ".join(lines) or "That is not known."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def micro(text: str) -> str:
    """Microsiemens with their own letter, for people.

    >>> micro("wet skin: the level is 25 uS")
    'wet skin: the level is 25 µS'
    """
    return re.sub(r"\buS\b", "µS", text)


def diary_note(told: ActivitySummary, source: str, treated_place: str | None = None) -> str:
    """A row's note in a diary: the observations with their errors, in letters that every file can hold.

    Parameters
    ----------
    told : what was measured.
    source : name of the recording's file.
    treated_place : "palm" where a treated palm was measured.
    """
    def known(what: str, value: float, sd: float, unit: str) -> str:
        text, error = rounded(value, sd)
        return f"{what}{text} {unit}{f' (sd {error})' if error else ''}"

    parts = [
        known("tonic ", told.tonic_uS, told.tonic_sd_uS, "uS"),
        known("", told.bursts_per_min, told.bursts_per_min_sd, "bursts/min"),
    ]
    if told.bursts:
        parts.append(known("amplitude ", told.amplitude_uS, told.amplitude_error_uS, "uS"))
    parts += [f"{share(told.usable_share)} usable", length(told.duration_s)]
    if math.isfinite(told.skin_degC):
        parts.append(f"skin {told.skin_degC:.1f} degC")
    text = f"skin conductance: {', '.join(parts)}, from {source}"
    return f"{text}; treated {treated_place}: measures duct block, not calm" if treated_place else text
