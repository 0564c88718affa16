"""Decisions about locks in other uses than plain sections: recursive, nested, many of them, with a limit of time."""

from __future__ import annotations

from collections.abc import Sequence

from contendlib.decisions import locks
from contendlib.decisions.verdict import Verdict, grouped
from contendlib.run_data import Row
from contendlib.wording import arguments

USES = {
    "recursion": "Recursive lock",
    "nested_locks": "Nested locks",
    "many_locks": "One of many locks",
    "timed_acquires": "Lock with a limit of time",
    "touched_lines": "Lock over many cache lines",
    "io_inside": "Lock held over I/O",
    "background_load": "Lock beside busy threads",
}
BASELINES = {"recursion": "std::recursive_mutex"}


def pattern(row: Row) -> str:
    return f"{USES[row.workload]} ({arguments(row.args)})" if row.args else USES[row.workload]


def decide(rows: Sequence[Row], cpus: int) -> list[Verdict]:
    """One verdict for each use, its arguments and regime, at the regime's largest number of workers."""
    uses = grouped((r for r in rows if r.workload in USES), pattern)
    return [v for name, own in uses.items() for v in locks.decide_regimes(own, name, cpus, _baseline(own))]


def _baseline(rows: Sequence[Row]) -> str:
    return BASELINES.get(rows[0].workload, locks.BASELINE)
