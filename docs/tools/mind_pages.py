"""The pages of the mind that are made from data: claims, checks, and the tables of sham, studies and rival accounts."""

# sentences of a page are kept whole:
# ruff: noqa: E501

from __future__ import annotations

import math
import re
from typing import Any

from mind_data import ACCOUNTS, COURSE, DAYS
from tables import GENERATED, bibliography, cell, sources, symbol, table

from sudomotor.evidence.claims_register import Claim, register

NO_TRIAL = "No trial of iontophoresis that is known has measured anxiety, avoidance, the heart or the brain."
_COUNT = {3: "Three", 4: "Four", 5: "Five", 6: "Six"}
_SIGNS = {"for": "for", "against": "against", "neither": "neither"}
_CAUSES = {
    "expectation": "expectation (hypothesis)", "habituation": "habituation to the test", "regression": "regression to the mean",
    "soak": "soaked skin", "study effect": "study effect", "chance": "chance",
}  # fmt: skip
# what is compared, where the row names it by its key
_WHAT = {
    "heart period change": "heart period, change", "scl change": "skin conductance level, change", "ns scr change per": "skin responses, change",
    "rmssd change": "RMSSD, change",
}  # fmt: skip
# why a check misses; shown where it does
WHY = {
    4: "In the model, sweat in a task is a person's usual sweat times how far the task raises the drive. So the ratio is nearly that of the usual sweat, and the "
    "published series of patients and of controls, from which that is drawn, lie about four times apart. No parameter of the mind can mend that, and none was bent to.",
    6: "Feet improve a month after the hands are dry, as published. Then the model's feet stay as they are for as long as the palms are dry, and improve "
    "a little more with what is learned. Published feet improve and then worsen. The palms were dried by cutting the nerve chain, which raises sweat "
    "elsewhere: compensation after cutting the chain is not in the model. The check holds an operation against a model of a block in the skin.",
}


def claims_page(data: dict[str, Any]) -> str:
    """The register of claims, with what each predicts."""
    known = register()
    lines = [
        "# Claims", "", GENERATED,
        "Popular writing says far more about iontophoresis than \"it stops palms from sweating\". A claim is taken up here only when it is restated so "
        "that it can be simulated, measured and found wrong. Grades: *established*, *supported*, *hypothesis*, *speculation*, *contradicted*. Nothing "
        "below *supported* is on by default.", "",
        f"**{NO_TRIAL}** Every number below is a prediction: the same people with the claim on and off. It says how large the reading would be if the "
        "claim were true. It is no evidence for the claim.", "",
        "`sudomotor claims ID` prints one. What each switch does in the equations: [hypotheses](hypotheses.md).", "",
        "## At a glance", "",
    ]  # fmt: skip
    lines += table(
        ("", "Claim, restated", "Grade", "Switch", "Reading that decides", "On", "Off"),
        (_glance(claim, data["claims"][claim.id]) for claim in known),
    )
    lines += [
        "A switch that is a [mechanism](mechanisms.md) is chosen by `--mechanism`; `channels` by `--channel`. C4.1 and C5.1 have no switch: they speak of "
        "one person, so their numbers come from fits and plans for a few made-up diaries, written by the [twin](twin.md)'s own model. They say what a "
        "diary could show at best.", "",
    ]  # fmt: skip
    for claim in known:
        lines += _claim(claim, data["claims"][claim.id])
    lines += bibliography(key for claim in known for key in claim.sources)
    return "\n".join(lines).rstrip() + "\n"


def _glance(claim: Claim, found: dict[str, Any]) -> tuple[str, ...]:
    switch = f"`{claim.switch}`" + (", on" if claim.on_by_default else "") if claim.switch else "–"
    on, off = (_reading(found, which) for which in ("on", "off"))
    return (
        f"[{claim.id}](#{_anchor(claim)})", cell(claim.text), claim.grade, switch,
        cell(_with_unit(found)) if found["measure"] else "waits", on, off,
    )  # fmt: skip


def _with_unit(found: dict[str, Any]) -> str:
    unit = found["unit"].replace("uS", "µS")
    return found["measure"] if unit in ("1", "ratio") else f"{found['measure']}, {unit}"


def _reading(found: dict[str, Any], which: str) -> str:
    value = found[which]
    if value is None:
        return "–"
    if abs(value) < 1e-9:
        return "0"
    return (f"{value:.2g}" if abs(value) < 99.5 else f"{value:.0f}").replace("-", "−")


def _anchor(claim: Claim) -> str:
    return "c" + claim.id[1:].replace(".", "")


