"""How what a study measures moves with the parameters of the loop: exact derivatives of the declared model.

The block (`model.course_model.slot`), each person's own baseline (`model.persons_mind.settled`) and the days of the
mind (`model.days.day`) are run on JAX as one function of the logarithms of twelve parameters, and differentiated
forwards. What is given back is the mean over the simulated people, as a trial reports it.

A rule with an edge (whether a person holds that the treatment works) is differentiated on either side of its edge:
that a parameter also moves the day on which the edge is passed is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine.scan import jax_library
from sudomotor.errors import InputError
from sudomotor.evidence.design import FALSE_FEEDBACK, MEASURES, Design, DesignArm
from sudomotor.model.course_model import EFFECTS, slot
from sudomotor.model.days import STEPS, day
from sudomotor.model.mind import episode, public_mg_per_min
from sudomotor.model.persons_mind import first_morning, settled, setup
from sudomotor.model.scales import SIDES
from sudomotor.parameters import Parameters, load
from sudomotor.person import People, draw
from sudomotor.simulation.loop import mind_inputs
from sudomotor.simulation.prepare import prepare
from sudomotor.simulation.simulate import course_constants, first_state, run_prepared, slot_inputs

if TYPE_CHECKING:
    from sudomotor.simulation.prepare import Prepared

Array = NDArray[np.float64]
Tree = dict[str, Any]
STRENGTH = "session_strength"


@dataclass(frozen=True)
class Varied:
    """A parameter of the loop that is not known: its symbol, its name, and what it is."""

    symbol: str
    name: str
    text: str


VARIED = (
    Varied("w_W", "weight_wetness", "weight of the perceived wetness in appraisal"),
    Varied("eta", "learning_rate", "learning per event"),
    Varied("chi", "learning_device_share", "share of safety that is credited to the treatment"),
    Varied("eta_G", "gain_unlearning", "rate at which the central gain is unlearned"),
    Varied(
        "tau_G",
        "gain_days",
        "time in which the central gain comes back (gain_reset_days where central is on)",
    ),
    Varied("E_on", "expectation_gain_per_session", "belief that a session adds"),
    Varied("tau_E", "expectation_days", "time in which belief fades"),
    Varied("tau_X", "repair_days", "time in which blocked glands open again"),
    Varied("X_s", STRENGTH, "strength of a session: factor on its hits"),
    Varied("a_T", "drive_per_threat", "drive from threat"),
    Varied("a_c", "drive_per_load", "drive from the load"),
    Varied("w_P", "weight_expectation", "weight of the expected embarrassment in appraisal"),
)
SYMBOLS = tuple(one.symbol for one in VARIED)
# those that are constants of the mind by themselves, by the symbol that they have there
_IN_MIND = {"w_W": "w_W", "eta": "eta", "chi": "chi", "eta_G": "eta_G", "tau_G": "tau_G", "E_on": "e_on",
            "a_T": "a_T", "a_c": "a_c", "w_P": "w_P"}  # fmt: skip
# by how much the logarithm of a baseline may move with that of a parameter, which it should not at all
_UNSETTLED = 1e-3
_HELD = ("K", "G", "E", "N", "F", "attention")


@dataclass(frozen=True)
class Sensitivity:
    """What an arm measures, and how it moves.

    Attributes
    ----------
    predicted : (measure, day) mean over people, in the order of MEASURES.
    gradient : (measure, day, parameter) derivative by the logarithm of each parameter, in the order of VARIED.
    """

    predicted: Array
    gradient: Array


def assumed_values(design: Design) -> dict[str, float]:
    """The values that the design takes for true, by symbol; 0 for a mechanism that is off.

    >>> from sudomotor.evidence.design import shipped_design
    >>> assumed_values(shipped_design())["eta_G"]
    0.03
    """
    p = _parameters(design)
    m, _ = setup(draw(design.person, 1, design.seed, p), p, design.hypotheses)
    found = {symbol: float(m[key]) for symbol, key in _IN_MIND.items()}
    believes = found["E_on"] > 0.0
    return {
        **{symbol: found.get(symbol, 0.0) for symbol in SYMBOLS},
        "tau_E": p.value("expectation_days") if believes else 0.0,
        "tau_G": found["tau_G"] if found["eta_G"] > 0.0 or float(m["eta_C"]) > 0.0 else 0.0,
        "tau_X": p.value("repair_days"),
        "X_s": 1.0,
    }


def sensitivities(design: Design) -> dict[str, Sensitivity]:
    """Predictions and exact derivatives of each arm of a design, by name."""
    found = {}
    for name, tree in arm_trees(design).items():
        found[name] = derived(np.zeros(len(VARIED)), tree)
        _check_baseline(found[name], name)
        if not (np.isfinite(found[name].predicted).all() and np.isfinite(found[name].gradient).all()):
            raise InputError(
                "what is measured, or its derivative, is not finite", where=f"arm '{name}'",
                mend="look under [assume] for a value far out of its range; `sudomotor parameters` shows the ranges",
            )  # fmt: skip
    return found


def _check_baseline(found: Sensitivity, arm: str) -> None:
    """On the first morning people sweat in the clinic what they do, whatever the parameters are; else the rounds to
    their baseline have not settled, and the derivatives mean nothing.
    """
    if not np.abs(found.gradient[list(MEASURES).index("treated_sweat_clinic"), 0]).max() < _UNSETTLED:
        raise InputError(
            "the loop is so steep that the way to people's own baselines cannot be differentiated", where=f"arm '{arm}'",
            mend="take a flatter threat, or leave strong_loop out of the hypotheses",
        )  # fmt: skip


def arm_trees(design: Design) -> dict[str, Tree]:
    """What each arm brings to `derived`, by the arm's name; all arms have the same people and events."""
    p = _parameters(design)
    people = draw(design.person, design.people, design.seed, p)
    return {arm.name: _tree(arm, design, people, p) for arm in design.arms}


