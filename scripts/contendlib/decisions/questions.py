"""What a row is about, in the words of the decisions."""

from __future__ import annotations

from contendlib.decisions import executors, lock_uses, locks, queues, readers_writers, sync
from contendlib.run_data import Row
from contendlib.wording import arguments


def question(row: Row) -> str:
    """'Short critical section (50 ns, 50 ns outside)'; of what is undecided, suite, workload and arguments."""
    if row.suite == "lock" and row.workload == "sections":
        return locks.pattern(row.number("cs_ns"), row.number("out_ns"))
    if row.workload == readers_writers.WORKLOAD:
        return readers_writers.pattern(row)
    if row.workload in lock_uses.USES:
        return lock_uses.pattern(row)
    if row.suite == "queue" and row.workload in queues.WORKLOADS:
        return queues.pattern(row)
    if row.workload in sync.PATTERNS:
        return sync.pattern(row)
    if row.suite == "executor" and executors.compared([row]):
        return executors.pattern(row)
    words = f"{row.suite} {row.workload.replace('_', ' ')}".capitalize()
    return f"{words} ({arguments(row.args)})" if row.args else words
