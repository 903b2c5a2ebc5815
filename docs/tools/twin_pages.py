"""The parts of the twin's pages that code and data write: traits, label schedules, the file, what the benchmarks found."""

# sentences of a page are kept whole:
# ruff: noqa: E501

from __future__ import annotations

import math
from typing import Any

import numpy as np
from tables import GENERATED, bibliography, cell, sources, table

NOT_RUN = "not run yet"
PERSON, ACCOUNT = "palmar hyperhidrosis", "charge"
Z90 = 1.645
_UNITS = {"d": "days", "1": ""}
_ARMS = {
    "prior": "people drawn from what the twin assumes",
    "wider": "people half as far again from the middle",
    "other": "the diary is written under another account of the block than the one that is fitted",
}
CHOSEN = "chosen on training days"
# what was asked of the twin before it was tried
WANTED_BEATS_PCT, WANTED_SKILL_PCT = 70.0, 15.0
WANTED_BAND_PCT = (84.0, 95.0)
WANTED_TIMES = 10.0
WANTED_FEWER_PCT = 25.0


def _pct(share: float, digits: int = 0) -> str:
    return f"{100.0 * share:.{digits}f}".replace("-", "−")


def _figure(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}g}".replace("-", "−")


def not_run(what: str) -> str:
    """The sentence where there is no number: none is made up."""
    return f"{what}: {NOT_RUN}."


# ------------------------------------------------------------------ from the code


def traits_section() -> str:
    """Every trait with what is taken of it before the first entry."""
    from sudomotor.parameters import load
    from sudomotor.twin.priors import TRAITS, prior, values

    of = prior(PERSON, ACCOUNT, load(account=ACCOUNT))
    low, middle, high = (values(np.full((len(TRAITS), 1), z), of.middle, of.spread) for z in (-Z90, 0.0, Z90))

    def shown(value: float) -> str:
        return f"{value:.2g}".replace("-", "−") if abs(value) < 100 else f"{value:.0f}"

    rows = []
    for one in TRAITS:
        a, m, b = (float(each[one.name][0]) for each in (low, middle, high))
        unit = _UNITS.get(one.unit, one.unit)
        rows.append(
            (f"`{one.name}`", cell(one.text), f"{shown(m)} ({shown(a)} to {shown(b)}) {unit}".strip())
        )
    lines = [GENERATED, *table(("Trait", "What it is", "Before the first entry: middle, nine in ten"), rows)]
    lines += [
        f'Of people like "{PERSON}", with the constants of the account `{ACCOUNT}`. Where the unit is `logit`, 0 is even, 2 is about '
        "seven to one for, −2 seven to one against.",
    ]
    return "\n".join(lines)


def labels_section() -> str:
    """The label schedules that a plan is held against."""
    from sudomotor.planning import labels

    rows = [
        (f"`{name}`", cell(one.text), cell(one.assumed), sources(one.source))
        for name, one in labels().items()
    ]
    return "\n".join(
        [GENERATED, *table(("Name", "What it says", "What it leaves open, and was taken", "Source"), rows)]
    )


def label_sources_section() -> str:
    """The bibliography of the label schedules; it is the end of its page."""
    from sudomotor.planning import labels

    return "\n".join(bibliography(key for one in labels().values() for key in one.source))


