"""The machine: a ladder of what hardware and kernel charge at least, and how far from it the subjects are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from matplotlib.axes import Axes

from contendlib.decisions.queues import wait
from contendlib.plots.plot import Missing, Plot, caption, make, suite_looks
from contendlib.plots.scales import log_axis
from contendlib.plots.style import INK, MUTED, SMALL, Panel, SeriesStyle, frame, mark_point
from contendlib.run_data import Row, RunData
from contendlib.wording import duration, times


@dataclass
class Rung:
    """One floor with what stands above it."""

    name: str
    ns: float
    low: float
    high: float
    stable: bool
    subjects: list[Row] = field(default_factory=list)


def draw(run: RunData) -> list[Plot]:
    floors = [r for r in run.suite("floor")]
    rungs = _rungs([r for r in floors if r.ok])
    if not rungs:
        raise Missing("no floor was measured")
    _put_subjects(run, rungs)
    rows = [*floors, *(r for rung in rungs for r in rung.subjects)]
    title = _conclusion(rungs)
    text = caption(
        run,
        rows,
        "Time of the unavoidable part of an operation (bar), log scale: further left is cheaper",
        "Coloured: subjects whose operation needs at least that; the multiple is theirs over the floor. "
        "Cache line: median over all pairs of CPUs.",
        interval="bars are",
    )
    widest = max(len(_distance(rung)) for rung in rungs)
    fig = frame(
        1,
        1,
        Panel(width=5.2, height=0.25 * len(rungs) + 0.2, left=2.35, right=0.9 + 0.062 * widest, top=0.12),
        title,
        text,
    )
    looks = suite_looks(run, "lock") | suite_looks(run, "queue")
    _draw_ladder(fig.axes[0], rungs, looks)
    plot = make("floors", run, fig, title, text, "Dot plot of the floors, cheapest at the bottom.", floors)
    return [plot]


def _name(row: Row) -> str:
    words = ", ".join(
        str(v) if k in ("op", "what", "call", "over") else f"{v} {k.upper()}" for k, v in row.args.items()
    )
    return f"{row.workload.replace('_', ' ')}: {words}" if words else row.workload.replace("_", " ")


def _rungs(rows: Sequence[Row]) -> list[Rung]:
    pairs = [r for r in rows if r.workload == "cache_line_round_trip"]
    rungs = [
        Rung(_name(r), r.median_ns, r.low_ns, r.high_ns, r.stable)
        for r in rows
        if r.workload != "cache_line_round_trip"
    ]
    if pairs:
        values = [r.median_ns for r in pairs]
        rungs.append(Rung("cache line round trip", median(values), min(values), max(values), True))
    return sorted(rungs, key=lambda rung: rung.ns)


def _put_subjects(run: RunData, rungs: Sequence[Rung]) -> None:
    """Uncontended locks stand above an atomic operation, ping-pongs above a cache line's trip or a
    wake-up."""
    ranked = [r for r in run.rows if r.ok and not run.is_null(r.subject)]
    alone = [
        r
        for r in ranked
        if r.suite == "lock"
        and r.workers == 1
        and r.team == "threads"
        and r.number("cs_ns") == 0 == r.number("out_ns")
    ]
    ping_pong = [r for r in ranked if r.workload == "ping_pong" and r.team == "threads"]
    above = {
        "rmw: fetch_add": alone,
        "cache line round trip": [r for r in ping_pong if wait(r) == "spin"],
        "futex wake to running: other CPU": [r for r in ping_pong if wait(r) == "block"],
    }
    for rung in rungs:
        rung.subjects = sorted(above.get(rung.name, []), key=lambda r: r.median_ns)


def _conclusion(rungs: Sequence[Rung]) -> str:
    compared = [rung for rung in rungs if rung.subjects]
    spread = f"from {rungs[0].name} ({duration(rungs[0].ns)}) to {rungs[-1].name} ({duration(rungs[-1].ns)})"
    if not compared:
        return f"The ladder of floors runs {spread}"
    first = compared[0]
    best = first.subjects[0]
    return (
        f"The ladder of floors runs {spread}; "
        f"uncontended, {best.subject} takes {times(best.median_ns / first.ns)} its floor"
        if best.suite == "lock"
        else f"The ladder of floors runs {spread}"
    )


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
            f"{'' if rung.stable else '~'}{duration(rung.ns)}",
            transform=axes.get_yaxis_transform(),
            size=SMALL,
            va="center",
            color=INK,
        )
        axes.text(
            1.14,
            height,
            _distance(rung),
            transform=axes.get_yaxis_transform(),
            size=SMALL,
            va="center",
            color=MUTED,
        )
    axes.set_yticks(range(len(rungs)), [rung.name for rung in rungs], color=INK)
    axes.set_ylim(-0.6, len(rungs) - 0.4)


def _distance(rung: Rung) -> str:
    """'Lock 2.2x ... absl::Mutex 5.0x'."""
    ends = [f"{r.subject} {times(r.median_ns / rung.ns)}" for r in rung.subjects]
    return ends[0] if len(ends) == 1 else f"{ends[0]} ... {ends[-1]}" if ends else ""
