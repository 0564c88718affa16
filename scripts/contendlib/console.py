"""What users see: results on stdout; progress, notes and warnings on stderr."""

from functools import cache
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console


@cache
def _stderr() -> "Console":
    from rich.console import Console

    return Console(stderr=True, highlight=False, soft_wrap=True)


def out(text: str = "") -> None:
    """A result. Whoever stops reading it (`| head`) does not change how the command ends."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def status(text: str) -> None:
    """What is going on."""
    _stderr().print(text, markup=False)


def note(text: str) -> None:
    """Something to know; nothing need be done."""
    _stderr().print(f"note: {text}", markup=False, style="cyan")


def warn(text: str) -> None:
    """Something that makes the figures worse, or that failed without ending the command."""
    _stderr().print(f"warning: {text}", markup=False, style="yellow")


def error(text: str) -> None:
    """Why the command ends."""
    print(f"contend: {text}", file=sys.stderr, flush=True)


def duration(seconds: float) -> str:
    """`95` -> `1 min 35 s`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def plural(count: int, noun: str) -> str:
    """`1 case`, `2 cases`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
