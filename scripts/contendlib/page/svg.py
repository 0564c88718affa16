"""Puts a plot's SVG into the page: ids that cannot collide, the page's own colours, no title and caption of
its own."""

from __future__ import annotations

from pathlib import Path
import re

from markupsafe import Markup, escape

from contendlib.plots.gallery import WORDS, Drawn

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


# The outlines of letters, which matplotlib defines anew in each drawing.
_GLYPH = re.compile(r'<path id="(DejaVuSans[^"]*)"([^>]*)/>')
_GROUP = re.compile(r"<g\b|</g>")
_REFERENCE = re.compile(r'(?:xlink:)?href="#([^"]+)"|url\(#([^)]+)\)')


class Drawings:
    """The drawings of one page. They share the outlines of letters, which are the larger part of most."""

    def __init__(self) -> None:
        self._glyphs: dict[str, str] = {}

    @property
    def glyphs(self) -> Markup:
        """To be put on the page once: what all drawings refer to."""
        paths = "".join(f'<path id="{_short(name)}"{rest}/>' for name, rest in self._glyphs.items())
        return Markup(f'<svg width="0" height="0" aria-hidden="true" class="glyphs"><defs>{paths}</defs></svg>')

    def inline(self, plot: Drawn, folder: Path) -> Markup:
        """The drawing as an <svg> element with an accessible name."""
        text = (folder / f"{plot.name}.svg").read_text(encoding="utf-8")
        opening, body = text[text.index("<svg") :].split(">", 1)
        width, height = (float(v) for v in re.findall(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', opening)[0])
        above, below = plot.crop
        # Nothing is left of the title and caption, nor of their room: the page prints both as text.
        start = (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(plot.alt)}" '
            f'viewBox="0 {above:g} {width:g} {height - above - below:g}" '
            f'style="--natural-width: {SCALE * width:.0f}px">'
        )
        body = self._without_glyphs(body)
        for name in WORDS:
            body = _without_group(body, name)
        return Markup(start + _page_colours(_own_ids(_compact(body), plot.name)))

    def _without_glyphs(self, svg: str) -> str:
        for name, rest in _GLYPH.findall(svg):
            self._glyphs.setdefault(name, _compact(rest))
        return re.sub(r"<defs>\s*</defs>", "", _GLYPH.sub("", svg))


def _without_group(svg: str, name: str) -> str:
    """Without the group of this id and all that is in it."""
    start = svg.find(f'<g id="{name}">')
    if start < 0:
        return svg
    depth = 0
    for tag in _GROUP.finditer(svg, start):
        depth += -1 if tag[0] == "</g>" else 1
        if not depth:
            return svg[:start] + svg[tag.end() :]
    return svg


def _short(glyph: str) -> str:
    return glyph.replace("DejaVuSans", "g", 1)


def _compact(svg: str) -> str:
    """Without what no reader sees: comments, metadata, blanks, and hundredths of a point; scales are exact."""
    svg = re.sub(r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", svg, flags=re.S)
    svg = re.sub(r"\s*\n\s*", " ", re.sub(r">\s+<", "><", svg))
    return re.sub(r"scale\([^)]*\)|-?\d+\.\d{3,}", lambda m: m[0] if m[0][0] == "s" else f"{float(m[0]):.2f}", svg)


def _own_ids(svg: str, prefix: str) -> str:
    """Ids that something refers to, told apart from those of other drawings; no others."""
    needed = {found for pair in _REFERENCE.findall(svg) for found in pair}

    def own(name: str) -> str:
        return _short(name) if name.startswith("DejaVuSans") else f"{prefix}-{name}"

    svg = re.sub(r' id="([^"]+)"', lambda m: f' id="{own(m[1])}"' if m[1] in needed else "", svg)
    svg = _REFERENCE.sub(lambda m: f'href="#{own(m[1])}"' if m[1] else f"url(#{own(m[2])})", svg)
    return svg.replace("<g/>", "")


def _page_colours(svg: str) -> str:
    return re.sub("|".join(VARIABLES), lambda found: VARIABLES[found[0]], svg)
