"""What an event teaches: beliefs about embarrassment, safety bound to the treatment, and how much surprise counts.

Two rules of one interface. With the outcome o of an event, the belief in force Pe and the
surprise d = o - Pe:

`rescorla-wagner` (asymmetric, with Pearce-Hall associability; Li et al. 2011, Stussi et al. 2018)
    rate = eta (al_0 + al) r ,  r = 1 for d > 0 (worse than expected), the person's own ratio for d < 0
    al  <- g al + (1 - g) |d|
`beta-bernoulli` (Tzovara et al. 2018): a mean over n_0 + n past events, so rate = 1/(n_0 + n + 1)

While the person counts as in treatment (ctx), a share chi of unexpected safety goes to Pc, which holds only there
(Lovibond et al. 2009); danger teaches P. `gate`: with `fear`, nothing is learned unless sqrt(A T) passes a threshold
(Robinaugh et al. 2019); with `expectancy` any surprise teaches. Which of the two holds is open.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from sudomotor.model.mind import expected

Array = Any
Tree = dict[str, Any]

# the gate is a steep slope, not an edge, so that it can be differentiated
_GATE_STEEPNESS = 40.0


def rescorla_wagner(d: Array, slow: Tree, m: Tree, xp: ModuleType) -> Array:
    """Learning rate of the asymmetric rule with associability; (person,)."""
    return m["eta"] * (m["al_0"] + slow["al"]) * xp.where(d < 0.0, m["safety_ratio"], 1.0)


def beta_bernoulli(d: Array, slow: Tree, m: Tree, xp: ModuleType) -> Array:
    """Learning rate of the counting rule; (person,). It is the same for danger and for safety."""
    return xp.where(m["eta"] > 0.0, 1.0 / (m["n_0"] + slow["n"] + 1.0), 0.0) + 0.0 * d


def fear_gate(fear: Array, m: Tree, xp: ModuleType) -> Array:
    """How far an event of this fear, sqrt(A T), lets a belief change: 1 where the gate is expectancy; (person,)."""
    opened = 0.5 * (1.0 + xp.tanh(0.5 * _GATE_STEEPNESS * (fear - m["g_F"])))
    return m["needs_fear"] * opened + 1.0 - m["needs_fear"]


def learn(slow: Tree, o: Array, fear: Array, weight: Array, m: Tree, xp: ModuleType) -> Tree:
    """The beliefs after an event of outcome `o`; `weight` is the share of people like this one who went there.

    Both rules are worked out and weighed by `counting` (0 or 1), so that one compiled model serves both.
    """
    d = o - expected(slow, xp)
    rate = (1.0 - m["counting"]) * rescorla_wagner(d, slow, m, xp) + m["counting"] * beta_bernoulli(
        d, slow, m, xp
    )
    rate = rate * weight * fear_gate(fear, m, xp)
    bound = m["chi"] * slow["ctx"] * xp.where(d < 0.0, 1.0, 0.0)
    g = m["g_al"]
    return {
        **slow,
        "P": xp.clip(slow["P"] + (1.0 - bound) * rate * d, 0.0, 1.0),
        "Pc": xp.clip(slow["Pc"] - bound * rate * d, 0.0, 1.0),
        "al": slow["al"] + weight * (1.0 - g) * (xp.abs(d) - slow["al"]),
        "n": slow["n"] + weight,
    }
