"""Labels on the lines in place of a legend: moved apart just so far that none covers another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from contendlib.plots.style import FAINT, INK, MUTED, SMALL


@dataclass(frozen=True)
class Label:
    """A text that belongs to the point (x, y) in data coordinates."""

    text: str
    x: float
    y: float
    color: str


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Positions at least `gap` apart within [low, high], in the order of those wanted, as near as can be.

    Neighbours that are too close are pooled and share the space around their mean. Where all do not fit, the
    gap shrinks.
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    # Less i gaps each, the condition becomes "not decreasing", which pooling adjacent violators solves
    # exactly.
    pools: list[list[float]] = []
    for place, index in enumerate(order):
        pools.append([wanted[index] - place * gap, 1])
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (b, m), (a, n) = pools.pop(), pools.pop()
            pools.append([(a * n + b * m) / (n + m), n + m])
    levels = [value for value, size in pools for _ in range(int(size))]
    top = high - (len(wanted) - 1) * gap
    result = [0.0] * len(wanted)
    for place, index in enumerate(order):
        result[index] = min(max(levels[place], low), top) + place * gap
    return result


def label_ends(axes: Axes, labels: Sequence[Label], x: float, size: float = SMALL) -> None:
    """Writes the labels in a column at x (a fraction of the axes), each tied to its point by a thin line.

    The limits of the axes must be final, since positions are worked out in points.
    """
    height = axes.get_window_extent().height * 72 / axes.figure.dpi
    to_points = axes.transData + axes.transAxes.inverted()
    anchors = [to_points.transform((label.x, label.y)) for label in labels]
    places = spread([a[1] * height for a in anchors], size * 1.28, -2.0, height + 2.0)
    ties = [[(a[0] + 0.012, a[1]), (x - 0.04, p / height), (x - 0.01, p / height)] for a, p in zip(anchors, places)]
    axes.add_collection(
        LineCollection(
            ties,
            transform=axes.transAxes,
            colors=[label.color for label in labels],
            linewidths=0.7,
            clip_on=False,
            zorder=1,
            alpha=0.8,
        ),
        autolim=False,
    )
    for label, place in zip(labels, places):
        axes.text(
            x,
            place / height,
            label.text,
            transform=axes.transAxes,
            size=size,
            va="center",
            clip_on=False,
            color=MUTED if label.color == FAINT else INK,
        )
