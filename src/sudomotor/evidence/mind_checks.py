"""What is published of the mind's side, held against one set of parameters: the checks, with tolerances stated first.

Each check is run by the same functions that a user calls. What was used to set a parameter is marked `fitted`: it is
reproduced, and no prediction.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sudomotor.course import Course
from sudomotor.model.channels import channel
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.reflex import first_fall, train
from sudomotor.model.scales import SIDES, stai_s
from sudomotor.parameters import Parameters, load
from sudomotor.person import draw
from sudomotor.simulation.loop import Mind, run_mind
from sudomotor.simulation.moment import Moment, stress_test
from sudomotor.simulation.panic_reference import reference_table
from sudomotor.simulation.simulate import simulate

Array = NDArray[np.float64]

PEOPLE = 60
SAD_HH, HH, SAD = "palmar hyperhidrosis with social anxiety", "palmar hyperhidrosis", "social anxiety"
_STEP_S, _MINUTES = 0.5, 12.0
_FALSE_MG_PER_MIN = 60.0  # what a false increase makes people believe: about a patient's sweat under stress
_DRY = 0.05  # what an operation leaves of the palms' sweat
_BELIEVED = 10.0  # an operation is believed in at once, as ten sessions
_IMPROVED, _WORSE = 0.9, 1.1


@dataclass(frozen=True)
class Row:
    """One number of a check.

    Attributes
    ----------
    check : number of the check.
    what : what is compared, in words.
    published : as the source has it, in words.
    predicted : what the model gives.
    low, high : the stated tolerance.
    unit : of predicted, low and high.
    fitted : whether a parameter was set with this figure in view.
    source : keys of the bibliography.
    """

    check: int
    what: str
    published: str
    predicted: float
    low: float
    high: float
    unit: str
    fitted: bool
    source: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether the prediction lies within the tolerance."""
        return self.low <= self.predicted <= self.high


def _song(kind: str, p: Parameters) -> Moment:
    return stress_test(kind, "sing-a-song", minutes=_MINUTES, people=PEOPLE, dt_s=_STEP_S, parameters=p)


def cohen_d(a: Array, b: Array) -> float:
    """Standardised difference a - b of two groups.

    >>> round(cohen_d(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 2.0])), 3)
    1.0
    """
    spread = np.sqrt(0.5 * (a.var(ddof=1) + b.var(ddof=1)))
    return float((a.mean() - b.mean()) / spread) if spread > 0 else 0.0


def check_1(p: Parameters) -> list[Row]:
    """A sung song: heart period, conductance, responses, RMSSD of healthy people (van der Mee et al. 2020)."""
    found = {name: float(values.mean()) for name, values in _song("healthy", p).summary().items()}
    rows = []
    for name, words, published, unit in (
        ("heart_period_change_ms", "change of the heart period", -118.46, "ms"),
        ("scl_change_uS", "change of the skin conductance level", 4.85, "uS"),
        ("ns_scr_change_per_min", "change of non-specific responses", 8.42, "1/min"),
        ("rmssd_change_ms", "change of RMSSD", -14.67, "ms"),
    ):
        low, high = sorted((0.75 * published, 1.25 * published))
        source = ("vandermee2020",)
        rows.append(
            Row(
                1,
                f"a sung song, healthy: {words}",
                f"{published:+.2f} {unit}",
                found[name],
                low,
                high,
                unit,
                True,
                source,
            )
        )
    return rows


def check_2(p: Parameters) -> list[Row]:
    """Within 10 s of the message, conductance and heart have left their usual range in most people."""
    moment = _song("healthy", p)
    start = moment.task_start_s
    t = moment.time_s
    before = (t > start - 60.0) & (t <= start)
    soon = (t > start) & (t <= start + 10.0)
    seen = np.zeros(moment.people.n, dtype=bool)
    for values, sign in ((moment.of(moment.conductance_uS, SIDES[0]), 1.0), (moment.heart_period_ms, -1.0)):
        change = sign * (values - values[before].mean(axis=0))
        limit = np.maximum(2.0 * values[before].std(axis=0), 1e-9)
        seen |= (change[soon] > limit).any(axis=0)
    return [
        Row(2, "people in whom conductance or heart shows the stress within 10 s", "18 of 20", 100.0 * float(seen.mean()),
            80.0, 100.0, "%", False, ("brouwer2014",)),
    ]  # fmt: skip


