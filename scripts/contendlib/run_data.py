"""One finished run, read from its folder and checked: what the verdicts, the plots and the report are made
from."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from contendlib.exits import ContendError

SCHEMA = 1
_TAIL = 1 << 20  # bytes; longer than any line


@dataclass(frozen=True)
class Row:
    """One case of summary.json. Times are nanoseconds per operation; a failed case has none."""

    case: str
    suite: str
    workload: str
    subject: str
    team: str
    workers: int
    args: dict[str, Any]
    oversubscribed: bool
    status: str
    error: str | None
    n: int
    median_ns: float
    low_ns: float
    high_ns: float
    stable: bool
    counters: dict[str, float]

    @property
    def ok(self) -> bool:
        """Whether the case was measured and passed its check."""
        return self.status == "ok" and math.isfinite(self.median_ns) and self.median_ns > 0

    @property
    def rate(self) -> float:
        """Operations per second."""
        return 1e9 / self.median_ns

    @property
    def rate_interval(self) -> tuple[float, float]:
        return 1e9 / self.high_ns, 1e9 / self.low_ns

    def counter(self, name: str) -> float | None:
        value = self.counters.get(name)
        return float(value) if isinstance(value, (int, float)) and math.isfinite(value) else None

    def number(self, arg: str, default: float = 0.0) -> float:
        """An argument as a number; the default where it is missing or a word."""
        try:
            return float(self.args[arg])
        except (KeyError, TypeError, ValueError):
            return default

    @cached_property
    def shares(self) -> list[float]:
        """Fraction of all operations by each counted worker, in the order of the workers."""
        numbered = [
            (int(k[6:]), v) for k, v in self.counters.items() if k[:6] == "share_" and k[6:].isdigit()
        ]
        return [float(v) for _, v in sorted(numbered)]


@dataclass
class RunData:
    """A run's folder. `notes` says what is missing from it or broken in it."""

    folder: Path
    summary: dict[str, Any]
    machine: dict[str, Any]
    manifest: dict[str, Any]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, folder: Path) -> RunData:
        """Reads a run's folder. A folder that holds no usable run is a ContendError."""
        summary = _read_summary(folder)
        notes: list[str] = []
        machine = _read_optional(folder / "machine.json", notes)
        manifest = _read_optional(folder / "manifest.json", notes)
        rows = rows_of(summary)
        if not rows:
            raise ContendError(
                f"{folder}: summary.json holds no case: there is nothing to report; measure with: contend run"
            )
        notes += _check_samples(folder / "samples.jsonl")
        return cls(folder, summary, machine, manifest, rows, notes)

    @property
    def synthetic(self) -> bool:
        """Whether the figures were made up (by the test data generator) rather than measured."""
        return any(bool(part.get("synthetic")) for part in (self.summary, self.machine, self.manifest))

    @property
    def cpus(self) -> int:
        return cpu_count(self.machine, self.manifest, self.rows)

    @property
    def placement(self) -> str:
        for part in (self.manifest, self.manifest.get("options"), self.manifest.get("context"), self.machine):
            if isinstance(part, dict) and isinstance(part.get("placement"), str):
                return str(part["placement"])
        return "unknown"

    def suite(self, name: str, workload: str | None = None) -> list[Row]:
        return [r for r in self.rows if r.suite == name and workload in (None, r.workload)]

    def subject_info(self, subject: str) -> dict[str, Any]:
        return self._subjects.get(subject, {})

    @cached_property
    def _subjects(self) -> dict[str, dict[str, Any]]:
        return subject_table(self.summary)

    def is_null(self, subject: str) -> bool:
        return is_null(self._subjects, subject)

    def samples(self, prefix: str = "") -> Iterator[dict[str, Any]]:
        """The raw repetitions of all cases whose names begin so, such as "lock/sections/", one at a time; lines that
        are no sample are left out. Lines of other cases, most of a large run, are not even parsed."""
        path = self.folder / "samples.jsonl"
        if not path.is_file():
            return
        quoted = json.dumps(prefix)[:-1].encode()
        with path.open("rb") as lines:
            for line in lines:
                if quoted in line and (sample := _sample(line)) is not None:
                    if str(sample.get("case")).startswith(prefix):
                        yield sample


def rows_of(summary: dict[str, Any]) -> list[Row]:
    """The cases of a summary as rows; what is not a case is left out."""
    cases = summary.get("cases")
    return [_row(c) for c in cases if isinstance(c, dict) and "case" in c] if isinstance(cases, list) else []


