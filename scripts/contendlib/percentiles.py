"""Latency distributions, as far as a run tells them: a few percentiles of each case with their intervals, and the
longest wait of all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median as middle

from contendlib import median
from contendlib.run_data import Row, RunData

QUANTILES = (("p50", 2.0), ("p90", 10.0), ("p99", 100.0), ("p999", 1000.0))  # exceeded once in so many
PER_OPERATION, PER_TIME = "wait", "wait_time"
SAMPLES, LONGEST = "wait_samples", "wait_max_ns"


@dataclass(frozen=True)
class Point:
    """So many nanoseconds are not exceeded but once in `one_in` waits, with the interval over the repetitions."""

    one_in: float
    ns: float
    low: float
    high: float


@dataclass(frozen=True)
class Distribution:
    """The waits of one case: as operations had them, and as somebody would who comes at a random moment."""

    row: Row
    per_operation: Sequence[Point]
    per_time: Sequence[Point]


def has_waits(row: Row) -> bool:
    """More than the median of them."""
    return row.ok and row.counter(f"{PER_OPERATION}_p90_ns") is not None


def distributions(run: RunData, rows: Sequence[Row]) -> list[Distribution]:
    """Of rows of one workload that have waits."""
    wanted = {r.case: r for r in rows if has_waits(r)}
    if not wanted:
        return []
    some = rows[0]
    repetitions: dict[str, list[dict[str, float]]] = {case: [] for case in wanted}
    for sample in run.samples(f"{some.suite}/{some.workload}/"):
        if sample.get("case") in repetitions and isinstance(sample.get("counters"), dict):
            repetitions[sample["case"]].append(sample["counters"])
    return [_distribution(row, repetitions[case] or [row.counters]) for case, row in wanted.items()]


def _distribution(row: Row, repetitions: Sequence[dict[str, float]]) -> Distribution:
    per_operation = _points(repetitions, PER_OPERATION)
    longest = _point(repetitions, LONGEST, middle(_values(repetitions, SAMPLES) or [0]))
    # The longest of n waits says something about the tail beyond the last percentile only.
    if longest is not None and per_operation and longest.one_in > per_operation[-1].one_in:
        per_operation.append(longest)
    return Distribution(row, per_operation, _points(repetitions, PER_TIME))


def _points(repetitions: Sequence[dict[str, float]], weighting: str) -> list[Point]:
    """As far as all repetitions had the samples for it."""
    found = []
    for name, one_in in QUANTILES:
        counter = f"{weighting}_{name}_ns"
        if len(_values(repetitions, counter)) < len(repetitions):
            break
        point = _point(repetitions, counter, one_in)
        assert point is not None
        found.append(point)
    return found


def _point(repetitions: Sequence[dict[str, float]], counter: str, one_in: float) -> Point | None:
    values = _values(repetitions, counter)
    return Point(one_in, middle(values), *median.interval(values)) if values else None


def _values(repetitions: Sequence[dict[str, float]], counter: str) -> list[float]:
    """Positive ones: a wait that is not longer than the clock's tick counts as a nanosecond."""
    found = (counters.get(counter) for counters in repetitions)
    return [max(float(v), 1.0) for v in found if isinstance(v, (int, float))]
