"""Pages that are made from the data files: parameters, symbols, limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from sudomotor.limits import Limits
from sudomotor.limits.devices import Device, devices
from sudomotor.limits.library import QUANTITIES, SCHEDULE_QUANTITIES, Limit
from sudomotor.parameters import Parameter, Parameters, load, load_citations
from sudomotor.parameters.loader import data_folder, read_parameter_file

GENERATED = "<!-- Made by docs/tools/build_pages.py from the code. Do not edit by hand. -->\n"
# room -> heading, in the order of the model
ROOMS = {
    "person": "People",
    "circuit": "Circuit and skin",
    "bath": "Water",
    "duct": "Sweat duct",
    "mechanisms": "Mechanisms",
    "model": "Block, scales and harm",
    "gland": "Nerve, gland and skin conductance",
    "heart": "Heart",
    "thermal": "Heat",
    "mind": "Mind",
    "channels": "Other responses",
    "treatments": "Other treatments",
    "panic": "Panic model",
    "diary": "Diary",
    "twin": "One person's twin",
    "backtest": "Backtest",
    "planning": "Planning",
    "virtual": "Virtual people who keep diaries",
    "study": "Studies: errors of readings, power",
}
# how a name ending in a symbol's key is written: the data files keep to plain letters
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "eta": "η", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "phi": "φ", "psi": "ψ", "rho": "ρ", "sigma": "σ", "tau": "τ", "theta": "θ", "omega": "ω", "zeta": "ζ", "epsilon": "ε",
}  # fmt: skip
UNITS = {
    "1": "", "um": "µm", "cm2": "cm²", "1/cm2": "per cm²", "uS/cm": "µS/cm", "degC": "°C", "ohm": "Ω", "kohm": "kΩ", "uC": "µC",
    "kohm.cm2": "kΩ·cm²", "ohm.cm2": "Ω·cm²", "ohm.cm": "Ω·cm", "nF/cm2": "nF/cm²", "uF/cm2": "µF/cm²", "mA/cm2": "mA/cm²",
    "mC/cm2": "mC/cm²", "mA.min/cm2": "mA·min/cm²", "m2/s": "m²/s", "1e-9 m2/s": "10⁻⁹ m²/s", "umol": "µmol",
    "mg/cm2/min": "mg/cm²/min", "1/d": "a day", "1/week": "a week",
    "uM": "µM", "uS": "µS", "1/min": "a minute",
}  # fmt: skip


def cell(text: str) -> str:
    """Text that stays in one cell of a table and is not taken for markup."""
    for plain, shown in (
        ("|", "\\|"),
        ("<", "&lt;"),
        ("*", "\\*"),
        ("\n", " "),
        ("+-", "±"),
        ("m2", "m²"),
        ("uS/", "µS/"),
        ("degC", "°C"),
    ):
        text = text.replace(plain, shown)
    return text


def number(value: float) -> str:
    """A number as it stands in the files."""
    return (
        f"{value:g}".replace("-", "−")
        if abs(value) >= 1e-3 or value == 0
        else f"{value:.2g}".replace("-", "−")
    )


def fitted_number(value: float) -> str:
    """A fitted number: three digits are more than the fit knows."""
    return f"{value:.3g}".replace("-", "−")


def with_unit(value: float, unit: str) -> str:
    """A number and its unit as people write it."""
    shown = UNITS.get(unit, unit)
    return f"{number(value)} {shown}".strip()


def symbol(text: str) -> str:
    """A symbol of the data files ("tau_m") as it stands in the equations ("τ_m").

    >>> symbol("tau_m"), symbol("N_palm")
    ('τ_m', 'N_palm')
    """
    head, _, tail = text.partition("_")
    return GREEK.get(head, head) + (f"_{tail}" if tail else "")


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table in Markdown."""
    return [
        f"| {' | '.join(heads)} |",
        f"|{'---|' * len(heads)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
    ]


def rooms() -> dict[str, list[str]]:
    """Names of parameters by data file, in the order of `ROOMS` and then of the files."""
    found: dict[str, list[str]] = {}
    known = load()
    for path in sorted(data_folder().glob("*.toml"), key=lambda path: _place(path.stem)):
        text = path.read_text("utf-8")
        names = [name for name in known if f"\n[{name}]\n" in f"\n{text}"]
        if names:
            found[path.stem] = [name for name in read_parameter_file(text, path.name) if name in names]
    return found


