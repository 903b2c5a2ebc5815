"""`sudomotor parameters`: every value, where it comes from, and how well it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from sudomotor.cli.options import Json
from sudomotor.cli.output import print_json, show

if TYPE_CHECKING:
    from sudomotor.parameters import Parameter


def parameters(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="[NAME]",
            show_default=False,
            help="A parameter, or a group of them (bath, circuit, model …).",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """List every parameter with unit, range, grade and source; or one of them in full.

    \b
    Examples:
      sudomotor parameters
      sudomotor parameters duct_radius_um
      sudomotor parameters bath --json
    """
    from sudomotor.parameters import load

    known, groups = load(), _groups()
    if name is not None and name not in groups:
        one = known[name]
        if as_json:
            print_json({"parameter": _plain(one, next(g for g, names in groups.items() if name in names))})
        else:
            _show_one(one)
        return
    wanted = groups if name is None else {name: groups[name]}
    if as_json:
        print_json(
            {"parameters": [_plain(known[each], group) for group, names in wanted.items() for each in names]}
        )
        return
    for group, names in wanted.items():
        _show_group(group, [known[each] for each in names])
    show(
        "",
        "Grades: measured in people, published, derived by arithmetic, judged. Bold values were fitted.",
    )


def _groups() -> dict[str, list[str]]:
    """Names of the parameters by the file that they are declared in."""
    import tomllib

    from sudomotor.parameters import load
    from sudomotor.parameters.loader import data_folder

    known, groups = load(), {}
    for path in sorted(data_folder().glob("*.toml")):
        names = [each for each in tomllib.loads(path.read_text("utf-8")) if each in known]
        if names:
            groups[path.stem] = names
    return groups


def _plain(p: Parameter, group: str) -> dict[str, Any]:
    return {
        "name": p.name,
        "group": group,
        "text": p.text,
        "symbol": p.symbol,
        "value": p.value,
        "unit": p.unit,
        "low": p.low,
        "high": p.high,
        "distribution": p.distribution,
        "spread": p.spread,
        "grade": p.grade,
        "source": list(p.source),
        "fitted": None if p.fitted is None else list(p.fitted),
        "start": p.start,
    }


def _show_group(group: str, members: list[Parameter]) -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table(title=group, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for head, how in (
        ("name", "left"),
        ("value", "right"),
        ("unit", "left"),
        ("range", "left"),
        ("grade", "left"),
        ("source", "left"),
    ):
        table.add_column(head, justify=how, overflow="fold", no_wrap=head in ("name", "value", "unit"))  # type: ignore[arg-type]
    for p in members:
        value = Text(f"{p.value:.4g}", style="bold" if p.fitted else "")
        table.add_row(
            p.name, value, p.unit, f"{p.low:.4g} to {p.high:.4g}", p.grade, ", ".join(p.source) or "–"
        )
    show(table, "")


def _show_one(p: Parameter) -> None:
    from rich.text import Text

    from sudomotor.parameters.citations import cite

    lines = [
        ("Value", f"{p.value:.6g} {p.unit}"),
        ("Range", f"{p.low:g} to {p.high:g} {p.unit}"),
        ("Grade", p.grade),
    ]
    if p.symbol:
        lines.append(("Symbol", p.symbol))
    if p.distribution != "fixed":
        lines.append(("Across people", f"{p.distribution}, spread {p.spread:g}"))
    if p.fitted is not None:
        lines.append(
            ("Fitted", f"90 % interval {p.fitted[0]:.4g} to {p.fitted[1]:.4g}; before the fit {p.start:.4g}")
        )
    show(Text(p.name, style="bold"), Text(p.text), "")
    for head, value in lines:
        show(Text.assemble((f"{head:<14}", "dim"), value))
    for citation in cite(p.source):
        show(Text.assemble((f"{'Source':<14}", "dim"), citation.text))
