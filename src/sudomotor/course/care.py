"""Treatments other than current as steps of a course: of the skin, and of the mind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sudomotor.course.checks import MAX_MINUTES, choice, flag, number, of_type
from sudomotor.course.schedule import Schedule, Stop, sessions_end_days
from sudomotor.course.treatment import ONE, SIDES, SITE_CHOICES
from sudomotor.errors import InputError

CareKind = Literal["exposure", "cbt", "biofeedback", "antiperspirant", "glycopyrronium", "botulinum"]
CARE_NAMES: dict[str, str] = {
    "exposure": "exposure",
    "cbt": "CBT",
    "biofeedback": "biofeedback",
    "antiperspirant": "antiperspirant",
    "glycopyrronium": "glycopyrronium iontophoresis",
    "botulinum": "botulinum toxin",
}
ON_SKIN = ("antiperspirant", "glycopyrronium", "botulinum")  # these need a site, the others have none
UNTIMED = ("antiperspirant", "botulinum")  # an act of these has no length
NEEDS_MINUTES = ("glycopyrronium",)  # how much goes in depends on it
EXAMPLES: dict[str, str] = {
    "exposure": "Exposure for 20 minutes, 2 times a week for 4 weeks",
    "cbt": "CBT for 50 minutes, once a week for 12 weeks",
    "biofeedback": "Biofeedback for 15 minutes, daily for 6 weeks",
    "antiperspirant": "Antiperspirant on palms, daily for 3 weeks",
    "glycopyrronium": "Glycopyrronium iontophoresis on palms for 10 minutes, once a week for 4 weeks",
    "botulinum": "Botulinum toxin in palms, once",
}


@dataclass(frozen=True)
class CareStep:
    """A treatment without a current that the block of ducts answers to, on a schedule.

    Parameters
    ----------
    kind : "exposure", "cbt" or "biofeedback", which have no site; "antiperspirant" (aluminium chloride),
        "glycopyrronium" (by iontophoresis) or "botulinum" (toxin), which act on the skin of a site
    schedule : when
    stop : when the step ends, by days or by sessions. None runs on: alone, which only the last step of a course
        may do, or `meanwhile`, for as long as the step that it accompanies
    site : as for a session, e.g. "palms and soles"; None for the treatments of the mind
    side : "both", or the one side that is treated
    minutes : length of a session; None where it is not said, or has no length
    meanwhile : it runs alongside the step before it, from that step's first day, and takes no time of its own

    Examples
    --------
    >>> CareStep("antiperspirant", Schedule(1, 1), Stop(for_days=21), site="palms").words
    'Antiperspirant on palms, daily for 3 weeks'
    >>> CareStep("botulinum", Schedule(1, 1), Stop(for_sessions=1), site="palms").days
    1.0
    """

    kind: CareKind
    schedule: Schedule
    stop: Stop | None = None
    site: str | None = None
    side: Literal["both", "left", "right"] = "both"
    minutes: float | None = None
    meanwhile: bool = False

    def __post_init__(self) -> None:
        choice(self.kind, "kind", CARE_NAMES)
        of_type(self.schedule, Schedule, "schedule", "Schedule(1, 7)")
        if self.stop is not None:
            of_type(self.stop, Stop, "stop", "Stop(for_days=28)")
            if self.stop.until is not None:
                raise InputError(
                    f"{self.name} cannot end by a condition", where="stop",
                    mend="end it after a time or a number of sessions, e.g. Stop(for_days=28)",
                )  # fmt: skip
        choice(self.side, "side", SIDES)
        flag(self.meanwhile, "meanwhile")
        self._check_site()
        self._check_minutes()

    def _check_site(self) -> None:
        if self.kind not in ON_SKIN:
            if self.site is not None or self.side != "both":
                raise InputError(f"{self.name} has no site", where="site", mend="leave the site out")
            return
        if self.site is None:
            raise InputError(f"{self.name} needs a site", where="site", mend="e.g. 'palms'")
        choice(self.site, "site", SITE_CHOICES)

    def _check_minutes(self) -> None:
        if self.minutes is None:
            if self.kind in NEEDS_MINUTES:
                raise InputError(f"{self.name} needs its minutes", where="minutes", mend="e.g. 10")
            return
        if self.kind in UNTIMED:
            raise InputError(f"{self.name} has no length", where="minutes", mend="leave the minutes out")
        minutes = number(self.minutes, "minutes", above=0, most=MAX_MINUTES, unit="minutes")
        object.__setattr__(self, "minutes", minutes)
        if minutes * self.schedule.per_day > 1440:
            raise InputError(
                f"{minutes:g} minutes do not fit {self.schedule.per_day:g} times into a day",
                where="schedule",
                mend="fewer or shorter sessions, e.g. 'once a week'",
            )

    @property
    def name(self) -> str:
        """What it is called.

        >>> CareStep("cbt", Schedule(1, 7)).name
        'CBT'
        """
        return CARE_NAMES[self.kind]

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites one by one; none for the treatments of the mind."""
        return () if self.site is None else tuple(self.site.split(" and "))

    @property
    def treated_sides(self) -> tuple[str, ...]:
        """The treated sides by name.

        >>> CareStep("botulinum", Schedule(1, 180), site="palms and soles", side="left").treated_sides
        ('left palm', 'left sole')
        """
        sides = ("left", "right") if self.side == "both" else (self.side,)
        return tuple(f"{side} {ONE[site]}" for site in self.sites for side in sides)

    @property
    def days(self) -> float | None:
        """The longest that it can last in days; None where nothing of its own ends it.

        >>> CareStep("cbt", Schedule(1, 7), Stop(for_sessions=12)).days
        84.0
        """
        if self.stop is None:
            return None
        ends = [] if self.stop.for_days is None else [self.stop.for_days]
        if self.stop.for_sessions is not None:
            ends.append(float(sessions_end_days(self.schedule, self.stop.for_sessions)))
        return min(ends)

    @property
    def words(self) -> str:
        """The step as a sentence that reads back to it."""
        from sudomotor.course.words import step_words

        return step_words(self)

    def to_dict(self) -> dict[str, Any]:
        """The step as plain data.

        >>> CareStep.from_dict(CareStep("cbt", Schedule(1, 7)).to_dict()).words
        'CBT, once a week'
        """
        from sudomotor.course.plaindata import step_dict

        return step_dict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> CareStep:
        """The step from what `to_dict` gave."""
        from sudomotor.course.plaindata import step_from

        step = step_from(data, "step")
        of_type(step, cls, "step", "the output of CareStep.to_dict()")
        assert isinstance(step, cls)
        return step
