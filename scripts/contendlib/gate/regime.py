"""What others did to the CPUs while a process ran, and which pairs are kept. The rules never look at the timings.

A neighbour that takes one core makes a contended lock faster, because nobody contends any more. Where it came or went
within a pair, the two halves measured different things, and the pair is left out whatever it says. A pair that was measured
while others used the CPUs is the noisier for it, and counts for less.
"""

from dataclasses import dataclass
import math
import os
from pathlib import Path
import resource
import time

from contendlib.gate.pairs import Measurement, Pair

_SHARE = 0.25  # of our CPUs: a change of load by more makes two regimes
_NOISY_SHARE = 1 / 16  # of our CPUs in others' hands, from which on the noise of a pair grows in proportion
_TICK = 1 / os.sysconf("SC_CLK_TCK")
_SHORTEST_TICKS = 5  # in less time than that, the kernel's clock is too coarse to say what others used
_IDLE_FIELDS = (3, 4)  # idle and iowait, of the eight that are times of a CPU of its own (guest is in user)
_FIELDS = 8


@dataclass(frozen=True)
class Reading:
    """Clocks before or after a process."""

    wall: float
    children: float  # CPU seconds of our children that have ended
    busy: float | None  # seconds in which our CPUs did not idle, stolen ones too; None where the kernel does not say

    @staticmethod
    def now(cpus: frozenset[int], root: Path = Path("/")) -> "Reading":
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        return Reading(time.monotonic(), used.ru_utime + used.ru_stime, _busy(cpus, root))


def between(before: Reading, after: Reading) -> tuple[float | None, float | None]:
    """(parallelism of the process, CPUs that others used meanwhile)."""
    wall = after.wall - before.wall
    if wall <= 0:
        return None, None
    own = after.children - before.children
    if before.busy is None or after.busy is None or wall < _SHORTEST_TICKS * _TICK:
        return own / wall, None
    return own / wall, max(0.0, after.busy - before.busy - own) / wall


def is_kept(pair: Pair, cpus: int) -> bool:
    """Whether both halves of the pair ran in the same regime, as far as the kernel tells."""
    base, head = pair.base.foreign_load, pair.head.foreign_load
    return base is None or head is None or abs(base - head) <= _SHARE * max(2, cpus)


def scale(pair: Pair, cpus: int) -> float:
    """How much noisier than a pair on CPUs of its own; the same when base and head exchange their roles."""
    load = max(pair.base.foreign_load or 0.0, pair.head.foreign_load or 0.0)
    return math.hypot(1.0, load / (_NOISY_SHARE * max(2, cpus)))


def is_loaded(measurement: Measurement, cpus: int) -> bool:
    """Whether others had a good part of our CPUs."""
    return measurement.foreign_load is not None and measurement.foreign_load > _SHARE * max(2, cpus)


def _busy(cpus: frozenset[int], root: Path) -> float | None:
    try:
        lines = (root / "proc/stat").read_text().splitlines()
    except OSError:
        return None
    total = 0
    for line in lines:
        name, *fields = line.split()
        if name[:3] == "cpu" and name[3:].isdecimal() and int(name[3:]) in cpus:
            total += sum(int(field) for i, field in enumerate(fields[:_FIELDS]) if i not in _IDLE_FIELDS)
    return total * _TICK
