"""What each claim predicts, computed: the deciding reading with its switch on, and with it off.

The same people, events and moods stand behind both numbers of a claim, so what differs is the claim. The two claims that
need a fit of one person are worked out in `claims_twin`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from sudomotor.course import Course
from sudomotor.evidence.claims_register import Claim, register
from sudomotor.model.channels import CHANNELS
from sudomotor.model.equilibria import loop_gain
from sudomotor.model.gland import alone_nL, gland_constants, release_uM
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.persons_mind import setup, untreated
from sudomotor.model.scales import SIDES, remaining
from sudomotor.parameters import Parameters, load
from sudomotor.person import People, draw
from sudomotor.simulation import History, simulate
from sudomotor.simulation.moment import Moment, stress_test

PERSON = "palmar hyperhidrosis with social anxiety"
COURSE = ("Treat palms at 15 mA DC for 20 minutes, 5 times a week for 2 weeks",)
SHAM = ("Sham palms for 20 minutes, 5 times a week for 2 weeks",)
DAYS, END, LATER = 112, 12, 84  # the last session falls on day 11
_STEP_S, _MINUTES = 0.5, 15.0
_FALSE_MG_PER_MIN = 60.0
_BLOCK = 0.9
_AGONIST = 5.0  # of its half-maximal concentration: a test dose that most receptors answer


@dataclass(frozen=True)
class Prediction:
    """What a claim predicts.

    Attributes
    ----------
    claim : the row of the register.
    measure, unit : what is read.
    on, off : the reading with the switch on and off; None with a `reason`.
    """

    claim: Claim
    measure: str
    unit: str
    on: float | None
    off: float | None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The row for JSON."""
        c = self.claim
        return {
            "id": c.id, "claim": c.text, "part": c.part, "switch": c.switch or None, "grade": c.grade,
            "grade_note": c.grade_note, "observable": c.observable, "measure": self.measure, "unit": self.unit,
            "predicted_on": self.on, "predicted_off": self.off, "reason": self.reason or None,
            "on_by_default": c.on_by_default,
            "evidence": [{"text": e.text, "source": e.source, "direction": e.direction} for e in c.evidence],
            "verdict": c.verdict,
        }  # fmt: skip


class _World:
    """The people and the histories that several claims share."""

    def __init__(self, p: Parameters, people: int, seed: int) -> None:
        self.p, self.seed = p, seed
        self.n = people
        self._histories: dict[Any, History] = {}
        self._moments: dict[Any, Moment] = {}
        self.base = Hypotheses.evidence()

    @cached_property
    def people(self) -> People:
        return draw(PERSON, self.n, self.seed, self.p)

    @cached_property
    def healthy(self) -> People:
        return draw("healthy", self.n, self.seed, self.p)

    def history(
        self,
        hypotheses: Hypotheses,
        words: tuple[str, ...] = COURSE,
        channel: str | None = None,
        p: Parameters | None = None,
    ) -> History:
        key = (
            hypotheses,
            words,
            channel,
            None if p is None else p.notes + tuple(f"{n}={p.value(n)}" for n in p.changed),
        )
        if key not in self._histories:
            self._histories[key] = simulate(
                self.people, Course(*words), days=DAYS, seed=self.seed, hypotheses=hypotheses, channel=channel,
                parameters=p or self.p,
            )  # fmt: skip
        return self._histories[key]

    def moment(
        self, hypotheses: Hypotheses, task: str = "sing-a-song", people: People | None = None, **more: Any
    ) -> Moment:
        key = (hypotheses, task, id(people) if people is not None else 0, tuple(sorted(more.items())))
        if key not in self._moments:
            self._moments[key] = stress_test(
                people or self.people, task, minutes=_MINUTES, dt_s=_STEP_S, seed=self.seed, hypotheses=hypotheses,
                parameters=self.p, **more,
            )  # fmt: skip
        return self._moments[key]


Numbers = tuple[str, str, float, float]


def _pct(history: History, place: str, day: int) -> float:
    sweat = history.sweat_of(place)
    return 100.0 * float(np.mean(sweat[day] / sweat[0]) - 1.0)


def _c1_1(w: _World) -> Numbers:
    on, off = (_pct(w.history(h), "palms", END) for h in (w.base, w.base.turned(off=("block",))))
    return "sweat of the treated palms the day after ten sessions, change", "%", on, off


