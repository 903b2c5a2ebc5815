"""`sudomotor replay`: one's own past under a change, and what cannot be replayed."""

import json

import numpy as np
import pytest

from sudomotor.cli.main import main
from sudomotor.cli.twin_inputs import read_interval_days, read_span
from sudomotor.errors import InputError
from sudomotor.twin import fit
from sudomotor.twin.priors import COUNT, INDEX
from sudomotor.twin.synthetic import synthetic_diary

SESSIONS = [(d, 15.0, 20.0) for d in (6, 8, 10, 13, 15, 17, 20, 22, 24, 27, 34, 41, 48, 55)]


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A folder with the twin of a synthetic diary from 5 January to 5 March 2026."""
    folder = tmp_path_factory.mktemp("replay")
    z = np.zeros(COUNT)
    z[INDEX["logging"]], z[INDEX["strength"]] = -0.6, 1.5
    diary = synthetic_diary(z, SESSIONS, days=60, seed=3)
    fit(diary, accounts=("charge",), draws=150).save(folder / "me.twin.json")
    return folder


@pytest.fixture(autouse=True)
def _in_it(here, monkeypatch):
    monkeypatch.chdir(here)


def told(capsys, *words):
    assert main(["replay", "me.twin.json", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def refused(capsys, *words):
    assert main(["replay", *words]) == 2
    return capsys.readouterr().err


def test_a_skipped_fortnight_costs_good_days_after_it_began(capsys):
    out = told(capsys, "--skip", "2026-01-20..2026-02-02")
    d = out["difference"]
    assert (d["sessions"], d["minutes"]) == (-6, -120)
    assert d["dry_days_low"] <= d["dry_days"] <= d["dry_days_high"] < 0
    assert d["first_day"] > "2026-01-20"
    was, changed = out["p_hdss_le_2"]["as_it_was"], out["p_hdss_le_2"]["as_it_would_have_been"]
    assert was[:15] == changed[:15]  # nothing changes before it
    assert sum(changed) < sum(was)


def test_less_current_is_worse_and_more_often_is_better(capsys):
    weak = told(capsys, "--current-mA", "5")["difference"]
    often = told(capsys, "--every", "2 days")["difference"]
    assert weak["dry_days"] < 0 < often["dry_days"]
    assert weak["sessions"] == 0 < often["sessions"]


def test_no_change_but_the_number_that_is_there_already(capsys):
    out = told(capsys, "--minutes", "20")
    assert out["difference"]["days_that_differ"] == 0
    assert out["difference"]["dry_days"] == 0


def test_the_words_and_the_page(capsys, here):
    assert main(["replay", "me.twin.json", "--skip", "2026-01-20..2026-02-02", "-o", "out"]) == 0
    flat = " ".join(capsys.readouterr().out.split())
    for part in (
        "With no sessions from 20 January 2026 to 2 February 2026", "How many more good days?", "fewer", "When?",
        "At what cost?", "8 sessions in place of 14, 160 minutes in place of 280", "Report: out/report.html",
    ):  # fmt: skip
        assert part in flat
    page = (here / "out" / "report.html").read_text("utf-8")
    assert page.count("<svg") == 2
    assert "as it would have been" in page
    assert json.loads((here / "out" / "manifest.json").read_text("utf-8"))["command"] == "replay"


def test_other_hypotheses_are_named(capsys):
    out = told(capsys, "--hypotheses", "peripheral")
    assert out["hypotheses"] == "peripheral"
    assert out["difference"]["sessions"] == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "nothing is changed"),
        (["--skip", "2026-13-01..2026-13-14"], "is no day"),
        (["--skip", "01.02.2026"], "is no day"),
        (["--skip", "2026-02-14..2026-02-01"], "is before"),
        (["--skip", "2030-02-14..2030-02-16"], "runs from 2026-01-05 to 2026-03-05"),
        (["--every", "now and then"], "is no interval"),
        (["--every", "0.2 days"], "more than one session a day"),
        (["--current-mA", "-3"], "current_mA"),
        (["--current-mA", "95"], "RISK OF INJURY"),
        (["--minutes", "0"], "minutes"),
        (["--hypotheses", "lop"], "did you mean 'loop'?"),
    ],
)
def test_what_cannot_be_replayed_says_why(capsys, words, says):
    assert says in refused(capsys, "me.twin.json", *words)


@pytest.mark.parametrize(
    ("text", "days"), [("10 days", 10), ("week", 7), ("every 2 weeks", 14), ("1,5 d", 1.5), ("3", 3)]
)
def test_intervals_in_words(text, days):
    assert read_interval_days(text) == days


def test_one_day_is_a_span_too():
    first, last = read_span("2026-03-01")
    assert first == last
    assert read_span("2026-03-01 to 2026-03-04")[1].day == 4
    with pytest.raises(InputError, match=r"2026-03-01\.\.2026-03-14"):
        read_span("2026-03-01-2026-03-14")
    with pytest.raises(InputError, match="names 3 days"):
        read_span("2026-03-01..2026-03-02..2026-03-03")
