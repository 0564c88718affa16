"""One stored result: the folder of a run, or the JSON of any Google Benchmark program."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
import json
from pathlib import Path
from typing import Any

from contendlib import gbench, samples
from contendlib.exits import ContendError
from contendlib.gate.choice import CPU, metric_of
from contendlib.paths import shown
from contendlib.stored import fingerprint

_SAMPLES = "samples.jsonl"


@dataclass
class StoredRun:
    """Times are nanoseconds per operation, one for each repetition."""

    label: str
    utc: str  # when it was started, as in the names of runs; empty where that is not known
    facts: fingerprint.Facts
    times: dict[str, list[float]] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)  # why; what failed once has no times


def read(path: Path) -> StoredRun:
    """Raises ContendError that names the file and the fault."""
    if path.is_dir():
        run = _of_folder(path)
    elif path.is_file():
        run = _of_google_benchmark(path)
    else:
        raise ContendError(f"{path}: no such file or folder; give the folder of a run, or a Google Benchmark JSON")
    if not run.times and not run.failed:
        raise ContendError(f"{shown(path)} holds no result")
    for name in run.failed:
        run.times.pop(name, None)
    return run


def paths_in(given: Iterable[Path]) -> list[Path]:
    """What `read` takes: files and folders of runs as they stand, and all runs below any other folder."""
    found: list[Path] = []
    for path in given:
        if path.is_dir() and not (path / _SAMPLES).is_file():
            below = sorted(sample.parent for sample in path.rglob(_SAMPLES) if not sample.parent.is_symlink())
            if not below:
                raise ContendError(f"{path}: no run of ours is in there; `contend run` makes one")
            found += below
        else:
            found.append(path)
    return list({path.resolve(): path for path in found}.values())


def _of_folder(folder: Path) -> StoredRun:
    manifest, machine = (_document(folder / name) for name in ("manifest.json", "machine.json"))
    if not (folder / _SAMPLES).is_file():
        raise ContendError(f"{shown(folder)} is no run of ours: it has no {_SAMPLES}")
    run = StoredRun(folder.resolve().name, _stamp(manifest.get("started")), fingerprint.of_run(machine, manifest))
    for sample in samples.read(folder / _SAMPLES):
        if not sample.ok or sample.real_time_ns is None:
            run.failed.setdefault(sample.case, sample.error or sample.status)
        elif sample.real_time_ns > 0:
            run.times.setdefault(sample.case, []).append(sample.real_time_ns)
    return run


def _of_google_benchmark(path: Path) -> StoredRun:
    try:
        rows, context = gbench.iteration_rows(path)
    except gbench.BadOutput as failure:
        raise ContendError(f"{shown(path)}: {failure}") from failure
    if not rows:
        raise ContendError(f"{shown(path)} holds neither repetitions nor medians; measure with --benchmark_repetitions=10")
    run = StoredRun(path.name, _stamp(context.get("date")), fingerprint.of_google_benchmark(context))
    for row in rows:
        name = gbench.run_name(row)
        try:
            values = gbench.values(row)
        except gbench.BadOutput as failure:
            run.failed.setdefault(name, str(failure))
            continue
        time = values["cpu_time_ns" if metric_of(name) == CPU else "real_time_ns"]
        if time is None or time <= 0:
            run.failed.setdefault(name, f"its time is {time}")
        else:
            run.times.setdefault(name, []).append(time)
    return run


def _document(path: Path) -> dict[str, Any]:
    """A JSON object; empty where there is none."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as failure:
        raise ContendError(f"{shown(path)} cannot be read: {failure}") from failure
    if not isinstance(document, dict):
        raise ContendError(f"{shown(path)} is not a JSON object")
    return document


def _stamp(text: Any) -> str:
    """The date of a manifest, or of Google Benchmark, as a stamp that sorts by time; empty where there is none."""
    try:
        return datetime.fromisoformat(text).astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    except (TypeError, ValueError):
        return ""
