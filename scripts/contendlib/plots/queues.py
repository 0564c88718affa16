"""Queues: producers x consumers as a heatmap for each queue, as a ratio to the best queue of the same
cell."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
import numpy as np

from contendlib.decisions.queues import WAITS, wait
from contendlib.decisions.verdict import grouped
from contendlib.plots.grid import heatmap, scale_bar
from contendlib.plots.plot import Missing, Plot, caption, lead, make, sentence
from contendlib.plots.style import SMALL, Panel, frame, panel_title
from contendlib.ranking import rank
from contendlib.run_data import Row, RunData
from contendlib.wording import rate, ratio, significant

LOWEST = 0.01
MOST_ANNOTATED = 8

Shape = tuple[int, int]


def draw(run: RunData) -> list[Plot]:
    """One figure for each way of waiting, capacity and kind of team."""
    rows = [r for r in run.suite("queue", "throughput") if not run.is_null(r.subject)]
    rows.sort(key=lambda r: (r.team != "threads", wait(r) != "spin", wait(r), -r.number("capacity")))
    groups = grouped(rows, lambda r: (wait(r), int(r.number("capacity")), r.team))
    if not groups:
        raise Missing("no throughput of a queue was measured")
    several = len({capacity for _, capacity, _ in groups}) > 1
    return [_draw_group(run, group, several) for group in groups.values()]


def _shape(row: Row) -> Shape:
    return int(row.number("producers", 1)), int(row.number("consumers", 1))


def _draw_group(run: RunData, rows: Sequence[Row], several: bool) -> Plot:
    first = rows[0]
    cells = grouped(rows, _shape)
    best = {
        shape: min((r.median_ns for r in cell if r.ok), default=float("nan")) for shape, cell in cells.items()
    }
    producers, consumers = (sorted({shape[side] for shape in cells}) for side in (0, 1))
    names = _by_speed(rows, best)
    title = _conclusion(rows)
    text = caption(
        run,
        rows,
        "Messages per second relative to the best queue of the same cell (1 is best, darker is better), one "
        "log scale for all",
        f"Capacity {int(first.number('capacity')):,}; team of {first.team}.",
        "n/a: the queue is not made for that many producers or consumers, or it was not measured.",
        interval="their",
    )
    panel = _panel(len(producers), len(consumers), max(len(name) for name in names))
    columns = max(1, int(10.0 / (panel.width + panel.left + panel.right)))
    fig = frame(len(names) + 1, columns, panel, title, text)
    norm = LogNorm(
        max(LOWEST, 0.8 * min((best[_shape(r)] / r.median_ns for r in rows if r.ok), default=0.1)), 1.0
    )
    for axes, name in zip(fig.axes, names):
        matrix = {_shape(r): r for r in rows if r.subject == name}
        _draw_queue(axes, matrix, best, producers, consumers, norm)
        panel_title(axes, name)
    _draw_scale(fig.axes[-1], norm)
    alt = "Heatmaps of queue throughput by number of producers and consumers, one per queue."
    name = f"queues-{wait(first) or 'any'}"
    name += f"-{int(first.number('capacity'))}" if several else ""
    name += f"-{first.team}" if first.team != "threads" else ""
    return make(name, run, fig, title, text, alt, rows)


def _panel(rows: int, columns: int, longest_name: int) -> Panel:
    """Cells that hold their words, under a title that does not run into the next."""
    if max(rows, columns) > MOST_ANNOTATED:
        return Panel(width=2.2, height=2.2, left=0.6)
    width = max(1.5, (0.72 if columns <= 4 else 0.42) * columns, 0.085 * longest_name - 0.35)
    return Panel(width=width, height=max(0.7, (0.46 if rows <= 4 else 0.3) * rows), left=0.6)


def _by_speed(rows: Sequence[Row], best: dict[Shape, float]) -> list[str]:
    """Queues: those that lead most cells first."""
    measured = [r for r in rows if r.ok]
    nearness = {
        name: sum(best[_shape(r)] / r.median_ns for r in group)
        for name, group in grouped(measured, lambda r: r.subject).items()
    }
    return sorted({r.subject for r in rows}, key=lambda name: (-nearness.get(name, 0.0), name))


def _conclusion(rows: Sequence[Row]) -> str:
    """Who leads with one producer and one consumer, and in the most crowded cell."""
    cells = sorted(grouped(rows, _shape).items(), key=lambda kv: (sum(kv[0]), kv[0]))
    named = [cells[0]] if len(cells) == 1 else [cells[0], cells[-1]]
    where = " between processes" if rows[0].team == "processes" else ""
    parts = []
    for (producers, consumers), cell in named:
        ranking = rank(cell)
        said = lead(ranking) if ranking else "no queue passed its check"
        parts.append(f"at {producers} x {consumers} {said}")
    how = WAITS.get(wait(rows[0]), wait(rows[0])) + where
    return sentence(f"{how}, {'; '.join(parts)}" if how else "; ".join(parts))


def _draw_queue(
    axes: Axes,
    matrix: dict[Shape, Row],
    best: dict[Shape, float],
    producers: Sequence[int],
    consumers: Sequence[int],
    norm: LogNorm,
) -> None:
    values = np.full((len(producers), len(consumers)), np.nan)
    words = [["n/a"] * len(consumers) for _ in producers]
    large = max(values.shape) <= 4
    for (p, c), row in matrix.items():
        i, j = producers.index(p), consumers.index(c)
        if not row.ok:
            words[i][j] = "failed"
            continue
        value = best[(p, c)] / row.median_ns
        values[i, j] = max(value, LOWEST)
        mark = "" if row.stable else "~"
        words[i][j] = f"{mark}{ratio(value)}" + (f"\n{rate(row.rate)}" if large else "")
    annotated = max(values.shape) <= MOST_ANNOTATED
    heatmap(axes, values, norm, words if annotated else None, SMALL if large else SMALL - 1.5)
    axes.set_xticks(range(len(consumers)), [str(c) for c in consumers])
    axes.set_yticks(range(len(producers)), [str(p) for p in producers])
    axes.set_xlabel("consumers", labelpad=2)
    axes.set_ylabel("producers", labelpad=2)


def _draw_scale(axes: Axes, norm: LogNorm) -> None:
    """The colour scale takes the place of one more panel."""
    box = axes.get_position()
    inch = 1 / axes.figure.get_figheight()
    axes.set_position((box.x0, box.y1 - 0.16 * inch, box.width, 0.13 * inch))
    ticks = [t for t in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0) if t >= norm.vmin][-4:]
    scale_bar(axes, norm, ticks, [significant(t, 1) for t in ticks], "ratio to the best")
