"""Locks in more than sections: every lock in every other workload, as a ratio to the best one there."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
import numpy as np

from contendlib.decisions.locks import at_most_workers
from contendlib.decisions.verdict import crew, grouped
from contendlib.plots.grid import heatmap
from contendlib.plots.plot import Missing, Plot, caption, make
from contendlib.plots.style import INK, SMALL, Panel, frame
from contendlib.ranking import rank
from contendlib.run_data import Row, RunData
from contendlib.wording import a_few, arguments, ratio

ELSEWHERE = ("sections", "readers_writers", "hand_off")  # drawn in plots of their own
LOWEST = 0.05

Cell = tuple[str, tuple[tuple[str, object], ...]]


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
    cells = grouped(rows, _cell)
    best = {cell: min((r.median_ns for r in own if r.ok), default=np.nan) for cell, own in cells.items()}
    subjects = _by_nearness(rows, best)
    title = _conclusion(run, cells)
    text = caption(
        run,
        rows,
        "Operations per second relative to the best lock of the same column (1 is best, darker is better), log "
        "scale",
        f"Below {LOWEST} all are as pale. Empty: the workload is not for that lock.",
        interval="their",
    )
    longest = max(len(_words(cell)) for cell in cells)
    panel = Panel(
        width=max(0.48 * len(cells), 1.5),
        height=0.24 * len(subjects),
        left=0.3 + 0.068 * max(map(len, subjects)),
        right=0.3 + 0.04 * longest,
        top=0.3 + 0.045 * longest,
        bottom=0.15,
    )
    fig = frame(1, 1, panel, title, text)
    _draw_matrix(fig.axes[0], rows, subjects, best)
    alt = "Heatmap of lock throughput, a row per lock, a column per workload."
    crowd = "-oversubscribed" if rows[0].oversubscribed else ""
    return make(f"lock-workloads{crowd}", run, fig, title, text, alt, rows)


def _cell(row: Row) -> Cell:
    return row.workload, tuple(row.args.items())


def _words(cell: Cell) -> str:
    """'touched lines, lines 8'; 'timed acquires, timeout 1 µs, cs 2 µs'."""
    workload, args = cell
    return ", ".join(filter(None, (workload.replace("_", " "), arguments(dict(args)))))


def _by_nearness(rows: Sequence[Row], best: dict[Cell, float]) -> list[str]:
    """Locks: those that are nearest to the best in the mean of their columns first."""
    nearness = {
        subject: float(np.mean([best[_cell(r)] / r.median_ns for r in own if r.ok] or [0.0]))
        for subject, own in grouped(rows, lambda r: r.subject).items()
    }
    return sorted(nearness, key=lambda subject: (-nearness[subject], subject))


def _conclusion(run: RunData, cells: dict[Cell, list[Row]]) -> str:
    """How often who leads."""
    clear = [ranking.leader.subject for own in cells.values() if (ranking := rank(own)) and ranking.clear]
    counts = sorted(((clear.count(s), s) for s in set(clear)), key=lambda pair: (-pair[0], pair[1]))
    some = next(iter(cells.values()))[0]
    if not counts:
        return f"At {crew(some, run.cpus)} no lock leads clearly in any of {len(cells)} workloads"
    leaders = [f"{subject} in {number}" for number, subject in counts]
    return f"At {crew(some, run.cpus)}, of {len(cells)} workloads there lead clearly {a_few(leaders)}"


def _draw_matrix(axes: Axes, rows: Sequence[Row], subjects: Sequence[str], best: dict[Cell, float]) -> None:
    cells = list(best)
    values = np.full((len(subjects), len(cells)), np.nan)
    words = [[""] * len(cells) for _ in subjects]
    for row in rows:
        i, j = subjects.index(row.subject), cells.index(_cell(row))
        if not row.ok:
            words[i][j] = "failed"
            continue
        value = best[cells[j]] / row.median_ns
        values[i, j] = max(value, LOWEST)
        words[i][j] = f"{'' if row.stable else '~'}{ratio(value)}"
    heatmap(axes, values, LogNorm(LOWEST, 1.0), words, SMALL - 1)
    axes.set_yticks(range(len(subjects)), subjects, color=INK)
    axes.xaxis.tick_top()
    axes.set_xticks(
        range(len(cells)),
        [_words(cell) for cell in cells],
        color=INK,
        rotation=40,
        ha="left",
        rotation_mode="anchor",
    )
