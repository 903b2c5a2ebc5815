"""`sudomotor backtest`: what it prints, as words and as JSON, and what it refuses. The twin is a stand-in that is quick."""

from __future__ import annotations

import datetime
import json

import numpy as np
import pytest

from sudomotor.cli.main import main
from sudomotor.diary import Diary, Entry

FIRST = datetime.date(2025, 1, 6)


@pytest.fixture
def file(tmp_path):
    rng = np.random.default_rng(2)
    entries = []
    for d in range(100):
        level = 3.5 if d < 30 else 1.6
        if rng.random() < 0.7:
            entries.append(
                Entry(
                    date=FIRST + datetime.timedelta(days=d), site="palms",
                    hdss=int(np.clip(round(level + 0.4 * rng.normal()), 1, 4)),
                )
            )  # fmt: skip
    return Diary.of(entries).write(tmp_path / "diary.csv")


@pytest.fixture
def stand_in(monkeypatch):
    """A twin that says what it is told to say."""
    import sudomotor.twin as twin

    seen = {}

    def fit(known, **more):
        seen.update(more, last=known.last)
        return (known.last - FIRST).days

    def install(chances):
        monkeypatch.setattr(twin, "fit", fit)
        monkeypatch.setattr(
            twin,
            "hdss_forecast",
            lambda end, sessions, days, site=None: np.array([chances(end + 1 + h) for h in range(days)]),
        )
        return seen

    return install


def knows(day: int) -> np.ndarray:
    middle = 3.5 if day < 30 else 1.6
    weight = np.exp(-0.5 * ((np.arange(1, 5) - middle) / 0.5) ** 2) + 0.01
    return weight / weight.sum()


def told(capsys, *words: object) -> str:
    assert main(["backtest", *map(str, words)]) == 0
    return capsys.readouterr().out


def test_words_of_a_twin_that_knows(capsys, file, stand_in):
    seen = stand_in(knows)
    text = " ".join(told(capsys, file).split())
    for part in (
        "The twin beats the best naive forecast",
        "days ahead answers twin simple guess better by",
        "What the numbers are",
        "In 100 of 100 diaries resampled by weeks",
        "90 % intervals",
        "nothing was said of the person: 'palmar hyperhidrosis' taken",
        "no medical advice",
    ):
        assert part in text
    assert seen["method"] == "auto"
    assert seen["person"].preset_name == "palmar hyperhidrosis"


def test_words_of_a_twin_that_does_not(capsys, file, stand_in):
    stand_in(lambda day: knows(0 if day > 30 else 60))
    assert "The twin does not beat the best naive forecast" in " ".join(told(capsys, file).split())


def test_json(capsys, file, stand_in):
    stand_in(knows)
    out = json.loads(told(capsys, file, "--json", "--horizon", 14, "--origins", 3))
    assert out["beats_naive"] is True
    assert out["horizon_days"] == 14
    assert len(out["origins"]) == 3
    assert 0 < out["skill"] < 1
    assert out["source"] == "diary.csv"
    assert {"crps", "crps_naive", "by_lead", "calibration", "verdict", "naive_crps"} <= set(out)


def test_too_little_is_no_error(capsys, file, stand_in, tmp_path):
    stand_in(knows)
    short = tmp_path / "short.csv"
    short.write_text("\n".join(file.read_text("utf-8").splitlines()[:6]) + "\n", "utf-8")
    assert "too little to say" in told(capsys, short)
    out = json.loads(told(capsys, short, "--json"))
    assert out["beats_naive"] is None
    assert out["skill"] is None
    assert out["reason"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--site", "elbow"], "elbow"),
        (["--site", "soles"], "soles"),
        (["--horizon", "0"], "horizon"),
        (["--origins", "0"], "origins"),
        (["--seed", "-1"], "seed"),
        (["--person", "nobody"], "nobody"),
        (["--horizon", "many"], "--horizon"),
    ],
)
def test_wrong_options_are_refused(capsys, file, stand_in, words, says):
    stand_in(knows)
    assert main(["backtest", str(file), *words]) == 2
    assert says in capsys.readouterr().err


def test_a_missing_or_broken_diary_is_refused(capsys, tmp_path):
    assert main(["backtest", str(tmp_path / "no.csv"), "--json"]) == 2
    assert "no.csv" in json.loads(capsys.readouterr().out)["error"]["where"]
    bad = tmp_path / "bad.csv"
    bad.write_text("date,hdss\n2025-01-06,7\n", "utf-8")
    assert main(["backtest", str(bad)]) == 2
    assert "hdss" in capsys.readouterr().err
