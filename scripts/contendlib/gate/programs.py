"""A Google Benchmark program of anybody's: what it can measure, and one measurement in a process of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
import os
from pathlib import Path
import signal
import tempfile
import time
from typing import Any

from contendlib import build, gbench, process
from contendlib.cases import environment
from contendlib.exits import ContendError
from contendlib.gate.pairs import CannotMeasure, Measurement, Pair
from contendlib.gate.regime import Reading, between

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
        raise ContendError(f"{program.link.resolve()} --benchmark_list_tests {_ending(outcome, _LIST_LIMIT_S)}")
    return [line for line in text.splitlines() if line.strip()]


class Stopwatch:
    """Measures one benchmark of a program in a process of its own, and pairs of them."""

    def __init__(
        self,
        scratch: Path,
        flags: list[str],
        min_time: float,
        limit: float,
        cpus: frozenset[int],
        interrupts: process.Interrupts,
    ) -> None:
        self._out = scratch / "measured.json"
        self._flags = [f"--benchmark_min_time={min_time:g}", *flags]
        self._limit = limit
        self._cpus = cpus
        self._interrupts = interrupts
        # Programs of ours calibrate their work unit; all are told what the first found, so that they do the same work.
        self._units: dict[str, Any] = {}

    def pair(self, key: str, name: str, metric: str, sides: Sequence[Program], head_first: bool) -> Pair:
        """Base and head, one right after the other. Raises CannotMeasure that says on which side, and Interrupted."""
        start, found = time.monotonic(), {}
        for role in ("head", "base") if head_first else ("base", "head"):
            try:
                found[role] = self.measure(sides[role == "head"], name, metric)
            except CannotMeasure as failure:
                raise CannotMeasure(f"in {role}: {failure}") from failure
        return Pair(key, found["base"], found["head"], head_first, time.monotonic() - start)

    def measure(self, program: Program, name: str, metric: str) -> Measurement:
        """Raises CannotMeasure, and Interrupted."""
        self._out.unlink(missing_ok=True)
        before = Reading.now(self._cpus)
        try:
            outcome = process.run(
                self._command(program, name),
                self._interrupts,
                limit=self._limit,
                cpus=self._cpus,
                cwd=program.folder,
                env=program.environment(),
            )
        except OSError as failure:
            raise CannotMeasure(f"cannot be started: {failure.strerror}") from failure
        parallelism, foreign = between(before, Reading.now(self._cpus))
        return Measurement(self._judge(outcome, program, name, metric), parallelism, foreign)

    def _command(self, program: Program, name: str) -> list[str]:
        unit = self._units.get(program.name)
        return [
            str(program.link),
            f"--benchmark_filter={gbench.verbatim_filter(name)}",
            f"--benchmark_out={self._out}",
            "--benchmark_out_format=json",
            *self._flags,
            *([] if unit is None else [f"--contend_unit_ns={unit}"]),
        ]

    def _judge(self, outcome: process.Outcome, program: Program, name: str, metric: str) -> float:
        if outcome.timed_out or outcome.returncode < 0:
            raise CannotMeasure(_ending(outcome, self._limit))
        try:
            rows, context = gbench.iteration_rows(self._out)
            time = gbench.median_of(rows, name, metric)
        except gbench.BadOutput as bad:
            raise CannotMeasure(f"{bad}{_code(outcome)}{_said(outcome)}") from bad
        if outcome.returncode:
            raise CannotMeasure(_ending(outcome, self._limit))
        if outcome.left_behind:
            raise CannotMeasure(f"left {outcome.left_behind} processes behind, which were killed")
        if "unit_ns" in context:
            self._units.setdefault(program.name, context["unit_ns"])
        return time


def _ending(outcome: process.Outcome, limit: float) -> str:
    if outcome.timed_out:
        return f"did not end within {limit:g} s and was killed (--time-limit){_said(outcome)}"
    if outcome.returncode < 0:
        return f"was killed by {signal.Signals(-outcome.returncode).name}{_said(outcome)}"
    return f"ended with exit code {outcome.returncode}{_said(outcome)}"


def _code(outcome: process.Outcome) -> str:
    return f" (exit {outcome.returncode})" if outcome.returncode else ""


def _said(outcome: process.Outcome) -> str:
    said = gbench.messages(outcome.tail)
    return f"; it said: {said}" if said else ""


def link_to(target: Path, folder: Path, number: int) -> Path:
    """A link to the program, named by its number only."""
    link = folder / f"{number:04}"
    os.symlink(target, link)
    return link