def twin_file_page() -> str:
    """The page of the twin file, from its JSON Schema."""
    import json

    from sudomotor.twin.file import VERSION, draw_name, schema
    from sudomotor.twin.priors import TRAITS

    found = schema()
    lines = [
        "# The twin file", "", GENERATED,
        "`sudomotor twin diary.csv -o me.twin.json` writes it. It is plain JSON (never a pickle), so that any program can read it. It holds the diary, "
        "the draws, and all that is needed to go on from there: no other file belongs to it.", "",
        "**It is health data of one person.** Keep it where you keep such things.", "",
        f"The format has version {VERSION}. A later sudomotor reads it, or says why not and what to do: fit anew. Files that were cut short, edited by hand, "
        "made by a newer format, or made by a version with other traits are refused, each with its reason. Nothing is overwritten without being asked "
        "(`--force`).", "",
        "## Keys", "",
    ]  # fmt: skip
    lines += table(("Key", "Type", "Meaning"), _rows(found["properties"], found, ""))
    lines += [
        "All keys are there, but for `backtest`, `check.rhat`, `person.age_years` and `person.values`, which have a default. Keys that are not listed are an error.", "",
        "## Draws", "",
        "A draw is one person who fits the diary. All draws weigh the same. Each trait is a list over draws, under these names, in the unit that the "
        "name ends in; what they are is on [the twin](../explanation/twin.md#traits).", "",
    ]  # fmt: skip
    lines += table(("Name", "Meaning"), ((f"`{draw_name(one)}`", cell(one.text)) for one in TRAITS))
    lines += [
        "## Check it", "",
        "```python",
        "import json",
        "from sudomotor.twin.file import schema",
        "",
        'text = json.dumps(schema(), indent=1)      # JSON Schema, for any validator',
        'assert "draws" in schema()["properties"]',
        "```", "",
        "`checksum` is the SHA-256 of the JSON of everything else, keys sorted, without blanks.", "",
        "## Schema", "",
        "```json",
        json.dumps(found, indent=1, ensure_ascii=False),
        "```", "",
    ]  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _rows(properties: dict[str, Any], whole: dict[str, Any], before: str) -> list[tuple[str, str, str]]:
    rows = []
    for name, one in properties.items():
        target = one.get("$ref", "").rpartition("/")[2]
        inner = whole["$defs"][target] if target else None
        about = (
            one.get("description") or (inner or {}).get("description", "") or _ABOUT.get(before + name, "")
        )
        rows.append((f"`{before}{name}`", _kind(one, inner), cell(about)))
        if inner:
            rows += _rows(inner["properties"], whole, f"{name}.")
    return rows


_ABOUT = {
    "format": "what kind of file it is", "notice": "what to keep in mind", "diary_source": "the diary's file", "diary_sha256": "of the diary's canonical text",
    "log_evidence": "log marginal likelihood of the diary by account", "seed": "of the fit", "assumptions": "what was taken for granted, in words",
    "backtest": "how its forecasts did on this very diary; null where that was not tried. Keys: see `sudomotor backtest --json`",
    "checksum": "shows that nothing was changed", "person.preset": "the preset", "person.age_years": "null where it is not known",
    "person.values": "what was known beforehand, by name of the parameter", "check.method": "what was used in the end",
    "check.pareto_k": "tail shape of the importance weights; up to 0.7 is trusted", "check.ess": "effective number of draws",
    "check.rhat": "how far the chains of a sampler agree; up to 1.03 is trusted", "check.agreed": "share of starts that ended at the best point", "check.seconds": "how long it took", "check.checked": "whether there was a check at all",
    "hypotheses.name": "of the set", "hypotheses.mechanism": "the account of the block that the set names", "hypotheses.switches": "what is on",
    "hypotheses.gate": "how learning is gated", "hypotheses.rule": "the rule of learning",
}  # fmt: skip


def _many(kind: str) -> str:
    """The plural.

    >>> _many("number"), _many("list of numbers")
    ('numbers', 'lists of numbers')
    """
    head, _, tail = kind.partition(" ")
    return f"{head}s {tail}".strip()


def _kind(one: dict[str, Any], inner: dict[str, Any] | None) -> str:
    if inner is not None:
        return "object"
    if "anyOf" in one:
        return " or ".join(_kind(each, None) for each in one["anyOf"])
    kind = str(one.get("const") or one.get("type", ""))
    if kind == "array":
        return f"list of {_many(_kind(one['items'], None))}"
    if kind == "object" and isinstance(one.get("additionalProperties"), dict):
        return f"object of {_many(_kind(one['additionalProperties'], None))}"
    return {"sudomotor-twin": '`"sudomotor-twin"`'}.get(kind, kind)


# ------------------------------------------------------------------ from the benchmarks


