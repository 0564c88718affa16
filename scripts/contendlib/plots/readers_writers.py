"""Readers and writers: time per operation by read share, reader-writer locks beside the best of the others."""

from __future__ import annotations

from collections.abc import Sequence

from contendlib.decisions.locks import at_most_workers
from contendlib.decisions.readers_writers import WORKLOAD, lets_readers_share, whether_sharing_pays
from contendlib.decisions.verdict import crew, grouped
from contendlib.plots.dots import dot_rows, name_width
from contendlib.plots.plot import Missing, Plot, caption, make, suite_looks
from contendlib.plots.scales import log_axis
from contendlib.plots.style import Panel, frame, panel_title
from contendlib.ranking import unfair
from contendlib.run_data import Row, RunData
from contendlib.wording import duration

MOST_OTHERS = 4  # locks without a form for readers


def draw(run: RunData) -> list[Plot]:
    """A panel for each read share, at the most threads that had a CPU each."""
    rows = shown(run)
    title = _conclusion(run, rows)
    text = caption(
        run,
        rows,
        "Wall time per operation of the whole team, log scale: further left is better",
        "'alone': the lock has no form for readers, so they take turns as writers do.",
        f"Of those, the {MOST_OTHERS} fastest are shown. 'unfair': Jain's index below 0.8, or a worker starved.",
        interval="bars are",
    )
    cells = grouped(sorted(rows, key=lambda r: r.number("read_percent")), lambda r: r.number("read_percent"))
    most = max(len(cell) for cell in cells.values())
    panel = Panel(width=2.6, height=0.24 * most + 0.2, left=name_width(rows), right=1.25)
    fig = frame(len(cells), 2, panel, title, text)
    looks = suite_looks(run, "lock")
    for axes, (share, cell) in zip(fig.axes, cells.items()):
        measured = [r for r in cell if r.ok]
        if measured:
            log_axis(axes, "x", min(r.low_ns for r in measured), max(r.high_ns for r in measured), duration)
        dot_rows(axes, cell, looks, _words)
        panel_title(axes, f"{share:.0f} % reads, {duration(cell[0].number('cs_ns'))} each")
    alt = "Dot plots of the time per operation, a row per lock, a panel per read share."
    return [make("readers-writers", run, fig, title, text, alt, rows)]


def shown(run: RunData) -> list[Row]:
    """The reader-writer locks, and the fastest of the others, with the longest sections measured."""
    within = [
        r
        for r in run.suite("lock", WORKLOAD)
        if r.team == "threads" and r.workers > 1 and not r.oversubscribed and not run.is_null(r.subject)
    ]
    if not any(r.ok for r in within):
        raise Missing("no lock was measured with readers and writers that had a CPU each")
    rows = at_most_workers(within)
    longest = max(r.number("cs_ns") for r in rows)
    rows = [r for r in rows if r.number("cs_ns") == longest]
    others = sorted((r for r in rows if r.ok and not lets_readers_share(r)), key=lambda r: r.median_ns)
    best = list(dict.fromkeys(r.subject for r in others))[:MOST_OTHERS]
    return [r for r in rows if lets_readers_share(r) or r.subject in best or not r.ok]


def _words(row: Row) -> str:
    remarks = [] if lets_readers_share(row) else ["alone"]
    remarks += ["unfair"] if unfair(row) else []
    return ", ".join([duration(row.median_ns), *remarks])


def _conclusion(run: RunData, rows: Sequence[Row]) -> str:
    """Of the largest read share."""
    share = max(r.number("read_percent") for r in rows)
    cell = [r for r in rows if r.number("read_percent") == share]
    fair = [r for r in cell if not unfair(r)] or cell
    words, _ = whether_sharing_pays(fair)
    words = words or "only one kind of lock was measured."
    return f"At {share:.0f} % reads and {crew(cell[0], run.cpus)} {words[:1].lower()}{words[1:-1]}"
