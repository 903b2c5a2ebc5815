"""The twin's people with a mind: what a hypothesis about the loop would do to the sweat of this person's own days.

The fit looks at the skin; under the default hypotheses the loop moves the sweat by a per cent or two. Under others it moves
more, and here the full model of the mind (`simulation.run_mind`) is run over the block that the twin's people had.
"""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.scales import SIDES, SINGULAR
from sudomotor.person import draw
from sudomotor.simulation.loop import Mind, run_mind

if TYPE_CHECKING:
    from sudomotor.twin.twin import Twin

Array = NDArray[np.float64]
# people of the twin that are given a mind; their mean is steady enough for a ratio
PEOPLE = 32
_LEAST = 1e-6


def mind_over(
    twin: Twin, blocked: Array, sessions: Array, hypotheses: Hypotheses, people: int = PEOPLE
) -> Mind:
    """Run the mind over days of the twin.

    Parameters
    ----------
    blocked : (day, side of the twin, draw).
    sessions : (day,) sessions on each day.
    hypotheses : what is on.
    people : how many of the draws.

    Returns
    -------
    Mind, arrays (day, person).
    """
    n = min(people, twin.draws)
    p = twin.constants()
    drawn = draw(twin.person, n, twin.seed, p)
    own = dict(drawn.drawn)
    for site in twin.grid.sites:
        own[f"baseline_sweat_{SINGULAR[site]}_mg_per_min"] = twin.traits[f"baseline_{site}"][:n]
    group = replace(drawn, drawn=MappingProxyType(own))
    days = len(blocked)
    remaining = np.ones((days, len(SIDES), n))
    for i, side in enumerate(twin.grid.sides):
        remaining[:, SIDES.index(side)] = 1.0 - (1.0 - twin.traits["unreached"][:n]) * blocked[:, i, :n]
    held = np.repeat(np.asarray(sessions, float)[:, None], n, axis=1)
    return run_mind(group, remaining, held, parameters=p, hypotheses=hypotheses, seed=twin.seed)


def drive_ratio(twin: Twin, blocked: Array, sessions: Array, hypotheses: Hypotheses) -> Array:
    """Factor on the sweat of each day under hypotheses, against the twin's own; (day,), the mean over people."""
    there = mind_over(twin, blocked, sessions, hypotheses).sweat_ratio
    here = mind_over(twin, blocked, sessions, twin.hypotheses).sweat_ratio
    # a drive below its threshold gives no sweat at all in some people, so their means are compared, not their logs
    return np.asarray(np.maximum(there.mean(axis=1), _LEAST) / np.maximum(here.mean(axis=1), _LEAST))
