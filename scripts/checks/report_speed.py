#!/usr/bin/env python3
"""Checks that the report stays quick: a quick run's page in 5 s, one from 100,000 samples in 20 s and 1 GiB.

    python3 scripts/checks/report_speed.py

Uses made-up results. Times depend on the machine, so this is no part of the tests: run it on a quiet one.
"""

from __future__ import annotations

from dataclasses import dataclass
import os
from pathlib import Path
import sys
import tempfile
import time

SCRIPTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(SCRIPTS), str(SCRIPTS / "tests")]

import synthetic_results  # noqa: E402


@dataclass(frozen=True)
class Limit:
    name: str
    cpus: int
    samples: int
    seconds: float
    mebibytes: float


LIMITS = (Limit("quick run", 2, 2_000, 5.0, 1024), Limit("full run", 16, 100_000, 20.0, 1024))


def report_on(folder: Path) -> tuple[float, float]:
    """Seconds and peak MiB of a fresh process that reads the run, draws it and writes the page."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from pathlib import Path; from contendlib import report; "
        "report.write([Path(sys.argv[2])], None)"
    )
    start = time.monotonic()
    child = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", code, str(SCRIPTS), str(folder)])
    _, status, usage = os.wait4(child, 0)
    if status:
        sys.exit("the report failed")
    return time.monotonic() - start, usage.ru_maxrss / 1024


def check(limit: Limit) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder)
        synthetic_results.write_run(run, cpus=limit.cpus, repetitions=1)
        cases = sum(1 for _ in (run / "samples.jsonl").open())
        synthetic_results.write_run(run, cpus=limit.cpus, repetitions=-(-limit.samples // cases))
        rows = sum(1 for _ in (run / "samples.jsonl").open())
        seconds, mebibytes = report_on(run)
    good = seconds <= limit.seconds and mebibytes <= limit.mebibytes
    print(
        f"{limit.name}: {rows:,} samples: {seconds:.1f} s (limit {limit.seconds:g}), {mebibytes:.0f} MiB "
        f"(limit {limit.mebibytes:g}){'' if good else '  TOO MUCH'}"
    )
    return good


if __name__ == "__main__":
    sys.exit(not all([check(limit) for limit in LIMITS]))
