"""Print the README's first command after the installation, made to run in a temporary directory.

    bash -c "$(python docs/tools/readme_command.py)"

A folder given as the first argument of that shell is used instead of a new one.
"""

from __future__ import annotations

from pathlib import Path

README = Path(__file__).resolve().parents[2] / "README.md"
INSTALL = "pip install . && "
# what the command has to leave behind: the page for the person, the page for a dermatologist, the twin
WRITES = tuple(f"sudomotor-report/{name}" for name in ("report.html", "doctor.html", "demo.twin.json"))


def first_command(readme: str) -> str:
    """The `sudomotor demo` part of the line that installs and runs.

    >>> first_command("text\\npip install . && sudomotor demo --help\\n")
    'sudomotor demo --help'
    """
    lines = [line for line in readme.splitlines() if line.startswith(INSTALL + "sudomotor demo")]
    if len(lines) != 1:
        raise SystemExit(
            f"the README has {len(lines)} lines that begin with '{INSTALL}sudomotor demo', not one"
        )
    return lines[0].removeprefix(INSTALL)


def main() -> None:
    """Print the shell command: it fails if the run fails or leaves no report."""
    command = first_command(README.read_text("utf-8"))
    there = "; ".join(f"test -s {path}" for path in WRITES)
    print(f'set -e; cd "${{1:-$(mktemp -d)}}"; {command}; {there}')


if __name__ == "__main__":
    main()