def _claim(claim: Claim, found: dict[str, Any]) -> list[str]:
    note = f"; {claim.grade_note}" if claim.grade_note else ""
    switch = f"`{claim.switch}`" if claim.switch else "none"
    if found["on"] is None:
        predicted = f"nothing yet. It {found['reason']}."
    else:
        predicted = (
            f"{_with_unit(found)}: {_reading(found, 'on')} with the claim, {_reading(found, 'off')} without."
        )
    lines = [
        f"## {claim.id}", "",
        f"**{cell(claim.text)}**", "",
        f"- Grade: **{claim.grade}**{note}.",
        f"- Switch: {switch}, {'on' if claim.on_by_default else 'off'} by default. Part of the model: {cell(claim.part)}.",
        f"- What decides: {cell(claim.observable)}.",
        f"- Predicted: {cell(predicted)}",
        f"- Verdict: {cell(claim.verdict)}", "",
    ]  # fmt: skip
    return lines + table(
        ("Speaks", "Finding", "Source"),
        ((_SIGNS[one.direction], cell(one.text), sources([one.source])) for one in claim.evidence),
    )


def checks_page(data: dict[str, Any]) -> str:
    """What is published of the mind's side beside what the model gives, misses first."""
    from sudomotor.cli.evidence_mind import tolerance

    rows = data["checks"]
    numbers = sorted({row["check"] for row in rows})
    holds = {n: all(row["holds"] for row in rows if row["check"] == n) for n in numbers}
    fitted = {row["check"] for row in rows if row["fitted"]}
    kept = [n for n in numbers if holds[n]]
    lines = [
        "# What the mind reproduces", "", GENERATED,
        "Published findings on stress, anxiety and sweat, held against one set of parameters. Tolerances were stated before the run. What was used to set "
        "a parameter is marked *reproduced*: that it agrees proves little. Only *predicted* rows are tests.", "",
        f"**{NO_TRIAL}** These are stress tests, surgery, medicines and a published model.", "",
        f"**{len(kept)} of {len(numbers)} checks hold**: {sum(n not in fitted for n in kept)} predicted, {sum(n in fitted for n in kept)} reproduced. "
        + (f"Missed: {', '.join(str(n) for n in numbers if not holds[n])}." if len(kept) < len(numbers) else "None is missed."), "",
        "Run them: `sudomotor evidence mind`. The trials of iontophoresis themselves are on the [evidence](evidence.md) page; check 5, the fall under "
        "treatment and under sham, is among them.", "",
    ]  # fmt: skip
    for n in sorted(numbers, key=lambda each: (holds[each], each)):
        mine = sorted((row for row in rows if row["check"] == n), key=lambda row: row["holds"])
        lines += [f"## Check {n}: {'holds' if holds[n] else 'missed'}", "", cell(mine[0]["about"]), ""]
        lines += table(
            ("Compared", "Published", "Model", "Tolerance", "", "Source"),
            (
                (
                    _compared(row), _published(row["published"]),
                    f"{row['predicted']:.3g}".replace("-", "−"),
                    tolerance(row["low"], math.inf if row["high"] is None else row["high"]).replace("-", "−"),
                    ("reproduced" if row["fitted"] else "predicted") if row["holds"] else "**missed**", sources(row["source"]),
                )
                for row in mine
            ),
        )  # fmt: skip
        if not holds[n]:
            lines += [WHY.get(n, "Why is not known."), ""]
    lines += bibliography(key for row in rows for key in row["source"])
    return "\n".join(lines).rstrip() + "\n"


def _compared(row: dict[str, Any]) -> str:
    head, _, tail = row["what"].rpartition(", ")
    what = f"{head}, {_WHAT[tail]}" if tail in _WHAT else row["what"]
    return cell(what + ("" if row["unit"] in row["published"] else f" ({row['unit']})"))


def _published(text: str) -> str:
    return cell(re.sub(r"^-(?=\d)", "−", text).replace("uS", "µS").replace("1/min", "a minute"))


def _pct(log: float) -> str:
    return f"{100.0 * (math.exp(log) - 1.0):.0f}".replace("-", "−").replace("−0", "0")


def _range_pct(one: dict[str, float]) -> str:
    return f"{_pct(one['median'])} ({_pct(one['low'])} to {_pct(one['high'])})"