def _place(stem: str) -> tuple[int, str]:
    return (list(ROOMS).index(stem) if stem in ROOMS else len(ROOMS), stem)


def sources(keys: Iterable[str]) -> str:
    """Links to the bibliography of the page."""
    return ", ".join(f"[{key}](#{key})" for key in keys) or "–"


def bibliography(keys: Iterable[str]) -> list[str]:
    """The entries for some keys, each with an anchor."""
    known = load_citations()
    lines = ["## Sources", ""]
    for key in sorted(set(keys)):
        lines += [f"**{key}** {cell(known[key].text)}", f"{{ #{key} }}", ""]
    return lines


def _spread(p: Parameter) -> str:
    how = {
        "fixed": "–",
        "normal": "normal, SD",
        "lognormal": "log-normal, log-SD",
        "logitnormal": "logit-normal, logit-SD",
    }
    return how[p.distribution] if p.distribution == "fixed" else f"{how[p.distribution]} {number(p.spread)}"


def _value(p: Parameter) -> str:
    text = f"**{with_unit(p.value, p.unit)}**"
    if p.fitted is not None:
        text = f"**{fitted_number(p.value)} {UNITS.get(p.unit, p.unit)}**".replace(" **", "**")
        text += f"<br>fitted: {fitted_number(p.fitted[0])} to {fitted_number(p.fitted[1])}"
    return text


def parameters_page(parameters: Parameters | None = None) -> str:
    """Every parameter with its range, grade and source."""
    p = parameters or load()
    by_grade: dict[str, int] = {}
    for one in p.values():
        by_grade[one.grade] = by_grade.get(one.grade, 0) + 1
    count = ", ".join(
        f"{by_grade[grade]} {grade}"
        for grade in ("measured", "published", "derived", "judged")
        if grade in by_grade
    )
    lines = [
        "# Parameters", "", GENERATED,
        f"Every constant of the model: {len(p)} in all, {count}.", "",
        "- **Grade.** *measured*: in people. *published*: as a source states it. *derived*: arithmetic on published values. "
        "*judged*: nobody has published it; the text says by what it was judged.",
        "- **Range.** The published one, or the one stated here. The fit never leaves it.",
        "- **Across people.** How it varies from person to person; the value is then the median (the mean where normal).",
        "- **Fitted.** Set by the [calibration](../explanation/evidence.md); the numbers are its 90 % range.", "",
        "`sudomotor parameters NAME` prints one. `--set \"NAME=VALUE UNIT\"` changes one for a run.", "",
    ]  # fmt: skip
    for room, names in rooms().items():
        lines += [f"## {ROOMS.get(room, room.capitalize())}", ""]
        lines += table(
            ("Name and meaning", "Value", "Range", "Across people", "Grade", "Source"),
            (
                (
                    f"`{name}`<br>{cell(p[name].text)}", _value(p[name]), f"{number(p[name].low)} to {number(p[name].high)}",
                    _spread(p[name]), p[name].grade, sources(p[name].source),
                )
                for name in names
            ),
        )  # fmt: skip
    lines += bibliography(key for one in p.values() for key in one.source)
    return "\n".join(lines).rstrip() + "\n"


def symbols_page() -> str:
    """What the letters of the equations stand for."""
    p = load()
    lines = [
        "# Symbols", "", GENERATED,
        "The letters of the equations, by the part of the model they belong to. The same letter may mean something else in "
        "another part, as it does in the papers they come from. One symbol with several parameters has a value for each site.", "",
    ]  # fmt: skip
    for room, names in rooms().items():
        grouped: dict[str, list[str]] = {}
        for name in names:
            if p[name].symbol:
                grouped.setdefault(p[name].symbol, []).append(name)
        if grouped:
            lines += [f"## {ROOMS.get(room, room.capitalize())}", ""]
            lines += table(
                ("Symbol", "Meaning", "Parameter", "Unit"),
                (
                    (
                        symbol(mark).replace("_", "\\_"), cell(_first_sentence(p[which[0]].text)),
                        "<br>".join(f"`{name}`" for name in which), UNITS.get(p[which[0]].unit, p[which[0]].unit) or "–",
                    )
                    for mark, which in grouped.items()
                ),
            )  # fmt: skip
    return "\n".join(lines).rstrip() + "\n"