def _c1_2(w: _World) -> Numbers:
    """An agonist put on a site where nine in ten glands are out of action, beside what nerves release there: a gland
    without its synapse answers the agonist through an open duct; out of a shut duct nothing comes.
    """
    g = gland_constants(w.people, w.p)
    drive = w.p.value("drive_rest") + w.p.value("drive_per_load") * w.p.value("clinic_load")
    own = release_uM(g["mean_flow"] / (w.p.value("burst_rate_per_drive_per_min") * drive), g, np)
    agonist = _AGONIST * g["EC_50"]
    bare = alone_nL(agonist + own, 0.0, g, np)
    synapse = alone_nL(agonist + (1.0 - _BLOCK) * own, 0.0, g, np) / bare
    duct = remaining(np.float64(_BLOCK), w.p.value("unreached_fraction"))
    at = SIDES.index("left palm")
    return (
        "surface sweat after an agonist at a site with nine in ten glands blocked, of an open site's",
        "1",
        float(np.mean(synapse[at])),
        float(duct),
    )


def _c1_3(w: _World) -> Numbers:
    def days(h: Hypotheses) -> float:
        history = w.history(h)
        low = history.sweat_of("palms") < 0.5 * history.sweat_of("palms")[0]
        last = np.where(low.any(axis=0), DAYS - np.argmax(low[::-1], axis=0), END)
        return float(np.median(np.maximum(last - END, 0)))

    return (
        "days after the last session for which sweat stays below half",
        "d",
        days(w.base),
        days(w.base.with_mechanism("acute")),
    )


def _c1_4(w: _World) -> Numbers:
    on, off = (_pct(w.history(h), "soles", LATER) for h in (w.base.turned(on=("central",)), w.base))
    return "sweat of the untreated soles ten weeks after the last session, change", "%", on, off


def _c1_5(w: _World) -> Numbers:
    # without the chance of moods, which in a group of this size is larger than the effect
    still = w.p.with_values({"mood_noise": 0.0})

    def change(h: Hypotheses) -> float:
        rmssd = w.p.value("rmssd_per_vagal_ms") * w.history(h, p=still).mind.vagal
        return float(np.mean(rmssd[END + 14] - rmssd[0]))

    mood = w.base.turned(on=("mood",))
    return (
        "RMSSD in a public task two weeks after the course, change",
        "ms",
        change(mood.turned(on=("balance",))),
        change(mood),
    )


def _c2_1(w: _World) -> Numbers:
    def raised(h: Hypotheses) -> float:
        a, b = (w.moment(h, feedback_mg_per_min=x) for x in (_FALSE_MG_PER_MIN, 0.0))
        return float(np.mean(a.window(a.threat, during=True) - b.window(b.threat, during=True)))

    return (
        "rise of threat (0 to 1) under a false report of 60 mg/min more sweat",
        "1",
        raised(w.base),
        raised(w.base.turned(off=("loop",))),
    )


def _c2_2(w: _World) -> Numbers:
    def waiting(h: Hypotheses) -> float:
        m = w.moment(h, "cue-only")
        return float(m.change(m.of(m.sweat_mg_per_min, SIDES[0])).mean())

    return (
        "rise of palm sweat at a cue that nothing follows",
        "mg/min",
        waiting(w.base),
        waiting(w.base.turned(off=("anticipation",))),
    )


def _c2_3(w: _World) -> Numbers:
    def fall(h: Hypotheses) -> float:
        stai = w.history(h).stai_s
        return float(np.mean(stai[END] - stai[0]))

    return (
        "STAI-S in a public task the day after ten sessions, change",
        "points",
        fall(w.base),
        fall(w.base.turned(off=("loop",))),
    )


def _c2_4(w: _World) -> Numbers:
    def avoided(h: Hypotheses) -> float:
        b = w.history(h).mind.avoidance
        return 100.0 * float(np.mean(b[END + 28] - b[0]))

    return (
        "occasions avoided four weeks after the course, change",
        "points of %",
        avoided(w.base),
        avoided(w.base.turned(off=("avoidance",))),
    )


def _c3_1(w: _World) -> Numbers:
    def together(h: Hypotheses) -> float:
        return float(w.moment(h, people=w.healthy).summary()["scl_change_uS"].mean())

    return (
        "skin conductance level in a sung song, healthy, change",
        "uS",
        together(w.base),
        together(w.base.turned(off=("arousal",))),
    )


def _c3_2(w: _World) -> Numbers:
    def ratio(h: Hypotheses) -> float:
        a, b = (w.moment(h, "mental-arithmetic", people=who) for who in (w.people, w.healthy))
        return float(a.change(a.sudomotor_drive).mean() / b.change(b.sudomotor_drive).mean())

    return (
        "rise of sudomotor drive in mental arithmetic, patients over controls",
        "ratio",
        ratio(w.base),
        ratio(w.base.turned(off=("gain",))),
    )


