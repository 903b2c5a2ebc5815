"""The panic model: the declared equations, the reference figures, what a block and therapy do, and what is refused."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sudomotor.engine.reference import integrate
from sudomotor.errors import InputError
from sudomotor.model.panic import (
    avoidance_target,
    cognitive_behavioural_therapy,
    learn,
    noise_sd,
    panic_constants,
    rhs,
)
from sudomotor.parameters import load
from sudomotor.simulation.panic import panic_course, panic_moment
from sudomotor.simulation.panic_reference import reference_table

P = load()
C = panic_constants(P)
WEEKS_6, WEEKS_12 = 42, 84
QUICK = 0.03  # half the disturbance's correlation time: coarse, yet its transition is exact


@cache
def severe(gain=1.0, cbt=False):
    """Twelve weeks from S = 0.8, X = 0.2, with a block in the first six."""
    return panic_course(
        WEEKS_12,
        patients=4,
        schema_start=0.8,
        escape_start=0.2,
        gain=(gain, 0, WEEKS_6),
        cbt=cbt,
        dt_minutes=QUICK,
    )


def value(name):
    return P.value(f"panic_reference_{name}")


# -- the equations -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("gain", [1.0, 0.6])
@pytest.mark.parametrize(("S", "X", "strength"), [(0.2, 0.5, 0.5), (0.8, 0.2, 0.5), (1.0, 0.0, 1.0)])
def test_the_kernel_steps_what_the_model_declares(S, X, strength, gain):
    """Without noise, against LSODA on the declared right-hand side; Euler's error falls with the step."""
    minutes = [0.0, 1.0, 3.0, 8.0, 20.0, 60.0]
    exact = integrate(
        lambda t, y: rhs(y, C, S=S, X=X, gain=gain),
        np.array([strength, 0, 0, 0]),
        minutes,
        {},
        rtol=1e-9,
        atol=1e-11,
    )
    errors = []
    for dt in (0.02, 0.005):
        got = panic_moment(60, strength, schema=S, escape=X, gain=gain, noise=False, dt_minutes=dt)
        at = np.round(np.array(minutes) / dt).astype(int)
        y = np.stack([got.arousal, got.threat, got.homeostasis, got.escape], axis=1)[at, :, 0]
        errors.append(np.abs(y - exact).max())
    assert errors[1] < 0.01
    assert errors[1] < 0.35 * errors[0]


@pytest.mark.parametrize("V", [0.0, 1.0])
@pytest.mark.parametrize("dt", [0.01, 0.03])
def test_arousal_without_threat_is_the_filtered_disturbance(V, dt):
    """SD of a first-order lag driven by Ornstein-Uhlenbeck noise: sd sqrt(tau_N / (tau_N + tau_A)), whatever the step."""
    alone = P.with_values({"panic_threat_on_arousal": 0.0, "panic_avoidance_rate": 0.0})
    S = 0.0 if V == 0.0 else 1.0
    course = panic_course(2, patients=3, schema_start=S, dt_minutes=dt, parameters=alone)
    expected = noise_sd(avoidance_target(S, C), C) * np.sqrt(C.tau_N / (C.tau_N + C.tau_A))
    assert avoidance_target(S, C) == pytest.approx(V, abs=0.03)
    assert np.sqrt((course.arousal_sd**2).mean()) == pytest.approx(expected, rel=0.03)


def test_each_night_teaches_what_the_model_declares():
    """The schemas of every night follow from the day's greatest fear, threat and escape, therapy included."""
    course = severe(cbt=True)
    therapy = cognitive_behavioural_therapy(WEEKS_12, P)
    for patient in range(2):
        for day in range(WEEKS_12):
            S, X, V = (float(of[day, patient]) for of in (course.schema, course.escape, course.avoidance))
            S, X = S - therapy.schema_share[day] * S, X + therapy.escape_share[day] * (1 - X)
            top = (float(of[day, patient]) for of in (course.fear, course.threat, course.escaping))
            after = [float(of[day + 1, patient]) for of in (course.schema, course.escape, course.avoidance)]
            assert after == pytest.approx(learn(S, X, V, *top, C), abs=1e-12)


def test_therapy_follows_its_calendar():
    therapy = cognitive_behavioural_therapy(60, P)
    assert np.flatnonzero(therapy.exposure).tolist() == list(range(8, 36))
    assert therapy.strength[[7, 8, 14, 15, 21, 22, 25, 26, 35, 36]].tolist() == [
        0,
        0.25,
        0.25,
        0.5,
        0.5,
        0.75,
        0.75,
        1,
        1,
        0,
    ]
    assert np.flatnonzero(therapy.schema_share).tolist() == [1, 8, 15]
    assert np.flatnonzero(therapy.escape_share).tolist() == [1]
    assert np.flatnonzero(therapy.resistance).tolist() == list(range(8, 43))
    assert np.flatnonzero(therapy.in_situation).tolist() == list(range(22, 36))
    assert severe(cbt=True).exposed.sum(axis=0).min() >= 10
    assert not severe().exposed.any()


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0, 1),
    st.floats(0, 1),
    st.floats(0, 2),
    st.booleans(),
    st.booleans(),
    st.integers(0, 2**31),
    st.integers(1, 3),
)
def test_states_stay_in_their_range(S, X, gain, cbt, gated, seed, days):
    course = panic_course(
        days, schema_start=S, escape_start=X, gain=gain, cbt=cbt, gated=gated, seed=seed, dt_minutes=QUICK
    )
    for state in (course.schema, course.escape, course.avoidance, course.threat, course.escaping):
        assert state.min() >= 0.0
        assert state.max() <= 1.0
    assert course.attacks.min() >= 0.0
    assert course.schema[0, 0] == S


