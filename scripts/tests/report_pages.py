"""For tests of the report: small runs, runs with a document changed, and what a page links to."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
import json
from pathlib import Path
from typing import Any

from synthetic_results import write_run


class Outline(HTMLParser):
    """Ids, references to ids, references to anything else, and pictures without a name."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: set[str] = set()
        self.outside: list[str] = []
        self.unnamed: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if found.get("id"):
            self.ids.append(str(found["id"]))
        for name in ("href", "xlink:href", "src", "action", "srcset", "poster"):
            if (target := found.get(name)) is not None:
                self.links.add(target[1:]) if target.startswith("#") else self.outside.append(target)
        if (tag == "img" and not found.get("alt")) or (
            tag == "svg" and not found.get("aria-label") and found.get("aria-hidden") != "true"
        ):
            self.unnamed.append(tag)


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


def rewritten(folder: Path, name: str, change: Callable[[Any], Any]) -> None:
    path = folder / name
    path.write_text(json.dumps(change(json.loads(path.read_text()))))


def small(folder: Path, **options: Any) -> Path:
    return write_run(folder, **{"repetitions": 2, "suites": ("floor",)} | options)
