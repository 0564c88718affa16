"""The look that all plots share: colours, markers, the frame with title and caption, and marks for failed and
unstable."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import re
import textwrap
from zlib import crc32

import matplotlib
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure

from contendlib.plots.gallery import WORDS

# Okabe and Ito's colours that can be told apart by everyone and that show on light and on dark paper (so no
# yellow).
INK, ORANGE, SKY, GREEN, BLUE, VERMILLION, PURPLE = (
    "#1b1f24",
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
)
PALETTE = (BLUE, ORANGE, GREEN, VERMILLION, PURPLE, SKY, INK)
MARKERS = ("o", "s", "^", "D", "v", "P", "h", "p", "<", ">")

# Told apart from the data's colours, so that the report can swap them for its light and dark ones.
MUTED, FAINT, RULE, SHADE, PAPER = "#5b6470", "#a9b1ba", "#dfe3e8", "#f1f3f5", "#fefefe"

MOST_SERIES = 7
SMALL, NORMAL, LARGE = 7.5, 8.5, 13.0

_FIXED = {
    "Lock": (BLUE, "o"),
    "SpinLock": (VERMILLION, "^"),
    "TicketLock": (GREEN, "D"),
    "RwLock": (GREEN, "p"),
    "std::mutex": (INK, "s"),
    "tbb::spin_mutex": (ORANGE, "v"),
    "absl::Mutex": (PURPLE, "h"),
    "tbb::queuing_mutex": (SKY, "P"),
    "tbb::mutex": (SKY, "<"),
    "absl::Mutex(packaged)": (PURPLE, "p"),
    "MutexQueue": (INK, "s"),
    "tbb::concurrent_bounded_queue": (ORANGE, "v"),
    "SpscRing": (BLUE, "o"),
    "MpmcRing": (GREEN, "D"),
    "serial": (INK, "s"),
    "pool": (BLUE, "o"),
    "threads": (ORANGE, "^"),
    "processes": (VERMILLION, "D"),
    "process_pool": (PURPLE, "v"),
    "async": (GREEN, "P"),
}

matplotlib.rcParams.update(
    {
        "font.family": "DejaVu Sans",
        "font.size": NORMAL,
        "axes.titlesize": NORMAL,
        "axes.titley": 1.0,  # a given place: to find the same, matplotlib would measure all other texts of the panel
        "axes.labelsize": NORMAL,
        "xtick.labelsize": SMALL,
        "ytick.labelsize": SMALL,
        "text.color": INK,
        "axes.labelcolor": MUTED,
        "axes.edgecolor": RULE,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.bottom": False,
        "ytick.left": False,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "ytick.minor.size": 0,
        "xtick.minor.size": 0,
        "axes.grid": True,
        "grid.color": RULE,
        "grid.linewidth": 0.6,
        "axes.axisbelow": True,
        "axes.facecolor": "none",
        "figure.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "svg.fonttype": "path",
        "text.hinting": "none",  # which takes long, and is not seen at this size
        "text.hinting_factor": 1,
        "svg.hashsalt": "contend",
        "lines.linewidth": 1.6,
        "hatch.linewidth": 0.5,
    }
)


@dataclass(frozen=True)
class SeriesStyle:
    color: str
    marker: str


def styles(subjects: Iterable[str]) -> dict[str, SeriesStyle]:
    """Colour and marker of each subject: fixed by its name, so that it looks the same in all plots.

    A name without a fixed pair gets one from its hash, and moves on to the next colour only where it would
    collide; so give all the names of a suite, not just those of one panel.
    """
    chosen: dict[str, SeriesStyle] = {}
    taken: set[str] = set()
    for subject in sorted(subjects, key=lambda s: (s not in _FIXED, s)):
        color, marker = _FIXED.get(subject) or _hashed(subject, taken)
        chosen[subject] = SeriesStyle(color, marker)
        taken.add(color)
    return chosen


def _hashed(subject: str, taken: set[str]) -> tuple[str, str]:
    digest = crc32(subject.encode())
    start = digest % len(PALETTE)
    free = [c for c in (*PALETTE[start:], *PALETTE[:start]) if c not in taken]
    return (free or [PALETTE[start]])[0], MARKERS[digest // len(PALETTE) % len(MARKERS)]


@dataclass(frozen=True)
class Panel:
    """Inches of one small multiple: the axes' own size, and the margins around it."""

    width: float
    height: float
    left: float = 0.65
    right: float = 0.2
    top: float = 0.36
    bottom: float = 0.48


@dataclass
class Frame:
    """A figure with its small multiples. `crop` is what a page that prints title and caption itself cuts off
    (points)."""

    figure: Figure
    axes: list[Axes]
    crop: tuple[float, float]


