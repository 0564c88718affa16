"""Fairness: each worker's share of the operations, as dot strips."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from matplotlib.axes import Axes

from contendlib.decisions.locks import at_most_workers, even_first
from contendlib.decisions.verdict import crew, grouped
from contendlib.plots.dots import name_width
from contendlib.plots.locks import setting, setting_words
from contendlib.plots.plot import Missing, Plot, caption, make, suite_looks
from contendlib.plots.scales import reference_line
from contendlib.plots.style import (
    INK,
    MUTED,
    RULE,
    SMALL,
    Panel,
    SeriesStyle,
    frame,
    mark_points,
    panel_title,
)
from contendlib.ranking import FAIR_JAIN, unfair, unfairness
from contendlib.run_data import Row, RunData
from contendlib.wording import a_few

# Beyond this many workers, single repetitions would only blacken the strip; the medians over them remain.
MOST_DOTS = 16

Repetitions = list[list[float]]  # for each repetition the shares, ascending, as multiples of the fair share

MOST_SETTINGS = 4


def contended(run: RunData) -> list[Row]:
    """The locks under the largest team of threads that had a CPU for each, in a few settings."""
    within = [
        r
        for r in run.suite("lock", "sections")
        if not r.oversubscribed and r.workers > 1 and r.team == "threads" and not run.is_null(r.subject)
    ]
    rows = at_most_workers(within) if within else []
    if not any(r.ok and r.shares for r in rows):
        raise Missing(
            "no lock was measured with several threads and a CPU for each, so nobody could be treated unfairly"
        )
    settings = sorted({setting(r) for r in rows}, key=even_first)[:MOST_SETTINGS]
    return [r for r in rows if setting(r) in settings]


def names(rows: Sequence[Row]) -> str:
    return a_few(list(dict.fromkeys(r.subject for r in rows)))


def draw(run: RunData) -> list[Plot]:
    """One panel for each critical section, one row for each lock."""
    rows = contended(run)
    title = _conclusion(run, rows)
    text = caption(
        run,
        rows,
        "Share of each worker as a multiple of its fair share: the tighter around the line at 1, the better",
        _dots_words(rows),
        "Right: median Jain index, 1 is fair.",
    )
    cells = grouped(sorted(rows, key=setting), setting)
    subjects = _by_fairness(rows)
    panel = Panel(width=2.9, height=0.24 * len(subjects) + 0.25, left=name_width(rows), right=0.6)
    fig = frame(len(cells), 2, panel, title, text)
    repetitions = _repetitions(run, rows)
    for axes, (value, cell) in zip(fig.axes, cells.items()):
        _draw_panel(axes, cell, subjects, suite_looks(run, "lock"), repetitions)
        panel_title(axes, setting_words(value))
    alt = "Dot strips of each worker's share of the operations, a row per lock, a panel per critical section."
    return [make("fairness-shares", run, fig, title, text, alt, rows)]


def _conclusion(run: RunData, rows: Sequence[Row]) -> str:
    """Who is unfair anywhere, with the worst case."""
    measured = [r for r in rows if r.ok and r.counter("jain") is not None]
    bad = sorted((r for r in measured if unfair(r)), key=lambda r: r.counters["jain"])
    team = crew(rows[0], run.cpus)
    if not bad:
        return f"At {team} every lock shares fairly (Jain {FAIR_JAIN} or more)"
    worst = bad[0]
    alone = len({r.subject for r in bad}) == 1
    whose = "is unfair" if alone else f"are unfair, {worst.subject} the most"
    return f"At {team} {names(bad)} {whose} ({unfairness(worst)}; {setting_words(setting(worst))})"


def _dots_words(rows: Sequence[Row]) -> str:
    what = "Markers: medians over the repetitions of the largest share, of the next, and so on."
    return f"Small dots: single repetitions. {what}" if rows[0].workers <= MOST_DOTS else what


def _by_fairness(rows: Sequence[Row]) -> list[str]:
    """Subjects, the fairest first by their worst setting; those that only failed last."""
    worst = {
        subject: min((r.counter("jain") or 0.0 for r in own if r.ok), default=-1.0)
        for subject, own in grouped(rows, lambda r: r.subject).items()
    }
    return sorted(worst, key=lambda subject: -worst[subject])


def _repetitions(run: RunData, rows: Sequence[Row]) -> dict[str, Repetitions]:
    """The single repetitions by case, read once for all panels; the summary's medians where there are none.

    Which worker was lucky changes from one repetition to the next, so that medians by worker would look fair.
    """
    found: dict[str, Repetitions] = {r.case: [] for r in rows}
    workers = rows[0].workers
    keys = [f"share_{i}" for i in range(workers)]
    for sample in run.samples("lock/sections/"):
        counters = sample.get("counters") or {}
        if (
            sample.get("case") in found
            and sample.get("status") == "ok"
            and None not in map(counters.get, keys)
        ):
            found[sample["case"]].append(sorted(workers * float(counters[key]) for key in keys))
    for row in rows:
        if not found[row.case] and row.shares:
            found[row.case] = [sorted(workers * share for share in row.shares)]
    return found


def _draw_panel(
    axes: Axes,
    rows: Sequence[Row],
    subjects: Sequence[str],
    styles: dict[str, SeriesStyle],
    repetitions: dict[str, Repetitions],
) -> None:
    by_subject = {r.subject: r for r in rows}
    reference_line(axes, 1.0)
    for height, subject in enumerate(reversed(subjects)):
        row = by_subject.get(subject)
        if row is None or not row.ok or not repetitions[row.case]:
            axes.text(1.03, height, "failed" if row else "not measured", size=SMALL, color=MUTED, va="center")
            continue
        _draw_strip(axes, height, row, styles[subject], repetitions[row.case])
    axes.set_xlim(left=0)
    axes.set_ylim(-0.6, len(subjects) - 0.4)
    axes.set_yticks(range(len(subjects)), list(reversed(subjects)), color=INK)
    axes.set_xlabel("share, 1 = fair")
    axes.grid(axis="y", color=RULE)


def _draw_strip(axes: Axes, height: int, row: Row, style: SeriesStyle, repetitions: Repetitions) -> None:
    few = row.workers <= MOST_DOTS
    if few:
        lifts = [height + 0.3 * ((i + 0.5) / len(repetitions) - 0.5) for i in range(len(repetitions))]
        dots = [(share, lift) for shares, lift in zip(repetitions, lifts) for share in shares]
        axes.plot(*zip(*dots), ".", color=style.color, markersize=2.5, alpha=0.45, zorder=3)
    middles = [median(shares) for shares in zip(*repetitions)]
    axes.plot([middles[0], middles[-1]], [height] * 2, color=style.color, linewidth=1.0, alpha=0.6, zorder=2)
    mark_points(
        axes, middles, [height] * len(middles), [row.stable] * len(middles), style, size=5.0 if few else 3.0
    )
    jain = row.counter("jain")
    words = "n/a" if jain is None else f"{jain:.2f}"
    weight = "bold" if unfair(row) else "normal"
    axes.text(
        1.03,
        height,
        words,
        transform=axes.get_yaxis_transform(),
        size=SMALL,
        va="center",
        color=INK,
        weight=weight,
    )
