"""The ladder of floors: what hardware and kernel charge at least, cheapest first, with the subjects above each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from contendlib.decisions.queues import wait
from contendlib.run_data import Row, RunData
from contendlib.wording import duration, times

TRANSFER = "cache_line_round_trip"


@dataclass
class Rung:
    """One floor with what stands above it."""

    name: str
    ns: float
    low: float
    high: float
    stable: bool
    subjects: list[Row] = field(default_factory=list)

    @property
    def distance(self) -> str:
        """'Lock 2.2x ... absl::Mutex 5.0x'."""
        ends = [f"{r.subject} {times(r.median_ns / self.ns)}" for r in self.subjects]
        return ends[0] if len(ends) == 1 else f"{ends[0]} ... {ends[-1]}" if ends else ""

    @property
    def words(self) -> str:
        return f"{'' if self.stable else '~'}{duration(self.ns)}"


def rungs(run: RunData) -> list[Rung]:
    """Empty where no floor was measured."""
    floors = [r for r in run.suite("floor") if r.ok]
    pairs = [r for r in floors if r.workload == TRANSFER]
    found = [
        Rung(_name(r), r.median_ns, r.low_ns, r.high_ns, r.stable) for r in floors if r.workload != TRANSFER
    ]
    if pairs:
        values = [r.median_ns for r in pairs]
        found.append(Rung("cache line round trip", median(values), min(values), max(values), True))
    _put_subjects(run, found)
    return sorted(found, key=lambda rung: rung.ns)


def transfers(run: RunData) -> dict[tuple[int, int], Row]:
    """Round trips of a cache line by (from, to)."""
    rows = [r for r in run.suite("floor", TRANSFER) if "from" in r.args and "to" in r.args]
    return {(int(r.number("from")), int(r.number("to"))): r for r in rows}


def _name(row: Row) -> str:
    words = ", ".join(
        str(v) if k in ("op", "what", "call", "over") else f"{v} {k.upper()}" for k, v in row.args.items()
    )
    return f"{row.workload.replace('_', ' ')}: {words}" if words else row.workload.replace("_", " ")


def _put_subjects(run: RunData, found: Sequence[Rung]) -> None:
    """Uncontended locks stand above an atomic operation, ping-pongs above the trips of cache lines or a wake-up."""
    ranked = [r for r in run.rows if r.ok and not run.is_null(r.subject)]
    alone = [
        r
        for r in ranked
        if r.suite == "lock"
        and r.workload == "sections"
        and r.workers == 1
        and r.team == "threads"
        and r.number("cs_ns") == 0 == r.number("out_ns")
    ]
    ping_pong = [r for r in ranked if r.suite == "queue" and r.workload == "ping_pong" and r.team == "threads"]
    spinning = [r for r in ping_pong if wait(r) == "spin"]
    channels = "two line round trip: other CPU"
    trip = channels if any(rung.name == channels for rung in found) else "cache line round trip"
    above = {
        "rmw: fetch_add": alone,
        trip: spinning,
        "futex wake to running: other CPU": [r for r in ping_pong if wait(r) == "block"],
    }
    for rung in found:
        rung.subjects = sorted(above.get(rung.name, []), key=lambda r: r.median_ns)
