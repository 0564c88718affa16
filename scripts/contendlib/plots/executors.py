"""Executors: speed-up over `serial` against workers, a figure for each kind of work and a panel for each size
of item."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
import math

from matplotlib.axes import Axes

from contendlib.decisions.executors import (
    SERIAL,
    bare_threads,
    beside_bare_threads,
    compared,
    experiment,
    kind,
    serial_row,
    size_ns,
)
from contendlib.decisions.verdict import crew, grouped
from contendlib.plots import edges
from contendlib.plots.figures import MOST_LINES, Figures
from contendlib.plots.labels import Label, label_ends
from contendlib.plots.plot import Missing, Plot, caption, lead, make, suite_looks
from contendlib.plots.scales import two_ticks, worker_axis
from contendlib.plots.style import (
    FAINT,
    INK,
    MUTED,
    Panel,
    SeriesStyle,
    frame,
    highlighted,
    mark_failed,
    mark_intervals,
    mark_line,
    panel_title,
)
from contendlib.ranking import rank, speed_ratio
from contendlib.run_data import Row, RunData
from contendlib.scaling import model
from contendlib.scaling.tables import fit_words
from contendlib.wording import a_few, duration, percent, ratio

PANEL = Panel(width=3.1, height=2.2, left=0.6, right=1.15)
MOST_SIZES = 6
_BARE_WORDS = "Bars: as many bare threads with a part of the items each, without an executor."


def draw(run: RunData) -> list[Plot]:
    """One figure for each experiment that has a serial row to compare with."""
    workloads = grouped(
        (r for r in compared(run.suite("executor")) if not run.is_null(r.subject)),
        lambda r: "-".join(experiment(r)).replace(":", "-"),
    )
    usable = {
        name: rows
        for name, rows in workloads.items()
        if serial_row(rows) and any(r.subject != SERIAL for r in rows)
    }
    if not usable:
        raise Missing("no executor was measured beside serial" if workloads else "no executor was measured")
    return [_draw_workload(run, name, rows) for name, rows in usable.items()]


def _draw_workload(run: RunData, workload: str, rows: Sequence[Row]) -> Plot:
    all_sizes = grouped(sorted(rows, key=size_ns), size_ns)
    sizes = {size: cell for size, cell in all_sizes.items() if serial_row(cell)}
    left_out = len(sizes) - MOST_SIZES
    sizes = dict(list(sizes.items())[-MOST_SIZES:])
    cpu_bound = kind(rows[0]) == "CPU-bound"
    title = _conclusion(run, list(sizes.values())[-1])
    names = list(
        dict.fromkeys(r.subject for r in sorted((r for r in rows if r.ok), key=lambda r: r.median_ns))
    )
    looks = suite_looks(run, "executor")
    shown = {
        name: looks[name]
        for name in highlighted([n for n in names if n != SERIAL], ["pool", "threads", "processes"])
    }
    grey = sorted(set(names) - set(shown) - {SERIAL})
    modelled = _model_of_best(run, rows) if cpu_bound else None
    bare = bare_threads(run.suite("executor", rows[0].workload))
    text = caption(
        run,
        rows,
        "Speed-up over serial, both axes log2: higher is better",
        f"Dashed: ideal ({'workers, up to the CPUs' if cpu_bound else 'all workers wait at once'}); dotted: half of it, an "
        "efficiency of 50 %.",
        _BARE_WORDS if _of_cell(bare, rows) else "",
        _model_words(*modelled) if modelled else "",
        edges.WORDS if edges.edges(run) else "",
        "Shaded: oversubscribed, a regime of its own, so not joined.",
        f"Grey: {a_few(grey)}." if grey else "",
        f"The {left_out} smallest sizes are in the table only." if left_out > 0 else "",
    )
    fig = frame(len(sizes), 2, PANEL, title, text)
    for axes, (size, cell) in zip(fig.axes, sizes.items()):
        _draw_panel(axes, cell, shown, run.cpus, cpu_bound)
        _draw_bare_threads(axes, _of_cell(bare, cell), cell)
        edges.mark(axes, edges.edges(run))
        if modelled and size == size_ns(modelled[0]):
            _draw_model(axes, modelled[1], serial_row(cell))
        panel_title(axes, f"{kind(cell[0])}, {duration(size)} {'' if cpu_bound else 'wait '}per item")
    alt = f"Line plots of speed-up over serial against workers, {kind(rows[0])}, one panel per item size."
    name = f"executors-{workload.replace('_', '-')}"
    return make(name, run, fig, title, text, alt, rows, _figures(sizes.values(), bare, run.cpus, cpu_bound))


def _model_of_best(run: RunData, rows: Sequence[Row]) -> tuple[Row, model.Fit | model.NotEstimable] | None:
    """The best executor at the largest item, and Gunther's law fitted to it."""
    best = min(
        (r for r in rows if r.subject != SERIAL and r.ok and not r.oversubscribed),
        key=lambda r: (-size_ns(r), -r.workers, r.median_ns),
        default=None,
    )
    if best is None:
        return None
    case = best.case.rpartition("/workers:")[0] + "/workers:"
    rates: dict[int, list[float]] = {}
    for sample in run.samples(case):
        if sample.get("args") == best.args and sample.get("real_time_ns") and not sample.get("oversubscribed"):
            rates.setdefault(int(sample["workers"]), []).append(1e9 / sample["real_time_ns"])
    return best, model.fit(rates)