def _c3_3(w: _World) -> Numbers:
    def calmer(h: Hypotheses) -> float:
        open_, shut = (w.moment(h, block=b) for b in (0.0, _BLOCK))
        return float(
            np.mean(
                shut.window(shut.heart_period_ms, during=True)
                - open_.window(open_.heart_period_ms, during=True)
            )
        )

    return (
        "heart period in a public task under an acute block of the palms, change",
        "ms",
        calmer(w.base.turned(on=("afferent",))),
        calmer(w.base),
    )


def _c3_4(w: _World) -> Numbers:
    """Minutes in which threat falls by half after a task, after the course minus before it."""

    def quicker(h: Hypotheses) -> float:
        mood = w.history(h).mind.mood
        own = 1.0 + (w.p.value("mood_recovery") if "mood" in h else 0.0) * (mood[END + 28] - mood[0])
        half_s = 60.0 * w.p.value("threat_time_min") * float(np.log(2.0))
        return half_s * float(np.mean(np.maximum(own, 0.5) - 1.0))

    return (
        "time in which threat halves after a stressor, after the course minus before",
        "s",
        quicker(w.base.turned(on=("mood",))),
        quicker(w.base),
    )


def _c4_2(w: _World) -> Numbers:
    def steepest(h: Hypotheses) -> float:
        m, _ = setup(w.people, w.p, h)
        own = untreated(m)
        return float(np.max([loop_gain(load, m, own) for load in np.linspace(0.05, 1.0, 20)], axis=0).mean())

    return (
        "small-signal gain of the loop at its steepest load (1 and more can have two balances)",
        "1",
        steepest(w.base.turned(on=("strong_loop",))),
        steepest(w.base),
    )


def _c5_2(w: _World) -> Numbers:
    """What blocking blushing helps over what blocking the heart's response helps, against equal visibility."""
    names = ("visibility", "precision", "gain")
    alike = w.p.with_values(
        {f"channel_{c}_{name}": w.p.value(f"channel_blush_{name}") for c in CHANNELS for name in names}
    )

    def gap(p: Parameters) -> float:
        falls = []
        for one in ("blush", "heart"):
            threat = w.history(w.base, channel=one, p=p).mind.threat
            falls.append(float(np.mean(threat[END] - threat[0])))
        return falls[0] - falls[1]

    return "fall of threat when blushing is blocked, beyond that when the heart is", "1", gap(w.p), gap(alike)


def _c4_1(w: _World) -> Numbers:
    from sudomotor.evidence.claims_twin import joint_gain

    on, off = (joint_gain(w.n, w.seed, follows) for follows in (w.p.value("twin_anxiety_per_log"), 0.0))
    return (
        "gain of one fit of sweat and anxiety over two, on four weeks not fitted",
        "nats an answer",
        on,
        off,
    )


def _c5_1(w: _World) -> Numbers:
    from sudomotor.evidence.claims_twin import effort

    own, all_alike = effort(w.n, w.seed)
    return (
        "current a month that keeps them dry on four days of five: own interval, one for all",
        "min",
        own,
        all_alike,
    )


def _c5_3(w: _World) -> Numbers:
    def control(h: Hypotheses) -> float:
        k = w.history(h, SHAM).mind.control
        return float(np.mean(k[END] - k[0]))

    return (
        "perceived control (0 to 1) after ten sham sessions carried out oneself, change",
        "1",
        control(w.base.turned(on=("agency",))),
        control(w.base),
    )


_OF: dict[str, Callable[[_World], Numbers]] = {
    "C1.1": _c1_1, "C1.2": _c1_2, "C1.3": _c1_3, "C1.4": _c1_4, "C1.5": _c1_5, "C2.1": _c2_1, "C2.2": _c2_2,
    "C2.3": _c2_3, "C2.4": _c2_4, "C3.1": _c3_1, "C3.2": _c3_2, "C3.3": _c3_3, "C3.4": _c3_4, "C4.1": _c4_1, "C4.2": _c4_2,
    "C5.1": _c5_1, "C5.2": _c5_2, "C5.3": _c5_3,
}  # fmt: skip


def predict(
    ids: tuple[str, ...] | None = None,
    *,
    parameters: Parameters | None = None,
    people: int = 60,
    seed: int = 1,
    progress: Callable[[str], None] | None = None,
) -> list[Prediction]:
    """The predictions of the named claims, or of all, in the order of the register.

    Examples
    --------
    >>> kept = predict(("C1.2",), people=2)[0]
    >>> kept.on > 0.9 > 0.2 > kept.off
    True
    """
    world = _World(parameters or load(), people, seed)
    found = []
    for claim in register():
        if ids is not None and claim.id not in ids:
            continue
        if progress is not None:
            progress(claim.id)
        measure, unit, on, off = _OF[claim.id](world)
        found.append(Prediction(claim, measure, unit, float(on), float(off)))
    return found
