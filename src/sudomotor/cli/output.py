"""What goes where: results to stdout, everything else to stderr, and with --json only JSON on stdout."""

from __future__ import annotations

import json
import math
import sys
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sudomotor.errors import SudomotorError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

BAD_INPUT = 2


def print_json(content: Mapping[str, Any] | list[Any]) -> None:
    """Write one JSON object, or a list of them, to stdout; numbers that are not finite become null."""
    sys.stdout.write(json.dumps(_finite(content), indent=2, ensure_ascii=False, allow_nan=False) + "\n")


def print_json_line(content: Mapping[str, Any]) -> None:
    """Write one JSON object on a line of its own to stdout, at once: for work that gives several, one after the other."""
    sys.stdout.write(json.dumps(_finite(content), ensure_ascii=False, allow_nan=False) + "\n")
    sys.stdout.flush()


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value


def print_error(error: SudomotorError, as_json: bool) -> int:
    """Say what is wrong, where, and how to mend it; gives the exit code."""
    if as_json:
        print_json({"error": {"what": error.what, "where": error.where, "mend": error.mend}})
    sys.stderr.write(f"error: {error}\n")
    return BAD_INPUT


def say(*texts: str) -> None:
    """A remark on stderr."""
    for text in texts:
        sys.stderr.write(f"{text}\n")


def console() -> Console:
    """Where results for people go."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, soft_wrap=False)


def show(*parts: RenderableType) -> None:
    """Print results for people."""
    target = console()
    for part in parts:
        target.print(part)


def show_answers(answers: Iterable[tuple[str, str]]) -> None:
    """Questions in bold, answers beneath, wrapped at a readable width."""
    from rich.padding import Padding
    from rich.text import Text

    target = console()
    for question, answer in answers:
        target.print(Text(question, style="bold red" if question == "Warning" else "bold"))
        target.print(Padding(Text(answer), (0, 0, 0, 2)), width=min(target.width, 100))


def show_path(what: str, path: Path) -> None:
    """A path on one line, whatever the width of the terminal, so that it can be copied."""
    sys.stdout.write(f"{what}: {path}\n")


class Progress:
    """A progress bar on stderr that appears once the work has taken a second.

    Where stderr is no terminal a plain line says what is being done instead.

    Examples
    --------
    >>> with Progress("simulating", total=2) as progress:
    ...     progress.step()
    ...     progress.step()
    """

    def __init__(self, label: str, total: float | None = None, *, after_s: float = 1.0) -> None:
        self.label, self.total, self.done = label, total, 0.0
        self._bar: Any = None
        self._task: Any = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(after_s, self._show)
        self._timer.daemon = True

    def __enter__(self) -> Progress:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()
            self._timer.function = lambda: None

    def _show(self) -> None:
        with self._lock:
            if not sys.stderr.isatty():
                say(f"{self.label} …")
                return
            from rich.console import Console
            from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
            from rich.progress import Progress as Bar

            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Bar(*columns, console=Console(file=sys.stderr), transient=True)
            self._task = self._bar.add_task(self.label, total=self.total, completed=self.done)
            self._bar.start()

    def step(self, amount: float = 1.0) -> None:
        """Some of the work is done."""
        self.at(self.done + amount)

    def at(self, done: float, total: float | None = None, label: str | None = None) -> None:
        """So much of the work is done."""
        with self._lock:
            self.done, self.total = done, self.total if total is None else total
            if self._bar is not None:
                self._bar.update(
                    self._task, completed=self.done, total=self.total, description=label or self.label
                )
