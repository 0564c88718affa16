"""Queues in more than throughput: every queue in every other workload, as a ratio to the best one there."""

from __future__ import annotations

from collections.abc import Sequence
import math

from contendlib.decisions.queues import wait
from contendlib.decisions.verdict import grouped
from contendlib.plots.matrix import Matrix, draw_matrix
from contendlib.plots.plot import Missing, Plot
from contendlib.run_data import Row, RunData
from contendlib.wording import count

# In the order of the columns, with what of a row counts there where that is not its time per operation: messages that
# come at a rate of their own take as long as that says.
WORKLOADS = {
    "batch": None,
    "payload": None,
    "pipeline": None,
    "ending": None,
    "one_cpu_throughput": None,
    "one_cpu_ping_pong": None,
    "offered_load": "wait_p99_ns",
    "idle_consumer": "wait_p50_ns",
    "standing": None,
}
ELSEWHERE = ("throughput", "ping_pong")  # drawn in plots of their own
REGIMES = {"spin": "Spinning", "block": "Blocking", "standing": "With items that stay inside"}
NOTES = {
    "offered_load": "Offered load: 99th percentile of the time since a message was due, in percent of what the queue "
    "carries at most; a dash: it could not carry that.",
    "idle_consumer": "Idle consumer: median of the time from a push until the one who waited has it.",
}


def draw(run: RunData) -> list[Plot]:
    """One figure for each way of waiting and kind of team, and one for the queues that are not first in, first out."""
    rows = [r for r in run.suite("queue") if r.workload in WORKLOADS and not run.is_null(r.subject)]
    if not any(r.ok for r in rows):
        raise Missing("no queue was measured in anything but throughput and ping-pong")
    rows.sort(key=_place)
    groups = grouped(rows, lambda r: (_regime(r), r.team))
    return [_draw(run, group) for group in groups.values() if any(r.ok for r in group)]


def _place(row: Row) -> tuple[object, ...]:
    """Where its figure and its column stand."""
    numbers = sorted((name, row.number(name)) for name in row.args)
    figure = row.team != "threads", list(REGIMES).index(_regime(row))
    return *figure, list(WORKLOADS).index(row.workload), _is_heap(row), row.workers, numbers, _column(row)


def _is_heap(row: Row) -> bool:
    return "priority" in row.subject.lower()


def _regime(row: Row) -> str:
    if row.workload == "standing":
        return "standing"
    return "spin" if wait(row) == "spin" else "block"


def _draw(run: RunData, rows: Sequence[Row]) -> Plot:
    regime = _regime(rows[0])
    processes = rows[0].team == "processes"
    return draw_matrix(
        run,
        Matrix(
            f"queue-workloads-{regime}" + ("-processes" if processes else ""),
            "queue",
            REGIMES[regime] + (" between processes" if processes else ""),
            rows,
            _column,
            _value,
            tuple(note for name, note in NOTES.items() if any(r.workload == name for r in rows)),
        ),
    )


def _value(row: Row) -> float:
    counter = WORKLOADS[row.workload]
    if counter is None:
        return row.median_ns
    return math.nan if row.counter("saturated") else row.counter(counter) or math.nan


def _column(row: Row) -> str:
    """'payload 1,024, 4 x 4'; 'offered load 90 %'; 'LIFO, 10,000 items, 2 workers'."""
    workload, args = row.workload.replace("_", " ").replace("one cpu", "one CPU"), row.args
    match row.workload:
        case "standing":
            order = "priority" if _is_heap(row) else "LIFO"
            return f"{order}, {int(row.number('items')):,} items, {count(row.workers, 'worker')}"
        case "batch" | "payload":
            return f"{workload} {int(row.number(row.workload)):,}, {_sides(row)}"
        case "ending":
            return f"ending by {args.get('end')}, {_sides(row)}"
        case "offered_load":
            return f"{workload} {args.get('load_percent')} %"
    return workload + (", adaptive" if wait(row) == "adaptive" else "")


def _sides(row: Row) -> str:
    return f"{int(row.number('producers', 1))} x {int(row.number('consumers', 1))}"
