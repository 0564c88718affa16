"""What this machine does to a loop that always does the same: the noise below which no difference can be believed."""

import os
import statistics
import time
from typing import Any

from contendlib import machine

_LOOP = 20_000


def measure(seconds: float = 1.0) -> dict[str, Any]:
    """Times a fixed loop again and again for that long, on one CPU."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        ticks = machine.steal_ticks()
        walls, lost = _time_loop(seconds)
        after = machine.steal_ticks()
    finally:
        os.sched_setaffinity(0, before)
    middle = statistics.median(walls)
    return {
        "samples": len(walls),
        "median_us": middle / 1e3,
        "spread_percent": 100 * (_quantile(walls, 0.95) - _quantile(walls, 0.05)) / middle,
        "worst_percent": 100 * (max(walls) - middle) / middle,
        "lost_percent": 100 * lost,
        "steal_percent": _steal_percent(ticks, after),
    }


def _time_loop(seconds: float) -> tuple[list[int], float]:
    """Wall nanoseconds of each pass, and the fraction of the wall time in which the thread did not run."""
    walls: list[int] = []
    start, cpu_start = time.perf_counter_ns(), time.thread_time_ns()
    last = start
    while last - start < seconds * 1e9 or len(walls) < 20:
        for _ in range(_LOOP):
            pass
        now = time.perf_counter_ns()
        walls.append(now - last)
        last = now
    wall, cpu = last - start, time.thread_time_ns() - cpu_start
    return walls, max(0.0, 1 - cpu / wall)


def _quantile(values: list[int], fraction: float) -> int:
    return sorted(values)[round(fraction * (len(values) - 1))]


def _steal_percent(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    if before is None or after is None or after[1] == before[1]:
        return None
    return 100 * (after[0] - before[0]) / (after[1] - before[1])
