"""Answers to the safety questions: a small TOML file that a person fills in, read without guessing."""

from __future__ import annotations

import datetime
import math
import re
import textwrap
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sudomotor.errors import InputError, nearest
from sudomotor.limits.library import SITES
from sudomotor.limits.questions import Question, question, questions, questions_at, sites_of

DATE = "date_answered"
Answer = bool | float | None

_HEAD = """\
# Safety questions about iontophoresis. Answer each with "yes" or "no"; "" is not answered, and refuses treatment.
# If you are not sure, ask your clinician, and leave it open until you know.
# The answers stay on this computer. Answer them again when your health changes.
"""


@dataclass(frozen=True)
class Answers:
    """What one person answered.

    Attributes
    ----------
    date_answered : the day; None if not given.
    given : answer by key of the question: True (yes), False (no), a number of years, or None (not answered).
    source : the file they come from, for messages.

    Examples
    --------
    >>> answers = Answers.of(datetime.date(2026, 3, 1), age=34, pacemaker=False)
    >>> answers.age_years, answers["pacemaker"], answers["epilepsy"]
    (34.0, False, None)
    """

    date_answered: datetime.date | None
    given: Mapping[str, Answer] = field(default_factory=dict)
    source: str = "answers"

    def __post_init__(self) -> None:
        if self.date_answered is not None:
            object.__setattr__(self, "date_answered", _date(self.date_answered, self.source))
        read = {
            name: _answer(question(name, where=self.source), self.given[name], self.source)
            for name in self.given
        }
        # in the order of the questions, so that equal answers are equal however they were given
        object.__setattr__(self, "given", {each.id: read.get(each.id) for each in questions()})

    def __getitem__(self, name: str) -> Answer:
        return self.given[question(name).id]

    @property
    def age_years(self) -> float | None:
        """The age, or None if it was not answered."""
        found = next((self.given[each.id] for each in questions() if each.kind == "age"), None)
        return None if found is None else float(found)

    @classmethod
    def of(cls, date_answered: datetime.date | None, **given: Answer) -> Answers:
        """Answers given by name; what is left out is not answered."""
        return cls(date_answered, given)

    @classmethod
    def all_no(cls, date_answered: datetime.date, age: float) -> Answers:
        """Every question answered with "no", and an age.

        >>> Answers.all_no(datetime.date(2026, 3, 1), 34)["pacemaker"]
        False
        """
        return cls(date_answered, {each.id: age if each.kind == "age" else False for each in questions()})

    def with_answers(self, **changes: Answer) -> Answers:
        """A copy with some answers replaced; None takes an answer back."""
        return Answers(self.date_answered, {**self.given, **changes}, self.source)

    @classmethod
    def parse(cls, text: str, where: str = "answers") -> Answers:
        """The answers of one TOML text; `where` names it in errors.

        Raises
        ------
        InputError
            for a text that is no TOML, an unknown question (with the nearest), an answer that is neither yes
            nor no, an age that is no number of years, a date that is none.

        >>> Answers.parse('date_answered = "2026-03-01"\\npacemaker = "no"')["pacemaker"]
        False
        """
        try:
            table = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise InputError(
                f"not a file of answers: {error}",
                where=where,
                mend='write answers in quotes, one a line: pacemaker = "no"',
            ) from None
        date = table.pop(DATE, "")
        known = [each.id for each in questions()]
        for name in table:
            if name not in known:
                close = nearest(name, [*known, DATE])
                raise InputError(
                    f"unknown question '{name}'",
                    where=where,
                    mend=f"did you mean '{close}'?"
                    if close
                    else "`sudomotor limits ask` lists the questions",
                )
            if (
                isinstance(table[name], bool) and question(name).kind != "age"
            ):  # true and false are for programs; words leave no doubt
                raise InputError(
                    f"{str(table[name]).lower()} is neither yes nor no",
                    where=f"{where}, '{name}'",
                    mend=f"write {name} = {_written(table[name])}",
                )
        return cls(None if date == "" else _date(date, where), table, where)

    @classmethod
    def read(cls, path: Path | str) -> Answers:
        """The answers of a file; it may begin with a byte order mark."""
        file = Path(path)
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError:
            raise InputError(
                "the file is no text in UTF-8", where=str(path), mend="save it as UTF-8"
            ) from None
        except OSError as error:
            raise InputError(
                f"the answers cannot be read: {error.strerror or error}",
                where=str(path),
                mend="`sudomotor limits ask -o answers.toml` writes the questions",
            ) from None
        return cls.parse(text, str(path))

    @staticmethod
    def template_text(answers: Answers | None = None, sites: Iterable[str] = SITES) -> str:
        """The file of questions for some sites, with the answers given so far; what is open stays "".

        >>> print(Answers.template_text(sites=["palms"]).splitlines()[4])
        # The day on which you answer, such as "2026-03-01"
        """
        date = answers.date_answered if answers else None
        lines = [*_HEAD.splitlines(), ""]
        lines += ['# The day on which you answer, such as "2026-03-01"', f'{DATE} = "{date or ""}"', ""]
        for each in questions_at(sites_of(sites if isinstance(sites, str) else tuple(sites))):
            lines += [f"# {line}" for line in textwrap.wrap(each.text + _only(each), 100)]
            lines += [f"{each.id} = {_written(answers.given[each.id] if answers else None)}", ""]
        return "\n".join(lines)


def _only(each: Question) -> str:
    """For which sites a question is asked, where it is not for all."""
    return "" if each.sites == SITES else f" (asked for {' and '.join(each.sites)})"


def _written(value: Answer) -> str:
    if value is None:
        return '""'
    if isinstance(value, bool):
        return '"yes"' if value else '"no"'
    return f"{value:g}" if value == float(f"{value:g}") else repr(value)


def _date(value: Any, where: str) -> datetime.date:
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value.strip()):
        try:
            return datetime.date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise InputError(
        f"{DATE} is no day: {value!r}", where=where, mend=f'{DATE} = "2026-03-01", year first, month, day'
    )


def _answer(asked: Question, value: Any, where: str) -> Answer:
    """An answer as it was typed, in its type; "" and None are not answered."""
    at = f"{where}, '{asked.id}'"
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if asked.kind == "age":
        return _age(asked, value, at)
    if isinstance(value, bool):
        return value
    word = value.strip().lower() if isinstance(value, str) else ""
    if word not in ("yes", "no"):
        raise InputError(
            f"{value!r} is neither yes nor no",
            where=at,
            mend=f'write {asked.id} = "yes" or {asked.id} = "no"; leave it "" if you do not know',
        )
    return word == "yes"


def _age(asked: Question, value: Any, at: str) -> float:
    number = value
    if isinstance(value, str):
        try:
            number = float(value)
        except ValueError:
            number = None
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        raise InputError(f"{value!r} is no age in years", where=at, mend=f"{asked.id} = 34")
    if not 0 <= number <= asked.most_years:
        raise InputError(
            f"an age of {number:g} years is a slip",
            where=at,
            mend=f"give it in years, up to {asked.most_years:g}",
        )
    return float(number)
