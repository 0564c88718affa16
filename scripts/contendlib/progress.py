"""How far a run is: a bar on a terminal, a plain line now and then elsewhere, on stderr."""

from collections.abc import Iterator
from contextlib import contextmanager
import sys
import time
from typing import Protocol

from contendlib import console

KINDS = ("auto", "plain", "none")

_PLAIN_EVERY_S = 10.0


class Progress(Protocol):
    """Told before each case what comes, and how long all that is left takes."""

    def update(self, done: int, total: int, label: str, seconds_left: float) -> None:
        ...


class _Silent:
    def update(self, done: int, total: int, label: str, seconds_left: float) -> None:
        pass


class _Plain:
    def __init__(self) -> None:
        self._next = 0.0

    def update(self, done: int, total: int, label: str, seconds_left: float) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + _PLAIN_EVERY_S
            console.status(f"[{done + 1}/{total}] {label}; about {console.duration(seconds_left)} left")


class _Bar:
    """rich's bar, redrawn by us only: no thread of its own beside what is measured."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress as RichProgress, TextColumn

        self._bar = RichProgress(
            TextColumn("{task.completed}/{task.total}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[left]} left  {task.fields[label]}", markup=False),
            console=Console(stderr=True),
            auto_refresh=False,
            transient=True,
        )
        self._task = self._bar.add_task("", left="", label="")

    def update(self, done: int, total: int, label: str, seconds_left: float) -> None:
        left = console.duration(seconds_left)
        self._bar.update(self._task, completed=done, total=total, label=label, left=left, refresh=True)

    def start(self) -> None:
        self._bar.start()

    def stop(self) -> None:
        self._bar.stop()


@contextmanager
def showing(kind: str) -> Iterator[Progress]:
    """The display of that kind; `auto` is a bar where stderr is a terminal and plain lines elsewhere."""
    if kind == "none":
        yield _Silent()
    elif kind == "plain" or not sys.stderr.isatty():
        yield _Plain()
    else:
        bar = _Bar()
        bar.start()
        try:
            yield bar
        finally:
            bar.stop()