def check_3(p: Parameters) -> list[Row]:
    """Social anxiety against controls: far more felt, nothing different in the body (Klumbies et al. 2014)."""
    # the same seed gives both groups the same hearts, so that the difference is the expected one and not a draw's
    anxious, control = _song(SAD, p), _song("healthy", p)
    a, b = anxious.summary(), control.summary()
    feel = stai_s(a["threat_in_task"], p), stai_s(b["threat_in_task"], p)
    noise = np.random.default_rng(5).normal(0.0, p.value("stai_noise"), (2, PEOPLE))
    source = ("klumbies2014",)
    return [
        Row(3, "anxiety, social anxiety against controls", "higher throughout", cohen_d(feel[0] + noise[0], feel[1] + noise[1]),
            0.8, np.inf, "d", True, source),
        Row(3, "response of the heart, the same groups", "no difference",
            abs(cohen_d(a["heart_period_change_ms"], b["heart_period_change_ms"])), 0.0, 0.2, "|d|", True, source),
        Row(3, "response of RMSSD, the same groups", "no difference",
            abs(cohen_d(a["rmssd_change_ms"], b["rmssd_change_ms"])), 0.0, 0.2, "|d|", True, source),
    ]  # fmt: skip


def check_4(p: Parameters) -> list[Row]:
    """Hyperhidrosis against controls: about three times the sweat under stress, little more felt."""
    wet, control = _song(HH, p), _song("healthy", p)

    def palms(moment: Moment) -> float:
        return float(moment.window(moment.of(moment.sweat_mg_per_min, SIDES[0]), during=True).mean())

    felt = [float(m.window(m.threat, during=True).mean()) for m in (wet, control)]
    return [
        Row(4, "sweat in the task, hyperhidrosis over controls", "about three times", palms(wet) / palms(control),
            2.0, 4.0, "ratio", True, ("schote2022", "sakiyama2012")),
        Row(4, "threat in the task, hyperhidrosis minus controls", "not significantly higher (11 and 16 people)",
            felt[0] - felt[1], 0.0, 0.2, "0 to 1", True, ("schote2022",)),
    ]  # fmt: skip


def operation(p: Parameters, hypotheses: Hypotheses, *, days: int = 365, people: int = 40) -> Mind:
    """The palms dry for good from one day on, as after a sympathectomy, under one account."""
    group = draw(HH, people, 3, p)
    left = np.ones((days + 1, len(SIDES), people))
    left[1:, :2] = _DRY
    session = np.zeros((days + 1, people))
    session[0] = _BELIEVED
    return run_mind(group, left, session, parameters=p, hypotheses=hypotheses, seed=4)


def _feet(days: tuple[int, ...], p: Parameters) -> dict[str, Array]:
    """Sole sweat over before, (day, person), under each account, readings with their error."""
    error = p.value("gravimetry_noise_log_sd")
    found = {}
    for name in ("peripheral", "loop", "central", "expectation", "compensation"):
        ratio = operation(p, Hypotheses.parse(name)).sweat_ratio
        noise = np.random.default_rng(6).normal(0.0, error, (len(days) + 1, ratio.shape[1]))
        before = np.log(ratio[0]) + noise[0]
        found[name] = np.stack([np.exp(np.log(ratio[d]) + noise[i + 1] - before) for i, d in enumerate(days)])
    return found


