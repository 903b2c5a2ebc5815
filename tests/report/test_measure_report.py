"""The page of a measurement: whole, alone, and the data of its figure."""

import base64
import json
import math
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from sudomotor.measurement import Mark, Recording
from sudomotor.measurement.kernels import bateman
from sudomotor.parameters import load, load_citations
from sudomotor.report import measure_data
from sudomotor.report.measure_data import activity_script, bin_s, figure_data, packed
from sudomotor.report.measure_report import Wanted, measure, measure_report, table_of, to_dict
from sudomotor.report.measure_words import diary_note, measure_summary, with_sd

VOID = {"meta", "br", "path", "use", "link", "img", "input"}
NASTY = "</script><b>picture"


class Checker(HTMLParser):
    """Elements that are not closed, and whatever would be fetched."""

    def __init__(self):
        super().__init__()
        self.open, self.fetched, self.ids = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        found = dict(attrs)
        if "id" in found:
            self.ids.append(found["id"])
        self.fetched += [
            found[name] for name in ("src", "href", "xlink:href") if name in found and not found[name].startswith("#")
        ]  # fmt: skip

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def recording(minutes=5.0, fs=4.0, **more):
    t = np.arange(0.0, 60.0 * minutes, 1.0 / fs)
    kernel = bateman(2.0, 0.7)
    y = 4.0 + sum(0.3 * kernel.at(t - at) for at in np.arange(10.0, 60.0 * minutes - 5.0, 17.0))
    y = y + 0.002 * np.random.default_rng(1).normal(size=len(t))
    y[300:340] = np.nan
    return Recording.of(y, fs=fs, source="me/EDA.csv", **more)


@pytest.fixture(scope="module")
def result():
    marks = (Mark(26.0, 1.0, NASTY), Mark(43.0, 1.0, NASTY), Mark(120.0, 1.0, "sound"))
    return measure(recording(marks=marks, site="left palm"), Wanted(treated=True, events=marks), load())


@pytest.fixture(scope="module")
def page(result):
    return measure_report(result)


def unpacked(each):
    raw = base64.b64decode(each["text"])
    if each["kind"] == "f4":
        return np.frombuffer(raw, "<f4").astype(float)
    steps = np.frombuffer(raw, "<u2")
    return np.where(steps == 65535, np.nan, each["low"] + each["step"] * steps)


def test_the_page_is_whole_and_fetches_nothing(page):
    checker = Checker()
    checker.feed(page)
    assert checker.open == []
    assert checker.fetched == []
    assert len(checker.ids) == len(set(checker.ids))
    assert not re.findall(r"https?://(?!www\.w3\.org/)", page)
    assert not re.findall(r"@import|<link|fetch\(|XMLHttpRequest|import\(", page)
    assert "#010203" not in page
    assert re.search(r">\s*nan\b", page) is None
    assert page.count("<script") == 2


def test_the_page_says_what_was_found(page, result):
    text = " ".join(re.sub(r"<script.*?</script>|<[^>]+>", " ", page, flags=re.DOTALL).replace("\u00a0", " ").split())
    for part in (
        "EDA.csv", "measures how far its ducts are blocked, not calm", "How much can be used?", "Set aside: missing",
        "How often do the nerves fire?", "a minute of usable time", "What level do they ride on?", "certificate",
        "Around the events", "Window by window", "Method map, kernel bateman (slow 2 s, fast 0.7 s)", "greco2016",
        "no medical advice", "missing (10 s, 3 %)",
    ):  # fmt: skip
        assert part in text, part
    assert set(result.sources) <= set(load_citations())
    assert "greco2016" in result.sources


def test_a_label_cannot_break_out_of_the_script(page):
    assert NASTY not in page
    body = page.split('id="activity-data">')[1].split("</script>")[0]
    assert json.loads(body)["marks"][0][1] == NASTY


def test_the_page_is_the_same_each_time(page, result):
    assert measure_report(result) == page


def test_the_figure_holds_every_sample(result):
    data = figure_data(result.activity)
    rec = result.activity.recording
    assert data["n"] == len(rec)
    assert not data["binned"]
    measured = unpacked(data["measured"]["low"])
    assert np.isnan(measured).tolist() == np.isnan(rec.values_uS).tolist()
    assert np.nanmax(np.abs(measured - rec.values_uS)) < 0.3 * result.activity.noise_uS
    assert unpacked(data["tonic"]["low"]) == pytest.approx(result.activity.tonic, abs=1e-3)
    onset = np.frombuffer(base64.b64decode(data["bursts"]["onset"]), "<f8")
    assert onset.tolist() == result.activity.events.onset_s.tolist()
    assert [data["reasons"][which][0] for _, _, which in data["aside"]] == ["missing"]
    json.dumps(data, allow_nan=False)