def _model_words(best: Row, found: model.Fit | model.NotEstimable) -> str:
    if isinstance(found, model.NotEstimable):
        return f"Scaling model: {found.reason}."
    return f"Dash-dotted: scaling model of {best.subject} at {duration(size_ns(best))}, {fit_words(found)}."


def _draw_model(axes: Axes, found: model.Fit | model.NotEstimable, serial: Row | None) -> None:
    if isinstance(found, model.NotEstimable) or serial is None:
        return
    steps = [math.log2(found.most_workers) * i / 40 for i in range(41)]
    speeds = [(found.throughput(2**x) or math.nan) / serial.rate for x in steps]
    axes.plot(steps, speeds, "-.", color=INK, linewidth=1.0, zorder=5)


def _of_cell(bare: Mapping[str, Row], rows: Sequence[Row]) -> list[Row]:
    """The bare threads that an executor among the rows is held against."""
    return [b for b in bare.values() if experiment(b) == experiment(rows[0]) and size_ns(b) in map(size_ns, rows)]


def _draw_bare_threads(axes: Axes, bare: Iterable[Row], rows: Sequence[Row]) -> None:
    serial = serial_row(rows)
    for row in bare:
        if serial is not None and row.workers in {r.workers for r in rows if r.subject != SERIAL}:
            height = speed_ratio(row, serial).value
            axes.plot([math.log2(row.workers)], [height], "_", color=INK, markersize=16, zorder=2)


def _figures(cells: Iterable[Sequence[Row]], bare: Mapping[str, Row], cpus: int, cpu_bound: bool) -> Figures:
    """Speed-up over serial, and efficiency: the part of the ideal speed-up that was reached; and the speed over bare
    threads'."""
    lines = []
    for cell in cells:
        serial = serial_row(cell)
        for row in (r for r in cell if r.ok and r.subject != SERIAL and serial):
            gain = speed_ratio(row, serial)
            ideal = min(row.workers, cpus) if cpu_bound else row.workers
            state = "ok" if row.stable else "unstable"
            words = (str(row.workers), f"{ratio(gain.value)}x", gain.interval, percent(gain.value / ideal))
            beside = beside_bare_threads(row, bare)
            lines.append((row.subject, duration(size_ns(row)), *words, str(beside or ""), str(row.n), state))
    columns = ("Subject", "Item", "Workers", "Speed-up", "95 % interval", "Efficiency", "Of bare threads", "n", "State")
    return Figures(columns, tuple(lines[:MOST_LINES]), max(len(lines) - MOST_LINES, 0))


