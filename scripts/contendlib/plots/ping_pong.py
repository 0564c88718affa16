"""Ping-pong: the round trip of one message over two queues, as a dot plot with intervals."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes

from contendlib.decisions.queues import WAITS, wait
from contendlib.decisions.verdict import grouped
from contendlib.plots.dots import dot_rows, name_width
from contendlib.plots.plot import Missing, Plot, caption, lead, make, sentence, suite_looks
from contendlib.plots.scales import log_axis
from contendlib.plots.style import Panel, SeriesStyle, frame, panel_title
from contendlib.ranking import rank
from contendlib.run_data import Row, RunData
from contendlib.wording import duration

Key = tuple[str, str, int]


WAIT_ORDER = ("spin", "block", "adaptive")


def draw(run: RunData) -> list[Plot]:
    """One figure for each kind of team, which have few queues in common."""
    rows = [r for r in run.suite("queue", "ping_pong") if not run.is_null(r.subject)]
    if not rows:
        raise Missing("no ping-pong over queues was measured")
    rows.sort(key=lambda r: (r.team != "threads", _place(wait(r)), -r.number("capacity")))
    return [_draw_team(run, team) for team in grouped(rows, lambda r: r.team).values()]


def _place(how: str) -> int:
    return WAIT_ORDER.index(how) if how in WAIT_ORDER else len(WAIT_ORDER)


def _draw_team(run: RunData, rows: Sequence[Row]) -> Plot:
    team = rows[0].team
    several = len({int(r.number("capacity")) for r in rows}) > 1
    panels = grouped(rows, lambda r: (wait(r), r.team, int(r.number("capacity"))))
    title = sentence("; ".join(_conclusion(cell) for cell in list(panels.values())[:2]))
    text = caption(run, rows, "Time for a message there and back, log scale: further left is better")
    most = max(len(cell) for cell in panels.values())
    fig = frame(
        len(panels),
        2,
        Panel(width=2.7, height=0.26 * most + 0.2, left=name_width(rows), right=0.75),
        title,
        text,
    )
    looks = suite_looks(run, "queue")
    for axes, (key, cell) in zip(fig.axes, panels.items()):
        _draw_panel(axes, cell, looks)
        panel_title(axes, _panel_words(key, several))
    name = "ping-pong" + (f"-{team}" if team != "threads" else "")
    return make(name, run, fig, title, text, "Dot plots of the round-trip time, one row per queue.", rows)


def _panel_words(key: Key, several: bool) -> str:
    how, team, capacity = key
    words = WAITS.get(how, how) or "any wait"
    words += f", capacity {capacity:,}" if several else ""
    return words + (f", {team}" if team == "processes" else "")


def _conclusion(rows: Sequence[Row]) -> str:
    how = _panel_words((wait(rows[0]), rows[0].team, 0), False)
    ranking = rank(rows)
    if ranking is None:
        return f"{how} no queue passed its check"
    return f"{how}, {lead(ranking)} (round trip {duration(ranking.leader.median_ns)})"


def _draw_panel(axes: Axes, rows: Sequence[Row], looks: dict[str, SeriesStyle]) -> None:
    measured = [r for r in rows if r.ok]
    if measured:
        log_axis(axes, "x", min(r.low_ns for r in measured), max(r.high_ns for r in measured), duration)
    dot_rows(axes, rows, looks)
