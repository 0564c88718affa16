"""Puts a plot's SVG into the page: ids that cannot collide, the page's own colours, no title and caption of
its own."""

from __future__ import annotations

from pathlib import Path
import re

from markupsafe import Markup, escape

from contendlib.plots.gallery import Drawn

# The plots' neutral colours, which the page replaces by variables for light and dark. See plots/style.py.
VARIABLES = {
    "#1b1f24": "var(--ink)",
    "#5b6470": "var(--muted)",
    "#a9b1ba": "var(--faint)",
    "#dfe3e8": "var(--rule)",
    "#f1f3f5": "var(--shade)",
    "#fefefe": "var(--paper)",
}

# Pixels for a point of the plot: its small print is as large as that of the page.
SCALE = 1.5


def inline(plot: Drawn, folder: Path) -> Markup:
    """The drawing as an <svg> element with an accessible name."""
    text = (folder / f"{plot.name}.svg").read_text(encoding="utf-8")
    body = re.sub(
        r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>", "", text[text.index("<svg") :], flags=re.S
    )
    opening, body = body.split(">", 1)
    width, height = (float(v) for v in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', opening)[0])
    above, below = plot.crop
    label = escape(plot.alt)
    # Nothing is left of what the title and caption occupied: the page prints both as text.
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" role="img" '
        f'aria-label="{label}" viewBox="0 {above:g} {width:g} {height - above - below:g}" '
        f'style="--natural-width: {SCALE * width:.0f}px">'
    )
    return Markup(start + _own_ids(_page_colours(body), plot.name))


def _own_ids(svg: str, prefix: str) -> str:
    svg = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', svg)
    svg = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', svg)
    return re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", svg)


def _page_colours(svg: str) -> str:
    return re.sub("|".join(VARIABLES), lambda found: VARIABLES[found[0]], svg)
