"""A course as the mind lives it: the block of the glands goes in, threat, avoidance, drive and scales come out.

The block acts on the mind and never the other way round: what a session does to a gland does not depend on fear. So
the skin is simulated first, and the mind is run over its result, day by day, by the same declared equations as a
single moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine import BACKENDS, scan
from sudomotor.errors import InputError, unknown
from sudomotor.model.channels import Channel
from sudomotor.model.days import day
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.mind import visibility
from sudomotor.model.persons_mind import setup
from sudomotor.model.scales import SIDES
from sudomotor.simulation.life import Calendar, calendar

if TYPE_CHECKING:
    from sudomotor.parameters import Parameters
    from sudomotor.person import People

Array = NDArray[np.float64]
Tree = dict[str, Any]

# up to so many days, of any group up to about a thousand, NumPy finishes before JAX is imported and has loaded what it compiled
NUMPY_UP_TO = 60.0


@dataclass(frozen=True)
class Mind:
    """What a course did to the mind; arrays (day, person) unless said, all readings of the morning.

    Attributes
    ----------
    threat : felt threat in a public task (the standard probe), 0 to 1.
    drive : sudomotor drive in that task; 1 is an untreated patient's palm.
    sympathetic, vagal : A and V in that task.
    wetness : perceived wetness in that task.
    expectation : expected embarrassment that is left while the treatment is believed in; `belief` without it.
    safety_bound : safety that is bound to the treatment.
    avoidance, confidence, control : avoidance; confidence; perceived control.
    gain : central sudomotor gain, the person's own at first.
    benefit : belief in the treatment.
    mood, associability, skill : mood (trait anxiety); associability; skill from biofeedback.
    sweat_ratio : sweat of a reading in the clinic over what the same open glands gave before; exactly 1 where no
        claim about the mind is on.
    events : (day, person) events that life offered; `met` how many of them were met.
    events_threat, events_wetness, events_drive, events_vagal, events_sweat_ratio : means over the day's events.
    channel : the response that the loop ran over.
    """

    threat: Array
    drive: Array
    sympathetic: Array
    vagal: Array
    wetness: Array
    expectation: Array
    belief: Array
    safety_bound: Array
    avoidance: Array
    confidence: Array
    control: Array
    gain: Array
    benefit: Array
    mood: Array
    associability: Array
    skill: Array
    sweat_ratio: Array
    events: Array
    met: Array
    events_threat: Array
    events_wetness: Array
    events_drive: Array
    events_vagal: Array
    events_sweat_ratio: Array
    channel: str


# what each reading of the mind is called in the declared day
READINGS = {
    "threat": "probe_T", "drive": "probe_D", "sympathetic": "probe_A", "vagal": "probe_V", "wetness": "probe_W",
    "expectation": "Pe", "belief": "P", "safety_bound": "Pc", "avoidance": "B", "confidence": "C", "control": "K",
    "gain": "G", "benefit": "E", "mood": "N", "associability": "al", "skill": "F", "sweat_ratio": "clinic_ratio",
    "events": "events", "met": "met", "events_threat": "events_T", "events_wetness": "events_W",
    "events_drive": "events_A", "events_vagal": "events_V", "events_sweat_ratio": "events_S",
}  # fmt: skip


def run_mind(
    people: People,
    remaining: Array,
    session: Array,
    *,
    parameters: Parameters,
    hypotheses: Hypotheses,
    seed: int = 1,
    channel: Channel | None = None,
    exposure: Array | None = None,
    cbt: Array | None = None,
    biofeedback: Array | None = None,
    events: Calendar | None = None,
    backend: str = "auto",
) -> Mind:
    """Run the mind over days on which the glands are as given.

    Parameters
    ----------
    people : who.
    remaining : (day, side of all six, person) share of the baseline sweat that still flows at the usual drive.
    session : (day, person) sessions that the person believes to be treatment, sham ones too.
    seed : of the calendar of events and of mood.
    channel : run the loop over another response; the block of the driest treated site is then taken as its block.
    exposure, cbt, biofeedback : (day, person) acts of each.
    events : a calendar of one's own; by default drawn from the parameters.
    backend : "numpy", "jax" or "auto" (by size).

    Raises
    ------
    InputError
        where shapes disagree, an input is negative or not finite, or a result is not finite.
    """
    check_inputs(
        people, remaining, session, events, {"exposure": exposure, "cbt": cbt, "biofeedback": biofeedback}
    )
    days, n = session.shape
    if backend == "auto":
        backend = "numpy" if days * (1.0 + n / 1000.0) <= NUMPY_UP_TO else "jax"
    elif backend not in BACKENDS:
        raise unknown("backend", backend, ("auto", *BACKENDS))
    m, start = setup(people, parameters, hypotheses, channel=channel)
    xs = mind_inputs(
        m, people, remaining, session, parameters, seed, channel=channel, events=events,
        exposure=exposure, cbt=cbt, biofeedback=biofeedback,
    )  # fmt: skip
    _, out = scan(day, m, start, xs, backend=backend)
    if not hypotheses.has_mind:
        # nothing of the mind acts on sweat: the ratio is 1, not 1 give or take the moods of the day
        out["clinic_ratio"] = np.ones_like(out["clinic_ratio"])
    found = {name: np.asarray(out[key]) for name, key in READINGS.items()}
    for name, values in found.items():
        if not np.isfinite(values).all():
            raise InputError(
                f"the mind's {name} is not finite", where="run_mind",
                mend="look for a parameter that is far out of its range; `sudomotor parameters` shows the ranges",
            )  # fmt: skip
    return Mind(**found, channel="sweat" if channel is None else channel.name)


def check_inputs(
    people: People,
    remaining: Array,
    session: Array,
    events: Calendar | None,
    acts: Mapping[str, Array | None],
) -> None:
    """Refuse what does not fit these people, or is no amount."""
    if np.ndim(session) != 2 or session.shape[1] != people.n:
        raise InputError(
            f"session has the shape {np.shape(session)}, and there are {people.n} people", where="session",
            mend="(day, person)",
        )  # fmt: skip
    days, n = session.shape
    daily = {"session": session, **{name: values for name, values in acts.items() if values is not None}}
    wanted: dict[str, tuple[Array, tuple[int, ...], str]] = {
        "remaining": (remaining, (days, len(SIDES), n), "(day, side of all six, person)"),
        **{name: (values, (days, n), "(day, person)") for name, values in daily.items()},
    }
    if events is not None:
        count = np.shape(events.load)[1] if np.ndim(events.load) == 3 else 1
        wanted["events.load"] = (events.load, (days, count, n), "(day, occasion, person)")
    for name, (values, shape, words) in wanted.items():
        if np.shape(values) != shape:
            raise InputError(f"{name} has the shape {np.shape(values)}, not {shape}", where=name, mend=words)
        if not (np.isfinite(values).all() and np.min(values, initial=0.0) >= 0.0):
            raise InputError(
                f"{name} holds a number that is negative or not finite", where=name, mend="give amounts of at least 0"
            )  # fmt: skip


def mind_inputs(
    m: Tree,
    people: People,
    remaining: Array,
    session: Array,
    p: Parameters,
    seed: int,
    *,
    channel: Channel | None = None,
    events: Calendar | None = None,
    exposure: Array | None = None,
    cbt: Array | None = None,
    biofeedback: Array | None = None,
) -> Tree:
    """What each day brings, in the form that `model.days.day` takes."""
    days, n = session.shape
    life = events if events is not None else calendar(days, n, seed, p)
    none = np.zeros((days, n))
    flow = remaining * m["base"]
    visible = np.einsum("s,dsn->dn", visibility(p), flow)
    if channel is not None and channel.name != "sweat":
        # the course's block, as if it were one of this response
        visible = m["visible_own"] * remaining.min(axis=1)
    return {
        "load": life.load,
        "visible_mg_per_min": visible,
        "raw_mg_per_min": 0.5 * flow.sum(axis=1),
        "session": session,
        "noise": mood_noise(days, n, seed),
        "exposure": none if exposure is None else exposure,
        "cbt": none if cbt is None else cbt,
        "biofeedback": none if biofeedback is None else biofeedback,
    }


def mood_noise(days: int, people: int, seed: int) -> Array:
    """Standard normal pushes on mood, (day, person); the same for a person whatever else is simulated."""
    out = np.empty((days, people))
    for i in range(people):
        stream = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, 0x6D6F6F64, i])))
        out[:, i] = stream.standard_normal(days)
    return out