def sham_section(data: dict[str, Any]) -> str:
    """The tables of the page on sham."""
    found = data["sham"]
    lines = [GENERATED]
    for study, log in found["studies"].items():
        lines += [
            f"**{study}: {_pct(log)} %.** Each part by itself, as change of sweat in %: median and middle 90 %.",
            "",
        ]
        lines += table(
            ("Part", "Before the two trials", "After", "Share of what was printed, %"),
            (
                (
                    _CAUSES[one["cause"]], _range_pct(one["prior"]), _range_pct(one["posterior"]),
                    "–" if one["share"] is None else "{median:.0f} ({low:.0f} to {high:.0f})".format(
                        **{key: 100.0 * value for key, value in one["share"].items()}
                    ).replace("-", "−"),
                )
                for one in found["parts"] if one["study"] == study
            ),
        )  # fmt: skip
    before, after = found["weight"]
    lines += [
        "A share is left out where the printed change is smaller than its own chance error.", "",
        f"The weight of expectation on the drive (`expectation_direct_weight`) lies between {before['low']:.2f} and {before['high']:.2f} before, and between "
        f"{after['low']:.2f} and {after['high']:.2f} after. The trials hardly move it. They determine {found['determined']} of {len(found['unknowns'])} "
        "directions of the unknowns, to half of the variance they had before.", "",
        "**What would tell expectation from the rest?** The width of its part in kim2017 that is left after a further study of 40 people an arm, as a share of the "
        "width before any data:", "",
    ]  # fmt: skip
    lines += table(
        ("Measured in addition", "Width left, %"),
        ((one["name"], f"{100.0 * one['of_prior']:.0f}") for one in found["designs"]),
    )
    lines += ["Assumed: " + "; ".join(cell(note) for note in found["notes"][:4]) + "."]
    return "\n".join(lines)


def identify_section(data: dict[str, Any]) -> str:
    """The table of the least errors under the shipped designs."""
    from sudomotor.evidence.identify import shown

    found = data["identify"]
    steps = found["steps"]
    lines = [
        GENERATED,
        f"**{found['headline']}.** Least relative standard errors with 30 people in each arm, ten sessions in two weeks, nine visits over 14 weeks:", "",
    ]  # fmt: skip
    rows = [
        (
            f"`{symbol(one['symbol'])}` {cell(one['text'])}", f"{one['assumed']:.3g}" if one["assumed"] else "off",
            *(shown(_finite(step["relative_standard_error"][one["symbol"]])) for step in steps),
        )
        for one in found["parameters"]
    ]  # fmt: skip
    rows.append(("**rank**", "", *(f"**{step['rank']}**" for step in steps)))
    rows.append(("known to a factor of e", "", *(str(step["well_known"]) for step in steps)))
    lines += table(("Parameter", "Assumed", *(f"({i})" for i, _ in enumerate(steps, 1))), rows)
    lines += [f"{i}. {step['name']}" for i, step in enumerate(steps, 1)]
    lines += ["", "Least known together in the last design: " + ", ".join(f"`{symbol(s)}`" for s in steps[-1]["least_known_direction"]) + "."]  # fmt: skip
    return "\n".join(lines)


def _finite(value: float | None) -> float:
    return math.inf if value is None else value


def convince_section(data: dict[str, Any]) -> str:
    """The best study for each pair of accounts."""
    found = data["compare"]
    lines = [
        GENERATED,
        f"{_COUNT[len(ACCOUNTS)]} accounts in the same {data['people']} people like \"{found['person']}\", over {DAYS} days of this course:", "",
        "```course", *COURSE, "```", "",
        "The best study for each pair. *d* is the difference in standard deviations of one person's measured change; people in each arm with their range.", "",
    ]  # fmt: skip
    rows = []
    for one in found["pairs"]:
        a, b = one["pair"]
        if one["rows"]:
            measure, day, n, said_a, said_b, d, study = one["rows"][0]
            rows.append(
                (
                    f"`{a}` or `{b}`",
                    cell(measure),
                    day,
                    n,
                    said_a.replace("-", "−"),
                    said_b.replace("-", "−"),
                    d,
                    study,
                )
            )
        else:
            rows.append(
                (f"`{a}` or `{b}`", "do not try", "–", f"over {found['most']:.0f}", "–", "–", "–", "–")
            )
    lines += table(
        ("Pair", "Measure", "Day", "People per arm", "The first says", "The second says", "d", "Study"), rows
    )
    lines += [
        "Sweat is that of the first arm in % of the second. How strong each account is taken to be is judged: an account that is true and half as strong needs four "
        "times the people. What the accounts are: [hypotheses](hypotheses.md). Ask for others: [rival hypotheses](../how-to/rival-hypotheses.md).",
    ]  # fmt: skip
    return "\n".join(lines)


def with_section(text: str, name: str, content: str, where: str) -> str:
    """Replace what stands between `<!-- name -->` and `<!-- /name -->` of a page.

    >>> with_section("a <!-- x -->old<!-- /x --> b", "x", "new", "a page")
    'a <!-- x -->\\nnew\\n<!-- /x --> b'
    """
    pattern = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise SystemExit(f"{where} needs one pair of <!-- {name} --> and <!-- /{name} -->")
    return pattern.sub(lambda _: f"<!-- {name} -->\n{content.strip()}\n<!-- /{name} -->", text)
