"""The evidence page: run once, kept as numbers in docs/data/evidence.json, written out as a page from these."""

# sentences of a page are kept whole:
# ruff: noqa: E501

from __future__ import annotations

import json
import math
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tables import GENERATED, UNITS, cell, fitted_number, number, table

DATA = Path(__file__).resolve().parents[1] / "data" / "evidence.json"
SEED = 1
ALKALINITIES_MM = (0.0, 0.2, 0.5, 1.0, 2.0, 4.0)
MIXING_MINUTES = (1.0, 5.0, 60.0)
WATER_COURSE = "Treat palms at 15 mA DC for 20 minutes, alkalinity {alkalinity:g} mM, 1.5 litres, 3 times a week for 4 weeks"

SHORT = {
    "sweat_change_pct": "change of sweat", "responders_pct": "responders", "sessions_to_control": "control after", "failures_pct": "failures",
    "remission_days": "remission", "starch_iodine_improved_pct": "starch-iodine better in", "hdss_mean": "HDSS", "hdss_change": "change of HDSS",
    "circuit_volts": "volts",
}  # fmt: skip
# What a miss would mean, by study and measure; shown where it misses.
MEANING = {
    ("karakoc2004", "sweat_change_pct"): "Eight sessions gave −88 %. Series with more sessions found less, so no one set of parameters gives both",
    ("karakoc2004", "circuit_volts"): "The volts rest on the skin's law and on water that the study did not state",
    ("kim2017", "sweat_change_pct"): "Ten daily sessions gave −92 % on the day of the last one, the strongest effect of all. A reading right after a session holds soaked skin and the fast pool as well",
    ("kim2017", "starch_iodine_improved_pct"): "The grade is a stated function of the sweat rate, with steps of our choice: the rule may be wrong rather than the sweat",
    ("reinauer1995", "sessions_to_control"): "What “normal” meant was not stated: see the readings below",
    ("reinauer1993", "sessions_to_control"): "What “normal” meant was not stated: see the readings below",
    ("reinauer1993", "sweat_change_pct"): "Alternating current without offset should do nothing beyond what tests do by themselves",
    ("karakoc2002", "responders_pct"): "Four in five still controlled 20 days after the last session, against weaker effects elsewhere: repair seems delayed, or responders alike, or sessions went on",
    ("karakoc2002", "remission_days"): "Published remission is longer than repair within its published range gives",
    ("chan1999", "sweat_change_pct"): "Chan found half of the effect that others found with like settings, in people refractory to aluminium chloride",
    ("dagash2017", "hdss_mean"): "Seven sessions in four weeks lowered the HDSS by 1.5 in children. The answer to a question also holds expectation, which is off by default",
    ("nastase2024", "hdss_mean"): "As for Dagash: children, and an answer that holds expectation",
    ("sener2019", "sweat_change_pct"): "The one axillary study, read a month after the last session; its sweat is −70 % when repair should be well under way",
    ("sener2019", "hdss_change"): "As above, on the scale",
}  # fmt: skip


