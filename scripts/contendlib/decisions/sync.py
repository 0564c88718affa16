"""Decisions about the rest of threading: which semaphore, event, condition and barrier, among how many workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from contendlib.decisions.verdict import NOT_PRINTED, Verdict, choice, crew, grouped, verdict_of
from contendlib.ranking import rank
from contendlib.run_data import Row
from contendlib.wording import count, duration


def _pool(row: Row) -> str:
    connections = count(int(row.number("permits", 1)), "connection")
    return f"Semaphore as a pool of {connections}, held for {duration(row.number('hold_ns'))}"


def _sleepers(row: Row) -> str:
    return count(int(row.number("waiters", 1)), "sleeper")


def _waiters(row: Row) -> str:
    return f"{_sleepers(row)}, until the last of them runs"


# What a row of each workload is about. What is not here, uncontended operations and life times, decides nothing.
PATTERNS: dict[str, Callable[[Row], str]] = {
    "semaphore_pool": _pool,
    "event_broadcast": lambda row: f"Event with {_waiters(row)}",
    "condition_ping_pong": lambda row: "Condition, ping-pong of two",
    "condition_one_to_many": lambda row: f"Condition with {_sleepers(row)}, notified one at a time",
    "condition_broadcast": lambda row: f"Condition with {_waiters(row)}",
    "barrier_phases": lambda row: "Barrier, one phase",
}
# With as few workers as there can be.
PRIORITY = {"condition_ping_pong": 11, "barrier_phases": 12, "semaphore_pool": 13, "event_broadcast": 16}


def pattern(row: Row) -> str:
    return PATTERNS[row.workload](row)


def regime(row: Row) -> str:
    where = "oversubscribed" if row.oversubscribed else "within cores"
    return f"processes, {where}" if row.team == "processes" else where


def decide(rows: Sequence[Row], cpus: int) -> list[Verdict]:
    """One verdict for each pattern, team and number of workers, the fewest workers first."""
    about = sorted((r for r in rows if r.workload in PATTERNS), key=lambda r: r.workers)
    cells = grouped(about, lambda r: (pattern(r), r.team, r.workers))
    return [v for v in (_decide(cell, cpus) for cell in cells.values()) if v is not None]


def _decide(rows: Sequence[Row], cpus: int) -> Verdict | None:
    ranking = rank(rows)
    if ranking is None:
        return None
    leader = ranking.leader
    is_plain = leader.workers == 2 and leader.team == "threads"
    return verdict_of(
        ranking,
        f"{pattern(leader)}, {crew(leader, cpus)}: {choice(ranking, None)}.",
        pattern(leader),
        regime(leader),
        group=("sync", leader.workload, leader.team),
        priority=PRIORITY.get(leader.workload, NOT_PRINTED) if is_plain else NOT_PRINTED,
    )
