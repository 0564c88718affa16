"""samples.jsonl: one line for each case and repetition, appended as it is measured."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
import errno
import json
import os
from pathlib import Path
import time
from typing import Any

from contendlib.cases import Case
from contendlib.exits import ContendError

OK = "ok"

_SYNC_S = 1.0

# What a sample, and a row of the summary, takes from its case.
CASE_FIELDS = ("case", "suite", "workload", "subject", "team", "workers", "args", "oversubscribed")


@dataclass(frozen=True)
class Sample:
    """One row. Times are nanoseconds per operation; a sample that failed has none."""

    case: str
    suite: str
    workload: str
    subject: str
    team: str
    workers: int
    args: dict[str, Any]
    oversubscribed: bool
    repetition: int
    order: int
    utc: str
    seconds: float
    status: str  # ok, failed, crashed or timeout
    error: str | None = None
    real_time_ns: float | None = None
    cpu_time_ns: float | None = None
    iterations: int | None = None
    counters: dict[str, float | None] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.status == OK


def identity(case: Case) -> dict[str, Any]:
    """The fields that a sample takes from its case."""
    return {"case": case.name, **{name: getattr(case, name) for name in CASE_FIELDS[1:]}}


class SampleLog:
    """Appends samples so that a crash or a full disk costs at most the one being written, a power cut a second's."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("ab", buffering=0)
        self._next_sync_s = time.monotonic() + _SYNC_S

    def append(self, sample: Sample) -> None:
        """Writes one line, all of it or nothing. Raises OSError where the disk is full."""
        line = json.dumps(asdict(sample), allow_nan=False).encode() + b"\n"
        before = os.fstat(self._file.fileno()).st_size
        try:
            if self._file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if time.monotonic() >= self._next_sync_s:
                self._sync()
        except OSError:
            self._file.truncate(before)
            raise

    def close(self) -> None:
        try:
            self._sync()
        finally:
            self._file.close()

    def _sync(self) -> None:
        os.fdatasync(self._file.fileno())
        self._next_sync_s = time.monotonic() + _SYNC_S


@contextmanager
def appending(path: Path) -> Iterator[SampleLog]:
    """Opens the log of a run, new or resumed; half a last line, as a power cut leaves one, is cut off."""
    if path.exists():
        whole = path.read_bytes().rfind(b"\n") + 1
        os.truncate(path, whole)
    log = SampleLog(path)
    try:
        yield log
    finally:
        log.close()


def read(path: Path) -> list[Sample]:
    """All samples of a run; half a last line is left out."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    try:
        return [Sample(**json.loads(line)) for line in lines[:-1]]
    except (ValueError, TypeError) as failure:
        raise ContendError(
            f"{path}: a line is no sample ({failure}); remove it, or measure again"
        ) from failure
