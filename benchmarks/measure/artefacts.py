"""Hold the verdict on artefacts against what experts say of the same five seconds.

    SUDOMOTOR_RECORDINGS=FOLDER python benchmarks/measure/artefacts.py [-o FILE.json]

Takes every `NAME_Epochs.csv` of the folder (columns StartTime and qualityLabel_Expert*; 1 clean, 2 artefact, 0 not labelled) with
the recording `NAME.csv` beside it. Shown are the F1 of `judge` against the experts' majority, of each recording and pooled, with a
bootstrap interval over minutes; the same when the score is fitted anew without the recording that it is held against; F1 between
pairs of experts, and of `judge` against each of them; and what the published limits of range and slope find by themselves.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

GOAL = 0.63
EPOCH_S = 5.0
BLOCK = 12  # epochs that are drawn together: a minute, for artefacts come in bouts
DRAWS = 4000
RIDGE = 0.5


class Labelled(NamedTuple):
    """A recording's epochs: votes (epoch, expert), 1 artefact, 0 clean, nan unlabelled; logs of its shape; the verdicts."""

    name: str
    votes: np.ndarray
    logs: np.ndarray
    found: np.ndarray
    limits: np.ndarray

    @property
    def majority(self) -> np.ndarray:
        """1 artefact, 0 clean, nan where experts are divided or silent."""
        share = self.share
        return np.where(share == 0.5, np.nan, np.where(np.isnan(share), np.nan, share > 0.5))

    @property
    def share(self) -> np.ndarray:
        """Share of the experts who say artefact."""
        said = np.isfinite(self.votes).sum(axis=1)
        return np.where(said > 0, np.nansum(self.votes, axis=1) / np.maximum(said, 1), np.nan)


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("-o", type=Path, help="write the numbers as JSON")
    args = asked.parse_args()
    folder = os.environ.get("SUDOMOTOR_RECORDINGS")
    if not folder:
        raise SystemExit("SUDOMOTOR_RECORDINGS is not set: no recordings to judge")
    found = measured([read(path) for path in sorted(Path(folder).glob("*_Epochs.csv"))])
    show(found)
    if args.o:
        args.o.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def read(path: Path) -> Labelled:
    """Labels and verdicts of one recording."""
    import sudomotor as sm
    from sudomotor.measurement import artefacts
    from sudomotor.measurement.quality import TOLD
    from sudomotor.parameters import load

    name = path.name.removesuffix("_Epochs.csv")
    recording = sm.read(path.with_name(f"{name}.csv"))
    quality = sm.judge(recording)
    p = load()
    epochs = quality.epochs
    found = (~epochs["reason"].isin(["good", "missing", *TOLD])).to_numpy()
    number = np.rint((epochs["start_s"].to_numpy() - recording.times_s[0]) / EPOCH_S).astype(int)
    epoch = np.searchsorted(number, np.floor((recording.times_s - recording.times_s[0]) / EPOCH_S + 1e-9))
    usable = np.isfinite(recording.values_uS)
    logs = artefacts.logs_of(artefacts.shape_of(recording, usable, epoch.astype(np.int64), len(number), p))
    slope = np.bincount(epoch, np.isin(quality.words, ["range", "slope"]), len(number)) > 0
    rows = list(csv.DictReader(path.read_text("utf-8").splitlines()))
    experts = [key for key in rows[0] if key.startswith("qualityLabel")]
    begin = (
        recording.start.replace(tzinfo=None)
        if recording.start
        else datetime.fromisoformat(rows[0]["StartTime"])
    )
    at = np.array([(datetime.fromisoformat(row["StartTime"]) - begin).total_seconds() for row in rows])
    place = {int(n): i for i, n in enumerate(number)}
    which = [(i, place[round(t / EPOCH_S)]) for i, t in enumerate(at) if round(t / EPOCH_S) in place]
    said = np.array([[float(row[key]) for key in experts] for row in rows])
    votes = np.where(said == 0.0, np.nan, said - 1.0)[[i for i, _ in which]]
    ours = [j for _, j in which]
    return Labelled(name, votes, logs[ours], found[ours], slope[ours])


def f1(found: np.ndarray, said: np.ndarray) -> float:
    """F1 where both say something."""
    both = np.isfinite(found.astype(float)) & np.isfinite(said.astype(float))
    a, b = found[both].astype(float), said[both].astype(float)
    return float(2.0 * (a * b).sum() / max(a.sum() + b.sum(), 1.0))


def scores(found: np.ndarray, said: np.ndarray) -> dict[str, float]:
    """F1, precision, recall, and how many artefacts the experts see."""
    good = np.isfinite(said)
    a, b = found[good].astype(bool), said[good] == 1.0
    hit = float((a & b).sum())
    return {
        "f1": f1(found, said), "precision": hit / max(a.sum(), 1), "recall": hit / max(b.sum(), 1), "artefacts": int(b.sum()),
        "epochs": int(good.sum()),
    }  # fmt: skip


