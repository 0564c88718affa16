"""Decisions about queues: by shape (producers and consumers), way of waiting and capacity; and for a
ping-pong."""

from __future__ import annotations

from collections.abc import Sequence

from contendlib.decisions.verdict import NOT_PRINTED, Verdict, choice, crew, grouped, verdict_of
from contendlib.ranking import rank
from contendlib.run_data import Row
from contendlib.wording import count

PRIORITY = {
    ("SPSC", "spin"): 5,
    ("MPMC", "block"): 8,
    ("SPSC", "block"): 9,
    ("ping-pong", "block"): 11,
    ("MPMC", "spin"): 15,
    ("ping-pong", "spin"): 16,
    ("MPSC", "block"): 20,
    ("SPMC", "block"): 21,
    ("MPSC", "spin"): 23,
    ("SPMC", "spin"): 25,
}
STANDING = "standing"
WORKLOADS = ("throughput", "ping_pong", STANDING)
WAITS = {"spin": "spinning", "block": "blocking"}


def shape(row: Row) -> str:
    """SPSC, MPSC, SPMC or MPMC; 'ping-pong' for that workload; of items that stand, the order in which they leave."""
    if row.workload == "ping_pong":
        return "ping-pong"
    if row.workload == STANDING:
        return "priority" if "priority" in row.subject.lower() else "LIFO"
    letters = ["S" if row.number(side, 1) == 1 else "M" for side in ("producers", "consumers")]
    return f"{letters[0]}P{letters[1]}C"


def wait(row: Row) -> str:
    return str(row.args.get("wait", ""))


def pattern(row: Row) -> str:
    """'SPSC queue, 1 producer and 1 consumer, spinning, capacity 1,024'."""
    if row.workload == STANDING:
        kind = shape(row)
        return f"{kind[0].upper()}{kind[1:]} queue, {int(row.number('items')):,} items standing"
    parts = ["Ping-pong over two queues"]
    if row.workload != "ping_pong":
        producers, consumers = int(row.number("producers", 1)), int(row.number("consumers", 1))
        parts = [f"{shape(row)} queue", f"{count(producers, 'producer')} and {count(consumers, 'consumer')}"]
    parts += [WAITS.get(wait(row), wait(row))] if wait(row) else []
    parts += [f"capacity {int(row.number('capacity')):,}"] if "capacity" in row.args else []
    return ", ".join(parts)


def decide(rows: Sequence[Row], cpus: int) -> list[Verdict]:
    """One verdict for each shape, way of waiting and capacity, the largest capacity and the largest shape
    first."""
    queues = [r for r in rows if r.workload in WORKLOADS]
    cells = grouped(
        sorted(queues, key=lambda r: (-r.number("capacity"), -r.workers)),
        lambda r: (pattern(r), r.team, r.workers),
    )
    return [v for v in (_decide(cell, cpus) for cell in cells.values()) if v is not None]


def _decide(rows: Sequence[Row], cpus: int) -> Verdict | None:
    ranking = rank(rows)
    if ranking is None:
        return None
    leader = ranking.leader
    regime = (
        "processes"
        if leader.team == "processes"
        else "oversubscribed"
        if leader.oversubscribed
        else "alone"
        if leader.workers == 1
        else "within cores"
    )
    told = leader.workload == STANDING or leader.oversubscribed or leader.team == "processes"
    where = f" ({crew(leader, cpus)})" if told else ""
    return verdict_of(
        ranking,
        f"{pattern(leader)}{where}: {choice(ranking, None)}.",
        pattern(leader),
        regime,
        trade_off=["Who waits keeps a CPU busy."] if wait(leader) == "spin" else [],
        group=("queue", shape(leader), wait(leader), leader.team),
        priority=NOT_PRINTED
        if leader.team == "processes"
        else PRIORITY.get((shape(leader), wait(leader)), NOT_PRINTED),
    )
