"""Who is faster, by how much, and whether the data can tell: ratios with intervals, and a ranking that may be
a tie."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from contendlib.run_data import Row
from contendlib.wording import duration, percent, ratio

# A lead below this is a tie, however narrow the intervals: layout and placement alone move a fast loop by as
# much.
SMALLEST_LEAD = 1.05
FAIR_JAIN = 0.8
FAIR_MIN_MAX = 0.1
# A tail that starves: one wait in a thousand is at least a turn of the scheduler's, and so many times another's.
STARVING_NS = 1e6
STARVING_TIMES = 100


@dataclass(frozen=True)
class Ratio:
    """How many times as fast, with its 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def interval(self) -> str:
        if math.isinf(self.high):
            return "(one repetition: no interval)"
        return f"[{self._words(self.low)}, {self._words(self.high)}]"

    def of(self, whom: str) -> str:
        """'1.8x std::mutex [1.7, 1.9]'."""
        return f"{self._words(self.value)}x {whom} {self.interval}"

    def __str__(self) -> str:
        return f"{self._words(self.value)}x {self.interval}"

    def _words(self, value: float) -> str:
        near_one = 0.5 < self.value < 2 and self.low < 1.3
        return f"{value:.2f}" if near_one and value < 10 else ratio(value)

    def as_tuple(self) -> tuple[float, float, float]:
        return self.value, self.low, self.high


def speed_ratio(fast: Row, slow: Row) -> Ratio:
    """How many times as fast the first row is.

    The interval combines the intervals of the two medians on the log scale, each side with its own half-width
    (method of variance estimates recovery, Donner and Zou 2012), since bootstrap intervals are rarely
    symmetric. One repetition has no interval, so nor has a ratio with it.
    """
    if min(fast.n, slow.n) < 2:
        return Ratio(slow.median_ns / fast.median_ns, 0, math.inf)
    a, a_low, a_high = (math.log(v) for v in (slow.median_ns, slow.low_ns, slow.high_ns))
    b, b_low, b_high = (math.log(v) for v in (fast.median_ns, fast.low_ns, fast.high_ns))
    below = math.hypot(a - a_low, b_high - b)
    above = math.hypot(a_high - a, b - b_low)
    return Ratio(math.exp(a - b), math.exp(a - b - below), math.exp(a - b + above))


@dataclass(frozen=True)
class Ranking:
    """Rows of one question, fastest first; `tied` are those that the data cannot tell from the first, and
    `ruled_out` those that were measured but may not win."""

    order: Sequence[Row]
    tied: Sequence[Row]
    ruled_out: Sequence[Row] = ()

    @property
    def clear(self) -> bool:
        """One leads: it is told apart from the next, or all others are ruled out."""
        return len(self.tied) == 1 and len(self.order) + len(self.ruled_out) > 1

    @property
    def leader(self) -> Row:
        return self.order[0]

    @property
    def runner_up(self) -> Row | None:
        return self.order[1] if len(self.order) > 1 else None

    @property
    def margin(self) -> Ratio | None:
        return speed_ratio(self.order[0], self.order[1]) if len(self.order) > 1 else None


def rank(rows: Iterable[Row], ruled_out: Sequence[Row] = ()) -> Ranking | None:
    """Ranks what was measured; None if nothing was. Null subjects are the caller's to leave out."""
    order = sorted((r for r in rows if r.ok), key=lambda r: r.median_ns)
    if not order:
        return None
    first = order[0]
    tied = [
        r
        for r in order
        if min(r.n, first.n) < 2
        or r.low_ns <= first.high_ns
        or r.median_ns < SMALLEST_LEAD * first.median_ns
    ]
    return Ranking(order, tied, ruled_out)


def unfair(row: Row) -> bool:
    """Whether workers that had a CPU each were served unequally enough to rule the subject out.

    Oversubscribed, the kernel's scheduler shares out the time too, so nothing is held against the subject.
    """
    if row.workers < 2 or row.oversubscribed:
        return False
    jain, smallest = row.counter("jain"), row.counter("min_max_share")
    return (jain is not None and jain < FAIR_JAIN) or (smallest is not None and smallest < FAIR_MIN_MAX)


def unfairness(row: Row) -> str:
    """The evidence: 'Jain 0.52, the slowest worker got 2 % of the fastest'."""
    parts = []
    if (jain := row.counter("jain")) is not None:
        parts.append(f"Jain {jain:.2f}")
    if (smallest := row.counter("min_max_share")) is not None:
        parts.append(f"the slowest worker got {percent(smallest)} of the fastest")
    return ", ".join(parts)


def tail_ns(row: Row) -> float | None:
    """The wait that one in a thousand exceeds, where it was measured."""
    tail = row.counter("wait_p999_ns")
    return tail if tail else None


def starves(row: Row, rows: Iterable[Row]) -> bool:
    """Whether a subject whose workers had a CPU each makes one operation in a thousand wait so long, beside others of the
    same question, that it is ruled out."""
    own = tail_ns(row)
    if own is None or own < STARVING_NS or row.workers < 2 or row.oversubscribed:
        return False
    return own > STARVING_TIMES * min(tail for r in rows if (tail := tail_ns(r)))


def starvation(row: Row) -> str:
    """The evidence: '1 wait in 1,000 takes 3.1 ms or longer'."""
    return f"1 wait in 1,000 takes {duration(tail_ns(row) or 0.0)} or longer"


def objection(row: Row, rows: Iterable[Row]) -> str:
    """Why it may not win among these, with the evidence; empty where nothing speaks against it."""
    if unfair(row):
        return f"is unfair ({unfairness(row)})"
    return f"lets some starve ({starvation(row)})" if starves(row, rows) else ""


def only_one(ranking: Ranking) -> str:
    """'the only fair one of 3': that all others are ruled out."""
    count = len(ranking.ruled_out) + 1
    return f"the only fair one of {count}" if all(map(unfair, ranking.ruled_out)) else f"the only one of {count} not ruled out"
