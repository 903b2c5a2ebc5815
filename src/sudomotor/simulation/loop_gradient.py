"""How the outcome of a course answers to the mind's parameters: a value and its exact gradient, in reverse mode.

The course is that of `simulation.loop`. Each person's own baseline is worked out anew for each value of a parameter,
so the gradient is the whole one, as a fit needs it: the baseline is the rest of a ring, and moves as the implicit
function theorem says, (1 - J)^-1 of what one round moves by itself. Each day is worked out a second time on the way
back rather than kept, which is quicker than to keep it, and holds memory to the steps of one day.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine.scan import jax_library
from sudomotor.errors import InputError
from sudomotor.model.days import day
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.persons_mind import constants, first_morning, one_round, own_baseline, setup
from sudomotor.simulation.life import Calendar
from sudomotor.simulation.loop import READINGS, check_inputs, mind_inputs

if TYPE_CHECKING:
    from sudomotor.parameters import Parameters
    from sudomotor.person import People

Array = NDArray[np.float64]
Tree = dict[str, Any]
Loss = Callable[[Tree], Any]

# relative step of the five-point difference for what is smooth and cheap: how constants follow from parameters, and
# how a round of the ring answers to where it starts; the error (step^4) is of the order of round-off
_STEP = 1e-3
_RING = ("D_ref", "W_own")
_EVENT = ("T", "A", "raw_own")


def mean_threat(mind: Tree) -> Any:
    """Mean over days and people of threat in a public task."""
    return mind["threat"].mean()


def loop_gradient(
    people: People,
    remaining: Array,
    session: Array,
    of: Sequence[str],
    *,
    parameters: Parameters,
    hypotheses: Hypotheses,
    loss: Loss = mean_threat,
    seed: int = 1,
    events: Calendar | None = None,
    exposure: Array | None = None,
    cbt: Array | None = None,
    biofeedback: Array | None = None,
) -> tuple[float, dict[str, float]]:
    """The value of a loss over a course of the mind, and its gradient by parameters.

    Parameters
    ----------
    people, remaining, session, seed, events, exposure, cbt, biofeedback : as `simulation.loop.run_mind` takes them.
    of : names of parameters of the mind. The calendar, the people and the block are held as they are.
    loss : from the readings of `simulation.loop.Mind`, name -> (day, person), to a number, in plain array arithmetic;
        a function of a module, because it is a key of the compile cache.

    Returns
    -------
    value, {name: derivative}; 0 for a parameter whose claim is switched off.

    Raises
    ------
    InputError
        for a parameter that is unknown, that differs between people, or that no constant of the mind follows from.

    Examples
    --------
    >>> from sudomotor.parameters import load
    >>> from sudomotor.person import draw
    >>> value, slope = loop_gradient(
    ...     draw("palmar hyperhidrosis", 2, 1), np.full((2, 6, 2), 0.5), np.zeros((2, 2)), ["weight_wetness"],
    ...     parameters=load(), hypotheses=Hypotheses.evidence())
    >>> 0.0 < value < 1.0, slope["weight_wetness"] != 0.0
    (True, True)
    """
    check_inputs(
        people, remaining, session, events, {"exposure": exposure, "cbt": cbt, "biofeedback": biofeedback}
    )
    tree = gradient_tree(
        people, remaining, session, parameters, hypotheses, seed=seed, events=events, exposure=exposure, cbt=cbt,
        biofeedback=biofeedback,
    )  # fmt: skip
    slopes = {name: _slopes(name, people, parameters, hypotheses) for name in of}
    moved = sorted({symbol for found in slopes.values() for symbol in found})
    value, by = valued(loss, True)({symbol: tree["m"][symbol] for symbol in moved}, tree)
    gradient = {
        name: float(sum(np.sum(np.asarray(by[symbol]) * slope) for symbol, slope in found.items()))
        for name, found in slopes.items()
    }
    for name, number in {"the loss": float(value), **gradient}.items():
        if not np.isfinite(number):
            raise InputError(f"{name} is not finite, or has no derivative here", where="loop_gradient",
                             mend="look for a parameter that is far out of its range, or an edge of the loss")  # fmt: skip
    return float(value), gradient


def gradient_tree(
    people: People, remaining: Array, session: Array, p: Parameters, hypotheses: Hypotheses, *, seed: int = 1,
    events: Calendar | None = None, exposure: Array | None = None, cbt: Array | None = None,
    biofeedback: Array | None = None,
) -> Tree:  # fmt: skip
    """What `valued` takes beside the constants that move: constants, where each person's ring rests, and the days."""
    m, _ = setup(people, p, hypotheses)
    xs = mind_inputs(
        m, people, remaining, session, p, seed, events=events, exposure=exposure, cbt=cbt, biofeedback=biofeedback
    )  # fmt: skip
    del xs["visible_mg_per_min"]  # follows from visibilities, which may move
    return {"m": m, "rest": _ring(m), "xs": xs, "flow": remaining * m["base"]}


