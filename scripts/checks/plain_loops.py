"""Holds the suite's uncontended figures against Google Benchmark's plain loop, as a careful outsider would write it.

usage: plain_loops.py BUILD_DIR [--pairs N] [--tolerance PERCENT]

Runs both in turn, N times, each in a process of its own on the same CPU, and compares medians. Exit 0: all within the
tolerance; 1: not, or a program failed; 2: usage.
"""

import argparse
import json
import os
from pathlib import Path
import statistics
import subprocess
import sys

SUBJECTS = ("std::mutex", "tbb::spin_mutex", "Lock", "SpinLock")
ROUND_SECONDS = 0.1


def nanoseconds(program: Path, case: str, cpu: int) -> float:
    """Wall time per operation of the one row that `case` names."""
    output = subprocess.run(
        [program, f"--benchmark_filter=^{case}(/process_time/manual_time)?$", "--benchmark_format=json",
         f"--benchmark_min_time={ROUND_SECONDS}"],
        check=True, capture_output=True, text=True, preexec_fn=lambda: os.sched_setaffinity(0, {cpu}),
    ).stdout
    (row,) = json.loads(output)["benchmarks"]
    if row.get("error_occurred"):
        raise RuntimeError(f"{case}: {row['error_message']}")
    return row["real_time"]


def ratios(build: Path, pairs: int) -> dict[str, tuple[float, float]]:
    """Median nanoseconds of the suite and of the plain loop, by subject."""
    cpu = min(os.sched_getaffinity(0))
    times: dict[str, tuple[list[float], list[float]]] = {subject: ([], []) for subject in SUBJECTS}
    for _ in range(pairs):
        for subject, (suite, plain) in times.items():
            case = f"lock/sections/{subject}/team:threads/workers:1/cs_ns:0/out_ns:0"
            suite.append(nanoseconds(build / "benchmarks/bench_lock", case, cpu))
            plain.append(nanoseconds(build / "benchmarks/bench_plain", f"plain/{subject}", cpu))
    return {subject: (statistics.median(suite), statistics.median(plain)) for subject, (suite, plain) in times.items()}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path, metavar="BUILD_DIR")
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--tolerance", type=float, default=15, metavar="PERCENT")
    arguments = parser.parse_args()
    try:
        medians = ratios(arguments.build, arguments.pairs)
    except (OSError, subprocess.CalledProcessError, RuntimeError, ValueError) as failure:
        print(f"plain_loops: {failure}", file=sys.stderr)
        return 1
    worst = 0.0
    for subject, (suite, plain) in medians.items():
        worst = max(worst, abs(suite / plain - 1))
        print(f"{subject:20} suite {suite:6.2f} ns   plain loop {plain:6.2f} ns   ratio {suite / plain:.2f}")
    agree = worst <= arguments.tolerance / 100
    print(f"{'agree' if agree else 'DISAGREE'}: worst difference {100 * worst:.0f} %, allowed {arguments.tolerance:g} %")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