def _course(factor: Tree, tree: Tree) -> Tree:
    """The sweat of all sides at the usual drive, `sweat` (day, side, person)."""
    jax = jax_library()
    import jax.numpy as jnp

    stronger = jnp.where(jnp.arange(len(EFFECTS)) == EFFECTS.index("hits"), factor["X_s"], 1.0)
    const = {
        **tree["const"],
        "effects": tree["const"]["effects"] * stronger[:, None, None],
        "repair": tree["const"]["repair"] / factor["tau_X"],
    }
    _, course = jax.lax.scan(lambda c, x: slot(jnp, const, c, x), tree["start"], tree["slots"])
    blocked = jnp.einsum("is,dsn->din", tree["where"], course["blocked"][tree["first_slot"]])
    return {**factor, "sweat": tree["care"] * (1.0 - const["reached"] * blocked) * tree["m"]["base"]}


def _baseline(found: Tree, tree: Tree) -> Tree:
    """The constants of the mind with each person's own baseline, `m`."""
    import jax.numpy as jnp

    m = dict(tree["m"])
    moved = {key: m[key] * found[symbol] for symbol, key in _IN_MIND.items()}
    moved["E_keep"] = m["E_keep"] ** (1.0 / found["tau_E"])
    return {"sweat": found["sweat"], "m": moved | settled(m | moved, jnp)}


def _measured(found: Tree, tree: Tree) -> Any:
    """What is measured, (measure, day), in the order of MEASURES: means over people."""
    jax = jax_library()
    import jax.numpy as jnp

    m, sweat = tree["m"] | found["m"], found["sweat"]
    xs = {
        **tree["xs"],
        "visible_mg_per_min": public_mg_per_min(jnp.moveaxis(sweat, 1, 0), m["visible"], jnp),
        "raw_mg_per_min": 0.5 * sweat.sum(axis=1),
    }
    _, out = jax.lax.scan(lambda c, x: day(jnp, m, c, x), first_morning(m, jnp), xs)
    log_task, log_clinic = jnp.log(out["probe_D"] / m["D_ref"]), jnp.log(out["clinic_ratio"])
    treated, untreated = (
        jnp.log(jnp.einsum("i,din->dn", tree[kind], sweat)) for kind in ("treated", "untreated")
    )
    measured = {
        "treated_sweat": treated + log_task, "untreated_sweat": untreated + log_task,
        "treated_sweat_clinic": treated + log_clinic, "untreated_sweat_clinic": untreated + log_clinic,
        "anxiety": out["probe_T"], "expectancy": out["Pe"], "avoidance": out["B"], "drive": out["probe_A"],
        FALSE_FEEDBACK: _clamped(m, out, xs, tree["feedback_mg_per_min"], jnp),
    }  # fmt: skip
    return jnp.stack([measured[name].mean(axis=1) for name in MEASURES])


