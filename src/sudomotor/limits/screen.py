"""Hold answers against the safety questions: what refuses treatment at a site, what asks for care, what is open."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sudomotor.limits.answers import DATE, Answers
from sudomotor.limits.dated import check_day
from sudomotor.limits.library import Limits, library_of
from sudomotor.limits.questions import Question, questions_at, sites_of

WHY = ("answer", "unanswered", "stale", "future", "contradiction", "implausible")


@dataclass(frozen=True)
class Refusal:
    """Why nothing may be planned at some sites; or, among cautions, why to take care.

    Attributes
    ----------
    question : key of the question, "date_answered", or "log".
    why : answer, unanswered, stale, future, contradiction or implausible.
    text, mend : what is the matter, and what lifts it, as sentences.
    sites : where it holds.
    source : keys of the bibliography; empty for what is a matter of the file itself.
    """

    question: str
    why: str
    text: str
    mend: str
    sites: tuple[str, ...]
    source: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The refusal for JSON."""
        return asdict(self) | {"sites": list(self.sites), "source": list(self.source)}

    def __str__(self) -> str:
        return f"{self.text} {self.mend}"


@dataclass(frozen=True)
class Screening:
    """What answers allow at some sites.

    Attributes
    ----------
    sites : the sites that were asked about.
    refusals, cautions : what refuses, what asks for care.
    unanswered : keys of the questions that are open; each refuses.
    """

    sites: tuple[str, ...]
    refusals: tuple[Refusal, ...]
    cautions: tuple[Refusal, ...]
    unanswered: tuple[str, ...]

    @property
    def allowed(self) -> bool:
        """Whether nothing refuses at any of the sites."""
        return not self.refusals

    def refuses(self, site: str) -> tuple[Refusal, ...]:
        """What refuses at one site."""
        return tuple(each for each in self.refusals if site in each.sites)

    def to_dict(self) -> dict[str, Any]:
        """The screening for JSON."""
        return {
            "sites": list(self.sites),
            "allowed": self.allowed,
            "refusals": [each.to_dict() for each in self.refusals],
            "cautions": [each.to_dict() for each in self.cautions],
            "unanswered": list(self.unanswered),
        }


def screen(
    answers: Answers | None, sites: str | Iterable[str], today: datetime.date, *, limits: Limits | None = None
) -> Screening:
    """Hold answers against the questions for some sites.

    Parameters
    ----------
    answers : None if no question was answered.
    sites : "palms", "soles", "axillae", or several.
    today : the day on which it is asked.
    limits : another library than the shipped one; it holds the least age and how long answers hold.

    Examples
    --------
    >>> open_one = Answers.all_no(datetime.date(2026, 3, 1), 34).with_answers(epilepsy=None)
    >>> found = screen(open_one, "palms", datetime.date(2026, 3, 8))
    >>> found.allowed, found.unanswered
    (False, ('epilepsy',))
    """
    check_day(today, "today")
    where, library = sites_of(sites), library_of(limits)
    asked = questions_at(where)
    given = answers or Answers(None)
    refusals = _date_refusals(given, where, today, library)
    cautions: list[Refusal] = []
    for each in asked:
        refused, cautioned = _judge(each, given, where, library)
        refusals += refused
        cautions += cautioned
    return Screening(
        sites=where, refusals=tuple(refusals), cautions=tuple(cautions),
        unanswered=tuple(each.question for each in refusals if each.why == "unanswered"),
    )  # fmt: skip


def _date_refusals(
    given: Answers, where: tuple[str, ...], today: datetime.date, library: Limits
) -> list[Refusal]:
    if given.date_answered is None:
        return [
            Refusal(
                DATE, "unanswered", "It is not said when the safety questions were answered.",
                f'Give the day: {DATE} = "{today}".', where,
            )
        ]  # fmt: skip
    days = (today - given.date_answered).days
    if days < 0:
        return [
            Refusal(
                DATE, "future", f"The safety questions bear a date in the future, {given.date_answered}.",
                f"Correct {DATE}; today is {today}.", where,
            )
        ]  # fmt: skip
    for limit in library.values():
        if limit.quantity == "answers_age_days" and limit.broken_by(days):
            return [
                Refusal(
                    DATE, "stale",
                    f"The safety questions were answered {days} days ago, on {given.date_answered}; they hold for "
                    f"{limit.value:g} days ({limit.name}).",
                    f'Answer them again, and set {DATE} = "{today}".', where, limit.source,
                )
            ]  # fmt: skip
    return []


def _judge(
    each: Question, given: Answers, where: tuple[str, ...], library: Limits
) -> tuple[list[Refusal], list[Refusal]]:
    """What one answer refuses, and where it asks for care."""
    answer, age = given[each.id], given.age_years
    concerned = tuple(site for site in where if each.at(site))
    if answer is None:
        mend = (
            f"Answer it: {each.id} = 34." if each.kind == "age" else f'Answer it: {each.id} = "yes" or "no".'
        )
        return [
            Refusal(each.id, "unanswered", f"Not answered: {each.text}", mend, concerned, each.source)
        ], []
    if each.kind == "age":
        return _judge_age(each, float(answer), concerned, library)
    if not answer:
        return [], []
    refused: list[Refusal] = []
    cautioned: list[Refusal] = []
    if age is not None and (age < each.implausible_below_years or age >= each.implausible_from_years):
        text = f'An age of {age:g} years and "yes" contradict each other: {each.text}'
        refused.append(
            Refusal(each.id, "contradiction", text, f"Correct {each.id} or the age.", concerned, each.source)
        )
    for verdict, found, mend in (
        ("refuse", refused, "Only a clinician who knows of it can decide otherwise."),
        ("caution", cautioned, "Agree it with your clinician."),
    ):
        at = tuple(site for site in concerned if each.at(site) == verdict)
        if at:
            found.append(
                Refusal(
                    each.id,
                    "answer",
                    f'You answered "yes": {each.text} {_sentence(each.why)}',
                    mend,
                    at,
                    each.source,
                )
            )
    return refused, cautioned


def _judge_age(
    each: Question, age: float, concerned: tuple[str, ...], library: Limits
) -> tuple[list[Refusal], list[Refusal]]:
    refused = [
        Refusal(
            each.id, "answer",
            f"An age of {age:g} years is below the least of {limit.value:g} ({limit.name}): {limit.text}.",
            "Only a clinician can decide otherwise.",
            tuple(site for site in concerned if site in limit.sites), limit.source,
        )
        for limit in library.values()
        if limit.quantity == "age_years" and limit.severity != "advice" and limit.broken_by(age)
        and any(site in limit.sites for site in concerned)
    ]  # fmt: skip
    if age >= each.caution_below_years:
        return refused, []
    text = f"An age of {age:g} years: {each.why}."
    return refused, [
        Refusal(
            each.id, "answer", text, "Stay beside the child for the whole session.", concerned, each.source
        )
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."
