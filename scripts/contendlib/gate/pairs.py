"""A tight pair: base and head of one benchmark, one process each, back to back; and the file that keeps pairs."""

from dataclasses import asdict, dataclass
import json
import math
from pathlib import Path
from typing import Any

from contendlib.exits import ContendError


@dataclass(frozen=True)
class Measurement:
    """One process."""

    time_ns: float  # per iteration, by the metric of the benchmark
    parallelism: float | None = None  # CPU seconds over wall seconds of the process, start and end included
    foreign_load: float | None = None  # CPUs that others used meanwhile


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

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", buffering=1)

    def append(self, pair: Pair, extra: dict[str, Any] | None = None) -> None:
        self._file.write(json.dumps({**(extra or {}), **asdict(pair)}) + "\n")

    def close(self) -> None:
        self._file.close()


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