def _clamped(m: Tree, out: Tree, xs: Tree, feedback_mg_per_min: Any, xp: Any) -> Any:
    """Rise of threat in a public task between hands that are feigned wet and dry, the own ones hidden; (day, person)."""
    now = {name: out[name] for name in _HELD} | {
        "P": out["Pe"], "Pc": 0.0, "ctx": 0.0, "visible_mg_per_min": 0.0, "raw_mg_per_min": xs["raw_mg_per_min"],
    }  # fmt: skip
    # both at once, feigned wet and feigned dry; (2, day, person)
    feigned = feedback_mg_per_min * xp.array([1.0, 0.0])[:, None, None]
    _, mean = episode(
        m,
        {**now, "feedback_mg_per_min": feigned},
        m["probe_loads"][1] + 0.0 * feigned,
        m["event_minutes"],
        STEPS,
        xp,
    )
    return mean["T"][0] - mean["T"][1]


@cache
def _stages() -> tuple[Any, ...]:
    """The three parts of the model, each giving its value and the derivatives along all directions at once.

    They are compiled one by one: the compiler takes twice as long over the whole.
    """
    jax = jax_library()

    def pushed(part: Any) -> Any:
        def run(at: Tree, ways: Tree, tree: Tree) -> Any:
            return jax.vmap(
                lambda way: jax.jvp(lambda x: part(x, tree), (at,), (way,)), out_axes=(None, 0)
            )(ways)  # fmt: skip

        return jax.jit(run)

    return tuple(pushed(part) for part in (_course, _baseline, _measured))


def derived(scores: Array, tree: Tree) -> Sensitivity:
    """What an arm measures and its derivatives, where each parameter is its value times exp(score).

    Parameters
    ----------
    scores : (parameter,) in the order of VARIED; 0 is the assumed value.
    tree : the arm, of `arm_trees`.
    """
    factor = np.exp(np.asarray(scores, float))
    found: Any = dict(zip(SYMBOLS, factor, strict=True))
    ways: Any = dict(zip(SYMBOLS, np.diag(factor), strict=True))
    for part in _stages():
        found, ways = part(found, ways, tree)
    return Sensitivity(np.asarray(found), np.moveaxis(np.asarray(ways), 0, -1))


def _parameters(design: Design) -> Parameters:
    return load(account=design.hypotheses.mechanism).with_values(design.assume)


def _tree(arm: DesignArm, design: Design, people: People, p: Parameters) -> Tree:
    prepared = prepare(people, arm.course, days=design.days, parameters=p)
    history = run_prepared(prepared, p, design.hypotheses, seed=design.seed)
    m, _ = setup(people, p, design.hypotheses)
    care = history.care
    xs = mind_inputs(m, people, history.remaining, history.session, p, design.seed)
    if care is not None:
        xs |= {"exposure": care.exposure, "cbt": care.cbt, "biofeedback": care.biofeedback}
    per_day = prepared.slots_per_day
    slots = prepared.days * per_day + 1
    ones = np.ones((design.days + 1, len(SIDES), people.n))
    return {
        "const": course_constants(prepared, p, design.hypotheses),
        "start": first_state(prepared, p),
        "slots": slot_inputs(prepared, slots, design.seed),
        "first_slot": np.arange(design.days + 1) * per_day,
        "where": np.array([[float(side == one) for one in prepared.sides] for side in SIDES]),
        "care": ones if history.care_factor is None else history.care_factor,
        "m": m,
        "xs": xs,
        **_sites(prepared, arm, design),
        "feedback_mg_per_min": np.asarray(
            next((one.feedback_mg_per_min for one in design.measures if one.name == FALSE_FEEDBACK), 0.0)
        ),
    }


def _sites(prepared: Prepared, arm: DesignArm, design: Design) -> Tree:
    """Which side is weighed as treated and which as untreated, as weights (side,)."""
    free = [side for side in SIDES if side not in prepared.sides]
    if not free and any(one.name.startswith("untreated") for one in design.measures):
        raise InputError(
            "every site is treated, so none is left untreated", where=f"arm '{arm.name}'",
            mend="treat fewer sites, or drop the measure",
        )  # fmt: skip

    def pick(chosen: str) -> Array:
        return np.array([float(side == chosen) for side in SIDES])

    return {"treated": pick(prepared.sides[0]), "untreated": pick(free[0] if free else prepared.sides[0])}
