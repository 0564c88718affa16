"""Executors: what one item costs beyond its own work, with one worker, as a dot plot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from contendlib.decisions.executors import SERIAL, compared, is_plain, kind, serial_row, size_ns
from contendlib.decisions.verdict import grouped
from contendlib.plots.dots import dot_rows, name_width
from contendlib.plots.plot import Missing, Plot, caption, make, suite_looks
from contendlib.plots.scales import log_axis
from contendlib.plots.style import Panel, frame, panel_title
from contendlib.run_data import Row, RunData
from contendlib.wording import duration, joined


def draw(run: RunData) -> list[Plot]:
    """A panel for each workload at its smallest item, where the overhead shows most."""
    panels: list[tuple[Row, list[Row]]] = []
    for rows in grouped(
        (r for r in compared(run.suite("executor")) if not run.is_null(r.subject) and is_plain(r)),
        lambda r: r.workload,
    ).values():
        serial = serial_row(sorted(rows, key=size_ns))
        if serial is not None:
            cell = [
                r for r in rows if r.workers == 1 and r.subject != SERIAL and size_ns(r) == size_ns(serial)
            ]
            if any(r.ok for r in cell):
                panels.append((serial, cell))
    if not panels:
        raise Missing("no executor was measured with one worker beside serial")
    return [_draw(run, panels)]


def _draw(run: RunData, panels: Sequence[tuple[Row, list[Row]]]) -> Plot:
    beyond = [(serial, [_beyond(r, serial) for r in cell]) for serial, cell in panels]
    rows = [r for serial, cell in panels for r in (serial, *cell)]
    title = _conclusion(*beyond[0])
    text = caption(
        run,
        rows,
        "Wall time per item with one worker, less that of serial, log scale: further left is better",
        "'below': not told apart from 0, the upper end of the interval is given.",
        interval="bars are",
    )
    most = max(len(cell) for _, cell in panels)
    fig = frame(
        len(panels),
        2,
        Panel(width=2.7, height=0.26 * most + 0.2, left=name_width(rows), right=0.95),
        title,
        text,
    )
    looks = suite_looks(run, "executor")
    for axes, (serial, cell) in zip(fig.axes, beyond):
        measured = [r for r in cell if r.ok]
        log_axis(axes, "x", min(r.low_ns for r in measured), max(r.high_ns for r in measured), duration)
        dot_rows(axes, cell, looks, _words)
        panel_title(axes, f"{kind(serial)}, {duration(size_ns(serial))} per item")
    alt = "Dot plots of the overhead per item, one row per executor."
    return make("executors-overhead", run, fig, title, text, alt, rows)


def _beyond(row: Row, serial: Row) -> Row:
    """The row with its time beyond serial's. Where that cannot be told from 0, the bound is all three
    figures."""
    if not row.ok:
        return row
    difference = row.median_ns - serial.median_ns
    half_below = ((row.median_ns - row.low_ns) ** 2 + (serial.high_ns - serial.median_ns) ** 2) ** 0.5
    half_above = ((row.high_ns - row.median_ns) ** 2 + (serial.median_ns - serial.low_ns) ** 2) ** 0.5
    if difference - half_below > 0:
        return replace(
            row, median_ns=difference, low_ns=difference - half_below, high_ns=difference + half_above
        )
    bound = max(difference + half_above, 1.0)
    return replace(row, median_ns=bound, low_ns=bound, high_ns=bound, counters={**row.counters, "bound": 1.0})


def _words(row: Row) -> str:
    return f"{'below ' if 'bound' in row.counters else ''}{duration(row.median_ns)}"


def _conclusion(serial: Row, cell: Sequence[Row]) -> str:
    order = sorted((r for r in cell if r.ok), key=lambda r: r.median_ns)
    named = order if len(order) < 4 else [order[0], order[len(order) // 2], order[-1]]
    costs = joined([f"{_words(r)} with {r.subject}" for r in named])
    return f"Beyond its own work, a {kind(serial)} item costs {costs}"
