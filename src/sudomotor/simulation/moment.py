"""One moment, second by second: a task meets people, and threat, nerve, sweat, skin conductance and heart answer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sudomotor.engine import scan
from sudomotor.errors import InputError, unknown
from sudomotor.model.gland import gland_constants, steady
from sudomotor.model.heart import heart_period_ms, rmssd_ms
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.instant import instant
from sudomotor.model.mind import public_mg_per_min, rest_state
from sudomotor.model.nerve import sizes, thresholds
from sudomotor.model.persons_mind import setup, untreated
from sudomotor.model.scales import SIDES, SITES, remaining, site_of
from sudomotor.model.tasks import Task, course_of, task
from sudomotor.parameters import Parameters, load
from sudomotor.person import People, Person, draw, median_person

if TYPE_CHECKING:
    from sudomotor.simulation.thermal import ThermalDrive

Array = NDArray[np.float64]
Tree = dict[str, Any]

REST_MINUTES = 8.0  # before the task, of which the last minute is compared with
MAX_MINUTES = 24.0 * 60.0
_WINDOW_S = 60.0
_RESPONSE_S = 3.5  # a response peaks within so long of its volley's arrival


@dataclass(frozen=True)
class Moment:
    """A stress test in a group of people; arrays (time, person) or, where said, (time, side, person).

    Attributes
    ----------
    time_s : (time,) seconds from the start; `task_start_s`, `task_end_s` bound the task.
    appraisal, threat, drive, vagal, wetness, habituation : z, T, A, V, W, h of the mind.
    sudomotor_drive : D; 1 is an untreated patient's palm under stress.
    burst_rate_per_min : volleys a minute that the drive asks for; `burst` marks those that came.
    acetylcholine_uM, occupancy : at the glands, (time, side, person).
    sweat_mg_per_min, conductance_uS : (time, side, person).
    heart_period_ms, rmssd_ms : of the heart.
    treated : the place that is treated, a site or a side.
    acting : (side,) whether anything acts there: a block, less release, an antagonist.
    blocked : (side,) fraction of glands blocked.
    """

    time_s: Array
    task: Task
    task_start_s: float
    appraisal: Array
    threat: Array
    drive: Array
    vagal: Array
    wetness: Array
    habituation: Array
    sudomotor_drive: Array
    burst_rate_per_min: Array
    burst: Array
    acetylcholine_uM: Array
    occupancy: Array
    sweat_mg_per_min: Array
    conductance_uS: Array
    heart_period_ms: Array
    rmssd_ms: Array
    treated: str
    acting: NDArray[np.bool_]
    blocked: Array
    people: People
    parameters: Parameters
    hypotheses: Hypotheses
    seed: int
    assumptions: tuple[str, ...]

    @property
    def task_end_s(self) -> float:
        """Second at which the task ends."""
        return self.task_start_s + 60.0 * self.task.minutes

    @property
    def dt_s(self) -> float:
        """Seconds between two samples."""
        return float(self.time_s[1] - self.time_s[0])

    @property
    def untreated_side(self) -> str | None:
        """A side at which nothing acts, a palm before others; None where something acts at every side."""
        return next((side for side, acts in zip(SIDES, self.acting, strict=True) if not acts), None)

    @property
    def treated_side(self) -> str | None:
        """The first side at which something acts, if there is one."""
        return next((side for side, acts in zip(SIDES, self.acting, strict=True) if acts), None)

    @property
    def measured_side(self) -> str:
        """Where conductance is measured for `summary`: the first untreated side, a palm before others."""
        return self.untreated_side or SIDES[0]

    def of(self, values: Array, side: str) -> Array:
        """The values of one side, (time, person), of (time, side, person)."""
        if side not in SIDES:
            raise unknown("side", side, SIDES)
        return values[:, SIDES.index(side)]

    def window(self, values: Array, *, during: bool) -> Array:
        """Mean over the last minute of the task, or over the last minute before it; (…, person)."""
        end = self.task_end_s if during else self.task_start_s
        span = min(_WINDOW_S, 60.0 * self.task.minutes) if during else _WINDOW_S
        inside = (self.time_s > end - span + 1e-9) & (self.time_s <= end + 1e-9)
        return np.asarray(values[inside].mean(axis=0))

    def change(self, values: Array) -> Array:
        """Task minus rest, by `window`; (…, person)."""
        return self.window(values, during=True) - self.window(values, during=False)

    @cached_property
    def responses(self) -> Array:
        """Marks of the non-specific responses at `measured_side`, (time, person)."""
        return self.responses_at(self.measured_side)

    def responses_at(self, side: str) -> Array:
        """Marks of the non-specific responses at a side, (time, person): volleys whose conductance rises by the criterion."""
        trace = self.of(self.conductance_uS, side)
        criterion = self.parameters.value("response_criterion_uS")
        delay = round(self.parameters.value("nerve_delay_s") / self.dt_s)
        reach = round(_RESPONSE_S / self.dt_s)
        out = np.zeros_like(self.burst)
        for i in range(trace.shape[1]):
            arrivals = np.flatnonzero(self.burst[:, i]) + delay
            arrivals = arrivals[arrivals < len(trace)]
            for at, following in zip(arrivals, [*arrivals[1:], len(trace)], strict=True):
                peak = trace[at : max(min(at + reach, following), at + 1), i].max()
                out[at, i] = float(peak - trace[at, i] >= criterion)
        return out

    def per_minute(self, marks: Array, *, during: bool) -> Array:
        """How often marks come a minute: in the last minute of the task, or over all of the rest before it; (person,).

        Rest is counted as a whole, because few come in a minute of it.
        """
        end = self.task_end_s if during else self.task_start_s
        begin = max(self.task_start_s, end - _WINDOW_S) if during else 0.0
        inside = (self.time_s > begin + 1e-9) & (self.time_s <= end + 1e-9)
        return np.asarray(marks[inside].sum(axis=0) / (inside.sum() * self.dt_s / 60.0))

    def responses_per_min(self, *, during: bool) -> Array:
        """Non-specific responses a minute at `measured_side`; see `per_minute`; (person,)."""
        return self.per_minute(self.responses, during=during)

    def summary(self) -> dict[str, Array]:
        """Changes from rest to task of each person, (person,): the numbers that studies report.

        Skin conductance and its responses are those of `measured_side`.
        """
        found = {
            "heart_period_change_ms": self.change(self.heart_period_ms),
            "rmssd_change_ms": self.change(self.rmssd_ms),
            "scl_change_uS": self.change(self.of(self.conductance_uS, self.measured_side)),
            "ns_scr_change_per_min": self.responses_per_min(during=True)
            - self.responses_per_min(during=False),
            "threat_change": self.change(self.threat),
            "threat_in_task": self.window(self.threat, during=True),
            "drive_change": self.change(self.drive),
            "wetness_in_task": self.window(self.wetness, during=True),
        }
        if self.treated_side is not None:
            found["scl_change_treated_uS"] = self.change(self.of(self.conductance_uS, self.treated_side))
        return found


def stress_test(
    person: Person | People | str = "palmar hyperhidrosis",
    task_name: str | Task = "sing-a-song",
    *,
    block: float = 0.0,
    treated: str = "palms",
    minutes: float = 20.0,
    people: int | None = None,
    seed: int = 1,
    hypotheses: Hypotheses | None = None,
    parameters: Parameters | None = None,
    feedback_mg_per_min: float = 0.0,
    slow: Tree | None = None,
    release: float = 1.0,
    antagonist_ratio: float = 0.0,
    heat: ThermalDrive | None = None,
    dt_s: float = 0.1,
    load_series: Array | None = None,
    backend: str = "jax",
) -> Moment:
    """Put a person, or a group like them, through a stress test.

    Parameters
    ----------
    person : a preset's name, a Person, or people already drawn.
    task_name : `sing-a-song`, `mental-arithmetic`, `speech`, `cue-only`, `movement`, or a Task.
    block : fraction of the glands blocked at the treated place, 0 to 1.
    treated : a site ("palms") or a side ("left palm") that is treated.
    minutes : length of the test; the task begins after eight minutes of rest.
    people : how many to draw; None takes the middle person.
    feedback_mg_per_min : sweat that the person is made to believe in during the task, beside their own (false feedback).
    slow : slow states of the mind, as a course leaves them; by default an untreated person's.
    release : share of the transmitter that is still released at the treated place (botulinum toxin); it needs no block.
    antagonist_ratio : B/K_i of a muscarinic antagonist at the treated place (glycopyrronium).
    heat : a thermal drive beside the emotional one, from `simulation.thermal.thermal_drive`.
    dt_s : step and sampling interval.
    load_series : a load of one's own in time, (time,) or (time, person), in place of the task's.

    Returns
    -------
    Moment

    Examples
    --------
    >>> moment = stress_test("healthy", "sing-a-song", minutes=12, backend="numpy", dt_s=1.0)
    >>> bool(moment.summary()["heart_period_change_ms"][0] < 0)
    True
    """
    switches = hypotheses or Hypotheses.evidence()
    p = parameters or load(account=switches.mechanism)
    group = _group(person, people, seed, p)
    one = task_name if isinstance(task_name, Task) else task(task_name, p)
    at = _sides(treated)
    _check(block, minutes, dt_s, release, antagonist_ratio, feedback_mg_per_min)
    blocked: Array = np.where(at, float(block), 0.0)
    acting = at & (block > 0 or release < 1 or antagonist_ratio > 0)
    time_s: Array = np.arange(1.0, round(60.0 * minutes / dt_s) + 1.0) * dt_s
    start_s = 60.0 * REST_MINUTES
    loads = course_of(one, time_s - dt_s, start_s)
    during = (loads["load"] + loads["cue"] > 0).astype(float)
    if load_series is not None:
        loads = _own_load(load_series, len(time_s), group.n)
    m, _ = setup(group, p, switches)
    const, carry = _start(
        group, p, switches, m, slow, at, blocked, release, antagonist_ratio, minutes, dt_s, seed
    )
    n = group.n
    heat_rate, heat_flow = _heat(heat, time_s, const["g"], n)
    xs = {
        **loads,
        "feedback_mg_per_min": feedback_mg_per_min * during,
        "heat_rate": heat_rate,
        "heat": heat_flow,
    }
    last, out = scan(instant, const, carry, xs, backend=backend)
    _check_outcome(out, last, len(const["due"]))
    rest = rest_state(m, const["slow"], np)
    drive_rest, vagal_rest = rest["A"], rest["V"]
    # a person's heart answers more or less than the usual one to the same change of drive and tone
    factor = group["heart_reactivity_factor"]
    tone = vagal_rest + factor * (out["V"] - vagal_rest)
    period = heart_period_ms(
        drive_rest + factor * (out["A"] - drive_rest), tone, dt_s, p, drive_rest=drive_rest, vagal_rest=vagal_rest,
    )  # fmt: skip
    gone = int((tone < 0).any(axis=0).sum())
    return Moment(
        time_s=time_s, task=one, task_start_s=start_s, appraisal=out["z"], threat=out["T"], drive=out["A"],
        vagal=out["V"], wetness=out["W"], habituation=out["h"], sudomotor_drive=out["D"],
        burst_rate_per_min=out["rate"], burst=np.maximum(out["came"], out["heat_came"]), acetylcholine_uM=out["ACh"],
        occupancy=out["occupancy"], sweat_mg_per_min=out["sweat"], conductance_uS=out["conductance"],
        heart_period_ms=period, rmssd_ms=rmssd_ms(np.maximum(tone, 0.0), p),
        treated=treated, acting=acting, blocked=blocked, people=group, parameters=p, hypotheses=switches, seed=seed,
        assumptions=(
            f"the task begins after {REST_MINUTES:g} minutes of rest and lasts {one.minutes:g}; its last minute is held "
            "against the last of rest",
            *((f"in {gone} of {n} people the heart's vagal tone is used up: RMSSD 0 for that time",) if gone else ()),
            *group.notes, *p.notes,
        ),
    )  # fmt: skip


def _group(person: Person | People | str, people: int | None, seed: int, p: Parameters) -> People:
    if isinstance(person, People):
        return person
    return median_person(person, p) if people is None else draw(person, people, seed, p)


def _own_load(load_series: Array, steps: int, people: int) -> dict[str, Array]:
    series = np.asarray(load_series, float)
    if series.shape not in ((steps,), (steps, people)):
        raise InputError(
            f"the load has the shape {series.shape}, the test {steps} steps and {people} people",
            where="load_series", mend="(time,) or (time, person)",
        )  # fmt: skip
    if not (np.isfinite(series).all() and (series >= 0).all()):
        raise InputError(
            "a load must be a finite number from 0", where="load_series", mend="0 at rest, 1 in a public task"
        )
    return {"load": series, "cue": np.zeros(steps), "speak": np.zeros(steps)}


def _check_outcome(out: Tree, last: Tree, drawn: int) -> None:
    """Nothing is passed on that is not a number, or that came of more volleys than were drawn."""
    for name, values in out.items():
        if not np.isfinite(values).all():
            raise InputError(
                f"'{name}' of the moment is not finite", mend="look for a parameter far out of its range"
            )
    if max(last["index"].max(), last["heat_index"].max()) >= drawn:
        raise InputError(
            f"the nerve asks for more volleys than the {drawn} that were drawn", where="load_series",
            mend="look for a load or a parameter far out of its range",
        )  # fmt: skip


def _check(
    block: float, minutes: float, dt_s: float, release: float, antagonist: float, feedback: float
) -> None:
    if not 0.0 <= block <= 1.0:
        hint = f"did you mean {block / 100:g}?" if 1 < block <= 100 else "--block 0.9"
        raise InputError(f"the block must lie from 0 to 1, got {block:g}", where="--block", mend=hint)
    if not REST_MINUTES < minutes <= MAX_MINUTES:
        raise InputError(
            f"a test of {minutes:g} minutes leaves no time for rest and task", where="--minutes",
            mend=f"give more than {REST_MINUTES:g} and at most {MAX_MINUTES:g}",
        )  # fmt: skip
    if not 0.0 < dt_s <= 2.0:
        raise InputError(f"a step of {dt_s:g} s does not resolve a volley", where="dt_s", mend="dt_s=0.1")
    if not 0.0 <= release <= 1.0:
        raise InputError(
            f"the share released must lie from 0 to 1, got {release:g}", where="release", mend="release=0.2"
        )
    for name, value in (("antagonist_ratio", antagonist), ("feedback_mg_per_min", feedback)):
        if not (np.isfinite(value) and value >= 0):
            raise InputError(f"{name} must not be negative, got {value:g}", where=name, mend=f"{name}=0")


def _sides(treated: str) -> NDArray[np.bool_]:
    """Which of the six sides a place holds."""
    if treated not in (*SITES, *SIDES):
        raise unknown("place", treated, (*SITES, *SIDES), where="--treated")
    return np.array([treated in (side, site_of(side)) for side in SIDES])


def _start(
    group: People, p: Parameters, switches: Hypotheses, m: Tree, slow: Tree | None,
    treated: NDArray[np.bool_], blocked: Array,
    release: float, antagonist: float, minutes: float, dt_s: float, seed: int,
) -> tuple[Tree, Tree]:  # fmt: skip
    """Constants and first state of the moment: at rest, with ducts and horny layer as long rest leaves them."""
    n = group.n
    share = remaining(np.repeat(blocked[:, None], n, axis=1), p.value("unreached_fraction"))
    now = {**untreated(m), **(slow or {})}
    now["visible_mg_per_min"] = public_mg_per_min(m["base"] * share, m["visible"], np)
    now["raw_mg_per_min"] = 0.5 * (m["base"] * share).sum(axis=0)
    g = gland_constants(group, p)
    at = np.repeat(treated[:, None], n, axis=1)
    count = int(np.ceil(2.0 * p.value("burst_rate_per_drive_per_min") * minutes)) + 50
    fast = rest_state(m, now, np)
    flow = g["mean_flow"] * fast["S"]
    drugged = flow * np.where(at, release / (1.0 + antagonist), 1.0)
    delay = max(1, round(p.value("nerve_delay_s") / dt_s))
    const = {
        "m": m, "slow": now, "g": g, "minutes": np.asarray(dt_s / 60.0), "due": thresholds(count, n, seed, p),
        "size": sizes(count, n, seed, p), "heat_due": thresholds(count, n, seed, p, stream="heat"), "remaining": share,
        "blocked": np.repeat(blocked[:, None], n, axis=1), "release": np.where(at, release, 1.0),
        "antagonist": at * antagonist, "rate": np.asarray(p.value("burst_rate_per_drive_per_min")),
        "learned": np.asarray(1.0 if "anticipation" in switches else 0.0),
    }  # fmt: skip
    zero = np.zeros(n)
    carry = {
        "fast": {name: np.asarray(values) + zero for name, values in fast.items()}, "pools": steady(drugged, g, np),
        "passed": zero, "index": np.zeros(n, dtype=np.int64), "heat_passed": zero, "heat_index": np.zeros(n, dtype=np.int64),
        "waiting": zero, "heat_waiting": np.zeros((len(SIDES), n)), "queue": np.zeros((delay, n)),
        "heat_queue": np.zeros((delay, len(SIDES), n)),
        "public": public_mg_per_min(drugged * g["glands"] * share / 1e3, m["visible"], np),
    }  # fmt: skip
    return const, carry


def _heat(heat: ThermalDrive | None, time_s: Array, g: Tree, n: int) -> tuple[Array, Array]:
    """Thermal volleys a minute (time,), and the flow that they stand for, nL/min per gland (time, side, person)."""
    if heat is None:
        return np.zeros(len(time_s)), np.zeros((len(time_s), len(SIDES), 1))
    at = time_s / 60.0
    if heat.time_minutes[-1] < at[-1] - 1e-6:
        raise InputError(
            f"the thermal drive covers {heat.time_minutes[-1]:g} minutes, the test {at[-1]:g}", where="heat",
            mend="simulate as many minutes of heat as of the test",
        )  # fmt: skip
    rate = np.interp(at, heat.time_minutes, heat.expulsion_rate_per_min)
    sweat = np.stack(
        [np.interp(at, heat.time_minutes, heat.sweat_mg_per_min[site_of(side)]) for side in SIDES], axis=1
    )
    # sweat without volleys would wait for ever: a slow rate carries what little there is
    rate = np.where((sweat > 0).any(axis=1), np.maximum(rate, 1.0), 0.0)
    return rate, sweat[:, :, None] * 1e3 / g["glands"][None]
