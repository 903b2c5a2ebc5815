"""`sudomotor compare`: what it takes, prints and writes."""

import json
import re

import pytest

from sudomotor.cli.compare import join_hypotheses, split_hypotheses
from sudomotor.cli.main import main

COURSE = ["Treat palms at 15 mA DC for 20 minutes, 5 times a week for 2 weeks", "Pause for 3 weeks"]
FEW = ["--people", "12", "--days", "8"]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def told(capsys, *words):
    assert main([*words]) == 0
    return capsys.readouterr().out


def refused(capsys, *words):
    assert main([*words]) == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["--hypotheses", "peripheral", "loop", "reset"], ["peripheral", "loop", "reset"]),
        (["--hypotheses", "peripheral,loop", "reset"], ["peripheral", "loop", "reset"]),
        (["--hypotheses", "loop + expectation", "reset"], ["loop+expectation", "reset"]),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_hypotheses_take_the_words_that_follow_them_and_no_sentence(words, names, first):
    line = ["compare", *words, *COURSE, "--json"] if first else ["compare", *COURSE, *words, "--json"]
    joined = join_hypotheses(line)
    at = joined.index("--hypotheses")
    assert split_hypotheses([joined[at + 1]]) == names
    assert [word for word in joined if word in COURSE] == COURSE
    assert joined[-1] == "--json"
    assert len(joined) == 6


def test_json_has_everything_and_more_error_of_reading_needs_more_people(capsys, here):
    line = ["compare", *COURSE, "--hypotheses", "peripheral", "central", *FEW, "--json"]
    found = json.loads(told(capsys, *line))
    assert [h["name"] for h in found["hypotheses"]] == ["peripheral", "central"]
    assert [h["grade"] for h in found["hypotheses"]] == ["supported", "speculation"]
    assert any("(speculation)" in text for text in found["hypotheses"][1]["on"])
    names = {m["name"] for m in found["measures"]}
    assert {"sweat_treated", "sweat_untreated", "stai_s", "lsas", "dlqi", "avoidance", "rmssd"} <= names
    assert {d["measure"] for d in found["differences"]} == names
    (best,) = found["best"]
    assert best["pair"] == ["peripheral", "central"]
    assert (best["measure"], best["site"]) == ("sweat_untreated", "untreated")
    assert best["n_per_arm"] >= 2
    assert not best["do_not_try"]
    same = next(d for d in found["differences"] if d["measure"] == "lsas")
    assert (same["d"], same["n_per_arm"], same["do_not_try"]) == (0.0, None, True)
    assert (found["people"], found["seed"], found["report"]) == (12, 1, None)
    assert "has measured anxiety" in found["no_trial"]
    assert not list(here.iterdir())
    worse = json.loads(told(capsys, *line, "--set", "gravimetry_noise_log_sd=0.36"))
    assert worse["best"][0]["n_per_arm"] > best["n_per_arm"]


def test_the_terminal_says_what_would_convince_and_the_page_stands_alone(capsys, here):
    line = ["--hypotheses", "peripheral", "--hypotheses", "central,expectation", *FEW, "--set"]
    out = told(capsys, "compare", *COURSE, *line, "stai_noise=6", "-o", "out")
    flat = " ".join(out.split())
    for words in ("peripheral against central", "central against expectation", "What would convince you",
                  "(speculation)", "No trial of iontophoresis", "no medical advice", "Do not try",
                  "stai_noise set to 6 points by hand"):  # fmt: skip
        assert words in flat, words
    page = (here / "out" / "report.html").read_text("utf-8")
    assert page.count("<svg") == 2 * page.count("<figure>") >= 6
    assert "What would convince you: peripheral against central" in page
    assert "No trial of iontophoresis" in page
    assert "julious2004" in page
    for outside in ("http://", "https://"):
        links = set(re.findall(rf"{outside}[^\"' <)]+", page))
        assert all("w3.org" in link or "doi.org" in link for link in links)
    manifest = json.loads((here / "out" / "manifest.json").read_text("utf-8"))
    assert manifest["hypotheses"] == ["peripheral", "central", "expectation"]
    assert "julious2004" in manifest["citations"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "two hypotheses or more are compared, not 0"),
        (["--hypotheses", "loop"], "two hypotheses or more are compared, not 1"),
        (["--hypotheses", "loop", "evidence"], "'loop' and 'evidence' are the same set of claims"),
        (["--hypotheses", "loop", "rest"], "did you mean 'reset'"),
        (["--hypotheses", "central+compensation", "loop"], "contradict each other"),
        (["--hypotheses", "loop", "reset", "--mechanism", "charm"], "unknown mechanism 'charm'"),
        (["--hypotheses", "loop", "reset", "--days", "0"], "nothing has changed on day 0"),
        (["--hypotheses", "loop", "reset", "--people", "0"], "people must be a whole number"),
    ],
)
def test_what_is_wrong_is_said_with_its_mend(capsys, here, words, says):
    assert says in refused(capsys, "compare", *COURSE, *words)


def test_past_a_safety_ceiling_nothing_is_compared(capsys, here):
    line = ["Treat palms at 60 mA DC for 20 minutes, daily", "--hypotheses", "loop", "reset", *FEW]
    assert "stay below the ceiling" in refused(capsys, "compare", *line)
    assert not list(here.iterdir())