def subject_table(summary: dict[str, Any]) -> dict[str, dict[str, Any]]:
    subjects = summary.get("subjects")
    return (
        {s["name"]: s for s in subjects if isinstance(s, dict) and "name" in s}
        if isinstance(subjects, list)
        else {}
    )


def is_null(subjects: dict[str, dict[str, Any]], subject: str) -> bool:
    """Whether a subject does nothing (it shows the harness's own cost) and so is never ranked."""
    return bool(subjects.get(subject, {}).get("null", subject.lower().startswith("null")))


def cpus_chosen(manifest: dict[str, Any]) -> list[int]:
    """The CPUs that the run was allowed, as --cpus or the process's affinity had them; empty if unknown."""
    options = manifest.get("options")
    chosen = options.get("cpus") if isinstance(options, dict) else None
    return [c for c in chosen if isinstance(c, int)] if isinstance(chosen, list) else []


def cpu_count(machine: dict[str, Any], manifest: dict[str, Any], rows: Iterable[Row]) -> int:
    """CPUs the run might use: those chosen for it, or else those on the machine's card, or else the most workers
    that were not oversubscribed."""
    if chosen := cpus_chosen(manifest):
        return len(chosen)
    for key in ("usable_cpus", "cpus", "logical_cpus"):
        value = machine.get(key)
        if isinstance(value, list) and value:
            return len(value)
        if isinstance(value, int) and value > 0:
            return value
    return max((r.workers for r in rows if not r.oversubscribed), default=1)


def _sample(line: bytes) -> dict[str, Any] | None:
    try:
        sample = json.loads(line)
    except ValueError:
        return None
    return sample if isinstance(sample, dict) else None


def _row(case: dict[str, Any]) -> Row:
    args = case.get("args")
    counters = case.get("counters")
    return Row(
        case=str(case["case"]),
        suite=str(case.get("suite", "")),
        workload=str(case.get("workload", "")),
        subject=str(case.get("subject", "")),
        team=str(case.get("team") or "none"),
        workers=int(case.get("workers") or 1),
        args=args if isinstance(args, dict) else {},
        oversubscribed=bool(case.get("oversubscribed", False)),
        status=str(case.get("status", "ok")),
        error=case.get("error"),
        n=int(case.get("n") or 0),
        median_ns=_nanoseconds(case, "median_ns"),
        low_ns=_nanoseconds(case, "low_ns", "median_ns"),
        high_ns=_nanoseconds(case, "high_ns", "median_ns"),
        stable=bool(case.get("stable", True)),
        counters=counters if isinstance(counters, dict) else {},
    )


def _nanoseconds(case: dict[str, Any], *keys: str) -> float:
    """The first of these fields that is a positive number; NaN if none is."""
    for key in keys:
        value = case.get(key)
        if isinstance(value, (int, float)) and math.isfinite(value) and value > 0:
            return float(value)
    return math.nan


def _read_summary(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        raise ContendError(f"{folder}: no such folder; give the folder of a run, such as results/latest")
    path = folder / "summary.json"
    if not path.is_file():
        hint = (
            "the run was not finished: contend run --resume"
            if (folder / "samples.jsonl").is_file()
            else ("give the folder of a run, such as results/latest")
        )
        raise ContendError(f"{folder}: holds no summary.json; {hint}")
    summary = _read_json(path)
    if summary.get("schema") != SCHEMA:
        raise ContendError(
            f"{path}: written with schema {summary.get('schema', 'unknown')}, and this version reads schema "
            f"{SCHEMA}; measure again, or report with the version that wrote it"
        )
    return summary


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as failure:
        raise ContendError(f"{path}: cannot be read: {failure.strerror}") from failure
    except ValueError as failure:
        raise ContendError(
            f"{path}: not valid JSON ({failure}); measure again with: contend run"
        ) from failure
    if not isinstance(document, dict):
        raise ContendError(f"{path}: a JSON object was expected, not a {type(document).__name__}")
    return document


def _read_optional(path: Path, notes: list[str]) -> dict[str, Any]:
    if not path.is_file():
        notes.append(f"{path.name} is missing from the run's folder")
        return {}
    try:
        return _read_json(path)
    except ContendError as failure:
        notes.append(failure.message)
        return {}


def _check_samples(path: Path) -> list[str]:
    """What is wrong with the raw samples: missing, or cut off in the last line as by a crash."""
    if not path.is_file():
        return ["samples.jsonl is missing: single repetitions cannot be shown"]
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _TAIL))
        last = file.read().rstrip(b"\n").rpartition(b"\n")[2]
    try:
        json.loads(last or b"null")
    except ValueError:
        return [
            "the last line of samples.jsonl is cut off and left out; contend run --resume measures it again"
        ]
    return []