def _conclusion(run: RunData, rows: Sequence[Row]) -> str:
    """About the largest item: CPU-bound within the cores, else with the most workers."""
    serial = serial_row(rows)
    parallel = [r for r in rows if r.subject != SERIAL and r.ok]
    if kind(rows[0]) == "CPU-bound":
        parallel = [r for r in parallel if not r.oversubscribed] or parallel
    what = f"{kind(rows[0])} items of {duration(size_ns(rows[0]))}"
    if not parallel or serial is None:
        return f"{what}: no executor passed its check"
    most = max(r.workers for r in parallel)
    cell = [r for r in parallel if r.workers == most]
    ranking = rank([*cell, serial])
    assert ranking is not None
    at = f"{what} at {crew(cell[0], run.cpus)}"
    if serial in ranking.tied:
        return f"{at}: nothing clearly beats serial"
    gain = ratio(speed_ratio(ranking.leader, serial).value)
    if ranking.clear:
        return f"{at}: {lead(ranking, serial)}"
    return f"{at}: {lead(ranking)}, {gain}x serial at best"


def _draw_panel(
    axes: Axes, rows: Sequence[Row], looks: dict[str, SeriesStyle], cpus: int, cpu_bound: bool
) -> None:
    serial = serial_row(rows)
    assert serial is not None
    place = worker_axis(axes, rows, "workers", cpus)
    parallel = [r for r in rows if r.subject != SERIAL]
    measured = [r for r in parallel if r.ok]
    workers = sorted({r.workers for r in rows})
    ideal = [min(n, cpus) if cpu_bound else n for n in workers]
    speeds = [speed_ratio(r, serial) for r in measured]
    _speed_axis(
        axes, min([1.0, *(s.low for s in speeds)]), max([*map(float, ideal), *(s.high for s in speeds)])
    )
    for part, dashes in ((1.0, "--"), (0.5, ":")):
        axes.plot([place(n) for n in workers], [part * n for n in ideal], dashes, color=MUTED, linewidth=0.9, zorder=1)
    axes.axhline(1.0, color=INK, linewidth=1.0, zorder=1)
    labels = [
        Label("ideal", place(workers[-1]), ideal[-1], FAINT),
        Label("serial", axes.get_xlim()[1], 1.0, INK),
    ]
    for subject, series in grouped(measured, lambda r: r.subject).items():
        style = looks.get(subject)
        last = _draw_series(axes, sorted(series, key=lambda r: r.workers), serial, style, place)
        if style is not None:
            labels.append(Label(subject, place(last.workers), speed_ratio(last, serial).value, style.color))
    for crosses in grouped((r for r in parallel if not r.ok), lambda r: r.workers).values():
        for height, row in enumerate(crosses):
            mark_failed(axes, place(row.workers), looks.get(row.subject), height)
    label_ends(axes, labels, 1.06)


def _speed_axis(axes: Axes, low: float, high: float) -> None:
    axes.set_yscale("log", base=2)
    axes.set_ylim(low / 1.15, high * 1.15)
    ticks = two_ticks(*axes.get_ylim())
    axes.yaxis.set_ticks(ticks, [f"{t:.0f}x" if t >= 1 else f"1/{1 / t:.0f}" for t in ticks])
    axes.yaxis.set_ticks([], minor=True)


def _draw_series(
    axes: Axes, series: Sequence[Row], serial: Row, style: SeriesStyle | None, place: Callable[[int], float]
) -> Row:
    """One executor in its two pieces, within the cores and oversubscribed; returns its last row."""
    grey = style is None
    look = style or SeriesStyle(FAINT, "o")
    for oversubscribed in (False, True):
        piece = [r for r in series if r.oversubscribed == oversubscribed]
        speeds = [speed_ratio(r, serial) for r in piece]
        x = [place(r.workers) for r in piece]
        stable = [r.stable for r in piece]
        mark_line(axes, x, [s.value for s in speeds], stable, look, grey=grey, size=3.5 if grey else 5.0)
        if not grey:
            mark_intervals(axes, x, [s.low for s in speeds], [s.high for s in speeds], look)
    return series[-1]
