"""The parts of the README that the code writes: the output of its command, and the score against trials."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from mind_pages import with_section
from readme_command import first_command

README = Path(__file__).resolve().parents[2] / "README.md"


def run_output(readme: str) -> str:
    """What the README's first command prints, at a width of 100 characters."""
    words = shlex.split(first_command(readme))
    environment = {**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
    return "\n".join(line.rstrip() for line in done.stdout.strip("\n").splitlines())


def with_excerpt(readme: str) -> str:
    """The README with the present output of its command."""
    return with_section(readme, "output", f"```text\n{run_output(readme)}\n```", "the README")
