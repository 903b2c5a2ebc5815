"""Which claims about the mind a diary speaks for: its marginal likelihood under each set of hypotheses.

A claim shows in a diary in two ways: the sweat follows another course (a lasting calm, a suggestion, a compensation), and
anxiety follows the sweat (the loop) or does not (the skin alone). Most diaries hold neither, and then every set is as likely
afterwards as it was before; that is the usual answer.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sudomotor.model.hypotheses import Hypotheses
from sudomotor.twin.fit import share_of
from sudomotor.twin.likelihood import diary_data
from sudomotor.twin.minds import drive_ratio
from sudomotor.twin.posterior import climb, importance, target
from sudomotor.twin.priors import INDEX

if TYPE_CHECKING:
    from sudomotor.twin.twin import Twin

SETS = ("peripheral", "evidence", "evidence+central", "evidence+suggestion", "evidence+compensation")
# an odds ratio below which nobody would call the sets told apart (Kass and Raftery 1995: "not worth more than a bare mention")
BARE_MENTION = 3.0


def weigh_hypotheses(
    twin: Twin, sets: tuple[str, ...] = SETS, progress: Callable[[str], None] | None = None
) -> dict[str, float]:
    """Probability of each set of hypotheses after the diary, equal before; under the account that fits best."""
    g, name = twin.grid, max(twin.shares, key=lambda each: twin.shares[each])
    p, of = twin.constants(name), twin.priors[name]
    sessions = np.bincount([(s.date - g.first).days for s in twin.diary.sessions], minlength=g.days)[
        : g.days
    ].astype(float)
    blocked = twin.past.blocked
    found: dict[str, float] = {}
    first = None
    for words in sets:
        if progress is not None:
            progress(f"weighing '{words}'")
        on = Hypotheses.parse(words)
        data = diary_data(g, of, twin.person, p)
        if on.switches != twin.hypotheses.switches:
            ratio = np.ones(len(g.logged))
            ratio[: g.days] = drive_ratio(twin, blocked, sessions, on)
            data["other"] = data["other"] * ratio[:, None]
        if "loop" not in on:
            middle, spread = data["middle"].copy(), data["spread"].copy()
            # the skin alone: anxiety does not follow the sweat
            middle[INDEX["anxiety_slope"]], spread[INDEX["anxiety_slope"]] = 0.0, 1e-6
            data["middle"], data["spread"] = middle, spread
        at = target(data, (of.stages_to_block, of.repair_stages), g.sites)
        peak = climb(at, starts=2, seed=twin.seed, first=first)
        first = peak.z if first is None else first
        found[words] = importance(at, peak, seed=twin.seed).log_evidence
    return share_of(found)


def tells_hypotheses(shares: dict[str, float]) -> bool:
    """Whether the best set is clearly likelier than the next.

    >>> tells_hypotheses({"peripheral": 0.4, "evidence": 0.6})
    False
    """
    ranked = sorted(shares.values(), reverse=True)
    return len(ranked) > 1 and ranked[0] >= BARE_MENTION * max(ranked[1], 1e-12)
