"""The figure of an activity, and courses with few points that show every peak."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sudomotor as sm
from sudomotor.errors import InputError
from sudomotor.measurement import Mark, Recording
from sudomotor.measurement.decimate import outline, runs
from sudomotor.measurement.figure import GAP_SHADE, activity_figure, shade_of
from sudomotor.measurement.kernels import bateman
from sudomotor.measurement.quality import REASONS


def recording(minutes=3.0, fs=4.0, seed=1, **more):
    t = np.arange(0.0, 60.0 * minutes, 1.0 / fs)
    kernel = bateman(2.0, 0.7)
    y = 4.0 + sum(0.3 * kernel.at(t - at) for at in np.arange(10.0, 60.0 * minutes - 5.0, 17.0))
    return Recording.of(y + 0.002 * np.random.default_rng(seed).normal(size=len(t)), fs=fs, **more)


@pytest.fixture(scope="module")
def activity():
    return sm.decompose(recording(marks=[Mark(30.0, 2.0, "picture"), Mark(90.0, 0.0, "sound")]))


def drawn(figure):
    figure.canvas.draw()
    return figure


def test_both_panels_hold_what_was_found(activity):
    figure = drawn(activity_figure(activity))
    above, below = figure.axes
    assert [line.get_label() for line in above.lines[:3]] == ["measured", "tonic", "fit"]
    stems, errors = below.collections[:2]
    assert len(stems.get_segments()) == len(activity.events) == len(errors.get_segments())
    tops = [segment[1][1] for segment in stems.get_segments()]
    assert tops == pytest.approx(activity.events.amplitude_uS.tolist())
    longs = [segment[1][1] - segment[0][1] for segment in errors.get_segments()]
    assert longs == pytest.approx((2.0 * activity.events.amplitude_sd_uS).tolist())
    assert {"picture", "sound"} <= {text.get_text() for text in above.texts}
    assert below.get_xlabel() == "time (s)"


def test_a_part_holds_only_that_part_and_few_samples_are_dots(activity):
    figure = drawn(activity_figure(activity, 20, 60))
    above, below = figure.axes
    dots = above.lines[0]
    assert (dots.get_linestyle(), dots.get_marker()) == ("None", ".")
    assert dots.get_xdata().min() >= 20
    assert dots.get_xdata().max() <= 60
    inside = activity.events.onset_s.between(20, 60).sum()
    assert len(below.collections[0].get_segments()) == inside
    assert below.get_xlim() == (20.0, 60.0)


@pytest.mark.parametrize("window", [(500, 600), (60, 20), (-10, -5), (float("nan"), 5)])
def test_a_part_that_was_not_recorded_is_refused(activity, window):
    with pytest.raises(InputError, match="nothing was recorded") as caught:
        activity_figure(activity, *window)
    assert "from 0 to" in caught.value.mend


def test_what_was_set_aside_is_shaded_by_its_reason_and_does_not_set_the_scale():
    rec = recording()
    y = rec.values_uS.copy()
    y[200:240] = np.nan
    y[400:402] = 60.0
    keep = np.ones(len(y), bool)
    keep[500:560] = False
    found = sm.decompose(Recording.of(y[keep], times=rec.times_s[keep]))
    figure = drawn(activity_figure(found))
    above = figure.axes[0]
    labels = [text.get_text() for text in above.get_legend().get_texts()]
    assert {"gap", "missing"} <= set(labels)
    assert set(labels) & (set(REASONS[2:]))
    assert above.get_ylim()[1] < 10
    # a line is broken where nothing was measured, and over a gap
    measured = above.lines[0].get_ydata()
    assert np.isnan(measured).any()
    unjudged = drawn(activity_figure(sm.decompose(Recording.of(y, fs=4), quality=False)))
    assert "missing" in [text.get_text() for text in unjudged.axes[0].get_legend().get_texts()]


@pytest.mark.parametrize(
    "values", [[2.0], [2.0, 2.1, 2.0], [float("nan")] * 40, [3.0] * 400, [-1.0] * 50, [1e9, 2.0] * 30]
)
@pytest.mark.parametrize("quality", [True, False])
def test_nothing_to_see_is_drawn_all_the_same(values, quality):
    drawn(activity_figure(sm.decompose(values, fs=4, quality=quality)))


def test_a_day_is_drawn_quickly(activity):
    n = 24 * 3600 * 25
    values = 5.0 + np.cumsum(np.random.default_rng(0).normal(size=n)) * 1e-3
    values[10**6 : 10**6 + 3000] = np.nan
    rec = Recording.of(values, fs=25)
    onset = np.sort(np.random.default_rng(1).uniform(0, 86400, 12_000))
    events = pd.DataFrame({"onset_s": onset, "amplitude_uS": 0.2, "amplitude_sd_uS": 0.01})
    long = replace(
        activity, recording=rec, tonic=values, phasic=0 * values, driver=0 * values, sd=0 * values, events=events, quality=None
    )  # fmt: skip
    begin = time.process_time()
    figure = drawn(activity_figure(long))
    assert time.process_time() - begin < 2.0
    assert len(figure.axes[0].lines[0].get_xdata()) < 4000
    assert len(figure.axes[1].collections[0].get_segments()) < 2000
    assert figure.axes[1].get_xlabel() == "time (h)"


def test_an_outline_keeps_every_peak():
    rng = np.random.default_rng(2)
    t = np.cumsum(rng.uniform(0.2, 0.3, 50_000))
    v = rng.normal(size=len(t))
    v[[7, 40_000]] = 50.0, -50.0
    at, seen = outline(t, v, 300, 4.0)
    assert len(at) <= 600
    assert (np.diff(at) > 0).all()
    assert seen.max() == 50.0
    assert seen.min() == -50.0
    assert set(seen) <= set(v)
    # a gap and a stretch of missing values break it, each once
    v[10_000:12_000] = np.nan
    keep = np.ones(len(t), bool)
    keep[20_000:25_000] = False
    _, broken = outline(t[keep], v[keep], 300, 4.0)
    assert np.isnan(broken).sum() == 2


def test_an_outline_of_nothing():
    t = np.arange(5000.0)
    at, seen = outline(t, np.full(5000, np.nan), 100, 1.0)
    assert len(at) == len(seen) == 0


def test_runs_end_where_the_clock_leaps():
    t = np.array([0.0, 1.0, 2.0, 9.0, 10.0])
    assert runs(t, np.array([0, 3, 3, 3, 0]), 1.0) == [(3, 0.5, 2.5), (3, 8.5, 9.5)]
    assert runs(t, np.zeros(5, dtype=int), 1.0) == []


def test_every_reason_has_a_colour_of_its_own():
    named = REASONS[2:]
    assert len({shade_of(name) for name in named}) == len(named)
    assert shade_of("missing") == shade_of("gap") == GAP_SHADE


def test_an_activity_plots_itself(activity):
    assert len(activity.plot(10, 20).axes) == 2