def _first_sentence(text: str) -> str:
    for stop in (". ", ": ", "; "):
        text = text.split(stop)[0]
    return text


def limits_page() -> str:
    """Every limit, and the devices as far as they are published."""
    library = Limits.default()
    lines = [
        "# Limits", "", GENERATED,
        "Every course and every session is held against these. They stand outside the model. A report lists all that were "
        "checked, broken ones first.", "",
        "- **ceiling**: past it, `sudomotor run` refuses unless you add `--beyond-limits`. It then prints the risk of injury "
        "first and marks the report.",
        "- **limit**: do not go past it at home.",
        "- **advice**: worth knowing.", "",
        "A **plan** is held against them too, with its dates, after what the diary says was held and what it says of the skin: "
        "`sudomotor plan` breaks none of them, advice apart, and has no switch to pass one. What it lowers, shortens or leaves "
        "out, it says, with the limit that made it. Before that stand the "
        "[safety questions](../how-to/safety-questions.md): an answer that is missing refuses. `sudomotor limits` prints this "
        "list.", "",
        "- **standard**: of a technical standard. **label**: what a maker, a hospital or an authority states. **trial**: what a "
        "trial did. **judgement**: nobody has published it; the text says by what it was judged.", "",
        "Independently of these, a current over 100 mA or a session over 6 hours is an input error: it is taken for a slip of "
        "the unit.", "",
    ]  # fmt: skip
    names = {"ceiling": "Safety ceilings", "limit": "Limits", "advice": "Advice"}
    for severity, title in names.items():
        chosen = [one for one in library.values() if one.severity == severity]
        lines += [f"## {title}", ""]
        lines += table(
            ("Limit and reason", "Must be", "Applies to", "Kind", "Source"),
            (
                (
                    f"`{one.name}`<br>{cell(one.text)}" + (f"<br>**Risk:** {cell(one.risk)}" if one.risk else ""),
                    f"{'at most' if one.relation == '<=' else 'at least'} {with_unit(one.value, one.unit)}<br>{_what(one)}",
                    _where(one), one.kind, sources(one.source),
                )
                for one in chosen
            ),
        )  # fmt: skip
    lines += [
        "## Devices", "",
        "What is published of treatment devices. A dash means that no source states it; nothing is guessed. "
        "`sudomotor session --device NAME` uses these.", "",
    ]  # fmt: skip
    lines += table(
        ("Device", "Waveforms", "Most current", "Most volts", "Source"),
        (
            (
                f"**{one.name}**<br>{cell(one.text)}", ", ".join(one.waveforms) or "–", _figure(one, "max_mA", "mA"),
                _figure(one, "max_volts", "V"), sources(one.source),
            )
            for one in devices()
        ),
    )  # fmt: skip
    used = [key for one in library.values() for key in one.source] + [
        key for one in devices() for key in one.source
    ]
    lines += bibliography(used)
    return "\n".join(lines).rstrip() + "\n"


def _what(limit: Limit) -> str:
    return cell({**QUANTITIES, **SCHEDULE_QUANTITIES}[limit.quantity][1])


def _where(limit: Limit) -> str:
    parts = []
    if set(limit.sites) != {"palms", "soles", "axillae"}:
        parts.append(", ".join(limit.sites))
    if limit.age_below < float("inf"):
        parts.append(f"under {number(limit.age_below)} years")
    if limit.age_from > 0:
        parts.append(f"from {number(limit.age_from)} years")
    if limit.frequency_up_to_Hz == 0:
        parts.append("direct current")
    elif limit.frequency_above_Hz > float("-inf"):
        top = f" to {number(limit.frequency_up_to_Hz)}" if limit.frequency_up_to_Hz < float("inf") else ""
        parts.append(f"over {number(limit.frequency_above_Hz)}{top} Hz")
    return "; ".join(parts) or "all"


def _figure(one: Device, name: str, unit: str) -> str:
    value, grade = getattr(one, name), getattr(one, f"{name}_grade")
    return "–" if value is None else f"{number(value)} {unit} ({grade})"


def write(path: Path, text: str) -> None:
    """Write a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
