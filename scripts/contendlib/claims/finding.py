"""One line of the table: a claim, where it was tried, the figure, and whether it holds."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from contendlib.ranking import Ratio, speed_ratio
from contendlib.run_data import Row
from contendlib.wording import duration, rate

HOLDS = "holds here"
DOES_NOT_HOLD = "does not hold here"
NOT_DECIDABLE = "not decidable here"


@dataclass(frozen=True)
class Claim:
    """What is said, and by whom."""

    text: str
    source: str


@dataclass(frozen=True)
class Finding:
    """What came of a claim in one place: an interpreter, the model of its lock, or C++."""

    claim: str
    source: str
    where: str
    figure: str
    holds: str

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def why_not(*rows: Row | None) -> str:
    """Why there is no figure."""
    failed = [row for row in rows if row is not None and not row.ok]
    if failed:
        return f"failed: {failed[0].error or failed[0].status}"
    return "not measured"


def per_operation(row: Row, operations: int) -> Row:
    """A row of runs as one of the operations that each run is made of."""
    median, low, high = (ns / operations for ns in (row.median_ns, row.low_ns, row.high_ns))
    return replace(row, median_ns=median, low_ns=low, high_ns=high)


def time_of(row: Row) -> str:
    return f"{duration(row.median_ns)} [{duration(row.low_ns)}, {duration(row.high_ns)}]"


def rate_of(row: Row) -> str:
    low, high = (rate(each) for each in row.rate_interval)
    return f"{rate(row.rate)} [{low}, {high}]"


def ratio_of(fast: Row | None, slow: Row | None) -> Ratio | None:
    """How many times as fast the first is; None where either was not measured."""
    if fast is None or slow is None or not (fast.ok and slow.ok):
        return None
    return speed_ratio(fast, slow)


def above(ratio: Ratio, limit: float) -> str:
    """Whether a ratio is above a limit, by its interval."""
    if ratio.low > limit:
        return HOLDS
    return DOES_NOT_HOLD if ratio.high < limit else NOT_DECIDABLE


def below(ratio: Ratio, limit: float) -> str:
    opposite = {HOLDS: DOES_NOT_HOLD, DOES_NOT_HOLD: HOLDS}
    verdict = above(ratio, limit)
    return opposite.get(verdict, verdict)
