"""The ladder of floors: what hardware and kernel charge at least, cheapest first, with the subjects above each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from contendlib import floors
from contendlib.run_data import Row, RunData
from contendlib.wording import duration, times

TRANSFER = "cache_line_round_trip"


@dataclass
class Rung:
    """One floor with what stands above it."""

    name: str
    case: str  # or what the names of its cases begin with
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
    measured = [r for r in run.suite("floor") if r.ok]
    pairs = [r for r in measured if r.workload == TRANSFER]
    found = [
        Rung(_name(r), r.case, r.median_ns, r.low_ns, r.high_ns, r.stable)
        for r in measured
        if r.workload != TRANSFER
    ]
    if pairs:
        values = [r.median_ns for r in pairs]
        name = f"floor/{TRANSFER}/"
        found.append(Rung("cache line, there and back", name, median(values), min(values), max(values), True))
    _put_subjects(run, found)
    return sorted(found, key=lambda rung: rung.ns)


def transfers(run: RunData) -> dict[tuple[int, int], Row]:
    """Round trips of a cache line by (from, to)."""
    rows = [r for r in run.suite("floor", TRANSFER) if "from" in r.args and "to" in r.args]
    return {(int(r.number("from")), int(r.number("to"))): r for r in rows}


# What readers call a floor, and what its arguments stand for.
NAMES = {
    "rmw": "atomic",
    "create_and_reap": "start and end a process",
    "futex_wake_to_running": "wake a sleeper",
    "two_line_round_trip": "one line there, one back",
    "round_trip": "message and answer",
    "syscall": "system call",
}
WORDS = {
    "store_load": "store, then load",
    "compare_exchange": "compare-exchange",
    "fetch_add": "fetch-add",
    "shm_spin": "shared memory, spinning",
    "shm_futex": "shared memory, futex",
    "tcp": "TCP",
    "socketpair": "socket pair",
}


def _name(row: Row) -> str:
    """'message and answer: pipe, other CPU'."""
    if row.args.get("what") == "thread":
        return "start and end a thread"
    words = ", ".join(
        WORDS.get(str(v), str(v)) if k in ("op", "what", "call", "over") else f"{v} {k.upper()}"
        for k, v in row.args.items()
    )
    name = NAMES.get(row.workload, row.workload.replace("_", " "))
    return f"{name}: {words}" if words else name


def _put_subjects(run: RunData, found: Sequence[Rung]) -> None:
    """Above each floor, those whose operation needs it at least: by what they did, not by what they are."""
    cases = [rung.case for rung in found]
    for row in run.rows:
        if not row.ok or run.is_null(row.subject) or not _is_bare(row):
            continue
        floor = floors.floor_of(vars(row), cases)
        rung = next((rung for rung in found if floor and rung.case.startswith(floor)), None)
        if rung is not None:
            rung.subjects.append(row)
    for rung in found:
        rung.subjects.sort(key=lambda r: r.median_ns)


def _is_bare(row: Row) -> bool:
    """Whether threads with a CPU each do that operation and nothing else, once per floor: a contended lock or a queue in
    full flow may do several for one transfer."""
    if row.oversubscribed or row.team != "threads":
        return False
    if row.suite == "lock":
        return row.workload == "sections" and row.workers == 1
    return row.workload in ("ping_pong", "condition_ping_pong", "barrier_phases")
