"""Measures pairs: each half in a process of its own.

What takes CPU time of one thread runs beside its other half, both bound to one CPU, where the scheduler gives them turns
of a few milliseconds: both meet the same clock rate and the same neighbours, and the difference has a fifth of the noise
that one after the other leaves. So many pairs are measured at a time as there are CPUs, up to four. All else, and what
takes wall time, has all CPUs to itself, and head and base run one right after the other. What differs then is the process
and the moment, and not what it does for longer: four short processes say more than a long one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
import time
from typing import Any

from contendlib import gbench, process
from contendlib.gate import choice
from contendlib.gate.pairs import CannotMeasure, Measurement, Pair
from contendlib.gate.programs import Program, ending, said
from contendlib.gate.regime import Reading, between

_MOST_LANES = 4  # more would start one after the other, and not run together
_SHARE_OF_TIME = 1 / 4  # of the time of a process, for what has all CPUs to itself

_Found = Measurement | CannotMeasure


@dataclass(frozen=True)
class Task:
    """A pair that is to be measured."""

    key: str
    name: str
    metric: str
    base: Program
    head: Program
    head_first: bool

    @property
    def roles(self) -> tuple[str, str]:
        """In the order in which they start."""
        return ("head", "base") if self.head_first else ("base", "head")


@dataclass(frozen=True)
class _Half:
    """One process."""

    task: Task
    role: str
    cpus: frozenset[int]

    @property
    def program(self) -> Program:
        return self.task.head if self.role == "head" else self.task.base


def lanes(cpus: int) -> int:
    """How many pairs are measured at a time, with so many CPUs."""
    return min(_MOST_LANES, cpus)


class Stopwatch:
    """Runs the processes and reads what they wrote."""

    def __init__(
        self,
        scratch: Path,
        flags: list[str],
        min_time: float,
        limit: float,
        cpus: frozenset[int],
        interrupts: process.Interrupts,
    ) -> None:
        self._scratch = scratch
        self._flags = flags
        self._min_time = min_time
        self._limit = limit
        self._cpus = cpus
        self._interrupts = interrupts
        self._met: set[str] = set()  # programs that ran
        # Programs of ours calibrate their work unit; all are told what the first found, so that they do the same work.
        self._units: dict[str, Any] = {}
        self._with_waits: set[Path] = set()  # programs of ours that also measure waits unless told not to

    def measure(self, tasks: Sequence[Task]) -> list[Pair | CannotMeasure]:
        """One task, or up to as many as there are lanes where each takes CPU time of one thread. Raises Interrupted."""
        start = time.monotonic()
        programs = {program.name for task in tasks for program in (task.base, task.head)}
        together = programs <= self._met and all(map(_is_of_one_thread, tasks))
        found = self._together(tasks) if together else [self._one_by_one(task) for task in tasks]
        self._met |= programs
        seconds = (time.monotonic() - start) / len(tasks)
        return [_paired(task, *halves, seconds) for task, halves in zip(tasks, found)]

    def _together(self, tasks: Sequence[Task]) -> list[tuple[_Found, _Found]]:
        halves = [
            _Half(task, role, frozenset({cpu})) for task, cpu in zip(tasks, sorted(self._cpus)) for role in task.roles
        ]
        found = self._run(halves)
        return list(zip(found[::2], found[1::2]))

    def _one_by_one(self, task: Task) -> tuple[_Found, _Found]:
        before = Reading.now(self._cpus)
        (first,) = self._run([_Half(task, task.roles[0], self._cpus)])
        if isinstance(first, CannotMeasure):
            return first, first
        (second,) = self._run([_Half(task, task.roles[1], self._cpus)])
        if isinstance(second, CannotMeasure):
            return first, second
        if first.foreign_load is None or second.foreign_load is None:
            _, load = between(before, Reading.now(self._cpus))
            return replace(first, foreign_load=load), replace(second, foreign_load=load)
        return first, second

    def _run(self, halves: Sequence[_Half]) -> list[_Found]:
        """At the same time."""
        outs = [self._scratch / f"{at}.json" for at in range(len(halves))]
        for out in outs:
            out.unlink(missing_ok=True)
        launches = [self._launch(half, out) for half, out in zip(halves, outs)]
        before = Reading.now(self._cpus)
        try:
            outcomes = process.run_together(launches, self._interrupts, limit=self._limit)
        except OSError as failure:
            if len(halves) > 1:
                return [found for half in halves for found in self._run([half])]
            return [CannotMeasure(f"in {halves[0].role}: cannot be started: {failure.strerror}")]
        parallelism, foreign = between(before, Reading.now(self._cpus))
        shown = parallelism if len(halves) == 1 else None
        return [self._found(half, outcome, out, shown, foreign) for half, outcome, out in zip(halves, outcomes, outs)]

    def _launch(self, half: _Half, out: Path) -> process.Launch:
        command = [
            str(half.program.link),
            f"--benchmark_filter={gbench.verbatim_filter(half.task.name)}",
            f"--benchmark_out={out}",
            "--benchmark_out_format=json",
            f"--benchmark_min_time={self._min_time * _share_of_time(half.task):g}",
            *self._flags,
            *self._own_flags(half),
        ]
        return process.Launch(command, half.cpus, half.program.folder, half.program.environment())

    def _own_flags(self, half: _Half) -> Iterator[str]:
        """For a program of ours. Both sides are told the same, and what an old one would not know neither of them. Other
        counters than those of times may come from the round for waits."""
        if (unit := self._units.get(half.program.name)) is not None:
            yield f"--contend_unit_ns={unit}"
        of_time = half.task.metric == choice.WALL or half.task.metric.startswith(choice.CPU)
        if of_time and {half.task.base.link, half.task.head.link} <= self._with_waits:
            yield "--contend_waits=no"

    def _found(
        self, half: _Half, outcome: process.Outcome, out: Path, parallelism: float | None, foreign: float | None
    ) -> _Found:
        try:
            return Measurement(self._judge(half, outcome, out), parallelism, foreign)
        except CannotMeasure as failure:
            return CannotMeasure(f"in {half.role}: {failure}")

    def _judge(self, half: _Half, outcome: process.Outcome, out: Path) -> float:
        if outcome.timed_out or outcome.returncode < 0:
            raise CannotMeasure(ending(outcome, self._limit))
        try:
            rows, context = gbench.iteration_rows(out)
            time_ns = gbench.median_of(rows, half.task.name, half.task.metric)
        except gbench.BadOutput as bad:
            code = f" (exit {outcome.returncode})" if outcome.returncode else ""
            raise CannotMeasure(f"{bad}{code}{said(outcome)}") from bad
        if outcome.returncode:
            raise CannotMeasure(ending(outcome, self._limit))
        if outcome.left_behind:
            raise CannotMeasure(f"left {outcome.left_behind} processes behind, which were killed")
        if "waits" in context:
            self._with_waits.add(half.program.link)
        if "unit_ns" in context:
            self._units.setdefault(half.program.name, context["unit_ns"])
        return time_ns


def _is_of_one_thread(task: Task) -> bool:
    return choice.is_of_one_thread(task.name, task.metric)


def _share_of_time(task: Task) -> float:
    return 1.0 if _is_of_one_thread(task) else _SHARE_OF_TIME


def _paired(task: Task, first: _Found, second: _Found, seconds: float) -> Pair | CannotMeasure:
    for half in (first, second):
        if isinstance(half, CannotMeasure):
            return half
    base, head = (second, first) if task.head_first else (first, second)
    assert isinstance(base, Measurement) and isinstance(head, Measurement)
    return Pair(task.key, base, head, task.head_first, seconds)
