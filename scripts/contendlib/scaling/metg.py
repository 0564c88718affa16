"""METG, the minimum effective task granularity: the smallest item at which an executor still keeps half of its
workers' time for the items (E. Slaughter et al., "Task Bench", SC 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
import math

from contendlib.run_data import Row

EFFICIENT = 0.5
WORKLOAD = "cpu_grain"
_SERIAL = "serial"


@dataclass(frozen=True)
class Point:
    """Items of one size: what part of the workers' time went into them, with its 95 % interval."""

    size_ns: float  # as serial does them: their work and nothing else
    efficiency: float
    low: float
    high: float


@dataclass(frozen=True)
class Metg:
    """A size in nanoseconds, or that the sizes that were measured do not reach it.

    `value` None and `below` set: still efficient at that size, the smallest measured. Both None: not efficient at
    the largest one. `low` and `high` are where the ends of the efficiencies' intervals cross.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    below: float | None = None


@dataclass(frozen=True)
class OfExecutor:
    """The METG of one executor with so many workers."""

    subject: str
    workers: int
    metg: Metg
    points: Sequence[Point]


def efficiency(row: Row, serial: Row) -> Point:
    """Of `workers` workers that take row.median_ns per item together, against the bare work."""
    share = row.workers
    return Point(
        serial.median_ns,
        serial.median_ns / (share * row.median_ns),
        serial.low_ns / (share * row.high_ns),
        serial.high_ns / (share * row.low_ns),
    )


def metg(points: Sequence[Point], threshold: float = EFFICIENT) -> Metg:
    """Where the efficiency falls below the threshold, looking from the largest item down."""
    value, below = _crossing([(p.size_ns, p.efficiency) for p in points], threshold)
    if value is None:
        return Metg(None, below=below)
    low, _ = _crossing([(p.size_ns, p.high) for p in points], threshold)
    high, _ = _crossing([(p.size_ns, p.low) for p in points], threshold)
    return Metg(value, low, high)


def _crossing(points: Sequence[tuple[float, float]], threshold: float) -> tuple[float | None, float | None]:
    """The size of the crossing, or the smallest size where all are above.

    An item of size s that costs a constant overhead o beside has the efficiency s / (s + o): a straight line of
    slope 1 in log(s) against log(e / (1 - e)). In between two sizes the line between them is taken.
    """
    above: tuple[float, float] | None = None
    for size, value in sorted(points, reverse=True):
        if value < threshold:
            if above is None:
                return None, None
            return _between(above, (size, value), threshold), None
        above = size, value
    return None, above[0] if above else None


def _between(upper: tuple[float, float], lower: tuple[float, float], threshold: float) -> float:
    (x1, y1), (x0, y0) = ((math.log(size), _logit(value)) for size, value in (upper, lower))
    part = (_logit(threshold) - y0) / (y1 - y0) if y1 > y0 else 1.0
    return math.exp(x0 + part * (x1 - x0))


def _logit(value: float) -> float:
    inside = min(max(value, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))


def of_run(rows: Sequence[Row]) -> list[OfExecutor]:
    """Every executor, with one worker and with as many as there are CPUs; best first."""
    usable = [r for r in rows if r.workload == WORKLOAD and r.ok and not r.oversubscribed]
    serials = {r.number("item_ns"): r for r in usable if r.subject == _SERIAL}
    most = max((r.workers for r in usable), default=0)
    found = []
    for workers in sorted({1, most} - {0}):
        cells = [r for r in usable if r.workers == workers and r.subject != _SERIAL]
        for subject in dict.fromkeys(r.subject for r in cells):
            points = [
                efficiency(r, serials[r.number("item_ns")])
                for r in cells
                if r.subject == subject and r.number("item_ns") in serials
            ]
            if len(points) > 1:
                found.append(OfExecutor(subject, workers, metg(points), points))
    return sorted(found, key=lambda one: (one.workers, _rank(one.metg)))


def _rank(one: Metg) -> float:
    return one.value if one.value is not None else one.below if one.below is not None else math.inf
