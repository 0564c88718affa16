"""What single repetitions showed, where medians over all of them do not do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
import math
import statistics

from contendlib import median
from contendlib.ranking import Ratio
from contendlib.run_data import Row, RunData

TIME = "time_ns"  # beside the counters: of one operation

# Of each case, what every repetition measured.
Repeated = Mapping[str, Sequence[Mapping[str, float]]]


def of(run: RunData) -> Repeated:
    """Of the cases that tell a speed-up, and of the convoys."""
    found: dict[str, list[dict[str, float]]] = {}
    for sample in run.samples():
        if sample.get("status") != "ok":
            continue
        counters = sample.get("counters") or {}
        if "speed_up" in counters or sample.get("workload") == "convoy":
            found.setdefault(str(sample["case"]), []).append({**counters, TIME: sample.get("real_time_ns")})
    return found


def values(seen: Sequence[Mapping[str, float]], name: str) -> list[float]:
    return [value for one in seen if (value := one.get(name)) is not None and value > 0]


def level(found: Sequence[float]) -> Ratio | None:
    """The median and its interval; one value has none."""
    if not found:
        return None
    middle = statistics.median(found)
    return Ratio(middle, 0, math.inf) if len(found) < 2 else Ratio(middle, *median.interval(found))


def speed_up(row: Row | None, repeated: Repeated) -> Ratio | None:
    """How many times as fast as a loop that ran right before, in the same process; None where that was not measured."""
    if row is None or not row.ok:
        return None
    return level(values(repeated.get(row.case, ()), "speed_up"))


def over(a: Ratio, b: Ratio) -> Ratio:
    """A ratio of ratios, its interval combined as in speed_ratio()."""
    value = a.value / b.value
    if math.isinf(a.high) or math.isinf(b.high):
        return Ratio(value, 0, math.inf)
    below = math.hypot(math.log(a.value / a.low), math.log(b.high / b.value))
    above = math.hypot(math.log(a.high / a.value), math.log(b.value / b.low))
    return Ratio(value, value * math.exp(-below), value * math.exp(above))
