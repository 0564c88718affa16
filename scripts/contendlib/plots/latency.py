"""Latency: how long single operations wait, as percentile plots with the nines evenly spaced, in two weightings side by
side."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
import math

from matplotlib.axes import Axes

from contendlib.decisions.locks import BASELINE, at_most_workers, even_first
from contendlib.decisions.questions import question
from contendlib.decisions.verdict import crew, grouped
from contendlib.percentiles import Distribution, Point, distributions, has_waits
from contendlib.plots.figures import Figures
from contendlib.plots.labels import Label, label_ends
from contendlib.plots.plot import Missing, Plot, caption, make, sentence, suite_looks
from contendlib.plots.scales import log_axis
from contendlib.plots.style import FAINT, Panel, SeriesStyle, frame, highlighted, mark_line, panel_title
from contendlib.run_data import Row, RunData
from contendlib.wording import a_few, arguments, duration, nines

MOST_SETTINGS = 3
WEIGHTINGS = ("The wait of an operation", "The wait of who comes at a random moment")

Setting = tuple[tuple[str, object], ...]


def draw(run: RunData) -> list[Plot]:
    """One figure for each workload and regime, with the most workers of that regime."""
    rows = [
        r
        for r in run.rows
        if r.team != "processes" and not run.is_null(r.subject) and (has_waits(r) or not r.ok)
    ]
    cells = grouped(rows, lambda r: (r.suite, r.workload, r.oversubscribed))
    with_waits = {key: cell for key, cell in cells.items() if any(map(has_waits, cell))}
    if not with_waits:
        raise Missing("no workload that tells single waits was measured")
    return [_draw(run, _chosen(with_waits[key])) for key in sorted(with_waits)]


def _chosen(rows: Sequence[Row]) -> list[Row]:
    """The most workers, in a few settings."""
    most = at_most_workers(rows)
    return [r for r in most if _setting(r) in _settings(most)]


def _setting(row: Row) -> Setting:
    return tuple(row.args.items())


def _settings(rows: Sequence[Row]) -> list[Setting]:
    """A few: bare counters last, and of sections first those with as much work outside as inside."""

    def order(row: Row) -> tuple[object, ...]:
        cs, out = row.number("cs_ns"), row.number("out_ns")
        return row.suite == "lock" and not any(row.args.values()), even_first((cs, out)), str(row.args)

    return list(dict.fromkeys(_setting(r) for r in sorted(rows, key=order)))[:MOST_SETTINGS]


def _draw(run: RunData, rows: Sequence[Row]) -> Plot:
    found = {d.row.case: d for d in distributions(run, rows)}
    cells = grouped(rows, _setting)
    settings = _settings(rows)
    looks = _looks(run, rows, found)
    grey = sorted({r.subject for r in rows} - set(looks))
    title = sentence(_conclusion(run, [found[r.case] for r in cells[settings[0]] if r.case in found]))
    text = caption(
        run,
        rows,
        "Wait against the share of waits that are no longer, both axes log, so that each nine takes as much room: "
        "lower is better",
        "Left: of all operations; a line ends at the longest wait measured. Right: of who comes at a random moment, "
        "so that long waits count by their length. A percentile that too few samples support is not drawn.",
        f"Grey: {a_few(grey)}." if grey else "",
    )
    panel = Panel(width=3.0, height=1.9, top=0.52, left=0.72, right=0.35 + 0.065 * max(map(len, looks), default=0))
    fig = frame(2 * len(settings), 2, panel, title, text)
    for i, setting in enumerate(settings):
        those = [found[r.case] for r in cells[setting] if r.case in found]
        for weighting, axes in enumerate(fig.axes[2 * i : 2 * i + 2]):
            _draw_panel(axes, those, looks, weighting)
            panel_title(axes, f"{question(cells[setting][0])}\n{WEIGHTINGS[weighting]}")
    crowd = "-oversubscribed" if rows[0].oversubscribed else ""
    name = f"latency-{rows[0].suite}-{rows[0].workload.replace('_', '-')}{crowd}"
    alt = "Percentile plots of the wait, a row of panels per setting: per operation, and at a random moment."
    return make(name, run, fig, title, text, alt, rows, _figures(found.values()))


def _looks(run: RunData, rows: Sequence[Row], found: dict[str, Distribution]) -> dict[str, SeriesStyle]:
    """The baseline and our own, then those that wait least in the tail."""
    measured = sorted(found.values(), key=lambda d: d.per_operation[-1].ns)
    by_tail = list(dict.fromkeys(d.row.subject for d in measured))
    own = [s for s in by_tail if run.subject_info(s).get("family") == "contend"]
    everyone = suite_looks(run, rows[0].suite)
    return {name: everyone[name] for name in highlighted(by_tail, [BASELINE, *own])}


def _figures(found: Iterable[Distribution]) -> Figures:
    """The percentiles as a table."""
    columns = ("Subject", "Setting", "Workers", "50 %", "90 %", "99 %", "99.9 %", "longest", "99 % at a random moment")
    lines = []
    for d in found:
        at = {round(p.one_in): duration(p.ns, 3) for p in d.per_operation}
        later = {round(p.one_in): duration(p.ns, 3) for p in d.per_time}
        longest = duration(d.row.counters["wait_max_ns"], 3) if "wait_max_ns" in d.row.counters else ""
        words = [at.get(n, "") for n in (2, 10, 100, 1000)]
        lines.append((d.row.subject, arguments(d.row.args), str(d.row.workers), *words, longest, later.get(100, "")))
    return Figures(columns, tuple(lines))


def _draw_panel(
    axes: Axes, found: Sequence[Distribution], looks: dict[str, SeriesStyle], weighting: int
) -> None:
    curves = [(d, d.per_time if weighting else d.per_operation) for d in found]
    points = [p for _, curve in curves for p in curve]
    if not points:
        return
    log_axis(axes, "y", min(p.low for p in points), max(p.high for p in points), duration)
    _nines_axis(axes, max(p.one_in for p in points))
    labels = []
    for d, curve in curves:
        style = looks.get(d.row.subject)
        if not curve:
            continue
        _draw_curve(axes, curve, style, d.row.stable)
        if style is not None:
            labels.append(Label(d.row.subject, curve[-1].one_in, curve[-1].ns, style.color))
    label_ends(axes, labels, 1.06)


def _nines_axis(axes: Axes, last: float) -> None:
    """50 %, 90 %, 99 % and so on, each nine as far from the next."""
    axes.set_xscale("log")
    axes.set_xlim(1.7, max(last, 10) * 1.2)
    decades = range(1, max(math.floor(math.log10(last) + 1e-9), 1) + 1)
    ticks = [2.0, *(10.0**n for n in decades)]
    axes.xaxis.set_ticks(ticks, [nines(t) for t in ticks])
    axes.xaxis.set_ticks([], minor=True)
    axes.set_xlabel("share of waits that are no longer")


def _draw_curve(axes: Axes, curve: Sequence[Point], style: SeriesStyle | None, stable: bool) -> None:
    look = style or SeriesStyle(FAINT, "o")
    x, y = [p.one_in for p in curve], [p.ns for p in curve]
    if style:
        axes.fill_between(x, [p.low for p in curve], [p.high for p in curve], color=look.color, alpha=0.07, linewidth=0)
    mark_line(axes, x, y, [stable] * len(x), look, grey=style is None, size=4.5 if style else 3.0)


def _conclusion(run: RunData, found: Sequence[Distribution]) -> str:
    """Whose waits are the shortest in the middle, and whose at the last percentile that all of them have."""
    if not found:
        return "nothing whose waits could be told passed its check"
    row = found[0].row
    last = _common(found)
    middle, tail = (_least(found, one_in) for one_in in (2.0, last))
    words = f"half of the waits end soonest with {middle}, {nines(last)} of them with {tail}"
    return f"{question(row)}, {crew(row, run.cpus)}: {words}"


def _common(found: Sequence[Distribution]) -> float:
    """The last percentile that all of them have."""
    known = [{p.one_in for p in d.per_operation} for d in found]
    return max(set.intersection(*known), default=2.0)


def _tail(one: Distribution, one_in: float) -> Point:
    return next((p for p in one.per_operation if math.isclose(p.one_in, one_in)), one.per_operation[-1])


def _least(found: Sequence[Distribution], one_in: float) -> str:
    """Who waits least there and how long; several where the intervals cannot tell them apart."""
    order = sorted(found, key=lambda d: _tail(d, one_in).ns)
    first = _tail(order[0], one_in)
    tied = [d.row.subject for d in order if _tail(d, one_in).low <= first.high]
    return f"{a_few(tied, 2)} ({duration(first.ns)})"
