"""The machine: round trip of a cache line between every pair of CPUs, as a heatmap."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
import numpy as np

from contendlib import ladder
from contendlib.plots.grid import heatmap, scale_bar
from contendlib.plots.plot import Missing, Plot, caption, make
from contendlib.plots.scales import log_ticks
from contendlib.plots.style import INK, SMALL, Panel, frame
from contendlib.run_data import Row, RunData
from contendlib.wording import duration, significant, times

MOST_ANNOTATED = 20
MOST_TICKS = 16


def draw(run: RunData) -> list[Plot]:
    rows = list(ladder.transfers(run).values())
    measured = [r for r in rows if r.ok]
    if not measured:
        raise Missing("no round trip of a cache line between two CPUs was measured")
    title = _conclusion(measured)
    text = caption(
        run,
        rows,
        "Time for a cache line there and back between two pinned threads, log colour scale: lower (paler) is "
        "better",
        interval="their",
    )
    cpus = sorted({int(r.number(side)) for r in rows for side in ("from", "to")})
    inches = min(max(0.5 * len(cpus), 1.3), 6.6)
    fig = frame(
        1, 1, Panel(width=inches, height=inches, left=0.75, right=1.9, top=0.15, bottom=0.55), title, text
    )
    norm = _norm(measured)
    _draw_matrix(fig.axes[0], rows, cpus, norm, inches)
    _socket_lines(fig.axes[0], run, cpus)
    _draw_scale(fig.axes[0], norm)
    alt = f"Heatmap of the cache-line round trip between {len(cpus)} CPUs."
    return [make("core-to-core", run, fig, title, text, alt, rows)]


def _conclusion(rows: Sequence[Row]) -> str:
    values = sorted(r.median_ns for r in rows)
    if values[-1] < 1.15 * values[0]:
        pairs = "the two CPUs" if len(rows) <= 2 else "any two CPUs"
        return f"A cache line goes to the other side and back in {duration(median(values))} between {pairs}"
    return (
        f"A cache line goes there and back in {duration(values[0])} between the nearest and in "
        f"{duration(values[-1])} between the farthest CPUs, {times(values[-1] / values[0])} apart"
    )


def _norm(rows: Sequence[Row]) -> LogNorm:
    """From the fastest to the slowest pair, but never so narrow that noise would look like structure."""
    low, high = min(r.median_ns for r in rows), max(r.median_ns for r in rows)
    middle = (low * high) ** 0.5
    return LogNorm(min(low, middle / 1.4), max(high, middle * 1.4))


def _draw_matrix(axes: Axes, rows: Sequence[Row], cpus: Sequence[int], norm: LogNorm, inches: float) -> None:
    place = {cpu: i for i, cpu in enumerate(cpus)}
    values = np.full((len(cpus), len(cpus)), np.nan)
    words = [["" for _ in cpus] for _ in cpus]
    for row in rows:
        i, j = place[int(row.number("from"))], place[int(row.number("to"))]
        values[i, j] = row.median_ns if row.ok else np.nan
        words[i][j] = f"{'' if row.stable else '~'}{significant(row.median_ns)}" if row.ok else "failed"
    _mirror(values, words)
    annotated = len(cpus) <= MOST_ANNOTATED
    size = min(SMALL + 2, 72 * inches / len(cpus) / 3.2)
    heatmap(axes, values, norm, words if annotated else None, size)
    step = -(-len(cpus) // MOST_TICKS)
    axes.set_xticks(range(0, len(cpus), step), [str(c) for c in cpus[::step]])
    axes.set_yticks(range(0, len(cpus), step), [str(c) for c in cpus[::step]])
    axes.set_xlabel("to CPU (ns in the cells)" if annotated else "to CPU")
    axes.set_ylabel("from CPU")


def _mirror(values: np.ndarray, words: list[list[str]]) -> None:
    """A pair that was measured once is shown on both sides of the diagonal: there and back is the same
    way."""
    for i, j in zip(*np.nonzero(np.isnan(values))):
        if i != j and not words[i][j]:
            values[i, j], words[i][j] = values[j, i], words[j][i]


def _socket_lines(axes: Axes, run: RunData, cpus: Sequence[int]) -> None:
    """A line wherever the next CPU belongs to another socket, if the machine card tells."""
    topology = run.machine.get("topology")
    sockets = (
        {c.get("cpu"): c.get("socket") for c in topology if isinstance(c, dict)}
        if isinstance(topology, list)
        else {}
    )
    for i, (a, b) in enumerate(zip(cpus, cpus[1:])):
        if sockets.get(a) != sockets.get(b):
            axes.axhline(i + 0.5, color=INK, linewidth=1.0, zorder=5)
            axes.axvline(i + 0.5, color=INK, linewidth=1.0, zorder=5)


def _draw_scale(axes: Axes, norm: LogNorm) -> None:
    """The colour scale at the upper right of the matrix."""
    box = axes.get_position()
    figure = axes.figure
    width, height = figure.get_size_inches()
    bar = figure.add_axes((box.x1 + 0.25 / width, box.y1 - 0.3 / height, 1.4 / width, 0.13 / height))
    ticks = log_ticks(norm.vmin, norm.vmax, 4)
    scale_bar(bar, norm, ticks, [significant(t) for t in ticks], "round trip, ns")
