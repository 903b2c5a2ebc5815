"""The mind over a course: limits, symmetries, what each claim does, and agreement with the slow path and the moment."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sudomotor.course import Course
from sudomotor.errors import InputError
from sudomotor.model.channels import channel
from sudomotor.model.hypotheses import ALWAYS, RESET, RULES, Hypotheses
from sudomotor.model.persons_mind import setup
from sudomotor.model.scales import SIDES
from sudomotor.model.scales import remaining as left
from sudomotor.parameters import load
from sudomotor.parameters.loader import data_folder, read_parameter_file
from sudomotor.person import Person, draw
from sudomotor.simulation import simulate
from sudomotor.simulation.life import Calendar, calendar
from sudomotor.simulation.loop import READINGS, run_mind
from sudomotor.simulation.loop_reference import reference_days
from sudomotor.simulation.moment import stress_test

WHO = "palmar hyperhidrosis with social anxiety"
EVIDENCE = Hypotheses.evidence()
P = load()
STEADY = P.with_values({"mood_noise": 0.0, "event_load_sd": 0.0})
PALMS = slice(0, 2)
# most courses here have one shape, so that they are compiled once
DAYS, N = 90, 6
CHANCES = ("threat", "wetness", "expectation", "belief", "safety_bound", "avoidance", "confidence", "control", "benefit",
           "mood", "associability", "skill")  # fmt: skip


def block(depth=0.8, until=None, gone=None, days=DAYS, n=N):
    """What is left of the sweat where palms are blocked from day 3 `until` a day, and open again by the day `gone`."""
    day = np.arange(days)
    until = days if until is None else until
    gone = until + 1 if gone is None else gone
    blocked = np.where(day < 3, 0.0, np.clip((gone - day) / (gone - until), 0.0, 1.0))
    out = np.ones((days, len(SIDES), n))
    out[:, PALMS] = (1.0 - depth * blocked)[:, None, None]
    return out


def held(until=None, days=DAYS, n=N):
    """One session a day."""
    return np.where(np.arange(days) < (days if until is None else until), 1.0, 0.0)[:, None] * np.ones(n)


def nothing(days=DAYS, n=N):
    return np.ones((days, len(SIDES), n)), np.zeros((days, n))


def live(remaining, session, hypotheses=EVIDENCE, p=P, who=None, backend="jax", **more):
    who = draw(WHO, session.shape[1], 1, p) if who is None else who
    return run_mind(who, remaining, session, parameters=p, hypotheses=hypotheses, backend=backend, **more)


def arrays(mind):
    return {name: getattr(mind, name) for name in READINGS}


# --- against the slow path, and against the moment


@pytest.mark.parametrize(
    ("hypotheses", "most"),
    [
        (EVIDENCE, 0.005),
        (Hypotheses.reset().turned(off=("strong_loop",)), 0.02),
        # so steep a loop doubles in minutes, and steps of a day's resolution show it
        (Hypotheses.reset(), 0.04),
    ],
    ids=["evidence", "reset", "strong loop"],
)
def test_days_agree_with_the_reference_solver(hypotheses, most):
    """The most extreme of two hundred people in what they fear and how they sweat."""
    group, days = draw(WHO, 200, 1, P), 10
    names = ("drive_sudomotor_gain", "mind_expectation", "mind_mood")
    extremes = [f(group[name]) for name in names for f in (np.argmin, np.argmax)]
    few = group.take(sorted({int(i) for i in extremes}))
    n = few.n
    remaining, session = block(until=7, gone=9, days=days, n=n), held(7, days, n)
    acts = {"exposure": 0.3 * session, "cbt": 0.2 * session, "biofeedback": 0.5 * session}
    fast = arrays(live(remaining, session, hypotheses, who=few, backend="numpy", **acts))
    assert fast["events_threat"].max() > 0.1
    for person in range(n):
        slow = reference_days(
            few, person, remaining, session, parameters=P, hypotheses=hypotheses, rtol=1e-6, atol=1e-8, **acts
        )
        for name, values in slow.items():
            np.testing.assert_allclose(
                fast[name][:, person],
                values,
                rtol=0,
                atol=most * max(np.abs(values).max(), 0.05),
                err_msg=f"{name} {person}",
            )


@pytest.mark.parametrize("depth", [0.0, 0.7])
def test_a_day_in_steps_of_seconds_is_the_day_of_the_course(depth):
    n, dt = 30, 2.0
    group, cal = draw(WHO, n, 1, P), calendar(1, n, 7, P)
    blocked = np.zeros((1, len(SIDES), n))
    blocked[:, PALMS] = depth
    mind = live(
        left(blocked, P.value("unreached_fraction")), np.zeros((1, n)), who=group, events=cal, backend="numpy"
    )
    minutes = P.value("event_minutes")
    second = np.arange(0.0, 86_400.0, dt)[:, None]
    load_series, inside = np.zeros((len(second), n)), np.zeros((len(second), n))
    for load_of, hour in zip(cal.load[0], cal.hour[0], strict=True):
        here = (second >= 3600 * hour) & (second < 3600 * hour + 60 * minutes) & (load_of > 0)
        load_series, inside = load_series + here * load_of, inside + here
    moment = stress_test(
        group, block=depth, minutes=1440, dt_s=dt, load_series=load_series, hypotheses=EVIDENCE
    )
    some = inside.any(axis=0)
    share = inside[:, some] / inside[:, some].sum(axis=0)
    sole = moment.of(moment.sweat_mg_per_min, "left sole") / group.baseline("soles")
    for name, fine in (("threat", moment.threat), ("wetness", moment.wetness), ("drive", moment.drive),
                       ("vagal", moment.vagal), ("sweat_ratio", sole)):  # fmt: skip
        mean = (fine[:, some] * share).sum(axis=0).mean()
        assert mean == pytest.approx(getattr(mind, f"events_{name}")[0, some].mean(), rel=0.02), name
    assert some.sum() > 20


def test_both_backends_agree():
    for hypotheses in (EVIDENCE, Hypotheses.reset()):
        one = arrays(live(block(), held(), hypotheses))
        first = arrays(live(block(days=12), held(days=12), hypotheses, backend="numpy"))
        for name, values in first.items():
            np.testing.assert_allclose(one[name][:12], values, rtol=1e-9, atol=1e-9, err_msg=name)


# --- limits


def test_the_skin_alone_is_left_as_it_is_to_the_bit():
    course = Course("Treat palms at 15 mA DC for 20 minutes, 5 times a week for 3 weeks")
    history = simulate(WHO, course, days=40, people=8, hypotheses=Hypotheses.peripheral())
    reached = 1.0 - P.value("unreached_fraction")
    for side in SIDES:
        skin = history.baseline_mg_per_min[SIDES.index(side)] * (1.0 - reached * history.blocked_of(side))
        assert np.array_equal(history.sweat_of(side), skin)
    assert history.blocked.max() > 0.2
    assert history.mind.events.sum() > 0
    assert np.ptp(history.mind.mood, axis=0).min() > 0
    assert np.all(history.mind.sweat_ratio == 1.0)


def test_without_block_and_belief_a_treatment_changes_nothing():
    p = P.with_values({"learning_device_share": 0.0})
    course = Course("Treat palms at 15 mA DC for 20 minutes, 5 times a week for 3 weeks")
    history = simulate(
        WHO, course, days=30, people=6, parameters=p, hypotheses=EVIDENCE.turned(off=("block",))
    )
    assert history.session.sum() > 0
    left_alone = live(*nothing(31), history.hypotheses, p, history.people, backend="numpy")
    for name, values in arrays(history.mind).items():
        assert np.array_equal(values, getattr(left_alone, name)), name
    assert np.ptp(history.mind.expectation, axis=0).min() > 0


@pytest.mark.parametrize(
    "hypotheses", [EVIDENCE, Hypotheses.reset(), EVIDENCE.turned(on=("compensation",))], ids=lambda h: h.name
)
def test_an_untreated_person_stays_as_they_are(hypotheses):
    mind = live(*nothing(), hypotheses, STEADY)
    assert mind.events.sum() > 1000  # of about 1600
    for name in (
        "expectation",
        "avoidance",
        "threat",
        "gain",
        "mood",
        "confidence",
        "control",
        "sweat_ratio",
    ):
        values = getattr(mind, name)
        assert np.abs(values - values[0]).max() < 1e-6, name
    np.testing.assert_allclose(mind.sweat_ratio, 1.0, atol=1e-9)


# --- properties over the whole of what parameters may be


# constants of the mind and its calendar that are the same for everybody
MIND = [
    name
    for name in read_parameter_file((data_folder() / "mind.toml").read_text("utf-8"), "mind.toml")
    if P[name].distribution == "fixed"
]
SWITCHES = sorted(set(RESET) - set(ALWAYS))


@settings(max_examples=12, deadline=None)
@given(
    where=st.integers(0, 10_000),
    on=st.sets(st.sampled_from(SWITCHES)),
    rule=st.sampled_from(RULES),
    gate=st.sampled_from(["expectancy", "fear"]),
    corner=st.booleans(),
)
def test_no_state_leaves_its_range(where, on, rule, gate, corner):
    """Parameters anywhere in their ranges, or at the ends of them; any claims on; any block."""
    chance = np.random.default_rng(where)
    values = {}
    for name in MIND:
        share = chance.integers(0, 2) if corner else chance.random()
        values[name] = P[name].low + share * (P[name].high - P[name].low)
    p = P.with_values({**values, "event_rate_per_day": 2.0})
    hypotheses = Hypotheses("drawn", switches=frozenset({*ALWAYS, *on}), gate=gate, rule=rule)
    days, n = 4, 3
    remaining, session = chance.random((days, 6, n)), chance.integers(0, 3, (days, n)).astype(float)
    acts = {name: 2.0 * chance.random((days, n)) for name in ("exposure", "cbt", "biofeedback")}
    group = draw(WHO, n, where, p)
    try:
        mind = live(remaining, session, hypotheses, p, group, backend="numpy", **acts)
    except InputError as refused:  # of what is drawn, only this can be
        if "threshold" not in str(refused):
            raise
        assume(False)
    for name, series in arrays(mind).items():
        assert np.isfinite(series).all(), name
    for name in CHANCES:
        series = getattr(mind, name)
        assert series.min() >= -1e-12, name
        assert series.max() <= 1 + 1e-12, name
    own = mind.gain[0]
    assert np.all(mind.gain >= own * min(p.value("gain_floor"), 1.0) - 1e-12)
    assert np.all(mind.gain <= own * max(p.value("gain_ceiling"), 1.0) + 1e-12)
    for name in ("drive", "sweat_ratio", "met"):
        assert getattr(mind, name).min() >= 0, name
    # drive and vagal tone are linear in what moves them: their ranges are those of all of it at its extremes
    m, _ = setup(group, p, hypotheses)
    swing = float(m["a_N"])
    low, high = m["A_0"] - m["a_S"] - swing, m["A_0"] + m["a_S"] + swing + m["a_c"] + m["a_T"]
    assert mind.sympathetic.min() >= low - 1e-12
    assert mind.sympathetic.max() <= high + 1e-12
    assert mind.vagal.min() >= m["V_0"] - swing - m["v_c"] - m["v_T"] - 1e-12
    assert mind.vagal.max() <= m["V_0"] + swing + 1e-12
    assert np.all(mind.met <= mind.events)
    acts = {name: values[:, :2] for name, values in acts.items()}
    few = draw(WHO, 2, where, p)
    first = live(remaining[:, :, :2], session[:, :2], hypotheses, p, few, backend="numpy", **acts)
    for name, series in arrays(first).items():
        np.testing.assert_allclose(getattr(mind, name)[:, :2], series, rtol=1e-9, atol=1e-9, err_msg=name)


# --- what the claims do


def test_more_block_never_means_more_threat():
    unbelieved = np.zeros((DAYS, N))
    threats = [live(block(depth), unbelieved) for depth in (0.0, 0.3, 0.6, 0.9)]
    for wetter, drier in pairwise(threats):
        for name in ("threat", "events_threat", "wetness", "expectation"):
            assert np.all(getattr(drier, name) <= getattr(wetter, name) + 1e-9), name
        assert drier.threat[-1].mean() < wetter.threat[-1].mean() - 1e-3


def test_without_the_loop_dryness_calms_nobody():
    off = EVIDENCE.turned(off=("loop",))
    wet, dry = live(*nothing(), off), live(block(), np.zeros((DAYS, N)), off)
    np.testing.assert_allclose(dry.threat, wet.threat, atol=1e-12)
    assert dry.wetness[-1].mean() < wet.wetness[-1].mean() - 0.1


def test_relief_by_the_loop_alone_returns_with_the_sweat():
    p = STEADY.with_values({"learning_rate": 0.0})
    mind = live(block(until=10, gone=30), np.zeros((DAYS, N)), p=p)
    assert np.all(mind.threat[8] < mind.threat[0] - 0.01)
    np.testing.assert_allclose(mind.threat[-1], mind.threat[0], atol=1e-4)
    assert np.all(np.diff(mind.threat[10:31], axis=0) >= -1e-9)


def expectations(until, gone):
    """Expectation where safety is all bound to the treatment, and where none is; and its fall by the last session."""
    for chi in (1.0, 0.0):
        p = STEADY.with_values({"learning_device_share": chi})
        values = live(block(until=until, gone=gone), held(until), p=p).expectation
        yield values, values[0] - values[until]


def test_safety_bound_to_the_treatment_is_lost_with_it():
    (bound, fall), (free, fell) = expectations(30, 42)
    assert min(fall.min(), fell.min()) > 0.02
    np.testing.assert_array_less(np.abs(bound[45] - bound[0]), 0.1 * fall)
    assert np.all(free[45] < free[0] - 0.5 * fell)


def test_sweat_that_returns_while_the_treatment_is_believed_in_teaches_danger():
    (bound, fall), _ = expectations(30, 32)
    after = 30 + int(P.value("belief_days")) + 2
    assert np.all(bound[after] > bound[0] + 0.05 * fall)


def test_without_fear_less_is_learned():
    expectancy, fear = (
        live(block(), held(), Hypotheses("gated", gate=gate)) for gate in ("expectancy", "fear")
    )
    fell, kept = (mind.belief[0] - mind.belief[-1] for mind in (expectancy, fear))
    assert np.all(fell > 0.01)
    assert np.all(kept < fell)
    assert kept.mean() < 0.8 * fell.mean()


@pytest.mark.parametrize("rule", RULES)
def test_both_rules_learn_safety_and_danger(rule):
    mind = live(block(until=30), held(30), Hypotheses("ruled", rule=rule), STEADY)
    assert np.all(mind.expectation[30] < mind.expectation[0] - 0.005)
    assert np.all(mind.expectation[-1] > mind.expectation[31] + 0.005)


def test_commands_without_sweat_raise_or_lower_untreated_sweat_as_claimed():
    usual, central, compensation = (
        live(block(), np.zeros((DAYS, N)), EVIDENCE.turned(on=on)).sweat_ratio[-1]
        for on in ((), ("central",), ("compensation",))
    )
    assert np.all(central < usual - 0.02)
    assert np.all(compensation > usual + 0.01)


@pytest.mark.parametrize("switch", ["expectation", "agency"])
def test_a_sham_calms_only_who_believes(switch):
    sham = nothing()[0], held()
    plain, believes = live(*sham), live(*sham, EVIDENCE.turned(on=(switch,)))
    assert np.all(believes.threat[20] < plain.threat[20] - 0.002)
    assert np.array_equal(believes.threat[0], plain.threat[0])


def test_suggestion_lowers_the_drive_itself():
    sham = nothing()[0], held()
    plain, told = live(*sham), live(*sham, EVIDENCE.turned(on=("suggestion",)))
    assert np.all(told.sweat_ratio[10] < plain.sweat_ratio[10] - 0.05)


def test_blocking_a_response_helps_as_far_as_others_see_it():
    def relief(name):
        over = channel(name, P)
        open_, shut = (live(arm, np.zeros((DAYS, N)), channel=over) for arm in (nothing()[0], block(0.9)))
        return open_.threat - shut.threat

    heart, blush = relief("heart"), relief("blush")
    assert np.abs(heart[:60]).max() < 0.02  # what little shows of it is unlearned over months
    assert np.all(blush[15] > 0.02)
    assert np.all(blush[4:] > 4.0 * heart[4:])


def test_the_sweat_channel_is_no_channel():
    one, other = arrays(live(block(), held())), arrays(live(block(), held(), channel=channel("sweat", P)))
    assert all(np.array_equal(one[name], other[name]) for name in one)


# --- the calendar


def test_the_calendar_keeps_its_rate_its_hours_and_its_people():
    few, many = calendar(20, 3, 1, P), calendar(60, 200, 1, P)
    np.testing.assert_array_equal(many.load[:20, :, :3], few.load)
    np.testing.assert_array_equal(many.hour[:20, :, :3], few.hour)
    assert (many.load > 0).sum(axis=1).mean() == pytest.approx(P.value("event_rate_per_day"), rel=0.02)
    assert many.load.max() <= 1.0
    assert many.load[many.load > 0].mean() == pytest.approx(P.value("event_load"), abs=0.02)
    assert np.diff(many.hour, axis=1).min() >= 0.5
    assert many.hour.min() > 0
    assert many.hour.max() + P.value("event_minutes") / 60 < 24


# --- bad input


@pytest.mark.parametrize(
    ("more", "what"),
    [
        ({"remaining": np.ones((5, 2, 3))}, "remaining"),
        ({"remaining": -np.ones((5, 6, 3))}, "remaining"),
        ({"remaining": np.full((5, 6, 3), np.nan)}, "remaining"),
        ({"session": np.zeros((5, 4))}, "session"),
        ({"session": np.zeros(5)}, "session"),
        ({"exposure": np.zeros((4, 3))}, "exposure"),
        ({"cbt": -np.ones((5, 3))}, "cbt"),
        ({"events": Calendar(np.zeros((5, 2, 4)), np.zeros((5, 2, 4)))}, "events"),
        ({"backend": "torch"}, "backend"),
        ({"p": P.with_values({"event_rate_per_day": -1.0})}, "rate of events"),
        ({"p": P.with_values({"event_rate_per_day": 1e6})}, "rate of events"),
        ({"p": P.with_values({"event_morning_hour": 20.0})}, "morning hour"),
    ],
)
def test_what_does_not_fit_is_refused(more, what):
    with pytest.raises(InputError, match=what):
        live(
            **{
                "remaining": np.ones((5, 6, 3)),
                "session": np.zeros((5, 3)),
                "who": draw(WHO, 3, 1, P),
                **more,
            }
        )


def test_no_gain_and_unknown_channels_are_refused():
    numb = draw(Person.preset(WHO, values={"drive_sudomotor_gain": 0.0}), 3, 1, P)
    with pytest.raises(InputError, match="gain of 0"):
        live(np.ones((5, 6, 3)), np.zeros((5, 3)), who=numb)
    with pytest.raises(InputError, match="did you mean 'blush'"):
        simulate(
            WHO, "Treat palms at 15 mA DC for 20 minutes, daily for 1 week", days=3, people=2, channel="blus"
        )
