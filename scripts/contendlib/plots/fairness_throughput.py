"""Fairness: throughput against Jain's index, which tells whether speed was bought with unfairness."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from contendlib.decisions.verdict import crew, grouped
from contendlib.plots.fairness_shares import contended, names
from contendlib.plots.labels import Label, label_ends
from contendlib.plots.locks import setting, setting_words, shown_looks
from contendlib.plots.plot import Missing, Plot, caption, make
from contendlib.plots.scales import log_axis
from contendlib.plots.style import FAINT, SHADE, Panel, SeriesStyle, frame, mark_point, panel_title
from contendlib.ranking import FAIR_JAIN, unfair
from contendlib.run_data import Row, RunData
from contendlib.wording import a_few, rate


def draw(run: RunData) -> list[Plot]:
    """One panel for each critical section, one point for each lock."""
    rows = contended(run)
    measured = [r for r in rows if r.ok and r.counter("jain") is not None]
    if not measured:
        raise Missing("no fairness was recorded with the locks")
    looks = shown_looks(run, measured)
    grey = sorted({r.subject for r in measured} - set(looks))
    title = _trade_off(run, measured)
    text = caption(
        run,
        rows,
        "Throughput (log scale) against Jain's index (1: all workers served alike): up and to the right is "
        "better",
        f"Shaded: below {FAIR_JAIN}, where a lock is not picked.",
        f"Grey: {a_few(grey)}." if grey else "",
    )
    cells = grouped(sorted(measured, key=setting), setting)
    fig = frame(len(cells), 2, Panel(width=2.9, height=2.0, left=0.72, right=1.35), title, text)
    for axes, (value, cell) in zip(fig.axes, cells.items()):
        _scatter(axes, cell, looks)
        panel_title(axes, setting_words(value))
    alt = "Scatter plots of lock throughput against Jain's fairness index, one panel per critical section."
    return [make("fairness-throughput", run, fig, title, text, alt, rows)]


def _trade_off(run: RunData, rows: Sequence[Row]) -> str:
    fastest_unfair = []
    for cell in grouped(rows, setting).values():
        first = min(cell, key=lambda r: r.median_ns)
        fastest_unfair += [first] if unfair(first) else []
    settings = len({setting(r) for r in rows})
    team = crew(rows[0], run.cpus)
    if not fastest_unfair:
        return f"At {team} the fastest lock is a fair one in every setting: speed costs no fairness here"
    where = "the only setting" if settings == 1 else f"{len(fastest_unfair)} of {settings} settings"
    return f"At {team} the fastest lock owes its speed to unfairness in {where}: {names(fastest_unfair)}"


def _scatter(axes: Axes, rows: Sequence[Row], looks: dict[str, SeriesStyle]) -> None:
    log_axis(
        axes,
        "y",
        min(r.rate_interval[0] for r in rows),
        max(r.rate_interval[1] for r in rows),
        lambda v: rate(v),
    )
    least = min(0.75, *(r.counters["jain"] for r in rows)) - 0.04
    axes.set_xlim(least, 1.02)
    axes.axvspan(least, FAIR_JAIN, color=SHADE, zorder=0, linewidth=0)
    labels = []
    for row in rows:
        style = looks.get(row.subject)
        x = row.counters["jain"]
        axes.vlines(
            [x], *([v] for v in row.rate_interval), color=style.color if style else FAINT, linewidth=1.0
        )
        mark_point(axes, x, row.rate, style or SeriesStyle(FAINT, "o"), stable=row.stable, grey=style is None)
        if style:
            labels.append(Label(row.subject, x, row.rate, style.color))
    label_ends(axes, labels, 1.07)
    axes.set_xlabel("Jain's index")