def collect(*, people: int) -> None:
    """Run the evidence under every mechanism, the readings of what is assumed, and the acid account in several waters."""
    from sudomotor.evidence import run_all, sensitivity
    from sudomotor.model.mechanisms import DEFAULT

    old = json.loads(DATA.read_text("utf-8")) if DATA.exists() else {}
    runs = run_all(people=people, seed=SEED, progress=_tell)
    readings = sensitivity(mechanism=DEFAULT, people=max(100, people // 3), seed=SEED, progress=_tell)
    data = {
        "people": people,
        "seed": SEED,
        "default": DEFAULT,
        "runs": {name: _without_notes(result.to_dict()) for name, result in runs.items()},
        "sensitivity": [asdict(reading) for reading in readings],
        "acid": _acid_in_waters(),
        "apart": _told_apart(),
        # a refit for each study takes long; it is kept until `--kfold` makes it anew
        "kfold": old.get("kfold", []),
    }
    save(data)


def collect_kfold(*, budget: int) -> None:
    """Leave each study out, fit the others again, predict it."""
    import tomllib

    from sudomotor.evidence import kfold
    from sudomotor.evidence.fitting import Fit, FittedValue
    from sudomotor.parameters.loader import data_folder, load

    data, raw = read_data(), tomllib.loads((data_folder() / "calibration.toml").read_text("utf-8"))
    start = load(calibrated=False)
    values = {
        name: FittedValue(one["value"], one["low90"], one["high90"], start.value(name))
        for name, one in raw["fitted"].items()
    }
    fitted = Fit(
        mechanism=raw["mechanism"], seed=SEED, people=300, evaluations=0, values=values, score=math.nan, start_score=math.nan,
        counted=0, inside=0, high_weight_inside=0, orders_holding=0, effective_outcomes=math.nan, at_bound=(),
        normal_palm_mg_per_min=10.0,
    )  # fmt: skip
    data["kfold"] = [asdict(fold) for fold in kfold(fitted, budget=budget, people=150, progress=_tell)]
    save(data)


def save(data: dict[str, Any]) -> None:
    """Keep the numbers, at six digits, so that a change in the last bits is no change of the page."""
    DATA.parent.mkdir(parents=True, exist_ok=True)
    DATA.write_text(json.dumps(rounded(data), indent=1, ensure_ascii=False) + "\n", "utf-8")


def read_data() -> dict[str, Any]:
    """The numbers of the last collection."""
    if not DATA.exists():
        raise SystemExit(
            "docs/data/evidence.json is missing; run: python docs/tools/build_pages.py --evidence"
        )
    found: dict[str, Any] = json.loads(DATA.read_text("utf-8"))
    return found


def _tell(done: int, total: int, what: str) -> None:
    print(f"\r{done}/{total} {what:<60.60}", end="\n" if done >= total else "", file=sys.stderr, flush=True)


def _without_notes(result: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in result.items() if key != "notes"}


def rounded(value: Any) -> Any:
    """Plain data at six digits; what is not finite becomes null."""
    if isinstance(value, float):
        return float(f"{value:.6g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return value


def _acid_in_waters() -> list[dict[str, float]]:
    """Fall of the palms' sweat after four weeks under the acid account, by alkalinity and by mixing at the skin."""
    import numpy as np

    from sudomotor.course import Course
    from sudomotor.model import Hypotheses
    from sudomotor.parameters import load
    from sudomotor.simulation import simulate

    p = load(account="acid")
    rows = []
    for alkalinity in ALKALINITIES_MM:
        course = Course(WATER_COURSE.format(alkalinity=alkalinity))
        row: dict[str, float] = {"alkalinity_mM": alkalinity}
        for mixing in MIXING_MINUTES:
            history = simulate(
                "palmar hyperhidrosis", course, days=28, people=200, seed=SEED,
                hypotheses=Hypotheses.evidence().with_mechanism("acid"), parameters=p.with_values({"bath_mixing_minutes": mixing}),
            )  # fmt: skip
            sweat = history.sweat_of("palms")
            row[f"fall_pct_mixing_{mixing:g}"] = float(100.0 * (1.0 - np.median(sweat[-1] / sweat[0])))
        row["half_pmol"] = 1e3 * p.value("acid_half_nmol")
        rows.append(row)
    return rows


_APART = (
    ("The cathode's side beside the anode's", "15 mA DC for 20 minutes", "cathode", "15 mA DC for 20 minutes"),
    ("5 g baking soda in each pan", "15 mA DC for 20 minutes with 5 g baking soda", "anode", "15 mA DC for 20 minutes"),
    ("5 g salt in each pan", "15 mA DC for 20 minutes with 5 g salt", "anode", "15 mA DC for 20 minutes"),
    ("Saline for tap water", "15 mA DC in saline for 20 minutes", "anode", "15 mA DC for 20 minutes"),
    ("Skin sealed between the pores, 10 mA", "10 mA DC with sealed skin for 20 minutes", "anode", "10 mA DC for 20 minutes"),
    ("Alternating current without offset", "15 mA AC 50 Hz for 20 minutes", "anode", "15 mA DC for 20 minutes"),
)  # fmt: skip


def _told_apart() -> list[dict[str, Any]]:
    """Hits of one session under each account, as a multiple of those of the session it is compared with."""
    from sudomotor.course import Session
    from sudomotor.model.mechanisms import MECHANISMS
    from sudomotor.parameters import load
    from sudomotor.person import draw
    from sudomotor.session.course_dose import course_dose

    def hits(name: str, words: str, role: str) -> float:
        account, p = MECHANISMS[name], load(account=name)
        people = draw("palmar hyperhidrosis", 200, SEED, p)
        dose = course_dose(Session(words), people, role=role, parameters=p, acid=account.counts_acid)
        return float(account.effect(dose, p).hits.mean())

    lasting = [name for name in MECHANISMS if name != "acute"]
    return [
        {"text": text, **{name: hits(name, words, role) / hits(name, beside, "anode") for name in lasting}}
        for text, words, role, beside in _APART
    ]


def apart(data: dict[str, Any]) -> list[str]:
    """The table of what would tell the accounts apart."""
    names = [name for name in data["apart"][0] if name != "text"]
    rows = [(row["text"], *(f"{row[name]:.2f}" for name in names)) for row in data["apart"]]
    return [
        "Hits of one session on an untreated palm, as a multiple of those of the session beside it (15 mA for 20 minutes in assumed tap "
        "water, unless said), each account as calibrated. Computed from the equations; no list of findings. Under `acute` nothing outlasts "
        "the session. Under `synaptic` alone a gland could still answer an agonist, and its sweat reach the skin.", "",
        *table(("Change", *(f"`{name}`" for name in names)), rows),
    ]  # fmt: skip


# ---------------------------------------------------------------- the page


def evidence_page(data: dict[str, Any]) -> str:
    """The page, from the kept numbers."""
    best = data["runs"][data["default"]]
    lines = [
        "# Evidence: how far predictions stand from trials", "", GENERATED,
        "One set of parameters, held against nine published studies and seven ordinal facts. A study's number is compared with what "
        "the study would have measured; see [what a study measures](studies.md). The data file is in the package and states its rules at "
        "its head.", "",
        "## In short", "", *[f"- {line}" for line in in_short(data)], "",
        f"## The default mechanism: {data['default']}", "",
        "Misses come first. *Predicted* is the mean over virtual people, the interval holds nine in ten virtual studies of that size.", "",
        "![Each outcome: predicted minus published, in tolerances, with the interval of virtual studies](../figures/evidence.svg)", "",
        *outcome_table(best), *meaning(best),
        "### Ordinal facts", "", *order_table(best),
        "### Sham", "", sham(best), "",
        "## Every mechanism", "",
        "Each with its own calibration on the same table, within the same ranges. The default is the one that scores best, outcomes and ordinal facts together.", "",
        *mechanism_table(data),
        "### What would tell them apart", "", *apart(data),
        "## Acid in ordinary tap water", "", *acid(data),
        "## Over what is assumed", "", *readings(data),
        "## Without the study itself", "", *folds(data),
        "## Fitted values", "", *fitted(),
        "## Make it again", "",
        "```sh", "sudomotor evidence run --mechanism all", "sudomotor evidence fit", "```", "",
        f"This page: {data['people']} virtual people in each arm, seed {data['seed']}.",
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def evidence_summary(data: dict[str, Any]) -> str:
    """The same in a few lines, for the README."""
    return "\n".join(f"- {line.replace('](#', '](docs/explanation/evidence.md#')}" for line in in_short(data))


def in_short(data: dict[str, Any]) -> list[str]:
    """The score, what it amounts to, and what it does not hold."""
    best = data["runs"][data["default"]]
    s = best["summary"]
    missed = [o for o in best["outcomes"] if o["counts"] and not o["inside"]]
    lines = [
        f"**{s['inside']} of {s['counted']}** published outcomes lie within their tolerance, among them "
        f"{s['high_weight_inside']} of the {s['high_weight']} that weigh most; {s['orders_holding']} of {s['orders']} ordinal facts hold.",
        f"That is no more than {s['independent_quantities']} independent quantities, because several outcomes of one study follow from one another.",
    ]
    if missed:
        told = dict.fromkeys(
            f"{o['study']}, {SHORT[o['measure']]} {value(o, 'published')} (predicted {value(o, 'predicted')})"
            for o in missed
        )
        lines.append(f"It misses: {'; '.join(told)}.")
    if s["sham_interval"]:
        lines.append(sham(best))
    scores = "; ".join(
        f"{name} {run['summary']['inside']} and {run['summary']['orders_holding']}"
        for name, run in by_score(data)
    )
    lines.append(
        f"Mechanisms, outcomes inside (of {s['counted']}) and facts that hold (of {s['orders']}): {scores}. How the treatment works is not settled by this."
    )
    lines.append(acid_sentence(data))
    seen = [fold for fold in data["kfold"] if fold["counts"]]
    if seen:
        lines.append(
            f"When a study is left out of the fit and then predicted, {sum(f['inside_predicted'] for f in seen)} of {len(seen)} lie within tolerance, "
            f"against {sum(f['inside_fitted'] for f in seen)} with it."
        )
    return lines


def by_score(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Mechanisms with their runs, by outcomes inside and facts that hold together, best first."""
    return sorted(
        data["runs"].items(),
        key=lambda item: -item[1]["summary"]["inside"] - item[1]["summary"]["orders_holding"],
    )


def what(o: dict[str, Any]) -> str:
    """The measure in words."""
    from sudomotor.evidence.vocabulary import MEASURES

    text = MEASURES[o["measure"]].text
    return f"{text}, {o['criterion']}" if o["criterion"] else text


def value(o: dict[str, Any], key: str) -> str:
    """A number of an outcome with its unit."""
    if o[key] is None:
        return "nobody"
    shown = f"{o[key]:.3g}".replace("-", "−")
    return shown if o["measure"].startswith("hdss") else f"{shown} {o['unit']}"


def outcome_table(run: dict[str, Any]) -> list[str]:
    """Every outcome, counted misses first."""

    def gravity(o: dict[str, Any]) -> tuple[bool, bool, float]:
        off = math.inf if o["predicted"] is None else abs(o["predicted"] - o["published"]) / o["tolerance"]
        return (not o["counts"], o["inside"], -off)

    rows = []
    for o in sorted(run["outcomes"], key=gravity):
        interval = "–" if o["low"] is None else f"{o['low']:.3g} to {o['high']:.3g}".replace("-", "−")
        verdict = "inside" if o["inside"] else "**miss**"
        rows.append((
            f"{o['study']}<br>{cell(o['arm'])}", cell(f"{what(o)}; {o['at']}"), f"{value(o, 'published')} ± {o['tolerance']:g}",
            value(o, "predicted"), interval, f"{verdict}<br>{o['weight'] if o['counts'] else 'not counted'}",
        ))  # fmt: skip
    return table(
        ("Study and arm", "Outcome", "Published", "Predicted", "90 % of studies", "Verdict, weight"), rows
    )


def meaning(run: dict[str, Any]) -> list[str]:
    """What the misses mean."""
    told = dict.fromkeys(
        f"- **{o['study']}**, {what(o)}: {MEANING[(o['study'], o['measure'])]}."
        for o in run["outcomes"]
        if o["counts"] and not o["inside"] and (o["study"], o["measure"]) in MEANING
    )
    return ["### What the misses mean", "", *told, ""] if told else []


def order_table(run: dict[str, Any]) -> list[str]:
    """Ordinal facts, untrue ones first."""
    rows = []
    for o in sorted(run["orders"], key=lambda o: o["holds"]):
        ratio = "–" if o["ratio"] is None else f"{o['ratio']:.2f}"
        rows.append(
            (
                o["id"],
                ratio,
                f"{o['min_ratio']:g}",
                ("yes" if o["holds"] else "**no**") + (f" ({cell(o['note'])})" if o.get("note") else ""),
            )
        )
    return table(("Fact", "Ratio", "At least", "Holds"), rows)


def sham(run: dict[str, Any]) -> str:
    """Whether both sham values lie in one interval."""
    s = run["summary"]["sham_interval"]
    if not s:
        return "No sham arm."
    published = " and ".join(f"{v:.3g} %".replace("-", "−") for v in s["published"])
    text = f"Published changes without an effective current are {published}; the predicted 90 % interval of a sham study is {s['low']:.1f} to {s['high']:.1f} %, {s['width']:.1f} points wide, and {'holds' if s['holds'] else 'does **not** hold'} both."
    return re.sub(r"-(?=\d)", "−", text)


def mechanism_table(data: dict[str, Any]) -> list[str]:
    """Scores of all mechanisms."""
    from sudomotor.model.mechanisms import MECHANISMS

    rows = []
    for name, run in by_score(data):
        s = run["summary"]
        untrue = ", ".join(o["id"] for o in run["orders"] if not o["holds"]) or "–"
        rows.append((
            f"`{name}`" + (" (default)" if name == data["default"] else ""), cell(MECHANISMS[name].text), f"{s['inside']} of {s['counted']}",
            f"{s['high_weight_inside']} of {s['high_weight']}", f"{s['orders_holding']} of {s['orders']}", untrue,
        ))  # fmt: skip
    lines = table(
        (
            "Mechanism",
            "In words",
            "Outcomes inside",
            "Of high weight",
            "Facts that hold",
            "Facts that do not",
        ),
        rows,
    )
    return [
        *lines,
        "![Outcomes inside tolerance and ordinal facts that hold, by mechanism](../figures/mechanisms.svg)",
        "",
    ]


def fall(pct: float) -> str:
    """A fall in per cent, without a nought that is none."""
    return "less than 1 %" if pct < 1 else f"{pct:.0f} %"


def acid_sentence(data: dict[str, Any]) -> str:
    """What becomes of the acid account in ordinary tap water."""
    row = next(row for row in data["acid"] if row["alkalinity_mM"] == 2.0)
    usual, still, soft = (
        row["fall_pct_mixing_5"],
        row["fall_pct_mixing_60"],
        data["acid"][0]["fall_pct_mixing_5"],
    )
    verdict = (
        "the acid mechanism **fails**" if max(usual, still) < 20 else
        "the acid mechanism lives only off an unstirred layer of water at the skin" if usual < 0.5 * still else
        f"the acid mechanism works only because its fit takes {row['half_pmol']:.0f} pmol of net acid per duct for half the greatest "
        "effect, about what the duct's own buffer holds (13 pmol), and the bath itself stays near neutral"
    )  # fmt: skip
    return (
        f"In ordinary tap water (2 mM alkalinity, 1.5 litres) {verdict}: sweat falls by {fall(usual)} after four weeks if the water at the "
        f"skin mixes within 5 minutes, by {fall(still)} if it takes an hour; in water without alkalinity by {fall(soft)}."
    )


def acid(data: dict[str, Any]) -> list[str]:
    """The acid account, by alkalinity and mixing."""
    rows = [
        (f"{row['alkalinity_mM']:g} mM", *(fall(row[f"fall_pct_mixing_{m:g}"]) for m in MIXING_MINUTES))
        for row in data["acid"]
    ]
    return [
        acid_sentence(data) + " " + (
            "Mixing then hardly matters: from a bath near neutral the net acid that a duct gains is mostly bicarbonate that the anode draws out "
            "of it, not protons of the bath. That so little injures a duct has not been shown; the acid water that Sato saw needs soft water or a "
            "small pan (see [the water](water.md))."
            if "works" in acid_sentence(data) else
            "The bulk of the bath hardly turns acid in hard water (see [the water](water.md)), so all hangs on how long the acid made at the "
            "plate stays at the skin. Nobody has measured that."
        ), "",
        "Fall of the palms' sweat after four weeks (15 mA, 20 minutes, three times a week) under the acid mechanism:", "",
        *table(("Alkalinity", *(f"mixing in {m:g} min" for m in MIXING_MINUTES)), rows),
    ]  # fmt: skip


def readings(data: dict[str, Any]) -> list[str]:
    """The score over each assumed reading."""
    lines = [
        "Sources leave things open: the water, the minutes, what “normal” meant. Here each is pinned in turn to a value, and the rest is kept.", "",
    ]  # fmt: skip
    rows = [
        (
            f"`{r['assumption']}`" if "_" in r["assumption"] else r["assumption"],
            r["value"],
            f"{r['inside']} of {r['counted']}",
            str(r["high_weight_inside"]),
            str(r["orders_holding"]),
        )
        for r in data["sensitivity"]
    ]
    return [
        *lines,
        *table(("Assumed", "Taken as", "Outcomes inside", "Of high weight", "Facts that hold"), rows),
    ]


def folds(data: dict[str, Any]) -> list[str]:
    """The k-fold over studies."""
    if not data["kfold"]:
        return ["Not run for this version of the parameters.", ""]
    rows = []
    for f in data["kfold"]:
        shown: Callable[[Any], str] = lambda v: "nobody" if v is None else f"{v:.3g}".replace("-", "−")  # noqa: E731
        rows.append((
            f"{f['study']}<br>{cell(f['arm'])}", f"{SHORT[f['measure']]}; {f['at']}", f"{shown(f['published'])} ± {f['tolerance']:g}",
            shown(f["fitted"]), shown(f["predicted"]), ("inside" if f["inside_predicted"] else "**miss**") + ("" if f["counts"] else "<br>not counted"),
        ))  # fmt: skip
    return [
        "Each study is left out in turn, the parameters are fitted to the others, and the study is predicted. The refit starts from the values before the "
        "calibration, which were set with the whole table in view, so this flatters somewhat.", "",
        *table(("Study and arm", "Outcome", "Published", "Fitted", "Predicted without it", "Verdict"), rows),
    ]  # fmt: skip


def fitted() -> list[str]:
    """Values that the calibration set."""
    from sudomotor.parameters import load

    chosen = [p for p in load().values() if p.fitted is not None]
    if not chosen:
        return ["The parameters in force are starting values; none has been fitted.", ""]
    rows = [
        (
            f"`{p.name}`", cell(p.text), f"{fitted_number(p.value)} {UNITS.get(p.unit, p.unit)}".strip(),
            f"{fitted_number(p.fitted[0])} to {fitted_number(p.fitted[1])}",
            f"{number(p.low)} to {number(p.high)}",
        )
        for p in chosen
        if p.fitted is not None
    ]  # fmt: skip
    return [
        "All studies share them. The 90 % range is that of a random walk about the best fit; where it fills the range that was allowed, "
        "**the studies do not tell the value**.", "",
        *table(("Parameter", "Meaning", "Value", "90 % range", "Allowed"), rows),
    ]  # fmt: skip