@cache
def valued(loss: Loss, gradient: bool) -> Any:
    """The compiled function (moved constants, tree) -> value, or (value, gradient by those constants)."""
    jax = jax_library()
    import jax.numpy as jnp

    def value(moved: Tree, tree: Tree) -> Any:
        m = {**tree["m"], **moved}
        m |= _rested(m, tree["rest"])
        xs = {**tree["xs"], "visible_mg_per_min": jnp.einsum("s,dsn->dn", m["visible"], tree["flow"])}
        again = jax.checkpoint(lambda m, slow, x: day(jnp, m, slow, x))
        _, out = jax.lax.scan(lambda slow, x: again(m, slow, x), first_morning(m, jnp), xs)
        return loss({name: out[key] for name, key in READINGS.items()})

    return jax.jit(jax.value_and_grad(value) if gradient else value)


def _rested(m: Tree, rest: Tree) -> Tree:
    """Each person's own baseline where constants move: one Newton step from where the ring rested.

    At the constants that `rest` belongs to the step is nil, and its derivative is that of the baseline.
    """
    import jax.numpy as jnp

    found, event = one_round(m, rest["now"], jnp)
    left = jnp.stack([found[name] - rest["now"][name] for name in _RING])
    shift = jnp.einsum("ijn,jn->in", rest["inverse"], left)
    there = {
        name: value + jnp.einsum("jn,jn->n", rest["by"][name], shift)
        for name, value in {**found, **{name: event[name] for name in _EVENT}}.items()
    }
    return own_baseline(m, {name: there[name] for name in _RING}, there, jnp)


def _ring(m: Tree) -> Tree:
    """Where each person's ring rests, how one round answers to it, and (1 - J)^-1; the person is last."""
    now = {name: np.asarray(m[name]) for name in _RING}

    def round_at(name: str) -> Callable[[float], Tree]:
        def moved(by: float) -> Tree:
            found, event = one_round(m, {**now, name: now[name] * (1.0 + by)}, np)
            return {**found, **{each: event[each] for each in _EVENT}}

        return moved

    columns = [five_point(round_at(name), _STEP) for name in _RING]
    by = {
        each: np.stack([column[each] / now[name] for name, column in zip(_RING, columns, strict=True)])
        for each in (*_RING, *_EVENT)
    }
    J = np.stack([by[name] for name in _RING])  # (of, by, person)
    inverse = np.linalg.inv(np.eye(len(_RING)) - np.moveaxis(J, -1, 0))
    return {"now": now, "by": by, "inverse": np.moveaxis(inverse, 0, -1)}


def five_point(f: Callable[[float], Tree], step: float) -> Tree:
    """Derivative at 0 of each array of a tree, to the fourth order of the step.

    >>> float(five_point(lambda x: {"y": np.exp(x)}, 1e-3)["y"].round(9))
    1.0
    """
    at = {k: f(k * step) for k in (-2, -1, 1, 2)}
    return {
        name: (8.0 * (at[1][name] - at[-1][name]) - (at[2][name] - at[-2][name])) / (12.0 * step)
        for name in at[1]
    }


# between them these have every claim on
_EVERY = (Hypotheses.reset(), Hypotheses.reset().turned(off=("strong_loop",)),
          Hypotheses.evidence().turned(on=("compensation",)))  # fmt: skip


def _slopes(name: str, people: People, p: Parameters, hypotheses: Hypotheses) -> dict[str, Array]:
    """How the constants of the mind move with a parameter: symbol -> derivative.

    A constant that moves only with another claim on is there with 0, so that one compiled function serves all claims.
    """
    declared = p[name]
    if declared.distribution != "fixed":
        raise InputError(f"'{name}' differs between people", where="of", mend="draw the people anew instead")
    step = _STEP * max(abs(declared.value), 0.1 * (declared.high - declared.low))

    def at(by: float, claims: Hypotheses) -> Tree:
        return constants(people, p.with_values({name: declared.value + by}), claims)

    every = five_point(lambda by: at(by, hypotheses), step)
    may = {
        symbol
        for claims in (hypotheses, *_EVERY)
        for lower in (at(-step, claims),)
        for symbol, values in at(step, claims).items()
        if not np.array_equal(values, lower[symbol])
    }
    if not may:
        raise InputError(
            f"no constant of the mind follows from '{name}'", where="of", mend="name a parameter of the file mind.toml"
        )  # fmt: skip
    return {symbol: every[symbol] for symbol in every if symbol in may}