def interval(found: np.ndarray, said: np.ndarray, parts: list[int]) -> list[float]:
    """95 % of F1 when minutes are drawn anew, within each recording."""
    rng = np.random.default_rng(1)
    blocks: list[list[np.ndarray]] = []
    begin = 0
    for size in parts:
        blocks.append([np.arange(begin + i, begin + min(i + BLOCK, size)) for i in range(0, size, BLOCK)])
        begin += size
    drawn = []
    for _ in range(DRAWS):
        at = np.concatenate([each[i] for each in blocks for i in rng.integers(len(each), size=len(each))])
        drawn.append(f1(found[at], said[at]))
    return [float(x) for x in np.percentile(drawn, [2.5, 97.5])]


def fitted(recordings: list[Labelled]) -> np.ndarray:
    """Intercept and weights of a ridge logistic regression on the share of experts who say artefact."""
    logs, share = np.concatenate([r.logs for r in recordings]), np.concatenate([r.share for r in recordings])
    good = np.isfinite(share) & np.isfinite(logs).all(axis=1)
    x, y = np.column_stack([np.ones(good.sum()), logs[good]]), share[good]
    w, ridge = np.zeros(x.shape[1]), np.diag([1e-6, *[RIDGE] * logs.shape[1]])
    for _ in range(50):
        chance = 1.0 / (1.0 + np.exp(-x @ w))
        step = np.linalg.solve(
            (x * (chance * (1.0 - chance))[:, None]).T @ x + ridge, x.T @ (y - chance) - ridge @ w
        )
        w = w + step
        if np.abs(step).max() < 1e-9:
            break
    return w


def called(weights: np.ndarray, logs: np.ndarray) -> np.ndarray:
    """Which epochs a fitted score calls artefacts, at the threshold in force."""
    from sudomotor.parameters import load

    chance = 1.0 / (1.0 + np.exp(-(weights[0] + logs @ weights[1:])))
    return np.nan_to_num(chance) > load().value("eda_artefact_threshold")


def measured(recordings: list[Labelled]) -> dict[str, Any]:
    """All numbers."""
    if not recordings:
        raise SystemExit("the folder holds no *_Epochs.csv")
    parts = [len(r.found) for r in recordings]
    said, found = (
        np.concatenate([r.majority for r in recordings]),
        np.concatenate([r.found for r in recordings]),
    )
    limits = np.concatenate([r.limits for r in recordings])
    out: dict[str, Any] = {
        "goal": GOAL, "recordings": {r.name: scores(r.found, r.majority) for r in recordings},
        "pooled": {**scores(found, said), "interval": interval(found, said, parts)},
        "range_and_slope_alone": scores(limits, said),
        "fitted_on_all": fitted(recordings).tolist(),
    }  # fmt: skip
    if len(recordings) > 1:
        out["left_out"], guesses = {}, []
        for i, each in enumerate(recordings):
            weights = fitted([r for j, r in enumerate(recordings) if j != i])
            guesses.append(called(weights, each.logs))
            out["left_out"][each.name] = {**scores(guesses[-1], each.majority), "weights": weights.tolist()}
        left = np.concatenate(guesses)
        out["left_out_pooled"] = {**scores(left, said), "interval": interval(left, said, parts)}
    experts = min(r.votes.shape[1] for r in recordings)
    votes = np.concatenate([r.votes[:, :experts] for r in recordings])
    pairs = {f"{a + 1} and {b + 1}": f1(votes[:, a], votes[:, b]) for a, b in combinations(range(experts), 2)}
    ours = {str(a + 1): f1(found, votes[:, a]) for a in range(experts)}
    out["experts"] = {
        "pairs": pairs, "pairs_mean": float(np.mean(list(pairs.values()))), "judge_against_each": ours,
        "judge_against_each_mean": float(np.mean(list(ours.values()))),
        "pairs_by_recording": {
            r.name: float(np.mean([f1(r.votes[:, a], r.votes[:, b]) for a, b in combinations(range(experts), 2)]))
            for r in recordings
        },
    }  # fmt: skip
    return out


def show(found: dict[str, Any]) -> None:
    """The table."""

    def line(name: str, s: dict[str, Any]) -> None:
        span = f"  95 % {s['interval'][0]:.2f} to {s['interval'][1]:.2f}" if "interval" in s else ""
        print(f"  {name:34} F1 {s['f1']:.3f}  precision {s['precision']:.2f}  recall {s['recall']:.2f}  "
              f"({s['artefacts']} of {s['epochs']}){span}")  # fmt: skip

    print("judge against the experts' majority")
    for name, s in found["recordings"].items():
        line(name, s)
    line("pooled", found["pooled"])
    print(f"  goal {found['goal']}: {'held' if found['pooled']['f1'] >= found['goal'] else 'MISSED'}")
    line("range and slope alone", found["range_and_slope_alone"])
    if "left_out" in found:
        print("fitted without the recording that it is held against")
        for name, s in found["left_out"].items():
            line(name, s)
        line("pooled", found["left_out_pooled"])
    e = found["experts"]
    print(
        "experts: pairs "
        + ", ".join(f"{k} {v:.3f}" for k, v in e["pairs"].items())
        + f"; mean {e['pairs_mean']:.3f}"
    )
    print("judge against each expert: " + ", ".join(f"{k} {v:.3f}" for k, v in e["judge_against_each"].items())
          + f"; mean {e['judge_against_each_mean']:.3f}")  # fmt: skip
    print("weights fitted on all: " + ", ".join(f"{w:.2f}" for w in found["fitted_on_all"]))


if __name__ == "__main__":
    main()
