"""The plots of a run as files, with an index of them: the report shows what the index lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
import json
from pathlib import Path
from typing import Any

from contendlib.paths import write_whole
from contendlib.plots.figures import Figures
from contendlib.run_data import RunData

INDEX = "index.json"
WORDS = ("title", "caption")  # ids in a drawing of what a page prints itself


@dataclass(frozen=True)
class Drawn:
    """One plot as it lies in its folder. `crop` is the height of title and caption in points."""

    name: str
    suite: str
    title: str
    caption: str
    alt: str
    command: str
    crop: tuple[float, float]
    files: tuple[str, ...]
    figures: Figures


@dataclass(frozen=True)
class Skipped:
    """A plot that was not drawn, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Gallery:
    folder: Path
    drawn: Sequence[Drawn]
    skipped: Sequence[Skipped]

    @property
    def files(self) -> list[Path]:
        return [self.folder / name for plot in self.drawn for name in plot.files]


def gallery_of(folder: Path, found: Iterable[Drawn | Skipped]) -> Gallery:
    plots = list(found)
    return Gallery(
        folder, [p for p in plots if isinstance(p, Drawn)], [p for p in plots if isinstance(p, Skipped)]
    )


def write_index(gallery: Gallery) -> None:
    text = json.dumps(asdict(gallery) | {"folder": None}, indent=1)
    write_whole(gallery.folder / INDEX, text)


def stored(run: RunData) -> Gallery | None:
    """What was drawn earlier, if it is complete and not older than the summary."""
    folder = run.folder / "plots"
    try:
        if (folder / INDEX).stat().st_mtime < (run.folder / "summary.json").stat().st_mtime:
            return None
        index = json.loads((folder / INDEX).read_text(encoding="utf-8"))
        gallery = Gallery(
            folder, [_drawn(d) for d in index["drawn"]], [Skipped(**s) for s in index["skipped"]]
        )
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return gallery if all((folder / f"{d.name}.svg").is_file() for d in gallery.drawn) else None


def _drawn(fields: dict[str, Any]) -> Drawn:
    above, below = fields.pop("crop")
    files = tuple(fields.pop("files"))
    figures = fields.pop("figures")
    lines = tuple(tuple(line) for line in figures["lines"])
    table = Figures(tuple(figures["columns"]), lines, figures["left_out"])
    return Drawn(crop=(above, below), files=files, figures=table, **fields)