def test_a_long_recording_is_packed_into_bins_that_keep_the_peaks(result, monkeypatch):
    monkeypatch.setattr(measure_data, "MOST_SAMPLES", 500)
    monkeypatch.setattr(measure_data, "BINS", 100)
    rec = result.activity.recording
    data = figure_data(result.activity)
    assert (data["binned"], data["n"]) == (True, 100)
    assert bin_s(result.activity) == pytest.approx(3.0, rel=0.01)
    low, high = (unpacked(data["measured"][end]) for end in ("low", "high"))
    assert np.nanmax(high) == pytest.approx(np.nanmax(rec.values_uS), abs=1e-3)
    assert np.nanmin(low) == pytest.approx(np.nanmin(rec.values_uS), abs=1e-3)
    assert (high >= low)[np.isfinite(low)].all()
    assert "the page holds the lowest and the highest of every" in " ".join(measure_report(result).split())


def test_numbers_too_far_apart_for_two_bytes_get_four():
    wild = np.array([0.001, np.nan, 1e9])
    assert packed(wild, 1e-3)["kind"] == "f4"
    fine = packed(np.array([1.0, np.nan, 2.0]), 1e-3)
    assert fine["kind"] == "u2"
    assert unpacked(fine)[[0, 2]] == pytest.approx([1.0, 2.0])
    assert np.isnan(unpacked(fine)[1])
    assert np.isnan(unpacked(packed(np.full(3, np.nan), 0.0))).all()
    assert unpacked(packed(np.full(3, 7.0), 0.0)).tolist() == [7.0] * 3


def test_the_clock_on_the_wall_is_that_of_the_recording():
    from datetime import datetime, timedelta, timezone

    import sudomotor as sm

    for start in (datetime(2026, 3, 1, 14, 3), datetime(2026, 3, 1, 14, 3, tzinfo=timezone(timedelta(hours=5)))):
        data = figure_data(sm.decompose(recording(1.5, start=start), quality=False))
        assert data["start"] == datetime(2026, 3, 1, 14, 3, tzinfo=timezone.utc).timestamp() * 1e3  # noqa: UP017


@pytest.mark.parametrize("values", [[2.0], [2.0, 2.1, 2.0], [math.nan] * 60, [3.0] * 400])
def test_nothing_makes_a_page_too(values):
    made = measure(Recording.of(values, fs=4), Wanted(), load())
    page = measure_report(made)
    Checker().feed(page)
    assert re.search(r">\s*nan\b", page) is None
    assert (activity_script(made.activity) == "") == (len(values) < 8)
    json.dumps(to_dict(made))
    assert measure_summary(made)


def test_names_of_others_and_long_tables():
    made = measure(recording(), Wanted(names="ledalab", window_s=1.0), load())
    assert "CDA.nSCR" in made.features
    table = table_of(made.features, "features.tsv")
    assert (len(table.rows), table.rest) == (200, "And 100 more, in features.tsv.")
    assert "CDA.ISCR" in measure_report(made)


def test_json_has_its_keys(result):
    told = to_dict(result)
    assert {
        "file", "format", "site", "treated", "start", "duration_s", "rate_Hz", "usable_share", "set_aside_s", "method", "kernel",
        "latency_s", "solver_rate_Hz", "bursts", "bursts_per_min", "bursts_per_min_sd", "amplitude_uS", "amplitude_error_uS",
        "amplitude_low_uS", "amplitude_high_uS", "amplitude_sd_uS", "tonic_uS", "tonic_sd_uS", "tonic_low_uS", "tonic_high_uS",
        "skin_degC", "noise_uS", "gap", "windows", "evoked", "wet", "assumptions", "note",
    } == set(told)  # fmt: skip
    assert [row["label"] for row in told["evoked"]["conditions"]] == [NASTY, "sound"]
    assert told["kernel"] == {"name": "bateman", "slow_s": 2.0, "fast_s": 0.7}


def test_a_note_for_a_diary_has_plain_letters(result):
    note = diary_note(result.summary, "EDA.csv", "palm")
    assert note.isascii()
    for pattern in (r"tonic \S+ uS \(sd \S+\)", r"bursts/min \(sd \S+\)", r"amplitude \S+ uS \(sd", "97 % usable", "5 min",
                    "from EDA.csv", "treated palm: measures duct block, not calm"):  # fmt: skip
        assert re.search(pattern, note), pattern


def test_digits_follow_the_error():
    assert with_sd(13.949, 0.098) == "13.95 ± 0.10"
    assert with_sd(153.2, 24.0) == "153 ± 24"
    assert with_sd(math.nan, 0.1) == "–"