def sbc_section(data: dict[str, Any]) -> str:
    """Simulation-based calibration: verdict, arms, traits."""
    found = data.get("sbc")
    if not found:
        return f"{GENERATED}\n{not_run('Simulation-based calibration')}"
    arms = found["arms"]
    lines = [GENERATED]
    if "prior" in arms:
        lines += [_sbc_verdict(arms["prior"]), ""]
    rows = []
    for name, arm in arms.items():
        empty = arm["no_entry"]
        rows.append(
            (
                _ARMS.get(name, name), str(arm["people"]), f"{_pct(empty[0])} to {_pct(empty[2])}", _figure(arm["least_p_bonferroni"], 2),
                f"{_pct(arm['covered_90'], 1)} ({_pct(arm['covered_90_least'])} to {_pct(arm['covered_90_most'])})",
                _pct(arm["trusted"]), _figure(arm["ess_median"]), _figure(arm["seconds_median"], 2),
            )
        )  # fmt: skip
    lines += table(
        (
            "Who",
            "People",
            "Days without an entry, %",
            "Least p, corrected",
            "90 % intervals cover, % (least to most of a trait)",
            "Fits that pass their check, %",
            "Effective draws",
            "Seconds a fit",
        ),
        rows,
    )
    if "prior" in arms:
        lines += ["Trait by trait, in the first of these:", ""]
        lines += table(
            ("Trait", "p of even ranks", "90 % covers, %", "50 % covers, %", "Mean rank"),
            (
                (f"`{name}`", _figure(each["p"], 2), _pct(each["covered_90"]), _pct(each["covered_50"]), f"{each['mean_rank']:.2f}")
                for name, each in arms["prior"]["traits"].items()
            ),
        )  # fmt: skip
    lines += [
        f"`python benchmarks/twin/sbc.py`; {found['machine']}, seed {found['seed']}, method `{found['method']}`."
    ]
    return "\n".join(lines)


def _sbc_verdict(arm: dict[str, Any]) -> str:
    low, high = WANTED_BAND_PCT
    outside = [name for name, each in arm["traits"].items() if not low <= 100.0 * each["covered_90"] <= high]
    even = "are even" if arm["even"] else "are **not** even"
    band = (
        "for every trait" if not outside
        else f"for {len(arm['traits']) - len(outside)} of {len(arm['traits'])} traits, not for {', '.join(f'`{n}`' for n in outside)}"
    )  # fmt: skip
    return (
        f"**Where the true value falls among the draws: ranks {even}** (least p after Bonferroni's correction "
        f"{_figure(arm['least_p_bonferroni'], 2)}; 0.01 was asked for). The 90 % intervals cover between {low:.0f} and {high:.0f} % {band}."
    )


