"""Axes that several plots share: workers on a log2 scale with the oversubscribed part apart, rates and times
on log scales."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
import math

from matplotlib.axes import Axes

from contendlib.plots.style import INK, SHADE
from contendlib.run_data import Row


def worker_axis(
    axes: Axes, rows: Sequence[Row], noun: str, cpus: int | None = None
) -> Callable[[int], float]:
    """Sets up x for worker counts, equal factors apart, and returns the position of one.

    Panels of oversubscribed rows alone are shaded; panels that hold both are shaded beyond that many CPUs.
    """
    counts = sorted({r.workers for r in rows})
    places = [math.log2(n) for n in counts]
    low, high = places[0] - 0.25, places[-1] + 0.25
    axes.set_xlim(low, high)
    if all(r.oversubscribed for r in rows):
        axes.axvspan(low, high, color=SHADE, zorder=0, linewidth=0)
    elif cpus is not None and cpus < counts[-1]:
        axes.axvspan(math.log2(cpus * 1.2), high, color=SHADE, zorder=0, linewidth=0)
    step = -(-len(counts) // 9)
    shown = counts[::-1][::step][::-1]
    axes.set_xticks([math.log2(n) for n in shown], [str(n) for n in shown])
    axes.set_xlabel(noun)
    return math.log2


def log_axis(
    axis_of: Axes, which: str, low: float, high: float, words: Callable[[float], str], pad: float = 1.25
) -> None:
    """A log axis over [low, high] with ticks at 1, 2 and 5, or only at powers of ten where that would be too
    many."""
    low, high = low / pad, high * pad
    axis = axis_of.xaxis if which == "x" else axis_of.yaxis
    getattr(axis_of, f"set_{which}scale")("log")
    getattr(axis_of, f"set_{which}lim")(low, high)
    ticks = log_ticks(low, high, apart=0.15 if which == "x" else 0)
    axis.set_ticks(ticks, [words(t) for t in ticks])
    axis.set_ticks([], minor=True)


def log_ticks(low: float, high: float, most: int = 7, apart: float = 0) -> list[float]:
    """At most that many round values within the range: 1, 2, 5 of each decade, else 1, else every so many
    decades. Neighbours have at least the share `apart` of the axis between them, where they are not decades."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    for leading in ((1, 1.5, 2, 3, 4, 5, 7), (1, 2, 5), (1, 3), (1,)):
        ticks = [
            m * 10.0**e for e in range(first, last + 1) for m in leading if low <= m * 10.0**e <= high
        ]
        closest = min((b / a for a, b in pairwise(ticks)), default=0)
        if 1 < len(ticks) <= most and (leading == (1,) or math.log(closest) >= apart * math.log(high / low)):
            return ticks
    step = -(-(last - first + 1) // most)
    return [10.0**e for e in range(first, last + 1, step) if low <= 10.0**e <= high]


def two_ticks(low: float, high: float) -> list[float]:
    """Powers of two within the range, thinned to at most eight."""
    powers = [
        2.0**e for e in range(math.ceil(math.log2(low) - 1e-9), math.floor(math.log2(high) + 1e-9) + 1)
    ]
    return powers[:: -(-len(powers) // 8)] if powers else [low]


def reference_line(axes: Axes, x: float) -> None:
    axes.axvline(x, color=INK, linewidth=0.8, zorder=1)