def check_6(p: Parameters) -> list[Row]:
    """After the palms were dried by surgery the feet improve at first and less a year later (Wolosker et al. 2013)."""
    early, late = 0, 1
    found = _feet((30, 365), p)
    weight = {name: p.value(f"prior_{name}") for name in found}
    total = sum(weight.values())

    def mixed(of: Callable[[Array], float], when: int) -> float:
        return sum(weight[name] / total * of(values[when]) for name, values in found.items())

    def middle(values: Array) -> float:
        return 100.0 * (float(np.exp(np.log(values).mean())) - 1.0)

    def improved(values: Array) -> float:
        return 100.0 * float((values < _IMPROVED).mean())

    def worse(values: Array) -> float:
        return 100.0 * float((values > _WORSE).mean())

    source = ("wolosker2013",)
    return [
        Row(6, "untreated feet a month after dry hands, change of sweat", "partly improved", mixed(middle, early),
            -100.0, -1e-9, "%", False, source),
        Row(6, "of that gone by a year", "gone or reversed", mixed(middle, late) - mixed(middle, early),
            1e-9, np.inf, "points", False, source),
        Row(6, "feet improved, a year minus a month", "30 against 46 %", mixed(improved, late) - mixed(improved, early),
            -100.0, -1e-9, "points", False, source),
        Row(6, "feet worse, a year minus a month", "47 against 21 %", mixed(worse, late) - mixed(worse, early),
            1e-9, 100.0, "points", False, source),
    ]  # fmt: skip


def check_7(p: Parameters) -> list[Row]:
    """Across treated people, anxiety falls with the person's own sweat."""
    course = Course("Treat palms at 15 mA DC for 20 minutes, 3 times a week for 5 weeks")
    history = simulate(SAD_HH, course, days=35, people=200, seed=2, parameters=p)
    stream = np.random.default_rng(7)
    sweat = np.log(history.sweat_of("palms")[[0, 35]])
    sweat = sweat + stream.normal(0.0, p.value("gravimetry_noise_log_sd"), sweat.shape)
    anxiety = history.stai_s[[0, 35]]
    anxiety = anxiety + stream.normal(0.0, p.value("stai_noise"), anxiety.shape)
    r = float(np.corrcoef(sweat[1] - sweat[0], anxiety[1] - anxiety[0])[0, 1])
    return [
        Row(7, "correlation of the falls of anxiety and of sweat, 200 people, 5 weeks", "positive (p = 0.015, 81 people)", r,
            0.2, 0.7, "r", False, ("oxybutynin2021",)),
    ]  # fmt: skip


def check_8(p: Parameters) -> list[Row]:
    """A false increase of what one seems to sweat raises threat and not the drive."""
    true, false = (
        stress_test(
            SAD_HH, "sing-a-song", minutes=_MINUTES, people=PEOPLE, dt_s=_STEP_S, feedback_mg_per_min=extra,
            parameters=p,
        )
        for extra in (0.0, _FALSE_MG_PER_MIN)
    )  # fmt: skip
    threat = [float(m.window(m.threat, during=True).mean()) for m in (true, false)]
    drive = [float(m.window(m.drive, during=True).mean()) for m in (true, false)]
    source = ("wild2008", "makkar2013", "papageorgiou2002")
    return [
        Row(8, "threat, false increase minus none", "raised", threat[1] - threat[0], 1e-3, 1.0, "0 to 1", False, source),
        Row(8, "drive, false increase over none", "heart rate unchanged", 100.0 * (drive[1] / drive[0] - 1.0), -5.0, 5.0,
            "%", False, source),
    ]  # fmt: skip


def blocked_channel(name: str, p: Parameters, *, people: int = 40, left: float = 0.08) -> float:
    """Change of threat in a public task when a response is blocked, nothing learned yet."""
    group = draw(SAD_HH, people, 3, p)
    open_, shut = np.ones((2, len(SIDES), people)), np.ones((2, len(SIDES), people))
    shut[:, :2] = left
    if name != "sweat":
        shut[:] = left
    none = np.zeros((2, people))
    one = channel(name, p)
    threat = [
        run_mind(group, r, none, parameters=p, hypotheses=Hypotheses.evidence(), channel=one).threat[0].mean()
        for r in (open_, shut)
    ]
    return float(threat[1] - threat[0])