def forecast_groups(data: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Groups of people of the forecast benchmark; those of another generator may come from a run of their own."""
    found: dict[str, dict[str, Any]] = {}
    for part in ("forecasts", "strangers"):
        for name, each in (data.get(part) or {}).get("groups", {}).items():
            if part == "forecasts" or "stranger" in name:
                found[name] = each
    return found


def _group(name: str) -> str:
    """The name of a group of people as a sentence takes it."""
    for tail, words in (
        (", goes on in their own way", " who go on in their own way"), (", another schedule begins", " who begin another schedule"),
        (", in their own way", " who go on in their own way"), ("of these, default account", "of these, the default account"),
        ("of these, rival accounts", "of these, the rival accounts"),
    ):  # fmt: skip
        name = name.replace(tail, words)
    return cell(name)


def forecasts_section(data: dict[str, Any]) -> str:
    """Forecasts beside the best naive forecaster, group by group."""
    groups = forecast_groups(data)
    lines = [GENERATED]
    if not groups:
        lines += [not_run("Forecasts for people that no twin has seen"), "", not_run("Strangers")]
        return "\n".join(lines)
    rows = []
    for name, each in groups.items():
        skill, top = each["against"][CHOSEN], each.get("ceiling")
        met = skill["beats_pct"] >= WANTED_BEATS_PCT and 100.0 * skill["skill"] >= WANTED_SKILL_PCT
        rows.append(
            (
                _group(name), str(each["people"]), f"{each['crps']:.3f} / {skill['crps']:.3f}", f"{skill['beats_pct']:.0f}",
                f"{_pct(skill['skill'], 1)} ({_pct(skill['skill_low'])} to {_pct(skill['skill_high'])})",
                "–" if top is None else f"{_pct(top['skill'], 1)}", f"{_pct(each['covered_90'])}", "yes" if met else "**no**",
            )
        )  # fmt: skip
    lines += table(
        (
            "People",
            "Number",
            "CRPS, twin / naive",
            "Twin is better, % of people",
            "Better by, % (90 % interval)",
            "Ceiling, %",
            "90 % intervals cover, %",
            "70 % and 15 % reached",
        ),
        rows,
    )
    lines += [
        "*CRPS* is the mean distance between forecast and answer, in points of HDSS: 0 is perfect. *Naive* is the forecaster that did best on each person's own "
        "training days. *Ceiling*: how much better is a forecaster who knows the person's body, scale and habits exactly, and only not what chance will bring.", "",
    ]  # fmt: skip
    rows = []
    for name, each in groups.items():
        others = [who for who in each["against"] if who != CHOSEN]
        rows.append((_group(name), *(f"{_pct(s, 0)}" for s in each["skill_by_week"]), *(f"{_pct(each['against'][who]['skill'], 1)}" for who in others), _pct(each["against"][CHOSEN]["worst_tenth"])))  # fmt: skip
    first = next(iter(groups.values()))
    heads = [f"Week {i + 1}" for i in range(len(first["skill_by_week"]))]
    heads += [_beside(who) for who in first["against"] if who != CHOSEN]
    lines += [
        "Better by, in %, week by week; beside naive forecasters chosen in hindsight, which nobody could know; and for the worst tenth of people:",
        "",
    ]
    lines += table(("People", *heads, "Worst tenth"), rows)
    told = [part for part in ("forecasts", "strangers") if data.get(part)]
    lines += [f"`python benchmarks/twin/forecasts.py`; {data[told[0]]['machine']}."]
    if not any("stranger" in name for name in groups):
        lines += ["", not_run("Strangers")]
    return "\n".join(lines)


def summary_section(data: dict[str, Any]) -> str:
    """The same in a few lines, for the README."""
    arm = (data.get("sbc") or {}).get("arms", {}).get("prior")
    lines = [
        f"- {not_run('Whether the fit finds again what was put in')}" if arm is None
        else f"- Fits to diaries of {arm['people']} people drawn from what the twin assumes: where the true value falls among the draws is {'even' if arm['even'] else '**not** even'} (least p, "
        f"corrected, {_figure(arm['least_p_bonferroni'], 2)}); 90 % intervals cover {_pct(arm['covered_90'])} % on average, {_pct(arm['covered_90_least'])} to {_pct(arm['covered_90_most'])} % by trait."
    ]  # fmt: skip
    groups = forecast_groups(data)
    if not groups:
        lines.append(f"- {not_run('Forecasts of four weeks beside the best naive ones')}")
    for name, each in groups.items():
        skill = each["against"][CHOSEN]
        if not name.startswith("of these"):
            lines.append(
                f"- Forecasts of four weeks, {_group(name)} ({each['people']} people): better than the best naive forecast for **{skill['beats_pct']:.0f} %** of people, by "
                f"**{_pct(skill['skill'])} %** on average."
            )
    return "\n".join([*lines, *closed_loop_summary(data)])


def _beside(who: str) -> str:
    return "Best for the group" if who.startswith("best for the group") else who.capitalize()


def misses_section(data: dict[str, Any]) -> str:
    """What the benchmarks asked of the twin and did not get."""
    lines = [GENERATED]
    arm = (data.get("sbc") or {}).get("arms", {}).get("prior")
    if arm is None:
        lines.append(f"- **Simulation-based calibration** ({NOT_RUN}).")
    else:
        low, high = WANTED_BAND_PCT
        outside = [n for n, each in arm["traits"].items() if not low <= 100.0 * each["covered_90"] <= high]
        if not arm["even"] or outside:
            lines.append(f"- **Simulation-based calibration.** {_sbc_verdict(arm)}")
    groups = forecast_groups(data)
    if not groups:
        lines.append(f"- **Forecasts beside naive ones** ({NOT_RUN}).")
    for name, each in groups.items():
        skill = each["against"][CHOSEN]
        if skill["beats_pct"] < WANTED_BEATS_PCT or 100.0 * skill["skill"] < WANTED_SKILL_PCT:
            lines.append(
                f"- **Forecasts, {_group(name)}.** The twin is better than the naive for {skill['beats_pct']:.0f} % of people, by {_pct(skill['skill'], 1)} % on average. "
                f"Wanted were {WANTED_BEATS_PCT:.0f} and {WANTED_SKILL_PCT:.0f} %."
            )
    lines += closed_loop_misses(data)
    if not data.get("speed"):
        lines.append(f"- **Speed** ({NOT_RUN}).")
    elif not data["speed"].get("emcee"):
        lines.append(
            f"- **Effective draws per second beside emcee** ({NOT_RUN} with the code as it is); {WANTED_TIMES:.0f} times as many were asked for."
        )
    else:
        lines += [
            f"- **Effective draws per second beside emcee.** {cell(name)}: {each['median']:.1f} times as many; {WANTED_TIMES:.0f} times was asked for."
            for name, each in data["speed"]["emcee"].items()
            if isinstance(each, dict) and each.get("median", WANTED_TIMES) < WANTED_TIMES
        ]
    if len(lines) == 1:
        lines.append("- Nothing of what was asked for beforehand is missed in the runs that are shown.")
    return "\n".join(lines)


def _finite(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def closed_loop_section(data: dict[str, Any]) -> str:
    """Planning again and again for people whose traits the planner does not know."""
    from sudomotor.planning import labels

    found = data.get("closed_loop")
    if not found:
        return f"{GENERATED}\n{not_run('The closed loop')}"
    known, asked = labels(), found.get("arguments", {})
    lines = [GENERATED]
    for name, one in found["groups"].items():
        lines += [f"**{cell(name).capitalize()}, {one['people']} people.** {_loop_verdict(one)}", ""]
        rows = []
        for arm, each in sorted(one["arms"].items(), key=lambda pair: -pair[1]["dry"]):
            words = f"label `{arm}`" if arm in known else f"**{arm}**" if arm == "planner" else arm
            rows.append(
                (words, _pct(each["dry"], 1), _pct(each["dry_last_four_weeks"], 1), f"{each['minutes_per_month']:.0f}", f"{each['sessions']:.1f}")
            )  # fmt: skip
        lines += table(
            ("Who decides", "Dry days, %", "of the last four weeks", "Minutes a month", "Sessions"), rows
        )
    every = next(iter(found["groups"].values()))
    dry, minutes = every["dry_difference_quantiles"], every["minutes_ratio_quantiles"]
    lines += [
        "Person by person, planner against that label schedule (5, 25, 50, 75 and 95 % of people):", "",
        f"- points of dry days more: {', '.join(_pct(each) for each in dry)}",
        f"- minutes as a share of the label's, in %: {', '.join(_pct(each) for each in minutes)}",
        f"- **who loses** (over five points of dry days fewer, and no minutes saved): {every['loses_both_pct']:.0f} % of people"
        + (f": {', '.join(str(each) for each in every['losers'])}" if every["losers"] else ""),
        f"- plans refused: {every['refused']}; plans that were the label schedule, because too little was known or no fair trial was held: {every['fallbacks']}", "",
        f"`python benchmarks/twin/closed_loop.py`; {found['machine']}; {_loop_aim(asked)}, effort `{asked.get('effort', '')}`; a fit takes "
        f"{every['seconds_fit']:.1f} s, a plan {every['seconds_plan']:.1f} s there.", "",
        *_loop_by_worth(data.get("closed_loop_worth")),
    ]  # fmt: skip
    return "\n".join(lines)


def _loop_by_worth(found: dict[str, Any] | None) -> list[str]:
    """The same loop with plans that were asked for by what a dry day may cost."""
    if not found:
        return [f"**Planned by what a dry day may cost** ({NOT_RUN})."]
    aim = _loop_aim(found.get("arguments", {}))
    lines = [f"**Planned by what a dry day may cost** instead ({aim}):", ""]
    for name, one in found["groups"].items():
        lines.append(f"- {cell(name)}, {one['people']} people: {_loop_verdict(one)} {one['loses_both_pct']:.0f} % lose both.")
    return lines


def _loop_aim(asked: dict[str, Any]) -> str:
    goal, worth = cell(str(asked.get("goal", ""))), asked.get("worth_minutes")
    return f"goal “{goal}”" if worth is None else f"a dry day (“{goal}”) may cost {worth:g} minutes"


def _loop_reached(one: dict[str, Any]) -> bool:
    return bool(one["more_dry_days_points"] >= 0.0 and one["saves_pct"] >= WANTED_FEWER_PCT)


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "−")


def _loop_verdict(one: dict[str, Any]) -> str:
    """Against the label schedule that was best for the whole group, chosen in hindsight."""
    against = "" if one.get("hull_minutes_per_month") is None else (
        f" Against the minutes that label schedules would need for as many dry days: {_figure(one['saves_of_hull_pct'])} % fewer."
    )  # fmt: skip
    return (
        f"Against `{one['best_label']}`, the label schedule with most dry days for the group: {_signed(one['more_dry_days_points'])} points of dry days, {_figure(one['saves_pct'])} % fewer minutes. "
        f"Asked for were no fewer dry days and {WANTED_FEWER_PCT:.0f} % fewer minutes: {'reached' if _loop_reached(one) else '**not reached**'}.{against} "
        f"{one['drier_or_equal_pct']:.0f} % of people are as dry or drier, {one['fewer_minutes_pct']:.0f} % spend fewer minutes, {one['both_pct']:.0f} % both."
    )


def _loops(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(part, data[part]) for part in ("closed_loop", "closed_loop_worth") if data.get(part)]


def closed_loop_summary(data: dict[str, Any]) -> list[str]:
    """The closed loop in a line for each way of asking for a plan."""
    if not data.get("closed_loop"):
        return [f"- {not_run('Plans beside label schedules, in the closed loop')}"]
    lines = []
    for _, found in _loops(data):
        one = next(iter(found["groups"].values()))
        lines.append(
            f"- Plans in a closed loop of twelve weeks ({one['people']} people; {_loop_aim(found.get('arguments', {}))}), against the label schedule that was best for the group in hindsight: **{_figure(one['saves_pct'])} %** fewer "
            f"minutes, {_signed(one['more_dry_days_points'])} points of dry days; {one['loses_both_pct']:.0f} % of people lose both."
        )
    return lines


def closed_loop_misses(data: dict[str, Any]) -> list[str]:
    """What the closed loop was to reach and did not."""
    if not data.get("closed_loop"):
        return [f"- **The closed loop** ({NOT_RUN})."]
    return [
        f"- **The closed loop{' by what a dry day may cost' if part != 'closed_loop' else ''}, {cell(name)}.** {_loop_verdict(one)}"
        for part, found in _loops(data) for name, one in found["groups"].items() if not _loop_reached(one)
    ]  # fmt: skip


# parts of the benchmark of speed: where its seconds stand, what they are of, and what was asked for
_TIMED = (
    (("gradient", "gradient"), "log posterior with its gradient, once", 0.005),
    (("gradient", "batch_1024"), "log likelihood of 1024 people", None),
    (("fit", "one account"), "fit by importance sampling, one account of the block", None),
    (("fit", "all accounts"), "the same, all accounts", 10.0),
    (("full", "nuts of all accounts"), "full posterior by NUTS, all accounts", 300.0),
    (("full", "smc of all accounts"), "full posterior by the sequential sampler, all accounts", 300.0),
    (("plan",), "plan of 90 days", 30.0),
)


def _seconds(value: float) -> str:
    return f"{1e3 * value:.1f} ms" if value < 0.1 else f"{value:.1f} s"


def speed_section(data: dict[str, Any]) -> str:
    """How long a fit and a plan take, and how many draws a second beside emcee."""
    found = data.get("speed")
    if not found:
        return f"{GENERATED}\n{not_run('Speed')}"
    rows = []
    for keys, what, wanted in _TIMED:
        one: dict[str, Any] = found
        for key in keys:
            one = one.get(key, {})
        told = _seconds(one["median_s"]) if one else NOT_RUN
        rows.append((what, told, "–" if wanted is None else f"at most {_seconds(wanted)}"))
    lines = [GENERATED, *table((f"Of a diary of {found['days']} days", "Median", "Wanted"), rows)]
    emcee = found.get("emcee", {})
    ratios = [(name, each["median"]) for name, each in emcee.items() if isinstance(each, dict) and "median" in each]
    if ratios:
        lines += table(("Effective draws per second", "Times as many"), [(cell(n), _figure(v)) for n, v in ratios])
    else:
        lines += [f"{not_run('Effective draws per second beside emcee')}", ""]
    return "\n".join([*lines, f"`python benchmarks/twin_speed.py`; {found['machine']}; compiled code."])
