"""Locks: throughput against workers, a panel for each critical section, threads and processes apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from matplotlib.axes import Axes

from contendlib.decisions.locks import BASELINE, at_most_workers, bucket, choose, even_first, regime
from contendlib.decisions.verdict import crew, grouped
from contendlib.plots import edges
from contendlib.plots.labels import Label, label_ends
from contendlib.plots.plot import Missing, Plot, caption, lead, make, sentence, suite_looks
from contendlib.plots.scales import log_axis, worker_axis
from contendlib.plots.style import (
    FAINT,
    Panel,
    SeriesStyle,
    frame,
    highlighted,
    mark_failed,
    mark_intervals,
    mark_line,
    panel_title,
)
from contendlib.ranking import unfair
from contendlib.run_data import Row, RunData
from contendlib.wording import a_few, duration, rate

PANEL = Panel(width=3.0, height=2.0, left=0.72, right=1.35)
NULL = SeriesStyle(FAINT, ".")

Setting = tuple[float, float]


def setting(row: Row) -> Setting:
    return row.number("cs_ns"), row.number("out_ns")


def setting_words(value: Setting) -> str:
    return "bare counter" if value == (0, 0) else f"{duration(value[0])} inside, {duration(value[1])} outside"


def draw(run: RunData) -> list[Plot]:
    """One figure for each kind of team."""
    teams = grouped(run.suite("lock", "sections"), lambda r: r.team)
    if not teams:
        raise Missing("no lock was measured")
    order = sorted(teams.items(), key=lambda item: item[0] != "threads")
    return [_draw_team(run, team, rows) for team, rows in order]


def deciding(run: RunData, rows: Sequence[Row]) -> list[Row]:
    """The rows that a title speaks of: shortest real critical section, most workers within the cores or else
    the most."""
    ranked = [r for r in rows if not run.is_null(r.subject)]
    settings = sorted({setting(r) for r in ranked}, key=lambda s: (bucket(s[0]) == "bare", even_first(s)))
    if not settings:
        return []
    cell = [r for r in ranked if setting(r) == settings[0]]
    within = [r for r in cell if not r.oversubscribed and r.workers > 1]
    return at_most_workers(within or [r for r in cell if r.oversubscribed] or cell)


def conclusion(run: RunData, rows: Sequence[Row]) -> str:
    cell = deciding(run, rows)
    chosen = choose(cell)
    if chosen is None:
        return "No lock passed its check, so none can be named"
    ranking, vetoed = chosen
    baseline = next((r for r in cell if r.subject == BASELINE), None)
    text = f"At {crew(cell[0], run.cpus)} ({setting_words(setting(cell[0]))}) {lead(ranking, baseline)}"
    if vetoed is not None:
        text += f"; {vetoed.subject} is faster but {'unfair' if unfair(vetoed) else 'lets some starve'}"
    return text


def _draw_team(run: RunData, team: str, rows: Sequence[Row]) -> Plot:
    ranked = [r for r in rows if not run.is_null(r.subject)]
    looks = shown_looks(run, ranked)
    title = sentence(conclusion(run, rows))
    grey = sorted({r.subject for r in ranked} - set(looks))
    text = caption(
        run,
        rows,
        "Operations per second of the whole team, log scale: higher is better",
        "Oversubscribed (shaded) is a regime of its own, with a scale of its own.",
        edges.WORDS if edges.edges(run) else "",
        f"Grey: {a_few(grey)}." if grey else "",
        "Dotted: the null subject, what the harness itself could do." if len(ranked) < len(rows) else "",
    )
    panels = grouped(
        sorted(rows, key=lambda r: (setting(r), r.oversubscribed)), lambda r: (setting(r), r.oversubscribed)
    )
    fig = frame(len(panels), 2, PANEL, title, text)
    for axes, ((value, oversubscribed), cell) in zip(fig.axes, panels.items()):
        _draw_panel(run, axes, cell, looks, team)
        panel_title(axes, f"{setting_words(value)}{': oversubscribed' if oversubscribed else ''}")
    alt = f"Line plots of lock throughput against {team}, one panel per critical section and regime."
    return make(f"locks-{team}", run, fig, title, text, alt, rows)


def shown_looks(run: RunData, rows: Sequence[Row]) -> dict[str, SeriesStyle]:
    """The looks of the subjects to colour: the baseline and our own, then the fastest peers."""
    own = [r.subject for r in rows if run.subject_info(r.subject).get("family") == "contend"]
    everyone = suite_looks(run, "lock")
    return {name: everyone[name] for name in highlighted(_by_speed(rows), [BASELINE, *own])}


def _by_speed(rows: Sequence[Row]) -> list[str]:
    """Subjects, the fastest at the most workers within the cores first."""
    within = [r for r in rows if r.ok and regime(r) != "alone" and not r.oversubscribed] or [
        r for r in rows if r.ok
    ]
    return list(dict.fromkeys(r.subject for r in sorted(within, key=lambda r: (-r.workers, r.median_ns))))


def _draw_panel(
    run: RunData, axes: Axes, rows: Sequence[Row], looks: dict[str, SeriesStyle], team: str
) -> None:
    place = worker_axis(axes, rows, team)
    edges.mark(axes, edges.edges(run))
    measured = [r for r in rows if r.ok]
    ranked = [r for r in measured if not run.is_null(r.subject)] or measured
    if ranked:
        log_axis(
            axes,
            "y",
            min(r.rate_interval[0] for r in ranked),
            max(r.rate_interval[1] for r in ranked),
            lambda v: rate(v),
        )
    labels = []
    for subject, series in grouped(measured, lambda r: r.subject).items():
        null = run.is_null(subject)
        style = NULL if null else looks.get(subject)
        _draw_series(axes, series, style or NULL, place, grey=null or style is None, dotted=null)
        last = max(series, key=lambda r: r.workers)
        top = axes.get_ylim()[1]
        if null:
            text = f"null: {rate(last.rate)}" if last.rate > top else "null"
            labels.append(Label(text, place(last.workers), min(last.rate, top), FAINT))
        elif style is not None:
            labels.append(Label(subject, place(last.workers), last.rate, style.color))
    failed = grouped((r for r in rows if not r.ok), lambda r: r.workers)
    for workers, crosses in failed.items():
        for height, row in enumerate(crosses):
            mark_failed(axes, place(workers), looks.get(row.subject), height)
    label_ends(axes, labels, 1.06)


def _draw_series(
    axes: Axes,
    series: Sequence[Row],
    style: SeriesStyle,
    place: Callable[[int], float],
    *,
    grey: bool,
    dotted: bool,
) -> None:
    """One subject's curve with its band and its points."""
    measured = sorted(series, key=lambda r: r.workers)
    x, rates = [place(r.workers) for r in measured], [r.rate for r in measured]
    if dotted:
        axes.plot(x, rates, ":", color=FAINT, linewidth=0.9, zorder=2)
        return
    mark_line(axes, x, rates, [r.stable for r in measured], style, grey=grey, size=3.5 if grey else 5.5)
    if not grey:
        lows, highs = zip(*(r.rate_interval for r in measured))
        mark_intervals(axes, x, lows, highs, style)