def check_9(p: Parameters) -> list[Row]:
    """Blocking a response that nobody sees changes nothing that is felt."""
    return [
        Row(9, "threat after a block of the heart's response", "no benefit of beta-blockers (179 people)",
            abs(blocked_channel("heart", p)), 0.0, 0.02, "|change|", False, ("archer2024", "steenen2016")),
    ]  # fmt: skip


def check_10(p: Parameters) -> list[Row]:
    """Trains of shocks: when the skin response falls, and whether a second one 1.5 s later gives any."""
    return [
        Row(10, "first response that falls, 10 s apart, 55 people", "the 7th", float(first_fall(10.0, 55, p) or 99), 7.0, 7.0,
            "shock", True, ("ssr10s",)),
        Row(10, "first response that falls, 5 s apart", "the 2nd", float(first_fall(5.0, 55, p) or 99), 2.0, 2.0, "shock",
            True, ("ssr10s",)),
        Row(10, "second response at 1.5 s, healthy", "none", float(train(1.5, 2, p)[1]), 0.0, 0.0, "ratio", True, ("manca2000",)),
        Row(10, "second response at 1.5 s, hyperhidrosis", "began", float(train(1.5, 2, p, patient=True)[1]), 0.01, 1.0,
            "ratio", True, ("manca2000",)),
    ]  # fmt: skip


def check_11(p: Parameters) -> list[Row]:
    """The panic model of Robinaugh et al. 2019, re-implemented from its equations, against reference runs."""
    rows = reference_table(p)
    return [
        Row(11, f"reference figures of the panic model within the spread over seeds, of {len(rows)}", f"{len(rows)}",
            float(sum(row.inside for row in rows)), float(len(rows)), float(len(rows)), "figures", True, ("robinaugh2019",)),
    ]  # fmt: skip


def check_12(p: Parameters) -> list[Row]:
    """After a block that let nothing be unlearned, release brings relapse; with it, therapy unlearns less."""
    from sudomotor.simulation.panic import panic_course

    blocked = panic_course(
        84, patients=8, schema_start=0.8, escape_start=0.2, gain=(0.5, 0, 42), parameters=p
    )
    free = panic_course(84, patients=8, schema_start=0.8, escape_start=0.2, parameters=p)
    before, after, never = (
        float(values.mean()) for values in (blocked.schema[42], blocked.schema[84], free.schema[84])
    )
    relapse = 100.0 * (after - before) / (never - before)
    therapy, both = (
        float(
            panic_course(
                42, patients=8, schema_start=0.8, escape_start=0.2, gain=gain, cbt=True, parameters=p
            )
            .schema[42]
            .mean()
        )
        for gain in (1.0, 0.5)
    )
    return [
        Row(12, "relapse on release of a block, of what an untreated person reaches", "complete", relapse, 90.0, 110.0, "%",
            False, ("lovibond2009", "robinaugh2019")),
        Row(12, "belief left after therapy: with a block minus without", "unlearns less", both - therapy, 0.02, 1.0,
            "0 to 1", False, ("lovibond2009", "robinaugh2019")),
    ]  # fmt: skip


CHECKS: tuple[Callable[[Parameters], list[Row]], ...] = (
    check_1, check_2, check_3, check_4, check_6, check_7, check_8, check_9, check_10, check_11, check_12,
)  # fmt: skip


def run_checks(parameters: Parameters | None = None) -> list[Row]:
    """All checks with one parameter set."""
    p = parameters or load()
    return [row for check in CHECKS for row in check(p)]


def held(rows: list[Row]) -> dict[int, bool]:
    """Whether every row of each check holds, by its number."""
    return {
        number: all(row.holds for row in rows if row.check == number)
        for number in sorted({r.check for r in rows})
    }
