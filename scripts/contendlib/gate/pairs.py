"""A tight pair: base and head of one benchmark, one process each, back to back; and the file that keeps pairs."""

from dataclasses import asdict, dataclass
import gzip
import json
import math
import os
from pathlib import Path
from typing import Any
import zlib

from contendlib.exits import ContendError

_EVENT, _EARLY_LOOK = "event", "early look"


@dataclass(frozen=True)
class Measurement:
    """One process."""

    time_ns: float  # per iteration, by the metric of the benchmark
    parallelism: float | None = None  # CPU seconds over wall seconds of the process, start and end included
    foreign_load: float | None = None  # CPUs that others used meanwhile; of the pair, where a half is too short to say


@dataclass(frozen=True)
class Pair:
    """Two processes that ran one right after the other, in an order that was drawn at random."""

    benchmark: str
    base: Measurement
    head: Measurement
    head_first: bool
    seconds: float  # that the pair took

    @property
    def difference(self) -> float:
        """log(head / base): positive where head is slower."""
        return math.log(self.head.time_ns / self.base.time_ns)

    def swapped(self) -> "Pair":
        """The pair with the roles exchanged; as good as the original where both were the same program."""
        return Pair(self.benchmark, self.head, self.base, not self.head_first, self.seconds)


class CannotMeasure(Exception):
    """A benchmark crashed, hung or reported an error; says what and on which side."""


class PairLog:
    """pairs.jsonl: one line each, as they come, so that an interrupt costs at most the one that is measured."""

    def __init__(self, path: Path, take_up: bool = False) -> None:
        if take_up:
            os.truncate(path, path.read_bytes().rfind(b"\n") + 1)
        self._file = path.open("a" if take_up else "w", encoding="utf-8", buffering=1)

    def append(self, pair: Pair, extra: dict[str, Any] | None = None) -> None:
        self._file.write(json.dumps({**(extra or {}), **asdict(pair)}) + "\n")

    def append_early_look(self) -> None:
        """All that were undecided have been looked at, between two planned looks."""
        self._file.write(json.dumps({_EVENT: _EARLY_LOOK}) + "\n")

    def close(self) -> None:
        self._file.close()


def records(path: Path) -> list[dict[str, Any]]:
    """The lines of a log, also of a packed one, without half a last one. Raises ContendError."""
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        found = [json.loads(line) for line in text.split("\n")[:-1]]
    except (OSError, EOFError, zlib.error, ValueError) as failure:
        raise ContendError(f"{path} cannot be read: {failure}") from failure
    if not all(isinstance(record, dict) for record in found):
        raise ContendError(f"{path} cannot be read: a line is no object")
    return found


def is_pair(record: dict[str, Any]) -> bool:
    """Whether the line is a pair, and not an early look."""
    return record.get(_EVENT) != _EARLY_LOOK


def from_record(record: dict[str, Any]) -> Pair:
    """A pair from its line. Raises ContendError."""
    try:
        return Pair(
            str(record["benchmark"]),
            Measurement(**record["base"]),
            Measurement(**record["head"]),
            bool(record["head_first"]),
            float(record["seconds"]),
        )
    except (KeyError, TypeError, ValueError) as failure:
        raise ContendError(f"a line of the recorded pairs cannot be read: {failure!r}") from failure
