"""Suites and their cases, as the benchmark binaries list them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
import json
import math
import os
from pathlib import Path
import re
import tempfile
import time
from typing import Any

from contendlib import process
from contendlib.exits import ContendError, Exit

SUITES = ("lock", "queue", "executor", "sync", "floor", "pattern")

_LIST_LIMIT_S = 60.0


@dataclass(frozen=True)
class Case:
    """One cell: a subject in a workload, with a team of so many workers and named arguments."""

    name: str
    suite: str
    workload: str
    subject: str
    team: str
    workers: int
    args: dict[str, Any]
    oversubscribed: bool
    quick: bool  # measured by quick runs too
    rounds: float


@dataclass
class Listing:
    """What some binaries can measure, and what they were built without."""

    cases: list[Case] = field(default_factory=list)
    subjects: list[dict[str, Any]] = field(default_factory=list)
    absent: list[dict[str, Any]] = field(default_factory=list)
    start_seconds: float = math.inf  # what starting one binary takes

    def add(self, other: "Listing") -> None:
        self.cases += other.cases
        self.subjects += [subject for subject in other.subjects if subject not in self.subjects]
        self.absent += [peer for peer in other.absent if peer not in self.absent]
        # Of those that take longer, most of it is listing, or reading the binary from the disk once.
        self.start_seconds = min(self.start_seconds, other.start_seconds)


def binary(folder: Path, suite: str) -> Path:
    """The benchmark binary of a suite."""
    return folder / f"bench_{suite}"


def environment() -> dict[str, str]:
    """Ours without the variables that Google Benchmark takes for flags."""
    return {name: value for name, value in os.environ.items() if not name.startswith("BENCHMARK_")}


def list_cases(
    folder: Path,
    suites: Iterable[str],
    flags: Sequence[str],
    cpus: Iterable[int],
    interrupts: process.Interrupts,
) -> Listing:
    """Asks each binary, started on these CPUs with these flags, what it would measure."""
    listing = Listing()
    cpus = frozenset(cpus)
    for suite in suites:
        listing.add(_list_suite(binary(folder, suite), flags, cpus, interrupts))
    return listing


def selected(cases: Iterable[Case], pattern: str | None, quick: bool) -> list[Case]:
    """The cases of a run: those that the pattern names; without one, a quick run leaves out what is not quick."""
    if pattern is None and quick:
        return [case for case in cases if case.quick]
    return matching(cases, pattern)


def matching(cases: Iterable[Case], pattern: str | None) -> list[Case]:
    """The cases whose name the regular expression is found in."""
    cases = list(cases)
    if pattern is None:
        return cases
    try:
        expression = re.compile(pattern)
    except re.error as failure:
        raise ContendError(
            f"--filter: '{pattern}' is not a regular expression: {failure}", Exit.USAGE
        ) from failure
    found = [case for case in cases if expression.search(case.name)]
    if not found:
        raise ContendError(
            f"--filter: '{pattern}' matches none of {len(cases)} cases; `contend list --cases` shows them"
        )
    return found


def _list_suite(
    path: Path, flags: Sequence[str], cpus: frozenset[int], interrupts: process.Interrupts
) -> Listing:
    if not path.is_file():
        raise ContendError(
            f"{path}: no such benchmark binary; has the build made it? (`contend run` builds it)"
        )
    command = [str(path), "--contend_list", *flags]
    start = time.monotonic()
    with tempfile.TemporaryFile() as document:
        try:
            outcome = process.run(
                command,
                interrupts,
                limit=_LIST_LIMIT_S,
                cpus=cpus,
                env=environment(),
                stdout=document.fileno(),
            )
        except OSError as failure:
            raise ContendError(f"{path}: cannot be started: {failure.strerror}") from failure
        document.seek(0)
        text = document.read().decode(errors="replace")
    seconds = time.monotonic() - start
    if outcome.timed_out:
        raise ContendError(
            f"{path.name} --contend_list did not end within {_LIST_LIMIT_S:g} s; build it again"
        )
    if outcome.returncode == Exit.USAGE:
        raise ContendError(outcome.tail.strip(), Exit.USAGE)
    if outcome.returncode != 0:
        raise ContendError(f"{path.name} --contend_list failed:\n{outcome.tail.strip()}")
    return _parse(path.name, text, seconds)


def _parse(name: str, text: str, seconds: float) -> Listing:
    try:
        document, _ = json.JSONDecoder().raw_decode(text.lstrip())
        cases = [Case(**{key: case[key] for key in Case.__dataclass_fields__}) for case in document["cases"]]
        return Listing(cases, document["subjects"], document["absent"], seconds)
    except (ValueError, KeyError, TypeError) as failure:
        raise ContendError(
            f"{name} --contend_list printed no list that can be read ({failure!r}); build it again"
        ) from failure
