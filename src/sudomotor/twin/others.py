"""Treatments other than current that a diary names: their known effect on the sweat of each side, day by day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import CareStep, Schedule
from sudomotor.course.care import CareKind
from sudomotor.errors import nearest
from sudomotor.model.treatments import CareActs, care_factor, care_states
from sudomotor.parameters import Parameters
from sudomotor.person import Person, median_person
from sudomotor.twin.grid import sides_of

if TYPE_CHECKING:
    from sudomotor.diary import Diary

Array = NDArray[np.float64]
# a session with glycopyrronium whose length no diary tells
_MINUTES = 20.0
# words of a diary -> kind of treatment of the course language
WORDS: dict[str, CareKind] = {
    "antiperspirant": "antiperspirant", "aluminium chloride": "antiperspirant", "aluminum chloride": "antiperspirant",
    "glycopyrronium": "glycopyrronium", "glycopyrrolate": "glycopyrronium", "botulinum": "botulinum",
    "botulinum toxin": "botulinum", "botox": "botulinum",
}  # fmt: skip


def other_factor(diary: Diary, who: Person, p: Parameters) -> tuple[dict[str, Array], list[str]]:
    """Factor on the sweat of each side, (day,), and notes on words that the model does not know.

    The effect is that on the middle person (`model.treatments`); a diary cannot tell it from that of the current.
    """
    notes: list[str] = []
    acts: dict[tuple[CareKind, str], Array] = {}
    sites = diary.sites or ("palms",)
    for entry in diary.entries:
        if not entry.other_treatment:
            continue
        word = entry.other_treatment.strip().lower()
        kind = WORDS.get(word)
        if kind is None:
            close = nearest(word, WORDS)
            hint = f"; did you mean '{close}'?" if close else ""
            notes.append(f"row {entry.row}: the effect of '{entry.other_treatment}' is not modelled{hint}")
            continue
        count = acts.setdefault((kind, entry.site or sites[0]), np.zeros(diary.days))
        count[(entry.date - diary.first).days] += 1.0
    if not acts:
        return {}, notes
    one = median_person(who, p)
    sides = sides_of(sites)
    held = [
        CareActs(
            CareStep(
                kind, Schedule(1, 1.0), site=site, minutes=_MINUTES if kind == "glycopyrronium" else None
            ),
            count[:, None],
        )
        for (kind, site), count in acts.items()
    ]
    states = care_states(held, sides, one, p)
    assert states is not None
    factor = care_factor(states, one, p)[:, :, 0]
    notes.append("other treatments act as on the middle person, whatever the current did")
    return {side: factor[:, i] for i, side in enumerate(sides)}, notes
