"""A Google Benchmark program of anybody's: where it is, what it can measure, and how a process of it ended."""

from dataclasses import dataclass, field
import os
from pathlib import Path
import signal
import tempfile

from contendlib import build, gbench, process
from contendlib.cases import environment
from contendlib.exits import ContendError

_LIST_LIMIT_S = 60.0


@dataclass(frozen=True)
class Program:
    """One executable of one side, started through a link whose path is as long on both sides: what lies on the stack
    before main, the arguments, shifts all that follows."""

    name: str
    link: Path
    folder: Path  # it is started here
    extra_environment: dict[str, str] = field(default_factory=dict)

    def digest(self) -> str:
        return build.digest(self.link)

    def environment(self) -> dict[str, str]:
        return {**environment(), **self.extra_environment}


def names_of(program: Program, flags: list[str], interrupts: process.Interrupts) -> list[str]:
    """The benchmarks of the program, as --benchmark_list_tests has them. None is no error here."""
    command = [str(program.link), "--benchmark_list_tests=true", *flags]
    with tempfile.TemporaryFile() as listed:
        try:
            outcome = process.run(
                command,
                interrupts,
                limit=_LIST_LIMIT_S,
                cwd=program.folder,
                env=program.environment(),
                stdout=listed.fileno(),
            )
        except OSError as failure:
            raise ContendError(f"{program.link.resolve()}: cannot be started: {failure.strerror}") from failure
        listed.seek(0)
        text = listed.read().decode(errors="replace")
    if outcome.timed_out or outcome.returncode:
        raise ContendError(f"{program.link.resolve()} --benchmark_list_tests {ending(outcome, _LIST_LIMIT_S)}")
    return [line for line in text.splitlines() if line.strip()]


def ending(outcome: process.Outcome, limit: float) -> str:
    """For a message."""
    if outcome.timed_out:
        return f"did not end within {limit:g} s and was killed (--time-limit){said(outcome)}"
    if outcome.returncode < 0:
        return f"was killed by {signal.Signals(-outcome.returncode).name}{said(outcome)}"
    return f"ended with exit code {outcome.returncode}{said(outcome)}"


def said(outcome: process.Outcome) -> str:
    """What it complained of."""
    words = gbench.messages(outcome.tail)
    return f"; it said: {words}" if words else ""


def link_to(target: Path, folder: Path, number: int) -> Path:
    """A link to the program, named by its number only."""
    link = folder / f"{number:04}"
    os.symlink(target, link)
    return link