# -- randomness, steps ---------------------------------------------------------------------------------------------------


def test_a_patient_is_the_same_whatever_the_group_and_the_threads():
    few, many = (
        panic_course(3, patients=n, schema_start=0.9, seed=5, threads=threads, dt_minutes=QUICK)
        for n, threads in ((2, 1), (6, 3))
    )
    assert np.array_equal(few.arousal_sd, many.arousal_sd[:, :2])
    assert np.array_equal(few.schema, many.schema[:, :2])
    assert len(np.unique(many.arousal_sd[0])) == 6
    other = panic_course(3, patients=2, schema_start=0.9, seed=6, dt_minutes=QUICK)
    assert not np.any(other.arousal_sd == few.arousal_sd)
    moments = [panic_moment(5, 0.5, patients=n, seed=5).arousal for n in (1, 4)]
    assert np.array_equal(moments[0][:, 0], moments[1][:, 0])


def test_arms_of_one_seed_meet_the_same_days():
    """Before a block begins, nothing differs from the untreated course."""
    free = panic_course(6, schema_start=0.9, dt_minutes=QUICK)
    later = panic_course(6, schema_start=0.9, gain=(0.3, 4, 6), dt_minutes=QUICK)
    assert np.array_equal(free.arousal_sd[:4], later.arousal_sd[:4])
    assert not np.any(free.arousal_sd[4:] == later.arousal_sd[4:])


def test_the_step_does_not_matter():
    fine, coarse = (panic_course(7, patients=6, schema_start=1.0, dt_minutes=dt) for dt in (0.005, 0.01))
    a, b = fine.attacks_per_week(), coarse.attacks_per_week()
    error = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 6)
    assert abs(a.mean() - b.mean()) < 3 * error < 6
    assert fine.arousal_sd.mean() == pytest.approx(coarse.arousal_sd.mean(), rel=0.04)


@pytest.mark.slow
def test_the_step_of_the_published_scheme_gives_the_same_days():
    fine, coarse = (panic_course(7, patients=8, schema_start=1.0, dt_minutes=dt) for dt in (0.001, 0.01))
    a, b = fine.attacks_per_week(), coarse.attacks_per_week()
    assert abs(a.mean() - b.mean()) < 3 * np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 8)
    assert fine.arousal_sd.mean() == pytest.approx(coarse.arousal_sd.mean(), rel=0.04)


# -- what happens to people ----------------------------------------------------------------------------------------------


def test_no_attack_without_drive():
    """No disturbance and no feared situation: even the most fearful schema has nothing to fear, and learns nothing."""
    quiet = P.with_values({"panic_noise_base": 0.0, "panic_noise_span": 0.0, "panic_situation_chance": 0.0})
    course = panic_course(7, schema_start=1.0, parameters=quiet, dt_minutes=QUICK)
    assert course.attacks.sum() == 0
    assert np.all(course.schema == 1.0)
    assert course.arousal_sd.max() < 0.01
    assert panic_course(7, schema_start=1.0, dt_minutes=QUICK).attacks.sum() > 5


def test_a_perturbation_panics_those_whose_arousal_frightens_them():
    fear = [panic_moment(30, 0.5, at_minute=5, schema=S, noise=False).fear for S in (0.2, 0.5, 0.8, 1.0)]
    peaks = [f.max() for f in fear]
    assert peaks == sorted(peaks)
    assert peaks[0] < P.value("panic_attack_fear") < peaks[-1]
    moment = panic_moment(120, 0.5, at_minute=5, schema=1.0, noise=False)
    assert moment.minutes[np.argmax(moment.arousal[:, 0])] >= 5
    assert moment.fear[moment.minutes < 5].max() < 0.1
    assert moment.fear[-1, 0] < 0.1, "homeostasis and escape end it"


def test_a_situation_and_a_block_move_fear_oppositely():
    plain, feared, blocked = (
        panic_moment(30, 0.5, schema=0.6, noise=False, **more).fear.max()
        for more in ({}, {"in_situation": True}, {"gain": 0.5})
    )
    assert blocked < plain < feared


