"""The plot of a history: the benchmarks that changed most, each over the runs, with its levels."""

from pathlib import Path
from statistics import median

from contendlib.plots.style import BLUE, FAINT, SMALL, VERMILLION, Panel, frame, panel_title, verbatim
from contendlib.stored.history import History, Series

_MOST = 12
_COLUMNS = 2


def draw(history: History, path: Path) -> None:
    """The suffix of the path says what is drawn, svg or png."""
    shown = history.changed[:_MOST] or history.series[:_MOST]
    title = f"{len(history.changed)} of {len(history.series)} benchmarks changed in {len(history.runs)} runs"
    drawing = frame(len(shown), _COLUMNS, Panel(4.2, 1.3), title, _caption(history, len(shown)))
    for axes, series in zip(drawing.axes, shown):
        _draw(axes, series)
    drawing.figure.savefig(path, dpi=130, metadata={"Date": None} if path.suffix == ".svg" else None)


def _draw(axes, series: Series) -> None:  # type: ignore[no-untyped-def]
    values = series.medians_ns
    axes.plot(range(len(values)), values, marker="o", markersize=3, linewidth=0.6, color=BLUE)
    borders = [0, *(change.at for change in series.changes), len(values)]
    for start, end in zip(borders, borders[1:]):
        axes.hlines(median(values[start:end]), start - 0.4, end - 0.6, color=FAINT, linewidth=3, zorder=1)
    for change in series.changes:
        axes.axvline(change.at - 0.5, color=VERMILLION, linewidth=1)
        place, kind = (change.at - 0.4, 0.98), ("data", "axes fraction")
        axes.annotate(f"{change.ratio:.2f}", place, xycoords=kind, va="top", size=SMALL, color=VERMILLION)
    axes.set_yscale("log")
    axes.margins(y=0.2)
    ticks = sorted({min(values), max(values)})
    axes.set_yticks(ticks, [_figure(tick) for tick in ticks])
    axes.set_yticks([], minor=True)
    axes.set_xticks([0, len(values) - 1], [series.runs[0][:8], series.runs[-1][:8]])
    panel_title(axes, verbatim(_short(series.benchmark)))


def _figure(value: float) -> str:
    """Three digits, and no power of ten."""
    return f"{value:.3g}" if value < 1000 else f"{float(f'{value:.3g}'):,.0f}"


def _short(name: str) -> str:
    return name if len(name) <= 56 else f"{name[:26]}…{name[-29:]}"


def _caption(history: History, shown: int) -> str:
    more = f", the {shown} that changed most" if len(history.changed) > shown else ""
    return (
        f"ns per operation of each run, log scale{more}. Grey: the level's median. Red: a new level, by E-divisive at "
        f"{history.level:.1%}, of {history.min_effect:.0%} or more, and its ratio to the one before."
    )
