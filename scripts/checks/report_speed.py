#!/usr/bin/env python3
"""Checks that the report stays quick, from raw samples to the finished page: 5 s for a quick run, 20 s and 1 GiB for
100,000 samples.

    python3 scripts/checks/report_speed.py [RUN]

The quick run is the newest one in results/ that was committed, or the one named; the large one is made up. Times depend
on the machine, so this is no part of the tests: run it on a quiet one.
"""

from __future__ import annotations

from dataclasses import dataclass
import os
from pathlib import Path
import shutil
import statistics
import sys
import tempfile
import time

SCRIPTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "tests")]

import synthetic_results  # noqa: E402

RAW = ("machine.json", "manifest.json", "samples.jsonl")


@dataclass(frozen=True)
class Limit:
    name: str
    seconds: float
    mebibytes: float
    times: int


QUICK, LARGE = Limit("quick run", 5.0, 1024, 5), Limit("large run", 20.0, 1024, 1)
LARGE_CPUS, LARGE_SAMPLES = 16, 100_000


def newest_run() -> Path:
    runs = sorted((SCRIPTS.parent / "results").glob("*/*/samples.jsonl"), key=lambda path: path.parent.name)
    if not runs:
        sys.exit("results/ holds no run: measure one with `scripts/contend run`, or name one")
    return runs[-1].parent


def large_run(folder: Path) -> Path:
    synthetic_results.write_run(folder, cpus=LARGE_CPUS, repetitions=1)
    cases = _lines(folder)
    return synthetic_results.write_run(folder, cpus=LARGE_CPUS, repetitions=-(-LARGE_SAMPLES // cases))


def report_on(run: Path) -> tuple[float, float]:
    """Seconds of `contend report` with nothing but the raw data, and the most MiB that one of its processes took."""
    with tempfile.TemporaryDirectory() as scratch:
        for name in RAW:
            shutil.copy(run / name, scratch)
        start = time.monotonic()
        words = [str(SCRIPTS / "contend"), "report", scratch, "-o", os.devnull]
        child = os.posix_spawn(
            words[0], words, os.environ, file_actions=[(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
        )
        _, status, usage = os.wait4(child, 0)
        if status:
            sys.exit("the report failed")
        return time.monotonic() - start, usage.ru_maxrss / 1024


def check(limit: Limit, run: Path) -> bool:
    figures = [report_on(run) for _ in range(limit.times)]
    seconds = statistics.median(s for s, _ in figures)
    mebibytes = max(m for _, m in figures)
    good = seconds <= limit.seconds and mebibytes <= limit.mebibytes
    each = ", ".join(f"{s:.1f}" for s, _ in figures)
    print(
        f"{limit.name}: {_lines(run):,} samples: {seconds:.1f} s (limit {limit.seconds:g}; {each}), {mebibytes:.0f} MiB "
        f"(limit {limit.mebibytes:g}){'' if good else '  TOO MUCH'}"
    )
    return good


def _lines(run: Path) -> int:
    return (run / "samples.jsonl").read_bytes().count(b"\n")


def main() -> bool:
    quick = check(QUICK, Path(sys.argv[1]) if len(sys.argv) > 1 else newest_run())
    with tempfile.TemporaryDirectory() as folder:
        return check(LARGE, large_run(Path(folder))) and quick


if __name__ == "__main__":
    sys.exit(not main())
