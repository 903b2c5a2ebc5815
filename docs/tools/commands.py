"""The page of commands, from the same declarations that `--help` shows."""

from __future__ import annotations

import re
from typing import Any

import typer
from tables import GENERATED, cell, table

from sudomotor.cli.main import app

# options whose default is words say it at the end of their help
DEFAULT = re.compile(r"\s*[\[(]default: (.*)[\])]$")


def commands_page() -> str:
    """Every command and option."""
    root = typer.main.get_command(app)
    lines = [
        "# Commands", "", GENERATED,
        "Every command answers `--help` with the same. Results go to standard output; the rest goes to "
        "standard error. An error that you can mend exits with code 2 and says what, where and how.", "",
    ]  # fmt: skip
    for name, command in _walk(root, "sudomotor"):
        lines += _section(name, command)
    return "\n".join(lines).rstrip() + "\n"


def _walk(command: Any, name: str) -> list[tuple[str, Any]]:
    """Commands that do something by themselves, by their full names, in the order of `--help`."""
    children = getattr(command, "commands", None)
    if children is None:
        return [(name, command)]
    found = [(name, command)] if command.invoke_without_command and name != "sudomotor" else []
    return found + [each for child, one in children.items() for each in _walk(one, f"{name} {child}")]


def _section(name: str, command: Any) -> list[str]:
    help_text = re.sub(r"[\b\f]", "", command.help or "").strip()
    text, *rest = re.split(r"(?:\[bold\])?Examples:?(?:\[/bold\])?", help_text, maxsplit=1)
    joined = re.sub(r"\\\n\s*", " ", "".join(rest))  # a line that ends in a backslash goes on
    found = [_plain(line) for line in joined.splitlines() if line.strip().startswith("sudomotor ")]
    lines = [f"## `{name}`", "", _plain(text), ""]
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    options = [one for one in command.params if one.param_type_name == "option" and "--help" not in one.opts]
    usage = " ".join([name, *(_metavar(one) for one in arguments), *(["[OPTIONS]"] if options else [])])
    lines += ["```text", usage, "```", ""]
    if arguments:
        lines += table(("Argument", "Meaning"), ((f"`{_metavar(one)}`", _meaning(one)) for one in arguments))
    if options:
        lines += table(
            ("Option", "Meaning", "If not given"),
            ((_names(one), _meaning(one), _default(one)) for one in options),
        )
    if found:
        lines += ["```sh", *found, "```", ""]
    return lines


def _plain(text: str) -> str:
    """Help text without markup and line breaks."""
    return " ".join(re.sub(r"\[/?(?:bold|italic|dim|b|i)\]", "", text).split())


def _metavar(one: Any) -> str:
    return str(one.metavar or one.name.upper())


def _names(one: Any) -> str:
    value = "" if one.is_flag else f" {one.metavar or one.type.name.upper()}"
    return "<br>".join(f"`{name}{value}`".replace("|", "\\|") for name in (*one.opts, *one.secondary_opts))


def _meaning(one: Any) -> str:
    text = DEFAULT.sub("", one.help or "")
    return cell(_plain(text))


def _default(one: Any) -> str:
    told = DEFAULT.search(one.help or "")
    if told:
        return cell(told[1])
    if (
        one.is_flag
        or one.default is None
        or one.default == ()
        or callable(one.default)
        or not _simple(one.default)
    ):
        return "–"
    return f"`{one.default}`"


def _simple(value: object) -> bool:
    return isinstance(value, int | float | str)
