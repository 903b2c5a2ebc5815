"""The posterior: its density against derivations by hand, its search and its weights against targets that are known exactly."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit, gammaincc, log_ndtr, logsumexp
from scipy.stats import chisquare, norm

from sudomotor.diary import Diary, Entry
from sudomotor.model.hypotheses import Hypotheses
from sudomotor.model.scales import SINGULAR, SITES
from sudomotor.parameters import load
from sudomotor.person import Person, median_person
from sudomotor.simulation.simulate import renewal_factor, simulate
from sudomotor.twin.doses import effects, laid_out
from sudomotor.twin.grid import Grid, Kind, grid, place_sessions, sides_of
from sudomotor.twin.kinetics import Sessions, run, start
from sudomotor.twin.likelihood import ENDS, blocks, diary_data, kinetics_of, levels, turns, with_ends
from sudomotor.twin.posterior import (
    K_TRUSTED,
    RHAT_TRUSTED,
    Draws,
    Peak,
    Target,
    climb,
    descend,
    gaussian,
    importance,
    smooth,
    target,
)  # fmt: skip
from sudomotor.twin.priors import COUNT, INDEX, NAMES, prior, values

WHO = Person.preset("palmar hyperhidrosis")
MONDAY = datetime.date(2026, 3, 2)


def entry(day: int, hour: int | None = None, **said: object) -> Entry:
    time = None if hour is None else datetime.time(hour)
    return Entry(date=MONDAY + datetime.timedelta(days=day), time=time, site="palms", **said)  # type: ignore[arg-type]


def everything() -> Diary:
    """Three weeks with every kind of entry, three sessions, and readings on both sides of a session."""
    rows = [
        entry(0, hdss=3, wetness_0_10=6.0, anxiety_0_10=5.0, temperature_C=21.0),
        entry(1, 8, hdss=4, wetness_0_10=10.0, event="exam", anxiety_0_10=10.0),
        entry(1, 9, current_mA=15.0, minutes=20.0),
        entry(1, 18, hdss=3, wetness_0_10=5.0),
        entry(4, sweat_mg=150.0, sweat_minutes=5.0, current_mA=15.0, minutes=20.0, temperature_C=25.0),
        entry(5, sweat_mg=0.0, sweat_minutes=5.0, hdss=1),
        entry(8, 7, current_mA=10.0, minutes=15.0, hdss=2, wetness_0_10=0.0, anxiety_0_10=0.0),
        entry(12, 8, hdss=2, wetness_0_10=3.0, temperature_C=28.0),
        entry(12, 20, hdss=3),
        entry(20, hdss=2, sweat_mg=40.0, sweat_minutes=4.0, event="heat", anxiety_0_10=4.0),
    ]
    return Diary.of(rows, source="all measures")


def target_of(g: Grid, account: str = "charge") -> Target:
    p = load(account=account)
    of = prior(WHO, account, p)
    return target(diary_data(g, of, WHO, p), (of.stages_to_block, of.repair_stages), g.sites)


@pytest.fixture(scope="module")
def full() -> Target:
    return target_of(grid(everything()))


@pytest.fixture(scope="module")
def points() -> np.ndarray:
    return np.random.default_rng(5).normal(size=(COUNT, 8))


# the density


def test_the_gradient_is_that_of_central_differences(full, points):
    assert full.has == ("hdss", "wetness", "anxiety", "log_rate", ENDS)
    z, step = points[:, 0], 1e-5
    gradient = full.value_and_gradient(z[:, None])[1][:, 0]
    moved = z[:, None] + step * np.concatenate([np.eye(COUNT), -np.eye(COUNT)], axis=1)
    log_p = full.log_likelihood(moved) - 0.5 * np.sum(moved**2, axis=0)
    differences = (log_p[:COUNT] - log_p[COUNT:]) / (2.0 * step)
    np.testing.assert_allclose(gradient, differences, rtol=1e-6, atol=1e-6)
    # each trait that is said to matter does, and the others only by their prior
    assert np.all(np.abs(gradient + z)[full.active] > 1e-4)
    np.testing.assert_allclose((gradient + z)[~full.active], 0.0, atol=1e-12)


def test_the_value_is_the_likelihood_times_the_prior(full, points):
    z = points[:, 0]
    value, _ = full.value_and_gradient(z[:, None])
    assert value[0] == pytest.approx(full.log_likelihood(z[:, None])[0] - 0.5 * z @ z, abs=1e-9)
    a = z[full.active]
    assert full.log_posterior(z[:, None])[0] == pytest.approx(
        full.log_likelihood(z[:, None])[0] + norm.logpdf(a).sum(), abs=1e-9
    )


def test_gradients_side_by_side_are_those_one_by_one(full, points):
    values, gradients = full.value_and_gradient(points)
    for i in range(points.shape[1]):
        value, gradient = full.value_and_gradient(points[:, i : i + 1])
        assert values[i] == pytest.approx(value[0], rel=1e-12)
        np.testing.assert_allclose(gradients[:, i], gradient[:, 0], rtol=1e-9, atol=1e-9)


def test_the_number_of_sets_in_a_batch_does_not_matter(full, points):
    whole = full.log_likelihood(np.tile(points, 20))
    np.testing.assert_allclose(
        whole.reshape(20, 8), np.tile(full.log_likelihood(points), (20, 1)), rtol=1e-12
    )


def test_padding_does_not_change_the_likelihood(full, points):
    """Twice as many days and rows as are needed, and not a digit moves but the last ones."""
    g = grid(everything())
    days, rows = len(g.logged), len(g.day)

    def more(x: np.ndarray, n: int, fill: float) -> np.ndarray:
        return np.concatenate([x, np.full((n, *x.shape[1:]), fill, dtype=x.dtype)])

    longer = replace(
        g,
        held=replace(g.held, kind=more(g.held.kind, days, -1), role=more(g.held.role, days, 0)),
        **{name: more(getattr(g, name), rows, 0) for name in ("day", "after", "site", "weight", "empty")},
        **{name: more(getattr(g, name), rows, np.nan) for name in ("hdss", "log_rate", "wetness", "anxiety")},
        **{name: more(getattr(g, name), days, 0) for name in ("event", "weekend", "degrees")},
        logged=more(g.logged, days, np.nan), other=more(g.other, days, 1.0),
        week=np.arange(2 * days) // 7,
    )  # fmt: skip
    np.testing.assert_allclose(
        target_of(longer).log_likelihood(points), full.log_likelihood(points), rtol=1e-11
    )


def test_the_order_of_rows_does_not_change_the_likelihood(full, points):
    g = grid(everything())
    turned = np.random.default_rng(1).permutation(len(g.day))
    by_row = ("day", "after", "weight", "site", "hdss", "log_rate", "empty", "wetness", "anxiety")
    other = target_of(replace(g, **{name: getattr(g, name)[turned] for name in by_row}))
    np.testing.assert_allclose(other.log_likelihood(points), full.log_likelihood(points), rtol=1e-11)


def rows_of(at: Target, found: list[tuple[int, int]], **also: np.ndarray) -> Target:
    """The same target with other answers: (day, HDSS) of each, and no word on when there was an entry."""
    d = at.data
    blank = {
        name: np.full_like(d[name], np.nan) for name in ("hdss", "wetness", "anxiety", "log_rate", "logged")
    }
    blank["hdss"][: len(found)] = [answer for _, answer in found]
    day = np.zeros_like(d["day"])
    day[: len(found)] = [each for each, _ in found]
    first = np.arange(len(day)) < len(found)
    new = {
        **d, **blank, "day": day, "at": day, "turn": turns(day, first, len(d["logged"])),
        "weight": np.where(first[:, None], [0.5, 0.5], 0.0), "event": 0.0 * d["event"], "degrees": 0.0 * d["degrees"],
        "weekend": 0.0 * d["weekend"], "empty": 0.0 * d["empty"], "hits": 0.0 * d["hits"], "fast": 0.0 * d["fast"], **also,
    }  # fmt: skip
    return replace(at, data=with_ends(new))


def test_hundreds_of_readings_of_one_day_are_each_counted(full):
    """Where day and week bring nothing, readings are independent, also when all of them together are less likely than 1e-308."""
    z = np.zeros((COUNT, 1))
    z[INDEX["start_block"]], z[INDEX["day_sd"]], z[INDEX["week_sd"]] = -20.0, -60.0, -60.0
    z[INDEX["hdss_shift"]] = 3.0
    g, count = grid(everything()), 300
    wide = replace(
        g, **{name: np.resize(getattr(g, name), (512, *getattr(g, name).shape[1:])) for name in
              ("day", "after", "site", "weight", "empty", "hdss", "log_rate", "wetness", "anxiety")},
    )  # fmt: skip
    made = rows_of(target_of(wide), [(3, 1)] * count)
    one = float(rows_of(full, [(3, 1)]).log_likelihood(z)[0])
    assert count * one < math.log(np.finfo(float).tiny)
    assert made.log_likelihood(z)[0] == pytest.approx(count * one, rel=1e-9)
    assert np.all(np.isfinite(made.value_and_gradient(np.ones((COUNT, 1)))[1]))


def test_that_no_answer_is_at_an_end_saves_work_and_changes_nothing(points):
    rows = [entry(0, hdss=3, wetness_0_10=6.0, anxiety_0_10=5.0), entry(3, sweat_mg=150.0, sweat_minutes=5.0)]
    at = target_of(grid(Diary.of(rows, source="no ends")))
    assert at.has == ("hdss", "wetness", "anxiety", "log_rate")
    whole = replace(at, has=(*at.has, ENDS))
    np.testing.assert_allclose(whole.log_likelihood(points), at.log_likelihood(points), rtol=1e-12)


def test_two_readings_of_one_day_share_what_the_day_brought(full):
    """What a day brings makes two answers of a day alike; answers of different weeks far apart know nothing of each other."""
    z = np.zeros((COUNT, 1))
    z[INDEX["start_block"]] = -20.0
    z[INDEX["day_sd"]], z[INDEX["week_sd"]], z[INDEX["hdss_slope"]] = 2.5, -6.0, 3.0

    def log_p(*found: tuple[int, int]) -> float:
        return float(rows_of(full, list(found)).log_likelihood(z)[0])

    for first, second in ((4, 4), (2, 2), (4, 1), (2, 3)):
        alone = log_p((3, first)) + log_p((3, second))
        apart = log_p((3, first), (17, second))
        same = log_p((3, first), (3, second))
        assert apart == pytest.approx(alone, abs=5e-3)
        assert same - alone > 0.1 if first == second else same - alone < -0.1


def test_readings_of_one_week_share_what_the_week_brought(full):
    z = np.zeros((COUNT, 1))
    z[INDEX["start_block"]] = -20.0
    z[INDEX["day_sd"]], z[INDEX["week_sd"]], z[INDEX["hdss_slope"]] = -6.0, 2.5, 3.0

    def log_p(memory: float, *found: tuple[int, int]) -> float:
        z[INDEX["week_memory"]] = memory
        return float(rows_of(full, list(found)).log_likelihood(z)[0])

    alone = 2.0 * log_p(0.0, (0, 4))
    week, next_week, far = (log_p(0.0, (0, 4), (day, 4)) - alone for day in (6, 7, 49))
    assert week > next_week > far > -1e-9
    assert week > 0.1
    # a week that is forgotten at once leaves nothing for the next
    assert log_p(-40.0, (0, 4), (7, 4)) == pytest.approx(alone, abs=1e-6)
    # and one that never passes is the same week for ever
    assert log_p(40.0, (0, 4), (49, 4)) - alone == pytest.approx(week, abs=1e-6)


def test_a_reading_after_the_session_sees_what_the_session_did():
    def level(hour: int) -> float:
        """Log sweat of a reading at some hour of a day with a session at noon."""
        diary = Diary.of(
            [
                entry(0, hdss=3),
                entry(1, 12, current_mA=15.0, minutes=20.0),
                entry(1, hour, hdss=3),
                entry(9, hdss=3),
            ]
        )
        g = grid(diary)
        of = prior(WHO, "charge", load(account="charge"))
        d = diary_data(g, of, WHO, load(account="charge"))
        t = values(np.zeros((COUNT, 1)), of.middle, of.spread)
        _, before, after = blocks(t, d, of.stages_to_block, of.repair_stages, np)
        u, _ = levels(t, d, before, after, np)
        row = int(np.flatnonzero(g.day == 1)[0])
        b = (after if hour > 12 else before)[1, :, 0]
        by_hand = math.log(t["baseline_palms"][0]) + math.log(1.0 - (1.0 - t["unreached"][0]) * b.mean())
        assert u[row, 0] == pytest.approx(by_hand, abs=1e-12)
        return float(u[row, 0])

    assert level(18) < level(8) - 1e-3


def test_days_and_weeks_are_integrated_out_as_by_brute_force(full):
    """A tiny diary by Monte Carlo: normal days, weeks that keep a part of the last one, and each likelihood written down anew."""
    p = load(account="charge")
    of = prior(WHO, "charge", p)
    z = np.random.default_rng(8).normal(size=COUNT) * 0.5
    z[INDEX["start_block"]] = -20.0
    z[INDEX["week_sd"]], z[INDEX["week_memory"]] = 1.0, 0.5
    # answers that scatter widely, or a plain Monte Carlo would need millions
    z[INDEX["wetness_noise"]], z[INDEX["anxiety_noise"]] = 2.5, 2.5
    t = {name: float(x[0]) for name, x in values(z[:, None], of.middle, of.spread).items()}
    rows = [
        (0, 3, 6.0, np.nan),
        (0, 4, np.nan, 4.0),
        (5, 2, 0.0, 10.0),
        (8, 3, 10.0, 0.0),
        (12, 4, np.nan, np.nan),
    ]
    wrote = np.full(len(full.data["logged"]), np.nan)
    wrote[1:12] = 0.0
    wrote[[5, 8]] = 1.0
    events = np.zeros(len(wrote))
    events[8] = 1.0
    made = rows_of(full, [(day, hdss) for day, hdss, _, _ in rows], logged=wrote, event=events)
    for i, (_, _, wet, fear) in enumerate(rows):
        made.data["wetness"][i], made.data["anxiety"][i] = wet, fear
    made.data["habit"] = np.zeros_like(full.data["habit"])
    weighed = math.log(t["baseline_palms"]) + 0.1
    made.data["log_rate"][4] = weighed
    made = replace(made, data=with_ends(made.data))
    ours = float(made.log_likelihood(z[:, None])[0])

    rng, n = np.random.default_rng(2), 1_000_000
    half = of.hdss_half_log[SITES.index("palms")]
    week = [rng.normal(size=n)]
    week.append(t["week_memory"] * week[0] + math.sqrt(1 - t["week_memory"] ** 2) * rng.normal(size=n))
    u = {
        day: math.log(t["baseline_palms"]) + t["week_sd"] * week[day // 7] + t["day_sd"] * rng.normal(size=n)
        + t["event"] * events[day]
        for day in range(13)
    }  # fmt: skip

    def scale(answer: float, mean: np.ndarray, noise: float) -> np.ndarray:
        if answer == 0:
            return log_ndtr(-mean / noise)
        return log_ndtr((mean - 10.0) / noise) if answer == 10 else norm.logpdf(answer, mean, noise)

    total = np.zeros(n)
    for day, hdss, wet, fear in rows:
        x = u[day] - half
        steps = [expit(t["hdss_slope"] * (x + t["hdss_shift"] - s * t["hdss_spacing"])) for s in (-1, 0, 1)]
        chance = [a - b for a, b in pairwise([np.ones(n), *steps, np.zeros(n)])][hdss - 1]
        total += np.log(0.98 * chance + 0.005)
        if np.isfinite(wet):
            total += scale(wet, t["wetness_middle"] + t["wetness_slope"] * x, t["wetness_noise"])
        if np.isfinite(fear):
            mean = t["anxiety_middle"] + t["anxiety_slope"] * x + t["anxiety_event"] * events[day]
            total += scale(fear, mean, t["anxiety_noise"])
    total += math.log(1 - of.weighing_zero) + norm.logpdf(weighed, u[12], t["weighing_noise"])
    for day in range(1, 12):
        writes = expit(t["logging"] + t["logging_wet"] * (u[day] - half))
        total += np.log(writes if wrote[day] else 1.0 - writes)
    brute = logsumexp(total) - math.log(n)
    error = float(np.std(np.exp(total - total.max())) / np.mean(np.exp(total - total.max())) / math.sqrt(n))
    assert of.lapse == 0.02
    assert error < 0.01
    # seven nodes each leave 0.04 of this sum; twenty-five leave 0.001
    assert ours == pytest.approx(brute, abs=0.075)


# the block, against the full course model

COURSES = {
    "Treat palms at 15 mA DC for 20 minutes, 3 times a week for 5 weeks": (
        60, 1, [(d + 7 * w, Kind("palms", 15.0, 20.0)) for w in range(5) for d in (0, 2, 4)],
    ),
    "Treat palms at 15 mA DC for 20 minutes, daily for 2 weeks; Treat palms at 10 mA DC for 15 minutes, once a week": (
        50, 1, [(d, Kind("palms", 15.0, 20.0)) for d in range(14)] + [(d, Kind("palms", 10.0, 15.0)) for d in range(14, 51, 7)],
    ),
    "Treat palms at 10 mA DC for 10 minutes, 2 times a day for 3 weeks": (
        40, 2, [(d, Kind("palms", 10.0, 10.0)) for d in range(21) for _ in range(2)],
    ),
}  # fmt: skip


@pytest.mark.parametrize("account", ["charge", "acid"])
@pytest.mark.parametrize("words", COURSES)
def test_the_block_of_a_diary_is_that_of_the_course_model(words, account):
    """The same sessions, the person in the middle: by day and by the full model, to the tenth digit."""
    days, per_day, sessions = COURSES[words]
    p = load(account=account)
    one = median_person(WHO, p)
    course = simulate(
        one, words, days=days, parameters=p, hypotheses=Hypotheses.peripheral().with_mechanism(account), backend="numpy"
    )  # fmt: skip
    of = prior(WHO, account, p)
    held = place_sessions(
        [(day, kind, "both", None) for day, kind in sessions],
        sides_of(["palms"]),
        (days + 1) * per_day,
        per_day,
    )
    hits, fast, _ = effects(held.kinds, WHO, account, p)
    unreached = p.value("unreached_fraction")
    repair = p.value("repair_days") * one["repair_time_factor"] * renewal_factor(one.age_years, p)
    raw = {
        "strength": 0.0, "fast": 0.0, "repair_days": math.log(repair[0]),
        "heal_days": math.log(p.value("hit_healing_days")), "unreached": math.log(unreached / (1.0 - unreached)),
    }  # fmt: skip
    z = np.zeros((COUNT, 1))
    for name, value in raw.items():
        z[INDEX[name]] = (value - of.middle[INDEX[name]]) / of.spread[INDEX[name]]
    t = {**values(z, of.middle, of.spread), "start_block": np.zeros(1)}
    kin = kinetics_of(t, np.asarray(of.rehit), np.asarray(of.fast_days), np)
    state = start(kin, 2, of.stages_to_block, of.repair_stages, np)
    _, (before, after) = run(kin, Sessions(laid_out(held, hits), laid_out(held, fast)), state, 1.0 / per_day)
    palms = [course.sides.index(side) for side in ("left palm", "right palm")]
    assert course.blocked[:, palms].max() > 0.2
    np.testing.assert_allclose(before[::per_day], course.blocked[:, palms], rtol=0, atol=1e-10)
    # the course ends with the first slot of its last day
    told = course.blocked_after[:-1, palms]
    np.testing.assert_allclose(after[per_day - 1 :: per_day][:-1], told, rtol=0, atol=1e-10)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_what_was_blocked_before_the_diary_is_repaired_in_it(share):
    """No gland is made or lost, and without a session the stages of repair empty by the gamma law, each from its own place."""
    t = values(np.zeros((COUNT, 1)), np.zeros(COUNT), np.ones(COUNT))
    t |= {"start_block": np.array([share]), "repair_days": np.array([20.0]), "heal_days": np.array([9.0])}
    kin = kinetics_of(t, np.asarray(0.2), np.asarray(2.0), np)
    k, m, days = 4, 3, 40
    state = start(kin, 1, k, m, np)
    assert state.open.sum() + state.blocked.sum() == pytest.approx(1.0)
    none = np.zeros((days, 7, 1, 1))
    last, (before, _) = run(kin, Sessions(none, none), state, 1.0)
    # one third waits for one stage more, one for two, one for three
    at = np.arange(days) * m / 20.0
    left = np.mean([gammaincc(stages, at) for stages in (1, 2, 3)], axis=0)
    np.testing.assert_allclose(before[:, 0, 0], share * left, atol=1e-9)
    assert last.open.sum() + last.blocked.sum() == pytest.approx(1.0)


# the search and the weights, against targets that are known


class Known:
    """A target over the first few traits that is a mixture of Gaussians: its density, its evidence, its moments are known."""

    def __init__(
        self, log_shares: list[float], middles: list[np.ndarray], covariances: list[np.ndarray]
    ) -> None:
        self.n = len(middles[0])
        self.active = np.arange(COUNT) < self.n
        self.log_evidence = float(logsumexp(log_shares))
        self.parts = [
            (share, middle, np.linalg.inv(spread), -0.5 * np.linalg.slogdet(2.0 * math.pi * spread)[1])
            for share, middle, spread in zip(log_shares, middles, covariances, strict=True)
        ]

    def log_posterior(self, z: np.ndarray) -> np.ndarray:
        a = z[: self.n]
        return logsumexp(
            [
                share + c - 0.5 * np.sum((a.T - mu).T * (q @ (a.T - mu).T), axis=0)
                for share, mu, q, c in self.parts
            ],
            axis=0,
        )

    def value_and_gradient(self, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        each = np.array([self._at(column) for column in z.T], dtype=object)
        return each[:, 0].astype(float), np.stack(each[:, 1], axis=1)

    def _at(self, z: np.ndarray) -> tuple[float, np.ndarray]:
        a = z[: self.n]
        each = [share + c - 0.5 * (a - mu) @ q @ (a - mu) for share, mu, q, c in self.parts]
        weight = np.exp(np.array(each) - logsumexp(each))
        gradient = -z.copy()
        gradient[: self.n] = sum(
            -w * q @ (a - mu) for w, (_, mu, q, _) in zip(weight, self.parts, strict=True)
        )
        return float(logsumexp(each)) + 0.5 * self.n * math.log(2.0 * math.pi), gradient


MIDDLE = np.array([0.7, -1.1, 0.2])
SPREAD = np.array([[0.5, 0.2, 0.0], [0.2, 0.3, -0.1], [0.0, -0.1, 0.9]])
EVIDENCE = -37.5


@pytest.fixture
def gauss() -> Known:
    return Known([EVIDENCE], [MIDDLE], [SPREAD])


def test_on_a_gaussian_laplace_is_exact(gauss):
    peak = climb(gauss, seed=1)
    assert (peak.starts, peak.agreed) == (4, 4)
    np.testing.assert_allclose(peak.z[:3], MIDDLE, atol=1e-5)
    np.testing.assert_array_equal(peak.z[3:], 0.0)
    np.testing.assert_allclose(peak.covariance, SPREAD, atol=1e-6)
    drawn = gaussian(gauss, peak, draws=20_000)
    assert drawn.log_evidence == pytest.approx(EVIDENCE, abs=1e-6)
    np.testing.assert_allclose(drawn.z[:3].mean(axis=1), MIDDLE, atol=0.03)
    np.testing.assert_allclose(np.cov(drawn.z[:3]), SPREAD, atol=0.03)
    assert not drawn.trusted


def test_importance_sampling_finds_the_moments_and_the_evidence_of_a_gaussian(gauss):
    found = importance(gauss, climb(gauss), seed=3, draws=20_000)
    assert found.trusted
    assert found.method == "laplace"
    assert found.log_evidence == pytest.approx(EVIDENCE, abs=0.02)
    mean = found.z[:3] @ found.weight
    np.testing.assert_allclose(mean, MIDDLE, atol=0.02)
    np.testing.assert_allclose(np.cov(found.z[:3], aweights=found.weight), SPREAD, atol=0.03)
    # what the target says nothing of keeps its prior
    rest = found.z[3:]
    assert abs(rest.mean()) < 0.01
    assert rest.std() == pytest.approx(1.0, abs=0.01)


def test_a_bad_proposal_is_flagged_and_is_fitted_anew(gauss):
    """A neighbourhood that is far too narrow has weights of a heavy tail; given turns, the proposal widens until they have not."""
    narrow = Peak(climb(gauss).z, 0.0, 0.01 * SPREAD, 4, 4)
    once = importance(gauss, narrow, seed=1, rounds=1)
    assert once.pareto_k > K_TRUSTED
    assert not once.trusted
    mended = importance(gauss, narrow, seed=1, rounds=6)
    assert mended.trusted
    assert "fitted anew" in mended.method
    assert mended.log_evidence == pytest.approx(EVIDENCE, abs=0.15)
    aside = Peak(np.concatenate([MIDDLE + 4.0, np.zeros(COUNT - 3)]), 0.0, 0.1 * SPREAD, 4, 4)
    assert not importance(gauss, aside, seed=1, rounds=1).trusted


def test_the_climb_finds_the_better_of_two_modes():
    small = 0.02 * np.eye(2)
    # the start in the middle lies on the slope of the worse one
    near, far = np.array([0.5, 0.5]), np.array([-1.0, -1.0])
    at = Known([math.log(0.2), math.log(0.8)], [near, far], [small, small])
    alone = climb(at, starts=1)
    assert alone.z[:2] == pytest.approx(near, abs=0.05)
    peak = climb(at, starts=8, seed=1)
    assert peak.z[:2] == pytest.approx(far, abs=1e-3)
    assert peak.value > alone.value + 1.0
    assert 0 < peak.agreed < peak.starts == 8


def test_a_climb_that_is_told_where_to_begin_begins_there():
    small = 0.02 * np.eye(2)
    at = Known([0.0, 0.0], [np.array([2.0, 2.0]), np.array([-2.0, -2.0])], [small, small])
    begin = np.zeros(COUNT)
    begin[:2] = -1.5
    assert climb(at, starts=1, first=begin).z[:2] == pytest.approx([-2.0, -2.0], abs=1e-3)


def test_the_descent_finds_the_bottom_of_bent_valleys_from_every_side():
    """Rosenbrock's valley (1960) in ten dimensions, where a plain gradient crawls; as SciPy's own BFGS finds it."""
    from scipy.optimize import minimize, rosen, rosen_der

    begin = np.random.default_rng(3).uniform(0.0, 2.0, size=(10, 6))
    calls = [0]

    def valley(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        calls[0] += 1
        return rosen(a), rosen_der(a)

    ends, values = descend(valley, begin)
    theirs = [minimize(rosen, each, jac=rosen_der, method="BFGS") for each in begin.T]
    np.testing.assert_allclose(ends, np.stack([one.x for one in theirs], axis=1), atol=1e-3)
    np.testing.assert_allclose(values, [one.fun for one in theirs], atol=1e-6)
    assert calls[0] < 2 * max(one.nfev for one in theirs)


def test_the_descent_steps_back_from_where_there_is_no_value():
    """A wall right beside the lowest point, and one start that has no value at all: it stays, the others go on."""

    def walled(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inside = a[0] > 0.0
        x = np.where(inside, a, 1.0)
        return np.where(inside, (x - np.log(x))[0], np.inf), np.where(inside, 1.0 - 1.0 / x, 0.0)

    ends, values = descend(walled, np.array([[8.0, 1e-3, -1.0]]))
    np.testing.assert_allclose(ends, [[1.0, 1.0, -1.0]], atol=1e-4)
    assert values[2] == np.inf


@pytest.mark.parametrize("shape", [0.2, 0.5, 0.9])
def test_the_shape_of_a_pareto_tail_is_found(shape):
    """Log weights that are exponential times k are Pareto with shape k, all the way down."""
    found = [smooth(shape * np.random.default_rng(i).exponential(size=20_000))[1] for i in range(8)]
    assert np.mean(found) == pytest.approx(shape, abs=0.08)
    assert (np.mean(found) > K_TRUSTED) == (shape > K_TRUSTED)


def test_smoothing_touches_the_tail_alone_and_keeps_its_order():
    raw = 0.8 * np.random.default_rng(4).exponential(size=4000)
    smoothed, _ = smooth(raw)
    order, tail = np.argsort(raw), 190  # 3 sqrt(4000)
    np.testing.assert_allclose(smoothed[order[:-tail]], raw[order[:-tail]] - raw.max())
    assert np.all(np.diff(smoothed[order]) >= -1e-12)
    assert smoothed.max() <= 0.0
    # one wild weight is taken for what the rest of the tail says it should be
    wild = np.append(raw, raw.max() + 5.0)
    tamed = smooth(wild)[0]
    assert tamed[-1] == tamed.max()
    assert tamed[-1] - np.sort(tamed)[-2] < 3.0 < 5.0


def test_resampling_keeps_the_weights():
    rng = np.random.default_rng(1)
    weight = rng.dirichlet(np.full(25, 0.5))
    draws = Draws(np.tile(np.arange(25.0), (COUNT, 1)), weight, 0.1, 10.0, 0.0, "laplace")
    # systematic: each draw as often as it should be, to the next whole number
    many = draws.equal(1000, seed=1)[0].astype(int)
    assert np.all(np.abs(np.bincount(many, minlength=25) - 1000 * weight) < 1.0)
    # and a single one by chance
    single = np.array([draws.equal(1, seed=seed)[0, 0] for seed in range(3000)]).astype(int)
    often = weight > 2e-3
    counts = np.bincount(single, minlength=25)
    seen = np.append(counts[often], counts[~often].sum())
    expected = 3000 * np.append(weight[often], weight[~often].sum())
    assert chisquare(seen, expected).pvalue > 1e-3


@pytest.mark.parametrize("site", SITES)
def test_the_sides_of_the_first_site_are_those_that_a_day_is_looked_at_by(site):
    other = next(each for each in SITES if each != site)
    g = grid(Diary.of([replace(entry(0, hdss=3), site=site), replace(entry(1, hdss=2), site=other)]))
    data = target_of(g).data
    assert g.sites[0] == SITES[int(data["primary"])]
    seen = {side.split()[-1] for side, on in zip(g.sides, data["primary_side"], strict=True) if on}
    assert seen == {SINGULAR[g.sites[0]]}
    assert data["primary_side"].sum() == 2.0


def test_doses_are_those_of_the_constants_in_force():
    """Also where the constants that a dose was worked out with are gone, and others have come in their place."""
    kinds, seen = [Kind("palms", 15.0, 20.0)], []
    for half in (0.5, 1.0, 2.0, 4.0):
        p = load().with_values({"charge_max_hits": half})
        seen.append(float(effects(kinds, WHO, "charge", p)[0].max()))
        del p
    np.testing.assert_allclose(np.array(seen) / seen[0], [1.0, 2.0, 4.0, 8.0], rtol=1e-6)


def test_draws_of_a_sampler_are_trusted_by_how_far_its_chains_agree():
    def drawn(pareto_k: float, rhat: float) -> Draws:
        return Draws(np.zeros((COUNT, 2)), np.full(2, 0.5), pareto_k, 2.0, 0.0, "nuts", rhat)

    assert drawn(math.nan, 1.005).trusted
    assert not drawn(math.nan, RHAT_TRUSTED + 0.01).trusted
    assert not drawn(math.nan, math.inf).trusted
    assert not drawn(math.nan, math.nan).trusted
    assert not drawn(K_TRUSTED + 0.1, 1.005).trusted


def test_traits_that_matter_are_named_by_what_was_read(full):
    """A diary of HDSS alone says nothing of wetness, anxiety, weighing, events and temperature."""
    only = target_of(grid(Diary.of([entry(d, hdss=3) for d in range(0, 20, 3)])))
    dropped = {
        name for name, here, there in zip(NAMES, full.active, only.active, strict=True) if here and not there
    }
    assert dropped == {
        "wetness_middle", "wetness_slope", "wetness_noise", "anxiety_middle", "anxiety_slope", "anxiety_noise",
        "anxiety_event", "weighing_noise", "event", "temperature",
    }  # fmt: skip


def test_more_effective_draws_are_worked_out_where_more_are_wanted(gauss):
    """Every round counts by its size, so that moments and evidence stay right however unlike the rounds are."""
    peak = climb(gauss)
    few, many = importance(gauss, peak, seed=2), importance(gauss, peak, seed=2, enough=12_000)
    assert few.ess < 1024
    assert few.z.shape[1] == 1024
    assert many.ess >= 12_000
    assert many.trusted
    np.testing.assert_array_equal(many.z[:, :1024], few.z)  # the first round is the same
    assert many.log_evidence == pytest.approx(EVIDENCE, abs=0.02)
    np.testing.assert_allclose(many.z[:3] @ many.weight, MIDDLE, atol=0.03)
    np.testing.assert_allclose(np.cov(many.z[:3], aweights=many.weight), SPREAD, atol=0.03)
    # from a neighbourhood that is a poor picture too, where the first round tells little
    narrow = Peak(peak.z, 0.0, 0.3 * SPREAD, 4, 4)
    mended = importance(gauss, narrow, seed=1, enough=12_000)
    assert mended.ess >= 12_000
    assert mended.log_evidence == pytest.approx(EVIDENCE, abs=0.02)
    np.testing.assert_allclose(mended.z[:3] @ mended.weight, MIDDLE, atol=0.03)
