"""The rest of threading: what semaphores, events, conditions and barriers cost, as dot plots with intervals."""

from __future__ import annotations

from collections.abc import Sequence

from contendlib.decisions.sync import PATTERNS, pattern
from contendlib.decisions.verdict import crew, grouped
from contendlib.plots.dots import dot_rows, name_width
from contendlib.plots.plot import Missing, Plot, caption, lead, make, sentence, suite_looks
from contendlib.plots.scales import log_axis
from contendlib.plots.style import Panel, frame, panel_title
from contendlib.ranking import rank
from contendlib.run_data import Row, RunData
from contendlib.wording import duration, joined

ORDER = tuple(PATTERNS)
MOST_NAMED = 3
# What the title calls those of each workload.
KINDS = {
    "semaphore_pool": "semaphores",
    "event_broadcast": "events",
    "condition_ping_pong": "conditions of two that take turns",
    "condition_one_to_many": "conditions of many, notified one at a time",
    "condition_broadcast": "conditions of many",
    "barrier_phases": "barriers",
}


def draw(run: RunData) -> list[Plot]:
    """A panel for each workload with the fewest workers, and one with the most where a run measured more."""
    rows = [r for r in run.suite("sync") if r.workload in PATTERNS and r.team == "threads"]
    if not rows:
        raise Missing("no semaphore, event, condition or barrier was measured")
    panels = []
    for workload in sorted({r.workload for r in rows}, key=ORDER.index):
        cells = grouped(
            sorted((r for r in rows if r.workload == workload), key=lambda r: r.workers),
            lambda r: (r.workers, pattern(r)),
        )
        ends = dict.fromkeys((min(cells), max(cells)))
        panels += [cells[key] for key in ends]
    return [_draw(run, panels)]


def _draw(run: RunData, panels: Sequence[Sequence[Row]]) -> Plot:
    rows = [r for cell in panels for r in cell]
    title = sentence(_conclusion(panels))
    text = caption(run, rows, "Time per operation, log scale: further left is better")
    most = max(len(cell) for cell in panels)
    fig = frame(
        len(panels),
        2,
        Panel(width=2.7, height=0.26 * most + 0.2, left=name_width(rows), right=0.95, top=0.5),
        title,
        text,
    )
    looks = suite_looks(run, "sync")
    for axes, cell in zip(fig.axes, panels):
        measured = [r for r in cell if r.ok]
        if measured:
            log_axis(axes, "x", min(r.low_ns for r in measured), max(r.high_ns for r in measured), duration)
        dot_rows(axes, cell, looks)
        panel_title(axes, f"{pattern(cell[0])}\n{crew(cell[0], run.cpus)}")
    alt = "Dot plots of the time per operation, one row per implementation."
    return make("sync", run, fig, title, text, alt, rows)


def _conclusion(panels: Sequence[Sequence[Row]]) -> str:
    """Who leads clearly and by how much, and for what nobody does, of the fewest workers each."""
    smallest = [cells[0] for cells in grouped(panels, lambda cell: cell[0].workload).values()]
    rankings = {KINDS[cell[0].workload]: rank(cell) for cell in smallest}
    clear = [f"among {kind} {lead(found)}" for kind, found in rankings.items() if found and found.clear]
    tied = [kind for kind, found in rankings.items() if found and len(found.order) > 1 and not found.clear]
    parts = [*clear[:MOST_NAMED], *([f"no clear winner among {joined(tied, 'or')}"] if tied else [])]
    return "; ".join(parts) or "nothing that can be compared passed its check"
