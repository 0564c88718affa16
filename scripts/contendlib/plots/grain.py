"""Executors: the smallest item that pays. Efficiency against the size of the items, with METG marked."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from contendlib.decisions.verdict import grouped
from contendlib.plots.figures import Figures
from contendlib.plots.labels import Label, label_ends
from contendlib.plots.plot import Missing, Plot, caption, make, sentence, suite_looks
from contendlib.plots.scales import log_axis
from contendlib.plots.style import FAINT, INK, Panel, SeriesStyle, frame, highlighted, panel_title
from contendlib.run_data import RunData
from contendlib.scaling.metg import EFFICIENT, WORKLOAD, OfExecutor, of_run
from contendlib.scaling.tables import metg_words
from contendlib.wording import a_few, count, duration, percent

PANEL = Panel(width=3.1, height=2.2, left=0.6, right=1.25)


def draw(run: RunData) -> list[Plot]:
    """A panel for one worker, and one for as many as there are CPUs."""
    rows = [r for r in run.suite("executor", WORKLOAD) if not run.is_null(r.subject) and not r.oversubscribed]
    found = of_run(rows)
    if not found:
        raise Missing("no items of many sizes were measured (contend run executor --full --filter cpu_grain)")
    panels = grouped(found, lambda one: one.workers)
    looks = suite_looks(run, "executor")
    names = [one.subject for one in list(panels.values())[-1]]
    shown = {name: looks[name] for name in highlighted(names, ["pool", "threads"])}
    grey = sorted({one.subject for one in found} - set(shown))
    used = [r for r in rows if r.workers in panels or r.workers == 1]
    title = sentence(_conclusion(list(panels.values())[-1]))
    text = caption(
        run,
        used,
        "Part of the workers' time that is work, against the size of an item: higher is better, further left too",
        f"Dashed: {percent(EFFICIENT)}. The smallest item that still reaches it (METG) is marked on it, and stands beside the "
        "name.",
        f"Grey: {a_few(grey)}." if grey else "",
    )
    fig = frame(len(panels), 2, PANEL, title, text)
    for axes, (workers, executors) in zip(fig.axes, panels.items()):
        _draw_panel(axes, executors, shown)
        panel_title(axes, count(workers, "worker"))
    alt = "Line plots of the efficiency against the size of an item, one line per executor."
    return [make("executors-grain", run, fig, title, text, alt, used, _figures(found))]


def _conclusion(executors: Sequence[OfExecutor]) -> str:
    crew = count(executors[0].workers, "worker")
    reached = [f"{metg_words(one).split('  ')[0]} with {one.subject}" for one in executors[:3]]
    return f"at {crew}, half of the time is work with items from this size on: {', '.join(reached)}"


def _draw_panel(axes: Axes, executors: Sequence[OfExecutor], looks: dict[str, SeriesStyle]) -> None:
    sizes = [p.size_ns for one in executors for p in one.points]
    log_axis(axes, "x", min(sizes), max(sizes), duration, pad=1.1)
    axes.set_ylim(0, 1.08)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xlabel("work of an item")
    axes.axhline(EFFICIENT, color=INK, linewidth=0.9, linestyle="--", zorder=1)
    labels = []
    for one in executors:
        style = looks.get(one.subject)
        _draw_series(axes, one, style)
        if style is not None:
            last = max(one.points, key=lambda p: p.size_ns)
            text = one.subject if one.metg.value is None else f"{one.subject} {duration(one.metg.value)}"
            labels.append(Label(text, last.size_ns, min(last.efficiency, 1.08), style.color))
    label_ends(axes, labels, 1.06)


def _draw_series(axes: Axes, one: OfExecutor, style: SeriesStyle | None) -> None:
    points = sorted(one.points, key=lambda p: p.size_ns)
    x = [p.size_ns for p in points]
    color = style.color if style else FAINT
    axes.plot(x, [p.efficiency for p in points], color=color, linewidth=1.6 if style else 0.9, zorder=3 if style else 2)
    if style is None:
        return
    axes.fill_between(x, [p.low for p in points], [p.high for p in points], color=color, alpha=0.16, linewidth=0)
    if one.metg.value is not None:
        axes.plot([one.metg.value], [EFFICIENT], marker=style.marker, color=color, markersize=6, zorder=4)


def _figures(found: Sequence[OfExecutor]) -> Figures:
    lines = [(one.subject, str(one.workers), *_parts(metg_words(one))) for one in found]
    return Figures(("Subject", "Workers", "METG", "95 % interval"), tuple(lines))


def _parts(words: str) -> tuple[str, str]:
    value, _, interval = words.partition("  ")
    return value, interval.strip("[]")
