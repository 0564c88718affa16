"""Annotated heatmaps: a common colour scale, text that can be read on every cell, and room for cells without
a figure."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LinearSegmentedColormap, Normalize
import numpy as np

from contendlib.plots.style import BLUE, INK, MUTED, PAPER, SMALL

# From pale to the palette's blue, darker still at the end, so that lightness alone tells the order.
BLUES = LinearSegmentedColormap.from_list("contend", ["#e8f1f8", "#9ccbe6", BLUE, "#08304f"])
LIGHT_TEXT, DARK_TEXT = "#ffffff", "#10151a"


def heatmap(
    axes: Axes,
    values: np.ndarray,
    norm: Normalize,
    words: Sequence[Sequence[str]] | None = None,
    size: float = SMALL,
) -> None:
    """Draws the matrix, row 0 on top. NaN cells stay empty, for the caller to say why."""
    image = axes.imshow(values, cmap=BLUES, norm=norm, aspect="auto", interpolation="nearest")
    image.set_zorder(1)
    axes.grid(False)
    if words is None:
        return
    rows, columns = values.shape
    upright = [((x - 0.5, -0.5), (x - 0.5, rows - 0.5)) for x in range(columns + 1)]
    level = [((-0.5, y - 0.5), (columns - 0.5, y - 0.5)) for y in range(rows + 1)]
    axes.add_collection(LineCollection(upright + level, colors=PAPER, linewidths=1.5, zorder=2), autolim=False)
    axes.spines[:].set_visible(False)
    levels = norm(values)
    for (i, j), value in np.ndenumerate(values):
        if words[i][j]:
            axes.text(
                j,
                i,
                words[i][j],
                ha="center",
                va="center",
                size=size,
                linespacing=1.3,
                zorder=4,
                color=MUTED if np.isnan(value) else text_color(levels[i, j]),
            )


def text_color(level: float) -> str:
    return LIGHT_TEXT if level > 0.55 else DARK_TEXT


def scale_bar(axes: Axes, norm: Normalize, ticks: Sequence[float], words: Sequence[str], label: str) -> None:
    """A colour scale in axes of its own."""
    from matplotlib.cm import ScalarMappable

    bar = axes.figure.colorbar(ScalarMappable(norm, BLUES), cax=axes, orientation="horizontal")
    bar.set_ticks(list(ticks), labels=list(words))
    bar.minorticks_off()
    bar.outline.set_visible(False)
    axes.set_title(label, size=SMALL, color=INK, loc="left", pad=3)
    axes.grid(False)
    axes.tick_params(colors=MUTED, labelsize=SMALL)
