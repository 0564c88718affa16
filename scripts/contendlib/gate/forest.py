"""The forest plot of a gate: head over base for each benchmark, worst on top."""

import math
from pathlib import Path

from contendlib.gate.outcome import Outcome, Row, headline
from contendlib.gate.rule import Verdict
from contendlib.plots.style import (
    FAINT,
    GREEN,
    INK,
    MUTED,
    ORANGE,
    RULE,
    SHADE,
    SMALL,
    VERMILLION,
    Panel,
    frame,
    verbatim,
)

_LOOKS = {
    Verdict.FAIL: (VERMILLION, "D"),
    Verdict.INCONCLUSIVE: (ORANGE, "s"),
    Verdict.PASS: (GREEN, "o"),
}
_WIDEST, _NARROWEST = 2.0, 1.12
_NO_ROOM = 1.35  # for ticks at 5 %
_TICKS = ((0.8, 0.9, 0.95, 1.0, 1.05, 1.1, 1.2), (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.4, 1.6, 2.0))  # fine, coarse


def draw(outcome: Outcome, folder: Path, formats: tuple[str, ...] = ("svg", "png")) -> list[Path]:
    """Draws forest.svg and forest.png into the folder; nothing where nothing was measured."""
    rows = [row for row in outcome.worst_first if row.ratio is not None]
    if not rows:
        return []
    drawing = frame(
        1, 1, Panel(4.2, 0.22 * len(rows) + 0.2, left=3.4, right=0.9), headline(outcome), _caption(outcome)
    )
    axes = drawing.axes[0]
    reach = _reach(rows)
    for y, row in enumerate(reversed(rows)):
        _draw_row(axes, y, row, reach)
    axes.axvline(1.0, color=INK, linewidth=0.8)
    axes.set_xscale("log")
    axes.set_xlim(1 / reach, reach)
    ticks = [tick for tick in _TICKS[reach > _NO_ROOM] if 1 / reach <= tick <= reach]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.set_yticks(range(len(rows)), [verbatim(_short(row.benchmark)) for row in reversed(rows)], size=SMALL)
    axes.set_ylim(-0.7, len(rows) - 0.3)
    axes.set_xlabel("head / base, log scale: to the right is slower")
    paths = [folder / f"forest.{suffix}" for suffix in formats]
    for path in paths:
        drawing.figure.savefig(path, dpi=130, metadata={"Date": None} if path.suffix == ".svg" else None)
    return paths


def _draw_row(axes, y: int, row: Row, reach: float) -> None:  # type: ignore[no-untyped-def]
    color, marker = _LOOKS.get(row.verdict, (FAINT, "x"))
    ratio = min(max(row.ratio or 1.0, 1 / reach), reach)
    axes.barh(
        y, 1 + row.min_effect - 1 / (1 + row.min_effect), left=1 / (1 + row.min_effect), height=0.9, color=SHADE
    )
    low, high = max(row.low or 0.0, 1 / reach), min(row.high or math.inf, reach)
    axes.plot([low, high], [y, y], color=color, linewidth=1.6, solid_capstyle="butt")
    axes.plot([ratio], [y], marker=marker, color=color, markersize=5, clip_on=False)
    label = f"{row.ratio:.3f}  n {row.pairs}"
    axes.annotate(label, (1.01, y), xycoords=("axes fraction", "data"), size=SMALL, color=MUTED, va="center")
    axes.axhline(y - 0.5, color=RULE, linewidth=0.3)


def _reach(rows: list[Row]) -> float:
    """How far the axis goes to both sides of 1."""
    ends = [value for row in rows for value in (row.low, row.high, row.ratio) if value]
    return min(_WIDEST, max([_NARROWEST, *(max(end, 1 / end) * 1.02 for end in ends)]))


def _caption(outcome: Outcome) -> str:
    pairs = sum(row.pairs for row in outcome.rows)
    return (
        f"{outcome.head} against {outcome.base}. Hodges-Lehmann estimates of {pairs} tight pairs, one process each, with "
        "their sequential bounds (left: what a slowdown must clear, right: what a pass must clear); a line that reaches the "
        "edge goes on. Shaded: smaller than the effect that must be seen. Diamond: fail; square: inconclusive; circle: pass."
    )


def _short(name: str) -> str:
    return name if len(name) <= 58 else f"{name[:28]}…{name[-29:]}"
