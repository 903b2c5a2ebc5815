"""Where the loop comes to rest: loop gain, steady states and folds, and the signs that warn of one.

Under a constant load, with the slow states held, the fast states are a ring of first-order lags,

    threat -> drive -> sweat -> moisture -> perceived wetness -> threat

with a short cut from moisture to drive where the raw signals of the skin are assumed to act. Cut at the moisture M,
one pass about the ring is a map M -> Psi(M) that never falls; steady states are its fixed points, and its slope there
is the loop gain, the product of the gains of the links. All links push the same way, so a steady state is stable
exactly where the loop gain is below 1 (the Jacobian has no negative element off its diagonal, and its greatest
eigenvalue is real). Two stable states need a stretch of the map that is steeper than 1.

Near a fold a system answers ever more slowly: variance and autocorrelation of a noisy state rise (critical slowing
down; van de Leemput et al. 2014 for mood). That the loop ever comes near one is a hypothesis; by default it is far.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.errors import InputError
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mind import afferent, drive_of, threat_target, wetness_target
from sudomotor.model.persons_mind import constants, settled, setup, untreated
from sudomotor.parameters import Parameters, load
from sudomotor.person import People, Person, median_person

Array = NDArray[np.float64]
Number = Any  # a number or an array of them
Tree = dict[str, Any]
_GRID = 801  # moistures among which steady states are looked for
_HALVINGS = 60
_NOT_BY_PERSON = ("probe_loads", "visible", "usual")


@dataclass(frozen=True)
class Gains:
    """Small-signal gains of the links about the ring, (person,) each.

    Attributes
    ----------
    threat_per_wetness, drive_per_threat, sweat_per_drive, wetness_per_sweat : of the links.
    drive_per_sweat : of the short cut by the raw signals of the skin; 0 unless assumed.
    """

    threat_per_wetness: Array
    drive_per_threat: Array
    sweat_per_drive: Array
    wetness_per_sweat: Array
    drive_per_sweat: Array

    @property
    def loop(self) -> Array:
        """The loop gain: how much of a push on sweat comes back."""
        mind = self.threat_per_wetness * self.drive_per_threat * self.wetness_per_sweat
        return np.asarray(self.sweat_per_drive * (mind + self.drive_per_sweat))


@dataclass(frozen=True)
class SteadyState:
    """A balance of the loop: threat, drive, sweat (1 is the clinic's), wetness, and the loop gain there."""

    threat: float
    drive: float
    sweat_ratio: float
    wetness: float
    gain: float

    @property
    def stable(self) -> bool:
        """Whether the loop comes back here from a small push."""
        return self.gain < 1.0


def typical(
    person: Person | str = "palmar hyperhidrosis with social anxiety",
    *,
    hypotheses: Hypotheses | None = None,
    parameters: Parameters | None = None,
) -> tuple[Tree, Tree]:
    """Constants and slow states of the middle person of a kind, untreated: what the functions below take."""
    m, _ = setup(median_person(person, parameters), parameters or load(), hypotheses or Hypotheses.evidence())
    return m, untreated(m)


def around(M: Number, load: Number, m: Tree, slow: Tree) -> Tree:
    """One pass about the ring from a moisture M, at rest in every link: W, T, A, and the moisture S that follows."""
    W = wetness_target(M, m, slow)
    T = threat_target(W, load, m, slow, np)
    trained = 1.0 - m["e_F"] * slow["F"]
    h = m["k_h"] * load / (m["k_h"] * load + 1.0 / m["tau_r"])
    own = m["A_0"] + m["a_N"] * (slow["N"] - m["N_0"]) + m["a_c"] * load * (1.0 - m["h_max"] * h) * trained
    A = own + m["a_T"] * T + afferent(M, m, slow)
    return {"W": W, "T": T, "A": A, "S": drive_of(A, m, slow, np) / m["D_ref"]}


def gains_at(M: Number, load: Number, m: Tree, slow: Tree) -> Gains:
    """Gains of the links where the moisture is M; analytic derivatives of the moment's equations."""
    now = around(M, load, m, slow)
    size = 0.0 * now["S"]
    wet = M * slow["visible_mg_per_min"] + slow["feedback_mg_per_min"]
    raw = M * slow["raw_mg_per_min"]
    slope = m["k_T"] * now["T"] * (1.0 - now["T"]) * (1.0 - m["e_F"] * slow["F"])
    felt = load * m["w_W"] * slow["attention"] * m["felt"] / (1.0 + m["pi_p"])
    told = m["s_D"] * slow["G"] * (1.0 - m["w_ES"] * slow["E"]) / m["D_ref"]
    return Gains(
        threat_per_wetness=slope * felt + size,
        drive_per_threat=m["a_T"] + size,
        sweat_per_drive=np.where(now["A"] > m["A_th"], told, 0.0) + size,
        wetness_per_sweat=slow["visible_mg_per_min"] * m["S_50"] / (wet + m["S_50"]) ** 2 + size,
        drive_per_sweat=m["a_S"] * slow["raw_mg_per_min"] * m["S_50"] / (raw + m["S_50"]) ** 2 + size,
    )


def steady_states(load: float, m: Tree, slow: Tree) -> list[list[SteadyState]]:
    """All steady states of each person under a constant load, the calmest first.

    Parameters
    ----------
    load : 0 none, 1 a public task.
    m, slow : of `typical`, or of `setup` and `untreated` for many people.

    Examples
    --------
    >>> m, slow = typical()
    >>> [len(states) for states in steady_states(1.0, m, slow)]
    [1]
    """
    check_load(load)
    grid, off = _off_balance(load, m, slow)
    at, who = np.nonzero((off[:-1] > 0.0) & (off[1:] <= 0.0) | (off[:-1] <= 0.0) & (off[1:] > 0.0))
    inner, held = of_people(m, who), of_people(slow, who)
    low, high = grid[at, who], grid[at + 1, who]
    rising = off[at, who] > 0.0
    for _ in range(_HALVINGS):
        M = 0.5 * (low + high)
        above = (around(M, load, inner, held)["S"] - M > 0.0) == rising
        low, high = np.where(above, M, low), np.where(above, high, M)
    M = 0.5 * (low + high)
    now, gain = around(M, load, inner, held), gains_at(M, load, inner, held).loop
    found: list[list[SteadyState]] = [[] for _ in range(off.shape[1])]
    for k, i in enumerate(who):
        values = (now["T"][k], now["A"][k], M[k], now["W"][k], gain[k])
        found[i].append(SteadyState(*(float(value) for value in values)))
    return found


def count_states(load: float, m: Tree, slow: Tree) -> NDArray[np.int64]:
    """How many steady states each person has under a constant load; (person,)."""
    _, off = _off_balance(load, m, slow)
    return np.asarray(np.sum((off[:-1] > 0.0) != (off[1:] > 0.0), axis=0))


def loop_gain(load: float, m: Tree, slow: Tree) -> Array:
    """Loop gain of each person at the calmest steady state under a constant load; (person,).

    >>> m, slow = typical()
    >>> bool(0.01 < loop_gain(1.0, m, slow)[0] < 0.1)
    True
    """
    return np.array([states[0].gain for states in steady_states(load, m, slow)])


def greatest_gain(m: Tree, slow: Tree, *, loads: int = 21) -> Array:
    """Greatest loop gain of each person over the loads from 0 to 1, at their calmest steady states; (person,)."""
    return np.asarray(np.max([loop_gain(float(c), m, slow) for c in np.linspace(0.0, 1.0, loads)], axis=0))


def loop_gain_of(people: People, parameters: Parameters, hypotheses: Hypotheses) -> float:
    """The middle person's greatest loop gain over the loads, untreated."""
    m, _ = setup(people, parameters, hypotheses)
    return float(np.median(greatest_gain(m, untreated(m))))


def _off_balance(load: float, m: Tree, slow: Tree) -> tuple[Array, Array]:
    """Moistures (grid, person) from nothing to more than can be, and by how much the ring would raise each."""
    zero = np.zeros(np.shape(m["P_0"]))
    # the most that the ring can give: full threat, and the most that the raw signals can add
    full = {**m, "h_T": m["h_T"] - 1e3}
    top = around(zero + 1e9, load, full, slow)["S"] * 1.01 + 1e-6
    # zero itself is a steady state only where nothing is told to sweat, so the grid begins just below it
    share = np.linspace(-1e-3, 1.0, _GRID)[:, None]
    grid = share * top
    return grid, around(np.maximum(grid, 0.0), load, m, slow)["S"] - grid


def of_people(tree: Tree, who: NDArray[np.int64]) -> Tree:
    """Constants or states of some people, in that order, any as often as named."""
    count = np.shape(tree["P_0" if "P_0" in tree else "P"])[-1]
    return {
        name: value[..., who]
        if name not in _NOT_BY_PERSON and np.ndim(value) and np.shape(value)[-1] == count
        else value
        for name, value in tree.items()
    }


def check_load(load: float) -> None:
    """Refuse a load that no situation has."""
    if not 0.0 <= load <= 1.0:
        raise InputError(
            f"a load lies from 0 (none) to 1 (a public task), got {load:g}", where="load", mend="load=1"
        )


@dataclass(frozen=True)
class Branch:
    """Steady states of one person against the load: at each, the load that holds it.

    Attributes
    ----------
    load, threat, gain : (point,) along the curve, from calm to alarm; the load falls where states are unstable.
    """

    load: Array
    threat: Array
    gain: Array

    @property
    def folds(self) -> tuple[tuple[float, float], ...]:
        """Load and threat at which a stable state meets an unstable one, from calm to alarm; none without a fold."""
        turns = np.flatnonzero(np.diff((self.gain < 1.0).astype(int)))
        return tuple((float(self.load[i]), float(self.threat[i])) for i in turns)


def branch(m: Tree, slow: Tree, *, points: int = 1200) -> Branch:
    """The curve of steady states of one person over all loads from 0 to 1, with its folds.

    More load never dries the skin, so each moisture is held by one load; along the curve nothing is missed.
    """
    one = of_people(m, np.zeros(points, int)), of_people(slow, np.zeros(points, int))
    zero, full = np.zeros(points), np.ones(points)
    # from what no load holds to the most that the greatest does
    ends = [steady_states(c, m, slow)[0] for c in (0.0, 1.0)]
    M = np.linspace(ends[0][0].sweat_ratio, ends[1][-1].sweat_ratio, points)
    low, high = zero, full
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        wetter = around(M, middle, *one)["S"] > M
        low, high = np.where(wetter, low, middle), np.where(wetter, middle, high)
    c = 0.5 * (low + high)
    return Branch(c, around(M, c, *one)["T"], gains_at(M, c, *one).loop)


@dataclass(frozen=True)
class Region:
    """Where two stable states are possible.

    Attributes
    ----------
    slopes, weights : threat_slope and weight_wetness looked at.
    states : (slope, weight) most steady states under any load from 0 to 1; 3 is two stable ones and the edge between.
    gain : (slope, weight) greatest loop gain of a calmest steady state under any load.
    """

    slopes: Array
    weights: Array
    states: NDArray[np.int64]
    gain: Array

    @property
    def bistable(self) -> NDArray[np.bool_]:
        """(slope, weight) whether there are two stable states under some load."""
        return np.asarray(self.states >= 3)


def bistable_region(
    slopes: Array,
    weights: Array,
    *,
    person: Person | str = "palmar hyperhidrosis with social anxiety",
    hypotheses: Hypotheses | None = None,
    parameters: Parameters | None = None,
    loads: int = 21,
) -> Region:
    """Look for two stable states over a grid of the slope of threat and the weight of wetness.

    Each pair gets its own baseline, so that the person sweats in the clinic what they do. The two values stand in
    place of those that the hypotheses would give; all others are as the hypotheses have them.
    """
    p = parameters or load()
    one = constants(median_person(person, p), p, hypotheses or Hypotheses.evidence())
    k_T, w_W = (values.ravel() for values in np.meshgrid(slopes, weights, indexing="ij"))
    m = of_people(one, np.zeros(k_T.size, int)) | {"k_T": k_T, "w_W": w_W}
    m |= settled(m, np)
    slow = untreated(m)
    states = np.max([count_states(float(c), m, slow) for c in np.linspace(0.0, 1.0, loads)], axis=0)
    gain = greatest_gain(m, slow, loads=loads)
    shape = (len(slopes), len(weights))
    return Region(np.asarray(slopes), np.asarray(weights), states.reshape(shape), gain.reshape(shape))


def about_two_balances(
    *,
    person: Person | str = "palmar hyperhidrosis with social anxiety",
    hypotheses: Hypotheses | None = None,
    parameters: Parameters | None = None,
) -> str:
    """Whether the loop can come to rest in two ways, in a sentence with its numbers.

    >>> about_two_balances()[:59]
    'One balance: the loop gain is at most 0.036 at any load, an'
    """
    m, slow = typical(person, hypotheses=hypotheses, parameters=parameters)
    curve = branch(m, slow)
    greatest = float(curve.gain.max())
    if not curve.folds:
        return (
            f"One balance: the loop gain is at most {greatest:.2g} at any load, and two stable states need more than "
            "1 over some stretch. They are no prediction here (a strong loop is a hypothesis)."
        )
    low, high = min(c for c, _ in curve.folds), max(c for c, _ in curve.folds)
    return (
        f"Two balances: the loop gain reaches {greatest:.2g}, and at loads from {low:.2g} to {high:.2g} of a public "
        "task calm and alarm are both stable (hypothesis)."
    )