def frame(
    count: int, columns: int, panel: Panel, title: str, caption: str, least_width: float = 6.8
) -> Frame:
    """A grid of panels under a title, above a caption. Every margin is in inches, so nothing has to be
    measured."""
    columns = max(1, min(columns, count))
    rows = -(-count // columns)
    cell = panel.left + panel.width + panel.right, panel.top + panel.height + panel.bottom
    width = max(columns * cell[0], least_width)
    head, foot = _wrapped(title, width * 8.7), _wrapped(caption, width * 17)
    above, below = 0.18 + 0.235 * len(head), 0.16 + 0.155 * len(foot)
    height = above + rows * cell[1] + below
    figure = Figure(figsize=(width, height))
    left = 0.12 / width
    figure.text(
        left, 1 - 0.1 / height, "\n".join(head), size=LARGE, weight="bold", va="top", linespacing=1.25, gid=WORDS[0]
    )
    figure.text(
        left, 0.08 / height, "\n".join(foot), size=SMALL, color=MUTED, va="bottom", linespacing=1.35, gid=WORDS[1]
    )
    axes = []
    for i in range(count):
        x = (i % columns) * cell[0] + panel.left
        y = height - above - (i // columns) * cell[1] - panel.top - panel.height
        axes.append(figure.add_axes((x / width, y / height, panel.width / width, panel.height / height)))
    return Frame(figure, axes, (72 * above, 72 * below))


def _wrapped(text: str, columns: float) -> list[str]:
    """Lines of at most so many letters; figures stay with their units, and intervals stay whole."""
    kept = re.sub(r"(?<=\d) (?=(ns|µs|ms|s|CPUs?|[kMG]?/s)\b|%)|(?<=\d,) (?=[\d.]+\])", "\u00a0", text)
    return textwrap.wrap(kept, int(columns))


def verbatim(text: str) -> str:
    """Names that others gave: a dollar sign begins no formula."""
    return text.replace("$", r"\$")


def panel_title(axes: Axes, text: str, pad: float = 6) -> None:
    axes.set_title(text, loc="left", color=INK, weight="bold", size=NORMAL, pad=pad)


def mark_point(
    axes: Axes,
    x: float,
    y: float,
    style: SeriesStyle,
    *,
    stable: bool = True,
    grey: bool = False,
    size: float = 5.5,
) -> None:
    """One measured point; hollow where the row was unstable."""
    mark_points(axes, [x], [y], [stable], style, grey=grey, size=size)


def mark_points(
    axes: Axes,
    xs: Sequence[float],
    ys: Sequence[float],
    stable: Sequence[bool],
    style: SeriesStyle,
    *,
    grey: bool = False,
    size: float = 5.5,
) -> None:
    """Measured points of one series; hollow where a row was unstable."""
    color = FAINT if grey else style.color
    for wanted, face in ((True, color), (False, PAPER)):
        chosen = [(x, y) for x, y, s in zip(xs, ys, stable) if s == wanted]
        if chosen:
            axes.plot(
                *zip(*chosen),
                marker=style.marker,
                color=color,
                markersize=size,
                markerfacecolor=face,
                markeredgecolor=color,
                markeredgewidth=1.2,
                linestyle="none",
                zorder=2 if grey else 4,
                clip_on=False,
            )


def mark_line(
    axes: Axes,
    xs: Sequence[float],
    ys: Sequence[float],
    stable: Sequence[bool],
    style: SeriesStyle,
    *,
    grey: bool = False,
    size: float = 5.5,
) -> None:
    """A line through the measured points of one series."""
    color = FAINT if grey else style.color
    together = all(stable)  # one artist: half the work
    axes.plot(
        xs,
        ys,
        color=color,
        linewidth=0.9 if grey else 1.6,
        marker=style.marker if together else "",
        markersize=size,
        markeredgewidth=1.2,
        zorder=2 if grey else 3,
        clip_on=False,
    )
    if not together:
        mark_points(axes, xs, ys, stable, style, grey=grey, size=size)


def mark_intervals(
    axes: Axes, xs: Sequence[float], lows: Sequence[float], highs: Sequence[float], style: SeriesStyle
) -> None:
    """The intervals of a series' points: a band, and an upright line at each. Limits of the axes stay as they are."""
    axes.fill_between(xs, lows, highs, color=style.color, alpha=0.16, linewidth=0, zorder=2)
    bars = [((x, low), (x, high)) for x, low, high in zip(xs, lows, highs)]
    axes.add_collection(LineCollection(bars, colors=style.color, linewidths=1.0, zorder=3), autolim=False)


def mark_failed(axes: Axes, x: float, style: SeriesStyle | None, rank: int = 0) -> None:
    """A case that failed: a cross on the lower edge, in its subject's colour; several stand above each
    other."""
    axes.plot(
        [x],
        [0.03 + 0.06 * rank],
        marker="x",
        color=style.color if style else FAINT,
        markersize=6,
        markeredgewidth=2,
        transform=axes.get_xaxis_transform(),
        clip_on=False,
        zorder=6,
    )


def highlighted(subjects: Sequence[str], first: Iterable[str] = ()) -> list[str]:
    """At most seven subjects to colour: those wanted first, then in the order given. The rest is drawn
    grey."""
    wanted = [s for s in first if s in subjects]
    return list(dict.fromkeys([*wanted, *subjects]))[:MOST_SERIES]
