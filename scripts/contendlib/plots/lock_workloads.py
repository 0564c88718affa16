"""Locks in more than sections: every lock in every other workload, as a ratio to the best one there."""

from __future__ import annotations

from collections.abc import Sequence

from contendlib.decisions.locks import at_most_workers
from contendlib.decisions.verdict import crew, grouped
from contendlib.plots.matrix import Matrix, draw_matrix
from contendlib.plots.plot import Missing, Plot
from contendlib.run_data import Row, RunData
from contendlib.wording import arguments

ELSEWHERE = ("sections", "readers_writers", "hand_off")  # drawn in plots of their own


def draw(run: RunData) -> list[Plot]:
    """One figure for threads that had a CPU each, and one for the most threads."""
    rows = [
        r
        for r in run.suite("lock")
        if r.workload not in ELSEWHERE
        and r.team == "threads"
        and r.workers > 1
        and not run.is_null(r.subject)
    ]
    if not any(r.ok for r in rows):
        raise Missing("no lock was measured with several threads in anything but sections")
    regimes = grouped(sorted(rows, key=lambda r: r.oversubscribed), lambda r: r.oversubscribed)
    return [_draw(run, at_most_workers(group)) for group in regimes.values() if any(r.ok for r in group)]


def _draw(run: RunData, rows: Sequence[Row]) -> Plot:
    crowd = "-oversubscribed" if rows[0].oversubscribed else ""
    regime = f"At {crew(rows[0], run.cpus)}"
    return draw_matrix(run, Matrix(f"lock-workloads{crowd}", "lock", regime, rows, _column))


def _column(row: Row) -> str:
    """'touched lines, lines 8'; 'timed acquires, timeout 1 µs, cs 2 µs'."""
    return ", ".join(filter(None, (row.workload.replace("_", " "), arguments(row.args))))
