"""A row for each subject, a column for each workload: every cell as a ratio to the best one of its column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
import math

from matplotlib.axes import Axes
from matplotlib.colors import LogNorm
import numpy as np

from contendlib.decisions.verdict import grouped
from contendlib.plots.grid import heatmap
from contendlib.plots.plot import Plot, caption, make
from contendlib.plots.style import INK, SMALL, Panel, frame
from contendlib.ranking import rank
from contendlib.run_data import Row, RunData
from contendlib.wording import a_few, ratio

LOWEST = 0.05
LEAST_TOLD = 0.01


def time_per_operation(row: Row) -> float:
    return row.median_ns


@dataclass(frozen=True)
class Matrix:
    """What is compared: `column` names a row's column, `value` is what counts there (less is better; not a number: a
    dash). `regime` begins the title."""

    name: str
    noun: str
    regime: str
    rows: Sequence[Row]
    column: Callable[[Row], str]
    value: Callable[[Row], float] = time_per_operation
    notes: tuple[str, ...] = ()


def draw_matrix(run: RunData, matrix: Matrix) -> Plot:
    columns = grouped(matrix.rows, matrix.column)
    best = {
        name: min((v for r in own if r.ok and math.isfinite(v := matrix.value(r))), default=math.nan)
        for name, own in columns.items()
    }
    subjects = _by_nearness(matrix, best)
    title = _conclusion(matrix, columns)
    text = caption(
        run,
        matrix.rows,
        f"Speed relative to the best {matrix.noun} of the same column (1 is best, darker is better), log scale",
        *matrix.notes,
        f"Below {LOWEST} all are as pale. Empty: the workload is not for that {matrix.noun}.",
        interval="their",
    )
    longest = max(map(len, columns))
    panel = Panel(
        width=max(0.48 * len(columns), 1.5),
        height=0.24 * len(subjects),
        left=0.3 + 0.068 * max(map(len, subjects)),
        right=0.3 + 0.04 * longest,
        top=0.3 + 0.045 * longest,
        bottom=0.15,
    )
    fig = frame(1, 1, panel, title, text)
    _fill(fig.axes[0], matrix, subjects, best)
    alt = f"Heatmap of the speed of every {matrix.noun}, a row for each, a column for each workload."
    return make(matrix.name, run, fig, title, text, alt, matrix.rows)


def _by_nearness(matrix: Matrix, best: dict[str, float]) -> list[str]:
    """Subjects: those that are nearest to the best in the mean of their columns first."""

    def nearness(own: Sequence[Row]) -> float:
        near = [best[matrix.column(r)] / matrix.value(r) for r in own if r.ok]
        return float(np.mean([v for v in near if math.isfinite(v)] or [0.0]))

    found = {subject: nearness(own) for subject, own in grouped(matrix.rows, lambda r: r.subject).items()}
    return sorted(found, key=lambda subject: (-found[subject], subject))


def _conclusion(matrix: Matrix, columns: dict[str, list[Row]]) -> str:
    """How often who leads, where the time of an operation is what counts."""
    timed = [own for own in columns.values() if all(matrix.value(r) == r.median_ns for r in own if r.ok)]
    clear = [ranking.leader.subject for own in timed if (ranking := rank(own)) and ranking.clear]
    counts = sorted(((clear.count(s), s) for s in set(clear)), key=lambda pair: (-pair[0], pair[1]))
    if not timed:
        return f"{matrix.regime}, no workload was told by the time of an operation"
    if len(timed) == 1:
        leader = counts[0][1] if counts else f"no {matrix.noun}"
        return f"{matrix.regime}, {leader} leads clearly in the one workload measured"
    if not counts:
        return f"{matrix.regime}, no {matrix.noun} leads clearly in any of {len(timed)} workloads"
    leaders = [f"{subject} in {number}" for number, subject in counts]
    return f"{matrix.regime}, clearly in the lead: {a_few(leaders)} of {len(timed)} workloads"


def _fill(axes: Axes, matrix: Matrix, subjects: Sequence[str], best: dict[str, float]) -> None:
    columns = list(best)
    values = np.full((len(subjects), len(columns)), np.nan)
    words = [[""] * len(columns) for _ in subjects]
    for row in matrix.rows:
        name = matrix.column(row)
        i, j = subjects.index(row.subject), columns.index(name)
        near = best[name] / matrix.value(row) if row.ok else math.nan
        if math.isfinite(near):
            values[i, j] = max(near, LOWEST)
        words[i][j] = _cell(row, near)
    heatmap(axes, values, LogNorm(LOWEST, 1.0), words, SMALL - 1)
    axes.set_yticks(range(len(subjects)), subjects, color=INK)
    axes.xaxis.tick_top()
    axes.set_xticks(range(len(columns)), columns, color=INK, rotation=40, ha="left", rotation_mode="anchor")


def _cell(row: Row, near: float) -> str:
    if not row.ok:
        return "failed"
    if not math.isfinite(near):
        return "-"
    return f"<{LEAST_TOLD}" if near < LEAST_TOLD else f"{'' if row.stable else '~'}{ratio(near)}"
