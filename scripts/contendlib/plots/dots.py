"""Rows of dots with intervals: the name at the left, the figure at the right, the fastest on top."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes

from contendlib.plots.style import FAINT, INK, MUTED, SMALL, SeriesStyle, mark_point
from contendlib.run_data import Row
from contendlib.wording import duration


def dot_rows(
    axes: Axes, rows: Sequence[Row], looks: dict[str, SeriesStyle], words: Callable[[Row], str] | None = None
) -> None:
    """One row of dots for each subject by its median time; those that failed stand below and say so."""
    order = sorted(rows, key=lambda r: (r.ok, -r.median_ns if r.ok else 0.0))
    for height, row in enumerate(order):
        look = looks.get(row.subject, SeriesStyle(FAINT, "o"))
        if not row.ok:
            axes.text(
                0.01,
                height,
                f"x  {row.status}",
                transform=axes.get_yaxis_transform(),
                size=SMALL,
                color=MUTED,
                va="center",
            )
            continue
        axes.hlines(
            [height], [row.low_ns], [row.high_ns], color=look.color, linewidth=2.2, alpha=0.55, zorder=3
        )
        mark_point(axes, row.median_ns, height, look, stable=row.stable)
        axes.text(
            1.03,
            height,
            words(row) if words else duration(row.median_ns),
            transform=axes.get_yaxis_transform(),
            size=SMALL,
            va="center",
            color=INK,
        )
    axes.set_yticks(range(len(order)), [r.subject for r in order], color=INK)
    axes.set_ylim(-0.6, len(order) - 0.4)


def name_width(rows: Sequence[Row]) -> float:
    """Inches that the longest name takes to the left of the axes."""
    return 0.3 + 0.068 * max(len(r.subject) for r in rows)