def test_attacks_rise_with_the_arousal_schema():
    weekly = [
        panic_course(7, patients=6, schema_start=S, escape_start=0.5, dt_minutes=QUICK).attacks_per_week()
        for S in (0.2, 0.5, 0.7, 1.0)
    ]
    means = [w.mean() for w in weekly]
    assert means == sorted(means)
    assert means[0] == value("attacks_S02") == 0.0
    assert means[1] <= 1.0
    assert means[2] == pytest.approx(value("attacks_S07"), abs=2.5)
    assert means[3] == pytest.approx(value("attacks_S1"), abs=4.5)


def test_untreated_the_loop_closes():
    course = severe()
    np.testing.assert_allclose(course.schema[-1], value("untreated_S"), atol=0.003)
    np.testing.assert_allclose(course.escape[-1], value("untreated_X"), atol=0.01)
    np.testing.assert_allclose(course.avoidance[-1], value("untreated_avoidance"), atol=0.01)


def test_therapy_unlearns():
    course = severe(cbt=True)
    np.testing.assert_allclose(course.schema[-1], value("cbt_S"), atol=0.1)
    assert course.schema[-1].mean() == pytest.approx(value("cbt_S"), abs=0.045)
    assert course.escape[-1].mean() == pytest.approx(value("cbt_X"), abs=0.07)
    np.testing.assert_allclose(course.avoidance[-1], value("cbt_avoidance"), atol=0.01)


def test_a_block_stops_attacks_freezes_the_schema_and_the_relapse_is_full():
    blocked, untreated = severe(0.5), severe()
    assert blocked.attacks[:WEEKS_6].sum() == 0
    np.testing.assert_array_equal(blocked.schema[WEEKS_6], 0.8)
    np.testing.assert_allclose(blocked.schema[-1], value("block_S84"), atol=0.005)
    assert np.all(blocked.schema[-1] >= 0.9 * untreated.schema[-1])
    assert untreated.schema[WEEKS_6].min() > 0.85


def test_under_a_block_therapy_unlearns_less():
    both, alone = severe(0.5, cbt=True), severe(cbt=True)
    assert np.all(both.schema[WEEKS_6] > alone.schema[WEEKS_6] + 0.1)
    assert both.schema[WEEKS_6].mean() == pytest.approx(value("both_S42"), abs=0.05)


def test_without_the_gate_the_same_block_teaches_safety():
    """If calm days teach too, a block unlearns the schema: the gate, not the block, decides."""
    course = panic_course(
        21, patients=2, schema_start=0.8, escape_start=0.2, gain=0.5, gated=False, dt_minutes=QUICK
    )
    assert np.all(course.schema[-1] < 0.2)


@pytest.mark.slow
def test_every_reference_figure_is_met():
    rows = reference_table(P)
    assert len(rows) == sum(name.startswith("panic_reference_") for name in P)
    assert [
        f"{row.what}: {row.got:g} not in {row.low:g} to {row.high:g}" for row in rows if not row.inside
    ] == []


def test_the_reference_table_shows_a_miss():
    """Without the disturbance no attack comes, and the table says so."""
    quiet = P.with_values({"panic_noise_base": 0.0, "panic_noise_span": 0.0})
    rows = {row.what: row for row in reference_table(quiet, 1, dt_minutes=QUICK)}
    missed = rows[P["panic_reference_attacks_S1"].text]
    assert not missed.inside
    assert missed.got < missed.low
    assert rows[P["panic_reference_attacks_S02"].text].inside


# -- what is refused -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"days": -1}, "days"),
        ({"days": 0}, "days"),
        ({"days": 1.5}, "days"),
        ({"days": True}, "days"),
        ({"patients": 0}, "patients"),
        ({"seed": -1}, "seed"),
        ({"schema_start": 1.5}, "schema_start"),
        ({"escape_start": -0.1}, "escape_start"),
        ({"schema_start": float("nan")}, "schema_start"),
        ({"gain": -0.1}, "gain"),
        ({"gain": float("inf")}, "gain"),
        ({"gain": (0.5, 3)}, "gain"),
        ({"gain": (0.5, 9, 3)}, "gain"),
        ({"gain": "half"}, "gain"),
        ({"dt_minutes": 0.0}, "dt_minutes"),
        ({"dt_minutes": 0.5}, "dt_minutes"),
        ({"dt_minutes": 0.047}, "divide"),
        ({"threads": 0}, "threads"),
    ],
)
def test_a_course_that_cannot_be_run_is_refused(wrong, says):
    with pytest.raises(InputError, match=says) as error:
        panic_course(**{"days": 1, **wrong})
    assert error.value.mend


@pytest.mark.parametrize(
    "wrong",
    [{"minutes": -5}, {"at_minute": 11}, {"perturbation": float("nan")}, {"schema": 2.0}, {"gain": -1.0}],
)
def test_a_moment_that_cannot_be_run_is_refused(wrong):
    with pytest.raises(InputError):
        panic_moment(**{"minutes": 10, "perturbation": 0.5, **wrong})
