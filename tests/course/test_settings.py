"""One setting of a whole course at a time."""

import math

import pytest

from sudomotor.course import Course, Stop, Waveform, setting, settings, with_setting
from sudomotor.errors import InputError

COURSE = Course(
    "Treat palms at 15 mA DC for 20 minutes, 7 times in 4 weeks, starting 2026-03-01, missing 10 %",
    "Pause for 2 weeks",
    "Then at 12 mA every 10 days for 5 sessions",
)


def test_every_treatment_step_is_changed_and_the_rest_is_kept():
    changed = with_setting(COURSE, "current_mA", 10)
    assert setting(changed, "current_mA") == (10, 10)
    assert setting(COURSE, "current_mA") == (15, 12)
    assert changed.steps[1] == COURSE.steps[1]
    assert (changed.start, changed.missed_pct) == (COURSE.start, COURSE.missed_pct)
    assert with_setting(with_setting(COURSE, "minutes", 30), "minutes", 20) == COURSE


def test_sessions_per_week_keeps_the_length_in_days_or_in_sessions():
    first, _, last = with_setting(COURSE, "sessions_per_week", 3.5).steps
    assert (first.schedule.per_week, first.stop, first.days) == (3.5, Stop(for_days=28), 28)
    assert last.stop == Stop(for_sessions=5)
    assert last.days == 10


def test_the_offset_keeps_its_proportion():
    course = Course("Treat palms at 15 mA AC 50 Hz with 10 mA DC offset for 20 minutes, daily")
    changed = with_setting(course, "current_mA", 7.5).steps[0]
    assert changed.session.waveform == Waveform("ac", 7.5, frequency_Hz=50, offset_mA=5)


@pytest.mark.parametrize(
    ("sentence", "without"),
    [
        ("Treat palms at 15 mA DC for 20 minutes, daily", {"frequency_Hz", "duty"}),
        ("Treat palms at 15 mA AC 50 Hz for 20 minutes, daily", {"duty"}),
        ("Treat palms at 15 mA pulsed DC 10 kHz 50 % for 20 minutes, daily", set()),
        ("Sham palms for 20 minutes, daily", {"current_mA", "frequency_Hz", "duty", "max_volts"}),
        (
            "Treat palms at 15 mA DC in saline for 20 minutes, daily",
            {"frequency_Hz", "duty", "alkalinity_mM", "water_uS_per_cm"},
        ),
    ],
)
def test_which_settings_apply(sentence, without):
    course = Course(sentence)
    every = set(settings(Course("Treat palms at 15 mA pulsed DC 10 kHz 50 % for 20 minutes, daily")))
    assert set(settings(course)) == every - without
    for name in settings(course):
        assert setting(with_setting(course, name, 0.5), name) == (0.5,)
    for name in without:
        with pytest.raises(InputError, match="does not apply"):
            with_setting(course, name, 0.5)
    assert settings(Course("Pause for 2 weeks")) == ()


def test_an_unknown_setting_suggests_the_nearest():
    with pytest.raises(InputError, match="did you mean 'alkalinity_mM'"):
        with_setting(COURSE, "alkalinity", 2)


@pytest.mark.parametrize(
    ("name", "value"),
    [("current_mA", 150), ("minutes", 0), ("minutes", math.nan), ("sessions_per_week", 0), ("litres", -1)],
)
def test_values_out_of_range_are_refused(name, value):
    with pytest.raises(InputError) as caught:
        with_setting(COURSE, name, value)
    assert caught.value.mend


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda data: data.update(step=[]), "course"),
        (lambda data: data.update(steps={}), "steps"),
        (lambda data: data.update(start="1 March"), "start"),
        (lambda data: data["steps"][0].update(kind="treet"), "steps[0].kind"),
        (lambda data: data["steps"][0]["session"].update(minute=20), "steps[0].session"),
        (lambda data: data["steps"][0]["session"].update(minutes=-20), "steps[0].session.minutes"),
        (
            lambda data: data["steps"][0]["session"]["water"].update(litres=math.nan),
            "steps[0].session.water.litres",
        ),
        (lambda data: data["steps"][2].pop("schedule"), "steps[2]"),
        (lambda data: data["steps"].__setitem__(0, 5), "steps[0]"),
    ],
)
def test_plain_data_with_a_fault_name_its_place(change, place):
    data = COURSE.to_dict()
    assert Course.from_dict(data) == COURSE
    change(data)
    with pytest.raises(InputError) as caught:
        Course.from_dict(data)
    assert caught.value.where == place
