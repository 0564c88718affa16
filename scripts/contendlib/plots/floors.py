"""The machine: a ladder of what hardware and kernel charge at least, and how far from it the subjects are."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from contendlib import ladder
from contendlib.ladder import Rung
from contendlib.plots.plot import Missing, Plot, caption, make, suite_looks
from contendlib.plots.scales import log_axis
from contendlib.plots.style import INK, MUTED, SMALL, Panel, SeriesStyle, frame, mark_point
from contendlib.run_data import RunData
from contendlib.wording import duration, times


def draw(run: RunData) -> list[Plot]:
    floors, rungs = run.suite("floor"), ladder.rungs(run)
    if not rungs:
        raise Missing("no floor was measured")
    rows = [*floors, *(r for rung in rungs for r in rung.subjects)]
    title = _conclusion(rungs)
    text = caption(
        run,
        rows,
        "Time of the unavoidable part of an operation (bar), log scale: further left is cheaper",
        "Coloured: subjects whose operation needed at least that, a wake-up only where the waiters slept; the multiple is "
        "theirs over the floor. "
        "Cache line: median over all pairs of CPUs.",
        interval="bars are",
    )
    widest, longest = (max(map(len, words)) for words in zip(*((rung.distance, rung.name) for rung in rungs)))
    fig = frame(
        1,
        1,
        Panel(width=5.2, height=0.25 * len(rungs) + 0.2, left=0.25 + 0.06 * longest, right=0.9 + 0.062 * widest, top=0.12),
        title,
        text,
    )
    looks = suite_looks(run, "lock") | suite_looks(run, "queue") | suite_looks(run, "sync")
    _draw_ladder(fig.axes[0], rungs, looks)
    plot = make("floors", run, fig, title, text, "Dot plot of the floors, cheapest at the bottom.", floors)
    return [plot]


def _conclusion(rungs: Sequence[Rung]) -> str:
    compared = [rung for rung in rungs if rung.subjects]
    cheapest, dearest = (f"{duration(rung.ns)} ({rung.name})" for rung in (rungs[0], rungs[-1]))
    spread = f"Hardware and kernel charge from {cheapest} to {dearest}"
    if not compared:
        return spread
    first = compared[0]
    best = first.subjects[0]
    if best.suite != "lock":
        return spread
    return f"{spread}; uncontended, {best.subject} takes {times(best.median_ns / first.ns)} its floor"


def _draw_ladder(axes: Axes, rungs: Sequence[Rung], looks: dict[str, SeriesStyle]) -> None:
    ends = [v for rung in rungs for v in (rung.low, rung.high, *(r.median_ns for r in rung.subjects))]
    log_axis(axes, "x", min(ends), max(ends), duration)
    for height, rung in enumerate(rungs):
        axes.hlines([height], [rung.low], [rung.high], color=INK, linewidth=2.2, alpha=0.5, zorder=3)
        for row in reversed(rung.subjects):
            mark_point(axes, row.median_ns, height, looks[row.subject], stable=row.stable, size=4.5)
        axes.plot([rung.ns], [height], "|", color=INK, markersize=13, markeredgewidth=2.6, zorder=5)
        axes.text(
            1.02,
            height,
            rung.words,
            transform=axes.get_yaxis_transform(),
            size=SMALL,
            va="center",
            color=INK,
        )
        axes.text(
            1.14,
            height,
            rung.distance,
            transform=axes.get_yaxis_transform(),
            size=SMALL,
            va="center",
            color=MUTED,
        )
    axes.set_yticks(range(len(rungs)), [rung.name for rung in rungs], color=INK)
    axes.set_ylim(-0.6, len(rungs) - 0.4)
